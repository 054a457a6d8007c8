"""Dividing a bill, a set, a steak with a salad, and scales, by real pointer events on a window."""

from typing import Any

from sync_server.domain.checks import totals_of
from tests.apps.test_terminal import Hand, hand, house, sign_in, tapped

__all__ = ["hand", "house"]

SIZES = ((1366, 768), (1024, 600), (800, 1280))


def totals(house: Any) -> list[int]:
    return [totals_of(check).total_minor for check in house.venue.checks.values()]


def at_table_3(hand: Hand, *who: str) -> None:
    """Somebody signs in and opens table 3."""
    sign_in(hand, *who)
    hand.tap("3")
    hand.rig.until(lambda: hand.sees("Стіл 3"))


def on_every_window(hand: Hand, name: str, *texts: str) -> None:
    """Each text stands on a window of each size; back to the first at the end."""
    for size in SIZES:
        hand.rig.size(*size)
        hand.rig.settle()
        assert all(hand.sees(text) for text in texts), (size, texts)
        hand.rig.shot(f"real_{name}_{size[0]}x{size[1]}")
    hand.rig.size(*SIZES[0])
    hand.rig.settle()


def test_a_bill_is_divided_side_by_side_by_touch(hand: Hand, house: Any) -> None:
    at_table_3(hand)
    hand.tap("Перші страви")
    hand.tap("Борщ червоний")
    hand.tap("Вино")
    hand.tap("Сапераві, 0,75 л")
    hand.tap("Надіслати 2")
    house.settle()
    hand.rig.settle()
    hand.tap("Поділити")
    hand.rig.until(lambda: hand.sees("Рахунок 1"))
    hand.tap("Сапераві, 0,75 л")
    hand.tap("Частками…")
    hand.rig.shot("real_split_shares")
    hand.tap("на 3")
    house.settle()
    hand.rig.settle()
    assert totals(house) == [12_000 + 16_667, 16_667, 16_666]
    on_every_window(hand, "split", "Рахунок 3", "Готово")
    hand.tap("Повернути")
    house.settle()
    hand.rig.settle()
    assert totals(house) == [62_000]
    hand.tap("Готово")
    hand.rig.until(lambda: hand.sees("Надіслати 0") or hand.sees("Усе надіслано"))


def test_a_set_and_a_nested_choice_stand_whole_on_every_window(hand: Hand, house: Any) -> None:
    at_table_3(hand)
    hand.tap("Рібай 300 г")
    hand.tap("Середнє")
    hand.tap("Салат ›")
    on_every_window(hand, "nested", "Заправка до салату", "Соус цезар", "Назад")
    hand.tap("Олія з лимоном")
    hand.tap("Додати: На всіх · 890,00\u00a0₴")
    hand.tap("Сніданки й")
    hand.rig.shot("real_sets")
    hand.tap("Бізнес-ланч")
    hand.tap("Грибний крем-суп")
    hand.tap("Котлета по-київськи")
    on_every_window(hand, "set", "Оберіть у наборі: Напій")
    hand.tap("Узвар")
    hand.tap("Додати: На всіх · 344,00\u00a0₴")
    house.settle()
    hand.rig.settle()
    hand.rig.shot("real_order_with_set")
    assert totals(house) == [89_000 + 34_400]


def test_a_sum_is_split_off_and_one_of_three_voided_by_touch(hand: Hand, house: Any) -> None:
    at_table_3(hand, "Nadia P.", "640918")
    hand.tap("Перші страви")
    for _ in range(3):
        soup = next(w for w in hand.stage.walk() if tapped(w) == "tap_item:borscht-plain")
        hand.rig.tap(soup)
    hand.tap("Надіслати 1")
    house.settle()
    hand.rig.settle()
    hand.tap("Борщ червоний")
    hand.tap("Скасувати")
    hand.tap("3 з 3")
    hand.rig.shot("real_void_part")
    hand.tap("Не сподобалася страва")
    hand.tap("Страву не готували")
    hand.rig.tap(next(w for w in hand.stage.walk() if tapped(w) == "confirm"))
    house.settle()
    hand.rig.settle()
    assert totals(house) == [24_000]
    hand.tap("Поділити")
    hand.tap("На суму…")
    hand.type("75.5")
    on_every_window(hand, "split_amount", "лишиться 164,50\u00a0₴")
    hand.tap("Відділити")
    house.settle()
    hand.rig.settle()
    assert totals(house) == [16_450, 7_550]
    hand.rig.shot("real_split_amount_done")


