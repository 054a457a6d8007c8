"""Ids made of names, so that nobody has to invent one: Latin letters, figures and hyphens.

Ukrainian letters go by the country's own table of 2010. Used where pages make new things.
"""

from collections.abc import Container

LENGTH = 40
_LATIN = (
    ("а", "a"), ("б", "b"), ("в", "v"), ("г", "h"), ("ґ", "g"), ("д", "d"), ("е", "e"),
    ("є", "ie"), ("ж", "zh"), ("з", "z"), ("и", "y"), ("і", "i"), ("ї", "i"), ("й", "i"),
    ("к", "k"), ("л", "l"), ("м", "m"), ("н", "n"), ("о", "o"), ("п", "p"), ("р", "r"),
    ("с", "s"), ("т", "t"), ("у", "u"), ("ф", "f"), ("х", "kh"), ("ц", "ts"), ("ч", "ch"),
    ("ш", "sh"), ("щ", "shch"), ("ю", "iu"), ("я", "ia"), ("ą", "a"), ("ć", "c"), ("ę", "e"),
    ("ł", "l"), ("ń", "n"), ("ó", "o"), ("ś", "s"), ("ź", "z"), ("ż", "z"),
)  # fmt: skip
_LETTERS = dict(_LATIN)
_SILENT = "ьъ'’"


def free_key(name: str, otherwise: str, taken: Container[str]) -> str:
    """An id out of a name, with a figure behind it when there is one already."""
    letters = (_LETTERS.get(sign, sign) for sign in name.casefold())
    plain = "".join(
        sign if sign.isascii() and sign.isalnum() else "" if sign in _SILENT else "-"
        for sign in "".join(letters)
    )
    base = "-".join(part for part in plain.split("-") if part)[:LENGTH] or otherwise
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key
