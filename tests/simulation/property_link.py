"""The hotel's own interface in an evening: the real FIAS gateway on the server, a bad one opposite.

`PropertyLink` joins them by a cable (`lan`) and is the witness: it sees which charge's work wrote a
posting to the wire and which answers arrived, whatever the log of the gateway says. The property
system knows no idempotency; what stands on its folios is named by the charge that the wire carried.
"""

import itertools
from collections import Counter, defaultdict
from contextvars import ContextVar
from dataclasses import dataclass, replace
from random import Random

from sqlalchemy import select
from sqlmodel import col

from sync_server.domain import events as e
from sync_server.domain.ids import ChargeId
from sync_server.effects.reconciliation import reconcile
from sync_server.hotel.fias.gateway import FiasGateway
from sync_server.hotel.fias.records import Framer, Record
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import DayTotals, Guest, Posting, PostOutcome
from sync_server.hotel.property import Property
from sync_server.hotel.simulated.fias_house import FiasHouse
from sync_server.hotel.simulated.mishaps import NO_MISHAPS, Mishaps
from sync_server.hotel.tables import EntryRow
from tests.builders import DAY

from . import judges
from .lan import Cable, Lan
from .loop import WORLD
from .machines import ServerMachine
from .world import World

PORT = 5_001
OUTLET = "restaurant"
LATER = ("NA", "RY")
SLOWEST_S = 20
WRONG = 0.15
CARRYING: ContextVar[str] = ContextVar("carrying", default="")
SITE = FiasSettings(
    port=PORT,
    encoding="utf-8",
    outlets={OUTLET: 7},
    listen_ms=1_000,
    alive_ms=20_000,
    alive_answer_ms=2_000,
    inquiry_ms=4_000,
    answer_ms=8_000,
    quarantine_ms=(SLOWEST_S + 10) * 1_000,
    reconnect_ms=1_000,
    reconnect_max_ms=4_000,
)
BAD = Mishaps(
    torn=5_000,
    slow=2_000,
    deaf=300,
    mute=500,
    silent=500,
    twice=1_000,
    foreign=400,
    nameless=300,
    audit=600,
    again=500,
    dialect=300,
    restart=300,
    noise=500,
    broken=200,
)


@dataclass(slots=True)
class Sending:
    """A posting as it left: under which number, when, and what came back to it."""

    charge_id: str
    number: int
    at_s: float
    answers: list[str]


class WatchedGateway(FiasGateway):
    """The real gateway; what is written while it posts is known to be of that charge."""

    world: World

    async def post(self, posting: Posting) -> PostOutcome:
        """See `FolioGateway.post`."""
        self.world.hotel_hears(posting)
        CARRYING.set(posting.posting_id)
        return await super().post(posting)


class Interface(FiasHouse):
    """The hotel's end. Entries on folios bear the charge whose bytes they came from."""

    link: "PropertyLink"
    busy = 0

    async def begin_anew(self) -> None:
        """It was restarted, and asks to be told everything again."""
        self._alive = False
        await self.tell_time("LS")

    async def _asked(self, asked: Record) -> None:
        self.busy += 1
        try:
            await super()._asked(asked)
        finally:
            self.busy -= 1

    async def _posting(self, asked: Record, guest: Guest, sums: dict[str, int]) -> Posting:
        posting = await super()._posting(asked, guest, sums)
        sent = self.link.under(int(asked.get("P#")))
        return replace(posting, posting_id=f"{sent.charge_id}#{posting.posting_id}")


