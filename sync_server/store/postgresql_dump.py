"""Backups of one schema of PostgreSQL, by PostgreSQL's own programs.

Rule: pg_dump writes one file at one moment; a restore is one transaction, which first puts the
old schema aside, so that an interruption leaves the old one in place.
Neighbours: `backup.py` is the door and does the same for SQLite.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from .errors import BackupRefused
from .faults import Faults
from .postgresql import PostgresqlSchema, check_schema_name

TIMEOUT_S = 3_600


def dump_schema(url: URL, schema: str, file: Path) -> None:
    """Write the schema into `file` in pg_dump's custom format."""
    _run(
        "pg_dump",
        url,
        "--format=custom",
        f"--schema={schema}",
        "--no-owner",
        "--no-privileges",
        f"--file={file}",
    )


@contextmanager
def verify_dump(file: Path, url: URL) -> Iterator[tuple[str, str]]:
    """A temporary database on the server of `url` with the dump restored in it.

    Gives the temporary database's URL and the name of the schema.
    """
    schema = _schema_of(file)
    name = f"vitrylo_verify_{os.getpid()}"
    temporary = url.set(database=name)
    identifier = sql.Identifier(name)
    with _connect(url) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(identifier))
        server.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        try:
            _run(
                "pg_restore", temporary, "--no-owner", "--exit-on-error",
                "--single-transaction", str(file),
            )  # fmt: skip
            yield temporary.render_as_string(hide_password=False), schema
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def restore_schema(file: Path, url: URL, schema: str) -> None:
    """Replace the schema by the dumped one; the old one stays as `<schema>_replaced`."""
    if _schema_of(file) != check_schema_name(schema):
        raise BackupRefused(f"{file} holds schema {_schema_of(file)}, not {schema}")
    holder = PostgresqlSchema(url, schema, Faults(schema), readers=1)
    try:
        holder.connect_writer()  # its advisory lock keeps every server away
        with tempfile.TemporaryDirectory(prefix="vitrylo-restore-") as folder:
            aside = Path(folder) / "1-aside.sql"
            content = Path(folder) / "2-content.sql"
            aside.write_text(
                "SET lock_timeout = '30s';\n"
                f"DROP SCHEMA IF EXISTS {schema}_replaced CASCADE;\n"
                f"ALTER SCHEMA {schema} RENAME TO {schema}_replaced;\n"
            )
            _run("pg_restore", None, "--no-owner", f"--file={content}", str(file))
            _run(
                "psql", url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1",
                "--single-transaction", f"--file={aside}", f"--file={content}",
            )  # fmt: skip
    finally:
        holder.close()


def _schema_of(file: Path) -> str:
    listing = _run("pg_restore", None, "--list", str(file))
    found = re.search(r"^\d+; \d+ \d+ SCHEMA - (\S+) ", listing, re.MULTILINE)
    if found is None:
        raise BackupRefused(f"{file} holds no schema")
    return check_schema_name(found[1])


def _connect(url: URL) -> "psycopg.Connection[tuple[object, ...]]":
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _run(program: str, url: URL | None, *arguments: str) -> str:
    """Run one of PostgreSQL's programs; the password goes by the environment, which other
    users of the machine cannot list, unlike arguments."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"{program} is missing: install Debian's package postgresql-client")
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    target: list[str] = []
    if url is not None:
        plain = URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, url.query
        )
        target = [f"--dbname={plain.render_as_string()}"]
        if url.password:
            environment["PGPASSWORD"] = url.password
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments are a list
            [found, *target, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BackupRefused(f"{program} did not end within {TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise BackupRefused(f"{program}: {done.stderr.strip() or 'failed'}")
    return done.stdout
