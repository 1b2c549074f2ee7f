# SPDX-License-Identifier: Apache-2.0
"""SOP sheets as printed: their words, their data, and the ink on the paper: every arrow ends on a symbol."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings

from satupintu.catalog.sheets import House, house_of_folder, sop
from satupintu.core.package import Package, linked_sops, load_folder, read_package
from satupintu.core.refusal import Refusal
from satupintu.core.sop import Sop, Wait
from tests.core.fixtures.sheets import made, package
from tests.core.test_sop_walks import sops
from tests.pdf import text_of

REAL = Path(__file__).parents[2] / "services/mempawah/sertifikat-standar"
HOUSE = House("DPMPTSP Contoh", ("Pemerintah Kabupaten Contoh", "Dinas Contoh"), address="Jalan Contoh 1")
SIZES = {
    "4x3": (4, 3, 1),
    "8x5": (8, 5, 2),
    "25x7": (25, 7, 3),
    "40x8": (40, 8, 4),
    "waits over pages": (18, 6, 11),
}
MM = 72 / 25.4
NEAR = 0.6  # pt

# Seed 004, the office's own sheet: kelengkapan, waktu and output of its eight rows.
SEED = (
    ("Komputer, Internet, Smartphone, Aplikasi Whatsapp, Email", "20 Menit", "Data Permohonan. Notifikasi."),
    ("Brosur, Formulir, Komputer, Internet", "20 Menit", "Informasi Syarat. Notifikasi."),
    ("Komputer, Printer, Internet", "30 Menit", "Berita Acara Pemeriksaan. Pertimbangan Teknis. Notifikasi."),
    ("Komputer, Internet", "35 Menit", "Dokumen Pemeriksaan, Draft Dokumen Perizinan. Notifikasi."),
    ("Komputer, Tablet, Smartphone, Internet", "10 Menit", "Dokumen Perizinan. Notifikasi."),
    ("Komputer, Internet, Smartphone, Aplikasi Whatsapp, Email", "10 Menit", "Chat Whatsapp. Notifikasi."),
    ("Komputer, Printer, Internet", "10 Menit", "Dokumen Perizinan. Notifikasi."),
    ("Komputer, Printer, Internet", "20 Menit", "Arsip Fisik dan Digital."),
)
SEED_ACTIVITIES = {
    1: "Mencari Informasi. Mengisi Form dan Upload Persyaratan pada Aplikasi OSS.",
    4: "Mengunduh dan melakukan Validasi dokumen persyaratan. Jika Valid diteruskan kepada Kadis. Jika Tidak, "
    "dikembalikan kepada Pemohon untuk diperbaiki. Data-data administratif dan teknis diarsipkan sebagai bahan "
    "laporan. Diketahui Oleh Koordinator Penata Perizinan (Ahli Madya). Diadakan Rapat jika diperlukan. Ahli Madya "
    "Melakukan Penetapan.",
    8: "Mengarsipkan Dokumen Perizinan",
}


@dataclass(frozen=True, slots=True)
class Ink:
    """A drawn path: its corners in points, painted how, and whether it lies over the table."""

    corners: tuple[tuple[float, float], ...]
    paint: str
    over: bool

    @property
    def box(self) -> tuple[float, float, float, float]:
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def closed(self) -> bool:
        return self.corners[0] == self.corners[-1]

    def touched_by(self, point: tuple[float, float]) -> bool:
        """Is the point on the edge of this shape's box?"""
        (x, y), (left, low, right, high) = point, self.box
        inside = left - NEAR <= x <= right + NEAR and low - NEAR <= y <= high + NEAR
        edges = (x - left, x - right, y - low, y - high)
        return inside and min(map(abs, edges)) <= NEAR


@cache
def folder(name: str) -> tuple[Package, House]:
    if name == "seed 004":
        return read_package(load_folder(REAL), known_sops=linked_sops(REAL)), house_of_folder(REAL)
    steps, columns, seed = SIZES[name]
    return package(made(steps, columns, seed=seed)), HOUSE


