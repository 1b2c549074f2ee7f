# SPDX-License-Identifier: Apache-2.0
"""Backups that are whole or found damaged, restores that are proved, and an office that does not go on silently.

One backup of the furnished offices is taken for this file. What needs another office, or a death, has a process of its
own, as an operator's command has.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django_tasks_db.management.commands.db_worker import Worker

from satupintu import cli
from satupintu.accounts.codes import code_of
from satupintu.accounts.models import Account, Letter, Person
from satupintu.core.refusal import Refusal
from satupintu.door import files, merkle, read, recovery
from satupintu.door.models import Event, StoredFile
from satupintu.door.moment import at_moment
from satupintu.door.worker import OfficeWorker
from satupintu.offices.actions import take_number
from satupintu.offices.jobs import seal_record
from satupintu.offices.models import Office
from satupintu.permits.models import Permit
from satupintu.vault import actions, backup, box, drill, folder, place, queries, restore
from satupintu.vault.folder import DATABASE, IDENTITY, KEYS, MANIFEST, SUMS, Backup
from tests import factories as f
from tests.rooms.conftest import furnish

PASSPHRASE = "lima kata acak sekali saja"
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def lock() -> box.Lock:
    return box.new_lock(PASSPHRASE)


@pytest.fixture(scope="module")
def identity(lock: box.Lock) -> Any:
    return box.unwrap(lock.wrapped, PASSPHRASE)


@pytest.fixture
def outside(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The data base as another process sees it: no test's transaction around."""
    with django_db_blocker.unblock():
        if not Event.objects.exists():  # a test that really committed came before
            furnish()
        yield


