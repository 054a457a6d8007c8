"""Keys of programs: who may ask the JSON interface, with which rights.

A key is shown once when it is made; the books keep its hash. Too many questions in a minute are
refused for the rest of it. The routes are `web.api`.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from sync_server.store.database import Database, session_on

from .house_tables import ApiKey

KEYS = 100
QUESTIONS_A_MINUTE = 240
MINUTE_MS = 60_000
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Program:
    """A program that showed a good key."""

    name: str
    rights: frozenset[str]


class TooMany(Exception):
    """The program has asked too often in this minute."""


class Keys:
    """Looks keys up, and counts questions by key and by address."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """`clock` gives milliseconds."""
        self._database = database
        self._clock = clock
        self._asked: OrderedDict[str, tuple[int, int]] = OrderedDict()

    async def program(self, key: str, address: str) -> Program | None:
        """Who has this key; None for a wrong one. Raises `TooMany`; guesses count as well."""
        found = await self._database.read_async(lambda c: _program(c, key)) if key else None
        self._count(hash_of(key) if found else f"address {address}")
        return found

    def _count(self, who: str) -> None:
        minute = self._clock() // MINUTE_MS
        started, count = self._asked.pop(who, (minute, 0))
        if started != minute:
            started, count = minute, 0
        self._asked[who] = (started, count + 1)
        while len(self._asked) > KEYS * 10:
            self._asked.popitem(last=False)
        if count >= QUESTIONS_A_MINUTE:
            raise TooMany


def hash_of(key: str) -> str:
    """What the books keep of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def add_key(
    session: Session, key: str, name: str, rights: frozenset[str], login: str, at_ms: int
) -> bool:
    """Let a program in; False when the house has as many keys as it may."""
    active = session.exec(select(ApiKey).where(col(ApiKey.active).is_(True))).all()
    if len(active) >= KEYS or not name.strip():
        return False
    session.add(
        ApiKey(
            key_hash=hash_of(key),
            name=name.strip()[:NAME_LENGTH],
            rights=" ".join(sorted(rights)),
            login=login,
            at_ms=at_ms,
        )
    )
    return True


def end_key(session: Session, key_hash: str) -> None:
    """A program may ask no longer."""
    row = session.get(ApiKey, key_hash)
    if row is not None:
        row.active = False


def _program(connection: Connection, key: str) -> Program | None:
    with session_on(connection) as session:
        row = session.get(ApiKey, hash_of(key))
        if row is None or not row.active:
            return None
        return Program(row.name, frozenset(row.rights.split()))
