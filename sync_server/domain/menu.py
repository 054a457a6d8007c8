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
    """A page of the menu. It stands on terminals at these places and times, as with `PriceRule`;
    what is on another page meanwhile is still found by search."""

    category_id: str
    names: Names
    colour: str = ""
    places: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    from_minute: int = 0
    until_minute: int = 0


@dataclass(frozen=True, slots=True)
class PreRule:
    """What a word before a choice ("extra", "light", "side") does to it.

    `price_bp` of the choice's price is asked, `recipe_milli` of its recipe is taken.
    """

    pre: str
    price_bp: int = 10_000
    recipe_milli: int = 1000


PRE_RULES = {
    "": PreRule(""),
    "no": PreRule("no", 0, -1000),
    "extra": PreRule("extra", 20_000, 2000),
    "light": PreRule("light", 10_000, 500),
    "side": PreRule("side"),
}
"""What the words do unless a choice says otherwise. "no" always takes the recipe off."""


@dataclass(frozen=True, slots=True)
class Component:
    """A component of one portion or choice, as the cook counts it; `qty_milli` thousandths of
    `unit`. Less than nothing, in a choice, takes off the dish's own."""

    component_id: str
    names: Names
    qty_milli: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Modifier:
    """One choice in a group. `seconds` is added to the dish's cooking time; may be negative.

    A choice may open further groups (`group_ids`). One that is a size (half portion, 100 ml) makes
    the dish's own price `base_bp` of what it is and takes `portion_milli` of its recipe.
    `components` are what it adds to the dish's own.
    """

    modifier_id: str
    names: Names
    price_minor: int = 0
    default: bool = False
    seconds: int = 0
    group_ids: tuple[str, ...] = ()
    base_bp: int = 10_000
    portion_milli: int = 1000
    pres: tuple[PreRule, ...] = ()
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class ModifierGroup:
    """Choices of which at least `min_count` and at most `max_count` are taken.

    The first `free_count` paid choices cost nothing (features-commercial A3.20). With
    `credits_default` the price of a default that was left is taken off what came instead (A3.21).
    """

    group_id: str
    names: Names
    modifiers: tuple[Modifier, ...]
    min_count: int = 0
    max_count: int = 1
    free_count: int = 0
    credits_default: bool = False


@dataclass(frozen=True, slots=True)
class SetChoice:
    """A dish that may be taken as a part of a set, for `extra_minor` more."""

    item_id: str
    extra_minor: int = 0


