"""What is drawn: right letters, whole sums, wrapped names, the same dots every time."""

import pytest
from PIL import Image, ImageChops

from hardware import fonts
from hardware.documents import (
    QR,
    Align,
    Cell,
    Columns,
    Cut,
    Document,
    DocumentError,
    KickDrawer,
    Size,
    Space,
    Text,
)
from hardware.escpos_jobs import defused
from hardware.raster import PAPER_58, PAPER_80, Paper, render, wrap
from tests.hardware.samples import RECEIPT, TICKET, item


def drawn(*blocks: Text | Columns, paper: Paper = PAPER_80) -> Image.Image:
    """The picture of blocks without title and footer."""
    (sheet,) = render(Document("", blocks), paper)
    return sheet.image


def ink(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The box around everything black."""
    return ImageChops.invert(image).getbbox()


def holds(paper: Image.Image, strip: Image.Image) -> bool:
    """The rows of `strip` stand somewhere on `paper`, dot for dot."""
    stride = paper.width // 8
    at = paper.tobytes().find(strip.tobytes())
    return at >= 0 and at % stride == 0


@pytest.mark.parametrize("paper", [PAPER_80, PAPER_58])
def test_a_line_looks_the_same_alone_and_inside_a_receipt(paper: Paper) -> None:
    (sheet,) = render(RECEIPT, paper)
    for block in RECEIPT.blocks:
        if isinstance(block, Text | Columns):
            assert holds(sheet.image, drawn(block, paper=paper))


def test_ukrainian_polish_and_the_hryvnia_have_letters_of_their_own() -> None:
    missing = drawn(Text("\U0001f9ff"))  # no font here has it: the box for "missing" is drawn
    assert ink(missing)
    letters = "ґҐіІїЇєЄщюыłŁżŻźćńśąęó₴€№×−→✓"
    pictures = {letter: drawn(Text(letter)).tobytes() for letter in letters}
    assert len(set(pictures.values())) == len(letters)
    assert missing.tobytes() not in pictures.values()


def test_figures_are_tabular_so_that_sums_line_up() -> None:
    face = fonts.face(26, False)
    assert len({face.width(figure * 8) for figure in "0123456789"}) == 1


@pytest.mark.parametrize("paper", [PAPER_80, PAPER_58])
@pytest.mark.parametrize("size", list(Size))
def test_a_sum_is_never_cut_and_never_wrapped(paper: Paper, size: Size) -> None:
    sum_ = "1\u00a0000\u00a0000\u00a0791,45 ₴"
    row = Columns(
        (
            Cell("Вареники з вишнями та сметаною"),
            Cell(sum_, align=Align.RIGHT, keep=True),
        ),
        size,
    )
    alone = drawn(Columns((Cell(sum_, align=Align.RIGHT, keep=True),), size), paper=paper)
    box = ink(alone)
    assert box is not None
    assert box[0] >= 0
    assert box[2] <= paper.dots - 4
    whole = drawn(row, paper=paper)
    # Wherever the name went, the dots of the sum are on the paper, ending at the same edge.
    right = (box[0] - 1, 0, paper.dots, whole.height)
    assert ink(whole.crop(right)) is not None
    columns = [alone.crop((x, 0, x + 1, alone.height)).tobytes() for x in range(box[0], box[2])]
    assert any(
        columns
        == [
            whole.crop((x, top, x + 1, top + alone.height)).tobytes() for x in range(box[0], box[2])
        ]
        for top in range(whole.height - alone.height + 1)
    )


def test_a_long_name_wraps_without_losing_a_letter() -> None:
    face = fonts.face(26, False)
    text = "Ґулаш яловичий з картопляним пюре Донаудампфшиффартсгезельшафтскапітан"
    lines = wrap(text, face, 200)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(face.width(line) <= 200 for line in lines)
    assert drawn(item("1", text, "9,00 ₴")).height > drawn(item("1", "Ґулаш", "9,00 ₴")).height


def test_allergy_and_copy_heading_are_white_on_black() -> None:
    block = drawn(Text("АЛЕРГІЯ: горіхи", Size.LARGE, bold=True, inverse=True))
    corners = [block.getpixel(at) for at in ((0, 0), (575, 0), (0, block.height - 1))]
    assert corners == [0, 0, 0]
    assert max(block.tobytes()) > 0
    (ticket,) = render(TICKET)
    assert ticket.image.getpixel((0, 0)) == 0


def test_every_cut_begins_a_sheet_and_the_footer_is_on_the_last() -> None:
    two = Document("Slip", (Text("one"), Cut(), Text("two"), Cut()), footer="— end —")
    first, second, third = render(two)
    assert first.footer_top == first.image.height
    assert second.footer_top == second.image.height
    assert third.footer_top == 0
    assert render(Document("", (KickDrawer(),))) == ()


def test_a_sheet_and_a_code_beyond_measure_are_refused() -> None:
    with pytest.raises(DocumentError):
        render(Document("", (Space(400),) * 120))
    with pytest.raises(DocumentError):
        render(Document("", (QR("x" * 600),)), Paper("strip", 160))


def test_dots_never_spell_a_real_time_command() -> None:
    pattern = bytes((0x10, 0x04, 0x01, 0x10, 0x14, 0x08, 0x10, 0x05, 0x10, 0x10, 0x04, 0x10)) * 6
    image = ImageChops.invert(Image.frombytes("1", (96, 6), pattern))
    dots = ImageChops.invert(defused(image)).tobytes()
    for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
        assert command not in dots
    assert dots.count(b"\x10") + dots.count(b"\x18") == pattern.count(b"\x10")


def test_missing_fonts_are_told_with_the_package_that_brings_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "FONT_FOLDERS", ("/nowhere",))
    monkeypatch.delenv("VITRYLO_FONTS", raising=False)
    with pytest.raises(fonts.FontsMissing, match="fonts-noto-core"):
        fonts.font_folder()
