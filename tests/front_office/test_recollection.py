"""What those who are here remember of a burnt journal, when a tablet is missing."""

from sync_server.domain import events as e
from sync_server.domain.ids import CheckId, LineId, NoticeId, StaffId
from sync_server.front_office.journal import Head
from sync_server.front_office.recollection import Recollection
from sync_server.protocol.envelope import GENESIS, FreshEvent, write_event
from sync_server.protocol.erasable import chained_form, salt_of
from sync_server.protocol.replica import CODEC

BACKUP = Head(4, GENESIS)


def _event(n: int, cmd_id: str, said: str = "", at_ms: int = 1_000) -> bytes:
    event = e.NoticeAcknowledged(NoticeId(f"n{n}{said}"), StaffId("olena"), 1_000)
    return _record(n, cmd_id, event, at_ms)


def _record(n: int, cmd_id: str, event: object, at_ms: int = 1_000, salt: str = "") -> bytes:
    name, version = CODEC.kind_of(event)
    whose = (cmd_id, "t1", "olena", "2026-11-21")
    return write_event(FreshEvent(n, at_ms, name, version, *whose, event, salt))


def _told(*memories: list[bytes]) -> Recollection:
    memory = Recollection(BACKUP.n + 1)
    for at, events in enumerate(memories):
        memory.heard(f"t{at}", 12)
        memory.given(f"t{at}", memory.from_n, events)
        memory.given(f"t{at}", memory.from_n + len(events), [])
    return memory


def _agreed(memory: Recollection, head: Head = BACKUP) -> list[int]:
    return [record.n for record, _, _ in memory.agreed(head, {})]


def test_all_but_the_last_command_is_adopted_with_its_numbers() -> None:
    """The last may be remembered by half."""
    events = [_event(5, "a"), _event(6, "b"), _event(7, "c"), _event(8, "c")]
    assert _agreed(_told(events, events[:2])) == [5, 6]


def _followed(*memories: list[bytes]) -> list[bytes]:
    """What is adopted of these, whoever tells first."""
    there = _told(*memories).agreed(BACKUP, {})
    back = _told(*reversed(memories)).agreed(BACKUP, {})
    assert [one[1] for one in there] == [one[1] for one in back]
    return [data for _, data, _ in there]


def test_of_two_histories_that_is_followed_in_which_the_house_lived_longest() -> None:
    """One tablet was in a drawer while the house was put back once before."""
    common = [_event(5, "a"), _event(6, "b")]
    drawer = [*common, *(_event(n, f"x{n}", at_ms=2_000) for n in range(7, 12))]
    went_on = [*common, *(_event(n, f"y{n}", at_ms=n * 1_000) for n in (7, 8, 9))]
    assert _followed(drawer, drawer, went_on) == went_on[:-1]


def test_a_file_with_a_fault_in_it_is_outvoted() -> None:
    true = [_event(n, str(n)) for n in range(5, 10)]
    faulty = [*true[:2], _event(7, "7", "otherwise"), *true[3:]]
    assert _followed(true, faulty, true) == true[:-1]


def test_a_name_that_was_erased_on_one_tablet_is_no_dispute_and_does_not_come_back() -> None:
    """The chain covers the same; the other tablet had heard of it before."""
    named = e.CheckRenamed(CheckId("k"), "Mia", StaffId("olena"), 1_000)
    full = [_event(5, "a"), _record(6, "b", named, salt=salt_of("x")), _event(7, "c")]
    erased = [full[0], chained_form(full[1]), full[2]]
    assert _followed(full, full, erased) == erased[:-1]


def test_a_send_that_stands_in_two_histories_is_repeated_once() -> None:
    """Decided again, it stands at another number: mixed, its ticket would come twice."""
    sold = e.Sold(LineId("l"), 1, "borscht", 1_000, "hot")
    fired = e.LinesFired(CheckId("k"), (sold,), 1_000, StaffId("olena"), "2026-11-21")
    drawer = [_record(5, "s", fired), _event(6, "s"), _event(7, "x")]
    went_on = [_event(5, "y"), _record(6, "s", fired), _event(7, "s"), _event(8, "z")]
    for memories in ((drawer, went_on), (went_on, drawer)):
        memory = _told(*memories)
        memory.close()
        place = memory.place("s")
        past = memory.past("t1", "s")
        assert past is not None
        assert (past.outcome.n_from, past.outcome.n_to) == (place, place + 1)


def test_nothing_is_adopted_once_the_restored_house_has_gone_on() -> None:
    """It had restarted in the middle: its own events have taken the numbers of the old ones."""
    events = [_event(n, str(n)) for n in range(5, 10)]
    assert _agreed(_told(events), Head(6, GENESIS)) == []