@cache
def printed(name: str) -> bytes:
    return sop.pdf(*folder(name))


def ink(page: pikepdf.Page) -> Iterator[Ink]:
    """All paths of a page. What lies over the table is marked as an artifact by the template itself (BMC)."""
    stack, now, marks = [], (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), []
    corners: list[tuple[float, float]] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "q":
            stack.append(now)
        elif name == "Q":
            now = stack.pop()
        elif name == "cm":
            a, b, c, d, e, f = map(float, operands)
            a1, b1, c1, d1, e1, f1 = now
            now = (a * a1 + b * c1, a * b1 + b * d1, c * a1 + d * c1, c * b1 + d * d1,
                   e * a1 + f * c1 + e1, e * b1 + f * d1 + f1)  # fmt: skip
        elif name in ("BDC", "BMC"):
            marks.append(name)
        elif name == "EMC":
            marks.pop()
        elif name in ("m", "l", "c"):
            x, y = map(float, operands[-2:])
            a, b, c, d, e, f = now
            point = (a * x + c * y + e, b * x + d * y + f)
            corners = [point] if name == "m" else [*corners, point]
        elif name in ("S", "f", "B") and corners:
            yield Ink(tuple(corners), name, bool(marks) and marks[-1] == "BMC")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold())


def tight(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", [*SIZES, "seed 004"])
def test_a_sheet_says_what_the_folder_says(name: str) -> None:
    (one, house), pdf = folder(name), printed(name)
    said = tight(text_of(pdf))
    identity = one.sop.identity
    for text in (identity.number, identity.name, identity.approver, *identity.legal_basis, identity.warning):
        assert tight(text) in said
    place = 0
    for step in one.sop.steps.values():  # in the order of the rows
        place = said.index(tight(step.activity), place)
        assert tight(str(step.norm)) in said[place:]
    for column in sop.sop_data(one, house)["pelaksana"]:
        assert tight(column["nama"]) in said
    with pikepdf.open(io.BytesIO(pdf)) as document:
        (attachment,) = document.attachments.values()
        data = json.loads(attachment.get_file().read_bytes())
        assert data == json.loads(json.dumps(sop.sop_data(one, house)))
        assert str(document.Root.Lang) == "id-ID"
        with document.open_metadata() as meta:
            assert meta["dc:title"] == f"SOP {identity.name}"
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "B", "1")
        figures = [
            o for o in document.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"
        ]
        spoken = [str(figure.Alt) for figure in figures]
        assert sorted(text for text in spoken if "Lambang" not in text) == sorted(
            symbol["kata"] for symbol in data["gambar"]["simbol"]
        )
        for page in document.pages:
            left, low, right, high = map(float, page.mediabox)
            assert (round(right - left), round(high - low)) == (842, 595)  # A4 landscape


@pytest.mark.parametrize("name", [*SIZES, "seed 004"])
def test_every_arrow_on_the_paper_ends_on_a_symbol(name: str) -> None:
    data = sop.sop_data(*folder(name))
    across = data["gambar"]["lebar"]["simbol"] * MM
    symbols = heads = no_way_in = no_way_out = 0
    with pikepdf.open(io.BytesIO(printed(name))) as document:
        for page in document.pages[1:]:
            paths = list(ink(page))
            shapes = {
                path.box: path
                for path in paths
                if not path.over
                and path.paint in "SB"
                and len(path.corners) >= 4
                and abs(path.width - across) < NEAR
            }
            connectors = [p for p in paths if p.over and p.paint == "B" and abs(p.width - 5 * MM) < NEAR]
            tips = [p.corners[0] for p in paths if p.over and p.paint == "f" and len(p.corners) == 3]
            lines = [p for p in paths if p.over and p.paint == "S" and not p.closed]
            ends = [end for line in lines for end in (line.corners[0], line.corners[-1])]
            for tip in tips:
                assert any(shape.touched_by(tip) for shape in (*shapes.values(), *connectors)), (name, tip)
            for end in ends:
                at_shape = any(shape.touched_by(end) for shape in (*shapes.values(), *connectors))
                joined = sum(abs(end[0] - x) + abs(end[1] - y) < NEAR for x, y in ends) > 1
                assert at_shape or joined, (name, end)
            for shape in shapes.values():
                no_way_in += not any(shape.touched_by(tip) for tip in tips)
                no_way_out += not any(shape.touched_by(line.corners[0]) for line in lines)
            assert (
                shapes or page.index == len(document.pages) - 1
            )  # only the words may have a page of their own
            symbols += len(shapes)
            heads += len(tips)
    drawn = data["gambar"]["simbol"]
    assert symbols == len(drawn)
    assert heads >= len(data["gambar"]["panah"])
    assert no_way_in <= 1  # the first step
    assert no_way_out == sum(symbol["bentuk"] in ("akhir", "selesai") for symbol in drawn)


