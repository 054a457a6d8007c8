"""Dividing checks and joining them: lines, shares of lines and whole checks change their bill.

Rules: the kitchen is told of nothing twice (a part keeps the line that the kitchen knows); money is
cut by equal or given weights, never by rounded thousandths; discounts go with what they were given
for; and what rounding leaves over (`Remainder`) stays with one of the checks, so that discount,
service, tax of every rate and total of the parts sum to those of the whole to the smallest unit.
Shares of a line that meet again on one check become one line again, so a split can be undone.
"""

from dataclasses import dataclass
from math import gcd

from . import commands as c, events as e
from .amending import replace
from .checks import Check, Stamp, covered, evolve, moved_in, moved_out, opened, terms_of
from .events import Grant, Line, Remainder, TaxSum
from .ids import NO_LINE, LineId, derived
from .limits import LINES_PER_CHECK, LINES_PER_EVENT, SHARES
from .money import allocate
from .ordering import last_touch, may_touch, pick, with_sets
from .pricing import totals
from .quantity import shares
from .records import NO_REMAINDER
from .rejections import Refused, refuse
from .staff import Facts

PROVISIONAL = 2**62
"""The event number of what is decided but not yet journaled."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What leaves a line: `part` as it shall stand on the other check, `left` what stays."""

    source: LineId
    left: Line | None
    part: Line


@dataclass(frozen=True, slots=True)
class Divided:
    """The events of one move, and the two checks after it."""

    events: tuple[object, ...]
    source: Check
    target: Check


# -- pieces ------------------------------------------------------------------------------------
def quantity_pieces(check: Check, command: c.MoveLines, facts: Facts) -> list[Piece] | Refused:
    """The pieces of a move by quantity; a set goes as a whole."""
    if not 0 < len(command.moves) <= LINES_PER_CHECK:
        return refuse("nothing_to_do")
    moves = {move.line_id: move for move in command.moves}
    if len(moves) != len(command.moves):
        return refuse("duplicate_id", id="line")
    ids = with_sets(check, tuple(moves))
    pieces = []
    for line_id in ids:
        line = check.line(line_id)
        if line is None or line.state == "void":
            return refuse("no_line")
        if line.changed_n > facts.basis_n and line.changed_dev != facts.device_id:
            return refuse("check_moved", number=check.number, **last_touch(check, (line,)))
        move = moves.get(line_id, c.Move(line_id, line.qty_milli, NO_LINE))
        piece = _quantity_piece(check, line, move)
        if isinstance(piece, Refused):
            return piece
        pieces.append(piece)
    return pieces


def _quantity_piece(check: Check, line: Line, move: c.Move) -> Piece | Refused:
    if not 0 < move.qty_milli <= line.qty_milli:
        return refuse("bad_quantity", value=move.qty_milli)
    rest = line.qty_milli - move.qty_milli
    if rest == 0:
        return Piece(line.line_id, None, line)
    if line.set_id:
        return refuse("set_part", name=line.name)
    if line.share_of:
        return refuse("line_shared")
    if check.line(move.new_line_id) is not None:
        return refuse("duplicate_id", id=move.new_line_id)
    part, kept = allocate(line.gross_minor, (move.qty_milli, rest))
    left = replace(line, qty_milli=rest, gross_minor=kept, root=line.root or line.line_id)
    return Piece(line.line_id, left, part_of(line, move.new_line_id, move.qty_milli, part))


def part_of(line: Line, line_id: LineId, qty_milli: int, gross_minor: int) -> Line:
    """A part of a line as it shall stand on another check; the kitchen knows it by the whole."""
    return replace(
        line,
        line_id=line_id,
        qty_milli=qty_milli,
        gross_minor=gross_minor,
        origin=line.kitchen_id if line.sent else NO_LINE,
        root=line.root or line.line_id,
        void_milli=0,
    )


