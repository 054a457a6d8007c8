"""A guest is forgotten: the name leaves journal, taps, papers, saved states and memory, and every
hash still follows (reliability S-29)."""

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.guest_offers import offer_erasure
from sync_server.back_office.papers import Actor
from sync_server.config import ServerSettings
from sync_server.domain import commands as c, decisions, events as e
from sync_server.domain.checks import balance
from sync_server.domain.guest_data import subject_of
from sync_server.domain.ids import ChargeId, CheckId, LineId, StaffId
from sync_server.domain.rejections import Decision
from sync_server.domain.staff import Facts
from sync_server.domain.venue import Venue
from sync_server.editions import BackEditions, take_offers
from sync_server.effects.charge_text import write_record
from sync_server.effects.posting_states import PostingState, Stage
from sync_server.front_office import guest_records
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.front_office.guest_records import found
from sync_server.front_office.journal import every_record
from sync_server.front_office.tables import ErasureRow, JournalRow
from sync_server.guest_book import (
    DAY_MS,
    FrontGuests,
    empty_told,
    forget_at_hotel,
    forget_overdue,
)
from sync_server.hotel.gateway import Posted
from sync_server.hotel.sent_log import Begun, SentLog
from sync_server.protocol.envelope import GENESIS, chain, read_event
from sync_server.protocol.erasable import chained_form
from sync_server.protocol.replica import apply_record, digest
from sync_server.store.database import Database, MemoryDisk, session_on
from sync_server.verify import verify
from tests.builders import DAY, a_line
from tests.front_office.house import SH, House, Till
from tests.hotel.postings import posting_of
from tests.store.ready_made import HOTEL, image_of

NAME = 'Соломія "Мія" Незабутня'
TAB, LATER = CheckId("tab"), CheckId("later")
ASKED = c.EraseGuests((f"check:{TAB}",), "halyna", "she asked")
TABLES = ("journal", "inbox", "effect", "parked", "checkpoint")


async def visit(till: Till, check: CheckId = TAB, name: str = NAME, number: str = "T1-001") -> None:
    """A tab by name, on paper and charged to its guest's room; the hotel has not answered yet."""
    line = LineId(f"{check}-l")
    await till.must(
        c.OpenCheck(check, number, "tab", name=name),
        c.AddLines(check, (a_line(line),)),
        c.SendLines(check, (line,)),
        c.PrintPreBill(check),
    )
    due = balance(till.house.office.venue.checks[check])
    charge = ChargeId(f"{check}-c")
    await till.must(c.ChargeRoom(check, charge, SH, "stay-9", "304", name, due), by="petro")


async def leave(house: House, check: CheckId = TAB) -> None:
    """The hotel has taken it, and all paper is out."""
    await house.office.report(c.SettleCharge(ChargeId(f"{check}-c"), "posted", "F1"))
    assert check in house.office.venue.closed
    await house.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE effect SET state = 'done'")
    )


@pytest.fixture
async def guest(house: House, till: Till) -> Till:
    """A shift is open, and Mia has been here."""
    await till.must(c.OpenShift(SH, "1", 100_000), by="petro")
    await visit(till)
    return till


def where(house: House, text: str = NAME) -> set[str]:
    """Tables in whose rows a text stands, plain or as JSON spells it; states are unpacked."""
    spelled = (text.encode(), json.dumps(text, ensure_ascii=False)[1:-1].encode())
    rows = {table: house.rows(f"SELECT * FROM {table}") for table in TABLES}
    rows["state"] = [
        (zlib.decompress(bytes(one[0])),) for one in house.rows("SELECT data FROM state")
    ]
    return {
        table
        for table, found in rows.items()
        for row in found
        for value in row
        if any(
            one in (value.encode() if isinstance(value, str) else _bytes(value)) for one in spelled
        )
    }


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


