"""Signing in, sessions, throttling and lent rights: who stands behind a command.

A PIN counts only on an enrolled device and is stored as argon2id over an HMAC with a pepper that
is not in the database (reliability S-7 to S-12). Wrong PINs are throttled per person and device,
and for a device within an hour, whoever it tried to be; a PIN that was missed a hundred times in a
row counts no more until its person has a new one (S-11). That survives a restart. A manager's
approval is single-use, bound to one command word for word, and short-lived (S-18). Hashing is slow
on purpose and runs in a thread.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from sync_server.domain import limits
from sync_server.domain.ids import StaffId
from sync_server.domain.menu import Catalogue
from sync_server.domain.rejections import Refused, refuse
from sync_server.domain.staff import rights_of
from sync_server.protocol.envelope import Command, body_digest, target_of
from sync_server.store.database import Database

from .cards import Cards
from .tables import SecretRow, SessionRow, ThrottleRow

OFFLINE = "offline"
"""Session of a person who signed in at a terminal that had no server."""

NOBODY_KNOWN = ""
"""Under this name the wrong PINs of people who are not on the list are counted, device by device:
so that made-up names fill no table."""

WHOLE_DEVICE = "*"
"""Under this name all wrong PINs of a device within an hour are counted."""

ANYWHERE = "#"
"""At this device the wrong PINs of a person are counted on all devices together."""

ANY_CARD = "+"
"""Under this name the unknown cards that were held at a device are counted."""

SLOW = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

T = TypeVar("T")


class Run(Protocol):
    """Does slow work where it holds nobody up, and gives what came of it."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """`work` is done once."""


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in at one device. What was made before `until_ms` counts even when it comes later;
    after a sign-out what has no higher number than its `last_seq`, in the device's epoch `dep`."""

    token: str
    staff_id: str
    dev: str
    until_ms: int
    dep: int = 0
    last_seq: int = 0

    def covers(self, command: Command, at_ms: int) -> bool:
        """Whether a command of this session, made at `at_ms`, was made before its end."""
        if command.dep == self.dep:
            return command.seq <= self.last_seq
        return at_ms <= self.until_ms


@dataclass(frozen=True, slots=True)
class Approval:
    """Rights lent for one command: its kind, its target, the SHA-256 (hex) of its whole body, by
    whom, to whom's device, until when. Another amount or another line is another command."""

    approver: StaffId
    dev: str
    type: str
    target: str
    until_ms: int
    digest: str


@lru_cache(maxsize=limits.SESSIONS_KEPT)
def token_hash(session: str) -> str:
    """What is stored of a session: a stolen database signs nobody in."""
    return sha256(session.encode()).hexdigest()


def peppered(pepper: bytes, staff_id: str, pin: str) -> str:
    """What argon2 is given: useless to whoever lacks the pepper."""
    return hmac.new(pepper, f"{staff_id}\0{pin}".encode(), sha256).hexdigest()


def pin_hash(pepper: bytes, staff_id: str, pin: str, hasher: PasswordHasher = SLOW) -> str:
    """The stored form of a PIN."""
    return hasher.hash(peppered(pepper, staff_id, pin))


