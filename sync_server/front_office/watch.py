"""The kitchen's clock: timed courses are fired, and a ticket that no display drew goes to paper.

A ticket that no paper can take either, because its station has no printer or is no station of the
venue any more, is told to everybody as paper that failed: it stands on every display's list of
tickets without a place until somebody moves it (features-commercial B9.63).

Before paper comes a second try: after half of the wait the displays are asked to compare what they
have with the server, and one that lacks something is given the whole state.

The wait counts from the moment this server knew of the ticket, so a command that comes late from a
terminal does not fall to paper at once. Paper is asked for by a command, so that the journal says
so; what came of it is reported by the printing worker (reliability 2.13). The time of a course is
part of the state, so a server that was down over it fires when it is back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from sync_server.domain import commands as c
from sync_server.domain.ids import NoticeId, StaffId, TicketId, derived
from sync_server.domain.kitchen import Ticket, has_it
from sync_server.domain.limits import KITCHEN_PAPER_MS, KITCHEN_RESEND_MS
from sync_server.domain.menu import Catalogue
from sync_server.domain.venue import Venue
from sync_server.transport.authority import CommandResult

TICK_S = 1.0


class House(Protocol):
    """What the watch needs of the office."""

    clock: Callable[[], int]

    @property
    def venue(self) -> Venue:
        """The committed state."""

    @property
    def catalogue(self) -> Catalogue:
        """The version in force."""

    async def report(self, command: object, actor: str = "") -> CommandResult | None:
        """Journal a command of the server's own."""


class KitchenWatch:
    """Looks once a second; remembers since when each ticket's version has waited."""

    def __init__(self, house: House, clock: Callable[[], int] | None = None) -> None:
        """`clock` is for waiting, so nobody should be able to set it (`clocks.steady`)."""
        self._house = house
        self._clock = clock or house.clock
        self._since: dict[TicketId, tuple[int, int]] = {}
        self._compared: int | None = None
        self.compare: Callable[[], Awaitable[None]] | None = None
        """Lets the displays compare their state with the server's."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            await self.look()

    async def look(self) -> None:
        """Fire what is due, and ask for paper for every ticket that has waited too long."""
        await self._fire_due(self._house.clock())
        now = self._clock()
        waiting = {
            ticket.ticket_id: ticket
            for ticket in self._house.venue.tickets.values()
            if self._must_be_seen(ticket)
        }
        self._since = {
            ticket_id: known
            for ticket_id, known in self._since.items()
            if ticket_id in waiting and known[0] == waiting[ticket_id].version
        }
        await self._try_again(now)
        for ticket_id, ticket in waiting.items():
            _, since = self._since.setdefault(ticket_id, (ticket.version, now))
            if now - since >= KITCHEN_PAPER_MS:
                station = self._house.catalogue.stations.get(ticket.station_id)
                if station is not None and station.printer_id:
                    await self._record(ticket, "asked", station.printer_id)
                else:
                    await self._record(ticket, "failed", "")
                    await self._house.report(_nowhere(ticket))

    async def _try_again(self, now: int) -> None:
        """At most once in the time after which one tries again, however many tickets wait."""
        pause = self._compared is not None and now - self._compared < KITCHEN_RESEND_MS
        due = any(now - since >= KITCHEN_RESEND_MS for _, since in self._since.values())
        if due and not pause and self.compare is not None:
            self._compared = now
            await self.compare()

    async def _record(self, ticket: Ticket, outcome: str, printer_id: str) -> None:
        command = c.RecordPaper(ticket.ticket_id, ticket.version, outcome, printer_id)
        await self._house.report(command)

    async def _fire_due(self, now: int) -> None:
        """Fire timed lines in their owner's name. What cannot be fired (it ran out) has been told
        to the owner by the refusal, and is no longer timed."""
        for check in tuple(self._house.venue.checks.values()):
            due = tuple(
                line.line_id
                for line in check.live
                if 0 < line.fire_ms <= now and line.state in ("new", "held")
            )
            if not due:
                continue
            done = await self._house.report(c.FireLines(check.check_id, due), check.owner)
            if done is not None and done.outcome == "refused":
                await self._house.report(c.TimeFire(check.check_id, due, 0), check.owner)

    def _must_be_seen(self, ticket: Ticket) -> bool:
        if ticket.state != "open" or has_it(ticket) or ticket.paper_version >= ticket.version:
            return False
        station = self._house.catalogue.stations.get(ticket.station_id)
        # With paper always on, the send itself asked for it.
        return station is None or not station.printer_id or station.paper != "always"


def _nowhere(ticket: Ticket) -> c.TellStaff:
    """For everybody, once for each version of the ticket."""
    return c.TellStaff(
        NoticeId(derived(f"{ticket.ticket_id}.{ticket.version}", "nowhere")),
        StaffId(""),
        "ticket_nowhere",
        {"number": ticket.check_number, "station": ticket.station_id},
        ticket.check_id,
    )
