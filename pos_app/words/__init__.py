"""What the terminal says, in Ukrainian, English and Polish; each subject apart.

Rule: every language has the same keys (tested), every refusal code of the domain has a sentence
under `refused_<code>`. A value may be a text or forms by plural category ("one", "few", "many",
"other") chosen by `n`. The language is the signed-in person's.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final

from pos_app import formats

LANGUAGES: Final = ("uk", "en", "pl")
PARTS: Final = (
    "",
    "floor_",
    "check_",
    "order_",
    "pay_",
    "room_",
    "shift_",
    "cash_",
    "club_",
    "refused_",
    "devices_",
    "attached_",
)
"""Modules of a language: what every screen says, and what one subject says for itself."""
Text = str | Mapping[str, str]


class Words:
    """The sentences of one language."""

    def __init__(self, language: str, texts: Mapping[str, Text]) -> None:
        self.language = language
        self._texts = texts

    @staticmethod
    @lru_cache(maxsize=8)
    def of(language: str) -> "Words":
        """The words of a language; English for one that is not there."""
        known = language if language in LANGUAGES else "en"
        modules = [import_module(f"pos_app.words.{part}{known}") for part in PARTS]
        return Words(known, {key: text for part in modules for key, text in part.TEXTS.items()})

    def say(self, key: str, **params: object) -> str:
        """The text of a key with its parameters. Raises KeyError for an unknown key."""
        text = self._texts[key]
        if not isinstance(text, str):
            number = params.get("n", 0)
            form = formats.plural(number if isinstance(number, int) else 0, self.language)
            text = text.get(form, text["other"])
        return text.format_map(_Lenient(params)) if "{" in text else text

    def listed(self, key: str) -> tuple[str, ...]:
        """A text that is a list, its parts divided by "|"."""
        return tuple(self.say(key).split("|"))

    def knows(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def refusal(self, code: str, params: Mapping[str, object]) -> str:
        """The sentence for a refusal or notice; for an unknown code, the code itself."""
        key = f"refused_{code}"
        return self.say(key, **params) if key in self._texts else f"{code} {dict(params)}"


class _Lenient(dict[str, object]):
    """A parameter that an older server left out shows as "…" rather than stopping the screen."""

    def __missing__(self, key: str) -> str:
        return "…"
