"""One door for every command: `decide(venue, command, facts)`, pure, for server and terminal.

Here is what concerns several aggregates at once: orders that become tickets, the stop list, lines
that came too late for a closed check; the till's part of this is `till`. What concerns one
aggregate is in `ordering`, `payments`, `kitchen`, `shifts` and `folio`; the conflict rules are
reliability 2.8. The same pair of `decide` and `Venue.apply` serves server, preview, replica, tests.
"""

from collections.abc import Callable, Iterable

from . import (
    approvals,
    cards,
    commands as c,
    discounting,
    dividing,
    earning,
    events as e,
    folio,
    guest_data,
    kitchen,
    lending,
    ordering,
    orders,
    remaking,
    room_reversals,
    shifts,
    till,
)
from .amending import replace
from .card_numbers import carries_card_number
from .checks import Check
from .ids import NOBODY, CheckId, NoticeId, derived
from .limits import LIST_LENGTH, QTY_MILLI, TEXT_LENGTH
from .menu import Catalogue
from .rejections import Accepted, Decision, Refused, refuse
from .staff import RIGHT_FOR, Facts, needs
from .venue import Venue


def decide(venue: Venue, command: object, facts: Facts) -> Decision:
    """What the command does in this state, or why not. Changes nothing."""
    kind = type(command)
    handler = _HANDLERS.get(kind)
    if handler is None:
        return refuse("unknown_command")
    if venue.lent:
        facts = lending.with_lent(venue.lent, facts)
    if fault := needs(facts, RIGHT_FOR[kind.__name__]):
        return fault
    if carries_card_number(command):
        return refuse("card_number")
    if fault := approvals.frozen(venue.requests.values(), command, facts):
        return fault
    made: Decision = handler(venue, command, facts)
    if isinstance(made, Refused):
        return made
    made = earning.with_points(venue, made, facts)
    if facts.unbacked:
        made = replace(made, events=(*made.events, *till.nobody_behind(command, facts)))
    request = venue.requests.get(facts.request_id)
    if request is not None:
        ended = e.ApprovalEnded(request.request_id, request.check_id, True, facts.now_ms)
        made = replace(made, events=(*made.events, ended))
    if made.adjusted is None:
        return made
    return replace(made, events=(*made.events, notice(command, made.adjusted, facts)))


def notice(command: object, answer: Refused, facts: Facts) -> e.NoticeRaised:
    """The notice that tells the actor of a refusal or adjustment; one per command."""
    return e.NoticeRaised(
        notice_id=NoticeId(derived(facts.command_id, "notice")),
        staff_id=facts.actor,
        code=answer.code,
        params=answer.params,
        at_ms=facts.now_ms,
        check_id=CheckId(getattr(command, "check_id", "")),
    )


# -- day and shift -----------------------------------------------------------------------------
def _open_day(venue: Venue, command: c.OpenDay, facts: Facts) -> Decision:
    if venue.day is not None:
        return refuse("day_open", day=venue.day.day)
    parts = command.day.split("-")
    if len(command.day) != 10 or not all(part.isdigit() for part in parts) or len(parts) != 3:
        return refuse("bad_text", limit=10)
    return Accepted((e.DayOpened(command.day, facts.now_ms, facts.actor),))


def open_matters(venue: Venue) -> list[str]:
    """What the day close lists: each must be finished, or waived by name."""
    matters = [f"check:{check.number}" for check in venue.checks.values()]
    matters += [
        f"shift:{shift.number}" for shift in venue.shifts.values() if shift.state != "closed"
    ]
    matters += [
        f"charge:{charge.number}:{charge.state}"
        for charge in venue.charges.values()
        if charge.state not in ("posted", "refused")
    ]
    matters += [
        f"card:{request.number}:{request.state}:{request.payment_id}"
        for request in venue.cards.values()
        if request.state in cards.WAITING
    ]
    matters += [f"suspense:{held.payment.payment_id}" for held in venue.suspense]
    matters += [f"late:{late.shift_no}:{late.amount_minor}" for late in venue.late]
    if venue.loose.loose_count:
        matters.append(f"loose:{venue.loose.loose_count}:{venue.loose.loose_minor}")
    matters += [
        f"print:{str(notice.params.get('document', '')).replace(':', ' ')}:{notice.notice_id}"
        for notice in venue.notices.values()
        if notice.code == "print_unknown"
    ]
    return matters


