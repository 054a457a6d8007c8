"""Numbers worked out on paper that no other test does, and the page that lists all of them.

`docs/worked-numbers.md` says which test does which sum; here it is held to that.
"""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from sync_server.domain.card_sheet import sheet_of
from sync_server.domain.costing import (
    Average,
    UnitCost,
    actual_cost_minor,
    food_cost_bp,
    markup_bp,
    shares_before,
)
from sync_server.domain.documents import Split
from sync_server.domain.money import divide_half_up, tax_inside
from sync_server.domain.recipes import Losses
from sync_server.domain.rejections import Refused
from sync_server.domain.stock import exact
from tests.domain.test_documents import CUTS, shared_out
from tests.domain.test_recipes import BOOK, BORSCHT, DAY, part, per_gram

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "worked-numbers.md"


def test_a_loss_is_of_the_gross_and_no_surcharge_on_the_net() -> None:
    bought = part("potato", "1000", Losses(cold_bp=4_000))
    assert 1000 - bought.net() == 400
    assert exact(part("fish", "5", Losses(cold_bp=2_000), net=True).gross(11)) == Decimal("6.250")
    potato = exact(part("potato", "130", Losses(cold_bp=3_500), net=True).gross(11))
    assert potato == 200 != Decimal("175.5")


def test_what_is_thrown_away_is_paid_by_what_is_left() -> None:
    cabbage = part("cabbage", "1", Losses(cold_bp=9000), net=True)
    assert cabbage.gross(11) * 20 == 200


def test_a_borscht_is_the_sum_of_its_five_parts() -> None:
    sheet = sheet_of(BOOK, BORSCHT.owner, BORSCHT.owner_id, DAY, per_gram)
    assert not isinstance(sheet, Refused)
    parts = [round(line.cost) for line in sheet.lines]
    assert parts == [112, 72, 150, 240, 1090]


def test_a_cost_is_never_divided_out_of_a_negative_quantity() -> None:
    short = Average(cost=UnitCost(80, Decimal(1))).issue(Decimal(1_000)).state
    arrived = short.receive(Decimal(500), 500 * 50)
    state = arrived.state
    wrong = (-1_000 * 80 + 500 * 50) / Fraction(-500)
    assert wrong == 110
    assert Fraction(state.value_minor) / Fraction(state.qty) == 80
    assert arrived.correction_minor == 500 * (50 - 80)


def test_each_cut_of_the_pork_has_its_price_a_kilo() -> None:
    shares = shared_out(1_200_000, CUTS, Split.PRICE)
    each = [round(cost / Fraction(cut.qty)) for cost, cut in zip(shares, CUTS, strict=True)]
    assert each == [19_256, 14_004, 18_381, 13_129, 13_567, 1_751]
    worth = sum(cut.value_minor for cut in CUTS)
    assert worth == 1_371_000
    assert divide_half_up(CUTS[0].value_minor * 10_000, worth) == 1_605


def test_what_recipes_do_not_explain_is_three_points() -> None:
    net = 12_000_000 - tax_inside(12_000_000, 2_000)
    assert net == 10_000_000
    really = actual_cost_minor(
        opening=4_800_000, purchases=3_600_000, transfers_in=0, closing=4_750_000,
        gone_elsewhere=150_000 + 50_000,
    )  # fmt: skip
    assert really - 3_150_000 == 300_000
    points = (food_cost_bp(really, net) or 0) - (food_cost_bp(3_150_000, net) or 0)
    assert points == 300
    markup = markup_bp(1_000_000, 166_444)
    assert markup == 50_080
    assert divide_half_up(10_000 * 10_000, 10_000 + markup) == food_cost_bp(166_444, 1_000_000)
    assert food_cost_bp(166_444, 1_000_000) == 1_664


def test_the_share_before_a_dish_decides_its_class() -> None:
    values = {"a": 5200, "b": 2100, "c": 900, "d": 800, "e": 600, "f": 250, "g": 150}
    assert list(shares_before(values).values()) == [0, 5_200, 7_300, 8_200, 9_000, 9_600, 9_850]
    assert shares_before({"none": 0, "loss": -5}) == {"none": 0, "loss": 0}


# -- the page ------------------------------------------------------------------------------------
def rows() -> Iterator[tuple[str, str, list[str]]]:
    """File, name of the test and its figures, from the page."""
    for text in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if len(cells) != 4 or "::" not in cells[2]:
            continue
        path, _, name = cells[2].strip("`").partition("::")
        yield path, name, re.findall(r"`([^`]+)`", cells[3])


def test_every_worked_number_of_the_page_stands_in_the_test_that_it_names() -> None:
    listed = list(rows())
    assert len(listed) > 25
    for path, name, figures in listed:
        source = (ROOT / path).read_text("utf-8")
        found = [
            node
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
        ]
        assert len(found) == 1, f"{path} has no test {name}"
        (test,) = found
        first = min([test.lineno, *(mark.lineno for mark in test.decorator_list)])
        body = "\n".join(source.splitlines()[first - 1 : test.end_lineno])
        assert figures, f"{name} has no figures on the page"
        missing = [figure for figure in figures if figure not in body]
        assert missing == [], f"{name} does not hold {missing}"
