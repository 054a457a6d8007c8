"""What must hold after an evening, over databases, files and what people saw.

`sync_server.verify` looks at the server's database alone; here are the invariants that need a
witness outside it: taps that were confirmed, outcomes that were told, glass, folios, replicas.
"""

import sqlite3
from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from hardware.printer import Evidence
from sync_server.domain import events as e
from sync_server.domain.cards import WAITING
from sync_server.domain.ids import TicketId, derived
from sync_server.domain.kitchen import has_it
from sync_server.domain.limits import KITCHEN_PAPER_MS, NOTICES_OPEN
from sync_server.domain.outward import PAPER
from sync_server.front_office.tables import AdoptionRow, EffectRow, InboxRow
from sync_server.hotel.tables import EntryRow
from sync_server.protocol.replica import digest
from sync_server.verify import verify

from . import judges, paper, points
from .machines import TerminalMachine
from .world import World

NEWS = (
    e.TicketOpened
    | e.TicketLinesAdded
    | e.TicketLinesFired
    | e.TicketLineVoided
    | e.TicketLineChanged
    | e.TicketRelabelled
)
"""What the cook must see: each makes a new version of a ticket."""


def broken(world: World) -> list[str]:
    """Everything that does not hold; the house is healed and drained."""
    found = [str(finding) for finding in verify(world.server.office.database)]
    found += world.history.flips + world.history.outlived
    for check in (
        _taps_are_in_the_inbox,
        _told_is_kept,
        _replicas_are_equal,
        _disks_are_equal,
        _nothing_waits,
        _kitchen_saw_it,
        _folio_is_exact,
        _cards_are_exact,
        points.are_nobodys_gift,
        _effects_are_settled,
        _paper_is_told,
        _nothing_crashed,
        *judges.JUDGES,
    ):
        found += check(world)
    if world.link is not None:
        found += world.link.judged()
    return found


def _inbox(world: World) -> list[Any]:
    return list(
        world.server.office.database.read(
            lambda connection: connection.execute(select(InboxRow)).all()
        )
    )


def _taps_are_in_the_inbox(world: World) -> list[str]:
    """I-1: every confirmed tap is in the inbox exactly once."""
    times = Counter(row.cmd_id for row in _inbox(world))
    found = []
    for tap in world.history.taps.values():
        if times[tap.cmd_id] != 1:
            found.append(
                f"I-1 {tap.type} {tap.dev[-4:]}/{tap.seq}: confirmed, {times[tap.cmd_id]}x there"
            )
    return found


def _told_is_kept(world: World) -> list[str]:
    """I-5: what a person was told is what the server's book says; after a restore its events may
    stand at other numbers."""
    restored = world.server.epoch > 1
    book = {(row.dev, row.dep, row.seq): row for row in _inbox(world)}
    found = []
    for key, told in world.history.told.items():
        row = book.get(key)
        if row is None:
            found.append(f"I-5 {key}: was told {told.outcome}, the server knows nothing of it")
        elif (row.outcome, row.code) != (told.outcome, told.code) or (
            not restored and (row.n_from, row.n_to) != (told.n_from, told.n_to)
        ):
            found.append(f"I-5 {key}: was told {told}, the book says {row.outcome} {row.code}")
    return found


def _replicas_are_equal(world: World) -> list[str]:
    """I-8: every screen's base hashes to the server's own state."""
    own = digest(world.server.office.venue)
    found = []
    for name, machine in world.devices.items():
        if digest(machine.desk.base) != own:
            found.append(f"I-8 {name}: its replica differs from the server's state")
        if digest(machine.desk.venue) != own:
            found.append(f"I-8 {name}: something that was answered is still shown on top")
    return found


def _disks_are_equal(world: World) -> list[str]:
    """I-2, I-8: what a terminal would start from is the server's journal, byte by byte."""
    office = world.server.office
    found = []
    for name, machine in world.devices.items():
        store = machine.link.store
        tail = store.events(0)
        if store.cursor_n != office.head_n or store.cursor_hash != office.live.head.hash:
            found.append(f"I-8 {name}: its disk stands at {store.cursor_n}, not {office.head_n}")
        connection: sqlite3.Connection = store._connection
        rows = connection.execute(
            "SELECT n FROM base_event WHERE n > coalesce((SELECT n FROM snapshot), 0) ORDER BY n"
        ).fetchall()
        if rows and [row[0] for row in rows] != list(range(rows[0][0], rows[-1][0] + 1)):
            found.append(f"I-3 {name}: events are missing on its disk")
        mine = connection.execute(
            "SELECT seq FROM outbox WHERE state = 'answered' ORDER BY seq"
        ).fetchall()
        # What a verified backup holds may be forgotten.
        kept_from = store.next_seq - len(mine)
        if [row[0] for row in mine] != list(range(kept_from, store.next_seq)):
            found.append(f"I-1 {name}: {len(mine)} answered of {store.next_seq - 1} made")
        forgotten = world.history.told.get((store.dev, store.dep, kept_from - 1))
        if kept_from > 1 and (forgotten is None or forgotten.n_to > store.durable_n):
            found.append(f"I-1 {name}: forgot command {kept_from - 1}, which no backup holds")
        del tail
    return found


