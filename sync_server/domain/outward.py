"""What the world must be told after an event: paper, and the guest's folio.

An effect is written in the event's own transaction and carried out later by `sync_server.effects`,
so it can neither be lost nor happen for something that was not committed. Its payload is a picture
of what was true at the event: paper that comes late still says what it should have said.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from . import club, events as e
from .amending import quick, replace
from .checks import Check
from .floor_plan import label_of, stood_at
from .folio import Charge
from .ids import ShiftId, TicketId
from .kitchen import Ticket
from .menu import Catalogue
from .shifts import Shift
from .venue import Venue

PAPER = "paper"
FOLIO = "folio"
DRAWER = "drawer"
CARD = "card"
CARD_ASIDE = "/aside"
"""Looks and cancellations do not wait behind the card that a terminal is busy with: their queue
is the terminal's with this at its end."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A thing to be counted: what it is, in which unit, under which heading."""

    name: str
    unit: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class StockSheet:
    """A sheet for counting a store by hand, without the amounts that the books expect."""

    number: str
    store: str
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class PrepLabel:
    """A label on something prepared: when it was made, until when it may be used."""

    name: str
    made_ms: int
    use_by_ms: int
    allergens: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class MoneySlip:
    """Money beside a sale. `kind`: no_sale, float, gift, deposit, returned, account, refund,
    corrected, suspense; `code` is the voucher's or the check's number, `outcome` of suspense."""

    kind: str
    by: str
    amount_minor: int = 0
    reason: str = ""
    tender: str = ""
    code: str = ""
    name: str = ""
    expires_ms: int = 0
    was_minor: int = 0
    tip_minor: int = 0
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class PointsNote:
    """What a receipt says of the guest's club card: earned and spent on the check, and what is on
    the card now, `later_minor` of it not to be spent yet."""

    card: str
    earned_minor: int
    spent_minor: int
    balance_minor: int
    later_minor: int = 0


@quick
@dataclass(frozen=True, slots=True)
class PaperJob:
    """One document to print. `document`: kitchen, void, change, move, pre_bill, receipt, room_slip,
    cash, money, x, z, stock_take, label, figures.

    `language` is the reader's; `lines` are the ids of the ticket's lines that this paper is about
    (empty: all); `instead_of_display` heads it as paper that took over; `copy` counts from 1, and
    above 1 the paper says so; `ticket_version` is reported back when it is a kitchen ticket; with
    `fired` the lines were on hold and are to be made now; `closed` is what a Z says besides;
    `was_at` is the table that moved guests left.
    """

    document: str
    printer_id: str
    language: str
    at_ms: int
    by: str = ""
    copy: int = 1
    table: str = ""
    check: Check | None = None
    ticket: Ticket | None = None
    ticket_version: int = 0
    lines: tuple[str, ...] = ()
    instead_of_display: bool = False
    fired: bool = False
    shift: Shift | None = None
    charge: Charge | None = None
    cash: e.CashMoved | None = None
    totals: e.Totals | None = None
    closed: e.ShiftClosed | None = None
    sheet: StockSheet | None = None
    label: PrepLabel | None = None
    slip: MoneySlip | None = None
    figures: e.FiguresPrinted | None = None
    was_at: str = ""
    points: PointsNote | None = None


@dataclass(frozen=True, slots=True)
class FolioJob:
    """One posting to the property system; `attempt` tells a person's second try apart, `reverses`
    names the charge that this one takes back."""

    asked: e.RoomChargeAsked
    table: str
    tax_inclusive: bool
    attempt: int = 1
    reverses: str = ""


@dataclass(frozen=True, slots=True)
class DrawerJob:
    """A drawer that is to open because of cash, at `at_ms` or not at all (`limits`)."""

    drawer: str
    printer_id: str
    pin: int
    at_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class CardJob:
    """What a card terminal is asked at `at_ms`. `task`: sale, code (a sale by a code that the guest
    pays with the telephone), back, look, cancel. `amount_minor` is
    in all; `original` is the terminal's name of what is given back, `whole` or in part. `asked_ms`
    is when the money was asked for that a look is about."""

    task: str
    payment_id: str
    terminal_id: str
    amount_minor: int
    currency: str
    number: str
    at_ms: int
    by: str
    original: str = ""
    whole: bool = False
    asked_ms: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """`kind` names the worker, `target` its queue (a printer, the hotel)."""

    kind: str
    target: str
    payload: PaperJob | FolioJob | DrawerJob | CardJob


