# SPDX-License-Identifier: Apache-2.0
"""Worklist and search in an office with few files and in one with very many (design §9).

    python bench/lists.py [--rows N] [--rounds N] [--explain] [--json]

The demo walks one file to its end, one to the technical team and one to the head. Plain SQL multiplies them: two data
bases, one of 10,000 files and one of N (1,000,000 unless said), over six years, three fifths of them in one office, five
hundred open. Both are asked in turns, through the functions the pages use, on whatever DATABASE_URL names (else
SQLite), so that the figure that counts is their ratio. Needs an empty SATUPINTU_HOME of its own; it makes one if none
is given. Ten million files take some 60 GB and half an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("SATUPINTU_HOME", tempfile.mkdtemp(prefix="satupintu-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")

import django

from satupintu.cli.office import demo_environment, prepare

demo_environment()
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402

from satupintu.accounts.models import Account  # noqa: E402
from satupintu.accounts.queries import actor_of  # noqa: E402
from satupintu.adapters.mail import simulator  # noqa: E402
from satupintu.cases import queries as cases  # noqa: E402
from satupintu.cases.models import Case, Word  # noqa: E402
from satupintu.cli import demo  # noqa: E402
from satupintu.core.numbers import receipt  # noqa: E402
from satupintu.core.search import words  # noqa: E402
from satupintu.door.moment import now  # noqa: E402
from satupintu.offices.models import NumberBook, Office  # noqa: E402

SMALL = 10_000
YEARS = 6
OPEN = {"verifikasi": 500, "tanda-tangan": 100}
TWICE, QUICK = "≤ 2 × small", "≤ 30 ms"
SHARES = {"mempawah": (0, 12), "kampar": (12, 17), "rokan-hulu": (17, 20)}
"""Of twenty files that come in one after the other, which are whose."""
KINDS = (
    "Rumah Makan", "Toko", "Warung Kopi", "CV", "Kedai", "UD", "PT", "Bengkel", "Salon", "Apotek", "Katering",
    "Penjahit", "Percetakan", "Kios", "Pangkalan Gas", "Depot Air", "Toko Roti", "Toko Bangunan", "Penggilingan Padi",
    "Peternakan Ayam", "Budidaya Lele", "Klinik Pratama", "Optik", "Laundry", "Bimbingan Belajar",
)  # fmt: skip
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bu",
    "da",
    "di",
    "du",
    "ga",
    "gu",
    "ha",
    "ja",
    "ju",
    "ka",
    "ki",
    "ku",
    "la",
    "li",
    "lu",
    "ma",
    "mi",
    "mu",
    "na",
    "ni",
    "nu",
    "pa",
    "pi",
    "ra",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "su",
    "ta",
    "ti",
    "tu",
    "wa",
    "wi",
    "ya",
    "yu",
]
POSTGRES = {
    "uuid": "gen_random_uuid()",
    "series": "SELECT generate_series({first}::bigint, {last}) AS g",
    "moment": "to_timestamp({0})",
    "days": "(t.listed + ({0})::integer)",
}
SQLITE = {
    "uuid": "lower(hex(randomblob(16)))",
    "series": "SELECT value AS g FROM (WITH RECURSIVE c(value) AS (SELECT {first} UNION ALL SELECT value + 1 FROM c WHERE value < {last}) SELECT value FROM c)",
    "moment": "datetime({0}, 'unixepoch')",
    "days": "date(t.listed, '+' || ({0}) || ' days')",
}


# Many files --------------------------------------------------------------------------------------------------------


def vocabulary() -> list[str]:
    """2,000 invented words, the same in each run."""
    chance = random.Random(56101)
    found: dict[str, None] = {}
    while len(found) < 2000:
        found["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))).capitalize()] = None
    return list(found)


def patterns() -> dict[str, int]:
    """The demo's offices and three files: step -> row id of the one that stands there ("" has come to its end)."""
    demo.load(now())
    done = demo.Walk(now()).run()
    waiting = demo.Walk(now()).apply()
    walk = demo.Walk(now())
    decided = walk.apply()
    walk.verify(decided)
    walk.validate(decided)
    ended = Case.objects.exclude(end="").get()
    assert done
    assert ended.listed is None
    found = {"": ended.pk, "verifikasi": waiting.pk, "tanda-tangan": decided.pk}
    assert all(Case.objects.get(pk=pk).step == step for step, pk in found.items() if step)
    return found


