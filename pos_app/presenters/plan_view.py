"""The view-model of the plan editor."""

from dataclasses import dataclass

from pos_app.presenters.floor_view import Table
from pos_app.presenters.shown import NO_HEAD, NO_SHEET, Act, Head, Sheet


@dataclass(frozen=True, slots=True)
class PlanView:
    """Tables of a hall on its grid; tools for the picked one. `columns` and `rows` are grid units;
    `step` is how many of them lie between two lines."""

    head: Head = NO_HEAD
    halls: tuple[Act, ...] = ()
    tables: tuple[Table, ...] = ()
    columns: int = 1
    rows: int = 1
    step: int = 5
    title: str = ""
    note: str = ""
    tools: tuple[Act, ...] = ()
    adding: tuple[Act, ...] = ()
    undo: Act = Act()
    save: Act = Act()
    sheet: Sheet = NO_SHEET
