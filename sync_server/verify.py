"""What must hold in a front database at any moment: `verify(database)` lists what does not.

The invariants of reliability 3.1 as far as a database alone can show them; each function names its
own. They read rows and replay the journal from zero, and trust nothing that is derived. The
simulation runs them after every evening, the scenarios after every scene, `vitrylo verify` on a
live or restored database. What needs witnesses outside the database is in `tests/simulation`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Check, balance, totals_of
from sync_server.domain.guest_data import subject_of
from sync_server.domain.outward import FOLIO
from sync_server.domain.venue import Venue
from sync_server.front_office.group import QUIET, SERVER
from sync_server.front_office.saved_states import unpack_state
from sync_server.front_office.tables import (
    AdoptionRow,
    CheckpointRow,
    DeviceRow,
    EffectRow,
    ErasureRow,
    InboxRow,
    JournalRow,
    LedgerRow,
    ParkedRow,
    StateRow,
)
from sync_server.protocol.checkpoint import Checkpoint, is_genuine, read_checkpoint
from sync_server.protocol.envelope import (
    GENESIS,
    EventRecord,
    chain,
    command_hash,
    read_command,
    read_event,
)
from sync_server.protocol.erasable import erased_fields, names_nobody
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import apply_record, digest
from sync_server.store.database import Database

EFFECT_STATES = frozenset(
    {"queued", "claimed", "sending", "done", "refused", "unknown", "failed", "dropped"}
)
ON_A_SHIFT = e.CashMoved | e.DrawerCounted | e.CheckClosed | e.PaymentRefunded


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken invariant: its number in reliability 3.1, where, and what is wrong."""

    invariant: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.where}: {self.what}"


@dataclass(slots=True)
class Books:
    """All rows of one moment, and the journal replayed."""

    journal: list[Any]
    inbox: list[Any]
    ledger: list[Any]
    devices: list[Any]
    effects: list[Any]
    parked: list[Any]
    states: list[Any]
    adoptions: list[Any]
    erasures: list[Any]
    checkpoints: list[Checkpoint]
    key: bytes = b""
    records: list[EventRecord] = field(default_factory=list)
    events: list[object] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)
    venue: Venue = field(default_factory=Venue)


def verify(
    database: Database, key: bytes = b"", witnesses: Sequence[Checkpoint] = ()
) -> list[Finding]:
    """Everything that is wrong in a front database; an empty list is health.

    `key` is the server's signing key, without which signatures are not checked; `witnesses` are
    checkpoints that terminals kept, which whoever edited this database could not reach.
    """
    books = database.read(_read)
    books.key = key
    books.checkpoints += witnesses
    broken = list(_replayed(books))
    if broken:
        return broken
    return [finding for check in CHECKS for finding in check(books)]


def _read(connection: Connection) -> Books:
    def rows(table: type, *order: Any) -> list[Any]:
        return list(connection.execute(select(table).order_by(*order)).all())

    return Books(
        rows(JournalRow, JournalRow.n),
        rows(InboxRow, InboxRow.dev, InboxRow.dep, InboxRow.seq),
        rows(LedgerRow, LedgerRow.n, LedgerRow.pos),
        rows(DeviceRow, DeviceRow.dev),
        rows(EffectRow, EffectRow.n, EffectRow.effect_id),
        rows(ParkedRow, ParkedRow.dev),
        rows(StateRow, StateRow.n),
        rows(AdoptionRow, AdoptionRow.n_from),
        rows(ErasureRow, ErasureRow.n),
        [read_checkpoint(bytes(row.data)) for row in rows(CheckpointRow, CheckpointRow.n)],
    )


def _replayed(books: Books) -> Iterator[Finding]:
    """I-3: n is 1..head without a gap, every hash follows, every record can be read."""
    wanted = {row.n for row in books.states}
    link = GENESIS
    for n, row in enumerate(books.journal, 1):
        if row.n != n:
            yield Finding("I-3", f"event {n}", f"is missing; the next is {row.n}")
            return
        data = bytes(row.data)
        link = chain(link, n, data)
        if link != row.hash:
            yield Finding("I-3", f"event {n}", "its hash does not follow from the one before")
            return
        try:
            record = read_event(data)
            event = apply_record(books.venue, record)
        except FrameFault as fault:
            yield Finding("I-3", f"event {n}", f"cannot be read: {fault}")
            return
        if (record.n, record.type, record.cmd_id) != (row.n, row.type, row.cmd_id):
            yield Finding("I-3", f"event {n}", "row and record differ")
        books.records.append(record)
        books.events.append(event)
        if n in wanted:
            books.digests[n] = digest(books.venue)


