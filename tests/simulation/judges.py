"""Invariants that need more than the front's own rows: stock, numbers, secrets, a lost journal.

As `invariants`, which calls these; each is proved by a broken variant that it catches.
"""

import json
from collections import Counter, defaultdict
from random import Random

from sqlalchemy import select
from sqlmodel import col

from hardware.printer import Evidence
from sync_server.domain import events as e
from sync_server.domain.outward import PAPER
from sync_server.domain.staff import rights_of
from sync_server.front_office import journal
from sync_server.front_office.adoption import adopted_upto
from sync_server.front_office.tables import EffectRow
from sync_server.protocol.envelope import EventRecord, read_event
from sync_server.protocol.replica import CODEC

from . import books
from .alone import END_OF_PAPER
from .paper import prints
from .restaurant import JOURNAL_KEY, PEPPER, PINS, PINS_BEGIN, busy_menu
from .world import World

STOCK_IN = 0.12
"""In how many evenings the stock books are made: they cost as much as the evening itself."""


def entries(world: World) -> list[tuple[EventRecord, object]]:
    """The server's journal, decoded; read once for all judges of an evening."""
    head = world.server.office.live.head.hash
    if world.journal_read[0] != head:
        world.journal_read = (head, _decoded(world))
    return world.journal_read[1]


def _decoded(world: World) -> list[tuple[EventRecord, object]]:
    found: list[tuple[EventRecord, object]] = []
    for _, data, _ in journal.every_record(world.server.office.database):
        record = read_event(data)
        found.append((record, CODEC.decode_event(record.type, record.tv, record.body)))
    return found


def stock_is_what_was_cooked(world: World) -> list[str]:
    """I-7: opening less what stands fired on checks and what was wasted is what the books say."""
    rng = Random(f"{world.seed} stock")
    if not world.always_stock and rng.random() >= STOCK_IN:
        return []
    known = entries(world)
    left = books.left_milli([record for record, _ in known], rng)
    venue = world.server.office.venue
    checks = (*venue.checks.values(), *venue.closed.values())
    used = books.used_milli(
        [line for check in checks for line in check.lines], [event for _, event in known]
    )
    return [
        f"I-7 {dish}: {2 * books.OPENING_MILLI - left[dish]} left the stock, {used[dish]} were made"
        for dish in left
        if left[dish] != 2 * books.OPENING_MILLI - used[dish]
    ]


def numbers_have_no_gap(world: World) -> list[str]:
    """I-12: Z numbers are 1, 2, 3; copies of a paper are counted; a close that owes the guest a
    receipt has exactly one. (There is no fiscal part yet whose numbers could be looked at.)"""
    known = entries(world)
    found = []
    z_numbers = [event.z_no for _, event in known if isinstance(event, e.ShiftClosed)]
    if z_numbers != list(range(1, len(z_numbers) + 1)):
        found.append(f"I-12 Z numbers are {z_numbers}")
    invoices = [event.number for _, event in known if isinstance(event, e.FiguresPrinted)]
    invoices = [number for number in invoices if number]
    if invoices != list(range(1, len(invoices) + 1)):
        found.append(f"I-12 invoices are numbered {invoices}")
    copies: Counter[tuple[str, str]] = Counter()
    for record, event in known:
        if isinstance(event, e.PreBillPrinted | e.ReceiptCopied):
            copies[record.type, event.check_id] += 1
            first = 1 if isinstance(event, e.PreBillPrinted) else 2
            if event.copy != copies[record.type, event.check_id] + first - 1:
                found.append(f"I-12 {record.type} of {event.check_id}: counted as {event.copy}")
    rows = world.server.office.database.read(
        lambda connection: connection.execute(
            select(col(EffectRow.n), col(EffectRow.payload)).where(col(EffectRow.kind) == PAPER)
        ).all()
    )
    papers = Counter(n for n, payload in rows if json.loads(payload)["document"] == "receipt")
    closes = {record.n for record, event in known if isinstance(event, e.CheckClosed)}
    copied = {record.n for record, event in known if isinstance(event, e.ReceiptCopied)}
    for n, times in papers.items():
        if times != 1 or n not in closes | copied:
            found.append(f"I-12 event {n}: {times} receipts")
    return found


