"""What evenings with a dead server disk found: what a waiter was told stays so, and once.

The key of the journal burnt as well in each of them, so nothing of the lost record can be proved.
"""

import asyncio

import pytest

from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import ChargeId, LineId
from sync_server.verify import verify
from tests.simulation.machines import Backup
from tests.simulation.paper import Paper, prints
from tests.simulation.restaurant import PINS

from .scene import IHOR, L1, L2, OLENA, PETRO, SHIFT, K, Scene, played

L3 = LineId("l3")
AWAY_S = 20
"""Long enough for every terminal to notice that nobody answers."""


async def burnt(scene: Scene) -> Backup:
    """The house has no key from here on, and this backup is all that will be left of its disk."""
    scene.world.server.key = b""
    scene.world.server.crash()
    scene.world.air.drop()
    await asyncio.sleep(AWAY_S)
    scene.world.server.switch_on()
    await scene.until(lambda: scene.world.server.ready)
    await scene.drained()
    return scene.world.server.backup()


async def put_back(scene: Scene, backup: Backup) -> None:
    """The disk dies; the house comes back from the backup and the terminals."""
    server = scene.world.server
    server.restore(backup)
    server.switch_on()
    await scene.until(lambda: server.ready and server.office.bus.reoffers is None, 90)
    await scene.drained()


async def put_back_without(scene: Scene, backup: Backup, who: str) -> None:
    """The same while somebody's tablet lies in a drawer; the house opens without it."""
    scene.machine(who).crash()
    server = scene.world.server
    server.restore(backup)
    server.switch_on()
    await scene.until(lambda: server.ready and server.office.bus.reoffers is None, 150)


def charge(scene: Scene, name: str, room: str) -> c.ChargeRoom:
    due = balance(scene.check())
    guest = f"Guest {room}"
    return c.ChargeRoom(K, ChargeId(name), SHIFT, f"stay-{room}", room, guest, due)


def state(scene: Scene, name: str) -> str:
    found = scene.server.charges.get(ChargeId(name))
    return found.state if found else ""


def test_a_room_charge_stays_accepted_although_only_the_lost_server_knew_why() -> None:
    """The hotel had refused the first room, which freed the sum for the second. Nobody brought
    that refusal again, and the second charge was turned away as more than was due."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3", "borscht", 9_000),)))
        scene.tap(OLENA, c.SendLines(K, (L1, L2, L3)))
        backup = await burnt(scene)
        scene.tap(IHOR, charge(scene, "first", "304"))
        await scene.until(lambda: state(scene, "first") == "refused")
        await scene.drained()
        scene.tap(OLENA, charge(scene, "second", "301"))
        await scene.until(lambda: state(scene, "second") == "posted")
        await scene.drained()
        await put_back(scene, backup)
        assert scene.outcome(OLENA, "ChargeRoom") == ("accepted", "")
        await scene.until(lambda: state(scene, "second") == "posted", 200)
        await scene.until(lambda: state(scene, "first") == "refused", 200)

    played(story)


def test_a_dish_whose_answer_was_in_the_air_is_there_before_the_colleague_sends_it() -> None:
    """Ihor had sent Olena's dish and was told so; her own answer had not come yet. After the
    restore his send came first, and found nothing to send."""

    async def story(scene: Scene) -> None:
        world = scene.world
        backup = await burnt(scene)
        wire = [one for one in world.air.wires if one.machine == OLENA][-1]
        wire.grow_deaf()
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3"),)))
        await scene.until(lambda: scene.desk(IHOR).base.checks[K].line(L3) is not None)
        scene.tap(IHOR, c.SendLines(K, (L3,)))
        await scene.until(lambda: not scene.desk(IHOR).waiting)
        assert scene.machine(OLENA).link.store.pending == 1, "her answer is in the air"
        await put_back(scene, backup)
        assert scene.outcome(IHOR, "SendLines") == ("accepted", "")
        tickets = scene.server.tickets.values()
        assert [line.line_id for ticket in tickets for line in ticket.lines] == [L3]

    played(story)


def test_a_receipt_that_the_guest_has_is_not_printed_again_when_the_hotel_is_asked_anew() -> None:
    """The restored server learnt that the room had been charged, and closed the check anew."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        backup = await burnt(scene)
        scene.tap(PETRO, charge(scene, "room", "301"))
        await scene.until(lambda: K in scene.server.closed)
        await scene.drained()

        def receipts() -> int:
            papers = [scene.world.history.papers[p.mark] for p in prints(scene.world.presses)]
            return sum(isinstance(p, Paper) and p.document == "receipt" for p in papers)

        await scene.until(lambda: receipts() == 1)
        await put_back(scene, backup)
        await scene.until(lambda: K in scene.server.closed, 200)
        await scene.drained()
        assert receipts() == 1

    played(story)


def test_a_dish_that_the_cook_has_had_is_not_sent_again_while_its_sender_is_missing() -> None:
    """Ihor's tablet lay in a drawer when the house came back. Nobody else could bring his send,
    so Olena's next one took the dish along, and the bar made it a second time."""

    async def story(scene: Scene) -> None:
        backup = await burnt(scene)
        scene.tap(IHOR, c.SendLines(K, (L1, L2)))
        await scene.drained()
        await put_back_without(scene, backup, IHOR)
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3"),)))
        scene.tap(OLENA, c.SendLines(K, (L1, L2, L3)))
        await scene.until(lambda: not scene.desk(OLENA).waiting)
        await scene.is_found(IHOR)
        assert scene.outcome(IHOR, "SendLines") == ("accepted", "")
        tickets = scene.server.tickets.values()
        assert sorted(line.line_id for ticket in tickets for line in ticket.lines) == [L1, L2, L3]
        assert [line.fire_no for line in scene.check().lines] == [1, 1, 1]

    played(story)


