"""Figures and dates as people of a language write them, by Babel; a minus is a real minus."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from sync_server.domain.money import divide_half_up

HUNDRED = Decimal(100)


def tenths(basis_points: int) -> Decimal:
    """Basis points as percent with one place; what rounds to nothing has no sign."""
    return Decimal(basis_points).scaleb(-2).quantize(Decimal("0.1")) + 0


def hundredths(value: int | Fraction) -> Decimal:
    """Minor units as a decimal of whole ones, exact to the minor unit."""
    ratio = Fraction(value)
    minor = divide_half_up(ratio.numerator, ratio.denominator)
    return Decimal(minor).scaleb(-2)


class Formats:
    """Formats of one language; figures that cannot be are an empty text."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        """Times are shown in the venue's zone."""
        self._locale = language
        self._zone = zone

    def money(self, value: int | Fraction | None) -> str:
        """Minor units with two places."""
        return "" if value is None else self._number(hundredths(value), "#,##0.00")

    def quantity(self, qty: Decimal | None, unit: str) -> str:
        """Three places of a measured unit; whole pieces without places."""
        if qty is None:
            return ""
        whole = unit == "pcs" and qty == qty.to_integral_value()
        return self._number(qty, "#,##0" if whole else "#,##0.000")

    def portions(self, qty_milli: int) -> str:
        """Portions, with places only where there are fractions."""
        return self._number(Decimal(qty_milli).scaleb(-3), "#,##0.###")

    def percent(self, basis_points: int | None) -> str:
        """Basis points as a percentage of one place, without the sign."""
        if basis_points is None:
            return ""
        return self._number(tenths(basis_points), "#,##0.0")

    def change(self, basis_points: int | None) -> str:
        """Basis points as a percentage of one place, with the sign of a rise, too."""
        return f"{'+' if basis_points and basis_points > 0 else ''}{self.percent(basis_points)}"

    def day(self, iso_day: str) -> str:
        """A business day."""
        return format_date(date.fromisoformat(iso_day), "d MMM y", locale=self._locale)

    def short_day(self, iso_day: str) -> str:
        """A business day without its year."""
        return format_date(date.fromisoformat(iso_day), "d MMM", locale=self._locale)

    def month(self, iso_day: str) -> str:
        """The name of the month that a day lies in, as it stands after a preposition."""
        return format_date(date.fromisoformat(iso_day), "MMMM", locale=self._locale)

    def period(self, first: str, last: str) -> str:
        """Two days as one text, as short as it stays clear."""
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        if start == end:
            return self.day(first)
        if (start.year, start.month) == (end.year, end.month):
            return f"{start.day}–{self.day(last)}"
        if start.year == end.year:
            return f"{format_date(start, 'd MMM', locale=self._locale)} – {self.day(last)}"
        return f"{self.day(first)} – {self.day(last)}"

    def time(self, at_ms: int) -> str:
        """A moment, in the venue's zone."""
        return format_datetime(self._local(at_ms), "d MMM HH:mm", locale=self._locale)

    def moment(self, at_ms: int) -> str:
        """A moment that may lie in another year, in the venue's zone."""
        return format_datetime(self._local(at_ms), "d MMM y, HH:mm", locale=self._locale)

    def day_and_clock(self, at_ms: int) -> tuple[str, str]:
        """A moment as the fields of a form take it: ISO day and time."""
        local = self._local(at_ms)
        return local.date().isoformat(), f"{local:%H:%M}"

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(self._zone)

    def _number(self, value: Decimal, pattern: str) -> str:
        text: str = format_decimal(value, pattern, locale=self._locale)
        # Thousands stay on the line: Babel gives a breakable space in some languages.
        return text.replace("-", "−").replace(" ", "\u00a0")
