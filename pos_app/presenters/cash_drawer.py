"""The drawer's tab of the cash desk: cash in and out, drops, tips, no sale, the float."""

from pos_app import formats
from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.cash_section import SHOWN, Section
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain import commands as c
from sync_server.domain.shifts import holder_of

KINDS = ("in", "out", "drop", "tips")


class DrawerSection(Section):
    """Every entry has a reason and a slip. What must lie in the drawer is not told (blind)."""

    def cards(self) -> tuple[Card, ...]:
        """What moved in this shift, the newest first."""
        on, shift = self.on, self.on.till_shift
        moves = shift.moves if shift else ()
        return tuple(
            Card(
                f"{on.say(f'cash_{moved.kind}')} · {on.reason_of(moved.reason)}",
                (" · ".join(self._about(moved.at_ms, moved.by, moved.envelope)),),
                on.amount(moved.amount_minor),
            )
            for moved in reversed(moves[-SHOWN:])
        )

    def _about(self, at_ms: int, by: str, envelope: str) -> list[str]:
        said = [self.on.clock(at_ms), self.on.person(by)]
        return [*said, f"№ {envelope}"] if envelope else said

    def empty(self) -> str:
        """Nothing moved, or there is no drawer."""
        return self.on.say("no_moves" if self.on.till_shift else "no_drawer_text")

    def title(self) -> str:
        """Whose drawer."""
        shift = self.on.till_shift
        if shift is None:
            return self.on.say("drawer_shut")
        return formats.capital(self.on.whose_till(shift))

    def rows(self) -> tuple[Pair, ...]:
        """The drawer's figures without what must lie in it."""
        on, shift = self.on, self.on.till_shift
        if shift is None:
            return ()
        figures = shift.figures
        return (
            Pair(on.say("float"), on.amount(shift.float_minor), rule=True),
            Pair(on.say("cash_in"), on.amount(figures.cash_in_minor), rule=True),
            Pair(on.say("cash_out"), on.amount(-figures.cash_out_minor), rule=True),
            Pair(on.say("drops"), on.amount(-figures.drops_minor), rule=True),
            Pair(on.say("tips_paid"), on.amount(-figures.tips_paid_minor), rule=True),
            Pair(on.say("no_sales_n"), str(figures.no_sales), rule=True),
        )

    def notes(self) -> tuple[Card, ...]:
        """A reminder when there is much cash in it."""
        shift, most = self.on.till_shift, self.on.desk.catalogue.settings.drop_above_minor
        if shift is None or not most or shift.drawer_minor <= most:
            return ()
        return (Card(self.on.say("drop_now"), (), "", "hold", icon="warning"),)

    def actions(self) -> tuple[Act, ...]:
        """All that may be done with the drawer."""
        on, there = self.on, self.on.till_shift is not None
        may = there and on.may("cash_in_out")
        named = ("cash_in_do", "cash_out_do", "cash_drop_do", "cash_tips")
        moves = [
            Act(f"do:{kind}", on.say(key), "plain", may)
            for kind, key in zip(KINDS, named, strict=True)
        ]
        return (
            *moves,
            Act("do:no_sale", on.say("no_sale"), "plain", there and not self._purse),
            Act("do:float", on.say("adjust_float"), "plain", may),
        )

    @property
    def _purse(self) -> bool:
        """Whether it is a waiter's own purse, which no cable opens."""
        return self.on.till_shift is not None and bool(holder_of(self.on.till_shift.drawer))

    def do(self, what: str) -> None:
        """Ask how much and why, then record it."""
        on = self.on
        if what == "no_sale":
            on.reasoned((), (), self._no_sale)
        elif what == "float":
            step = Step("sum", "sum", on.say("really_was"))
            on.reasoned((), (step,), self._float)
        elif what in KINDS:
            steps = [Step("sum", "sum", on.say(f"cash_{what}"))]
            if what == "drop":
                steps.append(Step("text", "envelope", on.say("envelope_no"), optional=True))
            kinds = ("cash_in",) if what == "in" else ("cash_out",)
            on.reasoned(kinds, tuple(steps), lambda answers: self._moved(what, answers))

    def _moved(self, kind: str, answers: Answers) -> None:
        amount, envelope = int(answers["sum"] or "0"), answers.get("envelope", "")
        command = c.MoveCash(self.on.shift_id, kind, amount, answers["reason"], envelope)
        self.on.send(command, self.on.say(f"cash_{kind}"))

    def _no_sale(self, answers: Answers) -> None:
        command = c.OpenDrawer(self.on.shift_id, answers["reason"])
        self.on.send(command, self.on.say("no_sale"))

    def _float(self, answers: Answers) -> None:
        amount = int(answers["sum"] or "0")
        command = c.AdjustFloat(self.on.shift_id, amount, answers["reason"])
        self.on.send(command, self.on.say("adjust_float"))
