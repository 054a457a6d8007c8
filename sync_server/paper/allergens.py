"""The fourteen allergens that a guest must be told of, by name in each language of the house.

Rule: a label and the back office call them the same. What a house adds in its own words stays as
it was written. Neighbours: `stock` sets them on labels; the back office chooses them on a card.
"""

from collections.abc import Mapping

from .words import LANGUAGES

ALLERGENS: Mapping[str, tuple[str, str, str]] = {
    "gluten": ("Глютен", "Gluten", "Gluten"),
    "crustaceans": ("Ракоподібні", "Crustaceans", "Skorupiaki"),
    "eggs": ("Яйця", "Eggs", "Jaja"),
    "fish": ("Риба", "Fish", "Ryby"),
    "peanuts": ("Арахіс", "Peanuts", "Orzeszki ziemne"),
    "soy": ("Соя", "Soy", "Soja"),
    "milk": ("Молоко", "Milk", "Mleko"),
    "nuts": ("Горіхи", "Nuts", "Orzechy"),
    "celery": ("Селера", "Celery", "Seler"),
    "mustard": ("Гірчиця", "Mustard", "Gorczyca"),
    "sesame": ("Кунжут", "Sesame", "Sezam"),
    "sulphites": ("Сульфіти", "Sulphites", "Siarczyny"),
    "lupin": ("Люпин", "Lupin", "Łubin"),
    "molluscs": ("Молюски", "Molluscs", "Mięczaki"),
}
"""In the order of `words.LANGUAGES`."""


def named(text: str, language: str) -> str:
    """A list of allergens, separated by commas, in words of a language."""
    place = LANGUAGES.index(language)
    each = (part.strip() for part in text.split(","))
    return ", ".join(ALLERGENS[x][place].lower() if x in ALLERGENS else x for x in each)
