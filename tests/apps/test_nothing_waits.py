"""Neither the disk nor the network is waited for where the screen is drawn.

The disk of a real terminal's desk stops coming back, and so does its link; nothing goes on until
the test lets it. A screen that waited for either would stand still for good, so every tap that has
its frame meanwhile is proof, and no time is measured.
"""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pos_app.linked_desk import LinkedDesk
from sync_server import clocks
from sync_server.bootstrap import House
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.worker import Worker
from sync_server.domain import commands as c
from sync_server.protocol.link import Link
from tests.apps.conftest import Rig
from tests.apps.test_linked_desk import desk_of, server, until

__all__ = ["server"]

PATIENCE_S = 60
T = TypeVar("T")


class SlowDisk(Worker):
    """The terminal's store; while `free` is not set nothing comes back from the disk."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.free.set()
        self.waiting = 0

    async def __call__(self, work: Callable[[], T]) -> T:
        def held() -> T:
            assert threading.current_thread() is not threading.main_thread()
            assert self.free.wait(PATIENCE_S), "the screen waited for the disk"
            return work()

        self.waiting += 1
        try:
            return await super().__call__(held)
        finally:
            self.waiting -= 1


class SlowLink(Link):
    """A way to the server on which nothing moves while `free` is not set."""

    def __init__(self, link: Link, free: asyncio.Event) -> None:
        self._link, self._free = link, free
        self.peer, self.fingerprint = link.peer, link.fingerprint

    async def send(self, data: bytes) -> None:
        await self._free.wait()
        await self._link.send(data)

    async def recv(self) -> bytes:
        data = await self._link.recv()
        await self._free.wait()
        return data

    async def close(self, code: int, reason: str) -> None:
        await self._link.close(code, reason)


class Screen:
    """The desk on the rig's window; a turn of the window and one of the loop by turns."""

    def __init__(self, rig: Rig, desk: LinkedDesk) -> None:
        from glass.lettering import register_fonts
        from pos_app.bridge import Bridge
        from pos_app.screens.stage import Stage

        register_fonts()
        self.rig = rig
        self.stage = Stage()
        self.bridge = Bridge(desk, self.stage)
        self.frames = 0
        rig.window.bind(on_flip=self._count)
        rig.mount(self.stage)

    def _count(self, *_: object) -> None:
        self.frames += 1

    def close(self) -> None:
        self.rig.window.unbind(on_flip=self._count)
        self.bridge.stop()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.rig.step()
                await asyncio.sleep(0)

    def place(self, action: str) -> Any:
        return next(
            (w for w in self.stage.walk(restrict=True)
             if getattr(w, "model", None) is not None and callable(getattr(w, "action", None))
             and w.action() == action),
            None,
        )  # fmt: skip

    async def tap(self, action: str) -> None:
        """A finger on a target, as soon as it is there, until a frame came of it."""
        await self.until(lambda: self.place(action))
        self.rig.settle(4)
        before = self.frames
        self.rig.press_and_release(self.rig.centre(self.place(action)))
        await self.until(lambda: self.frames > before)

    async def shows(self, marks: list[str]) -> None:
        """Until the dishes stand there with these marks."""
        await self.until(lambda: [row.mark for row in self.dishes()] == marks)

    def dishes(self) -> list[Any]:
        view = self.bridge.flow.view().view
        return [row for row in view.rows if row.id.startswith("pick:")]


async def test_while_disk_and_network_stand_still_every_tap_has_its_frame(
    server: House, rig: Rig, tmp_path: Path
) -> None:
    disk, moving = SlowDisk(), asyncio.Event()
    moving.set()

    async def connect(url: str, fingerprint: str) -> Link:
        return SlowLink(await open_link(url, fingerprint), moving)

    desk = await desk_of(tmp_path / "pos", disk, connect)
    code = server.desk.open("Bar", "pos")
    assert not await desk.enrol(Invitation(server.url, code, server.fingerprint), "Bar")
    await desk.start()
    await until(lambda: desk.catalogue.items and desk.link.phase == "online")
    await server.office.report(c.OpenDay(clocks.today().isoformat()), "nadia")
    await until(lambda: desk.venue.day is not None)
    screen = Screen(rig, desk)
    try:
        await screen.tap("person_tapped:olena")
        for figure in "4071":
            await screen.tap(f"key:{figure}")
        await screen.tap("table:t3")
        await screen.until(lambda: screen.place("show_category:soups"))

        disk.free.clear()
        moving.clear()
        ordered: list[str] = []
        for category, dish in (("soups", "borscht"), ("mains", "trout"), ("soups", "borscht")):
            await screen.tap(f"show_category:{category}")
            await screen.tap(f"tap_item:{dish}")
            ordered.append(dish)
            await screen.shows(["ring"] * len(ordered))
        assert disk.waiting, "the first tap is still on its way to the disk"
        assert desk.saving

        disk.free.set()
        await screen.shows(["dot"] * 3)
        moving.set()
        await screen.shows(["check"] * 3)
        check = next(iter(server.office.venue.checks.values()))
        assert [line.item_id for line in check.lines] == ordered
    finally:
        disk.free.set()
        moving.set()
        screen.close()
        await desk.stop()
        disk.close()
