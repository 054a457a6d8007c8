"""The kitchen display in a real window: fingers, keys, frames, photographs.

What the board says is proved without a window in `test_board.py`; here it is proved that it is
drawn, that a finger reaches it, and that a ticket is acknowledged only after a frame with it.
Photographs go to `build/screens/`, to be laid beside the target picture.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from glass.colours import Palette, contrast, palette
from kds_app.presenters.attention import SOUNDS
from kds_app.presenters.board import Board
from kds_app.sounds import Speaker
from kds_app.theme import COLOURS, HEADS
from sync_server.client.records import LinkState
from sync_server.domain import commands as c
from tests.apps.conftest import Rig
from tests.apps.kds.kitchen import SECOND, Kitchen, evening, with_long_card

WIDE, SMALL, HUGE = (1920, 1080), (1280, 800), (3840, 2160)
VIEWS = (
    "",
    "tab:pass",
    "sheet:recall",
    "sheet:stop",
    "left:duck",
    "sheet:speed",
    "sheet:recipe:duck",
)


class Show:
    """A display in the rig's window, on a kitchen."""

    def __init__(self, rig: Rig, kitchen: Kitchen, size: tuple[int, int], language: str) -> None:
        from glass.lettering import register_fonts
        from kds_app.bridge import Bridge
        from kds_app.screens.board import BoardScreen
        from kds_app.sounds import Silence

        register_fonts()
        palette.use("dark", COLOURS)
        self.rig, self.kitchen = rig, kitchen
        self.board = Board(kitchen, ("hot",), language=language)
        self.screen = BoardScreen()
        self.mono = 0
        self.bridge = Bridge(self.board, self.screen, Silence(), lambda: self.mono)
        rig.mount(self.screen, size)
        rig.until(lambda: self.screen.size == list(size) and self.screen.columns.placed)
        rig.settle(4)

    def painted(self) -> list[Any]:
        """Every painted widget on the screen."""
        from glass.painted import Painted

        return [w for w in self.screen.walk(restrict=True) if isinstance(w, Painted)]

    def area(self, action: str) -> tuple[int, int]:
        """Where a finger would aim for an action, from the top left of the screen."""
        for widget in self.painted():
            for area in getattr(widget, "areas", ()):
                if area.id == action:
                    x = widget.x + area.x + area.width / 2
                    y = widget.top - area.y - area.height / 2
                    return round(x), round(self.rig.window.height - y)
        raise AssertionError(f"nothing on the screen means {action}")

    def tap(self, action: str) -> None:
        """A finger on what means an action."""
        self.rig.tap(self.area(action))

    def titles(self) -> list[str]:
        """Which tickets the views on the page show, as painted."""
        from kds_app.widgets.card import CardView

        return [w.painted.title for w in self.painted() if isinstance(w, CardView)]

    def acknowledged(self) -> dict[str, int]:
        """What the display has acknowledged."""
        seen = [s for s in self.kitchen.submitted if isinstance(s, c.AcknowledgeTickets)]
        return {one.ticket_id: one.version for command in seen for one in command.seen}


Open = Callable[..., Show]


@pytest.fixture
def show(rig: Rig) -> Iterator[Open]:
    """Opens displays, and ends them."""
    opened: list[Show] = []

    def make(kitchen: Kitchen, size: tuple[int, int] = WIDE, language: str = "") -> Show:
        opened.append(Show(rig, kitchen, size, language))
        return opened[-1]

    yield make
    for one in opened:
        one.bridge.stop()
    palette.use("dark")


# -- looks -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "size"),
    [(action, size) for action in VIEWS for size in (WIDE, SMALL)]
    + [("", HUGE), ("tab:pass", HUGE), ("sheet:speed", HUGE)],
)
def test_every_view_stands_on_the_glass_with_large_targets_and_no_text_outside(
    show: Open, action: str, size: tuple[int, int]
) -> None:
    shown = show(evening(), size)
    if action:
        shown.screen.dispatch("on_act", action)
    shown.rig.shot(f"kds_{action.replace(':', '_') or 'board'}_{size[0]}x{size[1]}")
    stands_on_the_glass(shown)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_a_finger_lets_a_screen_go_on_of_which_there_is_a_copy(
    show: Open, size: tuple[int, int]
) -> None:
    kitchen = evening()
    shown = show(kitchen, size)
    kitchen.link = LinkState("forked")
    shown.bridge.changed()
    shown.rig.settle()
    shown.rig.shot(f"kds_forked_{size[0]}x{size[1]}")
    stands_on_the_glass(shown)
    shown.tap("sheet:forked")
    shown.rig.until(lambda: shown.screen.sheet.parent)
    shown.rig.settle()
    shown.rig.shot(f"kds_sheet_forked_{size[0]}x{size[1]}")
    stands_on_the_glass(shown)
    shown.tap("go_on_here")
    shown.rig.until(lambda: kitchen.link.phase == "offline")
    shown.rig.until(lambda: shown.screen.sheet.parent is None)


