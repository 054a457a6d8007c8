"""Paper of the store: a sheet to count by, and a label for what was prepared.

Rule: a counting sheet never says what the books expect, or it would be copied instead of counted.
What is counted is written by hand, so each row has room for a pen.
"""

from collections.abc import Iterator

from hardware.documents import QR, Align, Block, Cell, Columns, Rule, Signature, Size, Space, Text
from sync_server.domain.limits import STOCK_SHEET_ROWS
from sync_server.domain.outward import PaperJob, PrepLabel, SheetRow, StockSheet

from .allergens import named
from .figures import Figures
from .rows import sum_row
from .templates import Draft
from .words import Words

_BLANK = "_" * 10


def sheet_draft(job: PaperJob, sheet: StockSheet, words: Words, figures: Figures) -> Draft:
    """The things of a store under their headings, with room for the count of each."""
    rows = sheet.rows[:STOCK_SHEET_ROWS]
    parts: dict[str, tuple[Block, ...]] = {
        "head": (
            sum_row(words.say("store", store=sheet.store), figures.moment(job.at_ms), bold=True),
            Rule(),
        ),
        "rows": tuple(_rows(rows)),
        "signature": (Signature(words.say("counted_by")),),
    }
    title = words.say("stock_take", number=sheet.number)
    footer = words.say("end_of_sheet", count=len(rows))
    return Draft(title, parts, tuple(parts), footer=footer)


def _rows(rows: tuple[SheetRow, ...]) -> Iterator[Block]:
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            yield Space(8)
            yield Text(group, bold=True)
        yield Columns(
            (
                Cell(row.name),
                Cell(_BLANK, keep=True),
                Cell(row.unit, width=4, align=Align.RIGHT),
            )
        )


def label_draft(label: PrepLabel, words: Words, figures: Figures) -> Draft:
    """A label that is read on a shelf: what it is, until when, what it may hurt."""
    about: list[Block] = []
    if label.allergens:
        said = words.say("allergy", text=named(label.allergens, words.code))
        about.append(Text(said, bold=True, inverse=True))
    if label.code:
        about.append(QR(label.code))
    parts: dict[str, tuple[Block, ...]] = {
        "name": (Text(label.name, Size.LARGE, bold=True),),
        "dates": (
            Text(words.say("made", at=figures.moment(label.made_ms))),
            Text(words.say("use_by", at=figures.moment(label.use_by_ms)), Size.LARGE, bold=True),
        ),
        "about": tuple(about),
    }
    return Draft("", parts, tuple(parts))
