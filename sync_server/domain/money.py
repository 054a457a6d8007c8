"""Money as whole numbers of the smallest unit (kopiyka, cent), and divisions that lose none.

A sum is an `int` with a name ending in `_minor`; its currency stands once on the document it
belongs to. Ratios are basis points (`_bp`, 1/10,000). Rounding is half away from zero unless a
function says otherwise. Prices of lines are made in `pricing`, stock costs in `costing`.
"""

from collections.abc import Sequence


def divide_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest whole, halves away from zero.

    Raises ZeroDivisionError for a zero denominator.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def percent_of(amount_minor: int, rate_bp: int) -> int:
    """`rate_bp` basis points of an amount, half up (10 % is 1000)."""
    return divide_half_up(amount_minor * rate_bp, 10_000)


def tax_inside(gross_minor: int, rate_bp: int) -> int:
    """The tax contained in a tax-inclusive amount: gross · r / (1 + r), half up."""
    return divide_half_up(gross_minor * rate_bp, 10_000 + rate_bp)


def allocate(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the parts sum to it exactly.

    Largest remainder: each part is floored, the units left go to the largest fractions, the
    earlier part first among equals (features-region, rule 12). Negative amounts mirror positive
    ones. Weights are not negative. With no positive weight the parts are equal by the same rule.
    """
    if not weights:
        if amount_minor:
            raise ValueError("an amount cannot be split among no parts")
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    if amount_minor < 0:
        return [-part for part in allocate(-amount_minor, weights)]
    total = sum(weights)
    if total == 0:
        return allocate(amount_minor, [1] * len(weights))
    parts = [amount_minor * weight // total for weight in weights]
    fractions = [amount_minor * weight % total for weight in weights]
    left = amount_minor - sum(parts)
    order = sorted(range(len(weights)), key=lambda index: (-fractions[index], index))
    for index in order[:left]:
        parts[index] += 1
    return parts


def round_to_step(amount_minor: int, step_minor: int) -> int:
    """The multiple of `step_minor` nearest to the amount, halves away from zero.

    Cash only: 3.62 is 3.60 and 3.63 is 3.65 at a step of 5 (features-commercial, C4.26).
    A step of 0 or 1 changes nothing.
    """
    if step_minor <= 1:
        return amount_minor
    return divide_half_up(amount_minor, step_minor) * step_minor


def worth(foreign_minor: int, rate_minor: int, digits: int) -> int:
    """Foreign cash in house money. One whole unit, of 10 to the power of `digits` smallest units,
    is worth `rate_minor`; rounded towards zero, since the house pays for no fraction
    (features-commercial C4.25)."""
    size = abs(foreign_minor) * rate_minor // int(10**digits)
    return size if foreign_minor >= 0 else -size
