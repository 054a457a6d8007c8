"""What the terminal does for the person who stands at it: told, dressed, let go and let back."""

from pathlib import Path

import pytest

from pos_app.preferences import NONE, Preferences
from pos_app.presenters.flow import Flow
from sync_server.client.worker import inline
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, StaffId
from tests.apps.house import House, HouseDesk


@pytest.fixture
def house() -> House:
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    return house


def come(house: House, who: str = "olena") -> Flow:
    """Somebody signs in at a terminal of his own."""
    desk = HouseDesk(house)
    flow = Flow(desk)
    flow.view()
    sign_in(flow, house, who)
    return flow


def sign_in(flow: Flow, house: House, who: str) -> None:
    flow.act(f"person_tapped:{who}")
    for figure in house.pins[StaffId(who)]:
        flow.act(f"key:{figure}")
    flow.desk.finish()  # type: ignore[attr-defined]
    flow.view()


def test_a_language_a_size_and_colours_are_ones_own_and_need_no_restart(house: House) -> None:
    flow = come(house)
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    flow.act("settings")
    assert flow.view().screen == "settings"
    flow.act("speak:pl")
    flow.act("scale:145")
    flow.act("mode:light")
    assert flow.view().view.language_title == "JĘZYK"
    flow.act("back")
    shown = flow.view()
    assert (shown.screen, shown.view.send.label) == ("order", "Wyślij 1"), "the draft is there"
    assert (flow.desk.mode, flow.desk.preference.scale) == ("light", 145)
    flow.desk.sign_out()
    flow.view()
    assert flow.desk.mode == "dark"
    sign_in(flow, house, "marta")
    assert flow.view().view.halls[-1].label.startswith(("З собою", "Рум-сервіс"))


def type_pins(flow: Flow, *pins: str) -> None:
    for figure in "".join(pins):
        flow.act(f"key:{figure}")
    flow.desk.finish()  # type: ignore[attr-defined]


def test_a_person_changes_ones_own_pin_and_works_on(house: House) -> None:
    flow = come(house)
    flow.act("settings")
    flow.act("change_pin")
    old = house.pins[StaffId("olena")]
    type_pins(flow, old, "8305", "8306")
    assert flow.view().view.sheet.title == "Новий PIN", "the two differed: once more"
    assert old not in repr(flow.view().view)
    type_pins(flow, "8305", "8305")
    assert house.pins[StaffId("olena")] == "8305"
    assert (flow.desk.me, flow.view().view.sheet.kind) == ("olena", "")
    flow.act("change_pin")
    type_pins(flow, "1111", "2746", "2746")
    assert house.pins[StaffId("olena")] == "8305"
    assert "PIN не підходить" in flow.view().toast.text


def test_somebody_else_signs_in_fast_and_the_first_comes_back_to_the_same_work(
    house: House,
) -> None:
    flow = come(house)
    flow.act("table:t3")
    flow.act("tap_item:ribeye")
    assert flow.view().view.side == "modifiers"
    flow.act("settings")
    flow.act("switch")
    assert flow.view().screen == "sign_in"
    sign_in(flow, house, "olena")
    shown = flow.view()
    assert (shown.screen, shown.view.side) == ("order", "modifiers")


def test_what_is_ready_is_told_to_its_waiter_on_whichever_terminal_he_stands_at(
    house: House,
) -> None:
    first, second = come(house), come(house)
    colleague = come(house, "ihor")
    first.act("table:t3")
    first.act("tap_item:salo-platter")
    first.act("send")
    house.settle()
    for flow in (first, second, colleague):
        flow.view()
    house.draw_tickets()
    house.bump_all()
    told = second.view().toast
    assert told.text.startswith("Стіл 3: готово — Сало")
    assert not colleague.view().toast.text
    assert not first.view().toast.text, "he is looking at it"
    assert second.view().toast.text == told.text
    assert told.act is not None
    second.act(told.act.id)
    assert second.view().screen == "order"
    second.act("back")
    assert not second.view().toast.text, "told once"


def test_forty_tabs_stand_on_the_floor_and_any_is_found_by_its_name(house: House) -> None:
    flow = come(house)
    for number in range(45):
        house.do(
            c.OpenCheck(
                CheckId(f"tab{number}"), f"A-{900 + number:04d}", "tab", "", f"Гість {number}"
            ),
            "olena",
        )
    flow.act("hall:tab")
    tables = flow.view().view.tables
    assert len(tables) == 40
    assert (tables[-1].id, tables[-1].title) == ("search", "і ще 6")
    flow.act("search")
    for sign in "hist 44":
        flow.act(f"key:{sign}")
    sheet = flow.view().view.sheet
    assert [act.label for act in sheet.choices] == ["Гість 44"]
    flow.act("confirm")
    assert flow.view().screen == "order"


def test_a_scanned_code_orders_its_bottle_and_an_unknown_one_is_said(house: House) -> None:
    flow = come(house)
    flow.act("scanned:4820000123456")
    flow.desk.finish()  # type: ignore[attr-defined]
    assert flow.desk.venue.checks == {}, "nothing is ordered from the floor"
    assert "картка нічия" in flow.view().toast.text
    flow.act("table:t3")
    coded = next(item for item in house.catalogue.items.values() if item.barcode)
    flow.act(f"scanned:{coded.barcode}")
    assert flow.view().view.rows
    flow.act("scanned:0000")
    assert "0000" in flow.view().toast.text


def test_what_one_chose_is_on_the_disk_and_a_spoilt_file_harms_nobody(tmp_path: Path) -> None:
    def kept() -> Preferences:
        return Preferences(tmp_path, inline, lambda work: _finish(work))

    kept().choose("olena", 5, {"scale": 130, "language": "pl"})
    assert kept().of("olena").scale == 130
    kept().choose("olena", 6, {"scale": 77})
    assert kept().of("olena").scale == 100, "no size that does not exist"
    (tmp_path / "preferences.json").write_text("{")
    assert kept().of("olena") == NONE


def test_of_two_choices_the_later_one_stands_and_a_newer_server_text_is_read(
    tmp_path: Path,
) -> None:
    kept = Preferences(tmp_path, inline, lambda work: _finish(work))
    assert kept.told("olena") == ("", 0), "who chose nothing brings nothing"
    assert kept.follow("olena", '{"mode":"light","from_tomorrow":1}', 50, 0)
    assert (kept.of("olena").mode, kept.of("olena").changed_ms) == ("light", 50)
    kept.choose("olena", 20, {"hand": "left"})
    assert kept.of("olena").changed_ms == 51, "a clock that was set back makes no older choice"
    assert not kept.follow("olena", '{"mode":"dark"}', 60, 50), "chosen here since it was asked"
    assert not kept.follow("olena", "{", 60, 51)
    assert kept.of("olena").hand == "left"


def test_a_left_hand_is_kept_and_own_favourites_stand_first(
    house: House,
) -> None:
    flow = come(house)
    flow.act("table:t3")
    flow.act("tap_item:borscht-plain")
    flow.act("favour")
    assert flow.view().view.tiles[0].id == "tap_item:borscht-plain"
    flow.act("settings")
    flow.act("hand:left")
    flow.act("back")
    assert flow.desk.preference.hand == "left"
    assert not come(house, "ihor").desk.preference.favourites
    flow.act("favour")
    assert flow.view().view.tiles[0].id != "tap_item:borscht-plain"


def _finish(work: object) -> None:
    with pytest.raises(StopIteration):
        work.send(None)  # type: ignore[attr-defined]
