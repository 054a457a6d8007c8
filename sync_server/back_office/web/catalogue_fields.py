"""How a field of the catalogue is asked for and shown: its widget, its choices, its words.

Money and rates are typed in whole units and kept in minor ones, minutes as times of the day,
several choices as ticks. Neighbours: `catalogue_view` puts fields on pages, `catalogue_draft`
reads them back; what a text may be is `sync_server.domain.menu_fields`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sync_server.domain.floor_plan import SHAPES
from sync_server.domain.menu import PACINGS, Catalogue, Names
from sync_server.domain.menu_cards import components_of
from sync_server.domain.menu_changes import NEW, PACING, SHARE, Change, things
from sync_server.domain.menu_fields import (
    KINDS,
    LANGUAGES,
    ORDER_KINDS,
    PAPER,
    PLACES_WITHOUT_TABLE,
    SOLD_BY,
)
from sync_server.domain.staff import RIGHTS

from ..goods import ALLERGENS
from ..typed import decimal_of
from .words import Words

Choices = Sequence[tuple[str, str]]
SCALES: Mapping[str, int] = {
    "price_minor": 2,
    "rate_bp": 2,
    "base_bp": 2,
    "discount_limit_bp": 2,
    "discount_limit_minor": 2,
    "refund_limit_minor": 2,
    "limit_minor": 2,
    "portion_milli": 3,
    "earn_bp": 2,
    "cap_bp": 2,
}
MINUTES = frozenset({"from_minute", "until_minute"})
MANY = frozenset(
    {
        "station_ids",
        "group_ids",
        "places",
        "weekdays",
        "to_station_ids",
        "item_ids",
        "category_ids",
        "rights",
        "extra_rights",
        "allergens",
        "without_items",
        "without_categories",
    }
)
FLAGS = frozenset({"favourite", "paced", "default", "credits_default", "active"})
FIGURES = frozenset(
    {"course", "seats", "capacity", "usage", "seconds", "order", "amber_percent", "late_percent"}
)
LINKS: Mapping[str, str] = {
    "category_id": "categories",
    "tax_id": "taxes",
    "role_id": "roles",
    "station_id": "stations",
    "station_ids": "stations",
    "to_station_ids": "stations",
    "group_ids": "groups",
    "item_ids": "items",
    "category_ids": "categories",
    "without_items": "items",
    "without_categories": "categories",
    "printer_id": "printers",
    "fallback_printer_id": "printers",
}
MAY_BE_EMPTY = frozenset({"printer_id", "fallback_printer_id"})
ALONE = frozenset({"points", "qr"})
"""What there is one of: it needs no name, and is neither added nor taken away."""
PARENTS: Mapping[str, str] = {"item": "categories", "staff": "roles", "table": "halls"}


@dataclass(frozen=True, slots=True)
class Widget:
    """How a field is typed: text, time, choice or many; `figure` ones stand at the right."""

    type: str = "text"
    choices: Choices = ()
    figure: bool = False


def scale_of(kind: str, field: str) -> int | None:
    """How many places a figure is typed with; None for what is no scaled figure."""
    return 2 if kind == "rule" else SCALES.get(field)


def choices_of(catalogue: Catalogue, kind: str, field: str, words: Words) -> Choices:
    """What a field may be, in the order of the catalogue; nothing where it is typed freely."""

    def listed(things: Mapping[str, object]) -> list[tuple[str, str]]:
        return [(key, name_of(catalogue, one, words) or key) for key, one in things.items()]

    if field == NEW and kind in PARENTS:
        return listed(getattr(catalogue, PARENTS[kind]))
    if field in LINKS:
        found = listed(getattr(catalogue, LINKS[field]))
        empty = field in MAY_BE_EMPTY or (kind == "routing" and field == "station_id")
        return [("", "—"), *found] if empty else found
    if field in FLAGS:
        return [("no", words.no), ("yes", words.yes)]
    if kind == PACING:
        return [(one, words(f"pacing_{one or 'own'}")) for one in ("", *PACINGS)]
    fixed: Mapping[str, Sequence[str]] = {
        "weekdays": [str(day) for day in range(7)],
        "allergens": _allergens(catalogue) if field == "allergens" else (),
        "rights": list(RIGHTS),
        "extra_rights": list(RIGHTS),
        "sold_by": SOLD_BY,
        "paper": PAPER,
        "shape": SHAPES,
    }
    heads = {
        "rights": "right",
        "extra_rights": "right",
        "weekdays": "weekday",
        "allergens": "allergen",
    }
    if field in fixed:
        head = heads.get(field, field)
        return [(one, words.get(f"{head}_{one}", RIGHTS.get(one, one))) for one in fixed[field]]
    if field == "places":
        free = [(one, words(f"place_{one}")) for one in PLACES_WITHOUT_TABLE]
        return [*listed(catalogue.halls), *free]
    if field in ("language", "kitchen_language"):
        return [(one, words(f"language_{one}")) for one in LANGUAGES]
    return ()


def _allergens(catalogue: Catalogue) -> list[str]:
    """Those that the law names, and what stands in the menu besides: nothing is lost by a form."""
    held = {one for item in catalogue.items.values() for one in item.allergens}
    return [*ALLERGENS, *sorted(held - set(ALLERGENS))]


def widget_of(catalogue: Catalogue, kind: str, field: str, words: Words) -> Widget:
    """How a field is typed."""
    if field in MINUTES:
        return Widget("time")
    choices = choices_of(catalogue, kind, field, words)
    if field in MANY:
        return Widget("many", choices)
    if choices:
        return Widget("choice", choices)
    figure = scale_of(kind, field) is not None or field.endswith(("_count", "_s", "_days"))
    return Widget(figure=figure or field in FIGURES)


def name_of(catalogue: Catalogue, thing: object, words: Words) -> str:
    """What a thing is called in the reader's language."""
    names: Names = getattr(thing, "names", {})
    said = catalogue.name(names, words.language) if names else ""
    return said or str(getattr(thing, "name", "") or getattr(thing, "label", ""))


