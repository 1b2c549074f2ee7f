# SPDX-License-Identifier: Apache-2.0
"""Acting for another: exactly his files, in his name on the record, and nothing any more at the request after he withdraws."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from satupintu.accounts.actions import mandates
from satupintu.accounts.models import Account, Mandate
from satupintu.applications import actions as applications
from satupintu.applications import queries
from satupintu.applications.actions import mandates as for_one
from satupintu.applications.models import Application
from satupintu.businesses import actions as businesses
from satupintu.businesses.models import BusinessActor
from satupintu.core.access import Actor, Power, Role
from satupintu.core.refusal import Refusal
from satupintu.door import read
from satupintu.door.moment import at_moment
from tests import factories as f

Stage = Callable[[str], Any]
END = f.AT + timedelta(days=30)
HELPER, STRANGER = "ponakan@contoh.example", "lain@contoh.example"


@pytest.fixture
def mine(stage: Stage) -> Application:
    """The owner's application, sent; a nephew and a stranger have accounts."""
    case = stage("verifikasi")
    for email in (HELPER, STRANGER):
        f.newcomer(email)
    return f.application(case)


def give(about: Application | None = None, email: str = HELPER, **more: Any) -> Mandate:
    me, until = f.actor("pemohon"), more.pop("until", END)
    if about is None:
        made = mandates.give(me, email=email, until=until, asked=f.asked())
    else:
        made = for_one.give(me, about.key, email=email, until=until, asked=f.asked())
    return Mandate.objects.get(key=made["mandate"])


def accepted(about: Application | None = None, email: str = HELPER) -> Mandate:
    row = give(about, email)
    mandates.accept(f.actor(email), row.key, asked=f.asked())
    return row


def opens(application: Application, who: str = HELPER, at: Any = f.AT) -> bool:
    """Whether the application is there for him; where it is not, it is as if it did not exist (404)."""
    with suppress(Refusal):
        return queries.own(f.actor(who, at), application.key) == application
    return False


def other(mine: Application) -> Application:
    """Another application of the same owner."""
    return Application.objects.exclude(pk=mine.pk).filter(person=mine.person, case__isnull=False)[0]


def test_it_holds_only_once_accepted_and_only_for_its_days(mine: Application) -> None:
    row = give(mine)
    assert not opens(mine)
    mandates.accept(f.actor(HELPER), row.key, asked=f.asked())
    instants = (f.AT, END - timedelta(milliseconds=1), END)
    assert [opens(mine, at=at) for at in instants] == [True, True, False]
    assert not opens(mine, STRANGER)


def test_one_application_is_not_another(mine: Application) -> None:
    accepted(mine)
    assert opens(mine)
    assert not opens(other(mine))
    assert queries.by_mandate(f.actor(HELPER)) == [mine]


def test_everything_of_the_giver_and_of_nobody_else(mine: Application) -> None:
    accepted()
    foreign = f.draft(who=STRANGER, nik="6102015005920003")
    assert opens(mine)
    assert opens(other(mine))
    assert not opens(foreign)
    found = queries.by_mandate(f.actor(HELPER))
    assert {one.person_id for one in found} == {mine.person_id}


def test_a_mandate_for_a_draft_goes_on_with_the_file(mine: Application) -> None:
    draft = f.draft()
    accepted(draft)
    answer = applications.send(f.actor(HELPER), draft.key, ticked=f.statements(draft), asked=f.asked())
    case = queries.own(f.actor(HELPER), draft.key).case
    assert case is not None
    assert (case.receipt, case.owner_key) == (answer["receipt"], str(mine.person.key))
    applications.withdraw(f.actor(HELPER), draft.key, reason="", asked=f.asked())


def test_the_record_says_in_whose_name(mine: Application) -> None:
    accepted(mine)
    applications.withdraw(f.actor(HELPER), mine.key, reason="Pindah.", asked=f.asked())
    assert mine.case is not None
    last = read.history(mine.case)[-1]
    assert (last.person, last.role, last.data["behalf"]) == (
        f.actor(HELPER).person, Role.PROXY.value, str(mine.person.key),
    )  # fmt: skip
    assert read.verify().ok


def test_withdrawn_it_is_gone_at_the_next_request(mine: Application) -> None:
    row = accepted(mine)
    before = f.actor(HELPER)
    mandates.withdraw(f.actor("pemohon"), row.key, asked=f.asked())
    assert not opens(mine)
    with f.refusal("access.not-yours", 404):
        applications.withdraw(f.actor(HELPER), mine.key, reason="", asked=f.asked())
    assert before.powers  # what an earlier request held is of that request only
    with f.refusal("mandate.ended"):
        mandates.accept(f.actor(HELPER), row.key, asked=f.asked())


