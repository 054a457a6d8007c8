"""A whole server whose settings name a property system of another make."""

import asyncio
import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from pydantic import ValidationError

from sync_server.bootstrap import House
from sync_server.clocks import wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.demo.property_system import DEMO_SITES
from sync_server.demo.venue import DEMO_VENUE, load_venue
from sync_server.hotel.fias.gateway import FiasGateway
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import Posted
from sync_server.hotel.property import Property
from sync_server.hotel.simulated.fias_house import FiasHouse
from sync_server.store.database import Database
from tests.hotel.postings import posting_of


async def test_a_house_charges_the_system_that_its_settings_name_and_says_when_it_is_away(
    tmp_path: Path, in_memory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = {**DEMO_SITES["fias"], "listen_ms": 2_000, "close_ms": 100}
    settings = FiasSettings.model_validate({**site, "port": 1})
    house_of_guests = Property(in_memory, lambda: 1_000)
    hotel = FiasHouse(house_of_guests, settings, wall_ms, Random(1))
    monkeypatch.setenv("VITRYLO_HOTEL", json.dumps({**site, "port": await hotel.start()}))
    house = House(ServerSettings(data=tmp_path, port=0))
    try:
        await house.start()
        await furnish(house, load_venue(DEMO_VENUE), date(2026, 11, 21), wall_ms())
        await house.listen()
        assert isinstance(house.gateway, FiasGateway)
        await house.gateway.link.stands.wait()
        assert house.health()["hotel"] is True
        found = await house.search.guests("304", "2026-11-21", wall_ms())
        assert isinstance(found, tuple)
        assert [guest.name for guest in found] == ["Kowalski, Anna", "Kowalski, Piotr"]
        assert isinstance(await house.gateway.post(posting_of(0, 100)), Posted)
        await hotel.stop()
        while house.health()["hotel"]:
            await asyncio.sleep(0)
    finally:
        await house.stop()
        await hotel.stop()


def test_a_site_that_cannot_work_is_refused_by_name() -> None:
    for wrong in (
        {"lookup": "feed"},
        {"slots": {"food": 10}},
        {"quarantine_ms": 100, "answer_ms": 200},
        {"outlets": {"bar": -1}},
        {"unknown": 1},
    ):
        with pytest.raises(ValidationError):
            FiasSettings.model_validate({"port": 5003, **wrong})
