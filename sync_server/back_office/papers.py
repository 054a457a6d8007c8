"""Stock documents between their rows and the rules: what the house knows, drafts, histories.

`read` gives a document as `sync_server.domain.documents` sees it, `house_for` what its rules ask;
`save` writes a draft. Posting and reversing are next door in `posting`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import case, delete, func
from sqlmodel import Session, col, or_, select

from sync_server.domain.documents import (
    Counted,
    Document,
    Fault,
    House,
    Line,
    Paper,
    Split,
    State,
)
from sync_server.domain.recipes import Policy, batch_needs
from sync_server.domain.stock import ZERO, IngredientId, from_milli, store_place, to_milli

from .cards import read_book
from .goods_tables import Ingredient, Store, Supplier, Unit
from .ledger import last_purchase
from .paper_tables import PaperLine, PaperRow, PaperStep
from .settings import locked_through
from .tables import BackRow, Balance

NOT_COUNTED = -1
PRICE_JUMP_BP = 1_000
NAMED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, when (milliseconds UTC), and what day it is in the house."""

    login: str
    at_ms: int
    today: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line as it was typed: base quantities, the unit it was typed in."""

    line: Line
    unit: str = ""
    note: str = ""
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole content of a draft."""

    paper: Paper
    day: str
    at_ms: int
    store_id: str
    lines: Sequence[DraftLine] = ()
    to_store_id: str = ""
    supplier_id: str = ""
    reference: str = ""
    reason: str = ""
    note: str = ""
    split: Split = Split.PRICE
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was changed, and why: every fault with its place."""

    faults: Sequence[Fault] = field(default_factory=tuple)


def save(
    session: Session, draft: Draft, paper_id: str, revision: int, actor: Actor
) -> PaperRow | Refusal:
    """Write a draft; `revision` is what the person saw (0: a new one).

    Refused when somebody else changed it meanwhile, or when it is a draft no longer.
    """
    row = session.get(PaperRow, paper_id)
    if row is None:
        row = PaperRow(
            paper_id=paper_id, paper=draft.paper.value, state=State.DRAFT.value,
            revision=0, day=draft.day, at_ms=draft.at_ms,
        )  # fmt: skip
        session.add(row)
        step(session, paper_id, "draft", actor)
    elif (found := refused_change(row, revision, State.DRAFT)) is not None:
        return found
    row.revision += 1
    row.store_id, row.to_store_id = draft.store_id, draft.to_store_id
    row.supplier_id, row.reference = draft.supplier_id, draft.reference
    row.day, row.at_ms, row.reason = draft.day, draft.at_ms, draft.reason
    row.note, row.split, row.origin = draft.note, draft.split.value, draft.origin
    row.total_minor = sum(entry.line.value_minor for entry in draft.lines)
    session.execute(delete(PaperLine).where(col(PaperLine.paper_id) == paper_id))
    for position, entry in enumerate(draft.lines, start=1):
        session.add(_line_row(paper_id, position, entry))
    session.flush()
    return row


def _line_row(paper_id: str, position: int, entry: DraftLine) -> PaperLine:
    line = entry.line
    return PaperLine(
        paper_id=paper_id,
        position=position,
        ingredient_id=line.ingredient_id,
        unit=entry.unit,
        qty_milli=to_milli(line.qty) if entry.counted else NOT_COUNTED,
        value_minor=line.value_minor,
        share_bp=line.share_bp,
        raw=line.raw,
        net_milli=to_milli(line.net),
        ready_milli=to_milli(line.ready),
        note=entry.note,
    )


def refused_change(row: PaperRow, revision: int, *states: State) -> Refusal | None:
    """Why a person who saw `revision` may not change a document now; None if nothing is against."""
    if State(row.state) not in states:
        return Refusal((Fault("wrong_state", params={"state": row.state}),))
    if row.revision != revision:
        return Refusal((Fault("changed_meanwhile"),))
    return None


def step(session: Session, paper_id: str, what: str, actor: Actor) -> None:
    """Write down who did what."""
    session.flush()
    last = select(func.max(PaperStep.position)).where(PaperStep.paper_id == paper_id)
    session.add(
        PaperStep(
            paper_id=paper_id,
            position=(session.exec(last).one() or 0) + 1,
            at_ms=actor.at_ms,
            login=actor.login,
            step=what,
        )
    )


def lines_of(session: Session, paper_id: str) -> Sequence[PaperLine]:
    """The lines of a document in their order."""
    query = select(PaperLine).where(PaperLine.paper_id == paper_id)
    return session.exec(query.order_by(col(PaperLine.position))).all()


def name_of(row: PaperRow) -> str:
    """What the moves of a document are booked under; a draft has only its id."""
    return f"{row.paper}/{row.year}/{row.number}" if row.number else row.paper_id


def read(session: Session, row: PaperRow) -> Document:
    """The document as the rules see it."""
    lines = tuple(
        Line(
            IngredientId(line.ingredient_id),
            from_milli(line.qty_milli),
            line.value_minor,
            line.share_bp,
            line.raw,
            from_milli(line.net_milli),
            from_milli(line.ready_milli),
        )
        for line in lines_of(session, row.paper_id)
    )
    return Document(
        Paper(row.paper),
        name_of(row),
        row.day,
        row.at_ms,
        row.store_id,
        lines,
        row.to_store_id,
        row.supplier_id,
        row.reference,
        row.reason,
        Split(row.split or Split.PRICE),
    )


def house_for(session: Session, document: Document, today: str) -> House:
    """What the rules have to know to judge a document."""
    book = read_book(session)
    held = _held(session, document.store_id)

    return House(
        goods=frozenset(session.exec(select(Ingredient.ingredient_id))),
        stores=frozenset(session.exec(select(Store.store_id))),
        suppliers=frozenset(session.exec(select(Supplier.supplier_id))),
        today=today,
        locked=locked_through(session),
        invoices=_invoices(session, document),
        counted=_counted(session, document),
        needs=lambda good, qty, day: batch_needs(
            book, good, qty, day, lambda name: held.get(name, ZERO)
        ),
        contents=lambda good, qty, day: batch_needs(book, good, qty, day, policy=Policy.EXPLODE),
    )


def _held(session: Session, store_id: str) -> dict[str, Decimal]:
    rows = session.exec(select(Balance).where(Balance.store_id == store_id))
    return {row.ingredient_id: from_milli(row.qty_milli) for row in rows}


def _invoices(session: Session, document: Document) -> dict[str, str]:
    """Invoices of the supplier that stand on posted receipts, other than this one."""
    if document.paper is not Paper.RECEIPT:
        return {}
    query = select(PaperRow).where(
        PaperRow.paper == Paper.RECEIPT.value,
        PaperRow.state == State.POSTED.value,
        PaperRow.supplier_id == document.supplier_id,
    )
    return {
        row.reference.strip().casefold(): name_of(row)
        for row in session.exec(query)
        if name_of(row) != document.name
    }


def _counted(session: Session, document: Document) -> dict[str, Counted]:
    """By good the last posted stock-take, from the document's day on, of the stores it touches."""
    stores = [store for store in (document.store_id, document.to_store_id) if store]
    query = (
        select(PaperRow, PaperLine.ingredient_id)
        .join(PaperLine, col(PaperLine.paper_id) == col(PaperRow.paper_id))
        .where(
            PaperRow.paper == Paper.COUNT.value,
            PaperRow.state == State.POSTED.value,
            col(PaperRow.store_id).in_(stores),
            PaperRow.day >= document.day,
        )
        .order_by(col(PaperRow.day), col(PaperRow.at_ms))
    )
    found: dict[str, Counted] = {}
    for row, good in session.exec(query):
        if name_of(row) != document.name:
            found[good] = Counted(row.day, row.at_ms, name_of(row))
    return found


