"""Printers and papers are set up from a terminal: found, tried, saved, assigned, looked at."""

import base64
import io
import json
from dataclasses import asdict
from typing import Any

import pytest
from PIL import Image

from hardware.simulated import SimulatedPrinter
from hardware.spooler import Route, Spooler
from hardware.worker import InlineWorker
from sync_server.device_desk import DeviceDesk
from sync_server.devices import open_printers
from sync_server.front_office.asks import Asks
from sync_server.paper.samples import SHOWN
from sync_server.paper.templates import PARTS
from tests.front_office.house import House, Till


async def may(house: House, till: Till) -> None:
    """Somebody with the right signs in; the questions of the set-up page are answered."""
    asks = house.office.asks
    assert isinstance(asks, Asks)
    asks.set_up = DeviceDesk(house.office, lambda: 0)
    assert not (await till.sign_in("nadia")).code


async def ask(till: Till, what: str, **params: Any) -> dict[str, Any]:
    """The body of an answer."""
    answer = await till.ask(what, **params)
    assert not answer.code, (answer.code, answer.params)
    body: dict[str, Any] = json.loads(answer.body)
    return body


def printer(port: int, **more: object) -> dict[str, object]:
    """A printer as the page sends it."""
    made = {"printer_id": "new", "names": {"uk": "Тераса"}, "host": "127.0.0.1", "port": port}
    return {**made, **more}


async def test_only_who_may_set_up_is_answered(house: House, till: Till) -> None:
    await may(house, till)
    stranger = await house.till("t2")
    assert (await stranger.ask("find_printers")).code == "session_ended"
    await stranger.sign_in("olena")
    assert (await stranger.ask("find_printers")).code == "not_allowed"
    assert (await till.ask("find_printers", more=1)).code == "bad_text"


async def test_a_printer_is_tried_saved_and_prints_without_a_restart(
    house: House, till: Till
) -> None:
    await may(house, till)
    with SimulatedPrinter() as simulated:
        tried = await ask(till, "try_printer", printer=printer(simulated.port))
        assert (tried["state"], tried["evidence"]) == ("confirmed", "A")
        assert len(simulated.documents()) == 1
        before = house.office.catalogue
        saved = await ask(till, "save_printer", printer=printer(simulated.port))
        now = house.office.catalogue
        assert now.number == saved["number"] == before.number + 1
        added = await open_printers(now, 0, before)
        assert set(added) == {"new"}
        spooler = Spooler({}, {}, worker=InlineWorker)
        for name, driver in added.items():
            spooler.fit(name, driver, Route(name))
        assert spooler.look("new").result() is not None
        # The same version again changes nothing: no printer is opened twice.
        assert not await open_printers(now, 0, now)
        spooler.close()
        for station_id in now.stations:
            await ask(till, "assign_station", station_id=station_id, printer_id="new")
        assert {one.printer_id for one in house.office.catalogue.stations.values()} == {"new"}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"connection": "usb:nothing"}, "printer_set_up"),
        ({"host": ""}, "printer_set_up"),
        ({"code_page": "cp9"}, "printer_set_up"),
        ({"printer_id": " "}, "printer_set_up"),
        ({"fallback_printer_id": "new"}, "printer_unknown"),
        ({"fallback_printer_id": "nobody"}, "printer_unknown"),
        ({"printer_id": 5}, "bad_text"),
    ],
)
async def test_a_printer_that_is_wrong_is_refused_by_code_and_nothing_changes(
    house: House, till: Till, wrong: dict[str, object], code: str
) -> None:
    await may(house, till)
    before = house.office.catalogue
    assert (await till.ask("save_printer", printer=printer(9100, **wrong))).code == code
    assert house.office.catalogue == before


async def test_a_printer_that_is_off_is_told_in_words(house: House, till: Till) -> None:
    await may(house, till)
    with SimulatedPrinter() as simulated:
        port = simulated.port
    tried = await ask(till, "try_printer", printer=printer(port))
    assert (tried["state"], tried["reason"]) == ("not_printed", "unreachable")
    assert tried["words"]


