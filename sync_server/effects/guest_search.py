"""Whom a waiter may charge: one field for room, name or key card.

Rule: a room number is exact and comes first; only what is no room is tried as a name, then as a
card. The waiter sees what the board still pays of this meal, never the folio's balance.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sync_server.hotel.gateway import (
    ByKeyCard,
    ByName,
    ByRoom,
    FolioGateway,
    GuestQuery,
    GuestsFound,
    Refused,
    Unavailable,
)

GUESTS_MAX = 20
QUERY_LENGTH = 100
CARD_LEAST = 6


@dataclass(frozen=True, slots=True)
class BoardSeen:
    """What the board still pays of this meal, and for which revenue groups."""

    name: str
    groups: tuple[str, ...]
    left_minor: int


@dataclass(frozen=True, slots=True)
class GuestSeen:
    """A guest as the terminal shows them; -1 for no limit."""

    stay_id: str
    room: str
    name: str
    arrival: str
    departure: str
    board: str
    vip: str
    no_post: bool
    limit_left_minor: int
    allowances: tuple[BoardSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class NobodyFound:
    """`no_guest`: nobody in house matches. `hotel_away`: the hotel did not answer."""

    code: str


class GuestSearch:
    """Guests of the hotel behind a gateway."""

    def __init__(self, gateway: FolioGateway, meal_of: Callable[[int], str]) -> None:
        """`meal_of` names the meal of a time in ms, "" to count every meal's allowance."""
        self._gateway = gateway
        self._meal_of = meal_of

    async def guests(
        self, text: str, business_day: str, now_ms: int
    ) -> tuple[GuestSeen, ...] | NobodyFound:
        """The guests that a waiter may mean by `text`."""
        wanted = text.strip()[:QUERY_LENGTH]
        for query in self._queries(wanted):
            found = await self._asked(query, business_day)
            if isinstance(found, Unavailable):
                return NobodyFound("hotel_away")
            if isinstance(found, GuestsFound) and found.guests:
                meal = self._meal_of(now_ms)
                return tuple(
                    GuestSeen(
                        stay_id=guest.stay_id,
                        room=guest.room,
                        name=guest.name,
                        arrival=guest.arrival,
                        departure=guest.departure,
                        board=guest.board,
                        vip=guest.vip,
                        no_post=guest.no_post,
                        limit_left_minor=(
                            -1 if guest.limit_left_minor is None else guest.limit_left_minor
                        ),
                        allowances=tuple(
                            BoardSeen(one.name, one.groups, one.left_minor)
                            for one in guest.allowances
                            if meal in ("", one.name)
                        ),
                    )
                    for guest in found.guests
                )
        return NobodyFound("no_guest")

    def _queries(self, wanted: str) -> list[GuestQuery]:
        """What the text may be, in that order. A name has a letter, a card's number some length:
        each question may go to another machine, at each figure that is typed."""
        if not wanted:
            return []
        queries: list[GuestQuery] = [ByRoom(wanted)]
        if any(char.isalpha() for char in wanted):
            queries.append(ByName(wanted))
        if len(wanted) >= CARD_LEAST and self._gateway.abilities.key_cards:
            queries.append(ByKeyCard(wanted))
        return queries

    async def _asked(self, query: GuestQuery, day: str) -> GuestsFound | Refused | Unavailable:
        try:
            async with asyncio.timeout(self._gateway.timing.find_ms / 1_000):
                return await self._gateway.find_guests(
                    query, business_day=day, count_max=GUESTS_MAX
                )
        except TimeoutError:
            return Unavailable("no answer in time")
