"""Who may do what: the facts a decision is given, and the rights of roles.

The server builds `Facts` from its own tables for every command and is the only judge; a terminal
builds the same from its replica to preview. `RIGHT_FOR` is the whole permission matrix and a test
walks it. The catalogue (`menu`) holds the roles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .amending import quick
from .commands import COMMANDS
from .ids import NOBODY, StaffId
from .menu import Catalogue
from .rejections import Refused, refuse

RIGHTS: dict[str, str] = {
    "order": "open checks, add, change, hold and send lines, serve",
    "other_tables": "work on colleagues' checks",
    "void_sent": "void what the kitchen has",
    "discount": "give a discount up to the role's limit",
    "comp": "give for nothing what was made, take back what a guest returns",
    "service": "change the service charge of a check, or ask no tax on it",
    "open_item": "sell an item with a name and price of one's own",
    "pre_bill": "print the bill for the guest",
    "take_cash": "take cash",
    "take_card": "record a card payment",
    "room_charge": "charge a hotel room",
    "room_over_limit": "charge a room above what its guest may still charge",
    "refund": "give money back, up to the role's limit",
    "reopen": "take a closed check up again, correct a tender, settle suspense",
    "vouchers": "sell and return vouchers, take deposits",
    "club_cards": "give club cards to guests, block a lost one",
    "club_points": "move the points of a lost club card to another",
    "house_account": "charge a house account and take money for it",
    "no_sale": "open the drawer without a sale",
    "open_shift": "take a drawer",
    "cash_in_out": "cash in, out and drops",
    "close_shift": "count and close a shift; X",
    "transfer": "hand checks to a colleague",
    "stop_list": "stop an item, set a countdown",
    "approve": "lend rights to a colleague for one command",
    "open_day": "open the business day",
    "close_day": "close the business day",
    "settle_charge": "say what became of a room charge or a card that nobody knows of",
    "kitchen": "work the kitchen display",
    "reports": "see reports in the back office",
    "costing": "recipes, documents and stock in the back office",
    "approve_stock": "approve stock-takes, reverse documents, lock periods",
    "settings": "devices, staff and catalogue",
}

ANYONE = ""

RIGHT_FOR: dict[str, str] = {
    "OpenDay": "open_day",
    "CloseDay": "close_day",
    "OpenShift": "open_shift",
    "MoveCash": "cash_in_out",
    "CountDrawer": "close_shift",
    "CloseShift": "close_shift",
    "PrintX": "close_shift",
    "OpenCheck": "order",
    "SetGuests": "order",
    "AddLines": "order",
    "ChangeLine": "order",
    "RemakeLine": "order",  # once it is begun: void_sent
    "RemoveLines": "order",
    "HoldLines": "order",
    "SendLines": "order",
    "FireLines": "order",
    "VoidLine": "void_sent",
    "MoveLines": "order",
    "MoveCheck": "order",
    "TransferCheck": "transfer",
    "MergeChecks": "order",
    "GiveDiscount": "discount",
    "TakeBackDiscount": "discount",
    "PrintPreBill": "pre_bill",
    "AbandonCheck": "order",
    "TakePayment": ANYONE,  # by tender: take_cash or take_card
    "AskCard": "take_card",
    "LookAtCard": "take_card",
    "CancelCard": "take_card",
    "BackToCard": "refund",
    "ResolveCard": "settle_charge",
    "SettleCard": ANYONE,  # server only
    "ChargeRoom": "room_charge",
    "RefundPayment": "refund",
    "ReverseCharge": "refund",
    "ResolveCharge": "settle_charge",
    "StateHotelTotal": "settle_charge",
    "SettleCharge": ANYONE,  # server only
    "AcknowledgeTickets": "kitchen",
    "StartLines": "kitchen",
    "MarkReady": "kitchen",
    "BumpTicket": "kitchen",
    "RecallTicket": "kitchen",
    "AcknowledgeVoid": "kitchen",
    "RushTickets": "kitchen",
    "MoveTicket": "kitchen",
    "PassLines": "kitchen",
    "ServeLines": "order",
    "AdjustFloat": "cash_in_out",
    "OpenDrawer": "no_sale",
    "SellVoucher": "vouchers",
    "ReturnVoucher": "vouchers",
    "PayAccount": "house_account",
    "IssueClubCard": "club_cards",
    "AttachClubCard": "order",
    "BlockClubCard": "club_cards",
    "MoveClubPoints": "club_points",
    "ReopenCheck": "reopen",
    "CloseCheck": "take_cash",
    "CopyReceipt": "pre_bill",
    "CorrectTender": "reopen",
    "SettleSuspense": "reopen",
    "AskApproval": "order",
    "AnswerApproval": "approve",
    "CancelApproval": ANYONE,  # whoever asked, or whoever may approve
    "PunchClock": ANYONE,  # one's own; another's with the right to approve
    "RecordPaper": ANYONE,  # server only
    "StopItem": "stop_list",
    "FreeItem": "stop_list",
    "AcknowledgeNotice": ANYONE,
    "LendRights": "approve",
    "TakeBackRights": "approve",
    "TellStaff": ANYONE,  # server only
    "PrintFigures": ANYONE,  # server only
    "PublishCatalogue": ANYONE,  # server only
    "RecordSignIn": ANYONE,  # server only
    "RevokeDevice": ANYONE,  # server only
    "RecordReview": ANYONE,  # server only
    "EraseGuests": ANYONE,  # server only
    "TimeFire": "order",
    "ShareLines": "order",
    "ShareAmount": "order",
    "TransferChecks": "transfer",
    "RenameCheck": "order",
    "JoinTables": "order",
    "CompLine": "comp",
    "SetService": "service",
    "ExemptTax": "service",
}
assert RIGHT_FOR.keys() == COMMANDS.keys(), "every command stands in the permission matrix"
assert set(RIGHT_FOR.values()) <= RIGHTS.keys() | {ANYONE}

FACTS = frozenset({"TakePayment", "MoveCash", "CountDrawer"})
"""What has happened whoever says so: it is kept even when nobody stands behind it any more, and
those who close the day are told (reliability 2.1, P3)."""

FACT_RIGHTS = frozenset({"take_cash", "take_card", "cash_in_out", "close_shift"})
assert {RIGHT_FOR[name] for name in FACTS} <= FACT_RIGHTS | {ANYONE}

KITCHEN_RIGHTS = frozenset({"kitchen", "stop_list"})
"""What a kitchen display may do without anyone signed in."""


@quick
@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision may not look up itself. Limits: percentages and sums a person may take off.

    `now_ms` is the command's time by the server's rule (reliability 2.10); `basis_n` the last
    event that the asking screen had seen; `approver` lends rights for this one command.
    `server_link` is false on a terminal that decides alone. `request_id` is the request that
    `approver` granted, when it was asked for from another terminal. `unbacked` is why nobody stands
    behind a fact that is kept all the same.
    """

    catalogue: Catalogue
    now_ms: int
    command_id: str
    actor: StaffId
    device_id: str
    device_code: str
    basis_n: int
    rights: frozenset[str]
    discount_limit_bp: int = 0
    refund_limit_minor: int = -1
    discount_limit_minor: int = -1
    approver: StaffId = NOBODY
    old_menus: Mapping[int, Catalogue] = field(default_factory=dict)
    room_link: bool = True
    server_link: bool = True
    request_id: str = ""
    unbacked: str = ""


