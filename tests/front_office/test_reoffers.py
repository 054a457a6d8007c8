"""What terminals offer again after a restore: its order, and the outcomes they were told."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import LineId, StaffId
from sync_server.front_office.facts import note
from sync_server.front_office.recollection import Past
from sync_server.front_office.tables import OPEN, Fact
from sync_server.protocol.envelope import Lent, Received
from sync_server.transport.authority import CommandResult, Sighting, Submitted
from tests.builders import a_line
from tests.front_office.house import House, K, Till

EPOCH = 9


@dataclass
class Memory:
    """A device as it comes back: its commands with what it was told of them."""

    till: Till
    commands: list[Received] = field(default_factory=list)
    told: dict[int, CommandResult] = field(default_factory=dict)

    def add(self, said: object, by: str, n: int, outcome: str = "accepted", **more: Any) -> None:
        """It said this, and its events stood at `n` of the journal that is lost."""
        code = more.pop("code", "")
        one = self.till.write(said, by, session="lost.session" if by else "", sep=1, **more)
        seq = one.command.seq
        self.commands.append(one)
        params = b'{"by":"x"}' if code else b"{}"
        self.told[seq] = CommandResult(seq, outcome, code, params, n, n)  # type: ignore[arg-type]

    def arrive(self, house: House) -> None:
        """Its hello."""
        till, answered = self.till, max(self.told, default=0)
        sighting = Sighting(
            till.dev, till.dep, till.seq, answered, 0, 0, True, 80, 1000, "x", "boot"
        )
        house.office.seen(sighting)

    async def offer(self, house: House) -> Submitted:
        """Everything at once."""
        return await house.office.submit(self.till.dev, self.commands, self.told)


async def restored(house: House) -> None:
    """The house starts as one that was put back from a backup."""
    await note(house.office.database, Fact.SERVER_EPOCH, str(EPOCH))
    await note(house.office.database, Fact.RECOVERY, OPEN)
    await house.restart()
    assert house.office.bus.reoffers is not None


async def test_a_cook_who_comes_first_waits_for_the_waiters_order(house: House) -> None:
    waiter, cook = Memory(await house.till("t1")), Memory(await house.till("k1", "kds"))
    waiter.add(c.OpenCheck(K, "T1-001", "table", "t3"), "olena", 10)
    waiter.add(c.AddLines(K, (a_line("l1"),)), "olena", 11)
    waiter.add(c.SendLines(K, (LineId("l1"),)), "olena", 12)
    cook.add(c.StopItem("wine"), "", 5)
    await restored(house)
    cook.arrive(house)
    early = asyncio.ensure_future(cook.offer(house))
    await asyncio.sleep(0)
    assert not early.done()
    waiter.arrive(house)
    late = await waiter.offer(house)
    assert (await early).upto == 1
    assert [one.outcome for one in late.results] == ["accepted"] * 3
    assert house.office.bus.reoffers is None
    stopped = house.rows("SELECT n FROM journal WHERE type = 'ItemStopped'")[0][0]
    opened = house.rows("SELECT n FROM journal WHERE type = 'CheckOpened'")[0][0]
    assert stopped < opened


async def test_outcomes_told_are_honoured(house: House) -> None:
    till = await house.till("t1")
    await till.order()
    memory = Memory(till)
    void = c.VoidLine(K, LineId("k-l1"), 1_000, "guest-left", True)
    memory.add(c.SetGuests(K, 5), "olena", 20, "refused", code="check_frozen")
    memory.add(c.SetGuests(K, 6), "olena", 21, "parked", code="internal")
    memory.add(void, "olena", 22, approval=Lent("lost-with-the-disk"))
    await restored(house)
    memory.arrive(house)
    done = await memory.offer(house)
    assert [(one.outcome, one.code) for one in done.results] == [
        ("refused", "check_frozen"),
        ("parked", "internal"),
        ("accepted", ""),
    ]
    check = house.office.venue.checks[K]
    assert (check.guests, check.lines[0].state) == (2, "void")
    assert sorted(n.code for n in house.notices) == ["check_frozen", "internal"]
    rows = house.rows("SELECT outcome FROM effect WHERE n > 5")
    assert {row[0] for row in rows} <= {"doubtful restored"}
    assert (await memory.offer(house)).results == done.results


async def test_what_nobody_can_repeat_stays_as_told_and_its_waiter_is_asked_to_look(
    house: House,
) -> None:
    """What it rested on is lost, and so are its events: no terminal kept them."""
    till = await house.till("t1")
    await till.order()
    memory = Memory(till)
    memory.add(c.SendLines(K, (LineId("from-nowhere"),)), "olena", 30)
    await restored(house)
    memory.arrive(house)
    done = await memory.offer(house)
    assert [(one.outcome, one.code) for one in done.results] == [("accepted", "")]
    notices = [one for one in house.office.venue.notices.values() if one.code == "not_repeated"]
    assert [(one.staff_id, one.params["type"]) for one in notices] == [("olena", "SendLines")]


async def test_kept_events_do_not_give_to_the_kitchen_what_a_colleague_has_given(
    house: House,
) -> None:
    """It kept what its send had done; meanwhile another send has taken the dish along."""
    till = await house.till("t1")
    await till.order()
    sold = e.Sold(LineId("k-l1"), 1, "borscht", 1_000, "hot")
    fired = e.LinesFired(K, (sold,), house.now_ms, StaffId("olena"), "2026-11-21")
    told = CommandResult(till.seq + 1, "accepted", n_from=40, n_to=40)
    group, device = house.office.bus._group(), house.office.devices["t1"]
    again = till.write(c.SendLines(K, (LineId("k-l1"),)), "olena", sep=0)
    result = group.take(device, again, told, Past(told, (fired,)))
    assert result.outcome == "accepted"
    assert [type(event).__name__ for event in group.told.events] == ["NoticeRaised"]


async def test_new_commands_wait_and_a_device_that_never_comes_does_not_hold_up_the_house(
    house: House,
) -> None:
    here, _ = Memory(await house.till("t1")), await house.till("t2")
    here.add(c.OpenCheck(K, "T1-001", "table", "t3"), "olena", 10)
    fresh = here.till.write(c.SetGuests(K, 4), "olena")
    await restored(house)
    here.arrive(house)
    waiting = await house.office.submit("t1", [fresh], {})
    assert (waiting.problem, waiting.results) == ("busy", [])
    offered = asyncio.ensure_future(house.office.submit("t1", [*here.commands, fresh], here.told))
    await asyncio.sleep(0)
    assert not offered.done()
    house.office.bus.stop_awaiting()
    done = await offered
    assert (done.upto, done.problem) == (1, "busy")
    while house.office.bus.reoffers is not None:
        await asyncio.sleep(0)
    assert (await house.office.submit("t1", [fresh], {})).results[0].outcome == "accepted"


async def test_a_house_that_never_lost_its_disk_believes_nobody(house: House) -> None:
    till = await house.till("t1")
    await till.order()
    memory = Memory(till)
    memory.add(c.VoidLine(K, LineId("k-l1"), 1_000, "guest-left", True), "olena", 22)
    done = await memory.offer(house)
    assert (done.results[0].outcome, done.results[0].code) == ("refused", "session_ended")


async def test_a_restored_house_believes_no_new_command(house: House) -> None:
    till = await house.till("t1")
    await till.order()
    await restored(house)
    memory = Memory(till)
    memory.arrive(house)
    void = c.VoidLine(K, LineId("k-l1"), 1_000, "guest-left", True)
    forged = till.write(void, "olena", sep=EPOCH)
    told = {forged.command.seq: CommandResult(forged.command.seq, "accepted", n_from=30, n_to=30)}
    done = await house.office.submit("t1", [forged], told)
    assert (done.results[0].outcome, done.results[0].code) == ("refused", "not_allowed")