def share_pieces(
    lines: tuple[Line, ...], count: int, command_id: str
) -> list[list[Piece]] | Refused:
    """The pieces for each of `count - 1` other checks, all shares of a line equal.

    Units that cannot be divided go to the checks in turn, so that of many lines no check has more
    of them than another by more than one.
    """
    for line in lines:
        if line.qty_milli < count:
            return refuse("too_fine", name=line.name, n=count)
    made: list[list[Piece]] = [[] for _ in range(count - 1)]
    turn = 0
    for at, line in enumerate(lines):
        sums = allocate(line.gross_minor, [1] * count)
        spare = line.gross_minor - min(sums) * count
        sums = [min(sums)] * count
        for unit in range(spare):
            sums[(turn + unit) % count] += 1
        turn = (turn + spare) % count
        parts = shares(line.qty_milli, count)
        share_n, share_of = line.share_n or 1, (line.share_of or 1) * count
        divided = replace(line, share_n=share_n, share_of=share_of)
        left = divided
        for other in range(1, count):
            left = replace(
                left,
                qty_milli=left.qty_milli - parts[other],
                gross_minor=left.gross_minor - sums[other],
                share_n=share_n * (count - other),
                root=line.root or line.line_id,
            )
            new_id = LineId(derived(command_id, f"share.{at}.{other}"))
            part = part_of(divided, new_id, parts[other], sums[other])
            made[other - 1].append(Piece(line.line_id, reduced(left), reduced(part)))
    return made


def reduced(line: Line) -> Line:
    """The share in its smallest figures; a whole is no share."""
    common = gcd(line.share_n, line.share_of) or 1
    share_n, share_of = line.share_n // common, line.share_of // common
    if share_n == share_of:
        share_n = share_of = 0
    return replace(line, share_n=share_n, share_of=share_of)


# -- joining -----------------------------------------------------------------------------------
def _sibling(part: Line, there: tuple[Line, ...]) -> Line | None:
    """The line on the other check of which the part once was."""
    root = part.root or part.line_id
    for line in there:
        kin = (
            line.kitchen_id == part.kitchen_id if part.sent else (line.root or line.line_id) == root
        )
        alike = (line.state, line.sent, line.item_id, line.unit_minor, line.chosen, line.note) == (
            part.state,
            part.sent,
            part.item_id,
            part.unit_minor,
            part.chosen,
            part.note,
        )
        if kin and alike and line.state != "void" and line.line_id != part.line_id:
            return line
    return None


def _joined(line: Line, part: Line) -> Line:
    """Both as one line."""
    share_n = share_of = 0
    if line.share_of and part.share_of:
        share_n = line.share_n * part.share_of + part.share_n * line.share_of
        share_of = line.share_of * part.share_of
    whole = replace(
        line,
        qty_milli=line.qty_milli + part.qty_milli,
        gross_minor=line.gross_minor + part.gross_minor,
        void_milli=line.void_milli + part.void_milli,
        share_n=share_n,
        share_of=share_of,
    )
    return reduced(whole)


# -- the move ----------------------------------------------------------------------------------
def divide(
    source: Check, target: Check, pieces: list[Piece], facts: Facts, *, fresh: bool
) -> Divided | Refused:
    """Carry pieces over. `fresh`: the target was opened for it and takes over the discounts."""
    if len(target.lines) + len(pieces) > LINES_PER_CHECK:
        return refuse("too_many", limit=LINES_PER_CHECK)
    there = {line.line_id: line for line in target.lines}
    joining: dict[LineId, Line] = {}
    plain: list[Piece] = []
    named: dict[str, LineId] = {}
    for piece in pieces:
        if piece.part.line_id in there:
            return refuse("duplicate_id", id=piece.part.line_id)
        now = tuple(joining.get(LineId(key), line) for key, line in there.items())
        sibling = _sibling(piece.part, now)
        if sibling is None:
            plain.append(piece)
            named[piece.source] = piece.part.line_id
            continue
        joining[sibling.line_id] = _joined(sibling, piece.part)
        named[piece.source] = sibling.line_id
    events: list[object] = [
        *_moved(source, target, plain, facts),
        *_absorbed(source, target, pieces, plain, facts),
    ]
    if joining:
        changed = tuple(joining.values())
        for start in range(0, len(changed), LINES_PER_EVENT):
            some = changed[start : start + LINES_PER_EVENT]
            events.append(e.LinesShared(target.check_id, some, facts.actor, facts.now_ms))
    after_source, after_target = _after(source, target, events, facts)
    settled = _settle((source, target), (after_source, after_target), named, fresh)
    for event in settled:
        events.append(event)
        if event.check_id == source.check_id:
            after_source = evolve(after_source, event, Stamp(PROVISIONAL, facts.device_id))
        else:
            after_target = evolve(after_target, event, Stamp(PROVISIONAL, facts.device_id))
    return Divided(tuple(events), after_source, after_target)


