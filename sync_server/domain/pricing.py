"""What a line and a check cost: modifiers, discounts, service charge and tax.

Worked example (features-region, rule 12): a discount of 33.33 on lines of 120, 85 and 45 gives
15.9984, 11.3322 and 5.9994; floored 15.99, 11.33, 5.99; the two kopiykas left go to the largest
fractions: 16.00, 11.33, 6.00. A percentage is rounded half up on each line. Several discounts are
each taken from the full price, and together never exceed a line; a surcharge has no cap. Service
is a percentage after discount, or of the full prices. Tax is summed per rate over the check and
rounded once per rate. What is split keeps the remainder of its roundings (`Remainder`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .amending import quick
from .commands import Choice
from .events import Chosen, Grant, Line, Remainder, SoldSum, TaxSum, Totals
from .limits import MODIFIERS_PER_LINE
from .menu import PRE_RULES, Catalogue, Item, Modifier, ModifierGroup, PreRule
from .money import allocate, percent_of, tax_inside
from .records import NO_REMAINDER
from .rejections import Refused, refuse


@quick
@dataclass(frozen=True, slots=True)
class Priced:
    """An item with its choices: the price of one portion, the extra cooking seconds, and how much
    of the dish's recipe a portion takes."""

    unit_minor: int
    chosen: tuple[Chosen, ...]
    seconds: int
    portion_milli: int = 1000


def open_groups(
    catalogue: Catalogue, item: Item, choices: Sequence[Choice]
) -> Iterator[ModifierGroup]:
    """The groups of an item and, each after the one that opens it, those that the choices open."""
    taken = {choice.modifier_id for choice in choices if choice.pre != "no"}
    waiting, seen = list(item.group_ids), set[str]()
    while waiting:
        group = catalogue.groups.get(group_id := waiting.pop(0))
        if group is None or group_id in seen:
            continue
        seen.add(group_id)
        yield group
        opened = [m.group_ids for m in group.modifiers if m.modifier_id in taken]
        waiting[:0] = [nested for ids in opened for nested in ids]


def pre_rule(modifier: Modifier, pre: str) -> PreRule | None:
    """What a word before a choice does; None for a word that does not exist."""
    own = next((rule for rule in modifier.pres if rule.pre == pre), None)
    return own or PRE_RULES.get(pre)


def price(
    catalogue: Catalogue, item: Item, choices: Sequence[Choice], base_minor: int | None = None
) -> Priced | Refused:
    """Check the choices against the groups that are open and add them up.

    In each group the first `free_count` choices are free, in the order chosen; what "extra" asks
    beyond the plain price is not. A choice with `pre` "no" takes something away: it is free and
    does not count towards minimum or maximum. `base_minor` is the dish's price here and now, the
    menu's unless told otherwise.
    """
    if len(choices) > MODIFIERS_PER_LINE:
        return refuse("too_many", limit=MODIFIERS_PER_LINE)
    groups = tuple(open_groups(catalogue, item, choices))
    home = {m.modifier_id: (group, m) for group in groups for m in group.modifiers}
    taken = {group.group_id: 0 for group in groups}
    credit = {group.group_id: _credit(group, choices) for group in groups}
    base = item.price_minor if base_minor is None else base_minor
    extra, seconds, portion = 0, 0, 1000
    chosen: list[Chosen] = []
    for choice in choices:
        group, modifier = home.get(choice.modifier_id, (None, None))
        rule = pre_rule(modifier, choice.pre) if modifier else None
        if group is None or modifier is None or rule is None:
            return refuse("modifier_unknown", modifier=choice.modifier_id[:60])
        name = catalogue.name(modifier.names, catalogue.settings.language)
        if choice.pre == "no":
            chosen.append(Chosen(modifier.modifier_id, name, 0, choice.pre))
            continue
        taken[group.group_id] += 1
        free = taken[group.group_id] <= group.free_count
        cost = percent_of(modifier.price_minor, rule.price_bp)
        cost = max(0, cost - modifier.price_minor) if free else cost
        if not modifier.default:
            off = min(max(cost, 0), credit[group.group_id])
            cost, credit[group.group_id] = cost - off, credit[group.group_id] - off
        extra += cost
        seconds += modifier.seconds
        if modifier.base_bp != 10_000:
            base = percent_of(base, modifier.base_bp)
        portion = portion * modifier.portion_milli // 1000
        chosen.append(Chosen(modifier.modifier_id, name, cost, choice.pre, rule.recipe_milli))
    for group in groups:
        label = catalogue.name(group.names, catalogue.settings.language)
        if taken[group.group_id] < group.min_count:
            return refuse("modifier_missing", group=label, min=group.min_count)
        if taken[group.group_id] > group.max_count:
            return refuse("modifier_excess", group=label, max=group.max_count)
    return Priced(max(base + extra, 0), tuple(chosen), seconds, portion)


