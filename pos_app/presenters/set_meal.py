"""A set in the making: a dish for each part, the choices of each dish, and the price, live.

The same sheet as a dish with choices (`modifiers`), a group for each part and under it the groups
that its dish asks for. Rules and price are the domain's (`sync_server.domain.making`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pos_app import formats
from pos_app.presenters.modifiers import defaults, group_view, pre_acts, toggled, with_note
from pos_app.presenters.order_rows import seat_name
from pos_app.presenters.order_view import Group, ModifiersView
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import Act
from sync_server.domain.commands import Choice, NewPart
from sync_server.domain.ids import LineId
from sync_server.domain.menu import Catalogue, Item, SetPart
from sync_server.domain.pricing import open_groups, price
from sync_server.domain.quantity import ONE, extend
from sync_server.domain.rejections import Refused, refuse


@dataclass(slots=True)
class SetMaking:
    """The set on the sheet: what was taken for each part, and how it is to be."""

    item: Item
    base_minor: int
    seat: int
    taken: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[Choice]] = field(default_factory=dict)
    qty_milli: int = ONE
    note: str = ""
    allergy: str = ""
    pre: str = ""

    def take(self, catalogue: Catalogue, part_id: str, item_id: str) -> None:
        """This dish for a part, with what it comes with."""
        dish = catalogue.items.get(item_id)
        if dish is not None:
            self.taken[part_id] = item_id
            self.choices[part_id] = list(defaults(catalogue, dish))

    def choose(self, catalogue: Catalogue, part_id: str, modifier_id: str) -> None:
        """A choice of the dish of a part, taken or left."""
        dish = catalogue.items.get(self.taken.get(part_id, ""))
        if dish is not None:
            made = toggled(catalogue, dish, self.choices[part_id], modifier_id, self.pre)
            self.choices[part_id] = made
        self.pre = ""

    def portions(self, by: int) -> None:
        """More or fewer, never none."""
        self.qty_milli = max(ONE, self.qty_milli + by * ONE)

    def parts(self, new_id: Callable[[], str]) -> tuple[NewPart, ...]:
        """The parts as they are ordered; `new_id` makes the ids of their lines."""
        return tuple(
            NewPart(
                LineId(new_id()),
                part.part_id,
                self.taken[part.part_id],
                tuple(self.choices[part.part_id]),
            )
            for part in self.item.parts
            if part.part_id in self.taken
        )


def begin(catalogue: Catalogue, item: Item, base_minor: int, seat: int) -> SetMaking:
    """A set with what leaves no choice taken already."""
    made = SetMaking(item, base_minor, seat)
    for part in item.parts:
        if len(part.choices) == 1:
            made.take(catalogue, part.part_id, part.choices[0].item_id)
    return made


def set_view(presenter: Presenter, making: SetMaking) -> ModifiersView:
    """The sheet as it stands."""
    catalogue = presenter.desk.catalogue
    unit, fault = _price(catalogue, presenter, making)
    total = presenter.money(extend(unit, making.qty_milli))
    where = seat_name(presenter, making.seat)
    add = presenter.say("add_to", where=where, sum=total)
    if fault is not None:
        add = presenter.sentence(fault.code, fault.params)
    groups: list[Group] = []
    for part in making.item.parts:
        groups.append(_part_view(presenter, making, part))
        dish = catalogue.items.get(making.taken.get(part.part_id, ""))
        if dish is not None:
            chosen = making.choices[part.part_id]
            groups += [
                group_view(
                    presenter, g, chosen, f"choose_in:{part.part_id}/", presenter.name(dish.names)
                )
                for g in open_groups(catalogue, dish, chosen)
                if g.min_count
            ]
    return ModifiersView(
        title=presenter.name(making.item.names),
        chips=(where,),
        price=total,
        groups=tuple(groups),
        pre=pre_acts(presenter, making.pre)[-2:],
        allergy=presenter.say("allergy_named", name=making.allergy) if making.allergy else "",
        allergy_note=presenter.say("allergy_goes") if making.allergy else "",
        cancel=Act("cancel", presenter.say("cancel")),
        less=Act("portions:-1", icon="remove", enabled=making.qty_milli > ONE),
        quantity=formats.quantity(making.qty_milli, presenter.language),
        more=Act("portions:1", icon="add"),
        add=Act("add_made", add, "accent", fault is None),
    )


def _part_view(presenter: Presenter, making: SetMaking, part: SetPart) -> Group:
    catalogue, stops = presenter.desk.catalogue, presenter.desk.venue.stops
    acts = []
    for choice in part.choices:
        dish = catalogue.items.get(choice.item_id)
        if dish is None:
            continue
        stop = stops.get(choice.item_id)
        gone = stop is not None and stop.left_milli <= 0
        note = f"+{presenter.short(choice.extra_minor)}" if choice.extra_minor else ""
        act = Act(
            f"take_part:{part.part_id}/{choice.item_id}",
            presenter.name(dish.names),
            "chosen" if making.taken.get(part.part_id) == choice.item_id else "plain",
            not gone,
            size=15,
        )
        acts.append(with_note(act, presenter.say("stop") if gone else note))
    missing = part.part_id not in making.taken
    rule = presenter.say("choose_n", n=1)
    return Group(presenter.name(part.names), rule, "late_text" if missing else "dim", tuple(acts))


def _price(
    catalogue: Catalogue, presenter: Presenter, making: SetMaking
) -> tuple[int, Refused | None]:
    """The price so far, and the first thing that is still missing."""
    unit, fault = making.base_minor, None
    for part in making.item.parts:
        item_id = making.taken.get(part.part_id, "")
        dish = catalogue.items.get(item_id)
        if dish is None:
            fault = fault or refuse("part_missing", part=presenter.name(part.names))
            continue
        unit += next(x.extra_minor for x in part.choices if x.item_id == item_id)
        priced = price(catalogue, dish, making.choices[part.part_id], 0)
        if isinstance(priced, Refused):
            fault = fault or priced
            continue
        unit += priced.unit_minor
    return unit, fault
