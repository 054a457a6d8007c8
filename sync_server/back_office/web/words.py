"""The words of the pages by language, and how a page asks for them.

Every language has every key, which a test checks. Amounts and dates are made in `formats`.
"""

from collections.abc import Mapping

from .device_words import DEVICE_WORDS
from .guest_words import GUEST_WORDS
from .import_words import IMPORT_WORDS
from .menu_words import MENU_WORDS
from .report_words import REPORT_WORDS
from .sheet_words import SHEET_WORDS
from .tap_words import TAP_WORDS
from .words_en import ENGLISH
from .words_pl import POLISH
from .words_uk import UKRAINIAN

_PAGES = {"en": ENGLISH, "uk": UKRAINIAN, "pl": POLISH}
LANGUAGES: Mapping[str, Mapping[str, str]] = {
    language: {
        **REPORT_WORDS[language],
        **MENU_WORDS[language],
        **SHEET_WORDS[language],
        **IMPORT_WORDS[language],
        **DEVICE_WORDS[language],
        **TAP_WORDS[language],
        **GUEST_WORDS[language],
        **words,
    }
    for language, words in _PAGES.items()
}
LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "uk": "Українська", "pl": "Polski"}
FIRST_LANGUAGE = "uk"


class Words:
    """The words of one language: `words.turnover` or `words("points_to", points="1")`."""

    def __init__(self, language: str) -> None:
        """An unknown language reads as the house's first."""
        self.language = language if language in LANGUAGES else FIRST_LANGUAGE
        self._texts = LANGUAGES[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with values put in. An unknown key is our own fault."""
        return self._texts[key].format(**values)

    def __getattr__(self, key: str) -> str:
        try:
            return self._texts[key]
        except KeyError:
            raise AttributeError(key) from None

    def get(self, key: str, otherwise: str) -> str:
        """The text of a key that comes from data, or a text to show instead."""
        return self._texts.get(key, otherwise)

    def role(self, role_id: str) -> str:
        """The name of a role; a house's own role shows itself."""
        return self._texts.get(f"role_{role_id}", role_id)

    def fault(self, code: str, params: Mapping[str, object]) -> str:
        """What is wrong with something typed; a state named in it is said in words."""
        told = dict(params)
        if "state" in told:
            told["state"] = self._texts.get(f"state_{told['state']}", told["state"])
        return self._texts[f"fault_{code}"].format_map(_Lenient(told))

    def problem(self, code: str, params: Mapping[str, object]) -> str:
        """Why a sale was not consumed; a code without words shows itself."""
        text = self._texts.get(f"problem_{code}")
        if text is None:
            return f"{code} {dict(params)}"
        return text.format_map(_Lenient(params))


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
