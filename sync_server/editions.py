"""What the server takes from the back office: editions of the menu, stops of dishes, PINs, loans,
devices to be shut out and what these had kept, guests to be forgotten.

The back office's database is read beside the process that writes it, never written. An edition
that is due is laid on the catalogue in force and published as its next version; terminals fetch
it without a break. The catalogue itself says which edition is in it, so none is taken twice; of
stops, PINs and loans of rights the front's own database keeps the moment of the last one done. As
long as there is no back office, nothing happens.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection

from sync_server.back_office.catalogue import Edition, editions_after
from sync_server.back_office.device_offers import Revoke, TakeOver, revokes_after, take_overs_after
from sync_server.back_office.guest_offers import Erasure, erasures_after
from sync_server.back_office.offers import (
    Loan,
    Pin,
    Stop,
    loans_after,
    pins_after,
    stops_after,
)
from sync_server.config import ServerSettings
from sync_server.device_desk import DeviceDesk
from sync_server.domain.commands import (
    EraseGuests,
    LendRights,
    RevokeDevice,
    StopItem,
    TakeBackRights,
)
from sync_server.domain.ids import StaffId
from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import REMOVED, Change, changed
from sync_server.front_office.facts import note, read_facts
from sync_server.front_office.office import FrontOffice
from sync_server.front_office.review import Review
from sync_server.front_office.tables import Fact
from sync_server.guest_book import STEP
from sync_server.protocol.unsent import BadFile, device_in, read_unsent
from sync_server.store.errors import StoreError
from sync_server.store.visitor import Visitor

log = logging.getLogger(__name__)

BACK = "back"
LOOK_EVERY_S = 2.0
T = TypeVar("T")


class BackEditions:
    """The back office's editions; its database is opened when it is there."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._visitor = Visitor(settings.database_url(BACK), BACK)

    def due(self, taken_ms: int, taken: int, now_ms: int) -> Sequence[Edition]:
        """Editions that are due and not taken yet, in their order; none while it cannot be read."""
        return self._read(lambda c: editions_after(c, taken_ms, taken, now_ms))

    def stops(self, after_ms: int, now_ms: int) -> Sequence[Stop]:
        """Dishes to be stopped or counted down, asked for after a moment."""
        return self._read(lambda c: stops_after(c, after_ms, now_ms))

    def pins(self, after_ms: int) -> Sequence[Pin]:
        """PINs asked for after a moment."""
        return self._read(lambda c: pins_after(c, after_ms))

    def loans(self, after_ms: int) -> Sequence[Loan]:
        """Rights to be lent, and loans to end, asked for after a moment."""
        return self._read(lambda c: loans_after(c, after_ms))

    def revokes(self, after_ms: int) -> Sequence[Revoke]:
        """Devices to be shut out, asked for after a moment."""
        return self._read(lambda c: revokes_after(c, after_ms))

    def take_overs(self, after_ms: int) -> Sequence[TakeOver]:
        """Files of revoked devices that were decided about after a moment."""
        return self._read(lambda c: take_overs_after(c, after_ms))

    def erasures(self, after_ms: int) -> Sequence[Erasure]:
        """Guests to be forgotten, asked for after a moment."""
        return self._read(lambda c: erasures_after(c, after_ms))

    def _read(self, query: Callable[[Connection], Sequence[T]]) -> Sequence[T]:
        if not self._visitor.inside and not self._there():
            return ()
        return self._visitor.read(query)

    def _there(self) -> bool:
        """Whether the back office has made its file; with PostgreSQL one finds out by asking."""
        of_file = self._settings.database_url(BACK).startswith("sqlite")
        return not of_file or (self._settings.data / f"{BACK}.db").exists()

    def close(self) -> None:
        """Let go of the database."""
        self._visitor.close()


async def follow_editions(settings: ServerSettings, office: FrontOffice, desk: DeviceDesk) -> None:
    """Take editions for ever; a fault is told once and looked at again later."""
    editions, told = BackEditions(settings), ""
    try:
        while True:
            try:
                await take_due(editions, office, desk)
                await take_offers(editions, office)
                told = ""
            except (StoreError, OSError) as problem:
                if str(problem) != told:
                    told = str(problem)
                    log.warning("editions of the back office cannot be read: %s", told)
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        editions.close()


async def take_due(editions: BackEditions, office: FrontOffice, desk: DeviceDesk) -> int:
    """Publish every edition that is due; returns how many."""
    if office.venue.catalogue_no == 0:
        return 0
    now = office.catalogue
    found = await asyncio.to_thread(editions.due, now.edition_ms, now.edition, office.clock())
    for edition in found:

        def put(catalogue: Catalogue, edition: Edition = edition) -> Catalogue:
            after = changed(catalogue, _possible(edition.changes, office))
            return replace(after, edition=edition.number, edition_ms=edition.at_ms)

        refused = await desk.publish(put)
        if refused:
            log.error("edition %d of the back office was refused: %s", edition.number, refused)
            return 0
    return len(found)


