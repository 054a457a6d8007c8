"""The property system's end of a FIAS link, on a real socket, over an embedded property.

Rule: it keeps to the specification where that is strict to a client: it speaks first, ignores data
before the link is alive, ignores a posting without an inquiry, checks the sum, and knows no
idempotency at all, so a record sent twice is charged twice. `mishaps` make it worse. Its rooms and
folios are `Property`'s, so what stands there is the truth that tests compare with.
"""

import asyncio
import contextlib
import random
import ssl
import zlib
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sync_server.hotel.fias.gateway import stamps_of
from sync_server.hotel.fias.messages import alive
from sync_server.hotel.fias.records import Framer, Record, encode, record
from sync_server.hotel.fias.security import unseal
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import (
    ByKeyCard,
    ByName,
    ByRoom,
    Deferred,
    Guest,
    GuestsFound,
    Posted,
    Posting,
    Refused,
    RevenueLine,
)
from sync_server.hotel.property import Property

from .mishaps import NO_MISHAPS, Mishaps, happens

MATCHES = 16
READ_BYTES = 4_096

STATUS = {
    "guest_not_found": "NG",
    "not_arrived": "NG",
    "checked_out": "NG",
    "wrong_guest": "NG",
    "no_post": "NP",
    "over_limit": "CO",
    "invalid_account": "IA",
    "not_allowed": "FX",
    "bad_sum": "DM",
    "denied": "DN",
}


