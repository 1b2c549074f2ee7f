# SPDX-License-Identifier: Apache-2.0
"""Two persons publish a version: one with a ZIP at the desk, the other on a phone without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import FilePayload

from satupintu.catalog import queries
from satupintu.cli import demo
from satupintu.core.zipped import make_zip
from satupintu.door.moment import at_moment, now
from satupintu.offices.models import Office
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]


def zipped(norm: str) -> FilePayload:
    files = factories.edited(f'norm = "{norm}"', old='norm = "35 menit"', where="sop.toml")
    content = make_zip(factories.SERVICE, files)
    return {"name": "layanan.zip", "mimeType": "application/zip", "buffer": content}


def test_one_proposes_another_approves(person: Comes, office: Office) -> None:
    since = now() - timedelta(days=30)
    with at_moment(since):
        demo.publish_all(office, since)  # the linked procedures, too
    factories.newcomer("admin@mempawah.example", "administrator")
    draft = factories.draft(now())

    one = person(DESKTOP, who="admin")
    one.go("/meja")
    assert one.h1 == "Layanan kantor"
    one.follow("Unggah folder layanan")
    one.press("Unggah dan periksa")
    assert one.mistakes()  # no ZIP was chosen
    one.attach(zipped("sebentar"))
    one.press("Unggah dan periksa")
    assert "“sebentar” bukan lama waktu" in one.text
    one.follow("Ganti isinya")
    one.attach(zipped("45 menit"))
    one.press("Unggah dan periksa")
    assert "Norma langkah 4 naik dari 35 menit menjadi 45 menit." in one.text
    one.follow("Usulkan versi ini")
    one.write("Berlaku mulai", "1/1/2020")
    one.write("Apa yang berubah", "Norma menurut rapat 2 Maret.")
    one.press("Usulkan")
    assert "sudah lewat" in one.mistakes()[0]
    one.write("Berlaku mulai", "4 Maret 2026")
    one.press("Usulkan")
    assert "Menunggu kepala dinas atau administrator lain" in one.text

    head = person(PHONE, script=False, who="kadis")
    head.go("/kelola")
    assert "Giliran Anda" in head.text
    head.follow("Sertifikat Standar")
    assert "Norma menurut rapat 2 Maret." in head.text
    head.press("Setujui, berlaku Rabu, 4 Maret 2026")
    assert "Berlaku sejak Rabu, 4 Maret 2026." in head.text

    me = person(PHONE, script=False, who="pemohon")
    me.go(f"/permohonan/{draft.key}/periksa")
    assert me.h1 == "Aturan layanan ini berganti"
    assert "Yang berubah hanya cara kerja kantor." in me.text
    me.press("Lanjutkan dengan aturan baru")
    assert me.h1 == "Periksa, lalu kirim"
    for box in me.page.get_by_role("checkbox").all():
        box.check()
    me.press("Kirim permohonan")
    assert me.h1 == "Permohonan terkirim"
    in_force = queries.in_force(office.pk, factories.SERVICE, now().date())
    assert in_force.case_set.get().title == "Rumah Makan Pondok Contoh"
