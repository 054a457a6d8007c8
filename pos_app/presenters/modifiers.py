"""A dish in the making: its choices, what leaves something out, quantity, and the price, live.

Rule: the rules of a group are the domain's (`pricing.price`); this only shows which one is not
kept yet, and lets nothing be added before. Shown over the menu by `order`; drawn from
`order_view.ModifiersView`.
"""

from dataclasses import dataclass, field, replace

from pos_app import formats
from pos_app.presenters.order_rows import course_name, seat_name
from pos_app.presenters.order_view import Group, ModifiersView
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import Act
from sync_server.domain.commands import Choice
from sync_server.domain.limits import QTY_MILLI
from sync_server.domain.menu import Catalogue, Item, Modifier, ModifierGroup
from sync_server.domain.money import percent_of
from sync_server.domain.pricing import Priced, open_groups, pre_rule, price
from sync_server.domain.quantity import ONE, extend
from sync_server.domain.rejections import Refused

PRES = ("no", "extra", "light", "side")


def defaults(catalogue: Catalogue, item: Item) -> tuple[Choice, ...]:
    """The choices that a dish has when nobody says otherwise, with those that they open."""
    made: list[Choice] = []
    asked: set[str] = set()
    while groups := [g for g in open_groups(catalogue, item, made) if g.group_id not in asked]:
        asked.add(groups[0].group_id)
        made += [Choice(m.modifier_id) for m in groups[0].modifiers if m.default]
    return tuple(made)


def must_ask(catalogue: Catalogue, item: Item) -> bool:
    """Whether the dish cannot be ordered without a choice."""
    return isinstance(price(catalogue, item, defaults(catalogue, item)), Refused)


@dataclass(slots=True)
class Making:
    """The dish on the sheet. `line_id` is set when a line of the check is being changed."""

    item: Item
    seat: int
    course: int
    choices: list[Choice] = field(default_factory=list)
    qty_milli: int = ONE
    note: str = ""
    allergy: str = ""
    line_id: str = ""
    pre: str = ""
    base_minor: int = 0
    most_milli: int = QTY_MILLI

    def toggle(self, catalogue: Catalogue, modifier_id: str) -> None:
        """See `toggled`."""
        self.choices = toggled(catalogue, self.item, self.choices, modifier_id, self.pre)
        self.pre = ""

    def portions(self, by: int) -> None:
        """More or fewer, never none."""
        self.qty_milli = min(self.most_milli, max(ONE, self.qty_milli + by * ONE))


def toggled(
    catalogue: Catalogue, item: Item, choices: list[Choice], modifier_id: str, pre: str
) -> list[Choice]:
    """The choices after one was taken or left; in a group of one, another replaces it. What only a
    choice that is gone had opened, goes too."""
    made = list(choices)
    there = next((c for c in made if c.modifier_id == modifier_id), None)
    if there is not None:
        made.remove(there)
    if there is None or there.pre != pre:
        group = next(
            (
                group
                for group in open_groups(catalogue, item, made)
                if any(m.modifier_id == modifier_id for m in group.modifiers)
            ),
            None,
        )
        if group is not None and group.max_count == 1 and pre != "no":
            ids = {modifier.modifier_id for modifier in group.modifiers}
            made = [c for c in made if c.modifier_id not in ids or c.pre == "no"]
        made.append(Choice(modifier_id, pre))
    while True:
        offered = {m.modifier_id for g in open_groups(catalogue, item, made) for m in g.modifiers}
        kept = [c for c in made if c.modifier_id in offered]
        if kept == made:
            return made
        made = kept


def modifiers_view(presenter: Presenter, making: Making) -> ModifiersView:
    """The sheet as it stands."""
    catalogue = presenter.desk.catalogue
    priced = price(catalogue, making.item, making.choices, making.base_minor)
    fault = priced if isinstance(priced, Refused) else None
    unit = priced.unit_minor if isinstance(priced, Priced) else _partial(catalogue, making)
    total = presenter.money(extend(unit, making.qty_milli))
    where = seat_name(presenter, making.seat)
    key = "save_line" if making.line_id else "add_to"
    add = presenter.say(key, where=where, sum=total)
    if fault is not None:
        add = presenter.sentence(fault.code, fault.params)
    return ModifiersView(
        title=presenter.name(making.item.names),
        chips=(where, course_name(presenter, making.course)),
        price=total,
        groups=tuple(
            group_view(presenter, group, making.choices, "choose:")
            for group in open_groups(catalogue, making.item, making.choices)
        ),
        pre=pre_acts(presenter, making.pre),
        allergy=presenter.say("allergy_named", name=making.allergy) if making.allergy else "",
        allergy_note=presenter.say("allergy_goes") if making.allergy else "",
        cancel=Act("cancel", presenter.say("cancel")),
        less=Act("portions:-1", icon="remove", enabled=making.qty_milli > ONE),
        quantity=formats.quantity(making.qty_milli, presenter.language),
        more=Act("portions:1", icon="add", enabled=making.qty_milli < making.most_milli),
        add=Act("add_made", add, "accent", fault is None),
    )