def shown(change: Change, value: str) -> str:
    """A value as people type it: money in whole units, a rate in percent, a minute as a time."""
    scale = scale_of(change.kind, change.field)
    if scale is not None and value.removeprefix("-").isdigit():
        return f"{Decimal(value).scaleb(-scale):f}"
    if change.field in MINUTES and value.isdigit():
        return f"{int(value) // 60:02}:{int(value) % 60:02}"
    return value


def read_back(change: Change) -> Change:
    """A typed value as a change keeps it; what is no figure stays as typed and is refused."""
    value, scale = change.value, scale_of(change.kind, change.field)
    if scale is not None and value:
        figure = decimal_of(value)
        scaled = figure.scaleb(scale) if figure is not None else None
        if scaled is not None and scaled == scaled.to_integral_value():
            value = f"{scaled:.0f}"
    elif change.field in MINUTES:
        hours, mark, minutes = value.partition(":")
        if mark and hours.isdigit() and minutes.isdigit() and int(minutes) < 60:
            value = str(int(hours) * 60 + int(minutes))
    return Change(change.kind, change.target, change.field, value)


def label_of(catalogue: Catalogue, change: Change, words: Words) -> str:
    """What a field is called; a price in a rule by its dish, a share by its category."""
    if change.kind != "rule":
        return words(f"menu_{change.field}")
    head, _, category = change.field.partition("/")
    if head == SHARE and category:
        found = catalogue.categories.get(category)
        return f"{name_of(catalogue, found, words) or category}, %"
    return name_of(catalogue, catalogue.items.get(change.field), words) or change.field


def thing_of(catalogue: Catalogue, change: Change, words: Words) -> str:
    """The thing that a change is about, by its kind and name."""
    kind, target = change.kind, change.target
    if kind == PACING:
        return f"{words.menu_pacing}: {order_kind(target, words)}"
    if kind == "modifier":
        group_id, _, choice = target.partition("/")
        group = catalogue.groups.get(group_id)
        inside = group.modifiers if group else ()
        thing: object = next((one for one in inside if one.modifier_id == choice), None)
    else:
        thing = things(catalogue, KINDS["terms" if kind == "rule" else kind]).get(target)
    if kind in ALONE:
        return words(f"menu_{kind}")
    named = name_of(catalogue, thing, words) if thing is not None else ""
    return f"{words(f'menu_{kind}')}: {named or target}"


def order_kind(kind: str, words: Words) -> str:
    """What a kind of order is called."""
    return words(f"place_{kind}") if kind in ORDER_KINDS else kind


def _components_told(catalogue: Catalogue, text: str, words: Words) -> str:
    """The lines of a recipe card in one, as the kitchen will count them."""
    try:
        parts = components_of(text)
    except ValueError:
        return text
    said = []
    for part in parts:
        figure = f"{Decimal(part.qty_milli).scaleb(-3).normalize():f}"
        figure = figure if words.language == "en" else figure.replace(".", ",")
        unit = words.get(f"unit_{part.unit}", part.unit)
        said.append(f"{catalogue.name(part.names, words.language)} {figure} {unit}".rstrip())
    return ", ".join(said)


def told(catalogue: Catalogue, change: Change, value: str, words: Words) -> str:
    """A value as a reader understands it: names instead of ids."""
    if change.field == "components":
        return _components_told(catalogue, value, words)
    choices = dict(choices_of(catalogue, change.kind, change.field, words))
    if change.field in MANY:
        return ", ".join(choices.get(one, one) for one in value.split())
    text = shown(change, value)
    if scale_of(change.kind, change.field) is not None and words.language != "en":
        text = text.replace(".", ",")
    return choices.get(value, "") or text
