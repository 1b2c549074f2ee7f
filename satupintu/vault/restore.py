# SPDX-License-Identifier: Apache-2.0
"""From a backup to an office again: made beside its place, proved there, and put in place in one go.

`opened` reads what needs no Django. Then the command points the settings at the staging folder, and `rebuild` makes
tables, rows and files there. On PostgreSQL all of it is one transaction; a rehearsal is the same, rolled back.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satupintu.core.refusal import Refusal
from satupintu.vault import box, folder
from satupintu.vault.folder import DATABASE, IDENTITY, KEYS, MANIFEST, Backup, Manifest

if TYPE_CHECKING:
    from satupintu.vault.drill import Report


@dataclass(frozen=True, slots=True)
class Opened:
    """A whole backup and what opens it."""

    backup: Backup
    manifest: Manifest
    identity: Any

    @property
    def lock(self) -> box.Lock:
        return box.Lock(box.recipient_of(self.identity), (self.backup.path / IDENTITY).read_bytes())


def opened(backup: Backup, passphrase: Callable[[], str]) -> Opened:
    """Check that every byte of a backup is as it was written, then open it.

    passphrase: asked for only once the backup has proved whole. Raises Refusal `vault.damaged`,
    `vault.wrong-passphrase`, `vault.newer-format`.
    """
    _refuse(list(backup.damage()))
    identity = box.unwrap((backup.path / IDENTITY).read_bytes(), passphrase())
    try:
        manifest = Manifest.of(box.unlocked(backup.path / MANIFEST, identity))
    except (box.Damaged, ValueError, KeyError, TypeError):
        raise _damaged([MANIFEST]) from None
    parts = {name: folder.hash_of(backup.path / name) for name in manifest.parts}
    _refuse([name for name, sha256 in manifest.parts.items() if parts[name] != sha256])
    if manifest.id != backup.id:
        raise _damaged([f"{backup.id} ({manifest.id})"])
    return Opened(backup, manifest, identity)


def place_keys(source: Opened, into: Path, elsewhere: Path | None) -> None:
    """Put the installation's keys into a folder, from the backup or from where they were kept apart.

    Raises Refusal `vault.no-keys`, `vault.damaged`.
    """
    if source.manifest.keys_inside:
        packed = json.loads(box.unlocked(source.backup.path / KEYS, source.identity))
        keys = {name: base64.b64decode(text) for name, text in packed.items()}
    elif elsewhere is not None:
        keys = {
            path.name: path.read_bytes() for path in elsewhere.iterdir() if path.name in source.manifest.keys
        }
    else:
        keys = {}
    expected = source.manifest.keys.items()
    wrong = [name for name, mark in expected if box.fingerprint(keys.get(name, b"")) != mark]
    if wrong:
        raise Refusal("vault.no-keys", status=422, keys=wrong)
    into.mkdir(mode=0o700, parents=True)
    for name, key in keys.items():
        path = into / Path(name).name
        path.touch(mode=0o600)
        path.write_bytes(key)


def rebuild(source: Opened, *, at: datetime, settle: Callable[[], None] | None) -> Report:
    """Make tables, rows and files where the settings point, prove them, and shut the door until it is confirmed.

    settle: puts the files in their place, just before the commit; None for a rehearsal, of which nothing stays.
    Raises Refusal `vault.damaged`, `vault.newer-program`.
    """
    from django.conf import settings
    from django.db import transaction

    from satupintu.door import recovery
    from satupintu.vault import backup, drill, rows

    manifest = source.manifest
    with _all_or_nothing(rehearsal=settle is None):
        _migrate([(room, name) for room, name in manifest.migrations])
        with transaction.atomic():
            load = rows.Load()
            _or_damaged(DATABASE, lambda: box.unlock(source.backup.path / DATABASE, source.identity, load))
            _or_damaged(DATABASE, load.close)
            rows.proved()
        _refuse(drill.miscounted(manifest))  # before a later version's migrations add or move rows
        _migrate(None)
        rows.counters_set()
        Path(settings.FILES).mkdir(mode=0o700)
        _unlock_files(source)
        backup.keep_lock(source.lock)
        report = drill.prove(manifest)
        _refuse(report.damage)
        with transaction.atomic():
            recovery.begin(
                backup=manifest.id,
                taken_at=datetime.fromisoformat(manifest.taken_at),
                at=at,
                head=manifest.head,
                flaws=len(report.faults),
            )
        if settle is not None:
            settle()
    return report


@contextmanager
def _all_or_nothing(*, rehearsal: bool) -> Iterator[None]:
    """On PostgreSQL one transaction around everything; a rehearsal has a schema of its own in it, and is rolled back.

    On SQLite the file itself is beside its place: whatever happens to it, nobody sees.
    """
    from django.db import connection, transaction

    if connection.vendor == "sqlite":
        yield
        connection.close()  # folds the write-ahead log into the file
        return
    with transaction.atomic():
        if rehearsal:
            schema = connection.ops.quote_name(f"satupintu_drill_{secrets.token_hex(4)}")
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE SCHEMA {schema}")
                cursor.execute(f"SET LOCAL search_path TO {schema}")
        yield
        transaction.set_rollback(rehearsal)


def _migrate(applied: list[tuple[str, str]] | None) -> None:
    """Bring the tables to the state in which the backup was taken, or (None) to that of this program.

    Raises Refusal `vault.newer-program` for a state this program does not know.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    unknown = [step for step in applied or () if step not in graph.nodes]
    if unknown:
        raise Refusal("vault.newer-program", status=422, migrations=[".".join(step) for step in unknown])
    if applied is None:
        targets = graph.leaf_nodes()
    else:
        before = {
            parent.key
            for step in applied
            for parent in graph.node_map[step].parents
            if parent.key[0] == step[0]
        }
        targets = [step for step in applied if step not in before]
    executor.migrate(targets)


def _unlock_files(source: Opened) -> None:
    from satupintu.door import files

    pool = folder.pool(source.backup.path.parent, source.lock.name)
    lost = set(source.manifest.absent)
    for row in files.every():
        locked, path = pool / folder.pooled(str(row.key)), files.path_of(row)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if str(row.key) in lost:
            continue
        with path.open("xb") as handle:
            _or_damaged(locked.name, lambda: box.unlock(locked, source.identity, handle.write))  # noqa: B023 - called here


def _or_damaged(name: str, act: Callable[[], object]) -> None:
    try:
        act()
    except (box.Damaged, FileNotFoundError):
        raise _damaged([name]) from None


def _refuse(damage: list[str]) -> None:
    if damage:
        raise _damaged(damage)


def _damaged(names: list[str]) -> Refusal:
    return Refusal("vault.damaged", status=422, count=len(names), names=names[:5], damage=names)
