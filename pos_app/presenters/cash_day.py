"""The end of the day: who is in the house, what is still open, what a manager lets stand.

Rule: nothing blocks silently. Each open matter stands on a line of its own and is let stand only
with a reason of its own; open checks go to a colleague in one go.
"""

from pos_app import formats
from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.cash_section import SHOWN, DeskPresenter, Section
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain import commands as c
from sync_server.domain.attendance import Attendance
from sync_server.domain.decisions import open_matters
from sync_server.domain.ids import CheckId, StaffId
from sync_server.domain.lending import LENDABLE, Lent, running
from sync_server.domain.staff import rights_of

AWAY_MS = 30_000
"""A terminal that the server has not heard for so long is away."""

_HOUR_MS = 3_600_000
_LENT_HOURS = (2, 12, 24, 72, 168, 720)
_NEXT = {"": ("in",), "in": ("break", "out"), "break": ("back", "out")}


class PeopleSection(Section):
    """The time clock."""

    def cards(self) -> tuple[Card, ...]:
        """Who is in the house, since when, and how long they have worked."""
        on = self.on
        cards = []
        for staff_id, there in on.desk.venue.present.items():
            key = "in_house" if there.state == "in" else "on_break"
            said = on.say(key, at=on.clock(there.since_ms))
            stripe = "accent" if staff_id == on.picked else "ready"
            stripe = "hold" if there.state == "break" and staff_id != on.picked else stripe
            span = on.say("worked", span=formats.lasted(self._worked_ms(there)))
            cards.append(Card(on.person(staff_id), (said,), span, stripe, f"open:{staff_id}"))
        return tuple(cards[:SHOWN])

    def _worked_ms(self, there: Attendance) -> int:
        """Since coming, without the breaks."""
        now = self.on.desk.now_ms()
        pause = now - there.since_ms if there.state == "break" else 0
        return now - there.in_ms - there.breaks_ms - pause

    def empty(self) -> str:
        """Nobody came yet."""
        return self.on.say("nobody_in")

    @property
    def who(self) -> StaffId:
        """The one that is picked, else oneself."""
        return StaffId(self.on.picked or self.on.desk.me)

    def title(self) -> str:
        """Whose clock."""
        return self.on.person(self.who)

    def actions(self) -> tuple[Act, ...]:
        """What makes sense next."""
        there = self.on.desk.venue.present.get(self.who)
        kinds = _NEXT[there.state if there else ""]
        punches = tuple(Act(f"do:{kind}", self.on.say(f"punch_{kind}")) for kind in kinds)
        if not self.on.may("approve"):
            return punches
        back = bool(self._lent())
        return (
            *punches,
            Act("do:lend", self.on.say("lend_rights"), "outline", icon="person"),
            Act("do:take_back", self.on.say("take_rights_back"), "outline", back),
        )

    def notes(self) -> tuple[Card, ...]:
        """What this person was lent, until when, by whom."""
        return tuple(self._loan(each) for each in self._lent())

    def _lent(self) -> list[Lent]:
        return running(self.on.desk.venue.lent.values(), self.who, self.on.desk.now_ms())

    def _loan(self, each: Lent) -> Card:
        on, zone = self.on, self.on.desk.catalogue.settings.zone
        day = formats.full_day(formats.iso_day(each.until_ms, zone), on.language)
        until = f"{day}, {on.clock(each.until_ms)}"
        said = on.say("lent_until", until=until, name=on.person(each.by))
        rights = ", ".join(on.right(right) for right in each.rights)
        return Card(formats.capital(rights), (said, on.reason_of(each.reason)), "", "hold")

    def do(self, what: str) -> None:
        """A punch of the clock, or rights lent and taken back."""
        if what == "lend":
            self._lend()
            return
        if what == "take_back":
            for each in self._lent():
                self.on.send(c.TakeBackRights(each.lent_id), self.on.say("rights_are_back"))
            return
        said = self.on.say("done_punched", name=self.on.person(self.who))
        self.on.send(c.PunchClock(what, self.who), said)

    def _lend(self) -> None:
        """To whom, which right, until when, why."""
        on, catalogue = self.on, self.on.desk.catalogue
        own = rights_of(catalogue, on.desk.me)
        people = tuple(
            Act(f"pick:{key}", person.name)
            for key, person in catalogue.staff.items()
            if person.active and key != on.desk.me and own - rights_of(catalogue, key)
        )
        picked = self.who if on.picked and self.who != on.desk.me else ""

        def which(answers: Answers) -> None:
            to = StaffId(answers.get("to", picked))
            rights = sorted((own & LENDABLE) - rights_of(catalogue, to))
            acts = tuple(Act(f"pick:{right}", on.right(right)) for right in rights)
            spans = tuple(Act(f"pick:{n}", on.say("for_hours", n=n)) for n in _LENT_HOURS)
            steps = (
                Step("pick", "right", on.say("lend_which"), acts),
                Step("pick", "hours", on.say("lend_how_long"), spans),
            )
            on.reasoned((), steps, lambda more: lend(to, more))

        def lend(to: StaffId, answers: Answers) -> None:
            until_ms = on.desk.now_ms() + int(answers["hours"]) * _HOUR_MS
            new, right = on.desk.new_id(), (answers["right"],)
            command = c.LendRights(new, to, right, until_ms, answers["reason"])
            on.send(command, on.say("rights_lent", name=on.person(to)))

        if picked:
            which({})
        else:
            on.asking.begin((Step("pick", "to", on.say("lend_to"), people),), which)


