"""The pages' words and figures by language, without a browser."""

import io
import string
from datetime import date
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from sync_server.back_office.names import alphabetical
from sync_server.back_office.web.formats import Formats
from sync_server.back_office.web.grid import Cells, Grid, Head, Kind, Row, RowKind
from sync_server.back_office.web.report_files import csv_of
from sync_server.back_office.web.spreadsheet import workbook
from sync_server.back_office.web.words import LANGUAGES, Words
from sync_server.domain.menu_fields import CHOICE_FIELDS, KINDS
from sync_server.domain.rejections import refuse
from sync_server.domain.staff import RIGHTS

KYIV = ZoneInfo("Europe/Kyiv")


def test_every_language_has_every_word_with_the_same_places_to_fill() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english = LANGUAGES["en"]
    for language in LANGUAGES.values():
        assert language.keys() == english.keys()
        for key, text in language.items():
            assert text
            assert places(text) == places(english[key])


def test_figures_are_written_as_the_language_does() -> None:
    english, ukrainian = Formats("en", KYIV), Formats("uk", KYIV)
    assert english.money(-123_450) == "−1,234.50"
    assert ukrainian.money(123_450) == "1\u00a0234,50"
    assert ukrainian.quantity(Decimal("0.0004"), "kg") == "0,000"
    assert english.quantity(Decimal(12), "pcs") == "12"
    assert english.money(Fraction(11_437, 10)) == "11.44"
    assert ukrainian.percent(2_967) == "29,7"
    assert english.percent(None) == ""
    assert ukrainian.period("2026-11-01", "2026-11-21") == "1–21 лист. 2026"


def test_times_are_shown_on_the_venues_clock() -> None:
    assert Formats("en", KYIV).time(1_795_255_200_000) == "21 Nov 12:00"


def test_ukrainian_and_polish_names_stand_where_the_alphabet_has_them() -> None:
    names = ["Яблука", "Їжачок", "Індик", "Ґрунт", "Гарбуз", "Картопля", "Єжевика", "Еклер"]
    polish = ["Żurek", "Łosoś", "Mak", "Zupa", "Ćwikła", "Lin", "Cukier", "Źródlana"]
    assert sorted(polish, key=alphabetical) == [
        "Cukier", "Ćwikła", "Lin", "Łosoś", "Mak", "Zupa", "Źródlana", "Żurek",
    ]  # fmt: skip
    assert sorted(names, key=alphabetical) == [
        "Гарбуз", "Ґрунт", "Еклер", "Єжевика", "Індик", "Їжачок", "Картопля", "Яблука",
    ]  # fmt: skip


def test_a_reason_without_words_shows_its_code() -> None:
    refused = refuse("no_store", station="hot")
    assert "hot" in Words("en").problem(refused.code, refused.params)
    assert Words("en").problem("new_code", {"a": 1}).startswith("new_code")


def test_every_right_and_every_field_of_the_menu_has_its_word() -> None:
    english = LANGUAGES["en"]
    assert {f"right_{right}" for right in RIGHTS} <= english.keys()
    fields = {name for kind in KINDS.values() for name in kind.fields} | set(CHOICE_FIELDS)
    assert {f"menu_{name}" for name in fields} <= english.keys()


def test_a_day_is_words_on_the_screen_and_a_date_in_files() -> None:
    cell = Cells(Formats("uk", KYIV)).day(date(2026, 11, 21))
    grid = Grid("Sales", "", (Head("day", Kind.TEXT),), (Row(RowKind.LINE, "2026-11-21", (cell,)),))
    sheet = load_workbook(io.BytesIO(workbook(grid))).active
    assert sheet is not None
    assert cell.text == "21 лист. 2026"
    assert (str(sheet["A4"].value)[:10], sheet["A4"].is_date) == ("2026-11-21", True)
    assert csv_of(grid).decode("utf-8-sig").splitlines()[1] == "2026-11-21"
