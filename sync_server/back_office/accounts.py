"""Who may read the books: passwords, sign-ins, and what each person has a right to.

Passwords are kept as argon2id of an HMAC with a pepper that is not in the database. Wrong guesses
lock a login for a time that doubles, and slow down an address that tries many logins; an unknown
login takes as long as a wrong password. A browser holds a random token, the database its hash.
Rights are looked up at every request, so a person who left is out at once. Clock and tokens come
from outside. The words of a refusal are in `web.words`.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete
from sqlmodel import col

from sync_server.domain.limits import (
    PIN_FAILURES,
    PIN_LOCK_FIRST_MS,
    PIN_LOCK_MAX_MS,
    SESSION_MS,
)
from sync_server.store.database import Database, session_on

from .house_tables import Account, SignIn

RIGHT_REPORTS = "reports"
RIGHT_COSTING = "costing"
RIGHT_APPROVE = "approve_stock"
RIGHT_SETTINGS = "settings"
RIGHT_ACCOUNTS = "house_account"
BACK_OFFICE_RIGHTS = frozenset(
    {RIGHT_REPORTS, RIGHT_COSTING, RIGHT_APPROVE, RIGHT_SETTINGS, RIGHT_ACCOUNTS}
)

ADDRESS_FAILURES = 30
ADDRESS_WINDOW_MS = 5 * 60_000
ADDRESSES_REMEMBERED = 1_024
PASSWORD_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in, in the language of this browser."""

    login: str
    name: str
    role: str
    rights: frozenset[str]
    language: str


@dataclass(frozen=True, slots=True)
class Denied:
    """No sign-in. `code`: wrong (login or password), or locked for `wait_ms`."""

    code: str
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """A sign-in: the token goes to the browser and is nowhere else."""

    token: str
    visitor: Visitor


class Passwords:
    """Hashing and checking of passwords with the house's pepper."""

    def __init__(self, pepper: bytes, hasher: PasswordHasher | None = None) -> None:
        """`hasher` is argon2id with the library's own costs unless a test makes it cheap."""
        self._pepper = pepper
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(self._keyed("nobody's password"))

    def hash(self, password: str) -> str:
        """The text to keep."""
        return self._hasher.hash(self._keyed(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether a password is right; takes the same time when there is nothing to compare."""
        try:
            fits = self._hasher.verify(kept or self._nobody, self._keyed(password))
        except (VerificationError, InvalidHashError):
            return False
        return fits and kept is not None

    def _keyed(self, password: str) -> bytes:
        return hmac.digest(self._pepper, password.encode(), "sha256")


class Accounts:
    """The door of the back office."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        clock: Callable[[], int],
        new_token: Callable[[], str],
    ) -> None:
        """`clock` gives milliseconds, `new_token` an unguessable text."""
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._new_token = new_token
        self._addresses: dict[str, list[int]] = {}

    async def sign_in(self, login: str, password: str, address: str) -> Admitted | Denied:
        """Check a password; a success is written down, a failure is counted."""
        login = login.strip().lower()
        now = self._clock()
        wait = self._address_wait(address, now)
        if wait or len(password) > PASSWORD_LENGTH:
            return Denied("locked", wait) if wait else Denied("wrong")
        account = await self._database.read_async(lambda c: _account(c, login))
        if account is not None and account.locked_until_ms > now:
            return Denied("locked", account.locked_until_ms - now)
        kept = account.password_hash if account is not None and account.active else None
        if account is None or not self._passwords.matches(kept, password):
            self._count_address(address, now)
            if account is None:
                return Denied("wrong")
            return await self._database.write(lambda c: _failed(c, login, now))
        token = self._new_token()
        expires = now + SESSION_MS
        visitor = await self._database.write(lambda c: _admit(c, login, _hash(token), expires, now))
        return Admitted(token, visitor)

    async def visitor(self, token: str) -> Visitor | None:
        """The person behind a browser's token; None when it has ended or the person left."""
        if not token:
            return None
        now = self._clock()
        return await self._database.read_async(lambda c: _visitor(c, _hash(token), now))

    async def sign_out(self, token: str) -> None:
        """End a sign-in."""
        await self._database.write(lambda c: _forget(c, _hash(token)))

    async def speak(self, token: str, language: str) -> None:
        """Change the language of this browser's sign-in."""
        await self._database.write(lambda c: _speak(c, _hash(token), language))

    def _address_wait(self, address: str, now: int) -> int:
        recent = [at for at in self._addresses.get(address, []) if at > now - ADDRESS_WINDOW_MS]
        if len(recent) < ADDRESS_FAILURES:
            return 0
        return recent[0] + ADDRESS_WINDOW_MS - now

    def _count_address(self, address: str, now: int) -> None:
        seen = self._addresses.pop(address, [])
        if len(self._addresses) >= ADDRESSES_REMEMBERED:
            self._addresses.pop(next(iter(self._addresses)))
        self._addresses[address] = [*seen[1 - ADDRESS_FAILURES :], now]


def _account(connection: Connection, login: str) -> Account | None:
    with session_on(connection) as session:
        return session.get(Account, login)


def _failed(connection: Connection, login: str, now: int) -> Denied:
    with session_on(connection) as session:
        account = session.get_one(Account, login)
        account.failures += 1
        wait = 0
        if account.failures >= PIN_FAILURES:
            doubled = PIN_LOCK_FIRST_MS << min(account.failures - PIN_FAILURES, 16)
            wait = min(doubled, PIN_LOCK_MAX_MS)
            account.locked_until_ms = now + wait
        session.flush()
        return Denied("locked", wait) if wait else Denied("wrong")


def _admit(
    connection: Connection, login: str, token_hash: str, expires_ms: int, now: int
) -> Visitor:
    with session_on(connection) as session:
        account = session.get_one(Account, login)
        account.failures, account.locked_until_ms = 0, 0
        session.execute(delete(SignIn).where(col(SignIn.expires_ms) <= now))
        session.add(
            SignIn(
                token_hash=token_hash,
                login=login,
                language=account.language,
                expires_ms=expires_ms,
            )
        )
        session.flush()
        return _person(account, account.language)


def _visitor(connection: Connection, token_hash: str, now: int) -> Visitor | None:
    with session_on(connection) as session:
        signed_in = session.get(SignIn, token_hash)
        if signed_in is None or signed_in.expires_ms <= now:
            return None
        account = session.get(Account, signed_in.login)
        if account is None or not account.active:
            return None
        return _person(account, signed_in.language)


def _forget(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(SignIn).where(col(SignIn.token_hash) == token_hash))


def _speak(connection: Connection, token_hash: str, language: str) -> None:
    with session_on(connection) as session:
        signed_in = session.get(SignIn, token_hash)
        if signed_in is not None:
            signed_in.language = language
            session.flush()


def _person(account: Account, language: str) -> Visitor:
    rights: Sequence[str] = account.rights.split()
    return Visitor(account.login, account.name, account.role, frozenset(rights), language)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
