"""The check in work: menu at the right, lines at the left, send. The view-model is `order_view`.

The commonest path is short: a tap on a dish adds it, a tap on the main button sends. A dish that
cannot be made without a choice opens its sheet (`modifiers`). What may be done with lines is in
`order_lines`.
"""

from dataclasses import replace

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.club_cards import ClubCards, has_club
from pos_app.presenters.finding import find
from pos_app.presenters.modifiers import Making, defaults, modifiers_view, must_ask
from pos_app.presenters.order_lines import FAVOURITES, ready_of
from pos_app.presenters.order_remake import RemakeWork
from pos_app.presenters.order_rows import rows_of
from pos_app.presenters.order_tiles import Tiles
from pos_app.presenters.order_view import ModifiersView, OrderView
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.set_meal import set_view
from pos_app.presenters.shown import NO_SHEET, Act, Chip, Head, Pair, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import Check, bill_is_stale, covered, totals_of
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.menu import Item
from sync_server.domain.quantity import ONE
from sync_server.domain.tariffs import pages_now

_FOUND = 9
FEW_SEATS = 4
_ANSWERED_FIRST = {"void", "remake", "discount", "service", "exempt"}
"""Sheets about money or with a reason: nothing beside them is touched until they are answered."""


class OrderPresenter(ClubCards, RemakeWork):
    """See the module."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self._tiles = Tiles(self)

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the floor; an empty check that was just opened closes without a trace."""
        check = self.check
        if check is not None and not check.lines and not check.payments:
            self.submit(c.AbandonCheck(check.check_id))
        self.enter()
        self.place.quick = False
        self.place.screen = "floor"

    @intent
    def show_category(self, category: str) -> None:
        """Show a part of the menu."""
        self.category = category

    @intent
    def show_seat(self, seat: str) -> None:
        """Work for one seat; the same again shows all."""
        wanted = int(seat)
        self.seat = -1 if wanted == self.seat else wanted

    @intent
    def tap_item(self, item_id: str) -> None:
        """Order a dish: at once, or by its sheet when it needs a choice."""
        check, item = self.check, self.desk.catalogue.items.get(item_id)
        if item is None:
            self.toast(self.sentence("no_item", {"item": item_id}))
            return
        if check is None and not self.place.quick:
            return
        self._shut()
        self.set_making = None
        if self.begin(item):
            return
        if must_ask(self.desk.catalogue, item):
            chosen = list(defaults(self.desk.catalogue, item))
            self.making = Making(
                item, max(0, self.seat), item.course, chosen, base_minor=self.base_price(item)
            )
            return
        same = self._same_unsent(check, item) if check else None
        if same is not None:
            self.alter(same, qty_milli=same.qty_milli + ONE)
            self.picked = same.line_id
            return
        self._add(item, defaults(self.desk.catalogue, item))

    def _same_unsent(self, check: Check, item: Item) -> Line | None:
        """The newest line, if it is the same dish as it stands in the menu and not sent."""
        last = check.lines[-1] if check.lines else None
        plain = {choice.modifier_id for choice in defaults(self.desk.catalogue, item)}
        if (
            last is None
            or last.sent
            or last.state == "void"
            or last.item_id != item.item_id
            or last.seat != max(0, self.seat)
            or last.note
            or last.allergy
            or last.share_of
            or last.fire_ms
            or {chosen.modifier_id for chosen in last.chosen} != plain
        ):
            return None
        return last

    def _add(self, item: Item, choices: tuple[c.Choice, ...], making: Making | None = None) -> None:
        new = c.NewLine(
            line_id=LineId(self.desk.new_id()),
            item_id=item.item_id,
            menu_no=self.desk.catalogue.number,
            choices=choices,
            seat=making.seat if making else max(0, self.seat),
            course=making.course if making else item.course,
            qty_milli=making.qty_milli if making else ONE,
            note=making.note if making else "",
            allergy=making.allergy if making else "",
        )
        if self.submit(c.AddLines(self.ensure_check(), (new,))):
            self.picked = new.line_id
            self.making = None

    def noted(self, note: str, allergy: str) -> None:
        """A note or an allergy for the dish or the set on the sheet."""
        making = self.making or self.set_making
        if making is not None:
            making.note = note or making.note
            making.allergy = allergy or making.allergy

    @intent
    def cancel(self) -> None:
        """Close what is open, from the top."""
        if not self.approval.open and not self.asked:
            self.set_making = None
        super().cancel()

    @intent
    def choose(self, modifier_id: str) -> None:
        """Take a choice or leave it."""
        if self.making is not None:
            self.making.toggle(self.desk.catalogue, modifier_id)

    @intent
    def pre_mark(self, pre: str) -> None:
        """The next choice is left out, doubled, or served apart."""
        making = self.making or self.set_making
        if making is not None:
            making.pre = "" if making.pre == pre else pre

    @intent
    def portions(self, by: str) -> None:
        """More or fewer of the dish on the sheet."""
        making = self.making or self.set_making
        if making is not None:
            making.portions(int(by))

    @intent
    def add_made(self) -> None:
        """The dish on the sheet goes onto the check."""
        if self.set_making is not None:
            self.add_set(self.set_making)
            return
        making = self.making
        if making is None:
            return
        if not making.line_id:
            self._add(making.item, tuple(making.choices), making)
            return
        line = self.check.line(making.line_id) if self.check else None
        if line is not None and self.is_remake(line, making):
            self.remake(line, making)
        elif line is not None and self.alter(
            line,
            choices=tuple(making.choices),
            qty_milli=making.qty_milli,
            note=making.note,
            allergy=making.allergy,
        ):
            self.making = None

    @intent
    def drop(self, what: str) -> None:
        """A line dragged onto a seat or into a course; its tickets follow."""
        row, _, target = what.partition("|")
        line = self.check.line(row.removeprefix("pick:")) if self.check else None
        place, _, number = target.partition(":")
        if line is None or not number.isdigit():
            return
        if place == "show_seat":
            self.alter(line, seat=int(number))
        elif place == "course":
            self.alter(line, course=int(number))

    @intent
    def next_check(self) -> None:
        """The next check of the same table."""
        there = self._siblings()
        ids = [check.check_id for check in there]
        if self.place.check_id in ids and len(ids) > 1:
            at = ids.index(CheckId(self.place.check_id))
            self.place.check_id = ids[(at + 1) % len(ids)]
            self.enter()

    @intent
    def second_check(self) -> None:
        """Another check on the same table."""
        check = self.check
        if check is None:
            return
        check_id = CheckId(self.desk.new_id())
        command = c.OpenCheck(check_id, self.desk.next_number(), check.kind, check.table_id)
        if self.submit(command):
            self.place.check_id = check_id
            self.enter()

    @intent
    def pay(self) -> None:
        """To the till; what is unsent goes to the kitchen first, by a tap."""
        check = self.check
        if check is None:
            return
        if check.unsent and self.place.quick:
            ids = tuple(line.line_id for line in check.unsent)
            if not self.submit(c.SendLines(check.check_id, ids)):
                return
        elif check.unsent:
            act = Act("send", self.say("send_n", n=len(check.unsent)))
            self.toast(self.say("send_first", n=len(check.unsent)), "hold", "info", act)
            return
        if not check.live:
            self.toast(self.sentence("bill_empty", {}))
            return
        if not totals_of(check).total_minor and not check.payments:
            if self.submit(c.AbandonCheck(check.check_id)):
                self.toast(self.say("closed_for_nothing"), "ready", "check")
                self.place.screen = "order" if self.place.quick else "floor"
            return
        self.place.screen = "payment"

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> OrderView:
        """The screen as it stands."""
        check = self.check
        if check is None:
            return self._without_check()
        side, making, sheet = "menu", ModifiersView(), NO_SHEET
        if self.asked or self.approval.open:
            sheet = self.sheet(check)
            side = "sheet" if sheet.kind else "menu"
            sheet = replace(sheet, alone=self.approval.open or self.asked in _ANSWERED_FIRST)
        elif self.making is not None:
            side, making = "modifiers", modifiers_view(self, self.making)
        elif self.set_making is not None:
            side, making = "modifiers", set_view(self, self.set_making)
        send, serve = self._send_act(check), self._serve_act(check)
        return OrderView(
            head=self._head(check),
            seats=self._seats(check),
            rows=rows_of(self, check, self.picked, self.seat),
            empty="" if check.lines else self.say("check_is_empty"),
            totals=self._totals(check),
            total=Pair(self.say("to_pay"), self.money(totals_of(check).total_minor), "total"),
            actions=self._actions(check),
            hold=self._hold_act(check),
            send=send,
            serve=serve,
            side=side,
            categories=self._categories() if side == "menu" else (),
            tiles=self._tiles.of(self.category) if side == "menu" else (),
            page_key=self.category,
            no_tiles="",
            line_actions=self.line_acts(check),
            modifiers=making,
            sheet=sheet,
            strip=(
                Act("ask_for:line", self.say("line_dots")),
                self._hold_act(check),
                *self._actions(check)[2:],
                send,
            ),
        )

    def _without_check(self) -> OrderView:
        """A quick sale that waits for its first dish; or a check that is gone."""
        if not self.place.quick:
            return OrderView(head=self._head(None), empty=self.say("check_is_gone"))
        making = ModifiersView()
        if self.making is not None:
            making = modifiers_view(self, self.making)
        elif self.set_making is not None:
            making = set_view(self, self.set_making)
        side = "modifiers" if making.title else "menu"
        return OrderView(
            head=replace(self._head(None), title=self.say("quick_sale")),
            empty=self.say("check_is_empty"),
            total=Pair(self.say("to_pay"), self.money(0), "total"),
            side=side,
            categories=self._categories() if side == "menu" else (),
            tiles=self._tiles.of(self.category) if side == "menu" else (),
            page_key=self.category,
            modifiers=making,
        )

    def _siblings(self) -> list[Check]:
        check = self.check
        if check is None or not check.table_id:
            return [check] if check else []
        return [
            other for other in self.desk.venue.checks.values() if other.table_id == check.table_id
        ]

    def _head(self, check: Check | None) -> Head:
        back = self.back_act("floor")
        right = (
            Chip(self.say("search"), "ask_for:search", icon="search", sign="search"),
            self.link_chip(),
            self.clock_chip(),
        )
        if check is None:
            return Head("", back, (), right, self.avatar())
        there = self._siblings()
        number = f"№{formats.NO_BREAK}{check.number}"
        if len(there) > 1:
            at = [other.check_id for other in there].index(check.check_id) + 1
            number = self.say("check_of", at=at, n=len(there), number=check.number)
        left = [
            Chip(self.say("guests", n=check.guests), "ask_for:guests", icon="groups"),
            Chip(number, "next_check" if len(there) > 1 else ""),
            *self.club_chip(check),
        ]
        if check.owner != self.desk.me:
            left.append(Chip(self.person(check.owner), icon="person"))
        return Head(self.title(check), back, tuple(left), right, self.avatar())

    def title(self, check: Check) -> str:
        """The table or the name of the tab."""
        return self.where(check) or self.say(f"kind_{check.kind}")

    def _seats(self, check: Check) -> tuple[Act, ...]:
        numbers = [-1, *range(1, min(check.guests, 12) + 1), 0]
        if check.guests > FEW_SEATS:  # a narrow row leaves out what stands last
            numbers = [-1, 0, *numbers[1:-1]]
        return tuple(
            Act(
                f"show_seat:{seat}",
                str(seat) if seat > 0 else self.say("all_seats" if seat else "seat_shared"),
                "seat" if seat == self.seat else "plain",
                size=15,
            )
            for seat in numbers
        )

    def _totals(self, check: Check) -> tuple[Pair, ...]:
        totals = totals_of(check)
        pairs = [Pair(self.say("subtotal"), self.amount(totals.gross_minor), "thin")]
        if totals.discount_minor:
            given = dict.fromkeys(x.name for x in check.grants if x.kind != "surcharge")
            names = ", ".join(given)
            pairs.append(Pair(names, self.amount(-totals.discount_minor), "thin"))
        if totals.surcharge_minor:
            pairs.append(Pair(self.say("surcharge"), self.amount(totals.surcharge_minor), "thin"))
        if check.tax_exempt:
            pairs.append(Pair(self.say("tax_let_off"), self.amount(-totals.exempt_minor), "thin"))
        if totals.service_minor:
            label = self.say("service", rate=formats.percent(check.service_bp, self.language))
            pairs.append(Pair(label, self.amount(totals.service_minor), "thin"))
        for tax in totals.taxes:
            if tax.tax_minor:
                rate = formats.percent(tax.rate_bp, self.language)
                key = "tax_inside" if check.tax_inclusive else "tax_added"
                pairs.append(Pair(self.say(key, rate=rate), self.amount(tax.tax_minor), "thin"))
        paid = covered(check)
        if paid:
            pairs.append(Pair(self.say("paid"), self.amount(-paid), "thin"))
        return tuple(pairs)

    def _actions(self, check: Check) -> tuple[Act, ...]:
        live = bool(check.live)
        line = self.line
        remove = line is not None and not line.sent
        bill = self.say("bill_again" if check.bill_copies else "bill")
        return (
            Act("void", self.say("remove" if remove else "void"), enabled=bool(check.lines)),
            Act("split", self.say("split"), enabled=live),
            Act(
                "bill",
                bill,
                "ringed" if bill_is_stale(check) else "plain",
                live and self.may("pre_bill"),
            ),
            Act("pay", self.say("pay"), "go", live),
        )

    def _hold_act(self, check: Check) -> Act:
        """Of what is unsent; once all is with the kitchen, firing stands in this place."""
        group = self._hold_group(check)
        if group:
            held = all(line.held for line in group)
            return Act("hold", self.say("release" if held else "hold"))
        fire = self.fireable(check)
        if fire:
            label = self.say("fire_course", n=fire[0].course)
            return Act("fire", label, "ringed")
        return Act("hold", self.say("hold"), enabled=False)

    def _serve_act(self, check: Check) -> Act:
        """What waits to be carried; it has its own place, and none while nothing waits."""
        ready = ready_of(check)
        if not ready:
            return Act()
        return Act("serve", self.say("serve_n", n=len(ready)), "go", icon="room_service")

    def _send_act(self, check: Check) -> Act:
        """The accent button sends, and never means anything else."""
        if check.unsent:
            return Act("send", self.say("send_n", n=len(check.unsent)), "accent")
        return Act("send", self.say("all_sent"), "accent", False)

    # -- menu ----------------------------------------------------------------------------------
    def _categories(self) -> tuple[Act, ...]:
        pages = pages_now(self.desk.catalogue, self.where_sold, self.desk.now_ms())
        made = [(FAVOURITES, self.say("favourites"))]
        made += [(page.category_id, self.name(page.names)) for page in pages]
        return tuple(
            Act(f"show_category:{key}", label, "tab" if key == self.category else "flat", size=15)
            for key, label in made
        )

    # -- rows of actions -----------------------------------------------------------------------
    def line_acts(self, check: Check) -> tuple[Act, ...]:
        """The row under the menu."""
        line = self.line
        on = line is not None and line.state != "void"
        fresh = on and line is not None and not line.sent
        open_yet = line is not None and line.state in ("new", "held", "fired")
        item = self.desk.catalogue.items.get(line.item_id) if line else None
        chooses = item is not None and (bool(item.group_ids) or not fresh)
        weighed = item is not None and item.sold_by == "weight"
        double = "×2" if fresh or not on else self.say("again")
        again = Act("double", double, enabled=on and not (weighed and fresh))
        if line is None and self.round_of(check):
            again = Act("repeat_round", self.say("round"), icon="redo")
        return (
            again,
            Act(
                "ask_for:quantity",
                self.say("weigh" if weighed else "quantity"),
                enabled=fresh,
            ),
            Act("change", self.say("choices"), enabled=open_yet and chooses),
            Act("ask_for:seat", self.say("seat_action"), enabled=on),
            Act("ask_for:course", self.say("course_action"), enabled=on),
            Act("ask_for:note", self.say("note"), enabled=open_yet),
            Act("ask_for:discount", self.say("discount"), enabled=self.may("discount")),
            Act("ask_for:more", self.say("more")),
        )

    def check_acts(self, check: Check) -> tuple[Act, ...]:
        """Void and split: in portrait they stand among the actions on the line."""
        return self._actions(check)[:2]

    def more_acts(self, check: Check) -> tuple[Act, ...]:
        """What is wanted less often."""
        return (
            Act(
                "ask_for:table",
                self.say("move_to"),
                enabled=bool(check.table_id),
                icon="table_restaurant",
            ),
            Act(
                "ask_for:colleague",
                self.say("hand_over"),
                enabled=self.may("transfer"),
                icon="swap_horiz",
            ),
            Act("second_check", self.say("second_check"), icon="add"),
            Act(
                "repeat_round",
                self.say("repeat_round"),
                enabled=bool(self.round_of(check)),
                icon="redo",
            ),
            Act(
                "ask_for:fire_time",
                self.say("fire_time"),
                enabled=bool(self.timeable(check)),
                icon="schedule",
            ),
            self.favour_act(),
            Act("ask_for:tab_name", self.say("tab_name"), icon="edit"),
            Act("ask_for:service", self.say("service_action"), icon="room_service"),
            Act("ask_for:exempt", self.say("tax_exempt"), icon="receipt_long"),
            Act("ask_for:guests", self.say("guests_action"), icon="groups"),
            *self._club_acts(check),
            Act("abandon", self.say("close_empty"), enabled=not check.live, icon="close"),
        )

    def _club_acts(self, check: Check) -> tuple[Act, ...]:
        if check.club_card:
            return (Act("club_off", self.say("club_off"), icon="star"),)
        act = Act("ask_for:club_card", self.say("club_card"), icon="star")
        return (act,) if has_club(self.desk) else ()

    def club_check(self) -> CheckId | None:
        """The check in work; at the bar a card may open it."""
        check = self.check
        if check is not None:
            return check.check_id
        return self.ensure_check() if self.place.quick else None

    def confirm_typed(self, asked: str, typed: str) -> bool:
        """Take what was typed for one of these questions; False if it is another's."""
        check = self.check
        if asked == "club_card" and check is not None:
            self.settled(self.attach(check.check_id, typed), asked, typed)
            return True
        return super().confirm_typed(asked, typed)

    def sheet(self, check: Check) -> Sheet:
        """The question that is open; the search offers dishes while letters are typed."""
        if self.asked == "club_card" and not self.approval.open:
            title, hint = self.say("club_number"), self.say("club_number_hint")
            done, figures = self.say("done"), not self.figures
            return sheets.letters(self, title, self.typed, hint, done, (), figures, latin=True)
        if self.asked != "search":
            return super().sheet(check)
        found = self._found() if self.typed.strip() else []
        quick = tuple(
            Act(
                f"tap_item:{item.item_id}",
                self.name(item.names),
                note=self.short(item.price_minor),
                size=15,
            )
            for item in found
        )
        return sheets.letters(
            self,
            self.say("search_title"),
            self.typed,
            self.say("search_hint"),
            self.say("done"),
            quick,
            self.figures,
        )

    def _found(self) -> list[Item]:
        return find(self.typed, self.desk.catalogue.items.values(), _FOUND)

    def scanned(self, code: str) -> None:
        """A bottle or a packet was held before the scanner."""
        items = self.desk.catalogue.items.values()
        item = next((item for item in items if item.barcode == code), None)
        if item is None and self.club_held(code):
            if self.asked == "club_card":
                self._shut()
            return
        drafted = self.making is not None or self.set_making is not None or self.approval.open
        if item is not None and (drafted or self.asked not in ("", "search")):
            self.toast(self.say("scan_later"), "hold", "info")
        elif item is None:
            self.toast(self.say("unknown_barcode", code=code), "hold", "error")
        else:
            self.tap_item(item.item_id)
