"""What the house has settled for its books: the costing method and how far they are locked.

A lock is never edited: locking further or opening again adds a row, and the last one holds. The
method changes in `recosting`, which prices everything after the lock anew.
"""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from .house_tables import HouseSetting, PeriodLock
from .states import AVERAGE

METHOD = "costing_method"


def setting(session: Session, name: str, otherwise: str = "") -> str:
    """A choice of the house."""
    row = session.get(HouseSetting, name)
    return row.value if row is not None else otherwise


def settle(session: Session, name: str, value: str) -> None:
    """Make a choice."""
    row = session.get(HouseSetting, name)
    if row is None:
        session.add(HouseSetting(name=name, value=value))
    else:
        row.value = value


def costing_method(session: Session) -> str:
    """The method that the books run at."""
    return setting(session, METHOD, AVERAGE)


def locked_through(session: Session) -> str:
    """The last locked day; empty while nothing is locked."""
    query = select(PeriodLock).order_by(col(PeriodLock.number).desc()).limit(1)
    lock = session.exec(query).first()
    return lock.day if lock else ""


def open_day(session: Session, day: str) -> str:
    """The day itself, or the first day that is open."""
    locked = locked_through(session)
    if day > locked or not locked:
        return day
    return (date.fromisoformat(locked) + timedelta(days=1)).isoformat()