@pytest.fixture(scope="module")
def taken(
    lock: box.Lock, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Path:
    """A folder with one whole backup."""
    into = tmp_path_factory.mktemp("cadangan")
    with django_db_blocker.unblock():
        if not Event.objects.exists():
            furnish()
        made = backup.take(into, lock, with_keys=True, at=f.AT)
    assert made.copied == made.manifest.files > 5
    assert made.manifest.absent == []
    return into


@pytest.fixture
def copied(taken: Path, tmp_path: Path) -> Backup:
    """The same backup, to be spoilt."""
    return folder.choose(shutil.copytree(taken, tmp_path / "cadangan"))


def open_it(one: Backup, identity: Any) -> restore.Opened:
    return restore.Opened(one, folder.Manifest.of(box.unlocked(one.path / MANIFEST, identity)), identity)


def parts(one: Backup) -> list[Path]:
    pool = sorted((one.path.parent / "files").glob("*/*/*.age"))
    return [one.path / name for name in (IDENTITY, MANIFEST, DATABASE, KEYS, SUMS)] + pool[:2]


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


# A damaged backup is found ---------------------------------------------------------------------------------------


def test_one_changed_bit_or_a_cut_anywhere_is_found_and_named(copied: Backup) -> None:
    assert list(copied.damage()) == []
    for path in parts(copied):
        kept = path.read_bytes()
        for at in (0, 30, len(kept) // 2, len(kept) - 1):
            flip(path, at)
            assert list(copied.damage()), (path.name, at)
            path.write_bytes(kept)
        for cut in (kept[:-1], kept[: len(kept) // 2], b"", kept + b"\n"):
            path.write_bytes(cut)
            named = list(copied.damage())
            assert any(path.name in name for name in named), (path.name, len(cut))
            path.write_bytes(kept)
        path.unlink()
        assert list(copied.damage()), path.name
        path.write_bytes(kept)
    assert list(copied.damage()) == []


def test_lines_missing_from_the_list_of_hashes_are_found(copied: Backup) -> None:
    whole = copied.sums.read_text().splitlines(keepends=True)
    for name in (IDENTITY, MANIFEST, DATABASE):
        copied.sums.write_text("".join(line for line in whole if name not in line))
        assert list(copied.damage()) == [SUMS], name


@contextmanager
def resummed(one: Backup) -> Iterator[None]:
    """Somebody changes the backup and writes the open list of hashes anew: now only the locks can tell."""
    yield
    names = [line[66:-1] for line in one.sums.read_text().splitlines(keepends=True)]
    one.sums.unlink()
    folder.write_sums(one.path, [(name, folder.hash_of(one.path / name)) for name in names])
    assert list(one.damage()) == []


def damaged(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refusal) as no:
        act()
    assert no.value.code == "vault.damaged"
    return list(no.value.values["damage"])


def test_whoever_rewrites_the_hashes_too_is_stopped_by_the_locks(
    copied: Backup, identity: Any, lock: box.Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "unwrap", lambda *_: identity)
    for name in (DATABASE, KEYS, IDENTITY):
        kept = (copied.path / name).read_bytes()
        with resummed(copied):
            flip(copied.path / name, len(kept) // 2)
        assert damaged(lambda: restore.opened(copied, str)) == [name]
        (copied.path / name).write_bytes(kept)
    other = folder.new_id(f.AT + WEEK, "0000")  # an old backup under a newer name
    shutil.copytree(copied.path, copied.path.parent / other)
    with resummed(Backup(copied.path.parent / other)):
        pass
    assert damaged(lambda: restore.opened(folder.choose(copied.path.parent), str)) == [
        f"{other} ({copied.id})"
    ]
    with resummed(copied):
        flip(copied.path / MANIFEST, 400)
    assert damaged(lambda: restore.opened(copied, str)) == [MANIFEST]


def test_locked_pieces_cannot_be_swapped_repeated_or_left_out(
    tmp_path: Path, lock: box.Lock, identity: Any
) -> None:
    """age locks 64 KiB at a time: what is in the middle is as safe as the ends."""
    content = [bytes([n]) * 65536 for n in range(5)]
    path, chunk = tmp_path / "lima.age", 65536 + 16
    box.lock(content, path, lock.recipient)
    whole = path.read_bytes()
    assert box.unlocked(path, identity) == b"".join(content)
    start = len(whole) - 5 * chunk
    head, chunks = whole[:start], [whole[at : at + chunk] for at in range(start, len(whole), chunk)]
    for order in (
        [1, 0, 2, 3, 4],
        [0, 1, 2, 3],
        [0, 1, 2, 4],
        [0, 1, 1, 2, 3, 4],
        [0, 1, 2, 3, 4, 4],
        [4],
        [],
    ):
        path.write_bytes(head + b"".join(chunks[n] for n in order))
        with pytest.raises(box.Damaged):
            box.unlocked(path, identity)


def test_a_backup_locked_for_somebody_else_is_not_opened(tmp_path: Path, identity: Any) -> None:
    stranger = box.x25519.Identity.generate()
    box.lock([b"isi"], tmp_path / "isi.age", box.recipient_of(stranger))
    with pytest.raises(box.Damaged):
        box.unlocked(tmp_path / "isi.age", identity)


def test_the_words_for_a_wrong_passphrase_say_that_the_backup_is_whole(
    taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SATUPINTU_HOME", str(tmp_path / "rumah"))
    monkeypatch.setenv("SATUPINTU_BACKUP_PASSPHRASE", "bukan yang ini, pasti")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert cli.main(["restore", str(taken)]) == 1
    assert "Kata sandi cadangan salah. Cadangannya sendiri utuh." in capsys.readouterr().out
    assert list((tmp_path / "rumah").iterdir()) == []
    with pytest.raises(Refusal, match=r"vault\.passphrase-short"):
        box.new_lock("pendek")


def test_what_a_later_program_wrote_is_refused_with_words(copied: Backup, identity: Any, db: None) -> None:
    manifest = json.loads(box.unlocked(copied.path / MANIFEST, identity))
    with f.refusal("vault.newer-format"):
        folder.Manifest.of(json.dumps({**manifest, "format": 2}).encode())
    with f.refusal("vault.newer-program") as no:
        restore._migrate([*map(tuple, manifest["migrations"]), ("door", "0999_later")])  # noqa: SLF001
    assert no.value.values["migrations"] == ["door.0999_later"]


# What is in it ---------------------------------------------------------------------------------------------------


def lines_of(one: Backup, identity: Any) -> dict[str, list[dict[str, Any]]]:
    """The rows as anybody reads them who has the passphrase: `age -d database.age | zcat`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in gzip.decompress(box.unlocked(one.path / DATABASE, identity)).splitlines():
        content = json.loads(line)
        if isinstance(content, dict):
            table, names = content["table"], [name for name, _ in content["columns"]]
            found[table] = []
        else:
            found[table].append(dict(zip(names, content, strict=True)))
    return found


def test_a_backup_holds_every_row_as_it_rests_and_nobodys_session(
    taken: Path, identity: Any, outside: None
) -> None:
    one = folder.choose(taken)
    manifest, tables = open_it(one, identity).manifest, lines_of(one, identity)
    assert {name: len(found) for name, found in tables.items()} == manifest.tables
    assert len(tables["door_event"]) == Event.objects.count()
    assert "django_session" not in tables
    assert (manifest.chains, manifest.head) == (len(read.heads()), read.joined(read.heads()))
    nik = [row["nik"] for row in tables["accounts_person"] if row["nik"]]
    assert all(text.startswith("g1:") for text in nik)
    assert len(nik) == Person.objects.exclude(nik="").count()


def test_nothing_in_the_folder_can_be_read_without_the_passphrase(taken: Path, outside: None) -> None:
    secrets = [path.read_bytes() for path in Path(settings.KEYS).glob("*.key")]
    telling = [*secrets, *map(base64.b64encode, secrets), b"mempawah", b"pemohon", b"AGE-SECRET", b"%PDF"]
    for path in taken.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [word for word in telling if word in data], path


def test_keys_go_along_or_stay_apart_and_the_key_of_codes_is_made_anew(
    lock: box.Lock, identity: Any, tmp_path: Path, outside: None
) -> None:
    code_of(1)  # makes its key, if nobody has been sent a code yet
    backup.take(tmp_path / "dengan", lock, with_keys=True, at=f.AT)
    source = open_it(folder.choose(tmp_path / "dengan"), identity)
    restore.place_keys(source, tmp_path / "a", None)
    kept = {
        path.name: path.read_bytes()
        for path in Path(settings.KEYS).iterdir()
        if path.suffix in {".key", ".pem"}
    }
    kept.pop("login-code.key")
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == kept
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a").iterdir()} == {0o600}

    backup.take(tmp_path / "tanpa", lock, with_keys=False, at=f.AT)
    apart = open_it(folder.choose(tmp_path / "tanpa"), identity)
    assert not (apart.backup.path / KEYS).exists()
    with f.refusal("vault.no-keys"):
        restore.place_keys(apart, tmp_path / "b", None)
    flip(tmp_path / "a" / "data.key", 0)
    with f.refusal("vault.no-keys") as no:
        restore.place_keys(apart, tmp_path / "b", tmp_path / "a")
    assert no.value.values["keys"] == ["data.key"]
    restore.place_keys(apart, tmp_path / "c", Path(settings.KEYS))
    assert (tmp_path / "c" / "data.key").read_bytes() == kept["data.key"]


def test_the_next_backup_copies_only_what_is_new(
    copied: Backup, lock: box.Lock, identity: Any, outside: None
) -> None:
    into = copied.path.parent
    again = backup.take(into, lock, with_keys=True, at=f.AT + WEEK)
    assert (again.copied, again.manifest.files) == (0, open_it(copied, identity).manifest.files)
    lost = next((into / "files").glob("*/*/*.age"))
    lost.unlink()
    third = backup.take(into, lock, with_keys=True, at=f.AT + 2 * WEEK)
    assert (third.copied, third.manifest.id) == (1, folder.choose(into).id)
    assert [list(one.damage()) for one in folder.backups(into)[1:]] == [
        [lost.as_posix().replace(str(into), "..")],
        [],
    ]


def test_a_file_the_office_has_lost_is_named_and_the_rest_is_kept(
    lock: box.Lock, tmp_path: Path, outside: None
) -> None:
    gone, changed = list(files.every())[:2]
    paths = [files.path_of(row) for row in (gone, changed)]
    kept = [path.read_bytes() for path in paths]
    paths[0].unlink()
    paths[1].write_bytes(b"lain")
    try:
        made = backup.take(tmp_path, lock, with_keys=True, at=f.AT)
    finally:
        for path, data in zip(paths, kept, strict=True):
            path.write_bytes(data)
    assert made.manifest.absent == [str(gone.key), str(changed.key)]
    assert made.manifest.files == StoredFile.objects.count() - 2
    assert list(folder.choose(tmp_path).damage()) == []


def test_an_office_at_work_neither_waits_nor_shows_in_the_snapshot(outside: None) -> None:
    def write() -> None:
        Letter.objects.create(email="tengah@contoh.example", made_at=f.AT)
        connection.close()

    with read.snapshot():
        before = Letter.objects.count()
        worker = threading.Thread(target=write)
        worker.start()
        worker.join(timeout=10)
        assert not worker.is_alive(), "the office had to wait"
        assert Letter.objects.count() == before
    assert Letter.objects.filter(email="tengah@contoh.example").delete()[0] == 1


def test_no_file_goes_while_a_backup_copies(outside: None) -> None:
    row = files.keep(b"sebentar", name="a", mime="text/plain", private=False)
    row.save()
    path = files.path_of(row)
    with files.still():
        files.forget(row)
        assert path.exists()
    assert not StoredFile.objects.filter(key=row.key).exists()
    files.sweep(timedelta(days=-1))
    assert not path.exists()


def test_a_full_disk_is_said_and_leaves_the_earlier_backups_alone(
    copied: Backup, lock: box.Lock, outside: None
) -> None:
    into = copied.path.parent
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))  # the data base does not fit into that
    try:
        with pytest.raises(OSError, match="File too large"):
            backup.take(into, lock, with_keys=True, at=f.AT + WEEK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [one.id for one in folder.backups(into)] == [copied.id]
    assert not list(into.glob(".draft-*"))
    assert list(copied.damage()) == []


def test_two_backups_at_once_do_not_meet(tmp_path: Path) -> None:
    with folder.draft(tmp_path, "20260304T030000Z-aaaa"), pytest.raises(Refusal, match=r"vault\.busy"):
        folder.draft(tmp_path, "20260304T030000Z-bbbb").__enter__()


# The drill -------------------------------------------------------------------------------------------------------


def test_the_drill_proves_this_office_and_finds_what_is_wrong_with_it(
    taken: Path, identity: Any, outside: None
) -> None:
    manifest = open_it(folder.choose(taken), identity).manifest
    report = drill.prove(manifest)
    assert report.ok, report
    assert (report.rows, report.files, report.permits) == (sum(manifest.tables.values()), manifest.files, 1)

    assert drill.miscounted(manifest) == []
    fewer = drill.miscounted(replace(manifest, tables={**manifest.tables, "door_event": 7}))
    assert [one.split(":")[0] for one in fewer] == ["door_event"]
    assert drill.prove(replace(manifest, head="0" * 64)).damage == [
        "ujung rantai riwayat berbeda dari saat dicadangkan"
    ]

    permit = Permit.objects.exclude(file=None).get().file
    other = next(row for row in files.every() if row != permit)
    assert permit is not None
    paths = [files.path_of(permit), files.path_of(other)]
    kept = [path.read_bytes() for path in paths]
    for path, data in zip(paths, reversed(kept), strict=True):
        path.write_bytes(data)
    try:
        exchanged = drill.prove(manifest)
        known = drill.prove(replace(manifest, absent=[str(permit.key), str(other.key)]))
    finally:
        for path, data in zip(paths, kept, strict=True):
            path.write_bytes(data)
    assert set(exchanged.damage) == {f"berkas {permit.key}", f"berkas {other.key}"}
    assert exchanged.faults == [f"izin {Permit.objects.exclude(file=None).get().number}"]
    assert (known.damage, len(known.faults)) == ([], 3)


# Somewhere else --------------------------------------------------------------------------------------------------


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def elsewhere(tmp_path: Path, own_data_base: dict[str, str]) -> Run:
    """Runs a program (some lines, then the command) in an empty home; on PostgreSQL with an empty data base."""
    home = {"SATUPINTU_HOME": str(tmp_path / "rumah"), "SATUPINTU_BACKUP_PASSPHRASE": PASSPHRASE}
    env = {**os.environ, **home, **own_data_base}

    def run(*words: str, before: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        program = f"{before}\nimport sys\nfrom satupintu.cli import main\nsys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", program, *words]
        return subprocess.run(command, env={**env, **more}, capture_output=True, text=True, check=False)

    return run


def dies_after(module: str, function: str) -> str:
    """Lines that let a command be killed where this function has done its work."""
    return (
        f"import os, satupintu.vault.{module} as m\n"
        f"done = m.{function}\n"
        f"m.{function} = lambda *a: (done(*a), os.kill(os.getpid(), {signal.SIGKILL}))"
    )


def knows(identity: Any) -> str:
    """Lines that spare a command the second of scrypt."""
    return f"import satupintu.vault.box as b\nb.unwrap = lambda *a: b.x25519.Identity.from_str({str(identity)!r})\n"


def test_a_restore_gives_the_same_office_and_says_so_on_record(
    taken: Path, identity: Any, elsewhere: Run, tmp_path: Path
) -> None:
    """Killed just before the commit, begun again; then a backup of that, killed and begun again, and its rehearsal."""
    home, first = tmp_path / "rumah", folder.choose(taken)
    manifest = open_it(first, identity).manifest
    killed = elsewhere("restore", str(taken), before=knows(identity) + dies_after("place", "move"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert {path.name for path in home.iterdir()} == {place.STAGING, "files", "keys", "vault"}

    said = elsewhere("restore", str(taken), "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    report = json.loads(said.stdout)
    assert (report["ok"], report["rows"]) == (True, sum(manifest.tables.values()))
    assert (report["head"], report["files"], report["permits"]) == (manifest.head, manifest.files, 1)
    assert {path.name for path in home.iterdir()} - {place.SQLITE} == {"files", "keys", "vault"}

    into = tmp_path / "kedua"
    killed = elsewhere("backup", str(into), before=knows(identity) + dies_after("folder", "write_sums"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (folder.backups(into), len(list(into.glob(".draft-*")))) == ([], 1)
    copy = elsewhere("backup", str(into), before=knows(identity))
    assert copy.returncode == 0, copy.stdout + copy.stderr
    assert (len(folder.backups(into)), len(list(into.glob(".draft-*")))) == (1, 0)

    ours, theirs = lines_of(first, identity), lines_of(folder.choose(into), identity)
    assert (ours.pop("door_recovery"), len(theirs.pop("door_recovery"))) == ([], 1)
    last = theirs["door_event"].pop()
    assert (last["kind"], json.loads(last["data"])["backup"]) == ("installation.restored", manifest.id)
    assert theirs == ours

    rehearsed = elsewhere("restore", str(into), "--drill", before=knows(identity), DATABASE_URL="")
    assert rehearsed.returncode == 0, rehearsed.stdout + rehearsed.stderr
    assert "SQLite sementara" in rehearsed.stdout


def test_heads_published_after_the_backup_are_missed_once_it_is_restored(
    office: Office, lock: box.Lock, elsewhere: Run, identity: Any, tmp_path: Path
) -> None:
    """Whoever has kept them sees that the office has gone back, whatever it says of itself."""
    kept, into = tmp_path / "disimpan", tmp_path / "cadangan"
    for n, at in enumerate((f.AT, f.AT + timedelta(hours=1))):
        f.sent(at)
        with at_moment(at):
            seal_record.call()
        (kept / str(n)).mkdir(parents=True)
        (kept / str(n) / "kepala.json").write_text(json.dumps(merkle.latest(office.pk).to_json()))  # type: ignore[union-attr]
        if n == 0:
            backup.take(into, lock, with_keys=True, at=at)
    said = elsewhere("restore", str(into), "--json", before=knows(identity))
    assert said.returncode == 0, said.stdout + said.stderr
    early = elsewhere("record", "verify", "--heads", str(kept / "0"), "--json")
    assert early.returncode == 0, early.stdout + early.stderr
    both = elsewhere("record", "verify", "--heads", str(kept), "--json")
    assert both.returncode == 1, both.stdout + both.stderr
    flaws = [(flaw["number"], flaw["what"]) for flaw in json.loads(both.stdout)["flaws"]]
    assert flaws == [(2, "kept-missing-leaves")]


def test_what_is_there_already_is_never_touched(
    taken: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outside: None,
) -> None:
    """The data base of the tests is one; and a backup beside the data it saves would go down with them."""
    data = connection.settings_dict
    monkeypatch.setenv("SATUPINTU_HOME", str(tmp_path / "rumah"))
    if connection.vendor == "postgresql":
        url = f"postgres://{data['USER']}:{data['PASSWORD']}@{data['HOST']}:{data['PORT']}/{data['NAME']}"
        monkeypatch.setenv("DATABASE_URL", url)
        assert cli.main(["restore", str(taken)]) == 1
        assert "Basis data tujuan tidak kosong." in capsys.readouterr().out
        assert place.may_rehearse(url)
    assert cli.main(["backup", str(settings.HOME / "cadangan")]) == 1
    assert "di dalam folder data kantor" in capsys.readouterr().out
    assert cli.main(["restore", str(tmp_path)]) == 1


def test_only_an_empty_place_is_taken(tmp_path: Path) -> None:
    """Or one with nothing but the words of `satupintu setup` about this machine."""
    (tmp_path / place.ENVIRONMENT).touch()
    with place.staged(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [place.ENVIRONMENT]
    for name in ("keys", place.SQLITE, "catatan.txt"):
        home = tmp_path / name.replace(".", "-")
        home.mkdir()
        (home / name).touch()
        with pytest.raises(Refusal) as no, place.staged(home):
            pass
        assert (no.value.code, no.value.values["found"]) == ("vault.place-full", name)
        assert [path.name for path in home.iterdir()] == [name]


# Afterwards ------------------------------------------------------------------------------------------------------


LATER = f.AT + WEEK


@pytest.fixture
def restored(stage: Any) -> Iterator[recovery.Recovery]:
    """The installation as a restore leaves it; the door is open again for the tests that come after."""
    yield recovery.begin(backup="20260304T030000Z-1a2b", taken_at=f.AT, at=LATER, head="a" * 64, flaws=0)
    recovery._free[0] = True  # noqa: SLF001


def numbers(more: int = 40) -> dict[str, int]:
    return {book.field: book.last + more for book in queries.books(LATER)}


def stated(row: recovery.Recovery, who: str = "kadis", **more: Any) -> None:
    given = {"reason": "Disk rusak.", "numbers": numbers(), "asked": f.asked(), **more}
    actions.state(f.actor(who, LATER), row.pk, **given)


def test_nothing_is_written_until_two_persons_have_confirmed(restored: recovery.Recovery, stage: Any) -> None:
    case, draft = stage("verifikasi"), f.draft(LATER)
    with f.refusal("door.restored", 503):
        f.take(case, "teknis", "lengkap", LATER)
    with f.refusal("door.restored"):
        f.send(draft, LATER)
    stated(restored, known_head="b" * 64)
    with f.refusal("vault.same-person", 403):
        actions.confirm(f.actor("kadis", LATER), restored.pk, asked=f.asked())
    with f.refusal("door.restored"):
        f.take(case, "teknis", "lengkap", LATER)
    actions.confirm(f.actor("auditor", LATER), restored.pk, asked=f.asked())
    assert recovery.standing() is None
    assert f.send(draft, LATER).receipt
    told = [(line.kind, line.person) for line in read.history(restored)]
    assert told == [
        ("installation.restored", "sistem"),
        ("recovery.stated", f.actor("kadis").person),
        ("recovery.confirmed", f.actor("auditor").person),
    ]
    data = read.history(restored)[1].data
    assert data["same_head"] is False
    assert "Disk rusak." not in json.dumps(data)
    assert read.verify().ok


def test_numbers_go_on_behind_what_is_known_to_be_used(restored: recovery.Recovery) -> None:
    office = Office.objects.get(slug="mempawah")
    book = next(b for b in queries.books(LATER) if (b.office_id, b.name) == (office.pk, "SS"))
    assert book.last > 0
    with f.refusal("vault.numbers", 422):
        stated(restored, numbers={**numbers(), book.field: book.last - 1})
    with f.refusal("vault.numbers"):
        stated(restored, numbers={name: 99 for name in numbers() if name != book.field})
    stated(restored, numbers={**numbers(0), book.field: 77})
    actions.confirm(f.actor("auditor", LATER), restored.pk, asked=f.asked())
    assert take_number(office.pk, "SS", LATER.year) == 78


def test_books_of_a_new_year_are_asked_for_too(db: None, stage: Any) -> None:
    new_year = f.AT + timedelta(days=400)
    found = {(b.name, b.year): b.last for b in queries.books(new_year) if "Mempawah" in b.label}
    assert {"receipt", "SS"} <= {name for name, _ in found}
    assert set(found.values()) == {0}
    assert "receipt" in {
        b.name for b in queries.books(f.AT) if "Kampar" in b.label
    }  # nobody has applied there yet


@pytest.mark.parametrize("who", ["pemohon", "fo", "jf", "koordinator", "teknis", "arsip"])
def test_others_neither_state_nor_confirm(restored: recovery.Recovery, who: str) -> None:
    status = 404 if who == "pemohon" else 403
    with f.refusal("access.not-yours" if who == "pemohon" else "access.role", status):
        stated(restored, who)
    stated(restored)
    with f.refusal("access.not-yours" if who == "pemohon" else "access.role", status):
        actions.confirm(f.actor(who, LATER), restored.pk, asked=f.asked())


def test_a_head_of_another_office_may_confirm_and_a_repeated_click_changes_nothing(
    restored: recovery.Recovery,
) -> None:
    with f.refusal("vault.not-stated"):
        actions.confirm(f.actor("kadis", LATER), restored.pk, asked=f.asked())
    click = f.asked()
    stated(restored, asked=click)
    stated(restored, asked=click)
    again = f.asked()
    for _ in range(2):
        actions.confirm(f.actor("kadis", LATER, office="kampar"), restored.pk, asked=again)
    assert [line.kind for line in read.history(restored)].count("recovery.confirmed") == 1
    with f.refusal("vault.nothing-standing"):
        stated(restored)


def test_a_statement_changed_meanwhile_is_not_confirmed_unread(restored: recovery.Recovery) -> None:
    stated(restored)
    seen = recovery.rows().get(pk=restored.pk).version
    stated(restored, reason="Disk rusak, lalu salah pulih.")
    with f.refusal("door.changed"):
        actions.confirm(f.actor("auditor", LATER), restored.pk, asked=f.asked(expected=seen))


def test_the_worker_starts_nothing_before_the_restore_is_confirmed(
    restored: recovery.Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, asked = OfficeWorker(), [restored, restored, None]
    monkeypatch.setattr("satupintu.door.worker.HELD_SECONDS", 0)
    monkeypatch.setattr(recovery, "standing", lambda: asked.pop(0))
    started = []

    def work(self: Worker) -> None:
        started.append(len(asked))
        self.running = False

    monkeypatch.setattr(Worker, "run", work)
    worker.run()
    assert started == [0]


def logged_in(email: str) -> Client:
    client = Client()
    f.log_in(client, Account.objects.get(email=email))
    return client


def test_the_pages_let_two_persons_in_and_refuse_what_else_is_sent(restored: recovery.Recovery) -> None:
    applicant, head, auditor = map(
        logged_in, (f.APPLICANT, "kadis@mempawah.example", "auditor@mempawah.example")
    )
    for client, address in ((applicant, "/saya/dibaca"), (Client(), "/daftar"), (head, "/meja")):
        page = client.post(
            address, {"email": "baru@contoh.example", "alasan": "Kalimat yang panjang dan sudah diketik"}
        )
        assert page.status_code == 503, address
        assert "Data dipulihkan dari cadangan" in page.content.decode()
    assert "sudah diketik" in page.content.decode()  # nothing typed is lost
    assert applicant.get("/saya").status_code == 200
    assert applicant.get("/pemulihan").status_code == 403
    assert Client().get("/pemulihan").status_code == 302

    asking = head.get("/pemulihan").content.decode()
    assert "20260304T030000Z-1a2b" in asking
    refused = head.post("/pemulihan", {"alasan": "Disk rusak.", "ujung": "xyz"})
    assert refused.status_code == 422
    assert "belum diisi" in refused.content.decode()
    assert "64 huruf" in refused.content.decode()
    given = {name: str(number) for name, number in numbers().items()}
    assert head.post("/pemulihan", {"alasan": "Disk rusak.", **given}).status_code == 302
    assert "sahkan pemulihan" not in head.get("/pemulihan").content.decode()
    seen = auditor.get("/pemulihan").content.decode()
    assert "Benar, sahkan pemulihan" in seen
    assert "Disk rusak." in seen
    assert head.post("/pemulihan/sahkan").status_code == 403
    assert (
        auditor.post("/pemulihan/sahkan", {"version": "1"}).status_code == 409
    )  # stated anew since he looked
    assert auditor.post("/pemulihan/sahkan").status_code == 302
    assert "Kantor dapat bekerja" in auditor.get("/pemulihan").content.decode()
