"""Ports of loopback for whatever cannot just ask for a free one.

A port that the system gives away by itself (bind 0) and that is then let go may be another test's
a moment later. Who must name a port beforehand, or wants it again after a pause, takes it here.
"""

import contextlib
import socket
from random import SystemRandom

LASTING = (20_000, 32_000)
"""Below those that Linux gives away by itself."""
TRIES = 100


def lasting_port() -> int:
    """A port of nobody, which nobody gets without naming it."""
    any_of = SystemRandom()
    for _ in range(TRIES):
        port = any_of.randrange(*LASTING)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise OSError(f"no free port between {LASTING[0]} and {LASTING[1]}")
