"""Signed checkpoints of the journal: the server says, with its key, what its chain was at event n.

Terminals keep the newest one beside the events they hold (reliability 2.6, 2.20). After a restore
it proves which of those events the lost server had really written; at any time it shows that a
journal was cut or changed. The signature keeps a terminal from inventing one; the key stays with
the server (`front_office.checkpoints`), which alone ever needs to check it.
"""

from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .envelope import Name, Whole
from .faults import FrameFault
from .proof import is_signed, signed_text


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The chain's `hash` at event `n` of the house `site`, said at `at_ms` under the server's
    epoch `sep`; `sig` is Ed25519 over all of it, hex."""

    site: Name
    sep: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    n: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
    at_ms: Whole
    sig: Annotated[str, msgspec.Meta(max_length=128)]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Checkpoint)


def write_checkpoint(checkpoint: Checkpoint) -> bytes:
    """A checkpoint as it is stored."""
    return _encoder.encode(checkpoint)


def read_checkpoint(data: bytes) -> Checkpoint:
    """A stored checkpoint. Raises FrameFault."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise FrameFault("bad_field", str(error)) from None


def sign(key: bytes, site: str, sep: int, n: int, chain_hash: str, at_ms: int) -> Checkpoint:
    """A checkpoint signed with the server's private key (32 bytes)."""
    unsigned = Checkpoint(site, sep, n, chain_hash, at_ms, "")
    signature = Ed25519PrivateKey.from_private_bytes(key).sign(_text(unsigned))
    return msgspec.structs.replace(unsigned, sig=signature.hex())


def is_genuine(checkpoint: Checkpoint, key: bytes) -> bool:
    """Whether the holder of this private key signed it, word for word."""
    public = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    return is_signed(public, checkpoint.sig, _text(checkpoint))


def _text(one: Checkpoint) -> bytes:
    return signed_text("checkpoint", one.site, str(one.sep), str(one.n), one.hash, str(one.at_ms))