def _moved(source: Check, target: Check, pieces: list[Piece], facts: Facts) -> list[e.LinesMoved]:
    """The move cut so that each event fits its bound; a line and its rest stay in one."""
    return [
        e.LinesMoved(
            source.check_id,
            target.check_id,
            tuple(x.source for x in some if x.left is None),
            tuple(x.left for x in some if x.left is not None),
            tuple(x.part for x in some),
            facts.actor,
            facts.now_ms,
        )
        for start in range(0, len(pieces), LINES_PER_EVENT)
        if (some := pieces[start : start + LINES_PER_EVENT])
    ]


def _absorbed(
    source: Check, target: Check, pieces: list[Piece], plain: list[Piece], facts: Facts
) -> list[e.LinesMoved]:
    """What became part of a line over there leaves the source without standing there itself."""
    taken = {piece.source for piece in plain}
    absorbed = [piece for piece in pieces if piece.source not in taken]
    return [replace(moved, lines=()) for moved in _moved(source, target, absorbed, facts)]


def _after(source: Check, target: Check, events: list[object], facts: Facts) -> tuple[Check, Check]:
    stamp = Stamp(PROVISIONAL, facts.device_id)
    for event in events:
        if isinstance(event, e.LinesMoved):
            source, target = moved_out(source, event, stamp), moved_in(target, event, stamp)
        else:
            target = evolve(target, event, stamp)
    return source, target


# -- what the sums become ----------------------------------------------------------------------
def _settle(
    before: tuple[Check, Check],
    after: tuple[Check, Check],
    named: dict[str, LineId],
    fresh: bool,
) -> list[e.SumsSettled]:
    source, target = after
    alike = fresh or _whole_grants(before[0]) == _whole_grants(before[1])
    ours, theirs = _grants(before[0], after, named, alike, fresh)
    source, target = replace(source, grants=ours), replace(target, grants=theirs)
    if alike and terms_of(source) == terms_of(target):
        bare = [replace(check, rest=NO_REMAINDER) for check in (source, target)]
        rest = _less(_sum(before), _sum((bare[0], bare[1])))
        keeps_source = bool(source.live)
        source = replace(bare[0], rest=rest if keeps_source else NO_REMAINDER)
        target = replace(bare[1], rest=NO_REMAINDER if keeps_source else rest)
    elif not source.live:
        source = replace(source, rest=NO_REMAINDER)
    return [
        e.SumsSettled(now.check_id, now.grants, now.rest)
        for was, now in zip(after, (source, target), strict=True)
        if (was.grants, was.rest) != (now.grants, now.rest)
    ]


def _whole_grants(check: Check) -> frozenset[str]:
    return frozenset(grant.grant_id for grant in check.grants if not grant.line_ids)


def _grants(
    was: Check, after: tuple[Check, Check], named: dict[str, LineId], alike: bool, fresh: bool
) -> tuple[tuple[Grant, ...], tuple[Grant, ...]]:
    """The discounts of both checks after the move."""
    source, target = after
    gone = frozenset(named) - {line.line_id for line in source.lines}
    ours: list[Grant] = []
    theirs = {grant.grant_id: grant for grant in target.grants}
    merged = not source.live and not _whole_grants(target)
    for grant in was.grants:
        hit = [x for x in was.live if not grant.line_ids or x.line_id in grant.line_ids]
        moving = tuple(named[x.line_id] for x in hit if x.line_id in named)
        follows = bool(moving) and (bool(grant.line_ids) or alike or merged)
        staying, parted = grant, grant
        if grant.line_ids:
            left = tuple(x for x in grant.line_ids if x not in gone)
            staying, parted = replace(grant, line_ids=left), replace(grant, line_ids=moving)
        elif merged and not alike:
            parted = replace(grant, line_ids=moving)
        if follows and grant.amount_minor:
            kept = sum(
                x.gross_minor for x in source.live if any(x.line_id == h.line_id for h in hit)
            )
            whole = sum(x.gross_minor for x in hit)
            moved, stays = allocate(grant.amount_minor, (whole - kept, kept))
            staying = replace(staying, amount_minor=stays)
            parted = replace(parted, amount_minor=moved)
        if follows:
            known = theirs.get(grant.grant_id)
            theirs[grant.grant_id] = _united(known, parted) if known else parted
        if _stands(staying, grant):
            ours.append(staying)
    return tuple(ours), tuple(x for x in theirs.values() if x.rate_bp or x.amount_minor)


