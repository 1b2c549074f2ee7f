# SPDX-License-Identifier: Apache-2.0
"""Finding a KBLI code in people's words: on the starter set; on all titles: bench/catalog.py."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import satupintu
from satupintu.core import kbli_search as search

DATA = Path(satupintu.__file__).parent / "catalog" / "data"
PHRASES = Path(__file__).with_name("fixtures") / "kbli-phrases.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


SAYINGS = search.read_sayings((DATA / "kata-kbli.csv").read_text("utf-8"))
WORDS = {code: saying.words for saying in SAYINGS for code in saying.codes["2025"]}
INDEX = search.Index(
    [search.Entry(row["code"], row["title"], WORDS.get(row["code"], ())) for row in rows(DATA / "kbli-2025-awal.csv")]
)  # fmt: skip
KNOWN = {entry.code for entry in INDEX.entries}


def found(words: str) -> list[str]:
    return [hit.code for hit in INDEX.search(words, 5)]


def test_of_the_phrases_that_were_not_tuned_on_most_find_their_code() -> None:
    held = [row for row in rows(PHRASES)[1::2] if set(row["kbli2025"].split("|")) <= KNOWN]
    answers = [(found(row["kata"]), row["kbli2025"].split("|")) for row in held]
    assert len(held) >= 30
    assert sum(not set(codes).isdisjoint(right) for codes, right in answers) >= 0.85 * len(held)
    assert sum(not set(codes[:1]).isdisjoint(right) for codes, right in answers) >= 0.60 * len(held)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("warung kopi", "56303"),
        ("WARUNG KOPI!!", "56303"),
        ("kos-kosan", "55909"),
        ("londri", "96100"),
        ("laundri kilo'an", "96100"),
        ("barber shop", "96210"),
        ("fotokopy", "18111"),
        ("photo copy", "18111"),
        ("katring hajatan", "56210"),
        ("bengkl motor", "95320"),
        ("depot air isi ulang", "11052"),
        ("jual pulsa 24 jam", "47404"),
        ("kbli 56303", "56303"),
        ("56303 warung", "56303"),
        ("peternak kambing", "01442"),
        ("apotik", "47721"),
        ("kios sembako", "47112"),
    ],
)
def test_people_are_understood_as_they_write(words: str, code: str) -> None:
    assert found(words)[0] == code


def test_a_shop_is_told_from_a_workshop() -> None:
    assert found("jual roti")[0] == "47242"
    assert found("bikin roti")[0] == "10710"
    assert found("toko beras")[0] == "47241"
    assert found("gilingan beras")[0] == "10631"


def test_what_nobody_calls_so_finds_nothing() -> None:
    assert found("zzzqqq") == []
    assert found("") == []
    assert found("   -- ") == []


def test_every_neighbour_has_its_own_saying_or_is_left_out_and_no_word_stands_twice_in_one_row() -> None:
    codes = [code for saying in SAYINGS for code in saying.codes["2025"]]
    assert len(codes) == len(set(codes))
    assert all(len(saying.words) == len(set(saying.words)) for saying in SAYINGS)
    assert all(saying.use and ";" not in saying.use for saying in SAYINGS)


@given(st.text(max_size=300))
def test_whatever_is_typed_is_answered_in_order(words: str) -> None:
    hits = INDEX.search(words, 5)
    assert len(hits) <= 5
    assert {hit.code for hit in hits} <= KNOWN
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.sampled_from([entry for entry in INDEX.entries if entry.words]), st.data())
def test_a_code_is_found_by_each_of_its_own_words_and_by_its_figures(
    entry: search.Entry, data: st.DataObject
) -> None:
    words = data.draw(st.sampled_from(entry.words))
    best = INDEX.search(words, len(KNOWN))
    assert entry.code in [hit.code for hit in best if hit.score >= best[0].score * 0.9]
    assert found(entry.code)[0] == entry.code


@pytest.mark.parametrize(
    ("one", "other"), [("laundry", "londri"), ("photocopy", "fotokopi"), ("catering", "katering")]
)
def test_words_that_sound_alike_are_one(one: str, other: str) -> None:
    assert search.tokens(one) == search.tokens(other)
