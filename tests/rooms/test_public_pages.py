# SPDX-License-Identifier: Apache-2.0
"""Pages that need no account: services, the tracker, the check of a permit; and the pages of logging in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from satupintu.accounts.models import Account
from satupintu.cases.models import Case
from satupintu.core import standard
from satupintu.door import files
from satupintu.door.moment import at_moment
from satupintu.offices.models import DayOff, Office
from satupintu.permits import actions as permits
from satupintu.permits.models import Permit
from satupintu.portal import services
from satupintu.portal.views import mailbox
from tests import factories as f

Stage = Callable[[str], Case]
WIB = ZoneInfo("Asia/Jakarta")
HIDDEN = ("Rumah Makan", "Contoh, Sari", "Sari Contoh")
LETTERS = ("register_code", "phone_change", "phone_added", "phone_lost", "email_confirmation_signup", "email_confirmation", "account_already_exists", "unknown_account", "password_reset_code",
           "device_code", "address_code", "address_change", "password_changed", "welcome")  # fmt: skip


@pytest.fixture(autouse=True)
def no_tries_yet(db: None) -> None:
    cache.clear()


def tracked(client: Client, receipt: str, code: str) -> Any:
    return client.post("/lacak", {"resi": receipt, "kode": code})


def pdf_of(case: Case) -> bytes:
    file = Permit.objects.get(case=case).file
    assert file is not None
    return files.read(file)


def uploaded(client: Client, content: bytes) -> Any:
    return client.post("/cek", {"pdf": SimpleUploadedFile("izin.pdf", content)})


# Budgets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/", "/mempawah/", "/mempawah/layanan", "/mempawah/layanan/sertifikat-standar", "/lacak", "/cek", "/masuk", "/daftar"],
)  # fmt: skip
def test_a_public_page_is_small_and_asks_little(address: str, stage: Stage, client: Client) -> None:
    stage("unduh")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    assert len(answer.content) < 50 * 1024
    assert len(asked) <= 12, [q["sql"] for q in asked.captured_queries]


def test_the_tracker_and_the_check_ask_little_too(stage: Stage, client: Client) -> None:
    case = stage("unduh")
    receipt, code, pdf = case.receipt, f.application(case).track_code, pdf_of(case)
    with CaptureQueriesContext(connection) as asked:
        assert tracked(client, receipt, code).status_code == 200
    assert len(asked) <= 12, [q["sql"] for q in asked.captured_queries]
    with CaptureQueriesContext(connection) as asked:
        assert uploaded(client, pdf).status_code == 200
    assert len(asked) <= 12, [q["sql"] for q in asked.captured_queries]


# Services ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "found"), [("restoran", True), ("RUMAH makan", True), ("zzz", False)])
def test_everyday_words_find_a_service(words: str, found: bool, stage: Stage, client: Client) -> None:
    stage("unduh")
    page = client.get("/mempawah/layanan", {"q": words}).content.decode()
    assert ("/mempawah/layanan/sertifikat-standar" in page) is found
    assert ("Tidak ada layanan untuk" in page) is not found


def test_a_service_page_marks_what_is_assumed_and_all_fourteen_components(
    stage: Stage, client: Client
) -> None:
    stage("unduh")
    page = client.get("/mempawah/layanan/sertifikat-standar").content.decode()
    assert all(name in page for name in standard.NAMES.values())
    assert len(standard.NAMES) == 14
    assert page.count('class="tag draft eg"') > 14
    assert "000.8.3.3/001/SOP/DPMKUKMPTSP-D" in page


def test_a_linked_sop_is_nothing_to_apply_for(stage: Stage, client: Client) -> None:
    stage("unduh")
    assert client.get("/mempawah/layanan/konsultasi").status_code == 302
    assert client.get("/mempawah/layanan/tidak-ada").status_code == 404
    assert client.get("/tidak-ada/").status_code == 404


@pytest.mark.parametrize(
    ("at", "is_open", "words"),
    [
        ("2026-11-18 07:59", False, "Buka hari ini pukul 08.00"),
        ("2026-11-18 08:00", True, "Buka sampai 16.00"),
        ("2026-11-18 16:00", False, "Tutup. Buka lagi besok, 08.00"),
        ("2026-11-20 17:00", False, "Tutup. Buka lagi Senin, 23 November, 08.00"),
    ],
)
def test_the_office_says_whether_it_is_open(at: str, is_open: bool, words: str, stage: Stage) -> None:
    stage("unduh")
    now = datetime.fromisoformat(at).replace(tzinfo=WIB)
    said = services.today(Office.objects.get(slug="mempawah"), now)
    assert (said.open, said.words) == (is_open, words)


def test_the_next_day_off_is_the_offices_own(stage: Stage, client: Client) -> None:
    stage("unduh")
    office = Office.objects.get(slug="mempawah")
    DayOff.objects.create(office=office, day=f.AT.date() + timedelta(days=1), name="Hari jadi kabupaten")
    with at_moment(f.AT):
        assert "Hari jadi kabupaten" in client.get("/mempawah/").content.decode()


# Tracker -----------------------------------------------------------------------------------------------------------


def test_receipt_and_code_show_the_way_and_nobody(stage: Stage, client: Client) -> None:
    case = stage("verifikasi")
    code = f.application(case).track_code
    answer = tracked(
        client, case.receipt.lower().replace("-", " - "), f"{code[:4]}-{code[4:8].lower()} {code[8:]}"
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Giliran: Tim Teknis" in page
    assert case.title not in page
    assert not any(hidden in page for hidden in HIDDEN)
    assert code not in page
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_wrong_code_and_an_unknown_receipt_get_the_same_answer(stage: Stage, client: Client) -> None:
    case = stage("verifikasi")
    code = f.application(case).track_code
    wrong = tracked(client, case.receipt, "ABCDEFGHJKLM")
    unknown = tracked(client, "SP-9999-26-000001", code)
    assert wrong.status_code == unknown.status_code == 422
    for answer in (wrong, unknown):
        assert [str(p.text) for p in answer.context["errors"]] == [
            "Nomor dan kode ini tidak cocok. Periksa tanda terima, lalu ketik lagi."
        ]


def test_five_tries_a_minute_for_one_address(stage: Stage, client: Client) -> None:
    case = stage("verifikasi")
    code = f.application(case).track_code
    assert [tracked(client, case.receipt, "ABCDEFGHJKLM").status_code for _n in range(6)] == [422] * 5 + [429]
    assert tracked(client, case.receipt, code).status_code == 429
    elsewhere = client.post("/lacak", {"resi": case.receipt, "kode": code}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


# Genuine? ----------------------------------------------------------------------------------------------------------


def test_a_code_opens_the_facts_to_compare(stage: Stage, client: Client) -> None:
    permit = Permit.objects.get(case=stage("unduh"))
    answer = client.get("/cek", {"kode": permit.code.lower()}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"/cek/{permit.code}", 302)]
    assert "Asli dan berlaku" in page
    assert "Surat contoh untuk latihan" in page
    assert permit.number in page
    assert "Sama dengan surat di tangan Anda?" in page
    assert answer.headers["X-Robots-Tag"].startswith("noindex")


def test_an_uploaded_pdf_is_judged_byte_by_byte(stage: Stage, client: Client) -> None:
    pdf = pdf_of(stage("unduh"))
    half = len(pdf) // 2
    changed = pdf[:half] + bytes([pdf[half] ^ 1]) + pdf[half + 1 :]
    said = {
        "Asli dan berlaku": pdf,
        "Isinya sudah diubah": changed,
        "Bukan dari kantor kami": b"%PDF-1.7 buatan orang lain",
        "Berkas ini bukan PDF": b"<html>",
        "lebih dari 5 MB": b"%PDF-" + b"0" * (5 << 20),
    }
    for words, content in said.items():
        assert words in uploaded(client, content).content.decode(), words


def test_a_revoked_permit_says_since_when(stage: Stage, client: Client) -> None:
    case = stage("unduh")
    permit = Permit.objects.get(case=case)
    permits.ask_revocation(f.actor("jf"), case.pk, reason="Tempat usaha sudah pindah.", asked=f.asked())
    permits.revoke(f.actor("kadis"), case.pk, asked=f.asked())
    page = client.get(f"/cek/{permit.code}").content.decode()
    assert "Asli, tetapi dicabut" in page
    assert "Tempat usaha sudah pindah" not in page


def test_a_permit_that_is_being_signed_has_no_facts_yet(stage: Stage, client: Client) -> None:
    permit = Permit.objects.get(case=stage("unduh"))
    Permit.objects.filter(pk=permit.pk).update(state=Permit.SIGNING)
    page = client.get(f"/cek/{permit.code}").content.decode()
    assert "Sedang ditandatangani" in page
    assert permit.number not in page


# Accounts and the demo's mailbox -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "place"), [("pemohon@contoh.example", "/saya"), ("jf@mempawah.example", "/meja")]
)
@pytest.mark.parametrize(("wanted", "given"), [("", ""), ("/cek", "/cek"), ("https://jahat.example/", "")])
def test_logging_in_leads_to_ones_own_place_or_where_one_came_from(
    who: str, place: str, wanted: str, given: str, stage: Stage, client: Client
) -> None:
    stage("unduh")
    account = Account.objects.get(email=who)
    account.set_password("kuda laut biru")
    account.save()
    answer = client.post("/masuk", {"login": who, "password": "kuda laut biru", "next": wanted})
    assert answer.headers["Location"] == (given or place)


@pytest.mark.parametrize("letter", LETTERS)
def test_letters_are_short_and_warn(letter: str) -> None:
    body = render_to_string(f"account/email/{letter}_message.txt", {"code": "123456"})
    subject = render_to_string(f"account/email/{letter}_subject.txt", {"code": "123456"}).strip()
    assert len(body) <= 300
    assert "\n" not in subject
    assert "Petugas tidak pernah meminta" in body
    assert ("123456" in body) is ("10 menit" in body)


def test_the_mailbox_is_the_demos_only(settings: Any, client: Client, tmp_path: Path) -> None:
    settings.DEMO = False
    assert client.get("/surat-demo").status_code == 404
    (tmp_path / "000001.eml").write_bytes(
        b"Subject: =?utf-8?q?Kode_=E2=80=93_satu?=\nTo: a@b.example\n\nIsi satu"
    )
    (tmp_path / "000002.eml").write_bytes(b"Subject: dua\nTo: a@b.example\n\n<b>Isi dua</b>")
    assert [(m.subject, m.body.strip()) for m in mailbox.mails(tmp_path)] == [
        ("dua", "<b>Isi dua</b>"),
        ("Kode – satu", "Isi satu"),
    ]
    (tmp_path / "mail").mkdir()
    (tmp_path / "000002.eml").rename(tmp_path / "mail" / "000002.eml")
    settings.DEMO, settings.HOME = True, tmp_path
    assert "&lt;b&gt;Isi dua&lt;/b&gt;" in client.get("/surat-demo").content.decode()
