"""What hangs on a terminal: cards sign in, a scanner orders, what is lost is said once each way."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.line_display import MemoryDisplay
from hardware.readers import MemoryReader
from hardware.scales import Lying, MemoryScale, Weight
from pos_app.attached import Attached, attached_in
from pos_app.attached_settings import AttachedSettings, Seen
from pos_app.presenters.flow import Flow
from pos_app.presenters.own_devices import OwnDevicesPresenter
from sync_server.client.offline_cards import OfflineCards
from sync_server.domain import commands as c, limits
from sync_server.domain.ids import ShiftId
from tests.apps.house import House, HouseDesk


@pytest.fixture
def desk() -> HouseDesk:
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    return HouseDesk(house, cards={"04A1B2": "olena", "04FFFF": "ihor"})


def lost(desk: HouseDesk) -> tuple[str, ...]:
    """What the chips of the sign-in screen name."""
    return desk.attached.lost


def read(flow: Flow, action: str) -> None:
    """A reader says something, and the answer comes."""
    flow.view()
    flow.act(action)
    flow.desk.finish()  # type: ignore[attr-defined]
    flow.view()


def test_a_card_signs_in_and_another_takes_over_from_any_screen(desk: HouseDesk) -> None:
    flow = Flow(desk)
    read(flow, "scanned:000000")
    assert "нічия" in flow.view().view.message
    read(flow, "scanned:04A1B2")
    assert (desk.me, flow.view().screen) == ("olena", "floor")
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    read(flow, "card:000000")
    assert (desk.me, flow.view().screen) == ("olena", "order"), "an unknown card moves nobody"
    assert "нічия" in flow.view().toast.text
    read(flow, "card:04A1B2")
    assert flow.view().screen == "order", "one's own card neither"
    read(flow, "card:04FFFF")
    assert (desk.me, flow.view().screen) == ("ihor", "floor")
    assert [len(x.lines) for x in desk.venue.checks.values()] == [1], "the draft stays"


def test_only_who_sets_up_the_house_gives_a_card(desk: HouseDesk) -> None:
    flow = Flow(desk)
    read(flow, "card:04A1B2")
    flow.act("settings")
    assert not flow.view().view.card.label
    desk.cards["0BOSS0"] = "nadia"
    read(flow, "card:0BOSS0")
    flow.act("settings")
    flow.act("give_card")
    read(flow, "card:07NEW7")
    assert desk.me == "nadia", "nobody was chosen: the card is not asked about"
    flow.act("card_of:marta")
    read(flow, "scanned:07NEW7")
    assert desk.cards["07NEW7"] == "marta"
    assert flow.view().view.sheet.kind == ""


def test_a_scanner_orders_on_the_check_and_a_lost_one_is_told_once_each_way() -> None:
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    reader = MemoryReader("barcode")
    attached = Attached({"barcode": reader})
    desk = HouseDesk(house, "olena", attached=attached)
    flow = Flow(desk)
    flow.place.screen = "floor"
    attached.hear(flow.act)
    (listening,) = attached.listening(lambda call: call())
    item = next(item for item in desk.catalogue.items.values() if item.barcode)
    flow.act("table:t3")
    listening.turn()
    assert not flow.view().toast.text, "that it is there is no news"
    reader.say(item.barcode.encode() + b"\r")
    listening.turn()
    assert [x.item_id for x in desk.venue.check(flow.place.check_id).lines] == [item.item_id]  # type: ignore[union-attr]

    said = []
    for plugged in (False, False, True, True):
        reader.plugged = plugged
        listening.turn()
        said.append(flow.view().toast.text)
        flow.act("toast_seen")
        assert attached.lost == (() if plugged else ("barcode",))
    assert [bool(text) for text in said] == [True, False, True, False]
    assert "Сканер" in said[0]


def test_the_scale_gives_only_a_weight_at_rest_and_without_it_one_types() -> None:
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    scale = MemoryScale()
    desk = HouseDesk(house, "olena", attached=Attached(scale=scale))
    flow = Flow(desk)
    flow.place.screen = "floor"
    flow.act("table:t3")
    flow.act("tap_item:trout-weight")
    assert "weigh" in [key.id for key in flow.view().view.sheet.keys[3]]
    for lying, words in (("MOVING", "рухаються"), ("OVER", "Заважко"), ("UNDER", "нуля")):
        scale.weight = Weight(Lying[lying])
        read(flow, "weigh")
        assert words in flow.view().toast.text
        assert flow.view().view.sheet.entry == ""
    scale.weight = Weight(Lying.AT_REST, 0)
    read(flow, "weigh")
    assert "нічого" in flow.view().toast.text
    scale.plugged = False
    read(flow, "weigh")
    assert "наберіть вагу" in flow.view().toast.text
    assert lost(desk) == ("scale",)
    for figure in "120":
        flow.act(f"key:{figure}")
    assert flow.view().view.sheet.entry == "120", "as typed as ever"
    scale.plugged, scale.weight = True, Weight(Lying.AT_REST, 430)
    read(flow, "weigh")
    assert lost(desk) == ()
    assert flow.view().view.sheet.entry == "430"
    flow.act("confirm")
    (line,) = desk.venue.check(flow.place.check_id).lines  # type: ignore[union-attr]
    assert line.qty_milli == 430


def test_the_guest_reads_what_was_added_the_total_and_the_change() -> None:
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    house.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    display = MemoryDisplay()
    attached = Attached(display=display)
    desk = HouseDesk(house, "taras", attached=attached)
    flow = Flow(desk)
    flow.place.screen = "floor"

    def lines() -> tuple[str, str]:
        flow.view()
        attached.shown()
        return display.lines

    assert lines() == (desk.catalogue.settings.name.ljust(20)[:20], " " * 20)
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    check = desk.venue.check(flow.place.check_id)
    assert check is not None
    upper, lower = lines()
    assert upper.endswith(f" {check.lines[0].gross_minor // 100},00")
    assert lower.startswith("Разом ")
    display.plugged = False
    flow.act("tap_item:salo-platter")
    lines()
    assert "Дисплей гостя" in flow.view().toast.text
    assert lost(desk) == ("display",)
    display.plugged = True
    flow.act("send")
    flow.act("pay")
    assert lines()[1].startswith("До сплати ")
    assert lost(desk) == ()
    flow.act("given:50000")
    flow.act("take")
    house.settle()
    upper, lower = lines()
    assert upper.startswith("Разом ")
    assert lower.startswith("Решта ")


def test_a_faulty_file_is_said_and_the_terminal_opens(tmp_path: Path) -> None:
    assert attached_in(tmp_path).lost == ()
    for text in ('card = "tape:1"', "card =", 'lamp = "usb:1:2"', 'card = "usb:zz"'):
        (tmp_path / "devices.toml").write_text(text)
        assert attached_in(tmp_path).lost == ("file",), text
    (tmp_path / "devices.toml").write_text('card = "keyboard"\nbarcode = "usb:05e0:1200"')
    good = attached_in(tmp_path)
    assert (good.lost, good.typed("04A1B2")) == ((), "card:04A1B2")


def test_a_scanner_is_found_tried_and_kept_on_the_screen_of_the_terminal(tmp_path: Path) -> None:
    house = House()
    attached = attached_in(tmp_path)
    desk = HouseDesk(house, "andrii", attached=attached)
    flow = Flow(desk)
    flow.place.screen = "own_devices"
    told = threading.Event()

    def heard(action: str) -> None:
        flow.act(action)
        told.set()

    attached.hear(heard)
    attached.start(lambda call: call(), told.set)
    far, near = os.openpty()
    line = f"serial:{os.ttyname(near)},9600"
    presenter = flow.presenter("own_devices")
    assert isinstance(presenter, OwnDevicesPresenter)
    presenter.found = (Seen(line, "Honeywell", True),)
    flow.act("pick_found:0")
    flow.act("try_it")
    desk.finish()
    until(told, lambda: attached.is_up("barcode"))
    os.write(far, b"4820000123456\r")
    until(told, lambda: flow.view().view.cards[0].lines == ("4820000123456",))
    assert desk.venue.checks == {}, "nothing is ordered here"
    flow.act("card:04A1B2C3")
    assert flow.view().view.cards[0].lines == ("…B2C3",)
    assert desk.me == "andrii", "nobody is signed in by it"

    flow.act("back")
    desk.finish()
    assert attached.settings.barcode == "", "what was only tried is let go"
    flow.place.screen = "own_devices"
    for action in ("pick_found:0", "turn:speed", "save"):
        flow.act(action)
    desk.finish()
    assert attached_in(tmp_path).settings.barcode == line.replace("9600", "19200,8N1")
    until(told, lambda: attached.is_up("barcode"))
    assert flow.view().view.left_cards[1].stripe == "ready"
    os.close(far)
    os.close(near)
    until(told, lambda: attached.lost == ("barcode",))
    assert "scanner" in flow.view().toast.text
    attached.stop()


def until(told: threading.Event, condition: Callable[[], object]) -> None:
    """Wait, from word to word, until something has come true."""
    while not condition():
        assert told.wait(90), "it never came true"
        told.clear()


def test_a_typed_code_that_begins_as_cards_do_is_a_card() -> None:
    both = Attached(settings=AttachedSettings(card="keyboard", typed_card=";"))
    assert both.typed(";04A1B2") == "card:04A1B2"
    assert both.typed("4820000123456") == "barcode:4820000123456"
    assert Attached().typed("4820000123456") == "scanned:4820000123456"


def test_a_line_that_cannot_be_is_said_and_what_works_goes_on(tmp_path: Path) -> None:
    desk = HouseDesk(House(), "andrii", attached=attached_in(tmp_path))
    flow = Flow(desk)
    flow.place.screen = "own_devices"
    presenter = flow.presenter("own_devices")
    assert isinstance(presenter, OwnDevicesPresenter)
    presenter.found = (Seen("serial:/dev/ttyX,7", "", True),)
    for action in ("pick:scale", "pick_found:0", "save"):
        flow.act(action)
    desk.finish()
    assert "7 baud" in flow.view().view.cards[0].lines[0]
    assert not (tmp_path / "devices.toml").exists()
    assert not desk.attached.weighs


def test_a_card_that_signed_in_here_does_so_without_the_server_for_a_while(
    tmp_path: Path,
) -> None:
    cards = OfflineCards(tmp_path, b"key")
    cards.keep("04A1B2", "olena", 1_000)
    again = OfflineCards(tmp_path, b"key")
    assert again.owner(" 04a1b2", 1_000) == ("olena", "", 0)
    assert again.owner("04A1B2", 1_001)[1] == "card_never_here"
    assert "04A1B2" not in (tmp_path / "offline-cards.json").read_text()
    assert OfflineCards(tmp_path, b"other").owner("04A1B2", 1)[1] == "card_never_here"
    for tried in range(limits.PIN_DEVICE_FAILURES):
        again.owner(f"made up {tried}", 500)
    who, code, until_ms = OfflineCards(tmp_path, b"key").owner("04A1B2", 500)
    assert (who, code) == ("", "locked")
    assert until_ms > limits.PIN_DEVICE_MS
    cards.keep("04A1B2", "olena", 9_000)
    cards.refuted("04A1B2")
    assert OfflineCards(tmp_path, b"key").owner("04A1B2", 500)[0] == ""
