"""A kitchen ticket as a card: head, lines with all that a cook must see, buttons, timer.

Rules: the colour of the head follows state against target (features-commercial B7.51); all dishes
of a course finish together, so a quick dish waits in grey for the slow one (B5.36, B5.38). A
cancelled line stays struck until it is tapped (B4.30), a reduced one shows old and new (B4.32).
Which tickets stand on the board is `board`'s matter.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from kds_app.presenters.shown import Act, Card, Detail, Row, Timer
from kds_app.words import Words, lowered, span, together
from sync_server.domain.events import TicketLine
from sync_server.domain.floor_plan import label_of, stood_at
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import Catalogue, Component, Modifier
from sync_server.domain.pacing import DEFAULT_TARGET_S, Key, Slot
from sync_server.domain.pricing import pre_rule


@dataclass(frozen=True, slots=True)
class Alarm:
    """After which share of its time a ticket warns, and after which it is late, in percent."""

    amber: int = 80
    late: int = 100


Alarms: TypeAlias = Callable[[Ticket], Alarm]
"""Those of a ticket: by its station and kind of order (features-commercial B7.51)."""

START_NOTE_MS = 60_000
"""A later start than this is worth a note, and shows the dish in grey until then."""

_PRE = {"no": "without", "extra": "extra", "light": "light", "side": "aside"}


class Names:
    """Names out of one catalogue version in one language."""

    def __init__(self, catalogue: Catalogue, words: Words) -> None:
        self.catalogue = catalogue
        self.words = words
        self._modifiers: dict[str, Modifier] = {
            modifier.modifier_id: modifier
            for group in catalogue.groups.values()
            for modifier in group.modifiers
        }

    def item(self, item_id: str, otherwise: str) -> str:
        """What the kitchen calls a dish: its kitchen name, else its name, else what was sold."""
        item = self.catalogue.items.get(item_id)
        if item is None or item.sold_by == "open":
            return otherwise
        for names in (item.kitchen_names, item.names):
            if names:
                return self.catalogue.name(names, self.words.language)
        return otherwise

    def modifier(self, chosen: str) -> str:
        """A choice, given as "pre:modifier_id"."""
        pre, _, modifier_id = chosen.partition(":")
        modifier = self._modifiers.get(modifier_id)
        name = self.catalogue.name(modifier.names, self.words.language) if modifier else modifier_id
        key = _PRE.get(pre)
        return self.words.say(key, text=lowered(name)) if key else lowered(name)

    def taken(self, line: TicketLine) -> dict[str, tuple[Component, int]]:
        """What a line takes of each component, in thousandths of its unit: a half portion half of
        the dish's own, each choice its share more, or less where it leaves something out."""
        item = self.catalogue.items.get(line.item_id)
        portion_milli, cards = 1000, []
        for chosen in line.chosen:
            pre, _, modifier_id = chosen.partition(":")
            modifier = self._modifiers.get(modifier_id)
            rule = pre_rule(modifier, pre) if modifier else None
            if modifier is None or rule is None:
                continue
            if pre != "no":
                portion_milli = portion_milli * modifier.portion_milli // 1000
            cards.append((-1000 if pre == "no" else rule.recipe_milli, modifier.components))
        if item is not None:
            cards.insert(0, (portion_milli, item.components))
        found: dict[str, tuple[Component, int]] = {}
        for share_milli, components in cards:
            for part in components:
                _, sum_milli = found.get(part.component_id, (part, 0))
                more = part.qty_milli * share_milli * line.qty_milli // 1_000_000
                found[part.component_id] = (part, sum_milli + more)
        return {key: one for key, one in found.items() if one[1] > 0}

    def station(self, station_id: str) -> str:
        """A station's name."""
        station = self.catalogue.stations.get(station_id)
        if station is None:
            return station_id
        return self.catalogue.name(station.names, self.words.language)

    def table(self, table_id: str) -> str:
        """A table's label."""
        table = self.catalogue.tables.get(table_id)
        return table.label if table else table_id

    def waiter(self, staff_id: str) -> str:
        """A person's name as the house knows it."""
        person = self.catalogue.staff.get(staff_id)
        return person.name if person else ""

    def whose(self, ticket: Ticket) -> str:
        """The label of the table, or the name on the tab."""
        if ticket.kind != "table":
            return ticket.name
        return label_of(self.catalogue.tables, ticket.table_ids) or ticket.table_id

    def title(self, ticket: Ticket) -> str:
        """Whose food it is: table, tab, room, takeaway."""
        name = self.whose(ticket)
        key = ticket.kind if ticket.kind in ("table", "tab", "takeaway", "room") else "tab"
        return self.words.say(key, name=name or ticket.check_number).strip()


