"""Sales that could not be taken from stock, as a page: what, when, and why in words."""

import json
from collections.abc import Mapping, Sequence

from ..food_cost import Problem
from .formats import Formats
from .grid import Cells, Grid, Head, Kind, Row, RowKind
from .words import Words

SHOWN = 200
COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("event", Kind.TEXT),
    ("day", Kind.TEXT),
    ("time", Kind.TEXT),
    ("what", Kind.TEXT),
    ("why", Kind.TEXT),
)


def exceptions_grid(problems: Sequence[Problem], words: Words, formats: Formats) -> Grid:
    """One row for each sale, the newest first."""
    cells = Cells(formats)
    rows = []
    for number, problem in enumerate(problems):
        params: Mapping[str, object] = json.loads(problem.params)
        what = params.get("item") or problem.event_type
        texts = (
            str(problem.event_n),
            formats.day(problem.day) if problem.day else "",
            formats.time(problem.at_ms),
            str(what),
            words.problem(problem.code, params),
        )
        key = f"{problem.event_n}.{number}"
        rows.append(Row(RowKind.LINE, key, tuple(cells.text(text) for text in texts)))
    heads = tuple(Head(words(key), kind) for key, kind in COLUMNS)
    return Grid(words.exceptions, "", heads, tuple(rows))
