"""Sheets of goods, suppliers and people, the bar on a scale, portions left: in a real browser."""

from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.web.conftest import Served, press, sign_in
from tests.web.test_documents import moved


def rows(office: Served, query: str) -> list[tuple[object, ...]]:
    """What the books hold."""
    with office.read_only() as books:
        return [tuple(row) for row in books.read(lambda c: c.execute(text(query)).all())]


def test_a_good_is_kept_with_packs_losses_and_facts_and_comes_by_the_case(
    page: Page, office: Served
) -> None:
    sign_in(page)
    page.goto("/stock/goods/new")
    page.fill("input[name=name_uk]", "Олія «Сонце»")
    page.fill("input[name=new_group]", "Бакалія")
    page.select_option("select[name=unit]", "l")
    page.select_option("select[name=supplier]", "rynok")
    for name, value in (("par", "12,5"), ("tax", "20"), ("shelf_days", "360"), ("fat", "99,9")):
        page.fill(f"input[name={name}]", value)
    page.fill("input[name=barcodes]", "4820000000017")
    page.check("input[value=sesame]")
    page.locator("input[name=pack_name]").first.fill("ящик")
    page.locator("input[name=pack_qty]").first.fill("zwölf")
    page.locator("input[name=cold]").nth(2).fill("4")
    page.locator("input[name=method]").first.fill("смаження")
    page.locator("input[name=method_loss]").first.fill("35")
    press(page, "[data-main]")
    assert page.locator("[role=alert] li").all_inner_texts() == [
        "Holds: “zwölf” is no number",
        "Packs: “ящик”: a pack has a name once, without a figure in front, "
        "and holds more than nothing",
    ]
    expect(page.locator("input[name=method]").first).to_have_value("смаження")
    assert rows(office, "SELECT count(*) FROM good_pack") == [(0,)]
    page.locator("input[name=pack_qty]").first.fill("12")
    press(page, "[data-main]")
    expect(page.locator("[role=status]")).to_have_text("It is kept.")
    expect(page.locator("input[name=par]")).to_have_value("12.5")
    facts = "SELECT par_milli, tax_bp, shelf_days, allergens, fat_milli FROM ingredient"
    key = page.url.split("/")[-1].split("?")[0]
    assert rows(office, f"{facts} WHERE ingredient_id = '{key}'") == [
        (12_500_000, 2_000, 360, "sesame", 99_900)
    ]
    assert rows(office, "SELECT month, cold_bp FROM ingredient_loss") == [(3, 400)]
    page.goto("/stock/new/receipt")
    page.select_option("select[name=supplier]", "rynok")
    page.fill("input[name=reference]", "CASE-1")
    page.locator("input[name=good]").first.fill("4820000000017")
    page.locator("input[name=qty]").first.fill("2 ящик")
    page.locator("input[name=price]").first.fill("840")
    press(page, "[data-main]")
    expect(page.locator(".state")).to_have_text("posted")
    assert moved(office, f"ingredient_id = '{key}'") == (1, 24_000_000, 168_000)
    page.goto(f"/stock/goods/{key}")
    page.select_option("select[name=unit]", "kg")
    press(page, "[data-main]")
    expect(page.locator("[role=alert] li")).to_have_text(
        "Unit: this unit cannot be turned into the good's own"
    )


def test_a_way_of_cooking_stands_for_its_loss_in_a_card(page: Page, office: Served) -> None:
    sign_in(page)
    page.goto("/stock/goods/beet")
    page.locator("input[name=method]").first.fill("Boiled")
    page.locator("input[name=method_loss]").first.fill("8")
    press(page, "[data-main]")
    expect(page.locator("[role=status]")).to_be_visible()
    page.goto("/recipes/cards/item/borscht/new")
    page.fill("input[name=valid_from]", "2026-12-24")
    line = page.locator("tbody tr", has=page.locator("input[value=Beet]"))
    line.locator("input[name=hot]").fill("boiled")
    press(page, "[data-main]")
    found = rows(
        office,
        "SELECT hot_bp FROM recipe_line WHERE valid_from = '2026-12-24' AND ingredient_id = 'beet'",
    )
    assert found == [(800,)]


