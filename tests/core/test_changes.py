# SPDX-License-Identifier: Apache-2.0
"""The difference between two versions in sentences: nothing that differs is passed over, nothing is made up."""

from __future__ import annotations

import dataclasses
import random
import re
import types
import typing
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core import changes as c
from satupintu.core.changes import words
from satupintu.core.clock import Span
from satupintu.core.forms import KINDS, ShowIf
from satupintu.core.package import COMPONENTS, Package, Unsound, load_folder, read_package
from satupintu.core.sop.language import RESULTS, WAIT_KINDS, WORK

FOLDERS = sorted(path for path in (Path(__file__).parents[2] / "services/mempawah").iterdir())
SERVICE = next(path for path in FOLDERS if path.name == "sertifikat-standar")
LEAVES = (Span, ShowIf)  # shown whole, inside the field that holds them
ODD = re.compile(r"None|True|False|\{of\}|Span\(|  |“”")


@cache
def package(folder: Path = SERVICE) -> Package:
    return read_package(load_folder(folder))


def edited(*edits: tuple[str, str, str]) -> Package:
    """The shipped service with (file, old, new) replaced, once each."""
    files = dict(load_folder(SERVICE))
    for name, old, new in edits:
        assert old.encode() in files[name], old
        files[name] = files[name].replace(old.encode(), new.encode(), 1)
    return read_package(files)


def said(*edits: tuple[str, str, str]) -> list[str]:
    return [change.text for change in c.changes(package(), edited(*edits))]


# Nothing is passed over ------------------------------------------------------------------------------------------


def tables(kind: Any, seen: set[type]) -> set[type]:
    """Every dataclass that can be reached from this type by its fields."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if kind not in seen and kind not in LEAVES:
            seen.add(kind)
            hints = typing.get_type_hints(kind)
            for field in dataclasses.fields(kind):
                if field.compare:
                    tables(hints[field.name], seen)
        return seen
    for inner in typing.get_args(kind):
        tables(inner, seen)
    return seen


def test_every_field_of_every_table_has_its_sentence() -> None:
    reachable = tables(Package, set()) - {Package}
    assert reachable == set(c.SAYS)
    for table in reachable:
        assert {field.name for field in dataclasses.fields(table) if field.compare} == set(c.SAYS[table]), (
            table
        )


def test_what_is_said_elsewhere_is_a_key_or_is_covered_by_another_field() -> None:
    silent = {
        (table.__name__, name)
        for table, fields in c.SAYS.items()
        for name, says in fields.items()
        if says is c.said_elsewhere
    }
    ids = {(table.__name__, "id") for table, fields in c.SAYS.items() if "id" in fields}
    keys = {("Tariff", "from_"), ("StatusRow", "at"), ("NoticeRow", "on"), ("NoticeRow", "text")}
    assert silent == ids | keys | {("Step", "number"), ("Sop", "kind")}


def test_the_closed_lists_have_all_their_words() -> None:
    assert set(words.WAIT_KIND) == set(WAIT_KINDS)
    assert set(words.RESULT) == RESULTS
    assert set(words.WORK) == WORK
    assert set(words.QUESTION_KIND) == set(KINDS)
    assert set(words.COMPONENT) == set(COMPONENTS)


Place = tuple[Any, ...]
KEPT = ("id", "at", "on", "files", "digest")  # rows are told apart by these, and the digest follows the files


def places(thing: Any, here: Place = ()) -> Iterator[Place]:
    """The way to every value of a package that could be another."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, LEAVES):
        for field in dataclasses.fields(thing):
            # what kind of folder it is stands in the package, too
            if field.compare and field.name not in KEPT and (*here, field.name) != ("sop", "kind"):
                yield from places(getattr(thing, field.name), (*here, field.name))
    elif isinstance(thing, dict):
        yield here
        for key, value in thing.items():
            yield from places(value, (*here, key))
    elif isinstance(thing, tuple) and thing and dataclasses.is_dataclass(thing[0]):
        yield here
        for number, value in enumerate(thing):
            yield from places(value, (*here, number))
    else:
        yield here


