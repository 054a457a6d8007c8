"""Kivy's loop inside asyncio: fingers are looked at often, frames are drawn when something changed.

Rule: one turn looks at the window, dispatches what came, runs what is due and draws what changed;
so a touch is answered by the very next frame. Kivy's own loop for asyncio takes a touch in one
frame and dispatches it in the next, and while frames are slow it gives everything else one step a
frame: an answer of the server that needs six steps then waits for six frames. Here whatever else
lives on the loop (sockets, disk) gets at least as long as the last turn took, up to `REST_MOST_S`;
and after a touch it gets `HEAD_START_S` before the frame is drawn, in which what was tapped is on
its way to disk and server. Kivy's `App` is left out: it has a settings panel behind F1, which has
no business on a till.
"""

import asyncio
from typing import Any

from kivy.base import EventLoop, runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder

LOOK_S = 1 / 125
"""How often the window is looked at. Nothing else tells that a finger came."""
REST_LEAST_S, REST_MOST_S = 0.002, 0.016
HEAD_START_S = 0.003


class _Came:
    """Whether a finger or a key came in this turn."""

    def __init__(self) -> None:
        self.yes = False
        Window.bind(on_touch_down=self._note, on_touch_up=self._note, on_key_down=self._note)

    def _note(self, *_: object) -> None:
        self.yes = True


async def show(root: Any, title: str) -> None:
    """Show a widget as the whole window until the window is closed or `leave` is called."""
    loop = asyncio.get_running_loop()
    runTouchApp(root, embedded=True)
    Window.set_title(title)
    came = _Came()
    try:
        while EventLoop.status == "started" and not EventLoop.quit:
            begun = loop.time()
            came.yes = False
            look()
            if came.yes:
                await asyncio.sleep(HEAD_START_S)
            draw()
            spent = loop.time() - begun
            rest = min(max(spent, REST_LEAST_S), REST_MOST_S)
            await asyncio.sleep(max(LOOK_S - spent, rest))
    finally:
        stopTouchApp()


def look() -> None:
    """Take what came to the window and dispatch it; run what is due."""
    if EventLoop.window is not None:
        EventLoop.window.mainloop()
    if not EventLoop.quit:
        Clock.tick()
        EventLoop.dispatch_input()
        Builder.sync()


def draw() -> None:
    """Prepare the frame, and draw it if anything changed."""
    window = EventLoop.window
    if EventLoop.quit or window is None:
        return
    Clock.tick_draw()
    Builder.sync()
    if window.canvas.needs_redraw:
        window.dispatch("on_draw")
        window.dispatch("on_flip")


def leave() -> None:
    """End `show` after this turn."""
    EventLoop.quit = True
