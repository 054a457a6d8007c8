"""The lists of stock documents, one for each kind: the latest first, everything visible.

Drafts and what was reversed or discarded stay in the list. A line opens its document.
"""

from sqlalchemy import Connection
from sqlmodel import Session, col, func, select

from sync_server.domain.documents import REASONS, Paper, State
from sync_server.store.database import session_on

from ..food_cost import problem_count
from ..house_tables import Account
from ..paper_tables import PaperLine, PaperRow, PaperStep
from .desk import Lists
from .formats import Formats
from .frame import PAPERS, Choice
from .grid import Cell, Cells, Grid, Head, Kind, Row, RowKind
from .leaves import Asked, Leaf
from .questions import period_of
from .turnover_page import period_chip
from .words import Words

SHOWN = 500
COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("number", Kind.TEXT),
    ("day", Kind.TEXT),
    ("field_store", Kind.TEXT),
    ("about", Kind.TEXT),
    ("lines", Kind.QUANTITY),
    ("field_sum", Kind.MONEY),
    ("state", Kind.TEXT),
    ("history", Kind.TEXT),
)


def papers_leaf(connection: Connection, asked: Asked, paper: Paper) -> Leaf:
    """The documents of a kind in a period. Raises `BadQuestion`."""
    words, formats, place = asked.words, asked.formats, PAPERS[paper]
    period = period_of(asked.params, asked.today)
    with session_on(connection) as session:
        lists = Lists.of(session, words)
        query = (
            select(PaperRow)
            .where(
                PaperRow.paper == paper.value,
                PaperRow.day >= period.first,
                PaperRow.day <= period.last,
            )
            .order_by(
                col(PaperRow.day).desc(), col(PaperRow.at_ms).desc(), col(PaperRow.number).desc()
            )
            .limit(SHOWN)
        )
        rows = session.exec(query).all()
        who = _last_hands(session, [row.paper_id for row in rows])
        lines = _line_counts(session, [row.paper_id for row in rows])
    shown = [
        _row(row, words, formats, lists, lines.get(row.paper_id, 0), who.get(row.paper_id, ""))
        for row in rows
    ]
    heads = tuple(Head(words(key), kind) for key, kind in COLUMNS)
    return Leaf(
        place,
        Grid(words(place.key), formats.period(period.first, period.last), heads, tuple(shown)),
        words.no_papers,
        problem_count(connection),
        chips=(period_chip(place.path, period, {}, asked.today, words, formats),),
        export=f"{place.path}.xlsx?from={period.first}&to={period.last}",
        actions=(Choice(words.new_paper, f"/stock/new/{paper.value}"),),
    )


def _row(row: PaperRow, words: Words, formats: Formats, lists: Lists, lines: int, hand: str) -> Row:
    cells, stores, suppliers = Cells(formats), dict(lists.stores), dict(lists.suppliers)
    about = [
        suppliers.get(row.supplier_id, ""),
        row.reference,
        stores.get(row.to_store_id, ""),
        words(f"reason_{row.reason.replace('-', '_')}") if row.reason in REASONS else "",
        row.note,
    ]
    name = f"{row.number}/{row.year}" if row.number else words.state_draft
    gone = row.state in (State.REVERSED.value, State.DISCARDED.value)
    state: Cell = cells.text(words(f"state_{row.state}"))
    return Row(
        RowKind.LINE,
        row.paper_id,
        (
            Cells.opening(cells.text(name), f"/stock/papers/{row.paper_id}"),
            cells.text(formats.day(row.day)),
            cells.text(stores.get(row.store_id, row.store_id)),
            cells.text(" · ".join(text for text in about if text)),
            cells.portions(lines * 1000),
            cells.money(row.total_minor) if row.total_minor else cells.nothing(Kind.MONEY),
            Cells.worse(state) if gone else state,
            cells.text(hand),
        ),
    )


def _last_hands(session: Session, papers: list[str]) -> dict[str, str]:
    """By document who had it in hand last."""
    query = (
        select(PaperStep.paper_id, PaperStep.login, Account.name)
        .join(Account, col(Account.login) == col(PaperStep.login), isouter=True)
        .where(col(PaperStep.paper_id).in_(papers))
        .order_by(col(PaperStep.position))
    )
    return {paper_id: name or login for paper_id, login, name in session.exec(query)}


def _line_counts(session: Session, papers: list[str]) -> dict[str, int]:
    query = (
        select(PaperLine.paper_id, func.count())
        .where(col(PaperLine.paper_id).in_(papers))
        .group_by(PaperLine.paper_id)
    )
    return dict(session.exec(query).all())
