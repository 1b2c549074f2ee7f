# SPDX-License-Identifier: Apache-2.0
"""The main pages: SQL queries, bytes of a first visit (packed), and the server's time for one answer.

    python bench/pages.py [--rounds N] [--json]

In this one process, through every middleware, on whatever DATABASE_URL names (else SQLite), with 40 files in the
office. Goals: 12 queries a page, 50 KiB for public and applicant pages; times are printed, not judged. Needs an empty
SATUPINTU_HOME of its own; it makes one if none is given.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, prepare

demo_environment()
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from satupintu.accounts.models import Account  # noqa: E402
from satupintu.adapters.mail import simulator  # noqa: E402
from satupintu.applications import queries as applications  # noqa: E402
from satupintu.cases import queries as cases  # noqa: E402
from satupintu.cases.models import Case  # noqa: E402
from satupintu.cli import demo  # noqa: E402
from satupintu.door.moment import now  # noqa: E402
from satupintu.permits import queries as permits  # noqa: E402
from tests.weights import KIB, first_visit, visit  # noqa: E402

FILES = 40
LOGIN = "allauth.account.auth_backends.AuthenticationBackend"


def people(*boxes: str) -> dict[str, Client]:
    """A browser for each, logged in; "" is anybody."""
    clients = {"": Client(headers={"host": "127.0.0.1"})}
    for box in boxes:
        clients[box] = Client(headers={"host": "127.0.0.1"})
        email = demo.APPLICANT[0] if box == "pemohon" else f"{box}@mempawah.example"
        clients[box].force_login(Account.objects.get(email=email), backend=LOGIN)
    return clients


def furnish() -> tuple[Case, Case]:
    """The demo's offices, one finished file, and many at step 3; gives (one at step 3, the finished one)."""
    demo.load(now())
    finished = demo.Walk(now()).run()
    for _ in range(FILES):
        waiting = demo.Walk(now()).apply()
    done = permits.check_code_of(finished["code"]).permit
    assert done is not None
    return cases.rows().get(pk=waiting.pk), cases.rows().get(pk=done.case_id)


def pages(waiting: Case, finished: Case) -> list[tuple[str, str, str]]:
    """(whose, what it is called here, address)."""
    mine = f"/permohonan/{applications.of_case(waiting).key}"
    return [
        ("", "offices", "/"),
        ("", "office", "/mempawah/"),
        ("", "services", "/mempawah/layanan"),
        ("", "service", "/mempawah/layanan/sertifikat-standar"),
        ("", "tracker", "/lacak"),
        ("", "check", "/cek"),
        ("", "checked", f"/cek/{permits.of_case(finished).code}"),  # type: ignore[union-attr]
        ("", "log in", "/masuk"),
        ("pemohon", "own place", "/saya"),
        ("pemohon", "application", mine),
        ("pemohon", "receipt page", f"{mine}/terkirim"),
        ("teknis", "worklist", "/meja"),
        ("teknis", "file", f"/berkas/{waiting.key}"),
        ("teknis", "finished file", f"/berkas/{finished.key}"),
        ("kadis", "head's desk", "/meja"),
        ("auditor", "files", "/meja"),
    ]


def measure(client: Client, address: str, rounds: int) -> dict[str, Any]:
    answer, asked = visit(client, address)
    assert answer.status_code == 200, (address, answer.status_code)
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(address)
        spent.append((time.perf_counter() - began) * 1000)
    return {
        "queries": len(asked),
        "first_visit_kib": round(first_visit(answer.content) / KIB, 1),
        "median_ms": round(statistics.median(spent), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    prepare()
    catcher, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    files = furnish()
    catcher.stop()
    clients = people("pemohon", "teknis", "kadis", "auditor")
    found = [
        {"page": name, **measure(clients[who], address, args.rounds)} for who, name, address in pages(*files)
    ]
    answer = {"database": connection.vendor, "goal_queries": 12, "goal_kib": 50, "pages": found}
    if args.json:
        print(json.dumps(answer))
        return
    print(f"{connection.vendor}, {FILES + 1} files, {args.rounds} rounds (goal ≤ 12 queries, ≤ 50 KiB)")
    for row in found:
        print(
            f"  {row['page']:14} {row['queries']:2} queries {row['first_visit_kib']:5} KiB {row['median_ms']:6} ms"
        )


if __name__ == "__main__":
    main()
