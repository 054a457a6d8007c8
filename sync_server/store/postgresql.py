"""PostgreSQL as a store: one schema of a database, one writing session, readers beside it.

Rule: the server must be set to keep what it acknowledges (fsync, full_page_writes), and the
writing session asks for synchronous_commit itself; all three are read back. One writer per
schema by a session's advisory lock, so a lost session is the end of the writer: no pooler that
shares sessions may stand between.
Neighbours: `sqlite.py` is the other backend, `writer.py` owns the writing connection.
"""

import hashlib
import os
import re
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from .errors import StoreLocked, StoreSettings
from .faults import Faults

LOCK_WAIT_MS = 3_000
"""A server that was just killed leaves its lock until PostgreSQL notices."""
POOL_TIMEOUT_S = 5
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
_SETTINGS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def lock_key(schema: str) -> int:
    """The advisory lock's number for a schema; advisory locks are per database already."""
    digest = hashlib.sha256(f"vitrylo writer {schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def check_schema_name(schema: str) -> str:
    """The name itself; `StoreSettings` when it is not a plain lower-case name."""
    if not _SCHEMA.match(schema):
        raise StoreSettings(f"{schema!r} is no name for a schema (a-z, 0-9, _)")
    return schema


def session_arguments(schema: str) -> dict[str, Any]:
    """What every session of ours asks for when it connects."""
    return {
        "options": f"-csearch_path={check_schema_name(schema)} -csynchronous_commit=on",
        "application_name": f"vitrylo {schema} pid {os.getpid()}",
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }


def raw_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection below a SQLAlchemy one."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw


class PostgresqlSchema:
    """One schema: its lock, its writing session, its readers."""

    dialect = "postgresql"

    def __init__(self, url: URL, schema: str, faults: Faults, *, readers: int) -> None:
        """Prepare both engines; nothing connects yet."""
        self.url = url
        self.schema = check_schema_name(schema)
        self._raw: psycopg.Connection[Any] | None = None
        arguments = session_arguments(schema)
        self._writing = create_engine(url, poolclass=StaticPool, connect_args=arguments)
        self._reading = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=readers,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            connect_args=arguments,
        )
        faults.watch(self._writing, writing=True)
        faults.watch(self._reading, writing=False)

        # One read is one moment, as in SQLite; and it cannot write.
        @event.listens_for(self._reading, "connect")
        def _only_read(raw: psycopg.Connection[Any], _entry: ConnectionPoolEntry) -> None:
            raw.read_only = True
            raw.isolation_level = IsolationLevel.REPEATABLE_READ

    def connect_writer(self) -> Connection:
        """Open the one writing session, check the server's settings, take the lock, and make
        the schema if it is missing."""
        connection = self._writing.connect()
        try:
            raw = raw_connection(connection)
            raw.autocommit = True
            self._check_settings(raw)
            self._take_lock(raw)
            raw.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self.schema))
            )
            raw.autocommit = False
        except BaseException:
            connection.close()
            self._writing.dispose()
            raise
        self._raw = raw
        return connection

    def _check_settings(self, raw: psycopg.Connection[Any]) -> None:
        for name, wanted in _SETTINGS.items():
            found = _show(raw, name)
            if found != wanted:
                raise StoreSettings(f"PostgreSQL: {name} is {found!r}, needed is {wanted!r}")
        path = _show(raw, "search_path")
        if path != self.schema:
            raise StoreSettings(f"PostgreSQL: search_path is {path!r}, needed is {self.schema!r}")

    def _take_lock(self, raw: psycopg.Connection[Any]) -> None:
        key = lock_key(self.schema)
        raw.execute(f"SET lock_timeout = {LOCK_WAIT_MS}")
        try:
            raw.execute("SELECT pg_advisory_lock(%s)", (key,))
        except psycopg.errors.LockNotAvailable as error:
            row = raw.execute(
                "SELECT a.application_name, a.pid, coalesce(host(a.client_addr), 'local')"
                " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
                " AND ((l.classid::bigint << 32) | l.objid::bigint) = %s"
                " AND l.database = (SELECT oid FROM pg_database"
                " WHERE datname = current_database())",
                (key,),
            ).fetchone()
            name, pid, host = row or ("(unknown)", "(unknown)", "(unknown)")
            raise StoreLocked(
                f"schema {self.schema} is being written by {name!r}"
                f" from {host}, PostgreSQL process {pid}"
            ) from error
        raw.execute("SET lock_timeout = 0")

    def reading(self) -> Engine:
        """The engine of the readers."""
        return self._reading

    def transaction_holds(self) -> bool:
        """Whether a commit would keep the work: after an unhandled error PostgreSQL answers
        a commit with a silent rollback."""
        assert self._raw is not None
        return self._raw.info.transaction_status in (
            TransactionStatus.INTRANS,
            TransactionStatus.IDLE,
        )

    def roll_back(self) -> None:
        """End what is still open, also after a commit that failed."""
        if self._raw is not None and not self._raw.closed:
            self._raw.rollback()

    def committed(self) -> None:
        """PostgreSQL keeps its own log bounded."""

    def checkpoint(self) -> int:
        """PostgreSQL does its own checkpoints."""
        return 0

    def quick_check(self, connection: Connection) -> list[str]:
        """Says when the server has no page checksums and so cannot see damaged pages."""
        raw_connection(connection).execute("SELECT 1").fetchone()
        return []

    def settings(self, connection: Connection) -> dict[str, str]:
        """The settings read back now."""
        raw = raw_connection(connection)
        names = ("server_version", *_SETTINGS, "search_path", "data_checksums")
        return {name: _show(raw, name) for name in names}

    def set_foreign_keys(self, connection: Connection, enforced: bool) -> None:
        """PostgreSQL alters tables in place and needs no pause of its foreign keys."""

    def close(self) -> None:
        """End every session; the lock goes with the writing one."""
        self._reading.dispose()
        self._writing.dispose()


def _show(raw: psycopg.Connection[Any], name: str) -> str:
    row = raw.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
    return str(row[0]) if row else ""