def tickets_with(scene: Scene, line_id: LineId) -> list[str]:
    every = scene.server.tickets.values()
    return [t.check_id for t in every if any(line.line_id == line_id for line in t.lines)]


@pytest.mark.parametrize("told", [True, False])
def test_a_dish_made_on_the_check_that_continued_a_paid_one_is_not_made_again(told: bool) -> None:
    """Petro had taken the money and sent Olena's late dish, which stood on a second check; then
    his tablet lay in a drawer. Whether she had been told or not: everybody here remembers the
    money, so the check is paid, and the dish stands on the second one."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        backup = await burnt(scene)
        if told:
            await scene.goes_away(OLENA)
        else:
            [one for one in scene.world.air.wires if one.machine == OLENA][-1].grow_deaf()
        scene.pay(PETRO, "cash")
        await scene.until(lambda: K in scene.server.closed)
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3"),)))
        if told:
            await scene.comes_back(OLENA)
        await scene.until(lambda: bool(scene.desk(PETRO).base.checks))
        [late] = scene.server.checks
        scene.tap(PETRO, c.SendLines(late, (L3,)))
        await scene.until(lambda: not scene.desk(PETRO).waiting)
        assert tickets_with(scene, L3) == [late]
        await asyncio.sleep(1)
        await put_back_without(scene, backup, PETRO)
        assert K in scene.server.closed, "nobody asks the guest for the money again"
        assert tickets_with(scene, L3) == [late]
        line = scene.check(late).line(L3)
        assert line is not None
        assert line.fire_no == 1
        await scene.is_found(PETRO)
        assert scene.outcome(PETRO, "SendLines") == ("accepted", "")
        assert tickets_with(scene, L3) == [late]

    played(story)


async def ihor_orders_it_hot(scene: Scene) -> None:
    """A borscht on Olena's check, about which he changes his mind."""
    scene.tap(IHOR, c.AddLines(K, (scene.dish("l3", "borscht"),)))
    scene.tap(IHOR, c.ChangeLine(K, L3, 1_000, (), 0, 1, "hot", ""))
    await scene.drained()


async def it_stands_hot(scene: Scene) -> None:
    """Ihor's borscht is on the check as the cook has it, before his tablet is back and after."""
    line = scene.check().line(L3)
    assert line is not None, "the cook has a dish that is on nobody's check"
    assert (line.note, line.fire_no) == ("hot", 1)
    assert not verify(scene.world.server.office.database)
    await scene.is_found(IHOR)
    assert scene.outcome(IHOR, "ChangeLine") == ("accepted", "")
    assert tickets_with(scene, L3) == [K]


def test_what_olena_sent_stands_although_who_had_ordered_it_is_missing() -> None:
    """Ihor had ordered a borscht on her check and changed his mind about it; she sent it, and was
    told so. Then his tablet lay in a drawer: her ticket came back for a dish that nobody had
    ordered, and more of it was added to a ticket that had never been opened."""

    async def story(scene: Scene) -> None:
        backup = await burnt(scene)
        await ihor_orders_it_hot(scene)
        scene.tap(OLENA, c.SendLines(K, (L3,)))
        await scene.drained()
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l4", "borscht"),)))
        scene.tap(OLENA, c.SendLines(K, (LineId("l4"),)))
        await scene.drained()
        await put_back_without(scene, backup, IHOR)
        await it_stands_hot(scene)

    played(story)


def test_a_dish_of_which_few_were_left_is_not_made_again_while_its_sender_is_missing() -> None:
    """The send had counted the portions down as well, and so it was no evidence of anything."""

    async def story(scene: Scene) -> None:
        scene.tap(PETRO, c.StopItem("borscht", 5_000))
        await scene.drained()
        backup = await burnt(scene)
        scene.tap(IHOR, c.SendLines(K, (L1,)))
        await scene.drained()
        assert scene.server.stops["borscht"].left_milli == 3_000
        await put_back_without(scene, backup, IHOR)
        assert scene.server.stops["borscht"].left_milli == 3_000
        assert len(tickets_with(scene, L1)) == 1
        await scene.is_found(IHOR)
        assert scene.server.stops["borscht"].left_milli == 3_000
        assert scene.outcome(IHOR, "SendLines") == ("accepted", "")

    played(story)


def test_the_number_of_an_invoice_that_a_company_has_is_not_given_to_another() -> None:
    """The paper was the server's own work, which no tablet brings again; but they remember it."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        backup = await burnt(scene)
        scene.pay(PETRO, "cash")
        await scene.until(lambda: K in scene.server.closed)

        async def invoice(buyer: str) -> int:
            asked = scene.desk(PETRO).ask("check_invoice", {"check_id": K, "buyer": buyer})
            answer = await scene.machine(PETRO).spawn(asked)
            assert answer.code == "", answer
            await scene.drained()
            return scene.server.invoice_no

        assert await invoice("Acme") == 1
        await put_back(scene, backup)
        assert scene.server.invoice_no == 1
        signed = await scene.machine(PETRO).spawn(scene.desk(PETRO).sign_in("petro", PINS["petro"]))
        assert signed.code == "", signed
        await scene.until(lambda: K in scene.server.closed, 200)
        assert await invoice("Globex") == 2

    played(story)
