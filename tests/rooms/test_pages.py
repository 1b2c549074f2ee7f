# SPDX-License-Identifier: Apache-2.0
"""Pages stay light: few SQL queries, no more of them for longer lists, and few bytes on a first visit."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.templatetags.static import static
from django.test import Client

from satupintu.accounts.models import Account
from satupintu.applications.models import Application
from satupintu.cases.models import Case
from satupintu.door.moment import at_moment
from satupintu.notices.models import Notice
from satupintu.permits import queries as permits
from satupintu.permits.models import Draft
from tests import factories as f
from tests.weights import KIB, first_visit, served, visit

Stage = Callable[[str], Case]
MOST_QUERIES, MOST_BYTES, MOST_STYLE = 12, 50 * KIB, 14 * KIB
PUT_ON_RECORD = 6
NOW = f.AT + timedelta(hours=2)

PUBLIC = ["/", "/mempawah/", "/mempawah/layanan", "/mempawah/layanan/sertifikat-standar",
          "/mempawah/layanan/sertifikat-standar/standar", "/mempawah/layanan/sertifikat-standar/sop", "/lacak", "/cek",
          "/masuk", "/daftar", "/lupa-sandi"]  # fmt: skip
DRAFT = ["/isi/1", "/isi/5", "/dokumen", "/dokumen/ktp", "/periksa"]
SENT = [("verifikasi", ""), ("verifikasi", "/terkirim"), ("verifikasi", "/tarik"), ("perbaikan", "/perbaikan"), ("perbaikan", ""),
        ("unduh", ""), ("ditolak", "")]  # fmt: skip
WORK = [
    ("teknis", "verifikasi", ""),
    ("teknis", "verifikasi", "/buat/berita-acara"),
    ("teknis", "verifikasi", "/hasil?hasil=tolak"),
    ("jf", "validasi", ""),
    ("jf", "validasi", "/draf"),
    ("jf", "validasi", "/kembalikan"),
    ("jf", "validasi", "/serahkan"),
    ("koordinator", "validasi", ""),
    ("koordinator", "validasi", "/jawab?tunggu=diketahui"),
    ("kadis", "tanda-tangan", "?lihat=draf"),
    ("fo", "informasi", "/bantu"),
    ("arsip", "unduh", ""),
    ("auditor", "unduh", ""),
]


@pytest.fixture(autouse=True)
def that_day() -> Iterator[None]:
    with at_moment(NOW):
        yield


def logged_in(who: str) -> Client:
    client = Client()
    email = f.APPLICANT if who == "pemohon" else f"{who}@mempawah.example"
    f.log_in(client, Account.objects.get(email=email))
    return client


def at(stage: Stage, name: str) -> Case:
    return f.send_back(stage("validasi"), "jf", NOW) if name == "perbaikan" else stage(name)


def permit_code(case: Case) -> str:
    found = permits.of_case(case)
    assert found is not None
    return found.code


def light(client: Client, address: str, most: int = MOST_QUERIES) -> Any:
    """The page, which took no more than it may."""
    answer, asked = visit(client, address)
    assert answer.status_code == 200, address
    assert len(asked) <= most, "\n".join([f"{address}: {len(asked)}", *(sql[:140] for sql in asked)])
    return answer


# One page ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_is_light(db: None, stage: Stage, address: str) -> None:
    stage("unduh")
    assert first_visit(light(Client(), address).content) <= MOST_BYTES


def test_the_answer_about_a_permit_is_light(stage: Stage) -> None:
    page = light(Client(), f"/cek/{permit_code(stage('unduh'))}")
    assert first_visit(page.content) <= MOST_BYTES


@pytest.mark.parametrize("page", DRAFT)
def test_a_page_of_the_form_is_light(db: None, stage: Stage, page: str) -> None:
    stage("verifikasi")
    made = f.draft(NOW)
    assert first_visit(light(logged_in("pemohon"), f"/permohonan/{made.key}{page}").content) <= MOST_BYTES


@pytest.mark.parametrize(("name", "page"), SENT)
def test_a_page_of_a_sent_application_is_light(stage: Stage, name: str, page: str) -> None:
    mine = f.application(at(stage, name))
    assert first_visit(light(logged_in("pemohon"), f"/permohonan/{mine.key}{page}").content) <= MOST_BYTES


@pytest.mark.parametrize(("who", "name", "page"), WORK)
def test_an_officers_page_asks_little(stage: Stage, who: str, name: str, page: str) -> None:
    """One statement asks for the permit in its versions, one where it stands in the public record, one whether this
    look is on record already; six put it there."""
    officer, address = logged_in(who), f"/berkas/{at(stage, name).key}{page}"
    light(officer, address, MOST_QUERIES + 3 + PUT_ON_RECORD)
    light(officer, address, MOST_QUERIES + 3)


def test_the_style_sheet_is_small() -> None:
    assert served(static("ui/satupintu.css")) <= MOST_STYLE


def test_a_weight_counts_all_that_a_page_names(db: None, stage: Stage) -> None:
    stage("unduh")
    html = Client().get("/").content
    linked = re.findall(rb'(?:href|src)="(/static/[^"]+)"', html)
    assert any(b".css" in one for one in linked)
    assert first_visit(html) > served(static("ui/satupintu.css")) + len(html) // 10


# Long lists --------------------------------------------------------------------------------------------------------


def copies(case: Case, count: int) -> None:
    """More files like this one, each of an application of its own; two of three are somebody's."""
    mine, draft = f.application(case), Draft.objects.filter(case=case).first()
    turns = list(case.turns.all())
    items, named = list(mine.items.all()), list(case.words.all())
    for number in range(count):
        case.pk, case.key, case.receipt = None, uuid.uuid4(), f"SP-6102-26-9{uuid.uuid4().int % 10**5:05d}"
        case.holder = "" if number % 3 == 1 else f.actor("fo" if number % 2 else "teknis").person
        case.save(force_insert=True)
        mine.pk, mine.key, mine.case = None, uuid.uuid4(), case
        mine.save(force_insert=True)
        for row in turns:
            row.pk, row.case = None, case
            row.save(force_insert=True)
        for word in named:
            word.case = case
            word.save(force_insert=True)
        for item in items:
            item.pk, item.key, item.application = None, uuid.uuid4(), mine
            item.save(force_insert=True)
        if draft is not None:
            draft.pk, draft.case = None, case
            draft.save(force_insert=True)


