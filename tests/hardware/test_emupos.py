"""The same bytes read by an interpreter that is not ours (`independent`)."""

import pytest

from hardware.device import PaperLevel
from hardware.documents import Document
from hardware.escpos_jobs import raster_encoder
from hardware.machine import Machine
from hardware.printer import Evidence, PrintState
from tests.hardware.independent import Emupos, emupos, inked
from tests.hardware.samples import RECEIPT, TICKET

__all__ = ["emupos"]


@pytest.mark.parametrize("document", [RECEIPT, TICKET], ids=["receipt", "kitchen ticket"])
def test_both_interpreters_see_the_same_paper_dot_for_dot(
    emupos: Emupos, document: Document
) -> None:
    assert emupos.printer.print(document).state is PrintState.CONSUMED
    ours = Machine(Evidence.B)
    job = raster_encoder()(document)
    ours.receive(b"".join((*job.body, *job.ending)))
    (printed,) = ours.documents
    theirs, mine = inked(emupos.picture()), inked(printed.image())
    assert theirs.size == mine.size
    assert theirs.tobytes() == mine.tobytes()


def test_the_driver_understands_status_bytes_that_are_not_ours(emupos: Emupos) -> None:
    printer = emupos.printer
    assert printer.probe() is Evidence.B
    assert printer.status().obstacle == ""
    for fault, obstacle in (
        ("paper-out", "paper_out"),
        ("cover-open", "cover_open"),
        ("offline", "offline"),
    ):
        emupos.ask("PUT", f"faults/{fault}")
        try:
            assert printer.print(TICKET).reason == obstacle
        finally:
            emupos.ask("DELETE", f"faults/{fault}")
    emupos.ask("PUT", "faults/paper-near-end")
    try:
        assert printer.status().paper is PaperLevel.LOW
    finally:
        emupos.ask("DELETE", "faults/paper-near-end")
    assert printer.print(TICKET).state is PrintState.CONSUMED


def test_their_drawer_springs_open_and_its_switch_is_read(emupos: Emupos) -> None:
    assert emupos.printer.status().drawer_pin_high is False
    assert emupos.printer.kick().state is PrintState.SENT
    assert emupos.printer.status().drawer_pin_high is True
    emupos.ask("POST", "drawer/close")
    assert emupos.printer.status().drawer_pin_high is False