def _credit(group: ModifierGroup, choices: Sequence[Choice]) -> int:
    """What the defaults cost that were left for something else."""
    if not group.credits_default:
        return 0
    kept = {choice.modifier_id for choice in choices if choice.pre != "no"}
    return sum(m.price_minor for m in group.modifiers if m.default and m.modifier_id not in kept)


def _hit(lines: Sequence[Line], grant: Grant) -> list[int]:
    return [
        index
        for index, line in enumerate(lines)
        if line.state != "void" and (not grant.line_ids or line.line_id in grant.line_ids)
    ]


def _shares(lines: Sequence[Line | SoldSum], grant: Grant, hit: Sequence[int]) -> list[int]:
    weights = [lines[index].gross_minor for index in hit]
    if grant.rate_bp:
        return [percent_of(weight, grant.rate_bp) for weight in weights]
    if grant.kind == "surcharge":
        return allocate(grant.amount_minor, weights) if hit else []
    return allocate(min(grant.amount_minor, sum(weights)), weights) if hit else []


def discounts(lines: Sequence[Line], grants: Sequence[Grant]) -> list[int]:
    """The discount on each line, in the order of `lines`; never more than the line."""
    given = [0] * len(lines)
    for grant in grants:
        if grant.kind == "surcharge":
            continue
        hit = _hit(lines, grant)
        for index, part in zip(hit, _shares(lines, grant, hit), strict=True):
            given[index] = min(given[index] + part, lines[index].gross_minor)
    return given


def given_apart(
    sold: Sequence[SoldSum], grants: Sequence[Grant], discount_minor: int
) -> list[tuple[Grant, int]]:
    """What each grant took off a closed check, in their order; they sum to its whole discount.

    Of two on one line the first counts whole, the second up to the line. What splitting has moved
    by units stands with the last."""
    given, apart = [0] * len(sold), list[tuple[Grant, int]]()
    for grant in grants:
        if grant.kind == "surcharge":
            continue
        ids, took = grant.line_ids, 0
        hit = [i for i, line in enumerate(sold) if not ids or line.line_id in ids]
        for index, part in zip(hit, _shares(sold, grant, hit), strict=True):
            before = given[index]
            given[index] = min(before + part, sold[index].gross_minor)
            took += given[index] - before
        apart.append((grant, took))
    if apart:
        grant, took = apart[-1]
        apart[-1] = grant, took + discount_minor - sum(minor for _, minor in apart)
    return apart


def surcharges(lines: Sequence[Line], grants: Sequence[Grant]) -> list[int]:
    """What surcharges add to each line, in the order of `lines`."""
    added = [0] * len(lines)
    for grant in grants:
        if grant.kind == "surcharge":
            hit = _hit(lines, grant)
            for index, part in zip(hit, _shares(lines, grant, hit), strict=True):
                added[index] += part
    return added


@dataclass(frozen=True, slots=True)
class Terms:
    """How a check is added up besides its lines. `service_tax`: id and rate of the tax on service;
    `exempt`: no tax is asked, and one that the prices contain is taken off."""

    service_bp: int
    service_tax: tuple[str, int]
    inclusive: bool
    service_on_full: bool = False
    exempt: bool = False


def totals(
    lines: Sequence[Line],
    grants: Sequence[Grant],
    terms: Terms,
    rest: Remainder = NO_REMAINDER,
) -> Totals:
    """Add up a check."""
    given, added = discounts(lines, grants), surcharges(lines, grants)
    gross = sum(line.gross_minor for line in lines)
    off = sum(given) + rest.discount_minor
    more = sum(added) + rest.surcharge_minor
    charged = gross if terms.service_on_full else gross - sum(given) + sum(added)
    plain_service = percent_of(charged, terms.service_bp)
    service = plain_service + rest.service_minor
    bases: dict[tuple[str, int], int] = {}
    for line, discount, plus in zip(lines, given, added, strict=True):
        key = (line.tax_id, line.tax_bp)
        bases[key] = bases.get(key, 0) + line.gross_minor - discount + plus
    if plain_service:
        bases[terms.service_tax] = bases.get(terms.service_tax, 0) + plain_service
    made = tax_inside if terms.inclusive else percent_of
    sums = {key: (base, made(base, key[1])) for key, base in bases.items()}
    for left in rest.taxes:
        key = (left.tax_id, left.rate_bp)
        base, tax = sums.get(key, (0, 0))
        sums[key] = (base + left.base_minor, tax + left.tax_minor)
    taxes = tuple(
        TaxSum(tax_id, rate_bp, base, tax)
        for (tax_id, rate_bp), (base, tax) in sorted(sums.items())
        if base or tax
    )
    tax = sum(entry.tax_minor for entry in taxes)
    total = gross - off + more + service
    if terms.exempt:
        taxes = tuple(TaxSum(x.tax_id, x.rate_bp, x.base_minor, 0) for x in taxes)
        due = total - tax if terms.inclusive else total
        return Totals(gross, off, service, 0, due, taxes, more, tax)
    return Totals(gross, off, service, tax, total + (0 if terms.inclusive else tax), taxes, more)
