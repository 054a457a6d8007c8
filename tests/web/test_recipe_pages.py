"""Recipe cards in a real browser: what a dish costs, a new version, what a dearer good changes."""

from playwright.sync_api import Page, expect

from tests.web.conftest import sign_in


def assert_a_pdf(page: Page, address: str) -> None:
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")


def test_a_card_opens_gets_a_new_version_and_prints_on_both_forms(page: Page) -> None:
    sign_in(page)
    page.goto("/recipes/cards")
    page.click(".grid a:has-text('Borscht')")
    expect(page.locator("h1")).to_have_text("Borscht")
    before = page.locator("[data-figure=cost]").inner_text()
    page.click("text=New version")
    page.fill("input[name=valid_from]", "2026-11-21")
    page.locator("tr:has(input[value=Beet]) input[name=qty]").fill("0.200")
    page.fill("textarea[name=technology]", "Варити тихо.")
    page.click("[data-main]")
    expect(page.locator("[data-figure=cost]")).not_to_have_text(before)
    expect(page.locator("aside")).to_contain_text("2026-11-21")
    page.goto("/recipes/cards/item/borscht/new")
    page.fill("input[name=valid_from]", "2026-11-21")
    page.locator("tr:has(input[value=Beet]) input[name=cold]").fill("100")
    page.click("[data-main]")
    expect(page.locator(".faults")).to_contain_text("has a version already")
    page.fill("input[name=valid_from]", "2026-11-22")
    page.click("[data-main]")
    expect(page.locator(".faults")).to_contain_text("loss of “beet” is impossible")
    for form in ("technology", "calculation"):
        assert_a_pdf(page, f"/recipes/cards/item/borscht/{form}.pdf")
    assert page.request.get("/recipes/cards/item/borscht/poem.pdf").status == 404


def test_a_broth_of_broth_is_refused_by_the_way_there(page: Page) -> None:
    sign_in(page)
    page.goto("/recipes/cards/semi/broth/new")
    page.fill("input[name=valid_from]", "2026-11-23")
    page.locator("input[name=good]").first.fill("Broth")
    page.click("[data-main]")
    expect(page.locator(".faults")).to_contain_text("broth → broth")


def test_a_dearer_beef_shows_every_dish_it_touches(page: Page) -> None:
    sign_in(page)
    page.goto("/recipes/what-if?good=beef&price=400")
    keys = page.locator(".wide tbody tr").evaluate_all("rows => rows.map(row => row.dataset.key)")
    assert keys == ["item/borscht", "semi/broth"]
