"""When a charge may stand on a folio, what the board pays of it, how it is taken back. Pure.

Rule 15 of the region's formulas: balance = charges - payments; a charge x stands if the guest is
in house, is not barred from charging, and balance + x stays within the limit. Corrections are new
negative entries, never edits. The board's allowance is taken off first, so x is what remains: a
guest who is barred may still eat what is prepaid, and not a unit more.

`decide` reads, `evolve` applies; rows are in `tables`, the transaction around both in `property`.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sync_server.domain import limits

from .gateway import AllowanceLeft, Deferred, Posting, Refused, RevenueLine, parts_total

Status = Literal["booked", "in_house", "checked_out"]
PartKind = Literal["revenue", "service", "tip", "tax"]

# A posting is one check: more revenue groups than this is a fault of the sender.
GROUPS_MAX = 32
TAXES_MAX = 8
ID_LENGTH = 100
NAME_LENGTH = 200

# Letters that do not fall apart into a base letter and a mark.
_FOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the board pays a day: so much per guest, for these revenue groups.

    `name` is the meal ("dinner"); two allowances of a stay have different names.
    """

    name: str
    groups: tuple[str, ...]
    per_guest_minor: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A guest's stay in a room. Days are YYYY-MM-DD; `guests` counts whom the board feeds."""

    stay_id: str
    room: str
    guest: str
    arrival: str
    departure: str
    status: Status
    guests: int = 1
    board: str = "none"
    no_post: bool = False
    limit_minor: int | None = None
    currency: str = "UAH"
    allowances: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A component of a posting that stands on the folio for itself."""

    kind: PartKind
    group: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """A sum of one part paid by an allowance of one day; negative when a reversal gives it back."""

    part: Part
    allowance: str
    day: str
    covered_minor: int


@dataclass(frozen=True, slots=True)
class Charge:
    """One line for the folio: the part's sum after discount, and what of it the guest owes."""

    part: Part
    net_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Original:
    """A posting as it stands now, its reversals taken off; what may still be taken back."""

    posting_id: str
    stay_id: str
    net: Mapping[Part, int]
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True)
class Folio:
    """What a decision has to know of one stay.

    `used` is what each allowance has paid on the posting's day. `original` is present when the
    posting reverses one that this system holds.
    """

    stay: Stay
    balance_minor: int = 0
    used: Mapping[str, int] = field(default_factory=dict)
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The lines that go on the folio together, and the allowance they use."""

    charges: tuple[Charge, ...]
    covers: tuple[Cover, ...] = ()

    @property
    def charged_minor(self) -> int:
        """What the guest owes for it."""
        return sum(charge.amount_minor for charge in self.charges)

    @property
    def allowance_minor(self) -> int:
        """What the board pays of it."""
        return sum(cover.covered_minor for cover in self.covers)


def clean(text: str, length: int = limits.TEXT_LENGTH) -> str:
    """Text from people without control bytes and lone surrogates, cut to a bound.

    Separators, quotes and markup stay: they are harmless here, and codecs and pages escape them.
    """
    kept = (" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in text)
    return "".join(kept).strip()[:length]


def folded(text: str) -> str:
    """A text for comparing names: lower case, no diacritics, words apart by one space."""
    apart = unicodedata.normalize("NFKD", clean(text).casefold().translate(_FOLDED))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    words = "".join(char if char.isalnum() else " " for char in bare).split()
    return " ".join(words)


def name_matches(query: str, name: str) -> bool:
    """Whether every word of the query is part of the name. An empty query matches nobody."""
    words = folded(query).split()
    target = folded(name)
    return bool(words) and all(word in target for word in words)


def room_key(room: str) -> str:
    """A room for comparing: exact but for case and outer blanks; leading zeros count."""
    return clean(room, ID_LENGTH).casefold()


def balance(amounts: Iterable[int]) -> int:
    """The folio's balance: charges count up, payments (stored negative) count down."""
    return sum(amounts)


def limit_left(stay: Stay, balance_minor: int) -> int | None:
    """What may still be charged, never negative; None without a limit."""
    if stay.limit_minor is None:
        return None
    return max(stay.limit_minor - balance_minor, 0)


def allowances_left(stay: Stay, day: str, used: Mapping[str, int]) -> tuple[AllowanceLeft, ...]:
    """What each allowance still pays on `day`. Unused sums of other days are not carried over."""
    if not stay.arrival <= day <= stay.departure:
        return ()
    return tuple(
        AllowanceLeft(
            rule.name,
            rule.groups,
            max(rule.per_guest_minor * stay.guests - used.get(rule.name, 0), 0),
        )
        for rule in stay.allowances
    )


def decide(folio: Folio, posting: Posting, night_audit: bool) -> Accepted | Refused | Deferred:
    """Whether the posting goes on the folio, and as which lines.

    A reversal needs neither room under the limit nor the right to charge: it takes away.
    """
    fault = fault_of(posting)
    if fault is not None:
        return fault
    if night_audit:
        return Deferred("night_audit", "The night audit is running.")
    refusal = _not_this_guest(folio.stay, posting)
    if refusal is not None:
        return refusal
    if posting.reverses is not None:
        return _decide_reversal(folio, posting)
    accepted = _covered(folio, posting)
    owed = accepted.charged_minor
    if owed > 0 and folio.stay.no_post:
        return Refused("no_post", "The guest may not charge to the room.")
    limit = folio.stay.limit_minor
    if limit is None or posting.over_limit:
        return accepted
    if owed > 0 and folio.balance_minor + owed > limit:
        return Refused("over_limit", "The limit of the folio would be exceeded.")
    return accepted


