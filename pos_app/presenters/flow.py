"""The terminal without its window: which screen is forward, and what every tap does.

`Flow.view` gives all that is to be drawn; `Flow.act` takes an action of whatever is shown. Tests
and the bridge use nothing else. Presenters are made when their screen is first shown.
"""

from dataclasses import dataclass
from typing import Any

from pos_app.desk import Desk
from pos_app.presenters.cash_desk import CashDeskPresenter
from pos_app.presenters.devices import DevicesPresenter
from pos_app.presenters.floor import FloorPresenter
from pos_app.presenters.guest_display import GuestDisplay
from pos_app.presenters.labels import LabelsPresenter
from pos_app.presenters.notices import NoticesPresenter
from pos_app.presenters.order import OrderPresenter
from pos_app.presenters.own_devices import OwnDevicesPresenter
from pos_app.presenters.papers import PapersPresenter
from pos_app.presenters.payment import PaymentPresenter
from pos_app.presenters.plan_editor import PlanEditor
from pos_app.presenters.presenter import TOAST_MS, Place, Presenter
from pos_app.presenters.room_charge import RoomChargePresenter
from pos_app.presenters.room_list import RoomListPresenter
from pos_app.presenters.settings import SettingsPresenter
from pos_app.presenters.shift import ShiftPresenter
from pos_app.presenters.shown import NO_BANNER, Banner
from pos_app.presenters.sign_in import SignInPresenter
from pos_app.presenters.split import SplitPresenter
from pos_app.presenters.stations import StationsPresenter
from pos_app.presenters.telling import Telling

