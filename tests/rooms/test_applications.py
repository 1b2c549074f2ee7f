# SPDX-License-Identifier: Apache-2.0
"""An application: kept from the first answer, sent once and whole, corrected only where it was asked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from satupintu.applications import actions, papers, queries
from satupintu.applications.models import (
    Application,
    ArchiveEntry,
    Document,
    RequirementItem,
    Verdict,
    WorkDocument,
)
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case, Remark
from satupintu.catalog import actions as catalog
from satupintu.catalog.folders import from_json, services_root
from satupintu.catalog.models import Kbli, ServiceVersion
from satupintu.catalog.queries import in_force
from satupintu.core.access import Actor, system
from satupintu.core.numbers import normal_code, show_code
from satupintu.core.package import linked_sops, read_package
from satupintu.core.seal import commitment
from satupintu.door import files
from satupintu.door.models import Event, StoredFile
from satupintu.offices.models import NumberBook, Office
from tests import factories as f
from tests.pdf import text_of

Stage = Callable[[str], Case]


@pytest.fixture
def me(stage: Stage) -> Actor:
    stage("verifikasi")
    return f.actor("pemohon")


@pytest.fixture
def service(me: Actor) -> ServiceVersion:
    return in_force(Office.objects.get(slug="mempawah").pk, f.SERVICE, f.AT.date())


@pytest.fixture
def stranger(me: Actor) -> Actor:
    return f.actor(f.newcomer("orang@contoh.example").email)


def page_of(made: Application, question: str) -> int:
    return next(n for n, page in enumerate(queries.pages(made), 1) for q in page if q.id == question)


def again(me: Actor, made: Application) -> Application:
    return queries.own(me, made.key)


# The draft -------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_from_the_first_answer_without_an_event(me: Actor, service: ServiceVersion) -> None:
    told = Event.objects.count()
    made = actions.start(me, service)
    actions.save_page(me, made.key, page_of(made, "nama-usaha"), {"nama-usaha": "Warung Melati"})
    kept = again(me, made)
    assert (kept.answers["nama-usaha"], kept.case, queries.title(kept)) == (
        "Warung Melati",
        None,
        "Warung Melati",
    )
    assert made in queries.own_all(me)
    assert Event.objects.count() == told
    assert not queries.complete(kept)


def test_a_page_with_a_problem_keeps_its_other_answers(me: Actor, service: ServiceVersion) -> None:
    made = actions.start(me, service)
    number = page_of(made, "desa")
    problems = actions.save_page(me, made.key, number, {"alamat": "Jalan Melati 21", "desa": ""})
    assert [problem.question_id for problem in problems] == ["desa"]
    assert again(me, made).answers["alamat"] == {"jalan": "Jalan Melati 21"}
    with f.refusal("applications.no-page", 404):
        actions.save_page(me, made.key, 99, {})
    with f.refusal("applications.no-page", 404):
        actions.save_page(me, made.key, 0, {})


def test_nik_and_phone_are_kept_with_the_person_and_not_in_the_answers(
    me: Actor, service: ServiceVersion
) -> None:
    made = f.draft()
    assert made.answers["nik"] == made.answers["hp"] == {"ref": "person"}
    assert (made.person.nik, made.person.phone) == ("6102014508900002", "+6281255550142")
    shown = {row.question: row.value for row in queries.answer_rows(made)}
    masked = {row.question: row.value for row in queries.answer_rows(made, masked=True)}
    assert shown["nik"] == "6102014508900002"
    assert masked["nik"] == "••••••••••••0002"
    assert masked["hp"].endswith("0142")
    assert "8125555" not in masked["hp"]


def test_a_nik_of_somebody_else_is_refused(me: Actor, stranger: Actor, service: ServiceVersion) -> None:
    f.draft()
    other = actions.start(stranger, service)
    with f.refusal("accounts.nik-taken", 422):
        actions.save_page(stranger, other.key, page_of(other, "nik"), {"nik": "6102014508900002"})


def test_a_kbli_of_another_authority_is_refused_on_the_first_page(me: Actor, service: ServiceVersion) -> None:
    made = actions.start(me, service)
    assert page_of(made, "kbli") == 1
    elsewhere = Kbli.objects.exclude(authority="kabupaten").first()
    assert elsewhere is not None
    with f.refusal("catalog.kbli-elsewhere", 422) as no:
        actions.save_page(me, made.key, 1, {"kbli": elsewhere.code})
    assert no.value.values["refer_to"] == elsewhere.refer_to
    assert actions.save_page(me, made.key, 1, {"kbli": "56101"}) == []
    assert queries.shown_value(again(me, made), "kbli").startswith("KBLI 2020 56101 ")


def test_a_question_that_is_no_longer_asked_does_not_count(me: Actor, service: ServiceVersion) -> None:
    made = actions.start(me, service)
    f.fill(made, **{"butuh-bantuan": "ya", "bantuan": "Penjelasan syarat"})
    asked = [row.question for row in queries.answer_rows(again(me, made))]
    assert "bantuan" in asked
    assert "sewa-sampai" not in asked


def test_documents_are_attached_replaced_and_taken_out_again(me: Actor, service: ServiceVersion) -> None:
    made = actions.start(me, service)
    first = actions.attach(me, made.key, "ktp", name="a.png", data=f.picture())
    second = actions.attach(me, made.key, "ktp", name="b.png", data=f.picture(50))
    item = queries.items(made)[0]
    assert (item.document, item.earlier, item.missing) == (second, (first,), False)
    assert second.number == 2
    assert second.file.encrypted
    assert queries.document_file(made, first.key) == first
    path = files.path_of(second.file)
    actions.detach(me, made.key, "ktp")
    assert queries.items(made)[0].missing
    assert not StoredFile.objects.filter(pk=second.file_id).exists()
    assert path.exists()  # until the transaction is really over: tests/rooms/test_at_once.py
    with f.refusal("access.not-yours", 404):
        actions.attach(me, made.key, "tidak-ada", name="a.png", data=f.picture())
    with f.refusal("upload.kind", 422):
        actions.attach(me, made.key, "ktp", name="ktp.pdf", data=b"<html>")


def test_a_draft_that_is_thrown_away_leaves_nothing(me: Actor, service: ServiceVersion) -> None:
    before = f.everything()
    made = actions.start(me, service)
    actions.attach(me, made.key, "ktp", name="a.png", data=f.picture())
    actions.discard(me, made.key)
    assert f.everything() == before


def test_a_draft_is_nobody_elses(stranger: Actor, me: Actor, service: ServiceVersion) -> None:
    made = f.draft()
    document = queries.items(made)[0].document
    assert document is not None
    for actor in (stranger, f.actor("teknis"), Actor(person="", at=f.AT)):
        for act in (
            lambda actor=actor: queries.own(actor, made.key),
            lambda actor=actor: actions.save_page(actor, made.key, 1, {"kbli": "56101"}),
            lambda actor=actor: actions.attach(actor, made.key, "ktp", name="a.png", data=f.picture()),
            lambda actor=actor: actions.detach(actor, made.key, "ktp"),
            lambda actor=actor: actions.discard(actor, made.key),
            lambda actor=actor: actions.send(actor, made.key, ticked=f.statements(made), asked=f.asked()),
        ):
            with f.refusal("access.not-yours", 404):
                act()
    assert queries.own_all(Actor(person="", at=f.AT)) == []
    theirs = actions.start(stranger, service)
    with f.refusal("access.not-yours", 404):
        queries.document_file(theirs, document.key)
    with f.refusal("access.not-yours", 404):
        actions.start(Actor(person="", at=f.AT), service)


# Sending ---------------------------------------------------------------------------------------------------------


def test_sending_gives_receipt_code_promise_and_commits_to_what_was_handed_in(me: Actor) -> None:
    made = f.draft()
    last = NumberBook.objects.get(office=made.office, name="receipt", year=2026).last
    case = f.send(made)
    sent = again(me, made)
    assert case.receipt == f"SP-6102-26-{last + 1:06d}"
    assert normal_code(show_code(sent.track_code)) == sent.track_code
    assert (sent.sent_at, case.due, case.title) == (f.AT, date(2026, 3, 11), "Rumah Makan Pondok Contoh")
    event = Event.objects.get(subject=case.subject, kind="application.sent")
    documents = {i.requirement.id: i.document.file.sha256 for i in queries.items(sent) if i.document}
    handed_in = {"answers": sent.answers, "documents": documents}
    assert event.data["answers"] == commitment(bytes(sent.salt), handed_in)
    assert event.data["service"] == sent.service.digest
    assert set(sent.statements) == set(queries.form(sent).statements)
    found = queries.by_receipt_and_code(case.receipt, sent.track_code)
    assert found == sent
    assert queries.by_receipt_and_code(case.receipt, "A" * 12) is None
    assert queries.by_receipt_and_code("", "") is None
    assert queries.by_receipt_and_code(case.receipt, "") is None


def test_a_double_click_sends_once(me: Actor) -> None:
    made, asked = f.draft(), f.asked()
    ticked = f.statements(made)
    first = actions.send(me, made.key, ticked=ticked, asked=asked)
    before = f.everything()
    assert actions.send(me, made.key, ticked=ticked, asked=asked) == first
    assert f.everything() == before
    with f.refusal("applications.sent"):
        actions.send(me, made.key, ticked=ticked, asked=f.asked())


def test_what_is_incomplete_is_not_sent_and_takes_no_number(me: Actor, service: ServiceVersion) -> None:
    made = actions.start(me, service)
    f.fill(made)
    with f.refusal("applications.incomplete", 422):
        actions.send(me, made.key, ticked=f.statements(made), asked=f.asked())
    made = f.draft()
    for ticked in (
        {},
        dict.fromkeys(list(f.statements(made))[1:], True),
        dict.fromkeys(f.statements(made), False),
    ):
        with f.refusal("applications.statements", 422):
            actions.send(me, made.key, ticked=ticked, asked=f.asked())
    actions.detach(me, made.key, "nib")
    with f.refusal("applications.incomplete", 422):
        actions.send(me, made.key, ticked=f.statements(made), asked=f.asked())


def test_a_service_that_changed_meanwhile_is_not_sent_under_the_old_rules(
    me: Actor, service: ServiceVersion
) -> None:
    made = f.draft()
    content = from_json(service.files)
    content["texts.id.toml"] = content["texts.id.toml"].replace(b"Sedang dinilai", b"Sedang diperiksa")
    package = read_package(content, known_sops=linked_sops(services_root() / "mempawah" / f.SERVICE))
    catalog.propose(system(f.AT), made.office, f.SERVICE, package, content, effective=f.AT.date())
    with f.refusal("applications.service-changed"):
        actions.send(me, made.key, ticked=f.statements(made), asked=f.asked())


def test_what_was_sent_is_no_draft_any_more(stage: Stage, me: Actor) -> None:
    made = f.application(stage("verifikasi"))
    for act in (
        lambda: actions.save_page(me, made.key, 1, {"kbli": "56101"}),
        lambda: actions.detach(me, made.key, "ktp"),
        lambda: actions.discard(me, made.key),
    ):
        with f.refusal("applications.sent"):
            act()
    with f.refusal("applications.not-open"):
        actions.attach(me, made.key, "ktp", name="a.png", data=f.picture())


def test_after_closing_time_it_counts_as_received_on_the_next_working_day(me: Actor) -> None:
    friday_evening = f.AT + timedelta(days=2, hours=8)
    assert f.sent(friday_evening).due == date(2026, 3, 16)  # received on Monday the 9th


def test_the_receipt_can_be_printed(stage: Stage) -> None:
    pdf = papers.receipt(f.application(stage("verifikasi")))
    assert pdf.startswith(b"%PDF-")
    assert papers.receipt(f.application(stage("verifikasi"))) == pdf


@pytest.mark.parametrize(("amount", "words"), [(0, "Tidak dipungut biaya."), (150_000, "Biaya Rp 150.000.")])
def test_papers_say_what_it_costs(
    amount: int, words: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = f.application(stage("verifikasi"))
    package = queries.package(application)
    assert package.service
    tariffs = tuple(replace(tariff, amount_rupiah=amount) for tariff in package.service.tariffs)
    priced = replace(package, service=replace(package.service, tariffs=tariffs))
    monkeypatch.setattr(queries, "package", lambda _: priced)
    assert application.case
    assert package.form
    spec, officer = package.form.documents["berita-acara"], f.actor("teknis")
    report = papers.work_document(application.case, spec, {}, number="00/BAP/2026/0001", actor=officer)
    for pdf in (papers.receipt(application), report):
        paper = text_of(pdf).replace("\N{NO-BREAK SPACE}", " ")
        assert words in paper
        assert ("Tidak dipungut biaya" in paper) is (amount == 0)


# Checking --------------------------------------------------------------------------------------------------------


def marks(case: Case) -> set[str]:
    return {m for m in case_queries.state(f.fresh(case)).marks if m.startswith("checklist")}


def judge(case: Case, requirement: str, verdict: str, sentence: str = "", who: str = "teknis") -> None:
    item = next(i for i in queries.items(f.application(case)) if i.requirement.id == requirement)
    actions.check(f.actor(who), case.pk, item=item.key, verdict=verdict, sentence=sentence, asked=f.asked())


def test_the_facts_of_a_checklist_follow_from_all_its_verdicts(stage: Stage) -> None:
    case = stage("verifikasi")
    handed_in = [i.requirement.id for i in queries.items(f.application(case)) if i.document]
    for requirement in handed_in[:-1]:
        judge(case, requirement, "sesuai")
    assert marks(case) == set()
    judge(case, handed_in[-1], "tidak-sesuai", "Lampiran tidak terbaca.")
    assert marks(case) == {"checklist-failed"}
    with f.refusal("sop.missing"):
        f.take(case, "teknis", "lengkap")
    judge(case, handed_in[-1], "sesuai")
    assert marks(case) == {"checklist-passed"}
    assert Verdict.objects.filter(item__application__case=case).count() == len(handed_in)


def test_a_verdict_needs_words_where_something_is_wrong(stage: Stage) -> None:
    case = stage("verifikasi")
    with f.refusal("applications.no-verdict", 422):
        judge(case, "ktp", "bagus")
    for verdict in ("tidak-sesuai", "tidak-ada"):
        with f.refusal("applications.no-sentence", 422):
            judge(case, "ktp", verdict, " ")


def test_a_document_of_another_file_is_not_judged_here(stage: Stage) -> None:
    other = queries.items(f.application(stage("informasi")))[0]
    for item in (other.key, uuid.uuid4()):
        with f.refusal("access.not-yours", 404):
            actions.check(
                f.actor("teknis"), stage("verifikasi").pk, item=item, verdict="sesuai", asked=f.asked()
            )


def test_each_step_judges_anew(stage: Stage) -> None:
    case = stage("validasi")
    assert marks(case) == set()
    item = queries.items(f.application(case))[0]
    assert set(item.verdicts) == {"verifikasi"}
    judge(case, "ktp", "sesuai", who="jf")
    assert set(queries.items(f.application(case))[0].verdicts) == {"verifikasi", "validasi"}


# Returning and correcting ----------------------------------------------------------------------------------------


def test_a_return_names_what_is_wrong_with_what(stage: Stage, me: Actor) -> None:
    case = stage("validasi")
    for notes in ({}, {"ktp": "  "}, {"ktp": "Buram.", "nib": ""}):
        with f.refusal("applications.no-note", 422):
            actions.return_for_correction(f.actor("jf"), case.pk, notes=notes, asked=f.asked())
    with f.refusal("access.not-yours", 404):
        actions.return_for_correction(f.actor("jf"), case.pk, notes={"tidak-ada": "x"}, asked=f.asked())
    f.send_back(case, ktp="Foto buram.", foto_tempat="Papan nama tidak terlihat.")
    asked = {i.requirement.id: i.note for i in queries.items(f.application(case)) if i.to_correct}
    assert asked == {"ktp": "Foto buram.", "foto-tempat": "Papan nama tidak terlihat."}
    remark = Remark.objects.get(case=case, kind="returned")
    assert remark.for_applicant
    event = Event.objects.get(subject=case.subject, kind="application.returned")
    assert event.data["notes"] == commitment(bytes(remark.salt), remark.text)
    assert event.data["items"] == ["foto-tempat", "ktp"]
    assert "buram" not in str(event.data)


def test_only_what_was_asked_for_is_open_and_all_of_it_must_be_new(stage: Stage, me: Actor) -> None:
    case = f.send_back(stage("validasi"), ktp="Foto buram.", nib="Lampiran kurang.")
    mine = f.application(case)
    with f.refusal("applications.not-open"):
        actions.attach(me, mine.key, "foto-tempat", name="a.png", data=f.picture())
    with f.refusal("applications.nothing-new", 422):
        actions.correct(me, mine.key, note="", truthful=True, asked=f.asked())
    actions.attach(me, mine.key, "ktp", name="a.png", data=f.picture(70))
    with f.refusal("applications.nothing-new", 422) as no:
        actions.correct(me, mine.key, note="", truthful=True, asked=f.asked())
    assert no.value.values["labels"] == "NIB dari OSS"
    actions.attach(me, mine.key, "nib", name="b.png", data=f.picture(71))
    with f.refusal("applications.statements", 422):
        actions.correct(me, mine.key, note="", truthful=False, asked=f.asked())
    actions.correct(me, mine.key, note="Sudah difoto ulang.", truthful=True, asked=f.asked())
    assert Remark.objects.get(case=case, kind="correction-note").text == "Sudah difoto ulang."
    assert not any(item.to_correct for item in queries.items(mine))
    with f.refusal("applications.not-open"):
        actions.attach(me, mine.key, "ktp", name="c.png", data=f.picture(72))
    with f.refusal("applications.nothing-new", 422):
        actions.correct(me, mine.key, note="", truthful=True, asked=f.asked())


def test_what_came_new_is_judged_anew_and_the_earlier_version_stays(stage: Stage) -> None:
    case = stage("validasi")
    f.check_all(case, "jf")
    case = f.correct(f.send_back(case))
    item = queries.items(f.application(case))[0]
    assert item.document is not None
    assert (item.document.number, len(item.earlier)) == (2, 1)
    assert actions.work.judged(item, "validasi") == ""
    with f.refusal("sop.missing"):
        f.take(case, "jf", "valid")
    f.prepare(case)
    assert f.take(case, "jf", "valid").step == "tanda-tangan"


def test_the_same_officer_gets_it_back(stage: Stage) -> None:
    f.newcomer("jf2@mempawah.example", "jf-penata-perizinan")
    case = f.correct(f.send_back(stage("validasi"), "jf2@mempawah.example"))
    assert case.holder == f.actor("jf2@mempawah.example").person
    with f.refusal("cases.held"):
        f.check_all(case, "jf")


# Papers and archive ----------------------------------------------------------------------------------------------


def test_papers_are_numbered_without_gaps_and_kept_encrypted(stage: Stage) -> None:
    case = stage("verifikasi")
    f.examine(case)
    raw = {**f.FINDINGS, "tanggal": "31/02/2026", "cara": "Lain"}
    with f.refusal("applications.form", 422) as no:
        actions.make_document(f.actor("teknis"), case.pk, template="berita-acara", raw=raw, asked=f.asked())
    assert {problem.question_id for problem in no.value.values["problems"]} == {"tanggal", "cara"}
    actions.make_document(
        f.actor("teknis"), case.pk, template="berita-acara", raw=f.FINDINGS, asked=f.asked()
    )
    numbers = (
        WorkDocument.objects.filter(template="berita-acara").order_by("pk").values_list("number", flat=True)
    )
    counts = [int(number.rpartition("/")[2]) for number in numbers]
    assert counts == list(range(1, len(counts) + 1))
    newest = {d.template: d for d in queries.work_documents(case)}
    assert newest["berita-acara"].number == numbers[len(numbers) - 1]
    assert set(newest) == {"berita-acara", "pertimbangan-teknis"}
    kept = newest["berita-acara"]
    assert files.read(kept.file).startswith(b"%PDF-")
    assert kept.file.encrypted
    assert queries.work_document(case, kept.key) == kept
    with f.refusal("access.not-yours", 404):
        queries.work_document(stage("validasi"), kept.key)


def test_a_paper_of_another_step_is_not_made(stage: Stage) -> None:
    for name, template in (("validasi", "berita-acara"), ("verifikasi", "tidak-ada")):
        who = "jf" if name == "validasi" else "teknis"
        with f.refusal("cases.not-now"):
            actions.make_document(
                f.actor(who), stage(name).pk, template=template, raw=f.FINDINGS, asked=f.asked()
            )


def test_wrong_data_tell_another_office_nothing(stage: Stage) -> None:
    with f.refusal("access.not-yours", 404):
        me = f.actor("teknis", office="kampar")
        actions.make_document(me, stage("verifikasi").pk, template="berita-acara", raw={}, asked=f.asked())


def test_a_file_enters_the_archive_with_class_term_and_place(stage: Stage) -> None:
    case = stage("unduh")
    f.permits.downloaded(f.actor("pemohon"), case.pk, asked=f.asked())
    whole = {"code": "500.16.7", "retention": "5 tahun", "place": "Rak 1", "note": "Satu map."}
    for name in ("code", "retention", "place"):
        with f.refusal("applications.archive-incomplete", 422):
            actions.archive(f.actor("arsip"), case.pk, **{**whole, name: " "}, asked=f.asked())
    with f.refusal("sop.missing"):
        f.take(case, "arsip", "arsipkan")
    actions.archive(f.actor("arsip"), case.pk, **whole, asked=f.asked())
    actions.archive(f.actor("arsip"), case.pk, **{**whole, "place": "Rak 2"}, asked=f.asked())
    entry = ArchiveEntry.objects.get(case=case)
    assert (entry.code, entry.place, entry.by) == ("500.16.7", "Rak 2", f.actor("arsip").person)


# Once more (S5) --------------------------------------------------------------------------------------------------


def test_a_refused_application_is_taken_up_again_with_its_answers_and_documents(
    stage: Stage, me: Actor, stranger: Actor
) -> None:
    case = stage("ditolak")
    old = f.application(case)
    made = actions.start(me, case.service, reopens=old)
    taken = {item.requirement.id: item.document for item in queries.items(made)}
    assert made.answers == old.answers
    assert all(document is not None for name, document in taken.items() if name != "lain")
    actions.detach(me, made.key, "ktp")  # the refused application keeps its own
    kept = queries.items(old)[0].document
    assert kept is not None
    assert files.read(kept.file)
    actions.attach(me, made.key, "ktp", name="baru.png", data=f.picture(80))
    again = f.send(queries.own(me, made.key))
    event = Event.objects.get(subject=again.subject, kind="application.sent")
    assert event.data["reopens"] == str(case.key)
    assert again.receipt != case.receipt
    with f.refusal("access.not-yours", 404):
        actions.start(stranger, case.service, reopens=old)
    with f.refusal("applications.no-reopen"):
        actions.start(me, case.service, reopens=f.application(stage("verifikasi")))
    draft = actions.start(me, case.service)
    with f.refusal("access.not-yours", 404):
        actions.start(me, case.service, reopens=draft)


def test_tests_begin_where_they_say(stage: Stage) -> None:
    """The stages are what their names say, and the receipts of all applications have no gap."""
    assert [stage(name).step for name in f.STAGES] == [*list(f.STAGES)[:-1], "verifikasi"]
    receipts = sorted(Case.objects.values_list("receipt", flat=True))
    assert [int(re.sub(r".*-", "", receipt)) for receipt in receipts] == list(range(1, len(receipts) + 1))
    assert RequirementItem.objects.exists()
    assert Document.objects.exists()
