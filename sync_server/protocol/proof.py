"""How a device proves that it is itself: Ed25519 over the server's nonce.

The signature covers what makes it useless elsewhere: the purpose, the site, the device, the nonce
and, with TLS, the fingerprint of the certificate that the terminal really sees, so that a machine
in the middle cannot pass it on (reliability S-2, S-5). Keys and signatures travel as hex.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def challenge_text(purpose: str, site: str, dev: str, nonce: str, fingerprint: str) -> bytes:
    """The bytes to sign. `purpose` is "proof" or "enrol"."""
    return signed_text(purpose, site, dev, nonce, fingerprint)


def signed_text(*parts: str) -> bytes:
    """What a signature covers: each part with its length before it, so none imitates another."""
    spelled = [part.encode() for part in ("vitrylo", *parts)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in spelled)


def is_signed(public_key: bytes, signature_hex: str, text: bytes) -> bool:
    """True if the holder of `public_key` (32 bytes) signed `text`. Never raises for bad input."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(bytes.fromhex(signature_hex), text)
    except (ValueError, InvalidSignature):
        return False
    return True
