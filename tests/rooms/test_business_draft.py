# SPDX-License-Identifier: Apache-2.0
"""Permohonan perizinan berusaha: its draft, page by page, up to "Terbitkan perizinan berusaha"."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from satupintu.applications import queries as applications
from satupintu.businesses.models import BusinessActor
from satupintu.catalog.models import Kbli, KbliMove, Revision, RiskRule
from satupintu.door.models import Event
from satupintu.door.moment import at_moment
from satupintu.licensing import queries as licensing
from tests import business, factories
from tests.business import CAPITAL, PLACE, PRODUCT, SHOP, Walk

pytestmark = pytest.mark.django_db
BAR, CAFE, EATERY, OTHER_CAFE = "56301", "56303", "56101", "56304"


@pytest.fixture
def walk(client: Client) -> Walk:
    return business.begin(client)


def words(page: str) -> str:
    """What stands on a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def mistakes(walk: Walk, typed: dict[str, str], name: str, *args: object) -> str:
    """What is said at the fields of a page that is not taken."""
    answer = walk.post(typed, name, *args)
    assert answer.status_code == 422
    return words(answer.content.decode())


def gaps(walk: Walk) -> list[str]:
    return [gap.kind for gap in licensing.gaps(walk.draft, walk.at)]


def test_a_warung_from_permohonan_baru_to_the_draft(walk: Walk) -> None:
    walk.actor()
    assert gaps(walk) == ["kegiatan"]
    ident = walk.warung(CAFE)
    assert gaps(walk) == ["pernyataan"]
    listed = words(walk.get("activities"))
    for said in (
        "Lokasi Usaha",
        "Mikro",
        "Rendah",
        "Warung Kopi Contoh",
        "Proses perizinan berusaha",
        "Bangkinang",
    ):
        assert said in listed
    assert "Rp 16.500.000: usaha mikro, sampai dengan Rp 1 miliar (PP 7/2021)" in words(
        walk.get("activity_check", ident)
    )
    assert walk.sign() == walk.href("business_draft")
    drafted = walk.get("business_draft")
    assert "Terbitkan perizinan berusaha" in drafted
    assert "Belum boleh beroperasi" not in drafted
    kept = walk.draft.answers
    told = {row.label: row.value for row in applications.answer_rows(walk.draft)}  # as officers read it
    assert told["Kegiatan usaha 1 · Luas tempat usaha"] == "24 m²"
    assert told["Kegiatan usaha 1 · Produk/jasa 1 · Satuan"] == "Porsi"
    assert applications.title(walk.draft) == "Warung Kopi Contoh"
    assert kept["jenis"] == "baru"
    (one,) = kept["kegiatan"]
    assert one["kbli"] == {"version": "2025", "code": CAFE, "title": one["kbli"]["title"]}
    assert (one["luas"], one["modal-kerja"], one["modal-mesin"], one["modal-tanah"]) == (
        "24",
        15_000_000,
        1_500_000,
        0,
    )
    assert one["risiko"]["risk"] == "R"
    assert one["produk"][0]["kapasitas"] == 3600


def test_the_data_of_the_actor_are_sealed_shown_masked_and_confirmed(walk: Walk) -> None:
    page = walk.get("business_actor")
    assert "6102014508900002" not in page
    assert "0002" in page
    said = mistakes(walk, {"npwp": "12", "surel": "sari"}, "business_actor")
    assert "NPWP" in said
    assert "Alamat surel belum lengkap" in said
    walk.actor()
    owner = BusinessActor.objects.get(person__account__email=factories.APPLICANT)
    assert (owner.npwp, owner.email) == ("6102014508900002", "sari@contoh.example")
    told = Event.objects.filter(kind="actor.changed").count()
    walk.actor()  # confirmed, not changed: nothing is told
    assert Event.objects.filter(kind="actor.changed").count() == told
    assert not [e for e in Event.objects.filter(kind="actor.changed") if "sari@" in str(e.data)]


