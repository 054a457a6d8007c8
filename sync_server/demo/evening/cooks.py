"""The virtual kitchen: a display for each station that draws, and a cook who works at it.

What arrives is acknowledged at once, as a display does. Where a real display stands, the virtual
one keeps quiet and its cook gives the person before it time to act first.
"""

from random import Random

from sync_server.domain import commands as c
from sync_server.domain.ids import LineId
from sync_server.domain.kitchen import Ticket

from .clock import ScriptClock
from .posts import Post

PATIENCE = 15
"""Minutes that a cook leaves to the person at a real display."""
SEEN_AT_ONCE = 40
UNDO_WITHIN_MS = 20_000


class Cook:
    """Works one station until the kitchen closes."""

    def __init__(
        self, post: Post, station_id: str, rng: Random, clock: ScriptClock, shared: bool
    ) -> None:
        """`shared`: a real display of this station is on stage."""
        self._post = post
        self._station = station_id
        self._rng = rng
        self._clock = clock
        self._shared = shared
        self._ready_at: dict[str, int] = {}
        self._start_at: dict[str, int] = {}
        self._drawn: dict[str, int] = {}
        if not shared:
            post.desk.hear(self._draw)

    def _mine(self) -> list[Ticket]:
        tickets = self._post.venue.tickets.values()
        return [ticket for ticket in tickets if ticket.station_id == self._station]

    def _draw(self, events: list[object]) -> None:
        """Acknowledge what the display now shows."""
        fresh = [
            c.TicketSeen(ticket.ticket_id, ticket.version)
            for ticket in self._mine()
            if ticket.acked < ticket.version > self._drawn.get(ticket.ticket_id, 0)
        ][:SEEN_AT_ONCE]
        if fresh:
            self._drawn.update((seen.ticket_id, seen.version) for seen in fresh)
            self._post.do(c.AcknowledgeTickets(tuple(fresh)))

    async def work(self, until: int) -> None:
        """Look at the board once a minute."""
        self._draw([])
        while self._clock.minute < until or self._open():
            await self._clock.rest(1)
            for ticket in self._open():
                self._cook(ticket)
            self._forget()

    def _open(self) -> list[Ticket]:
        return [t for t in self._mine() if t.state == "open" and not t.upcoming]

    def _cook(self, ticket: Ticket) -> None:
        cancelled = tuple(
            line.line_id for line in ticket.lines if line.void_ms and not line.void_seen
        )
        if cancelled and not self._waits(ticket, 2):
            self._post.do(c.AcknowledgeVoid(ticket.ticket_id, cancelled))
        fresh = [line.line_id for line in ticket.lines if line.state == "queued" and not line.held]
        if fresh and not self._waits(ticket, 0):
            self._post.do(c.StartLines(ticket.ticket_id, tuple(fresh)))
        self._finish(ticket)

    def _waits(self, ticket: Ticket, longer: int) -> bool:
        """Whether the cook has not come to this ticket yet."""
        if ticket.ticket_id not in self._start_at:
            patience = PATIENCE if self._shared else 0
            soon = self._clock.minute + self._rng.randint(0, 3) + patience
            self._start_at[ticket.ticket_id] = soon
        return self._clock.minute < self._start_at[ticket.ticket_id] + longer

    def _finish(self, ticket: Ticket) -> None:
        """Dishes whose time has come are ready; when all are, the ticket goes."""
        minute = self._clock.minute
        working = [line for line in ticket.lines if line.state == "started" and not line.held]
        done: list[LineId] = []
        for line in working:
            key = f"{ticket.ticket_id}/{line.line_id}/{line.fire_no}"
            if key not in self._ready_at:
                late = self._rng.choices((75, 100, 125, 230), (30, 40, 24, 6))[0]
                self._ready_at[key] = minute + max(1, line.target_s * late // 6000)
            if self._ready_at[key] <= minute:
                done.append(line.line_id)
        waiting = [line for line in ticket.lines if line.state == "queued" or line.held]
        if len(done) < len(working):
            if done:
                self._post.do(c.MarkReady(ticket.ticket_id, tuple(done)))
        elif not waiting and not self._waits(ticket, 1):
            self._bump(ticket)
        elif done:
            self._post.do(c.MarkReady(ticket.ticket_id, tuple(done)))

    def _bump(self, ticket: Ticket) -> None:
        """Done with it; now and then it was the wrong one."""
        if (
            self._post.do(c.BumpTicket(ticket.ticket_id, ticket.version))
            and self._rng.random() < 0.02
        ):
            self._clock.spawn(self._bring_back(ticket), f"{self._post.name} takes a ticket back")

    async def _bring_back(self, ticket: Ticket) -> None:
        await self._clock.rest(1)
        now = self._post.venue.tickets.get(ticket.ticket_id)
        if now is not None and now.state == "bumped" and self._post.check(now.check_id):
            undo = self._post.desk.now_ms() - now.bumped_ms < UNDO_WITHIN_MS
            self._post.do(c.RecallTicket(ticket.ticket_id, undo))

    def _forget(self) -> None:
        """Keep only what is known of tickets that are still there."""
        known = {ticket.ticket_id for ticket in self._mine()}
        for kept in (self._ready_at, self._start_at, self._drawn):
            for key in [key for key in kept if key.partition("/")[0] not in known]:
                del kept[key]
