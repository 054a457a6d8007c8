"""Which property system a house has, by its settings, and the link to it.

Rule: exactly one process talks to a property system, and it is the venue's server. Where the house
has none, the embedded one needs no link. Secrets are files beside the databases, never settings.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from sync_server.store.database import Database

from .absent import AbsentGateway
from .cloudbeds.settings import CloudbedsSettings
from .fias.gateway import FiasGateway
from .fias.security import credentials_of
from .fias.settings import FiasSettings
from .gateway import FolioGateway
from .secret_files import SecretFault, text_of

_log = logging.getLogger(__name__)


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
    chance: Callable[[int], bytes],
) -> HotelLink | None:
    """The link that the settings name; None where the house has its own system. A link whose
    secrets are missing or no good is down and says why. `chance` gives that many random bytes."""
    try:
        return _opened(settings, database, clock, zone, currency, secrets, chance)
    except SecretFault as error:
        _log.error("the hotel link cannot be opened: %s", error)
        return AbsentGateway(str(error))


def _opened(
    settings: AnyHotel,
    database: Database,
    clock: Callable[[], int],
    zone: str,
    currency: str,
    secrets: Path,
    chance: Callable[[int], bytes],
) -> HotelLink | None:
    if isinstance(settings, FiasSettings):
        credentials = credentials_of(settings, secrets, chance)
        return FiasGateway(
            settings, database, clock, zone=zone, currency=currency, credentials=credentials
        )
    if isinstance(settings, CloudbedsSettings):
        # Its web client is as large as the rest of the server, and few houses have one.
        from .cloudbeds.gateway import CloudbedsGateway

        key = text_of(secrets / settings.key_file)
        return CloudbedsGateway(settings, key, database, clock, currency=currency)
    return None
