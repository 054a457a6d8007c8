"""Where passing words may stand: a place of the window under which nothing can be pressed.

The window is a raster. What was drawn is put on it in its order: buttons weigh most, rows of a list
less, texts little, and a large box hides what lay under it. Of the shapes that the words may take,
the first with an empty place wins; without one, the place that hides least. Knows no toolkit:
widgets are known by `marks`, `action`, `areas` and their boxes, as `client.screen_text` knows them.
"""

from collections.abc import Iterable
from typing import Any

CELL = 16
"""Width and height of a cell of the raster, pixels."""
TEXT, LARGE, ROW, BUTTON = 1, 6, 20, 1_000
_LARGE = 28
"""Figures of this height are what a screen is looked at for: sums, the table."""
_HIDES = 6 * CELL
"""A box as wide and high as this is a ground: what lay under it is not seen any more."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in pixels of the window."""


class FreePlace:
    """The raster of one window."""

    def __init__(self, width: float, height: float) -> None:
        self._cols, self._rows = max(1, int(width // CELL)), max(1, int(height // CELL))
        self._weights = [[0] * self._cols for _ in range(self._rows)]

    def put(self, box: Box, weight: int) -> None:
        """Something that should stay free, or 0: what lay here is hidden."""
        left, right = max(0, int(box[0] // CELL)), min(self._cols, -int(-box[2] // CELL))
        for row in self._weights[max(0, int(box[1] // CELL)) : max(0, -int(-box[3] // CELL))]:
            for at in range(left, right):
                row[at] = max(row[at], weight) if weight else 0

    def under(self, box: Box) -> int:
        """The weightiest of what lies under a box."""
        left, right = max(0, int(box[0] // CELL)), -int(-box[2] // CELL)
        rows = self._weights[max(0, int(box[1] // CELL)) : max(0, -int(-box[3] // CELL))]
        return max((max(row[left:right], default=0) for row in rows), default=0)

    def find(self, shapes: Iterable[tuple[float, float]]) -> Box:
        """The best place for words that may be so wide and high, the likeliest shape first; the
        lowest one, in the middle if that is as good."""
        sums = self._sums()
        best: tuple[int, int, int, int] | None = None
        found = (0.0, 0.0, 0.0, 0.0)
        for number, (width, height) in enumerate(shapes):
            cols, rows = -int(-width // CELL), -int(-height // CELL)
            for low in range(max(1, self._rows - rows + 1)):
                top = min(self._rows, low + rows)
                for left in range(max(1, self._cols - cols + 1)):
                    right = min(self._cols, left + cols)
                    under = sums[top][right] - sums[top][left] - sums[low][right] + sums[low][left]
                    if best is not None and under > best[0]:
                        continue
                    rated = (under, number, low, abs(2 * left + cols - self._cols))
                    if best is None or rated < best:
                        best = rated
                        x, y = left * CELL, low * CELL
                        found = (x, y, x + width, y + height)
            if best is not None and best[0] == 0:
                break
        return found

    def _sums(self) -> list[list[int]]:
        """What lies below and to the left of each corner."""
        sums = [[0] * (self._cols + 1)]
        for row in self._weights:
            total, made = 0, [0]
            for at, weight in enumerate(row):
                total += weight
                made.append(total + sums[-1][at + 1])
            sums.append(made)
        return sums


def raster_of(root: Any, width: float, height: float) -> FreePlace:
    """What stands on a screen now, in the order in which it was drawn."""
    raster = FreePlace(width, height)
    for widget in root.walk(restrict=True):
        marks = getattr(widget, "marks", None)
        if marks is None or widget.width < 1 or widget.height < 1:
            continue
        x, y = widget.to_window(widget.x, widget.y)
        top = y + widget.height
        for mark in marks:
            place = (x + mark.x, top - mark.y - mark.height, x + mark.x + mark.width, top - mark.y)
            if mark.kind == "text" and mark.text:
                raster.put(place, LARGE if mark.height >= _LARGE else TEXT)
            elif mark.kind == "box" and min(mark.width, mark.height) >= _HIDES:
                raster.put(place, 0)
        for place, weight in _pressed(widget, (x, y, x + widget.width, top)):
            raster.put(place, weight)
    return raster


def _pressed(widget: Any, box: Box) -> Iterable[tuple[Box, int]]:
    """What of a widget can be pressed, and what that weighs."""
    act = getattr(widget, "action", None)
    if widget.model is None:
        return
    if callable(act):
        if getattr(widget.model, "id", "") or act():
            yield box, BUTTON
    elif getattr(widget.model, "id", ""):
        yield box, ROW
    for area in getattr(widget, "areas", ()):
        left, top = box[0] + area.x, box[3] - area.y
        yield (left, top - area.height, left + area.width, top), BUTTON
