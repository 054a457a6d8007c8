"""Inserting many rows at the driver's own speed.

Rule: the statement is written once from the table's names, the rows go straight to the driver's
`executemany`; what SQLAlchemy does around a statement costs as much as thirty rows. No type of
SQLAlchemy converts the values, so only int, str, bytes and None may stand in them. For all else
use `connection.execute(insert(table), rows)`.
"""

import sqlite3
from collections.abc import Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.sql.compiler import IdentifierPreparer

from .sqlite import passed_by, raw_connection

Row = tuple[int | str | bytes | None, ...]


def run_many(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """One statement of the driver's for many rows, in the open transaction."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(statement, list(rows))
        return
    try:
        raw_connection(connection).executemany(statement, rows)
    except sqlite3.Error as error:
        raise passed_by(connection, statement, error) from error


class HotInsert:
    """`INSERT INTO table (columns)` prepared for both dialects."""

    def __init__(
        self, table: Table, columns: Sequence[str], *, key: Sequence[str] = (), adds: bool = False
    ) -> None:
        """Name the columns in the order in which the rows give them.

        With a `key` a row that is there already takes the new values, or with `adds` their sum.
        """
        for name in (*columns, *key):
            if name not in table.c:
                raise KeyError(f"{table.name} has no column {name}")
        self._table = table
        self._columns = tuple(columns)
        self._key, self._adds = tuple(key), adds
        self._texts: dict[str, str] = {}

    def rows(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert all rows in the open transaction; errors are SQLAlchemy's as everywhere."""
        if rows:
            run_many(connection, self._text(connection), rows)

    def _text(self, connection: Connection) -> str:
        name = connection.dialect.name
        if name not in self._texts:
            names = connection.dialect.identifier_preparer
            marks = ", ".join(["%s" if name == "postgresql" else "?"] * len(self._columns))
            columns = ", ".join(names.quote(column) for column in self._columns)
            table = names.format_table(self._table)
            # Every part is a quoted name of the program's own tables, never a value.
            self._texts[name] = (
                f"INSERT INTO {table} ({columns}) VALUES ({marks}){self._met(names)}"  # noqa: S608
            )
        return self._texts[name]

    def _met(self, names: IdentifierPreparer) -> str:
        """What happens to a row whose key is there already."""
        if not self._key:
            return ""
        own = f"{names.quote(self._table.name)}." if self._adds else ""
        changes = []
        for column in self._columns:
            if column in self._key:
                continue
            name = names.quote(column)
            sums = f"{own}{name} + excluded.{name}" if self._adds else f"excluded.{name}"
            changes.append(f"{name} = {sums}")
        keys = ", ".join(names.quote(column) for column in self._key)
        return f" ON CONFLICT ({keys}) DO UPDATE SET {', '.join(changes)}"
