"""Stock documents: what each kind of paper asks for, what is wrong with one, what it moves.

draft → posted → reversed. A posted document is never edited: it is reversed and written anew. A
stock-take is handed in first and approved by somebody else. A discarded draft stays visible.

`faults_of` names everything that keeps a document from being posted, each with its line and
field; `moves_of` turns a sound one into moves, still without cost. Both are pure: what the house
knows comes in as `House`. Prices come from `costing` through `shelves`; rows, numbering and
screens are `sync_server.back_office`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from .money import divide_half_up
from .rejections import Refused, refuse
from .stock import (
    COUNT,
    OPENING,
    PRODUCTION,
    STAFF,
    SUPPLIER,
    WASTE,
    ZERO,
    IngredientId,
    Move,
    MoveKind,
    Place,
    store_place,
    to_milli,
)

LINES = 500
QTY = Decimal(10_000_000)
VALUE_MINOR = 10_000_000_000
WHOLE_BP = 10_000
STAFF_MEAL = "staff-meal"


class Paper(StrEnum):
    """The kinds of documents."""

    ORDER = "order"
    RECEIPT = "receipt"
    SUPPLIER_RETURN = "return"
    TRANSFER = "transfer"
    WRITE_OFF = "write-off"
    PRODUCTION = "production"
    BUTCHERING = "butchering"
    TRIAL = "trial"
    COUNT = "count"
    OPENING = "opening"


class State(StrEnum):
    """How far a document is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    POSTED = "posted"
    REVERSED = "reversed"
    DISCARDED = "discarded"


STEPS = frozenset(
    {
        (State.DRAFT, State.SUBMITTED),
        (State.SUBMITTED, State.DRAFT),
        (State.SUBMITTED, State.POSTED),
        (State.DRAFT, State.POSTED),
        (State.DRAFT, State.DISCARDED),
        (State.POSTED, State.REVERSED),
    }
)

PRICED = frozenset({Paper.RECEIPT, Paper.SUPPLIER_RETURN, Paper.OPENING, Paper.ORDER})
WITH_SUPPLIER = frozenset({Paper.RECEIPT, Paper.SUPPLIER_RETURN, Paper.ORDER})
TWO_STORES = frozenset({Paper.TRANSFER})
REASONS = ("spoiled", "expired", "broken", "guest", STAFF_MEAL, "tasting", "quality", "other")


