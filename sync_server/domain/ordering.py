"""What may be done to one check: the decisions of ordering, each a pure function.

A decision takes the check as it stands, the command and the facts, and returns one event or a
refusal. What concerns several aggregates at once (kitchen, another check, the stop list) is put
together in `decisions`; the state itself is in `checks`, prices in `pricing`.
"""

from . import commands as c, events as e
from .amending import replace
from .checks import Check, totals_of
from .events import Grant, Line
from .ids import NO_LINE, LineId
from .limits import (
    COURSES,
    GUESTS,
    LINES_PER_CHECK,
    LINES_PER_COMMAND,
    MENU_GRACE_MS,
    QTY_MILLI,
    SEATS,
    TEXT_LENGTH,
)
from .menu import Catalogue, Item
from .money import allocate
from .pricing import Priced, price
from .quantity import extend
from .rejections import Refused, refuse
from .staff import Facts, needs

NOTE_LENGTH = 140


def may_touch(check: Check, facts: Facts) -> Refused | None:
    """Whether the actor may work on this check: it is open, and one's own or by right."""
    if check.state != "open":
        return refuse("check_closed", number=check.number, at_ms=check.closed_ms)
    if check.owner != facts.actor and "other_tables" not in facts.rights:
        return refuse("other_waiter", owner=check.owner, number=check.number)
    return None


def catalogue_for(facts: Facts, menu_no: int) -> tuple[Catalogue, bool]:
    """The catalogue whose price counts, and whether it is the one the guest was shown.

    A version that was in force within the last day still counts (reliability 2.8).
    """
    if menu_no == facts.catalogue.number:
        return facts.catalogue, True
    old = facts.old_menus.get(menu_no)
    if old is not None and facts.now_ms - old.published_ms <= MENU_GRACE_MS:
        return old, True
    return facts.catalogue, False


def text_fault(*texts: str) -> Refused | None:
    """A text of a person that is too long."""
    if any(len(text) > NOTE_LENGTH for text in texts):
        return refuse("bad_text", limit=NOTE_LENGTH)
    return None


def new_line(new: c.NewLine, facts: Facts) -> Line | Refused:
    """The line that an order makes, priced by the menu the guest was shown."""
    if not 0 < new.qty_milli <= QTY_MILLI:
        return refuse("bad_quantity", value=new.qty_milli)
    if not 0 <= new.seat <= SEATS or not -1 <= new.course <= COURSES:
        return refuse("bad_quantity", value=new.seat)
    if fault := text_fault(new.note, new.allergy):
        return fault
    catalogue, _ = catalogue_for(facts, new.menu_no)
    item = catalogue.items.get(new.item_id)
    if item is None:
        return refuse("no_item", item=new.item_id)
    priced = price(catalogue, item, new.choices)
    if isinstance(priced, Refused):
        return priced
    return _line(new, item, priced, catalogue, facts)


def _line(new: c.NewLine, item: Item, priced: Priced, catalogue: Catalogue, facts: Facts) -> Line:
    return Line(
        line_id=new.line_id,
        item_id=item.item_id,
        name=catalogue.name(item.names, catalogue.settings.language),
        menu_no=catalogue.number,
        qty_milli=new.qty_milli,
        unit_minor=priced.unit_minor,
        gross_minor=extend(priced.unit_minor, new.qty_milli),
        tax_id=item.tax_id,
        tax_bp=catalogue.taxes[item.tax_id].rate_bp,
        station_ids=item.station_ids,
        course=item.course if new.course < 0 else new.course,
        seat=new.seat,
        at_ms=facts.now_ms,
        by=facts.actor,
        chosen=priced.chosen,
        note=new.note,
        allergy=new.allergy,
        held=new.held,
        target_s=max(0, item.target_s + priced.seconds),
        revenue_group=item.revenue_group,
    )


def add_lines(check: Check, command: c.AddLines, facts: Facts) -> e.LinesAdded | Refused:
    """Lines for an open check; the caller has settled whether they go on another one."""
    if not command.lines:
        return refuse("nothing_to_do")
    if len(command.lines) > LINES_PER_COMMAND:
        return refuse("too_many", limit=LINES_PER_COMMAND)
    if len(check.lines) + len(command.lines) > LINES_PER_CHECK:
        return refuse("too_many", limit=LINES_PER_CHECK)
    known = {line.line_id for line in check.lines}
    made: list[Line] = []
    for new in command.lines:
        if new.line_id in known:
            return refuse("duplicate_id", id=new.line_id)
        known.add(new.line_id)
        line = new_line(new, facts)
        if isinstance(line, Refused):
            return line
        made.append(line)
    return e.LinesAdded(check.check_id, tuple(made))


