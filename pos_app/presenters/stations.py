"""Set-up of the kitchen's stations: when a ticket warns and is late, how much is made at once.

Rows are turned by a tap: each step is shown before it is saved, and a row begins again after its
last value. Printers of a station are given in `devices`. View-model: `devices_view`.
"""

from dataclasses import replace
from typing import Any

from pos_app.desk import Desk
from pos_app.presenters.devices import SetUpPresenter
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import Act, Card, Pair
from pos_app.words import LANGUAGES
from sync_server.domain.menu import Station

STEP = 5
LEAST, MOST = 5, 300
CAPACITIES = (0, *range(1, 21), 25, 30, 40, 50)


class StationsPresenter(SetUpPresenter):
    """State: the station on the screen as it would be saved, and the row that is stepped."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.draft: Station | None = None
        self.row = ""

    def enter(self) -> None:
        """The first station; what nobody saved is forgotten."""
        self.draft, self.row, self.waiting = None, "", False
        for station in self.desk.catalogue.stations.values():
            self.draft = station
            break

    # -- intents -------------------------------------------------------------------------------
    @intent
    def pick(self, station_id: str) -> None:
        """Another station."""
        self.draft, self.row = self.desk.catalogue.stations.get(station_id), ""

    @intent
    def turn(self, what: str) -> None:
        """Choose the row that more and less step, or the next value of a row of few."""
        draft = self.draft
        if draft is None:
            return
        self.row = what
        if what == "paper":
            self.draft = replace(draft, paper="always" if draft.paper == "fallback" else "fallback")
        elif what == "language":
            at = (
                LANGUAGES.index(draft.kitchen_language)
                if draft.kitchen_language in LANGUAGES
                else 0
            )
            self.draft = replace(draft, kitchen_language=LANGUAGES[(at + 1) % len(LANGUAGES)])

    @intent
    def more(self) -> None:
        """The chosen figure one step up."""
        self._step(1)

    @intent
    def less(self) -> None:
        """The chosen figure one step down."""
        self._step(-1)

    @intent
    def save(self) -> None:
        """In force for the whole house."""
        draft = self.draft
        if draft is None or self.waiting:
            return
        self.waiting = True
        params: dict[str, object] = {
            "station_id": draft.station_id,
            "amber_percent": draft.amber_percent,
            "late_percent": draft.late_percent,
            "capacity": draft.capacity,
            "paper": draft.paper,
            "kitchen_language": draft.kitchen_language,
        }
        self.desk.later(self._put(params))

    def _step(self, way: int) -> None:
        draft = self.draft
        if draft is None:
            return
        if self.row == "amber":
            amber = min(max(draft.amber_percent + way * STEP, LEAST), draft.late_percent)
            self.draft = replace(draft, amber_percent=amber)
        elif self.row == "late":
            late = min(max(draft.late_percent + way * STEP, draft.amber_percent), MOST)
            self.draft = replace(draft, late_percent=late)
        elif self.row == "capacity":
            nearest = max(c for c in CAPACITIES if c <= draft.capacity)
            at = CAPACITIES.index(nearest) + way
            self.draft = replace(draft, capacity=CAPACITIES[min(max(at, 0), len(CAPACITIES) - 1)])

    async def _put(self, params: dict[str, object]) -> None:
        body: dict[str, Any] | None = await self.asked("save_station", params)
        if body is not None:
            self.toast(self.say("set_up_saved"), "ready", "check")

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> DevicesView:
        """The screen as it stands."""
        draft = self.draft
        stations = self.desk.catalogue.stations
        saved = stations.get(draft.station_id) if draft else None
        stepped = self.row in ("amber", "late", "capacity")
        free = not self.waiting and self.desk.link.online
        return DevicesView(
            head=self.head(),
            tabs=self.tabs("stations"),
            left_title=self.say("set_up_stations"),
            left_cards=tuple(self._card(station) for station in stations.values()),
            middle_title=self.name(draft.names) if draft else "",
            rows=self._rows(draft) if draft else (),
            row_acts=(
                Act("less", "−", "outline", stepped, size=22),
                Act("more", "+", "outline", stepped, size=22),
            ),
            foot=self.say("stations_steps"),
            right_title=self.say("alarm_title"),
            cards=self._told(draft) if draft else (),
            main=Act("save", self.say("save"), "go", free and draft != saved, size=20),
        )

    def _card(self, station: Station) -> Card:
        picked = self.draft is not None and self.draft.station_id == station.station_id
        said = self.say("alarm_short", amber=station.amber_percent, late=station.late_percent)
        return Card(
            self.name(station.names),
            (said,),
            stripe="accent" if picked else "",
            id=f"pick:{station.station_id}",
        )

    def _rows(self, draft: Station) -> tuple[Pair, ...]:
        room = str(draft.capacity) if draft.capacity else self.say("capacity_any")
        paper = self.say(f"station_paper_{draft.paper}")
        rows = (
            ("amber", f"{draft.amber_percent} %"),
            ("late", f"{draft.late_percent} %"),
            ("capacity", room),
            ("paper", paper),
            ("language", self.say(f"language_{draft.kitchen_language}")),
        )
        return tuple(
            Pair(
                self.say(f"station_{key}"),
                value,
                weight="strong" if key == self.row else "row",
                rule=True,
                id=f"turn:{key}",
            )
            for key, value in rows
        )

    def _told(self, draft: Station) -> tuple[Card, ...]:
        """What the percentages mean for a dish of ten minutes."""
        amber, late = (_clock(p * 6) for p in (draft.amber_percent, draft.late_percent))
        return (
            Card(self.say("alarm_amber", time=amber), (), stripe="hold", icon="timer"),
            Card(self.say("alarm_late", time=late), (), stripe="late", icon="warning"),
        )


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
