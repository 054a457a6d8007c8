"""What FIAS records say: link description, inquiry, posting, guests, answers (folio 1.3 to 1.6).

Rule: a posting's components add up to its total to the unit, or nothing is built. An answer with a
status that is not known, or with none, proves nothing. Guests come in blocks that start with RN.

The bytes are in `records`, the order of the conversation in `conversation`, sites in `settings`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sync_server.hotel.gateway import (
    AllowanceLeft,
    ByKeyCard,
    ByRoom,
    Deferred,
    Guest,
    GuestQuery,
    Posted,
    Posting,
    PostOutcome,
    RefusalCode,
    Refused,
    Unknown,
)

from .records import Field, Record, record
from .settings import FiasSettings

Stamp = Callable[[int], tuple[str, str]]
"""Milliseconds to (YYMMDD, HHMMSS) in the house's zone."""

NUMBER_MAX = 99_999_999
INQUIRY_LENGTH, ID_LENGTH, TEXT_LENGTH = 10, 16, 20
MATCHES_MAX = 9
TABLE = re.compile(r"\d{1,4}")
CHECK = re.compile(r"\d{1,8}")
REFERENCE = re.compile(r"number/s\s*-\s*([\d,]+)")
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_SLOTS = "".join(f"S{n}" for n in range(1, 10))
_DISCOUNTS = "".join(f"D{n}" for n in range(1, 10))
_TAXES = "".join(f"T{n}" for n in range(1, 10))
PR_FIELDS = f"P#WSPMPI$2MXSOIDRNG#GNTADATIPTC#CVSTT#{_SLOTS}{_DISCOUNTS}{_TAXES}TPSCCTX1CO"
PS_FIELDS = f"RNG#PTTADATIP#WSSOIDC#CVSTT#{_SLOTS}{_DISCOUNTS}{_TAXES}TPSCCTCO"
PL_FIELDS = "RNG#GNGFGTGVNPCLBAPMGAGDP#WSSOIDC#DATI"
PA_FIELDS = "ASCTRNG#GNP#WSSOIDC#DATI"
GUEST_FIELDS = "RNG#GNGFGTGLGVNPGAGDGSSF"
MOVE_FIELDS = GUEST_FIELDS.replace("GS", "ROGS")
GONE_FIELDS = "RNG#GSSF"

# Answer statuses: what they mean here. Those of other interfaces are refusals without a word.
REFUSALS: dict[str, RefusalCode] = {
    "NG": "guest_not_found",
    "NP": "no_post",
    "CO": "over_limit",
    "DM": "bad_sum",
    "IA": "invalid_account",
    "FX": "not_allowed",
    "DN": "denied",
    "UR": "denied",
    **dict.fromkeys(("BM", "BY", "CD", "NF", "NM", "NR", "DE", "AA", "AN"), "denied"),
}


# -- the link ----------------------------------------------------------------------------------
def described(
    settings: FiasSettings, stamp: Stamp, now_ms: int, sealed: str = ""
) -> tuple[Record, ...]:
    """What a client says of itself: LD, an LR for each record type, and LA at the end. `sealed`
    proves the client, where the site has a link key."""
    day, time = stamp(now_ms)
    extra = "".join(_own_fields(settings))
    if settings.posting == "PR":
        kinds = [("PR", PR_FIELDS), ("PL", PL_FIELDS + extra), ("PA", PA_FIELDS)]
    else:
        kinds = [("PS", PS_FIELDS), ("PA", PA_FIELDS), ("GI", GUEST_FIELDS + extra)]
        kinds += [("GC", MOVE_FIELDS + extra), ("GO", GONE_FIELDS)]
    kinds += [("NS", "DATI"), ("NE", "DATI")]
    own: list[tuple[str, str | int]] = [("V#", settings.version), ("IF", "PO"), ("RT", 1)]
    if sealed:
        own.append(("CG", sealed))
    return (
        record("LD", ("DA", day), ("TI", time), *own),
        *(record("LR", ("RI", kind), ("FL", fields)) for kind, fields in kinds),
        alive("LA", stamp, now_ms),
    )


def alive(kind: str, stamp: Stamp, now_ms: int) -> Record:
    """LS, LA, LE, DR: a record that has a time and nothing more."""
    day, time = stamp(now_ms)
    return record(kind, ("DA", day), ("TI", time))


def _own_fields(settings: FiasSettings) -> list[str]:
    names = [settings.board_field, *settings.allowance_fields.values()]
    return sorted({name for name in names if name})


# -- asking ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Sender:
    """Whose question it is; echoed by some systems."""

    terminal: str = "POS"
    outlet: str = ""
    waiter: str = ""


