"""The demo venue's rooms and guests, from its files into the hotel."""

from datetime import date

from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.gateway import ByKeyCard, ByName, ByRoom, GuestQuery, GuestsFound
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.reception import Reception
from sync_server.store.database import Database, MemoryDisk
from tests.demo.loaded import demo_venue
from tests.store.ready_made import HOTEL, image_of


async def test_every_guest_of_the_demo_can_be_found_by_room_name_and_card() -> None:
    venue = demo_venue()
    database = Database.on_disk(MemoryDisk(image_of(HOTEL)))
    day = date(2026, 11, 21)
    assert await load_rooms(database, venue, day, at_ms=0, currency="UAH")
    gateway = EmbeddedGateway(Property(database, lambda: 0))
    assert len(await Reception(database, lambda: 0).in_house()) == len(venue.stays)
    for stay in venue.stays:
        queries: list[GuestQuery] = [ByRoom(stay.room_no), ByName(f"{stay.name} {stay.surname}")]
        if stay.key_card:
            queries.append(ByKeyCard(stay.key_card))
        for query in queries:
            found = await gateway.find_guests(query, business_day="2026-11-21", count_max=20)
            assert isinstance(found, GuestsFound)
            guest = next(each for each in found.guests if each.stay_id == stay.stay_id)
            if stay.credit_limit_minor:
                left = stay.credit_limit_minor - stay.charged_minor
                assert guest.limit_left_minor == max(left, 0)
