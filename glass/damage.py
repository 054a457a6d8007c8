"""What of the window is different since the last frame, so that only that is drawn again.

Rule: where software draws (no graphics card), a frame costs by the pixel, and a tap changes a tile,
a line and a sum. Everything on a window is drawn by `painted`, which says where it drew and what it
changed; from that and from who stands where the places that differ are known. Whatever cannot be
accounted for (another widget that draws, another size) means the whole window. Only used where
`stays` found that a frame that was shown stays in the buffer it was drawn in.
"""

from typing import Any, Final

from kivy.core.window import Window
from kivy.graphics import ScissorPop, ScissorPush, opengl as gl

from glass.painted import Painted, Place, joined
from glass.scroll import ScrollList

PASSES: Final = 16
"""Places drawn one by one; beyond that they are joined."""
_PASS_SHARE: Final = 0.01
"""What a pass costs beside its pixels, as a share of drawing the whole window: little, since only
what stands there takes part."""
_SOFTWARE: Final = ("llvmpipe", "softpipe", "swrast")

_Standing = tuple[int, int, Place | None]


class Damage:
    """Knows what stood where on the last frame. One for the window."""

    def __init__(self) -> None:
        self._before: dict[Painted, _Standing] = {}
        self._stands: list[tuple[Painted, Place | None]] = []
        self._window: tuple[Any, ...] = ()
        self._foreign = True

    def since_last(self) -> list[Place] | None:
        """The places that differ from the last frame; None for the whole window, which it is as
        well when something was drawn that nobody accounts for. None of them (an empty list) means
        that the window system itself wants the frame: it lost what it showed. Call once before
        every frame."""
        now: dict[Painted, _Standing] = {}
        self._now_foreign = False
        for widget in reversed(Window.children):
            self._gather(widget, None, now)
        window = (*Window.size, *Window.system_size, *Window.clearcolor)
        before, self._before = self._before, now
        whole = (
            self._foreign
            or self._now_foreign
            or window != self._window
            or tuple(Window.size) != tuple(Window.system_size)
        )
        self._window, self._foreign = window, self._now_foreign
        places = None if whole else _differing(before, now)
        for widget in (*before, *now):
            widget.soiled = None
        self._stands = [(one, _at(one.ink(), standing)) for one, standing in now.items()]
        return None if places is None else fewer(places, Window.width * Window.height)

    def only_at(self, place: Place) -> None:
        """Let only what stands at a place take part in the next drawing."""
        for widget, at in self._stands:
            widget.leave_out(at is None or not _meets(at, place))

    def _gather(self, widget: Any, clip: Place | None, into: dict[Painted, _Standing]) -> None:
        if isinstance(widget, Painted):
            into[widget] = (round(widget.x), round(widget.y), clip)
        elif isinstance(widget, ScrollList):
            clip = widget.sight
        elif len(widget.canvas.children) != len(widget.children):
            self._now_foreign = True
        for child in reversed(widget.children):
            self._gather(child, clip, into)


def _differing(before: dict[Painted, _Standing], now: dict[Painted, _Standing]) -> list[Place]:
    """Places of what came, went, moved, painted itself anew or stands in another order."""
    places: list[Place | None] = []
    turned: set[Painted] = set()
    if list(before) != list(now):
        gone = [one for one in before if one not in now]
        places += [_at(joined(one.ink(), one.soiled), before[one]) for one in gone]
        turned = _turned([one for one in before if one in now], [n for n in now if n in before])
    for one, standing in now.items():
        stood = before.get(one)
        if stood == standing and one not in turned:
            if one.soiled is not None:
                places.append(_at(one.soiled, standing))
            continue
        places.append(_at(one.ink(), standing))
        if stood is not None:
            places.append(_at(joined(one.ink(), one.soiled), stood))
    return [place for place in places if place is not None]


