"""A dish's recipe card as a change of the menu writes it: its components in one line of text.

Changes are texts (`menu_changes`), so components travel as a JSON list of
`[id, {language: name}, thousandths, unit]`. Reading checks everything, since an edition may come
from a file; what cannot be read is refused whole, and the card in force stays.
"""

import json
from collections.abc import Iterable

from .menu import Component

COMPONENTS = 100
"""Lines of one card; more no cook reads."""
METHOD_LENGTH = 8_000
_NAME_LENGTH = 80
_UNIT_LENGTH = 10
_MOST_MILLI = 1_000_000_000


def components_text(components: Iterable[Component]) -> str:
    """Components as a change keeps them; "" for none."""
    rows = [[one.component_id, one.names, one.qty_milli, one.unit] for one in components]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def components_of(text: str) -> tuple[Component, ...]:
    """The components of such a text. Raises ValueError for anything else."""
    try:
        rows = json.loads(text) if text else []
    except RecursionError:
        raise ValueError("nested without end") from None
    if not isinstance(rows, list) or len(rows) > COMPONENTS:
        raise ValueError("no list of components")
    return tuple(_component(row) for row in rows)


def _component(row: object) -> Component:
    match row:
        case [str(key), dict(names), int(qty_milli), str(unit)] if not isinstance(qty_milli, bool):
            known = {str(language): str(name) for language, name in names.items()}
            said = known and all(map(_short, (key, *known.values())))
            if said and abs(qty_milli) <= _MOST_MILLI and len(unit) <= _UNIT_LENGTH:
                return Component(key, known, qty_milli, unit)
    raise ValueError("no component")


def _short(text: str) -> bool:
    return 0 < len(text) <= _NAME_LENGTH and text.isprintable()
