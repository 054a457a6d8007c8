"""A restored server takes back, word for word, what its terminals can prove that it had written."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from sync_server.cli import app
from sync_server.client.desk import ClientDesk
from sync_server.client.kept_tail import newest
from sync_server.clocks import wall_ms
from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import CheckId, PaymentId, ShiftId
from sync_server.front_office.adoption import Adoption
from sync_server.front_office.journal import Head
from sync_server.protocol.checkpoint import is_genuine, sign
from sync_server.protocol.envelope import GENESIS, EventRecord, chain, raw, write_event
from sync_server.recovery import FRONT, put_back, take
from sync_server.verify import verify
from sync_server.witnesses import witness_of

from .test_recovery import A, B, World, opened, ordered, said

C, D = CheckId("c"), CheckId("d")
KEY = b"k" * 32


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path) as made:
        yield made


async def signed(world: World) -> int:
    """The server signs its head, and every terminal has that on its disk."""
    office = world.running.office
    assert office.checkpoints is not None
    await office.checkpoints.look(office)
    n = office.head_n

    def kept(desk: ClientDesk) -> bool:
        witness = newest(desk.link.store._connection)
        return witness is not None and witness.n == n

    async with asyncio.timeout(90):
        while not all(kept(desk) for desk in world.desks):
            await asyncio.sleep(0.05)
    return n


async def journal(world: World, upto: int) -> list[bytes]:
    return await world.running.office.events_after(0, upto, 2**30)


async def loses_its_disk(world: World) -> None:
    """The front database is gone; last hour's backup takes its place. The keys were kept."""
    await world.close()
    for left in world.settings.data.glob("front.db*"):
        left.unlink()
    put_back(world.settings, world.folder / "backup", wall_ms(), [FRONT])
    await world.open()


async def test_what_was_signed_comes_back_verbatim_even_if_its_maker_never_does(
    world: World,
) -> None:
    one, two = await world.desk("one"), await world.desk("two")
    assert (await one.sign_in("taras", "7183")).code == ""
    assert (await two.sign_in("olena", "4071")).code == ""
    said(one, c.OpenShift(ShiftId("sh"), "1", 200_000))
    ordered(two, A, "t3")
    await world.settled()
    await asyncio.to_thread(take, world.settings, world.folder / "backup", wall_ms())
    lost_from = world.running.office.head_n

    # In no backup: an order, and cash that another terminal took for it.
    ordered(two, B, "t5")
    await world.settled()
    said(one, c.TakePayment(B, PaymentId("p"), ShiftId("sh"), "cash", 10_000, 10_000))
    await world.settled()
    proved = await signed(world)
    written = await journal(world, proved)
    # After the last signature: decided again, from what the terminals were told.
    ordered(two, C, "t6")
    await world.settled()
    before = world.running.office.venue

    await one.stop()
    world.desks.remove(one)
    await loses_its_disk(world)
    office = world.running.office
    assert office.head_n == lost_from
    two.link.nudge()
    here = office.devices[two.link.identity.dev]
    await world.until(lambda: here.witness is not None)
    office.bus.stop_awaiting()
    await world.until(lambda: not office.recovering)
    await world.settled()

    assert await journal(world, proved) == written
    after = office.venue
    assert balance(after.checks[B]) == balance(before.checks[B])
    assert after.shifts[ShiftId("sh")].drawer_minor == before.shifts[ShiftId("sh")].drawer_minor
    assert [line.line_id for line in after.checks[C].lines] == ["c-l"]
    assert world.all_agree()
    assert verify(world.running.front, signing_key(world)) == []

    # The terminal that took the cash is found in a drawer a week later: nothing happens twice.
    drawer = after.shifts[ShiftId("sh")].drawer_minor
    again = await world.again("one")
    await world.until(lambda: again.state.phase == "online" and again.state.saving == 0)
    await world.settled()
    assert office.venue.shifts[ShiftId("sh")].drawer_minor == drawer
    assert await journal(world, proved) == written
    assert verify(world.running.front, signing_key(world)) == []
    await world.until(world.all_agree)


def signing_key(world: World) -> bytes:
    return (world.settings.data / "journal.key").read_bytes()


