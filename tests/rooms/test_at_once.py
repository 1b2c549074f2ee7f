# SPDX-License-Identifier: Apache-2.0
"""Several at the same moment, in threads with connections of their own: one wins, nothing is half, nothing twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from satupintu.accounts import queries as account_queries
from satupintu.accounts.actions import registration
from satupintu.accounts.actions.registration import Newcomer
from satupintu.accounts.models import Account, Person
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.businesses import actions as businesses
from satupintu.businesses.models import ActorMember, LegalEntity
from satupintu.cases import actions as cases
from satupintu.cases.models import Case
from satupintu.core.access import system
from satupintu.core.refusal import Refusal
from satupintu.door import files
from satupintu.door.keys import key
from satupintu.door.models import Command, Event, StoredFile
from satupintu.door.moment import now
from satupintu.door.read import verify
from satupintu.door.worker import sweep
from satupintu.notices import actions as notices
from satupintu.notices.models import Delivery, Notice, Report
from satupintu.offices import actions as offices
from satupintu.offices.models import NumberBook, Office
from satupintu.permits import actions as permits
from satupintu.permits import papers, queries
from satupintu.permits.actions import replacing
from satupintu.permits.models import Permit
from tests import factories as f


def told(case: Case, kind: str) -> int:
    return Event.objects.filter(subject=case.subject, kind=kind).count()


# Numbers ---------------------------------------------------------------------------------------------------------


def test_eight_counters_take_numbers_without_gaps_or_doubles(office: Office) -> None:
    """Every third attempt is refused half-way and gives its number back."""

    def take(n: int) -> list[int]:
        taken = []
        for turn in range(9):
            try:
                with transaction.atomic():
                    number = offices.take_number(office.pk, "loket", 2026)
                    if (n + turn) % 3 == 0:
                        raise Refusal("test.no")
                taken.append(number)
            except Refusal:
                continue
        return taken

    taken = sorted(number for numbers in f.at_once(8, take) for number in numbers)
    assert taken == list(range(1, 8 * 6 + 1))
    assert NumberBook.objects.get(name="loket").last == len(taken)


def test_a_book_that_is_new_is_opened_once(office: Office) -> None:
    def take(n: int) -> int:
        with transaction.atomic():
            return offices.take_number(office.pk, "buku-baru", 2026)

    assert sorted(f.at_once(8, take)) == list(range(1, 9))


# One account -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contact", ["+6281255550142", "tini@contoh.example"])
def test_of_five_who_register_one_contact_at_once_one_has_it(office: Office, contact: str) -> None:
    def register(n: int) -> Account:
        return registration.register(Newcomer(contact, f"Tini {n}", "!", Account.WNI, Account.UMK))

    won, refused = f.split(f.at_once(5, register))
    assert (len(won), refused) == (1, ["accounts.contact-taken"] * 4)
    assert account_queries.identified(contact) == won[0]
    assert Person.objects.filter(name__startswith="Tini ").count() == 1


# One outcome -----------------------------------------------------------------------------------------------------


def test_of_twenty_who_decide_on_the_same_page_one_wins(office: Office) -> None:
    case = f.sent()
    me, version = f.actor("teknis"), case.version

    def take(n: int) -> object:
        return cases.take(
            me, case.pk, outcome="tolak", reason="Tidak lengkap.", asked=f.asked(expected=version)
        )

    won, codes = f.split(f.at_once(20, take))
    assert (won, codes) == ([{}], ["door.changed"] * 19)
    case = f.fresh(case)
    assert (case.end, case.version, told(case, "case.take")) == (
        "ditolak",
        version + 1,
        2,
    )  # step 1 was the other
    assert Command.objects.filter(account_id=me.account_id).count() == 1
    assert verify().ok


def test_of_twenty_who_do_not_say_what_they_saw_one_wins_too(office: Office) -> None:
    case = f.examine(f.sent())
    answers = f.at_once(20, lambda n: f.take(case, "teknis", "lengkap"))
    won, codes = f.split(answers)
    assert (len(won), codes) == (1, ["access.role"] * 19)  # the file is at the next desk already
    assert f.fresh(case).step == "validasi"


def test_a_button_pressed_twenty_times_acts_once_and_answers_always(office: Office) -> None:
    case, asked, me = f.forwarded(), f.asked(), f.actor("kadis")
    won, codes = f.split(f.at_once(20, lambda n: permits.sign(me, case.pk, asked=asked)))
    assert codes == []
    assert won == [{"number": Permit.objects.get().number}] * 20
    assert told(case, "permit.number-taken") == 1


def test_of_two_officers_one_gets_the_file(office: Office) -> None:
    f.newcomer("rekan@mempawah.example", "tim-teknis")
    case, people = f.sent(), [f.actor("teknis"), f.actor("rekan@mempawah.example")]
    won, codes = f.split(f.at_once(2, lambda n: cases.claim(people[n], case.pk, asked=f.asked())))
    assert (len(won), codes) == (1, ["cases.held"])
    assert f.fresh(case).holder in {person.person for person in people}
    assert told(case, "case.claimed") == 1


def test_of_a_refusal_and_a_withdrawal_one_happens(office: Office) -> None:
    case = f.sent()
    mine, me = f.application(case), f.actor("pemohon")

    def act(n: int) -> object:
        if n:
            return applications.withdraw(me, mine.key, reason="", asked=f.asked())
        return f.take(case, "teknis", "tolak", reason="Tidak lengkap.").end

    won, codes = f.split(f.at_once(2, act))
    assert (len(won), codes) == (1, ["cases.ended"])
    assert f.fresh(case).end in {"ditolak", "ditarik"}
    assert verify().ok


# Sending and signing ---------------------------------------------------------------------------------------------


def test_an_application_sent_from_eight_tabs_is_sent_once(office: Office) -> None:
    made, me = f.draft(), f.actor("pemohon")
    ticked = f.statements(made)
    answers = f.at_once(8, lambda n: applications.send(me, made.key, ticked=ticked, asked=f.asked()))
    won, codes = f.split(answers)
    assert (won, codes) == ([{"receipt": "SP-6102-26-000001"}], ["applications.sent"] * 7)
    assert Case.objects.count() == 1
    assert NumberBook.objects.get(name="receipt").last == 1


def test_a_request_repeated_eight_times_gives_the_same_receipt(office: Office) -> None:
    made, me, asked = f.draft(), f.actor("pemohon"), f.asked()
    ticked = f.statements(made)
    won, codes = f.split(f.at_once(8, lambda n: applications.send(me, made.key, ticked=ticked, asked=asked)))
    assert (won, codes) == ([{"receipt": "SP-6102-26-000001"}] * 8, [])


def test_of_two_heads_who_sign_one_signs(office: Office) -> None:
    f.newcomer("wakil@mempawah.example", "kepala-dinas")
    case, heads = f.forwarded(), [f.actor("kadis"), f.actor("wakil@mempawah.example")]
    won, codes = f.split(f.at_once(2, lambda n: permits.sign(heads[n], case.pk, asked=f.asked())))
    assert len(won) == 1
    assert codes in (["cases.held"], ["sop.signing"])
    assert (Permit.objects.count(), NumberBook.objects.get(name="SS").last) == (1, 1)
    assert DBTaskResult.objects.filter(task_path__endswith="permits.jobs.sign").count() == 1


def test_of_two_heads_who_replace_one_signs_and_of_two_proposals_one_stands(office: Office) -> None:
    f.newcomer("wakil@mempawah.example", "kepala-dinas")
    case, heads = f.issued(), [f.actor("kadis"), f.actor("wakil@mempawah.example")]
    lost = {"why": "rusak-hilang", "words": "Hilang.", "raw": {}}
    officers = [f.actor("jf"), f.actor("koordinator")]
    won, codes = f.split(
        f.at_once(2, lambda n: replacing.propose(officers[n], case.pk, **lost, asked=f.asked()))
    )
    assert (len(won), codes) == (1, ["permits.replacement-open"])
    won, codes = f.split(f.at_once(2, lambda n: replacing.confirm(heads[n], case.pk, asked=f.asked())))
    assert (len(won), codes) == (1, ["permits.no-replacement"])
    second = Permit.objects.get(version=2)
    sheet = papers.sheet(second)
    won, codes = f.split(f.at_once(4, lambda n: permits.store_signed(system(f.AT), second.pk, sheet)))
    assert (won, codes) == ([None], ["permits.stored"] * 3)
    assert told(case, "permit.replaced") == 1


def test_the_limit_of_a_day_holds_for_signatures_at_once(office: Office, settings: Any) -> None:
    settings.SIGN_DAILY = 1
    cases = [f.forwarded(), f.forwarded()]
    won, codes = f.split(f.at_once(2, lambda n: permits.sign(f.actor("kadis"), cases[n].pk, asked=f.asked())))
    assert (len(won), codes) == (1, ["permits.sign-limit"])
    assert (Permit.objects.count(), NumberBook.objects.get(name="SS").last) == (1, 1)


def test_of_two_workers_with_the_same_signature_one_stores_it(office: Office) -> None:
    case = f.sign(f.forwarded())
    permit = queries.of_case(case)
    assert permit is not None
    sheet = papers.sheet(permit)
    won, codes = f.split(f.at_once(4, lambda n: permits.store_signed(system(f.AT), permit.pk, sheet)))
    assert (won, codes) == ([None], ["permits.stored"] * 3)
    assert told(case, "permit.issued") == 1
    assert StoredFile.objects.filter(sha256=Permit.objects.get().file.sha256).count() == 1  # type: ignore[union-attr]


# Beside the files ------------------------------------------------------------------------------------------------


def test_eight_jobs_tell_the_same_thing_once(office: Office) -> None:
    account = Account.objects.get(email=f.APPLICANT)
    message = notices.Message(office.pk, "case:x", "x:1:test", "Halo", "Isi")
    answers = f.at_once(8, lambda n: notices.tell(account.pk, message))
    assert sorted(answers) == [False] * 7 + [True]
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_report_that_comes_eight_times_at_once_counts_once(office: Office) -> None:
    account = Account.objects.get(email=f.APPLICANT)
    notices.tell(account.pk, notices.Message(office.pk, "case:x", "x:1:test", "Halo", "Isi"))
    delivery = Delivery.objects.get()
    Delivery.objects.update(channel="whatsapp")
    told = notices.Told(str(delivery.notice.key), "wamid.x", "read", 0, f.AT)
    assert sorted(f.at_once(8, lambda n: notices.take_reports([told]))) == [0] * 7 + [1]
    assert Report.objects.count() == 1


def test_two_sweepers_put_a_lost_job_back_once(office: Office) -> None:
    f.sent()
    job = DBTaskResult.objects.first()
    assert job is not None
    job.claim("silent")
    later = now() + 2 * f.timedelta(seconds=settings.TASK_LEASE_SECONDS)
    assert sorted(f.at_once(4, lambda n: sweep(later))) == [0, 0, 0, 1]


def test_a_removed_upload_leaves_the_disk_when_the_commit_is_there(office: Office) -> None:
    made, me = f.draft(), f.actor("pemohon")
    document = application_queries.items(made)[0].document
    assert document is not None
    path = files.path_of(document.file)
    with transaction.atomic():
        files.forget(document.file)  # somebody still refers to it
    assert path.exists()
    applications.detach(me, made.key, "ktp")
    assert not path.exists()
    rest = [files.path_of(row) for row in StoredFile.objects.all()]
    applications.discard(me, made.key)
    assert StoredFile.objects.count() == 0
    assert not any(path.exists() for path in rest)


def test_a_file_that_two_applications_share_stays_until_both_are_gone(office: Office) -> None:
    case = f.refused()
    old, me = f.application(case), f.actor("pemohon")
    made = applications.start(me, case.service, reopens=old)
    shared = application_queries.items(old)[0].document
    assert shared is not None
    applications.discard(me, made.key)
    assert files.read(StoredFile.objects.get(pk=shared.file_id))


def test_a_correction_and_an_upload_at_once_leave_nothing_open(office: Office) -> None:
    case = f.send_back(f.verified())
    mine, me = f.application(case), f.actor("pemohon")
    applications.attach(me, mine.key, "ktp", name="a.png", data=f.picture(70))

    def act(n: int) -> object:
        if n:
            return applications.attach(me, mine.key, "ktp", name="b.png", data=f.picture(71)).number
        return applications.correct(me, mine.key, note="", truthful=True, asked=f.asked())

    won, codes = f.split(f.at_once(2, act))
    assert {} in won
    assert codes in ([], ["applications.not-open"])
    assert not any(item.to_correct for item in application_queries.items(mine))


def test_a_key_that_many_need_first_is_made_once(office: Office) -> None:
    key.cache_clear()
    seen, lock = set[bytes](), threading.Lock()

    def need(n: int) -> None:
        found = key.__wrapped__("test-only")
        with lock:
            seen.add(found)

    f.at_once(8, need)
    assert len(seen) == 1
    assert len(next(iter(seen))) == 32


# Business actors -------------------------------------------------------------------------------------------------


def test_of_four_who_register_the_same_entity_one_wins(office: Office) -> None:
    people = [f.newcomer(f"pendiri{n}@contoh.example").email for n in range(4)]
    body = businesses.Body("PT Contoh", "pt", "1", f.AT.date(), "012345674701000")
    where = businesses.Where({"jalan": "Jalan Contoh 1"}, "")

    def register(n: int) -> object:
        me = f.actor(people[n])
        return businesses.register_entity(
            me, body, position="Direktur", scale="umk", where=where, asked=f.asked()
        )

    won, refused = f.split(f.at_once(4, register))
    assert (len(won), refused) == (1, ["businesses.entity-taken"] * 3)
    assert (LegalEntity.objects.count(), ActorMember.objects.count()) == (1, 1)
