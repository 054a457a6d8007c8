"""Polish, club cards and points."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "tender_points": "Punkty",
    "take_points": "Punktami {sum}",
    "club_card": "Karta klubowa",
    "club_number": "Numer karty klubowej",
    "club_number_hint": "przyłóż kartę lub wpisz numer",
    "club_told": "Karta {whose}: punkty {sum}",
    "club_later": "{sum} później",
    "club_off": "Zdejmij kartę",
    "club_is_off": "Karta zdjęta z rachunku",
    "club_give": "Wydaj gościowi",
    "points_to_earn": "Punkty do naliczenia",
    "points_on_card": "na karcie {sum}",
    "points_share": "do {rate} rachunku",
    "points_may_pay": "Punktami można",
    "points_now": "Naliczono punkty {earned} · na karcie {sum}",
}
