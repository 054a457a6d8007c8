"""The rows of a check: courses in order, lines with what was chosen, and their three marks.

Marks: a ring while the disk writes, a dot when the line is saved on this terminal, one tick when
the server has it, two ticks when the kitchen has it; then held, ready, served, void. Every mark
has a word.
"""

from math import gcd

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import Row
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.kitchen import has_it
from sync_server.domain.quantity import ONE

SHARED = 0


def course_name(presenter: Presenter, course: int) -> str:
    """Course 0 is drinks, which wait for nothing."""
    return presenter.say("course_drinks") if course == 0 else presenter.say("course", n=course)


def seat_name(presenter: Presenter, seat: int) -> str:
    """Seat 0 is shared by the table."""
    return presenter.say("seat_shared") if seat == SHARED else presenter.say("seat", n=seat)


def kitchen_has(desk: Desk, check: Check, line: Line) -> bool:
    """Whether every station that makes the line has seen it, on its display or on paper."""
    known_as = line.origin or line.line_id
    tickets = [t for t in desk.venue.tickets_of(check.check_id) if t.line(known_as) is not None]
    return bool(tickets) and all(has_it(ticket) for ticket in tickets)


def rows_of(presenter: Presenter, check: Check, picked: str, seat: int) -> tuple[Row, ...]:
    """All rows; `seat` -1 shows every seat, else only what that seat has."""
    lines = [line for line in check.lines if seat < 0 or line.seat == seat]
    courses = sorted({line.course for line in lines}, key=lambda course: (course == 0, course))
    rows: list[Row] = []
    for course in courses:
        group = [line for line in lines if line.course == course]
        rows.append(_head(presenter, check, course, group))
        rows += [line_row(presenter, check, line, line.line_id == picked) for line in group]
    return tuple(rows)


def _head(presenter: Presenter, check: Check, course: int, group: list[Line]) -> Row:
    live = [line for line in group if line.state != "void"]
    aside, token = "", "dim"
    now = presenter.desk.now_ms()
    if live and all(line.held or line.state == "held" for line in live):
        aside, token = presenter.say("held"), "hold"
        timed = [line.fire_ms for line in live if line.fire_ms]
        if timed:
            aside = presenter.say("fires_at", at=presenter.clock(min(timed)))
    elif live and all(line.state in ("ready", "served") for line in live):
        served = all(line.state == "served" for line in live)
        aside, token = presenter.say("served" if served else "ready"), "ready"
    elif any(line.state == "fired" for line in live):
        first = min(line.fired_ms for line in live if line.state == "fired")
        aside = f"{presenter.say('doing_cooking')} {formats.lasted(now - first)}"
        token = "cooking"
    return Row(
        "",
        "head",
        name=course_name(presenter, course),
        aside=aside,
        aside_token=token,
        drop=f"course:{course}",
    )


FINEST = 20
"""Finer shares, such as a cut by a sum leaves, are read as a figure."""
_SHARES = {(1, 2): "½", (1, 3): "⅓", (2, 3): "⅔", (1, 4): "¼", (3, 4): "¾"}


