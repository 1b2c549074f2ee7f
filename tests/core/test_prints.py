# SPDX-License-Identifier: Apache-2.0
"""Prints: what every PDF must carry, and that a hostile template reads nothing, lasts not long, and breaks nothing."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import segno
from PIL import ImageDraw, ImageFilter

from satupintu.catalog.sheets import house_of_folder, poster, sop, standar
from satupintu.core import standard
from satupintu.core.package import read_package
from satupintu.core.proof import Facts, mint
from satupintu.core.refusal import Refusal
from satupintu.ui import prints
from tests import scan
from tests.pdf import text_of

SERVICE = Path(__file__).parents[2] / "services/mempawah/sertifikat-standar"
FILES = {path.name: path.read_bytes() for path in SERVICE.iterdir()}
CHECK = "https://satupintu.example/cek/KX7P-3MWR-QT9H"
ISIAN = [
    {"id": "tanggal", "label": "Tanggal pemeriksaan", "jawaban": "17 November 2026"},
    {"id": "lokasi", "label": "Lokasi sesuai permohonan", "jawaban": "Sesuai"},
    {"id": "temuan", "label": "Temuan", "jawaban": None},
    {
        "id": "pertimbangan",
        "label": "Uraian",
        "jawaban": 'Dokumen lengkap & sah: #read("x") [*bukan* perintah]',
    },
    {"id": "syarat", "label": "Syarat", "jawaban": "Memasang APAR\n\nMemasang papan nama"},
    {"id": "kesimpulan", "label": "Kesimpulan", "jawaban": "Memenuhi persyaratan"},
]
WITHOUT_QR = ("permit-preview", "sop")
PAIRS = [["Nomor permohonan", "SP-6102-26-000123"], ["Diterima", "2026-11-16"]]
LETTER = {"hal": "Pertimbangan teknis", "kepada": ["Kepala Dinas", "di Mempawah"]}


def data(**other: Any) -> dict[str, Any]:
    return {**prints.sample_data(), **other}


def letter(**other: Any) -> dict[str, Any]:
    return data(permohonan=PAIRS, isian=ISIAN, surat=LETTER, **other)


def receipt(**other: Any) -> dict[str, Any]:
    rows = {
        "data": PAIRS,
        "berkas": [["KTP", "ktp.jpg"]],
        "langkah": ["Tim memeriksa."],
        "lacak": "Lacak di sini.",
    }
    return data(judul="Tanda Terima", **{**rows, **other})


def izin() -> dict[str, Any]:
    return data(
        judul="Surat Izin",
        menimbang=["bahwa syarat terpenuhi;"],
        menetapkan="Memberikan izin kepada:",
        pemegang=[["Nama", "PT Contoh"]],
        objek={"judul": "Data:", "baris": [["Daya", "500 kVA"]]},
        kewajiban=[["Melapor", "2027-11-20"]],
    )


PACKAGE = read_package(FILES)
HOUSE = house_of_folder(SERVICE)
ON_A_DAY: Any = {"day": date(2026, 11, 21), "page": CHECK}

KINDS = {
    "permit": ("permit.typ", data(), ""),
    "permit-preview": ("permit.typ", data(pratinjau=True, dokumen={"tanggal": "2026-11-20"}), ""),
    "permit-copy": ("permit.typ", data(salinan=True), "besar"),
    "permit-unverified": ("permit.typ", data(belum_terverifikasi=True), ""),
    "permit-wet": ("permit.typ", data(tanda_tangan="basah", meterai=True), ""),
    "izin": ("izin.typ", izin(), ""),
    "berita-acara": ("berita-acara.typ", letter(periksa=[["KTP", "Sesuai", ""]], foto=["Depan"]), ""),
    "pertimbangan": ("pertimbangan-teknis.typ", letter(), ""),
    "pertimbangan-large": ("pertimbangan-teknis.typ", letter(), "besar"),
    "receipt": ("tanda-terima.typ", receipt(), ""),
    "receipt-counter": ("tanda-terima.typ", receipt(petugas={"jabatan": "Loket", "nama": "Agus Contoh"}), ""),
    "receipt-roll": ("tanda-terima.typ", receipt(), "rol"),
    "standar": ("standar.typ", standar.data(PACKAGE, HOUSE, **ON_A_DAY), ""),
    "poster": ("poster.typ", poster.data(PACKAGE, HOUSE, **ON_A_DAY), ""),
    "poster-a3": ("poster.typ", poster.data(PACKAGE, HOUSE, **ON_A_DAY), "a3"),
    "sop": ("sop.typ", sop.sop_data(PACKAGE, HOUSE), ""),
}


def show(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def alternatives(pdf: bytes) -> list[str]:
    """Alternative texts of all figures of a PDF; a figure without one is a KeyError."""
    with show(pdf) as document:
        found = [
            o for o in document.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"
        ]
        return [str(figure["/Alt"]) for figure in found]


def programs(document: pikepdf.Pdf) -> dict[str, bool]:
    """The fonts of a PDF: is its program inside?"""
    found = {}
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
            found[str(one.FontName)] = any(f"/FontFile{n}" in one for n in ("", 2, 3))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_print_is_archivable_readable_and_carries_its_data(kind: str) -> None:
    template, content, variant = KINDS[kind]
    pdf = prints.compile_pdf(template, content, files=FILES, variant=variant, qr=CHECK)
    with show(pdf) as document:
        assert str(document.Root.Lang) in ("id", "id-ID")
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.Root.StructTreeRoot.K is not None
        assert all("/StructParents" in page and page.Tabs == "/S" for page in document.pages)
        with document.open_metadata() as meta:
            assert meta["dc:title"]
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "B", "1")
        (attachment,) = document.attachments.values()
        assert json.loads(attachment.get_file().read_bytes()) == json.loads(json.dumps(content))
        assert attachment.obj.AFRelationship == "/Data"
        fonts = programs(document)
        assert fonts
        assert all(fonts.values())
        assert all(re.fullmatch(r"/[A-Z]{6}\+(LibertinusSerif|DejaVuSansMono).*", font) for font in fonts)
    figures = alternatives(pdf)
    assert all(figures)
    assert any("Kode QR" in text for text in figures) is (kind not in WITHOUT_QR)


def run_together(text: str) -> str:
    """Without gaps and in one case: how the lines break on paper, and capitals in headings, do not matter."""
    return "".join(text.split()).upper()


@pytest.mark.parametrize("sheet", ["one", "two"])
def test_the_standard_on_paper_says_all_that_the_folder_says_in_its_order(sheet: str) -> None:
    assert PACKAGE.service
    package = replace(PACKAGE, service=replace(PACKAGE.service, sheet=sheet))
    paper = run_together(text_of(standar.pdf(package, HOUSE, **ON_A_DAY), body_only=True))
    at = 0
    for part in standard.parts(standar.service_of(package)):
        for row in part.rows:
            at = paper.index(run_together(f"{row.number} {row.name}"), at)
            for line in row.component.text.strip().splitlines():
                at = paper.index(run_together(line), at)
    assert paper.index("MAKLUMATPELAYANAN", at)
    assert run_together(standar.PLEDGE) in paper
    assert paper.count("CONTOHBERARTI") == 1
    assert ("SERVICEDELIVERY" in paper, "MANUFACTURING" in paper) == ((sheet == "two"),) * 2


def test_a_poster_is_one_page_however_much_must_be_brought() -> None:
    assert PACKAGE.service
    one = PACKAGE.service.requirements["nib"]
    many = {
        f"syarat-{n}": replace(one, id=f"syarat-{n}", label=f"Dokumen ke-{n} {'x' * n}") for n in range(16)
    }
    package = replace(PACKAGE, service=replace(PACKAGE.service, requirements=many))
    with show(poster.pdf(package, HOUSE, **ON_A_DAY)) as document:
        assert [[round(float(x)) for x in page.MediaBox] for page in document.pages] == [[0, 0, 595, 842]]
    a3 = poster.pdf(package, HOUSE, **ON_A_DAY, paper="a3")
    with show(a3) as document:
        assert [[round(float(x)) for x in page.MediaBox] for page in document.pages] == [[0, 0, 842, 1191]]
    paper = run_together(text_of(a3))
    assert all(run_together(row.label) in paper for row in many.values())


@pytest.mark.parametrize(("amount", "free"), [(0, True), (25_000, False)])
def test_a_poster_says_free_of_charge_only_where_it_is(amount: int, free: bool) -> None:
    assert PACKAGE.service
    tariffs = (replace(PACKAGE.service.tariffs[0], amount_rupiah=amount),)
    package = replace(PACKAGE, service=replace(PACKAGE.service, tariffs=tariffs))
    paper = text_of(poster.pdf(package, HOUSE, **ON_A_DAY))
    assert ("TIDAK DIPUNGUT BIAYA" in paper) is free
    assert ("Rp 25.000" in paper.replace("\N{NO-BREAK SPACE}", " ")) is not free
    assert "Laporkan pungutan liar" in paper


def test_a_copy_in_large_print_says_so_and_where_the_valid_one_is_checked() -> None:
    code, address = data()["dokumen"]["kode_cek"], data()["dokumen"]["alamat_cek"]
    copy = text_of(
        prints.compile_pdf("permit.typ", data(salinan=True), files=FILES, variant="besar", qr=CHECK)
    )
    sign = f"Salinan huruf besar. Surat yang sah adalah berkas bertanda tangan. Periksa di {address} dengan kode cek {code}."
    assert run_together(sign) in run_together(copy)
    assert copy.count("SALINAN HURUF BESAR") == copy.count("Halaman ")  # in the head of every page
    assert "Ditandatangani secara elektronik" not in copy
    plain = text_of(prints.compile_pdf("permit.typ", data(), files=FILES, qr=CHECK))
    assert "HURUF BESAR" not in plain.upper()
    assert "Ditandatangani secara elektronik oleh" in plain


def test_same_data_same_bytes_also_from_another_child(monkeypatch: pytest.MonkeyPatch) -> None:
    first = prints.compile_pdf("permit.typ", data(), files=FILES, qr=CHECK)
    monkeypatch.setattr(prints, "_press", child := make_child())
    assert prints.compile_pdf("permit.typ", data(), files=FILES, qr=CHECK) == first
    other = data(dokumen={**data()["dokumen"], "nomor": "00/0002/SS/XI/2026"})
    assert prints.compile_pdf("permit.typ", other, files=FILES, qr=CHECK) != first
    child.close()


def test_a_print_does_not_ask_what_day_it_is() -> None:
    source = b'#set document(title: "x")\n= #datetime.today().display()'
    undated = prints.compile_pdf("permit.typ", {}, files={"permit.typ": source}, standards=("1.7",))
    assert b"20000101" in undated


def test_a_preview_has_no_code_and_no_qr() -> None:
    draft = data(pratinjau=True, dokumen={"tanggal": "2026-11-20"})
    assert not any(
        "Kode QR" in text for text in alternatives(prints.compile_pdf("permit.typ", draft, files=FILES))
    )


def test_an_unverified_certificate_looks_different() -> None:
    plain, unverified = (
        prints.compile_pdf("permit.typ", data(contoh=False, belum_terverifikasi=flag), files=FILES)
        for flag in (False, True)
    )
    drawn = [sum(len(page.Contents.read_bytes()) for page in show(pdf).pages) for pdf in (plain, unverified)]
    assert drawn[1] > drawn[0] + 1000  # the mark lies over both pages


def test_the_answers_of_an_applicant_are_words_not_commands() -> None:
    answers = {
        **data()["jawaban"],
        "nama-usaha": '#read("/etc/passwd") #panic() $x$ *tebal* <label> @rujukan',
    }
    assert prints.compile_pdf("permit.typ", data(jawaban=answers), files=FILES).startswith(b"%PDF-1.7")


def test_qr_is_one_dark_path_that_holds_every_module() -> None:
    svg = prints.qr_svg(CHECK)
    quiet, dark = re.findall(r'<path[^>]* d="([^"]+)"', svg.replace("<path d", "<path  d"))
    cells = {
        (int(x) + i, int(y))
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", dark)
        for i in range(int(width))
    }
    matrix = segno.make(CHECK, error="m", micro=False).matrix
    assert cells == {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
    assert quiet.startswith("M-4 -4h")


def test_the_qr_of_the_longest_token_is_read_from_a_poor_copy() -> None:
    """Every fact as long as a token takes: on one page as before, each module 0.42 mm, blotted, blurred, at 150 dpi."""
    wide = "W" * 80
    facts = Facts(
        wide, wide, "KX7P3MWRQT9H", wide, wide, wide, wide, date(2026, 11, 20), wide, training=False
    )
    said = f"https://perizinan.kabupaten-contoh.example/cek/{facts.code}#{mint(facts, bytes(32))}"
    pdf = prints.compile_pdf("permit.typ", data(), files=FILES, qr=said)
    front, annex = scan.pages(pdf, dpi=150)
    assert scan.codes(annex) == []
    (found,) = scan.codes(front)
    at = (found.position.top_left.x + found.position.bottom_right.x) // 2, found.position.top_left.y + 60
    ImageDraw.Draw(front).ellipse((at[0] - 16, at[1] - 16, at[0] + 16, at[1] + 16), fill=0)
    assert [code.text for code in scan.codes(front.filter(ImageFilter.GaussianBlur(0.8)))] == [said]
    address, sign, token = said.partition("#")
    modules = len(segno.make([address + sign, token], error="m").matrix)  # type: ignore[arg-type]
    assert scan.width_mm(pdf) == pytest.approx(modules * 0.42, rel=0.01)


# ---- hostile templates ----------------------------------------------------------------------------------------------
LOOP = (
    "#let n = 0\n"
    + "#while n < 9999 {n += 1; let a = 0; while a < 9999 {a += 1; let b = 0; while b < 9999 {b += 1}}}"
)
MUCH = '#("x" * 99999999999).len()'

HOSTILE = {
    "absolute": ('#read("/etc/passwd")', "baris 1"),
    "own-file": (f'#read("{Path(__file__).resolve()}")', "tidak ada di folder"),
    "upwards": ('a\n#read("../../../../etc/passwd")', "baris 2 membaca berkas di luar folder"),
    "image": ('#image("/etc/hostname")', "baris 1"),
    "package": ('#import "@preview/cetz:0.3.0": *', "memakai paket dari luar"),
    "hidden-package": ('#import ("@" + "preview" + "/cetz:0.3.0")', "memakai paket dari luar"),
    "kit-escape": ('#read("/kit/../../kantor.typ")', "baris 1"),
    "kit-secret": ('#read("/kit/contoh.json")', "tidak ada di folder"),
    "mistake": ("= Judul\n#nama-yang-tidak-ada", "permit.typ baris 2 tidak dapat dicetak: unknown variable"),
    "no-title": ("Halo", "tidak dapat dicetak"),
    "memory": (MUCH, "terlalu banyak memori"),
    "pages": ("#for i in range(100000000) [#pagebreak() x]", "terlalu banyak memori"),
    "depth": ("#let f(n) = f(n + 1)\n#f(0)", "maximum function call depth"),
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> prints.Child:
    """The trial child with a short breath, so that a test of endless loops ends."""
    child = make_child(seconds=1)
    monkeypatch.setattr(prints, "_proof", child)
    monkeypatch.setattr(prints, "_press", child)
    yield child
    child.close()


def make_child(seconds: float = 10) -> prints.Child:
    return prints.Child(
        "satupintu.ui.prints:prepare_typst", seconds=seconds, memory_bytes=prints.MEMORY_BYTES
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_is_refused_in_words(name: str) -> None:
    source, words = HOSTILE[name]
    problem = prints.check_template({"permit.typ": source.encode()})
    assert problem is not None
    assert words in problem
    assert "root:" not in problem
    assert prints.check_template(FILES) is None  # and the next one is printed as if nothing had been


def test_an_endless_template_is_stopped(quick: prints.Child) -> None:
    assert prints.check_template(FILES) is None
    before = quick.pid()
    problem = prints.check_template({"permit.typ": LOOP.encode()})
    assert problem is not None
    assert "belum selesai dicetak" in problem
    assert prints.check_template(FILES) is None
    assert quick.pid() != before
    with pytest.raises(ProcessLookupError):
        os.kill(before or 0, 0)


def test_a_print_that_ends_badly_is_a_refusal(quick: prints.Child) -> None:
    for source, code in (
        (LOOP, "print.too-slow"),
        (MUCH, "print.failed"),
        ('#read("/x")', "print.failed"),
    ):
        with pytest.raises(Refusal) as refusal:
            prints.compile_pdf("permit.typ", {}, files={"permit.typ": source.encode()})
        assert refusal.value.code == code


def test_the_child_can_open_neither_file_nor_socket() -> None:
    child = make_child()
    child.ask(trial_job())
    limits = Path(f"/proc/{child.pid()}/limits").read_text()
    assert re.search(r"Max open files\s+3\s+3 ", limits)
    assert re.search(rf"Max address space\s+{prints.MEMORY_BYTES}\s+{prints.MEMORY_BYTES} ", limits)
    assert sorted(path.name for path in Path(f"/proc/{child.pid()}/fd").iterdir()) == ["0", "1", "2"]
    child.close()


def trial_job() -> bytes:
    return json.dumps(
        {"main": "/a", "files": {"/a": ""}, "inputs": {}, "standards": [], "timestamp": 0}
    ).encode()


def test_a_child_killed_or_made_homeless_is_replaced(quick: prints.Child) -> None:
    first = prints.compile_pdf("permit.typ", data(), files=FILES)
    pid = quick.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert prints.compile_pdf("permit.typ", data(), files=FILES) == first
    pid = quick.pid()
    Path(f"/proc/{pid}/cwd").readlink().rmdir()
    assert prints.compile_pdf("permit.typ", data(), files=FILES) == first
    assert quick.pid() != pid


def test_many_threads_print_at_once() -> None:
    def one(number: int) -> bytes:
        document = {**data()["dokumen"], "nomor": f"00/{number % 4:04d}/SS/XI/2026"}
        return prints.compile_pdf("permit.typ", data(dokumen=document), files=FILES)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(24)))
    assert len({bytes(pdf) for pdf in found}) == 4
    assert all(found[n] == found[n % 4] for n in range(24))


def test_an_unknown_template_and_a_heavy_folder_are_refused() -> None:
    for template, files in (
        ("tidak-ada.typ", {}),
        ("../prints.py", {}),
        ("contoh.json", {}),
        ("permit.typ", {"permit.typ": b"x" * (3 << 20)}),
    ):
        with pytest.raises(Refusal) as refusal:
            prints.compile_pdf(template, {}, files=files)
        assert refusal.value.code == "print.failed"
    assert "tidak ada" in (prints.check_template({}) or "")


def test_the_child_needs_no_django() -> None:
    code = "import sys, satupintu.ui.prints; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=SERVICE.parents[2], check=False).returncode == 0


def test_kit_names_are_those_templates_may_import() -> None:
    assert {"kantor.typ", "surat.typ", "cap-contoh.svg"} <= prints.kit_names()
    assert "contoh.json" not in prints.kit_names()
