"""Club cards: points that a guest earns with each check and may pay with later.

Points are counted in the smallest unit of money, one for one. They come in lots, since each lot has
its own time: accrued, from its day on activated, then spent or expired (features-region, rule 13).
A card that was lost is blocked: nobody shows it or pays with it; its points, with their times, go
to another card, and what its checks still bring follows them there.
A card never holds less than nothing: of points that were spent already when their check was
refunded, the card owes as many, and what it earns next is withheld first. When points are earned
and taken back is decided in `earning`; they are booked in `ledger` as a debt of the house.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from . import commands as c, events as e
from .accounts import account_of_card
from .amending import replace
from .card_numbers import holds_card_number
from .checks import HOLDING, Check, totals_of
from .events import Payment
from .ids import NOBODY, CheckId, StaffId
from .limits import CARD_LEAST, CARD_LENGTH, CLUB_CARDS, POINT_LOTS, TEXT_LENGTH
from .menu import PointRules
from .rejections import Refused, refuse
from .staff import Facts
from .vouchers import Voucher, voucher_read

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOP_CODE_DIGITS = 13
"""Shops' codes have as many figures, and bank cards no longer do."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one origin: `of` is the check that earned them, or to which they had been paid.
    They may be spent from `active_ms` up to, not with, `expires_ms`; 0 is for ever."""

    of: CheckId
    amount_minor: int
    active_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True)
class ClubCard:
    """`lots` stand as they came. `owes_minor` was earned, spent, and taken back after that.
    `blocked_ms` 0: it may be used; `moved_to` has its points since it was lost."""

    card: str
    name: str
    issued_ms: int
    by: StaffId
    lots: tuple[Lot, ...] = ()
    owes_minor: int = 0
    blocked_ms: int = 0
    blocked_by: StaffId = NOBODY
    moved_to: str = ""

    @property
    def balance_minor(self) -> int:
        """All points that were not spent, taken back or written off yet."""
        return sum(lot.amount_minor for lot in self.lots)


# -- what a card is worth ----------------------------------------------------------------------
def is_over(lot: Lot, now_ms: int) -> bool:
    """Whether a lot's time has passed."""
    return 0 < lot.expires_ms <= now_ms


def activated(card: ClubCard, now_ms: int) -> int:
    """What may be spent now."""
    return sum(
        lot.amount_minor
        for lot in card.lots
        if lot.active_ms <= now_ms and not is_over(lot, now_ms)
    )


def accrued(card: ClubCard, now_ms: int) -> int:
    """What may be spent only later."""
    return sum(
        lot.amount_minor for lot in card.lots if lot.active_ms > now_ms and not is_over(lot, now_ms)
    )


def lapsed(card: ClubCard, now_ms: int) -> int:
    """What was not spent in its time, until the day's close writes it off."""
    return sum(lot.amount_minor for lot in card.lots if is_over(lot, now_ms))


def card_read(club: Mapping[str, ClubCard], read: str) -> ClubCard | None:
    """The card whose number a person typed or a reader gave, capitals and blanks aside."""
    return club.get(spelled(read))


def goes_on_as(club: Mapping[str, ClubCard], number: str) -> str:
    """The card that has the points of this one: itself, unless it was lost, perhaps twice."""
    for _ in range(CLUB_CARDS):
        card = club.get(number)
        if card is None or not card.moved_to:
            break
        number = card.moved_to
    return number


def spelled(read: str) -> str:
    """A card's number as it is kept."""
    return "".join(read.split()).upper()


def paid_with_points(check: Check) -> int:
    """What of a check is paid with points and was not given back."""
    return sum(
        paid.amount_minor - paid.refunded_minor
        for paid in check.payments
        if paid.tender == "points" and paid.state in HOLDING
    )


def may_cover(check: Check, rules: PointRules) -> int:
    """What of a check may still be paid with points: the venue's share of the bill."""
    most = totals_of(check).total_minor * rules.cap_bp // 10_000
    return max(0, most - paid_with_points(check))


# -- what may be asked -------------------------------------------------------------------------
def usable(card: ClubCard) -> Refused | None:
    """Why nobody may show or use a card, if so."""
    if card.moved_to:
        return refuse("club_card_moved", card=card.card, to_card=card.moved_to)
    if card.blocked_ms:
        by = card.blocked_by
        return refuse("club_card_blocked", card=card.card, by=by, at_ms=card.blocked_ms)
    return None


