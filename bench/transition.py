# SPDX-License-Identifier: Apache-2.0
"""One SOP transition through the write door against the same duty written plainly with the ORM (design §9).

    python bench/transition.py [--rounds N] [--clients N] [--json]

The reference is five statements in one transaction: lock the row, read the role, update, insert the chained event,
insert the job. Both run in this one process, in turns, on whatever DATABASE_URL names (else SQLite, synchronous=FULL),
so that the figure that counts is their ratio. Needs an empty SATUPINTU_HOME of its own; it makes one if none is given.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
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
from django.db import DatabaseError, connection, connections, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from satupintu.accounts.models import Account, Assignment  # noqa: E402
from satupintu.accounts.queries import actor_of, in_force  # noqa: E402
from satupintu.adapters.mail import simulator  # noqa: E402
from satupintu.cases import actions  # noqa: E402
from satupintu.cases.models import Case  # noqa: E402
from satupintu.cli import demo  # noqa: E402
from satupintu.core.seal import seal  # noqa: E402
from satupintu.door.models import Event  # noqa: E402
from satupintu.door.moment import now  # noqa: E402
from satupintu.door.write import Asked, task_of  # noqa: E402


def make_cases(count: int) -> list[int]:
    """Copies of one application that waits at step 2, where one outcome leads to step 3."""
    demo.load(now())
    walk = demo.Walk(now())
    walk.ANSWERS = {**walk.ANSWERS, "butuh-bantuan": "ya", "bantuan": "Penjelasan syarat"}
    first = walk.apply()
    state = {**first.state, "marks": {**first.state["marks"], "assist-done": first.owner_key}}
    made = []
    for _ in range(count):
        copy = Case.objects.get(pk=first.pk)
        copy.pk, copy.key, copy.receipt = None, uuid.uuid4(), uuid.uuid4().hex[:24]
        copy.state, copy.version, copy.chain_head = state, 0, "0" * 64
        copy.save(force_insert=True)
        made.append(copy.pk)
    return made


def through_the_door(account: Account, case_id: int) -> None:
    actor = actor_of(account, now())
    actions.take(actor, case_id, outcome="didampingi", asked=Asked.of(uuid.uuid4(), outcome="didampingi"))


def plainly(account: Account, case_id: int) -> None:
    """The reference: the five statements, nothing else."""
    at = now()
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=case_id)
        role = (
            Assignment.objects.filter(in_force(at), person_id=account.person_id)
            .values_list("role", flat=True)
            .first()
        )
        row.step, row.role, row.entered_at, row.version = "verifikasi", "tim-teknis", at, row.version + 1
        line = {
            "at": at.isoformat(),
            "person": str(account.pk),
            "kind": "case.take",
            "data": {"to": "verifikasi"},
        }
        previous, row.chain_head = row.chain_head, seal(row.chain_head, line)
        row.save(force_update=True)
        Event.objects.create(
            subject=row.subject, number=row.version, at=at, office_id=row.office_id, person=str(account.pk),
            role=role or "", kind="case.take", data={"to": "verifikasi"}, previous=previous, seal=row.chain_head,
        )  # fmt: skip
        task_of("applications.tell").enqueue(case_id=case_id, number=row.version)


ACTS = {"door": through_the_door, "plainly": plainly}


def spent(name: str, account_id: int, cases: list[int]) -> tuple[list[float], int]:
    """Milliseconds of each act of one writer, and how many of them the data base would not do."""
    account = Account.objects.get(pk=account_id)
    mine, refused = [], 0
    for case_id in cases:
        began = time.perf_counter()
        try:
            ACTS[name](account, case_id)
        except DatabaseError:  # "database is locked" above all
            refused += 1
        mine.append((time.perf_counter() - began) * 1000)
    return mine, refused


def together(
    writers: Executor, clients: int, name: str, account_id: int, cases: list[int]
) -> tuple[list[float], int]:
    """The same of so many writers at once."""
    shares = [cases[n::clients] for n in range(clients)]
    answers = list(writers.map(spent, [name] * clients, [account_id] * clients, shares))
    return [one for mine, _ in answers for one in mine], sum(refused for _, refused in answers)


def measure(rounds: int, clients: int, apart: bool, cases: list[int], account_id: int) -> dict[str, Any]:
    """Both in turns, in blocks of 50, so that whatever the machine does meanwhile falls on both.

    apart: each writer is a process of its own, not a thread of this one.
    """
    ours: list[float] = []
    theirs: list[float] = []
    refused = 0
    connections.close_all()  # what is open does not go along into other processes
    with _writers(clients, apart) as writers:
        for start in range(0, rounds * 2, 100):
            theirs += together(writers, clients, "plainly", account_id, cases[start : start + 50])[0]
            mine, more = together(writers, clients, "door", account_id, cases[start + 50 : start + 100])
            ours, refused = ours + mine, refused + more
    door, reference = _spread(ours), _spread(theirs)
    return {
        "clients": clients,
        "processes": apart,
        "door_ms": door,
        "reference_ms": reference,
        "ratio_p50": round(door[0] / reference[0], 2),
        "ratio_p95": round(door[1] / reference[1], 2),
        "p99_by_p50": round(door[2] / door[0], 1),
        "reference_p99_by_p50": round(reference[2] / reference[0], 1),
        "refused": refused,
    }


def _writers(clients: int, apart: bool) -> Executor:
    if apart:
        return ProcessPoolExecutor(clients, mp_context=get_context("fork"))
    return ThreadPoolExecutor(clients)


def _spread(found: list[float]) -> tuple[float, float, float]:
    """p50, p95, p99."""
    parts = statistics.quantiles(found, n=100)
    return round(parts[49], 2), round(parts[94], 2), round(parts[98], 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument(
        "--clients", type=int, nargs="*", default=[1, 4], help="threads of one process at once"
    )
    parser.add_argument("--processes", type=int, nargs="*", default=[4], help="processes at once")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    prepare()
    catcher, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    runs = [(count, False) for count in args.clients] + [(count, True) for count in args.processes]
    cases = make_cases(args.rounds * 2 * len(runs) + 20)
    catcher.stop()
    account = Account.objects.get(email="fo@mempawah.example")
    for case_id in cases[:10]:
        through_the_door(account, case_id)
    for case_id in cases[10:19]:
        plainly(account, case_id)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        through_the_door(account, cases[19])
    statements = [
        q["sql"] for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    if os.environ.get("SATUPINTU_BENCH_SQL"):
        print(*(s[:160] for s in statements), sep="\n")
    found = []
    for number, (clients, apart) in enumerate(runs):
        share = cases[20 + number * args.rounds * 2 : 20 + (number + 1) * args.rounds * 2]
        found.append(measure(args.rounds, clients, apart, share, account.pk))
    answer = {
        "database": connection.vendor,
        "statements": len(statements),
        "goal_ratio_p50": 1.3,
        "goal_ratio_p95": 1.5,
        "goal_p99_by_p50": 5,
        "runs": found,
    }
    if args.json:
        print(json.dumps(answer))
        return
    print(f"{connection.vendor}: {len(statements)} statements (goal ≤ 8)")
    print("  ms: p50, p95, p99")
    for run in found:
        writers = f"{run['clients']} {'process' if run['processes'] else 'thread'}(s)"
        print(
            "  {0}: door {door_ms} ms, reference {reference_ms} ms, ratio {ratio_p50} (goal ≤ 1.3), p95 ratio {ratio_p95} "
            "(goal ≤ 1.5), p99 {p99_by_p50} × p50 (goal ≤ 5; reference {reference_p99_by_p50}), {refused} refused by the "
            "data base (goal 0)".format(writers, **run)
        )


if __name__ == "__main__":
    main()
