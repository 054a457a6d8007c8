"""What the list of room charges shows."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Card, Head, Pair, Sheet


@dataclass(frozen=True, slots=True)
class RoomListView:
    """Left: the charges that need somebody, then the settled ones. Right: the one in hand, its
    next step and what may be answered, or the day beside the hotel's own sums."""

    head: Head = NO_HEAD
    cards: tuple[Card, ...] = ()
    empty: str = ""
    title: str = ""
    step: str = ""
    rows: tuple[Pair, ...] = ()
    acts: tuple[Act, ...] = ()
    compare: Act = Act()
    sheet: Sheet = NO_SHEET
