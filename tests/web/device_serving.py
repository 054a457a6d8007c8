"""The back office beside a real front office that knows a lost tablet and the file of what it kept.

Run as `python -m tests.web.device_serving FOLDER`; prints its port when the file lies there as
`unsent.json`, and serves until it is told to stop. Only the sockets of terminals are left out.
"""

import asyncio
import sys
from pathlib import Path

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.office import Machine, Office, OfficeSettings
from sync_server.clocks import system_random
from sync_server.config import ServerSettings
from sync_server.domain import commands as c
from sync_server.editions import BackEditions, take_offers
from sync_server.office_process import FrontJournal, FrontMenu
from sync_server.store.database import Database
from sync_server.unsent_review import FrontDevices
from tests.back_office.house import PEPPER, furnish
from tests.domain.test_till import SH
from tests.front_office.house import House
from tests.front_office.test_revoked_devices import SENT, Lost, keep

LOOK_S = 0.1


async def a_lost_tablet(house: House, folder: Path) -> None:
    """A tablet that lost the server in mid-service, and its file."""
    lost = Lost(house, folder / "tablet")
    await lost.enrol()
    lost.tap(c.OpenShift(SH, "1", 100_000), by="nadia")
    lost.tap(c.OpenCheck(SENT, f"{lost.identity.code}-001", "table", "t3", guests=2))
    await lost.sync()
    keep(lost)
    (folder / "unsent.json").write_bytes(lost.file())
    lost.store.close()


async def serve(folder: Path) -> None:
    """The house, its books and the pages; what the pages ask for is done within a moment."""
    front = file_url(folder / "front.db")
    house = House(lambda: Database.open(front, "front"))
    await house.open()
    await a_lost_tablet(house, folder)
    editions = BackEditions(ServerSettings(data=folder))

    async def carry_out() -> None:
        while True:
            await take_offers(editions, house.office)
            await asyncio.sleep(LOOK_S)

    def now_ms() -> int:
        house.now_ms += 1
        return house.now_ms

    with open_books(file_url(folder / "back.db")) as books:
        await furnish(books)
        machine = Machine(now_ms, lambda: system_random().randbytes(32).hex())
        office = Office(
            OfficeSettings(url="", pepper=PEPPER, port=0),
            books,
            FrontJournal(front),
            machine,
            FrontMenu(front),
            devices=FrontDevices(front),
        )
        server = asyncio.create_task(carry_out())
        try:
            await office.serve(lambda port: print(port, flush=True))
        finally:
            server.cancel()
            await house.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
