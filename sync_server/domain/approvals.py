"""Approval from another terminal: asked for, given or denied, spent by one command.

A request stands in the venue, so every terminal shows it and it survives a restart. While it
waits the bill stays as it is: it is not printed, paid or closed by anyone who could know of it
(features-commercial A6.52, A6.53). It lends its rights once, to whoever asked, for the very
command whose digest it names (reliability S-18); the PIN at the same terminal is
`front_office.access`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from . import commands as c, events as e
from .amending import replace
from .ids import NOBODY, CheckId, StaffId
from .limits import APPROVALS_WAITING, LIST_LENGTH, REQUEST_MS, TEXT_LENGTH
from .rejections import Refused, refuse
from .staff import Facts

FROZEN_FOR = frozenset(
    {
        "PrintPreBill",
        "TakePayment",
        "ChargeRoom",
        "CloseCheck",
        "AbandonCheck",
        "MergeChecks",
        "GiveDiscount",
    }
)
"""What is not done to a check while an approval is asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """`state`: asked, granted, denied. `asked_n` is the event since which everybody can know."""

    request_id: str
    check_id: CheckId
    type: str
    digest: str
    code: str
    params: dict[str, str | int]
    reason: str
    by: StaffId
    at_ms: int
    asked_n: int
    state: str = "asked"
    approver: StaffId = NOBODY
    answered_ms: int = 0

    def runs(self, now_ms: int) -> bool:
        """Whether it still counts; forgotten requests free their bill by themselves."""
        return self.state != "denied" and now_ms - self.at_ms <= REQUEST_MS


# -- evolve ------------------------------------------------------------------------------------
def asked(requests: dict[str, Request], event: e.ApprovalAsked, n: int) -> None:
    """One more request; of too many the oldest is forgotten."""
    requests[event.request_id] = Request(
        event.request_id,
        event.check_id,
        event.type,
        event.digest,
        event.code,
        event.params,
        event.reason,
        event.by,
        event.at_ms,
        n,
    )
    while len(requests) > APPROVALS_WAITING:
        del requests[next(iter(requests))]


def answered(requests: dict[str, Request], event: e.ApprovalAnswered) -> None:
    """Yes or no, and whose."""
    request = requests.get(event.request_id)
    if request is not None:
        state = "granted" if event.granted else "denied"
        requests[event.request_id] = replace(
            request, state=state, approver=event.by, answered_ms=event.at_ms
        )


# -- decide ------------------------------------------------------------------------------------
def frozen(requests: Iterable[Request], command: object, facts: Facts) -> Refused | None:
    """Whether a command must wait for an approval on its check. What was done by somebody who
    could not know of it yet stands."""
    if type(command).__name__ not in FROZEN_FOR:
        return None
    check_id = getattr(command, "check_id", "")
    waits = any(
        request.check_id == check_id
        and request.request_id != facts.request_id
        and request.asked_n <= facts.basis_n
        and request.runs(facts.now_ms)
        for request in requests
    )
    return refuse("check_frozen") if waits else None


def ask(
    requests: Mapping[str, Request], command: c.AskApproval, facts: Facts
) -> e.ApprovalAsked | Refused:
    """A request that names its command; one at a time on a check."""
    if command.request_id in requests:
        return refuse("duplicate_id", id=command.request_id)
    texts = (command.type, command.digest, command.code, command.reason)
    if not command.request_id or max(map(len, texts)) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    if command.type not in c.COMMANDS or len(command.params) > LIST_LENGTH:
        return refuse("unknown_command")
    if any(
        other.check_id == command.check_id and other.runs(facts.now_ms)
        for other in requests.values()
    ):
        return refuse("check_frozen")
    return e.ApprovalAsked(
        command.request_id,
        command.check_id,
        command.type,
        command.digest,
        command.code,
        command.params,
        command.reason,
        facts.actor,
        facts.now_ms,
    )


def answer(
    requests: Mapping[str, Request], command: c.AnswerApproval, facts: Facts
) -> e.ApprovalAnswered | Refused:
    """Nobody approves for himself; the first answer counts."""
    request = requests.get(command.request_id)
    if request is None or not request.runs(facts.now_ms):
        return refuse("approval_invalid")
    if request.state != "asked":
        return refuse("nothing_to_do")
    if request.by == facts.actor:
        return refuse("not_allowed", right="approve")
    return e.ApprovalAnswered(
        request.request_id, request.check_id, command.granted, facts.actor, facts.now_ms
    )


def cancel(
    requests: Mapping[str, Request], command: c.CancelApproval, facts: Facts
) -> e.ApprovalEnded | Refused:
    """Whoever asked calls it off, or a manager does; the bill is free again."""
    request = requests.get(command.request_id)
    if request is None:
        return refuse("approval_invalid")
    if request.by != facts.actor and "approve" not in facts.rights:
        return refuse("not_allowed", right="approve")
    return e.ApprovalEnded(request.request_id, request.check_id, False, facts.now_ms)


def lends(request: Request | None, actor: str, type_: str, digest: str, now_ms: int) -> StaffId:
    """Who lends the rights for a command by this request; nobody if it does not fit exactly."""
    fits = (
        request is not None
        and request.state == "granted"
        and request.runs(now_ms)
        and (request.by, request.type, request.digest) == (actor, type_, digest)
    )
    return request.approver if request is not None and fits else NOBODY
