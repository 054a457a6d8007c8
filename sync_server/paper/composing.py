"""The door of this package: a paper job in, a document for any printer out."""

from datetime import tzinfo

from hardware.documents import Document
from hardware.spooler import Headings
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import PaperJob

from .drawer import cash_document, report_document
from .figures import Figures
from .guest import bill_document, receipt_document, slip_document
from .kitchen import ticket_document
from .words import words_of

KITCHEN = frozenset({"kitchen", "void"})
"""Documents that a cook works from: better twice and marked than not at all."""


class NotComposable(ValueError):
    """The job names a document that is unknown, or lacks what that document is about."""


def compose(job: PaperJob, catalogue: Catalogue, zone: tzinfo) -> Document:
    """The document of a job, in the job's language, with times of `zone`.

    Raises `NotComposable`, and `hardware.documents.DocumentError` for one of absurd length.
    """
    words = words_of(job.language)
    figures = Figures(words.code, catalogue.settings.currency, zone)
    match job.document:
        case "kitchen" | "void" if job.ticket is not None:
            return ticket_document(job, job.ticket, catalogue, words, figures)
        case "pre_bill" if job.check is not None:
            return bill_document(job, job.check, catalogue, words, figures)
        case "receipt" if job.check is not None:
            return receipt_document(job, job.check, catalogue, words, figures)
        case "room_slip" if job.charge is not None:
            return slip_document(job, job.charge, catalogue, words, figures)
        case "cash" if job.cash is not None:
            return cash_document(job, job.cash, catalogue, words, figures)
        case "x" | "z" if job.shift is not None:
            return report_document(job, job.shift, catalogue, words, figures)
    raise NotComposable(f"a paper job {job.document!r} without what it is about")


def headings(language: str) -> Headings:
    """What heads paper that was printed elsewhere, again, or after a torn one."""
    say = words_of(language).say
    return Headings(
        for_printer=say("for_printer", printer="{printer}"),
        possible_duplicate=say("possible_duplicate", title="{title}"),
        replaces_torn=say("replaces_torn", title="{title}"),
    )
