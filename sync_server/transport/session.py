"""One connection of a terminal: reads frames for the conversation, does what it asks for, writes.

Two coroutines: the reader awaits the authority for each push in turn, so a terminal that floods
waits for itself; the writer awaits the link, so a slow screen holds up nobody else. Over a link
that can be served without waiting, the frames of which a busy house is full (pushes, credits,
answers, events) go past both, in the turn in which they come. Whatever goes wrong inside is logged
with an id and ends this connection only (reliability S-26).
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, cast

from sync_server.domain import limits
from sync_server.protocol import frames, server_conversation as talk
from sync_server.protocol.envelope import raw
from sync_server.protocol.frames import CloseCode
from sync_server.protocol.link import DirectLink, Link, LinkClosed

from .authority import CommandResult, EnrolRequest, Sighting, Submitted

if TYPE_CHECKING:
    from .server import SyncServer

logger = logging.getLogger(__name__)

_OUTPUT_BACKLOG = 4 * limits.SOCKET_QUEUE_FRAMES
_LAST_WORDS_S = 1.0
_FAILED = "connection %d of device %s failed"
_CREDIT = b'{"f":"credit"'
_DIRECT = (b'{"f":"push"', _CREDIT)
"""How the frames begin that can be served without waiting; while a push is being decided a second
one waits for it."""


class Session:
    """Serves one link until it ends. Made by `SyncServer.serve_link`."""

    def __init__(self, server: "SyncServer", link: Link, number: int) -> None:
        self.server = server
        self.link = link
        self.number = number
        self.wake = asyncio.Event()
        self.conversation = talk.ServerConversation(
            site=server.authority.site,
            nonce=server.nonce(),
            opened_ms=server.now_ms(),
            fingerprint=link.fingerprint,
        )
        self._drained = asyncio.Event()
        self._closing: talk.Close | None = None
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._direct: DirectLink | None = None
        self.pace = server.hub.halls
        self._listening = False
        self._undecided = False
        self._decided = asyncio.Event()
        self._writing = False

    @property
    def dev(self) -> str:
        """The device, once it has proved itself."""
        return self.conversation.dev

    @property
    def live(self) -> bool:
        """True after the welcome."""
        return self.conversation.state == "live"

    async def run(self) -> None:
        """Until the link ends or the conversation closes it."""
        self.conversation.open(self.server.authority.server_epoch, self.server.clock())
        self.wake.set()
        if hasattr(self.link, "taker"):
            self._direct = cast(DirectLink, self.link)
            self._direct.taker = self._taken
        writer = asyncio.create_task(self._guarded(self._write()))
        try:
            await self._guarded(self._read())
        finally:
            self.wake.set()
            if self._closing is not None:
                await asyncio.wait({writer}, timeout=_LAST_WORDS_S)
            for task in [writer, *self._tasks]:
                task.cancel()
            await asyncio.gather(writer, *self._tasks, return_exceptions=True)
            closing = self._closing or talk.Close(CloseCode.NORMAL, "")
            await self.link.close(closing.code, closing.reason)

    def tick(self, now_ms: int) -> None:
        """Time passes; also notices that the device was revoked."""
        conversation = self.conversation
        self._take(conversation.tick(now_ms))
        if self.live:
            record = self.server.authority.device(self.dev)
            if record is None or record.revoked:
                self.end(CloseCode.REVOKED, "revoked")
                return
            self._keep_witnessed()

    def _keep_witnessed(self) -> None:
        """Give the terminal the newest checkpoint, and ask for what a restore lost."""
        authority, conversation = self.server.authority, self.conversation
        checkpoint = authority.checkpoint()
        if checkpoint is not None:
            conversation.witness(checkpoint)
        self._ask_tail()
        if conversation.waiting_output:
            self.wake.set()

    def _ask_tail(self) -> None:
        wanted = self.server.authority.tail_wanted(self.dev)
        if wanted:
            self.conversation.want_tail(wanted)

    def end(self, code: CloseCode, reason: str) -> None:
        """Close from the server's side."""
        if self.conversation.state != "closed":
            self._take(self.conversation.close(code, reason))

    def digest(self, at_n: int, scope: str, sha256: str) -> None:
        """Send a digest to compare."""
        self.conversation.digest(at_n, scope, sha256)
        self.wake.set()

    # Reading

    async def _read(self) -> None:
        conversation, server = self.conversation, self.server
        while self._closing is None:
            self._listening = True
            data = await self.link.recv()
            self._listening = False
            while self._undecided and self._closing is None:
                self._decided.clear()
                await self._decided.wait()
            server.metrics.frames_in += 1
            for action in conversation.receive(data, server.now_ms()):
                await self._perform(action)
            # Most frames of a busy house are credits with which nothing new may go out: waking the
            # writer for each of them costs more than reading it.
            if conversation.waiting_output or self._may_send_events():
                self.wake.set()
            while conversation.waiting_output > _OUTPUT_BACKLOG and self._closing is None:
                self._drained.clear()
                await self._drained.wait()

    def _taken(self, data: bytes) -> bool:
        """Read a frame in the turn in which it came, if nothing before it is in its way."""
        conversation, server = self.conversation, self.server
        if (
            not self._listening
            or self._closing is not None
            or not data.startswith(_CREDIT if self._undecided else _DIRECT)
            or conversation.state != "live"
            or conversation.waiting_output > _OUTPUT_BACKLOG
        ):
            return False
        server.metrics.frames_in += 1
        try:
            for action in conversation.receive(data, server.now_ms()):
                match action:
                    case talk.Stored():
                        server.authority.stored(self.dev, action.n)
                    case talk.Submit():
                        self._undecided = True
                        server.metrics.commands += len(action.commands)
                        told = _as_results(action.told)
                        server.authority.push(self.dev, action.commands, told, self._answered)
                    case _:
                        self._take([action])
            self._say_at_once()
        except Exception:
            logger.exception(_FAILED, self.number, self.dev or "?")
            self._broken()
        return True

    def _answered(self, done: Submitted) -> None:
        """What became of a push that was taken directly."""
        self._undecided = False
        self._decided.set()
        try:
            self._answer_push(done)
        except Exception:
            logger.exception(_FAILED, self.number, self.dev or "?")
            self._broken()

    def _take(self, actions: list[talk.ServerAction]) -> None:
        """Actions that come outside the reader: only ends and snapshots."""
        for action in actions:
            if isinstance(action, talk.Close):
                self._close(action)
            elif isinstance(action, talk.MakeSnapshot):
                self._start(self._snapshot(action))
        self.wake.set()

    async def _perform(self, action: talk.ServerAction) -> None:
        authority, conversation = self.server.authority, self.conversation
        match action:
            case talk.Submit():
                await self._submit(action)
            case talk.Stored():
                authority.stored(self.dev, action.n)
            case talk.TailGiven():
                await authority.tail_given(self.dev, action.from_n, action.events)
                self._ask_tail()
            case talk.Beaten():
                self._beaten(action.frame)
            case talk.Question():
                self._start(self._answer(action.frame))
            case talk.Identify():
                record = authority.device(action.dev)
                key = record.public_key if record else None
                revoked = record.revoked if record else False
                self._take(conversation.identified(key, revoked, self.server.now_ms()))
            case talk.TryEnrol():
                await self._enrol(action)
            case talk.Admit():
                await self._admit(action.hello)
            case talk.MakeSnapshot() | talk.Close():
                self._take([action])

    async def _submit(self, action: talk.Submit) -> None:
        told = _as_results(action.told)
        self.server.metrics.commands += len(action.commands)
        done = await self.server.authority.submit(self.dev, action.commands, told)
        self._answer_push(done)

    def _answer_push(self, done: Submitted) -> None:
        results = [
            frames.Result(
                one.seq, one.outcome, one.code, raw(one.params), one.n_from, one.n_to, one.doc_no
            )
            for one in done.results
        ]
        actions = self.conversation.submitted(done.upto, results, done.problem, done.retry_ms)
        if actions or self._direct is None:
            self._take(actions)
        else:
            self._say_at_once()

    async def _admit(self, hello: frames.Hello) -> None:
        server, authority = self.server, self.server.authority
        record = authority.device(self.dev)
        if record is None:
            self.end(CloseCode.NOT_TRUSTED, "unknown")
            return
        at_cursor = await authority.hash_at(hello.cursor_n)
        self.pace = server.hub.kitchen if record.kind == "kds" else server.hub.halls
        self.conversation.rate = server.rate_of(self.dev)
        epoch = max(record.epoch, server.epoch_here(self.dev))
        if hello.dep >= epoch:
            epoch = record.epoch
            server.replace(self)
        standing = talk.Standing(
            epoch=epoch,
            last_seq=record.last_seq,
            last_hash=record.last_hash,
            sep=authority.server_epoch,
            head_n=authority.head_n,
            durable_n=authority.durable_n,
            hash_at_cursor=at_cursor,
            schema_hash=authority.schema_hash,
        )
        actions = self.conversation.admitted(standing, server.now_ms(), server.clock())
        self._take(actions)
        if self.live:
            self._see(hello.mono_ms, hello.made_seq, True, hello.battery, hello.disk_free_mb, True)

    async def _enrol(self, action: talk.TryEnrol) -> None:
        server, frame = self.server, action.frame
        done = await server.authority.enrol(
            EnrolRequest(
                frame.code, frame.dev, action.public_key, frame.name, frame.kind, self.link.peer
            )
        )
        code = "" if done.problem else done.dev_code
        sep = server.authority.server_epoch
        self._take(
            self.conversation.enrolled(
                frame.dev, code, server.nonce(), sep, server.now_ms(), server.clock()
            )
        )

    def _beaten(self, beat: frames.Beat) -> None:
        authority = self.server.authority
        self.conversation.pulse(beat, self.server.clock(), authority.head_n, authority.durable_n)
        self._see(beat.mono_ms, beat.made_seq, beat.ui_ok, beat.battery, beat.disk_free_mb)

    def _see(
        self,
        mono_ms: int,
        made_seq: int,
        ui_ok: bool,
        battery: int,
        disk_mb: int,
        linked: bool = False,
    ) -> None:
        hello = self.conversation.hello
        assert hello is not None, "seen after its hello"
        self.server.authority.seen(
            Sighting(
                dev=self.dev,
                dep=hello.dep,
                made_seq=made_seq,
                answered_seq=hello.answered_seq,
                cursor_n=self.conversation.acked_n,
                mono_ms=mono_ms,
                ui_ok=ui_ok,
                battery=battery,
                disk_free_mb=disk_mb,
                app=hello.app,
                boot_id=hello.boot_id,
                tail_from_n=hello.tail_from_n,
                witness=hello.witness,
                kept_n=hello.kept_n,
                linked=linked,
            )
        )

    async def _answer(self, frame: frames.Ask) -> None:
        done = await self.server.authority.ask(
            self.dev, frame.session, frame.what, bytes(frame.params)
        )
        self.conversation.replied(
            frames.Reply(frame.id, done.code, raw(done.params), raw(done.body))
        )
        self.wake.set()

    async def _snapshot(self, _action: talk.MakeSnapshot) -> None:
        image = await self.server.snapshot_at_least(self.conversation.sent_n)
        self.conversation.snapshot_ready(image.n, image.hash, image.data)
        self.wake.set()

    # Writing

    def _may_send_events(self) -> bool:
        return self.conversation.events_wanted(self.pace.head_n) is not None

    def tell_news(self) -> None:
        """There are new events."""
        if self._direct is None:
            self.wake.set()
            return
        try:
            self._say_at_once()
        except Exception:
            logger.exception(_FAILED, self.number, self.dev or "?")
            self._broken()

    def _say_at_once(self) -> None:
        """Write what is ready as far as nothing has to wait; the writer does the rest."""
        link, conversation, server = self._direct, self.conversation, self.server
        while link is not None and not self._writing and link.free:
            data = conversation.next_output()
            if data is not None:
                link.say(data)
            else:
                cursor = conversation.events_wanted(self.pace.head_n)
                if cursor is None:
                    return
                batch = server.hub.batch_at_hand(cursor)
                if batch is None:
                    break
                size = len(batch.frame.data)
                conversation.events_sent(batch.upto, size, server.now_ms())
                link.say_to_many(batch.frame)
            server.metrics.frames_out += 1
        self.wake.set()

    async def _write(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            self._writing = True
            while await self._write_some():
                self._drained.set()
            self._writing = False
            self._drained.set()
            if self._closing is not None:
                await self.link.close(self._closing.code, self._closing.reason)
                return

    async def _write_some(self) -> bool:
        """Send what is ready now; False when there is nothing more."""
        conversation, server = self.conversation, self.server
        out = conversation.take_output()
        for data in out:
            await self.link.send(data)
        server.metrics.frames_out += len(out)
        chunk = conversation.next_chunk(server.now_ms())
        if chunk is not None:
            await self.link.send(chunk)
            return True
        cursor = conversation.events_wanted(self.pace.head_n)
        if cursor is None:
            return bool(out)
        batch = await server.hub.batch(cursor)
        if conversation.events_wanted(self.pace.head_n) != cursor:
            return True
        if batch is None:
            self._take(conversation.snapshot_needed())
            return True
        conversation.events_sent(batch.upto, len(batch.frame.data), server.now_ms())
        await self.link.send(batch.frame.data)
        server.metrics.frames_out += 1
        return True

    # Ends

    def _close(self, action: talk.Close) -> None:
        if self._closing is None:
            self._closing = action
            self.server.metrics.closed[action.reason] += 1
            self.wake.set()
            self._drained.set()
            self._decided.set()
            self._start(self._cut_off())

    async def _cut_off(self) -> None:
        """A writer that is stuck on a dead link must not keep the connection open."""
        await asyncio.sleep(_LAST_WORDS_S)
        closing = self._closing
        assert closing is not None, "started by a close"
        await self.link.close(closing.code, closing.reason)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Last resort: an unforeseen error is logged with a number and ends this session only."""
        try:
            await work
        except LinkClosed:
            if self._closing is None:
                self._closing = talk.Close(CloseCode.NORMAL, "")
                self.conversation.state = "closed"
        except Exception:
            logger.exception(_FAILED, self.number, self.dev or "?")
            self._broken()

    def _broken(self) -> None:
        """An unforeseen error was caught and logged."""
        self.server.metrics.errors += 1
        self.end(CloseCode.INTERNAL, f"error_{self.number}")


def _as_results(told: Mapping[int, frames.Result]) -> dict[int, CommandResult]:
    return {
        seq: CommandResult(
            seq, one.outcome, one.code, bytes(one.params), one.n_from, one.n_to, one.doc_no
        )
        for seq, one in told.items()
    }
