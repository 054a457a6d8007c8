"""What a group reads of a command or an event beside deciding it: the check that a body names, the
charge that a command settles, what the ledger must know from before an event.

Used by `group` alone.
"""

from typing import Annotated

import msgspec

from sync_server.domain import events as e
from sync_server.domain.ids import CheckId, PaymentId
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import Command


class CheckOf(msgspec.Struct, frozen=True):
    """The check of a body; empty when there is none."""

    check_id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class _Settled(msgspec.Struct, frozen=True):
    charge_id: str = ""
    payment_id: str = ""


class _Fired(msgspec.Struct, frozen=True):
    check_id: str
    line_ids: frozenset[str]


_settle_decoder = msgspec.json.Decoder(_Settled)
_fire_decoder = msgspec.json.Decoder(_Fired)
_check_decoder = msgspec.json.Decoder(CheckOf)


def check_of(command: Command) -> CheckOf:
    """The check a body names, whatever else it says; an id is short, or it is none."""
    try:
        return _check_decoder.decode(command.body)
    except msgspec.DecodeError:
        return CheckOf()


def settled_by(command: Command) -> str:
    """The charge of a `SettleCharge`."""
    return _settle_decoder.decode(command.body).charge_id


def card_since(command: Command, venue: Venue) -> int | None:
    """When the card of a `SettleCard` was asked for; None if it is not known any more."""
    asked = venue.cards.get(PaymentId(_settle_decoder.decode(command.body).payment_id))
    return asked.at_ms if asked is not None else None


def fired_since(command: Command, venue: Venue) -> int | None:
    """When the first line of a `FireLines` was due by itself; None if none was."""
    fired = _fire_decoder.decode(command.body)
    check = venue.checks.get(CheckId(fired.check_id))
    lines = check.lines if check is not None else ()
    due = (line.fire_ms for line in lines if line.line_id in fired.line_ids and line.fire_ms)
    return min(due, default=None)


LOOKS_BACK = frozenset({e.RoomChargePosted, e.PaymentRefunded})
NOTHING_BEFORE = ((0, 0), False)


def before(venue: Venue, event: object) -> tuple[tuple[int, int], bool]:
    """What the ledger must know from before the event: the charge settled, the check closed."""
    if isinstance(event, e.RoomChargePosted):
        charge = venue.charges[event.charge_id]
        return (charge.amount_minor, charge.tip_minor), False
    assert isinstance(event, e.PaymentRefunded), "no other kind looks back"
    return (0, 0), event.check_id not in venue.checks
