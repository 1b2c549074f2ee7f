# SPDX-License-Identifier: Apache-2.0
"""Reference data that the catalogue comes with."""

from __future__ import annotations

import csv
from pathlib import Path

from satupintu.catalog.models import Kbli


def load_kbli(path: Path, *, version: str) -> int:
    """Load the starter set of KBLI rows (code, title, words, authority, refer_to, basis); gives how many."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = [Kbli(version=version, assumed=True, **row) for row in csv.DictReader(handle)]
    Kbli.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["version", "code"],
        update_fields=["title", "words", "authority", "refer_to", "basis", "assumed"],
    )
    return len(rows)
