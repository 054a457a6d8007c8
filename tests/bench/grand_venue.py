"""The demo's venue made as large as houses come: three hundred dishes, a hall of sixty tables.

Written as the same files that a user edits, so what is measured is the real reading, the real
catalogue and the real screens. `bench_large` measures on it.
"""

import csv
import shutil
from pathlib import Path

from sync_server.demo.venue import DEMO_VENUE

DISHES, TABLES = 300, 60
CATEGORY, HALL = "mains", "grand"
_HALL = f"""
[[hall]]
id = "{HALL}"
name_uk = "Великий зал"
name_en = "Grand hall"
name_pl = "Wielka sala"
width = 255
height = 140
"""
_ACROSS, _CELL, _TABLE = 10, (25, 23), (21, 17)


def write(folder: Path) -> Path:
    """A copy of the demo's venue with more of everything; gives its folder."""
    venue = folder / "venue"
    shutil.copytree(DEMO_VENUE, venue)
    _more_dishes(venue)
    _more_tables(venue / "tables.csv")
    with (venue / "halls.toml").open("a", encoding="utf-8") as halls:
        halls.write(_HALL)
    return venue


def table(number: int) -> str:
    """The id of a table of the large hall, from 0."""
    return f"{HALL}-{number + 1}"


def _more_dishes(venue: Path) -> None:
    """Plain dishes again under other names, all of one category, with the same recipes."""
    items, recipes = _rows(venue / "items.csv"), _rows(venue / "recipes.csv")
    plain = [row for row in items if not row["groups"] and row["stations"] and row["unit"] == "g"]
    for number in range(DISHES - len(items)):
        known = plain[number % len(plain)]
        other = {"id": f"dish-{number}", "category": CATEGORY, "favourite": "", "barcode": ""}
        other |= {
            key: f"{name} № {number + 1}" for key, name in known.items() if key.startswith("name_")
        }
        items.append(known | other)
        needed = [row for row in recipes if row["kind"] == "item" and row["owner"] == known["id"]]
        recipes += [row | {"owner": other["id"]} for row in needed]
    _write(venue / "items.csv", items)
    _write(venue / "recipes.csv", recipes)


def _more_tables(path: Path) -> None:
    rows = _rows(path)
    for number in range(TABLES):
        row, column = divmod(number, _ACROSS)
        place = {"x": 3 + column * _CELL[0], "y": 2 + row * _CELL[1]}
        size = {"w": _TABLE[0], "h": _TABLE[1]}
        fixed = {"hall": HALL, "label": str(101 + number), "seats": 4, "shape": "square"}
        rows.append({key: str(value) for key, value in
                     ({"id": table(number)} | fixed | place | size).items()})  # fmt: skip
    _write(path, rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
