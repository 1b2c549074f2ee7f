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
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, prepare

demo_environment()
django.setup()

from django.conf import settings  # noqa: E402
from django.db import DatabaseError, connection, transaction  # noqa: E402
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


def timed(
    act: Callable[[Account, int], None],
    account: Account,
    cases: list[int],
    clients: int,
    refused: list[Exception],
) -> list[float]:
    """Milliseconds of each act, by so many threads at once. refused: takes what the data base would not do."""
    spent: list[float] = []
    lock = threading.Lock()

    def work(share: list[int]) -> None:
        mine = []
        for case_id in share:
            began = time.perf_counter()
            try:
                act(account, case_id)
            except DatabaseError as problem:  # "database is locked" above all
                refused.append(problem)
            mine.append((time.perf_counter() - began) * 1000)
        with lock:
            spent.extend(mine)
        connection.close()

    threads = [threading.Thread(target=work, args=(cases[n::clients],)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent


def measure(rounds: int, clients: int, cases: list[int], account: Account) -> dict[str, float]:
    """Both in turns, in blocks of 50, so that whatever the machine does meanwhile falls on both."""
    ours: list[float] = []
    theirs: list[float] = []
    refused: list[Exception] = []
    for start in range(0, rounds * 2, 100):
        theirs += timed(plainly, account, cases[start : start + 50], clients, [])
        ours += timed(through_the_door, account, cases[start + 50 : start + 100], clients, refused)
    p50, ref50 = statistics.median(ours), statistics.median(theirs)
    p95, ref95 = (statistics.quantiles(x, n=20)[18] for x in (ours, theirs))
    p99, ref99 = (statistics.quantiles(x, n=100)[98] for x in (ours, theirs))
    return {
        "clients": clients,
        "door_p50_ms": round(p50, 2),
        "reference_p50_ms": round(ref50, 2),
        "ratio_p50": round(p50 / ref50, 2),
        "ratio_p95": round(p95 / ref95, 2),
        "p99_by_p50": round(p99 / p50, 1),
        "reference_p99_by_p50": round(ref99 / ref50, 1),
        "refused": len(refused),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 4])
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    prepare()
    catcher, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    cases = make_cases(args.rounds * 2 * len(args.clients) + 20)
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
    for number, clients in enumerate(args.clients):
        share = cases[20 + number * args.rounds * 2 : 20 + (number + 1) * args.rounds * 2]
        found.append(measure(args.rounds, clients, share, account))
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
    for run in found:
        print(
            "  {clients} client(s): door {door_p50_ms} ms, reference {reference_p50_ms} ms, ratio {ratio_p50} (goal ≤ 1.3), "
            "p95 ratio {ratio_p95} (goal ≤ 1.5), p99 {p99_by_p50} × p50 (goal ≤ 5; reference {reference_p99_by_p50}), "
            "{refused} refused by the data base (goal 0)".format(**run)
        )


if __name__ == "__main__":
    main()
