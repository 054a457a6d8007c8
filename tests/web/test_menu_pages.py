"""The editors of the menu in a real browser: a draft, what it changes, an edition with a date."""

import re
from html import unescape

from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.web.conftest import Served, press, sign_in

SECTIONS = (
    "item", "category", "group", "terms", "tax", "station", "pacing", "routing", "hall", "role",
    "staff", "house_account", "points", "qr",
)  # fmt: skip
CARD = re.compile(r'<td class="text name"><a href="([^"]+)"')


OWN_OFFICE = True
"""Other files look at the menu and the cards as they were."""


def draft_of(page: Page) -> list[list[str]]:
    """The rows of the draft: thing, field, before, after, fault."""
    page.goto("/house/menu/draft")
    rows = page.locator(".preview tbody tr").all_inner_texts()
    return [[cell.strip(" ×\n") for cell in row.split("\t")] for row in rows]


def keep(page: Page) -> None:
    """Into the draft."""
    press(page, page.locator("[data-main]").first)


def begin(page: Page, name: str) -> None:
    """Something new by its name."""
    page.locator("input[name=new_name]").first.fill(name)
    press(page, page.locator(".new-thing button").first)


def test_prices_gather_in_a_draft_and_a_wrong_one_keeps_nothing(page: Page) -> None:
    sign_in(page)
    page.goto("/house/menu")
    box = page.locator("input[name='c|item|borscht|price_minor']")
    expect(box).to_have_value("185.00")
    box.fill("195,50")
    page.locator("input[name='c|item|fries|price_minor']").fill("cheap")
    keep(page)
    expect(page.locator("[role=alert] li")).to_have_text(
        "Dish: fries · Price: “cheap” — this figure cannot be"
    )
    expect(page.locator("input.fault")).to_have_count(1)
    expect(page.locator("input[name='c|item|borscht|price_minor']")).to_have_value("195.50")
    assert draft_of(page) == []
    page.goto("/house/menu")
    page.locator("input[name='c|item|borscht|price_minor']").fill("195,50")
    keep(page)
    page.goto("/house/menu?section=tax")
    page.locator("input[name='c|tax|vat|rate_bp']").fill("7")
    keep(page)
    assert draft_of(page) == [
        ["Dish: borscht", "Price", "185.00", "195.50", ""],
        ["Tax: VAT", "Rate, %", "20.00", "7.00", ""],
    ]
    press(page, page.locator(".preview button").last)
    assert len(draft_of(page)) == 1
    page.fill("input[name=day]", "2026-12-01")
    page.fill("input[name=note]", "winter")
    press(page, "button[value=publish]")
    edition = page.locator("[data-edition]").first
    expect(edition).to_contain_text("changes: 1 · waiting")
    number = edition.get_attribute("data-edition")
    edition.locator("summary").click()
    expect(edition).to_contain_text("halyna · winter")
    expect(edition).to_contain_text("Dish: borscht · Price: 195.50")
    page.goto("/house/menu")
    expect(page.locator(".when")).to_contain_text(
        f"Waiting editions: № {number} from 1 Dec 2026, 00:00"
    )
    price = page.locator("tr[data-key=borscht] td", has=page.locator("input.money"))
    expect(price.locator("input")).to_have_value("185.00")
    expect(price.locator(".later")).to_have_text(f"from 1 Dec: 195.50 (№ {number})")
    page.goto("/house/menu/draft")
    page.fill("input[name=day]", "2026-12-02")
    press(page, "button[value=plan]")
    page.goto("/house/menu")
    expect(page.locator(".when")).to_contain_text("as it will be from 2 Dec 2026, 00:00")
    expect(price.locator("input")).to_have_value("195.50")
    price.locator("input").fill("185")
    keep(page)
    assert draft_of(page) == [["Dish: borscht", "Price", "195.50", "185.00", ""]]
    page.fill("input[name=day]", "2026-11-30")
    press(page, "button[value=publish]")
    expect(page.locator("[role=status]")).to_contain_text("Look at what changes once more")
    press(page, "button[value=drop]")
    press(page, "button[value=withdraw]")
    expect(page.locator("[data-edition]").first).to_contain_text("withdrawn")


