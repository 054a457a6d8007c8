"""The strip that turns the pages of a `Pages` grid."""

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from pos_app.presenters.shown import Act

_BACK, _ON, _NONE = (
    Act("turn", icon="chevron_left"),
    Act("turn", icon="chevron_right"),
    Act(),
)


class Pager(BoxLayout):
    """Arrows and "1 / 2"; empty while there is one page. `roomy` keeps its place all the same."""

    pages = ObjectProperty(None, allownone=True)
    roomy = BooleanProperty(False)
    where = StringProperty("")
    back = ObjectProperty(_NONE)
    on = ObjectProperty(_NONE)

    def on_pages(self, _widget: object, pages: Any) -> None:
        """Follow the grid."""
        for name in ("page", "count"):
            pages.fbind(name, self._follow)
        self._follow()

    def _follow(self, *_: object) -> None:
        count = int(self.pages.count)
        several = count > 1
        self.where = f"{min(int(self.pages.page), count - 1) + 1} / {count}" if several else ""
        self.back, self.on = (_BACK, _ON) if several else (_NONE, _NONE)
