"""The protocol broken on purpose, one promise at a time, to see that the evenings notice.

A variant rewrites a few words of the real code while it is in force. The words must be there: when
the code changes so that they are not, the variant fails and has to be thought of anew.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sync_server.client import schema
from sync_server.client.connection import Connection
from sync_server.client.desk import ClientDesk
from sync_server.client.numbers import CheckNumbers
from sync_server.client.outbox import Outbox
from sync_server.domain import (
    commands as c,
    decisions,
    events as e,
    kitchen,
    ledger,
    lending,
    orders,
    remaking,
    shifts,
    splitting,
    till,
    venue,
)
from sync_server.front_office import journal
from sync_server.front_office.bus import CommandBus
from sync_server.front_office.group import Group
from sync_server.front_office.inbox import Inbox
from sync_server.front_office.journal import Batch, Tail
from sync_server.front_office.watch import KitchenWatch
from sync_server.protocol import replica
from sync_server.protocol.replica import Replica
from sync_server.protocol.terminal_conversation import TerminalConversation
from sync_server.transport.authority import CommandResult
from tests.scenarios import test_bumps_and_moves

from .evening import Evening
from .machines import WorkedDatabase
from .shapes import FullFarAway, ServerFalters, TabletsRestart
from .shapes_of_service import DishesRemade, LoansAndInvoices

Undo = Callable[[], None]
BUMP_AFTER_A_MOVE = (
    test_bumps_and_moves.test_a_bump_after_an_unanswered_move_leaves_open_what_came_meanwhile
)


class Workshop:
    """Takes the real code apart and puts it together again."""

    def __init__(self) -> None:
        self._undo: list[Undo] = []

    def rewrite(self, owner: Any, name: str, *changes: tuple[str, str], **names: object) -> Any:
        """Replace words in a function or method; `names` are added to what it can see."""
        real = inspect.getattr_static(owner, name)
        source = inspect.getsource(real)
        for old, new in changes:
            assert old in source, f"{owner.__name__}.{name} does not say {old!r} any more"
            source = source.replace(old, new)
        scope = {**real.__globals__, **names}
        source = "from __future__ import annotations\n" + textwrap.dedent(source)
        exec(compile(source, name, "exec"), scope)
        self.replace(owner, name, scope[name])
        return scope[name]

    def replace(self, owner: Any, name: str, new: object) -> None:
        """Put something else in the place of an attribute."""
        real = inspect.getattr_static(owner, name)
        setattr(owner, name, new)
        self._undo.append(lambda: setattr(owner, name, real))

    def put(self, table: Any, key: object, new: object) -> None:
        """Put something else under a key of a table."""
        real = table[key]
        table[key] = new
        self._undo.append(lambda: table.__setitem__(key, real))

    def decide(self, command: type, new: object) -> None:
        """Put another decision in the place of a command's."""
        self.put(decisions._HANDLERS, command, new)

    def repair(self) -> None:
        """Everything as it was."""
        while self._undo:
            self._undo.pop()()


@dataclass(frozen=True)
class Variant:
    """A broken promise; `seed` is an evening, of this shape if any, that is known to notice; one
    that chance meets too seldom is noticed by a `scene` of `tests.scenarios`."""

    name: str
    seed: int
    shape: type[Evening] | None
    breaks: Callable[[Workshop], object]
    scene: Callable[[], None] | None = None


@contextmanager
def broken(variant: Variant) -> Iterator[None]:
    """The real code, broken in this one way."""
    workshop = Workshop()
    try:
        variant.breaks(workshop)
        yield
    finally:
        workshop.repair()


VARIANTS: list[Variant] = []


def variant(
    seed: int, shape: type[Evening] | None = None, scene: Callable[[], None] | None = None
) -> Callable[[Callable[[Workshop], object]], Callable[[Workshop], object]]:
    """Registers a way to break the code."""

    def keep(breaks: Callable[[Workshop], object]) -> Callable[[Workshop], object]:
        VARIANTS.append(Variant(breaks.__name__, seed, shape, breaks, scene))
        return breaks

    return keep


# -- the server's inbox ------------------------------------------------------------------------
@variant(9)
def no_dedupe(shop: Workshop) -> None:
    """A repeated command is decided again."""

    def again(group: Group, device: Any, received: Any) -> Any:
        before = group.batch.devices.get(device.dev)
        result = group.take(device, received)
        group.batch.inbox.pop()
        group.batch.devices[device.dev] = before or (
            device.epoch,
            device.last_seq,
            device.last_hash,
            device.last_at_ms,
        )
        return result

    shop.rewrite(
        CommandBus,
        "_take_one",
        (
            'return await self.inbox.first_answer(received, group.answers) or "fork"',
            "return again(group, device, received)",
        ),
        again=again,
    )


