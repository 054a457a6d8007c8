"""The page of devices: one is shut out with a reason, a file is looked through and decided once."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from tests.web.conftest import Served, signed_in

PATH = "/house/devices"


@pytest.fixture
def halyna(office: Served) -> Iterator[httpx.Client]:
    with signed_in(office, PATH) as client:
        yield client


def bring(client: httpx.Client, body: bytes) -> httpx.Response:
    files = {"file": ("unsent.json", body, "application/json")}
    return client.post(PATH + "/file", files=files, data={"stands": "nadia"})


def test_a_device_is_shut_out_with_a_reason_and_only_one_that_is_let_in(
    halyna: httpx.Client,
) -> None:
    page = halyna.get(PATH).text
    assert "Bar &lt;1&gt;" in page
    without = halyna.post(PATH, data={"revoke": "d1", "revoke_why": " "})
    assert without.status_code == 422
    assert "Why: the reason is missing" in unescape(without.text)
    assert halyna.post(PATH, data={"revoke": "d2", "revoke_why": "lost"}).status_code == 422
    asked = halyna.post(PATH, data={"revoke": "d1", "revoke_why": "lost"})
    assert "is being shut out" in asked.text


def test_a_file_is_looked_through_and_what_is_ticked_is_asked_for_once(
    halyna: httpx.Client,
) -> None:
    forged = bring(halyna, b"forged")
    assert forged.status_code == 422
    assert "changed after the terminal had signed it" in forged.text
    page = bring(halyna, b"genuine")
    text = unescape(re.sub("<[^>]+>", " ", page.text))
    assert "Entries in the file: 3, of these here already: 1." in text
    assert "Add dishes" in text
    assert "The shift is over" in text
    assert "Open a check" not in text, "what is here already is only counted"
    offered = re.findall(r'type="(\w+)" name="take" value="(\w+)"', page.text)
    assert offered == [("checkbox", "c2"), ("hidden", "c3")]
    decided = halyna.post(page.url.path, data={"take": ["c2", "c3"]})
    assert "The server takes it over in a moment." in decided.text
    again = halyna.post(page.url.path, data={"take": []})
    assert 'name="take"' not in again.text
    assert "decided" in halyna.get(PATH).text
