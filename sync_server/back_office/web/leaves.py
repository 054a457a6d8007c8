"""What each page shows, for one person and one question: read from the books, not yet drawn.

A `Leaf` is made in a reader's thread inside one snapshot of the books, so every figure on a page
is of the same moment. `site` draws it, or sends its grid as a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlmodel import select

from sync_server.store.database import session_on

from ..accounts import Visitor
from ..food_cost import FoodCost, food_cost, food_cost_before, problem_count, problems
from ..goods_tables import IngredientGroup
from ..journal_entries import journal_entries
from ..names import Names, name_in
from ..recipes_book import Cookbook
from ..settings import costing_method
from ..turnover import last_booked_day, stores, turnover_sheet
from .entries_page import entries_grid
from .exceptions_page import SHOWN, exceptions_grid
from .food_cost_page import (
    chart_options,
    dearest_dishes,
    food_cost_cards,
    food_cost_grid,
)
from .formats import Formats
from .frame import (
    CARDS,
    ENTRIES,
    EXCEPTIONS,
    FOOD_COST,
    TURNOVER,
    Card,
    Chip,
    Choice,
    PagePlace,
    Ranked,
)
from .grid import Grid
from .questions import address, period_of, turnover_question
from .recipe_view import cards_grid
from .report_grid import opened
from .turnover_page import (
    largest_variances,
    period_chip,
    turnover_caption,
    turnover_cards,
    turnover_chips,
    turnover_grid,
)
from .words import Words


@dataclass(frozen=True, slots=True)
class Ranking:
    """A short list beside the table; `empty` says why when there is none."""

    title: str
    entries: tuple[Ranked, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """Everything a page shows inside the frame. `export`: the address of its XLSX; CSV and
    PDF stand beside it."""

    place: PagePlace
    grid: Grid
    empty: str
    exceptions: int
    chips: tuple[Chip, ...] = ()
    cards: tuple[Card, ...] = ()
    chart: Mapping[str, object] | None = None
    ranking: Ranking | None = None
    target: str = ""
    foot: str = ""
    export: str = ""
    actions: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, and what the house has settled."""

    visitor: Visitor
    params: Mapping[str, str]
    today: str
    zone: ZoneInfo
    target_bp: int
    choices: Mapping[str, Names] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """The person's words."""
        return Words(self.visitor.language)

    @property
    def formats(self) -> Formats:
        """The person's figures."""
        return Formats(self.words.language, self.zone)

    def opens(self, key: str, query: Mapping[str, str]) -> str:
        """The address of a report with its question, empty where the person may not go."""
        return opened(self.visitor, key, query)


def turnover_leaf(connection: Connection, asked: Asked) -> Leaf:
    """The stock turnover. Raises `BadQuestion`."""
    words, formats = asked.words, asked.formats
    today = last_booked_day(connection) or asked.today
    places = stores(connection)
    with session_on(connection) as session:
        method = costing_method(session)
    question = turnover_question(asked.params, [store_id for store_id, _ in places], today, method)
    sheet = turnover_sheet(connection, question)
    sold = food_cost(connection, question.first_day, question.last_day)
    before = food_cost_before(connection, question.first_day)
    caption = turnover_caption(question, places, words, formats)
    query = {
        "store": question.store_id,
        "from": question.first_day,
        "to": question.last_day,
        "method": question.method,
    }
    ranking = Ranking(
        words.largest_variances,
        tuple(largest_variances(sheet, words, formats)),
        words.no_count,
    )
    return Leaf(
        TURNOVER,
        turnover_grid(sheet, caption, words, formats, asked.opens),
        words.no_moves,
        problem_count(connection),
        chips=tuple(turnover_chips(question, places, today, words, formats)),
        cards=tuple(turnover_cards(sheet, sold, before, words, formats, asked.opens)),
        chart=_chart(sold, asked),
        target=f"{formats.percent(asked.target_bp)} %",
        ranking=ranking,
        foot=words.sums_in_money if sheet.groups else "",
        export=address(f"{TURNOVER.path}.xlsx", query),
    )


def food_cost_leaf(connection: Connection, asked: Asked) -> Leaf:
    """Food cost by dish. Raises `BadQuestion`."""
    words, formats = asked.words, asked.formats
    today = last_booked_day(connection) or asked.today
    period = period_of(asked.params, today)
    report = food_cost(connection, period.first, period.last)
    caption = formats.period(period.first, period.last)
    dearest = dearest_dishes(report, asked.target_bp, words, formats, asked.opens)
    return Leaf(
        FOOD_COST,
        food_cost_grid(report, caption, asked.target_bp, words, formats, asked.opens),
        words.no_sales,
        problem_count(connection),
        chips=(period_chip(FOOD_COST.path, period, {}, today, words, formats),),
        cards=tuple(food_cost_cards(report, words, formats, asked.opens)),
        chart=_chart(report, asked),
        target=f"{formats.percent(asked.target_bp)} %",
        ranking=Ranking(words.dearest, tuple(dearest), words.no_sales),
        export=address(f"{FOOD_COST.path}.xlsx", period.query),
    )


def cards_leaf(connection: Connection, asked: Asked) -> Leaf:
    """All recipe cards with what they cost now."""
    with session_on(connection) as session:
        book = Cookbook(session, asked.today, asked.choices)
        cards = [*book.cards(), *book.without()]
    grid = cards_grid(cards, asked.words, asked.formats)
    export = f"{CARDS.path}.xlsx"
    count = problem_count(connection)
    return Leaf(CARDS, grid, asked.words.no_cards, count, export=export)


def entries_leaf(connection: Connection, asked: Asked) -> Leaf:
    """The ledger as entries for accounting. Raises `BadQuestion`."""
    words, formats = asked.words, asked.formats
    today = last_booked_day(connection) or asked.today
    period = period_of(asked.params, today)
    found = journal_entries(connection, period.first, period.last)
    caption = formats.period(period.first, period.last)
    names = {f"store/{store}": name[words.language] for store, name in stores(connection)}
    with session_on(connection) as session:
        for group in session.exec(select(IngredientGroup)):
            names[f"group/{group.group_id}"] = name_in(group, words.language)
    return Leaf(
        ENTRIES,
        entries_grid(found, caption, words, formats, names),
        words.no_entries,
        problem_count(connection),
        chips=(period_chip(ENTRIES.path, period, {}, today, words, formats),),
        export=address(f"{ENTRIES.path}.xlsx", period.query),
    )


def exceptions_leaf(connection: Connection, asked: Asked) -> Leaf:
    """Sales that could not be consumed."""
    words = asked.words
    every = problem_count(connection)
    latest = problems(connection, SHOWN)
    foot = words("some_exceptions", count=len(latest), all=every) if every > SHOWN else ""
    grid = exceptions_grid(latest, words, asked.formats)
    return Leaf(EXCEPTIONS, grid, words.no_exceptions, every, foot=foot)


def _chart(report: FoodCost, asked: Asked) -> Mapping[str, object] | None:
    if not any(day.sales.cost_bp is not None for day in report.days):
        return None
    return chart_options(report, asked.target_bp, asked.formats)
