# SPDX-License-Identifier: Apache-2.0
"""The office is struck and goes on: the short set. `./satu bench strength` walks every moment of tests/faults.py."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django_tasks_db.models import DBTaskResult

from satupintu.accounts.models import Account
from satupintu.adapters.mail import simulator
from satupintu.applications import actions as applications
from satupintu.applications.models import Document
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.core.clock import check_ledger
from satupintu.door.models import Beat, Event, StoredFile
from satupintu.door.moment import now
from satupintu.door.read import verify
from satupintu.door.worker import OfficeWorker, sweep
from satupintu.offices.models import Office
from satupintu.permits.models import Permit
from tests import factories as f
from tests import faults, strength

DAY = timedelta(days=1)
DEADLY = ("transition: committed", "signing: before commit", "signature: file without row")


def test_every_moment_is_where_the_code_still_passes() -> None:
    for at in faults.POINTS:
        assert callable(getattr(*faults.find(at.of))), at
    assert len({str(at) for at in faults.POINTS}) == len(faults.POINTS)


# Killed ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def trials(beside: dict[str, str], tmp_path: Path) -> Iterator[strength.Trials]:
    """The processes of an office, on the data of this test, which die where they are told to."""
    fault, port = tmp_path / "fault", f.free_port()
    post, _ = simulator.serve(tmp_path / "mail", port=port)
    strength.no_undo()
    env = {**beside, **faults.environment(fault), "SATUPINTU_SMTP": f"127.0.0.1:{port}"}
    house = strength.House(env, tmp_path)
    try:
        house.open()
        yield strength.Trials(house, fault, tmp_path / "mail")
    finally:
        house.close()
        post.stop()


def test_killed_where_it_hurts_most_nothing_is_lost_or_doubled_and_nobody_lends_a_hand(
    trials: strength.Trials,
) -> None:
    for name in DEADLY:
        result = trials.killed(faults.point(name))
        assert result.ok, (name, result)
    for _ in range(5):  # and now twenty press at once what only one can have
        strength.competing(trials.house.port, 20)
    assert strength.flaws() == []


# No room ---------------------------------------------------------------------------------------------------------


def _no_room(descriptor: int) -> None:
    """The disk takes no more; half the bytes are there already."""
    raise OSError(errno.ENOSPC, "No space left on device")


def lie() -> set[Path]:
    return set(Path(settings.FILES).glob("??/*"))


def signed_in(who: str) -> Client:
    client = Client(raise_request_exception=False)
    f.log_in(client, Account.objects.get(email=who))
    return client


def test_an_upload_to_a_full_disk_is_refused_in_words_and_leaves_nothing(db: None) -> None:
    made, client = f.draft(), signed_in(f.APPLICANT)
    address, before = f"/permohonan/{made.key}/dokumen/ktp", lie()
    rows = (Document.objects.count(), StoredFile.objects.count())

    def send() -> Any:
        photo = Path(settings.HOME) / "foto.png"
        photo.write_bytes(f.picture(90, 50))
        with photo.open("rb") as handle:
            return client.post(address, {"berkas": handle})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", _no_room)
        answer = send()
    assert answer.status_code == 503
    assert strength.FULL in answer.content.decode()
    assert answer.headers["Retry-After"].isdecimal()
    assert (lie(), Document.objects.count(), StoredFile.objects.count()) == (before, *rows)
    assert send().status_code == 302
    assert Document.objects.count() == rows[0] + 1


def test_a_signature_waits_for_room_however_long_it_takes(db: None) -> None:
    """A job that failed for want of room is not the job's fault: it is put back even after all its tries."""
    case = f.sign(f.forwarded())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", _no_room)
        with pytest.raises(OSError, match="No space"):
            f.run_jobs()
    job = DBTaskResult.objects.get(task_path="satupintu.permits.jobs.sign", status="FAILED")
    job.worker_ids = ["silent"] * settings.TASK_STARTS
    job.save()
    assert sweep(now()) == 1
    f.run_jobs(now() + DAY)
    assert Permit.objects.get(case=case).state == Permit.ISSUED
    assert f.kinds(case).count("permit.issued") == 1


# No data base ----------------------------------------------------------------------------------------------------


