"""Editions of the menu: changes gathered here, dated, and taken by the server when they are due.

An edition is never edited; one that is not due yet may be withdrawn. What a change means is
`sync_server.domain.menu_changes`, how changes gather before they are published is `menu_draft`;
how the server takes an edition is no business of this side, which only sees in the published
catalogue that it has.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

from sqlalchemy import Connection, func, inspect
from sqlmodel import Session, col, or_, select

from sync_server.domain.ids import ItemId
from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import (
    CHANGES,
    NEW,
    Change,
    Preview,
    changed,
    previewed,
    unsound,
)
from sync_server.store.database import session_on

from .goods_tables import Item, ItemCategory
from .house_tables import CatalogueEdition
from .names import LANGUAGES
from .papers import Actor

EDITIONS_AT_ONCE = 50
NAME_FIELDS = tuple(f"name_{language}" for language in LANGUAGES)


class CatalogueReader(Protocol):
    """How the catalogue in force is read; given by whoever puts the processes together."""

    def catalogue(self) -> Catalogue | None:
        """The newest published version; None before the first. Raises the store's errors."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Changes that hold from a moment (milliseconds UTC) on."""

    number: int
    at_ms: int
    changes: tuple[Change, ...]


def editions_after(
    connection: Connection, taken_ms: int, taken: int, now_ms: int
) -> Sequence[Edition]:
    """Editions that are due by now and come after the last one taken, in the order they hold."""
    if not inspect(connection).has_table("catalogue_edition"):
        return ()  # The back office is just making its tables.
    with session_on(connection) as session:
        later = or_(
            col(CatalogueEdition.at_ms) > taken_ms,
            (col(CatalogueEdition.at_ms) == taken_ms) & (col(CatalogueEdition.number) > taken),
        )
        query = (
            select(CatalogueEdition)
            .where(later, CatalogueEdition.at_ms <= now_ms)
            .where(col(CatalogueEdition.withdrawn).is_(False))
            .order_by(col(CatalogueEdition.at_ms), col(CatalogueEdition.number))
            .limit(EDITIONS_AT_ONCE)
        )
        return [
            Edition(row.number, row.at_ms, read_changes(row.changes)) for row in session.exec(query)
        ]


def read_changes(text: str) -> tuple[Change, ...]:
    """Changes as an edition keeps them."""
    return tuple(Change(*(str(part) for part in one)) for one in json.loads(text)[:CHANGES])


def waiting(session: Session, catalogue: Catalogue) -> list[Edition]:
    """Editions that the menu in force has not taken yet, in the order in which they will hold."""
    query = select(CatalogueEdition).where(col(CatalogueEdition.withdrawn).is_(False))
    rows = session.exec(query.where(CatalogueEdition.at_ms >= catalogue.edition_ms)).all()
    taken = (catalogue.edition_ms, catalogue.edition)
    return sorted(
        (
            Edition(row.number, row.at_ms, read_changes(row.changes))
            for row in rows
            if (row.at_ms, row.number) > taken
        ),
        key=lambda one: (one.at_ms, one.number),
    )


def look_at(catalogue: Catalogue, changes: Sequence[Change]) -> list[Preview]:
    """What an edition would do, and what a house could not work with after it."""
    return previewed(catalogue, changes) + unsound(changed(catalogue, changes))


def written(changes: Sequence[Change]) -> str:
    """Changes as an edition keeps them."""
    return json.dumps([astuple(one) for one in changes], ensure_ascii=False)


def publish(
    session: Session,
    catalogue: Catalogue,
    changes: Sequence[Change],
    when: tuple[int, str],
    actor: Actor,
) -> int | list[Preview]:
    """Make an edition that holds from a moment (now, if that has passed), with a note; returns
    its number, or the changes that cannot be. `catalogue` is the menu as it will stand then. New
    dishes are known here at once, so that they can
    get cards."""
    at_ms, note = when
    wrong = [one for one in look_at(catalogue, changes) if one.refused]
    if wrong or not changes:
        return wrong
    number = (session.exec(select(func.max(CatalogueEdition.number))).one() or 0) + 1
    session.add(
        CatalogueEdition(
            number=number,
            at_ms=max(at_ms, actor.at_ms),
            made_ms=actor.at_ms,
            login=actor.login,
            note=note[:200],
            changes=written(changes),
        )
    )
    _know_items(session, changes)
    session.flush()
    return number


def withdraw(session: Session, number: int, now_ms: int) -> bool:
    """Take an edition back that is not due yet."""
    row = session.get(CatalogueEdition, number)
    if row is None or row.at_ms <= now_ms:
        return False
    row.withdrawn = True
    return True


def _know_items(session: Session, changes: Sequence[Change]) -> None:
    """Names and categories of dishes as reports have them follow the menu."""
    categories = set(session.exec(select(ItemCategory.category_id)))
    for change in changes:
        if change.kind == "category":
            _know_category(session, change, categories)
        if change.kind != "item":
            continue
        row = session.get(Item, change.target)
        if change.field == NEW and row is None and change.value in categories:
            session.add(
                Item(
                    item_id=change.target,
                    category_id=change.value,
                    name_en=change.target,
                    name_uk=change.target,
                )
            )
            session.flush()
        elif row is not None and change.field in NAME_FIELDS:
            setattr(row, change.field, change.value)
        elif row is not None and change.field == "category_id" and change.value in categories:
            row.category_id = change.value


def _know_category(session: Session, change: Change, known: set[str]) -> None:
    if change.field == NEW and change.target not in known:
        place = (session.exec(select(func.max(ItemCategory.position))).one() or 0) + 1
        key = change.target
        session.add(ItemCategory(category_id=key, name_en=key, name_uk=key, position=place))
        session.flush()
        known.add(key)
    elif change.field in NAME_FIELDS:
        row = session.get(ItemCategory, change.target)
        if row is not None:
            setattr(row, change.field, change.value)


def learn_polish_names(connection: Connection, menu: Catalogue) -> None:
    """Books from before dishes had Polish names take those of the menu in force."""
    with session_on(connection) as session:
        for dish in session.exec(select(Item).where(Item.name_pl == "")):
            if (known := menu.items.get(ItemId(dish.item_id))) is not None:
                dish.name_pl = known.names.get("pl", "")
        for row in session.exec(select(ItemCategory).where(ItemCategory.name_pl == "")):
            if (group := menu.categories.get(row.category_id)) is not None:
                row.name_pl = group.names.get("pl", "")
        session.flush()
