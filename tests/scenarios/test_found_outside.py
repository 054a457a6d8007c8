"""What evenings with printers, restores and clocks found, told in the words of a restaurant."""

import asyncio

import pytest

from sync_server.clocks import steady
from sync_server.domain import commands as c, limits
from sync_server.domain.ids import NO_CHECK, NoticeId, StaffId
from sync_server.effects.posting_states import PostingState, Restarted, Stage, step
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.hotel.gateway import Timing
from sync_server.store.errors import StoreBusy
from tests.builders import AHouse, a_line
from tests.simulation.paper import prints
from tests.simulation.wire import End, Weather

from .scene import IHOR, L1, L2, OLENA, K, Scene, played

TIMING = Timing(find_ms=500, answer_ms=10_000, quarantine_ms=60_000, look_gap_ms=5_000)


def test_takings_are_counted_once_on_every_screen_after_the_servers_disk_died() -> None:
    """The terminals heard the evening again from the backup, on top of what they had counted."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        scene.pay(IHOR, "p1")
        await scene.drained()
        total = scene.server.perpetual_minor
        assert total > 0
        backup = scene.world.server.backup()
        scene.world.server.restore(backup)
        scene.world.server.switch_on()
        await scene.until(lambda: scene.world.server.ready)
        await scene.drained()
        assert scene.desk(OLENA).base.perpetual_minor == total

    played(story)


def test_paper_for_a_dead_screen_says_after_a_restore_that_it_may_be_a_second_one() -> None:
    """The server that had asked for it is gone with its disk, and the next one asks again."""

    async def story(scene: Scene) -> None:
        world = scene.world
        backup = world.server.backup()
        scene.cooking = False
        await asyncio.sleep(1)
        scene.tap(OLENA, c.SendLines(K, (L1,)))
        await scene.until(lambda: len(prints(world.presses)) == 1)
        world.server.restore(backup)
        world.server.switch_on()
        await scene.until(lambda: len(prints(world.presses)) == 2, 120)
        assert sorted(one.marked for one in prints(world.presses)) == [False, True]
        scene.cook.draw()

    played(story)


def test_what_became_of_a_paper_is_said_again_when_the_servers_disk_was_full() -> None:
    """The report was lost without a word, and nobody learnt that a bill had not come out."""

    async def story(scene: Scene) -> None:
        server = scene.world.server
        door = OfficeDoor(server.office)
        notice = c.TellStaff(
            NoticeId("x"), StaffId("olena"), "printer_failed", {}, check_id=NO_CHECK
        )
        server.full = True
        with pytest.raises(StoreBusy):
            await server.spawn(door.report(notice))
        server.full = False
        await server.spawn(door.report(notice))
        assert [one.notice_id for one in scene.notices("olena")] == ["x"]

    played(story)


def test_an_order_that_a_screen_drew_meanwhile_is_not_asked_for_on_paper() -> None:
    """The watch had seen it undrawn; when its word was decided, the cook had it."""
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    house.send("k", "l1")
    ticket = house.ticket("hot")
    house.must(c.AcknowledgeTickets((c.TicketSeen(ticket.ticket_id, ticket.version),)), by="nadia")
    asked = c.RecordPaper(ticket.ticket_id, ticket.version, "asked", "printer-hot")
    assert house.refused(asked).code == "nothing_to_do"


def test_an_old_paper_that_comes_late_does_not_hide_a_newer_one() -> None:
    """The older paper's report made the newer one look unprinted, and it came a second time."""
    house = AHouse()
    house.open()
    house.add("k", a_line("l1", qty_milli=2_000))
    house.send("k", "l1")
    ticket = house.ticket("hot")
    house.must(c.VoidLine(K, L1, 1_000, "guest-left", False), by="nadia")
    house.must(c.RecordPaper(ticket.ticket_id, 2, "copy", "printer-hot"))
    late = c.RecordPaper(ticket.ticket_id, 1, "copy", "printer-hot")
    assert house.refused(late).code == "nothing_to_do"
    assert house.ticket("hot").paper_version == 2


def test_a_clock_that_is_set_neither_ends_a_wait_nor_makes_it_endless() -> None:
    wall, mono = [1_000_000], [50]
    waiting = steady(lambda: wall[0], lambda: mono[0])
    wall[0], mono[0] = wall[0] + 3_600_000, mono[0] + 7
    assert waiting() == 1_000_007
    wall[0] -= 7_200_000
    assert waiting() == 1_000_007


@pytest.mark.parametrize("restored", [False, True])
def test_a_doubtful_room_charge_waits_its_whole_quarantine_after_a_start(restored: bool) -> None:
    """By the clock on the wall it was over, but the clock had been set, or the record was old."""
    state = PostingState(Stage.UNKNOWN, due_ms=100, quarantine_ms=100, absences=1, news=1)
    after, _ = step(state, Restarted(5_000_000, restored), TIMING)
    assert (after.stage, after.quarantine_ms) == (Stage.UNKNOWN, 5_060_000)
    assert after.absences == 0


def test_who_taps_and_locks_the_terminal_at_once_has_tapped() -> None:
    """The sign-out names her last tap, which is being stored behind many others. It overtook them
    on the way, and a clock compared by one slow beat would say that they came after it."""

    async def story(scene: Scene) -> None:
        await scene.goes_away(OLENA)
        scene.world.air.change(OLENA, Weather(latency_s=2.0))
        await scene.until(lambda: scene.desk(OLENA).state.phase == "online")
        [wire] = [one for one in scene.world.air.wires if one.machine == OLENA and not one.dead]
        wire.heal()
        for turn in range(limits.WINDOW_COMMANDS + 1):
            scene.tap(OLENA, c.SetGuests(K, 3 + turn % 2))
        scene.desk(OLENA).sign_out()
        await scene.drained()
        assert scene.outcome(OLENA, "SetGuests") == ("accepted", "")

    played(story)


def test_a_server_that_stands_still_is_offline_on_the_screen_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It did not take part in the closing either, and for that long nobody was told."""
    close = End.close

    async def slowly(end: End, code: int, reason: str) -> None:
        await asyncio.sleep(limits.HELLO_TIMEOUT_MS / 1000)
        await close(end, code, reason)

    async def story(scene: Scene) -> None:
        monkeypatch.setattr(End, "close", slowly)
        [wire] = [one for one in scene.world.air.wires if one.machine == OLENA and not one.dead]
        wire.grow_deaf()
        await asyncio.sleep(limits.SILENCE_MS / 1000 + 1.5)
        assert scene.desk(OLENA).state.phase == "offline"
        assert not wire.dead, "it is still being closed"
        monkeypatch.undo()

    played(story)