def rights_of(catalogue: Catalogue, staff_id: str) -> frozenset[str]:
    """The rights of a person by role and in person; empty for the unknown and the disabled."""
    person = catalogue.staff.get(staff_id)
    if person is None or not person.active:
        return frozenset()
    role = catalogue.roles.get(person.role_id)
    return _joined(role.rights if role else (), person.extra_rights)


@lru_cache(maxsize=256)
def _joined(role: tuple[str, ...], own: tuple[str, ...]) -> frozenset[str]:
    return frozenset(role + own)


def discount_limit(catalogue: Catalogue, staff_id: str) -> int:
    """The largest discount in basis points that a person may give alone."""
    person = catalogue.staff.get(staff_id)
    role = catalogue.roles.get(person.role_id) if person else None
    return role.discount_limit_bp if role else 0


def discount_sum_limit(catalogue: Catalogue, staff_id: str) -> int:
    """The largest sum that a person may take off alone; -1 is without limit."""
    person = catalogue.staff.get(staff_id)
    role = catalogue.roles.get(person.role_id) if person else None
    return role.discount_limit_minor if role else 0


def refund_limit(catalogue: Catalogue, staff_id: str) -> int:
    """The largest refund that a person may give alone; -1 is without limit."""
    person = catalogue.staff.get(staff_id)
    role = catalogue.roles.get(person.role_id) if person else None
    return role.refund_limit_minor if role else 0


def wider(limit_minor: int, other_minor: int) -> int:
    """The wider of two limits of which -1 is none."""
    return -1 if min(limit_minor, other_minor) < 0 else max(limit_minor, other_minor)


def needs(facts: Facts, right: str) -> Refused | None:
    """None if the actor, or the approver, has the right."""
    if right == ANYONE or right in facts.rights:
        return None
    return refuse("not_allowed", right=right)
