"""What a manager looks after: voids, discounts and comps, loss prevention, hours, shifts.

Every figure opens its events, and every event the tap (features-commercial C3, A3, A4).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from ..accounts import RIGHT_REPORTS
from ..till_tables import TILL_FACT
from .naming import people, reason, reasons
from .report import Asked, Chart, Column, Drill, Kind, Line, Report, Word
from .sales import within

F = TILL_FACT.c
LOSSES = ("void", "no_sale", "reprint", "late_discount", "refund", "reopened")
MINUTE_MS = 60_000


def _given(connection: Connection, asked: Asked) -> Sequence[Line]:
    names, why = people(connection), reasons(connection, asked.language)
    query = (
        sa.select(
            F.kind,
            F.key,
            F.reason,
            F.by,
            sa.func.sum(F.qty_milli).label("qty"),
            sa.func.sum(F.gross_minor).label("amount"),
        )
        .where(within(asked), F.kind.in_(("void", "discount")))
        .group_by(F.kind, F.key, F.reason, F.by)
        .order_by(F.kind.desc(), F.key, sa.func.sum(F.gross_minor).desc(), F.reason, F.by)
    )
    return [
        Line(
            f"{row.kind}/{row.key}/{row.reason}/{row.by}",
            {
                "reason": reason(why, row.reason),
                "who": names.get(row.by, row.by),
                "qty": int(row.qty),
                "amount": int(row.amount),
            },
            group=Word(f"given_{row.key}", row.key),
            drills={
                "": Drill(
                    "till_lines",
                    asked.period
                    | {"of": row.kind, "key": row.key, "reason": row.reason, "person": row.by},
                )
            },
        )
        for row in connection.execute(query).all()
    ]


GIVEN = Report(
    "given",
    RIGHT_REPORTS,
    (
        Column("reason"),
        Column("who"),
        Column("qty", Kind.PORTIONS, total=True),
        Column("amount", Kind.MONEY, total=True),
    ),
    _given,
    chart=Chart("", "amount"),
)


def _loss(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Counts by person and kind; the sum is what voids, refunds and late discounts took away."""
    names = people(connection)
    what = sa.case((F.kind == "void", "void"), else_=F.key)
    query = (
        sa.select(
            F.by,
            what.label("what"),
            sa.func.count().label("times"),
            sa.func.sum(F.gross_minor).label("amount"),
        )
        .where(within(asked), F.kind.in_(("void", "control")))
        .group_by(F.by, what)
    )
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(LOSSES, 0))
    sums: dict[str, int] = defaultdict(int)
    for row in connection.execute(query):
        counts[row.by][row.what] = int(row.times)
        if row.what in ("void", "refund", "late_discount"):
            sums[row.by] += int(row.amount)
    return [
        Line(
            by,
            {"who": names.get(by, by), "amount": sums[by], **counts[by]},
            drills={
                "": Drill("till_lines", asked.period | {"of": "loss", "person": by}),
                **{
                    each: Drill(
                        "till_lines",
                        asked.period
                        | (
                            {"of": "void", "person": by}
                            if each == "void"
                            else {"of": "control", "key": each, "person": by}
                        ),
                    )
                    for each in LOSSES
                },
            },
        )
        for by in sorted(counts, key=lambda by: (-sum(counts[by].values()), by))
    ]


LOSS = Report(
    "loss",
    RIGHT_REPORTS,
    (
        Column("who"),
        *(Column(each, Kind.COUNT, total=True) for each in LOSSES),
        Column("amount", Kind.MONEY, total=True),
    ),
    _loss,
    chart=Chart("who", "amount"),
)


@dataclass(slots=True)
class Stay:
    """One time in the house: from the first punch to the last, breaks apart."""

    staff_id: str
    day: str
    in_ms: int
    out_ms: int = 0
    breaks_ms: int = 0
    since_ms: int = 0
    event_n: int = 0

    @property
    def worked_ms(self) -> int:
        """Time in the house less breaks; nothing while the person is still in."""
        return self.out_ms - self.in_ms - self.breaks_ms if self.out_ms else 0


