"""The server process of a venue: start, announce, run until told to stop.

It speaks to whoever started it by lines on standard output: `READY {json}` when terminals may
connect, and `INVITE {json}` with a one-time invitation for each device asked for. Everything is
built in `bootstrap`; settings are in `config`.
"""

import asyncio
import ctypes
import gc
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sync_server.bootstrap import House
from sync_server.client.identity import Invitation
from sync_server.clocks import today, wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import follow_addresses, furnish
from sync_server.demo.venue import load_venue

SWITCH_S = 0.0005
COLLECT_AFTER = (20_000, 20, 20)
LARGE_BYTES = 1024 * 1024
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


@dataclass(frozen=True, slots=True)
class Invite:
    """A device to be let in: `kind` pos or kds, and the name a person gave it."""

    kind: str
    name: str

    @staticmethod
    def parse(text: str) -> "Invite":
        """From `kind:name`. Raises ValueError in words."""
        kind, _, name = text.partition(":")
        if kind not in ("pos", "kds") or not name:
            raise ValueError(f"{text!r} is not pos:NAME or kds:NAME")
        return Invite(kind, name)


def tell(word: str, **facts: object) -> None:
    """One line for the process that started this one."""
    sys.stdout.write(f"{word} {json.dumps(facts, ensure_ascii=False)}\n")
    sys.stdout.flush()


def prepare() -> None:
    """Let large blocks go back to the system when they are freed; call before anything is built.

    Each PIN is hashed in 19 MB. After the first one the C library keeps such blocks for good, and
    of its own in every thread: up to 100 MB that nobody uses. Threads share one heap, since the
    interpreter lets them in one at a time anyway: 6 MB less under load. A library without these
    settings is left as it is.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for setting in (_MMAP_THRESHOLD, _TRIM_THRESHOLD):
            library.mallopt(setting, LARGE_BYTES)
        library.mallopt(_ARENA_MAX, 1)


def tune() -> None:
    """Settings of the interpreter for a process in which one thread decides and another commits.

    The writer needs the interpreter a few times in each commit; while the loop is busy it would
    wait for it up to 5 ms each time, longer than the disk takes. And what stands after the start
    stays: the collector need not walk over it again, nor look at every few hundred new objects.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*COLLECT_AFTER)
    gc.collect()
    gc.freeze()


async def serve(
    settings: ServerSettings, venue: Path | None, day: date | None, invites: Sequence[Invite]
) -> None:
    """Run until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    house = House(settings)
    await house.start()
    try:
        if venue is not None:
            await furnish(house, load_venue(venue), day or today(), wall_ms())
        elif house.office.venue.catalogue_no:
            await follow_addresses(house, wall_ms())
        try:
            await house.listen()
        except OSError as fault:
            where = f"{settings.host}:{settings.port}"
            raise OSError(f"terminals cannot be let in at {where}: {fault}") from fault
        tune()
        for invite in invites:
            code = house.desk.open(invite.name, invite.kind)
            invitation = Invitation(house.url, code, house.fingerprint)
            tell("INVITE", kind=invite.kind, name=invite.name, text=invitation.text())
        tell("READY", url=house.url, port=house.port)
        await stopped.wait()
    finally:
        await house.stop()


def run(
    settings: ServerSettings,
    venue: Path | None = None,
    day: date | None = None,
    invites: Sequence[Invite] = (),
) -> None:
    """Run the server on the quickest loop there is."""
    prepare()
    try:
        import uvloop

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(settings, venue, day, invites))
