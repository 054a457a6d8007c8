"""Two tabs of the cash desk for who sees reports: what was sold, and the journal down to the tap.

Both are asked of the server, which adds up and searches (`front_office.till_reports`,
`journal_search`); the words and the figures are made here. Without a server they say so.
"""

from collections.abc import Mapping
from typing import Any

from pos_app import formats
from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.cash_section import DeskPresenter, Section
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain.records import REFUNDS

KINDS = (
    *("hour", "category", "item", "waiter", "hall", "terminal", "tender", "tax"),
    *("void", "discount", "comp"),
)
RIGHT = "reports"
_HOUR_MS = 3_600_000
_DAY_HOURS = 24
_SPANS = (1, 4, 24, 72, 168, 720)
_ANSWERS = 200
"""Looked through in a row before somebody has to ask for older ones again."""
HAPPENED = frozenset(
    {
        "CheckOpened",
        "LinesAdded",
        "LinesFired",
        "LineVoided",
        "LinesMoved",
        "CheckTransferred",
        "DiscountGiven",
        "DiscountTakenBack",
        "PreBillPrinted",
        "PaymentTaken",
        "PaymentUnallocated",
        "PaymentRefunded",
        "TenderCorrected",
        "RoomChargeAsked",
        "RoomChargePosted",
        "HotelTotalStated",
        "CheckClosed",
        "CheckReopened",
        "ReceiptCopied",
        "CashMoved",
        "DrawerOpened",
        "ShiftOpened",
        "ShiftClosed",
        "XPrinted",
        "VoucherSold",
        "AccountPaid",
        "ClubCardIssued",
        "ClubCardAttached",
        "PointsEarned",
        "PointsTakenBack",
        "PointsGivenBack",
        "PointsExpired",
        "ClubCardBlocked",
        "ClubPointsMoved",
        "StaffSignedIn",
        "FiguresPrinted",
        "DeviceRevoked",
        "UnsentReviewed",
        "GuestsErased",
    }
)
"""Events that have words; the others are shown by the name that the record has."""


