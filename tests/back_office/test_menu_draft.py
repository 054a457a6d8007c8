"""A draft beside editions that wait: it stands on them, breaks none, and loses no change."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from sync_server.back_office.menu_draft import (
    Outlook,
    keep_in_draft,
    outlook,
    plan_for,
    publish_draft,
    withdraw_edition,
)
from sync_server.back_office.papers import Actor
from sync_server.domain.menu_changes import NEW, REMOVED, Change
from sync_server.store.database import Database, session_on
from tests.back_office.house import DAY, NOON_MS, furnish
from tests.builders import a_menu

T = TypeVar("T")
HALYNA = Actor("halyna", NOON_MS, DAY)
MENU = a_menu()
MONDAY, TUESDAY, WEDNESDAY = (NOON_MS + days * 86_400_000 for days in (2, 3, 4))


async def within(books: Database, act: Callable[[Session], T]) -> T:
    def run(connection: Connection) -> T:
        with session_on(connection) as session:
            done = act(session)
            session.flush()
            return done

    return await books.write(run)


def price(minor: str, item: str = "borscht") -> Change:
    return Change("item", item, "price_minor", minor)


async def drafted(books: Database, *changes: Change, at_ms: int = 0) -> Outlook:
    """A draft of these changes for a moment."""

    def act(session: Session) -> Outlook:
        plan_for(session, at_ms)
        seen = outlook(session, MENU, NOON_MS)
        assert keep_in_draft(session, seen, changes, HALYNA) == []
        return outlook(session, MENU, NOON_MS)

    return await within(books, act)


async def published(books: Database, *changes: Change, at_ms: int = 0) -> int:
    """An edition of these changes."""
    seen = await drafted(books, *changes, at_ms=at_ms)
    made = await within(books, lambda s: publish_draft(s, seen, "", HALYNA))
    assert isinstance(made, int), made
    return made


def seen_by(books: Database, now_ms: int = NOON_MS) -> Outlook:
    return books.read(lambda c: outlook(session_on(c), MENU, now_ms))


def said(draft: Sequence[Change]) -> list[tuple[str, str]]:
    return [(one.target, one.value) for one in draft]


async def test_a_price_that_leads_back_after_a_waiting_one_is_a_change(books: Database) -> None:
    """Borscht costs 185.00, from Monday 195.00; for Tuesday somebody types 185.00 again."""
    await furnish(books)
    await published(books, price("19500"), at_ms=MONDAY)
    seen = await drafted(books, price("18500"), at_ms=TUESDAY)
    assert said(seen.draft) == [("borscht", "18500")]
    assert [(one.before, one.change.value) for one in seen.seen()] == [("19500", "18500")]
    await within(books, lambda s: plan_for(s, 0))
    now = seen_by(books)
    assert said(now.draft) == []
    assert [one.number for one in now.after] == [1]
    await within(books, lambda s: keep_in_draft(s, now, [price("91000", "ribeye")], HALYNA))
    await within(books, lambda s: plan_for(s, TUESDAY))
    assert said(seen_by(books).draft) == [("borscht", "18500"), ("ribeye", "91000")]


async def test_what_later_editions_make_of_a_field_is_told_beside_it(books: Database) -> None:
    await furnish(books)
    await published(books, price("19500"), at_ms=MONDAY)
    seen = await drafted(books, price("19000"))
    edition, change = seen.later()["item", "borscht", "price_minor"]
    assert (edition.at_ms, change.value) == (MONDAY, "19500")


async def test_a_new_dish_can_be_priced_before_it_holds_and_its_id_is_taken(
    books: Database,
) -> None:
    await furnish(books)
    new = Change("item", "okroshka", NEW, "food")
    await published(books, new, price("15000", "okroshka"), at_ms=MONDAY)
    assert "okroshka" in seen_by(books).ahead.items
    assert "okroshka" not in seen_by(books).base.items
    await published(books, price("14000", "okroshka"), at_ms=WEDNESDAY)
    first = await within(books, lambda s: withdraw_edition(s, MENU, 1, NOON_MS))
    assert [(one.number, why.refused) for one, why in first or ()] == [(2, "no_thing")]
    assert await within(books, lambda s: withdraw_edition(s, MENU, 2, NOON_MS)) == []
    assert await within(books, lambda s: withdraw_edition(s, MENU, 1, NOON_MS)) == []
    assert await within(books, lambda s: withdraw_edition(s, MENU, 1, NOON_MS)) is None


async def test_a_draft_that_would_break_a_waiting_edition_is_not_published(
    books: Database,
) -> None:
    await furnish(books)
    await published(books, price("19500"), at_ms=MONDAY)
    seen = await drafted(books, Change("item", "borscht", REMOVED, "yes"))
    told = await within(books, lambda s: publish_draft(s, seen, "", HALYNA))
    assert isinstance(told, list)
    assert [(edition.number, one.refused) for edition, one in seen.broken()] == [(1, "no_thing")]
    assert said(seen_by(books).draft) == [("borscht", "yes")]


async def test_what_is_published_for_now_is_shown_before_the_server_has_taken_it(
    books: Database,
) -> None:
    await furnish(books)
    await published(books, price("19500"))
    seen = seen_by(books)
    assert (seen.draft, seen.base.items["borscht"].price_minor) == ((), 19_500)
    assert [one.number for one in seen.before] == [1]
