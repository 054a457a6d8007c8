"""One writer per file: an advisory lock that names its holder.

Rule: the lock belongs to the process, so it is free the moment the process is gone, however it
went. The file beside the database stays; only the lock on it counts.
"""

import fcntl
import os
from pathlib import Path

from .errors import StoreLocked


class FileLock:
    """An exclusive lock on `path`, held until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        """Take the lock or raise `StoreLocked` with the holder's pid."""
        self._handle: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip()
            self.release()
            database = str(path).removesuffix(".lock")
            raise StoreLocked(
                f"{database} is being written by process {holder or '(unknown)'}"
            ) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