def issue(
    club: Mapping[str, ClubCard],
    vouchers: Mapping[str, Voucher],
    command: c.IssueClubCard,
    facts: Facts,
) -> e.ClubCardIssued | Refused:
    """A card that nobody has yet. Only the server knows that, so it takes the server."""
    number = spelled(command.card)
    if not CARD_LEAST <= len(number) <= CARD_LENGTH or len(command.name) > TEXT_LENGTH:
        return refuse("club_card_number", least=CARD_LEAST, most=CARD_LENGTH)
    if len(number) > SHOP_CODE_DIGITS and holds_card_number(number):
        return refuse("card_number")
    if number in club:
        return refuse("club_card_taken", card=number)
    if voucher_read(vouchers, number) or account_of_card(facts.catalogue, number):
        return refuse("club_card_taken", card=number)
    if not facts.server_link:
        return refuse("needs_server")
    if len(club) >= CLUB_CARDS and not any(map(_forgettable, club.values())):
        return refuse("too_many", limit=CLUB_CARDS)
    return e.ClubCardIssued(number, command.name.strip(), facts.actor, facts.now_ms)


def _unreasoned(reason: str) -> Refused | None:
    """What is wrong with why somebody does this, if anything."""
    if len(reason) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    return None if reason.strip() else refuse("no_reason")


def block(
    club: Mapping[str, ClubCard], command: c.BlockClubCard, facts: Facts
) -> e.ClubCardBlocked | Refused:
    """Anybody's word is enough to block a card; one whose points are on another stays so."""
    card = card_read(club, command.card)
    if card is None:
        return refuse("no_club_card", card=spelled(command.card)[:TEXT_LENGTH])
    if card.moved_to:
        return usable(card) or refuse("nothing_to_do")
    if command.blocked == bool(card.blocked_ms):
        return refuse("nothing_to_do")
    if fault := _unreasoned(command.reason):
        return fault
    reason = command.reason.strip()
    return e.ClubCardBlocked(card.card, command.blocked, reason, facts.actor, facts.now_ms)


def move(
    club: Mapping[str, ClubCard],
    vouchers: Mapping[str, Voucher],
    checks: Iterable[Check],
    command: c.MoveClubPoints,
    facts: Facts,
) -> tuple[object, ...] | Refused:
    """The lost card is blocked if it is not yet, the other one given if nobody has it, and the open
    checks go on with that one. Only the server knows all of this."""
    card = card_read(club, command.card)
    if card is None:
        return refuse("no_club_card", card=spelled(command.card)[:TEXT_LENGTH])
    if card.moved_to:
        return usable(card) or refuse("nothing_to_do")
    if not facts.server_link:
        return refuse("needs_server")
    if fault := _unreasoned(command.reason):
        return fault
    events: list[object] = []
    if not card.blocked_ms:
        blocked = block(club, c.BlockClubCard(card.card, command.reason), facts)
        if isinstance(blocked, Refused):
            return blocked
        events.append(blocked)
    other = card_read(club, command.to_card)
    if other is None:
        given = issue(club, vouchers, c.IssueClubCard(command.to_card, card.name), facts)
        if isinstance(given, Refused):
            return given
        events.append(given)
    elif other.card == card.card:
        return refuse("nothing_to_do")
    elif fault := usable(other):
        return fault
    number, by, at_ms = spelled(command.to_card), facts.actor, facts.now_ms
    reason = command.reason.strip()
    sums = (card.balance_minor, card.owes_minor)
    events.append(e.ClubPointsMoved(card.card, number, *sums, reason, by, at_ms))
    events += (
        e.ClubCardAttached(check.check_id, number, by, at_ms)
        for check in checks
        if check.club_card == card.card
    )
    return tuple(events)


def attach(
    club: Mapping[str, ClubCard], check: Check, command: c.AttachClubCard, facts: Facts
) -> e.ClubCardAttached | Refused:
    """One card for a check, before anything is paid on it: what was paid was by its terms."""
    known = card_read(club, command.card)
    if command.card and known is None:
        return refuse("no_club_card", card=spelled(command.card)[:TEXT_LENGTH])
    if known is not None and (fault := usable(known)):
        return fault
    number = known.card if known else ""
    if number == check.club_card:
        return refuse("nothing_to_do")
    if any(payment.state in HOLDING for payment in check.payments):
        return refuse("has_payments")
    if number and check.club_card:
        return refuse("club_card_set", card=check.club_card, number=check.number)
    return e.ClubCardAttached(check.check_id, number, facts.actor, facts.now_ms)


