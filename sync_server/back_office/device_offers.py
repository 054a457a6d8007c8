"""Devices as the pages see them: who is let in, who shall be shut out, what such a one had kept.

Rule: the page asks, the server does, by the moment (as `offers`). Of files that were brought here
and nobody has decided about, the newest `UNDECIDED` are kept; one that was decided stays, so that
it can be looked at again. What a file means is told by a `DeviceReader`, which
`sync_server.unsent_review` is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, delete, inspect
from sqlmodel import Session, col, select

from sync_server.domain.menu import Catalogue
from sync_server.store.database import session_on

from .device_tables import RevokeOffer, UnsentFile
from .offers import moment_after, next_number
from .papers import Actor

UNDECIDED = 12


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """An enrolled device. `last_ms` is when its last command was made, 0 for none."""

    dev: str
    code: str
    kind: str
    name: str
    revoked: bool
    enrolled_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class KeptCommand:
    """A command of a file in words. `outcome`: accepted, adjusted, refused or parked, as it is
    (`known`) or as it would be; `said` is the sentence of a refusal. `sum_minor` 0 is none."""

    cmd_id: str
    type: str
    at_ms: int
    who: str
    check: str
    detail: str
    sum_minor: int
    outcome: str
    said: str
    known: bool


@dataclass(frozen=True, slots=True)
class FileHead:
    """Whose file it is. `fault` says why it is not taken."""

    fault: str = ""
    dev: str = ""
    code: str = ""
    made_ms: int = 0
    count: int = 0


class DeviceReader(Protocol):
    """Reads what the front knows of its devices. Raises the store's errors. Blocks."""

    def devices(self) -> Sequence[DeviceSeen]:
        """All that were ever enrolled, by code."""

    def head(self, body: bytes) -> FileHead:
        """Whether a file is genuine, and whose."""

    def review(self, body: bytes, by: str, now_ms: int, language: str) -> Sequence[KeptCommand]:
        """What taking it over would come to, with this person standing behind it."""

    def sentence(self, menu: Catalogue, code: str, params: Mapping[str, Any], language: str) -> str:
        """What a terminal says for a code of a refusal or a message; an unknown one as it is."""


@dataclass(frozen=True, slots=True)
class Revoke:
    """A device to be shut out."""

    dev: str
    code: str
    reason: str
    login: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A file of which `wanted` shall be taken over."""

    key: str
    login: str
    by: str
    wanted: frozenset[str]
    body: bytes
    asked_ms: int


def offer_revoke(session: Session, device: DeviceSeen, reason: str, actor: Actor) -> None:
    """Ask for a device to be shut out."""
    at_ms = moment_after(session, RevokeOffer.at_ms, actor.at_ms)
    whose = {"dev": device.dev, "code": device.code, "reason": reason, "login": actor.login}
    number = next_number(session, RevokeOffer.number)
    session.add(RevokeOffer(number=number, at_ms=at_ms, **whose))


def keep_file(
    session: Session, key: str, head: FileHead, name: str, by: str, body: bytes, actor: Actor
) -> None:
    """Keep a file until somebody has decided about it."""
    undecided = select(UnsentFile.key).where(col(UnsentFile.asked_ms) == 0)
    newest = undecided.order_by(col(UnsentFile.at_ms).desc()).limit(UNDECIDED - 1)
    gone = (col(UnsentFile.asked_ms) == 0) & col(UnsentFile.key).not_in(list(session.exec(newest)))
    session.execute(delete(UnsentFile).where(gone))
    whose = {"key": key, "dev": head.dev, "code": head.code, "login": actor.login, "name": name}
    session.add(UnsentFile(at_ms=actor.at_ms, by=by, wanted="", asked_ms=0, body=body, **whose))


def decide(session: Session, row: UnsentFile, wanted: str, actor: Actor) -> None:
    """Ask for these commands of a file to be taken over; what was decided once stays."""
    if not row.asked_ms:
        row.wanted, row.login = wanted, actor.login
        row.asked_ms = moment_after(session, UnsentFile.asked_ms, actor.at_ms)


def revokes_after(connection: Connection, after_ms: int) -> Sequence[Revoke]:
    """Devices to be shut out, asked for after a moment, in their order."""
    if not inspect(connection).has_table("revoke_offer"):
        return ()  # The back office is just making its tables.
    with session_on(connection) as session:
        query = select(RevokeOffer).where(RevokeOffer.at_ms > after_ms)
        rows = session.exec(query.order_by(col(RevokeOffer.at_ms), col(RevokeOffer.number)))
        return [Revoke(one.dev, one.code, one.reason, one.login, one.at_ms) for one in rows]


def take_overs_after(connection: Connection, after_ms: int) -> Sequence[TakeOver]:
    """Files that were decided about after a moment, in their order."""
    if not inspect(connection).has_table("unsent_file"):
        return ()
    with session_on(connection) as session:
        query = select(UnsentFile).where(UnsentFile.asked_ms > after_ms)
        return [
            TakeOver(
                *(one.key, one.login, one.by, frozenset(one.wanted.split())),
                *(bytes(one.body), one.asked_ms),
            )
            for one in session.exec(query.order_by(col(UnsentFile.asked_ms)))
        ]
