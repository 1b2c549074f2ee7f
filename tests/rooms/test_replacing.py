# SPDX-License-Identifier: Apache-2.0
"""A permit is replaced by its next version: two persons, a reason, the old one readable; and how much one may sign."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from satupintu.accounts.models import Account
from satupintu.applications import queries as applications
from satupintu.cases.models import Case
from satupintu.core import proof as tokens
from satupintu.core import telling as rules
from satupintu.core.access import Actor
from satupintu.core.numbers import show_code
from satupintu.core.seal import digest
from satupintu.door import files, worker
from satupintu.door.models import Event
from satupintu.door.moment import at_moment
from satupintu.door.read import verify
from satupintu.notices.models import Notice
from satupintu.permits import actions, proof, queries, telling
from satupintu.permits import batch as together
from satupintu.permits import jobs as telling_jobs
from satupintu.permits.actions import replacing
from satupintu.permits.jobs import sign as sign_job
from satupintu.permits.models import Batch, Permit, Replacement, SigningDay
from satupintu.ui.fields import texts_of
from tests import factories as f
from tests.pdf import text_of

Stage = Callable[[str], Case]
LATER = f.AT + timedelta(days=1)
NAME = {"nama-usaha": "Rumah Makan Pondok Conto"}


def permit_of(case: Case) -> Permit:
    found = queries.of_case(case)
    assert found is not None
    return found


def propose(case: Case, who: str | Actor = "jf", *, why: str = "salah-tulis", **raw: str) -> None:
    actor = f.actor(who, LATER) if isinstance(who, str) else who
    typed = {**answers(case), **{name.replace("_", "-"): text for name, text in raw.items()}}
    replacing.propose(actor, case.pk, why=why, words="Nama salah ketik.", raw=typed, asked=f.asked())


def answers(case: Case) -> dict[str, str]:
    """What the boxes of the form show before anything is changed."""
    application = f.application(case)
    known = queries.answers_now(permit_of(case), application.answers)
    texts: dict[str, str] = {}
    for question in applications.form(application).questions.values():
        if not question.private and question.kind != "kbli":
            texts |= texts_of(question, known.get(question.id))
    return texts


def confirm(case: Case, who: str = "kadis", at: Any = LATER) -> dict[str, Any]:
    return replacing.confirm(f.actor(who, at), case.pk, asked=f.asked())


def replaced(case: Case) -> Case:
    """Its name spelt right by version 2."""
    propose(case, nama_usaha="Rumah Makan Pondok Conto")
    confirm(case)
    f.run_jobs(LATER)
    return f.fresh(case)


# The whole way -----------------------------------------------------------------------------------------------------


def test_a_replacement_has_the_same_number_another_version_and_a_code_of_its_own(stage: Stage) -> None:
    case = stage("unduh")
    old = permit_of(case)
    propose(case, nama_usaha="Rumah Makan Pondok Conto")
    assert permit_of(case) == old
    assert confirm(case) == {"number": old.number, "version": 2}
    assert permit_of(case) == old  # while the new one is not signed the old one holds
    assert queries.check_code_of(old.code).verdict == queries.GENUINE
    f.run_jobs(LATER)
    new, old = permit_of(case), Permit.objects.get(pk=old.pk)
    assert (new.version, new.number, new.state) == (2, old.number, Permit.ISSUED)
    assert (new.code != old.code, new.holder) == (True, "Rumah Makan Pondok Conto")
    assert (old.state, old.replaced_at) == (Permit.REPLACED, LATER)
    assert new.data["dokumen"]["menggantikan"] == {"versi": "versi 1", "tanggal": "2026-03-04"}
    assert new.data["jawaban"] == {**old.data["jawaban"], "nama-usaha": "Rumah Makan Pondok Conto"}
    assert old.file is not None
    assert new.file is not None
    paper = text_of(files.read(new.file))
    assert "Versi 2 ini menggantikan versi 1 tanggal 4 Maret 2026" in " ".join(paper.split())
    assert queries.check_code_of(old.code).verdict == queries.REPLACED
    assert queries.check_file(files.read(old.file)).verdict == queries.REPLACED
    assert queries.check_file(files.read(new.file)).verdict == queries.GENUINE
    assert queries.earlier(case) == [old]
    assert f.fresh(case).step == case.step  # the file stands where it stood
    assert verify().ok


def test_the_token_of_the_new_paper_tells_its_own_facts(stage: Stage) -> None:
    case = replaced(stage("unduh"))
    new = permit_of(case)
    facts = tokens.verify(new.data["dokumen"]["token"], proof.public_keys())
    assert (facts.number, facts.code, facts.holder) == (new.number, new.code, new.holder)


def test_the_record_tells_it_without_a_name_and_proves_both_versions(stage: Stage) -> None:
    case = replaced(stage("unduh"))
    told = {e.kind: e.data for e in Event.objects.filter(subject=case.subject)}
    assert told["permit.replacement-asked"]["fields"] == ["nama-usaha"]
    new = permit_of(case)
    assert new.file is not None
    assert told["permit.replacement-confirmed"]["data"] == digest(new.data)
    assert told["permit.replaced"] == {"number": new.number, "version": 1, "by": 2}
    assert "Pondok" not in str(told)
    with at_moment(LATER):
        worker.seal()
    proofs = [queries.proof_of(one) for one in (new, *queries.earlier(case))]
    entries = [one.entry.line["data"] for one in proofs if one and one.holds and one.entry]
    kept = [one.file.sha256 for one in (new, *queries.earlier(case)) if one.file]
    assert [one["sha256"] for one in entries] == kept
    assert len(kept) == 2


def test_its_holder_is_told_and_may_fetch_it(stage: Stage) -> None:
    case = replaced(stage("unduh"))
    told = Notice.objects.get(source=f"{case.key}:permit:2")
    assert case.receipt in told.body
    assert "Pondok" not in told.body


def test_a_third_version_begins_where_the_second_stood(stage: Stage) -> None:
    case = replaced(stage("unduh"))
    propose(case, why="rusak-hilang")
    confirm(case)
    f.run_jobs(LATER)
    third = permit_of(case)
    assert (third.version, third.holder) == (3, "Rumah Makan Pondok Conto")
    assert [one.version for one in queries.earlier(case)] == [2, 1]
    known = queries.answers_now(third, f.application(case).answers)
    assert known["nama-usaha"] == "Rumah Makan Pondok Conto"


# Who, when, what ---------------------------------------------------------------------------------------------------


def test_only_the_licensing_officer_and_the_coordinator_propose_and_only_the_head_confirms(
    stage: Stage,
) -> None:
    case = stage("unduh")
    for who in ("fo", "teknis", "kadis", "arsip", "auditor"):
        with f.refusal("access.role", 403):
            propose(case, who, nama_usaha="Lain")
    for who in ("kadis@kampar.example",):
        with f.refusal("access.not-yours", 404):
            propose(case, who, nama_usaha="Lain")
    propose(case, "koordinator", nama_usaha="Lain")
    for who in ("jf", "koordinator", "auditor"):
        with f.refusal("access.role", 403):
            confirm(case, who)


def test_whoever_proposed_cannot_confirm_even_as_acting_head(stage: Stage) -> None:
    case = stage("unduh")
    both = f.actor("jf", LATER)
    propose(case, both, nama_usaha="Lain")
    acting = replace(both, capacities=(*both.capacities, *f.actor("kadis", LATER).capacities))
    with f.refusal("permits.own-replacement", 403):
        replacing.confirm(acting, case.pk, asked=f.asked())


def test_never_two_proposals_at_once_and_none_while_one_is_signed(stage: Stage) -> None:
    case = stage("unduh")
    propose(case, nama_usaha="Lain")
    with f.refusal("permits.replacement-open"):
        propose(case, "koordinator", nama_usaha="Lagi")
    confirm(case)
    with f.refusal("permits.replacement-open"):
        propose(case, nama_usaha="Lagi")
    with f.refusal("permits.no-replacement"):
        confirm(case)
    f.run_jobs(LATER)
    propose(case, nama_usaha="Lagi")


def test_what_is_not_issued_or_is_revoked_is_not_replaced(stage: Stage) -> None:
    with f.refusal("permits.none"):
        replacing.propose(
            f.actor("jf"), stage("tanda-tangan").pk, why="rusak-hilang", words="x", raw={}, asked=f.asked()
        )
    case = stage("unduh")
    propose(case, nama_usaha="Lain")
    actions.ask_revocation(f.actor("jf", LATER), case.pk, reason="Tidak benar.", asked=f.asked())
    actions.revoke(f.actor("kadis", LATER), case.pk, asked=f.asked())
    assert Replacement.objects.get().state == Replacement.DROPPED
    with f.refusal("permits.no-replacement"):
        confirm(case)
    with f.refusal("permits.none"):
        replacing.propose(
            f.actor("jf", LATER), case.pk, why="rusak-hilang", words="x", raw={}, asked=f.asked()
        )


def test_a_revocation_waits_for_the_version_that_is_being_signed_and_then_is_about_it(stage: Stage) -> None:
    case = stage("unduh")
    propose(case, nama_usaha="Lain")
    actions.ask_revocation(f.actor("jf", LATER), case.pk, reason="Tidak benar.", asked=f.asked())
    confirm(case)
    with f.refusal("permits.being-replaced"):
        actions.revoke(f.actor("kadis", LATER), case.pk, asked=f.asked())
    f.run_jobs(LATER)
    actions.revoke(f.actor("kadis", LATER), case.pk, asked=f.asked())
    assert [p.state for p in Permit.objects.filter(case=case).order_by("version")] == [
        Permit.REPLACED,
        Permit.REVOKED,
    ]


def test_a_proposal_needs_a_known_reason_words_and_a_change_that_fits(stage: Stage) -> None:
    case = stage("unduh")
    for why, words, raw, code in (
        ("lain", "x", {}, "permits.no-why"),
        ("salah-tulis", " ", {}, "cases.no-reason"),
        ("salah-tulis", "x", {}, "permits.nothing-changed"),
        ("salah-tulis", "x", {"nama-usaha": ""}, "permits.replacement-form"),
        ("salah-tulis", "x", {"pekerja": "banyak"}, "permits.replacement-form"),
        ("perubahan-data", "x", {"pekerja": "9"}, "permits.nothing-changed"),
        ("salah-tulis", "x", {"penguasaan": "Sewa", "nik": "1" * 16}, "permits.nothing-changed"),
    ):
        with f.refusal(code, 422):
            typed = {**answers(case), **raw}
            replacing.propose(f.actor("jf", LATER), case.pk, why=why, words=words, raw=typed, asked=f.asked())
    assert not Replacement.objects.exists()


def test_a_proposal_is_withdrawn_by_its_proposer_or_declined_by_the_head(stage: Stage) -> None:
    case = stage("unduh")
    propose(case, nama_usaha="Lain")
    with f.refusal("permits.not-proposer", 403):
        replacing.withdraw(f.actor("koordinator", LATER), case.pk, asked=f.asked())
    replacing.withdraw(f.actor("jf", LATER), case.pk, asked=f.asked())
    with f.refusal("permits.no-replacement"):
        replacing.decline(f.actor("kadis", LATER), case.pk, reason="x", asked=f.asked())
    propose(case, nama_usaha="Lain")
    with f.refusal("cases.no-reason", 422):
        replacing.decline(f.actor("kadis", LATER), case.pk, reason=" ", asked=f.asked())
    replacing.decline(f.actor("kadis", LATER), case.pk, reason="Tidak perlu.", asked=f.asked())
    declined = queries.last_decided(case.pk)
    assert declined is not None
    assert declined.declined == "Tidak perlu."
    assert permit_of(case).version == 1


# Cut off and at once -----------------------------------------------------------------------------------------------


def test_signed_twice_by_a_worker_that_died_it_is_issued_once(stage: Stage) -> None:
    case = replaced(stage("unduh"))
    before = f.everything()
    sign_job.call(permit_id=permit_of(case).pk)
    assert f.everything() == before
    assert f.kinds(case).count("permit.replaced") == 1


def test_the_same_command_twice_makes_one_version(stage: Stage) -> None:
    case, asked = stage("unduh"), f.asked()
    propose(case, nama_usaha="Lain")
    first = replacing.confirm(f.actor("kadis", LATER), case.pk, asked=asked)
    assert replacing.confirm(f.actor("kadis", LATER), case.pk, asked=asked) == first
    assert Permit.objects.filter(case=case).count() == 2


# How much one may sign ---------------------------------------------------------------------------------------------


def test_a_day_has_only_so_many_signatures_of_one_person(stage: Stage, settings: Any) -> None:
    case = stage("tanda-tangan")
    (today,) = SigningDay.objects.all()  # one was signed while the stages were built
    settings.SIGN_DAILY = today.count
    with f.refusal("permits.sign-limit"):
        actions.sign(f.actor("kadis"), case.pk, asked=f.asked())
    assert not Permit.objects.filter(case=case).exists()
    propose(stage("unduh"), nama_usaha="Lain")
    with f.refusal("permits.sign-limit"):
        confirm(stage("unduh"), at=f.AT + timedelta(hours=2))
    actions.sign(f.actor("kadis", LATER), case.pk, asked=f.asked())  # another day at the office


def test_the_signer_is_told_at_once_of_a_batch_and_each_morning_of_the_day(stage: Stage) -> None:
    head = Account.objects.get(email="kadis@mempawah.example")
    cases = [stage("tanda-tangan"), f.forwarded()]
    drafts = [(str(case.key), queries.draft_seal(queries.draft_of(case))) for case in cases]  # type: ignore[arg-type]
    begun = actions.begin_batch(f.actor("kadis"), cases[0].office, drafts=drafts, asked=f.asked())
    batch = queries.batch(f.actor("kadis"), uuid.UUID(begun["batch"]))
    together.advance(f.actor("kadis"), batch, together.Hand(), again=False)
    f.run_jobs(f.AT + f.minutes(2))
    f.run_jobs(f.AT + f.minutes(3))
    (told,) = Notice.objects.filter(account=head, source=f"batch:{batch.key}:2")
    assert "Anda menandatangani 2 surat pada" in told.body
    assert "Rabu, 4 Maret 2026, 10.00 WIB" in told.body
    day = SigningDay.objects.get(person=f.actor("kadis").person)
    telling_jobs.tell_day.call(day_id=day.pk)
    telling_jobs.tell_day.call(day_id=day.pk)
    (summed,) = Notice.objects.filter(account=head, source=f"signed:{day.pk}")
    assert f"Anda menandatangani {day.count} surat pada Rabu, 4 Maret 2026" in summed.body
    for notice in (told, summed):
        assert len(notice.body) <= 300
        assert "Pondok" not in notice.body
        assert notice.template


def test_a_batch_that_is_cut_off_is_told_with_what_was_signed(stage: Stage) -> None:
    case = stage("tanda-tangan")
    draft = queries.draft_of(case)
    assert draft is not None
    drafts = [(str(case.key), queries.draft_seal(draft))]
    begun = actions.begin_batch(f.actor("kadis"), case.office, drafts=drafts, asked=f.asked())
    batch = queries.batch(f.actor("kadis"), uuid.UUID(begun["batch"]))
    actions.begin_signing(f.actor("kadis"), batch.pk)  # and the network is gone
    for minute in range(2, 14):
        f.run_jobs(f.AT + f.minutes(minute))
    assert not Notice.objects.filter(
        source=f"batch:{batch.key}"
    ).exists()  # nothing was signed: nothing to tell
    assert "permits.tell_batch" not in f.jobs()  # and nobody looks for ever
    again = f.AT + f.minutes(30)
    together.advance(f.actor("kadis", again), batch, together.Hand(), again=False)
    f.run_jobs(again + f.minutes(2))
    f.run_jobs(again + f.minutes(4))
    assert (
        Notice.objects.filter(source=f"batch:{batch.key}:1").count() == 1
    )  # taken up later, told all the same


def test_the_texts_may_travel_by_whatsapp(db: None) -> None:
    for name, text in telling.TEXTS.items():
        assert not list(rules.faults(text, service="", to_applicant=name == telling.REPLACED)), name


# Pages -------------------------------------------------------------------------------------------------------------


def who(email: str, at: datetime = LATER) -> Client:
    client = Client()
    address = email if "@" in email else f"{email}@mempawah.example"
    return f.log_in(client, Account.objects.get(email=address), at)


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def day() -> Iterator[None]:
    with at_moment(LATER):
        yield


def test_the_officer_proposes_the_head_signs_and_everybody_reads_which_holds(stage: Stage, day: None) -> None:
    case, jf, head = stage("unduh"), who("jf"), who("kadis")
    old = permit_of(case)
    file = f"/berkas/{case.key}"
    assert "Usulkan penggantian" in text(jf.get(file))
    assert "Usulkan penggantian" not in text(head.get(file))
    assert head.get(f"{file}/usul-ganti").status_code == 403
    first = jf.post(f"{file}/usul-ganti", {"sebab": "salah-tulis"})
    assert first["Location"] == f"{file}/usul-ganti?sebab=salah-tulis"
    assert jf.post(f"{file}/usul-ganti", {"sebab": ""}).status_code == 422
    form = jf.get(first["Location"])
    assert "Rumah Makan Pondok Contoh" in form.content.decode()
    assert 'name="nik"' not in form.content.decode()
    typed = {**answers(case), "sebab": "salah-tulis", "alasan": "Nama kurang satu huruf."}
    silent = jf.post(f"{file}/usul-ganti", {**typed, "alasan": " ", "alamat.jalan": "Jalan Baru 2"})
    assert silent.status_code == 422
    assert "“Jelaskan sebabnya” belum diisi." in text(silent)
    assert "Jalan Baru 2" in silent.content.decode()
    wrong = jf.post(f"{file}/usul-ganti", {**typed, "nama-usaha": "", "alamat.jalan": "Jalan Baru 1"})
    assert wrong.status_code == 422
    assert "belum diisi" in text(wrong)
    assert "Jalan Baru 1" in wrong.content.decode()  # nothing typed is lost
    assert jf.post(f"{file}/usul-ganti", typed).status_code == 422
    right = {**typed, "nama-usaha": "Rumah Makan Pondok Conto"}
    assert jf.post(f"{file}/usul-ganti", right)["Location"] == file
    assert "Anda pengusulnya" in text(jf.get(f"{file}/ganti"))
    assert jf.get(f"{file}/ganti/pratinjau").content.startswith(b"%PDF-")
    waiting = head.get("/tanda-tangan").content.decode()
    assert f"/berkas/{case.key}/ganti" in waiting
    assert f'value="{case.key}"' not in waiting  # what was not opened cannot be ticked
    shown = head.get(f"{file}/ganti").content.decode()
    assert "Nama kurang satu huruf." in shown
    assert "<del" in shown
    assert f'value="{case.key}"' in head.get("/tanda-tangan").content.decode()
    seal = re.search(r'name="seal" value="([^"]+)"', shown)
    assert seal is not None
    assert head.post(f"{file}/ganti", {"seal": "x"}).status_code == 409
    assert head.post(f"{file}/ganti", {"seal": seal[1]})["Location"] == file
    assert "sedang ditandatangani" in text(head.get(file))
    f.run_jobs(LATER)
    after = text(jf.get(file))
    assert "Versi 1, digantikan oleh versi 2" in after
    kept = jf.get(f"{file}/surat?versi=1")
    assert old.file is not None
    assert kept.content == files.read(old.file)
    assert jf.get(f"{file}/surat").content != kept.content
    assert jf.get(f"{file}/surat?versi=7").status_code == 404
    new = permit_of(case)
    check = Client().get(f"/cek/{old.code}")
    assert "Asli, tetapi sudah digantikan" in text(check)
    assert f"/cek/{show_code(new.code)}" in check.content.decode()
    assert "Asli dan berlaku" in text(Client().get(f"/cek/{new.code}"))
    mine, address = who(f.APPLICANT), f"/permohonan/{f.application(case).key}"
    assert "digantikan oleh versi 2" in text(mine.get(address))
    mine.post(f"{address}/unduh")
    got = mine.get(f"{address}/izin.pdf?versi=1")
    assert b"".join(got.streaming_content if got.streaming else [got.content]) == kept.content


def test_a_proposal_is_declined_with_a_reason_that_its_proposer_reads(stage: Stage, day: None) -> None:
    case, jf, head = stage("unduh"), who("jf"), who("kadis")
    propose(case, nama_usaha="Lain")
    file = f"/berkas/{case.key}"
    assert head.post(f"{file}/ganti/tolak", {"alasan": ""}).status_code == 422
    assert head.post(f"{file}/ganti/tolak", {"alasan": "KTP berkata lain."})["Location"] == file
    assert "KTP berkata lain." in text(jf.get(file))
    propose(case, nama_usaha="Lain")
    assert jf.post(f"{file}/ganti/tarik")["Location"] == file
    assert head.get(f"{file}/ganti").status_code == 409


def test_a_replacement_is_signed_together_with_drafts(stage: Stage, day: None) -> None:
    case, draft, head = stage("unduh"), stage("tanda-tangan"), who("kadis")
    propose(case, nama_usaha="Lain")
    head.get(f"/berkas/{case.key}/ganti")
    head.get(f"/berkas/{draft.key}?lihat=draf")
    begun = head.post("/tanda-tangan", {"berkas": [str(case.key), str(draft.key)]})
    assert begun.status_code == 302
    head.post(begun["Location"], {"baca": "ya"})
    f.run_jobs(LATER)
    assert permit_of(case).version == 2
    assert permit_of(draft).state == Permit.ISSUED
    assert "2 dari 2" in text(head.get(begun["Location"]))


def test_a_session_of_long_ago_proves_itself_first_and_comes_back_to_the_same_page(
    stage: Stage, day: None
) -> None:
    """D4 27: whoever finds the head's open browser signs and revokes nothing."""
    case = stage("unduh")
    propose(case, nama_usaha="Lain")
    actions.ask_revocation(f.actor("jf", LATER), case.pk, reason="Tidak benar.", asked=f.asked())
    draft = queries.draft_of(stage("tanda-tangan"))
    assert draft is not None
    drafts = [(str(stage("tanda-tangan").key), queries.draft_seal(draft))]
    begun = actions.begin_batch(f.actor("kadis", LATER), case.office, drafts=drafts, asked=f.asked())
    stale, again = who("kadis", LATER - timedelta(hours=1)), reverse("account_reauthenticate")
    for page, typed in (
        (f"/berkas/{case.key}/ganti", {"seal": "x"}),
        (f"/berkas/{case.key}/cabut", {}),
        (f"/tanda-tangan/{begun['batch']}", {"baca": "ya"}),
    ):
        sent = stale.post(page, typed, headers={"Referer": f"http://testserver{page}"})
        assert unquote(sent["Location"]) == f"{again}?next=http://testserver{page}"
        assert stale.get(page).status_code == 200  # he may read; what he came from stands as it was
    assert not Permit.objects.filter(case__key=stage("tanda-tangan").key).exists()
    assert permit_of(case).state == Permit.ISSUED
    assert Batch.objects.get().asked_at is None
