# SPDX-License-Identifier: Apache-2.0
"""Words of refusal are plain, short, and survive every value. (That each code has words: test_house.)"""

from __future__ import annotations

import logging
import re
from datetime import date

import pytest

from satupintu.core.access import Role
from satupintu.core.refusal import Refusal
from satupintu.core.sop.language import PLAIN_FACTS, WAIT_KINDS, WORK
from satupintu.ui.refusals import CONFLICTS, UNKNOWN, WORDS, words_of
from satupintu.ui.words import ANSWERS, FACTS, ROLES, fact_words, role_words

pytestmark = pytest.mark.anyday


@pytest.mark.parametrize("code", WORDS)
def test_words_are_plain_and_short(code):
    for text in (str(WORDS[code].what), str(WORDS[code].do)):
        assert text.endswith(".")
        assert not re.search(r"tidak valid|error|gagal\.|silakan hubungi admin", text, re.IGNORECASE)
        for sentence in re.split(r"[.?!:;] ", text):
            assert len(sentence.split()) <= 15, sentence


def test_a_code_without_words_is_logged_and_still_says_something(caplog):
    with caplog.at_level(logging.ERROR):
        what, do = words_of(Refusal("cases.never-heard-of"))
    assert what == str(UNKNOWN.what)
    assert "cases.never-heard-of" in do
    assert "cases.never-heard-of" in caplog.text


def test_values_are_written_as_people_write_them():
    what, _do = words_of(Refusal("upload.too-big", name="ktp.pdf", size=5_347_738, limit=5 << 20))
    assert what == "Berkas ktp.pdf berukuran 5,1 MB; batasnya 5 MB."
    _what, do = words_of(Refusal("access.role", role="kepala-dinas"))
    assert "bagian kepala dinas" in do
    _what, do = words_of(Refusal("sop.missing", missing=("checklist-passed", "penetapan:approved")))
    assert do == "Lengkapi dulu: semua baris daftar periksa sesuai, penetapan: disetujui."


def test_a_value_that_was_forgotten_is_a_dash_and_a_percent_sign_is_harmless():
    what, _do = words_of(Refusal("upload.kind", name="100%(s) benar.pdf"))
    assert what.startswith("100%(s) benar.pdf bukan PDF")
    what, _do = words_of(Refusal("upload.kind"))
    assert what.startswith("\N{EN DASH} bukan PDF")


def test_a_date_is_written_out():
    _what, do = words_of(Refusal("sop.missing", missing=date(2026, 11, 20)))
    assert do == "Lengkapi dulu: Jumat, 20 November 2026."


def test_conflicts_are_codes_with_words():
    assert WORDS.keys() >= CONFLICTS


def test_every_role_fact_and_answer_of_the_language_has_words():
    assert {role.value for role in Role} == ROLES.keys()
    assert PLAIN_FACTS - {"always"} <= FACTS.keys()
    assert {f"{work}-done" for work in WORK} <= FACTS.keys()
    assert {word for kind in WAIT_KINDS.values() for word in (*kind.answers, *kind.states)} <= ANSWERS.keys()


def test_facts_are_said_with_the_labels_of_their_case():
    labels = {
        "penetapan": "Penetapan koordinator",
        "berita-acara": "Berita acara pemeriksaan",
        "kecil": "Usaha kecil",
    }
    assert fact_words("penetapan:approved", labels) == "Penetapan koordinator: disetujui"
    assert fact_words("document:berita-acara-done", labels) == "Berita acara pemeriksaan"
    assert fact_words("document:surat-tugas-done") == "dokumen surat tugas"
    assert fact_words("class:kecil", labels) == "Usaha kecil"
    assert role_words("") == "peran lain"
