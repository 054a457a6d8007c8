"""The kitchen display in a real window: fingers, keys, frames, photographs.

What the board says is proved without a window in `test_board.py`; here it is proved that it is
drawn, that a finger reaches it, and that a ticket is acknowledged only after a frame with it.
"""

from collections.abc import Callable, Iterator

import pytest

from kds_app.presenters.board import Board
from tests.apps.conftest import Rig
from tests.apps.kds.kitchen import Kitchen, evening

pytestmark = pytest.mark.xdist_group("kivy")

SIZES = ((1920, 1080), (1280, 800))


class Show:
    """A display in the rig's window, on a kitchen."""

    def __init__(
        self, rig: Rig, kitchen: Kitchen, size: tuple[int, int], home: str = "hot"
    ) -> None:
        from kds_app.bridge import Bridge
        from kds_app.screens.board import BoardScreen
        from kds_app.sounds import Silence
        from kds_app.widgets.lettering import register_fonts

        register_fonts()
        self.rig, self.kitchen = rig, kitchen
        self.board = Board(kitchen, (home,))
        self.screen = BoardScreen()
        self.mono = 0
        self.bridge = Bridge(self.board, self.screen, Silence(), lambda: self.mono)
        rig.mount(self.screen, size)
        rig.settle(4)


@pytest.fixture
def show(rig: Rig) -> Iterator[Callable[..., Show]]:
    """Opens displays, and ends them."""
    opened: list[Show] = []

    def make(kitchen: Kitchen, size: tuple[int, int] = SIZES[0]) -> Show:
        opened.append(Show(rig, kitchen, size))
        return opened[-1]

    yield make
    for one in opened:
        one.bridge.stop()


@pytest.mark.parametrize("size", SIZES)
def test_a_full_evening_stands_on_the_glass(
    show: Callable[..., Show], size: tuple[int, int]
) -> None:
    shown = show(evening(), size)
    shown.rig.shot(f"kds_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "action", ["tab:pass", "sheet:recall", "sheet:stop", "left:duck", "tab:grill"]
)
def test_shots(show: Callable[..., Show], action: str, size: tuple[int, int]) -> None:
    shown = show(evening(), size)
    shown.screen.dispatch("on_act", action)
    shown.rig.shot(f"kds_{action.replace(':', '_')}_{size[0]}x{size[1]}")
