"""Whom papers and charges name, so that they are found when a guest is forgotten.

What was told within the last days is entered here; older is no longer kept in full, and here loses
the record of its charge as well, which named the guest still.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_PAGE = 500
_EMPTY = b"{}"


def upgrade() -> None:
    """Make the table and enter the papers that are there."""
    table = op.create_table(
        "guest_paper",
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("effect_id", sa.String(), primary_key=True, index=True),
    )
    op.create_index("ix_erasure_by_n", "erasure", ["by_n"])
    names = ("effect_id", "n", "kind", "payload", "outcome")
    effect = sa.table("effect", *map(sa.column, names))
    connection, after = op.get_bind(), ""
    emptied = (effect.c.kind == "folio", effect.c.payload == _EMPTY)
    connection.execute(sa.update(effect).where(*emptied).values(outcome=""))
    while rows := connection.execute(
        sa.select(effect.c.effect_id, effect.c.payload)
        .where(
            effect.c.effect_id > after,
            effect.c.kind.in_(("paper", "folio")),
            effect.c.payload != _EMPTY,
        )
        .order_by(effect.c.effect_id)
        .limit(_PAGE)
    ).all():
        found = [
            {"subject": subject, "effect_id": effect_id}
            for effect_id, payload in rows
            for subject in sorted(_named(json.loads(bytes(payload))))
        ]
        if found:
            connection.execute(table.insert(), found)
        after = rows[-1].effect_id


def _named(told: dict[str, Any]) -> set[str]:
    """Whom it may be about: rather one too many than a name that stays."""
    parts = (told.get(part) or {} for part in ("asked", "check", "ticket", "charge"))
    found = {f"check:{part['check_id']}" for part in parts if "check_id" in part}
    if figures := told.get("figures"):
        found.add(f"invoice:{figures['about']}")
    if code := (told.get("slip") or {}).get("code"):
        found.add(f"voucher:{code}")
    return found
