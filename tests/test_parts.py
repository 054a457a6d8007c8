"""What a server does when a part of it dies: nothing of it goes without a word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from sync_server import doctor
from sync_server.bootstrap import DISK, House
from sync_server.clocks import wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.doctor import Level
from sync_server.domain import commands as c
from sync_server.front_office.bus import CommandBus
from sync_server.front_office.watch import KitchenWatch
from sync_server.parts import AGAIN_MS, FILE, PARTS, Parts, Weight, ended_in
from tests.demo.loaded import demo_venue

NOW_MS = 1_800_000_000_000


async def _dies() -> None:
    raise ValueError("a planted fault")


class Watched:
    """Parts of a process whose end is only counted."""

    def __init__(self, folder: Path, supervised: bool) -> None:
        self.ends = 0
        self.now_ms = NOW_MS
        self.parts = Parts(folder, lambda: self.now_ms, self._end, supervised)

    def _end(self) -> None:
        self.ends += 1

    async def dies(self, name: str) -> None:
        """A part begins and ends by an error."""
        self.parts.run(name, _dies())
        await self.parts.finished(name, 10)
        await asyncio.sleep(0)


@pytest.mark.parametrize("supervised", [True, False])
async def test_the_heart_of_the_house_takes_the_process_with_it(
    tmp_path: Path, supervised: bool, caplog: pytest.LogCaptureFixture
) -> None:
    house = Watched(tmp_path, supervised)
    await house.dies("front_office")
    assert house.ends == 1
    assert "front_office ended, no command is decided: the process ends" in caplog.text
    assert "a planted fault" in caplog.text


async def test_a_part_that_a_start_heals_ends_the_process_once_and_not_again_and_again(
    tmp_path: Path,
) -> None:
    first = Watched(tmp_path, supervised=True)
    await first.dies("printing")
    assert (first.ends, first.parts.down) == (1, [])
    after_a_start = Watched(tmp_path, supervised=True)
    after_a_start.now_ms += AGAIN_MS - 1
    await after_a_start.dies("printing")
    assert (after_a_start.ends, after_a_start.parts.down) == (0, ["printing"])
    much_later = Watched(tmp_path, supervised=True)
    much_later.now_ms += 3 * AGAIN_MS
    await much_later.dies("printing")
    assert much_later.ends == 1
    assert [one.part for one in ended_in(tmp_path)] == ["printing"] * 3


async def test_where_nobody_starts_it_again_and_for_what_can_wait_the_rest_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    by_hand, service = Watched(tmp_path, supervised=False), Watched(tmp_path, supervised=True)
    await by_hand.dies("printing")
    await service.dies("backups")
    assert (by_hand.ends, by_hand.parts.down) == (0, ["printing"])
    assert (service.ends, service.parts.down) == (0, ["backups"])
    assert "backups ended, no backup is made; the rest goes on" in caplog.text


async def test_a_note_that_is_torn_or_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[{"part": "pri')
    await Watched(tmp_path, supervised=False).dies("printing")
    assert [one.part for one in ended_in(tmp_path)] == ["printing"]
    nowhere = Watched(tmp_path / "gone", supervised=False)
    await nowhere.dies("printing")
    assert nowhere.parts.down == ["printing"]


async def test_the_doctor_tells_of_it_for_a_day(tmp_path: Path) -> None:
    assert doctor.check_parts(tmp_path, NOW_MS).level is Level.OK
    house = Watched(tmp_path, supervised=False)
    await house.dies("printing")
    await house.dies("drawers")
    told = doctor.check_parts(tmp_path, NOW_MS + 1)
    assert told.level is Level.WARN
    assert "2 times within a day: drawers, printing" in told.seen
    assert "a planted fault" in told.seen
    assert doctor.check_parts(tmp_path, NOW_MS + doctor.A_DAY_MS).level is Level.OK


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[tuple[House, asyncio.Event]]:
    """A real server; the event is set instead of ending this process."""
    house, ended = House(ServerSettings(data=folder, port=0)), asyncio.Event()
    house.parts.end = ended.set
    await house.start()
    try:
        await furnish(house, demo_venue(), date(2026, 11, 21), wall_ms())
        await house.listen()
        yield house, ended
    finally:
        await house.stop()


async def test_a_real_house_shows_the_part_that_died_and_works_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(watch: KitchenWatch) -> None:
        raise ValueError("a planted fault")

    monkeypatch.setattr(KitchenWatch, "run", dies)
    async with open_house(tmp_path) as (house, ended), asyncio.timeout(90):
        while not house.health()["parts"]:
            await asyncio.sleep(0)
        assert house.health()["parts"] == ["kitchen_watch"]
        house.office.bus.disk_full = True
        assert house.health()["parts"] == ["kitchen_watch", DISK]
        assert not ended.is_set()


async def test_a_real_house_whose_decider_dies_ends_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until now every tap from then on waited for ever, and nobody was told."""
    async with open_house(tmp_path) as (house, ended):

        async def dies(bus: CommandBus, jobs: object, look_up: bool = False) -> None:
            raise ValueError("a planted fault")

        monkeypatch.setattr(CommandBus, "_decide", dies)
        house.office.report_later(c.StopItem("borscht", 1_000), "nadia")
        async with asyncio.timeout(90):
            await ended.wait()
        assert [one.part for one in ended_in(tmp_path)] == ["front_office"]


def test_every_part_has_words_for_what_is_missing_without_it() -> None:
    assert {part.weight for part in PARTS.values()} == set(Weight)
    assert all(part.without for part in PARTS.values())
