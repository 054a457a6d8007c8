"""A stock document between its form and its draft: which fields and columns each kind has, and
how typed figures are read.

What cannot be read becomes a fault with its line and field, and the form comes back as it was
typed; nothing is guessed and nothing is lost. The rules are `sync_server.domain.documents`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sync_server.domain.documents import Fault, Line, Paper, Split
from sync_server.domain.stock import ZERO, IngredientId, exact

from ..papers import Draft, DraftLine
from ..typed import HUNDRED, decimal_of, minor_of

Form = Mapping[str, Sequence[str]]

LINE_FIELDS: Mapping[Paper, tuple[str, ...]] = {
    Paper.ORDER: ("good", "unit", "qty", "price", "sum", "last"),
    Paper.RECEIPT: ("good", "unit", "qty", "price", "sum", "last", "change"),
    Paper.SUPPLIER_RETURN: ("good", "unit", "qty", "price", "sum"),
    Paper.TRANSFER: ("good", "unit", "qty"),
    Paper.WRITE_OFF: ("good", "unit", "qty"),
    Paper.PRODUCTION: ("good", "unit", "qty"),
    Paper.BUTCHERING: ("role", "good", "unit", "qty", "price", "share"),
    Paper.TRIAL: ("good", "unit", "qty", "net", "ready"),
    Paper.COUNT: ("good", "unit", "qty"),
    Paper.OPENING: ("good", "unit", "qty", "price", "sum"),
}
HEAD_FIELDS: Mapping[Paper, tuple[str, ...]] = {
    Paper.ORDER: ("supplier", "store", "day", "time", "note"),
    Paper.RECEIPT: ("supplier", "reference", "store", "day", "time", "note"),
    Paper.SUPPLIER_RETURN: ("supplier", "reference", "store", "day", "time", "note"),
    Paper.TRANSFER: ("store", "to_store", "day", "time", "note"),
    Paper.WRITE_OFF: ("reason", "store", "day", "time", "note"),
    Paper.PRODUCTION: ("store", "to_store", "day", "time", "note"),
    Paper.BUTCHERING: ("store", "to_store", "split", "day", "time", "note"),
    Paper.TRIAL: ("store", "day", "time", "note"),
    Paper.COUNT: ("store", "day", "time", "note"),
    Paper.OPENING: ("store", "day", "time", "note"),
}
TYPED = frozenset({"role", "good", "qty", "price", "sum", "share", "net", "ready"})


@dataclass(frozen=True, slots=True)
class Good:
    """A good as a form knows it; `factor` base units make the unit that is typed.

    `packs` and `units` may be typed behind a figure, both in base units; `foreign` are the units
    that no quantity of it can be turned into. A price is of the pack, if one is typed.
    """

    good_id: str
    name: str
    unit: str
    factor: int
    codes: tuple[str, ...] = ()
    last_minor: int | None = None
    packs: Mapping[str, Decimal] = field(default_factory=dict)
    units: Mapping[str, Decimal] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()

    def measure(self, text: str) -> tuple[str, Decimal] | None:
        """A quantity with a pack or unit behind it ("2 case", "500 g"): its figure, and base units
        in one."""
        figure, word = _apart(text)
        holds = self.packs.get(word) or self.units.get(word)
        return (figure, holds) if holds is not None and figure else None

    def foreign_unit(self, text: str) -> str:
        """The unit behind a figure that cannot be turned into the good's own; else nothing."""
        figure, word = _apart(text)
        return word if figure and word in self.foreign and word not in self.packs else ""

    def priced(self, text: str) -> Decimal | int:
        """How many base units a price is for, by what is typed behind the quantity."""
        return self.packs.get(_apart(text)[1], self.factor)


