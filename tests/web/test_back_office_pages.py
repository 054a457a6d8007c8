"""The back office in a real browser: what an accountant sees is what the books hold."""

import re
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import Connection, text

from tests.web.conftest import Served, press, sign_in

MONTH = "from=2026-11-01&to=2026-11-15"
SHEETS = [
    f"/reports/turnover?store=kitchen&{MONTH}",
    f"/reports/turnover?store=kitchen&{MONTH}&method=fifo",
    f"/reports/turnover?store=bar&{MONTH}",
    f"/reports/food-cost?{MONTH}",
]


def figure(shown: str) -> Decimal | None:
    """The number in a cell of an English page."""
    plain = shown.replace(",", "").replace("−", "-").strip()
    return Decimal(plain) if plain else None


def rows_of(page: Page) -> dict[str, list[str]]:
    page.wait_for_selector(".wide table.grid tbody tr")
    rows = page.locator(".wide table.grid tbody tr").evaluate_all(
        "rows => rows.map(row => [row.dataset.key, [...row.cells].map(cell => cell.innerText)])"
    )
    return {str(key): [str(cell) for cell in cells] for key, cells in rows}


def test_a_wrong_password_says_so_and_the_right_one_opens_the_turnover(page: Page) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in"))
    sign_in(page, password="Kartka-Borshchu-17")
    expect(page.get_by_role("alert")).to_have_text("Login or password is wrong.")
    assert page.input_value("input[name=password]") == ""
    page.fill("input[name=password]", "Zvit-Do-Ponedilka")
    press(page, "button[type=submit]")
    expect(page.locator("h1")).to_have_text("Stock turnover")
    press(page, "text=Sign out")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto("/reports/turnover")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_the_turnover_shows_the_figures_of_the_database(page: Page, office: Served) -> None:
    sign_in(page)
    page.goto(SHEETS[0])
    shown = rows_of(page)
    with office.read_only() as books:
        for good in ("beef", "beet", "garlic", "broth"):
            quantities, values = books.read(partial(by_hand, good=good))
            cells = [figure(cell) for cell in shown[good][2:]]
            assert [cells[1], cells[9]] == [values["opening"] / 100, values["closing"] / 100]
            for place, column in (
                (0, "opening"), (2, "received"), (3, "sold"), (4, "wasted"), (5, "counted"),
                (7, "closing"),
            ):  # fmt: skip
                kilos = quantities[column] / 1_000_000
                assert cells[place] == pytest.approx(kilos, abs=Decimal("0.0005")), column
    total = [figure(cell) for cell in shown["total"][3:]]
    opening, received, sold, wasted, counted, corrected = (cell or 0 for cell in total[:6])
    assert opening + received - sold - wasted + counted + corrected == total[8]
    assert figure(page.inner_text("[data-figure=opening]")) == opening
    assert figure(page.inner_text("[data-figure=closing]")) == total[8]


def by_hand(connection: Connection, good: str) -> list[dict[str, Decimal]]:
    """The kitchen's quantities and values of a good by plain SQL, column by column."""
    conditions = {
        "opening": "kind = 'opening'",
        "received": "kind = 'receipt'",
        "sale": "kind = 'sale'",
        "back": "kind = 'sale-reversal'",
        "wasted": "kind = 'waste'",
        "count": "kind = 'count'",
        "into": "target = 'store:kitchen'",
        "out": "source = 'store:kitchen'",
    }
    found = []
    for what in ("qty_milli", "value_minor"):
        sums = {
            name: Decimal(
                connection.execute(
                    text(
                        f"SELECT COALESCE(SUM({what}), 0) FROM stock_move"
                        f" WHERE ingredient_id = :good AND day <= '2026-11-15' AND {condition}"
                    ),
                    {"good": good},
                ).scalar_one()
            )
            for name, condition in conditions.items()
        }
        sums["sold"] = sums["sale"] - sums["back"]
        sums["closing"] = sums["into"] - sums["out"]
        sums["counted"] = -sums["count"]
        found.append(sums)
    return found


@pytest.mark.parametrize("address", SHEETS)
def test_the_exported_file_holds_what_the_screen_shows(
    page: Page, address: str, tmp_path: Path
) -> None:
    sign_in(page)
    page.goto(address)
    shown = list(rows_of(page).values())
    heads = page.locator(".wide table.grid th").all_inner_texts()
    with page.expect_download() as waiting:
        page.click("text=XLSX")
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    sheet = load_workbook(file).worksheets[0]
    found = list(sheet.iter_rows(min_row=3))
    assert [cell.value for cell in found[0]] == heads
    assert len(found) == len(shown) + 1
    for cells, texts in zip(found[1:], shown, strict=True):
        for cell, seen in zip(cells, texts, strict=True):
            assert cell.data_type != "f"
            if isinstance(cell.value, str):
                assert cell.value == seen
            elif cell.value is None:
                assert seen == ""
            else:
                places = len(seen.partition(".")[2])
                exact = Decimal(repr(cell.value))
                assert round(exact, places) == figure(seen)


