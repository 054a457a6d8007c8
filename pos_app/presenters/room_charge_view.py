"""What the room charge screen shows."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Card, Head, Pair, Sheet


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest in house who was found."""

    id: str
    room: str
    name: str
    stay: str = ""
    limit: str = ""
    limit_note: str = ""
    refused: str = ""
    selected: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class RoomChargeView:
    """Left: the search. Right: guests, what goes to the folio, the charge."""

    head: Head = NO_HEAD
    entry: str = ""
    entry_faint: bool = False
    hint: str = ""
    keys: tuple[Act, ...] = ()
    letters: bool = False
    guests: tuple[Guest, ...] = ()
    message: str = ""
    sums: tuple[Pair, ...] = ()
    options: tuple[Act, ...] = ()
    waiting: tuple[Card, ...] = ()
    charge: Act = Act()
    sheet: Sheet = NO_SHEET
