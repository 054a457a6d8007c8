"""What became of each command: looked up when a terminal sends one again.

The newest answers stay in memory, bounded; all of them are in the database for ever. A command is
known by its number on the device (the same bytes, or it is a fork) and by its id, which survives
when a device has to begin a new epoch of its store (reliability 2.4).
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from sync_server.protocol.envelope import Received
from sync_server.store.database import Database
from sync_server.store.hot_query import HotQuery
from sync_server.transport.authority import CommandResult

from .tables import InboxRow

RECENT_ANSWERS = 4_096

_BY_NUMBER = HotQuery(
    select(InboxRow).where(
        col(InboxRow.dev) == bindparam("of_dev"),
        col(InboxRow.dep) == bindparam("of_dep"),
        col(InboxRow.seq) == bindparam("of_seq"),
    )
)
_BY_ID = HotQuery(select(InboxRow).where(col(InboxRow.cmd_id) == bindparam("of_id")))

Key = tuple[str, int, int]
"""Device, epoch of its store, number."""

Answers = Mapping[Key, tuple[str, CommandResult]]
"""Hash of the command's bytes, and its result."""


class Inbox:
    """Answers given, recent ones in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: OrderedDict[Key, tuple[str, CommandResult]] = OrderedDict()

    def keep(self, answers: Answers) -> None:
        """Answers that were committed."""
        self._recent.update(answers)
        while len(self._recent) > RECENT_ANSWERS:
            self._recent.popitem(last=False)

    async def first_answer(self, received: Received, fresh: Answers) -> CommandResult | None:
        """The answer a repeated command got; None if another command has its number (a fork).

        `fresh` are answers of the group that is being decided.
        """
        command = received.command
        key = (command.dev, command.dep, command.seq)
        known = fresh.get(key) or self._recent.get(key)
        if known is None:
            known = await self._database.read_async(lambda connection: _by_number(connection, key))
        if known is None:
            # A salvaged command has its row under the number that it had before.
            salvaged = await self.by_id(command.cmd_id)
            return salvaged[1] if salvaged and salvaged[0] == command.dev else None
        return known[1] if known[0] == received.hash else None

    async def known(self, cmd_ids: list[str]) -> list[str]:
        """Those of these commands that have an answer."""
        return [cmd_id for cmd_id in cmd_ids if await self.by_id(cmd_id) is not None]

    async def by_id(self, cmd_id: str) -> tuple[str, CommandResult] | None:
        """The device that sent a command with this id, and the answer."""
        return await self._database.read_async(lambda connection: answer_to(connection, cmd_id))


def _by_number(connection: Connection, key: Key) -> tuple[str, CommandResult] | None:
    row = _BY_NUMBER.first(connection, of_dev=key[0], of_dep=key[1], of_seq=key[2])
    return (row.hash, _result(row)) if row is not None else None


def answer_to(connection: Connection, cmd_id: str) -> tuple[str, CommandResult] | None:
    """The device that sent a command with this id, and the answer."""
    row = _BY_ID.first(connection, of_id=cmd_id)
    return (row.dev, _result(row)) if row is not None else None


def _result(row: Any) -> CommandResult:
    return CommandResult(
        row.seq,
        row.outcome,
        row.code,
        bytes(row.params),
        row.n_from,
        row.n_to,
        row.doc_no,
    )
