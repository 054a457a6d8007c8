"""Sales, cash, folio and stock agree after whatever happened, and figures open to their taps."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings, strategies as st

from sync_server.back_office import room_days
from sync_server.back_office.recosting import recost
from sync_server.back_office.reports import listing, recosts, rooms, shelves
from sync_server.back_office.reports.catalogue import BY_KEY, answer
from sync_server.back_office.reports.report import Asked, Drill, Line, Word
from sync_server.back_office.till import fold
from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import ChargeId, CheckId, LineId
from sync_server.domain.menu import PointRules, Reason
from sync_server.hotel.outlet_days import OutletCharge
from sync_server.store.database import Database, MemoryDisk
from tests.back_office.house import DAY, NOON_MS, Journal, count, furnished_image
from tests.back_office.test_books_always import (
    TABLES,
    assert_the_books_add_up,
    rows,
)
from tests.back_office.test_papers import kilos, posted, receipt
from tests.back_office.test_till_reports import KYIV
from tests.builders import AHouse, a_line, a_menu, names
from tests.domain.test_till import SH, K, a_check
from tests.domain.test_till_always import done

FIRST, LAST = "2026-11-01", "2026-11-30"
MONEY = (
    "cash",
    "card",
    "half",
    "refund",
    "reopen",
    "close",
    "correct",
    "drop",
    "lost",
    "allocated",
    "card_held",
    "points",
)
FLOOR = ("order", "void", "remake", "comp", "staff", "return", "discount", "room", "room")
BOOKS = ("buy_late",)
Operation = tuple[str, int, int]
OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from([*MONEY, "cash", "card", *FLOOR, "order", "order", *BOOKS]),
        st.integers(0, 5),
        st.integers(-100, 60_000),
    ),
    min_size=12,
    max_size=30,
)
RICH: list[Operation] = [
    ("order", 3, 0), ("order", 2, 0), ("comp", 1, 0), ("staff", 1, 1), ("remake", 1, 0),
    ("return", 2, 0), ("discount", 2, 1), ("void", 2, 0), ("cash", 0, 900), ("card", 0, 700),
    ("room", 1, 9_000), ("order", 1, 0), ("cash", 1, 0), ("correct", 1, 0),
    ("refund", 1, 500), ("refund", 2, 500), ("refund", 3, 500),
    ("reopen", 0, 0), ("card", 0, 0), ("lost", 0, 4_000), ("drop", 2, 3_000),
    ("order", 1, 0), ("card_held", 0, 0), ("points", 0, 700), ("card", 0, 0), ("refund", 0, 300),
    ("buy_late", 0, 0),
]  # fmt: skip


def happens(house: AHouse, step: int, operation: Operation) -> None:
    """Something at the table or at the till; what makes no sense is refused."""
    what, which, amount = operation
    if what in MONEY:
        done(house, step, ("move", 2, amount) if what == "drop" else operation)
        return
    if what == "order":
        a_check(a_line(f"l{step}", qty_milli=1000 * (1 + which)), house=house, name=f"o{step}")
        return
    checks = [*house.venue.checks.values()]
    check = checks[which % len(checks)] if checks else None
    if check is None or not check.lines:
        return
    check_id = CheckId(check.check_id)
    line = LineId(check.lines[amount % len(check.lines)].line_id)
    if what == "room":
        charge = ChargeId(f"h{step}")
        ask = c.ChargeRoom(check_id, charge, SH, "s1", "304", "Guest", max(1, amount))
        house.do(ask, by="nadia")
        house.do(c.SettleCharge(charge, "posted" if which else "refused", f"F{step}"))
        return
    house.do(asked_of(what, check_id, line, amount), by="nadia")


def asked_of(what: str, check: CheckId, line: LineId, amount: int) -> object:
    """A command about a dish."""
    match what:
        case "void" | "remake":
            return c.VoidLine(check, line, 1000, "guest-left", made=what == "remake")
        case "return":
            return c.VoidLine(check, line, 1000, "hair", made=True, kind="return")
        case "discount":
            return c.GiveDiscount(check, f"d{amount}", "half", reason="sorry")
        case _:
            reason = "comp-staff" if what == "staff" else "birthday"
            return c.CompLine(check, f"c{amount}", line, 1000, reason)


@dataclass(frozen=True)
class Folios:
    """What the hotel says that it holds."""

    charges: Sequence[OutletCharge]
    by_answers: bool = False

    def between(self, first: str, last: str) -> Mapping[str, int]:
        sums: dict[str, int] = {}
        for one in self.listed(first, last, len(self.charges)):
            sums[one.day] = sums.get(one.day, 0) + one.amount_minor
        return sums

    def listed(self, first: str, last: str, most: int) -> Sequence[OutletCharge]:
        return [one for one in self.charges if first <= one.day <= last][:most]


OPENS: Mapping[str, tuple[str, ...]] = {
    "till_lines": ("amount",),
    "moves": ("value",),
    "on_hand": ("value",),
    "dish_cost": ("net", "cost"),
    "sold": ("portions", "margin"),
    "sales": ("net",),
    "recost_lines": ("of_cost", "of_stock"),
    "club_card": ("amount",),
    "room_charges": ("ours", "theirs"),
}
"""By report that opens: its figures, one of which has to be the one that was opened."""

FIGURES: Mapping[str, tuple[str, ...]] = {
    "sales": ("gross", "discount", "net", "total"),
    "tenders": ("amount", "tips", "cash"),
    "taxes": ("base", "tax"),
    "dish_cost": ("portions", "net", "cost", "margin"),
    "abc": ("portions", "net", "margin"),
    "menu_engineering": ("portions", "net", "cost", "margin"),
    "margin_by_check": ("net",),
    "variance_report": ("by_recipe", "explained", "found", "really", "gap"),
    "real_cost": ("value",),
    "prices": ("value",),
    "recosts": ("of_cost", "of_stock"),
    "given": ("amount",),
    "shifts": ("sales",),
    "club": ("earned", "spent", "given_back", "taken_back"),
    "tie_out": ("ours", "theirs"),
}
"""Sums of money that open what they are the sum of."""

BY = {
    "sales": ("hour", "day", "item", "category", "group", "waiter", "hall", "terminal"),
    "dish_cost": ("dish", "category", "day"),
}


def lines_of(books: Database, key: str, hotel: Folios, query: Mapping[str, str]) -> list[Line]:
    """A report's lines."""
    first, last = query.get("from", FIRST), query.get("to", LAST)
    kept = {name: value for name, value in query.items() if name not in ("from", "to")}
    asked = Asked(first, last, "en", KYIV, kept, hotel)
    return list(books.read(lambda connection: answer(connection, BY_KEY[key], asked)).lines)


