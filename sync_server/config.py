"""Every setting of a venue's server, once: name, default, bounds, meaning.

Settings are read from `vitrylo.toml` in the data folder and from `VITRYLO_…` variables; an unknown
key is an error. Secrets (the pepper, keys) are files of the data folder, never settings.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from sync_server.domain.limits import CARD_TERMINALS
from sync_server.hotel.opening import EmbeddedSettings, HotelSettings

FILE = "vitrylo.toml"
SHOWS_CODES = "/qr"
"""After the address of a card terminal: guests can pay by a code on it."""


class ServerSettings(BaseSettings):
    """The server of one venue; `data` holds its databases, keys and this file."""

    model_config = SettingsConfigDict(env_prefix="VITRYLO_", extra="forbid", frozen=True)

    data: Path = Field(description="folder of databases, keys and settings")
    host: str = Field(default="127.0.0.1", description="address that terminals connect to")
    port: int = Field(
        default=8400, ge=0, le=65_535, description="port of terminals; 0 takes a free one"
    )
    tls: Literal["auto", "on", "off"] = Field(
        default="auto", description="auto: off on loopback only, where nobody can listen"
    )
    office_host: str = Field(default="127.0.0.1", description="address of the back office pages")
    office_port: int = Field(
        default=8480, ge=0, le=65_535, description="port of the back office pages"
    )
    front_url: str = Field(
        default="", description="database of the live service; empty: SQLite in `data`"
    )
    hotel_url: str = Field(default="", description="database of the embedded hotel; empty: SQLite")
    back_url: str = Field(default="", description="database of the back office; empty: SQLite")
    backups: Path | None = Field(
        default=None, description="folder of the server's own backups; empty: in `data`"
    )
    second_backups: Path | None = Field(
        default=None,
        description="folder on another disk or machine for sealed copies of the backups",
    )
    site: str = Field(
        default="vitrylo", min_length=1, max_length=64, description="name of the house"
    )
    outlet: str = Field(
        default="restaurant", max_length=32, description="outlet named on room charges"
    )
    hotel: HotelSettings = Field(
        default=EmbeddedSettings(), description="the property system that room charges go to"
    )
    printers: dict[str, str] = Field(
        default_factory=dict, description="address host:port by printer id; others of the menu"
    )
    supervised: bool = Field(
        default=False,
        description="whoever started the process starts it again when it ends; as a service it is",
    )
    guest_days: int = Field(
        default=365,
        ge=0,
        le=36_500,
        description="days after which names of guests are erased; 0 keeps them",
    )

    mail_relay: str = Field(
        default="", description="host:port of the house's mail relay; empty: no e-mail copies"
    )
    mail_from: str = Field(default="", description="address that e-mail copies come from")

    card_terminals: dict[str, str] = Field(
        default_factory=dict,
        max_length=CARD_TERMINALS,
        description="card terminal by drawer: host:port, /qr after it if guests can pay by a code "
        "on it; or empty for one that stands alone",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then variables, then the file of the data folder."""
        given = init_settings()
        folder = given.get("data") or env_settings().get("data")
        if folder is None:
            return (init_settings, env_settings)
        file = TomlConfigSettingsSource(settings_cls, Path(str(folder)) / FILE)
        return (init_settings, env_settings, file)

    def database_url(self, context: str) -> str:
        """Where a context's tables are: front, hotel or back."""
        given: str = getattr(self, f"{context}_url")
        return given or f"sqlite:///{(self.data / f'{context}.db').absolute()}"