def test_given_back_or_declined_it_is_gone_too(mine: Application) -> None:
    held, offered = accepted(mine), give(None, HELPER)
    for row in (held, offered):
        mandates.decline(f.actor(HELPER), row.key, asked=f.asked())
    assert not opens(mine)
    assert [line.kind for line in read.history(held)] == [
        "mandate.given",
        "mandate.accepted",
        "mandate.declined",
    ]


def test_only_whom_it_was_offered_to_accepts_and_only_the_giver_withdraws(mine: Application) -> None:
    row = give(mine)
    for act in (mandates.accept, mandates.decline, mandates.withdraw):
        with f.refusal("access.not-yours", 404):
            act(f.actor(STRANGER), row.key, asked=f.asked())
    mandates.accept(f.actor(HELPER), row.key, asked=f.asked())
    with f.nothing_left(Refusal):
        mandates.withdraw(f.actor(HELPER), row.key, asked=f.asked())


def test_a_mandate_is_not_passed_on(mine: Application) -> None:
    accepted(mine)
    with f.refusal("access.not-yours", 404):
        for_one.give(f.actor(HELPER), mine.key, email=STRANGER, until=END, asked=f.asked())


def test_power_over_everything_does_not_reach_the_givers_other_mandates(mine: Application) -> None:
    accepted()
    theirs = give(mine, STRANGER)
    with f.nothing_left(Refusal):
        mandates.withdraw(f.actor(HELPER), theirs.key, asked=f.asked())
    with f.nothing_left(Refusal):
        mandates.decline(f.actor(HELPER), theirs.key, asked=f.asked())


def test_an_officer_takes_no_mandate_and_holds_none_where_he_works(mine: Application) -> None:
    row = give(mine, "fo@mempawah.example")
    with f.refusal("mandate.staff", 403):
        mandates.accept(f.actor("fo"), row.key, asked=f.asked())
    accepted(mine)
    helper = f.actor(HELPER)
    later = Actor(helper.person, f.AT, helper.account_id, f.actor("fo").capacities, helper.powers)
    with pytest.raises(Refusal, match=r"access\.not-yours"):
        queries.own(later, mine.key)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"until": f.AT}, "mandate.dates"),
        ({"until": f.AT + timedelta(days=400)}, "mandate.dates"),
        ({"email": f.APPLICANT.upper()}, "mandate.self"),
    ],
)
def test_what_cannot_be_given(mine: Application, more: dict[str, Any], code: str) -> None:
    with f.refusal(code, 422):
        give(mine, **more)


def test_the_same_is_not_given_twice(mine: Application) -> None:
    give(mine)
    with f.refusal("mandate.twice"):
        give(mine)
    give(None)


def test_a_power_over_one_thing_reaches_no_other() -> None:
    class Thing:
        key, office_id, owner_key = uuid.uuid4(), 1, "sari"
        filed_for_key = None

    power = Power("sari", frozenset({uuid.uuid4()}))
    assert not power.reaches(Thing)  # type: ignore[arg-type]
    assert Power("sari").reaches(Thing)  # type: ignore[arg-type]
    assert not Power("").reaches(type("Nobodys", (), {"key": Thing.key, "office_id": 1, "owner_key": ""}))  # type: ignore[arg-type]


# For one business actor --------------------------------------------------------------------------------------------


BODY = businesses.Body("PT Maju Contoh", "pt", "12", date(2020, 5, 4), "012345674701000")


@pytest.fixture
def firm(mine: Application) -> BusinessActor:
    """A badan usaha of the owner."""
    where = businesses.Where({"jalan": "Jalan Kenanga Nomor 7"}, "61.02.01.2003")
    made = businesses.register_entity(
        f.actor("pemohon"), BODY, position="Direktur", scale="umk", where=where, asked=f.asked()
    )
    return BusinessActor.objects.get(key=made["actor"])


def for_firm(firm: BusinessActor, email: str = HELPER) -> Mandate:
    made = for_one.give_for(f.actor("pemohon"), firm.key, email=email, until=END, asked=f.asked())
    row = Mandate.objects.get(key=made["mandate"])
    mandates.accept(f.actor(email), row.key, asked=f.asked())
    return row


