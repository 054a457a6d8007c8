"""Reports and the menu for programs: every report by its key, with the columns that it has.

Part of the interface of `api`. A report answers to a key that has the report's own right; money
is minor units, percent basis points, times milliseconds, other figures decimal texts.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Query, params
from pydantic import BaseModel

from sync_server.domain.menu import Catalogue
from sync_server.store.database import Database

from ..catalogue import CatalogueReader
from ..keys import Program
from ..reports.catalogue import BY_KEY, REPORTS, NoSuchChoice, answer
from ..reports.report import Asked, Line, Report, Value, Word
from .draft_routes import read_menu
from .settled import SiteSettings

FILTERS = 12
ROWS = 5_000
ANSWERS: dict[int | str, dict[str, object]] = {
    code: {"description": text}
    for code, text in (
        (401, "no good key"),
        (403, "the key has no right to this"),
        (429, "too many questions"),
    )
}
MISSING: dict[int | str, dict[str, object]] = {404: {"description": "there is no such thing"}}
BAD: dict[int | str, dict[str, object]] = {400: {"description": "no such choice or period"}}
Cell = str | int | None


class ReportColumn(BaseModel):
    """A column and what stands in it."""

    key: str
    kind: str


class ReportHead(BaseModel):
    """A report that may be asked for; `filters` are the names that its question may hold."""

    key: str
    columns: list[ReportColumn]
    filters: list[str]


class ReportRow(BaseModel):
    """A line of a report, under its group."""

    key: str
    group: str
    values: dict[str, Cell]


class ReportAnswer(BaseModel):
    """An answered report; `cut` says that it has more lines than can be sent."""

    report: ReportHead
    first: str
    last: str
    rows: list[ReportRow]
    cut: bool


class MenuItem(BaseModel):
    """A dish of the menu in force."""

    item_id: str
    names: dict[str, str]
    category_id: str
    price_minor: int
    tax_id: str
    sold_by: str


class MenuRule(BaseModel):
    """Other prices at certain places and times; the first rule that fits holds."""

    rule_id: str
    places: list[str]
    weekdays: list[int]
    from_minute: int
    until_minute: int
    prices: dict[str, int]
    category_bp: dict[str, int]


class Menu(BaseModel):
    """The menu in force by its version."""

    version: int
    currency: str
    categories: dict[str, dict[str, str]]
    items: list[MenuItem]
    price_rules: list[MenuRule]


def report_routes(
    app: FastAPI,
    database: Database,
    settings: SiteSettings,
    program: Callable[..., Awaitable[Program]],
) -> None:
    """Add the routes of reports."""
    Asks = Annotated[Program, Depends(program)]

    @app.get("/v1/reports", responses=ANSWERS)
    async def reports(asks: Asks) -> list[ReportHead]:
        """The reports that this key may ask for."""
        return [_head(one) for one in REPORTS if one.listed and one.right in asks.rights]

    @app.get("/v1/reports/{key}", responses=ANSWERS | MISSING | BAD)
    async def report(
        asks: Asks,
        key: str,
        first: Annotated[date, Query(description="ISO day")],
        last: Annotated[date, Query(description="ISO day")],
        language: Literal["uk", "en", "pl"] = "en",
        filters: Annotated[
            list[str] | None, Query(alias="filter", max_length=FILTERS, description="name:choice")
        ] = None,
    ) -> ReportAnswer:
        """A report of a period."""
        found = BY_KEY.get(key)
        if found is None:
            raise HTTPException(404, "there is no such report")
        if found.right not in asks.rights:
            raise HTTPException(403, "the key has no right to this")
        chosen = dict(one.partition(":")[::2] for one in filters or ())
        if set(chosen) - set(found.asks) or first > last:
            raise HTTPException(400, "no such choice or period")
        asked = Asked(first.isoformat(), last.isoformat(), language, settings.zone, chosen)
        try:
            answered = await database.read_async(lambda c: answer(c, found, asked))
        except NoSuchChoice:
            raise HTTPException(400, "no such choice or period") from None
        lines = answered.lines
        return ReportAnswer(
            report=_head(found),
            first=asked.first,
            last=asked.last,
            rows=[_row(one) for one in lines[:ROWS]],
            cut=len(lines) > ROWS,
        )


def menu_routes(app: FastAPI, reader: CatalogueReader | None, allowed: params.Depends) -> None:
    """Add the route of the menu."""

    @app.get("/v1/menu", dependencies=[allowed], responses=ANSWERS | MISSING)
    async def menu() -> Menu:
        """The menu in force: dishes, prices, rules by hall and time."""
        catalogue = await read_menu(reader)
        if catalogue is None:
            raise HTTPException(404, "no menu is published yet")
        return _menu(catalogue)


def _head(report: Report) -> ReportHead:
    columns = [ReportColumn(key=one.key, kind=one.kind.value) for one in report.columns]
    return ReportHead(key=report.key, columns=columns, filters=list(report.asks))


def _row(line: Line) -> ReportRow:
    values = {key: _cell(value) for key, value in line.values.items()}
    return ReportRow(key=line.key, group=str(_cell(line.group) or ""), values=values)


def _cell(value: Value) -> Cell:
    match value:
        case Word():
            return (value.plain or value.key) + value.after
        case Decimal():
            return f"{value:f}"
        case Fraction() | date():
            return str(value)
        case _:
            return value


def _menu(catalogue: Catalogue) -> Menu:
    return Menu(
        version=catalogue.number,
        currency=catalogue.settings.currency,
        categories={key: dict(one.names) for key, one in catalogue.categories.items()},
        items=[
            MenuItem(
                item_id=key,
                names=dict(one.names),
                category_id=one.category_id,
                price_minor=one.price_minor,
                tax_id=one.tax_id,
                sold_by=one.sold_by,
            )
            for key, one in catalogue.items.items()
        ],
        price_rules=[
            MenuRule(
                rule_id=one.rule_id,
                places=list(one.places),
                weekdays=list(one.weekdays),
                from_minute=one.from_minute,
                until_minute=one.until_minute,
                prices=dict(one.prices),
                category_bp=dict(one.category_bp),
            )
            for one in catalogue.price_rules
        ],
    )
