"""The rig of the Kivy applications: a real window on one Xvfb, real pointer events, photographs.

The X server and the window are started by the first test that asks for `rig`, once a session; the
environment is set when this file is read, before anything imports Kivy. Tests drive the loop by
hand and wait for conditions, never for time. Photographs go to `build/screens/`.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SCREEN = (3840, 2160)
"""As large as the largest kitchen display; windows of every test stand at its top left."""
SHOTS = Path(__file__).parents[2] / "build" / "screens"
_MOTION, _PRESS, _RELEASE, _KEY_DOWN, _KEY_UP = 6, 4, 5, 2, 3

_home = tempfile.mkdtemp(prefix="vitrylo-kivy-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ.update(
    KIVY_NO_ARGS="1",
    KIVY_NO_FILELOG="1",
    KIVY_LOG_MODE="PYTHON",
    KIVY_HOME=_home,
    KIVY_METRICS_DENSITY="1",
    KIVY_DPI="96",
    SDL_VIDEODRIVER="x11",
    LIBGL_ALWAYS_SOFTWARE="1",
)


def _start_xvfb() -> tuple[subprocess.Popen[bytes], str]:
    reading, writing = os.pipe()
    width, height = SCREEN
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(writing),
            "-screen",
            "0",
            f"{width}x{height}x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as ready:  # the whole line: closing early would kill the server
        number = ready.readline().strip()
    assert number, "Xvfb did not start: is the package xvfb installed?"
    return server, f":{number}"


class Rig:
    """One real window; a test is plain sequential code."""

    def __init__(self) -> None:
        from kivy.base import EventLoop
        from kivy.core.window import Window
        from Xlib import display

        self.loop, self.window = EventLoop, Window
        self.display = display.Display()
        self._heard = {"down": 0, "up": 0}
        Window.bind(on_mouse_down=self._down, on_mouse_up=self._up)

    def _down(self, *_: object) -> None:
        self._heard["down"] += 1

    def _up(self, *_: object) -> None:
        self._heard["up"] += 1

    def size(self, width: int, height: int) -> None:
        """Make the window this large."""
        if tuple(self.window.size) != (width, height):
            self.window.size = (width, height)
            self.until(lambda: tuple(self.window.size) == (width, height))

    def mount(self, root: Any, size: tuple[int, int] = (1366, 768)) -> Any:
        """Show a widget as the whole window."""
        from kivy.base import runTouchApp

        from glass.colours import palette

        self.clear()
        self.window.clearcolor = palette["background"]
        if self.loop.status != "started":
            runTouchApp(root, embedded=True)
        else:
            self.window.add_widget(root)
        self.size(*size)
        self.settle()
        return root

    def clear(self) -> None:
        """Take everything off the window."""
        for child in self.window.children[:]:
            self.window.remove_widget(child)

    def step(self) -> None:
        """One turn of the loop."""
        self.loop.idle()
        self.window.mainloop()

    def settle(self, turns: int = 6) -> None:
        """Let layouts that depend on each other come to rest."""
        for _ in range(turns):
            self.step()

    def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        """Turn the loop until a condition holds; fails when it never does."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "the condition never came true"
            self.step()

    def _fake(self, kind: int, detail: int = 0, x: int = 0, y: int = 0) -> None:
        from Xlib.ext import xtest

        xtest.fake_input(self.display, kind, detail, x=x, y=y)
        self.display.sync()

    def centre(self, widget: Any) -> tuple[int, int]:
        """Where a finger would aim, from the top left of the screen."""
        x, y = widget.to_window(*widget.center)
        return round(x), round(self.window.height - y)

    def tap(self, where: Any) -> None:
        """Press and release at a point or in the middle of a widget, through the X server, which
        tells the window in its own time."""
        lifted = self._heard["up"]
        self.press_and_release(where if isinstance(where, tuple) else self.centre(where))
        self._after("up", lifted)

    def _after(self, what: str, before: int) -> None:
        """The window has heard of a finger that is down or up, and has done what that means."""
        self.until(lambda: self._heard[what] > before)
        self.settle(3)

    def press_and_release(self, place: tuple[int, int]) -> None:
        """A finger down and up; the loop is not turned."""
        self._fake(_MOTION, 0, *place)
        self._fake(_PRESS, 1)
        self._fake(_RELEASE, 1)

    def type(self, text: str) -> None:
        """Keys of a keyboard down and up, with Enter at the end; the loop is not turned."""
        from Xlib import XK, X

        # No window manager is there to give the keyboard back after another window has gone.
        for window in self.display.screen().root.query_tree().children:
            if window.get_attributes().map_state == X.IsViewable:
                window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()
        for sign in (*text, "Return"):
            code = self.display.keysym_to_keycode(XK.string_to_keysym(sign))
            self._fake(_KEY_DOWN, code)
            self._fake(_KEY_UP, code)

    def hold(self, place: tuple[int, int], until: Callable[[], object]) -> None:
        """Press, stay until something has come true, release."""
        self._fake(_MOTION, 0, *place)
        self._fake(_PRESS, 1)
        self.until(until)
        lifted = self._heard["up"]
        self._fake(_RELEASE, 1)
        self._after("up", lifted)

    def drag(self, start: tuple[int, int], end: tuple[int, int], steps: int = 10) -> None:
        """Press, move in steps, release."""
        self._fake(_MOTION, 0, *start)
        pressed, lifted = self._heard["down"], self._heard["up"]
        self._fake(_PRESS, 1)
        self.until(lambda: self._heard["down"] > pressed)
        self.settle(1)  # no longer, or it is a finger that stays
        for step in range(1, steps + 1):
            x, y = (round(start[k] + (end[k] - start[k]) * step / steps) for k in (0, 1))
            self._fake(_MOTION, 0, x, y)
            self.settle(1)
        self._fake(_RELEASE, 1)
        self._after("up", lifted)

    def shot(self, name: str = "") -> Any:
        """The window drawn wholly, kept under `build/screens` when it has a name."""
        self.window.canvas.ask_update()
        self.settle(3)
        picture = self.glass()
        if name:
            SHOTS.mkdir(parents=True, exist_ok=True)
            picture.save(SHOTS / f"{name}.png")
        return picture

    def glass(self) -> Any:
        """What the X server really shows now."""
        from PIL import Image
        from Xlib import X

        width, height = self.window.size
        raw = self.display.screen().root.get_image(
            0, 0, int(width), int(height), X.ZPixmap, 0xFFFFFFFF
        )
        return Image.frombytes("RGB", (int(width), int(height)), raw.data, "raw", "BGRX")


@pytest.fixture(scope="session")
def kivy_session() -> Iterator[Rig]:
    """The X server and the window of this session."""
    server, display = _start_xvfb()
    os.environ["DISPLAY"] = display
    from kivy.config import Config

    graphics = {
        "width": 1366,
        "height": 768,
        "left": 0,
        "top": 0,
        "position": "custom",
        "borderless": 1,
        "multisamples": 0,
        "resizable": 1,
        "maxfps": 60,
    }
    for key, value in graphics.items():
        Config.set("graphics", key, str(value))
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.set("kivy", "exit_on_escape", "0")
    made = Rig()
    from glass import loop

    loop.prepare()  # windows draw here as they do in a restaurant: only what changed
    yield made
    made.display.close()
    made.window.close()
    server.terminate()
    server.wait(10)


@pytest.fixture(autouse=True)
def _desks_let_go() -> Iterator[None]:
    """Desks without a network ask nothing after their test."""
    yield
    from tests.apps.house import let_go

    let_go()


@pytest.fixture
def rig(kivy_session: Rig) -> Iterator[Rig]:
    """The window, empty before and after."""
    kivy_session.clear()
    yield kivy_session
    kivy_session.clear()
    kivy_session.settle(2)
