# SPDX-License-Identifier: Apache-2.0
"""Lists in a form: questions asked once per item, statements that apply, and what an item makes follow."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core.activity import applies, capital_of, environment_of, scale_of_item
from satupintu.core.forms import (
    FormProblem,
    FormSpec,
    Question,
    asked,
    clean,
    pages,
    parse_form,
    show,
    still_fitting,
)
from satupintu.core.risk import Risk, RiskRow, Scale

FOLDER = Path(__file__).parents[2] / "services" / "kampar" / "umk-menengah-tinggi-tinggi"
BEGIN = """
[[group]]
id = "kegiatan"
label = "Kegiatan usaha"
[[group]]
id = "produk"
label = "Produk"
of = "kegiatan"
[[question]]
id = "jenis"
label = "Jenis"
kind = "text"
[[question]]
group = "kegiatan"
id = "nama"
label = "Nama"
kind = "text"
[[question]]
group = "produk"
id = "jenis"
label = "Jenis produk"
kind = "text"
"""


def parsed(text: str) -> tuple[FormSpec, list[str]]:
    form, mistakes = parse_form(tomllib.loads(text))
    return form, [mistake.message for mistake in mistakes]


def shipped() -> FormSpec:
    form, mistakes = parsed((FOLDER / "form.toml").read_text("utf-8"))
    assert mistakes == []
    return form


def test_each_group_has_its_own_questions() -> None:
    form, mistakes = parsed(BEGIN)
    assert mistakes == []
    assert list(form.questions) == ["jenis"]
    assert [one.id for one in form.inside()] == ["kegiatan"]
    assert [one.id for one in form.inside("kegiatan")] == ["produk"]
    assert form.groups["produk"].questions["jenis"] != form.questions["jenis"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[[question]]\ngroup = "lain"\nid = "x"\nlabel = "X"\nkind = "text"', "Kelompok “lain” tidak ada"),
        ('[[question]]\ngroup = "produk"\nid = "jenis"\nlabel = "X"\nkind = "text"', "“jenis” sudah dipakai"),
        ('[[group]]\nid = "kosong"\nlabel = "X"', "Belum ada pertanyaan"),
        ('[[group]]\nid = "jenis"\nlabel = "X"\n[[question]]\ngroup = "jenis"\nid = "x"\nlabel = "X"\nkind = "text"', "pertanyaan dengan id yang sama"),
        ('[[group]]\nid = "dalam"\nlabel = "X"\nof = "produk"\n[[question]]\ngroup = "dalam"\nid = "x"\nlabel = "X"\nkind = "text"', "bukan kelompok paling atas"),
        ('[[statement]]\nid = "x"\ntext = "X."\nonly = "siapa"', "siapa"),
    ],
)  # fmt: skip
def test_mistakes_are_named(more: str, said: str) -> None:
    assert any(said in message for message in parsed(f"{BEGIN}\n{more}")[1])


def test_a_bound_statement_needs_a_list() -> None:
    alone = '[[question]]\nid = "x"\nlabel = "X"\nkind = "text"\n[[statement]]\nid = "y"\ntext = "Y."\nonly = "umk"'
    assert any("[[group]]" in message for message in parsed(alone)[1])


def test_the_shipped_form_asks_in_pages() -> None:
    form = shipped()
    numbers = [page[0].page for page in pages(form.groups["kegiatan"], {})]
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert "halal-nomor" in [one.id for one in asked(form.groups["produk"], {"halal": True})]
    assert "halal-nomor" not in [one.id for one in asked(form.groups["produk"], {})]


def test_what_fits_another_version_stays_item_by_item() -> None:
    old, _ = parsed(BEGIN)
    new, _ = parsed(
        BEGIN.replace(
            'id = "nama"\nlabel = "Nama"\nkind = "text"', 'id = "nama"\nlabel = "Nama"\nkind = "date"'
        )
    )
    answers = {"jenis": "baru", "kegiatan": [{"id": "a1", "nama": "X", "risiko": {"risk": "R"}, "produk": [{"id": "b2", "jenis": "Y"}]}]}  # fmt: skip
    assert still_fitting(old, old, answers) == answers
    assert still_fitting(old, new, answers) == {
        "jenis": "baru", "kegiatan": [{"id": "a1", "risiko": {"risk": "R"}, "produk": [{"id": "b2", "jenis": "Y"}]}],
    }  # fmt: skip


def read(kind: str, text: str) -> Any:
    return clean(Question("q", "Q", kind), {"q": text})


@pytest.mark.parametrize(
    ("text", "value"),
    [("24", "24"), ("120,5", "120.5"), ("120,5 m2", "120.5"), ("1.200 m²", "1200"), ("1,5 ha", "15000"), ("2 hektare", "20000")],
)  # fmt: skip
def test_areas_as_people_write_them(text: str, value: str) -> None:
    assert read("area", text) == value


@pytest.mark.parametrize("text", ["-5", "0", "luas", "12 x 3", "-1 ha", "99999999999"])
def test_areas_that_are_none(text: str) -> None:
    with pytest.raises(FormProblem) as no:
        read("area", text)
    assert no.value.message


@given(st.integers(1, 10**9))
def test_an_area_that_is_shown_is_read_again(metres: int) -> None:
    question = Question("q", "Q", "area")
    assert read("area", show(question, read("area", str(metres)))) == str(metres)


@pytest.mark.parametrize("text", ["-1", "2,5", "tiga"])
def test_how_many_is_whole(text: str) -> None:
    with pytest.raises(FormProblem):
        read("count", text)


def test_how_many() -> None:
    assert (read("count", "0"), read("count", "1.200")) == (0, 1200)


# An activity -------------------------------------------------------------------------------------------------------

ROW = RiskRow("2025", "56303", "", Scale.MICRO, "", Risk.LOW)


@given(st.integers(0, 10**11), st.integers(0, 10**11), st.integers(0, 10**11))
def test_land_and_building_never_change_the_scale(working: int, machines: int, land: int) -> None:
    item = {"modal-kerja": working, "modal-mesin": machines}
    assert scale_of_item({**item, "modal-tanah": land, "modal-bangunan": land}) == scale_of_item(item)
    assert capital_of(item) == working + machines


@pytest.mark.parametrize(
    ("capital", "scale"),
    [(0, "mikro"), (10**9, "mikro"), (10**9 + 1, "kecil"), (5 * 10**9, "kecil"), (5 * 10**9 + 1, "menengah"),
     (10**10, "menengah"), (10**10 + 1, "besar")],
)  # fmt: skip
def test_the_boundaries_of_scale(capital: int, scale: str) -> None:
    assert scale_of_item({"modal-kerja": capital}) == scale


def test_no_capital_no_scale() -> None:
    assert scale_of_item({"modal-mesin": 5}) is None


@pytest.mark.parametrize(
    ("requirements", "found"),
    [
        ((), ("SPPL",)), (("Denah",), ("SPPL",)), (("Dokumen AMDAL",), ("AMDAL",)), (("UKL/UPL",), ("UKL-UPL",)),
        (("Persetujuan lingkungan",), ("UKL-UPL", "AMDAL")),
    ],
)  # fmt: skip
def test_which_environmental_document(requirements: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert environment_of(replace(ROW, requirements=requirements)) == found


@given(st.sampled_from(list(Risk)), st.sampled_from(list(Scale)), st.sampled_from(["SPPL", "AMDAL"]))
def test_statements_apply_where_the_law_asks_them(risk: Risk, scale: Scale, paper: str) -> None:
    item = {"lingkungan": paper, "risiko": {"risk": str(risk), "scale": str(scale)}}
    found = applies({"jenis": "baru", "kegiatan": [item]})
    assert "usaha" in found
    assert ("umk" in found) == (scale in (Scale.MICRO, Scale.SMALL))
    assert ("sppl" in found) == (paper == "SPPL")
    assert ("standar" in found) == (risk is not Risk.LOW)
    assert applies({"jenis": "tutup", "kegiatan": [item]}) == frozenset()