def effects_of(event: object, venue: Venue, catalogue: Catalogue) -> tuple[Effect, ...]:
    """The effects of an event, given the state just after it."""
    if type(event) in SILENT:
        return ()
    match event:
        case (
            e.TicketOpened()
            | e.TicketLinesAdded()
            | e.TicketLinesFired()
            | e.TicketLineVoided()
            | e.TicketLineChanged()
            | e.TicketRelabelled()
        ):
            return () if event.printed_ms else _papers(kitchen_paper(event, venue, catalogue))
        case e.TicketMoved():
            moved = _kitchen(venue, catalogue, event.ticket_id, event.at_ms)
            return _papers(_as_usual(moved, catalogue))
        case e.TicketOnPaper() if event.outcome == "asked":
            asked = _kitchen(venue, catalogue, event.ticket_id, event.at_ms)
            return _papers(asked and replace(asked, instead_of_display=True))
        case e.PreBillPrinted():
            return _for_guest(venue, catalogue, "pre_bill", event.check_id, event)
        case e.CheckClosed():
            return _receipt(venue, catalogue, event)
        case e.ReceiptCopied():
            return _for_guest(venue, catalogue, "receipt", event.check_id, event)
        case e.CardAsked() | e.CardBackAsked() | e.CardLookAsked() | e.CardCancelAsked():
            return _card(venue, catalogue, event)
        case e.RoomChargeAsked():
            return _charge(venue, catalogue, event)
        case e.RoomReversalAsked():
            return _reversal(venue, catalogue, event)
        case e.RoomChargeRetried():
            return _retry(venue, catalogue, event)
        case e.CashMoved():
            return _opened(venue, catalogue, event) + _drawer(venue, catalogue, event)
        case e.FiguresPrinted():
            return _figures(catalogue, event)
        case e.XPrinted() | e.ShiftClosed():
            return _drawer(venue, catalogue, event)
    return _opened(venue, catalogue, event) + _money(venue, catalogue, event)


SILENT: frozenset[type] = frozenset(
    {
        *(e.CheckOpened, e.LinesAdded, e.LinesFired, e.LinesServed),
        *(e.TicketsAcknowledged, e.TicketLinesStarted, e.TicketLinesReady, e.TicketBumped),
    }
)
"""Most events of an evening are none of the world's business. One that is missing here is only
looked at longer."""


def _hands_in_drawer(event: object) -> tuple[str, int, str] | None:
    """Shift, time and person of an event for which cash goes into a drawer or comes out of it, or
    that asks for the drawer itself."""
    match event:
        case e.PaymentTaken() | e.PaymentUnallocated() | e.VoucherSold() | e.AccountPaid():
            paid = event.payment
            return (paid.shift_id, paid.at_ms, paid.by) if paid.tender == "cash" else None
        case e.PaymentRefunded() if event.tender != "cash":
            return None
        case e.SuspenseSettled() if event.payment.tender != "cash" or event.outcome != "returned":
            return None
        case (
            e.CashMoved()
            | e.DrawerOpened()
            | e.PaymentRefunded()
            | e.VoucherReturned()
            | e.SuspenseSettled()
        ):
            return event.shift_id, event.at_ms, event.by
    return None


