# SPDX-License-Identifier: Apache-2.0
"""Telling people: once, whatever happens to job, worker and mail server; and it is always visible how it stands."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from satupintu.accounts.models import Account
from satupintu.adapters.mail import bounces
from satupintu.adapters.mail.simulator import Catcher
from satupintu.applications.jobs import system_work, tell
from satupintu.cases import actions as cases
from satupintu.cases.models import Case
from satupintu.door.moment import at_moment
from satupintu.notices import actions, queries
from satupintu.notices.jobs import deliver
from satupintu.notices.models import Delivery, Notice
from tests import factories as f

Stage = Callable[[str], Case]
LATER = f.AT + f.minutes(6)  # undo_minutes is 5: until then nobody is told


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    """Ten o'clock in Mempawah: whatever is told may leave."""
    with at_moment(f.AT):
        yield


def letters(catcher: Catcher) -> list[EmailMessage]:
    files = sorted(catcher.folder.glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]  # type: ignore[misc]


@pytest.fixture
def message(stage: Stage) -> actions.Message:
    case = stage("verifikasi")
    return actions.Message(
        office_id=case.office_id,
        about=case.subject,
        source=f"{case.key}:99:test",
        subject="Permohonan Anda\nditerima",
        body="Terima kasih.",
        link="/permohonan/x",
    )


@pytest.fixture
def account(stage: Stage) -> Account:
    stage("verifikasi")
    return Account.objects.get(email=f.APPLICANT)


def shown(account: Account) -> list[tuple[str, str]]:
    """What can be read in the application."""
    return [(notice.subject, notice.body) for notice in queries.inbox(account.pk)]


def told(message: actions.Message) -> Delivery:
    return Delivery.objects.get(notice__source=message.source)


# One message -----------------------------------------------------------------------------------------------------


def test_it_can_be_read_at_once_and_travels_by_mail(
    account: Account, message: actions.Message, postbox: Catcher
) -> None:
    assert actions.tell(account.pk, message)
    assert ("Permohonan Anda\nditerima", "Terima kasih.") in shown(account)
    assert told(message).state == "menunggu"
    f.run_jobs()
    assert told(message).state == "terkirim"
    (letter,) = letters(postbox)
    assert letter["To"] == account.email
    assert letter["Subject"] == "Permohonan Anda diterima"
    words = letter.get_content().split()
    assert words[:3] == ["Terima", "kasih.", f"{settings.PUBLIC_URL}/permohonan/x"]
    assert words[-1] == f"{settings.PUBLIC_URL}/saya/kabar"  # how to have no more of it
    assert letter["Message-ID"] == f"<notice-{told(message).notice.key}@satupintu.example>"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_it_is_told_once_however_often(account: Account, message: actions.Message, postbox: Catcher) -> None:
    assert actions.tell(account.pk, message)
    assert not actions.tell(account.pk, message)
    f.run_jobs()
    for _ in range(3):
        deliver.call(delivery_id=told(message).pk)
        assert not actions.tell(account.pk, message)
    assert f.run_jobs() == 0
    assert len(letters(postbox)) == 1


def test_two_people_are_two_messages(account: Account, message: actions.Message) -> None:
    other = Account.objects.get(email="jf@mempawah.example")
    assert actions.tell(account.pk, message)
    assert actions.tell(other.pk, message)
    before = queries.unread(other.pk)
    actions.read_all(other.pk)
    assert before >= 1
    assert queries.unread(other.pk) == 0
    assert queries.unread(account.pk) >= 1


def test_a_line_break_in_a_subject_makes_no_second_header(
    account: Account, message: actions.Message, postbox: Catcher
) -> None:
    evil = actions.Message(**{**vars_of(message), "subject": "Halo\r\nBcc: semua@contoh.example"})
    actions.tell(account.pk, evil)
    f.run_jobs()
    (letter,) = letters(postbox)
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Halo Bcc: semua@contoh.example"


def vars_of(message: actions.Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in message.__dataclass_fields__}


# The mail server has a bad day -----------------------------------------------------------------------------------


