"""Paying: bill, cash with change, card, code, both, equal parts, a hotel room, tips, a refund.

The till pays what the check says is due, whatever happened to it; a room charge that the hotel
refuses is paid by card. The rules of money are `sync_server.domain.payments` and `folio`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from sync_server.domain import commands as c
from sync_server.domain.checks import Check, balance, totals_of
from sync_server.domain.club import activated, may_cover, paid_with_points
from sync_server.domain.ids import ChargeId, CheckId, PaymentId, ShiftId
from sync_server.domain.payments import cash_due, share
from sync_server.domain.qr_codes import payment_reference

from .clock import ScriptClock
from .plan import MANAGER, POOR_ROOM, SECTIONS, Payment, Visit, tip_of
from .posts import Post

TRIES = 12
TIP_STEP_MINOR = 1_000
NOTES_MINOR = (5_000, 10_000, 20_000, 50_000, 100_000)
HOTEL_MINUTES = 15
CLUB_EVERY = 4
"""Of so many parties one has a club card."""
CODE_EVERY = 5
"""Of so many parties that pay by card one photographs the code instead."""
POINTS_LEAST_MINOR = 2_000

At = Callable[[str], Awaitable[Post]]


@dataclass(slots=True)
class Till:
    """Takes the money; `drawers` says whose payments go to which drawer's shift."""

    clock: ScriptClock
    rng: Random
    drawers: dict[str, str]
    slips: int = 4_100

    def shift_of(self, post: Post, staff: str) -> ShiftId:
        """The open shift that this person's payments belong to; empty if there is none."""
        shift = post.venue.shift_at(self.drawers[staff])
        return shift.shift_id if shift is not None else ShiftId("")

    async def settle(self, visit: Visit, bills: list[CheckId], at: At) -> None:
        """Bring the bills, wait for the guests, take the money until nothing is due."""
        post = await at(visit.staff)
        for check_id in bills:
            check = post.check(check_id)
            if check is not None and visit.number % CLUB_EVERY == 0:
                self._hold_card(visit, post, check)
            if check is not None and check.live and visit.kind != "takeaway":
                post.do(c.PrintPreBill(check_id))
        await self.clock.rest(self.rng.randint(2, 7))
        for check_id in bills:
            await self._close(visit, check_id, at)
        if "refund" in visit.twists:
            await self._refund(bills[0], at)

    def _hold_card(self, visit: Visit, post: Post, check: Check) -> None:
        """The guest holds up a club card before the bill: the regular of this waiter, who sits at
        one table at a time. So no two terminals spend the same points before they hear of it."""
        known = dict(zip(SECTIONS, sorted(post.venue.club), strict=False))
        card = known.get(visit.staff, "")
        seated = any(other.club_card == card for other in post.venue.checks.values())
        if card and not seated and check.live and not check.club_card and not check.payments:
            post.do(c.AttachClubCard(check.check_id, card))

    def _with_points(self, visit: Visit, post: Post, check: Check) -> bool:
        """Points pay what they may of a check, once; whether they did."""
        card = post.venue.club.get(check.club_card)
        if card is None or not post.online or paid_with_points(check):
            return False
        most = may_cover(check, post.catalogue.settings.points)
        part = min(activated(card, post.desk.now_ms()), most, balance(check))
        if part < POINTS_LEAST_MINOR:
            return False
        self._pay(visit, post, check, "points", part, 0, 0)
        return True

    async def _close(self, visit: Visit, check_id: CheckId, at: At) -> None:
        pay = visit.pay
        for _ in range(TRIES):
            post = await at(visit.staff)
            check = post.check(check_id)
            if check is None:
                return
            if not check.live:
                if check.unsent or any(p.state == "pending" for p in check.payments):
                    await self.clock.rest(1)
                elif post.do(c.AbandonCheck(check_id)):
                    return
            elif check.unsent:
                ids = tuple(line.line_id for line in check.unsent)
                if not post.do(c.SendLines(check_id, ids)):
                    post.do(c.RemoveLines(check_id, ids))
            elif balance(check) > 0:
                pay = await self._take(visit, pay, post, check)
            await self.clock.rest(1)

    async def _take(self, visit: Visit, pay: Payment, post: Post, check: Check) -> Payment:
        """One go at paying; gives how the party will pay what is then left."""
        due = balance(check)
        tip = tip_of(due, pay.tip_bp, TIP_STEP_MINOR)
        rest = Payment("card")
        if pay.kind in ("cash", "card") and self._with_points(visit, post, check):
            return pay
        if pay.kind == "room":
            await self._charge(visit, pay, post, check, due, tip)
        elif pay.kind == "cash":
            self._cash(visit, post, check, due, tip)
        elif pay.kind == "mixed" and due >= 2 * TIP_STEP_MINOR:
            self._cash(visit, post, check, due // 2 // TIP_STEP_MINOR * TIP_STEP_MINOR, 0)
        elif pay.kind == "parts":
            for part in share(due, min(visit.guests, 6)):
                self._card(visit, post, check, part, tip_of(part, pay.tip_bp, TIP_STEP_MINOR))
        else:
            self._card(visit, post, check, due, tip)
        return rest

    def _cash(self, visit: Visit, post: Post, check: Check, amount: int, tip: int) -> None:
        step = post.catalogue.settings.cash_step_minor
        wanted = tip + (cash_due(amount, step) if amount == balance(check) else amount)
        note = self.rng.choice(NOTES_MINOR)
        given = -(-wanted // note) * note
        self._pay(visit, post, check, "cash", amount, given, tip)

    def _card(self, visit: Visit, post: Post, check: Check, amount: int, tip: int) -> None:
        coded = bool(post.catalogue.settings.pay_link) and visit.number % CODE_EVERY == 0
        if amount:
            self._pay(visit, post, check, "qr" if coded else "card", amount, 0, tip)

    def _pay(
        self, visit: Visit, post: Post, check: Check, tender: str, amount: int, given: int, tip: int
    ) -> None:
        self.slips += 1
        now = post.check(check.check_id) or check
        references = {
            "card": f"{self.slips:06d}",
            "qr": payment_reference(now.number, now.day, len(now.payments)),
            "points": check.club_card,
        }
        post.do(
            c.TakePayment(
                check.check_id,
                PaymentId(post.desk.new_id()),
                self.shift_of(post, visit.staff),
                tender,
                amount,
                given,
                tip,
                reference=references.get(tender, ""),
                receipt=self.rng.random() < 0.8,
            )
        )

    async def _charge(
        self, visit: Visit, pay: Payment, post: Post, check: Check, due: int, tip: int
    ) -> None:
        """Find the guest, charge the room, and wait for what the hotel says."""
        if not post.online:
            return
        answer = await post.ask("guests", {"query": pay.room})
        found = answer["guests"] if answer else []
        assert isinstance(found, list)
        guest = next((one for one in found if not one["no_post"]), None)
        if guest is None:
            return
        left = guest["limit_left_minor"]
        if 0 <= left < due + tip and pay.room != POOR_ROOM:
            return
        charge_id = ChargeId(post.desk.new_id())
        shift_id = self.shift_of(post, visit.staff)
        stay = (str(guest["stay_id"]), str(guest["room"]), str(guest["name"]))
        charge = c.ChargeRoom(check.check_id, charge_id, shift_id, *stay, due, tip)
        if not post.do(charge):
            return
        for _ in range(HOTEL_MINUTES):
            await self.clock.rest(1)
            known = post.venue.charges.get(charge_id)
            if known is None or known.state != "pending":
                return

    async def _refund(self, check_id: CheckId, at: At) -> None:
        """The manager gives a part back for a dish that disappointed."""
        await self.clock.rest(3)
        post = await at(MANAGER)
        check = post.venue.check(check_id)
        paid = next((p for p in check.payments if p.tender != "room"), None) if check else None
        if check is None or paid is None or totals_of(check).total_minor < 10_000:
            return
        amount = min(5_000, paid.amount_minor)
        shift_id = self.shift_of(post, MANAGER)
        refund_id = PaymentId(post.desk.new_id())
        post.do(c.RefundPayment(check_id, refund_id, paid.payment_id, shift_id, amount, "quality"))
