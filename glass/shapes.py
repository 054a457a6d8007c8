"""Rounded boxes and rings as small smooth textures, stretched by their middle.

Rule: a shape is one textured quad set (`BorderImage`), white, tinted by the painter. Multisampling
triples the cost of a frame in software GL, so the smoothness of corners is computed here, once.
"""

from functools import lru_cache
from math import hypot
from typing import Any

from kivy.graphics.texture import Texture

_GRID = 4  # samples a pixel and axis
_CLEAR = 0.75  # a pixel whose middle is so far from an edge is not cut by it


def _share(column: int, row: int, radius: int, thickness: float) -> int:
    """How much of a pixel of the corner is covered, 0 to 255."""
    inner = max(0.0, radius - thickness) if thickness else 0.0
    away = hypot(radius - column - 0.5, radius - row - 0.5)
    if away >= radius + _CLEAR or away <= inner - _CLEAR:
        return 0
    if inner + _CLEAR <= away <= radius - _CLEAR or (not inner and away <= radius - _CLEAR):
        return 255
    hits = 0
    for across in range(_GRID):
        for down in range(_GRID):
            x = radius - column - (across + 0.5) / _GRID
            y = radius - row - (down + 0.5) / _GRID
            square = x * x + y * y
            hits += inner * inner <= square <= radius * radius
    return round(255 * hits / _GRID**2)


def _alpha(column: int, row: int, radius: int, thickness: float) -> int:
    """Of the stretched edges beside the corner as well: a ring covers its thickness of them."""
    if column < radius and row < radius:
        return _share(column, row, radius, thickness)
    if not thickness:
        return 255
    if column >= radius and row >= radius:
        return 0
    depth = row if column >= radius else column
    return max(0, min(255, round(255 * (thickness - depth))))


@lru_cache(maxsize=128)
def rounded(radius: int, thickness: float = 0) -> Any:
    """Texture of a box with round corners; `thickness` 0 is filled, otherwise a ring. Pixels."""
    side = 2 * radius + 2
    corner = [
        [_alpha(column, row, radius, thickness) for column in range(radius + 1)]
        for row in range(radius + 1)
    ]
    # The other half of each row and of all rows is the mirror of the first.
    halves = [[bytes((255, 255, 255, alpha)) for alpha in row] for row in corner]
    rows = [b"".join(half + half[::-1]) for half in halves]
    pixels = b"".join(rows + rows[::-1])
    made = Texture.create(size=(side, side), colorfmt="rgba")
    # Drawn on whole pixels: without blending the stretched middle keeps clear of the corners.
    made.mag_filter = made.min_filter = "nearest"
    made.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
    return made
