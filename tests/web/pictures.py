"""Pictures of the back office for the README: the real pages in Chromium, with the demo's house.

Run as `python -m tests.web.pictures FOLDER` (`make screenshots` does).
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.back_office.house import PASSWORD
from tests.web.conftest import ARGUMENTS, CHROMIUM, ROOT

RECEIPT = (
    ("Яловичина", "12,5", "214,90"), ("Помідори", "8", "64"), ("Сметана 20 %", "15", "121,50"),
    ("Борошно пшеничне", "50", "21,40"), ("Масло 82 %", "6", "402"),
)  # fmt: skip
BAD = "код;назва;од.;група\nkrip;Кріп;кг;Зелень\n;Сіль;фунт;Бакалія\nmed;Мед;кг;Бакалія\n"


def take(page: Page, folder: Path) -> None:
    """All of them, one after the other."""

    def picture(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}.png")

    page.goto("/sign-in?language=uk")
    page.fill("input[name=login]", "owner")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.goto("/stock/new/receipt")
    page.select_option("select[name=supplier]", index=3)
    page.fill("input[name=reference]", "НК-0417")
    for at, (good, qty, price) in enumerate(RECEIPT):
        if at > 2:
            page.click(".add-line")
        for name, text in (("good", good), ("qty", qty), ("price", price)):
            page.locator(f"input[name={name}]").nth(at).fill(text)
        page.locator("input[name=good]").nth(at).press("Enter")
    picture("invoice")
    page.click("[data-main]")
    for name in ("turnover", "food-cost"):
        page.goto(f"/reports/{name}")
        page.wait_for_selector("canvas, svg")
        picture(name)
    page.goto("/recipes/cards/item/borscht")
    picture("recipe-card")
    prices = page.locator("input[name$='price_minor']")
    for price, day in (("199", "2026-12-01"), ("189", "2026-12-24")):
        page.goto("/house/menu")
        prices.first.fill(price)
        page.locator("[data-main]").first.click()
        page.goto("/house/menu/draft")
        page.fill("input[name=day]", day)
        page.click("button[value=plan]" if day > "2026-12-20" else "button[value=publish]")
    picture("menu-draft")
    page.goto("/house/import")
    file = folder / "товари.csv"
    file.write_text(BAD, encoding="utf-8")
    page.set_input_files("input[type=file]", file)
    page.click("button[value=try]")
    picture("import")
    file.unlink()


def main(folder: Path) -> None:
    """Serve, look, and stop."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as books:
        command = [sys.executable, "-m", "tests.web.demo_serving", books]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            address = f"http://127.0.0.1:{process.stdout.readline().strip()}"
            try:
                with sync_playwright() as playwright:
                    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                    context = chromium.new_context(
                        base_url=address,
                        locale="uk-UA",
                        viewport={"width": 1366, "height": 768},
                    )
                    take(context.new_page(), folder)
                    chromium.close()
            finally:
                process.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
