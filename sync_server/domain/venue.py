"""All that is live in the venue, and how each event changes it: the state every screen holds.

The server, every terminal and every display fold the same events with `Venue.apply` and so hold
the same state; a digest compares them. Finished things are kept for a bounded while, by rules that
depend on the events alone, so that all replicas forget alike. Decisions are in `decisions`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import nsmallest
from operator import attrgetter

from . import (
    approvals,
    attendance,
    cards,
    checks,
    club,
    events as e,
    folio,
    guest_data,
    kitchen,
    lending,
    room_reversals,
    shifts,
    speed,
    vouchers,
)
from .amending import replace
from .approvals import Request
from .attendance import Attendance
from .cards import CardRequest
from .checks import Check, Stamp
from .club import ClubCard
from .figures import Figures, LateSum, add_late, loose, points
from .folio import Charge
from .ids import ChargeId, CheckId, NoticeId, PaymentId, ShiftId, StaffId, TicketId
from .kitchen import Ticket
from .lending import Lent
from .limits import (
    BUMPED_TICKETS_KEPT,
    CLOSED_CHECKS_KEPT,
    CLOSED_SHIFTS_KEPT,
    NOTICES_OPEN,
    SETTLED_CARDS_KEPT,
    SETTLED_CHARGES_KEPT,
    SUSPENSE_KEPT,
)
from .shifts import Shift, purse_of
from .speed import Speed
from .vouchers import Voucher


@dataclass(frozen=True, slots=True)
class Stop:
    """An item that may not be sold, or only `left_milli` more of it."""

    item_id: str
    left_milli: int
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person must tap away."""

    notice_id: NoticeId
    staff_id: StaffId
    code: str
    params: dict[str, str | int]
    at_ms: int
    check_id: CheckId


@dataclass(frozen=True, slots=True)
class Day:
    """The business day: opened and closed by people, not by midnight. `day` is YYYY-MM-DD."""

    day: str
    opened_ms: int
    sales_minor: int = 0


@dataclass(frozen=True, slots=True)
class Suspended:
    """Money that fits no balance, waiting for a manager."""

    check_id: CheckId
    payment: e.Payment


