"""Signing in by card while the server is away: by what was kept of cards it took here lately.

A card is kept as an HMAC with a key derived from this device's own, for as long as the server said;
a copied file without the device key is worth nothing. Within an hour only so many unknown cards are
looked at, also after a restart; PINs go on meanwhile. Neighbour: `offline_pin` does it for PINs.
"""

import hmac
import logging
from hashlib import sha256
from pathlib import Path

import msgspec

from sync_server.domain import limits
from sync_server.private_files import write_private

log = logging.getLogger(__name__)

FILE = "offline-cards.json"
CARDS_KEPT = 40


class _Kept(msgspec.Struct):
    """The file: a card's HMAC to whose it is and until when; when unknown cards were held."""

    cards: dict[str, tuple[str, int]] = {}
    unknown_ms: list[int] = []


class OfflineCards:
    """Cards of the people who signed in by them at this device lately."""

    def __init__(self, folder: Path, device_key: bytes) -> None:
        self._path = folder / FILE
        self._key = hmac.new(device_key, b"offline card", sha256).digest()
        try:
            self._kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            self._kept = _Kept()

    def keep(self, card: str, staff_id: str, until_ms: int) -> None:
        """Remember a card by which somebody just signed in with the server."""
        cards = {h: kept for h, kept in self._kept.cards.items() if kept[0] != staff_id}
        cards[self._hashed(card)] = (staff_id, until_ms)
        for oldest in list(cards)[: max(0, len(cards) - CARDS_KEPT)]:
            del cards[oldest]
        self._kept.cards = cards
        self._write()

    def refuted(self, card: str) -> None:
        """The server does not know this card: neither does this device any more."""
        if self._kept.cards.pop(self._hashed(card), None) is not None:
            self._write()

    def owner(self, card: str, now_ms: int) -> tuple[str, str, int]:
        """Whose it is; else "" with `card_never_here`, or with `locked` and until when."""
        hour = [at for at in self._kept.unknown_ms if 0 <= now_ms - at < limits.PIN_DEVICE_MS]
        if len(hour) >= limits.PIN_DEVICE_FAILURES:
            return "", "locked", hour[0] + limits.PIN_DEVICE_MS
        staff_id, until_ms = self._kept.cards.get(self._hashed(card), ("", 0))
        if staff_id and now_ms <= until_ms:
            return staff_id, "", 0
        self._kept.unknown_ms = [*hour, now_ms]
        self._write()
        return "", "card_never_here", 0

    def _hashed(self, card: str) -> str:
        return hmac.new(self._key, card.strip().upper().encode(), sha256).hexdigest()

    def _write(self) -> None:
        try:
            write_private(self._path, msgspec.json.encode(self._kept))
        except OSError as fault:
            log.error("offline cards are not on disk: %s", fault)