@variant(9)
def a_repeat_is_refused(shop: Workshop) -> None:
    """A repeat does not get the first answer."""
    shop.rewrite(
        CommandBus,
        "_take_one",
        (
            'return await self.inbox.first_answer(received, group.answers) or "fork"',
            'return CommandResult(command.seq, "refused", "duplicate_id")',
        ),
        CommandResult=CommandResult,
    )


@variant(9)
def first_answers_live_in_memory_only(shop: Workshop) -> None:
    """After a restart the server does not know what it had answered."""
    shop.rewrite(Inbox, "first_answer", ("if known is None:", "if False:"))


@variant(0, FullFarAway)
def gaps_are_accepted(shop: Workshop) -> None:
    """A command whose predecessor was not stored is taken."""
    shop.rewrite(
        CommandBus,
        "_take_one",
        ("command.seq > last_seq + 1", "False"),
        ("command.prev != last_hash", "False"),
    )


@variant(5)
def effect_and_dedupe_in_two_transactions(shop: Workshop) -> None:
    """What a command did is committed before that it was done."""
    real = WorkedDatabase.write

    async def write(self: WorkedDatabase, fn: Any) -> Any:
        batch = getattr(fn, "__self__", None)
        if not isinstance(batch, Batch):
            return await real(self, fn)
        first = Batch(batch.journal, [], batch.ledger, batch.effects, [], {})
        second = Batch([], batch.inbox, [], [], batch.parked, batch.devices)
        await real(self, first.write)
        return await real(self, second.write)

    shop.replace(WorkedDatabase, "write", write)


@variant(0)
def progress_is_not_stored(shop: Workshop) -> None:
    """How far a device has come is known to memory only."""
    shop.rewrite(Batch, "write", ("_advance(connection, self.devices)", "pass"))


@variant(1)
def refusals_do_not_advance(shop: Workshop) -> None:
    """A refused command leaves no trace in the inbox."""
    shop.rewrite(
        Group,
        "take",
        (
            "        self._record(device",
            "        if isinstance(decision, Refused):\n            return result\n"
            "        self._record(device",
        ),
    )


@variant(0, ServerFalters)
def answers_before_the_commit(shop: Workshop) -> None:
    """Terminals are answered, then the group is written."""
    shop.rewrite(
        CommandBus,
        "_decide",
        (
            "        try:\n            stored = await",
            "        for job, answer in zip(jobs, answers, strict=True):\n"
            "            job.answer(answer)\n"
            "        try:\n            stored = await",
        ),
    )


@variant(0, ServerFalters)
def a_full_disk_is_answered_as_stored(shop: Workshop) -> None:
    """The group was not stored, and its commands are answered."""
    shop.rewrite(
        CommandBus,
        "_decide",
        ("if not stored:", "if stored is None:"),
    )


@variant(0, ServerFalters)
def a_failed_group_stays_in_memory(shop: Workshop) -> None:
    """The transaction was rolled back, memory was not."""
    shop.rewrite(
        CommandBus,
        "_store",
        (
            "            return False\n",
            "            self._committed(group)\n            return False\n",
        ),
    )


@variant(1)
def notices_are_dropped(shop: Workshop) -> None:
    """A refusal is nobody's business."""
    shop.replace(Group, "_is_told", lambda self, command, refused: False)


@variant(0)
def the_journal_repeats_itself(shop: Workshop) -> None:
    """Events go out from the cursor on, the cursor included."""
    shop.rewrite(
        Tail,
        "after",
        ("start = n + 1 -", "start = n + 1 - (n > self._records[0][0]) -"),
    )


@variant(1)
def a_start_believes_the_saved_state(shop: Workshop) -> None:
    """What came after the last saved state is not replayed."""
    shop.rewrite(
        journal,
        "load",
        ("in every_record(database, head.n)", "in list(every_record(database, head.n))[:0]"),
    )


# -- the terminal's store ----------------------------------------------------------------------
@variant(37)
def a_tap_is_confirmed_before_its_commit(shop: Workshop) -> None:
    """The commit of a tap waits for the next transaction."""
    shop.rewrite(
        Outbox,
        "_transaction",
        (
            '            self._connection.execute("BEGIN IMMEDIATE")\n',
            "            if self._connection.in_transaction:\n"
            '                self._connection.execute("COMMIT")\n'
            '            self._connection.execute("BEGIN IMMEDIATE")\n',
        ),
        (
            '            self._connection.execute("COMMIT")\n        except',
            '            if name != "append":\n'
            '                self._connection.execute("COMMIT")\n        except',
        ),
    )


