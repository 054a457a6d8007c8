"""What venue.toml says of money beside sales: notes and coins, foreign cash, accounts, points,
codes.

`front_files` reads the file and hands the records over; every fault is told with its place.
"""

import re

from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies

from sync_server.domain import menu
from sync_server.domain.limits import POINT_DAYS, QR_TEMPLATE, TIPS
from sync_server.domain.menu_fields import ORDER_KINDS
from sync_server.domain.qr_codes import BILL_PLACES, PAY_PLACES, unknown_place

from .reading import Faults, Record

_CODES = (("pay_link", PAY_PLACES), ("bill_link", BILL_PLACES))


_HOUSE_PLACES = 2
"""Sums of the files have two places; the house's own currency must count in as many."""


def house_currency_of(record: Record) -> str:
    """The currency of the house, one that is in use somewhere."""
    code = _code_of(record, "currency", "UAH")
    places = get_currency_precision(code)
    if places != _HOUSE_PLACES:
        record.fault(
            "currency", f'"{code}" counts {places} places after the point, sums of a house have two'
        )
    return code


def currency_of(record: Record) -> menu.Currency:
    """A currency with what one whole unit of it is worth here today."""
    code = _code_of(record, "code", "EUR")
    return menu.Currency(code, record.money("rate"), get_currency_precision(code))


def _code_of(record: Record, field: str, like: str) -> str:
    """A code of ISO 4217 that some country pays with today."""
    code = record.text(field)
    countries = get_global("territory_currencies")
    if not any(code in get_territory_currencies(country) for country in countries):
        record.fault(field, f'"{code}" is not a currency code like {like}')
    return code


def accounts_of(records: list[Record]) -> list[menu.HouseAccount]:
    """House accounts with what each may owe."""
    seen: dict[str, int] = {}
    return [
        menu.HouseAccount(
            account_id=record.identity("id", seen),
            name=record.text("name"),
            limit_minor=record.money("limit"),
            tax_code=record.text("tax_code", required=False),
            address=record.text("address", required=False),
            cards=tuple(record.text("cards", required=False).upper().split()),
        )
        for record in records
    ]


def denomination_of(money: Record, note: str) -> int:
    """A note or coin in the smallest unit."""
    single = Record("", 0, {"note": note}, faults := Faults())
    minor = single.money("note")
    if faults.found or minor <= 0:
        money.fault("denominations", f'"{note}" is not a note or coin like 0.50')
    return minor


def codes_of(records: list[Record]) -> tuple[str, str]:
    """What a code says that pays, and one that leads to the bill; empty where there is none."""
    said = ["", ""]
    for record in records:
        for at, (field, known) in enumerate(_CODES):
            said[at] = record.text(field, required=False, limit=QR_TEMPLATE)
            word = unknown_place(said[at], known)
            if word:
                record.fault(field, f'"{{{word}}}" is none of {", ".join(known)}')
    return said[0], said[1]


def tips_of(money: Record) -> tuple[int, ...]:
    """The tips that the pay screen offers."""
    tips = money.many("tip_percents")
    if len(tips) > TIPS or not all(re.fullmatch(r"[1-9]\d?", tip) for tip in tips):
        money.fault(
            "tip_percents", f"is more than {TIPS} whole percentages, or holds something else"
        )
        return ()
    return tuple(int(tip) * 100 for tip in tips)


def unusual_of(records: list[Record]) -> tuple[menu.Unusual, ...]:
    """What managers are told of; what the file does not name stays as usual."""
    kinds = tuple(one.kind for one in menu.UNUSUAL)
    named = {
        record.choice("kind", kinds): (
            record.whole("times", 0, 999),
            record.whole("minutes", 1, 1440),
        )
        for record in records
    }
    return tuple(
        menu.Unusual(one.kind, *named.get(one.kind, (one.times, one.minutes)))
        for one in menu.UNUSUAL
    )


def pacing_of(records: list[Record]) -> dict[str, str]:
    """Kinds of order of which all dishes come together, or none waits for another."""
    return {
        record.choice("kind", ORDER_KINDS): record.choice("dishes", menu.PACINGS)
        for record in records
    }


POINT_KEYS = (
    *("percent", "cap_percent", "wait_days", "good_days"),
    *("without_items", "without_categories"),
)


def points_of(records: list[Record]) -> menu.PointRules:
    """How club cards earn and pay; without the table they do neither."""
    if not records:
        return menu.PointRules()
    record, *more = records
    for other in more:
        other.fault("percent", "the table stands more than once")
    return menu.PointRules(
        earn_bp=int(record.decimal("percent", "0", "100") * 100),
        cap_bp=int(record.decimal("cap_percent", "0", "100") * 100),
        wait_days=record.whole("wait_days", 0, POINT_DAYS, default=0),
        good_days=record.whole("good_days", 0, POINT_DAYS, default=0),
        without_items=record.many("without_items"),
        without_categories=record.many("without_categories"),
    )
