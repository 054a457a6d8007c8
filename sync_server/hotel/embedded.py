"""The embedded property system behind the gateway that a remote one would use.

Rule: a fault of the hotel's database never looks like an answer. What certainly changed nothing
is Deferred; a commit whose end is not known is Unknown.
"""

from sync_server.store.errors import DiskFull, StoreBusy, StoreClosed, StoreError

from .gateway import (
    Abilities,
    CannotTell,
    DayTotals,
    Deferred,
    FindOutcome,
    GuestQuery,
    Health,
    LookOutcome,
    Posting,
    PostOutcome,
    Timing,
    Unavailable,
    Unknown,
)
from .property import HouseNotLoaded, Property

# A look waits its turn behind every posting handed in before, and a request does not outlive the
# process: the long times of a remote system have no use here.
TIMING = Timing(find_ms=5_000, answer_ms=10_000, quarantine_ms=15_000, look_gap_ms=2_000)


class EmbeddedGateway:
    """A `FolioGateway` over a `Property` in the same process."""

    def __init__(self, house: Property, timing: Timing = TIMING) -> None:
        """Its answers come at once; the timing is for a disk in trouble."""
        self._house = house
        self._timing = timing

    @property
    def timing(self) -> Timing:
        """How long the caller should wait."""
        return self._timing

    @property
    def abilities(self) -> Abilities:
        """All of them."""
        return Abilities()

    async def find_guests(
        self, query: GuestQuery, *, business_day: str, count_max: int
    ) -> FindOutcome:
        """Guests in house that match."""
        try:
            return await self._house.find(query, business_day, count_max)
        except (StoreError, HouseNotLoaded) as error:
            return Unavailable(str(error))

    async def post(self, posting: Posting) -> PostOutcome:
        """Post; durable when Posted is returned."""
        try:
            return await self._house.post(posting)
        except (StoreBusy, DiskFull) as error:
            return Deferred("busy", str(error))
        except (StoreClosed, HouseNotLoaded) as error:
            return Deferred("link_down", str(error))
        except StoreError as error:
            return Unknown(str(error))

    async def look(self, posting_id: str) -> LookOutcome:
        """Whether the posting is on a folio now."""
        try:
            return await self._house.look(posting_id)
        except StoreError as error:
            return CannotTell(str(error))

    async def totals(self, business_day: str) -> DayTotals | Unavailable:
        """The sums of a restaurant business day."""
        try:
            return await self._house.totals(business_day)
        except StoreError as error:
            return Unavailable(str(error))

    async def health(self) -> Health:
        """Up as long as the database answers."""
        try:
            return Health(up=True, night_audit=await self._house.night_audit_runs())
        except (StoreError, HouseNotLoaded) as error:
            return Health(up=False, text=str(error))
