"""An event of the journal in words: fields by their names, ids as what they stand for.

What an event's class says of a field decides how it is written: money, quantity, moment and rate by
the end of its name, ids by `_IDS`, codes by `tap_words`. What is as it is by default is left out;
marks that only tell records apart stand at the end. Asked by `report_pages`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain.events import EVENTS
from sync_server.domain.menu import Catalogue

from ..device_offers import DeviceReader
from ..intake import JournalEvent
from ..names import name_column, said_in
from ..pace import KITCHEN_STATION
from ..reports.naming import TABLES, devices, named, people, reason, reasons, tables
from ..reports.report import Word
from ..till_tables import MONEY, TILL_CHECK, TILL_FACT
from .formats import Formats
from .words import Words

PEOPLE = (
    "by", "owner", "waiter", "staff_id", "from_staff_id", "to_staff_id", "approved_by", "void_by",
    "changed_by",
)  # fmt: skip
_IDS: Mapping[str, str] = {
    **dict.fromkeys(PEOPLE, "person"),
    **dict.fromkeys(("item_id", "set_item_id"), "dish"),
    **dict.fromkeys(("table_id", "from_table_id", "for_table_id", "table_ids", "joined"), "table"),
    **dict.fromkeys(("station_id", "from_station_id", "station_ids", "also_at"), "station"),
    **dict.fromkeys(("check_id", "to_check_id", "merged_into", "continues"), "check"),
    **dict.fromkeys(("line_id", "line_ids", "gone", "origin", "root", "set_id"), "line"),
    **dict.fromkeys(("tax_id", "service_tax_id"), "tax"),
    **dict.fromkeys(("modifier_id", "modifier_ids"), "modifier"),
    **dict.fromkeys(("reason", "reasons", "void_reason"), "reason"),
    **dict.fromkeys(("dev", "changed_dev", "device_id"), "device"),
    "printer_id": "printer",
    "discount_id": "discount",
    "account_id": "account",
    "tender": "tender",
    "revenue_group": "group",
    "rights": "right",
    "type": "command",
}
"""What the ids of a field name."""
_MARKS = frozenset({
    "payment_id", "charge_id", "ticket_id", "ticket_ids", "grant_id", "refund_id", "notice_id",
    "request_id", "lent_id", "review_id", "shift_id", "stay_id", "sha256", "digest", "taken",
    "refused", "left_out", "reverses", "of", "original", "seen", "terminal_id",
})  # fmt: skip
"""Fields that only tell records apart."""
_FIRST = ("name", "item_id", "qty_milli")
"""What stands first in a table of records."""
_OF_LINES = ("line_id", "origin", "root", "set_id")
MARK_LENGTH = 400
_NOTHING: tuple[object, ...] = ("", None, [], (), {})


@dataclass(frozen=True, slots=True)
class Told:
    """A field: its name, and a text, rows of its own, or a table of records."""

    label: str
    text: str = ""
    rows: tuple["Told", ...] = ()
    heads: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """An event in words, its marks apart."""

    rows: tuple[Told, ...]
    marks: tuple[Told, ...]


@cache
def record_types(kind: type) -> Mapping[str, type | None]:
    """The fields of a record, each with the record that it holds (or a list of); None: values."""
    hints = get_type_hints(kind)
    return {one.name: _record_in(hints[one.name]) for one in fields(kind)}


def _record_in(hint: Any) -> type | None:
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    inner = (_record_in(one) for one in get_args(hint))
    return next((one for one in inner if one is not None), None)


@cache
def _defaults(kind: type) -> Mapping[str, object]:
    return {one.name: one.default for one in fields(kind) if one.default is not MISSING}


class Names:
    """What ids stand for: by the menu in force, else by the books; else the id itself."""

    def __init__(
        self,
        connection: Connection,
        words: Words,
        formats: Formats,
        menu: Catalogue | None,
    ) -> None:
        """Names in the reader's language."""
        self._connection, self._words, self._formats = connection, words, formats
        language = words.language
        station = name_column(KITCHEN_STATION.c, language)
        query = sa.select(KITCHEN_STATION.c.station_id, station.label("name"))
        self._known: dict[str, Mapping[str, str]] = {
            "person": people(connection),
            "dish": named(connection, "item", "item_id", language),
            "table": tables(connection),
            "station": {row.station_id: row.name for row in connection.execute(query)},
            "device": {"server": words.device_server, **devices(connection)},
            "account": {},
        }
        if menu is not None:
            self._known |= {
                "tax": _named(menu.taxes, language),
                "printer": _named(menu.printers, language),
                "discount": _named(menu.discounts, language),
                "account": {key: one.name for key, one in menu.accounts.items()},
                "modifier": {
                    one.modifier_id: said_in(one.names, language)
                    for group in menu.groups.values()
                    for one in group.modifiers
                },
            }
        self._reasons = reasons(connection, language)

    def of(self, what: str, value: str) -> str:
        """The name of one id."""
        words = self._words
        match what:
            case "check":
                query = sa.select(TILL_CHECK.c.number).where(TILL_CHECK.c.check_id == value)
                return self._connection.execute(query).scalar() or value
            case "line":
                return self._line(value)
            case "reason":
                said = reason(self._reasons, value)
                return words.get(said.key, said.plain) if isinstance(said, Word) else said
            case "tender" | "group" | "right" | "command":
                return words.get(f"{what}_{value}", value)
            case "modifier":
                return self._modifier(value)
        return self._known.get(what, {}).get(value, value)

    def shift(self, shift_id: str) -> tuple[str, int] | None:
        """Who opened a shift, and when; None when the books do not have it."""
        facts = TILL_FACT.c
        query = (
            sa.select(facts.by, facts.at_ms)
            .where(sa.text(MONEY), facts.shift_id == shift_id, facts.key == "float")
            .order_by(facts.event_n)
            .limit(1)
        )
        opened = self._connection.execute(query).one_or_none()
        return (self.of("person", opened.by), opened.at_ms) if opened is not None else None

    def _line(self, line_id: str) -> str:
        """A line by its dish, once it was fired."""
        facts = TABLES["sales_fact"].c
        query = sa.select(facts.item_id).where(facts.line_id == line_id).limit(1)
        item_id = self._connection.execute(query).scalar()
        return self._known["dish"].get(item_id, line_id) if item_id else line_id

    def _modifier(self, told: str) -> str:
        """As the kitchen's fact has it: a minus before it, `*500` for half of it after it."""
        bare, _, part = told.removeprefix("-").partition("*")
        name = self._known.get("modifier", {}).get(bare, bare)
        sign = "− " if told.startswith("-") else ""
        much = f" × {self._formats.portions(int(part))}" if part.isdecimal() else ""
        return f"{sign}{name}{much}"


