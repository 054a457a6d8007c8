"""Places where a test's database may lie, and the tables that only tests define."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text
from sqlmodel import Field, SQLModel

from sync_server.store.append_only import append_only_statements
from sync_server.store.database import Database
from sync_server.store.hot_insert import HotInsert


class Entry(SQLModel, table=True):
    """A row of a journal that only tests keep."""

    __tablename__ = "test_entry"
    n: int = Field(primary_key=True)
    body: bytes


TABLE = SQLModel.metadata.tables["test_entry"]
HOT = HotInsert(TABLE, ["n", "body"])


@dataclass(frozen=True)
class Place:
    """One database of one test, on either system."""

    url: str
    schema: str

    @property
    def sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self.url.startswith("sqlite")

    @property
    def file(self) -> Path:
        """The file of SQLite."""
        return Path(self.url.removeprefix("sqlite:///"))

    def open(self, **options: Any) -> Database:
        """Open it for writing."""
        return Database.open(self.url, self.schema, **options)

    def read_only(self) -> Database:
        """Open it for reading."""
        return Database.open_read_only(self.url, self.schema)


def make_table(connection: Connection) -> None:
    """The journal, append-only."""
    TABLE.create(connection)
    for statement in append_only_statements("test_entry", connection.dialect.name):
        connection.execute(text(statement.replace(":", "\\:")))


def add(*numbers: int, size: int = 10) -> Callable[[Connection], None]:
    """A write of some numbers."""

    def write(connection: Connection) -> None:
        rows = [{"n": number, "body": b"x" * size} for number in numbers]
        connection.execute(insert(TABLE), rows)

    return write


def numbers(connection: Connection) -> list[int]:
    """Every number that is stored."""
    return list(connection.scalars(select(TABLE.c.n).order_by(TABLE.c.n)))


def highest(connection: Connection) -> int:
    """The highest number, 0 without any."""
    return int(connection.scalar(select(func.coalesce(func.max(TABLE.c.n), 0))) or 0)


def refuse_holes(connection: Connection) -> None:
    """A verifier: the numbers run from one without a hole."""
    found = numbers(connection)
    assert found == list(range(1, len(found) + 1))


def in_child(work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work` returns in a process of its own, for limits that hold for a whole process."""
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    process = fork.Process(target=lambda: there.send(work(*arguments)))
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()
        here.close()
