"""Gift vouchers and deposits: money taken now for what is eaten later.

A voucher is a debt of the house, not a sale: the sale is the check that it pays. What is left of
it stands here; a used-up one is kept for a bounded while, so that a refund can come back to it.
Payments with it are taken in `payments`, the debt is booked in `ledger`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from . import commands as c, events as e
from .amending import replace
from .ids import ShiftId, StaffId
from .limits import AMOUNT_MINOR, TEXT_LENGTH, VOUCHERS_KEPT
from .money import round_to_step
from .rejections import Refused, refuse
from .staff import Facts

TENDER_OF = {"gift": "voucher", "deposit": "deposit"}
"""The tender that spends each kind."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """`kind`: gift, deposit. `expires_ms` 0 is never. `left_minor` may be spent."""

    code: str
    kind: str
    name: str
    issued_minor: int
    left_minor: int
    issued_ms: int
    expires_ms: int
    by: StaffId
    shift_id: ShiftId


def sold(event: e.VoucherSold) -> Voucher:
    """The voucher that `VoucherSold` begins."""
    payment = event.payment
    return Voucher(
        event.code,
        event.kind,
        event.name,
        payment.amount_minor,
        payment.amount_minor,
        payment.at_ms,
        event.expires_ms,
        payment.by,
        payment.shift_id,
    )


def changed(vouchers: dict[str, Voucher], code: str, change_minor: int) -> None:
    """More or less is left of a voucher; one that was forgotten stays so."""
    voucher = vouchers.get(code)
    if voucher is not None:
        vouchers[code] = replace(voucher, left_minor=voucher.left_minor + change_minor)


def added(vouchers: dict[str, Voucher], voucher: Voucher) -> None:
    """One more; of too many the oldest used-up one is forgotten first."""
    vouchers[voucher.code] = voucher
    if len(vouchers) > VOUCHERS_KEPT:
        used = (code for code, each in vouchers.items() if not each.left_minor)
        del vouchers[next(used, next(iter(vouchers)))]


def voucher_read(vouchers: Mapping[str, Voucher], read: str) -> Voucher | None:
    """The voucher whose code a person typed or a reader gave, capitals and blanks aside."""
    return vouchers.get(read) or vouchers.get(read.strip().upper())


def spendable(
    vouchers: Mapping[str, Voucher], tender: str, code: str, amount_minor: int, facts: Facts
) -> Refused | None:
    """Why a voucher cannot pay an amount, if it cannot. Only the server knows what is left."""
    voucher = vouchers.get(code)
    if voucher is None or TENDER_OF[voucher.kind] != tender:
        return refuse("no_voucher", voucher=code[:TEXT_LENGTH])
    if voucher.expires_ms and facts.now_ms >= voucher.expires_ms:
        return refuse("voucher_expired", voucher=code, at_ms=voucher.expires_ms)
    if not facts.server_link:
        return refuse("needs_server")
    if amount_minor > voucher.left_minor:
        return refuse("voucher_short", voucher=code, left_minor=voucher.left_minor)
    return None


def sell(
    vouchers: Mapping[str, Voucher], command: c.SellVoucher, facts: Facts
) -> e.VoucherSold | Refused:
    """Issue a voucher or take a deposit; the code must be new."""
    texts = (command.code, command.name, command.reference)
    if not command.code.strip() or max(map(len, texts)) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    if command.kind not in TENDER_OF or command.tender not in ("cash", "card"):
        return refuse("bad_amount", value=command.kind[:20])
    if not 0 < command.amount_minor <= AMOUNT_MINOR:
        return refuse("bad_amount", value=command.amount_minor)
    if command.code in vouchers:
        return refuse("duplicate_id", id=command.code)
    if command.expires_ms and command.expires_ms <= facts.now_ms:
        return refuse("voucher_expired", voucher=command.code, at_ms=command.expires_ms)
    paid = plain_payment(command, facts)
    if isinstance(paid, Refused):
        return paid
    return e.VoucherSold(command.code, command.kind, command.name, command.expires_ms, paid)


def plain_payment(command: c.SellVoucher | c.PayAccount, facts: Facts) -> e.Payment | Refused:
    """Money by cash or card for something that is no check; cash is rounded to the coins."""
    step = facts.catalogue.settings.cash_step_minor if command.tender == "cash" else 1
    taken = round_to_step(command.amount_minor, step)
    tendered = command.tendered_minor if command.tender == "cash" else taken
    if not taken <= tendered <= AMOUNT_MINOR:
        return refuse("tendered_short", taken_minor=taken, tendered_minor=tendered)
    return e.Payment(
        payment_id=command.payment_id,
        tender=command.tender,
        shift_id=command.shift_id,
        amount_minor=command.amount_minor,
        at_ms=facts.now_ms,
        by=facts.actor,
        tendered_minor=tendered,
        change_minor=tendered - taken,
        rounding_minor=taken - command.amount_minor,
        reference=command.reference,
    )


def give_back(
    vouchers: Mapping[str, Voucher], command: c.ReturnVoucher, facts: Facts
) -> e.VoucherReturned | Refused:
    """What is left goes back in cash, and nothing is left."""
    voucher = vouchers.get(command.code)
    if voucher is None:
        return refuse("no_voucher", voucher=command.code[:TEXT_LENGTH])
    if not facts.server_link:
        return refuse("needs_server")
    if not voucher.left_minor:
        return refuse("voucher_short", voucher=voucher.code, left_minor=0)
    if not command.reason.strip() or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    rounded = round_to_step(voucher.left_minor, facts.catalogue.settings.cash_step_minor)
    return e.VoucherReturned(
        voucher.code,
        voucher.kind,
        command.shift_id,
        voucher.left_minor,
        rounded - voucher.left_minor,
        command.reason,
        facts.actor,
        facts.now_ms,
    )
