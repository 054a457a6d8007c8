"""What can go wrong while a house that was put back from a backup still hears its tablets.

The key of the journal burnt as well, so nothing of the lost record can be proved.
"""

import asyncio
from dataclasses import replace

from sync_server.domain import commands as c, limits
from sync_server.domain.ids import CheckId, LineId
from tests.simulation.machines import Backup
from tests.simulation.paper import prints
from tests.simulation.wire import AWAY, CALM

from .scene import IHOR, L1, L2, OLENA, PETRO, K, Scene, played
from .test_found_after_restore import (
    burnt,
    ihor_orders_it_hot,
    it_stands_hot,
    put_back_without,
    tickets_with,
)

L3 = LineId("l3")
J = CheckId("j")
A_MINUTE_MS = 60_000
LONG = "no salt, " * 15
A_STEP_S = 0.001
"""Less than a frame is in the air."""


def test_a_timed_course_that_was_taken_off_is_not_fired_by_the_house_that_comes_back() -> None:
    """The backup knew its time and not that the guests had changed their mind: the restored server
    fired it before Olena's tablet had told the rest."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3"),)))
        due_ms = scene.desk(OLENA).now_ms() + A_MINUTE_MS
        scene.tap(OLENA, c.TimeFire(K, (L3,), due_ms))
        await scene.drained()
        backup = await burnt(scene)
        scene.tap(OLENA, c.RemoveLines(K, (L3,)))
        await scene.drained()
        server = scene.world.server
        server.restore(backup)
        await asyncio.sleep(A_MINUTE_MS / 1000)
        server.switch_on()
        await scene.until(lambda: server.ready and server.office.bus.reoffers is None, 90)
        await scene.drained()
        assert tickets_with(scene, L3) == []
        assert scene.outcome(OLENA, "RemoveLines") == ("accepted", "")

    played(story)


def test_what_olena_sent_stands_although_who_had_ordered_it_said_hello_and_went() -> None:
    """Ihor's tablet came to the restored server and was gone before it had told its orders: it
    counted as present, so nobody's memory was asked for them."""

    async def story(scene: Scene) -> None:
        world, server = scene.world, scene.world.server
        backup = await burnt(scene)
        await ihor_orders_it_hot(scene)
        scene.tap(OLENA, c.SendLines(K, (L3,)))
        await scene.drained()
        scene.tap(OLENA, c.SetGuests(K, 4))
        await scene.drained()
        server.restore(backup)
        for away in (OLENA, PETRO):
            world.air.change(away, AWAY)
        server.switch_on()
        ihor = scene.machine(IHOR).link.identity.dev
        await scene.until(lambda: server.ready and server.office.devices[ihor].answered_seq > 0)
        scene.machine(IHOR).crash()
        for back in (OLENA, PETRO):
            world.air.change(back, CALM)
        await scene.until(lambda: server.ready and server.office.bus.reoffers is None, 240)
        await it_stands_hot(scene)

    played(story)


def test_what_olena_sent_stands_although_who_had_ordered_it_left_in_the_middle() -> None:
    """Ihor's tablet had more to bring than one push holds. It brought the first and was gone: half
    of the evening had been decided by then, and what she had sent of his order was on no check."""

    async def story(scene: Scene) -> None:
        server = scene.world.server
        backup = await burnt(scene)
        for turn in range(2 * limits.WINDOW_COMMANDS):
            scene.tap(IHOR, c.SetGuests(K, 3 + turn % 2))
        await ihor_orders_it_hot(scene)
        scene.tap(OLENA, c.SendLines(K, (L3,)))
        await scene.drained()
        scene.tap(OLENA, c.SetGuests(K, 5))
        await scene.drained()
        server.restore(backup)
        server.switch_on()
        await scene.until(lambda: server.ready)
        ihor = server.office.devices[scene.machine(IHOR).link.identity.dev]
        before = ihor.last_seq
        async with asyncio.timeout(90):
            while ihor.last_seq == before:
                await asyncio.sleep(A_STEP_S)
        assert ihor.last_seq < ihor.answered_seq, "it has more to bring"
        scene.machine(IHOR).crash()
        await scene.until(lambda: server.office.bus.reoffers is None, 150)
        await it_stands_hot(scene)

    played(story)


