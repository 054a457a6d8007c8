"""What may be done to one check: the decisions of ordering, each a pure function.

A decision takes the check as it stands, the command and the facts, and returns one event or a
refusal. Lines are made in `making`, divided in `splitting`, discounted in `discounting`. What
concerns several aggregates at once (kitchen, another check, the stop list) is put together in
`orders`; the state itself is in `checks`.
"""

from collections.abc import Iterable

from . import commands as c, events as e
from .amending import replace
from .checks import Check, totals_of
from .events import Chosen, Line
from .ids import LineId
from .limits import (
    COURSES,
    FIRE_AHEAD_MS,
    GUESTS,
    LINES_PER_CHECK,
    LINES_PER_COMMAND,
    QTY_MILLI,
    SEATS,
    TABLES_JOINED,
    TEXT_LENGTH,
    WEIGHT_MILLI,
)
from .making import catalogue_for, new_lines, text_fault
from .money import allocate
from .quantity import extend
from .rejections import Refused, refuse
from .staff import Facts, needs
from .tariffs import place_of


def may_touch(check: Check, facts: Facts) -> Refused | None:
    """Whether the actor may work on this check: it is open, and one's own or by right."""
    if check.state != "open":
        by = check.payments[-1].by if check.payments else check.owner
        return refuse("check_closed", number=check.number, by=by, at_ms=check.closed_ms)
    if check.owner != facts.actor and "other_tables" not in facts.rights:
        return refuse("other_waiter", owner=check.owner, number=check.number)
    return None


def last_touch(check: Check, lines: Iterable[Line]) -> dict[str, str | int]:
    """Who touched the newest changed of these lines and when, as parameters of a refusal."""
    touched = max(lines, key=lambda line: line.changed_ms, default=None)
    if touched is None or not touched.changed_by:
        return {"by": check.owner, "at_ms": check.opened_ms}
    return {"by": touched.changed_by, "at_ms": touched.changed_ms}


def add_lines(check: Check, command: c.AddLines, facts: Facts) -> e.LinesAdded | Refused:
    """Lines for an open check; the caller has settled whether they go on another one."""
    if not command.lines:
        return refuse("nothing_to_do")
    if len(command.lines) > LINES_PER_COMMAND:
        return refuse("too_many", limit=LINES_PER_COMMAND)
    place = place_of(facts.catalogue, check.kind, check.table_id)
    known = {line.line_id for line in check.lines}
    made: list[Line] = []
    for new in command.lines:
        lines = new_lines(new, facts, place)
        if isinstance(lines, Refused):
            return lines
        for line_id in {new.line_id, *(line.line_id for line in lines)}:
            if line_id in known:
                return refuse("duplicate_id", id=line_id)
        known |= {new.line_id, *(line.line_id for line in lines)}
        if len({line.line_id for line in lines}) != len(lines):
            return refuse("duplicate_id", id=new.line_id)
        made += lines
    if len(check.lines) + len(made) > LINES_PER_CHECK:
        return refuse("too_many", limit=LINES_PER_CHECK)
    return e.LinesAdded(check.check_id, tuple(made))


def change_line(check: Check, command: c.ChangeLine, facts: Facts) -> e.LineChanged | Refused:
    """A line as it shall be. Of a sent one seat and course may change, note and allergy until it is
    ready, choices while it is on hold (nothing was taken from stock for it yet); never its number.

    Last in server order wins, unless somebody else changed it after the asking screen's basis.
    """
    line = check.line(command.line_id)
    if line is None:
        return refuse("no_line")
    if line.state == "void":
        return refuse("line_voided", by=line.void_by, at_ms=line.void_ms)
    if line.changed_n > facts.basis_n and line.changed_dev != facts.device_id:
        return refuse("line_changed", by=line.changed_by, at_ms=line.changed_ms)
    if not 0 <= command.seat <= SEATS or not -1 <= command.course <= COURSES:
        return refuse("bad_quantity", value=command.seat)
    if fault := text_fault(command.note, command.allergy):
        return fault
    made = line
    if (command.qty_milli, command.choices) != (line.qty_milli, choices_of(line)):
        again = _remade(check, line, command, facts)
        if isinstance(again, Refused):
            return again
        made = again
    if line.sent and (
        command.qty_milli != line.qty_milli or (made != line and line.state != "held")
    ):
        return refuse("line_sent", name=line.name)
    made = replace(made, note=command.note, allergy=command.allergy)
    if line.state in ("ready", "served") and made != line:
        return refuse("line_sent", name=line.name)
    item = facts.catalogue.items.get(line.item_id)
    usual = item.course if item is not None else line.course
    return e.LineChanged(
        check.check_id,
        replace(
            made,
            seat=command.seat,
            course=usual if command.course < 0 else command.course,
            changed_by=facts.actor,
            changed_ms=facts.now_ms,
        ),
    )


