# SPDX-License-Identifier: Apache-2.0
"""The worker: django-tasks-db runs the jobs; here is what it leaves out: a sign of life, and trying again.

A job whose worker fell silent, or that failed, is put back with growing delay until it has been started
`TASK_STARTS` times; after that it stays FAILED, where the administrator sees it. Two kinds are treated otherwise. A
Refusal is not tried again: trying again would not change a rule's mind. A job that failed because the house had no room
on the disk, or no data base, is tried until it has: that is not the job's fault.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils.crypto import get_random_string
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from satupintu.door import files, merkle, recovery
from satupintu.door.models import Beat
from satupintu.door.moment import now
from satupintu.door.write import task_of

log = logging.getLogger("satupintu.worker")
REFUSAL = "satupintu.core.refusal.Refusal"
OURS = ("builtins.OSError", "django.db.utils.OperationalError", "django.db.utils.InterfaceError")
GIVEN_UP = timedelta(days=7)
HELD_SECONDS = 2
SEAL_SECONDS = 30


def backoff(starts: int) -> timedelta:
    """How long to wait after so many starts: 5 s, 20 s, 80 s … at most an hour."""
    return timedelta(seconds=min(5 * 4 ** max(starts - 1, 0), 3600))


def sweep(at: datetime) -> int:
    """Put back the jobs of silent workers and the failed ones that have tries left; gives how many."""
    lease = timedelta(seconds=settings.TASK_LEASE_SECONDS)
    # What lies in the future was written before the machine's clock was set back: it is old, too.
    lately = (at - lease, at + lease)
    alive = set(Beat.objects.filter(at__range=lately).values_list("worker", flat=True))
    back = 0
    lost = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).exclude(started_at__range=lately)
    for job in lost.only("id", "worker_ids", "started_at"):
        if job.worker_ids and job.worker_ids[-1] in alive:
            continue
        back += _put_back(job, at, TaskResultStatus.RUNNING, delay=timedelta())
    # What has failed for good stays in the table: only the last days are looked at, and all of them.
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=at - GIVEN_UP)
    columns = ("id", "worker_ids", "started_at", "exception_class_path")
    for job in failed.exclude(exception_class_path=REFUSAL).only(*columns):
        if len(job.worker_ids) < settings.TASK_STARTS or job.exception_class_path in OURS:
            back += _put_back(job, at, TaskResultStatus.FAILED, delay=backoff(len(job.worker_ids)))
    return back


def _put_back(job: DBTaskResult[Any, Any], at: datetime, was: TaskResultStatus, *, delay: timedelta) -> int:
    """One conditional UPDATE: of two sweepers one wins; a job that has ended meanwhile is left alone."""
    return DBTaskResult.objects.filter(pk=job.pk, status=was, started_at=job.started_at).update(
        status=TaskResultStatus.READY, run_after=at + delay
    )


def _name() -> str:
    return get_random_string(24)


class OfficeWorker(Worker):
    """A worker with a heartbeat thread; every pass through its loop first sweeps."""

    def __init__(self, *, interval: float = 0.5, batch: bool = False) -> None:
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=_name(),
            excluded_queue_names=[],
        )
        self._stop = threading.Event()

    def run(self) -> None:
        beating = threading.Thread(target=self._beat, daemon=True)
        sweeping = threading.Thread(target=self._sweep, daemon=True)
        tidying = threading.Thread(target=self._tidy, daemon=True)
        sealing = threading.Thread(target=self._seal, daemon=True)
        for thread in (beating, sweeping, tidying, sealing):
            thread.start()
        try:
            while self.running:
                try:
                    self._mark()
                    if not self.batch and recovery.standing() is not None:
                        self._stop.wait(HELD_SECONDS)  # no mail, no signature before the restore is confirmed
                        continue
                    super().run()
                    if self.batch:
                        return
                except Exception:
                    # The data base went away for a while: come back when it does, under another name. Under this one
                    # there may be a job that could not even be called failed; nobody takes that up while it beats.
                    log.exception("worker.interrupted")
                    close_old_connections()
                    self.worker_id = _name()
                    self._stop.wait(2)
        finally:
            self._stop.set()

    def _mark(self) -> None:
        Beat.objects.update_or_create(worker=self.worker_id, defaults={"at": now()})

    def _every(self, seconds: float, act: Callable[[], object]) -> None:
        while not self._stop.wait(seconds):
            try:
                close_old_connections()
                act()
            except Exception:  # noqa: BLE001 - whatever it is, the next beat comes
                log.warning("worker.waits_for_database")
        connection.close()

    def _beat(self) -> None:
        self._every(settings.TASK_LEASE_SECONDS / 4, self._mark)

    def _sweep(self) -> None:
        self._every(2, lambda: sweep(now()))

    def _tidy(self) -> None:
        self._every(3600, files.sweep)

    def _seal(self) -> None:
        """Sign the heads of the record in each hour; not before a restore is confirmed."""
        self._every(SEAL_SECONDS, seal)


def seal() -> None:
    """Sign the heads of the record, if it is time."""
    if recovery.standing() is None and merkle.due(now()):
        task_of("offices.seal_record").call()


def drain(at: Callable[[], datetime] = now, *, limit: int = 500) -> int:
    """Run every job that is due, here and now, until none is left; gives how many ran.

    For the demo walk and the tests: the same jobs, the same order, without a second process.
    Raises what a job raises.
    """
    for count in range(limit):
        with transaction.atomic():
            job = (
                DBTaskResult.objects.filter(status=TaskResultStatus.READY)
                .exclude(run_after__gt=at(), run_after__lt=datetime(9999, 1, 1, tzinfo=at().tzinfo))
                .order_by("-priority", "run_after", "enqueued_at")
                .first()
            )
            if job is None:
                return count
            job.claim("drain")
        result = job.task_result
        try:
            value = job.task.call(*result.args, **result.kwargs)
        except BaseException as problem:
            job.set_failed(problem)
            raise
        job.set_successful(value)
    raise RuntimeError("jobs keep making jobs")


__all__ = ["OfficeWorker", "backoff", "drain", "seal", "sweep"]
