"""Files that only their owner may read, whole on disk or not there at all.

For keys, hashes of PINs and what a terminal keeps: `client`, `transport` and the files beside this
one write them here. Databases have their own durability (`store/sqlite.py`).
"""

import os
from pathlib import Path
from typing import BinaryIO


def write_private(path: Path, data: bytes) -> None:
    """Replace a file by an owner-only one that is on disk before it has the name.

    Raises OSError when the disk does not take all of it; then the old file stands as it was.
    """
    temporary = path.with_suffix(path.suffix + ".new")
    with open_private(temporary) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def open_private(path: Path) -> BinaryIO:
    """An empty file to write into, owner-only from its first byte."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's entry in its folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
