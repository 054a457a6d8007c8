"""What becomes of a command: decided once, answered always, and never in anybody's way."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from sync_server.domain import commands as c, decisions, events as e, ledger
from sync_server.domain.checks import balance
from sync_server.domain.commands import SERVER_ONLY
from sync_server.domain.ids import ChargeId, CheckId, LineId, NoticeId, PaymentId, StaffId, TicketId
from sync_server.domain.rejections import Decision
from sync_server.domain.staff import Facts
from sync_server.domain.venue import Venue
from sync_server.front_office.group import SERVER
from sync_server.front_office.inbox import RECENT_ANSWERS
from sync_server.front_office.tables import FrontRow
from sync_server.store.database import Database
from sync_server.store.migrations import drift, upgrade
from sync_server.transport.authority import EnrolRequest
from tests.builders import a_line
from tests.front_office.conftest import SmallDisk
from tests.front_office.house import SH, House, K, Till
from tests.simulation.restaurant import PINS

GUESTS = c.SetGuests(K, 3)


async def test_a_check_goes_from_open_to_z(house: House, till: Till) -> None:
    await till.must(c.OpenShift(SH, "1", 100_000), by="petro")
    await till.order()
    due = balance(house.office.venue.checks[K])
    await till.must(c.PrintPreBill(K))
    await till.must(c.TakePayment(K, PaymentId("p"), SH, "cash", due, due + 500))
    assert house.office.venue.closed[K].state == "closed"
    counted = house.office.venue.shifts[SH].drawer_minor
    await till.must(
        c.CountDrawer(SH, (c.DenominationCount(counted, 1),)), c.CloseShift(SH), by="petro"
    )
    shift = house.office.venue.shifts[SH]
    assert (shift.state, shift.z_no, shift.over_minor) == ("closed", 1, 0)


async def test_a_repeat_gets_the_first_answer_and_does_nothing(house: House, till: Till) -> None:
    await till.order()
    again = till.write(GUESTS)
    refused = till.write(c.VoidLine(K, LineId("k-l1"), 1_000, "guest-left", True))
    first = await till.push(again, refused)
    state = house.digest
    assert (await till.push(again, refused)).results == first.results
    await house.restart()
    assert (await till.push(again, refused)).results == first.results
    assert house.digest == state
    assert [one.outcome for one in first.results] == ["accepted", "refused"]


async def test_an_answer_forgotten_in_memory_is_read_from_the_database(
    house: House, till: Till
) -> None:
    await till.order()
    command = till.write(GUESTS)
    first = await till.push(command)
    inbox = house.office.bus.inbox
    inbox.keep({("x", 1, i): ("", first.results[0]) for i in range(RECENT_ANSWERS + 1)})
    assert (await till.push(command)).results == first.results


async def test_a_gap_changes_nothing_and_says_where_to_go_on(house: House, till: Till) -> None:
    await till.order()
    missing, after = till.write(GUESTS), till.write(c.PrintPreBill(K))
    state, head = house.digest, house.office.head_n
    done = await till.push(after)
    assert (done.problem, done.upto, done.results) == ("gap", 3, [])
    assert (house.digest, house.office.head_n) == (state, head)
    assert not (await till.push(missing, after)).problem


async def test_another_history_of_the_same_device_is_a_fork(house: House, till: Till) -> None:
    await till.order()
    seq, prev = till.seq, till.prev
    await till.must(GUESTS)
    head = house.office.head_n
    till.seq, till.prev = seq, prev
    other = till.write(c.SetGuests(K, 9))
    assert (await till.push(other)).problem == "fork"
    till.seq, till.prev = seq + 1, other.hash
    assert (await till.push(till.write(c.SetGuests(K, 8)))).problem == "fork"
    till.dep = 0
    house.office.devices[till.dev].epoch = 2
    till.dep, till.seq, till.prev = 1, 0, ""
    assert (await till.push(till.write(c.SetGuests(K, 7)))).problem == "fork"
    assert house.office.head_n == head


async def test_a_salvaged_store_sends_again_and_nothing_counts_twice(
    house: House, till: Till
) -> None:
    await till.order()
    sent = till.write(GUESTS)
    (first,) = (await till.push(sent)).results
    state, head = house.digest, house.office.head_n
    till.dep, till.seq, till.prev = 2, 0, ""
    again = till.write(GUESTS, cmd_id=sent.command.cmd_id)
    fresh = till.write(c.SetGuests(K, 5))
    done = await till.push(again, fresh)
    assert done.results[0] == replace(first, seq=1)
    assert (done.results[1].outcome, house.office.head_n) == ("accepted", head + 1)
    assert house.digest != state
    await house.restart()
    repeated = await till.push(again, fresh)
    assert (repeated.problem, repeated.results[1]) == ("", done.results[1])
    assert (repeated.results[0].outcome, repeated.results[0].n_to) == ("accepted", first.n_to)
    assert house.office.head_n == head + 1


async def test_an_id_twice_in_one_push_is_one_command(house: House, till: Till) -> None:
    await till.order()
    one = till.write(GUESTS)
    two = till.write(c.SetGuests(K, 4), cmd_id=one.command.cmd_id)
    head = house.office.head_n
    done = await till.push(one, two)
    assert house.office.head_n == head + 1
    assert done.results[1] == replace(done.results[0], seq=done.results[0].seq + 1)


async def test_the_id_of_another_devices_command_stops_its_sender_only(
    house: House, till: Till
) -> None:
    await till.order()
    victim = till.write(GUESTS)
    await till.push(victim)
    forger = await house.till("t2")
    stolen = forger.write(c.SetGuests(K, 9), cmd_id=victim.command.cmd_id)
    assert (await forger.push(stolen)).problem == "fork"
    await till.must(c.SetGuests(K, 4))
    assert house.office.venue.checks[K].guests == 4


def is_said_full(house: House) -> bool:
    return house.office.bus.disk_full


async def test_a_full_disk_is_busy_and_later_all_is_well() -> None:
    disk = SmallDisk()
    house = House(disk.open)
    await house.open()
    till = await house.till()
    await till.order()
    await till.sign_in("nadia")
    state, head, sent = house.digest, house.office.head_n, till.write(GUESTS, "nadia")
    disk.full = True
    done = await till.push(sent)
    assert (done.problem, done.results, done.retry_ms > 0) == ("busy", [], True)
    assert is_said_full(house), "which every terminal is told"
    assert (house.digest, house.office.head_n) == (state, head)
    assert (await till.ask("sign_in", staff_id="ihor", pin=PINS["ihor"])).code == "busy"
    assert await house.office.report(c.StopItem("wine")) is None
    assert (await house.office.enrol(_request(house, "t9"))).problem == "busy"
    disk.full = False
    assert (await till.push(sent)).results[0].outcome == "accepted"
    assert not is_said_full(house)
    await house.close()


async def test_a_full_disk_at_saving_the_state_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = SmallDisk()
    house = House(disk.open)
    await house.open()
    till = await house.till()
    monkeypatch.setattr("sync_server.domain.limits.STATE_EVERY_EVENTS", 1)
    house.office.subscribe(lambda n: setattr(disk, "full", True))
    await till.do(c.OpenCheck(K, f"{till.code}-001", "table", "t3"))
    await house.office.live.saved()
    assert house.rows("SELECT n FROM state") == []
    disk.full = False
    house.office.live._listeners.clear()
    await till.must(GUESTS)
    await house.office.live.saved()
    assert [row[0] for row in house.rows("SELECT n FROM state")] == [house.office.head_n]
    await house.close()


async def test_a_command_on_which_the_code_fails_is_parked_and_the_next_one_works(
    house: House, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.order()

    def fail(venue: Venue, command: object, facts: Facts) -> Decision:
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setitem(decisions._HANDLERS, c.PrintPreBill, fail)
    bad, good = till.write(c.PrintPreBill(K)), till.write(GUESTS)
    done = await till.push(bad, good)
    assert [one.outcome for one in done.results] == ["parked", "accepted"]
    assert [(n.code, n.staff_id, n.check_id) for n in house.notices] == [("internal", "olena", K)]
    ((error, data),) = house.rows("SELECT error, data FROM parked")
    assert "a bug of ours" in error
    assert bytes(data) == bad.data
    await house.restart()
    assert (await till.push(bad)).results == done.results[:1]


async def test_a_command_that_fails_half_way_leaves_no_half(
    house: House, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.must(
        c.OpenCheck(K, f"{till.code}-001", "table", "t3"), c.AddLines(K, (a_line("l1"),))
    )
    entries = ledger.entries

    def book(event: object, charged: tuple[int, int], closed: bool) -> tuple[ledger.Entry, ...]:
        assert not isinstance(event, e.TicketOpened), "an event's entries must balance"
        return entries(event, charged, closed)

    monkeypatch.setattr(ledger, "entries", book)
    assert (await till.do(c.SendLines(K, (LineId("l1"),)))).outcome == "parked"
    (raised,) = house.notices
    await till.must(c.AcknowledgeNotice(NoticeId(raised.notice_id)))
    monkeypatch.undo()
    assert not house.office.venue.checks[K].lines[0].sent
    await till.must(c.SendLines(K, (LineId("l1"),)))
    state = house.digest
    await house.restart()
    assert house.digest == state


async def test_a_refusal_raises_one_notice_and_a_quiet_one_none(house: House, till: Till) -> None:
    await till.order()
    loud = await till.do(c.VoidLine(K, LineId("k-l1"), 1_000, "guest-left", True))
    assert (loud.outcome, loud.code) == ("refused", "not_allowed")
    quiet = await till.do(c.SendLines(K, (LineId("k-l1"),)))
    assert (quiet.outcome, quiet.code, quiet.n_to) == ("refused", "nothing_to_send", 0)
    (raised,) = house.notices
    assert (raised.code, raised.staff_id) == ("not_allowed", "olena")
    assert loud.n_from == loud.n_to == house.office.head_n
    await till.must(c.AcknowledgeNotice(NoticeId(raised.notice_id)))
    assert house.notices == []


async def test_bodies_that_cannot_be_read_are_refused_and_the_next_command_works(
    house: House, till: Till
) -> None:
    await till.order()
    for changes in (
        {"body": msgspec.Raw(b'{"check_id":"k"}')},
        {"body": msgspec.Raw(b'{"check_id":"k","guests":"three"}')},
        {"body": msgspec.Raw(b'{"check_id":"%s","guests":3}' % (b"k" * 9_000))},
        {"type": "Nonsense"},
        {"tv": 99},
    ):
        (result,) = (await till.push(till.write(GUESTS, **changes))).results
        assert (result.outcome, result.code) == ("refused", "unknown_command")
    await till.must(GUESTS)


async def test_no_terminal_may_say_what_only_the_server_says(house: House, till: Till) -> None:
    bodies = (
        c.SettleCharge(ChargeId("ch"), "posted"),
        c.SettleCard(PaymentId("p"), "approved"),
        c.RecordPaper(TicketId("x"), 1, "printed", "p"),
        c.TellStaff(NoticeId("x"), StaffId("olena"), "internal", {}),
        c.PublishCatalogue(9, "0" * 64),
        c.RecordSignIn(StaffId("nadia"), "in"),
        c.PrintFigures("report", "2026-11-21", (), 0, "hour"),
        c.RevokeDevice("t1", "T1", "lost", "halyna"),
        c.RecordReview("r", "t1", "T1", "halyna", ("x",), (), ()),
        c.EraseGuests(("check:k",), "halyna", "asked"),
    )
    assert {type(body).__name__ for body in bodies} == SERVER_ONLY
    for body in bodies:
        result = await till.do(body, by="nadia")
        assert (result.outcome, result.code) == ("refused", "not_allowed")


async def test_nobody_becomes_the_server_and_one_key_is_one_device(house: House) -> None:
    assert (await house.office.enrol(_request(house, SERVER))).problem == "bad_code"
    till = await house.till("t1")
    missed = replace(_request(house, "t1"), public_key=bytes([0]) * 32)
    assert (await house.office.enrol(missed)).dev_code == till.code
    assert (await house.office.enrol(_request(house, "t1"))).problem == "bad_code"
    assert house.office.device(SERVER) is None


def _request(house: House, dev: str) -> EnrolRequest:
    return EnrolRequest(house.desk.open("x", "pos"), dev, b"k" * 32, "x", "pos", "::1")


async def test_a_display_without_anybody_signed_in_may_only_cook(house: House, till: Till) -> None:
    await till.order()
    screen = await house.till("k1", "kds")
    (ticket,) = house.office.venue.tickets.values()
    await screen.must(c.BumpTicket(ticket.ticket_id), by="")
    await screen.must(c.StopItem("wine"), by="")
    for body in (GUESTS, c.PrintPreBill(K), c.OpenCheck(CheckId("z"), "K1-001", "tab")):
        result = await screen.do(body, by="")
        assert (result.outcome, result.code) == ("refused", "not_allowed")
    refused = await till.do(c.BumpTicket(ticket.ticket_id), by="")
    assert refused.code == "unknown_staff"


async def test_many_devices_at_once_are_decided_in_groups_and_all_of_it_is_there(
    house: House,
) -> None:
    tills = [await house.till(f"t{i}") for i in range(8)]
    await asyncio.gather(*[till.order(f"k{i}") for i, till in enumerate(tills)])
    assert len(house.office.venue.checks) == 8
    state = house.digest
    await house.restart()
    assert house.digest == state


async def test_the_queue_of_the_writer_has_an_end(
    house: House, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_server.domain.limits.WRITER_QUEUE_COMMANDS", 2)
    await till.must(c.OpenCheck(K, f"{till.code}-001", "table", "t3"))
    sent = [till.write(c.AddLines(K, (a_line(f"l{i}"),))) for i in range(3)]
    assert (await till.push(*sent)).problem == "busy"
    assert not (await till.push(*sent[:2])).problem


def test_models_and_migrations_agree(open_database: Callable[[], Database]) -> None:
    with open_database() as database:
        upgrade(database, "sync_server.front_office.migrations")
        assert drift(database, FrontRow.metadata) == []
