"""What every gateway promises. A new gateway joins `KINDS` and the `gateway` fixture."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.faulty import FaultyGateway
from sync_server.hotel.gateway import (
    ByKeyCard,
    ByName,
    ByRoom,
    DayTotals,
    Deferred,
    FolioGateway,
    Guest,
    GuestQuery,
    GuestsFound,
    NotThere,
    Posted,
    Posting,
    Refused,
    RevenueLine,
    Unavailable,
)
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.logged import LoggedGateway
from sync_server.hotel.property import Property
from sync_server.hotel.reception import FolioView, Reception
from sync_server.store.database import Database
from tests.hotel.conftest import DAY as HOUSE_DAY, SMALL_HOUSE, at_once, fias_link, opened, web_link
from tests.hotel.postings import DAY, posting_of
from tests.store.ready_made import HOTEL, Copies

KINDS = ("embedded", "embedded on a server", "faulty", "FIAS", "FIAS fed with guests", "web")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which gateway."""
    return str(request.param)


@pytest.fixture
async def database(
    kind: str, request: pytest.FixtureRequest, in_memory: Database
) -> AsyncIterator[Database]:
    """A loaded house: in memory where the wire is what matters, on PostgreSQL once."""
    if kind != "embedded on a server":
        yield in_memory
        return
    server: Copies = request.getfixturevalue("copies")
    with server.of(HOTEL, "hotel") as url, opened(url, "hotel") as made:
        assert await load_rooms(made, SMALL_HOUSE, HOUSE_DAY, at_ms=0, currency="UAH")
        yield made


@pytest.fixture
async def gateway(kind: str, database: Database, house: Property) -> AsyncIterator[FolioGateway]:
    """Every gateway there is, over the same house."""
    if kind == "faulty":
        yield FaultyGateway(EmbeddedGateway(house), random.Random(1), at_once)
    elif kind == "FIAS":
        async with fias_link(house, database) as (link, _):
            yield link
    elif kind == "web":
        async with web_link(house, database, page_size=3) as (web, _):
            while not web.up:
                await asyncio.sleep(0)
            yield web
    elif kind == "FIAS fed with guests":
        async with fias_link(house, database, lookup="feed", posting="PS") as (link, _):
            await link.book.complete.wait()
            yield link
    else:
        yield EmbeddedGateway(house)


async def found(gateway: FolioGateway, query: GuestQuery, count_max: int = 20) -> list[Guest]:
    """The guests that match."""
    answer = await gateway.find_guests(query, business_day=DAY, count_max=count_max)
    assert isinstance(answer, GuestsFound), answer
    return list(answer.guests)


async def posted(gateway: FolioGateway, posting: Posting) -> Posted:
    """The answer, which must be an acceptance."""
    answer = await gateway.post(posting)
    assert isinstance(answer, Posted), answer
    return answer


async def refused(gateway: FolioGateway, posting: Posting) -> str:
    """The code of the answer, which must be a refusal."""
    answer = await gateway.post(posting)
    assert isinstance(answer, Refused), answer
    return answer.code


async def folio(desk: Reception, stay_id: str = "3041") -> FolioView:
    """A folio, which must be there."""
    view = await desk.folio(stay_id)
    assert isinstance(view, FolioView)
    return view


async def test_sharers_of_a_room_are_told_apart_with_limit_board_and_bar(
    gateway: FolioGateway,
) -> None:
    anna, piotr = await found(gateway, ByRoom(" 304"))
    if not gateway.abilities.limits:
        assert (anna.name, piotr.name) == ("Kowalski, Anna", "Kowalski, Piotr")
        return
    assert (anna.name, anna.limit_left_minor, anna.vip) == ("Kowalski, Anna", 415_000, "Gold")
    assert (anna.arrival, anna.departure) == ("2026-11-19", "2026-11-23")
    assert [(a.name, a.left_minor) for a in anna.allowances] == [("dinner", 60_000)]
    assert (piotr.name, piotr.no_post, piotr.limit_left_minor) == ("Kowalski, Piotr", True, None)


