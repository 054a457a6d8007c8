"""Reads a venue's folder and either gives a checked `Venue` or raises every fault at once.

Rule: each record is read after what it refers to, so a reference is checked where it stands and
the fault names file, line and field. What only shows in the whole is checked in `checking`.
Neighbours: `reading` (cells), `venue_types` (what comes out), `front_files` and `stock_files`
(menu and house; stock, recipes and hotel), `kitchen_files` (recipe cards, where dishes are made).
"""

from pathlib import Path

from . import checking, front_files, kitchen_files, selling_files, stock_files
from .reading import Fault, Faults
from .venue_types import Venue

DEMO_VENUE = Path(__file__).parent / "venue"


class VenueFaults(Exception):
    """The folder cannot be used; `faults` says all that is wrong with it."""

    def __init__(self, faults: tuple[Fault, ...], more: int = 0) -> None:
        self.faults = faults
        lines = [str(fault) for fault in faults]
        if more:
            lines.append(f"and {more} more")
        super().__init__("\n".join(lines))


def load_venue(folder: Path = DEMO_VENUE) -> Venue:
    """The venue in `folder`. Raises VenueFaults with everything that is wrong, in words."""
    faults = Faults()
    house = front_files.read_house(folder, faults)
    people = front_files.read_people(folder, house, faults)
    plan = front_files.read_plan(folder, faults)
    kitchen = front_files.read_kitchen(folder, house, faults)
    offer = front_files.read_menu(folder, house, kitchen, faults)
    selling = selling_files.read_selling(folder, house, kitchen, plan, offer, faults)
    stock = stock_files.read_stock(folder, people, faults)
    recipes = stock_files.read_recipes(folder, stock, offer, faults)
    rules = kitchen_files.read_station_rules(folder, kitchen, plan, offer, faults)
    lines = tuple(line for line, _ in recipes)
    items = kitchen_files.read_recipe_cards(folder, offer, stock, lines, faults)
    hotel = stock_files.read_hotel(folder, faults)
    checking.check_recipes(recipes, stock, offer, faults)
    checking.check_points(house.settings.points, offer, faults)
    if faults.found:
        raise VenueFaults(tuple(faults.found), faults.more)
    return Venue(
        settings=house.settings,
        taxes=tuple(house.taxes),
        categories=tuple(offer.categories),
        items=items,
        groups=kitchen_files.with_components(offer.groups, stock, lines),
        sold_otherwise=tuple(selling.items),
        price_rules=tuple(selling.rules),
        stations=tuple(kitchen.stations),
        station_rules=rules,
        printers=tuple(kitchen.printers),
        drawers=tuple(kitchen.drawers),
        displays=tuple(kitchen.displays),
        halls=tuple(plan.halls),
        tables=tuple(plan.tables),
        reasons=tuple(house.reasons),
        discounts=tuple(house.discounts),
        accounts=tuple(house.accounts),
        roles=tuple(people.roles),
        staff=tuple(people.staff),
        credentials=tuple(people.credentials),
        stores=tuple(stock.stores),
        ingredient_groups=tuple(stock.groups),
        ingredients=tuple(stock.ingredients),
        semi_finished=tuple(stock.semi_finished),
        recipes=lines,
        portions=tuple(offer.portions),
        suppliers=tuple(stock.suppliers),
        opening_stock=tuple(stock.opening),
        rooms=tuple(hotel.rooms),
        meal_plans=tuple(hotel.meal_plans),
        stays=tuple(hotel.stays),
    )
