"""Lines and checks that change their place: moved, shared, cut by a sum, joined, handed over.

The venue's part of a division: it finds or opens the check that takes a part, tells the kitchen
which table moved lines are for, and relabels tickets; how lines and sums are cut is `splitting`
and `splitting_by_sum`. What becomes of lines on their own check is `orders`.
"""

from . import (
    checks,
    club,
    commands as c,
    events as e,
    kitchen_changes,
    ordering,
    splitting,
    splitting_by_sum,
)
from .amending import replace
from .checks import Check
from .ids import CheckId, StaffId
from .limits import LINES_PER_CHECK, LIST_LENGTH
from .orders import found, open_check
from .rejections import Accepted, Decision, Refused, refuse
from .splitting import PROVISIONAL
from .staff import Facts
from .venue import Venue


def _new_beside(
    venue: Venue, check: Check, to: c.ShareTo, table_id: str, facts: Facts
) -> tuple[e.CheckOpened, Check] | Refused:
    """A check opened on the same table, or another, to take a part of this one."""
    wanted = c.OpenCheck(
        to.check_id,
        to.number,
        "table" if table_id else check.kind,
        table_id or check.table_id,
        "" if table_id else check.name,
        1,
    )
    made = open_check(venue, wanted, replace(facts, basis_n=PROVISIONAL))
    if isinstance(made, Refused):
        return made
    event = made.events[0]
    assert isinstance(event, e.CheckOpened)
    return splitting.opened_beside(check, event, facts)


def _taker(
    venue: Venue, check: Check, to: c.ShareTo, facts: Facts, table_id: str = ""
) -> tuple[list[object], Check] | Refused:
    """The check that takes a part: with `to.number` a new one, whose opening is told first."""
    if not to.number:
        other = found(venue, to.check_id, facts)
        return other if isinstance(other, Refused) else ([], other)
    beside = _new_beside(venue, check, to, table_id, facts)
    return beside if isinstance(beside, Refused) else ([beside[0]], beside[1])


def move_lines(venue: Venue, command: c.MoveLines, facts: Facts) -> Decision:
    """Lines, or parts of them, to another check or to a new one; the kitchen makes nothing anew."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    if command.check_id == command.to_check_id:
        return refuse("nothing_to_do")
    if checks.covered(check):
        return refuse("has_payments")
    to = c.ShareTo(command.to_check_id, command.number)
    taker = _taker(venue, check, to, facts, command.table_id)
    if isinstance(taker, Refused):
        return taker
    events, target = taker
    pieces = splitting.quantity_pieces(check, command, facts)
    if isinstance(pieces, Refused):
        return pieces
    fresh = bool(command.number) and target.table_id == check.table_id
    divided = splitting.divide(check, target, pieces, facts, fresh=fresh)
    if isinstance(divided, Refused):
        return divided
    events += divided.events
    if target.table_id != check.table_id:
        gone = {piece.part.kitchen_id for piece in pieces if piece.left is None}
        tickets = venue.tickets_of(check.check_id)
        events += kitchen_changes.carried(
            gone, target.table_id, tickets, facts.now_ms, command.printed_at
        )
    return Accepted(tuple(events))


def share_lines(venue: Venue, command: c.ShareLines, facts: Facts) -> Decision:
    """Lines in equal shares on several checks; nothing is sent to the kitchen again."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    lines = splitting.lines_to_share(check, command, facts)
    if isinstance(lines, Refused):
        return lines
    cut = splitting.share_pieces(lines, len(command.to) + 1, facts.command_id)
    if isinstance(cut, Refused):
        return cut
    if len(lines) * len(command.to) > 2 * LINES_PER_CHECK:
        return refuse("too_many", limit=LINES_PER_CHECK)
    events: list[object] = []
    for to, pieces in zip(command.to, cut, strict=True):
        taker = _taker(venue, check, to, facts)
        if isinstance(taker, Refused):
            return taker
        events += taker[0]
        target = taker[1]
        divided = splitting.divide(check, target, pieces, facts, fresh=bool(to.number))
        if isinstance(divided, Refused):
            return divided
        events += divided.events
        check = divided.source
    return Accepted(tuple(events))


