"""Broken promises to the world outside: after a restore, on paper, at the hotel.

As `broken`, whose workshop and register these use.
"""

from hardware.escpos_printer import EscposPrinter
from sync_server import recovery
from sync_server.client.outbox import Outbox
from sync_server.effects import paper, posting_states, printing
from sync_server.effects.folio_outbox import FolioOutbox
from sync_server.effects.printing import Printing
from sync_server.front_office import effects_door
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.front_office.group import Group
from sync_server.front_office.reoffers import Reoffers

from . import machines
from .broken import Workshop, variant
from .shapes import (
    ClockIsSet,
    DiesPrinting,
    DiskDies,
    DiskFills,
    HotelFirst,
    PrintersDoubt,
)


# -- paper and hotel ----------------------------------------------------------------------
@variant(0)
def paper_that_may_be_a_second_one_does_not_say_so(shop: Workshop) -> None:
    """The cook cannot tell a repeat from a second order."""
    shop.replace(printing, "headed", lambda document, *known: document)


@variant(4)
def a_charge_is_sent_again_when_no_answer_came(shop: Workshop) -> None:
    """Unknown is taken for lost."""
    shop.rewrite(
        posting_states,
        "_due",
        (
            'return _unknown(state, "no answer in time", now_ms, timing), ()',
            "return replace(state, due_ms=now_ms + timing.answer_ms), (Send(state.attempt),)",
        ),
    )


@variant(20)
def sending_is_not_written_before_it_happens(shop: Workshop) -> None:
    """After a crash the server thinks that nothing went out."""
    shop.rewrite(
        FolioOutbox,
        "save",
        (
            "        effect_id, posting = self._rows[charge_id]\n",
            "        effect_id, posting = self._rows[charge_id]\n"
            "        if state.stage is Stage.SENDING:\n            return\n",
        ),
    )


@variant(19)
def charges_in_hand_are_forgotten_at_a_restart(shop: Workshop) -> None:
    """A row that was claimed is nobody's any more."""
    shop.rewrite(FolioOutbox, "unfinished", ("await self._door.unfinished(FOLIO)", "[]"))


@variant(10, DiesPrinting)
def paper_is_sent_before_it_is_written(shop: Workshop) -> None:
    """A crash in the middle of a paper leaves no trace of it."""
    shop.rewrite(
        Printing,
        "_attempt",
        ("await self._mark(row, SENDING, note(carrying.marks, printer_id))", "pass"),
    )


@variant(3, PrintersDoubt)
def a_receipt_nobody_is_sure_of_is_printed_again(shop: Workshop) -> None:
    """A guest gets two originals."""
    new = shop.rewrite(
        paper, "after", ("if not carrying.again or Mark.DOUBTFUL", "if Mark.DOUBTFUL")
    )
    shop.replace(printing, "after", new)


@variant(9, PrintersDoubt)
def what_the_printer_says_is_not_awaited(shop: Workshop) -> None:
    """Written is taken for printed."""
    shop.rewrite(
        EscposPrinter,
        "_proof",
        ("        deadline =", "        return CONFIRMED\n        deadline ="),
    )


@variant(1, DiskFills)
def what_a_full_disk_did_not_take_is_not_said_again(shop: Workshop) -> None:
    """Nobody hears that the paper did not come."""
    shop.rewrite(
        OfficeDoor,
        "report",
        (
            "if await self._office.report(command) is None:",
            "await self._office.report(command)\n        if False:",
        ),
    )


@variant(0, ClockIsSet)
def waiting_goes_by_the_clock_on_the_wall(shop: Workshop) -> None:
    """Somebody sets the server's clock, and quarantines end, or never do."""
    shop.replace(machines, "steady", lambda wall, mono: wall)


# -- after a restore, and before a second copy ---------------------------------------------------
@variant(0, DiskDies)
def a_restore_trusts_the_rows_of_its_backup(shop: Workshop) -> None:
    """What was queued when the backup was taken is queued, though it went out since."""
    new = shop.rewrite(
        recovery,
        "begin_epoch",
        ("state=QUEUED, outcome=DOUBTFUL, due_ms=0", 'state=QUEUED, outcome="", due_ms=0'),
    )
    shop.replace(machines, "begin_epoch", new)


@variant(4, DiskDies)
def what_is_offered_again_is_told_as_new(shop: Workshop) -> None:
    """Paper of a command that an earlier life of the server had answered comes unmarked."""
    shop.replace(Group, "_is_doubtful", lambda self, command, event: False)


@variant(2, DiskDies)
def the_epoch_is_not_raised(shop: Workshop) -> None:
    """After a restore the server says that it is the same as before."""
    new = shop.rewrite(
        recovery, "begin_epoch", ("Fact.SERVER_EPOCH: str(epoch)", 'Fact.SERVER_EPOCH: "1"')
    )
    shop.replace(machines, "begin_epoch", new)


@variant(0, DiskDies)
def told_commands_are_not_offered_again(shop: Workshop) -> None:
    """A terminal sends only what nobody has answered."""
    shop.rewrite(
        Outbox, "offer_again", ("return min(first_pending, last_seq + 1)", "return first_pending")
    )


@variant(4, DiskDies)
def recovery_does_not_wait_for_all(shop: Workshop) -> None:
    """The first terminal that comes back is decided without the others."""
    shop.replace(Reoffers, "_missing", lambda self, devices: False)


@variant(0, HotelFirst)
def rooms_are_charged_before_a_second_copy(shop: Workshop) -> None:
    """The hotel hears of a charge that only the server's disk knows."""
    shop.replace(effects_door, "HELD_BACK", frozenset())
