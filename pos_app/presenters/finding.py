"""Finding dishes by what was typed, in whatever letters: Ukrainian in Latin and the other way.

Rule: both the name and what was typed are brought to one plain Latin spelling, in which the usual
ways to write a sound in Latin letters are alike (shch and sch, ia and ya, y and i); a name matches
when each typed word begins one of its words, or stands inside the name. What was typed with the
keyboard on the other layout ("jho" is not found, ",jho" is "борщ") is tried as well. A barcode
matches as a whole. Pure: no state, no screen.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from sync_server.domain.menu import Item

_LATIN: Final[Mapping[str, str]] = {
    **dict(zip("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэё", (
        "a", "b", "v", "h", "g", "d", "e", "ie", "zh", "z", "y", "i", "i", "i", "k", "l", "m", "n",
        "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "iu", "ia", "y",
        "e", "e",
    ), strict=True)),
    "ł": "l",
}  # fmt: skip
_ALIKE: Final = (
    ("shch", "sch"), ("kh", "h"), ("ck", "k"), ("ts", "c"), ("tz", "c"), ("w", "v"), ("ph", "f"),
    ("ye", "ie"), ("ja", "ia"), ("ya", "ia"), ("yu", "iu"), ("ju", "iu"), ("yi", "i"), ("je", "ie"),
    ("j", "i"), ("y", "i"), ("x", "ks"), ("g", "h"), ("ii", "i"),
)  # fmt: skip
_KEYS_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_KEYS_CYRILLIC: Final = "йцукенгшщзхїфівапролджєячсмитьбю"
_OTHER_LAYOUT: Final = str.maketrans(_KEYS_LATIN + _KEYS_CYRILLIC, _KEYS_CYRILLIC + _KEYS_LATIN)
_APOSTROPHES: Final = "'’ʼ`\"«»"


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A text in plain Latin letters, as any of its spellings."""
    folded = text.casefold()
    for sign in _APOSTROPHES:
        folded = folded.replace(sign, "")
    latin = "".join(_LATIN.get(sign, sign) for sign in folded)
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(sign)
    )
    for written, alike in _ALIKE:
        bare = bare.replace(written, alike)
    return bare


def spellings(typed: str) -> tuple[str, ...]:
    """What may have been meant, plain: as typed, and as typed with the other layout."""
    other = typed.casefold().translate(_OTHER_LAYOUT)
    return tuple(dict.fromkeys(found for text in (typed, other) if (found := plain(text).strip())))


def matches(typed: str, names: Iterable[str]) -> bool:
    """Whether one of the names is meant."""
    meant = spellings(typed)
    return any(_meant(one, plain(name)) for name in names for one in meant)


def _meant(typed: str, name: str) -> bool:
    if typed in name:
        return True
    begun = name.split()
    return all(any(word.startswith(part) for word in begun) for part in typed.split())


def find(typed: str, items: Iterable[Item], most: int) -> list[Item]:
    """The dishes that are meant, those whose name begins so first; at most `most`."""
    wanted = typed.strip()
    if not wanted:
        return []
    found = [
        item
        for item in items
        if wanted == item.barcode
        or matches(wanted, (*item.names.values(), *item.kitchen_names.values()))
    ]
    meant = spellings(wanted)
    found.sort(key=lambda item: not any(
        plain(name).startswith(one) for name in item.names.values() for one in meant
    ))  # fmt: skip
    return found[:most]