@variant(0)
def a_sent_command_is_deleted(shop: Workshop) -> None:
    """What went up is not kept until it is answered."""
    real = Outbox.to_send

    def to_send(self: Outbox, from_seq: int, limit: int) -> Any:
        found = real(self, from_seq, limit)
        for one in found:
            self._connection.execute("DELETE FROM outbox WHERE seq = ?", (one.seq,))
        return found

    shop.replace(Outbox, "to_send", to_send)


@variant(18)
def a_full_tablet_says_saved(shop: Workshop) -> None:
    """The tap was not stored, and is shown as stored."""
    shop.rewrite(
        Outbox,
        "append",
        (
            "return CannotSave(_save_code(failed.code), failed.code)",
            "return StoredCommand(read_command(data).command, data, read_command(data).hash,"
            " draft.route)",
        ),
    )


@variant(18)
def the_number_moves_before_the_commit(shop: Workshop) -> None:
    """A tap that could not be stored uses its number up."""
    shop.rewrite(
        Outbox,
        "_append_once",
        (
            '        self._transaction("append", work)\n',
            "        self.next_seq, self.last_hash = command.seq + 1, digest\n"
            '        self._transaction("append", work)\n',
        ),
    )


@variant(10)
def the_cursor_is_stored_before_its_events(shop: Workshop) -> None:
    """Two transactions, and a file that is believed as it stands."""
    shop.rewrite(
        Outbox,
        "store_events",
        (
            "        def work(",
            '        self._transaction("cursor", lambda connection: schema.put(connection,'
            " cursor_n=last.record.n, cursor_hash=last.hash))\n\n        def work(",
        ),
    )
    shop.replace(schema, "base_is_whole", lambda connection, values: True)


@variant(0)
def answers_are_forgotten(shop: Workshop) -> None:
    """An answer is shown and not kept."""
    shop.rewrite(Outbox, "record_answers", ('self._transaction("answers", work)', "pass"))


@variant(1, TabletsRestart)
def numbers_begin_again_after_a_restart(shop: Workshop) -> None:
    """The counter of checks is not kept, nor are the checks asked."""
    shop.replace(CheckNumbers, "_read", lambda self: ("", 0))
    shop.rewrite(CheckNumbers, "take", ("max([self._last, *used])", "self._last"))


@variant(1)
def the_outbox_is_not_reopened(shop: Workshop) -> None:
    """After a restart only new commands go up."""
    shop.rewrite(Outbox, "offer_again", ("min(first_pending, last_seq + 1)", "self.next_seq"))


# -- replica and screen ------------------------------------------------------------------------
@variant(0)
def the_overlay_is_kept_after_the_answer(shop: Workshop) -> None:
    """What was answered is still replayed on top."""
    shop.replace(ClientDesk, "_drop_settled", lambda self: None)


@variant(21)
def events_are_not_shown(shop: Workshop) -> None:
    """A replica passes an event over, and nobody compares digests."""
    shop.rewrite(
        Replica,
        "fold",
        ("for record in records]", "for record in records if record.type != 'LinesServed']"),
    )
    shop.replace(Connection, "_check_digest", lambda self, check: None)


@variant(0)
def the_chain_is_not_checked(shop: Workshop) -> None:
    """Any record with the next number is believed; the server sends one twice."""
    shop.rewrite(
        TerminalConversation,
        "_events",
        ("            if record.n != n:\n", "            if False:\n"),
    )
    the_journal_repeats_itself(shop)


@variant(0)
def received_is_acknowledged_as_drawn(shop: Workshop) -> None:
    """The socket says that the kitchen has it, not the glass."""
    real = ClientDesk._on_events

    def on_events(self: ClientDesk, records: Any) -> None:
        real(self, records)
        seen = tuple(
            c.TicketSeen(ticket.ticket_id, ticket.version)
            for ticket in self.base.tickets.values()
            if ticket.acked < ticket.version
        )
        if self._kind == "kds" and seen:
            self.submit(c.AcknowledgeTickets(seen[:100]))

    shop.replace(ClientDesk, "_on_events", on_events)


# -- kitchen -----------------------------------------------------------------------------------
@variant(27)
def sent_lines_are_fired_again(shop: Workshop) -> None:
    """A second send cooks a second time."""
    new = shop.rewrite(
        orders, "send_lines", ('not line.sent and line.state != "void"', 'line.state != "void"')
    )
    shop.decide(c.SendLines, new)


