"""The house on PostgreSQL: the same machines, the same trouble, another database under the server.

The schema is migrated and filled from the furnished SQLite disk, table by table. The one writing
session runs in the caller's thread, so time stays virtual; when the server dies its session is cut
as a killed process's would be, and what was not committed is gone. There is no second disk here:
backups and restores are the business of the evenings on SQLite.
"""

from collections.abc import Callable
from itertools import count
from typing import ClassVar

from sqlalchemy import insert, make_url, select

from sync_server.front_office.tables import FrontRow
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.faults import Faults
from sync_server.store.migrations import upgrade
from sync_server.store.postgresql import PostgresqlSchema
from sync_server.store.writer import InlineWriter

from .machines import WorkedDatabase
from .shapes import ServerFalters
from .world import World, prepared

_schemas = count(1)


def opened(url: str, schema: str, **hooks: Callable[[], None]) -> WorkedDatabase:
    """A schema, written and read in the caller's thread."""
    faults = Faults(f"the simulated {schema}")
    backend = PostgresqlSchema(make_url(url), schema, faults, readers=1)
    return WorkedDatabase(backend, InlineWriter(backend, faults, **hooks), faults, readers=1)


def furnished(url: str) -> str:
    """A new schema with all that is on the furnished disk; its name."""
    schema = f"evening_{next(_schemas)}"
    disk = MemoryDisk(prepared().front)
    with opened(url, schema) as new, Database.on_disk(disk) as old:
        upgrade(new, "sync_server.front_office.migrations")
        for table in FrontRow.metadata.sorted_tables:
            rows = old.read(lambda c, t=table: [dict(r._mapping) for r in c.execute(select(t))])  # type: ignore[misc]
            if rows:
                new.writer.run(lambda c, t=table, r=rows: c.execute(insert(t), r)).result()  # type: ignore[misc]
    disk.close()
    return schema


class OnPostgres(ServerFalters):
    """The server's power goes at commits and its disk is full for moments, over PostgreSQL."""

    url: ClassVar[str] = ""

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        schema = furnished(self.url)

        def opens(**hooks: Callable[[], None]) -> WorkedDatabase:
            for dead in world.server.databases:
                dead.close()
            return opened(self.url, schema, **hooks)

        world.server.opens = opens
