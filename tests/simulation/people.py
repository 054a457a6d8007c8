"""What people do of an evening, drawn from a seed: waiters, a cashier, a cook. They see only glass.

Each has a machine in the hand and acts on what it shows; what the machine refuses at once is not
done. They live in the world, not in the machine: when it dies they wait and go on with it. The
generator is as much under test as the code (reliability 3.4): `Counts` says what it reached.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from random import Random

from sync_server.client.desk import ClientDesk
from sync_server.client.records import Route
from sync_server.domain import commands as c
from sync_server.domain.checks import Check, balance
from sync_server.domain.events import Line
from sync_server.domain.ids import ChargeId, CheckId, LineId, PaymentId, ShiftId, StaffId
from sync_server.domain.rejections import Accepted, Decision

from . import deeds
from .machines import TerminalMachine
from .restaurant import PINS, ROOMS

TABLES = ("t1", "t2", "t3")
DISHES = ("borscht", "ribeye", "fries", "wine", "plate")
COLLEAGUES = ("olena", "ihor", "petro")


class Person:
    """Someone with a machine. `act` does one thing."""

    def __init__(self, machine: TerminalMachine, name: str, rng: Random, pace_s: float) -> None:
        self.machine = machine
        self.name = name
        self.rng = rng
        self.pace_s = pace_s
        self.done: Counter[str] = Counter()
        self.busy = True
        self.asked: dict[str, object] = {}
        """What waits for somebody's leave, by request."""

    @property
    def desk(self) -> ClientDesk:
        """What is in the hand."""
        return self.machine.desk

    async def work(self, until_s: float) -> None:
        """Act until the evening ends, however often the machine dies."""
        loop = self.machine.loop
        while loop.now < until_s:
            await asyncio.sleep(self.rng.expovariate(1 / self.pace_s))
            if not self.machine.on or not self.machine.ready:
                continue
            if self.desk.me != self.name and not await self.sign_in():
                continue
            await self.act()
        self.busy = False

    async def sign_in(self) -> bool:
        """By PIN; now and then the wrong one first."""
        pin = "0000" if self.rng.random() < 0.05 else PINS[self.name]
        task = self.machine.spawn(self.desk.sign_in(self.name, pin))
        await asyncio.wait({task}, timeout=20)
        return task.done() and not task.cancelled() and self.desk.me == self.name

    async def act(self) -> None:
        """One thing."""
        raise NotImplementedError

    def do(self, command: object, route: Route = "server", approval: str = "") -> bool:
        """Tap; True if the machine took it."""
        if not self.machine.on:
            return False
        decision: Decision = self.desk.submit(command, approval, route=route)
        if isinstance(decision, Accepted):
            self.done[type(command).__name__] += 1
        return isinstance(decision, Accepted)

    def some(self, kept: list[Line]) -> tuple[LineId, ...]:
        """A few of the lines, at least one."""
        return tuple(line.line_id for line in self.rng.sample(kept, self.rng.randint(1, len(kept))))


