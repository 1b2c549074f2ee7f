# SPDX-License-Identifier: Apache-2.0
"""J4: an application is returned twice, the second time in part; then it is approved, fetched, archived and proved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from playwright.sync_api import Page, expect

from satupintu.cases import queries as cases
from satupintu.cases.models import Case
from satupintu.cli import main
from satupintu.core.clock import Tick
from satupintu.door import triggers
from satupintu.door.models import Event
from satupintu.door.moment import now
from satupintu.permits import queries as permits
from tests import factories
from tests.journeys import papers
from tests.journeys.conftest import enter
from tests.journeys.person import Person

Comes = Callable[[str], Person]


def check(officer: Person, verdict: str, sentence: str = "") -> None:
    """Judge the open row of the checklist."""
    row = officer.page.locator("ol.check > li.here")
    number = row.get_attribute("id")
    row.get_by_role("radio", name=re.compile(rf"^{verdict}")).check()
    ready = row.get_by_label("Kalimat siap pakai")
    if sentence and ready.count():
        ready.select_option(sentence)
    elif sentence:
        row.get_by_label("Catatan untuk pemohon").fill(sentence)
    row.get_by_role("button", name="Simpan, lanjut").click()
    expect(officer.page.locator(f"ol.check > li.here:not(#{number})")).to_be_visible()


def check_documents(
    officer: Person, rows: Iterable[int] = range(1, 7), wrong: dict[int, str] | None = None
) -> None:
    """Judge these rows of the checklist; wrong: row -> sentence for the applicant."""
    for row in rows:
        if officer.page.locator("ol.check > li.here").get_attribute("id") != f"baris-{row}":
            officer.go(f"{officer.path}?baris={row}")
        sentence = (wrong or {}).get(row, "")
        check(officer, "Tidak sesuai" if sentence else "Sesuai", sentence)
    officer.judge(officer.page)


def verify(officer: Person) -> None:
    """Step 3: the technical team."""
    officer.go("/meja")
    officer.press("Ambil yang teratas")
    check_documents(officer)
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
    assert officer.path == "/meja"


def pick(officer: Person, question: str, answer: str) -> None:
    """Answer one question of a document, whatever its kind."""
    radio = officer.page.locator(f"input[type=radio][name={question}][value='{answer}']")
    if radio.count():
        radio.check()
    else:
        officer.page.locator(f"[name={question}]").fill(answer)


def hand_in(me: Person, label: str, file: Any) -> None:
    """Upload one document of the correction."""
    card = me.page.get_by_role("region", name=label)
    card.locator("input[type=file]:not([capture])").set_input_files(file)
    me.press("Unggah", within=card)


def due(case: Case) -> date | None:
    fresh = factories.fresh(case)
    return cases.due_date(fresh, cases.state(fresh), now())


def ledger(case: Case) -> list[tuple[Tick, date]]:
    return [(entry.tick, entry.at.date()) for entry in cases.state(factories.fresh(case)).ledger]


def test_j4_returned_twice_then_approved(
    everywhere: Callable[[], Page],
    judge: Callable[[Page], None],
    deliver: Callable[[], None],
    live_server: Any,
    clock: Any,
    capsys: Any,
) -> None:
    case = factories.sent(now())

    def comes(who: str) -> Person:
        person = Person(everywhere(), judge)
        if who:
            enter(person.page, live_server.url, who)
        return person

    assert due(case) == date(2026, 3, 11)
    verify(comes("teknis"))

    # returned: two documents, each with its own note
    jf = comes("jf")
    jf.go("/meja")
    jf.press("Ambil yang teratas")
    torn, dark = "KTP terpotong. Unggah foto yang memperlihatkan seluruh kartu.", "Foto gelap atau buram."
    dark += " Ambil foto siang hari dari depan tempat usaha."
    check_documents(jf, wrong={1: torn, 4: dark})
    jf.follow("Tidak valid, kembalikan")
    assert jf.page.locator("input[type=checkbox]:checked").count() == 2
    jf.press("Kembalikan kepada pemohon")

    # the applicant sees those two alone; a wrong file is refused in words, the other stays
    clock.shift(timedelta(days=1))
    me = comes("pemohon")
    me.go("/saya")
    me.follow("Perbaiki sekarang")
    assert me.h1 == "Perbaiki 2 hal saja"
    assert torn in me.text
    assert dark in me.text
    assert me.page.locator("section.card").count() == 2
    me.write("Catatan untuk petugas", "Foto baru dari depan toko.")
    hand_in(me, "Foto tempat usaha", papers.photo("depan-baru.jpg", wide=91))
    hand_in(me, "KTP", papers.disguised())
    assert "Sudah diganti" in me.text
    assert any("ktp.pdf" in said for said in me.mistakes()), me.mistakes()
    assert me.page.get_by_label("Catatan untuk petugas").input_value() == "Foto baru dari depan toko."
    hand_in(me, "KTP", papers.photo("ktp-utuh.jpg", wide=92))
    me.tick("Data dan dokumen")
    me.press("Kirim perbaikan")
    assert due(case) == date(2026, 3, 12)

    # back with the same officer; returned again, one document only
    jf = comes("jf")
    jf.go("/meja")
    assert "Anda pegang" in jf.text
    jf.press("Lanjutkan") if jf.page.get_by_role("button", name="Lanjutkan").count() else jf.follow(
        "Lanjutkan"
    )
    assert "2 baris belum diperiksa" in jf.text  # the others stand
    check_documents(jf, rows=(1, 4), wrong={1: torn})
    jf.follow("Tidak valid, kembalikan")
    jf.press("Kembalikan kepada pemohon")
    clock.shift(timedelta(days=4))
    me = comes("pemohon")
    me.go("/saya")
    me.follow("Perbaiki sekarang")
    assert me.h1 == "Perbaiki 1 hal saja"
    hand_in(me, "KTP", papers.photo("ktp-lagi.jpg", wide=93))
    me.tick("Data dan dokumen")
    me.press("Kirim perbaikan")
    assert due(case) == date(2026, 3, 16)
    days = [date(2026, 3, day) for day in (4, 4, 5, 5, 9)]
    ticks = [Tick.START, Tick.PAUSE, Tick.RESUME, Tick.PAUSE, Tick.RESUME]
    assert ledger(case) == list(zip(ticks, days, strict=True))

    # valid, determined, drafted
    jf = comes("jf")
    jf.go(f"/berkas/{case.key}")
    check_documents(jf, rows=(1,))
    jf.follow("Isi Draf surat")
    jf.press("Simpan dan lihat pratinjau")
    coordinator = comes("koordinator")
    coordinator.go(f"/berkas/{case.key}")
    coordinator.press("Ketahui")
    coordinator.go(f"/berkas/{case.key}")
    coordinator.press("Setujui")
    jf.go(f"/berkas/{case.key}")
    jf.press("Valid, teruskan")

    # the head opens the draft, then signs; until the job has run the page says so
    head = comes("kadis")
    head.go("/meja")
    assert not head.page.get_by_role("button", name="Setujui dan tanda tangani").count()
    head.follow("Buka draf")
    head.press("Setujui dan tanda tangani")
    me.go(f"/permohonan/{factories.application(case).key}")
    assert me.h1 == "Sedang ditandatangani"
    assert not me.page.get_by_role("link", name="Tarik permohonan ini").count()
    deliver()
    me.go("/saya")
    me.follow("Ambil surat Anda")
    with me.page.expect_download() as fetched:
        me.page.get_by_role("button", name="Unduh surat (PDF)").click()
    signed = fetched.value.path().read_bytes()
    permit = permits.of_case(case)
    assert permit is not None
    assert permit.number == "00/0001/SS/III/2026"

    # archived
    archivist = comes("arsip")
    archivist.go("/meja")
    archivist.press("Ambil yang teratas")
    archivist.follow("Isi Data arsip")
    archivist.write("Tempat simpan", "Rak 1, boks 001")
    archivist.press("Simpan data arsip")
    archivist.press("Sudah diarsipkan")
    assert factories.fresh(case).end == "selesai"

    prove(comes(""), permit.code, signed)
    nothing_escapes_the_record(case, capsys)


def prove(stranger: Person, code: str, signed: bytes) -> None:
    """Anybody may ask: by the code, with the PDF, with one that was changed, with one of somebody else."""
    stranger.go("/cek")
    stranger.write("Kode cek", code.lower())
    stranger.press("Cek kode")
    assert "Asli dan berlaku" in stranger.text
    middle = signed.index(b"endobj", len(signed) // 2)
    changed = signed[:middle] + b"Endobj" + signed[middle + 6 :]
    others: bytes = papers.scan()["buffer"]
    for pdf, verdict in (
        (signed, "Asli dan berlaku"),
        (changed, "Isinya sudah diubah"),
        (others, "Bukan dari kantor kami"),
    ):
        stranger.go("/cek")
        stranger.attach({"name": "surat.pdf", "mimeType": "application/pdf", "buffer": pdf})
        stranger.press("Cek PDF")
        assert verdict in stranger.text


def nothing_escapes_the_record(case: Case, capsys: Any) -> None:
    """Whole as it stands; one row changed by SQL behind the triggers is found."""
    numbers = list(
        Event.objects.filter(subject=case.subject).order_by("number").values_list("number", flat=True)
    )
    assert all(after == before + 1 for before, after in pairwise(numbers))
    assert main(["record", "verify", "--json"]) == 0
    row = Event.objects.filter(subject=case.subject, kind="application.checked").first()
    assert row is not None
    triggers.drop(connection)
    with connection.cursor() as cursor:
        kinds = {"sqlite": ("data", ""), "postgresql": ("data::text", "::jsonb")}
        text, back = kinds[connection.vendor]
        changed = f"REPLACE({text}, 'sesuai', 'sesuaj'){back}"
        cursor.execute(f"UPDATE door_event SET data = {changed} WHERE id = %s", [row.pk])
    triggers.make(connection)
    capsys.readouterr()
    assert main(["record", "verify", "--json"]) == 1
    assert f'"number": {row.number}' in capsys.readouterr().out
