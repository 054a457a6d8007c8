"""What the disk of a terminal has of the house, read again at start: the state, what was tapped.

Rule: whole bytes that this version cannot read are said in the log and left where they are; the
server sends the state again. `outbox` keeps them, `desk` shows them.
"""

import logging

from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import read_event
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import CODEC, apply_record, read_venue

from .records import Confirmed, StoredCommand

log = logging.getLogger(__name__)


def rebuilt(confirmed: Confirmed) -> Venue:
    """The confirmed state. Raises FrameFault."""
    venue = read_venue(confirmed.snapshot) if confirmed.snapshot is not None else Venue()
    for _, data in confirmed.events:
        apply_record(venue, read_event(data))
    return venue


def read_again(stored: StoredCommand) -> object | None:
    """The command as it was tapped; None of one that was refused, or that nobody can read."""
    if stored.result is not None and stored.result.outcome in ("refused", "parked"):
        return None
    envelope = stored.command
    try:
        command: object = CODEC.decode_command(envelope.type, envelope.tv, envelope.body)
    except FrameFault as fault:
        log.error("a stored command cannot be shown: %s", fault)
        return None
    return command