class Waiter(Person):
    """Orders, serves and takes money at three tables that others serve as well; `charges` is how
    often it is to a room, `seldom` how often it is one of `deeds`, `office` how often it has to do
    with rights lent and numbered papers; `club` how often with club cards and their points; `cards`
    how often guests pay at the card terminal, and get back there;
    `rooms` are those that guests say; who is `eager` sends what a charge waits for; `remakes` is
    how often a fired dish is to be made otherwise."""

    charges = 0.1
    seldom = 0.2
    office = 0.0
    club = 0.0
    cards = 0.0
    eager = False
    remakes = 0.0
    rooms: tuple[str, ...] = ROOMS

    async def act(self) -> None:
        """Mostly order; sometimes everything else."""
        if self.office and self.rng.random() < self.office:
            await deeds.at_the_office(self)
            return
        club = bool(self.club) and self.rng.random() < self.club
        checks = list(self.desk.venue.checks.values())
        if not checks or (len(checks) < 4 and self.rng.random() < 0.15):
            self.open()
            return
        check = self.rng.choice(checks)
        if club:
            deeds.with_a_club_card(self, check)
            return
        weights = {
            self.order: 24,
            self.send: 22,
            self.pay: 16,
            self.fire: 6,
            self.void: 5,
            self.change: 6,
            self.remove: 3,
            self.hold: 3,
            self.serve: 5,
            self.discount: 3,
            self.bill: 4,
            self.move: 4,
            self.split: 3,
            self.merge: 2,
            self.hand_over: 1,
            self.stop_list: 3,
            self.notice: 4,
            self.abandon: 1,
        }
        if self.cards and self.rng.random() < self.cards:
            deeds.at_the_card_terminal(self, check)
            return
        if self.rng.random() < self.charges:
            await self.charge(check)
            return
        if self.remakes and self.rng.random() < self.remakes:
            deeds.otherwise_made(self, check)
            return
        if self.rng.random() < self.seldom:
            ways, often = zip(*deeds.SELDOM, strict=True)
            self.rng.choices(ways, often)[0](self, check)
            return
        what: Callable[[Check], None] = self.rng.choices(
            list(weights), weights=list(weights.values())
        )[0]
        what(check)

    def open(self) -> None:
        """Guests sit down."""
        desk, check_id = self.desk, CheckId(self.desk.new_id())
        table = self.rng.choice(TABLES)
        if self.do(c.OpenCheck(check_id, desk.next_number(), "table", table, guests=2)):
            self.order(desk.venue.checks[check_id])

    def order(self, check: Check) -> None:
        """One to three dishes."""
        lines = []
        for _ in range(self.rng.randint(1, 3)):
            dish = self.rng.choice(DISHES)
            choices = (c.Choice("rare"),) if dish == "ribeye" else ()
            lines.append(
                c.NewLine(
                    LineId(self.desk.new_id()),
                    dish,
                    self.desk.catalogue.number,
                    self.rng.choice((1000, 1000, 2000)),
                    choices,
                    held=self.rng.random() < 0.2,
                )
            )
        self.do(c.AddLines(check.check_id, tuple(lines)))

    def send(self, check: Check) -> None:
        """To the kitchen, by the server or on own paper; now and then once more what is there."""
        new = list(check.unsent)
        if not new:
            return
        if self.rng.random() < 0.2:
            new = list(check.live)
        ids = tuple(line.line_id for line in new)
        alone = self.desk.state.phase == "offline" and not self.machine.reaches
        local = alone and self.rng.random() < 0.5
        route: Route = "local" if local else "server"
        self.do(c.SendLines(check.check_id, ids, route), route)

    def fire(self, check: Check) -> None:
        """What was on hold is due."""
        held = [line for line in check.lines if line.state == "held" or line.held]
        if held:
            self.do(c.FireLines(check.check_id, self.some(held)))

    def void(self, check: Check) -> None:
        """The guest does not want it."""
        sent = [line for line in check.live if line.sent]
        if sent:
            line = self.rng.choice(sent)
            qty = self.rng.choice((1000, line.qty_milli))
            made = self.rng.random() < 0.5
            self.do(c.VoidLine(check.check_id, line.line_id, qty, "guest-left", made))

    def change(self, check: Check) -> None:
        """Another quantity, or a word to the cook."""
        if check.live:
            line = self.rng.choice(check.live)
            picked = tuple(c.Choice(chosen.modifier_id, chosen.pre) for chosen in line.chosen)
            note = self.rng.choice(("", "no salt"))
            seat = self.rng.randint(0, 3)
            qty = self.rng.choice((1000, 2000, 3000))
            self.do(c.ChangeLine(check.check_id, line.line_id, qty, picked, seat, 1, note, ""))

    def remove(self, check: Check) -> None:
        """Not sent yet: it just goes."""
        if check.unsent:
            self.do(c.RemoveLines(check.check_id, self.some(list(check.unsent))))

    def hold(self, check: Check) -> None:
        """Wait with it, or not any more."""
        if check.unsent:
            held = self.rng.random() < 0.6
            self.do(c.HoldLines(check.check_id, self.some(list(check.unsent)), held))

    def serve(self, check: Check) -> None:
        """What is ready goes to the table."""
        ready = [line for line in check.lines if line.state == "ready"]
        if ready:
            self.do(c.ServeLines(check.check_id, self.some(ready)))

    def discount(self, check: Check) -> None:
        """A card, or its return."""
        if check.grants:
            self.do(c.TakeBackDiscount(check.check_id, check.grants[0].grant_id))
        else:
            self.do(c.GiveDiscount(check.check_id, self.desk.new_id(), "gold"))

    def bill(self, check: Check) -> None:
        """The guests ask for it."""
        self.do(c.PrintPreBill(check.check_id))

    def move(self, check: Check) -> None:
        """The guests change the table."""
        self.do(c.MoveCheck(check.check_id, self.rng.choice(TABLES)))

    def split(self, check: Check) -> None:
        """A part goes on another check, perhaps a new one."""
        if not check.live:
            return
        line = self.rng.choice(check.live)
        others = [one for one in self.desk.venue.checks.values() if one is not check]
        move = c.Move(
            line.line_id, self.rng.choice((1000, line.qty_milli)), LineId(self.desk.new_id())
        )
        if others and self.rng.random() < 0.5:
            self.do(c.MoveLines(check.check_id, self.rng.choice(others).check_id, (move,)))
        else:
            to = CheckId(self.desk.new_id())
            self.do(c.MoveLines(check.check_id, to, (move,), self.desk.next_number()))

    def merge(self, check: Check) -> None:
        """Two tables become one."""
        others = [one for one in self.desk.venue.checks.values() if one is not check]
        if others:
            self.do(c.MergeChecks(check.check_id, self.rng.choice(others).check_id))

    def hand_over(self, check: Check) -> None:
        """A colleague takes the table."""
        self.do(c.TransferCheck(check.check_id, StaffId(self.rng.choice(COLLEAGUES))))

    def stop_list(self, check: Check) -> None:
        """The kitchen calls: few are left, or there is more."""
        if self.desk.venue.stops and self.rng.random() < 0.7:
            self.do(c.FreeItem(next(iter(self.desk.venue.stops))))
        else:
            self.do(c.StopItem(self.rng.choice(DISHES), self.rng.choice((0, 1000, 3000))))

    def notice(self, check: Check) -> None:
        """Tap away what the server had to say."""
        for notice in self.desk.venue.notices.values():
            if notice.staff_id in ("", self.name):
                self.do(c.AcknowledgeNotice(notice.notice_id))
                return

    def abandon(self, check: Check) -> None:
        """Nothing came of it."""
        if not check.live:
            self.do(c.AbandonCheck(check.check_id))

    def pay(self, check: Check) -> None:
        """Cash or card, the whole or a part, mostly once all is sent."""
        due = balance(check)
        shifts = [shift for shift in self.desk.venue.shifts.values() if shift.state != "closed"]
        if due <= 0 or not shifts:
            return
        if check.unsent and self.rng.random() < 0.7:
            self.send(check)
            return
        amount = due if self.rng.random() < 0.7 else self.rng.randint(1, due)
        cash = self.rng.random() < 0.7
        tip = self.rng.choice((0, 0, 500))
        self.do(
            c.TakePayment(
                check.check_id,
                PaymentId(self.desk.new_id()),
                shifts[0].shift_id,
                "cash" if cash else "card",
                amount,
                amount + tip + 1_000 if cash else 0,
                tip,
            )
        )

    async def charge(self, check: Check) -> None:
        """To a room: the guest is looked up first."""
        shifts = [shift for shift in self.desk.venue.shifts.values() if shift.state != "closed"]
        due = balance(check)
        if check.unsent and self.eager:
            self.send(check)
        if due <= 0 or check.unsent or not shifts:
            return
        room = self.rng.choice(self.rooms)
        desk = self.desk
        task = self.machine.spawn(desk.ask("guests", {"query": room}))
        await asyncio.wait({task}, timeout=20)
        if not self.machine.on or not task.done() or task.result().code or self.desk is not desk:
            return
        guest = json.loads(task.result().body)["guests"][0]
        self.do(
            c.ChargeRoom(
                check.check_id,
                ChargeId(desk.new_id()),
                shifts[0].shift_id,
                guest["stay_id"],
                guest["room"],
                guest["name"],
                self.rng.randint(1, due),
            )
        )


