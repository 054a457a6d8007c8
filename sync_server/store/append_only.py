"""Triggers that refuse to change what was written once (journal, ledger).

Rule: rows of such a table are inserted and read, nothing else; a correction is a new row
(ARCHITECTURE 5, 6). `erasable` leaves one door: one column of a row may be spelled without the
names in it. The refusal is an `IntegrityError` on both dialects. On SQLite the store sets
recursive_triggers, without which INSERT OR REPLACE would delete past the trigger.
"""

import re
from typing import Protocol

from sqlalchemy import Connection, inspect, text

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}\Z")
_FUNCTION = "refuse_change"


class Operations(Protocol):
    """The part of Alembic's `op` that is needed here."""

    def execute(self, sqltext: str) -> None:
        """Send one statement."""

    def get_bind(self) -> Connection:
        """The connection of the migration."""


def append_only(op: Operations, table: str) -> None:
    """In a revision: let `table` refuse UPDATE and DELETE, on PostgreSQL TRUNCATE too.

    May be called again, and has to be after a batch alteration on SQLite, which builds the
    table anew without its triggers.
    """
    for statement in append_only_statements(table, op.get_bind().dialect.name):
        op.execute(statement)


def append_only_statements(table: str, dialect: str) -> list[str]:
    """The statements behind `append_only`, for a schema made without Alembic."""
    if not _NAME.match(table):
        raise ValueError(f"{table!r} is no name for a table (a-z, 0-9, _)")
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event.lower()}"
            f" BEFORE {event} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for event in ("UPDATE", "DELETE")
        ]
    # ALWAYS: the triggers also fire in a session that calls itself a replica.
    return [
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()",
        f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate",
    ]


def erasable(op: Operations, table: str, column: str, allowed: str) -> None:
    """In a revision, after `append_only`: let this column of a row change, and nothing else, where
    the condition `allowed` holds; it may speak of `NEW` and ask other tables about `OLD`."""
    for statement in _erasable_statements(op.get_bind(), table, column, allowed):
        op.execute(statement)


def _erasable_statements(
    connection: Connection, table: str, column: str, allowed: str
) -> list[str]:
    if not _NAME.match(table):
        raise ValueError(f"{table!r} is no name for a table (a-z, 0-9, _)")
    if connection.dialect.name == "sqlite":
        columns = [str(one["name"]) for one in inspect(connection).get_columns(table)]
        same = " AND ".join(f"NEW.{one} IS OLD.{one}" for one in columns if one != column)
        return [
            f"DROP TRIGGER {table}_no_update",
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}"
            f" WHEN NOT ({same} AND {allowed})"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}_{table}() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF TG_OP = 'UPDATE' THEN"
        f" IF to_jsonb(NEW) - '{column}' = to_jsonb(OLD) - '{column}' AND {allowed} THEN"
        " RETURN NEW; END IF; END IF;"
        " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}_{table}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change",
    ]


def append_only_tables(connection: Connection) -> set[str]:
    """Tables that refuse changes now, so that a verifier can see one that no longer does."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(
            text(
                "SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'"
                " AND name IN (tbl_name || '_no_update', tbl_name || '_no_delete')"
                " GROUP BY tbl_name HAVING count(*) = 2"
            )
        )
    else:
        rows = connection.execute(
            text(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE c.relnamespace = current_schema()::regnamespace AND t.tgenabled = 'A'"
                " AND t.tgname IN (c.relname || '_no_change', c.relname || '_no_truncate')"
                " GROUP BY c.relname HAVING count(*) = 2"
            )
        )
    return {str(row[0]) for row in rows}
