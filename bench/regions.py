# SPDX-License-Identifier: Apache-2.0
"""Regions: seconds to take over a whole list, once and again, and processor time of a search by village name.

    python bench/regions.py FOLDER [--json]

FOLDER holds the four lists (docs/decisions/0029). On whatever DATABASE_URL names (else SQLite), in an empty data base
of its own. Goals: 5 s for an import, 40 ms for a search (the data base's own processor time is counted as waiting).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from satupintu.catalog import actions, queries  # noqa: E402
from satupintu.cli.regions import texts  # noqa: E402
from satupintu.core import regions  # noqa: E402

IMPORT_GOAL, SEARCH_GOAL = 5.0, 40.0
SEARCHES = (
    "sungai pinyuh", "mempawah hilir pasir", "sungaipinyuh", "su", "sungai", "suka maju", "desa karang anyar",
    "kota baru jawa", "tidakada", "ma su ba ta si ka", "kar sum mal pas bat",
)  # fmt: skip
ROUNDS = 7


def _import(folder: Path) -> float:
    began = time.perf_counter()
    actions.load_regions(regions.read(texts(folder)))
    return time.perf_counter() - began


def _search(words: str) -> float:
    """The median of some rounds, ms from asking to answer."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        queries.villages_like(words, 8, near="61.02")
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[ROUNDS // 2]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    call_command("migrate", verbosity=0)
    once, again = _import(args.folder), _import(args.folder)
    searches = {words: round(_search(words), 1) for words in SEARCHES}
    fine = max(once, again) <= IMPORT_GOAL and max(searches.values()) <= SEARCH_GOAL
    if args.json:
        print(json.dumps({"import_s": once, "again_s": again, "search_ms": searches, "fine": fine}))
    else:
        print(f"import {once:.2f} s, again {again:.2f} s (goal {IMPORT_GOAL})")
        for words, took in searches.items():
            print(f"{took:7.1f} ms  {words}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
