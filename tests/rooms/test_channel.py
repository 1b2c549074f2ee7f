# SPDX-License-Identifier: Apache-2.0
"""By which channel an office issues: two persons, a legal instrument, from a day on; the office itself trains first."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from satupintu.accounts.models import Account, Assignment
from satupintu.core.refusal import Refusal
from satupintu.door import read
from satupintu.door.moment import at_moment
from satupintu.licensing import queries
from satupintu.licensing.actions import channel
from satupintu.licensing.actions.channel import Wanted
from satupintu.licensing.models import ChannelRuling
from satupintu.offices.models import Office
from tests import factories as f

Stage = Callable[[str], Any]
DAY = timedelta(days=1)
ADMIN = "admin@mempawah.example"
TODAY = date(2026, 3, 4)
BY = {"title": "Keputusan Bupati contoh", "number": "100/2026", "dated": date(2026, 3, 2), "day": TODAY}
TRAINING = Wanted("local", productive=False, **BY)
EARNEST = Wanted("local", productive=True, **BY)
BY_OSS = Wanted("oss", productive=True, **BY)


@pytest.fixture
def office(stage: Stage) -> Office:
    """Mempawah with its people and an administrator."""
    stage("verifikasi")
    f.newcomer(ADMIN, "administrator")
    return Office.objects.get(slug="mempawah")


def propose(office: Office, wanted: Wanted, who: str = ADMIN, after: timedelta = timedelta(0)) -> uuid.UUID:
    made = channel.propose(f.actor(who, f.AT + after), office, wanted, asked=f.asked())
    return uuid.UUID(made["ruling"])


def answer(
    key: uuid.UUID, who: str = "kadis", after: timedelta = timedelta(0), *, accept: bool = True
) -> None:
    channel.answer(f.actor(who, f.AT + after), key, accept=accept, asked=f.asked())


def rule(office: Office, wanted: Wanted, after: timedelta = timedelta(0)) -> None:
    answer(propose(office, wanted, after=after), after=after)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as no:
        act()
    assert no.value.code == code


def current(office: Office, after: timedelta = timedelta(0)) -> tuple[str, bool]:
    found = queries.channel_of(office, f.AT + after)
    return found.kind, found.productive


def test_an_office_for_which_nobody_has_ruled_trains(office: Office) -> None:
    found = queries.channel_of(office, f.AT)
    assert (found.kind, found.trains, found.basis) == ("local", True, "")


def test_a_proposal_changes_nothing_until_another_person_confirms(office: Office) -> None:
    key = propose(office, BY_OSS)
    assert current(office, DAY) == ("local", False)
    answer(key)
    assert current(office) == ("oss", True)
    assert (
        queries.channel_of(office, f.AT).basis == "Keputusan Bupati contoh Nomor 100/2026 tanggal 02-03-2026"
    )
    assert [line.kind for line in read.history(office)][-2:] == ["channel.proposed", "channel.confirmed"]


def test_what_was_sent_before_keeps_its_channel_though_the_day_is_the_same(office: Office) -> None:
    answer(propose(office, BY_OSS), after=timedelta(hours=2))
    assert current(office, timedelta(hours=1)) == ("local", False)
    assert current(office, timedelta(hours=3)) == ("oss", True)


def test_it_begins_with_the_first_instant_of_its_day_at_the_office(office: Office) -> None:
    rule(office, replace(BY_OSS, day=TODAY + DAY))
    midnight = timedelta(hours=14)  # 10.00 in Mempawah is 03.00 UTC; the next day begins at 17.00 UTC
    assert current(office, midnight - timedelta(seconds=1)) == ("local", False)
    assert current(office, midnight) == ("oss", True)


def test_nobody_confirms_his_own_proposal_not_even_under_a_second_account(office: Office) -> None:
    key = propose(office, BY_OSS)
    refused("channel.same-person", lambda: answer(key, ADMIN))
    twin = f.newcomer("admin2@mempawah.example", "administrator")
    Assignment.objects.filter(person__account__email__in=(ADMIN, twin.email)).update(
        nip="19800101 200501 1 001"
    )
    refused("channel.same-person", lambda: answer(key, twin.email))
    assert current(office) == ("local", False)


@pytest.mark.parametrize("who", ["fo", "teknis", "jf", "koordinator", "arsip", "auditor", "pemohon"])
def test_only_head_and_administrator_have_a_hand_in_it(office: Office, who: str) -> None:
    with pytest.raises(Refusal, match="access"):
        propose(office, BY_OSS, who)
    key = propose(office, BY_OSS)
    with pytest.raises(Refusal, match="access"):
        answer(key, who)


def test_another_office_does_not_find_it(office: Office) -> None:
    key = propose(office, BY_OSS)
    refused("access.not-yours", lambda: answer(key, "kadis@kampar.example"))


def test_confirming_asks_again_who_sits_there(office: Office) -> None:
    key = propose(office, BY_OSS)
    stale = replace(f.actor("kadis"), fresh=False)
    refused("access.stale", lambda: channel.answer(stale, key, accept=True, asked=f.asked()))


# The office itself, in earnest -----------------------------------------------------------------------------------


def test_in_earnest_needs_training_first_an_instrument_and_two_persons(office: Office) -> None:
    rule(office, BY_OSS)
    refused("channel.train-first", lambda: propose(office, EARNEST, after=DAY / 24))
    rule(office, TRAINING, DAY / 12)
    assert current(office, DAY / 12) == ("local", False)
    for hole in ({"title": " "}, {"number": ""}):
        refused(
            "channel.no-instrument",
            lambda hole=hole: propose(office, replace(EARNEST, **hole), after=DAY / 8),
        )
    key = propose(office, EARNEST, after=DAY / 8)
    assert current(office, DAY / 8) == ("local", False)
    answer(key, after=DAY / 8)
    assert current(office, DAY / 8) == ("local", True)


def test_what_was_right_when_proposed_must_be_right_when_confirmed(office: Office) -> None:
    """Between the two, the console of the data base made the office OSS's: then there was no training."""
    key = propose(office, EARNEST)
    made = {"kind": "oss", "productive": True, "state": "confirmed", "since": f.AT, "answered_by": "b"}
    ChannelRuling.objects.create(office=office, proposed_by="a", proposed_at=f.AT, **{**BY, **made})
    refused("channel.train-first", lambda: answer(key))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"dated": TODAY + DAY}, "channel.instrument-ahead"),
        ({"day": TODAY - DAY}, "channel.day-past"),
        ({"kind": "pusat"}, "channel.kind"),
        ({"productive": False}, "channel.kind"),
    ],
)
def test_what_cannot_be_meant_is_refused(office: Office, wrong: dict[str, Any], code: str) -> None:
    refused(code, lambda: propose(office, replace(BY_OSS, **wrong)))


