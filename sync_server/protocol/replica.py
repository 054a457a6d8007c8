"""The venue's state on the wire and on disk: one codec, snapshots, digests, and the overlay.

A replica is a base that events built, and an overlay of this device's own commands that the
server has not answered into the base yet: they are decided again, by the same code, on top of it
(reliability 2.4). The base is never edited locally. `domain.venue` holds the state itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from hashlib import sha256

import msgspec

from sync_server.domain import events as e
from sync_server.domain.checks import Stamp
from sync_server.domain.commands import COMMANDS
from sync_server.domain.decisions import decide
from sync_server.domain.events import EVENTS
from sync_server.domain.menu import Catalogue
from sync_server.domain.orders import PROVISIONAL
from sync_server.domain.rejections import Accepted, Decision
from sync_server.domain.staff import Facts
from sync_server.domain.venue import Venue

from .codec import Codec
from .envelope import EventRecord
from .faults import FrameFault

_GREW = (
    *("AddLines", "ChangeLine", "MoveCheck", "MergeChecks", "JoinTables", "GiveDiscount"),
    *("CheckOpened", "LinesAdded", "LineChanged", "LinesMoved", "LinesFired", "LineVoided"),
    *("DiscountGiven", "PreBillPrinted", "CheckClosed", "TicketLinesFired"),
    *("TicketOpened", "TicketLineVoided", "TicketLineChanged", "TicketRelabelled"),
    *("CloseDay", "DayClosed"),
    *("PaymentTaken", "PaymentUnallocated", "PaymentRefunded"),
    *("PrintFigures", "FiguresPrinted", "BumpTicket"),
    *("AskCard", "CardBackAsked"),
)
"""Types that gained fields since their first version."""
_GREW_AGAIN = ("VoidLine", "MoveLines")
"""Types that gained more since their second."""

CODEC = Codec(COMMANDS, EVENTS, {**dict.fromkeys(_GREW, 2), **dict.fromkeys(_GREW_AGAIN, 3)})
"""The one codec of commands and events; its schema hash goes into every hello."""

SCOPE = "venue"

_encoder = msgspec.json.Encoder()
_sorted = msgspec.json.Encoder(order="sorted")
_venue_decoder = msgspec.json.Decoder(Venue)
_catalogue_decoder = msgspec.json.Decoder(Catalogue)


def write_venue(venue: Venue) -> bytes:
    """The state as bytes. The order within its tables is kept: what is forgotten first, and what
    stands first on a screen, goes by it."""
    return _encoder.encode(venue)


def venue_pieces(venue: Venue) -> Iterator[bytes]:
    """The bytes of `write_venue` in pieces, none of which takes long to make: one for each entry of
    its tables. For a thread beside one that must not wait."""
    mark = b"{"
    for one in fields(venue):
        value = getattr(venue, one.name)
        yield mark + _encoder.encode(one.name) + b":"
        mark = b","
        if not isinstance(value, dict):
            yield _encoder.encode(value)
            continue
        inner = b"{"
        for key, entry in value.items():
            yield inner + _encoder.encode(key) + b":" + _encoder.encode(entry)
            inner = b","
        yield b"}" if value else b"{}"
    yield b"}"


def read_venue(data: bytes) -> Venue:
    """The state from its bytes. Raises FrameFault."""
    try:
        return _venue_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise FrameFault("bad_field", str(error)) from None


def digest(venue: Venue) -> str:
    """SHA-256 of the state, for replicas to compare at the same event number."""
    return sha256(_sorted.encode(venue)).hexdigest()


def write_catalogue(catalogue: Catalogue) -> bytes:
    """A catalogue version as bytes; its SHA-256 names it in `CataloguePublished`."""
    return _encoder.encode(catalogue)


def read_catalogue(data: bytes) -> Catalogue:
    """A catalogue version from its bytes. Raises FrameFault."""
    try:
        return _catalogue_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise FrameFault("bad_field", str(error)) from None


def apply_record(venue: Venue, record: EventRecord) -> object:
    """Fold one record of the journal into the state; returns the event. Raises FrameFault."""
    event: object = CODEC.decode_event(record.type, record.tv, record.body)
    venue.apply(event, Stamp(record.n, record.dev))
    return event


Pending = tuple[object, Facts]
"""A command of this device that is not in the base yet, with the facts it is decided under."""


class Replica:
    """Base, overlay, and the state shown: base with the pending commands decided on top.

    `shown` is rebuilt lazily; what a pending command would be refused now simply does not show,
    its refusal comes as a notice from the server.
    """

    def __init__(self, base: Venue, pending: Callable[[], Iterable[Pending]]) -> None:
        """`pending` gives the unsettled commands in order, whenever the overlay is rebuilt."""
        self.base = base
        self._pending = pending
        self._shown: Venue | None = None

    @property
    def shown(self) -> Venue:
        """What the screens draw."""
        if self._shown is None:
            venue = self.base.fork()
            for command, facts in self._pending():
                _overlay(venue, decide(venue, command, facts), facts.device_id)
            venue.n = self.base.n
            self._shown = venue
        return self._shown

    def fold(self, records: Iterable[EventRecord]) -> list[object]:
        """Take events from the server into the base. Raises FrameFault."""
        events = [apply_record(self.base, record) for record in records]
        self._shown = None
        return events

    def replace(self, base: Venue) -> None:
        """Start over from a snapshot."""
        self.base = base
        self._shown = None

    def add(self, command: object, facts: Facts) -> Decision:
        """Decide a new command on what is shown, and show it at once if it is accepted.

        The caller stores the command before anything else is done with it.
        """
        venue = self.shown
        decision = decide(venue, command, facts)
        _overlay(venue, decision, facts.device_id)
        venue.n = self.base.n
        return decision

    def refresh(self) -> None:
        """The overlay changed: rebuild it when it is asked for next."""
        self._shown = None


def _overlay(venue: Venue, decision: Decision, dev: str) -> None:
    if isinstance(decision, Accepted):
        for event in decision.events:
            if isinstance(event, e.TicketMoved):
                _moved_here(venue, event, dev)
            else:
                venue.apply(event, Stamp(PROVISIONAL, dev))


def _moved_here(venue: Venue, event: e.TicketMoved, dev: str) -> None:
    """A ticket that this display hands on. Versions are the server's count: was it one ahead here,
    a picture or a bump of this moment would vouch for a colleague's change of the same number."""
    version = venue.tickets[event.ticket_id].version
    venue.apply(event, Stamp(PROVISIONAL, dev))
    moved = venue.tickets[event.ticket_id]
    venue.tickets[event.ticket_id] = replace(moved, version=version)
