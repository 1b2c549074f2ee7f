# SPDX-License-Identifier: Apache-2.0
"""Bad days: twice, too late, cut off, not one's own, the wrong file. Nothing is lost, nothing happens twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from satupintu.accounts.actions import make_account
from satupintu.adapters.mail import simulator
from satupintu.adapters.mail.client import Unreachable
from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.cases.models import Case
from satupintu.cli import demo
from satupintu.door.moment import now
from satupintu.door.worker import sweep
from tests import factories
from tests.journeys import papers
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import TOO_WIDE, Person

Comes = Callable[..., Person]
ADDRESS, PASSWORD = "budi@surel.example", "nasi-goreng-tiap-malam"


def started(who: str = "pemohon") -> Application:
    """A draft in which nothing is answered yet."""
    from satupintu.applications import actions
    from satupintu.catalog.queries import in_force
    from satupintu.offices.models import Office

    office = Office.objects.get(slug="mempawah")
    me = factories.actor(who, now())
    return actions.start(me, in_force(office.pk, factories.SERVICE, me.at.date()))


def log_in(me: Person) -> None:
    me.write("Nama pengguna, surel, atau nomor HP", ADDRESS)
    me.write("Kata sandi", PASSWORD)
    me.press("Masuk", within=me.page.locator("main"))


# Twice ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_sends_once_and_going_back_sends_nothing(person: Comes, *, script: bool) -> None:
    draft = factories.draft(now())
    me = person(PHONE, script=script, who="pemohon")
    me.go(f"/permohonan/{draft.key}/periksa")
    for box in me.page.get_by_role("checkbox").all():
        box.check()
    me.page.get_by_role("button", name="Kirim permohonan").dblclick()
    expect(me.page).to_have_url(re.compile("/terkirim$"), timeout=30_000)
    me.judge(me.page)
    receipt = Case.objects.get().receipt
    assert receipt == "SP-6102-26-000001"
    assert receipt in me.text

    me.page.go_back()
    assert me.path == f"/permohonan/{draft.key}"
    assert receipt in me.text
    assert Case.objects.count() == 1


def test_two_officers_decide_at_once_one_wins_the_other_sees_what_changed(person: Comes) -> None:
    factories.newcomer("rekan@mempawah.example", "tim-teknis", since=now() - timedelta(days=9))
    case = factories.sent(now())
    both = [person(DESKTOP, who="teknis"), person(DESKTOP, script=False, who="rekan@mempawah.example")]
    for officer in both:
        officer.go(f"/berkas/{case.key}")
        officer.follow("Tidak lengkap atau tidak sesuai, tolak")
    first, second = (
        "Alamat pada NIB berbeda dari alamat usaha.",
        "Foto tempat usaha bukan tempat yang dimohonkan.",
    )
    both[0].write("Alasan", first)
    both[1].write("Alasan", second)
    both[0].press("Tidak lengkap atau tidak sesuai, tolak")
    answer = both[1].press("Tidak lengkap atau tidak sesuai, tolak")
    assert answer.status == 409
    assert both[1].h1 == "Berkas ini baru saja diubah"
    assert second in both[1].text  # what was typed can be copied
    assert "Orang Teknis" in both[1].text  # who was faster
    assert factories.fresh(case).end == "ditolak"
    assert factories.last(case).data.get("reason", first) != second
    both[1].follow("Lihat berkas sekarang")


# Too late ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_when_the_session_ended_is_there_after_logging_in(
    person: Comes, *, script: bool
) -> None:
    make_account(email=ADDRESS, name="Budi Contoh", password=PASSWORD)
    me = person(PHONE, script=script, who=ADDRESS)
    me.go(f"/permohonan/{started(ADDRESS).key}/isi/2")
    me.write("Berapa nomor NIB", "0305230007716")
    me.write("Apa nama usahanya", "Warung Budi")
    me.page.context.clear_cookies(name="sp")
    me.press("Lanjut")
    assert me.h1 == "Masuk"
    assert "isian tadi kami simpan" in me.text
    log_in(me)
    assert me.path.endswith("/isi/2")
    assert me.page.get_by_label("Apa nama usahanya").input_value() == "Warung Budi"
    me.press("Lanjut")
    assert Application.objects.get().answers["nama-usaha"] == "Warung Budi"


# Not one's own -------------------------------------------------------------------------------------------------------


def test_what_belongs_to_others_is_not_there(person: Comes) -> None:
    case = factories.sent(now())
    mine = factories.application(case)
    demo.open_office("kampar", now() - timedelta(days=60))
    factories.newcomer(
        "jf@kampar.example", "jf-penata-perizinan", office="kampar", since=now() - timedelta(days=9)
    )
    factories.newcomer("orang@surel.example")
    document = next(item.document for item in applications.items(mine) if item.document)
    stranger, officer = person(PHONE, who="orang@surel.example"), person(DESKTOP, who="jf@kampar.example")
    own = [f"/permohonan/{mine.key}{more}" for more in ("", "/isi/1", "/terkirim", "/perbaikan", "/tarik")]
    own += [f"/permohonan/{mine.key}/berkas/{document.key}", f"/permohonan/{mine.key}/tanda-terima.pdf"]
    for address in own:
        assert stranger.go(address).status == 404
        assert stranger.h1 == "Halaman ini tidak ada"
    for more in ("", "/hasil?hasil=tolak", "/kembalikan", f"/dokumen/{document.key}", "/draf"):
        assert officer.go(f"/berkas/{case.key}{more}").status == 404
        assert officer.h1 == "Halaman ini tidak ada"
    assert case.receipt not in stranger.page.content() + officer.page.content()


# Guessing ------------------------------------------------------------------------------------------------------------


def ask_for_code(me: Person) -> None:
    me.go("/daftar")
    me.choose("Orang perseorangan, WNI")
    me.choose("Usaha mikro dan kecil")
    me.write("Surel atau nomor WhatsApp", ADDRESS)
    me.write("Nama lengkap", "Budi Contoh")
    me.write("Buat kata sandi", PASSWORD)
    me.press("Kirim kode")
    assert me.h1 == "Masukkan kode"


def code_in(folder: Path) -> str:
    (letter,) = folder.glob("*.eml")
    found = re.search(r"^.*\b(\d{6})\b", letter.read_text(), re.MULTILINE)
    assert found is not None
    return found.group(1)


def test_after_five_wrong_codes_one_begins_again(
    person: Comes, postbox: Any, deliver: Callable[[], None]
) -> None:
    me = person(PHONE, script=False)
    ask_for_code(me)
    deliver()
    right = code_in(postbox.folder)
    for _ in range(5):
        assert me.h1 == "Masukkan kode"
        me.write("Kode 6 angka", "000000" if right != "000000" else "111111")
        me.press("Lanjut")
    assert me.h1 != "Masukkan kode"
    assert "Kode ini tidak berlaku lagi." in me.text
    me.go("/saya")
    assert me.h1 == "Masuk"


def test_a_guesser_at_the_tracker_has_to_wait(person: Comes) -> None:
    case = factories.sent(now())
    me = person(PHONE, script=False)
    for n in range(6):
        me.go("/lacak")
        me.write("Nomor permohonan", case.receipt)
        me.write("Kode lacak", "ABCD-EFGH-JKLM")
        answer = me.press("Lacak")
        assert answer.status == (422 if n < 5 else 429)
    assert me.h1 == "Tunggu satu menit"


# The wrong file ------------------------------------------------------------------------------------------------------

REFUSED: list[tuple[FilePayload, str]] = [
    (papers.disguised(), "bukan PDF"),
    (papers.locked(), "kata sandi"),
    (papers.lively(), "berisi program"),
    (papers.heavy(), "5 MB"),
]


@pytest.mark.parametrize("script", [True, False])
def test_a_file_that_cannot_be_kept_is_refused_with_the_reason(person: Comes, *, script: bool) -> None:
    draft = started()
    factories.fill(draft, now())
    me = person(PHONE, script=script, who="pemohon")
    me.go(f"/permohonan/{draft.key}/dokumen/ktp")
    for file, why in REFUSED:
        me.attach(file)
        assert me.press("Unggah").status == 422
        (said,) = me.mistakes()
        assert file["name"] in said
        assert why in said
        assert me.page.title().startswith("Galat:")
    me.attach(papers.photo("ktp.jpg"))
    me.press("Unggah")
    me.go(f"/permohonan/{draft.key}/periksa")
    assert "ktp.jpg" in me.text
    assert "Rumah Makan Pondok Contoh" in me.text


# The mail server is down ---------------------------------------------------------------------------------------------


def test_a_code_comes_when_the_mail_server_is_back(
    person: Comes, deliver: Callable[[], None], tmp_path: Path, settings: Any, clock: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", factories.free_port()
    me = person(PHONE)
    ask_for_code(me)
    with pytest.raises(Unreachable):
        deliver()
    server, catcher = simulator.serve(tmp_path / "mail", port=settings.EMAIL_PORT)
    try:
        assert sweep(now()) == 1
        clock.shift(timedelta(seconds=6))  # the first delay
        deliver()
    finally:
        server.stop()
    me.write("Kode 6 angka", code_in(catcher.folder))
    me.press("Lanjut")
    assert me.h1 == "Pendaftaran berhasil"


# By keyboard, in high contrast, in large letters ---------------------------------------------------------------------


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this element has the focus, and see that it shows."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            shown = "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).boxShadow"
            assert page.evaluate(shown) != "nonenone"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_logging_in_and_answering_by_keyboard_alone(person: Comes) -> None:
    make_account(email=ADDRESS, name="Budi Contoh", password=PASSWORD)
    draft = started(ADDRESS)
    me = person(DESKTOP)
    me.go(f"/masuk?next=/permohonan/{draft.key}/isi/2")
    for selector, text in (("#isi-login", ADDRESS), ("#isi-password", PASSWORD)):
        tab_to(me.page, selector)
        me.page.keyboard.type(text)
    with me.page.expect_navigation():
        me.page.keyboard.press("Enter")
    for selector, text in (("[name=nib]", "0305230007716"), ("[name=nama-usaha]", "Warung Budi")):
        tab_to(me.page, selector)
        me.page.keyboard.type(text)
    tab_to(me.page, "main .actions button:not([name])")
    with me.page.expect_navigation():
        me.page.keyboard.press("Enter")
    assert me.path.endswith("/isi/3")
    assert Application.objects.get().answers["nama-usaha"] == "Warung Budi"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360px", "1280px"])
def test_high_contrast_and_large_letters_stay_on(person: Comes, size: tuple[int, int]) -> None:
    me = person(size, script=False)
    me.go("/mempawah/")
    letters = "parseFloat(getComputedStyle(document.body).fontSize)"
    before = me.page.evaluate(letters)
    for switch in ("Kontras tinggi", "Perbesar huruf"):
        if size == PHONE:
            me.page.locator("details.menu summary").click()
        me.follow(switch)
        assert me.path == "/mempawah/"
    me.go("/lacak")
    assert me.page.locator("html").get_attribute("class") == "text-large contrast-high"
    assert me.page.evaluate(letters) > before
    me.page.set_viewport_size({"width": 320, "height": 640})
    assert me.page.evaluate(TOO_WIDE) <= 0
