"""Rows of the front database: the journal and all that is written in the same transaction.

Rows of journal, inbox and ledger are never changed or deleted; triggers refuse it (`migrations`),
but for names of guests in the first two, which `guest_records` erases.
No behaviour lives here. Times are ms UTC, amounts the smallest unit, hashes hex.
"""

from enum import StrEnum

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field, MetaData, SQLModel


class FrontRow(SQLModel):
    """A row of the front context; its tables share one metadata."""

    metadata = MetaData()


class JournalRow(FrontRow, table=True):
    """One event as it was written; `data` are its bytes for ever, `hash` the chain up to it."""

    __tablename__ = "journal"
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at_ms: int = Field(sa_type=BigInteger)
    type: str
    biz_day: str = Field(index=True)
    cmd_id: str
    data: bytes = Field(sa_type=LargeBinary)
    hash: str


class InboxRow(FrontRow, table=True):
    """One command and the answer it got; a repeat gets the same."""

    __tablename__ = "inbox"
    dev: str = Field(primary_key=True)
    dep: int = Field(primary_key=True, sa_type=BigInteger)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    cmd_id: str = Field(unique=True)
    hash: str
    type: str
    outcome: str
    code: str
    params: bytes = Field(sa_type=LargeBinary)
    n_from: int = Field(sa_type=BigInteger)
    n_to: int = Field(sa_type=BigInteger)
    doc_no: str
    data: bytes = Field(sa_type=LargeBinary)


class LedgerRow(FrontRow, table=True):
    """One entry of an event; the entries of an event sum to zero."""

    __tablename__ = "ledger"
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    pos: int = Field(primary_key=True)
    account: str = Field(index=True)
    amount_minor: int = Field(sa_type=BigInteger)
    document: str
    biz_day: str


class OpenedCheckRow(FrontRow, table=True):
    """The event that opened a check, by the number the check bears; a number comes again daily."""

    __tablename__ = "opened_check"
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    number: str = Field(index=True)
    check_id: str


class GuestRow(FrontRow, table=True):
    """An event that names a guest, by whom it is about (`domain.guest_data`); gone once erased."""

    __tablename__ = "guest_record"
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at_ms: int = Field(sa_type=BigInteger)
    subject: str = Field(index=True)


class ErasureRow(FrontRow, table=True):
    """An event whose names were erased, and the event that says so."""

    __tablename__ = "erasure"
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    cmd_id: str = Field(index=True)
    by_n: int = Field(sa_type=BigInteger, index=True)


class DeviceRow(FrontRow, table=True):
    """An enrolled device and how far its commands have come."""

    __tablename__ = "device"
    dev: str = Field(primary_key=True)
    code: str = Field(unique=True)
    kind: str
    name: str
    public_key: bytes = Field(sa_type=LargeBinary)
    revoked: bool = False
    epoch: int = Field(sa_type=BigInteger)
    last_seq: int = Field(sa_type=BigInteger)
    last_hash: str
    last_at_ms: int = Field(sa_type=BigInteger)
    enrolled_ms: int = Field(sa_type=BigInteger)


class EffectRow(FrontRow, table=True):
    """Something the world must be told after a commit (`sync_server.effects` drives it).

    `state`: queued, claimed, sending, done, refused, unknown, failed, dropped; `attempt` counts
    claims; `payload` is JSON; `due_ms` is when it may be tried (again).
    """

    __tablename__ = "effect"
    effect_id: str = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger, index=True)
    kind: str = Field(index=True)
    target: str
    state: str = Field(index=True)
    attempt: int
    due_ms: int = Field(sa_type=BigInteger)
    updated_ms: int = Field(sa_type=BigInteger)
    outcome: str
    dev: str
    payload: bytes = Field(sa_type=LargeBinary)


class GuestPaperRow(FrontRow, table=True):
    """Something told to the world that names a guest, by whom (`domain.guest_papers`)."""

    __tablename__ = "guest_paper"
    subject: str = Field(primary_key=True)
    effect_id: str = Field(primary_key=True, index=True)


class StateRow(FrontRow, table=True):
    """The whole live state at event `n`, so that a start replays only what came after."""

    __tablename__ = "state"
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at_ms: int = Field(sa_type=BigInteger)
    hash: str
    data: bytes = Field(sa_type=LargeBinary)


