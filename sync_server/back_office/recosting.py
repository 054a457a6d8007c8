"""Working costs out anew: what a late, corrected or reversed document changes, and nothing else.

A run takes the goods that are due one after the other, each with what is made of it, in a
transaction of its own: it prices their history since the last lock again, in the order of
costing, and adds a correction for every figure that differs. Nothing is overwritten. Stopped
anywhere and started again it adds the same rows, because the run keeps its moment and its day.
Corrections of a locked day stand on the first open one.

The rules are `sync_server.domain.shelves`; the front office knows nothing of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, func
from sqlmodel import Session, col, select

from sync_server.domain.costing import Stock
from sync_server.domain.shelves import (
    Batch,
    Priced,
    Shelves,
    booked,
    differences,
    replayed,
)
from sync_server.domain.stock import (
    PRODUCTION,
    SALES,
    IngredientId,
    Move,
    MoveKind,
    store_of,
    store_place,
)
from sync_server.store.database import Database, session_on

from .ledger import Entry, append, domain_move, mark_due, new_balance
from .settings import METHOD, costing_method, locked_through, open_day, settle
from .states import body_of, keep, states_in
from .tables import (
    Balance,
    CostChange,
    CostCheckpoint,
    Ingredient,
    PeriodLock,
    RecostDue,
    RecostRun,
    SalesFact,
    StockMove,
)


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
        due = session.exec(select(RecostDue).order_by(col(RecostDue.ingredient_id))).first()
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
        session.execute(delete(RecostDue).where(col(RecostDue.ingredient_id).in_(goods)))
        session.flush()
        return Recosted(run.number, run.goods, run.corrections)


def recost_now(session: Session, goods: Iterable[str], at_ms: int) -> int:
    """Work goods out anew inside the caller's transaction, as a run of its own."""
    session.flush()
    run = _new_run(session, at_ms)
    connected = _connected(session, set(goods))
    run.goods, run.done = len(connected), True
    run.corrections = _recost_goods(session, connected, run)
    session.execute(delete(RecostDue).where(col(RecostDue.ingredient_id).in_(connected)))
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
        shelves = _shelves_at(session, locked, None)
        moves = [domain_move(row) for row in _window(session, day_to=day)]
        _know_before(session, shelves, moves)
        for _ in replayed(moves, shelves):
            pass
        _keep_checkpoint(session, shelves, day)
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
            StockMove.source == PRODUCTION, col(StockMove.batch).in_(of_batch)
        )
        fresh = set(session.exec(made.distinct()).all()) - found
        found |= fresh
    return sorted(found)


def _window(
    session: Session, goods: Sequence[str] | None = None, *, day_to: str = ""
) -> Sequence[StockMove]:
    """The moves since the lock, with the corrections of those moves wherever they stand."""
    query = select(StockMove).where(StockMove.day > locked_through(session))
    if goods is not None:
        query = query.where(col(StockMove.ingredient_id).in_(goods))
    if day_to:
        query = query.where(StockMove.day <= day_to)
    return session.exec(query.order_by(col(StockMove.n))).all()


def _recost_goods(session: Session, goods: Sequence[str], run: RecostRun) -> int:
    """Price the history of goods anew, add what differs, set their balances; returns how many."""
    rows = {row.n: row for row in _window(session, goods)}
    moves = [domain_move(row) for row in rows.values()]
    shelves = _shelves_at(session, locked_through(session), goods)
    _know_before(session, shelves, moves)
    _know_other_inputs(session, shelves, moves, goods)
    priced = list(replayed(moves, shelves))
    # Corrections of moves behind the lock were priced in the checkpoint; they stay as they are.
    inside = [move for move in moves if move.corrects == 0 or move.corrects in rows]
    known = booked(inside)
    found = [
        replace(move, day=max(move.day, run.first_open_day), at_ms=run.at_ms)
        for move in differences(priced, known)
    ]
    for move in found:
        origin = rows[move.corrects]
        entry = Entry(move.day, run.at_ms, f"recost/{run.number}", origin.line_id, origin.fire_no)
        n = append(session, move, entry)
        _change_cost(session, n, move, origin, run)
    _set_balances(session, shelves, goods, priced)
    return len(found)


def _shelves_at(session: Session, day: str, goods: Sequence[str] | None) -> Shelves:
    """The states of goods at the end of a locked day."""
    shelves = Shelves(costing_method(session))
    query = select(CostCheckpoint).where(CostCheckpoint.day == day)
    if goods is not None:
        query = query.where(col(CostCheckpoint.ingredient_id).in_(goods))
    for row in session.exec(query):
        states, price = states_in(row.body, row.method, shelves.method)
        good = IngredientId(row.ingredient_id)
        for store_id, state in states.items():
            shelves.states[store_place(store_id), good] = state
        if price is not None:
            shelves.prices[good] = price
    return shelves