async def test_stations_get_printers_that_exist_and_never_their_own_backup(
    house: House, till: Till
) -> None:
    await may(house, till)
    catalogue = house.office.catalogue
    station, own = next(iter(catalogue.stations)), next(iter(catalogue.printers))
    for params, code in (
        ({"station_id": "moon", "printer_id": own}, "printer_unknown"),
        ({"station_id": station, "printer_id": "moon"}, "printer_unknown"),
        (
            {"station_id": station, "printer_id": own, "fallback_printer_id": own},
            "printer_own_backup",
        ),
    ):
        assert (await till.ask("assign_station", **params)).code == code
    assert house.office.catalogue == catalogue


async def test_every_paper_can_be_looked_at_and_a_fault_is_said_beside_the_picture(
    house: House, till: Till
) -> None:
    await may(house, till)
    for document in SHOWN:
        template = {"document": document, "parts": []}
        for narrow in (False, True):
            shown = await ask(till, "preview_paper", template=template, narrow=narrow)
            with Image.open(io.BytesIO(base64.b64decode(shown["png"]))) as picture:
                assert picture.width == (384 if narrow else 576)
                assert picture.height > 60
            assert not shown["fault"]
    lacking = {"document": "kitchen", "parts": [{"part": "head"}]}
    shown = await ask(till, "preview_paper", template=lacking)
    assert (shown["fault"], shown["part"]) == ("template_missing", "allergies")
    assert (await till.ask("preview_paper", template={"document": "z", "parts": []})).code


async def test_a_sound_template_is_in_force_everywhere_and_can_be_taken_back(
    house: House, till: Till
) -> None:
    await may(house, till)
    parts = [{"part": name, "size": "larger"} for name in PARTS["kitchen"]]
    await ask(till, "save_template", template={"document": "kitchen", "parts": parts})
    assert house.office.catalogue.templates["kitchen"].parts[0].size == "larger"
    faulty = {"document": "kitchen", "parts": parts[:1]}
    assert (await till.ask("save_template", template=faulty)).code == "template_missing"
    await ask(till, "save_template", template={"document": "kitchen", "parts": []})
    assert not house.office.catalogue.templates


async def test_a_plan_that_is_saved_is_a_new_version_and_guests_keep_their_table(
    house: House, till: Till
) -> None:
    await may(house, till)
    before = house.office.catalogue
    hall_id = next(iter(before.halls))
    tables = [asdict(one) for one in before.tables.values() if one.hall_id == hall_id]
    tables[0]["label"] = "VIP"
    hall = before.halls[hall_id]
    for one in tables:
        one |= {"x": 0, "y": 0, "w": min(2, hall.width), "h": min(2, hall.height)}
    saved = await ask(till, "save_floor", hall_id=hall_id, tables=tables)
    now = house.office.catalogue
    assert now.number == saved["number"] == before.number + 1
    assert now.tables[tables[0]["table_id"]].label == "VIP"
    assert len(now.tables) == len(before.tables), "other halls stay as they were"
    tables[0]["x"] = 10_000
    assert (await till.ask("save_floor", hall_id=hall_id, tables=tables)).code == "plan_place"
    assert (await till.ask("save_floor", hall_id="no", tables=[])).code == "plan_place"
    assert house.office.catalogue.number == now.number


async def test_labels_and_a_counting_sheet_come_out_of_a_printer_of_the_house(
    house: House, till: Till
) -> None:
    await may(house, till)
    with SimulatedPrinter() as simulated:
        await ask(till, "save_printer", printer=printer(simulated.port))
        drivers = await open_printers(house.office.catalogue, 0)
        routes = {name: Route(name) for name in drivers}
        spooler = Spooler(drivers, routes, worker=InlineWorker)
        asks = house.office.asks
        assert isinstance(asks, Asks)
        desk = asks.set_up
        assert isinstance(desk, DeviceDesk)
        desk.spooler = lambda: spooler
        label = {"printer_id": "new", "item_id": "borscht", "hours": 48, "copies": 2}
        assert (await ask(till, "print_label", **label))["state"] == "confirmed"
        assert (await ask(till, "print_label", printer_id="new"))["state"] == "confirmed"
        assert len(simulated.documents()) == 3
        for wrong, code in (
            ({"item_id": "none"}, "no_item"),
            ({"printer_id": "none"}, "printer_unknown"),
            ({"copies": 0}, "bad_quantity"),
        ):
            assert (await till.ask("print_label", **{**label, **wrong})).code == code
        spooler.close()
