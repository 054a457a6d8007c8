"""What the till asks for, where check, shift, vouchers, accounts and day meet.

Rules of one thing each are in `payments`, `corrections`, `vouchers`, `accounts`, `shifts` and
`attendance`; here they are given the state they need and their events are put together, with the
close of a check that is paid. `decisions` calls these.
"""

from collections.abc import Callable
from typing import TypeVar

from . import (
    accounts,
    attendance,
    cards,
    club,
    commands as c,
    corrections,
    events as e,
    folio,
    orders,
    payments,
    shifts,
    vouchers,
)
from .amending import replace
from .checks import balance
from .ids import NO_CHECK, NoticeId, PaymentId, ShiftId, StaffId, derived
from .limits import AMOUNT_MINOR, FIGURE_ROWS, LATE_TOLD, TEXT_LENGTH
from .rejections import Accepted, Decision, Refused, refuse
from .staff import Facts, rights_of
from .venue import Venue

Money = TypeVar("Money", e.Payment, e.PaymentRefunded)


def one(event: object) -> Decision:
    """A decision of one event, or the refusal it is."""
    return event if isinstance(event, Refused) else Accepted((event,))


def pay(venue: Venue, command: c.TakePayment, facts: Facts) -> Decision:
    """Money taken is recorded whatever became of the check; nobody's own table is asked for."""
    known = venue.check(command.check_id)
    if known is not None and any(
        payment.payment_id == command.payment_id for payment in known.payments
    ):
        return refuse("duplicate_id", id=command.payment_id)
    shift = venue.shifts.get(command.shift_id)
    if shift is None:
        return refuse("no_shift")
    late = shift.state == "closed"
    now = venue.shift_at(shift.drawer) if late else shift
    if now is not None:
        command = replace(command, shift_id=now.shift_id)
    event = payments.take_payment(known, command, facts, venue.vouchers, venue.owed, venue.club)
    if isinstance(event, Refused):
        return event
    told: tuple[object, ...] = ()
    if late:
        event = replace(event, payment=replace(event.payment, late_shift=shift.number))
        told = () if now else _late_notices(shift, _full(event.payment), facts)
    if isinstance(event, e.PaymentUnallocated) or known is None:
        extra = refuse(
            "paid_twice",
            amount_minor=command.amount_minor,
            number=known.number if known else "",
            at_ms=known.closed_ms if known else 0,
        )
        return Accepted((event, *told), extra)
    return Accepted((*orders.with_close(venue, known, [event], facts), *told))


def _full(money: e.Payment | e.PaymentRefunded) -> int:
    """What came in all, with its tip; what went is below nothing."""
    full = money.amount_minor + money.tip_minor
    return -full if isinstance(money, e.PaymentRefunded) else full


def _late_notices(shift: shifts.Shift, full_minor: int, facts: Facts) -> tuple[object, ...]:
    """No shift is open at the drawer: those who close the day are told of the late entry."""
    said: dict[str, str | int] = {
        "number": shift.number,
        "drawer": shift.drawer,
        "amount_minor": full_minor,
    }
    return _tell_closers("late_entry", said, facts)


def nobody_behind(command: object, facts: Facts) -> tuple[object, ...]:
    """A fact was kept though nobody stands behind it: those who close the day are told."""
    said: dict[str, str | int] = {
        "who": facts.actor,
        "type": type(command).__name__,
        "device": facts.device_code,
        "why": facts.unbacked,
    }
    return _tell_closers("nobody_behind", said, facts)


def _tell_closers(code: str, said: dict[str, str | int], facts: Facts) -> tuple[object, ...]:
    people = [
        StaffId(person.staff_id)
        for person in facts.catalogue.staff.values()
        if "close_day" in rights_of(facts.catalogue, person.staff_id)
    ]
    return tuple(
        e.NoticeRaised(
            NoticeId(derived(facts.command_id, f"{code}.{staff_id}")),
            staff_id,
            code,
            dict(said),
            facts.now_ms,
            NO_CHECK,
        )
        for staff_id in people[:LATE_TOLD]
    )


