"""The points of club cards counted on the fingers, from what the journal says happened and no more.

No point comes from nothing: a close earns the venue's share of what was paid with other than
points, once; a refund gives back what points had paid. No card goes below nothing, nothing is
earned on a check that is not sold, and the ledger's debt of points is what lies on the cards.
"""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlmodel import col

from sync_server.domain import events as e
from sync_server.front_office.tables import LedgerRow

from . import judges
from .restaurant import POINTS
from .world import World

POINTS_TENDER = "points"


class Fingers:
    """`left` and `owed` are by card; `used`, `due_back` and `earned` by check: what points have
    paid of it, what a refund owes its card, what stands earned on it."""

    def __init__(self) -> None:
        self.left: Counter[str] = Counter()
        self.owed: Counter[str] = Counter()
        self.used: Counter[str] = Counter()
        self.due_back: Counter[str] = Counter()
        self.earned: Counter[str] = Counter()
        self.card_of: dict[str, str] = {}
        self.open: set[str] = set()

    def count(self, event: object) -> Iterator[str]:
        """Take an event; what it does that cannot be, in words."""
        match event:
            case e.ClubCardAttached():
                self.card_of[event.check_id] = event.card
            case e.CheckClosed():
                yield from self._closed(event)
            case e.CheckReopened():
                self.open.add(event.check_id)
            case e.PaymentTaken(payment=paid) if paid.tender == POINTS_TENDER:
                if paid.reference != self.card_of.get(event.check_id):
                    yield f"check {event.check_id}: paid by the points of another card"
                self.used[event.check_id] += paid.amount_minor
                yield from self._moved(paid.reference, -paid.amount_minor)
            case e.PaymentRefunded() if event.tender == POINTS_TENDER:
                self.used[event.check_id] -= event.amount_minor
                self.due_back[event.check_id] += event.amount_minor
            case e.PointsExpired():
                yield from self._moved(event.card, -event.amount_minor)
            case e.PointsEarned() | e.PointsGivenBack() | e.PointsTakenBack():
                yield from self._followed(event)

    def _followed(
        self, event: e.PointsEarned | e.PointsGivenBack | e.PointsTakenBack
    ) -> Iterator[str]:
        check, amount = event.check_id, event.amount_minor
        if isinstance(event, e.PointsEarned):
            if self.earned[check]:
                yield f"check {check}: earned {amount} on top of {self.earned[check]}"
            self.earned[check] += amount
            self.owed[event.card] -= event.withheld_minor
            yield from self._moved(event.card, amount - event.withheld_minor)
        elif isinstance(event, e.PointsGivenBack):
            self.due_back[check] -= amount
            if self.due_back[check] < 0:
                yield f"check {check}: {amount} given back for no refund"
            yield from self._moved(event.card, amount)
        else:
            self.earned[check] -= amount + event.owed_minor
            if self.earned[check] < 0:
                yield f"check {check}: more taken back than it had earned"
            self.owed[event.card] += event.owed_minor
            yield from self._moved(event.card, -amount)

    def _closed(self, event: e.CheckClosed) -> Iterator[str]:
        check = event.check_id
        self.open.discard(check)
        paid = event.totals.total_minor - self.used[check]
        due = paid * POINTS.earn_bp // 10_000 if self.card_of.get(check) else 0
        if self.earned[check] != due:
            yield f"check {check}: sold with {self.earned[check]} earned, {due} were due"

    def _moved(self, card: str, amount: int) -> Iterator[str]:
        self.left[card] += amount
        if self.left[card] < 0 or self.owed[card] < 0:
            yield f"card {card}: {self.left[card]} left, {self.owed[card]} owed"


def are_nobodys_gift(world: World) -> list[str]:
    """See the head of the file."""
    fingers = Fingers()
    found = [fault for _, event in judges.entries(world) for fault in fingers.count(event)]
    for check, back in fingers.due_back.items():
        if back:
            found.append(f"check {check}: {back} paid with points were refunded to nobody")
    for check in fingers.open:
        if fingers.earned[check]:
            found.append(f"check {check}: open again, and has {fingers.earned[check]} earned")
    club = world.server.office.venue.club
    for card in {*fingers.left, *club}:
        shown = (club[card].balance_minor, club[card].owes_minor) if card in club else (0, 0)
        counted = (fingers.left[card], fingers.owed[card])
        if shown != counted:
            found.append(f"card {card}: shows {shown}, {counted} by its history")
    debt = select(func.coalesce(func.sum(col(LedgerRow.amount_minor)), 0)).where(
        col(LedgerRow.account) == "points"
    )
    booked = world.server.office.database.read(lambda one: one.execute(debt).scalar_one())
    if -booked != fingers.left.total():
        found.append(f"{-booked} owed by the ledger, {fingers.left.total()} on the cards")
    return [f"I-4 points: {fault}" for fault in found]
