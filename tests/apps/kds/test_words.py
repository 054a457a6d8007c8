"""The display's words: the same keys in every language, and figures as people write them."""

from string import Formatter

import pytest

from kds_app.words import LANGUAGES, Words, span


def fields(text: object) -> set[str]:
    """The parameters of a text in all its forms."""
    forms = [text] if isinstance(text, str) else list(text.values())  # type: ignore[attr-defined]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things_with_the_same_parameters(language: str) -> None:
    english, other = LANGUAGES["en"], LANGUAGES[language]
    assert other.keys() == english.keys()
    assert {k: fields(v) for k, v in other.items()} == {k: fields(v) for k, v in english.items()}


def test_guests_are_counted_as_each_language_does() -> None:
    said = {
        language: [Words(language, "UTC").say("guests", n=n) for n in (1, 2, 5, 22)]
        for language in LANGUAGES
    }
    assert said["en"] == ["1 guest", "2 guests", "5 guests", "22 guests"]
    assert said["uk"] == ["1 гість", "2 гості", "5 гостей", "22 гості"]
    assert said["pl"] == ["1 gość", "2 gości", "5 gości", "22 gości"]


def test_times_are_the_venues_and_spans_count_minutes() -> None:
    assert Words("uk", "Europe/Kyiv").time(1_795_282_920_000) == "19:42"
    assert [span(ms) for ms in (-5, 0, 62_999, 7_320_000)] == ["0:00", "0:00", "1:02", "122:00"]


def test_parts_of_a_unit_are_written_as_the_language_does() -> None:
    assert Words("uk", "UTC").quantity(350) == "0,35"
    assert Words("en", "UTC").quantity(1_500) == "1.5"
    assert Words("en", "UTC").quantity(2_000) == "2"
