"""Looking into a database that another process writes: opened when first asked, only for reading.

Rule: after any fault the connection is let go, so that the next look opens the database anew; a
restart of its owner is nobody's concern. Neighbours: `database` (the door), `sqlite` (why nobody
else may write or checkpoint a file).
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from .database import Database

T = TypeVar("T")


class Visitor:
    """Reads a context's database that belongs to another process. Questions one at a time."""

    def __init__(self, url: str, schema: str) -> None:
        """`url` and `schema` as for `Database.open_read_only`."""
        self._url = url
        self._schema = schema
        self._database: Database | None = None

    @property
    def inside(self) -> bool:
        """Whether the database is open."""
        return self._database is not None

    def read(self, query: Callable[[Connection], T]) -> T:
        """What the query finds, at one moment of the data. Raises the store's errors. Blocks."""
        if self._database is None:
            self._database = Database.open_read_only(self._url, self._schema, readers=1)
        try:
            return self._database.read(query)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the database; a later question opens it again."""
        if self._database is not None:
            self._database.close()
            self._database = None
