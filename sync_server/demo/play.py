"""`vitrylo demo`: a whole seeded house on this machine, told in words, until Ctrl-C.

`stage` starts the processes, `screen` finds or makes a display, `evening` plays guests and staff.
A second start on the same folder goes on with the same house: its devices are known already and
follow their server to the port it has now. A window that fails is named; the rest goes on.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from sync_server import clocks
from sync_server.client import identity as identities
from sync_server.client.link import open_link
from sync_server.client.worker import Worker
from sync_server.config import ServerSettings
from sync_server.demo.evening.playing import Choices, Evening, cast
from sync_server.demo.evening.posts import Surroundings
from sync_server.demo.screen import Photographer, Screen, find_screen
from sync_server.demo.stage import Stage, StageFailed, Window
from sync_server.demo.venue import DEMO_VENUE, load_venue
from sync_server.demo.venue_types import Venue

log = logging.getLogger(__name__)

MARK = "demo.json"
DEVICES = "devices"
DRAWER = "1"
TERMINAL, DISPLAY = "terminal-1", "display-hot"
DISPLAY_STATION = "hot"
TERMINAL_WINDOW = Window(1366, 768)
DISPLAY_WINDOW = Window(1280, 768, 1366)
SEED = 20_261_121
LOOK_S = 1.0
SHOWN = 2_000

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """What was asked for. `speed` in scripted minutes a real one; `minutes` real ones, 0: on and
    on; `windows` out of pos and kds; `hotel` embedded, or a kind of `DEMO_SITES`."""

    data: Path = Path("var/demo")
    fresh: bool = False
    evening: bool = False
    speed: float = 20
    windows: frozenset[str] = frozenset({"pos", "kds"})
    minutes: float = 0
    hotel: str = "embedded"
    seed: int = SEED


class NotADemo(Exception):
    """The folder holds something else; its text says so."""


def play(demo: Demo, say: Say) -> None:
    """Start everything, tell where to look, run until stopped. Raises StageFailed, NotADemo."""
    prepare_folder(demo.data, demo.fresh)
    venue = load_venue(DEMO_VENUE)
    with _ctrl_c_for_sigterm(), ExitStack() as stack:
        screen = _screen(demo, stack, say)
        stage = Stage(demo.data, DEMO_VENUE, env=screen.env if screen else {})
        stack.enter_context(stage)
        windows = demo.windows if screen else frozenset()
        say("Starting printers, server and back office ...")
        _start_house(demo, venue, stage)
        _start_windows(stage, windows)
        if screen is not None and screen.xvfb is not None and windows:
            picture = demo.data / "screen.png"
            stack.callback(Photographer(screen.name, picture).close)
        for line in _where_to_look(demo, venue, stage, screen, windows):
            say(line)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_go_on(demo, venue, stage, say))
        say("Stopping ...")
    say(f"Stopped. The house waits in {demo.data}; start again to go on.")


def prepare_folder(data: Path, fresh: bool) -> None:
    """Make the folder, or empty it. Raises NotADemo rather than touch what is not a demo's."""
    if data.exists() and any(data.iterdir()) and not (data / MARK).exists():
        raise NotADemo(f"{data} holds something that is not a demo: choose another with --data")
    if fresh and data.exists():
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).write_text(json.dumps({"venue": DEMO_VENUE.name}) + "\n")


@contextmanager
def _ctrl_c_for_sigterm() -> Iterator[None]:
    """Being told to end is the same as Ctrl-C: everything is stopped in order."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _screen(demo: Demo, stack: ExitStack, say: Say) -> Screen | None:
    if not demo.windows:
        return None
    size = (
        max(TERMINAL_WINDOW.width, DISPLAY_WINDOW.left + DISPLAY_WINDOW.width),
        max(TERMINAL_WINDOW.height, DISPLAY_WINDOW.height),
    )
    screen = find_screen(os.environ, size)
    if screen is None:
        say("There is no screen here and Xvfb is not installed: no windows, all the rest runs.")
    else:
        stack.callback(screen.close)
    return screen


def _start_house(demo: Demo, venue: Venue, stage: Stage) -> None:
    stage.start_printers([printer.printer_id for printer in venue.printers])
    stage.start_card_terminal(DRAWER)
    wanted = [("pos", TERMINAL), ("kds", DISPLAY), *(cast() if demo.evening else [])]
    known = [name for _, name in wanted if _enrolled(demo.data / DEVICES / name)]
    fresh = [(kind, name) for kind, name in wanted if name not in known]
    if demo.hotel != "embedded":
        stage.start_property_system(demo.hotel)
    defaults = ServerSettings(data=demo.data)
    stage.start_server(fresh, _free(defaults.port))
    for name in known:
        _follow(demo.data / DEVICES / name, stage.url)
    stage.start_office(_free(defaults.office_port))


def _enrolled(folder: Path) -> bool:
    path = folder / "device.json"
    return path.exists() and bool(json.loads(path.read_text("utf-8")).get("code"))


def _follow(folder: Path, url: str) -> None:
    """Tell a device that its server is at `url` now; key and name stay."""
    identity = identities.load_or_create(folder, clocks.new_ids())
    if identity.url != url:
        identities.save(folder, replace(identity, url=url))


def _free(port: int) -> int:
    """This port if nobody has it, else 0: any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _start_windows(stage: Stage, windows: frozenset[str]) -> None:
    if "pos" in windows:
        stage.start_terminal(TERMINAL, DRAWER, "main", TERMINAL_WINDOW)
    if "kds" in windows:
        stage.start_display(DISPLAY, DISPLAY_STATION, DISPLAY_WINDOW)


