"""Who stands behind a command: PINs, sessions, lent rights, and what a device's clock is worth."""

import json
from typing import Any

import pytest

from sync_server.domain import commands as c, limits
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId
from sync_server.front_office.access import OFFLINE
from sync_server.protocol.envelope import Lent, body_digest, read_lent
from sync_server.protocol.replica import CODEC
from sync_server.transport.authority import AskResult, CommandResult
from tests.builders import a_line
from tests.front_office.house import BOOT, House, K, Till
from tests.simulation.restaurant import PINS

VOID = c.VoidLine(K, LineId("k-l1"), 1_000, "guest-left", True)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
A_SLOW_BEAT_MS = 8_000


async def wrong(till: Till, staff_id: str, times: int = 1) -> AskResult:
    for _ in range(times):
        answer = await till.sign_in(staff_id, "0000")
    return answer


# -- PINs --------------------------------------------------------------------------------------
async def test_an_unknown_person_and_a_wrong_pin_are_answered_alike(
    house: House, till: Till
) -> None:
    for times in range(1, 8):
        known, unknown = await wrong(till, "olena"), await wrong(till, "nobody")
        assert known == unknown, times
    assert known.code == "locked"
    assert (await till.sign_in("olena")).code == "locked"


async def test_a_person_chooses_another_pin_and_whoever_knew_the_old_one_is_out(
    house: House, till: Till
) -> None:
    other = await house.till("t2")
    await other.sign_in("olena")
    await till.sign_in("olena")
    assert (await till.ask("change_pin", old="9999", new="8305")).code == "bad_pin"
    assert not (await till.ask("change_pin", old=PINS["olena"], new="8305")).code
    assert (await till.sign_in("olena")).code == "bad_pin"
    assert not (await till.sign_in("olena", "8305")).code
    assert (await other.ask("change_pin", old="8305", new="2746")).code == "session_ended"
    assert "8305" not in str(house.rows("SELECT * FROM secret"))


async def test_a_pin_that_anybody_would_try_or_of_another_length_is_refused(
    house: House, till: Till
) -> None:
    await till.sign_in("olena")
    for weak in ("0000", "1234", "1987", "83051", PINS["olena"], "83a5"):
        answer = await till.ask("change_pin", old=PINS["olena"], new=weak)
        assert (answer.code, json.loads(answer.params)) == ("weak_pin", {"places": 4}), weak
    assert not (await till.sign_in("olena")).code


async def test_made_up_names_fill_no_table(house: House, till: Till) -> None:
    for name in range(20):
        await wrong(till, f"nobody-{name}")
    counted = {row[0] for row in house.rows("SELECT staff_id FROM throttle")}
    assert counted == {"", "*"}, "nobody, and the device as a whole"


async def test_the_throttle_survives_a_restart_and_doubles(house: House, till: Till) -> None:
    await wrong(till, "olena", limits.PIN_FAILURES)
    await house.restart()
    assert (await till.sign_in("olena")).code == "locked"
    house.now_ms += limits.PIN_LOCK_FIRST_MS + 1
    until = json.loads((await wrong(till, "olena")).params)["until_ms"]
    assert until - house.now_ms == 2 * limits.PIN_LOCK_FIRST_MS
    house.now_ms = until + 1
    assert not (await till.sign_in("olena")).code
    assert (await wrong(till, "olena", limits.PIN_FAILURES - 1)).code == "bad_pin"


async def test_a_prankster_locks_nobody_at_another_device(house: House, till: Till) -> None:
    await wrong(till, "olena", 10)
    other = await house.till("t2")
    assert not (await other.sign_in("olena")).code


async def test_every_sign_in_and_every_failure_is_on_record(house: House, till: Till) -> None:
    await wrong(till, "olena", limits.PIN_FAILURES)
    await till.sign_in("nadia")
    await till.ask("sign_out")
    await till.sign_in("ihor")
    await lent(house, till, pin="000000")
    rows = house.rows("SELECT data FROM journal WHERE type = 'StaffSignedIn' ORDER BY n")
    bodies = [json.loads(bytes(row[0]))["body"] for row in rows]
    said = [(body["staff_id"], body["outcome"]) for body in bodies]
    assert said == [
        *[("olena", "failed")] * 4,
        ("olena", "locked"),
        ("nadia", "in"),
        ("nadia", "out"),
        ("ihor", "in"),
        ("nadia", "failed"),
    ]


