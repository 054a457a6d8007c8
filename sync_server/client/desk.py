"""What a terminal or display knows and may do: replica, catalogue, sign-in, commands. No screen.

Reading is instant. `submit` decides on the replica at once and stores in the background; a line is
*saving* until the disk has it, then *saved*, then *server* when it is in the base. A preview that
could not be stored is taken back loudly. Neighbours: `terminal` is the way to the server,
`offline_pin` signs people in without it, `numbers` counts checks.
"""

import asyncio
import json
import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec
from argon2 import PasswordHasher

from sync_server.domain.events import Line
from sync_server.domain.ids import StaffId
from sync_server.domain.kitchen import has_it
from sync_server.domain.limits import SNAPSHOT_CHUNKS
from sync_server.domain.menu import Catalogue, Settings
from sync_server.domain.rejections import Decision, Refused, refuse
from sync_server.domain.staff import KITCHEN_RIGHTS, RIGHTS, Facts, discount_limit, rights_of
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import EventRecord, read_event
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import (
    CODEC,
    SCOPE,
    Replica,
    digest,
    read_catalogue,
    read_venue,
    write_venue,
)

from .connection import Callbacks
from .numbers import CheckNumbers
from .offline_pin import OFFLINE, SLOW, OfflinePins
from .records import AskReply, CannotSave, LinkState, StoredCommand
from .terminal import TerminalLink
from .worker import Runner, in_thread

log = logging.getLogger(__name__)

Mark = Literal["saving", "saved", "server", "kitchen"]

