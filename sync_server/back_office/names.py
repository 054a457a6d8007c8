"""What a thing of the books is called in each language, and which name a reader is shown.

Rule: English and Ukrainian always stand; a Polish name may be missing, and then the English one
stands for it. Neighbour: `reports/naming` puts names on keys in queries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

LANGUAGES = ("en", "uk", "pl")
_BETWEEN = 4
"""Places between two code points, for the letters that stand there in an alphabet."""
_PLACES = {
    letter: (ord("а") + place) * _BETWEEN
    for place, letter in enumerate("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
} | {
    letter: ord(after) * _BETWEEN + (2 if letter == "ż" else 1)
    for letter, after in zip("ąćęłńóśźż", "acelnoszz", strict=True)
}


@dataclass(frozen=True, slots=True)
class Names:
    """A name in the languages of the back office."""

    en: str
    uk: str
    pl: str = ""

    def __getitem__(self, language: str) -> str:
        match language:
            case "uk":
                return self.uk
            case "pl":
                return self.pl or self.en
            case _:
                return self.en


class Named(Protocol):
    """A row with a name by language."""

    name_en: str
    name_uk: str
    name_pl: str


def names_of(row: Named) -> Names:
    """All names of a row."""
    return Names(row.name_en, row.name_uk, row.name_pl)


def name_in(row: Named, language: str) -> str:
    """The name that a reader of a language is shown."""
    return names_of(row)[language]


def every_name(row: Named) -> tuple[str, ...]:
    """Whatever people may call it, without what is missing."""
    return tuple(name for name in (row.name_uk, row.name_en, row.name_pl) if name)


def said_in(texts: Mapping[str, str], language: str) -> str:
    """A text for a reader: in the own language, else in English, else in whichever there is."""
    first = texts.get(language) or texts.get("en", "")
    return first or next((text for text in texts.values() if text), "")


def alphabetical(text: str) -> tuple[int, ...]:
    """A key that sorts names as alphabets do: code points put ґ, є, і, ї after я, and ł after z."""
    return tuple(_PLACES.get(sign) or ord(sign) * _BETWEEN for sign in text.casefold())


def name_column(
    columns: "sa.sql.base.ReadOnlyColumnCollection[str, Any]",
    language: str,
    prefix: str = "name",
) -> sa.ColumnElement[str]:
    """`name_in` for a query over a table whose columns are called by `prefix` and language."""
    english: sa.ColumnElement[str] = columns[f"{prefix}_en"]
    if language == "pl":
        return sa.func.coalesce(sa.func.nullif(columns[f"{prefix}_pl"], ""), english)
    return columns[f"{prefix}_uk"] if language == "uk" else english
