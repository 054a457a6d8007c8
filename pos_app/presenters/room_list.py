"""The room charges of this day for cashier and reception: what waits, what was refused, what is
unclear, each with the one right next step; and the day beside the hotel's own sums.

Rule: an unclear charge is settled by somebody who looked at the folio, and is sent again only on
that person's word. What the guest's limit refused, and what is taken back, needs a right, one's own
or a colleague's. Nothing is edited here. View-model: `room_list_view`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.questions import Questions
from pos_app.presenters.room_list_view import RoomListView
from pos_app.presenters.shown import Act, Card, Head, Pair
from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.folio import Charge
from sync_server.domain.ids import ChargeId

_SHOWN = 40
_REASONS = 4
_ALARMING = frozenset({"unknown", "silent", "other_sum", "only_hotel", "sent_again"})
_ORDER = ("unknown", "refused", "deferred", "pending", "posted")
_STRIPES = {
    "unknown": "late",
    "refused": "late",
    "deferred": "hold",
    "pending": "hold",
    "posted": "ready",
}


class RoomListPresenter(Questions):
    """State: the charge in hand, whether it is asked why it is taken back, or the comparison of
    the day."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.enter()

    def enter(self) -> None:
        """Nothing in hand."""
        self.picked, self.asks_why = "", False
        self.nothing_asked()
        self.compared: Mapping[str, Any] = {}
        self.message = self.day = ""

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the check that was being charged, or to the shift."""
        self.place.screen = "room_charge" if self.place.check_id else "shift"

    @intent
    def pick(self, charge_id: str) -> None:
        """Take a charge in hand."""
        self.picked, self.compared, self.message = charge_id, {}, ""
        self.asks_why = False

    @intent
    def on_folio(self) -> None:
        """Somebody saw it on the folio."""
        self.submit(c.ResolveCharge(ChargeId(self.picked), True))

    @intent
    def not_on_folio(self) -> None:
        """Somebody looked and it is not there: it goes out once more."""
        self.submit(c.ResolveCharge(ChargeId(self.picked), False))

    @intent
    def take_back(self) -> None:
        """Ask why; once more lets it be."""
        self.asks_why = not self.asks_why

    @intent
    def because(self, reason_id: str) -> None:
        """The charge in hand is taken back, as a posting of its own."""
        shift = self.till_shift
        if shift is None:
            return
        command = c.ReverseCharge(
            ChargeId(self.picked), ChargeId(self.desk.new_id()), shift.shift_id, reason_id
        )
        self.submit_or_ask(command)

    def went_through(self) -> None:
        """What was asked of the hotel is on its way."""
        self.asks_why = False

    @intent
    def beyond(self) -> None:
        """What the hotel refused for the guest's limit is charged all the same, as a new charge."""
        charge = self.desk.venue.charges.get(ChargeId(self.picked))
        shift = self.till_shift
        if charge is None or shift is None:
            return
        command = c.ChargeRoom(
            charge.check_id,
            ChargeId(self.desk.new_id()),
            shift.shift_id,
            charge.stay_id,
            charge.room,
            charge.guest,
            charge.amount_minor,
            charge.tip_minor,
            slip=charge.request.slip,
            over_limit=True,
        )
        self.submit_or_ask(command)

    @intent
    def compare(self) -> None:
        """Ask for the hotel's own sums of this day."""
        day = self.desk.venue.day
        if day is not None:
            self.desk.later(self._compare(day.day))

    @intent
    def compare_by(self, days: str) -> None:
        """The day so many days away from the one that is compared: after the night audit."""
        there = date.fromisoformat(self.day) + timedelta(days=int(days))
        self.desk.later(self._compare(there.isoformat()))

    @intent
    def state_total(self) -> None:
        """What the hotel's own report says of this outlet: a link that tells no sums cannot."""
        step = Step("sum", "total", self.say("report_total"), hint=self.say("report_total_hint"))

        def done(answers: Answers) -> None:
            total_minor = int(answers["total"] or "0")
            if self.submit(c.StateHotelTotal(self.day, total_minor)):
                self.desk.later(self._compare(self.day, total_minor))

        self.asking.begin((step,), done)

    async def _compare(self, day: str, stated_minor: int | None = None) -> None:
        stated = {} if stated_minor is None else {"stated_minor": stated_minor}
        answer = await self.desk.ask("hotel_day", {"day": day, **stated})
        self.picked, self.day = "", day
        self.compared = {} if answer.code else answer.body
        self.message = self.sentence(answer.code, answer.params) if answer.code else ""

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> RoomListView:
        """The screen as it stands."""
        charges = self._charges()
        charge = next((one for one in charges if one.charge_id == self.picked), None)
        title, step = "", self.message or self.say("room_list_hint")
        rows: tuple[Pair, ...] = ()
        acts: tuple[Act, ...] = ()
        if charge is not None:
            title = self._title(charge)
            step, rows, acts = self._step(charge), self._rows(charge), self._acts(charge)
        elif self.compared:
            day = formats.full_day(self.day, self.language)
            title, step = f"{self.say('compare_day')} · {day}", self._verdict()
            rows, acts = self._sums(), self._other_days()
        cards = self._odd() or tuple(self._card(charge) for charge in charges)
        return RoomListView(
            head=Head(
                self.say("room_list"),
                self.back_act("pay" if self.place.check_id else "z_figures"),
                right=(self.link_chip(), self.clock_chip()),
                avatar=self.avatar(),
            ),
            cards=cards,
            empty="" if cards else self.say("room_list_empty"),
            title=title,
            step=step,
            rows=rows,
            acts=acts,
            compare=Act() if self._comparing else self._compare_act(),
            sheet=self.sheet(),
        )

    @property
    def _comparing(self) -> bool:
        return bool(self.compared) and not self.picked

    def _compare_act(self) -> Act:
        return Act("compare", self.say("compare_day"), enabled=self.desk.link.online)

    def _charges(self) -> list[Charge]:
        """What needs somebody first, the newest of its kind first."""
        charges = sorted(
            self.desk.venue.charges.values(),
            key=lambda charge: (_ORDER.index(charge.state), -charge.asked_ms),
        )
        return charges[:_SHOWN]

    def _total(self, charge: Charge) -> int:
        return charge.amount_minor + charge.tip_minor

    def _title(self, charge: Charge) -> str:
        return f"{self.say('room_number', room=charge.room)} · {charge.guest}"

    def _card(self, charge: Charge) -> Card:
        sent = self.say("room_sent", number=charge.number, at=self.clock(charge.asked_ms))
        posted = charge.state == "posted"
        state = charge.reference if posted else self.say(f"list_{charge.state}")
        if charge.reverses:
            state = f"{self.say('takes_back')} · {state}"
        elif posted and self._taken_back(charge):
            state = f"{state} · {self.say('taken_back')}"
        return Card(
            self._title(charge),
            (f"{sent} · {state}",),
            self.short(self._total(charge)),
            "accent" if charge.charge_id == self.picked else _STRIPES[charge.state],
            f"pick:{charge.charge_id}",
        )

    def _why(self, charge: Charge) -> str:
        key = f"hotel_{charge.code}"
        why = self.say(key) if self.words.knows(key) else charge.code
        return f"{why} ({charge.words})" if charge.words else why

    def _step(self, charge: Charge) -> str:
        if self.asks_why:
            return self.say("take_back_why")
        if self._over_limit(charge):
            return self.say("step_over_limit")
        return self.say(
            f"step_{charge.state}", why=self._why(charge), reference=charge.reference or "–"
        )

    def _rows(self, charge: Charge) -> tuple[Pair, ...]:
        groups: dict[str, int] = {}
        for part in charge.request.parts:
            groups[part.revenue_group] = groups.get(part.revenue_group, 0) + part.gross_minor
        rows = [
            Pair(self._group(group), self.amount(sum_), rule=True) for group, sum_ in groups.items()
        ]
        if charge.tip_minor:
            rows.append(Pair(self.say("tip"), self.amount(charge.tip_minor), rule=True))
        total = Pair(self.say("total"), self.money(self._total(charge)), weight="strong")
        return (*rows, total)

    def _group(self, group: str) -> str:
        key = f"revenue_{group}"
        return self.say(key) if self.words.knows(key) else group

    def _acts(self, charge: Charge) -> tuple[Act, ...]:
        if charge.state == "posted":
            return self._undoing(charge)
        if self._over_limit(charge):
            return (
                Act("beyond", self.say("again_beyond"), "outline", self.till_shift is not None),
            )
        if charge.state != "unknown":
            return ()
        may = self.may("settle_charge")
        return (
            Act("on_folio", self.say("is_on_folio"), "go", may),
            Act("not_on_folio", self.say("not_on_folio"), "outline", may),
        )

    def _undoing(self, charge: Charge) -> tuple[Act, ...]:
        """Taking a posted charge back: first the question why."""
        if charge.reverses or self._taken_back(charge):
            return ()
        may = self.till_shift is not None
        if not self.asks_why:
            return (Act("take_back", self.say("room_take_back"), "outline", may),)
        reasons = [r for r in self.desk.catalogue.reasons.values() if r.kind == "return"]
        return tuple(
            Act(f"because:{reason.reason_id}", self.name(reason.names), "plain", may, size=14)
            for reason in reasons[:_REASONS]
        )

    def _over_limit(self, charge: Charge) -> bool:
        """Whether only the guest's limit stood in the way, and the check still owes it."""
        check = self.desk.venue.check(charge.check_id)
        return (
            charge.state == "refused"
            and charge.code == "over_limit"
            and check is not None
            and check.state == "open"
            and balance(check) >= charge.amount_minor
        )

    def _taken_back(self, charge: Charge) -> bool:
        return any(
            one.reverses == charge.charge_id and one.state != "refused"
            for one in self.desk.venue.charges.values()
        )

    def _odd(self) -> tuple[Card, ...]:
        """The exceptions of the day that is compared, those that nothing explains first."""
        return tuple(
            Card(
                f"{odd['room']} · {odd['guest']}",
                (f"{self.say('odd_' + odd['why'])} · {odd['number']}, {self.clock(odd['at_ms'])}",),
                self.short(int(odd["amount_minor"])),
                "late" if odd["why"] in _ALARMING else "hold",
                f"pick:{odd['charge_id']}",
            )
            for odd in self.compared.get("exceptions", ())
        )

    def _other_days(self) -> tuple[Act, ...]:
        today = self.desk.venue.day
        later = today is not None and self.day < today.day
        own = bool(self.compared.get("one_by_one") or self.compared.get("stated"))
        own = own or not self._told
        typed = Act("state_total", self.say("report_total"), "outline", self.desk.link.online)
        return (
            *((typed,) if own else ()),
            Act("compare_by:-1", self.say("day_before"), "outline", self.desk.link.online),
            Act("compare_by:1", self.say("day_after"), "outline", later),
        )

    @property
    def _told(self) -> bool:
        """Whether there is a side of the hotel's."""
        said = self.compared.get("one_by_one") or self.compared.get("stated")
        return bool(said) or int(self.compared["hotel_minor"]) >= 0

    def _verdict(self) -> str:
        if not self._told:
            return self.say("totals_untold")
        if self.compared.get("one_by_one"):
            return self.say("totals_one_by_one")
        return self.say("totals_differ" if self._difference() else "totals_agree")

    def _whose(self) -> str:
        if self.compared.get("stated"):
            return "hotel_report"
        return "hotel_answers" if self.compared.get("one_by_one") else "hotel_totals"

    def _difference(self) -> int:
        return int(self.compared.get("difference_minor", 0))

    def _sums(self) -> tuple[Pair, ...]:
        told = self.compared
        rows = [
            Pair(self._group(str(group)), self.amount(int(sum_)), rule=True)
            for group, sum_ in told.get("groups", ())
        ]
        rows.append(Pair(self.say("tips"), self.amount(int(told.get("tips_minor", 0))), rule=True))
        ours = int(told.get("posted_minor", 0))
        rows.append(Pair(self.say("our_totals"), self.money(ours), weight="strong", rule=True))
        if self._told:
            whose = self.say(self._whose())
            hotel = self.money(int(told["hotel_minor"]))
            rows.append(Pair(whose, hotel, weight="strong", rule=True))
            if told.get("stated_ms"):
                read = f"{self.person(str(told['stated_by']))} · {self.clock(told['stated_ms'])}"
                rows.append(Pair(self.say("report_read"), read, rule=True))
            token = "late" if self._difference() else "ready"
            difference = self.money(self._difference())
            rows.append(Pair(self.say("totals_differ"), difference, "strong", token, rule=True))
        unclear = int(told.get("unclear_minor", 0))
        if unclear:
            rows.append(Pair(self.say("totals_unclear"), self.amount(unclear), token="hold"))
        return tuple(rows)
