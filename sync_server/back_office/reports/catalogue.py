"""All reports, in the order of the menu, and how one is asked.

`answer` runs a report: it checks the question, fills in what was not chosen and gives the lines
with their drills. The pages, the files and the JSON interface all come here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from .club import CLUB, CLUB_CARD
from .control import GIVEN, HOURS, LOSS, SHIFTS
from .dishes import ABC, DISH_COST, MARGIN, MENU
from .listing import JOURNAL, MOVES, TILL_LINES
from .recosts import RECOST_LINES, RECOSTS
from .report import Asked, Line, Report, Word
from .rooms import ROOM_CHARGES
from .sales import SALES, TAXES, TENDERS
from .service import SPEED
from .shelves import ITEM_CARD, ON_HAND, PRICES, REAL_COST, VARIANCE
from .sold import SOLD
from .tie_out import TIE_OUT

REPORTS: tuple[Report, ...] = (
    SALES,
    TENDERS,
    TAXES,
    DISH_COST,
    ABC,
    MENU,
    MARGIN,
    ON_HAND,
    ITEM_CARD,
    VARIANCE,
    REAL_COST,
    PRICES,
    RECOSTS,
    GIVEN,
    LOSS,
    SPEED,
    HOURS,
    SHIFTS,
    CLUB,
    TIE_OUT,
    JOURNAL,
    CLUB_CARD,
    TILL_LINES,
    ROOM_CHARGES,
    SOLD,
    MOVES,
    RECOST_LINES,
)
BY_KEY: Mapping[str, Report] = {report.key: report for report in REPORTS}
assert len(BY_KEY) == len(REPORTS), "every report has a key of its own"


class NoSuchChoice(ValueError):
    """A question names something that a report cannot be asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines of a report with the question as it was understood.

    `choices` are, by filter, everything that could have been chosen.
    """

    report: Report
    asked: Asked
    lines: Sequence[Line]
    choices: Mapping[str, Sequence[tuple[str, str | Word]]]


def answer(connection: Connection, report: Report, asked: Asked) -> Answer:
    """Run a report. Raises `NoSuchChoice`."""
    filters = {name: asked.filters[name] for name in report.asks if name in asked.filters}
    asked = replace(asked, filters=filters)
    choices = {each.name: each.choices(connection, asked) for each in report.filters}
    for name, offered in choices.items():
        keys = [key for key, _ in offered]
        if not keys:
            raise NoSuchChoice(name)
        if filters.setdefault(name, keys[0]) not in keys:
            raise NoSuchChoice(name)
    return Answer(report, asked, report.lines(connection, asked), choices)
