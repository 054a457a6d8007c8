"""The tax in a company's invoice: each rate's share of what was charged, to the smallest unit.

An invoice is a paper about sales that are booked, never a sale of its own. A check that was charged
to an account only in part has the same part of every rate in it; parts sum to the whole, largest
remainder (`money.allocate`), and the tax of a part is rounded once per rate.
"""

from collections.abc import Iterable, Mapping

from .checks import Check, totals_of
from .figures import add_taxes
from .limits import FIGURE_ROWS
from .money import allocate, divide_half_up
from .records import FigureRow, TaxSum

Sold = Mapping[int, tuple[int, int]]
"""A sale by rate (basis points; 0 is untaxed): what it brought without tax, and the tax."""


def taxes_in(part_minor: int, sold: Sold, tips_minor: int) -> tuple[TaxSum, ...]:
    """The taxes in a part of a sale and its tips; bases are without tax. A tip bears none."""
    rates = sorted(rate for rate, sums in sold.items() if sum(sums) > 0)
    if not rates:
        return ()
    grosses = [sum(sold[rate]) for rate in rates]
    parts = allocate(part_minor, [*grosses, max(0, tips_minor)])
    made = []
    for rate, gross, part in zip(rates, grosses, parts, strict=False):
        tax = divide_half_up(sold[rate][1] * part, gross)
        made.append(TaxSum("", rate, part - tax, tax))
    return tuple(each for each in made if each.base_minor or each.tax_minor)


def summed(parts: Iterable[tuple[TaxSum, ...]]) -> tuple[TaxSum, ...]:
    """Taxes of several sales, by rate."""
    total: tuple[TaxSum, ...] = ()
    for part in parts:
        total = add_taxes(total, part)
    return total


def of_check(check: Check) -> tuple[tuple[FigureRow, ...], int, tuple[TaxSum, ...]]:
    """Rows, total and taxes of the invoice of a closed check, less what was given back of it."""
    totals = totals_of(check)
    rows: dict[str, int] = {}
    for line in check.live:
        rows[line.name] = rows.get(line.name, 0) + line.gross_minor
    said = [FigureRow(name, amount) for name, amount in rows.items()]
    back = sum(paid.refunded_minor for paid in check.payments)
    said = said[: FIGURE_ROWS - 1]
    rest = totals.total_minor - back - sum(row.amount_minor for row in said)
    if rest:
        said.append(FigureRow("", rest))
    over = 0 if check.tax_inclusive else 1
    grosses = {tax.rate_bp: tax.base_minor + over * tax.tax_minor for tax in totals.taxes}
    sold = {
        tax.rate_bp: (grosses[tax.rate_bp] - tax.tax_minor, tax.tax_minor) for tax in totals.taxes
    }
    untaxed = totals.total_minor - sum(grosses.values())
    if untaxed > 0:
        sold[0] = (sold.get(0, (0, 0))[0] + untaxed, 0)
    left = totals.total_minor - back
    return tuple(said), left, taxes_in(left, sold, 0)