async def test_a_stolen_database_signs_nobody_in(house: House, till: Till) -> None:
    await till.sign_in("olena")
    everything = repr([house.rows(f"SELECT * FROM {t}") for t in ("secret", "session")])
    assert till.session not in everything
    assert PINS["olena"] not in everything


# -- sessions ----------------------------------------------------------------------------------
async def test_a_session_ends_after_fourteen_hours(house: House, till: Till) -> None:
    await till.order()
    await till.sign_in("olena")
    await till.must(c.SetGuests(K, 3))
    late = till.write(c.SetGuests(K, 5))
    house.now_ms += limits.SESSION_MS + 1
    assert (await till.push(late)).results[0].outcome == "accepted", "it was made in time"
    after = await till.do(c.SetGuests(K, 4))
    assert (after.outcome, after.code) == ("refused", "session_ended")
    assert (await till.ask("guests", query="304")).code == "session_ended"


async def test_a_session_survives_a_restart_and_ends_with_the_sign_out(
    house: House, till: Till
) -> None:
    await till.order()
    await till.sign_in("olena")
    await house.restart()
    await till.must(c.SetGuests(K, 3))
    on_its_way = [till.write(c.SetGuests(K, guests)) for guests in (4, 5)]
    await till.ask("sign_out", dep=till.dep, seq=till.seq)
    afterwards = till.write(c.SetGuests(K, 6))
    assert (await till.push(on_its_way[0])).results[0].outcome == "accepted"
    house.now_ms += A_SLOW_BEAT_MS
    await house.restart()
    assert (await till.push(on_its_way[1])).results[0].outcome == "accepted"
    assert (await till.push(afterwards)).results[0].code == "session_ended"


async def test_who_signs_out_without_a_last_number_is_out_by_the_clock(
    house: House, till: Till
) -> None:
    """So did terminals of before; and a device whose store began anew counts from one again."""
    await till.order()
    await till.sign_in("olena")
    in_time = till.write(c.SetGuests(K, 3))
    await till.ask("sign_out")
    assert (await till.push(in_time)).results[0].outcome == "accepted"
    house.now_ms += 1
    assert (await till.do(c.SetGuests(K, 4))).code == "session_ended"
    await till.sign_in("olena")
    await till.ask("sign_out", dep=till.dep, seq=till.seq)
    house.now_ms += 1
    till.dep, till.seq, till.prev = till.dep + 1, 0, ""
    assert (await till.do(c.SetGuests(K, 4))).code == "session_ended"


async def test_a_sign_out_that_names_a_number_far_ahead_does_not_keep_the_session(
    house: House, till: Till
) -> None:
    await till.order()
    await till.sign_in("olena")
    far = till.seq + limits.OUTBOX_COMMANDS
    await till.ask("sign_out", dep=till.dep, seq=far + 1)
    house.now_ms += 1
    assert (await till.do(c.SetGuests(K, 4))).code == "session_ended"


async def test_an_offline_session_ends_when_verifier_and_session_have_run_out(
    house: House, till: Till
) -> None:
    await till.order()
    house.now_ms += limits.OFFLINE_SIGN_IN_MS + limits.SESSION_MS + 1
    add = c.AddLines(K, (a_line("k-l2"),))
    assert (await till.do(add)).code == "session_ended"
    await till.sign_in("olena")
    till.session = OFFLINE
    assert not (await till.do(add)).code


async def test_money_that_somebody_took_is_kept_though_nobody_stands_behind_it(
    house: House, till: Till
) -> None:
    """Whoever was removed meanwhile, or came by no verifier of ours, decides nothing any more; what
    has happened stays, and those who close the day are told."""
    await till.order()
    await till.must(c.OpenShift(ShiftId("sh"), "1", 0), by="nadia")
    stranger = c.TakePayment(K, PaymentId("p"), ShiftId("sh"), "cash", 1_000, 1_000)
    assert (await till.do(c.SetGuests(K, 3), by="ghost")).code == "unknown_staff"
    assert not (await till.do(stranger, by="ghost")).code
    (told,) = [one for one in house.notices if one.code == "nobody_behind"]
    assert (told.staff_id, told.params["who"], told.params["why"]) == (
        "nadia", "ghost", "unknown_staff",
    )  # fmt: skip
    assert house.office.venue.checks[K].payments[0].by == "ghost"


