"""The stage: one screen at a time, each built when first shown, and what lies over all of them.

Screens are kept once built and get the newest view-model when they come back. There are no
transitions. The banner takes its height from the screen, so it covers nothing; passing words stand
where nothing can be pressed (`widgets/free_place`).
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from kivy.clock import Clock
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
from pos_app.widgets.free_place import BUTTON, raster_of


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
        self._stands = Clock.create_trigger(self._run_put_toast, 0)
        self._put_toast = Clock.create_trigger(self._stands, 0)
        super().__init__(**kwargs)
        self._banner = BannerView(size_hint=(None, None))
        self._toast = BannerView(size_hint=(None, None))
        for view in (self._banner, self._toast):
            view.bind(on_act=self._pass_on)
        for name in ("size", "pos", "banner"):
            self.fbind(name, self._arrange)
        self.fbind("toast", self._look_for_place)

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
        if self.toast.text:
            self._put_toast()

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
        self._banner.model = self.banner
        self._banner.size = (self.width - dp(24), dp(48))
        self._banner.pos = (self.x + dp(12), self.top - dp(50))
        self._over(self._banner)
        self._look_for_place()

    def _over(self, view: Any) -> None:
        """A banner lies over the screen while it says something."""
        if view.model.text and view.parent is None:
            self.add_widget(view)
        elif not view.model.text and view.parent is not None:
            self.remove_widget(view)

    def _look_for_place(self, *_: object) -> None:
        """New words get their place once a frame of the screen below was drawn; until then none
        are shown."""
        if self._toast.model != self.toast:
            self._toast.model = NO_BANNER
            self._over(self._toast)
        if self.toast.text:
            self._put_toast()

    def _run_put_toast(self, *_: object) -> None:
        """Words that stand stay where they are while nothing to press comes under them."""
        if not self.toast.text or self._current is None:
            return
        raster = raster_of(self._current, self.width, self.height)
        if self.banner.text:
            raster.put((0, self._banner.y, self.width, self.height), BUTTON)
        toast = self._toast
        stood = (toast.x, toast.y, toast.right, toast.top)
        if toast.parent is not None and raster.under(stood) < BUTTON:
            return
        shapes = BannerView.shapes(self.toast, self.width - dp(24))
        left, bottom, right, top = raster.find(shapes)
        self._toast.model = self.toast
        self._toast.size = (right - left, top - bottom)
        self._toast.pos = (self.x + left, self.y + bottom)
        self._over(self._toast)