class ReportsSection(Section):
    """The kinds of reports, or in their place the rows of the one that is picked, in pages."""

    right = RIGHT

    def __init__(self, on: DeskPresenter) -> None:
        super().__init__(on)
        self._of = ""
        self._found: Mapping[str, Any] = {}
        self._of_shift = False

    def cards(self) -> tuple[Card, ...]:
        """One for each kind, or one for each row."""
        on = self.on
        if on.picked:
            rows = self._found["rows"] if self._found and self._of == on.picked else ()
            return tuple(self._row(row) for row in rows)
        return tuple(
            Card(
                on.say(f"report_{kind}"),
                (),
                "",
                "line",
                f"open:{kind}",
            )
            for kind in KINDS
        )

    def title(self) -> str:
        """Which report, of the day or of the shift."""
        on, shift = self.on, self.on.till_shift
        if not on.picked:
            return on.say("pick_report")
        day = on.desk.venue.day
        of = on.say("of_shift", n=shift.number) if self._of_shift and shift else ""
        today = formats.full_day(day.day, on.language) if day else ""
        parts = (on.say(f"report_{on.picked}"), of or today)
        return " · ".join(part for part in parts if part)

    def rows(self) -> tuple[Pair, ...]:
        """The total; that not all could be read."""
        if not self._found or self._of != self.on.picked:
            return ()
        on = self.on
        amount = on.money(int(self._found["total_minor"]))
        total = Pair(on.say("total"), amount, "strong", rule=True)
        return (total, Pair(on.say("report_cut"))) if self._found["cut"] else (total,)

    def empty(self) -> str:
        """Nothing was sold, or the answer is on its way."""
        return self.on.say("report_none") if self._found else ""

    def _row(self, row: Mapping[str, Any]) -> Card:
        on, count, name = self.on, int(row["count"]), str(row["name"])
        if self._of in ("item", "category"):
            many = formats.quantity(count, on.language)
        else:
            many = str(count)
        if not name:
            name = on.say("report_rest")
        elif name == REFUNDS:
            name, many = on.say("refunds"), ""
        elif self._of == "tender":
            name = on.say(f"tender_{name}")
        elif self._of == "tax":
            name = on.say("tax_inside", rate=formats.percent(int(name), on.language))
        times = on.say("times", n=many) if many else ""
        return Card(name, (), on.amount(int(row["amount_minor"])), lead=times, token="text")

    def open(self, key: str) -> None:
        """Pick a kind and ask for it."""
        super().open(key)
        self._ask_again()

    def _ask_again(self, *, paper: bool = False) -> None:
        self._of, self._found = self.on.picked, {} if not paper else self._found
        if self._of:
            self.on.desk.later(self._ask(self._of, paper=paper))

    async def _ask(self, kind: str, *, paper: bool) -> None:
        on = self.on
        shift_id = on.shift_id if self._of_shift else ""
        asked: dict[str, object] = {"kind": kind, "shift_id": shift_id}
        answer = await on.desk.ask(
            "till_report", {**asked, "language": on.language, "paper": paper}
        )
        if answer.code:
            on.toast(on.sentence(answer.code, answer.params), "hold", "info")
            return
        if kind == self._of:
            self._found = dict(answer.body)
        if paper:
            on.toast(on.say("goes_to_printer"), "ready", "check")

    def actions(self) -> tuple[Act, ...]:
        """The day or this drawer's shift; paper; another report."""
        on, may, there = self.on, self.on.may(RIGHT), bool(self.on.picked)
        other = "report_day" if self._of_shift else "report_shift"
        return (
            Act("do:span", on.say(other), "plain", may and on.till_shift is not None),
            Act("do:print", on.say("print_it"), "accent", may and there and bool(self._found)),
            Act("do:kinds", on.say("other_report"), "outline", there),
        )

    def do_kinds(self) -> None:
        """Back to the kinds."""
        self.on.picked, self._of, self._found = "", "", {}

    def do_span(self) -> None:
        """Of the shift instead of the day, and back."""
        self._of_shift = not self._of_shift
        self._ask_again()

    def do_print(self) -> None:
        """The same on paper, as it stands now."""
        self._ask_again(paper=True)


