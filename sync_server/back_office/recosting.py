"""Working costs out anew: what a late, corrected or reversed document changes, and nothing else.

A run takes the goods that are due one after the other, each with what is made of it, in a
transaction of its own: it prices their history again, from the week of the late document (`marks`)
or else from the last lock, in the order of costing, and adds a correction for every figure that
differs, under the name of what was late. Nothing is overwritten. Stopped
anywhere and started again it adds the same rows, because the run keeps its moment and its day.
Corrections of a locked day stand on the first open one.

The rules are `sync_server.domain.shelves`; the front office knows nothing of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, delete, func
from sqlmodel import Session, col, select

from sync_server.domain.costing import Stock, UnitCost
from sync_server.domain.shelves import (
    CORRECTIONS,
    Batch,
    Booked,
    Priced,
    Shelves,
    again,
    booked,
    costing_order,
    difference,
)
from sync_server.domain.stock import (
    CORRECTION,
    PRODUCTION,
    ROUNDING,
    SALES,
    IngredientId,
    Key,
    Move,
    from_milli,
    store_of,
    store_place,
)
from sync_server.store.database import Database, session_on
from sync_server.store.hot_insert import HotInsert, Row

from .balances import NEVER, Balances, Moment
from .goods_tables import Ingredient
from .house_tables import PeriodLock
from .ledger import CAUSES_NAMED, WAITING, last_purchase, mark_due
from .marks import Marks, day_before, forget, standing, week_of
from .moves import READ_AT_ONCE, Entry, Moves, domain_move, moves_where
from .settings import METHOD, costing_method, locked_through, open_day, settle
from .states import body_of, states_in
from .tables import BackRow, CostCheckpoint, RecostCause, RecostDue, RecostRun, StockMove

MOVE = BackRow.metadata.tables["stock_move"].c
FACT = BackRow.metadata.tables["sales_fact"].c
_CHANGES = HotInsert(
    BackRow.metadata.tables["cost_change"],
    ("n", "run", "line_id", "fire_no", "item_id", "day", "cost_minor"),
)
_CORRECTING = [kind.value for kind in CORRECTIONS]
NAMED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Recosted:
    """What a run has done so far: goods worked out anew, corrections added."""

    run: int
    goods: int
    corrections: int


async def recost(database: Database, at_ms: int) -> Recosted | None:
    """Finish the open run, or make a new one if anything is due; None when nothing was."""
    done: Recosted | None = None
    if not await database.read_async(anything_due):
        return None
    while (step := await database.write(lambda c: recost_step(c, at_ms))) is not None:
        done = step
    return done


def anything_due(connection: Connection) -> bool:
    """Whether a good waits, or a run that was stopped."""
    with session_on(connection) as session:
        due = session.exec(select(RecostDue.ingredient_id).limit(1)).first()
        open_run = select(RecostRun.number).where(col(RecostRun.done).is_(False)).limit(1)
        return due is not None or session.exec(open_run).first() is not None


def recost_step(connection: Connection, at_ms: int) -> Recosted | None:
    """One good (and what is made of it); None when nothing is due any more.

    `at_ms` is the moment of a run that begins now; a run that goes on keeps its own.
    """
    with session_on(connection) as session:
        first = select(RecostDue).order_by(col(RecostDue.ingredient_id)).limit(1)
        due = session.exec(first).first()
        run = session.exec(select(RecostRun).where(col(RecostRun.done).is_(False))).first()
        if due is None:
            if run is not None:
                run.done = True
                session.flush()
            return None
        if run is None:
            run = _new_run(session, at_ms)
        goods = _connected(session, {due.ingredient_id})
        run.corrections += _recost_goods(session, goods, run)
        run.goods += len(goods)
        session.flush()
        return Recosted(run.number, run.goods, run.corrections)


def recost_now(session: Session, goods: Iterable[str], at_ms: int) -> int:
    """Work goods out anew inside the caller's transaction, as a run of its own."""
    session.flush()
    run = _new_run(session, at_ms)
    connected = _connected(session, set(goods))
    run.goods, run.done = len(connected), True
    run.corrections = _recost_goods(session, connected, run)
    session.flush()
    return run.corrections


def lock_through(connection: Connection, day: str, by: str, at_ms: int) -> None:
    """Close everything up to a day that lies after the last lock.

    The states at the end of the day are kept, so that no later run has to look behind it. What
    is due is worked out first, while it still can be booked on its own days.
    """
    while recost_step(connection, at_ms) is not None:
        pass
    with session_on(connection) as session:
        locked = locked_through(session)
        assert day > locked, "the caller has looked"
        for good in session.exec(select(Ingredient.ingredient_id)).all():
            replay = _Replay.of(session, [good], since=day, day_to=day)
            for _ in replay.run():
                pass
            _keep_checkpoint(session, replay.shelves, day)
        _add_lock(session, day, by, at_ms)


