"""Where cards stand: columns filled in order of age, small gaps filled, long tickets torn.

Rule: every column begins with the oldest ticket that has no place yet, so none waits for ever.
Below it comes the oldest of the rest that fits the room left: an older, larger one could not have
stood there. A ticket longer than a column goes on at the top of the next (features-commercial B1).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kds_app.presenters.shown import Card, Row

Tall = Callable[[Card], int]
"""Height of a card in pixels, at the width of a column."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card stands; `index` counts the cards given."""

    index: int
    page: int
    column: int
    top: int
    height: int


def pack(
    talls: Sequence[int],
    columns: int,
    height: int,
    gap: int,
    tied: frozenset[int] = frozenset(),
) -> list[Place]:
    """Places for cards of these heights, oldest first. A card higher than a column fills one.

    `tied` are pieces of a torn ticket: each begins a column, so they stand side by side.
    """
    left = list(range(len(talls)))
    places: list[Place] = []
    column = 0
    while left:
        room, top = height, 0
        while left:
            if top == 0:
                chosen = left[0]
            else:
                fitting = (i for i in left if talls[i] <= room and i not in tied)
                found = next(fitting, None)
                if found is None:
                    break
                chosen = found
            left.remove(chosen)
            tall = min(talls[chosen], height)
            places.append(Place(chosen, column // columns, column % columns, top, tall))
            top += tall + gap
            room = height - top
        column += 1
    return places


def torn(card: Card, height: int, tall: Tall) -> list[Card]:
    """The card, or its pieces when it is higher than `height`; buttons stand on the last piece."""
    if tall(card) <= height:
        return [card]
    pieces: list[Card] = []
    rest = list(card.rows)
    while rest:
        first = not pieces
        whole = _piece(card, tuple(rest), "" if first else "top", len(pieces), last=True)
        if tall(whole) <= height:
            pieces.append(whole)
            break
        side = "bottom" if first else "both"
        count = 1
        while count < len(rest):
            trial = _piece(card, tuple(rest[: count + 1]), side, len(pieces), last=False)
            if tall(trial) > height:
                break
            count += 1
        while count > 1 and rest[count - 1].kind == "caption":
            count -= 1
        pieces.append(_piece(card, tuple(rest[:count]), side, len(pieces), last=False))
        rest = rest[count:]
        if not rest:
            pieces.append(_piece(card, (), "top", len(pieces), last=True))
    return pieces


def _piece(card: Card, rows: tuple[Row, ...], side: str, number: int, *, last: bool) -> Card:
    return replace(
        card,
        id=f"{card.id}+{number}" if number else card.id,
        rows=rows,
        torn=side,
        acts=card.acts if last else (),
        versions=card.versions if last else (),
        key=card.key if last else "",
    )
