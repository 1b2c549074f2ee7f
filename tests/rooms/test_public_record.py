# SPDX-License-Identifier: Apache-2.0
"""The public record: every event has one place in its office's tree, heads are signed, and whoever changes either is found.

Found by `record verify`, or, where somebody holds the whole data base but not the key, by heads that others have kept.
The program for outsiders (tools/verify_record.py) is tried here on the same edits, and knows nothing of ours.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import logging
import random
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import DatabaseError, connection, transaction
from django.test import Client

from satupintu import cli
from satupintu.accounts.models import Account
from satupintu.cases.models import Case
from satupintu.cli.record import FLAWS
from satupintu.core import merkle as core_merkle
from satupintu.core.heads import Head
from satupintu.core.merkle import Frontier
from satupintu.core.seal import GENESIS, canonical, seal
from satupintu.door import chain, export, files, merkle, proofs, read, recovery, triggers, worker
from satupintu.door.chain import Flaw, line_of
from satupintu.door.models import Branch, Event, Leaf, TreeHead
from satupintu.door.moment import at_moment
from satupintu.offices.jobs import seal_record
from satupintu.offices.models import Office
from satupintu.offices.queries import origin, record_names
from satupintu.permits.models import Permit
from tests import factories as f

Stage = Callable[[str], Case]
TOOL = Path(__file__).parents[2] / "tools" / "verify_record.py"
LATER = f.AT + timedelta(hours=1)


def sealed(at: Any = f.AT) -> int:
    with at_moment(at):
        return int(seal_record.call())


TREES = 4
"""Of three offices, and of the installation, whose tables of KBLI came with it."""


@pytest.fixture
def case(stage: Stage) -> Case:
    """A permit that was issued, in a record that is sealed."""
    found = stage("unduh")
    sealed()
    return found


@pytest.fixture
def tree(case: Case) -> int:
    return case.office_id


def flaws(kept: dict[int, list[Head]] | None = None) -> set[str]:
    return {flaw.what for flaw in read.verify(kept).flaws}


# Growing -----------------------------------------------------------------------------------------------------------


def test_every_event_has_one_place_and_the_root_is_that_of_all(case: Case, tree: int) -> None:
    assert Leaf.objects.count() == Event.objects.count()
    rows = Leaf.objects.filter(tree=tree).order_by("position")
    assert [row.position for row in rows] == list(range(Event.objects.filter(office_id=tree).count()))
    edge = Frontier()
    for row in rows.select_related("event"):
        assert bytes(row.hash) == merkle.leaf_of(row.event.seal)
        list(edge.append(bytes(row.hash)))
    head = merkle.latest(tree)
    assert head is not None
    assert (head.size, head.root, head.number) == (edge.size, edge.root().hex(), 1)
    assert head.is_signed()
    assert head.key == merkle.public_of(tree)
    verdict = read.verify()
    assert (verdict.flaws, verdict.leaves, verdict.signed) == ([], Event.objects.count(), TREES)


def test_small_steps_lead_to_the_same_tree_as_one_large_one(stage: Stage) -> None:
    stage("unduh")
    placed = merkle.place(batch=7)
    assert placed == Event.objects.count()
    sealed()
    assert read.verify().ok
    assert merkle.place() == 0


def test_a_commit_that_came_late_is_not_passed_over(case: Case, stage: Stage, tree: int) -> None:
    """Its events have lower ids than one that is sealed already."""
    slow, quick = stage("tanda-tangan"), stage("validasi")
    last = Event.objects.latest("pk").pk
    f.sign(slow)
    late = list(Event.objects.filter(pk__gt=last))
    f.answer(quick, "koordinator", "diketahui", "known")
    triggers.drop(connection)
    Event.objects.filter(pk__in=[event.pk for event in late]).delete()
    sealed()
    Event.objects.bulk_create(late)
    triggers.make(connection)
    assert Leaf.objects.latest("event_id").event_id > late[-1].pk
    sealed(LATER)
    assert Leaf.objects.filter(event__in=late).count() == len(late)
    assert read.verify().ok


def test_what_belongs_to_no_office_has_a_tree_of_its_own(case: Case) -> None:
    recovery.begin(backup="a", taken_at=f.AT, at=f.AT, head=GENESIS, flaws=0)
    sealed(LATER)
    leaf = Leaf.objects.filter(tree=merkle.INSTALLATION).latest("position")
    assert leaf.event.kind == "installation.restored"
    head = merkle.latest(merkle.INSTALLATION)
    assert head is not None
    assert head.origin == origin("instalasi")
    assert read.verify().ok


def test_four_at_once_place_and_sign_each_thing_once(office: Office) -> None:
    f.issued()
    with at_moment(f.AT):
        f.at_once(4, lambda n: (merkle.place(batch=9), merkle.sign(f.AT, {office.pk: f"kantor/{n}"})))
    assert list(
        Leaf.objects.filter(tree=office.pk).order_by("position").values_list("position", flat=True)
    ) == list(range(Event.objects.filter(office_id=office.pk).count()))
    assert [head.number for head in merkle.heads(office.pk)] == [1, 2, 3, 4]
    assert read.verify().ok


class Killed(Exception):
    """The process is no more."""


def test_killed_at_any_statement_the_next_one_goes_on(stage: Stage) -> None:
    """At every statement the job gives the data base, one after the other, until it comes through."""
    stage("unduh")

    def dying_after(count: int) -> Callable[..., Any]:
        left = iter(range(count))

        def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.startswith("ROLLBACK"):  # what the data base does of itself when a process dies
                return execute(sql, params, many, context)
            if next(left, None) is None:
                raise Killed
            return execute(sql, params, many, context)

        return run

    for count in range(1, 400):
        try:
            with at_moment(f.AT), connection.execute_wrapper(dying_after(count)):
                merkle.place(batch=40)
                merkle.sign(f.AT, {tree: origin(name) for tree, name in record_names().items()})
        except Killed:
            assert read.verify().ok
        else:
            break
    assert count > 20
    assert Leaf.objects.count() == Event.objects.count()
    assert read.verify().ok


# Heads -------------------------------------------------------------------------------------------------------------


def test_a_head_is_due_once_in_each_hour_whatever_the_clock_does(case: Case) -> None:
    assert not merkle.due(f.AT + timedelta(minutes=59))
    assert merkle.due(f.AT + timedelta(minutes=60))
    assert merkle.due(f.AT - timedelta(days=2))  # it was set back: heads go on all the same
    sealed(f.AT - timedelta(days=2))
    assert not merkle.due(f.AT - timedelta(days=2))
    assert read.verify().ok


def test_the_worker_signs_when_it_is_time_and_not_before_a_restore_is_confirmed(case: Case) -> None:
    with at_moment(f.AT):
        worker.seal()
    assert TreeHead.objects.count() == TREES
    with at_moment(LATER):
        worker.seal()
    assert TreeHead.objects.count() == 2 * TREES
    recovery.begin(backup="a", taken_at=f.AT, at=LATER, head=GENESIS, flaws=0)
    with at_moment(LATER + timedelta(hours=1)):
        worker.seal()
        assert TreeHead.objects.count() == 2 * TREES
        assert cli.main(["record", "head"]) == 1


def test_a_tree_that_was_changed_gets_no_further_head(
    case: Case, tree: int, caplog: pytest.LogCaptureFixture
) -> None:
    triggers.drop(connection)
    Leaf.objects.filter(tree=tree).latest("position").delete()
    Event.objects.filter(leaf__isnull=True).delete()
    with caplog.at_level(logging.ERROR):
        assert sealed(LATER) == TREES - 1  # the others have theirs
    assert "record.tree_broken" in caplog.messages
    assert merkle.latest(tree) == next(merkle.heads(tree))


def test_the_quick_way_to_the_bytes_of_a_line_gives_the_same_bytes(case: Case) -> None:
    odd = {"a": 'kutip " dan \\ dan \n', "é": ["ü", None, 1.5, True], "\u2028": {}}
    for event in [
        *Event.objects.all()[:20],
        Event(subject='"', number=1, at=f.AT, person="é\x1f", role="r", kind="\\", data=odd),
    ]:
        told = line_of(event)
        said = canonical(told["data"]).decode()
        assert chain.line_bytes(**{**told, "data": said}) == canonical(told)


@pytest.mark.parametrize("spelt", ['{"b":"\u00e9","a":[1.5,null]}', '{"a": [1.5, null], "b": "\\u00e9"}'])
def test_what_an_event_says_is_the_same_however_the_data_base_spells_it(case: Case, spelt: str) -> None:
    event = Event(
        subject=f"case:{uuid.uuid4()}", number=1, at=f.AT, kind="k", data=json.loads(spelt), previous=GENESIS
    )
    event.seal = seal(GENESIS, line_of(event))
    event.save()
    triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE door_event SET data = %s WHERE id = %s", [spelt, event.pk])
    assert [one for one in chain.flaws(read.heads()) if one] == [Flaw(event.subject, 1, "orphan")]


def test_the_text_of_an_event_rests_as_it_was_sealed(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(data AS text) FROM door_event")
        texts = [text for (text,) in cursor.fetchall()]
    sealed = [canonical(json.loads(text)).decode() for text in texts]
    assert texts == sealed or connection.vendor == "postgresql"  # jsonb has an order of its own


@pytest.mark.parametrize("model", [Leaf, Branch, TreeHead])
def test_the_data_base_refuses_to_change_the_tree(case: Case, model: Any) -> None:
    before = f.everything()
    row = model.objects.filter(tree=case.office_id).first()
    acts: list[Callable[[], object]] = [
        lambda: model.objects.update(tree=9),
        lambda: model.objects.filter(pk=row.pk).delete(),
    ]
    if connection.vendor == "sqlite":
        names = [field.column for field in model._meta.concrete_fields]
        every = ", ".join(names)
        swap = f"INSERT OR REPLACE INTO {model._meta.db_table} ({every}) SELECT {every} FROM {model._meta.db_table}"
        acts.append(lambda: connection.cursor().execute(swap))
    else:
        acts.append(lambda: connection.cursor().execute(f"TRUNCATE {model._meta.db_table}"))
    for act in acts:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert f.everything() == before


# A thousand edits ----------------------------------------------------------------------------------------------------
#
# Somebody has the whole data base and has switched the triggers off; he has not the key. Half of his edits are rough,
# half make good everything that can be made good without the key. Kept elsewhere: the heads of two hours.


def resealed(events: list[Event]) -> None:
    """Make the chains of these events good again, from the first to the last, and the root rows with them."""
    heads: dict[str, tuple[int, str]] = {}
    for event in sorted(events, key=lambda one: (one.subject, one.number)):
        number, head = heads.get(event.subject, (0, GENESIS))
        event.number, event.previous = number + 1, head
        event.seal = seal(head, line_of(event))
        heads[event.subject] = (event.number, event.seal)
    for subject, (number, head) in heads.items():
        root_set(subject, number, head)


def root_set(subject: str, number: int, head: str) -> None:
    name, key = subject.split(":")
    table = {"case": "cases_case", "office": "offices_office", "serviceversion": "catalog_serviceversion"}[
        name
    ]
    value = key if connection.vendor == "postgresql" else key.replace("-", "")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET version = %s, chain_head = %s WHERE key = %s", [number, head, value]
        )


def written_anew(tree: int, leaves: list[tuple[int, bytes]], secret: Ed25519PrivateKey | None = None) -> None:
    """Put this tree in the place of the old one; its heads get the new roots, under another key or the old signatures."""
    Leaf.objects.filter(tree=tree).delete()
    Branch.objects.filter(tree=tree).delete()
    edge, roots, branches = Frontier(), {}, []
    for _, leaf in leaves:
        branches += [
            Branch(tree=tree, level=at[0], position=at[1], hash=found) for at, found in edge.append(leaf)
        ]
        roots[edge.size] = edge.root().hex()
    Leaf.objects.bulk_create(
        Leaf(tree=tree, position=n, event_id=pk, hash=leaf) for n, (pk, leaf) in enumerate(leaves)
    )
    Branch.objects.bulk_create(branches)
    for row in TreeHead.objects.filter(tree=tree):
        if row.size > edge.size:
            row.delete()
            continue
        row.root = roots[row.size]
        if secret is not None:
            made = merkle.signed_head(secret, row.origin, row.number, row.size, row.root, row.at)
            row.key, row.signature = made.key, made.signature
        row.save()


def rebuilt(tree: int, events: list[Event], secret: Ed25519PrivateKey | None = None) -> None:
    """Chains, leaves, kept hashes and heads all made good for these events, but for the signatures."""
    order = list(Leaf.objects.filter(tree=tree).order_by("position").values_list("event_id", flat=True))
    resealed(events)
    Event.objects.filter(office_id=tree).delete()
    Event.objects.bulk_create(events)
    by_id = {event.pk: event for event in events}
    listed = [by_id[pk] for pk in order if pk in by_id] + [event for event in events if event.pk not in order]
    written_anew(tree, [(event.pk, merkle.leaf_of(event.seal)) for event in listed], secret)


class Forger:
    """One edit after the other, chosen by `draw`; each gives what it did. tree: of the office it falls upon."""

    def __init__(self, draw: random.Random, tree: int) -> None:
        self.draw, self.tree = draw, tree

    def events(self) -> list[Event]:
        return list(Event.objects.filter(office_id=self.tree).order_by("pk"))

    def change(self) -> None:
        """A column of an event, a leaf, a kept hash or a head."""
        model = self.draw.choice([Event, Event, Leaf, Branch, TreeHead])
        row = self.draw.choice(list(model.objects.filter(**self._mine(model))))
        choices: dict[Any, dict[str, Any]] = {
            Event: {"kind": "case.lie", "person": "lain", "role": "auditor", "data": {"a": 1}, "at": LATER, "seal": "0" * 64},
            Leaf: {"hash": b"0" * 32, "tree": 777, "position": 9999},
            Branch: {"hash": b"0" * 32, "level": 5, "position": 9999},
            TreeHead: {"size": row.size + 1 if model is TreeHead else 0, "root": "0" * 64, "signature": "AA==", "number": 99, "at": LATER + timedelta(1), "origin": "x", "key": "0" * 64},
        }  # fmt: skip
        column = self.draw.choice(list(choices[model]))
        model.objects.filter(pk=row.pk).update(**{column: choices[model][column]})

    def delete(self) -> None:
        model = self.draw.choice([Event, Event, Leaf, Branch, TreeHead])
        rows = list(model.objects.filter(**self._mine(model)))
        if model is TreeHead:
            rows = rows[:-1]  # that the newest head is gone is seen by those who kept it: see truncate
        self.draw.choice(rows).delete()

    def insert(self) -> None:
        """An event pushed into a chain, and its chain made good. (One behind the last would be an act, not an edit.)"""
        events = self.events()
        ends = {one.subject: one.number for one in events}
        place = self.draw.choice([n for n, one in enumerate(events) if one.number < ends[one.subject]])
        copy = Event(**{k: v for k, v in vars(events[place]).items() if k not in ("_state", "id")})
        copy.kind, copy.pk = "case.lie", Event.objects.latest("pk").pk + 1
        mine = [one for one in events if one.subject == copy.subject]
        for one in mine:
            one.number += one.number > copy.number
        copy.number += 1
        resealed([*mine, copy])
        for one in sorted(mine, key=lambda one: -one.number):
            Event.objects.filter(pk=one.pk).update(number=one.number, previous=one.previous, seal=one.seal)
        copy.save(force_insert=True)

    def reorder(self) -> None:
        """Two events of a chain, or two leaves, change places."""
        if self.draw.random() < 0.5:
            one, two = self.draw.sample(list(Leaf.objects.filter(tree=self.tree)), 2)
            Leaf.objects.filter(pk=one.pk).update(hash=bytes(two.hash))
            Leaf.objects.filter(pk=two.pk).update(hash=bytes(one.hash))
            return
        events = self.events()
        subject = self.draw.choice([one.subject for one in events if one.number > 2])
        mine = [one for one in events if one.subject == subject]
        one, two = self.draw.sample(mine, 2)
        one.number, two.number = two.number, one.number
        resealed(mine)
        Event.objects.filter(subject=subject).delete()
        Event.objects.bulk_create(mine)

    def truncate(self) -> None:
        """The last events go, with everything that tells of them."""
        kept = self.draw.randrange(5, Leaf.objects.filter(tree=self.tree).count())
        order = list(
            Leaf.objects.filter(tree=self.tree).order_by("position").values_list("event_id", flat=True)
        )
        rebuilt(self.tree, [one for one in self.events() if one.pk in order[:kept]])
        TreeHead.objects.filter(tree=self.tree, size__gt=kept).delete()
        lost = {one for one in read.heads() if one.split(":")[0] in ("case", "serviceversion")}
        for subject in lost - set(Event.objects.values_list("subject", flat=True)):
            root_set(subject, 0, GENESIS)

    def restore(self) -> None:
        """Everything as it was at the first head."""
        first = next(merkle.heads(self.tree))
        order = list(
            Leaf.objects.filter(tree=self.tree).order_by("position").values_list("event_id", flat=True)
        )
        rebuilt(self.tree, [one for one in self.events() if one.pk in order[: first.size]])
        for subject in read.heads().keys() - set(Event.objects.values_list("subject", flat=True)):
            root_set(subject, 0, GENESIS)

    def recompute(self) -> None:
        """A changed event, and all made good: chain, leaves, kept hashes, roots; the heads under a key of his own."""
        events = self.events()
        self.draw.choice(events).kind = "case.lie"
        rebuilt(self.tree, events, Ed25519PrivateKey.generate() if self.draw.random() < 0.5 else None)

    def _mine(self, model: Any) -> dict[str, int]:
        return {"office_id": self.tree} if model is Event else {"tree": self.tree}


EDITS = ("change", "delete", "insert", "reorder", "truncate", "restore", "recompute")
IN_SQL = 210


@pytest.fixture
def two_heads(case: Case, stage: Stage, tree: int) -> dict[int, list[Head]]:
    """A record with two heads, both kept elsewhere."""
    f.sign(stage("tanda-tangan"))
    f.run_jobs(f.AT)
    sealed(LATER)
    return {one: list(merkle.heads(one)) for one in merkle.trees()}


def test_of_many_edits_in_the_data_base_each_is_found(two_heads: dict[int, list[Head]], tree: int) -> None:
    assert flaws(two_heads) == set()
    draw = random.Random(23)
    with transaction.atomic():
        triggers.drop(connection)
        for n in range(IN_SQL):
            point, edit = transaction.savepoint(), EDITS[n % len(EDITS)]
            getattr(Forger(draw, tree), edit)()
            found = flaws(two_heads)
            # That the end of everything is missing is seen by the kept heads alone.
            seen = (
                {"kept-missing-leaves"}
                if edit in ("truncate", "restore")
                else {w for w in found if w[:4] != "kept"}
            )
            assert found & seen, (n, edit, found)
            transaction.savepoint_rollback(point)
        triggers.make(connection)
    assert flaws(two_heads) == set()


# Outsiders -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_record", TOOL)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def exported(two_heads: dict[int, list[Head]], stage: Stage, tmp_path: Path) -> Path:
    """An export with two heads, and some events that wait for theirs; beside it what somebody kept: keys and heads."""
    f.answer(stage("validasi"), "koordinator", "diketahui", "known")
    out = tmp_path / "ekspor"
    assert cli.main(["record", "export", str(out)]) == 0
    for name in record_names().values():
        (tmp_path / "disimpan" / name).mkdir(parents=True)
        for kept in ("kepala.json", "kunci.pem"):
            shutil.copy(out / name / kept, tmp_path / "disimpan" / name / kept)
    return out


def checked(tool: ModuleType, out: Path) -> int:
    kept = str(out.parent / "disimpan")
    return int(tool.main(["export", str(out), "--keys", kept, "--heads", kept]))


def test_the_program_for_outsiders_is_short_and_stands_alone(exported: Path) -> None:
    lines = TOOL.read_text("utf-8").splitlines()
    assert len(lines) <= 300
    assert not [line for line in lines if "satupintu" in line and "import" in line]
    command = [
        sys.executable,
        "-I",
        str(TOOL),
        "export",
        str(exported),
        "--heads",
        str(exported.parent / "disimpan"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=exported, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert ran.stdout.endswith("Utuh: tidak ada yang janggal.\n")


class Copy:
    """The same edits on an export: its lines, its heads, its ends."""

    FILES = ("mempawah/catatan.jsonl", "mempawah/kepala.json", "ujung.json")

    def __init__(self, texts: tuple[str, ...], draw: random.Random) -> None:
        self.draw = draw
        self.rows = [json.loads(line) for line in texts[0].splitlines()]
        self.heads, self.ends = json.loads(texts[1]), json.loads(texts[2])

    def save(self, out: Path) -> None:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)
        for name, text in zip(
            self.FILES, (lines, json.dumps(self.heads), json.dumps(self.ends)), strict=True
        ):
            (out / name).write_text(text)

    def good_again(self, *, heads: bool, secret: Ed25519PrivateKey | None = None) -> None:
        """Chains, ends and leaves made good, and with `heads` the roots too."""
        mine = {row["line"]["subject"] for row in self.rows}
        ends: dict[str, list[Any]] = {}
        edge, roots = Frontier(), {}
        for n, row in enumerate(self.rows):
            number, head = ends.get(row["line"]["subject"], [0, GENESIS])
            row["line"]["number"], row["previous"] = number + 1, head
            row["seal"] = seal(head, row["line"])
            ends[row["line"]["subject"]] = [number + 1, row["seal"]]
            if row["position"] is not None:
                row["position"], leaf = n, merkle.leaf_of(row["seal"])
                row["leaf"] = leaf.hex()
                list(edge.append(leaf))
                roots[edge.size] = edge.root().hex()
        others = {
            s: end for s, end in self.ends.items() if s not in mine and not s.startswith(("case", "service"))
        }
        self.ends = {**others, **ends}
        self.heads["heads"] = [head for head in self.heads["heads"] if head["size"] in roots]
        if heads:
            self.heads["heads"] = [
                self._resigned({**head, "root": roots[head["size"]]}, secret) for head in self.heads["heads"]
            ]

    def _resigned(self, head: dict[str, Any], secret: Ed25519PrivateKey | None) -> dict[str, Any]:
        if secret is None:
            return head
        head["key"] = secret.public_key().public_bytes_raw().hex()
        head["signature"] = base64.b64encode(secret.sign(Head(**head).text())).decode()
        return head

    def change(self) -> None:
        row = self.draw.choice(self.rows)
        place, name, value = self.draw.choice(
            [(row["line"], "kind", "x"), (row["line"], "data", {"x": 1}), (row["line"], "person", "x"), (row, "seal", "0" * 64),
             (row, "previous", "f" * 64), (self.draw.choice(self.heads["heads"]), "root", "0" * 64),
             (self.draw.choice(self.heads["heads"]), "at", "2020-01-01T00:00:00.000+00:00")]
        )  # fmt: skip
        place[name] = value

    def delete(self) -> None:
        """(What waits for its seal can go with all its traces: that is why there is a seal each hour.)"""
        self.rows.remove(self.draw.choice([row for row in self.rows if row["position"] is not None]))
        if self.draw.random() < 0.5:
            self.good_again(heads=False)

    def insert(self) -> None:
        at = self.draw.randrange(len([row for row in self.rows if row["position"] is not None]))
        self.rows.insert(at, json.loads(json.dumps(self.rows[at])))
        self.rows[at]["line"]["kind"] = "case.lie"
        if self.draw.random() < 0.5:
            self.good_again(heads=True)

    def reorder(self) -> None:
        last = len([row for row in self.rows if row["position"] is not None])
        one, two = self.draw.sample(range(last), 2)
        self.rows[one], self.rows[two] = self.rows[two], self.rows[one]
        if self.draw.random() < 0.5:
            self.good_again(heads=True)

    def truncate(self) -> None:
        last = len([row for row in self.rows if row["position"] is not None])
        self.rows = self.rows[: self.draw.randrange(5, last)]
        self.good_again(heads=False)

    def restore(self) -> None:
        self.rows = self.rows[: self.heads["heads"][0]["size"]]
        self.good_again(heads=False)

    def recompute(self) -> None:
        last = len([row for row in self.rows if row["position"] is not None])
        self.rows[self.draw.randrange(last)]["line"]["kind"] = "case.lie"
        self.good_again(heads=True, secret=Ed25519PrivateKey.generate() if self.draw.random() < 0.5 else None)


def test_of_many_edits_of_an_export_each_is_found(
    exported: Path, tool: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    only_one_office(exported)
    assert checked(tool, exported) == 0, capsys.readouterr().out
    draw, honest = random.Random(42), tuple((exported / name).read_text() for name in Copy.FILES)
    # What a file says is the same on either data base: the thousand are complete on one of them.
    for n in range(1000 - IN_SQL if connection.vendor == "sqlite" else 70):
        edit = EDITS[n % len(EDITS)]
        copy = Copy(honest, draw)
        getattr(copy, edit)()
        copy.save(exported)
        assert checked(tool, exported) == 1, (n, edit)
        capsys.readouterr()


def only_one_office(out: Path) -> None:
    """Leave out the records of the others, so that a thousand looks take seconds."""
    for name in ("kampar", "rokan-hulu", "instalasi"):
        shutil.rmtree(out / name)
        shutil.rmtree(out.parent / "disimpan" / name)
    subjects = {
        json.loads(line)["line"]["subject"] for line in (out / Copy.FILES[0]).read_text().splitlines()
    }
    ends = json.loads((out / "ujung.json").read_text())
    (out / "ujung.json").write_text(json.dumps({one: end for one, end in ends.items() if one in subjects}))


def test_a_proof_is_checked_by_the_program_for_outsiders(
    exported: Path,
    case: Case,
    tree: int,
    tool: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = str(exported / "mempawah" / "kunci.pem")
    permit = Permit.objects.get(case=case)
    answers = {"inclusion": Client().get(f"/cek/{permit.code}/bukti.json"), "consistency": Client().get("/transparansi/mempawah/sambungan/1-2.json")}  # fmt: skip
    for check, answer in answers.items():
        assert answer.status_code == 200
        path, honest = tmp_path / f"{check}.json", json.loads(answer.content)
        path.write_text(json.dumps(honest))
        assert tool.main([check, str(path), "--key", key]) == 0
        for other in (
            {**honest, "path": honest["path"][:-1]},
            {**honest, "path": [*honest["path"], "00" * 32]},
        ):
            path.write_text(json.dumps(other))
            assert tool.main([check, str(path), "--key", key]) == 1
        path.write_text(json.dumps(honest))
        assert tool.main([check, str(path), "--key", str(exported / "kampar" / "kunci.pem")]) == 1
    pdf = tmp_path / "izin.pdf"
    pdf.write_bytes(files_read(permit))
    proof = str(tmp_path / "inclusion.json")
    assert tool.main(["inclusion", proof, "--key", key, "--pdf", str(pdf)]) == 0
    pdf.write_bytes(files_read(permit) + b" ")
    assert tool.main(["inclusion", proof, "--key", key, "--pdf", str(pdf)]) == 1
    (tmp_path / "x.json").write_text('{"a": 1}')
    assert tool.main(["inclusion", str(tmp_path / "x.json")]) == 2


def files_read(permit: Permit) -> bytes:
    assert permit.file is not None
    return files.read(permit.file)


def test_two_heads_of_a_fork_are_named_by_whoever_kept_both(
    two_heads: dict[int, list[Head]],
    tree: int,
    tool: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A monitor has nothing but heads: yesterday's and today's."""
    first, second = two_heads[tree]
    for n, head in enumerate((first, second)):
        (tmp_path / f"{n}.json").write_text(json.dumps(head.to_json()))
    (tmp_path / "kunci.pem").write_bytes(export.key(tree))
    assert tool.main(["heads", str(tmp_path)]) == 0
    secret, other = merkle.secret_of(tree), "ab" * 32
    for size, number, root, word in (
        (second.size, 3, other, "cabang"), (second.size, 2, other, "cabang"), (second.size - 1, 3, other, "menyusut"),
    ):  # fmt: skip
        forked = merkle.signed_head(secret, second.origin, number, size, root, LATER)
        (tmp_path / "2.json").write_text(json.dumps(forked.to_json()))
        capsys.readouterr()
        assert tool.main(["heads", str(tmp_path)]) == 1
        assert word in capsys.readouterr().out


