"""What an issue costs: moving average and first-in-first-out, two methods with their own state.

Kept is the pair (quantity, value); the unit cost is derived and never stored alone. An issue
takes its share of the value, rounded once, so that taking everything takes the whole value and
nothing is left at quantity zero.

Below zero the *split rule* holds (features-region, rule 6): a missing quantity goes out at the
last known cost; what arrives later first covers the shortage at that cost, only the rest comes in
at its own, and the difference is a cost correction that the turnover sheet shows. So a cost is
never divided out of a negative stock.

A method is one of `METHODS`. Neighbours: `stock` has moves and sums, `recipes` says what is
issued, `pricing_run` leads moves through the states and prices a whole ledger anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Generic, Protocol, Self, TypeVar

from .money import divide_half_up
from .stock import ZERO, part_of

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class UnitCost:
    """A price kept as what so much of it was worth: exact where a division would not be.

    `qty` is above zero.
    """

    value_minor: int
    qty: Decimal

    def of(self, qty: Decimal) -> int:
        """The value of a quantity at this cost, half up."""
        return part_of(self.value_minor, qty, self.qty)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an issue with its cost; several when it came out of several layers."""

    qty: Decimal
    value_minor: int


@dataclass(frozen=True, slots=True)
class Issued(Generic[State]):
    """What an issue took. `no_cost`: part of it had no known price and went out at nothing."""

    state: State
    parts: tuple[Part, ...]
    no_cost: bool = False

    @property
    def value_minor(self) -> int:
        """The cost of the whole issue."""
        parts = self.parts
        return parts[0].value_minor if len(parts) == 1 else sum(part.value_minor for part in parts)


@dataclass(frozen=True, slots=True)
class Received(Generic[State]):
    """What an arrival did. `correction_minor` has to leave the store as a cost correction."""

    state: State
    correction_minor: int = 0


class Stock(Protocol):
    """The state of one ingredient in one store under a costing method."""

    @property
    def qty(self) -> Decimal: ...

    @property
    def value_minor(self) -> int: ...

    @property
    def cost(self) -> UnitCost | None: ...

    def knowing(self, price: UnitCost | None) -> Self:
        """The same, with `price` for what is missing as long as none was known here."""

    def receive(self, qty: Decimal, value_minor: int) -> Received[Self]:
        """`qty` > 0 arrives, worth `value_minor`."""

    def put_back(self, qty: Decimal, value_minor: int) -> Received[Self]:
        """An issue is taken back at the value it went out with."""

    def issue(self, qty: Decimal) -> Issued[Self]:
        """`qty` > 0 goes out."""

    def revalue(self, delta_minor: int) -> Received[Self]:
        """The value of what lies here changes; where nothing lies it becomes a correction."""

    def worth(self, qty: Decimal) -> int:
        """What `qty` found here is worth now (a surplus): nothing while no price is known."""


