"""A lost tablet in a real Chromium: shut out, its file looked through in words, taken over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Served, look_until, page_of, press, served, sign_in

PATH = "/house/devices"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Served]:
    """A back office beside a real front office."""
    with served("tests.web.device_serving", tmp_path) as office:
        yield office


@pytest.fixture
def window(browser: Browser, house: Served) -> Iterator[Page]:
    with page_of(browser, house) as opened:
        yield opened


def test_a_lost_tablet_is_shut_out_and_what_it_had_kept_is_taken_over(
    window: Page, house: Served
) -> None:
    sign_in(window)
    window.goto(PATH)
    row = window.locator("tr", has_text="Bar").first
    code = row.locator("b").inner_text()
    press(window, ".main")
    expect(window.get_by_role("alert")).to_contain_text("choose one that is let in")
    window.select_option("select[name=revoke]", label=f"{code} · Bar")
    press(window, ".main")
    expect(window.get_by_role("alert")).to_contain_text("the reason is missing")
    window.fill("input[name=revoke_why]", "left in a taxi")
    press(window, ".main")
    over = window.locator("section", has_text="Shut out for good").filter(has_text="left in a taxi")
    look_until(over.count, lambda: window.goto(PATH))
    expect(over).to_contain_text(code)
    assert window.locator("select[name=revoke]").count() == 0, "nobody is left to shut out"

    window.set_input_files("input[type=file]", house.books.parent / "front.db")
    press(window, "form[data-upload] .main")
    expect(window.get_by_role("alert")).to_contain_text("this is no file of a terminal")
    window.set_input_files("input[type=file]", house.books.parent / "unsent.json")
    window.select_option("select[name=stands]", label="Nadia")
    press(window, "form[data-upload] .main")

    expect(window.locator("h1")).to_have_text(f"What {code} had not sent")
    expect(window.locator("main")).to_contain_text("Nadia stands behind what is taken over.")
    rows = window.locator("tbody tr")
    said = [row.locator("td").all_inner_texts()[2:] for row in rows.all()]
    check = f"{code}-002"
    assert said[1] == ["Olena", "Add dishes", check, "2 × borscht", "370.00", "can be taken over"]
    assert said[3][1:5] == ["Payment", check, "Cash", "370.00"]
    assert said[-1][-1] == "There is no such check"
    guests = rows.filter(has_text="Number of guests")
    guests.locator("input").uncheck()
    press(window, "[data-main]")
    waits = window.get_by_text("The server takes it over in a moment.")
    again = window.get_by_role("link", name="Look again")
    look_until(lambda: not waits.count(), lambda: press(window, again))
    expect(window.get_by_role("status")).to_contain_text("It is done")
    ends = [row.locator("td").last.inner_text() for row in rows.all()]
    assert ends[-2:] == [
        "Kept by a terminal that was shut out, and not taken over",
        "There is no such check",
    ]
    assert ends[3:-2] == ["is here"] * (len(ends) - 5)

    window.goto(PATH)
    expect(window.locator("section", has_text="Files brought in")).to_contain_text("decided")
    lines = window.locator("tr.line a")
    journal = "/reports/journal?kind=UnsentReviewed&from=2026-11-01&to=2026-11-30"
    look_until(lines.count, lambda: window.goto(journal))
    press(window, lines.first)
    expect(window.locator(".tap").first).to_contain_text("Nadia")
    expect(window.locator(".tap").nth(1)).to_contain_text(f"{code} · Bar")
