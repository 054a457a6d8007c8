"""The business day and the outlet of what was sent, so that days are looked up by an index."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NAMES = ("business_day", "outlet")
KEY = ("link", "posting_id", "attempt")
AT_ONCE = 1_000


def upgrade() -> None:
    """Add the columns and fill them out of what was sent."""
    for name in NAMES:
        op.add_column("link_sent", sa.Column(name, sa.String(), nullable=False, server_default=""))
    sent = sa.table("link_sent", *(sa.column(name) for name in (*KEY, "posting", *NAMES)))
    same = [sent.c[name] == sa.bindparam(f"of_{name}") for name in KEY]
    change = sa.update(sent).where(*same).values({name: sa.bindparam(name) for name in NAMES})
    connection = op.get_bind()
    rows = connection.execute(sa.select(*(sent.c[name] for name in KEY), sent.c.posting)).all()
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(change, [_filled(row) for row in rows[start : start + AT_ONCE]])
    op.create_index("ix_link_sent_day", "link_sent", ["link", "business_day"])


def _filled(row: Any) -> dict[str, object]:
    posting = json.loads(row.posting)
    names = {name: str(posting.get(name, "")) for name in NAMES}
    return {f"of_{name}": row._mapping[name] for name in KEY} | names