def into_shift(venue: Venue, money: Money, facts: Facts) -> tuple[Money, tuple[object, ...]]:
    """A payment or a refund in the shift that takes it: its own while open, else the one at the
    drawer, else none, of which those who close the day are told."""
    shift = venue.shifts.get(money.shift_id)
    if shift is None or shift.state != "closed":
        return money, ()
    now = venue.shift_at(shift.drawer)
    shift_id = now.shift_id if now else money.shift_id
    late = replace(money, late_shift=shift.number, shift_id=shift_id)
    return late, () if now else _late_notices(shift, _full(late), facts)


def ask_card(venue: Venue, command: c.AskCard, facts: Facts) -> Decision:
    """Ask the card terminal; a colleague's check may be paid by whoever holds the drawer."""
    check = venue.checks.get(command.check_id)
    if check is None:
        return refuse("no_check")
    if command.payment_id in venue.cards:
        return refuse("duplicate_id", id=command.payment_id)
    shift = venue.shifts.get(command.shift_id)
    return one(cards.ask(check, shift, venue.cards.values(), command, facts))


def back_to_card(venue: Venue, command: c.BackToCard, facts: Facts) -> Decision:
    """Ask the card terminal to give back."""
    check = venue.check(command.check_id)
    if check is None:
        return refuse("no_check")
    if command.refund_id in venue.cards:
        return refuse("duplicate_id", id=command.refund_id)
    shift = venue.shifts.get(command.shift_id)
    return one(cards.ask_back(check, shift, venue.cards.values(), command, facts))


def resolve_card(venue: Venue, command: c.ResolveCard, facts: Facts) -> Decision:
    """A person's word about an unknown request."""
    request = venue.cards.get(command.payment_id)
    if fault := cards.may_resolve(request, command):
        return fault
    assert request is not None
    if command.charged:
        said = command.reference or f"seen by {facts.actor}"
        return _approved(venue, request, request.full_minor, 0, said, facts, by_hand=True)
    return Accepted(
        (e.CardDeclined(request.check_id, request.payment_id, "seen", "", facts.now_ms),)
    )


def settle_card(venue: Venue, command: c.SettleCard, facts: Facts) -> Decision:
    """What the terminal answered. A late or second answer changes only what it must."""
    request = venue.cards.get(command.payment_id)
    if request is None:
        return refuse("no_card")
    check_id, payment_id, at_ms = request.check_id, request.payment_id, facts.now_ms
    waits = request.state in cards.WAITING
    match command.outcome:
        case "approved":
            if request.by_hand or command.reference in request.references:
                return refuse("nothing_to_do")
            amount, tip = command.amount_minor, command.tip_minor
            if not 0 < amount <= AMOUNT_MINOR or not 0 <= tip <= amount:
                return refuse("bad_amount", value=amount)
            return _approved(venue, request, amount, tip, command.reference, facts)
        case "declined" if waits:
            events: list[object] = [
                e.CardDeclined(check_id, payment_id, command.code, command.words, at_ms)
            ]
            if request.state == "unknown":
                events.append(cards.notice(request, "card_declined", facts, words=command.words))
            return Accepted(tuple(events))
        case "declined" if request.by_hand:
            return Accepted((cards.notice(request, "card_disagrees", facts),))
        case "unknown" if request.state == "pending":
            unknown = e.CardUnknown(check_id, payment_id, command.code, at_ms)
            return Accepted((unknown, cards.notice(request, "card_unknown", facts)))
    return refuse("nothing_to_do")


def _approved(
    venue: Venue,
    request: cards.CardRequest,
    approved_minor: int,
    tip_minor: int,
    reference: str,
    facts: Facts,
    *,
    by_hand: bool = False,
) -> Decision:
    """Money came from a card, or went back to it: a payment or a refund, in the same breath."""
    check = venue.check(request.check_id)
    said = e.CardApproved(
        request.check_id, request.payment_id, approved_minor, reference, facts.now_ms, by_hand
    )
    share = cards.shares(request, approved_minor, tip_minor)
    again = request.state == "approved"
    if request.of:
        too_much = approved_minor if again else share.over_minor
        told = (cards.notice(request, "card_back", facts, too_much),) if too_much else ()
        if again:
            return Accepted((said, *told))
        back = cards.refund_of(request, check, share, reference, facts)
        back, late = into_shift(venue, back, facts)
        events: list[object] = [said, back]
        if check is not None:
            events = orders.with_close(venue, check, events, facts)
        return Accepted((*events, *late, *told))
    return _card_money(venue, request, said, share, again, facts)


