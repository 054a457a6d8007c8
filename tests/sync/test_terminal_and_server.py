"""A whole terminal against the real socket side, over websockets on loopback and in memory."""

import asyncio
import json
from pathlib import Path

import pytest

from sync_server.client.link import open_link
from sync_server.client.terminal import first_hello
from sync_server.domain import limits
from sync_server.protocol import frames
from sync_server.protocol.link import LinkClosed
from sync_server.protocol.proof import challenge_text
from sync_server.transport.server import NotLoopback, ServerLimits
from tests.sync.house import House, SlowDisk, tap


async def test_a_tap_reaches_the_server_and_comes_back_to_every_screen(tmp_path: Path) -> None:
    async with House() as house:
        one, first = await house.terminal(tmp_path / "one")
        two, second = await house.terminal(tmp_path / "two", in_memory=True)
        await first.until_online()
        await second.until_online()
        stored = await tap(one, "borscht")
        await first.until(lambda: bool(first.answers) and bool(first.events))
        await second.until(lambda: bool(second.events))
        assert first.answers[0].result is not None
        assert first.answers[0].result.outcome == "accepted"
        assert second.events[0].cmd_id == stored.command.cmd_id
        assert (await two.base()).events == (await one.base()).events
        assert await one.overlay() == []


async def test_taps_made_offline_arrive_once_and_in_order_when_the_link_is_back(
    tmp_path: Path,
) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        await house.unplug()
        await screen.until(lambda: screen.last.offline_since_ms > 0)
        for number in range(150):
            await tap(terminal, f"dish {number}")
        assert terminal.state.saving == 150
        house.reachable = True
        terminal.nudge()
        await screen.until(lambda: len(screen.events) == 150 and len(screen.answers) == 150)
        texts = [json.loads(bytes(event.body))["text"] for event in screen.events]
        assert texts == [f"dish {number}" for number in range(150)]
        assert terminal.state.saving == 0


async def test_a_refused_command_does_not_block_the_next_and_leaves_a_notice(
    tmp_path: Path,
) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path)
        refused = await tap(terminal, "no", "refuse")
        await tap(terminal, "yes")
        await screen.until(lambda: len(screen.answers) == 2)
        (notice,) = await terminal.notices()
        assert (notice.cmd_id, notice.code) == (refused.command.cmd_id, "not_today")
        await terminal.acknowledge(notice.id)
        assert await terminal.notices() == []


async def test_a_lost_answer_is_given_again_and_nothing_happens_twice(tmp_path: Path) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path, in_memory=True)
        await screen.until_online()
        link = house.links[-1]
        submit = house.authority.submit

        async def submit_then_cut(*arguments: object) -> object:
            done = await submit(*arguments)  # type: ignore[arg-type]
            house.authority.submit = submit  # type: ignore[method-assign]
            await link.close(1006, "cut before the answer")
            return done

        house.authority.submit = submit_then_cut  # type: ignore[method-assign, assignment]
        await tap(terminal, "varenyky")
        terminal.nudge()
        await screen.until(lambda: len(screen.answers) == 1)
        assert house.authority.head_n == 1
        assert house.authority.submit_calls == 2


async def test_a_link_that_ends_while_the_disk_works_keeps_nothing_from_the_screen(
    tmp_path: Path,
) -> None:
    # As after a freeze: the news that waited are being stored while the beat finds the link gone.
    disk = SlowDisk()
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path, in_memory=True, run=disk)
        await screen.until_online()
        cut = house.links[-1]
        disk.free.clear()
        house.authority.add_event("note", b'{"i":1}')
        house.authority.announce()
        await disk.held.wait()
        await cut.close(1006, "cut")
        asked = asyncio.create_task(terminal.ask("echo"))
        for _ in range(50):
            await asyncio.sleep(0)  # whatever is ready runs: who writes finds that it is cut
        disk.free.set()
        assert (await asked).code == "offline"
        await screen.until(lambda: house.links[-1] is not cut and screen.last.phase == "online")
        assert [event.n for event in screen.events] == [1]
        await tap(terminal, "borscht")
        await screen.until(lambda: len(screen.answers) == 1 and len(screen.events) == 2)


async def test_a_push_on_which_the_brain_fails_ends_one_connection_and_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path / "one")
        _, other = await house.terminal(tmp_path / "two")
        await screen.until_online()
        await other.until_online()

        def fail(*_: object) -> None:
            monkeypatch.undo()
            raise RuntimeError("a bug in the brain")

        monkeypatch.setattr(house.authority, "push", fail)
        await tap(terminal, "varenyky")
        await screen.until(lambda: len(screen.answers) == 1)
        assert house.authority.head_n == 1
        assert house.server.metrics.errors == 1
        assert other.last.phase == "online"
        assert "a bug in the brain" in caplog.text


async def test_questions_are_answered_and_a_bug_in_the_brain_ends_one_connection_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with House() as house:
        one, first = await house.terminal(tmp_path / "one")
        two, second = await house.terminal(tmp_path / "two")
        await first.until_online()
        await second.until_online()
        assert json.loads((await one.ask("echo", b'{"room":"214"}')).body) == {"room": "214"}
        assert (await one.ask("nonsense")).code == "unknown_question"
        assert (await one.ask("crash")).code == "offline"
        assert (await two.ask("echo")).body == b"{}"
        assert house.server.metrics.errors == 1