def _know_before(session: Session, shelves: Shelves, moves: Sequence[Move]) -> None:
    """Sales from behind the lock that are taken back after it, at what the books say of them."""
    inside = {move.order for move in moves}
    named = sorted({move.undoes for move in moves if move.undoes and move.undoes not in inside})
    for order in named:
        about = (StockMove.n == order) | (StockMove.corrects == order)
        rows = session.exec(select(StockMove).where(about).order_by(col(StockMove.n))).all()
        history = [domain_move(row) for row in rows]
        value = booked(history)[order].value_minor
        shelves.originals[order] = replace(history[0], value_minor=value)
        earlier = select(func.sum(col(StockMove.share))).where(
            StockMove.undoes == order,
            StockMove.kind == MoveKind.SALE_REVERSAL.value,
            StockMove.day <= locked_through(session),
        )
        shelves.undone[order] = int(session.exec(earlier).one() or 0)


def _know_other_inputs(
    session: Session, shelves: Shelves, moves: Sequence[Move], goods: Sequence[str]
) -> None:
    """What went into the batches of these goods from goods that are not worked out anew."""
    batches = sorted({move.batch for move in moves if move.source == PRODUCTION and move.batch})
    for batch in batches:
        query = select(func.sum(col(StockMove.value_minor))).where(
            StockMove.target == PRODUCTION,
            StockMove.batch == batch,
            col(StockMove.ingredient_id).not_in(goods),
        )
        own = int(session.exec(query).one() or 0)
        inputs = select(StockMove.n).where(
            StockMove.target == PRODUCTION,
            StockMove.batch == batch,
            col(StockMove.ingredient_id).not_in(goods),
        )
        later = select(func.sum(col(StockMove.value_minor))).where(
            StockMove.target == PRODUCTION, col(StockMove.corrects).in_(inputs)
        )
        corrected = int(session.exec(later).one() or 0)
        shelves.batches[batch] = Batch(taken_minor=own + corrected)


def _change_cost(session: Session, n: int, move: Move, origin: StockMove, run: RecostRun) -> None:
    """A sale that cost something else than was thought changes the food cost of its dish."""
    if not origin.line_id or SALES not in (move.source, move.target):
        return
    item = select(SalesFact.item_id).where(
        SalesFact.line_id == origin.line_id, SalesFact.fire_no == origin.fire_no
    )
    sign = 1 if move.target == SALES else -1
    session.add(
        CostChange(
            n=n,
            run=run.number,
            line_id=origin.line_id,
            fire_no=origin.fire_no,
            item_id=session.exec(item.limit(1)).first() or "",
            day=move.day,
            cost_minor=sign * move.value_minor,
        )
    )


def _set_balances(
    session: Session, shelves: Shelves, goods: Sequence[str], priced: Sequence[Priced]
) -> None:
    """The balances of the goods become what the run found."""
    last: dict[tuple[str, str], tuple[str, int]] = {}
    for done in priced:
        for place in (done.move.source, done.move.target):
            store_id = store_of(place)
            if store_id is not None:
                last[store_id, done.move.ingredient_id] = (done.move.day, done.move.at_ms)
    rows = session.exec(select(Balance).where(col(Balance.ingredient_id).in_(goods))).all()
    known = {(row.store_id, row.ingredient_id): row for row in rows}
    for place, good in shelves.states:
        store_id = store_of(place)
        assert store_id is not None, "only stores have a state"
        if (store_id, good) not in known:
            known[store_id, good] = new_balance(store_id, good)
            session.add(known[store_id, good])
    for (store_id, name), row in known.items():
        keep(row, shelves.state((store_place(store_id), IngredientId(name))))
        row.last_day, row.last_ms = last.get((store_id, name), (row.last_day, row.last_ms))


def _keep_checkpoint(session: Session, shelves: Shelves, day: str) -> None:
    by_good: dict[IngredientId, dict[str, Stock]] = {}
    for (place, good), state in shelves.states.items():
        by_good.setdefault(good, {})[store_of(place) or ""] = state
    for name, states in sorted(by_good.items()):
        body = body_of(states, shelves.prices.get(name))
        session.add(CostCheckpoint(day=day, ingredient_id=name, method=shelves.method, body=body))
