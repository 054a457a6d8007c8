"""The socket of a FIAS link: one connection, held open, made again after it is lost.

Rule: an answer goes to the question with its number and to nobody else. A question that was written
and lost its connection is `LOST`, one that was never written is `UNSENT`: only the latter may be
asked again without thinking. One question is outstanding at a time (folio 1.4).

`conversation` decides what is said; `gateway` asks. Clock in milliseconds, waits on the loop.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from enum import Enum

from sync_server.hotel.secret_files import SecretFault

from .conversation import Action, Came, Conversation, HangUp, Phase, Restarted, Say
from .messages import Stamp
from .records import Framer, Garbled, Record, RecordFault, encode
from .security import NO_CREDENTIALS, Credentials, Seal, seal
from .settings import FiasSettings

READ_BYTES = 4_096
WAITERS_MAX = 64

_log = logging.getLogger(__name__)


class Silence(Enum):
    """Why there is no answer. LATE: the time is over, it may still come."""

    UNSENT = "unsent"
    LOST = "lost"
    LATE = "late"


class FiasLink:
    """A client of one property system. `run` works until cancelled."""

    def __init__(
        self,
        settings: FiasSettings,
        stamp: Stamp,
        clock: Callable[[], int],
        *,
        on_record: Callable[[Record], None],
        feed_empty: Callable[[], bool] = lambda: False,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        """`on_record` gets what answers no question: guests, and answers that come late."""
        self._settings = settings
        self._stamp = stamp
        self._clock = clock
        self._on_record = on_record
        self._feed_empty = feed_empty
        self._credentials = credentials
        self._key: bytes | None = None
        self._refused_key: bytes | None = None
        self._call = Conversation(settings, stamp)
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[str, asyncio.Future[Record | Silence]] = {}
        self._turn = asyncio.Lock()
        self._reading: asyncio.Timeout | None = None
        self.key_waits = False
        """Whether the key was refused and nobody has entered another one."""
        self.text = "not connected yet"
        self.stands = asyncio.Event()
        """Set while data may flow."""

    @property
    def up(self) -> bool:
        """Whether data may flow now."""
        return self._call.phase is Phase.ALIVE and self._writer is not None

    @property
    def audit(self) -> bool:
        """Whether the hotel said that its night audit runs."""
        return self._call.audit(self._clock())

    # -- asking --------------------------------------------------------------------------------
    def turn(self) -> asyncio.Lock:
        """Hold this over everything that belongs together: inquiry and posting."""
        return self._turn

    @property
    def crowded(self) -> bool:
        """Whether too much waits already."""
        return len(self._waiting) >= WAITERS_MAX

    async def ask(self, record: Record, wait_ms: int) -> Record | Silence:
        """The answer under the record's P#, or why there is none."""
        number, writer = record.get("P#"), self._writer
        if not self.up or writer is None or writer.is_closing() or self.crowded:
            return Silence.UNSENT
        try:
            frame = encode(record, self._settings.encoding)
        except RecordFault:
            _log.exception("a record could not be written")
            return Silence.UNSENT
        answer: asyncio.Future[Record | Silence] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            writer.write(frame)
            with contextlib.suppress(OSError):
                await writer.drain()
            done, _ = await asyncio.wait({answer}, timeout=wait_ms / 1_000)
            if done:
                return answer.result()
            if writer is self._writer:
                self._doubt()
            return Silence.LATE
        finally:
            self._waiting.pop(number, None)

    # -- the connection ------------------------------------------------------------------------
    async def run(self) -> None:
        """Connect, talk, connect again; waits twice as long each time, bounded."""
        settings, pause = self._settings, self._settings.reconnect_ms
        while True:
            if self._may_try():
                try:
                    reader, writer = await asyncio.open_connection(
                        settings.host, settings.port, ssl=self._credentials.tls
                    )
                except OSError as error:
                    self.text = f"no connection: {error.strerror or error}"
                else:
                    talked = await self._talk(reader, writer)
                    pause = settings.reconnect_ms if talked else pause
            await asyncio.sleep(pause / 1_000)
            pause = min(pause * 2, settings.reconnect_max_ms)

    def _may_try(self) -> bool:
        """Read the key anew; one that was refused is not tried again."""
        try:
            self._key = self._credentials.key()
        except SecretFault as error:
            self.text = str(error)
            return False
        self.key_waits = self._key is not None and self._key == self._refused_key
        return not self.key_waits

    def _sealer(self) -> Seal | None:
        key = self._key
        if key is None:
            return None
        return lambda day, time: seal(key, self._credentials.chance(len(key)), day, time)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One connection from its beginning to its end; whether data ever flowed."""
        self._writer = writer
        self._call = Conversation(self._settings, self._stamp, self._feed_empty(), self._sealer())
        framer = Framer(self._settings.encoding)
        talked = False
        try:
            going = self._act(self._call.connected(self._clock()))
            while going:
                data = await self._read(reader)
                if data == b"":
                    self.text = "the hotel hung up"
                    break
                going = self._hear(framer.feed(data)) if data else True
                going = going and self._act(self._call.due(self._clock()))
                talked = talked or self.up
                self._show()
            return talked
        except OSError as error:
            self.text = f"the connection broke: {error.strerror or error}"
            return talked
        finally:
            await self._leave(writer)

    async def _read(self, reader: asyncio.StreamReader) -> bytes | None:
        """Bytes, b"" at the end, None when the time for something else has come."""
        try:
            async with asyncio.timeout(self._wait_s()) as self._reading:
                return await reader.read(READ_BYTES)
        except TimeoutError:
            return None

    def _wait_s(self) -> float:
        return max(self._call.due_ms - self._clock(), 0) / 1_000

    def _doubt(self) -> None:
        """Nobody answered: see whether anybody is there."""
        self._act(self._call.doubted(self._clock()))
        if self._reading is not None and not self._reading.expired():
            self._reading.reschedule(asyncio.get_running_loop().time() + self._wait_s())

    def _hear(self, found: list[Record | Garbled]) -> bool:
        for each in found:
            if isinstance(each, Garbled):
                _log.warning("fias: %s: %s", each.why, each.shown)
            elif not self._act(self._call.heard(each, self._clock())):
                return False
        return True

    def _act(self, actions: list[Action]) -> bool:
        """Whether the connection goes on."""
        for action in actions:
            if isinstance(action, Say):
                self._say(action.record)
            elif isinstance(action, Came):
                self._came(action.record)
            elif isinstance(action, Restarted):
                self._give_up()
            elif isinstance(action, HangUp):
                self.text = action.reason
                if action.key_refused:
                    self._refused_key = self._key
                return False
        return True

    def _say(self, record: Record) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode(record, self._settings.encoding))

    def _came(self, record: Record) -> None:
        answer = self._waiting.get(record.get("P#"))
        if answer is not None and not answer.done():
            answer.set_result(record)
        else:
            self._on_record(record)

    def _give_up(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(Silence.LOST)

    def _show(self) -> None:
        if self.up:
            self.text = ""
            self.stands.set()
        else:
            self.stands.clear()

    async def _leave(self, writer: asyncio.StreamWriter) -> None:
        if self.up and not writer.is_closing():
            self._act(self._call.end(self._clock()))
        self._writer = None
        self._call.phase = Phase.DOWN
        self.stands.clear()
        self._give_up()
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._settings.close_ms / 1_000):
                await writer.wait_closed()
