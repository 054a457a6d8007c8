"""A dish in the making: its choices, what leaves something out, quantity, and the price, live.

Rule: the rules of a group are the domain's (`pricing.price`); this only shows which one is not
kept yet, and lets nothing be added before. Shown over the menu by `order`; drawn from
`order_view.ModifiersView`.
"""

from dataclasses import dataclass, field

from pos_app import formats
from pos_app.presenters.order_rows import course_name, seat_name
from pos_app.presenters.order_view import Group, ModifiersView
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import Act
from sync_server.domain.commands import Choice
from sync_server.domain.limits import QTY_MILLI
from sync_server.domain.menu import Catalogue, Item, ModifierGroup
from sync_server.domain.pricing import Priced, price
from sync_server.domain.quantity import ONE, extend
from sync_server.domain.rejections import Refused

PRES = ("no", "extra", "side")


def defaults(catalogue: Catalogue, item: Item) -> tuple[Choice, ...]:
    """The choices that a dish has when nobody says otherwise."""
    return tuple(
        Choice(modifier.modifier_id)
        for group_id in item.group_ids
        if group_id in catalogue.groups
        for modifier in catalogue.groups[group_id].modifiers
        if modifier.default
    )


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

    def toggle(self, catalogue: Catalogue, modifier_id: str) -> None:
        """Take a choice or leave it; in a group of one, another replaces it."""
        group = group_of(catalogue, self.item, modifier_id)
        there = next((c for c in self.choices if c.modifier_id == modifier_id), None)
        if there is not None:
            self.choices.remove(there)
            if there.pre == self.pre:
                self.pre = ""
                return
        if group is not None and group.max_count == 1 and self.pre != "no":
            ids = {modifier.modifier_id for modifier in group.modifiers}
            self.choices = [c for c in self.choices if c.modifier_id not in ids or c.pre == "no"]
        self.choices.append(Choice(modifier_id, self.pre))
        self.pre = ""

    def portions(self, by: int) -> None:
        """More or fewer, never none."""
        self.qty_milli = min(QTY_MILLI, max(ONE, self.qty_milli + by * ONE))


def group_of(catalogue: Catalogue, item: Item, modifier_id: str) -> ModifierGroup | None:
    """The group of the item in which a modifier stands."""
    for group_id in item.group_ids:
        group = catalogue.groups.get(group_id)
        if group and any(m.modifier_id == modifier_id for m in group.modifiers):
            return group
    return None


def modifiers_view(presenter: Presenter, making: Making) -> ModifiersView:
    """The sheet as it stands."""
    catalogue = presenter.desk.catalogue
    priced = price(catalogue, making.item, making.choices)
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
            _group(presenter, making, catalogue.groups[group_id])
            for group_id in making.item.group_ids
            if group_id in catalogue.groups
        ),
        pre=(
            *(
                Act(
                    f"pre_mark:{pre}",
                    presenter.say(f"pre_{pre}").upper(),
                    "ringed" if making.pre == pre else "outline",
                )
                for pre in PRES
            ),
            Act("ask_allergy", presenter.say("allergy").upper(), "danger"),
            Act("ask_note", presenter.say("note_dots"), "outline"),
        ),
        allergy=presenter.say("allergy_named", name=making.allergy) if making.allergy else "",
        allergy_note=presenter.say("allergy_goes") if making.allergy else "",
        cancel=Act("cancel", presenter.say("cancel")),
        less=Act("portions:-1", icon="remove", enabled=making.qty_milli > ONE),
        quantity=formats.quantity(making.qty_milli, presenter.language),
        more=Act("portions:1", icon="add"),
        add=Act("add_made", add, "accent", fault is None),
    )


def _partial(catalogue: Catalogue, making: Making) -> int:
    """The price while a required choice is still missing."""
    known = {
        modifier.modifier_id: modifier.price_minor
        for group_id in making.item.group_ids
        if group_id in catalogue.groups
        for modifier in catalogue.groups[group_id].modifiers
    }
    extra = sum(known.get(c.modifier_id, 0) for c in making.choices if c.pre != "no")
    return making.item.price_minor + extra


def _group(presenter: Presenter, making: Making, group: ModifierGroup) -> Group:
    taken = [
        choice
        for choice in making.choices
        if choice.pre != "no" and any(m.modifier_id == choice.modifier_id for m in group.modifiers)
    ]
    missing = len(taken) < group.min_count
    excess = len(taken) > group.max_count
    return Group(
        presenter.name(group.names),
        _rule(presenter, group),
        "late_text" if missing or excess else "dim",
        tuple(_choice(presenter, making, group, m.modifier_id, taken) for m in group.modifiers),
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
    making: Making,
    group: ModifierGroup,
    modifier_id: str,
    taken: list[Choice],
) -> Act:
    modifier = next(m for m in group.modifiers if m.modifier_id == modifier_id)
    chosen = next((c for c in making.choices if c.modifier_id == modifier_id), None)
    label = presenter.name(modifier.names)
    if chosen is not None and chosen.pre:
        label = presenter.say(f"pre_{chosen.pre}_named", name=label)
    note = ""
    if modifier.price_minor:
        place = taken.index(chosen) if chosen in taken else len(taken)
        free = place < group.free_count
        note = f"+{presenter.short(modifier.price_minor)}"
        if free:
            note = presenter.say("free") if chosen in taken else ""
    single = group.max_count == 1
    tone = "plain" if chosen is None else "chosen" if single and not chosen.pre else "ringed"
    return Act(f"choose:{modifier_id}", label, tone, note=note)
