"""A kitchen without a network: the demo venue, the real domain, and a desk that stands on them.

`Kitchen` orders, voids and fires in the name of the waiters; its clock is moved by the tests. What
the desk submits is decided and applied at once. `evening` fills it like a full Saturday.
"""

from collections.abc import Callable
from dataclasses import replace

from sync_server.client.records import LinkState
from sync_server.demo.catalogue import catalogue_of
from sync_server.domain import commands as c
from sync_server.domain.checks import Stamp
from sync_server.domain.decisions import decide
from sync_server.domain.ids import CheckId, CommandId, LineId, StaffId, TicketId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import Catalogue, Component
from sync_server.domain.rejections import Accepted, Decision
from sync_server.domain.staff import KITCHEN_RIGHTS, Facts, rights_of
from sync_server.domain.venue import Notice, Venue
from tests.demo.loaded import demo_venue

NOW_MS = 1_795_282_920_000  # Saturday, 21 November 2026, 19:42 in Kyiv
SECOND = 1_000
MINUTE = 60 * SECOND

Dish = tuple[str, int] | tuple[str, int, dict[str, object]]


class Kitchen:
    """The house as the kitchen sees it. It is a `kds_app.desk.Desk` as well."""

    def __init__(self) -> None:
        self.now = NOW_MS
        self.venue = Venue()
        self.catalogue: Catalogue | None = catalogue_of(demo_venue(), 1, NOW_MS)
        self.link = LinkState("online")
        self.submitted: list[object] = []
        self.told: list[Notice] = []
        self._ids = 0
        self._watchers: list[Callable[[], None]] = []

    # -- the desk ------------------------------------------------------------------------------
    def now_ms(self) -> int:
        return self.now

    def submit(self, command: object) -> Decision:
        self.submitted.append(command)
        return self._do(command, "", KITCHEN_RIGHTS)

    def told_here(self) -> list[Notice]:
        return self.told

    def begin_anew(self, begun: Callable[[int], None]) -> None:
        self.link = LinkState("offline")
        begun(2)

    @property
    def saving(self) -> bool:
        return False

    def watch(self, changed: Callable[[], None], news: Callable[[], None] | None = None) -> None:
        self._watchers.append(changed)

    # -- the house -----------------------------------------------------------------------------
    def without_bounds(self) -> None:
        """Stations that take any number of dishes at once: nothing waits for a free place."""
        assert self.catalogue is not None
        stations = {key: replace(one, capacity=0) for key, one in self.catalogue.stations.items()}
        self.catalogue = replace(self.catalogue, stations=stations)

    def id(self) -> str:
        self._ids += 1
        return f"id{self._ids:05d}"

    def _do(self, command: object, actor: str, rights: frozenset[str]) -> Decision:
        assert self.catalogue is not None
        facts = Facts(
            catalogue=self.catalogue,
            now_ms=self.now,
            command_id=CommandId(self.id()),
            actor=StaffId(actor),
            device_id="kds" if not actor else "pos",
            device_code="A",
            basis_n=self.venue.n,
            rights=rights,
        )
        decision = decide(self.venue, command, facts)
        if isinstance(decision, Accepted):
            for event in decision.events:
                self.venue.apply(event, Stamp(self.venue.n + 1, facts.device_id))
        for watcher in self._watchers:
            watcher()
        return decision

    def do(self, command: object, actor: str = "nadia") -> None:
        """A waiter or the hall manager does something that must work."""
        assert self.catalogue is not None
        decision = self._do(command, actor, rights_of(self.catalogue, actor))
        assert isinstance(decision, Accepted), (command, decision)

    def check(
        self,
        number: str,
        table: str = "",
        *,
        kind: str = "table",
        name: str = "",
        guests: int = 2,
        waiter: str = "olena",
    ) -> CheckId:
        """Open a check."""
        check_id = CheckId(self.id())
        self.do(c.OpenCheck(check_id, f"A-{number}", kind, table, name, guests), waiter)
        return check_id

    def order(
        self,
        check_id: CheckId,
        *dishes: Dish,
        waiter: str = "nadia",
        course: int = 2,
        held: bool = False,
        route: str = "server",
    ) -> list[LineId]:
        """Add dishes to a check and send them; gives the ids of the lines."""
        lines = []
        for dish in dishes:
            more = dict(dish[2]) if len(dish) == 3 else {}
            choices = tuple(c.Choice(str(m)) for m in more.pop("with_", ()))  # type: ignore[attr-defined]
            lines.append(
                c.NewLine(
                    LineId(self.id()),
                    dish[0],
                    1,
                    dish[1] * 1000,
                    choices,
                    course=course,
                    held=held,
                    **more,  # type: ignore[arg-type]
                )
            )
        ids = [line.line_id for line in lines]
        self.do(c.AddLines(check_id, tuple(lines)), waiter)
        self.do(c.SendLines(check_id, tuple(ids), route), waiter)
        return ids

    def void(self, check_id: CheckId, line_id: LineId, qty: int = 1) -> None:
        """The hall manager takes a dish back."""
        self.do(c.VoidLine(check_id, line_id, qty * 1000, "guest-changed-mind", made=False))

    def tickets(self, station: str = "hot", state: str = "open") -> list[Ticket]:
        """Tickets of a station, oldest first."""
        found = [
            t for t in self.venue.tickets.values() if t.station_id == station and t.state == state
        ]
        return sorted(found, key=lambda t: (t.clock_ms, t.ticket_id))

    def draw_all(self) -> None:
        """Every display has drawn everything."""
        seen = tuple(
            c.TicketSeen(TicketId(t.ticket_id), t.version) for t in self.venue.tickets.values()
        )
        self._do(c.AcknowledgeTickets(seen), "", KITCHEN_RIGHTS)

    def start_all(self, station: str) -> None:
        """The station has begun everything that it has."""
        for ticket in self.tickets(station):
            if not ticket.upcoming:
                ids = tuple(line.line_id for line in ticket.lines)
                self._do(c.StartLines(ticket.ticket_id, ids), "", KITCHEN_RIGHTS)

    def at(self, minutes: int, seconds: int = 0) -> None:
        """So long before 19:42."""
        self.now = NOW_MS - minutes * MINUTE - seconds * SECOND


