# SPDX-License-Identifier: Apache-2.0
"""What two persons rule about a published service: taking back, closing, correcting misprints."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from satupintu.accounts.models import Assignment
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.cases.models import Case
from satupintu.catalog import actions, queries
from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.core.access import Actor
from satupintu.core.package import Problem
from satupintu.core.seal import commitment
from satupintu.door import read, triggers
from satupintu.notices.models import Notice
from satupintu.offices.models import Office
from satupintu.permits.models import Permit
from satupintu.vault import rows
from tests import factories as f
from tests.pdf import text_of

TODAY = f.AT.date()
SOON = TODAY + timedelta(days=7)
WHY = "Tanggalnya belum tepat menurut rapat 4 Maret."
WAY = "Datanglah ke Mal Pelayanan Publik, loket 3."
LATER = f.AT + timedelta(hours=1)


@pytest.fixture
def office(stage: Callable[[str], Case]) -> Office:
    stage("verifikasi")
    return Office.objects.get(slug="mempawah")


@pytest.fixture
def one(office: Office) -> Actor:
    f.newcomer("admin1@mempawah.example", "administrator")
    return f.actor("admin1@mempawah.example")


@pytest.fixture
def other(office: Office) -> Actor:
    f.newcomer("admin2@mempawah.example", "administrator")
    return f.actor("admin2@mempawah.example", LATER)


def current(office: Office) -> ServiceVersion:
    return queries.version(queries.in_force(office.pk, f.SERVICE, TODAY).key)


def version(key: object) -> ServiceVersion:
    return queries.version(uuid.UUID(str(key)))


def approved(
    office: Office, one: Actor, other: Actor, words: str = "Sedang diperiksa", **more: Any
) -> ServiceVersion:
    """The next version, approved for a day (SOON, unless `day` is given)."""
    made = actions.draft(one, office, f.SERVICE, f.edited(words), asked=f.asked())["version"]
    actions.submit(one, version(made).pk, effective=more.get("day", SOON), note="Kata.", asked=f.asked())
    actions.approve(other, version(made).pk, asked=f.asked())
    return version(made)


def ruling(answer: dict[str, Any]) -> Ruling:
    return queries.ruling(uuid.UUID(answer["ruling"]))


def recall(actor: Actor, about: ServiceVersion) -> Ruling:
    return ruling(actions.ask_recall(actor, about.pk, reason=WHY, asked=f.asked()))


def closing(actor: Actor, office: Office, **more: Any) -> Ruling:
    given: dict[str, Any] = {"day": SOON, "reason": WHY, "refer_to": WAY, **more}
    return ruling(actions.ask_closing(actor, current(office).pk, asked=f.asked(), **given))


def closed(one: Actor, other: Actor, office: Office, **more: Any) -> Ruling:
    asked = closing(one, office, **more)
    actions.confirm(other, asked.pk, asked=f.asked())
    return queries.ruling(asked.key)


def misprint(new: str = "Sedang kami nilai") -> dict[str, bytes]:
    return f.edited(new)


def release(actor: Actor, about: ServiceVersion, files: dict[str, bytes] | None = None) -> Ruling:
    given = misprint() if files is None else files
    return ruling(actions.ask_release(actor, about.pk, given, reason="Salah ketik.", asked=f.asked()))


def released(one: Actor, other: Actor, office: Office, files: dict[str, bytes] | None = None) -> Ruling:
    asked = release(one, current(office), files)
    actions.confirm(other, asked.pk, asked=f.asked())
    return queries.ruling(asked.key)


def told(row: Ruling) -> list[str]:
    return [line.kind for line in read.history(row)]


def later(who: str, **more: float) -> Actor:
    return f.actor(who, f.AT + timedelta(**more))


# Taking back an approved version ---------------------------------------------------------------------------------


def test_a_version_taken_back_never_comes_into_force(office: Office, one: Actor, other: Actor) -> None:
    former, made = current(office), approved(office, one, other)
    asked = recall(one, made)
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk == made.pk  # asking alone changes nothing
    actions.confirm(other, asked.pk, asked=f.asked())
    for day in (SOON, SOON + timedelta(days=400)):
        assert queries.in_force(office.pk, f.SERVICE, day).pk == former.pk
        assert made.pk not in [one.pk for one in queries.services(office.pk, day)]
    made, asked = version(made.key), queries.ruling(asked.key)
    assert (made.status, made.recalled, made.stands) == ("approved", True, False)
    assert (asked.status, asked.answered_by) == ("approved", other.person)
    assert told(asked) == ["service.recall-asked", "service.recall-approved"]
    first = read.history(asked)[0]
    assert first.data["reason"] == commitment(bytes(asked.salt), WHY)
    assert first.data["version"] == made.digest
    among = queries.versions([office.pk], f.SERVICE)
    assert queries.after(former, among) is None
    assert read.verify().ok


def test_the_next_version_follows_the_one_in_force_not_the_one_taken_back(
    office: Office, one: Actor, other: Actor
) -> None:
    former, made = current(office), approved(office, one, other)
    waiting = actions.draft(one, office, f.SERVICE, f.edited("Sedang ditimbang"), asked=f.asked())["version"]
    day = SOON + timedelta(days=1)
    actions.submit(one, version(waiting).pk, effective=day, note="Kata.", asked=f.asked())
    actions.confirm(other, recall(one, made).pk, asked=f.asked())
    with f.refusal("catalog.overtaken"):
        actions.approve(other, version(waiting).pk, follows=made.digest, asked=f.asked())
    actions.approve(other, version(waiting).pk, follows=former.digest, asked=f.asked())
    sooner = approved_again(office, one, other, day)
    assert sooner.effective == day


def approved_again(office: Office, one: Actor, other: Actor, day: Any) -> ServiceVersion:
    return approved(office, one, other, "Sedang dibaca", day=day)


def test_the_same_content_does_not_come_back_by_itself(office: Office, one: Actor, other: Actor) -> None:
    made = approved(office, one, other)
    actions.confirm(other, recall(one, made).pk, asked=f.asked())
    with f.refusal("catalog.recalled-content", 422):
        actions.draft(one, office, f.SERVICE, f.edited("Sedang diperiksa"), asked=f.asked())


def test_from_its_day_on_it_is_too_late(office: Office, one: Actor, other: Actor) -> None:
    made = approved(office, one, other)
    asked = recall(one, made)
    # 00.10 of its day in Mempawah is 17.10 UTC of the day before
    day = f.AT.replace(hour=17, minute=10) + timedelta(days=6)
    with f.refusal("catalog.recall-late"):
        actions.confirm(f.actor("admin2@mempawah.example", day), asked.pk, asked=f.asked())
    actions.drop(one, asked.pk, asked=f.asked())
    with f.refusal("catalog.recall-late"):
        actions.ask_recall(f.actor("admin1@mempawah.example", day), made.pk, reason=WHY, asked=f.asked())


def test_not_where_a_case_is_pinned_to_it(office: Office, one: Actor, other: Actor) -> None:
    """The clock was set back after somebody had applied on its day."""
    made = approved(office, one, other)
    then = f.AT + timedelta(days=8)
    assert f.sent(then).service_id == made.pk
    with f.refusal("catalog.recall-pinned"):
        recall(one, made)


def test_the_last_one_first(office: Office, one: Actor, other: Actor) -> None:
    """A version that was read against this one goes first."""
    made = approved(office, one, other)
    after = approved(office, one, later("admin2@mempawah.example", hours=2), "Sedang ditimbang", day=SOON)
    with f.refusal("catalog.recall-followed"):
        recall(one, made)
    actions.confirm(other, recall(one, after).pk, asked=f.asked())
    recall(one, made)


def test_only_what_was_approved_is_taken_back_and_only_once(office: Office, one: Actor, other: Actor) -> None:
    draft = version(actions.draft(one, office, f.SERVICE, misprint(), asked=f.asked())["version"])
    with f.refusal("catalog.not-approved"):
        recall(one, draft)
    made = approved(office, one, other)
    with f.refusal("catalog.no-why", 422):
        actions.ask_recall(one, made.pk, reason="  ", asked=f.asked())
    asked = recall(one, made)
    with f.refusal("catalog.asked-already"):
        recall(other, made)
    actions.confirm(other, asked.pk, asked=f.asked())
    with f.refusal("catalog.recalled"):
        recall(one, made)


def test_a_procedure_that_a_service_names_is_not_taken_back(office: Office, one: Actor, other: Actor) -> None:
    procedure = procedure_files(office)
    made = actions.draft(one, office, "tata-cara-baru", procedure, asked=f.asked())["version"]
    assert version(made).problems == []
    actions.submit(one, version(made).pk, effective=SOON, note="SOP.", asked=f.asked())
    actions.approve(other, version(made).pk, asked=f.asked())
    naming = f.edited('linked = ["tata-cara-baru",', where="sop.toml", old="linked = [")
    service = actions.draft(one, office, "layanan-lain", naming, asked=f.asked())["version"]
    assert version(service).problems == []
    actions.submit(one, version(service).pk, effective=SOON, note="Layanan.", asked=f.asked())
    actions.approve(other, version(service).pk, asked=f.asked())
    with f.refusal("catalog.recall-linked"):
        recall(one, version(made))
    actions.confirm(other, recall(one, version(service)).pk, asked=f.asked())
    recall(one, version(made))


def procedure_files(office: Office) -> dict[str, bytes]:
    row = next(v for v in queries.versions([office.pk]) if v.kind == "sop" and v.stands)
    return queries.content(ServiceVersion.objects.get(pk=row.pk))


# Four eyes -------------------------------------------------------------------------------------------------------


def test_nobody_approves_what_he_asked_for(office: Office, one: Actor, other: Actor) -> None:
    made = approved(office, one, other)
    rows = [recall(other, made), closing(other, office), release(other, current(office))]
    for row in rows:
        with f.refusal("catalog.same-person", 403):
            actions.confirm(other, row.pk, asked=f.asked())
        with f.refusal("catalog.same-person", 403):
            actions.decline(other, row.pk, reason="Tidak.", asked=f.asked())
    Assignment.objects.filter(person__key__in=[one.person, other.person]).update(nip="19800101 200501 1 001")
    with f.refusal("catalog.same-person", 403):
        actions.confirm(one, rows[0].pk, asked=f.asked())
    for row in rows:
        actions.confirm(f.actor("kadis", LATER), row.pk, asked=f.asked())


def test_who_may_approve_may_ask_too(office: Office, one: Actor, other: Actor) -> None:
    made = approved(office, one, other)
    head = f.actor("kadis")
    actions.confirm(one, recall(head, made).pk, asked=f.asked())
    actions.confirm(one, closing(head, office).pk, asked=f.asked())
    with f.refusal("access.role", 403):
        release(head, current(office))  # he hands no folder in


def test_nobody_else_asks_or_answers(office: Office, one: Actor, other: Actor) -> None:
    made = approved(office, one, other)
    row, shut = recall(one, made), closed(one, other, office)
    f.newcomer("admin@kampar.example", "administrator", office="kampar")
    acts: list[Callable[[Actor], object]] = [
        lambda a: recall(a, made),
        lambda a: closing(a, office),
        lambda a: release(a, current(office)),
        lambda a: actions.ask_reopening(a, shut.pk, reason=WHY, asked=f.asked()),
        lambda a: actions.confirm(a, row.pk, asked=f.asked()),
        lambda a: actions.decline(a, row.pk, reason="Tidak.", asked=f.asked()),
        lambda a: actions.drop(a, row.pk, asked=f.asked()),
    ]
    for act in acts:
        for who in ("admin@kampar.example", "pemohon"):
            with f.refusal("access.not-yours", 404):
                act(f.actor(who))
        for who in ("fo", "teknis", "jf", "koordinator", "arsip", "auditor"):
            with f.refusal("access.role", 403):
                act(f.actor(who))


def test_declined_with_a_reason_or_dropped_by_who_asked(office: Office, one: Actor, other: Actor) -> None:
    made = approved(office, one, other)
    row = recall(one, made)
    with f.refusal("catalog.no-answer", 422):
        actions.decline(other, row.pk, reason=" ", asked=f.asked())
    actions.decline(other, row.pk, reason="Tanggalnya tepat.", asked=f.asked())
    row = queries.ruling(row.key)
    assert (row.status, row.answer) == ("declined", "Tanggalnya tepat.")
    assert read.history(row)[-1].data["reason"] == commitment(bytes(row.salt), row.answer)
    again = recall(one, made)
    with f.refusal("catalog.not-yours", 403):
        actions.drop(other, again.pk, asked=f.asked())
    actions.drop(one, again.pk, asked=f.asked())
    for act in (actions.confirm, actions.drop):
        for waiting in (row, again):
            with f.refusal("catalog.not-asked"):
                act(other if act is actions.confirm else one, waiting.pk, asked=f.asked())
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk == made.pk


def test_twice_is_once(office: Office, one: Actor, other: Actor) -> None:
    made, asked = approved(office, one, other), f.asked()
    first = actions.ask_recall(one, made.pk, reason=WHY, asked=asked)
    assert actions.ask_recall(one, made.pk, reason=WHY, asked=asked) == first
    command = f.asked()
    for _ in range(2):
        actions.confirm(other, ruling(first).pk, asked=command)
    assert told(ruling(first)) == ["service.recall-asked", "service.recall-approved"]


# Closing ---------------------------------------------------------------------------------------------------------


def test_from_its_day_on_nobody_begins_or_sends(office: Office, one: Actor, other: Actor) -> None:
    draft = f.draft()
    shut = closed(one, other, office)
    assert f.sent(LATER).office_id == office.pk  # until then everything goes on
    day = f.AT + timedelta(days=7)
    with f.refusal("catalog.closed") as refusal:
        f.send(draft, day)
    assert refusal.value.values["day"] == SOON
    with f.refusal("catalog.closed"):
        applications.start(f.actor("pemohon", day), current(office))
    kept = application_queries.own(f.actor("pemohon", day), draft.key)
    assert (kept.answers, kept.case_id) == (draft.answers, None)
    assert application_queries.closed(kept, day) == shut
    assert application_queries.closed(kept, day - timedelta(days=1)) is None


def test_running_files_end_and_a_refused_one_is_not_taken_up_again(
    office: Office, one: Actor, other: Actor, stage: Callable[[str], Case]
) -> None:
    case, refused = stage("verifikasi"), stage("ditolak")
    closed(one, other, office, day=TODAY)
    case = f.take(f.examine(case, LATER), "teknis", "lengkap", LATER)
    case = f.sign(f.take(f.prepare(case, LATER), "jf", "valid", LATER), LATER)
    f.run_jobs(LATER)
    assert Permit.objects.get(case=case).state == Permit.ISSUED
    with f.refusal("catalog.closed"):
        applications.start(f.actor("pemohon", LATER), current(office), reopens=f.application(refused))


def test_a_closing_has_a_day_to_come_a_reason_and_a_way(office: Office, one: Actor, other: Actor) -> None:
    for wrong, code in (
        ({"day": TODAY - timedelta(days=1)}, "catalog.closing-past"),
        ({"reason": " "}, "catalog.no-why"),
        ({"refer_to": ""}, "catalog.no-way"),
        ({"successor": "tidak-ada"}, "catalog.successor"),
        ({"successor": f.SERVICE}, "catalog.successor"),
    ):
        with f.refusal(code, 422):
            closing(one, office, **wrong)
    procedure = next(v for v in queries.versions([office.pk]) if v.kind == "sop")
    with f.refusal("catalog.closing-sop"):
        given: dict[str, Any] = {"day": SOON, "reason": WHY, "refer_to": WAY}
        actions.ask_closing(one, procedure.pk, asked=f.asked(), **given)
    closed(one, other, office)
    with f.refusal("catalog.closing-twice"):
        closing(one, office)


def test_a_day_that_has_gone_by_is_not_approved(office: Office, one: Actor, other: Actor) -> None:
    asked = closing(one, office, day=TODAY)
    with f.refusal("catalog.closing-past", 422):
        actions.confirm(later("admin2@mempawah.example", days=1), asked.pk, asked=f.asked())


def test_before_its_day_two_persons_lift_a_closing(office: Office, one: Actor, other: Actor) -> None:
    shut = closed(one, other, office)
    lifted = ruling(actions.ask_reopening(one, shut.pk, reason="Tidak jadi.", asked=f.asked()))
    assert queries.closings(office.pk, SOON)
    with f.refusal("catalog.closing-begun"):
        actions.confirm(later("admin2@mempawah.example", days=7), lifted.pk, asked=f.asked())
    actions.confirm(other, lifted.pk, asked=f.asked())
    assert queries.closings(office.pk, SOON) == {}
    f.sent(f.AT + timedelta(days=8))
    with f.refusal("catalog.closing-gone"):
        actions.ask_reopening(one, shut.pk, reason="Lagi.", asked=f.asked())


def test_a_new_version_opens_it_again(office: Office, one: Actor, other: Actor) -> None:
    """Only one that is approved after the closing, for its day or later."""
    before = approved(office, one, other, day=SOON + timedelta(days=1))
    shut = closed(one, later("admin2@mempawah.example", hours=2), office)
    day = SOON + timedelta(days=3)
    assert queries.closings(office.pk, day) == {f.SERVICE: shut}  # what was approved before does not open it
    made = actions.draft(one, office, f.SERVICE, f.edited("Dibuka lagi"), asked=f.asked())["version"]
    actions.submit(one, version(made).pk, effective=day, note="Dibuka.", asked=f.asked())
    opener = later("admin2@mempawah.example", hours=3)
    with f.refusal("catalog.overtaken"):  # whoever reads it must have read that it opens the service
        actions.approve(opener, version(made).pk, follows=before.digest, asked=f.asked())
    follows = f"{before.digest} {shut.key}"
    actions.approve(opener, version(made).pk, follows=follows, asked=f.asked())
    assert queries.closings(office.pk, day - timedelta(days=1)) == {f.SERVICE: shut}
    assert queries.closings(office.pk, day) == {}
    f.sent(f.AT + timedelta(days=10))


def test_those_with_drafts_are_told(office: Office, one: Actor, other: Actor) -> None:
    draft = f.draft()
    shut = closed(one, other, office)
    lifted = ruling(actions.ask_reopening(one, shut.pk, reason="Tidak jadi.", asked=f.asked()))
    actions.confirm(other, lifted.pk, asked=f.asked())
    f.run_jobs(LATER)
    heard = Notice.objects.filter(account=draft.account, link__contains=str(draft.key)).order_by("pk")
    assert ["ditutup mulai" in heard[0].subject, "tidak jadi ditutup" in heard[1].subject] == [True, True]


# Correction releases ---------------------------------------------------------------------------------------------


def status_words(case: Case) -> str:
    from satupintu.portal import story

    return story.of(f.application(case), LATER).status


def test_running_files_print_and_speak_with_the_correction(
    office: Office, one: Actor, other: Actor, stage: Callable[[str], Case]
) -> None:
    case = stage("verifikasi")
    was, before = status_words(case), current(office)
    files = f.edited("Sedang kami nilai", old=was)
    layout = files["permit.typ"]
    files["permit.typ"] = layout + b"\nSalah ketik dibetulkan.\n"
    row = release(one, before, files)
    assert status_words(case) == was
    actions.confirm(other, row.pk, asked=f.asked())
    assert status_words(case) == "Sedang kami nilai"
    case = f.take(f.examine(case, LATER), "teknis", "lengkap", LATER)
    case = f.sign(f.take(f.prepare(case, LATER), "jf", "valid", LATER), LATER)
    f.run_jobs(LATER)
    permit = Permit.objects.get(case=case)
    assert permit.data["layanan"]["sidik_versi"] == before.digest
    assert permit.data["layanan"]["sidik_koreksi"] == row.digest
    assert "Salah ketik dibetulkan." in printed(permit)
    taken = next(line for line in read.history(f.fresh(case)) if line.kind == "permit.number-taken")
    assert taken.data["release"] == row.digest
    untouched = version(before.key)
    assert (untouched.digest, queries.content(ServiceVersion.objects.get(pk=before.pk))["permit.typ"]) == (
        before.digest,
        layout,
    )


def printed(permit: Permit) -> str:
    from satupintu.door import files

    assert permit.file is not None
    return text_of(files.read(permit.file))


def test_what_was_signed_stays_as_it_was_printed(
    office: Office, one: Actor, other: Actor, stage: Callable[[str], Case]
) -> None:
    from satupintu.permits import papers

    case = stage("unduh")
    permit = Permit.objects.select_related("case").get(case=case)
    signed, sheet = printed(permit), papers.sheet(permit)
    files = misprint()
    files["permit.typ"] += b"\nSalah ketik dibetulkan.\n"
    released(one, other, office, files)
    assert printed(Permit.objects.get(pk=permit.pk)) == signed
    assert papers.sheet(permit) == sheet  # a signature that is given again is given to the same bytes


def test_only_layout_and_words_may_differ(office: Office, one: Actor, other: Actor) -> None:
    about, files = current(office), misprint()
    rule = f.edited('norm = "9 menit"', where="sop.toml", old='norm = "20 menit"')
    for wrong in (
        {**files, "sop.toml": rule["sop.toml"]},
        {**files, "tambahan.typ": b"= Baru"},
        {name: data for name, data in files.items() if name != "form.toml"},
        {**files, "service.toml": files["service.toml"] + b"\n# catatan\n"},
    ):
        with f.refusal("catalog.release-more", 422):
            release(one, about, wrong)
    with f.refusal("catalog.release-more", 422):
        actions.ask_release(
            one,
            about.pk,
            files,
            reason="Kata.",
            asked=f.asked(),
            refused=[Problem("a.doc", "nama", "Hapus.")],
        )
    with f.refusal("catalog.release-same", 422):
        release(one, about, queries.content(ServiceVersion.objects.get(pk=about.pk)))
    for broken in ({**files, "permit.typ": b"#tidak-ada()"}, {**files, "texts.id.toml": b"a = 1"}):
        with f.refusal("catalog.release-unsound", 422):
            release(one, about, broken)
    assert not Ruling.objects.exists()


def test_the_newest_release_counts_and_one_may_go_back(office: Office, one: Actor, other: Actor) -> None:
    about = current(office)
    first = released(one, other, office)
    assert queries.release_of(about.pk) == first.digest
    with f.refusal("catalog.release-same", 422):
        release(one, about)
    back = release(one, about, queries.content(ServiceVersion.objects.get(pk=about.pk)))
    actions.confirm(later("admin2@mempawah.example", hours=2), back.pk, asked=f.asked())
    assert queries.release_of(about.pk) == about.digest
    assert queries.corrected(about.pk, about.digest).texts == queries.package_by_id(about.pk).texts


# The data base refuses -------------------------------------------------------------------------------------------


def sql(statement: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


CHANGES = {
    "id": "id + 1000", "key": "'00000000000000000000000000000000'", "office_id": "office_id + 1", "kind": "'recall'",
    "slug": "'lain'", "about_id": "about_id + 1", "undoes_id": "id", "day": "'2020-01-01'", "successor": "'lain'",
    "refer_to": "'Lain.'", "files": "'{\"a\": 1}'", "digest": "'0'", "status": "'asked'", "reason": "'Lain.'",
    "answer": "'Lain.'", "salt": "NULL", "asked_by": "'x'", "at": "'2020-01-01'", "answered_by": "'x'",
    "answered_at": "NULL",
}  # fmt: skip


def test_what_was_ruled_stands_still(office: Office, one: Actor, other: Actor) -> None:
    row = closed(one, other, office)
    columns = {field.column for field in Ruling._meta.concrete_fields}
    assert columns == {*triggers.RULING_COLUMNS, *triggers.FREE_COLUMNS}
    assert set(CHANGES) == set(triggers.RULING_COLUMNS)
    for column, value in CHANGES.items():
        with f.nothing_left(DatabaseError, match="immutable"), transaction.atomic():
            sql(f"UPDATE catalog_ruling SET {column} = {value} WHERE id = %s", row.pk)
    with f.nothing_left(DatabaseError, match="immutable"), transaction.atomic():
        sql("DELETE FROM catalog_ruling WHERE id = %s", row.pk)
    asked = release(one, current(office))
    assert sql("UPDATE catalog_ruling SET reason = 'Lain.' WHERE id = %s", asked.pk) == 1


# Telling ---------------------------------------------------------------------------------------------------------


def test_who_may_approve_is_told_and_who_asked_hears_the_answer(
    office: Office, one: Actor, other: Actor
) -> None:
    row = closing(one, office)
    f.run_jobs(f.AT)
    waiting = Notice.objects.filter(about=row.subject)
    assert {n.account_id for n in waiting} == {other.account_id, f.actor("kadis").account_id}
    assert all(n.link == f"/kelola/usulan/{row.key}" for n in waiting)
    actions.decline(other, row.pk, reason="Masih dibutuhkan.", asked=f.asked())
    f.run_jobs(LATER)
    heard = Notice.objects.get(about=row.subject, account_id=one.account_id or 0)
    assert heard.subject.startswith("Usulan penutupan layanan")
    assert heard.subject.endswith("ditolak")


# Backups ---------------------------------------------------------------------------------------------------------


def test_a_backup_carries_what_was_ruled(office: Office, one: Actor, other: Actor) -> None:
    """Dumped, emptied, loaded again: closing and correction hold as before, and the record fits."""
    version, shut = current(office), closed(one, other, office, day=TODAY)
    row = released(one, other, office)
    before, counts = list(Ruling.objects.order_by("pk").values()), dict[str, int]()
    lines = list(rows.dump(counts))
    assert counts["catalog_ruling"] == len(before) == 2
    rows.proved()
    triggers.drop(connection)
    Ruling.objects.all().delete()
    load = rows.Load()
    for piece in lines:
        load(piece)
    load.close()
    rows.proved()
    triggers.make(connection)
    assert list(Ruling.objects.order_by("pk").values()) == before
    assert queries.closings(office.pk, TODAY)[f.SERVICE].key == shut.key
    assert queries.release_of(version.pk) == row.digest
    assert read.verify().ok
