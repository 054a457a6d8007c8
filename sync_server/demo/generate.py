"""Writes the two files that nobody wants to make up by hand: opening stock and hotel guests.

    python -m sync_server.demo.generate

Rule: from one seed and the other files the same bytes come out every time, so a change shows in
a diff; a test holds the written files to that. The written files are what the venue loads.
Guests that the pictures and the evening's script name are fixed in `NAMED_GUESTS`.
"""

import csv
import io
import random
from decimal import Decimal
from pathlib import Path

from sync_server.domain.money import divide_half_up

from .front_files import read_house, read_people
from .reading import Faults
from .stock_files import read_hotel, read_stock
from .venue import DEMO_VENUE
from .venue_types import Ingredient, Room

SEED = 20_261_121

STAY_COLUMNS = (
    *("id", "room", "surname", "name", "arrival", "departure", "credit_limit", "charged"),
    *("no_post", "plan", "level", "language", "country", "key_card"),
)
STOCK_COLUMNS = ("store", "ingredient", "qty", "value")

NAMED_GUESTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "304": (
        (
            *("Kowalski", "Anna", "-2", "2", "10000.00", "5850.00"),
            *("no", "half", "Gold", "pl", "PL"),
        ),
        ("Kowalski", "Piotr", "-2", "2", "", "0.00", "yes", "none", "", "pl", "PL"),
    ),
    "212": (("Melnyk", "Oksana", "-1", "3", "6000.00", "1280.00", "no", "half", "", "uk", "UA"),),
    "208": (
        (
            "Ivanova",
            "Daryna",
            "-3",
            "1",
            "5000.00",
            "4760.00",
            "no",
            "breakfast",
            "Silver",
            "uk",
            "UA",
        ),
    ),
    "401": (("Lindqvist", "Erik", "0", "5", "20000.00", "0.00", "no", "full", "Gold", "en", "SE"),),
}
"""Surname, name, arrival, departure, limit, charged, no post, plan, level, language, country."""

COUNTRIES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        *("uk", "UA"),
        ("Shevchuk", "Bondar", "Tkach", "Hnatiuk", "Kravets", "Moroz", "Savchuk", "Koval"),
        *(("Iryna", "Sofiia", "Kateryna"), ("Oleh", "Maksym", "Yurii")),
    ),
    (
        *("pl", "PL", ("Nowak", "Wrona", "Mazur", "Wilk", "Sikora")),
        *(("Maria", "Ewa", "Zofia"), ("Marek", "Paweł", "Tomasz")),
    ),
    (
        *("en", "DE", ("Weber", "Schulz", "Brandt", "Vogel", "Krause")),
        *(("Anke", "Jana", "Lena"), ("Jonas", "Lukas", "Martin")),
    ),
    (
        *("en", "GB", ("Harris", "Bennett", "Clarke", "Foster")),
        *(("Emma", "Grace", "Lucy"), ("George", "Henry", "Simon")),
    ),
    (
        *("en", "RO", ("Popescu", "Ionescu", "Dumitru")),
        *(("Elena", "Ioana", "Raluca"), ("Andrei", "Mihai", "Radu")),
    ),
)
"""Language, country, surnames (each used once), first names of women and of men."""

PLANS = ("none", "none", "breakfast", "breakfast", "breakfast", "half", "half", "full")
LIMITS = (0, 3_000, 5_000, 5_000, 8_000, 10_000, 15_000)


def _pick(rng: random.Random, count: int) -> int:
    """A number below `count`; made of `random()` alone, whose sequence Python keeps for ever."""
    return int(rng.random() * count)


