"""Entries for accounting as a page and a file: what is booked on which account."""

from collections.abc import Mapping, Sequence

from ..journal_entries import JournalEntry
from .formats import Formats
from .grid import Cells, Grid, Head, Kind, Row, RowKind
from .questions import address
from .report_grid import path_of
from .words import Words

COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("day", Kind.TEXT),
    ("what_moved", Kind.TEXT),
    ("group", Kind.TEXT),
    ("from_store", Kind.TEXT),
    ("to_store", Kind.TEXT),
    ("debit", Kind.TEXT),
    ("credit", Kind.TEXT),
    ("value", Kind.MONEY),
)


def entries_grid(
    entries: Sequence[JournalEntry],
    caption: str,
    words: Words,
    formats: Formats,
    names: Mapping[str, str],
) -> Grid:
    """One row for each entry, which opens the moves it stands for, and the sum of all.

    `names` stand by `group/…`, `store/…`.
    """
    cells = Cells(formats)
    rows = []
    for number, one in enumerate(entries):
        texts = (
            formats.day(one.day),
            words(f"move_{one.kind.replace('-', '_')}"),
            names.get(f"group/{one.group_id}", one.group_id),
            names.get(f"store/{one.store_from}", one.store_from),
            names.get(f"store/{one.store_to}", one.store_to),
            one.debit,
            one.credit,
        )
        shown = tuple(cells.text(text) for text in texts)
        behind = {"from": one.day, "to": one.day, "kind": one.kind, "group": one.group_id}
        opens = address(path_of("moves"), behind | {"source": one.source, "target": one.target})
        value = Cells.opening(cells.money(one.value_minor), opens)
        rows.append(Row(RowKind.LINE, str(number), (*shown, value)))
    if rows:
        empty = [cells.text("")] * (len(COLUMNS) - 2)
        total = cells.money(sum(one.value_minor for one in entries))
        rows.append(Row(RowKind.TOTAL, "total", (cells.text(words.total), *empty, total)))
    heads = tuple(Head(words(key), kind) for key, kind in COLUMNS)
    return Grid(words.entries, caption, heads, tuple(rows))
