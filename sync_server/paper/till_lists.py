"""Paper of the cash desk in rows: a report, the statement of a house account, an invoice.

Rule: what the event fixed is printed, nothing is added up here. A row without a name is what did
not fit. Neighbours: the figures are made in `front_office.till_reports` and `statements`.
"""

from collections.abc import Iterator

from hardware.documents import Block, Rule, Signature, Size
from sync_server.domain.events import FiguresPrinted
from sync_server.domain.menu import Catalogue
from sync_server.domain.records import REFUNDS

from .figures import Figures
from .guest import before_the_law
from .names import person_name
from .rows import centred, grand, section, sum_row
from .templates import Draft
from .words import Words


def figures_draft(
    printed: FiguresPrinted, catalogue: Catalogue, words: Words, figures: Figures
) -> Draft:
    """Rows with their sums, what they are about, and their total."""
    say = words.say
    parts: dict[str, tuple[Block, ...]] = {
        "head": tuple(_head(printed, catalogue, words, figures)),
        "rows": tuple(
            sum_row(_name(printed, row.name, words, figures), figures.plain(row.amount_minor))
            for row in printed.rows
        ),
        "end": tuple(grand(say("sum_of_all"), figures.money(printed.total_minor))),
    }
    if printed.taxes:
        parts["end"] = (*parts["end"], *_taxes(printed, words, figures))
    if printed.document == "invoice":
        signs = (Signature(say("sign_gave")), Signature(say("sign_took")))
        parts["end"] = (*parts["end"], *signs)
        title = say("invoice_no", number=printed.number)
    else:
        title = say(f"figures_{printed.kind or printed.document}")
    return Draft(title, parts, tuple(parts), footer=say("end_of_report"))


def _head(
    printed: FiguresPrinted, catalogue: Catalogue, words: Words, figures: Figures
) -> Iterator[Block]:
    settings, account = catalogue.settings, catalogue.accounts.get(printed.about)
    yield centred(settings.name, bold=True)
    if printed.document == "invoice":
        yield from before_the_law(settings, words)
    elif settings.address:
        yield centred(settings.address, Size.SMALL)
    yield Rule()
    if printed.kind == "check":
        yield sum_row(words.say("check_no"), printed.about)
    name = account.name if account else printed.buyer or printed.about
    yield sum_row(words.say("figures_about"), name)
    code = account.tax_code if account else printed.buyer_code
    if code:
        yield sum_row(words.say("tax_code"), code)
    if account is not None and account.address:
        yield centred(account.address, Size.SMALL)
    yield sum_row(words.say("printed_at"), figures.moment(printed.at_ms))
    yield sum_row(words.say("cashier"), person_name(catalogue, printed.by))
    yield Rule()


def _taxes(printed: FiguresPrinted, words: Words, figures: Figures) -> Iterator[Block]:
    """The tax in the total, a row for each rate with what it was taken of."""
    yield from section(words.say("taxes"))
    for tax in printed.taxes:
        rate = words.say("tax", rate=figures.rate(tax.rate_bp))
        name = rate if tax.rate_bp else words.say("untaxed")
        base = words.say("tax_base", base=figures.plain(tax.base_minor))
        yield sum_row(f"{name} · {base}", figures.plain(tax.tax_minor))


def _name(printed: FiguresPrinted, name: str, words: Words, figures: Figures) -> str:
    if not name:
        return words.say("figures_other" if printed.document == "invoice" else "figures_rest")
    if name == REFUNDS:
        return words.say("returns")
    if printed.kind == "tender":
        return words.say("room_plain" if name == "room" else name)
    if printed.kind == "tax":
        return words.say("tax", rate=figures.rate(int(name)))
    return name
