"""Dividing a check: its lines in columns side by side, moved by two taps, undone step by step.

Pick lines, tap the column they go to. The kitchen hears of nothing twice and every sum is the
domain's (`sync_server.domain.splitting`); here is only what stands in which column and how the
last steps are taken back. The view-model is in `split_view`.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.order_lines import hundredths
from pos_app.presenters.order_rows import line_row, seat_name
from pos_app.presenters.presenter import Place, Presenter, intent
from pos_app.presenters.shown import NO_SHEET, Act, Chip, Head, Pair, Sheet
from pos_app.presenters.split_view import Bill, SplitView
from sync_server.domain import commands as c
from sync_server.domain.checks import Check, totals_of
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId

SIDE_BY_SIDE = 4
STEPS_KEPT = 20
MOST_SHARES = 8
MOST_FIGURES = 12

Back = Callable[[], list[object]]


class SplitPresenter(Presenter):
    """State: the columns, the picked lines, the question that is open, the steps to take back."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.family: list[CheckId] = []
        self.picked: list[tuple[CheckId, LineId]] = []
        self.asked = ""
        self.typed = ""
        self.first = 0
        self.whole = 0
        self._steps: list[Back] = []

    def enter(self) -> None:
        """Another check: its table's bills, nothing picked."""
        self.family, self.picked, self.asked, self.first = [], [], "", 0
        self._steps = []
        self.whole = sum(totals_of(check).total_minor for check in self.bills)

    @property
    def bills(self) -> list[Check]:
        """The open checks of the table, or those that this tab was divided into."""
        checks = self.desk.venue.checks
        source = checks.get(CheckId(self.place.check_id))
        if source is not None and source.check_id not in self.family:
            self.family.insert(0, source.check_id)
        if source is not None and source.table_id:
            for check in checks.values():
                if check.table_id == source.table_id and check.check_id not in self.family:
                    self.family.append(check.check_id)
        return [checks[key] for key in self.family if key in checks]

    # -- picking and moving --------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the check."""
        self.done()

    @intent
    def done(self) -> None:
        """To the check, or to one that is left of it."""
        bills = self.bills
        if not bills:
            self.place.screen = "floor"
            return
        if CheckId(self.place.check_id) not in self.desk.venue.checks:
            self.place.check_id = bills[0].check_id
        self.place.screen = "order"

    @intent
    def pick(self, where: str) -> None:
        """Pick a line, with its set; a second tap lets it go."""
        check_id, _, line_id = where.partition("/")
        check = self.desk.venue.checks.get(CheckId(check_id))
        line = check.line(line_id) if check is not None else None
        if check is None or line is None or line.state == "void":
            self.toast(self.sentence("no_line", {}))
            return
        kin = [x for x in check.live if x is line or (line.set_id and x.set_id == line.set_id)]
        keys = [(check.check_id, x.line_id) for x in kin]
        there = keys[0] in self.picked
        self.picked = [key for key in self.picked if key not in keys]
        if not there:
            self.picked += keys

    def _taken(self) -> dict[CheckId, list[Line]]:
        """The picked lines that are still there, by check."""
        found: dict[CheckId, list[Line]] = {}
        for check_id, line_id in self.picked:
            check = self.desk.venue.checks.get(check_id)
            line = check.line(line_id) if check is not None else None
            if line is not None and line.state != "void":
                found.setdefault(check_id, []).append(line)
        return found

    @intent
    def to(self, target: str) -> None:
        """The picked lines go to this column, or to a new one."""
        taken = {key: lines for key, lines in self._taken().items() if key != target}
        if not taken:
            self.toast(self.say("split_pick_first"))
            return
        self._carry(taken, "" if target == "new" else target)
        self.picked = []

    @intent
    def drop(self, what: str) -> None:
        """A line dragged onto a bill goes there, with the others that are picked."""
        row, _, target = what.partition("|")
        where = row.removeprefix("pick:")
        check_id, _, line_id = where.partition("/")
        if (CheckId(check_id), LineId(line_id)) not in self.picked:
            self.pick(where)
        if target.startswith("to:"):
            self.to(target.removeprefix("to:"))

    def _carry(
        self, taken: dict[CheckId, list[Line]], target: str, table_id: str = ""
    ) -> CheckId | None:
        """Move lines; without a target to a new check. Says what was refused."""
        to = CheckId(target)
        steps: list[Back] = []
        for source, lines in taken.items():
            fresh = "" if to else self.desk.next_number()
            to = to or CheckId(self.desk.new_id())
            command = c.MoveLines(source, to, self._whole(lines), fresh, table_id if fresh else "")
            if not self.submit(command):
                self._remember(steps)
                return None
            if to not in self.family and not table_id:
                self.family.append(to)
            steps.append(self._brought_back(source, to, lines))
        self._remember(steps)
        return to

    def _whole(self, lines: list[Line]) -> tuple[c.Move, ...]:
        return tuple(c.Move(x.line_id, x.qty_milli, LineId(self.desk.new_id())) for x in lines)

    def _brought_back(self, source: CheckId, to: CheckId, lines: list[Line]) -> Back:
        """What undoes a move: the same lines home, and the check that is left empty closed."""
        ids = {line.line_id for line in lines}

        def back() -> list[object]:
            check = self.desk.venue.checks.get(to)
            if check is None:
                return []
            still = [line for line in check.live if line.line_id in ids]
            if not still:
                return []
            if len(still) == len(check.live) and source in self.desk.venue.checks:
                return [c.MergeChecks(to, source)]
            return [c.MoveLines(to, source, self._whole(still))]

        return back

    def _remember(self, steps: list[Back]) -> None:
        if steps:
            made = list(reversed(steps))
            self._steps.append(lambda: [command for step in made for command in step()])
            del self._steps[:-STEPS_KEPT]

    # -- ways to divide ------------------------------------------------------------------------
    @intent
    def by_seat(self) -> None:
        """Every seat that ordered, from the second on, on a bill of its own."""
        source = next(iter(self.bills), None)
        if source is None:
            return
        seats = sorted({line.seat for line in source.live if line.seat})
        if len(seats) < 2:
            self.toast(self.say("nothing_to_split"))
            return
        for seat in seats[1:]:
            check = self.desk.venue.checks.get(source.check_id)
            lines = [line for line in check.live if line.seat == seat] if check else []
            if not lines or self._carry({source.check_id: lines}, "") is None:
                return
        self.picked = []

    @intent
    def ask(self, question: str) -> None:
        """How many shares, or which table."""
        if question == "share" and not self._taken():
            self.toast(self.say("split_pick_first"))
            return
        self.asked, self.typed = question, ""

    @intent
    def key(self, key: str) -> None:
        """A figure of the sum."""
        if key == "back":
            self.typed = self.typed[:-1]
        elif len(self.typed) < MOST_FIGURES:
            self.typed += key

    @intent
    def confirm(self) -> None:
        """The sum that was typed becomes a bill of its own; a second tap finds nothing asked."""
        if self.asked == "amount":
            self._cut(hundredths(self.typed))

    def _cut(self, amount_minor: int) -> None:
        """A new bill of exactly this sum; a refusal leaves what was typed."""
        source = self._divisible()
        if source is None:
            return
        anew = CheckId(self.desk.new_id())
        number = self.desk.next_number()
        roots = {line.root or line.line_id for line in source.live}
        if not self.submit(c.ShareAmount(source.check_id, anew, number, amount_minor)):
            return
        self.asked = self.typed = ""
        self.family.append(anew)
        self._remember([self._gathered(source.check_id, anew, roots)])

    def _divisible(self) -> Check | None:
        """The bill that a sum is cut from: that of the picked lines, else the first."""
        chosen = next(iter(self._taken()), "")
        return next((x for x in self.bills if not chosen or x.check_id == chosen), None)

    @intent
    def cancel(self) -> None:
        """Close the question."""
        self.asked = ""

    @intent
    def equal(self, count: str) -> None:
        """All of the first bill in equal shares."""
        self.asked = ""
        bills = self.bills
        if bills:
            self._share(bills[0], (), int(count))

    @intent
    def share(self, count: str) -> None:
        """The picked lines in equal shares, on the bills from theirs on."""
        self.asked = ""
        for check_id, lines in self._taken().items():
            check = self.desk.venue.checks.get(check_id)
            if check is None:
                continue
            if not self._share(check, tuple(line.line_id for line in lines), int(count)):
                return
        self.picked = []

    def _share(self, check: Check, line_ids: tuple[LineId, ...], count: int) -> bool:
        others = [bill.check_id for bill in self.bills if bill.check_id != check.check_id]
        to = [c.ShareTo(key) for key in others[: count - 1]] if line_ids else []
        while len(to) < count - 1:
            to.append(c.ShareTo(CheckId(self.desk.new_id()), self.desk.next_number()))
        if not self.submit(c.ShareLines(check.check_id, line_ids, tuple(to))):
            return False
        fresh = [one.check_id for one in to if one.number]
        self.family += fresh
        roots = {
            line.root or line.line_id
            for line in check.lines
            if not line_ids or line.line_id in line_ids
        }
        self._remember([self._gathered(check.check_id, one.check_id, roots) for one in to])
        return True

    def _gathered(self, home: CheckId, where: CheckId, roots: set[LineId]) -> Back:
        """What undoes a share: the parts of those lines go home and become whole."""

        def back() -> list[object]:
            check = self.desk.venue.checks.get(where)
            if check is None:
                return []
            parts = [line for line in check.live if line.root in roots]
            if parts and len(parts) == len(check.live):
                return [c.MergeChecks(where, home)]
            return [c.MoveLines(where, home, self._whole(parts))] if parts else []

        return back

    @intent
    def join_all(self) -> None:
        """Everything on the first bill again."""
        bills = self.bills
        if len(bills) < 2:
            self.toast(self.say("split_one_only"))
            return
        for check in bills[1:]:
            lines = list(check.live)
            if not self.submit(c.MergeChecks(check.check_id, bills[0].check_id)):
                return
            self._remember([self._parted(bills[0].check_id, check, lines)])
        self.picked, self.first = [], 0

    def _parted(self, into: CheckId, was: Check, lines: list[Line]) -> Back:
        """What undoes a join: the lines that came stand on a new check of the old one's table."""
        ids = {line.line_id for line in lines}

        def back() -> list[object]:
            check = self.desk.venue.checks.get(into)
            still = [line for line in check.live if line.line_id in ids] if check else []
            if not still:
                return []
            anew = CheckId(self.desk.new_id())
            self.family.append(anew)
            number = self.desk.next_number()
            return [c.MoveLines(into, anew, self._whole(still), number, was.table_id)]

        return back

    @intent
    def to_table(self, table_id: str) -> None:
        """The picked lines to another table: onto its check, or a new one there."""
        self.asked = ""
        taken = self._taken()
        there = next((x for x in self.desk.venue.checks.values() if x.table_id == table_id), None)
        moved = self._carry(taken, there.check_id if there else "", table_id)
        if moved is not None:
            table = self.desk.catalogue.tables[table_id].label
            self.picked = []
            self.toast(self.say("split_moved", table=table), "ready", "check")

    @intent
    def undo(self) -> None:
        """The last step back."""
        if not self._steps:
            self.toast(self.say("nothing_to_undo"))
            return
        commands = self._steps.pop()()
        if not commands:
            self.toast(self.say("split_undo_gone"))
        for command in commands:
            if not self.submit(command):
                return
        self.picked = []

    @intent
    def pay(self, check_id: str) -> None:
        """To the till with one of the bills; what is unsent goes to the kitchen first."""
        check = self.desk.venue.checks.get(CheckId(check_id))
        if check is None:
            return
        if check.unsent:
            ids = tuple(line.line_id for line in check.unsent)
            if not self.submit(c.SendLines(check.check_id, ids)):
                return
        self.place.check_id = check.check_id
        self.place.screen = "payment"

    @intent
    def turn(self, by: str) -> None:
        """More bills to the left or right."""
        self.first = max(0, min(self.first + int(by), len(self.bills) - 1))

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> SplitView:
        """The screen as it stands."""
        bills = self.bills
        if not bills:
            return SplitView(head=Head(self.say("split"), self.back_act("check")))
        total = sum(totals_of(check).total_minor for check in bills)
        last = self.first + SIDE_BY_SIDE
        shown = bills[self.first : last]
        room = len(shown) < SIDE_BY_SIDE
        return SplitView(
            head=self._head(bills[0], total),
            bills=tuple(self._bill(check, bills.index(check) + 1) for check in shown),
            new=Act("to:new", self.say("split_new"), "outline", icon="add", size=17)
            if room
            else Act(),
            actions=self._actions(bills),
            turn=self._turns(len(bills), last),
            sheet=self._sheet(),
        )

    def _head(self, check: Check, total: int) -> Head:
        where = self.where(check)
        agree = total == self.whole
        key = "split_agrees" if agree else "split_changed"
        sums = Chip(self.say(key, sum=self.amount(total)), dot="ready" if agree else "hold")
        title = f"{self.say('split')} · {where}" if where else self.say("split")
        right = (sums, self.link_chip(), self.clock_chip())
        return Head(title, self.back_act("check"), (), right, self.avatar())

    def _bill(self, check: Check, number: int) -> Bill:
        picked = {line_id for check_id, line_id in self.picked if check_id == check.check_id}
        seats = sorted({line.seat for line in check.live if line.seat})
        note = seat_name(self, seats[0]) if len(seats) == 1 else ""
        aimed = bool(self.picked) and not picked
        number_text = f"№{formats.NO_BREAK}{check.number}"
        return Bill(
            head=Act(
                f"to:{check.check_id}",
                self.say("split_bill", n=number),
                "ringed" if aimed else "plain",
                note=note or number_text,
            ),
            rows=tuple(
                line_row(
                    self,
                    check,
                    line,
                    line.line_id in picked,
                    f"{check.check_id}/{line.line_id}",
                    f"to:{check.check_id}",
                )
                for line in check.lines
            ),
            empty="" if check.lines else self.say("split_empty"),
            total=Pair("", self.money(totals_of(check).total_minor), "total"),
            pay=Act(f"pay:{check.check_id}", self.say("pay"), "plain", bool(check.live)),
        )

    def _actions(self, bills: list[Check]) -> tuple[Act, ...]:
        taken = bool(self.picked)
        return (
            Act("by_seat", self.say("split_by_seat")),
            Act("ask:equal", self.say("divide_equally")),
            Act("ask:amount", self.say("split_amount")),
            Act("ask:share", self.say("split_share"), enabled=taken),
            Act("ask:table", self.say("split_to_table"), enabled=taken),
            Act("undo", self.say("undo"), enabled=bool(self._steps), icon="undo"),
            Act("join_all", self.say("split_join"), enabled=len(bills) > 1),
            Act("done", self.say("done"), "go"),
        )

    def _turns(self, count: int, last: int) -> tuple[Act, ...]:
        if count <= SIDE_BY_SIDE:
            return ()
        return (
            Act(f"turn:-{SIDE_BY_SIDE - 1}", icon="chevron_left", enabled=self.first > 0),
            Act(f"turn:{SIDE_BY_SIDE - 1}", icon="chevron_right", enabled=last < count),
        )

    def _sheet(self) -> Sheet:
        if self.asked in ("equal", "share"):
            acts = tuple(
                Act(f"{self.asked}:{n}", self.say("split_in", n=n), size=20)
                for n in range(2, MOST_SHARES + 1)
            )
            key = "split_equal_title" if self.asked == "equal" else "split_share_title"
            return sheets.choices(self, self.say(key), acts, 4)
        if self.asked == "amount":
            return self._amount_sheet()
        if self.asked == "table":
            return sheets.choices(self, self.say("move_to"), self._tables(), 6)
        return NO_SHEET

    def _amount_sheet(self) -> Sheet:
        """How much the new bill shall be; what stays is at the right."""
        source = self._divisible()
        due = totals_of(source).total_minor if source is not None else 0
        title = self.say("split_amount_title")
        made = sheets.keypad(self, title, self.typed, self.say("split_amount_do"), ".")
        left = max(0, due - hundredths(self.typed))
        return replace(made, aside=self.say("split_amount_left", sum=self.money(left)))

    def _tables(self) -> tuple[Act, ...]:
        catalogue = self.desk.catalogue
        taken = {check.table_id: check for check in self.desk.venue.checks.values()}
        here = catalogue.tables.get(self.bills[0].table_id) if self.bills else None
        hall_id = here.hall_id if here else self.place.hall_id
        return tuple(
            Act(
                f"to_table:{table.table_id}",
                table.label,
                note=self.say("check") if table.table_id in taken else "",
                size=18,
            )
            for table in catalogue.tables.values()
            if table.hall_id == hall_id and table is not here
        )[:36]
