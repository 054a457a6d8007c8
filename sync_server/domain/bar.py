"""Open bottles by weight, shots by bottle (features-region, rule 9).

A bottle is known by its nominal millilitres, its weight when full and when empty; what is left in
an open one is read off a scale. Grams and millilitres are whole; who counts adds full bottles.
"""

from dataclasses import dataclass

from .money import divide_half_up


@dataclass(frozen=True, slots=True)
class Bottle:
    """A kind of bottle: millilitres when full, grams full and empty."""

    nominal_ml: int
    full_g: int
    tare_g: int

    @property
    def possible(self) -> bool:
        """Whether such a bottle can be weighed."""
        return self.nominal_ml > 0 and 0 <= self.tare_g < self.full_g

    def left_ml(self, weighed_g: int) -> int:
        """What an open bottle of this weight holds, from nothing to the nominal."""
        assert self.possible, "the caller has looked"
        share = divide_half_up(
            self.nominal_ml * (weighed_g - self.tare_g), self.full_g - self.tare_g
        )
        return min(max(share, 0), self.nominal_ml)

    def stock_ml(self, full_bottles: int, weighed_g: tuple[int, ...] = ()) -> int:
        """Full bottles and the open ones on the scale together."""
        return full_bottles * self.nominal_ml + sum(self.left_ml(one) for one in weighed_g)

    def portions(self, shot_ml: int) -> int:
        """How many whole shots a bottle gives."""
        return self.nominal_ml // shot_ml

    def shot_cost_minor(self, bottle_minor: int, shot_ml: int) -> int:
        """What a shot costs when only whole shots are sold of a bottle."""
        return divide_half_up(bottle_minor, self.portions(shot_ml))
