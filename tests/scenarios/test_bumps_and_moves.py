"""What a cook hands on and bumps while a colleague's order is on its way to the same ticket."""

from sync_server.domain import commands as c
from sync_server.domain.ids import LineId
from sync_server.domain.kitchen import Ticket, has_it

from .scene import COOK, L1, OLENA, K, Scene, played

L3 = LineId("l3")


def hot(scene: Scene) -> Ticket:
    """The ticket with the borscht, as the server has it."""
    (ticket,) = (t for t in scene.server.tickets.values() if t.line(L1) is not None)
    return ticket


def test_a_bump_after_an_unanswered_move_leaves_open_what_came_meanwhile() -> None:
    """The display was out of the Wi-Fi. The cook handed the ticket to the grill and bumped it;
    Olena's third borscht had made it version two meanwhile, and the display counted its own move
    as version two as well: the dish was bumped, and no cook had seen it."""

    async def story(scene: Scene) -> None:
        scene.tap(OLENA, c.SendLines(K, (L1,)))
        await scene.drained()
        name = hot(scene).ticket_id
        await scene.goes_away(COOK)
        scene.tap(OLENA, c.AddLines(K, (scene.dish("l3", "borscht"),)))
        scene.tap(OLENA, c.SendLines(K, (L3,)))
        await scene.until(lambda: scene.server.tickets[name].version == 2)
        scene.tap(COOK, c.MoveTicket(name, "grill"))
        moved = scene.desk(COOK).venue.tickets[name]
        assert (moved.station_id, moved.version) == ("grill", 1)
        scene.tap(COOK, c.BumpTicket(name, moved.version))
        await scene.comes_back(COOK)
        ticket = hot(scene)
        assert (ticket.station_id, ticket.state) == ("grill", "open")
        assert [line.line_id for line in ticket.lines if line.state != "ready"] == [L3]
        await scene.drained()
        assert has_it(hot(scene))

    played(story)
