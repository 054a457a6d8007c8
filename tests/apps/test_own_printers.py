"""A printer on a terminal's own wire: the server's papers come out there, or beside it, said so.

Real sockets on loopback, the real terminal's desk, printers that interpret the bytes.
"""

from dataclasses import replace

import pytest

from pos_app import own_printers
from sync_server.bootstrap import House
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.menu import Catalogue
from tests.apps.test_local_paper import Site, printers, site, until

__all__ = ["printers", "site"]


async def give_to_terminal(site: Site, house: House) -> None:
    """The hot station works from paper, on a printer that hangs on the terminal."""
    code, port = site.desk.client.code, site.printers["kitchen-hot"].port

    def change(now: Catalogue) -> Catalogue:
        printer = now.printers["kitchen-hot"]
        moved = replace(printer, connection=f"at:{code}:tcp:127.0.0.1:{port}")
        station = replace(now.stations["hot"], paper="always")
        return replace(
            now,
            printers={**now.printers, "kitchen-hot": moved},
            stations={**now.stations, "hot": station},
        )

    assert not await house.devices.publish(change)
    await until(lambda: site.desk.catalogue.printers["kitchen-hot"].terminal == code)


async def send(house: House, check: str) -> None:
    """A banosh for a check, ordered elsewhere in Olena's name."""
    line = LineId(f"line-{check}")
    new = c.NewLine(line, "banosh", house.office.catalogue.number, 1000)
    for command in (c.AddLines(CheckId(check), (new,)), c.SendLines(CheckId(check), (line,))):
        done = await house.office.report(command, "olena")
        assert done is not None
        assert not done.code, done


def told(house: House) -> list[str]:
    """What the kitchen's tickets know of their paper."""
    return [ticket.paper for ticket in house.office.venue.tickets.values()]


async def test_the_house_knows_that_a_terminals_printer_has_no_paper_before_it_is_needed(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    house = site.house
    assert house is not None
    await give_to_terminal(site, house)

    def wrong() -> str | None:
        assert house is not None
        assert house.printing is not None
        house.printing.spooler.poll()
        (known,) = (x for x in house.printing.spooler.health() if x.name == "kitchen-hot")
        return known.reason if known.up is not None else None

    caplog.set_level("INFO", "pos_app.own_printers")
    house.hand_out.asked_s = 0.1
    site.printers["kitchen-hot"].control("paper out")
    await until(lambda: wrong() == "paper_out")
    site.printers["kitchen-hot"].control("paper ok")
    await until(lambda: wrong() == "")
    told = [r.getMessage() for r in caplog.records if r.name == "pos_app.own_printers"]
    assert told == [
        "printer kitchen-hot here is down: paper_out",
        "printer kitchen-hot here is back",
    ]


async def test_without_the_server_a_terminal_still_sees_its_own_printer_go_and_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_printers, "LOOK_S", 0.05)
    house = site.house
    assert house is not None
    await give_to_terminal(site, house)
    await site.close_house()
    await until(lambda: not site.desk.link.online)

    def states() -> dict[str, str]:
        return {one.label: one.state for one in site.desk.link.printers}

    label = site.desk.catalogue.name(site.desk.catalogue.printers["kitchen-hot"].names, "uk")
    site.printers["kitchen-hot"].control("cover open")
    await until(lambda: states().get(label) == "down")
    site.printers["kitchen-hot"].control("cover shut")
    await until(lambda: states().get(label) == "ok")


async def test_paper_of_the_server_comes_out_at_the_terminal_and_else_on_the_backup_with_a_heading(
    site: Site,
) -> None:
    house = site.house
    assert house is not None
    await give_to_terminal(site, house)
    await until(lambda: house.hand_out.here(site.desk.client.code))
    for check in ("one", "two"):
        site.desk.submit(c.OpenCheck(CheckId(check), site.desk.next_number(), "tab", "", check))
    await until(lambda: len(house.office.venue.checks) == 2)
    await send(house, "one")
    await until(lambda: told(house) == ["printed"])
    assert len(site.papers("kitchen-hot")) == 1
    health = {one["printer_id"]: one["state"] for one in house.health()["printers"]}
    assert health["kitchen-hot"] == "ok"

    await site.desk.stop()
    house.hand_out.claim_s = 0.05
    await send(house, "two")
    await until(lambda: told(house) == ["printed", "printed"])
    assert len(site.papers("kitchen-hot")) == 1
    (copy,) = site.printers["kitchen-cold"].documents()
    assert copy.height > 0
