# SPDX-License-Identifier: Apache-2.0
"""The data base itself refuses to change or delete an event, or a published service (design §1, §1.3).

On SQLite and on PostgreSQL. SQLite loses the triggers of a table when a migration rebuilds it (`AlterField`, a new
constraint): such a migration ends with `freeze` again.
"""

from __future__ import annotations

from typing import Any

TABLE, LOOKS = "door_event", "door_look"
FROZEN_TABLE = "catalog_serviceversion"
FREE_COLUMNS = ("version", "chain_head", "told_at")
"""What still moves on a published version: the head of its own chain of events."""
FROZEN_COLUMNS = (
    "id", "key", "office_id", "slug", "kind", "name", "digest", "files", "problems", "status", "effective", "made_by",
    "proposed_by", "approved_by", "approved_at", "at",
)  # fmt: skip

APPEND_ONLY = {
    TABLE: "subject = NEW.subject AND number = NEW.number",
    LOOKS: "office_id = NEW.office_id AND day = NEW.day AND number = NEW.number",
}
"""Tables that only grow, and what else than its id makes a row the same as one that is there."""


def _only_grows(table: str) -> dict[str, str]:
    """SQLite's triggers. INSERT OR REPLACE would delete the former row without asking the one on DELETE."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    there = f"SELECT 1 FROM {table} WHERE id = NEW.id OR ({APPEND_ONLY[table]})"  # noqa: S608 - our own names
    return {
        "no_update": f"BEFORE UPDATE ON {table} {refuse}",
        "no_delete": f"BEFORE DELETE ON {table} {refuse}",
        "no_replace": f"BEFORE INSERT ON {table} WHEN EXISTS ({there}) {refuse}",
    }


def _only_grows_there(table: str) -> list[str]:
    """PostgreSQL's."""
    return [
        """CREATE OR REPLACE FUNCTION satupintu_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
        f"""CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION satupintu_append_only()""",
        f"""CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION satupintu_append_only()""",
    ]


_SQLITE_FROZEN = {
    "no_update": f"""BEFORE UPDATE ON {FROZEN_TABLE}
WHEN OLD.status = 'approved' AND ({" OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in FROZEN_COLUMNS)})
BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END""",
    "no_delete": f"""BEFORE DELETE ON {FROZEN_TABLE} WHEN OLD.status = 'approved'
BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END""",
    "no_replace": """BEFORE INSERT ON catalog_serviceversion
WHEN EXISTS (SELECT 1 FROM catalog_serviceversion WHERE status = 'approved' AND (id = NEW.id OR key = NEW.key
    OR (office_id = NEW.office_id AND slug = NEW.slug AND digest = NEW.digest AND NEW.status = 'approved')))
BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END""",
}
_POSTGRES_FROZEN = [
    """CREATE OR REPLACE FUNCTION satupintu_immutable() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a published version is immutable'; END $$""",
    f"""CREATE OR REPLACE TRIGGER {FROZEN_TABLE}_no_update BEFORE UPDATE ON {FROZEN_TABLE} FOR EACH ROW
WHEN (OLD.status = 'approved' AND ({" OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in FROZEN_COLUMNS)}))
EXECUTE FUNCTION satupintu_immutable()""",
    f"""CREATE OR REPLACE TRIGGER {FROZEN_TABLE}_no_delete BEFORE DELETE ON {FROZEN_TABLE} FOR EACH ROW
WHEN (OLD.status = 'approved') EXECUTE FUNCTION satupintu_immutable()""",
    f"""CREATE OR REPLACE TRIGGER {FROZEN_TABLE}_no_truncate BEFORE TRUNCATE ON {FROZEN_TABLE}
FOR EACH STATEMENT EXECUTE FUNCTION satupintu_immutable()""",
]


def make(connection: Any) -> None:
    """Put all triggers in place; doing it twice changes nothing."""
    for table in APPEND_ONLY:
        seal_record(connection, table)
    freeze(connection)


def drop(connection: Any) -> None:
    """Take them away: only a test that empties its own data base, and a migration going backwards, may."""
    for table in APPEND_ONLY:
        unseal_record(connection, table)
    thaw(connection)


def seal_record(connection: Any, table: str = TABLE) -> None:
    """This table is append-only from here on."""
    _run(connection, _created(table, _only_grows(table)), _only_grows_there(table))


def unseal_record(connection: Any, table: str = TABLE) -> None:
    _run(connection, _dropped(table, _only_grows(table)), _dropped_there(table, ("change", "truncate")))


def freeze(connection: Any) -> None:
    """Published versions of a service are immutable from here on."""
    _run(connection, _created(FROZEN_TABLE, _SQLITE_FROZEN), _POSTGRES_FROZEN)


def thaw(connection: Any) -> None:
    names = ("update", "delete", "truncate")
    _run(connection, _dropped(FROZEN_TABLE, _SQLITE_FROZEN), _dropped_there(FROZEN_TABLE, names))


def _created(table: str, triggers: dict[str, str]) -> list[str]:
    return [f"CREATE TRIGGER IF NOT EXISTS {table}_{name} {body}" for name, body in triggers.items()]


def _dropped(table: str, triggers: dict[str, str]) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {table}_{name}" for name in triggers]


def _dropped_there(table: str, names: tuple[str, ...]) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {table}_no_{name} ON {table}" for name in names]


def _run(connection: Any, on_sqlite: list[str], on_postgres: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in on_sqlite if connection.vendor == "sqlite" else on_postgres:
            cursor.execute(statement)
