"""What stands round the tickets: head, side column, foot, and the sheet that slides over.

Rule: each is one painted widget with areas; targets are at least 48 units high. The words come
finished from the presenters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glass.lettering import fit, width
from glass.painted import LEADING
from glass.tap import Area, Touchable
from kds_app.presenters.shown import (
    Act,
    Bar,
    BoardView,
    Chip,
    Newcomer,
    Pair,
    Section,
    Sheet,
    Waiting,
)
from kds_app.theme import scale
from kds_app.widgets.buttons import face, pill, pill_width

HEAD, FOOT, SIDE, SHEET = 64, 72, 290, 780
PAIR = 40
BANNER = 260
"""The least room for what must be said."""


@dataclass(frozen=True, slots=True)
class HeadModel:
    """Title, figures, stations, clock."""

    title: str
    chips: tuple[Chip, ...]
    tabs: tuple[Chip, ...]
    clock: str


@dataclass(frozen=True, slots=True)
class SideModel:
    """What is new elsewhere, and the lists."""

    newcomers_title: str
    newcomers: tuple[Newcomer, ...]
    waiting: Waiting | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class FootModel:
    """Actions of the screen, pages, what must be said."""

    acts: tuple[Act, ...]
    pager: tuple[Act, ...]
    page_text: str
    banner: str
    banner_id: str
    banner_button: str


def head_of(view: BoardView) -> HeadModel:
    """The head's part of the view."""
    return HeadModel(view.title, view.chips, view.tabs, view.clock)


def side_of(view: BoardView) -> SideModel:
    """The side column's part of the view."""
    return SideModel(view.newcomers_title, view.newcomers, view.waiting, view.sections)


def foot_of(view: BoardView) -> FootModel:
    """The foot's part of the view."""
    return FootModel(
        view.foot,
        view.pager,
        view.page_text,
        view.banner,
        view.banner_id,
        view.banner_button,
    )


class HeadView(Touchable):
    """The bar along the top."""

    def paint(self) -> None:
        """Title and figures from the left, clock and stations from the right."""
        model: HeadModel | None = self.model
        self.areas = []
        if model is None:
            return
        u = scale.of
        wide, high = round(self.width), round(self.height)
        self.box(0, 0, wide, high, "panel")
        self.box(0, high - 1, wide, 1, "line")
        chip_high, px = u(38), u(16)
        top = (high - chip_high) // 2
        right = wide - u(14)
        clock = Chip(model.clock)
        right -= pill_width(clock, u(22))
        pill(self, clock, right, top, chip_high, u(22))
        for tab in reversed(model.tabs):
            right -= u(12) + pill_width(tab, px)
            pill(self, tab, right, top, chip_high, px)
            reach = u(6)
            self.areas.append(Area(tab.id, right - reach, 0, pill_width(tab, px) + 2 * reach, high))
        left = u(16)
        room = right - left - u(16)
        size = u(18)
        title = min(room, width(model.title, size, True))
        string_top = (high - round(size * LEADING)) // 2
        self.line(model.title, left, string_top, title + 2, size, bold=True)
        left += title + u(20)
        for chip in model.chips:
            if left + pill_width(chip, px) > right - u(12):
                break
            left += pill(self, chip, left, top, chip_high, px) + u(12)


