"""The ledger as entries for accounting: debit and credit by the house's account map.

One entry for every day, kind of move, direction, store and group of goods; its sum is that of
its moves, so the entries of a period add up to the turnover of all stores. An account of the map
may be named for a group of goods, else for all. What has no account is listed, never dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func
from sqlmodel import Session, col, select

from sync_server.domain.stock import OUTSIDE, store_of
from sync_server.store.database import session_on

from .goods_tables import Ingredient
from .house_tables import AccountMap
from .tables import StockDay

STOCK_ACCOUNT = "201"
STANDARD: Mapping[str, str] = {
    "supplier": "631",
    "opening": "40",
    "sales": "901",
    "waste": "947",
    "staff": "949",
    "comp": "93",
    "returned": "947",
    "count": "947",
    "production": "231",
    "cost-correction": "946",
    "rounding": "949",
}
assert set(STANDARD) == {str(place) for place in OUTSIDE}, "every place outside has an account"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One entry. `value_minor` may be negative for a correction that lowers a value; `source` and
    `target` are the places of the ledger that it stands for."""

    day: str
    kind: str
    debit: str
    credit: str
    group_id: str
    store_from: str
    store_to: str
    value_minor: int
    moves: int
    source: str = ""
    target: str = ""


def journal_entries(connection: Connection, first_day: str, last_day: str) -> list[JournalEntry]:
    """The entries of a period, both days included, in a fixed order."""
    with session_on(connection) as session:
        accounts = _accounts(session)
        query = (
            select(
                StockDay.day,
                StockDay.kind,
                StockDay.source,
                StockDay.target,
                Ingredient.group_id,
                func.sum(StockDay.value_minor),
                func.sum(StockDay.moves),
            )  # type: ignore[call-overload]
            .join(Ingredient, col(Ingredient.ingredient_id) == col(StockDay.ingredient_id))
            .where(StockDay.day >= first_day, StockDay.day <= last_day)
            .group_by(
                StockDay.day,
                StockDay.kind,
                StockDay.source,
                StockDay.target,
                Ingredient.group_id,
            )
            .order_by(
                StockDay.day,
                StockDay.kind,
                StockDay.source,
                StockDay.target,
                Ingredient.group_id,
            )
        )
        return [
            JournalEntry(
                day,
                kind,
                _account(accounts, kind, group, target),
                _account(accounts, kind, group, source),
                group,
                store_of(source) or "",
                store_of(target) or "",
                int(value),
                int(count),
                source,
                target,
            )
            for day, kind, source, target, group, value, count in session.exec(query)
            if value
        ]


def _accounts(session: Session) -> dict[tuple[str, str], str]:
    """The house's own choices: by place (or store) and group."""
    return {(row.kind, row.group_id): row.debit for row in session.exec(select(AccountMap))}


def _account(accounts: Mapping[tuple[str, str], str], kind: str, group: str, place: str) -> str:
    """The account of a place for a group: the house's own, else the standard plan's."""
    for key in ((f"{place}/{kind}", group), (place, group), (f"{place}/{kind}", ""), (place, "")):
        if key in accounts:
            return accounts[key]
    if store_of(place) is not None:
        return accounts.get(("store", group)) or accounts.get(("store", ""), STOCK_ACCOUNT)
    return STANDARD[place]


def choose_account(session: Session, place: str, group: str, account: str) -> None:
    """Book a place (optionally of one group) on an account; an empty account is the standard."""
    row = session.get(AccountMap, (place, group))
    if not account and row is not None:
        session.delete(row)
    elif account and row is None:
        session.add(AccountMap(kind=place, group_id=group, debit=account, credit=account))
    elif account and row is not None:
        row.debit = row.credit = account
    session.flush()
