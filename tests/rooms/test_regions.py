# SPDX-License-Identifier: Apache-2.0
"""Regions: taking over a list, once and again, and finding a village by its name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from satupintu.catalog import actions, queries
from satupintu.catalog.models import Region, RegionWord
from satupintu.cli import main
from satupintu.cli.regions import texts
from satupintu.core import regions
from tests import factories as f

pytestmark = pytest.mark.django_db


def shipped() -> list[regions.Region]:
    return regions.read(texts(queries.REGION_LISTS))


def names(text: str, **more: str) -> list[str]:
    return [f"{one.name}/{one.district}" for one in queries.villages_like(text, 8, **more)]


def test_the_demo_knows_its_three_regencies() -> None:
    counts = [Region.objects.filter(level=level).count() for level in (1, 2, 3, 4)]
    assert counts == [2, 3, 46, 462]
    lies = queries.village("61.02.01.1006")
    assert lies is not None
    assert (lies.regency, lies.province) == ("Kabupaten Mempawah", "Kalimantan Barat")
    assert queries.village("61.02.01") is None
    assert queries.village("") is None


def test_a_second_time_nothing_changes() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        done = actions.load_regions(shipped())
    assert (done.new, done.renamed, done.gone, done.counts["kecamatan"]) == (0, 0, 0, 46)
    assert not [
        one for one in asked.captured_queries if one["sql"].startswith(("INSERT", "DELETE", "UPDATE", "COPY"))
    ]


def test_a_newer_list_adds_renames_and_no_longer_offers_what_it_leaves_out() -> None:
    old = shipped()
    gone = old[-1]
    newer = [
        regions.Region(one.code, "Nama Baru Sekali", one.parent) if one is old[-2] else one
        for one in old[:-1]
    ]
    newer.append(regions.Region("61.02.01.2099", "Desa Mekar Contoh", "61.02.01"))
    done = actions.load_regions(newer)
    assert (done.new, done.renamed, done.gone) == (1, 1, 1)
    assert names("baru sekali")[0].startswith("Nama Baru Sekali/")
    assert names("mekar contoh")[0].startswith("Desa Mekar Contoh/")
    assert queries.village(gone.code) is not None  # an address that names it still can be read
    assert gone.code not in {one.code for one in queries.villages_like(gone.name, 50)}


def test_a_list_that_was_cut_off_is_refused_whole() -> None:
    before = Region.objects.count(), RegionWord.objects.count()
    with f.refusal("catalog.regions-cut", 422):
        actions.load_regions(shipped()[:400])
    assert (Region.objects.count(), RegionWord.objects.count()) == before


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sungai pinyuh", "Sungai Pinyuh/Sungai Pinyuh"),
        ("SungaiPinyuh", "Sungai Pinyuh/Sungai Pinyuh"),
        ("desa pasir, mempawah hilir", "Pasir/Mempawah Hilir"),
        ("mempawah hilir pasir", "Pasir/Mempawah Hilir"),
        ("  PASIR   kab. mempawah ", "Pasir/Mempawah Hilir"),
        ("sungai pi", "Sungai Pinang/Tambang"),
        ("anti bar", "Antibar/Mempawah Timur"),
    ],
)
def test_a_village_is_found_as_people_type_it(typed: str, first: str) -> None:
    assert names(typed)[0] == first


def test_a_district_alone_gives_its_villages() -> None:
    its = Region.objects.filter(parent="61.02.01").count()
    found = queries.villages_like("mempawah hilir", 50)
    assert {one.district for one in found[:its]} == {"Mempawah Hilir"}
    assert {one.name for one in found[its:]} == {"Wajok Hilir"}  # it lies in Mempawah, and is called Hilir


def test_the_villages_of_the_office_come_first() -> None:
    near = [one.regency for one in queries.villages_like("sungai", 8, near="61.02")]
    assert set(near) == {"Kabupaten Mempawah"}
    far = [one.regency for one in queries.villages_like("sungai", 8, near="14.01")]
    assert set(far) == {"Kabupaten Kampar"}


@pytest.mark.parametrize("typed", ["", " ", "p", "tidakadadesaini", "%", "_", "'; --", "pasir tidakada"])
def test_what_names_no_village_finds_none(typed: str) -> None:
    assert names(typed) == []


def test_a_search_reads_a_beginning_and_not_the_whole_list() -> None:
    with CaptureQueriesContext(connection) as asked:
        queries.villages_like("mempawah hilir pasir")
    assert len(asked) <= 6
    assert not [one for one in asked.captured_queries if "LIKE" in one["sql"].upper()]


def test_the_command_says_what_it_took_over_and_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "daftar"
    shutil.copytree(queries.REGION_LISTS, folder)
    assert main(["regions", "import", str(folder)]) == 0
    assert "462 desa/kelurahan" in capsys.readouterr().out
    (folder / "villages.csv").write_text("code,district_code,name,luas\n", "utf-8")
    assert main(["regions", "import", str(folder), "--json"]) == 1
    assert "Kolom tidak dikenal: luas" in json.loads(capsys.readouterr().out)["message"]
    (folder / "villages.csv").unlink()
    assert main(["regions", "import", str(folder)]) == 2
    assert "tidak dapat dibuka" in capsys.readouterr().err
