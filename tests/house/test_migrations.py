# SPDX-License-Identifier: Apache-2.0
"""No migration may lose data, stop half-way on a filled table, or keep an office shut while an index is built.

Read from the operations themselves, so no data base is needed and both are covered. Why no library does this:
docs/decisions/0012-migration-rules.md. What each data migration does to rows: tests/rooms/test_migrations.py.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Tables that grow with the years: an ordinary index on one of them stops every writer while it is built.
BIG = {
    "door.event", "door.leaf", "door.branch", "door.treehead", "door.command", "door.storedfile",
    "cases.case", "cases.turn", "cases.word", "applications.application",
    "applications.requirementitem", "applications.document", "applications.verdict", "notices.notice",
    "notices.delivery", "permits.permit",
}  # fmt: skip

# (room, migration, rule) -> why it is safe all the same, in words. A column goes in two versions: the first stops
# using it, the second removes it; the entry names the first.
ALLOWED: dict[tuple[str, str, str], str] = {
    (
        "permits",
        "0003_versions",
        "narrows",
    ): "one-to-one becomes many: the column stays, only its uniqueness goes",
    (
        "permits",
        "0003_versions",
        "locks-big-table",
    ): "a unique rule cannot be built beside; permits are some thousands a year, so it takes seconds",
    (
        "permits",
        "0004_products",
        "locks-big-table",
    ): "two unique rules cannot be built beside; permits are some thousands a year, so it takes seconds",
}

DATA = (migrations.RunPython, migrations.RunSQL)
Found = Iterator[str]


@cache
def loader() -> MigrationLoader:
    """What lies on the disk; no data base is asked."""
    return MigrationLoader(None)


def of_rooms() -> dict[tuple[str, str], Migration]:
    """Our own migrations; those of packages are their makers' matter."""
    rooms = {app.label for app in apps.get_app_configs() if app.name.startswith("satupintu.")}
    return {key: one for key, one in loader().disk_migrations.items() if key[0] in rooms}


def broken_rules(migration: Migration, before: ProjectState) -> set[str]:
    """The rules this migration breaks, in a data base that looks like `before` and is full of rows."""
    state, new, found = before.clone(), set[str](), set[str]()
    for operation in flat(migration.operations):
        if isinstance(operation, migrations.CreateModel):
            new.add(operation.name_lower)
        elif touched(operation) not in new:
            found |= {rule for check in CHECKS for rule in check(operation, state, migration)}
        operation.state_forwards(migration.app_label, state)
    return found | set(of_the_whole(migration))


def flat(operations: list[Operation]) -> Iterator[Operation]:
    """Also what SeparateDatabaseAndState hides."""
    for one in operations:
        if isinstance(one, migrations.SeparateDatabaseAndState):
            yield from flat(one.database_operations)
        else:
            yield one


def touched(operation: Operation) -> str:
    """The table it is about, in lower case; "" for data migrations."""
    return str(getattr(operation, "model_name", getattr(operation, "name", "")) or "").lower()


def going(operation: Operation, state: ProjectState, migration: Migration) -> Found:
    """What is in use cannot simply go or be called otherwise."""
    if isinstance(operation, (migrations.RemoveField, migrations.DeleteModel)):
        yield "removes"
    if isinstance(operation, (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)):
        yield "renames"


def filling(operation: Operation, state: ProjectState, migration: Migration) -> Found:
    """Rows that are there already must fit."""
    if isinstance(operation, migrations.AddField) and not operation.field.many_to_many:
        field = operation.field
        if not field.null and not field.has_default() and field.db_default is models.NOT_PROVIDED:
            yield "not-null"
        if field.unique and not field.null:
            yield "unique"
    if isinstance(operation, migrations.AlterField):
        old = state.models[migration.app_label, touched(operation)].fields[operation.name]
        new = operation.field
        if old.null and not new.null:
            yield "not-null"
        if new.unique and not old.unique:
            yield "unique"
        if type(old) is not type(new) or (new.max_length or 0) < (old.max_length or 0):
            yield "narrows"


def indexing(operation: Operation, state: ProjectState, migration: Migration) -> Found:
    """An index on a big table is built beside the work, in a migration of its own."""
    concurrent = isinstance(operation, AddIndexConcurrently)
    if concurrent and migration.atomic:
        yield "concurrent-in-transaction"
    if f"{migration.app_label}.{touched(operation)}" not in BIG:
        return
    indexed = isinstance(operation, migrations.AddField) and (
        operation.field.db_index or operation.field.unique
    )
    if indexed or (isinstance(operation, (migrations.AddIndex, migrations.AddConstraint)) and not concurrent):
        yield "locks-big-table"


def returning(operation: Operation, state: ProjectState, migration: Migration) -> Found:
    """There is a way back from everything."""
    if not operation.reversible:
        yield "no-way-back"


