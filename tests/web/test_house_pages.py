"""The house's own pages: locks, keys and their interface, import, entries, printed papers."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.conftest import sign_in


def test_a_lock_stops_papers_and_is_opened_again(page: Page) -> None:
    sign_in(page)
    page.goto("/house/books")
    page.fill("input[name=day]", "2026-11-05")
    page.click("button[value=lock]")
    expect(page.locator("main")).to_contain_text("Locked through 5 Nov 2026.")
    page.goto("/stock/new/write-off")
    page.fill("input[name=day]", "2026-11-04")
    page.select_option("select[name=reason]", "spoiled")
    page.locator("input[name=good]").first.fill("Beef")
    page.locator("input[name=qty]").first.fill("0.1")
    page.click("[data-main]")
    expect(page.locator(".faults li")).to_have_text("the period is locked through 2026-11-05")
    page.goto("/house/books")
    page.click("button[value=unlock]")
    expect(page.locator("main")).to_contain_text("Nothing is locked.")


def test_a_program_asks_with_its_key_and_no_further_than_its_rights(page: Page) -> None:
    sign_in(page)
    page.goto("/house/books")
    page.fill("input[name=name]", "Accounting")
    page.uncheck("input[name=reports]")
    page.click("button[value=key]")
    key = page.locator("[data-key]").inner_text()
    period = "?first=2026-11-01&last=2026-11-30"
    headers = {"Authorization": f"Bearer {key}"}
    schema = page.request.get("/api/openapi.json").json()
    paths = sorted(schema["paths"])
    assert len(paths) == 9
    paths.remove("/v1/reports/{key}")
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
    page.click("button[value=end_key]")
    assert page.request.get("/api/v1/stock", headers=headers).status == 401


def test_a_table_is_tried_before_it_is_taken(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    file = tmp_path / "goods.csv"
    file.write_text("id,name_uk,unit,group\ndill,Кріп,kg,herbs\n=cmd,+x,kg,meat\n")
    page.goto("/house/import")
    page.set_input_files("input[type=file]", file)
    page.click("button[value=take]")
    cells = page.locator(".faults-list tbody tr td").all_inner_texts()
    assert cells == ["goods.csv", "2", "D", "there is no such group", "herbs"]
    file.write_text("id,name_uk,unit,group\ndill,Кріп,kg,vegetables\n")
    page.set_input_files("input[type=file]", file)
    page.click("button[value=try]")
    expect(page.locator("[role=status]")).to_have_text("1 rows are sound and can be taken in.")
    page.set_input_files("input[type=file]", file)
    page.click("button[value=take]")
    expect(page.locator("[role=status]")).to_have_text("1 rows have been taken in.")
    page.goto("/stock/new/receipt")
    assert "Кріп" in page.content()


def test_entries_and_printed_papers_open_and_rights_hold(page: Page) -> None:
    sign_in(page)
    page.goto("/house/entries?from=2026-11-01&to=2026-11-15")
    expect(page.locator(".wide table.grid")).to_contain_text("901")
    page.goto("/stock/new/count?store=kitchen")
    page.click("button[value=fill]")
    page.click("button[value=save]")
    form = page.request.get(page.url + "/print")
    assert (form.status, form.body()[:5]) == (200, b"%PDF-")
    page.click("text=Sign out")
    sign_in(page, "nadia")
    for address in ("/house/books", "/house/import", "/stock/new/receipt", "/recipes/what-if"):
        assert page.request.get(address).status == 403
