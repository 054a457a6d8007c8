"""Sheets over the menu half: choices, a keypad, letters; and the modifiers of a dish.

A sheet never covers the check. It asks one thing and has one way out without changing anything.
The models are `shown.Sheet` and `order_view.ModifiersView`.
"""

from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from glass.painted import Painted
from glass.pool import Grid
from pos_app.presenters.order_view import Group, ModifiersView
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from pos_app.widgets.button import Key, PushButton
from pos_app.widgets.qr_picture import QrPicture

_EDGE = 18


class Band(Painted):
    """Texts of a sheet: title, price, group names, the allergy block, the entry."""

    model = ObjectProperty((), rebind=False)

    def paint(self) -> None:
        """Draw what the sheet worked out: a tuple of calls with their arguments."""
        for name, args, options in self.model:
            getattr(self, name)(*args, **dict(options))


def _say(string: str, x: float, y: float, wide: float, tall: float, **options: Any) -> Any:
    return ("text", (string, x, y, wide, tall), tuple(sorted(options.items())))


class _Layered(Widget):
    """Base of both sheets: a band of texts below, pools of buttons above."""

    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._arrange = Clock.create_trigger(self._run_arrange, -1)
        self._parts: list[Widget] = []
        super().__init__(**kwargs)
        self._band = Band(size_hint=(None, None))
        for name in ("model", "size", "pos"):
            self.fbind(name, self._arrange)
        self._arrange()

    def on_act(self, action: str) -> None:
        """Bound in kv: the owner takes the action."""

    def _pass_on(self, _view: object, action: str) -> None:
        self.dispatch("on_act", action)

    def _part(self, made: Any) -> Any:
        made.size_hint = (None, None)
        made.bind(on_act=self._pass_on)
        return made

    def _put(self, view: Any, x: float, y: float, wide: float, tall: float) -> None:
        view.size = (wide, tall)
        view.pos = (self.x + x, self.top - y - tall)
        if view.parent is None:
            self.add_widget(view, index=len(self.children) if view is self._band else 0)

    def _run_arrange(self, *_: object) -> None:
        raise NotImplementedError

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing under a sheet can be touched."""
        if not self.children:
            return False
        return bool(super().on_touch_down(touch)) or self.collide_point(*touch.pos)


class QuestionSheet(_Layered):
    """Choices, keypad, letters or a code. `alone`, here or in its model: until it is answered, what
    stands beside it cannot be touched either; only the bar above it. Choices that have no room are
    turned page by page, with a button in the last place."""

    model = ObjectProperty(NO_SHEET, rebind=False)
    alone = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._choices = self._part(Grid(cell_width=dp(170), spacing=dp(10)))
        self._rows: list[Any] = []
        self._code = QrPicture(size_hint=(None, None))
        self._first = self._each = 0
        self._titled = ""
        self._cancel = self._part(PushButton())
        self._confirm = self._part(PushButton())

    def on_touch_down(self, touch: Any) -> bool:
        """A question of money or reasons is answered first."""
        if super().on_touch_down(touch):
            return True
        alone = self.alone or self.model.alone
        return bool(alone and self.model.kind and touch.y < self.top)

    def _run_arrange(self, *_: object) -> None:
        sheet: Sheet = self.model
        if not sheet.kind:
            self.clear_widgets()
            return
        edge, wide = dp(_EDGE), self.width - 2 * dp(_EDGE)
        calls = self._texts(sheet, edge, wide)
        entry = sheet.kind in ("keypad", "letters")
        top = dp(78) + (dp(30) if sheet.text else 0) + (dp(88) if entry else 0)
        foot = self.height - dp(76)
        calls.append(("box", (0, foot - dp(12), self.width, 1, "line"), ()))
        if sheet.choices:
            columns = min(sheet.columns, max(2, int(wide // dp(120))))
            tall = dp(64 if sheet.kind == "choices" else 52)
            self._choices.cols, self._choices.row_height = columns, tall
            low = dp(58) * len(sheet.keys)  # what the keys below want, so that a finger hits them
            most = max(1, int((foot - dp(24) - low - top) // (dp(48) + dp(10)))) * columns
            shown = self._page(sheet, most)
            self._choices.models = shown
            rows = -(-len(shown) // columns)
            need = rows * (tall + dp(10))
            if top + need > foot - dp(12) - low * (sheet.kind == "letters"):
                room = foot - top - dp(22) - low * (sheet.kind == "letters")
                self._choices.row_height = max(dp(48), room / rows - dp(10))
                need = rows * (self._choices.row_height + dp(10))
            self._put(self._choices, edge, top, wide, need)
            top += need + dp(4)
        elif self._choices.parent is not None:
            self.remove_widget(self._choices)
        self._keys(sheet, edge, top, wide, foot - dp(20) - top)
        self._coded(sheet, edge, top, wide, foot - dp(20) - top)
        self._cancel.model, self._confirm.model = sheet.cancel, sheet.confirm
        part = (wide - dp(10)) / 3
        self._put(self._cancel, edge, foot, part, dp(64))
        self._put(self._confirm, edge + part + dp(10), foot, wide - part - dp(10), dp(64))
        self._band.model = tuple(calls)
        self._put(self._band, 0, 0, self.width, self.height)

    def _page(self, sheet: Sheet, most: int) -> tuple[Act, ...]:
        """The choices that have room; what is found for letters is cut, the best stand first."""
        if sheet.kind != "choices" or len(sheet.choices) <= most:
            return sheet.choices[:most] if sheet.kind == "letters" else sheet.choices
        if sheet.title != self._titled or self._first >= len(sheet.choices):
            self._titled, self._first = sheet.title, 0
        self._each = max(1, most - 1)
        page, pages = self._first // self._each + 1, -(-len(sheet.choices) // self._each)
        turn = Act("turn", f"{page}/{pages} ›", "outline")
        return (*sheet.choices[self._first : self._first + self._each], turn)

    def _pass_on(self, view: object, action: str) -> None:
        if action != "turn":
            super()._pass_on(view, action)
            return
        self._first += self._each
        self._arrange()

    def _texts(self, sheet: Sheet, edge: float, wide: float) -> list[Any]:
        aside = Painted.measure(sheet.aside, 22, True) + dp(12) if sheet.aside else 0
        calls: list[Any] = [
            ("box", (0, 0, self.width, self.height, "panel"), ()),
            _say(sheet.title, edge, 0, wide - aside, dp(64), size=22, bold=True, smallest=15),
            _say(sheet.aside, edge, 0, wide, dp(64), size=22, bold=True, align="right"),
            ("box", (0, dp(64), self.width, 1, "line"), ()),
        ]
        top = dp(74)
        if sheet.text:
            calls.append(_say(sheet.text, edge, top, wide, dp(26), token="dim", smallest=13))
            top += dp(30)
        if sheet.kind in ("keypad", "letters"):
            calls.append(("box", (edge, top, wide, dp(76), "background", dp(10)), ()))
            shown, token = (sheet.entry, "text") if sheet.entry else (sheet.hint, "dim")
            figures = {"size": 34, "bold": True, "align": "right", "smallest": 16}
            letters = {"size": 22, "lines": 2, "smallest": 14}
            way = figures if sheet.kind == "keypad" else letters
            room = (edge + dp(18), top, wide - dp(36), dp(76))
            calls.append(_say(shown, *room, token=token, **way))
        return calls

    def _coded(self, sheet: Sheet, edge: float, top: float, wide: float, room: float) -> None:
        if sheet.kind == "code":
            self._code.said = sheet.entry
            self._put(self._code, edge, top, wide, room)
        elif self._code.parent is not None:
            self.remove_widget(self._code)

    def _keys(self, sheet: Sheet, edge: float, top: float, wide: float, room: float) -> None:
        gap = dp(8 if wide > dp(700) else 5)
        while len(self._rows) < len(sheet.keys):
            self._rows.append(self._part(Grid(view="Key")))
        count = max(1, len(sheet.keys))
        tall = min(dp(76), (room - gap * (count - 1)) / count)
        narrow = min(wide, dp(440)) if sheet.kind == "keypad" else wide
        left = edge + (wide - narrow) / 2
        for number, row in enumerate(self._rows):
            if number >= len(sheet.keys):
                if row.parent is not None:
                    self.remove_widget(row)
                continue
            row.cols, row.models = len(sheet.keys[number]), sheet.keys[number]
            row.spacing = gap
            self._put(row, left, top + number * (tall + gap), narrow, tall)


class SideSheet(QuestionSheet):
    """The question of a `screen`, over `share` of its width; all of it in portrait."""

    screen = ObjectProperty(None, rebind=True)
    share = NumericProperty(0.6)


class ModifiersSheet(_Layered):
    """Groups with their rules, pre-modifiers, allergy, quantity, add.

    Groups that have no room on a small window stand on a further page: a button in the title turns
    to them.
    """

    model = ObjectProperty(ModifiersView(), rebind=False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._groups: list[Any] = []
        self._first = self._last = 0
        self._titled = ""
        self._turn = PushButton(size_hint=(None, None))
        self._turn.bind(on_act=lambda *_: self._turned())
        self._pre = self._part(Grid(spacing=dp(8)))
        self._foot = [self._part(kind()) for kind in (PushButton, Key, Key, PushButton)]

    def _run_arrange(self, *_: object) -> None:
        view: ModifiersView = self.model
        if not view.title:
            return
        edge, wide = dp(_EDGE), self.width - 2 * dp(_EDGE)
        calls = self._title(view, edge, wide)
        foot = self.height - dp(76)
        columns = max(3, min(5, int((wide + dp(8)) // dp(124))))
        words = max(1, len(view.pre))
        across = words if wide / words >= dp(98) else columns
        pre_rows = -(-len(view.pre) // across)
        cell, gap_title, low = self._heights(view, columns, foot, pre_rows)
        top = dp(72) if low else dp(74)
        room = foot - dp(20) - pre_rows * (cell + dp(8)) - (dp(46) if view.allergy else 0)
        shown = self._page(view, columns, cell, gap_title, room - top)
        while len(self._groups) < len(shown):
            self._groups.append(self._part(Grid(view="Key", spacing=dp(8))))
        for number, grid in enumerate(self._groups):
            if number >= len(shown):
                if grid.parent is not None:
                    self.remove_widget(grid)
                continue
            group = shown[number]
            calls += self._named(group, edge, top, wide, gap_title)
            top += gap_title
            grid.cols, grid.row_height, grid.models = columns, cell, group.choices
            rows = -(-len(group.choices) // columns)
            tall = rows * (cell + dp(8)) - dp(8)
            self._put(grid, edge, top, wide, tall)
            top += tall + dp(6)
        top += dp(8)
        self._pre.cols, self._pre.row_height = across, cell
        self._pre.models = view.pre
        rows = -(-len(view.pre) // max(1, self._pre.cols))
        self._put(self._pre, edge, top, wide, rows * (cell + dp(8)) - dp(8))
        top += rows * (cell + dp(8)) + dp(4)
        if view.allergy and top + dp(42) <= foot - dp(12):
            calls += self._allergy(view, edge, top, wide)
        self._buttons(view, edge, foot, wide)
        calls.append(("box", (0, foot - dp(12), self.width, 1, "line"), ()))
        self._band.model = tuple(calls)
        self._put(self._band, 0, 0, self.width, self.height)

    @staticmethod
    def _named(group: Group, edge: float, top: float, wide: float, tall: float) -> list[Any]:
        """A group's name and its rule beside it."""
        name = Painted.measure(group.title, 16, True)
        return [
            _say(group.title, edge, top, wide, tall, size=16, bold=True),
            _say(
                group.rule,
                edge + name + dp(10),
                top,
                wide - name - dp(10),
                tall,
                size=14.5,
                token=group.rule_token,
            ),
        ]

    def _page(
        self, view: ModifiersView, columns: int, cell: float, title: float, room: float
    ) -> list[Group]:
        """The groups that fit, from the page that was turned to; with all of them no page."""
        talls = [
            title + -(-len(group.choices) // columns) * (cell + dp(8)) - dp(2)
            for group in view.groups
        ]
        if view.title != self._titled:
            self._titled, self._first = view.title, 0
        if sum(talls) <= room:
            self._first = 0
            self._turn.model = None
            if self._turn.parent is not None:
                self.remove_widget(self._turn)
            return list(view.groups)
        self._first = min(self._first, len(view.groups) - 1)
        shown: list[Group] = []
        used = 0.0
        for group, tall in list(zip(view.groups, talls, strict=True))[self._first :]:
            if shown and used + tall > room:
                break
            shown.append(group)
            used += tall
        self._last = self._first + len(shown)
        self._turn.model = Act("turn", f"{self._last}/{len(talls)} ›", size=15)
        price = Painted.measure(view.price, 22, True)
        self._put(self._turn, self.width - dp(_EDGE) - price - dp(92), dp(8), dp(80), dp(48))
        return shown

    def _turned(self) -> None:
        """To the next groups, or the first again."""
        self._first = 0 if self._last >= len(self.model.groups) else self._last
        self._arrange()

    @staticmethod
    def _heights(
        view: ModifiersView, columns: int, foot: float, pre_rows: int
    ) -> tuple[float, float, bool]:
        """Cell and title heights that let every group stand on the sheet."""
        rows = sum(-(-len(group.choices) // columns) for group in view.groups)
        rows += pre_rows
        room = foot - dp(74 + 12 + 16) - (dp(46) if view.allergy else 0)
        titles = len(view.groups)
        for cell, title in ((56, 36), (56, 30), (52, 28), (48, 26)):
            if rows * dp(cell + 8) + titles * dp(title + 6) <= room:
                return dp(cell), dp(title), False
        return dp(48), dp(24), True

    def _title(self, view: ModifiersView, edge: float, wide: float) -> list[Any]:
        price = Painted.measure(view.price, 22, True)
        chips = sum(Painted.measure(chip, 15) + dp(40) for chip in view.chips)
        name = min(Painted.measure(view.title, 22, True) + 2, wide - price - dp(16))
        if name + chips + price + dp(30) > wide:
            chips = 0
        calls: list[Any] = [
            ("box", (0, 0, self.width, self.height, "panel"), ()),
            _say(view.title, edge, 0, name, dp(64), size=22, bold=True, smallest=15),
            _say(view.price, edge, 0, wide, dp(64), size=22, bold=True, align="right"),
            ("box", (0, dp(64), self.width, 1, "line"), ()),
        ]
        left = edge + name + dp(14)
        for chip in view.chips if chips else ():
            across = Painted.measure(chip, 15) + dp(28)
            calls.append(("box", (left, dp(14), across, dp(36), "raised", dp(18)), ()))
            calls.append(_say(chip, left, dp(14), across, dp(36), size=15, align="center"))
            left += across + dp(12)
        return calls

    @staticmethod
    def _allergy(view: ModifiersView, edge: float, top: float, wide: float) -> list[Any]:
        name = min(Painted.measure(view.allergy, 16, True) + 2, wide - dp(32))
        calls: list[Any] = [
            ("card", (edge, top, wide, dp(38), "late_ground", dp(10), "late", dp(4)), ()),
            _say(
                view.allergy,
                edge + dp(18),
                top,
                name,
                dp(38),
                size=16,
                bold=True,
                token="late_text",
                smallest=12,
            ),
        ]
        left = edge + dp(18) + name + dp(8)
        rest = edge + wide - left - dp(12)
        if rest > dp(120):
            calls.append(_say(view.allergy_note, left, top, rest, dp(38), size=15, smallest=12))
        return calls

    def _buttons(self, view: ModifiersView, edge: float, foot: float, wide: float) -> None:
        cancel, less, more, add = self._foot
        cancel.model, less.model, more.model, add.model = (
            view.cancel,
            view.less,
            view.more,
            view.add,
        )
        gap = dp(10)
        part = max(dp(110), wide * 0.22)
        step = dp(56)
        self._put(cancel, edge, foot, part, dp(64))
        left = edge + part + gap
        self._put(less, left, foot, step, dp(64))
        self._put(more, left + step + dp(52), foot, step, dp(64))
        count = self._count(view)
        self._put(count, left + step, foot, dp(52), dp(64))
        left += 2 * step + dp(52) + gap
        self._put(add, left, foot, edge + wide - left, dp(64))

    _counter: Any = None

    def _count(self, view: ModifiersView) -> Any:
        if self._counter is None:
            self._counter = self._part(PushButton())
        self._counter.model = Act(label=view.quantity, tone="none", size=20)
        return self._counter
