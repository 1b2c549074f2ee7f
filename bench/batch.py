# SPDX-License-Identifier: Apache-2.0
"""The head signs 200 drafts at once (goal: 60 s with the local signer), and journey J7 with BSrE over a real socket.

    python bench/batch.py [--drafts N] [--json]

One file is brought to the head's desk by the actions the pages call; plain rows multiply it. Then everything is as in
an office: the batch is begun, the numbers are taken, the worker's jobs print, sign and store. J7: thirty drafts, ten a
post, the network gone after the 17th, a gateway that answers 504 once; counted at the service: no document twice.
Needs an empty SATUPINTU_HOME of its own; it makes one if none is given. Runs on whatever DATABASE_URL names.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, prepare

demo_environment()
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from satupintu.adapters.bsre import simulator  # noqa: E402
from satupintu.adapters.mail.simulator import serve as serve_mail  # noqa: E402
from satupintu.applications.models import Application  # noqa: E402
from satupintu.cases.models import Case  # noqa: E402
from satupintu.cli import demo  # noqa: E402
from satupintu.core.access import system  # noqa: E402
from satupintu.core.refusal import Refusal  # noqa: E402
from satupintu.core.seal import GENESIS  # noqa: E402
from satupintu.door.moment import at_moment  # noqa: E402
from satupintu.door.read import verify  # noqa: E402
from satupintu.door.worker import drain  # noqa: E402
from satupintu.offices import actions as offices  # noqa: E402
from satupintu.permits import actions, batch, queries  # noqa: E402
from satupintu.permits.batch import Hand  # noqa: E402
from satupintu.permits.models import Batch, Draft, Permit  # noqa: E402
from tests import factories as f  # noqa: E402

GOAL_SECONDS = 60.0
NIK, PHRASE = "6102010101700001", "frasa sandi percobaan"
CUT_AFTER = 17


def multiplied(case: Case, count: int, since: int) -> list[Case]:
    """The same file again and again: another number, its own application and draft, no history yet."""
    mine, draft = Application.objects.get(case=case), Draft.objects.get(case=case)
    made = []
    for n in range(since, since + count):
        one = Case.objects.get(pk=case.pk)
        one.pk, one.key, one.receipt = None, uuid.uuid4(), f"{case.receipt[:-6]}{900000 + n:06d}"
        one.version, one.chain_head, one.told_at = 0, GENESIS, None
        one.save(force_insert=True)
        mine.pk, mine.key, mine.case = None, uuid.uuid4(), one
        mine.save(force_insert=True)
        draft.pk, draft.case = None, one
        draft.save(force_insert=True)
        made.append(one)
    return made


def cpu_seconds() -> float:
    """Processor time of this process and of the printer it has started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, fields = int(stat.parent.name), stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if os.getpid() in (pid, int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def begun(cases: list[Case]) -> Batch:
    head, drafts = f.actor("kadis"), Draft.objects.in_bulk([case.pk for case in cases], field_name="case_id")
    read = [(str(case.key), queries.draft_seal(drafts[case.pk])) for case in cases]
    answer = actions.begin_batch(head, cases[0].office, drafts=read, asked=f.asked())
    return queries.batch(head, uuid.UUID(answer["batch"]))


def local(cases: list[Case]) -> dict[str, float | int]:
    """Seconds for the head's request, and until the last signature is stored."""
    began, spent = time.perf_counter(), cpu_seconds()
    one = begun(cases)
    batch.advance(f.actor("kadis"), one, Hand(), again=True)
    pressed = time.perf_counter()
    with (
        at_moment(f.AT + f.minutes(1)),
        suppress(RuntimeError),
    ):  # it says that more jobs are there: the notices
        drain(limit=len(cases))  # the signatures were queued first
    done, spent = time.perf_counter(), cpu_seconds() - spent
    issued = Permit.objects.filter(case__in=cases, state=Permit.ISSUED)
    numbers = set(issued.values_list("number", flat=True))
    return {
        "drafts": len(cases),
        "request_s": round(pressed - began, 1),
        "all_signed_s": round(done - began, 1),
        "processor_s": round(spent, 1),
        "issued": issued.count(),
        "numbers": len(numbers),
    }


def j7(cases: list[Case]) -> dict[str, int]:
    """Thirty by BSrE: how many are signed after the cut, at the end, and how often the service signed the most."""
    running = simulator.serve(simulator.Bsre({NIK: simulator.User(PHRASE)}))
    account = Path(settings.HOME) / "keys" / "bsre.akun"
    account.write_text(":".join(running.service.account), "utf-8")
    account.chmod(0o600)
    settings.BSRE_URL, settings.BSRE_ACCOUNT = running.url, str(account)
    office = cases[0].office
    offices.set_rule(
        system(f.AT),
        office.pk,
        name="signer",
        value="bsre",
        since=f.AT.date() + timedelta(days=1),
        basis="Percobaan",
    )
    running.service.mishaps.extend(["504 after signing", *[None] * (CUT_AFTER - 1), "503"])
    with at_moment(f.AT + timedelta(days=1)):
        head, hand = f.actor("kadis", f.AT + timedelta(days=1)), Hand(NIK, PHRASE)
        one, cut = begun(cases), 0
        for _ in range(5):
            try:
                batch.advance(head, one, hand, again=True)
            except Refusal:
                cut = sum(row.state == queries.SIGNED for row in queries.progress(one))
        states = [row.state for row in queries.progress(one)]
    running.stop()
    return {
        "drafts": len(cases),
        "signed_at_cut": cut,
        "signed": states.count(queries.SIGNED),
        "unsure": states.count(queries.UNSURE),
        "documents_the_service_signed": len(running.service.times_signed),
        "most_often": max(running.service.times_signed.values()),
    }


def main() -> int:
    asks = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asks.add_argument("--drafts", type=int, default=200)
    asks.add_argument("--json", action="store_true")
    args = asks.parse_args()
    prepare()
    catcher, _ = serve_mail(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    demo.load(f.AT)
    first = f.forwarded()
    f.run_jobs(f.AT)
    cases = multiplied(first, args.drafts + 30, 0)
    found = {
        "database": connection.vendor,
        "local": local(cases[: args.drafts]),
        "j7": j7(cases[args.drafts :]),
    }
    catcher.stop()
    found["goal_s"] = GOAL_SECONDS
    kept = found["local"]["all_signed_s"] <= GOAL_SECONDS or args.drafts > actions.MOST_TOGETHER
    once = found["j7"]["most_often"] == 1 and found["j7"]["documents_the_service_signed"] == 30
    found["record_whole"] = verify().ok
    print(json.dumps(found, indent=None if args.json else 1))
    return 0 if kept and once else 1


if __name__ == "__main__":
    sys.exit(main())
