"""Rounded boxes and rings as small smooth textures, stretched by their middle.

Rule: a shape is one textured quad set (`BorderImage`), white, tinted by the painter. Multisampling
triples the cost of a frame in software GL, so the smoothness of corners is computed here once.
"""

from functools import lru_cache
from typing import Any

from kivy.graphics.texture import Texture

_STEPS = 4  # samples a pixel and axis


def _coverage(x: float, y: float, radius: float, thickness: float) -> bool:
    distance = ((radius - x) ** 2 + (radius - y) ** 2) ** 0.5
    return distance <= radius and (thickness == 0 or distance >= radius - thickness)


def _alpha(column: int, row: int, radius: int, thickness: float) -> int:
    if column >= radius and row >= radius:
        inside = thickness == 0
        return 255 if inside else 0
    if column >= radius or row >= radius:
        depth = row if column >= radius else column
        if thickness == 0:
            return 255
        return max(0, min(255, round(255 * (thickness - depth))))
    hits = 0
    for across in range(_STEPS):
        for down in range(_STEPS):
            x, y = column + (across + 0.5) / _STEPS, row + (down + 0.5) / _STEPS
            hits += _coverage(x, y, radius, thickness)
    return round(255 * hits / _STEPS**2)


@lru_cache(maxsize=64)
def rounded(radius: int, thickness: float = 0) -> Any:
    """Texture of a box with round corners; `thickness` 0 is filled, otherwise a ring. Pixels."""
    side = 2 * radius + 2
    corner = [
        [_alpha(column, row, radius, thickness) for column in range(radius + 1)]
        for row in range(radius + 1)
    ]
    pixels = bytearray()
    for row in range(side):
        for column in range(side):
            alpha = corner[min(row, side - 1 - row)][min(column, side - 1 - column)]
            pixels += bytes((255, 255, 255, alpha))
    made = Texture.create(size=(side, side), colorfmt="rgba")
    # Drawn on whole pixels: without blending the stretched middle keeps clear of the corners.
    made.mag_filter = made.min_filter = "nearest"
    made.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return made
