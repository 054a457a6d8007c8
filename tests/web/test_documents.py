"""Stock documents in a real browser: by keyboard alone, from a sheet to a variance, in words."""

import re
from decimal import Decimal

from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.web.conftest import Served, press, sign_in

LINES = 40
GOODS = ("Beef", "Beet", "Garlic", "Saperavi")


def moved(office: Served, condition: str) -> tuple[int, int, int]:
    """How many moves, and their quantity and value."""
    with office.read_only() as books:
        count, qty, value = books.read(
            lambda c: c.execute(
                text(
                    "SELECT count(*), COALESCE(SUM(qty_milli), 0), COALESCE(SUM(value_minor), 0)"
                    f" FROM stock_move WHERE {condition}"
                )
            ).one()
        )
    return int(count), int(qty), int(value)


def keys(page: Page, *typed: str) -> None:
    """Type into the field that has the focus and go on with Enter."""
    for one in typed:
        page.keyboard.type(one)
        page.keyboard.press("Enter")


def test_a_receipt_of_forty_lines_is_entered_by_keyboard_alone(page: Page, office: Served) -> None:
    sign_in(page)
    page.goto("/stock/new/receipt")
    expect(page.locator("select[name=supplier]")).to_be_focused()
    page.keyboard.type("Ryn")
    page.keyboard.press("Enter")
    keys(page, "INV-40", "Kit")
    for _ in ("day", "time", "note"):
        page.keyboard.press("Enter")
    for line in range(LINES):
        keys(page, GOODS[line % 4][:4], "1,5", "10.20", "")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text(re.compile(r"Receipt \d+/2026"))
    expect(page.locator(".state")).to_have_text("posted")
    assert page.locator("table.lines tbody tr").count() == LINES
    name = page.locator("h1").inner_text().split()[1]
    number, year = name.split("/")
    document = f"document = 'receipt/{year}/{number}' AND kind = 'receipt'"
    assert moved(office, document) == (LINES, 30 * 1_500_000 + 10 * 1_500, LINES * 1_530)
    expect(page.locator(".sum-of-lines")).to_have_text("612.00")
    page.goto("/stock/receipts?from=2026-11-01&to=2026-11-30")
    expect(page.locator(".wide table.grid")).to_contain_text("INV-40")


def test_every_fault_is_at_its_place_and_nothing_typed_is_lost(page: Page, office: Served) -> None:
    sign_in(page)
    before = moved(office, "1 = 1")[0]
    page.goto("/stock/new/receipt")
    page.fill("input[name=reference]", "X-1")
    goods, qty = page.locator("input[name=good]"), page.locator("input[name=qty]")
    goods.nth(0).fill("Beef")
    qty.nth(0).fill("ten")
    goods.nth(1).fill("Unicorn")
    qty.nth(1).fill("1")
    goods.nth(2).fill("Garlic")
    qty.nth(2).fill("-1")
    press(page, "[data-main]")
    told = page.locator(".faults li").all_inner_texts()
    assert told == [
        "Line 1, Quantity: “ten” is no number",
        "Line 2, Good: there is no good “Unicorn”",
        "the supplier is missing",
        "Line 3, Quantity: the quantity is missing, zero or absurd",
    ]
    expect(page.locator("input.fault")).to_have_count(3)
    assert qty.nth(0).input_value() == "ten"
    assert page.input_value("input[name=reference]") == "X-1"
    qty.nth(0).fill("10")
    goods.nth(1).fill("Beet")
    qty.nth(2).fill("1")
    press(page, "[data-main]")
    assert page.locator(".faults li").all_inner_texts() == ["the supplier is missing"]
    assert moved(office, "1 = 1")[0] == before


