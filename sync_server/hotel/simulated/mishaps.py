"""How a simulated property system misbehaves, and how often; the same for every kind of wire."""

import random
from dataclasses import dataclass

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Mishaps:
    """In basis points of the requests, each drawn apart.

    `torn`: what is sent is cut at any byte. `slow`: the answer comes `slow_ms` later. `deaf`: the
    request is dropped unread with the connection; `mute`: it is carried out, then the connection
    is dropped. `silent`: carried out, never answered. `twice`: answered twice. `foreign`: another
    request's number stands on the answer, `nameless`: none. `audit`: answered as by night.
    `again`: refused for now. `dialect`: a status that nobody knows. `restart`: the link begins
    anew before the answer. `noise`: bytes of no meaning before the answer. `broken`: an answer
    that cannot be read, after the request was carried out.
    """

    torn: int = 0
    slow: int = 0
    slow_ms: int = 150
    deaf: int = 0
    mute: int = 0
    silent: int = 0
    twice: int = 0
    foreign: int = 0
    nameless: int = 0
    audit: int = 0
    again: int = 0
    dialect: int = 0
    restart: int = 0
    noise: int = 0
    broken: int = 0


NO_MISHAPS = Mishaps()


def happens(rng: random.Random, basis_points: int) -> bool:
    """Whether it happens this time."""
    return basis_points > 0 and rng.randrange(WHOLE) < basis_points
