"""Reads what stands behind the counter: stores, ingredients, recipes, opening stock, the hotel.

Rule: files speak the cook's units (grams, millilitres, pieces), records the stock's (kg, l, pcs);
the conversion is here and nowhere else. Neighbours: `reading`, `front_files`, `checking`.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from .front_files import ALLERGENS, NAMES, Offer, People
from .reading import Faults, Record, read_csv, read_toml
from .venue_types import (
    Bottle,
    Ingredient,
    IngredientGroup,
    MealPlan,
    Nutrients,
    OpeningStock,
    RecipeLine,
    Room,
    SemiFinished,
    Stay,
    Store,
    Supplier,
)

UNITS = ("kg", "l", "pcs")
SMALL_UNITS = {"g": "kg", "ml": "l", "pcs": "pcs"}
MEALS = ("breakfast", "lunch", "dinner")
ROOM_STATES = ("free", "occupied", "cleaning", "repair")
ZERO = Decimal(0)


@dataclass(slots=True)
class Stock:
    """What the stock files hold, list by list, in file order."""

    stores: list[Store] = field(default_factory=list)
    groups: list[IngredientGroup] = field(default_factory=list)
    suppliers: list[Supplier] = field(default_factory=list)
    ingredients: list[Ingredient] = field(default_factory=list)
    semi_finished: list[SemiFinished] = field(default_factory=list)
    opening: list[OpeningStock] = field(default_factory=list)
    semi_records: dict[str, Record] = field(default_factory=dict)

    def units(self) -> dict[str, str]:
        """The unit of everything that a recipe may name."""
        units = {one.ingredient_id: one.unit for one in self.ingredients}
        return units | {one.semi_id: one.unit for one in self.semi_finished}


@dataclass(slots=True)
class Hotel:
    rooms: list[Room] = field(default_factory=list)
    meal_plans: list[MealPlan] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


ReadRecipe = tuple[RecipeLine, Record]


def read_stock(folder: Path, people: People, faults: Faults) -> Stock:
    """Stores, groups, suppliers, ingredients with losses, semi-finished goods, opening stock."""
    stock = Stock()
    tables = {"store": ("id", *NAMES, "responsible"), "group": ("id", *NAMES)}
    found = read_toml(folder / "stock.toml", tables, faults)
    staff_ids = {person.staff_id for person in people.staff}
    seen: dict[str, int] = {}
    for record in found["store"]:
        store_id = record.identity("id", seen)
        responsible = record.reference("responsible", staff_ids, "person")
        stock.stores.append(Store(store_id, record.names(), responsible))
    seen = {}
    for record in found["group"]:
        stock.groups.append(IngredientGroup(record.identity("id", seen), record.names()))
    _read_suppliers(folder, stock, faults)
    goods: dict[str, int] = {}
    _read_ingredients(folder, stock, goods, faults)
    _read_semi_finished(folder, stock, goods, faults)
    _read_opening(folder, stock, faults)
    return stock


def _read_suppliers(folder: Path, stock: Stock, faults: Faults) -> None:
    columns = ("id", "name", "tax_number", "phone", "address", "lead_days")
    seen: dict[str, int] = {}
    for record in read_csv(folder / "suppliers.csv", columns, faults):
        supplier = Supplier(
            supplier_id=record.identity("id", seen),
            name=record.text("name"),
            tax_number=record.text("tax_number", limit=12),
            phone=record.text("phone", limit=20),
            address=record.text("address"),
            lead_days=record.whole("lead_days", 0, 60),
        )
        stock.suppliers.append(supplier)


def _read_ingredients(folder: Path, stock: Stock, goods: dict[str, int], faults: Faults) -> None:
    columns = (
        *("id", *NAMES, "group", "unit", "price", "cold_loss", "store", "supplier", "par"),
        *("shelf_days", "barcode", "allergens"),
    )
    records = read_csv(folder / "ingredients.csv", columns, faults)
    known = {record.raw("id") for record in records}
    losses = _monthly_losses(folder, known, faults)
    bottles = _bottles(folder, known, faults)
    nutrients = _nutrients(folder, known, faults)
    group_ids = {group.group_id for group in stock.groups}
    store_ids = {store.store_id for store in stock.stores}
    supplier_ids = {supplier.supplier_id for supplier in stock.suppliers}
    for record in records:
        ingredient_id = record.identity("id", goods)
        price_minor = record.money("price")
        if price_minor == 0:
            record.fault("price", "is zero, so every dish made of it would look cheaper")
        ingredient = Ingredient(
            ingredient_id=ingredient_id,
            names=record.names(),
            group_id=record.reference("group", group_ids, "ingredient group"),
            unit=record.choice("unit", UNITS),
            price_minor=price_minor,
            cold_loss=record.decimal("cold_loss", "0", "95", ZERO),
            monthly_loss=losses.get(ingredient_id, {}),
            store_id=record.reference("store", store_ids, "store"),
            supplier_id=record.reference("supplier", supplier_ids, "supplier"),
            par=record.decimal("par", "0.1", "10000"),
            shelf_days=record.whole("shelf_days", 1, 3650),
            barcode=record.text("barcode", required=False, limit=13),
            allergens=record.references("allergens", ALLERGENS, "allergen", required=False),
            bottle=bottles.get(ingredient_id),
            nutrients=nutrients.get(ingredient_id),
        )
        stock.ingredients.append(ingredient)


def _monthly_losses(
    folder: Path, ingredient_ids: set[str], faults: Faults
) -> dict[str, dict[int, Decimal]]:
    losses: dict[str, dict[int, Decimal]] = {}
    for record in read_csv(folder / "losses.csv", ("ingredient", "month", "cold_loss"), faults):
        ingredient_id = record.reference("ingredient", ingredient_ids, "ingredient")
        month = record.whole("month", 1, 12)
        by_month = losses.setdefault(ingredient_id, {})
        if month in by_month:
            record.fault("month", f"month {month} of {ingredient_id} stands on an earlier line")
        by_month[month] = record.decimal("cold_loss", "0", "95")
    return losses


def _bottles(folder: Path, ingredient_ids: set[str], faults: Faults) -> dict[str, Bottle]:
    """What bottles hold and weigh, so that open ones can be counted on a scale."""
    bottles: dict[str, Bottle] = {}
    columns = ("ingredient", "nominal_ml", "full_g", "tare_g")
    for record in read_csv(folder / "bottles.csv", columns, faults):
        ingredient_id = record.reference("ingredient", ingredient_ids, "ingredient")
        full_g, tare_g = record.whole("full_g", 1, 50_000), record.whole("tare_g", 1, 50_000)
        if full_g <= tare_g:
            record.fault("full_g", "is no more than the empty bottle weighs")
        if ingredient_id in bottles:
            record.fault("ingredient", f"{ingredient_id} stands on an earlier line")
        bottles[ingredient_id] = Bottle(record.whole("nominal_ml", 1, 50_000), full_g, tare_g)
    return bottles


def _nutrients(folder: Path, ingredient_ids: set[str], faults: Faults) -> dict[str, Nutrients]:
    """What a guest may ask for of a good; whoever writes it has looked at its allergens too."""
    found: dict[str, Nutrients] = {}
    columns = ("ingredient", "energy", "protein", "fat", "carbohydrate")
    for record in read_csv(folder / "nutrients.csv", columns, faults):
        ingredient_id = record.reference("ingredient", ingredient_ids, "ingredient")
        if ingredient_id in found:
            record.fault("ingredient", f"{ingredient_id} stands on an earlier line")
        found[ingredient_id] = Nutrients(
            *(record.decimal(name, "0", "100000") for name in columns[1:])
        )
    return found


def _read_semi_finished(folder: Path, stock: Stock, goods: dict[str, int], faults: Faults) -> None:
    store_ids = {store.store_id for store in stock.stores}
    columns = ("id", *NAMES, "unit", "yield", "store")
    for record in read_csv(folder / "semi_finished.csv", columns, faults):
        semi = SemiFinished(
            semi_id=record.identity("id", goods),
            names=record.names(),
            unit=record.choice("unit", UNITS),
            yield_qty=record.decimal("yield", "0.001", "1000"),
            store_id=record.reference("store", store_ids, "store"),
        )
        stock.semi_finished.append(semi)
        stock.semi_records[semi.semi_id] = record


def _read_opening(folder: Path, stock: Stock, faults: Faults) -> None:
    ingredient_ids = {one.ingredient_id for one in stock.ingredients}
    store_ids = {store.store_id for store in stock.stores}
    seen: dict[tuple[str, str], int] = {}
    columns = ("store", "ingredient", "qty", "value")
    for record in read_csv(folder / "opening_stock.csv", columns, faults):
        row = OpeningStock(
            store_id=record.reference("store", store_ids, "store"),
            ingredient_id=record.reference("ingredient", ingredient_ids, "ingredient"),
            qty=record.decimal("qty", "0.001", "100000"),
            value_minor=record.money("value"),
        )
        key = (row.store_id, row.ingredient_id)
        if key in seen:
            words = f'"{row.ingredient_id}" in "{row.store_id}" is on line {seen[key]} already'
            record.fault("ingredient", words)
        seen.setdefault(key, record.line)
        stock.opening.append(row)


def read_recipes(folder: Path, stock: Stock, offer: Offer, faults: Faults) -> list[ReadRecipe]:
    """recipes.csv: one component a line, with the record it came from."""
    owners = {
        "item": {item.item_id for item in offer.items},
        "semi": {semi.semi_id for semi in stock.semi_finished},
        "modifier": {
            modifier.modifier_id for group in offer.groups for modifier in group.modifiers
        },
    }
    units = stock.units()
    semi_ids = owners["semi"]
    columns = ("kind", "owner", "component", "qty", "unit", "hot_loss")
    seen: dict[tuple[str, str, str], int] = {}
    lines: list[ReadRecipe] = []
    for record in read_csv(folder / "recipes.csv", columns, faults):
        kind = record.choice("kind", tuple(owners))
        component = record.reference("component", units, "ingredient or semi-finished good")
        line = RecipeLine(
            owner_kind=kind,
            owner_id=record.reference("owner", owners.get(kind, ()), kind),
            component_kind="semi" if component in semi_ids else "ingredient",
            component_id=component,
            qty=_quantity(record, units.get(component, ""), signed=kind == "modifier"),
            hot_loss=record.decimal("hot_loss", "-300", "95", ZERO),
        )
        key = (kind, line.owner_id, component)
        if key in seen:
            record.fault(
                "component", f'"{component}" is on line {seen[key]} of this recipe already'
            )
        seen.setdefault(key, record.line)
        lines.append((line, record))
    return lines


def _quantity(record: Record, unit: str, *, signed: bool) -> Decimal:
    """A gross quantity of the file in the component's own unit."""
    written = record.choice("unit", tuple(SMALL_UNITS))
    if unit and SMALL_UNITS.get(written, unit) != unit:
        record.fault("unit", f"{written} does not fit a component that is kept in {unit}")
    qty = record.decimal("qty", "-100000", "100000")
    if qty == 0:
        record.fault("qty", "is zero")
    elif qty < 0 and not signed:
        record.fault("qty", "is below zero; only a modifier may take something away")
    return qty if written == "pcs" else qty / 1000


