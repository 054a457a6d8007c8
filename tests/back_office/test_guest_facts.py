"""The till's facts forget a guest when the front has: names go, sums stay."""

from functools import partial

from sqlalchemy import select

from sync_server.back_office.room_days import ROOM_CHARGE, fold as fold_rooms
from sync_server.back_office.till import fold
from sync_server.back_office.till_tables import TILL_FACT
from sync_server.domain import events as e
from sync_server.domain.ids import ChargeId, CheckId, ShiftId
from sync_server.store.database import Database

from .house import CHECK, DAY, NOON_MS, WAITER, Journal

OTHER = CheckId("other")


def asked(check: CheckId, room: str) -> e.RoomChargeAsked:
    whose = (check, ChargeId(f"{check}-c"), "A-7", ShiftId("s1"), "stay", room, "Mia")
    return e.RoomChargeAsked(*whose, 10_000, 0, (), 1, WAITER, NOON_MS, DAY)


async def test_names_and_rooms_go_whether_they_came_in_this_batch_or_before(
    books_on_both: Database,
) -> None:
    journal = Journal()
    journal.add(asked(CHECK, "304"))
    journal.add(e.ClubCardIssued("29", "Mia", WAITER, NOON_MS))
    journal.add(asked(OTHER, "305"))
    for follow in (fold, fold_rooms):
        await books_on_both.write(partial(follow, events=journal.events[:2]))
    journal.add(e.GuestsErased((f"check:{CHECK}", "card:29", "voucher:x"), "halyna", "", NOON_MS))
    journal.add(e.GuestsErased((f"check:{OTHER}",), "", "", NOON_MS))
    for follow in (fold, fold_rooms):
        await books_on_both.write(partial(follow, events=journal.events[2:]))
    rooms = books_on_both.read(
        lambda connection: connection.execute(
            select(ROOM_CHARGE.c.room, ROOM_CHARGE.c.amount_minor)
        ).all()
    )
    assert rooms == [("", 10_000), ("", 10_000)]
    facts = books_on_both.read(
        lambda connection: connection.execute(
            select(TILL_FACT.c.kind, TILL_FACT.c.reason, TILL_FACT.c.gross_minor)
        ).all()
    )
    assert sorted(facts) == [
        ("club", "", 0),
        ("room_asked", "", 10_000),
        ("room_asked", "", 10_000),
    ]
