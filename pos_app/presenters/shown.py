"""The pieces of which view-models are made: formatted text, colour tokens, action ids.

Rule: a piece is complete. Text is in the person's language with amounts formatted, colours are
token names of `glass.colours`, `enabled` is already decided, and `id` is the intent that a tap
means ("tap_item:borscht"); an empty id cannot be tapped. Each screen's view-model stands in the
module of its presenter.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """A button. Tones: plain, accent, go, danger, outline, flat, chosen, ringed."""

    id: str = ""
    label: str = ""
    tone: str = "plain"
    enabled: bool = True
    icon: str = ""
    note: str = ""
    note_token: str = "dim"
    size: int = 16


@dataclass(frozen=True, slots=True)
class Chip:
    """A pill in the head or in a row; with an id it can be tapped. `short` is what it says where
    the head has no room for the label; one with a `sign` is never left out, and is that icon alone
    where there is no room for words."""

    label: str
    id: str = ""
    dot: str = ""
    tone: str = "raised"
    icon: str = ""
    enabled: bool = True
    short: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Avatar:
    """A person as a round badge of initials."""

    initials: str = ""
    token: str = "person1"
    id: str = ""
    name: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """A notice or summary: title, lines of text, a word at the right, a stripe of state."""

    title: str
    lines: tuple[str, ...] = ()
    aside: str = ""
    stripe: str = ""
    id: str = ""
    icon: str = ""
    enabled: bool = True
    lead: str = ""
    token: str = "dim"


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and a figure. `weight`: row, strong, total, faint; `rule` draws a line under it."""

    label: str
    value: str = ""
    weight: str = "row"
    token: str = ""
    rule: bool = False
    id: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Tile:
    """A dish on the menu: name, price as text, its colour, what is left of it."""

    id: str
    name: str
    price: str = ""
    stripe: str = "dish8"
    badge: str = ""
    badge_token: str = "hold"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the check. Kinds: head (course) and line.

    `details` are (text, token); `mark` is an icon name or "ring" or "dot" with its token and the
    word that a screen reader or a long press shows. `drop` is where a line lands that is dragged
    onto this row.
    """

    id: str
    kind: str = "line"
    quantity: str = ""
    name: str = ""
    price: str = ""
    details: tuple[tuple[str, str], ...] = ()
    mark: str = ""
    mark_token: str = "dim"
    mark_word: str = ""
    selected: bool = False
    struck: bool = False
    aside: str = ""
    aside_token: str = "dim"
    drop: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """The bar along the top of a screen."""

    title: str = ""
    back: Act | None = None
    left: tuple[Chip, ...] = ()
    right: tuple[Chip, ...] = ()
    avatar: Avatar | None = None
    lock: Act | None = None


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands over every screen until it is tapped away or no longer true. With `other` it is
    a question, and only its two buttons are targets."""

    text: str = ""
    token: str = "hold"
    icon: str = "wifi_off"
    act: Act | None = None
    other: Act | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What slides over the half of the screen that is not the check.

    Kinds: choices (a grid of buttons), keypad (a figure), letters (a text), code (a QR code that
    says `entry`). `entry` is what was typed; `hint` stands where nothing is typed yet. `alone`:
    money or a reason is asked, and what stands beside the sheet waits for the answer.
    """

    kind: str = ""
    title: str = ""
    aside: str = ""
    text: str = ""
    entry: str = ""
    hint: str = ""
    choices: tuple[Act, ...] = ()
    keys: tuple[tuple[Act, ...], ...] = ()
    cancel: Act = Act()
    confirm: Act = Act()
    columns: int = 3
    alone: bool = False


NO_HEAD = Head()
NO_SHEET = Sheet()
NO_BANNER = Banner()