def _named(things: Mapping[str, Any], language: str) -> dict[str, str]:
    return {key: said_in(one.names, language) or key for key, one in things.items()}


class Teller:
    """Says events in one language."""

    def __init__(
        self, words: Words, formats: Formats, names: Names, sentence: Callable[..., str] | None
    ) -> None:
        """`sentence(code, params)` is what a screen says for a code; without it the code stands."""
        self._words, self._formats, self._names = words, formats, names
        self._sentence = sentence

    def event(self, event: JournalEvent) -> Said:
        """All that an event says beside who, when and on which day, which its page says first."""
        kind = EVENTS.get(event.type)
        head = {"by": event.by, "at_ms": event.at_ms, "day": event.day}
        body = {name: value for name, value in event.body.items() if value != head.get(name)}
        rows, marks = self._record(kind, event.type, body)
        return Said(tuple(dict.fromkeys(rows)), tuple(dict.fromkeys(marks)))

    def _record(
        self, kind: type | None, owner: str, body: Mapping[str, Any]
    ) -> tuple[list[Told], list[Told]]:
        rows: list[Told] = []
        marks: list[Told] = []
        inner = record_types(kind) if kind else {}
        usual = _defaults(kind) if kind else {}
        for name, value in body.items():
            if value in _NOTHING or value == usual.get(name, MISSING):
                continue
            label = self._label(owner, name)
            held = inner.get(name)
            if name == "params" or (name == "code" and "params" in body):
                if name == "code":
                    rows.append(Told(label, self._code(str(value), body["params"])))
            elif held is not None and isinstance(value, Mapping):
                below, more = self._record(held, held.__name__, value)
                rows.append(Told(label, rows=tuple(below)))
                marks += more
            elif held is not None and isinstance(value, list | tuple):
                rows.append(self._table(label, held, value))
            elif name == "shift_id" and (shift := self._names.shift(str(value))) is not None:
                who, at_ms = shift
                since = self._formats.time(at_ms)
                rows.append(Told(label, self._words("shift_of", who=who, since=since)))
            elif name in _MARKS:
                marks.append(Told(label, _plain(value)))
            elif text := self._value(owner, name, value):
                rows.append(Told(label, text))
        return rows, marks

    def _table(self, label: str, held: type, records: Sequence[Mapping[str, Any]]) -> Told:
        """Records under each other; a column for what any of them says."""
        usual, owner, inner = _defaults(held), held.__name__, record_types(held)
        told_apart = _OF_LINES if "item_id" in inner else ()
        said = [
            one.name
            for one in fields(held)
            if one.name not in (*_MARKS, *told_apart)
            and any(
                record.get(one.name) not in _NOTHING
                and record.get(one.name) != usual.get(one.name, MISSING)
                for record in records
            )
        ]
        if "item_id" in said and "name" in said:
            said.remove("item_id")
        said.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
        cells = tuple(
            tuple(self._cell(inner[name], owner, name, record.get(name)) for name in said)
            for record in records
        )
        return Told(label, heads=tuple(self._label(owner, name) for name in said), table=cells)

    def _cell(self, held: type | None, owner: str, name: str, value: Any) -> str:
        if held is None:
            return self._value(owner, name, value)
        listed = value if isinstance(value, list | tuple) else [value] if value else []
        told = (self._record(held, held.__name__, one)[0] for one in listed)
        return "; ".join(", ".join(row.text for row in rows if row.text) for rows in told)

    def _label(self, owner: str, name: str) -> str:
        words = self._words
        return words.get(f"says_{owner}_{name}", words.get(f"says_{name}", name))

    def _value(self, owner: str, name: str, value: Any) -> str:
        """One value, or several of a kind."""
        if isinstance(value, list | tuple):
            return ", ".join(self._value(owner, name, one) for one in value)
        if value is None:
            return ""
        words = self._words
        if isinstance(value, bool):
            return words.is_yes if value else words.is_no
        if isinstance(value, int):
            return self._figure(name, value)
        text = str(value)
        if name == "day":
            return self._day(text)
        if name == "code":
            return self._code(text, {})
        if what := _IDS.get(name):
            return self._names.of(what, text)
        return words.get(f"is_{owner}_{name}_{text}", words.get(f"is_{name}_{text}", text))

    def _figure(self, name: str, value: int) -> str:
        formats = self._formats
        if name.endswith("_ms"):
            return formats.moment(value) if value else ""
        if name.endswith("_minor"):
            return formats.money(value)
        if name.endswith("_milli"):
            return formats.portions(value)
        if name.endswith("_bp"):
            return formats.percent(value)
        return formats.portions(value * 1000 // 60) if name.endswith("_s") else str(value)

    def _day(self, text: str) -> str:
        """A day of the calendar; what is none stands as it was written."""
        try:
            return self._formats.day(text)
        except ValueError:
            return text

    def _code(self, code: str, params: Mapping[str, Any]) -> str:
        return self._sentence(code, params) if self._sentence else code


def _plain(value: Any) -> str:
    flat = (
        ", ".join(_plain(one) for one in value) if isinstance(value, list | tuple) else str(value)
    )
    return flat if len(flat) <= MARK_LENGTH else f"{flat[:MARK_LENGTH]}…"


def sentences(
    reader: DeviceReader | None, menu: Catalogue | None, language: str
) -> Callable[..., str] | None:
    """How the front's screens say a code; None where nobody can tell."""
    if reader is None or menu is None:
        return None
    return lambda code, params: reader.sentence(menu, code, params, language)
