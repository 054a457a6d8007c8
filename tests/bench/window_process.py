"""A terminal's or display's real window that says when what happened in it.

python -m tests.bench.window_process pos_app|kds_app|empty ARGUMENTS

The application runs as it is; its stations are stamped from outside, in nanoseconds of the
machine's monotonic clock, which all processes share. Lines in: `where ACTION` (the middle of the
target that means it, `*` is anything), `stamps` (all since the last time), `memory`, `processor`
(milliseconds that the process has used), `frames N` (milliseconds of processor-bound turns that
draw the whole window). One line of JSON goes out for each. `empty` is a window with nothing on it,
the reference of every other.
"""

import asyncio
import json
import runpy
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TextIO

from sync_server.client.connection import Callbacks
from sync_server.client.desk import ClientDesk
from sync_server.client.outbox import Outbox
from sync_server.client.screen_text import words_on
from sync_server.domain import commands as c
from sync_server.protocol.envelope import EventRecord

from .machine import resident_mb

KEPT = 200_000


class Stamps:
    """What happened when: (name, id, nanoseconds), the newest last."""

    def __init__(self) -> None:
        self.kept: deque[tuple[str, str, int]] = deque(maxlen=KEPT)

    def put(self, name: str, what: str = "") -> None:
        """Now."""
        self.kept.append((name, what, time.monotonic_ns()))

    def take(self) -> list[tuple[str, str, int]]:
        """All since the last time."""
        taken = list(self.kept)
        self.kept.clear()
        return taken


def watch_client(stamps: Stamps) -> None:
    """Stations of the client that both applications stand on."""
    submit, callbacks = ClientDesk.submit, ClientDesk.callbacks
    append, store_events = Outbox.append, Outbox.store_events

    def stamped_submit(self: ClientDesk, command: object, *args: Any, **more: Any) -> Any:
        decision = submit(self, command, *args, **more)
        stamps.put("decided", _name(command))
        return decision

    def stamped_callbacks(self: ClientDesk) -> Callbacks:
        made = callbacks(self)

        def on_events(records: list[Any]) -> None:
            made.on_events(records)
            for record in records:
                if record.type == "TicketOpened":
                    stamps.put("applied", _ticket(record))

        return replace(made, on_events=on_events)

    def stamped_append(self: Outbox, draft: Any) -> Any:
        stored = append(self, draft)
        stamps.put("stored", draft.type)
        return stored

    def stamped_store(self: Outbox, events: Any, durable_n: int) -> Any:
        tickets = [one.record for one in events if one.record.type == "TicketOpened"]
        names = [_ticket(record) for record in tickets]
        for name in names:
            stamps.put("received", name)
        done = store_events(self, events, durable_n)
        for name in names:
            stamps.put("kept", name)
        return done

    ClientDesk.submit = stamped_submit  # type: ignore[method-assign]
    ClientDesk.callbacks = stamped_callbacks  # type: ignore[method-assign]
    Outbox.append = stamped_append  # type: ignore[method-assign]
    Outbox.store_events = stamped_store  # type: ignore[method-assign]


def _ticket(record: EventRecord) -> str:
    """Check, ticket and number in the journal of an opened ticket."""
    body = json.loads(bytes(record.body))
    return f"{body['check_id']} {body['ticket_id']} {record.n}"


def _name(command: object) -> str:
    if isinstance(command, c.AcknowledgeTickets):
        return " ".join(["AcknowledgeTickets", *(one.ticket_id for one in command.seen)])
    return f"{type(command).__name__} {getattr(command, 'check_id', '')}"


def watch_window(stamps: Stamps, drawn: Callable[[], dict[str, int]]) -> None:
    """Touches as they are dispatched, frames when they are on the screen, and tickets in them."""
    from kivy.core.window import Window

    flip, seen = Window.flip, set[str]()

    def stamped_flip() -> None:
        fresh = [name for name in drawn() if name not in seen]
        flip()
        stamps.put("frame")
        for name in fresh:
            seen.add(name)
            stamps.put("drawn", name)

    Window.flip = stamped_flip
    Window.bind(on_touch_down=lambda *_: stamps.put("touched"))
    Window.bind(on_touch_up=lambda *_: stamps.put("let go"))


class Told:
    """Answers lines about the window that is shown."""

    def __init__(self, stamps: Stamps, out: TextIO) -> None:
        self._stamps = stamps
        self._out = out
        self._root: Any = None

    async def listen(self, root: Any) -> None:
        """Until the input ends; then the window closes."""
        from glass import loop

        self._root = root
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        self._say({"ready": True})
        while line := await lines.readline():
            self._say(self._answer(line.decode().strip()))
        loop.leave()

    def _say(self, answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=self._out, flush=True)

    def _answer(self, line: str) -> dict[str, Any]:
        word, _, rest = line.partition(" ")
        if word == "where":
            return self._where(rest)
        if word == "memory":
            return {"mb": resident_mb(int(Path("/proc/self").resolve().name))}
        if word == "processor":
            return {"ms": time.process_time() * 1000}
        if word == "frames":
            return {"ms": self._frames(int(rest))}
        return {"stamps": self._stamps.take()}

    def _where(self, action: str) -> dict[str, Any]:
        from kivy.core.window import Window

        for word in words_on(self._root, float(Window.height)):
            if not word["text"] and fnmatchcase(word["action"], action):
                return {
                    "x": word["x"] + word["width"] // 2,
                    "y": word["y"] + word["height"] // 2,
                }
        return {}

    @staticmethod
    def _frames(count: int) -> list[float]:
        """What one turn takes that draws everything and changes nothing."""
        from kivy.core.window import Window

        from glass import loop

        took = []
        for _ in range(count):
            Window.canvas.ask_update()
            begun = time.perf_counter()
            loop.look()
            loop.draw()
            took.append((time.perf_counter() - begun) * 1000)
        return took


def watch_loop(stamps: Stamps, out: TextIO) -> None:
    """The loop that shows the window answers lines as well."""
    from glass import loop

    show = loop.show

    async def stamped_show(
        root: Any, title: str, saving: Callable[[], bool] = lambda: False
    ) -> None:
        drawn = getattr(root, "drawn", dict)
        watch_window(stamps, drawn)
        told = Told(stamps, out)
        listening = asyncio.create_task(told.listen(root))
        try:
            await show(root, title, saving)
        finally:
            listening.cancel()

    loop.show = stamped_show


def prepared(stamps: Stamps, out: TextIO) -> None:
    """Stamp the loop once Kivy may be imported: after its settings are made, not before."""
    from glass import window

    prepare = window.prepare

    def then_watch(settings: window.WindowSettings) -> None:
        prepare(settings)
        watch_loop(stamps, out)

    window.prepare = then_watch


def show_nothing(size: str) -> None:
    """A window with an empty widget."""
    from glass import window

    width, height = map(int, size.split("x"))
    window.prepare(window.WindowSettings(width, height, left=0, top=0))
    from kivy.uix.widget import Widget

    from glass import loop

    asyncio.run(loop.show(Widget(), "empty"))


def main() -> None:
    """The command line."""
    out, sys.stdout = sys.stdout, sys.stderr
    module, *arguments = sys.argv[1:]
    stamps = Stamps()
    watch_client(stamps)
    prepared(stamps, out)
    if module == "empty":
        show_nothing(arguments[0])
        return
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main()
