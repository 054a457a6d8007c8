"""A statement that is thought out once and then only run.

Rule: what SQLAlchemy does around a statement of one row costs some ten times as much as SQLite
does for it, so on SQLite the text that it makes of a statement is kept and goes straight to the
driver. No type of SQLAlchemy converts values then: only int, str, bytes and None may stand in them.
PostgreSQL takes the statement as it is. Neighbour: `hot_insert.py`, for many rows at once.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import make_dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import SQLCompiler

from .sqlite import passed_by, raw_connection

Value = int | str | bytes | None


class HotQuery:
    """A select or an update with named `bindparam`s; `in_` lists, whose length changes the text,
    cannot stand in it."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Update) -> None:
        self._statement = statement
        self._text = ""
        self._names: Sequence[str] = ()
        self._fixed: dict[str, Any] = {}
        self._row: type = tuple

    def all(self, connection: Connection, **values: Value) -> list[Any]:
        """The rows of a select, in the open transaction, with their columns as attributes."""
        if connection.dialect.name != "sqlite":
            return list(connection.execute(self._statement, values).all())
        rows = self._on_driver(connection, values)
        return list(starmap(self._row, rows))

    def first(self, connection: Connection, **values: Value) -> Any:
        """The first row, or None."""
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def run(self, connection: Connection, **values: Value) -> None:
        """An update, in the open transaction."""
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, values)
        else:
            self._on_driver(connection, values)

    def _on_driver(self, connection: Connection, values: dict[str, Value]) -> list[Any]:
        if not self._text:
            self._compile(connection.dialect)
        given = self._fixed | values
        try:
            raw = raw_connection(connection)
            return raw.execute(self._text, [given[name] for name in self._names]).fetchall()
        except sqlite3.Error as error:
            raise passed_by(connection, self._text, error) from error

    def _compile(self, dialect: Dialect) -> None:
        assert isinstance(dialect, DefaultDialect)
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        assert not compiled.post_compile_params, "a list changes the text"
        self._fixed = {name: one.value for name, one in compiled.binds.items() if not one.required}
        self._names = tuple(compiled.positiontup or ())
        if isinstance(self._statement, Select):
            columns = [one.name for one in self._statement.selected_columns]
            self._row = make_dataclass("Row", columns, slots=True)
        self._text = compiled.string
