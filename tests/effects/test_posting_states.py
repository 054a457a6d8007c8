"""Claims about a charge on its way to the hotel (reliability 2.15)."""

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given, strategies as st

from sync_server.effects.posting_states import (
    ASK_AGAIN_MS,
    DEFERRALS_MAX,
    LOOK_TRIES_MAX,
    NEVER_MS,
    RESENDS_MAX,
    Alarm,
    Answered,
    Due,
    Input,
    Look,
    Looked,
    NotOnFolio,
    PostingState,
    Restarted,
    Send,
    SettledThere,
    Stage,
    Told,
    backoff_ms,
    step,
)
from sync_server.hotel.gateway import (
    CannotTell,
    Deferred,
    NotThere,
    Posted,
    Refused,
    Timing,
    Unknown,
)

TIMING = Timing(answer_ms=60_000, quarantine_ms=180_000, look_gap_ms=60_000)
POSTED = Posted("c1", "F1", 100)


def after(state: PostingState, *inputs: Input) -> PostingState:
    """The state after several inputs."""
    for each in inputs:
        state, _ = step(state, each, TIMING)
    return state


def told(state: PostingState, standing: Literal["taken", "posted", "refused"] = "taken") -> Told:
    """The server's answer to the latest news."""
    return Told(state.news, standing, 0)


SENDING = after(PostingState(), Due(0))
UNKNOWN = after(SENDING, Due(60_000))


def test_a_queued_charge_is_sent_when_due_and_not_before() -> None:
    waiting = PostingState(due_ms=10)
    assert step(waiting, Due(9), TIMING) == (waiting, ())
    sending, actions = step(waiting, Due(10), TIMING)
    assert (sending.stage, actions) == (Stage.SENDING, (Send(1),))
    assert sending.due_ms == 60_010


@pytest.mark.parametrize(
    ("outcome", "stage", "code"),
    [
        (POSTED, Stage.POSTED, ""),
        (Refused("over_limit"), Stage.REFUSED, "over_limit"),
        (Refused("id_reused"), Stage.UNKNOWN, "no_answer"),
        (Deferred("night_audit"), Stage.DEFERRED, "night_audit"),
        (Unknown("link lost"), Stage.UNKNOWN, "no_answer"),
    ],
)
def test_each_answer_has_its_own_state_and_is_news(
    outcome: Posted | Refused | Deferred | Unknown, stage: Stage, code: str
) -> None:
    state = after(SENDING, Answered(1, outcome, 5))
    assert (state.stage, state.code, state.untold) == (stage, code, True)
    assert not after(state, told(state)).untold


def test_what_was_being_sent_at_a_restart_is_unknown() -> None:
    state = after(SENDING, Restarted(1_000))
    assert (state.stage, state.due_ms) == (Stage.UNKNOWN, 181_000)
    assert after(PostingState(), Restarted(1_000)).stage is Stage.QUEUED


def test_after_a_restore_even_what_seemed_to_wait_is_unknown() -> None:
    deferred = after(SENDING, Answered(1, Deferred("night_audit"), 5))
    for state in (PostingState(), deferred, SENDING):
        assert after(state, Restarted(1_000, restored=True)).stage is Stage.UNKNOWN
    posted = after(SENDING, Answered(1, POSTED, 5))
    assert after(posted, Restarted(1_000, restored=True)) == posted


def test_an_unknown_charge_is_looked_up_only_after_the_quarantine() -> None:
    assert step(UNKNOWN, Due(239_999), TIMING) == (UNKNOWN, ())
    looking, actions = step(UNKNOWN, Due(240_000), TIMING)
    assert (looking.stage, actions) == (Stage.UNKNOWN, (Look(),))
    assert after(looking, Looked(POSTED, 240_000, 240_010)).stage is Stage.POSTED


