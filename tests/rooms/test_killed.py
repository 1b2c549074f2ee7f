# SPDX-License-Identifier: Apache-2.0
"""A real worker process, killed or frozen in the middle of its work; another one finishes it, and nothing is doubled.

That a worker has been silent for longer than its lease is said to the data base, so that no test sits and waits.
"""

from __future__ import annotations

import asyncio
import email
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db.models import F
from django_tasks_db.models import DBTaskResult

from satupintu.accounts.models import Account
from satupintu.adapters.mail.simulator import Catcher
from satupintu.applications import actions as applications
from satupintu.cases.models import Case
from satupintu.door import files
from satupintu.door.models import Beat, Event
from satupintu.door.moment import now
from satupintu.door.read import verify
from satupintu.notices import actions as notices
from satupintu.notices.models import Delivery, Notice
from satupintu.offices.models import NumberBook, Office
from satupintu.permits import queries
from satupintu.permits.models import Permit
from tests import factories as f


class Slow(Catcher):
    """A mail server that takes its time: before it keeps a mail, or before it says that it has."""

    keeps_first = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.has_it, self.may_go_on = threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = await super().handle_DATA(server, session, envelope) if self.keeps_first else ""
        self.has_it.set()
        await asyncio.get_running_loop().run_in_executor(None, self.may_go_on.wait)
        return reply or await super().handle_DATA(server, session, envelope)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[Slow, int]]:
    catcher = Slow(tmp_path / "mail")
    controller = Controller(catcher, hostname="127.0.0.1", port=f.free_port())
    controller.start()
    yield catcher, controller.port
    catcher.may_go_on.set()
    controller.stop()


Start = Callable[[int], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(beside: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a worker as an office does, on the data of this test."""
    running: list[subprocess.Popen[bytes]] = []

    def started(smtp: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "satupintu.cli", "worker"]
        with (tmp_path / f"worker-{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                command, env={**beside, "SATUPINTU_SMTP": f"127.0.0.1:{smtp}"}, stdout=log, stderr=log
            )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.wait()


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=90)


def is_running(name: str) -> bool:
    return DBTaskResult.objects.filter(status="RUNNING", task_path__endswith=name).exists()


def the_lease_is_over() -> None:
    """A minute goes by in which nobody hears of the worker."""
    minute = timedelta(minutes=1)
    Beat.objects.update(at=F("at") - minute)
    DBTaskResult.objects.filter(status="RUNNING").update(started_at=F("started_at") - minute)


def being_signed(at: object = None) -> Case:
    return f.sign(f.forwarded(now()), now())


def signed_once(case: Case) -> None:
    permit = queries.of_case(case)
    assert permit is not None
    assert permit.file is not None
    data = files.read(permit.file)
    assert queries.check_file(data).verdict == queries.GENUINE
    kinds = f.kinds(case)
    assert (kinds.count("permit.number-taken"), kinds.count("permit.issued")) == (1, 1)
    assert (Permit.objects.count(), NumberBook.objects.get(name="SS").last) == (1, 1)
    assert f.fresh(case).step == "unduh"
    assert verify().ok


def test_a_worker_killed_while_signing_is_followed_by_one_that_signs_under_the_same_number(
    start: Start, slow: tuple[Slow, int]
) -> None:
    server, port = slow
    server.may_go_on.set()
    case = being_signed()
    number = Permit.objects.get().number
    first = start(port)
    f.until(lambda: is_running("permits.jobs.sign"))
    first.send_signal(signal.SIGKILL)
    first.wait()
    permit = Permit.objects.get()
    assert (permit.state, permit.file) == (Permit.SIGNING, None), "killed too late to prove anything"
    assert is_running("permits.jobs.sign")

    with f.refusal("sop.signing"):
        f.take(case, "kadis", "tolak", now(), "Berubah pikiran.")
    with f.refusal("sop.signing"):
        applications.withdraw(f.actor("pemohon", now()), f.application(case).key, reason="", asked=f.asked())

    the_lease_is_over()
    second = start(port)
    f.until(lambda: f.fresh(case).step == "unduh")
    end(second)
    assert Permit.objects.get().number == number
    job = DBTaskResult.objects.get(task_path__endswith="permits.jobs.sign")
    assert (job.status, len(job.worker_ids)) == ("SUCCESSFUL", 2)
    signed_once(case)


def test_a_frozen_worker_that_wakes_up_later_doubles_nothing(start: Start, slow: tuple[Slow, int]) -> None:
    server, port = slow
    server.may_go_on.set()
    case = being_signed()
    first = start(port)
    f.until(lambda: is_running("permits.jobs.sign"))
    first.send_signal(signal.SIGSTOP)
    assert Permit.objects.get().state == Permit.SIGNING, "stopped too late to prove anything"
    the_lease_is_over()
    second = start(port)
    f.until(lambda: f.fresh(case).step == "unduh")
    end(second)
    kept, beats = queries.of_case(case), Beat.objects.order_by("pk")
    before = Event.objects.count()
    asleep = beats.first()
    assert asleep is not None
    first.send_signal(signal.SIGCONT)
    f.until(lambda: not is_running("permits.jobs.sign"))
    f.until(lambda: Beat.objects.get(pk=asleep.pk).at > asleep.at)
    end(first)
    after = queries.of_case(case)
    assert kept is not None
    assert after is not None
    assert (after.file_id, Event.objects.count()) == (kept.file_id, before)
    assert not DBTaskResult.objects.filter(status="FAILED").exists()
    signed_once(case)


@pytest.mark.parametrize("keeps_first", [False, True], ids=["before it is taken", "before it is confirmed"])
def test_a_worker_killed_while_mailing_is_followed_by_one_that_delivers(
    start: Start, slow: tuple[Slow, int], office: Office, keeps_first: bool
) -> None:
    server, port = slow
    server.keeps_first = keeps_first
    account = Account.objects.get(email=f.APPLICANT)
    notices.tell(account.pk, notices.Message(office.pk, "case:x", "x:1:test", "Halo", "Isi"))
    first = start(port)
    assert server.has_it.wait(timeout=150)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert Delivery.objects.get().state == "menunggu"
    assert Notice.objects.count() == 1  # to be read in the application all the while

    server.may_go_on.set()
    the_lease_is_over()
    second = start(port)
    f.until(lambda: Delivery.objects.get().state == "terkirim")
    end(second)
    mails = [email.message_from_bytes(path.read_bytes()) for path in sorted(server.folder.glob("*.eml"))]
    assert len(mails) == (2 if keeps_first else 1)
    assert {mail["Message-ID"] for mail in mails} == {
        f"<notice-{Notice.objects.get().key}@satupintu.example>"
    }
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)
