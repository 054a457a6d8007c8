"""Reads what terminals see: the house, people, plan of the halls, kitchen and menu.

Rule: one function per group of files, each in the order in which references resolve. A record
with a fault still yields an object, so that one slip does not hide the next.
Neighbours: `reading` (cells and faults), `stock_files` (stock, recipes, hotel), `venue`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from sync_server.domain import limits, menu
from sync_server.domain.staff import RIGHTS

from . import money_files
from .reading import Faults, Record, read_csv, read_toml
from .venue_types import Credential, Display, Names, Portion

ALLERGENS = (
    "celery",
    "crustaceans",
    "eggs",
    "fish",
    "gluten",
    "lupin",
    "milk",
    "molluscs",
    "mustard",
    "nuts",
    "peanuts",
    "sesame",
    "soy",
    "sulphites",
)
"""The fourteen that must be declared (Regulation (EU) 1169/2011, annex II)."""

SHAPES = ("square", "round", "rectangle", "stool")
NAMES = ("name_uk", "name_en", "name_pl")
EASY_PINS = frozenset({"1234", "4321", "123456", "654321", "2580", "1122", "1212"})


@dataclass(slots=True)
class House:
    pin_digits: tuple[int, int]
    settings: menu.Settings
    taxes: list[menu.Tax]
    reasons: list[menu.Reason]
    discounts: list[menu.Discount]
    accounts: list[menu.HouseAccount]
    receipt_printer: Record | None


@dataclass(slots=True)
class People:
    roles: list[menu.Role] = field(default_factory=list)
    staff: list[menu.StaffMember] = field(default_factory=list)
    credentials: list[Credential] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    halls: list[menu.Hall] = field(default_factory=list)
    tables: list[menu.Table] = field(default_factory=list)


@dataclass(slots=True)
class Kitchen:
    printers: list[menu.Printer] = field(default_factory=list)
    drawers: list[menu.Drawer] = field(default_factory=list)
    stations: list[menu.Station] = field(default_factory=list)
    displays: list[Display] = field(default_factory=list)


@dataclass(slots=True)
class Offer:
    categories: list[menu.Category] = field(default_factory=list)
    groups: list[menu.ModifierGroup] = field(default_factory=list)
    items: list[menu.Item] = field(default_factory=list)
    portions: list[Portion] = field(default_factory=list)
    item_records: dict[str, Record] = field(default_factory=dict)


def _only(records: list[Record], file: str, table: str, faults: Faults) -> Record:
    """The single record of a table that must stand exactly once."""
    if len(records) == 1:
        return records[0]
    words = "the table is missing" if not records else "the table stands more than once"
    faults.add(file, 0, table, words)
    return records[0] if records else Record(file, 0, {}, Faults())


def _colour(record: Record, column: str, *, required: bool = True) -> str:
    value = record.text(column, required=required)
    if value and not re.fullmatch(r"#[0-9A-F]{6}", value):
        record.fault(column, f'"{value}" is not a colour like #FF9F43')
    return value


def read_house(folder: Path, faults: Faults) -> House:
    """venue.toml: settings, taxes, reasons and discounts."""
    tables = {
        "venue": ("name", "address", "currency", "zone", "languages", "language", "footer"),
        "business": ("legal_name", "tax_number"),
        "money": (
            *("cash_step", "denominations", "service_percent", "service_on", "service_tax"),
            *("tax_inclusive", "tip_percents", "receipt_printer", "drop_above", "count_twice"),
        ),
        "currency": ("code", "rate"),
        "unusual": ("kind", "times", "minutes"),
        "pacing": ("kind", "dishes"),
        "points": money_files.POINT_KEYS,
        "qr": ("pay_link", "bill_link"),
        "account": ("id", "name", "limit", "tax_code", "address", "cards"),
        "sign_in": ("staff_pin_digits", "manager_pin_digits"),
        "tax": ("id", *NAMES, "percent"),
        "reason": ("id", "kind", *NAMES),
        "discount": ("id", *NAMES, "percent", "amount", "open", "surcharge", "needs_reason"),
    }
    file = "venue.toml"
    found = read_toml(folder / file, tables, faults)
    taxes = _taxes(found["tax"])
    return House(
        pin_digits=_pin_digits(found, file, faults),
        settings=_settings(found, file, {tax.tax_id for tax in taxes}, faults),
        taxes=taxes,
        reasons=_reasons(found["reason"]),
        discounts=_discounts(found["discount"]),
        accounts=money_files.accounts_of(found["account"]),
        receipt_printer=found["money"][0] if found["money"] else None,
    )


def _pin_digits(found: dict[str, list[Record]], file: str, faults: Faults) -> tuple[int, int]:
    """How many figures a PIN has, of staff and of managers."""
    sign_in = _only(found["sign_in"], file, "sign_in", faults)
    return sign_in.whole("staff_pin_digits", 4, 8), sign_in.whole("manager_pin_digits", 6, 12)


def _settings(
    found: dict[str, list[Record]], file: str, tax_ids: set[str], faults: Faults
) -> menu.Settings:
    venue = _only(found["venue"], file, "venue", faults)
    money = _only(found["money"], file, "money", faults)
    business = _only(found["business"], file, "business", faults)
    zone = venue.text("zone")
    if zone not in available_timezones():
        venue.fault("zone", f'"{zone}" is not a time zone like Europe/Kyiv')
    languages = venue.many("languages")
    notes = [money_files.denomination_of(money, note) for note in money.many("denominations")]
    service_bp = int(money.decimal("service_percent", "0", "30") * 100)
    pay_link, bill_link = money_files.codes_of(found["qr"])
    return menu.Settings(
        name=venue.text("name"),
        currency=money_files.house_currency_of(venue),
        zone=zone,
        address=venue.text("address"),
        languages=languages,
        language=venue.choice("language", languages),
        cash_step_minor=money.money("cash_step"),
        service_bp=service_bp if money.flag("service_on") else 0,
        service_tax_id=money.reference("service_tax", tax_ids, "tax"),
        tax_inclusive=money.flag("tax_inclusive"),
        denominations_minor=tuple(notes),
        receipt_printer_id=money.raw("receipt_printer"),
        footer=venue.text("footer", required=False),
        currencies=tuple(money_files.currency_of(record) for record in found["currency"]),
        drop_above_minor=money.money("drop_above", default=0),
        legal_name=business.text("legal_name"),
        tax_number=business.text("tax_number"),
        count_twice=money.flag("count_twice"),
        unusual=money_files.unusual_of(found["unusual"]),
        pacing=money_files.pacing_of(found["pacing"]),
        points=money_files.points_of(found["points"]),
        pay_link=pay_link,
        bill_link=bill_link,
        tips_bp=money_files.tips_of(money),
    )


def _taxes(records: list[Record]) -> list[menu.Tax]:
    seen: dict[str, int] = {}
    return [
        menu.Tax(
            tax_id=record.identity("id", seen),
            rate_bp=int(record.decimal("percent", "0", "100") * 100),
            names=record.names(),
        )
        for record in records
    ]


def _reasons(records: list[Record]) -> list[menu.Reason]:
    seen: dict[str, int] = {}
    kinds = (
        *("void", "return", "comp", "discount", "exempt"),
        *("cash_in", "cash_out", "over_short"),
    )
    return [
        menu.Reason(record.identity("id", seen), record.choice("kind", kinds), record.names())
        for record in records
    ]


def _discounts(records: list[Record]) -> list[menu.Discount]:
    seen: dict[str, int] = {}
    discounts = []
    for record in records:
        given = bool(record.raw("percent")) + bool(record.raw("amount"))
        if given != (0 if record.flag("open") else 1):
            record.fault("percent", "give either percent or amount, not both and not neither")
        discount = menu.Discount(
            discount_id=record.identity("id", seen),
            names=record.names(),
            rate_bp=int(record.decimal("percent", "0", "100") * 100)
            if record.raw("percent")
            else 0,
            amount_minor=record.money("amount", default=0),
            is_open=record.flag("open"),
            surcharge=record.flag("surcharge"),
            needs_reason=record.flag("needs_reason"),
        )
        discounts.append(discount)
    return discounts


def read_people(folder: Path, house: House, faults: Faults) -> People:
    """roles.toml and staff.csv: rights by role, people with their demo PINs and passwords."""
    people = People()
    bounds = ("discount_limit_percent", "discount_limit_sum", "refund_limit_sum")
    tables = {"role": ("id", *NAMES, *bounds, "manager", "rights")}
    seen: dict[str, int] = {}
    managers: set[str] = set()
    for record in read_toml(folder / "roles.toml", tables, faults)["role"]:
        role = menu.Role(
            role_id=_role_id(record, seen),
            names=record.names(),
            rights=record.references("rights", RIGHTS, "right"),
            discount_limit_bp=int(record.decimal("discount_limit_percent", "0", "100") * 100),
            discount_limit_minor=record.money("discount_limit_sum", default=-1),
            refund_limit_minor=record.money("refund_limit_sum", default=-1),
        )
        people.roles.append(role)
        if record.flag("manager"):
            managers.add(role.role_id)
    columns = (
        *("id", "name", "role", "extra_roles", "colour", "language"),
        *("pin", "login", "password", "card"),
    )
    role_ids = {role.role_id for role in people.roles}
    ids: dict[str, int] = {}
    cards: dict[str, int] = {}
    for record in read_csv(folder / "staff.csv", columns, faults):
        role_id = record.reference("role", role_ids, "role")
        extra = record.references("extra_roles", role_ids, "role", required=False)
        person = menu.StaffMember(
            staff_id=record.identity("id", ids),
            name=record.text("name", limit=40),
            role_id=role_id,
            colour=_colour(record, "colour"),
            language=record.text("language", limit=5),
            extra_rights=_rights_beyond(people.roles, role_id, extra),
        )
        people.staff.append(person)
        is_manager = bool(managers & {role_id, *extra})
        digits = house.pin_digits[is_manager]
        people.credentials.append(_credential(record, person.staff_id, extra, digits, cards))
    return people


def _role_id(record: Record, seen: dict[str, int]) -> str:
    """Role ids have underscores (hall_manager), otherwise as other ids."""
    value = record.raw("id")
    if not re.fullmatch(r"[a-z]{1,20}(_[a-z]{1,20})?", value):
        record.fault("id", f'"{value}" is not a role id: small letters and one underscore')
    elif value in seen:
        record.fault("id", f'the id "{value}" is taken on line {seen[value]} already')
    seen.setdefault(value, record.line)
    return value


def _rights_beyond(roles: list[menu.Role], role_id: str, extra: tuple[str, ...]) -> tuple[str, ...]:
    """What further roles add to the rights of the first one."""
    has = {right for role in roles if role.role_id == role_id for right in role.rights}
    more = {right for role in roles if role.role_id in extra for right in role.rights}
    return tuple(right for right in RIGHTS if right in more - has)


def _credential(
    record: Record, staff_id: str, extra: tuple[str, ...], digits: int, cards: dict[str, int]
) -> Credential:
    pin = record.raw("pin")
    if not re.fullmatch(r"\d{4,12}", pin):
        record.fault("pin", f'"{pin}" is not a PIN of 4 to 12 digits')
    elif len(pin) < digits:
        record.fault("pin", f"has {len(pin)} digits, the role needs {digits}")
    elif pin in EASY_PINS or len(set(pin)) <= 2 or re.fullmatch(r"(19|20)\d\d", pin):
        record.fault("pin", "is too easy to guess")
    password = record.text("password", required=False)
    if password and len(password) < 12:
        record.fault("password", "is shorter than 12 characters")
    card = record.text("card", required=False)
    if card and card in cards:
        record.fault("card", f'the card "{card}" is on line {cards[card]} already')
    cards.setdefault(card, record.line)
    login = record.text("login", required=bool(password))
    return Credential(staff_id, pin, login, password, card, extra)


def read_plan(folder: Path, faults: Faults) -> Plan:
    """halls.toml and tables.csv; a table must lie inside its hall and on no other table."""
    plan = Plan()
    seen: dict[str, int] = {}
    tables = {"hall": ("id", *NAMES, "width", "height")}
    for record in read_toml(folder / "halls.toml", tables, faults)["hall"]:
        hall = menu.Hall(
            hall_id=record.identity("id", seen),
            names=record.names(),
            width=record.whole("width", 1, 1000),
            height=record.whole("height", 1, 1000),
        )
        plan.halls.append(hall)
    halls = {hall.hall_id: hall for hall in plan.halls}
    columns = ("id", "hall", "label", "seats", "shape", "x", "y", "w", "h")
    ids: dict[str, int] = {}
    for record in read_csv(folder / "tables.csv", columns, faults):
        table = menu.Table(
            table_id=record.identity("id", ids),
            hall_id=record.reference("hall", halls, "hall"),
            label=record.text("label", limit=6),
            seats=record.whole("seats", 1, limits.SEATS),
            shape=record.choice("shape", SHAPES),
            x=record.whole("x", 0, 1000),
            y=record.whole("y", 0, 1000),
            w=record.whole("w", 1, 1000),
            h=record.whole("h", 1, 1000),
        )
        _check_place(record, table, halls.get(table.hall_id), plan.tables)
        plan.tables.append(table)
    return plan


def _check_place(
    record: Record, table: menu.Table, hall: menu.Hall | None, others: list[menu.Table]
) -> None:
    if hall and (table.x + table.w > hall.width or table.y + table.h > hall.height):
        record.fault("x", f"the table reaches outside the hall {hall.width} by {hall.height}")
    for other in others:
        if other.hall_id != table.hall_id:
            continue
        if other.label == table.label:
            record.fault("label", f'the hall has a table "{table.label}" already')
        apart = (
            table.x + table.w <= other.x
            or other.x + other.w <= table.x
            or table.y + table.h <= other.y
            or other.y + other.h <= table.y
        )
        if not apart:
            record.fault("x", f"the table lies on table {other.label}")


def read_kitchen(folder: Path, house: House, faults: Faults) -> Kitchen:
    """kitchen.toml: printers, drawers, stations and displays."""
    kitchen = Kitchen()
    tables = {
        "printer": ("id", *NAMES, "host", "port", "width_dots", "fallback"),
        "station": (
            *("id", *NAMES, "printer", "fallback_printer", "paper"),
            *("kitchen_language", "capacity"),
        ),
        "display": ("id", *NAMES, "kind", "stations"),
        "drawer": ("id", "printer", "pin"),
    }
    found = read_toml(folder / "kitchen.toml", tables, faults)
    printer_ids = {record.raw("id") for record in found["printer"]}
    seen: dict[str, int] = {}
    for record in found["printer"]:
        printer = menu.Printer(
            printer_id=record.identity("id", seen),
            names=record.names(),
            host=record.text("host"),
            port=record.whole("port", 0, 65535),
            width_dots=record.whole("width_dots", 384, 832),
            fallback_printer_id=record.reference(
                "fallback", printer_ids, "printer", required=False
            ),
        )
        if printer.fallback_printer_id == printer.printer_id:
            record.fault("fallback", "a printer cannot stand in for itself")
        kitchen.printers.append(printer)
    seen = {}
    for record in found["drawer"]:
        drawer = menu.Drawer(
            drawer=record.identity("id", seen),
            printer_id=record.reference("printer", printer_ids, "printer"),
            pin=int(record.choice("pin", ("2", "5"))),
        )
        kitchen.drawers.append(drawer)
    seen = {}
    for record in found["station"]:
        station = menu.Station(
            station_id=record.identity("id", seen),
            names=record.names(),
            printer_id=record.reference("printer", printer_ids, "printer"),
            fallback_printer_id=record.reference("fallback_printer", printer_ids, "printer"),
            paper=record.choice("paper", ("fallback", "always")),
            kitchen_language=record.choice("kitchen_language", house.settings.languages),
            capacity=record.whole("capacity", 0, 999, default=0),
        )
        kitchen.stations.append(station)
    station_ids = {station.station_id for station in kitchen.stations}
    seen = {}
    for record in found["display"]:
        display = Display(
            display_id=record.identity("id", seen),
            names=record.names(),
            station_ids=record.references("stations", station_ids, "station"),
            kind=record.choice("kind", ("station", "expo")),
        )
        kitchen.displays.append(display)
    if house.receipt_printer:
        house.receipt_printer.reference("receipt_printer", printer_ids, "printer")
    return kitchen


def read_menu(folder: Path, house: House, kitchen: Kitchen, faults: Faults) -> Offer:
    """menu.toml, modifiers.csv and items.csv."""
    offer = Offer()
    tables = {
        "category": ("id", *NAMES, "colour"),
        "group": ("id", *NAMES, "min", "max", "free"),
    }
    found = read_toml(folder / "menu.toml", tables, faults)
    seen: dict[str, int] = {}
    for record in found["category"]:
        category = menu.Category(
            record.identity("id", seen), record.names(), _colour(record, "colour")
        )
        offer.categories.append(category)
    modifiers = _modifiers(folder, {record.raw("id") for record in found["group"]}, faults)
    seen = {}
    for record in found["group"]:
        offer.groups.append(_group(record, modifiers, seen))
    _items(folder, house, kitchen, offer, faults)
    return offer


def _modifiers(folder: Path, group_ids: set[str], faults: Faults) -> dict[str, list[menu.Modifier]]:
    columns = ("id", "group", *NAMES, "price", "default", "seconds")
    seen: dict[str, int] = {}
    by_group: dict[str, list[menu.Modifier]] = {}
    for record in read_csv(folder / "modifiers.csv", columns, faults):
        modifier = menu.Modifier(
            modifier_id=record.identity("id", seen),
            names=record.names(),
            price_minor=record.money("price", default=0, signed=True),
            default=record.flag("default"),
            seconds=record.whole("seconds", -3600, 3600, default=0),
        )
        group_id = record.reference("group", group_ids, "modifier group")
        by_group.setdefault(group_id, []).append(modifier)
    return by_group


def _group(
    record: Record, modifiers: dict[str, list[menu.Modifier]], seen: dict[str, int]
) -> menu.ModifierGroup:
    group_id = record.identity("id", seen)
    choices = tuple(modifiers.get(group_id, ()))
    group = menu.ModifierGroup(
        group_id=group_id,
        names=record.names(),
        modifiers=choices,
        min_count=record.whole("min", 0, limits.MODIFIERS_PER_LINE),
        max_count=record.whole("max", 1, limits.MODIFIERS_PER_LINE),
        free_count=record.whole("free", 0, limits.MODIFIERS_PER_LINE, default=0),
    )
    if not choices:
        record.fault("id", f'no line of modifiers.csv belongs to the group "{group_id}"')
    elif group.min_count > len(choices):
        record.fault("min", f"asks for {group.min_count} of {len(choices)} choices")
    if group.min_count > group.max_count:
        record.fault("min", f"is more than max, {group.max_count}")
    if sum(choice.default for choice in choices) > group.max_count:
        record.fault("max", "is less than the number of defaults in modifiers.csv")
    return group


ITEM_COLUMNS = (
    *("id", "category", *NAMES, "kitchen_uk", "kitchen_en", "price", "tax", "stations"),
    *("course", "target_s", "colour", "groups", "allergens", "portion", "unit", "barcode"),
    *("favourite", "revenue"),
)


def _items(folder: Path, house: House, kitchen: Kitchen, offer: Offer, faults: Faults) -> None:
    categories = {category.category_id: category for category in offer.categories}
    known = _Known(
        categories=categories,
        taxes={tax.tax_id for tax in house.taxes},
        stations={station.station_id for station in kitchen.stations},
        groups={group.group_id for group in offer.groups},
    )
    for record in read_csv(folder / "items.csv", ITEM_COLUMNS, faults):
        item = _item(record, known)
        offer.items.append(item)
        offer.item_records[item.item_id] = record
        unit = record.choice("unit", ("g", "ml", "pcs"))
        offer.portions.append(Portion(item.item_id, record.decimal("portion", "1", "9999"), unit))


@dataclass(slots=True)
class _Known:
    """What an item may refer to, and what earlier items have taken."""

    categories: dict[str, menu.Category]
    taxes: set[str]
    stations: set[str]
    groups: set[str]
    ids: dict[str, int] = field(default_factory=dict)
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    barcodes: dict[str, int] = field(default_factory=dict)


def _item(record: Record, known: _Known) -> menu.Item:
    category_id = record.reference("category", known.categories, "category")
    category = known.categories.get(category_id)
    own_colour = _colour(record, "colour", required=False)
    price_minor = record.money("price")
    if not 0 < price_minor <= limits.PRICE_MINOR:
        record.fault("price", "must be above zero, and below a million")
    names = _unique_names(record, known)
    short = record.names("kitchen", ("uk", "en"))
    return menu.Item(
        item_id=record.identity("id", known.ids),
        names=names,
        category_id=category_id,
        price_minor=price_minor,
        tax_id=record.reference("tax", known.taxes, "tax"),
        station_ids=record.references("stations", known.stations, "station"),
        kitchen_names={**short, "pl": names["pl"]},
        group_ids=record.references("groups", known.groups, "modifier group", required=False),
        course=record.whole("course", 0, limits.COURSES),
        target_s=record.whole("target_s", 10, 7200),
        colour=own_colour or (category.colour if category else ""),
        barcode=_barcode(record, known.barcodes),
        allergens=record.references("allergens", ALLERGENS, "allergen", required=False),
        favourite=record.flag("favourite"),
        revenue_group=record.choice("revenue", ("food", "bar")),
    )


def _unique_names(record: Record, known: _Known) -> Names:
    names = record.names()
    for language, name in names.items():
        key = (language, name.casefold())
        if name and key in known.names:
            record.fault(f"name_{language}", f'"{name}" is on line {known.names[key]} already')
        known.names.setdefault(key, record.line)
    return names


def _barcode(record: Record, taken: dict[str, int]) -> str:
    """Empty, or an EAN-13 with its right check digit that no other item has."""
    value = record.raw("barcode")
    if not value:
        return ""
    if not re.fullmatch(r"\d{13}", value):
        record.fault("barcode", f'"{value}" is not 13 digits')
        return value
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(value[:12]))
    if (10 - weighted % 10) % 10 != int(value[12]):
        record.fault("barcode", f"{value} has a wrong check digit")
    if value in taken:
        record.fault("barcode", f"{value} is on line {taken[value]} already")
    taken.setdefault(value, record.line)
    return value