def _card_money(
    venue: Venue,
    request: cards.CardRequest,
    said: e.CardApproved,
    share: cards.Shares,
    again: bool,
    facts: Facts,
) -> Decision:
    """What the check owes is paid, the rest of what was charged lies on suspense and is told."""
    check = venue.check(request.check_id)
    reserved = 0 if request.state not in cards.WAITING else request.amount_minor
    due = balance(check) + reserved if check is not None and check.state == "open" else 0
    fits = not again and 0 < share.amount_minor <= due
    asked = share.over_minor if fits else said.amount_minor
    events: list[object] = [said]
    told: list[object] = []
    if fits:
        whole = cards.payment_of(
            request, share.amount_minor, share.tip_minor, said.reference, facts
        )
        paid, late = into_shift(venue, whole, facts)
        events.append(e.PaymentTaken(request.check_id, paid))
        told += late
        if share.amount_minor < request.amount_minor:
            full = share.amount_minor + share.tip_minor
            told.append(cards.notice(request, "card_part", facts, full))
    if asked:
        lost = cards.payment_of(request, asked, 0, said.reference, facts)
        part = PaymentId(derived(request.payment_id, said.reference or "again"))
        lost = replace(
            lost, state="suspense", payment_id=part if fits or again else lost.payment_id
        )
        kept, late = into_shift(venue, lost, facts)
        events.append(e.PaymentUnallocated(request.check_id, kept))
        told += [*late, cards.notice(request, "card_twice", facts, asked)]
    if check is not None and check.state == "open":
        events = orders.with_close(venue, check, events, facts)
    return Accepted((*events, *told))


def refund(venue: Venue, command: c.RefundPayment, facts: Facts) -> Decision:
    """Money back; an open check on which nothing is due then is closed."""
    check = venue.check(command.check_id)
    if check is None:
        return refuse("no_check")
    if fault := _shift_fault(venue, command.shift_id):
        return fault
    if fault := cards.goes_back(check, command.payment_id, venue.cards.values()):
        return fault
    event = corrections.refund(check, command, facts)
    if isinstance(event, Refused):
        return event
    return Accepted(tuple(orders.with_close(venue, check, [event], facts)))


def reopen(venue: Venue, command: c.ReopenCheck, facts: Facts) -> Decision:
    """A closed check is taken up again in a shift that is open."""
    if fault := _shift_fault(venue, command.shift_id):
        return fault
    return one(corrections.reopen(venue.check(command.check_id), command, facts))


def close_check(venue: Venue, command: c.CloseCheck, facts: Facts) -> Decision:
    """A check that was taken up again, and owes nothing, is a sale again."""
    check = orders.found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    if fault := corrections.must_owe_nothing(check):
        return fault
    closed = payments.closing(check, venue.open_shifts(), facts)
    return Accepted((closed,)) if closed else refuse("nothing_due")


def correct_tender(venue: Venue, command: c.CorrectTender, facts: Facts) -> Decision:
    """The shift is that of the payment which was entered wrong."""
    check = venue.check(command.check_id)
    paid = check.payments if check else ()
    was = next((p for p in paid if p.payment_id == command.payment_id), None)
    if any(p.payment_id == command.new_payment_id for p in paid):
        return refuse("duplicate_id", id=command.new_payment_id)
    if check and (fault := cards.goes_back(check, command.payment_id, venue.cards.values())):
        return fault
    shift = venue.shifts.get(was.shift_id) if was else None
    return one(corrections.correct_tender(check, shift, command, facts))


def settle_suspense(venue: Venue, command: c.SettleSuspense, facts: Facts) -> Decision:
    """Money on suspense finds its place; a check that it pays is closed."""
    if fault := _shift_fault(venue, command.shift_id):
        return fault
    waiting = (held.payment for held in venue.suspense)
    payment = next((p for p in waiting if p.payment_id == command.payment_id), None)
    check = venue.checks.get(command.check_id)
    event = corrections.settle_suspense(payment, check, command, facts)
    if isinstance(event, Refused):
        return event
    if check is None or not event.check_id:
        return Accepted((event,))
    return Accepted(tuple(orders.with_close(venue, check, [event], facts)))


