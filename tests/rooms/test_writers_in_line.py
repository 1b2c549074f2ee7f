# SPDX-License-Identifier: Apache-2.0
"""Writers on SQLite stand in line: in order, for so long and no longer, and nobody who has died holds the others up.

On data base files of their own, so also where the other tests use PostgreSQL.
"""

from __future__ import annotations

import os
import select
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connections, transaction
from django.db.utils import ConnectionHandler

from satupintu.door.sqlite.base import DatabaseWrapper
from satupintu.door.sqlite.line import Line
from tests.faults import ROOT
from tests.strength import eventually

LONG, SHORT = 60.0, 0.05  # seconds
AGAIN, ELSEWHERE = "again", "elsewhere"


@pytest.fixture
def book(tmp_path: Path, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data base file, known to Django as `book` and once more as `again`; `elsewhere` is another."""
    file = tmp_path / "book.sqlite3"
    for name, path in (("book", file), (AGAIN, file), (ELSEWHERE, tmp_path / "elsewhere.sqlite3")):
        with closing(sqlite3.connect(path)) as made:
            made.executescript(
                "PRAGMA journal_mode=WAL; CREATE TABLE line (n INTEGER PRIMARY KEY, who INTEGER, "
                "after INTEGER REFERENCES line (n) DEFERRABLE INITIALLY DEFERRED)"
                if path != file or name == "book"
                else ""
            )
        options = {"transaction_mode": "IMMEDIATE", "timeout": LONG}
        handler = ConnectionHandler(
            {"default": {"ENGINE": "satupintu.door.sqlite", "NAME": path, "OPTIONS": options}}
        )
        monkeypatch.setitem(connections.settings, name, handler.settings["default"])
    with django_db_blocker.unblock():
        yield file
        for name in ("book", AGAIN, ELSEWHERE):
            connections[name].close()
            del connections[name]


def impatient(*names: str) -> None:
    for name in names:
        connections.settings[name]["OPTIONS"]["timeout"] = SHORT


def write(who: int, using: str = "book") -> None:
    with transaction.atomic(using=using):
        put(who, using)


def put(who: int, using: str = "book", after: int | None = None) -> None:
    connections[using].cursor().execute("INSERT INTO line (who, after) VALUES (%s, %s)", [who, after])


def written(file: Path) -> list[int]:
    with closing(sqlite3.connect(file)) as asked:
        return [who for (who,) in asked.execute("SELECT who FROM line ORDER BY n")]


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Another program, which knows of no line, holds the write lock."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def beside(act: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Do this in a thread with connections of its own; what it raised is in the list when it has ended."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as problem:  # noqa: BLE001 - shown by the test
            raised.append(problem)
        finally:
            connections["book"].close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def test_the_office_uses_it_where_it_uses_sqlite() -> None:
    assert isinstance(connections["default"], DatabaseWrapper) == (connections["default"].vendor == "sqlite")


# In order --------------------------------------------------------------------------------------------------------


def test_no_writer_waits_for_more_than_those_before_him(book: Path) -> None:
    """Five come one after another and want to write five times each: none writes twice before all have written once."""
    line, started = Line.before(book), []

    def often(who: int) -> None:
        for _ in range(5):
            write(who)

    with held(book):
        for who in range(5):
            started.append(beside(lambda who=who: often(who)))  # type: ignore[misc]
            eventually(lambda who=who: len(line) == who + 1, seconds=LONG)  # type: ignore[misc]
    for thread, _ in started:
        thread.join()
    assert [problem for _, raised in started for problem in raised] == []
    assert written(book)[:5] == list(range(5))
    assert sorted(written(book)) == sorted([*range(5)] * 5)
    assert len(line) == 0


def test_a_link_leads_to_the_same_line(book: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(book)
    assert Line.before(tmp_path / "link") is Line.before(book)
    assert Line.before(tmp_path / "elsewhere.sqlite3") is not Line.before(book)


# In time ---------------------------------------------------------------------------------------------------------


def test_who_waits_too_long_is_told_that_the_data_base_is_locked(book: Path) -> None:
    """The first in the line, and the one behind him: the same words as ever, the page for them is there."""
    impatient("book")
    with held(book), Line.before(book).turn(time.monotonic() + LONG):
        thread, raised = beside(lambda: write(1))
        thread.join()
        assert len(Line.before(book)) == 1
    assert [str(problem) for problem in raised] == ["database is locked"]
    with held(book), pytest.raises(OperationalError, match=r"^database is locked$"):
        write(2)
    assert len(Line.before(book)) == 0
    write(3)
    assert written(book) == [3]


def test_a_single_statement_waits_as_sqlite_does(book: Path) -> None:
    def limit() -> int:
        with connections["book"].cursor() as cursor:
            return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])

    write(1)
    assert limit() == LONG * 1000
    impatient("book")
    connections["book"].close()
    with held(book), pytest.raises(OperationalError):
        write(2)
    assert limit() == SHORT * 1000


def test_another_problem_is_told_at_once(book: Path) -> None:
    write(1)
    with connections["book"].cursor() as cursor:
        cursor.execute("BEGIN")
        with pytest.raises(OperationalError, match="within a transaction"):
            write(2)
        cursor.execute("ROLLBACK")


# Given back ------------------------------------------------------------------------------------------------------


def _refused() -> None:
    with transaction.atomic(using="book"):
        put(0)
        raise IntegrityError


def _refused_at_the_commit() -> None:
    with transaction.atomic(using="book"):
        put(0, after=77)  # no such row: SQLite looks when it commits


def _half_taken_back() -> None:
    with transaction.atomic(using="book"):
        try:
            with transaction.atomic(using="book"):
                put(0)
                raise IntegrityError
        except IntegrityError:
            put(1)
        raise IntegrityError


def _cut_off() -> None:
    with transaction.atomic(using="book"):
        put(0)
        connections["book"].close()
    raise IntegrityError


@pytest.mark.parametrize("ends", [_refused, _refused_at_the_commit, _half_taken_back, _cut_off])
def test_however_a_transaction_ends_the_next_writer_is_served(book: Path, ends: Callable[[], None]) -> None:
    with pytest.raises(IntegrityError):
        ends()
    impatient("book")
    thread, raised = beside(lambda: write(5))
    thread.join()
    write(6)
    assert raised == []
    assert written(book) == [5, 6]


def test_one_thread_may_write_to_two_data_bases_at_once(book: Path) -> None:
    with transaction.atomic(using="book"):
        write(1, ELSEWHERE)
        put(2)
    assert written(book) == [2]
    assert written(book.with_name("elsewhere.sqlite3")) == [1]


def test_one_thread_that_wants_the_same_file_twice_is_told_so_in_time(book: Path) -> None:
    impatient(AGAIN)
    with transaction.atomic(using="book"):
        put(1)
        with pytest.raises(OperationalError, match=r"^database is locked$"):
            write(2, AGAIN)
    write(3, AGAIN)
    assert written(book) == [1, 3]


# Among processes -------------------------------------------------------------------------------------------------

STANDS = """
import sys, time
from pathlib import Path
from satupintu.door.sqlite.line import Line

with Line.before(Path(sys.argv[1])).turn(time.monotonic() + 60):
    print("in", flush=True)
    sys.stdin.readline()
"""


class Stander:
    """A process that stands in the line, says when it is its turn, and leaves when told."""

    def __init__(self, file: Path) -> None:
        command = [sys.executable, "-c", STANDS, str(file)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)

    def is_in(self, seconds: float = LONG) -> bool:
        assert self.process.stdout is not None
        return bool(select.select([self.process.stdout], [], [], seconds)[0])

    def leave(self) -> None:
        self.process.communicate(b"\n")

    def die(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def stand(book: Path) -> Iterator[Callable[[], Stander]]:
    """Lets a process take its place; it has drawn its number when it is given."""
    numbers, standing = book.with_name("book.sqlite3-line"), list[Stander]()

    def draw() -> Stander:
        standing.append(Stander(book))
        eventually(lambda: int.from_bytes(numbers.read_bytes(), "big") == len(standing), seconds=LONG)
        return standing[-1]

    yield draw
    for one in standing:
        one.die()


def test_processes_are_served_in_the_order_in_which_they_came(stand: Callable[[], Stander]) -> None:
    first, second, third = stand(), stand(), stand()
    assert first.is_in()
    assert not second.is_in(SHORT)
    first.leave()
    assert second.is_in()
    assert not third.is_in(SHORT)
    second.leave()
    assert third.is_in()


def test_a_killed_process_holds_nobody_up(stand: Callable[[], Stander]) -> None:
    """Neither the one whose turn it is nor one that waits."""
    first, second, third, fourth = stand(), stand(), stand(), stand()
    assert first.is_in()
    first.die()
    assert second.is_in()
    third.die()
    second.leave()
    assert fourth.is_in()


def test_a_writer_waits_for_another_process_and_no_longer_than_his_time(
    book: Path, stand: Callable[[], Stander]
) -> None:
    impatient("book")
    other = stand()
    assert other.is_in()
    with pytest.raises(OperationalError, match=r"^database is locked$"):
        write(1)
    other.leave()
    write(2)
    assert written(book) == [2]


def test_a_forked_process_begins_with_an_empty_line(tmp_path: Path) -> None:
    with Line.before(tmp_path / "book").turn(time.monotonic() + LONG):
        assert len(Line.before(tmp_path / "book")) == 1
        if not (child := os.fork()):
            os._exit(len(Line.before(tmp_path / "book")))
        assert os.waitpid(child, 0)[1] == 0
