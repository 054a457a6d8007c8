"""The guests that a property system feeds us, kept so that a lookup is instant and survives us.

Rule: the last word about a guest counts; a swap of the whole list (DS ... DE) removes whom it did
not name, and only when it came to its end (folio 1.7). Rows are durable, since asking for all
guests again is allowed only when the list was lost. The authority on a charge stays the answer.
"""

import asyncio
import json
from collections.abc import Callable

from sqlalchemy import Connection
from sqlmodel import col, delete, select

from sync_server.hotel.gateway import ByKeyCard, ByRoom, GuestQuery
from sync_server.hotel.rules import name_matches, room_key
from sync_server.hotel.tables import LinkGuestRow
from sync_server.store.database import Database, session_on

from .messages import Block
from .records import Field, Record

GUESTS_MAX = 20_000


class GuestBook:
    """Guests by reservation number."""

    def __init__(self, database: Database, link: str, changed: Callable[[], None]) -> None:
        """`changed` is called when something waits to be stored (`store`)."""
        self._database = database
        self._link = link
        self._changed = changed
        self._blocks: dict[str, Block] = {}
        self._seen: set[str] | None = None
        self._dirty: set[str] = set()
        self.complete = asyncio.Event()
        """Set once a whole list has been told."""

    @property
    def empty(self) -> bool:
        """Nobody is known: the whole list has to be asked for."""
        return not self._blocks

    async def load(self) -> None:
        """What an earlier process kept."""

        def read(connection: Connection) -> list[tuple[str, str, str]]:
            rows = session_on(connection).exec(
                select(LinkGuestRow).where(LinkGuestRow.link == self._link).limit(GUESTS_MAX)
            )
            return [(row.stay_id, row.room, row.fields) for row in rows]

        for stay_id, room, fields in await self._database.read_async(read):
            parts = tuple(Field(name, value) for name, value in json.loads(fields))
            self._blocks[stay_id] = Block(room, stay_id, parts)

    def heard(self, record: Record) -> None:
        """A record of the feed."""
        match record.kind:
            case "DS":
                self._seen = set()
            case "DE" if self._seen is not None:
                for number in self._blocks.keys() - self._seen:
                    self._forget(number)
                self._seen = None
                self.complete.set()
            case "GI" | "GC":
                self._here(record)
            case "GO":
                self._gone(record)
        if self._dirty:
            self._changed()

    def _here(self, record: Record) -> None:
        number, room = record.get("G#"), record.get("RN")
        if not number or not room or len(self._blocks) >= GUESTS_MAX:
            return
        told = {field.name: field for field in record.fields if field.name not in ("RO", "SF")}
        before = self._blocks.get(number)
        kept = {field.name: field for field in before.fields} if before else {}
        self._blocks[number] = Block(room, number, tuple({**kept, **told}.values()))
        self._dirty.add(number)
        if self._seen is not None:
            self._seen.add(number)

    def _gone(self, record: Record) -> None:
        """With a number this guest has left; without one (in a swap) the room is vacant."""
        number, room = record.get("G#"), record.get("RN")
        leaving = [number] if number else [n for n, b in self._blocks.items() if b.room == room]
        for each in leaving:
            self._forget(each)

    def _forget(self, number: str) -> None:
        if self._blocks.pop(number, None) is not None:
            self._dirty.add(number)

    def find(self, query: GuestQuery) -> list[Block]:
        """Guests that match, by room and name."""
        found = [block for block in self._blocks.values() if matches(block, query)]
        return sorted(found, key=lambda block: (block.room, block.get("GN"), block.number))

    def by_number(self, number: str) -> Block | None:
        """The guest of a reservation."""
        return self._blocks.get(number)

    async def store(self) -> None:
        """Write what has changed."""
        dirty, self._dirty = self._dirty, set()
        blocks = {number: self._blocks.get(number) for number in dirty}

        def write(connection: Connection) -> None:
            session = session_on(connection)
            session.exec(
                delete(LinkGuestRow).where(
                    col(LinkGuestRow.link) == self._link, col(LinkGuestRow.stay_id).in_(dirty)
                )
            )
            for number, block in blocks.items():
                if block is not None:
                    session.add(
                        LinkGuestRow(
                            link=self._link,
                            stay_id=number,
                            room=block.room,
                            fields=json.dumps([list(each) for each in block.fields]),
                        )
                    )
            session.flush()

        if dirty:
            await self._database.write(write)


def matches(block: Block, query: GuestQuery) -> bool:
    """Whether a guest is one of those asked for. Key cards are not told of guests."""
    if isinstance(query, ByRoom):
        return room_key(block.room) == room_key(query.room)
    if isinstance(query, ByKeyCard):
        return False
    return name_matches(query.name, block.get("GN"))
