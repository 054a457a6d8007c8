"""What is not simply tapped: weighed goods, items of free price, sets, rounds, quick sales.

Part of the order presenter, between `order_terms` and `order`. A draft on a sheet stays until it
is taken or thrown away; a refusal leaves it where it was.
"""

from dataclasses import replace

from pos_app.desk import Desk
from pos_app.preferences import FAVOURITES as MOST_FAVOURITES
from pos_app.presenters import order_sheets as sheets, set_meal
from pos_app.presenters.order_lines import hundredths
from pos_app.presenters.order_terms import TermsWork
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.set_meal import SetMaking
from pos_app.presenters.shown import Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.menu import Item
from sync_server.domain.ordering import choices_of
from sync_server.domain.quantity import ONE, extend
from sync_server.domain.tariffs import place_of, price_now


class SellingWork(TermsWork):
    """State: the set on the sheet; the weighed or open item that is being asked about."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.set_making: SetMaking | None = None
        self.wanted = ""
        self.weighed_again = ""
        self.open_name = ""
        self.open_minor = 0
        self.open_tax = ""

    def enter(self) -> None:
        """Another check: no set and no item is being made."""
        super().enter()
        self.set_making, self.wanted = None, ""

    def base_price(self, item: Item) -> int:
        """What the dish costs here and now, before choices."""
        return price_now(self.desk.catalogue, item, self.where_sold, self.desk.now_ms())[0]

    @property
    def where_sold(self) -> str:
        """The hall of the table, or the kind of a check without one: prices and pages go by it."""
        check = self.check
        kind, table_id = (check.kind, check.table_id) if check else ("tab", "")
        return place_of(self.desk.catalogue, kind, table_id)

    def ensure_check(self) -> CheckId:
        """The check in work; a quick sale opens its own with the first dish."""
        if self.check is None and self.place.quick:
            check_id = CheckId(self.desk.new_id())
            if self.submit(c.OpenCheck(check_id, self.desk.next_number(), "tab")):
                self.place.check_id = check_id
        return CheckId(self.place.check_id)

    def begin(self, item: Item) -> bool:
        """Ask what a set, a weighed or an open item needs; False for a plain dish."""
        if item.parts:
            seat = max(0, self.seat)
            made = set_meal.begin(self.desk.catalogue, item, self.base_price(item), seat)
            self.set_making = made
            return True
        self.weighed_again = ""
        if item.sold_by == "weight":
            self.ask("weight")
        elif item.sold_by == "open":
            self.open_name, self.open_minor, self.open_tax = "", 0, item.tax_id
            self.ask("open_name")
        else:
            return False
        self.wanted = item.item_id
        return True

    # -- sets ----------------------------------------------------------------------------------
    @intent
    def take_part(self, where: str) -> None:
        """A dish for a part of the set."""
        part_id, _, item_id = where.partition("/")
        if self.set_making is not None:
            self.set_making.take(self.desk.catalogue, part_id, item_id)

    @intent
    def choose_in(self, where: str) -> None:
        """A choice of the dish of a part."""
        part_id, _, modifier_id = where.partition("/")
        if self.set_making is not None:
            self.set_making.choose(self.desk.catalogue, part_id, modifier_id)

    def add_set(self, making: SetMaking) -> None:
        """The set on the sheet goes onto the check."""
        new = c.NewLine(
            LineId(self.desk.new_id()),
            making.item.item_id,
            self.desk.catalogue.number,
            making.qty_milli,
            seat=making.seat,
            note=making.note,
            allergy=making.allergy,
            parts=making.parts(self.desk.new_id),
        )
        if self.submit(c.AddLines(self.ensure_check(), (new,))):
            self.set_making = None

    # -- weight and free price -----------------------------------------------------------------
    @intent
    def open_tax_as(self, tax_id: str) -> None:
        """How the open item is taxed."""
        self.open_tax = tax_id

    @intent
    def open_at(self, station_id: str) -> None:
        """Where the open item is made; then it is ordered."""
        item = self.desk.catalogue.items.get(self.wanted)
        if item is None:
            self.toast(self.sentence("no_item", {"item": self.wanted}))
            return
        new = c.NewLine(
            LineId(self.desk.new_id()),
            item.item_id,
            self.desk.catalogue.number,
            seat=max(0, self.seat),
            name=self.open_name,
            price_minor=self.open_minor,
            tax_id=self.open_tax,
            station_id=station_id,
        )
        if self.submit_or_ask(c.AddLines(self.ensure_check(), (new,))):
            self.picked = new.line_id
            self._shut()

    def quantity_asked(self, line: Line) -> None:
        """How much of an unsent line: what is sold by weight is weighed again."""
        item = self.desk.catalogue.items.get(line.item_id)
        if item is None or item.sold_by != "weight":
            super().quantity_asked(line)
            return
        self.wanted, self.weighed_again = item.item_id, line.line_id
        self.ask("weight")

    def _weighed(self, typed: str) -> None:
        check, again = self.check, self.weighed_again
        line = check.line(again) if check is not None and again else None
        if again:
            if line is None:
                self.toast(self.sentence("no_line", {}))
            elif not self.alter(line, qty_milli=int(typed) if typed.isdigit() else 0):
                self.asked, self.typed = "weight", typed
            return
        new = c.NewLine(
            LineId(self.desk.new_id()),
            self.wanted,
            self.desk.catalogue.number,
            int(typed) if typed.isdigit() else 0,
            seat=max(0, self.seat),
        )
        if self.submit(c.AddLines(self.ensure_check(), (new,))):
            self.picked = new.line_id
        else:
            self.asked, self.typed = "weight", typed

    @intent
    def weigh(self) -> None:
        """Read the scale: the weight stands where it would be typed, and is added by a tap."""
        self.desk.later(self._weigh(self.wanted))

    async def _weigh(self, item_id: str) -> None:
        weighed = await self.desk.attached.weigh()
        if self.asked != "weight" or self.wanted != item_id:
            return
        if weighed.code:
            self.toast(self.say(weighed.code), "hold", "warning")
        else:
            self.typed = str(weighed.grams)

    def confirm_typed(self, asked: str, typed: str) -> bool:
        """Take what was typed for one of these questions; False if it is another's."""
        if asked == "weight":
            self._weighed(typed)
        elif asked == "open_name":
            self.open_name = typed
            self.ask("open_price")
        elif asked == "open_price":
            self.open_minor = hundredths(typed)
            self.ask("open_station")
        else:
            return super().confirm_typed(asked, typed)
        return True

    # -- favourites ----------------------------------------------------------------------------
    @intent
    def favour(self) -> None:
        """The picked dish goes among one's own favourites, which stand first, or out of them."""
        line = self.line
        if line is None:
            self.toast(self.say("pick_a_line"))
            return
        item_id = line.set_item_id or line.item_id
        mine = self.desk.preference.favourites
        if item_id in mine:
            self.desk.prefer(favourites=tuple(x for x in mine if x != item_id))
        elif len(mine) >= MOST_FAVOURITES:
            self.toast(self.sentence("too_many", {"limit": MOST_FAVOURITES}))
            return
        else:
            self.desk.prefer(favourites=(*mine, item_id))
        self._shut()

    def favour_act(self) -> Act:
        """To one's own favourites, or out of them."""
        line = self.line
        mine = self.desk.preference.favourites
        known = line is not None and (line.set_item_id or line.item_id) in mine
        key = "favourite_drop" if known else "favourite_add"
        return Act("favour", self.say(key), enabled=line is not None, icon="star")

    # -- rounds --------------------------------------------------------------------------------
    def round_of(self, check: Check) -> list[Line]:
        """What was fired last, together: the last round."""
        fired = [line for line in check.live if line.fired_ms]
        last = max((line.fired_ms for line in fired), default=0)
        return [line for line in fired if line.fired_ms == last]

    @intent
    def repeat_round(self) -> None:
        """The last round once more."""
        check = self.check
        lines = self.round_of(check) if check is not None else []
        if not lines:
            self.toast(self.say("no_round"))
            return
        self.repeat(lines)

    def again(self, line: Line) -> None:
        """The same once more; of a set the whole set."""
        check = self.check
        kin = [x for x in check.live if line.set_id and x.set_id == line.set_id] if check else []
        self.repeat(kin or [line])

    def repeat(self, lines: list[Line]) -> None:
        """The same dishes as new lines."""
        new = self._anew(lines)
        if self.submit(c.AddLines(CheckId(self.place.check_id), new)):
            self.picked = new[-1].line_id if len(new) == 1 else ""

    def put_back(self, line: Line) -> c.AddLines:
        """What brings a line back that was taken off, with its set."""
        check = self.check
        kin = [x for x in check.lines if line.set_id and x.set_id == line.set_id] if check else []
        return c.AddLines(CheckId(self.place.check_id), self._anew(kin or [line]))

    def _anew(self, lines: list[Line]) -> tuple[c.NewLine, ...]:
        """Orders of the same dishes; sets as sets."""
        new: list[c.NewLine] = []
        told: set[str] = set()
        for line in lines:
            if not line.set_id:
                new.append(self._line_again(line))
            elif line.set_id not in told:
                told.add(line.set_id)
                kin = [x for x in lines if x.set_id == line.set_id]
                new.append(self._set_again(line, kin))
        return tuple(new)

    def _line_again(self, line: Line) -> c.NewLine:
        catalogue = self.desk.catalogue
        item = catalogue.items.get(line.item_id)
        free = item is not None and item.sold_by == "open"
        return c.NewLine(
            LineId(self.desk.new_id()),
            line.item_id,
            catalogue.number,
            ONE if line.share_of else line.qty_milli,
            choices_of(line),
            line.seat,
            line.course,
            line.note,
            line.allergy,
            name=line.name if free else "",
            price_minor=line.unit_minor if free else -1,
            tax_id=line.tax_id if free else "",
            station_id=line.station_ids[0] if free and line.station_ids else "",
        )

    def _set_again(self, line: Line, kin: list[Line]) -> c.NewLine:
        item = self.desk.catalogue.items.get(line.set_item_id)
        parts: list[c.NewPart] = []
        for one in kin:
            part = next(
                (
                    part
                    for part in (item.parts if item else ())
                    if any(choice.item_id == one.item_id for choice in part.choices)
                    and all(part.part_id != made.part_id for made in parts)
                ),
                None,
            )
            if part is not None:
                new_id = LineId(self.desk.new_id())
                made = c.NewPart(new_id, part.part_id, one.item_id, choices_of(one), one.note)
                parts.append(made)
        return c.NewLine(
            LineId(self.desk.new_id()),
            line.set_item_id,
            self.desk.catalogue.number,
            line.qty_milli,
            seat=line.seat,
            allergy=line.allergy,
            parts=tuple(parts),
        )

    # -- sheets --------------------------------------------------------------------------------
    def sheet(self, check: Check) -> Sheet:
        """The sheet of the question that is open."""
        item = self.desk.catalogue.items.get(self.wanted)
        if self.approval.open or item is None:
            return super().sheet(check)
        name = self.name(item.names)
        match self.asked:
            case "weight":
                grams = int(self.typed) if self.typed.isdigit() else 0
                title = self.say("weight_of", name=name)
                done = self.say("take_over" if self.weighed_again else "weigh_in")
                made = sheets.keypad(self, title, self.typed, done)
                if self.desk.attached.weighs:
                    made = sheets.with_key(made, Act("weigh", self.say("weigh"), "outline"))
                return replace(made, aside=self.money(extend(self._price_by_weight(item), grams)))
            case "open_name":
                words = self.say("open_name"), self.typed, self.say("open_hint")
                return sheets.letters(self, *words, self.say("next"), (), self.figures)
            case "open_price":
                title = self.say("open_price_of", name=self.open_name)
                return sheets.keypad(self, title, self.typed, self.say("next"), ".")
            case "open_station":
                return self._station_sheet()
        return super().sheet(check)

    def _price_by_weight(self, item: Item) -> int:
        """Of a line that is weighed again the price of when it was ordered."""
        line = self.check.line(self.weighed_again) if self.check and self.weighed_again else None
        return line.unit_minor if line is not None else self.base_price(item)

    def _station_sheet(self) -> Sheet:
        catalogue = self.desk.catalogue
        acts = [
            Act(f"open_at:{station.station_id}", self.name(station.names), icon="kitchen")
            for station in catalogue.stations.values()
        ]
        acts += [
            Act(
                f"open_tax_as:{tax.tax_id}",
                self.name(tax.names),
                "ringed" if tax.tax_id == self.open_tax else "outline",
            )
            for tax in catalogue.taxes.values()
        ]
        made = sheets.choices(self, self.say("open_station"), tuple(acts), 2)
        return replace(made, aside=self.money(self.open_minor), text=self.open_name)
