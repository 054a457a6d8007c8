"""Editions of the menu: changes gathered here, dated, and taken by the server when they are due.

What is changed on the pages gathers in one draft of the house; publishing makes an edition of it.
An edition is never edited; one that is not due yet may be withdrawn. What a change means is
`sync_server.domain.menu_changes`; how the server takes it is no business of this side, which only
sees in the published catalogue that it has.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

from sqlalchemy import Connection, func, inspect
from sqlmodel import Session, col, or_, select

from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import (
    CHANGES,
    NEW,
    Change,
    Preview,
    changed,
    gathered,
    previewed,
    unsound,
)
from sync_server.store.database import session_on

from .papers import Actor
from .tables import CatalogueDraft, CatalogueEdition, Item, ItemCategory

EDITIONS_AT_ONCE = 50
DRAFT = "draft"


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


def draft_of(session: Session, catalogue: Catalogue) -> list[Change]:
    """What has been changed and not published, without what has come into force meanwhile."""
    row = session.get(CatalogueDraft, DRAFT)
    return gathered(catalogue, read_changes(row.changes)) if row is not None else []


def keep_in_draft(
    session: Session, catalogue: Catalogue, changes: Sequence[Change], actor: Actor
) -> list[Preview]:
    """Add changes to the draft; those that cannot be come back, and then nothing is kept."""
    before = draft_of(session, catalogue)
    seen = previewed(changed(catalogue, before), changes)
    wrong = [one for one in seen if one.refused]
    after = gathered(catalogue, [*before, *changes])
    if len(after) > CHANGES:
        wrong = [Preview(change, "", "too_many") for change in changes[:1]]
    if wrong:
        return wrong
    replace_draft(session, after, actor)
    return []


def replace_draft(session: Session, changes: Sequence[Change], actor: Actor) -> None:
    """Keep these changes as the draft."""
    drop_draft(session)
    session.flush()
    session.add(
        CatalogueDraft(name=DRAFT, changes=written(changes), login=actor.login, at_ms=actor.at_ms)
    )
    session.flush()


def drop_draft(session: Session) -> None:
    """Forget what has not been published."""
    row = session.get(CatalogueDraft, DRAFT)
    if row is not None:
        session.delete(row)


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
    its number, or the changes that cannot be. New dishes are known here at once, so that they can
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
        elif row is not None and change.field in ("name_en", "name_uk"):
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
    elif change.field in ("name_en", "name_uk"):
        row = session.get(ItemCategory, change.target)
        if row is not None:
            setattr(row, change.field, change.value)
