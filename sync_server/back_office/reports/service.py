"""Speed of service: how long stations and dishes took, by hour of the day or by day.

Out of `pace`, which counts as the displays do: tickets from their firing to the bump, dishes from
their start; what lasts under 20 s or over 4 h says nothing (features-commercial B7.54). An average
is made anew from sums, and shown as minutes and seconds.
"""

from collections.abc import Callable, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from ..accounts import RIGHT_REPORTS
from ..names import name_column
from ..pace import KITCHEN_STATION, KITCHEN_TIME
from .naming import named
from .report import Asked, Chart, Column, Filter, Kind, Line, Report, Word
from .sales import HOUR_MS, hour_of, words

T = KITCHEN_TIME.c
BY = ("station", "dish", "hour", "day")
WHOLE_BP = 10_000


def _stations(connection: Connection, language: str) -> dict[str, str]:
    name = name_column(KITCHEN_STATION.c, language)
    query = sa.select(KITCHEN_STATION.c.station_id, name.label("name"))
    return {row.station_id: row.name for row in connection.execute(query)}


def _names(
    connection: Connection, asked: Asked, by: str
) -> Callable[[str], tuple[str, str | date]]:
    """From a raw key to the key of the row and what it is called."""
    if by == "hour":
        return lambda raw: _hour(hour_of(int(raw) * HOUR_MS, asked))
    if by == "day":
        return lambda raw: (raw, date.fromisoformat(raw))
    if by == "dish":
        known = named(connection, "item", "item_id", asked.language)
    else:
        known = _stations(connection, asked.language)
    return lambda raw: (raw, known.get(raw, raw))


def _hour(hour: int) -> tuple[str, str]:
    return f"{hour:02}", f"{hour:02}:00–{(hour + 1) % 24:02}:00"


def _lines(connection: Connection, asked: Asked) -> Sequence[Line]:
    by = asked.get("by") or BY[0]
    key = {"station": T.station_id, "dish": T.item_id, "hour": T.at_ms // HOUR_MS, "day": T.day}[by]
    where = [T.day >= asked.first, T.day <= asked.last]
    where.append(T.item_id != "" if by == "dish" else T.item_id == "")
    if station := asked.get("station"):
        where.append(T.station_id == station)
    sums = [sa.func.sum(T[name]).label(name) for name in ("count", "took_ms", "late")]
    names = _names(connection, asked, by)
    found: dict[str, list[int]] = {}
    called: dict[str, str | date] = {}
    query = sa.select(key.label("raw"), *sums).where(*where).group_by(key)
    for raw, count, took_ms, late in connection.execute(query):
        row, called_so = names(str(raw))
        called[row] = called_so
        old = found.setdefault(row, [0, 0, 0])
        found[row] = [a + int(b) for a, b in zip(old, (count, took_ms, late), strict=True)]
    order = (lambda row: row) if by in ("hour", "day") else (lambda row: (-_mean(found[row]), row))
    return [
        Line(
            row,
            {
                "what": called[row],
                "times": found[row][0],
                "average": _mean(found[row]),
                "late": found[row][2],
                "late_share": found[row][2] * WHOLE_BP // found[row][0],
            },
        )
        for row in sorted(found, key=order)
        if found[row][0] > 0
    ]


def _mean(sums: Sequence[int]) -> int:
    """Whole seconds of one."""
    count, took_ms, _ = sums
    return took_ms // count // 1000 if count > 0 else 0


def _choices(connection: Connection, asked: Asked) -> Sequence[tuple[str, str | Word]]:
    """Every station, or one: those of the menu, and those that were at work in the period."""
    known = _stations(connection, asked.language)
    of_period = sa.select(T.station_id).where(T.day >= asked.first, T.day <= asked.last).distinct()
    there = known.keys() | set(connection.execute(of_period).scalars())
    return [("", Word("every_station")), *((one, known.get(one, one)) for one in sorted(there))]


SPEED = Report(
    "speed",
    RIGHT_REPORTS,
    (
        Column("what"),
        Column("times", Kind.COUNT, total=True),
        Column("average", Kind.HOURS),
        Column("late", Kind.COUNT, total=True),
        Column("late_share", Kind.PERCENT, ratio=("late", "times")),
    ),
    _lines,
    filters=(
        Filter("by", lambda _connection, _asked: words("by", BY)),
        Filter("station", _choices),
    ),
    chart=Chart("what", "average"),
)
