# SPDX-License-Identifier: Apache-2.0
"""Django's SQLite, with a line before the write lock. Why so: docs/decisions/0016-writers-stand-in-line.md.

Django finds this file by the name of its folder, which DATABASES names as ENGINE.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from satupintu.door.sqlite.line import Line

POLL_MS = 1
USUAL_SECONDS = 5.0
"""So long Python's sqlite3 waits where no `timeout` is given."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Who begins a transaction waits for his turn; a single statement outside one waits as SQLite does."""

    line: Line
    patience: float

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.line = Line.before(Path(conn_params["database"]))
        self.patience = conn_params.get("timeout", USUAL_SECONDS)
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        """Take the write lock when one's turn has come. Django has no public place to do this in.

        Whoever has the lock stands in the line no more: commit, rollback and whatever else ends a transaction owe it
        nothing. Raises OperationalError "database is locked" after `timeout` seconds, as SQLite does.
        """
        until = time.monotonic() + self.patience
        try:
            with self.line.turn(until), self._asking_often():
                self._begin(until)
        except TimeoutError:
            raise OperationalError("database is locked") from None

    def _begin(self, until: float) -> None:
        while True:
            try:
                super()._start_transaction_under_autocommit()  # type: ignore[misc] # the stubs leave it out
                return
            except OperationalError as problem:
                if not _is_busy(problem) or time.monotonic() >= until:
                    raise

    @contextmanager
    def _asking_often(self) -> Iterator[None]:
        """Let SQLite give up after a millisecond; by itself it would sleep up to a hundred between two tries."""
        self.connection.execute(f"PRAGMA busy_timeout = {POLL_MS}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(self.patience * 1000)}")


def _is_busy(problem: OperationalError) -> bool:
    """Has another the write lock? The low byte is the code, the rest says more exactly why."""
    return getattr(problem.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
