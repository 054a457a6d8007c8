"""A card charged by a terminal: asked, then approved, declined or unknown; never charged twice.

The same three states as a charge to a room (`folio`), and the same rule: an unknown is settled by
the terminal's own record or by a person who saw its slip, never by asking for the money again. An
approval is money taken, so it is a fact: it becomes a payment like any other, on suspense when the
check does not owe it any more (reliability 2.8). A terminal that says less than was asked pays a
part; what it says above that, or a second time, lies on suspense until a manager gives it back.
A code that the terminal shows for the guest's telephone (tender qr) is asked for, and known, alike.
The wire is `hardware.card_terminal`, the worker `sync_server.effects.card_payments`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import commands as c, corrections, events as e
from .amending import replace
from .checks import Check, balance
from .ids import NO_PAYMENT, CheckId, NoticeId, PaymentId, ShiftId, StaffId, derived
from .limits import AMOUNT_MINOR, PAYMENTS_PER_CHECK, TEXT_LENGTH
from .menu import CardTerminal
from .rejections import Refused, refuse
from .shifts import Shift, must_be_open
from .staff import Facts

WAITING = ("pending", "unknown")
ASKED_OF_TERMINALS = ("card", "qr")
"""Tenders that a terminal can take."""


@dataclass(frozen=True, slots=True)
class CardRequest:
    """What a terminal was asked. `state`: pending, approved, declined, unknown. With `of` it gives
    back a part of that payment. `references` are all that were approved under this id."""

    payment_id: PaymentId
    check_id: CheckId
    number: str
    terminal_id: str
    shift_id: ShiftId
    amount_minor: int
    tip_minor: int
    by: StaffId
    at_ms: int
    receipt: bool = True
    of: PaymentId = NO_PAYMENT
    original: str = ""
    reason: str = ""
    state: str = "pending"
    references: tuple[str, ...] = ()
    by_hand: bool = False
    code: str = ""
    words: str = ""
    tender: str = "card"

    @property
    def full_minor(self) -> int:
        """With its tip."""
        return self.amount_minor + self.tip_minor


# -- evolve ------------------------------------------------------------------------------------
def asked(event: e.CardAsked) -> CardRequest:
    """The request that `CardAsked` begins."""
    paid = event.payment
    return CardRequest(
        payment_id=paid.payment_id,
        check_id=event.check_id,
        number=event.number,
        terminal_id=event.terminal_id,
        shift_id=paid.shift_id,
        amount_minor=paid.amount_minor,
        tip_minor=paid.tip_minor,
        by=paid.by,
        at_ms=paid.at_ms,
        receipt=paid.receipt,
        tender=paid.tender,
    )


def back_asked(event: e.CardBackAsked) -> CardRequest:
    """The request that `CardBackAsked` begins."""
    return CardRequest(
        payment_id=event.payment_id,
        check_id=event.check_id,
        number=event.number,
        terminal_id=event.terminal_id,
        shift_id=event.shift_id,
        amount_minor=event.amount_minor,
        tip_minor=event.tip_minor,
        by=event.by,
        at_ms=event.at_ms,
        of=event.of,
        original=event.original,
        reason=event.reason,
        tender=event.tender,
    )


_EVOLVE: dict[type, Callable[..., CardRequest]] = {
    e.CardApproved: lambda request, event: replace(
        request,
        state="approved",
        references=(*request.references, event.reference),
        by_hand=event.by_hand,
    ),
    e.CardDeclined: lambda request, event: replace(
        request, state="declined", code=event.code, words=event.words
    ),
    e.CardUnknown: lambda request, event: replace(request, state="unknown", code=event.code),
}

ANSWERS = frozenset(_EVOLVE)


def evolve(request: CardRequest, event: object) -> CardRequest:
    """The request after one of `ANSWERS`."""
    return _EVOLVE[type(event)](request, event)


# -- asking ------------------------------------------------------------------------------------
def _terminal(
    shift: Shift | None, requests: Iterable[CardRequest], facts: Facts
) -> CardTerminal | Refused:
    """The terminal at the shift's drawer, if it can be asked now: one guest at a time."""
    if fault := must_be_open(shift):
        return fault
    assert shift is not None
    terminal = facts.catalogue.card_terminals.get(shift.drawer)
    if terminal is None:
        return refuse("no_card_terminal", drawer=shift.drawer)
    if not facts.server_link:
        return refuse("needs_server")
    for request in requests:
        if request.terminal_id == terminal.terminal_id and request.state == "pending":
            return refuse("card_busy", number=request.number)
    return terminal


