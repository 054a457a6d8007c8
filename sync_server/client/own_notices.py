"""What only this device knows and a person must tap away: a tap not stored, a kitchen not told.

A refusal of the server's comes as an answer before it comes as the venue's own notice; both have
ids made from the command's, so the two are shown once. Bounded: the oldest gives way. `desk` tells
and asks, the venue's notices are in `domain.venue`.
"""

from collections.abc import Mapping

import msgspec

from sync_server.domain.ids import CheckId, NoticeId, StaffId, derived
from sync_server.domain.venue import Notice

OWN_NOTICES = 200

_params = msgspec.json.Decoder(dict[str, str | int])


class OwnNotices:
    """By the command that each is about."""

    def __init__(self) -> None:
        self._by_command: dict[str, Notice] = {}

    def tell(self, cmd_id: str, code: str, params: bytes, at_ms: int) -> None:
        """A notice of this device's own, until it is tapped away."""
        try:
            said = _params.decode(params)
        except msgspec.DecodeError:
            said = {}
        notice = Notice(NoticeId(cmd_id), StaffId(""), code, said, at_ms, CheckId(""))
        self._by_command[cmd_id] = notice
        if len(self._by_command) > OWN_NOTICES:
            del self._by_command[next(iter(self._by_command))]

    def settle(self, cmd_id: str, code: str) -> None:
        """What was told with this code is not so any more."""
        told = self._by_command.get(cmd_id)
        if told is not None and told.code == code:
            del self._by_command[cmd_id]

    def forget(self, notice_id: str) -> str | None:
        """It was tapped away, by its own id or its twin's; the command it was about."""
        for cmd_id in self._by_command:
            if notice_id in (cmd_id, derived(cmd_id, "notice")):
                del self._by_command[cmd_id]
                return cmd_id
        return None

    def beside(self, shared: Mapping[NoticeId, Notice]) -> list[Notice]:
        """Those that have no twin among the venue's."""
        return [
            one
            for cmd_id, one in self._by_command.items()
            if NoticeId(derived(cmd_id, "notice")) not in shared
        ]
