"""When a FIAS client speaks, and what each link record makes of the link. No socket, no time."""

import pytest

from sync_server.hotel.fias.conversation import (
    LISTENS_MAX,
    Action,
    Came,
    Conversation,
    HangUp,
    Phase,
    Restarted,
    Say,
)
from sync_server.hotel.fias.records import Record, record
from sync_server.hotel.fias.settings import FiasSettings

SITE = FiasSettings(port=1)


def at(_ms: int) -> tuple[str, str]:
    """One time for all."""
    return "261121", "193000"


def said(actions: list[Action]) -> list[str]:
    """The kinds of the records that are sent."""
    return [action.record.kind for action in actions if isinstance(action, Say)]


def phase(call: Conversation) -> Phase:
    """Where the link stands now."""
    return call.phase


def told(kind: str, *fields: tuple[str, str]) -> Record:
    """A record of the hotel."""
    return record(kind, *fields)


def alive(feed_empty: bool = False, **site: object) -> Conversation:
    """A link that is up since 0."""
    call = Conversation(FiasSettings.model_validate({"port": 1, **site}), at, feed_empty)
    call.connected(0)
    call.heard(told("LS"), 0)
    call.heard(told("LA"), 0)
    assert phase(call) is Phase.ALIVE
    return call


def test_the_hotel_speaks_first_and_is_told_what_this_link_will_say() -> None:
    call = Conversation(SITE, at)
    assert call.connected(0) == []
    assert said(call.heard(told("LS"), 10)) == ["LD", "LR", "LR", "LR", "LR", "LR", "LA"]
    assert phase(call) is Phase.DESCRIBED
    call.heard(told("LC", ("RP", "ROOM, CASH,")), 20)
    assert call.payment_methods == ("ROOM", "CASH")
    call.heard(told("LA"), 30)
    assert phase(call) is Phase.ALIVE


def test_a_silent_hotel_is_spoken_to_and_left_in_the_end() -> None:
    call = Conversation(SITE, at)
    call.connected(0)
    assert call.due(SITE.listen_ms - 1) == []
    for _ in range(LISTENS_MAX):
        assert said(call.due(call.due_ms)) == ["LS"]
    assert isinstance(call.due(call.due_ms)[0], HangUp)


def test_a_description_that_is_not_taken_ends_the_call() -> None:
    call = Conversation(SITE, at)
    call.connected(0)
    call.heard(told("LS"), 0)
    assert isinstance(call.due(call.due_ms)[0], HangUp)


def test_an_ls_in_the_middle_gives_up_what_was_asked_and_describes_everything_anew() -> None:
    call = alive()
    actions = call.heard(told("LS"), 1_000)
    assert isinstance(actions[0], Restarted)
    assert said(actions)[0] == "LD"
    assert phase(call) is Phase.DESCRIBED
    late = told("PA", ("AS", "OK"), ("P#", "7"))
    assert call.heard(late, 1_001) == [Came(late)], "a late answer still counts"


def test_an_idle_link_is_asked_whether_it_lives_and_anything_at_all_is_an_answer() -> None:
    call = alive()
    assert said(call.due(SITE.alive_ms)) == ["LS"]
    call.heard(told("LA"), SITE.alive_ms + 5)
    assert said(call.due(call.due_ms)) == ["LS"]
    assert isinstance(call.due(call.due_ms)[0], HangUp)


def test_a_question_without_an_answer_asks_at_once_whether_anybody_is_there() -> None:
    call = alive()
    assert said(call.doubted(1_000)) == ["LS"]
    assert call.doubted(1_100) == []
    assert call.due(1_000 + SITE.alive_answer_ms) == [
        HangUp("the hotel did not answer the alive check")
    ]
    slow = alive()
    slow.doubted(1_000)
    slow.heard(told("LA"), 1_200)
    assert slow.due(1_000 + SITE.alive_answer_ms) == []
    assert alive(alive="none").doubted(1_000) == []


def test_traffic_makes_the_alive_check_wait() -> None:
    call = alive()
    call.heard(told("PA", ("P#", "1")), SITE.alive_ms - 1)
    assert call.due(SITE.alive_ms) == []


@pytest.mark.parametrize(("mode", "words"), [("LA", ["LA"]), ("none", [])])
def test_a_site_may_want_another_alive_check_or_none(mode: str, words: list[str]) -> None:
    call = alive(alive=mode)
    for _ in range(3):
        assert said(call.due(call.due_ms)) == words


def test_leave_is_taken_and_given_politely() -> None:
    call = alive()
    answer = call.heard(told("LE"), 5)
    assert said(answer) == ["LE"]
    assert isinstance(answer[-1], HangUp)
    call = alive()
    assert said(call.end(5)) == ["LE"]
    assert isinstance(call.heard(told("LE"), 6)[0], HangUp)
    call = alive()
    call.end(5)
    assert isinstance(call.due(call.due_ms)[0], HangUp)


def test_a_night_audit_ends_with_ne_or_is_forgotten_after_two_hours() -> None:
    call = alive()
    call.heard(told("NS"), 1_000)
    assert call.audit(1_001)
    call.heard(told("NE"), 2_000)
    assert not call.audit(2_001)
    call.heard(told("NS"), 3_000)
    assert not call.audit(3_000 + SITE.audit_max_ms)


def test_all_guests_are_asked_for_only_when_none_are_known_and_nothing_is_said_in_a_swap() -> None:
    fed = {"lookup": "feed", "posting": "PS"}
    call = Conversation(FiasSettings.model_validate({"port": 1, **fed}), at, feed_empty=True)
    call.connected(0)
    call.heard(told("LS"), 0)
    assert said(call.heard(told("LA"), 0)) == ["DR"]
    call.heard(told("DS"), 1)
    assert phase(call) is Phase.SWAPPING
    guest = told("GI", ("RN", "304"), ("G#", "1"), ("SF", ""))
    assert call.heard(guest, 2) == [Came(guest)]
    call.heard(told("DE"), 3)
    assert phase(call) is Phase.ALIVE
    assert said(call.heard(told("LS"), 4))[0] == "LD"
    assert said(call.heard(told("LA"), 5)) == [], "asked once"


def test_data_before_the_link_is_described_is_nobodys() -> None:
    call = Conversation(SITE, at)
    call.connected(0)
    assert call.heard(told("PA", ("P#", "1")), 1) == []
