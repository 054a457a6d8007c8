"""Reports in a real Chromium: every page opens, a figure opens to its tap, files say the same."""

import csv
import io
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from sync_server.back_office.reports.catalogue import REPORTS
from sync_server.back_office.web.report_files import plain
from sync_server.back_office.web.report_grid import path_of

from .conftest import look_until, press, sign_in

PERIOD = "from=2026-11-01&to=2026-11-15"
LISTED = [report for report in REPORTS if report.listed]


def test_people_are_called_as_in_the_menu_that_is_in_force(page: Page) -> None:
    sign_in(page)
    page.goto(f"{path_of('hours')}?{PERIOD}")
    # The names are taken in as soon as the office runs.
    look_until(lambda: "Olena" in page.locator(".grid").first.inner_text(), page.reload)


def test_every_report_opens_in_every_language(page: Page) -> None:
    sign_in(page)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    for report in LISTED:
        answer = page.goto(f"{path_of(report.key)}?{PERIOD}")
        assert answer is not None
        assert answer.status == 200, report.key
        expect(page.locator("nav a.here"), report.key).to_have_count(1)
        if report.key not in {"tenders", "taxes", "shifts", "speed"}:
            expect(page.locator(".grid tr.line").first, report.key).to_be_attached()
    for language in ("uk", "pl"):
        press(page, f"button[value={language}]")
        page.goto(f"{path_of('tie_out')}?{PERIOD}")
        assert page.locator("h1").inner_text() in {"Звірка", "Uzgodnienie"}
    press(page, "button[value=en]")
    assert problems == []


def test_a_figure_opens_its_lines_and_a_line_opens_the_tap(page: Page) -> None:
    sign_in(page)
    page.goto(f"{path_of('sales')}?{PERIOD}&by=item")
    press(page, "tr[data-key=saperavi] td.money a >> nth=1")
    assert page.locator("h1").inner_text() == "What it is made of"
    press(page, page.locator("tr.line a").first)
    assert "Check closed" in page.locator("h1").inner_text()
    text = page.locator(".tap").first.inner_text()
    assert "till-1" in text
    assert "changed by nobody since" in text
    said = page.locator(".tap").nth(1).inner_text()
    assert "Saperavi" in said
    assert "_" not in said, "a name of the program"
    assert "Shift\tOlena, from 21 Nov" in said


def test_a_sale_from_the_shelf_opens_its_tap_and_a_card_adds_up(page: Page) -> None:
    sign_in(page)
    page.goto(f"{path_of('on_hand')}?{PERIOD}")
    held = page.locator("tr[data-key='bar/saperavi'] td").all_inner_texts()
    press(page, "tr[data-key='bar/saperavi'] a >> nth=0")
    last = page.locator("tr.line").last.locator("td").all_inner_texts()
    assert (last[-2], last[-1]) == (held[2], held[4])
    press(page, "tr.line:has-text('Sale') a >> nth=0")
    assert "Lines fired" in page.locator("h1").inner_text()


def test_a_card_opens_its_history_and_a_visit_its_check(page: Page) -> None:
    sign_in(page)
    page.goto(f"{path_of('club')}?{PERIOD}")
    cells = page.locator("tr[data-key='2900000000420'] td").all_inner_texts()
    assert (cells[0], cells[1], cells[-1]) == ("2900000000420", "=Ann", "7.00")
    press(page, "tr[data-key='2900000000420'] a >> nth=0")
    assert page.locator("h1").inner_text() == "Points of a card"
    rows = [row.locator("td").all_inner_texts() for row in page.locator("tr.line").all()]
    assert [(row[1], row[-2], row[-1]) for row in rows] == [
        ("Earned", "19.00", "19.00"),
        ("Paid with", "−12.00", "7.00"),
    ]
    press(page, page.locator("tr.line a").first)
    assert "Points earned" in page.locator("h1").inner_text()


def test_files_hold_the_rows_of_the_screen(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    page.goto(f"{path_of('dish_cost')}?{PERIOD}&sort=-net")
    shown = [row.locator("td").all_inner_texts() for row in page.locator(".grid tbody tr").all()]
    files = {}
    for name in ("XLSX", "CSV", "PDF"):
        with page.expect_download() as told:
            page.click(f"a.button:has-text('{name}')")
        files[name] = tmp_path / f"report.{name.lower()}"
        told.value.save_as(files[name])
    sheet = load_workbook(files["XLSX"]).active
    assert sheet is not None
    kept = [list(row) for row in sheet.iter_rows(min_row=4, values_only=True)]
    table = list(csv.reader(io.StringIO(files["CSV"].read_text("utf-8-sig"))))[1:]
    assert len(shown) == len(kept) == len(table) > 3
    for seen, row, line in zip(shown, kept, table, strict=True):
        assert plain(seen[0]) == line[0]
        assert seen[0] == row[0]
        figure = Decimal(seen[2].replace(",", "").replace("−", "-"))
        assert figure == Decimal(line[2])
        assert figure == Decimal(str(row[2])).quantize(Decimal("0.01"))
    assert files["PDF"].read_bytes().startswith(b"%PDF")
    assert any(row[0] == "=Saltless soup" for row in kept)
    assert any(line[0] == "'=Saltless soup" for line in table)


def test_a_journal_is_searched_by_kind_person_and_time(page: Page) -> None:
    sign_in(page)
    page.goto(f"{path_of('journal')}?{PERIOD}&kind=DrawerOpened")
    assert page.locator("tr.line").count() == 1
    page.goto(f"{path_of('journal')}?{PERIOD}&kind=DrawerOpened&until=01:00")
    assert page.locator("tr.line").count() == 0


def test_reports_ask_their_right_and_a_question_that_exists(page: Page) -> None:
    sign_in(page, "nadia")
    for path, status in (
        (path_of("tie_out"), 403),
        (path_of("sales"), 200),
        (f"{path_of('sales')}?by=moon", 400),
        (f"{path_of('sales')}?sort=moon", 400),
        (f"{path_of('sales')}.exe", 404),
        ("/reports/nothing", 404),
        ("/journal/99999", 404),
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, path
