"""A cashier's shift at this terminal's drawer: open, cash in and out, count blind, close.

Four steps of closing: what is still open, the count, the comparison, the Z. The expected cash is
not shown before the count is in. Nothing blocks silently: what is open is listed and can be handed
over. View-model: `shift_view`.
"""

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.before_close import open_work
from pos_app.presenters.presenter import AGAIN_MS, Place, Presenter, digits, intent
from pos_app.presenters.shift_view import Note, ShiftView
from pos_app.presenters.shown import Act, Card, Chip, Head, Pair
from sync_server.domain import commands as c
from sync_server.domain.events import CashCount
from sync_server.domain.ids import ShiftId
from sync_server.domain.limits import AMOUNT_MINOR, QTY_MILLI
from sync_server.domain.menu import Currency
from sync_server.domain.money import worth
from sync_server.domain.shifts import Shift, purse_of

STEPS = ("work", "count", "review", "closed")
_NEXT_MOVE = {"in": "out", "out": "drop", "drop": "in"}


class ShiftPresenter(Presenter):
    """State: the step, the counts, what was typed, the reason of a difference."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.step = "work"
        self.counts: dict[int, int] = {}
        self.picked = 0
        self.abroad_counts: dict[str, int] = {}
        self.abroad_picked = ""
        self.typed = ""
        self.reason = ""
        self.moving = ""
        self.closed_id = ""
        self.counted_ms = 0
        self.purse = False

    def enter(self) -> None:
        """From the first step; a count that was begun stays."""
        self.step, self.typed, self.reason, self.moving = "work", "", "", ""
        self.picked, self.closed_id, self.abroad_picked = 0, "", ""
        self.purse = self.desk.venue.shift_at(purse_of(self.desk.me)) is not None

    @property
    def place_of_cash(self) -> str:
        """The drawer here, or one's own purse: whichever is looked at."""
        return purse_of(self.desk.me) if self.purse else self.desk.device.drawer

    @property
    def shift(self) -> Shift | None:
        """The open shift that is looked at, or the one just closed here."""
        if self.closed_id:
            return self.desk.venue.shifts.get(ShiftId(self.closed_id))
        return self.desk.venue.shift_at(self.place_of_cash)

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the floor, or to the payment for which a drawer was wanted."""
        self.place.screen, self.place.pays_at = self.place.pays_at or "floor", ""

    @intent
    def open_day(self) -> None:
        """Begin the business day, named after today in the venue's zone."""
        now, zone = self.desk.now_ms(), self.desk.catalogue.settings.zone
        self.submit(c.OpenDay(formats.iso_day(now, zone)))

    @intent
    def open_shift(self) -> None:
        """Take the drawer, or a purse, with the float that was typed."""
        shift_id = ShiftId(self.desk.new_id())
        command = c.OpenShift(shift_id, self.place_of_cash, int(self.typed or "0"))
        if self.submit(command):
            self.counts, self.typed = {}, ""
            if self.place.pays_at:
                self.back()

    @intent
    def go_step(self, step: str) -> None:
        """One of the four steps, as far as it may be gone to."""
        shift = self.shift
        if step == "review" and (shift is None or shift.state == "open" or self._count_again()):
            return
        self.step, self.moving, self.picked, self.typed = step, "", 0, ""

    @intent
    def other_till(self) -> None:
        """From the drawer to one's own purse, and back; what was counted is of one of the two."""
        self.purse = not self.purse
        self.step, self.typed, self.reason, self.moving, self.closed_id = "work", "", "", "", ""
        self.counts, self.abroad_counts = {}, {}

    @intent
    def desk_tab(self, tab: str) -> None:
        """To a tab of the cash desk, where what is open has its next step."""
        self.place.tab = tab
        self.place.screen = "cash_desk"

    @intent
    def rooms(self) -> None:
        """The room charges of the day, each with its next step."""
        self.place.check_id = ""
        self.place.screen = "room_list"

    @intent
    def less(self, face: str) -> None:
        """One note fewer."""
        self._count(int(face), self.counts.get(int(face), 0) - 1)

    @intent
    def more(self, face: str) -> None:
        """One note more."""
        self._count(int(face), self.counts.get(int(face), 0) + 1)

    @intent
    def note(self, face: str) -> None:
        """Type the number of notes instead."""
        self.abroad_picked = ""
        self.picked = 0 if self.picked == int(face) else int(face)

    def _count(self, face: int, count: int) -> None:
        self.counts[face] = min(QTY_MILLI, max(0, count))

    @intent
    def key(self, key: str) -> None:
        """A figure: of the count picked, of the float, or of the cash moved."""
        if self.picked:
            text = str(self.counts.get(self.picked, 0))
            text = text[:-1] if key == "back" else text + key
            self._count(self.picked, int(text or "0"))
        elif self.abroad_picked:
            text = str(self.abroad_counts.get(self.abroad_picked, 0))
            text = text[:-1] if key == "back" else text + key
            self.abroad_counts[self.abroad_picked] = min(AMOUNT_MINOR, int(text or "0"))
        elif key == "back":
            self.typed = self.typed[:-1]
        elif int((self.typed + key) or "0") <= AMOUNT_MINOR:
            self.typed = (self.typed + key).lstrip("0")

    @intent
    def review(self) -> None:
        """The count is in; now the expected cash may be seen. The second of two quick taps is no
        second count: that would agree with the first, whatever lies in the drawer."""
        shift, again = self.shift, self.desk.now_ms() - self.counted_ms < AGAIN_MS
        if shift is None or again or self.step != "count":
            return
        counts = tuple(
            c.DenominationCount(face, count) for face, count in self.counts.items() if count
        )
        abroad = tuple(
            c.ForeignMoney(currency, counted) for currency, counted in self.abroad_counts.items()
        )
        first = shift.counts if shift.state == "counted" else None
        if self.submit(c.CountDrawer(shift.shift_id, counts, abroad)):
            self.counted_ms = self.desk.now_ms()
            self.picked, self.abroad_picked = 0, ""
            self.step = "review"
            if self._count_again():
                self._ask_again(first)

    def _count_again(self) -> bool:
        """Whether the drawer has to be counted once more; how far it is off is not told."""
        shift, settings = self.shift, self.desk.catalogue.settings
        if shift is None or shift.state != "counted" or not settings.count_twice:
            return False
        off = shift.counted_minor != shift.drawer_minor or any(
            counted != taken for _, counted, taken in self._abroad_rows(shift)
        )
        return off and not shift.counts_agree

    def _ask_again(self, first: tuple[CashCount, ...] | None) -> None:
        """From nothing, so that the second count is a count; in which pieces two differ is told."""
        shift = self.shift
        now = {x.denomination_minor: x.count for x in shift.counts} if shift else {}
        was = {x.denomination_minor: x.count for x in first or ()}
        self.step, self.counts, self.abroad_counts = "count", {}, {}
        if first is None:
            self.toast(self.say("count_once_more"), "hold", "info")
            return
        faces = sorted({*now, *was}, reverse=True)
        differ = [self.short(face) for face in faces if now.get(face, 0) != was.get(face, 0)]
        what = ", ".join(differ) or self.say("foreign_money")
        self.toast(self.say("counts_differ", what=what), "late", "warning")

    @intent
    def why(self, reason_id: str) -> None:
        """Why there is too much or too little."""
        self.reason = reason_id

    @intent
    def close(self) -> None:
        """The Z."""
        shift = self.shift
        if shift is None:
            return
        reason = self.desk.catalogue.reasons.get(self.reason)
        words = self.name(reason.names) if reason else ""
        if self.submit(c.CloseShift(shift.shift_id, words)):
            self.closed_id, self.step, self.counts = shift.shift_id, "closed", {}
            self.abroad_counts = {}

    @intent
    def close_day(self) -> None:
        """End the business day."""
        if self.submit(c.CloseDay()):
            self.place.screen = "floor"

    @intent
    def print_x(self) -> None:
        """The shift so far, on paper."""
        if self.shift is not None and self.submit(c.PrintX(self.shift.shift_id)):
            self.toast(self.say("x_goes"), "ready", "print")

    @intent
    def move(self, kind: str) -> None:
        """Begin cash in, out or a drop; the same again leaves it."""
        self.moving = "" if self.moving == kind else kind
        self.typed = self.reason = ""

    @intent
    def move_now(self) -> None:
        """Record the cash moved."""
        shift, reason = self.shift, self.desk.catalogue.reasons.get(self.reason)
        words = self.name(reason.names) if reason else self.say(f"cash_{self.moving}")
        if shift is None:
            return
        command = c.MoveCash(shift.shift_id, self.moving, int(self.typed or "0"), words)
        if self.submit(command):
            self.moving = self.typed = self.reason = ""

    @intent
    def cash_desk(self) -> None:
        """To the cash desk."""
        self.place.screen = "cash_desk"

    @intent
    def abroad(self, currency: str) -> None:
        """Type how much of a foreign currency was counted."""
        self.abroad_picked = "" if self.abroad_picked == currency else currency
        self.picked = 0

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> ShiftView:
        """The screen as it stands."""
        shift = self.shift
        if shift is None:
            return self._opening()
        if shift.state == "closed":
            return self._closed(shift)
        if self.moving:
            return self._moving(shift)
        if self.step == "review" and shift.state == "counted" and not self._count_again():
            return self._review(shift)
        if self.step in ("count", "review"):
            return self._counting(shift)
        return self._work(shift)

    def _head(self, shift: Shift | None, step: str) -> Head:
        drawer = self.till(self.place_of_cash)
        title = self.say("open_purse" if self.purse else "open_shift")
        chips: tuple[Chip, ...] = ()
        if shift is not None:
            drawer = self.whose_till(shift)
            title = self.say("close_shift", number=shift.number)
            chips = tuple(
                Chip(
                    f"{place} {self.say(f'step_{name}')}",
                    f"go_step:{name}" if name != "closed" and shift.state != "closed" else "",
                    tone="accent" if name == step else "raised",
                    short=str(place),
                )
                for place, name in enumerate(STEPS, 1)
            )
        return Head(
            title,
            self.back_act("pay" if self.place.pays_at else "floor"),
            chips,
            (self.link_chip(), Chip(drawer), self.clock_chip()),
        )

    def _opening(self) -> ShiftView:
        day = self.desk.venue.day
        if day is None:
            main = Act("open_day", self.say("open_day"), "accent", self.may("open_day"), size=19)
            left = (Card(self.say("no_day"), (self.say("no_day_text"),), "", "hold"),)
            return ShiftView(self._head(None, ""), "open", left_cards=left, main=main)
        may = self.may("open_shift")
        typed = int(self.typed or "0")
        return ShiftView(
            self._head(None, ""),
            "open",
            left_title=self.say("purse_title" if self.purse else "float_title"),
            left_cards=(Card(self.say("float_text")),),
            counted=Pair(self.say("float"), self.money(typed), "total"),
            keys=digits(),
            right_title=self.till(self.place_of_cash),
            cards=(
                self._desk_card(),
                self._other_till_card(),
                *(() if may else (Card(self.sentence("not_allowed", {"right": "open_shift"})),)),
            ),
            third=self._close_day_act(),
            main=Act(
                "open_shift",
                self.say("open_purse" if self.purse else "open_shift"),
                "accent",
                may,
                size=19,
            ),
        )

    def _desk_card(self) -> Card:
        """The way to closed checks, vouchers, accounts and the rest of the cash desk."""
        return Card(
            *(self.say("cash_desk"), (self.say("cash_text"),), ""),
            *("accent", "cash_desk", "chevron_right"),
        )

    def _other_till_card(self) -> Card:
        """The way to one's own purse, or back to the drawer."""
        if self.purse:
            title = self.say("drawer_of", drawer=self.desk.device.drawer)
            text = self.say("to_drawer_text")
        else:
            title, text = self.say("my_purse"), self.say("my_purse_text")
        return Card(formats.capital(title), (text,), "", "line", "other_till", "chevron_right")

    def _close_day_act(self) -> Act:
        shifts_open = any(s.state != "closed" for s in self.desk.venue.shifts.values())
        if self.desk.venue.day is None or not self.may("close_day"):
            return Act()
        return Act("close_day", self.say("close_day"), "outline", not shifts_open)

    def _work(self, shift: Shift) -> ShiftView:
        return ShiftView(
            self._head(shift, "work"),
            "work",
            left_title=self.say("step_work"),
            left_cards=open_work(self),
            middle_title=self.say("x_title"),
            rows=self._figures(shift),
            foot=self.say("blind"),
            right_title=self.say("cash_title"),
            cards=(self._desk_card(), self._other_till_card()),
            third=Act("move:in", self.say("cash_in_out"), "outline", self.may("cash_in_out")),
            second=Act("print_x", self.say("print_x"), "outline", self.may("close_shift")),
            main=Act("go_step:count", self.say("to_count"), "accent", self.may("close_shift")),
        )

    def _counting(self, shift: Shift) -> ShiftView:
        counted = sum(face * count for face, count in self.counts.items())
        typing = bool(self.picked or self.abroad_picked)
        return ShiftView(
            self._head(shift, "count"),
            "count",
            left_title=self.say("count_differs" if self._count_again() else "count_drawer"),
            notes=(
                *(self._note(face) for face in self.desk.catalogue.settings.denominations_minor),
                *(self._foreign_note(each) for each in self.desk.catalogue.settings.currencies),
            ),
            counted=Pair(self.say("counted"), self.money(counted), "total"),
            middle_title=self.say("how_many" if typing else "x_title"),
            rows=() if typing else self._figures(shift),
            middle_keys=digits(("00", "back")) if typing else (),
            foot="" if typing else self.say("blind"),
            right_title=self.say("before_you_close"),
            cards=open_work(self),
            second=Act("print_x", self.say("print_x"), "outline"),
            main=Act("review", self.say("review"), "accent", size=19),
        )

    def _note(self, face: int) -> Note:
        count = self.counts.get(face, 0)
        return Note(
            f"note:{face}",
            self.short(face),
            str(count),
            self.amount(face * count),
            f"less:{face}",
            f"more:{face}",
            picked=face == self.picked,
        )

    def _foreign_note(self, currency: Currency) -> Note:
        """Foreign cash is counted by its sum, apart from the house's money."""
        counted = self.abroad_counts.get(currency.code, 0)
        return Note(
            f"abroad:{currency.code}",
            currency.code,
            formats.short(counted, currency.code, self.language),
            self.amount(worth(counted, currency.rate_minor, currency.digits)),
            f"abroad:{currency.code}",
            f"abroad:{currency.code}",
            picked=currency.code == self.abroad_picked,
        )

    def _abroad_rows(self, shift: Shift) -> tuple[tuple[str, int, int], ...]:
        """Each foreign currency with what was counted and what was taken."""
        counted = {each.currency: each.counted_minor for each in shift.foreign_counted}
        taken = shift.figures.foreign
        return tuple((x.currency, counted.get(x.currency, 0), x.amount_minor) for x in taken)

    def _review(self, shift: Shift) -> ShiftView:
        over = shift.counted_minor - shift.drawer_minor
        abroad = self._abroad_rows(shift)
        differs = bool(over) or any(counted != taken for _, counted, taken in abroad)
        token = "ready" if not over else "late"
        word = "exact" if not over else "over" if over > 0 else "short"
        why = self._reasons("over_short")
        return ShiftView(
            self._head(shift, "review"),
            "review",
            left_title=self.say("step_review"),
            left_rows=(
                Pair(self.say("expected"), self.amount(shift.drawer_minor), rule=True),
                Pair(self.say("counted"), self.amount(shift.counted_minor), rule=True),
                *(
                    Pair(
                        self.say("foreign_count", currency=currency),
                        f"{formats.amount(counted, currency, self.language)} / "
                        f"{formats.amount(taken, currency, self.language)}",
                        rule=True,
                    )
                    for currency, counted, taken in abroad
                ),
            ),
            counted=Pair(self.say(f"cash_{word}"), self.money(over), "total", token),
            left_cards=why if differs else (),
            middle_title=self.say("x_title"),
            rows=self._figures(shift),
            right_title=self.say("before_you_close"),
            cards=open_work(self),
            second=Act("go_step:count", self.say("count_again"), "outline"),
            main=Act(
                "close", self.say("print_z"), "accent", not differs or bool(self.reason), size=19
            ),
        )

    def _closed(self, shift: Shift) -> ShiftView:
        word = "exact" if not shift.over_minor else "over" if shift.over_minor > 0 else "short"
        return ShiftView(
            self._head(shift, "closed"),
            "closed",
            left_title=self.say("z_title", number=shift.z_no),
            left_rows=(
                Pair(self.say("expected"), self.amount(shift.drawer_minor), rule=True),
                Pair(self.say("counted"), self.amount(shift.counted_minor), rule=True),
            ),
            counted=Pair(
                self.say(f"cash_{word}"),
                self.money(shift.over_minor),
                "total",
                "late" if shift.over_minor else "ready",
            ),
            middle_title=self.say("z_figures"),
            rows=self._figures(shift),
            right_title=self.say("shift_is_closed"),
            cards=(Card(self.say("z_goes"), (), "", "ready"),),
            third=self._close_day_act(),
            main=Act("back", self.say("done_to_floor"), "accent", size=19),
        )

    def _reasons(self, kind: str) -> tuple[Card, ...]:
        """Why something may be done, to choose from; the chosen one is ticked."""
        return tuple(
            Card(
                self.name(r.names),
                stripe="accent" if r.reason_id == self.reason else "line",
                id=f"why:{r.reason_id}",
                icon="check" if r.reason_id == self.reason else "",
            )
            for r in self.desk.catalogue.reasons.values()
            if r.kind == kind
        )

    def _moving(self, shift: Shift) -> ShiftView:
        kind = {"in": "cash_in", "out": "cash_out", "drop": "cash_out"}[self.moving]
        return ShiftView(
            self._head(shift, "work"),
            "cash",
            left_title=self.say("cash_title"),
            counted=Pair(
                self.say(f"cash_{self.moving}"), self.money(int(self.typed or "0")), "total"
            ),
            keys=digits(),
            middle_title=self.say("cash_moves"),
            rows=tuple(
                Pair(event.reason, self.amount(event.amount_minor), rule=True)
                for event in shift.moves
            ),
            right_title=self.say("reason"),
            cards=self._reasons(kind),
            third=Act(
                f"move:{_NEXT_MOVE[self.moving]}",
                self.say("other_way"),
                "outline",
                icon="swap_horiz",
            ),
            second=Act(f"move:{self.moving}", self.say("cancel"), "outline"),
            main=Act(
                "move_now",
                self.say(f"cash_{self.moving}_do"),
                "accent",
                bool(self.typed and self.reason),
                size=18,
            ),
        )

    # -- figures -------------------------------------------------------------------------------
    def _figures(self, shift: Shift) -> tuple[Pair, ...]:
        f = shift.figures
        cash = [(self.say("cash_sales"), self.amount(f.cash_minor))]
        other = [
            (self.say(f"tender_{each.tender}"), self.amount(each.amount_minor))
            for each in f.tenders
            if each.tender not in ("cash", "room")
        ]
        rows = [
            (self.say("checks_guests"), f"{f.checks} · {f.guests}"),
            (self.say("sales_gross"), self.amount(f.gross_minor)),
            (self.say("discounts"), self.amount(-f.discount_minor)),
            (self.say("voids", n=f.voids_count), self.amount(-f.voids_minor)),
            (self.say("service_sum"), self.amount(f.service_minor)),
            *other,
            (self.say("rooms", n=f.room_count), self.amount(f.room_minor)),
            (self.say("tips"), self.amount(f.tips_minor)),
            (self.say("refunds"), self.amount(-f.refunds_minor)),
            *(cash if self.step in ("review", "closed") else ()),
            (self.say("float"), self.amount(shift.float_minor)),
            (self.say("cash_in"), self.amount(f.cash_in_minor)),
            (self.say("cash_out"), self.amount(-f.cash_out_minor)),
            (self.say("drops"), self.amount(-f.drops_minor)),
        ]
        return tuple(Pair(label, value, rule=True) for label, value in rows)
