# SPDX-License-Identifier: Apache-2.0
"""Regions: seconds to take over a whole list, once and again, and processor time of a search by village name.

    python bench/regions.py [FOLDER] [--json]

FOLDER holds the four lists (docs/decisions/0029); without it they are invented, as many and as alike. On whatever DATABASE_URL names (else SQLite), in an empty data base
of its own. Goals: 5 s for an import, 40 ms for a search (the data base's own processor time is counted as waiting).
"""

from __future__ import annotations

import argparse
import json
import os
import random
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


ALIKE = (
    "Sungai", "Suka", "Maju", "Karang", "Anyar", "Kota", "Baru", "Tanjung", "Pasir", "Jaya", "Mulya", "Sari", "Makmur",
    "Pulau", "Bukit", "Rawa", "Kampung", "Tengah", "Hilir", "Hulu", "Timur", "Barat", "Raya", "Jawa", "Batu", "Muara",
)  # fmt: skip


SYLLABLES = tuple(one + two for one in "bdgjklmnprst" for two in "aiueo")


def _called(draw: random.Random) -> str:
    own = "".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))).capitalize()
    return f"{draw.choice(ALIKE)} {own}" if draw.random() < 1 / 3 else own


def _invented() -> dict[str, str]:
    """38 provinces, 532 regencies, 7,448 districts and 81,928 villages, of whose names a third begin with a word that others share."""
    draw, above, lists = random.Random(1), [""], dict[str, str]()
    for one, many in zip(regions.LISTS, (38, 14, 14, 11), strict=True):
        digits = 4 if one.level == regions.VILLAGE else 2
        codes = [f"{up}{'.' if up else ''}{n:0{digits}}" for up in above for n in range(11, 11 + many)]
        head = f"code,{one.parent},name" if one.parent else "code,name"
        rows = [
            ",".join([code, *([code.rpartition(".")[0]] if one.parent else []), _called(draw)])
            for code in codes
        ]
        lists[one.file], above = "\n".join([head, *rows]), codes
    return lists


def _import(lists: dict[str, str]) -> float:
    began = time.perf_counter()
    actions.load_regions(regions.read(lists))
    return time.perf_counter() - began


def _search(words: str) -> float:
    """The median of some rounds, ms from asking to answer."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        queries.villages_like(words, 8, near="61.02")
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[ROUNDS // 2]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    call_command("migrate", verbosity=0)
    lists = texts(args.folder) if args.folder else _invented()
    once, again = _import(lists), _import(lists)
    searches = {words: round(_search(words), 1) for words in SEARCHES}
    fine = max(once, again) <= IMPORT_GOAL and max(searches.values()) <= SEARCH_GOAL
    if args.json:
        print(json.dumps({"import_s": once, "again_s": again, "search_ms": searches, "fine": fine}))
    else:
        print(f"import {once:.2f} s, again {again:.2f} s (goal {IMPORT_GOAL})")
        for words, took in searches.items():
            print(f"{took:7.1f} ms  {words} (goal {SEARCH_GOAL:.0f})")


if __name__ == "__main__":
    main()
