"""What a venue consists of besides its menu: settings of the house, stock, staff secrets, hotel.

Plain frozen records as read from the files, checked by `venue`. Dishes, tables, roles and the
rest that terminals see are the domain's own types (`sync_server.domain.menu`).
Sums are hundredths of a hryvnia (`_minor`); quantities of stock are exact decimals.
"""

from dataclasses import dataclass
from decimal import Decimal

from sync_server.domain import menu

Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Display:
    """A kitchen screen. `kind`: station, or expo for the pass, which sees several stations."""

    display_id: str
    names: Names
    station_ids: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Store:
    """A place with stock and the person who answers for it."""

    store_id: str
    names: Names
    responsible: str


@dataclass(frozen=True, slots=True)
class IngredientGroup:
    group_id: str
    names: Names


@dataclass(frozen=True, slots=True)
class Bottle:
    """What a good's bottle holds, and what it weighs in grams, full and empty."""

    nominal_ml: int
    full_g: int
    tare_g: int


@dataclass(frozen=True, slots=True)
class Nutrients:
    """What is in 100 g, 100 ml or 100 pieces of a good: kilocalories, and grams."""

    energy: Decimal
    protein: Decimal
    fat: Decimal
    carbohydrate: Decimal


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Something bought. Price per unit (kg, l, pcs) without tax; losses in percent of gross.

    `monthly_loss` overrides `cold_loss` in the months (1 to 12) that it names. `store_id` is where
    it is used up, `par` how much of it the house keeps there. `bottle`: it can be weighed open.
    """

    ingredient_id: str
    names: Names
    group_id: str
    unit: str
    price_minor: int
    cold_loss: Decimal
    monthly_loss: dict[int, Decimal]
    store_id: str
    supplier_id: str
    par: Decimal
    shelf_days: int
    barcode: str
    allergens: tuple[str, ...]
    bottle: Bottle | None = None
    nutrients: Nutrients | None = None


@dataclass(frozen=True, slots=True)
class SemiFinished:
    """Something made in the house and used in dishes; its recipe makes `yield_qty` of `unit`."""

    semi_id: str
    names: Names
    unit: str
    yield_qty: Decimal
    store_id: str


@dataclass(frozen=True, slots=True)
class RecipeLine:
    """A component of an item (one portion), a semi-finished good (its yield) or a modifier.

    `qty` is gross, in the component's own unit; below zero only in a modifier that leaves
    something out. `hot_loss` percent, below zero for what gains weight (features-region, rule 1).
    """

    owner_kind: str
    owner_id: str
    component_kind: str
    component_id: str
    qty: Decimal
    hot_loss: Decimal


@dataclass(frozen=True, slots=True)
class Portion:
    """What the guest gets: grams, millilitres or pieces of an item."""

    item_id: str
    qty: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Supplier:
    supplier_id: str
    name: str
    tax_number: str
    phone: str
    address: str
    lead_days: int


@dataclass(frozen=True, slots=True)
class OpeningStock:
    """What lay in a store on the first day: quantity in the ingredient's unit, and its value."""

    store_id: str
    ingredient_id: str
    qty: Decimal
    value_minor: int


@dataclass(frozen=True, slots=True)
class Credential:
    """The demo's secrets of a person; a real venue never has them in a file.

    `password` empty: no back office. `extra_role_ids` beside the role of `menu.StaffMember`.
    """

    staff_id: str
    pin: str
    login: str
    password: str
    card: str
    extra_role_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A hotel room. `state`: free, occupied, cleaning, repair."""

    room_no: str
    kind: str
    floor: int
    places: int
    rate_minor: int
    state: str


@dataclass(frozen=True, slots=True)
class MealPlan:
    """What board pays for, by meal (breakfast, lunch, dinner), per guest and day."""

    plan_id: str
    names: Names
    allowance_minor: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stay:
    """A guest in house. Arrival and departure in days from the demo's day (−2, +2).

    Credit left is `credit_limit_minor` − `charged_minor`; a limit of 0 means none was stated.
    """

    stay_id: str
    room_no: str
    surname: str
    name: str
    arrival: int
    departure: int
    credit_limit_minor: int
    charged_minor: int
    no_post: bool
    plan_id: str
    level: str
    language: str
    country: str
    key_card: str


@dataclass(frozen=True, slots=True)
class Venue:
    """Everything that the files say, checked; each kind in the order of its file.

    `items` have recipes; `sold_otherwise` are sets of them and open items."""

    settings: menu.Settings
    taxes: tuple[menu.Tax, ...]
    categories: tuple[menu.Category, ...]
    items: tuple[menu.Item, ...]
    groups: tuple[menu.ModifierGroup, ...]
    sold_otherwise: tuple[menu.Item, ...]
    price_rules: tuple[menu.PriceRule, ...]
    stations: tuple[menu.Station, ...]
    station_rules: tuple[menu.StationRule, ...]
    printers: tuple[menu.Printer, ...]
    drawers: tuple[menu.Drawer, ...]
    displays: tuple[Display, ...]
    halls: tuple[menu.Hall, ...]
    tables: tuple[menu.Table, ...]
    reasons: tuple[menu.Reason, ...]
    discounts: tuple[menu.Discount, ...]
    accounts: tuple[menu.HouseAccount, ...]
    roles: tuple[menu.Role, ...]
    staff: tuple[menu.StaffMember, ...]
    credentials: tuple[Credential, ...]
    stores: tuple[Store, ...]
    ingredient_groups: tuple[IngredientGroup, ...]
    ingredients: tuple[Ingredient, ...]
    semi_finished: tuple[SemiFinished, ...]
    recipes: tuple[RecipeLine, ...]
    portions: tuple[Portion, ...]
    suppliers: tuple[Supplier, ...]
    opening_stock: tuple[OpeningStock, ...]
    rooms: tuple[Room, ...]
    meal_plans: tuple[MealPlan, ...]
    stays: tuple[Stay, ...]

    def recipe_of(self, owner_kind: str, owner_id: str) -> tuple[RecipeLine, ...]:
        """The recipe of an item, a semi-finished good (`semi`) or a modifier; may be empty."""
        return tuple(
            line
            for line in self.recipes
            if line.owner_kind == owner_kind and line.owner_id == owner_id
        )
