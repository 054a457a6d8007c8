"""A year of a busy house for the bench of the back office: its goods, cards, deliveries and sales.

Made from a seed, so that two runs read the same rows; `Dose` says how much of it. Sales come as
the events of a journal, deliveries and opening stock go in by the ledger's own door. Neighbour:
`bench_year`, which measures; `tests/back_office/test_year.py` lives a small dose.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from sync_server.back_office.intake import JournalEvent
from sync_server.back_office.ledger import Entry, Ledger, Shelf
from sync_server.demo.venue_types import (
    Ingredient,
    IngredientGroup,
    OpeningStock,
    RecipeLine,
    SemiFinished,
    Store,
    Supplier,
)
from sync_server.domain.menu import Category, Item, Station
from sync_server.domain.stock import SUPPLIER, IngredientId, MoveKind
from sync_server.store.database import session_on

FIRST_DAY = date(2025, 12, 1)
FIRST_MS = 1_764_547_200_000
DAY_MS = 86_400_000
MORNING_MS, EVENING_MS = 8 * 3_600_000, 18 * 3_600_000
STATIONS = ("hot", "cold", "bar")
STORE_OF = {"hot": "kitchen", "cold": "larder", "bar": "bar"}
WEEK = 7


@dataclass(frozen=True, slots=True)
class Dose:
    """How much of the year: `lines` sold over `days`, from so many dishes, goods, prepared."""

    lines: int = 1_200_000
    days: int = 365
    dishes: int = 400
    goods: int = 900
    prepared: int = 60
    seed: int = 20_261_122


WHOLE_YEAR = Dose()


def part_of_year(days: int) -> Dose:
    """The first days of the whole year's house, as busy as the year is."""
    lines = WHOLE_YEAR.lines * days // WHOLE_YEAR.days
    return replace(WHOLE_YEAR, lines=lines, days=days)


FORTNIGHT = Dose(lines=240, days=12, dishes=24, goods=54, prepared=4)


def _names(kind: str, uk: str, number: int) -> dict[str, str]:
    return {"en": f"{kind} {number}", "uk": f"{uk} {number}"}


@dataclass(slots=True)
class YearHouse:
    """The house as the back office loads it; `store_of_item` is where a dish takes its goods."""

    dose: Dose
    stations: Sequence[Station] = ()
    stores: Sequence[Store] = ()
    ingredient_groups: Sequence[IngredientGroup] = ()
    categories: Sequence[Category] = ()
    items: Sequence[Item] = ()
    ingredients: Sequence[Ingredient] = ()
    semi_finished: Sequence[SemiFinished] = ()
    recipes: Sequence[RecipeLine] = ()
    suppliers: Sequence[Supplier] = ()
    opening_stock: Sequence[OpeningStock] = ()
    price: dict[str, int] = field(default_factory=dict)
    used_in: dict[str, set[str]] = field(default_factory=dict)

    def day(self, number: int) -> str:
        """The ISO day of the house's n-th day."""
        return (FIRST_DAY + timedelta(days=number)).isoformat()


def furnished(dose: Dose) -> YearHouse:
    """The house of a dose."""
    rng = random.Random(dose.seed)
    house = YearHouse(dose)
    house.stations = [Station(name, {"en": name.title(), "uk": name.title()}) for name in STATIONS]
    house.stores = [
        Store("kitchen", {"en": "Kitchen", "uk": "Кухня"}, "nadia"),
        Store("larder", {"en": "Larder", "uk": "Комора"}, "nadia"),
        Store("bar", {"en": "Bar", "uk": "Бар"}, "marta"),
    ]
    house.ingredient_groups = [
        IngredientGroup(f"group-{n}", _names("Group", "Група", n)) for n in range(12)
    ]
    house.categories = [Category(f"page-{n}", _names("Page", "Сторінка", n)) for n in range(16)]
    house.suppliers = [Supplier("rynok", "Rynok", "1", "", "", 1)]
    house.ingredients = [_good(n, rng) for n in range(dose.goods)]
    house.price = {good.ingredient_id: rng.randint(900, 60_000) for good in house.ingredients}
    house.semi_finished = [
        SemiFinished(
            f"semi-{n}", _names("Sauce", "Соус", n), "kg", Decimal("2.500"), STORE_OF["hot"]
        )
        for n in range(dose.prepared)
    ]
    house.items = [
        Item(
            f"dish-{n}",
            _names("Dish", "Страва", n),
            f"page-{n % 16}",
            rng.randint(90, 900) * 100,
            "vat",
            (STATIONS[n % 3],),
        )
        for n in range(dose.dishes)
    ]
    house.recipes = _cards(house, rng)
    house.opening_stock = [
        OpeningStock(store, good, Decimal(30), 30 * house.price[good])
        for good, stores in sorted(house.used_in.items())
        for store in sorted(stores)
    ]
    return house


def _good(number: int, rng: random.Random) -> Ingredient:
    return Ingredient(
        f"good-{number:03}",
        _names("Good", "Товар", number),
        f"group-{number % 12}",
        rng.choice(("kg", "kg", "kg", "l", "pcs")),
        0,
        Decimal(rng.choice((0, 0, 5, 20))),
        {},
        "kitchen",
        "rynok",
        Decimal(10),
        5,
        "",
        (),
    )


