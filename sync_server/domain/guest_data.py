"""What the house knows of its guests by name, and how that is forgotten.

Rule: the journal's chain covers a salted digest of these texts and not the texts themselves
(`protocol.erasable`), so they can be erased while every hash still follows (reliability S-29).
Numbers, sums and dishes stay: accounts do not change when a guest is forgotten. A guest is named
by a subject, "check:", "card:", "voucher:" or "invoice:" (by its check) and the id, which outlives
a restore.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from . import commands as c, events as e
from .ids import OF_CARD, OF_CHECK, OF_INVOICE, OF_VOUCHER, CheckId
from .limits import GUESTS_AT_ONCE, TEXT_LENGTH
from .rejections import Accepted, Decision, refuse
from .staff import Facts

if TYPE_CHECKING:
    from .venue import Venue

PERSONAL: Mapping[type, tuple[str, ...]] = {
    e.CheckOpened: ("name",),
    e.CheckRenamed: ("name",),
    e.TicketOpened: ("name",),
    e.TicketRelabelled: ("name",),
    e.ClubCardIssued: ("name",),
    e.VoucherSold: ("name",),
    e.RoomChargeAsked: ("guest", "room"),
    e.FiguresPrinted: ("buyer", "buyer_code"),
}
"""Fields that name a guest, by event. The chain goes by this table: what stands here stays, a
further field needs a new event."""

SETTLED = ("posted", "refused")
"""States of a room charge for which the hotel need not be asked any more."""


def subject_of(event: object) -> str:
    """Whom an event of `PERSONAL` is about; "" for any other."""
    match event:
        case e.ClubCardIssued():
            return OF_CARD + event.card
        case e.VoucherSold():
            return OF_VOUCHER + event.code
        case e.FiguresPrinted():
            return OF_INVOICE + event.about  # The law keeps it longer than a check.
        case (
            e.CheckOpened()
            | e.CheckRenamed()
            | e.TicketOpened()
            | e.TicketRelabelled()
            | e.RoomChargeAsked()
        ):
            return OF_CHECK + event.check_id
    return ""


def texts_of(event: object) -> tuple[str, ...]:
    """The texts of an event that name a guest, those that are not empty."""
    fields = PERSONAL.get(type(event), ())
    return tuple(text for field in fields if (text := getattr(event, field)))


def erase(venue: "Venue", command: c.EraseGuests, facts: Facts) -> Decision:
    """Forget those who have gone; whose check is open or whose charge the hotel has not answered
    stays known, since the house would not know whom to ask."""
    if len(command.subjects) > GUESTS_AT_ONCE:
        return refuse("too_many", what="guests", limit=GUESTS_AT_ONCE)
    if max(map(len, (command.login, command.reason, *command.subjects))) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    gone = tuple(one for one in dict.fromkeys(command.subjects) if not _is_needed(venue, one))
    if not gone:
        return refuse("guest_here")
    return Accepted((e.GuestsErased(gone, command.login, command.reason, facts.now_ms),))


def _is_needed(venue: "Venue", subject: str) -> bool:
    if not subject.startswith(OF_CHECK):
        return False
    check_id = CheckId(subject.removeprefix(OF_CHECK))
    waits = (one.state not in SETTLED for one in venue.charges.values() if one.check_id == check_id)
    return check_id in venue.checks or any(waits)


def forget(venue: "Venue", event: e.GuestsErased) -> None:
    """Take the names out of the state. What a ticket stood under before goes too: it may be one."""
    for subject in event.subjects:
        kind, _, key = subject.partition(":")
        if kind + ":" == OF_CARD and key in venue.club:
            venue.club[key] = replace(venue.club[key], name="")
        elif kind + ":" == OF_VOUCHER and key in venue.vouchers:
            venue.vouchers[key] = replace(venue.vouchers[key], name="")
        elif kind + ":" == OF_CHECK:
            _forget_check(venue, CheckId(key))


def _forget_check(venue: "Venue", check_id: CheckId) -> None:
    for home in (venue.checks, venue.closed):
        if check_id in home:
            check = home[check_id]
            paid = tuple(replace(one, room="", guest="") for one in check.payments)
            home[check_id] = replace(check, name="", payments=paid)
    for ticket_id, ticket in venue.tickets.items():
        if check_id == ticket.check_id:
            venue.tickets[ticket_id] = replace(ticket, name="", moved_from="", moved_ms=0)
    for charge_id, charge in venue.charges.items():
        if check_id == charge.check_id:
            asked = replace(charge.request, room="", guest="")
            venue.charges[charge_id] = replace(charge, room="", guest="", request=asked)
