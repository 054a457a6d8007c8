"""Guests' names: found for the pages of the back office, and erased when their time is over.

Kept are names as long as `guest_days` says, after which the server erases those of finished checks
by itself, a few at a time; cards, vouchers and invoices are named until somebody asks. What was
told to the world is not kept in full for longer than a week, and who is erased is forgotten by the
log of a link to another hotel as well. Neighbours:
`front_office.guest_records` has the tables, `editions` takes what the back office asks for.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from sync_server.back_office.guest_offers import GuestSeen
from sync_server.config import ServerSettings
from sync_server.domain.commands import EraseGuests
from sync_server.domain.ids import OF_CHECK
from sync_server.front_office import guest_records
from sync_server.front_office.facts import note, read_fact
from sync_server.front_office.office import FrontOffice
from sync_server.front_office.tables import Fact
from sync_server.hotel.sent_log import forget_guests
from sync_server.store.database import Database
from sync_server.store.errors import StoreError

log = logging.getLogger(__name__)

FRONT = "front"
EVERY_S = 3_600
DAY_MS = 24 * 3_600_000
TOLD_DAYS = 7
STEP = 5
"""Guests in one transaction, so that no tap has to wait for long."""
LOOK = 300
"""Events looked through at once for guests whose time is over."""
ROUNDS = 200
"""Steps in one hour: 1,000 guests, 20,000 papers."""


class FrontGuests:
    """See `back_office.guest_offers.GuestReader`; the database is opened anew for each look."""

    def __init__(self, settings: ServerSettings) -> None:
        """Whose front it is."""
        self._settings = settings

    @property
    def kept_days(self) -> int:
        """The setting."""
        return self._settings.guest_days

    def found(self, text: str) -> Sequence[GuestSeen]:
        """Newest first."""
        url = self._settings.database_url(FRONT)
        with Database.open_read_only(url, FRONT, readers=1) as database:
            records = database.read(lambda connection: guest_records.found(connection, text))
        return [
            GuestSeen(one.n, one.at_ms, one.type, one.subject, one.number, one.texts)
            for one in records
        ]


async def forget_in_time(office: FrontOffice, hotel: Database, guest_days: int) -> None:
    """Look every hour, for ever."""
    while True:
        try:
            if not office.recovering:
                await forget_overdue(office, guest_days)
                await empty_told(office)
                await forget_at_hotel(office, hotel)
        except StoreError as fault:
            log.error("names of guests stay for another hour: %s", fault)
        await asyncio.sleep(EVERY_S)


async def forget_overdue(office: FrontOffice, guest_days: int) -> int:
    """Erase the names of checks that are older than so many days; gives how many were asked for."""
    if not guest_days:
        return 0
    before_ms, asked, after_n = office.clock() - guest_days * DAY_MS, 0, 0
    while asked < ROUNDS * STEP:
        look = partial(
            guest_records.overdue, after_n=after_n, before_ms=before_ms, kind=OF_CHECK, limit=LOOK
        )
        upto, subjects = await office.database.read_async(look)
        if upto == after_n:
            break
        for at in range(0, len(subjects), STEP):
            part = tuple(subjects[at : at + STEP])
            done = await office.report(EraseGuests(part, "", ""))
            if done is None:
                return asked  # The house is busy.
            asked += 0 if done.code else len(part)  # Those who are still needed stay.
        after_n = upto
    unname = partial(guest_records.unname_old_parked, before_ms=before_ms)
    await office.database.write(unname)
    return asked


async def empty_told(office: FrontOffice) -> None:
    """Keep the papers and postings of before a week no longer in full."""
    before_ms = office.clock() - TOLD_DAYS * DAY_MS
    upto = await office.database.read_async(guest_records.emptied_upto)
    for _ in range(ROUNDS):
        step = partial(guest_records.empty_effects, after_n=upto, before_ms=before_ms)
        reached = await office.database.write(step)
        if reached == upto:
            break
        upto = reached
        await note(office.database, Fact.EMPTIED_N, str(upto))


async def forget_at_hotel(office: FrontOffice, hotel: Database) -> None:
    """Whoever was erased from the house is named no more by what was sent over the hotel's link."""
    after_n = await office.database.read_async(
        lambda connection: int(read_fact(connection, Fact.UNNAMED_N) or 0)
    )
    for _ in range(ROUNDS):
        step = partial(guest_records.erased_charges, after_n=after_n)
        upto, charges = await office.database.read_async(step)
        if upto == after_n:
            break
        if charges:
            await hotel.write(partial(forget_guests, posting_ids=charges))
        after_n = upto
        await note(office.database, Fact.UNNAMED_N, str(upto))
