"""Questions one after the other over a screen: a sum, a text, one of several, and then it is done.

Used by the pay screen and the cash desk. Rule: nothing is submitted before the last answer, each
question can be left without changing anything, and what was typed is forgotten when it is left.
The sheets themselves are built in `order_sheets`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain.limits import AMOUNT_MINOR, TEXT_LENGTH

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `kind`: sum, text, address, pick. A sum may say what its figures mean by
    `shown`; an optional text may be left empty. `held`: what a reader reads answers it; `words`:
    it is written in letters, so these stand there first."""

    kind: str
    name: str
    title: str
    choices: tuple[Act, ...] = ()
    hint: str = ""
    optional: bool = False
    shown: Callable[[int], str] | None = None
    start: str = ""
    held: bool = False
    words: bool = False


class Asking:
    """State: the questions, the answers so far, what is typed now."""

    def __init__(self, presenter: Presenter) -> None:
        self._on = presenter
        self.shut()

    def shut(self) -> None:
        """Nothing is asked."""
        self.steps: tuple[Step, ...] = ()
        self.answers: dict[str, str] = {}
        self.typed = ""
        self.figures = True
        self._done: Callable[[Answers], None] | None = None

    @property
    def open(self) -> bool:
        """Whether something is being asked."""
        return bool(self.steps)

    def begin(self, steps: tuple[Step, ...], done: Callable[[Answers], None]) -> None:
        """Ask these; `done` gets all the answers."""
        self.shut()
        self.steps, self._done = steps, done
        self.typed, self.figures = steps[0].start, not steps[0].words

    def key(self, key: str) -> None:
        """A figure of a sum or a sign of a text."""
        if not self.steps or self.steps[0].kind == "pick":
            return
        if key == "back":
            self.typed = self.typed[:-1]
        elif self.steps[0].kind in ("text", "address"):
            self.typed = (self.typed + key)[:TEXT_LENGTH]
        elif int((self.typed + key) or "0") <= AMOUNT_MINOR:
            self.typed = (self.typed + key).lstrip("0")

    def other_keys(self) -> None:
        """Letters instead of figures, and back."""
        self.figures = not self.figures

    def pick(self, choice: str) -> None:
        """One of several was tapped."""
        if self.steps and self.steps[0].kind == "pick":
            self._answer(choice)

    def held(self, code: str) -> bool:
        """A card or a code was read; False where the question wants none."""
        if not self.steps or not self.steps[0].held:
            return False
        self.typed = code[:TEXT_LENGTH]
        self.confirm()
        return True

    def confirm(self) -> None:
        """The sum or the text is complete."""
        if not self.steps or self.steps[0].kind == "pick":
            return
        if self.typed.strip() or self.steps[0].optional:
            self._answer(self.typed.strip())

    def _answer(self, answer: str) -> None:
        self.answers[self.steps[0].name] = answer
        self.steps = self.steps[1:]
        if self.steps:
            self.typed, self.figures = self.steps[0].start, not self.steps[0].words
            return
        answers, done = self.answers, self._done
        self.shut()
        if done is not None:
            done(answers)

    def sheet(self) -> Sheet:
        """The question that stands now."""
        if not self.steps:
            return NO_SHEET
        on, step = self._on, self.steps[0]
        last = on.say("done") if len(self.steps) == 1 else on.say("go_on")
        if step.kind == "pick":
            return sheets.choices(on, step.title, step.choices, 2)
        if step.kind == "sum":
            shown = (step.shown or on.money)(int(self.typed or "0"))
            return sheets.keypad(on, step.title, shown if self.typed else "", last, hint=step.hint)
        latin = step.kind == "address"
        sheet = sheets.letters(
            on, step.title, self.typed, step.hint, last, figures=self.figures, latin=latin
        )
        if step.optional:
            return replace(sheet, confirm=replace(sheet.confirm, enabled=True))
        return sheet
