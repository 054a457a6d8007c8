"""Changes of the catalogue as small facts: this field of this thing becomes that.

The back office gathers them into editions with a date, the server puts an edition on whatever is
in force then; so what was changed elsewhere meanwhile (a printer, a template) is not undone. A
change whose thing is gone is refused by itself and named, the rest is taken. Values are texts as
people type them for names, whole minor units for prices, basis points for rates. What may be
changed, and how its text is read, stands in `menu_fields`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .limits import PRICE_MINOR
from .menu import PACINGS, Catalogue, Modifier, PriceRule, Settings
from .menu_cards import components_text
from .menu_fields import (
    CHOICE_FIELDS,
    KINDS,
    ORDER_KINDS,
    SIZE_BP,
    UNLIMITED,
    Kind,
    No,
    method,
    name,
    new_choice,
    whole,
)

CHANGES = 2_000
NEW, REMOVED, ORDER = "new", "removed", "order"
PACING = "pacing"
"""The kind of a change that says for a kind of order (`menu_fields.ORDER_KINDS`) which of its
dishes wait for each other."""
SHARE = "share"
SET_UP = "settings"
KEY_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `kind` is one of `menu_fields.KINDS`, modifier, rule or pacing; `target` its id
    (`group/modifier` for a choice); `field` what changes, `value` what it becomes. A rule's field
    is the dish, or `share/category`; what else a rule says is of kind terms."""

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


def previewed(catalogue: Catalogue, changes: Sequence[Change]) -> list[Preview]:
    """What the changes would do to a catalogue, one after the other."""
    found = []
    for change in changes[:CHANGES]:
        before = value_of(catalogue, change)
        try:
            catalogue = _put(catalogue, change)
        except No as no:
            found.append(Preview(change, before, str(no.args[0])))
        else:
            found.append(Preview(change, before))
    return found


def changed(catalogue: Catalogue, changes: Sequence[Change]) -> Catalogue:
    """The catalogue with every change that can be; it keeps its number."""
    for change in changes[:CHANGES]:
        try:
            catalogue = _put(catalogue, change)
        except No:
            continue
    return catalogue


def gathered(catalogue: Catalogue | None, changes: Sequence[Change]) -> list[Change]:
    """A draft without what says nothing: of changes to one field the last counts, what leads back
    to the catalogue goes (if one is given), and so does all about a thing that the draft made and
    took away."""
    kept: dict[tuple[str, str, str], Change] = {}
    for change in changes:
        place = (change.kind, change.target, change.field)
        if change.field == REMOVED and (change.kind, change.target, NEW) in kept:
            kept = {place: one for place, one in kept.items() if not _about(one, change)}
            continue
        kept[place] = change
    return [
        one
        for one in kept.values()
        if catalogue is None or one.field in (NEW, REMOVED) or one.value != value_of(catalogue, one)
    ]


def _about(one: Change, gone: Change) -> bool:
    """Whether a change speaks of a thing, or of what is inside it."""
    if gone.kind == "group" and one.kind == "modifier":
        return one.target.startswith(f"{gone.target}/")
    same = one.kind == gone.kind or (one.kind, gone.kind) == ("rule", "terms")
    return same and one.target == gone.target


def unsound(catalogue: Catalogue) -> list[Preview]:
    """What no house could work with, by the field at fault; asked before an edition is made."""
    wrong = [
        Preview(Change("group", key, "min_count", str(one.min_count)), "", "bad_count")
        for key, one in catalogue.groups.items()
        if not one.min_count <= one.max_count or one.min_count > len(one.modifiers) * one.max_count
    ]
    for person in catalogue.staff.values():
        role = catalogue.roles.get(person.role_id)
        held = {*person.extra_rights, *(role.rights if role else ())}
        if person.active and SET_UP in held:
            return wrong
    return [*wrong, Preview(Change("role", "", "rights", SET_UP), "", "nobody_left")]


def value_of(catalogue: Catalogue, change: Change) -> str:
    """What stands in the changed place now, as a change would write it."""
    if change.kind == "rule":
        rule = next((one for one in catalogue.price_rules if one.rule_id == change.target), None)
        if rule is None:
            return ""
        share = change.field.partition("/")[2]
        figure = rule.category_bp.get(share) if share else rule.prices.get(change.field)
        return "" if figure is None else str(figure)
    if change.kind == "modifier":
        group_id, _, choice_id = change.target.partition("/")
        group = catalogue.groups.get(group_id)
        choices = group.modifiers if group else ()
        found = (one for one in choices if one.modifier_id == choice_id)
        return _text(next(found, None), change.field)
    if change.kind == PACING:
        return catalogue.settings.pacing.get(change.target, "")
    kind = KINDS.get(change.kind)
    held = things(catalogue, kind) if kind else {}
    if change.field == ORDER and change.target in held:
        return str(list(held).index(change.target) + 1)
    return _text(held.get(change.target), change.field)


def things(catalogue: Catalogue, kind: Kind) -> Mapping[str, Any]:
    """The things of a kind by id; rules stand in the order in which they are asked."""
    head, _, inner = kind.place.partition(".")
    if inner:
        return {kind.key: getattr(getattr(catalogue, head), inner)}
    held = getattr(catalogue, kind.place)
    if isinstance(held, Settings):
        return {kind.key: held}
    if isinstance(held, tuple):
        return {getattr(one, kind.key): one for one in held}
    assert isinstance(held, dict)
    return held