async def test_forged_actors_and_sessions_are_refused(house: House, till: Till) -> None:
    await till.order()
    await till.sign_in("olena")
    other = await house.till("t2")
    await other.sign_in("nadia")
    lies: tuple[dict[str, Any], ...] = (
        {"actor": "nadia"},
        {"session": "made.up"},
        {"session": ""},
        {"session": other.session, "actor": "nadia"},
    )
    for lie in lies:
        result = await till.do(VOID, **lie)
        assert (result.outcome, result.code) == ("refused", "session_ended"), lie
    for nobody in ("", "stranger"):
        assert (await till.do(VOID, actor=nobody)).code == "unknown_staff"
    assert (await till.do(VOID)).code == "not_allowed"
    assert house.office.venue.checks[K].lines[0].state == "fired"


# -- approvals ---------------------------------------------------------------------------------
async def lent(house: House, till: Till, **changes: str) -> AskResult:
    digest = body_digest(CODEC.encode(VOID))
    asked = {"staff_id": "nadia", "pin": PINS["nadia"], "type": "VoidLine", "target": "k"}
    asked["digest"] = digest
    return await till.ask("approve", **{**asked, **changes})


def approved(answer: AskResult) -> dict[str, Any]:
    assert not answer.code, answer
    return {"approval": read_lent(answer.body)}


def invalid(result: CommandResult) -> bool:
    return (result.outcome, result.code) == ("refused", "approval_invalid")


async def test_an_approval_lends_rights_for_one_command(house: House, till: Till) -> None:
    await till.order()
    await till.must(c.AddLines(K, (a_line("l2"),)), c.SendLines(K, (LineId("l2"),)))
    await till.sign_in("olena")
    claim = approved(await lent(house, till))
    await till.must(VOID, **claim)
    line = house.office.venue.checks[K].lines[0]
    assert (line.state, line.void_by) == ("void", "olena")
    second = c.VoidLine(K, LineId("l2"), 1_000, "guest-left", True)
    assert invalid(await till.do(second, **claim))
    assert (await till.do(second)).code == "not_allowed"


async def test_an_approval_fits_one_kind_one_target_one_device_and_one_minute(
    house: House, till: Till
) -> None:
    await till.order()
    await till.order("z", 2)
    await till.sign_in("olena")
    other = await house.till("t2")
    await other.sign_in("olena")
    elsewhere = c.VoidLine(CheckId("z"), LineId("z-l1"), 1_000, "guest-left", True)
    assert invalid(await till.do(elsewhere, **approved(await lent(house, till))))
    assert invalid(
        await till.do(c.TransferCheck(K, "ihor"), **approved(await lent(house, till)))  # type: ignore[arg-type]
    )
    assert invalid(await other.do(VOID, **approved(await lent(house, till))))
    half = c.VoidLine(K, LineId("k-l1"), 500, "guest-left", True)
    assert invalid(await till.do(half, **approved(await lent(house, till)))), "another amount"
    made = c.VoidLine(K, LineId("k-l1"), 1_000, "guest-left", False)
    assert invalid(await till.do(made, **approved(await lent(house, till)))), "another word"
    claim = approved(await lent(house, till))
    house.now_ms += limits.APPROVAL_MS + 1_000
    assert invalid(await till.do(VOID, **claim))
    assert invalid(await till.do(VOID, approval=Lent("made-up")))
    assert house.office.venue.checks[K].lines[0].state == "fired"


