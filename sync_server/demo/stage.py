"""Starts a whole venue on one machine as the processes a house would have, and stops them.

Printers (simulated), server, back office, terminals and displays are started as their own
processes and tell by lines on standard output when they are ready. `vitrylo demo` and the
end-to-end tests both use this, so what is tested is what is shown.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WAIT_S = 120.0
STOP_S = 15.0
LINES_KEPT = 10_000


class StageFailed(Exception):
    """A process did not come up; the text says which, and the end of its log."""


class Played:
    """One process: its lines on standard output, its log file."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, env: dict[str, str]) -> None:
        self.name = name
        self.log = log
        self._lines: queue.Queue[str] = queue.Queue(maxsize=LINES_KEPT)
        with log.open("ab") as errors:
            self.process = subprocess.Popen(  # noqa: S603 - our own modules only
                [sys.executable, *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                env=env,
                text=True,
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with contextlib.suppress(queue.Full):
                self._lines.put_nowait(line.rstrip("\n"))
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait("")

    def line(self, start: str, timeout_s: float = WAIT_S) -> str:
        """The next line that begins with `start`; others are passed over."""
        while True:
            try:
                line = self._lines.get(timeout=timeout_s)
            except queue.Empty:
                raise StageFailed(f"{self.name} said no {start!r} in {timeout_s:.0f} s") from None
            if line.startswith(start):
                return line
            if not line and self.process.poll() is not None:
                raise StageFailed(f"{self.name} ended: {self.tail()}")

    def told(self, word: str, timeout_s: float = WAIT_S) -> dict[str, Any]:
        """The facts of the next line `WORD {json}`."""
        facts: dict[str, Any] = json.loads(self.line(f"{word} ", timeout_s)[len(word) + 1 :])
        return facts

    def tail(self, size: int = 2_000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    def stop(self) -> None:
        """Ask it to end, and make it end."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(STOP_S)
        self._reader.join(STOP_S)
        if self.process.stdout is not None:
            self.process.stdout.close()


@dataclass(frozen=True, slots=True)
class Window:
    """Where a window stands on the screen."""

    width: int
    height: int
    left: int = 0
    top: int = 0

    def arguments(self) -> list[str]:
        """As a terminal or display takes them."""
        return [
            f"--width={self.width}",
            f"--height={self.height}",
            f"--left={self.left}",
            f"--top={self.top}",
        ]


@dataclass(slots=True)
class Stage:
    """A venue's processes under one folder. Use as a context manager: the end stops them all."""

    data: Path
    venue: Path
    day: str = ""
    env: dict[str, str] = field(default_factory=dict)
    printers: dict[str, int] = field(default_factory=dict)
    controls: dict[str, int] = field(default_factory=dict)
    card_terminals: dict[str, int] = field(default_factory=dict)
    processes: dict[str, Played] = field(default_factory=dict)
    url: str = ""
    office_url: str = ""
    invitations: dict[str, str] = field(default_factory=dict)
    words: bool = False

    def __enter__(self) -> "Stage":
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def play(self, name: str, *arguments: str, words: Path | None = None) -> Played:
        """Start one of our modules as a process."""
        env = {**os.environ, **self.env, "PYTHONUNBUFFERED": "1"}
        if words is not None and self.words:
            words.parent.mkdir(parents=True, exist_ok=True)
            env["VITRYLO_SCREEN_TEXT"] = str(words)
        played = Played(name, arguments, self.data / "logs" / f"{name}.log", env)
        self.processes[name] = played
        return played

    @property
    def paper(self) -> Path:
        """Where the simulated printers put pictures of their paper."""
        return self.data / "paper"

    def start_printers(self, names: Sequence[str]) -> None:
        """One simulated printer for each name; their ports are chosen free."""
        for name in names:
            arguments = ("-m", "hardware.simulated", "--port=0", f"--name={name}")
            self.play(f"printer-{name}", *arguments, f"--paper={self.paper / name}")
        for name in names:
            line = self.processes[f"printer-{name}"].line(f"{name} port=")
            ports = dict(part.split("=") for part in line.split()[1:])
            self.printers[name] = int(ports["port"])
            self.controls[name] = int(ports["control"])

    def start_card_terminal(self, drawer: str) -> None:
        """A simulated card terminal beside a drawer; call before `start_server`."""
        name = f"card-{drawer}"
        arguments = ("-m", "hardware.simulated_card_terminal", f"--name={name}")
        played = self.play(name, *arguments, f"--record={self.data / 'cards' / name}.jsonl")
        ports = dict(part.split("=") for part in played.line(f"{name} port=").split()[1:])
        self.card_terminals[drawer] = int(ports["port"])
        self.controls[name] = int(ports["control"])

    def start_property_system(self, kind: str) -> Played:
        """A hotel's own system, which the server then charges; call before `start_server`."""
        played = self.play(
            "property-system",
            *("-m", "sync_server.demo.property_system", f"--kind={kind}"),
            f"--data={self.data / 'property-system'}",
            f"--venue={self.venue}",
            f"--key-file={self.data / 'hotel.key'}",
            *([f"--day={self.day}"] if self.day else []),
        )
        self.env["VITRYLO_HOTEL"] = json.dumps(played.told("READY")["site"])
        return played

    def start_server(self, devices: Sequence[tuple[str, str]] = (), port: int = 0) -> Played:
        """The server, with an invitation for each new device (kind, name)."""
        arguments = ["-m", "sync_server", "server", f"--data={self.data}", f"--port={port}"]
        arguments.append(f"--venue={self.venue}")
        if self.day:
            arguments.append(f"--day={self.day}")
        arguments += [f"--printer={n}=127.0.0.1:{p}" for n, p in self.printers.items()]
        arguments += [
            f"--card-terminal={d}=127.0.0.1:{p}/qr" for d, p in self.card_terminals.items()
        ]
        arguments += [f"--invite={kind}:{name}" for kind, name in devices]
        server = self.play("server", *arguments)
        for _ in devices:
            facts = server.told("INVITE")
            self.invitations[facts["name"]] = facts["text"]
        self.url = server.told("READY")["url"]
        return server

    def start_office(self, port: int = 0) -> Played:
        """The back office in the browser."""
        office = self.play(
            "office",
            *("-m", "sync_server", "office", f"--data={self.data}", f"--port={port}"),
            f"--venue={self.venue}",
            *([f"--day={self.day}"] if self.day else []),
        )
        self.office_url = office.told("READY")["url"]
        return office

    def start_terminal(self, name: str, drawer: str, hall: str, window: Window) -> Played:
        """A terminal's window."""
        return self.play(
            name,
            *("-m", "pos_app", f"--folder={self.data / 'devices' / name}", f"--name={name}"),
            f"--drawer={drawer}",
            f"--hall={hall}",
            *self._invite(name),
            f"--size={window.width}x{window.height}",
            f"--at={window.left}x{window.top}",
            words=self.words_of(name),
        )

    def words_of(self, name: str) -> Path:
        """Where a window writes what stands on it, if `words` is on."""
        return self.data / "screens" / f"{name}.json"

    def start_display(self, name: str, stations: str, window: Window) -> Played:
        """A kitchen display's window; READY once its first screen is drawn."""
        return self.play(
            name,
            *("-m", "kds_app", f"--data={self.data / 'devices' / name}", f"--name={name}"),
            f"--station={stations}",
            *self._invite(name),
            *window.arguments(),
            words=self.words_of(name),
        )

    def _invite(self, name: str) -> list[str]:
        text = self.invitations.get(name, "")
        return [f"--invite={text}"] if text else []

    def stop(self) -> None:
        """End everything, screens first, printers last."""
        for played in reversed(list(self.processes.values())):
            played.stop()
        self.processes.clear()