def test_a_supplier_has_its_levels_and_a_wrong_one_keeps_nothing(
    page: Page, office: Served
) -> None:
    sign_in(page)
    page.goto("/stock/suppliers/rynok")
    page.fill("input[name=phone]", "+380 44 111 22 33")
    beef = page.locator("tr", has=page.locator("input[value=beef]"))
    beef.locator("input[name=par]").fill("many")
    press(page, "[data-main]")
    expect(page.locator("[role=alert] li")).to_have_text("Least stock: “many” is no number")
    assert rows(office, "SELECT phone FROM supplier WHERE supplier_id = 'rynok'") == [("",)]
    beef.locator("input[name=par]").fill("7,5")
    press(page, "[data-main]")
    expect(page.locator("[role=status]")).to_be_visible()
    level = rows(office, "SELECT par_milli FROM ingredient WHERE ingredient_id = 'beef'")
    assert level == [(7_500_000,)]


def test_an_open_bottle_is_weighed_into_a_stock_take(page: Page, office: Served) -> None:
    """The worked number: 860 g of a 0.7 l bottle (1,145 g full, 480 g empty) are 400 ml."""
    sign_in(page)
    page.goto("/stock/goods/new")
    page.fill("input[name=name_en]", "Gin")
    page.select_option("select[name=group]", "wine")
    page.select_option("select[name=unit]", "l")
    for name, value in (("nominal_ml", "700"), ("full_g", "480"), ("tare_g", "1145")):
        page.fill(f"input[name={name}]", value)
    press(page, "[data-main]")
    expect(page.locator("[role=alert] li")).to_contain_text("weighs more full than empty")
    page.fill("input[name=full_g]", "1145")
    page.fill("input[name=tare_g]", "480")
    press(page, "[data-main]")
    page.goto("/stock/bar")
    gin = page.locator("tr[data-key=gin]")
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("full", "weighed"):
        box = gin.locator(f"input[name={name}]").bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= 390, box["height"] >= 44) == (True,) * 3
    page.set_viewport_size({"width": 1366, "height": 768})
    gin.locator("input[name=full]").fill("3")
    gin.locator("input[name=weighed]").fill("860 300")
    press(page, "[data-main]")
    expect(page.locator("[role=alert] li")).to_have_text(
        "Gin: an open bottle weighs between 480 g and 1145 g"
    )
    page.locator("tr[data-key=gin] input[name=weighed]").fill("860")
    expect(page.locator("tr[data-key=gin] .ml")).to_have_text("2500")
    expect(page.locator("tr[data-key=gin] .shots")).to_have_text("14")
    press(page, "[data-main]")
    expect(page.locator("input[name=good]").first).to_have_value("Gin")
    expect(page.locator("input[name=qty]").first).to_have_value("2.5")
    press(page, "button[value=discard]")


def test_portions_left_are_offered_and_a_tap_tells_the_server(page: Page, office: Served) -> None:
    sign_in(page)
    page.goto("/house/portions")
    if page.locator("main summary").count():
        page.locator("main summary").click()
    row = page.locator("tr[data-key=saperavi]")
    left = int(row.locator("td b").inner_text())
    press(page, row.locator("button[name=count]"))
    expect(page.locator("aside")).to_contain_text(f"Saperavi {left}")
    found = rows(
        office, "SELECT item_id, left_milli, login FROM stop_offer WHERE item_id = 'saperavi'"
    )
    assert found == [("saperavi", left * 1000, "halyna")]
    forged = page.request.post("/house/portions", form={"stop": "moon"})
    assert forged.status == 400