KYIV: dict[str, object] = {"with_": ("kyiv-mash",)}


def _finished(kitchen: Kitchen) -> None:
    """Three tickets that were done a while ago."""
    for at, number, table, took in (
        (58, "0401", "t4", 12),
        (47, "0402", "t6", 10),
        (41, "0403", "t9", 12),
    ):
        kitchen.at(at)
        check = kitchen.check(number, table, waiter="ihor")
        lines = kitchen.order(check, ("mushroom-risotto", 1), ("fries", 2), waiter="ihor")
        kitchen.start_all("hot")
        kitchen.at(at - took, 25)
        for ticket in kitchen.tickets("hot"):
            kitchen.submit(c.BumpTicket(ticket.ticket_id))
        if table != "t9":
            kitchen.do(c.ServeLines(check, tuple(lines)), "ihor")


def evening() -> Kitchen:
    """A full evening at 19:42, with every kind of ticket and line."""
    kitchen = Kitchen()
    kitchen.do(c.OpenDay("2026-11-21"))
    _finished(kitchen)
    kitchen.at(22, 10)
    five = kitchen.check("0409", "t5")
    kitchen.order(
        five,
        ("pork-knuckle", 1, {"note": "без гірчиці"}),
        ("mash-side", 1),
        ("trout", 1, {"allergy": "горіхи"}),
    )
    kitchen.start_all("hot")
    mash = kitchen.tickets("hot")[0].lines[1].line_id
    kitchen.submit(c.MarkReady(kitchen.tickets("hot")[0].ticket_id, (mash,)))
    kitchen.at(15, 10)
    two = kitchen.check("0412", "t2", guests=4, waiter="ihor")
    lines = kitchen.order(
        two,
        ("chicken-kyiv", 2, {"with_": ("kyiv-fries",), "seat": 1}),
        ("banosh", 1, {"allergy": "горіхи"}),
        ("carbonara", 1, {"with_": ("pasta-no-bacon",)}),
        waiter="ihor",
    )
    kitchen.start_all("hot")
    kitchen.at(2)
    kitchen.void(two, lines[2])
    _middle(kitchen)
    _young(kitchen)
    kitchen.now = NOW_MS
    return kitchen


