"""What the split screen shows: a column for each bill of the table, side by side."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Head, Pair, Row, Sheet


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as a column. A tap on `head` brings the picked lines here."""

    head: Act
    rows: tuple[Row, ...] = ()
    empty: str = ""
    total: Pair = Pair("")
    pay: Act = Act()


@dataclass(frozen=True, slots=True)
class SplitView:
    """The bills that fit side by side; `new` stands where there is room for another."""

    head: Head = NO_HEAD
    bills: tuple[Bill, ...] = ()
    new: Act = Act()
    actions: tuple[Act, ...] = ()
    turn: tuple[Act, ...] = ()
    sheet: Sheet = NO_SHEET
