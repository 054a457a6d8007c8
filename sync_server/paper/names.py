"""Who, why and how by name: what the catalogue calls a person, a reason or a modifier."""

from sync_server.domain.menu import Catalogue
from sync_server.domain.shifts import holder_of

from .words import Words


def person_name(catalogue: Catalogue, staff_id: str) -> str:
    """The person's name; the id of one who left the list."""
    person = catalogue.staff.get(staff_id)
    return person.name if person else staff_id


def till_of(catalogue: Catalogue, drawer: str) -> tuple[str, str]:
    """What holds the cash, as a key of words, and its name: a waiter's purse has that of whoever
    carries it."""
    holder = holder_of(drawer)
    return ("purse", person_name(catalogue, holder)) if holder else ("drawer", drawer)


def reason_name(catalogue: Catalogue, reason: str, language: str) -> str:
    """A reason of the venue's list by its name, any other as it was written."""
    known = catalogue.reasons.get(reason)
    return catalogue.name(known.names, language) if known else reason


def modifier_name(catalogue: Catalogue, modifier_id: str, language: str) -> str:
    """A modifier's name; empty for one that left the menu."""
    for group in catalogue.groups.values():
        for modifier in group.modifiers:
            if modifier.modifier_id == modifier_id:
                return catalogue.name(modifier.names, language)
    return ""


def choice(pre: str, name: str, words: Words) -> str:
    """A modifier with what was said before it: no, extra, on the side."""
    if pre in ("no", "extra", "light", "side"):
        return words.say(f"pre_{pre}", name=name)
    return f"{pre}: {name}" if pre else name
