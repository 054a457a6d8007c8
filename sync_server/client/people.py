"""Who is signed in at this device: by the server, or without it by what it left here (S-10).

PINs and cards go to the server or to the verifiers of `offline_pin` and `offline_cards`, never
anywhere else; hashing is slow on purpose and runs where `run` says.
`desk` puts the person behind its commands.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from argon2 import PasswordHasher

from sync_server.domain.ids import StaffId

from .offline_cards import OfflineCards
from .offline_pin import OFFLINE, OfflinePins
from .terminal import TerminalLink
from .worker import Runner

_json = msgspec.json.Encoder()
_params = msgspec.json.Decoder(dict[str, str | int])


@dataclass(frozen=True, slots=True)
class SignInResult:
    """An empty `code` is success."""

    code: str = ""
    params: Mapping[str, str | int] | None = None


class People:
    """`me` is nobody ("") until `sign_in` succeeds. `open` before use."""

    def __init__(self, run: Runner, hasher: PasswordHasher, changed: Callable[[], None]) -> None:
        """`changed` is called as soon as somebody else is here."""
        self.me = StaffId("")
        self.session = ""
        self._run = run
        self._hasher = hasher
        self._changed = changed

    def open(self, folder: Path, link: TerminalLink) -> None:
        """Take the way to the server, and the verifiers in `folder`."""
        self._link = link
        self._pins = OfflinePins(folder, link.identity.key, self._hasher)
        self._cards = OfflineCards(folder, link.identity.key)

    async def sign_in(self, staff_id: str, pin: str) -> SignInResult:
        """By the server; if it cannot be asked, by the verifier kept here."""
        params = _json.encode({"pin": pin, "staff_id": staff_id})
        reply = await self._link.ask("sign_in", params)
        now = self._link.now_ms()
        if reply.code in ("offline", "timeout"):
            code, until_ms = await self._run(lambda: self._pins.verify(staff_id, pin, now))
            if code:
                return SignInResult(code, {"until_ms": until_ms} if until_ms else {})
            self._is_here(OFFLINE, staff_id)
            return SignInResult()
        if reply.code:
            if reply.code == "bad_pin":
                await self._run(lambda: self._pins.refuted(staff_id, pin))
            return SignInResult(reply.code, _params.decode(reply.params))
        body = json.loads(reply.body)
        self._is_here(body["session"], staff_id)
        until_ms = body["offline_until_ms"]
        await self._run(lambda: self._pins.keep(staff_id, pin, until_ms))
        return SignInResult()

    async def sign_in_by_card(self, card: str) -> SignInResult:
        """Whoever's card it is, by the server or by what it left here. Whoever was here before
        goes with success, and stays with anything else."""
        reply = await self._link.ask("sign_in_by_card", _json.encode({"card": card}))
        now = self._link.now_ms()
        if reply.code in ("offline", "timeout"):
            staff_id, code, until_ms = await self._run(lambda: self._cards.owner(card, now))
            if code:
                return SignInResult(code, {"until_ms": until_ms} if until_ms else {})
            self._is_here(OFFLINE, staff_id)
            return SignInResult()
        if reply.code:
            if reply.code == "unknown_card":
                await self._run(lambda: self._cards.refuted(card))
            return SignInResult(reply.code, _params.decode(reply.params))
        body = json.loads(reply.body)
        before, staff_id = self.session, body["staff_id"]
        self._is_here(body["session"], staff_id)
        await self._run(lambda: self._cards.keep(card, staff_id, body["offline_until_ms"]))
        if before not in ("", OFFLINE):
            await self._link.ask("sign_out", b"{}", before)
        return SignInResult()

    def sign_out(self) -> str:
        """Nobody is here now; the session that the server should end, "" if it knows of none."""
        ended = self.session if self.session != OFFLINE else ""
        self._is_here("", "")
        return ended

    def _is_here(self, session: str, staff_id: str) -> None:
        self.session, self.me = session, StaffId(staff_id)
        self._changed()
