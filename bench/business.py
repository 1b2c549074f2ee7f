# SPDX-License-Identifier: Apache-2.0
"""The pages of perizinan berusaha: the server's time for looking at each and for saving it.

    python bench/business.py [--rounds N] [--json]

In this one process, through every middleware, on whatever DATABASE_URL names (else SQLite). Goal: 80 ms at the 95th
percentile, for each page; judged by --goal. On a busy machine the processor's own time (cpu) says more. Needs an empty SATUPINTU_HOME of its own; it makes one if none is given.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, prepare

demo_environment()
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from satupintu.cli import demo  # noqa: E402
from satupintu.door.moment import now  # noqa: E402
from tests import business  # noqa: E402
from tests.business import CAPITAL, PLACE, SHOP, Walk  # noqa: E402

GOAL_MS = 80.0


def ways(walk: Walk, item: str) -> list[tuple[str, Callable[[], Any]]]:
    """(what it is called here, one request) of every page."""
    client = walk.client

    def look(name: str, *args: Any, query: str = "") -> Callable[[], Any]:
        return lambda: client.get(walk.href(name, *args) + query)

    def save(number: int, typed: dict[str, str]) -> Callable[[], Any]:
        page = client.get(walk.href("activity_page", item, number)).content.decode()
        mark = re.findall(r'name="dilihat" value="([^"]*)"', page)[0]
        return lambda: client.post(walk.href("activity_page", item, number), {**typed, "dilihat": mark})

    return [
        ("data pelaku usaha", look("business_actor")),
        ("cari bidang usaha", look("activity_new", query="?q=warung+kopi")),
        ("tempat usaha", look("activity_page", item, 2)),
        ("usaha", look("activity_page", item, 3)),
        ("modal", look("activity_page", item, 4)),
        ("skala dan risiko", look("activity_page", item, 5)),
        ("daftar produk", look("products", item)),
        ("data usaha", look("activity_check", item)),
        ("daftar kegiatan", look("activities")),
        ("pernyataan", look("business_statements")),
        ("draf", look("business_draft")),
        ("simpan tempat", save(2, PLACE)),
        ("simpan usaha", save(3, SHOP)),
        ("simpan modal", save(4, CAPITAL)),
    ]


def measure(act: Callable[[], Any], rounds: int) -> dict[str, float]:
    for _ in range(3):
        answer = act()
        assert answer.status_code in (200, 302), answer.status_code
    spent, worked = [], []
    for _ in range(rounds):
        began, busy = time.perf_counter(), time.process_time()
        act()
        spent.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    return {
        "median_ms": round(statistics.median(spent), 1),
        "p95_ms": round(statistics.quantiles(spent, n=20)[-1], 1),
        "p95_cpu_ms": round(statistics.quantiles(worked, n=20)[-1], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--goal", action="store_true", help="fail where a page takes longer")
    args = parser.parse_args()
    prepare()
    at = now()
    demo.load(at)
    walk = business.begin(Client(headers={"host": "127.0.0.1"}), at)
    walk.actor()
    item = walk.warung()
    walk.sign()
    found = [{"page": name, **measure(act, args.rounds)} for name, act in ways(walk, item)]
    if args.json:
        print(json.dumps({"database": connection.vendor, "goal_p95_ms": GOAL_MS, "pages": found}))
    else:
        print(f"{connection.vendor}, {args.rounds} rounds (goal p95 ≤ {GOAL_MS:.0f} ms)")
        for row in found:
            print(
                f"  {row['page']:20} median {row['median_ms']:6} ms   p95 {row['p95_ms']:6} ms   cpu {row['p95_cpu_ms']:6} ms"
            )
    if args.goal and any(float(row["p95_ms"]) > GOAL_MS for row in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