def evolve(folio: Folio, accepted: Accepted, day: str) -> Folio:
    """The folio after the lines stand on it; `day` is the posting's business day."""
    used = dict(folio.used)
    for cover in accepted.covers:
        if cover.day == day:
            used[cover.allowance] = used.get(cover.allowance, 0) + cover.covered_minor
    return replace(folio, balance_minor=folio.balance_minor + accepted.charged_minor, used=used)


def fault_of(posting: Posting) -> Refused | None:
    """What is wrong with a posting whoever the guest is; every such fault is the sender's."""
    for name in (posting.posting_id, posting.stay_id, posting.reverses or "-"):
        if not name or len(name) > ID_LENGTH or clean(name, ID_LENGTH) != name:
            return Refused("bad_posting", "An identifier is empty, too long or unprintable.")
    groups = [line.group for line in posting.lines]
    if len(set(groups)) != len(groups) or "" in groups or len(groups) > GROUPS_MAX:
        return Refused("bad_posting", "A revenue group is missing, twice or one too many.")
    if any(len(line.taxes) > TAXES_MAX or len(line.group) > ID_LENGTH for line in posting.lines):
        return Refused("bad_posting", "A revenue line is too long.")
    sums = [posting.total_minor, posting.service_minor, posting.tip_minor]
    for line in posting.lines:
        sums += [line.gross_minor, line.discount_minor, *(tax.tax_minor for tax in line.taxes)]
    if any(abs(amount) > limits.AMOUNT_MINOR for amount in sums):
        return Refused("bad_posting", "An amount is out of bounds.")
    if not 0 <= posting.covers <= limits.GUESTS or posting.attempt < 1:
        return Refused("bad_posting", "Covers or attempt are out of bounds.")
    if parts_total(posting) != posting.total_minor:
        return Refused("bad_sum", "The parts do not add up to the total.")
    sign = -1 if posting.reverses is not None else 1
    if any(sign * net < 0 for net in parts_of(posting).values()):
        return Refused("bad_posting", "A part has the wrong sign; corrections name an original.")
    return None


def _not_this_guest(stay: Stay, posting: Posting) -> Refused | None:
    """Why this stay is not to be charged at all, whatever the sum.

    The stay decides, not the room: a guest who moved is still the guest who signed. Another name
    under the same stay is a mistaken choice.
    """
    if stay.stay_id != posting.stay_id:
        return Refused("guest_not_found", "There is no such stay.")
    if folded(stay.guest) != folded(posting.guest_name):
        return Refused("wrong_guest", "The stay belongs to another guest.")
    if stay.status == "booked":
        return Refused("not_arrived", "The guest has not checked in.")
    if stay.status == "checked_out":
        return Refused("checked_out", "The guest has checked out.")
    if posting.currency != stay.currency:
        return Refused("wrong_currency", "The folio is kept in another currency.")
    return None


def parts_of(posting: Posting) -> dict[Part, int]:
    """The posting's parts after discount, empty ones left out, in the order they are shown."""
    parts: dict[Part, int] = {}
    for line in posting.lines:
        parts[Part("revenue", line.group)] = line.gross_minor + line.discount_minor
    parts[Part("service")] = posting.service_minor
    parts[Part("tax")] = _added_tax(posting.lines, posting.tax_included)
    parts[Part("tip")] = posting.tip_minor
    # A revenue group stays with a sum of 0: an included meal is still a meal with covers.
    return {part: net for part, net in parts.items() if net or part.kind == "revenue"}


def takes_too_much(reversal: Posting, standing: Mapping[Part, int]) -> bool:
    """Whether a reversal takes more of any part than stands of its original."""
    return any(-net > standing.get(part, 0) for part, net in parts_of(reversal).items())


def _added_tax(lines: tuple[RevenueLine, ...], tax_included: bool) -> int:
    """Tax that comes on top of the lines."""
    if tax_included:
        return 0
    return sum(tax.tax_minor for line in lines for tax in line.taxes)


def _covered(folio: Folio, posting: Posting) -> Accepted:
    """The posting's parts with the board's allowance taken off, line by line in their order."""
    left = {
        allowance.name: allowance
        for allowance in allowances_left(folio.stay, posting.business_day, folio.used)
        if posting.meal in ("", allowance.name)
    }
    sums = {name: allowance.left_minor for name, allowance in left.items()}
    charges: list[Charge] = []
    covers: list[Cover] = []
    for part, net in parts_of(posting).items():
        owed = net
        for name, allowance in left.items():
            paid = min(owed, sums[name])
            if part.kind == "revenue" and part.group in allowance.groups and paid > 0:
                sums[name] -= paid
                owed -= paid
                covers.append(Cover(part, name, posting.business_day, paid))
        charges.append(Charge(part, net, owed))
    return Accepted(tuple(charges), tuple(covers))


def _decide_reversal(folio: Folio, posting: Posting) -> Accepted | Refused:
    """Take back a posting or a part of it: money the guest owes first, then the allowance.

    No part may be taken back further than it stands.
    """
    original = folio.original
    if original is None or original.stay_id != posting.stay_id:
        return Refused("original_not_found", "The posting to take back is not on this folio.")
    if takes_too_much(posting, original.net):
        return Refused("over_reversal", "More would be taken back than was posted.")
    charges: list[Charge] = []
    covers: list[Cover] = []
    for part, net in parts_of(posting).items():
        standing = original.net.get(part, 0)
        remaining = standing + net
        of_part = [cover for cover in original.covers if cover.part == part]
        covered = sum(cover.covered_minor for cover in of_part)
        give_back = covered - min(covered, remaining)
        charges.append(Charge(part, net, net + give_back))
        for cover in reversed(of_part):
            given = min(give_back, cover.covered_minor)
            if given > 0:
                give_back -= given
                covers.append(replace(cover, covered_minor=-given))
    return Accepted(tuple(charges), tuple(covers))
