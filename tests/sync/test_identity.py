"""Ids that grow, keys that stay, invitations that can be typed, codes that work once."""

from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from sync_server.client.identity import Invitation, Uuid7, load_or_create, save
from sync_server.domain import limits
from sync_server.protocol.proof import challenge_text, is_signed
from sync_server.transport.enrolment import EnrolmentDesk


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


def test_ids_grow_through_a_standing_clock_and_small_steps_back() -> None:
    clock, rng = Clock(), Random(1)
    new_id = Uuid7(clock, rng)
    made = [new_id() for _ in range(10_000)]
    for _ in range(10_000):
        clock.now += rng.randrange(-20, 21)
        made.append(new_id())
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    parsed = UUID(made[0])
    assert (parsed.version, parsed.variant) == (7, "specified in RFC 4122")
    assert parsed.int >> 80 == 1_700_000_000_000


def test_after_a_large_step_back_ids_are_still_unique() -> None:
    clock = Clock()
    new_id = Uuid7(clock, Random(1))
    before = {new_id() for _ in range(100)}
    clock.now -= limits.CLOCK_ROLLBACK_MS + 1
    later = new_id()
    assert later not in before
    assert UUID(later).int >> 80 == clock.now
    clock.now = -5
    assert UUID(new_id()).int >> 80 == 0


def test_an_identity_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    identity = load_or_create(tmp_path / "t", lambda: "device-1")
    save(tmp_path / "t", identity.with_site("T3", "site-1", "wss://h:1", "f" * 64))
    again = load_or_create(tmp_path / "t", lambda: "device-2")
    assert (again.dev, again.key, again.code) == ("device-1", identity.key, "T3")
    assert (tmp_path / "t" / "device.json").stat().st_mode & 0o077 == 0
    text = challenge_text("proof", "site-1", "device-1", "nonce", "")
    assert is_signed(again.public_key, again.sign(text).hex(), text)
    assert not is_signed(again.public_key, again.sign(text).hex(), text + b"x")
    assert not is_signed(b"short", "zz", text)


def test_a_damaged_identity_is_said_in_words_and_not_replaced(tmp_path: Path) -> None:
    load_or_create(tmp_path, lambda: "device-1")
    (tmp_path / "device.json").write_text('{"dev":')
    with pytest.raises(ValueError, match="enrol again"):
        load_or_create(tmp_path, lambda: "device-2")
    assert (tmp_path / "device.json").read_text() == '{"dev":'


def test_parts_of_a_challenge_cannot_imitate_each_other() -> None:
    one = challenge_text("proof", "ab", "c", "n", "")
    assert one != challenge_text("proof", "a", "bc", "n", "")


def test_an_invitation_survives_its_qr_code_and_nonsense_is_refused() -> None:
    invitation = Invitation("wss://192.168.1.5:8443", "7K2M9QXA", "ab" * 32)
    assert Invitation.parse(invitation.text()) == invitation
    for text in (
        "",
        "https://x/?code=1",
        "vitrylo:///?code=1",
        "vitrylo://h:1/",
        "vitrylo://h/?code=1&fp=zz",
    ):
        with pytest.raises(ValueError, match="invitation"):
            Invitation.parse(text)


def test_a_code_works_once_for_ten_minutes() -> None:
    clock = Clock()
    desk = EnrolmentDesk(clock, Random(1))
    code = desk.open("Bar", "pos")
    opened = desk.redeem(f" {code.lower()} ")
    assert opened is not None
    assert opened.name == "Bar"
    assert desk.redeem(code) is None
    late = desk.open("Bar", "pos")
    clock.now += limits.ENROLMENT_CODE_MS
    assert desk.redeem(late) is None


def test_a_fourth_guess_is_impossible() -> None:
    desk = EnrolmentDesk(Clock(), Random(1))
    codes = [desk.open("Bar", "pos"), desk.open("Hall", "pos")]
    for guess in ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC"):
        assert desk.redeem(guess) is None
    assert [desk.redeem(code) for code in codes] == [None, None]
    fresh = desk.open("Bar", "pos")
    assert desk.redeem(fresh) is not None


def test_open_codes_are_bounded() -> None:
    desk = EnrolmentDesk(Clock(), Random(1))
    codes = [desk.open("Bar", "pos") for _ in range(limits.ENROLMENT_CODES_OPEN + 1)]
    assert desk.redeem(codes[-1]) is not None
    assert desk.redeem(codes[0]) is None
