"""What keys mean: a cursor over tickets, their lines and the sheet, and a command for every key.

Rule: a key does what a finger on the same place does, through the same intents, so that nothing can
be done by key that a tap could not. The cursor is shown while keys are in use and goes with the
next tap. Which key means which command is `kds_app.settings`; number keys bump their ticket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from kds_app.presenters.shown import Act, Card, Placed, Sheet

if TYPE_CHECKING:
    from kds_app.presenters.board import Board

WHOLE = "*"
"""The cursor stands on the card itself, not on one of its lines."""


def marked(board: Board, placed: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """The cards with the cursor on one of them; it falls to the first when its card has gone."""
    state = board.state
    if not state.keyed or state.sheet or not placed:
        return placed
    at = next((one for one in placed if one.card.id == state.cursor), None)
    if at is None:
        at = placed[-1] if state.enters_last else placed[0]
        state.cursor, state.cursor_row = at.card.id, ""
    state.enters_last = False
    if state.cursor_row not in _rows(at.card):
        state.cursor_row = ""
    lit = replace(at, card=replace(at.card, cursor=state.cursor_row or WHOLE))
    return tuple(lit if one is at else one for one in placed)


def lit(board: Board, sheet: Sheet | None) -> Sheet | None:
    """The sheet with the cursor on one of its buttons."""
    state = board.state
    if sheet is None or not state.keyed:
        return sheet
    buttons = _buttons(sheet)
    if not buttons:
        return sheet
    state.sheet_at = max(0, min(state.sheet_at, len(buttons) - 1))
    chosen = buttons[state.sheet_at]
    return replace(
        sheet,
        choices=tuple(replace(act, cursor=act is chosen) for act in sheet.choices),
        foot=tuple(replace(act, cursor=act is chosen) for act in sheet.foot),
    )


def _rows(card: Card) -> tuple[str, ...]:
    """Where the cursor can stand on a card: itself, then its lines."""
    return ("", *(row.id for row in card.rows if row.id))


def _buttons(sheet: Sheet) -> list[Act]:
    return [act for act in (*sheet.choices, *sheet.foot) if act.id and act.enabled]


class Keys:
    """Carries out the commands of keys. `act` is how a tap would be carried out."""

    def __init__(self, board: Board, act: Callable[[str], None]) -> None:
        self._board = board
        self._act = act
        self._commands: dict[str, Callable[[], None]] = {
            "up": lambda: self._along(-1),
            "down": lambda: self._along(1),
            "left": lambda: self._across(-1),
            "right": lambda: self._across(1),
            "next": lambda: self._act("page:next"),
            "back": lambda: self._act("page:back"),
            "home": lambda: self._edge(0),
            "end": lambda: self._edge(-1),
            "done": self._done,
            "bump": self._bump,
            "start": lambda: self._on_ticket("start:{id}"),
            "recall": lambda: self._act("recall_last"),
            "review": self._review,
            "rush": self._rush,
            "push": lambda: self._on_ticket("sheet:ticket:{id}"),
            "ticket": self._more,
            "totals": lambda: self._act("cards"),
            "stop": lambda: self._act("sheet:stop"),
            "speed": lambda: self._act("sheet:speed"),
            "list": lambda: self._act("sheet:recall"),
            "pass": lambda: self._act("turn"),
            "close": self._close,
            "banner": lambda: self._act(self._board.state.banner),
        }

    def press(self, command: str) -> None:
        """A key that means this command went down."""
        state = self._board.state
        if command.isdigit():
            self._digit(command)
            return
        known = self._commands.get(command)
        if known is None:
            return
        if not state.keyed:
            state.keyed = True
            if command in ("up", "down", "left", "right"):
                return  # the first arrow only shows where the cursor stands
        known()

    # -- where the cursor stands ---------------------------------------------------------------
    def _placed(self) -> tuple[Placed, ...]:
        return self._board.state.placed

    def _here(self) -> Placed | None:
        cursor = self._board.state.cursor
        placed = self._placed()
        first = placed[0] if placed else None
        return next((one for one in placed if one.card.id == cursor), first)

    def _stand(self, place: Placed, row: str = "") -> None:
        self._board.state.cursor, self._board.state.cursor_row = place.card.id, row

    def _goes_from(self, step: int) -> Placed | None:
        """The card that the cursor leaves; None where the step was one in a sheet."""
        state = self._board.state
        if state.sheet:
            state.sheet_at += step
            return None
        return self._here()

    def _along(self, step: int) -> None:
        """Down through the lines of a card, then to the card below."""
        here = self._goes_from(step)
        if here is None:
            return
        rows, row = _rows(here.card), self._board.state.cursor_row
        at = rows.index(row) if row in rows else 0
        if 0 <= at + step < len(rows):
            self._stand(here, rows[at + step])
            return
        column = [one for one in self._placed() if one.column == here.column]
        number = column.index(here) + step
        if 0 <= number < len(column):
            there = column[number]
            self._stand(there, _rows(there.card)[-1] if step < 0 else "")

    def _across(self, step: int) -> None:
        """To the card beside; beyond the last column the page turns."""
        here, state = self._goes_from(step), self._board.state
        if here is None:
            return
        beside = [one for one in self._placed() if one.column == here.column + step]
        if beside:
            self._stand(min(beside, key=lambda one: abs(one.top - here.top)))
            return
        page = state.page
        self._act("page:next" if step > 0 else "page:back")
        if state.page != page:
            state.cursor, state.enters_last = "", step < 0

    def _edge(self, end: int) -> None:
        placed = self._placed()
        if placed:
            self._stand(placed[end])

    # -- what is done there --------------------------------------------------------------------
    def _done(self) -> None:
        """What a tap there would do: a line is ready or seen, a card is bumped."""
        state = self._board.state
        if state.sheet:
            self._choose()
        elif state.cursor_row:
            self._act(state.cursor_row)
        else:
            self._bump()

    def _choose(self) -> None:
        shown = self._board.state.shown_sheet
        buttons = _buttons(shown) if shown is not None else []
        if buttons:
            at = max(0, min(self._board.state.sheet_at, len(buttons) - 1))
            self._board.state.sheet_at = 0
            self._act(buttons[at].id)

    def _bump(self) -> None:
        """The card's own last button, and the cursor goes on to the next card."""
        here = self._here()
        acts = [act.id for act in here.card.acts if act.id] if here is not None else []
        if here is None or not acts or self._board.state.sheet:
            return
        placed = self._placed()
        number = placed.index(here)
        after = placed[number + 1 : number + 2] or placed[max(0, number - 1) : number]
        self._act(acts[-1])
        if after:
            self._stand(after[0])

    def _on_ticket(self, action: str) -> None:
        here = self._here()
        if here is None or not here.card.versions:
            return
        self._act(action.format(id=here.card.versions[0][0]))

    def _more(self) -> None:
        here = self._here()
        if here is not None and here.card.more:
            self._act(here.card.more)

    def _rush(self) -> None:
        here = self._here()
        ids = [ticket_id for ticket_id, _ in here.card.versions] if here is not None else []
        tickets = [ticket for each in ids if (ticket := self._board.ticket(each)) is not None]
        if tickets:
            how = "off" if any(ticket.rush for ticket in tickets) else "on"
            self._act(f"rush:{how}:{','.join(ticket.ticket_id for ticket in tickets)}")

    def _review(self) -> None:
        finished = self._board.bumped(self._board.stations())
        if finished:
            self._act(f"review:{finished[0].ticket_id}")

    def _close(self) -> None:
        """The sheet first, then the numbers, then the cursor."""
        state = self._board.state
        if state.sheet:
            self._act("sheet:")
        elif state.numbered:
            state.numbered = False
        else:
            state.keyed = False

    def _digit(self, digit: str) -> None:
        """Digits bump the ticket with that number; the first one only shows the numbers."""
        state = self._board.state
        if not state.numbered:
            state.numbered = True
        elif digit == "0" and not state.tens:
            state.tens = True
        else:
            number = int(digit) + (10 if state.tens else 0)
            state.tens = False
            if 0 < number <= len(state.cards):
                self._act(state.cards[number - 1].acts[-1].id)
