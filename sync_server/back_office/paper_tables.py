"""The rows of stock documents: heads, lines, attached files, and who did what when.

A row of a posted document is never changed but for its state; `paper_step` is only added to.
Quantities are thousandths of the base unit, sums minor units, times milliseconds UTC. The rules
are `sync_server.domain.documents`, the service is `posting`.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from .tables import BackRow


def _big() -> "Column[int]":
    return Column(BigInteger, nullable=False)


class PaperRow(BackRow, table=True):
    """The head of a document. `number` is empty until it is posted; `revision` counts changes."""

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("paper", "year", "number", name="one_number"),)
    paper_id: str = Field(primary_key=True)
    paper: str = Field(index=True)
    state: str
    year: int = 0
    number: int | None = None
    revision: int = 1
    store_id: str = ""
    to_store_id: str = ""
    supplier_id: str = ""
    reference: str = ""
    day: str = Field(index=True)
    at_ms: int = Field(sa_column=_big())
    reason: str = ""
    note: str = ""
    split: str = ""
    origin: str = ""
    total_minor: int = Field(default=0, sa_column=_big())


class PaperLine(BackRow, table=True):
    """A line of a document, see `sync_server.domain.documents.Line`; `unit` is how it was typed."""

    __tablename__ = "paper_line"
    paper_id: str = Field(primary_key=True, foreign_key="paper.paper_id")
    position: int = Field(primary_key=True)
    ingredient_id: str
    unit: str
    qty_milli: int = Field(sa_column=_big())
    value_minor: int = Field(default=0, sa_column=_big())
    share_bp: int = 0
    raw: bool = False
    net_milli: int = Field(default=0, sa_column=_big())
    ready_milli: int = Field(default=0, sa_column=_big())
    book_milli: int = Field(default=0, sa_column=_big())
    note: str = ""


class PaperStep(BackRow, table=True):
    """Who did what to a document, and when."""

    __tablename__ = "paper_step"
    paper_id: str = Field(primary_key=True, foreign_key="paper.paper_id")
    position: int = Field(primary_key=True)
    at_ms: int = Field(sa_column=_big())
    login: str
    step: str


class PaperFile(BackRow, table=True):
    """A scan or photo that belongs to a document."""

    __tablename__ = "paper_file"
    paper_id: str = Field(primary_key=True, foreign_key="paper.paper_id")
    position: int = Field(primary_key=True)
    name: str
    media_type: str
    at_ms: int = Field(sa_column=_big())
    login: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
