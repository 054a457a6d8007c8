"""A printer on the network that is not there: ESC/POS over TCP, its paper saved as pictures.

    python -m hardware.simulated --port 9100 --name kitchen --paper ./paper [--control 9200]

Rule: like a real network printer it serves one connection at a time; others wait in the backlog.
Every cut document becomes `NNNN.png` and a line of `index.jsonl` in the folder. Hands on the
machine come as lines on the control port (`help` lists them), each answered with `ok`, an error or
JSON. Everything happens on one thread. Neighbours: `machine` is the printer behind the socket.
"""

import argparse
import contextlib
import json
import selectors
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from hardware.device import PaperLevel
from hardware.machine import Changes, Machine
from hardware.paper import PaperDocument
from hardware.printer import Evidence

FILES_KEPT = 2_000
BYTES_KEPT = 8 * 1024 * 1024
CONTROL_LINE_BYTES = 200
_HOST = "127.0.0.1"
_HELP = (
    "paper ok|low|out|<dots left> · cover open|shut · power on|off|<bytes left> · online on|off · "
    "silent on|off · garbled on|off · cutter ok|jammed · drawer open|shut · status · help"
)


class PaperFolder:
    """Keeps the newest documents as pictures, and an index of them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._index = folder / "index.jsonl"
        self._number = 0
        self._bytes = bytearray()
        if self._index.is_file():
            self._number = len(self._index.read_text(encoding="utf-8").splitlines())

    def receive(self, data: bytes) -> None:
        """Bytes on their way to the next document; kept with it for another interpreter."""
        del self._bytes[: max(0, len(self._bytes) + len(data) - BYTES_KEPT)]
        self._bytes += data

    def save(self, document: PaperDocument) -> None:
        """The bytes, then the picture, then the index: who finds one finds those before it."""
        self._number += 1
        name = f"{self._number:04d}.png"
        temporary = self._folder / f".{name}"
        document.image().save(temporary, format="PNG")
        (self._folder / f"{self._number:04d}.bin").write_bytes(self._bytes)
        self._bytes.clear()
        temporary.replace(self._folder / name)
        entry = {"number": self._number, "file": name, "height": document.height}
        with self._index.open("a", encoding="utf-8") as index:
            index.write(json.dumps({**entry, "text": document.text}, ensure_ascii=False) + "\n")
        for kind in ("png", "bin"):
            old = self._folder / f"{self._number - FILES_KEPT:04d}.{kind}"
            old.unlink(missing_ok=True)


class SimulatedPrinter:
    """The printer and its thread; `with` starts and stops it. Port 0 picks a free one."""

    def __init__(
        self,
        name: str = "simulated",
        port: int = 0,
        control_port: int | None = None,
        paper: Path | None = None,
        evidence: Evidence = Evidence.A,
        width: int = 576,
    ) -> None:
        self.name = name
        self.machine = Machine(evidence, width)
        self._folder = PaperFolder(paper) if paper else None
        self._lock = threading.Lock()
        self._saved = 0
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, self._noop)
        self._client: socket.socket | None = None
        self._listener: socket.socket | None = _listen(port)
        self.port: int = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._lines: dict[socket.socket, bytes] = {}
        self._control: socket.socket | None = None
        self.control_port: int | None = None
        if control_port is not None:
            self._control = _listen(control_port)
            self.control_port = self._control.getsockname()[1]
            self._selector.register(self._control, selectors.EVENT_READ, self._accept_control)
        self._running = True
        self._thread = threading.Thread(target=self._run, name=f"printer {name}", daemon=True)

    def __enter__(self) -> "SimulatedPrinter":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Pull the plug for good and wait for the thread."""
        self._running = False
        self._knock()
        if self._thread.is_alive():
            self._thread.join()
        self._drop_client()
        for end in (self._listener, self._control, self._wake, self._woken, *self._lines):
            if end is not None:
                end.close()
        self._selector.close()

    def documents(self) -> list[PaperDocument]:
        """What was cut so far, oldest first."""
        with self._lock:
            return list(self.machine.documents)

    def control(self, line: str) -> str:
        """One line of the control protocol, by hand from another thread."""
        with self._lock:
            return self._obey(line)

    # The thread

    def _run(self) -> None:
        while self._running:
            for key, _ in self._selector.select():
                serve: Callable[[socket.socket], None] = key.data
                with self._lock:
                    # What was served before this one may have closed it.
                    if self._selector.get_map().get(key.fd) != key:
                        continue
                    assert isinstance(key.fileobj, socket.socket), "nothing else is registered"
                    serve(key.fileobj)
                    self._settle()

    def _knock(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b"!")

    def _noop(self, end: socket.socket) -> None:
        end.recv(64)

    def _accept(self, listener: socket.socket) -> None:
        self._client, _ = listener.accept()
        self._client.setblocking(False)
        self._selector.register(self._client, selectors.EVENT_READ, self._read)
        # One at a time: the next connection waits in the backlog until this one is closed.
        self._selector.unregister(listener)

    def _read(self, client: socket.socket) -> None:
        room = self.machine.room
        if not room:
            # Full, as a printer that is held: reading resumes when somebody mends it.
            self._selector.unregister(client)
            return
        try:
            data = client.recv(min(65_536, room))
        except OSError:
            data = b""
        if not data:
            self._drop_client()
            return
        if self._folder is not None:
            self._folder.receive(data)
        self.machine.receive(data)
        answers = self.machine.answers()
        if answers:
            with contextlib.suppress(OSError):
                client.send(answers)

    def _settle(self) -> None:
        """Bring the sockets in line with the machine, and the finished paper to the folder."""
        if not self.machine.condition.powered:
            self._drop_client()
            if self._listener is not None:
                with contextlib.suppress(KeyError):
                    self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
        elif self._listener is None:
            self._listener = _listen(self.port)
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        client = self._client
        if client is not None:
            if self.machine.room and client not in self._selector.get_map():
                self._selector.register(client, selectors.EVENT_READ, self._read)
            answers = self.machine.answers()
            if answers:
                with contextlib.suppress(OSError):
                    client.send(answers)
        self._save()

    def _drop_client(self) -> None:
        if self._client is None:
            return
        with contextlib.suppress(KeyError):
            self._selector.unregister(self._client)
        self._client.close()
        self._client = None
        if self._listener is not None and self._running:
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def _save(self) -> None:
        for document in self.machine.documents:
            if document.number > self._saved:
                self._saved = document.number
                if self._folder is not None:
                    self._folder.save(document)

    # Control

    def _accept_control(self, listener: socket.socket) -> None:
        end, _ = listener.accept()
        self._lines[end] = b""
        self._selector.register(end, selectors.EVENT_READ, self._read_control)

    def _read_control(self, end: socket.socket) -> None:
        try:
            data = end.recv(1_024)
            *lines, rest = (self._lines[end] + data).split(b"\n")
            for line in lines:
                end.sendall((self._obey(line.decode("utf-8", "replace")) + "\n").encode())
        except OSError:
            data, rest = b"", b""
        if not data or len(rest) > CONTROL_LINE_BYTES:
            self._selector.unregister(end)
            del self._lines[end]
            end.close()
        else:
            self._lines[end] = rest

    def _obey(self, line: str) -> str:
        """The answer is given when its effect is there, sockets included."""
        answer = self._command(line)
        self._settle()
        return answer

    def _command(self, line: str) -> str:
        match line.split():
            case ["help"]:
                return _HELP
            case ["status"]:
                return json.dumps(self._report(), default=lambda value: value.value)
            case ["paper" | "power" as what, amount] if amount.isdecimal():
                if what == "paper":
                    self.machine.paper_left = int(amount)
                else:
                    self.machine.power_left = int(amount)
            case ["power", "on" | "off" as state]:
                if (state == "on") is not self.machine.condition.powered:
                    self.machine.switch(state == "on")
            case [what, state] if (what, state) in _CHANGES:
                self.machine.change(**_CHANGES[what, state])
            case _:
                return f"error: what is {line.strip()!r}? {_HELP}"
        return "ok"

    def _report(self) -> dict[str, object]:
        return {
            "name": self.name,
            "condition": asdict(self.machine.condition),
            "documents": len(self.machine.documents),
            "hanging_dots": self.machine.hanging.height,
            "buffered_bytes": self.machine.buffered,
            "kicks": len(self.machine.kicks),
            "unknown_bytes": [raw.hex(" ") for raw in self.machine.interpreter.unknown],
        }


