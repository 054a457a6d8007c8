"""A paper as a picture: a PNG on the screen, as wide as there is room, its top first."""

import io
from typing import Any

from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, Rectangle, ScissorPop, ScissorPush
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget


class PaperPicture(Widget):
    """Shows `png`; a long paper is made smaller until it fits, but never below half its size: then
    its end lies under the edge."""

    png = ObjectProperty(b"", rebind=False)

    def __init__(self, **kwargs: Any) -> None:
        self._texture: Any = None
        super().__init__(**kwargs)
        for name in ("pos", "size"):
            self.fbind(name, self._draw)

    def on_png(self, _widget: object, png: bytes) -> None:
        """Another picture, or none."""
        self._texture = CoreImage(io.BytesIO(png), ext="png").texture if png else None
        self._draw()

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if self._texture is None or self.width < 2 or self.height < 2:
            return
        wide, tall = self._texture.size
        least = min(self.width / wide, 1) / 2
        scale = min(self.width / wide, max(self.height / tall, least), 1)
        size = (wide * scale, tall * scale)
        place = (self.x + (self.width - size[0]) / 2, self.top - size[1])
        with self.canvas:
            ScissorPush(
                x=int(self.x), y=int(self.y), width=int(self.width), height=int(self.height)
            )
            Color(1, 1, 1, 1)
            Rectangle(texture=self._texture, pos=place, size=size)
            ScissorPop()
