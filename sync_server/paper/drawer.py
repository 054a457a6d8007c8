"""Paper of the drawer: a slip for cash in or out, the X and the Z of a shift.

Rule: the Z says what the closing event fixed; the X is the same figures read off in between, less
what only the closing knows. What did not happen has no row, so the paper is as long as the shift
was. The expected cash is never on paper before the drawer was counted (features-commercial C2.12).
Lines after features-commercial C3.17-21.
"""

from collections.abc import Iterator
from dataclasses import replace

from hardware.documents import Block, Rule, Signature, Size, Space, Stroke, Text
from sync_server.domain.events import CashMoved, TaxSum
from sync_server.domain.menu import Catalogue
from sync_server.domain.money import divide_half_up
from sync_server.domain.outward import MoneySlip, PaperJob
from sync_server.domain.shifts import Shift

from .figures import Figures
from .names import person_name, reason_name, till_of
from .rows import centred, grand, section, sum_row
from .templates import Draft
from .words import Words


def cash_draft(
    job: PaperJob, moved: CashMoved, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """Cash that went in or out without a sale: how much, why, who; two people sign."""
    say = words.say
    about: list[Block] = [
        sum_row(say("reason"), reason_name(catalogue, moved.reason, job.language)),
        sum_row(say("cashier"), person_name(catalogue, moved.by)),
    ]
    if moved.envelope:
        about.insert(1, sum_row(say("envelope"), moved.envelope))
    if job.shift:
        held_in, whose = till_of(catalogue, job.shift.drawer)
        about.append(sum_row(say(held_in), whose))
        about.append(sum_row(say("shift"), str(job.shift.number)))
    parts: dict[str, tuple[Block, ...]] = {
        "venue": (centred(catalogue.settings.name),),
        "amount": tuple(grand(say("amount"), figures.money(abs(moved.amount_minor)))),
        "about": tuple(about),
        "signatures": (Signature(say("sign_gave")), Signature(say("sign_took"))),
    }
    title = say(f"cash_{moved.kind}")
    return Draft(title, parts, tuple(parts), footer=figures.moment(moved.at_ms))


def money_draft(
    job: PaperJob, slip: MoneySlip, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """Money that moved beside a sale, or a drawer that opened for none: what, why, who."""
    say = words.say
    tender = say("room_plain" if slip.tender == "room" else slip.tender) if slip.tender else ""
    was = figures.money(slip.was_minor) if slip.was_minor else ""
    until = figures.date(slip.expires_ms) if slip.expires_ms else ""
    reason = say(f"outcome_{slip.outcome}") if slip.outcome else ""
    rows = (
        ("code", slip.code),
        ("name", slip.name),
        ("valid_until", until),
        ("paid_by", tender),
        ("tips", figures.plain(slip.tip_minor) if slip.tip_minor else ""),
        ("was", was),
        ("reason", " · ".join(x for x in (reason, slip.reason) if x)),
        ("cashier", person_name(catalogue, slip.by)),
        till_of(catalogue, job.shift.drawer if job.shift else ""),
        ("shift", str(job.shift.number) if job.shift else ""),
    )
    amount: tuple[Block, ...] = ()
    if slip.amount_minor:
        amount = tuple(grand(say("amount"), figures.money(slip.amount_minor)))
    signs = ("sign_gave", "sign_took") if slip.amount_minor else ("cashier",)
    parts: dict[str, tuple[Block, ...]] = {
        "venue": (centred(catalogue.settings.name),),
        "amount": amount,
        "about": tuple(sum_row(say(key), text) for key, text in rows if text),
        "signatures": tuple(Signature(say(sign)) for sign in signs),
    }
    return Draft(say(f"slip_{slip.kind}"), parts, tuple(parts), footer=figures.moment(job.at_ms))


def report_draft(
    job: PaperJob, shift: Shift, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """The X of an open shift, or the Z of a closed one."""
    report = _Report(job, shift, catalogue, words, figures)
    parts = {
        "head": tuple(report.head()),
        "sales": tuple(report.sales()),
        "tenders": (*report.tenders(), *report.entries()),
        "taxes": tuple(report.taxes()),
        "drawer": tuple(report.drawer()),
    }
    closed = job.document == "z"
    if closed:
        parts["end"] = tuple(report.end())
    title = words.say("z_title", number=shift.z_no) if closed else words.say("x_title")
    return Draft(title, parts, tuple(parts), footer=words.say("end_of_report"))


class _Report:
    """The parts of an X or Z."""

    def __init__(
        self, job: PaperJob, shift: Shift, catalogue: Catalogue, words: Words, figures: Figures
    ) -> None:
        self._job = job
        self._shift = shift
        self._catalogue = catalogue
        self._words = words
        self._figures = figures

    def _sum(self, key: str, amount_minor: int, **places: int) -> Block:
        return sum_row(self._words.say(key, **places), self._figures.plain(amount_minor))

    def _said(self, key: str, text: str) -> Block:
        return sum_row(self._words.say(key), text)

    def head(self) -> Iterator[Block]:
        """The venue, the drawer, the person, the span."""
        shift, figures, settings = self._shift, self._figures, self._catalogue.settings
        yield centred(settings.name, bold=True)
        if settings.address:
            yield centred(settings.address, Size.SMALL)
        yield Rule()
        yield self._said("day", figures.day(shift.day))
        held_in, whose = till_of(self._catalogue, shift.drawer)
        if held_in == "purse":
            whose = f"{self._words.say(held_in)} {whose}"
        yield self._said("shift", f"{shift.number} · {whose}")
        yield self._said("cashier", person_name(self._catalogue, shift.cashier))
        yield self._said("shift_from", figures.moment(shift.opened_ms))
        key = "shift_to" if self._job.document == "z" else "printed_at"
        yield self._said(key, figures.moment(self._job.at_ms))

    def sales(self) -> Iterator[Block]:
        """What was sold on checks that are closed, and what was not."""
        sold, say = self._shift.figures, self._words.say
        yield from section(say("sales"))
        yield self._sum("gross", sold.gross_minor)
        if sold.discount_minor:
            yield self._sum("discounts", -sold.discount_minor)
        if sold.service_minor:
            yield self._sum("service_sum", sold.service_minor)
        net = self._figures.money(sold.sales_minor)
        yield sum_row(say("net_sales"), net, bold=True)
        if sold.loose_count:
            yield self._sum("loose", sold.loose_minor, count=sold.loose_count)
        yield self._said("checks", str(sold.checks))
        if sold.first_number:
            yield self._said("check_numbers", f"{sold.first_number} – {sold.last_number}")
        yield self._said("guest_count", str(sold.guests))
        if sold.checks:
            yield self._sum("per_check", divide_half_up(sold.sales_minor, sold.checks))
        if sold.guests:
            yield self._sum("per_guest", divide_half_up(sold.sales_minor, sold.guests))
        if sold.voids_count:
            yield self._sum("voids", sold.voids_minor, count=sold.voids_count)

    def tenders(self) -> Iterator[Block]:
        """How it was paid; tips and rounding are in the tenders and stand apart as well."""
        sold = self._shift.figures
        if sold.tenders:
            yield from section(self._words.say("tenders"))
        for tender in sold.tenders:
            key = "room_plain" if tender.tender == "room" else tender.tender
            name = self._words.say(key)
            label = self._words.say("tender_row", name=name, count=tender.count)
            yield sum_row(label, self._figures.plain(tender.amount_minor))
        if sold.tips_minor:
            yield self._sum("tips_in", sold.tips_minor)
        if sold.rounding_minor:
            yield self._said("rounding", self._figures.signed(sold.rounding_minor))
        if sold.refunds_minor:
            yield self._sum("returns", -sold.refunds_minor)
        for key, amount in (
            ("suspense", sold.suspense_minor),
            ("vouchers_sold", sold.vouchers_sold_minor),
            ("vouchers_returned", -sold.vouchers_returned_minor),
            ("accounts_paid", sold.accounts_paid_minor),
            ("points_given", sold.points_minor),
        ):
            if amount:
                yield self._sum(key, amount)
        for late in sold.late:
            number, count = late.shift_no, late.count
            yield self._sum("late_entries", late.amount_minor, number=number, count=count)

    def entries(self) -> Iterator[Block]:
        """What an owner looks at first: opened without a sale, taken up again, corrected."""
        sold = self._shift.figures
        if sold.no_sales:
            yield self._said("no_sales", str(sold.no_sales))
        if sold.reopened_count:
            yield self._sum("reopened", -sold.reopened_minor, count=sold.reopened_count)
        if sold.corrections:
            yield self._said("corrections", str(sold.corrections))

    def _by_rate(self, sums: tuple[TaxSum, ...], sign: int) -> Iterator[Block]:
        for tax in sums:
            if tax.tax_id or tax.rate_bp:
                name = self._words.say("tax", rate=self._figures.rate(tax.rate_bp))
            else:
                name = self._words.say("untaxed")
            base = self._words.say("tax_base", base=self._figures.plain(sign * tax.base_minor))
            yield sum_row(f"{name} · {base}", self._figures.plain(sign * tax.tax_minor))

    def taxes(self) -> Iterator[Block]:
        """Tax by rate with the sum it was taken of; what went back stands apart."""
        sold = self._shift.figures
        if sold.taxes:
            yield from section(self._words.say("taxes"))
            yield from self._by_rate(sold.taxes, 1)
        if sold.refund_taxes:
            yield from section(self._words.say("refund_taxes"))
            # Events keep refunds without tax; the base reads as that of the sales above it.
            inside = self._catalogue.settings.tax_inclusive
            back = tuple(
                replace(tax, base_minor=tax.base_minor + (tax.tax_minor if inside else 0))
                for tax in sold.refund_taxes
            )
            yield from self._by_rate(back, -1)

    def drawer(self) -> Iterator[Block]:
        """From the float to what must lie in the drawer, each movement with its reason."""
        shift, sold = self._shift, self._shift.figures
        purse = till_of(self._catalogue, shift.drawer)[0] == "purse"
        yield from section(self._words.say("cash_purse" if purse else "cash_drawer"))
        yield self._sum("float", shift.float_minor)
        yield self._sum("cash_sales", sold.cash_minor)
        if sold.cash_refunds_minor:
            yield self._sum("cash_returns", -sold.cash_refunds_minor)
        for key, kind, amount in (
            ("moved_in", "in", sold.cash_in_minor),
            ("moved_out", "out", -sold.cash_out_minor),
            ("dropped", "drop", -sold.drops_minor),
            ("tips_paid", "tips", -sold.tips_paid_minor),
        ):
            if amount:
                yield self._sum(key, amount)
            yield from self._moves(kind)
        if shift.state == "open":
            yield Text(self._words.say("blind"), bold=True)
            return
        yield sum_row(
            self._words.say("expected"), self._figures.money(shift.drawer_minor), bold=True
        )
        yield from self._count()
        yield from self._foreign()

    def _foreign(self) -> Iterator[Block]:
        """Foreign cash by currency: what must be there, what it was worth, what was counted."""
        counted = {each.currency: each.counted_minor for each in self._shift.foreign_counted}
        if not self._shift.figures.foreign:
            return
        yield from section(self._words.say("foreign_cash"))
        for each in self._shift.figures.foreign:
            there = self._figures.foreign(each.amount_minor, each.currency)
            yield sum_row(there, self._figures.plain(each.worth_minor))
            seen = self._figures.foreign(counted.get(each.currency, 0), each.currency)
            yield Text(self._words.say("foreign_counted", counted=seen), Size.SMALL, indent=2)

    def _moves(self, kind: str) -> Iterator[Block]:
        for moved in self._shift.moves:
            if moved.kind == kind:
                reason = reason_name(self._catalogue, moved.reason, self._job.language)
                text = (
                    f"{self._figures.time(moved.at_ms)} {reason}"
                    f" {self._figures.signed(moved.amount_minor)}"
                )
                if moved.envelope:
                    text += f" · {self._words.say('envelope')} {moved.envelope}"
                yield Text(text, Size.SMALL, indent=2)

    def _count(self) -> Iterator[Block]:
        """The count by notes and coins, and how far it is from what must be there."""
        shift, say, figures = self._shift, self._words.say, self._figures
        for count in shift.counts:
            if count.count:
                total = count.count * count.denomination_minor
                name = f"{figures.plain(count.denomination_minor)} × {count.count}"
                yield sum_row(name, figures.plain(total), Size.SMALL)
        yield sum_row(say("counted"), figures.money(shift.counted_minor), bold=True)
        over = shift.counted_minor - shift.drawer_minor
        if shift.count_no > 1 and shift.first_over_minor != over:
            first = figures.signed(shift.first_over_minor)
            yield sum_row(say("first_count", count=shift.count_no), first, Size.SMALL)
        if not over:
            yield Text(say("even"), bold=True)
            return
        yield from grand(say("over" if over > 0 else "short"), figures.money(abs(over)))
        if self._job.closed and self._job.closed.reason:
            reason = reason_name(self._catalogue, self._job.closed.reason, self._job.language)
            yield self._said("reason", reason)

    def end(self) -> Iterator[Block]:
        """The sum that only rises, and the cashier's name in ink; neither is on an X."""
        if self._job.closed is None:
            return
        yield Rule(Stroke.DASHED)
        perpetual = self._figures.money(self._job.closed.perpetual_minor)
        yield sum_row(self._words.say("z_number"), str(self._job.closed.z_no), bold=True)
        yield sum_row(self._words.say("perpetual"), perpetual, bold=True)
        returns = self._figures.money(self._job.closed.returns_minor)
        yield sum_row(self._words.say("perpetual_returns"), returns)
        yield Space(8)
        cashier = person_name(self._catalogue, self._job.closed.by)
        yield Signature(f"{self._words.say('cashier')}: {cashier}")
