"""What waits to be decided: pushes of devices, and commands of the server's own.

`bus` decides them, in groups; `own_commands` writes the server's.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sync_server.protocol.envelope import Received
from sync_server.protocol.replica import CODEC
from sync_server.transport.authority import CommandResult, Submitted

from .group import SERVER


@dataclass(slots=True)
class Job:
    """A push of one device, or (with `own`) a command of the server itself."""

    dev: str
    commands: list[Received]
    told: Mapping[int, CommandResult]
    answer: Callable[[Submitted], None]
    own: list[tuple[str, bytes, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many commands."""
        return len(self.commands) + len(self.own)


def own_job(command: object, actor: str, answer: Callable[[Submitted], None]) -> Job:
    """A command of the server's own, in somebody's name."""
    own = [(CODEC.type_of(command), CODEC.encode(command), actor)]
    return Job(SERVER, [], {}, answer, own)


def settle(future: "asyncio.Future[Submitted]", answer: Submitted) -> None:
    """Answer whoever still waits."""
    if not future.done():
        future.set_result(answer)