async def test_nobody_approves_for_oneself_or_without_the_right_or_the_pin(
    house: House, till: Till
) -> None:
    await till.order()
    assert (await lent(house, till)).code == "session_ended"
    await till.sign_in("nadia")
    assert (await lent(house, till)).code == "approval_invalid"
    await till.sign_in("olena")
    assert (await lent(house, till, staff_id="ihor", pin=PINS["ihor"])).code == "approval_invalid"
    assert (await lent(house, till, staff_id="nobody")).code == "bad_pin"
    for _ in range(limits.PIN_FAILURES - 1):
        assert (await lent(house, till, pin="0000")).code == "bad_pin"
    assert not (await lent(house, till)).code, "the right PIN counts from zero again"
    for _ in range(limits.PIN_FAILURES):
        answer = await lent(house, till, pin="0000")
    assert answer.code == "locked"
    assert (await lent(house, till)).code == "locked"


async def test_a_manager_at_another_terminal_approves_what_is_asked_for_there(
    house: House, till: Till
) -> None:
    await till.order()
    await till.sign_in("olena")
    other = await house.till("t2")
    await other.sign_in("nadia")
    digest = body_digest(CODEC.encode(VOID))
    ask = c.AskApproval("r1", K, "VoidLine", digest, "not_allowed", {"right": "void_sent"})
    await till.must(ask)
    by_request: dict[str, Any] = {"approval": Lent("r1")}
    assert invalid(await till.do(VOID, **by_request)), "nobody has said yes"
    await other.must(c.AnswerApproval("r1", True), by="nadia")
    less = c.VoidLine(K, LineId("k-l1"), 500, "guest-left", True)
    assert invalid(await till.do(less, **by_request)), "another amount"
    await till.must(VOID, **by_request)
    assert house.office.venue.checks[K].lines[0].state == "void"
    assert house.office.venue.requests == {}
    assert invalid(await till.do(VOID, **by_request)), "it is spent"


# -- clocks ------------------------------------------------------------------------------------
async def made_at(house: House, till: Till, **clock: Any) -> int:
    """The journal's time of a command, less the server's time now."""
    await till.must(c.SetGuests(K, house.office.head_n % 9 + 1), **clock)
    at_ms: int = house.rows("SELECT at_ms FROM journal ORDER BY n DESC LIMIT 1")[0][0]
    return at_ms - house.now_ms


async def test_a_commands_time_comes_from_the_monotonic_clock_of_the_same_start(
    house: House, till: Till
) -> None:
    await till.order()
    house.now_ms += HOUR_MS
    till.beat(mono_ms=500_000)
    wall = {"made_wall_ms": house.now_ms - 10 * MINUTE_MS}
    same = {"boot_id": BOOT, "made_mono_ms": 500_000 - 5_000}
    assert await made_at(house, till, **wall, **same) == -5_000
    days_off = {"made_wall_ms": house.now_ms + 3 * 24 * HOUR_MS}
    assert await made_at(house, till, **days_off, boot_id=BOOT, made_mono_ms=499_000) == -1_000
    house.now_ms += HOUR_MS
    till.beat(mono_ms=4_000, boot_id="boot-2")
    before_reboot = {"boot_id": BOOT, "made_mono_ms": 3_000}
    told = house.now_ms - 2 * MINUTE_MS
    assert await made_at(house, till, **before_reboot, made_wall_ms=told) == -2 * MINUTE_MS


def steady_beats(house: House, till: Till, count: int, late_ms: int = 0) -> None:
    """Beats of a clock that shows the house's time, each heard `late_ms` after it was made."""
    for _ in range(count):
        house.now_ms += limits.BEAT_MS
        till.beat(mono_ms=house.now_ms - late_ms)


async def test_a_beat_that_is_heard_late_does_not_move_the_comparison_of_clocks(
    house: House, till: Till
) -> None:
    """A busy machine heard a beat eight seconds late, and every tap seemed made after the sign-out
    that had followed it."""
    await till.order()
    await till.sign_in("olena")
    steady_beats(house, till, 2)
    steady_beats(house, till, limits.BEATS_COMPARED - 1, late_ms=8_000)
    tapped_ms = house.now_ms
    on_its_way = till.write(c.SetGuests(K, 4), boot_id=BOOT, made_mono_ms=tapped_ms)
    house.now_ms += 1_000
    await till.ask("sign_out")
    house.now_ms += MINUTE_MS
    assert (await till.push(on_its_way)).results[0].outcome == "accepted"
    assert house.rows("SELECT max(at_ms) FROM journal WHERE type = 'GuestsSet'") == [(tapped_ms,)]


