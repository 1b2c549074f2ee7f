# SPDX-License-Identifier: Apache-2.0
"""Refused and taken up again (S5), another office's business (S6), withdrawn before the decision."""

from __future__ import annotations

from collections.abc import Callable

from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.door.moment import now
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]
REASON = "Alamat usaha tidak sesuai dengan NIB. Samakan dahulu di OSS."


def test_a_refused_application_is_taken_up_again(person: Comes) -> None:
    case = factories.sent(now())
    old = factories.application(case)
    officer = person(DESKTOP, who="teknis")
    officer.go(f"/berkas/{case.key}")
    officer.press("Ambil berkas ini")
    officer.follow("Tidak lengkap atau tidak sesuai, tolak")
    officer.press("Tidak lengkap atau tidak sesuai, tolak")
    assert officer.mistakes()  # no refusal without a reason
    officer.write("Alasan", REASON)
    officer.press("Tidak lengkap atau tidak sesuai, tolak")
    assert factories.fresh(case).end == "ditolak"

    me = person(PHONE, script=False, who="pemohon")
    me.go("/saya")
    me.follow("Rumah Makan Pondok Contoh")
    assert me.h1 == "Ditolak"
    assert REASON in me.text
    me.press("Ajukan lagi")
    assert me.h1 == "Periksa, lalu kirim"
    assert "Isian dan dokumen dari permohonan lama sudah kami salin." in me.text
    new = Application.objects.exclude(pk=old.pk).get()
    assert new.reopens_id == old.pk
    assert new.answers == old.answers
    for item in applications.items(new):
        assert (item.document is not None) == item.requirement.required
    for box in me.page.get_by_role("checkbox").all():
        box.check()
    me.press("Kirim permohonan")
    assert me.h1 == "Permohonan terkirim"
    again = applications.own(factories.actor("pemohon", now()), new.key).case
    assert again is not None
    officer.go(f"/berkas/{again.key}")
    officer.follow(f"Melanjutkan berkas {case.receipt}")
    assert officer.path == f"/berkas/{case.key}"


def test_another_offices_business_is_shown_where_to_go(person: Comes) -> None:
    me = person(PHONE, script=False, who="pemohon")
    me.go(f"/mempawah/layanan/{factories.SERVICE}")
    me.press("Mulai permohonan")
    ask_for_concrete(me)
    assert "DPMPTSP Provinsi melalui oss.go.id" in me.text
    me.follow("Pilih kegiatan lain")
    assert me.path.endswith("/isi/1")
    assert "kbli" not in Application.objects.get().answers  # nothing was kept of it
    ask_for_concrete(me)
    me.press("Buang draf ini")
    assert not Application.objects.exists()


def ask_for_concrete(me: Person) -> None:
    """Choose an activity that the province licenses."""
    me.write("Apa kegiatan usaha", "beton")
    me.press("Cari")
    me.choose("Industri Mortar atau Beton")
    me.press("Lanjut")
    assert me.h1 == "Bukan kewenangan kantor ini"


def test_withdrawn_before_the_decision(person: Comes) -> None:
    case = factories.verified(now())
    me = person(PHONE, who="pemohon")
    me.go(f"/permohonan/{factories.application(case).key}")
    me.follow("Tarik permohonan ini")
    me.write("Mengapa ditarik", "Usaha pindah ke kabupaten lain bulan depan.")
    me.press("Ya, tarik permohonan")
    assert me.h1 == "Dibatalkan oleh Anda"
    assert factories.fresh(case).end == "ditarik"
    assert not me.page.get_by_role("link", name="Tarik permohonan ini").count()
    officer = person(DESKTOP, who="jf")
    officer.go("/meja")
    assert case.receipt not in officer.text
