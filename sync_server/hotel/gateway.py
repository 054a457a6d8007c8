"""What every property system offers the restaurant: find a guest, post a charge, look it up.

Rule: a posting ends as exactly one of Posted, Refused, Deferred and Unknown, and only Unknown may
or may not be on the folio. Nobody sends an Unknown again by itself: the caller looks, or a person
does (reference: folio 1.10, reliability 2.15). Correlate by `posting_id`, never by room.

The embedded system answers through `embedded`; links to other systems implement the same
protocol. Waiting is the caller's: `Timing` says how long, and an answer that comes after the
caller stopped waiting is still an answer to that posting. No method raises for a fault of the
link; an exception out of `post` is to be read as Unknown.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

# Words of refusal. A link translates its own codes into these; `denied` holds what has no word.
RefusalCode = Literal[
    "guest_not_found",
    "wrong_guest",
    "not_arrived",
    "checked_out",
    "no_post",
    "over_limit",
    "invalid_account",
    "not_allowed",
    "denied",
    "bad_sum",
    "bad_posting",
    "wrong_currency",
    "id_reused",
    "original_not_found",
    "over_reversal",
    "query_too_short",
]
DeferralCode = Literal["night_audit", "retry", "link_down", "busy"]


@dataclass(frozen=True, slots=True)
class ByRoom:
    """Find by the exact room number: room 1 does not match room 101."""

    room: str


@dataclass(frozen=True, slots=True)
class ByName:
    """Find by parts of the name, in any case and order, with or without diacritics."""

    name: str


@dataclass(frozen=True, slots=True)
class ByKeyCard:
    """Find by what the reader gave for the key card, unchanged."""

    key: str


GuestQuery = ByRoom | ByName | ByKeyCard


@dataclass(frozen=True, slots=True)
class AllowanceLeft:
    """What the guest's board still pays on the day asked for, and for which revenue groups."""

    name: str
    groups: tuple[str, ...]
    left_minor: int


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest who may be charged. `limit_left_minor` None means no limit was set.

    The balance of the folio is not told: it is no business of the dining room.
    """

    stay_id: str
    room: str
    name: str
    arrival: str
    departure: str
    board: str
    vip: str
    language: str
    no_post: bool
    limit_left_minor: int | None
    allowances: tuple[AllowanceLeft, ...] = ()


@dataclass(frozen=True, slots=True)
class GuestsFound:
    """All guests in house that match, sharers of a room included. Empty when there is nobody.

    `more` says that the list was cut at the number asked for.
    """

    guests: tuple[Guest, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class TaxPart:
    """Tax of one rate within a line; `rate_bp` in basis points."""

    rate_bp: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class RevenueLine:
    """One revenue group of the check (food, bar, ...): before discount, the discount, the taxes.

    `discount_minor` is negative on a charge, as all signs are turned on a reversal.
    """

    group: str
    gross_minor: int
    discount_minor: int = 0
    taxes: tuple[TaxPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """One charge for one stay, or its reversal, complete enough for any property system.

    `posting_id` is the idempotency key; `attempt` counts the sendings of the same posting and is
    not part of its body. `total_minor` must equal the sum of the parts to the unit
    (`parts_total`). Taxes lie inside the gross amounts unless `tax_included` is False.
    `business_day` is the restaurant's, as YYYY-MM-DD; `meal` narrows the board allowance
    ("dinner"), empty for any. `reverses` names the posting that this one takes back, with
    negative amounts. With `over_limit` somebody with the right has set the guest's limit aside.
    """

    posting_id: str
    attempt: int
    stay_id: str
    room: str
    guest_name: str
    check_no: str
    outlet: str
    covers: int
    lines: tuple[RevenueLine, ...]
    service_minor: int
    tip_minor: int
    total_minor: int
    currency: str
    business_day: str
    at_ms: int
    waiter: str
    terminal: str
    text: str = ""
    meal: str = ""
    tax_included: bool = True
    reverses: str | None = None
    over_limit: bool = False


def parts_total(posting: Posting) -> int:
    """The sum that `total_minor` has to be: groups, discounts, service, tip and added taxes."""
    total = posting.service_minor + posting.tip_minor
    for line in posting.lines:
        total += line.gross_minor + line.discount_minor
        if not posting.tax_included:
            total += sum(part.tax_minor for part in line.taxes)
    return total


@dataclass(frozen=True, slots=True)
class Posted:
    """It is on the folio. `charged_minor` plus `allowance_minor` is the posting's total."""

    posting_id: str
    ref: str
    charged_minor: int
    allowance_minor: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not on the folio and the same posting will not be; `text` is the hotel's own words."""

    code: RefusalCode
    text: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """It is not on the folio; the same posting may be sent again later."""

    code: DeferralCode
    text: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it is on the folio."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotThere:
    """The property system says that it holds no such posting at the time of looking."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """This link cannot look postings up, or could not now."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The property system did not answer a question that changes nothing."""

    reason: str


