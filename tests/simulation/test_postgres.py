"""Evenings with PostgreSQL under the server: the promises are the same, and so are the judges."""

import pytest

from tests.store.throwaway_postgres import postgres_url

from .broken import VARIANTS, broken
from .evening import Violation, run
from .postgres import OnPostgres

__all__ = ["postgres_url"]


@pytest.fixture
def house(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> type[OnPostgres]:
    monkeypatch.setattr(OnPostgres, "url", postgres_url)
    return OnPostgres


def test_everything_holds_when_the_server_dies_at_commits_to_postgresql(
    house: type[OnPostgres],
) -> None:
    reports = [run(seed, shape=house) for seed in (0, 3)]
    assert sum(report.commands for report in reports) > 40
    assert sum(report.crashes for report in reports) > 1, "no power cut came"


def test_a_broken_promise_is_noticed_over_postgresql_too(house: type[OnPostgres]) -> None:
    [variant] = [one for one in VARIANTS if one.name == "answers_before_the_commit"]
    with broken(variant), pytest.raises(Violation):
        run(0, shape=house)
