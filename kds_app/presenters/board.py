"""The board: which tickets stand where, and everything around them, as one finished view-model.

Rule: `Board.view` is a function of the desk, the time and this screen's own small state (station,
page, sheet); it asks the glass how high a card is and places the cards itself. A screen answers for
its home stations only: it may look at others, and then acknowledges nothing there. What a tap means
is in `intents`, one ticket in `ticket`, the pass in `expo`, head and foot in `edges`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kds_app.desk import Desk
from kds_app.presenters import dishes, edges, expo, keys, packing, sheets, side, ticket as tickets
from kds_app.presenters.attention import Attention
from kds_app.presenters.edges import PASS
from kds_app.presenters.shown import (
    BoardView,
    Card,
    Newcomer,
    Placed,
    Row,
    Sheet,
    Timer,
    Waiting,
)
from kds_app.presenters.ticket import Names
from kds_app.settings import CARDS, ScreenSettings
from kds_app.words import Words
from sync_server.domain import pacing
from sync_server.domain.ids import TicketId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import Catalogue

TOAST_MS = 6_000
PLAN_MS = 5_000
HOME_AFTER_MS = 60_000
"""Untouched for so long, the screen returns to its own station's first page."""


@dataclass(frozen=True, slots=True)
class Glass:
    """What the presenter must know of the screen: columns, pixels, and how high a card is."""

    columns: int
    height: int
    gap: int
    tall: Callable[[Card], int]


@dataclass(slots=True)
class State:
    """What this screen remembers by itself; lost at a restart without harm."""

    tab: str
    page: int = 0
    pages: int = 1
    sheet: str = ""
    sheet_page: int = 0
    toast: str = ""
    toast_until_ms: int = 0
    numbered: bool = False
    tens: bool = False
    touched_ms: int = 0
    seek: str = ""
    cards: tuple[Card, ...] = ()
    placed: tuple[Placed, ...] = ()
    grouping: str = CARDS[0]
    keyed: bool = False
    cursor: str = ""
    cursor_row: str = ""
    enters_last: bool = False
    sheet_at: int = 0
    shown_sheet: Sheet | None = None
    banner: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    """A card made before, with what it was made of."""

    ticket: Ticket
    state: str
    fresh: bool
    waiting: tuple[tuple[str, int], ...]
    beside: tuple[Row, ...]
    names: Names
    card: Card


