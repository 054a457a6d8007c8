"""What stands on the printed forms of stock documents: every kind, blank and compared counts."""

from decimal import Decimal

from sqlmodel import Session

from sync_server.domain.documents import Paper, State
from sync_server.domain.stock import from_milli

from ..paper_tables import PaperRow
from ..papers import NOT_COUNTED, lines_of
from .desk import Desk
from .paper_view import comparison_grid, row_view
from .printing import PrintColumn, PrintForm

FIGURES = frozenset({"qty", "price", "sum", "net", "ready", "share"})
LEFT_OUT = frozenset({"last", "change"})


def paper_print(session: Session, desk: Desk, row: PaperRow) -> PrintForm:
    """The form of a document. A count that is not handed in is a blank sheet to write on."""
    if row.paper == Paper.COUNT.value:
        if row.state == State.DRAFT.value:
            return _blank_sheet(session, desk, row)
        return _compared(session, desk, row)
    view = row_view(session, desk, row)
    shown = [column for column in view.columns if column.name not in LEFT_OUT]
    columns = [
        PrintColumn("№", 9),
        *(
            PrintColumn(column.label, _width(column.name), column.name in FIGURES)
            for column in shown
        ),
    ]
    rows = [
        [str(number), *(line.values.get(column.name, "") for column in shown)]
        for number, line in enumerate(view.rows, start=1)
    ]
    totals = []
    if view.total is not None:
        totals = [["", desk.words.total, *[""] * (len(shown) - 2), view.total]]
    return PrintForm(
        f"{view.title} · {desk.words(f'state_{row.state}')}",
        desk.words.language,
        columns,
        rows,
        facts=_facts(desk, row),
        totals=totals,
        signatures=(desk.words.handed_over, desk.words.took_over),
    )


def _width(name: str) -> int:
    return {"good": 0, "unit": 12, "role": 20}.get(name, 26)


def _facts(desk: Desk, row: PaperRow) -> list[tuple[str, str]]:
    words, stores, suppliers = desk.words, dict(desk.stores), dict(desk.suppliers)
    facts = [
        (words.field_day, desk.formats.day(row.day)),
        (words.field_store, stores.get(row.store_id, "")),
        (words.field_to_store, stores.get(row.to_store_id, "")),
        (words.field_supplier, suppliers.get(row.supplier_id, "")),
        (words.field_reference, row.reference),
        (words.field_note, row.note),
    ]
    if row.reason:
        facts.append((words.field_reason, words(f"reason_{row.reason.replace('-', '_')}")))
    return [(label, text) for label, text in facts if text]


def _blank_sheet(session: Session, desk: Desk, row: PaperRow) -> PrintForm:
    """Names and units without what the book says: whoever counts shall not know it."""
    words = desk.words
    goods = {good.good_id: good for good in desk.goods}
    rows = []
    for number, line in enumerate(lines_of(session, row.paper_id), start=1):
        good = goods.get(line.ingredient_id)
        if good is None:
            continue
        counted = ""
        if line.qty_milli != NOT_COUNTED:
            shown: Decimal = from_milli(line.qty_milli) / good.factor
            counted = desk.formats.quantity(shown, good.unit)
        rows.append([str(number), good.name, words(f"unit_{good.unit}"), counted, ""])
    columns = [
        PrintColumn("№", 9),
        PrintColumn(words.field_good, 0, right=False),
        PrintColumn(words.field_unit, 14, right=False),
        PrintColumn(words.field_counted, 34),
        PrintColumn(words.field_note, 44, right=False),
    ]
    return PrintForm(
        words.count_sheet,
        words.language,
        columns,
        rows,
        facts=_facts(desk, row),
        signatures=(words.counted_by, words.in_presence_of),
    )


def _compared(session: Session, desk: Desk, row: PaperRow) -> PrintForm:
    grid = comparison_grid(session, desk, row)
    columns = [
        PrintColumn(grid.heads[0].title, 0, right=False),
        PrintColumn(grid.heads[1].title, 12),
    ]
    columns += [PrintColumn(head.title, 27) for head in grid.heads[2:]]
    texts = [[cell.text for cell in line.cells] for line in grid.rows]
    number = f" {row.number}/{row.year}" if row.number else ""
    return PrintForm(
        f"{desk.words.comparison}{number}",
        desk.words.language,
        columns,
        texts[:-1],
        facts=_facts(desk, row),
        totals=texts[-1:],
        signatures=(desk.words.counted_by, desk.words.approved_by),
    )
