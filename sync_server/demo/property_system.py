"""A process of its own that plays the hotel's property system for the demo house.

Rooms and guests are the venue's, in a database of its own beside the house's; at its end of the
wire it keeps to the specification. `DEMO_SITES` is what the two ends have agreed on. It says
`READY {json}` with the settings of the link to it, as every process of the demo does.
"""

import argparse
import asyncio
import signal
from datetime import date
from pathlib import Path
from typing import Any

from sync_server.clocks import secret_hex, system_random, today, wall_ms
from sync_server.demo.venue import load_venue
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.simulated.cloudbeds_house import CloudbedsHouse
from sync_server.hotel.simulated.fias_house import FiasHouse
from sync_server.private_files import write_private
from sync_server.server import tell
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade

DEMO_SITES: dict[str, dict[str, Any]] = {
    "fias": {
        "kind": "fias",
        "encoding": "utf-8",
        "outlets": {"restaurant": 100},
        "slots": {"food": 1, "bar": 2},
        "board_field": "A5",
        "boards": {"RO": "none", "BB": "breakfast", "HB": "half", "FB": "full"},
        "allowance_fields": {"breakfast": "A6", "lunch": "A7", "dinner": "A8"},
        "reconnect_ms": 1_000,
    },
    "cloudbeds": {"kind": "cloudbeds", "property_id": "demo"},
}


async def play(kind: str, data: Path, venue_folder: Path, day: date, key_file: Path) -> None:
    """Serve until told to end."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    venue = load_venue(venue_folder)
    data.mkdir(parents=True, exist_ok=True)
    with Database.open(f"sqlite:///{(data / 'property.db').absolute()}", "property") as database:
        upgrade(database, "sync_server.hotel.migrations")
        money = venue.settings.currency
        await load_rooms(database, venue, day, at_ms=wall_ms(), currency=money)
        house = Property(database, wall_ms)
        server = _server(kind, house, key_file, venue.settings.zone)
        port = await server.start()
        where = {"port": port} if kind == "fias" else {"url": f"http://127.0.0.1:{port}"}
        tell("READY", site={**DEMO_SITES[kind], **where})
        await stopped.wait()
        await server.stop()


def _server(kind: str, house: Property, key_file: Path, zone: str) -> FiasHouse | CloudbedsHouse:
    """The end of the wire that the hotel has."""
    if kind == "fias":
        settings = FiasSettings.model_validate({**DEMO_SITES[kind], "port": 1})
        return FiasHouse(house, settings, wall_ms, system_random(), zone=zone)
    if not key_file.exists():
        write_private(key_file, secret_hex(16).encode())
    return CloudbedsHouse(house, wall_ms, system_random(), key=key_file.read_text("utf-8"))


def main() -> None:
    """`python -m sync_server.demo.property_system`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=sorted(DEMO_SITES), required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--venue", type=Path, required=True)
    parser.add_argument("--day", type=date.fromisoformat, default=today())
    parser.add_argument("--key-file", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(play(given.kind, given.data, given.venue, given.day, given.key_file))


if __name__ == "__main__":
    main()