def _stands(grant: Grant, was: Grant) -> bool:
    """Whether anything is left of a discount where it was given."""
    lines_left = bool(grant.line_ids) or not was.line_ids
    return lines_left and bool(grant.rate_bp or grant.amount_minor)


def _united(known: Grant, parted: Grant) -> Grant:
    lines = tuple(dict.fromkeys((*known.line_ids, *parted.line_ids))) if known.line_ids else ()
    amount = known.amount_minor + parted.amount_minor
    return replace(known, line_ids=lines, amount_minor=amount)


def _figures(check: Check) -> Remainder:
    made = totals(check.lines, check.grants, replace(terms_of(check), exempt=False), check.rest)
    return Remainder(made.discount_minor, made.surcharge_minor, made.service_minor, made.taxes)


def _sum(checks: tuple[Check, Check]) -> Remainder:
    first, second = _figures(checks[0]), _figures(checks[1])
    return _less(first, _less(NO_REMAINDER, second))


def _less(one: Remainder, other: Remainder) -> Remainder:
    """One less the other, figure by figure; taxes without a difference fall away."""
    rates: dict[tuple[str, int], tuple[int, int]] = {}
    for sign, side in ((1, one), (-1, other)):
        for tax in side.taxes:
            base, sum_minor = rates.get((tax.tax_id, tax.rate_bp), (0, 0))
            rates[(tax.tax_id, tax.rate_bp)] = (
                base + sign * tax.base_minor,
                sum_minor + sign * tax.tax_minor,
            )
    return Remainder(
        one.discount_minor - other.discount_minor,
        one.surcharge_minor - other.surcharge_minor,
        one.service_minor - other.service_minor,
        tuple(TaxSum(*key, *sums) for key, sums in sorted(rates.items()) if any(sums)),
    )


def opened_beside(
    check: Check, opened_as: e.CheckOpened, facts: Facts
) -> tuple[e.CheckOpened, Check]:
    """The event and state of a check that was opened to take a part of another: the same owner,
    the same terms."""
    event = replace(
        opened_as,
        owner=check.owner,
        service_bp=check.service_bp,
        service_tax_id=check.service_tax_id,
        service_tax_bp=check.service_tax_bp,
        tax_inclusive=check.tax_inclusive,
        service_on_full=check.service_on_full,
        tax_exempt=check.tax_exempt,
    )
    return event, opened(event, Stamp(PROVISIONAL, facts.device_id))


def lines_to_share(check: Check, command: c.ShareLines, facts: Facts) -> tuple[Line, ...] | Refused:
    """The live lines that are cut: those named with their sets, or all."""
    if not 0 < len(command.to) < SHARES:
        return refuse("too_many", limit=SHARES)
    if len({share.check_id for share in command.to}) != len(command.to):
        return refuse("duplicate_id", id="check")
    if any(share.check_id == check.check_id for share in command.to):
        return refuse("nothing_to_do")
    if covered(check):
        return refuse("has_payments")
    named = command.line_ids or tuple(line.line_id for line in check.live)
    lines = pick(check, with_sets(check, named))
    if isinstance(lines, Refused):
        return lines
    live = tuple(line for line in lines if line.state != "void")
    if not live:
        return refuse("nothing_to_do")
    if any(x.changed_n > facts.basis_n and x.changed_dev != facts.device_id for x in live):
        return refuse("check_moved", number=check.number, **last_touch(check, live))
    return live


def whole_pieces(check: Check) -> list[Piece]:
    """Everything on a check, void lines too."""
    return [Piece(line.line_id, None, line) for line in check.lines]


def may_give(check: Check, facts: Facts, to: str) -> Refused | None:
    """Whether the actor may hand a check over: their own, by right, or to take back at once what
    they have just given and nobody has touched since."""
    taken_back = (
        check.state == "open"
        and check.handed_by == facts.actor == to
        and check.handed_n == check.version_n
    )
    return None if taken_back else may_touch(check, facts)
