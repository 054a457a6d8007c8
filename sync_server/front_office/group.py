"""Deciding a group of commands in memory, and the rows that store it in one transaction.

The group works on a fork of the venue: if the transaction fails, the fork is thrown away and
nothing has happened. A command that makes the code raise is parked for a person and its sequence
number advances, so that one bad command never blocks a terminal (reliability 2.6). `bus` runs
the groups; `facts` are made here from the server's own tables.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeGuard

import msgspec

from sync_server.domain import events as e, ledger, limits
from sync_server.domain.approvals import lends
from sync_server.domain.checks import Stamp
from sync_server.domain.commands import SERVER_ONLY
from sync_server.domain.decisions import decide, notice
from sync_server.domain.guest_data import texts_of
from sync_server.domain.guest_papers import named_by
from sync_server.domain.ids import NOBODY, ChargeId, StaffId
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import SILENT, Effect, effects_of
from sync_server.domain.rejections import Accepted, Decision, Refused, refuse
from sync_server.domain.staff import (
    FACT_RIGHTS,
    FACTS,
    KITCHEN_RIGHTS,
    RIGHTS,
    Facts,
    discount_limit,
    discount_sum_limit,
    refund_limit,
    rights_of,
    wider,
)
from sync_server.domain.venue import Venue
from sync_server.effects.door import DOUBTFUL
from sync_server.protocol.envelope import (
    Command,
    EventRecord,
    FreshEvent,
    Received,
    body_digest,
    chain,
    write_event,
)
from sync_server.protocol.erasable import names_nobody, without_digests
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import CODEC
from sync_server.store.hot_insert import Row
from sync_server.transport.authority import CommandResult

from . import peeks
from .access import Access
from .adoption import UNSIGNED, owed_for, settled_by
from .devices import Device
from .journal import Batch, Head
from .kitchen_evidence import is_due, moved, now_on, still_follows, was_made
from .recollection import Past

log = logging.getLogger(__name__)

SERVER = "server"
"""The device name of the server's own commands."""

QUIET = frozenset(
    {
        "nothing_to_do",
        "nothing_to_send",
        "no_notice",
        "no_ticket",
        *("ticket_done", "ticket_changed"),
        "ticket_open",
        "undo_late",
        "duplicate_id",
        "charge_settled",
        "no_stop",
        "left_out",
        "guest_here",
    }
)
"""Refusals that lose nothing and need nobody: they raise no notice."""

NO_LIMIT_BP = 10_000
"""A discount of all there is, in basis points."""

_json = msgspec.json.Encoder()
_params = msgspec.json.Decoder(dict[str, str | int])


@dataclass(slots=True)
class Told:
    """What a decided group leads to once it is committed."""

    records: list[tuple[int, bytes, str]] = field(default_factory=list)
    events: list[object] = field(default_factory=list)


@dataclass(slots=True)
class _Rows:
    """What the events of one command add, until all of them have been applied."""

    head: Head
    applied: list[tuple[object, Stamp]] = field(default_factory=list)
    journal: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    effects: list[Row] = field(default_factory=list)
    named: list[Row] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    records: list[tuple[int, bytes, str]] = field(default_factory=list)


