"""Papers to look at before there are any: a made-up order from the venue's own menu, a test page.

For the set-up page: the preview of a template and the test of a printer. Rule: nothing of it is
sold, sent or stored, and each says that it is a sample by its number.
Neighbours: `composing` sets them like any other paper, `templates` arranges them.
"""

from dataclasses import replace

from hardware.documents import QR, Align, Document, Rule, Size, Space, Text
from sync_server.domain.checks import Check, totals_of
from sync_server.domain.events import TicketLine
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId, StaffId, TicketId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import Catalogue, Item
from sync_server.domain.outward import PaperJob, PrepLabel, SheetRow, StockSheet
from sync_server.domain.records import Line, LineBefore, Payment

from .words import Words

NUMBER = "T0-000"
SHOWN = ("kitchen", "void", "change", "move", "pre_bill", "receipt", "stock_take", "label")
"""Documents that can be looked at without a real one."""
_DISHES = 3
_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000


def sample_job(document: str, catalogue: Catalogue, at_ms: int) -> PaperJob | None:
    """A job of that document; None for one that cannot be made up."""
    items = [item for item in catalogue.items.values() if item.price_minor][:_DISHES]
    language = catalogue.settings.language
    person = StaffId(next(iter(catalogue.staff), ""))
    job = PaperJob(document, "", language, at_ms, by=person, table="12")
    match document:
        case "kitchen" | "void" | "change" | "move":
            station = next(iter(catalogue.stations), "")
            return replace(
                job, was_at="10", ticket=_ticket(items, station, at_ms, document, person)
            )
        case "pre_bill":
            return replace(job, check=_check(items, catalogue, at_ms, person))
        case "receipt":
            check = _check(items, catalogue, at_ms, person)
            due = totals_of(check).total_minor
            paid = Payment(PaymentId("p"), "cash", ShiftId("s"), due, at_ms, person)
            closed = replace(check, payments=(paid,), state="closed", closed_ms=at_ms)
            return replace(job, check=closed)
        case "stock_take":
            rows = tuple(SheetRow(catalogue.name(item.names, language), "1") for item in items)
            return replace(job, sheet=StockSheet(NUMBER, catalogue.settings.name, rows))
        case "label" if items:
            name = catalogue.name(items[0].names, language)
            allergens = ", ".join(items[0].allergens)
            return replace(job, label=PrepLabel(name, at_ms, at_ms + 2 * _DAY_MS, allergens))
    return None


def shelf_job(catalogue: Catalogue, item_id: str, hours: int, at_ms: int) -> PaperJob | None:
    """A real label for a dish of the menu, good for so many hours; without a dish the sheet to
    count all dishes by. None for a dish that is not there."""
    language = catalogue.settings.language
    job = PaperJob("stock_take", "", language, at_ms)
    if item_id:
        item = catalogue.items.get(item_id)
        if item is None:
            return None
        name = catalogue.name(item.kitchen_names or item.names, language)
        label = PrepLabel(name, at_ms, at_ms + hours * _HOUR_MS, ", ".join(item.allergens))
        return replace(job, document="label", label=label)
    groups = catalogue.categories
    rows = tuple(
        SheetRow(
            catalogue.name(item.names, language),
            "",
            catalogue.name(groups[item.category_id].names, language)
            if item.category_id in groups
            else "",
        )
        for item in sorted(catalogue.items.values(), key=lambda one: one.category_id)
    )
    return replace(job, sheet=StockSheet("", catalogue.settings.name, rows))


def test_page(name: str, connection: str, words: Words) -> Document:
    """What shows whether a printer is set up rightly: letters of every kind, sizes, both edges."""
    letters = words.say("test_letters")
    return Document(
        title=words.say("test_print"),
        blocks=(
            Text(name, Size.LARGE, bold=True, align=Align.CENTER),
            Text(connection, Size.SMALL, align=Align.CENTER),
            Rule(),
            *(Text(letters, size) for size in Size),
            Text(letters, Size.LARGE, bold=True, inverse=True),
            Rule(),
            Space(8),
            QR(connection or name),
        ),
        footer=f"— {words.say('test_print')} —",
    )


def _ticket(
    items: list[Item], station_id: str, at_ms: int, document: str, person: StaffId
) -> Ticket:
    lines = tuple(
        TicketLine(LineId(f"l{n}"), 1, item.item_id, item.item_id, 1000 * (n + 1))
        for n, item in enumerate(items)
    )
    if document == "change":
        before = LineBefore(note="…", seat=1)
        lines = tuple(replace(line, note="…!", seat=2, before=before) for line in lines[:1])
    elif document == "void":
        lines = tuple(replace(line, state="void", void_ms=at_ms) for line in lines[:1])
    elif lines:
        lines = (replace(lines[0], note="…", allergy="…"), *lines[1:])
    return Ticket(
        ticket_id=TicketId("k"),
        check_id=CheckId("c"),
        check_number=NUMBER,
        station_id=station_id,
        kind="table",
        table_id="",
        name="",
        guests=2,
        waiter=person,
        course=1,
        lines=lines,
        created_ms=at_ms,
        clock_ms=at_ms,
        changed_ms=at_ms,
    )


def _check(items: list[Item], catalogue: Catalogue, at_ms: int, person: StaffId) -> Check:
    settings = catalogue.settings
    lines = tuple(
        Line(
            LineId(f"l{n}"),
            item.item_id,
            catalogue.name(item.names, settings.language),
            catalogue.number,
            1000 * (n + 1),
            item.price_minor,
            item.price_minor * (n + 1),
            item.tax_id,
            catalogue.taxes[item.tax_id].rate_bp if item.tax_id in catalogue.taxes else 0,
            item.station_ids,
            1,
            0,
            at_ms,
            person,
            state="served",
            sent=True,
        )
        for n, item in enumerate(items)
    )
    tax = catalogue.taxes.get(settings.service_tax_id)
    return Check(
        check_id=CheckId("c"),
        number=NUMBER,
        kind="table",
        table_id="",
        name="",
        guests=2,
        owner=person,
        opened_ms=at_ms,
        day="",
        service_bp=settings.service_bp,
        service_tax_id=settings.service_tax_id,
        service_tax_bp=tax.rate_bp if tax else 0,
        tax_inclusive=settings.tax_inclusive,
        opened_n=0,
        opened_dev="",
        version_n=0,
        lines=lines,
    )
