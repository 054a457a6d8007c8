"""The real clock, ids and randomness: the one place of server and terminals that asks the machine.

Everything else takes them as arguments, so that a whole evening runs in virtual time.
"""

import os
import random
import secrets
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sync_server.client.identity import Uuid7

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def wall_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def mono_ms() -> int:
    """Milliseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


def steady(wall: Callable[[], int], mono: Callable[[], int]) -> Callable[[], int]:
    """A clock for waiting: the time that `wall` shows now, carried on by `mono`.

    Somebody who sets the machine's clock neither ends a wait nor makes it last for hours.
    """
    ahead_ms = wall() - mono()
    return lambda: ahead_ms + mono()


def system_random() -> random.SystemRandom:
    """The machine's own randomness."""
    return random.SystemRandom()


def new_ids() -> Uuid7:
    """A maker of time-ordered ids."""
    return Uuid7(wall_ms, system_random())


def boot_id() -> str:
    """Names this start of the machine; a monotonic time means something only within one."""
    if BOOT_ID.exists():
        return BOOT_ID.read_text().strip()
    return os.urandom(16).hex()


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date on this machine's wall: what a person would call today."""
    return datetime.now().astimezone().date()


def secret_bytes(count: int) -> bytes:
    """Bytes that nobody can guess."""
    return secrets.token_bytes(count)


def secret_hex(count: int) -> str:
    """`count` unguessable bytes as hex."""
    return secrets.token_hex(count)
