"""What the cash desk shows, whichever of its tabs is forward."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Card, Head, Pair, Sheet


@dataclass(frozen=True, slots=True)
class CashDeskView:
    """Left: a list to pick from. Right: the one picked, and what can be done."""

    head: Head = NO_HEAD
    tabs: tuple[Act, ...] = ()
    cards: tuple[Card, ...] = ()
    empty: str = ""
    side_title: str = ""
    rows: tuple[Pair, ...] = ()
    notes: tuple[Card, ...] = ()
    actions: tuple[Act, ...] = ()
    sheet: Sheet = NO_SHEET
