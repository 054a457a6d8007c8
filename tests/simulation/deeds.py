"""What people do more seldom: divide bills, hand over, comp, return, exempt, pay in other ways.

Each deed takes the person and the check in hand, and does one thing with what stands on the glass;
what the machine refuses at once is not done. `people` draws them; weights stand here beside them.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from sync_server.domain import commands as c
from sync_server.domain.checks import Check, balance
from sync_server.domain.club import may_cover
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId, PaymentId, StaffId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.rejections import Refused
from sync_server.domain.shifts import Shift
from sync_server.protocol.envelope import body_digest
from sync_server.protocol.replica import CODEC

if TYPE_CHECKING:
    from .people import Cashier, Cook, Waiter

COLLEAGUES = ("olena", "ihor", "petro")
STATIONS = ("hot", "grill", "bar")


def _shift(who: "Waiter") -> Shift | None:
    return next((s for s in who.desk.venue.shifts.values() if s.state != "closed"), None)


def _new_check(who: "Waiter") -> tuple[CheckId, str]:
    return CheckId(who.desk.new_id()), who.desk.next_number()


def _line(who: "Waiter", check: Check, *, sent: bool = False) -> Line | None:
    lines = [line for line in check.live if line.sent or not sent]
    return who.rng.choice(lines) if lines else None


# -- the bill ----------------------------------------------------------------------------------
def by_seat(who: "Waiter", check: Check) -> None:
    """The guest on one seat pays alone."""
    seats = sorted({line.seat for line in check.live if line.seat})
    if not seats:
        return
    seat = who.rng.choice(seats)
    moves = tuple(
        c.Move(line.line_id, line.qty_milli, LineId(who.desk.new_id()))
        for line in check.live
        if line.seat == seat
    )
    to, number = _new_check(who)
    who.do(c.MoveLines(check.check_id, to, moves, number))


def in_fractions(who: "Waiter", check: Check) -> None:
    """A bottle in halves or thirds, or the whole bill equally."""
    line = _line(who, check)
    picked = (line.line_id,) if line is not None and who.rng.random() < 0.6 else ()
    to = [c.ShareTo(*_new_check(who)) for _ in range(who.rng.randint(1, 2))]
    who.do(c.ShareLines(check.check_id, picked, tuple(to)))


def a_sum(who: "Waiter", check: Check) -> None:
    """One guest pays so much of it."""
    due = balance(check)
    if due > 1:
        to, number = _new_check(who)
        who.do(c.ShareAmount(check.check_id, to, number, who.rng.randint(1, due - 1)))


def section(who: "Waiter", check: Check) -> None:
    """All of one's own go to a colleague."""
    own = [one.check_id for one in who.desk.venue.checks.values() if one.owner == who.name]
    if own:
        who.do(c.TransferChecks(tuple(own[:4]), StaffId(who.rng.choice(COLLEAGUES))))


def surcharge(who: "Waiter", check: Check) -> None:
    """Service on a large party, or none."""
    who.do(c.SetService(check.check_id, who.rng.choice((0, 1_000, 1_250))))


def comp(who: "Waiter", check: Check) -> None:
    """The house pays a dish."""
    line = _line(who, check, sent=True)
    if line is not None:
        grant = who.desk.new_id()
        who.do(
            c.CompLine(check.check_id, grant, line.line_id, min(1000, line.qty_milli), "birthday")
        )


def send_back(who: "Waiter", check: Check) -> None:
    """A guest returns what was made."""
    line = _line(who, check, sent=True)
    if line is not None:
        qty = min(1000, line.qty_milli)
        who.do(c.VoidLine(check.check_id, line.line_id, qty, "hair", True, "return"))


def exempt(who: "Waiter", check: Check) -> None:
    """No tax for an embassy; or with tax after all."""
    who.do(c.ExemptTax(check.check_id, not check.tax_exempt, "embassy"))


def off_one_dish(who: "Waiter", check: Check) -> None:
    """A discount on a line only, of a rate or a sum."""
    line = _line(who, check)
    if line is not None:
        name = who.rng.choice(("gold", "sum"))
        who.do(c.GiveDiscount(check.check_id, who.desk.new_id(), name, (line.line_id,)))


