# SPDX-License-Identifier: Apache-2.0
"""The service standard: 14 components in the office's order, nothing lost of their texts, "contoh" where it is due."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.catalog.sheets import House, house_of_folder, poster, standar
from satupintu.core import standard
from satupintu.core.package import COMPONENTS, Package, load_folder, read_package
from satupintu.core.standard import Block, Item, blocks

FOLDER = Path(__file__).parents[2] / "services/mempawah/sertifikat-standar"
PACKAGE = read_package(load_folder(FOLDER))
HOUSE = house_of_folder(FOLDER)
DAY = date(2026, 11, 21)
PAGE = "https://satupintu.example/mempawah/layanan/sertifikat-standar"


def with_service(**other: object) -> Package:
    assert PACKAGE.service is not None
    return replace(PACKAGE, service=replace(PACKAGE.service, **other))  # type: ignore[arg-type]


def costing(amount_rupiah: int) -> Package:
    (tariff,) = standar.service_of(PACKAGE).tariffs
    return with_service(tariffs=(replace(tariff, amount_rupiah=amount_rupiah),))


# Order and numbers --------------------------------------------------------------------------------------------------


def test_one_table_is_numbered_as_the_standards_of_kampar() -> None:
    (part,) = standard.parts(standar.service_of(with_service(sheet="one")))
    assert [row.number for row in part.rows] == list(range(1, 15))
    assert [row.name for row in part.rows] == [  # seed 003
        "Dasar hukum", "Persyaratan", "Sistem, mekanisme, dan prosedur", "Jangka waktu penyelesaian", "Biaya/tarif",
        "Produk pelayanan", "Sarana, prasarana, dan/atau fasilitas", "Kompetensi pelaksana", "Pengawasan internal",
        "Penanganan pengaduan, saran, dan masukan", "Jumlah pelaksana", "Jaminan pelayanan",
        "Jaminan keamanan dan keselamatan pelayanan", "Evaluasi kinerja pelaksana",
    ]  # fmt: skip


def test_two_tables_are_each_numbered_from_one_as_that_of_rokan_hulu() -> None:
    delivery, manufacturing = standard.parts(standar.service_of(with_service(sheet="two")))
    assert (delivery.english, manufacturing.english) == ("service delivery", "manufacturing")
    assert [(row.number, row.id) for row in delivery.rows] == list(enumerate(COMPONENTS[:6], 1))  # seed 002
    assert [(row.number, row.id) for row in manufacturing.rows] == list(enumerate(COMPONENTS[6:], 1))


@pytest.mark.parametrize("sheet", ["one", "two"])
def test_every_component_stands_there_once(sheet: str) -> None:
    parts = standard.parts(standar.service_of(with_service(sheet=sheet)))
    assert sorted(row.id for part in parts for row in part.rows) == sorted(COMPONENTS)


# Texts --------------------------------------------------------------------------------------------------------------


def test_lines_become_paragraphs_lists_and_what_stands_below_them() -> None:
    text = (
        "Dilaksanakan oleh:\n1. Atasan:\n  a. langsung;\n  - berjenjang.\n2) Tim audit.\n\nSarana\n1. Loket"
    )
    assert blocks(text) == (
        Block(text="Dilaksanakan oleh:"),
        Block(items=(Item("1", "Atasan:", ("a. langsung;", "- berjenjang.")), Item("2", "Tim audit."))),
        Block(text="Sarana"),
        Block(items=(Item("1", "Loket"),)),
    )


@pytest.mark.parametrize("text", ["5 (lima) hari kerja", "1.000 lembar", "- bukan butir", "Rp. 0"])
def test_what_only_looks_like_a_list_is_a_paragraph(text: str) -> None:
    assert blocks(text) == (Block(text=text),)


@given(st.lists(st.sampled_from(["1. satu", "12) dua", "a. tiga", "- empat", "lima", "", "6.", "• tujuh"])))
def test_no_word_of_a_text_is_lost_or_moved(lines: list[str]) -> None:
    shown = []
    for block in blocks("\n".join(lines)):
        shown += [block.text] if block.text else []
        for item in block.items:
            shown += [item.number, item.text, *item.below]
    assert re.findall(r"\w+", " ".join(shown)) == re.findall(r"\w+", " ".join(lines))


# What is assumed, what it costs -------------------------------------------------------------------------------------


def test_what_is_assumed_is_marked_on_paper_and_on_the_page_alike() -> None:
    data = standar.data(PACKAGE, HOUSE, day=DAY, page=PAGE)
    rows = {row["id"]: row for part in data["bagian"] for row in part["komponen"]}
    service = standar.service_of(PACKAGE)
    assumed = {name for name, component in service.components.items() if component.assumed}
    assert {name for name, row in rows.items() if row["contoh"]} == assumed
    assert 0 < len(assumed) < 14
    marks = (
        len(assumed) + sum(promise["contoh"] for promise in data["maklumat"]["janji"]) + 1
    )  # and the legend
    assert standar.html(PACKAGE, HOUSE, day=DAY).count(">contoh</span>") == marks
    sure = {name: replace(component, assumed=False) for name, component in service.components.items()}
    decided = with_service(components=sure, tariffs=())
    assert "contoh</span>" not in standar.html(decided, HOUSE, day=DAY)


@given(st.integers(0, 10**9))
def test_free_of_charge_is_said_only_where_the_tariff_is_nought(amount: int) -> None:
    package = costing(amount)
    sheet = poster.data(package, HOUSE, day=DAY)
    assert sheet["gratis"] is (amount == 0)
    free = "idak dipungut biaya"
    assert (free in sheet["biaya"]) is (amount == 0)
    assert (free in str(standar.data(package, HOUSE, day=DAY)["maklumat"])) is (amount == 0)


def test_before_the_first_tariff_nothing_is_promised_about_money() -> None:
    before = date(2024, 3, 31)
    sheet = poster.data(PACKAGE, HOUSE, day=before)
    assert (sheet["gratis"], sheet["fakta"][1]["nilai"]) == (False, "Belum ditetapkan")
    assert "biaya" not in standar.data(PACKAGE, HOUSE, day=before)["maklumat"]["janji"][1]["teks"]


def test_without_a_promise_the_words_of_the_component_stand_there() -> None:
    unpromised = replace(PACKAGE, sop=replace(PACKAGE.sop, promise=None))
    assert poster.data(unpromised, HOUSE, day=DAY)["fakta"][0]["nilai"] == "5 (lima) hari kerja"
    promises = standar.data(unpromised, HOUSE, day=DAY)["maklumat"]["janji"]
    assert not any("sejak permohonan" in promise["teks"] for promise in promises)


# The file for a phone -----------------------------------------------------------------------------------------------


def test_the_html_fetches_nothing_and_runs_nothing() -> None:
    html = standar.html(PACKAGE, HOUSE, day=DAY, page=PAGE)
    assert not re.search(r"<script|<link|<img|<iframe|url\(|@import|\bsrc=|\bon\w+=", html)
    assert '<meta name="viewport" content="width=device-width' in html
    assert re.findall("<title>(.*?)</title>", html) == [
        "Standar Pelayanan Sertifikat Standar (SS) – DPMPTSP Kabupaten Mempawah"
    ]


def test_words_of_a_folder_are_words_not_markup() -> None:
    package = with_service(name="<script>alert(1)</script> & kawan")
    html = standar.html(package, House(name="K", kop=("<b>K</b>",)), day=DAY)
    assert "<script" not in html
    assert "<b>K</b>" not in html


def test_a_linked_sop_has_no_standard() -> None:
    linked = read_package(load_folder(FOLDER.parent / "skm"))
    with pytest.raises(ValueError, match="no service standard"):
        standar.data(linked, HOUSE, day=DAY)
