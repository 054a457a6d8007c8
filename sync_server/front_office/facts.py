"""What this database knows of itself, in words: its epoch, its site, how far a backup reaches."""

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from sync_server.store.database import Database

from .tables import FactRow


def read_facts(database: Database) -> dict[str, str]:
    """All of them."""
    rows = database.read(lambda connection: connection.execute(select(FactRow)).all())
    return {row.key: row.value for row in rows}


def read_fact(connection: Connection, key: str) -> str:
    """One of them; "" when it was never noted."""
    found = connection.execute(select(col(FactRow.value)).where(col(FactRow.key) == key))
    return str(found.scalar() or "")


async def note(database: Database, key: str, value: str) -> None:
    """Keep a fact, in place of what was known before."""

    def write(connection: Connection) -> None:
        connection.execute(delete(FactRow).where(col(FactRow.key) == key))
        connection.execute(insert(FactRow).values(key=key, value=value))

    await database.write(write)