async def put_back_in_two_goes(scene: Scene, backup: Backup) -> None:
    """The power goes again when the first that was told is stored, and Ihor's tablet goes home: the
    old numbers are taken by then, so nothing of what is remembered can be adopted."""
    server = scene.world.server
    server.restore(backup)
    server.switch_on()
    await scene.until(lambda: server.ready)

    def again(n: int) -> None:
        server.crash_at_next_commit()

    server.office.subscribe(again)
    await scene.until(lambda: not server.on, 90)
    scene.machine(IHOR).crash()
    server.switch_on()
    await scene.until(lambda: server.ready and server.office.bus.reoffers is None, 240)


def test_the_cook_does_not_get_a_dish_twice_though_the_house_came_back_in_two_goes() -> None:
    """Only what the kitchen had is believed then of who is missing."""

    async def story(scene: Scene) -> None:
        backup = await burnt(scene)
        scene.tap(OLENA, c.SetGuests(K, 3))
        await scene.drained()
        scene.tap(IHOR, c.SendLines(K, (L1,)))
        await scene.drained()
        scene.tap(PETRO, c.SetGuests(K, 4))
        await scene.drained()
        await put_back_in_two_goes(scene, backup)
        assert [line.fire_no for line in scene.check().lines] == [1, 0]
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        await scene.until(lambda: not scene.desk(OLENA).waiting)
        assert [len(tickets_with(scene, line_id)) for line_id in (L1, L2)] == [1, 1]
        await scene.is_found(IHOR)
        assert scene.outcome(IHOR, "SendLines") == ("accepted", "")

    played(story)


def test_a_guests_card_earns_once_though_who_had_sent_the_last_dish_is_missing() -> None:
    """The check was paid before its dishes were sent, so the send closed it and the card earned.
    That made the send no evidence of anything: the dishes were open again, with the money."""

    async def story(scene: Scene) -> None:
        backup = await burnt(scene)
        scene.tap(OLENA, c.SetGuests(K, 3))
        await scene.drained()
        scene.tap(PETRO, c.IssueClubCard("K-1000"))
        await scene.drained()
        scene.tap(PETRO, c.AttachClubCard(K, "K-1000"))
        scene.pay(PETRO, "cash")
        await scene.drained()
        scene.tap(IHOR, c.SendLines(K, (L1, L2)))
        await scene.drained()
        earned = scene.server.closed[K].points_minor
        scene.tap(PETRO, c.StopItem("borscht", 5_000))
        await scene.drained()
        await put_back_in_two_goes(scene, backup)
        for _ in ("without Ihor's tablet", "with it"):
            assert scene.server.closed[K].points_minor == earned > 0
            assert scene.server.club["K-1000"].balance_minor == earned
            assert tickets_with(scene, L1) == [K]
            if not scene.machine(IHOR).on:
                await scene.is_found(IHOR)
        assert scene.outcome(IHOR, "SendLines") == ("accepted", "")

    played(story)


def test_a_timed_course_that_the_lost_server_had_fired_says_that_it_may_be_a_second_one() -> None:
    """No tablet had heard of it, the bar had its paper, and the restored server fired it again as
    if for the first time. That it may be a second one is what everything ends with being true."""

    async def story(scene: Scene) -> None:
        world, server = scene.world, scene.world.server
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3", "wine"),)))
        due_ms = scene.desk(OLENA).now_ms() + A_MINUTE_MS
        scene.tap(OLENA, c.TimeFire(K, (L3,), due_ms))
        await scene.drained()
        backup = await burnt(scene)
        for away in world.devices:
            world.air.change(away, AWAY)
        await asyncio.sleep(A_MINUTE_MS / 1000 + 5)
        server.restore(backup)
        for back in world.devices:
            world.air.change(back, CALM)
        server.switch_on()
        await scene.until(lambda: server.ready and server.office.bus.reoffers is None, 90)
        await scene.drained()
        await asyncio.sleep(5)
        twice = [one for one in prints(world.presses) if one.press == "printer-bar"]
        assert [one.marked for one in twice] == [False, True]

    played(story)


