"""The conversation of a FIAS link, pure: what is said when, and what a word of the other means.

    LISTENING -> (LS) -> DESCRIBED -> (LA) -> ALIVE <-> SWAPPING (DS ... DE)
    any -> (LS) -> DESCRIBED, for the property system started again; any -> (LE) -> hang up

Rule: nothing but link records is said before ALIVE, nothing at all while guests are swapped. When
it falls silent, an alive check is asked; when that stays unanswered, the call ends and begins anew
(folio 1.3, 1.7 to 1.9). Postings between NS and NE wait; an NS without NE is forgotten in the end.

The driver with the socket is `link`; time comes in, milliseconds.
"""

from dataclasses import dataclass
from enum import Enum

from .messages import Stamp, alive, described
from .records import Record
from .security import Seal
from .settings import FiasSettings

LISTENS_MAX = 3
SWAP_MAX_MS = 10 * 60_000


class Phase(Enum):
    """Where the link stands."""

    DOWN = "down"
    LISTENING = "listening"
    DESCRIBED = "described"
    ALIVE = "alive"
    SWAPPING = "swapping"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Say:
    """Send this record."""

    record: Record


@dataclass(frozen=True, slots=True)
class Came:
    """A record with data: for the gateway."""

    record: Record


@dataclass(frozen=True, slots=True)
class Restarted:
    """The other side began anew: what it was asked and has not answered, it will not answer."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection. `key_refused`: the link key must not be tried again."""

    reason: str
    key_refused: bool = False


Action = Say | Came | Restarted | HangUp

_LINK = frozenset({"LS", "LA", "LE", "LC", "NS", "NE", "DS", "DE"})


class Conversation:
    """One call. `due_ms` is when `due` has to be asked again; `feed_empty` asks for all guests."""

    def __init__(
        self,
        settings: FiasSettings,
        stamp: Stamp,
        feed_empty: bool = False,
        seal: Seal | None = None,
    ) -> None:
        """Not connected yet. `seal` is there where the site has a link key."""
        self._settings = settings
        self._stamp = stamp
        self._feed_empty = feed_empty
        self._seal = seal
        self._heard_ms = 0
        self._listens = 0
        self._asked = False
        self._audit_ms: int | None = None
        self.phase = Phase.DOWN
        self.due_ms = 0
        self.payment_methods: tuple[str, ...] = ()

    def audit(self, now_ms: int) -> bool:
        """Whether the night audit runs, as far as was told."""
        begun = self._audit_ms
        return begun is not None and now_ms - begun < self._settings.audit_max_ms

    def connected(self, now_ms: int) -> list[Action]:
        """The connection stands: the other side speaks first."""
        self.phase = Phase.LISTENING
        self._heard_ms = now_ms
        self.due_ms = now_ms + self._settings.listen_ms
        return []

    def due(self, now_ms: int) -> list[Action]:
        """What the passing of time asks for."""
        if now_ms < self.due_ms:
            return []
        settings = self._settings
        if self.phase is Phase.LISTENING:
            self._listens += 1
            if self._listens > LISTENS_MAX:
                return [HangUp("the hotel says nothing")]
            self.due_ms = now_ms + settings.alive_answer_ms
            return [Say(alive("LS", self._stamp, now_ms))]
        if self.phase is Phase.DESCRIBED:
            return [HangUp(self._not_taken, key_refused=self._seal is not None)]
        if self.phase is Phase.SWAPPING:
            return [HangUp("the list of guests came to no end")]
        if self.phase is Phase.ENDING:
            return [HangUp("closed")]
        return self._idle(now_ms)

    def _idle(self, now_ms: int) -> list[Action]:
        settings = self._settings
        if self._asked:
            return [HangUp("the hotel did not answer the alive check")]
        self.due_ms = self._heard_ms + settings.alive_ms
        if now_ms < self.due_ms or settings.alive == "none":
            self.due_ms = max(self.due_ms, now_ms + settings.alive_ms)
            return []
        self._asked = settings.alive == "LS"
        self.due_ms = now_ms + (settings.alive_answer_ms if self._asked else settings.alive_ms)
        return [Say(alive(settings.alive, self._stamp, now_ms))]

    def doubted(self, now_ms: int) -> list[Action]:
        """A question came to no answer: ask now whether anybody is there, not minutes later."""
        if self.phase is not Phase.ALIVE or self._settings.alive != "LS" or self._asked:
            return []
        self._asked = True
        self.due_ms = now_ms + self._settings.alive_answer_ms
        return [Say(alive("LS", self._stamp, now_ms))]

    def heard(self, record: Record, now_ms: int) -> list[Action]:
        """What a record asks for."""
        self._heard_ms = now_ms
        self._asked = False
        if self.phase is Phase.ENDING:
            return [HangUp("closed")] if record.kind == "LE" else []
        if self.phase in (Phase.ALIVE, Phase.LISTENING) and record.kind not in ("LS", "LA"):
            self.due_ms = now_ms + (
                self._settings.alive_ms if self.phase is Phase.ALIVE else self._settings.listen_ms
            )
        if record.kind in _LINK:
            return self._link_record(record, now_ms)
        if self.phase in (Phase.ALIVE, Phase.SWAPPING, Phase.DESCRIBED):
            return [Came(record)]
        return []

    def _link_record(self, record: Record, now_ms: int) -> list[Action]:
        match record.kind:
            case "LS":
                return self._describe(now_ms, record)
            case "LA" if self.phase is Phase.LISTENING:
                return self._describe(now_ms, record)
            case "LA" if self.phase is Phase.DESCRIBED:
                return self._alive(now_ms)
            case "LA":
                self.due_ms = now_ms + self._settings.alive_ms
            case "LE":
                return [Say(alive("LE", self._stamp, now_ms)), HangUp("the hotel closed the link")]
            case "LC":
                methods = record.get("RP").split(",")
                self.payment_methods = tuple(name.strip() for name in methods if name.strip())
            case "NS":
                self._audit_ms = now_ms
            case "NE":
                self._audit_ms = None
            case "DS":
                self.phase = Phase.SWAPPING
                self.due_ms = now_ms + SWAP_MAX_MS
                return [Came(record)]
            case "DE":
                self.phase = Phase.ALIVE
                self.due_ms = now_ms + self._settings.alive_ms
                return [Came(record)]
        return []

    @property
    def _not_taken(self) -> str:
        if self._seal is None:
            return "the hotel did not take the link description"
        return "the hotel did not take the link key: enter it there again, then here"

    def _describe(self, now_ms: int, heard: Record) -> list[Action]:
        began = self.phase in (Phase.ALIVE, Phase.SWAPPING)
        self.phase = Phase.DESCRIBED
        self.due_ms = now_ms + self._settings.alive_answer_ms
        sealed = self._seal(heard.get("DA"), heard.get("TI")) if self._seal is not None else ""
        says = [Say(each) for each in described(self._settings, self._stamp, now_ms, sealed)]
        return [Restarted(), *says] if began else [*says]

    def _alive(self, now_ms: int) -> list[Action]:
        self.phase = Phase.ALIVE
        self.due_ms = now_ms + self._settings.alive_ms
        if self._feed_empty:
            self._feed_empty = False
            return [Say(alive("DR", self._stamp, now_ms))]
        return []

    def end(self, now_ms: int) -> list[Action]:
        """Take leave; the other side may answer for a moment."""
        if self.phase in (Phase.DOWN, Phase.ENDING):
            return [HangUp("closed")]
        self.phase = Phase.ENDING
        self.due_ms = now_ms + self._settings.close_ms
        return [Say(alive("LE", self._stamp, now_ms))]
