"""The record: the same state from a saved one as from zero, tampering found, money balanced."""

import asyncio

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import ChargeId, CheckId, PaymentId
from sync_server.domain.venue import Venue
from sync_server.front_office import journal, pages
from sync_server.front_office.journal import BrokenJournal, every_record
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import apply_record, digest
from tests.front_office.house import SH, House, K, Till


async def an_evening(house: House, till: Till) -> None:
    """Three checks: one paid in cash, one half to a room, one open."""
    await till.must(c.OpenShift(SH, "1", 100_000), by="petro")
    for number, check in enumerate(("a", "b", "k"), start=1):
        await till.order(check, number)
    due = balance(house.office.venue.checks[CheckId("a")])
    paid = c.TakePayment(CheckId("a"), PaymentId("p"), SH, "cash", due, due + 500, tip_minor=300)
    await till.must(paid)
    room = c.ChargeRoom(CheckId("b"), ChargeId("ch"), SH, "stay-304", "304", "Guest", due)
    await till.must(room)
    await house.office.report(c.SettleCharge(ChargeId("ch"), "posted", "F-1"))
    await till.must(c.MoveCash(SH, "drop", 5_000, "courier"), by="petro")


async def test_a_saved_state_and_the_tail_give_what_the_whole_journal_gives(
    house: House, till: Till
) -> None:
    await an_evening(house, till)
    await house.restart()
    saved = house.rows("SELECT n FROM state")[-1][0]
    await till.must(c.SetGuests(K, 5), c.PrintPreBill(K))
    live = house.digest
    house.database.close()
    house._build()
    await house.office.start()
    assert house.office.head_n > saved == house.rows("SELECT max(n) FROM state")[0][0]
    assert house.digest == live
    zero = Venue()
    for _, data, _ in every_record(house.database):
        apply_record(zero, read_event(data))
    assert digest(zero) == live


async def test_the_entries_of_every_event_sum_to_zero(house: House, till: Till) -> None:
    await an_evening(house, till)
    rows = house.rows("SELECT n, sum(amount_minor), count(*) FROM ledger GROUP BY n")
    assert len(rows) >= 5
    assert all(total == 0 and count > 1 for _, total, count in rows)
    ((room,),) = house.rows("SELECT sum(amount_minor) FROM ledger WHERE account = 'room'")
    assert room > 0


async def test_what_the_world_must_be_told_is_written_with_its_event(
    house: House, till: Till
) -> None:
    await an_evening(house, till)
    rows = house.rows(
        "SELECT e.kind, j.type, e.state FROM effect e JOIN journal j ON j.n = e.n ORDER BY e.n"
    )
    assert ("folio", "RoomChargeAsked", "queued") in [tuple(row) for row in rows]
    assert ("paper", "CheckClosed", "queued") in [tuple(row) for row in rows]
    assert len(rows) == house.rows("SELECT count(*) FROM effect")[0][0]


async def test_rows_of_the_record_cannot_be_changed_or_deleted(house: House, till: Till) -> None:
    await an_evening(house, till)
    for table in ("journal", "inbox", "ledger"):
        for sql in (f"UPDATE {table} SET biz_day = ''", f"DELETE FROM {table}"):
            statement = text(sql.replace("biz_day", "type" if table == "inbox" else "biz_day"))
            with pytest.raises(DBAPIError):
                await house.database.write(lambda one, s=statement: one.execute(s))  # type: ignore[misc]


@pytest.mark.parametrize("what", ["changed", "deleted", "swapped", "inserted", "cut"])
async def test_a_tampered_record_is_found_and_located_at_the_next_start(
    house: House, till: Till, what: str
) -> None:
    await an_evening(house, till)
    head = house.office.head_n
    await house.database.write(lambda connection: _tamper(connection, what, head))
    house.database.close()
    house._build()
    with pytest.raises(BrokenJournal) as found:
        await house.office.start()
    assert found.value.n == {"inserted": head + 1}.get(what, 9)


def _tamper(connection: Connection, what: str, head: int) -> None:
    """Somebody with the file and a good editor."""
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'")
        for (name,) in names.fetchall():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("ALTER TABLE journal DISABLE TRIGGER USER")

    def move(source: int, target: int) -> None:
        connection.exec_driver_sql(f"UPDATE journal SET n = {target} WHERE n = {source}")

    if what == "changed":
        connection.exec_driver_sql(
            "UPDATE journal SET data = (SELECT data FROM journal WHERE n = 8) WHERE n = 9"
        )
    elif what == "deleted":
        connection.exec_driver_sql("DELETE FROM journal WHERE n = 9")
    elif what == "swapped":
        move(9, head + 100)
        move(10, 9)
        move(head + 100, 10)
    elif what == "inserted":
        connection.exec_driver_sql(
            "INSERT INTO journal SELECT n + 1, at_ms, type, biz_day, cmd_id, data, hash"
            f" FROM journal WHERE n = {head}"
        )
    elif what == "cut":
        _save_at(connection, 9)
        connection.exec_driver_sql("DELETE FROM journal WHERE n >= 9")


def _save_at(connection: Connection, n: int) -> None:
    """A state was saved at `n` before the rest was cut off."""
    connection.exec_driver_sql(
        f"INSERT INTO state SELECT {n}, at_ms, hash, '{{}}' FROM journal WHERE n = {n}"
        if connection.dialect.name == "sqlite"
        else f"INSERT INTO state SELECT {n}, at_ms, hash, '{{}}'::bytea FROM journal WHERE n = {n}"
    )


async def test_those_who_catch_up_together_read_each_page_once(
    house: House, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_evening(house, till)
    read: list[int] = []
    real = journal.records

    def counted(connection: Connection, after: int, limit: int) -> list[tuple[int, bytes, str]]:
        read.append(after)
        return real(connection, after, limit)

    monkeypatch.setattr(pages, "PAGE_EVENTS", 4)
    monkeypatch.setattr(journal, "records", counted)
    shared = pages.JournalPages(house.office.database)
    head = house.office.head_n
    told = await house.office.events_after(0, head, 10_000_000)

    async def catch_up() -> list[bytes]:
        got: list[bytes] = []
        while len(got) < head:
            got += await shared.after(len(got), 3, 10_000_000)
        return got

    assert await asyncio.gather(*(catch_up() for _ in range(5))) == [told] * 5
    whole = [after for after in read if after + 4 <= head]
    assert whole == sorted(set(whole)), "a full page is read once for all"
    assert await shared.after(head, 10, 10) == []
    assert len(await shared.after(0, 10, 1)) == 1, "one record goes out however large"
