"""The facade that screens use: submit, ask, listen. Everything behind it may fail; this does not.

A presenter previews a command on its replica, submits it here and shows it as saved when `submit`
returns; answers and events come by the callbacks. Neighbours: `outbox` keeps, `connection` talks.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from sync_server.domain import limits
from sync_server.protocol import frames, terminal_conversation as talk
from sync_server.protocol.envelope import GENESIS
from sync_server.protocol.link import Link, LinkClosed

from . import identity as identities
from .connection import Callbacks, Connection, Jitter, Surroundings
from .handing_over import HandedOver, sticks_in, write_file
from .inbox import Inbox
from .link import open_link
from .outbox import Outbox
from .records import AskReply, CannotSave, Confirmed, Draft, LinkState, Notice, Route, StoredCommand
from .worker import Runner


class Randomness(identities.Bits, Jitter, Protocol):
    """`random.SystemRandom` in a house, a seeded `random.Random` in a simulation."""


class TerminalLink:
    """One terminal's way to the server, and its memory without it.

    `clock` and `mono` give wall and monotonic milliseconds, `boot_id` names this start of the
    machine, `run` is where the store works (`worker`), `connect` opens a link to a URL.
    """

    def __init__(
        self,
        folder: Path,
        callbacks: Callbacks,
        *,
        run: Runner,
        clock: Callable[[], int],
        mono: Callable[[], int],
        rng: Randomness,
        boot_id: str,
        app: str,
        schema_hash: str = "",
        connect: Callable[[str, str], Awaitable[Link]] = open_link,
        make_key: Callable[[], bytes] = identities.new_key,
        ballast_bytes: int = limits.BALLAST_BYTES,
        before_commit: Callable[[str], None] | None = None,
    ) -> None:
        self.new_id = identities.Uuid7(clock, rng)
        self._folder = folder
        self._callbacks = callbacks
        self._mono = mono
        self._boot_id = boot_id
        self._around = Surroundings(connect, run, clock, rng, app, schema_hash, boot_id)
        self._make_key = make_key
        self._ballast_bytes = ballast_bytes
        self._before_commit = before_commit
        self._identity: identities.DeviceIdentity | None = None
        self._store: Outbox | None = None
        self._connection: Connection | None = None
        self._inbox = Inbox()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Read identity and store; works without any network. Raises ValueError, StoreInUse."""

        def work() -> tuple[identities.DeviceIdentity, Outbox]:
            identity = identities.load_or_create(self._folder, self.new_id, self._make_key)
            store = Outbox.open(
                self._folder,
                identity.dev,
                self._around.clock,
                ballast_bytes=self._ballast_bytes,
                before_commit=self._before_commit,
            )
            return identity, store

        self._identity, self._store = await self._around.run(work)

    async def start(self) -> None:
        """Keep connected from now on. Opens first if need be; does nothing before enrolment."""
        if self._store is None:
            await self.open()
        if self._tasks or not self.identity.enrolled:
            return
        connection = Connection(
            self.store, self.identity, self._around, self._callbacks, self._inbox
        )
        self._connection = connection
        self._tasks = [
            asyncio.create_task(self._inbox.pump()),
            asyncio.create_task(connection.run()),
        ]

    async def stop(self) -> None:
        """Leave; everything is on disk already."""
        # The connection first: what it has stored already it still hands to the screen's inbox.
        for task in reversed(self._tasks):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._tasks = []
        self._connection = None
        if self._store is not None:
            await self._around.run(self._store.close)
            self._store = None

    async def hand_over(self) -> HandedOver | None:
        """Write what no server has answered to a stick, else into the terminal's own folder, for
        whoever may take it over. Raises OSError."""

        def work() -> HandedOver | None:
            places = (*sticks_in(), self._folder)
            return write_file(self.store, self.identity, self._around.clock(), places)

        return await self._around.run(work)

    @property
    def identity(self) -> identities.DeviceIdentity:
        """Who this terminal is."""
        assert self._identity is not None, "open first"
        return self._identity

    @property
    def store(self) -> Outbox:
        """The store; its methods run through `run` only."""
        assert self._store is not None, "open first"
        return self._store

    @property
    def state(self) -> LinkState:
        """What the status bar shows."""
        if self._connection is None:
            return LinkState(saving=self.store.pending, can_save=not self.store.broken)
        return self._connection.state

    async def enrol(self, invitation: identities.Invitation, name: str, kind: str) -> str:
        """Become known to a server with a one-time code, then stay connected.

        Gives "" or why not: `bad_code`, `fingerprint`, `plain_not_loopback`, `timeout`, …
        """
        if self._store is None:
            await self.open()
        try:
            async with asyncio.timeout(limits.HANDSHAKE_TIMEOUT_MS / 1000):
                link = await self._around.connect(invitation.url, invitation.fingerprint)
        except LinkClosed as closed:
            return closed.reason or "unreachable"
        except TimeoutError:
            return "timeout"
        try:
            async with asyncio.timeout(limits.HANDSHAKE_TIMEOUT_MS / 1000):
                enrolled = await self._enrol_on(link, invitation.code, name, kind)
        except LinkClosed as closed:
            return closed.reason or "unreachable"
        except TimeoutError:
            return "timeout"
        finally:
            await link.close(frames.CloseCode.NORMAL, "enrolled")
        if isinstance(enrolled, str):
            return enrolled
        identity = self.identity.with_site(
            enrolled.code, enrolled.site, invitation.url, invitation.fingerprint
        )
        await self._around.run(lambda: identities.save(self._folder, identity))
        self._identity = identity
        await self.start()
        return ""

    async def _enrol_on(self, link: Link, code: str, name: str, kind: str) -> talk.Enrolled | str:
        identity = self.identity
        now_ms = _now_ms()
        conversation = talk.TerminalConversation(
            hello=first_hello(identity.dev, self.store.dep),
            sign=identity.sign,
            public_key=identity.public_key,
            site="",
            opened_ms=now_ms,
            fingerprint=link.fingerprint,
            enrol=(code, name, kind),
        )
        while True:
            for action in conversation.receive(await link.recv(), _now_ms()):
                if isinstance(action, talk.Enrolled):
                    return action
                if isinstance(action, talk.Refused):
                    return action.code
                if isinstance(action, talk.Close):
                    return action.reason
            for data in conversation.take_output():
                await link.send(data)

    async def submit(
        self,
        type: str,
        tv: int,
        body: bytes,
        actor: str,
        *,
        basis_n: int,
        biz_day: str,
        session: str = "",
        approval: bytes | None = None,
        route: Route = "server",
        cmd_id: str = "",
    ) -> StoredCommand | CannotSave:
        """Store a command; it is safe when this returns, and on its way.

        `body` and `approval` are canonical JSON objects, `cmd_id` one from `new_id` if the screen
        needed it before.
        """
        if self._store is None:
            return CannotSave("stopped")
        store = self._store
        draft = Draft(
            cmd_id=cmd_id or self.new_id(),
            type=type,
            tv=tv,
            body=body,
            actor=actor,
            session=session,
            approval=approval,
            made_wall_ms=self._around.clock(),
            made_mono_ms=self._mono(),
            boot_id=self._boot_id,
            basis_n=basis_n,
            biz_day=biz_day,
            route=route,
        )
        stored = await self._around.run(lambda: store.append(draft))
        if self._connection is not None:
            self._connection.wake()
            if isinstance(stored, CannotSave) and stored.code not in ("bad_body", "too_large"):
                self._connection.show(can_save=False)
        return stored

    async def ask(self, what: str, params: bytes = b"{}", session: str = "") -> AskReply:
        """Put a question to the server; `params` is a canonical JSON object."""
        if self._connection is None:
            return AskReply("offline")
        return await self._connection.ask(what, session, params)

    def now_ms(self) -> int:
        """The wall clock that commands are stamped with."""
        return self._around.clock()

    async def base(self) -> Confirmed:
        """The confirmed state on disk, to start a replica from."""
        return await self._around.run(self.store.base)

    async def overlay(self) -> list[StoredCommand]:
        """Commands whose effect is not in the base yet, to be replayed over it."""
        return await self._around.run(self.store.unsettled)

    async def compact(self, n: int, snapshot: bytes) -> bool:
        """Give the replica's state at `n` to the store, so that the tail stays short."""
        return await self._around.run(lambda: self.store.compact(n, snapshot))

    async def forget_base(self) -> None:
        """The confirmed state on disk cannot be read here: the next connection brings it whole."""
        await self._around.run(self.store.drop_base)

    async def notices(self) -> list[Notice]:
        """What nobody has tapped away."""
        return await self._around.run(self.store.notices)

    async def acknowledge(self, notice_id: str) -> None:
        """Someone has seen a notice."""
        await self._around.run(lambda: self.store.acknowledge(notice_id))

    async def restart_epoch(self) -> int:
        """After a fork a person decides to go on; gives the number of commands taken along."""
        moved = await self._around.run(self.store.restart_epoch)
        if self._connection is not None:
            self._connection.show(phase="offline")
            self._connection.nudge()
        return moved

    def nudge(self) -> None:
        """The network came back: try now."""
        if self._connection is not None:
            self._connection.nudge()


def first_hello(dev: str, dep: int) -> frames.Hello:
    """The hello of a device that has nothing yet; it is not sent before the device is known."""
    return frames.Hello(
        proto=frames.PROTOCOL,
        app="",
        schema_hash="",
        dev=dev,
        dep=dep,
        sep=0,
        made_seq=0,
        answered_seq=0,
        cursor_n=0,
        cursor_hash=GENESIS,
        outbox_len=0,
        oldest_pending_age_ms=0,
        wall_ms=0,
        mono_ms=0,
        battery=-1,
        disk_free_mb=-1,
    )


def _now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)
