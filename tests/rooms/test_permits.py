# SPDX-License-Identifier: Apache-2.0
"""A permit: its number taken in the act of signing, its bytes signed once and proved for ever, or revoked by two."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pikepdf
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult

from satupintu.accounts.models import Account
from satupintu.applications import actions as applications
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.cli import demo
from satupintu.core.access import system
from satupintu.core.numbers import show_code
from satupintu.core.seal import digest
from satupintu.door import files
from satupintu.door.models import Event
from satupintu.door.read import verify
from satupintu.offices.models import NumberBook
from satupintu.permits import actions, papers, queries
from satupintu.permits.jobs import sign as sign_job
from satupintu.permits.models import Draft, Permit
from satupintu.permits.signing import LocalSigner
from tests import factories as f
from tests.pdf import text_of

Stage = Callable[[str], Case]


def permit_of(case: Case) -> Permit:
    found = queries.of_case(case)
    assert found is not None
    return found


def signed_bytes(case: Case) -> bytes:
    permit = permit_of(case)
    assert permit.file is not None
    return files.read(permit.file)


def fetched(case: Case) -> None:
    actions.downloaded(f.actor("pemohon"), case.pk, asked=f.asked())


# The draft -------------------------------------------------------------------------------------------------------


def test_a_draft_is_made_from_the_file_and_may_be_made_again(stage: Stage) -> None:
    case = stage("validasi")
    for duties in ([], ["", "   "]):
        with f.refusal("permits.no-duties", 422):
            actions.save_draft(f.actor("jf"), case.pk, duties=duties, asked=f.asked())
    actions.save_draft(f.actor("jf"), case.pk, duties=["  Memelihara   standar. ", ""], asked=f.asked())
    draft = queries.draft_of(case)
    assert draft is not None
    assert draft.data["kewajiban"] == ["Memelihara standar."]
    assert draft.data["permohonan"]["nomor"] == case.receipt
    assert [line[0] for line in draft.data["dasar"]] == ["Berita Acara Pemeriksaan", "Pertimbangan Teknis"]
    assert "nomor" not in draft.data.get("dokumen", {})
    told = Event.objects.get(subject=case.subject, kind="permit.drafted")
    assert told.data == {"data": digest(draft.data)}
    actions.save_draft(f.actor("jf"), case.pk, duties=["Yang baru."], asked=f.asked())
    assert Draft.objects.get(case=case).data["kewajiban"] == ["Yang baru."]
    assert papers.preview(f.fresh(case), draft.data, f.actor("kadis")).startswith(b"%PDF-")


def test_the_conditions_of_the_technical_opinion_become_duties(stage: Stage) -> None:
    duties = papers.standard_duties(stage("validasi"))
    assert duties[-1] == "Menyediakan alat pemadam api ringan di dapur."


# Signing ---------------------------------------------------------------------------------------------------------


def test_the_act_of_signing_takes_the_number_and_freezes_the_draft(stage: Stage) -> None:
    case = stage("tanda-tangan")
    draft = queries.draft_of(case)
    assert draft is not None
    answer = actions.sign(f.actor("kadis"), case.pk, asked=f.asked())
    permit = permit_of(case)
    assert answer == {"number": permit.number}
    assert (permit.state, permit.file, permit.begun_at) == (Permit.SIGNING, None, f.AT)
    assert permit.signer == f.actor("kadis").person
    assert {**permit.data, "dokumen": None, "penanda": None} == {
        **draft.data,
        "layanan": {**draft.data["layanan"], "sidik_versi": case_queries.package(case).digest},
        "dokumen": None,
        "penanda": None,
    }
    assert permit.data["dokumen"]["nomor"] == permit.number
    assert permit.data["dokumen"]["kode_cek"] == show_code(permit.code)
    assert permit.data["penanda"]["nama"] == "Fitri Handayani"
    told = Event.objects.get(subject=case.subject, kind="permit.number-taken")
    assert told.data == {"number": permit.number, "permit": str(permit.key), "data": digest(permit.data)}
    assert f.jobs() == ["permits.sign"]
    assert case_queries.state(f.fresh(case)).marks["sign-begun"] == permit.signer
    assert queries.check_code_of(permit.code).verdict == queries.UNSIGNED


def test_numbers_have_neither_gap_nor_double_and_say_that_this_is_training(stage: Stage) -> None:
    first = f.sign(stage("tanda-tangan"))
    second = f.sign(f.forwarded())
    third = permit_of(stage("unduh")).number
    numbers = [int(re.findall(r"\d{4}", number)[0]) for number in (third, *map(_number, (first, second)))]
    assert numbers == [1, 2, 3]
    assert all(number.startswith("00") for number in (third, _number(first)))


def _number(case: Case) -> str:
    return permit_of(case).number


def test_who_may_not_sign_takes_no_number(stage: Stage) -> None:
    case = stage("tanda-tangan")
    with f.refusal("access.role", 403):
        actions.sign(f.actor("jf"), case.pk, asked=f.asked())
    Draft.objects.filter(case=case).delete()
    with f.refusal("permits.no-draft"):
        actions.sign(f.actor("kadis"), case.pk, asked=f.asked())


def test_the_job_stores_the_signed_bytes_and_the_case_goes_on(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    f.run_jobs(f.AT + f.minutes(1))
    permit, case = permit_of(case), f.fresh(case)
    assert permit.file is not None
    assert (permit.state, permit.issued_at, case.step) == (Permit.ISSUED, f.AT + f.minutes(1), "unduh")
    assert not permit.file.encrypted
    told = Event.objects.get(subject=case.subject, kind="permit.issued")
    assert told.data == {"number": permit.number, "sha256": permit.file.sha256, "level": "B-B"}
    outcome = next(visit for visit in case_queries.state(case).visits if visit.step == "tanda-tangan")
    assert (outcome.outcome, outcome.by) == ("tandatangani", permit.signer)  # the signer's, not the system's
    assert verify().ok


def test_the_job_twice_signs_once(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    f.run_jobs()
    before = f.everything()
    sign_job.call(permit_id=permit_of(case).pk)
    assert f.everything() == before


def test_a_job_killed_between_signing_and_storing_signs_again_the_same(stage: Stage) -> None:
    """The same number, the same data, the same instant: the same bytes, so a lost signature is not a second one."""
    case = f.sign(stage("tanda-tangan"))
    permit = permit_of(case)

    def signed() -> bytes:
        name, reason = permit.data["penanda"]["nama"], f"{permit.title} {permit.number}"
        sheet = papers.sheet(permit)
        return LocalSigner(settings.KEYS).sign(sheet, name=name, reason=reason, at=permit.begun_at)

    lost = signed()  # and here the worker dies: nothing is stored
    f.run_jobs()
    assert permit_of(case).number == permit.number
    assert signed_bytes(case) == lost


def test_a_worker_that_comes_second_stores_nothing(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    f.run_jobs()
    with f.refusal("permits.stored"):
        actions.store_signed(system(f.AT), permit_of(case).pk, b"%PDF-1.7 other")


def test_nobody_signs_for_the_system(stage: Stage) -> None:
    case = f.sign(stage("tanda-tangan"))
    with f.refusal("access.role", 403):
        actions.store_signed(f.actor("kadis"), permit_of(case).pk, b"%PDF-1.7")


# Handing out -----------------------------------------------------------------------------------------------------


def test_there_is_nothing_to_fetch_before_it_is_signed(stage: Stage) -> None:
    for name in ("verifikasi", "tanda-tangan", "ditolak"):
        with f.refusal("permits.none"):
            fetched(stage(name))
    case = f.sign(stage("tanda-tangan"))
    with f.refusal("permits.none"):
        fetched(case)


def test_the_first_fetching_ends_step_seven_and_every_one_is_on_record(stage: Stage) -> None:
    case = stage("unduh")
    fetched(case)
    assert f.fresh(case).step == "arsip"
    fetched(case)
    assert (f.fresh(case).step, f.kinds(case).count("permit.downloaded")) == ("arsip", 2)


# Proving ---------------------------------------------------------------------------------------------------------


def test_the_signed_file_is_genuine_under_any_name_and_its_facts_can_be_compared(stage: Stage) -> None:
    case = stage("unduh")
    found = queries.check_file(signed_bytes(case))
    assert (found.verdict, found.permit) == (queries.GENUINE, permit_of(case))
    facts = dict(found.facts)
    assert facts["Nomor"] == permit_of(case).number
    assert facts["Nama usaha"] == "Rumah Makan Pondok Contoh"
    for secret in ("6102014508900002", "0812", "+62812", case.receipt):
        assert secret not in str(facts)


def test_a_code_is_found_however_it_is_typed(stage: Stage) -> None:
    permit = permit_of(stage("unduh"))
    for typed in (permit.code, show_code(permit.code).lower(), f"  {show_code(permit.code)} "):
        assert queries.check_code_of(typed).verdict == queries.GENUINE
    for wrong in ("", "ABCD-EFGH-JKLM", permit.code[:-1], "x" * 500, "' OR 1=1 --"):
        assert queries.check_code_of(wrong).verdict == queries.NOT_OURS


def test_one_changed_byte_anywhere_is_found(stage: Stage) -> None:
    data, draw = signed_bytes(stage("unduh")), random.Random(18)
    for at in [0, 9, len(data) - 1, *(draw.randrange(len(data)) for _ in range(25))]:
        changed = bytearray(data)
        changed[at] ^= 1 << draw.randrange(8)
        assert queries.check_file(bytes(changed)).verdict in {queries.ALTERED, queries.NOT_OURS}, at


def test_what_was_added_or_cut_off_is_altered(stage: Stage) -> None:
    data = signed_bytes(stage("unduh"))
    for other in (data + b"\n", data + b"%%EOF", data[:-1]):
        assert queries.check_file(other).verdict == queries.ALTERED
    assert queries.check_file(data[:2000]).verdict == queries.NOT_OURS  # nothing is left that names us


def test_a_permit_saved_again_by_a_program_is_altered_and_named(stage: Stage) -> None:
    case, out = stage("unduh"), io.BytesIO()
    with pikepdf.open(io.BytesIO(signed_bytes(case))) as pdf:
        pdf.save(out)
    found = queries.check_file(out.getvalue())
    assert (found.verdict, found.permit) == (queries.ALTERED, permit_of(case))


def test_what_never_was_ours_is_not_ours(stage: Stage) -> None:
    stage("unduh")
    out = io.BytesIO()
    made = pikepdf.Pdf.new()
    made.add_blank_page()
    made.save(out)
    for data in (out.getvalue(), b"", b"halo", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\x00" * 1000):
        found = queries.check_file(data)
        assert (found.verdict, found.permit, found.facts) == (queries.NOT_OURS, None, [])


def test_a_document_of_an_applicant_is_no_permit(stage: Stage) -> None:
    """It is kept here under its hash too, but it is not in the register of permits."""
    case = stage("verifikasi")
    item = f.application_queries.items(f.application(case))[0]
    assert item.document is not None
    assert queries.check_file(files.read(item.document.file)).verdict == queries.NOT_OURS


# The copy in large print -------------------------------------------------------------------------------------------


def test_a_copy_in_large_print_is_called_a_copy_and_nothing_more(stage: Stage) -> None:
    permit = permit_of(stage("unduh"))
    copy = papers.large_copy(permit)
    found = queries.check_file(copy)
    assert (found.verdict, found.permit) == (queries.COPY, permit)
    with pikepdf.open(io.BytesIO(copy)) as document:
        (attachment,) = document.attachments.values()
        assert json.loads(attachment.get_file().read_bytes()) == {**permit.data, "salinan": True}
        assert "/AcroForm" not in document.Root
        with document.open_metadata() as meta:
            assert meta["dc:title"] == f"{permit.data['judul']} (salinan huruf besar)"
    paper = text_of(copy)
    assert show_code(permit.code) in paper
    assert "Surat yang sah adalah berkas bertanda tangan" in paper


def test_a_signed_file_that_calls_itself_a_copy_is_altered(stage: Stage) -> None:
    permit = permit_of(stage("unduh"))
    signer = LocalSigner(settings.KEYS)
    signed = signer.sign(papers.large_copy(permit), name="x", reason="x", at=permit.begun_at)
    assert queries.check_file(signed).verdict == queries.ALTERED


def test_the_holder_fetches_the_copy_after_the_permit_and_not_after_it_was_revoked(
    stage: Stage, client: Client
) -> None:
    case = stage("unduh")
    client.force_login(Account.objects.get(email=demo.APPLICANT[0]))
    address = f"/permohonan/{f.application(case).key}"
    link = f"{address}/izin-huruf-besar.pdf"
    assert client.get(link)["Location"] == address  # first the permit itself
    assert link not in client.get(address).content.decode()
    fetched(case)
    answer = client.get(link)
    assert answer.content == papers.large_copy(permit_of(case))
    assert "salinan-huruf-besar.pdf" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert link in client.get(address).content.decode()
    actions.ask_revocation(f.actor("jf"), case.pk, reason="Data tidak benar.", asked=f.asked())
    actions.revoke(f.actor("kadis", f.AT + timedelta(hours=1)), case.pk, asked=f.asked())
    assert client.get(link).status_code == 409
    assert link not in client.get(address).content.decode()
    assert queries.check_file(answer.content).verdict == queries.REVOKED


def test_whoever_checks_a_copy_sees_the_facts_of_the_valid_one(stage: Stage, client: Client) -> None:
    permit = permit_of(stage("unduh"))
    copy = SimpleUploadedFile("salinan.pdf", papers.large_copy(permit))
    page = client.post("/cek", {"pdf": copy}).content.decode()
    assert "Salinan huruf besar" in page
    assert permit.number in page
    assert "Jangan dipakai" not in page


def test_signing_leaves_the_file_archivable_and_readable(stage: Stage) -> None:
    """ISO 19005-3 and ISO 14289-1 are still claimed, tags and data are there, the field is neither seen nor read."""
    case = stage("unduh")
    with pikepdf.open(io.BytesIO(signed_bytes(case))) as document:
        with document.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "B", "1")
        assert document.Root.MarkInfo.Marked
        assert document.Root.StructTreeRoot.K is not None
        assert document.Root.Lang == "id-ID"
        (attachment,) = document.attachments.values()
        assert json.loads(attachment.get_file().read_bytes()) == permit_of(case).data
        assert all(page.Tabs == "/S" for page in document.pages)
        (field,) = document.Root.AcroForm.Fields
        left, bottom, right, top = (float(side) for side in field.Rect)
        assert (left, bottom) == (right, top)


# Revoking --------------------------------------------------------------------------------------------------------


def test_two_persons_revoke_and_from_then_on_everybody_is_told(stage: Stage) -> None:
    case = stage("unduh")
    with f.refusal("permits.not-asked"):
        actions.revoke(f.actor("kadis"), case.pk, asked=f.asked())
    with f.refusal("cases.no-reason", 422):
        actions.ask_revocation(f.actor("jf"), case.pk, reason=" ", asked=f.asked())
    actions.ask_revocation(f.actor("jf"), case.pk, reason="Data tidak benar.", asked=f.asked())
    assert queries.check_file(signed_bytes(case)).verdict == queries.GENUINE
    actions.revoke(f.actor("kadis", f.AT + timedelta(hours=1)), case.pk, asked=f.asked())
    permit = permit_of(case)
    assert (permit.state, permit.revoked_by) == (Permit.REVOKED, f.actor("kadis").person)
    assert queries.check_file(signed_bytes(case)).verdict == queries.REVOKED
    assert queries.check_code_of(permit.code).verdict == queries.REVOKED
    with f.refusal("permits.none"):
        actions.revoke(f.actor("kadis"), case.pk, asked=f.asked())
    with f.refusal("permits.none"):
        actions.ask_revocation(f.actor("jf"), case.pk, reason="Lagi.", asked=f.asked())


def test_who_proposes_does_not_decide(stage: Stage) -> None:
    case = stage("unduh")
    actions.ask_revocation(f.actor("kadis"), case.pk, reason="Data tidak benar.", asked=f.asked())
    with f.refusal("permits.same-person", 403):
        actions.revoke(f.actor("kadis"), case.pk, asked=f.asked())


def test_there_is_nothing_to_revoke_before_it_is_issued(stage: Stage) -> None:
    for case in (stage("validasi"), f.sign(stage("tanda-tangan"))):
        with f.refusal("permits.none"):
            actions.ask_revocation(f.actor("jf"), case.pk, reason="x", asked=f.asked())


def test_a_book_of_permits_counts_what_was_taken_and_nothing_else(stage: Stage) -> None:
    case = stage("tanda-tangan")

    def last() -> Any:
        return NumberBook.objects.get(office=case.office, name="SS", year=2026).last

    assert last() == 1
    for refused in (lambda: actions.sign(f.actor("fo"), case.pk, asked=f.asked()),):
        with f.refusal("access.role"):
            refused()
    f.sign(case)
    assert last() == 2
    assert DBTaskResult.objects.filter(task_path__endswith="permits.jobs.sign").count() == 1
    with f.refusal("sop.signing"):
        applications.withdraw(f.actor("pemohon"), f.application(case).key, reason="", asked=f.asked())
