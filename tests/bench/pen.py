"""The chained commands of one device, as bytes: for a terminal (`till.py`) and for years without
sockets (`journal_maker.py`)."""

import hashlib

from sync_server.clocks import new_ids, wall_ms
from sync_server.protocol.envelope import Command, raw, write_command
from sync_server.protocol.replica import CODEC

DAY = "2026-11-21"
new_id = new_ids()


class Pen:
    """Writes for the device `dev`; `actor` and `session` are set when somebody signs in."""

    def __init__(self, actor: str = "", session: str = "") -> None:
        self.dev = new_id()
        self.actor, self.session = actor, session
        self.seq = 0
        self._prev = ""

    def write(self, body: object, basis_n: int = 0, made_mono_ms: int = 0) -> bytes:
        """The next command."""
        self.seq += 1
        name = CODEC.type_of(body)
        data = write_command(
            Command(
                v=1,
                cmd_id=new_id(),
                dev=self.dev,
                dep=1,
                sep=1,
                seq=self.seq,
                prev=self._prev,
                type=name,
                tv=CODEC.version(name),
                actor=self.actor,
                session=self.session,
                approval=None,
                made_wall_ms=wall_ms(),
                made_mono_ms=made_mono_ms,
                boot_id="bench",
                basis_n=basis_n,
                biz_day=DAY,
                body=raw(CODEC.encode(body)),
            )
        )
        self._prev = hashlib.sha256(data).hexdigest()
        return data