async def test_a_name_is_gone_everywhere_and_every_hash_still_follows(
    house: House, guest: Till
) -> None:
    await leave(house)
    await house.office.live.save()
    assert where(house) == {"journal", "inbox", "effect", "state"}
    before = [link for _, _, link in every_record(house.database)]
    result = await house.office.report(ASKED)
    assert result is not None
    assert result.outcome == "accepted"
    await house.office.live.saved()
    assert where(house) == set()
    after = list(every_record(house.database))
    assert [link for _, _, link in after][: len(before)] == before
    link, replayed = GENESIS, Venue()
    for n, data, stored in after:
        link = chain(link, n, data)
        assert link == stored
        apply_record(replayed, read_event(data))
    assert digest(replayed) == house.digest
    assert verify(house.database) == []
    live = await house.office.events_after(0, 10_000, 10_000_000)
    assert live == [data for _, data, _ in after], "what terminals are sent is the same"
    assert house.office.venue.perpetual_minor > 0, "sums stay"
    await house.restart()
    assert house.digest == digest(replayed)
    assert where(house) == set()


async def test_who_is_still_here_stays_known_and_is_forgotten_when_gone(
    house: House, guest: Till
) -> None:
    refused = await house.office.report(ASKED)
    assert refused is not None
    assert refused.code == "guest_here"
    await house.office.report(c.SettleCharge(ChargeId(f"{TAB}-c"), "unknown"))
    refused = await house.office.report(ASKED)
    assert refused is not None
    assert refused.code == "guest_here", "the hotel may still ask whose charge it is"
    assert house.office.venue.checks[TAB].name == NAME
    assert verify(house.database) == []
    await leave(house)
    await house.office.report(ASKED)
    assert house.office.venue.closed[TAB].name == ""
    assert not [one for one in house.office.venue.charges.values() if one.guest or one.room]


async def test_a_tap_that_was_refused_keeps_no_name(house: House, guest: Till) -> None:
    refused = await guest.do(c.OpenCheck(LATER, "wrong", "tab", name="Refused Guest"))
    assert refused.outcome == "refused"
    assert where(house, "Refused Guest") == set()
    assert verify(house.database) == []


