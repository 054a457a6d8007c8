"""What the workers of this package need of the live service, and nothing more.

Rule: the workers know no database and no journal; `front_office` gives them this door, so neither
package imports the other. Whatever is `async` here and changes something is committed (fsync) when
it returns: a worker acts on the world only after that. Neighbours: `printing`, `room_charges`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sync_server.domain.menu import Catalogue
from sync_server.store.errors import DiskFull, StoreBusy

QUEUED = "queued"
CLAIMED = "claimed"
SENDING = "sending"
DONE = "done"
REFUSED = "refused"
UNKNOWN = "unknown"
FAILED = "failed"
DROPPED = "dropped"

DOUBTFUL = "doubtful restored"
"""`outcome` of a row whose effect may have happened before the server was restored from a backup.
Its first word is a mark of `paper`: a cook's paper comes headed as a possible duplicate."""


TRY_AGAIN_MS = 1_000
_T = TypeVar("_T")


async def kept(call: Callable[[], Awaitable[_T]], sleep: Callable[[int], Awaitable[None]]) -> _T:
    """Do it when the store takes it: nothing was changed by a refusal, so it may be repeated. A
    store that is dead raises out of here and ends the worker. `sleep` takes milliseconds."""
    while True:
        try:
            return await call()
        except (StoreBusy, DiskFull):
            await sleep(TRY_AGAIN_MS)


@dataclass(frozen=True, slots=True)
class EffectRecord:
    """A row of the outbox. `effect_id` is "n.position", `payload` the JSON of the job
    (`domain.outward`), `attempt` counts the claims, this one included. `outcome` is what the last
    `mark` noted: a worker's own words about how far it got."""

    effect_id: str
    n: int
    kind: str
    target: str
    state: str
    attempt: int
    dev: str
    payload: bytes
    outcome: str = ""


class EffectsDoor(Protocol):
    """The live service as its workers see it. All calls come from the service's own loop."""

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in force."""

    def now_ms(self) -> int:
        """The service's clock for waiting, ms. It agrees with UTC unless somebody has set the
        machine's clock since the start."""

    def targets(self, kind: str) -> list[str]:
        """The targets that have rows queued, due or not; each stands once."""

    async def claim(self, kind: str, target: str, limit: int) -> list[EffectRecord]:
        """Take at most `limit` rows of a target, oldest first, that are queued, due and released
        (a second copy of the journal has them, or 2 s passed). They are then claimed, with
        `attempt` one higher, committed."""

    async def mark(self, effect_id: str, state: str, outcome: str = "", due_ms: int = 0) -> None:
        """Give a row its next state, committed. `due_ms` matters with "queued"."""

    async def report(self, command: object) -> None:
        """Have a command of the domain decided as the server's own (`SettleCharge`, `RecordPaper`,
        `TellStaff`). A refusal of it is the service's to log, not the worker's. Raises `StoreBusy`
        or `DiskFull` when nothing could be stored: then it was not said and must be said again."""

    def charge_state(self, charge_id: str) -> str:
        """The state of a room charge at the journal's head (`domain.folio`), "" for no such."""

    def was_away(self, dev: str, at_ms: int) -> bool:
        """Whether a device made something before its present link to the server began."""

    def cut_off(self, code: str) -> str:
        """The code of a terminal (that one, or with an empty code any) that was here lately and is
        not, or of which not everything has been heard since; empty when there is none."""

    async def unfinished(self, kind: str) -> list[EffectRecord]:
        """The rows that a stopped process left claimed or sending, oldest first."""

    async def wait(self, kind: str, timeout_s: float) -> None:
        """Until rows of that kind may be due, or the time is over. May return early."""
