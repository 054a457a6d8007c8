"""How an order becomes lines: dishes, weighed goods, open items, and sets of several dishes.

A line is priced when it is made, by the menu the guest was shown and the rules of place and time
(`tariffs`), and keeps that price. A set becomes one line for each dish it is of, so that each is
made at its own station, taxed by its own rate and costed by its own recipe; the price of the set
is shared among them by their prices in the menu, largest remainder first, and what a choice costs
more stays with its dish. Neighbours: `ordering` puts the lines on a check.
"""

from . import commands as c
from .amending import replace
from .events import Line
from .limits import (
    COURSES,
    MENU_GRACE_MS,
    PARTS_PER_SET,
    PRICE_MINOR,
    QTY_MILLI,
    SEATS,
    WEIGHT_MILLI,
)
from .menu import Catalogue, Item, SetPart
from .money import allocate
from .pricing import Priced, price
from .quantity import extend
from .rejections import Refused, refuse
from .staff import Facts, needs
from .tariffs import price_now, stations_now

NOTE_LENGTH = 140
NAME_LENGTH = 60


def catalogue_for(facts: Facts, menu_no: int) -> tuple[Catalogue, bool]:
    """The catalogue whose price counts, and whether it is the one the guest was shown.

    A version that was in force within the last day still counts (reliability 2.8).
    """
    if menu_no == facts.catalogue.number:
        return facts.catalogue, True
    old = facts.old_menus.get(menu_no)
    if old is not None and facts.now_ms - old.published_ms <= MENU_GRACE_MS:
        return old, True
    return facts.catalogue, False


def text_fault(*texts: str) -> Refused | None:
    """A text of a person that is too long."""
    if any(len(text) > NOTE_LENGTH for text in texts):
        return refuse("bad_text", limit=NOTE_LENGTH)
    return None


def quantity_fault(item: Item, qty_milli: int) -> Refused | None:
    """A quantity that nobody can order: none, less, or more than a scale or a kitchen holds."""
    most = WEIGHT_MILLI if item.sold_by == "weight" else QTY_MILLI
    return None if 0 < qty_milli <= most else refuse("bad_quantity", value=qty_milli)


def new_lines(
    new: c.NewLine, facts: Facts, place: str, at_ms: int = 0
) -> tuple[Line, ...] | Refused:
    """The lines that an order makes at a place (`tariffs.place_of`); one, or those of a set.

    `at_ms` is when it was ordered, now unless told otherwise.
    """
    if not 0 <= new.seat <= SEATS or not -1 <= new.course <= COURSES:
        return refuse("bad_quantity", value=new.seat)
    if fault := text_fault(new.note, new.allergy):
        return fault
    catalogue, _ = catalogue_for(facts, new.menu_no)
    item = catalogue.items.get(new.item_id)
    if item is None:
        return refuse("no_item", item=new.item_id[:NAME_LENGTH])
    if fault := quantity_fault(item, new.qty_milli):
        return fault
    made = _Making(new, catalogue, facts, place, at_ms or facts.now_ms)
    if item.parts:
        return made.set_of(item)
    if new.parts:
        return refuse("part_unknown")
    line = made.open_item(item) if item.sold_by == "open" else made.dish(item)
    return line if isinstance(line, Refused) else (line,)