class Cashier(Waiter):
    """A waiter with a drawer: opens a shift, counts, closes, opens the next.

    `reception` looks at the folio: True, False, or None while an answer may still be on its way;
    `slip` looks in the same way at what came out of the card terminal; `backs` is how often it is
    to give back at least.
    """

    backs = 0.0
    slip: Callable[[str], bool | None] = staticmethod(lambda payment_id: None)
    reception: Callable[[str], bool | None] = staticmethod(lambda charge_id: None)

    async def act(self) -> None:
        """Mind the drawer first."""
        venue = self.desk.venue
        mine = venue.shift_at("1")
        if mine is None:
            self.do(c.OpenShift(ShiftId(self.desk.new_id()), "1", 50_000))
        elif mine.state == "counted":
            self.do(c.CloseShift(mine.shift_id, "as counted"))
        elif self.club and self.rng.random() < self.club / 2:
            deeds.at_the_club(self, mine)
        elif self.cards and self.rng.random() < max(self.cards / 2, self.backs):
            deeds.back_to_a_card(self, mine)
        elif (chance := self.rng.random()) < 0.04:
            self.do(c.CountDrawer(mine.shift_id, (c.DenominationCount(100, 700),)))
        elif chance < 0.1:
            kind = self.rng.choice(("in", "out", "drop"))
            self.do(c.MoveCash(mine.shift_id, kind, self.rng.randint(1, 9_999), "courier"))
        elif chance < 0.12:
            self.do(c.PrintX(mine.shift_id))
        elif chance < 0.16:
            self.answer_for_the_hotel()
        elif chance < 0.26:
            deeds.at_the_desk(self, mine)
        else:
            await super().act()

    async def calls_reception(self) -> None:
        """After the evening: somebody signs in, and what is unclear is asked."""
        at_hand = self.machine.on and self.machine.ready
        if at_hand and (self.desk.me == self.name or await self.sign_in()):
            self.answer_for_the_hotel()

    async def looks_at_slips(self) -> None:
        """After the evening: what no look could settle, somebody reads on the terminal's slip."""
        at_hand = self.machine.on and self.machine.ready
        if not at_hand or (self.desk.me != self.name and not await self.sign_in()):
            return
        for card in list(self.desk.venue.cards.values()):
            seen = self.slip(card.payment_id) if card.state == "unknown" else None
            if seen is not None and self.do(c.ResolveCard(card.payment_id, seen, "slip")):
                return

    def answer_for_the_hotel(self) -> None:
        """Reception was called about a charge that nobody is sure of."""
        for charge in self.desk.venue.charges.values():
            if charge.state != "unknown":
                continue
            seen = self.reception(charge.charge_id)
            if seen is not None and self.do(c.ResolveCharge(charge.charge_id, seen)):
                return


