"""Reads CSV and TOML files into records of text cells, and collects what is wrong with them.

Rule: reading never stops at the first fault. A getter that cannot give what was asked notes a
fault with file, line, field and a sentence, and returns a harmless value; `venue.load_venue`
raises all faults together. Nothing here knows what a menu is.
"""

import csv
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024
MAX_RECORDS = 20_000
MAX_FAULTS = 500
MAX_TEXT = 200

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MONEY = re.compile(r"-?\d{1,8}(\.\d{1,2})?")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(#.*)?")
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (line 0: the whole file), and in words what."""

    file: str
    line: int
    field: str
    words: str

    def __str__(self) -> str:
        """For example `items.csv, line 12, price: "12,5" is not a sum like 185.00`."""
        place = self.file
        if self.line:
            place += f", line {self.line}"
        if self.field:
            place += f", {self.field}"
        return f"{place}: {self.words}"


class Faults:
    """Collects faults, at most `MAX_FAULTS`; the rest are counted only."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.more = 0

    def add(self, file: str, line: int, field: str, words: str) -> None:
        """Note a fault."""
        if len(self.found) < MAX_FAULTS:
            self.found.append(Fault(file, line, field, words))
        else:
            self.more += 1


class Record:
    """One line of a CSV file or one table of a TOML file: named text cells with typed getters."""

    def __init__(
        self,
        file: str,
        line: int,
        cells: Mapping[str, str],
        faults: Faults,
        lines: Mapping[str, int] | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self._cells = cells
        self._faults = faults
        self._lines = lines or {}

    def fault(self, field: str, words: str) -> None:
        """Note that a field of this record is wrong."""
        self._faults.add(self.file, self._lines.get(field, self.line), field, words)

    def raw(self, field: str) -> str:
        """The cell as it stands, trimmed; empty where there is none."""
        return self._cells.get(field, "").strip()

    def text(self, field: str, *, required: bool = True, limit: int = MAX_TEXT) -> str:
        """A text of at most `limit` characters without control characters."""
        value = self.raw(field)
        if not value and required:
            self.fault(field, "is empty and must not be")
        if len(value) > limit:
            self.fault(field, f"is {len(value)} characters long, at most {limit} are allowed")
        if any(ord(char) < 32 or ord(char) == 127 for char in value):
            self.fault(field, "holds a control character")
        return value

    def names(
        self, prefix: str = "name", languages: Collection[str] = ("uk", "en", "pl")
    ) -> dict[str, str]:
        """The texts of `prefix_uk`, `prefix_en` by language; all must be there."""
        return {language: self.text(f"{prefix}_{language}", limit=60) for language in languages}

    def identity(self, field: str, seen: dict[str, int]) -> str:
        """An id (small letters, digits, hyphens) that no earlier record has; noted in `seen`."""
        value = self.raw(field)
        if not _SLUG.fullmatch(value) or len(value) > 40:
            self.fault(field, f'"{value}" is not an id: small letters, digits and hyphens')
        elif value in seen:
            self.fault(field, f'the id "{value}" is taken on line {seen[value]} already')
        seen.setdefault(value, self._lines.get(field, self.line))
        return value

    def reference(
        self, field: str, known: Collection[str], what: str, *, required: bool = True
    ) -> str:
        """The id of something read before; `what` names its kind in the fault."""
        value = self.raw(field)
        if not value:
            if required:
                self.fault(field, f"names no {what}")
        elif value not in known:
            self.fault(field, f'there is no {what} "{value}"')
        return value

    def references(
        self, field: str, known: Collection[str], what: str, *, required: bool = True
    ) -> tuple[str, ...]:
        """Several ids, separated by |, none twice."""
        values = self.many(field)
        if not values and required:
            self.fault(field, f"names no {what}")
        for value in values:
            if value not in known:
                self.fault(field, f'there is no {what} "{value}"')
        return values

    def many(self, field: str) -> tuple[str, ...]:
        """The parts of a cell that are separated by |."""
        values = tuple(part.strip() for part in self.raw(field).split("|") if part.strip())
        for value in sorted({value for value in values if values.count(value) > 1}):
            self.fault(field, f'names "{value}" twice')
        return values

    def choice(self, field: str, allowed: Collection[str]) -> str:
        """One of the allowed words."""
        value = self.raw(field)
        if value not in allowed:
            self.fault(field, f'"{value}" is not one of {", ".join(allowed)}')
        return value

    def flag(self, field: str) -> bool:
        """yes or no; empty is no."""
        value = self.raw(field)
        if value not in ("", "yes", "no"):
            self.fault(field, f'"{value}" is neither yes nor no')
        return value == "yes"

    def whole(self, field: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`; an empty cell is `default` where one is given."""
        value = self.raw(field)
        if not value and default is not None:
            return default
        if not re.fullmatch(r"-?\d{1,9}", value):
            self.fault(field, f'"{value}" is not a whole number')
            return low
        number = int(value)
        if not low <= number <= high:
            self.fault(field, f"{number} is not between {low} and {high}")
            return low
        return number

    def money(self, field: str, *, default: int | None = None, signed: bool = False) -> int:
        """A sum in whole units and hundredths (185.00) as hundredths (18500)."""
        value = self.raw(field)
        if not value and default is not None:
            return default
        if not _MONEY.fullmatch(value):
            self.fault(field, f'"{value}" is not a sum like 185.00')
            return 0
        minor = int(Decimal(value) * 100)
        if minor < 0 and not signed:
            self.fault(field, f"{value} is below zero")
        return minor

    def decimal(self, field: str, low: str, high: str, default: Decimal | None = None) -> Decimal:
        """An exact number from `low` to `high`, both included."""
        value = self.raw(field)
        if not value and default is not None:
            return default
        if not _NUMBER.fullmatch(value):
            self.fault(field, f'"{value}" is not a number')
            return Decimal(low)
        number = Decimal(value)
        if not Decimal(low) <= number <= Decimal(high):
            self.fault(field, f"{value} is not between {low} and {high}")
            return Decimal(low)
        return number

    def minute(self, field: str) -> int:
        """A time of day (17:00) in minutes; an empty cell is midnight."""
        value = self.raw(field)
        if not value:
            return 0
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            self.fault(field, f'"{value}" is not a time like 17:00')
            return 0
        return int(value[:2]) * 60 + int(value[3:])

    def weekdays(self, field: str) -> tuple[int, ...]:
        """Days of the week, written 1 (Monday) to 7, as 0 to 6."""
        days = self.many(field)
        if any(day not in "1234567" or len(day) != 1 for day in days):
            self.fault(field, "a weekday is 1 (Monday) to 7")
            return ()
        return tuple(int(day) - 1 for day in days)


def _text_of(path: Path, faults: Faults) -> str | None:
    """The file's text, or None with a fault that says why it cannot be had."""
    try:
        if path.stat().st_size > MAX_BYTES:
            faults.add(path.name, 0, "", f"is larger than {MAX_BYTES} bytes")
            return None
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        faults.add(path.name, 0, "", "the file is missing")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        faults.add(path.name, line, "", "is not UTF-8 text; save the file as UTF-8")
    except OSError as error:
        faults.add(path.name, 0, "", f"cannot be read: {error.strerror}")
    return None


def read_csv(path: Path, columns: Collection[str], faults: Faults) -> list[Record]:
    """The lines of a comma-separated file whose first line names exactly `columns`.

    Blank lines are skipped. Wrong headings are a fault, and then no line is read.
    """
    text = _text_of(path, faults)
    if text is None:
        return []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    records: list[Record] = []
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        if not _heading_is_right(path.name, heading, columns, faults):
            return []
        while (cells := next(reader, None)) is not None:
            if not any(cell.strip() for cell in cells):
                continue
            if len(records) == MAX_RECORDS:
                faults.add(path.name, reader.line_num, "", f"has more than {MAX_RECORDS} lines")
                break
            if len(cells) != len(heading):
                words = f"has {len(cells)} fields, the first line has {len(heading)}"
                faults.add(path.name, reader.line_num, "", words)
                continue
            named = dict(zip(heading, cells, strict=True))
            records.append(Record(path.name, reader.line_num, named, faults))
    except csv.Error as error:
        faults.add(path.name, reader.line_num, "", f"is not a comma-separated line: {error}")
    return records


def _heading_is_right(
    file: str, heading: list[str], columns: Collection[str], faults: Faults
) -> bool:
    before = len(faults.found)
    for column in columns:
        if column not in heading:
            faults.add(file, 1, column, "the column is missing")
    for column in heading:
        if column not in columns:
            faults.add(file, 1, column, "the column is unknown")
    if len(set(heading)) != len(heading):
        faults.add(file, 1, "", "a column stands twice")
    return len(faults.found) == before


def read_toml(
    path: Path, tables: Mapping[str, Collection[str]], faults: Faults
) -> dict[str, list[Record]]:
    """The tables of a TOML file by name; `tables` lists the keys that each may have.

    `[name]` gives one record, each `[[name]]` one more. An unknown table or key is a fault, so is
    a number with a fraction: sums and shares are written as text, they must stay exact.
    """
    empty: dict[str, list[Record]] = {name: [] for name in tables}
    text = _text_of(path, faults)
    if text is None:
        return empty
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        faults.add(path.name, int(found[1]) if found else 0, "", f"is not TOML: {error}")
        return empty
    places = _places(text)
    for name, content in document.items():
        if name not in tables:
            faults.add(path.name, 0, name, "the table is unknown")
            continue
        parts = content if isinstance(content, list) else [content]
        for index, part in enumerate(parts[:MAX_RECORDS]):
            line, lines = places.get((name, index), (0, {}))
            if not isinstance(part, dict):
                faults.add(path.name, line, name, "is not a table")
                continue
            record = Record(path.name, line, _cells(part), faults, lines)
            _check_keys(record, part, tables[name])
            empty[name].append(record)
    return empty


def _places(text: str) -> dict[tuple[str, int], tuple[int, dict[str, int]]]:
    """Where each table of a TOML text stands, and each of its keys: tomllib does not tell."""
    places: dict[tuple[str, int], tuple[int, dict[str, int]]] = {}
    counts: dict[str, int] = {}
    keys: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            name = header[2]
            counts[name] = counts.get(name, -1) + 1
            keys = {}
            places[name, counts[name]] = (number, keys)
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            keys.setdefault(key[1], number)
    return places


def _cells(part: Mapping[str, object]) -> dict[str, str]:
    """TOML values as the text that a CSV cell would hold."""
    written: dict[type, Callable[[object], str]] = {
        bool: lambda value: "yes" if value else "no",
        list: lambda value: "|".join(str(one) for one in value) if isinstance(value, list) else "",
    }
    return {key: written.get(type(value), str)(value) for key, value in part.items()}


def _check_keys(record: Record, part: Mapping[str, object], allowed: Collection[str]) -> None:
    for key, value in part.items():
        if key not in allowed:
            record.fault(key, "the key is unknown")
        elif isinstance(value, float):
            record.fault(key, f'write the number as text: "{value}"')
        elif isinstance(value, dict):
            record.fault(key, "is a table, a single value is needed")