def test_a_dish_named_like_a_formula_stays_a_name(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    page.goto(SHEETS[3])
    assert rows_of(page)["saltless"][0] == "=Saltless soup"
    with page.expect_download() as waiting:
        page.click("text=XLSX")
    waiting.value.save_as(tmp_path / "food.xlsx")
    sheet = load_workbook(tmp_path / "food.xlsx").worksheets[0]
    named = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=Saltless soup"]
    assert [cell.data_type for cell in named] == ["s"]
    assert named[0].quotePrefix


def test_the_chart_is_drawn_and_the_largest_variance_named(page: Page) -> None:
    sign_in(page)
    page.goto(SHEETS[2])
    expect(page.locator(".chart canvas, .chart svg")).to_be_visible()
    expect(page.locator(".ranking")).to_contain_text("Saperavi")
    expect(page.locator(".ranking .bad")).to_have_text("−180.00")


def test_sales_that_were_not_consumed_are_listed_in_words(page: Page) -> None:
    sign_in(page)
    page.goto("/reports/food-cost")
    expect(page.locator("nav .badge")).to_have_text("2")
    press(page, "nav a:has-text('Not consumed')")
    rows = rows_of(page)
    assert [cells[4] for cells in rows.values()] == [
        "the station “garden” takes from no store",
        "no recipe is in force for “saltless”",
    ]


def test_every_page_names_the_language_of_its_reader(page: Page) -> None:
    sign_in(page)
    for language in ("en", "uk", "pl"):
        if language != "en":
            press(page, f"button[value={language}]:enabled")
        for path in ("/reports/turnover", "/house/entries", "/reports/sales", "/stock/receipts"):
            page.goto(path)
            said = page.locator("html").get_attribute("lang") or ""
            assert said.split("-")[0] == language, path


def test_ukrainian_pages_speak_and_count_as_ukrainians_do(page: Page) -> None:
    sign_in(page)
    page.goto(SHEETS[0])
    press(page, "button[value=uk]")
    expect(page.locator("h1")).to_have_text("Оборот складу")
    assert page.url.endswith(SHEETS[0])
    beef = rows_of(page)["beef"]
    assert beef[:4] == ["Яловичина", "кг", "18,400", "3\u00a0312,00"]
    expect(page.locator(".chip summary").first).to_contain_text("1–15 лист. 2026")


def test_chips_change_store_method_and_period(page: Page) -> None:
    sign_in(page)
    page.goto(SHEETS[0])
    page.click(".chip summary:has-text('Kitchen store')")
    press(page, ".choices a:has-text('Bar store')")
    expect(page.locator(".wide")).to_contain_text("Saperavi")
    page.click(".chip summary:has-text('Moving average')")
    press(page, ".choices a:has-text('First in')")
    expect(page.locator(".chip summary").nth(2)).to_contain_text("First in, first out")
    page.click(".chip summary >> nth=0")
    page.fill("input[name=from]", "2026-11-14")
    page.fill("input[name=to]", "2026-11-14")
    press(page, ".choices button")
    expect(page.locator(".chip summary").first).to_contain_text("14 Nov 2026")
    assert rows_of(page)["saperavi"][7] == "−1"


def test_a_person_sees_only_pages_of_their_rights_and_every_link_leads_somewhere(
    page: Page,
) -> None:
    sign_in(page, "nadia")
    expect(page.locator("h1")).to_have_text("Food cost")
    shown = page.locator("nav a").all_inner_texts()
    assert shown[:2] == ["Food cost", "Sales"]
    assert not {"Tie-out", "Stock on hand", "Receipts"} & set(shown)
    for address in ("/reports/turnover", "/reports/turnover.xlsx", "/intake/exceptions"):
        assert page.request.get(address).status == 403
    press(page, "text=Sign out")
    sign_in(page)
    expect(page.locator("h1")).to_have_text("Stock turnover")
    expect(page.locator("nav a").last).to_be_attached()
    links = page.locator("nav a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) >= 13
    assert {page.request.get(link).status for link in links} == {200}


def test_strangers_forged_forms_and_absurd_questions_are_refused(
    page: Page, office: Served
) -> None:
    assert page.request.get("/reports/turnover.xlsx").status == 401
    forged = {"Origin": "http://evil.example"}
    form: dict[str, str | float | bool] = {"login": "halyna", "password": "x"}
    assert page.request.post("/sign-in", form=form, headers=forged).status == 403
    sign_in(page)
    page.goto("/sign-in?next=//evil.example")
    assert page.input_value("input[name=next]") == "/"
    for question in ("store=moon", "method=lifo", "from=2026-13-01&to=x", "from=2026-11-02"):
        answer = page.request.get(f"/reports/turnover?{question}")
        assert answer.status == 400
        assert "does not exist" in answer.text()
    cookie = page.context.cookies()[0]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
