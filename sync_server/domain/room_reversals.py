"""A room charge taken back: a new entry that names its original, never an edit of it.

Rule: the whole charge is taken back, tip and all, in a posting of its own with every sign turned;
only when the hotel has posted that is the payment refunded in its tender, so that check, ledger
and shift follow. A part is a reversal and a new charge. A reversal is not reversed, a charge is
reversed once (folio 4.2). How a charge lives otherwise is in `folio`.
"""

from collections.abc import Iterable

from . import commands as c, corrections, events as e
from .amending import replace
from .checks import Check
from .folio import Charge
from .ids import ChargeId, PaymentId
from .limits import TEXT_LENGTH
from .rejections import Refused, refuse
from .staff import Facts


def reverse(
    charge: Charge | None,
    charges: Iterable[Charge],
    command: c.ReverseCharge,
    facts: Facts,
    day: str,
) -> e.RoomReversalAsked | Refused:
    """Ask the hotel to take a posted charge back; with a reason, and with a link."""
    if charge is None:
        return refuse("no_charge")
    if charge.state != "posted" or charge.reverses:
        return refuse("charge_not_posted", number=charge.number)
    if any(one.reverses == charge.charge_id and one.state != "refused" for one in charges):
        return refuse("charge_reversed", number=charge.number)
    if not facts.room_link:
        return refuse("room_offline")
    if not command.reason or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    limit = facts.refund_limit_minor
    if 0 <= limit < charge.amount_minor + charge.tip_minor:
        return refuse("refund_limit", limit_minor=limit)
    return e.RoomReversalAsked(
        check_id=charge.check_id,
        charge_id=command.reversal_id,
        reverses=charge.charge_id,
        shift_id=command.shift_id,
        reason=command.reason,
        by=facts.actor,
        at_ms=facts.now_ms,
        day=day or charge.day,
        slip=command.slip,
    )


def taken_back(original: Charge, event: e.RoomReversalAsked) -> Charge:
    """The reversal that `RoomReversalAsked` begins: its request is the original's, signs turned."""
    asked = original.request
    request = replace(
        asked,
        charge_id=event.charge_id,
        shift_id=event.shift_id,
        amount_minor=-asked.amount_minor,
        tip_minor=-asked.tip_minor,
        parts=tuple(replace(part, gross_minor=-part.gross_minor) for part in asked.parts),
        covers=0,
        by=event.by,
        at_ms=event.at_ms,
        day=event.day,
        slip=event.slip,
    )
    return replace(
        original,
        charge_id=event.charge_id,
        shift_id=event.shift_id,
        amount_minor=request.amount_minor,
        tip_minor=request.tip_minor,
        asked_ms=event.at_ms,
        by=event.by,
        day=event.day,
        request=request,
        state="pending",
        attempt=1,
        reference="",
        code="",
        words="",
        settled_ms=0,
        reverses=original.charge_id,
        reason=event.reason,
    )


def posted(
    reversal: Charge, check: Check | None, event: e.RoomChargePosted
) -> tuple[e.RoomReversalPosted, e.PaymentRefunded]:
    """The hotel has taken it back: the charge's payment is refunded at the check's rates."""
    taxes: tuple[e.TaxSum, ...] = ()
    if check is not None and check.state == "closed":
        taxes = corrections.taxes_back(check, -reversal.amount_minor)
    return (
        e.RoomReversalPosted(
            event.check_id, ChargeId(reversal.charge_id), event.reference, event.at_ms
        ),
        e.PaymentRefunded(
            check_id=reversal.check_id,
            refund_id=PaymentId(reversal.charge_id),
            payment_id=PaymentId(reversal.reverses),
            shift_id=reversal.shift_id,
            tender="room",
            amount_minor=-reversal.amount_minor,
            rounding_minor=0,
            reason=reversal.reason,
            by=reversal.by,
            at_ms=event.at_ms,
            tip_minor=-reversal.tip_minor,
            taxes=taxes,
            reference=event.reference,
        ),
    )