def quantity_text(presenter: Presenter, line: Line) -> str:
    """How much of a dish: portions, kilograms, or the share of a divided line."""
    item = presenter.desk.catalogue.items.get(line.item_id)
    qty = line.void_milli if line.state == "void" else line.qty_milli
    if item is not None and item.sold_by == "weight":
        if qty < ONE:
            return presenter.say("grams", qty=qty)
        return presenter.say("kilograms", qty=formats.quantity(qty, presenter.language))
    if line.share_of:
        wholes = max(1, (qty * line.share_of + 500 * line.share_n) // (1000 * line.share_n))
        top, below = wholes * line.share_n, line.share_of
        common = gcd(top, below)
        share = (top // common, below // common)
        if share[1] > FINEST:
            return f"{formats.quantity(qty, presenter.language)}×"
        return _SHARES.get(share, f"{share[0]}/{share[1]}")
    return f"{formats.quantity(qty, presenter.language)}×"


def dish_name(presenter: Presenter, line: Line) -> str:
    """What the menu calls it; an open item by the name it was given."""
    item = presenter.desk.catalogue.items.get(line.item_id)
    return presenter.name(item.names) if item and item.sold_by != "open" else line.name


def line_row(
    presenter: Presenter, check: Check, line: Line, picked: bool, key: str = "", drop: str = ""
) -> Row:
    """A line of a check; a tap picks it, by `key` where several checks stand side by side. What is
    dragged onto it lands in `drop`, its course unless told otherwise."""
    void = line.state == "void"
    mark, token, word = _mark(presenter, check, line)
    return Row(
        id=f"pick:{key or line.line_id}",
        quantity=quantity_text(presenter, line),
        name=dish_name(presenter, line),
        price=presenter.amount(0 if void else line.gross_minor),
        details=_details(presenter, check, line),
        mark=mark,
        mark_token=token,
        mark_word=presenter.say(word),
        selected=picked,
        struck=void,
        drop=drop or f"course:{line.course}",
    )


def kitchen_lacks(desk: Desk, check: Check, line: Line) -> bool:
    """Whether a line was sent while the server is away and no paper told the kitchen either."""
    if not line.sent or line.state == "void" or desk.link.online or not desk.progress(line.line_id):
        return False
    known_as = line.origin or line.line_id
    tickets = [t for t in desk.venue.tickets_of(check.check_id) if t.line(known_as) is not None]
    return any(not has_it(ticket) for ticket in tickets)


def _details(presenter: Presenter, check: Check, line: Line) -> tuple[tuple[str, str], ...]:
    first = [seat_name(presenter, line.seat)] if line.seat else []
    if line.set_id:
        whole = presenter.desk.catalogue.items.get(line.set_item_id)
        first.insert(0, presenter.name(whole.names) if whole else presenter.say("set"))
    for chosen in line.chosen:
        text = modifier_name(presenter, chosen.modifier_id, chosen.name)
        if chosen.pre:
            text = presenter.say(f"pre_{chosen.pre}_named", name=text)
        if chosen.price_minor:
            text += f" +{presenter.short(chosen.price_minor)}"
        first.append(text)
    if line.note:
        first.append(line.note)
    if line.price_rule:
        rules = presenter.desk.catalogue.price_rules
        first += [presenter.name(x.names) for x in rules if x.rule_id == line.price_rule]
    if line.state == "void":
        reason = presenter.desk.catalogue.reasons.get(line.void_reason)
        why = presenter.name(reason.names) if reason else ""
        first.append(presenter.say("voided", reason=why) if why else presenter.say("remade"))
    elif line.void_milli:
        qty = formats.quantity(line.void_milli, presenter.language)
        first.append(presenter.say("voided_part", qty=qty))
    elif not line.sent:
        first.append(presenter.say("new_held" if line.held else "new"))
    details = [(" · ".join(first), "dim")] if first else []
    for grant in check.grants:
        if line.line_id in grant.line_ids and line.state != "void":
            details.append((presenter.say(f"given_{grant.kind}", name=grant.name), "hold"))
    if kitchen_lacks(presenter.desk, check, line):
        details.append((presenter.say("kitchen_lacks"), "late"))
    if line.allergy:
        details.append((presenter.say("allergy_named", name=line.allergy), "late"))
    return tuple(details)


def modifier_name(presenter: Presenter, modifier_id: str, fallback: str) -> str:
    """The name of a modifier in the person's language."""
    for group in presenter.desk.catalogue.groups.values():
        for modifier in group.modifiers:
            if modifier.modifier_id == modifier_id:
                return presenter.name(modifier.names)
    return fallback


def _mark(presenter: Presenter, check: Check, line: Line) -> tuple[str, str, str]:
    """Icon, token and the key of its word."""
    if line.state == "void":
        return "close", "late", "mark_void"
    progress = presenter.desk.progress(line.line_id)
    if progress == "saving":
        return "ring", "dim", "mark_writing"
    if progress == "saved":
        if line.sent and kitchen_has(presenter.desk, check, line):
            return "print", "cooking", "mark_paper"
        return "dot", "dim", "mark_saved"
    if line.state == "served":
        return "check_circle", "dim", "mark_served"
    if line.state == "ready":
        return "room_service", "ready", "mark_ready"
    if line.held:
        return "pause_circle", "hold", "mark_held"
    if line.sent and kitchen_has(presenter.desk, check, line):
        return "done_all", "cooking", "mark_kitchen"
    return "check", "dim" if line.sent else "accent", "mark_server"
