"""The JSON interface for programs: stock, documents, entries, portions left, reports, the menu.

Mounted at `/api`; a program shows its key as `Authorization: Bearer …`. What can be asked, with
every field, stands at `/api/openapi.json`. Sums are whole minor units, quantities decimal texts
in the good's base unit, days ISO. It only reads. Reports and the menu are `api_reports`.
"""

from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Request, params
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from sync_server.domain.stock import from_milli
from sync_server.store.database import Database, session_on

from ..accounts import RIGHT_COSTING, RIGHT_REPORTS
from ..catalogue import CatalogueReader
from ..food_cost import food_cost
from ..goods_tables import Ingredient
from ..journal_entries import journal_entries
from ..keys import Keys, Program, TooMany
from ..paper_tables import PaperLine, PaperRow, PaperStep
from ..portions import portions_of_house
from ..tables import Balance
from .api_reports import ANSWERS, MISSING, menu_routes, report_routes
from .settled import SiteSettings

MOST = 1_000
BEARER = HTTPBearer(auto_error=False)
Day = Annotated[date, Query(description="ISO day")]


class Good(BaseModel):
    """A good that lies in stores."""

    good_id: str
    name_en: str
    name_uk: str
    name_pl: str
    unit: str
    prepared: bool


class Held(BaseModel):
    """What lies in a store now."""

    store_id: str
    good_id: str
    qty: str
    value_minor: int


class Document(BaseModel):
    """The head of a stock document."""

    document_id: str
    kind: str
    state: str
    number: int | None
    year: int
    day: str
    store_id: str
    supplier_id: str
    reference: str
    total_minor: int


class DocumentLine(BaseModel):
    """A line of a document; quantities in the good's base unit."""

    position: int
    good_id: str
    qty: str
    book_qty: str
    value_minor: int
    note: str


class DocumentStep(BaseModel):
    """Who did what to a document, and when."""

    at_ms: int
    login: str
    step: str


class WholeDocument(Document):
    """A document with its lines and its history."""

    to_store_id: str
    reason: str
    note: str
    revision: int
    lines: list[DocumentLine]
    steps: list[DocumentStep]


class AccountingEntry(BaseModel):
    """An entry for accounting; the stores are empty where goods come into or leave the house."""

    day: str
    kind: str
    debit: str
    credit: str
    group_id: str
    store_from: str
    store_to: str
    value_minor: int


class DishCost(BaseModel):
    """What a dish sold and cost in a period."""

    item_id: str
    qty_milli: int
    net_minor: int
    cost_minor: int


class Portions(BaseModel):
    """For how many portions of a dish the stock is enough."""

    item_id: str
    left: int


def api_of(
    database: Database, settings: SiteSettings, menu: CatalogueReader | None = None
) -> FastAPI:
    """The application of the interface; without a reader there is no menu to ask for."""
    app = FastAPI(title="Vitrylo back office", version="1", docs_url=None, redoc_url=None)
    keys = Keys(database, settings.clock)

    async def program(
        request: Request,
        shown: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    ) -> Program:
        key = shown.credentials if shown is not None else ""
        address = request.client.host if request.client else ""
        try:
            found = await keys.program(key.strip(), address)
        except TooMany:
            raise HTTPException(429, "too many questions in this minute") from None
        if found is None:
            raise HTTPException(401, "a good key is needed", {"WWW-Authenticate": "Bearer"})
        return found

    def needing(right: str) -> params.Depends:
        async def allowed(asks: Annotated[Program, Depends(program)]) -> Program:
            if right not in asks.rights:
                raise HTTPException(403, "the key has no right to this")
            return asks

        return params.Depends(allowed)

    _stock_routes(app, database, needing(RIGHT_COSTING))
    _report_routes(app, database, settings, needing(RIGHT_REPORTS))
    report_routes(app, database, settings, program)
    menu_routes(app, menu, needing(RIGHT_REPORTS))
    return app