class FiasHouse:
    """A server of one link. `mishaps` may be changed while it runs."""

    def __init__(
        self,
        house: Property,
        settings: FiasSettings,
        clock: Callable[[], int],
        rng: random.Random,
        *,
        zone: str = "Europe/Kyiv",
        mishaps: Mishaps = NO_MISHAPS,
        key: bytes | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`settings` are the client's, read from the other side; `clock` tells milliseconds. With
        a `key` it takes no link description that is not sealed with it."""
        self._house = house
        self._settings = settings
        self._clock = clock
        self._rng = rng
        self._zone = ZoneInfo(zone)
        self._stamp = stamps_of(zone)
        self._key = key
        self._tls = tls
        self._greeted = ""
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stays: dict[str, Guest] = {}
        self._inquired: set[str] = set()
        self._described: set[str] = set()
        self._alive = self._trusted = False
        self._serial = 0
        self._sending = asyncio.Lock()
        self._receiving = asyncio.Lock()
        self.mishaps = mishaps
        self.port = 0
        self.calls = 0
        """How often somebody connected."""
        self.received: list[Record] = []
        """The data records that were heard while the link was alive."""

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; gives the port."""
        self._server = await asyncio.start_server(self._client, "127.0.0.1", port, ssl=self._tls)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop(self) -> None:
        """Hang up and listen no more."""
        if self._server is not None:
            self._server.close()
        self.hang_up()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hang_up(self) -> None:
        """Drop the connection without a word."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def say(self, *records: Record) -> None:
        """Send records of the house's own: LS, NS, NE, GI, or anything at all."""
        async with self._sending:
            for each in records:
                await self._send(encode(each, self._settings.encoding))

    async def tell_time(self, kind: str) -> None:
        """Send LS, LE, NS or NE."""
        told = alive(kind, self._stamp, self._clock())
        if kind == "LS":
            self._greeted = told.get("DA") + told.get("TI")
        await self.say(told)

    # -- the connection ------------------------------------------------------------------------
    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.hang_up()
        self._writer, self._alive = writer, False
        self.calls += 1
        self._inquired.clear()
        self._described.clear()
        framer = Framer(self._settings.encoding)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self.tell_time("LS")
            while self._writer is writer and (data := await reader.read(READ_BYTES)):
                for found in framer.feed(data):
                    if isinstance(found, Record):
                        await self._hear(found)
        writer.close()

    async def _hear(self, heard: Record) -> None:
        match heard.kind:
            case "LD":
                self._described.clear()
                self._trusted = self._key is None or (
                    unseal(self._key, heard.get("CG")) == self._greeted
                )
            case "LR":
                self._described.add(heard.get("RI"))
            case "LA" if not self._alive and "PA" in self._described and self._trusted:
                self._alive = True
                day, time = self._stamp(self._clock())
                await self.say(record("LC", ("RP", "ROOM,CASH"), ("PH", "1")))
                await self.say(record("LA", ("DA", day), ("TI", time)))
            case "LS":
                await self.tell_time("LA" if self._alive else "LS")
            case "LE":
                await self.tell_time("LE")
                self.hang_up()
            case "DR" if self._alive:
                await self._swap()
            case "PR" | "PS" if self._alive:
                self.received.append(heard)
                # Answers may take their time; the next question is heard meanwhile.
                task = asyncio.create_task(self._asked(heard))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _send(self, frame: bytes) -> None:
        writer = self._writer
        if writer is None:
            return
        pieces = [frame]
        if happens(self._rng, self.mishaps.torn):
            cut = self._rng.randrange(1, len(frame))
            pieces = [frame[:cut], frame[cut:]]
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)

    # -- questions -----------------------------------------------------------------------------
    async def _asked(self, asked: Record) -> None:
        """Answer, or do what the mishaps want. Chance is drawn before anything is awaited."""
        mishaps, rng = self.mishaps, self._rng
        drawn = {
            name: happens(rng, getattr(mishaps, name))
            for name in (
                "slow", "deaf", "mute", "silent", "twice", "foreign", "nameless", "audit", "again",
                "dialect", "restart", "noise", "broken",
            )
        }  # fmt: skip
        posts = bool(asked.get("TA"))
        if drawn["deaf"]:
            self.hang_up()
            return
        if posts and (drawn["audit"] or drawn["again"]):
            status = "NA" if drawn["audit"] else "RY"
            await self.say(self._answer(asked, status, "LATER"))
            return
        async with self._receiving:
            answer = await (self._post(asked) if posts else self._find(asked))
        if answer is None or (posts and drawn["silent"]):
            return
        if posts and drawn["slow"]:
            await asyncio.sleep(mishaps.slow_ms / 1_000)
        if posts and drawn["mute"]:
            self.hang_up()
            return
        await self._reply(answer if not posts else _spoilt(answer, drawn), drawn)

    async def _reply(self, answer: Record, drawn: dict[str, bool]) -> None:
        if drawn["restart"]:
            self._alive = False
            await self.tell_time("LS")
        async with self._sending:
            if drawn["noise"]:
                await self._send(b"\r\n\x00ping")
            frame = encode(answer, self._settings.encoding)
            if drawn["broken"] and answer.kind == "PA":
                frame = frame[:1] + b"\x05" + frame[1:]
            for _ in range(2 if drawn["twice"] else 1):
                await self._send(frame)

    async def _find(self, asked: Record) -> Record | None:
        card, text = asked.get("$2"), asked.get("PI")
        day = await self._house.business_day()
        found: GuestsFound | Refused = GuestsFound(())
        if card:
            found = await self._house.find(ByKeyCard(card), day, MATCHES)
        else:
            for query in (ByRoom(text), ByName(text)):
                found = await self._house.find(query, day, MATCHES)
                if isinstance(found, GuestsFound) and found.guests:
                    break
        guests = found.guests if isinstance(found, GuestsFound) else ()
        if not guests:
            return self._answer(asked, "NG", "NOBODY FOUND")
        most = int(asked.get("MX") or MATCHES)
        fields: list[tuple[str, str | int]] = [("WS", asked.get("WS")), ("P#", asked.get("P#"))]
        for guest in guests[:most]:
            number = self._known(guest)
            self._inquired.add(number)
            fields += self._told(guest, number)
        return record("PL", *fields)

    def _known(self, guest: Guest) -> str:
        """The reservation's number: FIAS wants figures."""
        number = guest.stay_id
        if not number.isdecimal() or len(number) > 10:
            number = str(zlib.crc32(number.encode()))
        self._stays[number] = guest
        return number

    def _told(self, guest: Guest, number: str) -> list[tuple[str, str | int]]:
        settings = self._settings
        fields: list[tuple[str, str | int]] = [
            ("RN", guest.room),
            ("G#", number),
            ("GN", guest.name),
            ("GV", guest.vip),
            ("GL", guest.language),
            ("GA", guest.arrival[2:].replace("-", "")),
            ("GD", guest.departure[2:].replace("-", "")),
            ("NP", "Y" if guest.no_post else "N"),
        ]
        if guest.limit_left_minor is not None:
            left = guest.limit_left_minor
            fields.append(("CL", f"{left // 100}.{left % 100:02d}"))
        boards = {board: code for code, board in settings.boards.items()}
        if settings.board_field:
            fields.append((settings.board_field, boards.get(guest.board, guest.board)))
        for allowance in guest.allowances:
            name = settings.allowance_fields.get(allowance.name)
            if name:
                fields.append((name, allowance.left_minor))
        return fields

    # -- postings ------------------------------------------------------------------------------
    async def _post(self, asked: Record) -> Record | None:
        number = asked.get("G#")
        guest = self._stays.get(number)
        if guest is None or (asked.kind == "PR" and number not in self._inquired):
            return None
        self._inquired.discard(number)
        sums = {field.name: int(field.value) for field in asked.fields if _is_sum(field.name)}
        if sum(sums.values()) != int(asked.get("TA")):
            return self._answer(asked, "DM", "SUBTOTALS DO NOT ADD UP")
        outcome = await self._house.post(await self._posting(asked, guest, sums))
        if isinstance(outcome, Posted):
            text = f"Posting successful. Interface transaction number/s - {outcome.ref[1:]}"
            return self._answer(asked, "OK", text)
        if isinstance(outcome, Deferred):
            return self._answer(asked, "NA", outcome.text)
        return self._answer(asked, STATUS.get(outcome.code, "UR"), outcome.text)

    async def _posting(self, asked: Record, guest: Guest, sums: dict[str, int]) -> Posting:
        self._serial += 1
        at_ms = self._time_of(asked)
        outlets = {str(number): name for name, number in self._settings.outlets.items()}
        groups = {f"{slot}": group for group, slot in self._settings.slots.items()}
        meals = {str(number): meal for meal, number in self._settings.meals.items()}
        total = int(asked.get("TA"))
        check_no = asked.get("C#")
        reverses = None
        if total < 0:
            reverses = await self._house.charge_of(guest.stay_id, check_no, at_ms) or "none"
        return Posting(
            posting_id=f"fias-{self._clock()}-{self._serial}",
            attempt=1,
            stay_id=guest.stay_id,
            room=asked.get("RN"),
            guest_name=asked.get("GN") or guest.name,
            check_no=check_no,
            outlet=outlets.get(asked.get("SO"), asked.get("SO")),
            covers=int(asked.get("CV") or "0"),
            lines=tuple(
                RevenueLine(
                    groups.get(slot, f"S{slot}"), sums.get(f"S{slot}", 0), sums.get(f"D{slot}", 0)
                )
                for slot in "123456789"
                if f"S{slot}" in sums or f"D{slot}" in sums
            ),
            service_minor=sums.get("SC", 0),
            tip_minor=sums.get("TP", 0),
            total_minor=total,
            currency="UAH",
            business_day=await self._house.business_day(),
            at_ms=at_ms,
            waiter=asked.get("ID"),
            terminal=asked.get("WS"),
            text=asked.get("CT") or asked.get("T#"),
            meal=meals.get(asked.get("ST"), ""),
            reverses=reverses,
            over_limit=asked.get("CO").upper() == "Y",
        )

    def _time_of(self, asked: Record) -> int:
        text = asked.get("DA") + asked.get("TI")
        when = datetime.strptime(text, "%y%m%d%H%M%S").replace(tzinfo=self._zone)
        return int(when.timestamp()) * 1_000

    def _answer(self, asked: Record, status: str, text: str) -> Record:
        day, time = self._stamp(self._clock())
        return record(
            "PA",
            ("AS", status),
            ("CT", text),
            ("RN", asked.get("RN")),
            ("G#", asked.get("G#")),
            ("P#", asked.get("P#")),
            ("WS", asked.get("WS")),
            ("DA", day),
            ("TI", time),
        )

    # -- the feed ------------------------------------------------------------------------------
    async def _swap(self) -> None:
        """All guests, between DS and DE."""
        day, time = self._stamp(self._clock())
        found = await self._house.everybody()
        guests = [
            record("GI", *self._told(guest, self._known(guest)), ("GS", "N"), ("SF", ""))
            for guest in found
        ]
        begin = record("DS", ("DA", day), ("TI", time))
        await self.say(begin, *guests, record("DE", ("DA", day), ("TI", time)))


def _is_sum(name: str) -> bool:
    return name in ("TP", "SC", "+0") or (name[0] in "SDT" and name[1] in "123456789")


def _spoilt(answer: Record, drawn: dict[str, bool]) -> Record:
    """The answer with another number, without one, or in a dialect."""
    fields = [*answer.fields]
    for index, field in enumerate(fields):
        if field.name == "P#" and drawn["foreign"]:
            fields[index] = field._replace(value=str(int(field.value) + 50_000))
        if field.name == "AS" and drawn["dialect"]:
            fields[index] = field._replace(value="Z9")
    if drawn["nameless"]:
        fields = [field for field in fields if field.name != "P#"]
    return Record(answer.kind, tuple(fields))
