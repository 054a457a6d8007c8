"""What can go wrong while a house that was put back from a backup still hears its tablets.

The key of the journal burnt as well, so nothing of the lost record can be proved.
"""

import asyncio

from sync_server.domain import commands as c
from sync_server.domain.ids import LineId
from sync_server.verify import verify
from tests.simulation.wire import AWAY, CALM

from .scene import IHOR, OLENA, PETRO, K, Scene, played
from .test_found_after_restore import burnt, tickets_with

L3 = LineId("l3")
A_MINUTE_MS = 60_000


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
        scene.tap(IHOR, c.AddLines(K, (scene.dish("l3", "borscht"),)))
        scene.tap(IHOR, c.ChangeLine(K, L3, 1_000, (), 0, 1, "hot", ""))
        await scene.drained()
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
        line = scene.check().line(L3)
        assert line is not None, "the cook has a dish that is on nobody's check"
        assert (line.note, line.fire_no) == ("hot", 1)
        assert not verify(server.office.database)
        scene.machine(IHOR).switch_on()
        await scene.until(lambda: scene.machine(IHOR).ready)
        await scene.drained()
        assert scene.outcome(IHOR, "ChangeLine") == ("accepted", "")
        assert tickets_with(scene, L3) == [K]

    played(story)
