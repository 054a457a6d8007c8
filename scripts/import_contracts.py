"""A type of import contract that import-linter lacks: import only what is named.

import-linter can forbid named modules. A rule such as "the domain imports only the standard
library and itself" has to refuse what nobody thought of, so it needs the reverse. `.importlinter`
registers this class as the type `only` and holds the contracts.
"""

from __future__ import annotations

import sys
from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output


class OnlyContract(Contract):
    """Modules of `source_modules` import themselves, the standard library and `allowed_modules`.

    Direct imports count, wherever in a file they stand. A name covers what lies beneath it. The
    contract is broken, too, when a source module does not exist: it would be looking at nothing.
    """

    type_name = "only"

    source_modules = fields.ListField(subfield=fields.StringField())
    allowed_modules = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at every direct import of the sources."""
        sources = _names(self.source_modules)
        allowed = _names(self.allowed_modules)
        missing = [name for name in sources if name not in graph.modules]
        found: list[dict[str, Any]] = []
        for source in sources:
            if source in missing:
                continue
            for module in sorted({source} | graph.find_descendants(source)):
                for imported in sorted(graph.find_modules_directly_imported_by(module)):
                    if not _may_import(imported, source, allowed):
                        details = graph.get_import_details(importer=module, imported=imported)
                        lines = [detail["line_number"] for detail in details]
                        found.append({"importer": module, "imported": imported, "lines": lines})
        return ContractCheck(
            kept=not found and not missing, metadata={"found": found, "missing": missing}
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Says which import of which line is not allowed."""
        for name in check.metadata["missing"]:
            output.print_error(f"{name} does not exist: take it out or mend its name.")
        for row in check.metadata["found"]:
            lines = ", ".join(f"l.{line}" for line in row["lines"])
            output.print_error(f"{row['importer']} may not import {row['imported']} ({lines})")


def _names(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(name) for name in value]


def _may_import(imported: str, source: str, allowed: list[str]) -> bool:
    if imported.partition(".")[0] in sys.stdlib_module_names:
        return True
    return any(imported == name or imported.startswith(f"{name}.") for name in (source, *allowed))
