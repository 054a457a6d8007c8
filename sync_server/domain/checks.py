"""The check: its state, its sums, and how events change it.

What may be done to it is decided in `ordering` (lines, discounts, bill) and `payments`; decisions
that also concern tickets, shifts or another check are put together in `decisions`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import events as e
from .amending import finish, quick, replace
from .events import Grant, Line, Payment, Totals
from .ids import NO_CHECK, NOBODY, CheckId, PaymentId, StaffId
from .pricing import Terms, discounts, surcharges, totals
from .records import NO_REMAINDER, Remainder

HOLDING = frozenset({"done", "pending", "unknown", "deferred"})
"""States of a payment in which its money counts against the balance."""


@quick
@dataclass(frozen=True, slots=True)
class Stamp:
    """Where an event stands: its number and the device whose command made it."""

    n: int
    dev: str


@quick
@dataclass(frozen=True, slots=True)
class Check:
    """One bill in the making. `state`: open, closed, abandoned. Times in ms UTC.

    `version_n` is the last event that touched it, `opened_n` and `opened_dev` its first;
    `billed` are the totals on the last pre-bill, `billed_lines` what stood on it; it is stale when
    either differs from now. `rest` is what rounding left here when the check was divided;
    `handed_by` gave it to the owner with the event `handed_n`. It earns points on `club_card`; when
    it was closed they were `points_minor` for the `points_of_minor` that was paid otherwise.
    """

    check_id: CheckId
    number: str
    kind: str
    table_id: str
    name: str
    guests: int
    owner: StaffId
    opened_ms: int
    day: str
    service_bp: int
    service_tax_id: str
    service_tax_bp: int
    tax_inclusive: bool
    opened_n: int
    opened_dev: str
    version_n: int
    lines: tuple[Line, ...] = ()
    grants: tuple[Grant, ...] = ()
    payments: tuple[Payment, ...] = ()
    bill_copies: int = 0
    billed: Totals | None = None
    billed_ms: int = 0
    state: str = "open"
    closed_ms: int = 0
    continues: CheckId = NO_CHECK
    voids_count: int = 0
    voids_minor: int = 0
    service_on_full: bool = False
    tax_exempt: bool = False
    rest: Remainder = NO_REMAINDER
    handed_by: StaffId = NOBODY
    handed_n: int = 0
    billed_lines: tuple[tuple[str, int], ...] = ()
    receipt_copies: int = 0
    joined: tuple[str, ...] = ()
    club_card: str = ""
    points_minor: int = 0
    points_of_minor: int = 0

    def line(self, line_id: str) -> Line | None:
        """The line with this id, void or not."""
        return next((line for line in self.lines if line.line_id == line_id), None)

    @property
    def live(self) -> tuple[Line, ...]:
        """Lines that are not void."""
        return tuple(line for line in self.lines if line.state != "void")

    @property
    def unsent(self) -> tuple[Line, ...]:
        """Lines that the kitchen does not know of yet."""
        return tuple(line for line in self.lines if not line.sent and line.state != "void")


ADDED_UP = 1024
_Said = tuple[tuple[Grant, ...], Terms, Remainder]
_added_up: dict[int, tuple[tuple[Line, ...], _Said, Totals]] = {}
"""Sums of late, by the very tuple of lines: to compare lines costs more than to add them up."""


def terminal_of(number: str) -> str:
    """The code of the terminal that began a check: numbers begin with it (`T3-018`)."""
    code, dash, _ = number.partition("-")
    return code if dash else ""


def totals_of(check: Check) -> Totals:
    """The check in figures, as it stands now."""
    said = (check.grants, terms_of(check), check.rest)
    known = _added_up.get(id(check.lines))
    if known is not None and known[0] is check.lines and known[1] == said:
        return known[2]
    if len(_added_up) >= ADDED_UP:
        _added_up.clear()
    made = totals(check.lines, *said)
    _added_up[id(check.lines)] = (check.lines, said, made)
    return made


def terms_of(check: Check) -> Terms:
    """By which terms the check is added up."""
    return Terms(
        check.service_bp,
        (check.service_tax_id, check.service_tax_bp),
        check.tax_inclusive,
        check.service_on_full,
        check.tax_exempt,
    )


def line_discounts(check: Check) -> list[int]:
    """What discounts take off each line, less what surcharges add; sums to the check's figures."""
    given = discounts(check.lines, check.grants)
    off = [a - b for a, b in zip(given, surcharges(check.lines, check.grants), strict=True)]
    left = check.rest.discount_minor - check.rest.surcharge_minor
    for index in sorted(range(len(off)), key=lambda at: -check.lines[at].gross_minor):
        part = max(min(left, check.lines[index].gross_minor - off[index]), -off[index], -abs(left))
        part = part if left * part > 0 else 0
        off[index] += part
        left -= part
    return off


