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


CLUB_COMMANDS: tuple[type, ...] = (IssueClubCard, AttachClubCard)
"""All of this file, for `commands.COMMANDS`."""
