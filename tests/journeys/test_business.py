# SPDX-License-Identifier: Apache-2.0
"""From "Permohonan baru" to a NIB: a warung on a phone, then a second business of the same owner; inputs are counted.

The counts are limits (screens U9): more inputs or more screens than this is a step back, and fails.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from satupintu.accounts.actions import make_account
from satupintu.businesses.models import Business, BusinessActivity
from satupintu.catalog import actions as catalog
from satupintu.catalog.queries import REGION_LISTS
from satupintu.cli import demo
from satupintu.cli.regions import texts
from satupintu.core import regions
from satupintu.door.moment import at_moment, now
from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.person import Person

Comes = Callable[..., Person]
SARI = "sari@contoh.example"
MOST_TYPED, MOST_TYPED_AGAIN, MOST_SCREENS = 25, 8, 9


@pytest.fixture
def settled(transactional_db: None) -> None:
    """An office with perizinan berusaha, what the starter set knows, and somebody with an account."""
    since = now() - timedelta(days=60)
    with at_moment(since):
        catalog.load_starter(since)
        catalog.load_regions(regions.read(texts(REGION_LISTS)))
        office = demo.open_office("kampar", since)
        demo.publish_all(office, since)
    factories.no_quiet_hours(office)
    make_account(email=SARI, name="Sari Contoh", password="kuda laut biru")


class Screens:
    """How many pages ask for something."""

    def __init__(self, me: Person) -> None:
        self.me, self.count = me, 0

    def ask(self, heading: str) -> None:
        assert self.me.h1 == heading, (self.me.h1, self.me.text[:400])
        self.count += 1


def give_data(me: Person) -> None:
    """Data pelaku usaha, once and for all."""
    me.press("Permohonan baru")
    assert me.h1 == "Data pelaku usaha"
    me.choose("Usaha mikro dan kecil")
    me.write("NIK", "6102 0145 0890 0002")
    me.write("Jalan dan nomor", "Jalan Kenanga Nomor 7")
    me.write("Nama desa atau kelurahan", "langgini")
    me.press("Cari")
    me.choose("Langgini")
    me.press("Simpan")
    assert me.h1 == "Perizinan berusaha"


def complete(me: Person, screens: Screens) -> None:
    me.press("Permohonan baru")
    screens.ask("Data pelaku usaha")
    assert "6102 0145" not in me.text
    me.write("NPWP pribadi", "6102 0145 0890 0002")
    me.press("Simpan data")


def find(me: Person, screens: Screens, words: str, title: str) -> None:
    screens.ask("Apa usaha Anda?")
    me.write("Apa usaha Anda", words)
    me.press("Cari")
    me.choose(title)
    me.press("Lanjut")


def product(me: Person, screens: Screens, what: str) -> None:
    screens.ask("Produk/jasa")
    me.write("Jenis produk atau jasa", what)
    me.write("Kapasitas setahun", "3.600")
    me.page.get_by_label("Satuan").select_option("Porsi")
    me.press("Tambah")
    assert me.h1 == "Daftar produk/jasa"


def check(me: Person, screens: Screens, *, statements: int = 4) -> None:
    """The three check pages, the statements, the draft, and the button."""
    me.follow("Lanjut, periksa data usaha")
    assert me.h1 == "Periksa data usaha"
    me.follow("Lanjut ke daftar kegiatan usaha")
    assert me.h1 == "Daftar kegiatan usaha"
    me.follow("Proses perizinan berusaha")
    screens.ask("Pernyataan mandiri")
    me.press("Lanjut ke draf")
    assert len(me.mistakes()) == statements
    for box in me.page.get_by_role("checkbox").all():
        box.check()
    me.press("Lanjut ke draf")
    assert me.h1 == "Draf perizinan berusaha"
    me.press("Terbitkan perizinan berusaha")


@pytest.mark.parametrize(
    ("size", "script"),
    [(PHONE, False), (PHONE, True), (DESKTOP, True)],
    ids=["360px-no-js", "360px", "1280px"],
)
def test_a_warung_gets_its_nib(
    person: Comes, settled: None, deliver: Callable[[], None], size: tuple[int, int], script: bool
) -> None:
    me = person(size, script=script, who=SARI)
    screens = Screens(me)
    me.go("/saya")
    me.follow("Perizinan berusaha")
    give_data(me)
    complete(me, screens)
    find(me, screens, "56303", "Aktivitas Rumah Minum")

    screens.ask("Tempat usaha")
    me.write("Nama desa atau kelurahan", "langgini")
    me.press("Cari")
    me.choose("Langgini")
    me.write("Jalan dan nomor", "Jalan Melati Nomor 5")
    me.choose("Sewa")
    me.write("Luas tempat usaha", "-5")
    me.press("Lanjut")
    assert me.mistakes() == [
        "Galat: Luas harus lebih dari 0. Tulis luasnya dalam meter persegi, misalnya 24."
    ]
    me.write("Luas tempat usaha", "24")
    me.press("Lanjut")

    screens.ask("Usaha Anda")
    me.write("Nama usaha", "Warung Kopi Bu Sari")
    me.write("Apa yang dikerjakan", "Menyeduh dan menjual kopi, enam meja.")
    me.choose("Ya")
    me.press("Lanjut")

    screens.ask("Modal dan tenaga kerja")
    me.write("Modal kerja untuk 3 bulan", "15 juta")
    me.write("Mesin dan peralatan", "1,5 juta")
    me.write("Tenaga kerja perempuan", "2")
    me.press("Lanjut")

    screens.ask("Skala dan tingkat risiko")
    assert "Modal tanpa tanah dan bangunan Rp 16.500.000: usaha mikro" in me.text
    assert "Tingkat risiko: Rendah" in me.text
    me.press("Lanjut")

    product(me, screens, "Kopi tubruk")
    check(me, screens)
    assert Business.objects.get().nib in me.text  # at once, before its paper is made
    deliver()
    assert BusinessActivity.objects.get().name == "Warung Kopi Bu Sari"
    assert me.typed <= MOST_TYPED, me.typed
    assert screens.count <= MOST_SCREENS, screens.count

    me.go("/saya/usaha")
    assert Business.objects.get().nib in me.text
    second(me)


def second(me: Person) -> None:
    """A second business of the same person: what is known is shown and confirmed."""
    typed, screens = me.typed, Screens(me)
    me.press("Permohonan baru")
    screens.ask("Data pelaku usaha")
    me.press("Simpan data")
    find(me, screens, "56304", "Aktivitas Kedai Minuman")
    screens.ask("Tempat usaha")
    assert "Sebagian sudah kami isikan" in me.text
    me.press("Lanjut")
    screens.ask("Usaha Anda")
    me.write("Nama usaha", "Es Kelapa Bu Sari")
    me.write("Apa yang dikerjakan", "Menjual es kelapa muda.")
    me.choose("Ya")
    me.press("Lanjut")
    screens.ask("Modal dan tenaga kerja")
    me.write("Modal kerja untuk 3 bulan", "5 juta")
    me.press("Lanjut")
    screens.ask("Skala dan tingkat risiko")
    me.press("Lanjut")
    product(me, screens, "Es kelapa")
    check(me, screens)
    assert BusinessActivity.objects.count() == 2
    assert me.typed - typed <= MOST_TYPED_AGAIN, me.typed - typed
    assert screens.count <= MOST_SCREENS
