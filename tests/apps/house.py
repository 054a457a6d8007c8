"""A house without a network: the demo venue, the real domain, and desks that stand on it.

`House` is the server's part: it holds the confirmed state and turns what desks submit into events
when it is told to (`settle`), so a test chooses when an answer comes. `HouseDesk` is a `Desk` on
the real replica. The kitchen's part is done with the domain's own commands.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pos_app.attached import Attached
from pos_app.desk import Device, Health, Link, Progress, Reply, SignedIn
from pos_app.preferences import Preference
from pos_app.presenters.flow import Flow
from sync_server.demo.catalogue import catalogue_of
from sync_server.domain import commands as c
from sync_server.domain.checks import Stamp
from sync_server.domain.decisions import decide
from sync_server.domain.ids import StaffId, TicketId
from sync_server.domain.menu import Catalogue
from sync_server.domain.rejections import Accepted, Decision, Refused, refuse
from sync_server.domain.staff import (
    KITCHEN_RIGHTS,
    Facts,
    discount_limit,
    discount_sum_limit,
    refund_limit,
    rights_of,
)
from sync_server.domain.venue import Notice, Venue
from sync_server.protocol.envelope import body_digest, target_of
from sync_server.protocol.replica import CODEC, Replica
from tests.demo.loaded import demo_venue

START_MS = 1_795_282_920_000  # Saturday, 21 November 2026, 19:42 in Kyiv
MINUTE = 60_000

GUESTS = (
    {
        "stay_id": "s1",
        "room": "304",
        "name": "Ковальська, Анна",
        "arrival": "2026-11-19",
        "departure": "2026-11-23",
        "board": "half",
        "vip": "Gold",
        "no_post": False,
        "limit_left_minor": 415000,
    },
    {
        "stay_id": "s2",
        "room": "304",
        "name": "Ковальський, Пьотр",
        "arrival": "2026-11-19",
        "departure": "2026-11-23",
        "board": "",
        "vip": "",
        "no_post": True,
        "limit_left_minor": -1,
    },
)


class House:
    """The venue on the server's side, and the wall clock."""

    def __init__(self) -> None:
        venue = demo_venue()
        self.catalogue: Catalogue = catalogue_of(venue, 1, START_MS)
        self.pins = {secret.staff_id: secret.pin for secret in venue.credentials}
        self.now_ms = START_MS
        self.venue = Venue()
        self._ids = 0
        self._waiting: list[tuple[object, Facts]] = []
        self.desks: list[HouseDesk] = []
        self.approvals: dict[str, tuple[str, str, str]] = {}

    def new_id(self) -> str:
        """Ids that rise."""
        self._ids += 1
        return f"id{self._ids:06d}"

    def facts(self, actor: str, device: str, rights: frozenset[str] | None = None) -> Facts:
        """The facts of a command made now."""
        return Facts(
            catalogue=self.catalogue,
            now_ms=self.now_ms,
            command_id=self.new_id(),
            actor=StaffId(actor),
            device_id=device,
            device_code="A",
            basis_n=self.venue.n,
            rights=rights_of(self.catalogue, actor) if rights is None else rights,
            discount_limit_bp=discount_limit(self.catalogue, actor),
            refund_limit_minor=refund_limit(self.catalogue, actor),
            discount_limit_minor=discount_sum_limit(self.catalogue, actor),
        )

    def do(self, command: object, actor: str = "nadia") -> Decision:
        """Somebody elsewhere does something, confirmed at once."""
        return self._decide(command, self.facts(actor, "elsewhere"))

    def cook(self, command: object) -> Decision:
        """The kitchen display does something."""
        return self._decide(command, self.facts("", "kds", KITCHEN_RIGHTS))

    def _decide(self, command: object, facts: Facts) -> Decision:
        decision = decide(self.venue, command, facts)
        if isinstance(decision, Accepted):
            for event in decision.events:
                self.venue.apply(event, Stamp(self.venue.n + 1, facts.device_id))
        for desk in self.desks:
            desk.refreshed()
        return decision

    def take(self, command: object, facts: Facts) -> None:
        """A terminal stored a command; it is not answered yet."""
        self._waiting.append((command, facts))

    @property
    def waiting(self) -> list[tuple[object, Facts]]:
        """What is stored and not answered."""
        return self._waiting

    def settle(self) -> None:
        """The server answers everything."""
        waiting, self._waiting = self._waiting, []
        for command, facts in waiting:
            self._decide(command, facts)

    def draw_tickets(self) -> None:
        """Every display draws and acknowledges what it has."""
        seen = tuple(
            c.TicketSeen(TicketId(ticket.ticket_id), ticket.version)
            for ticket in self.venue.tickets.values()
        )
        self.cook(c.AcknowledgeTickets(seen))

    def bump_all(self) -> None:
        """Every station is done with everything."""
        for ticket in list(self.venue.tickets.values()):
            self.cook(c.BumpTicket(ticket.ticket_id))