def test_a_fish_is_weighed_and_a_comp_is_given_by_touch(hand: Hand, house: Any) -> None:
    at_table_3(hand, "Nadia P.", "640918")
    hand.tap("Гриль")
    hand.tap("Форель на вагу")
    hand.type("430")
    hand.rig.shot("real_weight")
    hand.tap("Додати")
    hand.tap("Надіслати 1")
    house.settle()
    hand.rig.settle()
    hand.tap("Форель на вагу")
    hand.tap("Скасувати")
    hand.tap("Пригостити")
    hand.tap("Пригощання гостя")
    hand.rig.shot("real_comp")
    assert totals(house) == [58_050], "430 g of a kilogram for 1350.00, and nothing given yet"
    hand.rig.tap(next(w for w in hand.stage.walk() if tapped(w) == "confirm"))
    house.settle()
    assert totals(house) == [0]


def test_a_line_is_dragged_onto_a_seat_into_a_course_and_onto_another_bill(
    hand: Hand, house: Any
) -> None:
    at_table_3(hand)
    hand.tap("Перші страви")
    hand.tap("Борщ червоний")
    hand.tap("Вино")
    hand.tap("Сапераві, 0,75 л")
    hand.tap("Кава й чай")
    house.settle()
    hand.rig.settle()
    hand.rig.drag(hand.find("Борщ червоний"), hand.find("2"))
    house.settle()
    hand.rig.settle()
    (check,) = house.venue.checks.values()
    soup = next(line for line in check.lines if line.item_id == "borscht-plain")
    assert (soup.seat, soup.course) == (2, 1)
    start, heading = hand.find("Борщ червоний"), hand.find("НАПОЇ")
    hand.rig.drag(start, (start[0] + 60, start[1]), 3)
    hand.rig.drag(start, (heading[0] + 90, heading[1]))
    house.settle()
    hand.rig.settle()
    (check,) = house.venue.checks.values()
    soup = next(line for line in check.lines if line.item_id == "borscht-plain")
    assert soup.course == 0
    hand.tap("Поділити")
    hand.rig.until(lambda: hand.sees("Рахунок 1"))
    hand.rig.drag(hand.find("Сапераві, 0,75 л"), hand.find("Новий рахунок"))
    house.settle()
    hand.rig.settle()
    assert totals(house) == [12_000, 50_000]


def test_what_is_ready_is_served_by_a_button_that_comes_with_it(hand: Hand, house: Any) -> None:
    at_table_3(hand)
    hand.tap("Перші страви")
    hand.tap("Борщ червоний")
    hand.tap("Надіслати 1")
    house.settle()
    house.bump_all()
    hand.rig.until(lambda: hand.sees("Подано 1"))
    hand.tap("Подано 1")
    house.settle()
    hand.rig.until(lambda: not hand.sees("Подано 1"))
    (check,) = house.venue.checks.values()
    assert [line.state for line in check.lines] == ["served"]


def test_a_table_is_dragged_onto_another_and_held_to_come_apart(hand: Hand, house: Any) -> None:
    sign_in(hand)
    hand.rig.drag(hand.find("7"), hand.find("8"))
    hand.desk.finish()
    hand.rig.settle()
    assert house.venue.checks == {}, "a drag opens no table"
    hand.rig.shot("real_together")
    hand.tap("Зсунути столи: один рахунок")
    house.settle()
    hand.rig.settle()
    assert hand.sees("зі столом 8")
    hand.rig.shot("real_floor_joined")
    place = hand.find("7")
    hand.rig.hold(place, lambda: hand.sees("Розсунути столи 8+7"))
    hand.rig.shot("real_together_held")
    hand.tap("Розсунути столи 8+7")
    house.settle()
    hand.rig.settle()
    assert not hand.sees("зі столом 8")
    (check,) = house.venue.checks.values()
    assert (check.table_id, check.joined) == ("t8", ())
