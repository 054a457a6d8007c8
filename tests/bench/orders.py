"""The work that the benchmarks do: whole orders of the demo venue, and the kitchen that makes them.

An order is a table opened, four dishes added one by one, sent, and paid in cash to the unit. No
receipt is asked for, since no printer stands here: the drawing of paper is not measured. What it
will cost is decided beforehand by the domain's own rules, so that the load may be pushed without
waiting for an answer.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

import msgspec

from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.venue import DEMO_VENUE, load_venue
from sync_server.domain import commands as c
from sync_server.domain.checks import Stamp, balance
from sync_server.domain.decisions import decide
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId, StaffId, TicketId
from sync_server.domain.menu import Catalogue, Item
from sync_server.domain.payments import cash_due
from sync_server.domain.rejections import Accepted
from sync_server.domain.staff import RIGHTS, Facts
from sync_server.domain.venue import Venue

from .pen import DAY, new_id
from .till import Till

CASHIER, CASHIER_PIN = "taras", "7183"
STEPS = ("open", "line 1", "line 2", "line 3", "line 4", "send", "pay")
SHIFT = ShiftId("bench-shift")
KINDS_OF_ORDER = 24


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one kind of order consists of and what it costs."""

    item_ids: tuple[str, ...]
    total_minor: int
    tendered_minor: int


def demo_catalogue() -> Catalogue:
    """As the server publishes it."""
    return catalogue_of(load_venue(DEMO_VENUE), number=1, published_ms=0)


def recipes(catalogue: Catalogue) -> list[Recipe]:
    """Different orders over the menu, each with hot, cold and bar items."""
    plain = [item for item in catalogue.items.values() if _needs_no_choice(catalogue, item)]
    by_station: dict[str, list[Item]] = {}
    for item in plain:
        by_station.setdefault(item.station_ids[0], []).append(item)
    made = []
    for number in range(KINDS_OF_ORDER):
        items = [
            by_station[station][(number + extra) % len(by_station[station])].item_id
            for station, extra in (("hot", 0), ("hot", 1), ("cold", 0), ("bar", 0))
        ]
        total, taken = _cost(catalogue, items)
        made.append(Recipe(tuple(items), total, taken))
    return made


def _needs_no_choice(catalogue: Catalogue, item: Item) -> bool:
    return (
        bool(item.station_ids)
        and item.sold_by != "open"
        and all(catalogue.groups[group_id].min_count == 0 for group_id in item.group_ids)
    )


def _cost(catalogue: Catalogue, items: list[str]) -> tuple[int, int]:
    venue = Venue()
    facts = Facts(catalogue, 0, "cmd", StaffId(CASHIER), "dev", "T1", 0, frozenset(RIGHTS))
    check_id = CheckId("k")
    lines = tuple(c.NewLine(LineId(str(i)), item, 1) for i, item in enumerate(items))
    asked = [
        c.OpenDay(DAY),
        c.OpenCheck(check_id, "T1-001", "takeaway"),
        c.AddLines(check_id, lines),
    ]
    n = count(1)
    for command in asked:
        decision = decide(venue, command, facts)
        assert isinstance(decision, Accepted), decision
        for event in decision.events:
            venue.apply(event, Stamp(next(n), "dev"))
    total = balance(venue.checks[check_id])
    return total, cash_due(total, catalogue.settings.cash_step_minor)


class Waiter:
    """Makes the commands of one till's orders, one order after the other.

    Each till has a table of its own, or tabs where there are more tills than tables: two tills on
    one table would raise a notice at every order.
    """

    def __init__(self, code: str, kinds: list[Recipe], table_id: str, first: int) -> None:
        self._code = code
        self._kinds = kinds
        self._table_id = table_id
        self._turn = count(first)
        self._numbers = count(1)

    def order(self) -> list[object]:
        """The commands of the next order, in the order of `STEPS`."""
        kind = self._kinds[next(self._turn) % len(self._kinds)]
        check_id = CheckId(new_id())
        line_ids = [LineId(new_id()) for _ in kind.item_ids]
        number = f"{self._code}-{next(self._numbers):03d}"
        kind_of_check = "table" if self._table_id else "tab"
        name = "" if self._table_id else "Bench"  # A tab is known by its guest, a table is not.
        commands: list[object] = [
            c.OpenCheck(check_id, number, kind_of_check, self._table_id, name, guests=2)
        ]
        commands += [
            c.AddLines(check_id, (c.NewLine(line_id, item_id, 1),))
            for line_id, item_id in zip(line_ids, kind.item_ids, strict=True)
        ]
        commands.append(c.SendLines(check_id, tuple(line_ids)))
        commands.append(
            c.TakePayment(
                check_id,
                PaymentId(new_id()),
                SHIFT,
                "cash",
                kind.total_minor,
                tendered_minor=kind.tendered_minor,
                receipt=False,
            )
        )
        return commands

    def stream(self) -> Iterator[object]:
        """Orders without end, command by command."""
        while True:
            yield from self.order()


def table_of(catalogue: Catalogue, number: int) -> str:
    """The table of a till, "" when all are taken."""
    return dict(enumerate(sorted(catalogue.tables))).get(number, "")


class _Opened(msgspec.Struct):
    ticket_id: str
    station_id: str


class _Record(msgspec.Struct):
    body: _Opened


_opened = msgspec.json.Decoder(_Record)


class Cook:
    """A kitchen display that works: draws (acknowledges) each ticket of its station, bumps it."""

    def __init__(self, till: Till, station_id: str) -> None:
        self._till = till
        self._station = station_id
        self._fresh: list[TicketId] = []
        self._news = asyncio.Event()
        self._hands = asyncio.Event()
        self._hands.set()
        self.idle = asyncio.Event()
        self.bumped = 0
        till.on_record = self._record

    def _record(self, data: bytes) -> None:
        if b'"type":"TicketOpened"' not in data:
            return
        opened = _opened.decode(data).body
        if opened.station_id == self._station:
            self._fresh.append(TicketId(opened.ticket_id))
            self.idle.clear()
            self._news.set()

    def look_only(self) -> None:
        """See what comes and touch nothing, until `go_on`."""
        self._hands.clear()

    def go_on(self) -> None:
        """Touch what came meanwhile."""
        self._hands.set()

    async def heard_of(self, n: int) -> None:
        """Wait until event `n` has come."""
        while self._till.cursor_n < n:
            await asyncio.sleep(0.005)

    async def work(self) -> None:
        """Until cancelled: everything new is acknowledged in one command, then bumped."""
        while True:
            if not self._fresh:
                self.idle.set()
            await self._news.wait()
            await self._hands.wait()
            self._news.clear()
            while self._fresh:
                batch, self._fresh = self._fresh[:40], self._fresh[40:]
                seen = tuple(c.TicketSeen(ticket_id, 1) for ticket_id in batch)
                bodies: list[object] = [c.AcknowledgeTickets(seen)]
                bodies += [c.BumpTicket(ticket_id) for ticket_id in batch]
                await (await self._till.push(bodies))
                self.bumped += len(batch)


def first(stream: Iterator[object], most: int) -> list[object]:
    """The next commands of a stream."""
    return list(islice(stream, most))
