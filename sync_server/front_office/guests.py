"""Guests of the hotel for the terminal: who may be charged, with limit and board allowance.

The hotel is reached through the folio gateway only; the live service knows nothing of its rooms.
What the terminal gets is a plain answer, bounded, with the hotel's own refusal as a code.
"""

from typing import Any, Protocol

from sync_server.domain.venue import Venue


class Lookup(Protocol):
    """What `GuestDesk` needs of the gateway, made from a free text by the bootstrap."""

    async def __call__(self, query: str, business_day: str, most: int) -> Any:
        """Guests found, or why the hotel cannot be asked."""


class House(Protocol):
    """What is needed of the office: the business day."""

    venue: Venue


class GuestDesk:
    """Answers the question `guests`."""

    def __init__(self, house: House, lookup: Lookup) -> None:
        self._house = house
        self._lookup = lookup

    async def find(self, query: str, most: int) -> tuple[str, list[dict[str, Any]]]:
        """Guests matching a room, a name or a key card; a code if the hotel is away."""
        day = self._house.venue.day
        found = await self._lookup(query, day.day if day else "", most)
        guests = getattr(found, "guests", None)
        if guests is None:
            return "hotel_away", []
        return "", [_plain(guest) for guest in guests[:most]]


def _plain(guest: Any) -> dict[str, Any]:
    limit = guest.limit_left_minor
    return {
        "stay_id": guest.stay_id,
        "room": guest.room,
        "name": guest.name,
        "arrival": guest.arrival,
        "departure": guest.departure,
        "board": guest.board,
        "vip": guest.vip,
        "no_post": guest.no_post,
        "limit_left_minor": -1 if limit is None else limit,
        "allowance_minor": sum(part.left_minor for part in guest.allowances),
    }
