"""A tab of the cash desk: a list, what stands beside it, what can be done. Base of all tabs.

Rule: a tab holds no state of its own; what is picked is the desk's. Every entry takes a reason
and goes through `send`, which says refusals in words and asks for an approval where one helps.
The tabs are in `cash_drawer`, `cash_checks`, `cash_debts` and `cash_day`; `cash_desk` shows them.
"""

from collections.abc import Callable

from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.questions import Questions
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain.ids import ShiftId
from sync_server.domain.money import round_to_step

OWN = "own-words"
SHOWN = 60
"""Rows of a list at most, the newest first."""


class DeskPresenter(Questions):
    """What tabs need of the cash desk. State: what is picked, sought and asked."""

    picked: str
    sought: str
    waived: dict[str, str]
    said: str

    @property
    def shift_id(self) -> ShiftId:
        """Its id; without one every entry is refused in words."""
        shift = self.till_shift
        return shift.shift_id if shift is not None else ShiftId("")

    def send(self, command: object, said: str) -> None:
        """Submit; a lacking right or a limit asks a colleague. `said` is shown when it is done."""
        self.said = said
        self.submit_or_ask(command)

    def went_through(self) -> None:
        """A command was accepted."""
        self.picked = ""
        self.toast(self.said, "ready", "check")

    def reasoned(
        self, kinds: tuple[str, ...], before: tuple[Step, ...], done: Callable[[Answers], None]
    ) -> None:
        """Ask some questions, then for a reason of the venue's list or in own words."""
        own = Step("text", "reason", self.say("why_title"), hint=self.say("why_hint"), words=True)
        reasons = [r for r in self.desk.catalogue.reasons.values() if r.kind in kinds]
        if not reasons:
            self.asking.begin((*before, own), done)
            return
        acts = [Act(f"pick:{r.reason_id}", self.name(r.names)) for r in reasons]
        acts.append(Act(f"pick:{OWN}", self.say("own_words"), "outline"))

        def chosen(answers: Answers) -> None:
            if answers["reason"] == OWN:
                self.asking.begin((own,), lambda more: done({**answers, **more}))
            else:
                done(answers)

        step = Step("pick", "reason", self.say("why_title"), tuple(acts))
        self.asking.begin((*before, step), chosen)

    def in_coins(self, amount_minor: int) -> int:
        """What is taken in cash for an amount."""
        return round_to_step(amount_minor, self.desk.catalogue.settings.cash_step_minor)

    def by_tender(self) -> Step:
        """Cash or card."""
        acts = tuple(Act(f"pick:{key}", self.say(f"tender_{key}")) for key in ("cash", "card"))
        return Step("pick", "tender", self.say("tender"), acts)


class Section:
    """See the module; a tab overrides what it has."""

    right = ""

    def __init__(self, on: DeskPresenter) -> None:
        self.on = on

    def there(self) -> bool:
        """Whether this house has such a tab."""
        return True

    def entered(self) -> None:
        """The tab comes forward."""

    def cards(self) -> tuple[Card, ...]:
        """The list."""
        return ()

    def empty(self) -> str:
        """What stands there without any."""
        return ""

    def title(self) -> str:
        """Over what stands beside the list."""
        return ""

    def rows(self) -> tuple[Pair, ...]:
        """Figures beside the list."""
        return ()

    def notes(self) -> tuple[Card, ...]:
        """Cards beside the list."""
        return ()

    def actions(self) -> tuple[Act, ...]:
        """What can be done."""
        return ()

    def do(self, what: str) -> None:
        """Do one of the actions."""
        getattr(self, f"do_{what}")()

    def open(self, key: str) -> None:
        """A row was tapped: it is picked, and once more is not."""
        self.on.picked = "" if self.on.picked == key else key
