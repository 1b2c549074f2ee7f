# SPDX-License-Identifier: Apache-2.0
"""Reference data: what the catalogue comes with, and what an office imports."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from satupintu.catalog.models import Kbli, Region, RegionWord
from satupintu.core import regions
from satupintu.core.refusal import Refusal

MOST_GONE = 20
"""One region in so many may be missing from a newer list; where more are, it was cut off."""


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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import of regions did: how many came, were renamed, are not in the list any more, and stand in it."""

    new: int
    renamed: int
    gone: int
    counts: dict[str, int]


def load_regions(rows: Sequence[regions.Region], *, dry_run: bool = False) -> Loaded:
    """Take over a whole list of regions (parents first), as `core.regions.read` gives it; a second time nothing changes.

    dry_run: only tell what would change. Raises Refusal `catalog.regions-cut` where more than one known region in MOST_GONE is missing.
    """
    with transaction.atomic():
        known = dict(Region.objects.values_list("code", "name"))
        listed = {row.code for row in rows}
        gone = [code for code in known if code not in listed]
        if len(gone) * MOST_GONE > len(known):
            raise Refusal("catalog.regions-cut", status=422, gone=len(gone), known=len(known))
        new = [row for row in rows if row.code not in known]
        renamed = [row for row in rows if known.get(row.code, row.name) != row.name]
        counts = {one.called: sum(row.level == one.level for row in rows) for one in regions.LISTS}
        if dry_run:
            return Loaded(len(new), len(renamed), len(gone), counts)
        if new:
            insert(Region, ((row.code, row.name, row.level, row.parent or None) for row in new))
        for row in renamed:
            Region.objects.filter(code=row.code).update(name=row.name)
        if new or renamed or _offered() != len(rows):
            RegionWord.objects.all().delete()
            words = ((word.encode(), row.code) for row in rows for word in regions.beginnings(row.name))
            insert(RegionWord, words)
    return Loaded(len(new), len(renamed), len(gone), counts)


def _offered() -> int:
    return RegionWord.objects.aggregate(n=models.Count("code", distinct=True))["n"] or 0


def insert(model: type[models.Model], rows: Iterable[tuple[Any, ...]], columns: Sequence[str] = ()) -> None:
    """Insert rows that are right already, all at once: bulk_create takes three times as long for 250,000 of them.

    columns: which, where the data base gives the others (a primary key of its own); by default all of the model.
    """
    quote = connection.ops.quote_name
    names = [quote(name) for name in columns or [str(field.column) for field in model._meta.concrete_fields]]
    into = f"{quote(model._meta.db_table)} ({', '.join(names)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", list(rows))  # noqa: S608 - names of our model
