"""The real front office on a database of a test, and devices made by hand, which can also lie."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import Any, TypeVar

import msgspec

from sync_server.client.identity import Uuid7
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId, ShiftId
from sync_server.domain.menu import Catalogue, Role
from sync_server.domain.venue import Notice
from sync_server.front_office.access import OFFLINE, Access
from sync_server.front_office.asks import Asks
from sync_server.front_office.catalogues import Catalogues
from sync_server.front_office.office import FrontOffice
from sync_server.protocol.envelope import Command, Received, read_command, write_command
from sync_server.protocol.replica import CODEC, digest
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from sync_server.transport.authority import (
    AskResult,
    CommandResult,
    EnrolRequest,
    Sighting,
    Submitted,
)
from sync_server.transport.enrolment import EnrolmentDesk
from tests.builders import DAY, EVENING_MS, WAITER_RIGHTS, a_line, names
from tests.simulation.restaurant import CHEAP, PEPPER, PINS, menu

T = TypeVar("T")

K = CheckId("k")
SH = ShiftId("sh")
BOOT = "boot-1"


def our_menu() -> Catalogue:
    """The simulated restaurant's, with waiters who may void nothing that was sent."""
    simulated = menu()
    waiter = Role("waiter", names("waiter"), WAITER_RIGHTS, 1000)
    return replace(simulated, roles={**simulated.roles, "waiter": waiter})


class House:
    """One front office; `restart` builds it again on the same database."""

    def __init__(self, open_database: Callable[[], Database]) -> None:
        self.now_ms = EVENING_MS
        self._open = open_database
        self._random = Random(7)
        self.new_id = Uuid7(self._clock, self._random)
        self.tills: dict[str, Till] = {}
        self._build()

    def _clock(self) -> int:
        return self.now_ms

    def _build(self) -> None:
        self.database = self._open()
        self.desk = EnrolmentDesk(self._clock, self._random)
        self.office = FrontOffice(
            self.database,
            Access(self.database, PEPPER, _at_once, CHEAP),
            Catalogues(self.database),
            self._clock,
            self.new_id,
            self.desk,
            "site",
            lambda: True,
        )
        self.office.asks = Asks(self.office, _no_guests, dict)

    async def open(self) -> None:
        """A migrated database with the menu in force, everybody's PIN, and the day open."""
        upgrade(self.database, "sync_server.front_office.migrations")
        await self.office.start()
        for staff_id, pin in PINS.items():
            await self.office.access.set_pin(staff_id, pin, self.now_ms)
        hashed = await self.office.catalogues.store(our_menu())
        await self.office.report(c.PublishCatalogue(1, hashed))
        await self.office.report(c.OpenDay(DAY))

    async def close(self) -> None:
        """Stop in order."""
        await self.office.stop()
        self.database.close()

    async def restart(self) -> None:
        """Stop and start; nothing that was in memory only is left."""
        await self.close()
        self._build()
        await self.office.start()

    async def till(self, name: str = "t1", kind: str = "pos") -> "Till":
        """An enrolled device."""
        code = self.desk.open(name, kind)
        request = EnrolRequest(code, name, bytes([len(self.tills)]) * 32, name, kind, "::1")
        enrolment = await self.office.enrol(request)
        assert not enrolment.problem
        till = Till(self, name, enrolment.dev_code)
        for staff_id in PINS:
            # Everybody was here with the server today, so that `OFFLINE` may stand for them.
            await self.office.access.open_session(self.new_id(), staff_id, name, self.now_ms)
        self.tills[name] = till
        return till

    @property
    def digest(self) -> str:
        """The state in one word."""
        return digest(self.office.venue)

    @property
    def notices(self) -> list[Notice]:
        """What nobody has tapped away."""
        return list(self.office.venue.notices.values())

    def rows(self, sql: str) -> list[Any]:
        """Rows of the database."""
        return self.database.read(lambda connection: list(connection.exec_driver_sql(sql)))


@dataclass
class Till:
    """A device that writes its commands by hand. `session` "" makes it sign people in by name as
    a terminal without server does."""

    house: House
    dev: str
    code: str
    dep: int = 1
    seq: int = 0
    prev: str = ""
    session: str = OFFLINE

    def __post_init__(self) -> None:
        self._names = count(1)

    def write(self, said: object, by: str = "olena", /, **changes: Any) -> Received:
        """The next command of this device's chain; `changes` of the envelope are its lies."""
        name = CODEC.type_of(said)
        command = Command(
            v=1,
            cmd_id=self.house.new_id(),
            dev=self.dev,
            dep=self.dep,
            sep=self.house.office.server_epoch,
            seq=self.seq + 1,
            prev=self.prev,
            type=name,
            tv=CODEC.version(name),
            actor=by,
            session=self.session if by else "",
            approval=None,
            made_wall_ms=self.house.now_ms,
            made_mono_ms=0,
            boot_id="",
            basis_n=self.house.office.head_n,
            biz_day=DAY,
            body=msgspec.Raw(CODEC.encode(said)),
        )
        received = read_command(write_command(msgspec.structs.replace(command, **changes)))
        self.seq, self.prev = received.command.seq, received.hash
        return received

    async def push(self, *commands: Received) -> Submitted:
        """Hand written commands to the office."""
        return await self.house.office.submit(self.dev, list(commands), {})

    async def do(self, *bodies: object, by: str = "olena", **changes: Any) -> CommandResult:
        """Write and push; the last result."""
        done = await self.push(*[self.write(body, by, **changes) for body in bodies])
        assert not done.problem, done
        return done.results[-1]

    async def must(self, *bodies: object, by: str = "olena", **changes: Any) -> None:
        """`do`, each of which has to be accepted."""
        done = await self.push(*[self.write(body, by, **changes) for body in bodies])
        assert {one.outcome for one in done.results} <= {"accepted", "adjusted"}, done
        assert not done.problem, done

    async def order(self, check: str = "k", number: int = 1, by: str = "olena") -> None:
        """A check with a borscht, sent."""
        check_id, line = CheckId(check), f"{check}-l1"
        await self.must(
            c.OpenCheck(check_id, f"{self.code}-{number:03d}", "table", "t3", guests=2),
            c.AddLines(check_id, (a_line(line),)),
            c.SendLines(check_id, (LineId(line),)),
            by=by,
        )

    async def ask(self, what: str, **params: object) -> AskResult:
        """A question in the name of who is signed in here."""
        session = "" if self.session == OFFLINE else self.session
        data = json.dumps(params).encode()
        return await self.house.office.ask(self.dev, session, what, data)

    async def sign_in(self, staff_id: str, pin: str = "") -> AskResult:
        """Sign in, and go on in that session."""
        answer = await self.ask("sign_in", staff_id=staff_id, pin=pin or PINS[staff_id])
        if not answer.code:
            self.session = json.loads(answer.body)["session"]
        return answer

    def beat(self, mono_ms: int, boot_id: str = BOOT) -> None:
        """The office hears how this device's clock stands."""
        self.house.office.seen(
            Sighting(
                self.dev, self.dep, self.seq, self.seq, 0, mono_ms, True, 80, 1000, "x", boot_id
            )
        )


async def _at_once(check: Callable[[], T]) -> T:
    return check()


async def _no_guests(query: str, most: int) -> tuple[str, list[dict[str, Any]]]:
    return "hotel_away", []
