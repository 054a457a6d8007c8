"""Broken promises to the world outside: after a restore, on paper, at the hotel.

As `broken`, whose workshop and register these use.
"""

from hardware.escpos_printer import EscposPrinter
from hardware.printer import CONFIRMED, PrintState
from pos_app import local_paper
from sync_server import recovery
from sync_server.back_office import intake
from sync_server.client.desk import ClientDesk
from sync_server.client.offline_pin import OfflinePins
from sync_server.client.outbox import Outbox
from sync_server.domain import cards, outward, shifts, till
from sync_server.effects import paper, posting_states, printing
from sync_server.effects.card_payments import CardPayments
from sync_server.effects.folio_outbox import FolioOutbox
from sync_server.effects.printing import Printing
from sync_server.front_office import effects_door, group, recollection
from sync_server.front_office.bus import CommandBus
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.front_office.group import Group
from sync_server.front_office.recollection import Past, Recollection
from sync_server.front_office.reoffers import Reoffers
from sync_server.terminal_printers import HandOut
from tests.scenarios import (
    test_found_after_restore as scenes,
    test_found_in_recovery as recoveries,
)

from . import machines
from .broken import Workshop, variant
from .shapes import (
    AnswersLost,
    CardsFail,
    ClockIsSet,
    DiesPrinting,
    DiskDies,
    DiskDiesOwed,
    DiskFills,
    HotelFirst,
    HotelSlow,
    PrintersDoubt,
    StockCounted,
    TabletInADrawer,
)
from .shapes_of_service import PaperAtATerminal, TerminalsAlone

NUMBER_OF_AN_INVOICE = (
    scenes.test_the_number_of_an_invoice_that_a_company_has_is_not_given_to_another
)
HOUSE_IN_TWO_GOES = (
    recoveries.test_the_cook_does_not_get_a_dish_twice_though_the_house_came_back_in_two_goes
)
WHO_LEFT_IN_THE_MIDDLE = (
    recoveries.test_what_olena_sent_stands_although_who_had_ordered_it_left_in_the_middle
)


# -- paper and hotel ----------------------------------------------------------------------
@variant(9)
def paper_that_may_be_a_second_one_does_not_say_so(shop: Workshop) -> None:
    """The cook cannot tell a repeat from a second order."""
    shop.replace(printing, "headed", lambda document, *known: document)


@variant(0, HotelSlow)
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


@variant(9, HotelFirst)
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


@variant(0, HotelFirst)
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


@variant(1, PrintersDoubt)
def what_the_printer_says_is_not_awaited(shop: Workshop) -> None:
    """Written is taken for printed."""
    shop.rewrite(
        EscposPrinter,
        "_proof",
        ("        deadline =", "        return CONFIRMED\n        deadline ="),
    )


@variant(0, PaperAtATerminal)
def paper_that_a_terminal_has_fetched_is_taken_back(shop: Workshop) -> None:
    """It comes out there, slowly, and from the backup printer as well."""
    shop.rewrite(
        HandOut,
        "_withdrawn",
        (
            "            if job.claimed:\n                return False\n            self._term",
            "            if not job.claimed:\n                self._term",
        ),
    )


@variant(12, PaperAtATerminal)
def paper_that_a_terminal_had_in_hand_is_taken_for_printed(shop: Workshop) -> None:
    """It went off before the first line, and nobody prints it any more."""
    shop.rewrite(
        HandOut, "_reported", ('unknown("no_confirmation")', "CONFIRMED"), CONFIRMED=CONFIRMED
    )


@variant(0, TerminalsAlone)
def what_a_terminal_is_not_sure_of_is_taken_for_printed(shop: Workshop) -> None:
    """Its own printer died in the middle of the ticket, and the server prints none either."""
    shop.replace(local_paper, "CERTAIN", frozenset(PrintState))


@variant(3, TerminalsAlone)
def what_a_terminal_has_printed_is_printed_again(shop: Workshop) -> None:
    """The server comes back, and the cook gets the order twice."""
    new = shop.rewrite(outward, "effects_of", ("return () if event.printed_ms else", "return"))
    shop.replace(group, "effects_of", new)


@variant(3, DiskFills)
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


@variant(1, CardsFail)
def a_card_is_asked_for_again_when_its_terminal_is_silent(shop: Workshop) -> None:
    """The guest pays twice."""
    shop.rewrite(
        CardPayments,
        "_do",
        (
            "await self._settle(row, job, await self._asked(job))",
            "answer = await self._asked(job)\n"
            "                if isinstance(answer, Silent):\n"
            "                    answer = await self._asked(job)\n"
            "                await self._settle(row, job, answer)",
        ),
    )


@variant(0, CardsFail)
def what_a_card_terminal_says_late_is_not_looked_for(shop: Workshop) -> None:
    """Money was taken, and no book knows."""
    shop.rewrite(
        CardPayments,
        "_taken_up",
        ('Silent("restarted")', "Declined(NOT_SENT)"),
    )


@variant(0, CardsFail)
def an_unknown_card_is_asked_again_after_a_restart(shop: Workshop) -> None:
    """The row says that the terminal was asked, and it is asked once more."""
    shop.rewrite(
        CardPayments,
        "_taken_up",
        ('await self._settle(row, job, Silent("restarted"))', "await self._do(row)"),
    )


@variant(1, CardsFail)
def who_pays_by_a_code_is_asked_for_a_card(shop: Workshop) -> None:
    """The guest holds a telephone, and the terminal waits for a card."""
    shop.rewrite(
        CardPayments, "_asked", ('terminal.code if job.task == "code"', "terminal.code if False")
    )


@variant(27, CardsFail)
def what_a_terminal_gives_back_late_is_in_a_shift_that_was_closed(shop: Workshop) -> None:
    """It stands on no Z."""
    shop.replace(till, "into_shift", lambda venue, money, facts: (money, ()))