def covered(check: Check) -> int:
    """What payments, settled or waiting, cover of the check."""
    return sum(
        payment.amount_minor - payment.refunded_minor
        for payment in check.payments
        if payment.state in HOLDING
    )


def balance(check: Check) -> int:
    """What is left to pay; never negative by our own rules."""
    return totals_of(check).total_minor - covered(check)


def bill_is_stale(check: Check) -> bool:
    """Whether the guest holds a bill that no longer tells the truth."""
    if check.billed is None:
        return False
    return check.billed != totals_of(check) or check.billed_lines != _told(check)


def _told(check: Check) -> tuple[tuple[str, int], ...]:
    """What a bill says of the lines."""
    return tuple((line.item_id, line.qty_milli) for line in check.live)


# -- evolve ------------------------------------------------------------------------------------
def opened(event: e.CheckOpened, stamp: Stamp) -> Check:
    """The check that `CheckOpened` begins."""
    return Check(
        check_id=event.check_id,
        number=event.number,
        kind=event.kind,
        table_id=event.table_id,
        name=event.name,
        guests=event.guests,
        owner=event.owner,
        opened_ms=event.at_ms,
        day=event.day,
        service_bp=event.service_bp,
        service_tax_id=event.service_tax_id,
        service_tax_bp=event.service_tax_bp,
        tax_inclusive=event.tax_inclusive,
        opened_n=stamp.n,
        opened_dev=stamp.dev,
        version_n=stamp.n,
        continues=event.continues,
        service_on_full=event.service_on_full,
        tax_exempt=event.tax_exempt,
    )


def _stamped(line: Line, stamp: Stamp, by: StaffId, at_ms: int) -> Line:
    return replace(line, changed_n=stamp.n, changed_dev=stamp.dev, changed_by=by, changed_ms=at_ms)


def with_lines(check: Check, ids: Iterable[str], change: Callable[[Line], Line]) -> Check:
    """The check with `change` applied to the lines named."""
    wanted = set(ids)
    return replace(
        check,
        lines=tuple(change(line) if line.line_id in wanted else line for line in check.lines),
    )


def _lines_added(check: Check, event: e.LinesAdded, stamp: Stamp) -> Check:
    added = tuple(_stamped(line, stamp, line.by, line.at_ms) for line in event.lines)
    return replace(check, lines=check.lines + added)


def _line_changed(check: Check, event: e.LineChanged, stamp: Stamp) -> Check:
    line = event.line
    return with_lines(
        check,
        (line.line_id,),
        lambda _: _stamped(line, stamp, line.changed_by, line.changed_ms),
    )


def _lines_removed(check: Check, event: e.LinesRemoved, stamp: Stamp) -> Check:
    gone = set(event.line_ids)
    return replace(check, lines=tuple(line for line in check.lines if line.line_id not in gone))


def _lines_held(check: Check, event: e.LinesHeld, stamp: Stamp) -> Check:
    return with_lines(check, event.line_ids, lambda line: replace(line, held=event.held))


def _lines_sent(check: Check, event: e.LinesSent, stamp: Stamp) -> Check:
    return with_lines(
        check, event.line_ids, lambda line: replace(line, sent=True, state="held", held=True)
    )


def _lines_fired(check: Check, event: e.LinesFired, stamp: Stamp) -> Check:
    fired = {sold.line_id: sold.fire_no for sold in event.sold}
    return with_lines(
        check,
        fired,
        lambda line: replace(
            line,
            sent=True,
            held=False,
            fire_ms=0,
            state="fired",
            fire_no=fired[line.line_id],
            fired_ms=event.at_ms,
        ),
    )


