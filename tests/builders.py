"""Plain functions with readable defaults: a small menu, and a house that decides and applies.

`AHouse` is the pure core alone: no server, socket or database. Each `do` decides one command on the
state and folds its events, and keeps them for the test to look at.
"""

from dataclasses import replace
from typing import TypeVar

from sync_server.domain import commands as c
from sync_server.domain.checks import Check, Stamp
from sync_server.domain.decisions import decide
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, ItemId, LineId, ShiftId, StaffId, TicketId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import (
    Catalogue,
    Category,
    Discount,
    Hall,
    HouseAccount,
    Item,
    Modifier,
    ModifierGroup,
    Reason,
    Role,
    SetChoice,
    SetPart,
    Settings,
    StaffMember,
    Station,
    Table,
    Tax,
)
from sync_server.domain.rejections import Accepted, Decision, Refused
from sync_server.domain.staff import (
    RIGHTS,
    Facts,
    discount_limit,
    discount_sum_limit,
    refund_limit,
    rights_of,
    wider,
)
from sync_server.domain.venue import Venue

T = TypeVar("T")

DAY = "2026-11-21"
EVENING_MS = 1_795_284_000_000
WAITER_RIGHTS = ("order", "discount", "pre_bill", "take_cash", "take_card", "room_charge")


def names(text: str) -> dict[str, str]:
    """The same name in every language."""
    return {"uk": text, "en": text}


def an_item(item_id: str, price_minor: int, **more: object) -> Item:
    """A dish of the hot station's second course unless told otherwise."""
    item = Item(item_id, names(item_id), "food", price_minor, "vat", ("hot",), course=2)
    return replace(item, **more)  # type: ignore[arg-type]


def a_lunch_item(item_id: str, price_minor: int) -> Item:
    """A set of a first course, a main and a drink; wine for 50.00 more."""
    parts = (
        SetPart("first", names("first"), (SetChoice("borscht"), SetChoice("soup"))),
        SetPart("main", names("main"), (SetChoice("kyiv"), SetChoice("fries"))),
        SetPart("drink", names("drink"), (SetChoice("cola"), SetChoice("wine", 5_000))),
    )
    return an_item(item_id, price_minor, station_ids=(), parts=parts)


def a_menu(**settings: object) -> Catalogue:
    """Borscht, a ribeye with doneness and sauces, fries, wine at the bar; VAT 20 % inside."""
    doneness = ModifierGroup(
        "doneness",
        names("doneness"),
        (Modifier("rare", names("rare")), Modifier("well", names("well done"), 0, False, 120)),
        min_count=1,
        max_count=1,
    )
    sauces = ModifierGroup(
        "sauce",
        names("sauce"),
        tuple(Modifier(x, names(x), 4500) for x in ("pepper", "garlic", "mushroom", "mint")),
        max_count=3,
        free_count=1,
    )
    extras = ModifierGroup(
        "extras", names("extras"), (Modifier("no-garlic", names("garlic")),), max_count=3
    )
    items = (
        an_item("borscht", 18_500, course=1, group_ids=("extras",), target_s=420),
        an_item(
            "ribeye",
            89_000,
            station_ids=("grill",),
            group_ids=("doneness", "sauce"),
            target_s=900,
        ),
        an_item("fries", 8_500, target_s=300),
        an_item("wine", 50_000, station_ids=("bar",), course=0, revenue_group="bar"),
        an_item("plate", 12_000, station_ids=("hot", "grill")),
    )
    base = Settings("Vitrylo", "UAH", "Europe/Kyiv", cash_step_minor=10, service_tax_id="vat")
    return Catalogue(
        number=1,
        published_ms=EVENING_MS - 3_600_000,
        settings=replace(base, **settings),  # type: ignore[arg-type]
        taxes={"vat": Tax("vat", 2000, names("VAT"))},
        categories={"food": Category("food", names("Food"))},
        items={item.item_id: item for item in items},
        groups={group.group_id: group for group in (doneness, sauces, extras)},
        stations={x: Station(x, names(x), f"printer-{x}") for x in ("hot", "grill", "bar")},
        printers={},
        halls={"main": Hall("main", names("Main"), 20, 12)},
        tables={
            f"t{i}": Table(f"t{i}", "main", str(i), 4, "square", i, 1, 2, 2) for i in range(1, 9)
        },
        reasons={
            "guest-left": Reason("guest-left", "void", names("guest left")),
            "courier": Reason("courier", "cash_out", names("courier")),
            "sorry": Reason("sorry", "discount", names("sorry")),
            "birthday": Reason("birthday", "comp", names("birthday")),
            "hair": Reason("hair", "return", names("hair")),
            "embassy": Reason("embassy", "exempt", names("embassy")),
        },
        discounts={
            "gold": Discount("gold", names("Gold"), rate_bp=500),
            "half": Discount("half", names("Half"), rate_bp=5000),
            "sum": Discount("sum", names("Voucher"), amount_minor=3333),
        },
        roles={
            "waiter": Role("waiter", names("waiter"), WAITER_RIGHTS, 1000),
            "manager": Role("manager", names("manager"), tuple(RIGHTS), 10_000),
        },
        accounts={"acme": HouseAccount("acme", "Acme Ltd", 100_000)},
        staff={
            "olena": StaffMember("olena", "Olena", "waiter"),
            "ihor": StaffMember("ihor", "Ihor", "waiter"),
            "nadia": StaffMember("nadia", "Nadia", "manager"),
        },
    )