def put(thing: Any, place: Place, value: Any) -> Any:
    """The same package with another value there."""
    if not place:
        return value
    name, rest = place[0], place[1:]
    if isinstance(thing, dict):
        return {key: put(one, rest, value) if key == name else one for key, one in thing.items()}
    if isinstance(thing, tuple):
        return tuple(put(one, rest, value) if n == name else one for n, one in enumerate(thing))
    return dataclasses.replace(thing, **{name: put(getattr(thing, name), rest, value)})


def at(thing: Any, place: Place) -> Any:
    for name in place:
        thing = thing[name] if isinstance(thing, dict | tuple) else getattr(thing, name)
    return thing


def hint_of(whole: Package, place: Place) -> Any:
    owner = at(whole, place[:-1])
    return typing.get_type_hints(type(owner))[place[-1]] if dataclasses.is_dataclass(owner) else str


def another(value: Any, hint: Any, place: Place, luck: random.Random) -> Any:
    """Another value of the same kind; the same one where there is no other."""
    match value:
        case bool():
            return not value
        case int():
            return value + luck.choice((-1, 1, 7))
        case date():
            return value.replace(year=value.year + 1)
        case Span():
            return luck.choice((Span(value.n + 1, value.unit), Span(value.n, "bulan")))
        case ShowIf():
            return dataclasses.replace(value, values=(*value.values, "lain"))
        case str():
            return luck.choice((f"{value} baru", f"lain {value}", "lain"))
        case frozenset():
            return value ^ {"name"}
        case dict():
            return mixed(list(value.items()), luck, dict)
        case tuple():
            if place[-1] == "work":
                return (*value, luck.choice(sorted(WORK)))
            grown = mixed(list(value), luck, tuple)
            fits = not value or isinstance(value[0], str)
            return luck.choice((grown, (*value, "tambahan"))) if fits else grown
        case None:
            inner = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
            return {Span: Span(3, "jam"), ShowIf: ShowIf("nama-usaha", ("x",)), int: 4, str: "lain"}.get(
                inner[0]
            )
    raise AssertionError((value, place))


def mixed(values: list[Any], luck: random.Random, kind: Any) -> Any:
    """One less, or another order."""
    if values and luck.random() < 0.5:
        del values[luck.randrange(len(values))]
    else:
        luck.shuffle(values)
    return kind(values)


@given(st.randoms(use_true_random=False), st.sampled_from(FOLDERS))
def test_any_change_of_the_model_is_told(luck: random.Random, folder: Path) -> None:
    old = package(folder)
    place = luck.choice(list(places(old)))
    value = at(old, place)
    new = put(old, place, another(value, hint_of(old, place), place, luck))
    told = [change.text for change in c.changes(old, new)]
    same = at(new, place) == value and (not isinstance(value, dict) or list(at(new, place)) == list(value))
    if same or (isinstance(value, dict) and not value) or quiet(old, new, place):
        return
    assert told, (place, value, at(new, place))
    assert not [text for text in told if ODD.search(text) or not text.endswith(".")], told
    assert [change.text for change in c.changes(new, old)]


def quiet(old: Package, new: Package, place: Place) -> bool:
    """The order of keys of texts and components means nothing to anybody; a file that has it is told by its words."""
    return place[-1:] in (("components",), ("id",), ("en",)) and at(old, place) == at(new, place)


def test_every_place_is_told_at_least_once() -> None:
    """The same for each place of the shipped service, one by one, so that no sentence was never made."""
    old, luck = package(), random.Random(7)
    missed = []
    for place in places(old):
        value = at(old, place)
        for _ in range(20):
            other = another(value, hint_of(old, place), place, luck)
            if other != value or (isinstance(value, dict) and list(other) != list(value)):
                break
        else:
            continue
        new = put(old, place, other)
        if not quiet(old, new, place) and not c.changes(old, new):
            missed.append((place, other))
    assert missed == []


@given(
    st.sampled_from(sorted(load_folder(SERVICE))),
    st.integers(0, 10**6),
    st.sampled_from(["\n", "# x\n", "a", "9", " "]),
)
def test_any_change_of_the_content_is_told(name: str, where: int, text: str) -> None:
    files = dict(load_folder(SERVICE))
    spot = where % (len(files[name]) + 1)
    files[name] = files[name][:spot] + text.encode() + files[name][spot:]
    try:
        new = read_package(files)
    except Unsound:
        return
    told = c.changes(package(), new)
    assert bool(told) == (new.digest != package().digest)
    assert {change.file for change in told} == {name}


