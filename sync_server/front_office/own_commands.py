"""Commands of the server's own: written as a device's are, and in a chain of their own.

`progress` says where a device stands within a group that is being decided. Used by `bus`.
"""

import msgspec

from sync_server.protocol.envelope import Command, Received, read_command, write_command
from sync_server.protocol.replica import CODEC

from .devices import Device
from .group import SERVER, Group


def own_command(
    group: Group, device: Device, said: tuple[str, bytes, str], cmd_id: str, now_ms: int, epoch: int
) -> Received:
    """The next of the server's chain. `said`: the name and body of it, and in whose name."""
    name, body, actor = said
    dep, last_seq, last_hash = progress(group, device)
    command = Command(
        v=1,
        cmd_id=cmd_id,
        dev=SERVER,
        dep=dep,
        sep=epoch,
        seq=last_seq + 1,
        prev=last_hash,
        type=name,
        tv=CODEC.version(name),
        actor=actor,
        session="",
        approval=None,
        made_wall_ms=now_ms,
        made_mono_ms=0,
        boot_id="",
        basis_n=group.head.n,
        biz_day=group.venue.day.day if group.venue.day else "",
        body=msgspec.Raw(body),
    )
    return read_command(write_command(command))


def progress(group: Group, device: Device) -> tuple[int, int, str]:
    """Epoch of its store, newest number and its hash, within the group."""
    moved = group.batch.devices.get(device.dev)
    if moved is not None:
        return moved[0], moved[1], moved[2]
    return device.epoch, device.last_seq, device.last_hash