def figure_of(line: Line, column: str) -> int:
    """A figure of a line; nothing where it has none."""
    value = line.values.get(column)
    return value if isinstance(value, int) else 0


def assert_every_figure_opens(books: Database, hotel: Folios) -> int:
    """What opens behind every sum adds up to it; returns how many were opened."""
    opened = 0
    for key, columns in FIGURES.items():
        for by in BY.get(key, ("",)):
            for line in lines_of(books, key, hotel, {"by": by} if by else {}):
                for column in columns:
                    drill = line.drills.get(column) or line.drills.get("")
                    value = figure_of(line, column)
                    if drill is None or drill.report not in OPENS or not value:
                        continue
                    found = behind(books, drill, hotel)
                    assert abs(value) in found, (key, by, line.key, column, value, drill, found)
                    opened += 1
    return opened


def behind(books: Database, drill: Drill, hotel: Folios) -> set[int]:
    """The sums of what opens; a refund belongs to no dish and is not among them."""
    listed = lines_of(books, drill.report, hotel, drill.query)
    dishes = [line for line in listed if line.key or drill.report != "sales"]
    return {abs(sum(figure_of(line, column) for line in dishes)) for column in OPENS[drill.report]}


def folios_of(house: AHouse) -> Folios:
    """What the hotel holds: everything that it said it posted."""
    asked = {one.charge_id: one for one in house.happened(e.RoomChargeAsked)}
    posted = (asked[one.charge_id] for one in house.happened(e.RoomChargePosted))
    return Folios([
        OutletCharge(
            *(one.charge_id, DAY, one.room, one.number), one.amount_minor + one.tip_minor, NOON_MS
        )
        for one in posted
    ])  # fmt: skip


def journal_of(house: AHouse) -> Journal:
    """The journal of a house."""
    journal = Journal()
    for event in house.events:
        journal.add(event)
    return journal


@asynccontextmanager
async def books_after(sequence: list[Operation]) -> AsyncIterator[tuple[Database, AHouse]]:
    """The books after an evening and its drawer count, with a late invoice if it has one."""
    house = a_house_with_reasons()
    for step, operation in enumerate(sequence):
        happens(house, step, operation)
    house.do(c.CountDrawer(SH, ()), by="nadia")
    house.do(c.CloseShift(SH, "all of it"), by="nadia")
    house.must(c.MoveClubPoints("CLUB", "CLUB-2", "lost"), by="nadia")
    journal = journal_of(house)
    with Database.on_disk(MemoryDisk(await furnished_image())) as books:
        await books.write(lambda connection: count(connection, journal.events))
        await books.write(lambda connection: fold(connection, journal.events))
        await books.write(lambda connection: room_days.fold(connection, journal.events))
        if any(what == "buy_late" for what, _, _ in sequence):
            await posted(books, receipt(kilos("beet", "4", 9_000), day="2026-11-20", at=NOON_MS))
        await recost(books, NOON_MS)
        yield books, house


