"""Where everything on a card stands, at a width: one measure for packing and for painting.

Rule: sizes are in design units of `theme.scale`; lines of a ticket and buttons are targets of at
least 48 units, the bump of 60. Neighbours: `card` paints a layout, `columns` places cards.
"""

from dataclasses import dataclass

from glass.lettering import fit, width
from glass.painted import LEADING
from kds_app.presenters.shown import Card, Row
from kds_app.theme import scale

PAD = 14
TITLE, CLOCK, INFO, CAPTION, DISH, DETAIL, BUTTON = 26, 28, 15, 15, 22, 18, 20
KEY = 28
ROW_LEAST = 48
ACT_HEIGHT = 60
RADIUS = 12


def tall(px: int, lines: int = 1) -> int:
    """Height of lines of text of a size in pixels."""
    return round(px * LEADING) * lines


@dataclass(frozen=True, slots=True)
class RowLayout:
    """A row with its wrapped texts; `top` from the top of the card, all in pixels.

    `tag_at` is the line of the name that ends in the tag, and the tag's distance from the name's
    beginning.
    """

    row: Row
    top: int
    height: int
    name: tuple[str, ...]
    details: tuple[tuple[str, ...], ...] = ()
    tag_at: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Layout:
    """A card at a width: heights in pixels, wrapped texts."""

    height: int
    head: int
    title: tuple[str, ...]
    info: tuple[str, ...]
    rows: tuple[RowLayout, ...]
    acts_top: int
    name_x: int
    name_room: int


_NOTES = {"late": 106, "new": 102, "upcoming": 0, "ready": 106}


def clock_room(card: Card) -> int:
    """Pixels that the figure at the right of the head may take, with its icon in some states."""
    return scale.of(118 if card.tone in ("late", "amber", "ready", "upcoming") else 94)


def note_room(card: Card) -> int:
    """Pixels that the note under the timer may take: by what it says in this state."""
    return scale.of(_NOTES.get(card.tone, 78))


def lay_out(card: Card, wide: int) -> Layout:
    """The layout of a card in a column of this width."""
    u = scale.of
    room = wide - 2 * u(PAD)
    string = f"… {card.title}" if card.torn in ("top", "both") else card.title
    title_room = room - clock_room(card) - u(6)
    title = fit(string, title_room, u(TITLE), True, 2)
    if card.key:  # the card keeps its height when numbers are shown
        title = fit(string, title_room - u(KEY + 8), u(TITLE), True, len(title))
    info = fit(card.info, room - note_room(card) - u(4), u(INFO), False, 2)
    above = u(9) if card.torn in ("", "bottom") else u(6)
    head = above + tall(u(TITLE), len(title)) + tall(u(INFO), len(info)) + u(8)
    widest = max((width(row.quantity, u(DISH), True) for row in card.rows), default=0)
    name_x = u(PAD) + max(u(44), widest + u(8))
    name_room = wide - name_x - u(PAD) - u(24) - u(8)
    top = head + u(4)
    rows = []
    for row in card.rows:
        laid = _lay_row(row, top, wide, name_room)
        rows.append(laid)
        top += laid.height
    top += u(4)
    acts_top = top + u(6)
    if card.acts:
        top = acts_top + u(ACT_HEIGHT) + u(PAD)
    else:
        top += u(8)
    return Layout(top, head, title, info, tuple(rows), acts_top, name_x, name_room)


def _lay_row(row: Row, top: int, wide: int, name_room: int) -> RowLayout:
    u = scale.of
    if row.kind == "caption":
        room = wide - 2 * u(PAD) - (u(22) if row.icon else 0)
        name = fit(row.name, room, u(CAPTION), False, 2)
        return RowLayout(row, top, tall(u(CAPTION), len(name)) + u(8), name)
    name = fit(row.name, name_room, u(DISH), False, 4)
    tag_at = (len(name) - 1, width(name[-1], u(DISH)) + u(6))
    if row.tag and tag_at[1] + width(row.tag, u(CAPTION)) > name_room:
        name, tag_at = (*name, ""), (len(name), 0)
    details = tuple(
        fit(detail.text, name_room - (u(16) if detail.block else 0), u(DETAIL), detail.block, 5)
        for detail in row.details
    )
    below = sum(tall(u(DETAIL), len(lines)) for lines in details)
    below += sum(u(8) for detail in row.details if detail.block)
    least = u(ROW_LEAST)
    needed = u(6) + tall(u(DISH), len(name)) + below + u(7)
    return RowLayout(row, top, max(least, needed), name, details, tag_at)
