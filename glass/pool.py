"""Many equal widgets from a tuple of models: grids, flowing rows, columns, pages.

Rule: views are made once and get other models; a model equal to the one shown changes nothing.
Menus and lists of choices are pages, never scroll views, which would delay the touch.
"""

from typing import Any

from kivy.clock import Clock
from kivy.factory import Factory
from kivy.metrics import Metrics, dp
from kivy.properties import (
    BooleanProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

Place = tuple[float, float, float, float]


class Pool(Widget):
    """Base: shows one `view` for each of `models`, placed by `places` from the top left."""

    models = ObjectProperty((), rebind=False)
    view = StringProperty("PushButton")
    align = StringProperty("")
    acts_on = StringProperty("")
    inset_y = NumericProperty(0)
    spacing = NumericProperty("8dp")
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._views: list[Any] = []
        self._arrange = Clock.create_trigger(self._run_arrange, -1)
        super().__init__(**kwargs)
        for name in ("models", "size", "pos", "spacing"):
            self.fbind(name, self._arrange)
        self._arrange()

    def on_act(self, action: str) -> None:
        """Bound in kv: the owner takes the action."""

    def shown(self) -> tuple[Any, ...]:
        """The models that are on the page now."""
        return tuple(self.models)

    def places(self, models: tuple[Any, ...]) -> list[Place]:
        """Where each model stands: x, y from the top, width, height. Override."""
        raise NotImplementedError

    def _make(self) -> Any:
        made = Factory.get(self.view)()
        for name in ("align", "acts_on", "inset_y"):
            value = getattr(self, name)
            if value and hasattr(made, name):
                setattr(made, name, value)
        made.size_hint = (None, None)
        if made.is_event_type("on_act"):
            made.bind(on_act=self._pass_on)
        return made

    def _pass_on(self, _view: object, action: str) -> None:
        self.dispatch("on_act", action)

    def _run_arrange(self, *_: object) -> None:
        models = self.shown()
        places = self.places(models)
        while len(self._views) < len(places):
            self._views.append(self._make())
        for number, view in enumerate(self._views):
            if number >= len(places):
                if view.parent is not None:
                    self.remove_widget(view)
                continue
            x, y, width, height = places[number]
            view.size = (width, height)
            view.pos = (self.x + x, self.top - y - height)
            view.model = models[number]
            if view.parent is None:
                self.add_widget(view)


class Grid(Pool):
    """Equal cells in columns. `cols` 0 takes as many of `cell_width` as fit.

    `row_height` 0 shares the height among the rows. `even` fills rows alike. In a single row that
    is `fair`, cells whose words need more room get it from those that need less.
    """

    cols = NumericProperty(0)
    cell_width = NumericProperty("170dp")
    row_height = NumericProperty(0)
    max_row_height = NumericProperty(0)
    even = BooleanProperty(False)
    fair = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("cols", "cell_width", "row_height", "max_row_height"):
            self.fbind(name, self._arrange)

    def columns(self) -> int:
        """Number of columns at this width."""
        if self.cols:
            return int(self.cols)
        most = max(1, int((self.width + self.spacing) // (self.cell_width + self.spacing)))
        if not self.even or not self.models:
            return most
        rows = -(-len(self.models) // most)
        return -(-len(self.models) // rows)

    def tall(self, rows: int) -> float:
        """Height of a row."""
        if self.row_height:
            return float(self.row_height)
        shared = (self.height - self.spacing * (rows - 1)) / max(rows, 1)
        return float(min(shared, self.max_row_height) if self.max_row_height else shared)

    def places(self, models: tuple[Any, ...]) -> list[Place]:
        """Row by row."""
        cols = self.columns()
        rows = -(-len(models) // cols)
        wide = (self.width - self.spacing * (cols - 1)) / cols
        tall = self.tall(rows)
        if self.fair and rows == 1 and len(models) == cols:
            return self._fair(models, wide, tall)
        return [
            (
                round(n % cols * (wide + self.spacing)),
                n // cols * (tall + self.spacing),
                round((n % cols + 1) * (wide + self.spacing) - self.spacing)
                - round(n % cols * (wide + self.spacing)),
                tall,
            )
            for n in range(len(models))
        ]

    def _fair(self, models: tuple[Any, ...], wide: float, tall: float) -> list[Place]:
        """Cells as wide as each other, or as their words need where one needs more than that."""
        kind = Factory.get(self.view)
        needs = [float(kind.natural_width(model)) for model in models]
        if max(needs) > wide:
            spare = (wide * len(models) - sum(needs)) / len(models)
            wides = [max(dp(48), need + spare) for need in needs]
            over = sum(wides) - wide * len(models)
            roomy = sum(max(0.0, each - dp(48)) for each in wides)
            if over > 0 and roomy > 0:
                wides = [each - max(0.0, each - dp(48)) * over / roomy for each in wides]
        else:
            wides = [wide] * len(models)
        out: list[Place] = []
        left = 0.0
        for each in wides:
            out.append((round(left), 0, round(left + each) - round(left), tall))
            left += each + self.spacing
        return out

    def needed(self, count: int) -> float:
        """Height for so many models with a fixed row height."""
        rows = -(-count // max(1, self.columns()))
        return max(0.0, rows * (self.row_height + self.spacing) - self.spacing)


class Flow(Pool):
    """A row of views as wide as they want, from the left or from the right; what has no room is
    left out from the far end, or wraps when `wrap` is set."""

    side = OptionProperty("left", options=["left", "right"])
    wrap = BooleanProperty(False)
    row_height = NumericProperty("48dp")
    used = NumericProperty(0)

    def places(self, models: tuple[Any, ...]) -> list[Place]:
        """One after the other."""
        kind = Factory.get(self.view)
        wides = [float(kind.natural_width(model)) for model in models]
        if self.wrap:
            return self._wrapped(wides)
        wides = self._squeezed(wides, self.width - self.spacing * (len(wides) - 1))
        while wides and sum(wides) + self.spacing * (len(wides) - 1) > self.width + 1:
            wides.pop()
        total = sum(wides) + self.spacing * (len(wides) - 1)
        left = self.width - total if self.side == "right" else 0.0
        out: list[Place] = []
        for wide in wides:
            out.append((left, 0, wide, self.height))
            left += wide + self.spacing
        return out

    @staticmethod
    def _squeezed(wides: list[float], room: float) -> list[float]:
        """Views give way to each other down to a finger's width before one is left out."""
        excess, spare = sum(wides) - room, sum(max(0.0, wide - dp(48)) for wide in wides)
        if excess <= 0 or spare <= 0:
            return wides
        share = min(1.0, excess / spare)
        return [wide - max(0.0, wide - dp(48)) * share for wide in wides]

    def _wrapped(self, wides: list[float]) -> list[Place]:
        out: list[Place] = []
        left, top = 0.0, 0.0
        for wide in wides:
            wide = min(wide, self.width)
            if left and left + wide > self.width:
                left, top = 0.0, top + self.row_height + self.spacing
            out.append((left, top, wide, self.row_height))
            left += wide + self.spacing
        self.used = top + self.row_height if out else 0
        return out


class Column(Pool):
    """Views under each other, each as high as its model wants at this width.

    What does not fit below is left out; `used` is the height that all of them want. Views that
    grow with larger letters (`grows`) do so where all of them have the room.
    """

    used = NumericProperty(0)

    def places(self, models: tuple[Any, ...]) -> list[Place]:
        """From the top."""
        kind = Factory.get(self.view)
        talls = [float(kind.natural_height(model, self.width)) for model in models]
        self.used = max(0.0, sum(talls) + self.spacing * (len(talls) - 1))
        if getattr(kind, "grows", False):
            larger = [
                float(kind.natural_height(model, self.width, Metrics.fontscale)) for model in models
            ]
            if sum(larger) + self.spacing * (len(larger) - 1) <= self.height + 1:
                talls = larger
        out: list[Place] = []
        top = 0.0
        for tall in talls:
            if top + tall > self.height + 1:
                break
            out.append((0, top, self.width, tall))
            top += tall + self.spacing
        if len(out) < len(models):
            while out and getattr(models[len(out) - 1], "lead", "") == "heading":
                out.pop()
        return out


class Stack(Column):
    """A column that is turned page by page when not all has room; it begins at the last page, where
    the newest stands, and comes back there with every change. Turned as `Pages` are."""

    page = NumericProperty(0)
    count = NumericProperty(1)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("page", self._arrange)
        self.fbind("models", self._newest)

    def _newest(self, *_: object) -> None:
        self.page = max(0, len(self.models) - 1)

    def shown(self) -> tuple[Any, ...]:
        """The models of this page."""
        kind = Factory.get(self.view)
        pages: list[list[Any]] = [[]]
        room = self.height
        for model in self.models:
            tall = float(kind.natural_height(model, self.width))
            if pages[-1] and tall > room + 1:
                pages.append([])
                room = self.height
            pages[-1].append(model)
            room -= tall + self.spacing
        self.count = len(pages)
        return tuple(pages[min(int(self.page), self.count - 1)])

    def turn(self, by: int) -> None:
        """Go forward or back, round the ends."""
        self.page = (min(int(self.page), self.count - 1) + by) % self.count


class Pages(Grid):
    """A grid that shows a page of its models, with a strip to turn pages when there are several.

    `row_height` is the least; rows share what is left of the height, up to `max_row_height`.
    `key` names what is shown (the category): another key starts at its first page.
    """

    key = StringProperty("")
    page = NumericProperty(0)
    count = NumericProperty(1)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("page", self._arrange)
        self.fbind("key", self._first)

    def _first(self, *_: object) -> None:
        self.page = 0

    def rows_here(self) -> int:
        """How many rows have room."""
        return max(1, int((self.height + self.spacing) // (self.row_height + self.spacing)))

    def per_page(self) -> int:
        """How many models a page holds."""
        return self.rows_here() * self.columns()

    def tall(self, rows: int) -> float:
        """Height of a row; the same on a page that is not full."""
        here = self.rows_here()
        shared = (self.height - self.spacing * (here - 1)) // here
        return float(max(self.row_height, min(shared, self.max_row_height)))

    def shown(self) -> tuple[Any, ...]:
        """The models of this page."""
        size = self.per_page()
        self.count = max(1, -(-len(self.models) // size))
        page = min(int(self.page), self.count - 1)
        return tuple(self.models[page * size : (page + 1) * size])

    def turn(self, by: int) -> None:
        """Go forward or back, round the ends."""
        self.page = (min(int(self.page), self.count - 1) + by) % self.count

    def on_touch_up(self, touch: Any) -> bool:
        """A swipe across turns the page; the press that began it was already taken by a tile."""
        handled = bool(super().on_touch_up(touch))
        moved = touch.x - touch.ox
        if (
            self.count > 1
            and touch.grab_current is None
            and self.collide_point(*touch.opos)
            and abs(moved) > dp(120)
        ):
            self.turn(-1 if moved > 0 else 1)
        return handled