def test_only_two_empty_looks_after_the_quarantine_lead_to_another_attempt() -> None:
    early = after(UNKNOWN, Looked(NotThere(), 239_999, 240_000))
    assert early.absences == 0
    once = after(early, Looked(NotThere(), 300_000, 300_001))
    assert (once.stage, once.due_ms) == (Stage.UNKNOWN, 360_001)
    twice = after(once, Looked(NotThere(), 360_001, 360_002))
    assert (twice.stage, twice.code, twice.due_ms) == (Stage.ABSENT, "not_there", NEVER_MS)
    again = after(twice, told(twice))
    assert (again.stage, again.attempt) == (Stage.QUEUED, 2)


@pytest.mark.parametrize("standing", ["posted", "refused"])
def test_nothing_is_sent_again_when_a_person_settled_it_meanwhile(
    standing: Literal["posted", "refused"],
) -> None:
    absent = after(
        UNKNOWN, Looked(NotThere(), 240_000, 240_001), Looked(NotThere(), 300_001, 300_002)
    )
    settled = after(absent, told(absent, standing))
    assert settled.stage.value == standing
    assert step(settled, Due(10**9), TIMING) == (settled, ())


def test_a_link_that_cannot_look_leaves_it_to_a_person() -> None:
    state = UNKNOWN
    for n in range(LOOK_TRIES_MAX):
        state = after(state, Looked(CannotTell(), 240_000 + n, 240_000 + n))
    asking, actions = step(state, Due(400_000), TIMING)
    assert (asking.stage, asking.untold, actions) == (Stage.UNKNOWN, True, ())
    assert asking.due_ms == 400_000 + ASK_AGAIN_MS
    assert after(asking, told(asking, "posted")).stage is Stage.POSTED
    again = after(state, NotOnFolio(400_000))
    assert (again.stage, again.attempt, again.due_ms) == (Stage.QUEUED, 2, 400_000)


@pytest.mark.parametrize("standing", ["posted", "refused"])
def test_a_persons_word_at_the_server_ends_an_unknown_charge_and_a_late_answer_still_counts(
    standing: Literal["posted", "refused"],
) -> None:
    ended = after(UNKNOWN, SettledThere(standing))
    assert ended.finished
    assert ended.stage is Stage(standing)
    assert after(after(SENDING, Answered(1, POSTED, 5)), SettledThere(standing)).stage is (
        Stage.POSTED
    )


def test_a_persons_no_before_the_quarantine_ends_waits_for_its_end() -> None:
    assert after(UNKNOWN, NotOnFolio(70_000)).due_ms == 240_000
    assert after(SENDING, NotOnFolio(70_000)) == SENDING


def test_a_late_answer_settles_an_unknown_charge() -> None:
    assert after(UNKNOWN, Answered(1, POSTED, 100_000)).reference == "F1"
    assert after(UNKNOWN, Answered(1, Refused("no_post"), 100_000)).stage is Stage.REFUSED
    assert after(UNKNOWN, Answered(1, Unknown("again"), 100_000)) == UNKNOWN
    queued = after(UNKNOWN, NotOnFolio(70_000))
    assert after(queued, Answered(1, POSTED, 100_000)).stage is Stage.POSTED


def test_a_late_refusal_of_an_earlier_attempt_does_not_touch_the_next() -> None:
    second = after(UNKNOWN, NotOnFolio(70_000), Due(240_000))
    assert (second.stage, second.attempt) == (Stage.SENDING, 2)
    assert after(second, Answered(1, Refused("no_post"), 250_000)) == second


def test_two_references_for_one_charge_are_an_alarm_and_the_same_one_is_not() -> None:
    posted = after(SENDING, Answered(1, POSTED, 5))
    assert step(posted, Answered(1, POSTED, 6), TIMING) == (posted, ())
    other = Posted("c1", "F2", 100)
    assert step(posted, Answered(2, other, 6), TIMING) == (
        posted,
        (Alarm("posted_twice", "F1", "F2"),),
    )


