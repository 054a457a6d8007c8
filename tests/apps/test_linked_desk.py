"""The terminal's desk on the real client and the real server, over a real socket on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from pos_app.linked_desk import LinkedDesk
from pos_app.presenters.flow import Flow
from sync_server import clocks
from sync_server.bootstrap import House
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.numbers import CheckNumbers
from sync_server.client.offline_pin import OfflinePins
from sync_server.client.worker import Worker, inline
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.domain import commands as c, limits
from sync_server.domain.ids import ShiftId
from sync_server.protocol.link import Link
from sync_server.transport.server import SyncServer
from tests.demo.loaded import demo_venue
from tests.ports import lasting_port

Connect = Callable[[str, str], Awaitable[Link]]


@dataclass
class CheckOnDay:
    """A check as the counter sees it."""

    number: str
    day: str


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; fails when it never comes true."""
    async with asyncio.timeout(90):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[House]:
    """The demo venue's server, on a port that it may have again."""
    house = House(ServerSettings(data=tmp_path / "server", port=lasting_port()))
    await house.start()
    await furnish(house, demo_venue(), clocks.today(), clocks.wall_ms())
    await house.listen()
    yield house
    await house.stop()


async def desk_of(folder: Path, run: Worker, connect: Connect = open_link) -> LinkedDesk:
    """A terminal in a folder of its own, on this disk and this way to the server."""
    folder.mkdir(exist_ok=True)
    desk = LinkedDesk(
        folder,
        run=run,
        clock=clocks.wall_ms,
        mono=clocks.mono_ms,
        rng=clocks.system_random(),
        boot_id=clocks.boot_id(),
        hall_id="main",
        drawer="1",
        connect=connect,
    )
    await desk.open()
    return desk


async def known_desk(server: House, folder: Path, run: Worker) -> LinkedDesk:
    """The same, enrolled and started."""
    desk = await desk_of(folder, run)
    code = server.desk.open("Bar", "pos")
    assert await desk.enrol(Invitation(server.url, code, server.fingerprint), "Bar") == ""
    await desk.start()
    return desk


async def enter(flow: Flow, staff_id: str, pin: str) -> None:
    """Tap a name and type a PIN."""
    flow.act(f"person_tapped:{staff_id}")
    for figure in pin:
        flow.act(f"key:{figure}")
    presenter = flow.presenter("sign_in")
    await until(lambda: not presenter.waiting)  # type: ignore[attr-defined]


async def test_an_order_crosses_the_wire_and_survives_the_end_of_both(
    server: House, tmp_path: Path
) -> None:
    worker = Worker()
    desk = await known_desk(server, tmp_path / "pos", worker)
    await until(lambda: desk.catalogue.items and desk.link.phase == "online")

    flow = Flow(desk)
    await enter(flow, "olena", "4071")
    assert flow.view().screen == "floor", flow.view().view
    if desk.venue.day is None:
        await server.office.report(c.OpenDay(clocks.today().isoformat()), "nadia")
        await until(lambda: desk.venue.day is not None)
    assert (await desk.sign_in_by_card("04A1B2C3")).code == "unknown_card"
    await server.office.access.cards.give("olena", "04A1B2C3", clocks.wall_ms())
    assert not (await desk.sign_in_by_card("04A1B2C3")).code
    assert desk.me == "olena"
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    row = flow.view().view.rows[1]
    assert row.mark == "ring", "not on the disk yet"
    line_id = row.id.partition(":")[2]
    await until(lambda: desk.progress(line_id) == "")
    assert flow.view().view.rows[1].mark == "check"
    flow.act("send")
    check_id = flow.place.check_id
    await until(lambda: any(t.check_id == check_id for t in server.office.venue.tickets.values()))

    await server.sockets.stop()  # type: ignore[union-attr]
    await until(lambda: not desk.link.online)
    flow.act("tap_item:herring-potato")
    lost = flow.view().view.rows[-1].id.partition(":")[2]
    await until(lambda: desk.progress(lost) == "saved")
    assert "готівка працюють" in flow.view().banner.text
    await desk.stop()
    worker.close()

    worker = Worker()
    again = await desk_of(tmp_path / "pos", worker)
    check = again.venue.checks[check_id]  # type: ignore[index]
    assert [line.item_id for line in check.lines] == ["salo-platter", "herring-potato"]
    assert again.progress(lost) == "saved"
    await again.start()
    await enter(later := Flow(again), "olena", "4071")
    assert later.view().screen == "floor", "signed in without the server"
    again.sign_out()
    assert (await again.sign_in_by_card("04FFFFFF")).code == "card_never_here"
    assert not (await again.sign_in_by_card("04A1B2C3")).code, "nor does the card need it"
    await enter(nobody := Flow(again), "ihor", "5926")
    assert "ще не входили" in nobody.presenter("sign_in").message  # type: ignore[attr-defined]
    await again.stop()
    worker.close()


