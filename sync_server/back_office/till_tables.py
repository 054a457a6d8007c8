"""What the reports know of the till: facts out of the journal, and an index of the journal itself.

`till_fact` is only ever appended to, signed, so that any sum over any rows is right: a reopened
sale is there again with a minus on the day of the reopening. `till_check` is what an open check
was last known to be. Sums are minor units. Filled by `till`, made by revision 0005.
"""

import sqlalchemy as sa

from .names import LANGUAGES
from .tables import BackRow


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)


TEXTS = (
    "kind",
    "day",
    "device",
    "by",
    "owner",
    "check_id",
    "number",
    "table_id",
    "shift_id",
    "item_id",
    "line_id",
    "key",
    "reason",
)
SUMS = (
    "qty_milli",
    "gross_minor",
    "discount_minor",
    "net_minor",
    "tax_minor",
    "tip_minor",
    "cash_minor",
    "guests",
)

MONEY_KINDS = ("check", "refund", "tender", "cash")
MONEY = f"kind IN ({', '.join(repr(kind) for kind in MONEY_KINDS)})"
"""The facts that checks and drawers are added up from, a fifth of all. A question that finds them
by check or shift has to say it in these words, or the database does not see that the index of these
facts is enough."""


def _of_money(name: str, *columns: str) -> sa.Index:
    """An index of the facts about money."""
    where = sa.text(MONEY)
    return sa.Index(f"ix_till_fact_{name}", *columns, sqlite_where=where, postgresql_where=where)


TILL_FACT = sa.Table(
    "till_fact",
    BackRow.metadata,
    _whole("event_n", key=True),
    _whole("position", key=True),
    _whole("at_ms"),
    *(_text(name) for name in TEXTS),
    *(_whole(name) for name in SUMS),
    sa.Index("ix_till_fact_kind", "kind", "day"),
    sa.Index("ix_till_fact_line", "line_id"),
    _of_money("check", "check_id", "kind", "day"),
    _of_money("shift", "shift_id"),
)
"""What one event said. `kind`: line, check, tax, tender, cash, discount, void, punch, control,
club, points; `line_id` is the club card of the last two."""

LENT_RIGHT = sa.Table(
    "lent_right",
    BackRow.metadata,
    _text("lent_id", key=True),
    _text("staff_id"),
    _text("by"),
    _text("rights"),
    _whole("from_ms"),
    _whole("until_ms"),
    sa.Column("reason", sa.Text, nullable=False),
    _whole("ended_ms"),
    _text("ended_by"),
)
"""Rights that somebody lent (`rights` by blanks) until a time; `ended_ms` 0: not ended by hand."""

TILL_CHECK = sa.Table(
    "till_check",
    BackRow.metadata,
    _text("check_id", key=True),
    *(_text(name) for name in ("number", "kind", "table_id", "owner")),
    _whole("bills"),
    sa.Column("grants", sa.Text, nullable=False),
)
"""An open check: `bills` printed so far, `grants` still given, as JSON."""

JOURNAL_INDEX = sa.Table(
    "journal_index",
    BackRow.metadata,
    _whole("n", key=True),
    _whole("at_ms"),
    *(_text(name) for name in ("day", "type", "by", "device", "check_id", "number")),
    _whole("amount_minor"),
    sa.Index("ix_journal_index_day", "day", "type"),
    *(sa.Index(f"ix_journal_index_{name}", name) for name in ("check_id", "number")),
)

PERSON = sa.Table("till_person", BackRow.metadata, _text("staff_id", key=True), _text("name"))

DEVICE = sa.Table("till_device", BackRow.metadata, _text("dev", key=True), _text("name"))
"""Devices as people know them: code and name."""

REASON = sa.Table(
    "till_reason",
    BackRow.metadata,
    _text("reason_id", key=True),
    *(_text(f"name_{language}") for language in LANGUAGES),
)
"""What the house calls the reasons for voids, comps, discounts, cash in and out, over and short."""

PLACE = sa.Table(
    "till_place",
    BackRow.metadata,
    _text("table_id", key=True),
    *(_text(name) for name in ("label", "hall_id", "hall_en", "hall_uk", "hall_pl")),
)
