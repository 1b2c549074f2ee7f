# SPDX-License-Identifier: Apache-2.0
"""A person gives her data once, finds her village by its name, corrects it, and types none of it again in a form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from satupintu.accounts.actions import make_account
from satupintu.businesses.models import BusinessActor
from satupintu.catalog import actions as catalog
from satupintu.catalog.queries import REGION_LISTS
from satupintu.cli.regions import texts
from satupintu.core import regions
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]
SHORT = "NIK terdiri atas 16 angka, yang diketik 8. Periksa lagi pada kartu atau surat."
SARI, HELPER = "sari@contoh.example", "budi@contoh.example"


@pytest.fixture
def settled(transactional_db: None) -> None:
    """Two people with accounts, in an installation that knows its regions."""
    make_account(email=SARI, name="Sari Contoh", password="kuda laut biru")
    make_account(email=HELPER, name="Budi Contoh", password="kuda laut biru")
    catalog.load_regions(regions.read(texts(REGION_LISTS)))


def village(me: Person) -> None:
    """Look for it, and choose it from what was found."""
    me.write("Nama desa atau kelurahan", "mempawah hilir pasir")
    me.press("Cari")
    me.choose("Pasir")


def fill(me: Person) -> None:
    assert me.h1 == "Data pelaku usaha"
    assert me.page.get_by_role("radio", name="Orang perseorangan, WNI").is_checked()
    me.write("NIK", "6102 0145")
    me.write("Jalan dan nomor", "Jalan Kenanga Nomor 7")
    village(me)
    me.press("Simpan")
    assert me.mistakes() == [f"Galat: {SHORT}"]
    assert me.page.get_by_label("Jalan dan nomor").input_value() == "Jalan Kenanga Nomor 7"
    assert me.page.get_by_role("radio", name="Pasir").is_checked()
    me.write("NIK", "6102 0145 0890 0002")
    me.press("Simpan")
    assert "Pasir, Kecamatan Mempawah Hilir, Kabupaten Mempawah" in me.text


@pytest.mark.parametrize(("size", "script"), [(PHONE, False), (DESKTOP, True)], ids=["360px-no-js", "1280px"])
def test_data_are_given_once(person: Comes, settled: None, size: tuple[int, int], script: bool) -> None:
    me = person(size, script=script, who=SARI)
    me.go("/saya/pelaku-usaha")
    fill(me)
    me.follow("Ubah")
    me.write("Jalan dan nomor", "Jalan Kenanga Nomor 9")
    me.press("Simpan")
    assert "Jalan Kenanga Nomor 9" in me.text
    entity(me)
    helper = person(size, script=script, who=HELPER)
    helper.go("/saya/pelaku-usaha")
    helper.press("Terima")
    assert "PT Roti Contoh" in helper.text
    apply(me)


def entity(me: Person) -> None:
    """A badan usaha, and somebody who may act for it."""
    me.follow("Daftarkan badan usaha")
    me.write("Nama badan usaha", "PT Roti Contoh")
    me.page.get_by_label("Bentuk badan usaha").select_option("PT")
    me.write("Nomor akta pendirian", "12")
    me.write("Tanggal akta pendirian", "4/5/2020")
    me.write("NPWP badan usaha", "01.234.567.4-701.000")
    me.write("Jabatan Anda", "Direktur")
    me.write("Jalan dan nomor", "Jalan Raya 1")
    village(me)
    me.press("Simpan")
    me.follow("Tambah pengurus")
    me.write("Nama lengkap", "Budi Contoh")
    me.write("Jabatan", "Manajer")
    me.write("Surel", HELPER)
    me.tick("Boleh mengubah data")
    me.press("Tambah")
    assert "Menunggu jawabannya" in me.text
    assert BusinessActor.objects.count() == 2


def apply(me: Person) -> None:
    """The form shows what is known already; going on keeps it."""
    me.go("/mempawah/layanan/sertifikat-standar")
    me.press("Mulai permohonan")
    me.press("Lanjut")
    assert "Pilih salah satu." in me.text
    me.choose("Saya sendiri")
    me.press("Lanjut")
    me.write("Apa kegiatan usaha", "roti")
    me.press("Cari")
    me.choose("Industri Produk Roti")
    me.press("Lanjut")
    me.write("Berapa nomor NIB", "0305 2300 07716")
    me.write("Apa nama usahanya", "Roti Pagi Contoh")
    me.press("Lanjut")
    assert me.page.get_by_label("Siapa nama pemiliknya").input_value() == "Sari Contoh"
    me.write("Nomor HP", "0812-5555-0142")
    me.press("Lanjut")
    assert me.page.get_by_label("Jalan dan nomor").input_value() == "Jalan Kenanga Nomor 9"
    assert me.page.get_by_label("Desa atau kelurahan").input_value() == "Pasir, Kecamatan Mempawah Hilir"
    me.press("Lanjut")
    assert "Tempat usaha itu milik siapa" in me.text
