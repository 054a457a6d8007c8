"""Starts a kitchen display: `python -m kds_app --station hot --data DIR --invite TEXT`.

The first start needs an invitation from the server (`vitrylo server --invite kds:NAME`); later ones
do not, and work without a server from what the folder holds. Says `READY {json}` on standard output
once the first frame is on the screen.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from glass.window import WindowSettings, prepare
from hardware.bump_bar import UsbBumpBar
from hardware.listening import Listening
from hardware.usb_bus import UsbAddress
from kds_app.desk import LinkedDesk
from kds_app.settings import ZOOM, ScreenSettings, read
from sync_server import clocks
from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.opening import StoreInUse
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Worker
from sync_server.protocol.replica import CODEC

if TYPE_CHECKING:
    from kds_app.app import Display


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("vitrylo kds", description="Kitchen display of Vitrylo.")
    parser.add_argument("--station", required=True, help="stations it answers for: hot or hot,bar")
    parser.add_argument("--data", type=Path, required=True, help="folder of this display")
    parser.add_argument("--name", default="", help="what people call this display")
    parser.add_argument("--invite", default="", help="one-time invitation of the server")
    parser.add_argument("--server", default="", help="address of the server if it has moved")
    parser.add_argument("--pass-stations", default="", help="stations of the pass; default all")
    parser.add_argument("--language", default="", help="uk, en or pl; default the station's")
    parser.add_argument("--zoom", type=float, default=0.0, help="size of letters, 0.7 to 1.6")
    parser.add_argument("--bump-bar", default="", help="its USB numbers, such as 04b8:0e15")
    parser.add_argument("--quiet", action="store_true", help="no sounds")
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--left", type=int, default=-1, help="with --top: a borderless window")
    parser.add_argument("--top", type=int, default=-1)
    return parser.parse_args(given)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _arranged(asked: argparse.Namespace) -> tuple[ScreenSettings, tuple[str, ...]]:
    """What the screen's own file says, with what was asked for this time on top."""
    settings, faults = read(asked.data)
    for fault in faults:
        logging.getLogger(__name__).warning("%s", fault)
    zoom = min(ZOOM[1], max(ZOOM[0], asked.zoom)) if asked.zoom else settings.zoom
    sounds = settings.sounds and not asked.quiet
    bump_bar = asked.bump_bar or settings.bump_bar
    return replace(settings, zoom=zoom, sounds=sounds, bump_bar=bump_bar), faults


def _listening(display: "Display", numbers: str) -> Listening | None:
    """The thread that waits for the bump bar; what it says is done on the window's loop."""
    if not numbers:
        return None
    loop = asyncio.get_running_loop()

    def later(work: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the window was closed meanwhile
            loop.call_soon_threadsafe(work)

    return Listening(
        UsbBumpBar("bump bar", UsbAddress.read(numbers)),
        lambda name: later(lambda: display.press(name)),
        lambda health: later(lambda: display.bump_bar(bool(health.up))),
    )


async def _serve(
    asked: argparse.Namespace,
    invitation: Invitation | None,
    settings: ScreenSettings,
    faults: tuple[str, ...],
) -> str:
    """The display from start to end; gives "" or why it could not start."""
    from kds_app.app import Display
    from kds_app.presenters.board import Board
    from kds_app.sounds import Silence, Speaker

    stations = _names(asked.station)
    rng = clocks.system_random()
    worker = Worker()
    shown: list[Display] = []

    def make_link(client: ClientDesk) -> TerminalLink:
        return TerminalLink(
            asked.data,
            client.callbacks(),
            run=worker,
            clock=clocks.wall_ms,
            mono=clocks.mono_ms,
            rng=rng,
            boot_id=clocks.boot_id(),
            app="kds_app",
            schema_hash=CODEC.schema_hash,
            connect=lambda url, fingerprint: open_link(asked.server or url, fingerprint),
        )

    desk = LinkedDesk(asked.data, make_link, lambda: bool(shown) and shown[0].drawing())
    try:
        await desk.open()
        if invitation is not None and (problem := await desk.enrol(invitation, asked.name)):
            return f"The server did not let this display in: {problem}."
        if not desk.enrolled:
            return "No server knows this display yet: start it once with --invite."
        await desk.start()
        board = Board(
            desk,
            stations,
            pass_stations=_names(asked.pass_stations),
            language=asked.language,
            settings=settings,
            faults=faults,
        )
        sounds = Speaker() if settings.sounds else Silence()
        display = Display(board, sounds, clocks.mono_ms, asked.name or "Vitrylo")
        display.drawn = lambda: _tell_ready(stations, desk.code)
        shown.append(display)
        with contextlib.suppress(NotImplementedError):  # Windows has no such signals in a loop
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, display.stop)
        listening = _listening(display, settings.bump_bar)
        if listening is not None:
            listening.start()
        try:
            await display.run()
        finally:
            if listening is not None:
                await asyncio.to_thread(listening.stop)
    except StoreInUse:
        return f"Another display works with the folder {asked.data} already."
    finally:
        await desk.stop()
        worker.close()
    return ""


def _tell_ready(stations: tuple[str, ...], code: str) -> None:
    print(f"READY {json.dumps({'code': code, 'stations': stations})}", flush=True)  # noqa: T201


def main(given: Sequence[str] | None = None) -> None:
    """Run a display until its window is closed."""
    asked = _arguments(given)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    stations = _names(asked.station)
    if not stations:
        sys.exit("--station names no station.")
    try:
        invitation = Invitation.parse(asked.invite) if asked.invite else None
        asked.data.mkdir(parents=True, exist_ok=True)
        settings, faults = _arranged(asked)
        if settings.bump_bar:
            UsbAddress.read(settings.bump_bar)
    except (ValueError, OSError) as fault:
        sys.exit(str(fault))
    placed = asked.left >= 0 and asked.top >= 0
    prepare(
        WindowSettings(
            asked.width,
            asked.height,
            fullscreen=not placed,
            left=asked.left,
            top=asked.top,
            one_density=True,  # sizes follow the window (`theme.Scale`)
        )
    )
    from kds_app.theme import scale

    scale.zoom = settings.zoom
    problem = asyncio.run(_serve(asked, invitation, settings, faults))
    if problem:
        sys.exit(problem)


if __name__ == "__main__":
    main()
