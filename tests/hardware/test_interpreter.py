"""The simulated machine reads ESC/POS as the manuals say, and accounts for every byte."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from hardware.device import PaperLevel, Status
from hardware.documents import Cell, Columns, Document, Text
from hardware.escpos_answers import Answers
from hardware.escpos_jobs import raster_encoder
from hardware.machine import Condition, Machine
from hardware.paper import Line
from hardware.printer import Evidence
from hardware.raster import render
from tests.hardware.samples import RECEIPT, TICKET

CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


def everything(document: Document) -> bytes:
    """All bytes that the raster driver sends for `document`."""
    job = raster_encoder()(document)
    return b"".join((*job.body, *job.ending))


@pytest.mark.parametrize("impl", ["bitImageRaster", "graphics", "bitImageColumn"])
def test_the_three_ways_to_send_an_image_leave_the_same_dots(impl: str) -> None:
    (sheet,) = render(TICKET)
    height = sheet.image.height // 24 * 24
    image = sheet.image.crop((0, 0, 576, height))
    from escpos.printer import Dummy

    device = Dummy(profile="TM-T20II")
    device.image(image, impl=impl, fragment_height=height)
    machine = Machine()
    machine.receive(device.output + b"\x1dV\x00")
    assert not machine.interpreter.unknown
    printed = machine.documents[0].image()
    assert printed.crop((0, 0, 576, height)).tobytes() == image.tobytes()


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_it_makes_no_difference_how_the_bytes_are_divided(size: int) -> None:
    data = everything(TICKET)
    machine = Machine()
    for at in range(0, len(data), size):
        machine.receive(data[at : at + size])
    (printed,) = machine.documents
    (sheet,) = render(TICKET)
    top = printed.image().crop((0, 0, 576, sheet.image.height))
    assert top.tobytes() == sheet.image.tobytes()


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_hostile_text_emits_nothing_but_raster_cut_and_init(text: str) -> None:
    hostile = text + "\x1b@\x1bp\x00\x19\xfa\x1dV\x00\x10\x14\x01\x00\x01\x10\x04\x01"
    document = Document(
        hostile,
        (Text(hostile), Columns((Cell(hostile), Cell(hostile, keep=True)))),
        copy_heading=hostile,
        footer=hostile,
    )
    machine = Machine()
    machine.receive(everything(document))
    assert set(machine.interpreter.commands) == {"ESC @", "GS v 0", "ESC J", "GS V"}
    assert machine.interpreter.commands.count("ESC @") == 1
    assert machine.interpreter.commands.count("GS V") == 1
    assert not machine.interpreter.unknown
    assert machine.kicks == []
    assert machine.answers() == b""
    assert machine.buffered == 0


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_survived(data: bytes) -> None:
    machine = Machine()
    machine.receive(data)
    machine.receive(b"\0" * 2_000)
    machine.hanging.image()


def test_text_is_set_in_the_code_page_that_was_chosen() -> None:
    machine = Machine()
    machine.receive(b"\x1bt\x2e" + "Борщ".encode("cp1251") + b"\n")
    machine.receive(b"\x1bt\x12" + "żurek".encode("cp852") + b"\n")
    machine.receive(b"\x1c(C\x02\x00\x30\x32" + "120 ₴".encode() + b"\n\x1d\x56\x42\x00")
    assert machine.documents[0].text == "Борщ\nżurek\n120 ₴"


def test_style_moves_and_fills_the_dots() -> None:
    machine = Machine()
    machine.receive(b"\x1ba\x01\x1bE\x01\x1d!\x11\x1dB\x01ab\x1dB\x00\n\x1b@plain\n")
    first, second = machine.hanging.pieces
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    ((text, style),) = first.runs
    assert (text, first.align, first.height) == ("ab", 1, 48)
    assert (style.bold, style.inverse, style.across, style.down) == (True, True, 2, 2)
    assert second.runs[0][1].across == 1
    image = machine.hanging.image()
    assert image.getpixel((576 // 2 - 24, 1)) == 0


def test_what_it_does_not_know_is_recorded() -> None:
    machine = Machine()
    machine.receive(b"\x01\x1b\x7fok\n")
    assert list(machine.interpreter.unknown) == [b"\x01", b"\x1b\x7f"]
    assert machine.hanging.text == "ok"


def test_status_bytes_carry_what_the_sensors_say() -> None:
    machine = Machine()

    def ask(register: int) -> int:
        machine.receive(b"\x10\x04" + bytes((register,)))
        return machine.answers()[0]

    assert [ask(n) for n in (1, 2, 3, 4)] == [0x12] * 4
    good = machine.condition
    machine.set(replace(good, paper=PaperLevel.LOW, drawer_open=True))
    assert (ask(1), ask(4)) == (0x16, 0x1E)
    machine.set(replace(good, paper=PaperLevel.OUT))
    assert (ask(1), ask(2), ask(4)) == (0x1A, 0x32, 0x7E)
    machine.set(replace(good, cover_open=True, cutter_jammed=True))
    assert (ask(1), ask(2), ask(3)) == (0x1A, 0x56, 0x1A)


def test_out_of_paper_it_takes_data_answers_questions_and_prints_after_the_roll_is_changed() -> (
    None
):
    machine = Machine()
    machine.paper_left = 100
    machine.receive(everything(TICKET) + b"\x1d(H\x06\x00000001")
    assert machine.hanging.height == 100
    assert not machine.documents
    machine.receive(b"\x10\x04\x04")
    assert machine.answers() == b"\x7e"
    machine.set(replace(machine.condition, paper=PaperLevel.OK))
    assert machine.answers() == b"\x37\x220001\x00"
    (sheet,) = render(TICKET)
    printed = machine.documents[0].image().crop((0, 0, 576, sheet.image.height))
    assert printed.tobytes() == sheet.image.tobytes()


def test_clearing_forgets_the_data_and_its_ids_but_not_the_paper() -> None:
    machine = Machine()
    machine.paper_left = 100
    machine.receive(everything(TICKET) + b"\x1d(H\x06\x00000001" + CLEAR)
    assert machine.answers() == b"\x37\x25\x00"
    machine.set(replace(machine.condition, paper=PaperLevel.OK))
    assert machine.answers() == b""
    assert machine.hanging.height == 100


def test_switched_off_it_forgets_what_it_held() -> None:
    machine = Machine(Evidence.B)
    machine.set(replace(machine.condition, cover_open=True))
    machine.receive(everything(TICKET))
    machine.switch(False)
    machine.switch(True)
    machine.set(replace(machine.condition, cover_open=False))
    assert machine.hanging.height == 0
    machine.receive(b"\x1dr\x01")
    assert machine.answers() == b"\x00"


def test_a_full_buffer_takes_no_more() -> None:
    machine = Machine()
    machine.set(replace(machine.condition, online=False))
    data = b"x" * 300_000
    accepted = machine.receive(data)
    assert accepted < len(data)
    assert machine.receive(b"y") == 0


def test_a_receipt_of_two_halves_is_one_picture() -> None:
    machine = Machine()
    machine.receive(everything(RECEIPT))
    (document,) = machine.documents
    (sheet,) = render(RECEIPT)
    assert isinstance(document.image(), Image.Image)
    assert document.height == sheet.image.height + 40


def test_a_printer_that_was_asked_to_tells_every_change_by_itself() -> None:
    machine = Machine(Evidence.A)
    machine.receive(b"\x1b@\x1da\xff")
    answers = Answers()
    answers.feed(machine.answers())
    assert answers.automatic == Status()
    for changed, obstacle in (
        (Condition(paper=PaperLevel.OUT), "paper_out"),
        (Condition(cover_open=True), "cover_open"),
        (Condition(cutter_jammed=True), "cutter_jammed"),
        (Condition(online=False), "offline"),
        (Condition(paper=PaperLevel.LOW, drawer_open=True), ""),
    ):
        machine.set(changed)
        answers.feed(machine.answers())
        assert answers.automatic is not None
        assert answers.automatic.obstacle == obstacle
    assert (answers.automatic.paper, answers.automatic.drawer_pin_high) == (PaperLevel.LOW, True)
    assert not answers.noise
    machine.receive(b"\x1b@")
    machine.set(Condition())
    assert machine.answers() == b""


@given(st.binary(max_size=200))
def test_whatever_a_printer_answers_is_sorted_or_noise_and_never_an_error(data: bytes) -> None:
    whole, pieces = Answers(), Answers()
    whole.feed(data)
    for byte in data:
        pieces.feed(bytes((byte,)))
    assert (whole.statuses, whole.ids, whole.turns) == (pieces.statuses, pieces.ids, pieces.turns)