@pytest.mark.parametrize(
    ("query", "stays"),
    [
        (ByRoom("1"), ["11"]),
        (ByRoom("0101"), ["9101"]),
        (ByRoom("30"), []),
        (ByRoom("a12"), []),
        (ByName("anna"), ["3041", "3051"]),
        (ByName("LODZ zan"), ["1011"]),
        (ByName("олена"), ["11"]),
        (ByName("drop table"), ["9101"]),
        (ByName("later"), []),
        (ByKeyCard("04A2:77"), ["3041"]),
        (ByKeyCard("04a2:77"), []),
        (ByKeyCard("%"), []),
    ],
)
async def test_guests_in_house_are_found_by_exact_room_part_of_name_or_card(
    gateway: FolioGateway, query: GuestQuery, stays: list[str]
) -> None:
    if isinstance(query, ByKeyCard) and not gateway.abilities.key_cards:
        stays = []
    assert [guest.stay_id for guest in await found(gateway, query)] == stays


async def test_a_query_of_nothing_is_refused_and_a_cut_list_says_so(gateway: FolioGateway) -> None:
    for query in (ByName("%_"), ByName("\x00"), ByKeyCard("\x00")):
        answer = await gateway.find_guests(query, business_day=DAY, count_max=5)
        assert isinstance(answer, Refused)
        assert answer.code == "query_too_short"
    cut = await gateway.find_guests(ByName("kow"), business_day=DAY, count_max=2)
    assert isinstance(cut, GuestsFound)
    assert (len(cut.guests), cut.more) == (2, True)


async def test_a_charge_stands_on_the_folio_once_however_often_it_is_sent(
    gateway: FolioGateway, desk: Reception
) -> None:
    lines = (RevenueLine("food", 228_000), RevenueLine("bar", 39_425))
    posting = posting_of(lines=lines, service_minor=26_743, tip_minor=5_000, total_minor=299_168)
    first = await posted(gateway, posting)
    assert first.charged_minor + first.allowance_minor == 299_168
    if gateway.abilities.allowance_taken:
        assert first.allowance_minor == 60_000
    for attempt in (2, 3):
        assert await posted(gateway, replace(posting, attempt=attempt)) == first
    assert await gateway.look("p1") == first
    view = await folio(desk)
    assert [(line.part, line.amount_minor) for line in view.lines[1:]] == [
        ("food", 168_000),
        ("bar", 39_425),
        ("service", 26_743),
        ("tip", 5_000),
    ]
    assert view.balance_minor == 85_000 + 239_168


async def test_another_body_under_a_used_id_is_refused_by_name(
    gateway: FolioGateway, desk: Reception
) -> None:
    await posted(gateway, posting_of(10_000))
    assert await refused(gateway, posting_of(10_001)) == "id_reused"
    assert len((await folio(desk)).lines) == 2


async def test_a_refusal_stays_a_refusal_and_is_not_there(gateway: FolioGateway) -> None:
    posting = posting_of(0, 415_001)
    code = "over_limit" if gateway.abilities.limits else "denied"
    assert await refused(gateway, posting) == code
    assert await refused(gateway, replace(posting, attempt=2)) == code
    assert await gateway.look("p1") == NotThere()
    assert await gateway.look("never sent") == NotThere()
    assert (await posted(gateway, posting_of(0, 415_000, posting_id="p2"))).charged_minor == 415_000


async def test_a_limit_that_somebody_set_aside_stands_in_nobodys_way(
    gateway: FolioGateway,
) -> None:
    beyond = replace(posting_of(0, 415_001), over_limit=True)
    if gateway.abilities.limits:
        assert (await posted(gateway, beyond)).charged_minor == 415_001
    else:  # such a hotel has no word for it, so its own limit stands and nothing is posted
        assert await refused(gateway, beyond) == "denied"
        assert await gateway.look("p1") == NotThere()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stay_id": "99999"}, "guest_not_found"),
        ({"stay_id": "3051", "guest_name": "Kowalski, Piotr"}, "wrong_guest"),
        ({"stay_id": "3042", "guest_name": "Kowalski, Piotr"}, "no_post"),
        ({"stay_id": "9201", "guest_name": "Later, Guest"}, "not_arrived guest_not_found"),
        ({"currency": "EUR"}, "wrong_currency"),
        ({"total_minor": 9_999}, "bad_sum"),
        ({"posting_id": "p\x02"}, "bad_posting"),
        ({"reverses": "p0", "lines": (RevenueLine("food", -1),), "total_minor": -1},
         "original_not_found"),
    ],
)  # fmt: skip
async def test_what_may_not_be_charged_is_refused_by_name_and_leaves_nothing(
    gateway: FolioGateway, house: Property, desk: Reception, changes: dict[str, Any], code: str
) -> None:
    codes = code.split() if gateway.abilities.limits else [*code.split(), "denied"]
    assert await refused(gateway, posting_of(10_000, **changes)) in codes
    assert await house.totals(DAY) == DayTotals(DAY, ())
    assert len((await folio(desk)).lines) == 1