def test_no_change_gives_no_sentence() -> None:
    for folder in FOLDERS:
        assert c.changes(package(folder), package(folder)) == ()
    files = {name: data.replace(b"\n", b"\r\n") for name, data in load_folder(SERVICE).items()}
    assert c.changes(package(), read_package(files)) == ()  # as another editor writes it


# How it sounds ---------------------------------------------------------------------------------------------------

SOUNDS = {
    "norm": (("sop.toml", 'norm = "35 menit"', 'norm = "45 menit"'), "Norma langkah 4 naik dari 35 menit menjadi 45 menit."),
    "norm down": (("sop.toml", 'norm = "35 menit"', 'norm = "5 menit"'), "Norma langkah 4 turun dari 35 menit menjadi 5 menit."),
    "other unit": (("sop.toml", 'norm = "35 menit"', 'norm = "1 jam"'), "Norma langkah 4 berubah dari 35 menit menjadi 1 jam."),
    "rounds": (("sop.toml", "rounds = 2", "rounds = 3"), "Banyaknya putaran permintaan “Perbaikan persyaratan” naik dari 2 kali menjadi 3 kali."),
    "limit": (("sop.toml", 'limit = "5 hari kerja"', 'limit = "3 hari kerja"'), "Batas waktu permintaan “Perbaikan persyaratan” turun dari 5 hari kerja menjadi 3 hari kerja."),
    "word": (("texts.id.toml", "Sedang dinilai", "Sedang diperiksa"), "Status “diperiksa” berubah dari “Sedang dinilai” menjadi “Sedang diperiksa”."),
    "fee": (("service.toml", "amount_rupiah = 0", "amount_rupiah = 50000"), "Biaya sejak 1 April 2024 naik dari Rp 0 menjadi Rp 50.000."),
    "space": (("texts.id.toml", "Sedang dinilai", "Sedang  dinilai"), "Status “diperiksa” hanya berubah spasinya."),
    "label": (("form.toml", 'label = "Apa kegiatan usaha Anda?"', 'label = "Apa usaha Anda?"'), "Pertanyaan “Apa kegiatan usaha Anda?” kini berbunyi “Apa usaha Anda?”."),
    "layout": (("permit.typ", "#show", "// satu\n// dua\n#show"), "Tata letak surat berubah (permit.typ): 2 baris baru."),
    "remark": (("form.toml", "[[question]]", "# catatan\n[[question]]"), "Tulisan form.toml berubah (1 baris baru); yang diaturnya tetap sama."),
}  # fmt: skip


@pytest.mark.parametrize("what", SOUNDS)
def test_an_officer_understands_it(what: str) -> None:
    edit, sentence = SOUNDS[what]
    assert said(edit) == [sentence]


def test_what_comes_and_what_goes_is_named() -> None:
    new = '[[requirement]]\nid = "npwp"\nlabel = "NPWP"\nkind = "upload"\n\n[[tariff]]'
    with_npwp = edited(("service.toml", "[[tariff]]", new))
    assert [x.text for x in c.changes(package(), with_npwp)] == ["Persyaratan baru: NPWP (wajib)."]
    assert [x.text for x in c.changes(with_npwp, package())] == ["Persyaratan dihapus: “NPWP”."]


def test_of_a_long_text_only_what_differs_is_shown() -> None:
    old = "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas duabelas tigabelas"
    assert c.cut(old, old.replace("tujuh", "7 tujuh")) == (
        "… empat lima enam tujuh delapan sembilan …",
        "… empat lima enam 7 tujuh delapan sembilan …",
    )


def test_the_applicant_comes_first() -> None:
    told = c.changes(
        package(),
        edited(
            ("texts.id.toml", "Sedang dinilai", "Sedang diperiksa"),
            ("sop.toml", 'norm = "35 menit"', 'norm = "45 menit"'),
            ("service.toml", "amount_rupiah = 0", "amount_rupiah = 50000"),
        ),
    )
    assert [change.group for change in told] == [c.COST, c.PROCEDURE, c.WORDS]