def test_a_rule_by_hall_time_and_weekday_is_made_by_hand(page: Page) -> None:
    sign_in(page)
    page.goto("/house/menu?section=terms")
    begin(page, "Щасливі години")
    expect(page.locator(".card-title h3").first).to_have_text("Щасливі години")
    name = "c|terms|shchaslyvi-hodyny|"
    page.fill(f"input[name='{name}from_minute']", "17:00")
    page.fill(f"input[name='{name}until_minute']", "19:30")
    for day in ("0", "4"):
        page.check(f"input[name='{name}weekdays'][value='{day}']")
    page.check(f"input[name='{name}places'][value='main']")
    page.fill("input[name='c|rule|shchaslyvi-hodyny|wine']", "90")
    page.fill("input[name='c|rule|shchaslyvi-hodyny|share/food']", "80")
    keep(page)
    expect(page.locator(f"input[name='{name}from_minute']")).to_have_value("17:00")
    rows = {row[1]: row[3] for row in draft_of(page)}
    assert rows["From"] == "17:00"
    assert rows["Weekdays"] == "Monday, Friday"
    assert rows["Where"] == "Main"
    assert rows["wine"] == "90.00"
    assert rows["Food, %"] == "80.00"
    page.goto("/house/menu?section=terms")
    expect(page.locator("tr[data-key=shchaslyvi-hodyny]")).to_contain_text("Monday, Friday · Main")
    page.goto("/house/menu/draft")
    press(page, "button[value=drop]")
    assert draft_of(page) == []