def _text(thing: object, field: str) -> str:
    names, language = _named(field)
    if names:
        held: Mapping[str, str] = getattr(thing, names, {})
        return held.get(language, "")
    value = getattr(thing, field, "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        if field == "components":
            return components_text(value)
        return " ".join(str(one) for one in value)
    return "" if value == UNLIMITED and field.endswith("_limit_minor") else str(value)


def _named(field: str) -> tuple[str, str]:
    """The dictionary of names and the language that a field means; nothing for another field."""
    head, _, language = field.partition("_")
    if head in ("name", "method") and language:
        return ("names" if head == "name" else head), language
    return ("kitchen_names", language) if head == "kitchen" and len(language) == 2 else ("", "")


def _put(catalogue: Catalogue, change: Change) -> Catalogue:
    if change.kind == "modifier":
        return _modifier(catalogue, change)
    if change.kind == "rule":
        return _rule(catalogue, change)
    if change.kind == PACING:
        return _pacing(catalogue, change)
    kind = KINDS.get(change.kind)
    if kind is None:
        raise No("no_thing")
    held = dict(things(catalogue, kind))
    if change.field == NEW:
        if change.target in held or kind.make is None:
            raise No("bad_id")
        held[_key(change.target)] = kind.make(catalogue, change.target, change.value)
        return _with(catalogue, kind, held)
    thing = held.get(change.target)
    if thing is None:
        raise No("no_thing")
    if change.field == REMOVED:
        if kind.stays(catalogue, change.target):
            raise No("in_use")
        del held[change.target]
        return _with(catalogue, kind, held)
    if change.field == ORDER and isinstance(getattr(catalogue, kind.place, None), tuple):
        return _with(catalogue, kind, _moved(catalogue, held, change))
    held[change.target] = _with_field(catalogue, thing, kind.fields, change)
    return _with(catalogue, kind, held)


def _with(catalogue: Catalogue, kind: Kind, held: Mapping[str, Any]) -> Catalogue:
    head, _, inner = kind.place.partition(".")
    if inner:
        around = replace(getattr(catalogue, head), **{inner: held[kind.key]})
        return replace(catalogue, **{head: around})
    inside = getattr(catalogue, kind.place)
    if isinstance(inside, Settings):
        return replace(catalogue, **{kind.place: held[kind.key]})
    made: Any = tuple(held.values()) if isinstance(inside, tuple) else dict(held)
    return replace(catalogue, **{kind.place: made})


def _moved(catalogue: Catalogue, held: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """Rules in another order: of several that fit, the first holds."""
    place = whole(len(held), 1)(catalogue, change.value)
    assert isinstance(place, int)
    keys = [key for key in held if key != change.target]
    keys.insert(place - 1, change.target)
    return {key: held[key] for key in keys}


def _with_field(
    catalogue: Catalogue, thing: Any, fields: Mapping[str, Any], change: Change
) -> object:
    names, language = _named(change.field)
    if names and hasattr(thing, names):
        read = method if names == "method" else name
        said = {**getattr(thing, names), language: read(catalogue, change.value)}
        return replace(thing, **{names: {key: text for key, text in said.items() if text}})
    reader = fields.get(change.field)
    if reader is None:
        raise No("no_field")
    return replace(thing, **{change.field: reader(catalogue, change.value)})


def _key(text: str) -> str:
    """An id that can stand in an address and a file."""
    if not text.replace("-", "").isalnum() or not text.isascii() or len(text) > KEY_LENGTH:
        raise No("bad_id")
    return text


def _modifier(catalogue: Catalogue, change: Change) -> Catalogue:
    group_id, _, choice_id = change.target.partition("/")
    group = catalogue.groups.get(group_id)
    if group is None:
        raise No("no_thing")
    held = {one.modifier_id: one for one in group.modifiers}
    if change.field == NEW:
        if choice_id in held:
            raise No("bad_id")
        held[choice_id] = new_choice(_key(choice_id))
    elif choice_id not in held:
        raise No("no_thing")
    elif change.field == REMOVED:
        del held[choice_id]
    else:
        made = _with_field(catalogue, held[choice_id], CHOICE_FIELDS, change)
        assert isinstance(made, Modifier)
        held[choice_id] = made
    group = replace(group, modifiers=tuple(held.values()))
    return replace(catalogue, groups={**catalogue.groups, group_id: group})


def _pacing(catalogue: Catalogue, change: Change) -> Catalogue:
    """What a kind of order forces; empty: each dish as its own card says."""
    if change.target not in ORDER_KINDS or change.value not in ("", *PACINGS):
        raise No("no_thing")
    kept = {kind: one for kind, one in catalogue.settings.pacing.items() if kind != change.target}
    if change.value:
        kept[change.target] = change.value
    return replace(catalogue, settings=replace(catalogue.settings, pacing=kept))


def _rule(catalogue: Catalogue, change: Change) -> Catalogue:
    """The price of a dish in a rule by hall and time, or the share of the ordinary price that a
    category is sold at (basis points); empty: the rule leaves it alone."""
    if all(rule.rule_id != change.target for rule in catalogue.price_rules):
        raise No("no_thing")
    head, _, category = change.field.partition("/")
    by_share = head == SHARE and bool(category)
    key = category if by_share else change.field
    if key not in (catalogue.categories if by_share else catalogue.items):
        raise No("no_thing")

    def put(rule: PriceRule) -> PriceRule:
        if rule.rule_id != change.target:
            return rule
        before = rule.category_bp if by_share else rule.prices
        held = {one: figure for one, figure in before.items() if one != key}
        if change.value:
            read = whole(SIZE_BP if by_share else PRICE_MINOR)(catalogue, change.value)
            assert isinstance(read, int)
            held[key] = read
        return replace(rule, category_bp=held) if by_share else replace(rule, prices=held)

    return replace(catalogue, price_rules=tuple(put(rule) for rule in catalogue.price_rules))