def guests(who: "Waiter", check: Check) -> None:
    """Somebody joins; the tab gets a name; a course is due at a time."""
    held = [line.line_id for line in check.lines if line.state == "held"]
    if held:
        due_ms = who.desk.now_ms() + who.rng.randint(1, 20) * 1000
        who.do(c.TimeFire(check.check_id, tuple(held), due_ms))
    elif who.rng.random() < 0.5:
        who.do(c.SetGuests(check.check_id, who.rng.randint(1, 6)))
    else:
        who.do(c.RenameCheck(check.check_id, "Window"))


def by_leave(who: "Waiter", check: Check) -> None:
    """Half off is above one's limit: somebody who may is asked, wherever he stands."""
    for request in who.desk.venue.requests.values():
        command = who.asked.get(request.request_id)
        if command is not None and request.state == "granted":
            del who.asked[request.request_id]
            who.do(command, approval=request.request_id)
            return
    command = c.GiveDiscount(check.check_id, who.desk.new_id(), "half")
    told = who.desk.submit(command)
    if not isinstance(told, Refused):
        return
    request_id = who.desk.new_id()
    digest = body_digest(CODEC.encode(command))
    asked = c.AskApproval(
        request_id, check.check_id, "GiveDiscount", digest, told.code, dict(told.params)
    )
    if who.do(asked):
        who.asked[request_id] = command


def otherwise(who: "Waiter", check: Check) -> None:
    """The guest pays by voucher, on the house account, or on the card terminal, by card or code."""
    shift, due = _shift(who), balance(check)
    if shift is None or due <= 0 or check.unsent:
        return
    payment, amount = PaymentId(who.desk.new_id()), who.rng.randint(1, due)
    vouchers = [code for code, one in who.desk.venue.vouchers.items() if one.left_minor > 0]
    kind = who.rng.choice(("account", "card", "qr", "voucher" if vouchers else "account"))
    if kind in ("card", "qr"):
        who.do(c.AskCard(check.check_id, payment, shift.shift_id, amount, tender=kind))
    else:
        reference = who.rng.choice(vouchers) if kind == "voucher" else "acme"
        amount = min(amount, 20_000)
        who.do(
            c.TakePayment(
                check.check_id, payment, shift.shift_id, kind, amount, reference=reference
            )
        )


def otherwise_made(who: "Waiter", check: Check) -> None:
    """The guest wants a fired dish made in another way, perhaps when the cook is at it already."""
    line = _line(who, check, sent=True)
    if line is not None:
        rng = who.rng
        done = rng.choice(("rare", "well")) if line.item_id == "ribeye" else ""
        choices = (c.Choice(done),) if done else ()
        late = rng.random() < 0.5
        who.do(
            c.RemakeLine(
                check.check_id,
                line.line_id,
                LineId(who.desk.new_id()),
                rng.choice((1000, line.qty_milli)),
                choices,
                rng.choice(("", "no salt", "hot")),
                reason="guest-left" if late else "",
                made=late and rng.random() < 0.5,
            )
        )


def clock(who: "Waiter", check: Check) -> None:
    """Comes, takes a break, goes."""
    who.do(c.PunchClock(who.rng.choice(("in", "break", "back", "out"))))


SELDOM: tuple[tuple[Callable[["Waiter", Check], None], int], ...] = (
    (by_seat, 2),
    (in_fractions, 3),
    (a_sum, 2),
    (section, 1),
    (surcharge, 1),
    (comp, 2),
    (send_back, 2),
    (exempt, 1),
    (off_one_dish, 2),
    (guests, 2),
    (by_leave, 3),
    (otherwise, 6),
    (clock, 1),
)
"""How often each, beside the weights of `people.Waiter`."""