def test_a_tablet_that_brings_much_is_not_kept_waiting_by_what_comes_behind_it() -> None:
    """Ihor's tablet had been told to wait so often that its allowance was used up. Of the two
    frames that it sent at once the small one went on eating what the large one waited for, only to
    be told that something was missing before it: "saving" stood there for ever."""

    async def story(scene: Scene) -> None:
        server = scene.world.server
        await scene.goes_away(IHOR)
        dev = scene.machine(IHOR).link.identity.dev
        for turn in range(limits.WINDOW_COMMANDS):
            two = tuple(replace(scene.dish(f"i{turn}-{at}"), note=LONG) for at in range(2))
            scene.tap(IHOR, c.AddLines(K, two))
        server.sockets.rate_of(dev).take(limits.COMMANDS_BURST, server.sockets.now_ms())
        await scene.comes_back(IHOR)

    played(story)


def test_money_stands_although_the_tablet_that_is_here_was_away_when_it_was_taken() -> None:
    """The house was put back twice from one backup. Ihor's tablet was in a drawer the first time,
    Petro's, which took the money then, the second time. Ihor's and Olena's remember different
    things since: nothing was adopted from there, and the guest was asked for the money again."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        backup = await burnt(scene)
        scene.tap(IHOR, c.OpenCheck(J, scene.desk(IHOR).next_number(), "table", "t4"))
        await scene.drained()
        scene.tap(IHOR, c.AddLines(J, (scene.dish("l3"),)))
        await scene.drained()
        await put_back_without(scene, backup, IHOR)
        assert scene.check(J).lines == (), "his last tap waits for his tablet"
        scene.pay(PETRO, "cash")
        await scene.until(lambda: K in scene.server.closed)
        scene.tap(OLENA, c.StopItem("borscht", 5_000))
        await scene.until(lambda: not scene.desk(OLENA).waiting)
        await asyncio.sleep(1)
        scene.world.air.change(IHOR, AWAY)
        scene.machine(IHOR).switch_on()
        await scene.until(lambda: scene.machine(IHOR).ready)
        scene.machine(PETRO).crash()
        scene.world.server.restore(backup)
        scene.world.air.change(IHOR, CALM)
        scene.world.server.switch_on()
        await scene.until(
            lambda: scene.world.server.ready and scene.world.server.office.bus.reoffers is None, 150
        )
        assert K in scene.server.closed, "nobody asks the guest for the money again"
        assert scene.outcome(IHOR, "AddLines") == ("accepted", "")
        assert [line.line_id for line in scene.check(J).lines] == [L3]
        await scene.is_found(PETRO)
        assert scene.outcome(PETRO, "TakePayment") == ("accepted", "")

    played(story)


def test_whose_money_is_missing_is_named_on_every_screen_until_the_tablet_is_found() -> None:
    """The guests of table 3 had paid Ihor. Their check was open again, and nobody was told why."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        backup = await burnt(scene)
        scene.tap(OLENA, c.SetGuests(K, 3))
        await scene.drained()
        scene.pay(IHOR, "cash")
        await scene.until(lambda: K in scene.server.closed)
        due = scene.server.closed[K].payments[0].amount_minor
        scene.tap(PETRO, c.StopItem("borscht", 5_000))
        await scene.drained()
        await put_back_in_two_goes(scene, backup)
        assert K in scene.server.checks, "his tablet alone can bring the money"
        await scene.until(lambda: len(scene.notices("")) == 2)
        without, owes = scene.notices("")
        assert (without.code, owes.code) == ("back_without", "back_owes")
        assert (owes.params["times"], owes.params["amount_minor"]) == (1, due)
        assert str(owes.params["device"]).startswith(scene.desk(IHOR).code)
        await scene.is_found(IHOR)
        assert K in scene.server.closed

    played(story)
