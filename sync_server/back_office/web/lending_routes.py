"""Rights lent for a while: who has what of whose, until when; lend more, or end a loan at once.

What runs and what ran is the journal's (a terminal's loans stand here too); a form writes an offer
that the server does as the lender would, by the rules of `domain.lending`, which are asked here
first, so that a fault is told at once. A loan ends by itself: no decision counts it after its end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection, Row, select as select_rows
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain import commands as c, lending
from sync_server.domain.documents import Fault
from sync_server.domain.ids import StaffId
from sync_server.domain.menu import Catalogue
from sync_server.domain.rejections import Refused
from sync_server.domain.staff import Facts, rights_of
from sync_server.store.database import Database

from ..accounts import RIGHT_APPROVE, RIGHT_COSTING, RIGHT_SETTINGS
from ..catalogue import CatalogueReader
from ..house_tables import LendOffer
from ..offers import Loan, offer_loan
from ..till_tables import LENT_RIGHT
from .draft_routes import read_menu
from .frame import LENT, render
from .paper_form import moment_of
from .plain_form import Sheet, field_of, first, sheet_of, told
from .settled import SiteSettings
from .workplace import Call, Workplace

SHOWN = 40
LENDABLE = lending.LENDABLE - {RIGHT_COSTING, RIGHT_APPROVE}
"""What counts at terminals; rights to the books are nobody's to lend."""
_PLACES = {"unknown_staff": "lent_to", "too_late": "until_day", "no_reason": "lent_why"}
"""At which field a refusal of the rules is shown; the others stand at the rights."""


@dataclass(frozen=True, slots=True)
class LentRow:
    """A loan as the page shows it. `waits`: asked for, and the server has not done it yet."""

    lent_id: str
    who: str
    whose: str
    rights: str
    until: str
    reason: str
    ended: str = ""
    waits: bool = False