class Split(StrEnum):
    """How the cost of a piece is shared among its cuts (features-region, rule 7)."""

    PRICE = "price"
    PERCENT = "percent"
    WEIGHT = "weight"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: so much of a good in base units.

    `value_minor` is the sum paid (priced papers) or the selling price of a base unit times
    the quantity (butchering by price); `share_bp` a typed percentage. `raw` marks what is cut.
    `net` and `ready` are the weights after cold and hot work in a trial.
    """

    ingredient_id: IngredientId
    qty: Decimal
    value_minor: int = 0
    share_bp: int = 0
    raw: bool = False
    net: Decimal = ZERO
    ready: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the rules see it; `name` is what its moves are booked under."""

    paper: Paper
    name: str
    day: str
    at_ms: int
    store_id: str
    lines: tuple[Line, ...]
    to_store_id: str = ""
    supplier_id: str = ""
    reference: str = ""
    reason: str = ""
    split: Split = Split.PRICE


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: `line` from 1 (0: the head), `place` as the forms name it."""

    code: str
    line: int = 0
    place: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """A stock-take that a good was in: its moment and its name."""

    day: str
    at_ms: int
    name: str


Needs = Mapping[IngredientId, Decimal] | Refused


def _no_card(good: str, _qty: Decimal, day: str) -> Needs:
    return refuse("no_recipe", item=good, day=day)


@dataclass(frozen=True, slots=True)
class House:
    """What the rules have to know of the house.

    `goods`, `stores` and `suppliers` exist; `locked` is the last locked day; `today` the latest
    day that may be named; `invoices` the supplier's invoices that are booked already, with their
    documents; `counted` by good the last stock-take of the store that a paper may not precede.
    `needs` says what making so much of a prepared good takes, `contents` what it consists of
    down to the goods; both refuse a good without a card.
    """

    goods: frozenset[str]
    stores: frozenset[str]
    suppliers: frozenset[str]
    today: str
    locked: str = ""
    invoices: Mapping[str, str] = field(default_factory=dict)
    counted: Mapping[str, "Counted"] = field(default_factory=dict)
    needs: Callable[[str, Decimal, str], Needs] = _no_card
    contents: Callable[[str, Decimal, str], Needs] = _no_card


def may_step(paper: Paper, before: State, after: State) -> bool:
    """Whether a document may go from one state to the other; only counts are handed in."""
    if paper is Paper.COUNT and (before, after) == (State.DRAFT, State.POSTED):
        return False
    if State.SUBMITTED in (before, after) and paper is not Paper.COUNT:
        return False
    return (before, after) in STEPS


def faults_of(document: Document, house: House) -> list[Fault]:
    """Everything that keeps the document from being posted, the head first, then by line."""
    return [*_head_faults(document, house), *_line_faults(document, house)]


def _head_faults(document: Document, house: House) -> Iterable[Fault]:
    paper = document.paper
    if document.store_id not in house.stores:
        yield Fault("no_store", place="store")
    if paper in TWO_STORES:
        if document.to_store_id not in house.stores:
            yield Fault("no_store", place="to_store")
        elif document.to_store_id == document.store_id:
            yield Fault("same_store", place="to_store")
    if paper in WITH_SUPPLIER and document.supplier_id not in house.suppliers:
        yield Fault("no_supplier", place="supplier")
    if paper is Paper.WRITE_OFF and document.reason not in REASONS:
        yield Fault("no_reason", place="reason")
    if document.day <= house.locked:
        yield Fault("period_locked", place="day", params={"day": house.locked})
    if document.day > house.today:
        yield Fault("future_day", place="day")
    twin = house.invoices.get(document.reference.strip().casefold())
    if paper is Paper.RECEIPT and document.reference.strip() and twin:
        yield Fault("invoice_twice", place="reference", params={"document": twin})
    if not document.lines:
        yield Fault("no_lines")
    if len(document.lines) > LINES:
        yield Fault("too_many_lines", params={"most": LINES})


def _line_faults(document: Document, house: House) -> Iterable[Fault]:
    seen: dict[str, int] = {}
    for number, line in enumerate(document.lines, start=1):
        if line.ingredient_id not in house.goods:
            yield Fault("unknown_good", number, "good", {"good": line.ingredient_id})
            continue
        counting = document.paper is Paper.COUNT
        if not (ZERO if counting else Decimal("0.001")) <= line.qty <= QTY:
            yield Fault("bad_quantity", number, "qty")
        if document.paper in PRICED and not 0 <= line.value_minor <= VALUE_MINOR:
            yield Fault("bad_value", number, "value")
        if counting and line.ingredient_id in seen:
            first = seen[line.ingredient_id]
            yield Fault("good_twice", number, "good", {"line": first})
        seen.setdefault(line.ingredient_id, number)
        since = house.counted.get(line.ingredient_id)
        if since is not None and (document.day, document.at_ms) <= (since.day, since.at_ms):
            yield Fault("counted_since", number, "good", {"document": since.name})
        if document.paper is Paper.PRODUCTION:
            needs = house.needs(line.ingredient_id, line.qty, document.day)
            if isinstance(needs, Refused):
                yield Fault("no_card", number, "good", dict(needs.params))
        if document.paper is Paper.TRIAL and not line.ready > ZERO:
            yield Fault("bad_quantity", number, "ready")
        if document.paper is Paper.TRIAL and not ZERO < line.net <= line.qty:
            yield Fault("bad_net", number, "net")
    if document.paper is Paper.BUTCHERING:
        yield from _cut_faults(document)


def _cut_faults(document: Document) -> Iterable[Fault]:
    raws = [line for line in document.lines if line.raw]
    cuts = [line for line in document.lines if not line.raw]
    if len(raws) != 1:
        yield Fault("one_raw")
        return
    if not cuts:
        yield Fault("no_cuts")
        return
    weight = sum((line.qty for line in cuts), ZERO)
    if weight > raws[0].qty:
        yield Fault("heavier_than_raw", params={"over": str(weight - raws[0].qty)})
    if document.split is Split.PERCENT and sum(line.share_bp for line in cuts) > WHOLE_BP:
        yield Fault("share_sum", place="share")
    if sum(_weights(cuts, document.split)) == 0:
        yield Fault("share_none", place="share")


def unexplained(document: Document) -> Decimal:
    """The part of a cut piece that no line accounts for: waste."""
    raw = sum((line.qty for line in document.lines if line.raw), ZERO)
    return raw - sum((line.qty for line in document.lines if not line.raw), ZERO)


def _weights(cuts: Sequence[Line], split: Split) -> list[int]:
    """The weight of each cut in the cost of the piece; typed shares leave the rest to the others.

    A line without a typed percentage takes an equal part of what the typed ones leave.
    """
    if split is Split.EQUAL:
        return [1] * len(cuts)
    if split is Split.WEIGHT:
        return [to_milli(line.qty) for line in cuts]
    if split is Split.PRICE:
        return [line.value_minor for line in cuts]
    open_lines = sum(1 for line in cuts if line.share_bp == 0)
    rest = WHOLE_BP - sum(line.share_bp for line in cuts)
    scale = max(open_lines, 1)
    return [line.share_bp * scale if line.share_bp else rest for line in cuts]


def moves_of(document: Document, house: House, book_qty: Callable[[str], Decimal]) -> list[Move]:
    """The moves of a sound document, priced later. `book_qty`: what the book says a store holds
    of a good at the document's moment (counts)."""
    store = store_place(document.store_id)
    match document.paper:
        case Paper.ORDER:
            return []
        case Paper.RECEIPT:
            return [_valued(MoveKind.RECEIPT, SUPPLIER, store, line) for line in document.lines]
        case Paper.OPENING:
            return [_valued(MoveKind.OPENING, OPENING, store, line) for line in document.lines]
        case Paper.SUPPLIER_RETURN:
            kind = MoveKind.SUPPLIER_RETURN
            return [_valued(kind, store, SUPPLIER, line) for line in document.lines]
        case Paper.TRANSFER:
            into = store_place(document.to_store_id)
            return [_bare(MoveKind.TRANSFER, store, into, line) for line in document.lines]
        case Paper.WRITE_OFF:
            staff = document.reason == STAFF_MEAL
            kind, target = (MoveKind.STAFF_MEAL, STAFF) if staff else (MoveKind.WASTE, WASTE)
            return [_bare(kind, store, target, line) for line in document.lines]
        case Paper.TRIAL:
            return [_bare(MoveKind.WASTE, store, WASTE, line) for line in document.lines]
        case Paper.PRODUCTION:
            return _made(document, house, store)
        case Paper.BUTCHERING:
            return _cut(document, store)
        case Paper.COUNT:
            return _counted(document, house, book_qty)


