"""Claims about the one field in which a waiter looks for a guest."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from sync_server.effects.guest_search import GuestSearch, NobodyFound
from sync_server.effects.meals import meals_of
from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.faulty import Faults, FaultyGateway
from sync_server.hotel.gateway import FindOutcome, GuestQuery, Timing
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.store.database import Database, MemoryDisk
from tests.hotel.conftest import DAY, SMALL_HOUSE, at_once
from tests.store.ready_made import HOTEL, image_of


@pytest.fixture
async def hotel() -> EmbeddedGateway:
    """The small house."""
    database = Database.on_disk(MemoryDisk(image_of(HOTEL)))
    await load_rooms(database, SMALL_HOUSE, DAY, at_ms=0, currency="UAH")
    return EmbeddedGateway(Property(database, lambda: 0))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("304", ["3041", "3042"]),
        (" 1 ", ["11"]),
        ("kowalski piotr", ["3042"]),
        ("04A2:77", ["3041"]),
    ],
)
async def test_a_room_comes_first_then_a_name_then_a_card(
    hotel: EmbeddedGateway, text: str, found: list[str]
) -> None:
    answer = await GuestSearch(hotel, lambda _: "dinner").guests(text, DAY.isoformat(), 0)
    assert not isinstance(answer, NobodyFound)
    assert [guest.stay_id for guest in answer] == found


async def test_the_waiter_sees_the_allowance_of_this_meal_and_the_limit_left(
    hotel: EmbeddedGateway,
) -> None:
    for meal, left in (("dinner", 60_000), ("lunch", 0), ("", 60_000)):
        search = GuestSearch(hotel, lambda _, meal=meal: meal)  # type: ignore[misc]
        answer = await search.guests("304", DAY.isoformat(), 0)
        assert not isinstance(answer, NobodyFound)
        anna, piotr = answer
        assert (sum(one.left_minor for one in anna.allowances), anna.limit_left_minor) == (
            left,
            415_000,
        )
        assert (piotr.no_post, piotr.limit_left_minor) == (True, -1)


@pytest.mark.parametrize("text", ["", "  ", "999", "nobody", "%", "\x00", "x" * 5_000])
async def test_who_is_not_in_house_is_not_found(hotel: EmbeddedGateway, text: str) -> None:
    answer = await GuestSearch(hotel, lambda _: "").guests(text, DAY.isoformat(), 0)
    assert answer == NobodyFound("no_guest")


async def test_a_hotel_that_is_away_or_silent_is_said_to_be_away(hotel: EmbeddedGateway) -> None:
    deaf = FaultyGateway(hotel, random.Random(1), at_once, Faults(deaf=10_000))

    class Silent(EmbeddedGateway):
        async def find_guests(
            self, query: GuestQuery, *, business_day: str, count_max: int
        ) -> FindOutcome:
            await asyncio.Event().wait()
            raise AssertionError("it never comes")

    silent = Silent(hotel._house, Timing(find_ms=1))
    for link in (deaf, silent):
        answer = await GuestSearch(link, lambda _: "").guests("304", DAY.isoformat(), 0)
        assert answer == NobodyFound("hotel_away")


MEALS = {3: "dinner", 4: "breakfast", 11: "breakfast", 12: "lunch", 16: "lunch", 17: "dinner"}


@pytest.mark.parametrize(("hour", "meal"), MEALS.items())
def test_a_meal_follows_the_venues_own_time(hour: int, meal: str) -> None:
    # Kyiv is two hours ahead of UTC in November and three in July.
    for month, ahead in ((11, 2), (7, 3)):
        at = datetime(2026, month, 21, (hour - ahead) % 24, 30, tzinfo=UTC)
        assert meals_of("Europe/Kyiv")(int(at.timestamp()) * 1_000) == meal