Plan: TypeAlias = Mapping[Key, Slot]
"""When each dish should be begun: `sync_server.domain.pacing`."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a ticket is due. `start_ms` is when its first dish should be begun; `waiting` are the
    dishes that are not to be begun yet, with their time."""

    start_ms: int
    due_ms: int
    target_s: int
    waiting: tuple[tuple[str, int], ...] = ()


def pace(ticket: Ticket, plan: Plan, now_ms: int) -> Pace:
    """Due when its course is (B5.36); what is ready no longer counts."""
    slots = {
        line.line_id: (line, slot)
        for line in ticket.lines
        if (slot := plan.get((ticket.ticket_id, line.line_id))) is not None
    }
    if not slots:
        target = ticket.target_s or DEFAULT_TARGET_S
        return Pace(ticket.clock_ms, ticket.clock_ms + target * 1000, target)
    due_ms = max(slot.due_ms for _, slot in slots.values())
    waiting = tuple(
        (line_id, slot.start_ms)
        for line_id, (line, slot) in slots.items()
        if line.state == "queued" and slot.start_ms - now_ms > START_NOTE_MS
    )
    start_ms = min(slot.start_ms for _, slot in slots.values())
    return Pace(start_ms, due_ms, (due_ms - ticket.clock_ms) // 1000, waiting)


def live(lines: Iterable[TicketLine]) -> list[TicketLine]:
    """Lines to be made now."""
    return [line for line in lines if line.state != "void" and not line.held]


_WORST = ("late", "amber", "room", "cooking", "new", "ready", "upcoming")


def worst(tones: Iterable[str]) -> str:
    """Of the states of several tickets the one that needs a hand first."""
    found = set(tones)
    return next(state for state in _WORST if state in found)


def tone(ticket: Ticket, when: Pace, now_ms: int, alarm: Alarm = Alarm()) -> str:
    """The state that colours the head: upcoming, ready, late, amber, room, cooking, new."""
    if ticket.upcoming:
        return "upcoming"
    lines = live(ticket.lines)
    if lines and all(line.state == "ready" for line in lines):
        return "ready"
    share = (now_ms - when.start_ms) * 100
    if share >= (when.due_ms - when.start_ms) * alarm.late:
        return "late"
    if share >= (when.due_ms - when.start_ms) * alarm.amber:
        return "amber"
    if ticket.kind == "room":
        return "room"
    return "cooking" if any(line.state != "queued" for line in lines) else "new"


_ICONS = {"late": "warning", "amber": "timer", "upcoming": "pause_circle", "ready": "check_circle"}


def timer(ticket: Ticket, when: Pace, state: str, now_ms: int, words: Words) -> Timer:
    """The figure of the head and its note; the icon tells the state without the colour."""
    if state == "upcoming":
        return Timer(words.say("on_hold"), "", _ICONS[state])
    minutes = when.target_s // 60
    if state == "late":
        note = words.say("late", n=minutes)
    elif state == "new" and when.start_ms - now_ms > 0 and _waits(when, ticket):
        note = words.say("start_at", time=words.time(when.start_ms))
    else:
        note = words.say("target", n=minutes)
    return Timer(span(now_ms - ticket.clock_ms), note, _ICONS.get(state, ""))


def _waits(when: Pace, ticket: Ticket) -> bool:
    return when.start_ms - ticket.clock_ms > START_NOTE_MS


def card(ticket: Ticket, state: str, names: Names, fresh: bool, when: Pace) -> Card:
    """The card of a ticket. `fresh`: it just came or changed, and is ringed for a while."""
    words = names.words
    info = [f"#{ticket.check_number}", names.waiter(ticket.waiter)]
    if ticket.kind == "room":
        info.append(words.say("room_service"))
    elif ticket.kind == "table":
        info.append(words.say("guests", n=ticket.guests))
        info.append(ticket.name)
    rows = tuple(_rows(ticket, names, dict(when.waiting)))
    ring = "new_text" if fresh else ("room" if ticket.kind == "room" else "")
    return Card(
        id=ticket.ticket_id,
        title=names.title(ticket),
        info=together(info),
        tone=state,
        rows=rows,
        acts=_acts(ticket, state, words),
        versions=((ticket.ticket_id, ticket.version),),
        ring="late_text" if ticket.rush else ring,
        fresh=fresh,
        faded=state == "upcoming",
        more=f"sheet:ticket:{ticket.ticket_id}",
    )


def _acts(ticket: Ticket, state: str, words: Words) -> tuple[Act, ...]:
    if state == "upcoming":
        return ()
    bump = Act(f"bump:{ticket.ticket_id}", words.say("bump"), "go")
    lines = live(ticket.lines)
    done = sum(1 for line in lines if line.state == "ready")
    if lines and all(line.state == "queued" for line in lines):
        return (Act(f"start:{ticket.ticket_id}", words.say("start"), "accent"), bump)
    if 0 < done < len(lines):
        told = words.say("done_of", done=done, all=len(lines))
        return (Act("", told, "quiet"), bump)
    return (bump,)


def rush_row(words: Words) -> Row:
    """What stands over a ticket that goes before all others."""
    return Row(kind="caption", name=words.say("rush").upper(), token="late_text", icon="bolt")


def _rows(ticket: Ticket, names: Names, waiting: Mapping[str, int]) -> Iterable[Row]:
    words = names.words
    if ticket.rush:
        yield rush_row(words)
    paper = _paper(ticket, words)
    if paper is not None:
        yield paper
    head = [words.say("course", n=ticket.course)] if ticket.course > 0 else []
    if ticket.clock_ms != ticket.created_ms and not ticket.upcoming:
        head.append(words.say("fired", time=words.time(ticket.clock_ms)))
    if head:
        yield Row(kind="caption", name=" · ".join(head).upper(), token="dim")
    if ticket.moved_from:
        left = stood_at(names.catalogue.tables, ticket.moved_from)
        said = words.say("moved", was=left, now=names.whose(ticket))
        yield Row(kind="caption", name=said.upper(), token="new_text", icon="swap_horiz")
    shown = [line for line in ticket.lines if line.state != "void" or not line.void_seen]
    if not shown:
        yield Row(kind="caption", name=words.say("nothing_left").upper(), token="dim")
    added_at = ""
    for line in sorted(shown, key=lambda line: line.added_ms):
        at = words.time(line.added_ms) if line.added_ms else ""
        if at and at != added_at:
            added_at = at
            mark = words.say("added", time=at).upper()
            yield Row(kind="caption", name=mark, token="new_text", icon="add")
        row = line_row(ticket, line, names)
        start_ms = waiting.get(line.line_id, 0)
        yield _later(row, words.say("start_at", time=words.time(start_ms))) if start_ms else row


def _later(row: Row, start: str) -> Row:
    """A dish that is not to be begun yet stands in grey with its time: better than hidden, since
    a cook can plan (features-commercial B5.38). It can be begun all the same."""
    if row.mark != "open":
        return row
    return replace(row, token="quiet", tag=f"{row.tag} · {start}" if row.tag else start)


def _paper(ticket: Ticket, words: Words) -> Row | None:
    keys = {
        "printed": "printed",
        "copy": "copy",
        "failed": "paper_failed",
        "unknown": "paper_unknown",
    }
    key = keys.get(ticket.paper)
    if key is None:
        return None
    bad = ticket.paper in ("failed", "unknown")
    return Row(
        kind="caption",
        name=words.say(key, time=words.time(ticket.paper_ms)),
        token="late_text" if bad else "dim",
        icon="warning" if bad else "print",
    )


def dishes_on(ticket: Ticket, names: Names) -> str:
    """What is on a ticket, in a line."""
    rows = [line_row(ticket, line, names) for line in ticket.lines]
    return ", ".join(f"{row.quantity}\u00a0{row.name}" for row in rows)


def line_row(ticket: Ticket, line: TicketLine, names: Names) -> Row:
    """One line: what a tap on it means depends on its state."""
    words = names.words
    name = names.item(line.item_id, line.name)
    quantity = f"{words.quantity(line.qty_milli)}×"
    at = f"{ticket.ticket_id}:{line.line_id}"
    if line.state == "void":
        gone = words.say("cancelled", time=words.time(line.void_ms))
        return Row(
            id=f"seen:{at}",
            quantity=quantity,
            name=f"{name} — {gone}",
            mark="void",
            ground="void",
            token="late_text",
            struck=True,
        )
    fewer = bool(line.was and line.void_ms and not line.void_seen)
    ready = line.state == "ready"
    row = Row(
        id=f"ready:{at}",
        quantity=quantity,
        name=name,
        details=tuple(_details(line, names, fewer)),
        mark="done" if ready else "open",
        token="dim" if ready else "text",
    )
    if line.held:
        return replace(row, id="", mark="held", token="quiet", tag=words.say("on_hold"))
    if fewer:
        return replace(row, id=f"seen:{at}", mark="void", ground="void")
    if line.before is not None:
        return replace(row, id=f"seen:{at}", ground="added", tag=words.say("changed").upper())
    if line.added_ms and line.state == "queued":
        return replace(row, ground="added", tag=words.say("new").upper())
    return row


def _otherwise(line: TicketLine, names: Names) -> Iterable[Detail]:
    """Old and new of all that was changed, until a tap says that it was seen (B4.32)."""
    old, words = line.before, names.words
    if old is None:
        return
    pairs = (
        _exchanged(old.chosen, line.chosen, names),
        (old.note, line.note),
        (_said(words, "allergy", old.allergy), _said(words, "allergy", line.allergy)),
        (_said(words, "seat", old.seat), _said(words, "seat", line.seat)),
        (_said(words, "course", old.course), _said(words, "course", line.course)),
        (_for(old.for_table_id, names), _for(line.for_table_id, names)),
    )
    at = words.time(line.edited_ms)
    for was, now in pairs:
        if was != now:
            none = words.say("none")
            said = words.say("otherwise", was=was or none, now=now or none, time=at)
            yield Detail(said, "late_text")


def _exchanged(old: tuple[str, ...], now: tuple[str, ...], names: Names) -> tuple[str, str]:
    """The choices that go and those that come for them; the full list stands below."""
    gone = tuple(each for each in old if each not in now)
    come = tuple(each for each in now if each not in old)
    return _chosen(gone, names), _chosen(come, names)


def _chosen(chosen: tuple[str, ...], names: Names) -> str:
    return " · ".join(names.modifier(each) for each in chosen)


def _said(words: Words, key: str, value: str | int) -> str:
    """An allergy with its warning, a seat or course with its word; nothing for none."""
    if not value:
        return ""
    return words.say(key, text=value) if key == "allergy" else words.say(key, n=value)


def _for(table_id: str, names: Names) -> str:
    return names.words.say("for_table", name=names.table(table_id)) if table_id else ""


def _details(line: TicketLine, names: Names, fewer: bool) -> Iterable[Detail]:
    words = names.words
    if fewer:
        was = words.quantity(int(line.was)) if line.was.isdigit() else line.was
        now = words.quantity(line.qty_milli)
        changed = words.say("fewer", was=was, now=now, time=words.time(line.void_ms))
        yield Detail(changed, "late_text")
    yield from _otherwise(line, names)
    token = "quiet" if line.held or line.state == "ready" else "amber"
    if line.seat:
        yield Detail(words.say("seat", n=line.seat), "dim")
    if line.for_table_id:
        yield Detail(words.say("for_table", name=names.table(line.for_table_id)), token)
    if line.chosen:
        yield Detail(_chosen(line.chosen, names), token)
    if line.note:
        yield Detail(line.note, token)
    if line.allergy:
        yield Detail(words.say("allergy", text=line.allergy), "white", block=True)
    if line.also_at:
        also = ", ".join(names.station(station_id) for station_id in line.also_at)
        yield Detail(words.say("also_at", names=also), "dim")
