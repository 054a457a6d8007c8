"""`python -m pos_app`, which `vitrylo pos` calls: arguments, then the terminal in its window.

A folder holds one terminal: its key, its outbox, its replica. The first start needs an invitation
(`--invite`), later starts need nothing, not even a server.
"""

import argparse
import asyncio
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glass.window import WindowSettings, prepare

if TYPE_CHECKING:
    from pos_app.local_paper import LocalPaper
    from pos_app.machines import Machines
    from sync_server.client.identity import Invitation
    from sync_server.client.local_prints import Printed
    from sync_server.domain.menu import Catalogue
    from sync_server.domain.outward import DrawerJob
    from sync_server.domain.venue import Venue

LOCK_AFTER_S = 120


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vitrylo pos", description="A terminal of Vitrylo.")
    parser.add_argument("--folder", type=Path, default=Path("var/pos"), help="data of the terminal")
    parser.add_argument("--invite", default="", help="invitation of the server, for a first start")
    parser.add_argument("--name", default="", help="name of the terminal")
    parser.add_argument("--hall", default="", help="hall that is shown first")
    parser.add_argument("--drawer", default="", help="cash drawer, the terminal's code if not said")
    parser.add_argument("--size", default="1366x768", help="window in pixels")
    parser.add_argument("--at", default="", help="place of the window, as 0x0, without a border")
    parser.add_argument("--fullscreen", action="store_true", help="take the whole screen")
    parser.add_argument(
        "--lock-after",
        type=int,
        default=LOCK_AFTER_S,
        metavar="SECONDS",
        help="sign out after so long without a tap, 0 never (default: %(default)s)",
    )
    parser.add_argument("--light", action="store_true", help="light colours")
    return parser.parse_args(arguments)


def _pair(text: str, what: str) -> tuple[int, int]:
    first, _, second = text.partition("x")
    if not (first.isdigit() and second.isdigit()):
        raise SystemExit(f"vitrylo pos: {what} must be like 1366x768, not {text!r}")
    return int(first), int(second)


class _LatePaper:
    """The terminal's own paper. Printers' code is a third of a start, and is needed only when the
    server is away or a printer hangs here: it is loaded with the first paper, in a thread."""

    def __init__(self) -> None:
        self._made: LocalPaper | None = None
        self._making = threading.Lock()
        self.code: Callable[[], str] = lambda: ""

    def load(self) -> "LocalPaper":
        """Blocks for a moment, once."""
        from pos_app.local_paper import LocalPaper
        from sync_server import clocks

        with self._making:
            if self._made is None:
                first_id = clocks.system_random().randrange(2**31)
                self._made = LocalPaper(first_id, clocks.mono_ms, lambda: self.code())
        return self._made

    def machines(self) -> "Machines":
        """For the papers of the server; blocks."""
        return self.load().machines

    async def print(
        self, events: Sequence[object], venue: "Venue", catalogue: "Catalogue"
    ) -> "Printed":
        """Kitchen paper while the server is away."""
        paper = await asyncio.to_thread(self.load)
        return await paper.print(events, venue, catalogue)

    async def open_drawers(self, jobs: Sequence["DrawerJob"], catalogue: "Catalogue") -> None:
        """For cash that is taken while the server is away."""
        paper = await asyncio.to_thread(self.load)
        await paper.open_drawers(jobs, catalogue)


async def _run(given: argparse.Namespace, invitation: "Invitation | None") -> int:
    from pos_app.app import run
    from pos_app.linked_desk import LinkedDesk
    from sync_server import clocks
    from sync_server.client.opening import StoreInUse
    from sync_server.client.worker import Worker

    worker = Worker()
    paper = _LatePaper()
    desk = LinkedDesk(
        given.folder,
        run=worker,
        clock=clocks.wall_ms,
        mono=clocks.mono_ms,
        rng=clocks.system_random(),
        boot_id=clocks.boot_id(),
        name=given.name,
        hall_id=given.hall,
        drawer=given.drawer,
        mode="light" if given.light else "dark",
        paper=paper.print,
        drawers=paper.open_drawers,
        machines=paper.machines,
    )
    paper.code = lambda: desk.client.code
    try:
        await desk.open()
        if not desk.enrolled:
            if invitation is None:
                print("vitrylo pos: a first start needs --invite", file=sys.stderr)  # noqa: T201
                return 2
            problem = await desk.enrol(invitation, given.name or "POS")
            if problem:
                print(f"vitrylo pos: not enrolled: {problem}", file=sys.stderr)  # noqa: T201
                return 2
        await desk.start()
        lock_ms = max(0, given.lock_after) * 1_000
        await run(desk, given.name or "Vitrylo", lock_ms, clocks.mono_ms)
    except StoreInUse:
        said = f"another terminal works with the folder {given.folder} already"
        print(f"vitrylo pos: {said}", file=sys.stderr)  # noqa: T201
        return 2
    finally:
        await desk.stop()
        worker.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the terminal; ends with words, and an exit code that is not 0, when it cannot."""
    from sync_server.client.identity import Invitation

    given = _arguments(arguments)
    try:
        invitation = Invitation.parse(given.invite) if given.invite else None
        given.folder.mkdir(parents=True, exist_ok=True)
    except (ValueError, OSError) as fault:
        raise SystemExit(f"vitrylo pos: {fault}") from None
    width, height = _pair(given.size, "--size")
    left, top = _pair(given.at, "--at") if given.at else (-1, -1)
    prepare(WindowSettings(width, height, given.fullscreen, left, top))
    raise SystemExit(asyncio.run(_run(given, invitation)))


if __name__ == "__main__":
    main()
