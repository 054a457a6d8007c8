"""Everything that two sites with FIAS links set differently (reference: folio 1.2, 1.9, 5).

Rule: nothing of a site is in the code. What is not negotiated on the wire (code page, decimals,
outlet numbers, revenue groups, board codes) is here, with the defaults of the specification.
Times in milliseconds; `Timing` for the callers of the gateway is made of them.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Slot = Annotated[int, Field(ge=1, le=9)]
FieldName = Annotated[str, Field(pattern=r"^[A-Z0-9$#+*]{2}$")]


class FiasSettings(BaseModel):
    """One link. `lookup` and `posting`: either inquiries with PR, or a fed list of guests with
    PS; the specification forbids to mix them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["fias"] = "fias"
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65_535)
    link: str = Field(default="fias", min_length=1, max_length=32)
    encoding: Literal["utf-8", "cp1250", "cp1251", "cp1252", "cp850", "cp852", "cp866"] = "cp1252"
    version: str = Field(default="1.0", max_length=10)
    lookup: Literal["inquiry", "feed"] = "inquiry"
    posting: Literal["PR", "PS"] = "PR"
    names_guest_in_ps: bool = True
    payment_method: str = Field(default="ROOM", min_length=1, max_length=5)
    posting_type: Literal["C", "D"] = "C"

    outlets: dict[str, int] = Field(default_factory=dict)
    outlet_default: int = Field(default=1, ge=0, le=99_999)
    slots: dict[str, Slot] = Field(default_factory=lambda: {"food": 1, "bar": 2})
    slot_default: Slot = 9
    tax: Literal["gross", "net_and_tax"] = "gross"
    tax_slots: dict[str, Slot] = Field(default_factory=dict)
    """T-slot by rate in basis points, as text; rates without one use `tax_slot_default`."""
    tax_slot_default: Slot = 1
    meals: dict[str, int] = Field(default_factory=lambda: {"breakfast": 1, "lunch": 2, "dinner": 3})
    board_field: FieldName | Literal[""] = ""
    boards: dict[str, str] = Field(default_factory=dict)
    allowance_fields: dict[str, FieldName] = Field(default_factory=dict)
    allowance_groups: tuple[str, ...] = ("food",)
    exponent: Literal[2, 3] = 2
    limits_in: Literal["minor", "major"] = "minor"

    tls: bool = False
    tls_pinned: str = "hotel-interface.pem"
    """The interface's certificate, a file of the data folder; `tls_own`: certificate and key that
    prove us to it, empty where it asks for none."""
    tls_own: str = ""
    key_file: str = ""
    """The link key as the vendor handed it over, a file of the data folder; empty: none."""

    alive: Literal["LS", "LA", "none"] = "LS"
    listen_ms: int = Field(default=3_000, ge=20)
    alive_ms: int = Field(default=300_000, ge=100)
    alive_answer_ms: int = Field(default=30_000, ge=50)
    inquiry_ms: int = Field(default=10_000, ge=50)
    answer_ms: int = Field(default=60_000, ge=50)
    quarantine_ms: int = Field(default=180_000, ge=60)
    close_ms: int = Field(default=2_000, ge=0)
    reconnect_ms: int = Field(default=5_000, ge=10)
    reconnect_max_ms: int = Field(default=60_000, ge=10)
    audit_max_ms: int = Field(default=2 * 3_600_000, ge=1_000)

    @field_validator("outlets", "meals")
    @classmethod
    def _numbers(cls, value: dict[str, int]) -> dict[str, int]:
        if any(not 0 <= number <= 99_999 for number in value.values()):
            raise ValueError("numbers of outlets and meals have up to five figures")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.lookup == "feed") != (self.posting == "PS"):
            raise ValueError("a fed list of guests goes with PS, an inquiry with PR")
        if self.quarantine_ms <= self.answer_ms:
            raise ValueError("the quarantine must be longer than the wait for an answer")
        return self