def lent_rights_end(world: World) -> list[str]:
    """I-16: who gives money back without the right had been lent it, and it had not ended."""
    catalogue = busy_menu()
    lent: dict[str, e.RightsLent] = {}
    found = []
    for record, event in entries(world):
        if isinstance(event, e.RightsLent):
            lent[event.lent_id] = event
        elif isinstance(event, e.RightsTakenBack):
            lent.pop(event.lent_id, None)
        elif isinstance(event, e.PaymentRefunded):
            own = "refund" in rights_of(catalogue, event.by)
            has = any(
                one.staff_id == event.by and one.from_ms <= event.at_ms < one.until_ms
                for one in lent.values()
            )
            if not own and not has:
                found.append(f"I-16 event {record.n}: {event.by} gave money back without leave")
    return found


def no_secret_is_kept(world: World) -> list[str]:
    """I-17: neither PINs nor keys lie in a database, a backup or a terminal's file."""
    pins = {f"the PIN of {name}": json.dumps(pin).encode() for name, pin in PINS.items()}
    alike = f'"{PINS_BEGIN}'.encode()
    assert all(pin.startswith(alike) for pin in pins.values())
    secrets: dict[str, bytes] = {}
    for name, key in (("pepper", PEPPER), ("journal key", JOURNAL_KEY)):
        secrets |= {f"the {name}": key, f"the {name} in hex": key.hex().encode()}
    places = {"the server's disk": world.server.disk.image()}
    for name, machine in world.devices.items():
        for path in machine.folder.rglob("*"):
            if path.is_file():
                places[f"{path.name} of {name}"] = path.read_bytes()
    return [
        f"I-17 {secret} lies in {place}"
        for place, data in places.items()
        for secret, value in (secrets | pins if alike in data else secrets).items()
        if value in data
    ]


def _deeds(types: list[str]) -> set[str]:
    """What was done. What the hotel had said to the lost server alone may come again later: until
    then a check is not closed, and money for it lies on suspense."""
    done = {"PaymentTaken" if kind == "PaymentUnallocated" else kind for kind in types}
    return done - {"NoticeRaised", "CheckClosed"}


def what_was_told_came_back(world: World) -> list[str]:
    """I-20: after a restore every command whose outcome was told has done what it had done.

    If its own tablet was missing when the house opened, what nobody else remembers, and the last of
    all, which may be remembered by half, is decided anew when that is found: the others may have
    been paid meanwhile, and who had tapped is told to look.
    """
    history = world.history
    lost, missing = dict(history.lost), history.opened_without
    if missing:
        lost.pop(history.last_lost, None)
    if not lost:
        return []
    office = world.server.office
    agreed_n = adopted_upto(office.database, office.bus.epoch)
    made: dict[str, list[str]] = defaultdict(list)
    for record, _ in entries(world):
        made[record.cmd_id].append(record.type)
    taps = world.history.taps
    told = {(tap.dev, tap.dep, tap.seq): cmd_id for cmd_id, tap in taps.items()}
    found = []
    for key in world.history.told:
        cmd_id = told.get(key, "")
        if cmd_id in lost and _deeds(made[cmd_id]) != _deeds(lost[cmd_id]):
            alone = key[0] in missing and history.lost_n[cmd_id] > agreed_n
            if alone and "NoticeRaised" in made[cmd_id]:
                continue
            found.append(
                f"I-20 {taps[cmd_id].type} {key[2]} of {key[0][-4:]}: had led to {lost[cmd_id]}, "
                f"after the restore to {made[cmd_id]}"
            )
    return found


def terminals_paper_is_true(world: World) -> list[str]:
    """I-6: what a terminal calls printed lies on a roll, if its printer can prove anything; what
    the server took over as printed it does not print again."""
    claimed = world.history.claimed
    if not claimed:
        return []
    rolls = {name: set(END_OF_PAPER.findall(one.roll)) for name, one in world.presses.items()}
    found = [
        f"I-6 paper {claim.mark}: its terminal calls it printed, it is on no roll"
        for claim in claimed
        if world.presses[claim.printer_id].evidence is not Evidence.C
        and claim.mark not in rolls[claim.printer_id]
    ]
    told = e.TicketOpened | e.TicketLinesAdded | e.TicketLinesFired
    printed = {
        record.n for record, event in entries(world) if isinstance(event, told) and event.printed_ms
    }
    return found + [
        f"I-6 paper {one.mark}: a terminal had printed it, and it is unmarked"
        for one in prints(world.presses)
        if not one.marked and int(one.mark.partition(":")[2].partition(".")[0]) in printed
    ]


JUDGES = (
    terminals_paper_is_true,
    stock_is_what_was_cooked,
    numbers_have_no_gap,
    lent_rights_end,
    no_secret_is_kept,
    what_was_told_came_back,
)
