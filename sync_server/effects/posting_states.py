"""The life of one room charge outside the journal, as a pure machine (reliability 2.15).

    QUEUED -> SENDING -> POSTED | REFUSED | DEFERRED -> QUEUED ...
                      -> UNKNOWN -> (quarantine, looks) -> POSTED | ABSENT -> QUEUED | a person

Rules:
- The driver stores the new state before it carries out the actions. So whatever is found in
  SENDING after a restart may have reached the hotel: it becomes UNKNOWN.
- UNKNOWN is never sent again by itself. Only two looks that find nothing, both begun after the
  quarantine, or a person's word lead to another attempt.
- An answer belongs to its attempt. A late one settles the charge as long as it is not settled.
- ABSENT waits until the server has taken the news: if a person settled the charge meanwhile,
  nothing is sent before that person's word has come here.
- Each change that the server has to know is a piece of news with a number. The driver tells it
  until the server answers; an answer about older news changes nothing.

Time is given, milliseconds. The inquiry that some links need before a posting is theirs. The
driver is `room_charges`; the vocabulary of answers is `hotel.gateway`.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

from sync_server.hotel.gateway import (
    Deferred,
    LookOutcome,
    NotThere,
    Posted,
    PostOutcome,
    Refused,
    Timing,
    Unknown,
)

NEVER_MS = 2**62
"""A due time that does not come: the state waits for an answer or a person."""

BACKOFF_FIRST_MS = 5_000
BACKOFF_MAX_MS = 5 * 60_000
ATTEMPTS_MAX = 500
RESENDS_MAX = 5
LOOK_TRIES_MAX = 10
LOOKS_NEEDED = 2
ASK_AGAIN_MS = 10 * 60_000

# How often a charge that the hotel put off is offered again, by its reason. A night audit may
# take hours; a link that is down is told to the cashier soon, who then takes another tender.
DEFERRALS_MAX = {"night_audit": 200, "retry": 3, "link_down": 3, "busy": 10}


class Stage(Enum):
    """Where a charge stands."""

    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    POSTED = "posted"
    REFUSED = "refused"


Standing = Literal["taken", "posted", "refused"]
"""What became of news at the server: taken, or the charge was settled there as one of the two."""

SETTLED = frozenset({Stage.POSTED, Stage.REFUSED})


@dataclass(frozen=True, slots=True)
class PostingState:
    """All that is stored of a charge's way to the hotel.

    `attempt` is the one being or to be sent, from 1. `due_ms` is when `Due` may change something.
    `quarantine_ms` is the time before which a look proves nothing. `deferrals`, `absences`,
    `look_tries` and `resends` count against their bounds. `news` numbers what the server has to
    know, `told` is the last number that it answered.
    """

    stage: Stage = Stage.QUEUED
    attempt: int = 1
    due_ms: int = 0
    quarantine_ms: int = 0
    deferrals: int = 0
    absences: int = 0
    look_tries: int = 0
    resends: int = 0
    news: int = 0
    told: int = 0
    reference: str = ""
    code: str = ""
    text: str = ""

    @property
    def untold(self) -> bool:
        """Whether the server has yet to answer the latest news."""
        return self.told < self.news

    @property
    def finished(self) -> bool:
        """Settled here and told: nothing is left to do but to hear a late answer."""
        return self.stage in SETTLED and not self.untold


# -- inputs ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Due:
    """The clock shows `now_ms`."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The gateway answered an attempt, in time or late."""

    attempt: int
    outcome: PostOutcome
    now_ms: int


@dataclass(frozen=True, slots=True)
class Looked:
    """The gateway told whether the posting is there, asked at `asked_ms`."""

    outcome: LookOutcome
    asked_ms: int
    now_ms: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """The server started; `restored` when its database came from a backup."""

    now_ms: int
    restored: bool = False


@dataclass(frozen=True, slots=True)
class NotOnFolio:
    """A person looked at the folio, did not find it, and wants it posted again.

    The opposite word is `SettledThere`.
    """

    now_ms: int


@dataclass(frozen=True, slots=True)
class SettledThere:
    """The server has the charge settled, on a person's word; the hotel has not been heard since."""

    standing: Literal["posted", "refused"]


@dataclass(frozen=True, slots=True)
class Told:
    """The server answered news: took it (or knew it), or had the charge settled already."""

    news: int
    standing: Standing
    now_ms: int


