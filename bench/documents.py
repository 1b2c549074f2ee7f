# SPDX-License-Identifier: Apache-2.0
"""Papers and processes: printing and signing a permit, a receipt, the memory of a running office, its start.

    python bench/documents.py [--rounds N] [--json]

The figures of the processes come from `satupintu serve` on a free port of loopback, on whatever DATABASE_URL names
(else SQLite): time to the first page, and the resident memory of the web process and the worker after 50 pages. Goal: 400 MB.
Needs an empty SATUPINTU_HOME of its own; it makes one if none is given.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django  # noqa: E402

from satupintu.cli.office import demo_environment, prepare  # noqa: E402

demo_environment()
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from satupintu.adapters.mail import simulator  # noqa: E402
from satupintu.applications import papers as receipts  # noqa: E402
from satupintu.applications import queries as applications  # noqa: E402
from satupintu.cases import queries as cases  # noqa: E402
from satupintu.cli import demo  # noqa: E402
from satupintu.door.moment import now  # noqa: E402
from satupintu.permits import papers  # noqa: E402
from satupintu.permits import queries as permits  # noqa: E402
from satupintu.permits.models import Permit  # noqa: E402
from satupintu.permits.signing import LocalSigner  # noqa: E402
from tests.factories import free_port  # noqa: E402

GOAL_MB = 400
VISITS = 50
PAGES = ("/", "/mempawah/", "/mempawah/layanan/sertifikat-standar", "/cek", "/masuk")


def median_ms(act: Callable[[], object], rounds: int) -> float:
    """The first one starts the printer's own process and does not count."""
    act()
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        spent.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(spent), 1)


def print_and_sign(permit: Permit) -> bytes:
    """As the job does it (permits/jobs.py), without storing it."""
    reason = f"{permit.title} {permit.number}"
    name = permit.data["penanda"].get("nama", "")
    return LocalSigner(settings.KEYS).sign(papers.sheet(permit), name=name, reason=reason, at=permit.begun_at)


def printing(rounds: int) -> dict[str, float]:
    """One walked application, its permit and its receipt printed again and again."""
    catcher, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    demo.load(now())
    code = demo.Walk(now()).run()["code"]
    catcher.stop()
    permit = permits.check_code_of(code).permit
    assert permit is not None
    mine = applications.of_case(cases.rows().get(pk=permit.case_id))
    return {
        "permit_print_and_sign_ms": median_ms(lambda: print_and_sign(permit), rounds),
        "receipt_ms": median_ms(lambda: receipts.receipt(mine), rounds),
    }


def family(root: int) -> list[int]:
    """This process and all that came from it."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def wait_for(address: str, server: subprocess.Popen[bytes], limit: float = 120) -> None:
    until = time.monotonic() + limit
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit(f"no page at {address}")


def serving() -> dict[str, float]:
    """`satupintu serve` from nothing running to 50 pages."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "satupintu.cli", "serve", "--port", str(port)]
    began = time.monotonic()
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "SATUPINTU_URL": address})
    try:
        wait_for(f"{address}/", server)
        first = time.monotonic() - began
        for number in range(VISITS):
            with urlopen(address + PAGES[number % len(PAGES)], timeout=30) as answer:
                answer.read()
        memory = sum(resident_mb(pid) for pid in family(server.pid))
    finally:
        server.terminate()
        server.wait(timeout=30)
    return {"first_page_s": round(first, 1), "memory_mb": round(memory)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    prepare()
    answer: dict[str, Any] = {"database": connection.vendor, "goal_memory_mb": GOAL_MB}
    answer |= printing(args.rounds)
    connection.close()
    answer |= serving()
    if args.json:
        print(json.dumps(answer))
        return
    print(
        f"{answer['database']}: permit printed and signed {answer['permit_print_and_sign_ms']} ms, "
        f"receipt {answer['receipt_ms']} ms; first page {answer['first_page_s']} s after the start, "
        f"web process, worker and their parent {answer['memory_mb']} MB after {VISITS} pages (goal ≤ {GOAL_MB})"
    )


if __name__ == "__main__":
    main()
