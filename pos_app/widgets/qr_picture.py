"""A code to be photographed from the screen: dark on white with the free edge that readers want.

Rule: modules are whole pixels and as large as there is room, so a telephone reads it at arm's
length, in the light colours as in the dark ones. What the modules are says `hardware.raster`.
"""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

from hardware.raster import qr_modules

EDGE = 4
"""Modules left free on each side (ISO/IEC 18004)."""


class QrPicture(Widget):
    """Shows `said` as a code in the middle of its place; nothing for an empty text."""

    said = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self._texture: Any = None
        super().__init__(**kwargs)
        for name in ("pos", "size"):
            self.fbind(name, self._draw)

    def on_said(self, _widget: object, said: str) -> None:
        """Another code, or none."""
        self._texture = _texture_of(said) if said else None
        self._draw()

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if self._texture is None:
            return
        across = self._texture.size[0]
        side = int(min(self.width, self.height)) // across * across
        place = (int(self.center_x - side / 2), int(self.center_y - side / 2))
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(texture=self._texture, pos=place, size=(side, side))


def _texture_of(said: str) -> Any:
    modules = qr_modules(said)
    across = len(modules) + 2 * EDGE
    blank = b"\xff" * across
    edge = b"\xff" * EDGE
    rows = [edge + bytes(0 if dark else 255 for dark in line) + edge for line in modules]
    # A texture begins at its lowest row.
    pixels = b"".join([blank] * EDGE + rows[::-1] + [blank] * EDGE)
    made = Texture.create(size=(across, across), colorfmt="luminance")
    made.mag_filter = made.min_filter = "nearest"
    made.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
    return made
