"""A running back office, and a real Chromium in front of it.

Both live as long as this folder's tests run in a row. While it lives, the browser keeps an event
loop running in the process, in which no test with asyncio can begin.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from sync_server.back_office.books import file_url
from sync_server.store.database import Database
from tests.back_office.house import PASSWORD

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FRESH = "VITRYLO_TEST_FRESH_OFFICE"
"""Set in the environment, it gives every test a new house: none may need another one."""
PATIENCE_MS = 60_000
"""So long a test waits for what it has said that it waits for; only a failure takes that long."""

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Served:
    """Where the office answers, and the file of its books."""

    address: str
    books: Path

    def read_only(self) -> Database:
        """The books beside the process that writes them."""
        return Database.open_read_only(file_url(self.books))


@contextmanager
def served(module: str, folder: Path) -> Iterator[Served]:
    """A back office in a process of its own, with its books in a folder."""
    command = [sys.executable, "-m", module, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, "the office did not start"
        try:
            yield Served(f"http://127.0.0.1:{port}", folder / "back.db")
        finally:
            process.terminate()


@pytest.fixture(scope="package")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small house's back office, for all files that leave nothing another one would miss."""
    with served("tests.web.serving", tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="module")
def file_office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The office of a file's tests: its own if the file says `OWN_OFFICE`, since it writes what
    others look at."""
    if not getattr(request.module, "OWN_OFFICE", False):
        yield request.getfixturevalue("shared_office")
        return
    with served("tests.web.serving", tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture
def office(request: pytest.FixtureRequest, file_office: Served, tmp_path: Path) -> Iterator[Served]:
    """A test's office. A second run of it (`PLAYED_AGAIN`) must not fail for what the first one
    wrote, nor need what the file's other tests write: it has a house of its own, as `FRESH` gives
    every test."""
    if getattr(request.node, "execution_count", 1) == 1 and not os.environ.get(FRESH):
        yield file_office
        return
    with served("tests.web.serving", tmp_path) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of pages."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextmanager
def page_of(browser: Browser, office: Served) -> Iterator[Page]:
    """A browser window that has never been here, that must not ask anyone else, and whose scripts
    must not break."""
    context = browser.new_context(
        base_url=office.address, viewport={"width": 1366, "height": 768}, accept_downloads=True
    )
    context.set_default_timeout(PATIENCE_MS)
    window = context.new_page()
    foreign: list[str] = []
    window.on("request", lambda request: foreign.append(request.url))
    broken: list[str] = []
    window.on("pageerror", lambda error: broken.append(f"{window.url}: {error}"))
    yield window
    context.close()
    assert broken == []
    allowed = (office.address, office.address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in foreign if not url.startswith(allowed)] == []


@pytest.fixture
def page(browser: Browser, office: Served) -> Iterator[Page]:
    """A window on the small house's back office."""
    with page_of(browser, office) as window:
        yield window


def sign_in(page: Page, login: str = "halyna", password: str = PASSWORD) -> None:
    """Fill in the form of the door."""
    page.goto("/sign-in?language=en")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    press(page, "button[type=submit]")


def press(page: Page, what: str | Locator) -> None:
    """Click what leads to a page, and wait until that page is there: a bare click may be back
    before the browser has asked for it, and long before all of it has come. What is to be clicked
    stands still once the fonts are there."""
    page.evaluate("() => document.fonts.ready.then(() => null)")
    with page.expect_navigation():
        (page.locator(what).first if isinstance(what, str) else what).click()


def look_until(there: Callable[[], object], again: Callable[[], object]) -> None:
    """Look again until something is there, which others do in their own time."""
    end = time.monotonic() + PATIENCE_MS / 1_000
    while not there():
        assert time.monotonic() < end, "it never came"
        again()


@contextmanager
def signed_in(office: Served, path: str) -> Iterator[httpx.Client]:
    """The accountant without a browser, in English, on her way to a page."""
    with httpx.Client(base_url=office.address, timeout=60, follow_redirects=True) as client:
        client.post("/sign-in", data={"login": "halyna", "password": PASSWORD})
        client.post("/language", data={"language": "en", "next": path})
        yield client
