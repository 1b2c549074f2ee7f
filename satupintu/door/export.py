# SPDX-License-Identifier: Apache-2.0
"""The record as files for anybody who does not trust us: tools/verify_record.py reads them, and needs nothing of ours.

    keterangan.json           format, time, program
    ujung.json                where every chain ends, as its own row says
    NAME/catatan.jsonl        every event in the order of its leaf, then those that wait for theirs
    NAME/kepala.json          every signed head
    NAME/kunci.pem            the public key of the heads

An event holds ids, codes and commitments, no personal data (design §1.3); what they stand for stays in the office.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db.models import Q

from satupintu.core.refusal import Refusal
from satupintu.core.seal import canonical
from satupintu.door import chain, merkle, read
from satupintu.door.models import Event, Leaf

FORMAT = 1
_LINE = ("subject", "number", "at", "office_id", "person", "role", "kind", "data")
_SEALED = ("previous", "seal")


def write(into: Path, names: Mapping[int, str], at: datetime) -> dict[str, int]:
    """Write the record of every tree into an empty or new folder; gives events by name. One consistent view of it.

    names: tree -> folder. Raises Refusal `record.not-empty`, OSError.
    """
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise Refusal("record.not-empty", folder=str(into))
    counts = {}
    with read.snapshot():
        for tree, name in names.items():
            (into / name).mkdir()
            counts[name] = _write_lines(into / name / "catatan.jsonl", _events(tree))
            (into / name / "kepala.json").write_bytes(canonical(heads(tree, merkle.heads(tree))))
            (into / name / "kunci.pem").write_bytes(key(tree))
        (into / "ujung.json").write_bytes(canonical(read.heads()))
    told = {
        "format": FORMAT,
        "program": version("satupintu"),
        "at": at.isoformat(),
        "records": list(names.values()),
    }
    (into / "keterangan.json").write_bytes(canonical(told))
    return counts


def heads(tree: int, some: Iterator[Any]) -> dict[str, Any]:
    """Heads as they are published: the newest one, and these."""
    last = merkle.latest(tree)
    return {
        "format": FORMAT,
        "latest": last.to_json() if last else None,
        "heads": [head.to_json() for head in some],
    }


def key(tree: int) -> bytes:
    """The public key of a tree's heads as PEM."""
    return merkle.secret_of(tree).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write_lines(path: Path, lines: Iterator[dict[str, Any]]) -> int:
    count = 0
    with path.open("xb") as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            count += 1
    return count


def _events(tree: int) -> Iterator[dict[str, Any]]:
    placed = Leaf.objects.filter(tree=tree).order_by("position")
    columns = [f"event__{name}" for name in (*_LINE, *_SEALED)]
    rows = placed.values_list("position", "hash", *columns).iterator(chunk_size=5000)
    for position, leaf, *values in rows:
        yield _row(position, bytes(leaf).hex(), values)
    office = Q(office_id__isnull=True) if tree == merkle.INSTALLATION else Q(office_id=tree)
    waiting = Event.objects.filter(office, leaf__isnull=True).order_by("pk")
    for values in waiting.values_list(*_LINE, *_SEALED).iterator(chunk_size=5000):
        yield _row(None, None, list(values))


def _row(position: int | None, leaf: str | None, values: list[Any]) -> dict[str, Any]:
    subject, number, at, *rest, previous, seal = values
    told = (subject, number, at.astimezone(UTC).isoformat(timespec="milliseconds"), *rest)
    return {"position": position, "leaf": leaf, "previous": previous, "seal": seal, "line": chain.line(*told)}