def test_entries_and_trees_of_every_size_are_proved_to_outsiders(tool: ModuleType) -> None:
    """What core.merkle proves, the other program believes (bench/record.py does it for 10,000 entries)."""
    leaves = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(3000)]
    edge, kept, roots = Frontier(), {(0, n): leaf for n, leaf in enumerate(leaves)}, [""]
    for leaf in leaves:
        kept |= dict(edge.append(leaf))
        roots.append(edge.root().hex())
    draw = random.Random(1)
    for _ in range(1000):
        size = draw.randrange(1, len(leaves) + 1)
        index, old = draw.randrange(size), draw.randrange(1, size + 1)
        path = core_merkle.proof(core_merkle.inclusion(index, size), kept)
        assert tool.included(leaves[index], index, size, path) == roots[size]
        path = core_merkle.proof(core_merkle.consistency(old, size), kept)
        assert tool.consistent(old, size, bytes.fromhex(roots[old]), path) == (roots[old], roots[size])


# The command line ------------------------------------------------------------------------------------------------------


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = cli.main(["record", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_command_line_seals_verifies_and_compares(
    case: Case, tree: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_moment(LATER):
        code, answer = said(capsys, "head")
    assert (code, answer["signed"], answer["heads"]["mempawah"]["number"]) == (0, TREES, 2)
    (tmp_path / "hari-ini.json").write_text(json.dumps(answer["heads"]["mempawah"]))
    code, answer = said(capsys, "verify", "--heads", str(tmp_path))
    assert (code, answer["ok"], answer["compared"], answer["signed"]) == (0, True, 1, 2 * TREES)
    assert answer["leaves"] == answer["events"] == Event.objects.count()
    stranger = merkle.signed_head(Ed25519PrivateKey.generate(), "x", 1, 1, "ab" * 32, LATER)
    (tmp_path / "lain.json").write_text(json.dumps(stranger.to_json()))
    assert cli.main(["record", "verify", "--heads", str(tmp_path)]) == 2
    told = merkle.signed_head(Ed25519PrivateKey.generate(), origin("mempawah"), 1, 1, "ab" * 32, LATER)
    (tmp_path / "lain.json").write_text(json.dumps(told.to_json()))
    code, answer = said(capsys, "verify", "--heads", str(tmp_path))
    assert (code, [flaw["what"] for flaw in answer["flaws"]]) == (1, ["kept-key"])
    (tmp_path / "lain.json").write_text('{"ini": "bukan segel"}')
    assert cli.main(["record", "verify", "--heads", str(tmp_path)]) == 2
    assert cli.main(["record", "verify", "--heads", str(tmp_path / "tidak-ada")]) == 2
    assert cli.main(["record", "export", str(tmp_path)]) == 1  # it holds something already


def test_every_flaw_has_its_words(
    two_heads: dict[int, list[Head]], tree: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "kepala.json").write_text(json.dumps([head.to_json() for head in two_heads[tree]]))
    triggers.drop(connection)
    Forger(random.Random(5), tree).restore()
    assert cli.main(["record", "verify", "--heads", str(tmp_path)]) == 1
    words = capsys.readouterr().out
    assert "catatan umum mempawah: segel simpanan 2 mencakup catatan yang sekarang tidak ada" in words
    told = set(
        re.findall(
            r'(?:Flaw\([^"]*|what = |what, placed = |if placed else )"([a-z-]+)"',
            sources("door/chain.py", "door/forest.py"),
        )
    )
    faults = re.findall(r'Fault\(head.number, "([a-z-]+)"\)', sources("core/heads.py"))
    assert told >= {"seal", "leaf", "position", "gone"}
    assert told | {f"{which}-{what}" for which in ("head", "kept") for what in faults} == FLAWS.keys()


def sources(*names: str) -> str:
    return "".join((Path(cli.__file__).parents[1] / name).read_text("utf-8") for name in names)


# What everybody sees -----------------------------------------------------------------------------------------------------


def test_a_citizen_reads_where_the_permit_is_recorded(stage: Stage) -> None:
    permit = Permit.objects.get(case=stage("unduh"))
    page = f"/cek/{permit.code}"
    assert "menunggu segel berikutnya" in Client().get(page).content.decode()
    assert Client().get(f"{page}/bukti.json").status_code == 404
    sealed()
    proof = proofs.of_event(permit.case.subject, "permit.issued", number=permit.number)
    assert proof is not None
    text = Client().get(page).content.decode()
    assert f"tercatat pada urutan <b>{proof.order}</b> dalam catatan umum" in text
    assert permit.file is not None
    told = Client().get(f"{page}/bukti.json").json()
    issued = {"number": permit.number, "sha256": permit.file.sha256, "level": permit.level}
    assert told["event"]["line"]["data"] == issued
    assert told["head"] == proof.head.to_json()
    triggers.drop(connection)
    Leaf.objects.filter(tree=permit.office_id, position=proof.position).update(hash=b"0" * 32)
    assert "tidak cocok dengan segelnya" in Client().get(page).content.decode()
    assert Client().get(f"{page}/bukti.json").status_code == 404


def test_a_page_without_a_head_says_so(stage: Stage) -> None:
    stage("unduh")  # nothing of it is sealed yet
    assert Client().get("/transparansi/instalasi").content.decode().count("Belum ada segel") == 1


def test_the_public_page_tells_the_heads_and_nothing_else(
    two_heads: dict[int, list[Head]], tree: int
) -> None:
    text = Client().get("/transparansi/mempawah").content.decode()
    last = two_heads[tree][-1]
    assert last.root[:4] in text
    assert "Unduh bukti 1 ke 2" in text
    whole = Client().get("/transparansi/mempawah/kepala.json").json()
    assert whole["heads"] == [head.to_json() for head in two_heads[tree]]
    assert whole["latest"] == last.to_json()
    behind = Client().get("/transparansi/mempawah/kepala.json", {"setelah": "1"}).json()
    assert [head["number"] for head in behind["heads"]] == [2]
    assert Client().get("/transparansi/mempawah/kunci.pem").content == export.key(tree)
    leaf = Client().get(f"/transparansi/mempawah/bukti/{last.size}.json").json()
    assert "event" not in leaf  # that there is an entry is public; what it says is not
    for gone in (f"bukti/{last.size + 1}.json", "bukti/0.json", "sambungan/2-1.json", "sambungan/1-3.json", "sambungan/0-1.json", f"bukti/{10**30}.json", f"sambungan/1-{10**30}.json"):  # fmt: skip
        assert Client().get(f"/transparansi/mempawah/{gone}").status_code == 404, gone
    assert Client().get("/transparansi/tidak-ada").status_code == 404


def test_an_officer_sees_the_place_of_the_permit_in_the_record(case: Case) -> None:
    client = f.log_in(Client(), Account.objects.get(email="jf@mempawah.example"))
    with at_moment(LATER):
        text = client.get(f"/berkas/{case.key}").content.decode()
    proof = proofs.of_event(case.subject, "permit.issued")
    assert proof is not None
    assert f"Catatan umum urutan {proof.order}" in text
