# SPDX-License-Identifier: Apache-2.0
"""Proving what was restored: every row counted, every chain recomputed, every kept file and every permit hashed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from satupintu.door import files, read
from satupintu.permits import queries as permits
from satupintu.vault import rows
from satupintu.vault.folder import Manifest


@dataclass(slots=True)
class Report:
    """What the proof found. damage: the backup does not give what was put in it. faults: the office's own data were
    already so when the backup was taken."""

    backup: str
    taken_at: str
    tables: int = 0
    rows: int = 0
    events: int = 0
    chains: int = 0
    head: str = ""
    files: int = 0
    permits: int = 0
    damage: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.damage and not self.faults

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.ok, **asdict(self)}


def miscounted(manifest: Manifest) -> list[str]:
    """Tables that have other rows than the backup says, in the version that wrote it."""
    there, expected = rows.counted(manifest.tables), manifest.tables
    wrong = (name for name in expected if there[name] != expected[name])
    return [f"{name}: {there[name]} baris, seharusnya {expected[name]}" for name in wrong]


def prove(manifest: Manifest) -> Report:
    """Look at everything that was restored and counted, as the office itself would read it."""
    report = Report(manifest.id, manifest.taken_at, len(manifest.tables), sum(manifest.tables.values()))
    _recompute(report, manifest)
    hashes = _hash(report, manifest)
    _compare(report, hashes)
    return report


def _recompute(report: Report, manifest: Manifest) -> None:
    found = read.verify()
    report.events, report.chains, report.head = found.events, found.chains, found.head
    if (found.head, found.chains) != (manifest.head, manifest.chains):
        report.damage.append("ujung rantai riwayat berbeda dari saat dicadangkan")
    report.faults += [f"riwayat {flaw.subject} catatan {flaw.number}: {flaw.what}" for flaw in found.flaws]


def _hash(report: Report, manifest: Manifest) -> set[str]:
    """Read every kept file as the office would; gives the hashes of those that are right."""
    lost, hashes = set(manifest.absent), set()
    for row in files.every():
        try:
            files.read(row)
        except (OSError, ValueError):
            known = str(row.key) in lost
            (report.faults if known else report.damage).append(f"berkas {row.key}")
        else:
            report.files += 1
            hashes.add(row.sha256)
    return hashes


def _compare(report: Report, hashes: set[str]) -> None:
    """A permit's bytes are those the record says were issued."""
    issued = {data["number"]: data["sha256"] for _, data in read.told("permit.issued")}
    for number, sha256 in permits.issued():
        if issued.get(number) == sha256 and sha256 in hashes:
            report.permits += 1
        else:
            report.faults.append(f"izin {number}")
