"""The stage: one screen at a time, each built when first shown, and what lies over all of them.

Screens are kept once built and get the newest view-model when they come back. There are no
transitions. The banner takes its height from the screen, so it covers nothing.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from pos_app.presenters.cash_desk_view import CashDeskView
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.floor_view import FloorView
from pos_app.presenters.order_view import OrderView
from pos_app.presenters.payment_view import PaymentView
from pos_app.presenters.plan_view import PlanView
from pos_app.presenters.room_charge_view import RoomChargeView
from pos_app.presenters.room_list_view import RoomListView
from pos_app.presenters.settings_view import SettingsView
from pos_app.presenters.shift_view import ShiftView
from pos_app.presenters.shown import NO_BANNER
from pos_app.presenters.sign_in_view import SignInView
from pos_app.presenters.split_view import SplitView
from pos_app.widgets.banner import BannerView


@dataclass(frozen=True, slots=True)
class Kind:
    """Where a screen's class is found, and the view-model that it draws."""

    module: str
    name: str
    view: type


SCREENS: dict[str, Kind] = {
    "sign_in": Kind("sign_in", "SignInScreen", SignInView),
    "floor": Kind("floor", "FloorScreen", FloorView),
    "order": Kind("order", "OrderScreen", OrderView),
    "split": Kind("split", "SplitScreen", SplitView),
    "payment": Kind("payment", "PaymentScreen", PaymentView),
    "room_charge": Kind("room_charge", "RoomChargeScreen", RoomChargeView),
    "room_list": Kind("room_list", "RoomListScreen", RoomListView),
    "shift": Kind("shift", "ShiftScreen", ShiftView),
    "cash_desk": Kind("cash_desk", "CashDeskScreen", CashDeskView),
    "devices": Kind("devices", "DevicesScreen", DevicesView),
    "papers": Kind("devices", "DevicesScreen", DevicesView),
    "stations": Kind("devices", "DevicesScreen", DevicesView),
    "labels": Kind("devices", "DevicesScreen", DevicesView),
    "own_devices": Kind("devices", "DevicesScreen", DevicesView),
    "settings": Kind("settings", "SettingsScreen", SettingsView),
    "plan": Kind("plan_editor", "PlanEditorScreen", PlanView),
}


def screen_class(name: str) -> Any:
    """The class of a screen, imported now: start-up pays for the first screen only."""
    kind = SCREENS[name]
    return getattr(import_module(f"pos_app.screens.{kind.module}"), kind.name)


class Stage(FloatLayout):
    """Shows a screen by name; `banner` lies under its head."""

    banner = ObjectProperty(NO_BANNER, rebind=False)
    toast = ObjectProperty(NO_BANNER, rebind=False)
    left_handed = BooleanProperty(False)
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._screens: dict[str, Any] = {}
        self._current: Any = None
        super().__init__(**kwargs)
        self._banner = BannerView(size_hint=(None, None))
        self._toast = BannerView(size_hint=(None, None))
        for view in (self._banner, self._toast):
            view.bind(on_act=self._pass_on)
        for name in ("size", "pos", "banner", "toast"):
            self.fbind(name, self._arrange)

    def on_act(self, action: str) -> None:
        """Bound by the bridge."""

    def _pass_on(self, _view: object, action: str) -> None:
        self.dispatch("on_act", action)

    def show(self, name: str, view: Any) -> None:
        """Bring a screen forward, or refresh the one that is there."""
        screen = self._screens.get(name)
        if screen is None:
            screen = screen_class(name)(vm=view, left_handed=self.left_handed)
            self._screens[name] = screen
            screen.size_hint = (None, None)
            screen.bind(on_act=self._pass_on)
        elif screen.vm != view:
            screen.vm = view
        screen.left_handed = self.left_handed
        if screen is not self._current:
            self._current = screen
            self.clear_widgets()
            self.add_widget(screen)
            self._arrange()

    def forget(self) -> None:
        """Drop the screens that were built, for other colours or letters."""
        self._screens.clear()
        self._current = None
        self.clear_widgets()
        for view in (self._banner, self._toast):
            view.repaint()

    def _arrange(self, *_: object) -> None:
        if self._current is None:
            return
        room = dp(52) if self.banner.text else 0
        self._current.size = (self.width, self.height - room)
        self._current.pos = self.pos
        self._overlay(self._banner, self.banner, self.top - dp(50), dp(48), self.width - dp(24))
        wide = min(self.width - dp(24), dp(720))
        self._overlay(self._toast, self.toast, self.y + dp(84), dp(56), wide)

    def _overlay(self, view: Any, model: Any, y: float, tall: float, wide: float) -> None:
        view.model = model
        view.size = (wide, tall)
        view.pos = (self.x + (self.width - wide) / 2, y)
        if model.text and view.parent is None:
            self.add_widget(view)
        elif not model.text and view.parent is not None:
            self.remove_widget(view)