async def test_a_name_that_was_erased_leaves_the_state_that_a_terminal_keeps(
    server: House, tmp_path: Path
) -> None:
    worker = Worker()
    desk = await known_desk(server, tmp_path / "pos", worker)
    await until(lambda: desk.link.phase == "online")
    await server.office.report(c.OpenDay(clocks.today().isoformat()), "nadia")
    await server.office.report(c.IssueClubCard("2900000000420", "Mia"), "nadia")
    await until(lambda: "2900000000420" in desk.venue.club)
    assert desk.venue.club["2900000000420"].name == "Mia"
    await server.office.report(c.EraseGuests(("card:2900000000420",), "halyna", "asked"))
    await until(lambda: not desk.venue.club["2900000000420"].name)
    async with asyncio.timeout(90):
        while (await desk.client.link.base()).snapshot is None:
            await asyncio.sleep(0.01)
    kept = (await desk.client.link.base()).snapshot or b""
    assert b"2900000000420" in kept
    assert b"Mia" not in kept
    await desk.stop()
    worker.close()


async def test_what_one_likes_follows_to_the_next_terminal_and_stays_without_the_server(
    server: House, tmp_path: Path
) -> None:
    worker = Worker()
    desks = []
    for name in ("Bar", "Hall"):
        desk = await desk_of(tmp_path / name, worker)
        code = server.desk.open(name, "pos")
        assert not await desk.enrol(Invitation(server.url, code, server.fingerprint), name)
        await desk.start()
        desks.append(desk)
    bar, hall = desks
    await until(lambda: all(x.catalogue.items and x.link.phase == "online" for x in desks))
    await enter(Flow(bar), "olena", "4071")
    bar.prefer(language="pl", scale=130, hand="left", favourites=("borscht",))
    chosen = bar.preference
    async with asyncio.timeout(90):
        while not (await bar.ask("liking", {"text": "", "changed_ms": 0})).body.get("text"):
            await asyncio.sleep(0.05)  # the server has it before the next terminal asks
    await enter(Flow(hall), "olena", "4071")
    await until(lambda: hall.preference == chosen)
    await server.sockets.stop()  # type: ignore[union-attr]
    await until(lambda: not hall.link.online)
    hall.prefer(mode="light")
    for desk in desks:
        await desk.stop()
    again = await desk_of(tmp_path / "Hall", worker)
    assert again.preference_of("olena").mode == "light"
    assert again.preference_of("olena").favourites == ("borscht",)
    await again.stop()
    worker.close()


async def test_what_the_server_refuses_is_taken_back_and_said(
    server: House, tmp_path: Path
) -> None:
    worker = Worker()
    desk = await known_desk(server, tmp_path / "pos", worker)
    await until(lambda: desk.catalogue.items and desk.link.phase == "online")
    await enter(Flow(desk), "taras", "7183")
    if desk.venue.day is None:
        await server.office.report(c.OpenDay(clocks.today().isoformat()), "nadia")
        await until(lambda: desk.venue.day is not None)
    desk.client._people.session = "forged"
    desk.submit(c.OpenShift(ShiftId(desk.new_id()), "1", 0))
    assert desk.venue.shift_at("1") is not None, "shown at once"
    await until(lambda: desk.venue.shift_at("1") is None and not desk.me)
    await enter(Flow(desk), "taras", "7183")
    await until(lambda: desk.notices)
    (notice,) = desk.notices
    assert notice.code == "session_ended"
    desk.submit(c.AcknowledgeNotice(notice.notice_id))
    assert desk.notices == ()
    await desk.stop()
    worker.close()


async def test_a_check_number_is_never_given_twice_not_even_after_a_crash(tmp_path: Path) -> None:
    def given(numbers: CheckNumbers, day: str = "2026-11-21") -> str:
        return numbers.take("T1", day, ())

    first = CheckNumbers(tmp_path, inline)
    seen = [given(first) for _ in range(3)]
    await first.take_ahead("2026-11-21")
    seen += [given(first) for _ in range(20)]
    crashed = CheckNumbers(tmp_path, inline)
    seen += [given(crashed) for _ in range(20)]
    assert len(set(seen)) == 43
    assert seen[:3] == ["T1-001", "T1-002", "T1-003"]
    assert given(crashed, "2026-11-22") == "T1-001"
    used = CheckOnDay("T1-007/2", "2026-11-22")
    assert crashed.take("T1", "2026-11-22", (used,)) == "T1-008"


async def test_numbers_go_on_where_the_last_used_one_ended(tmp_path: Path) -> None:
    first = CheckNumbers(tmp_path, inline)
    await first.take_ahead("2026-11-21")
    assert first.take("T1", "2026-11-21", ()) == "T1-001"
    await first.give_back()
    assert CheckNumbers(tmp_path, inline).take("T1", "2026-11-21", ()) == "T1-002"


