"""Checkpoints that terminals kept, read from their folders while they are switched off.

`vitrylo verify --witness FOLDER` compares a server's journal with them: whoever changed the files
of the server could not reach these. `client.kept_tail` writes them, `verify` judges.
"""

import shutil
import sqlite3
import tempfile
from pathlib import Path

from sync_server.client import kept_tail
from sync_server.protocol.checkpoint import Checkpoint


class NoWitness(Exception):
    """A folder that shows nothing; the text says why, in words."""


def witness_of(folder: Path) -> Checkpoint:
    """The newest checkpoint that a terminal keeps in `folder`. Raises `NoWitness`.

    A copy is read, with its log, so that nothing in the terminal's own folder changes.
    """
    file = folder / "terminal.db"
    if not file.is_file():
        raise NoWitness(f"{folder} is no folder of a terminal: there is no {file.name} in it")
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / file.name
        shutil.copyfile(file, copy)
        log = file.with_name(file.name + "-wal")
        if log.exists():
            shutil.copyfile(log, copy.with_name(log.name))
        try:
            connection = sqlite3.connect(copy)
            try:
                kept = kept_tail.newest(connection)
            finally:
                connection.close()
        except sqlite3.Error as fault:
            raise NoWitness(f"{file} cannot be read: {fault}") from fault
    if kept is None:
        raise NoWitness(f"{file} holds no checkpoint of a server yet")
    return kept
