"""What stands on a screen as words with places, written to a file whenever it changes.

For whoever cannot see the pixels: end-to-end tests that aim real pointer events, and assistive
programs. Switched on by the variable `VITRYLO_SCREEN_TEXT`, which names the file; a list of
`{"text", "x", "y", "width", "height", "action"}` from the top left of the window, in pixels.
Widgets are known by what they offer: `marks` (what they drew), `action()` or `areas` (what a touch
means); no toolkit is imported.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

VARIABLE = "VITRYLO_SCREEN_TEXT"
LOOK_S = 0.1


def words_on(root: Any, height: float) -> list[dict[str, Any]]:
    """Every text of the widgets below `root`, and every target with its action."""
    found: list[dict[str, Any]] = []
    for widget in root.walk(restrict=True):
        marks = getattr(widget, "marks", None)
        if marks is None or widget.width < 1 or widget.height < 1:
            continue
        x, y = widget.to_window(widget.x, widget.y)
        top = height - (y + widget.height)
        act = getattr(widget, "action", None)
        action = str(act()) if callable(act) and widget.model is not None else ""
        if action:
            found.append(_entry("", x, top, widget.width, widget.height, action))
        for area in getattr(widget, "areas", ()):
            place = (x + area.x, top + area.y, area.width, area.height)
            found.append(_entry("", *place, str(area.id)))
        found += [
            _entry(mark.text, x + mark.x, top + mark.y, mark.width, mark.height, action)
            for mark in marks
            if mark.kind in ("text", "icon") and mark.text
        ]
    return found


def _entry(
    text: str, x: float, y: float, width: float, height: float, action: str
) -> dict[str, Any]:
    box = {"x": round(x), "y": round(y), "width": round(width), "height": round(height)}
    return {"text": text, **box, "action": action}


class ScreenText:
    """Keeps the file up to date. `look` is called a few times a second by the window."""

    def __init__(self, root: Any, height: Callable[[], float]) -> None:
        self._root, self._height = root, height
        self._last = ""
        name = os.environ.get(VARIABLE, "")
        self._path = Path(name) if name else None

    @property
    def wanted(self) -> bool:
        """Whether anybody reads along."""
        return self._path is not None

    def look(self, *_: object) -> None:
        """Write the file if the screen says something else than before; else only its time, by
        which a reader knows that the window has looked again."""
        if self._path is None:
            return
        text = json.dumps(words_on(self._root, self._height()), ensure_ascii=False)
        if text != self._last:
            self._last = text
            fresh = self._path.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(self._path)
        else:
            self._path.touch()