def test_the_sheet_of_seed_004_is_the_offices_own() -> None:
    data = sop.sop_data(*folder("seed 004"))
    assert [column["nama"] for column in data["pelaksana"]] == [
        "Pemohon", "Front Officer", "Tim Teknis", "Kelompok JF Penata Perizinan", "Kadis",
    ]  # fmt: skip
    for step, (equipment, time, output) in zip(data["langkah"], SEED, strict=True):
        assert words(step["kelengkapan"]) == words(equipment)
        assert words(step["waktu"]) == words(time)
        assert words(step["output"]) == words(output)
    for number, activity in SEED_ACTIVITIES.items():
        assert words(data["langkah"][number - 1]["kegiatan"]) == words(activity)
    assert data["identitas"]["keterkaitan"] == [
        "SOP Pelayanan Pendampingan Pendaftaran Hak Akses OSS",
        "SOP Pelayanan Konsultasi Perizinan Berusaha",
        "SOP Pemeriksaan Lapangan",
        "SOP Pemeriksaan Keabsahan Persyaratan",
        "SOP Survei Kepuasan Masyarakat (SKM)",
        "SOP Pelayanan Pengaduan",
    ]
    assert data["identitas"]["efektif"] == "1 April 2024"
    assert data["jumlah_waktu"] == "155 menit"
    said = text_of(printed("seed 004"))
    assert (
        "DINAS PENANAMAN MODAL, KOPERASI, USAHA KECIL DAN MENENGAH DAN PELAYANAN TERPADU SATU PINTU" in said
    )


def test_the_arrows_of_seed_004() -> None:
    data = sop.sop_data(*folder("seed 004"))
    shapes = {(s["baris"] + 1, s["kolom"]): s["bentuk"] for s in data["gambar"]["simbol"]}
    assert shapes == {
        (1, 0): "mulai", (2, 1): "keputusan", (3, 2): "keputusan", (3, 0): "akhir", (4, 3): "keputusan",
        (4, 0): "akhir", (5, 4): "keputusan", (5, 0): "akhir", (6, 1): "proses", (7, 0): "proses", (8, 1): "selesai",
    }  # fmt: skip
    arrows = {((p["dari"][0] + 1), (p["ke"][0] + 1), p["label"]) for p in data["gambar"]["panah"]}
    assert arrows == {
        (1, 2, ""), (2, 3, "Tidak"), (2, 3, "Ya"), (3, 4, "Ya"), (3, 3, "Tidak"), (4, 5, "Valid"), (4, 1, "Tidak valid"),
        (4, 4, ""), (5, 6, "Ya"), (5, 5, "Tidak"), (6, 7, ""), (7, 8, ""),
    }  # fmt: skip


@settings(max_examples=4, deadline=None)
@given(one=sops())
def test_whatever_is_sound_is_printed(one: Sop) -> None:
    assert sop.pdf(package(one), HOUSE).startswith(b"%PDF")
    assert sop.html(package(one), HOUSE).startswith("<!DOCTYPE html>")