def _erased(books: Books) -> Iterator[Finding]:
    """S-29: names are gone where the journal says that they were erased, and nowhere else."""
    wanted = {row.n: row.by_n for row in books.erasures}
    for record, event in zip(books.records, books.events, strict=True):
        gone = erased_fields(record.type, msgspec.json.decode(record.body))
        if gone and record.n not in wanted:
            yield Finding("S-29", f"event {record.n}", f"lacks {', '.join(gone)}: nobody said why")
        if record.n not in wanted:
            continue
        if record.salt:
            yield Finding("S-29", f"event {record.n}", "was to be erased and still names somebody")
        said = books.events[wanted[record.n] - 1] if wanted[record.n] <= len(books.events) else None
        if not isinstance(said, e.GuestsErased) or subject_of(event) not in said.subjects:
            yield Finding("S-29", f"event {record.n}", "was erased by no event of the journal")


def _checkpoints(books: Books) -> Iterator[Finding]:
    """I-3: what the server once signed is what the journal says; nothing of its end is gone."""
    for one in books.checkpoints:
        where = f"checkpoint {one.n}"
        if books.key and not is_genuine(one, books.key):
            yield Finding("I-3", where, "was not signed with this server's key")
        elif one.n > len(books.journal):
            what = f"the journal ends at {len(books.journal)}: events are missing at its end"
            yield Finding("I-3", where, what)
        elif books.journal[one.n - 1].hash != one.hash:
            yield Finding("I-3", where, "the journal says something else than was signed")


def _states(books: Books) -> Iterator[Finding]:
    """I-19: a saved state is what the journal gives when it is replayed from zero."""
    for row in books.states:
        if row.n > len(books.journal):
            yield Finding("I-19", f"state {row.n}", "is ahead of the journal")
        elif row.n < max((one.by_n for one in books.erasures), default=0):
            continue  # It still knows names that are gone; the next one takes its place.
        elif digest(unpack_state(bytes(row.data))) != books.digests[row.n]:
            yield Finding("I-19", f"state {row.n}", "differs from the journal replayed")


def _inbox(books: Books) -> Iterator[Finding]:
    """I-2: per device and epoch the commands are 1..last, chained; ids unique; nothing doubled."""
    expected: dict[tuple[str, int], tuple[int, str]] = {}
    unnamed = {row.cmd_id for row in books.erasures}
    for row in books.inbox:
        seq, last = expected.get((row.dev, row.dep), (0, ""))
        where = f"command {row.dev[:8]}/{row.dep}/{row.seq}"
        if row.seq != seq + 1 and row.dep == 1:
            yield Finding("I-2", where, f"follows {seq}")
        received = read_command(bytes(row.data))
        command = received.command
        whole = command_hash(bytes(row.data)) == row.hash or row.cmd_id in unnamed
        whole = whole or (
            row.outcome in ("refused", "parked") and names_nobody(row.data) == row.data
        )
        if not whole or command.cmd_id != row.cmd_id:
            yield Finding("I-2", where, "its bytes are not what was hashed")
        if row.seq == seq + 1 and command.prev != last:
            yield Finding("I-2", where, "does not follow the device's command before it")
        expected[(row.dev, row.dep)] = (row.seq, row.hash)
    for device in books.devices:
        seq, last = expected.get((device.dev, device.epoch), (0, ""))
        if seq > device.last_seq or (seq == device.last_seq and last != device.last_hash):
            yield Finding("I-2", f"device {device.code}", f"stands at {device.last_seq}, not {seq}")
        if seq < device.last_seq and device.epoch == 1:
            yield Finding("I-2", f"device {device.code}", "counts commands that are not there")


