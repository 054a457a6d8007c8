"""The server loses its disk: an older backup and the terminals make the evening whole again."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from random import SystemRandom

import pytest
from sqlalchemy import insert

from sync_server.backup_rounds import BackupRounds
from sync_server.bootstrap import House
from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import inline
from sync_server.clocks import mono_ms, wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import ChargeId, CheckId, ItemId, LineId, PaymentId, ShiftId
from sync_server.effects.door import DOUBTFUL
from sync_server.front_office.tables import EffectRow
from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.gateway import Timing
from sync_server.hotel.property import Property
from sync_server.protocol.link import Link, LinkClosed, memory_pair
from sync_server.protocol.replica import CODEC, digest
from sync_server.recovery import FRONT, put_back, read_manifest, surplus, take
from sync_server.sealed import make_key, unseal
from sync_server.store.database import Database
from sync_server.store.errors import BackupRefused, StoreLocked
from sync_server.verify import verify
from tests.demo.loaded import demo_venue
from tests.simulation.restaurant import CHEAP

DAY = date(2026, 11, 21)
HOTEL_TIMES = Timing(find_ms=500, answer_ms=500, quarantine_ms=600, look_gap_ms=20)
GUEST = "Kowalski, Anna"
A, B = CheckId("a"), CheckId("b")


class World:
    """A house that can be destroyed, and terminals that survive it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = ServerSettings(data=folder / "server", port=0)
        self.house: House | None = None
        self.desks: list[ClientDesk] = []
        self.changed = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()

    async def open(self) -> House:
        """Start the server on what is on its disk."""
        house = House(self.settings)
        house.gateway = EmbeddedGateway(Property(house.hotel, wall_ms), HOTEL_TIMES)
        await house.start()
        await furnish(house, demo_venue(), DAY, wall_ms())
        await house.listen()
        house.office.subscribe(lambda n: self.changed.set())
        self.house = house
        return house

    @property
    def running(self) -> House:
        """The server, which runs."""
        assert self.house is not None
        return self.house

    async def close(self) -> None:
        """The server stops."""
        house, self.house = self.running, None
        await house.stop()

    async def connect(self, url: str, fingerprint: str) -> Link:
        """A link in memory, as long as there is a server."""
        if self.house is None or self.house.sockets is None:
            raise LinkClosed(1006, "no server")
        ours, theirs = memory_pair()
        task = asyncio.create_task(self.house.sockets.serve_link(theirs))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return ours

    async def desk(self, name: str, kind: str = "pos") -> ClientDesk:
        """A terminal, enrolled and online."""
        desk = await self._made(name, kind)
        link = desk.link
        code = self.running.desk.open(name, kind)
        assert await link.enrol(Invitation(self.running.url, code), name, kind) == ""
        await self.until(lambda: desk.state.phase == "online" and desk.catalogue.number == 1)
        return desk

    async def again(self, name: str, kind: str = "pos") -> ClientDesk:
        """A terminal that was stopped is switched on again."""
        return await self._made(name, kind)

    async def _made(self, name: str, kind: str) -> ClientDesk:
        desk = ClientDesk(self.folder / name, kind, hasher=CHEAP)
        link = TerminalLink(
            self.folder / name,
            desk.callbacks(),
            run=inline,
            clock=wall_ms,
            mono=mono_ms,
            rng=SystemRandom(),
            boot_id="boot-1",
            app="test",
            schema_hash=CODEC.schema_hash,
            connect=self.connect,
            ballast_bytes=0,
        )
        await desk.open(link)
        await desk.start()
        desk.watch(self.changed.set)
        self.desks.append(desk)
        return desk

    async def until(self, reached: Callable[[], bool]) -> None:
        """Returns when `reached` holds; it is asked again after each piece of news."""
        async with asyncio.timeout(90):
            while not reached():
                self.changed.clear()
                await self.changed.wait()

    async def settled(self) -> None:
        """Every command is answered and every replica stands where the server does."""
        house = self.running
        await self.until(
            lambda: all(
                not desk._pending and desk.state.saving == 0 and desk.base.n == house.office.head_n
                for desk in self.desks
            )
        )

    def all_agree(self) -> bool:
        """One digest everywhere."""
        venues = [self.running.office.venue, *(desk.base for desk in self.desks)]
        return len({digest(venue) for venue in venues}) == 1


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[World]:
    """A world that is shut at the end, whatever was opened or closed in between."""
    made = World(folder)
    await made.open()
    yield made
    for desk in made.desks:
        await desk.stop()
    if made.house is not None:
        await made.close()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path) as made:
        yield made


def said(desk: ClientDesk, command: object) -> None:
    decision = desk.submit(command)
    assert type(decision).__name__ == "Accepted", decision


