"""Which guests are named by what the world is told: papers, and charges for the hotel.

Rule: what is named here is entered beside the paper in the same transaction, so that a guest who is
forgotten is forgotten there too, however late the paper was made (`front_office.guest_records`).
Neighbours: `outward` makes what is told, `guest_data` says what a guest's names are.
"""

from .ids import OF_CHECK, OF_INVOICE, OF_VOUCHER
from .outward import CardJob, DrawerJob, FolioJob, PaperJob


def named_by(told: PaperJob | FolioJob | DrawerJob | CardJob) -> frozenset[str]:
    """Subjects, as `guest_data.subject_of` names them; nobody for most papers."""
    if isinstance(told, FolioJob):
        return frozenset({OF_CHECK + told.asked.check_id})
    if not isinstance(told, PaperJob):
        return frozenset()
    found = set[str]()
    check, ticket, slip = told.check, told.ticket, told.slip
    if check is not None and (check.name or any(one.guest or one.room for one in check.payments)):
        found.add(OF_CHECK + check.check_id)
    if ticket is not None and (ticket.name or ticket.moved_from):
        found.add(OF_CHECK + ticket.check_id)
    if told.charge is not None:
        found.add(OF_CHECK + told.charge.check_id)
    if told.figures is not None:
        found.add(OF_INVOICE + told.figures.about)
    if slip is not None and slip.code:
        found.add(OF_VOUCHER + slip.code)
    return frozenset(found)
