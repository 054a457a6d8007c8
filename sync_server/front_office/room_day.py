"""The room charges of a business day, read from the journal, for the comparison with the hotel.

Memory keeps only the last settled charges; the journal has all. A charge belongs to the day of its
check, whenever it was settled, a reversal to the day on which it was asked.
"""

from datetime import date, timedelta

from sqlalchemy import Connection, select
from sqlmodel import col

from sync_server.domain import events as e, folio, room_reversals
from sync_server.domain.ids import ChargeId
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database

from .tables import JournalRow

EVENTS_MAX = 50_000
DAYS_BACK = 31
TYPES = (
    "RoomChargeAsked",
    "RoomReversalAsked",
    *sorted(kind.__name__ for kind in folio.CHARGE_EVENTS),
)


async def charges_of(database: Database, day: str) -> tuple[folio.Charge, ...]:
    """All charges of the day in their order, as they stand now."""

    # A reversal may come days after its charge.
    since = (date.fromisoformat(day) - timedelta(days=DAYS_BACK)).isoformat()

    def read(connection: Connection) -> list[bytes]:
        rows = connection.execute(
            select(col(JournalRow.data))
            .where(col(JournalRow.biz_day) >= since, col(JournalRow.type).in_(TYPES))
            .order_by(col(JournalRow.n))
            .limit(EVENTS_MAX)
        )
        return [bytes(row[0]) for row in rows]

    charges: dict[ChargeId, folio.Charge] = {}
    for data in await database.read_async(read):
        record = read_event(data)
        event = CODEC.decode_event(record.type, record.tv, record.body)
        if isinstance(event, e.RoomChargeAsked):
            charges[event.charge_id] = folio.asked(event)
        elif isinstance(event, e.RoomReversalAsked):
            original = charges.get(event.reverses)
            if original is not None:
                charges[event.charge_id] = room_reversals.taken_back(original, event)
        elif event.charge_id in charges:
            charges[event.charge_id] = folio.evolve(charges[event.charge_id], event)
    return tuple(charge for charge in charges.values() if charge.day == day)


async def stated_on(database: Database, day: str) -> e.HotelTotalStated | None:
    """What somebody last read in the hotel's own report of the day; None if nobody did."""

    def read(connection: Connection) -> list[bytes]:
        stated = col(JournalRow.type) == e.HotelTotalStated.__name__
        rows = connection.execute(
            select(col(JournalRow.data))
            .where(col(JournalRow.biz_day) >= day, stated)
            .order_by(col(JournalRow.n).desc())
            .limit(EVENTS_MAX)
        )
        return [bytes(row[0]) for row in rows]

    for data in await database.read_async(read):
        record = read_event(data)
        event = CODEC.decode_event(record.type, record.tv, record.body)
        if isinstance(event, e.HotelTotalStated) and event.day == day:
            return event
    return None
