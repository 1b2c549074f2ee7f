# SPDX-License-Identifier: Apache-2.0
"""From the draft to what is issued; then the same business changes, closes, and applies again, by the same pages."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from satupintu.applications.models import Application
from satupintu.businesses.models import Business, BusinessActivity, BusinessActor
from satupintu.door.moment import at_moment
from satupintu.licensing import queries as licensing
from tests import business, factories
from tests.business import CAPITAL, PRODUCT, SHOP, Walk
from tests.rooms.test_business_draft import CAFE, EATERY, OTHER_CAFE, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(client: Client) -> Walk:
    """A café that has its NIB."""
    walk = business.begin(client)
    walk.actor()
    walk.warung(CAFE)
    walk.sign()
    walk.issue()
    return walk


def again(walk: Walk, kind: str) -> Walk:
    """The change or the closing of the activity, begun from the list of one's own."""
    row = BusinessActivity.objects.get(valid_to=None)
    where = reverse("portal:activity_begin", args=[row.business.actor.key, row.activity, kind])
    with at_moment(walk.at):
        answer = walk.client.post(where)
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    key = Application.objects.latest("pk").key
    assert str(key) in answer["Location"]
    return Walk(walk.client, key, walk.at)


def test_what_was_drafted_is_issued(issued: Walk) -> None:
    (row,) = BusinessActivity.objects.all()
    assert (row.code, row.risk, row.scale, row.name) == (CAFE, "R", "mikro", "Warung Kopi Contoh")
    held = Business.objects.get()
    assert re.fullmatch(r"00\d{11}", held.nib)
    with at_moment(issued.at):
        own = words(issued.client.get(reverse("portal:businesses")).content.decode())
    for said in (held.nib, "Warung Kopi Contoh", "Versi 1", "Ubah data", "Tutup kegiatan usaha"):
        assert said in own
    with at_moment(issued.at):
        answer = issued.client.get(issued.href("business"))
        assert answer["Location"] == reverse("portal:application", args=[issued.key])
        assert issued.client.post(issued.href("activity_new"), {"kbli": CAFE}).status_code == 409


def test_an_incomplete_draft_is_not_issued(client: Client) -> None:
    walk = business.begin(client)
    walk.actor()
    walk.warung(CAFE)
    assert walk.onward({}, "business_draft") == walk.href("business_draft")
    assert walk.draft.case_id is None


def test_a_change_keeps_its_history(issued: Walk) -> None:
    walk = again(issued, "ubah")
    assert walk.draft.answers["jenis"] == "ubah"
    (one,) = walk.draft.answers["kegiatan"]
    page = walk.get("activity_page", one["id"], 3)
    assert "Warung Kopi Contoh" in page
    walk.onward({**SHOP, "nama-usaha": "Kopi Sari"}, "activity_page", one["id"], 3)
    walk.onward({**CAPITAL, "modal-kerja": "20 juta"}, "activity_page", one["id"], 4)
    walk.onward({}, "activity_page", one["id"], 5)
    walk.sign()
    walk.issue()
    new, old = BusinessActivity.objects.order_by("-version")
    assert (old.name, new.name, new.activity) == ("Warung Kopi Contoh", "Kopi Sari", old.activity)
    assert new.details["modal-kerja"] == 20_000_000
    assert old.valid_to is not None
    with at_moment(walk.at):
        own = words(walk.client.get(reverse("portal:businesses")).content.decode())
    assert "Versi 2" in own
    assert "Versi 1" in own


def test_a_closing_needs_no_form_and_keeps_the_history(issued: Walk) -> None:
    walk = again(issued, "tutup")
    assert "Anda akan menutup kegiatan usaha ini" in walk.get("activities")
    walk.sign()
    assert set(walk.draft.statements) == {"benar"}
    assert "Tutup kegiatan usaha" in walk.get("business_draft")
    walk.issue()
    row = BusinessActivity.objects.get()
    assert row.closed
    with at_moment(walk.at):
        own = words(walk.client.get(reverse("portal:businesses")).content.decode())
    assert "Ditutup" in own
    assert "Ubah data" not in own


def test_a_second_business_is_confirmed_not_typed_again(issued: Walk) -> None:
    walk = business.begin(issued.client)
    page = walk.get("business_actor")
    assert "6102014508900002" in page  # her own NPWP, in her own box
    assert walk.onward({**business.ACTOR}, "business_actor") == walk.href("activity_new")
    ident = walk.kbli(OTHER_CAFE)
    page = walk.get("activity_page", ident, 2)
    for known in ("Jalan Melati Nomor 5", "Bangkinang", "24"):
        assert known in page
    assert licensing.newest(walk.draft) == BusinessActivity.objects.get()


def test_nobody_changes_the_activity_of_another(issued: Walk) -> None:
    row = BusinessActivity.objects.get()
    stranger = factories.newcomer("orang@lain.example")
    factories.log_in(issued.client, stranger)
    where = reverse("portal:activity_begin", args=[row.business.actor.key, row.activity, "ubah"])
    assert issued.client.post(where).status_code == 404


def test_who_has_given_no_data_gives_them_first(client: Client) -> None:
    factories.log_in(client, factories.newcomer("baru@contoh.example"))
    with at_moment(factories.AT):
        answer = client.post(reverse("portal:start", args=["kampar", business.SERVICE]))
        assert answer["Location"] == reverse("portal:actor_new")
        typed = {
            "jenis": "wni", "skala": "umk", "nama": "Orang Baru", "nik": "6102014508900003",
            "alamat.jalan": "Jalan Satu", "desa": business.VILLAGE, "jenis-tadi": "wni",
        }  # fmt: skip
        answer = client.post(reverse("portal:actor_new"), typed)
    assert answer["Location"] == reverse("portal:businesses"), words(answer.content.decode())
    assert BusinessActor.objects.filter(person__account__email="baru@contoh.example").exists()


def test_two_activities_of_different_risk_in_one_application(client: Client) -> None:
    walk = business.begin(client)
    walk.actor()
    walk.warung(CAFE)
    other = walk.activity(EATERY, {**CAPITAL, "modal-kerja": "2 miliar"})
    walk.onward({"ruang-lingkup": "Restoran"}, "activity_page", other, 5)
    walk.onward({}, "activity_page", other, 5)
    walk.onward(PRODUCT, "product_new", other)
    walk.sign()
    assert "standar" in walk.draft.statements
    walk.issue()
    assert [row.risk for row in BusinessActivity.objects.order_by("number")] == ["R", "MR"]
