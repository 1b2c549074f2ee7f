# SPDX-License-Identifier: Apache-2.0
"""Pages of messages: choosing how to be told, what does not arrive and sending it again, what the demo has sent."""

from __future__ import annotations

import argparse
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from satupintu.accounts import actions as accounts
from satupintu.accounts import chats
from satupintu.accounts.models import Account
from satupintu.adapters.whatsapp import client as whatsapp
from satupintu.adapters.whatsapp.simulator import Phone
from satupintu.cases.models import Case
from satupintu.cli import messages
from satupintu.core import telling
from satupintu.door.moment import at_moment
from satupintu.notices import actions, queries
from satupintu.notices.models import Delivery
from satupintu.portal.views import mailbox
from tests import factories as f

NUMBER = "+6281100000001"


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[None]:
    with at_moment(f.AT):
        yield


def signed_in(email: str) -> Client:
    return f.log_in(Client(), Account.objects.get(email=email))


@pytest.fixture
def account(stage: Callable[[str], Case]) -> Account:
    stage("verifikasi")
    return Account.objects.get(email=f.APPLICANT)


@pytest.fixture
def undelivered(account: Account, phone: Phone, stage: Callable[[str], Case]) -> Delivery:
    """A message by WhatsApp that failed for good, and its administrator."""
    f.newcomer("admin@mempawah.example", "administrator")
    assert account.person is not None
    accounts.prove_phone(account.person, NUMBER)
    actions.prefer(account.pk, email=False, whatsapp=True)
    case = stage("verifikasi")
    actions.tell(
        account.pk,
        actions.Message(case.office_id, case.subject, "uji", "Jadwal kunjungan", "Isi", template="t"),
    )
    phone.mood = (400, 131026)
    f.run_jobs()
    return Delivery.objects.get(notice__source="uji", channel="whatsapp")


# How a person wants to be told -----------------------------------------------------------------------------------


def test_only_a_proved_number_can_be_chosen(account: Account, phone: Phone) -> None:
    me = signed_in(account.email)
    page = me.get("/saya/kabar").content.decode()
    assert 'name="whatsapp"' not in page
    assert "setelah nomor HP Anda dibuktikan" in page
    refused = me.post("/saya/kabar", {"whatsapp": "ya"})
    assert (refused.status_code, "belum dibuktikan" in refused.content.decode()) == (422, True)
    assert queries.ways(account.pk).email

    assert account.person is not None
    accounts.prove_phone(account.person, NUMBER)
    page = me.get("/saya/kabar").content.decode()
    assert 'name="whatsapp"' in page
    assert NUMBER not in page
    me.post("/saya/kabar", {"whatsapp": "ya"})
    chosen = queries.ways(account.pk)
    assert (chosen.email, chosen.whatsapp) == (False, True)
    ticked = re.findall(r'name="(\w+)" value="ya" checked', me.get("/saya/kabar").content.decode())
    assert ticked == ["whatsapp"]


def test_where_the_office_has_no_whatsapp_the_page_says_so(account: Account) -> None:
    assert (
        "belum mengirim kabar lewat WhatsApp" in signed_in(account.email).get("/saya/kabar").content.decode()
    )


def test_the_person_reads_why_it_failed(account: Account, undelivered: Delivery) -> None:
    page = signed_in(account.email).get("/saya").content.decode()
    assert "WhatsApp: gagal terkirim, karena nomor ini tidak dapat menerima WhatsApp" in page
    assert "131026" not in page  # a code helps the administrator alone


# What does not arrive --------------------------------------------------------------------------------------------


