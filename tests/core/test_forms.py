# SPDX-License-Identifier: Apache-2.0
"""What people type, and what it means (screens U16)."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satupintu.core.forms import (
    KINDS,
    DocumentSpec,
    FormProblem,
    FormSpec,
    Question,
    asked,
    clean,
    pages,
    parse_form,
    show,
)


def ask(kind: str, **more: Any) -> Question:
    return Question("q", "Tanya", kind, options=("Sewa", "Milik sendiri") if kind == "choice" else (), **more)


def read(kind: str, text: str) -> Any:
    return clean(ask(kind), {"q": text})


SAME = {
    ("rupiah", 1_500_000): [
        "1500000", "1.500.000", "Rp1.500.000", "Rp 1.500.000", "rp. 1.500.000,-", "Rp 1.500.000,00", "1,5 juta",
        "1,5jt", "1.5 juta", "1,50 Juta", "1500 ribu", "1.500 rb", "1 500 000", "1,500,000", "1.500.000 rupiah",
        "IDR 1.500.000", " 1.500.000 ", "1\u00a0500\u00a0000", "0,0015 miliar", "1.500.000.-",
    ],
    ("rupiah", 0): ["0", "Rp 0", "Rp0,-", "0 rupiah"],
    ("rupiah", 2_000_000_000): ["2 miliar", "2 milyar", "2M", "2.000 juta", "2.000.000.000"],
    ("rupiah", 75_000): ["75 ribu", "75rb", "75.000", "Rp75.000,-"],
    ("rupiah", 1_000_001): ["1.000.000,50", "1,000,000.50"],
    ("number", 1500): ["1500", "1.500", "1 500", "1.500,0"],
    ("number", "1.5"): ["1,5", "1,50", "01,5"],
    ("number", -3): ["-3", "\u22123"],
    ("number", "1234.25"): ["1.234,25", "1234,25", "1,234.25"],
    ("number", 12): ["12", " 12 ", "12,0"],
    ("date", "1960-02-01"): [
        "1/2/1960", "01/02/1960", "1-2-1960", "1.2.1960", "1 2 1960", "01021960", "1 Februari 1960", "1 feb 1960",
        "1 Peb 1960", "1 FEBRUARI 1960", "1960-02-01", "1960/2/1", " 1/2/1960 ", "1, Februari 1960",
    ],
    ("date", "2024-02-29"): ["29/2/2024", "29 Februari 2024", "2024-02-29"],
    ("date", "2026-08-17"): ["17 Agustus 2026", "17 Agt 2026", "17 Ags 2026", "17 Aug 2026", "17 agu 2026"],
    ("yes-no", True): ["ya", "Ya", "YA", " ya "],
    ("yes-no", False): ["tidak", "Tidak"],
    ("choice", "Milik sendiri"): ["Milik sendiri", " Milik  sendiri "],
    ("region", "14.01.01.2001"): ["14.01.01.2001", "1401012001", "14 01 01 2001"],
    ("region", "61.02"): ["61.02", "6102"],
    ("kbli", "56101"): ["56101", " 56101 ", "KBLI 56101", "56101 - Restoran", "56101 Restoran"],
    ("phone", "+6281234567890"): [
        "081234567890", "0812-3456-7890", "0812 3456 7890", "+62 812 3456 7890", "6281234567890", "62-812-3456-7890",
        "+62 (0)812-3456-7890", "81234567890", "0812.3456.7890",
    ],
    ("nik", "3174014107900003"): ["3174014107900003", "3174 0141 0790 0003", "317401-410790-0003"],
    ("nib", "1234567890123"): ["1234567890123", "1234 5678 90123"],
    ("point", ("-0.346000", "109.012000")): [
        "-0.346, 109.012", "-0.346,109.012", "-0,346; 109,012", "-0.346 109.012", "0,346 LS; 109,012 BT",
        "0.346 s, 109.012 e", "-0.3460 , 109.0120", "0.346° LS, 109.012° BT",
    ],
    ("text", "Warung Bu Ani"): ["Warung Bu Ani", "  Warung   Bu Ani ", "Warung\u00a0Bu Ani"],
    ("long-text", "Satu\nDua"): ["Satu\nDua", "Satu\r\nDua\r\n", "Satu\rDua"],
}  # fmt: skip
SAID = [(kind, value, text) for (kind, value), texts in SAME.items() for text in texts]


@pytest.mark.parametrize(("kind", "value", "text"), SAID)
def test_every_spelling_of_a_thing_is_the_same_thing(kind: str, value: Any, text: str) -> None:
    found = read(kind, text)
    if kind == "point":
        found = (found["lintang"], found["bujur"])
    assert found == value
    assert type(found) is type(value)


UNCLEAR = {
    "rupiah": ["1.5", "1.50.000", "seribu", "1,5 jutaan", "-5", "1.500.000.00", "12 34 x", "9" * 20, "Rp", "1,5,0"],
    "number": ["1.5", "satu", "1e5", "0x10", "1.23.456", "1" * 16, "--1", "1,2,3", "."],
    "date": ["31/2/2026", "1/2/60", "1/13/2026", "besok", "1960", "1/2", "00/01/2026", "1 Foo 2026", "1/2/1860",
             "29/2/2023", "1/2/3/2026", "Februari 1 1960", "1 februarix 1960"],
    "yes-no": ["mungkin", "y", "true"],
    "choice": ["Beli", "sewa"],
    "region": ["Mempawah", "61.0", "610", "61.02.01.20"],
    "kbli": ["5610", "561010", "restoran", "56101x"],
    "phone": ["0812", "nomor saya", "0812 3456 7890 / 0813"],
    "nik": ["123", "3174013207900003", "317401410790000X"],
    "nib": ["123456789012", "12345678901234"],
    "npwp": ["123", "00.000.000.1-000.000"],
    "point": ["109.012, -0.346", "0", "di pasar", "1,2,3,4", "95.0, 3.0", "-0.346"],
    "text": ["x" * 201, "a\x00b", "a\x1bb", "a\ud800b"],
    "long-text": ["x" * 4001, "a\x07b"],
    "address": ["x" * 201],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in UNCLEAR.items() for text in texts]
)
def test_what_can_mean_two_things_or_nothing_is_asked_again(kind: str, text: str) -> None:
    with pytest.raises(FormProblem) as said:
        read(kind, text)
    assert said.value.question_id == "q"
    assert said.value.code in (f"form.{kind}", "form.hidden")
    assert said.value.message.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_asked_for_or_left_empty(kind: str) -> None:
    with pytest.raises(FormProblem) as said:
        read(kind, "  ")
    assert said.value.code == "form.required"
    assert clean(ask(kind, required=False), {"q": " "}) is None
    assert clean(ask(kind, required=False), {"other": "x"}) is None
    assert show(ask(kind), None) == ""


def test_an_address_in_parts() -> None:
    question = ask("address")
    assert list(question.parts) == ["q.jalan", "q.rt", "q.rw", "q.kode-pos"]
    value = clean(
        question, {"q.jalan": "Jalan Melati\nNomor 5", "q.rt": "RT 3", "q.rw": "12", "q.kode-pos": "78911"}
    )
    assert value == {"jalan": "Jalan Melati Nomor 5", "rt": "003", "rw": "012", "kode-pos": "78911"}
    assert show(question, value) == "Jalan Melati Nomor 5, RT 003/RW 012, 78911"
    assert clean(question, {"q": "Jalan Melati 5"}) == {"jalan": "Jalan Melati 5"}
    for part, text in (("rt", "tiga"), ("kode-pos", "123"), ("kode-pos", "01234")):
        with pytest.raises(FormProblem):
            clean(question, {"q.jalan": "x", f"q.{part}": text})
    with pytest.raises(FormProblem, match=r"form\.address"):
        clean(question, {"q.rt": "3"})


def test_a_date_and_a_point_may_come_in_parts() -> None:
    assert clean(ask("date"), {"q.hari": "1", "q.bulan": "2", "q.tahun": "1960"}) == "1960-02-01"
    assert clean(ask("point"), {"q.lintang": "-0,346", "q.bujur": "109,012"}) == {
        "lintang": "-0.346000",
        "bujur": "109.012000",
    }
    with pytest.raises(FormProblem):
        clean(ask("date"), {"q.hari": "1", "q.tahun": "1960"})


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("rupiah", 1_500_000, "Rp 1.500.000"),
        ("rupiah", 0, "Rp 0"),
        ("number", 1500, "1.500"),
        ("number", "-1234567.5", "-1.234.567,5"),
        ("number", 999, "999"),
        ("date", "2026-08-17", "17 Agustus 2026"),
        ("yes-no", False, "Tidak"),
        ("yes-no", True, "Ya"),
        ("point", {"lintang": "-0.346000", "bujur": "109.012000"}, "-0.346000, 109.012000"),
        ("text", "Warung", "Warung"),
        ("address", "Jalan Melati 5", "Jalan Melati 5"),
    ],
)
def test_a_value_is_shown_as_people_read_it(kind: str, value: Any, shown: str) -> None:
    assert show(ask(kind), value) == shown


FORM = """
[[question]]
id = "tempat"
label = "Tempat?"
kind = "choice"
options = ["Milik sendiri", "Sewa", "Pinjam"]
[[question]]
id = "sewa"
label = "Dari siapa?"
kind = "yes-no"
[question.show_if]
question = "tempat"
is = ["Sewa", "Pinjam"]
[[question]]
id = "sampai"
label = "Sampai kapan?"
kind = "date"
[question.show_if]
question = "sewa"
is = "ya"
[[question]]
id = "alamat"
label = "Alamat"
kind = "address"
page = 4
[[question]]
id = "desa"
label = "Desa"
kind = "region"
page = 4
[[question]]
id = "nik"
label = "NIK"
kind = "nik"
[[statement]]
id = "benar"
text = "Benar."
"""


def form() -> FormSpec:
    spec, mistakes = parse_form(tomllib.loads(FORM))
    assert mistakes == []
    return spec


@pytest.mark.parametrize(
    ("answers", "ids"),
    [
        ({}, ["tempat", "alamat", "desa", "nik"]),
        ({"tempat": "Milik sendiri", "sewa": True}, ["tempat", "alamat", "desa", "nik"]),
        ({"tempat": "Sewa"}, ["tempat", "sewa", "alamat", "desa", "nik"]),
        ({"tempat": "Pinjam", "sewa": True}, ["tempat", "sewa", "sampai", "alamat", "desa", "nik"]),
        ({"tempat": "Pinjam", "sewa": False}, ["tempat", "sewa", "alamat", "desa", "nik"]),
    ],
)
def test_only_what_the_answers_call_for_is_asked(answers: dict[str, Any], ids: list[str]) -> None:
    assert [question.id for question in asked(form(), answers)] == ids


def test_questions_of_one_page_share_it() -> None:
    assert [[question.id for question in page] for page in pages(form(), {})] == [
        ["tempat"],
        ["alamat", "desa"],
        ["nik"],
    ]


def test_what_is_private_is_known() -> None:
    assert [question.id for question in form().questions.values() if question.private] == ["nik"]
    assert ask("phone").private


def test_a_document_is_asked_like_a_form() -> None:
    document = DocumentSpec("ba", "Berita acara", "ba.typ", {"q": ask("text")})
    assert pages(document, {}) == [[ask("text")]]


@settings(deadline=None)
@given(st.integers(0, 10**15))
def test_money_that_is_shown_is_read_again(amount: int) -> None:
    assert read("rupiah", show(ask("rupiah"), amount)) == amount
    assert read("number", show(ask("number"), amount % 10**14)) == amount % 10**14


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_date_that_is_shown_is_read_again(day: date) -> None:
    assert read("date", show(ask("date"), day.isoformat())) == day.isoformat()
    assert read("date", f"{day:%d/%m/%Y}") == read("date", f"{day:%d%m%Y}") == day.isoformat()


@settings(deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    st.text(max_size=40) | st.from_regex(r"[-0-9.,/ a-zA-Z]{0,15}", fullmatch=True),
)
def test_whatever_is_typed_is_taken_or_asked_again(kind: str, text: str) -> None:
    try:
        value = read(kind, text)
    except FormProblem:
        return
    assert json.loads(json.dumps(value)) == value
    again = show(ask(kind), value)
    assert again
    assert "\x00" not in again
