"""Card numbers stay out: what a person types is looked through before it is stored anywhere.

Rule: 13 to 19 figures, with blanks or dashes between them, whose check figure is right (ISO/IEC
7812-1, Luhn) are a card number, and no text may hold one (reliability S-27). The same decision is
taken at the terminal before the command is saved, so it reaches neither outbox nor journal. Codes
that a person does not choose (vouchers, the hotel's own references) are not looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

TYPED = frozenset({"note", "allergy", "name", "reason", "reference", "guest", "envelope"})
"""Fields that hold a person's own words."""
NESTED = frozenset({"lines", "parts"})
DIGITS_LEAST = 13

_FIGURES = re.compile(r"(?<!\d)\d(?:[ \u00a0-]?\d){12,18}(?!\d)")


def holds_card_number(text: str) -> bool:
    """Whether some figures of the text are a card's number."""
    if len(text) < DIGITS_LEAST:
        return False
    return any(
        _checks([int(sign) for sign in found.group() if sign.isdecimal()])
        for found in _FIGURES.finditer(text)
    )


def carries_card_number(command: object) -> bool:
    """Whether a person typed a card's number into a command."""
    own, nested = _fields_of(type(command))
    if not own and not nested:
        return False
    return any(len(text) >= DIGITS_LEAST and holds_card_number(text) for text in _texts(command))


def _checks(digits: list[int]) -> bool:
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


_KNOWN: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {}
"""By kind of command, as many as there are kinds: its own texts, and what lies within."""


def _fields_of(kind: type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = _KNOWN.get(kind)
    if known is None:
        names = [field.name for field in fields(kind)] if is_dataclass(kind) else []
        own = tuple(name for name in names if name in TYPED)
        known = _KNOWN[kind] = own, tuple(name for name in names if name in NESTED)
    return known


def _texts(command: object) -> Iterator[str]:
    own, nested = _fields_of(type(command))
    for name in own:
        text = getattr(command, name)
        if text and (name != "reference" or getattr(command, "tender", "") == "card"):
            yield text
    for name in nested:
        for each in getattr(command, name):
            if not isinstance(each, str):
                yield from _texts(each)