def _close_day(venue: Venue, command: c.CloseDay, facts: Facts) -> Decision:
    if venue.day is None:
        return refuse("day_closed")
    if max(len(command.waived), len(command.reasons)) > LIST_LENGTH:
        return refuse("too_many", limit=LIST_LENGTH)
    if any(len(reason) > TEXT_LENGTH for reason in command.reasons):
        return refuse("bad_text", limit=TEXT_LENGTH)
    left = [matter for matter in open_matters(venue) if matter not in command.waived]
    if left:
        return refuse("day_has_open", count=len(left), first=left[0])
    return Accepted(
        (
            e.DayClosed(
                venue.day.day,
                facts.now_ms,
                facts.actor,
                venue.day.sales_minor,
                venue.perpetual_minor,
                command.waived,
                command.reasons,
            ),
        )
    )


def _open_shift(venue: Venue, command: c.OpenShift, facts: Facts) -> Decision:
    if venue.day is None:
        return refuse("day_closed")
    if command.shift_id in venue.shifts:
        return refuse("duplicate_id", id=command.shift_id)
    if not command.drawer or len(command.drawer) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    if fault := shifts.amount_fault(command.float_minor, zero=True):
        return fault
    if shifts.holder_of(command.drawer) not in (NOBODY, facts.actor):
        return refuse("not_your_purse", by=shifts.holder_of(command.drawer))
    taken = venue.shift_at(command.drawer)
    if taken is not None:
        return refuse("shift_open", drawer=command.drawer, by=taken.cashier)
    return Accepted(
        (
            e.ShiftOpened(
                command.shift_id,
                venue.shift_no + 1,
                command.drawer,
                facts.actor,
                facts.now_ms,
                command.float_minor,
                venue.day.day,
            ),
        )
    )


def _close_shift(venue: Venue, command: c.CloseShift, facts: Facts) -> Decision:
    shift = venue.shifts.get(command.shift_id)
    perpetual = (venue.perpetual_minor, venue.returns_minor)
    closed = shifts.close_shift(shift, command, facts, venue.z_no + 1, perpetual)
    if isinstance(closed, Refused):
        return closed
    handed: list[object] = []
    if command.hand_over_to:
        if command.hand_over_to not in facts.catalogue.staff:
            return refuse("unknown_staff")
        assert shift is not None
        handed = [
            e.CheckTransferred(
                check.check_id, check.owner, command.hand_over_to, facts.actor, facts.now_ms
            )
            for check in venue.checks.values()
            if check.owner == shift.cashier
        ]
    return Accepted((*handed, closed))


def _print_x(venue: Venue, command: c.PrintX, facts: Facts) -> Decision:
    fault = shifts.must_be_open(venue.shifts.get(command.shift_id))
    return fault or Accepted((e.XPrinted(command.shift_id, facts.actor, facts.now_ms),))


# -- money -------------------------------------------------------------------------------------
def _charge(venue: Venue, command: c.ChargeRoom, facts: Facts) -> Decision:
    check = orders.found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    if command.charge_id in venue.charges:
        return refuse("duplicate_id", id=command.charge_id)
    if fault := shifts.must_be_open(venue.shifts.get(command.shift_id)):
        return fault
    return till.one(folio.charge_room(check, command, facts))


def _reverse(venue: Venue, command: c.ReverseCharge, facts: Facts) -> Decision:
    if command.reversal_id in venue.charges:
        return refuse("duplicate_id", id=command.reversal_id)
    if fault := shifts.must_be_open(venue.shifts.get(command.shift_id)):
        return fault
    charge = venue.charges.get(command.charge_id)
    day = venue.day.day if venue.day else ""
    charges = venue.charges.values()
    return till.one(room_reversals.reverse(charge, charges, command, facts, day))


