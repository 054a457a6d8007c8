"""The bar along the top: back, title, chips, clock, person, lock."""

from dataclasses import replace
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget

from glass.text import Ground, Text
from pos_app.presenters.shown import NO_HEAD, Avatar, Chip, Head
from pos_app.widgets.button import PushButton, icon_room
from pos_app.widgets.chip import AvatarView, ChipView

_GAP = 18
_LEAST_TITLE = 96


class HeadBar(Widget):
    """Places what fits. Chips that know a shorter word take it first, from the end, all but the lit
    one; then those that only tell give way, left ones from their end, the lit one last; then what
    is never left out shrinks to its sign: ways first, then a state that is well, faults last; then
    the title is cut; one that can be touched goes last, since a way would go with it."""

    model = ObjectProperty(NO_HEAD, rebind=False)
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._arrange = Clock.create_trigger(self._run_arrange, -1)
        super().__init__(**kwargs)
        self._ground = Ground(token="panel", edges="b", size_hint=(None, None))
        self._back = PushButton(size_hint=(None, None), inset_y=4)
        self._title = Text(scale=18, bold=True, size_hint=(None, None))
        self._avatar = AvatarView(size_hint=(None, None))
        self._lock = PushButton(size_hint=(None, None), inset_y=4)
        self._chips: list[ChipView] = []
        for part in (self._ground, self._back, self._title, self._avatar, self._lock):
            self.add_widget(part)
            if part.is_event_type("on_act"):
                part.bind(on_act=self._pass_on)
        for name in ("model", "size", "pos"):
            self.fbind(name, self._arrange)
        self._arrange()

    def on_act(self, action: str) -> None:
        """Bound in kv: the owner takes the action."""

    def _pass_on(self, _view: object, action: str) -> None:
        self.dispatch("on_act", action)

    def _put(self, view: Any, left: float, wide: float) -> float:
        view.size = (wide, dp(48) if view is not self._ground else self.height)
        view.pos = (self.x + left, self.y + (self.height - view.height) / 2)
        return left + wide

    def _run_arrange(self, *_: object) -> None:
        head: Head = self.model
        self._put(self._ground, 0, self.width)
        left, right = dp(16), self.width - dp(16)
        self._back.model = head.back
        if head.back is not None:
            words = PushButton.measure(head.back.label, head.back.size, True)
            wide = max(dp(48), words + icon_room(head.back) + dp(26))
            left = self._put(self._back, left, wide) + dp(_GAP)
        self._lock.model = head.lock
        if head.lock is not None:
            wide = max(dp(48), PushButton.measure(head.lock.label, head.lock.size, True) + dp(40))
            right -= wide
            self._put(self._lock, right, wide)
            right -= dp(12)
        self._avatar.model = avatar = _avatar(head, right - left)
        if avatar is not None:
            wide = AvatarView.natural_width(avatar)
            right -= wide - (dp(6) if head.lock is None else 0)
            self._put(self._avatar, right, wide)
            right -= dp(12)
        self._middle(head, left, right)

    def _middle(self, head: Head, left: float, right: float) -> None:
        title = Text.measure(head.title, 18, True) + 1
        lefts, rights = _fitting(head, title, right - left)
        room = right - left - _wide(lefts + rights)
        self._title.string = head.title
        left = self._put(self._title, left, max(1, min(title, room))) + dp(_GAP)
        views = self._views(len(lefts) + len(rights))
        for chip, view in zip(lefts, views, strict=False):
            view.model = chip
            left = self._put(view, left, ChipView.natural_width(chip)) + dp(_GAP)
        for chip, view in zip(reversed(rights), reversed(views), strict=False):
            view.model = chip
            wide = ChipView.natural_width(chip)
            right -= wide
            self._put(view, right, wide)
            right -= dp(_GAP)

    def _views(self, count: int) -> list[ChipView]:
        while len(self._chips) < count:
            chip = ChipView(size_hint=(None, None))
            chip.bind(on_act=self._pass_on)
            self._chips.append(chip)
        for number, chip in enumerate(self._chips):
            if number < count and chip.parent is None:
                self.add_widget(chip)
            elif number >= count and chip.parent is not None:
                self.remove_widget(chip)
        return self._chips[:count]


def _wide(chips: list[Chip]) -> float:
    """What chips take with the gaps beside them."""
    return sum(ChipView.natural_width(chip) + dp(_GAP) for chip in chips)


def _avatar(head: Head, room: float) -> Avatar | None:
    """Who is here: initials alone where the name would take the room of what can be touched."""
    avatar = head.avatar
    if avatar is None or not avatar.name:
        return avatar
    kept = [
        replace(chip, label=chip.short) if chip.short else chip
        for chip in (*head.left, *head.right)
        if chip.id or chip.sign
    ]
    title = min(Text.measure(head.title, 18, True), dp(_LEAST_TITLE)) + dp(_GAP)
    short = title + _wide(kept) + AvatarView.natural_width(avatar) > room
    return replace(avatar, name="") if short else avatar


def _fitting(head: Head, title: float, room: float) -> tuple[list[Chip], list[Chip]]:
    """The chips at the left and right for which there is room beside the title."""
    lefts, rights = list(head.left), list(head.right)
    least = min(title, dp(_LEAST_TITLE))
    longer = [place for place, chip in enumerate(lefts) if chip.short and chip.tone != "accent"]
    while longer and _wide(lefts + rights) + title + dp(8) > room:
        place = longer.pop()
        lefts[place] = replace(lefts[place], label=lefts[place].short)
    while _wide(lefts + rights) + title + dp(8) > room:
        told = [chip for chip in reversed(lefts) if not chip.id and not chip.sign]
        clocks = [chip for chip in rights if not chip.id and not chip.sign]
        told += clocks[: max(0, len(rights) - 1)]
        told.sort(key=lambda chip: chip.tone == "accent")
        worded = [chip for chip in reversed(lefts + rights) if chip.sign and chip.label]
        worded.sort(key=lambda chip: (chip.dot != "", chip.dot != "ready", not chip.id))
        ways = [chip for chip in lefts if not chip.sign] or [c for c in rights if not c.sign]
        if told:
            _put_in_place(lefts, rights, told[0])
        elif worded:
            sign = replace(worded[0], label="", icon=worded[0].sign)
            _put_in_place(lefts, rights, worded[0], sign)
        elif _wide(lefts + rights) + least + dp(8) > room and ways:
            going = next((chip for chip in reversed(ways) if chip.tone != "accent"), ways[-1])
            _put_in_place(lefts, rights, going)
        else:
            break
    return lefts, rights


def _put_in_place(lefts: list[Chip], rights: list[Chip], old: Chip, *new: Chip) -> None:
    """Leave a chip out, or put its smaller self there."""
    side = lefts if old in lefts else rights
    at = side.index(old)
    side[at : at + 1] = new
