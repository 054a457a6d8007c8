"""Changes of the catalogue as small facts: this field of this thing becomes that.

The back office gathers them into editions with a date, the server puts an edition on whatever is
in force then; so what was changed elsewhere meanwhile (a printer, a template) is not undone. A
change whose thing is gone is refused by itself and named, the rest is taken. Values are texts as
people type them for names, whole minor units for prices, basis points for rates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from .limits import PRICE_MINOR
from .menu import Catalogue, Item, Modifier, PriceRule, StaffMember, Tax

NAME_LENGTH = 80
RATE_BP = 10_000
CHANGES = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `kind` is item, modifier, tax, rule, hall, station or staff; `target` its id
    (`group/modifier` for a choice); `field` what changes, `value` what it becomes."""

    kind: str
    target: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A change with what stood there before; `refused` says why it cannot be."""

    change: Change
    before: str
    refused: str = ""


class _No(Exception):
    """A change that cannot be: `args[0]` is its code."""


def previewed(catalogue: Catalogue, changes: Sequence[Change]) -> list[Preview]:
    """What the changes would do to a catalogue, one after the other."""
    found = []
    for change in changes[:CHANGES]:
        before = value_of(catalogue, change)
        try:
            catalogue = _put(catalogue, change)
        except _No as no:
            found.append(Preview(change, before, str(no.args[0])))
        else:
            found.append(Preview(change, before))
    return found


def changed(catalogue: Catalogue, changes: Sequence[Change]) -> Catalogue:
    """The catalogue with every change that can be; it keeps its number."""
    for change in changes[:CHANGES]:
        try:
            catalogue = _put(catalogue, change)
        except _No:
            continue
    return catalogue


def value_of(catalogue: Catalogue, change: Change) -> str:
    """What stands in the changed place now, as a change would write it."""
    group_id, _, choice_id = change.target.partition("/")
    thing: object = None
    match change.kind:
        case "item":
            thing = catalogue.items.get(change.target)
        case "modifier":
            group = catalogue.groups.get(group_id)
            choices = group.modifiers if group else ()
            thing = next((one for one in choices if one.modifier_id == choice_id), None)
        case "tax":
            thing = catalogue.taxes.get(change.target)
        case "hall":
            thing = catalogue.halls.get(change.target)
        case "station":
            thing = catalogue.stations.get(change.target)
        case "staff":
            thing = catalogue.staff.get(change.target)
        case "rule":
            rule = next((r for r in catalogue.price_rules if r.rule_id == change.target), None)
            price = rule.prices.get(change.field) if rule else None
            return "" if price is None else str(price)
    return _text(thing, change.field)


def _text(thing: object, field: str) -> str:
    if field.startswith("name_"):
        names: Mapping[str, str] = getattr(thing, "names", {})
        return names.get(field[5:], "")
    value = getattr(thing, field, "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _put(catalogue: Catalogue, change: Change) -> Catalogue:
    return _KINDS.get(change.kind, _unknown)(catalogue, change)


def _unknown(_catalogue: Catalogue, _change: Change) -> Catalogue:
    raise _No("no_thing")


def _item(catalogue: Catalogue, change: Change) -> Catalogue:
    item = catalogue.items.get(change.target)
    if change.field == "new":
        return _new_item(catalogue, change, item)
    if item is None:
        raise _No("no_thing")
    field, value = change.field, change.value
    match field:
        case "price_minor":
            item = replace(item, price_minor=_whole(value, PRICE_MINOR))
        case "category_id":
            item = replace(item, category_id=_known(value, catalogue.categories))
        case "tax_id":
            item = replace(item, tax_id=_known(value, catalogue.taxes))
        case "station_ids":
            ids = tuple(_known(one, catalogue.stations) for one in value.split())
            item = replace(item, station_ids=ids)
        case "favourite":
            item = replace(item, favourite=_flag(value))
        case "removed":
            rest = {key: one for key, one in catalogue.items.items() if key != item.item_id}
            return replace(catalogue, items=rest)
        case _:
            item = replace(item, names=_names(item.names, change))
    return replace(catalogue, items={**catalogue.items, item.item_id: item})


def _new_item(catalogue: Catalogue, change: Change, item: Item | None) -> Catalogue:
    """A new dish of a category, made where its neighbours are made, free until it has a price."""
    plain = change.target.replace("-", "")
    if item is not None or not plain.isalnum() or len(change.target) > NAME_LENGTH:
        raise _No("bad_id")
    category = _known(change.value, catalogue.categories)
    like = next((one for one in catalogue.items.values() if one.category_id == category), None)
    tax = like.tax_id if like else next(iter(catalogue.taxes))
    stations = like.station_ids if like else tuple(catalogue.stations)[:1]
    made = Item(change.target, {}, category, 0, tax, stations)
    return replace(catalogue, items={**catalogue.items, made.item_id: made})


def _modifier(catalogue: Catalogue, change: Change) -> Catalogue:
    group_id, _, choice_id = change.target.partition("/")
    group = catalogue.groups.get(group_id)
    if group is None or all(one.modifier_id != choice_id for one in group.modifiers):
        raise _No("no_thing")

    def put(choice: Modifier) -> Modifier:
        if choice.modifier_id != choice_id:
            return choice
        if change.field == "price_minor":
            return replace(choice, price_minor=_whole(change.value, PRICE_MINOR))
        return replace(choice, names=_names(choice.names, change))

    group = replace(group, modifiers=tuple(put(one) for one in group.modifiers))
    return replace(catalogue, groups={**catalogue.groups, group_id: group})


def _tax(catalogue: Catalogue, change: Change) -> Catalogue:
    tax = catalogue.taxes.get(change.target)
    if tax is None:
        raise _No("no_thing")
    tax = (
        Tax(tax.tax_id, _whole(change.value, RATE_BP), tax.names)
        if change.field == "rate_bp"
        else replace(tax, names=_names(tax.names, change))
    )
    return replace(catalogue, taxes={**catalogue.taxes, tax.tax_id: tax})


def _rule(catalogue: Catalogue, change: Change) -> Catalogue:
    """The price of a dish (`field`) in a rule by hall and time; empty: the rule leaves it alone."""
    if all(rule.rule_id != change.target for rule in catalogue.price_rules):
        raise _No("no_thing")
    item_id = _known(change.field, catalogue.items)

    def put(rule: PriceRule) -> PriceRule:
        if rule.rule_id != change.target:
            return rule
        prices = {key: price for key, price in rule.prices.items() if key != item_id}
        if change.value:
            prices[item_id] = _whole(change.value, PRICE_MINOR)
        return replace(rule, prices=prices)

    return replace(catalogue, price_rules=tuple(put(rule) for rule in catalogue.price_rules))


def _hall(catalogue: Catalogue, change: Change) -> Catalogue:
    hall = catalogue.halls.get(change.target)
    if hall is None:
        raise _No("no_thing")
    hall = replace(hall, names=_names(hall.names, change))
    return replace(catalogue, halls={**catalogue.halls, hall.hall_id: hall})


def _station(catalogue: Catalogue, change: Change) -> Catalogue:
    station = catalogue.stations.get(change.target)
    if station is None:
        raise _No("no_thing")
    if change.field == "capacity":
        station = replace(station, capacity=_whole(change.value, 1_000))
    else:
        station = replace(station, names=_names(station.names, change))
    return replace(catalogue, stations={**catalogue.stations, station.station_id: station})


def _staff(catalogue: Catalogue, change: Change) -> Catalogue:
    person: StaffMember | None = catalogue.staff.get(change.target)
    if person is None:
        raise _No("no_thing")
    match change.field:
        case "active":
            person = replace(person, active=_flag(change.value))
        case "role_id":
            person = replace(person, role_id=_known(change.value, catalogue.roles))
        case "name":
            person = replace(person, name=_name(change.value))
        case "extra_rights":
            person = replace(person, extra_rights=tuple(change.value.split()))
        case _:
            raise _No("no_field")
    return replace(catalogue, staff={**catalogue.staff, person.staff_id: person})


def _whole(text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise _No("bad_figure")
    return int(text)


def _known(text: str, things: Mapping[str, object]) -> str:
    if text not in things:
        raise _No("no_thing")
    return text


def _flag(text: str) -> bool:
    if text not in ("yes", "no"):
        raise _No("bad_figure")
    return text == "yes"


def _name(text: str) -> str:
    if not text.strip() or len(text) > NAME_LENGTH or not text.isprintable():
        raise _No("bad_name")
    return text.strip()


def _names(names: Mapping[str, str], change: Change) -> dict[str, str]:
    if not change.field.startswith("name_"):
        raise _No("no_field")
    return {**names, change.field[5:]: _name(change.value)}


_KINDS: Mapping[str, Callable[[Catalogue, Change], Catalogue]] = {
    "item": _item,
    "modifier": _modifier,
    "tax": _tax,
    "rule": _rule,
    "hall": _hall,
    "station": _station,
    "staff": _staff,
}