def test_one_proposal_at_a_time_answered_once_withdrawn_by_its_author(office: Office) -> None:
    key = propose(office, BY_OSS)
    refused("channel.asked-already", lambda: propose(office, TRAINING))
    refused("channel.not-yours", lambda: channel.withdraw(f.actor("kadis"), key, asked=f.asked()))
    channel.withdraw(f.actor(ADMIN), key, asked=f.asked())
    refused("channel.answered", lambda: answer(key))
    other = propose(office, BY_OSS)
    answer(other, accept=False)
    assert current(office) == ("local", False)
    refused("channel.answered", lambda: answer(other))


def test_the_same_channel_again_is_refused(office: Office) -> None:
    rule(office, BY_OSS)
    refused("channel.same", lambda: propose(office, BY_OSS))


def test_the_data_base_itself_wants_two_persons_and_an_instrument(office: Office) -> None:
    good = {"kind": "oss", "productive": True, "state": "confirmed", "since": f.AT, **BY}
    for bad in (
        {"answered_by": "a"},
        {"answered_by": "b", "since": None},
        {"answered_by": "b", "number": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChannelRuling.objects.create(office=office, proposed_by="a", proposed_at=f.AT, **{**good, **bad})


# Its pages -------------------------------------------------------------------------------------------------------

PAGE = "/kelola/kanal"
TYPED = {
    "kanal": "oss",
    "dasar": "Keputusan Bupati contoh",
    "nomor": "100/2026",
    "tanggal": "2/3/2026",
    "mulai": "4/3/2026",
}


@pytest.fixture
def comes(office: Office) -> Callable[[str], Client]:
    def enter(email: str) -> Client:
        return f.log_in(Client(), Account.objects.get(email=email))

    return enter


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_two_persons_rule_on_the_pages(office: Office, comes: Callable[[str], Client]) -> None:
    admin, head = comes(ADMIN), comes("kadis@mempawah.example")
    with at_moment(f.AT):
        assert "Kantor sendiri, latihan" in text(admin.get(PAGE))
        made = admin.post(f"{PAGE}/usulkan", TYPED, follow=True)
        assert "Usulan tersimpan" in text(made)
        (row,) = queries.channel_rulings(office)
        address = reverse("desk:channel_ruling", args=[row.key])
        assert 'value="sahkan"' not in text(admin.get(address))
        assert 'value="sahkan"' in text(head.get(address))
        assert head.post(address, {"jawab": "sahkan"}, follow=True).status_code == 200
        after = text(head.get(PAGE))
    assert "OSS menerbitkan" in after
    assert "Keputusan Bupati contoh Nomor 100/2026 tanggal 2 Maret 2026" in after
    assert current(office) == ("oss", True)


def test_what_it_means_in_earnest_is_said_before_it_is_confirmed(
    office: Office, comes: Callable[[str], Client]
) -> None:
    rule(office, TRAINING)
    key = propose(office, EARNEST)
    with at_moment(f.AT):
        said = text(comes("kadis@mempawah.example").get(reverse("desk:channel_ruling", args=[key])))
    assert "Suratnya berlaku dan tidak bertuliskan CONTOH." in said
    assert "OSS tidak mengetahuinya." in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dasar": ""}, "“Dasar hukum” belum diisi."),
        ({"tanggal": "5/3/2026"}, "Tanggal dasar hukum itu belum tiba."),
        ({"tanggal": "32/3/2026"}, "q-tanggal"),
        ({"mulai": "3/3/2026"}, "Hari mulainya sudah lewat."),
        ({"kanal": "sendiri-saja"}, "Pilih satu dari daftar."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    office: Office, comes: Callable[[str], Client], wrong: dict[str, str], said: str
) -> None:
    with at_moment(f.AT):
        answer = comes(ADMIN).post(f"{PAGE}/usulkan", {**TYPED, **wrong})
    assert answer.status_code == 422
    assert said in text(answer)
    assert "100/2026" in text(answer)
    assert queries.channel_rulings(office) == []