def change_line(check: Check, command: c.ChangeLine, facts: Facts) -> e.LineChanged | Refused:
    """An unsent line as it shall be; of a sent one only seat and course may change.

    Last in server order wins, unless somebody else changed it after the asking screen's basis.
    """
    line = check.line(command.line_id)
    if line is None:
        return refuse("no_line")
    if line.state == "void":
        return refuse("line_voided", by=line.void_by, at_ms=line.void_ms)
    if line.changed_n > facts.basis_n and line.changed_dev != facts.device_id:
        return refuse("line_changed", by=line.changed_by, at_ms=line.changed_ms)
    made = new_line(
        c.NewLine(
            line.line_id,
            line.item_id,
            line.menu_no,
            command.qty_milli,
            command.choices,
            command.seat,
            command.course,
            command.note,
            command.allergy,
            line.held,
        ),
        facts,
    )
    if isinstance(made, Refused):
        return made
    changed = replace(
        made, at_ms=line.at_ms, by=line.by, changed_by=facts.actor, changed_ms=facts.now_ms
    )
    if line.sent:
        placed = replace(
            line,
            seat=made.seat,
            course=made.course,
            changed_by=facts.actor,
            changed_ms=facts.now_ms,
        )
        same = (made.qty_milli, made.chosen, made.note, made.allergy) == (
            line.qty_milli,
            line.chosen,
            line.note,
            line.allergy,
        )
        if not same:
            return refuse("line_sent", name=line.name)
        changed = placed
    return e.LineChanged(check.check_id, changed)


def pick(check: Check, line_ids: tuple[LineId, ...]) -> tuple[Line, ...] | Refused:
    """The lines named, all of this check."""
    if len(line_ids) > LINES_PER_CHECK:
        return refuse("too_many", limit=LINES_PER_CHECK)
    lines = tuple(check.line(line_id) for line_id in dict.fromkeys(line_ids))
    if any(line is None for line in lines):
        return refuse("no_line")
    return tuple(line for line in lines if line is not None)


def remove_lines(check: Check, command: c.RemoveLines) -> e.LinesRemoved | Refused:
    """Unsent lines go without a trace; sent ones need a void."""
    lines = pick(check, command.line_ids)
    if isinstance(lines, Refused):
        return lines
    if sent := next((line for line in lines if line.sent), None):
        return refuse("line_sent", name=sent.name)
    if not lines:
        return refuse("nothing_to_do")
    return e.LinesRemoved(check.check_id, tuple(line.line_id for line in lines))


def hold_lines(check: Check, command: c.HoldLines) -> e.LinesHeld | Refused:
    """Hold applies to what the kitchen does not know yet."""
    lines = pick(check, command.line_ids)
    if isinstance(lines, Refused):
        return lines
    ids = tuple(line.line_id for line in lines if not line.sent and line.held != command.held)
    if not ids:
        return refuse("nothing_to_do")
    return e.LinesHeld(check.check_id, ids, command.held)


def void_line(check: Check, command: c.VoidLine, facts: Facts) -> e.LineVoided | Refused:
    """Take back a sent quantity for a reason. What was not sent is simply removed instead."""
    line = check.line(command.line_id)
    if line is None:
        return refuse("no_line")
    if line.state == "void":
        return refuse("line_voided", by=line.void_by, at_ms=line.void_ms)
    if not line.sent:
        return refuse("line_not_sent", name=line.name)
    if not 0 < command.qty_milli <= line.qty_milli:
        return refuse("bad_quantity", value=command.qty_milli)
    reason = facts.catalogue.reasons.get(command.reason)
    if reason is None or reason.kind != "void":
        return refuse("no_reason")
    gross, _ = allocate(line.gross_minor, (command.qty_milli, line.qty_milli - command.qty_milli))
    return e.LineVoided(
        check_id=check.check_id,
        line_id=line.line_id,
        item_id=line.item_id,
        qty_milli=command.qty_milli,
        gross_minor=gross,
        reason=command.reason,
        made=command.made and line.state != "held",
        fired=line.state != "held",
        fire_no=line.fire_no,
        station_id=line.station_ids[0] if line.station_ids else "",
        modifier_ids=modifier_ids(line),
        by=facts.actor,
        at_ms=facts.now_ms,
        day=check.day,
        approved_by=facts.approver,
    )


def modifier_ids(line: Line) -> tuple[str, ...]:
    """The line's modifiers for the recipe; what was left out is marked with a minus."""
    return tuple(("-" if m.pre == "no" else "") + m.modifier_id for m in line.chosen)