@variant(63)
def what_is_on_its_way_back_may_be_corrected(shop: Workshop) -> None:
    """A card gets its money back that the books call cash by then."""
    shop.replace(cards, "goes_back", lambda *known: None)


# -- stock, numbers, secrets -----------------------------------------------------------------------
@variant(0, StockCounted)
def a_void_is_never_put_back_into_the_stock(shop: Workshop) -> None:
    """What was not made is gone all the same."""
    new = shop.rewrite(intake, "_line_voided", ("made if void.made else None", "made"))
    shop.put(intake._HANDLERS, "LineVoided", new)


@variant(22)
def the_z_skips_a_number(shop: Workshop) -> None:
    """An auditor asks for the paper between two others."""
    shop.rewrite(shifts, "close_shift", ("z_no=z_no,", "z_no=z_no + (z_no > 1),"))


@variant(0)
def a_pin_stays_on_the_tablet(shop: Workshop) -> None:
    """So that the next sign-in is quicker."""
    shop.rewrite(
        OfflinePins,
        "keep",
        (
            "        self._write()",
            "        self._write()\n"
            '        self._path.with_name("last").write_text(json.dumps(pin))',
        ),
    )


# -- after a restore, and before a second copy ---------------------------------------------------
@variant(2, DiskDies)
def a_restore_trusts_the_rows_of_its_backup(shop: Workshop) -> None:
    """What was queued when the backup was taken is queued, though it went out since."""
    new = shop.rewrite(
        recovery,
        "begin_epoch",
        ("state=QUEUED, outcome=DOUBTFUL, due_ms=0", 'state=QUEUED, outcome="", due_ms=0'),
    )
    shop.replace(machines, "begin_epoch", new)


@variant(0, AnswersLost)
def told_outcomes_are_decided_afresh(shop: Workshop) -> None:
    """What a waiter was told before the restore does not bind the server after it."""
    shop.rewrite(
        CommandBus, "_take_one", ("told.get(command.seq) if old or vouched else None", "None")
    )


@variant(0, AnswersLost)
def nobody_asks_terminals_for_the_order_they_remember(shop: Workshop) -> None:
    """A colleague's dish comes after it was sent."""
    shop.replace(Recollection, "heard", lambda self, dev, kept_n: None)


@variant(0, AnswersLost)
def what_terminals_kept_is_not_used(shop: Workshop) -> None:
    """A told outcome stays a word: what it had done is not done again."""
    shop.replace(Past, "had", lambda self, told: ())


@variant(0, scene=NUMBER_OF_AN_INVOICE)
def what_the_world_has_and_nobody_brings_is_forgotten(shop: Workshop) -> None:
    """A second company gets an invoice of the first one's number, though every tablet knows it."""
    shop.replace(Recollection, "given_before", lambda self, n, passed: [])


@variant(0, scene=HOUSE_IN_TWO_GOES)
def what_the_kitchen_had_of_a_missing_tablet_is_forgotten(shop: Workshop) -> None:
    """A colleague's next send takes the dish along, and the cook makes it a second time."""
    shop.replace(recollection, "was_given", lambda records: False)


@variant(0, scene=WHO_LEFT_IN_THE_MIDDLE)
def who_has_more_to_bring_is_taken_to_stay(shop: Workshop) -> None:
    """Half of the evening is decided when the tablet goes, and the rest of it falls away."""
    shop.replace(Reoffers, "brings_more", property(lambda self: False))


@variant(61, TabletInADrawer)
def only_dishes_are_believed_of_a_missing_tablet(shop: Workshop) -> None:
    """What the others were told of its orders and its money hangs in the air."""
    shop.replace(Recollection, "agreed", lambda self, head, catalogues: [])


@variant(0, DiskDies)
def what_is_offered_again_is_told_as_new(shop: Workshop) -> None:
    """Paper of a command that an earlier life of the server had answered comes unmarked."""
    shop.replace(Group, "_is_doubtful", lambda self, command, event: False)


@variant(6103)
def a_course_that_was_fired_by_itself_is_told_as_new_after_a_restore(shop: Workshop) -> None:
    """No terminal knew of it, and the bar has two papers for one glass."""
    shop.rewrite(Group, "_is_doubtful", ('command.type == "FireLines"', "False"))


@variant(0, DiskDies)
def the_epoch_is_not_raised(shop: Workshop) -> None:
    """After a restore the server says that it is the same as before."""
    new = shop.rewrite(
        recovery, "begin_epoch", ("Fact.SERVER_EPOCH: str(epoch)", 'Fact.SERVER_EPOCH: "1"')
    )
    shop.replace(machines, "begin_epoch", new)


@variant(10, DiskDiesOwed)
def a_new_epoch_leaves_the_old_base_on_the_screen(shop: Workshop) -> None:
    """Events that come again are counted on top of what they had made."""
    shop.replace(ClientDesk, "_on_new_history", lambda self: None)


@variant(8, DiskDies)
def told_commands_are_not_offered_again(shop: Workshop) -> None:
    """A terminal sends only what nobody has answered."""
    shop.rewrite(
        Outbox, "offer_again", ("return min(first_pending, last_seq + 1)", "return first_pending")
    )


@variant(6, DiskDies)
def recovery_does_not_wait_for_all(shop: Workshop) -> None:
    """The first terminal that comes back is decided without the others."""
    shop.replace(Reoffers, "missing", lambda self, devices: set())


@variant(2, HotelFirst)
def rooms_are_charged_before_a_second_copy(shop: Workshop) -> None:
    """The hotel hears of a charge that only the server's disk knows."""
    shop.replace(effects_door, "HELD_BACK", frozenset())
