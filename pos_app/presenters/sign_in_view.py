"""What the sign-in screen shows."""

from dataclasses import dataclass

from pos_app.presenters.shown import Act, Card, Chip


@dataclass(frozen=True, slots=True)
class Person:
    """A name tile."""

    id: str
    name: str
    role: str = ""
    initials: str = ""
    token: str = "person1"
    selected: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class SignInView:
    """Clock, people, PIN dots, keypad, health."""

    clock: str = ""
    place: str = ""
    prompt: str = ""
    people: tuple[Person, ...] = ()
    who: str = ""
    dots: int = 0
    places: int = 4
    message: str = ""
    keys: tuple[Act, ...] = ()
    health: tuple[Chip, ...] = ()
    notices: tuple[Card, ...] = ()
