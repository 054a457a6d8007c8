"""A party's evening at the table: seated, served, surprised, and brought to its bill.

Each step looks at what the terminal shows and does what still makes sense, because kitchen, stop
list, colleagues and real people act in between. Who comes is in `plan`, paying in `bills`.
"""

from dataclasses import dataclass, field, replace
from random import Random

from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId, StaffId
from sync_server.domain.menu import Catalogue

from .bills import Till
from .clock import ScriptClock
from .plan import MANAGER, Dish, Payment, Visit
from .posts import Post

FIRE_AT_LATEST = 35
SERVED_AT_LATEST = 55
SUBSTITUTES = ("borscht", "fries", "cola", "varenyky-potato")


@dataclass(slots=True)
class Floor:
    """The dining room: who stands at which post, and which check belongs to which party."""

    posts: dict[str, Post]
    pins: dict[str, str]
    clock: ScriptClock
    rng: Random
    till: Till
    tables: tuple[str, ...]
    checks: dict[int, CheckId] = field(default_factory=dict)

    async def at(self, staff: str) -> Post:
        """The post of a person, who is signed in there."""
        post = self.posts[staff]
        await post.sign_in(staff, self.pins[staff])
        return post

    async def receive(self, visit: Visit) -> None:
        """Play one party from the door to the door."""
        await self.clock.until(visit.arrive)
        post = await self.at(visit.staff)
        check_id = CheckId(post.desk.new_id())
        number = post.desk.next_number()
        opened = post.do(
            c.OpenCheck(check_id, number, visit.kind, visit.table_id, visit.name, visit.guests)
        )
        if opened is None:
            return
        self.checks[visit.number] = check_id
        await self.clock.rest(self.rng.randint(1, 4))
        await self._order(visit, visit.drinks)
        await self.clock.rest(self.rng.randint(3, 7) if visit.drinks else 0)
        if not await self._join(visit):
            await self._dine(visit)

    def left_behind(self, codes: set[str]) -> list[Visit]:
        """Parties that still sit there since an evening that broke off, by these devices' codes."""
        venue = next(iter(self.posts.values())).desk.base
        left: list[Visit] = []
        for check in venue.checks.values():
            if check.number.partition("-")[0] not in codes or check.owner not in self.posts:
                continue
            arrive = self.clock.minute + self.rng.randint(1, 30)
            pay = Payment(self.rng.choice(("cash", "card")))
            visit = Visit(-len(left) - 1, check.kind, check.owner, arrive, check.guests, 0, pay)
            self.checks[visit.number] = check.check_id
            left.append(visit)
        return left

    async def see_off(self, visit: Visit) -> None:
        """Bring a party that was left behind to its bill."""
        await self.clock.until(visit.arrive)
        await self.send(visit.staff, self.checks[visit.number])
        await self._fire_mains(visit)
        await self._until_served(visit)
        await self.till.settle(visit, [self.checks[visit.number]], self.at)

    async def _dine(self, visit: Visit) -> None:
        await self._order(visit, visit.food, with_changes=True)
        await self._fire_mains(visit)
        visit = await self._surprise(visit)
        await self._order(visit, visit.more)
        await self._until_served(visit)
        if visit.sweets:
            await self.clock.rest(self.rng.randint(3, 8))
            await self._order(visit, visit.sweets)
            await self._until_served(visit)
        await self.clock.until(visit.arrive + visit.stay)
        post = await self.at(visit.staff)
        check = self._check(post, visit)
        if check is not None:
            await self.till.settle(visit, await self._divided(visit, post, check), self.at)

    def _check(self, post: Post, visit: Visit) -> Check | None:
        return post.check(self.checks[visit.number])

    # -- ordering ------------------------------------------------------------------------------
    async def _order(
        self, visit: Visit, dishes: tuple[Dish, ...], with_changes: bool = False
    ) -> None:
        """Put dishes on the check and send them; what is sold out is replaced."""
        post = await self.at(visit.staff)
        if not dishes or self._check(post, visit) is None:
            return
        check_id = self.checks[visit.number]
        lines = tuple(self._line(post, dish) for dish in dishes)
        if not post.do(c.AddLines(check_id, lines)):
            lines = tuple(self._line(post, self._instead(post, dish)) for dish in dishes)
            post.do(c.AddLines(check_id, lines))
        if with_changes:
            await self._change_mind(visit, post, lines)
        await self.clock.rest(1)
        await self.send(visit.staff, check_id)

    def _line(self, post: Post, dish: Dish) -> c.NewLine:
        return c.NewLine(
            LineId(post.desk.new_id()),
            dish.item_id,
            post.catalogue.number,
            dish.qty_milli,
            tuple(c.Choice(choice) for choice in dish.choices),
            dish.seat,
            note=dish.note,
            allergy=dish.allergy,
            held=dish.held,
        )

    def _instead(self, post: Post, dish: Dish) -> Dish:
        if dish.item_id not in post.venue.stops:
            return dish
        free = [item for item in SUBSTITUTES if item not in post.venue.stops]
        return replace(dish, item_id=self.rng.choice(free), choices=())

    async def send(self, staff: str, check_id: CheckId) -> None:
        """Send all that is new; what the stop list forbids comes off, and something else on."""
        post = await self.at(staff)
        check = post.check(check_id)
        if check is None or not check.unsent:
            return
        if post.do(c.SendLines(check_id, _ids(check.unsent))):
            return
        stopped = [line for line in check.unsent if line.item_id in post.venue.stops]
        if not stopped:
            return
        post.do(c.RemoveLines(check_id, _ids(stopped)))
        instead = [
            self._line(post, self._instead(post, Dish(line.item_id, seat=line.seat)))
            for line in stopped
        ]
        post.do(c.AddLines(check_id, tuple(instead)))
        check = post.check(check_id)
        if check is not None and check.unsent:
            post.do(c.SendLines(check_id, _ids(check.unsent)))

    async def _change_mind(self, visit: Visit, post: Post, lines: tuple[c.NewLine, ...]) -> None:
        """What guests say before the order is sent."""
        check_id = self.checks[visit.number]
        first = lines[0]
        there = post.check(check_id)
        line = there.line(first.line_id) if there else None
        if "change" in visit.twists and line is not None:
            post.do(
                c.ChangeLine(
                    *(check_id, first.line_id, 2000, first.choices, first.seat, line.course),
                    *("разом з усіма", first.allergy),
                )
            )
        if "remove" in visit.twists and len(lines) > 1:
            post.do(c.RemoveLines(check_id, (lines[-1].line_id,)))
        if "course" in visit.twists:
            held = tuple(line.line_id for line in lines if not line.held)
            post.do(c.HoldLines(check_id, held[-1:], held=True))

    # -- service -------------------------------------------------------------------------------
    async def _fire_mains(self, visit: Visit) -> None:
        """Call for what is on hold once the starters are eaten."""
        for waited in range(FIRE_AT_LATEST):
            post = await self.at(visit.staff)
            check = self._check(post, visit)
            held = [line for line in check.lines if line.state == "held"] if check else []
            if check is None or not held:
                return
            on_table = all(line.state in ("served", "void", "held") for line in check.lines)
            if on_table or waited == FIRE_AT_LATEST - 1:
                await self.clock.rest(self.rng.randint(2, 6))
                post = await self.at(visit.staff)
                check = self._check(post, visit)
                held = [line for line in check.lines if line.state == "held"] if check else []
                if check is not None and held:
                    post.do(c.FireLines(check.check_id, _ids(held)))
                return
            await self.clock.rest(1)

    async def _until_served(self, visit: Visit) -> None:
        for _ in range(SERVED_AT_LATEST):
            post = await self.at(visit.staff)
            check = self._check(post, visit)
            if check is None or all(line.state == "served" for line in check.live):
                return
            await self.clock.rest(1)

    async def serve_all(self, until: int) -> None:
        """Carry out what is ready, table after table, until the house closes."""
        while self.clock.minute < until:
            await self.clock.rest(1)
            for check_id in list(self.checks.values()):
                await self._serve(check_id)

    async def _serve(self, check_id: CheckId) -> None:
        check = next(
            (known for post in self.posts.values() if (known := post.check(check_id))), None
        )
        if check is None:
            return
        ready = any(line.state == "ready" for line in check.lines)
        if not ready or check.owner not in self.posts or self.rng.random() < 0.5:
            return
        post = await self.at(check.owner)
        here = post.check(check_id)
        if here is None or here.owner != check.owner:
            return
        lines = [line for line in here.lines if line.state == "ready"]
        if lines:
            post.do(c.ServeLines(check_id, _ids(lines)))

    # -- what goes differently -----------------------------------------------------------------
    async def _join(self, visit: Visit) -> bool:
        """Friends of another table: both become one. Whether they did."""
        post = await self.at(visit.staff)
        mine = self._check(post, visit)
        host = self.checks.get(visit.joins)
        theirs = post.check(host) if host else None
        if mine is None or theirs is None:
            return False
        if not post.do(c.MergeChecks(mine.check_id, theirs.check_id)):
            return False
        post.do(c.SetGuests(theirs.check_id, theirs.guests + mine.guests))
        return True

    async def _surprise(self, visit: Visit) -> Visit:
        """Voids, discounts, moves; gives the visit as it goes on."""
        await self.clock.rest(self.rng.randint(1, 5))
        post = await self.at(visit.staff)
        check = self._check(post, visit)
        if check is None:
            return visit
        for twist in sorted(visit.twists):
            if twist in ("void", "void_unmade"):
                await self._void(post, check, made=twist == "void")
            elif twist in ("gold", "birthday", "apology"):
                await self._discount(post, check, twist)
            elif twist == "move":
                self._move(post, check)
            elif twist == "transfer":
                visit = await self._hand_over(visit, post, check)
        return visit

    async def _approved(self, post: Post, command: object, check: Check) -> None:
        if not post.online:
            return
        approval = await post.approval(MANAGER, self.pins[MANAGER], command, check.check_id)
        if approval:
            post.do(command, approval)

    async def _void(self, post: Post, check: Check, made: bool) -> None:
        sent = [line for line in check.live if line.sent]
        if not sent:
            return
        line = self.rng.choice(sent)
        reason = "quality" if made else "guest-changed-mind"
        qty = min(1000, line.qty_milli)
        void = c.VoidLine(check.check_id, line.line_id, qty, reason, made)
        await self._approved(post, void, check)

    async def _discount(self, post: Post, check: Check, twist: str) -> None:
        discount_id = {"apology": "apology-100"}.get(twist, twist)
        reason = {"gold": "gold-card", "birthday": "birthday-guest"}.get(twist, twist)
        grant = c.GiveDiscount(check.check_id, post.desk.new_id(), discount_id, reason=reason)
        if twist == "birthday":
            await self._approved(post, grant, check)
        else:
            post.do(grant)

    def _move(self, post: Post, check: Check) -> None:
        taken = {other.table_id for other in post.venue.checks.values()}
        free = [table for table in self.tables if table not in taken]
        if free:
            post.do(c.MoveCheck(check.check_id, self.rng.choice(free)))

    async def _hand_over(self, visit: Visit, post: Post, check: Check) -> Visit:
        others = sorted(staff for staff in ("olena", "ihor", "yulia") if staff != visit.staff)
        to = self.rng.choice(others)
        if post.online and post.do(c.TransferCheck(check.check_id, StaffId(to))):
            await self.clock.rest(1)
            return replace(visit, staff=to)
        return visit

    async def _divided(self, visit: Visit, post: Post, check: Check) -> list[CheckId]:
        """The bills of a party: one, or two when it splits by dishes."""
        bills = [check.check_id]
        live = [line for line in check.live if line.sent]
        if visit.twists & {"split", "part"} and len(live) > 1 and not check.unsent:
            other = CheckId(post.desk.new_id())
            if "part" in visit.twists:
                shared = max(live, key=lambda line: line.gross_minor)
                half = shared.qty_milli // 2
                moves = [c.Move(shared.line_id, half, LineId(post.desk.new_id()))]
            else:
                moves = [
                    c.Move(line.line_id, line.qty_milli, line.line_id)
                    for line in live[: len(live) // 2]
                ]
            number = post.desk.next_number()
            if post.do(c.MoveLines(check.check_id, other, tuple(moves), number)):
                bills.append(other)
        return bills


def hall_tables(catalogue: Catalogue) -> tuple[str, ...]:
    """Tables to which guests may move."""
    return tuple(t.table_id for t in catalogue.tables.values() if t.hall_id == "main")


def _ids(lines: "tuple[Line, ...] | list[Line]") -> tuple[LineId, ...]:
    return tuple(line.line_id for line in lines)
