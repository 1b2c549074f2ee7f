# SPDX-License-Identifier: Apache-2.0
"""J1: the owner of a small bakery finds the service on a phone, registers, applies, and holds a receipt."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page

from satupintu.adapters.mail.simulator import Catcher
from satupintu.adapters.whatsapp.simulator import Phone
from satupintu.applications.models import Application
from satupintu.cases import queries as cases
from satupintu.cases.models import Case
from satupintu.core.numbers import show_code
from satupintu.door.moment import now
from satupintu.offices.models import Office
from satupintu.offices.queries import calendar
from satupintu.ui import formats
from tests.journeys import papers
from tests.journeys.person import TOO_WIDE, Person

PROMISED = "Rabu, 11 Maret"  # five working days after Wednesday the 4th
MOST_TYPED, MOST_QUESTIONS = 25, 9
ADDRESS, PASSWORD = "sari@surel.example", "roti-hangat-tiap-pagi"
NUMBER = "6281255550142"


def newest(postbox: Catcher, to: str) -> str:
    """The text of the newest mail to this address."""
    for path in sorted(postbox.folder.glob("*.eml"), reverse=True):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if mail["to"] == to:
            body = mail.get_body(("plain",))
            assert body is not None
            return str(body.get_content())
    raise AssertionError(f"no mail to {to}")


def code_from(postbox: Catcher) -> str:
    """The code in the mail that came last."""
    found = re.search(r"\b\d{6}\b", newest(postbox, ADDRESS))
    assert found is not None
    return found.group()


def code_on_the_phone(friend: Person) -> str:
    """The code of the newest WhatsApp message, as the page of the demo shows it."""
    friend.go("/surat-demo")
    assert f"Kepada +{NUMBER}" in friend.text
    found = re.search(r"\*(\d{6})\* adalah kode verifikasi", friend.text)
    assert found is not None
    return found.group(1)


def register(me: Person, contact: str, deliver: Callable[[], None], read: Callable[[], str]) -> None:
    """From the service page to an account of one's own. read: how the code is read where it has come."""
    me.follow("Mulai permohonan")
    assert me.h1 == "Daftar"
    me.choose("Orang perseorangan, WNI")
    me.choose("Usaha mikro dan kecil")
    me.write("Surel atau nomor WhatsApp", contact)
    me.write("Nama lengkap", "Sari Contoh")
    me.write("Buat kata sandi", PASSWORD)
    me.press("Kirim kode")
    deliver()
    me.write("Kode 6 angka", read())
    me.press("Lanjut")


def answer_questions(me: Person) -> int:
    """Every page of the form; gives how many pages there were."""
    me.write("Apa kegiatan usaha", "roti")
    me.press("Cari")
    me.choose("Industri Produk Roti")
    me.press("Lanjut")
    me.write("Berapa nomor NIB", "0305 2300 07716")
    me.write("Apa nama usahanya", "Roti Pagi Contoh")
    me.press("Lanjut")
    me.write("Siapa nama pemiliknya", "Sari Contoh")
    me.write("Berapa NIK", "6102 0145 0890 0002")
    me.write("Nomor HP", "0812-5555-0142")
    me.press("Lanjut")
    me.write("Jalan dan nomor", "Jalan Melati Nomor 21")
    me.write("Desa atau kelurahan", "Desa Contoh, Kecamatan Mempawah Hilir")
    me.press("Lanjut")
    me.choose("Milik sendiri")
    me.press("Lanjut")
    me.write("Apa yang dikerjakan", "Membuat dan menjual roti, enam orang.")
    me.press("Lanjut")
    me.write("Berapa orang", "6")
    me.write("Berapa modal", "150 juta")
    me.press("Lanjut")
    pages = re.search(r"dari (\d+)", me.page.locator(".step-of").inner_text())
    me.choose("Tidak")
    me.press("Lanjut")
    assert pages is not None
    return int(pages.group(1))


def upload_everything(me: Person) -> None:
    """A document after another, until none is missing."""
    me.follow("Mulai mengunggah")
    files = [papers.photo("ktp.jpg"), papers.scan("nib.pdf"), papers.scan("sertifikat.pdf")]
    files += [papers.photo("depan.jpg", wide=90), papers.scan("pernyataan.pdf"), papers.scan("laik.pdf")]
    for file in files:
        me.attach(file)
        me.press("Unggah")
    assert "Semua dokumen wajib sudah ada." in me.text


def send(me: Person) -> None:
    for box in me.page.get_by_role("checkbox").all():
        box.check()
    me.press("Kirim permohonan")
    assert me.h1 == "Permohonan terkirim"


def promised(case: Case) -> date:
    """The day the case is promised for; it is five working days of the office after today."""
    days = calendar(Office.objects.get(slug="mempawah"))
    due = cases.due_date(case, cases.state(case), now())
    assert due == days.add(days.received_on(now()), 5)
    return due


def test_j1_a_baker_applies_on_a_phone(
    everywhere: Callable[[], Page],
    judge: Callable[[Page], None],
    deliver: Callable[[], None],
    postbox: Catcher,
    whatsapp: Phone,
    request: pytest.FixtureRequest,
) -> None:
    me = Person(everywhere(), judge)
    me.go("/")
    assert me.path == "/mempawah/"  # the only office of this server is opened at once
    me.page.get_by_role("searchbox").first.fill("roti")
    me.press("Cari", within=me.page.locator("main"))
    me.follow("Lihat semua layanan")
    me.follow("Sertifikat Standar")
    for said in ("Rp 0", "5 hari kerja", "KTP pemilik usaha"):
        assert said in me.text
    by_whatsapp = request.node.callspec.id in ("360px-no-js", "1280px")
    if by_whatsapp:
        friend = Person(everywhere(), judge)
        register(me, "0812-5555-0142", deliver, lambda: code_on_the_phone(friend))
    else:
        register(me, ADDRESS, deliver, lambda: code_from(postbox))
    assert me.h1 == "Sertifikat Standar (SS)"  # back where he was
    me.press("Mulai permohonan")
    asked = answer_questions(me)
    upload_everything(me)
    me.follow("Lanjut ke ringkasan")
    assert "Roti Pagi Contoh" in me.text
    assert PROMISED in me.text
    send(me)

    mine = Application.objects.get()
    assert mine.case is not None
    code = show_code(mine.track_code)
    assert formats.long_date(promised(mine.case)) == f"{PROMISED} 2026"
    for said in (mine.case.receipt, code, PROMISED):
        assert said in me.text
    assert asked <= MOST_QUESTIONS
    assert me.typed <= MOST_TYPED

    me.page.set_viewport_size({"width": 320, "height": 640})
    assert me.page.evaluate(TOO_WIDE) <= 0
    deliver()
    if by_whatsapp:
        friend.go("/surat-demo")
        assert mine.case.receipt in friend.text
    else:
        assert mine.case.receipt in newest(postbox, ADDRESS)

    stranger = Person(everywhere(), judge)
    stranger.go("/lacak")
    stranger.write("Nomor permohonan", mine.case.receipt)
    stranger.write("Kode lacak", code)
    stranger.press("Lacak")
    assert PROMISED in stranger.text
    assert "Sari" not in stranger.text
    assert "Roti Pagi" not in stranger.text