def choices_of(line: Line) -> tuple[c.Choice, ...]:
    """What was chosen on a line, as it was asked for."""
    return tuple(c.Choice(chosen.modifier_id, chosen.pre) for chosen in line.chosen)


def _remade(check: Check, line: Line, command: c.ChangeLine, facts: Facts) -> Line | Refused:
    """The line in another quantity or with other choices, at the price of when it was ordered."""
    if line.set_id:
        return refuse("set_part", name=line.name)
    if line.share_of and command.qty_milli != line.qty_milli:
        return refuse("line_shared")
    if command.choices == choices_of(line):
        catalogue, _ = catalogue_for(facts, line.menu_no)
        item = catalogue.items.get(line.item_id)
        most = QTY_MILLI if item is None or item.sold_by != "weight" else WEIGHT_MILLI
        if not 0 < command.qty_milli <= most:
            return refuse("bad_quantity", value=command.qty_milli)
        gross = extend(line.unit_minor, command.qty_milli)
        return replace(line, qty_milli=command.qty_milli, gross_minor=gross)
    new = c.NewLine(
        line.line_id,
        line.item_id,
        line.menu_no,
        command.qty_milli,
        command.choices,
        command.seat,
        command.course,
        held=line.held,
    )
    place = place_of(facts.catalogue, check.kind, check.table_id)
    made = new_lines(new, facts, place, line.at_ms)
    if isinstance(made, Refused):
        return made
    return replace(
        made[0],
        by=line.by,
        root=line.root,
        share_n=line.share_n,
        share_of=line.share_of,
        fire_ms=line.fire_ms,
        sent=line.sent,
        state=line.state,
        fire_no=line.fire_no,
        origin=line.origin,
        void_milli=line.void_milli,
        void_by=line.void_by,
        void_ms=line.void_ms,
        void_reason=line.void_reason,
        station_ids=line.station_ids if line.sent else made[0].station_ids,
    )


def pick(check: Check, line_ids: tuple[LineId, ...]) -> tuple[Line, ...] | Refused:
    """The lines named, all of this check."""
    if len(line_ids) > LINES_PER_CHECK:
        return refuse("too_many", limit=LINES_PER_CHECK)
    lines = tuple(check.line(line_id) for line_id in dict.fromkeys(line_ids))
    if any(line is None for line in lines):
        return refuse("no_line")
    return tuple(line for line in lines if line is not None)


def with_sets(check: Check, line_ids: tuple[LineId, ...]) -> tuple[LineId, ...]:
    """The lines named, and those of the sets that they belong to."""
    sets = {line.set_id for line in check.lines if line.line_id in line_ids and line.set_id}
    also = (line.line_id for line in check.live if line.set_id in sets)
    return tuple(dict.fromkeys((*line_ids, *also)))


def remove_lines(check: Check, command: c.RemoveLines) -> e.LinesRemoved | Refused:
    """Unsent lines go without a trace, a set as a whole; sent ones need a void."""
    lines = pick(check, with_sets(check, command.line_ids))
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