# -- the cash desk -----------------------------------------------------------------------------
def at_the_desk(who: "Cashier", shift: Shift) -> None:
    """What only a cashier does with money, people and closed checks."""
    venue, rng, desk = who.desk.venue, who.rng, who.desk
    for request in venue.requests.values():
        if request.state == "asked" and request.by != who.name:
            who.do(c.AnswerApproval(request.request_id, rng.random() < 0.8))
            return
    payment, amount = PaymentId(desk.new_id()), rng.randint(100, 30_000)
    what = rng.random()
    closed = list(venue.closed.values())
    if what < 0.2:
        code = f"V-{desk.new_id()[-6:]}"
        kind = rng.choice(("gift", "deposit"))
        who.do(c.SellVoucher(code, kind, payment, shift.shift_id, "cash", amount, amount, "Guest"))
    elif what < 0.35:
        who.do(c.PayAccount("acme", payment, shift.shift_id, "cash", amount, amount))
    elif what < 0.45:
        who.do(c.OpenDrawer(shift.shift_id, "courier"))
    elif what < 0.75 and closed:
        _with_a_closed_check(who, shift, rng.choice(closed))
    else:
        _settle_what_is_open(who, shift)


def _with_a_closed_check(who: "Cashier", shift: Shift, check: Check) -> None:
    rng = who.rng
    paid = [one for one in check.payments if one.tender in ("cash", "card", "qr")]
    what = rng.random()
    if what < 0.3:
        who.do(c.CopyReceipt(check.check_id))
    elif what < 0.5 and not any(one.tender == "room" for one in check.payments):
        who.do(c.ReopenCheck(check.check_id, shift.shift_id, "sorry"))
    elif paid:
        one = rng.choice(paid)
        new = PaymentId(who.desk.new_id())
        if what < 0.75:
            sum_ = rng.randint(1, one.amount_minor)
            ids = (check.check_id, new, one.payment_id, shift.shift_id)
            if one.reference and rng.random() < 0.7:
                who.do(c.BackToCard(*ids, rng.choice((sum_, one.amount_minor)), "sorry"))
            else:
                who.do(c.RefundPayment(*ids, sum_, "sorry"))
        else:
            tender = "card" if one.tender == "cash" else "cash"
            ids3 = (check.check_id, one.payment_id, new)
            who.do(c.CorrectTender(*ids3, tender, "sorry"))


def _settle_what_is_open(who: "Cashier", shift: Shift) -> None:
    venue = who.desk.venue
    for money in venue.suspense:
        outcome = who.rng.choice(("returned", "kept"))
        payment_id = money.payment.payment_id
        who.do(c.SettleSuspense(payment_id, shift.shift_id, outcome, "sorry"))
        return
    for card in venue.cards.values():
        if card.state == "unknown":
            seen = who.slip(card.payment_id)
            if seen is not None:
                who.do(c.ResolveCard(card.payment_id, seen, "slip"))
            else:
                who.do(c.LookAtCard(card.payment_id))
            return


# -- rights lent, numbered papers ----------------------------------------------------------------
LENT_S = (5, 15, 30)


async def at_the_office(who: "Waiter") -> None:
    """A cashier lends a right for a while and prints invoices; a waiter uses what was lent, also
    when it has ended."""
    desk, rng = who.desk, who.rng
    shift, closed = _shift(who), list(desk.venue.closed.values())
    what = rng.random()
    if what < 0.3:
        until_ms = desk.now_ms() + rng.choice(LENT_S) * 1000
        who.do(c.LendRights(desk.new_id(), StaffId("olena"), ("refund",), until_ms, "busy"))
    elif what < 0.4 and desk.venue.lent:
        who.do(c.TakeBackRights(rng.choice(list(desk.venue.lent))))
    elif what < 0.7 and closed:
        check = rng.choice(closed)
        about = {"check_id": check.check_id, "buyer": "Acme", "buyer_code": "1"}
        task = who.machine.spawn(desk.ask("check_invoice", about))
        await asyncio.wait({task}, timeout=20)
    elif shift is not None and closed:
        check = rng.choice(closed)
        paid = [one for one in check.payments if one.tender == "cash"]
        if paid:
            new = PaymentId(desk.new_id())
            ids = (check.check_id, new, paid[0].payment_id, shift.shift_id)
            who.do(c.RefundPayment(*ids, 1, "sorry"))


# -- club cards ----------------------------------------------------------------------------------
CLUB_CARDS = 3


