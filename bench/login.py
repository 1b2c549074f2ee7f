# SPDX-License-Identifier: Apache-2.0
"""What a login costs, and whether its time tells who has an account.

    python bench/login.py [--rounds N] [--json]

Milliseconds and MiB of one Argon2id hashing with several parameters, alone and eight at once (the memory is that of a
process of its own); then the forms themselves, for addresses that have an account and for addresses that have none, in
turns, with the difference of the medians and Mann-Whitney's p (abuse case 8: < 5 ms at p50, p > 0.01), by processor
time, which other programs do not disturb, and by the clock on the wall; then what a proof of work costs to make, to
solve and to check. Needs nothing but this machine; SQLite or DATABASE_URL.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

PARAMETERS = {
    "kantor, OWASP 19 MiB t=2 p=1": (2, 19 * 1024, 1),
    "OWASP 46 MiB t=1 p=1": (1, 46 * 1024, 1),
    "OWASP 12 MiB t=3 p=1": (3, 12 * 1024, 1),
    "RFC 9106 64 MiB t=3 p=4": (3, 64 * 1024, 4),
    "Django 100 MiB t=2 p=8": (2, 100 * 1024, 8),
}
NEWCOMER = {"registered_as": "wni", "scale": "umk", "name": "Siti", "password1": "ikan paus kecil"}
AT_ONCE = 8


def hashing(time_cost: int, memory_cost: int, parallelism: int, rounds: int = 10) -> dict[str, float]:
    """One set of parameters, in this process: run in one of its own, so that its memory is its own."""
    from argon2 import PasswordHasher

    hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)
    empty = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kept = hasher.hash("kuda laut biru")
    work = time.process_time()
    alone = [milliseconds(lambda: hasher.verify(kept, "kuda laut biru")) for _ in range(rounds)]
    work = (time.process_time() - work) * 1000 / rounds
    one = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ThreadPoolExecutor(AT_ONCE) as pool:
        together = milliseconds(
            lambda: list(pool.map(lambda _: hasher.verify(kept, "kuda laut biru"), range(AT_ONCE)))
        )
    eight = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "cpu_ms": round(work, 1),
        "ms": round(statistics.median(alone), 1),
        "MiB": round((one - empty) / 1024),
        "eight_ms": round(together, 1),
        "eight_MiB": round((eight - empty) / 1024),
    }


def milliseconds(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """Two-sided p that both come from one distribution: rank sums, normal approximation, ties get their mean rank."""
    ranked = sorted((value, side) for side, values in enumerate((one, other)) for value in values)
    rank_sum, at, ties = 0.0, 0, 0.0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        rank_sum += (at + end + 1) / 2 * sum(side == 0 for _, side in ranked[at:end])
        ties += (end - at) ** 3 - (end - at)
        at = end
    n, m = len(one), len(other)
    u = rank_sum - n * (n + 1) / 2
    spread = math.sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    return math.erfc(abs(u - n * m / 2) / spread / math.sqrt(2)) if spread else 1.0


def forms(rounds: int) -> dict[str, dict[str, float]]:
    """Each form with known and unknown addresses in turns, warm, every request from another network."""
    from django.test import Client

    from satupintu.accounts.actions import make_account

    for n in range(rounds):
        make_account(email=f"ada{n:04d}@contoh.example", name="Siti Aminah", password="kuda laut biru")
    asked: dict[str, Callable[[str], tuple[str, dict[str, str]]]] = {
        "masuk": lambda who: ("/masuk", {"login": who, "password": "salah semua"}),
        "daftar": lambda who: ("/daftar", {**NEWCOMER, "contact": who}),
        "lupa-sandi": lambda who: ("/lupa-sandi", {"login": who}),
        "masuk/kode": lambda who: ("/masuk/kode", {"login": who}),
    }
    found: dict[str, dict[str, float]] = {}
    for name, ask in asked.items():
        took: dict[str, list[tuple[float, float]]] = {"ada": [], "tak": []}
        for n in range(-10, rounds):
            for kind in ("ada", "tak") if n % 2 else ("tak", "ada"):
                empty_the_buckets()
                who = f"{kind}{n:04d}" if n >= 0 else f"{kind}-hangat{n}"
                address, data = ask(f"{who}@contoh.example")
                begin = time.perf_counter(), time.thread_time()
                Client().post(address, data)
                if n >= 0:
                    took[kind].append((time.perf_counter() - begin[0], time.thread_time() - begin[1]))
        found[name] = {}
        for at, clock in ((1, "cpu"), (0, "wall")):
            ada, tak = ([one[at] * 1000 for one in took[kind]] for kind in ("ada", "tak"))
            known, unknown = statistics.median(ada), statistics.median(tak)
            found[name] |= {
                f"{clock}_ms": round(known, 1),
                f"{clock}_apart_ms": round(unknown - known, 2),
                f"{clock}_p": round(mann_whitney(ada, tak), 3),
            }
    return found


def empty_the_buckets() -> None:
    from satupintu.accounts.models import Tries

    Tries.objects.all().delete()


def proofs(rounds: int) -> dict[str, float]:
    """The server's share of a proof of work, and the whole of it done by this processor in Python."""
    import altcha
    from django.conf import settings

    def make() -> Any:
        return altcha.create_challenge(
            "PBKDF2/SHA-256",
            settings.PROOF_ROUNDS,
            counter=settings.PROOF_STEPS // 2,
            hmac_secret="a",
            hmac_key_secret="b",
        )

    challenge = make()
    begin = time.perf_counter()
    solution = altcha.solve_challenge(challenge)
    solving = (time.perf_counter() - begin) * 1000
    assert solution is not None
    payload = altcha.Payload(challenge, solution).to_base64()
    making = statistics.median(milliseconds(make) for _ in range(rounds))
    checking = statistics.median(
        milliseconds(lambda: altcha.verify_solution(payload, "a", hmac_key_secret="b")) for _ in range(rounds)
    )
    return {"make_ms": round(making, 2), "solve_ms": round(solving), "check_ms": round(checking, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description="cost of a login")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--hash", nargs=3, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.hash:
        print(json.dumps(hashing(*given.hash)))
        return
    found: dict[str, Any] = {"hashing": {}}
    for name, three in PARAMETERS.items():
        command = [sys.executable, __file__, "--hash", *map(str, three)]
        found["hashing"][name] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("collectstatic", verbosity=0, interactive=False)
    setup_test_environment()
    found["forms"] = forms(given.rounds)
    found["proof"] = proofs(20)
    if given.json:
        print(json.dumps(found, indent=1))
        return
    for part, rows in found.items():
        print(f"\n{part}")
        for name, row in rows.items():
            print(
                f"  {name:32}",
                row if not isinstance(row, dict) else "  ".join(f"{k} {v}" for k, v in row.items()),
            )


if __name__ == "__main__":
    main()