def unlock(connection: Connection, by: str, at_ms: int) -> str:
    """Open the last locked period again; returns the day that is the last locked one now."""
    with session_on(connection) as session:
        locked = locked_through(session)
        session.execute(delete(CostCheckpoint).where(col(CostCheckpoint.day) >= locked))
        before = session.exec(select(func.max(CostCheckpoint.day))).one() or ""
        _add_lock(session, before, by, at_ms)
        return before


def _add_lock(session: Session, day: str, by: str, at_ms: int) -> None:
    number = (session.exec(select(func.max(PeriodLock.number))).one() or 0) + 1
    session.add(PeriodLock(number=number, day=day, at_ms=at_ms, locked_by=by))
    session.flush()


def choose_method(connection: Connection, method: str) -> None:
    """Run the books at another method from the last lock on; every good is due then."""
    with session_on(connection) as session:
        if costing_method(session) == method:
            return
        settle(session, METHOD, method)
        for good in session.exec(select(Ingredient.ingredient_id)):
            mark_due(session, good, "")
        session.flush()


def _new_run(session: Session, at_ms: int) -> RecostRun:
    number = (session.exec(select(func.max(RecostRun.number))).one() or 0) + 1
    run = RecostRun(number=number, at_ms=at_ms, first_open_day=open_day(session, ""))
    session.add(run)
    session.flush()
    return run


def _connected(session: Session, goods: set[str]) -> list[str]:
    """The goods, what was made of them since the lock, and what was made together with them."""
    locked = locked_through(session)
    found, fresh = set(goods), set(goods)
    while fresh:
        of_batch = select(StockMove.batch).where(
            StockMove.batch != "",
            StockMove.day > locked,
            col(StockMove.ingredient_id).in_(sorted(fresh)),
        )
        made = select(StockMove.ingredient_id).where(
            StockMove.source == PRODUCTION,
            StockMove.batch != "",
            col(StockMove.batch).in_(of_batch),
        )
        fresh = set(session.exec(made.distinct()).all()) - found
        found |= fresh
    return sorted(found)


@dataclass(slots=True)
class _Replay:
    """The history of some goods behind the day `after`, priced anew while it is read."""

    connection: Connection
    after: str
    shelves: Shelves
    window: tuple[Any, ...]
    annulled: frozenset[int]

    @staticmethod
    def of(
        session: Session, goods: Sequence[str], *, since: str = "", day_to: str = ""
    ) -> "_Replay":
        """What is known before the first move of the window.

        The window begins with the week of `since`, or behind the last lock.
        """
        connection = session.connection()
        after, shelves = _stand(session, goods, since)
        window = [MOVE.day > after, MOVE.ingredient_id.in_(goods)]
        if day_to:
            window.append(MOVE.day <= day_to)
        undone = _numbers(connection, MOVE.undoes, window)
        shelves.wanted = undone
        _know_before(connection, shelves, undone, after)
        _know_other_inputs(connection, shelves, window, goods)
        annulled = _numbers(connection, MOVE.annuls, window)
        return _Replay(connection, after, shelves, tuple(window), annulled)

    def run(self, before: Callable[[Any], None] | None = None) -> Iterator[tuple[Any, Priced]]:
        """Each row with its move as priced now, in the order of costing; `before` sees it first.

        The database sorts by day and moment; who comes first at one moment is the domain's rule.
        """
        query = (
            sa.select(MOVE.n.table)
            .where(*self.window, MOVE.kind.not_in(_CORRECTING))
            .order_by(MOVE.day, MOVE.at_ms, MOVE.n)
        )
        rows = self.connection.execute(query, execution_options={"yield_per": READ_AT_ONCE})
        for _, same in groupby(rows, key=lambda row: (row.day, row.at_ms)):
            moment = [(domain_move(row), row) for row in same]
            if len(moment) > 1:
                moment.sort(key=lambda pair: costing_order(pair[0]))
            for move, row in moment:
                if before is not None:
                    before(row)
                yield row, again(move, self.annulled, self.shelves)


def _numbers(
    connection: Connection, column: sa.ColumnElement[int], window: Sequence[Any]
) -> frozenset[int]:
    """Which moves those of a window name in a column."""
    query = sa.select(column).where(column != 0, *window)
    return frozenset(connection.execute(query).scalars())


