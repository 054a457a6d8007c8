"""The door of this package: a paper job in, a document for any printer out."""

from dataclasses import replace
from datetime import tzinfo

from hardware.documents import Document
from hardware.spooler import Headings
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import PaperJob

from .drawer import cash_draft, money_draft, report_draft
from .figures import Figures
from .guest import bill_draft, receipt_draft, slip_draft
from .kitchen import ticket_draft
from .stock import label_draft, sheet_draft
from .templates import Draft, arranged, template_for
from .till_lists import figures_draft
from .words import words_of

KITCHEN = frozenset({"kitchen", "void", "change", "move"})
"""Documents that a cook works from: better twice and marked than not at all."""


class NotComposable(ValueError):
    """The job names a document that is unknown, or lacks what that document is about."""


def compose(job: PaperJob, catalogue: Catalogue, zone: tzinfo) -> Document:
    """The document of a job, arranged as the venue wants it, with times of `zone`.

    A faulty template costs nobody a paper (`templates`). Raises `NotComposable`, and
    `hardware.documents.DocumentError` for one of absurd length.
    """
    template, faulty = template_for(job.document, catalogue)
    if template is not None and template.language:
        job = replace(job, language=template.language)
    words = words_of(job.language)
    draft = draft_of(job, catalogue, zone)
    return arranged(draft, template, faulty, catalogue, words)


def draft_of(job: PaperJob, catalogue: Catalogue, zone: tzinfo) -> Draft:
    """The parts of a job's document, not arranged yet. Raises `NotComposable`."""
    words = words_of(job.language)
    figures = Figures(words.code, catalogue.settings.currency, zone)
    match job.document:
        case "kitchen" | "void" | "change" | "move" if job.ticket is not None:
            return ticket_draft(job, job.ticket, catalogue, words, figures)
        case "pre_bill" if job.check is not None:
            return bill_draft(job, job.check, catalogue, words, figures)
        case "receipt" if job.check is not None:
            return receipt_draft(job, job.check, catalogue, words, figures)
        case "room_slip" if job.charge is not None:
            return slip_draft(job, job.charge, catalogue, words, figures)
        case "cash" if job.cash is not None:
            return cash_draft(job, job.cash, catalogue, words, figures)
        case "money" if job.slip is not None:
            return money_draft(job, job.slip, catalogue, words, figures)
        case "x" | "z" if job.shift is not None:
            return report_draft(job, job.shift, catalogue, words, figures)
        case "figures" if job.figures is not None:
            return figures_draft(job.figures, catalogue, words, figures)
        case "stock_take" if job.sheet is not None:
            return sheet_draft(job, job.sheet, words, figures)
        case "label" if job.label is not None:
            return label_draft(job.label, words, figures)
    raise NotComposable(f"a paper job {job.document!r} without what it is about")


def headings(language: str) -> Headings:
    """What heads paper that was printed elsewhere, again, or after a torn one."""
    say = words_of(language).say
    return Headings(
        for_printer=say("for_printer", printer="{printer}"),
        possible_duplicate=say("possible_duplicate", title="{title}"),
        replaces_torn=say("replaces_torn", title="{title}"),
    )