def _middle(kitchen: Kitchen) -> None:
    kitchen.at(11, 31)
    eleven = kitchen.check("0413", "t11", guests=4)
    kitchen.order(eleven, ("shrimps-garlic", 1), ("mushroom-risotto", 2), ("pork-knuckle", 1))
    kitchen.start_all("hot")
    third = kitchen.tickets("hot")[2]
    kitchen.submit(c.MarkReady(third.ticket_id, (third.lines[1].line_id,)))
    kitchen.at(6, 5)
    banquet = kitchen.check("0388", "t14", guests=22, name="Ювілей")
    kitchen.order(
        banquet,
        ("veal-medallions", 12, {"with_": ("medium-rare",)}),
        ("banosh", 8),
        ("mushroom-risotto", 2, {"note": "без сиру"}),
        ("sea-bass", 8),
    )
    kitchen.order(banquet, ("fondant", 8), held=True, course=4)
    kitchen.start_all("hot")
    kitchen.at(4, 48)
    away = kitchen.check("0414", kind="takeaway", name="7", waiter="marta")
    kitchen.order(
        away,
        ("burger", 3, {"with_": ("burger-no-onion", "burger-cheese")}),
        ("fries", 3),
        waiter="marta",
    )
    kitchen.start_all("hot")
    kitchen.at(3, 20)
    room = kitchen.check("0415", kind="room", name="304", waiter="yulia")
    kitchen.order(
        room, ("club-sandwich", 1, {"with_": ("club-no-mayo",)}), ("fries", 1), waiter="yulia"
    )
    kitchen.start_all("hot")


def _young(kitchen: Kitchen) -> None:
    kitchen.at(2, 10)
    twelve = kitchen.check("0418", "t12")
    kitchen.order(
        twelve, ("veal-medallions", 2, {"with_": ("medium",)}), ("braised-cabbage", 2), held=True
    )
    kitchen.at(1, 41)
    three = kitchen.check("0417", "t3", guests=3)
    kitchen.order(
        three, ("chicken-kyiv", 1, KYIV), ("ribeye", 1, {"with_": ("medium-rare", "side-fries")})
    )
    kitchen.at(0, 41)
    tab = kitchen.check("0419", kind="tab", name="Марта, 4", waiter="marta")
    kitchen.order(tab, ("fries", 2, {"note": "більше солі"}), waiter="marta", route="local")
    kitchen.draw_all()
    kitchen.at(0, 14)
    kitchen.order(
        three, ("carbonara", 1, {"with_": ("pasta-parmesan",), "allergy": "горіхи"}), ("fries", 1)
    )
    kitchen.do(c.StopItem("duck", 0))
    kitchen.do(c.StopItem("pork-knuckle", 4000))
    kitchen.do(c.StopItem("shrimps-garlic", 0))


def renamed(catalogue: Catalogue, language: str) -> Catalogue:
    """The catalogue of a house whose kitchen speaks another language."""
    return replace(
        catalogue,
        stations={
            key: replace(station, kitchen_language=language)
            for key, station in catalogue.stations.items()
        },
    )


def with_long_card(catalogue: Catalogue | None, item_id: str) -> Catalogue:
    """The catalogue with a dish of twenty components that takes fifty lines to explain."""
    assert catalogue is not None
    parts = tuple(
        Component(f"p{n}", {"en": f"Part{n}", "uk": f"Складник {n}"}, n * 5_000, "g")
        for n in range(1, 21)
    )
    steps = {
        "en": "\n".join(f"{n}. Stir it well, then let it stand for a while." for n in range(50)),
        "uk": "\n".join(f"{n}. Перемішати й дати постояти." for n in range(50)),
    }
    dish = replace(
        catalogue.items[item_id], components=parts, method=steps, allergens=("milk", "celery")
    )
    return replace(catalogue, items=catalogue.items | {item_id: dish})