@settings(max_examples=8, deadline=None)
@given(OPERATIONS)
@example(RICH)
async def test_sales_cash_folio_and_stock_agree_and_open_down_to_the_tap(
    sequence: list[Operation],
) -> None:
    async with books_after(sequence) as (books, house):
        hotel = folios_of(house)
        assert_the_books_add_up(books)
        tied = lines_of(books, "tie_out", hotel, {})
        assert [line.values for line in tied if figure_of(line, "difference")] == []
        told = lines_of(books, "real_cost", hotel, {})
        real = {line.key: figure_of(line, "value") for line in told}
        explained = ("waste", "counted", "made", "corrections")
        assert real["gap"] == sum(real.get(key, 0) for key in explained)
        points = lines_of(books, "club", hotel, {})
        held = {card.card: card.balance_minor for card in house.venue.club.values()}
        assert {line.key: figure_of(line, "balance") for line in points} == held
        assert sum(figure_of(line, "transferred") for line in points) == 0
        for line in lines_of(books, "club_card", hotel, {"card": "CLUB"}):
            if bill := figure_of(line, "total"):
                assert bill in behind(books, line.drills["total"], hotel)
        opened = assert_every_figure_opens(books, hotel)
        assert opened or not house.happened(e.CheckClosed)
        taps = lines_of(books, "till_lines", hotel, {"of": "check"})
        assert {line.drills[""].report for line in taps} <= {"tap"}


async def test_each_difference_of_a_late_invoice_stands_under_its_name_down_to_the_sale() -> None:
    async with books_after(RICH) as (books, house):
        hotel = folios_of(house)
        found = lines_of(books, "recosts", hotel, {})
        assert {line.group for line in found} == {Word("paper_receipt", "receipt", " 1/2026")}
        assert {line.values["good"] for line in found} == {"Beet"}
        changed = sum(figure_of(line, "of_cost") for line in found)
        booked = TABLES["cost_change"].c.cost_minor
        assert changed == sum(row[0] for row in rows(books, sa.select(booked))) != 0
        (named,) = {line.drills[""].query["run"] for line in found}
        each = lines_of(books, "recost_lines", hotel, {"run": named})
        assert sum(figure_of(line, "of_cost") for line in each) == changed
        assert {line.drills[""].report for line in each} == {"tap"}
        assert {line.values["dish"] for line in each} == {"Borscht"}
        # A correction on the card of the good leads to its run, not into nothing.
        card = lines_of(books, "item_card", hotel, {"store": "kitchen", "good": "beet"})
        assert {line.drills[""].report for line in card[1:]} >= {"recosts", "tap"}
        assert lines_of(books, "recosts", hotel, {"document": "receipt/2026/1"}) == found
        assert lines_of(books, "recosts", hotel, {"document": "receipt/2026/9"}) == []


async def test_a_figure_of_more_lines_than_are_listed_opens_to_its_sum_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (listing, recosts, rooms, shelves):
        monkeypatch.setattr(module, "MOST_LINES", 2)
    async with books_after(RICH) as (books, house):
        hotel = folios_of(house)
        assert len({type(event) for event in house.events}) > 15, "much happened"
        assert assert_every_figure_opens(books, hotel) > 50
        query = {"store": "kitchen", "good": "beet"}
        card = lines_of(books, "item_card", hotel, query)
        (held,) = [
            line
            for line in lines_of(books, "on_hand", hotel, {"store": "kitchen"})
            if line.key == "kitchen/beet"
        ]
        assert card[-1].key == "rest"
        assert card[-1].values["value_after"] == held.values["value"]
        assert card[-1].values["balance"] == held.values["on_hand"]


def a_house_with_reasons() -> AHouse:
    """A check with a borscht is there, and the staff may eat."""
    menu = a_menu(points=PointRules(2_000, 7_000))
    meal = Reason("comp-staff", "comp", names("staff meal"))
    house = AHouse(replace(menu, reasons={**menu.reasons, "comp-staff": meal}))
    house.must(c.IssueClubCard("CLUB", "Ann"), by="nadia")
    a_check(house=house)
    house.must(c.AttachClubCard(K, "CLUB"))
    return house
