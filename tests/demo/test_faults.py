"""A slip in a file is answered with file, line, field and a sentence, all slips at once."""

import shutil
from pathlib import Path

import pytest

from sync_server.demo.reading import MAX_BYTES, MAX_FAULTS
from sync_server.demo.venue import DEMO_VENUE, VenueFaults, load_venue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO_VENUE, tmp_path / "venue"))


def swap(folder: Path, file: str, old: str, new: str) -> None:
    """Replace one text of a file; the text must be there, or the test proves nothing."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, old
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def told(folder: Path) -> list[str]:
    with pytest.raises(VenueFaults) as caught:
        load_venue(folder)
    return [str(fault) for fault in caught.value.faults]


SLIPS = [
    ("items.csv", ",890.00,", ",eight,", 'items.csv, line 27, price: "eight" is not a sum'),
    ("items.csv", "ribeye,mains", "ribeye,meals", 'category: there is no category "meals"'),
    ("items.csv", "ribeye,mains", "trout,mains", 'the id "trout" is taken on line 26 already'),
    ("items.csv", "ribeye,mains", "Rib Eye,mains", '"Rib Eye" is not an id'),
    ("items.csv", "vat20,grill,2,1200", "vat20,roof,2,1200", 'there is no station "roof"'),
    ("items.csv", "Ribeye 300 g", "", "name_en: is empty and must not be"),
    ("items.csv", "Ribeye 300 g", "Trout, grilled", "has 21 fields, the first line has 20"),
    ("items.csv", "4820000100014", "4820000100015", "barcode: 4820000100015 has a wrong check"),
    ("items.csv", "crustaceans|", "", "crustaceans is missing, it comes with shrimps"),
    ("items.csv", "kitchen_uk", "kitchen_ru", "line 1, kitchen_uk: the column is missing"),
    ("modifiers.csv", "rare,doneness", "rare,dones", 'no modifier group "dones"'),
    ("modifiers.csv", "no-garlic,borscht-serving", "no-garlic,sauce", 'takes away "garlic"'),
    ("recipes.csv", "item,borscht,beet,80,g", "item,borscht,beet,80,ml", "ml does not fit"),
    ("recipes.csv", "item,borscht,beet,80,g", "item,borscht,beet,-80,g", "is below zero; only"),
    ("recipes.csv", "item,borscht,beet,80,g", "item,borscht,beat,80,g", 'good "beat"'),
    ("recipes.csv", "item,espresso,", "item,americano,", "is on line"),
    (
        "recipes.csv",
        "semi,mayonnaise,mustard,40",
        "semi,mayonnaise,caesar-dressing,40",
        "the recipe goes in a circle: mayonnaise → caesar-dressing → mayonnaise",
    ),
    ("ingredients.csv", ",800.00,6,", ",800.00,96,", "cold_loss: 96 is not between 0 and 95"),
    ("ingredients.csv", ",karpaty,", ",nobody,", 'there is no supplier "nobody"'),
    ("losses.csv", "potato,2,", "potato,1,", "month 1 of potato stands on an earlier line"),
    ("losses.csv", "potato,2,", "potato,13,", "13 is not between 1 and 12"),
    ("tables.csv", "t2,main,2,4,square,45,", "t2,main,2,4,square,20,", "the table lies on table 1"),
    ("tables.csv", "square,123,91", "square,250,91", "reaches outside the hall 255 by 140"),
    ("staff.csv", ",4071,", ",1111,", "pin: is too easy to guess"),
    ("staff.csv", ",640918,", ",6409,", "has 4 digits, the role needs 6"),
    ("staff.csv", "Kruhlyi-Stil-27", "short", "is shorter than 12 characters"),
    ("stays.csv", "stay-304-2,304", "stay-304-2,999", 'there is no room "999"'),
    ("rooms.csv", "202,standard,2,2,2600.00,free", "202,standard,2,2,2600.00,occupied", "room 202"),
    ("opening_stock.csv", "main,cherry,", "cellar,cherry,", 'there is no store "cellar"'),
    ("venue.toml", '"Europe/Kyiv"', '"Europe/Vitrylo"', "zone:"),
    ("venue.toml", 'currency = "UAH"', 'currency = "XYZ"', '"XYZ" is not a currency code like UAH'),
    ("venue.toml", 'currency = "UAH"', 'currency = "JPY"', '"JPY" counts 0 places after'),
    ("venue.toml", 'code = "EUR"', 'code = "DEM"', '"DEM" is not a currency code like EUR'),
    ("venue.toml", 'percent = "20"', "percent = 20.5", 'write the number as text: "20.5"'),
    ("venue.toml", "[business]", "[business", "is not TOML"),
    ("venue.toml", 'receipt_printer = "cashier"', 'receipt_printer = "desk"', 'no printer "desk"'),
    ("venue.toml", '"5", "10", "15"', '"5", "10 %"', "tip_percents: is more than 3 whole"),
    ("venue.toml", "{amount}&cur", "{sum}&cur", 'pay_link: "{sum}" is none of amount, minor'),
    ("kitchen.toml", 'fallback = "kitchen-cold"', 'fallback = "kitchen-hot"', "cannot stand in"),
    ("roles.toml", '"void_sent"', '"void_everything"', 'there is no right "void_everything"'),
    ("menu.toml", "min = 1\nmax = 1", "min = 3\nmax = 1", "min: is more than max, 1"),
    ("hotel.toml", 'dinner = "600"', 'supper = "600"', "supper: the key is unknown"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), SLIPS)
def test_a_slip_is_told_in_words(folder: Path, file: str, old: str, new: str, words: str) -> None:
    swap(folder, file, old, new)
    assert any(words in line for line in told(folder)), told(folder)


def test_all_slips_are_told_at_once(folder: Path) -> None:
    swap(folder, "items.csv", ",890.00,", ",-890.00,")
    swap(folder, "staff.csv", ",4071,", ",40A1,")
    swap(folder, "recipes.csv", "item,borscht,beet,80,g", "item,borscht,beet,0,g")
    files = [line.split(",")[0] for line in told(folder)]
    assert {"items.csv", "staff.csv", "recipes.csv"} <= set(files)


def test_a_table_of_toml_is_told_by_its_own_line(folder: Path) -> None:
    swap(folder, "menu.toml", 'colour = "#C77B3B"', 'colour = "orange"')
    text = (folder / "menu.toml").read_text(encoding="utf-8").splitlines()
    line = text.index('colour = "orange"') + 1
    assert f'menu.toml, line {line}, colour: "orange" is not a colour like #FF9F43' in told(folder)


def test_an_item_without_a_recipe_is_told(folder: Path) -> None:
    path = folder / "recipes.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith("item,duck,")), encoding="utf-8")
    assert any('no recipe for the item "duck"' in line for line in told(folder))


def test_a_missing_a_huge_and_a_foreign_file_are_told(folder: Path) -> None:
    (folder / "rooms.csv").unlink()
    (folder / "suppliers.csv").write_bytes(b"x" * (MAX_BYTES + 1))
    (folder / "losses.csv").write_bytes("ingredient,month,cold_loss\nкартопля".encode("cp1251"))
    lines = told(folder)
    assert "rooms.csv: the file is missing" in lines
    assert f"suppliers.csv: is larger than {MAX_BYTES} bytes" in lines
    assert "losses.csv, line 2: is not UTF-8 text; save the file as UTF-8" in lines


def test_an_empty_folder_is_told_without_end_or_crash(tmp_path: Path) -> None:
    lines = told(tmp_path)
    assert "items.csv: the file is missing" in lines
    assert len(lines) <= MAX_FAULTS
