"""Who is signed in at this device: by the server, or without it by what it left here (S-10).

PINs and cards go to the server or to the verifiers of `offline_pin` and `offline_cards`, never
anywhere else; hashing is slow on purpose and runs where `run` says. Whoever signed in without the
server is signed in there as soon as it is back: what proved the person waits for that in memory,
and is forgotten then. Who cannot be (the PIN was changed meanwhile) must prove it again.
`desk` puts the person behind its commands.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import msgspec
from argon2 import PasswordHasher

from sync_server.domain.ids import StaffId
from sync_server.domain.menu import Catalogue
from sync_server.domain.staff import (
    KITCHEN_RIGHTS,
    RIGHTS,
    discount_limit,
    discount_sum_limit,
    refund_limit,
    rights_of,
)

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


class Allowed(TypedDict):
    """The part of `staff.Facts` that says what somebody may."""

    rights: frozenset[str]
    discount_limit_bp: int
    refund_limit_minor: int
    discount_limit_minor: int


def allowed(catalogue: Catalogue, kind: str, actor: StaffId, approval: str) -> Allowed:
    """What the person may, by the catalogue that is here; a kitchen display works without one.

    The server alone knows an approver's rights: the preview believes the `approval`.
    """
    if approval:
        return Allowed(
            rights=frozenset(RIGHTS),
            discount_limit_bp=10_000,
            refund_limit_minor=-1,
            discount_limit_minor=-1,
        )
    kitchen = kind == "kds" and not actor
    return Allowed(
        rights=KITCHEN_RIGHTS if kitchen else rights_of(catalogue, actor),
        discount_limit_bp=discount_limit(catalogue, actor),
        refund_limit_minor=refund_limit(catalogue, actor),
        discount_limit_minor=discount_sum_limit(catalogue, actor),
    )


class People:
    """`me` is nobody ("") until `sign_in` succeeds. `open` before use."""

    def __init__(self, run: Runner, hasher: PasswordHasher, changed: Callable[[], None]) -> None:
        """`changed` is called as soon as somebody else is here."""
        self.me = StaffId("")
        self.session = ""
        self._proof: tuple[str, dict[str, str]] | None = None
        self._renewing = asyncio.Lock()
        self._run = run
        self._hasher = hasher
        self._changed = changed

    def open(self, folder: Path, link: TerminalLink, end: Callable[[str], Awaitable[None]]) -> None:
        """Take the way to the server, how a session is ended there, and the verifiers in
        `folder`."""
        self._link, self._end = link, end
        self._pins = OfflinePins(folder, link.identity.key, self._hasher)
        self._cards = OfflineCards(folder, link.identity.key)

    async def sign_in(self, staff_id: str, pin: str) -> SignInResult:
        """By the server; if it cannot be asked, by the verifier kept here."""
        params = {"pin": pin, "staff_id": staff_id}
        reply = await self._link.ask("sign_in", _json.encode(params))
        now = self._link.now_ms()
        if reply.code in ("offline", "timeout"):
            code, until_ms = await self._run(lambda: self._pins.verify(staff_id, pin, now))
            if code:
                return SignInResult(code, {"until_ms": until_ms} if until_ms else {})
            self._is_here(OFFLINE, staff_id)
            self._proof = "sign_in", params
            return SignInResult()
        if reply.code:
            await self._run(lambda: self._disproved(reply.code, params))
            return SignInResult(reply.code, _params.decode(reply.params))
        body = json.loads(reply.body)
        self._is_here(body["session"], staff_id)
        until_ms = body["offline_until_ms"]
        await self._run(lambda: self._pins.keep(staff_id, pin, until_ms))
        return SignInResult()

    async def sign_in_by_card(self, card: str) -> SignInResult:
        """Whoever's card it is, by the server or by what it left here. Whoever was here before
        goes with success, and stays with anything else."""
        params = {"card": card}
        reply = await self._link.ask("sign_in_by_card", _json.encode(params))
        now = self._link.now_ms()
        if reply.code in ("offline", "timeout"):
            staff_id, code, until_ms = await self._run(lambda: self._cards.owner(card, now))
            if code:
                return SignInResult(code, {"until_ms": until_ms} if until_ms else {})
            self._is_here(OFFLINE, staff_id)
            self._proof = "sign_in_by_card", params
            return SignInResult()
        if reply.code:
            await self._run(lambda: self._disproved(reply.code, params))
            return SignInResult(reply.code, _params.decode(reply.params))
        body = json.loads(reply.body)
        before, staff_id = self.session, body["staff_id"]
        self._is_here(body["session"], staff_id)
        await self._run(lambda: self._cards.keep(card, staff_id, body["offline_until_ms"]))
        if before not in ("", OFFLINE):
            await self._end(before)
        return SignInResult()

    async def renew(self, ended: str) -> bool:
        """The server does not know the session `ended`: get one of its own for the same person.

        True when the person may ask again. False when there is no server after all; and when the
        person could not be signed in anew, who then is here no longer.
        """
        async with self._renewing:
            who, proof = self.me, self._proof
            if self.session != ended:
                return bool(who)
            if proof is None:
                self._is_here("", "")
                return False
            what, params = proof
            reply = await self._link.ask(what, _json.encode(params))
            if self.me != who or self.session != ended:
                return False
            if reply.code in ("offline", "timeout", "busy"):
                return False
            body = json.loads(reply.body) or {}
            if reply.code or body.get("staff_id", who) != who:
                await self._run(lambda: self._disproved(reply.code, params))
                self._is_here("", "")
                return False
            self._is_here(body["session"], who)
            return True

    def _disproved(self, code: str, params: Mapping[str, str]) -> None:
        """What is kept here must not let anybody in whom the server does not."""
        if code == "bad_pin":
            self._pins.refuted(params["staff_id"], params["pin"])
        elif code == "unknown_card":
            self._cards.refuted(params["card"])

    def sign_out(self) -> str:
        """Nobody is here now; the session that the server should end, "" if it knows of none."""
        ended = self.session if self.session != OFFLINE else ""
        self._is_here("", "")
        return ended

    def _is_here(self, session: str, staff_id: str) -> None:
        self.session, self.me, self._proof = session, StaffId(staff_id), None
        self._changed()
