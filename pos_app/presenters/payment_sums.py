"""How much: the part that is paid now, its tip, what is given and what it is worth.

Nothing is decided here: rounding, change and balance are the domain's, and are shown before they
are asked for. What the screen shows of it is in `payment_shown`, what a tap means in `payment`.
"""

from pos_app.desk import Desk
from pos_app.presenters.asking import Answers
from pos_app.presenters.card_asking import CardAsking
from pos_app.presenters.club_cards import ClubCards, card_of
from pos_app.presenters.payment_codes import CodeShowing
from pos_app.presenters.payment_items import ItemPicking
from pos_app.presenters.presenter import Place
from pos_app.presenters.questions import Questions
from sync_server.domain.checks import HOLDING, Check, balance, line_discounts, totals_of
from sync_server.domain.club import activated, may_cover
from sync_server.domain.ids import CheckId
from sync_server.domain.menu import Currency
from sync_server.domain.money import allocate, percent_of, worth
from sync_server.domain.payments import cash_due, share


class PaymentSums(ClubCards, Questions):
    """State: the part, the tender, the tip, what was typed, how a receipt is wanted.

    `reference` is the house account, voucher or club card that pays, `currency_code` that of
    foreign cash; `buyer` is the company that wants an invoice when all is paid.
    """

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.card = CardAsking(self)
        self.codes = CodeShowing(self)
        self.items = ItemPicking(self)
        self.fresh()

    def fresh(self) -> None:
        """A fresh payment: all of it, in cash, no tip."""
        self.split, self.part, self.tender = "whole", 0, "cash"
        self.tip_bp, self.typed, self.receipt_by = 0, "", "print"
        self.buyer: Answers = {}
        self.tip_minor, self.taken_ms = 0, 0
        self.reference = self.currency_code = ""
        self.card.shut()
        self.codes.shut()
        self.items.shut()
        self.nothing_asked()

    @property
    def receipt(self) -> bool:
        """Whether a receipt is printed."""
        return self.receipt_by == "print"

    @property
    def check(self) -> Check | None:
        """The check, also when this payment has just closed it."""
        return self.desk.venue.check(self.place.check_id)

    def _parts_of(self, check: Check) -> tuple[int, int, int]:
        """Amount of the check, what the guest gave in house money, and the tip."""
        due, tip = self._due(check), self._tip(check)
        typed = int(self.typed or "0")
        if self.tender in ("cash", "foreign"):
            full = self._cash(check)
            given = self._worth(check) if self._abroad else typed or full
            return (min(given, due), given, 0) if given < full else (due, given, tip)
        if typed:
            tip = 0 if self.tender == "points" else max(0, typed - due) or tip
            return min(typed, due), 0, tip
        if self.tender == "points":
            return min(due, self._by_points(check)), 0, 0
        voucher = self.desk.venue.vouchers.get(self.reference)
        if voucher is not None and voucher.left_minor < due + tip:
            return min(due, voucher.left_minor), 0, 0
        return due, 0, tip

    def _by_points(self, check: Check) -> int:
        """What points may pay of the check: what is activated, up to the venue's share of it."""
        card = card_of(self.desk, check)
        if card is None:
            return 0
        left = activated(card, self.desk.now_ms())
        return min(left, may_cover(check, self.desk.catalogue.settings.points))

    def club_check(self) -> CheckId | None:
        """The check that is being paid."""
        check = self.check
        return check.check_id if check is not None and check.state == "open" else None

    def _by(self, tender: str, reference: str = "", currency: str = "") -> None:
        self.tender, self.typed = tender, ""
        self.reference, self.currency_code = reference, currency

    @property
    def _abroad(self) -> Currency | None:
        """The foreign currency that is being taken."""
        code = self.currency_code
        return self.desk.catalogue.currency(code) if code else None

    def _foreign(self, check: Check) -> int:
        """How much of it: what was typed, else whole units that are enough."""
        abroad = self._abroad
        if abroad is None:
            return 0
        whole = int(10**abroad.digits)
        least = -(-self._cash(check) // max(1, abroad.rate_minor)) * whole
        return int(self.typed or least)

    def _worth(self, check: Check) -> int:
        abroad = self._abroad
        if abroad is None:
            return 0
        return worth(self._foreign(check), abroad.rate_minor, abroad.digits)

    def _due(self, check: Check) -> int:
        """What is asked for now: the part chosen, never more than is left."""
        left = balance(check) if check.state == "open" else 0
        if self.split == "seat":
            return min(left, self._seat_sums(check).get(self.part, left))
        if self.split == "equal":
            shares = share(totals_of(check).total_minor, max(1, check.guests))
            paid = sum(1 for payment in check.payments if payment.state in HOLDING)
            return min(left, shares[min(paid, len(shares) - 1)])
        return left

    def _seat_sums(self, check: Check) -> dict[int, int]:
        """What each seat owes by its lines, shared ones spread evenly; sums to the total."""
        given = line_discounts(check)
        seats = sorted({line.seat for line in check.live if line.seat}) or [0]
        weights = dict.fromkeys(seats, 0)
        shared = 0
        for line, off in zip(check.lines, given, strict=True):
            if line.seat in weights and line.seat:
                weights[line.seat] += line.gross_minor - off
            else:
                shared += line.gross_minor - off
        for seat, part in zip(seats, share(shared, len(seats)), strict=True):
            weights[seat] += part
        sums = allocate(totals_of(check).total_minor, [weights[seat] for seat in seats])
        return dict(zip(seats, sums, strict=True))

    def _tip(self, check: Check) -> int:
        return self.tip_minor or percent_of(self._due(check), self.tip_bp)

    def _cash(self, check: Check) -> int:
        """Cash to be taken with tip; coins that do not exist are rounded away at the last part."""
        due = self._due(check)
        step = self.desk.catalogue.settings.cash_step_minor
        whole = due >= balance(check)
        return (cash_due(due, step) if whole else due) + self._tip(check)
