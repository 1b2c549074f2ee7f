# SPDX-License-Identifier: Apache-2.0
"""The life of a version: draft, proposed, approved by another person, in force on its date, and then for ever."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from satupintu.accounts.models import Assignment
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog import actions, queries
from satupintu.catalog.folders import services_root
from satupintu.catalog.models import ServiceVersion, VersionRemark
from satupintu.core.access import Actor
from satupintu.core.package import Problem, load_folder
from satupintu.core.seal import commitment
from satupintu.door import read, triggers
from satupintu.notices.models import Notice
from satupintu.offices.models import Office
from tests import factories as f

TODAY = f.AT.date()
SOON = TODAY + timedelta(days=7)
NOTE = "Perubahan kata menurut rapat 2 Maret."
Files = dict[str, bytes]


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
    return f.actor("admin2@mempawah.example")


def folder(new: str = "Sedang diperiksa", **place: str) -> Files:
    return f.edited(new, **place)


def row(key: object) -> ServiceVersion:
    return queries.version(uuid.UUID(str(key)))


def draft(actor: Actor, office: Office, files: Files | None = None, **more: Any) -> ServiceVersion:
    given = folder() if files is None else files
    return row(actions.draft(actor, office, f.SERVICE, given, asked=f.asked(), **more)["version"])


def proposed(actor: Actor, office: Office, files: Files | None = None, day: date = SOON) -> ServiceVersion:
    made = draft(actor, office, files)
    actions.submit(actor, made.pk, effective=day, note=NOTE, asked=f.asked())
    return row(made.key)


def approved(
    actor: Actor, other: Actor, office: Office, files: Files | None = None, day: date = SOON
) -> ServiceVersion:
    made = proposed(actor, office, files, day)
    actions.approve(other, made.pk, asked=f.asked())
    return row(made.key)


def told(version: ServiceVersion) -> list[str]:
    return [line.kind for line in read.history(version)]


# Drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_with_problems_stays_and_can_be_replaced(office: Office, one: Actor) -> None:
    broken = folder() | {"form.toml": b"[[question]\n"}
    made = draft(one, office, broken, refused=[Problem("catatan.doc", "nama", "Hapus.")])
    assert (made.status, made.effective, queries.content(made)) == ("draft", None, broken)
    assert [problem[:2] for problem in made.problems][:2] == [
        ["catatan.doc", "nama"],
        ["form.toml", "baris 1, kolom 11"],
    ]
    with f.refusal("catalog.problems", 422):
        actions.submit(one, made.pk, effective=SOON, note=NOTE, asked=f.asked())
    actions.replace(one, made.pk, folder(), asked=f.asked())
    made = row(made.key)
    assert (made.problems, queries.content(made)) == ([], folder())
    assert told(made) == ["service.drafted", "service.replaced"]
    actions.submit(one, made.pk, effective=SOON, note=NOTE, asked=f.asked())
    assert row(made.key).status == "proposed"


def test_a_layout_that_does_not_print_is_a_problem(office: Office, one: Actor) -> None:
    files = folder()
    files["permit.typ"] = b"#tidak-ada()"
    assert [problem[:2] for problem in draft(one, office, files).problems] == [["permit.typ", "cetak"]]


def test_a_linked_procedure_must_be_published(office: Office, one: Actor) -> None:
    changed = folder('linked = ["belum-ada",', where="sop.toml", old="linked = [")
    problems = draft(one, office, changed).problems
    assert [problem[:2] for problem in problems] == [["sop.toml", "SOP tertaut “belum-ada”"]]


def test_a_draft_nobody_wants_is_put_away_with_its_history(office: Office, one: Actor) -> None:
    made = draft(one, office)
    actions.discard(one, made.pk, asked=f.asked())
    assert made.pk not in [v.pk for v in queries.versions([office.pk])]
    assert told(row(made.key)) == ["service.drafted", "service.discarded"]
    for act in (actions.discard, actions.approve, actions.withdraw):
        with f.refusal("catalog.not-draft" if act is actions.discard else "catalog.not-proposed"):
            act(one, made.pk, asked=f.asked())
    assert draft(one, office).digest == made.digest  # the same content may be handed in again


def test_what_is_published_already_is_not_drafted_again(office: Office, one: Actor) -> None:
    with f.refusal("catalog.same-content", 422):
        draft(one, office, dict(load_folder(services_root() / "mempawah" / f.SERVICE)))
    with f.refusal("catalog.empty", 422):
        draft(one, office, {})
    for slug in ("", "Izin Baru", "../etc", "a" * 51, "-a"):
        with f.refusal("catalog.slug", 422):
            actions.draft(one, office, slug, folder(), asked=f.asked())


def test_two_drafts_of_one_content_are_proposed_once(office: Office, one: Actor) -> None:
    made, twin = draft(one, office), draft(one, office)
    actions.submit(one, made.pk, effective=SOON, note=NOTE, asked=f.asked())
    with f.refusal("catalog.same-content"):
        actions.submit(one, twin.pk, effective=SOON, note=NOTE, asked=f.asked())


def test_a_repeated_command_makes_one_draft(office: Office, one: Actor) -> None:
    asked = f.asked()
    first = actions.draft(one, office, f.SERVICE, folder(), asked=asked)
    assert actions.draft(one, office, f.SERVICE, folder(), asked=asked) == first
    assert ServiceVersion.objects.filter(status="draft").count() == 1


# Two persons -----------------------------------------------------------------------------------------------------


def test_from_draft_to_force(office: Office, one: Actor, other: Actor) -> None:
    former = queries.in_force(office.pk, f.SERVICE, SOON)
    made = proposed(one, office)
    assert (made.status, made.effective, made.proposed_by) == ("proposed", SOON, one.person)
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk == former.pk
    actions.approve(other, made.pk, asked=f.asked())
    made = row(made.key)
    assert (made.status, made.approved_by, made.approved_at) == ("approved", other.person, f.AT)
    assert told(made) == ["service.drafted", "service.proposed", "service.approved"]
    assert queries.in_force(office.pk, f.SERVICE, SOON - timedelta(days=1)).pk == former.pk
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk == made.pk
    among = queries.versions([office.pk], f.SERVICE)
    assert [queries.before(made, among), queries.after(former, among)] == [former, made]
    assert (queries.after(made, among), queries.before(former, among)) == (None, None)
    assert read.verify().ok


def test_the_head_of_office_may_be_the_second_person(office: Office, one: Actor) -> None:
    made = proposed(one, office)
    actions.approve(f.actor("kadis"), made.pk, asked=f.asked())
    assert row(made.key).approved_by == f.actor("kadis").person


def test_nobody_approves_what_he_proposed_or_handed_in(office: Office, one: Actor, other: Actor) -> None:
    mine = proposed(one, office)
    handed_in = draft(one, office, folder("Sedang ditimbang"))
    actions.submit(other, handed_in.pk, effective=SOON, note=NOTE, asked=f.asked())
    for version in (mine, handed_in):
        with f.refusal("catalog.same-person", 403):
            actions.approve(one, version.pk, asked=f.asked())
        with f.refusal("catalog.same-person", 403):
            actions.send_back(one, version.pk, reason="Salah.", asked=f.asked())
    with f.refusal("catalog.same-person", 403):
        actions.approve(other, handed_in.pk, asked=f.asked())
    actions.approve(f.actor("kadis"), handed_in.pk, asked=f.asked())


def test_a_second_account_of_the_same_official_does_not_help(
    office: Office, one: Actor, other: Actor
) -> None:
    """Somebody was entered twice: two persons, two accounts, one employee number."""
    made = proposed(one, office)
    numbers = {one.person: "19800101 200501 1 001", other.person: "198001012005011001"}
    for person, nip in numbers.items():
        Assignment.objects.filter(person__key=person).update(nip=nip)
    with f.refusal("catalog.same-person", 403):
        actions.approve(other, made.pk, asked=f.asked())


def test_a_second_assignment_of_the_same_person_does_not_help(office: Office, one: Actor) -> None:
    made = proposed(one, office)
    assignment = Assignment.objects.get(person__key=one.person)
    assignment.pk, assignment.key, assignment.role = None, uuid.uuid4(), "kepala-dinas"
    assignment.save()
    with f.refusal("catalog.same-person", 403):
        actions.approve(f.actor("admin1@mempawah.example"), made.pk, asked=f.asked())


def test_sent_back_with_a_reason_mended_and_proposed_again(office: Office, one: Actor, other: Actor) -> None:
    made = proposed(one, office)
    with f.refusal("catalog.no-reason", 422):
        actions.send_back(other, made.pk, reason=" ", asked=f.asked())
    actions.send_back(other, made.pk, reason="Norma terlalu pendek.", asked=f.asked())
    actions.replace(one, made.pk, folder("Sedang ditimbang"), asked=f.asked())
    actions.submit(one, made.pk, effective=SOON, note="Norma diperpanjang.", asked=f.asked())
    actions.approve(other, made.pk, asked=f.asked())
    made = row(made.key)
    assert queries.content(made) == folder("Sedang ditimbang")
    assert queries.remarks(made) == {2: NOTE, 3: "Norma terlalu pendek.", 5: "Norma diperpanjang."}
    lines = {line.number: line.data for line in read.history(made)}
    for remark in VersionRemark.objects.all():
        name = "reason" if remark.number == 3 else "note"
        assert lines[remark.number][name] == commitment(bytes(remark.salt), remark.text)


def test_only_the_proposer_withdraws(office: Office, one: Actor, other: Actor) -> None:
    made = proposed(one, office)
    with f.refusal("catalog.not-yours", 403):
        actions.withdraw(other, made.pk, asked=f.asked())
    actions.withdraw(one, made.pk, asked=f.asked())
    assert row(made.key).status == "draft"
    with f.refusal("catalog.not-proposed"):
        actions.approve(other, made.pk, asked=f.asked())


def test_what_is_proposed_stands_still(office: Office, one: Actor, other: Actor) -> None:
    made = proposed(one, office)
    while_proposed: list[Callable[[], object]] = [
        lambda: actions.replace(one, made.pk, folder("Lain"), asked=f.asked()),
        lambda: actions.discard(one, made.pk, asked=f.asked()),
        lambda: actions.submit(one, made.pk, effective=SOON, note=NOTE, asked=f.asked()),
    ]
    for act in while_proposed:
        with f.refusal("catalog.not-draft"):
            act()
    actions.approve(other, made.pk, asked=f.asked())
    afterwards: list[Callable[[], object]] = [
        lambda: actions.replace(one, made.pk, folder("Lain"), asked=f.asked()),
        lambda: actions.send_back(other, made.pk, reason="Batal.", asked=f.asked()),
        lambda: actions.withdraw(one, made.pk, asked=f.asked()),
    ]
    for act in afterwards:
        with f.refusal("catalog.approved"):
            act()


def test_who_approves_approves_what_he_saw(office: Office, one: Actor, other: Actor) -> None:
    made = proposed(one, office)
    seen = made.version
    actions.withdraw(one, made.pk, asked=f.asked())
    actions.replace(one, made.pk, folder("Sedang ditimbang"), asked=f.asked())
    actions.submit(one, made.pk, effective=SOON, note=NOTE, asked=f.asked())
    with f.refusal("door.changed", 409):
        actions.approve(other, made.pk, asked=f.asked(seen))


def test_a_proposal_says_why(office: Office, one: Actor) -> None:
    made = draft(one, office)
    with f.refusal("catalog.no-note", 422):
        actions.submit(one, made.pk, effective=SOON, note=" ", asked=f.asked())


# Dates -----------------------------------------------------------------------------------------------------------


def test_nothing_begins_in_the_past_nor_before_what_is_approved(
    office: Office, one: Actor, other: Actor
) -> None:
    made = draft(one, office)
    with f.refusal("catalog.day-past", 422):
        actions.submit(one, made.pk, effective=TODAY - timedelta(days=1), note=NOTE, asked=f.asked())
    approved(one, other, office, folder("Sedang ditimbang"))
    with f.refusal("catalog.day-order", 422):
        actions.submit(one, made.pk, effective=SOON - timedelta(days=1), note=NOTE, asked=f.asked())
    actions.submit(one, made.pk, effective=SOON, note=NOTE, asked=f.asked())
    actions.approve(other, made.pk, asked=f.asked())


def test_of_two_for_the_same_day_the_one_approved_last_holds(
    office: Office, one: Actor, other: Actor
) -> None:
    early, late = proposed(one, office), proposed(one, office, folder("Sedang ditimbang"))
    actions.approve(other, late.pk, asked=f.asked())
    later = f.actor("admin2@mempawah.example", f.AT + timedelta(minutes=1))
    actions.approve(later, early.pk, asked=f.asked())
    assert queries.in_force(office.pk, f.SERVICE, SOON).pk == early.pk
    assert [v.pk for v in queries.services(office.pk, SOON)] == [early.pk]


def test_what_waited_too_long_is_not_approved_for_a_day_gone_by(
    office: Office, one: Actor, other: Actor
) -> None:
    made = proposed(one, office, day=TODAY)
    # 00.10 of the next day in Mempawah is 17.10 UTC of the same day
    late = f.actor("admin2@mempawah.example", f.AT.replace(hour=17, minute=10))
    with f.refusal("catalog.day-past", 422):
        actions.approve(late, made.pk, asked=f.asked())
    actions.approve(f.actor("admin2@mempawah.example", f.AT.replace(hour=16)), made.pk, asked=f.asked())


def test_the_first_version_of_a_service_may_begin_in_the_past(
    office: Office, one: Actor, other: Actor
) -> None:
    made = row(actions.draft(one, office, "baru", folder(), asked=f.asked())["version"])
    actions.submit(one, made.pk, effective=date(2026, 1, 2), note=NOTE, asked=f.asked())
    actions.approve(other, made.pk, asked=f.asked())
    assert queries.in_force(office.pk, "baru", TODAY).pk == made.pk


# The data base refuses -------------------------------------------------------------------------------------------


def sql(statement: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


CHANGES = {
    "files": "'{}'", "digest": "'0'", "effective": "'2020-01-01'", "status": "'draft'", "slug": "'lain'",
    "kind": "'sop'", "name": "'Lain'", "office_id": "office_id + 1", "proposed_by": "'x'", "approved_by": "'x'",
    "approved_at": "NULL", "at": "'2020-01-01'", "made_by": "'x'", "problems": "'[1]'", "id": "id + 1000",
    "key": "'00000000000000000000000000000000'",
}  # fmt: skip


@pytest.mark.parametrize("column", CHANGES)
def test_no_column_of_a_published_version_is_changed(office: Office, column: str) -> None:
    version = queries.in_force(office.pk, f.SERVICE, TODAY)
    with f.nothing_left(DatabaseError, match="immutable"), transaction.atomic():
        sql(f"UPDATE catalog_serviceversion SET {column} = {CHANGES[column]} WHERE id = %s", version.pk)


def test_every_column_is_either_frozen_or_said_to_move() -> None:
    columns = {field.column for field in ServiceVersion._meta.concrete_fields}
    assert columns == {*triggers.FROZEN_COLUMNS, *triggers.FREE_COLUMNS}
    assert set(CHANGES) == set(triggers.FROZEN_COLUMNS)


def test_a_published_version_is_not_deleted_nor_replaced(office: Office) -> None:
    version = queries.in_force(office.pk, f.SERVICE, TODAY)
    with f.nothing_left(DatabaseError, match="immutable"), transaction.atomic():
        sql("DELETE FROM catalog_serviceversion WHERE id = %s", version.pk)
    columns = [field.column for field in ServiceVersion._meta.concrete_fields]
    values = ", ".join("'2020-01-01'" if name == "effective" else f'"{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    select = f"SELECT {values} FROM catalog_serviceversion WHERE id = %s"
    if connection.vendor == "sqlite":
        replace = f"INSERT OR REPLACE INTO catalog_serviceversion ({names}) {select}"
    else:
        values = values.replace("'2020-01-01'", "date '2020-01-01'")
        select = f"SELECT {values} FROM catalog_serviceversion WHERE id = %s"
        replace = (
            f"INSERT INTO catalog_serviceversion ({names}) {select} "
            "ON CONFLICT (id) DO UPDATE SET effective = excluded.effective"
        )
    with f.nothing_left(DatabaseError, match="immutable"), transaction.atomic():
        sql(replace, version.pk)


def test_the_table_is_not_emptied_at_one_stroke(office: Office) -> None:
    on_sqlite = connection.vendor == "sqlite"
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        sql("DELETE FROM catalog_serviceversion" if on_sqlite else "TRUNCATE catalog_serviceversion CASCADE")


def test_a_draft_still_moves(office: Office, one: Actor) -> None:
    made = draft(one, office)
    assert sql("UPDATE catalog_serviceversion SET name = 'Lain' WHERE id = %s", made.pk) == 1


def test_versions_of_before_get_their_hands_and_hours(office: Office) -> None:
    """The data migration: who proposed a version had handed it in, and it was approved when it was made."""
    migration = import_module("satupintu.catalog.migrations.0003_immutable")
    triggers.thaw(connection)
    sql("UPDATE catalog_serviceversion SET made_by = '', approved_at = NULL")
    migration.fill(apps, None)
    migration.freeze(apps, SimpleNamespace(connection=connection))
    version = queries.in_force(office.pk, f.SERVICE, TODAY)
    assert (version.made_by, version.approved_at) == ("sistem", version.at)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        sql("UPDATE catalog_serviceversion SET made_by = ''")


# Running files keep theirs ---------------------------------------------------------------------------------------


def test_a_file_sent_under_the_first_version_ends_under_it(
    office: Office, one: Actor, other: Actor, stage: Callable[[str], Case]
) -> None:
    """The second version has another norm at each step; the file does not notice."""
    case = stage("verifikasi")
    first, norm = case.service_id, case_queries.sop(case).steps[case.step].norm
    second = folder('norm = "9 menit"', where="sop.toml", old='norm = "20 menit"')
    version = approved(one, other, office, second, TODAY)
    later = f.AT + timedelta(days=1)
    assert queries.in_force(office.pk, f.SERVICE, later.date()).pk == version.pk
    case = f.take(f.examine(case, later), "teknis", "lengkap", later)
    case = f.sign(f.take(f.prepare(case, later), "jf", "valid", later), later)
    f.run_jobs(later)
    case = f.fresh(case)
    assert case.service_id == first
    assert (str(norm), case_queries.state(case).step) == ("30 menit", "unduh")
    assert str(case_queries.sop(case).first.norm) == "20 menit"
    sent = f.sent(later)  # what is sent from now on follows the new one
    assert (sent.service_id, str(case_queries.sop(sent).first.norm)) == (version.pk, "9 menit")


# Telling ---------------------------------------------------------------------------------------------------------


def test_who_may_approve_is_told_and_the_proposer_hears_the_answer(
    office: Office, one: Actor, other: Actor
) -> None:
    made = proposed(one, office)
    f.run_jobs(f.AT)
    waiting = Notice.objects.filter(about=made.subject)
    assert {n.account_id for n in waiting} == {other.account_id, f.actor("kadis").account_id}
    assert all(n.link == f"/kelola/{made.key}" for n in waiting)
    actions.send_back(other, made.pk, reason="Norma terlalu pendek.", asked=f.asked())
    actions.submit(one, made.pk, effective=SOON, note=NOTE, asked=f.asked())
    actions.approve(other, made.pk, asked=f.asked())
    f.run_jobs(f.AT)
    heard = list(
        Notice.objects.filter(account_id=one.account_id or 0).order_by("pk").values_list("subject", flat=True)
    )
    assert ["dikembalikan" in heard[0], "disetujui" in heard[1]] == [True, True], heard
    assert (
        Notice.objects.filter(about=made.subject, account_id=other.account_id or 0).count() == 1
    )  # answered meanwhile


# Who may ---------------------------------------------------------------------------------------------------------


def test_nobody_else_touches_a_version(office: Office, one: Actor) -> None:
    made = proposed(one, office)
    acts: dict[str, Callable[[Actor], object]] = {
        "draft": lambda a: actions.draft(a, office, "baru", folder(), asked=f.asked()),
        "replace": lambda a: actions.replace(a, made.pk, folder(), asked=f.asked()),
        "discard": lambda a: actions.discard(a, made.pk, asked=f.asked()),
        "submit": lambda a: actions.submit(a, made.pk, effective=SOON, note=NOTE, asked=f.asked()),
        "withdraw": lambda a: actions.withdraw(a, made.pk, asked=f.asked()),
        "approve": lambda a: actions.approve(a, made.pk, asked=f.asked()),
        "send back": lambda a: actions.send_back(a, made.pk, reason="Salah.", asked=f.asked()),
    }
    f.newcomer("admin@kampar.example", "administrator", office="kampar")
    for name, act in acts.items():
        for who in ("admin@kampar.example", "pemohon"):
            with f.refusal("access.not-yours", 404):
                act(f.actor(who))
        for who in ("fo", "teknis", "jf", "koordinator", "kadis", "arsip", "auditor"):
            if who != "kadis" or name not in ("approve", "send back"):
                with f.refusal("access.role", 403):
                    act(f.actor(who))