def _answers(books: Books) -> Iterator[Finding]:
    """I-1, I-5: the events of a command are those its answer named, and no event is without, but
    those adopted after a restore whose commands have not come yet."""
    by_command: dict[str, list[int]] = defaultdict(list)
    for record in books.records:
        by_command[record.cmd_id].append(record.n)
    seen: Counter[str] = Counter()
    for row in books.inbox:
        seen[row.cmd_id] += 1
        made = by_command.pop(row.cmd_id, [])
        said = list(range(row.n_from, row.n_to + 1)) if row.n_from else []
        if made != said:
            where = f"command {row.cmd_id}"
            yield Finding("I-5", where, f"was answered with events {said[:3]}.., made {made[:3]}..")
    adopted = [(row.n_from, row.n_to) for row in books.adoptions]
    for cmd_id, numbers in by_command.items():
        if any(first <= numbers[0] <= last for first, last in adopted):
            continue
        yield Finding(
            "I-2", f"event {numbers[0]}", f"comes from no command of the inbox ({cmd_id})"
        )
    for cmd_id, times in seen.items():
        if times > 1:
            yield Finding("I-2", f"command {cmd_id}", f"is {times} times in the inbox")


def _notices(books: Books) -> Iterator[Finding]:
    """I-15: what was not plainly accepted was told, to somebody who must tap it away."""
    raised = {
        record.cmd_id
        for record, event in zip(books.records, books.events, strict=True)
        if isinstance(event, e.NoticeRaised)
    }
    for row in books.inbox:
        if row.outcome == "accepted" or row.code in QUIET or row.cmd_id in raised:
            continue
        if row.dev != SERVER and not read_command(bytes(row.data)).command.actor:
            continue
        yield Finding("I-15", f"command {row.cmd_id}", f"{row.outcome} {row.code}: nobody was told")
    for row in books.parked:
        yield Finding("I-15", f"command {row.dev[:8]}/{row.seq}", f"is parked: {row.error}")


def _ledger(books: Books) -> Iterator[Finding]:
    """I-4: the entries of each event sum to zero, guests owe what checks say, and are owed the
    points that are on their cards."""
    sums: Counter[int] = Counter()
    accounts: Counter[str] = Counter()
    for row in books.ledger:
        sums[row.n] += row.amount_minor
        accounts[row.account] += row.amount_minor
    for n, total in sums.items():
        if total:
            yield Finding("I-4", f"event {n}", f"its entries sum to {total}")
        if n > len(books.journal):
            yield Finding("I-4", f"event {n}", "has entries and is not in the journal")
    paid = Counter[str]()
    for event in books.events:
        if isinstance(event, e.PaymentTaken):
            paid[event.payment.tender] += event.payment.amount_minor + event.payment.tip_minor
        elif isinstance(event, e.PaymentUnallocated):
            paid["suspense"] += event.payment.amount_minor + event.payment.tip_minor
        elif isinstance(event, e.SuspenseSettled):
            paid["suspense"] -= event.payment.amount_minor + event.payment.tip_minor
    if accounts["suspense"] != -paid["suspense"]:
        yield Finding(
            "I-4", "suspense", f"{-accounts['suspense']} booked, {paid['suspense']} taken"
        )
    held = sum(card.balance_minor for card in books.venue.club.values())
    if accounts["points"] != -held:
        yield Finding("I-4", "points", f"{-accounts['points']} booked, {held} on the cards")
    yield from _guests(books, accounts["guests"])


def _guests(books: Books, booked: int) -> Iterator[Finding]:
    """I-4: payments = closed checks + tips + what open checks have been paid so far."""
    paid: Counter[str] = Counter()
    tips: Counter[str] = Counter()
    closed: set[str] = set()
    charges: dict[str, e.RoomChargeAsked] = {}
    for event in books.events:
        match event:
            case e.PaymentTaken():
                paid[event.check_id] += event.payment.amount_minor
                tips[event.check_id] += event.payment.tip_minor
            case e.RoomChargeAsked():
                charges[event.charge_id] = event
            case e.RoomChargePosted():
                asked = charges[event.charge_id]
                paid[event.check_id] += asked.amount_minor
                tips[event.check_id] += asked.tip_minor
            case e.PaymentRefunded() if event.check_id not in closed:
                paid[event.check_id] -= event.amount_minor
                tips[event.check_id] -= event.tip_minor
            case e.SuspenseSettled() if event.outcome == "allocated":
                paid[event.check_id] += event.payment.amount_minor
                tips[event.check_id] += event.payment.tip_minor
            case e.CheckReopened():
                closed.discard(event.check_id)
            case e.CheckClosed():
                if event.check_id in closed:
                    yield Finding("I-4", f"check {event.number}", "was closed twice")
                closed.add(event.check_id)
                total = event.totals.total_minor
                if paid[event.check_id] != total or tips[event.check_id] != event.tips_minor:
                    what = f"closed at {total}, paid {paid[event.check_id]}"
                    yield Finding("I-4", f"check {event.number}", what)
    open_paid = sum(
        paid[check] + tips[check] for check in paid.keys() | tips.keys() if check not in closed
    )
    if booked != -open_paid:
        yield Finding("I-4", "guests", f"booked {booked}, open checks were paid {open_paid}")


