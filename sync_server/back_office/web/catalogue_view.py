"""The menu as the page of changes shows it: every field that may change, as it stands now.

Each input is named by its change (`c|kind|target|field`), so a posted form is compared field by
field with the catalogue, and only what differs becomes a change. Prices are typed in whole money
and kept in minor units.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sync_server.domain.menu import Catalogue, Names
from sync_server.domain.menu_changes import Change, Preview, value_of

from ..typed import decimal_of, minor_of
from .words import Words

MARK = "|"
HUNDREDTHS = frozenset({"price_minor", "rate_bp"})
FIELDS: Mapping[str, tuple[str, ...]] = {
    "item": ("name_uk", "name_en", "price_minor", "category_id", "tax_id", "station_ids"),
    "modifier": ("name_uk", "name_en", "price_minor"),
    "rule": (),
    "tax": ("name_uk", "name_en", "rate_bp"),
    "station": ("name_uk", "name_en", "capacity"),
    "hall": ("name_uk", "name_en"),
    "staff": ("name", "role_id", "active"),
}
SECTIONS = tuple(FIELDS)


@dataclass(frozen=True, slots=True)
class Input:
    """A field: its change's name, what stands there, and what may be chosen."""

    name: str
    value: str
    choices: Sequence[tuple[str, str]] = ()
    right: bool = False


@dataclass(frozen=True, slots=True)
class MenuRow:
    """A thing of the menu with its fields."""

    title: str
    inputs: Sequence[Input]


def as_typed(rows: Sequence[MenuRow], seen: Sequence[Preview]) -> list[MenuRow]:
    """The rows with what was typed into them, so that a look at the changes loses nothing."""
    typed = {_name(one.change): shown(one.change, one.change.value) for one in seen}
    return [
        MenuRow(
            row.title, [replace(box, value=typed.get(box.name, box.value)) for box in row.inputs]
        )
        for row in rows
    ]


def rows_of(catalogue: Catalogue, section: str, words: Words) -> list[MenuRow]:
    """Everything of a section, with the fields that may change."""

    def named(names: Names) -> str:
        return catalogue.name(names, words.language)

    if section == "rule":
        return _rule_rows(catalogue, named)
    return [
        MenuRow(
            title,
            [_input(catalogue, Change(section, key, name, ""), words) for name in FIELDS[section]],
        )
        for key, title in _things(catalogue, section, named)
    ]


def _things(
    catalogue: Catalogue, section: str, named: Callable[[Names], str]
) -> list[tuple[str, str]]:
    """The ids of a section's things, each with a word about it."""
    if section == "item":
        categories = {key: named(one.names) for key, one in catalogue.categories.items()}
        return [(key, categories.get(one.category_id, "")) for key, one in catalogue.items.items()]
    if section == "modifier":
        return [
            (f"{group.group_id}/{one.modifier_id}", named(group.names))
            for group in catalogue.groups.values()
            for one in group.modifiers
        ]
    plain: Mapping[str, Mapping[str, object]] = {
        "tax": catalogue.taxes,
        "station": catalogue.stations,
        "hall": catalogue.halls,
        "staff": catalogue.staff,
    }
    return [(key, key) for key in plain[section]]


def _rule_rows(catalogue: Catalogue, named: Callable[[Names], str]) -> list[MenuRow]:
    rows = []
    for rule in catalogue.price_rules:
        for item in catalogue.items.values():
            change = Change("rule", rule.rule_id, item.item_id, "")
            box = Input(_name(change), shown(change, value_of(catalogue, change)), right=True)
            rows.append(MenuRow(f"{named(rule.names)} · {named(item.names)}", [box]))
    return rows


def _input(catalogue: Catalogue, change: Change, words: Words) -> Input:
    choices: list[tuple[str, str]] = []

    def listed(things: Mapping[str, Names]) -> list[tuple[str, str]]:
        return [(key, catalogue.name(names, words.language)) for key, names in things.items()]

    match change.field:
        case "category_id":
            choices = listed({key: one.names for key, one in catalogue.categories.items()})
        case "tax_id":
            choices = listed({key: one.names for key, one in catalogue.taxes.items()})
        case "role_id":
            choices = listed({key: one.names for key, one in catalogue.roles.items()})
        case "active":
            choices = [("yes", words.yes), ("no", words.no)]
    value = shown(change, value_of(catalogue, change))
    return Input(_name(change), value, choices, _in_hundredths(change))


def _name(change: Change) -> str:
    return MARK.join(("c", change.kind, change.target, change.field))


def _in_hundredths(change: Change) -> bool:
    return change.field in HUNDREDTHS or change.kind == "rule"


def shown(change: Change, value: str) -> str:
    """A value as people type it: money in whole units, a rate in percent."""
    if _in_hundredths(change) and value.isdigit():
        return f"{int(value) // 100}.{int(value) % 100:02}"
    return value


def changes_in(catalogue: Catalogue, form: Mapping[str, str]) -> list[Change]:
    """What a posted form changes; an unreadable figure stays a text that will be refused."""
    found = []
    for name, typed in form.items():
        parts = name.split(MARK)
        if len(parts) != 4 or parts[0] != "c":
            continue
        change = Change(parts[1], parts[2], parts[3], typed.strip())
        if _in_hundredths(change) and change.value:
            change = Change(parts[1], parts[2], parts[3], _hundredths(change.value))
        if change.value != value_of(catalogue, change):
            found.append(change)
    return [*found, *_new_dish(form)]


def _hundredths(text: str) -> str:
    figure = decimal_of(text)
    return str(minor_of(figure)) if figure is not None and figure >= 0 else text


def _new_dish(form: Mapping[str, str]) -> list[Change]:
    new_id = form.get("new_id", "").strip()
    if not new_id:
        return []
    name, price = form.get("new_name", "").strip(), form.get("new_price", "").strip()
    made = [Change("item", new_id, "new", form.get("new_category", ""))]
    made += [Change("item", new_id, field, name) for field in ("name_uk", "name_en")]
    if price:
        made.append(Change("item", new_id, "price_minor", _hundredths(price)))
    return made


def preview_rows(previews: Sequence[Preview], words: Words) -> list[tuple[str, str, str, str, str]]:
    """What would change: the thing, the field, before, after, and why it cannot be."""
    rows = []
    for one in previews:
        change = one.change
        field = words(f"menu_{change.field}") if change.kind != "rule" else change.field
        why = words.fault(f"menu_{one.refused}", {}) if one.refused else ""
        before, after = shown(change, one.before), shown(change, change.value)
        rows.append((change.target, field, before, after, why))
    return rows
