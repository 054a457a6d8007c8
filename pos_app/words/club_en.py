"""English, club cards and points."""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str | Mapping[str, str]]] = {
    "tender_points": "Points",
    "take_points": "By points {sum}",
    "club_card": "Club card",
    "club_number": "Number of the club card",
    "club_number_hint": "hold the card to the reader or type its number",
    "club_told": "Card {whose}: {sum} in points",
    "club_later": "{sum} more later",
    "club_off": "Take the card off",
    "club_is_off": "The card is off the check",
    "club_give": "Give to the guest",
    "points_to_earn": "Points to be earned",
    "points_on_card": "{sum} on the card",
    "points_share": "up to {rate} of the bill",
    "points_may_pay": "Points may pay",
    "points_now": "{earned} earned in points · {sum} on the card",
}