def book_at(session: Session, document: Document) -> Callable[[str], Decimal]:
    """What the book says the document's store held of each good at the document's moment.

    Only moves up to that moment, and none of the document's own. What it names is read at once,
    what its prepared goods contain when it is asked for.
    """
    held: dict[str, Decimal] = {}

    def read_in(goods: Sequence[str]) -> None:
        for start in range(0, len(goods), NAMED_AT_ONCE):
            some = goods[start : start + NAMED_AT_ONCE]
            held.update(dict.fromkeys(some, ZERO) | _held_at(session, document, some))

    def qty(good: str) -> Decimal:
        if good not in held:
            read_in([good])
        return held[good]

    read_in(sorted({line.ingredient_id for line in document.lines}))
    return qty


def _held_at(session: Session, document: Document, goods: Sequence[str]) -> dict[str, Decimal]:
    """Of some goods what the book had: the days before added up, and the moves of the day."""
    place, tables = store_place(document.store_id), BackRow.metadata.tables
    moves, days = tables["stock_move"].c, tables["stock_day"].c
    held: dict[str, Decimal] = {}
    for of, where in (
        (days, (days.day < document.day,)),
        (
            moves,
            (
                moves.day == document.day,
                moves.at_ms <= document.at_ms,
                moves.document != document.name,
            ),
        ),
    ):
        signed = case((of.target == place, of.qty_milli), else_=-of.qty_milli)
        here = or_(of.source == place, of.target == place)
        named = of.ingredient_id.in_(goods)
        query = sa.select(of.ingredient_id, func.sum(signed)).where(named, here, *where)
        for good, qty in session.connection().execute(query.group_by(of.ingredient_id)):
            held[good] = held.get(good, ZERO) + from_milli(int(qty))
    return held


@dataclass(frozen=True, slots=True)
class PriceCheck:
    """What a line costs against the last time: minor units of a shown unit, and the change."""

    position: int
    last_minor: int | None
    change_bp: int | None

    @property
    def jumped(self) -> bool:
        """Whether somebody should look at it before posting."""
        return self.change_bp is not None and abs(self.change_bp) > PRICE_JUMP_BP


def price_checks(session: Session, row: PaperRow) -> list[PriceCheck]:
    """Every line of a receipt against the last purchase of its good before it."""
    units = {unit.code: unit.factor for unit in session.exec(select(Unit))}
    found = []
    for line in lines_of(session, row.paper_id):
        bought = last_purchase(session, line.ingredient_id, before=(row.day, row.at_ms))
        if bought is None or line.qty_milli <= 0:
            found.append(PriceCheck(line.position, None, None))
            continue
        factor = units.get(line.unit, 1) * 1000
        last = bought.value_minor * factor // bought.qty_milli
        now = line.value_minor * bought.qty_milli
        then = bought.value_minor * line.qty_milli
        change = (now - then) * 10_000 // then if then else None
        found.append(PriceCheck(line.position, last, change))
    return found