def stands_on_the_glass(shown: Show) -> None:
    """What can be tapped is large, and no text leaves its place."""
    from kds_app.theme import scale

    least = scale.of(48) - 1
    for widget in shown.painted():
        for area in getattr(widget, "areas", ()):
            assert min(area.width, area.height) >= least, (area, least)
            assert area.x >= -scale.of(6)
            assert area.y + area.height <= widget.height + scale.of(6)
        for mark in widget.marks:
            if mark.kind == "text":
                assert mark.width <= mark.room + 2, mark
                assert -1 <= mark.x <= mark.x + mark.width <= widget.width + 2, mark


def test_a_board_by_dish_says_who_wants_how_many_of_each(show: Open) -> None:
    shown = show(evening())
    shown.screen.dispatch("on_act", "cards")
    shown.screen.dispatch("on_act", "cards")
    shown.rig.settle(8)
    assert all("×" in title for title in shown.titles())
    shown.rig.shot("kds_by_dish_1920x1080")


@pytest.mark.parametrize("action", ["sheet:recipe:duck", "sheet:lost", "sheet:speed"])
def test_words_of_a_sheet_stand_below_one_another(show: Open, action: str) -> None:
    shown = show(evening())
    shown.screen.dispatch("on_act", action)
    shown.rig.settle()
    shown.rig.shot(f"kds_{action.replace(':', '_')}_1920x1080")
    first = [m for m in shown.screen.sheet.marks if m.kind == "text" and m.x < 60]
    for above, below in pairwise(sorted(first, key=lambda mark: mark.y)):
        assert above.y + above.height <= below.y + 2, (above, below)


@pytest.mark.parametrize("size", [SMALL, WIDE])
def test_every_page_of_a_long_recipe_card_is_painted_whole(
    show: Open, size: tuple[int, int]
) -> None:
    kitchen = evening()
    kitchen.catalogue = with_long_card(kitchen.catalogue, "duck")
    shown = show(kitchen, size)
    shown.tap("left:duck")
    shown.screen.dispatch("on_act", "sheet:recipe:duck")
    for page in range(6):
        shown.rig.settle()
        shown.rig.shot(f"kds_long_card_{page}_{size[0]}x{size[1]}")
        sheet, marks = shown.screen.view.sheet, shown.screen.sheet.marks
        assert sheet is not None
        assert not [mark.text for mark in marks if mark.cut]
        painted = {mark.text for mark in marks}
        assert {pair.value for pair in sheet.pairs} | set(sheet.text.splitlines()) <= painted
        if not sheet.foot[-1].enabled:
            break
        shown.tap("sheet_page:next")
    assert page == 5, "two of components, four of text"


def test_the_board_follows_the_window_up_to_four_thousand_pixels(show: Open) -> None:
    from kds_app.theme import scale

    found = {}
    for size in (SMALL, WIDE, HUGE):
        shown = show(evening(), size)
        screen = shown.screen
        found[size] = (screen.columns.count, scale.of(22), screen.side.x + screen.side.width)
        shown.bridge.stop()
    assert found == {SMALL: (3, 20, 1280), WIDE: (5, 22, 1920), HUGE: (5, 44, 3840)}


@pytest.mark.parametrize("action", VIEWS)
def test_every_text_can_be_read_on_its_ground(show: Open, action: str) -> None:
    shown = show(evening())
    if action:
        shown.screen.dispatch("on_act", action)
    shown.rig.settle()
    poor = set()
    boxes: list[tuple[float, float, float, float, str]] = []
    for widget in shown.painted():
        for mark in widget.marks:
            left, top = widget.x + mark.x, widget.top - mark.y
            right, bottom = left + mark.width, top - mark.height
            if mark.kind == "box":
                boxes.append((left, bottom, right, top, mark.token))
            if mark.kind != "text":
                continue
            across, down = (left + right) / 2, top - mark.height * 0.25
            under = [b[4] for b in boxes if b[0] <= across <= b[2] and b[1] <= down <= b[3]]
            ground = under[-1] if under else "background"
            enough = 3 if mark.height >= 30 else 4.5
            if mark.token != "box_dim" and contrast(palette[mark.token], palette[ground]) < enough:
                poor.add((mark.text, mark.token, ground))
    assert not poor


