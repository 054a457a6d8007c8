"""Reads what the kitchen knows of dishes and places: recipe_cards.csv and station_rules.toml.

Components of a recipe card and of a choice come from the venue's recipes, so that what the cook
reads and what the stores lose is one truth; the files add how a dish is made, how much of its
station it fills, and when a dish is made elsewhere. Neighbours: `front_files` reads stations and
dishes, `stock_files` the recipes, `sync_server.domain.pacing` uses capacity and usage.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from sync_server.domain import menu

from .front_files import NAMES, Kitchen, Offer, Plan
from .reading import Faults, read_csv, read_toml
from .selling_files import PLACES
from .stock_files import Stock
from .venue_types import RecipeLine

METHODS = ("method_uk", "method_en", "method_pl")
_COOKS_UNIT = {"kg": ("g", 1000), "l": ("ml", 1000), "pcs": ("pcs", 1)}
"""What a cook measures in, and how many of it the store's unit has."""


def read_station_rules(
    folder: Path, kitchen: Kitchen, plan: Plan, offer: Offer, faults: Faults
) -> tuple[menu.StationRule, ...]:
    """station_rules.toml: dishes that are made elsewhere at certain places and times."""
    columns = (
        *("id", *NAMES, "station", "items", "categories", "to"),
        *("places", "weekdays", "from", "until"),
    )
    stations = {station.station_id for station in kitchen.stations}
    places = (*PLACES, *(hall.hall_id for hall in plan.halls))
    items = {item.item_id for item in offer.items}
    categories = {category.category_id for category in offer.categories}
    seen: dict[str, int] = {}
    return tuple(
        menu.StationRule(
            rule_id=record.identity("id", seen),
            names=record.names(),
            to_station_ids=record.references("to", stations, "station", required=False),
            station_id=record.reference("station", stations, "station", required=False),
            item_ids=record.references("items", items, "item", required=False),
            category_ids=record.references("categories", categories, "category", required=False),
            places=record.references("places", places, "hall or kind of check", required=False),
            weekdays=record.weekdays("weekdays"),
            from_minute=record.minute("from"),
            until_minute=record.minute("until"),
        )
        for record in read_toml(folder / "station_rules.toml", {"rule": columns}, faults)["rule"]
    )


def read_recipe_cards(
    folder: Path, offer: Offer, stock: Stock, recipes: Iterable[RecipeLine], faults: Faults
) -> tuple[menu.Item, ...]:
    """The dishes with their cards: components of one portion, method, usage, whether paced."""
    columns = ("item", "usage", "paced", *METHODS)
    known = {item.item_id for item in offer.items}
    told = {
        record.reference("item", known, "item"): record
        for record in read_csv(folder / "recipe_cards.csv", columns, faults)
    }
    components = _components(stock, recipes, "item")
    made = []
    for item in offer.items:
        item = replace(item, components=components.get(item.item_id, ()))
        record = told.get(item.item_id)
        if record is not None:
            method = {
                name.removeprefix("method_"): text
                for name in METHODS
                if (text := record.text(name, required=False))
            }
            item = replace(
                item,
                usage=record.whole("usage", 1, 20, default=1),
                paced=record.raw("paced") != "no" or record.flag("paced"),
                method=method,
            )
        made.append(item)
    return tuple(made)


def with_components(
    groups: Iterable[menu.ModifierGroup], stock: Stock, recipes: Iterable[RecipeLine]
) -> tuple[menu.ModifierGroup, ...]:
    """The choices with what each adds to a dish or takes off it."""
    components = _components(stock, recipes, "modifier")
    return tuple(
        replace(
            group,
            modifiers=tuple(
                replace(choice, components=components.get(choice.modifier_id, ()))
                for choice in group.modifiers
            ),
        )
        for group in groups
    )


def _components(
    stock: Stock, recipes: Iterable[RecipeLine], kind: str
) -> Mapping[str, tuple[menu.Component, ...]]:
    """By dish or choice, in the order of its recipe."""
    goods = {one.ingredient_id: (one.names, one.unit) for one in stock.ingredients}
    goods |= {one.semi_id: (one.names, one.unit) for one in stock.semi_finished}
    found: dict[str, list[menu.Component]] = {}
    for line in recipes:
        if line.owner_kind != kind or line.component_id not in goods:
            continue
        if line.qty <= 0 and kind == "item":
            continue
        names, unit = goods[line.component_id]
        called, times = _COOKS_UNIT.get(unit, (unit, 1))
        qty_milli = int(line.qty * times * Decimal(1000))
        found.setdefault(line.owner_id, []).append(
            menu.Component(line.component_id, names, qty_milli, called)
        )
    return {item_id: tuple(components) for item_id, components in found.items()}
