"""A hall's plan: what may stand on it, and how tables come together and apart."""

from dataclasses import replace

import pytest

from sync_server.domain.floor_plan import (
    TABLES,
    divided,
    fault_of,
    gone_in_use,
    joined,
    placed,
    sized,
)
from sync_server.domain.menu import Hall, Table
from sync_server.domain.rejections import Refused

HALL = Hall("main", {"uk": "Зал"}, 255, 140)
EIGHT = Table("t8", "main", "8", 4, "square", 40, 50, 32, 26)
NINE = Table("t9", "main", "9", 5, "square", 80, 50, 32, 26)


def test_two_tables_pushed_together_have_both_names_and_all_seats_and_come_apart_again() -> None:
    made = joined(EIGHT, NINE)
    assert isinstance(made, Table)
    assert (made.table_id, made.label, made.seats) == ("t8", "8+9", 9)
    assert (made.x, made.y, made.w, made.h) == (40, 50, 72, 26)
    one, other = divided(made, ["new"])
    assert (one.table_id, one.label, one.seats, other.label, other.seats) == ("t8", "8", 5, "9", 4)
    assert other.table_id == "new"
    assert one.x + one.w <= other.x
    assert divided(EIGHT, ["new"]) == (EIGHT,)
    assert isinstance(joined(EIGHT, EIGHT), Refused)


def test_a_table_stays_inside_its_hall_and_under_a_finger() -> None:
    assert placed(EIGHT, HALL, 1000, -5).x == 255 - 32
    assert placed(EIGHT, HALL, 1000, -5).y == 0
    assert sized(EIGHT, HALL, 0, 1000).w == 255 // 25
    assert sized(EIGHT, HALL, 0, 1000).h == 140 - 50


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"label": " "}, "plan_label"),
        ({"label": "8"}, "plan_label"),
        ({"label": "t" * 13}, "plan_label"),
        ({"x": 240}, "plan_place"),
        ({"w": 0}, "plan_place"),
        ({"shape": "star"}, "plan_place"),
        ({"seats": -1}, "plan_place"),
        ({"hall_id": "other"}, "plan_place"),
    ],
)
def test_a_table_that_cannot_be_is_named(changes: dict[str, object], code: str) -> None:
    wrong = replace(NINE, **changes)  # type: ignore[arg-type]
    fault = fault_of(HALL, [EIGHT, wrong], {})
    assert fault is not None
    assert fault.code == code


def test_a_sound_plan_is_taken_and_a_boundless_one_is_not() -> None:
    assert fault_of(HALL, [EIGHT, NINE], {}) is None
    elsewhere = replace(NINE, hall_id="bar", table_id="b9")
    assert getattr(fault_of(HALL, [EIGHT, NINE], {"b9": elsewhere}), "code", "") == "plan_label"
    many = [replace(EIGHT, table_id=f"t{n}", label=f"n{n}") for n in range(TABLES + 1)]
    assert getattr(fault_of(HALL, many, {}), "code", "") == "too_many"


def test_a_table_with_guests_is_not_taken_away() -> None:
    gone = gone_in_use([EIGHT, NINE], [NINE], {"t8"})
    assert gone is not None
    assert (gone.code, gone.params["label"]) == ("plan_in_use", "8")
    assert gone_in_use([EIGHT, NINE], [NINE], {"t9"}) is None
