"""What a tap or a key means: an action id in, commands to the desk, or a change of the view.

Rule: every action ends in a command, a change of the screen's state, or a sentence that says why
not; none is silent. Undo instead of "are you sure": a bump can be taken back exactly for 30 s.
Action ids are made in `ticket`, `expo`, `sheets` and `board`.
"""

from collections.abc import Callable

from kds_app.presenters import expo, sheets
from kds_app.presenters.board import TOAST_MS, Board
from kds_app.presenters.edges import PASS
from kds_app.presenters.keys import Keys
from kds_app.settings import CARDS
from sync_server.domain import commands as c
from sync_server.domain.ids import LineId, NoticeId, TicketId
from sync_server.domain.kitchen import UNDO_MS, Ticket
from sync_server.domain.rejections import Refused


class Intents:
    """Carries out actions of one screen."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._keys = Keys(board, self.act)
        self._handlers: dict[str, Callable[[str], None]] = {
            "ready": self._ready,
            "seen": self._seen,
            "start": self._start,
            "bump": self._bump,
            "bump_all": self._bump_all,
            "pass": self._pass,
            "rush": self._rush,
            "move": self._move,
            "recall_all": self._recall_all,
            "review": self._review,
            "undo": self._undo,
            "recall": self._recall,
            "recall_last": self._recall_last,
            "stop": self._stop,
            "free": self._free,
            "left": self._left,
            "sheet": self._sheet,
            "sheet_page": self._sheet_page,
            "page": self._page,
            "find": self._find,
            "tab": self._tab,
            "key": self._keys.press,
            "dish": self._dish,
            "cards": self._cards,
            "turn": self._turn,
            "noted": self._noted,
            "faults": lambda _: board.forget_fault(),
            "go_on_here": self._go_on_here,
        }

    def act(self, action: str) -> None:
        """Carry out an action. Unknown ones mean nothing: a card may have gone meanwhile."""
        kind, _, rest = action.partition(":")
        handler = self._handlers.get(kind)
        if handler is None:
            return
        self._board.state.touched_ms = self._board.desk.now_ms()
        handler(rest)

    # -- commands ------------------------------------------------------------------------------
    def _submit(self, command: object) -> bool:
        decision = self._board.desk.submit(command)
        if isinstance(decision, Refused):
            self.tell(decision)
            return False
        return True

    def tell(self, refused: Refused) -> None:
        """Say why something was not done."""
        names = self._board.names()
        if names is None:
            return
        state = self._board.state
        state.toast = names.words.refusal(refused.code, refused.params)
        state.toast_until_ms = self._board.desk.now_ms() + TOAST_MS

    def _ticket(self, ticket_id: str) -> Ticket | None:
        ticket = self._board.desk.venue.tickets.get(TicketId(ticket_id))
        if ticket is None:
            self.tell(Refused("no_ticket"))
        return ticket

    def _ready(self, rest: str) -> None:
        ticket_id, _, line_id = rest.rpartition(":")
        ticket = self._ticket(ticket_id)
        line = ticket.line(line_id) if ticket else None
        if ticket is not None and line is not None:
            wanted = line.state != "ready"
            self._submit(c.MarkReady(ticket.ticket_id, (line.line_id,), wanted))

    def _dish(self, rest: str) -> None:
        """Lines of a card by dish are done; a ticket of which nothing is left goes with them."""
        for at in rest.split(","):
            ticket_id, _, line_id = at.rpartition(":")
            ticket = self._ticket(ticket_id)
            if ticket is None or not self._submit(
                c.MarkReady(ticket.ticket_id, (LineId(line_id),), True)
            ):
                continue
            after = self._board.ticket(ticket_id)
            lines = [line for line in after.lines if line.state != "void"] if after else []
            if after is not None and lines and all(line.state == "ready" for line in lines):
                self._bump(after.ticket_id)

    def _noted(self, notice_id: str) -> None:
        """Somebody read what the server refused; its twin of the venue may have gone already."""
        self._board.desk.submit(c.AcknowledgeNotice(NoticeId(notice_id)))

    def _seen(self, rest: str) -> None:
        """The cook saw a cancellation; a ticket on which nothing else is left goes with it."""
        ticket_id, _, line_id = rest.rpartition(":")
        if not self._submit(c.AcknowledgeVoid(TicketId(ticket_id), (LineId(line_id),))):
            return
        ticket = self._board.desk.venue.tickets.get(TicketId(ticket_id))
        if ticket is not None and ticket.state == "open":
            alive = any(line.state != "void" or not line.void_seen for line in ticket.lines)
            if not alive:
                self._bump(ticket.ticket_id)

    def _start(self, ticket_id: str) -> None:
        ticket = self._ticket(ticket_id)
        if ticket is None:
            return
        queued = tuple(
            line.line_id for line in ticket.lines if line.state == "queued" and not line.held
        )
        self._submit(c.StartLines(ticket.ticket_id, queued))

    def _bump(self, ticket_id: str) -> None:
        """Done, as far as the picture that was tapped shows it."""
        self._submit(c.BumpTicket(TicketId(ticket_id), self._board.shown(ticket_id)))

    def _bump_all(self, rest: str) -> None:
        check_id, _, course = rest.rpartition(":")
        stations = self._board.stations()
        for ticket in self._board.desk.venue.tickets_of(check_id):
            at_work = ticket.state == "open" and not ticket.upcoming
            if at_work and ticket.station_id in stations and str(ticket.course) == course:
                self._bump(ticket.ticket_id)

    def _pass(self, rest: str) -> None:
        """The table goes: its dishes are served as far as the kitchen is concerned."""
        check_id, _, course = rest.rpartition(":")
        venue = self._board.desk.venue
        for each, line_ids in expo.to_pass(venue, check_id, int(course)).items():
            self._submit(c.PassLines(each, tuple(line_ids)))

    def _rush(self, rest: str) -> None:
        """`on` or `off`, then the tickets."""
        how, _, ids = rest.partition(":")
        self._board.state.sheet = ""
        tickets = tuple(TicketId(ticket_id) for ticket_id in ids.split(","))
        self._submit(c.RushTickets(tickets, how == "on"))

    def _move(self, rest: str) -> None:
        ticket_id, _, station_id = rest.rpartition(":")
        self._board.state.sheet = ""
        self._submit(c.MoveTicket(TicketId(ticket_id), station_id))

    def _recall_all(self, rest: str) -> None:
        """From the pass a table comes back to every station that worked on it (B3.22)."""
        check_id, _, course = rest.rpartition(":")
        for ticket in self._board.desk.venue.tickets_of(check_id):
            if ticket.state == "bumped" and str(ticket.course) == course:
                self._bring_back(ticket.ticket_id)

    def _review(self, ticket_id: str) -> None:
        """Look at it again; its timer goes on as if it had never been bumped."""
        if self._submit(c.RecallTicket(TicketId(ticket_id), undo=False, review=True)):
            self._board.state.sheet = ""

    def _undo(self, ticket_id: str) -> None:
        self._bring_back(ticket_id)

    def _recall(self, ticket_id: str) -> None:
        self._bring_back(ticket_id)

    def _recall_last(self, _: str) -> None:
        finished = self._board.bumped(self._board.stations())
        since_ms = self._board.desk.now_ms() - sheets.RECALL_MS
        if finished and finished[0].bumped_ms >= since_ms:
            self._bring_back(finished[0].ticket_id)

    def _bring_back(self, ticket_id: str) -> None:
        """Exactly as it was within 30 s of the bump, later with its timer from zero."""
        ticket = self._ticket(ticket_id)
        if ticket is None:
            return
        soon = self._board.desk.now_ms() - ticket.bumped_ms <= UNDO_MS
        if self._submit(c.RecallTicket(ticket.ticket_id, undo=soon)):
            self._board.state.sheet = ""

    # -- stop list -----------------------------------------------------------------------------
    def _left(self, item_id: str) -> None:
        self._board.state.sheet = f"left:{item_id}"

    def _stop(self, rest: str) -> None:
        item_id, _, portions = rest.rpartition(":")
        if self._submit(c.StopItem(item_id, int(portions) * 1000)):
            self._board.state.sheet = ""

    def _free(self, item_id: str) -> None:
        if self._submit(c.FreeItem(item_id)):
            self._board.state.sheet = ""

    # -- the screen itself ---------------------------------------------------------------------
    def _sheet(self, kind: str) -> None:
        """Open a sheet, or close the one that is open."""
        state = self._board.state
        state.sheet = "" if state.sheet == kind else kind
        state.sheet_page = state.sheet_at = 0

    def _sheet_page(self, way: str) -> None:
        state = self._board.state
        state.sheet_page = max(0, state.sheet_page + (1 if way == "next" else -1))

    def _page(self, way: str) -> None:
        state = self._board.state
        state.page = max(0, min(state.pages - 1, state.page + (1 if way == "next" else -1)))

    def _find(self, ticket_id: str) -> None:
        """Go to the tab of a ticket that was told in the side column; it stands near the end."""
        ticket = self._ticket(ticket_id)
        if ticket is not None:
            self._board.state.tab = ticket.station_id
            self._board.state.seek = ticket.ticket_id

    def _go_on_here(self, _: str) -> None:
        """A person says that this screen is the right one of two; its sheet has asked twice."""
        board = self._board
        board.state.sheet = ""

        def begun(count: int) -> None:
            if (names := board.names()) is not None:
                board.state.toast = names.words.say("began_anew", n=count)
                board.state.toast_until_ms = board.desk.now_ms() + TOAST_MS

        if board.desk.link.phase == "forked":
            board.desk.begin_anew(begun)

    def _cards(self, _: str) -> None:
        """The next way of grouping: by station, by order, by dish."""
        state = self._board.state
        state.grouping = CARDS[(CARDS.index(state.grouping) + 1) % len(CARDS)]
        state.page = 0

    def _turn(self, _: str) -> None:
        """From the home station to the pass and back."""
        self._tab(self._board.home[0] if self._board.at_pass else PASS)

    def _tab(self, tab: str) -> None:
        catalogue = self._board.desk.catalogue
        if tab == PASS or (catalogue is not None and tab in catalogue.stations):
            self._board.state.tab = tab
            self._board.state.page = 0
            self._board.state.sheet = ""
