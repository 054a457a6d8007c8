"""Printers and papers on the terminal: what a tap does, without a window."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from hardware.simulated import SimulatedPrinter
from pos_app.desk import Health, Link
from pos_app.presenters.devices import STATES
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.flow import Flow
from pos_app.words import LANGUAGES, Words
from sync_server.paper.templates import ANYWHERE, PARTS
from tests.apps.house import House
from tests.apps.set_up_house import FOUND, SetUpDesk, on_set_up, shown


@pytest.fixture
def desk() -> SetUpDesk:
    """The administrator at a terminal."""
    return SetUpDesk(House(), me="andrii")


@pytest.fixture
def flow(desk: SetUpDesk) -> Flow:
    """On the set-up of the printers."""
    return on_set_up(desk=desk)


def tap(flow: Flow, desk: SetUpDesk, *actions: str) -> DevicesView:
    """Taps one after the other, each answered."""
    for action in actions:
        flow.act(action)
        desk.finish()
    return shown(flow)


def test_what_prints_where_stands_there_before_a_printer_is_chosen_and_leads_to_it(
    flow: Flow, desk: SetUpDesk
) -> None:
    view = flow.view().view
    station, receipts = view.rows[0], view.rows[-1]
    assert all(row.id and row.value != "—" for row in (station, receipts))
    flow.act(station.id)
    assert flow.view().view.middle_title == station.value


def test_only_who_may_has_the_way_there_and_everybody_sees_a_printer_that_is_down() -> None:
    for who, tappable in (("andrii", "devices"), ("olena", "")):
        down = Link(printers=(Health("кухня", "down"), Health("бар")))
        desk = SetUpDesk(House(), me=who, link=down)
        flow = Flow(desk)
        flow.place.screen = "floor"
        chips = flow.view().view.head.left
        (fault,) = (chip for chip in chips if "кухня" in chip.label)
        assert (fault.id, fault.dot) == (tappable, STATES["down"])


@pytest.mark.parametrize(
    ("down", "words", "all_of_them"),
    [
        (("printing",), "Сервер: не друкує", "Сервер: не друкує"),
        (("newer",), "Сервер: перезапустіть його", "Сервер: перезапустіть його"),
        (("disk",), *["Сервер: диск повний, нічого не записує"] * 2),
        (
            ("printing", "backups"),
            "Сервер: не працюють 2 частини",
            "Сервер: не друкує · немає резервних копій",
        ),
    ],
)
def test_everybody_sees_that_a_part_of_the_server_died_at_the_door_and_on_the_floor(
    down: tuple[str, ...], words: str, all_of_them: str
) -> None:
    desk = SetUpDesk(House(), link=Link(parts_down=down))
    assert Flow(desk).view().view.health[1].label == words
    desk.me = "olena"
    flow = Flow(desk)
    flow.place.screen = "floor"
    (first,) = (chip for chip in flow.view().view.head.left if chip.dot == "late")
    assert (first.label, first.short, first.dot) == (words, "Збій", "late")
    flow.act(first.id)
    assert flow.view().toast.text == all_of_them


def test_a_found_printer_is_tried_saved_and_given_to_a_station(flow: Flow, desk: SetUpDesk) -> None:
    view = tap(flow, desk, "find")
    assert len([card for card in view.left_cards if card.id.startswith("pick_found")]) == len(FOUND)
    with SimulatedPrinter() as printer:
        presenter = flow.presenter("devices")
        presenter.found[0]["connection"] = f"tcp:127.0.0.1:{printer.port}"  # type: ignore[attr-defined]
        before = set(desk.catalogue.printers)
        view = tap(flow, desk, "pick_found:0", "try_it")
        assert len(printer.documents()) == 1
        assert view.cards[0].stripe == "ready"
        assert set(desk.catalogue.printers) == before
        view = tap(flow, desk, "turn:width", "save")
        (new,) = set(desk.catalogue.printers) - before
        assert desk.catalogue.printers[new].width_dots == 384
        assert not view.main.enabled
    station = next(iter(desk.catalogue.stations))
    tap(flow, desk, f"station:{station}")
    assert desk.catalogue.stations[station].printer_id == new
    tap(flow, desk, f"station:{station}")
    assert desk.catalogue.stations[station].fallback_printer_id == new
    tap(flow, desk, f"station:{station}")
    assert new not in (
        desk.catalogue.stations[station].printer_id,
        desk.catalogue.stations[station].fallback_printer_id,
    )


def test_a_printer_that_is_dead_says_so_in_words(flow: Flow, desk: SetUpDesk) -> None:
    first = next(iter(desk.catalogue.printers))
    with SimulatedPrinter() as printer:
        port = printer.port
    printers = desk.house.catalogue.printers
    moved = replace(printers[first], host="127.0.0.1", port=port)
    desk.house.catalogue = replace(desk.house.catalogue, printers={**printers, first: moved})
    view = tap(flow, desk, f"pick:{first}", "try_it")
    assert view.cards[0].stripe == "late"
    assert view.cards[0].lines


def test_without_a_server_nothing_is_asked(desk: SetUpDesk) -> None:
    desk.link = Link("offline")
    flow = Flow(desk)
    flow.place.screen = "floor"
    flow.act("devices")
    view = tap(flow, desk, "tab:papers")
    assert not view.main.enabled
    assert not desk.asked


def test_a_station_is_told_when_its_tickets_turn_amber_and_red(flow: Flow, desk: SetUpDesk) -> None:
    first, other = list(desk.catalogue.stations)[:2]
    before = desk.catalogue.stations[other]
    tap(flow, desk, "tab:stations", f"pick:{first}", "turn:late", *["more"] * 4)
    view = tap(flow, desk, "turn:amber", *["less"] * 6, "turn:paper", "turn:capacity", "more")
    assert view.main.enabled
    assert [card.title for card in view.cards] == ["Amber after 5:00", "Red after 12:00"]
    kept = desk.catalogue.stations[first]
    tap(flow, desk, "save")
    now = desk.catalogue.stations[first]
    assert (now.amber_percent, now.late_percent, now.paper) == (50, 120, "always")
    assert now.capacity > kept.capacity
    assert (now.printer_id, now.names) == (kept.printer_id, kept.names)
    assert desk.catalogue.stations[other] == before
    view = tap(flow, desk, "turn:amber", *["more"] * 40)
    assert view.rows[0].value == "120 %", "amber never comes after red"


def test_a_paper_is_rearranged_seen_at_once_saved_and_taken_back(
    flow: Flow, desk: SetUpDesk
) -> None:
    flow.act("tab:papers")
    desk.finish()
    before = shown(flow)
    assert before.paper
    assert len(before.rows) == len(PARTS["receipt"]), "with its code, since the house has a link"
    view = tap(flow, desk, "row:0", "down", "size")
    assert view.paper != before.paper
    assert view.rows[1].value
    assert view.main.enabled
    tap(flow, desk, "save")
    template = desk.catalogue.templates["receipt"]
    assert [part.part for part in template.parts[:2]] == ["head", "venue"]
    assert template.parts[1].size == "larger"
    view = tap(flow, desk, "standard")
    assert not desk.catalogue.templates
    assert [row.label[4:] for row in view.rows] == [row.label[4:] for row in before.rows]


def test_own_words_a_language_and_a_logo_stand_on_the_paper_at_once(
    flow: Flow, desk: SetUpDesk, tmp_path: Path
) -> None:
    picture, text = tmp_path / "sail.png", tmp_path / "notes.png"
    Image.new("L", (80, 40), 0).save(picture)
    text.write_text("no picture")
    desk.pictures = (text, picture)
    flow.act("tab:papers")
    desk.finish()
    view = tap(flow, desk, "add:text")
    assert view.sheet.kind == "letters"
    tap(flow, desk, "key:W", "key:i", "key:F", "key:i", "confirm")
    for _ in desk.catalogue.settings.languages[1:]:
        tap(flow, desk, "confirm")
    view = tap(flow, desk, "speak")
    before = view.paper
    view = tap(flow, desk, "logo", "take_picture:0")
    strides = [desk.catalogue.settings.logo_stride]
    view = tap(flow, desk, "logo", "take_picture:1", "add:logo", "save")
    strides.append(desk.catalogue.settings.logo_stride)
    assert strides == [0, 10], "what is no picture changes nothing"
    assert view.paper != before
    template = desk.catalogue.templates["receipt"]
    first = desk.catalogue.settings.languages[0]
    assert [part.text for part in template.parts if part.part == "text"] == [{first: "WiFi"}]
    assert "logo" in [part.part for part in template.parts]
    assert template.language == "uk"


def test_a_part_that_the_paper_is_for_cannot_be_left_out_and_mere_decoration_can(
    flow: Flow, desk: SetUpDesk
) -> None:
    flow.act("tab:papers")
    desk.finish()
    names = [part["part"] for part in flow.presenter("papers").parts]  # type: ignore[attr-defined]
    view = tap(flow, desk, f"row:{names.index('sums')}")
    drop = next(act for act in view.row_acts if act.id == "drop")
    assert not drop.enabled
    tap(flow, desk, f"row:{names.index('sums')}")
    code = f"row:{names.index('qr') - 1}"  # one row higher, the thanks have gone
    tap(flow, desk, f"row:{names.index('thanks')}", "drop", code, "drop", "add:qr", "save")
    kept = [part.part for part in desk.catalogue.templates["receipt"].parts]
    assert "thanks" not in kept
    assert kept[-1] == "qr"


def test_every_part_and_every_document_has_a_name_in_every_language() -> None:
    shown = {"receipt", "pre_bill", "kitchen", "void", "change", "move", "label", "stock_take"}
    wanted = {f"part_{name}" for one in shown for name in (*PARTS[one], *ANYWHERE)}
    for language in LANGUAGES:
        words = Words.of(language)
        assert not [key for key in sorted(wanted) if not words.knows(key)]
        assert all(words.knows(f"paper_{one}") for one in shown)