def _where_to_look(
    demo: Demo, venue: Venue, stage: Stage, screen: Screen | None, windows: frozenset[str]
) -> list[str]:
    people = {person.staff_id: person for person in venue.staff}
    logins = [
        f"{secret.login or secret.staff_id} / {secret.password}"
        for secret in venue.credentials
        if secret.password
    ]
    pins = [f"{people[s.staff_id].name} {s.pin}" for s in venue.credentials]
    lines = [
        "",
        f"«{venue.settings.name}» is open.",
        f"  back office    {stage.office_url}   ({', '.join(logins)})",
        f"  PINs           {', '.join(pins[:5])},",
        f"                 {', '.join(pins[5:])}",
        f"  paper          {stage.paper}/PRINTER/NNNN.png   "
        f"({', '.join(printer.printer_id for printer in venue.printers)})",
        f"  card terminal  simulated, at drawer {DRAWER}; a line to port "
        f"{stage.controls[f'card-{DRAWER}']} says what it does next (help lists it)",
        f"  logs           {demo.data / 'logs'}",
        f"  server         {stage.url}",
    ]
    if demo.hotel != "embedded":
        where = demo.data / "property-system"
        lines.append(f"  hotel          a property system of its own ({demo.hotel}), in {where}")
    if windows and screen is not None:
        seen = f"on display {screen.name}"
        if screen.xvfb is not None:
            seen = f"drawn without a screen; see {demo.data / 'screen.png'} (new every few seconds)"
        lines.append(f"  windows        {seen}")
    lines += ["  stop           Ctrl-C", ""]
    return lines


# -- while it runs ---------------------------------------------------------------------------------
async def _go_on(demo: Demo, venue: Venue, stage: Stage, say: Say) -> None:
    """Watch the processes, play the evening, until the minutes are over or Ctrl-C comes."""
    watching = asyncio.create_task(_watch(stage, say))
    evening = asyncio.create_task(_play_evening(demo, venue, stage, say)) if demo.evening else None
    try:
        async with asyncio.timeout(demo.minutes * 60 or None):
            if evening is not None:
                await evening
                say("The evening is over; the house stays open.")
            await watching
    except TimeoutError:
        say(f"{demo.minutes:g} minutes are over.")
    finally:
        tasks = [task for task in (watching, evening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(stage: Stage, say: Say) -> None:
    """Name each process that ends by itself, and where it says why. Ends with the server."""
    told: set[str] = set()
    while True:
        for name, played in list(stage.processes.items()):
            code = played.process.poll()
            if code is not None and name not in told:
                told.add(name)
                say(f"{name} has ended (code {code}): see {played.log}. The rest goes on.")
                log.info("end of %s: %s", played.log, played.tail(SHOWN))
        if "server" in told:
            raise StageFailed(f"the server has ended: {stage.processes['server'].tail()}")
        await asyncio.sleep(LOOK_S)


async def _play_evening(demo: Demo, venue: Venue, stage: Stage, say: Say) -> None:
    """The evening over real sockets; told now and then, and summed up at its end."""
    workers: list[Worker] = []

    def runner() -> Worker:
        workers.append(Worker())
        return workers[-1]

    around = Surroundings(
        clocks.wall_ms, clocks.mono_ms, clocks.system_random(), clocks.boot_id(), runner, open_link
    )
    display = stage.processes.get(DISPLAY)
    real = display is not None and display.process.poll() is None
    choices = Choices(demo.speed, frozenset({DISPLAY_STATION}) if real else frozenset())
    pins = {secret.staff_id: secret.pin for secret in venue.credentials}
    chance = Random(demo.seed)  # noqa: S311 - a play, no secret
    evening = Evening(around, chance, pins, choices, say)
    say(f"An evening at {demo.speed:g} minutes a minute; seed {demo.seed}.")
    try:
        try:
            await evening.open(demo.data / DEVICES, stage.invitations)
        except (TimeoutError, ValueError) as fault:
            why = str(fault) or "the devices did not come online"
            raise StageFailed(f"the evening could not begin: {why}") from fault
        await evening.play()
    finally:
        for line in evening.report():
            say(line)
        await evening.close()
        for worker in workers:
            worker.close()