def _possible(changes: Sequence[Change], office: FrontOffice) -> list[Change]:
    """A table at which guests sit stays until somebody takes it off once more."""
    busy = {str(check.table_id) for check in office.venue.checks.values()}
    return [
        one
        for one in changes
        if (one.kind, one.field) != ("table", REMOVED) or one.target not in busy
    ]


async def take_offers(editions: BackEditions, office: FrontOffice) -> int:
    """Do what the back office has asked for since the last time; returns how much."""
    facts = await asyncio.to_thread(read_facts, office.database)
    after = int(facts.get(Fact.STOP_OFFERS, "0"))
    stops = await asyncio.to_thread(editions.stops, after, office.clock())
    for stop in stops:
        done = await office.report(StopItem(stop.item_id, stop.left_milli))
        if done is None:
            return 0
    if stops:
        await note(office.database, Fact.STOP_OFFERS, str(stops[-1].at_ms))
    after = int(facts.get(Fact.PIN_OFFERS, "0"))
    pins = await asyncio.to_thread(editions.pins, after)
    for pin in pins:
        await office.access.set_pin_hash(pin.staff_id, pin.pin_hash, office.clock())
    if pins:
        await note(office.database, Fact.PIN_OFFERS, str(pins[-1].at_ms))
    taken = len(stops) + len(pins) + await _take_loans(editions, office, facts)
    taken += await take_revokes(editions, office, facts)
    taken += await take_erasures(editions, office, facts)
    return taken + await take_files(editions, office, facts)


async def take_revokes(
    editions: BackEditions, office: FrontOffice, facts: Mapping[str, str]
) -> int:
    """Shut devices out; their connections end within a second."""
    after = int(facts.get(Fact.REVOKE_OFFERS, "0"))
    revokes = await asyncio.to_thread(editions.revokes, after)
    for one in revokes:
        device = office.device(one.dev)
        if device is not None and not device.revoked:
            command = RevokeDevice(one.dev, device.code, one.reason, one.login)
            if await office.report(command) is None:
                return 0
        await note(office.database, Fact.REVOKE_OFFERS, str(one.at_ms))
    return len(revokes)


async def take_erasures(
    editions: BackEditions, office: FrontOffice, facts: Mapping[str, str]
) -> int:
    """Erase names of guests; who is still here stays known, and is seen so on the page."""
    if office.recovering:
        return 0  # What is asked for may be what the terminals are about to bring.
    asked = await asyncio.to_thread(editions.erasures, int(facts.get(Fact.ERASE_OFFERS, "0")))
    for one in asked:
        for at in range(0, len(one.subjects), STEP):
            part = one.subjects[at : at + STEP]
            if await office.report(EraseGuests(part, one.login, one.reason)) is None:
                return 0
        await note(office.database, Fact.ERASE_OFFERS, str(one.at_ms))
    return len(asked)


async def take_files(editions: BackEditions, office: FrontOffice, facts: Mapping[str, str]) -> int:
    """Take over what was decided about; a file that does not fit is left whole, and logged: its
    page says the same."""
    after = int(facts.get(Fact.TAKE_OVERS, "0"))
    files = await asyncio.to_thread(editions.take_overs, after)
    for one in files:
        fault = await _take_file(one, office)
        if fault == "busy":
            return 0
        if fault:
            log.warning("what a revoked device had kept was not taken over: %s", fault)
        await note(office.database, Fact.TAKE_OVERS, str(one.asked_ms))
    return len(files)


async def _take_file(file: TakeOver, office: FrontOffice) -> str:
    if office.recovering:
        return "busy"
    try:
        _, dev = device_in(file.body)
        device = office.device(dev)
        if device is None:
            return "foreign_file"
        unsent = read_unsent(file.body, office.site, device.public_key)
    except BadFile as fault:
        return fault.code
    whose = (file.key, dev, device.code, StaffId(file.by), file.login)
    return await office.bus.take_over(Review(*whose, file.wanted, unsent.commands))


async def _take_loans(editions: BackEditions, office: FrontOffice, facts: Mapping[str, str]) -> int:
    """Lend and end as the lender would have at a terminal, by the same rules; what these refuse
    (the lender has left, the time is over) stays undone and is seen so on the page."""
    loans = await asyncio.to_thread(editions.loans, int(facts.get(Fact.LEND_OFFERS, "0")))
    for loan in loans:
        command: object = TakeBackRights(loan.lent_id)
        if not loan.ends:
            whom = StaffId(loan.staff_id)
            command = LendRights(loan.lent_id, whom, loan.rights, loan.until_ms, loan.reason)
        done = await office.report(command, loan.by)
        if done is None:
            return 0
        if done.code:
            log.warning("a loan of the back office was refused: %s", done.code)
    if loans:
        await note(office.database, Fact.LEND_OFFERS, str(loans[-1].at_ms))
    return len(loans)