def inquiry(
    query: GuestQuery, number: int, settings: FiasSettings, sender: Sender, when: tuple[str, str],
    matches_max: int = 0,
) -> Record:  # fmt: skip
    """Ask who is in house. A room or name is cut to ten signs: the list is sifted by the asker."""
    fields: list[tuple[str, str | int]] = [
        ("P#", number),
        ("WS", sender.terminal[:ID_LENGTH]),
        ("PM", settings.payment_method),
        ("SO", settings.outlets.get(sender.outlet, settings.outlet_default)),
    ]
    if sender.waiter:
        fields.append(("ID", sender.waiter[:ID_LENGTH]))
    if isinstance(query, ByKeyCard):
        fields.append(("$2", query.key))
    else:
        text = query.room.strip() if isinstance(query, ByRoom) else query.name.strip()
        fields.append(("PI", text[:INQUIRY_LENGTH]))
    if 0 < matches_max <= MATCHES_MAX:
        fields.append(("MX", matches_max))
    return record("PR", *fields, ("DA", when[0]), ("TI", when[1]))


@dataclass(frozen=True, slots=True)
class Block:
    """One guest of a PL, or of the feed."""

    room: str
    number: str
    fields: tuple[Field, ...] = ()

    def get(self, name: str) -> str:
        """The first value under a name."""
        return next((field.value for field in self.fields if field.name == name), "")


_HEADER = {"P#", "WS", "SO", "ID", "DA", "TI", "C#"}


def blocks(message: Record) -> tuple[Block, ...]:
    """The guests of a PL: each starts at its room; what belongs to the question is left out."""
    found: list[list[Field]] = []
    for each in message.fields:
        if each.name == "RN":
            found.append([])
        if found and each.name not in _HEADER:
            found[-1].append(each)
    made = (Record("PL", tuple(fields)) for fields in found)
    return tuple(Block(one.get("RN"), one.get("G#"), one.fields) for one in made)


def guest_of(block: Block, settings: FiasSettings) -> Guest:
    """The guest as the restaurant sees one. Board and allowance stand in fields that a site
    agrees on; a limit that cannot be read is no limit here, for the answer is the authority."""
    board = block.get(settings.board_field) if settings.board_field else ""
    left = {
        meal: money_from(block.get(name), settings)
        for meal, name in settings.allowance_fields.items()
    }
    return Guest(
        stay_id=block.number,
        room=block.room,
        name=block.get("GN"),
        arrival=day_from(block.get("GA")),
        departure=day_from(block.get("GD")),
        board=settings.boards.get(board, board),
        vip=block.get("GV"),
        language=block.get("GL"),
        no_post=block.get("NP").upper() == "Y",
        limit_left_minor=money_from(block.get("CL"), settings),
        allowances=tuple(
            AllowanceLeft(meal, settings.allowance_groups, sum_) for meal, sum_ in left.items()
            if sum_
        ),
    )  # fmt: skip


def day_from(text: str) -> str:
    """YYMMDD as YYYY-MM-DD; empty when it is none."""
    return f"20{text[:2]}-{text[2:4]}-{text[4:]}" if re.fullmatch(r"\d{6}", text) else ""


def money_from(text: str, settings: FiasSettings) -> int | None:
    """Money of the property system: with a point it is in major units, without one the site's
    setting decides. None when it is no money."""
    found = re.fullmatch(r"(-?)(\d{1,15})(?:\.(\d{1,4}))?", text.strip())
    if found is None:
        return None
    sign, whole, part = found.groups()
    if part is not None or settings.limits_in == "major":
        minor = int(whole) * 100 + int(f"{part or ''}00"[:2])
    else:
        minor = int(whole) // 10 ** (settings.exponent - 2)
    return -minor if sign else minor


# -- posting -----------------------------------------------------------------------------------
class SumFault(ValueError):
    """The components of a posting are not its total."""


@dataclass(slots=True)
class _Sums:
    total: int
    sums: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, minor: int) -> None:
        self.sums[name] = self.sums.get(name, 0) + minor

    def fields(self, scale: int) -> Iterable[tuple[str, str | int]]:
        if sum(self.sums.values()) != self.total:
            raise SumFault(f"{sum(self.sums.values())} is not {self.total}")
        order = {"S": 0, "D": 1, "T": 2}
        for name in sorted(self.sums, key=lambda name: (order.get(name[0], 3), name)):
            if self.sums[name] and name not in ("TP", "SC"):
                yield name, self.sums[name] * scale
        for name in ("TP", "SC"):
            if self.sums.get(name):
                yield name, self.sums[name] * scale


def components(posting: Posting, settings: FiasSettings) -> dict[str, int]:
    """The posting by FIAS component, in the venue's minor units; they sum to its total."""
    return _sums(posting, settings).sums


