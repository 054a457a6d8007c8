"""Who may sign in here without the server: those who did with it, for a while.

Rule: the file holds an argon2id hash per person, never the PIN; it counts on this terminal only and
ends when the server said (`offline_until_ms`). Wrong PINs are throttled as the server does, and the
throttle survives a restart (reliability S-7 to S-12). Hashing is slow on purpose: off the loop.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from sync_server.client.identity import write_private
from sync_server.domain.limits import PIN_FAILURES, PIN_LOCK_FIRST_MS, PIN_LOCK_MAX_MS

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(slots=True)
class Known:
    """One person on this terminal."""

    hash: str
    until_ms: int
    failures: int = 0
    locked_ms: int = 0


class SignIns:
    """Reads the file once, writes it on every change. All calls block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Known] = {}
        try:
            kept = json.loads(path.read_text())
            self._known = {str(key): Known(**value) for key, value in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}

    def keep(self, staff_id: str, pin: str, until_ms: int) -> None:
        """Somebody proved who they are to the server."""
        self._known[staff_id] = Known(_hasher.hash(pin), until_ms)
        self._write()

    def check(self, staff_id: str, pin: str, now_ms: int) -> tuple[str, int]:
        """A code and the time until which one must wait: "" when the PIN is right."""
        known = self._known.get(staff_id)
        if known is None or now_ms >= known.until_ms:
            return "never_here", 0
        if now_ms < known.locked_ms:
            return "locked", known.locked_ms
        try:
            _hasher.verify(known.hash, pin)
        except Argon2Error:
            known.failures += 1
            over = known.failures - PIN_FAILURES
            if over >= 0:
                known.locked_ms = now_ms + min(PIN_LOCK_MAX_MS, PIN_LOCK_FIRST_MS * 2**over)
            self._write()
            return ("locked", known.locked_ms) if over >= 0 else ("bad_pin", 0)
        known.failures, known.locked_ms = 0, 0
        self._write()
        return "", 0

    def forget(self, staff_id: str) -> None:
        """The server did not accept this person's PIN any more."""
        if self._known.pop(staff_id, None) is not None:
            self._write()

    def _write(self) -> None:
        plain = {staff_id: asdict(known) for staff_id, known in self._known.items()}
        write_private(self._path, json.dumps(plain).encode())
