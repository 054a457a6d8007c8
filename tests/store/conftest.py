"""The same contract on SQLite and on a real PostgreSQL."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sync_server.store.database import Database
from tests.store.places import Place, make_table
from tests.store.throwaway_postgres import postgres_url

__all__ = ["postgres_url"]
_schemas = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place for a database on either system."""
    if request.param == "sqlite":
        yield Place(f"sqlite:///{tmp_path}/front.db", "front")
        return
    url = request.getfixturevalue("postgres_url")
    schema = f"front_{next(_schemas)}"
    yield Place(url, schema)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
        for name in (schema, f"{schema}_replaced"):
            server.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


@pytest.fixture
def file_place(tmp_path: Path) -> Place:
    """An empty place for a SQLite file."""
    return Place(f"sqlite:///{tmp_path}/front.db", "front")


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    """A database with the tests' journal in it."""
    with place.open() as opened:
        opened.writer.run(make_table).result()
        yield opened