def _apart(text: str) -> tuple[str, str]:
    """A figure and the word behind it."""
    figure = text.rstrip("".join(set(text) - set("0123456789")))
    return figure, text[len(figure) :].strip(" .").casefold()


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was typed."""

    head: Mapping[str, str]
    lines: Sequence[Mapping[str, str]]


@dataclass(slots=True)
class Read:
    """What a form says, and what of it could not be read."""

    draft: Draft
    faults: list[Fault] = field(default_factory=list)


def typed_form(paper: Paper, form: Form) -> Typed:
    """The fields of a form; lines without a good and without figures are left out."""
    head = {name: (form.get(name) or [""])[0].strip() for name in HEAD_FIELDS[paper]}
    names = [name for name in LINE_FIELDS[paper] if name in TYPED]
    count = len(form.get("good", []))
    lines = []
    for index in range(count):
        line = {}
        for name in names:
            given = form.get(name, [])
            line[name] = given[index].strip() if index < len(given) else ""
        if any(text for name, text in line.items() if name not in ("role", "share")):
            lines.append(line)
    return Typed(head, lines)


def moment_of(day: str, clock: str, zone: ZoneInfo) -> int:
    """A day and a time of the venue in milliseconds UTC. Raises ValueError."""
    hours = time.fromisoformat(clock) if clock else time(0, 0)
    local = datetime.combine(date.fromisoformat(day), hours, tzinfo=zone)
    whole = (local.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return whole


def read_form(
    paper: Paper, typed: Typed, goods: Sequence[Good], zone: ZoneInfo, origin: str = ""
) -> Read:
    """The draft that a form says, with everything in it that could not be read."""
    head, faults = typed.head, []
    day = head.get("day", "")
    try:
        at_ms = moment_of(day, head.get("time", ""), zone)
    except ValueError:
        faults.append(Fault("bad_day", 0, "day"))
        day, at_ms = "0001-01-01", 0
    known = {good.good_id: good for good in goods}
    by_name = {good.name.casefold(): good for good in goods}
    lines = []
    for number, raw in enumerate(typed.lines, start=1):
        given = raw["good"].casefold()
        good = by_name.get(given) or known.get(raw["good"])
        good = good or next((one for one in goods if given and given in one.codes), None)
        reader = _Line(number, raw, good, faults)
        lines.append(reader.read(paper))
    split = head.get("split", "")
    draft = Draft(
        paper,
        day,
        at_ms,
        head.get("store", ""),
        lines,
        head.get("to_store", ""),
        head.get("supplier", ""),
        head.get("reference", ""),
        head.get("reason", ""),
        head.get("note", ""),
        Split(split) if split in set(Split) else Split.PRICE,
        origin,
    )
    return Read(draft, faults)


@dataclass(frozen=True, slots=True)
class _Line:
    """Reads one line of a form."""

    number: int
    raw: Mapping[str, str]
    good: Good | None
    faults: list[Fault]

    def read(self, paper: Paper) -> DraftLine:
        if self.good is None:
            self._fault("unknown_good", "good", good=self.raw["good"])
        blank = paper is Paper.COUNT and not self.raw["qty"]
        qty = ZERO if blank else self._quantity("qty")
        value = self._value(qty)
        share = self._figure("share")
        line = Line(
            IngredientId(self.good.good_id if self.good else self.raw["good"]),
            qty,
            value,
            int(share * HUNDRED) if share is not None else 0,
            self.raw.get("role") == "raw",
            self._quantity("net") if "net" in self.raw else ZERO,
            self._quantity("ready") if "ready" in self.raw else ZERO,
        )
        return DraftLine(line, self.good.unit if self.good else "", counted=not blank)

    def _value(self, qty: Decimal) -> int:
        """The sum as typed, else price by quantity."""
        total, price = self._figure("sum"), self._figure("price")
        if total is not None:
            return minor_of(total)
        if price is None or self.good is None:
            return 0
        return minor_of(price * qty / self.good.priced(self.raw.get("qty", "")))

    def _quantity(self, name: str) -> Decimal:
        packed = self.good.measure(self.raw.get(name, "")) if self.good else None
        if packed is not None:
            count = decimal_of(packed[0])
            if count is not None:
                return exact(count * packed[1])
        if self.good is not None and (unit := self.good.foreign_unit(self.raw.get(name, ""))):
            self._fault("unit_does_not_convert", name, unit=unit)
            return ZERO
        value = self._figure(name)
        if value is None:
            if not self.raw.get(name):
                self._fault("bad_quantity", name)
            return ZERO
        return exact(value * (self.good.factor if self.good else 1))

    def _figure(self, name: str) -> Decimal | None:
        text = self.raw.get(name, "")
        if not text:
            return None
        value = decimal_of(text)
        if value is None:
            self._fault("bad_number", name, text=text)
        return value

    def _fault(self, code: str, name: str, **params: str) -> None:
        self.faults.append(Fault(code, self.number, name, params))