Input = Due | Answered | Looked | Restarted | NotOnFolio | SettledThere | Told


# -- actions -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Send:
    """Give the posting to the gateway as this attempt."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Look:
    """Ask the gateway whether the posting is there."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Folio and check disagree; a person has to put it right.

    `posted_twice`: two attempts stand under two references. `posted_but_settled`: it is on the
    folio, and the check was settled otherwise. `refused_but_settled`: the check counts as charged
    on a person's word, and the hotel refused it.
    """

    code: Literal["posted_twice", "posted_but_settled", "refused_but_settled"]
    first: str
    second: str = ""


Action = Send | Look | Alarm
Step = tuple[PostingState, tuple[Action, ...]]


def step(state: PostingState, given: Input, timing: Timing) -> Step:
    """The state after an input, and what to do once it is stored."""
    if isinstance(given, Due):
        return _due(state, given.now_ms, timing)
    if isinstance(given, Answered):
        return _answered(state, given, timing)
    if isinstance(given, Looked):
        return _looked(state, given, timing), ()
    if isinstance(given, Restarted):
        return _restarted(state, given, timing), ()
    if isinstance(given, NotOnFolio):
        return _not_on_folio(state, given), ()
    if isinstance(given, SettledThere):
        return _settled_there(state, given.standing), ()
    return _told(state, given)


def backoff_ms(deferrals: int) -> int:
    """The pause before the next offer after so many deferrals: doubling, bounded."""
    return min(BACKOFF_FIRST_MS << min(max(deferrals - 1, 0), 16), BACKOFF_MAX_MS)


def _due(state: PostingState, now_ms: int, timing: Timing) -> Step:
    if now_ms < state.due_ms:
        return state, ()
    if state.stage in (Stage.QUEUED, Stage.DEFERRED):
        sending = replace(state, stage=Stage.SENDING, due_ms=now_ms + timing.answer_ms)
        return sending, (Send(state.attempt),)
    if state.stage is Stage.SENDING:
        return _unknown(state, "no answer in time", now_ms, timing), ()
    if state.stage is Stage.UNKNOWN:
        if state.look_tries >= LOOK_TRIES_MAX:
            # Nobody can look: the server is asked whether a person has settled it meanwhile.
            return replace(state, due_ms=now_ms + ASK_AGAIN_MS, news=state.news + 1), ()
        return replace(state, due_ms=now_ms + timing.look_gap_ms), (Look(),)
    return state, ()


def _answered(state: PostingState, given: Answered, timing: Timing) -> Step:
    outcome = given.outcome
    if isinstance(outcome, Posted):
        if state.stage is Stage.POSTED:
            if state.reference in ("", outcome.ref):
                return state, ()
            return state, (Alarm("posted_twice", state.reference, outcome.ref),)
        return _settled(state, Stage.POSTED, outcome.ref, text=outcome.text), ()
    # Of an attempt that another one has followed, only a Posted matters.
    if given.attempt != state.attempt or state.stage not in (Stage.SENDING, Stage.UNKNOWN):
        return state, ()
    if isinstance(outcome, Refused):
        if outcome.code == "id_reused":
            # Something stands under this id. Only a look can say what.
            return _answered(state, replace(given, outcome=Unknown(outcome.text)), timing)
        return _settled(state, Stage.REFUSED, code=outcome.code, text=outcome.text), ()
    if isinstance(outcome, Deferred):
        return _deferred(state, outcome, given.now_ms), ()
    if state.stage is Stage.UNKNOWN:
        return state, ()
    return _unknown(state, outcome.reason, given.now_ms, timing), ()


def _deferred(state: PostingState, outcome: Deferred, now_ms: int) -> PostingState:
    """Certainly not posted: offer it again later, a bounded number of times."""
    again = state.code == outcome.code
    deferrals = state.deferrals + 1 if again else 1
    if deferrals > DEFERRALS_MAX[outcome.code] or state.attempt >= ATTEMPTS_MAX:
        return _settled(state, Stage.REFUSED, code=outcome.code, text=outcome.text)
    return replace(
        state,
        stage=Stage.DEFERRED,
        attempt=state.attempt + 1,
        due_ms=now_ms + backoff_ms(deferrals),
        deferrals=deferrals,
        # The same reason twice is no news.
        news=state.news if again else state.news + 1,
        code=outcome.code,
        text=outcome.text,
    )


def _unknown(state: PostingState, reason: str, now_ms: int, timing: Timing) -> PostingState:
    until = now_ms + timing.quarantine_ms
    return replace(
        state,
        stage=Stage.UNKNOWN,
        due_ms=until,
        quarantine_ms=until,
        absences=0,
        look_tries=0,
        news=state.news + 1,
        code="no_answer",
        text=reason,
    )


def _looked(state: PostingState, given: Looked, timing: Timing) -> PostingState:
    if state.stage is not Stage.UNKNOWN:
        return state
    outcome = given.outcome
    if isinstance(outcome, Posted):
        return _settled(state, Stage.POSTED, outcome.ref, text=outcome.text)
    tries = state.look_tries + 1
    waiting = replace(state, look_tries=tries, due_ms=given.now_ms + timing.look_gap_ms)
    if not isinstance(outcome, NotThere) or given.asked_ms < state.quarantine_ms:
        return waiting
    absences = state.absences + 1
    if absences < LOOKS_NEEDED:
        return replace(waiting, absences=absences)
    if state.resends >= RESENDS_MAX:
        return _settled(state, Stage.REFUSED, code="gave_up")
    return replace(
        waiting,
        stage=Stage.ABSENT,
        due_ms=NEVER_MS,
        resends=state.resends + 1,
        news=state.news + 1,
        code="not_there",
        text="",
    )


def _restarted(state: PostingState, given: Restarted, timing: Timing) -> PostingState:
    doubtful = {Stage.SENDING}
    if given.restored:
        # The lost tail of the database may hold attempts that this state knows nothing of.
        doubtful |= {Stage.QUEUED, Stage.DEFERRED, Stage.ABSENT}
    quarantined = given.now_ms + timing.quarantine_ms
    if state.stage is Stage.UNKNOWN:
        # A person's word may have been lost on its way here: the server is asked once more. The
        # quarantine begins anew: the clock may have been set since, and what a backup says of the
        # last attempt may be old.
        return replace(
            state,
            due_ms=quarantined,
            quarantine_ms=quarantined,
            absences=0,
            look_tries=0,
            news=state.news + 1,
        )
    if state.stage not in doubtful:
        if state.stage is Stage.QUEUED and state.quarantine_ms:
            return replace(state, due_ms=quarantined, quarantine_ms=quarantined)
        if state.stage is Stage.DEFERRED:
            return replace(state, due_ms=min(state.due_ms, given.now_ms + BACKOFF_MAX_MS))
        return state
    reason = "restored from a backup" if given.restored else "restarted while sending"
    return _unknown(state, reason, given.now_ms, timing)


def _not_on_folio(state: PostingState, given: NotOnFolio) -> PostingState:
    if state.stage not in (Stage.UNKNOWN, Stage.ABSENT):
        return state
    # A person may have looked too early as well: the next attempt waits for the quarantine's end.
    return _next_attempt(state, max(given.now_ms, state.quarantine_ms))


def _told(state: PostingState, given: Told) -> Step:
    if given.news != state.news or not state.untold:
        return state, ()
    told = replace(state, told=given.news)
    if given.standing == "taken":
        absent = state.stage is Stage.ABSENT
        return (_next_attempt(told, given.now_ms) if absent else told), ()
    if state.stage is Stage.POSTED and given.standing == "refused":
        return told, (Alarm("posted_but_settled", state.reference),)
    if state.stage is Stage.REFUSED and given.standing == "posted":
        return told, (Alarm("refused_but_settled", state.code),)
    if state.stage in SETTLED:
        return told, ()
    return _settled_there(told, given.standing), ()


def _settled_there(state: PostingState, standing: Literal["posted", "refused"]) -> PostingState:
    """A person was quicker and knows more than an empty look: nothing is sent any more."""
    if state.stage in SETTLED:
        return state
    return replace(state, stage=Stage(standing), due_ms=NEVER_MS, told=state.news, code="", text="")


def _next_attempt(state: PostingState, due_ms: int) -> PostingState:
    return replace(
        state,
        stage=Stage.QUEUED,
        attempt=state.attempt + 1,
        due_ms=due_ms,
        told=state.news,
        code="",
        text="",
    )


def _settled(
    state: PostingState, stage: Stage, reference: str = "", *, code: str = "", text: str = ""
) -> PostingState:
    return replace(
        state,
        stage=stage,
        due_ms=NEVER_MS,
        news=state.news + 1,
        reference=reference,
        code=code,
        text=text,
    )