TERMINAL = Device("A", "Термінал 2", "main", "1")
WELL = Link(latency_ms=12, printers=(Health("кухня"), Health("бар", "low")))


_asked: list[Coroutine[Any, Any, None]] = []


def let_go() -> None:
    """What desks of a test that is over still wanted to ask is asked no more."""
    for work in _asked:
        work.close()
    _asked.clear()


@dataclass
class HouseDesk:
    """A terminal in the house."""

    house: House
    me: str = ""
    device: Device = TERMINAL
    link: Link = WELL
    number: int = 416
    guests: tuple[dict[str, Any], ...] = GUESTS
    statements: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    questions: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    chosen: dict[str, Preference] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    attached: Attached = field(default_factory=Attached)
    pictures: tuple[Path, ...] = ()
    _watchers: list[Callable[[], None]] = field(default_factory=list)
    _tasks: list[Coroutine[Any, Any, None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.house.desks.append(self)
        self.dev = f"pos-{len(self.house.desks)}"
        self._replica = Replica(self.house.venue, self._pending)

    def _pending(self) -> list[tuple[object, Facts]]:
        """What this terminal stored and nobody answered: others do not see it yet."""
        return [one for one in self.house.waiting if one[1].device_id == self.dev]

    def refreshed(self) -> None:
        """The server said something."""
        self._replica.refresh()
        for watcher in self._watchers:
            watcher()

    @property
    def venue(self) -> Venue:
        return self._replica.shown

    @property
    def catalogue(self) -> Catalogue:
        return self.house.catalogue

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(n for n in self.venue.notices.values() if n.staff_id in ("", self.me))

    @property
    def preference(self) -> Preference:
        return self.preference_of(self.me)

    @property
    def mode(self) -> str:
        return self.preference.mode or "dark"

    def prefer(self, **changes: Any) -> None:
        self.chosen[self.me] = replace(self.preference, **changes)

    def preference_of(self, staff_id: str) -> Preference:
        return self.chosen.get(staff_id, Preference())

    def now_ms(self) -> int:
        return self.house.now_ms

    def new_id(self) -> str:
        return self.house.new_id()

    def next_number(self) -> str:
        self.number += 1
        return f"A-{self.number:04d}"

    def pin_places(self, staff_id: str) -> int:
        return len(self.house.pins[StaffId(staff_id)])

    def progress(self, line_id: str) -> Progress:
        named = any(line_id in repr(command) for command, _ in self._pending())
        return "saved" if named else ""

    def submit(self, command: object, approval: str = "") -> Decision:
        facts = self.house.facts(self.me, self.dev)
        if approval:
            request = self.venue.requests.get(approval)
            approver, target, digest = self.house.approvals.get(approval, ("", "", ""))
            body = CODEC.encode(command)
            if request is not None:
                approver = request.approver
            elif (target, digest) != (target_of(body), body_digest(body)):
                return refuse("approval_invalid")
            facts = replace(
                facts,
                rights=facts.rights | rights_of(self.catalogue, approver),
                discount_limit_bp=discount_limit(self.catalogue, approver),
                discount_limit_minor=discount_sum_limit(self.catalogue, approver),
                refund_limit_minor=refund_limit(self.catalogue, approver),
                approver=StaffId(approver),
                request_id=approval,
            )
        decision = self._replica.add(command, replace(facts, server_link=self.link.online))
        if not isinstance(decision, Refused):
            self.house.take(command, facts)
        return decision

    async def begin_anew(self) -> int:
        self.link = replace(self.link, phase="offline")
        return self.link.saving

    async def hand_over(self) -> tuple[str, int]:
        return (
            ("/media/stick/vitrylo-unsent-T3.json", self.link.saving)
            if self.link.saving
            else ("", 0)
        )

    async def own_pictures(self) -> tuple[Path, ...]:
        return self.pictures

    async def own_printers(self) -> tuple[dict[str, object], ...]:
        return ()

    async def ask(self, what: str, params: dict[str, object]) -> Reply:
        await asyncio.sleep(0)
        if not self.link.online:
            return Reply("offline")
        if what == "give_card":
            self.cards[str(params["card"])] = str(params["staff_id"])
            return Reply(body={})
        if what == "change_pin":
            if self.house.pins[StaffId(self.me)] != params["old"]:
                return Reply("bad_pin")
            self.house.pins[StaffId(self.me)] = str(params["new"])
            return Reply(body={})
        if what == "approve":
            return self._approve(params)
        if what == "statement":
            return Reply(body={"lines": self.statements.get(str(params["account_id"]), [])})
        if what in self.answers:
            self.questions.append((what, params))
            return Reply(body=self.answers[what])
        if "query" not in params:
            return Reply("offline")
        wanted = str(params["query"]).casefold()
        found = [g for g in self.guests if wanted == g["room"] or wanted in g["name"].casefold()]
        return Reply(body={"guests": found}) if found else Reply("no_guest")

    def _approve(self, params: dict[str, object]) -> Reply:
        approver = str(params["staff_id"])
        if self.house.pins.get(StaffId(approver)) != params["pin"]:
            return Reply("bad_pin")
        if approver == self.me or "approve" not in rights_of(self.catalogue, approver):
            return Reply("approval_invalid")
        approval = self.new_id()
        bound = (approver, str(params["target"]), str(params["digest"]))
        self.house.approvals[approval] = bound
        return Reply(body={"id": approval})

    async def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        await asyncio.sleep(0)
        if self.house.pins.get(StaffId(staff_id)) != pin:
            return SignedIn("bad_pin", {})
        self.me = staff_id
        return SignedIn()

    async def sign_in_by_card(self, card: str) -> SignedIn:
        await asyncio.sleep(0)
        if card not in self.cards:
            return SignedIn("unknown_card", {})
        self.me = self.cards[card]
        return SignedIn()

    def sign_out(self) -> None:
        self.me = ""

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(work)
        _asked.append(work)

    @property
    def saving(self) -> bool:
        return False

    def watch(self, changed: Callable[[], None], news: Callable[[], None] | None = None) -> None:
        self._watchers.append(changed)

    def finish(self) -> None:
        """Let everything that waits come to its end."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            asyncio.run(task)
        for watcher in self._watchers:
            watcher()


def signed_in(house: House, staff_id: str = "olena") -> Flow:
    """Somebody at a terminal of the house, on the floor."""
    desk = HouseDesk(house)
    flow = Flow(desk)
    flow.act(f"person_tapped:{staff_id}")
    for figure in house.pins[StaffId(staff_id)]:
        flow.act(f"key:{figure}")
    desk.finish()
    assert flow.view().screen == "floor"
    return flow


def served_check(house: House, flow: Flow) -> str:
    """A starter and a herring on a table, sent; gives the id of the check."""
    flow.act("table:t3")
    for item in ("salo-platter", "herring-potato"):
        flow.act(f"tap_item:{item}")
    flow.act("send")
    house.settle()
    return flow.place.check_id