def rows_of(html: str) -> int:
    return len(set(re.findall(r'href="/(?:berkas|permohonan)/([0-9a-f-]{36})', html)))


@pytest.mark.parametrize(
    ("who", "name", "address"),
    [
        ("teknis", "verifikasi", "/meja"),
        ("jf", "validasi", "/meja"),
        ("koordinator", "validasi", "/meja"),
        ("kadis", "tanda-tangan", "/meja"),
        ("auditor", "verifikasi", "/meja"),
        ("jf", "validasi", "/meja?q=rum+contoh&tahun=semua"),
        ("pemohon", "verifikasi", "/saya"),
        ("pemohon", "unduh", "/saya"),
        ("pemohon", "ditolak", "/saya"),
    ],
)
def test_a_long_list_asks_no_more_than_a_short_one(stage: Stage, who: str, name: str, address: str) -> None:
    client, case = logged_in(who), stage(name)
    counts = []
    for more in (1, 10):  # with the one that is there: 2, then 12
        copies(f.fresh(case), more)
        answer, asked = visit(client, address)
        assert len(asked) <= MOST_QUERIES, "\n".join([address, *(sql[:140] for sql in asked)])
        counts.append((rows_of(answer.content.decode()), len(asked)))
    (few, asked_few), (many, asked_many) = counts
    assert many >= few + 10
    assert asked_few == asked_many


def test_messages_and_drafts_ask_no_more_either(stage: Stage) -> None:
    client, case = logged_in("pemohon"), stage("verifikasi")
    owner = Account.objects.get(email=f.APPLICANT)
    notice = Notice.objects.filter(account=owner).first()
    assert notice is not None
    counts = []
    for more in (1, 10):
        for _ in range(more):
            notice.pk, notice.key, notice.source = None, uuid.uuid4(), uuid.uuid4().hex
            notice.save(force_insert=True)
            mine = f.application(case)
            mine.pk, mine.key, mine.case, mine.sent_at = None, uuid.uuid4(), None, None
            mine.save(force_insert=True)
        counts.append(len(visit(client, "/saya")[1]))
    assert Application.objects.filter(case=None).count() >= 11
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_a_long_history_asks_no_more_than_a_short_one(stage: Stage) -> None:
    case, counts = stage("validasi"), []
    mine, client, officer = f.application(case), logged_in("pemohon"), logged_in("jf")
    for _ in range(2):
        counts.append(
            [len(visit(client, f"/permohonan/{mine.key}")[1]), len(visit(officer, f"/berkas/{case.key}")[1])]
        )
        f.check_all(case, "jf", NOW)
        f.prepare(f.fresh(case), NOW)
    assert counts[0] == counts[1]