class _Making:
    """One order being made into lines."""

    def __init__(
        self, new: c.NewLine, catalogue: Catalogue, facts: Facts, place: str, at_ms: int
    ) -> None:
        self.new = new
        self.catalogue = catalogue
        self.facts = facts
        self.place = place
        self.at_ms = at_ms

    def dish(self, item: Item) -> Line | Refused:
        """A dish of the menu, by portion or by weight."""
        if self.new.price_minor >= 0 or self.new.name or self.new.tax_id or self.new.station_id:
            return refuse("bad_price", value_minor=self.new.price_minor)
        base, rule = price_now(self.catalogue, item, self.place, self.at_ms)
        priced = price(self.catalogue, item, self.new.choices, base)
        if isinstance(priced, Refused):
            return priced
        gross = extend(priced.unit_minor, self.new.qty_milli)
        return self._line(item, priced, gross, rule)

    def open_item(self, item: Item) -> Line | Refused:
        """What is not in the menu: a name, a price, and where it is made and how it is taxed."""
        new, catalogue = self.new, self.catalogue
        if fault := needs(self.facts, "open_item"):
            return fault
        name = " ".join(new.name.split())
        if not name:
            return refuse("open_unnamed")
        if len(name) > NAME_LENGTH:
            return refuse("bad_text", limit=NAME_LENGTH)
        if not 0 < new.price_minor <= PRICE_MINOR:
            return refuse("bad_price", value_minor=new.price_minor)
        if new.tax_id not in ("", *catalogue.taxes):
            return refuse("bad_price", value_minor=new.price_minor)
        if new.station_id not in ("", *catalogue.stations):
            return refuse("no_item", item=new.station_id[:NAME_LENGTH])
        priced = price(catalogue, item, new.choices, new.price_minor)
        if isinstance(priced, Refused):
            return priced
        line = self._line(item, priced, extend(priced.unit_minor, new.qty_milli), "", name)
        tax_id = new.tax_id or item.tax_id
        return replace(
            line,
            tax_id=tax_id,
            tax_bp=catalogue.taxes[tax_id].rate_bp,
            station_ids=(new.station_id,) if new.station_id else line.station_ids,
        )

    def set_of(self, item: Item) -> tuple[Line, ...] | Refused:
        """The lines of a set, its price shared among them by what they cost in the menu."""
        new = self.new
        if len(new.parts) > PARTS_PER_SET:
            return refuse("too_many", limit=PARTS_PER_SET)
        if new.choices:
            return refuse("modifier_unknown", modifier=new.choices[0].modifier_id[:NAME_LENGTH])
        parts = {part.part_id: part for part in item.parts}
        by_part = {part.part_id: part for part in new.parts}
        if by_part.keys() - parts.keys() or len(by_part) != len(new.parts):
            return refuse("part_unknown")
        taken: list[tuple[c.NewPart, Item, Priced, int]] = []
        for part_id, part in parts.items():
            found = self._part(part, by_part.get(part_id))
            if isinstance(found, Refused):
                return found
            taken.append(found)
        base, rule = price_now(self.catalogue, item, self.place, self.at_ms)
        weights = [dish.price_minor for _, dish, _, _ in taken]
        units = allocate(base, weights)
        sums = allocate(extend(base, new.qty_milli), weights)
        lines = []
        for (one, dish, priced, extra), unit, gross in zip(taken, units, sums, strict=True):
            line = self._line(dish, priced, gross + extend(extra, new.qty_milli), rule)
            lines.append(
                replace(
                    line,
                    line_id=one.line_id,
                    unit_minor=unit + extra,
                    course=dish.course if new.course < 0 else new.course,
                    note=one.note or new.note,
                    set_id=new.line_id,
                    set_item_id=item.item_id,
                )
            )
        return tuple(lines)

    def _part(
        self, part: SetPart, new: c.NewPart | None
    ) -> tuple[c.NewPart, Item, Priced, int] | Refused:
        """What was taken for a part, and what it costs more than the set."""
        label = self.catalogue.name(part.names, self.catalogue.settings.language)
        if new is None:
            return refuse("part_missing", part=label)
        choice = next((x for x in part.choices if x.item_id == new.item_id), None)
        dish = self.catalogue.items.get(new.item_id)
        if choice is None or dish is None or dish.parts:
            return refuse("part_unknown")
        if fault := text_fault(new.note):
            return fault
        priced = price(self.catalogue, dish, new.choices, 0)
        if isinstance(priced, Refused):
            return priced
        return new, dish, priced, priced.unit_minor + choice.extra_minor

    def _line(self, item: Item, priced: Priced, gross: int, rule: str, name: str = "") -> Line:
        new, catalogue = self.new, self.catalogue
        return Line(
            line_id=new.line_id,
            item_id=item.item_id,
            name=name or catalogue.name(item.names, catalogue.settings.language),
            menu_no=catalogue.number,
            qty_milli=new.qty_milli,
            unit_minor=priced.unit_minor,
            gross_minor=gross,
            tax_id=item.tax_id,
            tax_bp=catalogue.taxes[item.tax_id].rate_bp,
            station_ids=stations_now(catalogue, item, self.place, self.at_ms),
            course=item.course if new.course < 0 else new.course,
            seat=new.seat,
            at_ms=self.at_ms,
            by=self.facts.actor,
            chosen=priced.chosen,
            note=new.note,
            allergy=new.allergy,
            held=new.held,
            target_s=max(0, item.target_s + priced.seconds),
            revenue_group=item.revenue_group,
            portion_milli=priced.portion_milli,
            price_rule=rule,
        )
