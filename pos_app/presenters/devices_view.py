"""What the set-up screens show: printers, and papers. One layout, two presenters."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Card, Head, Pair, Sheet


@dataclass(frozen=True, slots=True)
class DevicesView:
    """Left: what there is to choose from. Middle: what was chosen, row by row, and what may be done
    with a row. Right: what came of it, in words or as a picture (`paper`, a PNG), and the acts."""

    head: Head = NO_HEAD
    tabs: tuple[Act, ...] = ()
    left_title: str = ""
    left_cards: tuple[Card, ...] = ()
    middle_title: str = ""
    rows: tuple[Pair, ...] = ()
    row_acts: tuple[Act, ...] = ()
    foot: str = ""
    right_title: str = ""
    cards: tuple[Card, ...] = ()
    paper: bytes = b""
    third: Act = Act()
    second: Act = Act()
    main: Act = Act()
    sheet: Sheet = NO_SHEET