def _turned(before: list[Painted], now: list[Painted]) -> set[Painted]:
    """Those among which the order changed: between the first and the last that differ."""
    if before == now:
        return set()
    differing = [n for n, one in enumerate(now) if one is not before[n]]
    return set(now[differing[0] : differing[-1] + 1])


def _at(place: Place | None, standing: _Standing) -> Place | None:
    """A place of a widget in the window, as far as it is in sight."""
    if place is None:
        return None
    x, y, clip = standing
    left, bottom, right, top = place[0] + x, place[1] + y, place[2] + x, place[3] + y
    if clip is not None:
        left, bottom = max(left, clip[0]), max(bottom, clip[1])
        right, top = min(right, clip[2]), min(top, clip[3])
    left, bottom = max(left, 0), max(bottom, 0)
    right, top = min(right, int(Window.width)), min(top, int(Window.height))
    return (left, bottom, right, top) if left < right and bottom < top else None


def fewer(places: list[Place], whole: float) -> list[Place]:
    """The same places, joined where one larger pass is cheaper than two; at most `PASSES`."""
    passes: list[Place] = []
    for place in places:
        passes.append(place)
        while len(passes) > 1:
            last = passes[-1]
            wastes = [_waste(one, last) for one in passes[:-1]]
            least = min(wastes)
            if least > whole * _PASS_SHARE and len(passes) <= PASSES:
                break
            nearest = wastes.index(least)
            passes[-1] = _joint(passes.pop(nearest), last)
    return passes


def _waste(one: Place, other: Place) -> float:
    """What drawing two places in one pass draws for nothing."""
    return _area(_joint(one, other)) - _area(one) - _area(other)


def _meets(one: Place, other: Place) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _joint(one: Place, other: Place) -> Place:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _area(place: Place) -> float:
    return float((place[2] - place[0]) * (place[3] - place[1]))


class Kept:
    """The frame buffer of a window whose frames stay in it: draws only what differs.

    `clip` lies round everything on the window's canvas; lists that clip themselves lie within it.
    """

    def __init__(self) -> None:
        self._damage = Damage()
        self._clip = ScissorPush(x=0, y=0, width=1, height=1)
        Window.canvas.before.add(self._clip)
        Window.canvas.after.add(ScissorPop())
        Window.bind(on_draw=self._draw)

    def _draw(self, *_: object) -> bool:
        """Draw what differs from the last frame into the buffer, in place of Kivy, which would
        draw everything; True ends the event."""
        whole = (0, 0, int(Window.width), int(Window.height))
        for place in self._damage.since_last() or [whole]:
            self._damage.only_at(place)
            left, bottom, right, top = place
            self._clip.x, self._clip.y = left, bottom
            self._clip.width, self._clip.height = right - left, top - bottom
            gl.glEnable(gl.GL_SCISSOR_TEST)
            gl.glScissor(left, bottom, right - left, top - bottom)
            Window.clear()
            Window.render_context.draw()
            gl.glDisable(gl.GL_SCISSOR_TEST)
        return True


def stays() -> bool:
    """Whether what was drawn is still in the buffer after it was shown.

    With a graphics card it may be one of two or three buffers by turns, and drawing everything is
    cheap there: so software only, and proved on two frames before the first real one.
    """
    name = gl.glGetString(gl.GL_RENDERER)
    if not any(soft in str(name) for soft in _SOFTWARE):
        return False
    Window.clear()
    gl.glEnable(gl.GL_SCISSOR_TEST)
    gl.glScissor(0, 0, 1, 1)
    kept = True
    for shade in (1.0, 0.0):
        gl.glClearColor(shade, shade, shade, 1.0)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
        Window.flip()
        shown = bytes(gl.glReadPixels(0, 0, 1, 1, gl.GL_RGB, gl.GL_UNSIGNED_BYTE))
        kept = kept and shown == bytes([round(255 * shade)] * 3)
    gl.glDisable(gl.GL_SCISSOR_TEST)
    return kept
