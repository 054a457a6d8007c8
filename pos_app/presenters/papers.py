"""Papers as the venue wants them: order and size of the parts, own words, language, logo; seen at
once.

The picture is the server's own, drawn from a made-up order on the venue's menu; a fault stands in
words beside it and cannot be saved. Neighbours: `devices`, `sync_server.paper.templates`.
"""

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pos_app.desk import Desk
from pos_app.pictures import dots_of
from pos_app.presenters.asking import Answers, Asking, Step
from pos_app.presenters.devices import SetUpPresenter
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import Act, Card, Pair
from pos_app.words import LANGUAGES

DOCUMENTS = ("receipt", "pre_bill", "kitchen", "void", "change", "move", "label", "stock_take")
SIZES = ("", "larger", "smaller")
PAPER_LANGUAGES = ("", *LANGUAGES)
NAME_LETTERS = 40
_Part = dict[str, Any]


class PapersPresenter(SetUpPresenter):
    """State: the document, its parts as they would be saved, the one picked, the last picture."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.document = ""
        self.parts: list[_Part] = []
        self.known: tuple[str, ...] = ()
        self.required: frozenset[str] = frozenset()
        self.picked = -1
        self.png = b""
        self.fault = ""
        self.narrow = False
        self.changed = False
        self.language_of = ""
        self.asking = Asking(self)

    def enter(self) -> None:
        """The receipt first: guests see it."""
        self._open(self.document or DOCUMENTS[0])

    # -- intents -------------------------------------------------------------------------------
    @intent
    def pick(self, document: str) -> None:
        """Another document; what was not saved of the last one is forgotten."""
        self._open(document)

    @intent
    def row(self, number: str) -> None:
        """A part: the buttons under the list are about it."""
        self.picked = -1 if self.picked == int(number) else int(number)

    @intent
    def up(self) -> None:
        """The part before its neighbour."""
        self._move(-1)

    @intent
    def down(self) -> None:
        """The part after its neighbour."""
        self._move(1)

    @intent
    def size(self) -> None:
        """As built in, larger, smaller."""
        part = self.parts[self.picked]
        now = str(part.get("size", ""))
        self.parts[self.picked] = {**part, "size": SIZES[(SIZES.index(now) + 1) % len(SIZES)]}
        self._changed()

    @intent
    def drop(self) -> None:
        """Leave the part out."""
        del self.parts[self.picked]
        self.picked = -1
        self._changed()

    @intent
    def add(self, name: str) -> None:
        """A part that is left out, own words, a rule, a gap, the logo: under the picked one, or at
        the end."""
        if name == "text":
            self._ask_words({}, self._put_words)
        else:
            self._insert({"part": name})

    @intent
    def words_of(self) -> None:
        """Other words in the picked part."""
        self._ask_words(self.parts[self.picked].get("text", {}), self._changed_words)

    @intent
    def speak(self) -> None:
        """The reader's own language, or one for this paper whoever reads it."""
        self.language_of = PAPER_LANGUAGES[
            (PAPER_LANGUAGES.index(self.language_of) + 1) % len(PAPER_LANGUAGES)
        ]
        self._changed()

    @intent
    def logo(self) -> None:
        """Another logo for the house, out of the pictures on this terminal and its sticks."""
        if not self.waiting:
            self.waiting = True
            self.desk.later(self._find_pictures())

    @intent
    def take_picture(self, number: str) -> None:
        """This one."""
        self.asking.pick(number)

    @intent
    def key(self, key: str) -> None:
        """A sign of own words."""
        self.asking.key(key)

    @intent
    def figures_keys(self) -> None:
        """Letters or figures."""
        self.asking.other_keys()

    @intent
    def confirm(self) -> None:
        """The words are complete."""
        self.asking.confirm()

    @intent
    def cancel(self) -> None:
        """Nothing is changed."""
        self.asking.shut()

    def _insert(self, part: _Part) -> None:
        at = self.picked + 1 if self.picked >= 0 else len(self.parts)
        self.parts.insert(at, part)
        self.picked = at
        self._changed()

    def _ask_words(self, before: dict[str, str], done: Callable[[Answers], None]) -> None:
        """One text for each language of the venue; the first is what a missing one reads."""
        languages = self.desk.catalogue.settings.languages
        steps = tuple(
            Step(
                "text",
                language,
                self.say("own_words_in", language=self.say(f"language_{language}")),
                optional=number > 0,
                start=before.get(language, ""),
            )
            for number, language in enumerate(languages)
        )
        self.asking.begin(steps, done)

    def _put_words(self, answers: Answers) -> None:
        self._insert({"part": "text", "text": _said(answers)})

    def _changed_words(self, answers: Answers) -> None:
        if 0 <= self.picked < len(self.parts):
            self.parts[self.picked] = {**self.parts[self.picked], "text": _said(answers)}
            self._changed()

    @intent
    def paper(self) -> None:
        """The other width."""
        self.narrow = not self.narrow
        self._look()

    @intent
    def standard(self) -> None:
        """As built in, for the whole house."""
        self._save([])

    @intent
    def save(self) -> None:
        """In force for the whole house."""
        self._save(self.parts)

    # -- the server ----------------------------------------------------------------------------
    def _open(self, document: str) -> None:
        self._reset(document)
        self._look()

    def _reset(self, document: str) -> None:
        self.document, self.parts, self.picked, self.changed = document, [], -1, False
        template = self.desk.catalogue.templates.get(document)
        self.language_of = template.language if template else ""
        self.asking.shut()
        self.png, self.fault, self.waiting = b"", "", False

    def _move(self, step: int) -> None:
        to = self.picked + step
        if 0 <= self.picked < len(self.parts) and 0 <= to < len(self.parts):
            self.parts[self.picked], self.parts[to] = self.parts[to], self.parts[self.picked]
            self.picked = to
            self._changed()

    def _changed(self) -> None:
        self.changed = True
        self._look()

    def _look(self) -> None:
        if self.desk.link.online:
            self.desk.later(self._show(self.document, list(self.parts)))

    async def _find_pictures(self) -> None:
        found = await self.desk.own_pictures()
        self.waiting = False
        if not found:
            self.toast(self.say("no_pictures"), "hold", "info")
            return
        choices = tuple(
            Act(f"take_picture:{number}", _called(path)) for number, path in enumerate(found)
        )
        asked = Step("pick", "picture", self.say("choose_logo"), choices)
        self.asking.begin(
            (asked,), lambda got: self.desk.later(self._take_logo(found[int(got["picture"])]))
        )

    async def _take_logo(self, path: Path) -> None:
        code, dots = await asyncio.to_thread(dots_of, path)
        if code:
            self.toast(self.sentence(code, {}), "late", "error")
        elif await self.asked("save_logo", dots) is not None:
            self.toast(self.say("set_up_saved"), "ready", "check")
            self._look()

    async def _show(self, document: str, parts: list[_Part]) -> None:
        template: dict[str, object] = {
            "document": document,
            "parts": parts,
            "language": self.language_of,
        }
        body = await self.asked("preview_paper", {"template": template, "narrow": self.narrow})
        # Meanwhile somebody may have gone on: an old picture of another state is dropped.
        if body is None or document != self.document or parts != self.parts:
            return
        self.png = base64.b64decode(body["png"])
        self.known, self.required = tuple(body["all"]), frozenset(body["required"])
        params = {"part": self._part_name(body["part"])}
        self.fault = self.sentence(body["fault"], params) if body["fault"] else ""
        if not parts:
            self.parts = [dict(part) for part in body["parts"]]

    def _save(self, parts: list[_Part]) -> None:
        if not self.waiting:
            self.waiting = True
            self.desk.later(self._put(list(parts)))

    async def _put(self, parts: list[_Part]) -> None:
        template: dict[str, object] = {
            "document": self.document,
            "parts": parts,
            "language": self.language_of if parts else "",
        }
        if await self.asked("save_template", {"template": template}) is not None:
            self.toast(self.say("set_up_saved"), "ready", "check")
            self.changed = False
            if not parts:
                self._reset(self.document)
                await self._show(self.document, [])

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> DevicesView:
        """The screen as it stands."""
        free = not self.waiting and self.desk.link.online
        own = self.document in self.desk.catalogue.templates
        width = "58 mm" if self.narrow else "80 mm"
        fault = (Card(self.fault, (), stripe="late", icon="error"),) if self.fault else ()
        return DevicesView(
            head=self.head(),
            tabs=self.tabs("papers"),
            left_title=self.say("papers_title"),
            left_cards=tuple(self._card(document) for document in DOCUMENTS),
            middle_title=self.say(f"paper_{self.document}") if self.document else "",
            rows=tuple(self._row(number, part) for number, part in enumerate(self.parts)),
            row_acts=self._acts(),
            right_title=self.say("paper_title", width=width),
            cards=fault,
            paper=self.png,
            third=Act("paper", self.say("paper_width"), "outline", free, size=16),
            second=Act("standard", self.say("as_built_in"), "plain", free and own, "undo", size=16),
            main=Act("save", self.say("save"), "go", free and self.changed and not self.fault,
                     size=20),
            sheet=self.asking.sheet(),
        )  # fmt: skip

    def _card(self, document: str) -> Card:
        own = document in self.desk.catalogue.templates
        said = self.say("paper_own" if own else "paper_standard")
        stripe = "accent" if document == self.document else ""
        return Card(self.say(f"paper_{document}"), (said,), stripe=stripe, id=f"pick:{document}")

    def _row(self, number: int, part: _Part) -> Pair:
        size = str(part.get("size", ""))
        picked = number == self.picked
        return Pair(
            f"{number + 1}.  {self._part_name(part['part'])}",
            self.say(f"size_{size}") if size else "",
            weight="strong" if picked else "row",
            rule=True,
            id=f"row:{number}",
        )

    def _acts(self) -> tuple[Act, ...]:
        acts: list[Act] = []
        if 0 <= self.picked < len(self.parts):
            name = self.parts[self.picked]["part"]
            acts += [
                Act("up", self.say("part_up"), enabled=self.picked > 0, size=15),
                Act("down", self.say("part_down"), enabled=self.picked < len(self.parts) - 1,
                    size=15),
                Act("words_of", self.say("other_words"), size=15) if name == "text"
                else Act("size", self.say("part_size"), size=15),
                Act("drop", self.say("part_drop"), enabled=name not in self.required, size=15),
            ]  # fmt: skip
        there = {part["part"] for part in self.parts}
        missing = [
            name for name in self.known if name not in there or name in ("rule", "space", "text")
        ]
        has_logo = bool(self.desk.catalogue.settings.logo_stride)
        for name in missing:
            if name != "logo" or has_logo:
                acts.append(Act(f"add:{name}", f"+ {self._part_name(name)}", "outline", size=15))
        spoken = self.say(f"language_{self.language_of}" if self.language_of else "language_any")
        acts.append(Act("speak", spoken, "outline", size=15))
        if "logo" in self.known:
            acts.append(Act("logo", self.say("choose_logo"), "outline", size=15))
        return tuple(acts)

    def _part_name(self, name: str) -> str:
        key = f"part_{name}"
        return self.say(key) if self.words.knows(key) else name


def _said(answers: Answers) -> dict[str, str]:
    """The words that were given; a language left empty reads the first one's."""
    return {language: text for language, text in answers.items() if text}


def _called(path: Path) -> str:
    """A picture's name; a long one keeps its end, by which pictures are told apart."""
    name = path.name
    return name if len(name) <= NAME_LETTERS else f"{name[:24]}…{name[-(NAME_LETTERS - 25) :]}"
