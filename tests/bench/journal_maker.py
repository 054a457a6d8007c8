"""A long journal, made by the server's own code: orders decided in groups and committed in bulk.

Nothing is written past the office: the journal, inbox, ledger and saved states are what years of
work would have left, only without sockets. The result is kept and used again.
"""

import asyncio
import hashlib
import shutil
import sqlite3
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sync_server.bootstrap import House
from sync_server.clocks import wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.demo.venue import DEMO_VENUE, load_venue
from sync_server.domain import commands as c
from sync_server.domain.limits import GROUP_COMMANDS
from sync_server.protocol.envelope import Received, read_command
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from sync_server.transport.authority import EnrolRequest

from .orders import CASHIER, SHIFT, Waiter, demo_catalogue, first, recipes
from .pen import DAY, Pen, new_id


async def make(folder: Path, events: int) -> None:
    """A data folder of a server whose journal has at least `events` events."""
    values: dict[str, Any] = {"data": folder, "port": 0}
    house = House(ServerSettings(**values))
    office = house.office
    await office.start()
    await furnish(house, load_venue(DEMO_VENUE), date.fromisoformat(DAY), wall_ms())
    session = f"{new_id()}.{new_id()}"
    waiter, cook = Pen(CASHIER, session), Pen()
    for pen, kind in ((waiter, "pos"), (cook, "kds")):
        code = house.desk.open(kind, kind)
        request = EnrolRequest(
            code, pen.dev, hashlib.sha256(pen.dev.encode()).digest(), *3 * [kind]
        )
        assert not (await office.enrol(request)).problem
    await office.access.open_session(session, CASHIER, waiter.dev, wall_ms())
    stream = Waiter("T1", recipes(demo_catalogue()), "", 0).stream()
    await office.submit(waiter.dev, _read(waiter, [c.OpenShift(SHIFT, "main", 0)]), {})
    while office.head_n < events:
        done = await office.submit(
            waiter.dev,
            _read(waiter, first(stream, GROUP_COMMANDS)),
            {},
        )
        assert not done.problem
        assert all(result.outcome == "accepted" for result in done.results)
        waiting = [one for one in office.venue.tickets.values() if one.state == "open"]
        seen = tuple(c.TicketSeen(one.ticket_id, one.version) for one in waiting)
        bumps = [c.BumpTicket(one.ticket_id) for one in waiting]
        await office.submit(
            cook.dev,
            _read(cook, [c.AcknowledgeTickets(seen), *bumps]),
            {},
        )
    await office.stop()
    house.front.close()
    house.hotel.close()
    _as_after_a_power_cut(folder / "front.db")


def _read(pen: Pen, bodies: Iterable[object]) -> list[Received]:
    return [read_command(pen.write(body)) for body in bodies]


def _as_after_a_power_cut(front: Path) -> None:
    """Forget the state saved at the stop, so that a start has the longest tail to replay; and
    everything was printed."""
    connection = sqlite3.connect(front)
    with connection:
        connection.execute("DELETE FROM state WHERE n = (SELECT max(n) FROM journal)")
        connection.execute("UPDATE effect SET state = 'done' WHERE state = 'queued'")
    connection.close()


async def kept(folder: Path, events: int) -> Path:
    """The data folder, made now if it is not there or was made by other code."""
    place = folder / f"journal-{events}-{CODEC.schema_hash}"
    if not (place / "whole").exists():
        shutil.rmtree(place, ignore_errors=True)
        print(f"making a journal of {events} events, once", file=sys.stderr)
        await make(place, events)
        (place / "whole").touch()
    front = f"sqlite:///{(place / 'front.db').absolute()}"
    with Database.open(front, "front", check=False) as database:
        upgrade(database, "sync_server.front_office.migrations")
    return place


if __name__ == "__main__":
    asyncio.run(kept(Path(sys.argv[1]), int(sys.argv[2])))
