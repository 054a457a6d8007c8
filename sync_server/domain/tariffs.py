"""What is offered, what it costs and where it is made, here and now: by hall, time and weekday.

The moment is that of ordering, so a line that was ordered keeps its price (features-commercial
A8.65 to 68). Rules stand in the catalogue (`menu.PriceRule`); choices are added in `pricing`.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .menu import Catalogue, Category, Item, PriceRule, StationRule
from .money import percent_of

DAY_MINUTES = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_of(catalogue: Catalogue, kind: str, table_id: str) -> str:
    """The hall of a table; for a check without one, its kind (tab, takeaway, room)."""
    table = catalogue.tables.get(table_id)
    return table.hall_id if table else kind


def local_minute(at_ms: int, zone: str) -> tuple[int, int]:
    """Weekday (0 is Monday) and minute of the day in a zone."""
    return _local_minute(at_ms // 60_000, zone)


@lru_cache(maxsize=64)
def _local_minute(minute: int, zone: str) -> tuple[int, int]:
    """`minute` counts from 1970. Asked twice for each dish, and most dishes are of this minute."""
    local = (_EPOCH + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
    return local.weekday(), local.hour * 60 + local.minute


def holds(rule: PriceRule | StationRule | Category, place: str, weekday: int, minute: int) -> bool:
    """Whether a rule is in force at a place and time; a window is half-open."""
    if rule.places and place not in rule.places:
        return False
    start, end = rule.from_minute, rule.until_minute
    if start < end:
        inside = start <= minute < end
    elif start == end:
        inside = True
    else:
        inside = minute >= start or minute < end
        if minute < end:
            weekday = (weekday - 1) % 7
    return inside and (not rule.weekdays or weekday in rule.weekdays)


def pages_now(catalogue: Catalogue, place: str, at_ms: int) -> tuple[Category, ...]:
    """The pages of the menu that are offered at a place and time, in the order of the menu."""
    weekday, minute = local_minute(at_ms, catalogue.settings.zone)
    pages = catalogue.categories.values()
    return tuple(page for page in pages if holds(page, place, weekday, minute))


def stations_now(catalogue: Catalogue, item: Item, place: str, at_ms: int) -> tuple[str, ...]:
    """Where a dish is made here and now (features-commercial B1.1); stations that the catalogue
    lacks are passed over, and a dish is never sent nowhere by mistake."""
    if not catalogue.station_rules:
        return item.station_ids
    weekday, minute = local_minute(at_ms, catalogue.settings.zone)
    for rule in catalogue.station_rules:
        named = item.item_id in rule.item_ids or item.category_id in rule.category_ids
        at_station = rule.station_id in item.station_ids
        if (named or at_station) and holds(rule, place, weekday, minute):
            kept = item.station_ids if at_station and not named else ()
            moved = [other for other in kept if other != rule.station_id]
            there = [each for each in rule.to_station_ids if each in catalogue.stations]
            if rule.to_station_ids and not there:
                return item.station_ids
            return tuple(dict.fromkeys([*moved, *there]))
    return item.station_ids


def price_now(catalogue: Catalogue, item: Item, place: str, at_ms: int) -> tuple[int, str]:
    """The price of one portion before choices, and the id of the rule that made it, if any."""
    if not catalogue.price_rules:
        return item.price_minor, ""
    weekday, minute = local_minute(at_ms, catalogue.settings.zone)
    for rule in catalogue.price_rules:
        named = item.item_id in rule.prices or item.category_id in rule.category_bp
        if named and holds(rule, place, weekday, minute):
            fixed = rule.prices.get(item.item_id)
            if fixed is None:
                fixed = percent_of(item.price_minor, rule.category_bp[item.category_id])
            return fixed, rule.rule_id
    return item.price_minor, ""
