"""PINs: how long one is, and which are too easily guessed (reliability S-8).

Rule: whoever manages has six figures, everybody else four. A PIN of one figure, of figures that
follow each other, of a piece that repeats, or a year of somebody's life is none. A person chooses
one's own and nobody else ever knows it.
"""

from itertools import pairwise

from .menu import Catalogue
from .staff import rights_of

STAFF_PLACES, MANAGER_PLACES = 4, 6
MANAGER_RIGHTS = frozenset({"approve", "reports", "costing", "settings", "close_day"})
YEARS = range(1900, 2100)


def places_of(catalogue: Catalogue, staff_id: str) -> int:
    """How many figures this person's PIN has."""
    manages = MANAGER_RIGHTS & rights_of(catalogue, staff_id)
    return MANAGER_PLACES if manages else STAFF_PLACES


def is_weak(pin: str) -> bool:
    """Whether a PIN is among the first that somebody would try."""
    if not pin.isascii() or not pin.isdecimal() or len(pin) < STAFF_PLACES:
        return True
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        return True
    if any(pin == pin[:size] * (len(pin) // size) for size in range(1, len(pin) // 2 + 1)):
        return True
    return len(pin) == STAFF_PLACES and int(pin) in YEARS