def _house_cash(payment: e.Payment) -> int:
    """What a payment left in the drawer: what was given less the change; of foreign cash only
    the change, which was house money."""
    if payment.tender != "cash":
        return 0
    given = 0 if payment.currency else payment.tendered_minor
    return given - payment.change_minor


def _drawers(books: Books) -> Iterator[Finding]:
    """I-4: a drawer holds float + cash in - cash out, in the shift's figures and in the ledger."""
    expected: Counter[str] = Counter()
    closed: dict[str, e.ShiftClosed] = {}
    for event in books.events:
        match event:
            case e.ShiftOpened():
                expected[event.shift_id] += event.float_minor
            case e.CashMoved():
                expected[event.shift_id] += event.amount_minor
            case e.FloatAdjusted():
                expected[event.shift_id] += event.float_minor - event.was_minor
            case e.PaymentTaken() | e.PaymentUnallocated() | e.VoucherSold() | e.AccountPaid():
                if event.payment.shift_id not in closed:
                    expected[event.payment.shift_id] += _house_cash(event.payment)
            case e.PaymentRefunded() if event.tender == "cash":
                back = event.amount_minor + event.tip_minor + event.rounding_minor
                expected[event.shift_id] -= back
            case e.VoucherReturned():
                expected[event.shift_id] -= event.amount_minor + event.rounding_minor
            case e.TenderCorrected():
                change = _house_cash(event.payment) - _house_cash(event.was)
                expected[event.shift_id] += change
            case e.SuspenseSettled() if event.outcome == "returned":
                expected[event.shift_id] -= _house_cash(event.payment)
            case e.ShiftClosed():
                closed[event.shift_id] = event
                if event.expected_minor != expected[event.shift_id]:
                    what = f"expected {event.expected_minor}, moved {expected[event.shift_id]}"
                    yield Finding("I-4", f"Z {event.z_no}", what)
    for shift in books.venue.shifts.values():
        z = closed.get(shift.shift_id)
        if z is not None and shift.drawer_minor != z.expected_minor:
            what = f"its Z said {z.expected_minor}, it says {shift.drawer_minor} now"
            yield Finding("I-14", f"Z {z.z_no}", what)
        if shift.state != "closed" and shift.drawer_minor != expected[shift.shift_id]:
            what = f"says {shift.drawer_minor}, moved {expected[shift.shift_id]}"
            yield Finding("I-4", f"drawer {shift.drawer}", what)


def _checks(books: Books) -> Iterator[Finding]:
    """I-4: a check's lines, discounts, tax and service give its total; no balance is negative."""
    for check in (*books.venue.checks.values(), *books.venue.closed.values()):
        yield from _check(check)


def _check(check: Check) -> Iterator[Finding]:
    where = f"check {check.number}"
    totals = totals_of(check)
    gross = sum(line.gross_minor for line in check.live)
    if totals.gross_minor != gross:
        yield Finding("I-4", where, f"gross {totals.gross_minor}, its lines {gross}")
    # Prices may contain the tax; of a check without tax it is taken off again.
    tax = -totals.exempt_minor if check.tax_inclusive else totals.tax_minor
    priced = totals.gross_minor - totals.discount_minor + totals.surcharge_minor
    total = priced + totals.service_minor + tax
    if totals.total_minor != total:
        yield Finding("I-4", where, f"total {totals.total_minor}, its parts {total}")
    if balance(check) < 0:
        yield Finding("I-4", where, f"its balance is {balance(check)}")
    if check.state == "closed" and balance(check) != sum(p.refunded_minor for p in check.payments):
        yield Finding("I-4", where, "was closed with something left to pay")


