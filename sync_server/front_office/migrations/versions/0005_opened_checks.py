"""Which checks bore a number, and the event that opened each: the search by number reads it.

Those already in the journal are entered here, page by page; the journal itself is only read.
"""

import json

import sqlalchemy as sa
from alembic import op

from sync_server.store.migrations import append_only

revision = "0005"
down_revision = "0004"

_PAGE = 2_000


def upgrade() -> None:
    """Make the table and enter the checks of the past."""
    table = op.create_table(
        "opened_check",
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(), nullable=False, index=True),
        sa.Column("check_id", sa.String(), nullable=False),
    )
    journal = sa.table("journal", sa.column("n"), sa.column("type"), sa.column("data"))
    connection, after = op.get_bind(), 0
    while rows := connection.execute(
        sa.select(journal.c.n, journal.c.data)
        .where(journal.c.type == "CheckOpened", journal.c.n > after)
        .order_by(journal.c.n)
        .limit(_PAGE)
    ).all():
        bodies = [(n, json.loads(bytes(data))["body"]) for n, data in rows]
        connection.execute(
            table.insert(),
            [
                {"n": n, "number": body["number"], "check_id": body["check_id"]}
                for n, body in bodies
            ],
        )
        after = rows[-1].n
    append_only(op, "opened_check")
