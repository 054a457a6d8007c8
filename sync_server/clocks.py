"""The real clock, ids and randomness: the only place of the server that asks the machine.

Everything else takes them as arguments, so that a whole evening runs in virtual time.
"""

import os
import random
import time
from pathlib import Path

from sync_server.client.identity import Uuid7

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def wall_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def mono_ms() -> int:
    """Milliseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


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
