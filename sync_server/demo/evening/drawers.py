"""The cashiers' side: floats, cash in and out, the safe, X, blind counts and the Z.

The count is done note by note to the sum that should lie there, so an evening without strangers at
the drawer ends without a difference. A drawer that somebody else holds is left alone.
"""

from collections.abc import Awaitable, Callable

from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import PaymentId, ShiftId

from .clock import ScriptClock
from .posts import Post

DRAWERS = {"1": ("taras", 200_000), "2": ("marta", 100_000)}
"""Drawer -> who holds it this evening, and the float."""

DRAWER_OF = {"marta": "2", "taras": "1", "nadia": "1", "olena": "1", "ihor": "1", "yulia": "1"}

SOLD_AHEAD = (
    ("GIFT-2026", "gift", 100_000, "Марія Коваль"),
    ("DEP-2211", "deposit", 200_000, "Банкет Савченків"),
)
"""Code, kind, amount and name of what is sold before the evening begins."""

CLUB = (
    ("2900000000420", "Ірина Бойко"),
    ("2900000000437", "Максим Левченко"),
    ("2900000000444", ""),
)
"""Number and holder of the club cards that guests bring along."""

At = Callable[[str], Awaitable[Post]]


class Cashiers:
    """Opens the drawers, moves cash during the evening, closes them."""

    def __init__(self, at: At, clock: ScriptClock) -> None:
        self._at = at
        self._clock = clock
        self._mine: dict[str, ShiftId] = {}

    async def open(self) -> None:
        """Take each drawer, or go on with the shift that its person has."""
        for drawer, (staff, float_minor) in DRAWERS.items():
            post = await self._at(staff)
            open_shift = post.venue.shift_at(drawer)
            if open_shift is None:
                shift_id = ShiftId(post.desk.new_id())
                if post.do(c.OpenShift(shift_id, drawer, float_minor)):
                    self._mine[drawer] = shift_id
            elif open_shift.cashier == staff:
                self._mine[drawer] = open_shift.shift_id

    async def sell_ahead(self) -> None:
        """A gift voucher, a deposit for a table, and club cards, each once."""
        post = await self._at(DRAWERS["1"][0])
        shift_id = self._mine.get("1")
        if shift_id is None:
            return
        for code, kind, amount, name in SOLD_AHEAD:
            if code not in post.venue.vouchers:
                payment = PaymentId(post.desk.new_id())
                sold = c.SellVoucher(code, kind, payment, shift_id, "card", amount, 0, name)
                post.do(sold)
        for card, name in CLUB:
            if card not in post.venue.club:
                post.do(c.IssueClubCard(card, name))

    async def move_cash(self) -> None:
        """Change in, the courier and the ice out, a drop to the safe, an X."""
        moves = (
            (18 * 60 + 5, "in", 50_000, "change-fund"),
            (19 * 60 + 40, "out", 12_000, "ice"),
            (20 * 60 + 15, "out", 30_000, "courier"),
            (21 * 60 + 30, "drop", 100_000, "safe-drop"),
        )
        for minute, kind, amount, reason in moves:
            await self._clock.until(minute)
            post = await self._at(DRAWERS["1"][0])
            shift = self._mine.get("1")
            known = post.venue.shifts.get(shift) if shift else None
            if known is None or known.state == "closed":
                return
            if kind == "in" or known.drawer_minor > amount:
                post.do(c.MoveCash(known.shift_id, kind, amount, reason))
        await self._clock.until(22 * 60)
        if shift:
            post.do(c.PrintX(shift))

    async def close(self) -> None:
        """Count each drawer and close its shift."""
        for drawer, shift_id in self._mine.items():
            post = await self._at(DRAWERS[drawer][0])
            shift = post.venue.shifts.get(shift_id)
            if shift is None or shift.state == "closed":
                continue
            notes = post.catalogue.settings.denominations_minor
            post.do(c.CountDrawer(shift_id, _counted(shift.drawer_minor, notes)))
            await self._clock.rest(2)
            post = await self._at(DRAWERS[drawer][0])
            shift = post.venue.shifts[shift_id]
            over = shift.counted_minor - shift.drawer_minor
            if over:
                # What does not agree is counted once more; the same again stands.
                post.do(c.CountDrawer(shift_id, _again(shift.counts)))
            post.do(c.CloseShift(shift_id, "change-error" if over else ""))


def _again(counts: tuple[e.CashCount, ...]) -> tuple[c.DenominationCount, ...]:
    """The same pieces once more."""
    return tuple(c.DenominationCount(each.denomination_minor, each.count) for each in counts)


def _counted(amount_minor: int, notes: tuple[int, ...]) -> tuple[c.DenominationCount, ...]:
    """Notes and coins that make an amount, the large ones first."""
    counts = []
    for note in sorted(notes, reverse=True):
        count, amount_minor = divmod(amount_minor, note)
        if count:
            counts.append(c.DenominationCount(note, count))
    return tuple(counts)
