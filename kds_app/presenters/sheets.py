"""The two sheets that slide over the side: tickets to bring back, dishes that run out.

Rule: choices come in pages of `CHOICES`, never in a list that scrolls; each choice is an intent of
`intents`. Neighbour: `board` decides whether a sheet is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kds_app.presenters.shown import Act, Sheet
from kds_app.presenters.ticket import Names
from kds_app.words import span
from sync_server.domain.kitchen import UNDO_MS

if TYPE_CHECKING:
    from kds_app.presenters.board import Board

CHOICES = 14
RECALL_MS = 15 * 60_000
"""How long a finished ticket stands on the list (features-commercial B3.23)."""

PORTIONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20)


def sheet(board: Board, names: Names, now_ms: int) -> Sheet:
    """The open sheet."""
    kind, _, item_id = board.state.sheet.partition(":")
    if kind == "recall":
        return _recall(board, names, now_ms)
    if kind == "left" and item_id in names.catalogue.items:
        return _left(board, names, item_id)
    return _stop(board, names)


def _paged(board: Board, names: Names, choices: list[Act], title: str, text: str) -> Sheet:
    pages = max(1, -(-len(choices) // CHOICES))
    page = min(board.state.sheet_page, pages - 1)
    words = names.words
    foot = [Act("sheet:", words.say("close"), icon="close")]
    if pages > 1:
        foot.append(Act("sheet_page:back", icon="chevron_left", enabled=page > 0))
        foot.append(Act("sheet_page:next", icon="chevron_right", enabled=page < pages - 1))
    shown = tuple(choices[page * CHOICES : (page + 1) * CHOICES])
    return Sheet(title, text, shown, tuple(foot))


def _recall(board: Board, names: Names, now_ms: int) -> Sheet:
    words = names.words
    choices = []
    for ticket in board.bumped(board.stations()):
        if now_ms - ticket.bumped_ms > RECALL_MS:
            break
        took = span(ticket.bumped_ms - ticket.clock_ms)
        note = words.say("bumped_at", time=words.time(ticket.bumped_ms), span=took)
        undo = now_ms - ticket.bumped_ms <= UNDO_MS
        action = f"{'undo' if undo else 'recall'}:{ticket.ticket_id}"
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
        if not stations & set(item.station_ids):
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