def _stock_routes(app: FastAPI, database: Database, allowed: params.Depends) -> None:
    @app.get("/v1/goods", dependencies=[allowed], responses=ANSWERS)
    async def goods() -> list[Good]:
        """All goods."""
        return await database.read_async(_goods)

    @app.get("/v1/stock", dependencies=[allowed], responses=ANSWERS)
    async def stock() -> list[Held]:
        """What lies where now."""
        return await database.read_async(_stock)

    @app.get("/v1/documents", dependencies=[allowed], responses=ANSWERS)
    async def documents(
        first: Day, last: Day, offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0
    ) -> list[Document]:
        """The documents of a period, 1,000 at a time."""
        return await database.read_async(
            lambda c: _documents(c, first.isoformat(), last.isoformat(), offset)
        )

    @app.get("/v1/documents/{document_id}", dependencies=[allowed], responses=ANSWERS | MISSING)
    async def document(document_id: str) -> WholeDocument:
        """One document with its lines and who did what to it."""
        found = await database.read_async(lambda c: _whole(c, document_id))
        if found is None:
            raise HTTPException(404, "there is no such document")
        return found

    @app.get("/v1/journal-entries", dependencies=[allowed], responses=ANSWERS)
    async def entries(first: Day, last: Day) -> list[AccountingEntry]:
        """Entries for accounting by the account map."""
        found = await database.read_async(
            lambda c: journal_entries(c, first.isoformat(), last.isoformat())
        )
        return [
            AccountingEntry(
                day=one.day,
                kind=one.kind,
                debit=one.debit,
                credit=one.credit,
                group_id=one.group_id,
                store_from=one.store_from,
                store_to=one.store_to,
                value_minor=one.value_minor,
            )
            for one in found
        ]


def _report_routes(
    app: FastAPI, database: Database, settings: SiteSettings, allowed: params.Depends
) -> None:
    @app.get("/v1/food-cost", dependencies=[allowed], responses=ANSWERS)
    async def dishes(first: Day, last: Day) -> list[DishCost]:
        """Sales and recipe cost by dish."""
        report = await database.read_async(
            lambda c: food_cost(c, first.isoformat(), last.isoformat())
        )
        return [
            DishCost(
                item_id=row.item_id,
                qty_milli=row.sales.qty_milli,
                net_minor=row.sales.net_minor,
                cost_minor=row.sales.cost_minor,
            )
            for category in report.categories
            for row in category.rows
        ]

    @app.get("/v1/portions-left", dependencies=[allowed], responses=ANSWERS)
    async def left() -> list[Portions]:
        """For how many portions of each dish the house is enough, by recipe."""
        found = await database.read_async(lambda c: portions_of_house(c, settings.today()))
        return [Portions(item_id=item, left=count) for item, count in sorted(found.items())]


def _goods(connection: Connection) -> list[Good]:
    with session_on(connection) as session:
        rows = session.exec(select(Ingredient).order_by(col(Ingredient.ingredient_id)))
        return [
            Good(
                good_id=row.ingredient_id,
                name_en=row.name_en,
                name_uk=row.name_uk,
                name_pl=row.name_pl,
                unit=row.unit,
                prepared=bool(row.semi_policy),
            )
            for row in rows
        ]


def _stock(connection: Connection) -> list[Held]:
    with session_on(connection) as session:
        order = (col(Balance.store_id), col(Balance.ingredient_id))
        return [
            Held(
                store_id=row.store_id,
                good_id=row.ingredient_id,
                qty=str(from_milli(row.qty_milli)),
                value_minor=row.value_minor,
            )
            for row in session.exec(select(Balance).order_by(*order))
        ]


def _documents(connection: Connection, first: str, last: str, offset: int) -> list[Document]:
    with session_on(connection) as session:
        return [_document(row) for row in _papers(session, first, last, offset)]


def _papers(session: Session, first: str, last: str, offset: int) -> list[PaperRow]:
    query = select(PaperRow).where(PaperRow.day >= first, PaperRow.day <= last)
    ordered = query.order_by(col(PaperRow.day), col(PaperRow.paper_id))
    return list(session.exec(ordered.offset(offset).limit(MOST)).all())


def _document(row: PaperRow) -> Document:
    return Document(
        document_id=row.paper_id,
        kind=row.paper,
        state=row.state,
        number=row.number,
        year=row.year,
        day=row.day,
        store_id=row.store_id,
        supplier_id=row.supplier_id,
        reference=row.reference,
        total_minor=row.total_minor,
    )


def _whole(connection: Connection, document_id: str) -> WholeDocument | None:
    with session_on(connection) as session:
        row = session.get(PaperRow, document_id)
        if row is None:
            return None
        lines = select(PaperLine).where(PaperLine.paper_id == document_id)
        steps = select(PaperStep).where(PaperStep.paper_id == document_id)
        return WholeDocument(
            **_document(row).model_dump(),
            to_store_id=row.to_store_id,
            reason=row.reason,
            note=row.note,
            revision=row.revision,
            lines=[
                DocumentLine(
                    position=one.position,
                    good_id=one.ingredient_id,
                    qty=str(from_milli(one.qty_milli)),
                    book_qty=str(from_milli(one.book_milli)),
                    value_minor=one.value_minor,
                    note=one.note,
                )
                for one in session.exec(lines.order_by(col(PaperLine.position)))
            ],
            steps=[
                DocumentStep(at_ms=one.at_ms, login=one.login, step=one.step)
                for one in session.exec(steps.order_by(col(PaperStep.position)))
            ],
        )