NO_CATALOGUE = Catalogue(
    0, 0, Settings("", "UAH", "UTC"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
)
COMPACT_AFTER = 2_000
CATALOGUES_KEPT = 4

_json = msgspec.json.Encoder()


@dataclass(slots=True)
class Pending:
    """A command of this device that the base does not contain yet."""

    cmd_id: str
    command: object
    facts: Facts
    stored: bool = False
    n_to: int = 0


@dataclass(frozen=True, slots=True)
class SignInResult:
    """An empty `code` is success."""

    code: str = ""
    params: Mapping[str, str | int] | None = None


class ClientDesk:
    """See the head of the file. `open` reads what the disk has; `start` also connects."""

    def __init__(
        self,
        folder: Path,
        kind: str,
        drawing: Callable[[], bool] = lambda: True,
        *,
        run: Runner = in_thread,
        hasher: PasswordHasher = SLOW,
    ) -> None:
        """`drawing` says whether the drawing loop is alive (the beat of a display); `run` is where
        slow work of the desk's own goes, PIN hashing above all."""
        self._run = run
        self._hasher = hasher
        self._folder = folder
        self._kind = kind
        self._drawing = drawing
        self._link: TerminalLink | None = None
        self._pending: list[Pending] = []
        self._replica = Replica(Venue(), self._overlay)
        self._catalogues: dict[int, Catalogue] = {}
        self._fetching: set[int] = set()
        self._watchers: list[Callable[[], None]] = []
        self._hearers: list[Callable[[list[object]], None]] = []
        self._unsaved: list[Callable[[object, str], None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._saves: asyncio.Queue[Callable[[], Any]] = asyncio.Queue(maxsize=1_000)
        self._session = ""
        self._seen_n = 0
        self.me = StaffId("")
        self.state = LinkState()
        self.unsaved_code = ""

    # -- life ----------------------------------------------------------------------------------
    def callbacks(self) -> Callbacks:
        """What the link must call."""
        return Callbacks(
            on_events=self._on_events,
            on_answer=self._on_answer,
            on_snapshot=self._on_snapshot,
            on_state=self._on_state,
            digest_of=lambda scope: digest(self._replica.base) if scope == SCOPE else None,
            ui_ok=self._drawing,
        )

    async def open(self, link: TerminalLink) -> None:
        """Build the replica from the disk; works without any network."""
        self._link = link
        await link.open()
        base = await link.base()
        venue = read_venue(base.snapshot) if base.snapshot else Venue()
        self._replica.replace(venue)
        self._replica.fold([read_event(data) for _, data in base.events])
        self.numbers = CheckNumbers(self._folder)
        self.pins = OfflinePins(self._folder, link.identity.key, self._hasher)
        self._load_catalogues()
        for stored in await link.overlay():
            pending = self._restored(stored)
            if pending is not None:
                self._pending.append(pending)
        self._replica.refresh()

    async def start(self) -> None:
        """Keep connected; begin to store what is submitted."""
        assert self._link is not None, "open first"
        self._keep(self._save_in_order())
        await self._link.start()

    async def stop(self) -> None:
        """Store what was tapped, then leave."""
        if self._link is None:
            return
        await self._saves.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._link.stop()

    @property
    def link(self) -> TerminalLink:
        """The way to the server."""
        assert self._link is not None, "open first"
        return self._link

    def later(self, work: Any) -> None:
        """Run something that waits; its end is a change."""
        task = self._keep(work)
        task.add_done_callback(lambda _: self._changed())

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
        current = self._catalogues.get(self.base.catalogue_no)
        if current is not None:
            return current
        return self._catalogues[max(self._catalogues)] if self._catalogues else NO_CATALOGUE

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
        """The next check number of this terminal; final, used once."""
        day = self.venue.day.day if self.venue.day else ""
        return self.numbers.take(
            self.code, day, (*self.venue.checks.values(), *self.venue.closed.values())
        )

    @property
    def waiting(self) -> int:
        """How many commands of this device the base does not contain yet, stored or not."""
        return len(self._pending)

    def unsettled(self, name: str) -> bool:
        """Whether a command that names a line or check still waits for the server."""
        return any(name in _names(pending.command) for pending in self._pending)

    def mark(self, check_id: str, line: Line) -> Mark:
        """How far a line has come: the disk, the server, the kitchen."""
        confirmed = self.base.check(check_id)
        known = confirmed.line(line.line_id) if confirmed is not None else None
        if known is None or known.state != line.state or known.sent != line.sent:
            waiting = any(
                not pending.stored and line.line_id in _names(pending.command)
                for pending in self._pending
            )
            return "saving" if waiting else "saved"
        tickets = [
            ticket
            for ticket in self.base.tickets_of(check_id)
            if ticket.line(line.origin or line.line_id) is not None
        ]
        if line.sent and tickets and all(has_it(ticket) for ticket in tickets):
            return "kitchen"
        return "server"

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` after every change of anything above."""
        self._watchers.append(changed)

    def hear(self, events: Callable[[list[object]], None]) -> None:
        """Call with the events of the server as they arrive (sounds, toasts)."""
        self._hearers.append(events)

    def on_unsaved(self, tell: Callable[[object, str], None]) -> None:
        """Call when a tap could not be stored: it did not happen."""
        self._unsaved.append(tell)

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher()

    # -- commands ------------------------------------------------------------------------------
    def submit(
        self, command: object, approval: str = "", actor: str | None = None, route: str = "server"
    ) -> Decision:
        """Decide on what is shown; if it is accepted, show it and store it."""
        if not self.state.can_save:
            return refuse("internal")
        cmd_id = self.link.new_id()
        who = self.me if actor is None else StaffId(actor)
        facts = self._facts(cmd_id, who, bool(approval))
        decision = self._replica.add(command, facts)
        if isinstance(decision, Refused):
            return decision
        pending = Pending(cmd_id, command, facts)
        self._pending.append(pending)
        session = self._session if who else ""
        try:
            self._saves.put_nowait(lambda: self._save(pending, session, approval, route))
        except asyncio.QueueFull:
            self._take_back(pending, "busy")
            return refuse("too_many", limit=self._saves.maxsize)
        self._changed()
        return decision

    def _facts(self, cmd_id: str, actor: StaffId, lent: bool = False) -> Facts:
        catalogue = self.catalogue
        if self._kind == "kds" and not actor:
            rights = KITCHEN_RIGHTS
        else:
            rights = rights_of(catalogue, actor)
        limit = discount_limit(catalogue, actor)
        if lent:
            # The server alone knows the approver's rights; the preview believes the approval.
            rights, limit = frozenset(RIGHTS), 10_000
        return Facts(
            catalogue=catalogue,
            now_ms=self.now_ms(),
            command_id=cmd_id,
            actor=actor,
            device_id=self.link.identity.dev,
            device_code=self.code,
            basis_n=self.base.n,
            rights=rights,
            discount_limit_bp=limit,
            old_menus=self._catalogues,
            room_link=self.state.phase in ("online", "catching_up"),
        )

    async def _save_in_order(self) -> None:
        while True:
            save = await self._saves.get()
            try:
                await save()
            finally:
                self._saves.task_done()

    async def _save(self, pending: Pending, session: str, approval: str, route: str) -> None:
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
            route=route,  # type: ignore[arg-type]
            cmd_id=pending.cmd_id,
        )
        if isinstance(stored, CannotSave):
            self._take_back(pending, stored.code)
            return
        pending.stored = True
        self._changed()

    def _take_back(self, pending: Pending, code: str) -> None:
        """The tap is visibly refused: nothing goes on in memory only (reliability 2.4)."""
        if pending in self._pending:
            self._pending.remove(pending)
        self._replica.refresh()
        self.unsaved_code = code
        for tell in self._unsaved:
            tell(pending.command, code)
        self._changed()

    def _overlay(self) -> list[tuple[object, Facts]]:
        return [(pending.command, pending.facts) for pending in self._pending]

    def _restored(self, stored: StoredCommand) -> Pending | None:
        envelope = stored.command
        try:
            command = CODEC.decode_command(envelope.type, envelope.tv, envelope.body)
        except FrameFault as fault:
            log.error("a stored command cannot be shown: %s", fault)
            return None
        if stored.result is not None and stored.result.outcome in ("refused", "parked"):
            return None
        facts = self._facts(envelope.cmd_id, StaffId(envelope.actor), envelope.approval is not None)
        facts = replace(facts, now_ms=envelope.made_wall_ms, basis_n=envelope.basis_n)
        n_to = stored.result.n_to if stored.result is not None else 0
        return Pending(envelope.cmd_id, command, facts, True, n_to)

    # -- news from the server ------------------------------------------------------------------
    def _on_events(self, records: list[EventRecord]) -> None:
        events = self._replica.fold(records)
        self._drop_settled()
        self._want_catalogue()
        for hearer in self._hearers:
            hearer(events)
        self._changed()
        self._seen_n += len(records)
        if self._seen_n >= COMPACT_AFTER:
            self._seen_n = 0
            self._keep(self.link.compact(self.base.n, write_venue(self.base)))

    def _on_answer(self, stored: StoredCommand) -> None:
        result = stored.result
        if result is None:
            return
        for pending in self._pending:
            if pending.cmd_id == stored.command.cmd_id:
                pending.n_to = result.n_to
                if result.outcome in ("refused", "parked") or not result.n_to:
                    self._pending.remove(pending)
                break
        self._drop_settled()
        self._replica.refresh()
        self._changed()

    def _drop_settled(self) -> None:
        kept = [p for p in self._pending if not p.n_to or p.n_to > self.base.n]
        if len(kept) != len(self._pending):
            self._pending = kept
            self._replica.refresh()

    def _on_snapshot(self, n: int, data: bytes) -> None:
        self._replica.replace(read_venue(data))
        self._drop_settled()
        self._want_catalogue()
        self._changed()

    def _on_state(self, state: LinkState) -> None:
        came_back = state.phase == "online" and self.state.phase != "online"
        self.state = state
        if came_back:
            self._want_catalogue()
        self._changed()

    # -- catalogue -----------------------------------------------------------------------------
    def _load_catalogues(self) -> None:
        for path in sorted(self._folder.glob("catalogue-*.json")):
            try:
                loaded = read_catalogue(path.read_bytes())
            except (FrameFault, OSError) as fault:
                log.error("%s cannot be read: %s", path.name, fault)
                continue
            self._catalogues[loaded.number] = loaded

    def _want_catalogue(self) -> None:
        number = self.base.catalogue_no
        if number and number not in self._catalogues and number not in self._fetching:
            self._fetching.add(number)
            self.later(self._fetch(number))

    async def _fetch(self, number: int) -> None:
        """Get a catalogue version part by part; what fails is asked again with the next news."""
        try:
            data, part, parts = b"", 0, 1
            while part < parts:
                asked = _json.encode({"number": number, "part": part})
                reply = await self.link.ask("catalogue", asked)
                if reply.code:
                    return
                body = json.loads(reply.body)
                parts = min(int(body["of"]), SNAPSHOT_CHUNKS)
                data += b64decode(body["data"])
                part += 1
            self._catalogues[number] = read_catalogue(data)
            await self._run(lambda: self._store_catalogue(number, data))
        finally:
            self._fetching.discard(number)

    def _store_catalogue(self, number: int, data: bytes) -> None:
        path = self._folder / f"catalogue-{number:08d}.json"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(data)
        fresh.replace(path)
        for old in sorted(self._folder.glob("catalogue-*.json"))[:-CATALOGUES_KEPT]:
            old.unlink()

    # -- people --------------------------------------------------------------------------------
    async def ask(self, what: str, params: Mapping[str, object]) -> AskReply:
        """A question to the server in the name of who is signed in."""
        return await self.link.ask(what, _json.encode(params), self._session)

    async def sign_in(self, staff_id: str, pin: str) -> SignInResult:
        """By the server; without it, by what it left here (S-10)."""
        reply = await self.link.ask("sign_in", _json.encode({"pin": pin, "staff_id": staff_id}))
        now = self.now_ms()
        if reply.code in ("offline", "timeout"):
            code = await self._run(lambda: self.pins.verify(staff_id, pin, now))
            if code:
                return SignInResult(code, {})
            self._session, self.me = OFFLINE, StaffId(staff_id)
            self._changed()
            return SignInResult()
        if reply.code:
            params: dict[str, str | int] = json.loads(reply.params or b"{}")
            return SignInResult(reply.code, params)
        body = json.loads(reply.body)
        self._session, self.me = body["session"], StaffId(staff_id)
        until_ms = body["offline_until_ms"]
        await self._run(lambda: self.pins.keep(staff_id, pin, until_ms))
        self._changed()
        return SignInResult()

    def sign_out(self) -> None:
        """Nobody is at the terminal now; drafts stay."""
        if self._session and self._session != OFFLINE:
            self._keep(self.link.ask("sign_out", b"{}", self._session))
        self._session, self.me = "", StaffId("")
        self._changed()


def _names(command: object) -> set[str]:
    """Ids of lines and checks that a command names."""
    found: set[str] = set()
    for attribute in ("check_id", "line_id", "charge_id", "ticket_id"):
        found.add(getattr(command, attribute, ""))
    found.update(getattr(command, "line_ids", ()))
    found.update(line.line_id for line in getattr(command, "lines", ()))
    found.discard("")
    return found
