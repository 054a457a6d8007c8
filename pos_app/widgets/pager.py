"""The strip that turns the pages of a `Pages` grid."""

from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from pos_app.presenters.shown import Act

_BACK, _ON, _NONE = (
    Act("turn", icon="chevron_left"),
    Act("turn", icon="chevron_right"),
    Act(),
)
_KEY = 64
_FEW = 5
"""With room for fewer numbers than this only the arrows turn pages."""


class Pager(BoxLayout):
    """Arrows and "1 / 2"; empty while there is one page. `roomy` keeps its place all the same.

    A wide strip has the numbers of the pages instead, and where not all have room some of them,
    evenly: no page of three hundred dishes is far away.
    """

    pages = ObjectProperty(None, allownone=True)
    roomy = BooleanProperty(False)
    several = BooleanProperty(False)
    where = StringProperty("")
    back = ObjectProperty(_NONE)
    on = ObjectProperty(_NONE)
    numbers = ObjectProperty((), rebind=False)

    def on_pages(self, _widget: object, pages: Any) -> None:
        """Follow the grid."""
        for name in ("page", "count"):
            pages.fbind(name, self._follow)
        self.fbind("width", self._follow)
        self._follow()

    def go(self, action: str) -> None:
        """To the page of a number."""
        self.pages.page = int(action.partition(":")[2])

    def _follow(self, *_: object) -> None:
        count = int(self.pages.count)
        here = min(int(self.pages.page), count - 1)
        self.several = several = count > 1
        self.back, self.on = (_BACK, _ON) if several else (_NONE, _NONE)
        room = int((self.width - dp(2 * 72)) // dp(_KEY))
        shown = numbers_of(count, here, room) if count > 2 and room >= _FEW else ()
        self.numbers = tuple(
            Act(f"page:{page}", str(page + 1), "ringed" if page == here else "flat")
            for page in shown
        )
        self.where = f"{here + 1} / {count}" if several and not shown else ""


def numbers_of(count: int, here: int, room: int) -> tuple[int, ...]:
    """The pages that have a number: all, or the first, the last, this one and some between."""
    if count <= room:
        return tuple(range(count))
    spread = [round(at * (count - 1) / (room - 1)) for at in range(room)]
    if 0 < here < count - 1:
        spread[min(range(1, room - 1), key=lambda at: abs(spread[at] - here))] = here
    return tuple(spread)
