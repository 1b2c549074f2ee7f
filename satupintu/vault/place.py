# SPDX-License-Identifier: Apache-2.0
"""The empty place a backup is restored into. Everything is made beside it first; it gets its place when it is proved.

Needs no Django: what is restored must not meet keys or a data base that the settings have just made.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from satupintu.core.refusal import Refusal
from satupintu.vault.folder import sync

STAGING, MOVING, SQLITE = ".restore", "moving", "satupintu.sqlite3"
_PARTS = ("keys", "files", "vault")
ENVIRONMENT = "satupintu.env"
"""What `satupintu setup` keeps of this machine: written before the restore, it says where the data base is."""


@contextmanager
def staged(home: Path) -> Iterator[Path]:
    """The folder in which the new home is made. Raises Refusal `vault.place-full` where something is there already.

    What a killed restore left behind is recognised by its staging folder, and removed.
    """
    staging = home / STAGING
    there = {path.name for path in home.iterdir()} - {ENVIRONMENT} if home.exists() else set()
    unfinished = there - {STAGING} - (set(_PARTS) if (staging / MOVING).exists() else set())
    if unfinished:
        raise Refusal("vault.place-full", place=str(home), found=sorted(unfinished)[0])
    for name in there - {STAGING}:
        shutil.rmtree(home / name)
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700, parents=True)
    try:
        yield staging
    finally:
        if not (staging / MOVING).exists():
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def rehearsed() -> Iterator[Path]:
    """A folder for a rehearsal, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="satupintu-drill-") as folder:
        yield Path(folder)


def move(staging: Path) -> None:
    """Keys and files take their places. From here on a killed restore is begun again from the backup."""
    (staging / MOVING).touch()
    sync(staging)
    for name in _PARTS:
        if (staging / name).exists():
            (staging / name).rename(staging.parent / name)
    sync(staging.parent)


def finish(staging: Path) -> None:
    """The data base follows, where it is a file: only now is there an office again."""
    base = staging / SQLITE
    if base.exists():
        base.rename(staging.parent / SQLITE)
        sync(staging.parent)
    shutil.rmtree(staging)


def is_empty(url: str) -> bool:
    """Whether the PostgreSQL data base holds no table at all where the role would make its own."""
    import psycopg

    with psycopg.connect(url) as asked:
        found = asked.execute(
            "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )
        return found.fetchone() is None


def may_rehearse(url: str) -> bool:
    """Whether the role may make a schema of its own for a rehearsal."""
    import psycopg

    with psycopg.connect(url) as asked:
        found = asked.execute("SELECT has_database_privilege(current_database(), 'CREATE')").fetchone()
        return bool(found and found[0])
