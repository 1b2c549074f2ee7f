# SPDX-License-Identifier: Apache-2.0
"""B12: NIB with attachment, SS and Izin in each state, statement letters: every item on the paper, page by page."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest

from satupintu.applications import papers as letters
from satupintu.core.seal import digest
from satupintu.door import files
from satupintu.licensing.models import Product
from satupintu.permits import papers
from satupintu.permits import queries as permits
from satupintu.permits.models import Permit
from tests import factories as f
from tests.pdf import text_of

pytestmark = pytest.mark.django_db


def words(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


def printed(*levels: str) -> list[tuple[Permit, str, int]]:
    """Every paper of one application: the permit, its words, how many pages."""
    case = f.licensed(*[f.activity(level) for level in levels])
    f.run_jobs(f.AT)
    found = []
    for permit in permits.products(f.fresh(case)):
        assert permit.file is not None
        pdf = files.read(permit.file)
        found.append((permit, words(pdf), checked(pdf)))
    return found


def checked(pdf: bytes) -> int:
    """PDF/A-3b and PDF/UA-1 by its own word, tagged, its data inside; gives the number of pages."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) in ("id", "id-ID")
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "B", "1")
        assert document.attachments
        return len(document.pages)


def has(text: str, *items: str) -> None:
    assert [item for item in items if item not in text] == []


FOREIGN = ("PEMERINTAH REPUBLIK INDONESIA", "BADAN KOORDINASI", "BKPM", "Garuda", "oss.go.id")


def test_the_nib_has_every_item_of_the_official_form_in_a_layout_of_its_own() -> None:
    (nib, text, pages), *_ = printed(f.LOW, f.MEDIUM_LOW, f.MEDIUM_HIGH, f.HIGH)
    assert pages == 2  # the sheet, and the attachment
    has(
        text, "NOMOR INDUK BERUSAHA", nib.number, "Undang-Undang Nomor 6 Tahun 2023", "Nama pelaku usaha", "Sari Contoh",
        "Alamat kantor", "Jalan Kenanga 4, RT 1 RW 2", "Telepon", "surel p•••@contoh.example", "Status penanaman modal",
        "PMDN", "Kode KBLI", "Lihat lampiran", "Skala usaha", "Usaha mikro", "API-U", "hak akses kepabeanan",
        "jaminan sosial", "wajib lapor ketenagakerjaan", "Bangkinang, 4 Maret 2026", "Diterbitkan otomatis oleh sistem",
        "tanggung jawab pelaku usaha", "perbaikan sebagaimana mestinya", "hak akses pelaku usaha", "Lampiran NIB",
        "Kode KBLI", "Judul KBLI", "Lokasi usaha", "Tingkat risiko", "Perizinan berusaha", "56102", "93293", "11052",
        "56301", "Menengah Rendah", "Menengah Tinggi", "Jalan Mangga 3, RT 2 RW 1", "tidak terpisahkan dari NIB",
        "CONTOH – BUKAN DOKUMEN SAH", "Pemerintah Kabupaten Kampar".upper(), "Kode cek", "Halaman 1 dari 2",
        "Laporkan pungutan liar",
    )  # fmt: skip
    assert not [item for item in FOREIGN if item in text]
    assert text.count("Belum terverifikasi, belum boleh beroperasi") == 2
    assert "Kegiatan yang bertanda belum terverifikasi belum boleh beroperasi" in text


def test_a_nib_of_low_risk_says_nothing_of_verification() -> None:
    ((_, text, pages),) = printed(f.LOW)
    assert pages == 2
    assert "belum boleh beroperasi" not in text


@pytest.mark.parametrize(("level", "title"), [(f.MEDIUM_HIGH, "SERTIFIKAT STANDAR"), (f.HIGH, "IZIN")])
def test_an_unverified_paper_says_on_every_page_that_it_allows_nothing(level: str, title: str) -> None:
    _, (permit, text, pages) = printed(level)
    assert pages == 2
    has(
        text, f"{title} (BELUM TERVERIFIKASI)", permit.number, "NIB", permit.number[:13], "Nama pelaku usaha", "Alamat kantor",
        "Status penanaman modal", "Kode dan judul KBLI", "Lokasi usaha", "BELUM TERVERIFIKASI – belum boleh beroperasi",
        "Kegiatan operasional dan komersial belum boleh dijalankan", "Standar dan persyaratan", "belum diverifikasi",
        "Kewajiban", "Batas waktu", "Kewenangan", "Dasar hukum",
    )  # fmt: skip
    assert text.count("BELUM TERVERIFIKASI – BELUM BOLEH BEROPERASI") == pages  # in the head of each page
    assert "berlaku hanya untuk" not in text
    assert not [item for item in FOREIGN if item in text]


def test_a_self_declared_certificate_holds() -> None:
    _, (_, text, pages) = printed(f.MEDIUM_LOW)
    assert pages == 2
    has(text, "SERTIFIKAT STANDAR", "BERLAKU, PERNYATAAN MANDIRI", "berlaku hanya untuk kegiatan dan lokasi")
    assert "terverifikasi" not in text.lower().replace("diverifikasi", "")


def test_the_verified_one_is_signed_by_the_head_and_names_what_it_replaces() -> None:
    later = f.AT + timedelta(days=2)
    case = f.fulfilled(f.fulfilling(f.unverified(), later), later)
    f.run_jobs(later)
    (permit,) = permits.products(f.fresh(case))
    assert permit.file is not None
    pdf = files.read(permit.file)
    text = words(pdf)
    assert checked(pdf) == 2
    has(text, "TELAH TERVERIFIKASI", "Rahmawati Putri", "NIP", "terpenuhi", "versi 2", "menggantikan versi 1")
    assert "Diterbitkan otomatis oleh sistem" not in text
    assert "BELUM" not in text


def test_large_print_says_the_same_and_that_it_is_a_copy() -> None:
    for permit, _, _ in printed(f.HIGH):
        pdf = papers.large_copy(permit)
        text = words(pdf)
        checked(pdf)
        has(text, "SALINAN HURUF BESAR", permit.number, "Sari Contoh")
        assert ("BELUM TERVERIFIKASI – BELUM BOLEH BEROPERASI" in text) == permit.unverified


def test_the_statement_letter_has_the_very_words_and_their_hashes() -> None:
    case = f.licensed(f.activity(f.LOW))
    made = f.application(case)
    pdf = letters.statements(made)
    text, bare = words(pdf), "".join(text_of(pdf).split())
    checked(pdf)
    assert len(made.statements) >= 4
    for said in made.statements.values():
        has(text, said)
        assert hashlib.sha256(said.encode()).hexdigest() in bare
    assert digest(made.statements) in bare
    event = next(line for line in _events(case) if line["kind"] == "application.sent")
    assert event["data"]["statements"] == digest(made.statements)


def _events(case: Any) -> list[dict[str, Any]]:
    from satupintu.door import read

    return [{"kind": line.kind, "data": line.data} for line in read.history(case)]


def test_a_business_that_closed_has_a_nib_that_allows_nothing() -> None:
    f.licensed(f.activity(f.LOW))
    f.run_jobs(f.AT)
    from satupintu.businesses.models import BusinessActivity

    row = BusinessActivity.objects.get()
    later = f.AT + timedelta(days=1)
    case = f.licensed(f.activity(f.LOW, activity=str(row.activity)), kind="tutup", at=later)
    f.run_jobs(later)
    (nib,) = permits.products(f.fresh(case))
    assert nib.file is not None
    has(words(files.read(nib.file)), "bukan dasar menjalankan kegiatan usaha", "versi 2")
    assert not Product.objects.filter(kind="ss").exists()
