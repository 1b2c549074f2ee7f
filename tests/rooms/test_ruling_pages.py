# SPDX-License-Identifier: Apache-2.0
"""The pages of what two persons rule about a service: asked, answered, and what the public and applicants then read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from satupintu.accounts.models import Account
from satupintu.applications import queries as application_queries
from satupintu.applications.models import Application
from satupintu.cases.models import Case
from satupintu.catalog import actions, queries
from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.core.zipped import make_zip
from satupintu.door.moment import at_moment
from satupintu.offices.models import Office
from satupintu.permits.models import Permit
from tests import factories as f

MOST_QUERIES = 12
SOON = f.AT + timedelta(days=7)


@pytest.fixture(autouse=True)
def office(stage: Callable[[str], Case]) -> Iterator[Office]:
    stage("verifikasi")
    f.newcomer("admin1@mempawah.example", "administrator")
    f.newcomer("admin2@mempawah.example", "administrator")
    with at_moment(f.AT):
        yield Office.objects.get(slug="mempawah")


def who(email: str) -> Client:
    account = Account.objects.get(email=email if "@" in email else f"{email}@mempawah.example")
    return f.log_in(Client(), account)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def page(client: Client, name: str, *args: Any, status: int = 200) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == status, (name, answer.status_code)
    return text(answer)


def send(client: Client, name: str, *args: Any, status: int = 302, **typed: Any) -> str:
    answer = client.post(reverse(name, args=args), typed)
    assert answer.status_code == status, (name, answer.status_code, text(answer))
    return text(answer)


def current(office: Office) -> ServiceVersion:
    return queries.in_force(office.pk, f.SERVICE, f.AT.date())


def newest() -> Ruling:
    return Ruling.objects.order_by("-pk")[0]


def coming(office: Office) -> ServiceVersion:
    """A version that was approved for next week."""
    author, head = f.actor("admin1@mempawah.example"), f.actor("kadis")
    made = actions.draft(author, office, f.SERVICE, f.edited("Sedang dicermati"), asked=f.asked())["version"]
    pk = queries.version(made).pk
    actions.submit(author, pk, effective=SOON.date(), note="Kata.", asked=f.asked())
    actions.approve(head, pk, asked=f.asked())
    return queries.version(made)


def folder(files: dict[str, bytes]) -> SimpleUploadedFile:
    return SimpleUploadedFile("layanan.zip", make_zip(f.SERVICE, files), "application/zip")


CLOSING = {"berlaku": "11/3/2026", "alasan": "Urusan ini pindah ke pusat.", "ganti": "Datanglah ke loket 3."}


def closed(office: Office, **more: str) -> Ruling:
    send(who("admin1"), "desk:close", current(office).key, **{**CLOSING, **more})
    send(who("kadis"), "desk:confirm", newest().key)
    return newest()


def test_two_persons_take_a_version_back(office: Office) -> None:
    one, head, made = who("admin1"), who("kadis"), coming(office)
    assert "Batalkan versi ini" in page(one, "desk:version", made.key)
    wrong = send(one, "desk:recall", made.key, status=422, alasan=" ")
    assert "“Mengapa versi ini tidak jadi berlaku?” belum diisi." in wrong
    send(one, "desk:recall", made.key, alasan="Tanggalnya belum tepat.")
    row = newest()
    mine, theirs = page(one, "desk:ruling", row.key), page(head, "desk:ruling", row.key)
    assert ("Tarik usulan" in mine, "Setujui" in mine) == (True, False)
    assert ("Tarik usulan" in theirs, "Setujui" in theirs, "Tanggalnya belum tepat." in theirs) == (
        False,
        True,
        True,
    )
    assert "Giliran Anda" in page(head, "desk:services")
    assert "Usulan yang menunggu" in page(head, "desk:version", made.key)
    send(head, "desk:confirm", row.key, version=str(queries.ruling(row.key).version))
    after = page(one, "desk:version", made.key)
    assert "Disetujui, lalu dibatalkan sebelum berlaku. Versi ini tidak pernah berlaku." in after
    assert "menyetujui pembatalan versi" in page(one, "desk:ruling", row.key)
    assert made.digest[:8] not in page(one, "desk:services")


def test_a_closing_is_declined_with_a_reason_or_dropped(office: Office) -> None:
    one, head = who("admin1"), who("kadis")
    send(one, "desk:close", current(office).key, **CLOSING)
    row = newest()
    assert "belum diisi" in send(head, "desk:decline", row.key, status=422, alasan="")
    send(head, "desk:decline", row.key, alasan="Masih banyak pemohon.")
    assert "Masih banyak pemohon." in page(one, "desk:ruling", row.key)
    send(one, "desk:close", current(office).key, **CLOSING)
    send(one, "desk:drop", newest().key)
    assert "Ditarik pengusul" in page(one, "desk:version", current(office).key)
    answer = head.post(reverse("desk:confirm", args=[newest().key]))
    assert (answer.status_code, "sudah dijawab atau ditarik" in text(answer)) == (409, True)


def test_what_is_wrong_with_a_closing_is_said_at_its_field(office: Office) -> None:
    one = who("admin1")
    for typed, said in (
        ({"berlaku": "1/3/2026"}, "sudah lewat"),
        ({"berlaku": "nanti"}, "q-berlaku"),
        ({"ganti": ""}, "Belum disebut ke mana pemohon pergi."),
        ({"layanan": "tidak-ada"}, "Layanan pengganti itu tidak bisa dipilih."),
    ):
        again = send(one, "desk:close", current(office).key, status=422, **{**CLOSING, **typed})
        assert said in again, typed
        assert "Urusan ini pindah ke pusat." in again  # nothing typed is lost


def test_a_closed_service_says_so_why_and_where_to_go(office: Office) -> None:
    everybody, applicant = Client(), who(f.APPLICANT)
    draft = f.draft()
    row = closed(office)
    ahead = page(everybody, "portal:service", "mempawah", f.SERVICE)
    assert "Layanan ini akan ditutup mulai Rabu, 11 Maret 2026." in ahead
    assert "paling lambat Selasa, 10 Maret 2026" in ahead
    assert "Mulai permohonan" in ahead
    with at_moment(SOON):
        shut = page(everybody, "portal:service", "mempawah", f.SERVICE)
        assert "Layanan ini ditutup mulai Rabu, 11 Maret 2026." in shut
        assert "Urusan ini pindah ke pusat." in shut
        assert "Datanglah ke loket 3." in shut
        assert "Mulai permohonan" not in shut
        assert "Siapkan ini" not in shut
        assert "Poster" not in shut
        for name in ("portal:home", "portal:services"):
            assert "Ditutup mulai Rabu, 11 Maret 2026" in page(everybody, name, "mempawah")
        answer = applicant.post(reverse("portal:start", args=["mempawah", f.SERVICE]))
        assert (answer.status_code, "ditutup mulai" in text(answer)) == (409, True)
        assert everybody.get(reverse("portal:poster", args=["mempawah", f.SERVICE])).status_code == 409
        assert "Ditutup" in page(who("kadis"), "desk:services")
        assert str(row.key) in page(who("kadis"), "desk:version", current(office).key)
        for name, args in (
            ("portal:page", (draft.key, 1)),
            ("portal:documents", (draft.key,)),
            ("portal:renew", (draft.key,)),
        ):
            answer = applicant.get(reverse(name, args=args))
            assert (answer.status_code, answer["Location"]) == (
                302,
                reverse("portal:review", args=[draft.key]),
            ), name


def test_a_draft_of_a_closed_service_is_read_and_printed_but_not_sent(office: Office) -> None:
    applicant, draft = who(f.APPLICANT), f.draft()
    closed(office)
    with at_moment(SOON):
        assert "tidak bisa dikirim" in page(applicant, "portal:mine")
        shown = page(applicant, "portal:review", draft.key)
        assert "Draf ini tidak bisa dikirim" in shown
        assert "Isian Anda tidak hilang." in shown
        assert "Rumah Makan Pondok Contoh" in shown
        assert "Kirim permohonan" not in shown
        assert "Ubah" not in shown
        uploaded = [
            piece.split('"')[0] for piece in shown.split('href="') if "/berkas/" in piece.split('"')[0]
        ]
        assert uploaded
        assert applicant.get(uploaded[0]).status_code == 200
        typed = {f"p-{name}": "ya" for name in f.statements(draft)}
        answer = applicant.post(reverse("portal:review", args=[draft.key]), typed)
        assert (answer.status_code, "ditutup mulai" in text(answer)) == (409, True)
        # what was on its way when the day came is kept, too
        number = next(n for n, ask in enumerate(questions(draft), 1) if "nama-usaha" in ask)
        applicant.post(reverse("portal:page", args=[draft.key, number]), {"nama-usaha": "Warung Baru"})
        assert "Warung Baru" in page(applicant, "portal:review", draft.key)


def questions(draft: Application) -> list[list[str]]:
    """The questions of each page of its form."""
    return [[question.id for question in one] for one in application_queries.pages(draft)]


def test_checking_a_permit_goes_on_and_a_refused_file_offers_no_second_try(
    office: Office, stage: Callable[[str], Case]
) -> None:
    permit, refused = Permit.objects.get(case=stage("unduh")), f.application(stage("ditolak"))
    applicant = who(f.APPLICANT)
    again = reverse("portal:reopen", args=[refused.key])
    assert again in page(applicant, "portal:application", refused.key)
    closed(office)
    with at_moment(SOON):
        assert permit.number in page(Client(), "portal:check_code", permit.code)
        shown = page(applicant, "portal:application", refused.key)
        assert (again in shown, "Layanan ini ditutup mulai" in shown) == (False, True)
        assert applicant.post(again).status_code == 409


def test_before_its_day_a_closing_is_lifted_by_two(office: Office) -> None:
    row = closed(office)
    one, head = who("admin1"), who("kadis")
    assert "Batalkan penutupan ini" in page(one, "desk:ruling", row.key)
    send(one, "desk:reopen", row.key, alasan="Masih dibutuhkan.")
    send(head, "desk:confirm", newest().key)
    assert "Penutupan ini sudah dibatalkan." in page(one, "desk:ruling", row.key)
    with at_moment(SOON):
        assert "ditutup" not in page(Client(), "portal:service", "mempawah", f.SERVICE)


def test_who_approves_a_version_reads_that_it_opens_the_service_again(office: Office) -> None:
    row, author = closed(office), f.actor("admin1@mempawah.example")
    made = actions.draft(author, office, f.SERVICE, f.edited("Dibuka lagi"), asked=f.asked())["version"]
    actions.submit(author, queries.version(made).pk, effective=SOON.date(), note="Dibuka.", asked=f.asked())
    with at_moment(f.AT + timedelta(days=1)):
        shown = page(who("kadis"), "desk:version", made)
        assert "Bila versi ini disetujui, layanan dibuka lagi" in shown
        former = current(office).digest
        assert f'value="{former} {row.key}"' in shown
        send(who("kadis"), "desk:approve", made, status=409, follows=former)
        send(who("kadis"), "desk:approve", made, follows=f"{former} {row.key}")
    with at_moment(SOON):
        assert "Mulai permohonan" in page(Client(), "portal:service", "mempawah", f.SERVICE)
        assert "sudah dibuka lagi dengan versi baru" in page(who("kadis"), "desk:ruling", row.key)


def test_a_misprint_is_corrected_and_the_file_says_with_what_it_prints(
    office: Office, stage: Callable[[str], Case]
) -> None:
    one, head, version = who("admin1"), who("kadis"), current(office)
    files = f.edited("Sedang kami nilai")
    files["permit.typ"] += b"\n// Salah ketik dibetulkan.\n"
    form = page(one, "desk:correct", version.key)
    assert "Betulkan salah tulis" in form
    assert "belum diisi" in send(
        one, "desk:correct", version.key, status=422, folder=folder(files), alasan=""
    )
    assert "Belum ada ZIP" in send(one, "desk:correct", version.key, status=422, alasan="Salah ketik.")
    rule = f.edited('norm = "9 menit"', where="sop.toml", old='norm = "20 menit"')
    more = send(one, "desk:correct", version.key, status=422, folder=folder(rule), alasan="Salah ketik.")
    assert "ada yang berbeda: sop.toml." in more
    assert "Salah ketik." in more
    send(one, "desk:correct", version.key, folder=folder(files), alasan="Salah ketik.")
    row = newest()
    shown = page(head, "desk:ruling", row.key)
    assert "Tata letak surat berubah (permit.typ)" in shown
    assert "// Salah ketik dibetulkan." in shown
    assert "Sedang kami nilai" in shown
    assert head.get(reverse("desk:ruling_folder", args=[row.key]))["Content-Type"] == "application/zip"
    case = stage("verifikasi")
    assert row.digest[:8] not in page(who("teknis"), "desk:file", case.key)
    send(head, "desk:confirm", row.key)
    assert f"dengan koreksi {row.digest[:8]}" in page(who("teknis"), "desk:file", case.key)
    assert f"memakai koreksi {row.digest[:8]}" in page(one, "desk:version", version.key)
    signed = stage("unduh")  # printed before
    assert row.digest[:8] not in page(who("kadis"), "desk:file", signed.key)


def test_the_history_says_which_correction_printed(office: Office, stage: Callable[[str], Case]) -> None:
    one, files = who("admin1"), f.edited("Sedang kami nilai")
    send(one, "desk:correct", current(office).key, folder=folder(files), alasan="Salah ketik.")
    row = newest()
    send(who("kadis"), "desk:confirm", row.key)
    case = f.take(f.prepare(stage("validasi")), "jf", "valid")
    f.sign(case)
    assert f"Dicetak dengan koreksi {row.digest[:8]}." in page(who("kadis"), "desk:file", case.key)


def test_no_page_of_a_ruling_asks_the_data_base_too_much(office: Office) -> None:
    made, one = coming(office), who("admin1")
    send(one, "desk:recall", made.key, alasan="Belum tepat.")
    recalled = newest()
    row = closed(office)
    send(one, "desk:correct", current(office).key, folder=folder(f.edited("Kami nilai")), alasan="Salah.")
    pages = [("desk:services", ()), ("desk:version", (current(office).key,)), ("desk:version", (made.key,))]
    pages += [("desk:ruling", (one_row.key,)) for one_row in (recalled, row, newest())]
    pages += [("desk:correct", (current(office).key,))]
    for name, args in pages:
        with CaptureQueriesContext(connection) as asked:
            one.get(reverse(name, args=args))
        assert len(asked) <= MOST_QUERIES, (name, [q["sql"][:120] for q in asked])
