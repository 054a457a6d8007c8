"""What a presenter knows of the venue and may ask of it: the one door to everything behind.

Rule: reading is instant and never waits; `submit` decides on the replica at once and the command
is stored in the background; only `ask` and `sign_in` wait, and a presenter starts them through
`later`. A desk calls its watchers after any change. The terminal's desk stands on the replica and
`sync_server.client`; the tests' desk on the same domain without a network.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pos_app.attached import Attached
from pos_app.preferences import Preference
from sync_server.domain.menu import Catalogue
from sync_server.domain.rejections import Decision
from sync_server.domain.venue import Notice, Venue

Param = str | int
Progress = Literal["", "saving", "saved"]


@dataclass(frozen=True, slots=True)
class Device:
    """This terminal. `drawer` is the cash drawer that it works with, `hall_id` where it stands."""

    code: str
    name: str
    hall_id: str = ""
    drawer: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """A printer of the house. `state`: ok, low (paper), down, unknown; `words` say why, in the
    venue's language."""

    label: str
    state: str = "ok"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """The way to the server. `phase` as in the client's `LinkState`; -1 ms is unknown.

    `saving` counts commands that the server has not answered; `can_save` is false when the disk
    takes nothing more, and then nothing may be entered. `parts_down` are the server's own that died
    and without which it goes on, by the names of its `parts`.
    """

    phase: str = "online"
    latency_ms: int = -1
    saving: int = 0
    offline_since_ms: int = 0
    can_save: bool = True
    hotel: bool = True
    printers: tuple[Health, ...] = ()
    parts_down: tuple[str, ...] = ()

    @property
    def online(self) -> bool:
        """Whether the server answers."""
        return self.phase in ("online", "catching_up")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Answer to a sign-in: an empty `code` is success; else a refusal code with its params."""

    code: str = ""
    params: Mapping[str, Param] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to a question: an empty `code` means that `body` holds plain data; else `params` say
    more about the refusal."""

    code: str = ""
    body: Any = None
    params: Mapping[str, Param] | None = None


class Desk(Protocol):
    """See the module."""

    @property
    def venue(self) -> Venue:
        """Confirmed state with this terminal's pending commands on top."""

    @property
    def catalogue(self) -> Catalogue:
        """What is sold, the version in force."""

    @property
    def me(self) -> str:
        """Id of the person signed in; empty when nobody is."""

    @property
    def device(self) -> Device:
        """This terminal."""

    @property
    def attached(self) -> Attached:
        """Readers that hang on this terminal."""

    @property
    def link(self) -> Link:
        """How things stand with the server and the house's devices."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the person signed in must tap away, oldest first."""

    @property
    def preference(self) -> Preference:
        """What the person signed in chose for oneself, here or at another terminal."""

    @property
    def mode(self) -> str:
        """Dark or light: as the person signed in chose, else as the terminal was started."""

    def prefer(self, **changes: Any) -> None:
        """The person signed in wants it otherwise: fields of `Preference`."""

    def preference_of(self, staff_id: str) -> Preference:
        """What somebody else chose, before signing in."""

    def now_ms(self) -> int:
        """Wall clock, UTC milliseconds, corrected by the server's offset when known."""

    def new_id(self) -> str:
        """An id for something new (UUIDv7)."""

    def next_number(self) -> str:
        """The next check number of this terminal; final, used once."""

    def pin_places(self, staff_id: str) -> int:
        """How many figures the person's PIN has."""

    def progress(self, line_id: str) -> Progress:
        """Of this terminal's newest command on the line: "saving" while it goes to disk, "saved"
        while the server has not answered, empty when all is answered."""

    def submit(self, command: object, approval: str = "") -> Decision:
        """Decide now, store in the background. `approval` is the id of one that was lent."""

    async def ask(self, what: str, params: dict[str, object]) -> Reply:
        """A question to the server; `offline` when there is none."""

    async def hand_over(self) -> tuple[str, int]:
        """Write what no server has answered to a file for whoever takes it over: where it lies and
        how many entries it holds; "" and 0 when there are none, -1 when no disk took it."""

    async def begin_anew(self) -> int:
        """After a copy of this terminal was found: go on under a history of its own, with what no
        server has answered; gives how many commands that are."""

    async def own_pictures(self) -> tuple[Path, ...]:
        """Pictures on this terminal and on its sticks."""

    async def own_printers(self) -> tuple[dict[str, object], ...]:
        """What hangs on this terminal's own wires: connection, name, whether it answers."""

    async def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        """Prove who one is, to the server or, offline, to what it left here."""

    async def sign_in_by_card(self, card: str) -> SignedIn:
        """By a card or key fob; whoever is here stays unless it succeeds."""

    def sign_out(self) -> None:
        """Nobody is at the terminal now; drafts stay."""

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that waits; its end is a change."""

    @property
    def saving(self) -> bool:
        """Whether something that was tapped is not on the disk yet."""

    def watch(self, changed: Callable[[], None], news: Callable[[], None] | None = None) -> None:
        """Call `changed` after every change of anything above; `news` in its place, if given, for
        what disk and server confirm and tell."""
