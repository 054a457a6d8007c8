"""(j) The back office over a year of a busy house: intake, recalculation, turnover, the grid.

Every figure stands beside a bare pass over the same rows in the same run: SQLite alone, by the
driver, with the same pragmas, and no rule of stock in it. The house is `year`'s.
"""

import asyncio
import http.client
import itertools
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Connection
from sqlmodel import select

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.cards import KnownCards
from sync_server.back_office.goods_tables import Ingredient
from sync_server.back_office.intake import BATCH_EVENTS, count
from sync_server.back_office.ledger import mark_due
from sync_server.back_office.office import Machine, Office, OfficeSettings
from sync_server.back_office.recosting import Recosted, recost
from sync_server.back_office.seeding import NewAccount, load_venue
from sync_server.back_office.till import fold
from sync_server.back_office.turnover import Question, turnover_sheet
from sync_server.store.database import Database, session_on
from tests.back_office.house import PASSWORD, PASSWORDS, PEPPER

from .machine import Watched
from .report import Report, Section, quantile
from .scale import Scale
from .year import (
    DAY_MS,
    FIRST_MS,
    FORTNIGHT,
    STORE_OF,
    WHOLE_YEAR,
    Sales,
    YearHouse,
    deliver,
    furnished,
    part_of_year,
)

TIMES = 3
DAYS_TOLD = 30
LOGIN = "halyna"
GOODS_OF_AN_INVOICE = 40


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """(j): measure and add the section."""
    dose = part_of_year(scale.year_days) if scale.year_days else FORTNIGHT
    section = Section(
        "j",
        f"Back office: {dose.lines:,} sold lines in {dose.days} of {WHOLE_YEAR.days} days",
        f"{dose.dishes} dishes out of {dose.goods} goods in three stores, made from a seed. Bare: "
        "the same rows by SQLite's own driver, with the same pragmas and none of the rules.",
    )
    section.notes.append('the whole year: make bench ARGS="--only j --whole-year"')
    report.sections.append(section)
    house = furnished(dose)
    with (
        Watched(section),
        tempfile.TemporaryDirectory(dir=folder, prefix="year-") as place,
        open_books(file_url(Path(place) / "back.db")) as books,
    ):
        password = NewAccount(LOGIN, "Halyna", "Accountant", ("reports", "costing"), "uk",
                              PASSWORDS.hash(PASSWORD))  # fmt: skip
        await load_venue(
            books,
            house,
            [password],
            day=house.day(0),
            at_ms=FIRST_MS,
            store_of_station=STORE_OF.__getitem__,
        )
        await _intake(books, house, section, Path(place))
        await asyncio.to_thread(_turnover, books, house, section, Path(place))
        await _grid(books, house, section)
        await _recosts(books, house, section, Path(place))


async def _intake(books: Database, house: YearHouse, section: Section, place: Path) -> None:
    """Day after day: what was delivered in the morning, what was sold in the evening."""
    sales, took, told, known = Sales(house), 0.0, 0.0, KnownCards()
    for number in range(house.dose.days):
        await books.write(partial(deliver, house=house, number=number))
        events = list(sales.day(number))
        batches = [events[at : at + BATCH_EVENTS] for at in range(0, len(events), BATCH_EVENTS)]
        begun = time.perf_counter()
        for batch in batches:
            await books.write(partial(count, events=batch, known=known))
        took += time.perf_counter() - begun
        begun = time.perf_counter()
        for batch in batches:
            await books.write(partial(fold, events=batch))
        told += time.perf_counter() - begun
        if number % DAYS_TOLD == DAYS_TOLD - 1:
            print(f"(j) day {number + 1}: {sales.lines:,} lines, {took:.0f} s", file=sys.stderr)
    speed = sales.lines / took
    bare = sales.lines / await asyncio.to_thread(_bare_intake, place, house.dose.days)
    section.add("intake: stock and cost, sold lines a second", speed, "/s")
    section.add("intake: facts of the till, sold lines a second", sales.lines / told, "/s")
    section.add("bare: the same moves and facts inserted, lines a second", bare, "/s")
    section.add("intake against bare", speed / bare, "")
    with _bare(place) as connection:
        moves = connection.execute("SELECT count(*) FROM stock_move").fetchone()[0]
    section.add("moves of stock", moves, "")
    section.add("size of the books", (place / "back.db").stat().st_size / 2**20, "MB")