async def test_a_command_whose_answer_was_lost_with_the_server_counts_once(world: World) -> None:
    one, two = await world.desk("one"), await world.desk("two")
    assert (await two.sign_in("olena", "4071")).code == ""
    await world.settled()
    await asyncio.to_thread(take, world.settings, world.folder / "backup", wall_ms())
    ordered(two, B, "t5")
    await world.settled()
    await signed(world)
    # The answers never reached the disk of the terminal that asked.
    store = two.link.store._connection
    store.execute("UPDATE outbox SET state = 'pending', result = NULL, n_to = 0")
    await two.stop()
    world.desks.remove(two)
    await loses_its_disk(world)
    again = await world.again("two")
    office = world.running.office
    for desk in (one, again):
        desk.link.nudge()
    await world.until(lambda: not office.recovering)
    await world.settled()
    assert [line.line_id for line in office.venue.checks[B].lines] == ["b-l"]
    assert sum(1 for t in office.venue.tickets.values() if t.check_id == B) == 1
    assert verify(world.running.front, signing_key(world)) == []


async def test_a_journal_cut_at_its_end_is_found_by_any_terminal(world: World) -> None:
    one = await world.desk("one")
    assert (await one.sign_in("olena", "4071")).code == ""
    ordered(one, A, "t3")
    await world.settled()
    await asyncio.to_thread(take, world.settings, world.folder / "backup", wall_ms())
    ordered(one, B, "t5")
    await world.settled()
    n = await signed(world)
    await one.stop()
    world.desks.remove(one)
    await world.close()
    runner = CliRunner()
    data, folder = str(world.settings.data), str(world.folder / "one")
    whole = runner.invoke(app, ["verify", data, "--witness", folder])
    assert whole.exit_code == 0, whole.output
    assert "bear it out" in whole.output

    # Somebody puts an older copy in its place, without the restore that says so.
    kept = witness_of(world.folder / "one")
    assert kept.n == n
    assert is_genuine(kept, signing_key(world))
    for left in world.settings.data.glob("front.db*"):
        left.unlink()
    from sync_server.store import backup as copies

    url = world.settings.database_url(FRONT)
    copies.restore(world.folder / "backup" / "front.backup", url, FRONT)
    cut = runner.invoke(app, ["verify", data, "--witness", folder])
    assert cut.exit_code == 1
    assert f"checkpoint {n}: the journal ends at" in cut.output
    assert "no folder of a terminal" in str(
        runner.invoke(app, ["verify", data, "--witness", data]).output
    )

    house = await world.open()
    await world.again("one")
    office = house.office
    assert office.checkpoints is not None
    await world.until(lambda: bool(office.checkpoints and office.checkpoints._shown))
    await office.checkpoints.look(office)
    assert [note.code for note in office.venue.notices.values()] == ["journal_changed"]


def _record(n: int, body: bytes = b'{"number":9,"sha256":"","at_ms":1}') -> bytes:
    name = "CataloguePublished"
    return write_event(EventRecord(n, 5, name, 1, f"c{n}", "dev", "", "2026-11-21", raw(body)))


def test_a_tail_that_the_server_did_not_sign_is_not_taken() -> None:
    events, link = [_record(1), _record(2)], GENESIS
    for n, data in enumerate(events, 1):
        link = chain(link, n, data)
    good = sign(KEY, "site", 1, 2, link, 5)
    assert is_genuine(good, KEY)
    assert not is_genuine(good, b"x" * 32)
    for change in ({"n": 3}, {"hash": "0" * 64}, {"at_ms": 6}, {"site": "other"}, {"sep": 2}):
        assert not is_genuine(msgspec.structs.replace(good, **change), KEY)

    def asked(witness: object = good) -> Adoption:
        adoption = Adoption("site", Head(), KEY)
        adoption.heard("t1", 1, witness)  # type: ignore[arg-type]
        return adoption

    assert not asked(sign(b"x" * 32, "site", 1, 2, link, 5)).choose()
    assert not asked(sign(KEY, "another house", 1, 2, link, 5)).choose()
    for wrong in ([_record(1), _record(2, b'{"number":8,"sha256":"","at_ms":1}')], [b"{}"], []):
        adoption = asked()
        assert adoption.choose()
        adoption.given("t1", 1, wrong)
        assert not adoption.complete
        adoption.heard("t1", 1, good)
        assert not adoption.choose(), "a liar is not asked twice"
    adoption = asked()
    assert adoption.choose()
    adoption.given("t2", 1, events)
    assert adoption.wanted("t1") == 1, "only the one that was asked"
    adoption.given("t1", 1, events[:1])
    assert adoption.wanted("t1") == 2
    adoption.given("t1", 2, events[1:])
    assert adoption.complete
    assert len(adoption.run({9: object()})) == 2
    assert adoption.run({}) == [], "a menu that nobody knows ends what can be adopted"
