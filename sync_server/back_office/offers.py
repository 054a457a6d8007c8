"""What the back office asks the server to do at once: stop or count down a dish, change a PIN,
lend a person's rights or end that.

The pages write an offer, the server reads those after the last one it did, by their moment. One
that has waited too long is not done any more: a countdown of yesterday's stock would be wrong.
Neighbours: `catalogue` has what holds from a date, `sync_server.editions` is the server's side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, func, inspect
from sqlmodel import Session, col, select

from sync_server.store.database import session_on

from .house_tables import LendOffer, PinOffer, StopOffer
from .papers import Actor

OFFERS_AT_ONCE = 500
STALE_MS = 15 * 60_000
PORTIONS = 1_000
PIN_LENGTHS = range(4, 9)


@dataclass(frozen=True, slots=True)
class Stop:
    """A dish of which so many thousandths may still be sold."""

    item_id: str
    left_milli: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Pin:
    """A person's new PIN, as it is stored."""

    staff_id: str
    pin_hash: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Loan:
    """Rights of `by` for a colleague until a time; `ends`: that loan is over."""

    lent_id: str
    by: str
    staff_id: str
    rights: tuple[str, ...]
    until_ms: int
    reason: str
    ends: bool = False
    at_ms: int = 0


def moment_after(session: Session, moments: int, now_ms: int) -> int:
    """When an offer is made: now, and after every offer of its kind, in whose column `moments` are.

    The server asks for what came after the last one that it did. Of two in one millisecond, or with
    a clock that was set back in between, it would never hear of the second.
    """
    return max(now_ms, (session.exec(select(func.max(moments))).one() or 0) + 1)


def next_number(session: Session, numbers: int) -> int:
    """One more than the highest of a column."""
    return (session.exec(select(func.max(numbers))).one() or 0) + 1


def offer_stops(session: Session, portions: Sequence[tuple[str, int]], actor: Actor) -> None:
    """Ask for dishes to be stopped (0) or counted down from so many portions."""
    first = next_number(session, StopOffer.number)
    at_ms = moment_after(session, StopOffer.at_ms, actor.at_ms)
    for number, (item_id, left) in enumerate(portions[:OFFERS_AT_ONCE], start=first):
        left_milli = min(max(left, 0), PORTIONS) * 1000
        whose = {"item_id": item_id, "login": actor.login}
        session.add(StopOffer(number=number, left_milli=left_milli, at_ms=at_ms, **whose))


def good_pin(pin: str) -> bool:
    """Four to eight figures that are neither all the same nor in a row."""
    if not pin.isascii() or not pin.isdigit() or len(pin) not in PIN_LENGTHS:
        return False
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return len(steps) > 1 or not steps <= {-1, 0, 1}


def offer_pin(session: Session, staff_id: str, pin_hash: str, actor: Actor) -> None:
    """Ask for a person's PIN to become this one."""
    session.add(
        PinOffer(
            number=next_number(session, PinOffer.number),
            staff_id=staff_id,
            pin_hash=pin_hash,
            login=actor.login,
            at_ms=moment_after(session, PinOffer.at_ms, actor.at_ms),
        )
    )


def offer_loan(session: Session, loan: Loan, actor: Actor) -> None:
    """Ask for rights to be lent, or for a loan to end."""
    session.add(
        LendOffer(
            number=next_number(session, LendOffer.number),
            lent_id=loan.lent_id,
            by=loan.by,
            staff_id=loan.staff_id,
            rights=" ".join(loan.rights),
            until_ms=loan.until_ms,
            reason=loan.reason,
            ends=loan.ends,
            login=actor.login,
            at_ms=moment_after(session, LendOffer.at_ms, actor.at_ms),
        )
    )


def loans_after(connection: Connection, after_ms: int) -> Sequence[Loan]:
    """Loans and their ends asked for after a moment, in their order."""
    if not inspect(connection).has_table("lend_offer"):
        return ()
    with session_on(connection) as session:
        query = (
            select(LendOffer)
            .where(LendOffer.at_ms > after_ms)
            .order_by(col(LendOffer.at_ms), col(LendOffer.number))
        )
        return [
            Loan(
                *(row.lent_id, row.by, row.staff_id, tuple(row.rights.split())),
                *(row.until_ms, row.reason, row.ends, row.at_ms),
            )
            for row in session.exec(query)
        ]


def stops_after(connection: Connection, after_ms: int, now_ms: int) -> Sequence[Stop]:
    """Stops asked for after a moment that are not stale, in their order."""
    if not inspect(connection).has_table("stop_offer"):
        return ()  # The back office is just making its tables.
    with session_on(connection) as session:
        query = (
            select(StopOffer)
            .where(StopOffer.at_ms > max(after_ms, now_ms - STALE_MS))
            .order_by(col(StopOffer.at_ms), col(StopOffer.number))
        )
        return [Stop(row.item_id, row.left_milli, row.at_ms) for row in session.exec(query)]


def pins_after(connection: Connection, after_ms: int) -> Sequence[Pin]:
    """PINs asked for after a moment, in their order."""
    if not inspect(connection).has_table("pin_offer"):
        return ()
    with session_on(connection) as session:
        query = (
            select(PinOffer)
            .where(PinOffer.at_ms > after_ms)
            .order_by(col(PinOffer.at_ms), col(PinOffer.number))
        )
        return [Pin(row.staff_id, row.pin_hash, row.at_ms) for row in session.exec(query)]
