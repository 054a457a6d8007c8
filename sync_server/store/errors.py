"""What can go wrong with a store, each as a class of its own.

Rule: a caller decides by class, never by text. `StoreDead` means the process has to end;
everything else leaves the database as it was before the call and may be tried again.
The sorting of driver errors into these classes is in `faults.py`.
"""


class StoreError(Exception):
    """Any refusal of the store; the transaction it concerns has changed nothing."""


class StoreDead(StoreError):
    """The disk or the server answered an I/O error or damaged data: nothing may go on.

    After a failed fsync the kernel may have dropped the pages and report success next time
    (reliability 0.4), so no later call may succeed. The process ends and starts again.
    """


class StoreClosed(StoreError):
    """The database was closed by its owner."""


class StoreBusy(StoreError):
    """A bound was reached: the writer's queue, the pool of readers, or a foreign lock."""


class StoreLocked(StoreError):
    """Another process writes this database; the message names its pid."""


class StoreSettings(StoreError):
    """A setting on which durability rests could not be had, or the URL is not understood."""


class DiskFull(StoreError):
    """No space left. The transaction was rolled back; later ones succeed once there is space."""


class ReadOnlyStore(StoreError):
    """Something tried to write through a reader."""


class TransactionBroken(StoreError):
    """The transaction ended or failed inside the caller's function, which did not say so."""


class NewerDatabase(StoreError):
    """The database was made by a later version of the code; both revisions are named."""


class BackupRefused(StoreError):
    """A backup could not be made, verified or restored; the message says which and why."""
