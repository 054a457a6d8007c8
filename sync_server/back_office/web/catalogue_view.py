"""The menu as its pages show it: lists with the fields that change often, a card for all of them.

Each input is named by its change (`c|kind|target|field`), so a posted form is compared field by
field with the catalogue, and only what differs becomes a change. How a field is typed is
`catalogue_fields`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import (
    NEW,
    PACING,
    REMOVED,
    SHARE,
    Change,
    Preview,
    things,
    value_of,
)
from sync_server.domain.menu_fields import KINDS, ORDER_KINDS

from ..menu_draft import Outlook
from ..slugs import free_key
from .catalogue_fields import (
    ALONE,
    MANY,
    Choices,
    choices_of,
    label_of,
    name_of,
    order_kind,
    read_back,
    shown,
    thing_of,
    told,
    widget_of,
)
from .formats import Formats
from .words import Words

MARK = "|"
NAMES = ("name_uk", "name_en")
ALL_NAMES = (*NAMES, "name_pl")
LISTED: Mapping[str, tuple[str, ...]] = {
    "item": ("price_minor", "category_id", "tax_id", "favourite"),
    "category": (*ALL_NAMES, "colour"),
    "group": ("min_count", "max_count", "free_count"),
    "terms": ("order", "from_minute", "until_minute"),
    "tax": (*ALL_NAMES, "rate_bp"),
    "station": ("capacity", "printer_id", "paper"),
    "pacing": ("dishes",),
    "routing": ("order", "station_id", "from_minute", "until_minute"),
    "hall": ALL_NAMES,
    "role": ("discount_limit_bp", "discount_limit_minor", "refund_limit_minor"),
    "staff": ("role_id", "language", "active"),
    "house_account": ("limit_minor", "tax_code", "active"),
    "points": (),
    "qr": (),
}
CARDS: Mapping[str, tuple[str, ...]] = {
    "item": (
        *ALL_NAMES, "kitchen_uk", "kitchen_en", "price_minor", "category_id", "tax_id", "sold_by",
        "course", "target_s", "usage", "paced", "colour", "barcode", "allergens", "favourite",
        "station_ids", "group_ids",
    ),
    "category": (*ALL_NAMES, "colour", "from_minute", "until_minute", "weekdays", "places"),
    "group": (*ALL_NAMES, "min_count", "max_count", "free_count", "credits_default"),
    "terms": (*ALL_NAMES, "order", "from_minute", "until_minute", "weekdays", "places"),
    "tax": (*ALL_NAMES, "rate_bp"),
    "station": (
        *ALL_NAMES, "capacity", "amber_percent", "late_percent", "printer_id",
        "fallback_printer_id", "paper", "kitchen_language",
    ),
    "routing": (
        *ALL_NAMES, "order", "station_id", "to_station_ids", "from_minute", "until_minute",
        "weekdays", "places", "category_ids", "item_ids",
    ),
    "hall": ALL_NAMES,
    "role": (
        *ALL_NAMES, "discount_limit_bp", "discount_limit_minor", "refund_limit_minor", "rights",
    ),
    "staff": ("name", "role_id", "language", "colour", "active", "extra_rights"),
    "house_account": ("name", "limit_minor", "active", "tax_code", "address", "cards"),
    "points": (
        "earn_bp", "cap_bp", "wait_days", "good_days", "without_categories", "without_items",
    ),
    "qr": ("pay_link", "bill_link"),
}  # fmt: skip
SECTIONS = tuple(LISTED)
CHOICE = (*ALL_NAMES, "price_minor", "default", "seconds", "base_bp", "portion_milli")
TABLE = ("label", "seats", "shape")
CHILDREN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "group": ("modifier", CHOICE),
    "hall": ("table", TABLE),
}
STAY = frozenset({"staff", "house_account"})
"""Who has worked or owed here stays on the list: the journal names them."""


@dataclass(frozen=True, slots=True)
class Input:
    """A field: its change's name, what stands there, how it is typed, and whether it is wrong."""

    name: str
    label: str
    value: str
    type: str = "text"
    choices: Choices = ()
    right: bool = False
    fault: str = ""
    hint: str = ""
    later: str = ""

    @property
    def chosen(self) -> frozenset[str]:
        """The ticks of a field of several choices."""
        return frozenset(self.value.split())


@dataclass(frozen=True, slots=True)
class MenuRow:
    """A thing of the menu with its fields; `note` says more about it."""

    key: str
    title: str
    inputs: Sequence[Input]
    note: str = ""


