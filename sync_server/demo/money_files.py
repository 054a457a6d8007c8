"""What venue.toml says of money beside sales: foreign cash that is taken, and house accounts.

`front_files` reads the file and hands the records over; every fault is told with its place.
"""

import re

from sync_server.domain import menu

from .reading import Record


def currency_of(record: Record) -> menu.Currency:
    """A currency with what one whole unit of it is worth here today."""
    code = record.text("code")
    if not re.fullmatch(r"[A-Z]{3}", code):
        record.fault("code", f'"{code}" is not a currency code like EUR')
    return menu.Currency(code, record.money("rate"))


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
        )
        for record in records
    ]
