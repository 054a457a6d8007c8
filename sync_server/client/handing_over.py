"""A device hands out what it never got to the server: a file for whoever may take it over (S-4).

A terminal that was shut out writes it on a tap, to a stick if one is in it; `vitrylo unsent` writes
it out of the folder of a device whose program does not run any more. Opening that folder salvages
what can be (`opening`). The file's form is `protocol.unsent`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sync_server.domain import limits
from sync_server.private_files import write_private
from sync_server.protocol.unsent import text_to_sign, write_unsent

from .identity import DeviceIdentity, load_or_create
from .outbox import Outbox

STICKS = (Path("/media"), Path("/run/media"), Path("/mnt"))
ENVELOPE_BYTES = 4_096
"""Of the file, what stands around the commands."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Where the file lies, and how many of its commands nobody has answered; none without any."""

    path: Path
    waiting: int


def write_file(
    store: Outbox, identity: DeviceIdentity, now_ms: int, places: Iterable[Path]
) -> HandedOver | None:
    """The signed file in the first of the places that takes it; None when all was answered.

    What was answered and is still kept comes along as far as there is room, since a server that was
    restored may lack it. Raises OSError if no place takes it.
    """
    kept = store.to_send(max(1, store.next_seq - limits.OUTBOX_COMMANDS), limits.OUTBOX_COMMANDS)
    waiting = sum(one.told is None for one in kept)
    if not waiting:
        return None
    commands = _newest([one.data for one in kept], limits.UNSENT_BYTES - ENVELOPE_BYTES)
    text = text_to_sign(identity.site, identity.dev, now_ms, commands)
    whose = (identity.site, identity.dev, identity.code, now_ms)
    data = write_unsent(*whose, commands, identity.sign(text).hex())
    fault = OSError("no place was given")
    for place in places:
        path = place / f"vitrylo-unsent-{identity.code}.json"
        try:
            write_private(path, data)
        except OSError as failed:
            fault = failed
            continue
        return HandedOver(path, waiting)
    raise fault


def _newest(commands: Sequence[bytes], room: int) -> list[bytes]:
    """As many as fit, from the end."""
    fitting: list[bytes] = []
    for data in reversed(commands):
        room -= len(data) + 1
        if room < 0:
            break
        fitting.append(data)
    return fitting[::-1]


def sticks_in(tops: Iterable[Path] = STICKS) -> Iterator[Path]:
    """Sticks and cards that are in this machine now."""
    for top in tops:
        for depth in ("*", "*/*"):
            try:
                yield from (place for place in sorted(top.glob(depth)) if place.is_mount())
            except OSError:
                continue  # one that was pulled out in between


def out_of_folder(folder: Path, clock: Callable[[], int], target: Path) -> HandedOver | None:
    """The same out of the folder of a device that is switched off.

    Raises ValueError in words if it is none, StoreInUse if its program runs, OSError.
    """
    if not (folder / "device.json").is_file():
        raise ValueError(f"{folder} is no folder of a device: there is no device.json in it")
    identity = load_or_create(folder, _never)
    if not identity.enrolled:
        raise ValueError(f"The device of {folder} was never let in by a server.")
    store = Outbox.open(folder, identity.dev, clock, ballast_bytes=0)
    try:
        return write_file(store, identity, clock(), (target,))
    finally:
        store.close()


def _never() -> str:
    raise AssertionError("the device has its name already")