@dataclass(slots=True)
class Venue:
    """The live state. Mutable as a whole, its parts frozen; `fork` makes a cheap second one.

    `n` is the last event applied. `checks` are open ones; `closed` the latest finished ones.
    `continued` leads from a closed check to the one that took lines which came too late. `owed`
    is by house account; `returns_minor` is what was taken back since the first day, beside
    `perpetual_minor`, which only rises. `late` are entries of closed shifts that no open one took,
    `loose` sales of checks that closed while no shift was open.
    """

    n: int = 0
    catalogue_no: int = 0
    day: Day | None = None
    z_no: int = 0
    shift_no: int = 0
    perpetual_minor: int = 0
    checks: dict[CheckId, Check] = field(default_factory=dict)
    closed: dict[CheckId, Check] = field(default_factory=dict)
    continued: dict[CheckId, CheckId] = field(default_factory=dict)
    tickets: dict[TicketId, Ticket] = field(default_factory=dict)
    check_tickets: dict[CheckId, tuple[TicketId, ...]] = field(default_factory=dict)
    shifts: dict[ShiftId, Shift] = field(default_factory=dict)
    charges: dict[ChargeId, Charge] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    notices: dict[NoticeId, Notice] = field(default_factory=dict)
    suspense: tuple[Suspended, ...] = ()
    returns_minor: int = 0
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)
    present: dict[StaffId, Attendance] = field(default_factory=dict)
    speeds: dict[str, Speed] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    late: tuple[LateSum, ...] = ()
    invoice_no: int = 0
    cards: dict[PaymentId, CardRequest] = field(default_factory=dict)
    loose: Figures = field(default_factory=Figures)
    lent: dict[str, Lent] = field(default_factory=dict)
    club: dict[str, ClubCard] = field(default_factory=dict)

    def fork(self) -> "Venue":
        """A venue that changes apart from this one; the frozen parts are shared."""
        return Venue(
            self.n,
            self.catalogue_no,
            self.day,
            self.z_no,
            self.shift_no,
            self.perpetual_minor,
            dict(self.checks),
            dict(self.closed),
            dict(self.continued),
            dict(self.tickets),
            dict(self.check_tickets),
            dict(self.shifts),
            dict(self.charges),
            dict(self.stops),
            dict(self.notices),
            self.suspense,
            self.returns_minor,
            dict(self.vouchers),
            dict(self.owed),
            dict(self.present),
            dict(self.speeds),
            dict(self.requests),
            self.late,
            self.invoice_no,
            dict(self.cards),
            self.loose,
            dict(self.lent),
            dict(self.club),
        )

    def check(self, check_id: str) -> Check | None:
        """An open or recently finished check."""
        key = CheckId(check_id)
        return self.checks.get(key) or self.closed.get(key)

    def tickets_of(self, check_id: str) -> list[Ticket]:
        """The tickets on which lines of the check stand."""
        ids = self.check_tickets.get(CheckId(check_id), ())
        return [self.tickets[ticket_id] for ticket_id in ids if ticket_id in self.tickets]

    def open_shifts(self) -> dict[str, bool]:
        """Which shifts take entries, by id."""
        return {shift.shift_id: shift.state != "closed" for shift in self.shifts.values()}

    def shift_at(self, drawer: str) -> Shift | None:
        """The open shift at a drawer."""
        return next(
            (s for s in self.shifts.values() if s.drawer == drawer and s.state != "closed"),
            None,
        )

    def till_of(self, staff_id: str, drawer: str) -> Shift | None:
        """Where this person's money goes at a terminal: the own purse while it is open, else the
        terminal's drawer."""
        return self.shift_at(purse_of(staff_id)) or self.shift_at(drawer)

    # -- events --------------------------------------------------------------------------------
    def apply(self, event: object, stamp: Stamp) -> None:
        """Change the state by one event. Events must come in their order; `stamp.n` is kept."""
        for step in _STEPS.get(type(event), ()):
            step(self, event, stamp)
        self.n = stamp.n

    def _on_check(self, event: object, stamp: Stamp) -> None:
        check_id = event.check_id  # type: ignore[attr-defined]
        home = self.checks if check_id in self.checks else self.closed
        if check_id in home:
            home[check_id] = checks.evolve(home[check_id], event, stamp)

    def _on_ticket(self, event: object, stamp: Stamp) -> None:
        ticket_id = event.ticket_id  # type: ignore[attr-defined]
        before = self.tickets.get(ticket_id)
        if before is None:
            return
        after = self.tickets[ticket_id] = kitchen.evolve(before, event)
        if isinstance(event, e.TicketBumped):
            speed.noted(self.speeds, after, 1)
        elif isinstance(event, e.TicketRecalled):
            speed.noted(self.speeds, before, -1)

    def _on_charge(self, event: object, stamp: Stamp) -> None:
        charge_id = event.charge_id  # type: ignore[attr-defined]
        charge = self.charges.get(charge_id)
        if charge is None:
            return
        self.charges[charge_id] = folio.evolve(charge, event)
        if isinstance(event, e.RoomChargePosted) and charge.shift_id in self.shifts:
            self._room_posted(self.shifts[charge.shift_id], charge)

    def _room_posted(self, shift: Shift, charge: Charge) -> None:
        """It counts in its shift, else in the one that is open at the drawer, else in the day."""
        late = shift.number if shift.state == "closed" else 0
        now = self.shift_at(shift.drawer) if late else shift
        if now is None:
            self._kept_late(late, charge.amount_minor + charge.tip_minor)
            return
        self.shifts[now.shift_id] = shifts.room_posted(
            now, charge.amount_minor, charge.tip_minor, late
        )

    def _kept_late(self, shift_no: int, minor: int) -> None:
        self.late = add_late(self.late, shift_no, 1, minor)[-CLOSED_SHIFTS_KEPT:]

    def _counts_nowhere(self, money: e.Payment | e.PaymentRefunded, sign: int = 1) -> None:
        """A late entry with no shift at its drawer stays on the list of the day's close."""
        shift = self.shifts.get(money.shift_id)
        if money.late_shift and (shift is None or shift.state == "closed"):
            self._kept_late(money.late_shift, sign * (money.amount_minor + money.tip_minor))

    def _on_shift(self, event: object, stamp: Stamp) -> None:
        payment = getattr(event, "payment", None)
        of_payment = payment.shift_id if payment is not None else ShiftId("")
        shift_id: ShiftId = getattr(event, "shift_id", of_payment)
        if shift_id in self.shifts:
            self.shifts[shift_id] = shifts.evolve(self.shifts[shift_id], event)

    def _check_opened(self, event: e.CheckOpened, stamp: Stamp) -> None:
        self.checks[event.check_id] = checks.opened(event, stamp)
        if event.continues:
            self.continued[event.continues] = event.check_id

    def _check_finished(self, event: e.CheckClosed | e.CheckAbandoned, stamp: Stamp) -> None:
        check = self.checks.pop(event.check_id, None)
        if check is not None:
            self.closed[event.check_id] = check
        while len(self.closed) > CLOSED_CHECKS_KEPT:
            gone = next(iter(self.closed))
            del self.closed[gone]
            self.continued.pop(gone, None)
            self.check_tickets.pop(gone, None)
        if isinstance(event, e.CheckClosed):
            if event.shift_id not in self.shifts:
                self.loose = loose(self.loose, event)
            self.perpetual_minor += event.totals.total_minor
            if self.day is not None:
                self.day = replace(
                    self.day, sales_minor=self.day.sales_minor + event.totals.total_minor
                )

    def _lines_moved(self, event: e.LinesMoved, stamp: Stamp) -> None:
        if event.check_id in self.checks:
            self.checks[event.check_id] = checks.moved_out(
                self.checks[event.check_id], event, stamp
            )
        if event.to_check_id in self.checks:
            self.checks[event.to_check_id] = checks.moved_in(
                self.checks[event.to_check_id], event, stamp
            )
        moved = {line.origin or line.line_id for line in event.lines}
        for ticket in self.tickets_of(event.check_id):
            if any(line.line_id in moved for line in ticket.lines):
                self._link(event.to_check_id, ticket.ticket_id)
                if event.to_check_id not in (ticket.check_id, *ticket.also_checks):
                    self.tickets[ticket.ticket_id] = replace(
                        ticket, also_checks=(*ticket.also_checks, event.to_check_id)
                    )

    def _link(self, check_id: CheckId, ticket_id: TicketId) -> None:
        linked = self.check_tickets.get(check_id, ())
        if ticket_id not in linked:
            self.check_tickets[check_id] = (*linked, ticket_id)

    def _ticket_opened(self, event: e.TicketOpened, stamp: Stamp) -> None:
        self.tickets[event.ticket_id] = kitchen.opened(event)
        self._link(event.check_id, event.ticket_id)

    def _relabelled(self, event: e.TicketRelabelled, stamp: Stamp) -> None:
        self._link(event.check_id, event.ticket_id)

    def _acknowledged(self, event: e.TicketsAcknowledged, stamp: Stamp) -> None:
        for ticket_id, version in event.seen:
            if ticket_id in self.tickets:
                self.tickets[ticket_id] = kitchen.acknowledged(
                    self.tickets[ticket_id], version, event.at_ms
                )

    def _rushed(self, event: e.TicketsRushed, stamp: Stamp) -> None:
        for ticket_id in event.ticket_ids:
            if ticket_id in self.tickets:
                self.tickets[ticket_id] = kitchen.rushed(self.tickets[ticket_id], event.rush)

    def _readiness(
        self,
        event: e.TicketLinesReady | e.TicketBumped | e.TicketRecalled,
        stamp: Stamp,
    ) -> None:
        """Lines of the checks follow their tickets: ready when every station is."""
        ticket = self.tickets.get(event.ticket_id)
        if ticket is None:
            return
        for check_id in (ticket.check_id, *ticket.also_checks):
            check = self.checks.get(check_id)
            if check is None:
                continue
            tickets = self.tickets_of(check_id)
            self.checks[check_id] = _with_readiness(check, event.line_ids, tickets)
        if isinstance(event, e.TicketBumped):
            self._forget_bumped()

    def _forget_bumped(self) -> None:
        if len(self.tickets) <= BUMPED_TICKETS_KEPT:
            return
        bumped = [t for t in self.tickets.values() if t.state == "bumped"]
        extra = len(bumped) - BUMPED_TICKETS_KEPT
        if extra <= 0:
            return
        # In a busy house each bump forgets one: finding it must not sort or sift all the others.
        oldest = [min(bumped, key=_BUMPED_FIRST)]
        if extra > 1:
            # Most of them may be of guests who still sit there: those are kept, however old.
            gone = [ticket for ticket in bumped if ticket.check_id not in self.checks]
            if not gone:
                return
            first = _BUMPED_FIRST(min(gone, key=_BUMPED_FIRST))
            if sum(_BUMPED_FIRST(ticket) < first for ticket in bumped) >= extra:
                return
            oldest = nsmallest(extra, bumped, key=_BUMPED_FIRST)
        for ticket in oldest:
            if ticket.check_id not in self.checks:
                del self.tickets[ticket.ticket_id]

    def _shift_opened(self, event: e.ShiftOpened, stamp: Stamp) -> None:
        self.shifts[event.shift_id] = replace(shifts.opened(event), figures=self.loose)
        self.loose = Figures()
        self.shift_no = event.number
        closed = [s for s in self.shifts.values() if s.state == "closed"]
        for shift in closed[: max(0, len(closed) - CLOSED_SHIFTS_KEPT)]:
            del self.shifts[shift.shift_id]

    def _shift_closed(self, event: e.ShiftClosed, stamp: Stamp) -> None:
        self.z_no = event.z_no

    def _card_asked(self, event: e.CardAsked, stamp: Stamp) -> None:
        self._kept_card(cards.asked(event))

    def _card_back_asked(self, event: e.CardBackAsked, stamp: Stamp) -> None:
        self._kept_card(cards.back_asked(event))

    def _kept_card(self, request: CardRequest) -> None:
        self.cards[request.payment_id] = request
        settled = [key for key, each in self.cards.items() if each.state not in cards.WAITING]
        for key in settled[: max(0, len(settled) - SETTLED_CARDS_KEPT)]:
            del self.cards[key]

    def _card_answered(
        self, event: e.CardApproved | e.CardDeclined | e.CardUnknown, stamp: Stamp
    ) -> None:
        request = self.cards.get(event.payment_id)
        if request is not None:
            self.cards[event.payment_id] = cards.evolve(request, event)

    def _charge_asked(self, event: e.RoomChargeAsked, stamp: Stamp) -> None:
        self.charges[event.charge_id] = folio.asked(event)
        self._drop_settled_charges()

    def _reversal_asked(self, event: e.RoomReversalAsked, stamp: Stamp) -> None:
        original = self.charges.get(event.reverses)
        if original is not None:
            self.charges[event.charge_id] = room_reversals.taken_back(original, event)
            self._drop_settled_charges()

    def _drop_settled_charges(self) -> None:
        settled = [c for c in self.charges.values() if c.state in ("posted", "refused")]
        for charge in settled[: max(0, len(settled) - SETTLED_CHARGES_KEPT)]:
            del self.charges[charge.charge_id]

    def _reopened(self, event: e.CheckReopened, stamp: Stamp) -> None:
        check = self.closed.pop(event.check_id, None)
        if check is not None:
            self.checks[event.check_id] = check
        self._took_back(event.totals.total_minor)

    def _took_back(self, amount_minor: int) -> None:
        self.returns_minor += amount_minor
        if self.day is not None:
            self.day = replace(self.day, sales_minor=self.day.sales_minor - amount_minor)

    def _paid(self, event: e.PaymentTaken, stamp: Stamp) -> None:
        self._on_credit(event.payment, event.payment.amount_minor + event.payment.tip_minor)
        self._counts_nowhere(event.payment)
        club.noted(self.club, event)

    def _refunded(self, event: e.PaymentRefunded, stamp: Stamp) -> None:
        self._counts_nowhere(event, -1)
        back = event.amount_minor + event.tip_minor
        if event.tender == "account":
            self.owed[event.reference] = self.owed.get(event.reference, 0) - back
        elif event.tender in ("voucher", "deposit"):
            vouchers.changed(self.vouchers, event.reference, back)
        if event.check_id in self.closed:
            self.returns_minor += event.amount_minor

    def _on_credit(self, payment: e.Payment, minor: int) -> None:
        """What a payment by account or voucher leaves owed or left."""
        if payment.tender == "account":
            self.owed[payment.reference] = self.owed.get(payment.reference, 0) + minor
        elif payment.tender in ("voucher", "deposit"):
            vouchers.changed(self.vouchers, payment.reference, -minor)

    def _on_club(self, event: object, stamp: Stamp) -> None:
        club.noted(self.club, event)
        if isinstance(event, e.PointsEarned) and event.shift_id not in self.shifts:
            self.loose = points(self.loose, event)

    def _suspense_settled(self, event: e.SuspenseSettled, stamp: Stamp) -> None:
        settled = event.payment.payment_id
        self.suspense = tuple(s for s in self.suspense if s.payment.payment_id != settled)

    def _voucher_sold(self, event: e.VoucherSold, stamp: Stamp) -> None:
        vouchers.added(self.vouchers, vouchers.sold(event))

    def _voucher_returned(self, event: e.VoucherReturned, stamp: Stamp) -> None:
        vouchers.changed(self.vouchers, event.code, -event.amount_minor)

    def _account_paid(self, event: e.AccountPaid, stamp: Stamp) -> None:
        owed = self.owed.get(event.account_id, 0) - event.payment.amount_minor
        self.owed[event.account_id] = owed
        self._on_credit(event.payment, event.payment.amount_minor)

    def _asked(self, event: e.ApprovalAsked, stamp: Stamp) -> None:
        approvals.asked(self.requests, event, stamp.n)

    def _answered(self, event: e.ApprovalAnswered, stamp: Stamp) -> None:
        approvals.answered(self.requests, event)

    def _request_ended(self, event: e.ApprovalEnded, stamp: Stamp) -> None:
        self.requests.pop(event.request_id, None)

    def _punched(self, event: e.ClockPunched, stamp: Stamp) -> None:
        attendance.punched(self.present, event)

    def _unallocated(self, event: e.PaymentUnallocated, stamp: Stamp) -> None:
        kept = (*self.suspense, Suspended(event.check_id, event.payment))
        self.suspense = kept[-SUSPENSE_KEPT:]
        self._counts_nowhere(event.payment)

    def _figures_printed(self, event: e.FiguresPrinted, stamp: Stamp) -> None:
        self.invoice_no = max(self.invoice_no, event.number)

    def _day_opened(self, event: e.DayOpened, stamp: Stamp) -> None:
        self.day = Day(event.day, event.at_ms)
        self.speeds.clear()

    def _day_closed(self, event: e.DayClosed, stamp: Stamp) -> None:
        self.day = None
        self.suspense = ()
        self.late = ()

    def _lent_rights(self, event: e.RightsLent, stamp: Stamp) -> None:
        lending.noted(self.lent, event)

    def _took_rights_back(self, event: e.RightsTakenBack, stamp: Stamp) -> None:
        self.lent.pop(event.lent_id, None)

    def _stopped(self, event: e.ItemStopped, stamp: Stamp) -> None:
        self.stops[event.item_id] = Stop(event.item_id, event.left_milli, event.by, event.at_ms)

    def _freed(self, event: e.ItemFreed, stamp: Stamp) -> None:
        self.stops.pop(event.item_id, None)

    def _raised(self, event: e.NoticeRaised, stamp: Stamp) -> None:
        self.notices[event.notice_id] = Notice(
            event.notice_id,
            event.staff_id,
            event.code,
            event.params,
            event.at_ms,
            event.check_id,
        )
        while len(self.notices) > NOTICES_OPEN:
            del self.notices[next(iter(self.notices))]

    def _notice_seen(self, event: e.NoticeAcknowledged, stamp: Stamp) -> None:
        self.notices.pop(event.notice_id, None)

    def _published(self, event: e.CataloguePublished, stamp: Stamp) -> None:
        self.catalogue_no = event.number