def test_the_heads_of_all_states_can_be_read() -> None:
    colours = Palette()
    colours.use("dark", COLOURS)
    for state in HEADS:
        token = "quiet" if state == "upcoming" else "head_note"
        assert f"head_{state}" in COLOURS
        assert contrast(colours[token], colours[f"head_{state}"]) >= 4.5, state


# -- fingers and keys --------------------------------------------------------------------------
def test_a_finger_marks_a_line_ready_and_takes_it_back(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    ticket = kitchen.tickets()[2]
    line = ticket.lines[0].line_id
    shown.tap(f"ready:{ticket.ticket_id}:{line}")
    shown.rig.until(lambda: kitchen.tickets()[2].lines[0].state == "ready")
    shown.tap(f"ready:{ticket.ticket_id}:{line}")
    shown.rig.until(lambda: kitchen.tickets()[2].lines[0].state == "started")


def test_a_finger_bumps_a_ticket_and_undoes_it(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    first = kitchen.tickets()[0]
    shown.tap(f"bump:{first.ticket_id}")
    shown.rig.until(lambda: "Стіл 5" not in shown.titles())
    shown.rig.shot("kds_undo_1920x1080")
    shown.tap(f"undo:{first.ticket_id}")
    shown.rig.until(lambda: "Стіл 5" in shown.titles())
    assert kitchen.tickets()[0] == first


def test_a_finger_that_slips_off_a_button_bumps_nothing(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    kitchen.submitted.clear()
    x, y = shown.area(f"bump:{kitchen.tickets()[0].ticket_id}")
    shown.rig.drag((x, y), (x, y - 150))
    shown.rig.settle()
    assert not [done for done in kitchen.submitted if not isinstance(done, c.AcknowledgeTickets)]


def test_a_finger_acknowledges_a_cancelled_line(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    ticket = kitchen.tickets()[1]
    gone = next(line for line in ticket.lines if line.state == "void")
    shown.tap(f"seen:{ticket.ticket_id}:{gone.line_id}")
    shown.rig.until(lambda: kitchen.tickets()[1].lines[2].void_seen)
    with pytest.raises(AssertionError, match="nothing on the screen"):
        shown.area(f"seen:{ticket.ticket_id}:{gone.line_id}")


def test_a_finger_stops_a_dish_by_the_sheet_and_the_board_below_is_not_touched(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    before = len(kitchen.tickets())
    shown.tap("sheet:stop")
    shown.rig.until(lambda: shown.screen.sheet.parent)
    shown.rig.settle()
    shown.rig.tap((1500, 950))  # an empty place of the sheet
    shown.tap("left:banosh")
    shown.rig.settle()
    shown.tap("stop:banosh:0")
    shown.rig.until(lambda: "banosh" in kitchen.venue.stops)
    assert len(kitchen.tickets()) == before
    assert shown.screen.sheet.parent is None


def test_digits_of_a_keyboard_bump(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    for _ in range(2):
        shown.rig.window.dispatch("on_key_down", 49, 30, "1", [])
        shown.rig.settle()
    assert "Стіл 5" not in shown.titles()


def test_keys_of_keyboard_and_bump_bar_move_a_cursor_that_can_be_seen(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    shown.rig.window.dispatch("on_key_down", 274, 81, "", [])  # down
    assert shown.bridge.press("down")
    assert not shown.bridge.press("q"), "no command of this screen"
    shown.rig.settle()
    rings = [m for w in shown.painted() for m in w.marks if m.token == "cursor"]
    assert len(rings) == 2, "around the ticket and around its line"
    shown.rig.shot("kds_cursor_1920x1080")
    shown.bridge.press("enter")
    shown.rig.until(lambda: kitchen.tickets()[0].lines[0].state == "ready")
    shown.tap("cards")
    shown.rig.settle()
    assert not [m for w in shown.painted() for m in w.marks if m.token == "cursor"]


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_tickets_by_order_and_by_dish_stand_whole_on_the_glass(
    show: Open, size: tuple[int, int]
) -> None:
    shown = show(evening(), size)
    for grouping in ("order", "dish"):
        shown.screen.dispatch("on_act", "cards")
        shown.rig.settle()
        shown.rig.shot(f"kds_by_{grouping}_{size[0]}x{size[1]}")
        for widget in shown.painted():
            for mark in widget.marks:
                if mark.kind == "text":
                    assert mark.width <= mark.room + 2, mark


# -- frames ------------------------------------------------------------------------------------
def test_a_ticket_is_acknowledged_after_a_frame_that_shows_it_and_not_before(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    shown.rig.until(lambda: all(t.acked == t.version for t in kitchen.tickets()))
    kitchen.submitted.clear()
    check = kitchen.check("0500", "t7")
    kitchen.order(check, ("banosh", 1))
    ticket = kitchen.tickets()[-1]
    frames: list[bool] = []

    def flipped(*_: object) -> None:
        frames.append("Стіл 7" in shown.titles())
        assert ticket.ticket_id not in shown.acknowledged(), "before the frame was on the glass"

    shown.rig.window.bind(on_flip=flipped)
    try:
        shown.rig.until(lambda: any(frames))
    finally:
        shown.rig.window.unbind(on_flip=flipped)
    shown.rig.until(lambda: shown.acknowledged().get(ticket.ticket_id) == 1)


def test_a_ticket_that_could_not_be_drawn_is_not_acknowledged(show: Open) -> None:
    kitchen = evening()
    shown = show(kitchen)
    shown.rig.until(lambda: all(t.acked == t.version for t in kitchen.tickets()))
    kitchen.submitted.clear()
    shown.screen.columns.placed = ()
    shown.rig.settle()
    shown.bridge.board.view = lambda glass: shown.screen.view  # type: ignore[method-assign]
    kitchen.order(kitchen.check("0500", "t7"), ("banosh", 1))
    shown.screen.canvas.ask_update()
    shown.rig.settle(20)
    assert not shown.acknowledged()


def test_tickets_of_other_pages_are_acknowledged_with_the_line_that_counts_them_not_under_a_sheet(
    show: Open,
) -> None:
    kitchen = Kitchen()
    kitchen.do(c.OpenDay("2026-11-21"))
    kitchen.order(kitchen.check("0000", "t5"), ("banosh", 1))
    shown = show(kitchen)
    shown.rig.until(lambda: shown.acknowledged())
    shown.screen.dispatch("on_act", "sheet:recall")
    shown.rig.settle(4)
    for number in range(1, 41):
        check = kitchen.check(f"{number:04d}", kind="takeaway", name=f"{number}")
        kitchen.order(check, ("banosh", 1))
        kitchen.now += SECOND
    shown.rig.settle(10)
    titles = {str(ticket.ticket_id): ticket.name or "5" for ticket in kitchen.tickets()}
    drawn = {title.rpartition(" ")[2] for title in shown.titles()}
    assert {titles[ticket_id] for ticket_id in shown.acknowledged()} <= drawn
    shown.tap("sheet:")
    shown.rig.until(lambda: len(shown.acknowledged()) == 41)


def test_a_thousand_tickets_at_once_are_counted_acknowledged_and_reached_page_by_page(
    show: Open,
) -> None:
    kitchen = Kitchen()
    kitchen.do(c.OpenDay("2026-11-21"))
    kitchen.without_bounds()
    for number in range(1_000):
        check = kitchen.check(f"{number:04d}", kind="takeaway", name=f"{number}")
        kitchen.order(check, ("banosh", 1 + number % 3), ("fries", 1))
    shown = show(kitchen, language="en")
    shown.rig.until(lambda: len(shown.acknowledged()) == 1_000, seconds=60)
    waiting = shown.screen.side.painted.waiting
    assert waiting.label == f"{1_000 - len(shown.titles())} more on other pages"
    assert all(
        len(command.seen) <= 100
        for command in kitchen.submitted
        if isinstance(command, c.AcknowledgeTickets)
    )
    shown.rig.shot("kds_thousand_1920x1080")
    first = set(shown.titles())
    shown.tap("page:next")
    shown.rig.until(lambda: first.isdisjoint(shown.titles()))
    assert shown.screen.foot.painted.page_text.startswith("Page 2 of ")


def test_a_second_repaints_the_timers_and_no_ticket(show: Open) -> None:
    from kds_app.widgets.card import CardView, TimerView

    kitchen = evening()
    shown = show(kitchen)
    shown.rig.until(lambda: all(t.acked == t.version for t in kitchen.tickets()))
    kitchen.now += 20 * SECOND
    shown.rig.until(lambda: not shown.board.attention.is_fresh(kitchen.tickets()[-2], kitchen.now))
    shown.bridge.changed()
    shown.rig.settle(6)
    painted = count_paintings(shown)
    kitchen.now += SECOND
    shown.bridge.changed()
    shown.rig.settle(4)
    assert CardView not in painted
    assert painted.count(TimerView) == len(shown.titles()) - 2  # two wait: their figure stands


def count_paintings(shown: Show) -> list[type]:
    """From now on, the class of every widget that is painted."""
    painted: list[type] = []
    for widget in shown.painted():

        def paint(widget: Any = widget, before: Any = widget.paint) -> None:
            painted.append(type(widget))
            before()

        widget.paint = paint
    return painted


def test_of_eighty_tickets_a_change_repaints_one_card_and_makes_no_widget(show: Open) -> None:
    from kds_app.widgets.card import CardView

    kitchen = Kitchen()
    kitchen.without_bounds()
    kitchen.do(c.OpenDay("2026-11-21"))
    for number in range(80):
        kitchen.order(
            kitchen.check(f"{number:04d}", kind="takeaway", name=f"{number}"),
            ("banosh", 2),
            ("fries", 1, {"allergy": "горіхи"}),
        )
    kitchen.draw_all()
    shown = show(kitchen)
    shown.rig.shot("kds_eighty_1920x1080")
    views = {id(w) for w in shown.painted()}
    painted = count_paintings(shown)
    ticket = kitchen.tickets()[2]
    shown.tap(f"ready:{ticket.ticket_id}:{ticket.lines[0].line_id}")
    shown.rig.settle(4)
    # Pressed, released, and ready: the one card, nothing else of the board.
    assert 0 < painted.count(CardView) <= 3
    shown.tap("page:next")
    shown.rig.settle(4)
    assert {id(w) for w in shown.painted()} <= views


def test_the_beat_stops_when_no_frame_reaches_the_screen(show: Open) -> None:
    shown = show(evening())
    shown.mono = 2_999
    assert shown.bridge.drawing()
    shown.mono = 3_000
    assert not shown.bridge.drawing()
    shown.screen.canvas.ask_update()
    shown.rig.until(shown.bridge.drawing)


class Unplugged(Speaker):
    """A speaker on a machine whose sound card is not there."""

    @staticmethod
    def _open(path: Path) -> object:
        raise OSError("no such device")


def test_a_machine_without_sound_is_no_error_and_the_screen_says_so(show: Open) -> None:
    from kds_app.bridge import Bridge

    speaker = Unplugged()
    speaker.play("new")
    shown = show(evening(), language="en")
    assert "No sound" not in {chip.label for chip in shown.screen.view.chips}
    shown.bridge.stop()
    Bridge(shown.board, shown.screen, speaker, lambda: 0).stop()
    assert "No sound" in {chip.label for chip in shown.screen.view.chips}


HEAR = """
import array, os, sys
from kds_app.presenters.attention import SOUNDS
from kds_app.sounds import Speaker

speaker, out = Speaker(), open(sys.argv[1], "rb")
assert speaker.heard
for name in SOUNDS:
    speaker.play(name)
    heard = 0
    while not heard:
        heard = sum(map(bool, out.read(4096)))
    while heard:
        some = out.read(4096)
        heard = sum(map(bool, some)) if some else heard
    print(name, flush=True)
"""


def test_each_kind_of_sound_is_heard_at_the_sound_card(tmp_path: Path) -> None:
    # SDL plays into a file in place of a sound card; what is not silence there is heard.
    card = tmp_path / "card.raw"
    card.touch()
    env = {
        **os.environ,
        "SDL_AUDIODRIVER": "disk",
        "SDL_DISKAUDIOFILE": str(card),
        "SDL_DISKAUDIODELAY": "5",
    }
    told = subprocess.run(
        [sys.executable, "-c", HEAR, str(card)], env=env, capture_output=True, text=True, timeout=60
    )
    assert told.stdout.split() == list(SOUNDS), told.stderr