def _slip_of(
    event: object, venue: Venue, catalogue: Catalogue
) -> tuple[MoneySlip, str, int] | None:
    """The slip of an entry beside a sale, its shift and time."""
    match event:
        case e.PaymentRefunded():
            check = venue.check(event.check_id)
            number = check.number if check else ""
            full = event.amount_minor + event.tip_minor + event.rounding_minor
            kept = event.reference if event.tender in ("voucher", "deposit") else number
            slip = MoneySlip("refund", event.by, full, event.reason, event.tender, kept)
            slip = replace(slip, tip_minor=event.tip_minor)
            return slip, event.shift_id, event.at_ms
        case e.DrawerOpened():
            return MoneySlip("no_sale", event.by, reason=event.reason), *_when(event)
        case e.FloatAdjusted():
            slip = MoneySlip("float", event.by, event.float_minor, event.reason)
            return replace(slip, was_minor=event.was_minor), *_when(event)
        case e.TenderCorrected():
            paid = event.payment
            full = paid.amount_minor + paid.tip_minor
            slip = MoneySlip("corrected", event.by, full, event.reason, paid.tender)
            return slip, *_when(event)
        case e.VoucherReturned():
            full = event.amount_minor + event.rounding_minor
            slip = MoneySlip("returned", event.by, full, event.reason, "cash", event.code)
            return slip, *_when(event)
        case e.SuspenseSettled():
            paid = event.payment
            slip = MoneySlip("suspense", event.by, paid.amount_minor, event.reason, paid.tender)
            slip = replace(slip, outcome=event.outcome)
            return slip, *_when(event)
        case e.VoucherSold():
            paid = event.payment
            slip = MoneySlip(event.kind, paid.by, paid.amount_minor, "", paid.tender, event.code)
            slip = replace(slip, name=event.name, expires_ms=event.expires_ms)
            return slip, paid.shift_id, paid.at_ms
        case e.AccountPaid():
            paid = event.payment
            account = catalogue.accounts.get(event.account_id)
            slip = MoneySlip("account", paid.by, paid.amount_minor, "", paid.tender)
            slip = replace(slip, name=account.name if account else event.account_id)
            return slip, paid.shift_id, paid.at_ms
    return None


def _when(
    event: e.DrawerOpened
    | e.FloatAdjusted
    | e.TenderCorrected
    | e.VoucherReturned
    | e.SuspenseSettled,
) -> tuple[str, int]:
    return event.shift_id, event.at_ms


def _money(venue: Venue, catalogue: Catalogue, event: object) -> tuple[Effect, ...]:
    """The slip of an entry beside a sale, on the cashier's printer."""
    found, printer = _slip_of(event, venue, catalogue), catalogue.settings.receipt_printer_id
    if found is None or not printer:
        return ()
    slip, shift_id, at_ms = found
    language = catalogue.settings.language
    shift = venue.shifts.get(ShiftId(shift_id))
    job = PaperJob("money", printer, language, at_ms, slip.by, shift=shift, slip=slip)
    return (Effect(PAPER, printer, job),)


def _opened(venue: Venue, catalogue: Catalogue, event: object) -> tuple[Effect, ...]:
    """The shift's drawer opens; a shift without a drawer on a cable (a waiter's purse) has none."""
    hands = _hands_in_drawer(event)
    if hands is None:
        return ()
    shift_id, at_ms, by = hands
    shift = venue.shifts.get(ShiftId(shift_id))
    drawer = catalogue.drawers.get(shift.drawer) if shift else None
    if drawer is None:
        return ()
    job = DrawerJob(drawer.drawer, drawer.printer_id, drawer.pin, at_ms, by)
    return (Effect(DRAWER, drawer.printer_id, job),)


def drawers_opened(
    events: Iterable[object], venue: Venue, catalogue: Catalogue
) -> tuple[DrawerJob, ...]:
    """The drawers that events open, for a terminal that opens them itself while it is alone."""
    effects = (effect for event in events for effect in _opened(venue, catalogue, event))
    return tuple(effect.payload for effect in effects if isinstance(effect.payload, DrawerJob))


def _label(catalogue: Catalogue, check: Check | Ticket) -> str:
    return label_of(catalogue.tables, (check.table_id, *check.joined)) or check.name


def kitchen_paper(
    event: object, venue: Venue, catalogue: Catalogue, regardless: bool = False
) -> PaperJob | None:
    """What a cook who works from paper is given after an event; `regardless` of the station's habit
    where a terminal is all that can reach it."""
    job: PaperJob | None = None
    first = False
    match event:
        case e.TicketOpened() | e.TicketLinesAdded():
            first = True
            job = _kitchen(venue, catalogue, event.ticket_id, event.at_ms)
            job = job and replace(job, lines=tuple(line.line_id for line in event.lines))
        case e.TicketLinesFired():
            job = _kitchen(venue, catalogue, event.ticket_id, event.at_ms)
            job = job and replace(job, lines=tuple(event.line_ids), fired=True)
        case e.TicketLineVoided():
            job = _kitchen(venue, catalogue, event.ticket_id, event.at_ms)
            job = job and replace(job, document="void", lines=(event.line_id,))
        case e.TicketLineChanged() if event.at_ms:
            job = _kitchen(venue, catalogue, event.ticket_id, event.at_ms)
            job = job and replace(job, document="change", lines=(event.line.line_id,))
        case e.TicketRelabelled() if event.at_ms:
            job = _relabelled(venue, catalogue, event)
    if job is None or regardless:
        return job
    return _as_usual(job, catalogue, follows=not first)