def test_a_stock_take_goes_from_the_sheet_to_a_variance_posted_by_another(
    page: Page, office: Served
) -> None:
    sign_in(page, "marko")
    page.goto("/stock/new/count?store=bar")
    press(page, "button[value=fill]")
    rows = page.locator("table.lines tbody tr")
    expect(rows.first.locator("input[name=good]")).not_to_have_value("")
    expect(rows.first.locator("input[name=good]")).to_have_value(
        "Beef" if rows.count() > 1 else "Saperavi"
    )
    row = page.locator("tr", has=page.locator("input[value=Saperavi]"))
    row.locator("input[name=qty]").fill("20")
    press(page, "[data-main]")
    expect(page.locator(".state")).to_have_text("handed in")
    address = page.url
    press(page, "[data-main]")
    expect(page.locator("[role=alert]")).to_contain_text("not among your rights")
    page.goto("/")
    press(page, "text=Sign out")
    sign_in(page, "oksana")
    page.goto(address)
    sheet = page.locator(".wide table.grid").last
    expect(sheet).to_contain_text("Saperavi")
    difference = sheet.locator("tr[data-key=saperavi] td").nth(5).inner_text()
    press(page, "[data-main]")
    expect(page.locator(".state")).to_have_text("posted")
    book = Decimal(sheet.locator("tr[data-key=saperavi] td").nth(2).inner_text())
    assert Decimal(difference.replace("−", "-")) == 20 - book
    count, qty, value = moved(office, "kind = 'count' AND document LIKE 'count/2026/%'")
    assert (count, qty) == (1, int(abs(20 - book)) * 1000)
    assert value > 0


def test_the_second_to_post_a_stock_take_or_an_invoice_is_told_who_was_first(
    page: Page, office: Served
) -> None:
    sign_in(page, "marko")
    page.goto("/stock/new/count?store=bar")
    page.locator("input[name=good]").first.fill("Garlic")
    page.locator("input[name=qty]").first.fill("0,2")
    press(page, "[data-main]")
    expect(page.locator(".state")).to_have_text("handed in")
    address, before = page.url, moved(office, "1 = 1")[0]
    windows = []
    for login in ("oksana", "halyna"):
        context = page.context.browser.new_context(base_url=office.address)  # type: ignore[union-attr]
        window = context.new_page()
        sign_in(window, login)
        window.goto(address)
        windows.append(window)
    first, second = windows
    press(first, "[data-main]")
    expect(first.locator(".state")).to_have_text("posted")
    press(second, "[data-main]")
    expect(second.locator("[role=alert]")).to_contain_text("the document is posted already")
    assert moved(office, "1 = 1")[0] == before + 1
    for window in windows:
        window.goto("/stock/new/receipt")
        window.select_option("select[name=supplier]", "rynok")
        window.fill("input[name=reference]", "TWICE-1")
        window.locator("input[name=good]").first.fill("Beet")
        window.locator("input[name=qty]").first.fill("1")
        window.locator("input[name=price]").first.fill("14")
        press(window, "[data-main]")
    expect(first.locator(".state")).to_have_text("posted")
    number = first.locator("h1").inner_text().split()[-1].split("/")[0]
    expect(second.locator(".faults li")).to_have_text(
        f"this supplier's invoice is booked already: receipt/2026/{number}"
    )
    expect(second.locator("input[name=reference]")).to_have_value("TWICE-1")
    assert moved(office, "1 = 1")[0] == before + 2
    for window in windows:
        window.context.close()


POSTED = {
    "transfer": ({"to_store": "bar"}, [("", "Beet", "0.2", "")]),
    "write-off": ({"reason": "spoiled"}, [("", "Beet", "0.1", "")]),
    "return": ({"supplier": "rynok", "reference": "R-1"}, [("", "Beet", "0.5", "1.40")]),
    "production": ({}, [("", "Broth", "1.7", "")]),
    "butchering": ({}, [("raw", "Beet", "1", ""), ("cut", "Garlic", "0.6", "20")]),
    "opening": ({"store": "bar"}, [("", "Beet", "1", "14")]),
    "order": ({"supplier": "rynok"}, [("", "Beet", "5", "1.40")]),
}
"""Fields of the head, then lines: role, good, quantity, price."""