def not_drained(world: World) -> list[str]:
    """I-9: what is still on its way, as words."""
    if not (world.server.on and world.server.ready):
        return ["the server is off"]
    left = []
    head = world.server.office.head_n
    for name, machine in world.devices.items():
        left += behind(name, machine, head)
    return left


def behind(name: str, machine: TerminalMachine, head: int) -> list[str]:
    """What one machine has not said or not heard yet."""
    if not (machine.on and machine.ready):
        return [f"{name} is off"]
    store = machine.link.store
    left = []
    if store.pending:
        left.append(f"{name} has {store.pending} commands unanswered")
    if store.cursor_n < head or machine.desk.base.n < head:
        left.append(f"{name} stands at {machine.desk.base.n} of {head}")
    if machine.desk.state.phase != "online":
        left.append(f"{name} is {machine.desk.state.phase}")
    if machine.desk._pending:
        left.append(f"{name} shows {len(machine.desk._pending)} commands on top")
    return left


def _nothing_waits(world: World) -> list[str]:
    return [f"I-9 {left}" for left in not_drained(world)]


def unseen(world: World) -> list[str]:
    """Tickets that stand on no glass and that no paper is asked for."""
    if not (world.server.on and world.server.ready):
        return ["the server is off"]
    return [f"ticket {ticket_id}: nobody in the kitchen has it" for ticket_id in waiting(world)]


def waiting(world: World) -> list[TicketId]:
    """Tickets for which paper will have to take over unless a display draws them."""
    catalogue = world.server.office.catalogue
    return [
        ticket.ticket_id
        for ticket in world.server.office.venue.tickets.values()
        if catalogue.stations[ticket.station_id].paper != "always"
        and ticket.state == "open"
        and not has_it(ticket)
        and ticket.paper_version < ticket.version
    ]


def _kitchen_saw_it(world: World) -> list[str]:
    """I-6: each ticket as it stands was drawn on glass by whoever acknowledged it, or is on its
    way to paper, and says so."""
    by_dev = {machine.link.identity.dev: name for name, machine in world.devices.items()}
    found = [f"I-6 {left}" for left in unseen(world)]
    changed: dict[str, float] = {}
    committed_s = world.history.committed_s
    adopted = _adopted(world)
    for record, event in judges.entries(world):
        if isinstance(event, e.TicketsAcknowledged):
            for ticket_id, version in event.seen:
                name = by_dev[event.dev]
                if (name, ticket_id, version) not in world.history.drawn:
                    found.append(f"I-6 ticket {ticket_id}: acknowledged and was never drawn")
        elif isinstance(event, e.TicketOnPaper):
            # What the lost server had asked for came back: with its order, at one moment, or
            # after it, when what nobody had signed was adopted.
            came_back = world.server.epoch > 1 and (
                committed_s[record.n] == changed[event.ticket_id]
                or any(record.n in one for one in adopted)
            )
            if event.outcome == "asked" and not came_back:
                waited = committed_s[record.n] - changed[event.ticket_id]
                if waited * 1000 < KITCHEN_PAPER_MS - 1:
                    found.append(f"I-6 ticket {event.ticket_id}: paper after {waited:.3f} s")
        elif isinstance(event, NEWS):
            changed[event.ticket_id] = committed_s.get(record.n, 0.0)
    return found


def _adopted(world: World) -> list[range]:
    """The events that a restored server took over as they stood."""
    rows = world.server.office.database.read(
        lambda connection: connection.execute(select(AdoptionRow)).all()
    )
    return [range(row.n_from, row.n_to + 1) for row in rows]


def _folio_is_exact(world: World) -> list[str]:
    """I-10: what the journal calls posted stands on the folio exactly once, and nothing else."""
    rows = world.hotel.read(lambda connection: connection.execute(select(EntryRow)).all())
    postings = {row.source for row in rows if "#" in row.source}
    standing = Counter(source.split("#")[0] for source in postings)
    found = []
    charges = world.server.office.venue.charges
    mistaken = world.link.mistaken if world.link is not None else {}
    for charge in charges.values():
        if charge.charge_id in mistaken:
            continue  # somebody's wrong word: the reconciliation has to find it
        times = standing[charge.charge_id]
        if times != (1 if charge.state == "posted" else 0):
            found.append(f"I-10 charge {charge.charge_id}: {charge.state}, {times}x on the folio")
    for charge_id in standing.keys() - charges.keys():
        found.append(f"I-10 charge {charge_id}: on a folio, and nobody asked for it")
    return found


def charges_open(world: World) -> list[str]:
    """Room charges that are neither posted nor refused yet, and those whose work goes on: a person
    may have answered while an old attempt was in its quarantine."""
    if not (world.server.on and world.server.ready):
        return ["the server is off"]
    return _effects_are_settled(world) + [
        f"{charge.charge_id} is {charge.state}"
        for charge in world.server.office.venue.charges.values()
        if charge.state not in ("posted", "refused")
    ]