async def test_a_screen_that_fell_far_behind_starts_from_a_snapshot(tmp_path: Path) -> None:
    async with House() as house:
        for number in range(limits.SNAPSHOT_LAG_EVENTS + 1):
            house.authority.add_event("note", b'{"i":%d}' % number)
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        assert screen.snapshots[0][0] == limits.SNAPSHOT_LAG_EVENTS + 1
        assert screen.snapshots[0][1].startswith(b"state at 5001|")
        assert screen.events == []
        await tap(terminal, "after")
        await screen.until(lambda: len(screen.events) == 1)


async def test_after_a_restore_the_terminal_offers_what_it_was_told(tmp_path: Path) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        for number in range(3):
            await tap(terminal, f"dish {number}")
        await screen.until(lambda: len(screen.answers) == 3)
        await house.unplug()
        old = house.authority
        record = old.devices[terminal.identity.dev]
        for name in ("journal", "by_seq", "by_id"):
            getattr(old, name).clear()
        del old.hashes[1:]
        old._advance(record, record.epoch, 0, "")
        old.server_epoch = 2
        house.reachable = True
        terminal.nudge()
        await screen.until(lambda: old.head_n == 3 and bool(screen.snapshots[1:]))
        assert sorted(old.told) == [1, 2, 3]
        assert {result.outcome for result in old.told.values()} == {"accepted"}


async def test_a_replica_that_drifted_is_replaced_by_a_snapshot(tmp_path: Path) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        before = len(screen.snapshots)
        screen.digest = "0" * 64
        (session,) = house.server._by_device.values()
        session.digest(house.authority.head_n, "checks", "0" * 64)
        await terminal.ask("echo")
        assert len(screen.snapshots) == before
        session.digest(house.authority.head_n, "checks", "1" * 64)
        await screen.until(lambda: len(screen.snapshots) == before + 1)


async def test_a_copied_tablet_is_found_and_stops(tmp_path: Path) -> None:
    async with House() as house:
        original, screen = await house.terminal(tmp_path / "one")
        await tap(original, "one")
        await screen.until(lambda: len(screen.answers) == 1)
        await original.stop()
        folder = tmp_path / "clone"
        folder.mkdir()
        for name in ("device.json", "terminal.db", "epoch"):
            (folder / name).write_bytes((tmp_path / "one" / name).read_bytes())
        again, screen = await house.terminal(tmp_path / "one")
        await tap(again, "two")
        await screen.until(lambda: len(screen.answers) == 1)
        await again.stop()
        clone, screen = await house.terminal(folder)
        await screen.until(lambda: screen.last.phase == "forked")
        await tap(clone, "kept although forked")
        assert house.authority.head_n == 2
        assert await clone.restart_epoch() == 1
        await screen.until(lambda: len(screen.answers) == 1)
        assert house.authority.head_n == 3


async def test_a_copy_that_goes_on_with_nothing_to_send_stops_the_one_left_behind(
    tmp_path: Path,
) -> None:
    async with House() as house:
        original, screen = await house.terminal(tmp_path / "one")
        await tap(original, "one")
        await screen.until(lambda: len(screen.answers) == 1)
        folder = tmp_path / "clone"
        folder.mkdir()
        await original.stop()
        for name in ("device.json", "terminal.db", "epoch"):
            (folder / name).write_bytes((tmp_path / "one" / name).read_bytes())
        again, screen = await house.terminal(tmp_path / "one")
        await screen.until_online()
        clone, other = await house.terminal(folder)
        await clone.restart_epoch()
        await screen.until(lambda: screen.last.phase == "forked")
        await other.until_online()
        await tap(clone, "two")
        await other.until(lambda: len(other.answers) == 1)
        assert house.authority.head_n == 2
        assert screen.last.phase == "forked"
        await again.stop()


async def test_a_revoked_device_is_cut_off_and_stays_out(tmp_path: Path) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        dev = terminal.identity.dev
        record = house.authority.devices[dev]
        house.authority.devices[dev] = type(record)(
            dev, record.code, record.public_key, True, record.epoch, 0, ""
        )
        house.server.drop(dev)
        await screen.until(lambda: screen.last.phase == "refused")
        await tap(terminal, "still saved")
        assert house.authority.head_n == 0


async def test_a_newer_connection_of_a_device_ends_the_older(tmp_path: Path) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        link = await open_link(house.url)
        challenge = frames.decode_from_server(await link.recv())
        assert isinstance(challenge, frames.Challenge)
        dev = terminal.identity.dev
        text = challenge_text("proof", "site-1", dev, challenge.nonce, "")
        await link.send(frames.encode(frames.Proof(dev, terminal.identity.sign(text).hex())))
        await link.send(frames.encode(first_hello(dev, 1)))
        await screen.until(lambda: screen.last.reason == "replaced")
        await link.close(1000, "")


async def test_plain_websockets_are_for_this_machine_only() -> None:
    async with House() as house:
        with pytest.raises(NotLoopback):
            await house.server.listen("0.0.0.0", 0)
        with pytest.raises(LinkClosed, match="plain_not_loopback"):
            await open_link("ws://192.0.2.7:1")
        with pytest.raises(LinkClosed, match="no_fingerprint"):
            await open_link("wss://192.0.2.7:1")


async def test_a_flood_is_told_to_wait_and_loses_nothing(tmp_path: Path) -> None:
    async with House(ServerLimits(commands_per_second=2_000, commands_burst=64)) as house:
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        await asyncio.gather(*(tap(terminal, f"dish {number}") for number in range(300)))
        await screen.until(lambda: len(screen.answers) == 300)
        assert house.authority.head_n == 300