class OpenSection(Section):
    """What is still open at the end of the day, terminals that the server cannot hear among it."""

    def __init__(self, on: DeskPresenter) -> None:
        super().__init__(on)
        self._away: list[str] = []

    def entered(self) -> None:
        """Ask the server whom it hears: what such a terminal sold is not in the day yet."""
        self.on.desk.later(self._ask())

    async def _ask(self) -> None:
        answer = await self.on.desk.ask("health", {})
        if answer.code:
            self.on.toast(self.on.sentence(answer.code, answer.params), "hold", "info")
            return
        self._away = [
            f"device:{str(device['name']).replace(':', ' ')}"
            for device in answer.body.get("devices", ())
            if device["kind"] == "pos"
            and (int(device["seen_ms_ago"]) > AWAY_MS or int(device["unsent"]) > 0)
        ]

    def _matters(self) -> list[str]:
        return [*open_matters(self.on.desk.venue), *self._away]

    def cards(self) -> tuple[Card, ...]:
        """Each matter, green once it is let stand with a reason."""
        on, cards = self.on, []
        for matter in self._matters()[:SHOWN]:
            kind, _, what = matter.partition(":")
            title = on.say(f"matter_{kind}", what=what.partition(":")[0])
            reason = on.waived.get(matter, "")
            line = on.say("left_open", name=reason) if reason else on.say("tap_to_waive")
            cards.append(Card(title, (line,), "", "ready" if reason else "late", f"open:{matter}"))
        return tuple(cards)

    def empty(self) -> str:
        """All is done."""
        return self.on.say("day_clear")

    def title(self) -> str:
        """The day."""
        day = self.on.desk.venue.day
        return formats.full_day(day.day, self.on.language) if day else self.on.say("no_day")

    def rows(self) -> tuple[Pair, ...]:
        """How many are open and how many are let stand."""
        matters = self._matters()
        waived = sum(1 for matter in matters if matter in self.on.waived)
        return (Pair(self.on.say("tab_open"), f"{waived} / {len(matters)}", rule=True),)

    def open(self, key: str) -> None:
        """Let a matter stand, with a reason; once more takes that back."""
        on = self.on
        if on.waived.pop(key, ""):
            return
        if not on.may("close_day"):
            on.toast(on.sentence("not_allowed", {"right": "close_day"}), "late", "error")
            return

        def done(answers: Answers) -> None:
            on.waived[key] = on.reason_of(answers["reason"])

        on.reasoned((), (), done)

    def actions(self) -> tuple[Act, ...]:
        """Hand the checks over, close the day."""
        on, day = self.on, self.on.desk.venue.day
        ready = all(matter in on.waived for matter in self._matters())
        may = day is not None and on.may("close_day")
        return (
            Act(
                "do:hand",
                on.say("hand_all" if on.may("other_tables") else "hand_mine"),
                "plain",
                bool(self._to_hand()),
            ),
            Act("do:close_day", on.say("close_day"), "accent", may and ready),
        )

    def _to_hand(self) -> tuple[CheckId, ...]:
        """Every open check; one's own for whoever may not touch those of colleagues."""
        on = self.on
        every = on.may("other_tables")
        checks = on.desk.venue.checks.values()
        return tuple(x.check_id for x in checks if every or x.owner == on.desk.me)

    def do_hand(self) -> None:
        """The open checks go to a colleague."""
        on = self.on
        catalogue = on.desk.catalogue
        acts = tuple(
            Act(f"pick:{key}", person.name)
            for key, person in catalogue.staff.items()
            if person.active and key != on.desk.me and "order" in rights_of(catalogue, key)
        )

        def done(answers: Answers) -> None:
            to = StaffId(answers["to"])
            said = on.say("done_handed", name=on.person(to))
            on.send(c.TransferChecks(self._to_hand(), to), said)

        on.asking.begin((Step("pick", "to", on.say("hand_over_to"), acts),), done)

    def do_close_day(self) -> None:
        """The day ends; what is let stand is on record with its reasons."""
        on = self.on
        matters = tuple(self._matters())
        reasons = tuple(on.waived.get(matter, "") for matter in matters)
        on.send(c.CloseDay(matters, reasons), on.say("close_day"))
        on.waived.clear()
