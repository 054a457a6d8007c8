"""Text from people is harmless before it reaches any driver, and documents know their bounds."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from hardware.documents import (
    QR,
    Cell,
    Columns,
    Document,
    DocumentError,
    KickDrawer,
    Space,
    Text,
    clean,
)
from hardware.plain_text import body_lines, footer_lines
from tests.hardware.samples import RECEIPT, TICKET


@given(st.text(alphabet=st.characters(codec=None), max_size=80))
def test_no_character_that_steers_a_device_survives(text: str) -> None:
    for char in clean(text):
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def test_a_command_typed_into_a_note_becomes_harmless_letters() -> None:
    assert clean("no ice\x1bp\x00\x19\xfa\n\x10\x14\x01\x00\x01") == "no icep\u00fa "
    assert clean("\u202eevil\u200b\ufeff") == "evil"


def test_a_tower_of_accents_is_lowered_and_a_sum_keeps_its_space() -> None:
    assert clean("e" + "\u0301" * 40) == "é" + "\u0301" * 2
    assert clean("1\u202f140,00\u00a0₴") == "1\u00a0140,00\u00a0₴"


def test_text_that_is_too_long_is_cut_and_says_so() -> None:
    assert clean("я" * 600) == "я" * 499 + "…"


def test_a_reissued_document_says_why_and_never_kicks_the_drawer_again() -> None:
    document = Document("Receipt", (KickDrawer(), Text("tea")), copy_heading="COPY")
    again = document.reissued("FOR: bar")
    assert again.copy_heading == "FOR: bar · COPY"
    assert again.blocks == (Text("tea"),)
    assert document.blocks[0] == KickDrawer()


def test_a_document_that_cannot_be_printed_is_refused_in_words() -> None:
    for faulty in (
        lambda: Document("x", (Space(1),) * 2_000),
        lambda: Columns(()),
        lambda: QR(""),
        lambda: QR("₴" * 400),
        lambda: KickDrawer(3),
        lambda: Cell("x", width=-1),
    ):
        with pytest.raises(DocumentError):
            faulty()


def test_plain_lines_hold_every_word_and_every_sum() -> None:
    for columns in (48, 32):
        lines = body_lines(RECEIPT, columns) + footer_lines(RECEIPT, columns)
        assert all(len(line) <= columns for line in lines)
        words = " ".join(lines).split()
        for word in ("Ґулаш", "яловичий", "картопляним", "їжаковим", "kiełbasą"):
            assert word in words
        for total in ("1\u00a0140,00 ₴", "−199,05 ₴", "1\u00a0791,45 ₴"):
            assert any(line.endswith(total) for line in lines)
    assert "~~Картопля фрі~~" in "\n".join(body_lines(TICKET))