def share_amount(venue: Venue, command: c.ShareAmount, facts: Facts) -> Decision:
    """A new check of exactly this sum, cut from every line of the first."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    to = c.ShareTo(command.to_check_id, command.number)
    lines = splitting.lines_to_share(check, c.ShareLines(check.check_id, (), (to,)), facts)
    if isinstance(lines, Refused):
        return lines
    beside = _new_beside(venue, check, to, "", facts)
    if isinstance(beside, Refused):
        return beside
    opened, target = beside
    divided = splitting_by_sum.divide_by_sum(check, target, lines, command.amount_minor, facts)
    if isinstance(divided, Refused):
        return divided
    return Accepted((opened, *divided.events))


def move_check(venue: Venue, command: c.MoveCheck, facts: Facts) -> Decision:
    """The guests move to another table; open tickets show it."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    if command.table_id not in facts.catalogue.tables:
        return refuse("no_table")
    if command.table_id == check.table_id:
        return refuse("nothing_to_do")
    moved = e.CheckMoved(
        check.check_id, check.table_id, command.table_id, facts.actor, facts.now_ms
    )
    beside = tuple(table_id for table_id in check.joined if table_id != command.table_id)
    there = replace(check, table_id=command.table_id, joined=beside)
    now_ms, at = facts.now_ms, command.printed_at
    return Accepted((moved, *kitchen_changes.relabelled(venue, check, there, now_ms, at)))


def join_tables(venue: Venue, command: c.JoinTables, facts: Facts) -> Decision:
    """Tables are pushed together for a check, or apart; open tickets show all of them."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    joined = ordering.join_tables(check, command, facts)
    if isinstance(joined, Refused):
        return joined
    there = replace(check, joined=joined.table_ids)
    now_ms, at = facts.now_ms, command.printed_at
    return Accepted((joined, *kitchen_changes.relabelled(venue, check, there, now_ms, at)))


def transfer_check(venue: Venue, command: c.TransferCheck, facts: Facts) -> Decision:
    """The check is a colleague's from now on; open tickets show whose."""
    return _hand_over(venue, (command.check_id,), command.to_staff_id, facts)


def transfer_checks(venue: Venue, command: c.TransferChecks, facts: Facts) -> Decision:
    """Several checks at once; those that are the colleague's already stay as they are."""
    if not 0 < len(command.check_ids) <= LIST_LENGTH:
        return refuse("nothing_to_do")
    return _hand_over(venue, tuple(dict.fromkeys(command.check_ids)), command.to_staff_id, facts)


def _hand_over(venue: Venue, check_ids: tuple[CheckId, ...], to: StaffId, facts: Facts) -> Decision:
    person = facts.catalogue.staff.get(to)
    if person is None or not person.active:
        return refuse("unknown_staff")
    events: list[object] = []
    for check_id in check_ids:
        check = venue.check(check_id)
        if check is None:
            return refuse("no_check")
        if fault := splitting.may_give(check, facts, to):
            return fault
        if check.owner == to:
            continue
        events.append(
            e.CheckTransferred(check.check_id, check.owner, to, facts.actor, facts.now_ms)
        )
        events += kitchen_changes.relabelled(venue, check, replace(check, owner=to), facts.now_ms)
    return Accepted(tuple(events)) if events else refuse("nothing_to_do")


def merge_checks(venue: Venue, command: c.MergeChecks, facts: Facts) -> Decision:
    """Everything of one check goes onto another, and the first ends empty."""
    check = found(venue, command.check_id, facts)
    into = found(venue, command.into_check_id, facts)
    if isinstance(check, Refused):
        return check
    if isinstance(into, Refused):
        return into
    if check.check_id == into.check_id:
        return refuse("nothing_to_do")
    if any(payment.state in checks.HOLDING for payment in check.payments):
        return refuse("has_payments")
    if check.version_n > facts.basis_n and check.opened_dev != facts.device_id:
        return refuse("check_moved", number=check.number, **ordering.last_touch(check, check.lines))
    events: list[object] = []
    if check.lines:
        pieces = splitting.whole_pieces(check)
        divided = splitting.divide(check, into, pieces, facts, fresh=False)
        if isinstance(divided, Refused):
            return divided
        events += divided.events
    events += kitchen_changes.relabelled(venue, check, into, facts.now_ms, command.printed_at)
    events += club.carried(check, into, facts)
    events.append(
        e.CheckAbandoned(check.check_id, check.number, facts.actor, facts.now_ms, into.check_id)
    )
    return Accepted(tuple(events))
