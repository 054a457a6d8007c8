"""Every route asked by everybody: who has the right comes in, nobody else, and no form from abroad.

What a route asks stands in `RIGHTS`; a route that is not named there fails the test, so that no
door is forgotten. Files that leave the house hold no formula. No browser is needed for this.
"""

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from openpyxl import load_workbook

from sync_server.back_office.reports.catalogue import REPORTS
from sync_server.demo.catalogue import catalogue_of
from sync_server.domain.ids import StaffId
from sync_server.domain.staff import rights_of
from tests.back_office.house import CALCULATOR, NOON_MS, PASSWORD
from tests.demo.loaded import demo_venue
from tests.web.conftest import ROOT, Served

PEOPLE = {
    "halyna": {"reports", "costing", "approve_stock", "settings", "house_account"},
    "nadia": {"reports"},
    "marko": {"costing"},
    "oksana": {"costing", "approve_stock"},
    "roman": set(CALCULATOR),
}
OPEN = ("/sign-in", "/sign-out", "/language", "/")
RIGHTS = (
    ("/stock/", "costing"),
    ("/recipes/", "costing"),
    ("/intake/", "costing"),
    ("/house/books", "approve_stock"),
    ("/house/people", "settings"),
    ("/house/menu/pin", "settings"),
    ("/house/lent", "settings"),
    ("/house/devices", "settings"),
    ("/house/guests", "settings"),
    ("/house/", "costing"),
    ("/reports/turnover", "costing"),
    ("/reports/food-cost", "reports"),
    ("/reports/paper", "costing"),
    ("/reports/{name}", "reports"),
    ("/journal/", "reports"),
)
"""What a path asks, the first that begins it."""
IN_PATHS = {
    "owner": "item",
    "owner_id": "borscht",
    "form": "technology",
    "good_id": "beef",
    "supplier_id": "rynok",
    "login": "halyna",
    "kind": "receipt",
    "subject": "goods",
    "name": "sales",
    "n": "1",
    "position": "1",
}
FORMULA = ("=", "+", "-", "@")