def test_every_kind_of_document_is_posted_from_its_form_under_a_number_of_its_own(
    page: Page, office: Served
) -> None:
    sign_in(page)
    for kind, (head, lines) in POSTED.items():
        page.goto(f"/stock/new/{kind}")
        for name, value in ({"store": "kitchen"} | head).items():
            box = page.locator(f".paper-head [name={name}]")
            if box.evaluate("one => one.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        for at, (role, good, qty, price) in enumerate(lines):
            if role:
                page.locator("select[name=role]").nth(at).select_option(role)
            for name, value in (("good", good), ("qty", qty), ("price", price)):
                if value:
                    page.locator(f"input[name={name}]").nth(at).fill(value)
        before = moved(office, "1 = 1")[0]
        press(page, "[data-main]")
        expect(page.locator(".state"), kind).to_have_text("posted")
        assert re.search(r" \d+/2026$", page.locator("h1").inner_text()), kind
        assert (moved(office, "1 = 1")[0] > before) == (kind != "order"), kind


def test_every_document_page_opens_in_three_languages(page: Page) -> None:
    sign_in(page)
    for language, title in (("pl", "Przyjęcia"), ("uk", "Надходження"), ("en", "Receipts")):
        page.goto("/stock/receipts")
        press(page, f"button[value={language}]")
        expect(page.locator("h1")).to_have_text(title)
        for kind in (
            "order", "receipt", "return", "transfer", "write-off", "production", "butchering",
            "trial", "count", "opening",
        ):  # fmt: skip
            answer = page.request.get(f"/stock/new/{kind}")
            assert (answer.status, '<table class="grid lines">' in answer.text()) == (200, True)
    assert page.request.get("/stock/new/poem").status == 404
    assert page.request.get("/stock/papers/none").status == 404


def test_an_order_comes_from_par_a_trial_tells_its_losses_and_a_paper_is_reversed(
    page: Page, office: Served
) -> None:
    sign_in(page)
    page.goto("/stock/new/order")
    page.select_option("select[name=supplier]", "rynok")
    press(page, "button[value=par]")
    expect(page.locator("table.lines tbody tr").first).to_be_visible()
    page.goto("/stock/new/trial")
    for name, value in (("good", "Beef"), ("qty", "1"), ("net", "0.9"), ("ready", "0.6")):
        page.locator(f"input[name={name}]").first.fill(value)
    press(page, "[data-main]")
    expect(page.locator("tr[data-key=beef]")).to_contain_text("10.0")
    expect(page.locator("tr[data-key=beef]")).to_contain_text("33.3")
    page.set_input_files(
        "input[type=file]", {"name": "акт.png", "mimeType": "image/png", "buffer": b"\x89PNG scan"}
    )
    expect(page.locator(".files a")).to_have_text("акт.png")
    file = page.request.get(page.locator(".files a").get_attribute("href") or "")
    assert (file.status, file.body()) == (200, b"\x89PNG scan")
    before = moved(office, "ingredient_id = 'beef' AND target = 'waste'")[1]
    press(page, "button[value=reverse]")
    expect(page.locator(".state")).to_have_text("reversed")
    after = moved(office, "ingredient_id = 'beef' AND source = 'waste'")[1]
    assert after <= before
    assert after >= 1_000_000
    assert page.locator(".steps li").count() == 4


def test_shelves_are_counted_on_a_phone(page: Page) -> None:
    """At 390 pixels nothing has to be pushed sideways, and a thumb hits every field."""
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "marko")
    page.goto("/stock/new/count?store=kitchen")
    press(page, "button[value=fill]")
    expect(page.locator("input[name=good]").first).not_to_have_value("")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    expect(page.locator("nav a").first).to_be_hidden()
    fields = page.locator("input[name=qty]")
    for index in range(fields.count()):
        box = fields.nth(index).bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 120
    fields.first.fill("12,5")
    fields.first.press("Enter")
    press(page, "button[value=save]")
    expect(page.locator("input[name=qty]").first).to_have_value("12.5")
    page.click(".nav-open")
    expect(page.locator("nav a").first).to_be_visible()
    press(page, "button[value=discard]")