def split_lines(check: Check, command: c.MoveLines, facts: Facts) -> e.LinesMoved | Refused:
    """Move lines or parts of them; sums are kept to the smallest unit."""
    if not 0 < len(command.moves) <= LINES_PER_CHECK:
        return refuse("nothing_to_do")
    gone: list[LineId] = []
    left: list[Line] = []
    joined: list[Line] = []
    if len({move.line_id for move in command.moves}) != len(command.moves):
        return refuse("duplicate_id", id="line")
    for move in command.moves:
        line = check.line(move.line_id)
        if line is None or line.state == "void":
            return refuse("no_line")
        if line.changed_n > facts.basis_n and line.changed_dev != facts.device_id:
            return refuse("check_moved", number=check.number)
        if not 0 < move.qty_milli <= line.qty_milli:
            return refuse("bad_quantity", value=move.qty_milli)
        rest = line.qty_milli - move.qty_milli
        part, kept = allocate(line.gross_minor, (move.qty_milli, rest))
        if rest == 0:
            gone.append(line.line_id)
            joined.append(line)
            continue
        if check.line(move.new_line_id) is not None:
            return refuse("duplicate_id", id=move.new_line_id)
        left.append(replace(line, qty_milli=rest, gross_minor=kept))
        joined.append(
            replace(
                line,
                line_id=move.new_line_id,
                qty_milli=move.qty_milli,
                gross_minor=part,
                origin=(line.origin or line.line_id) if line.sent else NO_LINE,
            )
        )
    return e.LinesMoved(
        check.check_id,
        command.to_check_id,
        tuple(gone),
        tuple(left),
        tuple(joined),
        facts.actor,
        facts.now_ms,
    )


def give_discount(check: Check, command: c.GiveDiscount, facts: Facts) -> e.DiscountGiven | Refused:
    """A discount from the list, within the limit of the actor or of the approver."""
    discount = facts.catalogue.discounts.get(command.discount_id)
    if discount is None:
        return refuse("no_discount")
    for grant in check.grants:
        if not grant.line_ids or not command.line_ids:
            return refuse("discount_set", name=grant.name, by=grant.by)
    if discount.rate_bp > facts.discount_limit_bp:
        return refuse("over_limit", value=discount.rate_bp, limit=facts.discount_limit_bp)
    if not check.live:
        return refuse("bill_empty")
    lines = pick(check, command.line_ids)
    if isinstance(lines, Refused):
        return lines
    if fault := text_fault(command.reason):
        return fault
    grant = Grant(
        grant_id=command.grant_id,
        discount_id=discount.discount_id,
        name=facts.catalogue.name(discount.names, facts.catalogue.settings.language),
        by=facts.actor,
        rate_bp=discount.rate_bp,
        amount_minor=discount.amount_minor,
        line_ids=command.line_ids,
        reason=command.reason,
        approved_by=facts.approver,
    )
    return e.DiscountGiven(check.check_id, grant, facts.now_ms)


def print_pre_bill(check: Check, facts: Facts) -> e.PreBillPrinted | Refused:
    """A bill for the guest; a repeat is a copy."""
    if not check.live:
        return refuse("bill_empty")
    return e.PreBillPrinted(
        check.check_id, check.bill_copies + 1, totals_of(check), facts.actor, facts.now_ms
    )


def open_check(command: c.OpenCheck, facts: Facts, day: str) -> e.CheckOpened | Refused:
    """A new check in the business day `day`."""
    if not day:
        return refuse("day_closed")
    if command.kind not in ("table", "tab", "takeaway", "room"):
        return refuse("no_table")
    if command.kind == "table" and command.table_id not in facts.catalogue.tables:
        return refuse("no_table")
    if not 0 < command.guests <= GUESTS:
        return refuse("bad_quantity", value=command.guests)
    if len(command.name) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    if not command.number.startswith(f"{facts.device_code}-"):
        return refuse("bad_number", number=command.number[:20])
    settings = facts.catalogue.settings
    tax = facts.catalogue.taxes.get(settings.service_tax_id)
    return e.CheckOpened(
        check_id=command.check_id,
        number=command.number,
        kind=command.kind,
        table_id=command.table_id,
        name=command.name,
        guests=command.guests,
        owner=facts.actor,
        at_ms=facts.now_ms,
        day=day,
        service_bp=settings.service_bp,
        service_tax_id=settings.service_tax_id,
        service_tax_bp=tax.rate_bp if tax else 0,
        tax_inclusive=settings.tax_inclusive,
    )


def own_or_right(check: Check, facts: Facts, right: str) -> Refused | None:
    """May touch the check and has the right."""
    return may_touch(check, facts) or needs(facts, right)
