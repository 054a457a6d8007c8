"""Speed of service in the books: counted as the kitchen counts, a recall leaves no trace."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync_server.back_office.pace import Pace, learn_stations
from sync_server.back_office.reports.catalogue import answer
from sync_server.back_office.reports.report import Asked, Line
from sync_server.back_office.reports.service import SPEED
from sync_server.domain import events as e
from sync_server.domain.ids import LineId, StaffId, TicketId
from sync_server.domain.menu import Station
from sync_server.store.database import Database

from .house import CHECK, DAY, NOON_MS, WAITER, Journal, furnish

MINUTE = 60_000
COOK = StaffId("")


def ticket(journal: Journal, name: str, station: str, at_ms: int, minutes: int, item: str) -> None:
    """A ticket for one dish of ten minutes, bumped after so many."""
    line = e.TicketLine(LineId(f"l{name}"), 1, item, item, 1000, target_s=600)
    opened = e.TicketOpened(
        TicketId(name), CHECK, "A-7", station, "table", "t1", "", 2, WAITER, 1, (line,), at_ms
    )
    journal.add(opened, at_ms=at_ms)
    end = at_ms + minutes * MINUTE
    journal.add(e.TicketBumped(TicketId(name), CHECK, (line.line_id,), COOK, end), at_ms=end)


def recalled(journal: Journal, name: str, at_ms: int) -> None:
    """The bump is taken back."""
    ids = (LineId(f"l{name}"),)
    event = e.TicketRecalled(TicketId(name), CHECK, ids, True, COOK, at_ms)
    journal.add(event, at_ms=at_ms)


async def told(books: Database, journal: Journal) -> None:
    """The books take all of it in."""
    pace = Pace(books, journal)
    while events := pace.fetch():
        await pace.take(events)


def asked(by: str, station: str = "") -> Asked:
    return Asked(DAY, DAY, "en", ZoneInfo("Europe/Kyiv"), {"by": by, "station": station})


def rows(books: Database, by: str, station: str = "") -> dict[str, tuple[object, ...]]:
    """Name, count, seconds on average, late."""

    def look(connection: Connection) -> list[Line]:
        return list(answer(connection, SPEED, asked(by, station)).lines)

    lines = books.read(look)
    columns = ("times", "average", "late", "late_share")
    return {str(line.values["what"]): tuple(line.values[c] for c in columns) for line in lines}


async def test_stations_dishes_and_hours_are_averages_of_what_was_bumped(books: Database) -> None:
    await furnish(books)
    await books.write(lambda c: learn_stations(c, [Station("hot", {"en": "Hot line"})]))
    journal = Journal()
    ticket(journal, "a", "hot", NOON_MS, 8, "borscht")
    ticket(journal, "b", "hot", NOON_MS, 12, "borscht")
    ticket(journal, "c", "bar", NOON_MS + 61 * MINUTE, 3, "saperavi")
    ticket(journal, "d", "hot", NOON_MS, 1, "borscht")
    recalled(journal, "d", NOON_MS + 2 * MINUTE)
    await told(books, journal)
    assert rows(books, "station") == {"Hot line": (2, 600, 1, 5_000), "bar": (1, 180, 0, 0)}
    assert [row[:2] for row in rows(books, "dish").values()] == [(2, 600), (1, 180)]
    assert [row[:2] for row in rows(books, "hour").values()] == [(2, 600), (1, 180)]
    assert list(rows(books, "station", "bar")) == ["bar"]
    assert list(rows(books, "day")) == [DAY]
    await told(books, journal)
    assert rows(books, "station")["bar"][0] == 1, "each event counts once"


async def test_a_recall_in_a_later_batch_takes_the_same_time_back_and_nonsense_is_passed_over(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    ticket(journal, "a", "hot", NOON_MS, 8, "borscht")
    await told(books, journal)
    recalled(journal, "a", NOON_MS + 9 * MINUTE)
    journal.add(e.TicketBumped(TicketId("unheard"), CHECK, (), COOK, NOON_MS))
    await told(books, journal)
    assert rows(books, "station") == {}
    broken = replace(journal.events[0], n=len(journal.events) + 1, body={"ticket_id": 5})
    journal.events.append(broken)
    await told(books, journal)
    assert rows(books, "dish") == {}
