"""Posting and reversing stock documents: all of a document or nothing, each with who and when.

A document gets its number, by kind and year, when it is posted. What is wrong comes back as
faults with their places (`sync_server.domain.documents`), and nothing has changed then. A
reversal takes the document out of the history of costs and works out anew what it touched.
Neighbours: `papers` (drafts), `ledger` (moves), `recosting`.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func
from sqlmodel import Session, col, select

from sync_server.domain.documents import (
    Fault,
    Found,
    Line,
    Paper,
    State,
    counted_goods,
    faults_of,
    may_step,
    moves_of,
    to_order,
)
from sync_server.domain.shelves import CORRECTIONS
from sync_server.domain.stock import (
    IngredientId,
    MoveKind,
    count_variance,
    from_milli,
    part_of,
    store_place,
    to_milli,
)

from .goods_tables import Ingredient, Unit
from .ledger import Entry, Ledger, last_purchase
from .paper_tables import PaperRow, PaperStep
from .papers import (
    Actor,
    Draft,
    DraftLine,
    Refusal,
    book_at,
    house_for,
    lines_of,
    name_of,
    read,
    refused_change,
    save,
    step,
)
from .recosting import recost_now
from .tables import Balance, StockMove

SUGGESTED = 500


@dataclass(frozen=True, slots=True)
class Posted:
    """A document that is booked now under its name."""

    paper_id: str
    name: str


def check(session: Session, row: PaperRow, today: str) -> list[Fault]:
    """Everything that keeps a document from being posted."""
    document = read(session, row)
    return faults_of(document, house_for(session, document, today))


def post(session: Session, paper_id: str, revision: int, actor: Actor) -> Posted | Refusal:
    """Book a document. A stock-take has to be handed in first, and by somebody else."""
    row = session.get_one(PaperRow, paper_id)
    counting = row.paper == Paper.COUNT.value
    before = State.SUBMITTED if counting else State.DRAFT
    refused = refused_change(row, revision, before)
    if refused is not None:
        return refused
    if counting and _submitted_by(session, paper_id) == actor.login:
        return Refusal((Fault("own_count"),))
    faults = check(session, row, actor.today)
    if faults:
        return Refusal(faults)
    document = read(session, row)
    house = house_for(session, document, actor.today)
    row.year = int(row.day[:4])
    row.number = _next_number(session, row)
    row.state, row.revision = State.POSTED.value, row.revision + 1
    book_qty = book_at(session, document)
    if counting:
        _remember_book(session, row)
    name = name_of(row)
    ledger = Ledger(session)
    entry = Entry(row.day, row.at_ms, name)
    for move in moves_of(replace(document, name=name), house, book_qty):
        ledger.post(move, entry)
    ledger.write()
    step(session, paper_id, "posted", actor)
    session.flush()
    return Posted(paper_id, name)


def submit(session: Session, paper_id: str, revision: int, actor: Actor) -> PaperRow | Refusal:
    """Hand in a stock-take that is counted to the end."""
    row = session.get_one(PaperRow, paper_id)
    refused = refused_change(row, revision, State.DRAFT)
    if refused is not None:
        return refused
    faults = check(session, row, actor.today)
    if faults:
        return Refusal(faults)
    return _move_on(session, row, State.SUBMITTED, actor)


def take_back(session: Session, paper_id: str, revision: int, actor: Actor) -> PaperRow | Refusal:
    """Give a stock-take back to be counted again."""
    row = session.get_one(PaperRow, paper_id)
    refused = refused_change(row, revision, State.SUBMITTED)
    return refused or _move_on(session, row, State.DRAFT, actor)


def discard(session: Session, paper_id: str, revision: int, actor: Actor) -> PaperRow | Refusal:
    """Give a draft up; it stays to be seen."""
    row = session.get_one(PaperRow, paper_id)
    refused = refused_change(row, revision, State.DRAFT)
    return refused or _move_on(session, row, State.DISCARDED, actor)


def reverse(session: Session, paper_id: str, revision: int, actor: Actor) -> PaperRow | Refusal:
    """Take a posted document out of the books again, as though it had never been.

    Refused when its day is locked, or a stock-take counted its goods since.
    """
    row = session.get_one(PaperRow, paper_id)
    refused = refused_change(row, revision, State.POSTED)
    if refused is not None:
        return refused
    document = read(session, row)
    keeping = {"period_locked", "counted_since"}
    found = faults_of(document, house_for(session, document, actor.today))
    faults = [fault for fault in found if fault.code in keeping]
    if faults:
        return Refusal(faults)
    name = name_of(row)
    kept = [kind.value for kind in CORRECTIONS]
    query = select(StockMove).where(StockMove.document == name, col(StockMove.kind).not_in(kept))
    moves = session.exec(query.order_by(col(StockMove.n))).all()
    ledger = Ledger(session)
    for move in moves:
        ledger.annul(move, Entry(row.day, row.at_ms, name))
    ledger.write()
    recost_now(session, {move.ingredient_id for move in moves}, actor.at_ms)
    return _move_on(session, row, State.REVERSED, actor)


def _move_on(session: Session, row: PaperRow, state: State, actor: Actor) -> PaperRow:
    assert may_step(Paper(row.paper), State(row.state), state), "the caller has looked"
    row.state, row.revision = state.value, row.revision + 1
    step(session, row.paper_id, state.value, actor)
    session.flush()
    return row


def _next_number(session: Session, row: PaperRow) -> int:
    query = select(func.max(PaperRow.number)).where(
        PaperRow.paper == row.paper, PaperRow.year == row.year
    )
    return (session.exec(query).one() or 0) + 1


def _submitted_by(session: Session, paper_id: str) -> str:
    query = select(PaperStep.login).where(
        PaperStep.paper_id == paper_id, PaperStep.step == State.SUBMITTED.value
    )
    return session.exec(query.order_by(col(PaperStep.position).desc())).first() or ""


def _remember_book(session: Session, row: PaperRow) -> None:
    """Keep on each line what the book said at the moment of counting."""
    book_qty = book_at(session, read(session, row))
    for line in lines_of(session, row.paper_id):
        line.book_milli = to_milli(book_qty(line.ingredient_id))


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of a comparison sheet, in base units; `inside` is what prepared goods contain."""

    ingredient_id: str
    book: Decimal
    counted: Decimal
    inside: Decimal
    value_minor: int

    @property
    def difference(self) -> Decimal:
        """Found less book."""
        return self.counted + self.inside - self.book


