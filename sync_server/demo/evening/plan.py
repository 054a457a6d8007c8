"""Who comes this evening: about ninety parties, what each orders, what happens, how it pays.

All of it is drawn from the random source given, before anything is played; the same source and
catalogue give the same evening. Minutes are minutes of the day. Neighbour: `visits` plays it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from sync_server.domain.commands import Choice
from sync_server.domain.menu import Catalogue, Item, ModifierGroup
from sync_server.domain.money import percent_of
from sync_server.domain.pricing import open_groups

OPENING = 17 * 60 + 30
LAST_ORDERS = 22 * 60 + 10
CLOSING = 23 * 60 + 30
PEAK = 19 * 60 + 20

TABLES = 62
TABS = 20
TAKEAWAYS = 10

SECTIONS: dict[str, tuple[str, ...]] = {
    "olena": tuple(f"t{n}" for n in range(1, 11)),
    "ihor": (*(f"t{n}" for n in range(11, 15)), *(f"t{n}" for n in range(21, 27))),
    "yulia": tuple(f"t{n}" for n in range(27, 37)),
}
BARTENDER, CASHIER, MANAGER = "marta", "taras", "nadia"
OFFLINE_WAITER = "yulia"
OFFLINE_FROM, OFFLINE_FOR = 19 * 60 + 50, 12

DRINKS = ("soft", "beer", "wine", "cocktails")
STARTERS = ("starters", "soups")
MAINS = ("mains", "grill")
NOTES = ("швидше, будь ласка", "окремою тарілкою", "без солі", "cut in two, please", "не гостре")
ALLERGIES = ("горіхи", "молюски", "глютен", "лактоза")
TAB_NAMES = (
    *("Андрій", "Kate", "Пан Шевчук", "Lukas", "Соломія", "Marco", "Дарина", "Том біля вікна"),
    *("Іра", "Джон", "Ганна", "Two Peters", "Остап", "Lea", "Мирон", "Zofia", "Віра", "Nils"),
    *("Роман", "Emma"),
)
ROOMS = ("203", "209", "210", "304", "309", "312", "401", "406", "204", "405")
POOR_ROOM = "208"


@dataclass(frozen=True, slots=True)
class Dish:
    """One line as the guest asks for it; `choices` are modifier ids."""

    item_id: str
    qty_milli: int = 1000
    choices: tuple[str, ...] = ()
    seat: int = 0
    note: str = ""
    allergy: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """How a party pays. `kind`: cash, card, room, mixed, parts. `tip_bp` of what is due."""

    kind: str
    tip_bp: int = 0
    room: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One party. `kind`: table, tab, takeaway. `drinks`, `food` and `sweets` are its rounds;
    `more` is ordered on top later; `twists` are what goes differently (see `visits`)."""

    number: int
    kind: str
    staff: str
    arrive: int
    guests: int
    stay: int
    pay: Payment
    table_id: str = ""
    name: str = ""
    drinks: tuple[Dish, ...] = ()
    food: tuple[Dish, ...] = ()
    more: tuple[Dish, ...] = ()
    sweets: tuple[Dish, ...] = ()
    twists: frozenset[str] = frozenset()
    joins: int = 0