class Group:
    """Decides commands one after the other on a fork; `batch` is what to write."""

    def __init__(
        self,
        venue: Venue,
        head: Head,
        catalogues: Mapping[int, Catalogue],
        access: Access,
        room_link: bool,
        now_ms: int,
        new_salt: Callable[[], str],
        epoch: int = 1,
    ) -> None:
        """`epoch` is the server's: commands made under an older one were made before it was
        restored from a backup. `new_salt` is for events that name a guest."""
        self._before_group = venue
        self._applied: list[tuple[object, Stamp]] = []
        self.venue = venue.fork()
        self.head = Head(head.n, head.hash)
        self.batch = Batch()
        self.told = Told()
        self.answers: dict[tuple[str, int, int], tuple[str, CommandResult]] = {}
        self.ids: dict[str, tuple[str, CommandResult]] = {}
        self.approvals: set[str] = set()
        self._epoch = epoch
        self._catalogues = catalogues
        self._access = access
        self._room_link = room_link
        self._now_ms = now_ms
        self._new_salt = new_salt

    @property
    def catalogue(self) -> Catalogue:
        """The version in force at this point of the group."""
        return self._catalogues[self.venue.catalogue_no]

    def take(
        self,
        device: Device,
        received: Received,
        first: CommandResult | None = None,
        past: Past | None = None,
        vouched: StaffId = NOBODY,
    ) -> CommandResult:
        """Decide one command and add its rows. `first` is an outcome its terminal was told before
        this server was restored from a backup: it is honoured (reliability 2.20). `past` is what
        terminals remember of it. `vouched` took it over from a revoked device: that person stands
        behind it in place of the sign-in there."""
        command = received.command
        at_ms = device.time_of(command, self._now_ms, self._last_ms(device))
        n_before = self.head.n
        error = ""
        if first is None and past is not None and past.outcome.outcome == "refused":
            first = past.outcome
        try:
            decision = self._decide(device, command, at_ms, first, past, vouched)
            if _was_done(first) and _goes_otherwise(decision, first, past):
                return self._repeat_as_kept(device, received, first, past, at_ms)
            if first is not None and first.outcome == "parked":
                error = "parked before the server was restored"
            if isinstance(decision, Accepted):
                made = decision
                if first is not None:
                    decision = _as_told(made, first)
                self._commit_events(device, command, made.events, at_ms)
                if decision.adjusted is not None and made.adjusted is None:
                    self._raise_notice(device, command, decision.adjusted, at_ms)
        except Exception as fault:
            if _was_done(first):
                log.exception(
                    "command %s of %s cannot be decided again", command.cmd_id, device.dev
                )
                return self._repeat_as_kept(device, received, first, past, at_ms)
            log.exception("command %s of %s is parked", command.cmd_id, device.dev)
            error = repr(fault)[: limits.TEXT_LENGTH]
            decision = refuse("internal")
        if isinstance(decision, Refused) and (error or self._is_told(command, decision)):
            self._raise_notice(device, command, decision, at_ms)
        result = self._result(command.seq, decision, n_before, bool(error), command)
        self._record(device, received, result, error, at_ms)
        return result

    def _repeat_as_kept(
        self,
        device: Device,
        received: Received,
        first: CommandResult,
        past: Past | None,
        at_ms: int,
    ) -> CommandResult:
        """What was done before the restore stays done, though what it rested on is lost: by the
        events that its terminal kept. Without them the actor is told to look."""
        command = received.command
        n_before = self.head.n
        events = past.had(first) if past is not None else ()
        if any(was_made(self.venue, event) for event in events):
            events = ()
        try:
            self._commit_events(device, command, events, at_ms)
        except Exception:
            log.exception("the kept events of command %s do not fit", command.cmd_id)
            events = ()
        if not events and first.n_from and command.actor:
            lost = refuse("not_repeated", type=command.type)
            self._raise_notice(device, command, lost, at_ms)
        n_from = n_before + 1 if self.head.n > n_before else 0
        result = replace(first, n_from=n_from, n_to=self.head.n if n_from else 0)
        self._record(device, received, result, "", at_ms)
        return result

    def repeat(self, device: Device, received: Received, first: CommandResult) -> None:
        """A command that an earlier store of the device had sent already: its number is used up,
        its effect is not repeated. The inbox keeps the first row, whose id is the same."""
        command = received.command
        self.batch.devices[device.dev] = (
            command.dep,
            command.seq,
            received.hash,
            self._last_ms(device),
        )
        self.answers[(device.dev, command.dep, command.seq)] = (received.hash, first)

    def _last_ms(self, device: Device) -> int:
        moved = self.batch.devices.get(device.dev)
        return moved[3] if moved is not None else device.last_at_ms

    def _decide(
        self,
        device: Device,
        command: Command,
        at_ms: int,
        first: CommandResult | None,
        past: Past | None,
        vouched: StaffId,
    ) -> Decision:
        if first is not None and first.outcome in ("refused", "parked"):
            return Refused(first.code, _params.decode(first.params))
        if command.type in SERVER_ONLY and device.dev != SERVER:
            return refuse("not_allowed", right="server")
        try:
            body = CODEC.decode_command(command.type, command.tv, command.body)
        except FrameFault as fault:
            return refuse("unknown_command", fault=fault.code)
        honoured = first is not None or past is not None
        facts = self._facts(device, command, at_ms, honoured, vouched)
        if isinstance(facts, Refused):
            return facts
        return decide(self.venue, body, facts)

    def _facts(
        self, device: Device, command: Command, at_ms: int, honoured: bool, vouched: StaffId
    ) -> Facts | Refused:
        """Who asks, with which rights, by the server's own tables (S-15).

        What this server accepted before it was restored is not judged a second time: the session
        and the approval it went by are lost.
        """
        catalogue = self.catalogue
        actor = StaffId(command.actor)
        approver = NOBODY
        limit, sums, refund = 0, 0, 0
        unbacked = ""
        if device.dev == SERVER or honoured:
            rights = frozenset(RIGHTS)
            limit, sums, refund = NO_LIMIT_BP, -1, -1
        elif device.kind == "kds" and not actor:
            rights = KITCHEN_RIGHTS
        else:
            fault = None
            if not vouched:
                lost = self._is_restored(command)
                fault = self._access.session_fault(command, device.dev, at_ms, catalogue, lost)
            if fault and command.type not in FACTS:
                return fault
            unbacked = fault.code if fault else ""
            rights = FACT_RIGHTS if fault else rights_of(catalogue, actor)
            limit, refund = discount_limit(catalogue, actor), refund_limit(catalogue, actor)
            sums = discount_sum_limit(catalogue, actor)
        request_id = ""
        if vouched or (command.approval is not None and not honoured):
            lent = (vouched, "") if vouched else self._lent(device, command, at_ms)
            if isinstance(lent, Refused):
                return lent
            approver, request_id = lent
            rights = rights | rights_of(catalogue, approver)
            limit = max(limit, discount_limit(catalogue, approver))
            refund = wider(refund, refund_limit(catalogue, approver))
            sums = wider(sums, discount_sum_limit(catalogue, approver))
        return Facts(
            catalogue=catalogue,
            now_ms=at_ms,
            command_id=command.cmd_id,
            actor=actor,
            device_id=device.dev,
            device_code=device.code,
            basis_n=command.basis_n,
            rights=rights,
            discount_limit_bp=limit,
            refund_limit_minor=refund,
            discount_limit_minor=sums,
            approver=approver,
            old_menus=self._catalogues,
            room_link=self._room_link,
            request_id=request_id,
            unbacked=unbacked,
        )

    def _lent(self, device: Device, command: Command, at_ms: int) -> tuple[StaffId, str] | Refused:
        """Who approved a command: at another terminal by a request that everybody can see, with
        its id, or by a PIN at this one."""
        assert command.approval is not None
        request = self.venue.requests.get(command.approval.id)
        if request is None:
            lent = self._access.redeem(command, device.dev, at_ms, self.approvals)
            return lent if isinstance(lent, Refused) else (lent, "")
        digest = body_digest(bytes(command.body))
        approver = lends(request, command.actor, command.type, digest, at_ms)
        if not approver:
            return refuse("approval_invalid")
        return approver, request.request_id

    def _is_restored(self, command: Command) -> bool:
        """Whether the command was made before this server was restored from a backup."""
        return command.sep < self._epoch and self._epoch > 1

    def _is_told(self, command: Command, refused: Refused) -> bool:
        return bool(command.actor) and refused.code not in QUIET

    def _raise_notice(self, device: Device, command: Command, refused: Refused, at_ms: int) -> None:
        """Nothing is dropped silently: the actor must tap it away (reliability 2.1, P4)."""
        facts = Facts(
            catalogue=self.catalogue,
            now_ms=at_ms,
            command_id=command.cmd_id,
            actor=StaffId(command.actor),
            device_id=device.dev,
            device_code=device.code,
            basis_n=command.basis_n,
            rights=frozenset(),
        )
        raised = notice(peeks.check_of(command), refused, facts)
        self._commit_events(device, command, (raised,), at_ms)

    def _commit_events(
        self, device: Device, command: Command, events: tuple[object, ...], at_ms: int
    ) -> None:
        """Apply events to the fork and write their rows; all of them or, by parking, none."""
        made = _Rows(Head(self.head.n, self.head.hash))
        try:
            for event in events:
                self._commit_event(device, command, event, at_ms, made)
        except Exception:
            self._rebuild()
            raise
        self._take_in(made)

    def _take_in(self, made: "_Rows") -> None:
        """All events of a command fit: their rows belong to the group."""
        self.head = made.head
        self._applied += made.applied
        self.batch.journal += made.journal
        self.batch.ledger += made.ledger
        self.batch.effects += made.effects
        self.batch.named += made.named
        self.batch.revoked += made.revoked
        self.told.records += made.records
        self.told.events += [event for event, _ in made.applied]

    def _commit_event(
        self, device: Device, command: Command, event: object, at_ms: int, made: "_Rows"
    ) -> None:
        venue = self.venue
        n = made.head.n + 1
        name, version = CODEC.kind_of(event)
        day = venue.day.day if venue.day else command.biz_day
        event = without_digests(event)
        salt = self._new_salt() if texts_of(event) else ""
        whose = (command.cmd_id, device.dev, command.actor, day)
        record = FreshEvent(n, at_ms, name, version, *whose, event, salt)
        doubtful = self._epoch > 1 and self._is_doubtful(command, event)
        self._append(record, write_event(record), event, doubtful, made)

    def _append(
        self,
        record: EventRecord | FreshEvent,
        data: bytes,
        event: object,
        restored: bool,
        made: "_Rows",
    ) -> tuple[Effect, ...]:
        """Apply one event to the fork and make its rows; the effects of it."""
        venue, n, name, at_ms = self.venue, record.n, record.type, record.at_ms
        kind = type(event)
        before = peeks.before(venue, event) if kind in peeks.LOOKS_BACK else peeks.NOTHING_BEFORE
        made.head = Head(n, chain(made.head.hash, n, data))
        stamp = Stamp(n, record.dev)
        venue.apply(event, stamp)
        made.applied.append((event, stamp))
        if kind is e.DeviceRevoked:
            assert isinstance(event, e.DeviceRevoked)
            made.revoked.append(event.device_id)
        day = venue.day.day if venue.day else record.biz_day
        made.journal.append((n, at_ms, name, day, record.cmd_id, data, made.head.hash))
        made.records.append((n, data, made.head.hash))
        for pos, entry in enumerate(ledger.entries(event, *before)):
            row = (n, pos, entry.account, entry.amount_minor, entry.document, day)
            made.ledger.append(row)
        if kind in SILENT:
            return ()
        effects = effects_of(event, venue, self.catalogue)
        for pos, effect in enumerate(effects):
            row_id, outcome = f"{n}.{pos}", DOUBTFUL if restored else ""
            made.effects.append(_effect_row(row_id, n, effect, self._now_ms, outcome, record.dev))
            made.named += ((subject, row_id) for subject in named_by(effect.payload))
        return effects

    def adopt(self, dev: str, run: Sequence[tuple[EventRecord, bytes, str]]) -> None:
        """Take proved events as the lost server wrote them (`adoption`), which `dev` had kept.

        What was to be told to the world for them is doubtful, but for what later events of the run
        report as done.
        """
        made = _Rows(Head(self.head.n, self.head.hash))
        owed: list[tuple[str, int]] = []
        settled: set[tuple[str, int]] = set()
        for record, data, link in run:
            event = CODEC.decode_event(record.type, record.tv, record.body)
            owed += map(owed_for, self._append(record, data, event, True, made))
            assert made.head.hash == link, "proved before it came here"
            settled |= settled_by(event)
        made.effects = [
            (*row[:4], "done", *row[5:]) if what in settled else row
            for row, what in zip(made.effects, owed, strict=True)
        ]
        self._take_in(made)
        first, last = run[0][0].n, run[-1][0].n
        self.batch.adopted.append((first, last, self._epoch, dev, self._now_ms))

    def give(self, records: Sequence[EventRecord]) -> list[EventRecord]:
        """Repeat what a device that has not come had given to the kitchen (`kitchen_evidence`),
        whose paper may be out; the events as they stand now, none if they do not fit any more."""
        made, first = _Rows(Head(self.head.n, self.head.hash)), self.head.n + 1
        again: list[EventRecord] = []
        try:
            events = [CODEC.decode_event(one.type, one.tv, one.body) for one in records]
            to = now_on(self.venue, events)
            for before, event in zip(records, (moved(one, to) for one in events), strict=True):
                if not is_due(self.venue, event):
                    self._rebuild()
                    return []
                if still_follows(self.venue, event):
                    n, body = first + len(again), msgspec.Raw(CODEC.encode(event))
                    again.append(msgspec.structs.replace(before, n=n, body=body))
                    self._append(again[-1], write_event(again[-1]), event, True, made)
        except Exception:
            log.exception("what the kitchen had of command %s does not fit", records[0].cmd_id)
            self._rebuild()
            return []
        self._take_in(made)
        self.batch.adopted.append((first, self.head.n, self._epoch, UNSIGNED, self._now_ms))
        return again

    def honour(self, device: Device, received: Received, result: CommandResult) -> None:
        """A command whose events were adopted before it came: its answer, nothing more."""
        at_ms = device.time_of(received.command, self._now_ms, self._last_ms(device))
        self._record(device, received, result, "", at_ms)

    def _is_doubtful(self, command: Command, event: object) -> bool:
        """Whether the world may have been told of this event before the server was restored.

        That paper had taken over for a display, that a timed course was fired, or what hotel or
        card terminal had said, is the server's own knowledge, which no terminal brings again; an
        epoch after a restore is the second in which it began.
        """
        if self._is_restored(command):
            return True
        since_ms: int | None = None
        if isinstance(event, e.TicketOnPaper):
            since_ms = self.venue.tickets[event.ticket_id].changed_ms
        elif command.type == "SettleCharge":
            since_ms = self.venue.charges[ChargeId(peeks.settled_by(command))].asked_ms
        elif command.type == "SettleCard":
            since_ms = peeks.card_since(command, self.venue)
        elif command.type == "FireLines" and command.dev == SERVER:
            since_ms = peeks.fired_since(command, self._before_group)
        return since_ms is not None and since_ms <= (self._epoch + 1) * 1000

    def _rebuild(self) -> None:
        """The fork as it was before a command that failed half way.

        Such a command is a bug of ours and rare; every other one is spared a fork of its own, which
        copies all that is open in the house.
        """
        self.venue = self._before_group.fork()
        for event, stamp in self._applied:
            self.venue.apply(event, stamp)

    def _result(
        self, seq: int, decision: Decision, n_before: int, parked: bool, command: Command
    ) -> CommandResult:
        n_from = n_before + 1 if self.head.n > n_before else 0
        n_to = self.head.n if n_from else 0
        if isinstance(decision, Refused):
            outcome = "parked" if parked else "refused"
            params = _json.encode(decision.params)
            return CommandResult(seq, outcome, decision.code, params, n_from, n_to)  # type: ignore[arg-type]
        if decision.adjusted is not None:
            answer = decision.adjusted
            return CommandResult(
                seq, "adjusted", answer.code, _json.encode(answer.params), n_from, n_to
            )
        return CommandResult(seq, "accepted", "", b"{}", n_from, n_to)

    def _record(
        self,
        device: Device,
        received: Received,
        result: CommandResult,
        error: str,
        at_ms: int,
    ) -> None:
        command, data = received.command, received.data
        if result.outcome in ("refused", "parked"):
            data = names_nobody(data)  # Nothing in the journal would lead to it later.
        self.batch.inbox.append(
            (
                device.dev,
                command.dep,
                command.seq,
                command.cmd_id,
                received.hash,
                command.type,
                result.outcome,
                result.code,
                result.params,
                result.n_from,
                result.n_to,
                result.doc_no,
                data,
            )
        )
        if error:
            self.batch.parked.append(
                (device.dev, command.dep, command.seq, at_ms, error, received.data)
            )
        self.batch.devices[device.dev] = (command.dep, command.seq, received.hash, at_ms)
        key = (device.dev, command.dep, command.seq)
        self.answers[key] = (received.hash, result)
        self.ids[command.cmd_id] = (device.dev, result)


def _was_done(first: CommandResult | None) -> TypeGuard[CommandResult]:
    """Whether a terminal was told, before a restore, that something had come of it."""
    return first is not None and first.outcome in ("accepted", "adjusted")


def _goes_otherwise(decision: Decision, first: CommandResult, past: Past | None) -> bool:
    """Whether what was done would not be done now: it is refused; or the money that had closed a
    check is still in a drawer somewhere, and lines would not go on the new check that was told."""
    if isinstance(decision, Refused):
        return True
    continued = first.code == "continued" and decision.adjusted is None
    return continued and past is not None and bool(past.had(first))


def _as_told(decision: Accepted, first: CommandResult) -> Accepted:
    """What was done counts; how it is called is what the terminal was told the first time."""
    if first.outcome == "accepted":
        return Accepted(decision.events)
    return Accepted(decision.events, Refused(first.code, _params.decode(first.params)))


def _effect_row(effect_id: str, n: int, effect: Effect, now_ms: int, outcome: str, dev: str) -> Row:
    """The wait for a second copy counts from now, however late the command came."""
    payload = _json.encode(effect.payload)
    queued = (effect_id, n, effect.kind, effect.target, "queued", 0)
    return (*queued, now_ms, now_ms, outcome, dev, payload)
