"""The till's events as facts for reports: sales, money, discounts, voids, time clock, control.

It follows the journal with a cursor of its own (`following`) beside `intake`, which keeps stock and
cost. Nothing is refused here; an event that does not read is only indexed (the intake lists it for
a person). What each event means stands in `till_checks` and `till_money`, with their signs.
"""

import contextlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain import events as e
from sync_server.store.database import Database
from sync_server.store.hot_insert import HotInsert, Row

from .following import Follower, follow
from .guest_offers import forget
from .intake import JournalEvent, JournalReader
from .till_checks import CHECK_HANDLERS
from .till_money import MONEY_HANDLERS
from .till_tables import JOURNAL_INDEX, SUMS, TEXTS, TILL_CHECK, TILL_FACT
from .till_told import OpenCheck, Told, day_of, who_of

CURSOR = "till"
_COLUMNS = ("event_n", "position", "at_ms", *TEXTS, *SUMS)
_FACTS = HotInsert(TILL_FACT, _COLUMNS)
_INDEX_COLUMNS = ("n", "at_ms", "day", "type", "by", "device", "check_id", "number", "amount_minor")
_INDEX = HotInsert(JOURNAL_INDEX, _INDEX_COLUMNS)
_CHECKS = HotInsert(
    TILL_CHECK,
    ("check_id", "number", "kind", "table_id", "owner", "bills", "grants"),
    key=("check_id",),
)
NAMED_AT_ONCE = 500
_HANDLERS = {**CHECK_HANDLERS, **MONEY_HANDLERS}
_AMOUNTS = ("amount_minor", "gross_minor", "counted_minor", "float_minor")


class Till(Follower):
    """Takes the journal into the facts, batch by batch."""

    def __init__(self, database: Database, reader: JournalReader) -> None:
        """`database` is the back office's own."""
        super().__init__(CURSOR, _Batch, database, reader)


def fold(connection: Connection, events: Sequence[JournalEvent]) -> None:
    """Count events inside the caller's transaction."""
    follow(connection, CURSOR, _Batch(connection, events), events)


class _Batch:
    def __init__(self, connection: Connection, events: Sequence[JournalEvent]) -> None:
        """The checks that the events name are read in one question."""
        self.connection = connection
        self._facts: list[Row] = []
        self._first = 0
        self._index: list[Row] = []
        self.forgotten: list[str] = []
        named = {str(event.body.get("check_id", "")) for event in events} - {""}
        self._checks = {name: OpenCheck() for name in sorted(named)} | _known(connection, named)

    def take(self, event: JournalEvent) -> None:
        """One event: its facts, then its line of the index."""
        self._first = len(self._facts)
        kind = e.EVENTS.get(event.type)
        handler = _HANDLERS.get(kind) if kind else None
        if handler is not None and kind is not None:
            with contextlib.suppress(msgspec.ValidationError):
                handler(Told(self, event), msgspec.convert(event.body, kind))
        self._index.append(self._line(event))

    def _line(self, event: JournalEvent) -> Row:
        body = event.body
        payment = body.get("payment")
        sums = payment if isinstance(payment, Mapping) else body
        amount = next((sums[name] for name in _AMOUNTS if isinstance(sums.get(name), int)), 0)
        totals = body.get("totals")
        if isinstance(totals, Mapping):
            amount = totals.get("total_minor", 0)
        check_id = str(body.get("check_id", ""))
        own = body.get("number")
        known = self.check(check_id).number if check_id else ""
        number = own if isinstance(own, str) and own else known
        who, what = who_of(event), event.type
        return (
            event.n, event.at_ms, day_of(event), what, who, event.device, check_id, number,
            int(str(amount)),
        )  # fmt: skip

    def check(self, check_id: str) -> OpenCheck:
        """An open check; an unknown one is empty."""
        if check_id not in self._checks:
            known = _known(self.connection, {check_id})
            self._checks[check_id] = known.get(check_id, OpenCheck())
        return self._checks[check_id]

    def add(self, event: JournalEvent, values: Mapping[str, Any]) -> None:
        """A row of facts; what is not named is empty."""
        position = len(self._facts) - self._first
        texts = tuple(values.get(name, "") for name in TEXTS)
        sums = tuple(values.get(name, 0) for name in SUMS)
        self._facts.append((event.n, position, event.at_ms, *texts, *sums))

    def found(self, kind: str, line_id: str) -> Any:
        """The last fact of a kind about a line (or a charge), of this batch or an earlier one."""
        for row in reversed(self._facts):
            values = dict(zip(_COLUMNS, row, strict=True))
            if values["kind"] == kind and values["line_id"] == line_id:
                return values
        where = (TILL_FACT.c.line_id == line_id, TILL_FACT.c.kind == kind)
        query = sa.select(TILL_FACT).where(*where).order_by(TILL_FACT.c.event_n.desc()).limit(1)
        row_found = self.connection.execute(query).mappings().one_or_none()
        return dict(row_found) if row_found else None

    def write(self) -> None:
        """Everything of the batch."""
        _FACTS.rows(self.connection, self._facts)
        forget(self.connection, self.forgotten)
        _INDEX.rows(self.connection, self._index)
        _CHECKS.rows(self.connection, [_row(*check) for check in self._checks.items()])


def _known(connection: Connection, named: Collection[str]) -> dict[str, OpenCheck]:
    """The checks of these names that were heard of before."""
    found: dict[str, OpenCheck] = {}
    ordered = sorted(named)
    for start in range(0, len(ordered), NAMED_AT_ONCE):
        some = TILL_CHECK.c.check_id.in_(ordered[start : start + NAMED_AT_ONCE])
        for row in connection.execute(sa.select(TILL_CHECK).where(some)):
            found[row.check_id] = OpenCheck(
                row.number, row.kind, row.table_id, row.owner, row.bills, json.loads(row.grants)
            )
    return found


def _row(check_id: str, known: OpenCheck) -> Row:
    grants = json.dumps(known.grants, ensure_ascii=False)
    return (
        check_id, known.number, known.kind, known.table_id, known.owner, known.bills, grants,
    )  # fmt: skip
