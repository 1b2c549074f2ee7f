# SPDX-License-Identifier: Apache-2.0
"""B10, B14: one commit issues NIB, SS and Izin by the risk of each activity, and no unverified one reads as permission."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from satupintu.accounts.models import Account
from satupintu.applications.models import Application
from satupintu.businesses.models import Business, BusinessActivity
from satupintu.core import proof
from satupintu.core.risk import PRODUCTS, Risk
from satupintu.door import files, read
from satupintu.licensing import actions, papers
from satupintu.licensing.models import Product
from satupintu.licensing.numbers import new_nib, product_number
from satupintu.permits import queries as permits
from satupintu.permits.models import Permit
from satupintu.permits.proof import public_keys
from tests import factories as f
from tests.pdf import text_of

pytestmark = pytest.mark.django_db

LEVELS = (f.LOW, f.MEDIUM_LOW, f.MEDIUM_HIGH, f.HIGH)


def stored(case: Any, at: Any = f.AT) -> list[Permit]:
    f.run_jobs(at)
    return permits.products(f.fresh(case))


def page(name: str, *args: Any) -> str:
    answer = f.log_in(Client(), Account.objects.get(email=f.APPLICANT)).get(
        reverse(f"portal:{name}", args=args)
    )
    assert answer.status_code == 200, answer
    return answer.content.decode()


# What is issued -----------------------------------------------------------------------------------------------------


def test_a_low_risk_activity_yields_a_nib_at_once() -> None:
    case = f.licensed(f.activity(f.LOW))
    business = Business.objects.get()
    assert (case.step, case.end) == ("terbit", "")
    assert (len(business.nib), business.nib[:2], business.state, business.issuer) == (13, "00", "01", "local")
    (nib,) = stored(case)
    assert (nib.kind, nib.number, nib.state, nib.automatic) == ("nib", business.nib, Permit.ISSUED, True)
    assert (f.fresh(case).step, f.fresh(case).end) == ("beritahu", "selesai")
    row = BusinessActivity.objects.get()
    basis = "Contoh untuk demo, bukan ketentuan"
    assert (row.number, row.version, row.risk, row.catalogue["basis"]) == (1, 1, "R", basis)
    assert (row.scale, row.case, row.details["luas"]) == ("mikro", case.key, "60")
    assert permits.check_code_of(nib.code).verdict == "genuine"
    assert read.verify().ok


@pytest.mark.parametrize(
    ("risk", "kind", "state"),
    [
        (f.MEDIUM_LOW, "ss", Product.VALID),
        (f.MEDIUM_HIGH, "ss", Product.UNVERIFIED),
        (f.HIGH, "izin", Product.UNVERIFIED),
    ],
)
def test_each_level_yields_its_product(risk: str, kind: str, state: str) -> None:
    nib, paper = stored(f.licensed(f.activity(risk)))
    product = Product.objects.get(number=paper.number)
    assert (nib.kind, paper.kind, product.state, product.may_operate) == (
        "nib", kind, state, state == Product.VALID,
    )  # fmt: skip
    assert paper.number == nib.number + "0001"
    assert PRODUCTS[Risk(risk)] == ("nib", kind)
    assert paper.unverified == (state == Product.UNVERIFIED)
    assert (product.fulfil_by is None) == (state == Product.VALID)


def test_several_activities_of_different_risk_each_give_their_product() -> None:
    case = f.licensed(*[f.activity(risk) for risk in LEVELS])
    made = stored(case)
    assert [(p.kind, p.number[13:], p.unverified) for p in made] == [
        ("nib", "", False), ("ss", "0001", False), ("ss", "0002", True), ("izin", "0003", True),
    ]  # fmt: skip
    assert f.kinds(case).count("permit.issued") == 4
    assert f.fresh(case).end == "selesai"
    assert {len(p.code) for p in made} == {12}
    assert len({p.code for p in made}) == 4
    for permit in made:
        assert permit.file is not None
        assert permits.check_file(files.read(permit.file)).verdict == "genuine"


def test_no_paper_is_issued_in_the_name_of_the_head() -> None:
    for permit in stored(f.licensed(f.activity(f.HIGH))):
        assert permit.file is not None
        words = text_of(files.read(permit.file))
        assert "Diterbitkan otomatis oleh sistem" in words
        assert f.actor_name("kadis") not in words
        assert "Rahmawati" not in words  # the head of Kampar in the demo
        assert permit.signer == "sistem"


# What is not issued --------------------------------------------------------------------------------------------------


def refused(draft: Application, code: str, status: int | None = 422) -> None:
    with f.refusal(code, status):
        actions.submit(f.actor("pemohon"), draft.key, ticked=f.statements(draft), asked=f.asked())


def test_nothing_is_issued_by_a_risk_that_was_not_shown() -> None:
    low = f.activity(f.LOW)
    refused(f.business_draft({**low, "risiko": f.activity(f.MEDIUM_LOW)["risiko"]}), "licensing.risk-changed")
    refused(f.business_draft({**low, "risiko": None}), "licensing.risk-changed")
    refused(
        f.business_draft({**low, "kbli": {"version": "2025", "code": "99999", "title": "Tidak ada"}}),
        "licensing.risk-open",
    )
    refused(f.business_draft({**low, "modal-kerja": 20_000_000_000}), "licensing.risk-changed")
    assert not Business.objects.exists()


def test_without_activities_statements_or_actor_nothing_is_issued() -> None:
    draft = f.business_draft()
    Application.objects.filter(pk=draft.pk).update(answers={"jenis": "baru", "kegiatan": []})
    refused(draft, "licensing.no-activity")
    whole = f.business_draft()
    with f.refusal("applications.statements", 422):
        actions.submit(f.actor("pemohon"), whole.key, ticked={}, asked=f.asked())
    Application.objects.filter(pk=whole.pk).update(filed_for=None)
    refused(whole, "licensing.no-actor")


def test_another_cannot_submit_it() -> None:
    draft = f.business_draft()
    with f.refusal("access.not-yours", 404):
        actions.submit(f.actor("fo"), draft.key, ticked=f.statements(draft), asked=f.asked())


def test_the_same_command_twice_is_one_nib() -> None:
    draft, command = f.business_draft(), f.asked()
    me = f.actor("pemohon")
    both = [actions.submit(me, draft.key, ticked=f.statements(draft), asked=command) for _ in range(2)]
    assert both[0] == both[1]
    refused(draft, "applications.sent", None)
    assert (Business.objects.count(), Permit.objects.filter(kind="nib").count()) == (1, 1)


def test_what_is_half_stored_is_finished_by_the_next_worker() -> None:
    case = f.licensed(f.activity(f.MEDIUM_HIGH))
    first = permits.products(case)[0]
    from satupintu.permits.jobs import sign

    sign.call(first.pk)
    assert (f.fresh(case).step, f.fresh(case).end) == ("terbit", "")
    stored(case)
    sign.call(first.pk)  # a worker that was killed after it had stored
    assert f.fresh(case).end == "selesai"
    assert f.kinds(case).count("permit.issued") == 2


# Numbers -------------------------------------------------------------------------------------------------------------


def test_a_number_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter([7, 7, 8])
    monkeypatch.setattr("satupintu.licensing.numbers.secrets.randbelow", lambda most: next(draws))
    taken = {"0000000000007"}
    assert new_nib(lambda number: number in taken) == "0000000000008"


def test_numbers_have_their_shape_and_do_not_follow_each_other() -> None:
    drawn = {new_nib(lambda number: False) for _ in range(200)}
    assert len(drawn) == 200
    assert all(len(n) == 13 and n.isdecimal() and n.startswith("00") for n in drawn)
    assert product_number("0012345678901", 12) == "00123456789010012"
    with pytest.raises(ValueError, match="9,999"):
        product_number("0012345678901", 10_000)


def test_no_number_opens_anything() -> None:
    nib, paper = stored(f.licensed(f.activity(f.HIGH)))
    for number in (nib.number, paper.number):
        assert permits.by_code(number) is None
        answer = Client().get(reverse("portal:check"), {"kode": number})
        assert answer.status_code == 422


# Change and closing --------------------------------------------------------------------------------------------------


def test_a_further_activity_gives_the_nib_its_next_version() -> None:
    first = f.licensed(f.activity(f.LOW))
    (nib,) = stored(first)
    later = f.AT + timedelta(days=3)
    second = f.licensed(f.activity(f.MEDIUM_HIGH), at=later)
    newer, paper = stored(second, later)
    assert (newer.number, newer.version, newer.replaces, paper.version) == (nib.number, 2, nib, 1)
    nib.refresh_from_db()
    assert (nib.state, permits.replaced_by(nib)) == (Permit.REPLACED, newer)
    assert [line["kbli"] for line in newer.data["lampiran"]["kegiatan"]] == ["56102", "11052"]
    assert permits.products(f.fresh(first)) == [nib]
    assert "Versi ini sudah diganti" in page("application", f.application(first).key)
    assert permits.check_code_of(nib.code).verdict == "replaced"
    assert permits.proof_of(newer) is None or permits.proof_of(newer).holds


def changed(case_at: Any, row: BusinessActivity, **differs: Any) -> dict[str, Any]:
    risk = next(level for level in LEVELS if f.BY_RISK[level] == row.code)
    return f.activity(risk, activity=str(row.activity), **differs)


def test_a_change_keeps_history_and_touches_nothing_else() -> None:
    (_, paper) = stored(f.licensed(f.activity(f.MEDIUM_LOW)))
    row = BusinessActivity.objects.get()
    later = f.AT + timedelta(days=3)
    case = f.licensed(changed(later, row, **{"nama-usaha": "Arena Baru"}), kind="ubah", at=later)
    made = stored(case, later)
    old, new = BusinessActivity.objects.order_by("version")
    assert (old.valid_to, old.ended_by, old.closed, new.name) == (later, case.key, False, "Arena Baru")
    assert (new.activity, new.number, new.version) == (old.activity, 1, 2)
    assert [(p.kind, p.version) for p in made] == [("nib", 2)]
    paper.refresh_from_db()
    assert paper.state == Permit.ISSUED


def test_what_was_given_for_one_place_is_not_for_another() -> None:
    (_, paper) = stored(f.licensed(f.activity(f.MEDIUM_HIGH)))
    Product.objects.filter(number=paper.number).update(state=Product.VERIFIED)  # as pemenuhan leaves it
    later = f.AT + timedelta(days=3)
    moved = changed(later, BusinessActivity.objects.get(), alamat={"jalan": "Jalan Lain 9"})
    _nib, fresh = stored(f.licensed(moved, kind="ubah", at=later), later)
    paper.refresh_from_db()
    assert (paper.state, fresh.number[13:], fresh.unverified) == (Permit.REVOKED, "0002", True)


def test_closing_ends_the_activity_and_its_product_and_the_business_rests() -> None:
    stored(f.licensed(f.activity(f.LOW), f.activity(f.MEDIUM_LOW)))
    later = f.AT + timedelta(days=3)
    low, medium = BusinessActivity.objects.order_by("number")
    (nib,) = stored(
        f.licensed(f.activity(f.MEDIUM_LOW, activity=str(medium.activity)), kind="tutup", at=later), later
    )
    assert [line["kbli"] for line in nib.data["lampiran"]["kegiatan"]] == [low.code]
    assert Permit.objects.get(part="ss-2").state == Permit.REVOKED
    assert Business.objects.get().state == Business.ACTIVE
    (last,) = stored(f.licensed(f.activity(f.LOW, activity=str(low.activity)), kind="tutup", at=later), later)
    assert (last.version, Business.objects.get().state) == (3, Business.NOT_YET)
    assert "bukan dasar menjalankan kegiatan usaha" in last.data["paragraf"][0]
    assert BusinessActivity.objects.filter(closed=True).count() == 2


def test_only_ones_own_running_activity_is_changed_or_closed() -> None:
    refused(
        f.business_draft(f.activity(f.LOW, activity=str(uuid.uuid4())), kind="tutup"),
        "licensing.no-nib",
        None,
    )
    stored(f.licensed(f.activity(f.LOW)))
    refused(
        f.business_draft(f.activity(f.LOW, activity=str(uuid.uuid4())), kind="tutup"),
        "licensing.unknown-activity",
    )


def test_the_next_application_waits_for_the_papers_of_this_one() -> None:
    f.licensed(f.activity(f.LOW))
    refused(f.business_draft(f.activity(f.LOW)), "licensing.being-issued", None)


# Never permission ----------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.sampled_from(LEVELS), min_size=1, max_size=4),
    st.sampled_from([Product.UNVERIFIED, Product.LAPSED]),
)
def test_no_unverified_product_reads_as_permission_in_any_words(levels: list[str], state: str) -> None:
    """Screen, verdict, token and paper come from these words."""
    lines = []
    for n, level in enumerate(levels, 1):
        waits = level in (f.MEDIUM_HIGH, f.HIGH)
        kind = {f.MEDIUM_LOW: "ss", f.MEDIUM_HIGH: "ss", f.HIGH: "izin"}.get(level, "")
        product = Product(kind=kind, number=f"{n}", state=state if waits else Product.VALID) if kind else None
        row = BusinessActivity(code="1", title="X", risk=level, scale="mikro", place={}, name="X")
        lines.append((waits, papers.Line(row, product)))
    for waits, line in lines:
        words = papers.status_words(line).lower()
        assert line.may_operate == (not waits)
        assert ("belum boleh beroperasi" in words) == waits
        assert ("berlaku" in words.replace("belum berlaku", "")) <= (not waits)


def test_an_unverified_product_says_so_on_screen_in_the_verdict_in_the_token_and_on_paper() -> None:
    case = f.licensed(f.activity(f.MEDIUM_HIGH), f.activity(f.HIGH))
    made = stored(case)
    shown = page("application", f.application(case).key)
    assert shown.count("Belum terverifikasi – belum boleh beroperasi") == 2
    for permit in (p for p in made if p.unverified):
        told = page("check_code", permit.code)
        assert "Asli, tetapi belum terverifikasi" in told
        assert "Asli dan berlaku" not in told
        assert "belum terverifikasi" in permit.title
        facts = proof.verify(permit.data["dokumen"]["token"], public_keys())
        assert "belum terverifikasi" in facts.product
        assert "belum" in facts.validity
        assert permit.file is not None
        words = text_of(files.read(permit.file))
        assert "BELUM TERVERIFIKASI" in words
        assert "TELAH TERVERIFIKASI" not in words
