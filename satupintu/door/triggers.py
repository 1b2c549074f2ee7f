# SPDX-License-Identifier: Apache-2.0
"""The data base itself refuses to change or delete an event (design §1.3), on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

TABLE = "door_event"
_SQLITE = """CREATE TRIGGER IF NOT EXISTS {table}_no_{op} BEFORE {op} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
# INSERT OR REPLACE would delete the former row without asking the trigger on DELETE.
_SQLITE_REPLACE = """CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR (subject = NEW.subject AND number = NEW.number))
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
_POSTGRES = [
    """CREATE OR REPLACE FUNCTION satupintu_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    """CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION satupintu_append_only()""",
    """CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION satupintu_append_only()""",
]


def make(connection: Any) -> None:
    """Put the triggers in place; doing it twice changes nothing."""
    on_sqlite = connection.vendor == "sqlite"
    sqlite = [*(_SQLITE.replace("{op}", op) for op in ("UPDATE", "DELETE")), _SQLITE_REPLACE]
    with connection.cursor() as cursor:
        for statement in sqlite if on_sqlite else _POSTGRES:
            cursor.execute(statement.format(table=TABLE))


def drop(connection: Any) -> None:
    """Take them away: only a test that empties its own data base, and a migration going backwards, may."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for op in ("UPDATE", "DELETE", "replace"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{op}")
        else:
            for name in ("change", "truncate"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{name} ON {TABLE}")