@dataclass(frozen=True, slots=True)
class Average:
    """Moving weighted average: quantity, value, and the last cost known while there was stock."""

    qty: Decimal = ZERO
    value_minor: int = 0
    cost: UnitCost | None = None

    def knowing(self, price: UnitCost | None) -> "Average":
        """A store that never had the good prices a shortage by the house's last purchase."""
        return self if self.cost or self.qty > 0 else replace(self, cost=price)

    def issue(self, qty: Decimal) -> Issued["Average"]:
        """Out at the average; what is missing goes out at the last known cost."""
        assert qty > 0, "an issue has a quantity"
        if self.qty >= qty:  # Nearly always: nothing is missing.
            value = part_of(self.value_minor, qty, self.qty)
            left = Average(self.qty - qty, self.value_minor - value, self._average())
            return Issued(left, (Part(qty, value),))
        held = max(self.qty, ZERO)
        short = qty - held
        value = part_of(self.value_minor, held, self.qty) if held else 0
        cost = self._average() if held else self.cost
        if cost is not None:
            value += cost.of(short)
        state = Average(self.qty - qty, self.value_minor - value, cost)
        return Issued(state, (Part(qty, value),), no_cost=cost is None)

    def receive(self, qty: Decimal, value_minor: int) -> Received["Average"]:
        """In at the document's value, after a shortage has been covered at its own cost."""
        assert qty > 0, "a receipt has a quantity"
        cover = min(qty, max(-self.qty, ZERO))
        if cover == 0:
            return Received(self._with(self.qty + qty, self.value_minor + value_minor))
        # A shortage that ends takes all of its value along: no rounding stays behind at zero.
        covered = -self.value_minor if cover == -self.qty else self._shortage_cost(cover)
        rest = part_of(value_minor, qty - cover, qty)
        state = self._with(self.qty + qty, self.value_minor + covered + rest)
        if self.cost is None or state.qty <= 0:
            # The last price paid is the best guess for what is still missing or will be next.
            known = self.cost or UnitCost(value_minor, qty)
            state = replace(state, cost=known)
        return Received(state, value_minor - covered - rest)

    def put_back(self, qty: Decimal, value_minor: int) -> Received["Average"]:
        """An average knows no order: coming back is coming in."""
        return self.receive(qty, value_minor)

    def revalue(self, delta_minor: int) -> Received["Average"]:
        """The value moves by `delta_minor`; without stock to carry it, it is a correction."""
        if self.qty <= 0:
            return Received(self, delta_minor)
        return Received(self._with(self.qty, self.value_minor + delta_minor))

    def worth(self, qty: Decimal) -> int:
        """At the average, or at the last known cost where nothing lies."""
        return self.cost.of(qty) if self.cost else 0

    def _average(self) -> UnitCost:
        return UnitCost(self.value_minor, self.qty)

    def _shortage_cost(self, qty: Decimal) -> int:
        return part_of(-self.value_minor, qty, -self.qty)

    def _with(self, qty: Decimal, value_minor: int) -> "Average":
        cost = UnitCost(value_minor, qty) if qty > 0 else self.cost
        return Average(qty, value_minor, cost)


@dataclass(frozen=True, slots=True)
class Fifo:
    """First in, first out: layers oldest first, or shortages oldest first, never both."""

    layers: tuple[Part, ...] = ()
    shortages: tuple[Part, ...] = ()
    cost: UnitCost | None = None

    @property
    def qty(self) -> Decimal:
        """What lies here; negative while something is missing."""
        return sum((part.qty for part in self.layers), ZERO) - sum(
            (part.qty for part in self.shortages), ZERO
        )

    @property
    def value_minor(self) -> int:
        """The value of the layers, less what the missing goods were charged at."""
        return sum(part.value_minor for part in self.layers) - sum(
            part.value_minor for part in self.shortages
        )

    def knowing(self, price: UnitCost | None) -> "Fifo":
        """A store that never had the good prices a shortage by the house's last purchase."""
        return self if self.cost else replace(self, cost=price)

    def issue(self, qty: Decimal) -> Issued["Fifo"]:
        """The oldest layers first; what is missing goes out at the last known cost."""
        assert qty > 0, "an issue has a quantity"
        taken, layers, short = _take(self.layers, qty)
        if not short:
            return Issued(Fifo(layers, (), self.cost), taken)
        value = self.cost.of(short) if self.cost else 0
        missing = Part(short, value)
        state = Fifo((), (*self.shortages, missing), self.cost)
        return Issued(state, (*taken, missing), no_cost=self.cost is None)

    def receive(self, qty: Decimal, value_minor: int) -> Received["Fifo"]:
        """A new layer, after the oldest shortages have been filled at their own cost."""
        return self._arrive(qty, value_minor, newest=True)

    def put_back(self, qty: Decimal, value_minor: int) -> Received["Fifo"]:
        """What was issued was the oldest, so it returns as the oldest layer."""
        return self._arrive(qty, value_minor, newest=False)

    def revalue(self, delta_minor: int) -> Received["Fifo"]:
        """The newest layer carries a change of value; without layers it is a correction."""
        if not self.layers:
            return Received(self, delta_minor)
        last = self.layers[-1]
        changed = Part(last.qty, last.value_minor + delta_minor)
        return Received(Fifo((*self.layers[:-1], changed), (), self.cost))

    def worth(self, qty: Decimal) -> int:
        """At the last price that came in: what is found is taken for the newest."""
        return self.cost.of(qty) if self.cost else 0

    def _arrive(self, qty: Decimal, value_minor: int, *, newest: bool) -> Received["Fifo"]:
        assert qty > 0, "a receipt has a quantity"
        filled, shortages, rest = _take(self.shortages, qty)
        covered = sum(part.value_minor for part in filled)
        rest_value = part_of(value_minor, rest, qty)
        layer = (Part(rest, rest_value),) if rest else ()
        layers = (*self.layers, *layer) if newest else (*layer, *self.layers)
        cost = UnitCost(value_minor, qty) if newest or self.cost is None else self.cost
        state = Fifo(layers, shortages, cost)
        return Received(state, value_minor - covered - rest_value)


