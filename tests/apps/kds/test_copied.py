"""A kitchen display whose folder was copied, against a real server: one of the two goes on."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

from kds_app.desk import LinkedDesk
from kds_app.presenters.board import Board
from kds_app.presenters.intents import Intents
from sync_server import clocks
from sync_server.bootstrap import House
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Worker
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.domain import commands as c
from sync_server.domain.rejections import Accepted
from sync_server.protocol.replica import CODEC
from tests.apps.kds.board_screen import GLASS
from tests.demo.loaded import demo_venue


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; fails when it never comes true."""
    async with asyncio.timeout(90):
        while not condition():
            await asyncio.sleep(0.01)


def display(folder: Path, run: Worker) -> LinkedDesk:
    """A display on the files of a folder."""
    return LinkedDesk(
        folder,
        lambda client: TerminalLink(
            folder,
            client.callbacks(),
            run=run,
            clock=clocks.wall_ms,
            mono=clocks.mono_ms,
            rng=clocks.system_random(),
            boot_id=clocks.boot_id(),
            app="kds_app",
            schema_hash=CODEC.schema_hash,
            connect=open_link,
        ),
        lambda: True,
    )


async def works(desk: LinkedDesk) -> None:
    """The display is switched on and knows the house."""
    await desk.start()
    await until(lambda: desk.catalogue is not None and desk.link.phase == "online")


async def test_of_a_display_and_its_copy_the_one_that_somebody_chose_works_on(
    tmp_path: Path,
) -> None:
    server, worker = House(ServerSettings(data=tmp_path / "server", port=0)), Worker()
    await server.start()
    await furnish(server, demo_venue(), clocks.today(), clocks.wall_ms())
    await server.listen()
    (tmp_path / "kds").mkdir()
    first = display(tmp_path / "kds", worker)
    await first.open()
    code = server.desk.open("Hot", "kds")
    assert not await first.enrol(Invitation(server.url, code, server.fingerprint), "Hot")
    await works(first)
    await until(lambda: list((tmp_path / "kds").glob("catalogue-*.json")))
    await first.stop()
    copytree(tmp_path / "kds", tmp_path / "copy")

    first, copy = display(tmp_path / "kds", worker), display(tmp_path / "copy", worker)
    await first.open()
    await works(first)
    assert isinstance(first.submit(c.StopItem("borscht", 0)), Accepted)
    await until(lambda: not first.saving and not first.link.saving)
    await first.stop()
    await copy.open()
    await copy.start()
    await until(lambda: copy.link.phase == "forked")
    board = Board(copy, ("hot",), language="en")
    intents = Intents(board)
    assert isinstance(copy.submit(c.StopItem("banosh", 0)), Accepted)
    await until(lambda: not copy.saving)
    assert "banosh" not in server.office.venue.stops
    intents.act(board.view(GLASS).banner_id)
    sheet = board.view(GLASS).sheet
    assert sheet is not None
    intents.act(sheet.choices[0].id)
    await until(lambda: copy.link.phase == "online")
    await until(lambda: {"borscht", "banosh"} <= set(server.office.venue.stops))
    assert board.view(GLASS).banner == "This screen goes on; 1 tap is sent."
    await copy.stop()

    first = display(tmp_path / "kds", worker)
    await first.open()
    await first.start()
    await until(lambda: first.link.phase == "forked")
    await first.stop()
    worker.close()
    await server.stop()
