"""What a terminal or display knows and may do: replica, catalogue, sign-in, commands. No screen.

Rule: reading is instant. `submit` decides on the replica at once and stores in the background, in
the order of the taps. A tap that could not be stored is taken back loudly. Neighbours: `terminal`
is the way to the server, `watched` whom to tell, `pending` are the commands on their way,
`kept_state` what the disk has of the house, `people` sign in, `own_notices` are this device's,
`catalogues` keeps menus, `numbers` counts checks. The applications put a thin adapter before this.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher

from sync_server.domain import commands as c
from sync_server.domain.events import GuestsErased, Line
from sync_server.domain.ids import NoticeId, StaffId
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import DrawerJob, drawers_opened
from sync_server.domain.rejections import Accepted, Decision, Refused, refuse
from sync_server.domain.staff import Facts
from sync_server.domain.venue import Notice, Venue
from sync_server.protocol.envelope import EventRecord
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import (
    CODEC,
    SCOPE,
    Replica,
    digest,
    read_venue,
    write_venue,
)

from .catalogues import Catalogues
from .connection import Callbacks
from .kept_state import read_again, rebuilt
from .local_prints import Printed, remember, taken_back
from .numbers import CheckNumbers
from .offline_pin import OFFLINE, SLOW
from .own_notices import OwnNotices
from .pending import Mark, Pending, Progress, mark_of, names_of, progress_of
from .people import People, SignInResult, allowed
from .records import AskReply, CannotSave, LinkState, Route, StoredCommand
from .terminal import TerminalLink
from .watched import Watched
from .worker import Runner, in_thread

log = logging.getLogger(__name__)

KitchenPaper = Callable[[Sequence[object], Venue, Catalogue], Awaitable[Printed]]
"""Puts what a send tells the kitchen on paper at the station, from this device itself. It is given
the events and the state after them; only what certainly came out counts."""

DrawerOpener = Callable[[Sequence[DrawerJob], Catalogue], Awaitable[None]]
"""Opens drawers from this device itself, as far as it reaches their printers."""

COMPACT_AFTER = 2_000
SAVES_WAITING = 1_000
NOT_TOLD = "kitchen_not_told"
"""Code of this device's own notice that neither server nor printer told the kitchen."""

_json = msgspec.json.Encoder()


