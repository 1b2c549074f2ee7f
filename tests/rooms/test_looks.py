# SPDX-License-Identifier: Apache-2.0
"""Looking is on record: who opened what of whom and why; nobody can take it back, and the person it concerns sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from satupintu.accounts.models import Account
from satupintu.applications import queries as applications
from satupintu.cases.models import Case
from satupintu.core.access import Permission, require
from satupintu.door import looks, triggers
from satupintu.door.models import Look, LookDay
from satupintu.door.read import verify
from satupintu.offices.models import Office
from tests import factories as f

Stage = Callable[[str], Case]
OFFICER, HEAD, AUDITOR = "teknis@mempawah.example", "kadis@mempawah.example", "auditor@mempawah.example"


@pytest.fixture
def case(stage: Stage) -> Case:
    return stage("tanda-tangan")


def browser(who: str, address: str = "10.1.2.3") -> Client:
    return f.log_in(Client(REMOTE_ADDR=address), Account.objects.get(email=who))


def told(case: Case) -> list[tuple[str, str, str]]:
    return [(seen.role, seen.what, seen.why) for seen in reversed(looks.at([case.subject]))]


def look(case: Case, who: str = "teknis", minute: float = 0, **said: str) -> None:
    actor = f.actor(who, f.AT + f.minutes(minute))
    words = {"what": "file", "why": looks.TURN, "address": "10.1.2.3"} | said
    looks.looked(actor, require(actor, Permission.CASE_READ, case), case, **words)


# What is told ----------------------------------------------------------------------------------------------------


def test_opening_a_file_and_its_papers_is_on_record_with_the_reason(case: Case) -> None:
    officer, head = browser(OFFICER), browser(HEAD)
    officer.get(f"/berkas/{case.key}")
    (document, *_) = [item.document for item in applications.items(f.application(case)) if item.document]
    officer.get(f"/berkas/{case.key}/dokumen/{document.key}")
    head.get(f"/berkas/{case.key}/draf/pratinjau")
    assert told(case) == [
        ("tim-teknis", "file", "hand"),
        ("tim-teknis", f"document:{document.key}", "hand"),
        ("kepala-dinas", "preview", "turn"),
    ]


def test_a_page_loaded_again_is_no_second_look_another_network_is(case: Case) -> None:
    for minute in (0, 5, 14, 16):
        look(case, minute=minute)
    look(case, minute=17, address="10.9.9.9")
    look(case, minute=17, what="permit")
    assert len(told(case)) == 4
    assert {len(seen.network) for seen in looks.at([case.subject])} == {64}
    assert len({seen.network for seen in looks.at([case.subject])}) == 2


def test_whoever_is_refused_has_seen_nothing(case: Case) -> None:
    assert browser(f.APPLICANT).get(f"/berkas/{case.key}").status_code == 403
    assert browser(AUDITOR).get(f"/berkas/{case.key}/dokumen/{case.key}").status_code == 404
    assert told(case) == []


def test_reading_stops_where_it_cannot_be_put_on_record(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Look, "save", full)
    client = browser(OFFICER)
    client.raise_request_exception = False
    answer = client.get(f"/berkas/{case.key}")
    assert answer.status_code == 503
    assert case.title not in answer.content.decode()


# Who is told -----------------------------------------------------------------------------------------------------


def test_the_applicant_sees_role_and_reason_but_no_name(case: Case) -> None:
    browser(OFFICER).get(f"/berkas/{case.key}")
    page = browser(f.APPLICANT).get("/saya/dibuka").content.decode()
    assert "Tim teknis" in page
    assert case.receipt in page
    assert "pernah menanganinya" in page
    name = Account.objects.get(email=OFFICER).person
    assert name is not None
    assert name.name not in page


def test_nobody_else_sees_it(case: Case) -> None:
    browser(OFFICER).get(f"/berkas/{case.key}")
    page = browser(HEAD).get("/saya/dibuka").content.decode()
    assert case.receipt not in page
    assert "Belum ada petugas" in page


def test_the_auditor_sees_who_the_officer_does_not(case: Case) -> None:
    officer = browser(OFFICER)
    officer.get(f"/berkas/{case.key}")
    auditor = browser(AUDITOR)
    auditor.get(f"/berkas/{case.key}")
    page = auditor.get(f"/berkas/{case.key}/pembaca").content.decode()
    name = Account.objects.get(email=OFFICER).person
    assert name is not None
    assert name.name in page
    assert "tugas mengawasi" in page  # his own look stands there, too
    assert officer.get(f"/berkas/{case.key}/pembaca").status_code == 403


# Nobody can take it back -----------------------------------------------------------------------------------------

CHANGES = ("UPDATE door_look SET why = 'turn'", "DELETE FROM door_look")


@pytest.mark.parametrize("change", CHANGES)
def test_a_look_is_neither_changed_nor_deleted(case: Case, change: str) -> None:
    look(case)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert len(told(case)) == 1


BEHIND = {
    "seal": "UPDATE door_look SET person = 'x' WHERE number = 2",
    "missing": "DELETE FROM door_look WHERE number = 2",
    "root": "DELETE FROM door_look WHERE number = 3",
    "orphan": "DELETE FROM door_lookday",
}


@pytest.mark.parametrize("what", BEHIND)
def test_what_is_changed_past_the_triggers_is_found(case: Case, what: str) -> None:
    for minute in (0, 20, 40):
        look(case, minute=minute)
    assert (verify().ok, verify().looks) == (True, 3)
    triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(BEHIND[what])
    triggers.make(connection)
    assert what in {flaw.what for flaw in verify().flaws}


def test_each_day_has_its_own_chain(case: Case) -> None:
    look(case)
    look(case, minute=timedelta(days=1) / timedelta(minutes=1))
    assert list(Look.objects.order_by("pk").values_list("number", flat=True)) == [1, 1]
    assert LookDay.objects.count() == 2
    assert verify().ok


def test_twenty_who_look_at_once_make_one_chain(office: Office) -> None:
    case = f.sent()
    f.at_once(20, lambda n: look(case, address=f"10.0.0.{n}"))
    assert len(told(case)) == 20
    assert LookDay.objects.get().number == 20
    assert verify().ok
