"""What each person chose for oneself at a terminal: kept here, so that it follows to the others.

Rule: the server keeps the text and does not read it (a terminal newer than the server may choose
more); of two choices the later one stands, told by the wall clock of whoever chose, and none is
from the future. One's own only: a session says whose it is.
"""

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from sync_server.store.database import Database

from .tables import LikingRow


async def newest(
    database: Database, staff_id: str, text: str, changed_ms: int, now_ms: int
) -> tuple[str, int]:
    """The later of what the person brings and what is kept here; it is kept from now on."""
    mine = col(LikingRow.staff_id) == staff_id

    def read(connection: Connection) -> tuple[str, int]:
        row = connection.execute(
            select(col(LikingRow.text), col(LikingRow.changed_ms)).where(mine)
        ).first()
        return (row.text, row.changed_ms) if row is not None else ("", 0)

    kept = await database.read_async(read)
    brought = text, min(changed_ms, now_ms)
    if not text or kept[1] >= brought[1]:
        return kept

    def write(connection: Connection) -> None:
        connection.execute(delete(LikingRow).where(mine))
        connection.execute(
            insert(LikingRow).values(staff_id=staff_id, text=text, changed_ms=brought[1])
        )

    await database.write(write)
    return brought
