# SPDX-License-Identifier: Apache-2.0
"""B11: what an unverified product waits for is handed in, verified by the office, and signed by its head."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from satupintu.accounts.models import Account
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.businesses.models import BusinessActivity
from satupintu.catalog.models import RiskRule
from satupintu.core.access import system
from satupintu.core.refusal import Refusal
from satupintu.door import files, read
from satupintu.licensing import actions
from satupintu.licensing.models import Fulfilment, Product
from satupintu.notices.models import Notice
from satupintu.permits import actions as permit_actions
from satupintu.permits import queries as permits
from satupintu.permits.models import Permit
from tests import factories as f
from tests.pdf import text_of

pytestmark = pytest.mark.django_db

LATER = f.AT + timedelta(days=2)


def client(email: str = f.APPLICANT) -> Client:
    return f.log_in(Client(), Account.objects.get(email=email))


def test_a_verified_product_is_the_next_version_under_its_number() -> None:
    product = f.unverified(f.MEDIUM_HIGH)
    old = product.permit
    case = f.fulfilled(f.fulfilling(product, LATER), LATER)
    product.refresh_from_db()
    assert product.state == Product.UNVERIFIED  # until the signature is stored
    f.run_jobs(LATER)
    product.refresh_from_db()
    new = product.permit
    assert (product.state, product.fulfil_by) == (Product.VERIFIED, None)
    assert (new.number, new.version, new.replaces, new.case_id) == (old.number, 2, old, case.pk)
    assert new.signer == f.actor("kadis", LATER, office="kampar").person
    old.refresh_from_db()
    assert (old.state, permits.replaced_by(old)) == (Permit.REPLACED, new)
    assert permits.check_code_of(old.code).verdict == "replaced"
    verdict = permits.check_code_of(new.code)
    assert (verdict.verdict, verdict.unverified) == ("genuine", False)
    assert new.file is not None
    words = text_of(files.read(new.file))
    assert "TELAH TERVERIFIKASI" in words
    assert "BELUM TERVERIFIKASI" not in words
    assert "Menjaga mutu." in words
    assert f.fresh(case).step == "arsip"
    assert f.kinds(case)[-1] == "licensing.verified" or "licensing.verified" in f.kinds(case)
    assert read.verify().ok


def test_the_list_comes_from_the_row_that_was_sent_not_from_the_table_of_today() -> None:
    product = f.unverified()
    RiskRule.objects.filter(kbli__code="11052").update(requirements=["Lain sekali"])
    draft = actions.begin(f.actor("pemohon"), product.key)
    labels = [item.requirement.label for item in application_queries.items(draft)]
    assert labels == [
        "Hasil uji mutu air dari laboratorium", "Denah depot", "Daftar peralatan dan penyaring",
        "Keterangan asal air baku", "Dokumen lain",
    ]  # fmt: skip
    assert product.number in application_queries.title(draft)


def test_nothing_is_sent_while_a_requirement_is_missing() -> None:
    draft = actions.begin(f.actor("pemohon"), f.unverified().key)
    with f.refusal("applications.incomplete", 422):
        applications.send(f.actor("pemohon"), draft.key, ticked=f.statements(draft), asked=f.asked())


def test_begun_twice_it_is_one() -> None:
    product, me = f.unverified(), f.actor("pemohon")
    assert actions.begin(me, product.key) == actions.begin(me, product.key)
    case = f.fulfilling(product)
    assert actions.begin(me, product.key).case == case
    assert Fulfilment.objects.count() == 1


def test_only_its_holder_begins_it_and_only_where_the_office_has_authority() -> None:
    product = f.unverified()
    with f.refusal("access.not-yours", 404):
        actions.begin(f.actor("fo"), product.key)
    other = {"authority": "Gubernur"}
    row = BusinessActivity.objects.get(activity=product.activity)
    BusinessActivity.objects.filter(pk=row.pk).update(catalogue={**row.catalogue, **other})
    with f.refusal("licensing.other-authority"):
        actions.begin(f.actor("pemohon"), product.key)


def test_refused_it_stays_unverified_and_its_page_says_why() -> None:
    product = f.unverified()
    case = f.fulfilling(product)
    f.take(case, "teknis@kampar.example", "tolak", reason="Hasil uji air tidak memenuhi baku mutu.")
    f.run_jobs(f.AT)
    product.refresh_from_db()
    assert (product.state, product.permit.state) == (Product.UNVERIFIED, Permit.ISSUED)
    page = client().get(reverse("portal:fulfilments")).content.decode()
    assert "Hasil uji air tidak memenuhi baku mutu." in page
    assert "Belum terverifikasi – belum boleh beroperasi" in page
    assert actions.begin(f.actor("pemohon"), product.key).case is None


def test_a_correction_comes_back_and_goes_on() -> None:
    product = f.unverified()
    case = f.take(
        f.examine(f.fulfilling(product), who="teknis@kampar.example"), "teknis@kampar.example", "lengkap"
    )
    notes = {"syarat-1": "Hasil uji sudah lebih dari enam bulan."}
    jf = f.actor("jf@kampar.example")
    applications.return_for_correction(jf, case.pk, notes=notes, asked=f.asked())
    assert f.fresh(case).status == "status.perbaikan"
    f.correct(f.fresh(case))
    assert f.fresh(case).status == "status.perbaikan-masuk"


def test_the_page_shows_the_list_and_the_button_leads_to_the_documents() -> None:
    product, mine = f.unverified(), client()
    page = mine.get(reverse("portal:fulfilments")).content.decode()
    assert "Denah depot" in page
    assert "Proses Pemenuhan Standar Usaha/Persyaratan" in page
    answer = mine.post(reverse("portal:fulfil", args=[product.key]))
    draft = Fulfilment.objects.get().application
    assert answer["Location"] == reverse("portal:documents", args=[draft.key])
    assert "Denah depot" in mine.get(answer["Location"]).content.decode()
    stranger = client("fo@mempawah.example").post(reverse("portal:fulfil", args=[product.key]))
    assert stranger.status_code == 404
    start = reverse("portal:start", args=["kampar", "pemenuhan-standar"])
    assert mine.post(start)["Location"] == reverse("portal:fulfilments")


def test_the_officers_draft_page_starts_from_the_duties_of_the_activity() -> None:
    case = f.take(
        f.examine(f.fulfilling(f.unverified()), who="teknis@kampar.example"),
        "teknis@kampar.example",
        "lengkap",
    )
    page = client("jf@kampar.example").get(reverse("desk:draft", args=[case.key]))
    assert "Uji mutu air setiap enam bulan" in page.content.decode()
    assert "pemadam api ringan" in page.content.decode()  # the condition of the technical opinion


# While it waits ------------------------------------------------------------------------------------------------------


def subjects() -> list[str]:
    return list(
        Notice.objects.filter(link="/saya/pemenuhan").order_by("pk").values_list("subject", flat=True)
    )


def days(product: Product, *, until: int, begin: int = 0) -> None:
    for n in range(begin, until + 1):
        f.run_jobs(f.AT + timedelta(days=n, minutes=5))


def test_its_holder_is_reminded_and_after_the_last_day_it_lapses() -> None:
    product = f.unverified()
    assert (product.fulfil_by - f.AT.date()).days == 180  # type: ignore[operator]
    Product.objects.filter(pk=product.pk).update(fulfil_by=f.AT.date() + timedelta(days=9))
    days(product, until=9)
    # the day after its issue, a week and a day before the last one
    assert subjects() == ["Persyaratan usaha Anda belum dipenuhi"] * 3
    product.refresh_from_db()
    assert product.state == Product.UNVERIFIED
    days(product, begin=10, until=11)
    product.refresh_from_db()
    paper = Permit.objects.get(pk=product.permit_id)
    assert (product.state, paper.state, product.may_operate) == (Product.LAPSED, Permit.REVOKED, False)
    assert "tidak dipenuhi sampai" in paper.revoke_reason
    assert subjects()[-1] == "Batas pemenuhan persyaratan sudah lewat"
    assert permits.check_code_of(paper.code).verdict == "revoked"
    with f.refusal("licensing.not-open"):
        actions.begin(f.actor("pemohon"), product.key)
    f.run_jobs(f.AT + timedelta(days=20))
    assert len(subjects()) == 4


def test_what_is_under_way_does_not_lapse_and_what_lapsed_is_not_signed() -> None:
    product = f.unverified()
    Product.objects.filter(pk=product.pk).update(fulfil_by=f.AT.date() + timedelta(days=1))
    case = f.fulfilling(product)
    days(product, until=4)
    product.refresh_from_db()
    assert product.state == Product.UNVERIFIED
    actions.lapse(system(f.AT), product.pk, reason="Dibatalkan.")
    with pytest.raises(Exception, match=r"licensing.not-open"):
        f.fulfilled(case)


def test_a_paper_that_was_revoked_meanwhile_is_not_followed_by_a_verified_one() -> None:
    product = f.unverified()
    case = f.fulfilling(product)
    permit = product.permit_id
    original = permit_actions.sign

    def sign(*args: Any, **more: Any) -> Any:
        Permit.objects.filter(pk=permit).update(state=Permit.REVOKED)
        return original(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permit_actions, "sign", sign)
        with pytest.raises(Refusal, match=r"permits.base-gone"):
            f.fulfilled(case)