class Multiplier:
    """Fills one data base with `rows` files, the last of them open."""

    def __init__(self, rows: int, made: dict[str, int]) -> None:
        self.rows, self.made = rows, made
        self.sql = POSTGRES if connection.vendor == "postgresql" else SQLITE
        self.offices = {office.slug: office for office in Office.objects.filter(slug__in=SHARES)}
        self.this_year = now().year
        self.a_year = rows // YEARS // 20 * 20
        self.base = 1000  # row ids begin above what the walks made

    def run(self) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")  # a copy that goes with this run
                cursor.execute("PRAGMA cache_size=-1000000")
        self._words()
        ended = self.rows - sum(OPEN.values())
        self._cases("", 0, ended - 1)
        at = ended
        for step, count in OPEN.items():
            self._cases(step, at, at + count - 1)
            at += count
        self._name()
        self._books()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA synchronous=FULL")
                cursor.execute("PRAGMA cache_size=-2000")  # as the product has it

    def _words(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE vocabulary (n integer PRIMARY KEY, w text)")
            cursor.executemany("INSERT INTO vocabulary VALUES (%s, %s)", list(enumerate(vocabulary())))
            cursor.execute("CREATE TEMPORARY TABLE kinds (n integer PRIMARY KEY, w text)")
            cursor.executemany("INSERT INTO kinds VALUES (%s, %s)", list(enumerate(KINDS)))

    def _by_office(self, of: Callable[[str, int, int], Any]) -> str:
        return "CASE " + " ".join(
            f"WHEN g % 20 < {end} THEN {of(slug, start, end)}" for slug, (start, end) in SHARES.items()
        ) + " END"  # fmt: skip

    def _cases(self, step: str, first: int, last: int) -> None:
        """Copies of one pattern, each with its own office, year, number, name and day."""
        year = f"CASE WHEN g / {self.a_year} > {YEARS - 1} THEN {YEARS - 1} ELSE g / {self.a_year} END"
        m = f"(g - y * {self.a_year})"
        begun = {y: int(datetime(self.this_year - YEARS + 1 + y, 1, 1, 12, tzinfo=UTC).timestamp()) for y in range(YEARS)}  # fmt: skip
        starts = "CASE y " + " ".join(f"WHEN {y} THEN {at}" for y, at in begun.items()) + " END"
        span = f"CASE y WHEN {YEARS - 1} THEN {int(now().timestamp()) - begun[YEARS - 1]} ELSE 31000000 END"
        full = self.rows - self.a_year * (YEARS - 1) + 1
        values = {
            "id": f"{self.base} + g",
            "key": self.sql["uuid"],
            "owner_key": "'p' || g",
            "office_id": self._by_office(lambda slug, *_: self.offices[slug].pk),
            "receipt": "'SP-' || "
            + self._by_office(lambda slug, *_: f"'{self.offices[slug].region_code}'")
            + f" || '-' || ({self.this_year - YEARS + 1} + y - 2000) || '-' || "
            + "substr('000000' || number, CASE WHEN number > 999999 THEN 7 ELSE length('' || number) + 1 END)",
            "title": "k.w || ' ' || a.w || ' ' || b.w",
            "opened_at": self.sql["moment"].format(f"{starts} + {m} * (({span}) * 1.0 / {full})"),
            "listed": "NULL" if not step else self.sql["days"].format("g % 30"),
        }
        names = [f.column for f in Case._meta.local_concrete_fields]
        number = self._by_office(
            lambda _, a, b: f"({m} / 20) * {b - a} + {m} % 20 - {a} + 11"
        )  # the first ten numbers are for the walks
        source = (
            f"SELECT g, y, {number} AS number FROM (SELECT g, {year} AS y FROM "
            f"({self.sql['series'].format(first=first, last=last)}) s) s2"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO cases_case ({', '.join(_quoted(n) for n in names)}) "
                f"SELECT {', '.join(values.get(n, f't.{_quoted(n)}') for n in names)} FROM ({source}) s3 "
                f"JOIN cases_case t ON t.id = {self.made[step]} "
                f"JOIN kinds k ON k.n = {_often(len(KINDS), 31)} "
                f"JOIN vocabulary a ON a.n = {_often(2000, 7919)} JOIN vocabulary b ON b.n = {_often(2000, 104_729)}"
            )

    def _name(self) -> None:
        """The words of each title, as `cases.actions` writes them."""
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE given (kind integer, w text)")
            cursor.executemany(
                "INSERT INTO given VALUES (%s, %s)",
                [(n, w) for n, one in enumerate(KINDS) for w in words(one)],
            )
            as_bytes = "convert_to(w, 'UTF8')" if connection.vendor == "postgresql" else "CAST(w AS BLOB)"
            year = f"{self.this_year - YEARS + 1} + CASE WHEN g / {self.a_year} > {YEARS - 1} THEN {YEARS - 1} ELSE g / {self.a_year} END"
            one = f"SELECT id - {self.base} AS g, id, office_id FROM cases_case WHERE id >= {self.base}"
            cursor.execute(
                f"INSERT INTO cases_word (case_id, office_id, year, word) SELECT id, office_id, {year}, {as_bytes} FROM ("
                f"SELECT g, id, office_id, w FROM ({one}) c JOIN given ON kind = {_often(len(KINDS), 31)} "
                f"UNION SELECT g, id, office_id, lower(w) FROM ({one}) c JOIN vocabulary ON n = {_often(2000, 7919)} "
                f"UNION SELECT g, id, office_id, lower(w) FROM ({one}) c JOIN vocabulary ON n = {_often(2000, 104_729)}) u"
            )

    def _books(self) -> None:
        """The books stand where the numbers of the files end."""
        for office in self.offices.values():
            for year in range(self.this_year - YEARS + 1, self.this_year + 1):
                last = Case.objects.filter(office=office, pk__gte=self.base, receipt__contains=f"-{year % 100}-").order_by("-pk").values_list("receipt", flat=True)[:1]  # fmt: skip
                NumberBook.objects.update_or_create(
                    office=office, name="receipt", year=year, defaults={"last": int(last[0].rpartition("-")[2])}
                )  # fmt: skip


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _often(count: int, prime: int) -> str:
    """SQL: a number below count, small ones far oftener than great ones, as words are in names."""
    r = f"((g * {prime} + g / {count} * 17) % {count})"
    return f"({r} * {r} / {count} * {r} / {count})"


def _place(r: int, count: int) -> int:
    """The same of one r."""
    return r * r // count * r // count


# Two data bases ----------------------------------------------------------------------------------------------------


def other(name: str) -> Any:
    """A connection to a copy of the present data base, made now."""
    mine = connections["default"]
    if mine.vendor == "postgresql":
        mine.close()
        if hasattr(mine, "close_pool"):
            mine.close_pool()
        plain = connections.create_connection("default")
        plain.settings_dict = {**plain.settings_dict, "NAME": "template1", "OPTIONS": {}}
        with plain.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE {name} TEMPLATE "{mine.settings_dict["NAME"]}"')
        plain.close()
    else:
        with mine.cursor() as cursor:
            cursor.execute(f"VACUUM INTO '{settings.HOME}/{name}.sqlite3'")
    made = connections.create_connection("default")
    where = name if mine.vendor == "postgresql" else f"{settings.HOME}/{name}.sqlite3"
    options = {key: value for key, value in made.settings_dict["OPTIONS"].items() if key != "pool"}
    made.settings_dict = {**made.settings_dict, "NAME": where, "OPTIONS": options}
    return made


# What is asked -----------------------------------------------------------------------------------------------------


def questions(rows: int) -> list[tuple[str, Callable[[], Any], str]]:
    """(what it is called here, how it is asked, its goal, "" for none)."""
    at = now()
    who = {box: actor_of(Account.objects.get(email=f"{box}@mempawah.example"), at) for box in ("teknis", "kadis", "auditor")}  # fmt: skip
    year, region = at.year, Office.objects.get(slug="mempawah").region_code
    n = rows // 100
    whole = receipt(region, year - 1, n)

    def search(text: str, which: int | None = year, least: int = 1) -> Callable[[], Any]:
        def ask() -> Any:
            found = cases.search(who["auditor"], text, year=which).rows
            assert least <= len(found), (text, which, len(found))
            return found

        return ask

    rare, often = vocabulary()[_place(1970, 2000)], vocabulary()[0]
    return [
        ("worklist of an officer", lambda: cases.desk(who["teknis"]), TWICE),
        ("worklist of the head", lambda: cases.desk(who["kadis"]), TWICE),
        ("files of the office", lambda: cases.files(who["auditor"]), TWICE),
        (f"number {whole}", search(whole), TWICE),
        (f"number {whole[8:]}", search(whole[8:]), TWICE),
        (f"number {n:06d}", search(f"{n:06d}", year - 1), TWICE),
        (f"number {n}, all years", search(f"{n}", None, YEARS - 1), TWICE),
        (f"last figures {n % 10000:04d}", search(f"{n % 10000:04d}", year - 1), ""),
        (f"name {rare}", search(rare, year - 1, 0), QUICK),
        (f"name {often}", search(often), QUICK),
        ("name rumah makan", search("rumah makan"), QUICK),
        (f"name rumah {often}", search(f"rumah {often}"), QUICK),
        (f"name rumah {rare}", search(f"rumah {rare}", year - 1, 0), QUICK),
        ("name toko apotek (never together)", search("toko apotek", year, 0), QUICK),
        ("name rum (a beginning)", search("rum"), QUICK),
        ("name ma bi (two beginnings)", search("ma bi"), QUICK),
        ("name qwertz (nothing)", search("qwertz", year, 0), QUICK),
        ("name qwertz, all years", search("qwertz", None, 0), QUICK),
        (f"name {rare}, all years", search(rare, None), QUICK),
        ("name rumah makan, all years", search("rumah makan", None), QUICK),
    ]


def measure(small: Any, large: Any, rows: int, rounds: int) -> list[dict[str, Any]]:
    """Each question to both in turns; milliseconds in the middle."""
    asked = {}
    for there, count in ((small, SMALL), (large, rows)):
        connections["default"] = there
        asked[there] = questions(count)
    found = []
    for (_, ask_few, goal), (what, ask_many, _) in zip(asked[small], asked[large], strict=True):
        (few, _), (many, cpu) = in_turns(((small, ask_few), (large, ask_many)), rounds)
        p50, ratio = statistics.median(many), statistics.median(many) / statistics.median(few)
        found.append(
            {
                "what": what,
                "small_ms": round(statistics.median(few), 2),
                "large_ms": round(p50, 2),
                "p95_ms": round(statistics.quantiles(many, n=20)[18], 2),
                "cpu_ms": round(statistics.median(cpu), 2),
                "ratio": round(ratio, 2),
                "goal": goal,
                "kept": {TWICE: ratio <= 2, QUICK: p50 <= 30, "": None}[goal],
            }
        )
    return found


def in_turns(
    asked: Sequence[tuple[Any, Callable[[], Any]]], rounds: int
) -> list[tuple[list[float], list[float]]]:
    """Milliseconds of each by the clock and of this process's own work, the first two rounds left out.

    In turns, so that whatever else the machine does falls on all; own work hardly feels it.
    """
    spent: list[tuple[list[float], list[float]]] = [([], []) for _ in asked]
    for turn in range(rounds + 2):
        for (there, ask), (wall, cpu) in zip(asked, spent, strict=True):
            connections["default"] = there
            began, worked = time.perf_counter(), time.process_time()
            ask()
            if turn > 1:
                wall.append((time.perf_counter() - began) * 1000)
                cpu.append((time.process_time() - worked) * 1000)
    return spent


def explain(large: Any, rows: int) -> None:
    """How the large data base answers each question: the plan of each statement."""
    connections["default"] = large
    for name, ask, _ in questions(rows):
        print(f"\n== {name}")
        with connection.execute_wrapper(_plan):
            ask()


def _plan(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if sql.startswith("SELECT"):
        postgres = connection.vendor == "postgresql"
        how = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)" if postgres else "EXPLAIN QUERY PLAN"
        execute(f"{how} {sql}", params, many, context)
        for row in context["cursor"].fetchall():
            print("  " + str(row[-1])[:160])
    return execute(sql, params, many, context)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    prepare()
    catcher, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    made = patterns()
    catcher.stop()
    small, large = other("few"), other("many")
    for there, rows in ((small, SMALL), (large, args.rows)):
        connections["default"] = there
        began = time.monotonic()
        Multiplier(rows, made).run()
        print(
            f"{rows} files, {Word.objects.count()} words in {time.monotonic() - began:.0f} s", file=sys.stderr
        )
    if args.explain:
        explain(large, args.rows)
    found = measure(small, large, args.rows, args.rounds)
    if args.json:
        print(json.dumps({"database": connection.vendor, "rows": args.rows, "questions": found}))
        return
    print(
        f"{connection.vendor}: {SMALL:,} and {args.rows:,} files, {args.rounds} rounds, p50 of each (p95 of the many)"
    )
    for row in found:
        sign = {True: "ok", False: "MISSED", None: ""}[row["kept"]]
        print(
            f"  {row['what']:40} {row['small_ms']:7} ms {row['large_ms']:7} ms ({row['p95_ms']:7}, {row['cpu_ms']:6}) "
            f"ratio {row['ratio']:5}  {row['goal'] or '-':12} {sign}"
        )


if __name__ == "__main__":
    main()
