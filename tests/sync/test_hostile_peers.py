"""What a guest on the Wi-Fi, a copied key or a broken tablet can do to the real sockets: little."""

import asyncio
import datetime
import json
from pathlib import Path

import pytest
import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.terminal import first_hello
from sync_server.domain import limits
from sync_server.protocol import frames
from sync_server.protocol.envelope import raw
from sync_server.protocol.link import Link, LinkClosed
from sync_server.protocol.proof import challenge_text
from sync_server.protocol.websocket_link import SUBPROTOCOL, WebSocketLink
from sync_server.transport.authority import DeviceRecord
from sync_server.transport.certificate import site_certificate
from sync_server.transport.server import SyncServer
from tests.sync.house import House, tap, wall
from tests.sync.small_authority import SmallAuthority
from tests.sync.test_conversations import DEV, KEY, commands

EVENTS_TO_CHOKE_ON = 4_000


def enrol_by_hand(authority: SmallAuthority, dev: str = DEV) -> None:
    key = KEY.public_key().public_bytes_raw()
    authority.devices[dev] = DeviceRecord(dev, "T9", key, False, 1, 0, "")


async def say(link: Link, *said: frames.Frame) -> None:
    for frame in said:
        await link.send(frames.encode(frame))


async def hear(link: Link) -> frames.FromServer:
    return frames.decode_from_server(await link.recv())


async def ending(link: Link) -> tuple[int, str]:
    """How the server ends the connection, whatever it says before."""
    try:
        async with asyncio.timeout(90):
            while True:
                await link.recv()
    except LinkClosed as closed:
        return closed.code, closed.reason


async def proven(house: House, key: Ed25519PrivateKey = KEY) -> Link:
    """A link by hand, up to the proof."""
    link = await open_link(house.url)
    challenge = await hear(link)
    assert isinstance(challenge, frames.Challenge)
    text = challenge_text("proof", house.authority.site, DEV, challenge.nonce, "")
    await say(link, frames.Proof(DEV, key.sign(text).hex()))
    return link


async def test_a_wrong_key_or_an_unknown_device_does_not_get_in() -> None:
    async with House() as house:
        link = await proven(house)
        assert await ending(link) == (4003, "bad_proof")
        enrol_by_hand(house.authority)
        link = await proven(house, Ed25519PrivateKey.generate())
        assert await ending(link) == (4003, "bad_proof")
        link = await proven(house)
        await say(link, first_hello(DEV, 1))
        assert isinstance(await hear(link), frames.Welcome)
        await link.close(1000, "")


async def test_commands_on_behalf_of_another_device_end_the_connection() -> None:
    async with House() as house:
        enrol_by_hand(house.authority)
        link = await proven(house)
        forged = commands(1, dev="device-2")
        await say(link, first_hello(DEV, 1))
        await say(link, frames.Push([raw(forged[0])], []))
        assert await ending(link) == (4003, "forged_dev")
        assert house.authority.head_n == 0
        assert house.server.metrics.closed["forged_dev"] == 1


async def test_an_enrolment_code_cannot_be_used_twice_or_guessed(tmp_path: Path) -> None:
    async with House() as house:
        code = house.authority.desk.open("bar", "pos")
        one, _ = await house.terminal(tmp_path / "one", enrol=False)
        assert await one.enrol(Invitation(house.url, code), "bar", "pos") == ""
        two, _ = await house.terminal(tmp_path / "two", enrol=False)
        assert await two.enrol(Invitation(house.url, code), "bar", "pos") == "bad_code"
        assert not two.identity.enrolled
        right = house.authority.desk.open("bar", "pos")
        for guess in ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC", right):
            assert await two.enrol(Invitation(house.url, guess), "bar", "pos") == "bad_code"


async def test_frames_that_are_too_large_or_no_frames_are_cut_off() -> None:
    async with House() as house:
        link = await open_link(house.url)
        await link.send(b'"' + b"a" * limits.FRAME_BYTES + b'"')
        assert (await ending(link))[0] == 1009
        link = await open_link(house.url)
        await link.send(b"[" * 1000)
        assert await ending(link) == (4002, "bad_field")
        async with connect(house.url, subprotocols=[Subprotocol(SUBPROTOCOL)]) as socket:
            await socket.send('{"f":"beat"}')
            assert await ending(WebSocketLink(socket, "", "")) == (4002, "text")
        assert house.server.metrics.errors == 0


