"""The set-up of printers, papers and halls, asked for by terminals.

Rule: who asks must have the right `settings`; what is saved is a new version of the catalogue, so
every terminal has it at once and the printers follow without a restart (`devices.follow`). One
change at a time: each begins with the version in force. Bad input is a code, never an exception.
Neighbours: `front_office.asks` lets questions in, `hardware.finding` looks around.
"""

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any, Literal, Protocol

import msgspec
from PIL import Image

from hardware import finding
from hardware.connections import evidence_of, fault_of, printer_at
from hardware.device import DeviceError
from hardware.documents import Document, DocumentError, Logo
from hardware.fonts import FontsMissing
from hardware.printer import Evidence, PrintState, not_printed
from hardware.raster import PAPER_58, PAPER_80, render
from hardware.spooler import PrintJob, Spooler
from sync_server.devices import settings_of
from sync_server.domain import floor_plan
from sync_server.domain.commands import PublishCatalogue
from sync_server.domain.menu import Catalogue, Printer, Table, Template
from sync_server.domain.venue import Venue
from sync_server.paper.composing import NotComposable, compose, draft_of
from sync_server.paper.figures import zone_of
from sync_server.paper.samples import SHOWN, sample_job, shelf_job, test_page
from sync_server.paper.templates import ANYWHERE, PARTS, REQUIRED, fault_of as template_fault
from sync_server.paper.words import LANGUAGES, Words, words_of
from sync_server.terminal_printers import HandOut, TerminalPrinter
from sync_server.transport.authority import CommandResult

PRINTERS = 64
PERCENT = 300
CAPACITY = 1_000
ID_SHOWN = 80
LABELS = 20
LABEL_HOURS = 24 * 365
PREVIEW_DOTS = 1_400
PREVIEW_BYTES = 44 * 1024

Answer = tuple[str, dict[str, Any]]
"""A code and its parameters, or "" and the body."""


class _Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of a question; each has its own fields."""


class _Nothing(_Params, frozen=True):
    pass


class _OfPrinter(_Params, frozen=True):
    printer: Printer


class _Assign(_Params, frozen=True):
    station_id: str
    printer_id: str
    fallback_printer_id: str = ""


class _OfLabel(_Params, frozen=True):
    """A label for what was prepared; without a dish the sheet to count all dishes by."""

    printer_id: str
    item_id: str = ""
    hours: int = 0
    copies: int = 1


class _Logo(_Params, frozen=True):
    """Dots as base64; a stride of 0 takes the logo away."""

    rows: str
    stride: int


class _OfStation(_Params, frozen=True):
    """How a station works: what is not named here stays as it is."""

    station_id: str
    amber_percent: int
    late_percent: int
    capacity: int
    paper: Literal["fallback", "always"]
    kitchen_language: str


class _OfTemplate(_Params, frozen=True):
    template: Template
    narrow: bool = False


class Shelf(Protocol):
    """Where versions of the catalogue are kept."""

    async def store(self, catalogue: Catalogue) -> str:
        """Keep a version; its SHA-256."""


class Office(Protocol):
    """What the set-up needs of the live service."""

    @property
    def clock(self) -> Callable[[], int]:
        """Milliseconds, UTC."""

    @property
    def catalogues(self) -> Shelf:
        """The versions."""

    @property
    def catalogue(self) -> Catalogue:
        """The version in force."""

    @property
    def venue(self) -> Venue:
        """What goes on in the house."""

    async def report(self, command: object) -> CommandResult | None:
        """Journal a command of the server's own."""


class _OfHall(_Params, frozen=True):
    hall_id: str
    tables: list[Table]


