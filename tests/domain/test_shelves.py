"""Costs of a whole history: any order of arrival gives the same, and methods agree in the end."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from sync_server.domain.costing import METHODS
from sync_server.domain.shelves import (
    Shelves,
    booked,
    corrections_of,
    differences,
    replayed,
    revalued,
)
from sync_server.domain.stock import (
    COUNT,
    PRODUCTION,
    SALES,
    SUPPLIER,
    WASTE,
    Holding,
    IngredientId,
    Move,
    MoveKind,
    Place,
    holdings,
    store_place,
    turnover,
)

KITCHEN, BAR = store_place("kitchen"), store_place("bar")
BEEF, BROTH = IngredientId("beef"), IngredientId("broth")
ACTS = ("buy", "sell", "move", "waste", "cook", "find", "miss", "return")


def moves_for(act: str, at_ms: int, qty: Decimal, value: int) -> list[Move]:
    """The moves of one document at a moment of its own."""

    def move(kind: MoveKind, source: Place, target: Place, **more: object) -> Move:
        given = {"day": "2026-11-10", "at_ms": at_ms, "note": f"d/{at_ms}"} | more
        return Move(kind, BEEF, source, target, qty, value, **given)  # type: ignore[arg-type]

    batch = f"d/{at_ms}#1"
    match act:
        case "buy":
            return [move(MoveKind.RECEIPT, SUPPLIER, KITCHEN)]
        case "sell":
            return [move(MoveKind.SALE, KITCHEN, SALES), move(MoveKind.SALE, BAR, SALES)]
        case "move":
            return [move(MoveKind.TRANSFER, KITCHEN, BAR)]
        case "waste":
            return [move(MoveKind.WASTE, BAR, WASTE)]
        case "cook":
            made = move(MoveKind.PRODUCTION, PRODUCTION, KITCHEN, batch=batch, share=1, shared=1)
            return [
                move(MoveKind.PRODUCTION, KITCHEN, PRODUCTION, batch=batch),
                replace(made, ingredient_id=BROTH),
            ]
        case "find":
            return [move(MoveKind.COUNT, COUNT, KITCHEN)]
        case "miss":
            return [move(MoveKind.COUNT, KITCHEN, COUNT)]
        case _:
            return [move(MoveKind.SUPPLIER_RETURN, KITCHEN, SUPPLIER)]


quantities = st.integers(1, 9_000).map(lambda milli: Decimal(milli).scaleb(-3))
histories = st.lists(
    st.tuples(st.sampled_from(ACTS), quantities, st.integers(0, 90_000)), min_size=1, max_size=14
)


def arrived(documents: list[list[Move]], order: list[int]) -> list[Move]:
    """The ledger as it was written when the documents came in this order."""
    ledger: list[Move] = []
    for index in order:
        for move in documents[index]:
            ledger.append(replace(move, order=len(ledger) + 1))
    return ledger


@pytest.mark.parametrize("method", sorted(METHODS))
@given(history=histories, data=st.data())
@settings(max_examples=40)
def test_any_permutation_of_late_documents_ends_at_the_same_cost(
    method: str, history: list[tuple[str, Decimal, int]], data: st.DataObject
) -> None:
    documents = [moves_for(act, at, qty, value) for at, (act, qty, value) in enumerate(history)]
    order = data.draw(st.permutations(range(len(documents))))
    punctual = holdings(revalued(arrived(documents, list(range(len(documents)))), method))
    late = arrived(documents, order)
    first = list(_as_it_came(late, method))
    corrections = list(differences(replayed(late, Shelves(method)), booked(first)))
    books = holdings([*first, *corrections])
    for place in (KITCHEN, BAR):
        for good in (BEEF, BROTH):
            assert books.get((place, good)) == punctual.get((place, good))


def _as_it_came(ledger: list[Move], method: str) -> list[Move]:
    """Priced move by move in the order of arrival, as the live ledger does."""
    shelves, rows = Shelves(method), []
    for move in ledger:
        priced = shelves.book(move)
        rows += [priced.move, *corrections_of(priced)]
    return rows


@given(histories)
@settings(max_examples=40)
def test_both_methods_total_the_same_over_a_lifetime_that_ends_empty(
    history: list[tuple[str, Decimal, int]],
) -> None:
    documents = [moves_for(act, at, qty, value) for at, (act, qty, value) in enumerate(history)]
    ledger = arrived(documents, list(range(len(documents))))
    ledger = [move for move in ledger if move.kind is not MoveKind.COUNT]
    end = []
    for (place, good), held in holdings(ledger).items():
        if place not in (KITCHEN, BAR) or held.qty == 0:
            continue
        away = held.qty > 0
        kind = MoveKind.SALE if away else MoveKind.RECEIPT
        source, target = (place, SALES) if away else (SUPPLIER, place)
        value = 0 if away else 777
        end.append(Move(kind, good, source, target, abs(held.qty), value, day="2026-11-11"))
    ledger += [replace(move, order=len(ledger) + n) for n, move in enumerate(end, start=1)]
    for method in METHODS:
        books = holdings(revalued(ledger, method))
        for place in (KITCHEN, BAR):
            for good in (BEEF, BROTH):
                assert books.get((place, good), Holding()) == Holding()


@pytest.mark.parametrize("method", sorted(METHODS))
@given(history=histories)
@settings(max_examples=30)
def test_opening_in_out_and_corrections_make_the_closing_of_every_row(
    method: str, history: list[tuple[str, Decimal, int]]
) -> None:
    documents = [moves_for(act, at, qty, value) for at, (act, qty, value) in enumerate(history)]
    ledger = revalued(arrived(documents, list(range(len(documents)))), method)
    for place in (KITCHEN, BAR):
        assert all(
            row.balanced for row in turnover(ledger, place, "2026-11-10", "2026-11-10").values()
        )


def test_a_late_invoice_changes_the_sales_after_it_and_none_before() -> None:
    def move(kind: MoveKind, source: Place, target: Place, qty: int, at: int, value: int) -> Move:
        return Move(
            kind, BEEF, source, target, Decimal(qty), value, day="2026-11-10", at_ms=at, order=at
        )

    ledger = [
        move(MoveKind.RECEIPT, SUPPLIER, KITCHEN, 10, 1, 100_000),
        move(MoveKind.SALE, KITCHEN, SALES, 2, 2, 0),
        move(MoveKind.SALE, KITCHEN, SALES, 6, 4, 0),
    ]
    first = revalued(ledger, "average")
    late = replace(move(MoveKind.RECEIPT, SUPPLIER, KITCHEN, 8, 3, 104_000), order=9)
    whole = [*first, late]
    found = list(differences(replayed(whole, Shelves("average")), booked(whole)))
    assert [(entry.corrects, entry.value_minor, entry.target) for entry in found] == [
        (4, 9_000, SALES)
    ]


def test_a_reversed_document_leaves_the_history_as_if_it_had_never_been() -> None:
    def move(kind: MoveKind, source: Place, target: Place, at: int, value: int) -> Move:
        day = "2026-11-10"
        return Move(kind, BEEF, source, target, Decimal(5), value, day=day, at_ms=at, order=at)

    kept = [
        move(MoveKind.RECEIPT, SUPPLIER, KITCHEN, 1, 50_000),
        move(MoveKind.SALE, KITCHEN, SALES, 3, 0),
    ]
    wrong = move(MoveKind.RECEIPT, SUPPLIER, KITCHEN, 2, 500_000)
    undone = replace(wrong, source=KITCHEN, target=SUPPLIER, order=9, annuls=2)
    whole = [*revalued([*kept, wrong], "fifo"), undone]
    corrected = [*whole, *differences(replayed(whole, Shelves("fifo")), booked(whole))]
    alone = holdings(revalued(kept, "fifo"))
    assert holdings(corrected)[KITCHEN, BEEF] == alone[KITCHEN, BEEF]