async def test_two_guests_of_one_name_keep_their_own_folios(
    gateway: FolioGateway, desk: Reception
) -> None:
    posting = posting_of(0, 10_000, stay_id="3051", room="305")
    await posted(gateway, posting)
    assert (await folio(desk, "3051")).balance_minor == 10_000
    assert (await folio(desk, "3041")).balance_minor == 85_000


async def test_a_guest_who_moved_is_still_the_guest_who_signed(
    gateway: FolioGateway, desk: Reception
) -> None:
    await posted(gateway, posting_of(0, 10_000, room="212"))
    assert (await folio(desk)).balance_minor == 95_000


async def test_hostile_text_is_stored_as_text_and_searched_as_text(
    gateway: FolioGateway, desk: Reception
) -> None:
    (guest,) = await found(gateway, ByName("o'brien"))
    assert "\x02" not in guest.name
    assert "GN" in guest.name
    text = "';--\x1b@\ud800 | <script> =1+1 \x00"
    await posted(
        gateway,
        posting_of(
            100, stay_id=guest.stay_id, guest_name=guest.name, text=text, waiter=text, outlet=text
        ),
    )
    line = (await folio(desk, guest.stay_id)).lines[0]
    assert "<script>" in line.note
    assert not {"\x00", "\x1b", "\ud800"} & set(line.note)


