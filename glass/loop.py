"""Kivy's loop inside asyncio: a finger is answered when it comes, and only what changed is drawn.

Rule: one turn looks at the window, dispatches what came, runs what is due and draws what changed;
so a touch is answered by the very next frame, and a still screen costs nothing. Kivy's own loop for
asyncio takes a touch in one frame and dispatches it in the next, and while frames are slow it gives
everything else one step a frame: an answer of the server that needs six steps then waits for six
frames. Here whatever else lives on the loop (sockets, disk) may take as long as the last turn took,
up to `REST_MOST_S`; and after a touch that has something for the disk it gets `HEAD_START_S` before
the frame is drawn, in which that is on its way to disk and server. When to turn again says
`waking`, what to draw `damage`. Kivy's `App` is left out: it has a settings panel behind F1, which
has no business on a till.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from kivy.base import EventLoop, runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder

from glass import damage
from glass.waking import Waking

FRAME_S: Final = 1 / 125
"""How close frames follow each other while something moves."""
REST_MOST_S = 0.016
HEAD_START_S = 0.003


class _Shown:
    """The window on the glass: how it is drawn, and whether it is to be shown again as it is."""

    kept: damage.Kept | None = None
    again = False


class _Came:
    """Whether a finger or a key came in this turn."""

    def __init__(self) -> None:
        self.yes = False
        Window.bind(on_touch_down=self._note, on_touch_up=self._note, on_key_down=self._note)

    def _note(self, *_: object) -> None:
        self.yes = True


async def show(root: Any, title: str, saving: Callable[[], bool] = lambda: False) -> None:
    """Show a widget as the whole window until the window is closed or `leave` is called.

    `saving` says whether what was tapped is still on its way to the disk.
    """
    loop = asyncio.get_running_loop()
    runTouchApp(root, embedded=True)
    Window.set_title(title)
    prepare()
    came, waking = _Came(), Waking()
    try:
        while EventLoop.status == "started" and not EventLoop.quit:
            begun = loop.time()
            came.yes = False
            waking.taken()
            look()
            if came.yes and saving():
                await asyncio.sleep(HEAD_START_S)
            drew = draw()
            spent = loop.time() - begun
            await waking.rest(min(spent, REST_MOST_S), FRAME_S - spent, drew=drew)
    finally:
        waking.stop()
        stopTouchApp()


def prepare() -> None:
    """Find out how this window is drawn; once, when it is there."""
    if _Shown.kept is None and damage.stays():
        _Shown.kept = damage.Kept()


def look() -> None:
    """Take what came to the window and dispatch it; run what is due."""
    if EventLoop.window is not None:
        EventLoop.window.mainloop()
    if not EventLoop.quit:
        Clock.tick()
        EventLoop.dispatch_input()
        Builder.sync()


def draw() -> bool:
    """Prepare the frame, and draw what changed; True when there was a frame."""
    window = EventLoop.window
    if EventLoop.quit or window is None:
        return False
    Clock.tick_draw()
    Builder.sync()
    again, _Shown.again = _Shown.again, False
    if window.canvas.needs_redraw:
        window.dispatch("on_draw")
    elif not again:
        return False
    elif _Shown.kept is None:
        window.dispatch("on_draw")
    window.dispatch("on_flip")
    return True


def show_again() -> None:
    """Bring a frame to the glass with the next turn, though nothing is different."""
    _Shown.again = True


def leave() -> None:
    """End `show` after this turn."""
    EventLoop.quit = True
