"""The books of the small house, on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.back_office.books import CONTEXT, file_url, open_books
from sync_server.store.database import Database
from tests.store.ready_made import BACK, Copies, lay
from tests.store.throwaway_postgres import copies, postgres_url

__all__ = ["copies", "postgres_url"]


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Database]:
    """Empty books in a file."""
    with open_books(file_url(lay(BACK, tmp_path / "back.db"))) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def books_on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Empty books on either system."""
    if request.param == "sqlite":
        with open_books(file_url(lay(BACK, tmp_path / "back.db"))) as database:
            yield database
        return
    made: Copies = request.getfixturevalue("copies")
    with made.of(BACK, CONTEXT) as url, open_books(url) as database:
        yield database