def test_rights_are_lent_until_a_time_ended_at_once_and_refused_in_words(
    page: Page, office: Served
) -> None:
    sign_in(page)
    page.goto("/house/lent")
    running = page.locator("tr[data-key=loan]")
    expect(running).to_contain_text("Olena")
    page.select_option("select[name=lent_by]", "nadia")
    page.select_option("select[name=lent_to]", "ihor")
    page.fill("input[name=until_day]", "2020-01-01")
    page.check("input[name=rights][value=reopen]")
    page.fill("input[name=lent_why]", "night shift")
    press(page, "[data-main]")
    expect(page.locator("[role=alert] li")).to_contain_text("the end lies in the next 62 days")
    expect(page.locator("input[name=lent_why]")).to_have_value("night shift")
    page.fill("input[name=until_day]", "2026-11-22")
    page.fill("input[name=until_time]", "23:30")
    press(page, "[data-main]")
    expect(page.locator("tbody").first).to_contain_text("the server is asked")
    press(page, running.locator("button[name=end]"))
    expect(running).to_contain_text("the server is asked")
    found = rows(office, "SELECT lent_id, by, staff_id, rights, ends FROM lend_offer")
    assert [row[1:] for row in found] == [
        ("nadia", "ihor", "reopen", False),
        ("nadia", "olena", "", True),
    ]
    assert page.request.post("/house/lent", form={"end": "no such"}).status == 400


def test_rights_are_given_by_role_person_and_report_and_end_at_once(
    page: Page, office: Served
) -> None:
    sign_in(page)
    page.goto("/house/people/new")
    page.fill("input[name=name]", "Zoia")
    page.fill("input[name=login]", "zoia")
    page.fill("input[name=password]", "short")
    page.check("input[value=reports]")
    press(page, "[data-main]")
    expect(page.locator("[role=alert] li")).to_have_text(
        "New password: a password has at least 10 signs"
    )
    page.fill("input[name=password]", "Dovhyi-Parol-1")
    page.select_option("select[name=report_sales]", "no-report:")
    page.select_option("select[name=language]", "en")
    press(page, "[data-main]")
    expect(page.locator("main")).to_contain_text("Zoia")
    other = page.context.browser.new_context(base_url=page.url.split("/house")[0])  # type: ignore[union-attr]
    zoia = other.new_page()
    sign_in(zoia, "zoia", "Dovhyi-Parol-1")
    assert zoia.request.get("/reports/taxes").status == 200
    assert zoia.request.get("/reports/sales").status == 403
    for address in (
        "/house/people",
        "/house/menu",
        "/stock/goods",
        "/house/portions",
        "/house/lent",
    ):
        assert zoia.request.get(address).status == 403
    page.goto("/house/people/zoia")
    page.select_option("select[name=active]", "no")
    press(page, "[data-main]")
    assert zoia.request.get("/reports/taxes", max_redirects=0).status in (303, 401)
    other.close()
    page.goto("/house/people/halyna")
    page.uncheck("input[value=settings]")
    press(page, "[data-main]")
    expect(page.locator("[role=alert] li")).to_have_text(
        "Rights: then nobody could change accounts any more"
    )
    page.goto("/house/people/new")
    for name, typed in (("name", "Ivan"), ("login", "ivan"), ("password", "Dovhyi-Parol-3")):
        page.fill(f"input[name={name}]", typed)
    page.select_option("select[name=account_role]", "manager")
    expect(page.locator("input[name=by_role]")).to_be_checked()
    press(page, "[data-main]")
    held = "SELECT rights FROM account WHERE login = 'ivan'"
    assert rows(office, held) == [("approve_stock costing house_account reports settings",)]
    page.goto("/")
    press(page, "text=Sign out")
    sign_in(page, "oksana")
    for address in ("/house/menu?section=role", "/house/menu?section=staff", "/house/people"):
        assert page.request.get(address).status == 403
    forged: dict[str, str | float | bool] = {
        "section": "item",
        "c|role|waiter|rights": "settings",
    }
    assert page.request.post("/house/menu", form=forged).status == 403