def _recost_goods(session: Session, goods: Sequence[str], run: RecostRun) -> int:
    """Price the history of goods anew, add what differs, set their balances; returns how many."""
    connection = session.connection()
    due = select(func.min(RecostDue.day)).where(col(RecostDue.ingredient_id).in_(goods))
    replay = _Replay.of(session, goods, since=session.exec(due).one() or "")
    corrected = _corrected(connection, goods, replay.after)
    moves, changes = Moves(session), _Changes(connection, run.number)
    marks = _Marking(Marks(replay.shelves.method), replay)
    forget(connection, goods, replay.after)
    last: dict[Key, Moment] = {}
    differing: set[str] = set()
    found = 0
    for row, done in replay.run(marks.before):
        for place in (row.source, row.target):
            if store_of(place) is not None:
                last[place, row.ingredient_id] = (row.day, row.at_ms)
        value, shift = corrected.get(row.n, (0, 0))
        if (done.move.value_minor, done.correction_minor) == (row.value_minor + value, shift):
            continue
        for move in difference(done, Booked(row.value_minor + value, shift)):
            dated = replace(move, day=max(move.day, run.first_open_day), at_ms=run.at_ms)
            name = f"recost/{run.number}"
            entry = Entry(dated.day, run.at_ms, name, row.line_id, row.fire_no)
            changes.add(moves.add(dated, entry), dated, entry)
            differing.add(row.ingredient_id)
            found += 1
    moves.write()
    changes.write()
    marks.marks.write(connection)
    _set_balances(connection, replay.shelves, goods, last)
    _settle(session, goods, differing, run.number)
    return found


def _settle(session: Session, goods: Sequence[str], differing: set[str], run: int) -> None:
    """The goods are due no more; where something differs it stands what for."""
    waiting = select(RecostCause).where(
        col(RecostCause.ingredient_id).in_(goods), RecostCause.run == WAITING
    )
    causes = set()
    for row in session.exec(waiting).all():
        causes.add(row.document)
        session.delete(row)
    session.add_all(
        RecostCause(ingredient_id=good, run=run, document=document)
        for good in sorted(differing)
        for document in sorted(causes)[:CAUSES_NAMED]
    )
    session.execute(delete(RecostDue).where(col(RecostDue.ingredient_id).in_(goods)))


@dataclass(slots=True)
class _Marking:
    """Leaves marks while a history is priced anew; for the moves it is given before each."""

    marks: Marks
    replay: _Replay

    def before(self, row: Any) -> None:
        """A move that is priced next may be the first of its good in a week."""
        week = week_of(row.day)
        if week <= self.marks.weeks.get(row.ingredient_id, ""):
            return
        if week <= self.replay.after:
            self.marks.weeks[row.ingredient_id] = week
            return
        states = {
            store_of(place) or "": state
            for (place, good), state in self.replay.shelves.states.items()
            if good == row.ingredient_id
        }
        self.marks.leave(row.ingredient_id, week, states)


def _corrected(
    connection: Connection, goods: Sequence[str], after: str
) -> dict[int, tuple[int, int]]:
    """By move behind a day what corrections have changed: its value, and what left its store.

    A correction from before they named their move stands right after it.
    """
    order = sa.case((MOVE.corrects != 0, MOVE.corrects), else_=MOVE.n - 1)
    left = MOVE.target.in_((CORRECTION, ROUNDING))
    query = (
        sa.select(
            order,
            sa.func.sum(sa.case((left, 0), else_=MOVE.value_minor)),
            sa.func.sum(sa.case((left, MOVE.value_minor), else_=0)),
        )
        .where(MOVE.ingredient_id.in_(goods), MOVE.kind.in_(_CORRECTING), MOVE.day > after)
        .group_by(order)
    )
    return {n: (int(value), int(shift)) for n, value, shift in connection.execute(query)}


def _stand(session: Session, goods: Sequence[str], since: str) -> tuple[str, Shelves]:
    """The day behind which goods are priced anew, and their states at its end."""
    locked, method = locked_through(session), costing_method(session)
    first = week_of(since)
    if first <= locked:
        return locked, _shelves_at(session, locked, goods)
    shelves = Shelves(method)
    for good in map(IngredientId, goods):
        states = standing(session, good, first, method)
        if states is None:
            return locked, _shelves_at(session, locked, goods)
        for store_id, state in states.items():
            shelves.states[store_place(store_id), good] = state
        bought = last_purchase(session, good, before=(first, 0))
        if bought is not None:
            shelves.prices[good] = UnitCost(bought.value_minor, from_milli(bought.qty_milli))
    return day_before(first), shelves


