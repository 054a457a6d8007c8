"""Which property system a house has, by its settings, and the link to it.

Rule: exactly one process talks to a property system, and it is the venue's server. Where the house
has none, the embedded one needs no link. Secrets are files beside the databases, never settings.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from sync_server.store.database import Database

from .cloudbeds.gateway import CloudbedsGateway
from .cloudbeds.settings import CloudbedsSettings
from .fias.gateway import FiasGateway
from .fias.settings import FiasSettings
from .gateway import FolioGateway


class EmbeddedSettings(BaseModel):
    """Rooms and folios of our own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["embedded"] = "embedded"


AnyHotel = EmbeddedSettings | FiasSettings | CloudbedsSettings
HotelSettings = Annotated[AnyHotel, Field(discriminator="kind")]


class HotelLink(FolioGateway, Protocol):
    """A gateway to another machine, which has to be kept connected."""

    @property
    def up(self) -> bool:
        """Whether guests can be found and charged now."""
        ...

    async def run(self) -> None:
        """Keep it connected until cancelled."""
        ...


def open_link(
    settings: AnyHotel,
    database: Database,
    clock: Callable[[], int],
    *,
    zone: str,
    currency: str,
    secrets: Path,
) -> HotelLink | None:
    """The link that the settings name; None where the house has its own system."""
    if isinstance(settings, FiasSettings):
        return FiasGateway(settings, database, clock, zone=zone, currency=currency)
    if isinstance(settings, CloudbedsSettings):
        path = secrets / settings.key_file
        if not path.exists():
            raise FileNotFoundError(f"The key of the hotel link is missing: put it into {path}")
        key = path.read_text(encoding="utf-8").strip()
        return CloudbedsGateway(settings, key, database, clock, currency=currency)
    return None
