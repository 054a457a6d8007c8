"""What two sites with this web API set differently. The key is a file, never a setting."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CloudbedsSettings(BaseModel):
    """One property. `key_file` lies in the data folder and holds the API key, nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cloudbeds"] = "cloudbeds"
    url: str = Field(default="https://api.cloudbeds.com", pattern=r"^https?://")
    property_id: str = Field(min_length=1, max_length=64)
    key_file: str = "hotel.key"
    link: str = Field(default="cloudbeds", min_length=1, max_length=32)
    group_names: dict[str, str] = Field(default_factory=dict)
    """What stands on the folio for a revenue group; the group's own name without one."""
    taxes: dict[str, str] = Field(default_factory=dict)
    """Tax id at the property by rate in basis points, as text, where prices are without tax."""
    page_size: int = Field(default=100, ge=1, le=100)
    pages_max: int = Field(default=20, ge=1, le=200)
    find_ms: int = Field(default=10_000, ge=50)
    answer_ms: int = Field(default=30_000, ge=50)
    quarantine_ms: int = Field(default=180_000, ge=60)
    look_ms: int = Field(default=60_000, ge=20, description="between two checks that it is there")