@variant(2)
def voids_do_not_reach_the_kitchen(shop: Workshop) -> None:
    """The dish is off the check and on the stove."""
    shop.replace(kitchen, "cancel", lambda *known: [])


@variant(0, DishesRemade)
def the_cook_does_not_hear_that_a_dish_is_made_otherwise(shop: Workshop) -> None:
    """The guest's word changes the bill and not the pan."""
    shop.decide(
        c.RemakeLine,
        shop.rewrite(
            remaking,
            "remake_line",
            ("_told(check, line, made, tickets, command, facts, late)", "[]"),
        ),
    )


@variant(0, scene=BUMP_AFTER_A_MOVE)
def a_display_counts_its_own_move_as_a_version(shop: Workshop) -> None:
    """It vouches for a colleague's change of the same number, which nobody has seen."""
    shop.rewrite(replica, "_overlay", ("isinstance(event, e.TicketMoved)", "False"))


@variant(3)
def paper_never_takes_over(shop: Workshop) -> None:
    """A dead display is believed."""
    shop.rewrite(KitchenWatch, "look", ("if now - since >= KITCHEN_PAPER_MS:", "if False:"))


@variant(0)
def paper_takes_over_at_once(shop: Workshop) -> None:
    """Every ticket is printed as well."""
    shop.rewrite(KitchenWatch, "look", ("if now - since >= KITCHEN_PAPER_MS:", "if True:"))


# -- checks and money --------------------------------------------------------------------------
@variant(9)
def late_lines_are_refused(shop: Workshop) -> None:
    """Dishes for a check that was paid meanwhile are turned away."""
    new = shop.rewrite(
        orders, "add_lines", ('if check is not None and check.state != "open":', "if False:")
    )
    shop.decide(c.AddLines, new)


@variant(1)
def money_for_a_paid_check_is_refused(shop: Workshop) -> None:
    """The second waiter's cash is in the drawer and in no book."""
    new = shop.rewrite(
        till,
        "pay",
        (
            "    if isinstance(event, e.PaymentUnallocated) or known is None:\n",
            "    if isinstance(event, e.PaymentUnallocated) or known is None:\n"
            '        return refuse("nothing_due")\n',
        ),
    )
    shop.decide(c.TakePayment, new)


@variant(0)
def half_of_an_entry_is_booked(shop: Workshop) -> None:
    """The ledger loses the other side of cash moved."""
    real = ledger.entries
    shop.replace(ledger, "entries", lambda *known: real(*known)[:1])


@variant(22)
def a_closed_shift_takes_money(shop: Workshop) -> None:
    """What comes late is added to a Z that was printed."""
    new = shop.rewrite(till, "pay", ('late = shift.state == "closed"', "late = False"))
    shop.decide(c.TakePayment, new)
    shop.rewrite(shifts, "evolve", ('if shift.state == "closed":', "if False:"))


@variant(1)
def what_is_paid_may_be_taken_off(shop: Workshop) -> None:
    """A line is removed below the payments."""
    shop.replace(orders, "_overpaid", lambda check, event, facts: False)


@variant(32, LoansAndInvoices)
def lent_rights_never_end(shop: Workshop) -> None:
    """What was lent for a minute is had for ever."""
    shop.rewrite(lending, "running", ("each.from_ms <= now_ms < each.until_ms", "True"))
    shop.replace(lending, "noted", _never_forgotten)


def _never_forgotten(lent: dict[str, lending.Lent], event: e.RightsLent) -> None:
    lent[event.lent_id] = lending.Lent(
        *(event.lent_id, event.staff_id, event.by, event.rights),
        *(event.from_ms, event.until_ms, event.reason),
    )


@variant(80, LoansAndInvoices)
def what_was_taken_back_is_still_lent(shop: Workshop) -> None:
    """A loan that was ended by hand goes on."""
    shop.put(venue._STEPS, e.RightsTakenBack, ())


@variant(1, LoansAndInvoices)
def an_invoice_number_is_given_twice(shop: Workshop) -> None:
    """Two papers of one number: the tax office asks which is true."""
    new = shop.rewrite(till, "print_figures", ("venue.invoice_no + 1", "max(1, venue.invoice_no)"))
    shop.decide(c.PrintFigures, new)


@variant(3)
def a_split_keeps_the_name_of_what_was_not_sent(shop: Workshop) -> None:
    """The kitchen is asked for a line that it never had."""
    shop.rewrite(
        splitting,
        "part_of",
        ("origin=line.kitchen_id if line.sent else NO_LINE", "origin=line.kitchen_id"),
    )