def read_hotel(folder: Path, faults: Faults) -> Hotel:
    """hotel.toml (meal plans), rooms.csv and stays.csv."""
    hotel = Hotel()
    tables = {"meal_plan": ("id", *NAMES, *MEALS)}
    seen: dict[str, int] = {}
    for record in read_toml(folder / "hotel.toml", tables, faults)["meal_plan"]:
        plan_id = record.identity("id", seen)
        allowance = {meal: record.money(meal, default=0) for meal in MEALS}
        hotel.meal_plans.append(MealPlan(plan_id, record.names(), allowance))
    columns = ("room", "kind", "floor", "places", "rate", "state")
    numbers: dict[str, int] = {}
    for record in read_csv(folder / "rooms.csv", columns, faults):
        room = Room(
            room_no=record.identity("room", numbers),
            kind=record.choice("kind", ("single", "standard", "superior", "suite")),
            floor=record.whole("floor", 0, 99),
            places=record.whole("places", 1, 10),
            rate_minor=record.money("rate"),
            state=record.choice("state", ROOM_STATES),
        )
        hotel.rooms.append(room)
    _read_stays(folder, hotel, faults)
    taken = {stay.room_no for stay in hotel.stays}
    for room in hotel.rooms:
        if (room.state == "occupied") != (room.room_no in taken):
            words = f"room {room.room_no} is {room.state}, but stays.csv says otherwise"
            faults.add("rooms.csv", numbers[room.room_no], "state", words)
    return hotel


