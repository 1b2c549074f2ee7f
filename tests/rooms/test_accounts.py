# SPDX-License-Identifier: Apache-2.0
"""Persons, accounts, roles by assignment, and the letters with a code that rests nowhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.core.context import request_context
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django_tasks_db.models import DBTaskResult

from satupintu.accounts import actions, queries
from satupintu.accounts.adapter import OfficeAdapter
from satupintu.accounts.codes import code_of
from satupintu.accounts.jobs import send_letter
from satupintu.accounts.models import Account, Letter, Person
from satupintu.adapters.mail.client import Unreachable
from satupintu.adapters.mail.simulator import Catcher
from satupintu.cases import actions as cases
from satupintu.cases.models import Case
from satupintu.core.access import WHOLE, Role
from satupintu.core.refusal import Refusal
from satupintu.door.keys import key
from satupintu.door.moment import now
from satupintu.door.worker import sweep
from satupintu.offices.models import Office
from tests import factories as f

Stage = Callable[[str], Case]
END = f.AT + timedelta(days=10)


@pytest.fixture
def colleague(stage: Stage) -> Account:
    """A second officer of the technical team, until END."""
    stage("verifikasi")
    account = f.newcomer("rekan@mempawah.example")
    assert account.person is not None
    office = Office.objects.get(slug="mempawah")
    actions.assign(
        account.person, office, "tim-teknis", title="Anggota", letter="SK 3", since=f.AT, valid_to=END
    )
    return account


# Rights ----------------------------------------------------------------------------------------------------------


def test_a_right_begins_and_ends_with_its_assignment(colleague: Account) -> None:
    instants = (f.AT - timedelta(milliseconds=1), f.AT, END - timedelta(milliseconds=1), END)
    held = [bool(queries.actor_of(colleague, at, proof=WHOLE).capacities) for at in instants]
    assert held == [False, True, True, False]
    (capacity,) = queries.actor_of(colleague, f.AT, proof=WHOLE).capacities
    assert (capacity.role, capacity.assignment) == (
        Role.TECHNICAL_TEAM,
        str(colleague.person.assignments.get().key),  # type: ignore[union-attr]
    )


def test_who_has_left_cannot_go_on_with_his_file(colleague: Account, stage: Stage) -> None:
    case = stage("verifikasi")
    cases.claim(f.actor(colleague.email), case.pk, asked=f.asked())
    with f.refusal("access.not-yours", 404):
        cases.take(f.actor(colleague.email, END), case.pk, outcome="tolak", reason="x", asked=f.asked())


def test_a_file_is_not_handed_to_somebody_who_has_left(colleague: Account, stage: Stage) -> None:
    case, to = stage("verifikasi"), str(colleague.person.key)  # type: ignore[union-attr]
    with f.refusal("cases.not-colleague", 422):
        cases.hand_over(f.actor("teknis", END), case.pk, to=to, reason="Cuti.", asked=f.asked())
    cases.hand_over(f.actor("teknis"), case.pk, to=to, reason="Cuti.", asked=f.asked())


def test_one_person_may_hold_several_roles(colleague: Account, stage: Stage) -> None:
    kampar = Office.objects.get(slug="kampar")
    assert colleague.person is not None
    actions.assign(colleague.person, kampar, "arsiparis", title="Arsiparis", letter="SK 4", since=f.AT)
    me = queries.actor_of(colleague, f.AT, proof=WHOLE)
    assert me.roles_in(kampar.pk) == {Role.ARCHIVIST}
    assert me.roles_in(stage("verifikasi").office_id) == {Role.TECHNICAL_TEAM}


def test_holders_are_those_of_this_office_and_moment(colleague: Account) -> None:
    office = Office.objects.get(slug="mempawah")
    now = queries.holders(office.pk, "tim-teknis", f.AT)
    assert [holder.person for holder in now].count(str(colleague.person.key)) == 1  # type: ignore[union-attr]
    assert len(queries.holders(office.pk, "tim-teknis", END)) == len(now) - 1
    assert colleague.pk in queries.accounts_in_role(office.pk, "tim-teknis", f.AT)
    assert colleague.pk not in queries.accounts_in_role(office.pk, "tim-teknis", END)
    assert queries.office_has(office.pk, Role.HEAD, f.AT)
    assert not queries.office_has(office.pk, Role.ADMINISTRATOR, f.AT)


def test_an_account_without_a_person_may_nothing(db: None) -> None:
    account = Account.objects.create(email="baru@contoh.example", date_joined=f.AT)
    me = queries.actor_of(account, f.AT, proof=WHOLE)
    assert (me.person, me.capacities, me.account_id) == ("", (), account.pk)


def test_names_are_found_for_persons_only(colleague: Account) -> None:
    key = str(colleague.person.key)  # type: ignore[union-attr]
    assert queries.names([key, "sistem", ""]) == {key: "Orang Rekan"}
    assert queries.names(["sistem"]) == {}


# Making an account -----------------------------------------------------------------------------------------------


def test_an_account_comes_with_its_person_and_a_slow_password(db: None) -> None:
    account = actions.make_account(email="siti@contoh.example", name="Siti Aminah", password="kuda-laut-7")
    assert account.password.startswith("argon2$argon2id$")
    assert account.person is not None
    assert account.person.name == "Siti Aminah"
    assert authenticate(email="siti@contoh.example", password="kuda-laut-7") == account
    assert authenticate(email="siti@contoh.example", password="kuda-laut-8") is None
    actions.set_password(account, "ikan-paus-12")
    assert authenticate(email="siti@contoh.example", password="ikan-paus-12") == account


def test_an_address_that_is_taken_leaves_no_person_behind(db: None) -> None:
    actions.make_account(email="siti@contoh.example", name="Siti", password="kuda-laut-7")
    before = Person.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.make_account(email="siti@contoh.example", name="Lain", password="kuda-laut-7")
    assert Person.objects.count() == before


# Codes -----------------------------------------------------------------------------------------------------------

RFC_4226 = [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
]


@pytest.fixture
def secret_of_the_rfc(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The key of RFC 4226, appendix D, lying where the office keeps its own."""
    settings.KEYS = tmp_path
    (tmp_path / "login-code.key").write_bytes(b"12345678901234567890")
    key.cache_clear()
    yield
    key.cache_clear()