@pytest.mark.parametrize("lost", ["", "2026-11-20"])
async def test_numbers_go_on_though_the_terminal_knows_no_day_or_yesterdays_for_a_while(
    tmp_path: Path, lost: str
) -> None:
    """Its store was damaged, or the house put back: a tap in between began the count anew, and the
    next check got a number that stood on paper already."""
    numbers = CheckNumbers(tmp_path, inline)
    assert numbers.take("T1", "2026-11-21", ()) == "T1-001"
    numbers.take("T1", lost, ())
    await numbers.take_ahead(lost)
    assert CheckNumbers(tmp_path, inline).take("T1", "2026-11-21", ()) > "T1-002"
    assert numbers.take("T1", "2026-11-21", ()) == "T1-003"


async def test_a_number_that_was_taken_ahead_needs_no_disk(tmp_path: Path) -> None:
    numbers = CheckNumbers(tmp_path, inline)
    await numbers.take_ahead("2026-11-21")
    (tmp_path / "numbers.json").unlink()
    assert [numbers.take("T1", "2026-11-21", ()) for _ in range(8)][-1] == "T1-008"
    assert not (tmp_path / "numbers.json").exists()


def test_a_wrong_pin_without_the_server_is_throttled_even_after_a_restart(tmp_path: Path) -> None:
    def pins() -> OfflinePins:
        return OfflinePins(tmp_path, b"key", PasswordHasher(1, 8, 1))

    pins().keep("olena", "4071", 10_000_000)
    codes = [pins().verify("olena", "0000", 1_000)[0] for _ in range(5)]
    assert codes == ["bad_pin"] * 4 + ["locked"]
    assert pins().verify("olena", "4071", 1_000) == ("locked", 31_000)
    assert pins().verify("olena", "4071", 40_000) == ("", 0)
    assert pins().verify("olena", "4071", 10_000_001) == ("never_here", 0)
    assert pins().verify("ihor", "4071", 1_000) == ("never_here", 0)
    assert "4071" not in (tmp_path / "offline-pins.json").read_text()
    pins().refuted("olena", "4071")
    assert pins().verify("olena", "4071", 40_000) == ("never_here", 0), "the server knows better"


def test_many_names_tried_without_the_server_lock_the_device_for_the_hour(tmp_path: Path) -> None:
    def pins() -> OfflinePins:
        return OfflinePins(tmp_path, b"key", PasswordHasher(1, 8, 1))

    hour = limits.PIN_DEVICE_MS
    names = [f"waiter-{i}" for i in range(limits.PIN_DEVICE_FAILURES + 1)]
    for name in (*names, "olena"):
        pins().keep(name, "4071", 10 * hour)
    for name in names:
        assert pins().verify(name, "0000", 1_000)[0] == "bad_pin"
    assert pins().verify("olena", "4071", 2_000) == ("locked", 1_000 + hour)
    assert pins().verify("olena", "4071", 1_000 + hour) == ("", 0)


async def test_whoever_signed_in_without_the_server_may_ask_it_when_it_is_back(
    server: House, tmp_path: Path
) -> None:
    worker = Worker()
    desk = await desk_of(tmp_path / "pos", worker)
    code = server.desk.open("Bar", "pos")
    assert not await desk.enrol(Invitation(server.url, code, server.fingerprint), "Bar")
    await desk.start()
    await until(lambda: desk.catalogue.items and desk.link.phase == "online")
    if desk.venue.day is None:
        await server.office.report(c.OpenDay(clocks.today().isoformat()), "nadia")
        await until(lambda: desk.venue.day is not None)
    flow = Flow(desk)
    await enter(flow, "olena", "4071")
    await server.sockets.stop()  # type: ignore[union-attr]
    await until(lambda: not desk.link.online)
    flow.act("lock")
    await enter(flow, "olena", "4071")
    assert flow.view().screen == "floor", "by what the server left here"
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    server.sockets = SyncServer(server.office, clocks.wall_ms, lambda: clocks.secret_hex(32))
    await server.sockets.listen("127.0.0.1", server.port, None)
    await until(lambda: desk.link.online)
    assert not (await desk.ask("liking", {"text": "", "changed_ms": 0})).code
    shown = flow.view()
    assert (shown.screen, shown.view.send.label) == ("order", "Надіслати 1")

    await server.office.access.end_sessions_of("olena", clocks.wall_ms())
    assert (await desk.ask("liking", {"text": "", "changed_ms": 0})).code == "session_ended"
    ended = flow.view()
    assert (ended.screen, ended.view.message) == (
        "sign_in",
        "Ваш вхід завершився; увійдіть знову",
    )
    presenter = flow.presenter("sign_in")
    for figure in "4071":  # the name is chosen already
        flow.act(f"key:{figure}")
    await until(lambda: not presenter.waiting)  # type: ignore[attr-defined]
    flow.view()
    assert flow.view().view.send.label == "Надіслати 1", "the draft is as it was left"
    await desk.stop()
    worker.close()
