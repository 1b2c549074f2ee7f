# SPDX-License-Identifier: Apache-2.0
"""Migrations walked for real, in an empty data base of their own: zero to latest and back, and rows through the rest.

Each data migration (RunPython, RunSQL) has a trial here: what its rows were before, are after, and are again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.executor import MigrationExecutor

from tests import factories as f

ROOMS = sorted(app.label for app in apps.get_app_configs() if app.name.startswith("satupintu."))
State = Any  # the models as they were at a migration


@pytest.fixture
def emptiness(tmp_path: Path, own_data_base: dict[str, str], django_db_blocker: Any) -> Iterator[None]:
    """For this test the default connection leads to an empty data base of the kind under test."""
    usual = connection.settings_dict["NAME"]
    name = (
        urlsplit(own_data_base["DATABASE_URL"]).path[1:] if own_data_base else str(tmp_path / "walk.sqlite3")
    )
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual


def go(*targets: tuple[str, str | None]) -> State:
    """Migrate there, forwards or backwards; gives the models of that moment."""
    executor = MigrationExecutor(connection)
    wanted = list(targets) or executor.loader.graph.leaf_nodes()
    executor.migrate(wanted)
    return executor.loader.project_state([target for target in wanted if target[1]]).apps


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.split("_")[0] in ROOMS}


def test_from_nothing_to_the_latest_and_back_to_nothing(emptiness: None) -> None:
    go()
    assert tables() == {
        model._meta.db_table for room in ROOMS for model in apps.get_app_config(room).get_models()
    }
    go(*((room, None) for room in ROOMS))
    assert tables() == set()
    go()  # nothing that was left behind is in the way
    assert "door_event" in tables()


# Data migrations ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """before: makes rows at the state before. after, again: look at them once it ran, and once it was undone."""

    before: Callable[[State], Any]
    after: Callable[[State], Any]
    again: Callable[[State], Any]


def refused(act: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()


def events(state: State) -> Any:
    return state.get_model("door", "Event").objects


def an_event(state: State) -> None:
    events(state).create(subject="case:1", number=1, at=f.AT, person="x", role="sistem", kind="a", data={"n": 1}, previous="0", seal="1")  # fmt: skip
    events(state).update(kind="b")


def the_event_rests(state: State) -> None:
    assert list(events(state).values_list("subject", "kind", "data")) == [("case:1", "b", {"n": 1})]
    refused(lambda: events(state).update(kind="c"))
    refused(lambda: events(state).all().delete())


def the_event_moves(state: State) -> None:
    assert events(state).update(kind="c") == 1


TREE = {
    "Leaf": {"tree": 1, "position": 0, "event_id": 1, "hash": b"a"},
    "Branch": {"tree": 1, "level": 1, "position": 0, "hash": b"a"},
    "TreeHead": {
        "tree": 1,
        "number": 1,
        "origin": "a",
        "size": 1,
        "root": "a",
        "at": f.AT,
        "key": "a",
        "signature": "a",
    },
}


def a_tree(state: State) -> None:
    for name, row in TREE.items():
        state.get_model("door", name).objects.create(**row)
        state.get_model("door", name).objects.update(tree=2)


def the_tree_rests(state: State) -> None:
    for name in TREE:
        rows = state.get_model("door", name).objects
        assert rows.get().tree == 2
        refused(lambda rows=rows: rows.update(tree=3))  # type: ignore[misc]
        refused(lambda rows=rows: rows.all().delete())  # type: ignore[misc]


def the_tree_moves(state: State) -> None:
    assert [state.get_model("door", name).objects.update(tree=3) for name in TREE] == [1, 1, 1]


def a_look(state: State) -> None:
    row = {
        "office_id": 1,
        "day": f.AT.date(),
        "number": 1,
        "at": f.AT,
        "person": "x",
        "role": "a",
        "subject": "case:1",
    }
    state.get_model("door", "Look").objects.create(
        **row, what="a", why="turn", network="n", previous="0", seal="1"
    )


def the_look_rests(state: State) -> None:
    rows = state.get_model("door", "Look").objects
    refused(lambda: rows.update(person="y"))
    refused(lambda: rows.all().delete())


def the_look_moves(state: State) -> None:
    assert state.get_model("door", "Look").objects.update(person="y") == 1


def versions(state: State) -> Any:
    return state.get_model("catalog", "ServiceVersion").objects


def two_versions(state: State) -> None:
    """One that is published, and one that waits."""
    office = an_office(state)
    for status in ("approved", "proposed"):
        versions(state).create(
            office=office, slug="a", kind="sop", name="A", digest=status, files={}, status=status,
            effective=f.AT.date(), proposed_by="x", at=f.AT,
        )  # fmt: skip


def an_office(state: State) -> Any:
    """Any office: every text is a text, every number a number."""
    model = state.get_model("offices", "Office")
    texts = {field.name: "a" for field in model._meta.get_fields() if is_text(field)}
    return model.objects.create(**texts)


def is_text(field: Any) -> bool:
    return isinstance(field, (models.CharField, models.TextField)) and not field.has_default()


def the_published_rests(state: State) -> None:
    rows = {row.status: row for row in versions(state).all()}
    assert [(rows[s].made_by, rows[s].approved_at) for s in rows] == [
        ("x", f.AT if s == "approved" else None) for s in rows
    ]
    for act in (lambda rows: rows.update(name="B"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            act(versions(state).filter(status="approved"))
    assert versions(state).filter(status="proposed").update(name="B") == 1


def the_published_moves(state: State) -> None:
    assert versions(state).filter(status="approved").update(name="C") == 1


def two_files(state: State) -> None:
    """One sent in the morning, one in the last hour of the year by Greenwich, when Mempawah is in the next."""
    office = an_office(state)
    state.get_model("offices", "Office").objects.update(time_zone="Asia/Pontianak")
    service = state.get_model("catalog", "ServiceVersion").objects.create(
        office=office, slug="a", kind="sop", name="A", digest="a", files={}, effective=f.AT.date(), at=f.AT
    )
    for title, at in (("Toko Roti, Toko", f.AT), ("Café 88", f.AT.replace(month=12, day=31, hour=23))):
        state.get_model("cases", "Case").objects.create(
            office=office, service=service, title=title, receipt=title, state={}, opened_at=at, entered_at=at
        )


def their_words(state: State) -> Any:
    return state.get_model("cases", "Word").objects


def the_words_are_there(state: State) -> None:
    found = their_words(state).order_by("case", "word").values_list("case__title", "year", "word")
    assert [(title, year, bytes(word)) for title, year, word in found] == [
        ("Toko Roti, Toko", 2026, b"roti"),
        ("Toko Roti, Toko", 2026, b"toko"),
        ("Café 88", 2027, b"88"),
        ("Café 88", 2027, b"cafe"),
    ]


def the_words_are_gone(state: State) -> None:
    assert not their_words(state).exists()
    assert state.get_model("cases", "Case").objects.count() == 2


def three_accounts(state: State) -> None:
    """Two of persons who bear one name, one that has no person yet."""
    account = state.get_model("accounts", "Account").objects.create
    for n in range(2):
        person = state.get_model("accounts", "Person").objects.create(name="Siti Aminah", created_at=f.AT)
        account(email=f"{n}@contoh.example", person=person, date_joined=f.AT)
    account(email="baru@contoh.example", date_joined=f.AT)


def they_have_user_names(state: State) -> None:
    rows = state.get_model("accounts", "Account").objects
    names = set(rows.exclude(person=None).values_list("username", flat=True))
    assert len(names) == 2
    assert all(re.fullmatch(r"sitiaminah\d{4}", name) for name in names)
    assert rows.get(person=None).username is None


def rulings(state: State) -> Any:
    return state.get_model("catalog", "Ruling").objects


def two_rulings(state: State) -> None:
    """One that was approved, and one that waits."""
    two_versions(state)
    version = versions(state).get(status="approved")
    for status in ("approved", "asked"):
        rulings(state).create(
            office=version.office, kind="recall", slug="a", about=version, status=status, reason="x", salt=b"x",
            asked_by="x", at=f.AT,
        )  # fmt: skip


def the_ruling_rests(state: State) -> None:
    for act in (lambda rows: rows.update(reason="B"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="an approved ruling is immutable"), transaction.atomic():
            act(rulings(state).filter(status="approved"))
    assert rulings(state).filter(status="asked").update(reason="B") == 1
    with pytest.raises(DatabaseError, match="a published version is immutable"), transaction.atomic():
        versions(state).filter(status="approved").update(name="B")


def the_ruling_moves(state: State) -> None:
    assert rulings(state).filter(status="approved").update(reason="C") == 1


TRIALS: Mapping[tuple[str, str], Trial] = {
    ("door", "0002_append_only"): Trial(an_event, the_event_rests, the_event_moves),
    ("door", "0006_looks_only_grow"): Trial(a_look, the_look_rests, the_look_moves),
    ("accounts", "0004_user_names"): Trial(three_accounts, they_have_user_names, they_have_user_names),
    ("door", "0008_tree_only_grows"): Trial(a_tree, the_tree_rests, the_tree_moves),
    ("cases", "0004_words_of_titles"): Trial(two_files, the_words_are_there, the_words_are_gone),
    ("catalog", "0003_immutable"): Trial(two_versions, the_published_rests, the_published_moves),
    ("catalog", "0006_ruling_immutable"): Trial(two_rulings, the_ruling_rests, the_ruling_moves),
}


def data_migrations() -> dict[tuple[str, str], Any]:
    disk = MigrationExecutor(None).loader.disk_migrations
    kinds = (migrations.RunPython, migrations.RunSQL)
    return {
        key: one
        for key, one in disk.items()
        if key[0] in ROOMS and any(isinstance(operation, kinds) for operation in one.operations)
    }


def test_every_data_migration_has_its_trial() -> None:
    assert data_migrations().keys() == TRIALS.keys()


@pytest.mark.parametrize("migration", TRIALS, ids="-".join)
def test_rows_go_through_a_data_migration_and_back(emptiness: None, migration: tuple[str, str]) -> None:
    trial = TRIALS[migration]
    before = [(app, name) for app, name in data_migrations()[migration].dependencies if app in ROOMS]
    trial.before(go(*before))
    trial.after(go(migration))
    trial.again(go(*before))