def ask(
    check: Check,
    shift: Shift | None,
    requests: Iterable[CardRequest],
    command: c.AskCard,
    facts: Facts,
) -> e.CardAsked | Refused:
    """Ask the terminal for a part of what is due; unlike money taken this can be refused."""
    terminal = _terminal(shift, requests, facts)
    if isinstance(terminal, Refused):
        return terminal
    if command.tender not in ASKED_OF_TERMINALS:
        return refuse("bad_amount", value=command.tender[:20])
    if command.tender == "qr" and not terminal.shows_codes:
        return refuse("no_card_terminal", drawer=terminal.drawer)
    if not 0 < command.amount_minor <= AMOUNT_MINOR or not 0 <= command.tip_minor <= AMOUNT_MINOR:
        return refuse("bad_amount", value=min(command.amount_minor, command.tip_minor))
    due = balance(check)
    if command.amount_minor > due:
        return refuse("amount_over_due", due_minor=due)
    if len(check.payments) >= PAYMENTS_PER_CHECK:
        return refuse("too_many", limit=PAYMENTS_PER_CHECK)
    payment = e.Payment(
        payment_id=command.payment_id,
        tender=command.tender,
        shift_id=command.shift_id,
        amount_minor=command.amount_minor,
        at_ms=facts.now_ms,
        by=facts.actor,
        tip_minor=command.tip_minor,
        state="pending",
        receipt=command.receipt,
    )
    return e.CardAsked(check.check_id, payment, terminal.terminal_id, check.number)


def ask_back(
    check: Check,
    shift: Shift | None,
    requests: Iterable[CardRequest],
    command: c.BackToCard,
    facts: Facts,
) -> e.CardBackAsked | Refused:
    """Ask the terminal to give back; never more than is left of the payment, also while another
    request for it waits."""
    known = tuple(requests)
    terminal = _terminal(shift, known, facts)
    if isinstance(terminal, Refused):
        return terminal
    wished = c.RefundPayment(
        command.check_id,
        command.refund_id,
        command.payment_id,
        command.shift_id,
        command.amount_minor,
        command.reason,
        command.tip_minor,
    )
    refund = corrections.refund(check, wished, facts)
    if isinstance(refund, Refused):
        return refund
    if refund.tender not in ASKED_OF_TERMINALS:
        return refuse("tender_fixed")
    if fault := goes_back(check, command.payment_id, known):
        return fault
    paid = next(p for p in check.payments if p.payment_id == command.payment_id)
    if not paid.reference or (paid.tender == "qr" and not _by_machine(paid, known)):
        # It was charged on a terminal that stands alone, or paid by a code of this screen, which
        # has a reference of our own: nobody here can name it to a terminal.
        return refuse("no_card")
    full = paid.amount_minor + paid.tip_minor
    return e.CardBackAsked(
        check_id=check.check_id,
        payment_id=command.refund_id,
        of=command.payment_id,
        original=paid.reference,
        whole=full == command.amount_minor + command.tip_minor,
        terminal_id=terminal.terminal_id,
        number=check.number,
        shift_id=command.shift_id,
        amount_minor=command.amount_minor,
        tip_minor=command.tip_minor,
        reason=command.reason,
        by=facts.actor,
        at_ms=facts.now_ms,
        tender=paid.tender,
    )


def goes_back(check: Check, payment_id: str, requests: Iterable[CardRequest]) -> Refused | None:
    """Why a payment is left as it is: the terminal may be giving it back at this moment."""
    if any(each.of == payment_id and each.state in WAITING for each in requests):
        return refuse("card_busy", number=check.number)
    return None


