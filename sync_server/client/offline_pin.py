"""Signing in while the server is away: by a verifier made at the last sign-in with it (S-10).

The verifier is argon2id over an HMAC with a key derived from this device's own, valid twelve hours,
and wrong tries are throttled here as at the server. A copied file without the device key is worth
nothing; whoever never signed in here today cannot do so offline.
"""

import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from sync_server.domain import limits

from .identity import write_private

OFFLINE = "offline"
"""The session that commands name then."""

FILE = "offline-pins.json"
STAFF_KEPT = 40

SLOW = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(slots=True)
class _Throttle:
    failures: int = 0
    until_ms: int = 0


class OfflinePins:
    """Verifiers of the people who signed in at this device lately."""

    def __init__(self, folder: Path, device_key: bytes, hasher: PasswordHasher = SLOW) -> None:
        """`hasher` may be a cheap one only where no real PIN is at stake."""
        self._hasher = hasher
        self._path = folder / FILE
        self._key = hmac.new(device_key, b"offline pin", sha256).digest()
        self._known: dict[str, tuple[str, int]] = {}
        self._throttle: dict[str, _Throttle] = {}
        if self._path.exists():
            try:
                saved = json.loads(self._path.read_text())
                self._known = {name: (str(v[0]), int(v[1])) for name, v in saved.items()}
            except (ValueError, TypeError, IndexError, AttributeError):
                self._known = {}

    def keep(self, staff_id: str, pin: str, until_ms: int) -> None:
        """Remember a person who just signed in with the server."""
        self._known[staff_id] = (self._hasher.hash(self._given(staff_id, pin)), until_ms)
        for name in list(self._known)[: max(0, len(self._known) - STAFF_KEPT)]:
            del self._known[name]
        write_private(self._path, json.dumps(self._known).encode())

    def verify(self, staff_id: str, pin: str, now_ms: int) -> str:
        """Empty if the PIN is right; else `bad_pin`, `locked` or `offline_unknown`."""
        verifier, until_ms = self._known.get(staff_id, ("", 0))
        if not verifier or now_ms > until_ms:
            return "offline_unknown"
        throttle = self._throttle.setdefault(staff_id, _Throttle())
        if throttle.until_ms > now_ms:
            return "locked"
        try:
            self._hasher.verify(verifier, self._given(staff_id, pin))
        except Argon2Error:
            throttle.failures += 1
            over = throttle.failures - limits.PIN_FAILURES
            if over >= 0:
                wait = min(limits.PIN_LOCK_FIRST_MS << min(over, 20), limits.PIN_LOCK_MAX_MS)
                throttle.until_ms = now_ms + wait
            return "bad_pin"
        self._throttle.pop(staff_id, None)
        return ""

    def _given(self, staff_id: str, pin: str) -> str:
        return hmac.new(self._key, f"{staff_id}\0{pin}".encode(), sha256).hexdigest()