@dataclass(frozen=True, slots=True)
class SetPart:
    """A part of a set menu: one of `choices` is taken."""

    part_id: str
    names: Names
    choices: tuple[SetChoice, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A dish or drink. `target_s`: seconds from fire to ready. `group_ids`: modifier groups.

    `usage`: how much of a station's capacity one portion takes; `paced` false: it is begun as soon
    as there is room, whatever else the course waits for (features-commercial B5.40, B5.41), unless
    `Settings.pacing` says otherwise of the order.
    `sold_by`: portion; weight (the price is for a kilogram, a quantity of 1000 is one); open (name
    and price are said when it is ordered). With `parts` it is a set, sold as the dishes it is of.
    `components` and `method` are its recipe card on the kitchen display.
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
    sold_by: str = "portion"
    parts: tuple[SetPart, ...] = ()
    components: tuple[Component, ...] = ()
    method: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceRule:
    """Other prices at certain places and times; of several that fit, the first holds.

    `places`: halls, or kinds of check without a table; `weekdays`: 0 is Monday; from `from_minute`
    up to, not with, `until_minute` of the day in the venue's zone. Empty means any, equal minutes
    mean the whole day, and a window over midnight belongs to the day on which it began.
    `prices` are by item; `category_bp` makes the price that share of the ordinary one.
    """

    rule_id: str
    names: Names
    places: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    from_minute: int = 0
    until_minute: int = 0
    prices: dict[str, int] = field(default_factory=dict)
    category_bp: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StationRule:
    """Dishes that are made elsewhere at certain places and times; the first that fits holds.

    It concerns dishes of `station_id`, or those named by item or category; they go to
    `to_station_ids`, or with none of these nowhere. Places and times are those of `PriceRule`.
    """

    rule_id: str
    names: Names
    to_station_ids: tuple[str, ...]
    station_id: str = ""
    item_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    from_minute: int = 0
    until_minute: int = 0


@dataclass(frozen=True, slots=True)
class Station:
    """A place that makes things. `paper`: `fallback` (display first) or `always`.

    `capacity`: how many units of `Item.usage` it makes at once; 0 is without bound. A ticket warns
    after `amber_percent` of its time and is late after `late_percent`.
    """

    station_id: str
    names: Names
    printer_id: str = ""
    fallback_printer_id: str = ""
    paper: str = "fallback"
    kitchen_language: str = "uk"
    capacity: int = 0
    amber_percent: int = 80
    late_percent: int = 100


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer by network address; `port` 0 is filled in by the venue's settings.

    `connection` goes before the address when it is given: `usb:04b8:0e15`, `serial:/dev/ttyUSB0`,
    `queue:Office`, on the machine of the server (`hardware.connections`), or with `at:T2:` before
    it on the terminal of that code. `code_page` is for slow wires: the printer's own type in that
    page instead of dots.
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

    @property
    def terminal(self) -> str:
        """Code of the terminal on which it hangs; "" on the network and on the server's wires."""
        kind, _, rest = self.connection.partition(":")
        return rest.partition(":")[0] if kind == "at" else ""

    @property
    def wire(self) -> str:
        """Its connection as the machine on which it hangs knows it."""
        if not self.terminal:
            return self.reached_by
        return self.connection.partition(":")[2].partition(":")[2]


@dataclass(frozen=True, slots=True)
class Drawer:
    """A cash drawer, by the name that shifts know it by, on the cable of a printer. `pin` is 2 or 5
    as the cable says; `open_is_high`: which level of its switch means open differs by model."""

    drawer: str
    printer_id: str
    pin: int = 2
    open_is_high: bool = True


@dataclass(frozen=True, slots=True)
class CardTerminal:
    """The card terminal beside a drawer. Without an address it stands alone: the sum is typed on it
    by hand, and a person says here what it answered. `shows_codes`: guests can pay by a code on its
    screen."""

    terminal_id: str
    drawer: str
    host: str = ""
    port: int = 0
    shows_codes: bool = False


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """A part of a paper by its name (`sync_server.paper.templates`). `size`: smaller, larger or as
    it is; `text` is for the venue's own words, by language."""

    part: str
    size: str = ""
    text: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """How the venue wants a paper: its parts in their order. `language` goes before the reader's
    when it is given. A faulty one is not refused here: the paper comes out as built in."""

    document: str
    parts: tuple[TemplatePart, ...]
    language: str = ""


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
    """Why something was done. `kind`: void, return, comp, discount, exempt, cash_in, cash_out,
    over_short."""

    reason_id: str
    kind: str
    names: Names


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount by percent (`rate_bp`) or sum (`amount_minor`), one of the two.

    An `is_open` one takes either from whoever gives it; a `surcharge` is added, not taken off;
    `needs_reason` asks for a reason of kind discount.
    """

    discount_id: str
    names: Names
    rate_bp: int = 0
    amount_minor: int = 0
    is_open: bool = False
    surcharge: bool = False
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """Rights by role; the limits bound what a person may give without approval.

    `discount_limit_minor` is for a sum taken off, `refund_limit_minor` for one refund; -1 is
    without limit.
    """

    role_id: str
    names: Names
    rights: tuple[str, ...]
    discount_limit_bp: int = 0
    refund_limit_minor: int = -1
    discount_limit_minor: int = -1


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

    `tax_code` and `address` are for the invoice. `cards` are the numbers that a reader gives for
    the cards its people hold up at the till; they sign nobody in.
    """

    account_id: str
    name: str
    limit_minor: int = 0
    tax_code: str = ""
    address: str = ""
    active: bool = True
    cards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unusual:
    """So many deeds of a kind by one person within so many minutes are told to managers; 0 times:
    never. Kinds: void, return, comp, refund, tender, reopen, no_sale, reprint, pin."""

    kind: str
    times: int
    minutes: int = 60


UNUSUAL = (
    *(Unusual("void", 6), Unusual("return", 4), Unusual("comp", 5), Unusual("refund", 3)),
    *(Unusual("tender", 3), Unusual("reopen", 4), Unusual("no_sale", 4), Unusual("reprint", 6)),
    Unusual("pin", 8),
)
"""Where the venue says nothing else."""


@dataclass(frozen=True, slots=True)
class PointRules:
    """How club cards earn and pay. `earn_bp` of what is paid with other than points is earned (0:
    nothing), without the dishes and pages named; points may cover `cap_bp` of a bill. They may be
    spent `wait_days` after the day they were earned on (0: at once), for `good_days` (0: ever)."""

    earn_bp: int = 0
    cap_bp: int = 10_000
    wait_days: int = 0
    good_days: int = 0
    without_items: tuple[str, ...] = ()
    without_categories: tuple[str, ...] = ()


PACINGS = ("all", "none")
"""What a kind of check can force: every dish waits for its course, or none does."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is the same for the whole venue. Steps and amounts in the smallest unit.

    With more cash in a drawer than `drop_above_minor` the cashier is reminded of the safe (0:
    never); a closed check may be taken up again for `reopen_days`.
    The logo is dots, 1 for black, `logo_stride` bytes a row (0: none). `bill_link` is where a guest
    finds the bill, with the places {number}, {day} and {total}; "" prints no QR code by itself.
    `pay_link` is what a guest's bank reads to pay, with {amount}, {minor} and {reference}; "":
    nobody pays by code here (both: `domain.qr_codes`). `tips_bp` are the tips that one tap gives.
    Service is added for `service_from_guests` and more, on what is left after discounts, or with
    `service_on_full` on the full prices (features-region, rule 12). `legal_name` and `tax_number`
    are the house's own on receipts and invoices. With `count_twice` a drawer that is over or short
    is counted again, until two counts agree or somebody who may approve lets the last one stand.
    `unusual` is what managers are told of (`domain.unusual`). `pacing` is by kind of check, before
    what a dish says: `all` of it comes together, or `none` waits for another dish. `points` are
    those of club cards (`domain.club`).
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
    logo_rows: bytes = b""
    logo_stride: int = 0
    bill_link: str = ""
    service_from_guests: int = 0
    service_on_full: bool = False
    legal_name: str = ""
    tax_number: str = ""
    count_twice: bool = False
    unusual: tuple[Unusual, ...] = UNUSUAL
    pacing: dict[str, str] = field(default_factory=dict)
    points: PointRules = PointRules()
    pay_link: str = ""
    tips_bp: tuple[int, ...] = (500, 1_000, 1_500)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One published version; `number` only rises.

    `edition` is the last edition of the back office that is in it (`menu_changes`), `edition_ms`
    the moment from which that one holds. `card_terminals` stand by their drawer.
    """

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
    price_rules: tuple[PriceRule, ...] = ()
    station_rules: tuple[StationRule, ...] = ()
    drawers: dict[str, Drawer] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    card_terminals: dict[str, CardTerminal] = field(default_factory=dict)
    edition: int = 0
    edition_ms: int = 0

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