class AHouse:
    """The pure core with a menu, an open day and, if asked, an open shift `sh` at drawer 1."""

    def __init__(self, menu: Catalogue | None = None, shift: bool = True) -> None:
        self.menu = menu or a_menu()
        self.venue = Venue()
        self.events: list[object] = []
        self.now_ms = EVENING_MS
        self._commands = 0
        self.server_link = True
        self.must(c.OpenDay(DAY), by="nadia")
        if shift:
            self.must(c.OpenShift(ShiftId("sh"), "1", 200_000), by="nadia")

    def facts(self, by: str, dev: str, basis_n: int | None, approver: str, code: str) -> Facts:
        """What the server would know of this actor."""
        rights = rights_of(self.menu, by)
        limit, refund = discount_limit(self.menu, by), refund_limit(self.menu, by)
        sums = discount_sum_limit(self.menu, by)
        if approver:
            rights |= rights_of(self.menu, approver)
            limit = max(limit, discount_limit(self.menu, approver))
            refund = wider(refund, refund_limit(self.menu, approver))
            sums = wider(sums, discount_sum_limit(self.menu, approver))
        return Facts(
            catalogue=self.menu,
            now_ms=self.now_ms,
            command_id=f"c{self._commands}",
            actor=StaffId(by),
            device_id=dev,
            device_code=code,
            basis_n=self.venue.n if basis_n is None else basis_n,
            rights=rights,
            discount_limit_bp=limit,
            refund_limit_minor=refund,
            server_link=self.server_link,
            discount_limit_minor=sums,
            approver=StaffId(approver),
        )

    def do(
        self,
        command: object,
        by: str = "olena",
        dev: str = "T1",
        basis_n: int | None = None,
        approver: str = "",
    ) -> Decision:
        """Decide, and fold the events if accepted; a second passes."""
        self._commands += 1
        self.now_ms += 1_000
        decision = decide(self.venue, command, self.facts(by, dev, basis_n, approver, dev))
        if isinstance(decision, Accepted):
            for event in decision.events:
                self.venue.apply(event, Stamp(self.venue.n + 1, dev))
                self.events.append(event)
        return decision

    def must(self, command: object, by: str = "olena", **more: object) -> Accepted:
        """`do` that has to be accepted."""
        decision = self.do(command, by, **more)  # type: ignore[arg-type]
        assert isinstance(decision, Accepted), decision
        return decision

    def refused(self, command: object, by: str = "olena", **more: object) -> Refused:
        """`do` that has to be refused."""
        decision = self.do(command, by, **more)  # type: ignore[arg-type]
        assert isinstance(decision, Refused), decision
        return decision

    def open(
        self,
        name: str = "k",
        number: str = "T1-001",
        table: str = "t3",
        by: str = "olena",
        dev: str = "T1",
    ) -> CheckId:
        """A check on a table."""
        self.must(c.OpenCheck(CheckId(name), number, "table", table, guests=2), by=by, dev=dev)
        return CheckId(name)

    def add(self, check: str, *lines: c.NewLine, by: str = "olena", dev: str = "T1") -> None:
        """Lines on a check."""
        self.must(c.AddLines(CheckId(check), lines), by=by, dev=dev)

    def send(self, check: str, *line_ids: str, by: str = "olena", dev: str = "T1") -> None:
        """Lines to the kitchen."""
        ids = tuple(LineId(x) for x in line_ids)
        self.must(c.SendLines(CheckId(check), ids), by=by, dev=dev)

    def check(self, name: str = "k") -> Check:
        """A check, open or finished."""
        check = self.venue.check(name)
        assert check is not None
        return check

    def line(self, line_id: str, check: str = "k") -> Line:
        """A line of a check."""
        line = self.check(check).line(line_id)
        assert line is not None
        return line

    def ticket(self, station: str) -> Ticket:
        """The only ticket of a station."""
        found = [t for t in self.venue.tickets.values() if t.station_id == station]
        assert len(found) == 1, [t.ticket_id for t in found]
        return found[0]

    def happened(self, kind: type[T]) -> list[T]:
        """All events of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]


def a_line(
    line_id: str, item_id: str = "borscht", qty_milli: int = 1000, **more: object
) -> c.NewLine:
    """One dish as ordered."""
    line = c.NewLine(LineId(line_id), ItemId(item_id), 1, qty_milli)
    return replace(line, **more)  # type: ignore[arg-type]


def a_steak(line_id: str, *sauces: str, **more: object) -> c.NewLine:
    """A ribeye, rare, with sauces."""
    choices = (c.Choice("rare"), *(c.Choice(x) for x in sauces))
    return replace(a_line(line_id, "ribeye", choices=choices), **more)  # type: ignore[arg-type]


def ticket_id(text: str) -> TicketId:
    """A ticket's id."""
    return TicketId(text)
