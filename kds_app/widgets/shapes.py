"""Rounded boxes and rings as small smooth textures, stretched by their middle.

Rule: corners are smoothed here once, in numbers, because multisampling triples the cost of a frame
where graphics are drawn by the processor. Neighbour: `painted` tints and places them.
"""

from functools import lru_cache
from typing import Any

from kivy.graphics.texture import Texture

_GRID = 4


def _share(column: int, row: int, radius: int, thickness: int) -> int:
    """How much of a pixel of the corner is covered, 0 to 255."""
    hits = 0
    for across in range(_GRID):
        for down in range(_GRID):
            x = radius - column - (across + 0.5) / _GRID
            y = radius - row - (down + 0.5) / _GRID
            square = x * x + y * y
            inner = max(0, radius - thickness) if thickness else 0
            hits += square <= radius * radius and (not thickness or square >= inner * inner)
    return hits * 255 // (_GRID * _GRID)


@lru_cache(maxsize=64)
def rounded(radius: int, thickness: int = 0) -> Any:
    """A white box with round corners; `thickness` 0 is filled, otherwise a ring. In pixels."""
    side = 2 * radius + 2
    rows = []
    for row in range(radius + 1):
        line = []
        for column in range(radius + 1):
            if column < radius and row < radius:
                line.append(_share(column, row, radius, thickness))
            else:
                edge = row if column == radius else column
                line.append(255 if not thickness or edge < thickness else 0)
        rows.append(line)
    pixels = bytearray()
    for row in range(side):
        for column in range(side):
            alpha = rows[min(row, side - 1 - row)][min(column, side - 1 - column)]
            pixels += bytes((255, 255, 255, alpha))
    made = Texture.create(size=(side, side), colorfmt="rgba")
    made.mag_filter = made.min_filter = "nearest"
    made.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return made