def _kitchen(books: Books) -> Iterator[Finding]:
    """I-6: what was fired was given to each of its stations once, and only what was fired was."""
    stations: dict[str, tuple[str, ...]] = {}
    home: dict[str, str] = {}
    wanted: Counter[tuple[str, str, int]] = Counter()
    given: Counter[tuple[str, str, int]] = Counter()
    for event in books.events:
        match event:
            case e.LinesAdded():
                stations.update({line.line_id: line.station_ids for line in event.lines})
            case e.LinesMoved():
                for line in event.lines:
                    stations[line.line_id] = line.station_ids
                    home[line.line_id] = line.origin or line.line_id
            case e.LinesFired():
                for sold in event.sold:
                    known = home.get(sold.line_id, sold.line_id)
                    if sold.line_id not in stations:
                        yield Finding("I-6", f"line {sold.line_id}", "was fired, never ordered")
                    for station in stations.get(sold.line_id, ()):
                        wanted[(station, known, sold.fire_no)] += 1
    tickets: dict[str, str] = {}
    announced: dict[tuple[str, str], str] = {}
    for event in books.events:
        match event:
            case e.TicketMoved():
                # What is added from now on belongs to the new station; what stood on it before
                # stays the old one's work, wherever it is made.
                tickets[event.ticket_id] = event.station_id
            case e.TicketOpened() | e.TicketLinesAdded():
                if isinstance(event, e.TicketOpened):
                    tickets[event.ticket_id] = event.station_id
                station = tickets.get(event.ticket_id, "")
                if not station:
                    yield Finding("I-6", f"ticket {event.ticket_id}", "was added to, never opened")
                for shown in event.lines:
                    announced[(event.ticket_id, shown.line_id)] = station
                    if not shown.held:
                        given[(station, shown.line_id, shown.fire_no)] += 1
            case e.TicketLineChanged() if event.line.line_id != event.line_id:
                # Made otherwise: the new line took the old one's place.
                here = announced.get(
                    (event.ticket_id, event.line_id), tickets.get(event.ticket_id, "")
                )
                announced[(event.ticket_id, event.line.line_id)] = here
                given[(here, event.line.line_id, event.line.fire_no)] += 1
            case e.TicketLinesFired():
                here = tickets[event.ticket_id]
                for line_id in event.line_ids:
                    station = announced.get((event.ticket_id, line_id), here)
                    given[(station, line_id, event.fire_no)] += 1
    for unit in sorted(wanted.keys() | given.keys()):
        if given[unit] > 1:
            yield Finding("I-6", f"line {unit[1]}", f"was given to {unit[0]} {given[unit]} times")
        if bool(wanted[unit]) != bool(given[unit]):
            what = f"{unit[0]}: fired {wanted[unit]} times, given {given[unit]} times"
            yield Finding("I-6", f"line {unit[1]} fire {unit[2]}", what)


def _numbers(books: Books) -> Iterator[Finding]:
    """I-13: a check's number is unique in its day."""
    seen: dict[tuple[str, str], str] = {}
    for event in books.events:
        if isinstance(event, e.CheckOpened):
            key = (event.day, event.number)
            if key in seen:
                yield Finding("I-13", f"check {event.number}", f"two checks of {event.day} have it")
            seen[key] = event.check_id


def _closed_shifts(books: Books) -> Iterator[Finding]:
    """I-14: nothing is booked to the drawer of a shift after its Z; the perpetual total grows."""
    closed: dict[str, int] = {}
    perpetual, z_no = 0, 0
    for n, event in enumerate(books.events, 1):
        if isinstance(event, e.ShiftClosed):
            if event.shift_id in closed:
                yield Finding("I-14", f"Z {event.z_no}", "its shift had been closed before")
            if event.perpetual_minor < perpetual or event.z_no != z_no + 1:
                yield Finding("I-14", f"Z {event.z_no}", "totals or numbers went back")
            perpetual, z_no = event.perpetual_minor, event.z_no
            closed[event.shift_id] = n
        elif isinstance(event, ON_A_SHIFT) and event.shift_id in closed:
            what = f"{type(event).__name__} after the Z of its shift"
            yield Finding("I-14", f"event {n}", what)


