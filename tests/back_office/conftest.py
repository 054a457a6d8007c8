"""The books of the small house, on SQLite and on a real PostgreSQL."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sync_server.back_office.books import file_url, open_books
from sync_server.store.database import Database
from tests.store.throwaway_postgres import postgres_url

__all__ = ["postgres_url"]
_schemas = itertools.count(1)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Database]:
    """Empty books in a file."""
    with open_books(file_url(tmp_path / "back.db")) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def books_on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Empty books on either system."""
    if request.param == "sqlite":
        with open_books(file_url(tmp_path / "back.db")) as database:
            yield database
        return
    url = request.getfixturevalue("postgres_url")
    schema = f"back_{next(_schemas)}"
    with open_books(url, schema) as database:
        yield database
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