@pytest.fixture(scope="module")
def doors() -> list[tuple[str, str]]:
    """Every method and path."""
    command = [sys.executable, "-m", "tests.web.doors"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    found = [(line.split()[0], line.split()[1]) for line in told.splitlines()]
    assert len(found) > 60
    return found


@pytest.fixture(scope="module")
def people(file_office: Served) -> Iterator[dict[str, httpx.Client]]:
    """Everybody, signed in, and somebody who is not."""
    clients = {
        login: httpx.Client(base_url=file_office.address, timeout=60)
        for login in (*PEOPLE, "nobody")
    }
    for login in PEOPLE:
        answer = clients[login].post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303
    yield clients
    for client in clients.values():
        client.close()


def right_of(path: str) -> str | None:
    if path in OPEN:
        return None
    return next(right for start, right in RIGHTS if path.startswith(start))


def filled(path: str) -> str:
    parts = [
        IN_PATHS.get(part[1:-1], "none") if part.startswith("{") and part.endswith("}") else part
        for part in path.replace("{subject}.xlsx", "goods.xlsx")
        .replace("{form}.pdf", "technology.pdf")
        .split("/")
    ]
    return "/".join(parts)


def test_every_door_asks_its_right_of_everybody(
    doors: list[tuple[str, str]], people: dict[str, httpx.Client]
) -> None:
    wrong = []
    for method, path in doors:
        right = right_of(path)
        for login, held in PEOPLE.items():
            if right is None or (method == "POST" and right in held):
                continue  # What a form of theirs does is told by the tests of its page.
            status = people[login].request(method, filled(path)).status_code
            shut = status == 403
            if status >= 500 or shut != (right not in held):
                wrong.append((method, path, login, status))
        if right is not None:
            status = people["nobody"].request(method, filled(path)).status_code
            if status != 401:
                wrong.append((method, path, "nobody", status))
    assert wrong == []


def test_who_calculates_recipes_has_the_pages_of_that_work_and_is_told_of_the_others_in_words(
    doors: list[tuple[str, str]], people: dict[str, httpx.Client]
) -> None:
    """The demo venue's calculator: whatever the navigation shows opens."""
    menu = catalogue_of(demo_venue(), 1, NOON_MS)
    assert rights_of(menu, StaffId("roman")) == set(CALCULATOR)
    roman = people["roman"]
    gets = {path for method, path in doors if method == "GET" and "{" not in path}
    for language, refusal in (("en", "not among your"), ("uk", "не входить"), ("pl", "nie należy")):
        roman.post("/language", data={"language": language, "next": "/"})
        shown = roman.get("/recipes/what-if").text
        pages = set(re.findall(r'href="(/(?:stock|recipes|reports|intake|house)/[a-z/-]+)"', shown))
        assert {"/recipes/what-if", "/house/menu", "/house/portions", "/stock/goods"} <= pages
        for path in sorted(pages) if language == "uk" else ():
            assert roman.get(path).status_code == 200, path
        beyond = {path for path in gets if right_of(path) in ("approve_stock", "settings")}
        assert len(beyond) >= 5
        assert not beyond & pages
        for path in beyond:
            assert refusal in roman.get(path).text, (language, path)
    for section in ("role", "staff", "house_account"):
        assert roman.get(f"/house/menu?section={section}").status_code == 403, section
    given = {"section": "item", "c|role|calculator|rights": "settings"}
    assert roman.post("/house/menu", data=given).status_code == 403
    stop = roman.post("/house/portions", data={"stop": "none"})
    assert stop.status_code == 400, "he may stop a dish, if there is such a one"


def test_an_address_that_leads_nowhere_is_answered_in_words(
    people: dict[str, httpx.Client],
) -> None:
    for path, status, said in (
        ("/nowhere", 404, "There is no such page."),
        ("/house/nowhere/1", 404, "There is no such page."),
        ("/journal/first", 400, "This address or form cannot be read."),
    ):
        answer = people["halyna"].get(path)
        assert (answer.status_code, said in answer.text) == (status, True), path
        assert "HTTPException" not in answer.text
    assert people["halyna"].get("/api/nowhere").headers["content-type"] == "application/json"


def test_who_keeps_recipes_gives_nobody_credit(people: dict[str, httpx.Client]) -> None:
    accounts, limit = "/house/menu?section=house_account", "c|house_account|acme|limit_minor"
    for login, held in PEOPLE.items():
        shown = people[login].get(accounts).status_code
        assert (shown == 200) == ({"costing", "house_account"} <= held), login
    form = {"section": "item", limit: "999999"}
    assert people["marko"].post("/house/menu", data=form).status_code == 403


def test_no_form_from_another_site_is_taken(
    doors: list[tuple[str, str]], people: dict[str, httpx.Client]
) -> None:
    abroad = {"Origin": "https://evil.example"}
    posts = [path for method, path in doors if method == "POST"]
    assert len(posts) > 12
    for path in posts:
        answer = people["halyna"].post(filled(path), headers=abroad)
        assert (answer.status_code, answer.text) == (403, "foreign origin"), path


def test_a_report_that_is_taken_from_a_person_is_shut_in_every_form(office: Served) -> None:
    """Also the two reports that have pages of their own."""
    own = [one.key.replace("_", "-") for one in REPORTS if one.listed and one.right == "reports"]
    shut = ("food-cost", "sales")
    with httpx.Client(base_url=office.address, timeout=60) as halyna:
        halyna.post("/sign-in", data={"login": "halyna", "password": PASSWORD})
        form = {
            "name": "Petro", "login": "petro", "password": "Dovhyi-Parol-2", "language": "en",
            "rights": "reports", "report_food_cost": "no-report:", "report_sales": "no-report:",
            "active": "yes", "account_role": "accountant",
        }  # fmt: skip
        assert halyna.post("/house/people/new", data=form).status_code == 303
    with httpx.Client(base_url=office.address, timeout=60) as petro:
        petro.post("/sign-in", data={"login": "petro", "password": "Dovhyi-Parol-2"})
        for name in shut:
            for suffix in ("", ".xlsx"):
                assert petro.get(f"/reports/{name}{suffix}").status_code == 403, (name, suffix)
        assert petro.get("/reports/sales.csv").status_code == 403
        for name in own:
            assert petro.get(f"/reports/{name}").status_code == (403 if name in shut else 200), name


def test_no_file_that_leaves_the_house_holds_a_formula(
    doors: list[tuple[str, str]], people: dict[str, httpx.Client]
) -> None:
    """A dish is called “=Saltless soup”: it stays a name in every table."""
    halyna = people["halyna"]
    period = {"from": "2026-11-01", "to": "2026-11-30"}
    sheets = [filled(path) for method, path in doors if path.endswith(".xlsx")]
    listed = [one.key.replace("_", "-") for one in REPORTS if one.listed]
    sheets += [f"/reports/{name}.xlsx" for name in listed]
    named = 0
    for path in sheets:
        answer = halyna.get(path, params=period)
        if answer.status_code == 404 and "none" in path:
            continue
        assert answer.status_code == 200, path
        book = load_workbook(io.BytesIO(answer.content))
        for cell in (one for sheet in book for row in sheet.rows for one in row):
            assert cell.data_type != "f", (path, cell.coordinate)
            named += str(cell.value).startswith("=")
    for name in listed:
        text = halyna.get(f"/reports/{name}.csv", params=period).content.decode("utf-8-sig")
        for cells in csv.reader(io.StringIO(text)):
            for one in cells:
                is_figure = one.removeprefix("-").replace(".", "", 1).isdigit()
                assert is_figure or not one.startswith(FORMULA), (name, one)
                named += one.startswith("'=")
    assert named > 2