class Menu:
    """Draws dishes: what the house likes to sell comes up more often."""

    def __init__(self, catalogue: Catalogue, rng: Random) -> None:
        self._catalogue = catalogue
        self._rng = rng

    def dish(self, categories: Sequence[str], seat: int = 0, held: bool = False) -> Dish:
        """A dish of one of these categories with its choices made."""
        items = [
            item
            for item in self._catalogue.items.values()
            if item.category_id in categories and item.sold_by == "portion" and not item.parts
        ]
        weights = [3 if item.favourite else 1 for item in items]
        item = self._rng.choices(items, weights)[0]
        return self.made(item.item_id, seat, held)

    def made(self, item_id: str, seat: int = 0, held: bool = False) -> Dish:
        """This dish with its choices made."""
        rng = self._rng
        choices = self._choices(self._catalogue.items[item_id])
        note = rng.choice(NOTES) if rng.random() < 0.05 else ""
        allergy = rng.choice(ALLERGIES) if rng.random() < 0.03 else ""
        return Dish(item_id, 1000, choices, seat, note, allergy, held)

    def _choices(self, item: Item) -> tuple[str, ...]:
        chosen: list[str] = []
        asked: set[str] = set()
        while groups := [
            group
            for group in open_groups(self._catalogue, item, [Choice(one) for one in chosen])
            if group.group_id not in asked
        ]:
            asked.add(groups[0].group_id)
            chosen += self._of_group(groups[0])
        return tuple(chosen)

    def _of_group(self, group: ModifierGroup) -> list[str]:
        ids = [modifier.modifier_id for modifier in group.modifiers]
        if not group.min_count:
            return [self._rng.choice(ids)] if self._rng.random() < 0.3 else []
        usual = [m.modifier_id for m in group.modifiers if m.default]
        if usual and group.min_count == 1 and self._rng.random() < 0.5:
            return usual[:1]
        return self._rng.sample(ids, group.min_count)


def plan_evening(catalogue: Catalogue, rng: Random) -> tuple[Visit, ...]:
    """The whole evening, in the order of arrival."""
    menu = Menu(catalogue, rng)
    visits = [
        *_tables(catalogue, menu, rng),
        *_tabs(menu, rng),
        *_takeaways(menu, rng),
    ]
    visits.sort(key=lambda visit: (visit.arrive, visit.staff, visit.table_id, visit.name))
    numbered = [replace(visit, number=n) for n, visit in enumerate(visits, 1)]
    return tuple(_paid(_twisted(numbered, rng), rng))