def time_fire(check: Check, command: c.TimeFire, facts: Facts) -> e.LinesTimed | Refused:
    """Held or unsent lines fire by themselves at a time, or no longer do."""
    lines = pick(check, command.line_ids)
    if isinstance(lines, Refused):
        return lines
    if made := next((x for x in lines if x.state not in ("new", "held")), None):
        return refuse("line_made", name=made.name)
    ahead = command.at_ms - facts.now_ms
    if command.at_ms and not 0 < ahead <= FIRE_AHEAD_MS:
        return refuse("too_late", at_ms=command.at_ms)
    ids = tuple(line.line_id for line in lines if line.fire_ms != command.at_ms)
    if not ids:
        return refuse("nothing_to_do")
    return e.LinesTimed(check.check_id, ids, command.at_ms, facts.actor, facts.now_ms)


def rename(check: Check, command: c.RenameCheck, facts: Facts) -> e.CheckRenamed | Refused:
    """Whose tab it is, from now on."""
    name = " ".join(command.name.split())
    if len(name) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    if name == check.name:
        return refuse("nothing_to_do")
    return e.CheckRenamed(check.check_id, name, facts.actor, facts.now_ms)


def join_tables(check: Check, command: c.JoinTables, facts: Facts) -> e.TablesJoined | Refused:
    """Which tables stand beside the check's own from now on; a closed check lets them go."""
    table_ids = tuple(dict.fromkeys(command.table_ids))
    if len(table_ids) > TABLES_JOINED:
        return refuse("too_many", limit=TABLES_JOINED)
    known = facts.catalogue.tables.keys() - {check.table_id}
    if not check.table_id or any(table_id not in known for table_id in table_ids):
        return refuse("no_table")
    if table_ids == check.joined:
        return refuse("nothing_to_do")
    return e.TablesJoined(check.check_id, table_ids, facts.actor, facts.now_ms)


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
    if command.kind not in ("void", "return"):
        return refuse("no_reason")
    if command.kind == "return":
        if fault := needs(facts, "comp"):
            return fault
        if line.state == "held":
            return refuse("not_returned")
    reason = facts.catalogue.reasons.get(command.reason)
    if reason is None or reason.kind != command.kind:
        return refuse("no_reason")
    gross, _ = allocate(line.gross_minor, (command.qty_milli, line.qty_milli - command.qty_milli))
    fired = line.state != "held"
    made = (command.made or command.kind == "return") and fired
    return voided(
        check,
        line,
        (command.qty_milli, gross),
        facts,
        reason=command.reason,
        made=made,
        fired=fired,
        kind=command.kind,
    )


def voided(
    check: Check,
    line: Line,
    part: tuple[int, int],
    facts: Facts,
    *,
    reason: str,
    made: bool,
    fired: bool,
    kind: str,
) -> e.LineVoided:
    """The event that takes a `part` of a line away: thousandths, and smallest units of money."""
    return e.LineVoided(
        check_id=check.check_id,
        line_id=line.line_id,
        item_id=line.item_id,
        qty_milli=part[0],
        gross_minor=part[1],
        reason=reason,
        made=made,
        fired=fired,
        fire_no=line.fire_no,
        station_id=line.station_ids[0] if line.station_ids else "",
        modifier_ids=modifier_ids(line),
        by=facts.actor,
        at_ms=facts.now_ms,
        day=check.day,
        approved_by=facts.approver,
        kind=kind,
    )


def modifier_ids(line: Line) -> tuple[str, ...]:
    """The line's modifiers for the recipe (`records.Sold`)."""
    return tuple(_for_recipe(chosen) for chosen in line.chosen)


def _for_recipe(chosen: Chosen) -> str:
    if chosen.pre == "no":
        return f"-{chosen.modifier_id}"
    share = chosen.recipe_milli
    return chosen.modifier_id if share == 1000 else f"{chosen.modifier_id}*{share}"


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
        service_bp=settings.service_bp if command.guests >= settings.service_from_guests else 0,
        service_tax_id=settings.service_tax_id,
        service_tax_bp=tax.rate_bp if tax else 0,
        tax_inclusive=settings.tax_inclusive,
        service_on_full=settings.service_on_full,
    )
