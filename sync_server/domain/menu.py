"""The catalogue that terminals sell from: one numbered, immutable version at a time.

The back office publishes versions; a line keeps the number of the version that the guest was
shown. Names are dictionaries from language to text. Neighbours: `pricing` makes a price of an
item and its modifiers, `staff` reads the roles.
"""

from dataclasses import dataclass, field

Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Tax:
    """A rate in basis points, contained in the price or added to it (the venue's setting)."""

    tax_id: str
    rate_bp: int
    names: Names


@dataclass(frozen=True, slots=True)
class Category:
    category_id: str
    names: Names
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Modifier:
    """One choice in a group. `seconds` is added to the dish's cooking time; may be negative."""

    modifier_id: str
    names: Names
    price_minor: int = 0
    default: bool = False
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class ModifierGroup:
    """Choices of which at least `min_count` and at most `max_count` are taken.

    The first `free_count` paid choices cost nothing (features-commercial A3.20).
    """

    group_id: str
    names: Names
    modifiers: tuple[Modifier, ...]
    min_count: int = 0
    max_count: int = 1
    free_count: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A dish or drink. `target_s`: seconds from fire to ready. `group_ids`: modifier groups.

    `usage`: how much of a station's capacity one portion takes; `paced` false: it is begun as soon
    as there is room, whatever else the course waits for (features-commercial B5.40, B5.41).
    """

    item_id: str
    names: Names
    category_id: str
    price_minor: int
    tax_id: str
    station_ids: tuple[str, ...]
    kitchen_names: Names = field(default_factory=dict)
    group_ids: tuple[str, ...] = ()
    course: int = 0
    target_s: int = 0
    colour: str = ""
    barcode: str = ""
    allergens: tuple[str, ...] = ()
    favourite: bool = False
    revenue_group: str = "food"
    usage: int = 1
    paced: bool = True


@dataclass(frozen=True, slots=True)
class Station:
    """A place that makes things. `paper`: `fallback` (display first) or `always`.

    `capacity`: how many units of `Item.usage` it makes at once; 0 is without bound.
    """

    station_id: str
    names: Names
    printer_id: str = ""
    fallback_printer_id: str = ""
    paper: str = "fallback"
    kitchen_language: str = "uk"
    capacity: int = 0


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer by network address; `port` 0 is filled in by the venue's settings.

    `connection` goes before the address when it is given: `usb:04b8:0e15`, `serial:/dev/ttyUSB0`,
    `queue:Office`, on the machine of the server (`hardware.connections`). `code_page` is for slow
    wires: the printer's own type in that page instead of dots.
    """

    printer_id: str
    names: Names
    host: str = "127.0.0.1"
    port: int = 0
    width_dots: int = 576
    fallback_printer_id: str = ""
    connection: str = ""
    code_page: str = ""

    @property
    def reached_by(self) -> str:
        """Its connection as one line of text; "" when it has no address yet."""
        return self.connection or (f"tcp:{self.host}:{self.port}" if self.port else "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table on the plan; position and size in grid units of its hall."""

    table_id: str
    hall_id: str
    label: str
    seats: int
    shape: str
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Hall:
    hall_id: str
    names: Names
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was done. `kind`: void, discount, cash_in, cash_out, over_short."""

    reason_id: str
    kind: str
    names: Names


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount by percent (`rate_bp`) or sum (`amount_minor`), one of the two."""

    discount_id: str
    names: Names
    rate_bp: int = 0
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Role:
    """Rights by role; the limits bound what a person may give without approval.

    `refund_limit_minor` is for one refund; -1 is without limit.
    """

    role_id: str
    names: Names
    rights: tuple[str, ...]
    discount_limit_bp: int = 0
    refund_limit_minor: int = -1


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person on the venue's list; no secret stands here."""

    staff_id: str
    name: str
    role_id: str
    colour: str = ""
    language: str = "uk"
    extra_rights: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Currency:
    """Foreign cash that the house takes. One whole unit, of 10 to the power of `digits` smallest
    units, is worth `rate_minor` of the house's money."""

    code: str
    rate_minor: int
    digits: int = 2


@dataclass(frozen=True, slots=True)
class HouseAccount:
    """A company or person that pays later. `limit_minor` bounds what may be owed; 0: nothing.

    `tax_code` and `address` are for the invoice.
    """

    account_id: str
    name: str
    limit_minor: int = 0
    tax_code: str = ""
    address: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """What is the same for the whole venue. Steps and amounts in the smallest unit.

    With more cash in a drawer than `drop_above_minor` the cashier is reminded of the safe (0:
    never); a closed check may be taken up again for `reopen_days`.
    """

    name: str
    currency: str
    zone: str
    address: str = ""
    languages: tuple[str, ...] = ("uk", "en")
    language: str = "uk"
    cash_step_minor: int = 1
    service_bp: int = 0
    service_tax_id: str = ""
    tax_inclusive: bool = True
    denominations_minor: tuple[int, ...] = ()
    receipt_printer_id: str = ""
    footer: str = ""
    currencies: tuple[Currency, ...] = ()
    drop_above_minor: int = 0
    reopen_days: int = 14


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One published version; `number` only rises."""

    number: int
    published_ms: int
    settings: Settings
    taxes: dict[str, Tax]
    categories: dict[str, Category]
    items: dict[str, Item]
    groups: dict[str, ModifierGroup]
    stations: dict[str, Station]
    printers: dict[str, Printer]
    halls: dict[str, Hall]
    tables: dict[str, Table]
    reasons: dict[str, Reason]
    discounts: dict[str, Discount]
    roles: dict[str, Role]
    staff: dict[str, StaffMember]
    accounts: dict[str, HouseAccount] = field(default_factory=dict)

    def currency(self, code: str) -> Currency | None:
        """Foreign cash of that code, if the house takes it."""
        return next((each for each in self.settings.currencies if each.code == code), None)

    def name(self, names: Names, language: str) -> str:
        """A name in a language, else in the venue's own, else whatever there is."""
        return (
            names.get(language)
            or names.get(self.settings.language)
            or next(iter(names.values()), "")
        )