def _arrivals(rng: Random, count: int, peak: int) -> list[int]:
    """Minutes of arrival: some at the opening, most around the peak."""
    early = [rng.randint(OPENING + 1, OPENING + 35) for _ in range(count // 6)]
    later = range(count - len(early))
    return sorted([*early, *(int(rng.triangular(OPENING, LAST_ORDERS, peak)) for _ in later)])


def _tables(catalogue: Catalogue, menu: Menu, rng: Random) -> list[Visit]:
    free_at = {table: OPENING for tables in SECTIONS.values() for table in tables}
    waiters = list(SECTIONS)
    visits: list[Visit] = []
    for turn, wanted in enumerate(_arrivals(rng, TABLES, PEAK)):
        staff = waiters[turn % len(waiters)]
        guests = rng.choices((1, 2, 3, 4, 5, 6), (4, 30, 14, 24, 6, 8))[0]
        fitting = [t for t in free_at if catalogue.tables[t].seats >= guests]
        own = SECTIONS[staff]
        table = min(fitting, key=lambda t: (max(free_at[t], wanted), t not in own, rng.random()))
        staff = next(waiter for waiter, tables in SECTIONS.items() if table in tables)
        arrive = max(wanted, free_at[table])
        if arrive > LAST_ORDERS:
            continue
        stay = min(rng.randint(55, 100), CLOSING - 20 - arrive)
        free_at[table] = arrive + stay + 20
        visits.append(_table_visit(menu, rng, staff, table, arrive, guests, stay))
    return visits


def _table_visit(
    menu: Menu, rng: Random, staff: str, table: str, arrive: int, guests: int, stay: int
) -> Visit:
    seats = range(1, guests + 1)
    starters = [menu.dish(STARTERS, seat) for seat in seats if rng.random() < 0.65]
    hold = bool(starters) and rng.random() < 0.65
    mains = [menu.dish(MAINS, seat, hold) for seat in seats if rng.random() < 0.85]
    sides = [menu.dish(("sides",), seat, hold) for seat in seats if rng.random() < 0.2]
    food = (*starters, *mains, *sides) or (menu.made("borscht", 1),)
    sweet = rng.random() < 0.5
    return Visit(
        number=0,
        kind="table",
        staff=staff,
        arrive=arrive,
        guests=guests,
        stay=stay,
        pay=Payment("card"),
        table_id=table,
        drinks=tuple(menu.dish(DRINKS, seat) for seat in seats if rng.random() < 0.9),
        food=food,
        more=tuple(menu.dish(DRINKS, seat) for seat in seats if rng.random() < 0.35),
        sweets=tuple(menu.dish(("desserts", "coffee-tea"), seat) for seat in seats if sweet),
    )


def _tabs(menu: Menu, rng: Random) -> list[Visit]:
    names = rng.sample(TAB_NAMES, TABS)
    return [
        Visit(
            number=0,
            kind="tab",
            staff=BARTENDER,
            arrive=arrive,
            guests=rng.choice((1, 1, 2, 3)),
            stay=min(rng.randint(30, 75), CLOSING - 15 - arrive),
            pay=Payment("card"),
            name=name,
            drinks=tuple(menu.dish(DRINKS) for _ in range(rng.randint(1, 3))),
            food=(menu.dish(("starters", "sides")),) if rng.random() < 0.35 else (),
            more=tuple(menu.dish(("beer", "cocktails")) for _ in range(rng.randint(0, 3))),
        )
        for name, arrive in zip(names, _arrivals(rng, TABS, PEAK + 60), strict=True)
    ]


def _takeaways(menu: Menu, rng: Random) -> list[Visit]:
    return [
        Visit(
            number=0,
            kind="takeaway",
            staff=CASHIER,
            arrive=min(arrive, LAST_ORDERS - 30),
            guests=1,
            stay=rng.randint(20, 35),
            pay=Payment("card"),
            name=f"№ {turn}",
            food=tuple(menu.dish((*STARTERS, *MAINS)) for _ in range(rng.randint(1, 3))),
        )
        for turn, arrive in enumerate(_arrivals(rng, TAKEAWAYS, PEAK - 30), 1)
    ]


TWISTS = (
    *("change", "change", "change", "remove", "remove", "course"),
    *("void", "void", "void_unmade", "void_unmade"),
    *("gold", "gold", "gold", "birthday", "apology"),
    *("move", "move", "transfer", "split", "split", "part", "refund"),
)
"""What goes differently, each at a table of its own."""


def _twisted(visits: list[Visit], rng: Random) -> list[Visit]:
    """Deal the twists out to tables that stay long enough; one pair of tables becomes one."""
    made = {visit.number: visit for visit in visits}
    able = [v for v in visits if v.kind == "table" and v.stay >= 50 and len(v.food) >= 2]
    rng.shuffle(able)
    for twist, visit in zip(TWISTS, able, strict=False):
        made[visit.number] = replace(visit, twists=frozenset({twist}))
    plain = [visit for visit in able if not made[visit.number].twists]
    for guest in plain:
        host = next(
            (
                other
                for other in plain
                if other.staff == guest.staff
                and 0 < guest.arrive - other.arrive < 15
                and other.arrive + other.stay > guest.arrive + 45
            ),
            None,
        )
        if host is not None:
            made[guest.number] = replace(guest, joins=host.number)
            break
    return [made[number] for number in sorted(made)]


def _paid(visits: list[Visit], rng: Random) -> list[Visit]:
    """Say how each pays: guests of the hotel by room, one of them above the limit."""
    seated = [visit for visit in visits if visit.kind != "takeaway" and visit.stay >= 40]
    hotel = rng.sample(seated, len(ROOMS) + 1)
    rooms = dict(zip((visit.number for visit in hotel), (POOR_ROOM, *ROOMS), strict=True))
    made = []
    for visit in visits:
        tip_bp = rng.choice((0, 0, 500, 1000, 1000, 1500))
        room = rooms.get(visit.number, "")
        shapes = ("cash", "card", "mixed", "parts") if visit.guests > 1 else ("cash", "card")
        kind = rng.choices(shapes, (35, 45, 8, 12)[: len(shapes)])[0]
        pay = Payment("room", tip_bp, room) if room else Payment(kind, tip_bp)
        made.append(replace(visit, pay=pay))
    return made


def tip_of(due_minor: int, rate_bp: int, step_minor: int) -> int:
    """A tip as guests leave it: a share of the bill in whole steps."""
    return percent_of(due_minor, rate_bp) // step_minor * step_minor