def _shelves_at(session: Session, day: str, goods: Sequence[str]) -> Shelves:
    """The states of goods at the end of a locked day."""
    shelves = Shelves(costing_method(session))
    query = select(CostCheckpoint).where(
        CostCheckpoint.day == day, col(CostCheckpoint.ingredient_id).in_(goods)
    )
    for row in session.exec(query):
        states, price = states_in(row.body, row.method, shelves.method)
        good = IngredientId(row.ingredient_id)
        for store_id, state in states.items():
            shelves.states[store_place(store_id), good] = state
        if price is not None:
            shelves.prices[good] = price
    return shelves


def _know_before(
    connection: Connection, shelves: Shelves, undone: Iterable[int], after: str
) -> None:
    """Sales up to a day that are taken back behind it, at what the books say of them."""
    if not after:
        return
    for order in sorted(undone):
        about = (MOVE.n == order) | ((MOVE.corrects == order) & (MOVE.corrects != 0))
        history = list(moves_where(connection, about))
        if history[0].day > after:
            continue
        value = booked(history)[order].value_minor
        shelves.originals[order] = replace(history[0], value_minor=value)
        earlier = sa.select(sa.func.sum(MOVE.share)).where(
            MOVE.undoes == order,
            MOVE.undoes != 0,
            MOVE.day <= after,
        )
        shelves.undone[order] = int(connection.execute(earlier).scalar() or 0)


def _know_other_inputs(
    connection: Connection, shelves: Shelves, window: Sequence[Any], goods: Sequence[str]
) -> None:
    """What went into the batches of these goods from goods that are not worked out anew."""
    made = (
        sa.select(MOVE.batch).where(*window, MOVE.source == PRODUCTION, MOVE.batch != "").distinct()
    )
    for batch in sorted(connection.execute(made).scalars()):
        others = (
            MOVE.target == PRODUCTION,
            MOVE.batch == batch,
            MOVE.batch != "",
            MOVE.ingredient_id.not_in(goods),
        )
        own = sa.select(sa.func.sum(MOVE.value_minor)).where(*others)
        later = sa.select(sa.func.sum(MOVE.value_minor)).where(
            MOVE.target == PRODUCTION,
            MOVE.corrects.in_(sa.select(MOVE.n).where(*others)),
            MOVE.corrects != 0,
        )
        taken = sum(int(connection.execute(query).scalar() or 0) for query in (own, later))
        shelves.batches[batch] = Batch(taken_minor=taken)


class _Changes:
    """Sales that cost something else than was thought change the food cost of their dish."""

    def __init__(self, connection: Connection, run: int) -> None:
        self._connection, self._run = connection, run
        self._found: list[tuple[int, Entry, int]] = []

    def add(self, n: int, move: Move, entry: Entry) -> None:
        """A correction that is move `n`; what concerns no sale changes no dish."""
        if entry.line_id and SALES in (move.source, move.target):
            sign = 1 if move.target == SALES else -1
            self._found.append((n, entry, sign * move.value_minor))

    def write(self) -> None:
        """Put the changes into their table, under the dishes that were sold."""
        items = self._items(sorted({entry.line_id for _, entry, _ in self._found}))
        rows: list[Row] = [
            (
                n, self._run, entry.line_id, entry.fire_no,
                items.get((entry.line_id, entry.fire_no), ""), entry.day, cost,
            )
            for n, entry, cost in self._found
        ]  # fmt: skip
        _CHANGES.rows(self._connection, rows)

    def _items(self, lines: Sequence[str]) -> dict[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        for start in range(0, len(lines), NAMED_AT_ONCE):
            query = sa.select(FACT.line_id, FACT.fire_no, FACT.item_id).where(
                FACT.line_id.in_(lines[start : start + NAMED_AT_ONCE])
            )
            for line_id, fire_no, item_id in self._connection.execute(query):
                found[line_id, fire_no] = item_id
        return found


def _set_balances(
    connection: Connection, shelves: Shelves, goods: Sequence[str], last: dict[Key, Moment]
) -> None:
    """The balances of the goods become what the run found."""
    balances = Balances(connection, shelves.method)
    balances.load(goods)
    known = {key for key in balances.states if key[1] in goods} | set(shelves.states)
    for key in known:
        balances.touch(key)
        balances.states[key] = shelves.state(key)
        balances.moments[key] = last.get(key, balances.moments.get(key, NEVER))
    balances.write()


def _keep_checkpoint(session: Session, shelves: Shelves, day: str) -> None:
    by_good: dict[IngredientId, dict[str, Stock]] = {}
    for (place, good), state in shelves.states.items():
        by_good.setdefault(good, {})[store_of(place) or ""] = state
    for name, states in sorted(by_good.items()):
        body = body_of(states, shelves.prices.get(name))
        session.add(CostCheckpoint(day=day, ingredient_id=name, method=shelves.method, body=body))
