"""A link that proves itself: the key in its description, and pinned certificates."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sync_server.clocks import wall_ms
from sync_server.hotel.absent import AbsentGateway
from sync_server.hotel.fias.gateway import FiasGateway
from sync_server.hotel.fias.security import read_key, seal, unseal
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.gateway import Deferred
from sync_server.hotel.opening import open_link
from sync_server.hotel.property import Property
from sync_server.hotel.secret_files import SecretFault
from sync_server.hotel.simulated.fias_house import FiasHouse
from sync_server.store.database import Database
from sync_server.transport.certificate import site_certificate
from tests.hotel.postings import posting_of

VENDORS_KEY = "FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=="
SEALED = "FidCryptAB;3k57hsoHm04fGEyaA3+UVw==oNTebC0J36LY8GV9azyhzw=="
OTHER_KEY = "FidCrypt0S|AAECAwQFBgcICQoLDA0ODw=="
QUICK = {"listen_ms": 2_000, "close_ms": 50, "alive_answer_ms": 100, "reconnect_ms": 10}


def test_the_published_example_is_sealed_and_opened() -> None:
    key = read_key(VENDORS_KEY)
    assert unseal(key, SEALED) == "170831102201"
    iv = bytes.fromhex("de4e7b86ca079b4e1f184c9a037f9457")
    assert seal(key, iv, "170831", "102201") == SEALED


@pytest.mark.parametrize("sealed", ["", SEALED[:-4], SEALED.replace("3k", "4k"), "x" * 400])
def test_what_another_key_sealed_or_nobody_opens_to_nothing_of_ours(sealed: str) -> None:
    assert unseal(read_key(VENDORS_KEY), sealed) != "170831102201"
    assert unseal(read_key(OTHER_KEY), SEALED) == ""


@pytest.mark.parametrize("text", ["", "FidCrypt0S|", "no base64!", "AAEC"])
def test_a_key_that_is_none_is_named(text: str) -> None:
    with pytest.raises(SecretFault, match="link key"):
        read_key(text)


@asynccontextmanager
async def opened(
    folder: Path,
    database: Database,
    key: str | None = None,
    tls: bool = False,
    pinned: bytes = b"",
    **site: Any,
) -> AsyncIterator[tuple[FiasGateway, FiasHouse]]:
    """A link opened by its settings and secrets, and an interface that asks for proof."""
    settings = FiasSettings.model_validate({"port": 1, "tls": tls, **QUICK, **site})
    theirs = site_certificate(folder / "interface", ["127.0.0.1"], datetime.now(UTC))
    own = (folder / "interface" / "site.crt").read_bytes()
    (folder / "hotel-interface.pem").write_bytes(pinned or own)
    server = FiasHouse(
        Property(database, lambda: 1_000), settings, wall_ms, random.Random(1),
        key=read_key(key) if key else None, tls=theirs.context if tls else None,
    )  # fmt: skip
    at = settings.model_copy(update={"port": await server.start()})
    place: dict[str, Any] = {
        "zone": "Europe/Kyiv",
        "currency": "UAH",
        "chance": bytes,
        "secrets": folder,
    }
    gateway = open_link(at, database, wall_ms, **place)
    assert isinstance(gateway, FiasGateway)
    running = asyncio.ensure_future(gateway.run())
    try:
        yield gateway, server
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.stop()


async def until(reached: Callable[[], bool]) -> None:
    """Let the loop run until it is so."""
    async with asyncio.timeout(90):
        while not reached():
            await asyncio.sleep(0.005)


async def test_a_refused_key_is_not_tried_again_until_another_one_stands_in_its_file(
    tmp_path: Path, in_memory: Database
) -> None:
    (tmp_path / "link.key").write_text(OTHER_KEY)
    async with opened(tmp_path, in_memory, VENDORS_KEY, key_file="link.key") as (gateway, house):
        await until(lambda: "link key" in gateway.link.text)
        (tmp_path / "link.key").write_text("gone wrong")
        await until(lambda: "base64" in gateway.link.text)
        (tmp_path / "link.key").write_text(OTHER_KEY)
        await until(lambda: gateway.link.key_waits)
        assert house.calls == 1
        (tmp_path / "link.key").write_text(f"{VENDORS_KEY}\n")
        await gateway.link.stands.wait()
        assert house.calls == 2


async def test_a_link_stands_by_the_pinned_certificate_and_by_no_other(
    tmp_path: Path, in_memory: Database
) -> None:
    async with opened(tmp_path, in_memory, tls=True) as (gateway, _):
        await gateway.link.stands.wait()
    site_certificate(tmp_path / "stranger", ["127.0.0.1"], datetime.now(UTC))
    stranger = (tmp_path / "stranger" / "site.crt").read_bytes()
    async with opened(tmp_path, in_memory, tls=True, pinned=stranger) as (gateway, house):
        await until(lambda: "certificate" in gateway.link.text)
        assert house.calls == 0, "not a word was heard"


async def test_a_link_without_its_secrets_is_down_and_says_which_file_is_missing(
    tmp_path: Path, in_memory: Database
) -> None:
    place: dict[str, Any] = {
        "zone": "Europe/Kyiv",
        "currency": "UAH",
        "chance": bytes,
        "secrets": tmp_path,
    }
    for site, file in (({"tls": True}, "hotel-interface.pem"), ({"key_file": "k"}, "/k")):
        settings = FiasSettings.model_validate({"port": 1, **site})
        link = open_link(settings, in_memory, wall_ms, **place)
        assert isinstance(link, AbsentGateway)
        assert file in (await link.health()).text
        assert isinstance(await link.post(posting_of(100)), Deferred)
