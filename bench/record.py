# SPDX-License-Identifier: Apache-2.0
"""The public record at a million events: verified, proved, and added to (part 3: ≥ 50,000 events/s, ≤ 10 ms, O(log n)).

    python bench/record.py [--events N] [--tool] [--json]

Events are inserted as the door writes them (chains of 40, seals and all), then placed, signed and verified by the product's
own functions, on whatever DATABASE_URL names (else SQLite, synchronous=FULL). --tool: also export, the program for
outsiders, and 10,000 of its proofs. Needs an empty SATUPINTU_HOME; it makes one if none is given.
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
TREE = 1


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
    head = merkle.latest(TREE)
    assert head is not None
    draw, taken = random.Random(1), []
    for _ in range(rounds):
        position = draw.randrange(size)
        seconds, path = timed(lambda at=position: merkle.included(TREE, at, size))
        taken.append(seconds * 1000)
        assert is_included(merkle.hash_at(TREE, position), position, size, path, bytes.fromhex(head.root))
    with CaptureQueriesContext(connection) as sent:
        merkle.included(TREE, size // 3, size)
    ordered = sorted(taken)
    return {
        "p50_ms": statistics.median(ordered),
        "p99_ms": ordered[int(len(ordered) * 0.99)],
        "queries": len(sent),
    }


def added(rounds: int) -> dict[str, float]:
    """Milliseconds to give one more event its leaf, and to find that there is none: what the hourly job costs by itself."""
    root = Office.objects.order_by("pk").first()
    assert root is not None
    taken, idle = [], []
    for _ in range(rounds):
        one = event(root, root.version + 1)
        root.version += 1
        Event.objects.bulk_create([one])
        root.save()
        with transaction.atomic():
            taken.append(timed(lambda one=one: merkle.append(TREE, [(one.pk, one.seal)]))[0] * 1000)
        idle.append(timed(merkle.place)[0] * 1000)
    return {"p50_ms": statistics.median(taken), "nothing_to_do_p50_ms": statistics.median(idle)}


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
    parser.add_argument("--events", type=int, default=1_000_000)
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
    found["proof"] = proofs(size, args.rounds)
    if args.tool:
        found["outsiders"] = outsiders(size)
    found["one_more"] = added(min(args.rounds, 20))
    print(json.dumps(found, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
