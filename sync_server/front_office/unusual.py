"""Tells managers what is unusual: many voids, refunds, opened drawers, wrong PINs of one person.

The counting is `domain.unusual`; here the committed events are heard, the last of them are read
again at a start so that a restart hides nothing, and each person who may approve gets a notice,
which stands on every terminal until it is tapped away.
"""

import asyncio
from collections import deque

from sync_server.domain import commands as c
from sync_server.domain.ids import NoticeId, StaffId, derived
from sync_server.domain.limits import UNUSUAL_READ, UNUSUAL_WAITING
from sync_server.domain.menu import Unusual
from sync_server.domain.staff import rights_of
from sync_server.domain.unusual import COUNTED, Tally
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import CODEC

from .journal import every_record
from .office import FrontOffice

TRY_AGAIN_S = 1.0

Met = tuple[Unusual, StaffId, int]


class UnusualCounts:
    """Listens to the office from its making on; `run` tells until cancelled."""

    def __init__(self, office: FrontOffice) -> None:
        self._office = office
        self._tally = Tally()
        self._met: deque[Met] = deque(maxlen=UNUSUAL_WAITING)
        self._wake = asyncio.Event()
        office.watch(self._heard)

    def _heard(self, events: list[object]) -> None:
        rules = self._office.catalogue.settings.unusual
        for event in events:
            if met := self._tally.add(event, rules):
                self._met.append(met)
                self._wake.set()

    def remember(self) -> None:
        """Count the newest records of the journal; what they had met was told before."""
        rules = self._office.catalogue.settings.unusual
        names = {kind.__name__ for kind in COUNTED}
        after = max(0, self._office.head_n - UNUSUAL_READ)
        for _, data, _ in every_record(self._office.database, after):
            record = read_event(data)
            if record.type in names:
                event = CODEC.decode_event(record.type, record.tv, record.body)
                self._tally.add(event, rules)

    async def run(self) -> None:
        """Tell whatever is met, until cancelled; a full disk only makes it later."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while not await self.tell():
                await asyncio.sleep(TRY_AGAIN_S)

    async def tell(self) -> bool:
        """Tell all that was met; False if the store could not take it now."""
        while self._met:
            if not await self._told(self._met[0]):
                return False
            self._met.popleft()
        return True

    async def _told(self, met: Met) -> bool:
        rule, who, at_ms = met
        catalogue = self._office.catalogue
        for staff_id in sorted(catalogue.staff):
            if "approve" not in rights_of(catalogue, StaffId(staff_id)):
                continue
            command = c.TellStaff(
                NoticeId(derived(f"{rule.kind}.{who}.{at_ms}", f"unusual.{staff_id}")),
                StaffId(staff_id),
                f"unusual_{rule.kind}",
                {"by": who, "times": rule.times, "minutes": rule.minutes},
            )
            if await self._office.report(command) is None:
                return False
        return True
