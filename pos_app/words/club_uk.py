"""Ukrainian, club cards and points."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "tender_points": "Бали",
    "take_points": "Балами {sum}",
    "club_card": "Клубна картка",
    "club_number": "Номер клубної картки",
    "club_number_hint": "прикладіть картку або введіть номер",
    "club_told": "Картка {whose}: балів {sum}",
    "club_later": "ще {sum} згодом",
    "club_off": "Зняти картку",
    "club_is_off": "Картку з рахунка знято",
    "club_give": "Видати гостю",
    "points_to_earn": "Буде нараховано балів",
    "points_on_card": "на картці {sum}",
    "points_share": "до {rate} рахунка",
    "points_may_pay": "Можна балами",
    "points_now": "Нараховано балів {earned} · на картці {sum}",
}