class DeviceDesk:
    """Answers the questions of the set-up page for one house."""

    def __init__(
        self, office: Office, first_id: Callable[[], int], hand_out: HandOut | None = None
    ) -> None:
        """`hand_out` reaches printers on terminals."""
        self._office = office
        self._hand_out = hand_out
        self.spooler: Callable[[], Spooler | None] = lambda: None
        """The owner of the printers, once they were opened."""
        self._first_id = first_id
        self._changing = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._known: dict[str, tuple[type[_Params], Callable[[Any], Awaitable[Answer]]]] = {
            "find_printers": (_Nothing, self._find),
            "try_printer": (_OfPrinter, self._try),
            "save_printer": (_OfPrinter, self._save_printer),
            "assign_station": (_Assign, self._assign),
            "save_station": (_OfStation, self._save_station),
            "preview_paper": (_OfTemplate, self._preview),
            "save_template": (_OfTemplate, self._save_template),
            "print_label": (_OfLabel, self._print_label),
            "save_logo": (_Logo, self._save_logo),
            "save_floor": (_OfHall, self._save_floor),
        }

    def knows(self, what: str) -> bool:
        """The question is one of these."""
        return what in self._known

    async def answer(self, what: str, params: bytes) -> Answer:
        """The answer to somebody who may ask."""
        shape, handler = self._known[what]
        try:
            asked = msgspec.json.decode(params, type=shape)
        except (msgspec.DecodeError, RecursionError):
            return "bad_text", {}
        return await handler(asked)

    async def _find(self, asked: _Nothing) -> Answer:
        if self._looking.locked():
            return "set_up_busy", {}
        async with self._looking:
            networks = ["127.0.0.0/29", *finding.own_networks()]
            lists = await asyncio.gather(
                asyncio.to_thread(finding.announced),
                asyncio.to_thread(finding.listening, networks),
                asyncio.to_thread(finding.on_wires),
            )
        return "", {"found": [asdict(one) for one in finding.together(*lists)]}

    async def _try(self, asked: _OfPrinter) -> Answer:
        """Print a test page; says what the printer proved about it, and its class of evidence."""
        settings = settings_of(asked.printer)
        if fault := fault_of(settings):
            return "printer_set_up", {"reason": fault[:200]}
        words = words_of(self._office.catalogue.settings.language)
        name = self._office.catalogue.name(asked.printer.names, words.code)
        page = test_page(name, settings.connection, words)

        if asked.printer.terminal:
            return await self._try_there(asked.printer, page, words)

        def work() -> tuple[str, str, str]:
            try:
                evidence = evidence_of(settings, self._first_id())
            except DeviceError as error:
                return "not_printed", error.fault.value, Evidence.B.name
            driver = printer_at(settings, evidence, self._first_id())
            try:
                outcome = driver.print(page)
            finally:
                driver.close()
            return outcome.state.value, outcome.reason, evidence.name

        state, reason, evidence = await asyncio.to_thread(work)
        said = words.fault(reason) if reason else ""
        return "", {"state": state, "reason": reason, "words": said, "evidence": evidence}

    async def _try_there(self, printer: Printer, page: Document, words: Words) -> Answer:
        """The test page on a terminal's own printer; what it can prove, its outcome says."""
        if self._hand_out is None:
            return "printer_set_up", {"reason": printer.terminal}
        driver = TerminalPrinter(printer, self._hand_out)
        outcome = await asyncio.to_thread(driver.print, page)
        proof = {PrintState.CONFIRMED: Evidence.A, PrintState.CONSUMED: Evidence.B}
        return "", {
            "state": outcome.state.value,
            "reason": outcome.reason,
            "words": words.fault(outcome.reason) if outcome.reason else "",
            "evidence": proof.get(outcome.state, Evidence.C).name,
        }

    async def _save_printer(self, asked: _OfPrinter) -> Answer:
        printer = asked.printer
        catalogue = self._office.catalogue
        if not printer.printer_id.strip() or not any(printer.names.values()):
            return "printer_set_up", {"reason": "name"}
        if fault := fault_of(settings_of(printer)):
            return "printer_set_up", {"reason": fault[:200]}
        if len({*catalogue.printers, printer.printer_id}) > PRINTERS:
            return "too_many", {"what": "printers", "limit": PRINTERS}
        if printer.fallback_printer_id not in {"", *catalogue.printers} - {printer.printer_id}:
            return "printer_unknown", {"printer": printer.fallback_printer_id}

        def changed(now: Catalogue) -> Catalogue:
            return replace(now, printers={**now.printers, printer.printer_id: printer})

        return await self._publish(changed)

    async def _assign(self, asked: _Assign) -> Answer:
        catalogue = self._office.catalogue
        station = catalogue.stations.get(asked.station_id)
        if station is None:
            return "printer_unknown", {"printer": asked.station_id}
        for printer_id in (asked.printer_id, asked.fallback_printer_id):
            if printer_id not in {"", *catalogue.printers}:
                return "printer_unknown", {"printer": printer_id}
        if asked.printer_id and asked.printer_id == asked.fallback_printer_id:
            return "printer_own_backup", {}
        moved = replace(
            station,
            printer_id=asked.printer_id,
            fallback_printer_id=asked.fallback_printer_id,
        )

        def changed(now: Catalogue) -> Catalogue:
            return replace(now, stations={**now.stations, station.station_id: moved})

        return await self._publish(changed)

    async def _save_station(self, asked: _OfStation) -> Answer:
        """When tickets of a station warn and are late, how much it makes at once, what it reads."""
        station = self._office.catalogue.stations.get(asked.station_id)
        if station is None:
            return "no_station", {"station": asked.station_id[:ID_SHOWN]}
        if not 1 <= asked.amber_percent <= asked.late_percent <= PERCENT:
            return "station_times", {"most": PERCENT}
        if not 0 <= asked.capacity <= CAPACITY or asked.kitchen_language not in LANGUAGES:
            return "bad_text", {}
        made = replace(
            station,
            amber_percent=asked.amber_percent,
            late_percent=asked.late_percent,
            capacity=asked.capacity,
            paper=asked.paper,
            kitchen_language=asked.kitchen_language,
        )

        def changed(now: Catalogue) -> Catalogue:
            kept = now.stations[station.station_id]
            after = replace(
                made,
                printer_id=kept.printer_id,
                fallback_printer_id=kept.fallback_printer_id,
            )
            return replace(now, stations={**now.stations, station.station_id: after})

        return await self._publish(changed)

    async def _preview(self, asked: _OfTemplate) -> Answer:
        """The paper as a picture, with the fault of the template if it has one; a template without
        parts is shown as the one in force, or as built in."""
        catalogue = self._office.catalogue
        document = asked.template.document
        if document not in SHOWN:
            return "template_document", {"part": document}
        job = sample_job(document, catalogue, self._office.clock())
        if job is None:
            return "menu_unknown", {}
        template = asked.template
        try:
            built_in = draft_of(job, catalogue, zone_of(catalogue)).built_in
            if not template.parts:
                template = catalogue.templates.get(document) or template
            fault = template_fault(template) if template.parts else None
            shown = catalogue
            if template.parts:
                shown = replace(catalogue, templates={**catalogue.templates, document: template})
            paper = compose(job, shown, zone_of(catalogue))
            picture = await asyncio.to_thread(_picture, paper, asked.narrow)
        except (NotComposable, DocumentError, FontsMissing) as error:
            return "printer_set_up", {"reason": str(error)[:200]}
        parts = [asdict(part) for part in template.parts] or [{"part": name} for name in built_in]
        return "", {
            "png": base64.b64encode(picture).decode(),
            "parts": parts,
            "language": template.language,
            "all": [*PARTS[document], *ANYWHERE],
            "required": sorted(REQUIRED[document]),
            "fault": fault.code if fault else "",
            "part": fault.part if fault else "",
        }

    async def _save_template(self, asked: _OfTemplate) -> Answer:
        """Put a template in force; one without parts goes back to the built-in order."""
        template = asked.template
        if template.document not in PARTS:
            return "template_document", {"part": template.document}
        fault = template_fault(template) if template.parts else None
        if fault is not None:
            return fault.code, {"part": fault.part, **fault.params}

        def changed(now: Catalogue) -> Catalogue:
            others = {k: v for k, v in now.templates.items() if k != template.document}
            if template.parts:
                others[template.document] = template
            return replace(now, templates=others)

        return await self._publish(changed)

    async def _print_label(self, asked: _OfLabel) -> Answer:
        """Labels or a counting sheet, by the printers' own thread; says what came of the last."""
        catalogue, spooler = self._office.catalogue, self.spooler()
        if asked.printer_id not in catalogue.printers or spooler is None:
            return "printer_unknown", {"printer": asked.printer_id[:ID_SHOWN]}
        if not 1 <= asked.copies <= LABELS or not 0 <= asked.hours <= LABEL_HOURS:
            return "bad_quantity", {"value": asked.copies}
        job = shelf_job(catalogue, asked.item_id, asked.hours, self._office.clock())
        if job is None:
            return "no_item", {"item": asked.item_id[:ID_SHOWN]}
        try:
            paper = compose(job, catalogue, zone_of(catalogue))
        except (NotComposable, DocumentError) as error:
            return "printer_set_up", {"reason": str(error)[:200]}
        words = words_of(catalogue.settings.language)
        outcome = not_printed("no_route")
        for number in range(asked.copies):
            name = f"label/{self._first_id()}/{number}"
            task = PrintJob(name, asked.printer_id, paper)
            outcome = await asyncio.wrap_future(spooler.submit(task))
            if not outcome.done:
                break
        said = words.fault(outcome.reason) if outcome.reason else ""
        return "", {"state": outcome.state.value, "words": said}

    async def _save_logo(self, asked: _Logo) -> Answer:
        """The venue's logo from now on; papers whose template names none bear none."""
        try:
            rows = base64.b64decode(asked.rows, validate=True) if asked.stride else b""
            logo = Logo(rows, asked.stride) if asked.stride else None
        except (ValueError, ZeroDivisionError):
            return "logo_unreadable", {}

        def changed(now: Catalogue) -> Catalogue:
            dots = (logo.rows, logo.stride) if logo else (b"", 0)
            house = replace(now.settings, logo_rows=dots[0], logo_stride=dots[1])
            return replace(now, settings=house)

        return await self._publish(changed)

    async def _save_floor(self, asked: _OfHall) -> Answer:
        """Put a hall's plan in force; guests keep the table at which they sit."""
        catalogue = self._office.catalogue
        hall = catalogue.halls.get(asked.hall_id)
        if hall is None:
            return "plan_place", {"label": ""}
        before = [table for table in catalogue.tables.values() if table.hall_id == hall.hall_id]
        others = {name: one for name, one in catalogue.tables.items() if one not in before}
        busy = {str(check.table_id) for check in self._office.venue.checks.values()}
        fault = floor_plan.fault_of(hall, asked.tables, others) or floor_plan.gone_in_use(
            before, asked.tables, busy
        )
        if fault is not None:
            return fault.code, dict(fault.params)

        def changed(now: Catalogue) -> Catalogue:
            drawn = {table.table_id: table for table in asked.tables}
            kept = {n: one for n, one in now.tables.items() if one.hall_id != asked.hall_id}
            return replace(now, tables={**kept, **drawn})

        return await self._publish(changed)

    async def publish(self, change: Callable[[Catalogue], Catalogue]) -> str:
        """Put a changed catalogue in force; returns the code of a refusal, else nothing."""
        code, _ = await self._publish(change)
        return code

    async def _publish(self, change: Callable[[Catalogue], Catalogue]) -> Answer:
        office = self._office
        async with self._changing:
            number = office.catalogue.number + 1
            changed = replace(change(office.catalogue), number=number, published_ms=office.clock())
            digest = await office.catalogues.store(changed)
            result = await office.report(PublishCatalogue(number, digest))
        if result is not None and result.code:
            return result.code, {}
        return "", {"number": number}


def _picture(paper: Document, narrow: bool) -> bytes:
    """The first sheet as a PNG, cut where it is longer than a screen can use."""
    sheets = render(paper, PAPER_58 if narrow else PAPER_80)
    image = sheets[0].image if sheets else Image.new("1", (PAPER_80.dots, 8), 255)
    height = min(image.height, PREVIEW_DOTS)
    while True:
        held = io.BytesIO()
        image.crop((0, 0, image.width, height)).save(held, "PNG", optimize=True)
        data = held.getvalue()
        if len(data) <= PREVIEW_BYTES or height < 64:
            return data
        height = height * 3 // 4
