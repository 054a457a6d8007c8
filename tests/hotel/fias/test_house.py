"""A whole server whose settings name a property system of another make."""

import asyncio
import json
import re
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from pydantic import TypeAdapter, ValidationError

from sync_server.bootstrap import House
from sync_server.clocks import wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.demo.property_system import DEMO_SITES
from sync_server.domain import commands as c
from sync_server.domain.ids import ChargeId, CheckId, LineId, ShiftId, StaffId
from sync_server.effects.reconciliation import reconcile
from sync_server.front_office.room_day import charges_of
from sync_server.hotel.cloudbeds.settings import CloudbedsSettings
from sync_server.hotel.fias.gateway import FiasGateway
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import Posted
from sync_server.hotel.opening import AnyHotel, HotelSettings
from sync_server.hotel.property import Property
from sync_server.hotel.reception import FolioView, Reception
from sync_server.hotel.simulated.fias_house import FiasHouse
from sync_server.store.database import Database
from tests.builders import a_line
from tests.demo.loaded import demo_venue
from tests.hotel.postings import posting_of

DEV = "desk"


@asynccontextmanager
async def house_with_hotel(
    folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[House, FiasHouse]]:
    """A furnished server in business, linked to a property system of another make."""
    site = {**DEMO_SITES["fias"], "listen_ms": 2_000, "close_ms": 100}
    settings = FiasSettings.model_validate({**site, "port": 1})
    hotel = FiasHouse(Property(database, lambda: 1_000), settings, wall_ms, Random(1))
    monkeypatch.setenv("VITRYLO_HOTEL", json.dumps({**site, "port": await hotel.start()}))
    house = House(ServerSettings(data=folder, port=0))
    try:
        await house.start()
        await furnish(house, demo_venue(), date(2026, 11, 21), wall_ms())
        await house.listen()
        assert isinstance(house.gateway, FiasGateway)
        await house.gateway.link.stands.wait()
        yield house, hotel
    finally:
        await house.stop()
        await hotel.stop()


async def test_a_house_charges_the_system_that_its_settings_name_and_says_when_it_is_away(
    tmp_path: Path, in_memory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house_with_hotel(tmp_path, in_memory, monkeypatch) as (house, hotel):
        assert house.health()["hotel"] is True
        found = await house.search.guests("304", "2026-11-21", wall_ms())
        assert isinstance(found, tuple)
        assert [guest.name for guest in found] == ["Kowalski, Anna", "Kowalski, Piotr"]
        await hotel.stop()
        while house.health()["hotel"]:
            await asyncio.sleep(0)


async def test_from_the_journal_to_the_folio_and_back_again(
    tmp_path: Path, in_memory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Charge, unclear never; then the reversal; the day agrees with the hotel at each step."""
    async with house_with_hotel(tmp_path, in_memory, monkeypatch) as (house, _):
        office, told = house.office, asyncio.Event()
        office.subscribe(lambda _n: told.set())

        async def settled(charge_id: str) -> None:
            async with asyncio.timeout(90):
                while house.door.charge_state(charge_id) != "posted":
                    told.clear()
                    await told.wait()

        check, shift = CheckId("k"), ShiftId("sh")
        guest = ("1011", "101", "Łódź, Żaneta")
        for command in (
            c.OpenShift(shift, "1", 100_000),
            c.OpenCheck(check, "S-001", "table", "t5"),
            c.AddLines(check, (a_line("l1", "saperavi"),)),
            c.SendLines(check, (LineId("l1"),)),
            c.ChargeRoom(check, ChargeId("c1"), shift, *guest, 50_000, 2_500),
        ):
            result = await office.report(command, "nadia")
            assert result is not None
            assert result.code == "", command
        await settled("c1")
        desk = Reception(in_memory, lambda: 1_000)
        view = await desk.folio("1011")
        assert isinstance(view, FolioView)
        assert view.balance_minor == 52_500
        assert await office.report(
            c.ReverseCharge(ChargeId("c1"), ChargeId("c2"), shift, "wrong guest"), "nadia"
        )
        await settled("c2")
        view = await desk.folio("1011")
        assert isinstance(view, FolioView)
        assert view.balance_minor == 0
        day = await charges_of(house.front, "2026-11-21")
        totals = await Property(in_memory, lambda: 1_000).totals("2026-11-21")
        compared = reconcile("2026-11-21", day, totals, "restaurant")
        assert [charge.state for charge in day] == ["posted", "posted"]
        assert (compared.posted_minor, compared.difference_minor) == (0, 0)
        await _compared_by_its_answers(house)


async def _compared_by_its_answers(house: House) -> None:
    """The link tells no sums: each charge is held against the answer that came to it."""
    session = await _signed_in(house)
    assert house.office.asks is not None
    answer = await house.office.asks.answer(DEV, session, "hotel_day", b'{"day":"2026-11-21"}')
    told = json.loads(answer.body)
    assert (told["one_by_one"], told["hotel_minor"], told["difference_minor"]) == (True, 0, 0)
    assert [odd["why"] for odd in told["exceptions"]] == ["reversal"]
    read = b'{"day":"2026-11-21","stated_minor":%d}'
    answer = await house.office.asks.answer(DEV, session, "hotel_day", read % 500)
    told = json.loads(answer.body)
    assert (told["stated"], told["hotel_minor"], told["difference_minor"]) == (True, 500, 500)
    answer = await house.office.asks.answer(DEV, session, "hotel_day", read % 10**12)
    assert answer.code == "bad_amount"
    # The journal is set back to a copy, as after a restore: the hotel's answers outlive it.
    lost = posting_of(700, posting_id="lost", stay_id="1011", room="101", outlet="restaurant")
    posted = await house.gateway.post(replace(lost, guest_name="Łódź, Żaneta"))
    assert isinstance(posted, Posted)
    answer = await house.office.asks.answer(DEV, session, "hotel_day", b'{"day":"2026-11-21"}')
    told = json.loads(answer.body)
    assert (told["hotel_minor"], told["difference_minor"]) == (700, 700)
    odd = told["exceptions"][0]
    assert (odd["why"], odd["room"], odd["amount_minor"]) == ("only_hotel", "101", 700)
    await house.office.report(c.StateHotelTotal("2026-11-21", 600), "nadia")
    answer = await house.office.asks.answer(DEV, session, "hotel_day", b'{"day":"2026-11-21"}')
    told = json.loads(answer.body)
    assert (told["stated"], told["hotel_minor"], told["stated_by"]) == (True, 600, "nadia")


async def _signed_in(house: House) -> str:
    """A manager's session at some terminal."""
    await house.office.access.open_session("token.of-nadia", StaffId("nadia"), DEV, wall_ms())
    return "token.of-nadia"


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


def test_the_settings_that_the_readme_shows_open_a_link_each() -> None:
    text = (Path(__file__).parents[3] / "sync_server/hotel/README.md").read_text()
    shown = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    read: TypeAdapter[AnyHotel] = TypeAdapter(HotelSettings)
    sites = [read.validate_python(tomllib.loads(block)["hotel"]) for block in shown]
    assert [type(site) for site in sites] == [FiasSettings, CloudbedsSettings]
