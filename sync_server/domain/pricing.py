"""What a line and a check cost: modifiers, discounts, service charge and tax.

Worked example (features-region, rule 12): a discount of 33.33 on lines of 120, 85 and 45 gives
15.9984, 11.3322 and 5.9994; floored 15.99, 11.33, 5.99; the two kopiykas left go to the largest
fractions: 16.00, 11.33, 6.00. A percentage is rounded half up on each line. Several discounts are
each taken from the full price, and together never exceed a line. Service is a percentage after
discount. Tax is summed per rate over the check and rounded once per rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .commands import Choice
from .events import Chosen, Grant, Line, TaxSum, Totals
from .limits import MODIFIERS_PER_LINE
from .menu import Catalogue, Item
from .money import allocate, percent_of, tax_inside
from .rejections import Refused, refuse


@dataclass(frozen=True, slots=True)
class Priced:
    """An item with its choices: the price of one portion and the extra cooking seconds."""

    unit_minor: int
    chosen: tuple[Chosen, ...]
    seconds: int


def price(catalogue: Catalogue, item: Item, choices: Sequence[Choice]) -> Priced | Refused:
    """Check the choices against the item's groups and add them up.

    In each group the first `free_count` choices are free, in the order chosen. A choice with
    `pre` "no" takes something away: it is free and does not count towards minimum or maximum.
    """
    if len(choices) > MODIFIERS_PER_LINE:
        return refuse("too_many", limit=MODIFIERS_PER_LINE)
    language = catalogue.settings.language
    home = {
        modifier.modifier_id: (group, modifier)
        for group_id in item.group_ids
        if (group := catalogue.groups.get(group_id)) is not None
        for modifier in group.modifiers
    }
    taken = dict.fromkeys(item.group_ids, 0)
    unit, seconds = item.price_minor, 0
    chosen: list[Chosen] = []
    for choice in choices:
        if choice.modifier_id not in home:
            return refuse("modifier_unknown", modifier=choice.modifier_id)
        group, modifier = home[choice.modifier_id]
        name = catalogue.name(modifier.names, language)
        if choice.pre == "no":
            chosen.append(Chosen(modifier.modifier_id, name, 0, choice.pre))
            continue
        taken[group.group_id] += 1
        cost = 0 if taken[group.group_id] <= group.free_count else modifier.price_minor
        unit += cost
        seconds += modifier.seconds
        chosen.append(Chosen(modifier.modifier_id, name, cost, choice.pre))
    for group_id, count in taken.items():
        group = catalogue.groups[group_id]
        label = catalogue.name(group.names, language)
        if count < group.min_count:
            return refuse("modifier_missing", group=label, min=group.min_count)
        if count > group.max_count:
            return refuse("modifier_excess", group=label, max=group.max_count)
    return Priced(max(unit, 0), tuple(chosen), seconds)


def discounts(lines: Sequence[Line], grants: Sequence[Grant]) -> list[int]:
    """The discount on each line, in the order of `lines`; never more than the line."""
    given = [0] * len(lines)
    for grant in grants:
        hit = [
            index
            for index, line in enumerate(lines)
            if line.state != "void" and (not grant.line_ids or line.line_id in grant.line_ids)
        ]
        weights = [lines[index].gross_minor for index in hit]
        if grant.rate_bp:
            parts = [percent_of(weight, grant.rate_bp) for weight in weights]
        else:
            parts = allocate(min(grant.amount_minor, sum(weights)), weights) if hit else []
        for index, part in zip(hit, parts, strict=True):
            given[index] = min(given[index] + part, lines[index].gross_minor)
    return given


def totals(
    lines: Sequence[Line],
    grants: Sequence[Grant],
    service_bp: int,
    service_tax: tuple[str, int],
    inclusive: bool,
) -> Totals:
    """Add up a check. `service_tax` is the id and rate of the tax on the service charge."""
    given = discounts(lines, grants)
    gross = sum(line.gross_minor for line in lines)
    off = sum(given)
    service = percent_of(gross - off, service_bp)
    bases: dict[tuple[str, int], int] = {}
    for line, discount in zip(lines, given, strict=True):
        key = (line.tax_id, line.tax_bp)
        bases[key] = bases.get(key, 0) + line.gross_minor - discount
    if service:
        bases[service_tax] = bases.get(service_tax, 0) + service
    made = tax_inside if inclusive else percent_of
    taxes = tuple(
        TaxSum(tax_id, rate_bp, base, made(base, rate_bp))
        for (tax_id, rate_bp), base in sorted(bases.items())
        if base
    )
    tax = sum(entry.tax_minor for entry in taxes)
    total = gross - off + service + (0 if inclusive else tax)
    return Totals(gross, off, service, tax, total, taxes)