def _take(
    parts: tuple[Part, ...], qty: Decimal
) -> tuple[tuple[Part, ...], tuple[Part, ...], Decimal]:
    """`qty` off the front of the parts: what was taken, what stays, what could not be had."""
    taken: list[Part] = []
    left = list(parts)
    while left and qty > 0:
        first = left[0]
        if first.qty <= qty:
            taken.append(left.pop(0))
            qty -= first.qty
            continue
        piece = Part(qty, part_of(first.value_minor, qty, first.qty))
        taken.append(piece)
        left[0] = Part(first.qty - piece.qty, first.value_minor - piece.value_minor)
        qty = ZERO
    return tuple(taken), tuple(left), qty


METHODS: Mapping[str, Callable[[], Stock]] = {"average": Average, "fifo": Fifo}


def food_cost_bp(cost_minor: int, net_sales_minor: int) -> int | None:
    """Cost in basis points of net sales (features-region, rule 10); None without sales."""
    return divide_half_up(cost_minor * 10_000, net_sales_minor) if net_sales_minor else None


def markup_bp(price_minor: int, cost_minor: int) -> int | None:
    """(price − cost) ÷ cost in basis points; None without a cost."""
    return divide_half_up((price_minor - cost_minor) * 10_000, cost_minor) if cost_minor else None


def actual_cost_minor(
    *, opening: int, purchases: int, transfers_in: int, closing: int, gone_elsewhere: int
) -> int:
    """What was really used: opening + purchases + transfers in − closing − what left otherwise.

    `gone_elsewhere`: transfers out, staff meals and comps that are booked on their own accounts.
    """
    return opening + purchases + transfers_in - closing - gone_elsewhere


def card_price_minor(set_cost_minor: int, portions: int, markup: int, vat: int, step: int) -> int:
    """The price of a calculation card (features-region, rule 11).

    `set_cost_minor` is the cost of `portions` portions; `markup` and `vat` are basis points;
    the price is rounded up to a multiple of `step`, so a rounding never eats the markup.
    """
    numerator = set_cost_minor * (10_000 + markup) * (10_000 + vat)
    price = divide_half_up(numerator, portions * 10_000 * 10_000)
    return price if step <= 1 else -(-price // step) * step


def abc_classes(values: Mapping[str, int], a_bp: int = 8_000, b_bp: int = 9_500) -> dict[str, str]:
    """ABC by the cumulative share before each item (features-region, rule 16).

    The item that crosses a limit stays in the higher class; nothing worth zero or less is an A.
    """
    classes: dict[str, str] = {}
    for name, share_bp in shares_before(values).items():
        classes[name] = "A" if share_bp < a_bp else "B" if share_bp < b_bp else "C"
        if values[name] <= 0:
            classes[name] = "C"
    return classes


def shares_before(values: Mapping[str, int]) -> dict[str, int]:
    """Largest first: the share, in basis points, of all that stands before each; 0 of nothing."""
    total = sum(value for value in values.values() if value > 0)
    shares: dict[str, int] = {}
    before = 0
    for name, value in sorted(values.items(), key=lambda pair: (-pair[1], pair[0])):
        shares[name] = before * 10_000 // total if total else 0
        before += max(value, 0)
    return shares
