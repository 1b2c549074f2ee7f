# SPDX-License-Identifier: Apache-2.0
"""The questions of `satupintu setup`: every example is a good answer, a wrong one is asked again or refused by name."""

from __future__ import annotations

import pytest

from satupintu.cli.questions import QUESTIONS, fill

EXAMPLES = {question.name: question.example for question in QUESTIONS}
ASKED = [question for question in QUESTIONS if question.suggest is None]


def test_every_example_is_a_good_answer():
    found = fill(EXAMPLES, None, print)
    assert found["timezone"] == "Asia/Jakarta"
    assert found.keys() == EXAMPLES.keys()


def test_a_person_is_asked_only_what_cannot_be_made_from_other_answers():
    heard: list[str] = []

    def ask(line: str) -> str:
        heard.append(line)
        return ASKED[len(heard) - 1].example

    found = fill({}, ask, print)
    assert len(heard) == len(ASKED) == 12
    assert found["full_name"] == "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Kabupaten Kampar"
    assert (found["short_name"], found["website"]) == ("DPMPTSP Kampar", "https://izin.kampar.example")


def test_a_wrong_answer_is_asked_again_and_says_why():
    said: list[str] = []
    answers = iter(["Kampar Kota!", " kampar "])
    found = fill(EXAMPLES | {"office": ""}, lambda line: next(answers), said.append)
    assert found["office"] == "kampar"
    assert said == ["  Pakai huruf kecil, angka, dan tanda hubung, misalnya kota-baru."]


def test_without_a_person_everything_missing_is_named_at_once():
    with pytest.raises(ValueError, match=r"^Belum diisi: --name, --seat\.$"):
        fill(EXAMPLES | {"name": "", "seat": "", "full_name": "", "short_name": ""}, None, print)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("office", "Kampar"),
        ("office", "a--b"),
        ("office", "../x"),
        ("name", "x"),
        ("name", "a\x07bc"),
        ("seat", "x" * 61),
        ("region_code", "140"),
        ("region_code", "0001"),
        ("timezone", "Europe/Paris"),
        ("email", "layanan@kampar"),
        ("email", "Ani <a@b.c>"),
        ("url", "kampar.example"),
        ("url", "https://kampar.example/izin"),
        ("url", "ftp://kampar.example"),
        ("smtp", "surat.kampar.example"),
        ("smtp", "surat:70000"),
    ],
)
def test_a_wrong_option_is_refused_by_its_name(name, text):
    with pytest.raises(ValueError, match=f"^--{name.replace('_', '-')}: [A-Z].*\\.$"):
        fill(EXAMPLES | {name: text}, None, print)
