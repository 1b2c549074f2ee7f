# SPDX-License-Identifier: Apache-2.0
"""The write door: one commit or nothing, once, and only for who may."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from satupintu.cases import queries
from satupintu.cases.models import Case
from satupintu.core.access import Actor, Capacity, Permission, Role, system
from satupintu.core.refusal import Refusal
from satupintu.core.seal import GENESIS
from satupintu.door.models import Command, Event
from satupintu.door.read import history, verify
from satupintu.door.write import Asked, Done, create, task_of, write
from satupintu.offices.models import Office
from tests import factories as f

Stage = Callable[[str], Case]


@pytest.fixture
def case(stage: Stage) -> Case:
    return stage("verifikasi")


def touch(case: Case, actor: Actor | None = None, asked: Asked | None = None, *, title: str = "Baru") -> None:
    """The smallest write there is."""
    me = actor or f.actor("teknis")
    with write(me, Permission.CASE_WORK, queries.rows(), case.pk, asked=asked) as door:
        door.row.title = title
        door.event("test.touched", title=len(title))
        door.job("cases.look_again", case_id=case.pk)
        door.answer = {"title": title}


def office(slug: str = "natuna") -> Office:
    """A new root, not saved yet."""
    old = Office.objects.get(slug="mempawah")
    old.pk, old.slug, old.key, old.version, old.chain_head = None, slug, uuid.uuid4(), 0, GENESIS
    old._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    return old


# One commit or nothing -------------------------------------------------------------------------------------------


def test_row_event_and_job_come_together(case: Case) -> None:
    touch(case)
    now = f.fresh(case)
    event = f.last(case)
    assert (now.title, now.version, now.chain_head) == ("Baru", case.version + 1, event.seal)
    assert (event.kind, event.data, event.number) == ("test.touched", {"title": 4}, now.version)
    assert (event.role, event.office_id, event.at) == ("tim-teknis", case.office_id, f.AT)
    assert event.previous == case.chain_head
    assert f.jobs() == ["cases.look_again"]


def test_a_refusal_half_way_leaves_nothing(case: Case) -> None:
    asked = f.asked()
    with (
        f.refusal("test.no"),
        write(f.actor("teknis"), Permission.CASE_WORK, queries.rows(), case.pk, asked=asked) as door,
    ):
        door.row.title = "Baru"
        door.row.save()
        door.event("test.touched")
        raise Refusal("test.no")
    touch(case, asked=asked)  # the refused command was not used up
    assert f.fresh(case).title == "Baru"


def test_a_write_without_an_event_is_no_write(case: Case) -> None:
    with (
        f.nothing_left(RuntimeError, "without an event"),
        write(f.actor("teknis"), Permission.CASE_WORK, queries.rows(), case.pk) as door,
    ):
        door.row.title = "Baru"
        door.row.save()


def test_a_job_that_nobody_knows_is_not_queued_and_nothing_else_stays(case: Case) -> None:
    with (
        f.nothing_left(ImportError),
        write(f.actor("teknis"), Permission.CASE_WORK, queries.rows(), case.pk) as door,
    ):
        door.event("test.touched")
        door.job("cases.no_such_job", case_id=case.pk)
    assert task_of("cases.look_again").name == "look_again"


def test_an_action_inside_an_action_is_a_mistake_of_ours(case: Case) -> None:
    with (
        f.nothing_left(RuntimeError, "durable"),
        write(f.actor("teknis"), Permission.CASE_WORK, queries.rows(), case.pk) as door,
    ):
        door.event("test.touched")
        touch(case)


def test_a_door_does_not_open_inside_another_transaction(case: Case) -> None:
    with f.nothing_left(RuntimeError, "durable"), transaction.atomic():
        touch(case)


# For whom --------------------------------------------------------------------------------------------------------


def test_who_has_no_right_is_refused(case: Case) -> None:
    with f.refusal("access.role", 403):
        touch(case, f.actor("auditor"))
    with f.refusal("access.not-yours", 404):
        touch(case, f.actor("teknis", office="kampar"))
    with f.refusal("access.not-yours", 404):
        touch(case, Actor(person="", at=f.AT))


def test_a_row_that_is_not_there_looks_like_a_row_of_another_office(case: Case) -> None:
    with (
        f.refusal("access.not-yours", 404),
        write(f.actor("teknis"), Permission.CASE_WORK, queries.rows(), 0),
    ):
        pass


def test_the_role_that_is_asked_for_is_the_one_that_is_recorded(case: Case) -> None:
    person = f.newcomer("dua@mempawah.example", "front-officer").person
    assert person is not None
    f.accounts.assign(
        person, case.office, "kepala-dinas", title="Plt.", letter="SK 9", since=f.AT - f.minutes(1)
    )
    me = f.actor("dua@mempawah.example")
    with write(me, Permission.CASE_WORK, queries.rows(), case.pk, role=Role.HEAD) as door:
        door.event("test.touched")
    assert f.last(case).role == "kepala-dinas"
    with (
        f.refusal("access.role", 403),
        write(me, Permission.CASE_WORK, queries.rows(), case.pk, role=Role.ARCHIVIST),
    ):
        pass


# Once ------------------------------------------------------------------------------------------------------------


def test_a_command_counts_once_and_answers_the_same(case: Case) -> None:
    asked = f.asked(title="Baru")
    touch(case, asked=asked)
    before = f.everything()
    with pytest.raises(Done) as done:
        touch(case, asked=asked, title="Lain")
    assert done.value.answer == {"title": "Baru"}
    assert f.everything() == before
    assert Command.objects.filter(command_id=asked.id).count() == 1


def test_a_command_id_with_another_payload_is_refused(case: Case) -> None:
    asked = f.asked(title="Baru")
    touch(case, asked=asked)
    with f.refusal("door.other-payload"):
        touch(case, asked=Asked.of(asked.id, title="Lain"))


def test_two_accounts_may_have_the_same_command_id(case: Case) -> None:
    asked = f.asked()
    touch(case, asked=asked)
    touch(case, f.actor("jf"), asked)
    assert f.fresh(case).version == case.version + 2


def test_a_version_that_was_passed_by_is_refused(case: Case) -> None:
    touch(case)
    with f.refusal("door.changed", 409) as no:
        touch(case, asked=f.asked(expected=case.version))
    assert no.value.values == {"key": str(case.key)}
    touch(case, asked=f.asked(expected=case.version + 1))


# A new root ------------------------------------------------------------------------------------------------------

OPENER = Capacity(Role.SYSTEM)


def test_a_new_root_comes_with_its_first_event(db: None, stage: Stage) -> None:
    row = office()
    with create(system(f.AT), OPENER, row) as door:
        door.event("test.opened")
    found = Office.objects.get(slug="natuna")
    line = history(found)[0]
    assert (found.version, line.kind, line.number, line.role) == (1, "test.opened", 1, "sistem")
    assert found.chain_head == line.seal
    assert verify().ok


def test_a_refused_root_is_not_there(stage: Stage) -> None:
    stage("verifikasi")
    with f.refusal("test.no"), create(system(f.AT), OPENER, office()) as door:
        door.event("test.opened")
        raise Refusal("test.no")


def test_a_root_without_an_event_is_not_there(stage: Stage) -> None:
    stage("verifikasi")
    with f.nothing_left(RuntimeError, "without an event"), create(system(f.AT), OPENER, office()):
        pass


def test_the_same_command_makes_one_root(stage: Stage) -> None:
    stage("verifikasi")
    me, asked = f.actor("pemohon"), f.asked()
    with create(me, OPENER, office(), asked=asked) as door:
        door.event("test.opened")
        door.answer = {"slug": "natuna"}
    before = f.everything()
    with pytest.raises(Done) as done, create(me, OPENER, office("sambas"), asked=asked):
        pytest.fail("the door opened a second time")
    assert done.value.answer == {"slug": "natuna"}
    assert f.everything() == before


def test_a_root_that_breaks_a_constraint_is_an_error_and_leaves_nothing(stage: Stage) -> None:
    stage("verifikasi")
    with (
        f.nothing_left(IntegrityError),
        create(f.actor("pemohon"), OPENER, office("mempawah"), asked=f.asked()) as door,
    ):
        door.event("test.opened")


def test_a_history_is_read_oldest_first_and_only_its_end(case: Case) -> None:
    for n in range(3):
        touch(case, title="x" * n)
    lines = history(case, limit=2)
    assert [line.data["title"] for line in lines] == [1, 2]
    assert Event.objects.filter(subject=case.subject).count() > 2