def ordered(desk: ClientDesk, check: CheckId, table: str, item: str = "borscht") -> None:
    line = LineId(f"{check}-l")
    said(desk, c.OpenCheck(check, desk.next_number(), "table", table, guests=2))
    said(desk, c.AddLines(check, (c.NewLine(line, ItemId(item), 1, 2_000),)))
    said(desk, c.SendLines(check, (line,)))


def posted(world: World) -> list[tuple[object, ...]]:
    """What stands on the folios."""
    rows = world.running.hotel.read(
        lambda one: list(one.exec_driver_sql("SELECT posting_id, total_minor FROM folio_posting"))
    )
    return [tuple(row) for row in rows]


async def test_a_lost_disk_is_made_good_by_an_older_backup_and_the_terminals(
    world: World,
) -> None:
    house = world.running
    one, two = await world.desk("one"), await world.desk("two")
    cook = await world.desk("cook", "kds")
    assert (await one.sign_in("taras", "7183")).code == ""
    assert (await two.sign_in("olena", "4071")).code == ""
    said(one, c.OpenShift(ShiftId("sh"), "1", 200_000))
    ordered(two, A, "t3")
    await world.settled()
    await asyncio.to_thread(take, world.settings, world.folder / "backup", wall_ms())
    lost_from = house.office.head_n

    # All of this is in no backup; the waiter's order comes before the cook's bump of it.
    ordered(two, B, "t5")
    await world.settled()
    tickets = [t.ticket_id for t in cook.venue.tickets.values() if t.check_id == B]
    said(cook, c.BumpTicket(tickets[0]))
    await world.settled()
    said(two, c.ServeLines(B, (LineId("b-l"),)))
    refused = c.VoidLine(B, LineId("b-l"), 1_000, "guest-left", True)
    assert type(two.submit(refused)).__name__ == "Refused"
    due = balance(one.venue.checks[A])
    said(one, c.ChargeRoom(A, ChargeId("ch"), ShiftId("sh"), "stay-304-1", "304", GUEST, due))
    await world.until(lambda: A in house.office.venue.closed)
    said(one, c.TakePayment(B, PaymentId("p"), ShiftId("sh"), "cash", 10_000, 10_000))
    await world.settled()
    assert world.all_agree()
    before = house.office.venue
    assert len(posted(world)) == 1
    folio = posted(world)

    await world.close()
    for left in world.settings.data.glob("front.db*"):
        left.unlink()
    epoch = put_back(world.settings, world.folder / "backup", wall_ms(), [FRONT])
    assert epoch > house.office.server_epoch
    house = await world.open()
    assert house.office.head_n == lost_from
    for desk in world.desks:
        desk.link.nudge()
    office = house.office
    await world.until(lambda: office.bus.reoffers is None and A in office.venue.closed)
    await world.settled()

    after = house.office.venue
    assert world.all_agree()
    assert posted(world) == folio
    assert after.charges[ChargeId("ch")].state == "posted"
    assert {t.ticket_id: t.state for t in after.tickets.values()} == {
        t.ticket_id: t.state for t in before.tickets.values()
    }
    assert balance(after.checks[B]) == balance(before.checks[B])
    assert [line.state for line in after.checks[B].lines] == ["served"]
    assert after.shifts[ShiftId("sh")].drawer_minor == before.shifts[ShiftId("sh")].drawer_minor
    assert after.perpetual_minor == before.perpetual_minor
    # People are told what nobody can know: the slip may be out, the charge was looked for.
    # No printer stands here, so the drawer that the cash asks for stays shut, and that is said.
    told = {n.code for n in after.notices.values()}
    assert told <= {"print_unknown", "charge_unknown", "drawer_shut"}

    assert verify(house.front) == []

    # And the evening goes on.
    assert (await two.sign_in("olena", "4071")).code == ""
    said(two, c.SetGuests(B, 4))
    await world.settled()
    assert house.office.venue.checks[B].guests == 4
    assert world.all_agree()


async def test_a_backup_of_a_running_house_is_proven_and_put_back_only_when_it_stands(
    world: World,
) -> None:
    house = world.running
    backup = world.folder / "backup"
    keys = world.folder / "keys"
    made = await asyncio.to_thread(take, world.settings, backup, wall_ms(), keys)
    assert (made.n, made.hash) == (house.office.head_n, await house.office.hash_at(made.n))
    assert made.digest == digest(house.office.venue)
    assert sorted(made.files) == ["front", "hotel"]
    secret = (keys / "pepper.key").read_bytes()
    assert all(secret not in path.read_bytes() for path in backup.iterdir())
    with pytest.raises(BackupRefused, match="exists already"):
        take(world.settings, backup, wall_ms())
    with pytest.raises(StoreLocked):
        put_back(world.settings, backup, wall_ms())
    epoch = house.office.server_epoch
    await world.close()
    again = [put_back(world.settings, backup, wall_ms() + ago) for ago in (0, 5_000)]
    assert epoch < again[0] < again[1], "never an epoch twice"
    house = await world.open()
    assert house.office.server_epoch == again[1]
    assert house.office.restored_n == house.office.durable_n == made.n


