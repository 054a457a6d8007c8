"""Amounts, quantities, times and dates as a person of a language writes them (Babel).

Rule: whole minor units in, text out; no float anywhere. Spaces inside a figure never break. The
currency's sign is the short one everywhere ("₴", "zł"), which Babel's English lacks.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
)

_SIGNS = {"UAH": "₴", "PLN": "zł", "EUR": "€", "USD": "$", "GBP": "£", "CZK": "Kč", "RON": "lei"}
NO_BREAK = "\u00a0"


def _exact(amount_minor: int, currency: str) -> Decimal:
    return Decimal(amount_minor).scaleb(-get_currency_precision(currency))


def _tight(text: str) -> str:
    return text.replace(" ", NO_BREAK).replace("\u202f", NO_BREAK).replace("\u2212", "–")


@lru_cache(maxsize=8192)
def money(amount_minor: int, currency: str, language: str) -> str:
    """An amount with its currency: "2 674,25 ₴"."""
    text = format_currency(_exact(amount_minor, currency), currency, locale=language)
    sign = _SIGNS.get(currency, currency)
    shown = get_currency_symbol(currency, locale=language)
    return _tight(text.replace(shown, sign)).replace("-", "–")


@lru_cache(maxsize=8192)
def amount(amount_minor: int, currency: str, language: str) -> str:
    """An amount without its currency, with all its decimals: "2 674,25"."""
    places = get_currency_precision(currency)
    pattern = "#,##0." + "0" * places if places else "#,##0"
    text = format_decimal(_exact(amount_minor, currency), pattern, locale=language)
    return _tight(text).replace("-", "–")


def exact(amount_minor: int, currency: str) -> str:
    """An amount as machines read it: "2674.25"."""
    return f"{_exact(amount_minor, currency):f}"


@lru_cache(maxsize=8192)
def short(amount_minor: int, currency: str, language: str) -> str:
    """An amount without currency, decimals only when it has any: "285", "54,50"."""
    whole = 10 ** get_currency_precision(currency)
    if amount_minor % whole:
        return amount(amount_minor, currency, language)
    text = format_decimal(_exact(amount_minor, currency), "#,##0", locale=language)
    return _tight(text).replace("-", "–")


@lru_cache(maxsize=8192)
def short_money(amount_minor: int, currency: str, language: str) -> str:
    """With currency, decimals only when it has any: "2 815 ₴"."""
    full = money(amount_minor, currency, language)
    return full.replace(
        amount(abs(amount_minor), currency, language), short(abs(amount_minor), currency, language)
    )


@lru_cache(maxsize=1024)
def quantity(qty_milli: int, language: str) -> str:
    """Thousandths of a unit: "2", "0,350"."""
    if qty_milli % 1000 == 0:
        return str(qty_milli // 1000)
    return str(format_decimal(Decimal(qty_milli).scaleb(-3), "0.000", locale=language))


def percent(rate_bp: int, language: str) -> str:
    """Basis points: "5 %", "7,5 %"."""
    text = format_decimal(Decimal(rate_bp).scaleb(-2), "0.##", locale=language)
    return f"{text}{NO_BREAK}%"


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(ZoneInfo(zone))


def clock(at_ms: int, zone: str) -> str:
    """Hours and minutes: "19:42"."""
    return f"{_local(at_ms, zone):%H:%M}"


@lru_cache(maxsize=64)
def _long(day: str, language: str) -> str:
    when = datetime.fromisoformat(day).date()
    pattern = {"uk": "EEEE, d MMMM", "pl": "EEEE, d MMMM"}.get(language, "EEEE, d MMMM")
    return format_date(when, pattern, locale=language)


def long_day(at_ms: int, zone: str, language: str) -> str:
    """Weekday, day and month: "субота, 21 листопада"."""
    return _long(f"{_local(at_ms, zone):%Y-%m-%d}", language)


def short_day(day: str, language: str) -> str:
    """A date given as YYYY-MM-DD: "21 лист."; as it stands if it is none."""
    return _day(day, "d MMM", language)


def full_day(day: str, language: str) -> str:
    """A date given as YYYY-MM-DD with its year: "21 лист. 2027"; as it stands if it is none."""
    return _day(day, "d MMM y", language)


@lru_cache(maxsize=512)
def _day(day: str, pattern: str, language: str) -> str:
    try:
        when = datetime.fromisoformat(day).date()
    except ValueError:
        return day
    return format_date(when, pattern, locale=language)


def capital(text: str) -> str:
    """The text as a sentence begins; the rest stays, for names stand in it."""
    return text[:1].upper() + text[1:]


def lasted(span_ms: int) -> str:
    """A span in hours and minutes: "0:48"."""
    minutes = max(0, span_ms) // 60_000
    return f"{minutes // 60}:{minutes % 60:02d}"


@lru_cache(maxsize=32)
def plural(count: int, language: str) -> str:
    """The CLDR plural category of a count: one, few, many, other."""
    return str(Locale.parse(language).plural_form(count))


def iso_day(at_ms: int, zone: str) -> str:
    """The date in the venue's zone as YYYY-MM-DD."""
    return f"{_local(at_ms, zone):%Y-%m-%d}"
