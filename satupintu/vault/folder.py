# SPDX-License-Identifier: Apache-2.0
"""How backups lie in a folder, and whether all of it still does. Needs neither Django nor a passphrase.

FOLDER/
  files/<lock>/ab/<key>.age        kept files, never changed: a later backup adds only the new ones
  20261121T144500Z-1a2b/           one backup; it has this name only once it is whole
    identity.age                   opens all others, itself opened by the passphrase
    database.age  keys.age  manifest.age
    SHA256SUMS                     of every file this backup needs, `sha256sum -c` reads it
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from satupintu.core.refusal import Refusal

FORMAT = 1
IDENTITY, MANIFEST, DATABASE, KEYS, SUMS = (
    "identity.age",
    "manifest.age",
    "database.age",
    "keys.age",
    "SHA256SUMS",
)
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")
_LINE = re.compile(r"([0-9a-f]{64})  ([\w./-]+)\n")
_DRAFT = ".draft-"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself, locked like the rest.

    tables: rows by table. head: digest over the heads of all chains. absent: keys of kept files that the office
    itself had lost, or that were changed on its disk, when the backup was made. keys: fingerprints by file name.
    parts: SHA-256 of the locked parts beside the manifest. migrations: [room, name], all that were applied.
    """

    format: int
    program: str
    id: str
    taken_at: str
    database: str
    migrations: list[list[str]]
    tables: dict[str, int]
    chains: int
    head: str
    files: int
    absent: list[str]
    keys: dict[str, str]
    keys_inside: bool
    parts: dict[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def of(cls, content: bytes) -> Manifest:
        """Read it. Raises Refusal `vault.newer-format` where only a later program can."""
        data: dict[str, Any] = json.loads(content)
        if data["format"] != FORMAT:
            raise Refusal("vault.newer-format", status=422, program=data.get("program", ""))
        return cls(**{one.name: data[one.name] for one in fields(cls)})


@dataclass(frozen=True, slots=True)
class Backup:
    """One whole backup in a folder of backups."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def sums(self) -> Path:
        return self.path / SUMS

    def damage(self) -> Iterator[str]:
        """Names of what is missing or not as it was written; none for a whole backup. Reads every byte."""
        seen = set()
        with suppress(OSError):
            for sha256, name in _lines(self.sums):
                seen.add(name)
                if _hash(self.path / name) != sha256:
                    yield name
        if not {IDENTITY, MANIFEST, DATABASE} <= seen or self.sums.read_bytes()[-1:] != b"\n":
            yield SUMS


def backups(folder: Path) -> list[Backup]:
    """The whole backups in this folder, oldest first."""
    if not folder.is_dir():
        return []
    return [Backup(path) for path in sorted(folder.iterdir()) if _NAME.fullmatch(path.name)]


def choose(folder: Path, wanted: str = "") -> Backup:
    """The newest backup of a folder, or the one of this id; the backup's own folder may be given too.

    Raises Refusal `vault.none`.
    """
    here = folder.resolve()
    if _NAME.fullmatch(here.name) and not wanted:
        return Backup(here)
    found = [one for one in backups(here) if wanted in ("", one.id)]
    if not found:
        raise Refusal("vault.none", status=404, folder=str(folder), wanted=wanted)
    return found[-1]


def new_id(at: datetime, chance: str) -> str:
    """The name of a backup taken at this instant (UTC). chance: four hex figures, against two in one second."""
    return f"{at:%Y%m%dT%H%M%SZ}-{chance}"


@contextmanager
def draft(folder: Path, name: str) -> Iterator[Path]:
    """A folder to write a backup in; it gets its name, synced, when the block ends well, and is removed otherwise.

    One backup at a time; what a killed one left is removed first. Raises Refusal `vault.busy`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal("vault.busy") from None
        for left in folder.glob(f"{_DRAFT}*"):
            shutil.rmtree(left)
        made = folder / f"{_DRAFT}{name}"
        made.mkdir(mode=0o700)
        try:
            yield made
            sync(made)
            made.rename(folder / name)
            sync(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def pool(folder: Path, lock_name: str) -> Path:
    """Where the kept files of this lock lie."""
    return folder / "files" / lock_name


def pooled(key: str) -> str:
    """The place of a kept file in the pool."""
    return f"{key[:2]}/{key}.age"


def known_sums(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, SHA-256) of the pool as the newest backup wrote them, in order; a line that cannot be read is left out."""
    for one in backups(folder)[-1:]:
        with suppress(OSError, ValueError):
            for sha256, name in _lines(one.sums):
                if name.startswith("../"):
                    yield name, sha256


def write_sums(made: Path, lines: Iterable[tuple[str, str]]) -> None:
    """SHA256SUMS from (name, SHA-256)."""
    with (made / SUMS).open("a", encoding="ascii") as handle:
        handle.writelines(f"{sha256}  {name}\n" for name, sha256 in lines)
        handle.flush()
        os.fsync(handle.fileno())


def hash_of(path: Path) -> str:
    """SHA-256 (hex) of a file. Raises OSError."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sync(folder: Path) -> None:
    """Let the names in this folder reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """(SHA-256, name) of each line; a line of another form gives a hash that no file has."""
    with path.open(encoding="ascii", errors="replace") as handle:
        for line in handle:
            found = _LINE.fullmatch(line)
            yield (found[1], found[2]) if found else ("", SUMS)


def _hash(path: Path) -> str:
    try:
        return hash_of(path)
    except OSError:
        return "?"
