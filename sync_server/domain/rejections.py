"""What the domain answers: accepted with events, or refused with a stable code; never an exception.

Codes travel; the screens' word lists turn them into sentences in the user's language. `params`
say who, what and when, so that the sentence can. Every code stands in `CODES` with its meaning.
"""

from dataclasses import dataclass, field

from .amending import quick
from .limits import TEXT_LENGTH

CODES: dict[str, str] = {
    # who
    "not_allowed": "the actor lacks the right {right}; an approval may lend it",
    "unknown_staff": "no such person, or the person is disabled",
    "session_ended": "the sign-in has ended or belongs to another device",
    "approval_invalid": "the approval was used, expired, is for another command, or is one's own",
    "over_limit": "the amount or percentage {value} is above the actor's limit {limit}",
    "over_sum": "the sum {value_minor} is above the actor's limit {limit_minor}",
    # shape of input
    "bad_text": "a text is too long",
    "weak_pin": "a PIN of {places} figures that are not easily guessed is needed",
    "card_number": "a text holds the number of a bank card",
    "bad_quantity": "a quantity is zero, negative or absurd",
    "bad_amount": "an amount is negative, zero or absurd",
    "bad_number": "a check number does not belong to this terminal",
    "too_many": "a list or the house is full",
    "duplicate_id": "the id names something else already",
    # day and shift
    "day_closed": "no business day is open",
    "day_open": "the business day {day} is open already",
    "day_has_open": "something is still open; it must be finished, carried over or waived",
    "no_shift": "the shift is unknown or not open",
    "not_your_purse": "a purse is opened by who carries it; this is that of {by}",
    "shift_open": "the drawer {drawer} has an open shift of {by}",
    "shift_closed": "the shift was closed at {at_ms}",
    "count_again": "the drawer is over or short: count it once more",
    "not_counted": "the drawer has not been counted",
    "counted_already": "the drawer has been counted",
    # checks
    "no_check": "no such check",
    "check_closed": "the check {number} was closed by {by} at {at_ms}",
    "check_not_empty": "the check has live lines or payments",
    "check_frozen": "an approval is pending on the check",
    "check_moved": "the check {number} was changed by {by} at {at_ms}; look and try again",
    "other_waiter": "the check belongs to {owner}",
    "no_table": "no such table",
    "no_line": "no such line",
    "line_voided": "the line was voided by {by} at {at_ms}",
    "line_sent": "the line is with the kitchen: void it, or ask the kitchen",
    "line_not_sent": "the line has not been sent: it can simply be removed",
    "dish_begun": "the dish {name} is being made: changing it needs a reason",
    "dish_ready": "the dish {name} is ready: take it back as a return and order anew",
    "line_not_held": "the line is not on hold",
    "line_changed": "the line was changed by {by} at {at_ms}",
    "nothing_to_send": "every line has been sent already",
    "nothing_to_do": "the command changes nothing",
    "no_reason": "the reason is missing or unknown",
    "discount_set": "the check has the discount {name} by {by} already",
    "no_discount": "no such discount",
    "bill_empty": "there is nothing to bill",
    "set_part": "the line belongs to the set {name}: the set is changed as a whole",
    "line_shared": "the line is a share of a divided one: join the shares first",
    "line_made": "the line {name} was fired already; it can no longer be timed",
    "too_late": "the time {at_ms} is past, or too far away",
    "too_fine": "the line {name} cannot be cut into {n} shares",
    "not_returned": "only what was made can be returned",
    # menu
    "no_item": "the item is not in the menu",
    "item_stopped": "the item {item} is stopped, or only {left_milli} thousandths are left",
    "modifier_missing": "the group {group} needs at least {min} choices",
    "modifier_excess": "the group {group} allows at most {max} choices",
    "modifier_unknown": "the modifier does not belong to the item",
    "part_missing": "the set needs a choice for {part}",
    "part_unknown": "the choice does not belong to the set",
    "open_unnamed": "an item of free price needs a name",
    "bad_price": "the price {value_minor} is impossible",
    "menu_unknown": "the menu version is unknown",
    # money
    "nothing_due": "nothing is due on the check",
    "still_due": "{due_minor} is still due on the check",
    "no_voucher": "there is no voucher {voucher}",
    "voucher_expired": "the voucher {voucher} was good until {at_ms}",
    "voucher_short": "{left_minor} is left on the voucher {voucher}",
    "no_club_card": "there is no club card {card}",
    "club_card_number": "a club card's number has {least} to {most} signs",
    "club_card_taken": "the number {card} is that of another card or voucher",
    "club_card_blocked": "the club card {card} was blocked by {by} at {at_ms}: it was lost",
    "club_card_moved": "the points of club card {card} are on {to_card} now",
    "club_card_set": "the check {number} has the club card {card} already: take it off first",
    "club_card_other": "the check {number} is not on the club card {card}: its points cannot pay",
    "points_short": "{left_minor} in points may be spent, {wait_minor} only later",
    "points_cap": "points may pay {most_minor} more of this bill ({rate_bp} of it in all)",
    "points_expired": "points of the card {card} were good until {until_ms}, {left_minor} are left",
    "points_no_tip": "a tip cannot be paid with points",
    "no_account": "there is no house account {account}",
    "account_limit": "the account {account} may owe {free_minor} more",
    "no_currency": "the house does not take {currency}",
    "needs_server": "this can only be done with the server",
    "check_open": "the check is open",
    "reopen_late": "the check was closed at {at_ms}, too long ago",
    "tender_fixed": "this payment cannot be changed into another: refund it",
    "no_suspense": "this money is not on suspense",
    "refund_limit": "this refund needs an approval: the limit is {limit_minor}",
    "clock_state": "the time clock says {state} since {at_ms}",
    "amount_over_due": "only {due_minor} is due",
    "tendered_short": "the money given is less than the amount",
    "no_payment": "no such payment",
    "payment_pending": "a payment of the check still waits for an answer",
    "refund_over_paid": "only {left_minor} of the payment is left to refund",
    "has_payments": "the check has payments; remove them first",
    "room_offline": "the hotel cannot be asked now",
    "no_charge": "no such room charge",
    "no_card_terminal": "no card terminal stands at drawer {drawer}",
    "no_card": "no such request to a card terminal",
    "card_busy": "the card terminal waits for the card of check {number}",
    "card_settled": "it is known what became of the card of check {number}",
    "charge_settled": "the room charge is settled already",
    "charge_not_posted": "the room charge of check {number} is not on the folio",
    "charge_reversed": "the room charge of check {number} is taken back already",
    # kitchen
    "no_ticket": "no such ticket",
    "ticket_done": "the ticket was bumped at {at_ms}",
    "ticket_changed": "the ticket changed at {at_ms}, after what was seen of it",
    "no_station": "there is no station {station}",
    "not_ready": "{count} of these dishes are still being made",
    "ticket_open": "the ticket has not been bumped",
    "guest_here": "who is still in the house stays known",
    "undo_late": "the ticket can no longer be undone; recall it",
    # accepted, but not as asked
    "continued": "the check {number} was closed; the lines are on the new check {new_number}",
    "table_shared": "the table has the check {number} of {by} as well",
    "fired_already": "{count} of the lines were sent by {by} at {at_ms} already",
    "price_differs": "the menu was changed at {at_ms}; the price of menu {menu} is not known",
    "charge_refused": "the hotel refused the charge for room {room}: {words}",
    "card_unknown": "the card terminal did not answer for {number}; look, do not charge again",
    "card_declined": "the card of check {number} was not charged {words}",
    "card_part": "the card paid only {amount_minor} of {asked_minor} of check {number}",
    "card_twice": "{amount_minor} came from a card that check {number} does not owe: give it back",
    "card_back": "{amount_minor} too much went back to a card of check {number}",
    "card_disagrees": "the terminal says that the card of check {number} was not charged",
    "card_no_word": "the card terminal cannot say what became of {number}: look at its slip",
    "charge_unknown": "the hotel did not answer for room {room}; ask reception, do not repeat",
    "folio_disagrees": "room {room}, check {number}: folio and check disagree ({what}: {words})",
    "paid_twice": "the check was paid already: {amount_minor} is extra; return it",
    "drawer_shut": "the drawer {drawer} did not open ({reason}); open it with its key",
    "drawer_open": "the drawer {drawer} was opened without a sale; look to it",
    "drawer_unsure": "the drawer {drawer} was opened while {terminal} is cut off",
    "drawer_unexplained": "the drawer {drawer} was opened at {at_ms} and no sale explains it",
    "drawer_left": "the drawer {drawer} stands open; shut it",
    "printer_set_up": "the printer is not set up rightly: {reason}",
    "printer_unknown": "no printer or station {printer}",
    "printer_own_backup": "a printer cannot stand in for itself",
    "plan_label": "the table needs a name of its own: {label}",
    "plan_place": "the table {label} has no sound shape, size, seats or place",
    "plan_in_use": "guests sit at the table {label}",
    "set_up_busy": "printers are being looked for already",
    "template_document": "there is no such paper: {part}",
    "template_language": "papers are not written in {part}",
    "template_long": "at most {most} parts",
    "template_part": "the paper has no part {part}",
    "template_twice": "the part {part} stands there twice",
    "station_times": "amber comes before red, both within {most} percent",
    "mail_address": "this is no e-mail address",
    "mail_away": "no mail relay answers",
    "mail_off": "the server knows no mail relay",
    "mail_refused": "the mail relay refused the address with {reason}",
    "logo_empty": "nothing is black on the picture",
    "logo_large": "the picture is too large",
    "logo_unreadable": "the file is no picture",
    "template_size": "the size of {part} is none",
    "template_words": "words are missing or too many",
    "template_missing": "the part {part} may not be left out",
    "printer_failed": "{document} came out of no printer ({printer}: {reason}); tell it by word",
    "ticket_nowhere": "{number}: no screen and no printer serves {station}; move the ticket",
    "unusual_void": "{by} has voided {times} sent lines within {minutes} minutes",
    "unusual_return": "{by} has taken {times} dishes back within {minutes} minutes",
    "unusual_comp": "{by} has given {times} dishes on the house within {minutes} minutes",
    "unusual_refund": "{by} has given money back {times} times within {minutes} minutes",
    "unusual_tender": "{by} has changed {times} tenders within {minutes} minutes",
    "unusual_reopen": "{by} has reopened {times} paid checks within {minutes} minutes",
    "unusual_no_sale": "{by} has opened the drawer {times} times without a sale in {minutes} min",
    "unusual_reprint": "{by} has printed {times} copies within {minutes} minutes",
    "unusual_pin": "the PIN of {by} was wrong {times} times within {minutes} minutes",
    "back_without": "back from the backup without {devices}; what only they know comes with them",
    "back_owes": "{times} taps of {device} ({amount_minor} taken) are not in the books yet",
    "late_entry": "{amount_minor} came after shift {number} was closed, no shift is at {drawer}",
    "not_repeated": "this was accepted ({type}) and lost with the disk; do it again",
    "nobody_behind": "{type} of {who} at {device} is kept though nobody stands behind it ({why})",
    "print_unknown": "nobody knows if {document} came out of {printer} ({reason}); look there",
    "stopped_but_printed": "{item} is stopped, but your terminal printed it: tell the kitchen",
    # stock and recipes
    "no_recipe": "the dish {item} has no recipe in force on {day}",
    "recipe_cycle": "a prepared good is made of itself: {path}",
    "recipe_output": "the recipe of {owner} makes nothing",
    "recipe_loss": "a loss of {ingredient} in the recipe of {owner} is impossible",
    "recipe_amount": "the amount of {ingredient} in the recipe of {owner} is negative",
    "bad_event": "an event of the journal cannot be read: {words}",
    "no_store": "the station {station} takes from no store",
    # the rest
    "no_notice": "no such notice, or it was tapped away",
    "no_stop": "the item is not stopped",
    "left_out": "it was kept by a revoked device, and a person did not take it over",
    "unknown_command": "this server does not know the command",
    "internal": "the server failed on this command; it is parked for a person",
}

Param = str | int

MOST = 2**63 - 1
"""No number of the wire is larger."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The command changes nothing. `code` is a key of `CODES`."""

    code: str
    params: dict[str, Param] = field(default_factory=dict)


@quick
@dataclass(frozen=True, slots=True)
class Accepted:
    """What happened, in order. `adjusted` says that it differs from what was asked, and how."""

    events: tuple[object, ...]
    adjusted: Refused | None = None


Decision = Accepted | Refused


def refuse(code: str, **params: Param) -> Refused:
    """A refusal; an unlisted code is our own fault and stops the process.

    What it tells of may be nonsense that somebody sent: it is told within the bounds of the wire,
    or nobody could read the notice, and the journal from there on."""
    assert code in CODES, f"refusal code {code} is not listed"
    return Refused(code, {name: _readable(value) for name, value in params.items()})


def _readable(value: Param) -> Param:
    if isinstance(value, str):
        return value[:TEXT_LENGTH]
    return max(-MOST - 1, min(MOST, value))
