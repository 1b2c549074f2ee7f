# SPDX-License-Identifier: Apache-2.0
"""An administrator finds a code in everyday words and corrects its risk; on a phone without scripts, too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from satupintu.catalog import actions
from satupintu.door.moment import now
from satupintu.offices.models import Office
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]


@pytest.mark.parametrize(("size", "script"), [(DESKTOP, True), (PHONE, False)])
def test_s8_a_risk_is_found_and_corrected(
    person: Comes, office: Office, size: tuple[int, int], script: bool
) -> None:
    actions.load_starter(now())
    factories.newcomer("admin@mempawah.example", "administrator")
    one = person(size, script=script, who="admin")
    one.go("/kelola/katalog")
    assert one.h1 == "Katalog KBLI"
    one.write("Kata sehari-hari atau kode", "depot air isi ulang")
    one.press("Cari")
    assert "Ini untuk mengisi ulang air minum galon" in one.text
    one.follow("11052 Industri Air Minum Isi Ulang")
    assert "Contoh, bukan ketentuan" in one.text
    one.follow("Koreksi Usaha mikro")
    one.choose("Tinggi")
    one.press("Simpan koreksi")
    assert "“Dasar hukum” belum diisi." in one.mistakes()[0]
    one.write("Dasar hukum", "PP Contoh 1/2026 Lampiran I")
    one.press("Simpan koreksi")
    assert "Koreksi tersimpan" in one.text
    assert "Usaha mikro: Tinggi" in one.text
    assert "PP Contoh 1/2026" in one.text
