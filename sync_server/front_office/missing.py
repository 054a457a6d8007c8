"""After a restore: what people are told of the devices without which the house went on.

Rule: nothing is missing silently. Who never came is named on every screen, once; and of whom the
others remember taps that are not in the books, the number of these and the money among them.
`reoffers` knows who was left out, `recollection` what is remembered, `bus` says it when it is over.
"""

from collections.abc import Iterator, Mapping

from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import NOBODY, NoticeId, derived
from sync_server.protocol.envelope import EventRecord
from sync_server.protocol.replica import CODEC

from .devices import Device
from .recollection import Recollection
from .reoffers import Reoffers

NAMED = 6
"""Devices that a notice names; of the rest it says how many."""


def told_of_missing(
    reoffers: Reoffers, memory: Recollection, devices: Mapping[str, Device], epoch: int
) -> Iterator[c.TellStaff]:
    """What everybody shall read once the house has opened; of a device that never tapped there is
    nothing to say."""
    owed = memory.not_come(reoffers.left_out)
    known = [devices[dev] for dev in sorted(reoffers.left_out) if dev in devices]
    missing = sorted((one for one in known if one.last_seq or one.dev in owed), key=_name)
    if missing:
        names = [_name(one) for one in missing[:NAMED]]
        if len(missing) > NAMED:
            names.append(f"+{len(missing) - NAMED}")
        yield _tell(f"{epoch}", "back_without", {"devices": ", ".join(names)})
    for device in missing:
        if commands := owed.get(device.dev):
            said: dict[str, str | int] = {"device": _name(device), "times": len(commands)}
            said["amount_minor"] = sum(map(_taken_minor, commands))
            yield _tell(f"{epoch}.{device.dev}", "back_owes", said)


def _name(device: Device) -> str:
    return f"{device.code} ({device.name})" if device.name else device.code


def _tell(about: str, code: str, said: dict[str, str | int]) -> c.TellStaff:
    return c.TellStaff(NoticeId(derived(about, code)), NOBODY, code, said)


def _taken_minor(records: list[EventRecord]) -> int:
    """Money that a command took in."""
    taken = 0
    for record in records:
        event = CODEC.decode_event(record.type, record.tv, record.body)
        if isinstance(event, e.PaymentTaken | e.PaymentUnallocated):
            taken += event.payment.amount_minor
    return taken
