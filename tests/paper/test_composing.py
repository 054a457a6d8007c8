"""What stands on every paper, in full, as text files that people can read and judge.

After a change that is meant, `UPDATE_DOCUMENTS=1` writes them anew; look at the difference.
"""

import os
import string
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from hardware.documents import Cell, Columns, Document, Text
from hardware.plain_text import body_lines
from sync_server.domain import events as e
from sync_server.domain.checks import totals_of
from sync_server.domain.figures import LateSum
from sync_server.domain.outward import PaperJob
from sync_server.paper.composing import NotComposable, compose
from sync_server.paper.figures import Figures, zone_of
from sync_server.paper.words import LANGUAGES, PHRASES, words_of
from tests.paper.paper_jobs import (
    CATALOGUE,
    CHECK_NOW,
    EVENING,
    JOBS,
    KITCHEN,
    PRE_BILL,
    TICKET_NOW,
    X,
)

GOLDEN = Path(__file__).parent.parent / "data" / "documents"
KYIV = zone_of(CATALOGUE)


def dump(document: Document) -> str:
    """Every block with all that is not its default, one a line."""
    out = [f"title={document.title!r} copy={document.copy_heading!r} footer={document.footer!r}"]
    for block in document.blocks:
        out.append(_block(block))
        if isinstance(block, Columns):
            out += [f"    {_block(cell)}" for cell in block.cells]
    return "\n".join(out) + "\n"


def _block(block: object) -> str:
    said = []
    for field in fields(block):  # type: ignore[arg-type]
        value = getattr(block, field.name)
        if field.name != "cells" and value != field.default:
            shown = repr(value) if isinstance(value, str) else getattr(value, "value", value)
            said.append(f"{field.name}={shown}")
    return f"{type(block).__name__} {' '.join(said)}".rstrip()


def text_of(job: PaperJob) -> str:
    """The paper as plain text."""
    document = compose(job, CATALOGUE, KYIV)
    return "\n".join([*body_lines(document), document.footer])


@pytest.mark.parametrize("name", JOBS)
def test_every_paper_says_what_it_said_before(name: str) -> None:
    made = dump(compose(JOBS[name], CATALOGUE, KYIV))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_DOCUMENTS"):
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")


def test_no_golden_paper_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(JOBS)


def test_every_phrase_stands_in_every_language_with_the_same_places() -> None:
    for key, phrase in PHRASES.items():
        assert len(phrase) == len(LANGUAGES), key
        assert all(phrase), key
        places = [{p[1] for p in string.Formatter().parse(text) if p[1]} for text in phrase]
        assert places[0] == places[1] == places[2], key


def test_a_language_without_words_reads_english() -> None:
    assert words_of("zh").say("bill") == "BILL"
    assert "BILL T1-018" in text_of(replace(PRE_BILL, language="zh"))


def test_held_dishes_are_never_set_like_dishes_to_make() -> None:
    lines = text_of(KITCHEN).splitlines()
    hold = next(n for n, line in enumerate(lines) if "НЕ ГОТУВАТИ" in line)
    assert next(n for n, line in enumerate(lines) if "Рібай" in line) < hold
    assert next(n for n, line in enumerate(lines) if "Вареники" in line) > hold


def test_the_allergy_is_white_on_black_above_the_first_dish_and_under_its_own() -> None:
    blocks = compose(KITCHEN, CATALOGUE, KYIV).blocks
    told = [
        n for n, b in enumerate(blocks) if isinstance(b, Text) and b.inverse and "горіхи" in b.text
    ]
    dishes = [n for n, b in enumerate(blocks) if isinstance(b, Columns) and n > 1]
    assert len(told) == 2
    assert told[0] < dishes[0] < dishes[1] < told[1]


def test_the_bill_is_the_check_to_the_kopiyka() -> None:
    totals = totals_of(CHECK_NOW)
    figures = Figures("uk", "UAH", KYIV)
    paper = text_of(PRE_BILL)
    for amount in (totals.gross_minor, totals.service_minor, totals.tax_minor):
        assert figures.plain(amount) in paper
    assert figures.money(totals.total_minor) in paper
    assert "не є фіскальним чеком" in paper


def test_the_first_bill_is_no_copy_and_the_second_says_so() -> None:
    assert compose(PRE_BILL, CATALOGUE, KYIV).copy_heading is None
    assert compose(replace(PRE_BILL, copy=2), CATALOGUE, KYIV).copy_heading == "КОПІЯ 2"