_CHANGES: dict[tuple[str, str], Changes] = {
    **{("paper", level.value): {"paper": level} for level in PaperLevel},
    ("cover", "open"): {"cover_open": True},
    ("cover", "shut"): {"cover_open": False},
    ("online", "on"): {"online": True},
    ("online", "off"): {"online": False},
    ("silent", "on"): {"silent": True},
    ("silent", "off"): {"silent": False},
    ("garbled", "on"): {"garbled": True},
    ("garbled", "off"): {"garbled": False},
    ("cutter", "ok"): {"cutter_jammed": False},
    ("cutter", "jammed"): {"cutter_jammed": True},
    ("drawer", "open"): {"drawer_open": True},
    ("drawer", "shut"): {"drawer_open": False},
}


def _listen(port: int) -> socket.socket:
    return socket.create_server((_HOST, port), backlog=8)


def main() -> None:
    """Run one printer until the process is ended; says on which ports it listens."""
    parser = argparse.ArgumentParser(description="A simulated ESC/POS printer on TCP.")
    parser.add_argument("--port", type=int, default=9100, help="data port, 0 for any")
    parser.add_argument("--control", type=int, default=0, help="control port, 0 for any")
    parser.add_argument("--name", default="printer")
    parser.add_argument("--paper", type=Path, help="folder for the pictures")
    parser.add_argument("--evidence", choices=[one.name for one in Evidence], default="A")
    parser.add_argument("--dots", type=int, choices=(576, 384), default=576)
    given = parser.parse_args()
    printer = SimulatedPrinter(
        given.name, given.port, given.control, given.paper, Evidence[given.evidence], given.dots
    )
    with printer:
        sys.stdout.write(f"{given.name} port={printer.port} control={printer.control_port}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
