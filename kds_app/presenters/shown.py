"""The pieces of which the kitchen's view-models are made: formatted text, tokens, action ids.

Rule: a piece is complete. Text is in the kitchen's language, colours are tokens of `kds_app.theme`
or `glass.colours`, and `id` is the intent that a tap means (`ready:<ticket>:<line>`); an empty id
cannot be tapped. Pieces are frozen and compare equal when nothing that is drawn differs: so widgets
repaint only what changed. What moves every second (`Timer`) is apart from what does not (`Card`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """A button. Tones: plain, go, accent, quiet, chosen, danger. `cursor`: keys stand on it."""

    id: str = ""
    label: str = ""
    tone: str = "plain"
    icon: str = ""
    enabled: bool = True
    note: str = ""
    cursor: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A pill in the head; with an id it can be tapped. `dot` is a colour token."""

    label: str
    id: str = ""
    dot: str = ""
    token: str = "text"
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """A text under a dish. Kinds: plain text in `token`, `block` (white on red), `tag`."""

    text: str
    token: str = "amber"
    block: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a card. Kinds: caption, line.

    `mark`: "" (no box), open, done, held, void. `ground`: "", added, void. `struck` draws a line
    through quantity and name.
    """

    id: str = ""
    kind: str = "line"
    quantity: str = ""
    name: str = ""
    tag: str = ""
    details: tuple[Detail, ...] = ()
    mark: str = ""
    ground: str = ""
    token: str = "text"
    struck: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A ticket, or a piece of one that is longer than a column, without what moves by itself.

    `versions` are the ticket versions that whoever draws this whole card has drawn. `torn` says
    which sides continue on another card: "", top, bottom, both. `more` is the intent of a tap on
    the head. `cursor`: keys stand on it, "*" on the whole card or the id of one of its rows.
    """

    id: str
    title: str = ""
    info: str = ""
    tone: str = "new"
    rows: tuple[Row, ...] = ()
    acts: tuple[Act, ...] = ()
    versions: tuple[tuple[str, int], ...] = ()
    ring: str = ""
    fresh: bool = False
    faded: bool = False
    torn: str = ""
    key: str = ""
    more: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """What moves on a card: the figure, and the note under it. `icon` tells the state as well."""

    text: str = ""
    note: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A card on the board: column from 0, top and height in pixels from the top of the column."""

    card: Card
    timer: Timer
    column: int
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and a figure in the side column."""

    label: str
    value: str = ""
    token: str = "text"
    id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list in the side column; `more` says that some are left out, with a `{n}`."""

    title: str
    pairs: tuple[Pair, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A ticket that is new and stands on another page: told in the side column, in short."""

    title: str
    dishes: str
    ticket_id: str
    version: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many tickets of this screen's own stations stand on other pages, and which versions of
    them are so counted; a tap goes there."""

    label: str
    versions: tuple[tuple[str, int], ...]
    id: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a small chart: `share` of the longest in thousandths."""

    label: str
    value: str
    share: int
    token: str = "accent"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What slides over the side of the board: a title, a text, bars or pairs to read, buttons in
    pages, a way out."""

    title: str = ""
    text: str = ""
    choices: tuple[Act, ...] = ()
    foot: tuple[Act, ...] = ()
    columns: int = 2
    bars: tuple[Bar, ...] = ()
    pairs: tuple[Pair, ...] = ()
    warning: str = ""


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything on the screen. A banner with an id stays until it is tapped; `banner_button` is
    what stands on its button, if it has one.

    `sound` is the newest sound to play, with its number."""

    title: str = ""
    chips: tuple[Chip, ...] = ()
    tabs: tuple[Chip, ...] = ()
    clock: str = ""
    columns: int = 5
    placed: tuple[Placed, ...] = ()
    empty: str = ""
    newcomers_title: str = ""
    newcomers: tuple[Newcomer, ...] = ()
    waiting: Waiting | None = None
    sections: tuple[Section, ...] = ()
    foot: tuple[Act, ...] = ()
    pager: tuple[Act, ...] = ()
    page_text: str = ""
    banner: str = ""
    banner_id: str = ""
    banner_button: str = ""
    sheet: Sheet | None = None
