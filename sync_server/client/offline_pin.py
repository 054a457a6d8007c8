"""Signing in while the server is away: by a verifier made at the last sign-in with it (S-10).

The verifier is argon2id over an HMAC with a key derived from this device's own, valid as long as
the server said. Wrong tries are throttled here as at the server, for each person and for the whole
device within an hour (S-11), and the throttle survives a restart. A copied file without the device
key is worth nothing; whoever never signed in here lately cannot do so offline. All calls block,
because hashing is slow on purpose.
"""

import hmac
import json
import logging
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from sync_server.domain import limits
from sync_server.private_files import write_private

log = logging.getLogger(__name__)

OFFLINE = "offline"
"""The session that commands name then."""

FILE = "offline-pins.json"
STAFF_KEPT = 40
WRONG = "*"
"""In the file: when the wrong PINs of the last hour were given, whosever they were."""

SLOW = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(slots=True)
class _Known:
    """One person on this device."""

    hash: str
    until_ms: int
    failures: int = 0
    locked_ms: int = 0


class OfflinePins:
    """Verifiers of the people who signed in at this device lately."""

    def __init__(self, folder: Path, device_key: bytes, hasher: PasswordHasher = SLOW) -> None:
        """`hasher` may be a cheap one only where no real PIN is at stake."""
        self._hasher = hasher
        self._path = folder / FILE
        self._key = hmac.new(device_key, b"offline pin", sha256).digest()
        self._known: dict[str, _Known] = {}
        self._wrong_ms: list[int] = []
        try:
            saved = json.loads(self._path.read_text())
            self._wrong_ms = [int(at_ms) for at_ms in saved.pop(WRONG, [])]
            self._known = {str(name): _Known(**kept) for name, kept in saved.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}

    def keep(self, staff_id: str, pin: str, until_ms: int) -> None:
        """Remember a person who just signed in with the server."""
        self._known.pop(staff_id, None)
        self._known[staff_id] = _Known(self._hasher.hash(self._given(staff_id, pin)), until_ms)
        for name in list(self._known)[: max(0, len(self._known) - STAFF_KEPT)]:
            del self._known[name]
        self._write()

    def verify(self, staff_id: str, pin: str, now_ms: int) -> tuple[str, int]:
        """A code, empty if the PIN is right; else `bad_pin`, `never_here`, or `locked` with the
        time until which one must wait."""
        known = self._known.get(staff_id)
        if known is None or now_ms > known.until_ms:
            return "never_here", 0
        device_free_ms = self._device_locked_until(now_ms)
        if device_free_ms:
            return "locked", device_free_ms
        if known.locked_ms > now_ms:
            return "locked", known.locked_ms
        if self._fits(known, staff_id, pin):
            if known.failures:
                known.failures = known.locked_ms = 0
                self._write()
            return "", 0
        self._wrong_ms = [*self._of_the_hour(now_ms), now_ms][-limits.PIN_DEVICE_FAILURES - 1 :]
        known.failures += 1
        over = known.failures - limits.PIN_FAILURES
        if over >= 0:
            wait = min(limits.PIN_LOCK_FIRST_MS << min(over, 20), limits.PIN_LOCK_MAX_MS)
            known.locked_ms = now_ms + wait
        self._write()
        return ("locked", known.locked_ms) if over >= 0 else ("bad_pin", 0)

    def _of_the_hour(self, now_ms: int) -> list[int]:
        return [at_ms for at_ms in self._wrong_ms if 0 <= now_ms - at_ms < limits.PIN_DEVICE_MS]

    def _device_locked_until(self, now_ms: int) -> int:
        """After too many wrong PINs within an hour, whosever: when the first is an hour old."""
        wrong = self._of_the_hour(now_ms)
        return wrong[0] + limits.PIN_DEVICE_MS if len(wrong) > limits.PIN_DEVICE_FAILURES else 0

    def refuted(self, staff_id: str, pin: str) -> None:
        """The server did not take this PIN: if it is the one kept here, it holds no longer."""
        known = self._known.get(staff_id)
        if known is not None and self._fits(known, staff_id, pin):
            del self._known[staff_id]
            self._write()

    def _fits(self, known: _Known, staff_id: str, pin: str) -> bool:
        try:
            return self._hasher.verify(known.hash, self._given(staff_id, pin))
        except Argon2Error:
            return False

    def _given(self, staff_id: str, pin: str) -> str:
        return hmac.new(self._key, f"{staff_id}\0{pin}".encode(), sha256).hexdigest()

    def _write(self) -> None:
        plain: dict[str, object] = {name: asdict(known) for name, known in self._known.items()}
        plain[WRONG] = self._wrong_ms
        try:
            write_private(self._path, json.dumps(plain).encode())
        except OSError as fault:
            log.error("offline sign-ins are not on disk: %s", fault)