def test_discounts_cut_to_the_price_of_a_line_stand_in_one_row_and_sum_up() -> None:
    half = e.Grant("g", "d", "Половина", CHECK_NOW.owner, rate_bp=6_000)
    twice = replace(CHECK_NOW, grants=(half, replace(half, grant_id="g2")))
    off = Figures("uk", "UAH", KYIV).plain(-totals_of(twice).discount_minor)
    paper = text_of(replace(PRE_BILL, check=twice))
    assert [line for line in paper.splitlines() if "Знижка" in line and off in line]
    assert "Половина" not in paper


def test_the_expected_cash_is_on_no_paper_before_the_count() -> None:
    assert "4\u00a0711,00" not in text_of(X)
    assert "4\u00a0711,00" in text_of(JOBS["z"])


def test_an_x_has_the_lines_of_the_z_that_follows_when_nothing_happens_between() -> None:
    x = text_of(X).splitlines()
    z = text_of(JOBS["z"]).splitlines()
    sales = next(n for n, line in enumerate(x) if "ПРОДАЖ" in line)
    drawer = next(n for n, line in enumerate(x) if "Має бути" in line)
    start = next(n for n, line in enumerate(z) if "ПРОДАЖ" in line)
    assert x[sales:drawer] == z[start : start + drawer - sales]


def test_times_are_the_venues_whatever_the_machine_thinks() -> None:
    assert "19:42" in text_of(KITCHEN)
    summer = int(EVENING - 150 * 86_400_000)
    assert "20:42" in text_of(replace(KITCHEN, at_ms=summer))


def test_a_zone_nobody_knows_still_gives_paper() -> None:
    odd = replace(CATALOGUE, settings=replace(CATALOGUE.settings, zone="Kyiv/Middle"))
    assert "17:42" in "\n".join(body_lines(compose(KITCHEN, odd, zone_of(odd))))


def test_a_job_without_what_it_is_about_is_refused_in_words() -> None:
    with pytest.raises(NotComposable, match="receipt"):
        compose(replace(KITCHEN, document="receipt"), CATALOGUE, KYIV)
    with pytest.raises(NotComposable, match="poem"):
        compose(replace(KITCHEN, document="poem"), CATALOGUE, KYIV)


ODD = st.text(max_size=600) | st.sampled_from(
    [
        "\x1b@\x1dV0",
        "\x10\x14\x01\x00\x05",
        "\u202eтекст",
        "а" * 600,
        "{table} %s \\n",
        "Борщ\nЧайові 999",
    ]
)


@given(name=ODD, note=ODD, allergy=ODD, table=ODD, qty=st.integers(1, 1_000_000))
def test_text_of_people_never_breaks_a_paper_and_never_steers_a_printer(
    name: str, note: str, allergy: str, table: str, qty: int
) -> None:
    dish = replace(
        TICKET_NOW.lines[0], item_id="gone", name=name, note=note, allergy=allergy, qty_milli=qty
    )
    line = replace(CHECK_NOW.lines[0], item_id="gone", name=name, qty_milli=qty)
    ticket = replace(
        TICKET_NOW, lines=(dish, replace(dish, state="void"), replace(dish, held=True))
    )
    for job in (
        replace(KITCHEN, table=table, ticket=ticket),
        replace(KITCHEN, document="void", table=table, ticket=ticket),
        replace(PRE_BILL, table=table, check=replace(CHECK_NOW, name=name, lines=(line,))),
    ):
        document = compose(job, CATALOGUE, KYIV)
        for block in document.blocks:
            cells = block.cells if isinstance(block, Columns) else (block,)
            for part in cells:
                if isinstance(part, Text | Cell):
                    assert part.text.isprintable() or "\u00a0" in part.text
                    assert not set(part.text) & set("\x1b\x1d\x10\n\r\u202e")


def test_the_z_names_the_closed_shift_of_each_late_entry() -> None:
    z = JOBS["z"]
    assert z.shift is not None
    late = replace(z.shift.figures, late=(LateSum(3, 2, 45_000),))
    said = text_of(replace(z, shift=replace(z.shift, figures=late)))
    assert "Пізні записи зміни 3 (2)" in said
    assert "450,00" in said
