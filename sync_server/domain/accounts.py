"""House accounts: companies and people who eat now and pay later, up to a limit.

Who has an account and its limit stand in the catalogue, what is owed in the venue; credit is owed
to them and negative. Charges are payments by the tender `account` (`payments`).
"""

from collections.abc import Mapping

from . import commands as c, events as e
from .limits import AMOUNT_MINOR, TEXT_LENGTH
from .menu import Catalogue
from .rejections import Refused, refuse
from .staff import Facts
from .vouchers import Voucher, plain_payment, spendable

PAYS = ("cash", "card", "bank", "voucher", "deposit")
"""Tenders that pay what an account owes; bank is a transfer that somebody saw."""


def account_of_card(catalogue: Catalogue, card: str) -> str:
    """The open account that a card belongs to; capitals and blanks are the reader's matter. "" for
    none, and for a card that two accounts claim: nobody is charged by mistake."""
    read = card.strip().upper()
    found = [key for key, one in catalogue.accounts.items() if one.active and read in one.cards]
    return found[0] if len(found) == 1 else ""


def chargeable(
    owed: Mapping[str, int], account_id: str, amount_minor: int, facts: Facts
) -> Refused | None:
    """Why an account cannot take an amount, if it cannot. An approver may go over the limit."""
    account = facts.catalogue.accounts.get(account_id)
    if account is None or not account.active:
        return refuse("no_account", account=account_id[:TEXT_LENGTH])
    if not facts.server_link:
        return refuse("needs_server")
    free = account.limit_minor - owed.get(account_id, 0)
    if amount_minor > free and "approve" not in facts.rights:
        return refuse("account_limit", account=account.name, free_minor=max(0, free))
    return None


def pay(
    vouchers: Mapping[str, Voucher], command: c.PayAccount, facts: Facts
) -> e.AccountPaid | Refused:
    """Money towards what is owed, in any tender but another debt; more becomes credit."""
    if command.account_id not in facts.catalogue.accounts:
        return refuse("no_account", account=command.account_id[:TEXT_LENGTH])
    if command.tender not in PAYS or len(command.reference) > TEXT_LENGTH:
        return refuse("bad_amount", value=command.tender[:20])
    if not 0 < command.amount_minor <= AMOUNT_MINOR:
        return refuse("bad_amount", value=command.amount_minor)
    if command.tender in ("voucher", "deposit"):
        sum_minor, code = command.amount_minor, command.reference
        if fault := spendable(vouchers, command.tender, code, sum_minor, facts):
            return fault
    paid = plain_payment(command, facts)
    if isinstance(paid, Refused):
        return paid
    return e.AccountPaid(command.account_id, paid)
