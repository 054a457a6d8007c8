"""The terminal in a real window on the real domain: fingers in, pixels out.

Every tap is a pointer event of the X server at a point of the screen; nothing calls a widget.
"""

from typing import Any

import pytest

from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId, ShiftId
from tests.apps.conftest import Rig
from tests.apps.house import MINUTE, House, HouseDesk


def _read(text: str) -> str:
    """As an eye reads it: a blank that binds is a blank."""
    return text.replace("\u00a0", " ")


class Hand:
    """A person at the terminal, who knows what is written on the screen and where."""

    def __init__(self, rig: Rig, desk: HouseDesk, stage: Any) -> None:
        self.rig, self.desk, self.stage = rig, desk, stage

    def find(self, text: str) -> tuple[int, int]:
        """Where a text stands, from the top left; fails when it is not on the screen."""
        from glass.painted import Painted

        for widget in self.stage.walk(restrict=True):
            if isinstance(widget, Painted):
                for mark in widget.marks:
                    if mark.kind in ("text", "icon") and _read(mark.text) == _read(text):
                        x, y = widget.to_window(widget.x, widget.y)
                        across = x + mark.x + mark.width / 2
                        down = self.rig.window.height - (y + widget.height) + mark.y
                        return round(across), round(down + mark.height / 2)
        raise AssertionError(f"“{text}” is not on the screen")

    def sees(self, text: str) -> bool:
        """Whether a text is on the screen."""
        try:
            self.find(text)
        except AssertionError:
            return False
        return True

    def tap(self, text: str) -> None:
        """Touch a text."""
        self.rig.tap(self.find(text))
        self.desk.finish()
        self.rig.settle()

    def type(self, figures: str) -> None:
        """Touch figures of a keypad one after the other."""
        for figure in figures:
            self.tap(figure)


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal, and an evening going on."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    return made


def order(house: House, table: str, staff: str, items: list[str], ago_min: int) -> CheckId:
    """A colleague's order some minutes ago, sent."""
    now, house.now_ms = house.now_ms, house.now_ms - ago_min * MINUTE
    check_id = CheckId(house.new_id())
    house.do(c.OpenCheck(check_id, f"A-{house.venue.n:04d}", "table", table, "", 3), staff)
    lines = tuple(
        c.NewLine(LineId(house.new_id()), item, 1, seat=n % 3 + 1) for n, item in enumerate(items)
    )
    if lines:
        house.do(c.AddLines(check_id, lines), staff)
        house.do(c.SendLines(check_id, tuple(line.line_id for line in lines)), staff)
    house.now_ms = now
    return check_id


@pytest.fixture
def hand(rig: Rig, house: House) -> Any:
    from glass.lettering import register_fonts
    from pos_app.bridge import Bridge
    from pos_app.screens.stage import Stage

    register_fonts()
    stage = Stage()
    desk = HouseDesk(house)
    bridge = Bridge(desk, stage)
    rig.mount(stage)
    yield Hand(rig, desk, stage)
    bridge.stop()


def sign_in(hand: Hand, name: str = "Olena K.", pin: str = "4071") -> None:
    hand.tap(name)
    hand.type(pin)
    hand.rig.until(lambda: hand.sees("Замкнути"))


def test_an_order_from_sign_in_to_paid_by_touch_alone(hand: Hand, house: House) -> None:
    hand.rig.shot("real_sign_in")
    sign_in(hand)
    hand.tap("3")
    hand.rig.until(lambda: hand.sees("Стіл 3"))
    hand.tap("Перші страви")
    hand.rig.shot("real_order_empty")
    soups = [item for item in house.catalogue.items.values() if item.category_id == "soups"]
    plain = next(item for item in soups if item.item_id.startswith("borscht"))
    tile = next(w for w in hand.stage.walk() if tapped(w) == f"tap_item:{plain.item_id}")
    hand.rig.tap(tile)
    hand.rig.tap(tile)
    hand.rig.settle()
    assert hand.sees("2×")
    hand.tap("Надіслати 1")
    house.settle()
    house.draw_tickets()
    hand.rig.settle()
    assert hand.sees("done_all")
    hand.rig.shot("real_order_sent")
    hand.tap("Оплата")
    hand.rig.shot("real_payment")
    hand.tap("Точно")
    take = next(w for w in hand.stage.walk() if tapped(w) == "take")
    hand.rig.tap(take)
    house.settle()
    hand.rig.settle()
    assert hand.sees("Сплачено, решти немає")
    hand.rig.shot("real_paid")
    hand.tap("Готово, до зали")
    assert house.venue.checks == {}
    assert house.venue.shifts[ShiftId("shift")].figures.checks == 1


def tapped(widget: Any) -> str:
    """What a tap on a widget would mean."""
    model = getattr(widget, "model", None)
    return getattr(model, "id", "") if model is not None else ""


def test_a_busy_evening_fills_the_screens_and_nothing_is_cut(hand: Hand, house: House) -> None:
    late = ["salo-platter", "herring-potato", "oysters"]
    order(house, "t3", "olena", ["salo-platter", "herring-potato", "bruschetta-tomato"], 20)
    house.bump_all()
    order(house, "t5", "olena", late, 25)
    order(house, "t7", "olena", late[:2], 40)
    bill = order(house, "t8", "ihor", late * 4, 70)
    house.do(c.PrintPreBill(bill))
    order(house, "t11", "ihor", [], 2)
    order(house, "t14", "olena", late * 6, 3)
    house.do(c.StopItem("oysters", 0))
    sign_in(hand)
    hand.rig.shot("real_floor")
    hand.tap("14")
    hand.tap("Закуски")
    hand.rig.shot("real_order_full")
    hand.tap("Ще")
    hand.rig.shot("real_more")
    hand.tap("Назад")
    hand.rig.tap((1290, 29))
    from glass.painted import Painted

    wide = [
        (type(w).__name__, mark.text)
        for w in hand.stage.walk(restrict=True)
        if isinstance(w, Painted)
        for mark in w.marks
        if mark.kind == "text" and mark.x + mark.width > w.width + 1.5
    ]
    assert wide == []