def stays(punches: Sequence[tuple[int, str, str, str, int]]) -> list[Stay]:
    """Stays out of punches (event, day, person, kind, time) in their order.

    A night past midnight belongs to the day on which it began; leaving from a break ends it.
    """
    present: dict[str, Stay] = {}
    found = []
    for event_n, day, staff_id, kind, at_ms in punches:
        stay = present.get(staff_id)
        if kind == "in":
            present[staff_id] = stay = Stay(staff_id, day, at_ms, event_n=event_n)
            found.append(stay)
        elif stay is None:
            continue
        elif kind == "break":
            stay.since_ms = at_ms
        else:
            if stay.since_ms:
                stay.breaks_ms += at_ms - stay.since_ms
                stay.since_ms = 0
            if kind == "out":
                stay.out_ms = at_ms
                del present[staff_id]
    return found


def _hours(connection: Connection, asked: Asked) -> Sequence[Line]:
    names = people(connection)
    query = (
        sa.select(F.event_n, F.day, F.by, F.key, F.at_ms)
        .where(F.kind == "punch", F.day >= asked.first)
        .order_by(F.event_n)
    )
    punches = [
        (int(row.event_n), row.day, row.by, row.key, int(row.at_ms))
        for row in connection.execute(query)
    ]
    listed = [stay for stay in stays(punches) if stay.day <= asked.last]
    listed.sort(key=lambda stay: (names.get(stay.staff_id, stay.staff_id), stay.in_ms))
    return [
        Line(
            str(stay.event_n),
            {
                "day": stay.day,
                "came": stay.in_ms,
                "left": stay.out_ms or None,
                "breaks": stay.breaks_ms // MINUTE_MS,
                "worked": stay.worked_ms // MINUTE_MS,
            },
            group=names.get(stay.staff_id, stay.staff_id),
            drills={
                "": Drill("till_lines", asked.period | {"of": "punch", "person": stay.staff_id}),
                "came": Drill("tap", {"n": str(stay.event_n)}),
            },
        )
        for stay in listed
    ]


HOURS = Report(
    "hours",
    RIGHT_REPORTS,
    (
        Column("day", Kind.DAY),
        Column("came", Kind.TIME),
        Column("left", Kind.TIME),
        Column("breaks", Kind.HOURS, total=True),
        Column("worked", Kind.HOURS, total=True),
    ),
    _hours,
    chart=Chart("", "worked"),
)


def _shifts(connection: Connection, asked: Asked) -> Sequence[Line]:
    names, why = people(connection), reasons(connection, asked.language)
    query = sa.select(TILL_FACT).where(within(asked), F.kind == "shift").order_by(F.day, F.event_n)
    return [
        Line(
            str(row.event_n),
            {
                "z": int(row.key or 0),
                "day": row.day,
                "who": names.get(row.by, row.by),
                "sales": row.gross_minor,
                "expected": row.net_minor,
                "counted": row.cash_minor,
                "over": row.discount_minor,
                "reason": reason(why, row.reason),
            },
            drills={
                "": Drill("till_lines", {"of": "shift_cash", "shift": row.shift_id}),
                "sales": Drill("till_lines", {"of": "shift_sales", "shift": row.shift_id}),
                "counted": Drill("tap", {"n": str(row.event_n)}),
            },
        )
        for row in connection.execute(query).all()
    ]


SHIFTS = Report(
    "shifts",
    RIGHT_REPORTS,
    (
        Column("day", Kind.DAY),
        Column("z", Kind.COUNT),
        Column("who"),
        Column("sales", Kind.MONEY, total=True),
        Column("expected", Kind.MONEY, total=True),
        Column("counted", Kind.MONEY, total=True),
        Column("over", Kind.MONEY, total=True, signed=True),
        Column("reason"),
    ),
    _shifts,
    chart=Chart("who", "sales"),
)
