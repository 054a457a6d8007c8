"""A small house for the tests: a kitchen and a bar, a soup with broth, a wine, and its journal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from argon2 import PasswordHasher

from sync_server.back_office.accounts import Passwords
from sync_server.back_office.intake import Intake, JournalEvent, count
from sync_server.back_office.seeding import NewAccount, load_venue
from sync_server.demo.venue_types import (
    Ingredient,
    IngredientGroup,
    OpeningStock,
    RecipeLine,
    SemiFinished,
    Store,
    Supplier,
)
from sync_server.domain.events import (
    CheckClosed,
    LinesFired,
    LineVoided,
    Sold,
    SoldSum,
    Totals,
)
from sync_server.domain.ids import CheckId, LineId, ShiftId, StaffId
from sync_server.domain.menu import Category, Item, Station
from sync_server.store.database import Database, MemoryDisk
from tests.store.ready_made import BACK, image_of

DAY = "2026-11-21"
NOON_MS = 1_795_255_200_000
CHECK, WAITER = CheckId("c1"), StaffId("olena")
PASSWORD = "Zvit-Do-Ponedilka"
PEPPER = b"pepper"
CALCULATOR = ("costing", "reports", "stop_list")
"""The rights of the demo venue's recipe calculator, whose login is "roman" here as there."""
PASSWORDS = Passwords(PEPPER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _good(name: str, group: str, unit: str, store: str, uk: str) -> Ingredient:
    return Ingredient(
        name, {"en": name.capitalize(), "uk": uk}, group, unit, 0, Decimal(0), {}, store, "rynok",
        Decimal(1), 5, "", (),
    )  # fmt: skip


def _line(kind: str, owner: str, component: str, qty: str) -> RecipeLine:
    part = "semi" if component == "broth" else "ingredient"
    return RecipeLine(kind, owner, part, component, Decimal(qty), Decimal(0))


@dataclass
class SmallHouse:
    """A kitchen that makes borscht and a bar that pours wine; `saltless` has no recipe."""

    stations: Sequence[Station] = (
        Station("hot", {"en": "Hot", "uk": "Гарячий"}),
        Station("bar", {"en": "Bar", "uk": "Бар"}),
    )
    stores: Sequence[Store] = (
        Store("kitchen", {"en": "Kitchen store", "uk": "Кухня"}, "nadia"),
        Store("bar", {"en": "Bar store", "uk": "Бар"}, "marta"),
    )
    ingredient_groups: Sequence[IngredientGroup] = (
        IngredientGroup("meat", {"en": "Meat", "uk": "М’ясо"}),
        IngredientGroup("vegetables", {"en": "Vegetables", "uk": "Овочі"}),
        IngredientGroup("wine", {"en": "Wine", "uk": "Вино"}),
    )
    categories: Sequence[Category] = (
        Category("soups", {"en": "Soups", "uk": "Супи"}),
        Category("drinks", {"en": "Drinks", "uk": "Напої"}),
    )
    items: Sequence[Item] = (
        Item("borscht", {"en": "Borscht", "uk": "Борщ"}, "soups", 12_000, "vat", ("hot",)),
        Item("saltless", {"en": "=Saltless soup", "uk": "Пісний суп"}, "soups", 1, "vat", ("hot",)),
        Item("saperavi", {"en": "Saperavi", "uk": "Сапераві"}, "drinks", 50_000, "vat", ("bar",)),
    )
    ingredients: Sequence[Ingredient] = (
        _good("beef", "meat", "kg", "kitchen", "Яловичина"),
        _good("beet", "vegetables", "kg", "kitchen", "Буряк"),
        _good("garlic", "vegetables", "kg", "kitchen", "Часник"),
        _good("saperavi", "wine", "pcs", "bar", "Сапераві 0,75"),
    )
    semi_finished: Sequence[SemiFinished] = (
        SemiFinished("broth", {"en": "Broth", "uk": "Бульйон"}, "kg", Decimal("1.700"), "kitchen"),
    )
    recipes: Sequence[RecipeLine] = (
        _line("semi", "broth", "beef", "0.400"),
        _line("item", "borscht", "broth", "0.250"),
        _line("item", "borscht", "beet", "0.080"),
        _line("item", "borscht", "garlic", "0.004"),
        _line("modifier", "no-garlic", "garlic", "-0.010"),
        _line("item", "saperavi", "saperavi", "1"),
    )
    suppliers: Sequence[Supplier] = (Supplier("rynok", "Rynok", "1", "", "", 1),)
    opening_stock: Sequence[OpeningStock] = (
        OpeningStock("kitchen", "beef", Decimal("18.400"), 331_200),
        OpeningStock("kitchen", "beet", Decimal("10.000"), 14_000),
        OpeningStock("kitchen", "garlic", Decimal("0.500"), 6_000),
        OpeningStock("kitchen", "broth", Decimal("0.500"), 2_181),
        OpeningStock("bar", "saperavi", Decimal("48"), 864_000),
    )


def accountant(login: str = "halyna", *rights: str) -> NewAccount:
    held = rights or ("reports", "costing", "approve_stock", "settings", "house_account")
    return NewAccount(login, "Halyna", "Accountant", held, "en", PASSWORDS.hash(PASSWORD))


async def furnish(database: Database, house: SmallHouse | None = None) -> None:
    """Load the house; the opening stock stands on the first of the month."""
    await load_venue(
        database,
        house or SmallHouse(),
        [
            accountant(),
            accountant("nadia", "reports"),
            accountant("marko", "costing"),
            accountant("oksana", "costing", "approve_stock"),
            accountant("roman", *CALCULATOR),
        ],
        day="2026-11-01",
        at_ms=NOON_MS - 20 * 86_400_000,
        store_of_station=lambda station: "bar" if station == "bar" else "kitchen",
    )


_IMAGES: list[bytes] = []


async def furnished_image() -> bytes:
    """A disk with the small house on its first day; made once."""
    if not _IMAGES:
        disk = MemoryDisk(image_of(BACK))
        with Database.on_disk(disk) as database:
            await furnish(database)
        _IMAGES.append(disk.image())
    return _IMAGES[0]


@dataclass
class Journal:
    """A journal in memory; it gives out what it has as often as it is asked."""

    events: list[JournalEvent] = field(default_factory=list)

    def read_after(self, n: int, limit: int) -> Sequence[JournalEvent]:
        return self.events[n : n + limit]

    def sound(self, n: int) -> bool:
        return 0 < n <= len(self.events)

    def add(self, event: object, day: str = DAY, at_ms: int = 0) -> None:
        n = len(self.events) + 1
        body = asdict(event)  # type: ignore[call-overload]
        name = type(event).__name__
        self.events.append(JournalEvent(n, at_ms or NOON_MS + n, name, body, day, WAITER, "till-1"))

    def fire(
        self, line: str, item: str, qty: int = 1, *modifiers: str, station: str = "", day: str = DAY
    ) -> None:
        place = station or ("bar" if item == "saperavi" else "hot")
        sold = Sold(LineId(line), 1, item, qty * 1000, place, modifiers)
        self.add(LinesFired(CHECK, (sold,), NOON_MS, WAITER, day), day)

    def void(
        self,
        line: str,
        item: str,
        qty: int,
        *,
        made: bool,
        fired: bool = True,
        day: str = DAY,
        kind: str = "void",
    ) -> None:
        self.add(
            LineVoided(
                CHECK, LineId(line), item, qty * 1000, 0, "mistake", made, fired, 1, "hot", (),
                WAITER, NOON_MS, day, kind=kind,
            ),
            day,
        )  # fmt: skip

    def close(self, *lines: tuple[str, str, int], day: str = DAY) -> None:
        sums = tuple(
            SoldSum(LineId(line), item, 1000, net * 6 // 5, 0, net) for line, item, net in lines
        )
        self.add(
            CheckClosed(
                CHECK, "A-1", ShiftId("s1"), WAITER, Totals(), sums, 0, 2, NOON_MS, day
            ),
            day,
        )  # fmt: skip


async def take_all(database: Database, journal: Journal) -> int:
    """Run the intake until it has caught up."""
    intake = Intake(database, journal)
    while events := intake.fetch():
        await intake.take(events)
    return intake.cursor()


__all__ = ["Journal", "SmallHouse", "count", "furnish", "take_all"]
