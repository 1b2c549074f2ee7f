# SPDX-License-Identifier: Apache-2.0
"""Indexes on tables that are full already: built beside the work, never in its way."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex


class AddIndexBeside(AddIndexConcurrently):
    """PostgreSQL builds it while people go on working; SQLite, which knows no such way, as it always does.

    So does PostgreSQL inside a transaction: a restore is one, and nobody works on what it has not committed.
    The migration needs `atomic = False` and holds nothing else.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        way = AddIndexConcurrently if _beside(schema_editor) else AddIndex
        way.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        way = AddIndexConcurrently if _beside(schema_editor) else AddIndex
        way.database_backwards(self, app_label, schema_editor, from_state, to_state)


def _beside(schema_editor: Any) -> bool:
    connection = schema_editor.connection
    return connection.vendor == "postgresql" and not connection.in_atomic_block