def _sums(posting: Posting, settings: FiasSettings) -> _Sums:
    made = _Sums(posting.total_minor)
    for line in posting.lines:
        slot = settings.slots.get(line.group, settings.slot_default)
        apart = settings.tax == "net_and_tax" or not posting.tax_included
        inside = sum(part.tax_minor for part in line.taxes) if posting.tax_included else 0
        made.add(f"S{slot}", line.gross_minor - (inside if apart else 0))
        made.add(f"D{slot}", line.discount_minor)
        for part in line.taxes if apart else ():
            tax_slot = settings.tax_slots.get(str(part.rate_bp), settings.tax_slot_default)
            made.add(f"T{tax_slot}", part.tax_minor)
    made.add("TP", posting.tip_minor)
    made.add("SC", posting.service_minor)
    return made


def posting_record(
    posting: Posting, guest: Block, number: int, settings: FiasSettings, when: tuple[str, str]
) -> Record:
    """The charge, or its reversal with all signs turned, for a guest of a list just read."""
    scale = 10 ** (settings.exponent - 2)
    sums = tuple(_sums(posting, settings).fields(scale))
    total = ("TA", posting.total_minor * scale)
    check = ("C#", check_number(posting.check_no))
    outlet = ("SO", settings.outlets.get(posting.outlet, settings.outlet_default))
    waiter = ("ID", posting.waiter[:ID_LENGTH])
    terminal = ("WS", posting.terminal[:ID_LENGTH])
    kind = ("PT", settings.posting_type)
    time = (("DA", when[0]), ("TI", when[1]))
    place: list[tuple[str, str | int]] = [*_meal(posting, settings), *_table(posting)]
    text = _text(posting)
    beyond = [("CO", "Y")] if posting.over_limit else []
    room = ("RN", guest.room)
    if settings.posting == "PS":
        signer = [("G#", guest.number)] if settings.names_guest_in_ps else []
        return record(
            "PS", room, *signer, kind, total, *sums, check, ("CV", posting.covers), *place, outlet,
            waiter, *text, *beyond, ("P#", number), terminal, *time,
        )  # fmt: skip
    paid = ("PM", settings.payment_method)
    named = (("G#", guest.number), ("GN", guest.get("GN")))
    return record(
        "PR", ("P#", number), terminal, paid, room, *named, total, *sums, check,
        ("CV", posting.covers), *place, outlet, waiter, kind, *text, *beyond, *time,
    )  # fmt: skip


def _meal(posting: Posting, settings: FiasSettings) -> tuple[tuple[str, int], ...]:
    meal = settings.meals.get(posting.meal)
    return (("ST", meal),) if meal is not None else ()


def _table(posting: Posting) -> tuple[tuple[str, str], ...]:
    """A table's number, which FIAS wants in figures; other names of tables go into the text."""
    return (("T#", posting.text),) if TABLE.fullmatch(posting.text) else ()


def _text(posting: Posting) -> tuple[tuple[str, str], ...]:
    text = "" if TABLE.fullmatch(posting.text) else posting.text
    if posting.reverses is not None:
        text = f"VOID {posting.check_no} {text}".strip()
    return (("CT", text[:TEXT_LENGTH]),) if text else ()


def check_number(check_no: str) -> int:
    """A check's number in eight figures: as it is where it is a number; else the terminal's code
    read as a number of base 36, and the counter in the last four (three for a code of three)."""
    if CHECK.fullmatch(check_no):
        return int(check_no)
    code, _, counter = check_no.upper().rpartition("-")
    figures = int("".join(char for char in counter if char.isdecimal()) or "0")
    value = 0
    for letter in code:
        value = value * 36 + max(LETTERS.find(letter), 0)
    room = 1_000 if len(code) > 2 else 10_000
    return (value * room + figures % room) % (NUMBER_MAX + 1)


# -- answers -----------------------------------------------------------------------------------
def outcome_of(answer: Record, posting: Posting) -> PostOutcome:
    """What a PA says of a posting. The hotel's own words are kept."""
    status, words = answer.get("AS").strip().upper(), answer.get("CT").strip()
    if status == "OK":
        numbers = REFERENCE.search(words)
        ref = numbers.group(1).strip(",") if numbers else f"P#{answer.get('P#')}"
        return Posted(posting.posting_id, ref, posting.total_minor, 0, words)
    if status == "NA":
        return Deferred("night_audit", words)
    if status == "RY":
        return Deferred("retry", words)
    if status in REFUSALS:
        return Refused(REFUSALS[status], words)
    return Unknown(f"the hotel answered {status or 'nothing'} {words}".strip())