class Cook(Person):
    """Looks at the display; what was drawn is acknowledged by it, as the drawing loop does."""

    async def sign_in(self) -> bool:
        """Nobody signs in at a kitchen display."""
        return True

    async def act(self) -> None:
        """Draw, then work on a ticket."""
        self.draw()
        tickets = [t for t in self.desk.venue.tickets.values() if t.state == "open"]
        if not tickets or self.rng.random() < 0.4:
            return
        ticket = self.rng.choice(tickets)
        live = tuple(line.line_id for line in ticket.lines if line.state != "void")
        seen = tuple(line.line_id for line in ticket.lines if line.void_ms and not line.void_seen)
        what = self.rng.random()
        if self.rng.random() < 0.1:
            deeds.of_the_cook(self, ticket)
        elif seen:
            self.do(c.AcknowledgeVoid(ticket.ticket_id, seen))
        elif what < 0.2:
            self.do(c.StartLines(ticket.ticket_id, live))
        elif what < 0.5:
            self.do(c.MarkReady(ticket.ticket_id, live, self.rng.random() < 0.9))
        elif what < 0.8:
            self.do(c.BumpTicket(ticket.ticket_id, ticket.version))
        else:
            bumped = [t for t in self.desk.venue.tickets.values() if t.state == "bumped"]
            if bumped:
                undo = self.rng.random() < 0.5
                self.do(c.RecallTicket(self.rng.choice(bumped).ticket_id, undo))

    def draw(self) -> None:
        """Everything on the board stands on the glass now."""
        if self.machine.frozen or not self.machine.on:
            return
        seen = []
        for ticket in self.desk.base.tickets.values():
            self.machine.history.drawn.add((self.machine.name, ticket.ticket_id, ticket.version))
            if ticket.acked < ticket.version:
                seen.append(c.TicketSeen(ticket.ticket_id, ticket.version))
        if seen and not any(
            isinstance(one.command, c.AcknowledgeTickets) for one in self.desk._pending
        ):
            self.do(c.AcknowledgeTickets(tuple(seen[:100])))
