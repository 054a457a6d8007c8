"""Recipe cards in a real browser: what a dish costs, a new version, what a dearer good changes.

By the recipe calculator, with no more rights than that."""

from playwright.sync_api import Page, expect

from sync_server.back_office.catalogue import editions_after
from sync_server.domain import commands as c
from sync_server.domain.menu_changes import changed
from tests.apps.kds.board_screen import Screen
from tests.apps.kds.kitchen import Kitchen
from tests.back_office.house import DAY, NOON_MS
from tests.builders import a_menu
from tests.web.conftest import Served, press, sign_in

OWN_OFFICE = True
"""Other files look at the menu and the cards as they were."""


def assert_a_pdf(page: Page, address: str) -> None:
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")


def test_a_card_opens_gets_a_new_version_and_prints_on_both_forms(page: Page) -> None:
    sign_in(page, "roman")
    page.goto("/recipes/cards")
    press(page, ".grid a:has-text('Borscht')")
    expect(page.locator("h1")).to_have_text("Borscht")
    before = page.locator("[data-figure=cost]").inner_text()
    press(page, "text=New version")
    page.fill("input[name=valid_from]", "2026-11-21")
    page.locator("tr:has(input[value=Beet]) input[name=qty]").fill("0.200")
    page.fill("textarea[name=technology_uk]", "Варити тихо.")
    page.fill("textarea[name=technology_en]", "Simmer gently.")
    press(page, "[data-main]")
    expect(page.locator("[data-figure=cost]")).not_to_have_text(before)
    expect(page.locator("aside")).to_contain_text("Nov 2026")
    expect(page.locator("aside")).to_contain_text("Simmer gently.")
    page.goto("/recipes/cards/item/borscht/new")
    page.fill("input[name=valid_from]", "2026-11-21")
    page.locator("tr:has(input[value=Beet]) input[name=cold]").fill("100")
    press(page, "[data-main]")
    expect(page.locator(".faults")).to_contain_text("has a version already")
    page.fill("input[name=valid_from]", "2026-11-22")
    press(page, "[data-main]")
    expect(page.locator(".faults")).to_contain_text("loss of “beet” is impossible")
    for form in ("technology", "calculation"):
        assert_a_pdf(page, f"/recipes/cards/item/borscht/{form}.pdf")
    assert page.request.get("/recipes/cards/item/borscht/poem.pdf").status == 404


def test_a_card_that_is_saved_stands_on_the_kitchens_display(page: Page, office: Served) -> None:
    sign_in(page, "roman")
    page.goto("/recipes/cards/item/borscht/new")
    page.fill("input[name=valid_from]", "2026-11-22")
    page.locator("tr:has(input[value=Beet]) input[name=qty]").fill("0.125")
    page.fill("textarea[name=technology_uk]", "Варити тихо,\nне кип’ятити.")
    press(page, "[data-main]")
    expect(page.locator("[role=status]")).to_contain_text("displays show this card from")
    page.goto("/house/menu/draft")
    page.locator("[data-edition] summary").first.click()
    expect(page.locator("[data-edition]").first).to_contain_text("Beet 125 g")
    with office.read_only() as books:
        editions = books.read(lambda reader: editions_after(reader, 0, 0, NOON_MS + 86_400_000))
    kitchen = Kitchen()
    kitchen.catalogue = a_menu()
    screen = Screen(kitchen, language="uk")
    kitchen.do(c.OpenDay(DAY))
    kitchen.order(kitchen.check("1", "t1"), ("borscht", 2), waiter="olena")
    assert screen.view().sections[3].pairs == ()
    for edition in editions:
        kitchen.catalogue = changed(kitchen.catalogue, edition.changes)
    sheet = screen.act("sheet:recipe:borscht").sheet
    assert sheet is not None
    assert sheet.text == "Варити тихо,\nне кип’ятити."
    assert ("Буряк", "125\u00a0г") in [(pair.label, pair.value) for pair in sheet.pairs]
    counted = screen.view().sections[3].pairs
    assert ("Буряк", "250\u00a0г") in [(pair.label, pair.value) for pair in counted]


