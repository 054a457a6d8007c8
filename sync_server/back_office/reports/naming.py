"""Names that reports put on keys: people, places, devices and reasons of the till, dishes, goods.

What has no name shows its key, so nothing disappears. `learn` takes people, tables and reasons in
from the menu in force; whoever is no longer in it keeps a name in the reports of the past. The rest
are the books' own rows.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from ..goods_tables import Ingredient
from ..names import LANGUAGES, name_column, said_in
from ..till_tables import DEVICE, PERSON, PLACE, REASON
from .report import Word

TABLES = Ingredient.metadata.tables
"""All tables of the books by name."""


class NamedPerson(Protocol):
    """A person of the house."""

    @property
    def staff_id(self) -> str: ...
    @property
    def name(self) -> str: ...


class NamedHall(Protocol):
    """A hall with its names by language."""

    @property
    def hall_id(self) -> str: ...
    @property
    def names(self) -> Any: ...


class NamedTable(Protocol):
    """A table of a hall."""

    @property
    def table_id(self) -> str: ...
    @property
    def hall_id(self) -> str: ...
    @property
    def label(self) -> str: ...


class NamedReason(Protocol):
    """Why something may be done, with its names by language."""

    @property
    def reason_id(self) -> str: ...
    @property
    def names(self) -> Any: ...


def learn(
    connection: Connection,
    people: Iterable[NamedPerson],
    halls: Iterable[NamedHall],
    tables: Iterable[NamedTable],
    reasons: Iterable[NamedReason],
) -> None:
    """Take names in, in place of what these were called before."""
    names = {hall.hall_id: hall.names for hall in halls}
    for person in people:
        connection.execute(sa.delete(PERSON).where(PERSON.c.staff_id == person.staff_id))
        connection.execute(sa.insert(PERSON).values(staff_id=person.staff_id, name=person.name))
    for table in tables:
        hall = names.get(table.hall_id, {})
        connection.execute(sa.delete(PLACE).where(PLACE.c.table_id == table.table_id))
        connection.execute(
            sa.insert(PLACE).values(
                table_id=table.table_id,
                label=table.label,
                hall_id=table.hall_id,
                hall_en=hall.get("en", table.hall_id),
                hall_uk=hall.get("uk", table.hall_id),
                hall_pl=hall.get("pl", ""),
            )
        )

    for reason in reasons:
        connection.execute(sa.delete(REASON).where(REASON.c.reason_id == reason.reason_id))
        said = {f"name_{language}": reason.names.get(language, "") for language in LANGUAGES}
        connection.execute(sa.insert(REASON).values(reason_id=reason.reason_id, **said))


class NamedDevice(Protocol):
    """A device with the code and the name that people know it by."""

    @property
    def dev(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


def learn_devices(connection: Connection, found: Iterable[NamedDevice]) -> None:
    """Take devices in, in place of what these were called before."""
    for one in found:
        connection.execute(sa.delete(DEVICE).where(DEVICE.c.dev == one.dev))
        named_so = f"{one.code} · {one.name}"
        connection.execute(sa.insert(DEVICE).values(dev=one.dev, name=named_so))


def devices(connection: Connection) -> dict[str, str]:
    """What devices are called, by id."""
    return {row.dev: row.name for row in connection.execute(sa.select(DEVICE))}


def reasons(connection: Connection, language: str) -> dict[str, str]:
    """What each reason is called, in the reader's language or another."""
    return {
        row.reason_id: said_in({one: row._mapping[f"name_{one}"] for one in LANGUAGES}, language)
        for row in connection.execute(sa.select(REASON))
    }


def reason(known: Mapping[str, str], reason_id: str) -> str | Word:
    """A reason as the house calls it, else as documents do, else its key."""
    return known.get(reason_id) or Word(f"reason_{reason_id}", reason_id)


def people(connection: Connection) -> dict[str, str]:
    """Names of people by id."""
    return {row.staff_id: row.name for row in connection.execute(sa.select(PERSON))}


def halls(connection: Connection, language: str) -> dict[str, tuple[str, str]]:
    """The hall of each table, as id and name."""
    column = name_column(PLACE.c, language, "hall")
    query = sa.select(PLACE.c.table_id, PLACE.c.hall_id, column.label("name"))
    return {row.table_id: (row.hall_id, row.name) for row in connection.execute(query)}


def tables(connection: Connection) -> dict[str, str]:
    """What stands on each table."""
    return {row.table_id: row.label for row in connection.execute(sa.select(PLACE))}


def named(connection: Connection, table: str, key: str, language: str) -> dict[str, str]:
    """Names of a table of the books (item, item_category, ingredient, store...) by its key."""
    rows = TABLES[table]
    name = name_column(rows.c, language)
    return {row.key: row.name for row in connection.execute(_pair(rows.c[key], name))}


def _pair(key: sa.ColumnElement[Any], name: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(key.label("key"), name.label("name"))


def categories(connection: Connection, language: str) -> dict[str, tuple[str, str]]:
    """The category of each dish, as id and name."""
    item, category = TABLES["item"], TABLES["item_category"]
    name = name_column(category.c, language)
    query = sa.select(item.c.item_id, item.c.category_id, name.label("name")).where(
        item.c.category_id == category.c.category_id
    )
    return {row.item_id: (row.category_id, row.name) for row in connection.execute(query)}
