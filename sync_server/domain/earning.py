"""What follows for a club card from money on its check: earned, taken back, given back, expired.

Whatever path leads to a close, a refund or a reopening, the points follow in the same decision: the
events of a decision are looked through once, behind the one door of `decisions`. What a card is
worth and may pay stands in `club`; the formula is features-region, rule 13:
earned = (bill - part paid with points - excluded lines) x rate, a fraction dropped.
"""

from collections.abc import Iterator

from . import checks, club, events as e
from .amending import replace
from .checks import Check, Stamp, line_discounts, totals_of
from .club import ClubCard
from .limits import LAPSES_AT_ONCE
from .menu import Catalogue, PointRules
from .money import divide_half_up
from .rejections import Accepted
from .splitting import PROVISIONAL
from .staff import Facts
from .venue import Venue

_LEADS = frozenset({e.CheckClosed, e.CheckReopened, e.PaymentRefunded, e.DayClosed})
"""Events after which points may change."""


def earned_on(check: Check, catalogue: Catalogue) -> int:
    """What a check earns by the rules in force, in the smallest unit."""
    rules = catalogue.settings.points
    bill = totals_of(check).total_minor
    base = bill - club.paid_with_points(check) - _excluded(check, bill, rules, catalogue)
    return max(0, base) * rules.earn_bp // 10_000


def _excluded(check: Check, bill_minor: int, rules: PointRules, catalogue: Catalogue) -> int:
    """The part of a bill on lines that earn nothing, with their share of service and added tax."""
    if not rules.without_items and not rules.without_categories:
        return 0
    off = line_discounts(check)
    kept = out = 0
    for line, less in zip(check.lines, off, strict=True):
        if line.state == "void":
            continue
        named = (line.item_id, line.set_item_id)
        items = [catalogue.items[key] for key in named if key in catalogue.items]
        if any(key in rules.without_items for key in named) or any(
            item.category_id in rules.without_categories for item in items
        ):
            out += line.gross_minor - less
        else:
            kept += line.gross_minor - less
    return divide_half_up(bill_minor * out, kept + out) if kept + out > 0 else 0


def with_points(venue: Venue, made: Accepted, facts: Facts) -> Accepted:
    """A decision with what follows for the cards of its checks; most have nothing to follow."""
    if _LEADS.isdisjoint(map(type, made.events)):
        return made
    followed = _Followed(venue, facts)
    return replace(made, events=tuple(followed.through(made.events)))


class _Followed:
    """The checks and cards of a decision as they become with each of its events."""

    def __init__(self, venue: Venue, facts: Facts) -> None:
        self._venue, self._facts = venue, facts
        self._checks: dict[str, Check] = {}
        self._cards: dict[str, ClubCard] = {}

    def through(self, events: tuple[object, ...]) -> Iterator[object]:
        """The events with what follows from each beside it: what a check earned comes before its
        close, so that the receipt can say it."""
        for event in events:
            if isinstance(event, e.CheckClosed):
                yield from self._told(self._earned(event))
            before = self._check(getattr(event, "check_id", ""))
            yield from self._told((event,))
            if isinstance(event, e.CheckReopened | e.PaymentRefunded) and before is not None:
                yield from self._told(self._undone(before, event))
            elif isinstance(event, e.DayClosed):
                yield from self._told(self._expired())

    def _told(self, events: tuple[object, ...]) -> Iterator[object]:
        for event in events:
            check = self._check(getattr(event, "check_id", ""))
            if check is not None and type(event) in checks.CHECK_EVENTS:
                stamp = Stamp(PROVISIONAL, self._facts.device_id)
                self._checks[check.check_id] = checks.evolve(check, event, stamp)
            card = self._card(check.club_card) if check is not None else None
            if card is not None and club.concerns(event, card.card):
                self._cards[card.card] = club.evolve(card, event)
            yield event

    def _check(self, check_id: str) -> Check | None:
        return self._checks.get(check_id) or self._venue.check(check_id)

    def _card(self, number: str) -> ClubCard | None:
        """The card as it is by now; of one that was lost, the one that has its points."""
        number = club.goes_on_as(self._venue.club, number)
        return self._cards.get(number) or self._venue.club.get(number)

    def _earned(self, event: e.CheckClosed) -> tuple[object, ...]:
        check = self._check(event.check_id)
        card = self._card(check.club_card) if check is not None else None
        if check is None or card is None:
            return ()
        facts = self._facts
        amount = earned_on(check, facts.catalogue)
        if not amount:
            return ()
        settings = facts.catalogue.settings
        active_ms, expires_ms = club.times_of(settings.points, facts.now_ms, settings.zone)
        return (
            e.PointsEarned(
                check.check_id,
                card.card,
                event.shift_id,
                amount,
                min(amount, card.owes_minor),
                event.totals.total_minor - club.paid_with_points(check),
                active_ms,
                expires_ms,
                facts.now_ms,
            ),
        )

    def _undone(
        self, check: Check, event: e.CheckReopened | e.PaymentRefunded
    ) -> tuple[object, ...]:
        """Points of a refunded payment come back; of money, what it had earned goes."""
        if isinstance(event, e.PaymentRefunded) and event.tender == "points":
            settings = self._facts.catalogue.settings
            _, until = club.times_of(settings.points, event.at_ms, settings.zone)
            amount, at_ms = event.amount_minor, event.at_ms
            number = club.goes_on_as(self._venue.club, event.reference)
            back = e.PointsGivenBack(check.check_id, number, amount, until, at_ms)
            return (back,) if amount else ()
        gone = check.points_minor
        if isinstance(event, e.PaymentRefunded):
            gone = _left(check, 0) - _left(check, event.amount_minor)
        card = self._card(check.club_card)
        if gone <= 0 or card is None:
            return ()
        there = min(gone, card.balance_minor)
        why = "reopen" if isinstance(event, e.CheckReopened) else "refund"
        return (
            e.PointsTakenBack(
                check.check_id, card.card, event.shift_id, there, gone - there, why, event.at_ms
            ),
        )

    def _expired(self) -> tuple[object, ...]:
        """What was not spent in its time; of very many cards the rest follow a day later."""
        now_ms = self._facts.now_ms
        sums = ((card.card, club.lapsed(card, now_ms)) for card in self._venue.club.values())
        over = [e.PointsExpired(card, amount, now_ms) for card, amount in sums if amount]
        return tuple(over[:LAPSES_AT_ONCE])


def _left(check: Check, refund_minor: int) -> int:
    """What a closed check has earned for what is still paid of it after one more refund: in
    proportion, so that refunds in any pieces leave nothing when nothing is paid any more."""
    if not check.points_minor:
        return 0
    paid = sum(
        payment.amount_minor - payment.refunded_minor
        for payment in check.payments
        if payment.state == "done" and payment.tender != "points"
    )
    return check.points_minor * max(0, paid - refund_minor) // check.points_of_minor
