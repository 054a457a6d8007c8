"""Only what changed is drawn again, and the screen is the same to the pixel as drawn wholly.

After each step the glass as it is (drawn piece by piece since the window came) is compared with
the glass after everything was drawn anew.
"""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import ImageChops

from tests.apps.conftest import Rig
from tests.apps.house import MINUTE
from tests.apps.kds.kitchen import SECOND, evening
from tests.apps.kds.test_screen import Open, show
from tests.apps.test_terminal import Hand, hand, house, order, sign_in, tapped

__all__ = ["hand", "house", "show"]


class Eye:
    """Sees which places each frame drew, and whether the glass is as it should be."""

    def __init__(self, rig: Rig, drawn: list[list[Any]]) -> None:
        self._rig, self._drawn = rig, drawn

    def compare(self, what: str) -> None:
        """Nothing on the glass is stale or half drawn."""
        self._rig.settle(2)
        seen = self._rig.glass()
        self._rig.window.canvas.ask_update()
        self._rig.settle(2)
        differing = ImageChops.difference(seen, self._rig.glass()).getbbox()
        assert differing is None, f"{what}: stale at {differing}"

    def share(self) -> float:
        """The largest part of the window that a frame drew, since the last time this was asked."""
        whole = self._rig.window.width * self._rig.window.height
        most = max(
            (sum((r - x) * (t - y) for x, y, r, t in places) / whole for places in self._drawn),
            default=0.0,
        )
        self._drawn.clear()
        return float(most)


@pytest.fixture
def eye(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Eye:
    """Notes what is drawn; a frame that the window system asks for itself is nobody's."""
    from glass.damage import Damage

    drawn: list[list[Any]] = []
    since_last: Callable[[Damage], Any] = Damage.since_last

    def noted(self: Damage) -> Any:
        places = since_last(self)
        width, height = rig.window.size
        drawn.append([(0, 0, width, height)] if places is None else places)
        return places

    monkeypatch.setattr(Damage, "since_last", noted)
    return Eye(rig, drawn)


def test_a_terminal_draws_only_what_a_tap_changed_and_leaves_nothing_stale(
    eye: Eye, hand: Hand, house: Any
) -> None:
    from pos_app.widgets.lines import LineList

    dishes = ["borscht", "trout", "caesar"]
    for number, table in enumerate(sorted(house.catalogue.tables)[3:9]):
        order(house, table, "nadia", [d for d in dishes if d in house.catalogue.items], number)
    eye.compare("sign-in")
    sign_in(hand)
    eye.compare("floor")
    house.now_ms += 7 * MINUTE
    eye.share()
    hand.desk.refreshed()
    hand.rig.settle()
    assert eye.share() < 0.5
    eye.compare("seven minutes later")
    for steps in (
        ("3", "Перші страви", "Борщ червоний", "Борщ червоний"),
        ("Вино", "Сапераві, 0,75 л", "Перші страви"),
    ):
        for text in steps:
            hand.tap(text)
            eye.compare(text)
    for category in ("Вино", "Коктейлі", "Десерти"):
        hand.tap(category)
        for tile in [w for w in hand.stage.walk() if tapped(w).startswith("tap_item:")][:5]:
            eye.share()
            hand.rig.tap(tile)
            assert eye.share() < 0.5
            if hand.sees("Назад"):
                eye.compare("modifiers")
                hand.tap("Назад")
    eye.compare("many lines")
    hand.rig.drag((200, 400), (200, 250))
    rows = next(w for w in hand.stage.walk() if isinstance(w, LineList))
    before = -1.0
    while rows.offset != before:  # it glides on
        before = rows.offset
        hand.rig.settle()
    eye.compare("scrolled")
    send = next(w for w in hand.stage.walk() if tapped(w) == "send")
    hand.rig.tap(send)
    eye.compare("sent")
    house.settle()
    house.draw_tickets()
    hand.rig.settle()
    eye.compare("in the kitchen")
    hand.tap("Оплата")
    eye.compare("payment")
    hand.rig.size(1024, 600)
    hand.rig.settle()
    eye.compare("a smaller window")


def test_a_kitchen_display_draws_only_what_a_second_and_a_finger_changed(
    eye: Eye, show: Open
) -> None:
    shown = show(evening())
    eye.compare("the board")
    eye.share()
    shown.kitchen.now += 3 * SECOND
    shown.bridge.changed()
    shown.rig.settle()
    assert eye.share() < 0.5
    eye.compare("three seconds later")
    ready = next(
        area.id
        for widget in shown.painted()
        for area in getattr(widget, "areas", ())
        if area.id.startswith("ready:")
    )
    eye.share()
    shown.tap(ready)
    assert eye.share() < 0.5
    eye.compare("a dish is ready")
    for action in ("sheet:recall", "sheet:stop", "tab:pass"):
        shown.screen.dispatch("on_act", action)
        shown.rig.settle()
        eye.compare(action)