class SideView(Touchable):
    """The column at the right: newcomers of other pages, then the lists."""

    def paint(self) -> None:
        """Draw from the top; the first list takes what the least of the others leaves."""
        model: SideModel | None = self.model
        self.areas = []
        if model is None:
            return
        u = scale.of
        wide, high = round(self.width), round(self.height)
        self.box(0, 0, wide, high, "panel")
        self.box(0, 0, 1, high, "line")
        top = u(14)
        if model.newcomers:
            top = self._newcomers(model, top)
        if model.waiting is not None:
            top = self._waiting(model.waiting, top)
        sections = [section for section in model.sections if section.pairs]
        least = 3 if high - top > u(39) * 20 else 2
        # A list of which only "+13" has room says nothing: components make way, then what waits;
        # what is to be made and what has run out stay.
        while len(sections) > 1 and top + self._least(sections, least) > high - u(8):
            sections.pop(-1 if len(sections) > 3 else 1)
        for number, section in enumerate(sections):
            reserved = self._least(sections[number + 1 :], least)
            top = self._section(section, top, high - u(8) - reserved)

    @staticmethod
    def _least(sections: Sequence[Section], rows: int) -> int:
        """The height of lists that show only so many rows each."""
        shown = sum(min(len(section.pairs), rows) for section in sections)
        return len(sections) * scale.of(46) + shown * scale.of(39)

    def _newcomers(self, model: SideModel, top: int) -> int:
        u = scale.of
        left, room = u(16), round(self.width) - 2 * u(16)
        self.line(model.newcomers_title, left, top, room, u(15), "new_text", bold=True)
        top += u(26)
        for newcomer in model.newcomers:
            rows = fit(newcomer.dishes, room - u(20), u(16), False, 3)
            high = u(10) + round(u(18) * LEADING) + round(u(16) * LEADING) * len(rows) + u(8)
            self.box(left, top, room, high, "added", u(8))
            inside = left + u(10)
            self.line(newcomer.title, inside, top + u(8), room - u(20), u(18), bold=True)
            below = top + u(8) + round(u(18) * LEADING)
            self.rows(rows, inside, below, room - u(20), u(16), "text")
            self.areas.append(Area(newcomer.id, left, top, room, high))
            top += high + u(8)
        return top + u(10)

    def _waiting(self, waiting: Waiting, top: int) -> int:
        """What stands on other pages: one line whatever their number, so it always has its room."""
        u = scale.of
        left, room, high = u(16), round(self.width) - 2 * u(16), u(52)
        self.box(left, top, room, high, "raised", u(8))
        rows = fit(waiting.label, room - u(20), u(17), True, 2)
        below = top + (high - round(u(17) * LEADING) * len(rows)) // 2
        self.rows(rows, left + u(10), below, room - u(20), u(17), "new_text")
        self.areas.append(Area(waiting.id, left, top, room, high))
        return top + high + u(14)

    def _section(self, section: Section, top: int, bottom: int) -> int:
        u = scale.of
        left, room, row = u(16), round(self.width) - 2 * u(16), u(39)
        self.line(section.title, left, top, room, u(15), "dim")
        top += u(28)
        fits = max(1, (bottom - top) // row)
        shown = section.pairs if len(section.pairs) <= fits else section.pairs[: fits - 1]
        for pair in shown:
            figure = width(pair.value, u(20), True)
            name = "dim" if pair.token == "dim" else "text"
            self.line(pair.label, left, top + u(6), room - figure - u(10), u(20), name)
            self.line(
                pair.value, left, top + u(6), room, u(20), pair.token, bold=True, align="right"
            )
            self.box(left, top + row - 1, room, 1, "line")
            if pair.id:
                self.areas.append(Area(pair.id, 0, top - u(4), round(self.width), row + u(9)))
            top += row
        if len(shown) < len(section.pairs):
            left_out = section.more.format(n=len(section.pairs) - len(shown))
            self.line(left_out, left, top + u(6), room, u(18), "dim")
            top += row
        return top + u(18)


class FootView(Touchable):
    """The bar along the bottom."""

    def paint(self) -> None:
        """Actions from the left, pages from the right, words between, with their button."""
        model: FootModel | None = self.model
        self.areas = []
        if model is None:
            return
        u = scale.of
        wide, high = round(self.width), round(self.height)
        self.box(0, 0, wide, high, "panel")
        self.box(0, 0, wide, 1, "line")
        tall, px = u(52), u(17)
        top = (high - tall) // 2
        right = self._pages(model, wide - u(16), top, tall, px)
        if model.banner_button:
            room = width(model.banner_button, px, True) + u(40)
            right -= room
            way = Act(model.banner_id, model.banner_button, "chosen")
            face(self, way, right, top, room, tall, px)
        left = u(16)
        for act, room in self._actions(model, right - left, px):
            face(self, act, left, top, room, tall, px)
            left += room + u(12)
        if model.banner:
            self._banner(model.banner, left + u(8), right - u(12), high)
            if model.banner_id and not model.banner_button:
                self.areas.append(Area(model.banner_id, left, 0, right - left, high))

    @staticmethod
    def _actions(model: FootModel, room: int, px: int) -> list[tuple[Act, int]]:
        """The actions with their widths; where something must be said and has no room beside them,
        all but the first show their signs only."""
        u = scale.of
        acts = [(act, width(act.label, px, True) + u(66)) for act in model.acts]
        if model.banner and sum(wide + u(12) for _, wide in acts) + u(BANNER) > room:
            signs = ((replace(act, label=""), u(66)) for act, _ in acts[1:])
            return [*acts[:1], *signs]
        return acts

    def _pages(self, model: FootModel, right: int, top: int, tall: int, px: int) -> int:
        """The ways to other pages; where they begin."""
        u = scale.of
        for act in reversed(model.pager):
            room = width(act.label, px, True) + u(66)
            right -= room
            face(self, act, right, top, room, tall, px)
            right -= u(12)
        if model.pager:
            text_room = width(model.page_text, px) + 2
            right -= text_room + u(4)
            line_top = (round(self.height) - round(px * LEADING)) // 2
            self.line(model.page_text, right, line_top, text_room, px, "dim")
            right -= u(12)
        return right

    def _banner(self, string: str, left: int, right: int, high: int) -> None:
        u = scale.of
        px = u(17)
        rows = fit(string, right - left - u(36), px, False, 2)
        top = (high - round(px * LEADING) * len(rows)) // 2
        self.symbol("warning", left, (high - u(24)) // 2, u(24), "hold_text")
        self.rows(rows, left + u(34), top, right - left - u(34), px, "hold_text")


class SheetView(Touchable):
    """A list of choices over the right part of the board."""

    def paint(self) -> None:
        """Title, choices in columns, a row of ways out."""
        sheet: Sheet | None = self.model
        self.areas = []
        if sheet is None:
            return
        u = scale.of
        wide, high = round(self.width), round(self.height)
        self.box(0, 0, wide, high, "panel")
        self.box(0, 0, u(2), high, "accent")
        pad, gap = u(24), u(10)
        title = fit(sheet.title, wide - 2 * pad, u(24), True, 2)
        self.rows(title, pad, u(18), wide - 2 * pad, u(24), bold=True)
        top = u(30) + round(u(24) * LEADING) * len(title)
        foot = u(64)
        bottom = high - u(18) - foot - u(16)
        line = round(u(20) * LEADING)
        if sheet.warning:
            rows = fit(sheet.warning, wide - 2 * pad, u(20), True, 3)
            self.rows(rows, pad, top, wide - 2 * pad, u(20), "late_text", bold=True)
            top += line * len(rows) + u(8)
        if sheet.text:
            lines = max(4, (bottom - top - u(PAIR) * len(sheet.pairs)) // line)
            rows = fit(sheet.text, wide - 2 * pad, u(20), False, lines)
            self.rows(rows, pad, top, wide - 2 * pad, u(20))
            top += line * len(rows)
        top = self._pairs(sheet.pairs, pad, top + u(14) * bool(sheet.text), bottom)
        top = self._bars(sheet.bars, pad, top, bottom)
        rows_needed = max(1, -(-len(sheet.choices) // sheet.columns))
        tall = min(u(72), (bottom - top - gap * (rows_needed - 1)) // max(7, rows_needed))
        across = (wide - 2 * pad - gap * (sheet.columns - 1)) // sheet.columns
        for number, act in enumerate(sheet.choices):
            row, column = divmod(number, sheet.columns)
            x, y = pad + column * (across + gap), top + row * (tall + gap)
            face(self, act, x, y, across, tall, u(19), centred=sheet.columns > 2)
        count = len(sheet.foot)
        across = (wide - 2 * pad - gap * (count - 1)) // max(1, count)
        for number, act in enumerate(sheet.foot):
            x = pad + number * (across + gap)
            face(self, act, x, high - u(18) - foot, across, foot, u(19))

    def _pairs(self, pairs: tuple[Pair, ...], left: int, top: int, bottom: int) -> int:
        """Names and figures to read, as many as there is room for."""
        u = scale.of
        room, row = round(self.width) - 2 * left, u(PAIR)
        for pair in pairs:
            if top + row > bottom:
                break
            figure = width(pair.value, u(20), True)
            self.line(pair.label, left, top + u(6), room - figure - u(10), u(20))
            self.line(pair.value, left, top + u(6), room, u(20), bold=True, align="right")
            self.box(left, top + row - 1, room, 1, "line")
            top += row
        return top

    def _bars(self, bars: tuple[Bar, ...], left: int, top: int, bottom: int) -> int:
        """A small chart of horizontal bars: name, bar, figure."""
        u = scale.of
        room, row = round(self.width) - 2 * left, u(44)
        if not bars:
            return top
        names = min(room // 3, round(max(width(bar.label, u(18)) for bar in bars)) + u(12))
        figures = round(max(width(bar.value, u(18)) for bar in bars)) + u(12)
        for bar in bars:
            if top + row > bottom:
                break
            self.line(bar.label, left, top + u(8), names - u(8), u(18))
            full = max(u(8), room - names - figures)
            long = max(u(4), full * bar.share // 1000)
            self.box(left + names, top + u(10), long, u(22), bar.token, u(4))
            self.line(bar.value, left, top + u(8), room, u(18), "dim", align="right")
            top += row
        return top

    def on_touch_down(self, touch: object) -> bool:
        """Nothing under the sheet is touched through it."""
        super().on_touch_down(touch)
        return bool(self.collide_point(*touch.pos))  # type: ignore[attr-defined]