def _by_machine(paid: e.Payment, requests: Iterable[CardRequest]) -> bool:
    """Whether a terminal itself said that this was paid."""
    return any(
        each.payment_id == paid.payment_id and each.references and not each.by_hand
        for each in requests
    )


def look(request: CardRequest | None, facts: Facts) -> e.CardLookAsked | Refused:
    """Ask what became of it; as often as one likes, it charges nothing."""
    if request is None:
        return refuse("no_card")
    if request.state not in WAITING:
        return refuse("card_settled", number=request.number)
    return e.CardLookAsked(request.check_id, request.payment_id, facts.actor, facts.now_ms)


def cancel(request: CardRequest | None, facts: Facts) -> e.CardCancelAsked | Refused:
    """Ask the terminal to let it be, while it waits for the card."""
    if request is None:
        return refuse("no_card")
    if request.state != "pending":
        return refuse("card_settled", number=request.number)
    return e.CardCancelAsked(request.check_id, request.payment_id, facts.actor, facts.now_ms)


def may_resolve(request: CardRequest | None, command: c.ResolveCard) -> Refused | None:
    """Why a person's word is not wanted, if it is not."""
    if request is None:
        return refuse("no_card")
    if request.state != "unknown":
        return refuse("card_settled", number=request.number)
    if len(command.reference) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    return None


# -- the answer --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shares:
    """An approved sum: what of it pays the check, what is tip, what nobody asked for."""

    amount_minor: int
    tip_minor: int
    over_minor: int


def shares(request: CardRequest, approved_minor: int, tip_minor: int) -> Shares:
    """Divide what the terminal approved. The check comes first, then the tip that was typed here;
    `tip_minor` was added on the terminal by the guest."""
    told = max(0, min(tip_minor, approved_minor))
    base = approved_minor - told
    amount = min(base, request.amount_minor)
    tip = min(base - amount, request.tip_minor)
    return Shares(amount, tip + told, base - amount - tip)


def payment_of(
    request: CardRequest, amount_minor: int, tip_minor: int, reference: str, facts: Facts
) -> e.Payment:
    """The payment that an approval is."""
    return e.Payment(
        payment_id=request.payment_id,
        tender=request.tender,
        shift_id=request.shift_id,
        amount_minor=amount_minor,
        at_ms=facts.now_ms,
        by=request.by,
        tendered_minor=amount_minor + tip_minor,
        tip_minor=tip_minor,
        reference=reference,
        receipt=request.receipt,
    )


def refund_of(
    request: CardRequest, check: Check | None, share: Shares, reference: str, facts: Facts
) -> e.PaymentRefunded:
    """The refund that an approval of a request with `of` is."""
    taxes: tuple[e.TaxSum, ...] = ()
    if check is not None and check.state == "closed":
        taxes = corrections.taxes_back(check, share.amount_minor)
    return e.PaymentRefunded(
        check_id=request.check_id,
        refund_id=request.payment_id,
        payment_id=request.of,
        shift_id=request.shift_id,
        tender=request.tender,
        amount_minor=share.amount_minor,
        rounding_minor=0,
        reason=request.reason,
        by=request.by,
        at_ms=facts.now_ms,
        tip_minor=share.tip_minor,
        taxes=taxes,
        reference=reference,
    )


def notice(
    request: CardRequest, code: str, facts: Facts, amount_minor: int = -1, words: str = ""
) -> e.NoticeRaised:
    """Tell whoever asked for the card."""
    said: dict[str, str | int] = {
        "number": request.number,
        "amount_minor": request.full_minor if amount_minor < 0 else amount_minor,
        "asked_minor": request.full_minor,
        "at_ms": request.at_ms,
        "words": words,
    }
    notice_id = NoticeId(derived(facts.command_id, code))
    return e.NoticeRaised(notice_id, request.by, code, said, facts.now_ms, request.check_id)