def _settle(venue: Venue, command: c.SettleCharge, facts: Facts) -> Decision:
    charge = venue.charges.get(command.charge_id)
    return _after_hotel(venue, charge, folio.settle_charge(charge, command, facts), facts)


def _resolve(venue: Venue, command: c.ResolveCharge, facts: Facts) -> Decision:
    charge = venue.charges.get(command.charge_id)
    return _after_hotel(venue, charge, folio.resolve_charge(charge, command, facts), facts)


def _after_hotel(
    venue: Venue, charge: folio.Charge | None, event: object, facts: Facts
) -> Decision:
    """The check closes when the posting was what was missing; bad news raises a notice."""
    if isinstance(event, Refused) or charge is None:
        return event if isinstance(event, Refused) else refuse("no_charge")
    if charge.reverses and isinstance(event, e.RoomChargePosted):
        said, back = room_reversals.posted(charge, venue.check(charge.check_id), event)
        back, late = till.into_shift(venue, back, facts)
        return Accepted((said, back, *late))
    check = venue.checks.get(charge.check_id)
    events = orders.with_close(venue, check, [event], facts) if check else [event]
    if isinstance(event, e.RoomChargeRefused | e.RoomChargeUnknown):
        unknown = isinstance(event, e.RoomChargeUnknown)
        events.append(
            e.NoticeRaised(
                NoticeId(derived(facts.command_id, "notice")),
                charge.by,
                "charge_unknown" if unknown else "charge_refused",
                {
                    "room": charge.room,
                    "number": charge.number,
                    "amount_minor": charge.amount_minor,
                    "at_ms": charge.asked_ms,
                    "why": "no_answer" if unknown else getattr(event, "code", ""),
                    "words": "" if unknown else getattr(event, "words", ""),
                },
                facts.now_ms,
                charge.check_id,
            )
        )
    return Accepted(tuple(events))


# -- kitchen -----------------------------------------------------------------------------------
def _on_ticket(
    rule: Callable[..., object],
) -> Callable[[Venue, object, Facts], Decision]:
    def handle(venue: Venue, command: object, facts: Facts) -> Decision:
        ticket = venue.tickets.get(command.ticket_id)  # type: ignore[attr-defined]
        if ticket is None:
            return refuse("no_ticket")
        return till.one(rule(ticket, command, facts))

    return handle


def _acknowledge(venue: Venue, command: c.AcknowledgeTickets, facts: Facts) -> Decision:
    """Set semantics: what was known already makes no event."""
    if len(command.seen) > LIST_LENGTH:
        return refuse("too_many", limit=LIST_LENGTH)
    fresh = tuple(
        (seen.ticket_id, seen.version)
        for seen in command.seen
        if (ticket := venue.tickets.get(seen.ticket_id)) is not None
        and ticket.acked < seen.version <= ticket.version
    )
    if not fresh:
        return Accepted(())
    return Accepted((e.TicketsAcknowledged(fresh, facts.device_id, facts.now_ms),))


def _record_paper(venue: Venue, command: c.RecordPaper, facts: Facts) -> Decision:
    ticket = venue.tickets.get(command.ticket_id)
    if ticket is None:
        return refuse("no_ticket")
    if command.outcome == "asked" and (
        ticket.version != command.version
        or ticket.paper_version >= ticket.version
        or kitchen.has_it(ticket)
    ):
        # A display drew it, or the order changed, while paper was being asked for.
        return refuse("nothing_to_do")
    if command.version < ticket.paper_version:
        # An older paper came late; what is known of the newer one stays.
        return refuse("nothing_to_do")
    return Accepted(
        (
            e.TicketOnPaper(
                command.ticket_id,
                command.version,
                command.outcome,
                command.printer_id,
                facts.now_ms,
            ),
        )
    )


def _rush(venue: Venue, command: c.RushTickets, facts: Facts) -> Decision:
    """Tickets that are gone or bumped meanwhile are passed over."""
    if len(command.ticket_ids) > LIST_LENGTH:
        return refuse("too_many", limit=LIST_LENGTH)
    ids = tuple(
        ticket_id
        for ticket_id in dict.fromkeys(command.ticket_ids)
        if (ticket := venue.tickets.get(ticket_id)) is not None
        and ticket.state == "open"
        and ticket.rush != command.rush
    )
    if not ids:
        return refuse("nothing_to_do")
    return Accepted((e.TicketsRushed(ids, command.rush, facts.actor, facts.now_ms),))


