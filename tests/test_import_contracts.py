"""The contract type `only` of `scripts/import_contracts.py`: what it lets pass, what it reports."""

from __future__ import annotations

import grimp
from importlinter import ContractCheck

from scripts.import_contracts import OnlyContract


def checked(source: str, *allowed: str) -> ContractCheck:
    """The contract on a tree where `till.rules.price` imports the standard library and others."""
    graph = grimp.ImportGraph()
    for name in (
        "till.rules",
        "till.rules.price",
        "till.rules.tax",
        "till.tables",
        "till.wire.codec",
    ):
        graph.add_module(name)
    for name in ("dataclasses", "msgspec"):
        graph.add_module(name, is_squashed=True)
    for line, imported in enumerate(
        ("dataclasses", "till.rules.tax", "till.tables", "till.wire.codec", "msgspec"), 1
    ):
        graph.add_import(
            importer="till.rules.price", imported=imported, line_number=line, line_contents=""
        )
    options = {"source_modules": [source], "allowed_modules": list(allowed)}
    return OnlyContract("only", {}, options).check(graph, verbose=False)


def test_what_is_not_named_is_reported_with_its_line() -> None:
    check = checked("till.rules")
    assert not check.kept
    found = [(row["imported"], row["lines"]) for row in check.metadata["found"]]
    assert found == [("msgspec", [5]), ("till.tables", [3]), ("till.wire.codec", [4])]


def test_a_named_package_covers_what_lies_beneath_it() -> None:
    assert checked("till.rules", "till.wire", "till.tables", "msgspec").kept


def test_a_name_covers_no_namesake() -> None:
    check = checked("till.rules", "till.w", "till.table", "msgspec")
    assert [row["imported"] for row in check.metadata["found"]] == [
        "till.tables",
        "till.wire.codec",
    ]


def test_a_contract_that_looks_at_nothing_is_broken() -> None:
    check = checked("till.moved_away")
    assert not check.kept
    assert check.metadata["missing"] == ["till.moved_away"]
