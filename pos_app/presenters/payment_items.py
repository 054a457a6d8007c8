"""Paying for chosen dishes: they become a check of their own, which is paid, and then the rest.

Part of the pay screen. Rule: it is the domain's division (`sync_server.domain.splitting`), so the
sums of both checks are those of the whole to the smallest unit, the guest's receipt holds what this
guest pays for, and the kitchen hears of nothing. Who goes back before anything is paid finds both
joined again; after a restart the part is one of the table's checks, and `split` joins them.
"""

from pos_app import formats
from pos_app.presenters.order_rows import dish_name, seat_name
from pos_app.presenters.questions import Questions
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import HOLDING, Check, line_discounts, totals_of
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.money import allocate
from sync_server.domain.quantity import ONE


class ItemPicking:
    """State: whether dishes are being chosen, and how much of which."""

    def __init__(self, presenter: Questions) -> None:
        self._on = presenter
        self.shut()

    def shut(self) -> None:
        """Nothing is chosen."""
        self.open = False
        self.picked: dict[LineId, int] = {}

    def begin(self) -> None:
        """Choose from the check in work."""
        self.shut()
        self.open = True

    @property
    def _check(self) -> Check | None:
        return self._on.desk.venue.checks.get(CheckId(self._on.place.check_id))

    @property
    def rest(self) -> Check | None:
        """The check that the part in work was taken from, while it is open."""
        part_id, rest_id = self._on.place.part_of
        known = part_id and part_id == self._on.place.check_id
        return self._on.desk.venue.checks.get(CheckId(rest_id)) if known else None

    # -- taps ----------------------------------------------------------------------------------
    def do(self, what: str) -> None:
        """One of the buttons: a line, go, leave."""
        name, _, line_id = what.partition("/")
        match name:
            case "line":
                self._tap(LineId(line_id))
            case "go":
                self._go()
            case _:
                self.shut()

    def _tap(self, line_id: LineId) -> None:
        """One portion more, after the last one none again; a set comes whole."""
        check = self._check
        line = check.line(line_id) if check is not None else None
        if check is None or line is None or line.state == "void":
            return
        count = self.picked.get(line_id, 0) + _step(line)
        kin = [x for x in check.live if x is line or (line.set_id and x.set_id == line.set_id)]
        for each in kin:
            self.picked.pop(each.line_id, None)
            if count <= line.qty_milli:
                self.picked[each.line_id] = count if each is line else each.qty_milli

    def _taken(self, check: Check) -> list[tuple[Line, int]]:
        """What is chosen and still there."""
        wanted = ((line, self.picked.get(line.line_id, 0)) for line in check.live)
        return [(line, min(qty, line.qty_milli)) for line, qty in wanted if qty]

    def _go(self) -> None:
        """The chosen dishes on a check of their own, which is the one to pay now."""
        on, check = self._on, self._check
        taken = self._taken(check) if check is not None else []
        if check is None or not taken:
            return
        if len(taken) == len(check.live) and all(qty == x.qty_milli for x, qty in taken):
            self.shut()
            return
        part = CheckId(on.desk.new_id())
        moves = tuple(c.Move(x.line_id, qty, LineId(on.desk.new_id())) for x, qty in taken)
        if on.submit(c.MoveLines(check.check_id, part, moves, on.desk.next_number())):
            self.shut()
            on.place.part_of = (part, check.check_id)
            on.place.check_id = part

    def put_back(self) -> bool:
        """The part joins the rest again while nothing of it is paid; False if there is none, or if
        they cannot be joined now, which is said: then both stay checks of the table."""
        on, check, rest = self._on, self._check, self.rest
        if check is None or rest is None or any(p.state in HOLDING for p in check.payments):
            return False
        if not on.submit(c.MergeChecks(check.check_id, rest.check_id)):
            return False
        self.go_on(rest)
        return True

    def go_on(self, rest: Check) -> None:
        """To what is left of the bill."""
        self._on.place.part_of = ("", "")
        self._on.place.check_id = rest.check_id

    # -- view ----------------------------------------------------------------------------------
    def sheet(self) -> Sheet:
        """The lines to choose from, and what they come to."""
        on, check = self._on, self._check
        if not self.open or check is None:
            return NO_SHEET
        sum_ = on.money(self._sum(check))
        return Sheet(
            "choices",
            on.say("items_title"),
            sum_,
            on.say("items_text"),
            choices=tuple(self._line(line) for line in check.live),
            cancel=Act("items_do:leave", on.say("cancel")),
            confirm=Act("items_do:go", on.say("items_do"), "accent", bool(self.picked)),
            columns=2,
            alone=True,
        )

    def _line(self, line: Line) -> Act:
        on, picked = self._on, self.picked.get(line.line_id, 0)
        name, of = dish_name(on, line), line.qty_milli // ONE
        if _step(line) < line.qty_milli:
            name = f"{on.say('items_of', n=picked // ONE, of=of)} {name}"
        elif of > 1:
            name = f"{formats.quantity(line.qty_milli, on.language)}× {name}"
        seat = f"{seat_name(on, line.seat)} · " if line.seat else ""
        qty = max(picked, _step(line))
        sum_, _ = allocate(line.gross_minor, (qty, line.qty_milli - qty))
        note = f"{seat}{on.short(sum_)}"
        return Act(f"items_do:line/{line.line_id}", name, "ringed" if picked else "plain",
                   note=note, size=15)  # fmt: skip

    def _sum(self, check: Check) -> int:
        """What the chosen dishes come to with their share of service and tax."""
        chosen = rest = 0
        given = dict(zip((x.line_id for x in check.lines), line_discounts(check), strict=True))
        for line in check.live:
            left = line.gross_minor - given[line.line_id]
            qty = min(self.picked.get(line.line_id, 0), line.qty_milli)
            part, other = allocate(left, (qty, line.qty_milli - qty))
            chosen, rest = chosen + part, rest + other
        if not chosen + rest:
            return 0
        return allocate(totals_of(check).total_minor, (chosen, rest))[0]


def _step(line: Line) -> int:
    """One portion, where a line is of several whole ones; else all of it."""
    whole = line.qty_milli % ONE == 0 and not line.share_of and not line.set_id
    return ONE if whole else line.qty_milli
