"""A printer's own type: short for slow wires, and still right in every language."""

import re

import pytest
from hypothesis import given, strategies as st

from hardware.code_pages import CODE_PAGES, code_page, type_encoder
from hardware.documents import QR, Align, Cell, Columns, Document, Logo, Size, Text
from hardware.escpos_jobs import raster_encoder
from hardware.machine import Machine
from hardware.paper import DRAWN, PaperDocument
from hardware.printer import Evidence
from hardware.raster import PAPER_58, PAPER_80, Paper
from tests.hardware.independent import Emupos, emupos, inked
from tests.hardware.samples import RECEIPT, TICKET

__all__ = ["emupos"]

WORDS = ("Борщ ґїєі", "Żurek łąść", "宫保鸡丁", "100,00 ₴", "naïve €")


def typed(document: Document, page: str, paper: Paper = PAPER_80) -> tuple[PaperDocument, bytes]:
    """The paper of a document set in a page, and the bytes that it took."""
    job = type_encoder(code_page(page), paper)(document)
    data = b"".join((*job.body, *job.ending))
    machine = Machine(Evidence.A, paper.dots)
    machine.receive(data)
    assert not machine.interpreter.unknown
    assert not machine.buffered
    (printed,) = machine.documents
    return printed, data


@pytest.mark.parametrize("page", sorted(CODE_PAGES.values()))
def test_every_word_has_the_same_letters_on_paper_whatever_the_page_lacks(page: str) -> None:
    for word in WORDS:
        printed, _ = typed(Document("", (Text(word),)), page)
        # A page that has all of Unicode does not exist, so the picture is compared with one where
        # every letter was drawn: type or dots, it is the same letter in the same cell.
        drawn, _ = typed(Document("", (Text(word),)), "cp437" if page != "cp437" else "cp1251")
        assert inked(printed.image()).tobytes() == inked(drawn.image()).tobytes(), word
        assert "?" not in printed.text


def test_a_receipt_in_type_is_a_tenth_of_the_dots_and_says_the_same() -> None:
    printed, data = typed(RECEIPT, "cp1251")
    drawn = raster_encoder(PAPER_80)(RECEIPT)
    assert len(data) * 10 < sum(len(piece) for piece in (*drawn.body, *drawn.ending))
    text = printed.text
    assert "Ґулаш яловичий" in text
    # The hryvnia is in no page: drawn where it stands, and the sum before it is type.
    assert f"370,00 {DRAWN}" in text


def test_columns_of_sums_stay_straight_beside_chinese_names() -> None:
    def row(name: str) -> Columns:
        return Columns((Cell(name), Cell("9,50", align=Align.RIGHT, keep=True)))

    for paper in (PAPER_80, PAPER_58):
        edges = set()
        for name in ("Чай", "麻婆豆腐", "x" * 40):
            printed, _ = typed(Document("", (row(name),)), "cp1251", paper)
            edges.add(inked(printed.image()).size[0] if name == "Чай" else 0)
            for line in printed.text.splitlines():
                assert len(line.replace(DRAWN, "##" if "麻" in name else "#")) <= paper.dots // 12
        assert edges


def test_large_lines_that_the_page_lacks_are_drawn_as_a_whole() -> None:
    total = Columns(
        (Cell("ДО СПЛАТИ"), Cell("1 791,45 ₴", align=Align.RIGHT, keep=True)), Size.LARGE
    )
    printed, _ = typed(Document("", (total,)), "cp1251")
    assert printed.text == ""
    assert printed.height < 120


def test_a_qr_code_is_the_printers_own_and_a_logo_is_drawn() -> None:
    logo = Logo(b"\xf0\x0f" * 20, 2)
    printed, data = typed(Document("", (logo, QR("https://example.invalid/T3-018"))), "cp866")
    assert b"https://example.invalid/T3-018" in data
    assert printed.height > 150


@pytest.mark.parametrize("text", ["cp9999", "cp1251:300", "cp1251:x", ""])
def test_a_page_that_does_not_exist_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"page|invalid"):
        code_page(text)
    assert code_page("cp1251:73").number == 73


@pytest.mark.parametrize("document", [RECEIPT, TICKET], ids=["receipt", "kitchen ticket"])
def test_another_interpreter_reads_the_same_letters_and_draws_the_rest(
    emupos: Emupos, document: Document
) -> None:
    chinese = Document(document.title, (Text("王小明 麻婆豆腐"), *document.blocks), footer="кінець")
    job = type_encoder(code_page("cp866"), PAPER_80)(chinese)
    emupos.printer._encode = lambda _: job
    try:
        assert emupos.printer.print(chinese).done
    finally:
        emupos.printer._encode = raster_encoder()
    text = emupos.ask("GET", "receipts/latest/text").decode()
    printed, _ = typed(chinese, "cp866")
    # Theirs leaves out what came as dots, ours marks it; letters of the page stand in both.
    theirs = "".join(char for char in re.sub(r"\[[^]]*]", "", text) if char.isalpha())
    ours = "".join(char for char in printed.text if char.isalpha())
    assert theirs == ours
    assert len(ours) > 40


@given(st.text(max_size=120), st.sampled_from(sorted(CODE_PAGES.values())), st.sampled_from(Size))
def test_no_text_of_people_steers_a_printer_through_its_own_type(
    text: str, page: str, size: Size
) -> None:
    blocks = (Text(text, size), Columns((Cell(text), Cell(text, keep=True)), size))
    job = type_encoder(code_page(page), PAPER_58)(Document(text, blocks, text, footer=text))
    machine = Machine(Evidence.A, PAPER_58.dots)
    machine.receive(b"".join((*job.body, *job.ending)))
    assert (machine.kicks, machine.cuts, machine.buffered) == ([], 1, 0)
    assert not machine.interpreter.unknown
    assert machine.answers() == b""
    meant = {"ESC @", "ESC t", "ESC !", "ESC *", "ESC J", "GS B", "GS v 0", "GS V"}
    assert set(machine.interpreter.commands) <= meant
