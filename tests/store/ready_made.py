"""Databases with their tables in them: made by every step of their migrations once, then copied.

Rule: whoever tests the steps takes them; everybody else begins with a copy, which costs
milliseconds where the steps cost most of a second. `Copies` is for PostgreSQL, the rest for SQLite.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import psycopg
from sqlalchemy import make_url

from sync_server.store.database import Database, MemoryDisk
from sync_server.store.migrations import upgrade

FRONT, BACK, HOTEL = (
    f"sync_server.{context}.migrations" for context in ("front_office", "back_office", "hotel")
)


@cache
def image_of(package: str) -> bytes:
    """What a `MemoryDisk` holds after every step of a package."""
    disk = MemoryDisk()
    with Database.on_disk(disk) as database:
        upgrade(database, package)
    return disk.image()


@cache
def _file_of(package: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        with Database.open(f"sqlite:///{path}") as database:
            upgrade(database, package)
            database.checkpoint()
        return path.read_bytes()


def lay(package: str, path: Path) -> Path:
    """Puts a file with the tables of a package at `path`."""
    path.write_bytes(_file_of(package))
    return path


class Copies:
    """Databases of one PostgreSQL server; each has one schema, with or without its tables."""

    def __init__(self, url: str) -> None:
        """On the server at `url`, whose user may create databases."""
        self._url = make_url(url)
        self._server = psycopg.connect(_plain(url), autocommit=True)
        self._numbers = itertools.count(1)
        self._made: dict[tuple[str, str], str] = {}

    @contextmanager
    def of(self, package: str, schema: str) -> Iterator[str]:
        """The URL of a database in whose `schema` are the tables of a package."""
        if (package, schema) not in self._made:
            name = self._create("template1")
            with Database.open(self._at(name), schema) as database:
                upgrade(database, package)
            self._made[package, schema] = name
        name = self._create(self._made[package, schema])
        try:
            yield self._at(name)
        finally:
            self._server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self, model: str) -> str:
        name = f"copy_{next(self._numbers)}"
        self._server.execute(f"CREATE DATABASE {name} TEMPLATE {model}")
        return name

    def _at(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def __enter__(self) -> "Copies":
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the server go."""
        self._server.close()


def _plain(url: str) -> str:
    """As psycopg itself writes it."""
    return url.replace("+psycopg", "")