class JournalSection(Section):
    """Events that fit what is sought, the newest first; beside them the tap behind one."""

    right = RIGHT

    def __init__(self, on: DeskPresenter) -> None:
        super().__init__(on)
        self._lines: list[Mapping[str, Any]] = []
        self._before = 0
        self._sought: dict[str, object] = {}
        self._said: list[str] = []

    def cards(self) -> tuple[Card, ...]:
        """What happened, when, who."""
        return tuple(self._card(line) for line in self._lines)

    @property
    def _picked(self) -> Mapping[str, Any] | None:
        return next((line for line in self._lines if str(line["n"]) == self.on.picked), None)

    def _what(self, line: Mapping[str, Any]) -> str:
        kind = str(line["type"])
        return self.on.say(f"happened_{kind}") if kind in HAPPENED else kind

    def _card(self, line: Mapping[str, Any]) -> Card:
        on, key = self.on, str(line["n"])
        title = " · ".join(part for part in (self._what(line), str(line["number"])) if part)
        by = on.person(line["by"]) if line["by"] else on.say("server_itself")
        amount = int(line["amount_minor"])
        return Card(
            title,
            (f"{on.clock(int(line['at_ms']))} · {by}",),
            on.amount(amount) if amount else "",
            "accent" if key == on.picked else "line",
            f"open:{key}",
        )

    def empty(self) -> str:
        """Nothing was sought, or nothing fits."""
        return self.on.say("journal_none" if self._sought else "journal_empty")

    def title(self) -> str:
        """What is sought; when the one that is picked went on record."""
        on, line = self.on, self._picked
        if line is not None:
            at_ms, zone = int(line["at_ms"]), on.desk.catalogue.settings.zone
            day = formats.full_day(formats.iso_day(at_ms, zone), on.language)
            return f"{day}, {on.clock(at_ms)}"
        return " · ".join(self._said) or self.on.say("tab_journal")

    def rows(self) -> tuple[Pair, ...]:
        """The tap behind the event that is picked."""
        on = self.on
        line = self._picked
        if line is None:
            return ()
        who = on.person(line["by"]) if line["by"] else ""
        made_ms = int(line["made_ms"])
        tapped = (who, on.clock(made_ms) if made_ms else "")
        tap = (line["command"], line["dev"], str(line["seq"] or ""))
        facts = (
            ("tap_event", f"{line['n']} · {line['type']}"),
            ("tap_command", " · ".join(part for part in tap if part)),
            ("tap_person", " · ".join(part for part in tapped if part)),
        )
        return tuple(Pair(on.say(key), text, rule=True) for key, text in facts if text)

    def actions(self) -> tuple[Act, ...]:
        """What to seek by; older ones."""
        on, may = self.on, self.on.may(RIGHT)
        return (
            Act("do:number", on.say("by_check"), "plain", may, "search"),
            Act("do:person", on.say("by_person"), "plain", may),
            Act("do:sum", on.say("by_sum"), "plain", may),
            Act("do:time", on.say("by_time"), "plain", may),
            Act("do:clear", on.say("all_again"), "outline", may),
            Act("do:older", on.say("older"), "accent", may and bool(self._before)),
        )

    def _seek(self, key: str, value: object, said: str) -> None:
        """One more condition."""
        self._sought[key] = value
        self._said.append(said)
        self._begin()

    def _begin(self) -> None:
        self.on.picked, self._lines, self._before = "", [], 0
        self.on.desk.later(self._ask())

    async def _ask(self) -> None:
        """A page; an answer looks at a part of the journal only, so what is old takes several."""
        for _ in range(_ANSWERS):
            asked = {**self._sought, "before_n": self._before}
            answer = await self.on.desk.ask("journal", asked)
            if asked != {**self._sought, "before_n": self._before}:
                return
            if answer.code:
                self.on.toast(self.on.sentence(answer.code, answer.params), "hold", "info")
                return
            if answer.body["lines"] or not answer.body["before_n"]:
                break
            self._before = int(answer.body["before_n"])
        # A page takes the place of the one before it, so the list stays as short as a page.
        self._lines = list(answer.body["lines"])
        self._before = int(answer.body["before_n"])

    def do_number(self) -> None:
        """By the number of a check."""
        step = Step("text", "number", self.on.say("by_check"), hint=self.on.say("find_hint_number"))

        def done(answers: Answers) -> None:
            number = answers["number"].upper()
            self._seek("number", number, f"№ {number}")

        self.on.asking.begin((step,), done)

    def do_person(self) -> None:
        """By who did it."""
        on = self.on
        staff = on.desk.catalogue.staff.items()
        acts = tuple(Act(f"pick:{key}", person.name) for key, person in staff)

        def done(answers: Answers) -> None:
            self._seek("staff_id", answers["staff"], on.person(answers["staff"]))

        on.asking.begin((Step("pick", "staff", on.say("by_person"), acts),), done)

    def do_sum(self) -> None:
        """By a sum to the last unit."""
        on = self.on

        def done(answers: Answers) -> None:
            amount = int(answers["sum"])
            self._seek("amount_minor", amount, on.amount(amount))

        on.asking.begin((Step("sum", "sum", on.say("by_sum")),), done)

    def do_time(self) -> None:
        """The last hours."""
        on = self.on
        acts = tuple(Act(f"pick:{n}", self._span(n)) for n in _SPANS)

        def done(answers: Answers) -> None:
            hours = int(answers["hours"])
            said = self._span(hours)
            self._seek("from_ms", on.desk.now_ms() - hours * _HOUR_MS, said)

        on.asking.begin((Step("pick", "hours", on.say("by_time"), acts),), done)

    def _span(self, hours: int) -> str:
        if hours > _DAY_HOURS:
            return self.on.say("last_days", n=hours // _DAY_HOURS)
        return self.on.say("last_hours", n=hours)

    def do_clear(self) -> None:
        """Everything, the newest first."""
        self._sought, self._said = {"before_n": 0}, []
        self._begin()

    def do_older(self) -> None:
        """The next page."""
        self.on.picked = ""
        self.on.desk.later(self._ask())
