"""Five things that restaurants report of other systems (reliability 0.6), and how they end here."""

from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import LineId

from .scene import IHOR, L1, L2, OLENA, SHIFT, K, Scene, played


def _portions(scene: Scene, line_id: str) -> int:
    """How often the kitchen was given a line."""
    return sum(
        line.line_id == line_id and not line.held
        for ticket in scene.server.tickets.values()
        for line in ticket.lines
    )


def test_an_order_taken_without_wifi_is_there_once_however_often_the_link_breaks() -> None:
    """Double order after reconnect: nobody has to void anything by hand."""

    async def story(scene: Scene) -> None:
        await scene.goes_away(OLENA)
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3", "borscht"),)))
        scene.tap(OLENA, c.SendLines(K, (L1, L2, LineId("l3"))))
        for _ in range(6):
            scene.world.air.change(OLENA, scene.world.air.usual)
            scene.machine(OLENA).link.nudge()
            await scene.until(
                lambda: scene.desk(OLENA).state.phase in ("online", "catching_up"), 30
            )
            scene.world.air.drop(OLENA)
        await scene.comes_back(OLENA)
        assert len(scene.server.checks) == 1
        assert [line.line_id for line in scene.check().lines] == ["l1", "l2", "l3"]
        assert [_portions(scene, line) for line in ("l1", "l2", "l3")] == [1, 1, 1]

    played(story)


def test_an_answer_that_never_arrived_makes_no_second_order() -> None:
    """The server stored the dish, the answer was lost: the tablet asks again and gets it."""

    async def story(scene: Scene) -> None:
        wire = next(one for one in scene.world.air.wires if one.machine == OLENA and not one.dead)
        wire._deaf, wire._deaf_at = wire.far, 1
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3"),)))
        await scene.until(lambda: scene.check().line("l3") is not None)
        assert scene.machine(OLENA).link.store.pending == 1, "it was not answered"
        scene.world.air.drop(OLENA)
        await scene.comes_back(OLENA)
        assert scene.outcome(OLENA, "AddLines") == ("accepted", "")
        assert len([line for line in scene.check().lines if line.line_id == "l3"]) == 1

    played(story)


def test_the_kitchen_cooks_once_though_the_server_died_on_the_answer() -> None:
    """Printed twice in the kitchen: the send was committed, then the power went."""

    async def story(scene: Scene) -> None:
        server = scene.world.server
        server.crash_in_commit = -(server._commits + 1)
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        await scene.until(lambda: not server.on)
        await scene.until(lambda: scene.desk(OLENA).state.phase in ("offline", "connecting"), 40)
        server.switch_on()
        await scene.until(lambda: server.ready)
        await scene.comes_back(OLENA)
        assert [_portions(scene, line) for line in ("l1", "l2")] == [1, 1]

    played(story)


def test_what_the_terminal_printed_itself_is_not_printed_again_by_the_server() -> None:
    """The server was away, the cook has the terminal's paper; afterwards it is known as such."""

    async def story(scene: Scene) -> None:
        await scene.goes_away(OLENA)
        scene.tap(OLENA, c.SendLines(K, (L1, L2), "local"), route="local")
        await scene.comes_back(OLENA)
        tickets = [ticket for ticket in scene.server.tickets.values() if ticket.check_id == K]
        assert {ticket.paper for ticket in tickets} == {"printed"}
        assert [_portions(scene, line) for line in ("l1", "l2")] == [1, 1]

    played(story)


def test_two_waiters_take_the_money_for_one_table_and_not_a_kopiyka_is_lost() -> None:
    """Two devices paying: the second payment is kept apart and both are told."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1, L2)))
        await scene.drained()
        due = balance(scene.check())
        await scene.goes_away(OLENA)
        await scene.goes_away(IHOR)
        scene.pay(OLENA, "p1")
        scene.pay(IHOR, "p2")
        await scene.comes_back(OLENA, IHOR)
        assert scene.check().state == "closed"
        assert scene.outcome(IHOR, "TakePayment") == ("adjusted", "paid_twice")
        assert [one.payment.payment_id for one in scene.server.suspense] == ["p2"]
        assert scene.server.shifts[SHIFT].drawer_minor == 100_000 + 2 * due
        assert [notice.code for notice in scene.notices("ihor")] == ["paid_twice"]

    played(story)


def test_the_second_to_save_does_not_wipe_out_the_first() -> None:
    """Both changed the same dish; whoever came second is told by whom and when."""

    async def story(scene: Scene) -> None:
        await scene.goes_away(IHOR)
        scene.tap(OLENA, c.ChangeLine(K, L1, 2_000, (), 1, 1, "no salt", "nuts"))
        await scene.until(lambda: scene.check().line("l1").note == "no salt")  # type: ignore[union-attr]
        scene.tap(IHOR, c.ChangeLine(K, L1, 3_000, (), 0, 1, "", ""))
        scene.tap(IHOR, c.AddLines(K, (scene.dish("l3"),)))
        await scene.comes_back(IHOR)
        line = scene.check().line("l1")
        assert line is not None
        assert (line.qty_milli, line.note, line.allergy) == (2_000, "no salt", "nuts")
        assert scene.check().line("l3") is not None, "what does not clash is kept"
        (told,) = scene.notices("ihor")
        assert (told.code, told.params["by"]) == ("line_changed", "olena")

    played(story)