def _effects_are_settled(world: World) -> list[str]:
    """I-9: no effect is between two states for ever."""
    rows = world.server.office.database.read(
        lambda connection: connection.execute(select(EffectRow)).all()
    )
    return [
        f"I-9 effect {row.effect_id} ({row.kind}) is still {row.state}"
        for row in rows
        if row.state in ("claimed", "sending") or (row.kind == "folio" and row.state == "queued")
    ]


def _cards_are_exact(world: World) -> list[str]:
    """I-11: no request was charged twice, what was charged is recorded, and nothing else is; who
    was to pay by a code was shown one; and no more is given back than was paid."""
    found, charged = [], world.cards.charged
    recorded: Counter[str] = Counter()
    left: dict[str, int] = {}
    for _, event in judges.entries(world):
        if isinstance(event, e.CardApproved):
            recorded[event.payment_id] += 1
        elif isinstance(event, e.CardAsked):
            asked = event.payment
            left[asked.payment_id] = sum(charged.get(asked.payment_id, ()))
            shown = asked.payment_id in world.cards.codes
            if left[asked.payment_id] and shown != (asked.tender == "qr"):
                found.append(f"I-11 card {asked.payment_id}: to pay by {asked.tender}")
        elif isinstance(event, e.CardBackAsked):
            left[event.of] += sum(charged.get(event.payment_id, ()))
    for payment_id, sum_ in left.items():
        if sum_ < 0:
            found.append(f"I-11 card {payment_id}: {-sum_} more given back than was paid")
    for payment_id in {*recorded, *charged}:
        times = (len(charged.get(payment_id, ())), recorded[payment_id])
        if times != (1, 1):
            found.append(f"I-11 card {payment_id}: {times[0]}x charged, {times[1]}x in the books")
    return found


def cards_open(world: World) -> list[str]:
    """Requests to the card terminal that nobody knows the end of."""
    if not (world.server.on and world.server.ready):
        return ["the server is off"]
    return [
        f"{one.payment_id} is {one.state}"
        for one in world.server.office.venue.cards.values()
        if one.state in WAITING
    ]


_PAPERS = select(EffectRow).where(col(EffectRow.kind) == PAPER)
_PAPERS_OPEN = select(col(EffectRow.effect_id), col(EffectRow.state)).where(
    col(EffectRow.kind) == PAPER,
    col(EffectRow.state).in_(("queued", "claimed", "sending")),
)


def _paper_rows(world: World) -> list[Any]:
    read = world.server.office.database.read
    return list(read(lambda connection: connection.execute(_PAPERS).all()))


def papers_open(world: World) -> list[str]:
    """Papers that are neither out nor given up."""
    if not (world.server.on and world.server.ready):
        return ["the server is off"]
    read = world.server.office.database.read
    rows = read(lambda connection: connection.execute(_PAPERS_OPEN).all())
    return [f"{row.effect_id} is {row.state}" for row in rows]


def _paper_is_told(world: World) -> list[str]:
    """I-6, I-9: the rolls are the witness: what is called printed lies there, nothing lies there
    twice unmarked, what is called lost is not there, and somebody was told of each such paper."""
    found = paper.unmarked_doubles(world.presses, world.history.papers, _reopened(world))
    found += [f"I-9 paper {left}" for left in papers_open(world)]
    every = paper.prints(world.presses)
    there = Counter(one.mark.partition(":")[2] for one in every)
    raised = {
        event.notice_id for _, event in judges.entries(world) if isinstance(event, e.NoticeRaised)
    }
    for row in _paper_rows(world):
        press = world.presses.get(row.outcome.rpartition(" ")[2])
        proves = press is not None and press.evidence is not Evidence.C
        if row.state == "done" and proves and not there[row.effect_id]:
            found.append(f"I-6 paper {row.effect_id}: called printed, on no roll: {row.outcome}")
        if row.state in ("failed", "unknown"):
            if derived(row.effect_id, "paper") not in raised:
                found.append(f"I-6 paper {row.effect_id}: {row.state}, and nobody was told")
            if row.state == "failed" and there[row.effect_id]:
                found.append(f"I-6 paper {row.effect_id}: called lost, and it is on a roll")
    return found


def _reopened(world: World) -> dict[str, int]:
    """The event that first opened a check again."""
    return {
        event.check_id: record.n
        for record, event in reversed(judges.entries(world))
        if isinstance(event, e.CheckReopened)
    }


def _nothing_crashed(world: World) -> list[str]:
    """No error of our own was swallowed, and no list grew past its bound."""
    found = []
    errors = world.server.errors + world.server.sockets.metrics.errors
    if errors:
        found.append(f"the server had {errors} errors in its sessions")
    if len(world.server.office.venue.notices) > NOTICES_OPEN:
        found.append("I-18 more notices than there may be")
    for fault in world.loop.faults:
        exception = fault.get("exception")
        if isinstance(exception, Exception):
            found.append(f"a task died: {fault.get('message')} {exception!r}")
    return found
