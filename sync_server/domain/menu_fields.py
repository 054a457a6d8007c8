"""What of the catalogue may be changed, and how a change's text is read: one table of kinds.

Every kind names its part of the catalogue, its fields with their readers, how a new thing begins
and when one may go. A reader takes the catalogue as it stands and a text, and gives the value or
raises `No` with a code. Neighbour: `menu_changes` lays changes on a catalogue by this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .card_numbers import holds_card_number
from .floor_plan import LABEL, SEATS, SHAPES, TABLES
from .limits import AMOUNT_MINOR, CARD_LEAST, CARD_LENGTH, POINT_DAYS, PRICE_MINOR, QR_TEMPLATE
from .menu import (
    Catalogue,
    Category,
    Component,
    Hall,
    HouseAccount,
    Item,
    Modifier,
    ModifierGroup,
    PriceRule,
    Role,
    StaffMember,
    Station,
    StationRule,
    Table,
    Tax,
)
from .menu_cards import METHOD_LENGTH, components_of
from .qr_codes import BILL_PLACES, PAY_PLACES, unknown_place
from .staff import RIGHTS
from .tariffs import DAY_MINUTES

NAME_LENGTH = 80
RATE_BP = 10_000
SIZE_BP = 100_000
COUNT = 1_000
SECONDS = 24 * 3_600
UNLIMITED = -1
LANGUAGES = ("uk", "en", "pl")
COURSES = 20
PERCENT = 1_000
HALL_GRID = (160, 100)
PLACES_WITHOUT_TABLE = ("tab", "takeaway", "room")
ORDER_KINDS = ("table", *PLACES_WITHOUT_TABLE)
SOLD_BY = ("portion", "weight", "open")
PAPER = ("fallback", "always")

Reader = Callable[[Catalogue, str], object]


class No(Exception):
    """A change that cannot be: `args[0]` is its code."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A part of the catalogue: `place` is the catalogue's field, `fields` what may be typed. What
    stands in the settings is one thing, and its `place` begins with them, or is them.

    `make` begins a new thing from its id and the text of the change; `stays` says that something
    still needs a thing, so that it cannot be removed. Names by language are always fields.
    """

    place: str
    key: str
    fields: Mapping[str, Reader]
    make: Callable[[Catalogue, str, str], object] | None = None
    stays: Callable[[Catalogue, str], bool] = field(default=lambda _catalogue, _key: True)


def whole(most: int, least: int = 0) -> Reader:
    """A whole figure between two bounds."""

    def read(_catalogue: Catalogue, text: str) -> int:
        digits = text[1:] if text.startswith("-") else text
        if not digits.isascii() or not digits.isdigit() or not least <= int(text) <= most:
            raise No("bad_figure")
        return int(text)

    return read


def limit(most: int) -> Reader:
    """A bound that may be left empty: then there is none."""
    inner = whole(most)
    return lambda catalogue, text: inner(catalogue, text) if text else UNLIMITED


def flag(_catalogue: Catalogue, text: str) -> bool:
    """Yes or no."""
    if text not in ("yes", "no"):
        raise No("bad_figure")
    return text == "yes"


def plain(most: int) -> Reader:
    """A text that may be empty; printable."""

    def read(_catalogue: Catalogue, text: str) -> str:
        if len(text) > most or not text.isprintable():
            raise No("bad_name")
        return text.strip()

    return read


def code_text(known: tuple[str, ...]) -> Reader:
    """A text of a code to be photographed, or none; each place in braces is one of those known."""
    inner = plain(QR_TEMPLATE)

    def read(catalogue: Catalogue, text: str) -> str:
        said = str(inner(catalogue, text))
        if unknown_place(said, known):
            raise No("bad_place")
        return said

    return read


def name(_catalogue: Catalogue, text: str) -> str:
    """A text that says something."""
    if not text.strip() or len(text) > NAME_LENGTH or not text.isprintable():
        raise No("bad_name")
    return text.strip()


def method(_catalogue: Catalogue, text: str) -> str:
    """How a dish is made, in lines; may be empty."""
    printable = all(line.isprintable() for line in text.splitlines())
    if len(text) > METHOD_LENGTH or not printable:
        raise No("bad_name")
    return text.strip()


def components(_catalogue: Catalogue, text: str) -> tuple[Component, ...]:
    """What a portion or a choice is made of (`menu_cards`)."""
    try:
        return components_of(text)
    except ValueError:
        raise No("bad_card_lines") from None


def one_of(*known: str) -> Reader:
    """One of a few words."""

    def read(_catalogue: Catalogue, text: str) -> str:
        if text not in known:
            raise No("no_thing")
        return text

    return read


def known_in(place: str, *, empty: bool = False) -> Reader:
    """The id of something in the catalogue."""

    def read(catalogue: Catalogue, text: str) -> str:
        if text not in getattr(catalogue, place) and not (empty and not text):
            raise No("no_thing")
        return text

    return read


def many(reader: Reader, least: int = 0) -> Reader:
    """Words joined by spaces, each read alone, none twice."""

    def read(catalogue: Catalogue, text: str) -> tuple[object, ...]:
        found = tuple(dict.fromkeys(reader(catalogue, one) for one in text.split()))
        if len(found) < least:
            raise No("too_few")
        return found

    return read


def _place(catalogue: Catalogue, text: str) -> str:
    if text not in catalogue.halls and text not in PLACES_WITHOUT_TABLE:
        raise No("no_thing")
    return text


def _label(_catalogue: Catalogue, text: str) -> str:
    if not text.strip() or len(text) > LABEL or not text.isprintable():
        raise No("bad_name")
    return text.strip()


def _card(_catalogue: Catalogue, text: str) -> str:
    """What a reader gives for a card of the house, in capitals as compared; never a bank's."""
    fits = CARD_LEAST <= len(text) <= CARD_LENGTH and text.isprintable()
    if not fits or holds_card_number(text):
        raise No("bad_card")
    return text.upper()


