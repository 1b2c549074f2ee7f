# SPDX-License-Identifier: Apache-2.0
"""Kept files: bytes under a random key, written and synced before the row that names them.

A file without a row (the process died in between) is swept later; a row without its file cannot come about.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from satupintu.door.fields import decrypt, encrypt
from satupintu.door.models import StoredFile
from satupintu.door.moment import now


def keep(data: bytes, *, name: str, mime: str, private: bool) -> StoredFile:
    """Write the bytes durably and give the row to be saved in the caller's transaction. Raises OSError on a full disk.

    private: rest encrypted (scans of identity papers and everything else a person hands in).
    """
    row = StoredFile(
        key=uuid.uuid4(),
        name=name[:160],
        mime=mime,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        encrypted=private,
        at=now(),
    )
    path = _path(row.key)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    try:
        with draft.open("wb") as handle:
            handle.write(encrypt(data, purpose=str(row.key)) if private else data)
            handle.flush()
            os.fsync(handle.fileno())
        draft.rename(path)
    except OSError:  # the disk is full: the half that fitted must not take up what room there is
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return row


def read(row: StoredFile) -> bytes:
    """The bytes as they were kept. Raises ValueError if the disk gives other bytes than were kept."""
    return _opened(row, _path(row.key).read_bytes())


def at_rest(row: StoredFile) -> bytes:
    """The bytes as they lie on the disk, after proving what is in them. Raises ValueError, OSError like `read`."""
    data = _path(row.key).read_bytes()
    _opened(row, data)
    return data


def _opened(row: StoredFile, data: bytes) -> bytes:
    try:
        data = decrypt(data, purpose=str(row.key)) if row.encrypted else data
    except (InvalidTag, ValueError):
        data = b""
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise ValueError(f"file {row.key} was changed on disk")
    return data


def every() -> Iterator[StoredFile]:
    """All rows of kept files by their keys, a few at a time."""
    return StoredFile.objects.order_by("key").iterator(chunk_size=500)


@contextmanager
def still() -> Iterator[None]:
    """While this lasts no kept file is removed, so that a backup finds each one its rows name."""
    with _lock().open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def _remove(path: Path) -> None:
    """Remove it, unless a backup is copying: then it is an orphan, and swept another day."""
    with _lock().open("a") as handle, suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)


def _lock() -> Path:
    path = Path(settings.FILES) / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def path_of(row: StoredFile) -> Path:
    """Where the bytes lie; what rests encrypted lies there encrypted, and is read by `read` only."""
    return _path(row.key)


def find(sha256: str) -> StoredFile | None:
    """The kept file with exactly these bytes, if there is one."""
    return StoredFile.objects.filter(sha256=sha256).order_by("pk").first()


def take_back(row: StoredFile) -> None:
    """Remove the bytes of a file whose row will not be saved after all."""
    _remove(_path(row.key))


def forget(row: StoredFile) -> None:
    """Remove a file nobody refers to any more; while somebody does, it stays. Inside the caller's transaction."""
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        return
    path = _path(row.key)
    transaction.on_commit(lambda: _remove(path))


def sweep(older_than: timedelta = timedelta(days=1)) -> int:
    """Remove files that no row names and that are older than a day; gives how many. What we never wrote stays."""
    removed, limit = 0, (now() - older_than).timestamp()
    for path in Path(settings.FILES).glob("??/*"):
        if path.stat().st_mtime <= limit and _is_orphan(path):
            _remove(path)
            removed += not path.exists()
    return removed


def _is_orphan(path: Path) -> bool:
    try:
        key = uuid.UUID(path.stem)
    except ValueError:
        return False
    return path.suffix == ".part" or not StoredFile.objects.filter(key=key).exists()


def _path(key: uuid.UUID) -> Path:
    return Path(settings.FILES) / key.hex[:2] / str(key)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