PostOutcome = Posted | Refused | Deferred | Unknown
FindOutcome = GuestsFound | Refused | Unavailable
LookOutcome = Posted | NotThere | CannotTell


@dataclass(frozen=True, slots=True)
class OutletTotal:
    """What one outlet posted in one business day, reversals taken off.

    `groups` maps each revenue group to its sum after discount, sorted by name. `tax_minor` is
    what came on top where prices do not include the tax.
    """

    outlet: str
    postings: int
    groups: tuple[tuple[str, int], ...]
    service_minor: int
    tax_minor: int
    tip_minor: int
    allowance_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class DayTotals:
    """The hotel's own sums of a restaurant business day, to be held against the restaurant's."""

    business_day: str
    outlets: tuple[OutletTotal, ...]

    @property
    def total_minor(self) -> int:
        """The sum over all outlets."""
        return sum(outlet.total_minor for outlet in self.outlets)


@dataclass(frozen=True, slots=True)
class Answered:
    """A posting that the property system acknowledged, under its own reference, as it was sent.

    What a link that tells no sums can be held against, charge by charge."""

    posting_id: str
    outlet: str
    room: str
    guest_name: str
    check_no: str
    total_minor: int
    at_ms: int
    ref: str


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the link stands and postings are taken now; `text` for a person."""

    up: bool
    night_audit: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the caller waits on this link, milliseconds.

    After `answer_ms` without an answer a posting is Unknown. `quarantine_ms` must be longer than
    the property system's worst answer: a look before its end proves nothing. `look_gap_ms` lies
    between two looks that both have to find nothing. Defaults: reliability 2.15.
    """

    find_ms: int = 5_000
    answer_ms: int = 60_000
    quarantine_ms: int = 180_000
    look_gap_ms: int = 60_000

    def __post_init__(self) -> None:
        """A quarantine shorter than the answer's time would look too early."""
        if not 0 < self.answer_ms < self.quarantine_ms or self.look_gap_ms <= 0:
            raise ValueError("the quarantine must be longer than the wait for an answer")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a link can do beyond posting.

    `looks`: it can prove that a posting is absent. `totals`: it tells its own sums of a day.
    `allowance_taken`: its answer says what the board paid. `key_cards`: guests are found by card.
    `limits`: it tells limit, no-post and board of a guest. `audits`: it says when it closes its
    day, else it is merely busy then. `part_reversals`: a part of a charge
    can be taken back, not the whole only.
    """

    looks: bool = True
    totals: bool = True
    allowance_taken: bool = True
    key_cards: bool = True
    limits: bool = True
    audits: bool = True
    part_reversals: bool = True


class FolioGateway(Protocol):
    """The door to a property system, embedded or remote."""

    @property
    def timing(self) -> Timing:
        """How long the caller should wait."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What may be asked of it."""
        ...

    async def find_guests(
        self, query: GuestQuery, *, business_day: str, count_max: int
    ) -> FindOutcome:
        """Guests in house that match, with their board's allowance left on that day."""
        ...

    async def post(self, posting: Posting) -> PostOutcome:
        """Put a charge or its reversal on the folio."""
        ...

    async def look(self, posting_id: str) -> LookOutcome:
        """Whether the posting is on a folio now. Proves nothing while it may be on its way."""
        ...

    async def totals(self, business_day: str) -> DayTotals | Unavailable:
        """The hotel's sums of that restaurant business day, for the reconciliation."""
        ...

    async def health(self) -> Health:
        """The state of the link, cheap enough to ask every few seconds."""
        ...
