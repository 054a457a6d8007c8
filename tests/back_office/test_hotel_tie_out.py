"""Room charges of the journal held against what the hotel itself has on its folios."""

import asyncio
from datetime import date
from pathlib import Path

from sync_server.back_office.reports.catalogue import BY_KEY, answer
from sync_server.back_office.reports.report import Asked, HotelSums, Line, Word
from sync_server.config import ServerSettings
from sync_server.domain import events as e
from sync_server.domain.ids import ChargeId, ShiftId
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import Posted
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.sent_log import Begun, SentLog
from sync_server.office_process import HotelFolios
from sync_server.store.database import Database
from tests.back_office.house import CHECK, DAY, NOON_MS, WAITER, Journal, furnish
from tests.back_office.test_till_reports import KYIV, told
from tests.hotel.conftest import SMALL_HOUSE, opened
from tests.hotel.postings import posting_of


async def hotel_lines(books: Database, hotel: HotelSums) -> list[Line]:
    asked = Asked(DAY, DAY, "en", KYIV, hotel=hotel)
    found = await books.read_async(lambda c: answer(c, BY_KEY["tie_out"], asked))
    return [line for line in found.lines if line.key.startswith("hotel")]


async def test_a_hotel_that_tells_no_sums_is_held_to_its_answers(
    books: Database, tmp_path: Path
) -> None:
    link = FiasSettings(host="127.0.0.1", port=1)
    settings = ServerSettings(data=tmp_path, outlet="main", hotel=link)
    folios = HotelFolios(settings)
    await furnish(books)
    journal, charge = Journal(), ChargeId("p1")
    asked = e.RoomChargeAsked(
        CHECK, charge, "A-7", ShiftId("s1"), "3041", "304", "Kowalski", 10_000, 0, (), 2, WAITER,
        NOON_MS, DAY,
    )  # fmt: skip
    journal.add(asked)
    journal.add(e.RoomChargePosted(CHECK, charge, "r1", NOON_MS))
    await told(books, journal)
    with opened(settings.database_url("hotel")) as database:
        log = SentLog(database, link.link, lambda: 1_000)
        for name, sum_ in (("p1", 10_000), ("only there", 700)):
            begun = await log.begin(posting_of(food=sum_, posting_id=name))
            assert isinstance(begun, Begun)
            await log.answered(begun.number, Posted(name, f"F-{name}", sum_))
        agreed, apart = await hotel_lines(books, folios)
    assert agreed.values["what"] == Word("tie_hotel_answers")
    assert (apart.values["ours"], apart.values["theirs"]) == (10_000, 10_700)


async def test_what_the_front_recorded_is_held_against_the_hotels_own_folios(
    books: Database, tmp_path: Path
) -> None:
    settings = ServerSettings(data=tmp_path, outlet="main")
    folios = HotelFolios(settings)
    assert await asyncio.to_thread(folios.between, DAY, DAY) is None, "there is no hotel yet"
    await furnish(books)
    journal = Journal()
    charge = ChargeId("p1")
    asked = e.RoomChargeAsked(
        CHECK, charge, "A-7", ShiftId("s1"), "3041", "304", "Kowalski", 10_000, 0, (), 2, WAITER,
        NOON_MS, DAY,
    )  # fmt: skip
    journal.add(asked)
    journal.add(e.RoomChargePosted(CHECK, charge, "r1", NOON_MS))
    await told(books, journal)
    (silent,) = await hotel_lines(books, folios)
    assert silent.values["ours"] == 10_000
    assert "difference" not in silent.values
    with opened(settings.database_url("hotel")) as database:
        assert await load_rooms(database, SMALL_HOUSE, date.fromisoformat(DAY), at_ms=0,
                                currency="UAH")  # fmt: skip
        house = Property(database, lambda: 1_000)
        await house.post(posting_of(food=10_000))
        assert [line.values["difference"] for line in await hotel_lines(books, folios)] == [0]
        # Somebody at the desk put a dinner on the room that no till knows of.
        await house.post(posting_of(bar=700, posting_id="by hand"))
        agreed, apart = await hotel_lines(books, folios)
        assert agreed.values["difference"] == 0
        assert (apart.values["whose"], apart.values["ours"], apart.values["theirs"]) == (
            DAY,
            10_000,
            10_700,
        )
        assert apart.drills["ours"].query["from"] == DAY