async def test_a_tap_on_which_the_server_failed_is_found_and_forgotten_with_its_guest(
    house: House, guest: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the guest until a person has looked, and nothing of the journal leads to it."""

    def fail(venue: Venue, command: c.RenameCheck, facts: Facts) -> Decision:
        raise KeyError(command.name)

    monkeypatch.setitem(decisions._HANDLERS, c.RenameCheck, fail)
    await leave(house)
    for check, name in ((TAB, "Parked Guest"), (LATER, "Long Gone")):
        assert (await guest.do(c.RenameCheck(check, name))).outcome == "parked"
        assert where(house, name) == {"parked"}
    (seen,) = house.database.read(lambda connection: found(connection, "PARKED"))
    assert (seen.subject, seen.texts) == (f"check:{TAB}", ("Parked Guest",))
    await house.office.report(ASKED)
    assert where(house, "Parked Guest") == set()
    assert house.rows("SELECT error FROM parked ORDER BY seq")[0] == ("KeyError('')",)
    house.now_ms += 29 * DAY_MS
    await forget_overdue(house.office, 30)
    assert where(house, "Long Gone") == {"parked"}
    house.now_ms += 2 * DAY_MS
    await forget_overdue(house.office, 30)
    assert where(house, "Long Gone") == set()
    assert {one.invariant for one in verify(house.database)} == {"I-15"}


async def test_a_name_goes_by_itself_when_its_time_is_over_and_a_later_one_stays(
    house: House, guest: Till
) -> None:
    await leave(house)
    house.now_ms += 29 * DAY_MS
    for staff_id in ("olena", "petro"):
        await house.office.access.open_session(house.new_id(), staff_id, "t1", house.now_ms)
    await visit(guest, LATER, "Later", "T1-002")
    await leave(house, LATER)
    assert await forget_overdue(house.office, 0) == 0, "a house may keep them"
    assert await forget_overdue(house.office, 30) == 0
    await empty_told(house.office)
    assert where(house) == {"journal", "inbox"}, "papers are kept in full for a week"
    assert "effect" in where(house, "Later")
    house.now_ms += 2 * DAY_MS
    assert await forget_overdue(house.office, 30) == 1
    assert await forget_overdue(house.office, 30) == 0
    await house.office.live.saved()
    assert where(house) == set()
    assert where(house, "Later") >= {"journal", "inbox"}
    assert verify(house.database) == []


async def test_papers_of_one_event_are_emptied_together_wherever_a_page_ends(
    house: House, guest: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leave(house)
    monkeypatch.setattr(guest_records, "EMPTIED_AT_ONCE", 2)
    kept = "SELECT count(*) FROM effect WHERE state IN ('done', 'refused') AND length(payload) > 2"
    (before,) = house.rows(kept)[0]
    assert before > 3
    await house.database.write(
        lambda connection: connection.exec_driver_sql(
            f"UPDATE effect SET n = 1, updated_ms = {house.now_ms + 5 * DAY_MS} "
            "WHERE effect_id IN (SELECT max(effect_id) FROM effect WHERE state = 'done')"
        )
    )
    await house.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE effect SET n = n / 5 * 5 + 1")
    )
    house.now_ms += 8 * DAY_MS
    await empty_told(house.office)
    assert house.rows(kept)[0][0] == before, "one of the first event is younger than a week"
    house.now_ms += 8 * DAY_MS
    await empty_told(house.office)
    assert house.rows(kept)[0][0] == 0


async def test_cards_and_vouchers_are_named_until_somebody_asks(house: House, guest: Till) -> None:
    await guest.must(
        c.IssueClubCard("2900000000420", "Card Holder"),
        by="nadia",
    )
    house.now_ms += 4_000 * DAY_MS
    await forget_overdue(house.office, 30)
    assert house.office.venue.club["2900000000420"].name == "Card Holder"
    await house.office.report(c.EraseGuests(("card:2900000000420",), "halyna", "asked"))
    assert house.office.venue.club["2900000000420"].name == ""
    assert where(house, "Card Holder") == set()


async def test_a_paper_is_found_by_its_guest_however_late_and_nobody_elses_is_touched(
    house: House, guest: Till
) -> None:
    await visit(guest, LATER, "Later", "T1-304")
    await leave(house)
    await leave(house, LATER)
    await house.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE effect SET n = n + 90000")
    )
    others = "SELECT count(*) FROM effect WHERE effect_id IN (SELECT effect_id FROM guest_paper"
    (before,) = house.rows(f"{others} WHERE subject = 'check:{LATER}')")
    assert before[0] >= 3, "kitchen, bill and charge"
    await house.office.report(ASKED)
    assert "effect" not in where(house)
    assert "effect" in where(house, "Later")
    assert "effect" in where(house, "T1-304"), "a room's number is no part of others"
    assert house.rows(f"{others} WHERE subject = 'check:{LATER}')") == [before]


async def test_another_hotels_link_forgets_whom_the_house_erased(house: House, guest: Till) -> None:
    """Its log of what was sent, and the record that goes with the charge."""
    sent = posting_of(food=5_000, posting_id=f"{TAB}-c", guest_name=NAME, check_no="T1-001")
    back = replace(sent, posting_id="back", reverses=sent.posting_id, total_minor=-5_000)
    back = replace(back, lines=(replace(sent.lines[0], gross_minor=-5_000),))
    other = replace(sent, posting_id=f"{LATER}-c", guest_name="Later")
    door = OfficeDoor(house.office)
    ((charge,),) = house.rows("SELECT effect_id FROM effect WHERE kind = 'folio'")
    with Database.on_disk(MemoryDisk(image_of(HOTEL))) as hotel:
        log = SentLog(hotel, "fias", lambda: house.now_ms)
        for posting in (sent, other, back):
            begun = await log.begin(posting)
            assert isinstance(begun, Begun)
            words = posting.guest_name
            await log.answered(begun.number, Posted(posting.posting_id, "F1", 5_000, 0, words))
        await door.mark(charge, "done", write_record(sent, PostingState(Stage.POSTED)))
        await leave(house)
        before = await log.answered_on(sent.business_day)
        await forget_at_hotel(house.office, hotel)
        assert await log.answered_on(sent.business_day) == before
        await house.office.report(ASKED)
        assert where(house) == set()
        await forget_at_hotel(house.office, hotel)
        await forget_at_hotel(house.office, hotel)
        after = await log.answered_on(sent.business_day)
        assert [(one.guest_name, one.room) for one in after] == [
            ("", ""),
            ("Later", "304"),
            ("", ""),
        ]
        assert [replace(one, guest_name="", room="") for one in before] == [
            replace(one, guest_name="", room="") for one in after
        ]
        texts = hotel.read(lambda c: str(c.exec_driver_sql("SELECT * FROM link_sent").all()))
        assert NAME not in texts
        assert "Незабутня" not in texts
        assert await log.known(sent) == Posted(sent.posting_id, "F1", 5_000, 0, "")


def test_the_buyer_of_an_invoice_does_not_go_with_the_check() -> None:
    whose = ("invoice", "sum", TAB, (), 10_000, 1, StaffId("petro"), 5)
    assert subject_of(e.FiguresPrinted(*whose, buyer="Acme", buyer_code="7")) == f"invoice:{TAB}"


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE journal SET data = 'x' WHERE n = 3",
        "UPDATE journal SET hash = 'x' WHERE n IN (SELECT n FROM erasure)",
        "UPDATE inbox SET data = 'x' WHERE seq = 1",
        "UPDATE inbox SET outcome = 'x' WHERE cmd_id IN (SELECT cmd_id FROM erasure)",
        "DELETE FROM journal WHERE n IN (SELECT n FROM erasure)",
        "DELETE FROM erasure",
    ],
)
async def test_the_door_for_names_lets_nothing_else_through(
    house: House, guest: Till, wrong: str
) -> None:
    await leave(house)
    await house.office.report(ASKED)
    await house.office.live.saved()
    with pytest.raises(IntegrityError, match="append-only"):
        await house.database.write(lambda connection: connection.exec_driver_sql(wrong))
    assert verify(house.database) == []


async def test_what_was_erased_without_a_word_is_found(house: House, guest: Till) -> None:
    await leave(house)
    await house.office.report(ASKED)
    await visit(guest, LATER, "Later", "T1-002")
    await leave(house, LATER)
    (n,) = next(iter(house.rows("SELECT max(n) FROM journal WHERE type = 'CheckOpened'")))
    await house.database.write(lambda connection: _erase_by_hand(connection, int(n)))
    assert [str(one) for one in verify(house.database)] == [
        f"S-29 event {n}: was erased by no event of the journal"
    ]


def _erase_by_hand(connection: Connection, n: int) -> None:
    """What somebody at the file could do who knows how it is done."""
    data = connection.execute(
        select(col(JournalRow.data)).where(col(JournalRow.n) == n)
    ).scalar_one()
    connection.execute(insert(ErasureRow).values(n=n, cmd_id="x", by_n=1))
    spelled = chained_form(bytes(data))
    connection.execute(update(JournalRow).where(col(JournalRow.n) == n).values(data=spelled))


# -- asked for in the back office, on files ------------------------------------------------
async def test_the_back_office_finds_a_guest_and_the_server_forgets_down_to_the_bytes(
    tmp_path: Path,
) -> None:
    url = file_url(tmp_path / "front.db")
    house = House(lambda: Database.open(url, "front"))
    await house.open()
    till = await house.till()
    await till.must(c.OpenShift(SH, "1", 100_000), by="petro")
    await visit(till)
    await visit(till, LATER, "Later", "T1-002")
    await leave(house)
    reader = FrontGuests(ServerSettings(data=tmp_path))
    assert {one.subject for one in reader.found("НЕЗАБУТНЯ ")} == {f"check:{TAB}"}
    assert {one.subject for one in reader.found("304")} == {f"check:{TAB}", f"check:{LATER}"}
    assert len(reader.found("")) > len(reader.found("later")) > 0
    assert reader.found("%") == reader.found("nobody") == []
    with open_books(file_url(tmp_path / "back.db")) as books:

        def ask(connection: Connection) -> None:
            with session_on(connection) as session:
                wanted = [f"check:{TAB}", f"check:{LATER}", "check:never"]
                offer_erasure(session, wanted, "asked", Actor("halyna", house.now_ms, DAY))
                session.flush()

        await books.write(ask)
        editions = BackEditions(ServerSettings(data=tmp_path))
        assert await take_offers(editions, house.office) == 1
        assert await take_offers(editions, house.office) == 0, "once"
        await books.write(ask)
        assert await take_offers(editions, house.office) == 1, "in the same millisecond"
        editions.close()
    assert reader.found("незабутня") == []
    assert reader.found("later"), "still here"
    await house.office.live.saved()
    await house.close()
    bytes_left = b"".join(path.read_bytes() for path in tmp_path.glob("front.db*"))
    assert "Незабутня".encode() not in bytes_left
    assert b"Later" in bytes_left
