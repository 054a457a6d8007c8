"""What is asked for about club cards: `commands` gives these on. The rules are in `club`."""

from dataclasses import dataclass

from .ids import CheckId


@dataclass(frozen=True, slots=True)
class IssueClubCard:
    """A card is given to a guest. `card` is its number as a reader gives it; `name` is the holder's
    and may be empty."""

    card: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AttachClubCard:
    """The check earns on this card, and may be paid with its points; "" takes the card off."""

    check_id: CheckId
    card: str


@dataclass(frozen=True, slots=True)
class BlockClubCard:
    """A card that was lost opens nothing any more; with `blocked` false it was found again."""

    card: str
    reason: str
    blocked: bool = True


@dataclass(frozen=True, slots=True)
class MoveClubPoints:
    """The guest of a lost card goes on with another: the points, what the card owes, and the checks
    that are open on it. `to_card` is one that nobody has, or one of the guest's own."""

    card: str
    to_card: str
    reason: str


CLUB_COMMANDS: tuple[type, ...] = (IssueClubCard, AttachClubCard, BlockClubCard, MoveClubPoints)
"""All of this file, for `commands.COMMANDS`."""