def _relabelled(venue: Venue, catalogue: Catalogue, event: e.TicketRelabelled) -> PaperJob | None:
    """Guests who sit elsewhere now; who serves them is no matter of the cook's."""
    job = _kitchen(venue, catalogue, event.ticket_id, event.at_ms)
    if job is None or job.ticket is None or job.ticket.moved_ms != event.at_ms:
        return None
    was_at = stood_at(catalogue.tables, job.ticket.moved_from)
    return replace(job, document="move", was_at=was_at)


def _kitchen(
    venue: Venue, catalogue: Catalogue, ticket_id: TicketId, at_ms: int
) -> PaperJob | None:
    """All of a ticket, for the printer of its station."""
    ticket = venue.tickets.get(ticket_id)
    station = catalogue.stations.get(ticket.station_id) if ticket else None
    if ticket is None or station is None or not station.printer_id:
        return None
    return PaperJob(
        document="kitchen",
        printer_id=station.printer_id,
        language=station.kitchen_language,
        at_ms=at_ms,
        by=ticket.waiter,
        table=_label(catalogue, ticket),
        ticket=ticket,
        ticket_version=ticket.version,
    )


def _as_usual(job: PaperJob | None, catalogue: Catalogue, follows: bool = False) -> PaperJob | None:
    """Only where paper is what the cook works from; what `follows` a paper goes there too."""
    ticket = job.ticket if job else None
    if ticket is None or catalogue.stations[ticket.station_id].paper == "always":
        return job
    return job if follows and ticket.paper in ("printed", "copy") else None


def _papers(job: PaperJob | None) -> tuple[Effect, ...]:
    return (Effect(PAPER, job.printer_id, job),) if job else ()


def _for_guest(
    venue: Venue,
    catalogue: Catalogue,
    document: str,
    check_id: str,
    event: e.PreBillPrinted | e.ReceiptCopied | None = None,
    at_ms: int = 0,
) -> tuple[Effect, ...]:
    check = venue.check(check_id)
    settings = catalogue.settings
    if check is None or not settings.receipt_printer_id:
        return ()
    job = PaperJob(
        document=document,
        printer_id=settings.receipt_printer_id,
        language=settings.language,
        at_ms=event.at_ms if event else at_ms,
        by=event.by if event else check.owner,
        copy=event.copy if event else 1,
        table=_label(catalogue, check),
        check=check,
        totals=event.totals if isinstance(event, e.PreBillPrinted) else None,
        points=_points(venue, check, event.at_ms if event else at_ms),
    )
    return (Effect(PAPER, settings.receipt_printer_id, job),)


def _points(venue: Venue, check: Check, at_ms: int) -> PointsNote | None:
    card = venue.club.get(check.club_card)
    if card is None:
        return None
    spent, left = club.paid_with_points(check), card.balance_minor - club.lapsed(card, at_ms)
    later = club.accrued(card, at_ms)
    return PointsNote(card.card, check.points_minor, spent, left, later)


def _figures(catalogue: Catalogue, event: e.FiguresPrinted) -> tuple[Effect, ...]:
    settings, printer = catalogue.settings, catalogue.settings.receipt_printer_id
    if not printer:
        return ()
    job = PaperJob("figures", printer, settings.language, event.at_ms, event.by, figures=event)
    return (Effect(PAPER, printer, job),)


def _receipt(venue: Venue, catalogue: Catalogue, event: e.CheckClosed) -> tuple[Effect, ...]:
    check = venue.check(event.check_id)
    if check is None or not any(payment.receipt for payment in check.payments):
        return ()
    return _for_guest(venue, catalogue, "receipt", event.check_id, at_ms=event.at_ms)


_CARD_TASKS: dict[type, str] = {
    e.CardAsked: "sale",
    e.CardBackAsked: "back",
    e.CardLookAsked: "look",
    e.CardCancelAsked: "cancel",
}


