"""Room charges of the journal held against what the hotel itself has on its folios."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import msgspec
import sqlalchemy as sa

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
from sync_server.store.migrations import upgrade
from tests.back_office.house import CHECK, DAY, NOON_MS, WAITER, Journal, furnish
from tests.back_office.test_till_reports import KYIV, told
from tests.hotel.conftest import SMALL_HOUSE, opened
from tests.hotel.postings import posting_of
from tests.store.ready_made import HOTEL

NEXT_DAY = "2026-11-22"


async def report(
    books: Database, hotel: HotelSums, key: str, first: str = DAY, last: str = DAY, **asks: str
) -> Sequence[Line]:
    asked = Asked(first, last, "en", KYIV, asks, hotel)
    return (await books.read_async(lambda c: answer(c, BY_KEY[key], asked))).lines


async def hotel_lines(books: Database, hotel: HotelSums, last: str = DAY) -> list[Line]:
    found = await report(books, hotel, "tie_out", last=last)
    return [line for line in found if line.key.startswith("hotel")]


async def opened_by(books: Database, hotel: HotelSums, line: Line) -> Sequence[Line]:
    query = dict(line.drills["ours"].query)
    days = {"first": query.pop("from"), "last": query.pop("to")}
    return await report(books, hotel, line.drills["ours"].report, **days, **query)


def charged(name: str, amount: int, tip: int = 0, day: str = DAY) -> e.RoomChargeAsked:
    return e.RoomChargeAsked(
        CHECK, ChargeId(name), "A-7", ShiftId("s1"), "3041", "304", "Kowalski", amount, tip, (), 2,
        WAITER, NOON_MS, day,
    )  # fmt: skip


async def test_a_hotel_that_tells_no_sums_is_held_to_its_answers(
    books: Database, tmp_path: Path
) -> None:
    link = FiasSettings(host="127.0.0.1", port=1)
    settings = ServerSettings(data=tmp_path, outlet="main", hotel=link)
    folios = HotelFolios(settings)
    await furnish(books)
    journal = Journal()
    journal.add(charged("p1", 10_000))
    journal.add(e.RoomChargePosted(CHECK, ChargeId("p1"), "r1", NOON_MS))
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
    only_there, both = await opened_by(books, folios, apart)
    assert (only_there.values["what"], only_there.values["theirs"]) == (
        Word("room_only_hotel"),
        700,
    )
    assert (both.values["ours"], both.values["theirs"]) == (10_000, 10_000)
    assert both.drills[""].query == {"n": "2"}


async def test_what_the_front_recorded_is_held_against_the_hotels_own_folios(
    books: Database, tmp_path: Path
) -> None:
    settings = ServerSettings(data=tmp_path, outlet="main")
    folios = HotelFolios(settings)
    assert await asyncio.to_thread(folios.between, DAY, DAY) is None, "there is no hotel yet"
    await furnish(books)
    journal = Journal()
    journal.add(charged("p1", 10_000))
    journal.add(e.RoomChargePosted(CHECK, ChargeId("p1"), "r1", NOON_MS))
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


async def test_a_day_is_held_to_what_somebody_read_in_the_hotels_report(
    books: Database, tmp_path: Path
) -> None:
    """A reversal counts on the day it was asked, a charge that waits nowhere, the last word for a
    day is the one that holds."""
    link = FiasSettings(host="127.0.0.1", port=1)
    folios = HotelFolios(ServerSettings(data=tmp_path, outlet="main", hotel=link))
    await furnish(books)
    journal, back = Journal(), ChargeId("p1-back")
    for name, amount, tip in (("p1", 10_000, 500), ("p2", 4_000, 0), ("p3", 900, 0)):
        journal.add(charged(name, amount, tip))
    journal.add(e.RoomChargeUnknown(CHECK, ChargeId("p3"), NOON_MS))
    for name in ("p1", "p2"):
        journal.add(e.RoomChargePosted(CHECK, ChargeId(name), "r", NOON_MS))
    reversal = e.RoomReversalAsked(
        CHECK, back, ChargeId("p1"), ShiftId("s1"), "wrong room", WAITER, NOON_MS, NEXT_DAY
    )
    journal.add(reversal, NEXT_DAY)
    journal.add(e.RoomReversalPosted(CHECK, back, "r3", NOON_MS), "2026-11-23")
    for day, read in ((DAY, 1), (DAY, 14_500), (NEXT_DAY, -10_000)):
        journal.add(e.HotelTotalStated(day, read, WAITER, NOON_MS), "2026-11-23")
    await told(books, journal)
    agreed, apart = await hotel_lines(books, folios, NEXT_DAY)
    assert (agreed.values["what"], agreed.values["ours"]) == (Word("tie_hotel_stated"), 14_500)
    assert (apart.values["whose"], apart.values["ours"], apart.values["theirs"]) == (
        NEXT_DAY,
        -10_500,
        -10_000,
    )
    days = [await opened_by(books, folios, line) for line in (agreed, apart)]
    assert [[(x.values.get("ours"), x.values.get("theirs")) for x in day] for day in days] == [
        [(None, None), (10_500, None), (4_000, None), (None, 14_500)],
        [(-10_500, None), (None, -10_000)],
    ]
    assert (days[0][0].values["what"], days[0][0].values["unclear"]) == (Word("room_unknown"), 900)
    assert days[1][0].values["what"] == Word("room_taken_back")
    assert days[0][-1].drills[""].query == {"n": "10"}, "to the tap of who read it"


async def test_what_a_link_had_sent_before_it_kept_days_is_found_by_its_day(
    tmp_path: Path,
) -> None:
    link = FiasSettings(host="127.0.0.1", port=1)
    settings = ServerSettings(data=tmp_path, outlet="main", hotel=link)
    with opened(settings.database_url("hotel")) as database:
        old = {"business_day": DAY, "outlet": "main", "room": "304", "check_no": "A-7"}
        posting = msgspec.json.encode(asdict(posting_of(food=10_000)) | old).decode()
        values = {
            "link": link.link, "posting_id": "p1", "attempt": 1, "number": 1, "state": "posted",
            "fingerprint": "", "stay_id": "1", "total_minor": 10_000, "at_ms": 1, "sent_ms": 1,
            "answer_ms": 2, "code": "", "words": "", "ref": "r", "posting": posting,
        }  # fmt: skip
        table = sa.table("link_sent", *(sa.column(name) for name in values))

        def before(connection: sa.Connection) -> None:
            connection.execute(sa.text("DROP INDEX ix_link_sent_day"))
            for name in ("business_day", "outlet"):
                connection.execute(sa.text(f"ALTER TABLE link_sent DROP COLUMN {name}"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0002'"))
            connection.execute(sa.insert(table), values)

        await database.write(before)
        assert upgrade(database, HOTEL) == ["0003"]
    folios = HotelFolios(settings)
    assert folios.between("2020-01-01", "2030-12-31") == {DAY: 10_000}
    (charge,) = folios.listed(DAY, DAY, 5)
    assert (charge.room, charge.number, charge.amount_minor) == ("304", "A-7", 10_000)
