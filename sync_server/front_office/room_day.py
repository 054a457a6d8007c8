"""The room charges of a business day, read from the journal, for the comparison with the hotel.

Memory keeps only the last settled charges; the journal has all. A charge belongs to the day on
which it was asked, whenever it was settled.
"""

from sqlalchemy import Connection, select

from sync_server.domain import events as e, folio
from sync_server.domain.ids import ChargeId
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database

from .tables import JournalRow

CHARGES_MAX = 5_000
TYPES = ("RoomChargeAsked", *sorted(kind.__name__ for kind in folio.CHARGE_EVENTS))


async def charges_of(database: Database, day: str) -> tuple[folio.Charge, ...]:
    """All charges of the day in their order, as they stand now."""

    def read(connection: Connection) -> list[bytes]:
        rows = connection.execute(
            select(JournalRow.data)  # type: ignore[call-overload]
            .where(JournalRow.biz_day >= day, JournalRow.type.in_(TYPES))  # type: ignore[attr-defined]
            .order_by(JournalRow.n)
            .limit(CHARGES_MAX)
        )
        return [bytes(row[0]) for row in rows]

    charges: dict[ChargeId, folio.Charge] = {}
    for data in await database.read_async(read):
        record = read_event(data)
        event = CODEC.decode_event(record.type, record.tv, record.body)
        if isinstance(event, e.RoomChargeAsked):
            if event.day == day:
                charges[event.charge_id] = folio.asked(event)
        elif event.charge_id in charges:
            charges[event.charge_id] = folio.evolve(charges[event.charge_id], event)
    return tuple(charges.values())
