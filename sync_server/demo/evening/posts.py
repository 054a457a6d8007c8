"""Terminals and displays of the virtual staff: a real `ClientDesk` each, enrolled like any device.

A post signs people in, hands in their commands, asks for approvals, can lose its network, and
counts every refusal with its code. What happens at the posts is in `visits`, `bills`, `drawers`
and `cooks`.
"""

import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.records import StoredCommand
from sync_server.client.terminal import Randomness, TerminalLink
from sync_server.client.worker import Runner
from sync_server.domain.checks import Check
from sync_server.domain.menu import Catalogue
from sync_server.domain.rejections import Accepted, Refused
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import body_digest
from sync_server.protocol.frames import CloseCode
from sync_server.protocol.link import Link, LinkClosed
from sync_server.protocol.replica import CODEC

log = logging.getLogger(__name__)

BALLAST_BYTES = 64 * 1024
EXAMPLES = 3

Connect = Callable[[str, str], Awaitable[Link]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the posts need of the machine. `runner` makes the place where one post's store works."""

    clock: Callable[[], int]
    mono: Callable[[], int]
    rng: Randomness
    boot_id: str
    runner: Callable[[], Runner]
    connect: Connect


@dataclass(slots=True)
class Tally:
    """What the evening came to; `examples` tell of the first few refusals of each code."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, code: str, what: str) -> None:
        """Count a refusal."""
        self.refused[code] += 1
        kept = self.examples.setdefault(code, [])
        if len(kept) < EXAMPLES:
            kept.append(what)


class Cable:
    """A post's network, which can be pulled out."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._link: Link | None = None
        self.plugged = True

    async def connect(self, url: str, fingerprint: str) -> Link:
        """As `open_link`; raises LinkClosed while it is pulled out."""
        if not self.plugged:
            raise LinkClosed(1006, "unplugged")
        self._link = await self._connect(url, fingerprint)
        return self._link

    async def pull(self) -> None:
        """No network from now on."""
        self.plugged = False
        if self._link is not None:
            await self._link.close(CloseCode.GOING_AWAY, "unplugged")


class Post:
    """One device of the virtual staff."""

    def __init__(
        self, name: str, kind: str, folder: Path, around: Surroundings, tally: Tally
    ) -> None:
        self.name = name
        self.kind = kind
        self.tally = tally
        self.cable = Cable(around.connect)
        self._folder = folder
        self._pin = ""
        self.desk = ClientDesk(folder, kind)
        self._link = TerminalLink(
            folder,
            replace(self.desk.callbacks(), on_answer=self._answered),
            run=around.runner(),
            clock=around.clock,
            mono=around.mono,
            rng=around.rng,
            boot_id=around.boot_id,
            app="evening",
            schema_hash=CODEC.schema_hash,
            connect=self.cable.connect,
            ballast_bytes=BALLAST_BYTES,
        )

    async def open(self, invitation: str) -> None:
        """Come up; a new device needs its invitation. Raises ValueError in words."""
        await self.desk.open(self._link)
        await self.desk.start()
        if not self._link.identity.enrolled:
            if not invitation:
                raise ValueError(f"{self.name} is new here and has no invitation")
            problem = await self._link.enrol(Invitation.parse(invitation), self.name, self.kind)
            if problem:
                raise ValueError(f"{self.name} was not let in: {problem}")

    async def close(self) -> None:
        """Leave; what was tapped is on disk."""
        await self.desk.stop()

    @property
    def venue(self) -> Venue:
        """What the post shows."""
        return self.desk.venue

    @property
    def catalogue(self) -> Catalogue:
        """What the post sells from."""
        return self.desk.catalogue

    @property
    def online(self) -> bool:
        """Whether the server hears it."""
        return self.desk.state.phase == "online"

    @property
    def settled(self) -> bool:
        """Whether everything of this post is answered, and the answer's events are here."""
        return self.online and self.desk.waiting == 0

    def check(self, check_id: str) -> Check | None:
        """An open check as this post shows it."""
        check = self.venue.check(check_id)
        return check if check is not None and check.state == "open" else None

    def do(self, command: object, approval: str = "") -> Accepted | None:
        """Hand in a command; a refusal is counted and gives None."""
        decision = self.desk.submit(command, approval=approval)
        name = type(command).__name__
        if isinstance(decision, Refused):
            self.tally.refuse(decision.code, f"{self.name}: {name} {decision.params}")
            return None
        self.tally.done[name] += 1
        return decision

    async def sign_in(self, staff_id: str, pin: str) -> bool:
        """Put a person before the screen."""
        self._pin = pin
        if self.desk.me == staff_id:
            return True
        result = await self.desk.sign_in(staff_id, pin)
        if result.code:
            self.tally.refuse(result.code, f"{self.name}: sign-in of {staff_id}")
        return not result.code

    async def renew(self, staff_id: str, pin: str) -> None:
        """Sign in anew: a sign-in made without the server asks nothing of the server."""
        self.desk.sign_out()
        await self.sign_in(staff_id, pin)

    async def ask(self, what: str, params: Mapping[str, object]) -> dict[str, object] | None:
        """Put a question; None, counted, if there is no answer. Whoever is told that the session
        has ended (one made without the server asks nothing of it) signs in and asks again."""
        reply = await self.desk.ask(what, params)
        if reply.code == "session_ended" and self.desk.me:
            await self.renew(self.desk.me, self._pin)
            reply = await self.desk.ask(what, params)
        if reply.code:
            self.tally.refuse(reply.code, f"{self.name}: asked {what}")
            return None
        answer: dict[str, object] = json.loads(reply.body)
        return answer

    async def approval(self, manager: str, pin: str, command: object, target: str) -> str:
        """A manager's approval of one command on `target`; empty if it was not given."""
        params = {
            "staff_id": manager,
            "pin": pin,
            "type": type(command).__name__,
            "target": target,
            "digest": body_digest(CODEC.encode(command)),
        }
        answer = await self.ask("approve", params)
        return str(answer["id"]) if answer else ""

    async def lose_network(self) -> None:
        """Pull the cable."""
        await self.cable.pull()

    def find_network(self) -> None:
        """Put it in again."""
        self.cable.plugged = True
        self._link.nudge()

    def _answered(self, stored: StoredCommand) -> None:
        result = stored.result
        if result is not None and result.outcome in ("refused", "parked"):
            command = stored.command
            self.tally.refuse(result.code, f"server to {self.name}: {command.type}")
        self.desk.callbacks().on_answer(stored)
