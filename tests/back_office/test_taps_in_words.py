"""The page of a tap: no event, no field and no code of the journal stands there by its own name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Connection

from sync_server.back_office.intake import JournalEvent
from sync_server.back_office.web.formats import Formats
from sync_server.back_office.web.tap_view import MARK_LENGTH, Names, Said, Teller, Told
from sync_server.back_office.web.words import LANGUAGES, Words
from sync_server.domain import events as e
from sync_server.domain.ids import CheckId, LineId, ShiftId, StaffId, TicketId
from sync_server.store.database import Database
from tests.back_office.house import CHECK, DAY, NOON_MS, WAITER, Journal, furnish
from tests.back_office.test_till_reports import closed, paid, told
from tests.builders import a_menu

SHIFT = ShiftId("s1")
CODES = {
    "kind": (
        *("table", "tab", "takeaway", "room", "void", "return", "changed", "drop", "tips", "in"),
        *("out", "break", "back", "discount", "surcharge", "comp", "gift", "deposit"),
    ),
    "state": (
        *("new", "held", "fired", "ready", "served", "void", "queued", "started", "done"),
        *("pending", "unknown", "refused", "corrected"),
    ),
    "outcome": (
        *("returned", "kept", "allocated", "asked", "printed", "copy", "failed", "unknown", "in"),
        *("offline", "locked", "out"),
    ),
    "why": ("refund", "reopen"),
}


def records(kind: type) -> Iterator[type]:
    """A record and all that stand in it."""
    yield kind
    for hint in get_type_hints(kind).values():
        for inner in _inside(hint):
            yield from records(inner)


def _inside(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for part in get_args(hint):
        yield from _inside(part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_and_every_field_and_code_in_it_has_a_word(language: str) -> None:
    known = LANGUAGES[language]
    missing = [name for name in e.EVENTS if f"event_{name}" not in known]
    for name, kind in e.EVENTS.items():
        missing += [
            f"{name}: {record.__name__}.{field.name}"
            for record in records(kind)
            for field in fields(record)
            if not {f"says_{field.name}", f"says_{record.__name__}_{field.name}"} & known.keys()
        ]
    missing += [
        f"{field} {code}"
        for field, codes in CODES.items()
        for code in codes
        if f"is_{field}_{code}" not in known
    ]
    assert missing == []


@dataclass
class Screens:
    """What a terminal says for a code."""

    def sentence(self, code: str, params: dict[str, Any]) -> str:
        return f"<{code}: {sorted(params)}>"


def said_of(books: Database, event: object, language: str = "uk") -> Said:
    words = Words(language)

    def say(connection: Connection) -> Said:
        formats = Formats(language, ZoneInfo("Europe/Kyiv"))
        names = Names(connection, words, formats, a_menu())
        teller = Teller(words, formats, names, Screens().sentence)
        body = msgspec.json.decode(msgspec.json.encode(event))
        return teller.event(JournalEvent(1, NOON_MS, type(event).__name__, body))

    return books.read(say)


def flat(rows: tuple[Told, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        inner = " ".join(" | ".join(cells) for cells in row.table)
        found[row.label] = row.text or inner
        found |= flat(row.rows)
    return found


async def test_ids_are_names_and_figures_are_written_as_the_reader_writes_them(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    opened = e.CheckOpened(
        CHECK, "A-7", "table", "t1", "", 2, WAITER, NOON_MS, DAY, 1_000, "vat", 2_000, True
    )
    journal.add(opened)
    journal.fire("l1", "borscht")
    await told(books, journal)
    check = flat(said_of(books, opened).rows)
    assert check["Обслуговування, %"] == "10,0"
    assert check["Вид"] == "за столом"
    assert check["Операційний день"] == "21 лист. 2026"
    assert "Продовжує рахунок" not in check, "what says nothing is left out"
    void = e.LineVoided(
        CHECK, LineId("l1"), "borscht", 500, 6_000, "comp-staff", True, True, 1, "hot",
        ("-no-garlic*500",), StaffId("nadia"), NOON_MS, DAY,
    )  # fmt: skip
    taken = flat(said_of(books, void).rows)
    assert taken["Рахунок"] == "A-7"
    assert taken["Страва"] == taken["Позиція"] == "Борщ"
    assert (taken["К-сть"], taken["Сума"], taken["Приготовано"]) == ("0,5", "60,00", "так")
    assert "Вид" not in taken, "a void is the usual kind"
    assert taken["Вибір"].startswith("− ")
    assert taken["Вибір"].endswith(" × 0,5")
    odd = e.HotelTotalStated("9999-99-99", 100, StaffId("nadia"), NOON_MS)
    assert flat(said_of(books, odd).rows)["Операційний день"] == "9999-99-99", "no page breaks"


async def test_lists_are_tables_and_marks_stand_apart(books: Database) -> None:
    await furnish(books)
    sale = said_of(books, closed(), "en")
    (dishes,) = [row for row in sale.rows if row.label == "Dishes"]
    assert dishes.heads == ("Dish", "Qty", "Sum", "Discount", "Net")
    assert dishes.table == (("Borscht", "2", "240.00", "24.00", "180.00"),)
    figures = flat(sale.rows)
    assert figures["Total"] == "216.00"
    payment = said_of(books, e.PaymentTaken(CHECK, paid("p1", "cash", 20_000, 500)), "pl")
    money = flat(payment.rows)
    assert (money["Forma płatności"], money["Kwota"], money["Napiwek"]) == (
        "Gotówka",
        "200,00",
        "5,00",
    )
    assert {mark.label for mark in payment.marks} == {"Płatność", "Zmiana"}
    journal = Journal()
    journal.add(e.ShiftOpened(SHIFT, 7, "bar", WAITER, NOON_MS, 50_000, DAY), DAY, NOON_MS)
    await told(books, journal)
    payment = said_of(books, e.PaymentTaken(CHECK, paid("p1", "cash", 20_000, 500)), "pl")
    assert flat(payment.rows)["Zmiana"] == "olena, od 21 lis 12:00", "by whom people know it"
    assert {mark.label for mark in payment.marks} == {"Płatność"}


async def test_a_message_is_the_sentence_of_the_screen_and_the_unknown_is_shown(
    books: Database,
) -> None:
    notice = e.NoticeRaised(
        "n1", WAITER, "check_busy", {"by": "olena"}, NOON_MS, CheckId("c9")  # type: ignore[arg-type]
    )  # fmt: skip
    assert flat(said_of(books, notice).rows)["Повідомлення"] == "<check_busy: ['by']>"
    body = {"newer": 5, "deep": {"er": [1]}}
    newer = JournalEvent(1, NOON_MS, "NotYetInvented", body)
    words, formats = Words("uk"), Formats("uk", ZoneInfo("Europe/Kyiv"))
    told_of = books.read(
        lambda c: Teller(words, formats, Names(c, words, formats, None), None).event(newer)
    )
    assert [(row.label, row.text) for row in told_of.rows] == [
        ("newer", "5"),
        ("deep", "{'er': [1]}"),
    ]


def a_house_line(line_id: str, note: str) -> e.Line:
    return e.Line(
        LineId(line_id), "borscht", "Борщ", 3, 2_000, 12_000, 24_000, "vat", 2_000, ("hot",), 1, 2,
        NOON_MS, WAITER, (e.Chosen("rare", "rare", 500),), note,
    )  # fmt: skip


async def test_no_line_of_a_check_shows_a_name_of_the_program(books: Database) -> None:
    await furnish(books)
    added = e.LinesAdded(CHECK, (a_house_line("l1", ""), a_house_line("l2", "без солі")))
    said = flat(said_of(books, added).rows)
    (lines,) = (row for row in said_of(books, added).rows if row.table)
    assert "без солі" in said[lines.label]
    program = re.compile(r"[a-z]+_[a-z]+")
    assert not [head for head in lines.heads if program.search(head)]
    assert lines.heads[:2] == ("Назва", "К-сть"), "the name stands for the dish"
    assert "Страва" not in lines.heads


async def test_what_the_kitchen_is_told_is_in_minutes_and_a_long_list_of_marks_is_cut(
    books: Database,
) -> None:
    line = e.TicketLine(LineId("l1"), 1, "borscht", "Борщ", 1_000, target_s=750)
    (told_of,) = said_of(books, e.TicketLinesAdded(TicketId("k1"), (line,), 0)).rows[:1]
    assert told_of.table[0][told_of.heads.index("Норма, хв")] == "12,5"
    many = tuple(TicketId(f"ticket-{number}") for number in range(100))
    (marks,) = said_of(books, e.TicketsRushed(many, True, WAITER, NOON_MS)).marks
    assert marks.text.endswith("…")
    assert len(marks.text) <= MARK_LENGTH + 1