def _pass(venue: Venue, command: c.PassLines, facts: Facts) -> Decision:
    """The pass waits for every station (features-commercial B2.15); whose table it is does not
    matter to it."""
    check = venue.check(command.check_id)
    if check is None:
        return refuse("no_check")
    lines = ordering.pick(check, command.line_ids)
    if isinstance(lines, Refused):
        return lines
    working = [line for line in lines if line.state == "fired"]
    if working:
        return refuse("not_ready", count=len(working))
    return till.one(_served(check, lines, facts))


def _serve(check: Check, command: c.ServeLines, facts: Facts) -> object:
    lines = ordering.pick(check, command.line_ids)
    if isinstance(lines, Refused):
        return lines
    return _served(check, lines, facts)


def _served(check: Check, lines: Iterable[e.Line], facts: Facts) -> object:
    ids = tuple(line.line_id for line in lines if line.state == "ready")
    if not ids:
        return refuse("nothing_to_do")
    return e.LinesServed(check.check_id, ids, facts.actor, facts.now_ms)


# -- stop list, notices, catalogue, staff ------------------------------------------------------
def _stop(venue: Venue, command: c.StopItem, facts: Facts) -> Decision:
    if not _is_sold(facts.catalogue, command.item_id):
        return refuse("no_item", item=command.item_id[:TEXT_LENGTH])
    if not 0 <= command.left_milli <= QTY_MILLI:
        return refuse("bad_quantity", value=command.left_milli)
    return Accepted(
        (e.ItemStopped(command.item_id, command.left_milli, facts.actor, facts.now_ms),)
    )


def _is_sold(catalogue: Catalogue, item_id: str) -> bool:
    """A dish, or a choice with one: both can run out."""
    return item_id in catalogue.items or any(
        modifier.modifier_id == item_id
        for group in catalogue.groups.values()
        for modifier in group.modifiers
    )


def _free(venue: Venue, command: c.FreeItem, facts: Facts) -> Decision:
    if command.item_id not in venue.stops:
        return refuse("no_stop")
    return Accepted((e.ItemFreed(command.item_id, facts.actor, facts.now_ms),))


def _see_notice(venue: Venue, command: c.AcknowledgeNotice, facts: Facts) -> Decision:
    raised = venue.notices.get(command.notice_id)
    if raised is None:
        return refuse("no_notice")
    if raised.staff_id not in ("", facts.actor) and (fault := needs(facts, "approve")):
        return fault
    return Accepted((e.NoticeAcknowledged(command.notice_id, facts.actor, facts.now_ms),))


def _tell(venue: Venue, command: c.TellStaff, facts: Facts) -> Decision:
    if command.notice_id in venue.notices:
        return refuse("duplicate_id", id=command.notice_id)
    return Accepted(
        (
            e.NoticeRaised(
                command.notice_id,
                command.staff_id,
                command.code,
                command.params,
                facts.now_ms,
                command.check_id,
            ),
        )
    )


def _publish(venue: Venue, command: c.PublishCatalogue, facts: Facts) -> Decision:
    if command.number <= venue.catalogue_no:
        return refuse("menu_unknown")
    return Accepted((e.CataloguePublished(command.number, command.sha256, facts.now_ms),))


def _signed_in(venue: Venue, command: c.RecordSignIn, facts: Facts) -> Decision:
    return Accepted((e.StaffSignedIn(command.staff_id, command.outcome, facts.now_ms),))


def _revoke(venue: Venue, command: c.RevokeDevice, facts: Facts) -> Decision:
    revoked = (command.device_id, command.code, command.reason, command.login)
    return Accepted((e.DeviceRevoked(*revoked, facts.now_ms),))


def _reviewed(venue: Venue, command: c.RecordReview, facts: Facts) -> Decision:
    review = (command.review_id, command.device_id, command.code, facts.actor, command.login)
    sorted_out = (command.taken, command.refused, command.left_out)
    return Accepted((e.UnsentReviewed(*review, *sorted_out, facts.now_ms),))