def with_a_club_card(who: "Waiter", check: Check) -> None:
    """A guest's card goes on the check; then all of it is sent, and points and cash pay it. What is
    left on a card, only the server knows: a terminal that stands alone must say so."""
    desk, rng = who.desk, who.rng
    if not check.club_card:
        if desk.venue.club:
            who.do(c.AttachClubCard(check.check_id, rng.choice(list(desk.venue.club))))
        return
    card, shift, due = desk.venue.club.get(check.club_card), _shift(who), balance(check)
    if check.unsent:
        who.do(c.SendLines(check.check_id, tuple(line.line_id for line in check.unsent)))
    if card is None or shift is None or check.unsent or due <= 0:
        return
    ids = (check.check_id, PaymentId(desk.new_id()), shift.shift_id)
    most = min(due, card.balance_minor, may_cover(check, desk.catalogue.settings.points))
    if most <= 0:
        who.do(c.TakePayment(*ids, "cash", due, due + 1_000))
        return
    amount = rng.choice((most, most, most + 1, rng.randint(1, most)))
    alone = desk.state.phase not in ("online", "catching_up")
    taken = who.do(c.TakePayment(*ids, "points", amount, reference=card.card))
    if alone and taken:
        who.machine.history.outlived.append(f"points {ids[1]}: paid where nobody knew of any")


def at_the_club(who: "Cashier", shift: Shift) -> None:
    """A cashier gives cards out; takes a check up again that had earned on one, or gives back what
    its guest had paid with points or cash."""
    desk, rng = who.desk, who.rng
    if len(desk.venue.club) < CLUB_CARDS:
        who.do(c.IssueClubCard(f"K-{desk.new_id()[-6:]}", "Guest"))
        return
    on_cards = [check for check in desk.venue.closed.values() if check.club_card]
    if not on_cards:
        return
    check = rng.choice(on_cards)
    left = [one for one in check.payments if one.refunded_minor < one.amount_minor]
    if rng.random() < 0.3 or not left:
        who.do(c.ReopenCheck(check.check_id, shift.shift_id, "sorry"))
        return
    one = rng.choice([x for x in left if x.tender == "points"] or left)
    most = one.amount_minor - one.refunded_minor
    ids = (check.check_id, PaymentId(desk.new_id()), one.payment_id, shift.shift_id)
    who.do(c.RefundPayment(*ids, rng.choice((most, rng.randint(1, most))), "sorry"))


# -- the card terminal ---------------------------------------------------------------------------
def at_the_card_terminal(who: "Waiter", check: Check) -> None:
    """All of it is sent, and a card or a code on the terminal pays it or a part."""
    shift, due, rng = _shift(who), balance(check), who.rng
    if check.unsent:
        who.do(c.SendLines(check.check_id, tuple(line.line_id for line in check.unsent)))
    if shift is None or check.unsent or due <= 0:
        return
    amount = rng.choice((due, due, rng.randint(1, due)))
    ids = (check.check_id, PaymentId(who.desk.new_id()), shift.shift_id)
    who.do(c.AskCard(*ids, amount, tender=rng.choice(("card", "qr"))))


def back_to_a_card(who: "Cashier", shift: Shift) -> None:
    """A guest gets back what the terminal had charged, all or some, though it may be on its way."""
    venue, rng = who.desk.venue, who.rng
    charged = [
        (check, one) for check in venue.closed.values() for one in check.payments if one.reference
    ]
    if not charged:
        _settle_what_is_open(who, shift)
        return
    check, one = charged[-1] if rng.random() < 0.7 else rng.choice(charged)
    ids = (check.check_id, PaymentId(who.desk.new_id()), one.payment_id, shift.shift_id)
    left = one.amount_minor - one.refunded_minor
    if left:
        who.do(c.BackToCard(*ids, rng.choice((left, rng.randint(1, left))), "sorry"))


# -- the kitchen -------------------------------------------------------------------------------
def of_the_cook(who: "Cook", one: Ticket) -> None:
    """Rush, another station, the pass."""
    what = who.rng.random()
    if what < 0.4:
        who.do(c.RushTickets((one.ticket_id,), who.rng.random() < 0.7))
    elif what < 0.7:
        who.do(c.MoveTicket(one.ticket_id, who.rng.choice(STATIONS)))
    else:
        check = who.desk.venue.checks.get(one.check_id)
        ready = [line.line_id for line in check.lines if line.state == "ready"] if check else []
        if check is not None and ready:
            who.do(c.PassLines(check.check_id, tuple(ready)))
