"""The columns of tables that people send: what each is called, in every language and by habit.

A column is found by its own key, by its name in any language of the back office, or by another
name that tables bear in life. Neighbours: `importing` reads the rows, `web.import_templates` makes
empty tables with these heads.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Subject(StrEnum):
    """What a table is about."""

    GOODS = "goods"
    RECIPES = "recipes"
    OPENING = "opening"
    PRICES = "prices"


COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "id": ("code", "код", "kod"),
    "name_uk": ("name, ukrainian", "назва", "nazwa po ukraińsku"),
    "name_en": ("name", "назва англійською", "nazwa po angielsku"),
    "name_pl": ("name, polish", "назва польською", "nazwa"),
    "group": ("group", "група", "grupa"),
    "unit": ("unit", "од.", "jm."),
    "supplier": ("supplier", "постачальник", "dostawca"),
    "par": ("least stock", "мін. залишок", "minimum"),
    "barcode": ("barcode", "штрихкод", "kod kreskowy"),
    "allergens": ("allergens", "алергени", "alergeny"),
    "tax": ("tax, %", "пдв, %", "vat, %"),
    "shelf_days": ("keeps, days", "зберігається, днів", "trwałość, dni"),
    "energy": ("kcal", "ккал", "kalorie"),
    "protein": ("protein", "білки", "białko"),
    "fat": ("fat", "жири", "tłuszcz"),
    "carbohydrate": ("carbohydrate", "вуглеводи", "węglowodany"),
    "kind": ("kind", "вид", "rodzaj"),
    "owner": ("dish", "страва", "danie"),
    "component": ("ingredient", "продукт", "składnik"),
    "qty": ("quantity", "кількість", "ilość"),
    "cold_loss": ("cold loss, %", "холодні втрати, %", "ubytek zimny, %"),
    "hot_loss": ("hot loss, %", "теплові втрати, %", "ubytek cieplny, %"),
    "output": ("makes", "вихід", "wychodzi"),
    "in_yield": ("in the yield", "у виході", "w wydajności"),
    "technology_uk": ("method, ukrainian", "технологія", "sposób po ukraińsku"),
    "technology_en": ("method", "технологія англійською", "sposób po angielsku"),
    "technology_pl": ("method, polish", "технологія польською", "sposób"),
    "store": ("store", "склад", "magazyn"),
    "good": ("good", "товар", "towar"),
    "dish": ("dish", "страва", "danie"),
    "price": ("price", "ціна", "cena"),
    "rule": ("rule", "правило", "reguła"),
    "value": ("sum", "сума", "suma"),
}
"""By key: the head in English, Ukrainian and Polish, as a template bears it."""
HABITS: Mapping[str, tuple[str, ...]] = {
    "name_uk": ("назва укр",),
    "name_en": ("назва англ",),
    "name_pl": ("назва пол",),
    "unit": ("од", "одиниця", "jm"),
    "energy": ("energy", "kcal"),
    "qty": ("брутто", "gross", "qty"),
    "good": ("ingredient", "продукт"),
    "dish": ("item", "id", "код", "kod"),
    "value": ("wartość", "value"),
}
"""Other names that tables bear."""
NAMES: Mapping[str, tuple[str, ...]] = {
    key: (key, *heads, *HABITS.get(key, ())) for key, heads in COLUMNS.items()
}
KINDS: Mapping[str, str] = {
    "dish": "item", "страва": "item", "danie": "item",
    "prepared": "semi", "напівфабрикат": "semi", "півфабрикат": "semi", "półprodukt": "semi",
    "choice": "modifier", "модифікатор": "modifier", "modyfikator": "modifier",
}  # fmt: skip
"""What a card may be of, as people write it."""
UNITS: Mapping[str, str] = {
    "кг": "kg", "г": "g", "л": "l", "мл": "ml", "шт": "pcs", "szt": "pcs",
}  # fmt: skip
FIGURES: Mapping[str, tuple[str, int]] = {
    "tax": ("tax_bp", 100),
    "shelf_days": ("shelf_days", 1),
    "energy": ("energy_milli", 1000),
    "protein": ("protein_milli", 1000),
    "fat": ("fat_milli", 1000),
    "carbohydrate": ("carbohydrate_milli", 1000),
}
"""Figures of a good: where each is kept, and in how many parts of what is typed."""
NAME_COLUMNS = ("name_uk", "name_en", "name_pl")
"""A good has a name in one of them; what is missing is taken from the others."""
TECHNOLOGY_COLUMNS = ("technology_uk", "technology_en", "technology_pl")
"""How a card is made; said in one of its rows, or the same in several."""
YES: Mapping[str, bool] = {
    "yes": True, "так": True, "tak": True, "true": True,
    "no": False, "ні": False, "nie": False, "false": False,
}  # fmt: skip
NEEDED: Mapping[Subject, tuple[str, ...]] = {
    Subject.GOODS: ("id", "unit", "group"),
    Subject.RECIPES: ("kind", "owner", "component", "qty", "unit"),
    Subject.OPENING: ("store", "good", "qty", "value"),
    Subject.PRICES: ("dish", "price"),
}
OPTIONAL: Mapping[Subject, tuple[str, ...]] = {
    Subject.GOODS: (*NAME_COLUMNS, "supplier", "par", "barcode", "allergens", *FIGURES),
    Subject.RECIPES: ("cold_loss", "hot_loss", "output", "in_yield", *TECHNOLOGY_COLUMNS),
    Subject.OPENING: (),
    Subject.PRICES: ("rule",),
}


def asked_in(subject: Subject, language: str) -> tuple[Sequence[str], Sequence[str]]:
    """The columns that a table in a reader's language must have, and those it may have: of the
    names the one in that language stands among the first."""
    needed, besides = list(NEEDED[subject]), list(OPTIONAL[subject])
    own = f"name_{language}"
    if own in besides:
        besides.remove(own)
        needed.insert(1, own)
    return needed, besides