def _read_stays(folder: Path, hotel: Hotel, faults: Faults) -> None:
    columns = (
        *("id", "room", "surname", "name", "arrival", "departure", "credit_limit", "charged"),
        *("no_post", "plan", "level", "language", "country", "key_card"),
    )
    rooms = {room.room_no: room for room in hotel.rooms}
    plan_ids = {plan.plan_id for plan in hotel.meal_plans}
    seen: dict[str, int] = {}
    cards: dict[str, int] = {}
    guests: dict[str, int] = {}
    for record in read_csv(folder / "stays.csv", columns, faults):
        stay = Stay(
            stay_id=record.identity("id", seen),
            room_no=record.reference("room", rooms, "room"),
            surname=record.text("surname", limit=40),
            name=record.text("name", limit=40),
            arrival=record.whole("arrival", -365, 0),
            departure=record.whole("departure", 0, 365),
            credit_limit_minor=record.money("credit_limit", default=0),
            charged_minor=record.money("charged", default=0),
            no_post=record.flag("no_post"),
            plan_id=record.reference("plan", plan_ids, "meal plan"),
            level=record.text("level", required=False, limit=20),
            language=record.text("language", limit=5),
            country=record.text("country", limit=2),
            key_card=record.text("key_card", limit=20),
        )
        hotel.stays.append(stay)
        if not re.fullmatch(r"[A-Z]{2}", stay.country):
            record.fault("country", f'"{stay.country}" is not a country code like UA')
        if stay.key_card in cards:
            record.fault("key_card", f"is on line {cards[stay.key_card]} already")
        cards.setdefault(stay.key_card, record.line)
        guests[stay.room_no] = guests.get(stay.room_no, 0) + 1
        room = rooms.get(stay.room_no)
        if room and guests[stay.room_no] > room.places:
            record.fault("room", f"room {room.room_no} has {room.places} places only")
