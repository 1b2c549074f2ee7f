# SPDX-License-Identifier: Apache-2.0
"""The data base itself refuses to change or delete what is on record, a published service, or a ruling about one.

On SQLite and on PostgreSQL. SQLite loses the triggers of a table when a migration rebuilds it (`AlterField`, a new
constraint): such a migration ends with `freeze` again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TABLE, LOOKS = "door_event", "door_look"
TREE = ("door_leaf", "door_branch", "door_treehead")
FROZEN_TABLE = "catalog_serviceversion"
FREE_COLUMNS = ("version", "chain_head", "told_at")
"""What still moves on a published version, or an approved ruling: the head of its own chain of events."""
FROZEN_COLUMNS = (
    "id", "key", "office_id", "slug", "kind", "name", "digest", "files", "problems", "status", "effective", "made_by",
    "proposed_by", "approved_by", "approved_at", "at",
)  # fmt: skip
RULING_COLUMNS = (
    "id", "key", "office_id", "kind", "slug", "about_id", "undoes_id", "day", "successor", "refer_to", "files", "digest",
    "status", "reason", "answer", "salt", "asked_by", "at", "answered_by", "answered_at",
)  # fmt: skip

APPEND_ONLY = {
    TABLE: "subject = NEW.subject AND number = NEW.number",
    LOOKS: "office_id = NEW.office_id AND day = NEW.day AND number = NEW.number",
    "door_leaf": "event_id = NEW.event_id OR (tree = NEW.tree AND position = NEW.position)",
    "door_branch": "tree = NEW.tree AND level = NEW.level AND position = NEW.position",
    "door_treehead": "tree = NEW.tree AND number = NEW.number",
}
"""Tables that only grow, and what else than its id makes a row the same as one that is there."""


def _only_grows(table: str) -> dict[str, str]:
    """SQLite's triggers. INSERT OR REPLACE would delete the former row without asking the one on DELETE."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    there = f"SELECT 1 FROM {table} WHERE rowid = NEW.rowid OR ({APPEND_ONLY[table]})"  # noqa: S608 - our own names
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


@dataclass(frozen=True)
class Frozen:
    """A table whose approved rows never change. columns: those that stand still; said: in the data base's words.

    twin: what else, besides id and key, makes a new row the same as one that stands.
    """

    table: str
    columns: tuple[str, ...]
    said: str
    twin: str = ""

    def on_sqlite(self) -> dict[str, str]:
        stop = f"BEGIN SELECT RAISE(ABORT, '{self.said} is immutable'); END"
        changed = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in self.columns)
        return {
            "no_update": f"BEFORE UPDATE ON {self.table} WHEN OLD.status = 'approved' AND ({changed})\n{stop}",
            "no_delete": f"BEFORE DELETE ON {self.table} WHEN OLD.status = 'approved'\n{stop}",
            "no_replace": f"""BEFORE INSERT ON {self.table}
WHEN EXISTS (SELECT 1 FROM {self.table} WHERE status = 'approved' AND (id = NEW.id OR key = NEW.key{self.twin}))
{stop}""",  # noqa: S608 - names of ours
        }

    def on_postgres(self) -> list[str]:
        changed = " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in self.columns)
        act = f"EXECUTE FUNCTION satupintu_immutable('{self.said}')"
        start = f"CREATE OR REPLACE TRIGGER {self.table}"
        return [
            """CREATE OR REPLACE FUNCTION satupintu_immutable() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is immutable', COALESCE(TG_ARGV[0], 'a published version'); END $$""",
            f"""{start}_no_update BEFORE UPDATE ON {self.table} FOR EACH ROW
WHEN (OLD.status = 'approved' AND ({changed})) {act}""",
            f"{start}_no_delete BEFORE DELETE ON {self.table} FOR EACH ROW WHEN (OLD.status = 'approved') {act}",
            f"{start}_no_truncate BEFORE TRUNCATE ON {self.table} FOR EACH STATEMENT {act}",
        ]


VERSIONS = Frozen(
    FROZEN_TABLE,
    FROZEN_COLUMNS,
    "a published version",
    twin="""
    OR (office_id = NEW.office_id AND slug = NEW.slug AND digest = NEW.digest AND NEW.status = 'approved')""",
)
RULINGS = Frozen("catalog_ruling", RULING_COLUMNS, "an approved ruling")


def make(connection: Any) -> None:
    """Put all triggers in place; doing it twice changes nothing."""
    for table in APPEND_ONLY:
        seal_record(connection, table)
    freeze(connection)
    freeze(connection, RULINGS)


def drop(connection: Any) -> None:
    """Take them away: only a test that empties its own data base, and a migration going backwards, may."""
    for table in APPEND_ONLY:
        unseal_record(connection, table)
    thaw(connection)
    thaw(connection, RULINGS)


def seal_record(connection: Any, table: str = TABLE) -> None:
    """This table is append-only from here on."""
    _run(connection, _created(table, _only_grows(table)), _only_grows_there(table))


def unseal_record(connection: Any, table: str = TABLE) -> None:
    _run(connection, _dropped(table, _only_grows(table)), _dropped_there(table, ("change", "truncate")))


def freeze(connection: Any, rows: Frozen = VERSIONS) -> None:
    """Published versions of a service, or what two persons ruled about one, are immutable from here on."""
    _run(connection, _created(rows.table, rows.on_sqlite()), rows.on_postgres())


def thaw(connection: Any, rows: Frozen = VERSIONS) -> None:
    names = ("update", "delete", "truncate")
    _run(connection, _dropped(rows.table, rows.on_sqlite()), _dropped_there(rows.table, names))


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
