"""Opens the back office's database with its tables up to date. Nothing else opens it."""

from pathlib import Path

from sync_server.store.database import Database
from sync_server.store.migrations import upgrade

CONTEXT = "back"
MIGRATIONS = "sync_server.back_office.migrations"


def open_books(url: str, schema: str = CONTEXT) -> Database:
    """The books at `url` (`sqlite:////path/back.db` or PostgreSQL), for writing.

    Makes the tables on first use. Raises the store's errors, `NewerDatabase` among them.
    """
    database = Database.open(url, schema)
    try:
        upgrade(database, MIGRATIONS)
    except BaseException:
        database.close()
        raise
    return database


def file_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path.absolute()}"
