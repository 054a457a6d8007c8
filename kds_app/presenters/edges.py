"""What stands around the cards: title and figures of the head, tabs, buttons of the foot, banner.

Rule: pure of the board; each is one piece of its view-model. Neighbour: `board` asks for all of
them once a picture.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kds_app.presenters import sheets, side
from kds_app.presenters.shown import Act, Chip
from kds_app.presenters.ticket import Names
from kds_app.words import Words, span, together
from sync_server.domain.kitchen import UNDO_MS, Ticket

if TYPE_CHECKING:
    from kds_app.presenters.board import Board

PASS = "pass"
"""The tab of the pass; no station may be called so."""


def title(board: Board, names: Names) -> str:
    """Which tab is looked at."""
    if board.state.tab == PASS:
        return f"{names.words.say('kitchen')} · {names.words.say('pass')}"
    return f"{names.words.say('kitchen')} · {names.station(board.state.tab)}"


def chips(board: Board, work: list[Ticket], words: Words, now_ms: int) -> tuple[Chip, ...]:
    """The state of the link, then figures of the work and what is wrong."""
    active = [ticket for ticket in work if not ticket.upcoming]
    made = [link_chip(board.desk.link.phase, words), Chip(words.say("open", n=len(active)))]
    average = side.average_ms(board.desk.venue, board.stations())
    if average:
        made.append(Chip(words.say("average", time=span(average)), "sheet:speed"))
    late = len(board.late(active, now_ms))
    if late:
        made.append(Chip(words.say("late_count", n=late), token="late_text"))
    lost = len(board.lost())
    if lost:
        told = words.say("lost_count", n=lost)
        made.insert(1, Chip(told, "sheet:lost", dot="hold_text", token="hold_text"))
    if not board.bump_bar:
        made.append(Chip(words.say("no_bump_bar"), dot="late_text", token="late_text"))
    if not board.heard:
        made.append(Chip(words.say("no_sound"), dot="late_text", token="late_text"))
    return tuple(made)


def tabs(board: Board, names: Names) -> tuple[Chip, ...]:
    """A tab for each station with how much is at work there, and one for the pass."""
    tab = board.state.tab
    load = Counter(
        ticket.station_id
        for ticket in board.desk.venue.tickets.values()
        if ticket.state == "open" and not ticket.upcoming
    )
    made = [
        Chip(
            together((names.station(station_id), str(load[station_id] or ""))),
            f"tab:{station_id}",
            chosen=station_id == tab,
        )
        for station_id in names.catalogue.stations
    ]
    made.append(Chip(names.words.say("pass"), f"tab:{PASS}", chosen=tab == PASS))
    return tuple(made)


def foot(board: Board, finished: list[Ticket], names: Names, now_ms: int) -> tuple[Act, ...]:
    """The buttons of the foot; the first undoes the last bump while it can."""
    words = names.words
    finished = [one for one in finished if now_ms - one.bumped_ms <= sheets.RECALL_MS]
    last = finished[0] if finished else None
    if last is not None and now_ms - last.bumped_ms <= UNDO_MS:
        left = (UNDO_MS - (now_ms - last.bumped_ms)) // 1000
        label = words.say("undo", title=names.title(last), n=left)
        recall = Act(f"undo:{last.ticket_id}", label, "chosen", "undo")
    else:
        recall = Act("recall_last", words.say("recall_last"), "plain", "undo", last is not None)
    return (
        recall,
        Act("sheet:recall", words.say("recalled", n=len(finished)), icon="history"),
        Act("sheet:stop", words.say("stop_item"), icon="block"),
        Act("sheet:speed", words.say("speed"), icon="timer"),
        Act("cards", words.say(f"cards_{board.state.grouping}"), icon="visibility"),
    )


def pager(board: Board, words: Words) -> tuple[Act, ...]:
    """To the page before and after; nothing where there is one page."""
    page, pages = board.state.page, board.state.pages
    if pages == 1:
        return ()
    return (
        Act("page:back", words.say("back"), icon="chevron_left", enabled=page > 0),
        Act("page:next", words.say("next"), icon="chevron_right", enabled=page < pages - 1),
    )


def page_text(board: Board, words: Words) -> str:
    """Which page of how many."""
    return words.say("page", n=board.state.page + 1, all=board.state.pages)


def banner(board: Board, names: Names, now_ms: int) -> Act:
    """What must be said, the weightiest; what the server refused stays until it is tapped."""
    words, link = names.words, board.desk.link
    if board.state.toast and now_ms < board.state.toast_until_ms:
        return Act(label=board.state.toast)
    if not link.can_save:
        return Act(label=words.say("no_save"))
    if link.phase == "forked":
        return Act("sheet:forked", words.say("forked"), note=words.say("go_on_here"))
    if link.phase in ("upgrade", "refused"):
        return Act(label=words.say(f"link_{link.phase}"))
    told = board.desk.told_here()
    if told:
        why = words.refusal(told[0].code, told[0].params)
        label = words.say("late_refusal", time=words.time(told[0].at_ms), why=why)
        more = f" +{len(told) - 1}" if len(told) > 1 else ""
        return Act(f"noted:{told[0].notice_id}", f"{label}{more}")
    if link.phase in ("offline", "connecting") and link.offline_since_ms:
        return Act(label=words.say("offline_banner"))
    if board.faults:
        return Act("faults", words.say("settings_fault", why=board.faults[0]))
    if board.state.tab != PASS and board.state.tab not in board.home:
        return Act(label=words.say("viewing", name=names.station(board.state.tab)))
    return Act()


def link_chip(phase: str, words: Words) -> Chip:
    """The connection to the server."""
    if phase == "online":
        return Chip(words.say("online"), dot="ready")
    if phase in ("connecting", "catching_up"):
        return Chip(words.say("connecting"), dot="hold_text")
    said = "offline" if phase == "offline" else "stopped"
    return Chip(words.say(said), dot="late_text", token="late_text")
