"""Backups that leave the machine: one file each, which only a key kept elsewhere opens (S-35).

The house holds the public half (`backup.pub`); the private half lies in the owner's safe, so that
whoever steals the second disk reads nothing. A file holds a key of its own, sealed to
the house's by HPKE (RFC 9180), then the folder as a tar in pieces of ChaCha20-Poly1305, numbered,
the last of them marked: cut, swapped or changed files are refused before anything is used.
`backup_rounds` makes them, `vitrylo unseal` opens one; what a backup is stands in `recovery`.
"""

import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync_server.private_files import open_private, write_private
from sync_server.store.errors import BackupRefused

PUBLIC = "backup.pub"
MAGIC = b"VITRYLO1"
PIECE = 1024 * 1024
TAG = 16
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_ABOUT = b"vitrylo backup"


def make_key(data: Path, private: Path) -> None:
    """A new pair: the public half into the data folder, the private one to where it will be carried
    away from. Raises `BackupRefused` rather than replace either."""
    for path in (data / PUBLIC, private):
        if path.exists():
            raise BackupRefused(f"{path} exists already; what was sealed with it needs its own key")
    key = X25519PrivateKey.generate()
    write_private(private, key.private_bytes_raw().hex().encode())
    write_private(data / PUBLIC, key.public_key().public_bytes_raw().hex().encode())


def seal(folder: Path, target: Path, public: Path) -> None:
    """Write `folder` as the one file `target`, which appears when it is whole. Raises
    `BackupRefused` when the key is missing or is none, OSError when the disk does not take it."""
    own = ChaCha20Poly1305.generate_key()
    wrapped = _SUITE.encrypt(own, X25519PublicKey.from_public_bytes(_half(public)), info=_ABOUT)
    part = target.with_name(f"{target.name}.part")
    with open_private(part) as opened:
        opened.write(MAGIC + len(wrapped).to_bytes(2, "big") + wrapped)
        pieces = _Pieces(opened, ChaCha20Poly1305(own))
        with tarfile.open(fileobj=cast("IO[bytes]", pieces), mode="w|") as archive:
            archive.add(folder, arcname=folder.name)
        pieces.end()
        opened.flush()
        os.fsync(opened.fileno())
    part.rename(target)


def unseal(file: Path, target: Path, private: Path) -> Path:
    """Open a sealed backup into the folder `target`; where the backup stands. Raises
    `BackupRefused` for another key and for a file that is not whole; then nothing is left there."""
    key = X25519PrivateKey.from_private_bytes(_half(private))
    plain = target.with_name(f"{target.name}.tar.part")
    try:
        with file.open("rb") as opened, open_private(plain) as out:
            try:
                for piece in _opened(opened, key):
                    out.write(piece)
            except InvalidTag as error:
                said = f"{file} was sealed with another key, or it was cut or changed"
                raise BackupRefused(said) from error
        target.mkdir(parents=True, mode=0o700)
        with tarfile.open(plain) as archive:
            name = archive.getnames()[0]
            _unpack(archive, target)
    except (OSError, tarfile.TarError) as error:
        raise BackupRefused(f"{file} cannot be opened: {error}") from error
    finally:
        plain.unlink(missing_ok=True)
    return target / name


def _unpack(archive: tarfile.TarFile, target: Path) -> None:
    """Put the files of a backup below `target`. Not `extractall`: what keeps a name from leading
    elsewhere came with Python 3.11.4, and Debian 12 has an older one."""
    for one in archive:
        place = target / one.name
        if not place.resolve().is_relative_to(target.resolve()):
            raise tarfile.TarError(f"{one.name} leads out of the folder")
        if one.isdir():
            place.mkdir(mode=0o700, exist_ok=True)
            continue
        inside = archive.extractfile(one) if one.isfile() else None
        if inside is None:
            raise tarfile.TarError(f"{one.name} is no file")
        with inside, open_private(place) as out:
            shutil.copyfileobj(inside, out)


class _Pieces:
    """What a tar is written to: it goes on in sealed pieces."""

    def __init__(self, out: IO[bytes], cipher: ChaCha20Poly1305) -> None:
        self._out = out
        self._cipher = cipher
        self._count = 0
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """See `IO.write`. A full piece goes out once it is known not to be the last."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def end(self) -> None:
        """The last piece, marked as such."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._count, last), piece, None))
        self._count += 1


def _opened(file: IO[bytes], key: X25519PrivateKey) -> Iterator[bytes]:
    """The plain pieces in order. Raises InvalidTag at the first that is not what was sealed."""
    head = file.read(len(MAGIC) + 2)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 2:
        raise BackupRefused(f"{file.name} is no sealed backup")
    wrapped = file.read(int.from_bytes(head[-2:], "big"))
    cipher = ChaCha20Poly1305(_SUITE.decrypt(wrapped, key, info=_ABOUT))
    count, piece = 0, file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        yield cipher.decrypt(_nonce(count, not following), piece, None)
        if not following:
            return
        count, piece = count + 1, following


def _nonce(count: int, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


def _half(path: Path) -> bytes:
    """One half of a pair, from its file."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise BackupRefused(f"{path}: no key can be read here: {error}") from error
    if len(key) != 32:
        raise BackupRefused(f"{path} holds no key")
    return key