def _card(
    venue: Venue,
    catalogue: Catalogue,
    event: e.CardAsked | e.CardBackAsked | e.CardLookAsked | e.CardCancelAsked,
) -> tuple[Effect, ...]:
    payment_id = event.payment.payment_id if isinstance(event, e.CardAsked) else event.payment_id
    request = venue.cards.get(payment_id)
    if request is None:
        return ()
    task = _CARD_TASKS[type(event)]
    if task == "sale" and request.tender == "qr":
        task = "code"
    later = task in ("look", "cancel")
    at_ms, by = request.at_ms, request.by
    if isinstance(event, e.CardLookAsked | e.CardCancelAsked):
        at_ms, by = event.at_ms, event.by
    job = CardJob(
        task=task,
        payment_id=request.payment_id,
        terminal_id=request.terminal_id,
        amount_minor=request.full_minor,
        currency=catalogue.settings.currency,
        number=request.number,
        at_ms=at_ms,
        by=by,
        original=request.original,
        whole=event.whole if isinstance(event, e.CardBackAsked) else False,
        asked_ms=request.at_ms,
    )
    return (Effect(CARD, request.terminal_id + (CARD_ASIDE if later else ""), job),)


def _charge(venue: Venue, catalogue: Catalogue, event: e.RoomChargeAsked) -> tuple[Effect, ...]:
    check = venue.check(event.check_id)
    table = _label(catalogue, check) if check else ""
    inclusive = catalogue.settings.tax_inclusive
    asked = Effect(FOLIO, "hotel", FolioJob(event, table, inclusive))
    return (asked, *_slip(venue, catalogue, event))


def _reversal(venue: Venue, catalogue: Catalogue, event: e.RoomReversalAsked) -> tuple[Effect, ...]:
    charge = venue.charges.get(event.charge_id)
    if charge is None:
        return ()
    check = venue.check(event.check_id)
    table = _label(catalogue, check) if check else ""
    inclusive = catalogue.settings.tax_inclusive
    job = FolioJob(charge.request, table, inclusive, reverses=charge.reverses)
    return (Effect(FOLIO, "hotel", job), *_slip(venue, catalogue, event))


def _slip(
    venue: Venue, catalogue: Catalogue, event: e.RoomChargeAsked | e.RoomReversalAsked
) -> tuple[Effect, ...]:
    """What the guest signs, or is given when a charge is taken back."""
    check = venue.check(event.check_id)
    printer = catalogue.settings.receipt_printer_id
    if event.slip and printer:
        job = PaperJob(
            document="room_slip",
            printer_id=printer,
            language=catalogue.settings.language,
            at_ms=event.at_ms,
            by=event.by,
            table=_label(catalogue, check) if check else "",
            check=check,
            charge=venue.charges.get(event.charge_id),
        )
        return (Effect(PAPER, printer, job),)
    return ()


def _retry(venue: Venue, catalogue: Catalogue, event: e.RoomChargeRetried) -> tuple[Effect, ...]:
    charge = venue.charges.get(event.charge_id)
    if charge is None:
        return ()
    check = venue.check(event.check_id)
    table = _label(catalogue, check) if check else ""
    inclusive = catalogue.settings.tax_inclusive
    return (
        Effect(
            FOLIO,
            "hotel",
            FolioJob(charge.request, table, inclusive, event.attempt, charge.reverses),
        ),
    )


def _drawer(
    venue: Venue, catalogue: Catalogue, event: e.CashMoved | e.XPrinted | e.ShiftClosed
) -> tuple[Effect, ...]:
    printer = catalogue.settings.receipt_printer_id
    shift = venue.shifts.get(event.shift_id)
    if not printer or shift is None:
        return ()
    document = {e.CashMoved: "cash", e.XPrinted: "x", e.ShiftClosed: "z"}[type(event)]
    job = PaperJob(
        document=document,
        printer_id=printer,
        language=catalogue.settings.language,
        at_ms=event.at_ms,
        by=event.by,
        shift=shift,
        cash=event if isinstance(event, e.CashMoved) else None,
        closed=event if isinstance(event, e.ShiftClosed) else None,
    )
    return (Effect(PAPER, printer, job),)