@dataclass(frozen=True, slots=True)
class MenuTable:
    """Rows under heads, and how a new one begins (a parent to choose, if it needs one)."""

    kind: str
    heads: Sequence[str]
    rows: Sequence[MenuRow]
    parents: Choices = ()
    under: str = ""
    title: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class MenuCard:
    """Everything about one thing."""

    kind: str
    key: str
    title: str
    inputs: Sequence[Input]
    tables: Sequence[MenuTable] = ()
    removable: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The catalogue with the draft in it, the reader's words, and what came back as typed."""

    catalogue: Catalogue
    words: Words
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)

    def input(self, kind: str, target: str, name: str, hint: str = "") -> Input:
        """A field as it stands, or as it was typed."""
        change = Change(kind, target, name, "")
        widget = widget_of(self.catalogue, kind, name, self.words)
        key = name_of_input(change)
        value = self.typed.get(key, shown(change, value_of(self.catalogue, change)))
        label = label_of(self.catalogue, change, self.words)
        fault = self.faults.get(key, "")
        figure = widget.figure or kind == "rule"
        later = self.later.get(key, "")
        return Input(key, label, value, widget.type, widget.choices, figure, fault, hint, later)

    def named(self, thing: object) -> str:
        """What a thing is called."""
        return name_of(self.catalogue, thing, self.words)


def only_of(section: str) -> str:
    """The one thing of a section that has no more than one; it has a card and no list."""
    return KINDS[section].key if section in ALONE else ""


def name_of_input(change: Change) -> str:
    """The name of a change's field in a form."""
    return MARK.join(("c", change.kind, change.target, change.field))


def list_of(page: Shown, section: str) -> MenuTable:
    """Everything of a section, with the fields that change often."""
    fields = LISTED[section]
    if section == PACING:
        return _pacing(page)
    rows = [
        MenuRow(
            key,
            page.named(one) or key,
            [page.input(section, key, name) for name in fields],
            _note(page, section, one),
        )
        for key, one in things(page.catalogue, KINDS[section]).items()
    ]
    parents = choices_of(page.catalogue, section, NEW, page.words)
    return MenuTable(section, [page.words(f"menu_{name}") for name in fields], rows, parents)


def _pacing(page: Shown) -> MenuTable:
    """What each kind of order forces of its dishes; the kinds themselves are given."""
    rows = [
        MenuRow(one, order_kind(one, page.words), [page.input(PACING, one, "dishes")])
        for one in ORDER_KINDS
    ]
    return MenuTable(PACING, [page.words.menu_dishes], rows, fixed=True)


def _note(page: Shown, section: str, thing: object) -> str:
    """What a list says of a thing besides its fields: when and where a rule holds."""
    if section not in ("terms", "routing"):
        return ""
    said = []
    for name in ("weekdays", "places"):
        value = " ".join(str(one) for one in getattr(thing, name))
        change = Change(section, "", name, "")
        if value:
            said.append(told(page.catalogue, change, value, page.words))
    timed = getattr(thing, "from_minute", 0) != getattr(thing, "until_minute", 0)
    return " · ".join(said) or ("" if timed else page.words.always)


def card_of(page: Shown, section: str, key: str) -> MenuCard | None:
    """One thing with all its fields and what belongs to it; None when there is none."""
    kind = KINDS.get(section)
    thing = things(page.catalogue, kind).get(key) if kind else None
    if thing is None:
        return None
    inputs = [page.input(section, key, name) for name in CARDS[section]]
    tables: list[MenuTable] = []
    if section in CHILDREN:
        tables = [_children(page, section, key)]
    elif section == "terms":
        tables = [_shares(page, key), _prices(page, key)]
    if section in ALONE:
        title, note = page.words(f"menu_{section}"), page.words(f"help_{section}")
        return MenuCard(section, key, title, inputs, tables, False, note)
    return MenuCard(section, key, page.named(thing) or key, inputs, tables, section not in STAY)


def _children(page: Shown, section: str, key: str) -> MenuTable:
    kind, fields = CHILDREN[section]
    catalogue = page.catalogue
    if kind == "modifier":
        inside = catalogue.groups[key].modifiers
        targets = [(f"{key}/{one.modifier_id}", page.named(one)) for one in inside]
    else:
        tables = catalogue.tables.values()
        targets = [(one.table_id, one.label) for one in tables if one.hall_id == key]
    rows = [
        MenuRow(target, title, [page.input(kind, target, name) for name in fields])
        for target, title in targets
    ]
    heads = [page.words(f"menu_{name}") for name in fields]
    return MenuTable(kind, heads, rows, under=key, title=page.words(f"menu_{kind}s"))


