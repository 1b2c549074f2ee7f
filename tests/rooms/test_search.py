# SPDX-License-Identifier: Apache-2.0
"""An officer finds a file: by number in every spelling, by words of its name, in one year or in all, in his office only."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from satupintu.accounts.models import Account
from satupintu.cases import queries, search
from satupintu.cases.models import Case, Word
from satupintu.core.search import words
from satupintu.offices.models import NumberBook, Office
from tests import factories as f

Stage = Callable[[str], Case]
THIS, LAST = 2026, 2025


def file(like: Case, number: int, title: str, *, year: int = THIS, office: str = "mempawah") -> Case:
    """A file as the actions leave it, of any year and office; later ones are newer."""
    case, where = Case.objects.get(pk=like.pk), Office.objects.get(slug=office)
    case.pk, case.key, case.office, case.title = None, uuid.uuid4(), where, title
    case.receipt = f"SP-{where.region_code}-{year % 100}-{number:06d}"
    case.opened_at = f.AT.replace(year=year) + timedelta(minutes=Case.objects.count())
    case.save(force_insert=True)
    for word in words(title):
        Word.objects.create(case=case, office=where, year=year, word=word.encode())
    book, _ = NumberBook.objects.get_or_create(office=where, name="receipt", year=year)
    NumberBook.objects.filter(pk=book.pk).update(last=max(book.last, number))
    return case


@pytest.fixture
def shelf(stage: Stage) -> Case:
    """Some files of two years and two offices."""
    like = stage("verifikasi")
    for number, title in ((101, "Toko Roti Melati"), (102, "Rotan Jaya"), (110_102, "CV Roti Bakar 88")):
        file(like, number, title)
    file(like, 102, "Roti Lama", year=LAST)
    file(like, 102, "Roti Kampar", office="kampar")
    return like


def found(text: str, year: int | None = THIS, who: str = "auditor", limit: int = 100) -> list[str]:
    return [row.title for row in queries.search(f.actor(who), text, year=year, limit=limit).rows]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("{0}", "Rotan Jaya"),
        ("{0} ", "Rotan Jaya"),
        ("26-000102", "Rotan Jaya"),
        ("000102", "Rotan Jaya"),
        ("102", "Rotan Jaya"),
        ("110102", "CV Roti Bakar 88"),
        ("25-000102", "Roti Lama"),
    ],
)
def test_a_number_is_found_in_every_spelling(shelf: Case, typed: str, title: str) -> None:
    whole = Case.objects.get(title="Rotan Jaya").receipt
    for spelled in {typed.format(whole), typed.format(whole.replace("-", "")), typed.format(whole.lower())}:
        assert found(spelled) == [title]


def test_the_last_figures_of_a_number_are_enough(shelf: Case) -> None:
    assert found("0102") == ["CV Roti Bakar 88", "Rotan Jaya"]
    assert found("0102", None) == ["CV Roti Bakar 88", "Rotan Jaya", "Roti Lama"]
    assert found("0103") == []


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("rotan", ["Rotan Jaya"]),
        ("ROT", ["CV Roti Bakar 88", "Rotan Jaya", "Toko Roti Melati"]),
        ("roti", ["CV Roti Bakar 88", "Toko Roti Melati"]),
        ("melati roti", ["Toko Roti Melati"]),
        ("rot jay", ["Rotan Jaya"]),
        ("roti jaya", []),
        ("oti", []),
        ("88", ["CV Roti Bakar 88"]),
        ("roti 88", ["CV Roti Bakar 88"]),
        ("--", []),
    ],
)
def test_a_name_is_found_by_the_beginnings_of_its_words(shelf: Case, typed: str, titles: list[str]) -> None:
    assert found(typed) == titles


def test_a_year_is_searched_alone_or_all_of_them(shelf: Case) -> None:
    assert found("roti lama") == []
    assert found("roti lama", LAST) == ["Roti Lama"]
    assert found("roti", None) == ["CV Roti Bakar 88", "Toko Roti Melati", "Roti Lama"]
    assert queries.search(f.actor("auditor"), "roti", year=None).years == (THIS, LAST)


def test_another_office_is_never_found(shelf: Case) -> None:
    theirs = Case.objects.get(title="Roti Kampar")
    for typed in ("kampar", theirs.receipt, theirs.receipt[3:]):
        assert found(typed, None) == []
    kampar = queries.search(f.actor("auditor", office="kampar"), theirs.receipt, year=None).rows
    assert [row.title for row in kampar] == ["Roti Kampar"]


def test_the_newest_come_first_and_whole_words_before_the_rest(shelf: Case) -> None:
    for number in range(200, 210):
        file(shelf, number, f"Rotiku {number}")
    assert found("roti", limit=4)[-2:] == ["CV Roti Bakar 88", "Toko Roti Melati"]  # though they are older
    assert found("roti", limit=3)[0] == "Rotiku 209"
    assert found("rotiku", limit=3) == ["Rotiku 209", "Rotiku 208", "Rotiku 207"]


def test_one_file_is_shown_once(shelf: Case) -> None:
    file(shelf, 300, "Mandiri Mandala")
    assert found("mand") == ["Mandiri Mandala"]
    assert found("mandiri mandala") == ["Mandiri Mandala"]


@pytest.mark.parametrize(
    ("typed", "year", "most"),
    [
        ("000102", THIS, 6),
        ("roti", THIS, 6),
        ("zz", THIS, 5),
        ("roti toko melati", THIS, 8),
        ("roti toko", None, 9),
    ],
)
def test_a_search_asks_little(shelf: Case, typed: str, year: int | None, most: int) -> None:
    actor = f.actor("auditor")
    queries.search(actor, typed, year=year)  # what is kept in memory is there
    with CaptureQueriesContext(connection) as asked:
        queries.search(actor, typed, year=year)
    assert len(asked) <= most, "\n".join(one["sql"][:150] for one in asked)


# The same as reading everything ---------------------------------------------------------------------------------------

NAMES = ("roti", "rotan", "rotiku", "toko", "tokoh", "melati", "mela", "88")
TITLES = [" ".join(NAMES[(n * step) % 8] for step in (3, 5, 7)) for n in range(24)]


def by_reading(
    files: list[tuple[int, int, tuple[str, ...]]], years: set[int], asked: list[str], most: int
) -> list[int]:
    """What a search shall give, by looking at every file. files: (row id, year, words of the title)."""
    found: list[int] = []
    for year in sorted(years, reverse=True):
        there = sorted(((pk, has) for pk, its_year, has in files if its_year == year), reverse=True)
        whole = [pk for pk, has in there if all(word in has for word in asked)]
        begun = [pk for pk, has in there if all(any(one.startswith(word) for one in has) for word in asked)]
        found += [*whole, *(pk for pk in begun if pk not in whole)][: most - len(found)]
    return found


@pytest.fixture
def full_shelf(stage: Stage) -> list[tuple[int, int, tuple[str, ...]]]:
    """Files of two years, some of another office among them; one was sent when it was another year elsewhere."""
    like, made = stage("verifikasi"), []
    Word.objects.all().delete()
    for number, title in enumerate(TITLES):
        for year, office in ((LAST, "mempawah"), (THIS, "mempawah"), (THIS, "kampar")):
            case = file(like, 1000 + number, title, year=year, office=office)
            if office == "mempawah":
                made.append((case.pk, year, words(title)))
    oldest = min(pk for pk, year, _ in made if year == THIS)
    Case.objects.filter(pk=oldest).update(opened_at=f.AT.replace(year=LAST, month=12, day=31, hour=18))
    return made


@pytest.mark.parametrize(
    ("common", "newest"),
    [(10_000, 3_000), (8, 30), (1, 3_000), (1, 4)],
    ids=["all rare", "some common", "all common", "few newest"],
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(
        st.sampled_from(sorted({name[:n] for name in NAMES for n in range(1, 7)} | {"zz"})),
        min_size=1, max_size=3, unique=True,
    ),
    years=st.sets(st.sampled_from((LAST, THIS)), min_size=1),
    most=st.integers(1, 30),
)  # fmt: skip
def test_a_search_gives_what_reading_every_file_would(
    full_shelf: list[tuple[int, int, tuple[str, ...]]], common: int, newest: int,
    asked: list[str], years: set[int], most: int,
) -> None:  # fmt: skip
    office = Office.objects.get(slug="mempawah").pk
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "COMMON", common)
        patch.setattr(search, "GLANCE", newest // 2)
        patch.setattr(search, "NEWEST", newest)
        found = search.by_name(office, years, asked, most)
    assert found == by_reading(full_shelf, years, asked, most)


# What is sent is found -----------------------------------------------------------------------------------------------


# Each example sends an application: when one fails, minutes of looking for a smaller one are not worth it.
@settings(
    max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12))
@pytest.mark.usefixtures("stage")
def test_what_is_sent_is_found_by_every_word_of_its_title(db: None, name: str) -> None:
    case = f.sent(f.AT, **{"nama-usaha": f"Rumah-Makan {name} Pondok"})
    asked = words(case.title)
    assert {"rumah", "makan", "pondok"} <= set(asked)
    kept = Word.objects.filter(case=case)
    assert {(word.office_id, word.year, bytes(word.word).decode()) for word in kept} == {
        (case.office_id, THIS, word) for word in asked
    }
    for word in (*asked, case.title, case.receipt):
        rows = queries.search(f.actor("auditor"), word, year=THIS).rows
        assert case.key in {row.key for row in rows}, word


def test_the_year_is_the_offices_own(stage: Stage) -> None:
    stage("verifikasi")
    case = f.sent(f.AT.replace(month=12, day=31, hour=18))  # already 1.00 on 1 January in Mempawah
    assert set(Word.objects.filter(case=case).values_list("year", flat=True)) == {THIS + 1}
    assert case.receipt.startswith(f"SP-{case.office.region_code}-27-")


def test_files_of_before_get_the_same_words(shelf: Case) -> None:
    """The data migration, there and back: it leaves what the actions would have left."""
    migration = import_module("satupintu.cases.migrations.0004_words_of_titles")
    f.sent(f.AT.replace(month=12, day=31, hour=18))
    written = set(Word.objects.values_list("case_id", "office_id", "year", "word"))
    migration.take_away(apps, None)
    assert not Word.objects.exists()
    migration.write(apps, None)
    assert set(Word.objects.values_list("case_id", "office_id", "year", "word")) == written
    assert len({case for case, *_ in written}) == Case.objects.count() > 5


# The page ------------------------------------------------------------------------------------------------------------


def page(address: str) -> str:
    client = Client()
    f.log_in(client, Account.objects.get(email="auditor@mempawah.example"))
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_what_was_searched_and_offers_the_years(shelf: Case) -> None:
    html = page("/meja?q=rot&tahun=2025")
    assert "Dicari pada nama usaha berkas tahun 2025; awal kata sudah cukup." in html
    assert "Roti Lama" in html
    assert "Rotan Jaya" not in html
    assert '<option value="2025" selected>2025</option>' in html
    assert '<option value="semua">Semua tahun</option>' in html
    assert "Dicari sebagai nomor tanda terima semua tahun." in page("/meja?q=000102&tahun=semua")
    assert "Dicari sebagai nomor tanda terima tahun 2025." in page("/meja?q=25-000102&tahun=semua")


def test_the_page_says_where_else_to_look(shelf: Case) -> None:
    html = page("/meja?q=zzz&tahun=2025")
    assert "Ketik lebih sedikit huruf" in html
    assert 'href="/meja?q=zzz&amp;tahun=semua"' in html
    assert "Periksa lagi angka pada tanda terima." in page("/meja?q=999999&tahun=semua")
    assert "Cari di semua tahun" not in page("/meja?q=zzz&tahun=semua")


def test_a_year_nobody_offers_does_no_harm(shelf: Case) -> None:
    assert "Tidak ada berkas yang cocok." in page("/meja?q=rot&tahun=1999")
    assert "Roti Lama" in page("/meja?q=roti&tahun=2025")
    page("/meja?q=rot&tahun=x")