def test_a_folio_that_disagrees_with_a_settled_check_is_an_alarm() -> None:
    posted = after(UNKNOWN, Answered(1, POSTED, 100_000))
    _, actions = step(posted, told(posted, "refused"), TIMING)
    assert actions == (Alarm("posted_but_settled", "F1"),)
    refused = after(UNKNOWN, Answered(1, Refused("no_post"), 100_000))
    _, actions = step(refused, told(refused, "posted"), TIMING)
    assert actions == (Alarm("refused_but_settled", "no_post"),)
    assert step(posted, told(posted, "posted"), TIMING)[1] == ()


def test_an_answer_about_older_news_changes_nothing() -> None:
    posted = after(UNKNOWN, Answered(1, POSTED, 100_000))
    assert after(posted, told(UNKNOWN)) == posted


@pytest.mark.parametrize("code", list(DEFERRALS_MAX))
def test_a_deferred_charge_is_offered_again_a_bounded_number_of_times(
    code: Literal["night_audit", "retry", "link_down", "busy"],
) -> None:
    state, sent, news = PostingState(), 0, set()
    while state.stage is not Stage.REFUSED:
        state = after(state, Due(state.due_ms))
        sent += 1
        state = after(state, Answered(state.attempt, Deferred(code), state.due_ms))
        news.add(state.news)
    assert sent == DEFERRALS_MAX[code] + 1
    assert len(news) == 2, "told once that it waits, once that it is refused"
    assert state.code == code


def test_the_pause_between_offers_doubles_up_to_its_bound() -> None:
    assert [backoff_ms(n) for n in (1, 2, 3, 7, 200)] == [5_000, 10_000, 20_000, 300_000, 300_000]


def test_a_hotel_that_never_has_it_is_given_up() -> None:
    state, sent = PostingState(), 0
    while state.stage is not Stage.REFUSED:
        if state.stage is Stage.QUEUED:
            sent += 1
            state = after(state, Due(state.due_ms), Due(state.due_ms + 60_000))
        elif state.stage is Stage.UNKNOWN:
            state = after(state, Looked(NotThere(), state.due_ms, state.due_ms))
        else:
            state = after(state, told(state))
    assert sent == RESENDS_MAX + 1
    assert state.code == "gave_up"


ANSWERS = st.sampled_from(
    [POSTED, Refused("no_post"), Deferred("retry"), Deferred("night_audit"), Unknown("lost")]
)
LOOKS = st.sampled_from([POSTED, NotThere(), CannotTell()])
TIMES = st.integers(0, 2_000_000)
INPUTS = st.one_of(
    st.builds(Due, TIMES),
    st.builds(Answered, st.integers(1, 4), ANSWERS, TIMES),
    st.builds(Looked, LOOKS, TIMES, TIMES),
    st.builds(Restarted, TIMES, st.booleans()),
    st.builds(NotOnFolio, TIMES),
    st.builds(Told, st.integers(0, 9), st.sampled_from(["taken", "posted", "refused"]), TIMES),
)


@given(st.lists(INPUTS, max_size=40))
def test_whatever_happens_an_attempt_is_sent_once_and_never_straight_from_unknown(
    inputs: list[Input],
) -> None:
    state, sent = PostingState(), []
    for each in inputs:
        before = state
        state, actions = step(state, each, TIMING)
        for action in actions:
            if isinstance(action, Send):
                assert before.stage in (Stage.QUEUED, Stage.DEFERRED)
                assert state.stage is Stage.SENDING, "stored as sending before it is sent"
                sent.append(action.attempt)
        if before.stage is Stage.UNKNOWN and state.stage is Stage.QUEUED:
            assert isinstance(each, NotOnFolio)
        if before.stage is Stage.POSTED:
            assert state == replace(before, told=state.told), "posted stays posted"
        assert state.told <= state.news
    assert len(sent) == len(set(sent)), "no attempt is sent twice"