def _shares(page: Shown, key: str) -> MenuTable:
    """Categories sold at a share of their ordinary price."""
    rows = [
        MenuRow(one, page.named(thing), [page.input("rule", key, f"{SHARE}/{one}")])
        for one, thing in page.catalogue.categories.items()
    ]
    words = page.words
    return MenuTable("rule", [words.menu_share], rows, title=words.rule_shares, fixed=True)


def _prices(page: Shown, key: str) -> MenuTable:
    """Dishes with a price of their own in the rule, beside the ordinary one."""
    rows = []
    for one, item in page.catalogue.items.items():
        ordinary = shown(Change("item", one, "price_minor", ""), str(item.price_minor))
        box = page.input("rule", key, one, ordinary)
        category = page.catalogue.categories.get(item.category_id)
        rows.append(MenuRow(one, page.named(item), [box], page.named(category)))
    words = page.words
    return MenuTable("rule", [words.menu_price_minor], rows, title=words.rule_prices, fixed=True)


# -- forms ---------------------------------------------------------------------------------------
def changes_in(catalogue: Catalogue, form: Mapping[str, Sequence[str]]) -> list[Change]:
    """What a posted form changes; an unreadable figure stays a text that will be refused."""
    found = []
    for name, values in form.items():
        parts = name.split(MARK)
        if len(parts) != 4 or parts[0] != "c":
            continue
        kind, target, where = parts[1:]
        now = value_of(catalogue, Change(kind, target, where, ""))
        text = _ticks(values, now) if where in MANY else values[-1].strip()
        change = read_back(Change(kind, target, where, text))
        if change.value != now:
            found.append(change)
    return found


def _ticks(values: Iterable[str], now: str) -> str:
    """Ticked choices as a change keeps them: those that stood there keep their order."""
    ticked = [one for one in values if one]
    before = [one for one in now.split() if one in ticked]
    return " ".join([*before, *(one for one in ticked if one not in before)])


def new_thing(catalogue: Catalogue, form: Mapping[str, Sequence[str]]) -> list[Change]:
    """What a form with a name for something new begins; its id is made of the name."""

    def typed(name: str) -> str:
        return (form.get(name) or [""])[-1].strip()

    name, kind = typed("new_name"), typed("new_kind")
    if not name:
        return []
    under, parent = typed("new_under"), typed("new_parent")
    taken: set[str]
    if kind == "modifier":
        group = catalogue.groups.get(under)
        taken = {one.modifier_id for one in group.modifiers} if group else set()
        target = f"{under}/{free_key(name, kind, taken)}"
    else:
        known = KINDS.get(kind)
        taken = set(things(catalogue, known)) if known else set()
        target = free_key(name, kind, taken)
    made = [Change(kind, target, NEW, parent or under)]
    fields = {
        "staff": ("name",),
        "house_account": ("name",),
        "table": ("label",),
    }.get(kind, NAMES)
    made += [Change(kind, target, one, name) for one in fields]
    price = typed("new_price")
    if price and kind in ("item", "modifier"):
        made.append(read_back(Change(kind, target, "price_minor", price)))
    return made


def removal(form: Mapping[str, Sequence[str]]) -> list[Change]:
    """The thing that a form takes away."""
    kind, _, target = (form.get("remove") or [""])[-1].partition(MARK)
    return [Change(kind, target, REMOVED, "yes")] if target else []


def said_later(seen: Outlook, words: Words, formats: Formats) -> dict[str, str]:
    """By input what a later edition makes of its field, and from when."""
    menu = seen.ahead
    return {
        name_of_input(Change(*place, "")): words(
            "said_later",
            number=edition.number,
            day=formats.short_day(formats.day_and_clock(edition.at_ms)[0]),
            value=told(menu, change, change.value, words) or "—",
        )
        for place, (edition, change) in seen.later().items()
    }


def thing_of_change(catalogue: Catalogue, change: Change, words: Words) -> str:
    """What a change is about, with its field."""
    thing, label = thing_of(catalogue, change, words), label_of(catalogue, change, words)
    return f"{thing} · {label}"


def preview_rows(
    catalogue: Catalogue, previews: Sequence[Preview], words: Words
) -> list[tuple[str, str, str, str, str, str]]:
    """What would change: which draft line, the thing, the field, before, after, what is wrong."""
    rows = []
    for one in previews:
        change = one.change
        why = words.fault(f"menu_{one.refused}", {}) if one.refused else ""
        rows.append(
            (
                name_of_input(change),
                thing_of(catalogue, change, words),
                label_of(catalogue, change, words),
                told(catalogue, change, one.before, words),
                told(catalogue, change, change.value, words),
                why,
            )
        )
    return rows
