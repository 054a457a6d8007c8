"""What those who are here remember of a burnt journal, when a tablet is missing."""

from sync_server.domain import events as e
from sync_server.domain.ids import NoticeId, StaffId
from sync_server.front_office.journal import Head
from sync_server.front_office.recollection import Recollection
from sync_server.protocol.envelope import GENESIS, FreshEvent, write_event
from sync_server.protocol.replica import CODEC

BACKUP = Head(4, GENESIS)


def _event(n: int, cmd_id: str, said: str = "") -> bytes:
    event = e.NoticeAcknowledged(NoticeId(f"n{n}{said}"), StaffId("olena"), 1_000)
    name, version = CODEC.kind_of(event)
    record = FreshEvent(n, 1_000, name, version, cmd_id, "t1", "olena", "2026-11-21", event)
    return write_event(record)


def _told(*memories: list[bytes]) -> Recollection:
    memory = Recollection(BACKUP.n + 1)
    for at, events in enumerate(memories):
        memory.heard(f"t{at}", 9)
        memory.given(f"t{at}", memory.from_n, events)
        memory.given(f"t{at}", memory.from_n + len(events), [])
    return memory


def _agreed(memory: Recollection, head: Head = BACKUP) -> list[int]:
    return [record.n for record, _, _ in memory.agreed(head, {})]


def test_all_but_the_last_command_is_adopted_with_its_numbers() -> None:
    """The last may be remembered by half."""
    events = [_event(5, "a"), _event(6, "b"), _event(7, "c"), _event(8, "c")]
    assert _agreed(_told(events, events[:2])) == [5, 6]


def test_nothing_is_adopted_from_where_two_remember_different_things() -> None:
    """One of them may have been in a drawer since another restore."""
    ours = [_event(n, cmd_id) for n, cmd_id in ((5, "a"), (6, "b"), (7, "c"), (8, "d"))]
    theirs = [ours[0], ours[1], _event(7, "x", "otherwise")]
    assert _agreed(_told(ours, theirs)) == [5]


def test_nothing_is_adopted_once_the_restored_house_has_gone_on() -> None:
    """It had restarted in the middle: its own events have taken the numbers of the old ones."""
    events = [_event(n, str(n)) for n in range(5, 10)]
    assert _agreed(_told(events), Head(6, GENESIS)) == []
