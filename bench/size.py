# SPDX-License-Identifier: Apache-2.0
"""Bytes of the data base per finished case, against the same rows bare: without indexes (design §9).

    python bench/size.py [--walks N] [--json]

The demo walks N applications to the archive; the data base is packed before and after, so that what counts is what
stays. Bare: a plain copy of each table (CREATE TABLE … AS SELECT), measured alike. Documents lie beside the data base
and are not counted. On whatever DATABASE_URL names (else SQLite); needs an empty SATUPINTU_HOME of its own, it makes one
if none is given.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, prepare

demo_environment()
django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from satupintu.adapters.mail import simulator  # noqa: E402
from satupintu.cli import demo  # noqa: E402
from satupintu.door.moment import now  # noqa: E402

GOAL = 1.5
FIRST = 5


def tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models())


def ask(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def sizes() -> dict[str, int]:
    """Packed bytes by table, its indexes with it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL" if connection.vendor == "postgresql" else "VACUUM")
    if connection.vendor == "postgresql":
        return {name: ask(f"SELECT pg_total_relation_size('{name}')") for name in tables()}
    return {name: _pages_gone_with(name) for name in tables()}


def _pages_gone_with(table: str) -> int:
    """SQLite says what a table takes only when it is gone: drop it, count the free pages, take it back."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("BEGIN")
        before = ask("PRAGMA freelist_count")
        cursor.execute(f'DROP TABLE "{table}"')
        after = ask("PRAGMA freelist_count")
        cursor.execute("ROLLBACK")
    return (after - before) * ask("PRAGMA page_size")


def bare() -> dict[str, int]:
    """Bytes of plain copies of the tables."""
    found = {}
    for name in tables():
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE TABLE bare AS SELECT * FROM "{name}"')
        if connection.vendor == "postgresql":
            found[name] = ask("SELECT pg_total_relation_size('bare')")
        else:
            found[name] = _pages_gone_with("bare")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bare")
    return found


def grown(before: dict[str, int], after: dict[str, int], walks: int) -> dict[str, int]:
    """Bytes a case, by table."""
    return {name: (after[name] - before[name]) // walks for name in after}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--walks", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    prepare()
    catcher, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    demo.load(now())
    for _ in range(FIRST):  # what comes once, with the first file, is not counted
        demo.Walk(now()).run()
    before, bare_before = sizes(), bare()
    for _ in range(args.walks):
        demo.Walk(now()).run()
    catcher.stop()
    whole, rows = grown(before, sizes(), args.walks), grown(bare_before, bare(), args.walks)
    ratio = sum(whole.values()) / sum(rows.values())
    answer = {
        "database": connection.vendor, "walks": args.walks, "bytes": sum(whole.values()), "bare": sum(rows.values()),
        "ratio": round(ratio, 2), "goal": GOAL, "tables": {name: [whole[name], rows[name]] for name in whole if whole[name]},
    }  # fmt: skip
    if args.json:
        print(json.dumps(answer))
        return
    print(f"{connection.vendor}: {answer['bytes']:,} bytes per finished case, bare rows {answer['bare']:,}, ratio {ratio:.2f} (goal ≤ {GOAL})")  # fmt: skip
    for name in sorted(whole, key=whole.__getitem__, reverse=True):
        if whole[name] or rows[name]:
            print(f"  {name:32} {whole[name]:7,} bytes, bare {rows[name]:7,}")


if __name__ == "__main__":
    main()