def with_first_step(one: Sop, **other: Any) -> Package:
    return package(replace(one, steps={**one.steps, one.first.id: replace(one.first, **other)}))


def test_a_step_longer_than_a_page_is_refused_by_its_number() -> None:
    with pytest.raises(Refusal) as refused:
        sop.pdf(with_first_step(made(4, 3), activity="kata " * 3000), HOUSE)
    assert (refused.value.code, refused.value.values["steps"]) == ("sheet.step-too-long", "1")


def test_a_long_step_gets_smaller_type_and_stays_whole() -> None:
    pdf = sop.pdf(with_first_step(made(4, 3), activity="panjang " * 450), HOUSE)
    assert text_of(pdf).count("panjang") == 450


def test_more_columns_than_the_paper_holds_are_refused() -> None:
    one = made(8, 8)
    ninth = replace(one.actors["jf"], id="lain", column="lain")
    owes = Wait("rapat", "meeting", "lain", "Rapat")
    crowd = replace(one, actors={**one.actors, "lain": ninth}, waits={**one.waits, "rapat": owes})
    with pytest.raises(Refusal) as refused:
        sop.pdf(package(crowd), HOUSE)
    assert refused.value.code == "sheet.too-wide"
    assert sop.pdf(package(one), HOUSE).startswith(b"%PDF")


class Page(HTMLParser):
    """Tags, links, ids and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.ids, self.links, self.text = set[str](), set[str](), set[str](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            if name in ("href", "src", "action") or name.startswith("on"):
                self.links.add(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", ["25x7", "seed 004"])
def test_the_html_says_the_same_and_fetches_nothing(name: str) -> None:
    one, house = folder(name)
    page = Page()
    page.feed(sop.html(one, house))
    assert not page.tags & {"script", "link", "img", "iframe", "form", "object"}
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert "url(http" not in sop.html(one, house)
    said, place = tight(page.text), 0
    for step in one.sop.steps.values():
        place = said.index(tight(step.activity), place)
        for outcome in step.outcomes.values():
            if len(step.outcomes) > 1:
                assert tight(outcome.label) in said[place:]
    assert f"langkah-{len(one.sop.steps)}" in page.ids


def test_what_an_office_writes_is_words_not_html() -> None:
    html = sop.html(with_first_step(made(4, 3), activity="<script>alert(1)</script> & lain"), HOUSE)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; lain" in html


@pytest.mark.parametrize("name", [*SIZES, "seed 004"])
def test_every_line_of_the_chart_ends_on_a_symbol(name: str) -> None:
    chart = sop.page_data(*folder(name))["bagan"]
    boxes = [
        (float(s["x"]), float(s["y"]), float(s["x"]) + 56, float(s["y"]) + float(s["tinggi"]))
        for s in chart["simbol"]
    ]
    for path in chart["garis"]:
        points = [tuple(map(float, point.split())) for point in path[1:].split("L")]
        for x, y in (points[0], points[-1]):
            on = [
                b for b in boxes if b[0] <= x <= b[2] and b[1] <= y <= b[3] and (x in b[::2] or y in b[1::2])
            ]
            assert on, (name, path)


def test_an_office_that_nobody_knows_is_named_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "kota-lain" / "izin").mkdir(parents=True)
    house = house_of_folder(tmp_path / "kota-lain" / "izin")
    assert (house.name, house.kop, house.example) == ("Kota Lain", ("Kota Lain",), False)
    assert house.letterhead()["nama"] == "Kota Lain"
    assert "CONTOH" not in text_of(sop.pdf(folder("4x3")[0], house))


def test_an_invented_office_says_so_on_every_page() -> None:
    pdf = printed("seed 004")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert text_of(pdf).count("CONTOH – BUKAN DOKUMEN SAH") == len(document.pages)


def test_a_table_that_fills_its_page_leaves_the_legend_no_page_of_its_own() -> None:
    pdf = sop.pdf(package(made(11, 5, seed=44, words=24)), HOUSE)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 3  # identity, table, words
