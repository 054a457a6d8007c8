"""Which meal a time of day belongs to, for what the guest's board pays.

Breakfast from 6:00, lunch from 12:00, dinner from 17:00 until 4:00 of the night; a coffee
between 4:00 and 6:00 is breakfast. Times are the venue's own.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LUNCH_HOUR = 12
DINNER_HOUR = 17
NIGHT_ENDS_HOUR = 4


def meals_of(zone: str) -> Callable[[int], str]:
    """A function from milliseconds to the meal's name in the venue's zone."""
    place = ZoneInfo(zone)

    def meal_of(at_ms: int) -> str:
        hour = datetime.fromtimestamp(at_ms // 1_000, UTC).astimezone(place).hour
        if NIGHT_ENDS_HOUR <= hour < LUNCH_HOUR:
            return "breakfast"
        return "lunch" if LUNCH_HOUR <= hour < DINNER_HOUR else "dinner"

    return meal_of