class CatalogueRow(FrontRow, table=True):
    """A published catalogue version, as terminals fetch it."""

    __tablename__ = "catalogue"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    published_ms: int = Field(sa_type=BigInteger)
    sha256: str
    data: bytes = Field(sa_type=LargeBinary)


class SecretRow(FrontRow, table=True):
    """A person's PIN as argon2id over a peppered digest; the pepper is not in the database."""

    __tablename__ = "secret"
    staff_id: str = Field(primary_key=True)
    pin_hash: str
    changed_ms: int = Field(sa_type=BigInteger)


class CardRow(FrontRow, table=True):
    """A person's card or key fob as an HMAC with the pepper, which is not in the database."""

    __tablename__ = "card"
    staff_id: str = Field(primary_key=True)
    card_hash: str = Field(unique=True)
    changed_ms: int = Field(sa_type=BigInteger)


class LikingRow(FrontRow, table=True):
    """What a person chose for oneself at a terminal, as the terminal wrote it."""

    __tablename__ = "liking"
    staff_id: str = Field(primary_key=True)
    text: str
    changed_ms: int = Field(sa_type=BigInteger)


class ThrottleRow(FrontRow, table=True):
    """Wrong PINs of a person at a device; survives restarts."""

    __tablename__ = "throttle"
    staff_id: str = Field(primary_key=True)
    dev: str = Field(primary_key=True)
    failures: int
    until_ms: int = Field(sa_type=BigInteger)


class SessionRow(FrontRow, table=True):
    """A sign-in: who, at which device, until when. `token` is the SHA-256 of what was given,
    `last_seq` the device's last command before the sign-out, in its epoch `dep`."""

    __tablename__ = "session"
    token: str = Field(primary_key=True)
    staff_id: str
    dev: str
    since_ms: int = Field(sa_type=BigInteger)
    until_ms: int = Field(sa_type=BigInteger)
    dep: int = Field(0, sa_type=BigInteger)
    last_seq: int = Field(0, sa_type=BigInteger)


class ParkedRow(FrontRow, table=True):
    """A command on which the server failed; a person decides (reliability 2.6)."""

    __tablename__ = "parked"
    dev: str = Field(primary_key=True)
    dep: int = Field(primary_key=True, sa_type=BigInteger)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at_ms: int = Field(sa_type=BigInteger)
    error: str
    data: bytes = Field(sa_type=LargeBinary)


class CheckpointRow(FrontRow, table=True):
    """A signed checkpoint of the journal; `data` is what terminals were given."""

    __tablename__ = "checkpoint"
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at_ms: int = Field(sa_type=BigInteger)
    data: bytes = Field(sa_type=LargeBinary)


class AdoptionRow(FrontRow, table=True):
    """Events that a terminal gave back after a restore, adopted as they were (reliability 2.20).

    Their commands may be unknown here until the devices that made them have come. `dev` is who had
    kept them; empty when they are repeated unsigned, as the kitchen had them."""

    __tablename__ = "adoption"
    n_from: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    n_to: int = Field(sa_type=BigInteger)
    epoch: int = Field(sa_type=BigInteger)
    dev: str
    at_ms: int = Field(sa_type=BigInteger)


class Fact(StrEnum):
    """Keys of `FactRow`. `recovery` is open from a restore until the terminals have been heard;
    offers: the moment of the last one taken from the back office; `emptied_n`: what was told to the
    world up to this event is no longer kept in full; `unnamed_n`: the log of the hotel's link has
    forgotten whom the house had erased up to this event."""

    SITE = "site"
    SERVER_EPOCH = "server_epoch"
    DURABLE_N = "durable_n"
    RESTORED_N = "restored_n"
    RECOVERY = "recovery"
    STOP_OFFERS = "stop_offers"
    PIN_OFFERS = "pin_offers"
    LEND_OFFERS = "lend_offers"
    REVOKE_OFFERS = "revoke_offers"
    TAKE_OVERS = "take_overs"
    ERASE_OFFERS = "erase_offers"
    EMPTIED_N = "emptied_n"
    UNNAMED_N = "unnamed_n"


OPEN = "open"
DONE = "done"


class FactRow(FrontRow, table=True):
    """Single facts of this database: site, server epoch, durable mark."""

    __tablename__ = "fact"
    key: str = Field(primary_key=True)
    value: str