class ClientDesk(Watched):
    """See the head of the file. `open` reads what the disk has; `start` also connects."""

    def __init__(
        self,
        folder: Path,
        kind: str,
        drawing: Callable[[], bool] = lambda: True,
        *,
        run: Runner = in_thread,
        hasher: PasswordHasher = SLOW,
        paper: KitchenPaper | None = None,
        drawers: DrawerOpener | None = None,
    ) -> None:
        """`drawing` says whether the drawing loop is alive (the beat of a display); `run` is where
        slow work of the desk's own goes, PIN hashing above all; `paper` prints for the kitchen
        while the server is away, `drawers` opens the drawers that cash goes into."""
        super().__init__()
        self._run = run
        self._paper = paper
        self._drawers = drawers
        self._folder = folder
        self._kind = kind
        self._drawing = drawing
        self._link: TerminalLink | None = None
        self._pending: list[Pending] = []
        self._replica = Replica(Venue(), self._overlay)
        self._catalogues = Catalogues(folder, run)
        self._own_notices = OwnNotices()
        self._people = People(run, hasher, self.changed)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._saves: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue(SAVES_WAITING)
        self._saving: asyncio.Task[Any] | None = None
        self._seen_n = 0
        self.state = LinkState()
        self.hotel = True
        """Whether the hotel answers, as far as somebody said."""

    # -- life ----------------------------------------------------------------------------------
    def callbacks(self) -> Callbacks:
        """What the link must call."""
        return Callbacks(
            on_events=self._on_events,
            on_answer=self._on_answer,
            on_snapshot=self._on_snapshot,
            on_state=self._on_state,
            on_new_history=self._on_new_history,
            digest_of=lambda scope: digest(self._replica.base) if scope == SCOPE else None,
            ui_ok=self._drawing,
        )

    async def open(self, link: TerminalLink) -> None:
        """Build the replica from the disk; works without any network.

        Raises StoreInUse if another program has the folder, OSError if the disk itself fails.
        """
        self._link = link
        self.numbers = CheckNumbers(self._folder, self._run)
        await link.open()
        self._replica.replace(await self._confirmed(link))
        self._people.open(self._folder, link, self._end)
        await self._run(self._catalogues.load)
        for stored in await link.overlay():
            pending = self._restored(stored)
            if pending is not None:
                self._pending.append(pending)
        remember(self._pending, self.base, link.identity.dev)
        self._replica.refresh()
        for kept in await link.notices():
            self._own_notices.tell(kept.cmd_id, kept.code, kept.params.encode(), kept.raised_ms)
        self.state = link.state
        self._want_numbers()

    async def _confirmed(self, link: TerminalLink) -> Venue:
        try:
            return rebuilt(await link.base())
        except FrameFault as fault:
            # Whole bytes that this version cannot read. What was tapped is kept beside them.
            log.error("the state on disk cannot be read, the server sends it again: %s", fault)
            await link.forget_base()
            return Venue()

    async def start(self) -> None:
        """Keep connected; begin to store what is submitted."""
        if self._saving is None:
            self._saving = self._keep(self._save_in_order())
        await self.link.start()

    async def stop(self) -> None:
        """Store what was tapped, then leave."""
        if self._link is None:
            return
        if self._saving is not None:
            await self._saves.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._saving = None
        await self.numbers.give_back()
        await self._link.stop()

    @property
    def link(self) -> TerminalLink:
        """The way to the server."""
        assert self._link is not None, "open first"
        return self._link

    def later(self, work: Any) -> None:
        """Run something that waits; its end is a change."""
        task = self._keep(work)
        task.add_done_callback(lambda _: self.changed())

    def _keep(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("a task of the desk failed", exc_info=fault)

    # -- reading -------------------------------------------------------------------------------
    @property
    def venue(self) -> Venue:
        """What is shown: the base with this device's pending commands on top."""
        return self._replica.shown

    @property
    def base(self) -> Venue:
        """What the server has confirmed."""
        return self._replica.base

    @property
    def catalogue(self) -> Catalogue:
        """The version in force; an older one while the newest is being fetched."""
        return self._catalogues.best(self.base.catalogue_no)

    @property
    def away(self) -> bool:
        """Whether the server cannot be reached now."""
        return self.state.phase not in ("online", "catching_up", "upgrade")

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What must be tapped away here: the venue's for everybody or for who is signed in, and
        what only this device knows; oldest first."""
        shared = self.venue.notices
        own = self._own_notices.beside(shared)
        mine = [one for one in shared.values() if one.staff_id in ("", self.me)]
        return tuple(sorted([*own, *mine], key=lambda one: one.at_ms))

    @property
    def own_notices(self) -> Sequence[Notice]:
        """What only this device knows, oldest first; also where the venue tells the same."""
        return tuple(self._own_notices.beside({}))

    @property
    def me(self) -> StaffId:
        """Who is signed in; "" is nobody."""
        return self._people.me

    @property
    def code(self) -> str:
        """The short code of this device."""
        return self.link.identity.code

    def now_ms(self) -> int:
        """The wall clock."""
        return self.link.now_ms()

    def new_id(self) -> str:
        """An id for something new."""
        return self.link.new_id()

    def next_number(self) -> str:
        """The next check number of this terminal; final, used once. Does not wait."""
        day = self.venue.day.day if self.venue.day else ""
        number = self.numbers.take(
            self.code, day, (*self.venue.checks.values(), *self.venue.closed.values())
        )
        self._want_numbers()
        return number

    def _want_numbers(self) -> None:
        day = self.base.day
        if self._kind == "pos" and day is not None and self.numbers.few(day.day):
            self._keep(self.numbers.take_ahead(day.day))

    @property
    def saving(self) -> bool:
        """Whether something that was tapped is not on the disk yet."""
        return any(not pending.stored for pending in self._pending)

    @property
    def waiting(self) -> int:
        """How many commands of this device the base does not contain yet, stored or not."""
        return len(self._pending)

    def unsettled(self, name: str) -> bool:
        """Whether a command that names a line or check still waits for the server."""
        return any(name in names_of(pending.command) for pending in self._pending)

    def progress(self, name: str) -> Progress:
        """How far the newest command that names a line or check is: on its way to the disk, saved
        without an answer, or answered (empty)."""
        return progress_of(self._pending, name)

    def mark(self, check_id: str, line: Line) -> Mark:
        """How far a line has come: the disk, the server, the kitchen."""
        return mark_of(self._pending, self.base, check_id, line)

    # -- commands ------------------------------------------------------------------------------
    def submit(
        self, command: object, approval: str = "", actor: str | None = None, route: Route = "server"
    ) -> Decision:
        """Decide on what is shown; if it is accepted, show it and store it."""
        if isinstance(command, c.AcknowledgeNotice) and self._seen_here(command.notice_id):
            return Accepted(())
        if not self.state.can_save:
            return Refused("cannot_save")
        cmd_id = self.link.new_id()
        who = self.me if actor is None else StaffId(actor)
        facts = self._facts(cmd_id, who, approval)
        decision = self._replica.add(command, facts)
        if isinstance(decision, Refused):
            return decision
        pending = Pending(cmd_id, command, facts)
        self._pending.append(pending)
        session = self._people.session if who else ""
        save = self._saver(pending, session, approval, route, decision.events)
        try:
            self._saves.put_nowait(save)
        except asyncio.QueueFull:
            self._take_back(pending, "busy")
            return refuse("too_many", limit=SAVES_WAITING)
        self.changed()
        return decision

    def _facts(self, cmd_id: str, actor: StaffId, approval: str = "") -> Facts:
        linked = self.state.phase in ("online", "catching_up")
        return Facts(
            catalogue=self.catalogue,
            now_ms=self.now_ms(),
            command_id=cmd_id,
            actor=actor,
            device_id=self.link.identity.dev,
            device_code=self.code,
            basis_n=self.base.n,
            old_menus=self._catalogues.all,
            request_id=approval,
            room_link=self.hotel and linked,
            server_link=linked,
            **allowed(self.catalogue, self._kind, actor, approval),
        )

    def _saver(
        self,
        pending: Pending,
        session: str,
        approval: str,
        route: Route,
        events: Sequence[object],
    ) -> Callable[[], Awaitable[None]]:
        async def save() -> None:
            try:
                way = await self._routed(pending, route, events)
                await self._save(pending, session, approval, way)
                self._open_drawers(pending, events)
            except Exception:
                log.exception("a tap was not stored")
                self._take_back(pending, "internal")

        return save

    async def _save_in_order(self) -> None:
        while True:
            save = await self._saves.get()
            try:
                await save()
            finally:
                self._saves.task_done()

    async def _routed(self, pending: Pending, route: Route, events: Sequence[object]) -> Route:
        """Who prints for the kitchen, fixed before the command is stored (reliability 2.13).

        Without the server this device prints itself; taps after it are shown but wait for the disk
        meanwhile, so `paper` must have a bound (`pos_app.local_paper` says which).
        """
        command = pending.command
        if self._paper is None or route == "local" or not self.away:
            return route
        if not isinstance(command, c.ToldAtOnce):
            return route
        venue = self.venue.fork()
        printed = await self._paper(events, venue, self.catalogue)
        if printed.stations:
            pending.printed = tuple(events), venue
            if isinstance(command, c.SendLines | c.FireLines):
                route = "local" if printed.state == "printed" else route
                at = () if route == "local" else printed.stations
                pending.command = replace(command, route=route, printed_at=at)
            else:
                pending.command = replace(command, printed_at=printed.stations)
            self._replica.refresh()
        if printed.state == "failed":
            check = self.venue.check(command.check_id)
            told = {"number": check.number, "table": check.table_id} if check else {}
            self._own_notices.tell(pending.cmd_id, NOT_TOLD, _json.encode(told), self.now_ms())
        return route

    def _open_drawers(self, pending: Pending, events: Sequence[object]) -> None:
        """What was decided without the server opens its drawer here: the server will not, for it
        knows since when this device has a link (`effects.cash_drawers`)."""
        if self._drawers is None or not pending.stored or pending.facts.server_link:
            return
        jobs = drawers_opened(events, self.venue, self.catalogue)
        if jobs:
            self._keep(self._drawers(jobs, self.catalogue))

    async def _unprint(self, pending: Pending) -> None:
        """The server refused a send that this device had printed: the same printers say so."""
        if self._paper is not None:
            voids, venue = taken_back(pending, self.now_ms(), self.link.identity.dev)
            await self._paper(voids, venue, self.catalogue)

    async def _save(self, pending: Pending, session: str, approval: str, route: Route) -> None:
        name = CODEC.type_of(pending.command)
        lent = _json.encode({"id": approval}) if approval else None
        stored = await self.link.submit(
            name,
            CODEC.version(name),
            CODEC.encode(pending.command),
            pending.facts.actor,
            basis_n=pending.facts.basis_n,
            biz_day=self.base.day.day if self.base.day else "",
            session=session,
            approval=lent,
            route=route,
            cmd_id=pending.cmd_id,
        )
        if isinstance(stored, CannotSave):
            log.error("a tap was not stored: %s %s", stored.code, stored.detail)
            self._take_back(pending, stored.code)
            return
        pending.stored = True
        self.news()

    def _take_back(self, pending: Pending, code: str) -> None:
        """The tap is visibly refused: nothing goes on in memory only (reliability 2.4)."""
        if pending in self._pending:
            self._pending.remove(pending)
        self._replica.refresh()
        self._own_notices.tell(pending.cmd_id, "cannot_save", b"{}", self.now_ms())
        for tell in self._unsaved:
            tell(pending.command, code)
        self.changed()

    def _seen_here(self, notice_id: str) -> bool:
        """Forget this device's own notice; True when the venue has no twin of it."""
        cmd_id = self._own_notices.forget(notice_id)
        if cmd_id is None:
            return False
        self._keep(self.link.acknowledge(cmd_id))
        self.changed()
        return NoticeId(notice_id) not in self.venue.notices

    def _overlay(self) -> list[tuple[object, Facts]]:
        return [(pending.command, pending.facts) for pending in self._pending]

    def _restored(self, stored: StoredCommand) -> Pending | None:
        command = read_again(stored)
        if command is None:
            return None
        envelope = stored.command
        approval = envelope.approval.id if envelope.approval is not None else ""
        facts = self._facts(envelope.cmd_id, StaffId(envelope.actor), approval)
        facts = replace(facts, now_ms=envelope.made_wall_ms, basis_n=envelope.basis_n)
        n_to = stored.result.n_to if stored.result is not None else 0
        return Pending(envelope.cmd_id, command, facts, True, n_to)

    # -- news from the server ------------------------------------------------------------------
    def _on_events(self, records: list[EventRecord]) -> None:
        events = self._replica.fold(records)
        self._drop_settled()
        self._want_more()
        for hearer in self._hearers:
            hearer(events)
        self.news()
        self._seen_n += len(records)
        if self._seen_n >= COMPACT_AFTER or any(type(event) is GuestsErased for event in events):
            self._seen_n = 0
            self._keep(self.link.compact(self.base.n, write_venue(self.base)))

    def _on_answer(self, stored: StoredCommand) -> None:
        result = stored.result
        if result is None:
            return
        cmd_id = stored.command.cmd_id
        for pending in self._pending:
            if pending.cmd_id == cmd_id:
                pending.n_to = result.n_to
                refused = result.outcome in ("refused", "parked")
                if refused and pending.printed is not None:
                    self._keep(self._unprint(pending))
                if refused or not result.n_to:
                    self._pending.remove(pending)
                break
        if result.code == "session_ended" and stored.command.session == self._people.session:
            self._keep(self._people.renew(stored.command.session))
        if result.outcome != "accepted":
            self._own_notices.tell(cmd_id, result.code, bytes(result.params), self.now_ms())
        else:
            self._own_notices.settle(cmd_id, NOT_TOLD)
        self._drop_settled()
        self._replica.refresh()
        (self.news if result.outcome == "accepted" else self.changed)()

    def _drop_settled(self) -> None:
        kept = [p for p in self._pending if not p.n_to or p.n_to > self.base.n]
        if len(kept) != len(self._pending):
            self._pending = kept
            self._replica.refresh()

    def _on_snapshot(self, n: int, data: bytes) -> None:
        self._replica.replace(read_venue(data))
        self._drop_settled()
        self._want_more()
        self.changed()

    def _on_new_history(self) -> None:
        """The server was restored: the base goes here as it went on the disk, or the events that
        come again would be counted on top of what they had made before."""
        self._replica.replace(Venue())
        self.changed()

    def _on_state(self, state: LinkState) -> None:
        came_back = state.phase == "online" and self.state.phase != "online"
        self.state = state
        if came_back:
            self._want_more()
            if self._people.session == OFFLINE:
                self._keep(self._people.renew(OFFLINE))
        self.changed()

    def _want_more(self) -> None:
        """See whether the base needs what is not here: its catalogue, numbers of its day."""
        if self._missing() and self._link is not None:
            self._keep(self._obtain())
        self._want_numbers()

    def _missing(self) -> int:
        """The catalogue version to ask for; 0 when it is here or nobody can be asked."""
        number = self.base.catalogue_no
        return 0 if self.away or number in self._catalogues.all else number

    async def _obtain(self) -> None:
        if not await self._catalogues.obtain(self._missing, self.link.ask):
            return
        for pending in self._pending:
            if not pending.facts.catalogue.number:
                # It waited for its first menu: it is decided by it now.
                old = pending.facts
                fresh = self._facts(old.command_id, old.actor)
                pending.facts = replace(fresh, now_ms=old.now_ms, basis_n=old.basis_n)
        self._replica.refresh()
        self.changed()

    # -- people --------------------------------------------------------------------------------
    async def ask(self, what: str, params: Mapping[str, object]) -> AskReply:
        """A question to the server in the name of who is signed in, who is signed in there anew
        if the server knows nothing of it."""
        data, who, session = _json.encode(params), self.me, self._people.session
        reply = await self.link.ask(what, data, session)
        if reply.code != "session_ended" or not who:
            return reply
        if not await self._people.renew(session) or self.me != who:
            return reply
        return await self.link.ask(what, data, self._people.session)

    async def sign_in(self, staff_id: str, pin: str) -> SignInResult:
        """By the server; without it, by what it left here (S-10)."""
        return await self._people.sign_in(staff_id, pin)

    async def sign_in_by_card(self, card: str) -> SignInResult:
        """Who is here goes only when it is known whose card it is."""
        return await self._people.sign_in_by_card(card)

    def sign_out(self) -> None:
        """Nobody is at the terminal now; drafts stay."""
        ended = self._people.sign_out()
        if ended:
            self._keep(self._end(ended))

    async def _end(self, session: str) -> None:
        """Tell the server that a session is over, and which tap was the last that may count: it is
        stored by then, and has its number."""
        await self._saves.join()
        store = self.link.store
        last = {"dep": store.dep, "seq": store.next_seq - 1}
        await self.link.ask("sign_out", _json.encode(last), session)