def _cards(house: YearHouse, rng: random.Random) -> list[RecipeLine]:
    """Every good is used by some dish, the common ones by many."""
    dose = house.dose
    goods = [good.ingredient_id for good in house.ingredients]
    often = [1 / (n + 8) for n in range(len(goods))]
    found: list[RecipeLine] = []
    inside: dict[str, list[str]] = {}
    for semi in house.semi_finished:
        inside[semi.semi_id] = rng.sample(goods, 4)
        found += [_part("semi", semi.semi_id, good, rng, "0.4") for good in inside[semi.semi_id]]
    for number, item in enumerate(house.items):
        rare = goods[number * len(goods) // dose.dishes :][: -(-len(goods) // dose.dishes)]
        chosen = dict.fromkeys([*rare, *rng.choices(goods, often, k=3)])
        store = STORE_OF[item.station_ids[0]]
        found += [_part("item", item.item_id, good, rng, "0.1") for good in chosen]
        for good in chosen:
            house.used_in.setdefault(good, set()).add(store)
        if number % 5 == 0 and store != "bar":
            semi_id = house.semi_finished[number % dose.prepared].semi_id
            found.append(_part("item", item.item_id, semi_id, rng, "0.08"))
            for good in inside[semi_id]:
                house.used_in.setdefault(good, set()).add(store)
    return found


def _part(kind: str, owner: str, good: str, rng: random.Random, most: str) -> RecipeLine:
    part = "semi" if good.startswith("semi") else "ingredient"
    qty = (Decimal(most) * rng.randint(20, 100) / 100).quantize(Decimal("0.001"))
    return RecipeLine(kind, owner, part, good, qty, Decimal(0))


def deliver(
    connection: Connection, house: YearHouse, number: int, late: float = 1.0, goods: int = 0
) -> int:
    """The morning's deliveries of a day: each good comes once a week, at a price that drifts.

    `late` scales the prices of an invoice that comes after its day, for so many `goods`. Returns
    how many lines came.
    """
    rng = random.Random(f"{house.dose.seed}/{number}/{late}")
    scale = house.dose.lines * WEEK // house.dose.days
    with session_on(connection) as session:
        ledger = Ledger(session)
        came = 0
        for place, (good, stores) in enumerate(sorted(house.used_in.items())):
            due = place < goods if goods else place % WEEK == number % WEEK
            for store in sorted(stores) if due else ():
                grams = scale * rng.randint(1, 12) + rng.randint(200, 2_000)
                value = grams * house.price[good] * rng.randint(85, 125) // 100_000
                name = "late" if goods else "receipt"
                entry = Entry(
                    house.day(number),
                    FIRST_MS + number * DAY_MS + MORNING_MS,
                    f"{name}/{house.day(number)}/{store}",
                )
                shelf = Shelf(store, IngredientId(good), Decimal(grams))
                paid = int(value * late) + 1
                ledger.receive(MoveKind.RECEIPT, SUPPLIER, shelf, paid, entry)
                came += 1
        ledger.write()
    return came


@dataclass(slots=True)
class Sales:
    """The journal of the house, day after day; `n` is its last number."""

    house: YearHouse
    n: int = 0
    lines: int = 0
    _rng: random.Random = field(init=False)
    _often: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """The same evening follows the same seed."""
        self._rng = random.Random(self.house.dose.seed + 1)
        self._often = [1 / (place + 5) for place in range(len(self.house.items))]

    def day(self, number: int) -> Iterator[JournalEvent]:
        """The checks of a day: fired lines, then the close of each."""
        dose = self.house.dose
        until = dose.lines * (number + 1) // dose.days
        at_ms = FIRST_MS + number * DAY_MS + EVENING_MS
        day = self.house.day(number)
        while self.lines < until:
            size = min(self._rng.randint(2, 6), until - self.lines)
            dishes = self._rng.choices(self.house.items, self._often, k=size)
            at_ms += 9_000
            yield from self._check(dishes, day, at_ms)

    def _check(self, dishes: Sequence[Item], day: str, at_ms: int) -> Iterator[JournalEvent]:
        check = f"c{self.lines}"
        sold, sums = [], []
        for item in dishes:
            self.lines += 1
            line_id = f"l{self.lines}"
            net = item.price_minor * 5 // 6
            sold.append(
                {
                    "line_id": line_id,
                    "fire_no": 1,
                    "item_id": item.item_id,
                    "qty_milli": 1000,
                    "station_id": item.station_ids[0],
                    "modifier_ids": [],
                }
            )
            sums.append(
                {
                    "line_id": line_id,
                    "item_id": item.item_id,
                    "qty_milli": 1000,
                    "gross_minor": item.price_minor,
                    "discount_minor": 0,
                    "net_minor": net,
                    "revenue_group": "food",
                }
            )
        total = sum(item.price_minor for item in dishes)
        fired = {"check_id": check, "sold": sold, "at_ms": at_ms, "by": "olena", "day": day}
        closed = {
            "check_id": check,
            "number": check,
            "shift_id": "s1",
            "owner": "olena",
            "totals": {"total_minor": total},
            "sold": sums,
            "tips_minor": 0,
            "guests": 2,
            "at_ms": at_ms,
            "day": day,
        }
        for kind, body in (("LinesFired", fired), ("CheckClosed", closed)):
            self.n += 1
            yield JournalEvent(self.n, at_ms, kind, body, day, "olena", "till-1")
