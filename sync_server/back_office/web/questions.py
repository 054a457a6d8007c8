"""What the address of a page asks for: store, days and method, checked before any report runs.

Everything a report shows can be asked for by its address, so a page can be sent, bookmarked, and
exported as it stands. What does not exist is refused (`BadQuestion`), never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from sync_server.domain.costing import METHODS

from ..turnover import Question

DAYS_AT_MOST = 3_700


class BadQuestion(ValueError):
    """The address names a store, method or period that does not exist."""


@dataclass(frozen=True, slots=True)
class Period:
    """Two ISO days, both included."""

    first: str
    last: str

    @property
    def query(self) -> dict[str, str]:
        """The part of an address that asks for it."""
        return {"from": self.first, "to": self.last}


def period_of(params: Mapping[str, str], today: str) -> Period:
    """The period asked for; the month so far when none is named."""
    first, last = params.get("from", ""), params.get("to", "")
    if not first and not last:
        return presets(today)["period_month"]
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise BadQuestion("not a day") from None
    if not timedelta(0) <= end - start <= timedelta(days=DAYS_AT_MOST):
        raise BadQuestion("not a period")
    return Period(start.isoformat(), end.isoformat())


def presets(today: str) -> dict[str, Period]:
    """The usual periods up to a day, by the key of their words."""
    last = date.fromisoformat(today)
    month = last.replace(day=1)
    before = month - timedelta(days=1)
    week = last - timedelta(days=6)
    return {
        "period_day": Period(today, today),
        "period_week": Period(week.isoformat(), today),
        "period_month": Period(month.isoformat(), today),
        "period_last_month": Period(before.replace(day=1).isoformat(), before.isoformat()),
    }


def turnover_question(
    params: Mapping[str, str], stores: list[str], today: str, books_method: str
) -> Question:
    """The turnover sheet asked for; the first store and the books' method when not named."""
    if not stores:
        raise BadQuestion("no store")
    period = period_of(params, today)
    store_id = params.get("store") or stores[0]
    method = params.get("method") or books_method
    if store_id not in stores or method not in METHODS:
        raise BadQuestion("no such store or method")
    return Question(store_id, period.first, period.last, method)


def address(path: str, query: Mapping[str, str]) -> str:
    """A path with its question."""
    return f"{path}?{urlencode(query)}" if query else path