def _bare(place: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{place / 'back.db'}?mode=ro", uri=True)


def _bare_intake(place: Path, batches: int) -> float:
    """Seconds that the rows of sales take to insert, in as many transactions as there were days."""
    path = place / "bare.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    took = 0.0
    with _bare(place) as source:
        for table in ("stock_move", "sales_fact"):
            read = source.execute(f"SELECT * FROM {table}")
            names = [one[0] for one in read.description]
            connection.execute(f"CREATE TABLE {table} ({', '.join(names)})")
            marks = ", ".join("?" * len(names))
            total = source.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            while rows := read.fetchmany(max(total // batches, 1)):
                begun = time.perf_counter()
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
                connection.execute("COMMIT")
                took += time.perf_counter() - begun
    connection.close()
    for left in place.glob("bare.db*"):
        left.unlink()
    return took


def _median(act: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        act()
        took.append((time.perf_counter() - begun) * 1000)
    return quantile(took, 0.5)


def _month(house: YearHouse) -> tuple[str, str]:
    """The last month of the house."""
    last = house.dose.days - 1
    return house.day(max(last - 29, 0)), house.day(last)


def _turnover(books: Database, house: YearHouse, section: Section, place: Path) -> None:
    first, last = _month(house)
    question = Question("kitchen", first, last)
    ours = _median(lambda: books.read(lambda c: turnover_sheet(c, question)))
    with _bare(place) as connection:
        bare = _median(
            lambda: connection.execute(
                "SELECT ingredient_id, kind, day < ?, target = 'store:kitchen',"
                " sum(qty_milli), sum(value_minor) FROM stock_move"
                " WHERE day <= ? AND 'store:kitchen' IN (source, target) GROUP BY 1, 2, 3, 4",
                (first, last),
            ).fetchall()
        )
    section.add("turnover of a month, one store", ours, "ms")
    section.add("bare: the moves added up", bare, "ms")
    section.add("turnover against bare", ours / bare, "")


async def _grid(books: Database, house: YearHouse, section: Section) -> None:
    """The turnover's page as a browser gets it, by the office's own server."""
    now_ms = FIRST_MS + house.dose.days * DAY_MS
    tokens = itertools.count()
    machine = Machine(lambda: now_ms, lambda: f"{next(tokens):032}")
    office = Office(OfficeSettings(url="", pepper=PEPPER, port=0), books, None, machine)
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(office.serve(bound.set_result))
    try:
        port = await bound
        took = await asyncio.to_thread(_open, port, _month(house))
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    section.add("opening of the grid: the turnover's page, first", took[0], "ms")
    section.add("opening of the grid, median of the next", quantile(took[1:], 0.5), "ms")


def _open(port: int, month: tuple[str, str]) -> Sequence[float]:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request(
        "POST", "/sign-in", urlencode({"login": LOGIN, "password": PASSWORD}),
        form | {"Origin": f"http://127.0.0.1:{port}"},
    )  # fmt: skip
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    question = urlencode({"store": "kitchen", "from": month[0], "to": month[1]})
    took = []
    for _ in range(TIMES + 1):
        begun = time.perf_counter()
        connection.request("GET", f"/reports/turnover?{question}", headers={"Cookie": cookie})
        answer = connection.getresponse()
        page = answer.read()
        took.append((time.perf_counter() - begun) * 1000)
        assert answer.status == 200, answer.status
        assert b"group-" in page or b"<table" in page, "the grid is there"
    connection.close()
    return took


async def _recosts(books: Database, house: YearHouse, section: Section, place: Path) -> None:
    """An invoice of forty goods of the day before, one of the middle of the time, then everything
    from the start."""
    now_ms = FIRST_MS + house.dose.days * DAY_MS
    middle = house.dose.days // 2

    async def late(day: int, dearer: float) -> tuple[Recosted, float]:
        await books.write(
            partial(deliver, house=house, number=day, late=dearer, goods=GOODS_OF_AN_INVOICE)
        )
        begun = time.perf_counter()
        found = await recost(books, now_ms)
        assert found is not None, "the invoice was late"
        return found, time.perf_counter() - begun

    done, took = await late(house.dose.days - 2, 1.2)
    section.add(f"invoice of the day before, {done.goods} goods worked out", took * 1000, "ms")
    done, took = await late(middle, 1.4)
    with _bare(place) as connection:
        goods = [
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT ingredient_id FROM stock_move WHERE day = ? AND document LIKE ?",
                (house.day(middle), "late/%"),
            )
        ]
        marks = ", ".join("?" * len(goods))
        bare = _median(
            lambda: _drained(
                connection.execute(
                    f"SELECT * FROM stock_move WHERE ingredient_id IN ({marks})"
                    " ORDER BY ingredient_id, day, at_ms, n",
                    goods,
                )
            )
        )
    section.add(f"one late invoice of {done.goods} goods worked out", took * 1000, "ms")
    section.add("corrections that it made", done.corrections, "")
    section.add("bare: the histories of its goods read in order", bare, "ms")
    section.add("late invoice against bare", took * 1000 / bare, "")

    def everything(connection: Connection) -> None:
        with session_on(connection) as session:
            for good in session.exec(select(Ingredient.ingredient_id)).all():
                mark_due(session, good, "")
            session.flush()

    await books.write(everything)
    begun = time.perf_counter()
    whole = await recost(books, now_ms + 1)
    took = time.perf_counter() - begun
    assert whole is not None, "everything was due"
    with _bare(place) as connection:
        begun = time.perf_counter()
        read = _drained(
            connection.execute("SELECT * FROM stock_move ORDER BY ingredient_id, day, at_ms, n")
        )
        bare = time.perf_counter() - begun
    section.add(f"full recalculation of {whole.goods} goods", took, "s")
    section.add("moves priced a second", read / took, "/s")
    section.add("bare: all moves read in order", bare, "s")
    section.add("full recalculation against bare", took / bare, "")
    section.notes.append(f"a full run after all is settled corrected {whole.corrections} figures")


def _drained(rows: sqlite3.Cursor) -> int:
    read = 0
    while piece := rows.fetchmany(10_000):
        read += len(piece)
    return read
