# SPDX-License-Identifier: Apache-2.0
"""From "Terbitkan perizinan berusaha" to the NIB, and to its PDF, in an office with many earlier applications (issue 6).

    python bench/licensing.py [--rows N] [--rounds N] [--json]

One application is issued; its rows (case, application, business, activity, product, permit, event) are then multiplied
in the tables to N (100,000 unless said), with numbers of their own. Goals: the commit that issues a NIB 500 ms p95, the signed PDF within 5 s after it.
On whatever DATABASE_URL names (else SQLite). Needs an empty SATUPINTU_HOME of its own; it makes one if none is given.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from datetime import timedelta
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
from django.db import connection, models  # noqa: E402

from satupintu.accounts.models import Person  # noqa: E402
from satupintu.adapters.mail import simulator  # noqa: E402
from satupintu.applications.models import Application  # noqa: E402
from satupintu.businesses.models import Business, BusinessActivity, BusinessActor  # noqa: E402
from satupintu.cases.models import Case  # noqa: E402
from satupintu.cli import demo  # noqa: E402
from satupintu.core.numbers import check_code  # noqa: E402
from satupintu.door.worker import drain  # noqa: E402
from satupintu.licensing import actions  # noqa: E402
from satupintu.licensing.models import Product  # noqa: E402
from satupintu.permits.models import Permit  # noqa: E402
from tests import factories as f  # noqa: E402

GOAL_COMMIT_MS, GOAL_PAPER_S = 500, 5
AT_ONCE = 5000


def many(rows: int) -> None:
    """Copies of the one issued application, each of a business actor of its own."""
    case = f.licensed(f.activity(f.LOW))
    drain(lambda: f.AT + timedelta(days=1))
    one = {
        Person: Person.objects.get(pk=f.application(case).person_id),
        BusinessActor: BusinessActor.objects.get(),
        Business: Business.objects.get(),
        BusinessActivity: BusinessActivity.objects.get(),
        Case: Case.objects.get(pk=case.pk),
        Application: Application.objects.get(case=case),
        Permit: Permit.objects.get(case=case),
        Product: Product.objects.get(),
    }
    for begin in range(0, rows, AT_ONCE):
        size = min(AT_ONCE, rows - begin)
        made: dict[type[models.Model], list[Any]] = {}
        for model, pattern in one.items():
            made[model] = [_copy(model, pattern, made, n, begin + n) for n in range(size)]
            model._default_manager.bulk_create(made[model])


def _copy(
    model: type[models.Model], pattern: Any, made: dict[type[models.Model], list[Any]], n: int, number: int
) -> Any:
    row = copy.copy(pattern)
    row._state = copy.copy(pattern._state)
    row.pk, row._state.adding, row.key = None, True, uuid.uuid4()
    if model is Person:
        row.nik, row.nik_index, row.passport_index, row.phone_index = "", "", "", ""
    elif model is BusinessActor:
        row.person = made[Person][n]
    elif model is Business:
        row.actor, row.nib = made[BusinessActor][n], f"00{number + 10**10:011d}"
    elif model is BusinessActivity:
        row.business, row.activity = made[Business][n], uuid.uuid4()
    elif model is Case:
        row.receipt, row.owner_key = f"SP-1401-25-{number:09d}"[:24], str(made[Person][n].key)
    elif model is Application:
        row.case, row.person, row.filed_for = made[Case][n], made[Person][n], made[BusinessActor][n]
    elif model is Permit:
        row.case, row.code, row.number = made[Case][n], check_code(), made[Business][n].nib
    elif model is Product:
        row.business, row.permit, row.number = made[Business][n], made[Permit][n], made[Business][n].nib
    return row


def measure(rounds: int) -> tuple[list[float], list[float]]:
    """(milliseconds of the commit, seconds until all its papers are stored), of new business actors."""
    commits, papers = [], []
    for n in range(rounds):
        email = f"orang{n}@contoh.example"
        f.newcomer(email)
        f.business_actor(who=email, nik=f"610201450890{n + 10:04d}")
        draft = f.business_draft(f.activity(f.LOW), who=email)
        me, ticked = f.actor(email), f.statements(draft)
        begun = time.perf_counter()
        actions.submit(me, draft.key, ticked=ticked, asked=f.asked())
        commits.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        drain(lambda: f.AT + timedelta(minutes=1))
        papers.append(time.perf_counter() - begun)
    return commits, papers


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    prepare()
    controller, _ = simulator.serve(Path(settings.HOME) / "mail")
    settings.EMAIL_PORT = controller.port
    demo.load(f.AT)
    many(args.rows)
    commits, papers = measure(args.rounds)
    controller.stop()
    found = {
        "database": connection.vendor,
        "applications": Application.objects.count(),
        "commit_ms_p50": round(statistics.median(commits), 1),
        "commit_ms_p95": round(statistics.quantiles(commits, n=20)[-1], 1),
        "papers_s_p95": round(statistics.quantiles(papers, n=20)[-1], 2),
    }
    met = found["commit_ms_p95"] <= GOAL_COMMIT_MS and found["papers_s_p95"] <= GOAL_PAPER_S
    if args.json:
        print(json.dumps({**found, "met": met}))
    else:
        for name, value in found.items():
            print(f"{name:>16}  {value}")
        print(f"{'goals':>16}  {'met' if met else 'missed'}: ≤ {GOAL_COMMIT_MS} ms, ≤ {GOAL_PAPER_S} s")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