async def test_a_damaged_backup_or_half_a_restore_starts_no_server(world: World) -> None:
    backup = world.folder / "backup"
    take(world.settings, backup, wall_ms())
    await world.close()
    whole = (backup / "front.backup").read_bytes()
    (backup / "front.backup").write_bytes(whole[:5_000] + b"?" + whole[5_001:])
    with pytest.raises(BackupRefused, match="was changed"):
        put_back(world.settings, backup, wall_ms())
    (backup / "front.backup").write_bytes(whole)
    (world.settings.data / "restoring").write_text(str(backup))
    with pytest.raises(BackupRefused, match="do it again"):
        await world.open()
    put_back(world.settings, backup, wall_ms())
    await world.open()
    assert read_manifest(backup).n > 0


async def test_what_was_not_told_to_the_world_for_certain_is_doubtful(world: World) -> None:
    # No worker takes these rows up while the house is closed.
    await world.close()
    rows = {
        "1.0": ("paper", "queued", ""),
        "1.1": ("paper", "sending", "- kitchen-hot"),
        "1.2": ("paper", "sending", "printed done kitchen-hot"),
        "1.3": ("paper", "done", "- done kitchen-hot"),
        "1.4": ("folio", "queued", ""),
        "1.5": ("folio", "sending", '{"posting":{}}'),
        "1.6": ("folio", "done", '{"posting":{}}'),
    }
    with Database.open(world.settings.database_url(FRONT), FRONT) as front:
        written = [_row(name, *row) for name, row in rows.items()]
        await front.write(lambda one: one.execute(insert(EffectRow), written))
    take(world.settings, world.folder / "backup", wall_ms())
    put_back(world.settings, world.folder / "backup", wall_ms())
    sql = "SELECT effect_id, state, outcome FROM effect ORDER BY effect_id"
    with Database.open_read_only(world.settings.database_url(FRONT)) as front:
        found = {
            row[0]: (row[1], row[2])
            for row in front.read(lambda one: list(one.exec_driver_sql(sql)))
        }
    assert found == {
        "1.0": ("queued", DOUBTFUL),
        "1.1": ("queued", DOUBTFUL),
        "1.2": ("sending", "printed done kitchen-hot"),
        "1.3": ("done", "- done kitchen-hot"),
        "1.4": ("queued", DOUBTFUL),
        "1.5": ("sending", '{"posting":{}}'),
        "1.6": ("done", '{"posting":{}}'),
    }


def _row(effect_id: str, kind: str, state: str, outcome: str) -> dict[str, object]:
    fixed = {"n": 1, "target": "nowhere", "attempt": 0, "due_ms": 2**50, "updated_ms": 0}
    row = {"effect_id": effect_id, "kind": kind, "state": state, "outcome": outcome}
    return {**fixed, **row, "dev": "", "payload": b"{}"}


async def test_the_server_takes_its_own_backups_and_says_what_is_durable(world: World) -> None:
    house = world.running
    rounds = BackupRounds(house.office, world.settings)
    await rounds.round()
    assert house.office.durable_n == house.office.head_n > 0
    await rounds.round()
    (kept,) = rounds.folder.iterdir()
    assert read_manifest(kept).n == house.office.head_n


async def test_a_sealed_copy_goes_to_the_second_folder_and_can_be_put_back(
    world: World, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    settings = world.settings.model_copy(update={"second_backups": second})
    await BackupRounds(world.running.office, settings, again).round()
    assert not list(second.iterdir()), "there is no key yet: said in the log, and no copy in clear"
    make_key(settings.data, tmp_path / "safe.key")
    await BackupRounds(world.running.office, settings, again).round()
    (sealed,) = second.iterdir()
    opened = unseal(sealed, tmp_path / "opened", tmp_path / "safe.key")
    assert read_manifest(opened).n == world.running.office.head_n


async def again(settings: ServerSettings, target: Path) -> int:
    """As the next round in a later second, in this process."""
    shutil.rmtree(target, ignore_errors=True)
    return take(settings, target, wall_ms()).n


def test_a_bounded_number_of_backups_is_kept() -> None:
    hourly = [f"202611{day:02d}T{hour:02d}0000Z" for day in range(1, 29) for hour in range(24)]
    gone = set(surplus(hourly, newest=24, days=14))
    kept = [name for name in hourly if name not in gone]
    assert len(kept) == 24 + 13
    assert kept[-24:] == hourly[-24:]
    assert kept[0] == "20261115T230000Z"
    assert surplus(kept, newest=24, days=14) == []
