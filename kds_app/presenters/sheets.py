"""The sheets that slide over the side: tickets to bring back, dishes that run out, what can be done
with a ticket, a recipe card, the speed of service.

Rule: choices come in pages of `CHOICES`, never in a list that scrolls; each choice is an intent of
`intents`. Neighbour: `board` decides whether a sheet is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, TypeAlias

from kds_app.presenters.shown import Act, Bar, Pair, Sheet
from kds_app.presenters.ticket import Names, dishes_on
from kds_app.words import span
from sync_server.domain.kitchen import UNDO_MS, Ticket
from sync_server.domain.speed import HOUR_MS, Speed
from sync_server.paper.allergens import named

if TYPE_CHECKING:
    from kds_app.presenters.board import Board

CHOICES = 14
RECALL_MS = 60 * 60_000
"""How long a finished ticket stands on the list (features-commercial B3.23)."""

LEAF_ROWS, LEAF_LINES, LEAF_LETTERS, SHORT_LINES = 11, 16, 52, 4
"""What a page of a recipe card holds at the usual size of letters: components, or lines of text of
so many letters; up to so few lines stand above the components."""

Pairs: TypeAlias = tuple[Pair, ...]

HOURS_SHOWN = 6
DISHES_SHOWN = 8

PORTIONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20)


def sheet(board: Board, names: Names, now_ms: int) -> Sheet:
    """The open sheet."""
    kind, _, rest = board.state.sheet.partition(":")
    made: Sheet | None = None
    match kind:
        case "recall":
            made = _recall(board, names, now_ms)
        case "back":
            made = _back(board, names, rest)
        case "left":
            made = _left(board, names, rest) if rest in names.catalogue.items else None
        case "ticket":
            made = _ticket(board, names, rest)
        case "table":
            made = _table(board, names, rest)
        case "recipe":
            made = _recipe(board, names, rest)
        case "speed":
            made = _speed(board, names)
        case "lost":
            made = _lost(board, names)
        case "forked":
            made = _forked(board, names)
    return made or _stop(board, names)


def _paged(board: Board, names: Names, choices: list[Act], title: str, text: str) -> Sheet:
    pages = max(1, -(-len(choices) // CHOICES))
    page = min(board.state.sheet_page, pages - 1)
    shown = tuple(choices[page * CHOICES : (page + 1) * CHOICES])
    return Sheet(title, text, shown, _ways(board, names, pages))


def _ways(board: Board, names: Names, pages: int) -> tuple[Act, ...]:
    """The way out of a sheet, and to its other pages."""
    page = min(board.state.sheet_page, pages - 1)
    foot = [Act("sheet:", names.words.say("close"), icon="close")]
    if pages > 1:
        foot.append(Act("sheet_page:back", icon="chevron_left", enabled=page > 0))
        foot.append(Act("sheet_page:next", icon="chevron_right", enabled=page < pages - 1))
    return tuple(foot)


def _recall(board: Board, names: Names, now_ms: int) -> Sheet:
    """One row a ticket; at the pass one a table, which comes back to all its stations."""
    words = names.words
    choices = []
    tables: set[tuple[str, int]] = set()
    at_pass = board.at_pass
    for ticket in board.bumped(board.stations()):
        if now_ms - ticket.bumped_ms > RECALL_MS:
            break
        if at_pass and (ticket.check_id, ticket.course) in tables:
            continue
        tables.add((ticket.check_id, ticket.course))
        took = span(ticket.bumped_ms - ticket.clock_ms)
        note = words.say("bumped_at", time=words.time(ticket.bumped_ms), span=took)
        undo = now_ms - ticket.bumped_ms <= UNDO_MS
        action = f"undo:{ticket.ticket_id}" if undo else f"sheet:back:{ticket.ticket_id}"
        if at_pass:
            action = f"recall_all:{ticket.check_id}:{ticket.course}"
        label = f"{names.title(ticket)} · #{ticket.check_number}"
        choices.append(Act(action, label, "plain", note=note))
    text = "" if choices else words.say("recall_none")
    return _paged(board, names, choices, words.say("recall_title"), text)


def _stop(board: Board, names: Names) -> Sheet:
    words = names.words
    stations = set(board.stations())
    stops = board.desk.venue.stops
    choices = []
    for item in names.catalogue.items.values():
        if not stations & set(item.station_ids) or item.sold_by == "open":
            continue
        stop = stops.get(item.item_id)
        note = ""
        if stop is not None:
            note = words.say("stopped_note")
            if stop.left_milli > 0:
                note = words.say("left_note", n=words.quantity(stop.left_milli))
        tone = "chosen" if stop is not None else "plain"
        name = names.item(item.item_id, item.item_id)
        choices.append(Act(f"left:{item.item_id}", name, tone, note=note))
    choices.sort(key=lambda act: (act.tone != "chosen", act.label))
    return _paged(board, names, choices, words.say("stop_title"), "")


def _left(board: Board, names: Names, item_id: str) -> Sheet:
    words = names.words
    choices = [Act(f"stop:{item_id}:{n}", str(n)) for n in PORTIONS]
    foot = [Act("sheet:stop", words.say("back"), icon="chevron_left")]
    foot.append(Act(f"stop:{item_id}:0", words.say("none_left"), "danger", "block"))
    if item_id in board.desk.venue.stops:
        foot.append(Act(f"free:{item_id}", words.say("free"), "go", "check"))
    title = words.say("left_title", name=names.item(item_id, item_id))
    return Sheet(title, "", tuple(choices), tuple(foot), columns=3)


def _back(board: Board, names: Names, ticket_id: str) -> Sheet | None:
    """Later than the exact undo a ticket comes back in one of two ways (B3.23)."""
    ticket = board.ticket(ticket_id)
    if ticket is None or ticket.state != "bumped":
        return None
    words = names.words
    choices = (
        Act(f"recall:{ticket_id}", words.say("recall"), note=words.say("recall_note")),
        Act(f"review:{ticket_id}", words.say("review"), note=words.say("review_note")),
    )
    foot = (Act("sheet:recall", words.say("back"), icon="chevron_left"),)
    title = f"{names.title(ticket)} · #{ticket.check_number}"
    return Sheet(title, dishes_on(ticket, names), choices, foot)


def _ticket(board: Board, names: Names, ticket_id: str) -> Sheet | None:
    """What can be done with a ticket beside cooking it."""
    ticket = board.ticket(ticket_id)
    if ticket is None:
        return None
    words = names.words
    choices = [_rush((ticket,), names)] if ticket.state == "open" else []
    choices += [
        Act(
            f"move:{ticket_id}:{station_id}",
            words.say("move_to", name=names.station(station_id)),
            icon="arrow_forward",
        )
        for station_id in names.catalogue.stations
        if station_id != ticket.station_id and ticket.state == "open"
    ]
    shown = dict.fromkeys(line.item_id for line in ticket.lines)
    choices += [
        Act(f"sheet:recipe:{item_id}", names.item(item_id, item_id), icon="restaurant")
        for item_id in shown
        if item_id in names.catalogue.items
    ]
    return _paged(board, names, choices, names.title(ticket), "")


def _lost(board: Board, names: Names) -> Sheet:
    """Tickets that stand on no screen and no paper; each is moved to where somebody is."""
    words = names.words
    choices = [
        Act(
            f"sheet:ticket:{ticket.ticket_id}",
            f"{names.title(ticket)} · #{ticket.check_number}",
            note=words.say(
                "lost_at", name=names.station(ticket.station_id), time=words.time(ticket.created_ms)
            ),
        )
        for ticket in board.lost()
    ]
    text = words.say("lost_text") if choices else words.say("lost_none")
    return _paged(board, names, choices, words.say("lost_title"), text)


def _forked(board: Board, names: Names) -> Sheet:
    """Of two screens with the same files a person lets one go on: this one, or none here."""
    words = names.words
    way = Act("go_on_here", words.say("go_on_here"), "danger", "check")
    choices = (way,) if board.desk.link.phase == "forked" else ()
    foot = _ways(board, names, 1)
    return Sheet(words.say("forked_title"), words.say("forked_text"), choices, foot, columns=1)


def _table(board: Board, names: Names, rest: str) -> Sheet | None:
    """At the pass: the whole table goes first, or in its turn again."""
    check_id, _, course = rest.rpartition(":")
    group = [
        ticket
        for ticket in board.desk.venue.tickets_of(check_id)
        if ticket.state == "open" and str(ticket.course) == course
    ]
    if not group:
        return None
    choices = [_rush(group, names)]
    choices += [
        Act(
            f"find:{ticket.ticket_id}",
            names.station(ticket.station_id),
            icon="visibility",
        )
        for ticket in group
    ]
    return _paged(board, names, choices, names.title(group[0]), "")


def _rush(group: Sequence[Ticket], names: Names) -> Act:
    on = not any(ticket.rush for ticket in group)
    ids = ",".join(ticket.ticket_id for ticket in group)
    label = names.words.say("rush" if on else "no_rush")
    return Act(f"rush:{'on' if on else 'off'}:{ids}", label, "danger" if on else "chosen", "bolt")


def _recipe(board: Board, names: Names, item_id: str) -> Sheet | None:
    """The recipe card: what it contains, components of one portion, how it is made; on as many
    pages as it takes."""
    item = names.catalogue.items.get(item_id)
    if item is None:
        return None
    words, catalogue = names.words, names.catalogue
    pairs = tuple(
        Pair(catalogue.name(part.names, words.language), words.amount(part.qty_milli, part.unit))
        for part in item.components
    )
    method = catalogue.name(item.method, words.language)
    pages = _leaves(pairs, method, board.settings.zoom)
    text, pairs = pages[min(board.state.sheet_page, len(pages) - 1)]
    contains = named(",".join(item.allergens), words.language)
    return Sheet(
        names.item(item_id, item_id),
        text or ("" if pairs else words.say("no_recipe")),
        (),
        _ways(board, names, len(pages)),
        pairs=pairs,
        warning=words.say("contains", text=contains) if contains else "",
    )


def _leaves(pairs: Pairs, method: str, zoom: float) -> list[tuple[str, Pairs]]:
    """A short card on one page; else what goes in first, then how it is made."""
    rows, lines = max(3, round(LEAF_ROWS / zoom)), max(4, round(LEAF_LINES / zoom))
    wide = round(LEAF_LETTERS / max(1.0, zoom))
    text = [line for part in method.splitlines() for line in wrap(part, wide) or [""]]
    if len(text) <= SHORT_LINES and len(pairs) + len(text) <= rows:
        return [(method, pairs)]
    leaves: list[tuple[str, Pairs]] = [
        ("", pairs[at : at + rows]) for at in range(0, len(pairs), rows)
    ]
    return leaves + [("\n".join(text[at : at + lines]), ()) for at in range(0, len(text), lines)]


def _speed(board: Board, names: Names) -> Sheet:
    """How long things took today: by hour, then the slowest dishes against their target."""
    words, speeds = names.words, board.desk.venue.speeds
    bars: list[tuple[str, Speed]] = []
    stations = board.stations()
    for station_id in stations if len(stations) > 1 else ():
        bars.append((names.station(station_id), speeds.get(f"station:{station_id}", Speed())))
    hours: dict[int, Speed] = {}
    for key, each in speeds.items():
        kind, _, rest = key.partition(":")
        station_id, _, hour = rest.rpartition(":")
        if kind == "hour" and station_id in stations:
            old = hours.get(int(hour), Speed())
            hours[int(hour)] = Speed(
                old.count + each.count, old.total_ms + each.total_ms, old.late + each.late
            )
    bars += [(words.time(hour * HOUR_MS), hours[hour]) for hour in sorted(hours)[-HOURS_SHOWN:]]
    dishes = [
        (names.item(item_id, item_id), each)
        for key, each in speeds.items()
        if key.startswith("item:")
        and (item := names.catalogue.items.get(item_id := key.removeprefix("item:"))) is not None
        and set(item.station_ids) & set(stations)
    ]
    dishes.sort(key=lambda entry: (-entry[1].average_ms, entry[0]))
    bars = [(label, each) for label, each in bars + dishes[:DISHES_SHOWN] if each.count]
    longest = max((each.average_ms for _, each in bars), default=1)
    foot = (Act("sheet:", words.say("close"), icon="close"),)
    return Sheet(
        words.say("speed_title"),
        "" if bars else words.say("speed_none"),
        (),
        foot,
        bars=tuple(
            Bar(
                label,
                words.say("speed_value", time=span(each.average_ms), n=each.count, late=each.late),
                each.average_ms * 1000 // longest,
                "late_text" if each.late * 4 > each.count else "accent",
            )
            for label, each in bars
        ),
    )
