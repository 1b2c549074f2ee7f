# SPDX-License-Identifier: Apache-2.0
"""The public record: verified, proved, and added to (part 3: ≥ 50,000 events/s, ≤ 10 ms at 1,000,000 leaves, O(log n)).

    python bench/record.py [--events N] [--leaves N] [--tool] [--json]

Events are inserted as the door writes them (chains of 40, seals and all), then placed, signed and verified by the product's
own functions, on whatever DATABASE_URL names (else SQLite, synchronous=FULL). A second tree has so many leaves and no
events: a proof and an addition do not read them. --tool: also export, the program for outsiders, and 10,000 of its proofs.
Needs an empty SATUPINTU_HOME; it makes one if none is given.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, migrate

demo_environment()
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from satupintu.core.merkle import is_included  # noqa: E402
from satupintu.core.seal import GENESIS, seal  # noqa: E402
from satupintu.door import export, merkle, read  # noqa: E402
from satupintu.door.chain import line_of  # noqa: E402
from satupintu.door.models import Event  # noqa: E402
from satupintu.offices.models import Office  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
AT = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
CHAIN = 40
TREE, BIG = 1, 2


def fill(count: int) -> None:
    """So many events of office 1, in chains of CHAIN; each chain's root row is an office, the smallest root there is."""
    texts = {
        f.name: "a" for f in Office._meta.get_fields() if getattr(f, "max_length", None) and not f.is_relation
    }
    number = Event.objects.count()
    while number < count:
        events: list[Event] = []
        roots: list[Office] = []
        while len(events) < 10_000 and number + len(events) < count:
            root = Office(**{**texts, "slug": uuid.uuid4().hex, "key": uuid.uuid4(), "chain_head": GENESIS})
            events += [event(root, step) for step in range(1, CHAIN + 1)]
            root.version = CHAIN
            roots.append(root)
        with transaction.atomic():
            Office.objects.bulk_create(roots)
            Event.objects.bulk_create(events)
        number += len(events)


def grow(leaves: int) -> None:
    """A tree of so many leaves, written as `place` writes them, without looking for events."""
    size = merkle.size_of(BIG)
    while size < leaves:
        more = min(50_000, leaves - size)
        with transaction.atomic():
            merkle.append(BIG, [(-size - n - 1, f"{size + n:064x}") for n in range(more)])
        size += more
    merkle.sign(AT, {BIG: "bench/2"})


def event(root: Office, number: int) -> Event:
    made = Event(
        subject=root.subject, number=number, at=AT + timedelta(milliseconds=number), office_id=TREE, role="tim-teknis",
        person=str(uuid.uuid4()), kind="case.took",
        data={"step": "verifikasi", "outcome": "lengkap", "digest": uuid.uuid4().hex * 2}, previous=root.chain_head,
    )  # fmt: skip
    made.seal = root.chain_head = seal(made.previous, line_of(made))
    return made


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    answer = act()
    return time.perf_counter() - begin, answer


def proofs(size: int, rounds: int) -> dict[str, float]:
    """Milliseconds of one inclusion proof from the data base, and the SQL queries it takes."""
    head = merkle.latest(BIG)
    assert head is not None
    draw, taken, cpu = random.Random(1), [], 0.0
    for _ in range(rounds):
        position, begin = draw.randrange(size), time.process_time()
        seconds, path = timed(lambda at=position: merkle.included(BIG, at, size))
        cpu += time.process_time() - begin
        taken.append(seconds * 1000)
        assert is_included(merkle.hash_at(BIG, position), position, size, path, bytes.fromhex(head.root))
    with CaptureQueriesContext(connection) as sent:
        merkle.included(BIG, size // 3, size)
    return {
        "p50_ms": statistics.median(taken),
        "best_ms": min(taken),
        "cpu_ms": cpu / rounds * 1000,
        "queries": len(sent),
    }


def added(size: int, rounds: int) -> dict[str, float]:
    """Milliseconds to give one more event its leaf, and to find that there is none to give one: what an hour costs."""
    taken = []
    for n in range(rounds):
        with transaction.atomic():
            taken.append(timed(lambda n=n: merkle.append(BIG, [(-size - n - 1, "0" * 64)]))[0] * 1000)
    idle = [timed(merkle.place)[0] * 1000 for _ in range(5)]
    return {"p50_ms": statistics.median(taken), "best_ms": min(taken), "nothing_to_place_ms": min(idle)}


def outsiders(size: int) -> dict[str, Any]:
    """The export, and the program for outsiders over it."""
    out = Path(tempfile.mkdtemp(prefix="satupintu-export-")) / "ekspor"
    writing, _ = timed(lambda: export.write(out, {TREE: "kantor"}, AT))
    command = [sys.executable, str(ROOT / "tools" / "verify_record.py"), "export", str(out)]
    reading, ran = timed(lambda: subprocess.run(command, capture_output=True, text=True, check=False))
    spec = importlib.util.spec_from_file_location("verify_record", ROOT / "tools" / "verify_record.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    head, draw, right = merkle.latest(TREE), random.Random(2), 0
    assert head is not None
    for _ in range(5000):
        at, old = draw.randrange(size), draw.randrange(1, size)
        right += (
            tool.included(merkle.hash_at(TREE, at), at, size, merkle.included(TREE, at, size)) == head.root
        )
        roots = tool.consistent(size - old, size, b"\0" * 32, merkle.consistent(TREE, size - old, size))
        right += roots[1] == head.root or (size - old) & (size - old - 1) == 0
    return {
        "export_per_s": size / writing, "tool_per_s": size / reading, "tool_says": ran.stdout.splitlines()[-1],
        "proofs_right_of_10000": right,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--tool", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    migrate()
    fill(args.events)
    placing, placed = timed(merkle.place)
    signing, _ = timed(lambda: merkle.sign(AT, {TREE: "bench/1"}))
    size = merkle.size_of(TREE)
    found: dict[str, Any] = {
        "data_base": connection.vendor, "events": size, "placed_per_s": placed / placing if placed else None,
        "signing_ms": signing * 1000,
    }  # fmt: skip

    def verified() -> Any:
        with read.snapshot():
            return read.verify()

    cpu = time.process_time()
    seconds, verdict = timed(verified)
    found |= {"verified_per_s": verdict.events / seconds, "verified_per_cpu_s": verdict.events / (time.process_time() - cpu), "sound": verdict.ok}  # fmt: skip
    if args.tool:
        found["outsiders"] = outsiders(size)
    grow(args.leaves)
    leaves = merkle.size_of(BIG)
    found |= {"leaves": leaves, "proof": proofs(leaves, args.rounds), "one_more": added(leaves, 50)}
    print(json.dumps(found, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