class Board:
    """Presenter of the whole screen. `home` are the stations it answers for; `pass_stations`
    the ones that the pass gathers, by default all."""

    def __init__(
        self,
        desk: Desk,
        home: tuple[str, ...],
        *,
        pass_stations: tuple[str, ...] = (),
        language: str = "",
        settings: ScreenSettings | None = None,
        faults: tuple[str, ...] = (),
    ) -> None:
        """`faults` are what is wrong with this screen's own settings, in words."""
        self.desk = desk
        self.home = home
        self.settings = settings or ScreenSettings()
        self.state = State(tab=home[0], grouping=self.settings.cards)
        self.bump_bar = True
        self.heard = True
        self.faults = faults
        self.attention = Attention()
        self.sound = ""
        self._pass_stations = pass_stations
        self._language = language
        self._names: Names | None = None
        self._made: dict[str, _Made] = {}
        self._planned: tuple[int, int, tickets.Plan] = (-1, -1, {})
        self._plan_of: tuple[object, ...] = ()
        self._paces: dict[str, tickets.Pace] = {}
        self._tones: dict[str, str] = {}
        self._mine: list[Ticket] = []
        self._totals = side.Totals()
        self._shown: dict[str, int] = {}

    # -- what is looked at ---------------------------------------------------------------------
    def names(self) -> Names | None:
        """Names and words of the catalogue in force; None before the first one came."""
        catalogue = self.desk.catalogue
        if catalogue is None:
            return None
        if self._names is None or self._names.catalogue is not catalogue:
            self._names = Names(catalogue, Words(self._speak(catalogue), catalogue.settings.zone))
        return self._names

    def _speak(self, catalogue: Catalogue) -> str:
        if self._language:
            return self._language
        station = catalogue.stations.get(self.home[0])
        return station.kitchen_language if station else catalogue.settings.language

    def stations(self) -> tuple[str, ...]:
        """The stations whose tickets are shown now."""
        if self.state.tab != PASS:
            return (self.state.tab,)
        catalogue = self.desk.catalogue
        return self._pass_stations or (tuple(catalogue.stations) if catalogue else ())

    @property
    def at_pass(self) -> bool:
        """Whether the pass is looked at."""
        return self.state.tab == PASS

    def ticket(self, ticket_id: str) -> Ticket | None:
        """A ticket that this screen's replica still holds."""
        return self.desk.venue.tickets.get(TicketId(ticket_id))

    def standing(self, stations: tuple[str, ...]) -> list[Ticket]:
        """Open tickets of stations: the ones at work oldest first, then the upcoming ones."""
        found = [
            ticket
            for ticket in self.desk.venue.tickets.values()
            if ticket.state == "open" and ticket.station_id in stations and self._wanted(ticket)
        ]
        found.sort(key=_standing)
        return found

    def _wanted(self, ticket: Ticket) -> bool:
        """Whether this screen is for such orders and courses."""
        kinds, courses = self.settings.kinds, self.settings.courses
        return (not kinds or ticket.kind in kinds) and (not courses or ticket.course in courses)

    def concerned(self) -> bool:
        """Whether a ticket that this screen answers for came, went or became another since the
        last view."""
        return self.standing(self.home) != self._mine

    def lost(self) -> list[Ticket]:
        """Open tickets that no display drew and no paper took: somebody must move them."""
        found = [
            ticket
            for ticket in self.desk.venue.tickets.values()
            if ticket.state == "open"
            and ticket.acked < ticket.version
            and (ticket.paper == "failed" or not self._known(ticket.station_id))
        ]
        found.sort(key=lambda ticket: (ticket.created_ms, ticket.ticket_id))
        return found

    def _known(self, station_id: str) -> bool:
        catalogue = self.desk.catalogue
        return catalogue is None or station_id in catalogue.stations

    def _behind(self, ticket: Ticket) -> int:
        """The earlier course that this screen's stations have not bumped yet, if courses come one
        after the other here; 0 when the ticket may be worked."""
        if not self.settings.one_course or ticket.course <= 0 or ticket.upcoming:
            return 0
        return min(
            (
                other.course
                for other in self.desk.venue.tickets_of(ticket.check_id)
                if other.state == "open"
                and other.station_id in self.stations()
                and not other.upcoming
                and 0 < other.course < ticket.course
            ),
            default=0,
        )

    def plan(self) -> tickets.Plan:
        """When each dish of the house should be begun; made again when something of it happened,
        and every few seconds for what is overdue. What was merely drawn or printed costs nothing:
        of a hundred tickets at once a hundred papers come."""
        now_ms, catalogue, venue = self.desk.now_ms(), self.desk.catalogue, self.desk.venue
        n, at_ms, plan = self._planned
        stale = now_ms - at_ms >= PLAN_MS
        if catalogue is None or (n == venue.n and not stale):
            return plan
        work = (
            catalogue.number,
            *(
                (one.ticket_id, one.station_id, one.course, one.rush, one.clock_ms, one.lines)
                for one in venue.tickets.values()
                if one.state == "open"
            ),
        )
        if stale or work != self._plan_of:
            plan, at_ms = pacing.plan(venue.tickets.values(), catalogue, now_ms), now_ms
            self._plan_of = work
        self._planned = (venue.n, at_ms, plan)
        return plan

    def alarm(self, ticket: Ticket) -> tickets.Alarm:
        """When a ticket turns amber and red: as this screen's own file says, else its station."""
        catalogue = self.desk.catalogue
        station = catalogue.stations.get(ticket.station_id) if catalogue else None
        usual = (
            tickets.Alarm(station.amber_percent, station.late_percent)
            if station
            else tickets.Alarm()
        )
        return tickets.Alarm(
            self.settings.amber(ticket.kind) or usual.amber,
            self.settings.late(ticket.kind) or usual.late,
        )

    def bumped(self, stations: tuple[str, ...]) -> list[Ticket]:
        """Finished tickets of stations, the latest first."""
        found = [
            ticket
            for ticket in self.desk.venue.tickets.values()
            if ticket.state == "bumped" and ticket.station_id in stations and self._wanted(ticket)
        ]
        found.sort(key=lambda ticket: (-ticket.bumped_ms, ticket.ticket_id))
        return found

    # -- the view ------------------------------------------------------------------------------
    def view(self, glass: Glass) -> BoardView:
        """Everything on the screen now."""
        now_ms = self.desk.now_ms()
        names = self.names()
        self.sound = ""
        self._paces.clear()
        self._tones.clear()
        if names is None:
            return self._waiting(glass)
        self._come_home(now_ms)
        stations = self.stations()
        mine = self._mine = self.standing(self.home)
        self.sound = self.attention.look(mine, self.late(mine, now_ms), now_ms)
        placed = keys.marked(self, self._place(self._entries(stations, names, now_ms), glass))
        here = {ticket_id for place in placed for ticket_id, _ in place.card.versions}
        elsewhere = [ticket for ticket in mine if ticket.ticket_id not in here]
        newcomers = self._newcomers(elsewhere, names, now_ms)
        words = names.words
        work = self.standing(stations)
        self._shown = {ticket.ticket_id: ticket.version for ticket in work}
        all_day, coming_up, parts = self._totals.look(work, names)
        finished = self.bumped(stations)
        empty = "nothing_waits" if self.state.tab == PASS else "nothing_open"
        banner = edges.banner(self, names, now_ms)
        self.state.banner = banner.id
        sheet = sheets.sheet(self, names, now_ms) if self.state.sheet else None
        self.state.shown_sheet = keys.lit(self, sheet)
        return BoardView(
            title=edges.title(self, names),
            chips=edges.chips(self, work, words, now_ms),
            tabs=edges.tabs(self, names),
            clock=words.time(now_ms),
            columns=glass.columns,
            placed=placed,
            empty="" if placed else words.say(empty),
            newcomers_title=words.say("elsewhere").upper() if newcomers else "",
            newcomers=newcomers,
            waiting=self._elsewhere(elsewhere, names),
            sections=(
                all_day,
                coming_up,
                side.stop_list(self.desk.venue, stations, names),
                parts,
            ),
            foot=edges.foot(self, finished, names, now_ms),
            pager=edges.pager(self, words),
            page_text=edges.page_text(self, words),
            banner=banner.label,
            banner_id=banner.id,
            banner_button=banner.note,
            sheet=self.state.shown_sheet,
        )

    def _waiting(self, glass: Glass) -> BoardView:
        words = Words(self._language or "uk", "UTC")
        link = edges.link_chip(self.desk.link.phase, words)
        return BoardView(
            title=words.say("kitchen"),
            chips=(link,),
            columns=glass.columns,
            empty=words.say("loading"),
        )

    def _come_home(self, now_ms: int) -> None:
        """Nobody touched the screen for a while: back to what it is for."""
        if now_ms - self.state.touched_ms > HOME_AFTER_MS:
            self.state.tab = self.home[0] if self.state.tab not in self.home else self.state.tab
            self.state.page = 0
            self.state.sheet = ""
            self.state.numbered = False
            self.state.keyed = False

    def _entries(
        self, stations: tuple[str, ...], names: Names, now_ms: int
    ) -> list[tuple[Card, Timer]]:
        if self.state.tab == PASS:
            return expo.cards(self.desk.venue, stations, names, now_ms, self.plan(), self.alarm)
        work = self.standing(stations)
        if self.state.grouping == "dish":
            return dishes.cards(work, names, now_ms, self.plan(), self.alarm)
        made = []
        for ticket in work:
            when = self._pace(ticket, now_ms)
            state = self._tone(ticket, now_ms)
            timer = tickets.timer(ticket, when, state, now_ms, names.words)
            behind = self._behind(ticket)
            if behind:
                state = "upcoming"
                timer = Timer(names.words.say("after_course", n=behind), "", "pause_circle")
            made.append((self._card(ticket, state, names, now_ms, when), timer))
        made.sort(key=lambda entry: entry[0].faded)
        return made

    def _card(
        self, ticket: Ticket, state: str, names: Names, now_ms: int, when: tickets.Pace
    ) -> Card:
        """The card of a ticket; made again only when something on it changed."""
        fresh = self.attention.is_fresh(ticket, now_ms)
        beside: tuple[Row, ...] = ()
        if self.state.grouping == "order":
            beside = expo.others(self.desk.venue, ticket, names, self.stations())
        kept = self._made.get(ticket.ticket_id)
        if (
            kept is not None
            and kept.ticket is ticket
            and kept.names is names
            and (kept.state, kept.fresh, kept.waiting) == (state, fresh, when.waiting)
            and kept.beside == beside
        ):
            return kept.card
        card = tickets.card(ticket, state, names, fresh, when)
        card = replace(card, rows=(*card.rows, *beside))
        if len(self._made) > 4 * len(self.desk.venue.tickets) + 100:
            self._made.clear()
        self._made[ticket.ticket_id] = _Made(
            ticket, state, fresh, when.waiting, beside, names, card
        )
        return card

    def _place(self, entries: list[tuple[Card, Timer]], glass: Glass) -> tuple[Placed, ...]:
        pieces: list[tuple[Card, Timer]] = []
        for card, timer in entries:
            for number, piece in enumerate(packing.torn(card, glass.height, glass.tall)):
                pieces.append((piece, timer if number == 0 else replace(timer, note="")))
        talls = [glass.tall(card) for card, _ in pieces]
        tied = frozenset(number for number, (card, _) in enumerate(pieces) if card.torn)
        places = packing.pack(talls, glass.columns, glass.height, glass.gap, tied)
        self.state.pages = max((place.page for place in places), default=0) + 1
        self._seek(places, pieces)
        here = [place for place in places if place.page == self.state.page]
        placed, keyed = [], []
        for place in here:
            card, timer = pieces[place.index]
            if card.acts:
                keyed.append(card)
                if self.state.numbered:
                    card = replace(card, key=str(len(keyed)))
            placed.append(Placed(card, timer, place.column, place.top, place.height))
        if self.state.grouping == "dish" and not self.at_pass:
            placed = dishes.told_whole(placed, [card for card, _ in pieces])
        self.state.cards = tuple(keyed)
        placed.sort(key=lambda place: (place.column, place.top))
        self.state.placed = tuple(placed)
        return self.state.placed

    def _seek(self, places: list[packing.Place], pieces: list[tuple[Card, Timer]]) -> None:
        """Keep the page within what there is, or turn to the ticket that was asked for."""
        for place in places:
            if self.state.seek and pieces[place.index][0].id == self.state.seek:
                self.state.page = place.page
        self.state.seek = ""
        self.state.page = min(self.state.page, self.state.pages - 1)

    def late(self, work: list[Ticket], now_ms: int) -> frozenset[str]:
        """Which tickets are past their time."""
        return frozenset(
            ticket.ticket_id for ticket in work if self._tone(ticket, now_ms) == "late"
        )

    def _tone(self, ticket: Ticket, now_ms: int) -> str:
        """The state of a ticket; worked out once for each picture of the board."""
        found = self._tones.get(ticket.ticket_id)
        if found is None:
            pace, alarm = self._pace(ticket, now_ms), self.alarm(ticket)
            found = self._tones[ticket.ticket_id] = tickets.tone(ticket, pace, now_ms, alarm)
        return found

    def _pace(self, ticket: Ticket, now_ms: int) -> tickets.Pace:
        """When a ticket is due; worked out once for each picture of the board."""
        found = self._paces.get(ticket.ticket_id)
        if found is None:
            found = self._paces[ticket.ticket_id] = tickets.pace(ticket, self.plan(), now_ms)
        return found

    def _newcomers(
        self, elsewhere: list[Ticket], names: Names, now_ms: int
    ) -> tuple[Newcomer, ...]:
        return tuple(
            Newcomer(
                names.title(ticket),
                tickets.dishes_on(ticket, names),
                ticket.ticket_id,
                ticket.version,
                f"find:{ticket.ticket_id}",
            )
            for ticket in self.attention.to_tell(elsewhere, now_ms)
        )

    def _elsewhere(self, tickets: list[Ticket], names: Names) -> Waiting | None:
        """The line that counts what this screen answers for and does not show now: on other pages
        of what is looked at, or else under the tabs that it names."""
        if not tickets:
            return None
        versions = tuple((str(ticket.ticket_id), ticket.version) for ticket in tickets)
        at = {ticket.station_id: names.station(ticket.station_id) for ticket in tickets}
        if self.state.pages > 1 and at.keys() & set(self.stations()):
            label = names.words.say("waiting", n=len(tickets))
            last = self.state.page == self.state.pages - 1
            return Waiting(label, versions, "page:back" if last else "page:next")
        label = names.words.say("waiting_at", n=len(tickets), name=", ".join(at.values()))
        return Waiting(label, versions, f"tab:{next(iter(at))}")

    # -- what was drawn ------------------------------------------------------------------------
    def forget_fault(self) -> None:
        """The first slip in this screen's settings was read."""
        self.faults = self.faults[1:]

    def shown(self, ticket_id: str) -> int:
        """The version of a ticket that the last picture was made of: a tap is about that one. 0
        for a ticket that was not among what is looked at."""
        return self._shown.get(ticket_id, 0)

    def unseen(self, drawn: dict[str, int]) -> tuple[tuple[str, int], ...]:
        """Of what a frame really showed, the versions that this screen must acknowledge."""
        found = []
        for ticket_id, version in drawn.items():
            ticket = self.ticket(ticket_id)
            if (
                ticket is not None
                and ticket.station_id in self.home
                and ticket.acked < version <= ticket.version
            ):
                found.append((ticket_id, version))
        return tuple(found)


def _standing(ticket: Ticket) -> tuple[bool, bool, int, str]:
    """Rushed tickets first, then by age; what waits for its waiter last."""
    return (ticket.upcoming, not ticket.rush, ticket.clock_ms, ticket.ticket_id)