class PropertyLink:
    """Interface, cable and witness of one world; made before the server is switched on."""

    def __init__(self, world: World, seed: str, fed: bool) -> None:
        """`fed`: guests are told by the hotel and charged by room (PS), else inquiries and PR."""
        self.world = world
        luck = Random(f"{seed} link")
        self.lan = Lan(world.loop, Random(f"{seed} cable"))
        self.lan.said, self.lan.heard = self._said, self._heard
        self.settings = SITE.model_copy(update={"lookup": "feed", "posting": "PS"} if fed else {})
        self.house = house = Property(world.hotel, world._hotel_ms)
        self.report: DayTotals | None = None
        self.slow_ms = luck.choice((3_000, 9_000, SLOWEST_S * 1_000))
        self.interface = Interface(house, self.settings, world._hotel_ms, Random(f"{seed} house"))
        self.interface.link = self
        self.sendings: dict[str, list[Sending]] = defaultdict(list)
        self.findings: list[str] = []
        self.mistaken: dict[str, bool] = {}
        self.calls_after_s = luck.choice((0, 0, 90))
        """When people ask reception: at once, or when looks have had their time."""
        self._wrong = Random(f"{seed} wrong words")
        self._numbers: dict[int, Sending] = {}
        self._framers: dict[int, Framer] = {}
        world.server.opens_gateway = self._open
        world.link = self

    async def start(self) -> None:
        """The hotel listens."""
        starting = self.world.loop.create_task(self.interface.start(PORT), context=WORLD.context())
        await starting

    def misbehave(self) -> None:
        """From now on it is a bad one."""
        self.interface.mishaps = replace(BAD, slow_ms=self.slow_ms)
        self.lan.torn = 0.3

    def reception(self, charge_id: str) -> bool | None:
        """What somebody at the desk says; now and then it is wrong."""
        seen = self.world.on_folio(charge_id)
        if seen is None or self._wrong.random() >= WRONG:
            return seen
        self.mistaken[charge_id] = not seen
        return not seen

    def heal(self) -> None:
        """A good one again."""
        self.interface.mishaps = NO_MISHAPS
        self.lan.torn = 0.0

    def _open(self, server: ServerMachine) -> FiasGateway:
        gateway = WatchedGateway(
            self.settings,
            server.link_database(),
            server.wall_ms,
            zone="Europe/Kyiv",
            currency="UAH",
        )
        gateway.world = self.world
        server.runs(gateway.run())
        return gateway

    # -- the witness ---------------------------------------------------------------------------
    @property
    def under_way(self) -> bool:
        """Whether something may still come to stand on a folio."""
        return bool(self.interface.busy or self.lan.under_way)

    def under(self, number: int) -> Sending:
        """What left last under a number."""
        return self._numbers[number]

    def _said(self, cable: Cable, data: bytes, near: bool) -> None:
        charge_id = CARRYING.get()
        if not near or not charge_id:
            return
        (said,) = Framer(self.settings.encoding).feed(data)
        if not isinstance(said, Record) or not said.get("TA"):
            return
        number = int(said.get("P#"))
        sending = Sending(charge_id, number, self.world.loop.now, [])
        if number in self._numbers:
            self.findings.append(f"I-10 charge {charge_id}: its number {number} was another's")
        self._numbers[number] = sending
        self.sendings[charge_id].append(sending)

    def _heard(self, cable: Cable, data: bytes, near: bool) -> None:
        if not near:
            return
        framer = self._framers.setdefault(cable.serial, Framer(self.settings.encoding))
        for found in framer.feed(data):
            number = found.get("P#") if isinstance(found, Record) and found.kind == "PA" else ""
            sending = self._numbers.get(int(number)) if number else None
            if sending is not None and isinstance(found, Record):
                sending.answers.append(found.get("AS"))

    # -- the judge -----------------------------------------------------------------------------
    def judged(self) -> list[str]:
        """What the wire and the folios say against the gateway."""
        return self.findings + self._sent_again() + self._unreconciled()

    def _sent_again(self) -> list[str]:
        """I-10: after a first sending a charge leaves again only when the hotel had said "later" to
        the one before, or a person has said that it is not there."""
        words: dict[str, list[float]] = defaultdict(list)
        for record, event in judges.entries(self.world):
            if isinstance(event, e.RoomChargeRetried):
                words[event.charge_id].append(self.world.history.committed_s.get(record.n, 0.0))
        restored = self.world.server.epoch > 1
        found = []
        for charge_id, sendings in self.sendings.items():
            for before, again in itertools.pairwise(sendings):
                put_off = any(status in LATER for status in before.answers)
                told = any(
                    restored or before.at_s <= at_s <= again.at_s for at_s in words[charge_id]
                )
                if not put_off and not told:
                    found.append(
                        f"I-10 charge {charge_id}: left as {before.number} at {before.at_s:.1f} s, "
                        f"and by itself again as {again.number} at {again.at_s:.1f} s"
                    )
        return found

    async def read_report(self) -> None:
        """The hotel's own report of the day, as a manager gets it in the evening."""
        self.report = await self.house.totals(DAY)

    def _unreconciled(self) -> list[str]:
        """The reconciliation finds every difference between books and folios: its sum to the unit,
        and each charge that makes one by name."""
        charges = self.world.server.office.venue.charges
        day = reconcile(DAY, charges.values(), self.report, OUTLET)
        listed = {odd.charge_id for odd in day.exceptions}
        off, found = 0, []
        for charge_id, times in self._times().items():
            charge = charges[charge_id]
            more = times - (charge.state == "posted")
            off += more * (charge.amount_minor + charge.tip_minor)
            if more and charge_id not in listed:
                found.append(f"reconciliation: charge {charge_id} is {more} off and not listed")
        if off != day.difference_minor:
            found.append(f"reconciliation: {day.difference_minor} differ, and it is {off}")
        return found

    def _times(self) -> dict[ChargeId, int]:
        """How often each charge stands on the folios."""
        rows = self.world.hotel.read(
            lambda connection: connection.execute(select(col(EntryRow.source)).distinct()).all()
        )
        standing = Counter(row.source.split("#")[0] for row in rows if "#" in row.source)
        return {one: standing[one] for one in self.world.server.office.venue.charges}
