"""Club cards: what is on each, and how it came there, down to the check and the tap.

Points are owed to guests: the sum of all balances is what the house owes, as in the ledger's
account `points`. What they are earned by is features-region, rule 13.
"""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from ..accounts import RIGHT_REPORTS
from ..till_tables import TILL_FACT
from .listing import OF, with_the_rest
from .naming import people
from .report import MOST_LINES, Asked, Column, Drill, Kind, Line, Report, Value, Word
from .sales import within

F = TILL_FACT.c
WAYS = ("earned", "spent", "given_back", "taken_back", "expired", "transferred")
"""How points come and go, as the facts have it."""


def _cards(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Every card with its points before the period, what came and went, and what is on it then."""
    names: dict[str, str] = {}
    days: dict[str, str] = {}
    given = sa.select(F.line_id, F.reason, F.day).where(F.kind == "club", F.day <= asked.last)
    for row in connection.execute(given.order_by(F.event_n)):
        names[row.line_id], days[row.line_id] = row.reason, row.day
    state = _states(connection, asked.last)
    before = sa.case((F.day < asked.first, "opening"), else_=F.key).label("way")
    query = (
        sa.select(F.line_id, before, sa.func.sum(F.gross_minor).label("amount"))
        .where(F.kind == "points", F.day <= asked.last)
        .group_by(F.line_id, before)
    )
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(query):
        sums[row.line_id][row.way] = int(row.amount)
    order = sorted({*names, *sums}, key=lambda card: (-sum(sums[card].values()), card))
    listed = [
        _card(card, names, days, sums[card], state.get(card), asked) for card in order[:MOST_LINES]
    ]
    every = {way: sum(one.get(way, 0) for one in sums.values()) for way in ("opening", *WAYS)} | {
        "balance": sum(sum(one.values()) for one in sums.values())
    }
    return with_the_rest(listed, "card", lambda: (len(order), every))


def _states(connection: Connection, last: str) -> dict[str, Value]:
    """Cards that are blocked, and those whose points are on another: its number."""
    kinds = sa.select(F.kind, F.key, F.line_id).where(
        F.kind.in_(("club_block", "club_lost")), F.day <= last
    )
    states: dict[str, Value] = {}
    for row in connection.execute(kinds.order_by(F.event_n, F.position)):
        if row.kind == "club_lost":
            states[row.line_id] = f"→ {row.key}"
        elif row.key == "on":
            states[row.line_id] = Word("card_blocked", "blocked")
        else:
            states.pop(row.line_id, None)
    return states


def _card(
    card: str,
    names: dict[str, str],
    days: dict[str, str],
    sums: dict[str, int],
    state: Value,
    asked: Asked,
) -> Line:
    opens = asked.period | {"card": card}
    return Line(
        card,
        {
            "card": card,
            "guest": names.get(card, ""),
            "since": days.get(card),
            "state": state,
            "opening": sums.get("opening", 0),
            **{way: sums.get(way, 0) for way in WAYS},
            "balance": sum(sums.values()),
        },
        drills={
            "": Drill("club_card", opens),
            **{way: Drill("club_card", opens | {"way": way}) for way in WAYS},
        },
    )


CLUB = Report(
    "club",
    RIGHT_REPORTS,
    (
        Column("card"),
        Column("guest"),
        Column("since", Kind.DAY),
        Column("state"),
        Column("opening", Kind.MONEY, total=True),
        *(Column(way, Kind.MONEY, total=True, signed=True) for way in WAYS),
        Column("balance", Kind.MONEY, total=True),
    ),
    _cards,
)


def _history(connection: Connection, asked: Asked) -> Sequence[Line]:
    """What happened to the points of a card, in order, with what was on it after each."""
    card, way = asked.get("card"), asked.get("way")
    of_card = [F.kind == "points", F.line_id == card]
    opening = sa.select(sa.func.coalesce(sa.func.sum(F.gross_minor), 0))
    balance = int(connection.execute(opening.where(*of_card, F.day < asked.first)).scalar_one())
    who, bills = people(connection), _bills(connection, asked, card)
    query = sa.select(TILL_FACT).where(*of_card, within(asked)).order_by(F.event_n, F.position)
    lines: list[Line] = []
    for row in connection.execute(query):
        balance += row.gross_minor
        if way and row.key != way:
            continue
        drills = {"": Drill("tap", {"n": str(row.event_n)})}
        if row.check_id:
            of = asked.period | {"of": "check", "check": row.check_id}
            drills["total"] = Drill("till_lines", of)
        values: dict[str, Value] = {
            "time": row.at_ms,
            "what": Word(f"points_{row.key}", row.key),
            "number": row.number,
            "who": who.get(row.by, row.by),
            "total": bills.get(row.check_id),
            "amount": row.gross_minor,
            "balance": balance,
        }
        lines.append(Line(f"{row.event_n}/{row.position}", values, drills=drills))
    amounts = (line.values["amount"] for line in lines)
    total = sum(amount for amount in amounts if isinstance(amount, int))
    return with_the_rest(lines[:MOST_LINES], "what", lambda: (len(lines), {"amount": total}))


def _bills(connection: Connection, asked: Asked, card: str) -> dict[str, int]:
    """What the checks of a card came to in the period, refunds taken off."""
    its = sa.select(F.check_id).where(F.kind == "points", F.line_id == card, F.check_id != "")
    query = (
        sa.select(F.check_id, sa.func.sum(F.gross_minor).label("amount"))
        .where(F.kind.in_(OF["check"]), within(asked), F.check_id.in_(its))
        .group_by(F.check_id)
    )
    return {row.check_id: int(row.amount) for row in connection.execute(query)}


CLUB_CARD = Report(
    "club_card",
    RIGHT_REPORTS,
    (
        Column("time", Kind.TIME),
        Column("what"),
        Column("number"),
        Column("who"),
        Column("total", Kind.MONEY),
        Column("amount", Kind.MONEY, total=True, signed=True),
        Column("balance", Kind.MONEY),
    ),
    _history,
    listed=False,
    keeps=("card", "way"),
)