def _valued(kind: MoveKind, source: Place, target: Place, line: Line) -> Move:
    return Move(kind, line.ingredient_id, source, target, line.qty, line.value_minor)


def _bare(kind: MoveKind, source: Place, target: Place, line: Line) -> Move:
    return Move(kind, line.ingredient_id, source, target, line.qty, 0)


def _out_of(batch: str, line: Line, into: Place, share: int, shared: int) -> Move:
    """What comes out of a batch, with its share in what went in."""
    what = (MoveKind.PRODUCTION, line.ingredient_id, PRODUCTION, into, line.qty, 0)
    return Move(*what, batch=batch, share=share, shared=shared)


def _made(document: Document, house: House, store: Place) -> list[Move]:
    into = store_place(document.to_store_id or document.store_id)
    moves = []
    for number, line in enumerate(document.lines, start=1):
        batch = f"{document.name}#{number}"
        needs = house.needs(line.ingredient_id, line.qty, document.day)
        assert not isinstance(needs, Refused), "the faults have been looked for"
        for good, qty in needs.items():
            moves.append(Move(MoveKind.PRODUCTION, good, store, PRODUCTION, qty, 0, batch=batch))
        moves.append(_out_of(batch, line, into, 1, 1))
    return moves


def _cut(document: Document, store: Place) -> list[Move]:
    batch = f"{document.name}#1"
    into = store_place(document.to_store_id or document.store_id)
    raw = next(line for line in document.lines if line.raw)
    cuts = [line for line in document.lines if not line.raw]
    weights = _weights(cuts, document.split)
    moves = [
        Move(MoveKind.PRODUCTION, raw.ingredient_id, store, PRODUCTION, raw.qty, 0, batch=batch)
    ]
    for line, weight in zip(cuts, weights, strict=True):
        moves.append(_out_of(batch, line, into, weight, sum(weights)))
    return moves


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a good: counted as itself, and inside counted prepared goods."""

    counted: Decimal = ZERO
    inside: Decimal = ZERO

    @property
    def actual(self) -> Decimal:
        """All of it."""
        return self.counted + self.inside


def counted_goods(
    document: Document, house: House, book_qty: Callable[[str], Decimal]
) -> dict[IngredientId, Found]:
    """What was found of every good, prepared goods gone down into.

    A prepared good that the book does not hold is counted as what it is made of (rule 8); one
    that the book holds, or that has no card, is compared with its own balance.
    """
    found: dict[IngredientId, Found] = {}
    for line in document.lines:
        good = line.ingredient_id
        contents = house.contents(good, line.qty, document.day)
        if isinstance(contents, Refused) or book_qty(good) != ZERO:
            before = found.get(good, Found())
            found[good] = Found(before.counted + line.qty, before.inside)
            continue
        for part, qty in contents.items():
            before = found.get(part, Found())
            found[part] = Found(before.counted, before.inside + qty)
    return found


def _counted(document: Document, house: House, book_qty: Callable[[str], Decimal]) -> list[Move]:
    """The difference to the book of every good that was counted."""
    store = store_place(document.store_id)
    moves = []
    for good, found in counted_goods(document, house, book_qty).items():
        difference = found.actual - book_qty(good)
        if difference < 0:
            moves.append(Move(MoveKind.COUNT, good, store, COUNT, -difference, 0))
        elif difference > 0:
            moves.append(Move(MoveKind.COUNT, good, COUNT, store, difference, 0))
    return moves


@dataclass(frozen=True, slots=True)
class TrialLosses:
    """What the weighings of a trial say of a good, in basis points; hot may be a gain."""

    ingredient_id: IngredientId
    trials: int
    cold_bp: int
    hot_bp: int


def trial_losses(document: Document) -> list[TrialLosses]:
    """The mean losses of every good in a trial, by all its weighings together."""
    by_good: dict[IngredientId, list[Line]] = {}
    for line in document.lines:
        by_good.setdefault(line.ingredient_id, []).append(line)
    found = []
    for good, lines in by_good.items():
        gross = to_milli(sum((one.qty for one in lines), ZERO))
        net = to_milli(sum((one.net for one in lines), ZERO))
        ready = to_milli(sum((one.ready for one in lines), ZERO))
        cold = divide_half_up((gross - net) * WHOLE_BP, gross) if gross else 0
        hot = divide_half_up((net - ready) * WHOLE_BP, net) if net else 0
        found.append(TrialLosses(good, len(lines), cold, hot))
    return found


def to_order(par_milli: int, held_milli: int, case_milli: int) -> int:
    """How many cases bring a good back to its par: half a case is ordered, less is not."""
    return max(divide_half_up(par_milli - held_milli, case_milli), 0)