@pytest.mark.parametrize("step_ms", [HOUR_MS, 15_000, -15_000, -HOUR_MS])
async def test_a_clock_that_really_jumped_is_followed(
    house: House, till: Till, step_ms: int
) -> None:
    """A tablet that slept is behind by as long; the server's clock may be set. An hour or a step
    back is seen by one beat, what could as well be a delay after eight."""
    await till.order()
    steady_beats(house, till, limits.BEATS_COMPARED)
    for _ in range(limits.BEATS_COMPARED if step_ms == 15_000 else 1):
        steady_beats(house, till, 1, late_ms=step_ms)
    ago_ms = 20_000
    clock = {"boot_id": BOOT, "made_mono_ms": house.now_ms - step_ms - ago_ms}
    assert await made_at(house, till, **clock) == -ago_ms


async def test_without_it_the_wall_clock_counts_within_bounds(house: House, till: Till) -> None:
    await till.order()
    house.now_ms += HOUR_MS
    assert await made_at(house, till, made_wall_ms=house.now_ms + HOUR_MS) == 0, "not the future"
    house.now_ms += HOUR_MS
    ago = await made_at(house, till, made_wall_ms=house.now_ms - MINUTE_MS)
    assert ago == -MINUTE_MS
    earlier = await made_at(house, till, made_wall_ms=0)
    assert earlier == ago, "not before its command before"
    fresh = await house.till("t2")
    very_old = fresh.write(c.OpenCheck(CheckId("z"), "T2-001", "tab"), made_wall_ms=0)
    await fresh.push(very_old)
    assert house.office.venue.checks[CheckId("z")].opened_ms == house.now_ms - limits.ALONE_MS


async def test_within_one_push_time_does_not_run_backwards(house: House, till: Till) -> None:
    await till.order()
    house.now_ms += HOUR_MS
    one = till.write(c.SetGuests(K, 3), made_wall_ms=house.now_ms - 1_000)
    two = till.write(c.SetGuests(K, 4), made_wall_ms=house.now_ms - 9_000)
    await till.push(one, two)
    times = house.rows("SELECT at_ms FROM journal ORDER BY n DESC LIMIT 2")
    assert {row[0] for row in times} == {house.now_ms - 1_000}


async def test_nothing_is_ordered_by_time(house: House, till: Till) -> None:
    await till.order()
    other = await house.till("t2")
    first = await till.do(c.SetGuests(K, 3), made_wall_ms=house.now_ms)
    second = await other.do(
        c.OpenCheck(CheckId("z"), "T2-001", "tab"), by="ihor", made_wall_ms=house.now_ms - HOUR_MS
    )
    assert second.n_from == first.n_to + 1


async def test_a_device_that_tried_many_names_is_left_to_those_who_approve(
    house: House, till: Till
) -> None:
    """Five tries for each of many colleagues are as many guesses as one wants (S-11)."""
    other = await house.till("t2")
    for staff_id in (*PINS, "somebody"):
        await wrong(till, staff_id, limits.PIN_FAILURES)
    house.now_ms += limits.PIN_LOCK_FIRST_MS + 1
    assert (await till.ask("sign_in", staff_id="olena", pin=PINS["olena"])).code == "locked"
    assert not (await other.sign_in("olena")).code, "nobody is locked out elsewhere"
    await house.restart()
    assert (await till.ask("sign_in", staff_id="olena", pin=PINS["olena"])).code == "locked"
    assert not (await till.sign_in("nadia")).code, "who may approve can still come in"
    house.now_ms += limits.PIN_DEVICE_MS
    assert not (await till.sign_in("olena")).code


async def test_a_pin_that_was_missed_a_hundred_times_in_a_row_counts_no_more(
    house: House, till: Till
) -> None:
    """However patiently, and from whatever device; the card still opens, and a new PIN (S-11)."""
    other = await house.till("t2")
    await till.sign_in("nadia")
    for times in range(limits.PIN_FAILURES_EVER):
        house.now_ms += limits.PIN_LOCK_MAX_MS + 1
        assert (await wrong(till if times % 2 else other, "olena")).code in ("bad_pin", "locked")
    house.now_ms += limits.PIN_LOCK_MAX_MS + 1
    assert (await till.sign_in("olena")).code == "pin_void"
    await house.restart()
    assert (await other.sign_in("olena")).code == "pin_void"
    assert not (await till.sign_in("ihor")).code, "it is nobody else's trouble"
    await house.office.access.set_pin("olena", "8305", house.now_ms)
    assert not (await other.sign_in("olena", "8305")).code


