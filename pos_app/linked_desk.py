"""The desk of a running terminal: replica, outbox, link, and what works without the server.

Rule: `submit` decides on the replica, shows it, and gives the command to the store in the order of
the taps; what the disk refuses is taken back and said. Answers and events settle the overlay.
Nothing here waits on the event loop for disk or network. `desk` states the interface; `menus`,
`sign_ins` and `numbers` keep what a terminal needs on its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from pos_app.desk import Device, Health, Link, Reply, SignedIn
from pos_app.local_paper import LocalPaper
from pos_app.menus import NOTHING, Menus, fetch
from pos_app.numbers import CheckNumbers
from pos_app.sign_ins import SignIns
from sync_server.client.connection import Callbacks
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.records import CannotSave, LinkState, StoredCommand
from sync_server.client.terminal import Randomness, TerminalLink
from sync_server.client.worker import Runner
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, CommandId, NoticeId, StaffId, derived
from sync_server.domain.menu import Catalogue
from sync_server.domain.rejections import Accepted, Decision, Refused
from sync_server.domain.staff import Facts, discount_limit, rights_of
from sync_server.domain.venue import Notice, Venue
from sync_server.protocol import link as wire
from sync_server.protocol.envelope import EventRecord, read_event
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import (
    CODEC,
    SCOPE,
    Pending,
    Replica,
    apply_record,
    digest,
    read_venue,
    write_venue,
)

logger = logging.getLogger(__name__)

APP = "pos_app"
OFFLINE_SESSION = "offline"
COMPACT_EVENTS = 1_000
HEALTH_S = 15.0
RETRY_S = 5.0
STAFF_PIN, MANAGER_PIN = 4, 6
MANAGER_RIGHTS = frozenset({"approve", "reports", "costing", "settings", "close_day"})


@dataclass(slots=True)
class _Own:
    """A command of this terminal that the confirmed state does not hold yet."""

    command: object
    facts: Facts
    written: bool = False
    n_to: int = -1
    lines: frozenset[str] = field(default_factory=frozenset)


def _line_ids(command: object) -> frozenset[str]:
    """The lines that a command names."""
    named = {str(getattr(command, "line_id", ""))} | set(getattr(command, "line_ids", ()))
    named |= {line.line_id for line in getattr(command, "lines", ())}
    named |= {move.line_id for move in getattr(command, "moves", ())}
    return frozenset(named - {""})


class LinkedDesk:
    """See the module. Make it, `open` it, then `start` it on the event loop."""

    def __init__(
        self,
        folder: Path,
        *,
        run: Runner,
        clock: Callable[[], int],
        mono: Callable[[], int],
        rng: Randomness,
        boot_id: str,
        name: str = "",
        hall_id: str = "",
        drawer: str = "",
        paper: LocalPaper | None = None,
        connect: Callable[[str, str], Awaitable[wire.Link]] = open_link,
    ) -> None:
        self._folder = folder
        self._run = run
        self._clock = clock
        self._name, self._drawer = name, drawer
        self._device = Device("", name, hall_id, drawer)
        self._paper = paper
        self._storing = asyncio.Lock()
        self._me = ""
        self._session = ""
        self._own: dict[str, _Own] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watchers: list[Callable[[], None]] = []
        self._local: dict[str, Notice] = {}
        self._state = LinkState()
        self._health: tuple[Health, ...] = ()
        self._hotel = True
        self._since_compact = 0
        self._fetching = False
        self._menus = Menus(folder)
        self._numbers: CheckNumbers | None = None
        self._sign_ins: SignIns | None = None
        self._replica = Replica(Venue(), self._pending)
        callbacks = Callbacks(
            self._on_events, self._on_answer, self._on_snapshot, self._on_state, self._digest_of
        )
        self._terminal = TerminalLink(
            folder,
            callbacks,
            run=run,
            clock=clock,
            mono=mono,
            rng=rng,
            boot_id=boot_id,
            app=APP,
            schema_hash=CODEC.schema_hash,
            connect=connect,
        )

    # -- reading (see `desk.Desk`) -------------------------------------------------------------
    @property
    def venue(self) -> Venue:
        """See `Desk`."""
        return self._replica.shown

    @property
    def catalogue(self) -> Catalogue:
        """See `Desk`; empty until the first version has come."""
        return self._menus.newest

    @property
    def me(self) -> str:
        """See `Desk`."""
        return self._me

    @property
    def device(self) -> Device:
        """See `Desk`."""
        return self._device

    @property
    def link(self) -> Link:
        """See `Desk`."""
        state = self._state
        return Link(
            state.phase,
            state.latency_ms,
            state.saving,
            state.offline_since_ms,
            state.can_save,
            self._hotel and state.phase in ("online", "catching_up"),
            self._health,
        )

    @property
    def notices(self) -> tuple[Notice, ...]:
        """See `Desk`: the venue's for this person, and what only this terminal knows."""
        shared = self.venue.notices
        own = [
            n for key, n in self._local.items() if NoticeId(derived(key, "notice")) not in shared
        ]
        mine = [notice for notice in shared.values() if notice.staff_id in ("", self._me)]
        return tuple(sorted([*own, *mine], key=lambda notice: notice.at_ms))

    @property
    def enrolled(self) -> bool:
        """Whether a server knows this terminal."""
        return self._terminal.identity.enrolled

    def now_ms(self) -> int:
        """See `Desk`."""
        return self._clock()

    def new_id(self) -> str:
        """See `Desk`."""
        return self._terminal.new_id()

    def next_number(self) -> str:
        """See `Desk`."""
        assert self._numbers is not None, "open first"
        venue = self.venue
        taken = frozenset(check.number for check in venue.checks.values())
        return self._numbers.next(venue.day.day if venue.day else "", taken)

    def pin_places(self, staff_id: str) -> int:
        """See `Desk`: who manages has the longer PIN."""
        manages = MANAGER_RIGHTS & rights_of(self.catalogue, staff_id)
        return MANAGER_PIN if manages else STAFF_PIN

    def progress(self, line_id: str) -> str:
        """See `Desk`."""
        for own in reversed(self._own.values()):
            if line_id in own.lines and own.n_to < 0:
                return "saved" if own.written else "writing"
        return ""

    def watch(self, changed: Callable[[], None]) -> None:
        """See `Desk`."""
        self._watchers.append(changed)

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher()

    # -- life ----------------------------------------------------------------------------------
    async def open(self) -> None:
        """Read what is on disk; works without any network.

        Raises StoreInUse if another program has the folder, OSError if the disk itself fails.
        """
        await self._terminal.open()
        base = await self._terminal.base()
        try:
            venue = read_venue(base.snapshot) if base.snapshot is not None else Venue()
            for _, data in base.events:
                apply_record(venue, read_event(data))
        except FrameFault as fault:
            # Bytes that verify but cannot be read are another version's; the next digest differs
            # and the server sends the whole state.
            logger.error("the state on disk cannot be read: %s", fault)
            venue = Venue()
        self._replica.replace(venue)
        await self._run(self._menus.load)
        self._sign_ins = await self._run(lambda: SignIns(self._folder / "sign-ins.json"))
        self._name_device()
        for stored in await self._terminal.overlay():
            self._remember(stored)
        for notice in await self._terminal.notices():
            self._tell(notice.cmd_id, notice.code, notice.params, notice.raised_ms)
        self._state = self._terminal.state

    def _name_device(self) -> None:
        code = self._terminal.identity.code
        name, drawer = self._name or f"POS {code}", self._drawer or code
        self._device = Device(code, name, self._device.hall_id, drawer)
        self._numbers = CheckNumbers(self._folder / "numbers.json", code)

    async def start(self) -> None:
        """Keep connected from now on."""
        await self._terminal.start()
        self._state = self._terminal.state
        self.later(self._look_after())

    async def enrol(self, invitation: Invitation, name: str) -> str:
        """Become known to a server with a one-time code. Gives "" or why not."""
        problem = await self._terminal.enrol(invitation, name, "pos")
        if not problem:
            self._name_device()
        return problem

    async def stop(self) -> None:
        """Leave; what was tapped is stored first."""
        storing = [task for task in self._tasks if task.get_name().startswith("store")]
        await asyncio.gather(*storing, return_exceptions=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._terminal.stop()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """See `Desk`."""
        self._spawn(work, "later")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        if task.exception() is not None:
            logger.error("%s failed", task.get_name(), exc_info=task.exception())
        self._changed()

    async def _look_after(self) -> None:
        """Fetch menus that are missing and ask how the house's devices are, now and then."""
        asked_s = 0.0
        while True:
            if self._replica.base.catalogue_no > self._menus.newest.number:
                await self._fetch_menu()
            if self.link.online and asked_s <= 0:
                asked_s = HEALTH_S
                await self._ask_health()
            await asyncio.sleep(1.0)
            asked_s -= 1.0

    async def _fetch_menu(self) -> None:
        number = self._replica.base.catalogue_no
        data = await fetch(self._terminal.ask, number)
        if data is None:
            await asyncio.sleep(RETRY_S if self.link.online else 0)
            return
        try:
            await self._run(lambda: self._menus.keep(data))
        except FrameFault as fault:
            logger.error("the menu %d cannot be read: %s", number, fault)
            await asyncio.sleep(RETRY_S)
            return
        self._own = {key: self._renewed(own) for key, own in self._own.items()}
        self._replica.refresh()
        self._changed()

    def _renewed(self, own: _Own) -> _Own:
        """A command that waited for its first menu is decided by it now."""
        if own.facts.catalogue is not NOTHING:
            return own
        old = own.facts
        return replace(own, facts=self._facts(CommandId(old.command_id), old.actor, old))

    async def _ask_health(self) -> None:
        reply = await self._terminal.ask("health", b"{}")
        if reply.code:
            return
        body = msgspec.json.decode(reply.body)
        printers = body.get("printers", []) if isinstance(body, dict) else []
        self._health = tuple(
            Health(str(printer.get("name", "")), str(printer.get("state", "unknown")))
            for printer in printers
            if isinstance(printer, dict)
        )
        self._hotel = bool(body.get("hotel", True)) if isinstance(body, dict) else True
        self._changed()

    # -- commands ------------------------------------------------------------------------------
    def submit(self, command: object) -> Decision:
        """See `Desk`."""
        if isinstance(command, c.AcknowledgeNotice) and self._seen_here(command.notice_id):
            return Accepted(())
        if not self._state.can_save:
            return Refused("cannot_save")
        cmd_id = self._terminal.new_id()
        facts = self._facts(CommandId(cmd_id), StaffId(self._me))
        decision = self._replica.add(command, facts)
        if isinstance(decision, Accepted):
            self._own[cmd_id] = _Own(command, facts, lines=_line_ids(command))
            work = self._store(cmd_id, command, facts, self._session, decision.events)
            self._spawn(work, f"store {cmd_id}")
        return decision

    async def _routed(self, command: object, events: tuple[object, ...]) -> object:
        """The command, saying that this terminal printed it, when there is no server and it did.

        The route is fixed before the command is first stored (reliability 2.13).
        """
        if self._paper is None or self.link.online:
            return command
        if not isinstance(command, c.SendLines | c.FireLines):
            return command
        printed = await self._paper.print(events, self.venue, self.catalogue)
        return replace(command, route="local") if printed else command

    def _seen_here(self, notice_id: str) -> bool:
        """Forget this terminal's own notice; True when the venue has no twin of it."""
        for key in list(self._local):
            if notice_id in (key, derived(key, "notice")):
                del self._local[key]
                self.later(self._terminal.acknowledge(key))
                return NoticeId(notice_id) not in self.venue.notices
        return False

    async def _store(
        self,
        cmd_id: str,
        command: object,
        facts: Facts,
        session: str,
        events: tuple[object, ...],
    ) -> None:
        """Store a command; one at a time, in the order of the taps."""
        async with self._storing:
            command = await self._routed(command, events)
            kind = CODEC.type_of(command)
            day = self._replica.base.day
            stored = await self._terminal.submit(
                kind,
                CODEC.version(kind),
                CODEC.encode(command),
                facts.actor,
                basis_n=facts.basis_n,
                biz_day=day.day if day else "",
                session=session,
                route=getattr(command, "route", "server"),
                cmd_id=cmd_id,
            )
        own = self._own.get(cmd_id)
        if isinstance(stored, CannotSave):
            logger.error("a tap was not stored: %s %s", stored.code, stored.detail)
            self._drop(cmd_id)
            self._tell(cmd_id, "cannot_save", "{}", self._clock())
        elif own is not None:
            own.written = True

    def _facts(self, command_id: CommandId, actor: StaffId, like: Facts | None = None) -> Facts:
        identity, catalogue = self._terminal.identity, self.catalogue
        return Facts(
            catalogue=catalogue,
            now_ms=like.now_ms if like else self._clock(),
            command_id=command_id,
            actor=actor,
            device_id=identity.dev,
            device_code=identity.code,
            basis_n=like.basis_n if like else self._replica.base.n,
            rights=rights_of(catalogue, actor),
            discount_limit_bp=discount_limit(catalogue, actor),
            old_menus=self._menus.older,
            room_link=self.link.hotel,
        )

    def _pending(self) -> list[Pending]:
        return [(own.command, own.facts) for own in self._own.values()]

    def _remember(self, stored: StoredCommand) -> None:
        """A command from the disk that the confirmed state does not hold yet."""
        envelope = stored.command
        try:
            command = CODEC.decode_command(envelope.type, envelope.tv, envelope.body)
        except FrameFault as fault:
            logger.error("an own command cannot be read: %s", fault)
            return
        facts = replace(
            self._facts(CommandId(envelope.cmd_id), StaffId(envelope.actor)),
            now_ms=envelope.made_wall_ms,
            basis_n=envelope.basis_n,
        )
        n_to = stored.result.n_to if stored.result is not None else -1
        self._own[envelope.cmd_id] = _Own(command, facts, True, n_to, _line_ids(command))

    def _drop(self, cmd_id: str) -> None:
        if self._own.pop(cmd_id, None) is not None:
            self._replica.refresh()

    def _tell(self, cmd_id: str, code: str, params: str, at_ms: int) -> None:
        """A notice of this terminal's own, until it is tapped away."""
        try:
            read = msgspec.json.decode(params.encode(), type=dict[str, str | int])
        except msgspec.DecodeError:
            read = {}
        self._local[cmd_id] = Notice(NoticeId(cmd_id), StaffId(""), code, read, at_ms, CheckId(""))

    # -- news from the server ------------------------------------------------------------------
    def _on_events(self, records: list[EventRecord]) -> None:
        if not records:
            return
        self._settle(records[-1].n)
        self._replica.fold(records)
        self._since_compact += len(records)
        if self._since_compact >= COMPACT_EVENTS:
            self._since_compact = 0
            base = self._replica.base
            self._spawn(self._compact(base.n, write_venue(base)), "compact")
        self._changed()

    async def _compact(self, n: int, snapshot: bytes) -> None:
        await self._terminal.compact(n, snapshot)

    def _settle(self, n: int) -> None:
        """Commands whose events are in the confirmed state are no overlay any more."""
        self._own = {key: own for key, own in self._own.items() if not 0 <= own.n_to <= n}

    def _on_answer(self, stored: StoredCommand) -> None:
        result, cmd_id = stored.result, stored.command.cmd_id
        if result is None:
            return
        own = self._own.get(cmd_id)
        if result.outcome in ("refused", "parked"):
            self._drop(cmd_id)
            params = bytes(result.params).decode("utf-8", "replace")
            self._tell(cmd_id, result.code, params, self._clock())
        elif result.n_to <= self._replica.base.n:
            self._drop(cmd_id)
        elif own is not None:
            own.n_to = result.n_to
        self._changed()

    def _on_snapshot(self, n: int, data: bytes) -> None:
        self._settle(n)
        self._replica.replace(read_venue(data))
        self._since_compact = 0
        self._changed()

    def _on_state(self, state: LinkState) -> None:
        self._state = state
        self._changed()

    def _digest_of(self, scope: str) -> str | None:
        return digest(self._replica.base) if scope == SCOPE else None

    # -- people and questions ------------------------------------------------------------------
    async def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        """See `Desk`."""
        assert self._sign_ins is not None, "open first"
        known = self._sign_ins
        params = msgspec.json.encode({"staff_id": staff_id, "pin": pin})
        reply = await self._terminal.ask("sign_in", params)
        if reply.code in ("offline", "timeout"):
            now = self._clock()
            code, until = await self._run(lambda: known.check(staff_id, pin, now))
            if not code:
                self._me, self._session = staff_id, OFFLINE_SESSION
            return SignedIn(code, {"until_ms": until} if until else {})
        if reply.code:
            params_read = msgspec.json.decode(reply.params, type=dict[str, str | int])
            return SignedIn(reply.code, params_read)
        body = msgspec.json.decode(reply.body)
        self._me, self._session = staff_id, str(body["session"])
        until_ms = int(body["offline_until_ms"])
        self.later(self._run(lambda: known.keep(staff_id, pin, until_ms)))
        return SignedIn()

    def sign_out(self) -> None:
        """See `Desk`."""
        session = self._session
        self._me = self._session = ""
        if session and session != OFFLINE_SESSION:
            self.later(self._leave(session))

    async def _leave(self, session: str) -> None:
        await self._terminal.ask("sign_out", b"{}", session)

    async def ask(self, what: str, params: dict[str, object]) -> Reply:
        """See `Desk`."""
        reply = await self._terminal.ask(what, msgspec.json.encode(params), self._session)
        if reply.code:
            return Reply(reply.code)
        return Reply(body=msgspec.json.decode(reply.body))
