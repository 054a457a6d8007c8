"""Rows of what the page of devices asks the server for: whom to shut out, what such a one had kept.

No behaviour lives here; `device_offers` writes and reads them. Times are ms UTC.
"""

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field

from .tables import BackRow


def _big() -> Column[int]:
    return Column(BigInteger, nullable=False)


class RevokeOffer(BackRow, table=True):
    """A device to be shut out for good, asked for here and done by the server."""

    __tablename__ = "revoke_offer"
    number: int = Field(primary_key=True)
    dev: str
    code: str
    reason: str = Field(sa_type=Text)
    login: str
    at_ms: int = Field(sa_column=_big())


class UnsentFile(BackRow, table=True):
    """What a revoked device had kept; from `asked_ms` on `by` stands behind the ids `wanted`."""

    __tablename__ = "unsent_file"
    key: str = Field(primary_key=True)
    dev: str
    code: str
    login: str
    name: str
    at_ms: int = Field(sa_column=_big())
    by: str
    wanted: str = Field(sa_type=Text)
    asked_ms: int = Field(sa_column=_big())
    body: bytes
