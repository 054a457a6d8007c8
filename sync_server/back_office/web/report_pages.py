"""Routes of reports: the page, its XLSX, CSV and PDF, the tap behind a figure, the document.

One route serves all reports; what each one is stands in `reports.catalogue`. A report that a
person may not open answers 403 in words. Registered by `site`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sync_server.domain.events import EVENTS
from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING
from ..catalogue import CatalogueReader
from ..device_offers import DeviceReader
from ..food_cost import problem_count
from ..intake import JournalEvent, JournalReader
from ..reports.catalogue import BY_KEY, Answer, NoSuchChoice, answer
from ..reports.listing import JOURNAL
from ..reports.naming import TABLES
from ..reports.report import Asked, HotelSums, Kind, Report, may_open
from ..turnover import last_booked_day
from .door import visitor_of
from .draft_routes import read_menu
from .frame import Chip, Choice, PagePlace, navigation, render
from .grid import Grid, RowKind
from .questions import BadQuestion, Period, address, period_of
from .report_files import FILES, grid_file
from .report_grid import GridMaker, Shown, path_of
from .settled import SiteSettings
from .tap_view import Names, Teller, sentences
from .turnover_page import period_chip
from .workplace import Call

ROWS_SHOWN = 500
BARS = 24
FOUND_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answered report, ready to draw or to send."""

    answer: Answer
    grid: Grid
    exceptions: int
    today: str
    bars: tuple[tuple[str, int, str], ...] = ()


class ReportPages:
    """The pages of reports; `register` adds their routes."""

    def __init__(
        self,
        database: Database,
        settings: SiteSettings,
        reader: JournalReader | None,
        hotel: HotelSums | None = None,
        menu: CatalogueReader | None = None,
        devices: DeviceReader | None = None,
    ) -> None:
        """`reader` opens taps; without one a figure opens to its line and no further. `hotel`
        tells its own sums for the tie-out; `menu` and `devices` tell what stands in a tap."""
        self._database = database
        self._settings = settings
        self._reader = reader
        self._hotel = hotel
        self._menu, self._devices = menu, devices

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route("/reports/paper", self._paper, methods=["GET"])
        app.add_api_route("/reports/{name}", self._show, methods=["GET"])
        app.add_api_route("/journal/{n}", self._tap, methods=["GET"])

    async def _show(self, request: Request, name: str) -> Response:
        call = Call(visitor_of(request), self._settings)
        key, _, suffix = name.replace("-", "_").partition(".")
        report = BY_KEY.get(key)
        if report is None or (suffix and suffix not in FILES):
            return call.refuse("not_found", 404)
        if not may_open(call.visitor, report):
            return call.refuse("not_yours", 403)
        params = {name: value[:FOUND_LENGTH] for name, value in request.query_params.items()}
        try:
            sheet = await self._database.read_async(
                lambda connection: _sheet(connection, report, call, params, self._hotel)
            )
        except (BadQuestion, NoSuchChoice):
            return call.refuse("bad_question", 400)
        if suffix:
            return await grid_file(sheet.grid, report.key, suffix, call.words)
        return _page(sheet, call, params)

    async def _paper(self, request: Request, document: str = "") -> Response:
        """The page of the document that a move was booked under."""
        call = Call(visitor_of(request), self._settings)
        if RIGHT_COSTING not in call.visitor.rights:
            return call.refuse("not_yours", 403)
        paper_id = await self._database.read_async(lambda c: _paper_id(c, document))
        if paper_id is None:
            return call.refuse("not_found", 404)
        return RedirectResponse(f"/stock/papers/{paper_id}", 303)

    async def _tap(self, request: Request, n: int) -> Response:
        """One event of the journal: who, when, on which device, what, and whether it is sound."""
        call = Call(visitor_of(request), self._settings)
        if not may_open(call.visitor, JOURNAL):
            return call.refuse("not_yours", 403)
        reader = self._reader
        if reader is None or not 0 < n < 2**63:
            return call.refuse("not_found", 404)
        found = await run_in_threadpool(reader.read_after, n - 1, 1)
        if not found or found[0].n != n:
            return call.refuse("not_found", 404)
        sound = await run_in_threadpool(reader.sound, n)
        event, menu = found[0], await read_menu(self._menu)
        says = sentences(self._devices, menu, call.words.language)

        def drawn(connection: Connection) -> Response:
            names = Names(connection, call.words, call.formats, menu)
            teller = Teller(call.words, call.formats, names, says)
            return _tap_page(connection, call, event, names, teller, sound=sound)

        return await self._database.read_async(drawn)


def _paper_id(connection: Connection, document: str) -> str | None:
    paper = TABLES["paper"].c
    kind, _, rest = document.partition("/")
    year, _, number = rest.partition("/")
    if not (year.isdecimal() and number.isdecimal()):
        return None
    query = select(paper.paper_id).where(
        paper.paper == kind, paper.year == int(year), paper.number == int(number)
    )
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def _sheet(
    connection: Connection,
    report: Report,
    call: Call,
    params: Mapping[str, str],
    hotel: HotelSums | None,
) -> Sheet:
    """Answer a report inside one snapshot of the books."""
    today = last_booked_day(connection) or call.settings.today()
    period = period_of(params, today)
    asked = Asked(
        period.first, period.last, call.words.language, call.settings.zone,
        {name: params[name] for name in report.asks if name in params}, hotel,
    )  # fmt: skip
    answered = answer(connection, report, asked)
    shown = _shown(report, params)
    maker = GridMaker(
        call.visitor, call.words, call.formats, lambda key: _sorting(report, params, shown, key)
    )
    grid = maker.grid(answered, shown, _caption(answered, call, maker))
    return Sheet(answered, grid, problem_count(connection), today, maker.bars(answered, BARS))


