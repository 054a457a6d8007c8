"""Questions of terminals: sign-in, guests of the hotel, the catalogue, health, approvals.

A question changes no check; what must be on record of it (a sign-in) goes through the journal as
the server's own command. Parameters are strict, every answer is bounded, bad input is a code.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

import msgspec

from sync_server.domain import commands as c
from sync_server.domain.ids import ShiftId, StaffId
from sync_server.domain.invoices import of_check
from sync_server.domain.lending import rights_lent
from sync_server.domain.limits import (
    AMOUNT_MINOR,
    APPROVAL_MS,
    CARD_LENGTH,
    LIKING_LENGTH,
    OFFLINE_SIGN_IN_MS,
    OUTBOX_COMMANDS,
    SNAPSHOT_CHUNK_BYTES,
    TEXT_LENGTH,
)
from sync_server.domain.menu import Catalogue
from sync_server.domain.pins import is_weak, places_of
from sync_server.domain.records import FigureRow
from sync_server.domain.staff import rights_of
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import Count
from sync_server.protocol.faults import FrameFault
from sync_server.store.database import Database
from sync_server.transport.authority import AskResult, CommandResult

from .access import ANY_CARD, Access, Approval
from .answering import HandsOut, Mails, SetUp
from .catalogues import Catalogues
from .devices import Device
from .journal_search import Sought, search
from .likings import newest
from .statements import invoice_rows, statement, statement_rows
from .till_reports import REPORTS, till_report

GUESTS_SHOWN = 20

_encoder = msgspec.json.Encoder()


class _Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of a question; each has its own fields."""


class _SignIn(_Params, frozen=True):
    staff_id: str
    pin: str


class _SignInByCard(_Params, frozen=True):
    card: str


class _ChangePin(_Params, frozen=True):
    old: str
    new: str


class _GiveCard(_Params, frozen=True):
    staff_id: str
    card: str


class _Liking(_Params, frozen=True):
    text: str
    changed_ms: int


class _Nothing(_Params, frozen=True):
    pass


class _SignOut(_Params, frozen=True):
    dep: Count = 0
    seq: Count = 0


class _Guests(_Params, frozen=True):
    query: str


class _HotelDay(_Params, frozen=True):
    day: str
    stated_minor: int | None = None


class _Catalogue(_Params, frozen=True):
    number: int
    part: int


class _Approve(_Params, frozen=True):
    staff_id: str
    pin: str
    type: str
    target: str
    digest: str


class _Statement(_Params, frozen=True):
    account_id: str
    before_n: int = 0


class _TillReport(_Params, frozen=True):
    kind: str
    shift_id: str = ""
    language: str = ""
    paper: bool = False


class _MailBill(_Params, frozen=True):
    check_id: str
    address: str


class _AccountPaper(_Params, frozen=True):
    account_id: str
    document: str


class _CheckInvoice(_Params, frozen=True):
    check_id: str
    buyer: str
    buyer_code: str = ""


class House(Protocol):
    """What the questions need of the office."""

    access: Access
    database: Database
    catalogues: Catalogues
    clock: Callable[[], int]
    new_id: Callable[[], str]

    @property
    def venue(self) -> Venue:
        """The committed state."""

    @property
    def devices(self) -> Mapping[str, Device]:
        """All that were ever enrolled."""

    @property
    def catalogue(self) -> Catalogue:
        """The version in force."""

    @property
    def recovering(self) -> bool:
        """Whether terminals are still bringing what a restore lost."""

    async def report(self, command: object, actor: str = "") -> CommandResult | None:
        """Journal a command of the server's own."""

    def report_later(self, command: object, actor: str = "") -> None:
        """As `report`, but nobody waits."""


GuestLookup = Callable[[str, int], Awaitable[tuple[str, list[dict[str, Any]]]]]
"""(query, most) -> (code, guests); an empty code means that the hotel answered."""

Health = Callable[[], Mapping[str, Any]]

PRINTER_WORK = "printer_work"
SET_UP_RIGHT = "settings"
COPY_RIGHT = "pre_bill"
STATEMENT_RIGHT = "house_account"
INVOICE_RIGHT = "take_cash"
REPORT_RIGHT = "reports"
ROW_NAME = 60


HotelDayLookup = Callable[[str, int | None], Awaitable[Mapping[str, Any]]]
"""Business day -> room charges of it beside the hotel's own sums, or beside what somebody read in
its report."""