def test_for_one_business_it_reaches_what_is_filed_for_it_and_nothing_else(
    mine: Application, firm: BusinessActor
) -> None:
    row = for_firm(firm)
    draft = f.draft(filed_for=firm)
    assert opens(draft)
    assert not opens(mine)
    assert queries.by_mandate(f.actor(HELPER)) == [draft]
    answer = applications.send(f.actor(HELPER), draft.key, ticked=f.statements(draft), asked=f.asked())
    sent = queries.own(f.actor(HELPER), draft.key)
    assert sent.case is not None
    assert (sent.case.receipt, sent.case.filed_for_key) == (answer["receipt"], firm.key)
    assert opens(f.draft(filed_for=firm))  # what comes later too
    mandates.withdraw(f.actor("pemohon"), row.key, asked=f.asked())
    assert not opens(draft)


def test_who_may_not_apply_for_a_business_gives_no_mandate_for_it(firm: BusinessActor) -> None:
    with f.refusal("access.not-yours", 404):
        for_one.give_for(f.actor(STRANGER), firm.key, email=HELPER, until=END, asked=f.asked())


# Pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def now() -> Iterator[None]:
    with at_moment(f.AT):
        yield


def client_of(email: str) -> Client:
    return f.log_in(Client(), Account.objects.get(email=email))


def send(client: Client, name: str, *args: Any, **fields: str) -> Any:
    typed = {"command_id": str(uuid.uuid4()), **fields}
    return client.post(reverse(f"portal:{name}", args=args), typed, follow=True)


def test_the_pages_give_accept_act_and_withdraw(mine: Application, now: None) -> None:
    owner, helper = client_of(f.APPLICANT), client_of(HELPER)
    typed = {"surel": HELPER, "untuk": str(mine.key), "sampai": "1/4/2026"}
    assert "Menunggu jawabannya" in send(owner, "mandate_give", **typed).content.decode()
    row = Mandate.objects.get()
    assert "Ditawarkan kepada Anda" in helper.get(reverse("portal:mandates")).content.decode()
    assert (
        "Permohonan yang boleh Anda urus"
        in send(helper, "mandate_answer", row.key, jawab="terima").content.decode()
    )
    page = reverse("portal:application", args=[mine.key])
    assert "atas nama Sari Contoh" in helper.get(page).content.decode()
    assert helper.get(reverse("portal:receipt", args=[mine.key])).status_code == 200
    assert "Kuasa dicabut" in send(owner, "mandate_answer", row.key, jawab="cabut").content.decode()
    assert [
        helper.get(page).status_code,
        helper.get(reverse("portal:receipt", args=[mine.key])).status_code,
    ] == [404, 404]
    assert "Permohonan yang boleh Anda urus" not in helper.get(reverse("portal:mandates")).content.decode()


def test_for_whom_is_asked_where_there_are_several_and_the_mandate_names_the_business(
    mine: Application, firm: BusinessActor, now: None
) -> None:
    owner = client_of(f.APPLICANT)
    begin = reverse("portal:start", args=["mempawah", f.SERVICE])
    before = Application.objects.count()
    page = owner.post(begin)
    assert "Untuk siapa permohonan ini?" in page.content.decode()
    assert owner.post(begin, {"untuk": str(uuid.uuid4())}).status_code == 422
    assert Application.objects.count() == before
    assert owner.post(begin, {"untuk": str(firm.key)}).status_code == 302
    draft = Application.objects.latest("pk")
    assert draft.filed_for == firm
    review = owner.get(reverse("portal:review", args=[draft.key])).content.decode()
    assert "PT Maju Contoh" in review
    typed = {"surel": HELPER, "untuk": f"pelaku:{firm.key}", "sampai": "1/4/2026"}
    said = send(owner, "mandate_give", **typed).content.decode()
    assert "Semua permohonan saya untuk PT Maju Contoh" in said
    helper = client_of(HELPER)
    offered = helper.get(reverse("portal:mandates")).content.decode()
    assert "Semua permohonannya untuk PT Maju Contoh" in offered
    send(helper, "mandate_answer", Mandate.objects.get().key, jawab="terima")
    assert helper.get(reverse("portal:review", args=[draft.key])).status_code == 200
    assert helper.get(reverse("portal:application", args=[mine.key])).status_code == 404


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(mine: Application, now: None) -> None:
    foreign = f.draft(who=STRANGER, nik="6102015005920003")
    typed = {"surel": "ponakan", "untuk": str(foreign.key), "sampai": "kapan-kapan"}
    page = send(client_of(f.APPLICANT), "mandate_give", **typed)
    text = page.content.decode()
    assert page.status_code == 422
    for words in ("Alamat surel belum lengkap", "Pilih salah satu.", "kapan-kapan", 'value="ponakan"'):
        assert words in text, words
    assert not Mandate.objects.exists()