_HANDLERS: dict[type, Callable[..., Decision]] = {
    c.OpenDay: _open_day,
    c.CloseDay: _close_day,
    c.OpenShift: _open_shift,
    c.MoveCash: lambda v, x, f: till.one(shifts.move_cash(v.shifts.get(x.shift_id), x, f)),
    c.CountDrawer: lambda v, x, f: till.one(shifts.count_drawer(v.shifts.get(x.shift_id), x, f)),
    c.CloseShift: _close_shift,
    c.PrintX: _print_x,
    c.OpenCheck: orders.open_check,
    c.SetGuests: orders.set_guests,
    c.AddLines: orders.add_lines,
    c.ChangeLine: orders.change_line,
    c.RemakeLine: remaking.remake_line,
    c.RemoveLines: orders.on_check(lambda check, x, f: ordering.remove_lines(check, x)),
    c.HoldLines: orders.on_check(lambda check, x, f: ordering.hold_lines(check, x)),
    c.SendLines: orders.send_lines,
    c.FireLines: orders.fire_lines,
    c.VoidLine: orders.void_line,
    c.MoveLines: dividing.move_lines,
    c.MoveCheck: dividing.move_check,
    c.TransferCheck: dividing.transfer_check,
    c.MergeChecks: dividing.merge_checks,
    c.GiveDiscount: orders.on_check(discounting.give_discount),
    c.TakeBackDiscount: orders.on_check(discounting.take_back),
    c.CompLine: orders.on_check(discounting.comp_line),
    c.SetService: orders.on_check(discounting.set_service),
    c.ExemptTax: orders.on_check(discounting.exempt_tax),
    c.TimeFire: orders.on_check(ordering.time_fire),
    c.RenameCheck: orders.on_check(ordering.rename),
    c.JoinTables: dividing.join_tables,
    c.ShareLines: dividing.share_lines,
    c.ShareAmount: dividing.share_amount,
    c.TransferChecks: dividing.transfer_checks,
    c.PrintPreBill: orders.on_check(lambda check, x, f: ordering.print_pre_bill(check, f)),
    c.AbandonCheck: orders.abandon_check,
    c.ChargeRoom: _charge,
    c.ResolveCharge: _resolve,
    c.ReverseCharge: _reverse,
    c.SettleCharge: _settle,
    c.AcknowledgeTickets: _acknowledge,
    c.StartLines: _on_ticket(kitchen.start_lines),
    c.MarkReady: _on_ticket(kitchen.mark_ready),
    c.BumpTicket: _on_ticket(kitchen.bump_ticket),
    c.RecallTicket: _on_ticket(kitchen.recall_ticket),
    c.AcknowledgeVoid: _on_ticket(kitchen.acknowledge_void),
    c.RushTickets: _rush,
    c.MoveTicket: _on_ticket(kitchen.move_ticket),
    c.PassLines: _pass,
    c.ServeLines: orders.on_check(_serve),
    c.RecordPaper: _record_paper,
    c.StopItem: _stop,
    c.FreeItem: _free,
    c.AcknowledgeNotice: _see_notice,
    c.TellStaff: _tell,
    c.PublishCatalogue: _publish,
    c.RecordSignIn: _signed_in,
    c.RevokeDevice: _revoke,
    c.RecordReview: _reviewed,
    c.EraseGuests: guest_data.erase,
    c.LendRights: lambda v, x, f: till.one(lending.lend(v.lent, x, f)),
    c.TakeBackRights: lambda v, x, f: till.one(lending.take_back(v.lent, x, f)),
    c.AskApproval: lambda v, x, f: till.one(approvals.ask(v.requests, x, f)),
    c.AnswerApproval: lambda v, x, f: till.one(approvals.answer(v.requests, x, f)),
    c.CancelApproval: lambda v, x, f: till.one(approvals.cancel(v.requests, x, f)),
    **till.HANDLERS,
}
assert {kind.__name__ for kind in _HANDLERS} == c.COMMANDS.keys()