def test_the_administrator_sees_why_and_sends_it_again_once(undelivered: Delivery, phone: Phone) -> None:
    me = signed_in("admin@mempawah.example")
    page = me.get("/kiriman").content.decode()
    assert "nomor ini tidak dapat menerima WhatsApp (131026)" in page
    assert "Kami kirim lewat surel." in page
    assert NUMBER not in page
    assert f.APPLICANT not in page
    phone.mood = ""
    address = f"/kiriman/{undelivered.notice.key}/whatsapp/ulang"
    form = {"command_id": str(uuid.uuid4())}
    for _ in range(2):
        assert me.post(address, form)["Location"] == "/kiriman?kantor=mempawah"
    assert me.post(address, {"command_id": str(uuid.uuid4())}).status_code == 409
    f.run_jobs()
    assert len(phone.taken()) == 1
    assert "Tidak ada yang gagal." in me.get("/kiriman").content.decode()


def test_each_administrator_sees_his_own_offices(undelivered: Delivery) -> None:
    f.newcomer("admin@kampar.example", "administrator", office="kampar")
    other = signed_in("admin@kampar.example")
    assert "Jadwal kunjungan" not in other.get("/kiriman").content.decode()
    assert other.get("/kiriman?kantor=mempawah").status_code == 404
    assert other.post(f"/kiriman/{undelivered.notice.key}/whatsapp/ulang").status_code == 404
    assert Delivery.objects.get(pk=undelivered.pk).state == "gagal"


def test_what_still_waits_is_shown_with_its_tries(
    account: Account, undelivered: Delivery, phone: Phone
) -> None:
    phone.mood = (503, 2)
    message = actions.Message(undelivered.notice.office_id, "x", "uji 2", "Menunggu", "Isi", template="t")
    actions.tell(account.pk, message)
    f.run_jobs()
    page = signed_in("admin@mempawah.example").get("/kiriman").content.decode()
    assert "WhatsApp tidak menjawab" in page
    assert "1 kali" in page


# What the demo has sent ------------------------------------------------------------------------------------------


def test_the_demo_shows_messages_as_the_phone_does(
    phone: Phone, settings: Any, client: Client, db: None
) -> None:
    whatsapp.register("t", "Halo {{1}}.", ("x",), category="UTILITY")
    wamid = whatsapp.send(whatsapp.Message(NUMBER, "t", ("<b>Ani</b>",), key="k"))
    phone.note(wamid, "delivered")
    (phone.folder / "000009.json").write_text("{rusak", "utf-8")
    (bubble,) = mailbox.bubbles(phone.folder)
    assert (bubble.to, bubble.text, bubble.state) == (NUMBER, "Halo <b>Ani</b>.", ("ok", "sampai"))
    settings.DEMO, settings.HOME = True, phone.folder.parent
    assert "Halo &lt;b&gt;Ani&lt;/b&gt;." in client.get("/surat-demo").content.decode()


# Templates -------------------------------------------------------------------------------------------------------


def test_every_text_of_the_services_is_handed_in_and_then_taken(
    account: Account, stage: Callable[[str], Case], phone: Phone
) -> None:
    """With a WhatsApp that refuses what nobody has approved: all that the services tell can travel."""
    phone.strict = True
    code, answer, _ = messages.run(argparse.Namespace(command="whatsapp-templates", hand_in=True))
    assert (code, set(answer["templates"].values())) == (0, {"APPROVED"})
    assert len(answer["templates"]) >= 16
    for (name, _language), body in phone.templates.items():
        about_account = name == chats.CODE or name.startswith(
            "akun_"
        )  # whoever stops notices gets codes all the same
        assert body.endswith(telling.CLOSING) != about_account
        assert not body.startswith("{{")
    assert account.person is not None
    accounts.prove_phone(account.person, NUMBER)
    actions.prefer(account.pk, email=False, whatsapp=True)
    case = f.take(stage("verifikasi"), "teknis", "tolak", reason="Tidak lengkap.")
    f.run_jobs(f.AT + f.minutes(6))
    (kept,) = phone.taken()
    assert kept["text"].startswith("Permohonan ")
    assert case.receipt in kept["text"]
    assert len(kept["text"]) <= telling.LONGEST