# -- cards -------------------------------------------------------------------------------------
async def test_a_card_signs_in_whom_it_was_given_to_and_a_new_one_ends_the_old(
    house: House, till: Till
) -> None:
    assert (await till.ask("give_card", staff_id="olena", card="04A1B2C3")).code == "session_ended"
    await till.sign_in("olena")
    assert (await till.ask("give_card", staff_id="olena", card="04A1B2C3")).code == "not_allowed"
    await till.sign_in("nadia")
    assert (await till.ask("give_card", staff_id="olena", card="12")).code == "bad_card"
    assert not (await till.ask("give_card", staff_id="olena", card="04A1B2C3")).code
    taken = await till.ask("give_card", staff_id="ihor", card="04a1b2c3")
    assert (taken.code, json.loads(taken.params)) == ("card_taken", {"by": "olena"})
    stored = str(house.rows("SELECT * FROM card"))
    assert "04A1B2C3" not in stored
    assert "olena" in stored

    await house.restart()
    answer = await till.ask("sign_in_by_card", card="04a1b2c3 ")
    assert json.loads(answer.body)["staff_id"] == "olena"
    till.session = json.loads(answer.body)["session"]
    await till.must(c.OpenCheck(CheckId("k"), f"{till.code}-001", "table", "t3"))
    await till.sign_in("nadia")
    assert not (await till.ask("give_card", staff_id="olena", card="99999999")).code
    assert (await till.ask("sign_in_by_card", card="04A1B2C3")).code == "unknown_card"
    assert not (await till.ask("give_card", staff_id="olena", card="")).code
    assert (await till.ask("sign_in_by_card", card="99999999")).code == "unknown_card"


async def test_what_a_person_chose_is_kept_the_later_of_two_and_only_ones_own(
    house: House, till: Till
) -> None:
    other = await house.till("t2")

    async def shared(at: Till, text: str, changed_ms: int) -> tuple[str, int]:
        body = json.loads((await at.ask("liking", text=text, changed_ms=changed_ms)).body)
        return body["text"], body["changed_ms"]

    early, late = house.now_ms - 5_000, house.now_ms - 1_000
    assert (await till.ask("liking", text="", changed_ms=0)).code == "session_ended"
    await till.sign_in("olena")
    assert await shared(till, "", 0) == ("", 0)
    assert await shared(till, '{"scale":130}', late) == ('{"scale":130}', late)
    await other.sign_in("olena")
    assert await shared(other, '{"scale":100}', early) == ('{"scale":130}', late)
    await house.restart()
    await other.sign_in("ihor")
    assert await shared(other, "", 0) == ("", 0)
    text, at_ms = await shared(other, "{}", house.now_ms + 9_000_000)
    assert (text, at_ms) == ("{}", house.now_ms), "nobody chooses in the future"
    long = "x" * (limits.LIKING_LENGTH + 1)
    assert (await other.ask("liking", text=long, changed_ms=late)).code == "bad_text"


async def test_who_tries_cards_has_to_wait_and_a_good_one_waits_with_them(
    house: House, till: Till
) -> None:
    await till.sign_in("nadia")
    await till.ask("give_card", staff_id="olena", card="04A1B2C3")
    said = [
        (await till.ask("sign_in_by_card", card=f"made-up-{n}")).code
        for n in range(limits.PIN_FAILURES)
    ]
    assert said == ["unknown_card"] * (limits.PIN_FAILURES - 1) + ["locked"]
    assert (await till.ask("sign_in_by_card", card="04A1B2C3")).code == "locked"
    assert not (await till.sign_in("olena")).code, "a PIN goes on"
    house.now_ms += limits.PIN_LOCK_FIRST_MS + 1
    assert not (await till.ask("sign_in_by_card", card="04A1B2C3")).code
    assert (await till.ask("sign_in_by_card", card="made-up")).code == "unknown_card"
