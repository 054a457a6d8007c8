"""The house's own pages: locks, keys and their interface, import, entries, printed papers."""

import io
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from sync_server.back_office.import_columns import NAMES, NEEDED, OPTIONAL, Subject
from sync_server.back_office.sheets import CellFault, named, tables_in
from tests.web.conftest import Served, press, sign_in


def test_a_lock_stops_papers_and_is_opened_again(page: Page) -> None:
    sign_in(page)
    page.goto("/house/books")
    page.fill("input[name=day]", "2026-11-05")
    press(page, "button[value=lock]")
    expect(page.locator("main")).to_contain_text("Locked through 5 Nov 2026.")
    page.goto("/stock/new/write-off")
    page.fill("input[name=day]", "2026-11-04")
    page.select_option("select[name=reason]", "spoiled")
    page.locator("input[name=good]").first.fill("Beef")
    page.locator("input[name=qty]").first.fill("0.1")
    press(page, "[data-main]")
    expect(page.locator(".faults li")).to_have_text("the period is locked through 2026-11-05")
    page.goto("/house/books")
    press(page, "button[value=unlock]")
    expect(page.locator("main")).to_contain_text("Nothing is locked.")


def test_a_program_asks_with_its_key_and_no_further_than_its_rights(page: Page) -> None:
    sign_in(page)
    page.goto("/house/books")
    page.fill("input[name=name]", "Accounting")
    page.uncheck("input[name=reports]")
    press(page, "button[value=key]")
    key = page.locator("[data-key]").inner_text()
    period = "?first=2026-11-01&last=2026-11-30"
    headers = {"Authorization": f"Bearer {key}"}
    schema = page.request.get("/api/openapi.json").json()
    paths = sorted(schema["paths"])
    assert len(paths) == 10
    paths.remove("/v1/reports/{key}")
    paths.remove("/v1/documents/{document_id}")
    statuses = {
        path: page.request.get(f"/api{path}{period}", headers=headers).status for path in paths
    }
    assert {path for path, status in statuses.items() if status == 403} == {
        "/v1/food-cost",
        "/v1/menu",
        "/v1/portions-left",
    }
    assert set(statuses.values()) == {200, 403}
    for path in paths:
        assert page.request.get(f"/api{path}{period}").status == 401
        for wrong in ("?first=x&last=9", "?first=0000-00-00&last=2026-11-30&offset=-5"):
            assert page.request.get(f"/api{path}{wrong}", headers=headers).status < 500
    stock = page.request.get("/api/v1/stock", headers=headers).json()
    assert {"store_id", "good_id", "qty", "value_minor"} == set(stock[0])
    page.goto("/house/books")
    press(page, "button[value=end_key]")
    assert page.request.get("/api/v1/stock", headers=headers).status == 401


def test_a_table_is_tried_before_it_is_taken(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    file = tmp_path / "goods.csv"
    file.write_text("id,name_uk,unit,group\ndill,Кріп,kg,herbs\n=cmd,+x,kg,meat\n")
    page.goto("/house/import")
    page.set_input_files("input[type=file]", file)
    press(page, "button[value=take]")
    expect(page.locator(".faults-list tbody tr td")).to_have_text(
        ["goods.csv", "2", "D", "there is no such group", "herbs"]
    )
    file.write_text("id,name_uk,unit,group\ndill,Кріп,kg,vegetables\n")
    page.set_input_files("input[type=file]", file)
    press(page, "button[value=try]")
    expect(page.locator("[role=status]")).to_contain_text("1 rows are sound and can be taken in.")
    press(page, "[role=status] button")
    expect(page.locator("[role=status]")).to_contain_text("1 rows have been taken in.")
    foreign = page.url
    page.goto("/stock/new/receipt")
    assert "Кріп" in page.content()
    press(page, "text=Sign out")
    sign_in(page, "marko")
    assert page.request.get(foreign).status == 404


def test_while_a_table_is_worked_on_its_page_says_how_far_it_is_and_then_how_it_ended(
    page: Page, office: Served, tmp_path: Path
) -> None:
    """The page sees the end by itself: nobody reloads it."""
    sign_in(page)
    file = tmp_path / "ціни.csv"
    file.write_text("dish;price\nborscht;189\n")
    page.goto("/house/import")
    page.select_option("select[name=subject]", "prices")
    page.set_input_files("input[type=file]", file)
    held = office.books.parent / "held"
    held.touch()
    try:
        press(page, "button[value=try]")
        working = page.locator("[data-job][aria-busy=true]")
        expect(working.locator("progress")).to_be_visible()
        expect(working.locator("[data-said]")).to_have_text("0 of 1 rows are checked …")
    finally:
        held.unlink()
    expect(page.locator("[role=status]")).to_contain_text("1 rows are sound and can be taken in.")
    expect(page.locator("[aria-busy]")).to_have_count(0)


def test_of_a_large_table_every_bad_cell_is_in_the_file_of_faults(
    page: Page, tmp_path: Path
) -> None:
    """The page shows the first of them; an empty table has the reader's own heads."""
    sign_in(page)
    file = tmp_path / "залишки.csv"
    file.write_text(
        "склад;товар;кількість;сума\n"
        + "Кухня;Яловичина;0,5;10\n" * 49_000
        + "Кухня;Місяць;x;1\n" * 500
    )
    page.goto("/house/import")
    page.select_option("select[name=subject]", "opening")
    page.set_input_files("input[type=file]", file)
    expect(page.locator("[data-chosen]")).to_have_text("залишки.csv")
    press(page, "button[value=take]")
    expect(page.locator("[role=alert] h3")).to_contain_text("Wrong cells: 1000", timeout=120_000)
    expect(page.locator(".faults-list tbody tr")).to_have_count(300)
    told = page.request.get(page.locator("[role=alert] a").get_attribute("href") or "").body()
    sheet = load_workbook(io.BytesIO(told)).worksheets[0]
    last = [cell.value for cell in list(sheet.rows)[-1]]
    assert last == ["залишки.csv", "49501", "C", "this is no number", "x"]
    press(page, "button[value=uk]")
    for subject in ("goods", "recipes", "opening", "prices"):
        answer = page.request.get(f"/house/import/template/{subject}.xlsx")
        tables = tables_in("t.xlsx", answer.body())
        assert not isinstance(tables, CellFault)
        for name in (*NEEDED[Subject(subject)], *OPTIONAL[Subject(subject)]):
            assert named(tables[0], NAMES[name]) is not None, name
    assert page.request.get("/house/import/template/poem.xlsx").status == 404


def test_entries_and_printed_papers_open_and_rights_hold(page: Page) -> None:
    sign_in(page)
    page.goto("/house/entries?from=2026-11-01&to=2026-11-15")
    expect(page.locator(".wide table.grid")).to_contain_text("901")
    page.goto("/stock/new/count?store=kitchen")
    press(page, "button[value=fill]")
    press(page, "button[value=save]")
    form = page.request.get(page.url + "/print")
    assert (form.status, form.body()[:5]) == (200, b"%PDF-")
    press(page, "text=Sign out")
    sign_in(page, "nadia")
    for address in ("/house/books", "/house/import", "/stock/new/receipt", "/recipes/what-if"):
        assert page.request.get(address).status == 403
