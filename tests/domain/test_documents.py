"""Stock documents: worked numbers of butchering and counting, every fault with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from sync_server.domain.bar import Bottle
from sync_server.domain.documents import (
    Counted,
    Document,
    House,
    Line,
    Paper,
    Split,
    State,
    counted_goods,
    faults_of,
    may_step,
    moves_of,
    to_order,
    trial_losses,
    unexplained,
)
from sync_server.domain.recipes import (
    Component,
    Owner,
    Policy,
    Recipe,
    RecipeBook,
    batch_needs,
)
from sync_server.domain.rejections import Refused
from sync_server.domain.shelves import revalued
from sync_server.domain.stock import (
    SUPPLIER,
    ZERO,
    IngredientId,
    Move,
    MoveKind,
    holdings,
    store_place,
)

KITCHEN = store_place("kitchen")
BROTH = RecipeBook.of(
    [
        Recipe(
            Owner.SEMI, "broth", "2000-01-01", Decimal(1700),
            (Component(IngredientId("beef"), Decimal(400)),),
        )
    ]
)  # fmt: skip


def needs(good: str, qty: Decimal, day: str) -> Mapping[IngredientId, Decimal] | Refused:
    return batch_needs(BROTH, good, qty, day, policy=Policy.EXPLODE)


GOODS = ("pork", "loin", "belly", "neck", "shoulder", "ham", "bones", "beef", "broth")
HOUSE = House(
    frozenset(GOODS), frozenset({"kitchen", "bar"}), frozenset({"rynok"}), "2026-11-21",
    needs=needs, contents=needs,
)  # fmt: skip


def line(good: str, qty: str, value: int = 0, **more: object) -> Line:
    return Line(IngredientId(good), Decimal(qty), value, **more)  # type: ignore[arg-type]


def document(paper: Paper, *lines: Line, **more: object) -> Document:
    return Document(paper, f"{paper}/2026/1", "2026-11-20", 5, "kitchen", lines, **more)  # type: ignore[arg-type]


CUTS = (
    line("loin", "10", 220_000),
    line("belly", "11", 176_000),
    line("neck", "4", 84_000),
    line("shoulder", "30", 450_000),
    line("ham", "28", 434_000),
    line("bones", "3.5", 7_000),
)


def shared_out(cost_minor: int, cuts: Sequence[Line], split: Split) -> list[int]:
    """What each cut costs after a piece was bought for so much and cut up."""
    piece = line("piece", "100", raw=True)
    paper = document(Paper.BUTCHERING, piece, *cuts, split=split)
    bought = Move(
        MoveKind.RECEIPT, piece.ingredient_id, SUPPLIER, KITCHEN, piece.qty, cost_minor,
        day=paper.day, at_ms=1, order=1,
    )  # fmt: skip
    moves = [
        replace(move, day=paper.day, at_ms=5, order=order, note=paper.name)
        for order, move in enumerate(moves_of(paper, HOUSE, lambda _: ZERO), start=2)
    ]
    held = holdings(revalued([bought, *moves], "average"))
    assert held[KITCHEN, piece.ingredient_id].value_minor == 0
    return [held[KITCHEN, cut.ingredient_id].value_minor for cut in cuts]


def test_a_pork_of_twelve_thousand_is_shared_among_its_cuts_by_their_prices() -> None:
    assert shared_out(1_200_000, CUTS, Split.PRICE) == [
        192_560, 154_048, 73_523, 393_873, 379_869, 6_127,
    ]  # fmt: skip
    by_weight = shared_out(1_200_000, CUTS, Split.WEIGHT)
    assert sum(by_weight) == 1_200_000
    assert [round(cost / qty.qty) for cost, qty in zip(by_weight, CUTS, strict=True)] == [
        13_873
    ] * 6
    pork = document(Paper.BUTCHERING, line("pork", "100", raw=True), *CUTS)
    assert unexplained(pork) == Decimal("13.5")


def test_typed_shares_leave_the_rest_to_the_cuts_without_one() -> None:
    cuts = (line("loin", "1", share_bp=5_000), line("ham", "1"), line("neck", "1"))
    assert shared_out(1_000, cuts, Split.PERCENT) == [500, 250, 250]
    assert shared_out(1_000, cuts, Split.EQUAL) == [333, 333, 334]


def test_counted_broth_counts_as_its_beef_unless_the_book_holds_broth() -> None:
    count = document(Paper.COUNT, line("beef", "5900"), line("broth", "500"))
    book = {"beef": Decimal(6850)}
    found = counted_goods(count, HOUSE, lambda good: book.get(good, ZERO))
    beef = found[IngredientId("beef")]
    assert (beef.inside, beef.actual) == (Decimal("117.647"), Decimal("6017.647"))
    (missing,) = moves_of(count, HOUSE, lambda good: book.get(good, ZERO))
    assert (missing.source, missing.qty) == (KITCHEN, Decimal("832.353"))
    held = {"beef": Decimal(6850), "broth": Decimal(400)}
    as_itself = counted_goods(count, HOUSE, lambda good: held.get(good, ZERO))
    assert as_itself[IngredientId("broth")].counted == 500


@pytest.mark.parametrize(
    ("paper", "faults"),
    [
        (document(Paper.RECEIPT, line("beef", "1", 5)), {("no_supplier", 0, "supplier")}),
        (
            document(Paper.RECEIPT, line("beef", "1", 5), supplier_id="rynok", reference=" A-7 "),
            {("invoice_twice", 0, "reference")},
        ),
        (document(Paper.TRANSFER, to_store_id="kitchen"),
         {("same_store", 0, "to_store"), ("no_lines", 0, "")}),
        (document(Paper.WRITE_OFF, line("beef", "0"), line("moon", "1"), reason="broken"),
         {("bad_quantity", 1, "qty"), ("unknown_good", 2, "good")}),
        (document(Paper.PRODUCTION, line("beef", "1")), {("no_card", 1, "good")}),
        (document(Paper.COUNT, line("beef", "1"), line("beef", "2")), {("good_twice", 2, "good")}),
        (document(Paper.COUNT, line("beef", "-0.001")), {("bad_quantity", 1, "qty")}),
        (document(Paper.BUTCHERING, line("pork", "1", raw=True), line("ham", "2", 5)),
         {("heavier_than_raw", 0, "")}),
        (document(Paper.TRIAL, line("beef", "1", net=Decimal(2), ready=Decimal(1))),
         {("bad_net", 1, "net")}),
        (replace(document(Paper.WRITE_OFF, line("beef", "1"), reason="?"), day="2026-11-05"),
         {("period_locked", 0, "day"), ("no_reason", 0, "reason"), ("counted_since", 1, "good")}),
        (replace(document(Paper.WRITE_OFF, line("ham", "1"), reason="other"), day="2026-11-22"),
         {("future_day", 0, "day")}),
    ],
)  # fmt: skip
def test_every_fault_is_named_with_its_place(
    paper: Document, faults: set[tuple[str, int, str]]
) -> None:
    house = replace(
        HOUSE,
        locked="2026-11-05",
        invoices={"a-7": "receipt/2026/3"},
        counted={"beef": Counted("2026-11-10", 0, "count/2026/1")},
    )
    found = {(fault.code, fault.line, fault.place) for fault in faults_of(paper, house)}
    assert found == faults


def test_only_counts_are_handed_in_and_nothing_posted_is_edited() -> None:
    assert may_step(Paper.RECEIPT, State.DRAFT, State.POSTED)
    assert not may_step(Paper.COUNT, State.DRAFT, State.POSTED)
    assert may_step(Paper.COUNT, State.SUBMITTED, State.POSTED)
    assert not may_step(Paper.RECEIPT, State.DRAFT, State.SUBMITTED)
    assert not any(
        may_step(paper, state, State.DRAFT)
        for paper in Paper
        for state in (State.POSTED, State.REVERSED, State.DISCARDED)
    )


def test_an_order_fills_up_to_par_by_the_half_case_rule() -> None:
    assert to_order(6_000, 3_250, 1_000) == 3
    assert to_order(6_000, 3_750, 1_000) == 2
    assert to_order(6_000, 9_000, 1_000) == 0


def test_an_open_bottle_is_read_off_the_scale_and_gives_whole_shots() -> None:
    spirit = Bottle(700, 1_145, 480)
    assert spirit.left_ml(860) == 400
    assert (spirit.left_ml(300), spirit.left_ml(2_000)) == (0, 700)
    assert spirit.stock_ml(3, (860,)) == 2_500
    assert spirit.portions(50) == 14
    assert spirit.shot_cost_minor(42_000, 50) == 3_000
    assert not Bottle(700, 480, 480).possible


def test_a_trial_gives_the_mean_losses_of_its_weighings() -> None:
    trial = document(
        Paper.TRIAL,
        line("beef", "1000", net=Decimal(900), ready=Decimal(600)),
        line("beef", "3000", net=Decimal(2_500), ready=Decimal(1_900)),
    )
    (mean,) = trial_losses(trial)
    assert (mean.ingredient_id, mean.trials, mean.cold_bp, mean.hot_bp) == ("beef", 2, 1_500, 2_647)