def carried(check: Check, into: Check, facts: Facts) -> tuple[e.ClubCardAttached, ...]:
    """The card of a check that joins another comes along, if that one has none and owes it all."""
    paid = any(payment.state in HOLDING for payment in into.payments)
    if not check.club_card or into.club_card or paid:
        return ()
    return (e.ClubCardAttached(into.check_id, check.club_card, facts.actor, facts.now_ms),)


def spendable(
    club: Mapping[str, ClubCard], check: Check, payment: Payment, facts: Facts
) -> Refused | None:
    """Why points cannot pay an amount of a check, if they cannot: min(activated, share of the
    bill), on the check's own card. Only the server knows what is left."""
    number, amount = payment.reference, payment.amount_minor
    card = club.get(number)
    if card is None:
        return refuse("no_club_card", card=number[:TEXT_LENGTH])
    if fault := usable(card):
        return fault
    if number != check.club_card:
        return refuse("club_card_other", card=number, number=check.number)
    if not facts.server_link:
        return refuse("needs_server")
    if payment.tip_minor:
        return refuse("points_no_tip")
    rules, now_ms = facts.catalogue.settings.points, facts.now_ms
    cap = may_cover(check, rules)
    if amount > cap:
        return refuse("points_cap", rate_bp=rules.cap_bp, most_minor=cap)
    left = activated(card, now_ms)
    if amount <= left:
        return None
    over = lapsed(card, now_ms)
    if over and amount <= left + over:
        at_ms = max(lot.expires_ms for lot in card.lots if is_over(lot, now_ms))
        return refuse("points_expired", card=number, left_minor=left, until_ms=at_ms)
    return refuse("points_short", card=number, left_minor=left, wait_minor=accrued(card, now_ms))


# -- evolve ------------------------------------------------------------------------------------
def noted(club: dict[str, ClubCard], event: object) -> None:
    """The cards after an event that concerns one; the one touched last stands last. A card that
    was forgotten meanwhile is there again, or its points would be lost."""
    number, at_ms = _whose(event)
    if not number:
        return
    if isinstance(event, e.ClubPointsMoved):
        _move(club, event)
        number = event.to_card
    else:
        card = club.pop(number, None) or ClubCard(number, "", at_ms, NOBODY)
        club[number] = evolve(card, event)
    if len(club) > CLUB_CARDS:
        empty = (key for key, each in club.items() if key != number and _forgettable(each))
        gone = next(empty, None)
        if gone is not None:
            del club[gone]


def _forgettable(card: ClubCard) -> bool:
    """Nothing would be lost with it. A card that was lost stays: it says that nobody may use it,
    and where its points went, since its checks may still bring some."""
    return not (card.lots or card.owes_minor or card.blocked_ms or card.moved_to)


def _move(club: dict[str, ClubCard], event: e.ClubPointsMoved) -> None:
    """Lot by lot, each with its times; the oldest first, as they came."""
    lost = club.get(event.card) or ClubCard(event.card, "", event.at_ms, NOBODY)
    into = club.pop(event.to_card, None) or ClubCard(event.to_card, "", event.at_ms, NOBODY)
    for lot in lost.lots:
        into = _with(into, lot)
    owes_minor = into.owes_minor + event.owes_minor
    club[event.card] = replace(lost, lots=(), owes_minor=0, moved_to=event.to_card)
    club[event.to_card] = replace(into, owes_minor=owes_minor)


def concerns(event: object, number: str) -> bool:
    """Whether an event changes the card of this number."""
    return type(event) in _OF_CARDS and _whose(event)[0] == number


_OF_CARDS = frozenset(
    {
        *(e.ClubCardIssued, e.ClubCardAttached, e.PaymentTaken),
        *(e.PointsEarned, e.PointsTakenBack, e.PointsGivenBack, e.PointsExpired),
        *(e.ClubCardBlocked, e.ClubPointsMoved),
    }
)


