"""A hotel's files as tests write them: rooms, boards and guests with what most tests mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync_server.demo.venue_types import MealPlan, Room, Stay

NO_BOARD = MealPlan("none", {}, {})


def a_room(room_no: str) -> Room:
    """A double room with somebody in it."""
    return Room(room_no, "double", 1, 2, 320_000, "occupied")


def a_guest(stay_id: str, room_no: str, surname: str, name: str = "", **more: object) -> Stay:
    """Here since the day before yesterday and until the day after tomorrow, without a limit."""
    stay = Stay(
        stay_id=stay_id,
        room_no=room_no,
        surname=surname,
        name=name,
        arrival=-2,
        departure=2,
        credit_limit_minor=0,
        charged_minor=0,
        no_post=False,
        plan_id=NO_BOARD.plan_id,
        level="",
        language="uk",
        country="UA",
        key_card="",
    )
    return replace(stay, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Rooms:
    """The files of one hotel."""

    rooms: Sequence[Room]
    stays: Sequence[Stay]
    meal_plans: Sequence[MealPlan] = (NO_BOARD,)