def test_the_codes_are_those_of_rfc_4226(secret_of_the_rfc: None) -> None:
    assert [code_of(n) for n in range(10)] == RFC_4226


def test_another_key_gives_other_codes(secret_of_the_rfc: None, tmp_path: Path) -> None:
    (tmp_path / "login-code.key").write_bytes(b"x" * 32)
    key.cache_clear()
    assert [code_of(n) for n in range(10)] != RFC_4226


# Letters ---------------------------------------------------------------------------------------------------------

TO = "siti@contoh.example"


def ask_for_code(rf: RequestFactory) -> str:
    """What allauth does in a request that asks for a code; gives the code it keeps in the session."""
    request = rf.post("/verifikasi")
    request.user = Account(email=TO)
    adapter = OfficeAdapter(request)
    with request_context(request):
        code = adapter.generate_email_verification_code()
        adapter.send_mail("account/email/email_confirmation", TO, {"code": code, "user": request.user})
    return code


def test_the_code_travels_in_the_letter_and_rests_nowhere(
    db: None, rf: RequestFactory, postbox: Catcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "satupintu")
    code = ask_for_code(rf)
    assert re.fullmatch(r"\d{6}", code)
    (job,) = DBTaskResult.objects.all()
    letter = Letter.objects.get()
    assert job.args_kwargs == {"args": [], "kwargs": {"letter_id": letter.pk}}
    assert list(postbox.folder.glob("*.eml")) == []  # no mail leaves inside the request

    f.run_jobs()
    (mail,) = postbox.folder.glob("*.eml")
    assert code in mail.read_text()
    assert f"To: {TO}" in mail.read_text()
    for model in (DBTaskResult, Letter):
        for row in model.objects.all().values():  # type: ignore[attr-defined]
            assert code not in re.findall(r"\d+", repr(row))
    assert code not in caplog.text
    assert Letter.objects.get().sent_at is not None


def test_a_letter_leaves_once(db: None, rf: RequestFactory, postbox: Catcher) -> None:
    ask_for_code(rf)
    f.run_jobs()
    for _ in range(3):
        send_letter.call(letter_id=Letter.objects.get().pk)
    assert len(list(postbox.folder.glob("*.eml"))) == 1


def test_every_letter_has_a_code_of_its_own(db: None, rf: RequestFactory, postbox: Catcher) -> None:
    codes = [ask_for_code(rf) for _ in range(4)]
    f.run_jobs()
    texts = [path.read_text() for path in sorted(postbox.folder.glob("*.eml"))]
    assert len(set(codes)) == len(texts) == 4
    assert all(code in text for code, text in zip(codes, texts, strict=True))


def test_a_letter_waits_while_the_mail_server_is_down(
    db: None, rf: RequestFactory, postbox: Catcher, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, f.free_port()
    code = ask_for_code(rf)
    with pytest.raises(Unreachable):
        f.run_jobs()
    assert Letter.objects.get().sent_at is None
    assert code not in DBTaskResult.objects.get().traceback
    settings.EMAIL_PORT = port
    send_letter.call(letter_id=Letter.objects.get().pk)
    (mail,) = postbox.folder.glob("*.eml")
    assert code in mail.read_text()  # the same code as the page waits for


def test_an_address_refused_for_good_is_asked_once(db: None, rf: RequestFactory, choosy: Any) -> None:
    ask_for_code(rf)
    with pytest.raises(Refusal) as refused:
        f.run_jobs()
    assert refused.value.code == "accounts.address-refused"
    assert sweep(now() + timedelta(hours=2)) == 0


def test_a_letter_without_a_code_needs_no_session(db: None, rf: RequestFactory, postbox: Catcher) -> None:
    request = rf.post("/daftar")
    request.user = Account(email=TO)
    with request_context(request):
        OfficeAdapter(request).send_mail("account/email/account_already_exists", TO, {"email": TO})
    assert Letter.objects.get().template == "account_already_exists"
    f.run_jobs()
    assert len(list(postbox.folder.glob("*.eml"))) == 1