def _shown(report: Report, params: Mapping[str, str]) -> Shown:
    sort = params.get("sort", "")
    if sort and sort.lstrip("-") not in {column.key for column in report.columns}:
        raise BadQuestion("no such column")
    return Shown(params.get("find", ""), sort.lstrip("-"), sort.startswith("-"))


def _sorting(report: Report, params: Mapping[str, str], shown: Shown, key: str) -> str:
    """The address that sorts by a column: figures fall first, a second time rises."""
    falling = report.column(key).kind is not Kind.TEXT
    if shown.sort == key:
        falling = not shown.falling
    return address(path_of(report.key), {**params, "sort": f"-{key}" if falling else key})


def _caption(answered: Answer, call: Call, maker: GridMaker) -> str:
    asked = answered.asked
    parts = [call.formats.period(asked.first, asked.last)]
    for name, offered in answered.choices.items():
        parts += [maker.text(title) for key, title in offered if key == asked.get(name)]
    return " · ".join(parts)


def _page(sheet: Sheet, call: Call, params: Mapping[str, str]) -> Response:
    answered, words = sheet.answer, call.words
    report, asked = answered.report, answered.asked
    path = path_of(report.key)
    period = Period(asked.first, asked.last)
    keep = {name: value for name, value in params.items() if name not in ("from", "to")}
    chips = [period_chip(path, period, keep, sheet.today, words, call.formats)]
    maker = GridMaker(call.visitor, words, call.formats)
    for name, offered in answered.choices.items():
        choices = [
            Choice(maker.text(title), address(path, {**params, **period.query, name: key}))
            for key, title in offered
        ]
        here = [maker.text(title) for key, title in offered if key == asked.get(name)]
        chips.append(Chip(here[0], choices))
    question = {**params, **period.query}
    grid = sheet.grid
    some = len(grid.rows) > ROWS_SHOWN
    total = grid.rows[-1:] if some and grid.rows[-1].kind is RowKind.TOTAL else ()
    rows = (*grid.rows[:ROWS_SHOWN], *total)
    content = render(
        "report.html",
        words=words,
        chips=chips,
        exports=[Choice(kind.upper(), address(f"{path}.{kind}", question)) for kind in FILES],
        path=path,
        grid=Grid(grid.title, grid.caption, grid.heads, rows),
        empty=words.nothing_found,
        foot=words("first_rows", count=ROWS_SHOWN, all=len(grid.rows)) if some else "",
        find=params.get("find", ""),
        searched=[(name, words(f"search_{name}"), asked.get(name)) for name in report.searched],
        keep={name: value for name, value in question.items() if name != "find"}
        if not report.searched
        else period.query,
        bars=sheet.bars,
        chart_title=words(f"col_{report.chart.value}") if report.chart else "",
    )
    here_place = PagePlace(report.key, path, report.right)
    bar = navigation(call.visitor, here_place, address(path, question), sheet.exceptions)
    return HTMLResponse(
        render(
            "frame.html",
            words=words,
            title=grid.title,
            scripts=(),
            navigation=bar,
            content=content,
        )
    )


def _tap_page(
    connection: Connection,
    call: Call,
    event: JournalEvent,
    names: Names,
    teller: Teller,
    *,
    sound: bool,
) -> Response:
    """The event with all that it says; who and when first."""
    words, body = call.words, event.body
    who = str(body.get("by") or event.by)
    facts = [
        (words.col_time, call.formats.moment(event.at_ms)),
        (words.col_who, names.of("person", who)),
        (words.col_device, names.of("device", event.device)),
        (words.col_day, call.formats.day(event.day) if event.day else ""),
        (words.tap_state, words.tap_sound if sound else words.tap_broken),
    ]
    said = teller.event(event)
    check = str(body.get("check_id", ""))
    day = {"from": event.day, "to": event.day} if event.day else {}
    content = render(
        "tap.html",
        words=words,
        title=f"{words.get(f'event_{event.type}', event.type)} · {words.col_n} {event.n}",
        facts=facts,
        told=said.rows,
        marks=said.marks,
        unread="" if event.type in EVENTS else words.tap_unread,
        sound=sound,
        before=f"/journal/{event.n - 1}" if event.n > 1 else "",
        after=f"/journal/{event.n + 1}",
        check=address(path_of("journal"), {**day, "number": check}) if check else "",
    )
    place = PagePlace(JOURNAL.key, path_of(JOURNAL.key), JOURNAL.right)
    bar = navigation(call.visitor, place, f"/journal/{event.n}", problem_count(connection))
    return HTMLResponse(
        render(
            "frame.html",
            words=words,
            title=words.report_journal,
            scripts=(),
            navigation=bar,
            content=content,
        )
    )
