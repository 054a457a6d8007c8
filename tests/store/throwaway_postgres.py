"""A real PostgreSQL for a test session; import `postgres_url` or both in an area's conftest.

Rule: no silent skip. Without PostgreSQL's programs the tests fail and name the package.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.ready_made import Copies

SCRIPT = Path(__file__).parents[2] / "scripts" / "postgres.sh"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a server that lives as long as the test session."""
    started = subprocess.run([SCRIPT, "start"], capture_output=True, text=True, check=False)
    if started.returncode != 0:
        pytest.fail(f"no PostgreSQL for the tests: {started.stderr.strip()}", pytrace=False)
    folder, url = started.stdout.split()
    yield url
    subprocess.run([SCRIPT, "stop", folder], check=True)


@pytest.fixture(scope="session")
def copies(postgres_url: str) -> Iterator[Copies]:
    """Databases on it with their tables in them."""
    with Copies(postgres_url) as made:
        yield made
