# SPDX-License-Identifier: Apache-2.0
"""Backup and rehearsed restore as an operator runs them: seconds, processor, memory, bytes.

    python bench/backup.py [--files N] [--kilobytes N] [--rows N] [--json]

The demo's home first, then the same with N kept files (random bytes, encrypted like uploads) and N more rows. Each line
is one command in a process of its own, start of Python and scrypt included. On whatever DATABASE_URL names, else SQLite.
Needs an empty SATUPINTU_HOME of its own; it makes one if none is given.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ["SATUPINTU_BACKUP_PASSPHRASE"] = "lima kata acak untuk bench"
COMMAND = [sys.executable, "-m", "satupintu.cli"]


def timed(name: str, *words: str) -> dict[str, Any]:
    """One command: what it said, and what it cost."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with subprocess.Popen(
        [*COMMAND, *words, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        answer = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{name}: {answer}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cost = {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "peak_mb": usage.ru_maxrss // 1024}
    return {"what": name, "rows": answer.get("rows"), "files": answer.get("files"), **cost}


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def fill(count: int, kilobytes: int, rows: int) -> None:
    """Kept files as uploads are kept, and rows of a table without duties."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from satupintu.accounts.models import Letter
    from satupintu.door import files
    from satupintu.door.moment import now

    for number in range(count):
        row = files.keep(
            os.urandom(kilobytes * 1024), name=f"{number}.pdf", mime="application/pdf", private=True
        )
        row.save()
    for _ in range(0, rows, 1000):
        letters = [Letter(email=f"orang{n}@contoh.example", made_at=now()) for n in range(1000)]
        Letter.objects.bulk_create(letters)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--kilobytes", type=int, default=200)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="satupintu-bench-backup-") as folder:
        subprocess.run(
            [*COMMAND, "demo", "--walk-only", "--json"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        into = Path(folder)
        found = [
            timed("demo: first backup", "backup", folder),
            timed("demo: drill", "restore", folder, "--drill"),
        ]
        found[0]["bytes"] = size(into)
        fill(args.files, args.kilobytes, args.rows)
        before = size(into)
        found.append(timed(f"{args.files} files: backup", "backup", folder))
        found[-1]["bytes"] = size(into) - before
        before = size(into)
        found.append(timed("the next one", "backup", folder))
        found[-1]["bytes"] = size(into) - before
        found.append(timed("drill", "restore", folder, "--drill"))
    answer = {"database": "postgresql" if os.environ.get("DATABASE_URL") else "sqlite", "runs": found}
    if args.json:
        print(json.dumps(answer))
        return
    print(f"{answer['database']}: {args.files} files of {args.kilobytes} kB, {args.rows} rows")
    for run in found:
        added = f", {run['bytes'] / 1e6:.2f} MB" if "bytes" in run else ""
        print(
            f"  {run['what']:24} {run['seconds']:6.2f} s, {run['cpu_seconds']:6.2f} s CPU, "
            f"{run['peak_mb']:4d} MB memory, {run['rows']} rows, {run['files']} files{added}"
        )


if __name__ == "__main__":
    main()