def test_while_the_data_base_is_away_a_page_says_so_and_what_was_typed_is_not_lost(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    case, client = f.sent(), signed_in("teknis@mempawah.example")
    monkeypatch.setattr(cases, "take", away)
    typed = "Alamat usaha tidak sama dengan alamat pada NIB."
    answer = client.post(f"/berkas/{case.key}/hasil", {"outcome": "tolak", "alasan": typed})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert strength.AWAY in page
    assert typed in page
    assert answer.headers["Retry-After"].isdecimal()


def test_a_worker_that_could_not_even_say_it_failed_gives_its_job_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data base went away in mid-job: under its old name the worker beats no more, so the job is put back."""
    f.sent()
    worker = OfficeWorker(interval=0, batch=True)
    name, cut = worker.worker_id, iter((True,))

    def broken(*args: Any) -> None:
        if next(cut, False):
            raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr(OfficeWorker, "run_task", broken)
    monkeypatch.setattr(worker._stop, "wait", lambda seconds: True)  # noqa: SLF001 - its threads end at once
    worker.run()
    assert worker.worker_id != name
    (job,) = (one for one in DBTaskResult.objects.filter(status="RUNNING") if one.worker_ids == [name])
    Beat.objects.filter(worker=name).update(at=now() - timedelta(hours=1))
    DBTaskResult.objects.filter(pk=job.pk).update(started_at=now() - timedelta(hours=1))
    assert sweep(now()) == 1


# The clock is set back -------------------------------------------------------------------------------------------


def times(case: Case) -> list[Any]:
    return list(Event.objects.filter(subject=case.subject).order_by("number").values_list("at", flat=True))


def test_after_the_clock_was_set_back_a_file_goes_on_and_its_time_never_runs_backwards(db: None) -> None:
    case = f.send_back(f.verified())  # the clock of the case pauses
    case = f.correct(case, f.AT - DAY)  # and resumes, on a machine that believes it is yesterday
    assert case.told_at == f.AT
    assert times(case) == sorted(times(case))
    check_ledger(case_queries.state(case).ledger)
    later = f.take(f.prepare(case, f.AT + DAY), "jf", "valid", f.AT + DAY)
    assert later.told_at == f.AT + DAY
    assert times(later)[-1] == f.AT + DAY
    assert verify().ok


def test_notices_leave_by_the_clock_of_the_machine_also_when_it_was_set_back(db: None) -> None:
    case = f.prepare(f.verified())
    f.run_jobs(f.AT + timedelta(hours=1))
    assert f.take(case, "jf", "valid", f.AT - DAY).told_at == f.AT
    assert "applications.tell" in f.jobs()  # the officer may still undo his step
    f.run_jobs(f.AT - DAY + timedelta(hours=1))
    assert "applications.tell" not in f.jobs()


def test_a_worker_that_died_before_the_clock_was_set_back_is_not_taken_for_alive(db: None) -> None:
    f.sent()
    with time_machine.travel(f.AT, tick=False):
        job = DBTaskResult.objects.filter(status="READY").first()
        assert job is not None
        job.claim("dead")
        Beat.objects.create(worker="dead", at=now())
    with time_machine.travel(f.AT - DAY, tick=False):
        assert sweep(now()) == 1
        assert DBTaskResult.objects.ready().filter(pk=job.pk).exists()


def test_who_was_signed_in_stays_so_when_the_clock_is_set_back(db: None) -> None:
    client = signed_in("teknis@mempawah.example")
    assert client.get("/meja").status_code == 200
    with time_machine.travel(now() - DAY, tick=True):
        assert client.get("/meja").status_code == 200


# Sent twice ------------------------------------------------------------------------------------------------------


def test_the_same_photo_sent_twice_is_one_version_until_an_officer_has_looked_at_it(db: None) -> None:
    made, me, before = f.draft(), f.actor("pemohon"), lie()
    first = applications.attach(me, made.key, "ktp", name="a.png", data=f.picture(70))
    again = applications.attach(me, made.key, "ktp", name="a.png", data=f.picture(70))
    assert (again.pk, again.number) == (first.pk, 2)  # version 1 came with the draft
    assert len(lie() - before) == 1
    case = f.send_back(f.verified())
    mine = f.application(case)
    judged = f.picture()
    assert applications.attach(me, mine.key, "ktp", name="b.png", data=judged).number == 2