def test_rights_tables_choices_and_routes_have_their_editors(page: Page) -> None:
    sign_in(page)
    page.goto("/house/menu?section=role&one=waiter")
    page.check("input[name='c|role|waiter|rights'][value=stop_list]")
    page.fill("input[name='c|role|waiter|refund_limit_minor']", "50")
    keep(page)
    page.goto("/house/menu?section=staff&one=olena")
    page.check("input[name='c|staff|olena|extra_rights'][value=approve]")
    keep(page)
    page.goto("/house/menu?section=hall&one=main")
    begin(page, "9")
    expect(page.locator("tr[data-key='9']")).to_be_visible()
    page.goto("/house/menu?section=group&one=sauce")
    begin(page, "Хрін")
    expect(page.locator("tr[data-key='sauce/khrin']")).to_be_visible()
    page.goto("/house/menu?section=routing")
    begin(page, "Lunch at the bar")
    page.check("input[name='c|routing|lunch-at-the-bar|to_station_ids'][value=bar]")
    page.check("input[name='c|routing|lunch-at-the-bar|item_ids'][value=borscht]")
    keep(page)
    seen = {(row[0], row[1]): row[3] for row in draft_of(page)}
    assert seen["Role: waiter", "Refund up to, sum"] == "50.00"
    assert seen["Role: waiter", "Rights"].endswith("Stop list")
    assert seen["Person: Olena", "Rights besides"] == "Approve for others"
    assert seen["Choice: Хрін", "new"] == "sauce"
    assert seen["Route: Lunch at the bar", "Go to"] == "bar"
    page.goto("/house/menu?section=role&one=manager")
    page.uncheck("input[name='c|role|manager|rights'][value=settings]")
    keep(page)
    draft_of(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    assert page.locator("button[value=publish]").count() == 0
    press(page, "button[value=drop]")


def test_how_the_kitchen_keeps_time_has_its_editors(page: Page) -> None:
    sign_in(page)
    page.goto("/house/menu?section=pacing")
    assert page.locator("input[name=new_name]").count() == 0, "kinds of order are given"
    page.select_option("select[name='c|pacing|takeaway|dishes']", "all")
    keep(page)
    page.goto("/house/menu?section=item&one=fries")
    page.select_option("select[name='c|item|fries|paced']", "no")
    page.fill("input[name='c|item|fries|target_s']", "240")
    page.fill("input[name='c|item|fries|usage']", "2")
    keep(page)
    page.goto("/house/menu?section=station&one=hot")
    page.fill("input[name='c|station|hot|capacity']", "6")
    page.fill("input[name='c|station|hot|late_percent']", "soon")
    keep(page)
    expect(page.locator("[role=alert] li")).to_contain_text("Late at, % of time: “soon”")
    page.fill("input[name='c|station|hot|late_percent']", "110")
    keep(page)
    page.goto("/house/menu?section=group&one=doneness")
    page.fill("input[name='c|modifier|doneness/well|seconds']", "180")
    keep(page)
    # The small menu has no printers, so its stations lose theirs with the first save.
    assert [row[:4] for row in draft_of(page) if row[1] != "Printer"] == [
        ["Pacing: takeaway", "Dishes of the order", "each as its card says", "all come together"],
        ["Dish: fries", "Ready in, s", "300", "240"],
        ["Dish: fries", "Takes of the station", "1", "2"],
        ["Dish: fries", "Waits for its course", "yes", "no"],
        ["Station: hot", "Dishes at once", "0", "6"],
        ["Station: hot", "Late at, % of time", "100", "110"],
        ["Choice: well done", "Cooks longer, s", "120", "180"],
    ]
    press(page, "button[value=drop]")


def test_points_are_set_like_everything_else_and_a_share_of_all_and_more_is_not_kept(
    page: Page,
) -> None:
    sign_in(page)
    page.goto("/house/menu?section=points")
    earn = page.locator("input[name='c|points|points|earn_bp']")
    expect(earn).to_have_value("0.00")
    earn.fill("5")
    page.fill("input[name='c|points|points|cap_bp']", "130")
    keep(page)
    expect(page.locator("[role=alert] li")).to_have_count(1)
    expect(earn).to_have_value("5.00")
    page.fill("input[name='c|points|points|cap_bp']", "30")
    page.fill("input[name='c|points|points|good_days']", "365")
    page.check("input[name='c|points|points|without_items'][value=wine]")
    keep(page)
    assert draft_of(page) == [
        ["Points of club cards", "Earned, %", "0.00", "5.00", ""],
        ["Points of club cards", "Of a bill up to, %", "100.00", "30.00", ""],
        ["Points of club cards", "Good for days (0: ever)", "0", "365", ""],
        ["Points of club cards", "Dishes that earn nothing", "", "wine", ""],
    ]
    press(page, "button[value=drop]")


def test_what_a_code_does_not_know_is_no_place_in_its_text(page: Page) -> None:
    sign_in(page)
    page.goto("/house/menu?section=qr")
    pay = page.locator("input[name='c|qr|qr|pay_link']")
    pay.fill("https://bank.test/?a={sum}")
    keep(page)
    expect(page.locator("[role=alert] li")).to_have_count(1)
    pay.fill("https://bank.test/?a={amount}&r={reference}&x={{")
    page.fill("input[name='c|qr|qr|bill_link']", "https://bill.test/{number}")
    keep(page)
    after = "https://bank.test/?a={amount}&r={reference}&x={{"
    assert draft_of(page) == [
        ["QR codes", "Payment by QR", "", after, ""],
        ["QR codes", "Where the bill is", "", "https://bill.test/{number}", ""],
    ]
    press(page, "button[value=drop]")


def test_every_list_and_card_opens_in_every_language(page: Page) -> None:
    sign_in(page)
    for language in ("uk", "pl", "en"):
        page.goto("/house/menu")
        press(page, f"button[value={language}]")
        cards = []
        for section in SECTIONS:
            answer = page.request.get(f"/house/menu?section={section}")
            assert answer.status == 200, section
            cards += [unescape(link) for link in CARD.findall(answer.text())[:1]]
        assert len(cards) >= 5
        for card in cards:
            assert page.request.get(f"/house/menu{card}").status == 200, card
    assert page.request.get("/house/menu?section=poem").status == 400
    assert page.request.get("/house/menu?section=item&one=poem").status == 404


def test_a_pin_is_changed_for_a_person_and_a_simple_one_is_not_taken(
    page: Page, office: Served
) -> None:
    sign_in(page)
    for simple in ("1234", "7777"):
        page.goto("/house/menu?section=staff&one=olena")
        page.fill("input[name=pin]", simple)
        press(page, page.locator("form", has=page.locator("input[name=pin]")).locator("button"))
        expect(page.locator("body")).to_contain_text("not all the same and not in a row")
    page.goto("/house/menu?section=staff&one=olena")
    page.fill("input[name=pin]", "8264")
    press(page, page.locator("form", has=page.locator("input[name=pin]")).locator("button"))
    expect(page.locator("[role=status]")).to_have_text("The PIN is changed.")
    with office.read_only() as books:
        kept = books.read(
            lambda c: c.execute(text("SELECT staff_id, pin_hash FROM pin_offer")).all()
        )
    assert [tuple(row) for row in kept] == [("olena", "what is kept of olena's PIN")]
