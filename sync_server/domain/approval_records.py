"""Approvals asked for from one terminal and given at another: commands and events.

`commands` and `events` give these on under their names; the rules are in `approvals`.
"""

from dataclasses import dataclass

from .ids import CheckId, StaffId


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Ask whoever may for the right to one command on a check.

    `type` and `digest` (SHA-256 in hex of its whole body) bind the approval to that command;
    `code` and `params` are the refusal that it is to lift, for the screens to tell.
    """

    request_id: str
    check_id: CheckId
    type: str
    digest: str
    code: str
    params: dict[str, str | int]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnswerApproval:
    """Somebody who may approve says yes or no."""

    request_id: str
    granted: bool


@dataclass(frozen=True, slots=True)
class CancelApproval:
    """Whoever asked no longer wants it."""

    request_id: str


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    request_id: str
    check_id: CheckId
    type: str
    digest: str
    code: str
    params: dict[str, str | int]
    reason: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ApprovalAnswered:
    request_id: str
    check_id: CheckId
    granted: bool
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ApprovalEnded:
    """The request is over: its command was carried out (`spent`), or it was called off."""

    request_id: str
    check_id: CheckId
    spent: bool
    at_ms: int


APPROVAL_COMMANDS = (AskApproval, AnswerApproval, CancelApproval)
"""All commands of this file, for `commands.COMMANDS`."""

APPROVAL_EVENTS = (ApprovalAsked, ApprovalAnswered, ApprovalEnded)
"""All events of this file, for `events.EVENTS`."""
