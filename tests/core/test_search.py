# SPDX-License-Identifier: Apache-2.0
"""What an officer types to find a file: numbers in every spelling, words of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core.numbers import receipt
from satupintu.core.search import MOST, WORD_LENGTH, Number, number, receipts, words

BOOKS = {2024: 500, 2025: 70_123, 2026: 1_000_200}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SP-1401-26-000123", Number("1401", 26, "000123")),
        ("sp-1401-26-000123 ", Number("1401", 26, "000123")),
        ("SP 1401 26 000123", Number("1401", 26, "000123")),
        ("SP140126000123", Number("1401", 26, "000123")),
        ("SP1401.26.000123", Number("1401", 26, "000123")),
        ("140126000123", Number("1401", 26, "000123")),
        ("SP\u20131401\u201326\u20131000123", Number("1401", 26, "1000123")),
        ("1401-26-123", Number("1401", 26, "123")),
        ("26-000123", Number("", 26, "000123")),
        ("26/000123", Number("", 26, "000123")),
        ("26000123", Number("", 26, "000123")),
        ("000123", Number("", None, "000123")),
        ("123", Number("", None, "123")),
        ("1000123", Number("", None, "1000123")),
    ],
)
def test_a_number_is_known_in_every_spelling(typed: str, meant: Number) -> None:
    assert number(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "-", "SP", "Toko 88", "rot", "SP-1401", "SP-14-26-000123", "1" * 16, "\uff11\uff12"]
)
def test_what_is_no_number_is_not_taken_for_one(typed: str) -> None:
    assert number(typed) is None


@pytest.mark.parametrize(
    ("typed", "years", "found"),
    [
        ("123", {2026}, ["SP-1401-26-000123"]),
        ("000123", {2024, 2025}, ["SP-1401-25-000123", "SP-1401-24-000123"]),
        ("25-000123", {2026}, ["SP-1401-25-000123"]),  # its own year counts
        ("SP-1401-25-000123", {2026}, ["SP-1401-25-000123"]),
        ("0123", {2025}, [f"SP-1401-25-{n}0123" for n in ("07", "06", "05", "04", "03", "02", "01", "00")]),
        ("40123", {2025}, ["SP-1401-25-040123"]),
        ("1000123", {2024, 2025, 2026}, ["SP-1401-26-1000123"]),
        ("501", {2024}, []),
        ("000000", {2024}, []),
        ("0000", {2024}, []),
        ("0000", {2025}, [f"SP-1401-25-0{n}0000" for n in range(7, 0, -1)]),
        ("SP-1402-26-000123", {2026}, []),  # another region's
        ("23-000123", {2026}, []),  # no book of that year
    ],
)
def test_the_receipts_that_can_be_meant(typed: str, years: set[int], found: list[str]) -> None:
    meant = number(typed)
    assert meant is not None
    assert receipts(meant, "1401", years, BOOKS) == found


def test_the_end_of_a_number_gives_the_newest_and_never_too_many() -> None:
    found = receipts(Number("", 26, "0123"), "1401", set(), BOOKS)
    assert len(found) == MOST
    assert found[0] == "SP-1401-26-1000123"


@given(st.integers(1, 10**7 - 1), st.integers(2020, 2099))
def test_every_receipt_is_found_by_its_own_number(n: int, year: int) -> None:
    whole = receipt("6102", year, n)
    for typed in (whole, whole[8:], whole.replace("-", " "), whole[11:]):
        meant = number(typed)
        assert meant is not None
        assert whole in receipts(meant, "6102", {year}, {year: n})


def test_words_are_bare() -> None:
    assert words("PT. Sumber-Rezeki (88) & Café ROTI, roti") == (
        "pt",
        "sumber",
        "rezeki",
        "88",
        "cafe",
        "roti",
    )
    assert words(" .,- ") == ()
    assert words("x" * 99) == ("x" * WORD_LENGTH,)


@given(st.text(max_size=160))
def test_a_word_typed_as_it_is_kept_is_itself(text: str) -> None:
    for word in words(text):
        assert words(word) == (word,)


@given(st.text(max_size=40), st.text(max_size=40))
def test_every_word_of_a_name_is_found_in_it(one: str, two: str) -> None:
    """However it is spaced and written: what is typed for a part of a name is in the words of the whole."""
    whole = words(f"{one} {two}")
    assert set(words(one)) | set(words(two)) == set(whole)
    assert set(words(f"{one} {two}".upper())) >= {word for word in whole if word.isascii()}
