"""What the floor screen shows. Places on the plan are thousandths of its width and height."""

from dataclasses import dataclass

from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Card, Chip, Head, Sheet


@dataclass(frozen=True, slots=True)
class Table:
    """A table on the plan, or (kind "zone") something that only orients, such as the bar."""

    id: str
    kind: str = "square"
    x: int = 0
    y: int = 0
    width: int = 100
    height: int = 100
    title: str = ""
    line: str = ""
    note: str = ""
    state: str = "free"
    icon: str = ""
    badge: str = ""
    badge_token: str = "late"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class FloorView:
    """Halls, tables, what is ready, my tables, stop list, new tab."""

    head: Head = NO_HEAD
    halls: tuple[Act, ...] = ()
    tables: tuple[Table, ...] = ()
    empty: str = ""
    legend: tuple[Chip, ...] = ()
    side: tuple[Card, ...] = ()
    new: Act = Act()
    sheet: Sheet = NO_SHEET
