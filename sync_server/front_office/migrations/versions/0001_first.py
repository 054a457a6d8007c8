"""The first tables; journal, inbox and ledger can only be added to."""

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "0001"
down_revision = None


def _text(name: str, **options: object) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False, **options)  # type: ignore[arg-type]


def _big(name: str, **options: object) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False, **options)  # type: ignore[arg-type]


def _count(name: str, **options: object) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=False, **options)  # type: ignore[arg-type]


def _bytes(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    """Make the tables of the front office."""
    _record()
    _devices_and_people()
    _effects_and_state()
    for table in ("journal", "inbox", "ledger"):
        append_only(op, table)


def _record() -> None:
    op.create_table(
        "journal",
        _big("n", primary_key=True, autoincrement=False),
        _big("at_ms"),
        _text("type"),
        _text("biz_day", index=True),
        _text("cmd_id"),
        _bytes("data"),
        _text("hash"),
    )
    op.create_table(
        "inbox",
        _text("dev", primary_key=True),
        _big("dep", primary_key=True, autoincrement=False),
        _big("seq", primary_key=True, autoincrement=False),
        _text("cmd_id", unique=True),
        _text("hash"),
        _text("type"),
        _text("outcome"),
        _text("code"),
        _bytes("params"),
        _big("n_from"),
        _big("n_to"),
        _text("doc_no"),
        _bytes("data"),
    )
    op.create_table(
        "ledger",
        _big("n", primary_key=True, autoincrement=False),
        _count("pos", primary_key=True, autoincrement=False),
        _text("account", index=True),
        _big("amount_minor"),
        _text("document"),
        _text("biz_day"),
    )


def _devices_and_people() -> None:
    op.create_table(
        "device",
        _text("dev", primary_key=True),
        _text("code", unique=True),
        _text("kind"),
        _text("name"),
        _bytes("public_key"),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        _big("epoch"),
        _big("last_seq"),
        _text("last_hash"),
        _big("last_at_ms"),
        _big("enrolled_ms"),
    )
    op.create_table(
        "secret", _text("staff_id", primary_key=True), _text("pin_hash"), _big("changed_ms")
    )
    op.create_table(
        "throttle",
        _text("staff_id", primary_key=True),
        _text("dev", primary_key=True),
        _count("failures"),
        _big("until_ms"),
    )
    op.create_table(
        "session",
        _text("token", primary_key=True),
        _text("staff_id"),
        _text("dev"),
        _big("since_ms"),
        _big("until_ms"),
    )


def _effects_and_state() -> None:
    op.create_table(
        "effect",
        _text("effect_id", primary_key=True),
        _big("n", index=True),
        _text("kind", index=True),
        _text("target"),
        _text("state", index=True),
        _count("attempt"),
        _big("due_ms"),
        _big("updated_ms"),
        _text("outcome"),
        _text("dev"),
        _bytes("payload"),
    )
    op.create_table(
        "state",
        _big("n", primary_key=True, autoincrement=False),
        _big("at_ms"),
        _text("hash"),
        _bytes("data"),
    )
    op.create_table(
        "catalogue",
        _count("number", primary_key=True, autoincrement=False),
        _big("published_ms"),
        _text("sha256"),
        _bytes("data"),
    )
    op.create_table(
        "parked",
        _text("dev", primary_key=True),
        _big("dep", primary_key=True, autoincrement=False),
        _big("seq", primary_key=True, autoincrement=False),
        _big("at_ms"),
        _text("error"),
        _bytes("data"),
    )
    op.create_table("fact", _text("key", primary_key=True), _text("value"))
