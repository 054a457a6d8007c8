"""(d) From nothing to a screen that can be used, and memory. (e) Server start on a long journal.

Processes are started as a house starts them and say READY themselves; windows run under Xvfb in
software GL. A terminal is timed at its second start, when it is enrolled, which is every start but
the first of its life.
"""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

from sync_server.demo.stage import Played, Stage, Window
from sync_server.demo.venue import DEMO_VENUE
from tests.e2e.screen import Glass, Screen

from .child import BYTECODE
from .journal_maker import kept
from .machine import Watched, resident_mb
from .report import Report, Section, quantile
from .scale import Scale

USABLE_S = 1.5
TERMINAL_MB = 220
SERVER_MB = 150
JOURNAL_S = 5.0
TIMES = 3
WINDOW = Window(1366, 768)
SIGN_IN = "Taras"


async def run_windows(scale: Scale, report: Report, folder: Path) -> None:
    """(d): measure and add the section."""
    section = Section(
        "d",
        "Start to the first usable screen, and memory",
        f"Median of {_times(scale)} starts of the process, until its own words say that people can "
        "use it (terminal: the list of people to sign in, looked for ten times a second; display: "
        "first frame drawn). Memory is what is resident just after.",
    )
    report.sections.append(section)
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="start-") as data:
        await asyncio.to_thread(_start_all, scale, section, Path(data).absolute())


def _times(scale: Scale) -> int:
    """How often each is started; a tiny run only sees that it starts."""
    return TIMES if scale.windows else 1


def _start_all(scale: Scale, section: Section, data: Path) -> None:
    env = {"PYTHONPYCACHEPREFIX": str(BYTECODE), "PYTHONDONTWRITEBYTECODE": ""}
    with Stage(data, DEMO_VENUE, env=env, words=True) as stage:
        took: dict[str, list[float]] = {"server": [], "terminal": [], "display": []}
        for _ in range(_times(scale)):
            if "server" in stage.processes:
                stage.processes.pop("server").stop()
            begun = time.perf_counter()
            server = stage.start_server()
            took["server"].append(time.perf_counter() - begun)
        section.add("server: start to READY", quantile(took["server"], 0.5), "s")
        section.at_most("server: memory", resident_mb(server.process.pid), "MB", SERVER_MB)
        if not scale.windows or shutil.which("Xvfb") is None:
            section.notes.append("windows were not measured: too small a run, or no Xvfb")
            return
        stage.processes.pop("server").stop()
        stage.start_server([("pos", "bench-pos"), ("kds", "bench-kds")])
        with Screen(WINDOW.width, WINDOW.height) as screen:
            stage.env = {**env, "DISPLAY": screen.display}
            for _ in range(_times(scale) + 1):
                took["terminal"].append(_terminal(stage, screen, section))
                took["display"].append(_display(stage))
        terminal, display = (quantile(took[one][1:], 0.5) for one in ("terminal", "display"))
        section.at_most("terminal: start to usable", terminal, "s", USABLE_S)
        section.add("terminal: very first start, with enrolment", took["terminal"][0], "s")
        section.at_most("kitchen display: start to first frame", display, "s", USABLE_S)


def _terminal(stage: Stage, screen: Screen, section: Section) -> float:
    words = stage.words_of("bench-pos")
    words.unlink(missing_ok=True)
    begun = time.perf_counter()
    window = stage.start_terminal("bench-pos", "main", "main", WINDOW)
    Glass(screen, words, 0, 0, (WINDOW.width, WINDOW.height)).until(SIGN_IN)
    took = time.perf_counter() - begun
    _note_memory(section, "terminal: memory", window)
    stage.processes.pop("bench-pos").stop()
    return took


def _display(stage: Stage) -> float:
    begun = time.perf_counter()
    window = stage.start_display("bench-kds", "hot", WINDOW)
    window.told("READY")
    took = time.perf_counter() - begun
    stage.processes.pop("bench-kds").stop()
    return took


def _note_memory(section: Section, name: str, window: Played) -> None:
    section.figures = [one for one in section.figures if one.name != name]
    section.at_most(name, resident_mb(window.process.pid), "MB", TERMINAL_MB)


async def run_journal(scale: Scale, report: Report, folder: Path) -> None:
    """(e): measure and add the section."""
    section = Section(
        "e",
        f"Server start on a journal of {scale.journal_events:,} events",
        "The journal was made by the server's own deciding and storing code. Each start is as "
        "after a power cut: the newest saved state is as old as it can be, the tail is verified "
        "and replayed. Until READY, interpreter and imports counted.",
    )
    report.sections.append(section)
    data = await kept(folder, scale.journal_events)
    with Watched(section):
        took = [await asyncio.to_thread(_start_and_kill, data) for _ in range(_times(scale))]
    section.at_most("start to READY, the slowest", max(one for one, _ in took), "s", JOURNAL_S)
    section.add("start to READY, median", quantile([one for one, _ in took], 0.5), "s")
    section.at_most("memory", max(memory for _, memory in took), "MB", SERVER_MB)
    section.add("size of the database", (data / "front.db").stat().st_size / 2**20, "MB")


def _start_and_kill(data: Path) -> tuple[float, float]:
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(BYTECODE), "PYTHONDONTWRITEBYTECODE": ""}
    arguments = ("-m", "sync_server", "server", f"--data={data}", "--port=0")
    begun = time.perf_counter()
    server = Played("server", arguments, data / "server.log", env)
    try:
        server.told("READY")
        return time.perf_counter() - begun, resident_mb(server.process.pid)
    finally:
        server.process.kill()
        server.stop()
