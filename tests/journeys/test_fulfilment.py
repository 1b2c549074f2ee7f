# SPDX-License-Identifier: Apache-2.0
"""B11: a medium-high activity from "Permohonan baru" to its verified Sertifikat Standar, with one correction on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from satupintu.businesses.models import Business
from satupintu.cases.models import Case
from satupintu.licensing.models import Product
from tests import factories
from tests.journeys import papers
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person
from tests.journeys.test_business import SARI, Screens, check, complete, find, give_data, settled
from tests.journeys.test_j4_correction import check_documents, hand_in, pick

__all__ = ["settled"]
Comes = Callable[..., Person]
OFFICERS = {
    "teknis": "tim-teknis", "jf": "jf-penata-perizinan", "koordinator": "koordinator", "kadis": "kepala-dinas",
}  # fmt: skip
NOT_YET, VERIFIED = "Belum terverifikasi, belum boleh beroperasi", "Telah terverifikasi"
BLURRED = "Fotokopi tidak terbaca. Unggah pindaian yang jelas."


@pytest.fixture
def officers(settled: None) -> None:
    for name, role in OFFICERS.items():
        factories.newcomer(f"{name}@kampar.example", role, office="kampar")


def apply(me: Person) -> None:
    """A depot of drinking water: its risk is medium-high."""
    screens = Screens(me)
    me.go("/saya")
    me.follow("Perizinan berusaha")
    give_data(me)
    complete(me, screens)
    find(me, screens, "depot air isi ulang", "Industri Air Minum Isi Ulang")
    me.write("Nama desa atau kelurahan", "langgini")
    me.press("Cari")
    me.choose("Langgini")
    me.write("Jalan dan nomor", "Jalan Melati Nomor 5")
    me.choose("Sewa")
    me.write("Luas tempat usaha", "24")
    me.press("Lanjut")
    me.write("Nama usaha", "Depot Air Bu Sari")
    me.write("Apa yang dikerjakan", "Mengisi ulang galon air minum.")
    me.choose("Ya")
    me.press("Lanjut")
    me.write("Modal kerja untuk 3 bulan", "15 juta")
    me.write("Tenaga kerja perempuan", "2")
    me.press("Lanjut")
    assert "Tingkat risiko: Menengah Tinggi" in me.text
    me.press("Lanjut")
    me.write("Jenis produk atau jasa", "Air minum isi ulang")
    me.write("Kapasitas setahun", "12.000")
    me.page.get_by_label("Satuan").select_option("Buah")
    me.press("Tambah")
    check(me, screens, statements=5)


def stands(me: Person, words: str, other: str) -> None:
    """What the list of one's own activities says of the only one."""
    me.go("/saya/usaha")
    assert words in me.text
    assert other not in me.text


def fulfil(me: Person) -> None:
    me.go("/saya")
    me.follow("Pemenuhan persyaratan")
    me.press("Proses Pemenuhan")
    me.follow("Mulai mengunggah")
    for n in range(4):
        me.attach(papers.photo(f"bukti-{n}.jpg", wide=90 + n))
        me.press("Unggah")
    assert "Semua dokumen wajib sudah ada." in me.text
    me.follow("Lanjut ke ringkasan")
    for box in me.page.get_by_role("checkbox").all():
        box.check()
    me.press("Kirim permohonan")


def examine(officer: Person) -> None:
    """Step 2 of its SOP: the technical team."""
    officer.go("/meja")
    officer.press("Ambil yang teratas")
    check_documents(officer, rows=range(1, 5))
    officer.follow("Isi Berita Acara")
    officer.write("Tanggal pemeriksaan", "4/3/2026")
    for question, answer in list(factories.FINDINGS.items())[1:]:
        pick(officer, question, answer)
    officer.press("Buat dokumen")
    officer.follow("Isi Pertimbangan Teknis")
    for question, answer in factories.OPINION.items():
        pick(officer, question, answer)
    officer.press("Buat dokumen")
    officer.press("Lengkap dan sesuai")


@pytest.mark.parametrize(("size", "script"), [(PHONE, False), (DESKTOP, True)], ids=["360px-no-js", "1280px"])
def test_b11_a_depot_is_verified_after_one_correction(
    person: Comes,
    officers: None,
    deliver: Callable[[], None],
    judge: Callable[[Page], None],
    size: tuple[int, int],
    script: bool,
) -> None:
    def comes(who: str) -> Person:
        return person(size, script=script, who=who if "@" in who else f"{who}@kampar.example")

    me = comes(SARI)
    apply(me)
    assert Business.objects.get().nib in me.text
    deliver()
    stands(me, NOT_YET, VERIFIED)
    fulfil(me)
    case = Case.objects.order_by("-pk")[0]
    examine(comes("teknis"))

    jf = comes("jf")
    jf.go("/meja")
    jf.press("Ambil yang teratas")
    check_documents(jf, rows=range(1, 5), wrong={2: BLURRED})
    jf.follow("Tidak valid, kembalikan")
    jf.press("Kembalikan kepada pemohon")
    me.go("/saya")
    me.follow("Perbaiki sekarang")
    assert me.h1 == "Perbaiki 1 hal saja"
    hand_in(me, "Denah depot", papers.photo("denah.jpg", wide=97))
    me.tick("Data dan dokumen")
    me.press("Kirim perbaikan")

    jf.go(f"/berkas/{case.key}")
    check_documents(jf, rows=(2,))
    jf.follow("Isi Draf surat")
    jf.press("Simpan dan lihat pratinjau")
    coordinator = comes("koordinator")
    for button in ("Ketahui", "Setujui"):
        coordinator.go(f"/berkas/{case.key}")
        coordinator.press(button)
    jf.go(f"/berkas/{case.key}")
    jf.press("Valid, teruskan")
    head = comes("kadis")
    head.go("/meja")
    head.follow("Buka draf")
    head.press("Setujui dan tanda tangani")
    stands(me, NOT_YET, VERIFIED)  # until the signature is stored
    deliver()
    stands(me, VERIFIED, NOT_YET)
    product = Product.objects.get(kind=Product.STANDARD)
    me.go(f"/cek/{product.permit.code}")
    assert "Asli dan berlaku" in me.text
    assert product.number in me.text