def test_a_mail_server_that_is_down_means_waiting_with_the_reason_and_then_arriving(
    account: Account, message: actions.Message, postbox: Catcher
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9  # nobody listens there
    actions.tell(account.pk, message)
    f.run_jobs()
    waiting = told(message)
    assert (waiting.state, waiting.reason, waiting.attempts) == ("menunggu", "mail ConnectionRefusedError", 1)
    assert ("Permohonan Anda\nditerima", "Terima kasih.") in shown(account)  # in the application it is there
    assert queries.told_about(message.about)[-1][1:] == ("email", "menunggu")

    settings.EMAIL_PORT = port
    assert f.run_jobs(f.AT + timedelta(seconds=4)) == 0
    assert f.run_jobs(f.AT + timedelta(seconds=5)) == 1
    assert (told(message).state, told(message).reason) == ("terkirim", "")
    assert len(letters(postbox)) == 1


def test_a_server_that_says_later_is_asked_again(
    account: Account, message: actions.Message, postbox: Catcher
) -> None:
    postbox.answer = "451 4.3.0 try again later"
    actions.tell(account.pk, message)
    f.run_jobs()
    assert (told(message).state, told(message).reason) == ("menunggu", "mail [451]")
    postbox.answer = ""
    deliver.call(delivery_id=told(message).pk)
    assert told(message).state == "terkirim"
    assert len(letters(postbox)) == 1


def test_a_mail_that_the_server_will_never_take_is_final(
    account: Account, message: actions.Message, postbox: Catcher
) -> None:
    postbox.answer = "554 5.7.1 not here"
    actions.tell(account.pk, message)
    f.run_jobs()
    assert (told(message).state, told(message).reason) == ("gagal", "alamat ditolak")


def outage(message: actions.Message, hours: float) -> int:
    """Let time pass with the queue as it is, from one job to the next; gives how many tries there were."""
    tries, until = 0, f.AT + timedelta(hours=hours)
    while (at := next_job()) is not None and at <= until:
        f.run_jobs(at)
        tries = told(message).attempts
    return tries


def next_job() -> datetime | None:
    rows = DBTaskResult.objects.filter(status="READY", task_path="satupintu.notices.jobs.deliver")
    # A job for now is kept with a year no calendar reaches.
    return min(
        (f.AT if at.year > 9000 else at for at in rows.values_list("run_after", flat=True)), default=None
    )


def test_an_outage_of_four_hours_loses_nothing_and_doubles_nothing(
    account: Account, message: actions.Message, postbox: Catcher, settings: Any
) -> None:
    """A whole batch waits; the server is back after four hours; within a quarter of an hour all of it is there, once."""
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, f.free_port()
    many = [actions.Message(**{**vars_of(message), "source": f"{message.source}{n}"}) for n in range(20)]
    with at_moment(f.AT):
        for one in many:
            actions.tell(account.pk, one)
    assert 15 < outage(many[0], 4) < 40
    assert {told(one).state for one in many} == {"menunggu"}
    assert letters(postbox) == []

    settings.EMAIL_PORT = port
    f.run_jobs(f.AT + timedelta(hours=4, minutes=15))
    assert {told(one).state for one in many} == {"terkirim"}
    assert len({letter["Message-ID"] for letter in letters(postbox)}) == len(letters(postbox)) == 20
    assert not DBTaskResult.objects.filter(status__in=("READY", "FAILED")).exists()


def test_after_a_day_it_no_longer_looks_as_if_it_waited(
    account: Account, message: actions.Message, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", f.free_port()
    late = actions.Message(**{**vars_of(message), "prompt": True})  # no night in between
    with at_moment(f.AT):
        actions.tell(account.pk, late)
    outage(late, 23.9)
    assert told(late).state == "menunggu"
    outage(late, 24.3)
    assert (told(late).state, told(late).reason) == ("gagal", "mail ConnectionRefusedError")
    assert next_job() is None


def test_a_job_run_again_starts_no_second_row_of_tries(
    account: Account, message: actions.Message, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", f.free_port()
    with at_moment(f.AT):
        actions.tell(account.pk, message)
        f.run_jobs()
        for _ in range(3):
            deliver.call(delivery_id=told(message).pk, tries=0)
    assert told(message).attempts == 1
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_an_address_that_is_refused_for_good_is_final(
    account: Account, message: actions.Message, choosy: Any
) -> None:
    actions.tell(account.pk, message)
    f.run_jobs()
    assert (told(message).state, told(message).reason) == ("gagal", "alamat ditolak")
    assert next_job() is None  # nothing to try again


def test_an_address_that_is_refused_for_now_waits(
    account: Account, message: actions.Message, choosy: Any
) -> None:
    choosy.reply = "450 4.2.1 mailbox busy"
    actions.tell(account.pk, message)
    f.run_jobs()
    assert (told(message).state, told(message).reason) == ("menunggu", "mail [450]")


def test_what_has_arrived_is_not_taken_back(
    account: Account, message: actions.Message, postbox: Catcher
) -> None:
    actions.tell(account.pk, message)
    f.run_jobs()
    actions.not_delivered(told(message).pk, reason="late")
    actions.refused(told(message).pk, reason="late")
    assert told(message).state == "terkirim"


def returned(letter: EmailMessage, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """The mail as a server sends it back, in the shape of RFC 3464."""
    lines = f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; x@y.example\nAction: {action}\nStatus: {status}\n"
    parts = [
        ("text/plain", "Tidak dapat diantar."),
        ("message/delivery-status", lines),
        ("text/rfc822-headers", f"Message-ID: {letter['Message-ID']}\n"),
    ]
    body = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    head = "From: MAILER-DAEMON@mx.example\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n"
    return f"{head}{body}--b--\n".encode()


def test_a_mail_that_comes_back_has_failed_after_all(
    account: Account, message: actions.Message, postbox: Catcher
) -> None:
    actions.tell(account.pk, message)
    f.run_jobs()
    (letter,) = letters(postbox)
    late = returned(letter, action="delayed", status="4.4.1")
    stranger = returned(letter).replace(b"<notice-", b"<other-")
    assert [bounces.read(raw) for raw in (late, stranger, letter.as_bytes(), b"", b"\xff")] == [None] * 5
    for _ in range(2):
        came_back = bounces.read(returned(letter))
        assert came_back is not None
        assert actions.bounced(came_back.key, reason=f"surel dikembalikan ({came_back.status})")
    assert (told(message).state, told(message).reason) == ("gagal", "surel dikembalikan (5.1.1)")
    assert not actions.bounced("bukan kunci", reason="x")


# What a file tells -----------------------------------------------------------------------------------------------


def occasions(case: Case) -> list[tuple[str, str]]:
    """(who, which text) of everything told about a file."""
    rows = Notice.objects.filter(about=case.subject).order_by("pk")
    return [(n.account.email.partition("@")[0], n.source.rpartition(":")[2]) for n in rows]


def test_every_notice_of_the_sop_reaches_whom_it_names(stage: Stage) -> None:
    case = stage("unduh")
    assert sorted(occasions(case)) == [
        ("fo", "permohonan-baru"),
        ("jf", "validasi"),
        ("kadis", "siap-tanda-tangan"),
        ("koordinator", "penetapan"),
        ("pemohon", "diterima"),
        ("pemohon", "terbit"),
        ("teknis", "verifikasi"),
    ]


def test_a_text_has_no_hole_and_links_to_the_readers_own_page(stage: Stage) -> None:
    for name in f.STAGES:
        case = stage(name)
        for notice in Notice.objects.filter(about=case.subject):
            text = f"{notice.subject} {notice.body}"
            assert "{" not in text
            assert case.receipt in text
            own = (
                f"/permohonan/{f.application(case).key}"
                if notice.account.email == f.APPLICANT
                else f"/berkas/{case.key}"
            )
            assert text.count(own) <= 1
            assert ("/berkas/" in text) is (own in text and own.startswith("/berkas/"))


def test_the_same_job_twice_tells_once(stage: Stage, postbox: Catcher) -> None:
    case = f.take(stage("verifikasi"), "teknis", "tolak", reason="Tidak lengkap.")
    number = f.last(case).number
    for _ in range(3):
        tell.call(case_id=case.pk, number=number)
    f.run_jobs(LATER)
    assert occasions(case).count(("pemohon", "ditolak")) == 1
    assert [letter["To"] for letter in letters(postbox)] == [f.APPLICANT]


def test_nobody_is_told_before_the_minutes_of_undoing_are_over(stage: Stage) -> None:
    case = f.take(stage("verifikasi"), "teknis", "tolak", reason="Tidak lengkap.")
    f.run_jobs(f.AT + f.minutes(4.9))
    assert ("pemohon", "ditolak") not in occasions(case)
    f.run_jobs(f.AT + f.minutes(5))
    assert ("pemohon", "ditolak") in occasions(case)


def test_what_was_undone_is_told_to_nobody(stage: Stage) -> None:
    case = f.take(stage("verifikasi"), "teknis", "tolak", reason="Salah berkas.")
    cases.undo(f.actor("teknis", f.AT + f.minutes(2)), case.pk, asked=f.asked())
    f.run_jobs(LATER)
    assert ("pemohon", "ditolak") not in occasions(case)


def test_only_the_one_who_holds_the_file_is_told_of_its_return(stage: Stage) -> None:
    f.newcomer("jf2@mempawah.example", "jf-penata-perizinan")
    case = f.fresh(stage("validasi"))
    holder = f.actor("jf2@mempawah.example").person
    cases.claim(f.actor("jf2@mempawah.example"), case.pk, asked=f.asked())
    f.send_back(case, "jf2@mempawah.example")
    f.correct(case)
    f.run_jobs(LATER)
    assert f.fresh(case).holder == holder
    told_of = [who for who, text in occasions(case) if text == "perbaikan-masuk"]
    assert told_of == ["jf2"]


def test_the_system_tells_at_its_own_step_and_only_once(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    f.run_jobs()
    (job,) = DBTaskResult.objects.filter(task_path__endswith="system_work")
    before = f.everything()
    system_work.call(**job.args_kwargs["kwargs"])
    assert f.everything() == before
    assert f.fresh(case).step == "unduh"
    assert occasions(case).count(("pemohon", "terbit")) == 1
