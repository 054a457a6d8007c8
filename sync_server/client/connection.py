"""Keeps a terminal connected: proves itself, pushes what is stored, stores what comes.

The loop around `protocol.terminal_conversation`. Nothing is confirmed to the server before it is on
disk, nothing is shown before it is stored, and what is stored is shown, also when the link ends in
between. All waiting is by the loop's own time; a lost link is tried again after 0.2 s doubling to
5 s with full jitter (reliability 2.5), at once on `nudge`.
`asyncio.timeout` throughout: before Python 3.12 `wait_for` can swallow a cancellation.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from sync_server.domain import limits
from sync_server.protocol import frames, terminal_conversation as talk
from sync_server.protocol.envelope import EventRecord
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.frames import CloseCode
from sync_server.protocol.link import Link, LinkClosed

from .identity import DeviceIdentity
from .inbox import Inbox
from .outbox import Outbox
from .records import AskReply, LinkState, Phase, StoredCommand, StoreFailed
from .worker import Runner

logger = logging.getLogger(__name__)

_TICK_S = 1.0
_PERSON_NEEDED = ("bad_proof", "revoked", "bad_code")


class Jitter(Protocol):
    """A source of random delays: `random.Random` or better."""

    def randrange(self, stop: int, /) -> int:
        """A whole number from 0 to `stop` - 1."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Where a terminal's news go. All are called on the event loop, in order."""

    on_events: Callable[[list[EventRecord]], None]
    on_answer: Callable[[StoredCommand], None]
    on_snapshot: Callable[[int, bytes], None]
    on_state: Callable[[LinkState], None]
    on_new_history: Callable[[], None] = lambda: None
    digest_of: Callable[[str], str | None] = lambda scope: None
    ui_ok: Callable[[], bool] = lambda: True
    battery: Callable[[], int] = lambda: -1
    disk_free_mb: Callable[[], int] = lambda: -1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connection is given instead of looking it up.

    `clock` wall milliseconds, `connect(url, fingerprint)` opens a link or raises LinkClosed.
    """

    connect: Callable[[str, str], Awaitable[Link]]
    run: Runner
    clock: Callable[[], int]
    rng: Jitter
    app: str
    schema_hash: str
    boot_id: str = ""


class Connection:
    """One terminal's side of the wire. `run` never returns until it is cancelled."""

    def __init__(
        self,
        store: Outbox,
        identity: DeviceIdentity,
        around: Surroundings,
        callbacks: Callbacks,
        inbox: Inbox,
    ) -> None:
        self._store = store
        self._identity = identity
        self._around = around
        self._callbacks = callbacks
        self._inbox = inbox
        self._wake = asyncio.Event()
        self._nudged = asyncio.Event()
        self._conversation: talk.TerminalConversation | None = None
        self._asked: dict[int, asyncio.Future[AskReply]] = {}
        self._ask_id = 0
        self._attempt = 0
        self._welcomed_ms = 0
        self._target_n = 0
        self._credited_n = 0
        self._credit_timer: asyncio.TimerHandle | None = None
        self._taking_in = asyncio.Lock()
        self.state = LinkState(offline_since_ms=around.clock(), saving=store.pending)

    # For the facade

    def wake(self) -> None:
        """There is a new command to push."""
        self.show(saving=self._store.pending, can_save=not self._store.broken)
        self._wake.set()

    def nudge(self) -> None:
        """The network came back: try now."""
        self._nudged.set()

    def show(self, **changes: object) -> None:
        """Tell the screen if the state is another than before."""
        state = replace(self.state, **changes)  # type: ignore[arg-type]
        if state != self.state:
            self.state = state
            self._callbacks.on_state(state)

    async def ask(self, what: str, session: str, params: bytes) -> AskReply:
        """Put a question; without a server the code is `offline`, `timeout` after 15 s."""
        conversation = self._conversation
        if conversation is None or conversation.state != "live":
            return AskReply("offline")
        if len(self._asked) >= limits.ASKS_WAITING:
            return AskReply("busy")
        self._ask_id += 1
        ask_id = self._ask_id
        try:
            conversation.ask(ask_id, what, session, params)
        except FrameFault as fault:
            return AskReply(fault.code)
        answer: asyncio.Future[AskReply] = asyncio.get_running_loop().create_future()
        self._asked[ask_id] = answer
        self._wake.set()
        try:
            async with asyncio.timeout(limits.ASK_TIMEOUT_MS / 1000):
                return await answer
        except TimeoutError:
            return AskReply("timeout")
        finally:
            self._asked.pop(ask_id, None)

    async def run(self) -> None:
        """Connect, serve, wait, again."""
        while True:
            self._nudged.clear()
            self._welcomed_ms = 0
            await self._once()
            self._offline()
            if self._welcomed_ms and _now_ms() - self._welcomed_ms >= limits.RECONNECT_MAX_MS:
                self._attempt = 0
            most = min(limits.RECONNECT_MAX_MS, limits.RECONNECT_FIRST_MS * 2**self._attempt)
            self._attempt = min(self._attempt + 1, 10)
            delay_s = self._around.rng.randrange(most + 1) / 1000
            if self.state.phase == "forked":
                await self._nudged.wait()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._nudged.wait()

    # One connection

    async def _once(self) -> None:
        if self.state.phase not in ("refused", "forked"):
            self.show(phase="connecting")
        identity = self._identity
        try:
            async with asyncio.timeout(limits.HANDSHAKE_TIMEOUT_MS / 1000):
                link = await self._around.connect(identity.url, identity.fingerprint)
        except LinkClosed as closed:
            self.show(reason=closed.reason or str(closed.code))
            return
        except TimeoutError:
            self.show(reason="timeout")
            return
        closing = talk.Close(CloseCode.NORMAL, "")
        tasks: list[asyncio.Task[None]] = []
        try:
            self._conversation = await self._converse(link)
            tasks = [
                asyncio.create_task(self._read(link)),
                asyncio.create_task(self._write(link)),
                asyncio.create_task(self._tick()),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        except _Ended as ended:
            closing = ended.closing
            self.show(reason=closing.reason)
        except LinkClosed as closed:
            self.show(reason=closed.reason or str(closed.code))
        except StoreFailed as failed:
            self.show(can_save=not self._store.broken, reason=failed.code)
        finally:
            await self._cease(tasks)
            self._conversation = None
            self._drop_credit_timer()
            if closing.code == CloseCode.SILENT:
                self._offline()  # Who is silent takes its time to close, and people wait.
            await link.close(closing.code, closing.reason)

    async def _cease(self, tasks: list[asyncio.Task[None]]) -> None:
        """End what serves a link, but not between disk and screen: the next hello goes by the
        disk, so what was stored and not told now would be told never."""
        try:
            await self._taking_in.acquire()
            self._taking_in.release()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(self, link: Link) -> talk.TerminalConversation:
        """A conversation that opens with what the store has now."""
        around, callbacks, store = self._around, self._callbacks, self._store
        standing = await around.run(store.standing)
        wall_ms = around.clock()
        oldest = standing.oldest_pending_ms
        hello = frames.Hello(
            proto=frames.PROTOCOL,
            app=around.app,
            schema_hash=around.schema_hash,
            dev=standing.dev,
            dep=standing.dep,
            sep=standing.sep,
            made_seq=standing.made_seq,
            answered_seq=standing.answered_seq,
            cursor_n=standing.cursor_n,
            cursor_hash=standing.cursor_hash,
            outbox_len=standing.pending,
            oldest_pending_age_ms=max(0, wall_ms - oldest) if oldest else 0,
            wall_ms=wall_ms,
            mono_ms=_now_ms(),
            battery=callbacks.battery(),
            disk_free_mb=callbacks.disk_free_mb(),
            boot_id=around.boot_id,
            tail_from_n=standing.tail_from_n,
            witness=standing.witness,
            kept_n=standing.kept_n,
        )
        self._wake.set()
        return talk.TerminalConversation(
            hello=hello,
            sign=self._identity.sign,
            public_key=self._identity.public_key,
            site=self._identity.site,
            opened_ms=_now_ms(),
            fingerprint=link.fingerprint,
        )

    async def _read(self, link: Link) -> None:
        conversation = self._talking()
        while True:
            data = await link.recv()
            async with self._taking_in:
                for action in conversation.receive(data, _now_ms()):
                    await self._perform(action)
            self._wake.set()
            pause_ms = conversation.paused_for(_now_ms())
            if pause_ms:
                asyncio.get_running_loop().call_later(pause_ms / 1000, self._wake.set)

    async def _write(self, link: Link) -> None:
        conversation = self._talking()
        while True:
            await self._wake.wait()
            self._wake.clear()
            room = conversation.room(_now_ms())
            if room and conversation.next_seq < self._store.next_seq:
                first = conversation.next_seq
                batch = await self._around.run(lambda: self._store.to_send(first, room))  # noqa: B023
                if conversation.next_seq == first:
                    self._push(conversation, first, batch)
            for data in conversation.take_output():
                await link.send(data)

    def _push(
        self, conversation: talk.TerminalConversation, first: int, batch: list[talk.Outgoing]
    ) -> None:
        if not batch or batch[0].seq != first:
            raise _Ended(self._fork("commands_gone"))
        conversation.push(batch)

    async def _tick(self) -> None:
        conversation = self._talking()
        while True:
            await asyncio.sleep(_TICK_S)
            for action in conversation.tick(_now_ms()):
                await self._perform(action)
            self._wake.set()

    # Actions

    async def _perform(self, action: talk.TerminalAction) -> None:
        match action:
            case talk.Welcomed():
                await self._welcomed(action.frame)
            case talk.Answers():
                await self._answered(action.results)
            case talk.ApplyEvents():
                await self._apply_events(action)
            case talk.ApplySnapshot():
                await self._apply_snapshot(action)
            case talk.CheckDigest():
                await self._inbox.put(lambda: self._check_digest(action))
            case talk.KeepWitness():
                await self._around.run(lambda: self._store.keep_witness(action.checkpoint))
            case talk.TailWanted():
                kept = await self._around.run(lambda: self._store.kept_events(action.from_n))
                self._talking().give_tail(action.from_n, kept)
            case talk.Replied():
                self._replied(action.frame)
            case talk.Pulsed():
                self.show(latency_ms=action.latency_ms)
                if action.durable_n > self._store.durable_n:
                    await self._around.run(lambda: self._store.note_durable(action.durable_n))
            case talk.BeatDue():
                self._beat()
            case talk.Refused():
                raise _Ended(self._refused(action.code))
            case talk.Forked():
                raise _Ended(self._fork(action.why))
            case talk.Close():
                raise _Ended(action)
            case talk.Enrolled():
                raise _Ended(talk.Close(CloseCode.OUT_OF_ORDER, "enrolled"))

    async def _welcomed(self, welcome: frames.Welcome) -> None:
        store, run, conversation = self._store, self._around.run, self._talking()
        if welcome.last_seq >= store.next_seq:
            raise _Ended(self._fork("server_is_ahead"))
        if welcome.last_seq:
            own = await run(lambda: store.hash_of(welcome.last_seq))
            if own is not None and own != welcome.last_hash:
                raise _Ended(self._fork("other_history"))
        if welcome.sep != store.sep:
            await run(lambda: store.adopt_server_epoch(welcome.sep))
            await self._inbox.put(self._callbacks.on_new_history)
        if not welcome.drain:
            await run(lambda: store.note_durable(welcome.durable_n))
        next_seq = await run(lambda: store.offer_again(welcome.last_seq))
        conversation.ready(next_seq, store.cursor_n, store.cursor_hash, _now_ms())
        self._credited_n = store.cursor_n
        self._welcomed_ms = _now_ms()
        self._target_n = welcome.head_n
        for action in conversation.tick(_now_ms()):
            await self._perform(action)
        phase: Phase = "catching_up"
        if welcome.drain:
            phase = "upgrade"
        elif welcome.resume == "tail" and store.cursor_n >= welcome.head_n:
            phase = "online"
        self.show(phase=phase, offline_since_ms=0, reason="", can_save=not store.broken)

    async def _answered(self, results: list[frames.Result]) -> None:
        fresh = await self._around.run(lambda: self._store.record_answers(results))
        self.show(saving=self._store.pending)
        for stored in fresh:
            await self._inbox.put(_call(self._callbacks.on_answer, stored))

    async def _apply_events(self, action: talk.ApplyEvents) -> None:
        store = self._store
        await self._around.run(lambda: store.store_events(action.events, action.durable_n))
        records = [one.record for one in action.events]
        await self._inbox.put(lambda: self._callbacks.on_events(records))
        await self._caught_up()

    async def _apply_snapshot(self, action: talk.ApplySnapshot) -> None:
        store = self._store
        await self._around.run(lambda: store.swap_snapshot(action.n, action.hash, action.data))
        await self._inbox.put(lambda: self._callbacks.on_snapshot(action.n, action.data))
        await self._caught_up()

    async def _caught_up(self) -> None:
        """The store stands at the conversation's cursor: say so, and see if that is the end."""
        conversation = self._talking()
        self._owe_credit(conversation)
        if self._store.tail > limits.BASE_TAIL_EVENTS:
            conversation.resync("tail")
        check = conversation.take_digest()
        if check is not None:
            await self._perform(check)
        if self.state.phase == "catching_up" and self._store.cursor_n >= self._target_n:
            self.show(phase="online")

    def _owe_credit(self, conversation: talk.TerminalConversation) -> None:
        """Credit for many events goes at once, for few a little later and together: a credit for
        each frame of each screen was a third of a busy server's work."""
        if self._store.cursor_n - self._credited_n >= limits.CREDIT_AT_ONCE_EVENTS:
            self._give_credit(conversation)
        elif self._credit_timer is None:
            self._credit_timer = asyncio.get_running_loop().call_later(
                limits.CREDIT_PAUSE_MS / 1000, self._give_credit, conversation
            )

    def _give_credit(self, conversation: talk.TerminalConversation) -> None:
        self._drop_credit_timer()
        if conversation is self._conversation:
            self._credited_n = self._store.cursor_n
            conversation.stored(self._credited_n)
            self._wake.set()

    def _drop_credit_timer(self) -> None:
        if self._credit_timer is not None:
            self._credit_timer.cancel()
            self._credit_timer = None

    def _check_digest(self, check: talk.CheckDigest) -> None:
        """Called when the replica has drawn everything before the digest."""
        own = self._callbacks.digest_of(check.scope)
        conversation = self._conversation
        if own is None or own == check.sha256 or conversation is None:
            return
        logger.error("the replica differs at event %d (%s)", check.at_n, check.scope)
        self.show(drifts=self.state.drifts + 1)
        conversation.resync("digest")
        self._wake.set()

    def _replied(self, reply: frames.Reply) -> None:
        answer = self._asked.get(reply.id)
        if answer is not None and not answer.done():
            answer.set_result(AskReply(reply.code, bytes(reply.params), bytes(reply.body)))

    def _beat(self) -> None:
        callbacks = self._callbacks
        self._talking().beat(
            _now_ms(),
            self._store.next_seq - 1,
            callbacks.ui_ok(),
            callbacks.battery(),
            callbacks.disk_free_mb(),
        )

    # Ends

    def _refused(self, code: str) -> talk.Close:
        if code == "old_epoch":
            return self._fork(code)
        if code in _PERSON_NEEDED:
            self.show(phase="refused")
        return talk.Close(CloseCode.NORMAL, code)

    def _fork(self, why: str) -> talk.Close:
        logger.error("the server has another history of this device: %s", why)
        self.show(phase="forked")
        return talk.Close(CloseCode.FORK, why)

    def _offline(self) -> None:
        for answer in self._asked.values():
            if not answer.done():
                answer.set_result(AskReply("offline"))
        since = self.state.offline_since_ms or self._around.clock()
        phase: Phase = self.state.phase if self.state.phase in ("refused", "forked") else "offline"
        self.show(phase=phase, offline_since_ms=since, latency_ms=-1)

    def _talking(self) -> talk.TerminalConversation:
        conversation = self._conversation
        assert conversation is not None, "only while a link is served"
        return conversation


class _Ended(Exception):
    """The conversation is over; the link is closed with this."""

    def __init__(self, closing: talk.Close) -> None:
        super().__init__(closing.reason)
        self.closing = closing


def _call(on_answer: Callable[[StoredCommand], None], stored: StoredCommand) -> Callable[[], None]:
    return lambda: on_answer(stored)


def _now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)
