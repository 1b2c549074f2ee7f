# SPDX-License-Identifier: Apache-2.0
"""Notices by WhatsApp: whom they reach, what its reports do, and that nobody else can speak for it (abuse case 21)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from satupintu.accounts import actions as accounts
from satupintu.accounts.models import Account
from satupintu.adapters.mail.simulator import Catcher
from satupintu.adapters.whatsapp.client import SIGNATURE, signature
from satupintu.adapters.whatsapp.simulator import Phone
from satupintu.cases.models import Case
from satupintu.core.refusal import Refusal
from satupintu.door.models import Event
from satupintu.door.moment import at_moment
from satupintu.notices import actions, queries
from satupintu.notices.models import Delivery, Digest, Notice, Report
from tests import factories as f

NUMBER = "+6281100000001"
ADDRESS = "/webhook/whatsapp"
SECONDS = f.AT.timestamp()


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    with at_moment(f.AT):
        yield


@pytest.fixture
def account(stage: Callable[[str], Case], phone: Phone) -> Account:
    """The applicant, who has proved his number and wants WhatsApp alone."""
    stage("verifikasi")
    found = Account.objects.get(email=f.APPLICANT)
    assert found.person is not None
    accounts.prove_phone(found.person, NUMBER)
    actions.prefer(found.pk, email=False, whatsapp=True)
    return found


@pytest.fixture
def message(account: Account, stage: Callable[[str], Case]) -> actions.Message:
    case = stage("verifikasi")
    return actions.Message(
        office_id=case.office_id,
        about=case.subject,
        source="uji",
        subject="Diterima",
        body="Sudah kami terima.",
        template="diterima_abc",
        parameters=("SP-1", "5 Maret 2026"),
    )


def told(channel: str = "whatsapp") -> Delivery:
    return Delivery.objects.get(notice__source="uji", channel=channel)


def ways() -> list[str]:
    return sorted(Delivery.objects.filter(notice__source="uji").values_list("channel", flat=True))


def call(signed: tuple[bytes, str]) -> int:
    raw, header = signed
    http = Client(enforce_csrf_checks=True).post(
        ADDRESS, raw, content_type="application/json", headers={SIGNATURE: header}
    )
    assert not http.cookies
    return http.status_code


# Which way -------------------------------------------------------------------------------------------------------


def test_who_chose_whatsapp_is_told_there_and_in_the_application(
    account: Account, message: actions.Message, phone: Phone, postbox: Catcher
) -> None:
    actions.tell(account.pk, message)
    f.run_jobs()
    (kept,) = phone.taken()
    assert (kept["to"], kept["template"], kept["key"]) == (NUMBER[1:], "diterima_abc", str(told().notice.key))
    assert kept["parameters"] == ["SP-1", "5 Maret 2026"]
    assert (told().state, told().carrier_id) == ("terkirim", kept["id"])
    assert not list(postbox.folder.glob("*"))
    assert "Diterima" in [notice.subject for notice in queries.inbox(account.pk)]


def test_every_combination_of_wishes(account: Account, message: actions.Message, settings: Any) -> None:
    """(e-mail, WhatsApp, has a template, is on) -> ways. The application shows it always."""
    cases = {
        (True, False, True, True): ["email"],
        (True, True, True, True): ["email", "whatsapp"],
        (False, True, True, True): ["whatsapp"],
        (False, True, False, True): ["email"],
        (False, True, True, False): ["email"],
        (False, False, True, True): [],
    }
    token = settings.WHATSAPP_TOKEN
    for (by_mail, by_whatsapp, template, on), expected in cases.items():
        actions.prefer(account.pk, email=by_mail, whatsapp=by_whatsapp)
        settings.WHATSAPP_TOKEN = token if on else ""
        notice = Notice(account=account, template="x" if template else "")
        assert queries.channels(notice, essential=False) == expected
    actions.prefer(account.pk, email=False, whatsapp=False)
    assert queries.channels(notice, essential=True) == ["email"]


def test_a_number_nobody_proved_is_not_used(account: Account, message: actions.Message, phone: Phone) -> None:
    assert account.person is not None
    accounts.hold_phone(account.person, "")
    accounts.set_identity(account.person, phone="+6281100000002")  # typed into a form
    with pytest.raises(Refusal, match=r"notices.phone-not-proven"):
        actions.prefer(account.pk, email=True, whatsapp=True)
    actions.tell(account.pk, message)
    f.run_jobs()
    assert phone.taken() == []


def test_a_real_notice_of_the_sop_travels_as_its_template(
    account: Account, stage: Callable[[str], Case], phone: Phone
) -> None:
    case = f.take(stage("verifikasi"), "teknis", "tolak", reason="Tidak lengkap.")
    f.run_jobs(f.AT + f.minutes(6))
    (kept,) = [one for one in phone.taken() if one["template"].startswith("ditolak_")]
    assert case.receipt in kept["parameters"]
    assert any(one.startswith("http") for one in kept["parameters"])


def test_at_night_it_waits_unless_it_answers_the_readers_own_act(
    account: Account, message: actions.Message, phone: Phone
) -> None:
    night = f.AT + timedelta(hours=11)  # 21.00 at the office
    with at_moment(night):
        actions.tell(account.pk, message)
        f.run_jobs(night)
        assert phone.taken() == []
        actions.tell(account.pk, _like(message, source="sendiri", prompt=True))
        actions.tell(account.pk, _like(message, source="penting", essential=True))
    f.run_jobs(night)
    assert len(phone.taken()) == 2
    f.run_jobs(f.AT + timedelta(hours=20, minutes=59))
    assert len(phone.taken()) == 2
    f.run_jobs(f.AT + timedelta(hours=21))  # 07.00
    assert len(phone.taken()) == 3


def _like(message: actions.Message, **other: Any) -> actions.Message:
    return actions.Message(**{name: getattr(message, name) for name in message.__dataclass_fields__} | other)


# What goes wrong -------------------------------------------------------------------------------------------------


def test_refused_for_good_goes_by_mail_instead_and_says_why(
    account: Account, message: actions.Message, phone: Phone, postbox: Catcher
) -> None:
    phone.mood = (400, 131026)
    actions.tell(account.pk, message)
    f.run_jobs()
    assert (told().state, told().reason) == ("gagal", "nomor ini tidak dapat menerima WhatsApp (131026)")
    assert told("email").state == "terkirim"
    assert len(list(postbox.folder.glob("*.eml"))) == 1


def test_down_for_four_hours_means_late_and_once(
    account: Account, message: actions.Message, phone: Phone
) -> None:
    phone.mood = (503, 2)
    actions.tell(account.pk, message)
    for minute in range(0, 240, 10):
        f.run_jobs(f.AT + f.minutes(minute))
    assert (told().state, told().reason) == ("menunggu", "whatsapp 503 2")
    phone.mood = ""
    f.run_jobs(f.AT + f.minutes(255))
    assert (told().state, len(phone.taken()), ways()) == ("terkirim", 1, ["whatsapp"])


def test_a_lost_answer_is_settled_by_the_report_and_not_sent_twice(
    account: Account, message: actions.Message, phone: Phone
) -> None:
    phone.mood = "mute"
    actions.tell(account.pk, message)
    f.run_jobs()
    assert told().state == "belum-pasti"
    phone.mood = ""
    (kept,) = phone.taken()
    assert call(phone.report(kept["id"], "delivered", at=SECONDS)) == 200
    f.run_jobs(f.AT + f.minutes(30))
    assert (told().state, told().carrier_id, len(phone.taken())) == ("sampai", kept["id"], 1)


def test_a_lost_answer_without_a_report_is_sent_again(
    account: Account, message: actions.Message, phone: Phone
) -> None:
    phone.mood = "drop"
    actions.tell(account.pk, message)
    f.run_jobs()
    phone.mood = ""
    f.run_jobs(f.AT + f.minutes(4.9))
    assert (told().state, len(phone.taken())) == ("belum-pasti", 0)
    f.run_jobs(f.AT + f.minutes(5))
    assert (told().state, len(phone.taken())) == ("terkirim", 1)


# Reports ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(account: Account, message: actions.Message, phone: Phone) -> str:
    """The id of a message that has left."""
    actions.tell(account.pk, message)
    f.run_jobs()
    return str(phone.taken()[0]["id"])


def report(phone: Phone, wamid: str, status: str) -> None:
    assert call(phone.report(wamid, status, at=SECONDS)) == 200
    f.run_jobs()


def test_reports_move_it_on_and_never_back(sent: str, phone: Phone) -> None:
    for status, state in (
        ("delivered", "sampai"),
        ("sent", "sampai"),
        ("read", "dibaca"),
        ("failed", "dibaca"),
    ):
        report(phone, sent, status)
        assert told().state == state
    assert Report.objects.count() == 4


def test_a_failure_reported_later_goes_by_mail(sent: str, phone: Phone, postbox: Catcher) -> None:
    report(phone, sent, "failed")
    assert (told().state, ways()) == ("gagal", ["email", "whatsapp"])
    assert told("email").state == "terkirim"


def test_a_report_counts_once_however_often_it_comes(sent: str, phone: Phone, postbox: Catcher) -> None:
    """Replayed before and after the administrator sent it again: no effect, no second mail."""
    for _ in range(3):
        report(phone, sent, "failed")
    assert (Report.objects.count(), len(list(postbox.folder.glob("*.eml")))) == (1, 1)
    f.newcomer("admin@mempawah.example", "administrator")
    actions.resend(f.actor("admin@mempawah.example"), told(), asked=f.asked())
    report(phone, sent, "failed")
    assert (told().state, len(phone.taken())) == ("terkirim", 2)


def test_an_earlier_try_s_failure_does_not_undo_a_later_one(sent: str, phone: Phone) -> None:
    f.newcomer("admin@mempawah.example", "administrator")
    report(phone, sent, "failed")
    actions.resend(f.actor("admin@mempawah.example"), told(), asked=f.asked())
    f.run_jobs()
    Report.objects.all().delete()  # as if that report had been lost and came only now
    report(phone, sent, "failed")
    assert told().state == "terkirim"


def test_nobody_else_speaks_for_whatsapp(sent: str, phone: Phone, settings: Any) -> None:
    raw, header = phone.report(sent, "read", at=SECONDS)
    forged = Phone(phone.folder, token="", secret="tebakan").report(sent, "read", at=SECONDS)
    for signed in (forged, (raw, ""), (raw + b" ", header), (raw, header[:-1]), (raw, header.upper())):
        assert call(signed) == 403
    settings.WHATSAPP_SECRET = ""
    assert call((raw, header)) == 404
    assert call(Phone(phone.folder, token="", secret="").report(sent, "read", at=SECONDS)) == 404
    assert not Report.objects.exists()


def test_a_signed_report_about_nothing_of_ours_has_no_effect(sent: str, phone: Phone) -> None:
    raw, _ = phone.report(sent, "read", at=SECONDS)
    value = json.loads(raw)["entry"][0]["changes"][0]["value"]
    (status,) = value["statuses"]
    for other in ({"biz_opaque_callback_data": "bukan-kunci"}, {"biz_opaque_callback_data": str(f.asked().id)}, {"status": "deleted"}):  # fmt: skip
        assert call(phone.sign({"statuses": [status | other]})) == 200
    foreign = Phone(phone.folder, token="", secret=phone.secret, phone_id="999")
    assert call(foreign.sign({"statuses": [status]})) == 200
    assert not Report.objects.exists()
    assert told().state == "terkirim"


def test_what_is_no_report_is_refused_in_words_of_http(phone: Phone) -> None:
    for raw in (b"", b"{", b"[]", b'{"entry": 3}', b'{"entry": [{"changes": [3]}]}', b"[" * 9000):
        assert call((raw, signature(raw, phone.secret))) == 400
    assert call(phone.sign({"statuses": [{"id": "x"}]})) == 400
    assert call(phone.sign({"statuses": [{"id": "x", "status": "read", "timestamp": "9" * 40}]})) == 400
    big = b" " * 1_000_001
    assert call((big, signature(big, phone.secret))) == 413


def test_taking_a_report_costs_no_session(sent: str, phone: Phone) -> None:
    raw, header = phone.report(sent, "read", at=SECONDS)
    with CaptureQueriesContext(connection) as asked:
        Client().post(ADDRESS, raw, content_type="application/json", headers={SIGNATURE: header})
    assert not [one["sql"] for one in asked if "session" in one["sql"]]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (
            {"hub.mode": "subscribe", "hub.verify_token": "kata-jabat-tangan", "hub.challenge": "1158201444"},
            200,
        ),
        ({"hub.mode": "subscribe", "hub.verify_token": "tebakan", "hub.challenge": "1158201444"}, 403),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "kata-jabat-tangan", "hub.challenge": "1"}, 403),
        (
            {"hub.mode": "subscribe", "hub.verify_token": "kata-jabat-tangan", "hub.challenge": "<b>1</b>"},
            403,
        ),
        ({}, 403),
    ],
)
def test_the_handshake_gives_the_challenge_back_to_whoever_knows_our_word(
    db: None, phone: Phone, query: dict[str, str], status: int
) -> None:
    http = Client().get(ADDRESS, query)
    assert (http.status_code, http.content.decode()) == (status, "1158201444" if status == 200 else "")
    assert http["Content-Type"].startswith("text/plain")


def test_without_a_word_of_ours_no_handshake(db: None, phone: Phone, settings: Any) -> None:
    settings.WHATSAPP_VERIFY = ""
    query = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}
    assert Client().get(ADDRESS, query).status_code == 403


# Berhenti --------------------------------------------------------------------------------------------------------


def test_berhenti_ends_it_and_a_later_choice_stands(account: Account, phone: Phone) -> None:
    later = SECONDS + 60
    assert call(phone.reply(NUMBER[1:], "jangan berhenti", at=later)) == 200
    assert queries.ways(account.pk).whatsapp
    assert call(phone.reply("6281199999999", "BERHENTI", at=later)) == 200
    assert queries.ways(account.pk).whatsapp
    stop = phone.reply(NUMBER[1:], "Berhenti.", at=later)
    assert call(stop) == 200
    assert (queries.ways(account.pk).whatsapp, queries.ways(account.pk).email) == (False, True)
    with at_moment(f.AT + f.minutes(10)):
        actions.prefer(account.pk, email=False, whatsapp=True)
    assert call(stop) == 200  # replayed: his later choice stands
    assert queries.ways(account.pk).whatsapp


# The administrator -----------------------------------------------------------------------------------------------


def digests() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(source__startswith="digest:").order_by("pk")
    return [(notice.account.email, notice.subject) for notice in rows]


def test_what_failed_for_good_is_told_the_next_morning_once(
    account: Account, message: actions.Message, phone: Phone
) -> None:
    f.newcomer("admin@mempawah.example", "administrator")
    f.newcomer("admin@kampar.example", "administrator", office="kampar")
    phone.mood = (400, 131026)
    for number in range(3):
        actions.tell(account.pk, _like(message, source=f"gagal {number}"))
    f.run_jobs()
    assert (Digest.objects.count(), digests()) == (1, [])
    morning = f.AT + timedelta(hours=21)
    f.run_jobs(morning - timedelta(seconds=1))
    assert digests() == []
    f.run_jobs(morning)
    f.run_jobs(morning + timedelta(days=1))
    assert digests() == [("admin@mempawah.example", "3 pemberitahuan gagal terkirim pada Rabu, 4 Maret 2026")]


def test_a_day_that_was_mended_is_told_to_nobody(
    account: Account, message: actions.Message, phone: Phone
) -> None:
    f.newcomer("admin@mempawah.example", "administrator")
    phone.mood = (404, 132001)
    actions.tell(account.pk, message)
    f.run_jobs()
    phone.mood = ""
    actions.resend(f.actor("admin@mempawah.example"), told(), asked=f.asked())
    f.run_jobs(f.AT + timedelta(hours=21))
    assert (told().state, digests()) == ("terkirim", [])


def test_sending_again_is_on_record_once_and_only_for_what_failed(
    account: Account, message: actions.Message, phone: Phone
) -> None:
    f.newcomer("admin@mempawah.example", "administrator")
    f.newcomer("admin@kampar.example", "administrator", office="kampar")
    phone.mood = (400, 131026)
    actions.tell(account.pk, message)
    f.run_jobs()
    before = f.everything()
    for who in ("admin@kampar.example", f.APPLICANT):
        with pytest.raises(Refusal, match=r"access.not-yours"):
            actions.resend(f.actor(who), told(), asked=f.asked())
    with pytest.raises(Refusal, match=r"access.role"):
        actions.resend(f.actor("kadis"), told(), asked=f.asked())
    assert f.everything() == before
    phone.mood, asked = "", f.asked()
    for _ in range(2):
        actions.resend(f.actor("admin@mempawah.example"), told(), asked=asked)
    with pytest.raises(Refusal, match=r"notices.not-failed"):
        actions.resend(f.actor("admin@mempawah.example"), told(), asked=f.asked())
    f.run_jobs()
    assert (told().state, len(phone.taken())) == ("terkirim", 1)
    office = told().notice.office
    (event,) = Event.objects.filter(subject=office.subject, kind="notice.resent")
    assert event.data == {"notice": str(told().notice.key), "channel": "whatsapp"}  # no number, no address