async def test_a_page_in_a_browser_is_turned_away() -> None:
    async with House() as house:
        with pytest.raises(InvalidStatus) as caught:
            await connect(house.url, origin=websockets.Origin("http://evil.example"))
        assert caught.value.response.status_code == 403


async def test_strangers_from_one_address_are_few(tmp_path: Path) -> None:
    async with House() as house:
        terminal, screen = await house.terminal(tmp_path)
        await screen.until_online()
        strangers = [await open_link(house.url) for _ in range(limits.UNAUTHENTICATED_PER_ADDRESS)]
        with pytest.raises(LinkClosed):
            await open_link(house.url)
        await tap(terminal, "still working")
        await screen.until(lambda: bool(screen.answers))
        assert await ending(strangers[0]) == (4007, "hello_timeout")
        for link in strangers[1:]:
            await link.close(1000, "")


async def test_a_reader_that_never_reads_holds_up_nobody_and_is_bounded(tmp_path: Path) -> None:
    async with House() as house:
        enrol_by_hand(house.authority)
        slow = await proven(house)
        await say(slow, first_hello(DEV, 1), frames.Resync("start"))
        _, screen = await house.terminal(tmp_path)
        await screen.until_online()
        for number in range(EVENTS_TO_CHOKE_ON):
            house.authority.add_event("note", b'{"i":%d,"pad":"%s"}' % (number, b"x" * 400))
        house.authority.announce()
        await screen.until(lambda: len(screen.events) == EVENTS_TO_CHOKE_ON)
        session = house.server._by_device[DEV]
        unread = session.conversation.sent_n - session.conversation.acked_n
        assert unread < 2 * limits.CREDIT_EVENTS
        await slow.close(1000, "")


async def test_an_events_frame_is_encoded_once_for_all_who_stand_at_the_same_place(
    tmp_path: Path,
) -> None:
    async with House() as house:
        rows = [await house.terminal(tmp_path / str(number)) for number in range(6)]
        for _, screen in rows:
            await screen.until_online()
        before = house.server.hub.encoded
        house.authority.add_event("note", b"{}")
        house.authority.announce()
        for _, screen in rows:
            await screen.until(lambda screen=screen: len(screen.events) == 1)  # type: ignore[misc]
        assert house.server.hub.encoded == before + 1


async def test_tls_is_pinned_by_the_fingerprint_and_no_other_server_will_do(
    tmp_path: Path,
) -> None:
    now = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
    ours = site_certificate(tmp_path / "ours", ["127.0.0.1", "pos.local"], now)
    theirs = site_certificate(tmp_path / "theirs", ["127.0.0.1"], now)
    assert site_certificate(tmp_path / "ours", [], now).fingerprint == ours.fingerprint
    assert (tmp_path / "ours" / "site.key").stat().st_mode & 0o077 == 0
    house = House()
    house.server = SyncServer(house.authority, wall, lambda: "n" * 32, fingerprint=ours.fingerprint)
    port = await house.server.listen("127.0.0.1", 0, ours.context)
    address = f"wss://127.0.0.1:{port}"
    with pytest.raises(LinkClosed, match="fingerprint"):
        await open_link(address, theirs.fingerprint)
    link = await open_link(address, ours.fingerprint)
    assert isinstance(await hear(link), frames.Challenge)
    assert link.fingerprint == ours.fingerprint
    await link.close(1000, "")

    async def over_tls(url: str, fingerprint: str) -> Link:
        return await open_link(address, ours.fingerprint)

    house.connect = over_tls  # type: ignore[method-assign]
    terminal, screen = await house.terminal(tmp_path / "terminal")
    await screen.until_online()
    stored = await tap(terminal, "over TLS")
    await screen.until(lambda: bool(screen.events))
    assert json.loads(bytes(screen.events[0].body)) == json.loads(bytes(stored.command.body))
    await terminal.stop()
    await house.server.stop()


async def test_a_server_that_stops_tells_its_terminals(tmp_path: Path) -> None:
    async with House() as house:
        _, screen = await house.terminal(tmp_path)
        await screen.until_online()
        house.reachable = False
        await house.server.stop()
        await screen.until(lambda: screen.last.offline_since_ms > 0)
        assert house.server.online() == {}
