"""Paper for the guest: the bill before it is paid, the receipt after, the slip of a room charge.

Rule: what stands on it is the check as it was at the event, to the smallest unit: the sums are the
domain's (`totals_of`), nothing is added up here that the guest pays. Equal dishes stand together.
None of it is a fiscal receipt and all of it says so. From the second paper on it is a copy.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from hardware.documents import (
    QR,
    Align,
    Block,
    Cell,
    Columns,
    Rule,
    Signature,
    Size,
    Space,
    Stroke,
    Text,
)
from sync_server.domain.checks import HOLDING, Check, covered, totals_of
from sync_server.domain.events import Chosen, Line, Payment, Totals
from sync_server.domain.folio import Charge
from sync_server.domain.menu import Catalogue, Settings
from sync_server.domain.outward import PaperJob
from sync_server.domain.pricing import discounts

from .codes import bill_code
from .figures import Figures
from .kitchen import whose
from .names import choice, modifier_name, person_name
from .rows import centred, grand, sum_row
from .templates import Draft, logo_of
from .words import Words

_QTY_STEPS = 2
_MOST_STEPS = 8
_UNDER = _QTY_STEPS + 1
_CARD_SIGNS = 4
"""Enough of a club card's number for its guest to know it by, too little for another's use."""


def bill_draft(
    job: PaperJob, check: Check, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """The bill before payment; part payments and what is left show when there are any."""
    bill = _Bill(job, check, catalogue, words, figures)
    parts = bill.parts("part_paid", bill.part_paid())
    return bill.draft("bill", parts, thanks=False)


def receipt_draft(
    job: PaperJob, check: Check, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """The receipt of a check that is paid: also how it was paid, the change, rounding and tips."""
    bill = _Bill(job, check, catalogue, words, figures)
    parts = bill.parts("payments", chain(bill.payments(), bill.points()))
    return bill.draft("receipt", parts, thanks=True)


def slip_draft(
    job: PaperJob, charge: Charge, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """What the guest signs for the hotel: room, name, sum, room to add a tip, a line to sign."""
    say = words.say
    where = whose(job.table, job.check.kind if job.check else "", charge.number, words)
    amount: list[Block] = [
        Rule(),
        sum_row(say("amount"), figures.money(charge.amount_minor), Size.LARGE, bold=True),
    ]
    if charge.tip_minor:
        total = figures.money(charge.amount_minor + charge.tip_minor)
        amount.append(sum_row(say("tip_line"), figures.money(charge.tip_minor), Size.LARGE))
        amount += grand(say("total"), total)
    elif not charge.reverses:
        # Left open: the guest writes a tip by hand, and the sum that is signed for.
        for key in ("tip_line", "total"):
            amount += [Space(14), sum_row(say(key), "_" * 14, Size.LARGE)]
        amount.append(Space(6))
    parts: dict[str, tuple[Block, ...]] = {
        "venue": (*venue_head(catalogue, words), Space(6)),
        "title": (
            centred(say("slip_back" if charge.reverses else "slip"), Size.LARGE, bold=True),
            Rule(Stroke.HEAVY),
        ),
        "guest": (
            Text(say("room_label", room=charge.room), Size.HUGE, bold=True),
            Text(charge.guest, Size.LARGE, bold=True),
        ),
        "check": (
            Rule(),
            sum_row(say("check", number=charge.number), figures.moment(charge.asked_ms)),
            sum_row(where, person_name(catalogue, charge.by)),
        ),
        "sum": tuple(amount),
        "consent": (Text(say("consent"), Size.SMALL),),
        "signature": (Signature(say("sign_guest", guest=charge.guest)),),
    }
    return Draft(
        title="",
        parts=parts,
        built_in=tuple(parts),
        copy_heading=say("copy_no", copy=job.copy) if job.copy > 1 else None,
        footer=f"{say('check', number=charge.number)} · {say('not_fiscal')}",
    )


@dataclass(frozen=True, slots=True)
class _Sold:
    """Equal lines as the guest reads them: one row."""

    line: Line
    qty_milli: int
    gross_minor: int


class _Bill:
    """The parts of a bill or a receipt."""

    def __init__(
        self, job: PaperJob, check: Check, catalogue: Catalogue, words: Words, figures: Figures
    ) -> None:
        self._job = job
        self._check = check
        self._catalogue = catalogue
        self._words = words
        self._figures = figures
        self._totals: Totals = job.totals or totals_of(check)

    def parts(self, key: str, paid: Iterator[Block]) -> dict[str, tuple[Block, ...]]:
        """What bill and receipt have in common, with what was `paid` under its own name."""
        return {
            "venue": (*venue_head(self._catalogue, self._words), Space(6)),
            "head": tuple(self.head()),
            "dishes": tuple(self.dishes()),
            "sums": tuple(self.sums()),
            key: tuple(paid),
            "taxes": tuple(self.included_taxes()),
            "thanks": tuple(self.thanks()),
            "qr": tuple(self.code()),
        }

    def draft(self, key: str, parts: dict[str, tuple[Block, ...]], *, thanks: bool) -> Draft:
        """The parts as a draft; what it is called in headings is its kind and number."""
        say = self._words.say
        title = f"{say(key)} {self._check.number}"
        left_out = set() if thanks else {"thanks"}
        if not self._catalogue.settings.bill_link:
            left_out.add("qr")
        return Draft(
            title=title,
            parts=parts,
            built_in=tuple(name for name in parts if name not in left_out),
            copy_heading=say("copy_no", copy=self._job.copy) if self._job.copy > 1 else None,
            footer=f"{title} · {say('not_fiscal')}",
        )

    def code(self) -> Iterator[Block]:
        """The bill for the guest's telephone: where it is found, or what it says in a line."""
        number, total_minor = self._check.number, self._totals.total_minor
        settings = self._catalogue.settings
        yield Space(8)
        said = bill_code(settings, number, total_minor, self._job.at_ms, self._figures)
        yield QR(said, self._words.say("bill_online"))

    def head(self) -> Iterator[Block]:
        """Whose bill it is, and when. Receipts bear the time they were closed at."""
        check, say = self._check, self._words.say
        where = whose(self._job.table, check.kind, check.number, self._words)
        at_ms = self._job.at_ms
        yield sum_row(where, self._figures.moment(at_ms), bold=True)
        owner = say("waiter", name=person_name(self._catalogue, check.owner))
        guests = say("guests", count=check.guests) if check.guests else ""
        yield sum_row(owner, guests, Size.SMALL)
        yield Rule()

    def dishes(self) -> Iterator[Block]:
        """A row for equal dishes, what was chosen under it, the price of one if there are more."""
        rows = self._sold()
        longest = max((len(self._figures.qty(sold.qty_milli)) for sold in rows), default=1)
        steps = min(max(longest, _QTY_STEPS), _MOST_STEPS)
        for sold in rows:
            line = sold.line
            yield Columns(
                (
                    Cell(self._figures.qty(sold.qty_milli), width=steps, keep=True),
                    Cell(self._name(line)),
                    Cell(self._figures.plain(sold.gross_minor), align=Align.RIGHT, keep=True),
                ),
            )
            under = [self._chosen(chosen) for chosen in line.chosen]
            if sold.qty_milli != 1000:
                qty = self._figures.qty(sold.qty_milli)
                price = self._figures.plain(line.unit_minor)
                under.insert(0, self._words.say("times", qty=qty, price=price))
            if under:
                yield Text(", ".join(under), Size.SMALL, indent=steps + 1)

    def _sold(self) -> list[_Sold]:
        rows: dict[object, _Sold] = {}
        for line in self._check.live:
            key = (line.item_id, line.name, line.unit_minor, line.chosen, line.tax_bp)
            old = rows.get(key)
            rows[key] = _Sold(
                line,
                line.qty_milli + (old.qty_milli if old else 0),
                line.gross_minor + (old.gross_minor if old else 0),
            )
        return list(rows.values())

    def _name(self, line: Line) -> str:
        """As it was sold; in another language than the venue's, as the menu calls it there."""
        item = self._catalogue.items.get(line.item_id)
        own = self._job.language == self._catalogue.settings.language
        if own or item is None or item.sold_by == "open":
            return line.name
        return self._catalogue.name(item.names, self._job.language)

    def _chosen(self, chosen: Chosen) -> str:
        name, language = chosen.name, self._job.language
        if language != self._catalogue.settings.language:
            name = modifier_name(self._catalogue, chosen.modifier_id, language) or name
        name = choice(chosen.pre, name, self._words)
        if chosen.price_minor:
            return f"{name} ({self._figures.signed(chosen.price_minor)})"
        return name

    def sums(self) -> Iterator[Block]:
        """From the menu's prices to what is due, or was: discount, service, tax on top."""
        totals, check, figures, say = self._totals, self._check, self._figures, self._words.say
        yield Rule()
        added = 0 if check.tax_inclusive else totals.tax_minor
        if totals.gross_minor != totals.total_minor:
            yield sum_row(say("sum"), figures.plain(totals.gross_minor))
        for name, amount in self._discounts():
            yield sum_row(name, figures.plain(-amount))
        if totals.surcharge_minor:
            yield sum_row(say("surcharge"), figures.plain(totals.surcharge_minor))
        if totals.exempt_minor and check.tax_inclusive:
            yield sum_row(say("tax_exempt"), figures.plain(-totals.exempt_minor))
        if totals.service_minor:
            name = say("service", rate=figures.rate(check.service_bp))
            yield sum_row(name, figures.plain(totals.service_minor))
        if added:
            for tax in totals.taxes:
                if tax.tax_minor:
                    yield sum_row(self._tax(tax.rate_bp), figures.plain(tax.tax_minor))
        name = say("total_due" if check.state == "open" else "total")
        yield from grand(name, figures.money(totals.total_minor))

    def _discounts(self) -> list[tuple[str, int]]:
        """Each discount by name, or all in one row where they were cut to the price of a line."""
        check = self._check
        given = [(grant.name, sum(discounts(check.lines, (grant,)))) for grant in check.grants]
        if sum(amount for _, amount in given) == self._totals.discount_minor:
            return [(name, amount) for name, amount in given if amount]
        return [(self._words.say("discount"), self._totals.discount_minor)]

    def _tax(self, rate_bp: int) -> str:
        return self._words.say("tax", rate=self._figures.rate(rate_bp))

    def included_taxes(self) -> Iterator[Block]:
        """The tax that the prices contain, by rate."""
        if not self._check.tax_inclusive:
            return
        for tax in self._totals.taxes:
            if tax.tax_minor:
                name = self._words.say("included", tax=self._tax(tax.rate_bp))
                yield sum_row(name, self._figures.plain(tax.tax_minor), Size.SMALL)

    def part_paid(self) -> Iterator[Block]:
        """What was paid of it already, and what is left."""
        paid = list(self.payments())
        if not paid:
            return
        yield from paid
        left = self._totals.total_minor - covered(self._check)
        yield from grand(self._words.say("balance"), self._figures.money(left))

    def payments(self) -> Iterator[Block]:
        """Each payment that holds; refused ones never were."""
        tips = 0
        for payment in self._check.payments:
            if payment.state in HOLDING:
                tips += payment.tip_minor
                yield from self._payment(payment)
        if tips:
            yield sum_row(self._words.say("tips"), self._figures.plain(tips))

    def _payment(self, payment: Payment) -> Iterator[Block]:
        say, figures = self._words.say, self._figures
        name = tender_name(payment, say)
        yield sum_row(name, figures.plain(payment.amount_minor), bold=True)
        under = []
        if payment.currency:
            there = figures.foreign(payment.foreign_minor, payment.currency)
            under.append(say("worth", given=there, worth=figures.plain(payment.tendered_minor)))
        if payment.tender == "cash" and payment.tendered_minor:
            given, change = figures.plain(payment.tendered_minor), payment.change_minor
            under.append(say("given", given=given, change=figures.plain(change)))
        if payment.tender in ("card", "qr", "voucher", "deposit") and payment.reference:
            under.append(payment.reference)
        if payment.tender == "account":
            account = self._catalogue.accounts.get(payment.reference)
            under += [account.name, account.tax_code] if account else [payment.reference]
        if payment.tender == "room":
            under.append(payment.guest)
            if payment.state != "done":
                under.append(say("pending"))
        if under:
            yield Text(" · ".join(part for part in under if part), Size.SMALL, indent=_UNDER)
        if payment.rounding_minor:
            yield sum_row(say("rounding"), figures.signed(payment.rounding_minor))
        back = payment.refunded_minor + payment.refunded_tip_minor
        if back:
            yield sum_row(say("refunded"), figures.plain(-back))

    def points(self) -> Iterator[Block]:
        """The guest's club card: what this check earned, and what is on the card now."""
        note, say, figures = self._job.points, self._words.say, self._figures
        if note is None:
            return
        yield Rule()
        yield Text(say("club_card", card=f"…{note.card[-_CARD_SIGNS:]}"), bold=True)
        yield sum_row(say("points_earned"), figures.signed(note.earned_minor))
        if note.spent_minor:
            yield sum_row(say("points_spent"), figures.plain(-note.spent_minor))
        yield sum_row(say("points_left"), figures.plain(note.balance_minor), bold=True)
        if note.later_minor:
            yield sum_row(say("points_later"), figures.plain(note.later_minor), Size.SMALL)
        yield Rule()

    def thanks(self) -> Iterator[Block]:
        """The venue's own last words."""
        yield Space(14)
        footer = self._catalogue.settings.footer or self._words.say("thanks")
        yield centred(footer, bold=True)


def tender_name(payment: Payment, say: Callable[..., str]) -> str:
    """What a payment was made with, by name; a room with its number."""
    if payment.tender == "room":
        return say("room", room=payment.room)
    return say(payment.tender)


def venue_head(catalogue: Catalogue, words: Words) -> Iterator[Block]:
    """The venue's logo and name, and who it is before the law."""
    settings = catalogue.settings
    yield from logo_of(settings)
    yield centred(settings.name, Size.LARGE, bold=True)
    yield from before_the_law(settings, words)


def before_the_law(settings: Settings, words: Words) -> Iterator[Block]:
    """The house's address, its legal name and its own tax number, as far as they are known."""
    tax = f"{words.say('tax_code')} {settings.tax_number}" if settings.tax_number else ""
    for line in (settings.address, " · ".join(x for x in (settings.legal_name, tax) if x)):
        if line:
            yield centred(line, Size.SMALL)