_SCREENS: dict[str, type[Presenter]] = {
    "sign_in": SignInPresenter,
    "floor": FloorPresenter,
    "order": OrderPresenter,
    "split": SplitPresenter,
    "payment": PaymentPresenter,
    "room_charge": RoomChargePresenter,
    "room_list": RoomListPresenter,
    "shift": ShiftPresenter,
    "cash_desk": CashDeskPresenter,
    "devices": DevicesPresenter,
    "papers": PapersPresenter,
    "own_devices": OwnDevicesPresenter,
    "stations": StationsPresenter,
    "labels": LabelsPresenter,
    "settings": SettingsPresenter,
    "plan": PlanEditor,
}
_RETURNS = frozenset({("payment", "order"), ("room_charge", "payment"), ("room_list", "shift")})
_ABOVE = frozenset(
    {
        *("seen", "toast_seen", "settings", "go_check", "go_notice", "grant", "deny"),
        "withdraw",
        *("keep_in_file", "begin_anew"),
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The screen, its view-model, the banner and the passing words over it."""

    screen: str
    view: Any
    banner: Banner = NO_BANNER
    toast: Banner = NO_BANNER


@dataclass(frozen=True, slots=True)
class Left:
    """Who was locked out, and from what."""

    who: str = ""
    screen: str = ""
    check_id: str = ""


class Flow:
    """See the module."""

    def __init__(self, desk: Desk, lock_after_ms: int = 0) -> None:
        """`lock_after_ms` without a tap sign the person out; 0 never does."""
        self.desk = desk
        self.place = Place()
        self._lock_after_ms = lock_after_ms
        self._touched_ms = desk.now_ms() if lock_after_ms else 0
        self._left = Left()
        self._who = ""
        self._made: dict[str, Presenter] = {}
        self._notices = NoticesPresenter(desk, self.place)
        self._guest = GuestDisplay(desk, self.place)
        self._telling = Telling(desk, self.place)

    def presenter(self, screen: str) -> Presenter:
        """The presenter of a screen."""
        made = self._made.get(screen)
        if made is None:
            made = self._made[screen] = _SCREENS[screen](self.desk, self.place)
        return made

    def act(self, action: str) -> None:
        """Do what a tap on anything that is shown means."""
        self._touched_ms = self.desk.now_ms()
        name = action.partition(":")[0]
        before = (self.place.screen, self.place.check_id)
        if self.place.toast.text and name not in _ABOVE:
            self.place.toast = NO_BANNER
        if name == "switch":
            self._leave_to_a_colleague()
        elif name == "scanned":
            self._scanned(action.partition(":")[2])
        elif name == "barcode":
            self._barcode(action.partition(":")[2])
        elif name == "card":
            self._card(action.partition(":")[2])
        else:
            target = self._notices if name in _ABOVE else self.presenter(self.place.screen)
            if target.knows(action):  # else of the screen that was here when the finger came
                target.act(action)
        self._arrive(before)

    def _leave_to_a_colleague(self) -> None:
        """Somebody else signs in; whoever comes back finds the work as it was left."""
        place = self.place
        screen = place.came_from if place.screen == "settings" else place.screen
        self._left = Left(self.desk.me, screen or "floor", place.check_id)
        self.desk.sign_out()

    def _scanned(self, code: str) -> None:
        """A code was typed by a reader: on a check it orders or is the guest's club card, at a room
        charge a key card, where money is taken a voucher, an account or a club card, elsewhere
        somebody's card."""
        if not self._held(code) and not self._barcode(code, typed=True):
            self._card(code)

    def _held(self, code: str) -> bool:
        """Where money is taken a reader may give a voucher, or the card of a house account."""
        presenter = self.presenter(self.place.screen)
        if isinstance(presenter, PaymentPresenter | CashDeskPresenter):
            return presenter.held(code)
        return False

    def _only_shown(self, kind: str, code: str) -> bool:
        """Where readers are tried a code is looked at and means nothing else."""
        presenter = self.presenter(self.place.screen)
        if isinstance(presenter, OwnDevicesPresenter):
            presenter.heard(kind, code)
            return True
        return False

    def _barcode(self, code: str, *, typed: bool = False) -> bool:
        """A scanner's code; False where it means nothing. `typed`: it may be a card as well."""
        presenter = self.presenter(self.place.screen)
        if not typed and isinstance(presenter, PaymentPresenter | CashDeskPresenter):
            if not presenter.held(code):
                presenter.scan(code)
            return True
        if isinstance(presenter, OrderPresenter | RoomChargePresenter):
            presenter.scanned(code)
            return True
        return self._only_shown("barcode", code)

    def _card(self, code: str) -> None:
        """A card or key fob: given to a person where that is asked, a guest's on a check, else
        whoever it belongs to takes over from whoever is here."""
        presenter = self.presenter(self.place.screen)
        if self._only_shown("card", code) or self._held(code):
            return
        if isinstance(presenter, OrderPresenter) and presenter.club_held(code):
            return
        if isinstance(presenter, RoomChargePresenter):
            presenter.scanned(code)
        elif not (isinstance(presenter, SettingsPresenter) and presenter.card_held(code)):
            sign_in = self.presenter("sign_in")
            assert isinstance(sign_in, SignInPresenter)
            sign_in.card_held(code)

    def _tell_attached(self) -> None:
        """A reader that was lost is said once, and once when it is back."""
        for news in self.desk.attached.news():
            self._notices.attached(news)

    def _arrive(self, before: tuple[str, str]) -> None:
        """A screen that comes forward begins anew, except the work one comes back to."""
        screen = self.place.screen
        if (screen, self.place.check_id) == before:
            return
        returning = (before[0], screen) in _RETURNS or before[0] == "settings"
        if not returning:
            self.presenter(screen).enter()

    def _lock_or_return(self) -> None:
        """Lock after a while without a tap; whoever was locked out comes back to the same work,
        with every sheet as it was left, and anybody else to the floor."""
        place, desk = self.place, self.desk
        if desk.me:
            if place.screen == "floor" and self._left.who:
                if desk.me == self._left.who:
                    place.screen, place.check_id = self._left.screen, self._left.check_id
                self._left = Left()
                self._touched_ms = desk.now_ms()
            elif self._lock_after_ms and self._idle_ms() >= self._lock_after_ms:
                self._left = Left(desk.me, place.screen, place.check_id)
                desk.sign_out()

    def _to_the_pin(self) -> None:
        """Nobody is here. Whose sign-in the server ended is told so and only types the PIN, and
        finds the work as it was left."""
        sign_in = self.presenter("sign_in")
        assert isinstance(sign_in, SignInPresenter)
        sign_in.enter()
        if not self._left.who and self._who:
            self._left = Left(self._who, self.place.screen, self.place.check_id)
            sign_in.ended(self._who)
        self.place.screen = "sign_in"

    def _idle_ms(self) -> int:
        if self.place.screen == "sign_in":
            return 0
        idle_ms = self.desk.now_ms() - self._touched_ms
        if idle_ms < 0:  # somebody set the clock back
            self._touched_ms, idle_ms = self.desk.now_ms(), 0
        return idle_ms

    def view(self) -> Shown:
        """All that is to be drawn now."""
        self._lock_or_return()
        if not self.desk.me and self.place.screen != "sign_in":
            self._to_the_pin()
        self._who = self.desk.me
        self._tell_attached()
        self._telling.look()
        toast = self.place.toast
        left_ms = self.place.toast_until_ms - self.desk.now_ms()
        if toast.text and not 0 < left_ms <= TOAST_MS:  # longer: somebody set the clock back
            toast = self.place.toast = NO_BANNER
        shown = self.presenter(self.place.screen).view()
        if self.desk.attached.shows:
            self.desk.attached.show(self._guest.rows())
        return Shown(self.place.screen, shown, self._notices.view(), toast)
