"""Quantities on the front: whole thousandths of a unit (`_milli`), so 1 portion is 1000.

Weighed dishes and fractions of a shared bottle stay exact. The stock side keeps `Decimal` with a
unit (`stock`); the two meet in the back office's intake.
"""

from .money import allocate, divide_half_up

ONE = 1000


def extend(unit_minor: int, qty_milli: int) -> int:
    """Price of a quantity: unit price × quantity, half up to the smallest unit."""
    return divide_half_up(unit_minor * qty_milli, ONE)


def shares(qty_milli: int, parts: int) -> list[int]:
    """A quantity cut into `parts` shares that sum to it exactly (a bottle for three)."""
    return allocate(qty_milli, [1] * parts)