def _line_voided(check: Check, event: e.LineVoided, stamp: Stamp) -> Check:
    def void(line: Line) -> Line:
        left = line.qty_milli - event.qty_milli
        return replace(
            _stamped(line, stamp, event.by, event.at_ms),
            qty_milli=left,
            gross_minor=line.gross_minor - event.gross_minor,
            state="void" if left == 0 else line.state,
            void_milli=line.void_milli + event.qty_milli,
            void_by=event.by,
            void_ms=event.at_ms,
            void_reason=event.reason,
            share_n=0,
            share_of=0,
        )

    check = with_lines(check, (event.line_id,), void)
    if event.kind == "changed":
        return check
    return replace(
        check,
        voids_count=check.voids_count + 1,
        voids_minor=check.voids_minor + event.gross_minor,
    )


def moved_out(check: Check, event: e.LinesMoved, stamp: Stamp) -> Check:
    """The check that lines left."""
    left = {line.line_id: line for line in event.left}
    gone = set(event.gone)
    lines = tuple(
        _stamped(left.get(line.line_id, line), stamp, event.by, event.at_ms)
        if line.line_id in left
        else line
        for line in check.lines
        if line.line_id not in gone
    )
    return replace(check, lines=lines, version_n=stamp.n)


def moved_in(check: Check, event: e.LinesMoved, stamp: Stamp) -> Check:
    """The check that lines joined."""
    joined = tuple(_stamped(line, stamp, event.by, event.at_ms) for line in event.lines)
    return replace(check, lines=check.lines + joined, version_n=stamp.n)


def _shared(check: Check, event: e.LinesShared, stamp: Stamp) -> Check:
    now = {line.line_id: line for line in event.lines}
    return with_lines(
        check, now, lambda line: _stamped(now[line.line_id], stamp, event.by, event.at_ms)
    )


def _transferred(check: Check, event: e.CheckTransferred, stamp: Stamp) -> Check:
    return replace(check, owner=event.to_staff_id, handed_by=event.from_staff_id, handed_n=stamp.n)


def _pre_billed(check: Check, event: e.PreBillPrinted, stamp: Stamp) -> Check:
    return replace(
        check,
        bill_copies=event.copy,
        billed=event.totals,
        billed_ms=event.at_ms,
        billed_lines=_told(check),
    )


def _discount_back(check: Check, event: e.DiscountTakenBack, stamp: Stamp) -> Check:
    return replace(check, grants=tuple(g for g in check.grants if g.grant_id != event.grant_id))


def _payment(check: Check, payment_id: str, **change: object) -> Check:
    return replace(
        check,
        payments=tuple(
            replace(payment, **change) if payment.payment_id == payment_id else payment
            for payment in check.payments
        ),
    )


def _charge_asked(check: Check, event: e.RoomChargeAsked, stamp: Stamp) -> Check:
    payment = Payment(
        payment_id=PaymentId(event.charge_id),
        tender="room",
        shift_id=event.shift_id,
        amount_minor=event.amount_minor,
        at_ms=event.at_ms,
        by=event.by,
        tip_minor=event.tip_minor,
        state="pending",
        room=event.room,
        guest=event.guest,
        stay_id=event.stay_id,
    )
    return replace(check, payments=(*check.payments, payment))


def _card_approved(check: Check, event: e.CardApproved, stamp: Stamp) -> Check:
    """What waited makes room for the payment that follows."""
    left = tuple(p for p in check.payments if p.payment_id != event.payment_id or p.state == "done")
    return replace(check, payments=left)


def _refunded(check: Check, event: e.PaymentRefunded, stamp: Stamp) -> Check:
    paid = next(p for p in check.payments if p.payment_id == event.payment_id)
    return _payment(
        check,
        event.payment_id,
        refunded_minor=paid.refunded_minor + event.amount_minor,
        refunded_tip_minor=paid.refunded_tip_minor + event.tip_minor,
    )


def _tender_corrected(check: Check, event: e.TenderCorrected, stamp: Stamp) -> Check:
    undone = _payment(check, event.was.payment_id, state="corrected")
    return replace(undone, payments=(*undone.payments, event.payment))


def _allocated(check: Check, event: e.SuspenseSettled, stamp: Stamp) -> Check:
    return replace(check, payments=(*check.payments, replace(event.payment, state="done")))


