"""Words: every language says everything, and says amounts and days as people there write them."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from pos_app import formats
from pos_app.words import LANGUAGES, PARTS, Words
from sync_server.bootstrap import DISK
from sync_server.domain.rejections import CODES
from sync_server.domain.staff import RIGHTS
from sync_server.parts import PARTS as SERVER_PARTS, Weight

PRESENTERS = Path(__file__).parents[2] / "pos_app" / "presenters"


def texts(language: str) -> dict[str, object]:
    return dict(Words.of(language)._texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_and_every_right_has_a_sentence(language: str) -> None:
    words = Words.of(language)
    assert [code for code in CODES if not words.knows(f"refused_{code}")] == []
    assert [right for right in RIGHTS if not words.knows(f"right_{right}")] == []
    goes_on_without = [
        name for name, part in SERVER_PARTS.items() if part.weight is not Weight.HEART
    ]
    told = [*goes_on_without, DISK]
    assert [part for part in told if not words.knows(f"part_{part}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_keys_and_the_same_parameters(language: str) -> None:
    def names(value: object) -> set[str]:
        joined = value if isinstance(value, str) else " ".join(dict(value).values())  # type: ignore[call-overload]
        return set(re.findall(r"{(\w+)}", joined))

    english, other = texts("en"), texts(language)
    assert english.keys() == other.keys()
    assert [key for key in english if names(english[key]) != names(other[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_subject_takes_a_word_from_another(language: str) -> None:
    keys = [key for part in PARTS for key in import_module(f"pos_app.words.{part}{language}").TEXTS]
    assert sorted(keys) == sorted(set(keys))


def test_every_key_that_a_presenter_names_is_there() -> None:
    source = "\n".join(path.read_text() for path in PRESENTERS.glob("*.py"))
    named = set(re.findall(r'\bsay\(\s*"([a-z_]+)"', source))
    assert len(named) > 100
    assert named - texts("en").keys() == set()


def test_ukrainian_counts_as_ukrainians_do() -> None:
    words = Words.of("uk")
    said = [words.say("guests", n=n) for n in (1, 2, 5, 11, 21, 22)]
    assert said == ["1 гість", "2 гості", "5 гостей", "11 гостей", "21 гість", "22 гості"]


def test_amounts_are_exact_and_written_as_in_the_country() -> None:
    assert formats.money(267425, "UAH", "uk") == "2\u00a0674,25\u00a0₴"
    assert formats.money(-5, "PLN", "pl") == "–0,05\u00a0zł"
    assert formats.money(123456789, "EUR", "en") == "€1,234,567.89"
    assert formats.short(28500, "UAH", "uk") == "285"
    assert formats.short(28550, "UAH", "uk") == "285,50"
    assert formats.quantity(350, "uk") == "0,350"


def test_days_and_times_are_those_of_the_venue() -> None:
    at = 1_795_282_920_000
    assert formats.clock(at, "Europe/Kyiv") == "19:42"
    assert formats.long_day(at, "Europe/Kyiv", "uk") == "субота, 21 листопада"
    assert formats.iso_day(at, "Pacific/Auckland") == "2026-11-22"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conflict_says_who_when_and_what_now(language: str) -> None:
    told = {
        "table_shared": ("table", "number", "by", "at_ms"),
        "continued": ("number", "at_ms", "count", "new_number"),
        "item_stopped": ("item", "left_milli", "by", "at_ms"),
        "line_changed": ("by", "at_ms"),
        "line_voided": ("by", "at_ms"),
        "check_closed": ("number", "by", "at_ms"),
        "check_moved": ("number", "by", "at_ms"),
        "discount_set": ("name", "by"),
        "fired_already": ("count", "by", "at_ms"),
        "price_differs": ("at_ms",),
        "paid_twice": ("number", "at_ms", "amount_minor"),
        "charge_unknown": ("room", "amount_minor"),
    }
    for code, params in told.items():
        said = Words.of(language).refusal(code, {name: f"<{name}>" for name in params})
        assert all(f"<{name}>" in said for name in params), said
        assert "…" not in said, said
        assert re.search(r"[:;,.] \w", said), f"what now? {said}"