def test_the_drawer_is_counted_by_touch_and_closes_to_the_kopiyka(hand: Hand, house: House) -> None:
    sign_in(hand, "Taras D.", "7183")
    hand.tap("Зміна 1")
    hand.rig.shot("real_shift_work")
    hand.tap("До перерахунку")
    note = next(w for w in hand.stage.walk() if tapped(w) == "note:100000")
    x, y = hand.rig.centre(note)
    left = round(x - note.width / 2)
    plus = (left + round(note.width * 0.22) + 54 + 78 + 27, y)
    hand.rig.tap(plus)
    hand.rig.tap(plus)
    hand.rig.settle()
    hand.rig.shot("real_shift_count")
    hand.tap("Звірити")
    house.settle()
    hand.rig.settle()
    assert hand.sees("Сходиться")
    hand.rig.shot("real_shift_review")
    hand.tap("Закрити зміну, Z-звіт")
    house.settle()
    hand.rig.settle()
    assert hand.sees("Z-звіт № 1")
    hand.rig.shot("real_shift_closed")


def test_a_room_is_found_and_charged_by_touch(hand: Hand, house: House) -> None:
    order(house, "t3", "olena", ["salo-platter", "herring-potato"], 20)
    sign_in(hand)
    hand.tap("3")
    hand.tap("Оплата")
    hand.tap("На номер")
    hand.type("304")
    hand.rig.shot("real_room")
    hand.tap("Нарахувати 350,00\u00a0₴ на 304, Ковальська, Анна")
    house.settle()
    hand.rig.settle()
    assert [charge.state for charge in house.venue.charges.values()] == ["pending"]


def test_a_figure_typed_before_the_new_screen_is_drawn_is_not_lost(
    hand: Hand, house: House
) -> None:
    order(house, "t3", "olena", ["salo-platter"], 20)
    sign_in(hand)
    hand.tap("3")
    hand.tap("Оплата")
    room = hand.find("На номер")
    hand.tap("На номер")
    three, nought, four = (hand.find(figure) for figure in "304")
    hand.tap("chevron_left")
    hand.stage.forget()  # as it is the first time that the room screen is opened
    hand.desk.finish()
    hand.rig.until(lambda: hand.sees("На номер"))
    for place in (room, three, nought, four):  # without a frame between them
        hand.rig.press_and_release(place)
    hand.rig.settle()
    hand.desk.finish()
    hand.rig.settle()
    assert hand.sees("Номер 304")


def test_modifiers_by_touch_with_the_real_menu(hand: Hand, house: House) -> None:
    sign_in(hand)
    hand.tap("3")
    steak = next(i for i in house.catalogue.items.values() if "steak-side" in i.group_ids)
    hand.tap(house.catalogue.categories[steak.category_id].names["uk"])
    hand.rig.shot("real_grill")
    tile = next(w for w in hand.stage.walk() if tapped(w) == f"tap_item:{steak.item_id}")
    hand.rig.tap(tile)
    hand.rig.settle()
    hand.rig.shot("real_modifiers")
    doneness = house.catalogue.groups["doneness"].modifiers[1]
    hand.tap(doneness.names["uk"])
    add = next(w for w in hand.stage.walk() if tapped(w) == "add_made")
    hand.rig.tap(add)
    hand.rig.settle()
    check = next(iter(hand.desk.venue.checks.values()))
    assert doneness.modifier_id in {m.modifier_id for m in check.lines[0].chosen}


def test_a_window_turned_in_the_middle_of_an_order_keeps_the_draft(
    hand: Hand, house: House
) -> None:
    sign_in(hand)
    hand.tap("3")
    steak = next(x for x in house.catalogue.items.values() if "doneness" in x.group_ids)
    hand.stage.dispatch("on_act", "tap_item:salo-platter")
    hand.stage.dispatch("on_act", f"tap_item:{steak.item_id}")
    hand.rig.settle()
    assert hand.sees("Назад"), "the sheet of the steak is open"
    for size in ((800, 1280), (1024, 600), (1366, 768)):
        hand.rig.size(*size)
        hand.rig.settle(8)
        assert hand.sees("Назад")
    hand.stage.dispatch("on_act", "cancel")
    hand.rig.settle()
    assert hand.sees("Надіслати 1"), "and the draft below it"


def test_a_reader_that_types_into_an_open_question_changes_nothing_in_it(
    hand: Hand, house: House
) -> None:
    sign_in(hand)
    hand.tap("3")
    hand.rig.until(lambda: hand.sees("Стіл 3"))
    hand.tap("Перші страви")
    hand.tap("Борщ червоний")
    hand.tap("К-сть")
    hand.type("78")
    bottle = next(item for item in house.catalogue.items.values() if item.barcode)
    hand.rig.type(bottle.barcode)
    hand.rig.until(lambda: any("скануйте знову" in x for x in written(hand)))
    assert hand.sees("78"), "what was typed stands"
    hand.tap("Назад")
    hand.rig.type(bottle.barcode)
    hand.rig.until(lambda: hand.sees("Надіслати 2"))


def written(hand: Hand) -> list[str]:
    """Every text on the screen."""
    from glass.painted import Painted

    painted = [w for w in hand.stage.walk(restrict=True) if isinstance(w, Painted)]
    return [mark.text for widget in painted for mark in widget.marks]