def _shift_fault(venue: Venue, shift_id: str) -> Refused | None:
    return shifts.must_be_open(venue.shifts.get(ShiftId(shift_id)))


def sell_voucher(venue: Venue, command: c.SellVoucher, facts: Facts) -> Decision:
    """A voucher or a deposit for money."""
    if club.card_read(venue.club, command.code):
        return refuse("duplicate_id", id=command.code[:TEXT_LENGTH])
    fault = _shift_fault(venue, command.shift_id)
    return fault or one(vouchers.sell(venue.vouchers, command, facts))


def return_voucher(venue: Venue, command: c.ReturnVoucher, facts: Facts) -> Decision:
    """What is left of a voucher goes back."""
    fault = _shift_fault(venue, command.shift_id)
    return fault or one(vouchers.give_back(venue.vouchers, command, facts))


def pay_account(venue: Venue, command: c.PayAccount, facts: Facts) -> Decision:
    """Money towards a house account."""
    return _shift_fault(venue, command.shift_id) or one(
        accounts.pay(venue.vouchers, command, facts)
    )


def attach_card(venue: Venue, command: c.AttachClubCard, facts: Facts) -> Decision:
    """A guest's club card for a check that the actor may touch."""
    check = orders.found(venue, command.check_id, facts)
    return (
        check if isinstance(check, Refused) else one(club.attach(venue.club, check, command, facts))
    )


def move_points(venue: Venue, command: c.MoveClubPoints, facts: Facts) -> Decision:
    """What a lost club card held, and its open checks, to the guest's other card."""
    checks = tuple(venue.checks.values())
    made = club.move(venue.club, venue.vouchers, checks, command, facts)
    return made if isinstance(made, Refused) else Accepted(made)


def print_figures(venue: Venue, command: c.PrintFigures, facts: Facts) -> Decision:
    """A paper of sums is on record with what stood on it; an invoice gets the next number."""
    if len(command.rows) > FIGURE_ROWS:
        return refuse("too_many", limit=FIGURE_ROWS)
    if max(len(command.buyer), len(command.buyer_code)) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    number = venue.invoice_no + 1 if command.document == "invoice" else 0
    printed = e.FiguresPrinted(
        command.document,
        command.kind,
        command.about,
        command.rows,
        command.total_minor,
        number,
        facts.actor,
        facts.now_ms,
        command.taxes,
        command.buyer,
        command.buyer_code,
    )
    return Accepted((printed,))


HANDLERS: dict[type, Callable[..., Decision]] = {
    c.TakePayment: pay,
    c.RefundPayment: refund,
    c.AskCard: ask_card,
    c.BackToCard: back_to_card,
    c.LookAtCard: lambda v, x, f: one(cards.look(v.cards.get(x.payment_id), f)),
    c.CancelCard: lambda v, x, f: one(cards.cancel(v.cards.get(x.payment_id), f)),
    c.ResolveCard: resolve_card,
    c.SettleCard: settle_card,
    c.ReopenCheck: reopen,
    c.CloseCheck: close_check,
    c.CopyReceipt: lambda v, x, f: one(corrections.copy_receipt(v.check(x.check_id), f)),
    c.CorrectTender: correct_tender,
    c.SettleSuspense: settle_suspense,
    c.AdjustFloat: lambda v, x, f: one(shifts.adjust_float(v.shifts.get(x.shift_id), x, f)),
    c.OpenDrawer: lambda v, x, f: one(shifts.open_drawer(v.shifts.get(x.shift_id), x, f)),
    c.SellVoucher: sell_voucher,
    c.ReturnVoucher: return_voucher,
    c.PayAccount: pay_account,
    c.IssueClubCard: lambda v, x, f: one(club.issue(v.club, v.vouchers, x, f)),
    c.StateHotelTotal: lambda v, x, f: one(folio.state_total(x, f)),
    c.BlockClubCard: lambda v, x, f: one(club.block(v.club, x, f)),
    c.MoveClubPoints: move_points,
    c.AttachClubCard: attach_card,
    c.PrintFigures: print_figures,
    c.PunchClock: lambda v, x, f: one(attendance.punch(v.present, x, f)),
}
"""Which of these answers which command; `decisions` gives it the rest."""
