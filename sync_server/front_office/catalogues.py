"""Published catalogue versions: stored, kept in memory, given to terminals by number.

A version is stored before the command that puts it in force is decided, so the journal never
names one that is not there. The back office makes the content; this only keeps it.
"""

from hashlib import sha256

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from sync_server.domain.limits import CATALOGUES_IN_MEMORY
from sync_server.domain.menu import Catalogue, Settings
from sync_server.protocol.replica import read_catalogue, write_catalogue
from sync_server.store.database import Database

from .tables import CatalogueRow

NONE_YET = Catalogue(0, 0, Settings("", "", "UTC"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""In force before the first version is published: nobody may do anything but publish."""


class Catalogues(dict[int, Catalogue]):
    """Versions by number; the newest few are in memory, all are in the database."""

    def __init__(self, database: Database) -> None:
        super().__init__({0: NONE_YET})
        self._database = database
        self._bytes: dict[int, bytes] = {}

    def load(self) -> None:
        """Read the newest versions."""
        rows = self._database.read(
            lambda connection: connection.execute(
                select(CatalogueRow)
                .order_by(col(CatalogueRow.number).desc())
                .limit(CATALOGUES_IN_MEMORY)
            ).all()
        )
        for row in rows:
            self._keep(row.number, bytes(row.data))

    def _keep(self, number: int, data: bytes) -> None:
        self[number] = read_catalogue(data)
        self._bytes[number] = data
        while len(self._bytes) > CATALOGUES_IN_MEMORY:
            oldest = min(self._bytes)
            del self[oldest], self._bytes[oldest]

    def content(self, number: int) -> bytes | None:
        """A version as terminals fetch it."""
        return self._bytes.get(number)

    async def store(self, catalogue: Catalogue) -> str:
        """Keep a new version; returns its SHA-256. It is in force once it is published."""
        data = write_catalogue(catalogue)
        digest = sha256(data).hexdigest()

        def write(connection: Connection) -> None:
            connection.execute(
                insert(CatalogueRow).values(
                    number=catalogue.number,
                    published_ms=catalogue.published_ms,
                    sha256=digest,
                    data=data,
                )
            )

        await self._database.write(write)
        self._keep(catalogue.number, data)
        return digest
