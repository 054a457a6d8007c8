"""The server of a benchmark, a process of its own: the real house, counted, on orders from stdin.

Built as `sync_server.server` builds it, except that the limit of commands a second is raised, since
a benchmark is the flood that the limit is there against. Lines in: `invite KIND NAME`, `figures`,
`commits FROM`; the end of the input stops it. One line of JSON goes out for each.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import deque
from datetime import date
from pathlib import Path
from typing import Any

import uvloop

from sync_server.bootstrap import House
from sync_server.client.identity import Invitation
from sync_server.clocks import wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.demo.venue import DEMO_VENUE, load_venue
from sync_server.server import prepare, tune
from sync_server.transport.server import ServerLimits

COMMITS_KEPT = 20_000


class Counted:
    """A house, with the groups it committed and when."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.groups = 0
        self.commits: deque[tuple[int, int]] = deque(maxlen=COMMITS_KEPT)
        house.office.subscribe(self._committed)

    def _committed(self, head_n: int) -> None:
        self.groups += 1
        self.commits.append((head_n, time.monotonic_ns()))

    def answer(self, line: str) -> dict[str, object]:
        """What a line asks for."""
        word, _, rest = line.strip().partition(" ")
        house = self.house
        if word == "invite":
            kind, _, name = rest.partition(" ")
            code = house.desk.open(name, kind)
            text = Invitation(house.url, code, house.fingerprint).text()
            return {"url": house.url, "code": code, "site": house.office.site, "text": text}
        if word == "commits":
            return {"commits": [one for one in self.commits if one[0] > int(rest)]}
        assert house.sockets is not None, "listening"
        metrics = house.sockets.metrics
        return {
            "processor_s": time.process_time(),
            "groups": self.groups,
            "commands": metrics.commands,
            "frames_in": metrics.frames_in,
            "frames_out": metrics.frames_out,
            "head_n": house.office.head_n,
            "errors": metrics.errors,
            "closed": dict(metrics.closed),
        }


async def serve(settings: ServerSettings, venue: Path, commands_per_second: int) -> None:
    """Until the input ends."""
    house = House(settings)
    await house.start()
    counted = Counted(house)
    await furnish(house, load_venue(venue), date(2026, 11, 21), wall_ms())
    await house.listen()
    tune()
    assert house.sockets is not None
    if commands_per_second:
        house.sockets.limits = ServerLimits(
            commands_per_second=commands_per_second, commands_burst=4 * commands_per_second
        )
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    _say({"ready": True, "port": house.port})
    try:
        while line := await lines.readline():
            _say(counted.answer(line.decode()))
    finally:
        await house.stop()


def _say(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rate", type=int, default=0, help="commands a second; 0: as in a house")
    parser.add_argument("--venue", type=Path, default=DEMO_VENUE)
    parser.add_argument("--printer", action="append", default=[], help="ID=HOST:PORT")
    given = parser.parse_args()
    printers = dict(one.split("=", 1) for one in given.printer)
    values: dict[str, Any] = {"data": given.data, "port": 0, "printers": printers}
    settings = ServerSettings(**values)
    prepare()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, given.venue, given.rate))


if __name__ == "__main__":
    main()
