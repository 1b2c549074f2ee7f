# SPDX-License-Identifier: Apache-2.0
"""The record: the data base refuses to change it, and whatever is changed past the data base's refusal is found."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from satupintu import cli
from satupintu.cases.models import Case
from satupintu.core.seal import GENESIS, seal
from satupintu.door import triggers
from satupintu.door.chain import line_of
from satupintu.door.models import Event
from satupintu.door.read import verify
from tests import factories as f

Stage = Callable[[str], Case]


@pytest.fixture
def case(stage: Stage) -> Case:
    return stage("tanda-tangan")


def sql(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def behind_the_back(statement: str, *values: object) -> int:
    """What somebody can do who may take the triggers away: he puts them back, and hopes."""
    triggers.drop(connection)
    try:
        return sql(statement, *values)
    finally:
        triggers.make(connection)


# The data base refuses -------------------------------------------------------------------------------------------

CHANGES = {
    "update": "UPDATE door_event SET kind = 'case.withdraw' WHERE number = 2",
    "update of nothing that matters": "UPDATE door_event SET office_id = office_id",
    "delete": "DELETE FROM door_event WHERE number = 2",
    "delete all": "DELETE FROM door_event",
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_event_is_neither_changed_nor_deleted(case: Case, change: str) -> None:
    before = f.everything()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(CHANGES[change])
    assert f.everything() == before


def test_an_event_is_not_replaced_either(case: Case) -> None:
    """SQLite deletes without asking a DELETE trigger when a row is replaced; PostgreSQL has ON CONFLICT instead."""
    columns = "id, subject, number, at, office_id, person, role, kind, data, previous, seal"
    values = columns.replace("kind", "'case.withdraw'")
    select = f"SELECT {values} FROM door_event WHERE subject = %s AND number = 2"
    if connection.vendor == "sqlite":
        replace = f"INSERT OR REPLACE INTO door_event ({columns}) {select}"
    else:
        replace = (
            f"INSERT INTO door_event ({columns}) {select} ON CONFLICT (id) DO UPDATE SET kind = excluded.kind"
        )
    before = f.everything()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(replace, case.subject)
    assert f.everything() == before


def test_the_table_is_not_emptied_at_one_stroke(case: Case) -> None:
    # SQLite's own short cut for TRUNCATE is a DELETE without a condition.
    statement = "DELETE FROM door_event" if connection.vendor == "sqlite" else "TRUNCATE door_event"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(statement)
    assert Event.objects.filter(subject=case.subject).count() == case.version


def test_the_orm_cannot_change_it_either(case: Case) -> None:
    event = f.last(case)
    event.kind = "case.withdraw"
    for act in (event.save, event.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_making_the_triggers_twice_changes_nothing(case: Case) -> None:
    triggers.make(connection)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(CHANGES["delete"])


# Who gets past that is found -------------------------------------------------------------------------------------


def found() -> list[tuple[str, int, str]]:
    return [(flaw.subject, flaw.number, flaw.what) for flaw in verify().flaws]


def test_an_honest_record_is_clean(case: Case) -> None:
    verdict = verify()
    assert (verdict.ok, verdict.flaws, verdict.events) == (True, [], Event.objects.count())
    assert verdict.chains == Event.objects.values("subject").distinct().count()


COLUMNS = {
    "kind": "case.withdraw",
    "person": "seseorang",
    "role": "kepala-dinas",
    "at": "2026-01-01 00:00:00+00:00",
    "office_id": 1_000_001,
    "data": '{"outcome": "tolak"}',
    "seal": "f" * 64,
    "previous": "f" * 64,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found_in_its_event(case: Case, column: str) -> None:
    where = "WHERE subject = %s AND number = 4"
    assert behind_the_back(f"UPDATE door_event SET {column} = %s {where}", COLUMNS[column], case.subject) == 1
    assert (case.subject, 4) in {flaw[:2] for flaw in found()}


def test_one_letter_of_the_data_is_enough(case: Case) -> None:
    event = Event.objects.get(subject=case.subject, kind="application.sent")
    other = "0" if event.data["answers"][0] != "0" else "1"
    data = {**event.data, "answers": other + event.data["answers"][1:]}
    behind_the_back("UPDATE door_event SET data = %s WHERE id = %s", json.dumps(data), event.pk)
    assert found() == [(case.subject, event.number, "seal")]


def test_data_that_cannot_be_read_any_more_are_found_and_stop_nothing(case: Case) -> None:
    sqlite = connection.vendor == "sqlite"  # PostgreSQL keeps no JSON that is none
    if sqlite:
        sql("PRAGMA ignore_check_constraints = ON")
    text = '{"half": ' if sqlite else '"half"'
    behind_the_back("UPDATE door_event SET data = %s WHERE subject = %s AND number = 4", text, case.subject)
    if sqlite:
        sql("PRAGMA ignore_check_constraints = OFF")
    assert found() == [(case.subject, 4, "seal")]


def test_a_deleted_event_is_found(case: Case) -> None:
    behind_the_back("DELETE FROM door_event WHERE subject = %s AND number = 3", case.subject)
    assert (case.subject, 3, "missing") in found()


def test_a_tail_that_was_cut_off_is_found(case: Case) -> None:
    behind_the_back("DELETE FROM door_event WHERE subject = %s AND number = %s", case.subject, case.version)
    assert found() == [(case.subject, case.version, "root")]


def test_a_chain_that_was_deleted_whole_is_found(case: Case) -> None:
    behind_the_back("DELETE FROM door_event WHERE subject = %s", case.subject)
    assert found() == [(case.subject, case.version, "root")]


def test_reordered_events_are_found(case: Case) -> None:
    for old, new in ((2, 90_000), (3, 2), (90_000, 3)):
        change = "UPDATE door_event SET number = %s WHERE subject = %s AND number = %s"
        assert behind_the_back(change, new, case.subject, old) == 1
    assert {(case.subject, 2), (case.subject, 3)} <= {flaw[:2] for flaw in found()}


def forged(case: Case, number: int, previous: str) -> Event:
    """An event with a seal that is right for what stands before it."""
    event = f.last(case)
    event.pk, event.number, event.previous, event.kind = None, number, previous, "case.withdraw"
    event.seal = seal(previous, line_of(event))
    event._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    return event


def test_an_event_that_was_added_behind_the_door_is_found(case: Case) -> None:
    forged(case, case.version + 1, case.chain_head).save()
    assert found() == [(case.subject, case.version, "root")]


def test_an_event_that_was_pushed_in_between_is_found(case: Case) -> None:
    before = Event.objects.get(subject=case.subject, number=2)
    for number in range(case.version, 2, -1):
        change = "UPDATE door_event SET number = number + 1 WHERE subject = %s AND number = %s"
        behind_the_back(change, case.subject, number)
    forged(case, 3, before.seal).save()
    assert (case.subject, 4, "previous") in found()


def test_a_chain_sealed_anew_from_the_change_on_no_longer_fits_its_root(case: Case) -> None:
    head = GENESIS
    for event in Event.objects.filter(subject=case.subject).order_by("number"):
        event.kind = "case.lie" if event.number == 2 else event.kind
        event.previous, event.seal = head, seal(head, line_of(event))
        head = event.seal
        change = "UPDATE door_event SET kind = %s, previous = %s, seal = %s WHERE id = %s"
        behind_the_back(change, event.kind, event.previous, event.seal, event.pk)
    assert found() == [(case.subject, case.version, "root")]


def test_a_changed_head_of_a_root_is_found(case: Case) -> None:
    sql("UPDATE cases_case SET chain_head = %s WHERE id = %s", "a" * 64, case.pk)
    assert found() == [(case.subject, case.version, "root")]


def test_a_root_set_back_to_an_earlier_head_is_found(case: Case) -> None:
    earlier = Event.objects.get(subject=case.subject, number=case.version - 1)
    sql("UPDATE cases_case SET version = version - 1, chain_head = %s WHERE id = %s", earlier.seal, case.pk)
    assert found() == [(case.subject, case.version - 1, "root")]


def test_a_root_set_back_to_nothing_is_found(case: Case) -> None:
    sql("UPDATE cases_case SET version = 0, chain_head = %s WHERE id = %s", GENESIS, case.pk)
    assert found() == [(case.subject, case.version, "orphan")]


def test_an_event_of_nothing_is_found(case: Case) -> None:
    event = forged(case, 1, GENESIS)
    event.subject = "case:00000000-0000-0000-0000-000000000000"
    event.seal = seal(GENESIS, line_of(event))
    event.save()
    assert found() == [(event.subject, 1, "orphan")]


def test_every_one_of_many_random_edits_is_found_at_its_place(case: Case) -> None:
    draw = random.Random(23)
    events = list(Event.objects.all())
    for _ in range(60):
        event, column = draw.choice(events), draw.choice([*COLUMNS, "number"])
        value: object = draw.randrange(1_000_000) if column in {"number", "office_id"} else COLUMNS[column]
        point = transaction.savepoint()
        if draw.random() < 0.25:
            behind_the_back("DELETE FROM door_event WHERE id = %s", event.pk)
        else:
            behind_the_back(f"UPDATE door_event SET {column} = %s WHERE id = %s", value, event.pk)
        verdict = verify()
        assert {flaw.subject for flaw in verdict.flaws} == {event.subject}, (event.number, column)
        transaction.savepoint_rollback(point)
    assert verify().ok


def test_the_command_line_says_where(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["record", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    behind_the_back("UPDATE door_event SET kind = 'x' WHERE subject = %s AND number = 4", case.subject)
    assert cli.main(["record", "verify", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["events"] == Event.objects.count()
    assert [(flaw["subject"], flaw["number"]) for flaw in answer["flaws"]] == [(case.subject, 4)]