@pytest.mark.parametrize(
    ("number", "wrong", "said"),
    [
        (2, {"luas": "-5"}, "Luas harus lebih dari 0"),
        (2, {"desa": "14.01.01.9999"}, "tidak ada di daftar"),
        (2, {"alamat.jalan": ""}, "belum diisi"),
        (3, {"nama-usaha": ""}, "“Nama usaha” belum diisi"),
        (3, {"mulai": "kapan-kapan"}, "Tanggal tidak terbaca"),
        (4, {"modal-kerja": "banyak"}, "Jumlah uang tidak terbaca"),
        (4, {"pekerja-perempuan": ""}, "Isi sedikitnya satu orang"),
        (4, {"pekerja-perempuan": "-1"}, "angka bulat"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_lost(
    walk: Walk, number: int, wrong: dict[str, str], said: str
) -> None:
    ident = walk.kbli(CAFE)
    typed = {2: PLACE, 3: SHOP, 4: CAPITAL}[number]
    page = walk.post({**typed, **wrong}, "activity_page", ident, number)
    assert page.status_code == 422
    assert said in words(page.content.decode())
    for name, text in {**typed, **wrong}.items():
        if text and name not in ("desa", "berjalan", "penguasaan"):
            assert html.escape(text) in page.content.decode(), name


def test_empty_everything_is_said_question_by_question(walk: Walk) -> None:
    ident = walk.kbli(CAFE)
    for number in (2, 3, 4):
        assert "Galat" in mistakes(walk, {}, "activity_page", ident, number)
    assert "Belum dipilih" in mistakes(walk, {}, "activity_new")
    assert "belum diisi" in mistakes(walk, {}, "product_new", ident)
    walk.onward({"nanti": "1"}, "activity_page", ident, 3)  # what is not answered yet may wait


def test_one_milliard_is_micro_and_one_more_is_small(walk: Walk) -> None:
    ident = walk.activity(EATERY, {**CAPITAL, "modal-kerja": "998,5 juta"})
    assert "usaha mikro, sampai dengan Rp 1 miliar" in words(walk.get("activity_page", ident, 5))
    walk.onward({**CAPITAL, "modal-kerja": "998.500.001"}, "activity_page", ident, 4)
    assert "usaha kecil, sampai dengan Rp 5 miliar" in words(walk.get("activity_page", ident, 5))


def test_land_and_building_do_not_count(walk: Walk) -> None:
    ident = walk.activity(CAFE, {**CAPITAL, "modal-tanah": "20 miliar", "modal-bangunan": "20 miliar"})
    assert "Rp 16.500.000: usaha mikro" in words(walk.get("activity_page", ident, 5))


def test_scope_is_asked_only_where_the_risk_depends_on_it(walk: Walk) -> None:
    ident = walk.activity(EATERY)
    page = walk.get("activity_page", ident, 5)
    assert "Ruang lingkup kegiatan" in page
    assert "Belum dipilih" in mistakes(walk, {}, "activity_page", ident, 5)
    assert walk.onward({"ruang-lingkup": "Restoran"}, "activity_page", ident, 5) == walk.href(
        "activity_page", ident, 5
    )
    assert "Tingkat risiko: Rendah" in words(walk.get("activity_page", ident, 5))
    assert walk.onward({}, "activity_page", ident, 5) == walk.href("product_new", ident)
    walk.onward({"ulang": "1"}, "activity_page", ident, 5)
    assert walk.draft.answers["kegiatan"][0]["ruang-lingkup"] == ""
    other = walk.activity(CAFE)
    assert "Ruang lingkup" not in walk.get("activity_page", other, 5)


def test_what_the_table_does_not_know_stops_and_is_not_guessed(walk: Walk) -> None:
    RiskRule.objects.filter(kbli__code=CAFE).delete()
    ident = walk.activity(CAFE)
    page = words(walk.get("activity_page", ident, 5))
    assert "belum memuat kegiatan ini" in page
    assert "Tanya petugas loket" in page
    assert walk.post({}, "activity_page", ident, 5).status_code == 200
    assert "risiko" in gaps(walk)


def test_a_place_in_another_region_says_which_office(walk: Walk) -> None:
    ident = walk.kbli(CAFE)
    answer = walk.post({**PLACE, "desa": business.ELSEWHERE}, "activity_page", ident, 2)
    assert answer.status_code == 422
    assert "Tempat ini di luar wilayah kantor" in answer.content.decode()
    assert reverse("portal:home", args=["mempawah"]) in answer.content.decode()
    assert "desa" not in walk.draft.answers["kegiatan"][0]


def test_of_two_tabs_the_second_is_told_and_loses_nothing(walk: Walk) -> None:
    ident = walk.activity(CAFE)
    old = re.search(r'name="dilihat" value="([^"]*)"', walk.get("activity_page", ident, 3))
    assert old is not None
    walk.onward({**SHOP, "nama-usaha": "Kopi Tab Pertama"}, "activity_page", ident, 3)
    answer = walk.post({**SHOP, "nama-usaha": "Kopi Tab Kedua"}, "activity_page", ident, 3, seen=old[1])
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Kopi Tab Pertama" in page
    assert "Kopi Tab Kedua" in page
    assert walk.draft.answers["kegiatan"][0]["nama-usaha"] == "Kopi Tab Pertama"
    again = re.search(r'name="dilihat" value="([^"]*)"', page)
    assert again is not None
    answer = walk.post({**SHOP, "nama-usaha": "Kopi Tab Kedua"}, "activity_page", ident, 3, seen=again[1])
    assert answer.status_code == 302
    assert walk.draft.answers["kegiatan"][0]["nama-usaha"] == "Kopi Tab Kedua"


def test_products_are_added_changed_and_taken_out(walk: Walk) -> None:
    ident = walk.activity(CAFE)
    walk.onward(PRODUCT, "product_new", ident)
    said = mistakes(walk, {**PRODUCT, "halal": "ya"}, "product_new", ident)
    assert "“Nomor sertifikat halal” belum diisi" in said
    walk.onward(
        {**PRODUCT, "jenis": "Pisang goreng", "halal": "ya", "halal-nomor": "ID001"}, "product_new", ident
    )
    listed = words(walk.get("products", ident))
    assert "Pisang goreng" in listed
    assert "3.600" in listed
    first, second = walk.draft.answers["kegiatan"][0]["produk"]
    walk.onward({**PRODUCT, "merek": "Sari"}, "product", ident, first["id"])
    walk.onward({"hapus": "1"}, "product", ident, second["id"])
    (left,) = walk.draft.answers["kegiatan"][0]["produk"]
    assert left["merek"] == "Sari"
    assert walk.get("product", ident, second["id"], status=404)


def test_a_high_risk_says_what_it_does_not_allow_and_asks_for_its_paper(walk: Walk) -> None:
    walk.actor()
    ident = walk.activity(BAR)
    page = words(walk.get("activity_page", ident, 5))
    assert "Tingkat risiko: Tinggi." in page
    assert "baru boleh beroperasi setelah terverifikasi" in page
    walk.onward({}, "activity_page", ident, 5)
    walk.onward(PRODUCT, "product_new", ident)
    one = licensing.activities(walk.draft, walk.at)[0]
    assert one.environment == ("UKL-UPL", "AMDAL"), one.shown
    assert gaps(walk) == ["lingkungan"]
    assert "Belum ada berkas yang dipilih" in mistakes(
        walk, {"lingkungan": "UKL-UPL"}, "activity_environment", ident
    )
    with at_moment(walk.at):
        file = SimpleUploadedFile("ukl.png", factories.picture(), "image/png")
        page = walk.get("activity_environment", ident)
        mark = re.search(r'name="dilihat" value="([^"]*)"', page)
        assert mark is not None
        typed = {"lingkungan": "UKL-UPL", "berkas": file, "dilihat": mark[1]}
        assert walk.client.post(walk.href("activity_environment", ident), typed).status_code == 302
    assert gaps(walk) == ["pernyataan"]
    walk.sign()
    drafted = words(walk.get("business_draft"))
    assert "Izin (belum terverifikasi)" in drafted
    assert "Belum boleh beroperasi" in drafted
    assert "sppl" not in walk.draft.statements
    assert "standar" in walk.draft.statements


def test_statements_are_ticked_one_by_one_and_their_text_is_kept(walk: Walk) -> None:
    walk.actor()
    walk.warung(CAFE)
    said = mistakes(walk, {"p-benar": "ya"}, "business_statements")
    assert "belum dicentang" in said
    assert set(walk.draft.statements) == {"benar"}
    walk.sign()
    kept = walk.draft.statements
    assert set(kept) == {"tata-ruang", "sppl", "k3l", "benar"}
    assert kept["benar"] == applications.statements(walk.draft)["benar"].text
    draft = walk.draft
    draft.statements = {**kept, "benar": "Bunyi yang lama."}
    draft.save()
    assert gaps(walk) == ["pernyataan"]


def test_a_table_replaced_in_the_meantime_is_shown_and_confirmed(walk: Walk) -> None:
    walk.actor()
    ident = walk.warung(CAFE)
    walk.sign()
    RiskRule.objects.filter(kbli__code=CAFE, scale="mikro").update(risk="MT", days=7, basis="PP baru contoh")
    assert gaps(walk) == ["risiko"]
    assert "Skala dan tingkat risiko" in walk.get("business_draft")
    page = words(walk.get("activity_page", ident, 5))
    assert "Dulu: Rendah. Sekarang: Menengah Tinggi." in page
    assert walk.draft.answers["kegiatan"][0]["risiko"]["risk"] == "R"  # the row that was shown stays
    walk.onward({}, "activity_page", ident, 5)
    assert walk.draft.answers["kegiatan"][0]["risiko"]["risk"] == "MT"
    assert gaps(walk) == ["pernyataan"]  # "standar" is called for now


def test_capital_that_changes_the_scale_asks_to_see_the_risk_again(walk: Walk) -> None:
    walk.actor()
    ident = walk.warung(CAFE)
    walk.onward({**CAPITAL, "modal-kerja": "8 miliar"}, "activity_page", ident, 4)
    assert gaps(walk) == ["risiko"]


def test_a_second_activity_begins_with_what_is_known(walk: Walk) -> None:
    walk.actor()
    walk.warung(CAFE)
    other = walk.kbli(OTHER_CAFE)
    page = walk.get("activity_page", other, 2)
    assert "Jalan Melati Nomor 5" in page
    assert "Sebagian sudah kami isikan" in page
    assert "desa" not in licensing.item(walk.draft, other)  # shown, not yet kept


def test_a_kbli_that_does_not_stand_is_not_taken(walk: Walk) -> None:
    assert "KBLI 99999 tidak ada di daftar yang berlaku" in mistakes(walk, {"kbli": "99999"}, "activity_new")
    Kbli.objects.filter(version="2025", code=CAFE).update(valid_to=walk.at.date() - timedelta(days=1))
    assert f"KBLI {CAFE} tidak ada" in mistakes(walk, {"kbli": CAFE}, "activity_new")


def test_everyday_words_find_the_kbli_and_tell_it_from_its_neighbours(walk: Walk) -> None:
    with at_moment(walk.at):
        page = words(walk.client.get(walk.href("activity_new"), {"q": "warung kopi"}).content.decode())
        nothing = words(walk.client.get(walk.href("activity_new"), {"q": "qxzqxz"}).content.decode())
    assert f"({CAFE})" in page
    assert "Ini untuk" in page
    assert "tidak ketemu" in nothing


def test_a_code_that_ended_leads_to_what_it_became(walk: Walk) -> None:
    old, new = (Kbli.objects.get(version="2025", code=code) for code in (CAFE, OTHER_CAFE))
    KbliMove.objects.create(
        of=Kbli.objects.create(version="2020", code="00001", title="Kafe Lama", authority="", basis="Contoh"),
        to=new, to_version="2025", change="1-1", valid_from=walk.at.date(), begun=Revision.objects.latest("pk"),
    )  # fmt: skip
    assert old.holds(walk.at.date())
    with at_moment(walk.at):
        page = words(walk.client.get(walk.href("activity_new"), {"q": "00001"}).content.decode())
    assert f"({OTHER_CAFE})" in page
    assert "Kode 00001 di KBLI 2020 kini menjadi kode ini" in page


def test_an_activity_is_taken_out(walk: Walk) -> None:
    ident = walk.warung(CAFE)
    assert walk.onward({"hapus": "1"}, "activity_check", ident) == walk.href("activities")
    assert walk.draft.answers["kegiatan"] == []
    assert walk.get("activity_check", ident, status=404)


def test_the_draft_goes_on_where_it_was_left(walk: Walk) -> None:
    def leads() -> str:
        with at_moment(walk.at):
            return str(walk.client.get(walk.href("business"))["Location"])

    assert leads() == walk.href("business_actor")
    walk.actor()
    ident = walk.kbli(CAFE)
    assert leads() == walk.href("activity_page", ident, 2)
    walk.onward(PLACE, "activity_page", ident, 2)
    assert leads() == walk.href("activity_page", ident, 3)
    walk.onward(SHOP, "activity_page", ident, 3)
    walk.onward(CAPITAL, "activity_page", ident, 4)
    assert leads() == walk.href("activity_page", ident, 5)
    walk.onward({}, "activity_page", ident, 5)
    assert leads() == walk.href("product_new", ident)
    walk.onward(PRODUCT, "product_new", ident)
    assert leads() == walk.href("activities")
    walk.sign()
    assert leads() == walk.href("business_draft")


def test_the_general_pages_lead_to_these(walk: Walk) -> None:
    with at_moment(walk.at):
        for name, args in (("page", [1]), ("documents", []), ("review", [])):
            answer = walk.client.get(walk.href(name, *args))
            assert answer["Location"] == walk.href("business"), name
        assert walk.client.post(walk.href("review"), {}).status_code == 302
        assert "Perizinan berusaha" in walk.client.get(reverse("portal:mine")).content.decode()


def test_nobody_elses_draft(walk: Walk) -> None:
    ident = walk.warung(CAFE)
    stranger = factories.newcomer("orang@lain.example")
    factories.log_in(walk.client, stranger)
    for name, args in (
        ("business", []), ("business_actor", []), ("activity_new", []), ("activities", []), ("business_draft", []),
        ("business_statements", []), ("activity_kbli", [ident]), ("activity_page", [ident, 2]), ("products", [ident]),
        ("product_new", [ident]), ("activity_check", [ident]), ("activity_environment", [ident]),
    ):  # fmt: skip
        walk.get(name, *args, status=404)


def test_a_second_click_begins_no_second_draft(walk: Walk) -> None:
    assert business.begin(walk.client).key == walk.key
    walk.kbli(CAFE)
    assert business.begin(walk.client).key != walk.key
