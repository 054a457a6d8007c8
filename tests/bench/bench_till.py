"""(k) The till's sums and the journal: a Z of many checks, totals since the first day, a search.

The Z is closed and composed for paper on the state that the journal of (e) leads to, cut off after
so many closed checks; beside it the same sums are read bare from the ledger's rows. Perpetual
totals stand in the state; they are compared with all rows of the ledger, which is what keeping
them saves. The search is the cash desk's own, for what is found at once and for what is oldest;
beside it all events are read bare, newest first, without a look at them.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Stamp
from sync_server.domain.decisions import decide
from sync_server.domain.ids import StaffId
from sync_server.domain.outward import PaperJob, effects_of
from sync_server.domain.rejections import Accepted
from sync_server.domain.staff import RIGHTS, Facts
from sync_server.domain.venue import Venue
from sync_server.front_office.journal_search import Sought, search
from sync_server.paper.composing import compose
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import apply_record
from sync_server.store.database import Database

from .journal_maker import kept
from .machine import Watched
from .orders import CASHIER, SHIFT, demo_catalogue
from .report import Report, Section, quantile
from .scale import Scale

Z_CHECKS = 2_000
TIMES = 9
Z_MS, SEARCH_S, BESIDE_BARE = 50.0, 1.0, 5.0


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "k",
        f"The Z of {Z_CHECKS:,} checks; search in {scale.journal_events:,} events",
        "A shift's figures grow with each event, so its Z is read off; decided, applied and "
        "composed for paper. Bare: the sums of the same checks from the rows of the ledger.",
    )
    report.sections.append(section)
    data = await kept(folder, scale.journal_events)
    front = data / "front.db"
    with Watched(section):
        venue, last_n, checks = await asyncio.to_thread(_until, front, Z_CHECKS)
        mine = [_z(venue.fork()) for _ in range(TIMES)]
        bare, sold = _bare_sums(front, last_n)
        figures = venue.shifts[SHIFT].figures
        assert figures.sales_minor == sold, "the Z says what the ledger says"
        await _searches(section, front, venue)
    ours = quantile(mine, 0.5)
    section.add("closed checks of the shift", checks, "")
    section.at_most("Z: decided, applied, composed", ours, "ms", Z_MS)
    section.add("the same sums bare from the ledger", bare, "ms")
    section.add("Z beside bare", ours / bare if bare else 0.0, "of it")


def _records(front: Path) -> Iterator[tuple[int, bytes]]:
    with closing(sqlite3.connect(f"file:{front}?mode=ro", uri=True)) as connection:
        yield from connection.execute("SELECT n, data FROM journal ORDER BY n")


def _until(front: Path, checks: int) -> tuple[Venue, int, int]:
    """The state after so many closed checks, or at the journal's end."""
    venue, closed, last = Venue(), 0, 0
    for n, data in _records(front):
        last = n
        if isinstance(apply_record(venue, read_event(bytes(data))), e.CheckClosed):
            closed += 1
            if closed == checks:
                break
    return venue, last, closed


def _z(venue: Venue) -> float:
    """Milliseconds from the close of a counted shift to its paper."""
    catalogue = demo_catalogue()
    facts = Facts(
        *(catalogue, 1, "z", StaffId(CASHIER), "bench", "T1", venue.n),
        rights=frozenset(RIGHTS),
    )
    for event in _done(venue, c.CountDrawer(SHIFT, ()), facts):
        venue.apply(event, _stamp(venue))
    begun = time.perf_counter()
    for event in _done(venue, c.CloseShift(SHIFT, "bench"), facts):
        venue.apply(event, _stamp(venue))
        for effect in effects_of(event, venue, catalogue):
            if isinstance(effect.payload, PaperJob):
                compose(effect.payload, catalogue, ZoneInfo(catalogue.settings.zone))
    return (time.perf_counter() - begun) * 1000


def _done(venue: Venue, command: object, facts: Facts) -> tuple[object, ...]:
    decision = decide(venue, command, facts)
    assert isinstance(decision, Accepted), decision
    return decision.events


def _stamp(venue: Venue) -> Stamp:
    return Stamp(venue.n + 1, "bench")


def _bare_sums(front: Path, last_n: int) -> tuple[float, int]:
    """Milliseconds in which the ledger's rows are summed, and what they say was sold."""
    query = "SELECT account, sum(amount_minor) FROM ledger WHERE n <= ? GROUP BY account"
    took, sums = [], {}
    with closing(sqlite3.connect(f"file:{front}?mode=ro", uri=True)) as connection:
        for _ in range(TIMES):
            begun = time.perf_counter()
            sums = dict(connection.execute(query, (last_n,)).fetchall())
            took.append((time.perf_counter() - begun) * 1000)
    sold = sum(-minor for account, minor in sums.items() if account.startswith(("sales", "tax")))
    return quantile(took, 0.5), sold


async def _searches(section: Section, front: Path, venue: Venue) -> None:
    """Perpetual totals against all rows, and the cash desk's search down to the first event."""
    begun = time.perf_counter()
    events = sum(1 for _ in _records(front))
    bare = time.perf_counter() - begun
    section.add(f"{events:,} events read bare", bare, "s")
    asked = (
        ("search for a person, a page", Sought(staff_id=CASHIER), 1),
        ("search for the oldest check, all pages", Sought(number="T1-001"), 0),
        ("search for a sum that nothing has, to the journal's end", Sought(amount_minor=7), 0),
    )
    with Database.open_read_only(f"sqlite:///{front.absolute()}", "front") as database:
        for name, sought, pages in asked:
            begun, answers, longest = time.perf_counter(), 0, 0.0
            while True:
                one = time.perf_counter()
                found = await search(database, venue, sought)
                longest = max(longest, time.perf_counter() - one)
                answers += 1
                if not found.before_n or answers == pages:
                    break
                sought = msgspec.structs.replace(sought, before_n=found.before_n)
            whole = time.perf_counter() - begun
            section.add(f"{name}: in all", whole, "s")
            section.at_most(f"{name}: the longest of {answers} answers", longest, "s", SEARCH_S)
            if sought.amount_minor:
                section.at_most("search to the end beside bare", whole / bare, "times", BESIDE_BARE)
    _perpetual(section, front, venue)


def _perpetual(section: Section, front: Path, venue: Venue) -> None:
    query = "SELECT sum(amount_minor) FROM ledger WHERE account LIKE 'sales%'"
    begun = time.perf_counter()
    with closing(sqlite3.connect(f"file:{front}?mode=ro", uri=True)) as connection:
        connection.execute(query).fetchone()
    bare = (time.perf_counter() - begun) * 1000
    begun = time.perf_counter()
    assert venue.perpetual_minor >= 0
    ours = (time.perf_counter() - begun) * 1000
    section.add("perpetual totals bare, from every row", bare, "ms")
    section.add("perpetual totals read off the state", ours, "ms")
    section.add("perpetual totals beside bare", ours / bare if bare else 0.0, "of it")