_BUMPED_FIRST = attrgetter("bumped_ms", "ticket_id")
_SPECIAL: dict[type, Callable[..., None]] = {
    e.CheckOpened: Venue._check_opened,
    e.CheckClosed: Venue._check_finished,
    e.CheckAbandoned: Venue._check_finished,
    e.LinesMoved: Venue._lines_moved,
    e.TicketOpened: Venue._ticket_opened,
    e.TicketRelabelled: Venue._relabelled,
    e.TicketsAcknowledged: Venue._acknowledged,
    e.TicketsRushed: Venue._rushed,
    e.TicketLinesReady: Venue._readiness,
    e.TicketBumped: Venue._readiness,
    e.TicketRecalled: Venue._readiness,
    e.ShiftOpened: Venue._shift_opened,
    e.ShiftClosed: Venue._shift_closed,
    e.CardAsked: Venue._card_asked,
    e.CardBackAsked: Venue._card_back_asked,
    e.CardApproved: Venue._card_answered,
    e.CardDeclined: Venue._card_answered,
    e.CardUnknown: Venue._card_answered,
    e.RoomChargeAsked: Venue._charge_asked,
    e.RoomReversalAsked: Venue._reversal_asked,
    e.PaymentUnallocated: Venue._unallocated,
    e.PaymentTaken: Venue._paid,
    e.PaymentRefunded: Venue._refunded,
    e.CheckReopened: Venue._reopened,
    e.SuspenseSettled: Venue._suspense_settled,
    e.VoucherSold: Venue._voucher_sold,
    e.VoucherReturned: Venue._voucher_returned,
    e.AccountPaid: Venue._account_paid,
    e.ClubCardIssued: Venue._on_club,
    e.ClubCardAttached: Venue._on_club,
    e.PointsEarned: Venue._on_club,
    e.PointsTakenBack: Venue._on_club,
    e.PointsGivenBack: Venue._on_club,
    e.PointsExpired: Venue._on_club,
    e.ClubCardBlocked: Venue._on_club,
    e.ClubPointsMoved: Venue._on_club,
    e.ClockPunched: Venue._punched,
    e.ApprovalAsked: Venue._asked,
    e.ApprovalAnswered: Venue._answered,
    e.ApprovalEnded: Venue._request_ended,
    e.FiguresPrinted: Venue._figures_printed,
    e.DayOpened: Venue._day_opened,
    e.DayClosed: Venue._day_closed,
    e.ItemStopped: Venue._stopped,
    e.ItemFreed: Venue._freed,
    e.NoticeRaised: Venue._raised,
    e.NoticeAcknowledged: Venue._notice_seen,
    e.RightsLent: Venue._lent_rights,
    e.RightsTakenBack: Venue._took_rights_back,
    e.CataloguePublished: Venue._published,
    e.GuestsErased: lambda venue, event, stamp: guest_data.forget(venue, event),
}
_PARTS = (
    (checks.CHECK_EVENTS, Venue._on_check),
    (kitchen.TICKET_EVENTS, Venue._on_ticket),
    (folio.CHARGE_EVENTS, Venue._on_charge),
    (shifts.SHIFT_EVENTS, Venue._on_shift),
)
_STEPS: dict[type, tuple[Callable[..., None], ...]] = {
    kind: (*(step for kinds, step in _PARTS if kind in kinds), *filter(None, [_SPECIAL.get(kind)]))
    for kind in (*_SPECIAL, *(kind for kinds, _ in _PARTS for kind in kinds))
}
"""What each event changes: its check, ticket, charge and shift, then what is special about it."""


def _with_readiness(check: Check, line_ids: Iterable[str], tickets: Iterable[Ticket]) -> Check:
    """The check whose lines are ready exactly when all their stations are ready."""
    standing: dict[str, bool] = {}
    for ticket in tickets:
        for line in ticket.lines:
            if line.state != "void":
                done = line.state == "ready"
                standing[line.line_id] = standing.get(line.line_id, True) and done
    wanted = set(line_ids)

    def follow(line: e.Line) -> e.Line:
        if line.state not in ("fired", "ready", "served"):
            return line
        if standing.get(line.origin or line.line_id, False):
            return line if line.state == "served" else replace(line, state="ready")
        return replace(line, state="fired")

    touched = [line.line_id for line in check.lines if (line.origin or line.line_id) in wanted]
    return checks.with_lines(check, touched, follow)
