"""The file in which a device hands out what it never got to the server (reliability S-4).

A revoked device is not heard any more, so its commands travel by hand: as they are stored, chained,
and signed together with the device's own key. Whoever carries the file can read it and cannot
change it. `client.handing_over` writes it; who takes its commands over is the server's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

import msgspec

from sync_server.domain import limits

from .envelope import Received, command_hash, read_command
from .faults import FrameFault
from .proof import is_signed, signed_text

FORMAT = "vitrylo-unsent"
VERSION = 1

Name = Annotated[str, msgspec.Meta(max_length=64)]


class BadFile(Exception):
    """A file that is not taken. `code`: no_file, foreign_file, changed_file, empty_file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    v: int
    site: Name
    dev: Name
    code: Name
    made_ms: int
    cmds: list[msgspec.Raw]
    sig: Annotated[str, msgspec.Meta(max_length=128)]


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a genuine file holds: commands of one epoch of the device, in their order."""

    site: str
    dev: str
    code: str
    made_ms: int
    commands: Sequence[Received]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_File)


def text_to_sign(site: str, dev: str, made_ms: int, commands: Sequence[bytes]) -> bytes:
    """What the device signs: whose it is, when it was made, and every byte of the commands."""
    whole = sha256(b"\n".join(commands)).hexdigest()
    return signed_text("unsent", site, dev, str(made_ms), whole)


def write_unsent(
    site: str, dev: str, code: str, made_ms: int, commands: Sequence[bytes], signature: str
) -> bytes:
    """The file; readable by people, one line."""
    cmds = [msgspec.Raw(one) for one in commands]
    return _encoder.encode(_File(FORMAT, VERSION, site, dev, code, made_ms, cmds, signature))


def device_in(data: bytes) -> tuple[str, str]:
    """Site and device that a file names, before anything of it is believed. Raises BadFile."""
    file = _read(data)
    return file.site, file.dev


def read_unsent(data: bytes, site: str, public_key: bytes) -> Unsent:
    """What the device of this key has signed for this site. Raises BadFile."""
    file = _read(data)
    if file.site != site:
        raise BadFile("foreign_file")
    given = [bytes(one) for one in file.cmds]
    if not is_signed(public_key, file.sig, text_to_sign(site, file.dev, file.made_ms, given)):
        raise BadFile("changed_file")
    if not given:
        raise BadFile("empty_file")
    try:
        commands = [read_command(one) for one in given]
    except FrameFault:
        raise BadFile("changed_file") from None
    if not _is_chain(commands, file.dev):
        raise BadFile("changed_file")
    return Unsent(site, file.dev, file.code, file.made_ms, commands)


def _read(data: bytes) -> _File:
    if len(data) > limits.UNSENT_BYTES:
        raise BadFile("no_file")
    try:
        file = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise BadFile("no_file") from None
    if (file.format, file.v) != (FORMAT, VERSION) or len(file.cmds) > limits.OUTBOX_COMMANDS:
        raise BadFile("no_file")
    return file


def _is_chain(commands: Sequence[Received], dev: str) -> bool:
    """Whether they are one device's, of one epoch, each after the one before it."""
    first = commands[0].command
    for place, received in enumerate(commands):
        command = received.command
        if (command.dev, command.dep, command.seq) != (dev, first.dep, first.seq + place):
            return False
        if place and command.prev != command_hash(commands[place - 1].data):
            return False
    return True
