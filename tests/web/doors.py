"""Every route of the back office, one a line: its method and path.

In a process of its own, because NiceGUI has one application in it: `python -m tests.web.doors`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.routing import APIRoute

from sync_server.back_office.accounts import Accounts
from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.web.settled import SiteSettings
from sync_server.back_office.web.site import LEAVES, Site
from tests.back_office.house import NOON_MS, PASSWORDS


def doors() -> list[str]:
    """As the site registers them; NiceGUI's own are left out."""
    with TemporaryDirectory() as folder, open_books(file_url(Path(folder) / "back.db")) as books:
        settings = SiteSettings(
            ZoneInfo("UTC"), lambda: NOON_MS, 3_000, False, PASSWORDS.hash, lambda _who, pin: pin
        )
        accounts = Accounts(books, PASSWORDS, settings.clock, lambda: "")
        site = Site(books, accounts, settings, lambda: "").app.app
        assert isinstance(site, FastAPI)
        found = {
            f"{method} {route.path}"
            for route in site.routes
            if isinstance(route, APIRoute) and not route.path.startswith("/_nicegui")
            for method in route.methods or ()
        }
        # Pages of NiceGUI's own router are no plain routes.
        return sorted(found | {f"GET {place.path}" for place, _ in LEAVES.values()})


if __name__ == "__main__":
    print("\n".join(doors()))
