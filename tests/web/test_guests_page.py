"""The page of guests' data: a guest is found, given what is kept, and erased with a reason."""

import io
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from openpyxl import load_workbook

from sync_server.back_office.guest_offers import erasures_after
from tests.web.conftest import Served, signed_in

PATH = "/house/guests"


@pytest.fixture
def halyna(office: Served) -> Iterator[httpx.Client]:
    with signed_in(office, PATH) as client:
        yield client


def test_a_guest_is_found_and_erased_with_a_reason_by_whom_the_page_names(
    halyna: httpx.Client, office: Served
) -> None:
    empty = halyna.get(PATH).text
    assert "erased by themselves after 30 days" in empty
    assert "Mia" not in empty, "names are shown only when they are looked for"
    assert "The house names nobody so." in halyna.get(PATH, params={"q": "Nobody"}).text
    assert "&lt;b&gt;Max · 304" in halyna.get(PATH, params={"q": "304"}).text
    found = halyna.get(PATH, params={"q": " Mia "}).text
    assert "T1-001" in found
    assert "2900000000420" in found
    for wrong, said in (
        ({"q": "Mia", "guest_why": "asked"}, "Whom: tick whom to erase"),
        ({"q": "Mia", "guest_why": "asked", "guest": ["check:j"]}, "Whom: tick whom to erase"),
        ({"q": "Mia", "guest_why": " ", "guest": ["check:k"]}, "Why: the reason is missing"),
    ):
        refused = halyna.post(PATH, data=wrong)
        assert refused.status_code == 422
        assert said in unescape(refused.text)
    wanted = ["check:k", "card:2900000000420", "check:k"]
    asked = halyna.post(PATH, data={"q": "Mia", "guest_why": "she asked", "guest": wanted})
    assert "she asked" in asked.text
    assert "guests or checks: 2" in asked.text
    with office.read_only() as books:
        (one,) = books.read(lambda connection: erasures_after(connection, 0))
    assert one.subjects == ("check:k", "card:2900000000420")
    assert (one.reason, one.login) == ("she asked", "halyna")
    assert "asked for" in halyna.get(PATH, params={"q": "Mia"}).text


def test_what_is_kept_of_a_guest_is_given_as_a_table(halyna: httpx.Client) -> None:
    given = halyna.get(PATH + "/given.xlsx", params={"q": "Mia"})
    sheet = load_workbook(io.BytesIO(given.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.rows]
    assert [row[1:] for row in rows[-2:]] == [
        ["Check opened", "T1-001", "Mia"],
        ["Club card given", "2900000000420", "Mia"],
    ]
