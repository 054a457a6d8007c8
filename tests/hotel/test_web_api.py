"""The web API link: what it sends, and what it makes of a property that misbehaves."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st

from sync_server.clocks import wall_ms
from sync_server.demo.property_system import DEMO_SITES
from sync_server.hotel.absent import AbsentGateway
from sync_server.hotel.cloudbeds.gateway import CloudbedsGateway
from sync_server.hotel.cloudbeds.messages import check_body
from sync_server.hotel.cloudbeds.settings import CloudbedsSettings
from sync_server.hotel.gateway import (
    CannotTell,
    Deferred,
    Posted,
    PostOutcome,
    RevenueLine,
    Unknown,
)
from sync_server.hotel.opening import open_link
from sync_server.hotel.property import Property
from sync_server.hotel.simulated.mishaps import NO_MISHAPS, Mishaps
from sync_server.store.database import Database, MemoryDisk
from tests.hotel.conftest import WEB_KEY, web_link
from tests.hotel.fias.test_adversary import charge, on_folio
from tests.hotel.postings import DAY, posting_of

HASTY = {"answer_ms": 300, "quarantine_ms": 400}
ALWAYS = 10_000


def test_a_check_is_sent_in_positive_decimals_that_sum_to_the_charge() -> None:
    dinner = posting_of(
        lines=(RevenueLine("food", 5_200, -520), RevenueLine("bar", 3_150)),
        service_minor=783, tip_minor=600, total_minor=9_213, check_no="T3-018", text="12",
    )  # fmt: skip
    body = check_body(dinner, CloudbedsSettings(property_id="7"))
    assert (body["checkId"], body["reservationId"]) == ("p1", "3041")
    food, bar = body["items"]
    assert (food["amount"], food["discounts"][0]["amount"]) == ("52.00", "5.20")
    assert (bar["amount"], bar["externalLineId"]) == ("31.50", "bar")
    assert body["gratuities"] == [{"amount": "6.00"}]
    assert body["serviceCharge"] == {"amount": "7.83"}
    assert body["totals"] == {
        "totalItems": "83.50", "totalServiceCharge": "7.83", "totalGratuity": "6.00",
    }  # fmt: skip


_rate = st.sampled_from([0, 0, 2_000, 5_000])
_mishaps = st.builds(
    Mishaps, slow=_rate, slow_ms=st.sampled_from([20, 600]), deaf=_rate, mute=_rate,
    foreign=_rate, again=_rate, dialect=_rate, broken=_rate, audit=_rate,
)  # fmt: skip


@given(mishaps=_mishaps, seed=st.integers(0, 10_000))
@settings(max_examples=4, deadline=None)
def test_nobody_is_charged_twice_and_nothing_is_lost_from_the_list(
    image: bytes, mishaps: Mishaps, seed: int
) -> None:
    async def evening() -> None:
        with Database.on_disk(MemoryDisk(image)) as database:
            house = Property(database, lambda: 1_000)
            async with web_link(house, database, mishaps, seed, **HASTY) as (gateway, hotel):
                said: dict[int, PostOutcome] = {}
                for n in range(1, 4):
                    for attempt in range(1, 5):
                        said[n] = await gateway.post(replace(charge(n), attempt=attempt))
                        if not isinstance(said[n], Deferred):
                            break
                hotel.mishaps = NO_MISHAPS
                stands = await on_folio(house, database)
                for n, outcome in said.items():
                    assert stands[str(n)] <= 1
                    if not isinstance(outcome, Unknown):
                        assert stands[str(n)] == isinstance(outcome, Posted)
                        continue
                    assert isinstance(await gateway.look(f"c{n}"), CannotTell)
                    asked = len(hotel.received)
                    assert isinstance(await gateway.post(charge(n)), Unknown)
                    assert len(hotel.received) == asked, "it was sent by itself"
                    # Even on a person's mistaken word the key keeps it from standing twice.
                    for attempt in range(9, 40):
                        outcome = await gateway.post(replace(charge(n), attempt=attempt))
                        if isinstance(outcome, Posted):
                            break
                    assert isinstance(outcome, Posted)
                after = await on_folio(house, database)
                assert set(after.values()) <= {1}
                posted = sum(charge(int(n)).total_minor for n in after)
                assert (await house.totals(DAY)).total_minor == posted

    asyncio.run(evening())


async def test_a_property_that_is_away_is_said_to_be_and_nothing_was_posted(
    in_memory: Database,
) -> None:
    house = Property(in_memory, lambda: 1_000)
    async with web_link(house, in_memory) as (gateway, hotel):
        assert isinstance(await gateway.post(charge(1)), Posted)
        await hotel.stop()
        outcome = await gateway.post(charge(2))
        assert isinstance(outcome, Deferred)
        assert outcome.code == "link_down"
        assert not gateway.up


async def test_the_settings_open_the_link_with_the_key_of_the_data_folder(
    tmp_path: Path, in_memory: Database
) -> None:
    house = Property(in_memory, lambda: 1_000)
    async with web_link(house, in_memory) as (_, hotel):
        url = f"http://127.0.0.1:{hotel.port}"
        site = CloudbedsSettings.model_validate({**DEMO_SITES["cloudbeds"], "url": url})
        place: dict[str, Any] = {
            "zone": "Europe/Kyiv",
            "currency": "UAH",
            "chance": bytes,
            "secrets": tmp_path,
        }
        without = open_link(site, in_memory, wall_ms, **place)
        assert isinstance(without, AbsentGateway)
        assert "hotel.key" in without.text
        (tmp_path / "hotel.key").write_text(f"{WEB_KEY}\n")
        link = open_link(site, in_memory, wall_ms, **place)
        assert isinstance(link, CloudbedsGateway)
        assert isinstance(await link.post(charge(1)), Posted)
        await link.close()
        (tmp_path / "hotel.key").write_text("another")
        stranger = open_link(site, in_memory, wall_ms, **place)
        assert isinstance(stranger, CloudbedsGateway)
        assert isinstance(await stranger.post(charge(2)), Deferred)
        assert not stranger.up
        await stranger.close()
