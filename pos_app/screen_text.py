"""What stands on the screen as words with places, written to a file whenever it changes.

For whoever cannot see the pixels: end-to-end tests that aim real pointer events, and assistive
programs. Switched on by the variable `VITRYLO_SCREEN_TEXT`, which names the file; a list of
`{"text", "x", "y", "width", "height", "action"}` from the top left of the window, in pixels.
"""

import json
import os
from pathlib import Path
from typing import Any

from kivy.clock import Clock

from pos_app.widgets.painted import Painted
from pos_app.widgets.tap import Tap

VARIABLE = "VITRYLO_SCREEN_TEXT"
LOOK_S = 0.1


def words_on(root: Any, height: float) -> list[dict[str, Any]]:
    """Every text of the widgets below `root`, and every target that has no text."""
    found: list[dict[str, Any]] = []
    for widget in root.walk(restrict=True):
        if not isinstance(widget, Painted) or widget.width < 1 or widget.height < 1:
            continue
        action = widget.action() if isinstance(widget, Tap) and widget.model is not None else ""
        x, y = widget.to_window(widget.x, widget.y)
        top = height - (y + widget.height)
        texts = [mark for mark in widget.marks if mark.kind in ("text", "icon") and mark.text]
        if action:
            found.append(_entry("", x, top, widget.width, widget.height, action))
        found += [
            _entry(mark.text, x + mark.x, top + mark.y, mark.width, mark.height, action)
            for mark in texts
        ]
    return found


def _entry(
    text: str, x: float, y: float, width: float, height: float, action: str
) -> dict[str, Any]:
    box = {"x": round(x), "y": round(y), "width": round(width), "height": round(height)}
    return {"text": text, **box, "action": action}


class ScreenText:
    """Keeps the file up to date; does nothing when the variable is not set."""

    def __init__(self, root: Any, window: Any) -> None:
        self._root, self._window = root, window
        self._last = ""
        name = os.environ.get(VARIABLE, "")
        self._path = Path(name) if name else None
        if self._path is not None:
            Clock.schedule_interval(self._look, LOOK_S)

    def _look(self, _elapsed: float) -> None:
        assert self._path is not None
        text = json.dumps(words_on(self._root, self._window.height), ensure_ascii=False)
        if text != self._last:
            self._last = text
            fresh = self._path.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(self._path)
