"""Reads how things are sold that are not simply a dish at a price: selling.toml.

Sets and open items come besides the dishes, since no recipe is theirs; what is weighed, a size, or
opens further choices is said of dishes and choices that were read before. Neighbours:
`front_files` reads the menu, `venue` puts all together.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from sync_server.domain import limits, menu

from .front_files import NAMES, House, Kitchen, Offer, Plan
from .reading import Faults, Record, read_toml

PLACES = ("tab", "takeaway", "room")


@dataclass(slots=True)
class Selling:
    """Sets and open items, and prices by place and time."""

    items: list[menu.Item] = field(default_factory=list)
    rules: list[menu.PriceRule] = field(default_factory=list)


def read_selling(
    folder: Path, house: House, kitchen: Kitchen, plan: Plan, offer: Offer, faults: Faults
) -> Selling:
    """selling.toml; amends the dishes and choices of `offer`."""
    tables = {
        "set": ("id", *NAMES, "category", "price"),
        "part": ("set", "id", *NAMES, "choices"),
        "open": ("id", *NAMES, "category", "tax", "station", "revenue"),
        "weighed": ("item",),
        "size": ("modifier", "base_percent", "portion_percent"),
        "opens": ("modifier", "groups"),
        "price": ("id", *NAMES, "places", "weekdays", "from", "until", "category", "percent"),
    }
    found = read_toml(folder / "selling.toml", tables, faults)
    selling = Selling()
    categories = {category.category_id: category for category in offer.categories}
    seen = {item.item_id: 0 for item in offer.items}
    for record in found["set"]:
        selling.items.append(_set(record, found["part"], categories, offer, house, seen))
    for record in found["open"]:
        selling.items.append(_open(record, categories, house, kitchen, seen))
    _weighed(found["weighed"], offer)
    _choices(found["size"], found["opens"], offer)
    places = (*PLACES, *(hall.hall_id for hall in plan.halls))
    rule_ids: dict[str, int] = {}
    selling.rules = [_rule(record, categories, places, rule_ids) for record in found["price"]]
    return selling


def _set(
    record: Record,
    parts: list[Record],
    categories: dict[str, menu.Category],
    offer: Offer,
    house: House,
    seen: dict[str, int],
) -> menu.Item:
    category_id = record.reference("category", categories, "category")
    item_id = record.identity("id", seen)
    own = [part for part in parts if part.raw("set") == item_id]
    part_ids: dict[str, int] = {}
    if not 0 < len(own) <= limits.PARTS_PER_SET:
        record.fault("id", f'the set "{item_id}" has {len(own)} parts')
    return menu.Item(
        item_id=item_id,
        names=record.names(),
        category_id=category_id,
        price_minor=record.money("price"),
        tax_id=house.taxes[0].tax_id if house.taxes else "",
        station_ids=(),
        course=-1,
        colour=categories[category_id].colour if category_id in categories else "",
        parts=tuple(
            menu.SetPart(part.identity("id", part_ids), part.names(), _set_choices(part, offer))
            for part in own
        ),
    )


def _set_choices(record: Record, offer: Offer) -> tuple[menu.SetChoice, ...]:
    dishes = {item.item_id for item in offer.items}
    choices = []
    for text in record.many("choices"):
        item_id, _, extra = text.partition(" +")
        if item_id not in dishes:
            record.fault("choices", f'there is no item "{item_id}"')
        if extra and not re.fullmatch(r"\d{1,6}\.\d\d", extra):
            record.fault("choices", f'"{extra}" is not a sum like 20.00')
            extra = ""
        choices.append(menu.SetChoice(item_id, int(extra.replace(".", "") or "0")))
    if not choices:
        record.fault("choices", "names no item")
    return tuple(choices)


def _open(
    record: Record,
    categories: dict[str, menu.Category],
    house: House,
    kitchen: Kitchen,
    seen: dict[str, int],
) -> menu.Item:
    stations = {station.station_id for station in kitchen.stations}
    return menu.Item(
        item_id=record.identity("id", seen),
        names=record.names(),
        category_id=record.reference("category", categories, "category"),
        price_minor=0,
        tax_id=record.reference("tax", {tax.tax_id for tax in house.taxes}, "tax"),
        station_ids=(record.reference("station", stations, "station"),),
        course=2,
        target_s=600,
        revenue_group=record.choice("revenue", ("food", "bar")),
        sold_by="open",
    )


def _weighed(records: list[Record], offer: Offer) -> None:
    known = {item.item_id for item in offer.items}
    wanted = {record.reference("item", known, "item") for record in records}
    offer.items[:] = [
        replace(item, sold_by="weight") if item.item_id in wanted else item for item in offer.items
    ]


def _choices(sizes: list[Record], openings: list[Record], offer: Offer) -> None:
    known = {m.modifier_id: m for group in offer.groups for m in group.modifiers}
    groups = {group.group_id for group in offer.groups}
    for record in sizes:
        modifier_id = record.reference("modifier", known, "choice")
        if modifier_id in known:
            known[modifier_id] = replace(
                known[modifier_id],
                base_bp=int(record.decimal("base_percent", "1", "2000") * 100),
                portion_milli=int(record.decimal("portion_percent", "1", "2000") * 10),
            )
    for record in openings:
        modifier_id = record.reference("modifier", known, "choice")
        opened = record.references("groups", groups, "modifier group")
        if modifier_id in known:
            known[modifier_id] = replace(known[modifier_id], group_ids=opened)
    offer.groups[:] = [
        replace(group, modifiers=tuple(known[m.modifier_id] for m in group.modifiers))
        for group in offer.groups
    ]


def _rule(
    record: Record,
    categories: dict[str, menu.Category],
    places: tuple[str, ...],
    seen: dict[str, int],
) -> menu.PriceRule:
    category_id = record.reference("category", categories, "category")
    return menu.PriceRule(
        rule_id=record.identity("id", seen),
        names=record.names(),
        places=record.references("places", places, "hall or kind of check", required=False),
        weekdays=record.weekdays("weekdays"),
        from_minute=record.minute("from"),
        until_minute=record.minute("until"),
        category_bp={category_id: int(record.decimal("percent", "1", "1000") * 100)},
    )