def test_a_card_that_is_saved_while_the_menu_cannot_be_read_says_so_and_is_told_later(
    page: Page, office: Served
) -> None:
    sign_in(page, "roman")
    page.goto("/recipes/cards/item/borscht/new")
    page.fill("input[name=valid_from]", "2026-11-24")
    page.locator("tr:has(input[value=Beet]) input[name=qty]").fill("0.150")
    unreadable = office.books.parent / "unreadable"
    unreadable.touch()
    try:
        press(page, "[data-main]")
        expect(page.locator("[role=status]")).to_contain_text("the menu cannot be read now")
        press(page, "text=Tell the kitchen now")
        expect(page.locator("[role=status]")).to_contain_text("the menu cannot be read now")
        card = page.url
        page.goto("/stock/goods/beet")
        press(page, "[data-main]")
        expect(page.locator("[role=status]")).to_contain_text("the menu cannot be read now")
    finally:
        unreadable.unlink()
    page.goto(card)
    press(page, "text=Tell the kitchen now")
    expect(page.locator("[role=status]")).to_contain_text("displays show this card from")


def test_a_broth_of_broth_is_refused_by_the_way_there(page: Page) -> None:
    sign_in(page, "roman")
    page.goto("/recipes/cards/semi/broth/new")
    page.fill("input[name=valid_from]", "2026-11-23")
    page.locator("input[name=good]").first.fill("Broth")
    press(page, "[data-main]")
    expect(page.locator(".faults")).to_contain_text("broth → broth")


def test_a_dearer_beef_shows_every_dish_it_touches(page: Page) -> None:
    sign_in(page, "roman")
    page.goto("/recipes/what-if?good=beef&price=400")
    keys = page.locator(".wide tbody tr").evaluate_all("rows => rows.map(row => row.dataset.key)")
    assert keys == ["item/borscht", "semi/broth"]


def test_what_has_no_card_gets_its_first_one_and_what_must_not_weigh_stays_out_of_the_yield(
    page: Page,
) -> None:
    sign_in(page, "roman")
    page.goto("/recipes/cards")
    expect(page.locator("tr[data-key='item/saltless']")).to_contain_text("no card")
    press(page, "tr[data-key='item/saltless'] a")
    expect(page.locator("h1")).to_contain_text("First card")
    press(page, "[data-main]")
    expect(page.locator(".faults")).to_contain_text("there are no lines")
    page.fill("input[name=valid_from]", "2026-11-21")
    lines = page.locator("tbody tr")
    page.click(".add-line")
    for at, (good, qty) in enumerate((("Beet", "0.2"), ("Garlic", "0.01"))):
        lines.nth(at).locator("input[name=good]").fill(good)
        lines.nth(at).locator("input[name=qty]").fill(qty)
    lines.nth(1).locator("select[name=counts]").select_option("no")
    press(page, "[data-main]")
    expect(page.locator("tr.total")).to_contain_text("0.200")
    press(page, "text=New version")
    expect(page.locator("tbody tr").nth(1).locator("select[name=counts]")).to_have_value("no")


def test_a_good_made_here_has_a_card_a_policy_and_what_stands_in(page: Page) -> None:
    sign_in(page, "roman")
    page.goto("/stock/goods/new")
    page.fill("input[name=name_en]", "Beet kvass")
    page.select_option("select[name=group]", "vegetables")
    page.select_option("select[name=unit]", "l")
    page.select_option("select[name=semi_policy]", "explode")
    press(page, "[data-main]")
    press(page, "header a:has-text('Recipe card')")
    expect(page.locator("input[name=output]")).to_have_value("1")
    page.fill("input[name=output]", "2")
    page.locator("input[name=good]").first.fill("Beet")
    page.locator("input[name=qty]").first.fill("0.5")
    press(page, "[data-main]")
    expect(page.locator("h1")).to_have_text("Beet kvass")
    expect(page.locator(".figures")).to_contain_text("2")
    page.goto("/stock/goods/beet-kvass")
    page.select_option("select[name=semi_policy]", "")
    page.locator("input[name=instead]").first.fill("Beet kvass")
    press(page, "[data-main]")
    assert page.locator("[role=alert] li").all_inner_texts() == [
        "Where it comes from: it has a recipe card, so it is made here",
        "What may stand in: “Beet kvass”: another good of the house, once",
    ]
    page.select_option("select[name=semi_policy]", "stock-first")
    page.locator("input[name=instead]").first.fill("Garlic")
    page.locator("input[name=instead_ratio]").first.fill("0,5")
    press(page, "[data-main]")
    expect(page.locator("[role=status]")).to_be_visible()
    expect(page.locator("input[name=instead]").first).to_have_value("Garlic")
    expect(page.locator("input[name=instead_ratio]").first).to_have_value("0.5")
