"""The house with a server that can be set up: the real set-up desk over the house's catalogue."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pos_app.attached_settings import Seen
from pos_app.desk import Reply
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.flow import Flow
from pos_app.presenters.own_devices import OwnDevicesPresenter
from sync_server.device_desk import DeviceDesk
from sync_server.domain.menu import Catalogue
from sync_server.domain.staff import rights_of
from sync_server.domain.venue import Venue
from tests.apps.house import House, HouseDesk

FOUND: list[dict[str, Any]] = [
    {"connection": "tcp:192.168.1.31:9100", "name": "EPSON TM-m30III Kitchen", "answers": True},
    {"connection": "tcp:192.168.1.40:9100", "name": "", "answers": False},
    {"connection": "usb:04b8:0e15:X5RP001234", "name": "EPSON TM-T20III", "answers": False},
]


@dataclass
class Office:
    """Just as much of a server as the set-up needs."""

    house: House
    stored: Catalogue | None = None

    @property
    def clock(self) -> Callable[[], int]:
        return lambda: self.house.now_ms

    @property
    def catalogues(self) -> "Office":
        return self

    @property
    def catalogue(self) -> Catalogue:
        return self.house.catalogue

    @property
    def venue(self) -> Venue:
        return self.house.venue

    async def store(self, catalogue: Catalogue) -> str:
        """Kept until it is published."""
        self.stored = catalogue
        return "0" * 64

    async def report(self, command: object) -> None:
        """In force."""
        assert self.stored is not None
        self.house.catalogue = self.stored


@dataclass
class SetUpDesk(HouseDesk):
    """A terminal whose questions about printers and papers are answered by the real desk."""

    asked: list[str] = field(default_factory=list)

    async def ask(self, what: str, params: dict[str, object]) -> Reply:
        self.asked.append(what)
        if not self.link.online:
            return Reply("offline")
        if "settings" not in rights_of(self.catalogue, self.me):
            return Reply("not_allowed", params={"right": "settings"})
        if what == "find_printers":
            return Reply(body={"found": FOUND})
        desk = DeviceDesk(Office(self.house), lambda: 0)
        code, body = await desk.answer(what, msgspec.json.encode(params))
        return Reply(code, params=body) if code else Reply(body=body)


def on_set_up(*actions: str, desk: SetUpDesk | None = None) -> Flow:
    """The administrator at the set-up of printers and papers, after these taps."""
    desk = desk or SetUpDesk(House(), me="andrii")
    flow = Flow(desk)
    flow.place.screen = "floor"
    for action in ("devices", *actions):
        flow.act(action)
        desk.finish()
    return flow


def shown(flow: Flow) -> DevicesView:
    """What stands on its screen."""
    view = flow.view().view
    assert isinstance(view, DevicesView)
    return view


def printers() -> DevicesView:
    """The screen with a printer of the house that was tried, and some that were found."""
    desk = SetUpDesk(House(), me="andrii")
    first = next(iter(desk.catalogue.printers))
    return shown(on_set_up("find", f"pick:{first}", "turn:width", "try_it", desk=desk))


def stations() -> DevicesView:
    """The screen with a station whose red is being set."""
    return shown(on_set_up("tab:stations", "turn:late", "more"))


def labels() -> DevicesView:
    """The screen with a dish for which a label is wanted."""
    desk = SetUpDesk(House(), me="andrii")
    return shown(on_set_up("tab:labels", f"pick:{next(iter(desk.catalogue.items))}", desk=desk))


def papers() -> DevicesView:
    """The screen with the receipt and a part in hand."""
    return shown(on_set_up("tab:papers", "row:0"))


def own_devices() -> DevicesView:
    """The screen with a scale on a serial line that is chosen, and what else was found."""
    flow = on_set_up("tab:own_devices", "pick:scale")
    presenter = flow.presenter("own_devices")
    assert isinstance(presenter, OwnDevicesPresenter)
    presenter.found = (
        Seen("usb:05e0:1200", "Symbol Technologies Bar Code Scanner", False),
        Seen("serial:/dev/ttyUSB0,9600", "Prolific USB-Serial Controller", True),
        Seen("serial:/dev/ttyS0,9600", "", True),
    )
    flow.act("pick_found:1")
    return shown(flow)
