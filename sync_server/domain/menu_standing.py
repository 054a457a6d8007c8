"""Menu engineering: where a dish stands by popularity and by what a portion brings.

Popular is what sells at least 70 % of an equal share, worth its place is what brings at least the
average margin of a sold portion (features-commercial F18). ABC classes are in `costing`; reports
in `sync_server.back_office.reports` use both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

POPULAR_BP = 7_000
WHOLE_BP = 10_000


class Standing(StrEnum):
    """Where a dish stands on the menu."""

    STAR = "star"
    PLOWHORSE = "plowhorse"
    PUZZLE = "puzzle"
    DOG = "dog"


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish of a period: portions in thousandths and margin in minor units."""

    key: str
    qty_milli: int
    margin_minor: int


def menu_standing(dishes: Sequence[Dish], popular_bp: int = POPULAR_BP) -> dict[str, Standing]:
    """Where each sold dish stands; the average margin is that of a sold portion."""
    sold = [dish for dish in dishes if dish.qty_milli > 0]
    if not sold:
        return {}
    portions = sum(dish.qty_milli for dish in sold)
    average = Fraction(sum(dish.margin_minor for dish in sold), portions)
    cut = Fraction(portions * popular_bp, len(sold) * WHOLE_BP)
    standing = {}
    for dish in sold:
        popular = dish.qty_milli >= cut
        worth = Fraction(dish.margin_minor, dish.qty_milli) >= average
        if popular:
            standing[dish.key] = Standing.STAR if worth else Standing.PLOWHORSE
        else:
            standing[dish.key] = Standing.PUZZLE if worth else Standing.DOG
    return standing
