"""How sums, quantities, rates and times are written on paper, by Babel in the venue's zone.

Rule: whole numbers come in, text goes out; nothing is computed here but the place of the point.
"""

from dataclasses import dataclass
from datetime import UTC, date as Day, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)

from sync_server.domain.menu import Catalogue

# Day before month, as everywhere where this is sold.
_LOCALES = {"uk": "uk", "en": "en_GB", "pl": "pl"}
_SIGNS = {"UAH": "₴", "PLN": "zł", "EUR": "€", "USD": "$", "GBP": "£", "CZK": "Kč", "RON": "lei"}
_MINUS = "−"


def zone_of(catalogue: Catalogue) -> tzinfo:
    """The venue's zone; UTC when the name is unknown here, for late paper beats none."""
    try:
        return ZoneInfo(catalogue.settings.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


@dataclass(frozen=True, slots=True)
class Figures:
    """Formats of one language, currency and zone. Amounts in the smallest unit, times in ms."""

    language: str
    currency: str
    zone: tzinfo

    def money(self, amount_minor: int) -> str:
        """A sum with its currency: 1 234,50 ₴. It never breaks at the end of a line."""
        return _money(amount_minor, self.currency, _LOCALES[self.language])

    def foreign(self, amount_minor: int, currency: str) -> str:
        """A sum in another currency than the venue's."""
        return _money(amount_minor, currency, _LOCALES[self.language])

    def plain(self, amount_minor: int) -> str:
        """A sum without its currency, for columns: 1 234,50."""
        return _plain(amount_minor, self.currency, _LOCALES[self.language])

    def signed(self, amount_minor: int) -> str:
        """A difference: its sign is always written."""
        return ("+" if amount_minor > 0 else "") + self.plain(amount_minor)

    def qty(self, qty_milli: int) -> str:
        """A quantity in thousandths: 2, 0,35."""
        number = Decimal(qty_milli).scaleb(-3)
        return _tidy(format_decimal(number, "#,##0.###", locale=_LOCALES[self.language]))

    def rate(self, rate_bp: int) -> str:
        """Basis points: 20 %, 8,5 %."""
        share = Decimal(rate_bp).scaleb(-4)
        text = format_percent(share, "#,##0.## %", locale=_LOCALES[self.language])
        return _tidy(text)

    def time(self, at_ms: int) -> str:
        """Hours and minutes on the venue's clock."""
        return format_time(self._at(at_ms), "HH:mm", locale=_LOCALES[self.language])

    def moment(self, at_ms: int) -> str:
        """Day and time."""
        return f"{self.date(at_ms)} {self.time(at_ms)}"

    def date(self, at_ms: int) -> str:
        """The day in figures, with four of the year."""
        return self._day(self._at(at_ms))

    def day(self, day: str) -> str:
        """A business day, as `date` writes one; what is none stays as it is."""
        try:
            return self._day(Day.fromisoformat(day))
        except ValueError:
            return day

    def _day(self, day: Day) -> str:
        pattern = "dd/MM/yyyy" if self.language == "en" else "dd.MM.yyyy"
        return format_date(day, pattern, locale=_LOCALES[self.language])

    def _at(self, at_ms: int) -> datetime:
        seconds, rest_ms = divmod(at_ms, 1000)
        return datetime.fromtimestamp(seconds, self.zone).replace(microsecond=rest_ms * 1000)


def _tidy(text: str) -> str:
    for space in (" ", "\u202f"):
        text = text.replace(space, "\u00a0")
    return text.replace("-", _MINUS)


@lru_cache(maxsize=4096)
def _money(amount_minor: int, currency: str, locale: str) -> str:
    text = format_currency(_exact(amount_minor, currency), currency, locale=locale)
    sign = _SIGNS.get(currency)
    if sign is not None:
        text = text.replace(get_currency_symbol(currency, locale=locale), sign)
    return _tidy(text)


@lru_cache(maxsize=4096)
def _plain(amount_minor: int, currency: str, locale: str) -> str:
    places = get_currency_precision(currency)
    pattern = "#,##0." + "0" * places if places else "#,##0"
    return _tidy(format_decimal(_exact(amount_minor, currency), pattern, locale=locale))


def _exact(amount_minor: int, currency: str) -> Decimal:
    return Decimal(amount_minor).scaleb(-get_currency_precision(currency))
