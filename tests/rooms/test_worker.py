# SPDX-License-Identifier: Apache-2.0
"""The worker: every job that is due runs, what fails is tried again and in the end stays where it is seen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from satupintu.cases.models import Case
from satupintu.core.refusal import Refusal
from satupintu.door import worker
from satupintu.door.models import Beat
from satupintu.door.moment import now
from satupintu.door.worker import OfficeWorker, backoff, drain, sweep
from satupintu.door.write import task_of
from tests import factories as f

LEASE = timedelta(seconds=settings.TASK_LEASE_SECONDS)
NOBODY = 10**9  # a case that is not there: the job fails


def queue(case_id: int = NOBODY, *, run_after: datetime | None = None) -> DBTaskResult:
    task = task_of("cases.look_again")
    result = (task.using(run_after=run_after) if run_after else task).enqueue(case_id=case_id)
    return DBTaskResult.objects.get(pk=result.id)


def failed(starts: int = 1, problem: Exception | None = None) -> DBTaskResult:
    job = queue()
    for n in range(starts):
        job.claim(f"worker-{n}")
    job.set_failed(problem or RuntimeError("no"))
    return job


def running(by: str, since: datetime) -> DBTaskResult:
    job = queue()
    job.claim(by)
    DBTaskResult.objects.filter(pk=job.pk).update(started_at=since)
    return job


def status(job: DBTaskResult) -> str:
    return DBTaskResult.objects.get(pk=job.pk).status


# Trying again ----------------------------------------------------------------------------------------------------


def test_the_delay_grows_up_to_an_hour() -> None:
    assert [backoff(n).total_seconds() for n in range(1, 9)] == [5, 20, 80, 320, 1280, 3600, 3600, 3600]


def test_a_failed_job_is_put_back_for_later(db: None) -> None:
    job, at = failed(starts=3), now()
    assert sweep(at) == 1
    job.refresh_from_db()
    assert (job.status, job.run_after) == ("READY", at + backoff(3))
    assert sweep(at) == 0


def test_after_so_many_starts_it_stays_failed(db: None) -> None:
    tried = failed(starts=settings.TASK_STARTS - 1)
    given_up = failed(starts=settings.TASK_STARTS)
    assert sweep(now()) == 1
    assert (status(tried), status(given_up)) == ("READY", "FAILED")


def test_a_refusal_is_not_tried_again(db: None) -> None:
    job = failed(problem=Refusal("test.no"))
    assert job.exception_class_path == worker.REFUSAL
    assert sweep(now()) == 0


def test_jobs_given_up_do_not_stand_in_the_way_of_a_new_one(db: None) -> None:
    for _ in range(120):
        failed(starts=settings.TASK_STARTS)
    new = failed()
    assert sweep(now()) == 1
    assert status(new) == "READY"


def test_the_job_of_a_silent_worker_goes_to_the_next(db: None) -> None:
    at = now()
    Beat.objects.create(worker="living", at=at - LEASE / 2)
    Beat.objects.create(worker="silent", at=at - LEASE * 2)
    lost = running("silent", at - LEASE * 2)
    unknown = running("never-heard-of", at - LEASE * 2)
    held = running("living", at - LEASE * 2)
    young = running("silent", at - LEASE / 2)
    assert sweep(at) == 2
    assert [status(job) for job in (lost, unknown, held, young)] == ["READY", "READY", "RUNNING", "RUNNING"]


def test_a_job_that_ended_meanwhile_is_left_alone(db: None) -> None:
    job = running("silent", now() - LEASE * 2)
    seen = DBTaskResult.objects.get(pk=job.pk)
    job.set_successful(None)
    put_back = worker._put_back  # noqa: SLF001 - what lies between its reading and its writing cannot be met from outside
    assert put_back(seen, now(), TaskResultStatus.RUNNING, delay=timedelta()) == 0
    assert status(job) == "SUCCESSFUL"


# Running here ----------------------------------------------------------------------------------------------------


def test_drain_runs_what_is_due_and_raises_what_a_job_raises(stage: Callable[[str], Case]) -> None:
    due, later = queue(stage("verifikasi").pk), queue(run_after=f.AT + timedelta(minutes=5))
    assert drain(lambda: f.AT) == 1
    assert (status(due), status(later)) == ("SUCCESSFUL", "READY")
    with pytest.raises(Case.DoesNotExist):
        drain(lambda: f.AT + timedelta(minutes=5))
    assert status(later) == "FAILED"


def test_drain_does_not_go_on_for_ever(stage: Callable[[str], Case]) -> None:
    for _ in range(3):
        queue(stage("verifikasi").pk)
    with pytest.raises(RuntimeError, match="jobs keep making jobs"):
        drain(lambda: f.AT, limit=2)


# Running as a worker does ----------------------------------------------------------------------------------------


def test_a_batch_runs_what_is_due_leaves_the_rest_and_a_sign_of_life(committed: None) -> None:
    first, later = queue(), queue(run_after=now() + timedelta(hours=1))
    office_worker = OfficeWorker(interval=0, batch=True)
    office_worker.run()
    assert (status(first), status(later)) == ("FAILED", "READY")
    assert DBTaskResult.objects.get(pk=first.pk).worker_ids == [office_worker.worker_id]
    assert now() - Beat.objects.get(worker=office_worker.worker_id).at < LEASE


def rename(old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")


def test_a_worker_outlives_a_data_base_that_goes_away(
    committed: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Its table vanishes and comes back: the worker says so, waits, and goes on with its work."""
    caplog.set_level(logging.WARNING)
    office_worker = OfficeWorker(interval=0.05)

    def work() -> None:
        office_worker.run()
        connection.close()

    thread = threading.Thread(target=work)
    table = DBTaskResult._meta.db_table
    rename(table, "away")
    try:
        thread.start()
        f.until(lambda: "worker.interrupted" in caplog.messages)
    finally:
        rename("away", table)
    job = queue()
    f.until(lambda: status(job) == "FAILED")
    office_worker.running = False
    thread.join(timeout=90)
    assert not thread.is_alive()
