"""Paper for the cook: a ticket, an addition, held lines that are due, a cancellation, a change.

Rule: it is read at arm's length in steam. Table and time first, quantities largest, the allergy
white on black on top and under its dish; names are the kitchen's own. What is on hold is never set
like what is to be made. The last line says that the paper is whole (reliability 2.14).
"""

from collections.abc import Iterator

from hardware.documents import (
    Align,
    Block,
    Cell,
    Columns,
    Rule,
    Size,
    Space,
    Stroke,
    Text,
)
from sync_server.domain.events import TicketLine
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import PaperJob

from .figures import Figures
from .names import choice, modifier_name, person_name
from .templates import Draft
from .words import Words

_QTY_STEPS = 5
_STEPS_OF_A_FIGURE = 2
_MOST_STEPS = 11


def ticket_draft(
    job: PaperJob, ticket: Ticket, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """The lines of the job (all of the ticket without any named), or one cancelled line."""
    sheet = _Sheet(job, ticket, catalogue, words, figures)
    lines = sheet.lines()
    parts: dict[str, tuple[Block, ...]] = {"head": tuple(sheet.head())}
    if job.document == "void":
        parts["cancelled"] = tuple(sheet.cancelled(lines))
    elif job.document == "change":
        parts["changed"] = tuple(sheet.changed(lines))
    elif job.document == "move":
        parts["moved"] = tuple(sheet.moved())
    else:
        parts["allergies"] = tuple(sheet.allergies(lines))
        parts["dishes"] = tuple(sheet.dishes(lines))
    return Draft(
        title=f"{sheet.station} · {ticket.check_number}",
        parts=parts,
        built_in=tuple(parts),
        copy_heading=words.say("display_down") if job.instead_of_display else None,
        footer=words.say("end_of_ticket", number=ticket.check_number, count=len(lines)),
    )


class _Sheet:
    """The parts of one kitchen paper."""

    def __init__(
        self, job: PaperJob, ticket: Ticket, catalogue: Catalogue, words: Words, figures: Figures
    ) -> None:
        self._job = job
        self._ticket = ticket
        self._catalogue = catalogue
        self._words = words
        self._figures = figures
        made = [line for line in self.lines() if not line.held]
        longest = max((len(figures.qty(line.qty_milli)) for line in made), default=1)
        # Figures of the largest size take two steps of the paper's grid and a bit.
        wide = longest * _STEPS_OF_A_FIGURE + 1
        self._steps = _QTY_STEPS if longest <= 2 else min(wide, _MOST_STEPS)
        self._under = self._steps + 1

    @property
    def station(self) -> str:
        """The station's name in the kitchen's language."""
        return self._station(self._ticket.station_id)

    def _station(self, station_id: str) -> str:
        station = self._catalogue.stations.get(station_id)
        return self._name(station.names) if station else station_id

    def _name(self, names: dict[str, str]) -> str:
        return self._catalogue.name(names, self._job.language)

    def lines(self) -> list[TicketLine]:
        """What this paper is about; without named lines, all but cancellations already seen."""
        if self._job.lines:
            named = set(self._job.lines)
            return [line for line in self._ticket.lines if line.line_id in named]
        return [line for line in self._ticket.lines if line.state != "void" or not line.void_seen]

    def head(self) -> Iterator[Block]:
        """Whose it is and when it was ordered, in the largest letters."""
        ticket, say = self._ticket, self._words.say
        label = whose(self._job.table, ticket.kind, ticket.check_number, self._words)
        yield Columns(
            (
                Cell(label, bold=True, size=Size.HUGE),
                Cell(
                    self._figures.time(self._job.at_ms),
                    align=Align.RIGHT,
                    bold=True,
                    keep=True,
                    size=Size.HUGE,
                ),
            ),
            Size.HUGE,
        )
        left = " · ".join(
            part
            for part in (
                person_name(self._catalogue, ticket.waiter),
                say("guests", count=ticket.guests) if ticket.guests else "",
            )
            if part
        )
        course = say("course", course=ticket.course) if ticket.course else ""
        yield Columns((Cell(left), Cell(course, align=Align.RIGHT, bold=True, keep=True)))
        yield Rule(Stroke.HEAVY)

    def allergies(self, lines: list[TicketLine]) -> Iterator[Block]:
        """Every allergy of the paper once, before the first dish."""
        told = dict.fromkeys(line.allergy for line in lines if line.allergy)
        for allergy in told:
            yield self._allergy(allergy, Size.LARGE)
        if told:
            yield Space(8)

    def _allergy(self, text: str, size: Size) -> Text:
        said = self._words.say("allergy", text=text)
        return Text(said, size, bold=True, align=Align.CENTER, inverse=True)

    def dishes(self, lines: list[TicketLine]) -> Iterator[Block]:
        """What is to be made, then what joined later under its time, then what waits."""
        if self._job.fired:
            yield from self._mark("fire")
        live = [line for line in lines if not line.held]
        times = sorted({line.added_ms for line in live})
        for number, added_ms in enumerate(times):
            if number:
                yield Rule(Stroke.DASHED)
            if added_ms and not self._job.fired:
                said = self._words.say("added", time=self._figures.time(added_ms))
                yield Text(said, Size.LARGE, bold=True, align=Align.CENTER)
            yield from self._listed([line for line in live if line.added_ms == added_ms])
        held = [line for line in lines if line.held]
        if held:
            if live:
                yield Rule(Stroke.DASHED)
            yield from self._mark("hold")
            yield from self._listed(held)

    def _mark(self, key: str) -> Iterator[Block]:
        yield Text(self._words.say(key), Size.LARGE, bold=True, align=Align.CENTER, inverse=True)
        yield Space(6)

    def _listed(self, lines: list[TicketLine]) -> Iterator[Block]:
        for number, line in enumerate(lines):
            if number:
                yield Rule()
            yield from self._dish(line)

    def _dish(self, line: TicketLine) -> Iterator[Block]:
        qty = self._figures.qty(line.qty_milli)
        if line.state == "void":
            # No huge figure here: struck or not, it would be cooked.
            named = f"{qty} × {self._dish_name(line)}"
            yield Text(named, Size.LARGE, strike=True, indent=self._under)
            yield Text(self._words.say("void"), Size.LARGE, bold=True, indent=self._under)
            return
        yield self._row(qty, line, light=line.held)
        yield from self._otherwise(line)
        yield from self._modifiers(line)
        if line.note:
            yield Text(f"«{line.note}»", Size.LARGE, bold=True, indent=self._under)
        if line.allergy:
            yield self._allergy(line.allergy, Size.NORMAL)
        small = [
            self._words.say("seat", seat=line.seat) if line.seat else "",
            self._also(line),
            self._words.say("ready") if line.state == "ready" else "",
        ]
        text = " · ".join(part for part in small if part)
        if text:
            yield Text(text, indent=self._under)
        if line.for_table_id and line.for_table_id != self._ticket.table_id:
            table = self._catalogue.tables.get(line.for_table_id)
            label = self._words.say("table", label=table.label if table else line.for_table_id)
            said = self._words.say("moved_to", table=label)
            yield Text(said, Size.LARGE, bold=True, indent=self._under)

    def _also(self, line: TicketLine) -> str:
        if not line.also_at:
            return ""
        names = ", ".join(self._station(station_id) for station_id in line.also_at)
        return self._words.say("also_at", stations=names)

    def _row(self, qty: str, line: TicketLine, light: bool = False) -> Columns:
        size = Size.LARGE if light else Size.HUGE
        return Columns(
            (
                Cell(qty, width=self._steps, bold=True, keep=True, size=size),
                Cell(self._dish_name(line), bold=not light),
            ),
            Size.LARGE,
        )

    def _dish_name(self, line: TicketLine) -> str:
        """The kitchen's name for it; an item that left the menu keeps the name it was sold by."""
        item = self._catalogue.items.get(line.item_id)
        if item is None or item.sold_by == "open":
            return line.name
        return self._name(item.kitchen_names or item.names) or line.name

    def _modifiers(self, line: TicketLine) -> Iterator[Block]:
        for chosen in line.chosen:
            yield Text(f"• {self._choice(chosen)}", Size.LARGE, indent=self._under)

    def _choice(self, chosen: str) -> str:
        pre, _, modifier_id = chosen.partition(":")
        name = modifier_name(self._catalogue, modifier_id, self._job.language) or modifier_id
        return choice(pre, name, self._words)

    def _otherwise(self, line: TicketLine) -> Iterator[Block]:
        """What was ordered before, struck, above what is to be made now."""
        old = line.before
        if old is None:
            return
        gone = [self._choice(chosen) for chosen in old.chosen if chosen not in line.chosen]
        if old.note and old.note != line.note:
            gone.append(f"«{old.note}»")
        if old.allergy and old.allergy != line.allergy:
            gone.append(self._words.say("allergy", text=old.allergy))
        if old.seat and old.seat != line.seat:
            gone.append(self._words.say("seat", seat=old.seat))
        if old.course and old.course != line.course:
            gone.append(self._words.say("course", course=old.course))
        for text in gone:
            yield Text(text, Size.LARGE, strike=True, indent=self._under)
        if old.course != line.course and line.course:
            said = self._words.say("course", course=line.course)
            yield Text(said, Size.LARGE, bold=True, indent=self._under)

    def changed(self, lines: list[TicketLine]) -> Iterator[Block]:
        """Lines that are to be made otherwise: old struck, then new."""
        yield from self._mark("changed")
        yield from self._listed(lines)

    def moved(self) -> Iterator[Block]:
        """The guests sit elsewhere: from where, and to where in the largest letters."""
        yield from self._mark("table_moved")
        ticket, words = self._ticket, self._words
        left = whose(self._job.was_at, ticket.kind, ticket.check_number, words)
        yield Text(left, Size.LARGE, strike=True, align=Align.CENTER)
        now = whose(self._job.table, ticket.kind, ticket.check_number, words)
        yield Text(now, Size.HUGE, bold=True, align=Align.CENTER)

    def cancelled(self, lines: list[TicketLine]) -> Iterator[Block]:
        """The quantity that is not to be made, with a minus, and what is left to make."""
        yield from self._mark("void")
        for number, line in enumerate(lines):
            if number:
                yield Rule()
            gone_milli, left_milli = line.qty_milli, 0
            if line.state != "void" and line.was.isdecimal():
                gone_milli, left_milli = int(line.was) - line.qty_milli, line.qty_milli
            yield self._row(self._figures.qty(-gone_milli), line)
            yield from self._modifiers(line)
            if left_milli:
                said = self._words.say("left", qty=self._figures.qty(left_milli))
                yield Text(said, Size.LARGE, bold=True, indent=self._under)


def whose(label: str, kind: str, number: str, words: Words) -> str:
    """The table, or the name on the tab, or who takes it away; the check's number without any."""
    if kind == "table" and label:
        return words.say("table", label=label)
    before = {"takeaway": "takeaway", "room": "room_service"}.get(kind)
    return f"{words.say(before)} {label}".strip() if before else label or number
