# SPDX-License-Identifier: Apache-2.0
"""Numbers people carry and numbers an office gives. All numbers here are invented or published samples."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core import numbers
from satupintu.core.numbers import Checked

NBSP, NARROW, ZERO_WIDTH, LRE, PDF = "\u00a0", "\u202f", "\u200b", "\u202a", "\u202c"


def refused(found: Checked) -> bool:
    """Not valid, nothing to store, and words that end as a sentence."""
    return not found.valid and found.normalised == "" and found.message.endswith(".")


# Separators and what no person types


@pytest.mark.parametrize(
    "typed",
    [
        "3171011708450001",
        "  3171011708450001\n",
        "\t3171011708450001\r\n",
        "3171 0117 0845 0001",
        f"3171{NBSP}0117{NARROW}0845 0001",
        "317101-170845-0001",
        "317101\u2013170845\u20140001",
        "317101\u2010170845\u22120001",
        "31.71.01.170845.0001",
        f"{LRE}3171011708450001{PDF}",
        f"\ufeff3171{ZERO_WIDTH}011708450001",
    ],
)
def test_separators_are_forgiven(typed):
    assert numbers.nik(typed) == Checked(True, "3171011708450001", "")


@pytest.mark.parametrize(
    "mark", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\t", "\n", "\u2028", "\u202e", "\udc80"]
)
@pytest.mark.parametrize("kind", numbers.CHECKS)
def test_control_characters_are_refused_wherever_a_person_cannot_see_them(kind, mark):
    sample = {"nik": "3171011708450001", "npwp": "013121660091000", "nib": "9120001234567"}.get(
        kind, "08123456789"
    )
    inside = numbers.CHECKS[kind](sample[:4] + mark + sample[4:])
    assert refused(inside)
    assert "tersembunyi" in inside.message


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\x1c", "\x0b"])
def test_only_white_space_is_forgiven_outside(mark):
    assert refused(numbers.nik("3171011708450001" + mark))


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\u0966", "\uff10"])
@pytest.mark.parametrize("kind", numbers.CHECKS)
def test_figures_of_other_scripts_are_refused(kind, zero):
    """They look alike or not at all to the officer who compares, and are never on an Indonesian card."""
    sample = {"nik": "3171011708450001", "npwp": "013121660091000", "nib": "9120001234567"}.get(
        kind, "08123456789"
    )
    assert refused(numbers.CHECKS[kind](sample.translate({48 + n: ord(zero) + n for n in range(10)})))


@pytest.mark.parametrize("typed", ["", " ", "-", ".", NBSP])
@pytest.mark.parametrize("kind", numbers.CHECKS)
def test_nothing_is_refused_as_not_filled_in(kind, typed):
    found = numbers.CHECKS[kind](typed)
    assert refused(found)
    assert "belum diisi" in found.message


@given(st.sampled_from(sorted(numbers.CHECKS)), st.text(max_size=30))
def test_any_text_gets_an_answer_that_stands_by_itself(kind, text):
    found = numbers.CHECKS[kind](text)
    if found.valid:
        assert found.normalised.isascii()
        assert numbers.CHECKS[kind](found.normalised) == found
    else:
        assert refused(found)


# NIK


@pytest.mark.parametrize(
    "typed",
    [
        "3171011708450001",
        "1401064508900002",
        "5403011201750001",  # East Timor of old: the province is gone, the person is not
        "9601012902000003",  # a province of 2022; 29 February 2000
        "1401067112990001",
        "1401060101260001",
    ],
)
def test_niks_of_real_people_pass(typed):
    assert numbers.nik(typed) == Checked(True, typed, "")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("317101170845000", "15"),
        ("31710117084500011", "17"),
        ("317101170845000A", "angka 0 sampai 9"),
        ("3171013102900001", "tanggal lahir"),  # 31 February
        ("3171017102900001", "tanggal lahir"),  # the same of a woman
        ("3171012902010001", "tanggal lahir"),  # no leap year in either century
        ("3171013208450001", "tanggal lahir"),
        ("3171014008450001", "tanggal lahir"),
        ("3171017208450001", "tanggal lahir"),
        ("3171010008450001", "tanggal lahir"),
        ("3171011700450001", "tanggal lahir"),
        ("3171011713450001", "tanggal lahir"),
        ("1071011708450001", "kode daerah"),
        ("3100011708450001", "kode daerah"),
    ],
)
def test_a_nik_that_cannot_be_is_refused_with_the_reason(typed, word):
    found = numbers.nik(typed)
    assert refused(found)
    assert word in found.message


@given(
    st.integers(11, 99),
    st.integers(1, 99),
    st.integers(0, 99),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.booleans(),
    st.integers(0, 9999),
)
def test_every_person_s_nik_passes(province, regency, district, born, woman, serial):
    written = f"{province:02d}{regency:02d}{district:02d}{born.day + 40 * woman:02d}{born:%m%y}{serial:04d}"
    assert numbers.nik(written) == Checked(True, written, "")


# NPWP


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("013121660091000", "013121660091000"),
        ("016090524017000", "016090524017000"),
        ("01.312.166.0-091.000", "013121660091000"),
        ("01.312.166.0/091.000", "013121660091000"),
        ("0013121660091000", "0013121660091000"),
        ("3171011708450001", "3171011708450001"),
    ],
)
def test_npwps_pass(typed, kept):
    assert numbers.npwp(typed) == Checked(True, kept, "")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("013121661091000", "sembilan angka"),
        ("0013121661091000", "sembilan angka"),
        ("000000000000000", "sembilan angka"),
        ("3171013102900001", "tanggal lahir"),
        ("01312166009100", "15 atau 16"),
        ("0013121660091000000000", "NITKU"),
    ],
)
def test_an_npwp_that_cannot_be_is_refused_with_the_reason(typed, word):
    found = numbers.npwp(typed)
    assert refused(found)
    assert word in found.message


# NIB and passport


def test_an_nib_is_thirteen_figures():
    assert numbers.nib("9120 0012 34567") == Checked(True, "9120001234567", "")
    assert refused(numbers.nib("912000123456"))
    assert refused(numbers.nib("91200012345678"))
    assert refused(numbers.nib("912000123456X"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("A1234567", "A1234567"), (" b 123 4567 ", "B1234567"), ("X-12345678", "X12345678"), ("12345", "12345")],
)
def test_passports_of_any_country_pass(typed, kept):
    assert numbers.passport(typed) == Checked(True, kept, "")


@pytest.mark.parametrize("typed", ["A123", "ABCDEFG", "A" + "1" * 20, "A12345\u00df7", "A1234/567"])
def test_what_is_no_passport_number_is_refused(typed):
    assert refused(numbers.passport(typed))


# Telephone

MOBILE = "+6281234567890"


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812 3456 7890",
        "0812-3456-7890",
        "0812.3456.7890",
        "(0812) 3456 7890",
        "0812/34567890",
        "6281234567890",
        "62 812 3456 7890",
        "62 0812 3456 7890",
        "+6281234567890",
        "+62 812-3456-7890",
        "+62 (0)812 3456 7890",
        "(+62) 812 3456 7890",
        "(62) 812-3456-7890",
        "006281234567890",
        "81234567890",
        "812 3456 7890",
        f"{LRE}+62 812\u20113456\u20117890{PDF}",
        f"+62{NBSP}812{NARROW}3456{NBSP}7890",
    ],
)
def test_every_usual_spelling_of_a_mobile_is_one_number(typed):
    assert numbers.phone(typed) == Checked(True, MOBILE, "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0562 123456", "+62562123456"),
        ("(0562) 123-456", "+62562123456"),
        ("021-5550100", "+62215550100"),
        ("+62 21 5550100", "+62215550100"),
        ("0761 12345", "+6276112345"),
        ("0811234567", "+62811234567"),
        ("0895123456789", "+62895123456789"),
        ("+60 12-345 6789", "+60123456789"),
        ("0060 12-345 6789", "+60123456789"),
        ("+1 202 555 0123", "+12025550123"),
        ("+65 8123 4567", "+6581234567"),
    ],
)
def test_lines_and_foreign_numbers_are_kept(typed, kept):
    assert numbers.phone(typed) == Checked(True, kept, "")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("0812345", "kurang, lebih"),
        ("081234567890123", "kurang, lebih"),
        ("081234567890/081234567891", "kurang, lebih"),
        ("+999 12345678", "kurang, lebih"),
        ("+", "hanya berisi angka"),
        ("0812 3456 7890 (WA)", "hanya berisi angka"),
        ("0812+34567890", "hanya berisi angka"),
        ("123456", "kode daerah"),
        ("110", "kode daerah"),
    ],
)
def test_what_is_no_telephone_number_is_refused_with_the_reason(typed, word):
    found = numbers.phone(typed)
    assert refused(found)
    assert word in found.message


@given(st.from_regex(r"8(1[1-9]|5[1-9]|7[789]|9[5-9])[0-9]{7,8}", fullmatch=True))
def test_four_spellings_of_a_mobile_agree(national):
    spellings = {numbers.phone(before + national) for before in ("0", "62", "+62", "", "0062")}
    assert spellings == {Checked(True, "+62" + national, "")}


# Numbers an office gives


def test_a_receipt_carries_region_year_and_number():
    assert numbers.receipt("1401", 2026, 123) == "SP-1401-26-000123"
    assert numbers.receipt("6102", 2100, 1_000_000) == "SP-6102-00-1000000"


@pytest.mark.parametrize(("region", "n"), [("14", 1), ("14.01", 1), ("1401", 0), ("\u0661401", 1)])
def test_a_receipt_without_region_or_number_is_not_made(region, n):
    with pytest.raises(ValueError, match="receipt"):
        numbers.receipt(region, 2026, n)


@pytest.mark.parametrize(
    "typed",
    ["SP-1401-26-000123", " sp 1401 26 000123 ", "sp140126000123", "SP\u20131401\u201326\u2013000123"],
)
def test_a_receipt_is_found_however_it_was_typed(typed):
    assert numbers.normal_receipt(typed) == "SP-1401-26-000123"


@pytest.mark.parametrize(
    "typed", ["", "SP-1401-26", "1401-26-000123", "SP-1401-26-00012A", "SP-1401-26-000123\x00"]
)
def test_what_is_no_receipt_finds_nothing(typed):
    assert numbers.normal_receipt(typed) == ""


def test_a_check_code_can_be_read_aloud():
    codes = {numbers.check_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 12 and not set(code) & set("IO01") for code in codes)
    assert set("".join(codes)) == set(numbers.CODE_LETTERS)
    assert numbers.show_code("ABCDEFGHJKLM") == "ABCD-EFGH-JKLM"


@pytest.mark.parametrize(
    "typed", ["ABCD-EFGH-JKLM", "abcd efgh jklm", " ABCDEFGHJKLM\n", "ABCD\u2014EFGH\u2014JKLM"]
)
def test_a_check_code_is_found_however_it_was_typed(typed):
    assert numbers.normal_code(typed) == "ABCDEFGHJKLM"


@pytest.mark.parametrize(
    "typed", ["", "ABCD-EFGH-JKL", "ABCD-EFGH-JKLMN", "ABCD-EFGH-JKL0", "ABCD-EFGH-JKL\x00M"]
)
def test_what_is_no_check_code_finds_nothing(typed):
    assert numbers.normal_code(typed) == ""


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("{n:04d}/DPMPTSP/{roman_month}/{year}", "0007/DPMPTSP/XII/2026"),
        ("{n}/{month}/{year}", "7/12/2026"),
        ("503/{n:03d}/{month:02d}", "503/007/12"),
    ],
)
def test_a_permit_number_follows_the_office_s_format(written, made):
    assert numbers.permit_number(written, 7, date(2026, 12, 31)) == made


@pytest.mark.parametrize(
    "written",
    ["", "DPMPTSP/{year}", "{n", "{n:04d}/{tahun}", "{n.__class__}/{n}", "{n:0999999d}/{n}", "{n}/{}"],
)
def test_a_format_that_cannot_number_is_refused_in_words(written):
    with pytest.raises(ValueError, match="tidak terbaca"):
        numbers.permit_number(written, 7, date(2026, 12, 31))


def test_roman_months():
    months = [
        numbers.permit_number("{n}{roman_month}", 1, date(2026, month, 1))[1:] for month in range(1, 13)
    ]
    assert months == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


def test_a_number_longer_than_its_format_is_not_cut():
    assert numbers.permit_number("{n:02d}", 1234, date(2026, 1, 1)) == "1234"