async def nothing_told(_day: str, _stated_minor: int | None) -> Mapping[str, Any]:
    """Where no hotel is asked."""
    return {}


class Asks:
    """Answers by name; `answer` never raises for bad input."""

    def __init__(
        self,
        house: House,
        guests: GuestLookup,
        health: Health,
        hotel_day: HotelDayLookup = nothing_told,
    ) -> None:
        self._hotel_day = hotel_day
        self._house = house
        self._guests = guests
        self._health = health
        self.set_up: SetUp | None = None
        self.hand_out: HandsOut | None = None
        self.mail: Mails | None = None
        self._known: dict[str, tuple[type[msgspec.Struct], Callable[..., Awaitable[AskResult]]]] = {
            "sign_in": (_SignIn, self._sign_in),
            "sign_in_by_card": (_SignInByCard, self._sign_in_by_card),
            "change_pin": (_ChangePin, self._change_pin),
            "give_card": (_GiveCard, self._give_card),
            "liking": (_Liking, self._share_liking),
            "sign_out": (_SignOut, self._sign_out),
            "guests": (_Guests, self._find_guests),
            "catalogue": (_Catalogue, self._give_catalogue),
            "health": (_Nothing, self._give_health),
            "hotel_day": (_HotelDay, self._compare_day),
            "approve": (_Approve, self._approve),
            "statement": (_Statement, self._statement),
            "account_paper": (_AccountPaper, self._account_paper),
            "check_invoice": (_CheckInvoice, self._check_invoice),
            "till_report": (_TillReport, self._till_report),
            "journal": (Sought, self._journal),
            "mail_bill": (_MailBill, self._mail_bill),
        }

    async def answer(self, dev: str, session: str, what: str, params: bytes) -> AskResult:
        """The answer to a question of an enrolled device."""
        known = self._known.get(what)
        if known is None and self.set_up is not None and self.set_up.knows(what):
            return await self._set_up(self.set_up, dev, session, what, params)
        if what == PRINTER_WORK and self.hand_out is not None:
            device = self._house.devices.get(dev)
            code, told = await self.hand_out.work(device.code if device else "", params)
            return _no(code) if code else _yes(told)
        if known is None:
            return _no("unknown_question")
        shape, handler = known
        try:
            asked = msgspec.json.decode(params, type=shape)
        except (msgspec.DecodeError, FrameFault, RecursionError):
            return _no("bad_text")
        return await handler(dev, session, asked)

    async def _sign_in(self, dev: str, session: str, asked: _SignIn) -> AskResult:
        house, access = self._house, self._house.access
        now = house.clock()
        staff_id = StaffId(asked.staff_id[:64])
        until = access.locked_until(staff_id, dev, now)
        if not access.may_approve(house.catalogue, staff_id):
            until = max(until, access.device_locked_until(dev, now))
        if until:
            return _no("locked", until_ms=until)
        if access.pin_is_void(staff_id):
            return _no("pin_void")
        right = await access.verify(staff_id, asked.pin[:64])
        person = house.catalogue.staff.get(staff_id)
        if not right or person is None or not person.active:
            return await self._failed(staff_id, dev)
        return await self._signed_in_now(staff_id, dev)

    async def _signed_in_now(self, staff_id: StaffId, dev: str) -> AskResult:
        house, access = self._house, self._house.access
        token = f"{house.new_id()}.{house.new_id()}"
        made = await access.open_session(token, staff_id, dev, house.clock())
        await self._on_record(staff_id, "in", staff_id)
        return _yes(
            {
                "staff_id": staff_id,
                "session": token,
                "expires_ms": made.until_ms,
                "offline_until_ms": house.clock() + OFFLINE_SIGN_IN_MS,
            }
        )

    async def _sign_in_by_card(self, dev: str, session: str, asked: _SignInByCard) -> AskResult:
        """Whoever the card belongs to; unknown ones are throttled device by device, and who may
        not try a PIN there may not try a card either."""
        house, access = self._house, self._house.access
        now = house.clock()
        staff_id = StaffId(access.cards.owner(asked.card[:CARD_LENGTH]))
        until = access.locked_until(ANY_CARD, dev, now)
        if not access.may_approve(house.catalogue, staff_id):
            until = max(until, access.device_locked_until(dev, now))
        if until:
            return _no("locked", until_ms=until)
        person = house.catalogue.staff.get(staff_id)
        if person is None or not person.active:
            until = await access.note_failure(ANY_CARD, dev, now)
            await self._on_record(staff_id, "locked" if until else "failed", staff_id)
            return _no("locked", until_ms=until) if until else _no("unknown_card")
        await access.note_success(ANY_CARD, dev)
        return await self._signed_in_now(staff_id, dev)

    async def _give_card(self, dev: str, session: str, asked: _GiveCard) -> AskResult:
        """Who sets up the house gives a person a card, or with an empty one takes it away."""
        house = self._house
        holder = house.access.holder(session, dev, house.clock())
        if not holder:
            return _no("session_ended")
        if SET_UP_RIGHT not in rights_of(house.catalogue, StaffId(holder)):
            return _no("not_allowed", right=SET_UP_RIGHT)
        if StaffId(asked.staff_id) not in house.catalogue.staff:
            return _no("unknown_staff")
        problem = await house.access.cards.give(asked.staff_id, asked.card, house.clock())
        if problem == "card_taken":
            return _no(problem, by=house.access.cards.owner(asked.card))
        return _no(problem) if problem else _yes({})

    async def _change_pin(self, dev: str, session: str, asked: _ChangePin) -> AskResult:
        """The person here chooses another PIN; whoever knew the old one is out."""
        house, access = self._house, self._house.access
        now = house.clock()
        holder = StaffId(access.holder(session, dev, now))
        if not holder:
            return _no("session_ended")
        if until := access.locked_until(holder, dev, now):
            return _no("locked", until_ms=until)
        if access.pin_is_void(holder):
            return _no("pin_void")
        if not await access.verify(holder, asked.old[:64]):
            return await self._failed(holder, dev)
        places = places_of(house.catalogue, holder)
        if len(asked.new) != places or asked.new == asked.old or is_weak(asked.new):
            return _no("weak_pin", places=places)
        await access.set_pin(holder, asked.new, now)
        await access.end_sessions_of(holder, now)
        await self._on_record(holder, "pin", holder)
        return _yes({})

    async def _share_liking(self, dev: str, session: str, asked: _Liking) -> AskResult:
        """What the person here chose for oneself: brought, and what stands told."""
        house = self._house
        now = house.clock()
        holder = house.access.holder(session, dev, now)
        if not holder:
            return _no("session_ended")
        if len(asked.text) > LIKING_LENGTH:
            return _no("bad_text", limit=LIKING_LENGTH)
        kept = await newest(house.database, holder, asked.text, asked.changed_ms, now)
        return _yes({"text": kept[0], "changed_ms": kept[1]})

    async def _failed(self, staff_id: StaffId, dev: str) -> AskResult:
        """A wrong PIN, or nobody's: counted, on record, and answered alike (S-12, S-31)."""
        house = self._house
        until = await house.access.note_failure(staff_id, dev, house.clock())
        await self._on_record(staff_id, "locked" if until else "failed", staff_id)
        return _no("locked", until_ms=until) if until else _no("bad_pin")

    async def _on_record(self, staff_id: StaffId, what: str, actor: str) -> None:
        """Before the answer; but while tablets still bring what a restore lost, nobody waits at a
        keypad until they are done."""
        command = c.RecordSignIn(staff_id, what)
        if self._house.recovering:
            self._house.report_later(command, actor)
        else:
            await self._house.report(command, actor)

    async def _sign_out(self, dev: str, session: str, asked: _SignOut) -> AskResult:
        holder = self._house.access.holder(session, dev, self._house.clock())
        if holder:
            device = self._house.devices[dev]
            known = device.last_seq if asked.dep == device.epoch else 0
            # More than a terminal can have in hand would keep the session open for good.
            told = asked.seq - known <= OUTBOX_COMMANDS
            last = (asked.dep, asked.seq) if told else (0, 0)
            await self._house.access.end_session(session, self._house.clock(), last)
            await self._on_record(StaffId(holder), "out", holder)
        return _yes({})

    async def _find_guests(self, dev: str, session: str, asked: _Guests) -> AskResult:
        if not self._signed_in(dev, session):
            return _no("session_ended")
        query = asked.query.strip()[:64]
        if not query:
            return _no("no_guest")
        code, found = await self._guests(query, GUESTS_SHOWN)
        if code:
            return _no(code)
        return _yes({"guests": found}) if found else _no("no_guest")

    async def _compare_day(self, dev: str, session: str, asked: _HotelDay) -> AskResult:
        """For those who may settle charges: a day's sums here and at the hotel."""
        holder = self._house.access.holder(session, dev, self._house.clock())
        if not holder:
            return _no("session_ended")
        if "settle_charge" not in rights_of(self._house.catalogue, StaffId(holder)):
            return _no("not_allowed", right="settle_charge")
        stated = asked.stated_minor
        if stated is not None and abs(stated) > AMOUNT_MINOR:
            return _no("bad_amount", value=stated)
        return _yes(await self._hotel_day(asked.day[:10], stated))

    async def _give_catalogue(self, dev: str, session: str, asked: _Catalogue) -> AskResult:
        """One part of a version; a catalogue is larger than a frame may be."""
        data = self._house.catalogues.content(asked.number)
        if data is None:
            return _no("menu_unknown")
        size = SNAPSHOT_CHUNK_BYTES
        parts = -(-len(data) // size)
        if not 0 <= asked.part < parts:
            return _no("bad_quantity", value=asked.part)
        piece = data[asked.part * size : (asked.part + 1) * size]
        return _yes({"of": parts, "data": b64encode(piece).decode()})

    async def _give_health(self, dev: str, session: str, asked: _Nothing) -> AskResult:
        now = self._house.clock()
        devices = [
            {
                "code": device.code,
                "kind": device.kind,
                "name": device.name,
                "seen_ms_ago": now - device.seen_ms if device.seen_ms else -1,
                "ui_ok": device.ui_ok,
                "unsent": max(0, device.made_seq - device.last_seq),
            }
            for device in self._house.devices.values()
            if device.public_key
        ]
        return _yes({**self._health(), "devices": devices})

    async def _approve(self, dev: str, session: str, asked: _Approve) -> AskResult:
        """A manager lends the rights for one command; the PIN is throttled like a sign-in."""
        house, access = self._house, self._house.access
        now = house.clock()
        approver = StaffId(asked.staff_id[:64])
        holder = access.holder(session, dev, now)
        if not holder:
            return _no("session_ended")
        if until := access.locked_until(approver, dev, now):
            return _no("locked", until_ms=until)
        if access.pin_is_void(approver):
            return _no("pin_void")
        if not await access.verify(approver, asked.pin[:64]):
            return await self._failed(approver, dev)
        await access.note_success(approver, dev)
        if approver == holder or not access.may_approve(house.catalogue, approver):
            return _no("approval_invalid")
        approval_id = house.new_id()
        access.lend(
            approval_id,
            Approval(
                approver, dev, asked.type, asked.target, house.clock() + APPROVAL_MS, asked.digest
            ),
        )
        return _yes({"id": approval_id})

    async def _statement(self, dev: str, session: str, asked: _Statement) -> AskResult:
        """What a house account ate and paid, a page at a time."""
        _, fault = self._holds(dev, session, STATEMENT_RIGHT)
        if fault is not None:
            return fault
        if asked.account_id not in self._house.catalogue.accounts:
            return _no("no_account", account=asked.account_id[:64])
        lines = await statement(self._house.database, asked.account_id, asked.before_n)
        return _yes({"lines": [asdict(line) for line in lines]})

    def _holds(self, dev: str, session: str, right: str) -> tuple[str, AskResult | None]:
        """Who is signed in, and why this person may not ask."""
        holder = self._house.access.holder(session, dev, self._house.clock())
        if not holder:
            return "", _no("session_ended")
        lent = rights_lent(self._house.venue.lent.values(), holder, self._house.clock())
        if right not in rights_of(self._house.catalogue, holder) | lent:
            return holder, _no("not_allowed", right=right)
        return holder, None

    async def _printed(self, command: c.PrintFigures, holder: str) -> AskResult | None:
        if self._house.recovering:
            return _no("busy")
        done = await self._house.report(command, holder)
        return None if done is not None and done.outcome != "refused" else _no("busy")

    async def _mail_bill(self, dev: str, session: str, asked: _MailBill) -> AskResult:
        """A copy of a closed bill to the guest's address, by who may print one."""
        holder, fault = self._holds(dev, session, COPY_RIGHT)
        if fault is not None:
            return fault
        if self.mail is None:
            return _no("mail_off")
        code, params = await self.mail.send(asked.check_id, asked.address, holder)
        return _no(code, **params) if code else _yes({})

    async def _account_paper(self, dev: str, session: str, asked: _AccountPaper) -> AskResult:
        """The statement of a house account, or the invoice of what it owes, on paper."""
        holder, fault = self._holds(dev, session, STATEMENT_RIGHT)
        if fault is not None:
            return fault
        house = self._house
        if asked.account_id not in house.catalogue.accounts:
            return _no("no_account", account=asked.account_id[:64])
        owed = house.venue.owed.get(asked.account_id, 0)
        if asked.document == "invoice":
            made = await invoice_rows(house.database, asked.account_id, owed, house.venue)
        elif asked.document == "statement":
            lines = await statement(house.database, asked.account_id, 0)
            made = statement_rows(lines, owed, house.venue)
        else:
            return _no("unknown_question")
        rows, total, taxes = made
        if not rows:
            return _no("nothing_due")
        command = c.PrintFigures(asked.document, asked.account_id, rows, total, taxes=taxes)
        return await self._printed(command, holder) or _yes({})

    async def _check_invoice(self, dev: str, session: str, asked: _CheckInvoice) -> AskResult:
        """The numbered invoice of a closed check, for a company that has no account here."""
        holder, fault = self._holds(dev, session, INVOICE_RIGHT)
        if fault is not None:
            return fault
        check = self._house.venue.check(asked.check_id)
        if check is None or check.state != "closed":
            return _no("no_check" if check is None else "check_open")
        rows, total, taxes = of_check(check)
        if total <= 0:
            return _no("nothing_due")
        if not asked.buyer.strip():
            return _no("bad_text", limit=TEXT_LENGTH)
        command = c.PrintFigures(
            *("invoice", check.number, rows, total, "check", taxes),
            asked.buyer[:TEXT_LENGTH],
            asked.buyer_code[:TEXT_LENGTH],
        )
        return await self._printed(command, holder) or _yes({})

    async def _till_report(self, dev: str, session: str, asked: _TillReport) -> AskResult:
        """One kind of report, of the open day or of a shift; on paper as well if it is wanted."""
        holder, fault = self._holds(dev, session, REPORT_RIGHT)
        if fault is not None:
            return fault
        house = self._house
        shift = house.venue.shifts.get(ShiftId(asked.shift_id)) if asked.shift_id else None
        if asked.kind not in REPORTS:
            return _no("unknown_question")
        if asked.shift_id and shift is None:
            return _no("no_shift")
        found = await till_report(
            house.database, house.venue, house.catalogue, asked.kind, asked.language, shift
        )
        day = house.venue.day.day if house.venue.day else ""
        if asked.paper:
            about = f"{shift.day} · {shift.number}" if shift else day
            rows = tuple(FigureRow(row.name[:ROW_NAME], row.amount_minor) for row in found.rows)
            command = c.PrintFigures("report", about, rows, found.total_minor, asked.kind)
            if fault := await self._printed(command, holder):
                return fault
        return _yes(asdict(found))

    async def _journal(self, dev: str, session: str, asked: Sought) -> AskResult:
        """What happened, by check, person, sum and time, with the tap behind each event."""
        _, fault = self._holds(dev, session, REPORT_RIGHT)
        if fault is not None:
            return fault
        found = await search(self._house.database, self._house.venue, asked)
        codes = {device.dev: device.code for device in self._house.devices.values()}
        lines = [{**asdict(line), "dev": codes.get(line.dev, "")} for line in found.lines]
        return _yes({"lines": lines, "before_n": found.before_n})

    async def _set_up(
        self, set_up: SetUp, dev: str, session: str, what: str, params: bytes
    ) -> AskResult:
        holder = self._house.access.holder(session, dev, self._house.clock())
        if not holder:
            return _no("session_ended")
        if SET_UP_RIGHT not in rights_of(self._house.catalogue, holder):
            return _no("not_allowed", right=SET_UP_RIGHT)
        code, body = await set_up.answer(what, params)
        return _no(code, **body) if code else _yes(body)

    def _signed_in(self, dev: str, session: str) -> bool:
        return bool(self._house.access.holder(session, dev, self._house.clock()))


def _yes(body: Mapping[str, Any]) -> AskResult:
    return AskResult(body=_encoder.encode(body))


def _no(code: str, **params: str | int) -> AskResult:
    return AskResult(code, _encoder.encode(params))
