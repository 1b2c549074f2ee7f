# SPDX-License-Identifier: Apache-2.0
"""Tables an office imports: what is read, what is refused and in which words, and what differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core import reference
from satupintu.core.reference import Authority, Move, Title, Unfit
from satupintu.core.risk import ALL, Risk, RiskRow, Scale

RISK = "kbli,scale,risk\n"


def rows(table: str, text: str, version: str = "") -> tuple[object, ...]:
    return reference.read(table, text, version).rows


def test_codes_are_read_and_groups_above_them_passed_over() -> None:
    text = "\ufeffcode,title,level\r\nA,Pertanian,section\r\n01,Tanaman,division\r\n01111,  Pertanian   Jagung ,code\r\n"
    listing = reference.read("kbli", text, "2025")
    assert listing.rows == (Title("01111", "Pertanian Jagung"),)
    assert dict(listing.passed) == {"golongan di atas lima angka": 2}


def test_conversions_say_which_are_not_sure_and_what_is_gone() -> None:
    text = (
        "kbli2020,kbli2025,change_type_of_2025,in_dpb_unpad\n01111,01111,Tetap,1\n01112,01119,,0\n01113,,,1\n"
    )
    listing = reference.read("kbli-map", text)
    assert (listing.version, listing.to_version) == ("2020", "2025")
    assert listing.rows == (
        Move("01111", "01111", "Tetap", True),
        Move("01112", "01119", "", False),
        Move("01113", "", "", True),
    )


def test_a_risk_is_read_for_every_scale_it_names() -> None:
    text = "kbli,scope,scale,risk,sla_days,requirements,basis,assumed\n56303,*,mikro; kecil,Menengah Tinggi,7,Denah; Foto,PP 28/2025,0\n"
    row = RiskRow(
        "2025", "56303", ALL, Scale.MICRO, ALL, Risk.MEDIUM_HIGH, "", 7, ("Denah", "Foto"), (), "PP 28/2025", False
    )  # fmt: skip
    found = rows("risk", text)
    assert found[0] == row
    assert [one.scale for one in found if isinstance(one, RiskRow)] == [Scale.MICRO, Scale.SMALL]
    assert len(rows("risk", f"{RISK}56303,*,T\n")) == 4


def test_what_nobody_vouches_for_is_an_example() -> None:
    (one,) = rows("risk", f"{RISK}56303,mikro,R\n")
    assert isinstance(one, RiskRow)
    assert one.assumed


def test_a_table_with_two_versions_gives_the_one_that_is_asked_for() -> None:
    text = "kbli2020,kbli2025,scope,scale,risk\n56102,56101,*,mikro,R\n56999,,*,mikro,T\n56303,56303,(not shown),mikro,T\n"
    newer, older = reference.read("risk", text), reference.read("risk", text, "2020")
    assert [row.code for row in newer.rows] == ["56101"]
    assert sum(newer.passed.values()) == 2
    assert [row.code for row in older.rows] == ["56102", "56999"]
    with pytest.raises(Unfit, match="tidak memuat kode KBLI 2020"):
        reference.read("risk", "kbli,kbli2020,scale,risk\n56101,56102,mikro,R\n", "2020")


def test_who_has_authority_is_spelt_one_way_and_said_once() -> None:
    text = "kbli2020,authority,parameter\n01111,Bupati/Walikota,Di Kabupaten/ Kota\n01111,Bupati/Wali Kota,Di Kabupaten/ kota\n"
    assert rows("authority", text) == (Authority("01111", "Bupati/Wali Kota", "Di Kabupaten/Kota"),)


@pytest.mark.parametrize(
    ("table", "text", "words"),
    [
        ("kbli", "code\n01111\n", "Kolom title tidak ada"),
        ("kbli", "code,title,luas\n01111,A,9\n", "Kolom tidak dikenal: luas"),
        ("kbli", "code,title\n", "Tidak ada satu baris pun"),
        ("kbli", "code,title\n0111x,A\n", "Baris 2: “0111x” bukan kode KBLI"),
        ("kbli", "code,title\n01111,\n", "Baris 2: judul kosong"),
        ("kbli", f"code,title\n01111,{'A' * 251}\n", "judul lebih dari 250 huruf"),
        ("kbli", "code,title\n01111,A\n01111,B\n", "Baris 3: sama dengan baris 2"),
        ("kbli", "code,title\n01111,A,B\n", "banyaknya kolom"),
        ("kbli-map", "kbli2020\n01111\n", "Perlu dua kolom kode"),
        ("risk", "scale,risk\nmikro,R\n", "Kolom kbli tidak ada"),
        ("risk", f"{RISK}56303,raksasa,R\n", "bukan skala usaha"),
        ("risk", f"{RISK}56303,mikro,Sedang\n", "bukan tingkat risiko"),
        ("risk", "kbli,scale,risk,sla_days\n56303,mikro,R,tiga\n", "bukan banyaknya hari kerja"),
        ("risk", "kbli,scale,risk,assumed\n56303,mikro,R,0\n", "harus punya dasar hukum"),
        ("authority", "kbli2020,authority,parameter\n01111,,PMA\n", "kewenangan kosong"),
        ("kbli", 'code,title\n01111,"A\x00"\n', "Baris 2: ada tanda"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(table: str, text: str, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        reference.read(table, text, "2025" if table == "kbli" else "")


def test_one_bad_row_in_ninety_thousand_is_named_and_nothing_is_taken() -> None:
    good = [f"{number:05},mikro,Rendah" for number in range(90_000)]
    good[54_321] = "54321,mikro,Sedang"
    with pytest.raises(Unfit) as found:
        reference.read("risk", RISK + "\n".join(good))
    assert [problem.line for problem in found.value.problems] == [54_323]


def test_rows_of_one_key_in_another_order_are_no_change() -> None:
    assert reference.differ([(0, 1), (0, 2)], [(0, 2), (0, 1)], lambda row: row[0]).nothing


pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), unique=True, max_size=12)


@given(pairs, pairs)
def test_what_differs_leads_from_one_table_to_the_other(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    found = reference.differ(before, after, lambda row: row[0])
    left = set(before) - set(found.ended) - {row for old, _ in found.changed for row in old}
    assert left | set(found.new) | {row for _, new in found.changed for row in new} == set(after)
    assert found.nothing == (set(before) == set(after))
    assert found.same == len(left)