_EVOLVE: dict[type, Callable[..., Check]] = {
    e.GuestsSet: lambda check, event, stamp: replace(check, guests=event.guests),
    e.LinesAdded: _lines_added,
    e.LineChanged: _line_changed,
    e.LinesRemoved: _lines_removed,
    e.LinesHeld: _lines_held,
    e.LinesSent: _lines_sent,
    e.LinesFired: _lines_fired,
    e.LineVoided: _line_voided,
    e.LinesServed: lambda check, event, stamp: with_lines(
        check, event.line_ids, lambda line: replace(line, state="served")
    ),
    e.CheckMoved: lambda check, event, stamp: replace(
        check,
        table_id=event.table_id,
        joined=tuple(x for x in check.joined if x != event.table_id),
    ),
    e.CheckTransferred: _transferred,
    e.TablesJoined: lambda check, event, stamp: replace(check, joined=event.table_ids),
    e.CheckRenamed: lambda check, event, stamp: replace(check, name=event.name),
    e.LinesTimed: lambda check, event, stamp: with_lines(
        check,
        event.line_ids,
        lambda line: replace(line, fire_ms=event.at_ms, held=line.held or event.at_ms > 0),
    ),
    e.LinesShared: _shared,
    e.SumsSettled: lambda check, event, stamp: replace(check, grants=event.grants, rest=event.rest),
    e.ServiceSet: lambda check, event, stamp: replace(check, service_bp=event.rate_bp),
    e.TaxExempted: lambda check, event, stamp: replace(check, tax_exempt=event.exempt),
    e.DiscountGiven: lambda check, event, stamp: replace(
        check, grants=(*check.grants, event.grant)
    ),
    e.DiscountTakenBack: _discount_back,
    e.PreBillPrinted: _pre_billed,
    e.ReceiptCopied: lambda check, event, stamp: replace(check, receipt_copies=event.copy - 1),
    e.PaymentTaken: lambda check, event, stamp: replace(
        check, payments=(*check.payments, event.payment)
    ),
    e.PaymentRefunded: _refunded,
    e.TenderCorrected: _tender_corrected,
    e.SuspenseSettled: _allocated,
    e.CheckReopened: lambda check, event, stamp: replace(
        check, state="open", closed_ms=0, points_minor=0, points_of_minor=0
    ),
    e.ClubCardAttached: lambda check, event, stamp: replace(check, club_card=event.card),
    e.PointsEarned: lambda check, event, stamp: replace(
        check, points_minor=event.amount_minor, points_of_minor=event.paid_minor
    ),
    e.CardAsked: lambda check, event, stamp: replace(
        check, payments=(*check.payments, event.payment)
    ),
    e.CardApproved: _card_approved,
    e.CardDeclined: lambda check, event, stamp: _payment(
        check, event.payment_id, state="refused", reference=event.code
    ),
    e.CardUnknown: lambda check, event, stamp: _payment(check, event.payment_id, state="unknown"),
    e.RoomChargeAsked: _charge_asked,
    e.RoomChargePosted: lambda check, event, stamp: _payment(
        check, event.charge_id, state="done", reference=event.reference
    ),
    e.RoomChargeRefused: lambda check, event, stamp: _payment(
        check, event.charge_id, state="refused", reference=event.code
    ),
    e.RoomChargeUnknown: lambda check, event, stamp: _payment(
        check, event.charge_id, state="unknown"
    ),
    e.RoomChargeDeferred: lambda check, event, stamp: _payment(
        check, event.charge_id, state="deferred"
    ),
    e.RoomChargeRetried: lambda check, event, stamp: _payment(
        check, event.charge_id, state="pending"
    ),
    e.CheckClosed: lambda check, event, stamp: replace(
        check, state="closed", closed_ms=event.at_ms
    ),
    e.CheckAbandoned: lambda check, event, stamp: replace(
        check, state="abandoned", closed_ms=event.at_ms
    ),
}

CHECK_EVENTS = frozenset(_EVOLVE)


def evolve(check: Check, event: object, stamp: Stamp) -> Check:
    """The check after an event of `CHECK_EVENTS`."""
    made = _EVOLVE[type(event)](check, event, stamp)
    if made is check:
        return replace(check, version_n=stamp.n)
    finish(made, "version_n", stamp.n)
    return made
