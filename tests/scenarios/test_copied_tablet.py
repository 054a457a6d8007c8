"""Somebody copies a tablet, files and all, and both are used: the reliability rules' F16."""

from shutil import copytree

from sync_server.domain import commands as c
from sync_server.domain.rejections import Accepted
from tests.simulation.machines import TerminalMachine
from tests.simulation.restaurant import PINS

from .scene import IHOR, K, Scene, played


def a_copy(scene: Scene, of: str) -> TerminalMachine:
    """Another tablet with the same files; the first is off while they are copied."""
    world, first = scene.world, scene.machine(of)
    name = f"{of}-copy"
    copytree(first.folder, world.folder / name)
    return TerminalMachine(
        world.loop, name, "pos", "scene", world.history, world.folder / name, world.air.connect
    )


async def tapped_alone(scene: Scene, tablet: TerminalMachine, name: str) -> None:
    """A tap on a tablet without a server: it waits there."""
    tablet.switch_on()
    await scene.until(lambda: tablet.ready)
    signed = await tablet.spawn(tablet.desk.sign_in("ihor", PINS["ihor"]))
    assert not signed.code, signed
    tapped = tablet.desk.submit(c.AddLines(K, (scene.dish(name),)))
    assert isinstance(tapped, Accepted)
    await scene.until(lambda: tablet.link.store.pending == 1)


def test_a_copied_tablet_is_found_at_its_first_word_and_nothing_counts_twice() -> None:
    """The server knows more of this device than the copy does itself: it takes nothing from it."""

    async def story(scene: Scene) -> None:
        first = scene.machine(IHOR)
        first.crash()
        copy = a_copy(scene, IHOR)
        first.switch_on()
        await scene.until(lambda: first.ready and first.desk.state.phase == "online", 40)
        await first.spawn(first.desk.sign_in("ihor", PINS["ihor"]))
        scene.tap(IHOR, c.AddLines(K, (scene.dish("of-the-first"),)))
        await scene.drained()

        copy.switch_on()
        await scene.until(lambda: copy.ready and copy.desk.state.phase == "forked", 60)
        confirmed = dict(scene.world.history.taps)
        tapped = copy.desk.submit(c.AddLines(K, (scene.dish("of-the-copy"),)), actor="ihor")
        assert isinstance(tapped, Accepted)
        # What it confirmed to a hand waits on it for a person: nothing of it is in the house.
        await scene.until(lambda: copy.link.store.pending == 1)
        scene.world.history.taps = confirmed
        scene.tap(IHOR, c.AddLines(K, (scene.dish("of-the-first-again"),)))
        await scene.drained()
        assert copy.desk.state.phase == "forked"
        assert copy.link.store.pending == 1
        lines = [line.line_id for line in scene.check().live]
        assert lines[-2:] == ["of-the-first", "of-the-first-again"]
        assert "of-the-copy" not in lines
        copy.crash()

    played(story)


def test_of_two_tablets_with_one_number_the_server_believes_whoever_said_it_first() -> None:
    """Both took a tap while the server was away, under the same number of the same device."""

    async def story(scene: Scene) -> None:
        server, first = scene.world.server, scene.machine(IHOR)
        first.crash()
        copy = a_copy(scene, IHOR)
        server.crash()
        scene.world.air.drop()
        await tapped_alone(scene, first, "of-the-first")
        confirmed = dict(scene.world.history.taps)
        await tapped_alone(scene, copy, "of-the-copy")
        scene.world.history.taps = confirmed
        copy.crash()
        server.switch_on()
        await scene.until(lambda: first.desk.state.phase == "online", 40)
        await scene.until(lambda: not first.link.store.pending)
        copy.switch_on()
        await scene.until(lambda: copy.ready and copy.desk.state.phase == "forked", 60)
        assert copy.link.store.pending == 1, "a person decides what becomes of it"
        lines = [line.line_id for line in scene.check().live]
        assert lines[-1] == "of-the-first"
        assert "of-the-copy" not in lines
        copy.crash()

    played(story)