def comparison(session: Session, row: PaperRow) -> list[Compared]:
    """The comparison sheet of a stock-take: book at the frozen moment against what was found.

    Before posting the difference is valued at the cost of now, afterwards at what was booked.
    """
    document = read(session, row)
    lines = tuple(line for line in document.lines if line.qty >= 0)
    document = replace(document, lines=lines)
    house = house_for(session, document, document.day)
    book_qty = book_at(session, document)
    booked = _booked_values(session, row)
    sheet = []
    for good, found in counted_goods(document, house, book_qty).items():
        book = book_qty(good)
        value = booked.get(good, 0)
        if not row.number:
            value = _worth(session, row.store_id, good, book, found)
        sheet.append(Compared(good, book, found.counted, found.inside, value))
    return sheet


def _worth(session: Session, store_id: str, good: str, book: Decimal, found: Found) -> int:
    balance = session.get(Balance, (store_id, good))
    if balance is None or balance.cost_qty_milli == 0:
        return 0
    unit = Fraction(balance.cost_value_minor * 1000, balance.cost_qty_milli)
    return count_variance(book, found.counted, found.inside, unit).value_minor


def _booked_values(session: Session, row: PaperRow) -> dict[str, int]:
    """By good what the count and the corrections of its moves have booked."""
    if not row.number:
        return {}
    place = store_place(row.store_id)
    own = select(StockMove).where(
        StockMove.document == name_of(row), StockMove.kind == MoveKind.COUNT.value
    )
    values: dict[str, int] = {}
    for move in session.exec(own):
        sign = 1 if move.target == place else -1
        values[move.ingredient_id] = values.get(move.ingredient_id, 0) + sign * move.value_minor
    return values


def order_from_par(
    session: Session, supplier_id: str, store_id: str, paper_id: str, actor: Actor
) -> PaperRow | Refusal:
    """A draft order of everything of a supplier that is under its par level in the house."""
    query = select(Ingredient).where(
        Ingredient.supplier_id == supplier_id, Ingredient.par_milli > 0
    )
    held: dict[str, int] = {}
    for balance in session.exec(select(Balance)):
        held[balance.ingredient_id] = held.get(balance.ingredient_id, 0) + balance.qty_milli
    factors = {unit.code: unit.factor for unit in session.exec(select(Unit))}
    lines = []
    for good in session.exec(query.order_by(col(Ingredient.ingredient_id)).limit(SUGGESTED)):
        case = factors[good.unit] * 1000
        cases = to_order(good.par_milli, held.get(good.ingredient_id, 0), case)
        if cases:
            line = Line(IngredientId(good.ingredient_id), from_milli(cases * case))
            lines.append(DraftLine(line, good.unit))
    draft = Draft(Paper.ORDER, actor.today, actor.at_ms, store_id, lines, supplier_id=supplier_id)
    return save(session, draft, paper_id, 0, actor)


def receipt_from_order(session: Session, row: PaperRow, paper_id: str, actor: Actor) -> PaperRow:
    """A draft receipt of what was ordered, at the last known prices; quantities can be changed."""
    lines = []
    for line in lines_of(session, row.paper_id):
        last = last_purchase(session, line.ingredient_id)
        value = (
            part_of(last.value_minor, from_milli(line.qty_milli), from_milli(last.qty_milli))
            if last
            else 0
        )
        known = Line(IngredientId(line.ingredient_id), from_milli(line.qty_milli), value)
        lines.append(DraftLine(known, line.unit))
    draft = Draft(
        Paper.RECEIPT, actor.today, actor.at_ms, row.store_id, lines,
        supplier_id=row.supplier_id, origin=row.paper_id,
    )  # fmt: skip
    saved = save(session, draft, paper_id, 0, actor)
    assert isinstance(saved, PaperRow), "a new draft meets nobody else"
    return saved