def _csv(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def stays_text(rooms: list[Room], seed: int = SEED) -> str:
    """stays.csv: guests for every occupied room."""
    rng = random.Random(seed)  # noqa: S311 (made-up guests and stock, no secrets)
    rows: list[tuple[str, ...]] = []
    used: set[str] = set()
    for room in rooms:
        if room.state != "occupied":
            continue
        guests = NAMED_GUESTS.get(room.room_no) or _guests(rng, room, used)
        for index, guest in enumerate(guests, start=1):
            card = f"K{room.room_no}{index}{_pick(rng, 9_000) + 1_000}"
            rows.append((f"stay-{room.room_no}-{index}", room.room_no, *guest, card))
    return _csv(STAY_COLUMNS, rows)


def _guests(rng: random.Random, room: Room, used: set[str]) -> list[tuple[str, ...]]:
    """One or two guests of a room: the second shares the dates and may charge nothing."""
    free = [
        (country, surname) for country in COUNTRIES for surname in country[2] if surname not in used
    ]
    (language, code, _, women, men), surname = free[_pick(rng, len(free))]
    used.add(surname)
    names = (women, men) if rng.random() < 0.5 else (men, women)
    arrival, departure = -_pick(rng, 6), _pick(rng, 6)
    if arrival == 0 and departure == 0:
        departure = 1
    limit = LIMITS[_pick(rng, len(LIMITS))]
    charged = _pick(rng, limit * 60) if limit and arrival else 0
    count = 1 + (room.places > 1 and rng.random() < 0.35)
    guests: list[tuple[str, ...]] = []
    for index in range(count):
        first = index == 0
        name = names[index][_pick(rng, len(names[index]))]
        guests.append(
            (
                *(surname, name, str(arrival), str(departure)),
                f"{limit}.00" if first and limit else "",
                _hryvnias(charged if first else 0),
                "no" if first else "yes",
                PLANS[_pick(rng, len(PLANS))] if first else "none",
                ("Gold", "Silver", "", "", "")[_pick(rng, 5)] if first else "",
                *(language, code),
            )
        )
    return guests


def _hryvnias(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def opening_text(ingredients: list[Ingredient], seed: int = SEED) -> str:
    """opening_stock.csv: about `par` in the store of use, and a reserve of what keeps long."""
    rng = random.Random(seed)  # noqa: S311 (made-up guests and stock, no secrets)
    rows: list[tuple[str, ...]] = []
    for one in ingredients:
        rows.append(_stock_row(rng, one, one.store_id, 70, 110))
        if one.shelf_days >= 180:
            rows.append(_stock_row(rng, one, "main", 120, 240))
    rows.sort(key=lambda row: ("main", "kitchen", "bar").index(row[0]))
    return _csv(STOCK_COLUMNS, rows)


def _stock_row(
    rng: random.Random, one: Ingredient, store_id: str, low: int, high: int
) -> tuple[str, ...]:
    """So much percent of `par`, bought a little dearer or cheaper than now, worth so much."""
    step = Decimal(1) if one.unit == "pcs" else Decimal("0.1")
    percent = low + _pick(rng, high - low + 1)
    qty = max((one.par * percent / 100 / step).to_integral_value() * step, step)
    price_minor = divide_half_up(one.price_minor * (970 + _pick(rng, 51)), 1_000)
    numerator, denominator = (qty * price_minor).as_integer_ratio()
    return (
        store_id,
        one.ingredient_id,
        str(qty),
        _hryvnias(divide_half_up(numerator, denominator)),
    )


def generate(folder: Path) -> dict[str, str]:
    """The texts of the generated files by name, from the other files of the folder.

    What is wrong with those files is not looked at here; `venue.load_venue` tells it.
    """
    unheard = Faults()
    stock = read_stock(folder, read_people(folder, read_house(folder, unheard), unheard), unheard)
    return {
        "stays.csv": stays_text(read_hotel(folder, unheard).rooms),
        "opening_stock.csv": opening_text(stock.ingredients),
    }


def main(folder: Path = DEMO_VENUE) -> None:
    """Write the generated files into the folder."""
    for name, text in generate(folder).items():
        (folder / name).write_bytes(text.encode())


if __name__ == "__main__":
    main()
