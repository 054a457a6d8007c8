"""Room charges beside what the hotel has of them, by the business day that it was told.

Against what a day is held: the hotel's own sums where it tells any; else what a person read in its
report; else its answers, added up; else nothing. The tie-out takes the days from here, and its
figures open to the charges, ours and theirs side by side, what is odd first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ..accounts import RIGHT_REPORTS
from ..room_days import HOTEL_STATED, ROOM_CHARGE
from .naming import people
from .report import MOST_LINES, Asked, Column, Drill, HotelCharge, Kind, Line, Report, Value, Word

CHARGE, STATED = ROOM_CHARGE.c, HOTEL_STATED.c
TOLD, READ, ANSWERED, SILENT = "hotel", "hotel_stated", "hotel_answers", "hotel_silent"


@dataclass(frozen=True, slots=True)
class HotelDay:
    """A day's charges, and the hotel's side; None where it has said nothing. `whose` it is: TOLD,
    READ, ANSWERED or SILENT; `event_n` is the event of what was read."""

    ours: int
    theirs: int | None
    whose: str
    event_n: int = 0
    by: str = ""
    at_ms: int = 0

    @property
    def agrees(self) -> bool:
        """Whether both sides say the same."""
        return self.ours == self.theirs


def hotel_days(connection: Connection, asked: Asked) -> dict[str, HotelDay]:
    """The days asked for on which either side has anything."""
    query = (
        sa.select(CHARGE.day, sa.func.sum(CHARGE.amount_minor))
        .where(*_days(CHARGE.day, asked), CHARGE.state == "posted")
        .group_by(CHARGE.day)
    )
    ours = {day: int(total) for day, total in connection.execute(query)}
    told = asked.hotel.between(asked.first, asked.last) if asked.hotel else None
    by_answers = asked.hotel is not None and asked.hotel.by_answers
    read: dict[str, Any] = {}
    if told is None or by_answers:
        kept = sa.select(HOTEL_STATED).where(*_days(STATED.day, asked))
        read = {row.day: row for row in connection.execute(kept)}
    found = {}
    for day in sorted(ours.keys() | read.keys() | (told or {}).keys()):
        own = ours.get(day, 0)
        if row := read.get(day):
            found[day] = HotelDay(own, row.total_minor, READ, row.event_n, row.by, row.at_ms)
        elif told is not None:
            found[day] = HotelDay(own, told.get(day, 0), ANSWERED if by_answers else TOLD)
        else:
            found[day] = HotelDay(own, None, SILENT)
    return found


def _days(column: sa.ColumnElement[str], asked: Asked) -> tuple[sa.ColumnElement[bool], ...]:
    return column >= asked.first, column <= asked.last


def _charges(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Each charge of the days; whole days only, the days that do not fit are one line."""
    days = hotel_days(connection, asked)
    if whose := asked.get("whose"):
        days = {day: one for day, one in days.items() if one.whose == whose}
    if asked.get("agree"):
        days = {day: one for day, one in days.items() if one.agrees}
    query = sa.select(ROOM_CHARGE).where(*_days(CHARGE.day, asked), CHARGE.state != "refused")
    ours = connection.execute(query.order_by(CHARGE.day, CHARGE.asked_n).limit(MOST_LINES)).all()
    theirs: Sequence[HotelCharge] = ()
    if asked.hotel and any(one.whose in (TOLD, ANSWERED) for one in days.values()):
        theirs = asked.hotel.listed(asked.first, asked.last, MOST_LINES)
    full = [side[-1].day for side in (ours, theirs) if len(side) >= MOST_LINES]
    until = min(full, default="~")
    chosen = bool(asked.get("whose") or asked.get("agree"))
    names = people(connection)
    lines = []
    for day in sorted({*days, *([] if chosen else (row.day for row in ours))}):
        if day < until:
            told = [one for one in theirs if one.day == day]
            rows = [row for row in ours if row.day == day]
            lines += _day(rows, days.get(day), told, names, day)
    if rest := [one for day, one in days.items() if day >= until]:
        values: dict[str, Value] = {
            "what": Word("rest_of_days", "", f" {len(rest)}"),
            "ours": sum(one.ours for one in rest),
            "theirs": sum(one.theirs or 0 for one in rest),
        }
        lines.append(Line("rest", values))
    return lines


def _day(
    rows: Sequence[Any],
    side: HotelDay | None,
    told: Sequence[HotelCharge],
    names: Mapping[str, str],
    day: str,
) -> list[Line]:
    """The charges of one day, what is odd first."""
    said: dict[str, list[HotelCharge]] = {}
    whose = side.whose if side else SILENT
    for one in told if whose in (TOLD, ANSWERED) else ():
        said.setdefault(one.charge_id, []).append(one)
    odd: list[Line] = []
    even: list[Line] = []
    for row in rows:
        answers = said.pop(row.charge_id, []) if row.state == "posted" else []
        line, strange = _ours(row, sum(x.amount_minor for x in answers), whose, names)
        (odd if strange else even).append(line)
    odd += [_only_theirs(one) for answers in said.values() for one in answers]
    if side is not None and whose == READ:
        values: dict[str, Value] = {
            "day": day,
            "time": side.at_ms,
            "what": Word("room_read"),
            "who": names.get(side.by, side.by),
            "theirs": side.theirs,
        }
        even.append(Line(f"read/{day}", values, drills=_tap(side.event_n)))
    return [*odd, *even]


def _ours(row: Any, theirs: int, whose: str, names: Mapping[str, str]) -> tuple[Line, bool]:
    """A charge of the journal beside the hotel's; whether somebody should look at it."""
    compared = whose in (TOLD, ANSWERED)
    state = row.state
    if compared and state == "posted" and theirs != row.amount_minor:
        state = "other_sum" if theirs else "silent"
    posted = row.state == "posted"
    what = f"room_{state}"
    if state == "posted" and row.amount_minor < 0:
        what = "room_taken_back"
    values: dict[str, Value] = {
        "day": row.day,
        "time": row.at_ms,
        "number": row.number,
        "room": row.room,
        "what": Word(what),
        "who": names.get(row.by, row.by),
        "ours": row.amount_minor if posted else None,
        "theirs": theirs if compared and posted else None,
        "unclear": None if posted else row.amount_minor,
    }
    line = Line(row.charge_id, values, drills=_tap(row.answered_n or row.asked_n))
    return line, state != "posted"


def _only_theirs(one: HotelCharge) -> Line:
    values: dict[str, Value] = {
        "day": one.day,
        "time": one.at_ms,
        "number": one.number,
        "room": one.room,
        "what": Word("room_only_hotel"),
        "theirs": one.amount_minor,
    }
    return Line(f"hotel/{one.charge_id}", values)


def _tap(n: int) -> dict[str, Drill]:
    return {"": Drill("tap", {"n": str(n)})}


ROOM_CHARGES = Report(
    "room_charges",
    RIGHT_REPORTS,
    (
        Column("day", Kind.DAY),
        Column("time", Kind.TIME),
        Column("number"),
        Column("room"),
        Column("what"),
        Column("who"),
        Column("ours", Kind.MONEY, total=True),
        Column("theirs", Kind.MONEY, total=True),
        Column("unclear", Kind.MONEY, total=True),
    ),
    _charges,
    listed=False,
    keeps=("whose", "agree"),
)
