"""What the till did, in reports: sales, money, people, and books that agree with each other."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync_server.back_office.reports.catalogue import BY_KEY, REPORTS, answer
from sync_server.back_office.reports.naming import learn
from sync_server.back_office.reports.report import Asked, Line, Word, sums
from sync_server.back_office.room_days import RoomDays
from sync_server.back_office.till import Till, fold
from sync_server.domain import events as e
from sync_server.domain.ids import LineId, PaymentId, ShiftId, StaffId
from sync_server.domain.menu import Reason
from sync_server.domain.menu_standing import Dish, menu_standing
from sync_server.store.database import Database

from .house import CHECK, DAY, NOON_MS, WAITER, Journal, furnish, take_all

SHIFT = ShiftId("s1")
MANAGER = StaffId("taras")
KYIV = ZoneInfo("Europe/Kyiv")
HOUR = 3_600_000
NEXT_DAY = "2026-11-22"
TOTALS = e.Totals(
    gross_minor=24_000,
    discount_minor=2_400,
    total_minor=21_600,
    taxes=(e.TaxSum("vat", 2_000, 21_600, 3_600),),
)
SOLD = (e.SoldSum(LineId("l1"), "borscht", 2_000, 24_000, 2_400, 18_000),)


def paid(name: str, tender: str, amount: int, tip: int = 0) -> e.Payment:
    return e.Payment(
        PaymentId(name), tender, SHIFT, amount, NOON_MS, WAITER, tip_minor=tip, rounding_minor=0
    )


def closed(day: str = DAY) -> e.CheckClosed:
    return e.CheckClosed(CHECK, "A-7", SHIFT, WAITER, TOTALS, SOLD, 0, 2, NOON_MS, day)


def opened() -> e.CheckOpened:
    return e.CheckOpened(
        CHECK, "A-7", "table", "t1", "", 2, WAITER, NOON_MS, DAY, 0, "vat", 2_000, True
    )


def evening() -> Journal:
    """A soup for two with a discount after the bill, paid by card and cash, then reopened."""
    journal = Journal()
    journal.add(e.ShiftOpened(SHIFT, 1, "bar", WAITER, NOON_MS, 50_000, DAY))
    journal.add(e.ClockPunched(WAITER, "in", WAITER, NOON_MS - 4 * HOUR), at_ms=NOON_MS - 4 * HOUR)
    journal.add(opened())
    journal.fire("l1", "borscht", 2)
    journal.add(e.PreBillPrinted(CHECK, 1, TOTALS, WAITER, NOON_MS))
    grant = e.Grant("g1", "ten", "Ten", MANAGER, rate_bp=1_000, reason="regular")
    journal.add(e.DiscountGiven(CHECK, grant, NOON_MS))
    journal.add(e.PreBillPrinted(CHECK, 2, TOTALS, WAITER, NOON_MS))
    journal.add(e.PaymentTaken(CHECK, paid("p1", "card", 11_600, tip=500)))
    journal.add(e.PaymentTaken(CHECK, paid("p2", "cash", 10_000)))
    journal.add(closed())
    journal.add(e.DrawerOpened(SHIFT, "change", WAITER, NOON_MS))
    journal.add(e.ClockPunched(WAITER, "break", WAITER, NOON_MS), at_ms=NOON_MS)
    journal.add(e.ClockPunched(WAITER, "back", WAITER, NOON_MS), at_ms=NOON_MS + HOUR // 2)
    journal.add(e.ClockPunched(WAITER, "out", WAITER, NOON_MS), at_ms=NOON_MS + 4 * HOUR)
    return journal


def reopened() -> e.CheckReopened:
    return e.CheckReopened(
        CHECK, "A-7", SHIFT, TOTALS, SOLD, 0, 2, 0, 0, "wrong wine", MANAGER, NOON_MS
    )


async def told(books: Database, journal: Journal) -> None:
    await take_all(books, journal)
    for follower in (Till(books, journal), RoomDays(books, journal)):
        while events := follower.fetch():
            await follower.take(events)


def lines(
    books: Database, key: str, first: str = DAY, last: str = DAY, **asks: str
) -> Sequence[Line]:
    asked = Asked(first, last, "en", KYIV, asks)
    return books.read(lambda connection: answer(connection, BY_KEY[key], asked)).lines


def figure(books: Database, key: str, column: str, **asks: str) -> object:
    report = BY_KEY[key]
    return sums(report, lines(books, key, **asks)).get(column, 0)


def run(books: Database, journal: Journal) -> None:
    async def go() -> None:
        await furnish(books)
        await told(books, journal)

    asyncio.run(go())


def test_sales_add_up_to_the_same_along_every_dimension(books_on_both: Database) -> None:
    run(books_on_both, evening())
    for by in ("hour", "day", "item", "category", "group", "waiter", "hall", "terminal"):
        assert figure(books_on_both, "sales", "net", by=by) == 18_000
    (hour,) = lines(books_on_both, "sales", by="hour")
    assert (hour.key, hour.values["guests"], hour.values["total"]) == ("12", 2, 21_600)
    (waiter,) = lines(books_on_both, "sales", by="waiter")
    assert waiter.key == WAITER


async def test_a_reason_is_called_as_the_house_calls_it_in_the_readers_language(
    books: Database,
) -> None:
    await furnish(books)
    await told(books, evening())

    def shown(language: str) -> set[object]:
        asked = Asked(DAY, DAY, language, KYIV)
        found = books.read(lambda c: answer(c, BY_KEY["given"], asked)).lines
        return {line.values["reason"] for line in found}

    assert shown("pl") == {Word("reason_regular", "regular")}, "the key, until the menu is read"
    names = {"uk": "Постійний гість", "en": "A regular"}
    reasons = [Reason("regular", "discount", names)]
    await books.write(lambda connection: learn(connection, (), (), (), reasons))
    assert (shown("uk"), shown("pl")) == ({"Постійний гість"}, {"A regular"})


async def test_the_list_of_club_cards_says_which_are_blocked_and_whose_points_are_on_another(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    for card in ("LOST", "FOUND", "GONE", "NEW"):
        journal.add(e.ClubCardIssued(card, "Ann", MANAGER, NOON_MS))
    for card, blocked in (("LOST", True), ("FOUND", True), ("GONE", True), ("FOUND", False)):
        journal.add(e.ClubCardBlocked(card, blocked, "why", MANAGER, NOON_MS))
    journal.add(e.ClubPointsMoved("GONE", "NEW", 0, 0, "why", MANAGER, NOON_MS))
    await told(books, journal)
    shown = {line.key: line.values["state"] for line in lines(books, "club")}
    blocked_word = Word("card_blocked", "blocked")
    assert shown == {"LOST": blocked_word, "FOUND": None, "GONE": "→ NEW", "NEW": None}


def test_every_report_answers_in_an_empty_house_and_in_a_full_one(books: Database) -> None:
    def ask(connection: Connection) -> None:
        for report in REPORTS:
            answer(connection, report, Asked("2026-11-01", "2026-11-30", "uk", KYIV))

    asyncio.run(furnish(books))
    books.read(ask)
    asyncio.run(told(books, evening()))
    books.read(ask)


def test_a_reopened_sale_is_taken_back_on_its_day_and_counts_again_at_the_next_close(
    books: Database,
) -> None:
    journal = evening()
    journal.add(reopened(), day=NEXT_DAY)
    run(books, journal)
    assert figure(books, "sales", "net", by="item") == 18_000
    after = {"first": NEXT_DAY, "last": NEXT_DAY}
    assert [line.values["net"] for line in lines(books, "sales", by="item", **after)] == [-18_000]
    assert figure(books, "dish_cost", "net", **after) == -18_000
    journal.add(closed(NEXT_DAY), day=NEXT_DAY)
    asyncio.run(told(books, journal))
    assert figure(books, "sales", "net", by="item", last=NEXT_DAY) == 18_000
    assert figure(books, "sales", "net", by="item", **after) == 0
    assert figure(books, "given", "amount", last=NEXT_DAY) == 2_400
    tied = lines(books, "tie_out", last=NEXT_DAY)
    # A hotel that tells no sums has nothing to differ by.
    assert {line.values.get("difference", 0) for line in tied} == {0}


def test_a_refund_is_negative_on_the_day_it_happens_with_its_tax(books: Database) -> None:
    journal = evening()
    back = e.PaymentRefunded(
        CHECK, PaymentId("r1"), PaymentId("p2"), SHIFT, "cash", 1_200, 0, "cold", MANAGER, NOON_MS,
        taxes=(e.TaxSum("vat", 2_000, 1_200, 200),),
    )  # fmt: skip
    journal.add(back, day=NEXT_DAY)
    run(books, journal)
    assert figure(books, "sales", "net", by="item") == 18_000
    after = {"first": NEXT_DAY, "last": NEXT_DAY}
    assert figure(books, "sales", "net", by="waiter", **after) == -1_000
    assert figure(books, "taxes", "tax", **after) == -200
    assert figure(books, "tenders", "amount", **after) == -1_200
    assert figure(books, "taxes", "tax", last=NEXT_DAY) == 3_400
    assert figure(books, "tie_out", "difference", last=NEXT_DAY) == 0


def test_a_corrected_tender_moves_money_and_makes_none(books: Database) -> None:
    journal = evening()
    was = paid("p1", "card", 11_600, tip=500)
    now = paid("p1", "cash", 11_600, tip=500)
    journal.add(e.TenderCorrected(CHECK, SHIFT, was, now, "slip", MANAGER, NOON_MS))
    journal.add(e.VoucherSold("V1", "gift", "Gift", 0, paid("p9", "cash", 5_000)))
    journal.add(e.AccountPaid("acc", paid("p8", "card", 7_000)))
    run(books, journal)
    by_tender = {line.key: line.values["amount"] for line in lines(books, "tenders")}
    assert by_tender["card/sale"] == 12_100
    assert by_tender["card/correction"] == -12_100
    assert by_tender["cash/correction"] == 12_100
    assert by_tender["cash/voucher"] == 5_000
    assert by_tender["card/account"] == 7_000
    assert figure(books, "sales", "net", by="day") == 18_000


def test_loss_prevention_names_who_did_what_after_the_bill(books: Database) -> None:
    journal = evening()
    journal.void("l1", "borscht", 1, made=True)
    journal.add(reopened())
    run(books, journal)
    people = {line.key: line.values for line in lines(books, "loss")}
    assert people[WAITER]["no_sale"] == people[WAITER]["reprint"] == people[WAITER]["void"] == 1
    assert people[MANAGER]["late_discount"] == people[MANAGER]["reopened"] == 1


def test_a_discount_before_the_bill_and_a_dish_made_otherwise_are_no_loss(books: Database) -> None:
    journal = Journal()
    journal.add(opened())
    journal.fire("l1", "borscht", 2)
    grant = e.Grant("g1", "ten", "Ten", MANAGER, rate_bp=1_000, reason="regular")
    journal.add(e.DiscountGiven(CHECK, grant, NOON_MS))
    journal.void("l1", "borscht", 1, made=True, kind="changed")
    journal.add(e.PreBillPrinted(CHECK, 1, TOTALS, WAITER, NOON_MS))
    run(books, journal)
    assert lines(books, "loss") == []
    assert lines(books, "given") == []


def test_money_back_on_an_open_check_is_no_sale_and_a_voucher_leaves_in_coins(
    books: Database,
) -> None:
    journal = Journal()
    journal.add(opened())
    journal.add(e.PaymentTaken(CHECK, paid("p1", "card", 10_000)))
    refund, payment = PaymentId("r1"), PaymentId("p1")
    back = (CHECK, refund, payment, SHIFT, "card", 10_000, 0, "wrong table", WAITER, NOON_MS)
    journal.add(e.PaymentRefunded(*back))
    journal.add(e.VoucherReturned("G-1", "gift", SHIFT, 3_003, -3, "left", WAITER, NOON_MS))
    run(books, journal)
    assert lines(books, "sales", by="day") == []
    assert figure(books, "tenders", "amount") == -3_003
    assert figure(books, "tenders", "cash") == -3_000


def test_hours_are_the_time_in_the_house_less_breaks(books: Database) -> None:
    run(books, evening())
    (stay,) = lines(books, "hours")
    assert (stay.values["breaks"], stay.values["worked"]) == (30, 450)


def test_a_figure_opens_its_lines_and_a_line_its_tap(books: Database) -> None:
    run(books, evening())
    (soup,) = lines(books, "sales", by="item")
    drill = soup.drills[""]
    behind = books.read(
        lambda connection: answer(
            connection, BY_KEY[drill.report], Asked(DAY, DAY, "en", KYIV, drill.query)
        )
    ).lines
    assert sum(int(str(line.values["amount"])) for line in behind) == soup.values["net"]
    assert {line.drills[""].report for line in behind} == {"tap"}


def test_the_journal_is_found_by_check_person_sum_device_and_kind(books: Database) -> None:
    run(books, evening())
    found = {
        name: len(lines(books, "journal", **{name: value}))
        for name, value in (
            ("number", "A-7"),
            ("kind", "DrawerOpened"),
            ("sum", "116,00"),
            ("device", "till-1"),
            ("person", "taras"),
        )
    }
    assert found == {"number": 8, "kind": 1, "sum": 1, "device": 14, "person": 1}


def test_events_told_twice_count_once(books: Database) -> None:
    journal = evening()
    run(books, journal)
    asyncio.run(books.write(lambda connection: fold(connection, journal.events)))
    assert figure(books, "sales", "net", by="item") == 18_000


def test_dishes_stand_by_popularity_and_by_the_margin_of_a_portion() -> None:
    dishes = [
        Dish("steak", 100_000, 1_500_000),
        Dish("soup", 200_000, 600_000),
        Dish("oysters", 20_000, 600_000),
        Dish("toast", 30_000, 60_000),
    ]
    assert menu_standing(dishes) == {
        "steak": "star",
        "soup": "plowhorse",
        "oysters": "puzzle",
        "toast": "dog",
    }
    assert menu_standing([]) == {}


def test_an_unread_event_is_indexed_and_stops_nothing(books: Database) -> None:
    journal = evening()
    journal.add(reopened())
    journal.events[-1].body.pop("totals")  # type: ignore[attr-defined]
    run(books, journal)
    assert len(lines(books, "journal", kind="CheckReopened")) == 1
    assert figure(books, "sales", "net", by="item") == 18_000


def test_money_on_suspense_pays_no_check_until_it_is_allocated(books: Database) -> None:
    journal = evening()
    stray = paid("p5", "cash", 4_000)
    journal.add(e.PaymentUnallocated(CHECK, stray))
    run(books, journal)
    assert figure(books, "tie_out", "difference") == 0
    for outcome, left in (("allocated", 4_000), ("returned", 0)):
        settled = e.SuspenseSettled(stray, SHIFT, outcome, CHECK, "found", MANAGER, NOON_MS)
        journal.add(settled)
        asyncio.run(told(books, journal))
        cash = sum(
            int(str(line.values["cash"]))
            for line in lines(books, "tenders")
            if line.key in ("cash/suspense", "cash/sale")
        )
        assert cash == 10_000 + left