class Access:
    """Sessions, throttles and approvals, in memory and in the database."""

    def __init__(
        self, database: Database, pepper: bytes, run: Run, hasher: PasswordHasher = SLOW
    ) -> None:
        """`run` does the slow hashing off the event loop; `hasher` may be a cheap one only where
        no real PIN is at stake."""
        self._hasher = hasher
        self._nobody = hasher.hash("nobody at all")
        self._database = database
        self.cards = Cards(database, pepper)
        self._pepper = pepper
        self._run = run
        self._sessions: dict[str, Session] = {}
        self._secrets: dict[str, str] = {}
        self._throttle: dict[tuple[str, str], tuple[int, int]] = {}
        self._approvals: dict[str, Approval] = {}
        self._here_ms: dict[tuple[str, str], int] = {}
        """When each person last signed in by this server at each device."""

    @property
    def aside(self) -> Run:
        """Where slow work is done, off the event loop."""
        return self._run

    def load(self, now_ms: int) -> None:
        """Read sessions that still hold, secrets, cards and throttles."""
        self.cards.load()
        with_rows = self._database.read(
            lambda connection: (
                connection.execute(select(SessionRow)).all(),
                connection.execute(select(SecretRow)).all(),
                connection.execute(select(ThrottleRow)).all(),
            )
        )
        sessions, secrets, throttles = with_rows
        self._sessions = {
            row.token: Session(
                row.token, row.staff_id, row.dev, row.until_ms, row.dep, row.last_seq
            )
            for row in sessions
            if row.until_ms > now_ms - limits.ALONE_MS
        }
        for row in sorted(sessions, key=lambda row: row.since_ms):
            self._here_ms[row.staff_id, row.dev] = row.since_ms
        self._secrets = {row.staff_id: row.pin_hash for row in secrets}
        self._throttle = {
            (row.staff_id, row.dev): (row.failures, row.until_ms) for row in throttles
        }

    def hash_pin(self, staff_id: str, pin: str) -> str:
        """The stored form of a PIN."""
        return pin_hash(self._pepper, staff_id, pin, self._hasher)

    async def set_pin(self, staff_id: str, pin: str, now_ms: int) -> None:
        """Store a person's PIN."""
        await self.set_pin_hash(staff_id, self.hash_pin(staff_id, pin), now_ms)

    async def set_pin_hash(self, staff_id: str, hashed: str, now_ms: int) -> None:
        """Store a person's PIN as `pin_hash` made it elsewhere with this house's pepper."""

        def write(connection: Connection) -> None:
            connection.execute(delete(SecretRow).where(col(SecretRow.staff_id) == staff_id))
            connection.execute(
                insert(SecretRow).values(staff_id=staff_id, pin_hash=hashed, changed_ms=now_ms)
            )

        await self._database.write(write)
        self._secrets[staff_id] = hashed
        await self.note_success(staff_id, ANYWHERE)

    def pin_is_void(self, staff_id: str) -> bool:
        """Whether it was missed too often in a row: only a new one, or a card, helps (S-11)."""
        missed, _ = self._throttle.get((staff_id, ANYWHERE), (0, 0))
        return missed >= limits.PIN_FAILURES_EVER

    def locked_until(self, staff_id: str, dev: str, now_ms: int) -> int:
        """Until when this person may not try at this device; 0 if now is fine."""
        _, until = self._throttle.get((self._counted(staff_id), dev), (0, 0))
        return until if until > now_ms else 0

    def device_locked_until(self, dev: str, now_ms: int) -> int:
        """Until when only who may approve may try at this device; 0 if everybody may (S-11)."""
        failures, until = self._throttle.get((WHOLE_DEVICE, dev), (0, 0))
        return until if failures > limits.PIN_DEVICE_FAILURES and until > now_ms else 0

    def _counted(self, staff_id: str) -> str:
        return staff_id if staff_id in self._secrets or staff_id == ANY_CARD else NOBODY_KNOWN

    async def verify(self, staff_id: str, pin: str) -> bool:
        """Whether the PIN is right; takes as long for an unknown person (S-12)."""
        stored = self._secrets.get(staff_id, self._nobody)
        given = peppered(self._pepper, staff_id, pin)

        def check() -> bool:
            try:
                return self._hasher.verify(stored, given)
            except Argon2Error:
                return False

        return await self._run(check)

    async def note_failure(self, staff_id: str, dev: str, now_ms: int) -> int:
        """Count a wrong PIN; from the fifth on the wait doubles. Returns until when, or 0."""
        staff_id = self._counted(staff_id)
        failures = self._throttle.get((staff_id, dev), (0, 0))[0] + 1
        until = 0
        if failures >= limits.PIN_FAILURES:
            wait = limits.PIN_LOCK_FIRST_MS << min(failures - limits.PIN_FAILURES, 20)
            until = now_ms + min(wait, limits.PIN_LOCK_MAX_MS)
        await self._store_throttle(staff_id, dev, failures, until)
        if staff_id in self._secrets:
            ever = self._throttle.get((staff_id, ANYWHERE), (0, 0))[0] + 1
            await self._store_throttle(staff_id, ANYWHERE, ever, 0)
        together, hour_ends = self._throttle.get((WHOLE_DEVICE, dev), (0, 0))
        if hour_ends <= now_ms:
            together, hour_ends = 0, now_ms + limits.PIN_DEVICE_MS
        await self._store_throttle(WHOLE_DEVICE, dev, together + 1, hour_ends)
        return until

    async def note_success(self, staff_id: str, dev: str) -> None:
        """The right PIN was given: count wrong ones from zero again."""
        for where in (dev, ANYWHERE):
            if (staff_id, where) in self._throttle:
                await self._store_throttle(staff_id, where, 0, 0)

    async def _store_throttle(self, staff_id: str, dev: str, failures: int, until: int) -> None:
        def write(connection: Connection) -> None:
            connection.execute(
                delete(ThrottleRow).where(
                    col(ThrottleRow.staff_id) == staff_id,
                    col(ThrottleRow.dev) == dev,
                )
            )
            if failures:
                connection.execute(
                    insert(ThrottleRow).values(
                        staff_id=staff_id, dev=dev, failures=failures, until_ms=until
                    )
                )

        await self._database.write(write)
        self._throttle.pop((staff_id, dev), None)
        if failures:
            self._throttle[(staff_id, dev)] = (failures, until)

    async def open_session(self, session: str, staff_id: str, dev: str, now_ms: int) -> Session:
        """A new sign-in; older ones of the device beyond the bound are forgotten."""
        made = Session(token_hash(session), staff_id, dev, now_ms + limits.SESSION_MS)
        oldest = now_ms - limits.ALONE_MS
        stale = [s.token for s in self._sessions.values() if s.until_ms <= oldest]
        extra = len(self._sessions) - len(stale) - limits.SESSIONS_KEPT
        by_age = sorted(self._sessions.values(), key=lambda s: s.until_ms)
        stale += [s.token for s in by_age[: max(0, extra)]]

        def write(connection: Connection) -> None:
            for token in stale:
                connection.execute(delete(SessionRow).where(col(SessionRow.token) == token))
            connection.execute(
                insert(SessionRow).values(
                    token=made.token,
                    staff_id=staff_id,
                    dev=dev,
                    since_ms=now_ms,
                    until_ms=made.until_ms,
                )
            )

        await self._database.write(write)
        for token in stale:
            self._sessions.pop(token, None)
        self._sessions[made.token] = made
        self._here_ms[staff_id, dev] = now_ms
        await self.note_success(staff_id, dev)
        return made

    async def end_session(self, session: str, now_ms: int, last: tuple[int, int] = (0, 0)) -> None:
        """Sign out: what was tapped before and is still on its way counts, by the epoch and number
        that the device tapped `last`. A device that does not say so is judged by its clock."""
        token, (dep, last_seq) = token_hash(session), last

        def write(connection: Connection) -> None:
            connection.execute(
                update(SessionRow)
                .where(col(SessionRow.token) == token)
                .values(until_ms=now_ms, dep=dep, last_seq=last_seq)
            )

        await self._database.write(write)
        ended = replace(self._sessions[token], until_ms=now_ms, dep=dep, last_seq=last_seq)
        self._sessions[token] = ended

    async def end_sessions_of(self, staff_id: str, now_ms: int) -> None:
        """Sign a person out everywhere."""

        def write(connection: Connection) -> None:
            connection.execute(
                update(SessionRow)
                .where(col(SessionRow.staff_id) == staff_id, col(SessionRow.until_ms) > now_ms)
                .values(until_ms=now_ms)
            )

        await self._database.write(write)
        for token, held in self._sessions.items():
            if held.staff_id == staff_id and held.until_ms > now_ms:
                self._sessions[token] = replace(held, until_ms=now_ms)

    def holder(self, session: str, dev: str, now_ms: int) -> str:
        """The person signed in by this session at this device, or empty."""
        held = self._sessions.get(token_hash(session))
        if held is None or held.dev != dev or held.until_ms <= now_ms:
            return ""
        return held.staff_id

    def session_fault(
        self, command: Command, dev: str, at_ms: int, catalogue: Catalogue, lost: bool = False
    ) -> Refused | None:
        """Whether the command's actor stands behind it.

        A terminal without the server signs people in by verifiers it was lent; its commands say
        `offline` and count while the person is on the list, and for as long as a verifier and the
        session it opens may last after the person was here with the server (S-10). So do those
        whose session this server may have `lost` with its disk.
        """
        person = catalogue.staff.get(command.actor)
        if person is None or not person.active:
            return refuse("unknown_staff")
        if lost:
            return None
        if command.session == OFFLINE:
            here_ms = self._here_ms.get((command.actor, dev))
            if here_ms is None or at_ms > here_ms + limits.OFFLINE_SIGN_IN_MS + limits.SESSION_MS:
                return refuse("session_ended")
            return None
        held = self._sessions.get(token_hash(command.session))
        if held is None or held.dev != dev or held.staff_id != command.actor:
            return refuse("session_ended")
        return None if held.covers(command, at_ms) else refuse("session_ended")

    # -- approvals -----------------------------------------------------------------------------
    def lend(self, approval_id: str, approval: Approval) -> None:
        """Keep an approval until it is used or runs out."""
        while len(self._approvals) >= limits.APPROVALS_WAITING:
            del self._approvals[next(iter(self._approvals))]
        self._approvals[approval_id] = approval

    def redeem(self, command: Command, dev: str, at_ms: int, used: set[str]) -> StaffId | Refused:
        """The approver if the approval that a command names fits exactly.

        It is used up either way and added to `used`; `use_up` makes that final once the command is
        committed, so that one which could not be stored finds its approval again.
        """
        assert command.approval is not None
        approval_id = command.approval.id
        lent = None if approval_id in used else self._approvals.get(approval_id)
        used.add(approval_id)
        fits = (
            lent is not None
            and lent.dev == dev
            and lent.type == command.type
            and lent.target == target_of(command.body)
            and hmac.compare_digest(lent.digest, body_digest(bytes(command.body)))
            and lent.approver != command.actor
            and at_ms <= lent.until_ms
        )
        if lent is None or not fits:
            return refuse("approval_invalid")
        return lent.approver

    def use_up(self, approval_ids: set[str]) -> None:
        """The commands that named these approvals are committed."""
        for approval_id in approval_ids:
            self._approvals.pop(approval_id, None)

    def may_approve(self, catalogue: Catalogue, staff_id: str) -> bool:
        """Whether the person may lend rights at all."""
        return "approve" in rights_of(catalogue, staff_id)
