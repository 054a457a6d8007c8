"""A printer behind the system's own spooler (CUPS): raw bytes through `lp`, its state by `lpstat`.

Rule: the spooler takes a job and prints it some time later, again if it likes, and tells nothing
of the paper: class C. `lp` that ended well means `sent`; that refused, `not_printed`; that hung and
had to be ended, `unknown`. No drawer is kicked through a queue: it could open an hour later.
For printers with a driver of the system's only; a printer of ESC/POS is better held directly.
"""

import logging
import os
import shutil
import subprocess

from hardware.device import DeviceError, Fault, Status
from hardware.documents import Document, DocumentError
from hardware.escpos_jobs import Encoder
from hardware.fonts import FontsMissing
from hardware.printer import SENT, PrintOutcome, not_printed, unknown

_LOG = logging.getLogger(__name__)
ANSWER_S = 5.0
JOB_S = 30.0
_MOST_NAME = 127


class QueuePrinter:
    """A queue of the system's by its name. `path` is where `lp` and `lpstat` are looked for."""

    def __init__(
        self,
        name: str,
        queue: str,
        encode: Encoder,
        path: str | None = None,
        answer_s: float = ANSWER_S,
        job_s: float = JOB_S,
    ) -> None:
        if not queue_name(queue):
            raise ValueError(f"{queue!r} is no name of a queue")
        self._name = name
        self._queue = queue
        self._encode = encode
        self._path = path
        self._answer_s, self._job_s = answer_s, job_s
        self._seen: Status | None = None

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._name

    @property
    def seen(self) -> Status | None:
        """The state of the queue when it was last asked."""
        return self._seen

    def status(self) -> Status:
        """Whether the queue takes and prints jobs; of paper and cover it knows nothing."""
        self._seen = None
        try:
            said = self._run("lpstat", "-p", self._queue, limit=self._answer_s)
        except subprocess.TimeoutExpired as error:
            raise DeviceError(Fault.SILENT, "lpstat does not answer") from error
        if said.returncode:
            raise DeviceError(Fault.UNREACHABLE, said.stderr.decode(errors="replace")[:200])
        self._seen = Status(online=b" disabled " not in said.stdout)
        return self._seen

    def print(self, document: Document) -> PrintOutcome:
        """Hand the document to the queue."""
        try:
            job = self._encode(document)
        except DocumentError:
            return not_printed("document")
        except FontsMissing:
            return not_printed(Fault.SET_UP.value)
        try:
            if obstacle := self.status().obstacle:
                return not_printed(obstacle)
            data = b"".join((*job.body, *job.ending))
            arguments = ("-d", self._queue, "-o", "raw", "-t", "vitrylo", "-")
            said = self._run("lp", *arguments, data=data, limit=self._job_s)
        except DeviceError as error:
            return not_printed(error.fault.value)
        except subprocess.TimeoutExpired:
            return unknown(Fault.STALLED.value)
        if said.returncode:
            _LOG.warning("lp refused a job for %s: %s", self._queue, said.stderr[:200])
            return not_printed(Fault.UNREACHABLE.value)
        return SENT

    def kick(self, pin: int = 2) -> PrintOutcome:
        """Refused: see the rule above."""
        return not_printed(Fault.SET_UP.value)

    def close(self) -> None:
        """Nothing is held between jobs."""

    def _run(
        self, command: str, *arguments: str, limit: float, data: bytes = b""
    ) -> "subprocess.CompletedProcess[bytes]":
        program = shutil.which(command, path=self._path)
        if program is None:
            raise DeviceError(Fault.SET_UP, f"{command} is not on this machine")
        # The words of lpstat are translated unless it is told not to.
        surroundings = {**os.environ, "LC_ALL": "C"}
        try:
            return subprocess.run(  # noqa: S603 - found by name, its queue checked by letters
                [program, *arguments],
                input=data,
                capture_output=True,
                check=False,
                timeout=limit,
                env=surroundings,
            )
        except OSError as error:
            raise DeviceError(Fault.SET_UP, str(error)) from error


def queue_name(text: str) -> bool:
    """CUPS takes any printable letter but space, slash and #; a leading dash is an option."""
    return (
        0 < len(text) <= _MOST_NAME
        and text[0] != "-"
        and all(char.isprintable() and char not in " /#" for char in text)
    )
