# SPDX-License-Identifier: Apache-2.0
"""Taking a backup while the office works: rows of one instant, the files they name, the keys; all locked."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from satupintu.door import files, read
from satupintu.vault import box, folder, rows
from satupintu.vault.folder import DATABASE, FORMAT, IDENTITY, KEYS, MANIFEST, Manifest

NEVER = frozenset({"login-code.key"})
"""Codes are computed from the ids of letters, and ids are given again after a restore: that key is made anew."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup holds. copied: kept files that were not in the folder yet."""

    manifest: Manifest
    copied: int


def the_lock() -> box.Lock | None:
    """The installation's lock, once a passphrase was given for it."""
    kept = Path(settings.HOME) / "vault"
    if not (kept / IDENTITY).exists():
        return None
    return box.Lock((kept / "recipient").read_text("ascii").strip(), (kept / IDENTITY).read_bytes())


def keep_lock(lock: box.Lock) -> None:
    """Keep the public half and the wrapped identity: later backups ask for no passphrase."""
    kept = Path(settings.HOME) / "vault"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    (kept / "recipient").write_text(f"{lock.recipient}\n", "ascii")
    (kept / IDENTITY).write_bytes(lock.wrapped)  # last: without it there is no lock


def take(into: Path, lock: box.Lock, *, with_keys: bool, at: datetime) -> Taken:
    """Take one backup into a folder of backups; a later one adds only what is new.

    with_keys: also the installation's keys, without which what rests encrypted stays unreadable. at: aware UTC.
    Raises Refusal `vault.busy`, OSError (the disk is full; the earlier backups are as they were).
    """
    name = folder.new_id(at, secrets.token_hex(2))
    counts: dict[str, int] = {}
    with folder.draft(into, name) as made:
        with files.still(), read.snapshot():
            parts = {DATABASE: box.lock(rows.dump(counts), made / DATABASE, lock.recipient)}
            heads = read.heads()
            migrations = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
            pool = _Pool(into, made, lock)
            folder.write_sums(made, pool.fill())
        (made / IDENTITY).write_bytes(lock.wrapped)
        parts[IDENTITY] = folder.hash_of(made / IDENTITY)
        keys = _keys()
        if with_keys:
            parts[KEYS] = box.lock([_packed(keys)], made / KEYS, lock.recipient)
        manifest = Manifest(
            format=FORMAT,
            program=version("satupintu"),
            id=name,
            taken_at=at.isoformat(),
            database=connection.vendor,
            migrations=migrations,
            tables=counts,
            chains=len(heads),
            head=read.joined(heads),
            files=pool.whole,
            absent=pool.absent,
            keys={name: box.fingerprint(key) for name, key in keys.items()},
            keys_inside=with_keys,
            parts=parts,
        )
        sealed = box.lock([manifest.to_bytes()], made / MANIFEST, lock.recipient)
        folder.write_sums(made, [(MANIFEST, sealed), *parts.items()])
        os.sync()
    return Taken(manifest, pool.copied)


class _Pool:
    """The kept files of all backups under one lock. whole: how many this one has; absent: those the office lost."""

    def __init__(self, into: Path, made: Path, lock: box.Lock) -> None:
        self.whole, self.copied = 0, 0
        self.absent: list[str] = []
        self._root = folder.pool(into, lock.name)
        self._prefix = f"../{self._root.relative_to(into)}/"
        self._lock = lock
        self._known = folder.known_sums(into)
        self._next: tuple[str, str] = ("", "")

    def fill(self) -> Iterator[tuple[str, str]]:
        """Copy what is new; gives (name, SHA-256) of every file that the rows name, in order of name."""
        for row in files.every():
            place = folder.pooled(str(row.key))
            path = self._root / place
            try:
                sha256 = self._known_sum(path, f"{self._prefix}{place}") or self._copy(row, path)
            except (FileNotFoundError, ValueError):
                self.absent.append(str(row.key))
                continue
            self.whole += 1
            yield f"{self._prefix}{place}", sha256

    def _copy(self, row: Any, path: Path) -> str:
        content = files.at_rest(row)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        sha256 = box.lock([content], part, self._lock.recipient)
        part.rename(path)
        self.copied += 1
        return sha256

    def _known_sum(self, path: Path, name: str) -> str:
        """What the newest backup wrote of this file; both lists go by name, so each is read once. "": not there."""
        if not path.exists():
            return ""
        while self._next[0] < name:
            self._next = next(self._known, ("~", ""))
        return self._next[1] if self._next[0] == name else folder.hash_of(path)


def _keys() -> dict[str, bytes]:
    every = (path for path in Path(settings.KEYS).iterdir() if path.is_file())
    kept = (path for path in every if path.suffix in {".key", ".pem"} and not path.name.startswith("."))
    return {path.name: path.read_bytes() for path in sorted(kept) if path.name not in NEVER}


def _packed(keys: dict[str, bytes]) -> bytes:
    return json.dumps({name: base64.b64encode(key).decode() for name, key in keys.items()}).encode()