CHECKS: tuple[Callable[[Operation, ProjectState, Migration], Found], ...] = (
    going,
    filling,
    indexing,
    returning,
)


def of_the_whole(migration: Migration) -> Found:
    """Schema and data do not go together: PostgreSQL refuses to alter a table with pending trigger events."""
    kinds = {isinstance(one, DATA) for one in flat(migration.operations)}
    if len(kinds) == 2:
        yield "mixes"
    source = inspect.getsource(inspect.getmodule(type(migration)) or type(migration))
    if re.search(r"^(from|import) satupintu\.\w+\.(models|actions|queries)\b", source, re.MULTILINE):
        yield "imports-today"


def test_no_migration_breaks_a_rule_without_a_reason() -> None:
    found = {
        (app, name, rule)
        for (app, name), migration in of_rooms().items()
        for rule in broken_rules(migration, loader().project_state((app, name), at_end=False))
    }
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "no longer needed"
    assert [key for key, reason in ALLOWED.items() if len(reason.split()) < 5] == []


def test_the_big_tables_exist() -> None:
    state = loader().project_state()
    assert {f"{app}.{name}" for app, name in state.models} >= BIG
    assert of_rooms()


# Each rule finds what it is for ------------------------------------------------------------------------------------


def nothing(state: Any, editor: Any) -> None:
    """A data migration that does nothing."""


CHAR = models.CharField
INDEX = models.Index(fields=["kind"], name="by_kind")
UNSAFE: list[tuple[str, bool, list[Operation]]] = [
    ("removes", True, [migrations.RemoveField("event", "kind")]),
    ("removes", True, [migrations.DeleteModel("Beat")]),
    ("renames", True, [migrations.RenameField("event", "kind", "sort")]),
    ("renames", True, [migrations.RenameModel("Beat", "Pulse")]),
    ("not-null", True, [migrations.AddField("event", "x", CHAR(max_length=9))]),
    ("not-null", True, [migrations.AlterField("event", "office_id", models.BigIntegerField())]),
    ("unique", True, [migrations.AddField("beat", "x", CHAR(max_length=9, unique=True, default=""))]),
    ("unique", True, [migrations.AlterField("event", "kind", CHAR(max_length=60, unique=True))]),
    ("narrows", True, [migrations.AlterField("event", "kind", CHAR(max_length=59))]),
    ("narrows", True, [migrations.AlterField("event", "data", models.TextField())]),
    ("locks-big-table", True, [migrations.AddIndex("event", INDEX)]),
    ("locks-big-table", True, [migrations.AddField("event", "x", models.ForeignKey("door.Beat", models.PROTECT, null=True))]),
    ("locks-big-table", True, [migrations.AddConstraint("event", models.UniqueConstraint(fields=["seal"], name="s"))]),
    ("concurrent-in-transaction", True, [AddIndexConcurrently("event", INDEX)]),
    ("no-way-back", True, [migrations.RunPython(nothing)]),
    ("no-way-back", True, [migrations.RunSQL("SELECT 1")]),
    ("no-way-back", True, [migrations.SeparateDatabaseAndState([migrations.RunSQL("SELECT 1")])]),
    ("mixes", True, [migrations.RunPython(nothing, nothing), migrations.AddField("beat", "x", CHAR(max_length=9, default=""))]),
]  # fmt: skip
SAFE: list[tuple[bool, list[Operation]]] = [
    (True, [migrations.AddField("event", "x", CHAR(max_length=9, default=""))]),
    (True, [migrations.AddField("event", "x", CHAR(max_length=9, null=True))]),
    (True, [migrations.AddField("event", "x", CHAR(max_length=9, db_default=""))]),
    (True, [migrations.AlterField("event", "kind", CHAR(max_length=90))]),
    (True, [migrations.AddIndex("beat", models.Index(fields=["at"], name="by_time"))]),
    (False, [AddIndexConcurrently("event", INDEX)]),
    (True, [migrations.RunPython(nothing, migrations.RunPython.noop)]),
    (True, [migrations.CreateModel("New", [("x", CHAR(max_length=9))]), migrations.AddField("new", "y", CHAR(max_length=9))]),
]  # fmt: skip


def planned(operations: list[Operation], *, atomic: bool) -> set[str]:
    """The rules broken by a next migration of the door room."""
    migration = Migration("9999_planned", "door")
    migration.operations, migration.atomic = operations, atomic
    return broken_rules(migration, loader().project_state(loader().graph.leaf_nodes("door")))


@pytest.mark.parametrize(("rule", "atomic", "operations"), UNSAFE)
def test_an_unsafe_operation_is_found(rule: str, atomic: bool, operations: list[Operation]) -> None:
    assert planned(operations, atomic=atomic) == {rule}


@pytest.mark.parametrize(("atomic", "operations"), SAFE)
def test_a_safe_operation_is_let_by(atomic: bool, operations: list[Operation]) -> None:
    assert planned(operations, atomic=atomic) == set()