def pre_acts(presenter: Presenter, marked: str) -> tuple[Act, ...]:
    """The words before a choice; allergy and note."""
    return (
        *(
            Act(
                f"pre_mark:{pre}",
                presenter.say(f"pre_{pre}").upper(),
                "ringed" if marked == pre else "outline",
            )
            for pre in PRES
        ),
        Act("ask_allergy", presenter.say("allergy").upper(), "danger"),
        Act("ask_note", presenter.say("note_dots"), "outline"),
    )


def _partial(catalogue: Catalogue, making: Making) -> int:
    """The price while a required choice is still missing."""
    known = {
        modifier.modifier_id: modifier
        for group in open_groups(catalogue, making.item, making.choices)
        for modifier in group.modifiers
    }
    extra = 0
    for choice in making.choices:
        modifier = known.get(choice.modifier_id)
        rule = pre_rule(modifier, choice.pre) if modifier else None
        if modifier is not None and rule is not None:
            extra += percent_of(modifier.price_minor, rule.price_bp)
    return making.base_minor + extra


def group_view(
    presenter: Presenter,
    group: ModifierGroup,
    choices: list[Choice],
    action: str,
    title: str = "",
) -> Group:
    """A group as it stands; `action` begins what a tap on a choice means."""
    taken = [
        choice
        for choice in choices
        if choice.pre != "no" and any(m.modifier_id == choice.modifier_id for m in group.modifiers)
    ]
    missing = len(taken) < group.min_count
    excess = len(taken) > group.max_count
    name = presenter.name(group.names)
    return Group(
        f"{title} · {name}" if title else name,
        _rule(presenter, group),
        "late_text" if missing or excess else "dim",
        tuple(_choice(presenter, choices, group, m, taken, action) for m in group.modifiers),
    )


def _rule(presenter: Presenter, group: ModifierGroup) -> str:
    parts = []
    if group.min_count:
        parts.append(presenter.say("choose_n", n=group.min_count))
    if group.free_count:
        prices = {modifier.price_minor for modifier in group.modifiers}
        then = f"+{presenter.short(max(prices))}" if len(prices) == 1 else ""
        key = "free_then" if then else "free_n"
        parts.append(presenter.say(key, n=group.free_count, then=then))
    if group.max_count > 1:
        parts.append(presenter.say("up_to_n", n=group.max_count))
    return " · ".join(parts)


def _choice(
    presenter: Presenter,
    choices: list[Choice],
    group: ModifierGroup,
    modifier: Modifier,
    taken: list[Choice],
    action: str,
) -> Act:
    chosen = next((c for c in choices if c.modifier_id == modifier.modifier_id), None)
    label = presenter.name(modifier.names)
    if chosen is not None and chosen.pre:
        label = presenter.say(f"pre_{chosen.pre}_named", name=label)
    if modifier.group_ids:
        label += " ›"
    stop = presenter.desk.venue.stops.get(modifier.modifier_id)
    if stop is not None and stop.left_milli <= 0 and chosen is None:
        note = presenter.say("stop")
        return Act("", label, enabled=False, note=note, note_token="late_text")
    note = _price_note(presenter, group, modifier, chosen, taken)
    single = group.max_count == 1
    tone = "plain" if chosen is None else "chosen" if single and not chosen.pre else "ringed"
    return with_note(Act(f"{action}{modifier.modifier_id}", label, tone), note)


SHORT = 12
"""A label longer than this takes its price into its own lines."""


def with_note(act: Act, note: str) -> Act:
    """The button with what it costs, where that does not cut its name short."""
    if note and len(act.label) > SHORT:
        return replace(act, label=f"{act.label} {note}")
    return replace(act, note=note)


def _price_note(
    presenter: Presenter,
    group: ModifierGroup,
    modifier: Modifier,
    chosen: Choice | None,
    taken: list[Choice],
) -> str:
    """What the choice costs where it stands."""
    if modifier.base_bp != 10_000:
        return formats.percent(modifier.base_bp, presenter.language)
    if not modifier.price_minor:
        return ""
    place = taken.index(chosen) if chosen in taken else len(taken)
    if place < group.free_count:
        return presenter.say("free") if chosen in taken else ""
    return f"+{presenter.short(modifier.price_minor)}"
