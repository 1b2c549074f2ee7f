# SPDX-License-Identifier: Apache-2.0
"""Strike the office wherever it can be struck, and count afterwards: lost 0, doubled 0, and nobody lent a hand.

    python bench/strength.py [--only WORD …] [--rounds N]

Every moment of tests/faults.py is walked: first the process that comes past it is killed there with SIGKILL, then, on
PostgreSQL, the data base server is. The office is a real one: `satupintu serve` with a web process and a worker, people
who press buttons over HTTP and press again when no answer came, a mail server. Afterwards everything the act left is
counted and compared with the same act undisturbed. Then the disk is full for a while, the data base is away, the
machine's clock is set back a day, and twenty people press competing buttons at once.

Needs an empty SATUPINTU_HOME; works on what DATABASE_URL names (its server must be ours to kill), else on SQLite.
"""

from __future__ import annotations

import argparse
import atexit
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, prepare

HOME = Path(os.environ["SATUPINTU_HOME"]).resolve()


def a_disk_of_our_own() -> bool:
    """Put the home on a small disk that may be filled, before anything is kept there; only root can."""
    if os.geteuid() != 0:
        return False
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", HOME], check=True)
    atexit.register(subprocess.run, ["umount", "--lazy", HOME], check=False)
    return True


OWN_DISK = __name__ == "__main__" and a_disk_of_our_own()
demo_environment()
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from satupintu.adapters.mail import simulator  # noqa: E402
from satupintu.door.moment import now  # noqa: E402
from tests import factories, faults, strength  # noqa: E402


class Table:
    """What is printed, line by line as it is found."""

    def __init__(self) -> None:
        self.bad = 0
        print(f"{connection.vendor}\n{'act, and where it was struck':<58} lost doubled flaws seconds")

    def add(self, name: str, result: strength.Result) -> None:
        lost, doubled = result.lost.total(), result.doubled.total()
        print(f"{name:<58} {lost:4} {doubled:7} {len(result.flaws):5} {result.seconds:7.1f}", flush=True)
        for what in (
            *(f"lost {k}" for k in result.lost),
            *(f"doubled {k}" for k in result.doubled),
            *result.flaws,
        ):
            print(f"    {what}")
        self.bad += not result.ok

    def fail(self, name: str, why: BaseException) -> None:
        print(f"{name:<58} FAILED: {why!r}", flush=True)
        self.bad += 1

    @contextmanager
    def line(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as why:  # noqa: BLE001 - the other lines are walked all the same
            self.fail(name, why)


def walk(table: Table, trials: strength.Trials, only: list[str]) -> None:
    """Every moment of every act: the process dies there, then the data base server does."""
    server = strength.Server() if connection.vendor == "postgresql" else None
    for point in faults.POINTS:
        if not only or any(word in str(point) for word in only):
            with table.line(f"{point}, kill -9"):
                table.add(f"{point}, kill -9", trials.killed(point))
            if server is not None:
                with table.line(f"{point}, kill -9 of PostgreSQL"):
                    table.add(f"{point}, kill -9 of PostgreSQL", trials.without_server(point, server))


def bad_days(trials: strength.Trials) -> dict[str, Callable[[], strength.Result]]:
    """What does not fall on one moment."""
    days = {
        "web and worker killed together": lambda: strength.processes_killed(trials),
        "data base away for a minute": lambda: strength.data_base_away(trials, seconds=60),
        "clock set back a day": lambda: strength.clock_set_back(trials),
    }
    if OWN_DISK:
        full = partial(strength.full_disk, HOME)
        days["disk full at an upload"] = lambda: strength.disk_full(trials, "upload", full)
        days["disk full at a document"] = lambda: strength.disk_full(trials, "document", full)
        days["disk full at a signature"] = lambda: strength.signature_on_full_disk(trials, HOME)
        if connection.vendor == "postgresql":
            days["disk of PostgreSQL full"] = lambda: strength.disk_of_the_data_base_full(trials)
    return days


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", default=[], help="words of the lines to be walked")
    parser.add_argument("--rounds", type=int, default=200)
    args = parser.parse_args()
    return run(args.only, args.rounds)


def run(only: list[str], rounds: int) -> int:
    prepare()
    post, _ = simulator.serve(HOME / "mail", port=settings.EMAIL_PORT)
    factories.small_office(now())
    strength.no_undo()
    fault, table = HOME / "fault", Table()
    house = strength.House({**os.environ, **faults.environment(fault)}, HOME)
    trials = strength.Trials(house, fault, HOME / "mail")
    try:
        house.open()
        walk(table, trials, only)
        for name, trial in bad_days(trials).items():
            if not only or any(word in name for word in only):
                with table.line(name):
                    table.add(name, trial())
        if rounds and (not only or "at once" in only):
            at_once(table, house.port, rounds)
    finally:
        house.close()
        post.stop()
    print(f"letters that lie in a box twice, under one Message-ID: {strength.letters_twice(HOME / 'mail')}")
    print("lost 0, doubled 0" if not table.bad else f"{table.bad} lines are not as they must be")
    return 1 if table.bad else 0


def at_once(table: Table, port: int, rounds: int) -> None:
    """Twenty people, one file, competing buttons, so many times."""
    answers, waits = Counter[int](), list[float]()
    for number in range(rounds):
        with table.line(f"round {number}"):
            found, seconds = strength.competing(port, 20)
            answers.update(found)
            waits += seconds
    spread = statistics.quantiles(waits, n=100)
    print(f"{rounds} rounds of 20 at once: answers {dict(sorted(answers.items()))}, one winner in each;")
    print(f"    an answer took {spread[49] * 1000:.0f} ms (median), {spread[98] * 1000:.0f} ms (99 of 100)")
    bad = strength.flaws()
    table.bad += len(bad)
    print(*bad, sep="\n", end="")


if __name__ == "__main__":
    sys.exit(main())