async def test_two_charges_at_once_cannot_share_one_remaining_limit(
    gateway: FolioGateway, desk: Reception
) -> None:
    whole = posting_of(0, 100_000, stay_id="11", guest_name="Шевченко, Олена", room="1")
    answers = await asyncio.gather(
        *(gateway.post(replace(whole, posting_id=f"race-{n}")) for n in range(5))
    )
    assert sum(isinstance(answer, Posted) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 4
    assert (await folio(desk, "11")).balance_minor == 100_000


async def test_the_same_posting_twice_at_once_stands_once(
    gateway: FolioGateway, desk: Reception
) -> None:
    first, second = await asyncio.gather(
        gateway.post(posting_of(0, 100)), gateway.post(posting_of(0, 100))
    )
    assert first == second
    assert (await folio(desk)).balance_minor == 85_100


async def test_during_the_night_audit_postings_wait_and_known_answers_do_not(
    gateway: FolioGateway, desk: Reception
) -> None:
    first = await posted(gateway, posting_of(0, 100))
    assert await desk.begin_night_audit() == DAY
    assert await posted(gateway, posting_of(0, 100)) == first
    late = posting_of(0, 200, posting_id="p2")
    waiting = await gateway.post(late)
    assert isinstance(waiting, Deferred)
    assert waiting.code == ("night_audit" if gateway.abilities.audits else "busy")
    assert (await gateway.health()).night_audit == gateway.abilities.audits
    assert await gateway.look("p2") == NotThere()
    assert await desk.end_night_audit("2026-11-22") == "2026-11-22"
    await posted(gateway, replace(late, attempt=2))
    lines = (await folio(desk)).lines
    assert [line.hotel_day for line in lines] == [DAY, DAY, "2026-11-22"]


async def test_a_correction_is_a_new_negative_posting_up_to_what_stands(
    gateway: FolioGateway, desk: Reception
) -> None:
    await posted(gateway, posting_of(80_000, 10_000, tip_minor=500, total_minor=90_500))
    if not gateway.abilities.part_reversals:
        await _only_the_whole(gateway, desk)
        return
    back = posting_of(-30_000, posting_id="r1", reverses="p1")
    answer = await posted(gateway, back)
    assert answer.charged_minor + answer.allowance_minor == -30_000
    if gateway.abilities.allowance_taken:
        assert answer.allowance_minor == -10_000
    assert await posted(gateway, back) == answer
    too_much = posting_of(-50_001, posting_id="r2", reverses="p1")
    assert await refused(gateway, too_much) == "over_reversal"
    rest = posting_of(
        -50_000, -10_000, posting_id="r3", reverses="p1", tip_minor=-500, total_minor=-60_500
    )
    await posted(gateway, rest)
    again = replace(rest, posting_id="r4", reverses="r3")
    assert await refused(gateway, again) == "original_not_found"
    view = await folio(desk)
    assert view.balance_minor == 85_000
    assert [line.kind for line in view.lines].count("reversal") == 4
    (anna, _) = await found(gateway, ByRoom("304"))
    assert anna.allowances[0].left_minor == 60_000


async def _only_the_whole(gateway: FolioGateway, desk: Reception) -> None:
    """A charge of 905.00 stands; a part of it cannot be taken back, the whole can, once."""
    part = posting_of(-30_000, posting_id="r1", reverses="p1")
    assert await refused(gateway, part) == "not_allowed"
    whole = posting_of(
        -80_000, -10_000, posting_id="r2", reverses="p1", tip_minor=-500, total_minor=-90_500
    )
    answer = await posted(gateway, whole)
    assert await posted(gateway, whole) == answer
    assert await refused(gateway, replace(whole, posting_id="r3")) == "over_reversal"
    assert (await folio(desk)).balance_minor == 85_000


async def test_the_days_totals_are_the_sum_of_what_was_posted(gateway: FolioGateway) -> None:
    if not gateway.abilities.totals:
        assert isinstance(await gateway.totals(DAY), Unavailable)
        return
    await posted(gateway, posting_of(80_000, 10_000, service_minor=9_000, total_minor=99_000))
    await posted(gateway, posting_of(-80_000, posting_id="r1", reverses="p1"))
    await posted(gateway, posting_of(0, 700, posting_id="p2", outlet="bar"))
    await posted(gateway, posting_of(0, 900, posting_id="p3", business_day="2026-11-22"))
    totals = await gateway.totals(DAY)
    assert isinstance(totals, DayTotals)
    bar, main = totals.outlets
    assert (bar.outlet, bar.total_minor) == ("bar", 700)
    assert main.groups == (("bar", 10_000), ("food", 0))
    assert (main.postings, main.service_minor, main.total_minor) == (2, 9_000, 19_000)
    assert (main.allowance_minor, totals.total_minor) == (0, 19_700)


async def test_a_link_without_totals_keeps_the_hotels_answers_charge_by_charge(
    gateway: FolioGateway,
) -> None:
    assert gateway.abilities.totals != isinstance(gateway, LoggedGateway)
    if not isinstance(gateway, LoggedGateway):
        return
    await posted(gateway, posting_of(80_000, 10_000))
    await posted(gateway, posting_of(0, 700, posting_id="p2", check_no="T1-19", outlet="bar"))
    next_day = posting_of(0, 900, posting_id="p3", check_no="T1-20", business_day="2026-11-22")
    await posted(gateway, next_day)
    await posted(gateway, posting_of(-80_000, -10_000, posting_id="r1", reverses="p1"))
    await refused(gateway, posting_of(100, posting_id="p4", stay_id="99999"))
    answers = await gateway.answered_on(DAY)
    assert isinstance(answers, tuple)
    assert [(one.posting_id, one.outlet, one.total_minor) for one in answers] == [
        ("p1", "main", 90_000),
        ("p2", "bar", 700),
        ("r1", "main", -90_000),
    ]
    assert all(one.ref and one.room == "304" for one in answers)


async def test_a_quarantine_is_longer_than_the_wait_for_an_answer(gateway: FolioGateway) -> None:
    assert gateway.timing.quarantine_ms > gateway.timing.answer_ms
    assert (await gateway.health()).up