# -- how new things begin ------------------------------------------------------------------------
def _new_item(catalogue: Catalogue, key: str, value: str) -> Item:
    """A new dish of a category, made where its neighbours are made, free until it has a price."""
    category = str(known_in("categories")(catalogue, value))
    like = next((one for one in catalogue.items.values() if one.category_id == category), None)
    tax = like.tax_id if like else next(iter(catalogue.taxes))
    stations = like.station_ids if like else tuple(catalogue.stations)[:1]
    return Item(key, {}, category, 0, tax, stations)


def _new_staff(catalogue: Catalogue, key: str, value: str) -> StaffMember:
    return StaffMember(key, key, str(known_in("roles")(catalogue, value)))


def _new_table(catalogue: Catalogue, key: str, value: str) -> Table:
    """A table of a hall at the first place that is free; the plan's editor moves it."""
    hall = catalogue.halls[str(known_in("halls")(catalogue, value))]
    if len(catalogue.tables) >= TABLES:
        raise No("too_many")
    standing = [one for one in catalogue.tables.values() if one.hall_id == hall.hall_id]
    w, h = max(1, hall.width // 8), max(1, hall.height // 6)
    step = max(1, min(w, h) // 2)
    for y in range(0, hall.height - h + 1, step):
        for x in range(0, hall.width - w + 1, step):
            if all(
                x + w <= one.x or one.x + one.w <= x or y + h <= one.y or one.y + one.h <= y
                for one in standing
            ):
                return Table(key, hall.hall_id, key[:LABEL], 4, "square", x, y, w, h)
    raise No("hall_full")


def _item_stays(catalogue: Catalogue, key: str) -> bool:
    """A dish that a set is made of."""
    sets = (part for item in catalogue.items.values() for part in item.parts)
    return any(choice.item_id == key for part in sets for choice in part.choices)


def _uses(catalogue: Catalogue, field_name: str, key: str) -> bool:
    return any(getattr(item, field_name) == key for item in catalogue.items.values())


def _station_stays(catalogue: Catalogue, key: str) -> bool:
    routed = any(key in rule.to_station_ids for rule in catalogue.station_rules)
    return routed or any(key in item.station_ids for item in catalogue.items.values())


def _group_stays(catalogue: Catalogue, key: str) -> bool:
    inside = any(
        key in choice.group_ids for one in catalogue.groups.values() for choice in one.modifiers
    )
    return inside or any(key in item.group_ids for item in catalogue.items.values())


def _role_stays(catalogue: Catalogue, key: str) -> bool:
    return any(person.role_id == key for person in catalogue.staff.values())


def _hall_stays(catalogue: Catalogue, key: str) -> bool:
    return any(table.hall_id == key for table in catalogue.tables.values())


def _goes(_catalogue: Catalogue, _key: str) -> bool:
    return False


_WHEN: Mapping[str, Reader] = {
    "places": many(_place),
    "weekdays": many(whole(6)),
    "from_minute": whole(DAY_MINUTES - 1),
    "until_minute": whole(DAY_MINUTES - 1),
}
CHOICE_FIELDS: Mapping[str, Reader] = {
    "price_minor": whole(PRICE_MINOR),
    "default": flag,
    "seconds": whole(SECONDS, -SECONDS),
    "base_bp": whole(SIZE_BP),
    "portion_milli": whole(100_000),
    "components": components,
}
KINDS: Mapping[str, Kind] = {
    "item": Kind(
        "items",
        "item_id",
        {
            "price_minor": whole(PRICE_MINOR),
            "category_id": known_in("categories"),
            "tax_id": known_in("taxes"),
            "station_ids": many(known_in("stations")),
            "group_ids": many(known_in("groups")),
            "favourite": flag,
            "course": whole(COURSES),
            "target_s": whole(SECONDS),
            "colour": plain(20),
            "barcode": plain(40),
            "allergens": many(plain(30)),
            "sold_by": one_of(*SOLD_BY),
            "usage": whole(COUNT),
            "paced": flag,
            "components": components,
        },
        _new_item,
        _item_stays,
    ),
    "category": Kind(
        "categories",
        "category_id",
        {**_WHEN, "colour": plain(20)},
        lambda _catalogue, key, value: Category(key, {}),
        lambda catalogue, key: _uses(catalogue, "category_id", key),
    ),
    "group": Kind(
        "groups",
        "group_id",
        {
            "min_count": whole(50),
            "max_count": whole(50),
            "free_count": whole(50),
            "credits_default": flag,
        },
        lambda _catalogue, key, value: ModifierGroup(key, {}, ()),
        _group_stays,
    ),
    "tax": Kind(
        "taxes",
        "tax_id",
        {"rate_bp": whole(RATE_BP)},
        lambda _catalogue, key, value: Tax(key, 0, {}),
        lambda catalogue, key: (
            _uses(catalogue, "tax_id", key) or catalogue.settings.service_tax_id == key
        ),
    ),
    "hall": Kind(
        "halls",
        "hall_id",
        {},
        lambda _catalogue, key, value: Hall(key, {}, *HALL_GRID),
        _hall_stays,
    ),
    "table": Kind(
        "tables",
        "table_id",
        {"label": _label, "seats": whole(SEATS), "shape": one_of(*SHAPES)},
        _new_table,
        _goes,
    ),
    "station": Kind(
        "stations",
        "station_id",
        {
            "capacity": whole(COUNT),
            "amber_percent": whole(PERCENT, 1),
            "late_percent": whole(PERCENT, 1),
            "printer_id": known_in("printers", empty=True),
            "fallback_printer_id": known_in("printers", empty=True),
            "paper": one_of(*PAPER),
            "kitchen_language": one_of(*LANGUAGES),
        },
        lambda _catalogue, key, value: Station(key, {}),
        _station_stays,
    ),
    "terms": Kind(
        "price_rules",
        "rule_id",
        _WHEN,
        lambda _catalogue, key, value: PriceRule(key, {}),
        _goes,
    ),
    "routing": Kind(
        "station_rules",
        "rule_id",
        {
            **_WHEN,
            "station_id": known_in("stations", empty=True),
            "to_station_ids": many(known_in("stations")),
            "item_ids": many(known_in("items")),
            "category_ids": many(known_in("categories")),
        },
        lambda _catalogue, key, value: StationRule(key, {}, ()),
        _goes,
    ),
    "role": Kind(
        "roles",
        "role_id",
        {
            "rights": many(one_of(*RIGHTS)),
            "discount_limit_bp": whole(RATE_BP),
            "discount_limit_minor": limit(PRICE_MINOR),
            "refund_limit_minor": limit(PRICE_MINOR),
        },
        lambda _catalogue, key, value: Role(key, {}, ()),
        _role_stays,
    ),
    "staff": Kind(
        "staff",
        "staff_id",
        {
            "name": name,
            "role_id": known_in("roles"),
            "extra_rights": many(one_of(*RIGHTS)),
            "language": one_of(*LANGUAGES),
            "colour": plain(20),
            "active": flag,
        },
        _new_staff,
    ),
    "house_account": Kind(
        "accounts",
        "account_id",
        {
            "name": name,
            "limit_minor": whole(AMOUNT_MINOR),
            "tax_code": plain(40),
            "address": plain(120),
            "cards": many(_card),
            "active": flag,
        },
        lambda _catalogue, key, value: HouseAccount(key, key),
    ),
    "points": Kind(
        "settings.points",
        "points",
        {
            "earn_bp": whole(RATE_BP),
            "cap_bp": whole(RATE_BP),
            "wait_days": whole(POINT_DAYS),
            "good_days": whole(POINT_DAYS),
            "without_categories": many(known_in("categories")),
            "without_items": many(known_in("items")),
        },
    ),
    "qr": Kind(
        "settings",
        "qr",
        {"pay_link": code_text(PAY_PLACES), "bill_link": code_text(BILL_PLACES)},
    ),
}


def new_choice(key: str) -> Modifier:
    """A choice as it begins."""
    return Modifier(key, {})
