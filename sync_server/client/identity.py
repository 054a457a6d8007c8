"""Who a terminal is: its ids, its key, and the invitation it was enrolled with.

Time and randomness are arguments; a house gives `random.SystemRandom`. The key is made here and
never leaves: the file is 0600 and only signatures travel (reliability S-2).
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_server.domain import limits
from sync_server.private_files import write_private


class Bits(Protocol):
    """A source of random bits: `random.SystemRandom` in a house, seeded in a simulation."""

    def getrandbits(self, k: int, /) -> int:
        """A whole number of `k` random bits."""


class Uuid7:
    """Ids that grow: time in front, then a counter, then randomness (RFC 9562, method 1).

    When the clock goes back by less than a minute the last time is kept and the counter goes on;
    after a larger jump the clock is believed, since ids need to be unique, not ordered.
    """

    def __init__(self, clock: Callable[[], int], rng: Bits) -> None:
        self._clock = clock
        self._rng = rng
        self._ms = -1
        self._counter = 0

    def __call__(self) -> str:
        """A new id in the usual spelling."""
        now = max(0, self._clock())
        if now > self._ms or self._ms - now > limits.CLOCK_ROLLBACK_MS:
            self._ms = now
            self._counter = self._rng.getrandbits(11)
        else:
            self._counter += 1
            if self._counter >= 1 << 12:
                self._ms += 1
                self._counter = 0
        value = (self._ms & (1 << 48) - 1) << 80
        value |= 0x7 << 76 | self._counter << 64 | 0b10 << 62 | self._rng.getrandbits(62)
        return str(UUID(int=value))


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the server shows as a QR code: where it is, its certificate, and a one-time code."""

    url: str
    code: str
    fingerprint: str = ""

    def text(self) -> str:
        """One line for a QR code or a keyboard."""
        parts = urlsplit(self.url)
        query = urlencode({"code": self.code, "fp": self.fingerprint, "via": parts.scheme})
        return f"vitrylo://{parts.netloc}/?{query}"

    @staticmethod
    def parse(text: str) -> "Invitation":
        """Raises ValueError in words if the text is no invitation."""
        parts = urlsplit(text.strip())
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        code, fingerprint = query.get("code", ""), query.get("fp", "").lower()
        scheme = query.get("via", "wss")
        if parts.scheme != "vitrylo" or not parts.netloc or not code:
            raise ValueError("This is not an invitation of a Vitrylo server.")
        if scheme not in ("ws", "wss") or (fingerprint and not _is_hash(fingerprint)):
            raise ValueError("The invitation is damaged: scan it again.")
        return Invitation(f"{scheme}://{parts.netloc}", code, fingerprint)


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """A terminal's name and key. `code`, `site` and `url` are empty until it is enrolled."""

    dev: str
    key: bytes
    code: str = ""
    site: str = ""
    url: str = ""
    fingerprint: str = ""

    @property
    def enrolled(self) -> bool:
        """True once a server has accepted the key."""
        return bool(self.code)

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that the server keeps."""
        return self._private().public_key().public_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        """The signature of the device."""
        return self._private().sign(text)

    def with_site(self, code: str, site: str, url: str, fingerprint: str) -> "DeviceIdentity":
        """The identity after enrolment."""
        return replace(self, code=code, site=site, url=url, fingerprint=fingerprint)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.key)


def new_key() -> bytes:
    """A fresh Ed25519 key from the system's randomness."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def load_or_create(
    folder: Path, new_id: Callable[[], str], make_key: Callable[[], bytes] = new_key
) -> DeviceIdentity:
    """The identity kept in `folder`, made at the first call.

    Raises ValueError in words if the file is there but cannot be read: a new identity would hide
    that the old one's commands may still be waiting.
    """
    path = folder / "device.json"
    if path.exists():
        try:
            plain = json.loads(path.read_text("utf-8"))
            plain["key"] = bytes.fromhex(plain["key"])
            identity = DeviceIdentity(**plain)
            _ = identity.public_key
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"The device file {path} is damaged; enrol again.") from error
        return identity
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = DeviceIdentity(new_id(), make_key())
    save(folder, identity)
    return identity


def save(folder: Path, identity: DeviceIdentity) -> None:
    """Write the identity, owner-only and whole or not at all."""
    plain = {**asdict(identity), "key": identity.key.hex()}
    write_private(folder / "device.json", json.dumps(plain).encode())


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(sign in "0123456789abcdef" for sign in text)