def _whose(event: object) -> tuple[str, int]:
    """The card that an event concerns, and its time."""
    if isinstance(event, e.PaymentTaken):
        payment = event.payment
        return (payment.reference, payment.at_ms) if payment.tender == "points" else ("", 0)
    return event.card, event.at_ms  # type: ignore[attr-defined]


def evolve(card: ClubCard, event: object) -> ClubCard:
    """A card after an event that concerns it."""
    match event:
        case e.ClubCardIssued():
            return replace(card, name=event.name, issued_ms=event.at_ms, by=event.by)
        case e.ClubCardBlocked():
            since = event.at_ms if event.blocked else 0
            return replace(card, blocked_ms=since, blocked_by=event.by if since else NOBODY)
        case e.PointsEarned():
            kept = event.amount_minor - event.withheld_minor
            came = Lot(event.check_id, kept, event.active_ms, event.expires_ms)
            return replace(_with(card, came), owes_minor=card.owes_minor - event.withheld_minor)
        case e.PointsGivenBack():
            return _with(card, Lot(event.check_id, event.amount_minor, 0, event.expires_ms))
        case e.PointsTakenBack():
            lots = _taken_back(card.lots, event)
            return replace(card, lots=lots, owes_minor=card.owes_minor + event.owed_minor)
        case e.PointsExpired():
            return replace(card, lots=tuple(x for x in card.lots if not is_over(x, event.at_ms)))
        case e.PaymentTaken():
            return replace(card, lots=_spent(card.lots, event.payment))
    return card


def _with(card: ClubCard, lot: Lot) -> ClubCard:
    """One lot more; of too many the two oldest become one, to the guest's advantage."""
    lots = (*card.lots, lot) if lot.amount_minor else card.lots
    if len(lots) > POINT_LOTS:
        first, second, *rest = lots
        ends = (first.expires_ms, second.expires_ms)
        both = Lot(
            second.of,
            first.amount_minor + second.amount_minor,
            min(first.active_ms, second.active_ms),
            max(ends) if all(ends) else 0,
        )
        lots = (both, *rest)
    return replace(card, lots=lots)


def _spent(lots: tuple[Lot, ...], payment: Payment) -> tuple[Lot, ...]:
    """Of what may be spent, what expires first goes first."""
    at_ms = payment.at_ms

    def turn(lot: Lot) -> tuple[bool, bool, int]:
        usable = lot.active_ms <= at_ms and not is_over(lot, at_ms)
        return not usable, not lot.expires_ms, lot.expires_ms

    return _less(lots, payment.amount_minor, turn)


def _taken_back(lots: tuple[Lot, ...], event: e.PointsTakenBack) -> tuple[Lot, ...]:
    """The points of that very check first, then those that came last and are not over."""
    newest = {id(lot): -at for at, lot in enumerate(lots)}
    return _less(
        lots,
        event.amount_minor,
        lambda lot: (lot.of != event.check_id, is_over(lot, event.at_ms), newest[id(lot)]),
    )


def _less(
    lots: tuple[Lot, ...], amount_minor: int, turn: Callable[[Lot], tuple[bool, bool, int]]
) -> tuple[Lot, ...]:
    """The lots less an amount, taken from them in turn; empty ones are gone."""
    left: dict[int, int] = {}
    for lot in sorted(lots, key=turn):
        taken = min(amount_minor, lot.amount_minor)
        left[id(lot)] = lot.amount_minor - taken
        amount_minor -= taken
    kept = (replace(lot, amount_minor=left[id(lot)]) for lot in lots)
    return tuple(lot for lot in kept if lot.amount_minor)


# -- days --------------------------------------------------------------------------------------
def times_of(rules: PointRules, at_ms: int, zone: str) -> tuple[int, int]:
    """From when up to when points of now may be spent: whole days of the venue's calendar."""
    active = _midnight(at_ms, rules.wait_days, zone) if rules.wait_days else at_ms
    return active, _midnight(active, rules.good_days, zone) if rules.good_days else 0


def _midnight(at_ms: int, days: int, zone: str) -> int:
    """The beginning of the day that is so many days after the one of a moment."""
    there = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(ZoneInfo(zone))
    morning = datetime.combine(there.date() + timedelta(days=days), time(), ZoneInfo(zone))
    return (morning - _EPOCH) // timedelta(milliseconds=1)
