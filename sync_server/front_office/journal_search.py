"""The journal for whoever must find out what happened: sought from the cash desk, down to the tap.

By check number, person, sum and time, the newest first, in pages. One answer looks at `LOOKED_AT`
events at most and says where the next one goes on: a question never holds the database, or the
thread that serves the house, for long, and whoever asked asks on by itself. What is sought stands
letter for letter in a record that fits, so only those are read whole.
A number is given again every day: all checks that ever bore it are found in `opened_checks`,
and nothing older than the first of them is read.
Each line names its command with the device's own clock: what was tapped, where, and when.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, select
from sqlmodel import col

from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import EventRecord, read_command, read_event
from sync_server.store.database import Database

from .opened_checks import checks_of
from .tables import InboxRow, JournalRow

LINES = 40
LOOKED_AT = 20_000
_PAGE = 1_000
_CHECKS = re.compile(rb'"check_id":"([^"]+)"').findall


class Sought(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked for, as it comes over the wire; what is empty or 0 is no condition. `before_n`
    goes on from an answer."""

    number: Annotated[str, msgspec.Meta(max_length=64)] = ""
    staff_id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    amount_minor: int = 0
    from_ms: int = 0
    to_ms: int = 0
    before_n: int = 0


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One event and the tap behind it. `made_ms` is the device's clock; 0 for the server's own."""

    n: int
    at_ms: int
    type: str
    by: str
    dev: str
    number: str
    amount_minor: int
    cmd_id: str
    command: str = ""
    seq: int = 0
    made_ms: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A page; the next one is asked for with `before_n`, 0 when there is none."""

    lines: tuple[FoundLine, ...]
    before_n: int


async def search(database: Database, venue: Venue, sought: Sought) -> Found:
    """The newest events that fit, at most a page of them."""
    numbers: dict[str, str] = {
        check.check_id: check.number for check in (*venue.closed.values(), *venue.checks.values())
    }
    return await database.read_async(lambda connection: _search(connection, numbers, sought))


def _search(connection: Connection, numbers: dict[str, str], sought: Sought) -> Found:
    oldest, ids = 0, frozenset[bytes]()
    if sought.number:
        opened, oldest = checks_of(connection, sought.number)
        numbers |= dict.fromkeys(opened, sought.number)
        borne = (check_id for check_id, number in numbers.items() if number == sought.number)
        ids = frozenset(check_id.encode() for check_id in borne)
    found: list[FoundLine] = []
    signs = _signs(ids, sought)
    before, looked = sought.before_n, 0
    while True:
        rows = _rows(connection, sought, before, oldest)
        for n, data in rows:
            before, looked = n, looked + 1
            for sign in signs:
                if not sign(data):
                    break
            else:
                record = read_event(data)
                line = _line(record, numbers)
                if _fits(line, record, sought):
                    found.append(line)
            if len(found) == LINES or looked == LOOKED_AT:
                return Found(_with_taps(connection, found), before)
        if len(rows) < _PAGE:
            return Found(_with_taps(connection, found), 0)


def _signs(ids: frozenset[bytes], sought: Sought) -> list[Callable[[bytes], object]]:
    """Whether the letters that a record must have are in it: one for each condition. The checks
    `ids` may be many, one for each day, so they are looked up and not tried one after the other."""
    signs: list[Callable[[bytes], object]] = []
    if sought.number:
        number = f'"{sought.number}"'.encode()
        signs.append(lambda data: number in data or not ids.isdisjoint(_CHECKS(data)))
    if sought.staff_id:
        person = f'"{sought.staff_id}"'.encode()
        signs.append(lambda data: person in data)
    if sought.amount_minor:
        signs.append(re.compile(rb'_minor":-?%d[,}]' % abs(sought.amount_minor)).search)
    return signs


def _rows(connection: Connection, sought: Sought, before: int, oldest: int) -> Any:
    query = (
        select(col(JournalRow.n), col(JournalRow.data))
        .where(col(JournalRow.n) >= oldest)
        .order_by(col(JournalRow.n).desc())
        .limit(_PAGE)
    )
    if before:
        query = query.where(col(JournalRow.n) < before)
    if sought.from_ms:
        query = query.where(col(JournalRow.at_ms) >= sought.from_ms)
    if sought.to_ms:
        query = query.where(col(JournalRow.at_ms) < sought.to_ms)
    return connection.execute(query).all()


def _line(record: EventRecord, numbers: Mapping[str, str]) -> FoundLine:
    body = msgspec.json.decode(record.body)
    payment = body.get("payment")
    within = payment if isinstance(payment, dict) else body
    number = body.get("number")
    own = number if isinstance(number, str) else ""
    return FoundLine(
        record.n,
        record.at_ms,
        record.type,
        str(within.get("by") or record.actor),
        record.dev,
        numbers.get(str(body.get("check_id", "")), own),
        _amount(body, within),
        record.cmd_id,
    )


def _amount(body: Mapping[str, Any], within: Mapping[str, Any]) -> int:
    totals = body.get("totals")
    if isinstance(totals, dict):
        return int(totals.get("total_minor", 0))
    for name in ("amount_minor", "gross_minor", "counted_minor", "float_minor"):
        if isinstance(within.get(name), int):
            return int(within[name])
    return 0


def _fits(line: FoundLine, record: EventRecord, sought: Sought) -> bool:
    return (
        (not sought.number or line.number == sought.number)
        and (not sought.staff_id or sought.staff_id in (line.by, record.actor))
        and (not sought.amount_minor or abs(line.amount_minor) == sought.amount_minor)
    )


def _with_taps(connection: Connection, found: list[FoundLine]) -> tuple[FoundLine, ...]:
    """Each line with its command as the device wrote it."""
    ids = {line.cmd_id for line in found if line.cmd_id}
    query = select(
        col(InboxRow.cmd_id), col(InboxRow.type), col(InboxRow.seq), col(InboxRow.data)
    ).where(col(InboxRow.cmd_id).in_(ids))
    taps = {row[0]: row for row in connection.execute(query)} if ids else {}
    return tuple(_tapped(line, taps.get(line.cmd_id)) for line in found)


def _tapped(line: FoundLine, tap: Any) -> FoundLine:
    if tap is None:
        return line
    _, kind, seq, data = tap
    made_ms = read_command(bytes(data)).command.made_wall_ms if data else 0
    return replace(line, command=kind, seq=seq, made_ms=made_ms)