class LendingPages:
    """The page of loans; `register` adds its routes."""

    def __init__(
        self,
        database: Database,
        settings: SiteSettings,
        new_id: Callable[[], str],
        menu: CatalogueReader | None,
    ) -> None:
        """`new_id` names a loan; whose rights they are stands in the menu's catalogue."""
        self._place = Workplace(database, settings, RIGHT_SETTINGS)
        self._new_id, self._menu = new_id, menu

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(LENT.path, self._show, methods=["GET"])
        app.add_api_route(LENT.path, self._lend, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await read_menu(self._menu)
        return await self._place.read(lambda session: _page(session, call, catalogue, {}))

    async def _lend(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue, sheet = await read_menu(self._menu), sheet_of(await request.form())
        if catalogue is None:
            return call.refuse("no_menu_yet", 409)
        lent_id = self._new_id()

        def write(session: Session) -> Response:
            if over := first(sheet, "end"):
                return _ended(session, call, over)
            loan = _loan(call, lent_id, sheet)
            if faults := _faults(loan, catalogue, call):
                return _page(session, call, catalogue, sheet, faults)
            offer_loan(session, loan, call.actor)
            return RedirectResponse(LENT.path, 303)

        return await self._place.write(write)


def _loan(call: Call, lent_id: str, sheet: Sheet) -> Loan:
    try:
        day, clock = first(sheet, "until_day"), first(sheet, "until_time")
        until_ms = moment_of(day, clock, call.settings.zone)
    except ValueError:
        until_ms = 0
    rights = tuple(sheet.get("rights", ()))
    whom = (first(sheet, "lent_by"), first(sheet, "lent_to"))
    return Loan(lent_id, *whom, rights, until_ms, first(sheet, "lent_why").strip())


def _faults(loan: Loan, catalogue: Catalogue, call: Call) -> list[Fault]:
    """What the server would refuse, by the same rules."""
    if "approve" not in rights_of(catalogue, loan.by):
        return [Fault("cannot_lend", place="lent_by")]
    facts = Facts(
        *(catalogue, call.settings.clock(), loan.lent_id, StaffId(loan.by), "", "", 0),
        rights=rights_of(catalogue, loan.by),
    )
    whom = StaffId(loan.staff_id)
    command = c.LendRights(loan.lent_id, whom, loan.rights, loan.until_ms, loan.reason)
    answer = lending.lend({}, command, facts)
    if not isinstance(answer, Refused):
        return []
    return [Fault(f"lend_{answer.code}", place=_PLACES.get(answer.code, "rights"))]


def _ended(session: Session, call: Call, lent_id: str) -> Response:
    row = _row_of(session.connection(), lent_id)
    if row is None or row.ended_ms or row.until_ms <= call.settings.clock():
        return call.refuse("bad_question", 400)
    over = Loan(lent_id, row.by, row.staff_id, (), 0, "", ends=True)
    offer_loan(session, over, call.actor)
    return RedirectResponse(LENT.path, 303)


def _row_of(connection: Connection, lent_id: str) -> Row[Any] | None:
    query = select_rows(LENT_RIGHT).where(LENT_RIGHT.c.lent_id == lent_id)
    return connection.execute(query).one_or_none()


def _rows(session: Session, call: Call, catalogue: Catalogue | None) -> list[LentRow]:
    """Loans, the latest first: those asked for and not done yet, then the journal's."""
    words, formats = call.words, call.formats
    staff = catalogue.staff if catalogue is not None else {}

    def person(staff_id: str) -> str:
        known = staff.get(StaffId(staff_id))
        return known.name if known is not None else staff_id

    def rights(text: str) -> str:
        return ", ".join(words(f"right_{right}") for right in text.split())

    query = select_rows(LENT_RIGHT).order_by(LENT_RIGHT.c.from_ms.desc()).limit(SHOWN)
    done = session.connection().execute(query).all()
    known = {row.lent_id for row in done}
    offers = session.exec(
        select(LendOffer).where(~col(LendOffer.ends)).order_by(col(LendOffer.number).desc())
    ).fetchmany(SHOWN)
    ending = set(session.exec(select(LendOffer.lent_id).where(col(LendOffer.ends))))
    now = call.settings.clock()
    rows = [
        LentRow(
            *(offer.lent_id, person(offer.staff_id), person(offer.by), rights(offer.rights)),
            *(formats.time(offer.until_ms), offer.reason),
            waits=True,
        )
        for offer in offers
        if offer.lent_id not in known and offer.until_ms > now
    ]
    for row in done:
        over = row.ended_ms or (row.until_ms if row.until_ms <= now else 0)
        rows.append(
            LentRow(
                *(row.lent_id, person(row.staff_id), person(row.by), rights(row.rights)),
                *(formats.time(row.until_ms), row.reason),
                ended=formats.time(over) if over else "",
                waits=not over and row.lent_id in ending,
            )
        )
    return rows


def _page(
    session: Session,
    call: Call,
    catalogue: Catalogue | None,
    sheet: Sheet,
    faults: Sequence[Fault] = (),
) -> Response:
    words, rows = call.words, _rows(session, call, catalogue)
    people = [one for one in catalogue.staff.values() if one.active] if catalogue else []
    lenders = [
        (str(one.staff_id), one.name)
        for one in people
        if catalogue is not None and "approve" in rights_of(catalogue, one.staff_id)
    ]
    everybody = [(str(one.staff_id), one.name) for one in people]
    fields = [
        field_of(words, sheet, faults, "lent_by", choices=lenders),
        field_of(words, sheet, faults, "lent_to", choices=everybody),
        field_of(words, sheet, faults, "until_day", "date"),
        field_of(words, sheet, faults, "until_time", "time"),
        field_of(words, sheet, faults, "lent_why"),
    ]
    held = sheet.get("rights", ())
    content = render(
        "lent.html",
        words=words,
        faults=told(words, faults),
        fields=fields,
        rights=[(one, words(f"right_{one}"), one in held) for one in sorted(LENDABLE)],
        running=[one for one in rows if not one.ended],
        over=[one for one in rows if one.ended],
    )
    status = 422 if faults else 200
    return call.page(session, LENT, words.lent_rights, content, status=status)
