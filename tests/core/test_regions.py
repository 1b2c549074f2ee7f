# SPDX-License-Identifier: Apache-2.0
"""Lists of regions: what is refused and in which words; and how names are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core import regions, search

LISTS = {
    "provinces.csv": "code,name\n61,Kalimantan Contoh\n",
    "regencies.csv": "code,province_code,name\n61.02,61,Kabupaten Contoh\n",
    "districts.csv": "code,regency_code,name\n61.02.01,61.02,Hulu Contoh\n",
    "villages.csv": 'code,district_code,name\n61.02.01.2001,61.02.01,"Air Jernih, Lama"\n',
}


def test_the_lists_are_read_parents_first_whatever_the_order_of_columns() -> None:
    turned = LISTS | {"regencies.csv": "\ufeffname,code,province_code\r\nKabupaten  Contoh,61.02,61\r\n"}
    assert [(one.code, one.name, one.parent, one.level) for one in regions.read(turned)] == [
        ("61", "Kalimantan Contoh", "", 1),
        ("61.02", "Kabupaten Contoh", "61", 2),
        ("61.02.01", "Hulu Contoh", "61.02", 3),
        ("61.02.01.2001", "Air Jernih, Lama", "61.02.01", 4),
    ]


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("provinces.csv", "code,name,luas\n61,X,9\n", "Kolom tidak dikenal: luas"),
        ("provinces.csv", "", "Kolomnya harus code, name"),
        ("villages.csv", "code,district_code,name\n", "tidak ada satu pun desa/kelurahan"),
        ("villages.csv", "code,district_code,name\n61.02.01.2001,61.02.01\n", "banyaknya kolom"),
        ("villages.csv", "code,district_code,name\n61.02.99.2001,61.02.99,X\n", "induk 61.02.99 tidak ada"),
        ("villages.csv", "code,district_code,name\n61.02.01.2001,61.02.02,X\n", "tidak terletak di 61.02.02"),
        ("villages.csv", "code,district_code,name\n61.02.01,61.02,X\n", "bukan kode desa/kelurahan"),
        ("villages.csv", "code,district_code,name\n61.02.01.2001,61.02.01,\n", "nama kosong"),
        ("regencies.csv", "code,province_code,name\n61.02,61,A\n61.02,61,A\n", "tertulis dua kali"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(file: str, text: str, words: str) -> None:
    with pytest.raises(regions.Unfit, match=words):
        regions.read(LISTS | {file: text})


def test_a_name_is_found_from_each_of_its_words_on() -> None:
    assert regions.beginnings("Sungai Pinyuh") == ("sungaipinyuh", "pinyuh")
    assert regions.beginnings("Kabupaten Mempawah") == ("mempawah",)
    assert regions.beginnings('Soka"an') == ("sokaan",)
    assert regions.beginnings("Kecamatan") == ("kecamatan",)


def test_what_was_typed_is_read_with_and_without_its_spaces() -> None:
    assert list(regions.readings("Desa SUNGAI  Pin yuh")) == [
        ("sungai", "pin", "yuh"),
        ("sungaipin", "yuh"),
        ("sungai", "pinyuh"),
    ]
    assert list(regions.readings("a")) == []
    assert list(regions.readings("su")) == [("su",)]


def test_each_word_must_speak_of_the_place_or_of_what_is_around_it() -> None:
    pasir, other, district = "61.02.01.2005", "61.02.07.2001", "61.02.01"
    found = [[district], [pasir, other]]
    assert regions.places(found, regions.VILLAGE) == [pasir]
    assert regions.places([[district]], regions.VILLAGE) == []
    assert regions.places([[district]], regions.DISTRICT) == [district]
    assert regions.places([[other, pasir]], regions.VILLAGE, first=lambda code: code != other) == [
        other,
        pasir,
    ]
    assert regions.places([], regions.VILLAGE) == []


@given(st.text(max_size=60))
def test_anything_may_be_typed(text: str) -> None:
    for words in regions.readings(text):
        assert words
        assert all(words)


@given(st.lists(st.text("abcdefgh", min_size=3, max_size=6), min_size=1, max_size=3, unique=True), st.data())
def test_whoever_types_a_name_or_its_beginning_finds_it(words: list[str], data: st.DataObject) -> None:
    name = " ".join(words).title()
    typed = "".join(words[data.draw(st.integers(0, len(words) - 1)) :])
    typed = typed[: data.draw(st.integers(3, max(3, len(typed))))][: search.WORD_LENGTH]
    assert any(one.startswith(typed) for one in regions.beginnings(name))
