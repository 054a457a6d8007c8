"""What the shift screen shows, in each of its four steps."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, Act, Card, Head, Pair


@dataclass(frozen=True, slots=True)
class Note:
    """A denomination: how many were counted and what they come to."""

    id: str
    face: str
    count: str
    worth: str
    less: str = ""
    more: str = ""
    enabled: bool = True
    picked: bool = False


@dataclass(frozen=True, slots=True)
class ShiftView:
    """`step` is open, work, cash, count, review or closed; parts that a step lacks are empty."""

    head: Head = NO_HEAD
    step: str = "count"
    left_title: str = ""
    notes: tuple[Note, ...] = ()
    left_rows: tuple[Pair, ...] = ()
    left_cards: tuple[Card, ...] = ()
    counted: Pair = Pair("")
    keys: tuple[Act, ...] = ()
    middle_title: str = ""
    middle_keys: tuple[Act, ...] = ()
    rows: tuple[Pair, ...] = ()
    foot: str = ""
    right_title: str = ""
    cards: tuple[Card, ...] = ()
    second: Act = Act()
    third: Act = Act()
    main: Act = Act()
