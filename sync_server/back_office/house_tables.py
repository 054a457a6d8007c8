"""The rows of the house: accounts and keys, editions and drafts of the menu, what the server is
asked to do, settings and locks, tables sent for import; no behaviour.

Times are milliseconds since the epoch in UTC; of passwords, tokens and keys only hashes are kept.
Neighbours: `tables` (the ledger), `goods_tables` (goods and cards). The tables are created by
`migrations`.
"""

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field

from .tables import BackRow, big


class ApiKey(BackRow, table=True):
    """A program that may ask: only the hash of its key is kept. Rights are joined by spaces."""

    __tablename__ = "api_key"
    key_hash: str = Field(primary_key=True)
    name: str
    rights: str
    login: str
    at_ms: int = Field(sa_column=big())
    active: bool = True


class CatalogueEdition(BackRow, table=True):
    """Changes of the menu that hold from `at_ms` on, as a list of lists; `withdrawn` never held."""

    __tablename__ = "catalogue_edition"
    number: int = Field(primary_key=True)
    at_ms: int = Field(sa_column=big())
    made_ms: int = Field(sa_column=big())
    login: str
    note: str
    changes: str = Field(sa_column=Column(Text, nullable=False))
    withdrawn: bool = False


class CatalogueDraft(BackRow, table=True):
    """Changes of the menu that nobody has published yet; the house has one draft."""

    __tablename__ = "catalogue_draft"
    name: str = Field(primary_key=True)
    changes: str = Field(sa_column=Column(Text, nullable=False))
    login: str
    at_ms: int = Field(sa_column=big())


class StopOffer(BackRow, table=True):
    """A dish to be stopped or counted down, asked for here and done by the server."""

    __tablename__ = "stop_offer"
    number: int = Field(primary_key=True)
    item_id: str
    left_milli: int = Field(sa_column=big())
    login: str
    at_ms: int = Field(sa_column=big())


class PinOffer(BackRow, table=True):
    """A new PIN for somebody at the terminals: only what may be stored of it."""

    __tablename__ = "pin_offer"
    number: int = Field(primary_key=True)
    staff_id: str
    pin_hash: str
    login: str
    at_ms: int = Field(sa_column=big())


class LendOffer(BackRow, table=True):
    """Rights of `by` to be lent to a colleague until a time, or a loan to end (`ends`), asked for
    here and done by the server; `rights` stand by blanks."""

    __tablename__ = "lend_offer"
    number: int = Field(primary_key=True)
    lent_id: str
    by: str
    staff_id: str
    rights: str
    until_ms: int = Field(sa_column=big())
    reason: str = Field(sa_type=Text)
    ends: bool
    login: str
    at_ms: int = Field(sa_column=big())


class AccountMap(BackRow, table=True):
    """Which accounts a kind of move of a group of goods is booked on; an empty group: all others.

    `kind` is `kind` of a move, or `kind/direction` where both directions differ.
    """

    __tablename__ = "account_map"
    kind: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    debit: str
    credit: str


class SentTable(BackRow, table=True):
    """A table that somebody sent for import; `taken_ms` 0: it waits, its body with it."""

    __tablename__ = "sent_table"
    key: str = Field(primary_key=True)
    login: str
    subject: str
    name: str
    at_ms: int = Field(sa_column=big())
    taken_ms: int = Field(default=0, sa_column=big())
    row_count: int = 0
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class HouseSetting(BackRow, table=True):
    """A choice of the house, say its costing method."""

    __tablename__ = "house_setting"
    name: str = Field(primary_key=True)
    value: str


class PeriodLock(BackRow, table=True):
    """Everything up to `day` is closed, or open again from the day after; the last row holds."""

    __tablename__ = "period_lock"
    number: int = Field(primary_key=True)
    day: str
    at_ms: int = Field(sa_column=big())
    locked_by: str


class Account(BackRow, table=True):
    """Who may sign in. `rights` are joined by spaces; `password_hash` is argon2id."""

    __tablename__ = "account"
    login: str = Field(primary_key=True)
    name: str
    role: str
    rights: str
    language: str
    password_hash: str
    active: bool = True
    failures: int = 0
    locked_until_ms: int = Field(default=0, sa_column=big())


class SignIn(BackRow, table=True):
    """A browser that is signed in; only the hash of its token is kept."""

    __tablename__ = "sign_in"
    token_hash: str = Field(primary_key=True)
    login: str = Field(foreign_key="account.login")
    language: str
    expires_ms: int = Field(sa_column=big())