def _effects(books: Books) -> Iterator[Finding]:
    """I-9, I-10: an effect has a known state and an event; each room charge has its one row."""
    heads = len(books.journal)
    rows: Counter[int] = Counter()
    for row in books.effects:
        if row.state not in EFFECT_STATES:
            yield Finding("I-9", f"effect {row.effect_id}", f"is in no known state: {row.state}")
        if not 0 < row.n <= heads:
            yield Finding("I-2", f"effect {row.effect_id}", "belongs to no event")
        if row.kind == FOLIO:
            rows[row.n] += 1
    for n, event in enumerate(books.events, 1):
        asked = isinstance(event, e.RoomChargeAsked | e.RoomChargeRetried)
        if rows[n] != int(asked):
            yield Finding("I-10", f"event {n}", f"has {rows[n]} postings to the hotel")


NOT_FOR_FACTS = {
    "AddLines": frozenset({"check_closed"}),
    "TakePayment": frozenset({"check_closed", "no_check", "nothing_due", "amount_over_due"}),
}
"""Reasons for which a line ordered or money taken may never be refused (reliability 2.8)."""

ASKED_FOR = frozenset({"account", "voucher", "deposit", "points"})
"""Tenders of which nobody has handed anything over: such a payment may be refused."""


def _facts(books: Books) -> Iterator[Finding]:
    """I-1: what has happened at the table is recorded, whatever became of the check meanwhile."""
    for row in books.inbox:
        if row.outcome == "refused" and row.code in NOT_FOR_FACTS.get(row.type, ()):
            body = msgspec.json.decode(read_command(bytes(row.data)).command.body)
            if body.get("tender") in ASKED_FOR:
                continue
            yield Finding("I-1", f"command {row.cmd_id}", f"{row.type} was refused: {row.code}")


def _voids(books: Books) -> Iterator[Finding]:
    """I-6: the kitchen is told of each void of what it was told of."""
    home: dict[str, str] = {}
    known: set[str] = set()
    told: set[tuple[str, str]] = set()
    pairs = list(zip(books.records, books.events, strict=True))
    for record, event in pairs:
        if isinstance(event, e.TicketLineVoided | e.TicketLineChanged):
            told.add((record.cmd_id, event.line_id))
    left: Counter[str] = Counter()
    for record, event in pairs:
        match event:
            case e.LinesMoved():
                home.update({line.line_id: line.origin or line.line_id for line in event.lines})
            case e.TicketOpened() | e.TicketLinesAdded():
                known.update(line.line_id for line in event.lines)
                left.update({line.line_id: line.qty_milli for line in event.lines})
            case e.TicketLineChanged() if event.line.line_id != event.line_id:
                known.add(event.line.line_id)
                left[event.line.line_id] += event.line.qty_milli
            case e.LineVoided():
                name = home.get(event.line_id, event.line_id)
                if name in known and left[name] > 0 and (record.cmd_id, name) not in told:
                    what = "its void never reached the kitchen"
                    yield Finding("I-6", f"line {event.line_id}", what)
                left[name] -= event.qty_milli


def _settled_once(books: Books) -> Iterator[Finding]:
    """I-10: a room charge is posted or refused once, never both."""
    ends: Counter[str] = Counter()
    for event in books.events:
        if isinstance(event, e.RoomChargePosted | e.RoomChargeRefused):
            ends[event.charge_id] += 1
    for charge_id, times in ends.items():
        if times > 1:
            yield Finding("I-10", f"charge {charge_id}", f"was settled {times} times")


def _actors(books: Books) -> Iterator[Finding]:
    """I-16: only the server says what only the server may."""
    for row in books.inbox:
        if row.type in c.SERVER_ONLY and row.dev != SERVER and row.outcome != "refused":
            yield Finding("I-16", f"command {row.cmd_id}", f"{row.type} came from a terminal")
        if row.outcome in ("accepted", "adjusted") and row.type not in c.COMMANDS:
            yield Finding("I-16", f"command {row.cmd_id}", f"{row.type} is no command")


CHECKS = (
    _checkpoints,
    _erased,
    _states,
    _inbox,
    _answers,
    _notices,
    _ledger,
    _drawers,
    _checks,
    _facts,
    _kitchen,
    _voids,
    _numbers,
    _closed_shifts,
    _effects,
    _settled_once,
    _actors,
)
