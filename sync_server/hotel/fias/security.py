"""What protects a FIAS link where a site asks for it: TLS with pinned certificates, and a link key.

Rule: secrets are files of the data folder, never settings. The certificate of the interface is
pinned, so it may be self-signed; ours proves us to it. The key proves us in the link description:
the time of the LS just heard, encrypted (AES-128 in CBC, folio 1.3). An interface that does not
take a key stops until somebody enters one there by hand, so a refused key is never tried again:
`Credentials.key` is read anew each time, and the link waits until it is another one.

Used by `link`; `conversation` seals, `simulated.fias_house` opens what was sealed.
"""

import ssl
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from sync_server.hotel.secret_files import SecretFault, text_of

from .settings import FiasSettings

KEY_MARK, SEAL_MARK = "FidCrypt0S|", "FidCryptAB;"
KEY_BYTES = BLOCK_BYTES = 16
BLOCK_BITS = 8 * BLOCK_BYTES
TEXT_MAX = 64


def read_key(text: str) -> bytes:
    """The 16 bytes of a key as vendors hand it over, with or without their mark."""
    try:
        key = b64decode(text.strip().removeprefix(KEY_MARK), validate=True)
    except NotBase64 as error:
        raise SecretFault(f"the link key is no base64: {error}") from error
    if len(key) != KEY_BYTES:
        raise SecretFault(f"the link key has {len(key)} bytes, not {KEY_BYTES}")
    return key


def seal(key: bytes, iv: bytes, day: str, time: str) -> str:
    """The value of CG: the date and time of the LS just heard. `iv`: 16 random bytes."""
    padder = PKCS7(BLOCK_BITS).padder()
    text = padder.update(f"{day}{time}".encode("ascii")) + padder.finalize()
    encryptor = Cipher(AES(key), CBC(iv)).encryptor()
    sealed = encryptor.update(text) + encryptor.finalize()
    return SEAL_MARK + b64encode(iv).decode() + b64encode(sealed).decode()


def unseal(key: bytes, sealed: str) -> str:
    """What `seal` hid; empty when it is none of this key's."""
    if not sealed.startswith(SEAL_MARK) or len(sealed) > len(SEAL_MARK) + 4 * TEXT_MAX:
        return ""
    text = sealed.removeprefix(SEAL_MARK)
    cut = len(b64encode(bytes(BLOCK_BYTES)))
    try:
        iv, hidden = b64decode(text[:cut], validate=True), b64decode(text[cut:], validate=True)
        decryptor = Cipher(AES(key), CBC(iv)).decryptor()
        padded = decryptor.update(hidden) + decryptor.finalize()
        unpadder = PKCS7(BLOCK_BITS).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode("ascii")
    except ValueError:
        return ""


Seal = Callable[[str, str], str]
"""Date and time of an LS to the value of CG."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a link proves itself. `key` gives the key that stands in the file now, None without
    one; `chance` gives that many random bytes."""

    tls: ssl.SSLContext | None = None
    key: Callable[[], bytes | None] = field(default=lambda: None)
    chance: Callable[[int], bytes] = bytes


NO_CREDENTIALS = Credentials()


def credentials_of(
    settings: FiasSettings, secrets: Path, chance: Callable[[int], bytes]
) -> Credentials:
    """The site's secrets, tried once: `SecretFault` names the file that is missing or no good."""

    def key() -> bytes | None:
        if not settings.key_file:
            return None
        return read_key(text_of(secrets / settings.key_file))

    key()
    return Credentials(_tls_of(settings, secrets) if settings.tls else None, key, chance)


def _tls_of(settings: FiasSettings, secrets: Path) -> ssl.SSLContext:
    """Only the pinned certificate counts, so a name in it does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    pinned, own = secrets / settings.tls_pinned, secrets / settings.tls_own
    try:
        context.load_verify_locations(cafile=str(pinned))
        if settings.tls_own:
            context.load_cert_chain(str(own))
    except OSError as error:
        # ssl.SSLError is an OSError; neither names the file by itself.
        raise SecretFault(f"{pinned} or {own} of the hotel link is no good: {error}") from error
    return context
