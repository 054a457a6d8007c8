"""A check cut so that the other comes to exactly the sum that a guest wants to pay.

Every line is cut in the same proportion, so tax of each rate is shared as the sum is. Discounts and
service round on either side of a cut: the gross is moved unit by unit until the sum is met, and
what no cut can meet (a service that jumps by two) becomes a remainder on both checks, plus here
and minus there, so that they still sum to the whole in every figure. Neighbour: `splitting` carries
the pieces over.
"""

from .amending import replace
from .checks import Check, terms_of, totals_of
from .events import Line, Remainder, SumsSettled, TaxSum
from .ids import LineId, derived
from .limits import SHARE_PARTS
from .money import allocate, divide_half_up
from .rejections import Refused, refuse
from .splitting import Divided, Piece, divide, part_of, reduced
from .staff import Facts

TRIES = 8


def divide_by_sum(
    source: Check, target: Check, lines: tuple[Line, ...], amount_minor: int, facts: Facts
) -> Divided | Refused:
    """Carry as much of `lines` over to the new `target` that its total is `amount_minor`."""
    due = totals_of(source).total_minor
    if amount_minor <= 0:
        return refuse("bad_amount", value=amount_minor)
    if amount_minor >= due:
        return refuse("amount_over_due", due_minor=due)
    gross = sum(line.gross_minor for line in lines)
    wanted, best = divide_half_up(gross * amount_minor, due), None
    for _ in range(TRIES):
        pieces = _pieces(lines, max(1, min(wanted, gross - 1)), facts)
        if isinstance(pieces, Refused):
            return pieces
        made = divide(source, target, pieces, facts, fresh=True)
        if isinstance(made, Refused):
            return made
        missing = amount_minor - totals_of(made.target).total_minor
        if best is None or abs(missing) < abs(best[0]):
            best = missing, made
        if not missing:
            break
        wanted += missing
    assert best is not None, "there is at least one try"
    return _settled(best[1], best[0]) if best[0] else best[1]


def _pieces(lines: tuple[Line, ...], gross_minor: int, facts: Facts) -> list[Piece] | Refused:
    """As much of each line as makes `gross_minor` of them together."""
    made: list[Piece] = []
    sums = allocate(gross_minor, [line.gross_minor for line in lines])
    for at, (line, part_minor) in enumerate(zip(lines, sums, strict=True)):
        if not part_minor:
            continue
        if part_minor == line.gross_minor:
            made.append(Piece(line.line_id, None, line))
            continue
        qty = line.qty_milli
        taken = max(1, min(divide_half_up(qty * part_minor, line.gross_minor), qty - 1))
        share_n, of = line.share_n or 1, (line.share_of or 1) * qty
        left = replace(
            line,
            qty_milli=qty - taken,
            gross_minor=line.gross_minor - part_minor,
            share_n=share_n * (qty - taken),
            share_of=of,
            root=line.root or line.line_id,
        )
        cut = replace(line, share_n=share_n * taken, share_of=of)
        new_id = LineId(derived(facts.command_id, f"sum.{at}"))
        part = reduced(part_of(cut, new_id, taken, part_minor))
        if qty < 2 or part.share_of > SHARE_PARTS:
            return refuse("too_fine", name=line.name, n=2)
        made.append(Piece(line.line_id, reduced(left), part))
    return made


def _settled(made: Divided, missing: int) -> Divided:
    """Both checks with a remainder that brings the target to the sum."""
    moved = []
    for check, by in ((made.target, missing), (made.source, -missing)):
        moved.append(replace(check, rest=_nudged(check, made.target, by)))
    target, source = moved
    told = tuple(SumsSettled(x.check_id, x.grants, x.rest) for x in moved)
    return Divided((*made.events, *told), source, target)


def _nudged(check: Check, model: Check, by: int) -> Remainder:
    """The remainder of a check whose total changes by `by`; `model` says in which figure, so that
    both checks change the same one."""
    totals, terms, rest = totals_of(model), terms_of(model), check.rest
    largest = max(totals.taxes, key=lambda tax: tax.base_minor, default=None)
    if totals.service_minor:
        tax = TaxSum(*terms.service_tax, by, 0)
        return replace(rest, service_minor=rest.service_minor + by, taxes=(*rest.taxes, tax))
    if largest is not None and terms.inclusive == terms.exempt:
        sign = -1 if terms.exempt else 1
        tax = TaxSum(largest.tax_id, largest.rate_bp, 0, sign * by)
        return replace(rest, taxes=(*rest.taxes, tax))
    if largest is not None:
        tax = TaxSum(largest.tax_id, largest.rate_bp, by, 0)
        rest = replace(rest, taxes=(*rest.taxes, tax))
    return replace(rest, discount_minor=rest.discount_minor - by)
