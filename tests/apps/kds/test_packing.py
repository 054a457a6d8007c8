"""Where cards stand: for any heights columns fill in the order of age and nothing overlaps."""

from hypothesis import given, strategies as st

from kds_app.presenters.packing import Place, pack, torn
from kds_app.presenters.shown import Act, Card, Row

HEIGHT, GAP = 900, 15
TALLS = st.lists(st.integers(60, 1_100), max_size=60)
LINE = 48


def columns_of(places: list[Place]) -> list[list[Place]]:
    """The cards of each column of each page, from the top."""
    found: dict[tuple[int, int], list[Place]] = {}
    for place in places:
        found.setdefault((place.page, place.column), []).append(place)
    return [found[key] for key in sorted(found)]


@given(TALLS, st.integers(2, 6))
def test_every_card_has_one_place_within_its_column_and_none_overlaps(
    talls: list[int], columns: int
) -> None:
    places = pack(talls, columns, HEIGHT, GAP)
    assert sorted(place.index for place in places) == list(range(len(talls)))
    for column in columns_of(places):
        bottom = -GAP
        for place in column:
            assert place.top == bottom + GAP
            bottom = place.top + place.height
        assert bottom <= HEIGHT


@given(TALLS, st.integers(2, 6))
def test_each_column_begins_with_the_oldest_that_has_no_place_yet(
    talls: list[int], columns: int
) -> None:
    left = set(range(len(talls)))
    for column in columns_of(pack(talls, columns, HEIGHT, GAP)):
        assert column[0].index == min(left)
        left -= {place.index for place in column}
        below = [place.index for place in column[1:]]
        assert below == sorted(below)


@given(TALLS, st.integers(2, 6))
def test_no_room_stays_empty_that_a_later_smaller_card_would_fill(
    talls: list[int], columns: int
) -> None:
    all_columns = columns_of(pack(talls, columns, HEIGHT, GAP))
    for number, column in enumerate(all_columns):
        room = HEIGHT - column[-1].top - column[-1].height - GAP
        later = [place for after in all_columns[number + 1 :] for place in after]
        assert all(talls[place.index] > room for place in later)


@given(TALLS, st.integers(2, 6), st.sets(st.integers(0, 60)))
def test_pieces_of_a_torn_ticket_begin_columns_one_after_the_other(
    talls: list[int], columns: int, tied: set[int]
) -> None:
    places = pack(talls, columns, HEIGHT, GAP, frozenset(tied))
    assert sorted(place.index for place in places) == list(range(len(talls)))
    where = {place.index: place.page * columns + place.column for place in places}
    assert all(place.top == 0 for place in places if place.index in tied)
    for one in tied:
        if one + 1 in tied and one + 1 in where:
            assert where[one + 1] == where[one] + 1


def tall(card: Card) -> int:
    """A card as high as its rows and its buttons."""
    return 70 + LINE * len(card.rows) + (74 if card.acts else 0)


@given(st.integers(0, 80))
def test_a_long_ticket_goes_on_in_the_next_column_and_loses_no_line(count: int) -> None:
    rows = tuple(Row(id=f"r{n}", name=str(n)) for n in range(count))
    card = Card("t", rows=rows, acts=(Act("bump:t", "Bump", "go"),), versions=(("t", 3),))
    pieces = torn(card, HEIGHT, tall)
    assert tuple(row for piece in pieces for row in piece.rows) == rows
    assert all(tall(piece) <= HEIGHT for piece in pieces)
    assert [bool(piece.acts) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert len({piece.id for piece in pieces}) == len(pieces)
    assert [piece.versions for piece in pieces if piece.versions] == [(("t", 3),)]
