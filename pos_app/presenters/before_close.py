"""What is still open when a shift is about to be closed, on cards beside the count.

Nothing blocks silently (features-commercial C6): checks lead to whom they are handed, room charges
to their list, cards and money on suspense and papers of which nobody knows to the cash desk, where
each has its next step. Shown by `shift`; the whole day's list is the tab of `cash_day`.
"""

from pos_app import formats
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import Card
from sync_server.domain.cards import WAITING
from sync_server.domain.checks import totals_of

_LISTED = 3


def open_work(on: Presenter) -> tuple[Card, ...]:
    """What is open, each with its sum and the way to it; green when nothing is."""
    found = (_checks(on), _rooms(on), _cards(on), _suspense(on), _papers(on))
    return (*(card for card in found if card is not None), _synced(on))


def _listed(on: Presenter, lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - _LISTED
    return (*lines[:_LISTED], on.say("and_more", n=more)) if more > 0 else tuple(lines)


def _checks(on: Presenter) -> Card | None:
    lines = [
        f"№{formats.NO_BREAK}{check.number} · {on.person(check.owner)} · "
        f"{on.short(totals_of(check).total_minor)}"
        for check in on.desk.venue.checks.values()
    ]
    title = on.say("checks_open", n=len(lines))
    return Card(title, _listed(on, lines), "", "hold", "desk_tab:open") if lines else None


def _rooms(on: Presenter) -> Card | None:
    lines = [
        f"{on.say('room_number', room=charge.room)} · "
        f"{on.short(charge.amount_minor)} · {on.say(f'payment_{charge.state}')}"
        for charge in on.desk.venue.charges.values()
        if charge.state not in ("posted", "refused")
    ]
    title = on.say("charges_waiting", n=len(lines))
    return Card(title, _listed(on, lines), "", "late", "rooms") if lines else None


def _cards(on: Presenter) -> Card | None:
    lines = [
        f"№{formats.NO_BREAK}{request.number} · {on.short(request.full_minor)} · "
        f"{on.say(f'card_{request.state}')}"
        for request in on.desk.venue.cards.values()
        if request.state in WAITING
    ]
    title = on.say("cards_waiting", n=len(lines))
    return Card(title, _listed(on, lines), "", "late", "desk_tab:cards") if lines else None


def _suspense(on: Presenter) -> Card | None:
    lines = [
        f"{on.say(f'tender_{held.payment.tender}')} · {on.short(held.payment.amount_minor)}"
        for held in on.desk.venue.suspense
    ]
    title = on.say("matter_suspense")
    return Card(title, _listed(on, lines), "", "late", "desk_tab:suspense") if lines else None


def _papers(on: Presenter) -> Card | None:
    lines = [
        str(notice.params.get("document", ""))
        for notice in on.desk.venue.notices.values()
        if notice.code == "print_unknown"
    ]
    return Card(on.say("papers_unknown"), _listed(on, lines), "", "late") if lines else None


def _synced(on: Presenter) -> Card:
    saving = on.desk.link.saving
    if saving:
        text = on.say("waiting_commands", n=saving)
        return Card(on.say("not_synced"), (text,), "", "hold")
    return Card(on.say("synced"), (on.say("synced_text"),), "", "ready")
