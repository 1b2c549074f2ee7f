# SPDX-License-Identifier: Apache-2.0
"""The commands that ask only the rules: their words, their JSON, their exit codes."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import satupintu
from satupintu.catalog.sheets import House, house_of_folder, sop
from satupintu.cli import main, papers
from satupintu.core import clock
from satupintu.core.refusal import Refusal

RUN = "import sys; from satupintu.cli import main; sys.exit(main(sys.argv[1:]))"
DATA = Path(satupintu.__file__).parent / "offices" / "data"


@pytest.fixture(autouse=True)
def no_data_base(tmp_path, monkeypatch):
    """These commands answer on a machine where nothing was set up."""
    monkeypatch.setenv("SATUPINTU_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def ask(capsys):
    """Run a command with --json: exit code and object."""

    def run(*words):
        code = main([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def ledger_file(tmp_path):
    def write(lines):
        path = tmp_path / "ledger.json"
        path.write_text(lines if isinstance(lines, str) else json.dumps(lines), "utf-8")
        return str(path)

    return write


def due(office="kampar", start="2026-03-12T10:00", days="5"):
    return ("clock", "due", "--office", office, "--from", start, "--days", days)


# clock due


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-03-12", "5", "2026-03-26"),
        ("2026-05-12T10:00", "25", "2026-06-24"),
        ("2026-12-18T10:00", "5", "2026-12-29"),
        ("2026-08-14T16:00:00", "10", "2026-09-01"),
        ("2026-08-14T16:00:01", "10", "2026-09-02"),
        ("2026-08-14T09:00:00Z", "10", "2026-09-01"),  # 16.00 in Jakarta
        ("2026-08-14T09:00:01Z", "10", "2026-09-02"),
        ("2026-08-14T18:00:00+09:00", "10", "2026-09-01"),
        ("2026-08-15T10:00", "10", "2026-09-02"),
    ],
)
def test_due(ask, start, days, expected):
    assert ask(*due(start=start, days=days)) == (0, {"due": expected})


def test_each_demonstration_office_answers(ask):
    assert {office: ask(*due(office)) for office in ("kampar", "rokan-hulu", "mempawah")} == dict.fromkeys(
        ("kampar", "rokan-hulu", "mempawah"), (0, {"due": "2026-03-26"})
    )


def test_an_estimated_holiday_counts_and_is_said(ask):
    assert ask(*due(start="2027-03-05T10:00", days="1")) == (0, {"due": "2027-03-16", "estimate": True})


def test_a_holiday_after_the_due_date_makes_no_estimate(ask):
    assert ask(*due(start="2027-03-01T10:00", days="3")) == (0, {"due": "2027-03-04"})


def test_beyond_the_frozen_years_the_library_is_asked(ask):
    library = clock.holidays_of(2035, 2036)
    calendar = clock.WorkCalendar(
        ZoneInfo("Asia/Jakarta"), clock.DEFAULT_HOURS, frozenset(r.day for r in library)
    )
    expected = calendar.add(date(2035, 12, 10), 40)
    assert ask(*due(start="2035-12-10T10:00", days="40")) == (
        0,
        {"due": expected.isoformat(), "estimate": True},
    )


def test_before_the_frozen_years_too(ask):
    assert ask(*due(start="2020-08-14T10:00", days="1"))[1]["due"] == "2020-08-18"


def test_due_in_plain_words(capsys):
    assert main([*due(start="2027-03-05T10:00")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Janji selesai: Senin, 22 Maret 2027.",
        "Ini perkiraan: ada hari libur yang belum ditetapkan pemerintah.",
    ]


@pytest.mark.parametrize(
    "words",
    [
        due(days="0"),
        due(days="-1"),
        due(days="10000"),
        due(days="1.5"),
        due(days="\u0665"),
        due(days="1_0"),
        due(start="kemarin"),
        due(start="2026-02-30"),
        due(start="9999-12-31"),
        due(start="0001-01-01"),
        due(office="surabaya"),
        due(office="../data/kampar"),
        due(office="kampar\x00"),
        due(office=""),
        due()[:-2],
        (),
        ("clock",),
        ("clock", "undo"),
        ("identity", "check", "ktp", "1"),
        ("identity", "check", "nik"),
        ("identity", "check", "nik", "1", "2"),
        ("service", "publish", "services/x", "--office", "kampar", "--effective", "besok"),
        ("serve", "--port", "65536"),
    ],
)
def test_a_command_that_is_not_understood_is_exit_2_with_a_message(capsys, words):
    assert main([*words, "--json"]) == 2
    printed = capsys.readouterr()
    message = json.loads(printed.out)["message"]
    assert message.strip() == printed.err.strip() != ""
    assert main([*words]) == 2
    assert capsys.readouterr().out == ""


def test_help_is_exit_0_in_indonesian(capsys):
    assert main(["clock", "due", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "pemakaian: satupintu clock due" in shown
    assert "usage" not in shown


# clock elapsed


def elapsed(path, at="2026-04-01T00:00", office="mempawah"):
    return ("clock", "elapsed", "--office", office, "--ledger", path, "--at", at)


@pytest.mark.parametrize(
    ("lines", "at", "minutes"),
    [
        ([], "2026-04-01T00:00", 0),
        ([("start", "2026-03-12T10:00")], "2026-03-12T10:45", 45),
        ([("start", "2026-03-12T10:00"), ("pause", "2026-03-13T10:00")], "2026-04-01T00:00", 480),
        ([("start", "2026-03-12T10:00"), ("pause", "2026-03-13T10:00")], "2026-03-12T11:00", 60),
        ([("start", "2026-03-12T10:00+07:00")], "2026-03-12T04:00Z", 60),
        ([("start", "2026-03-13T15:00"), ("reset", "2026-03-16T09:00")], "2026-03-17T00:00", 0),
        ([("start", "2026-03-13T15:00"), ("restart", "2026-03-16T09:00")], "2026-03-16T10:30", 90),
        ([("start", "2026-03-17T15:00"), ("stop", "2026-03-25T09:00")], "2026-12-01T00:00", 120),
    ],
)
def test_elapsed(ask, ledger_file, lines, at, minutes):
    path = ledger_file([{"kind": kind, "at": when} for kind, when in lines])
    assert ask(*elapsed(path, at)) == (0, {"working_minutes": minutes, "working_days": minutes / 480})


def test_a_time_without_offset_is_the_office_s_local_time(ask, ledger_file, tmp_path, monkeypatch):
    """Mixed spellings in one ledger are compared as instants."""
    path = ledger_file(
        [{"kind": "start", "at": "2026-03-12T10:00"}, {"kind": "stop", "at": "2026-03-12T03:30Z"}]
    )
    assert ask(*elapsed(path))[1]["working_minutes"] == 30


def test_elapsed_in_plain_words(capsys, ledger_file):
    path = ledger_file([{"kind": "start", "at": "2026-03-12T10:00"}])
    assert main([*elapsed(path, "2026-03-13T12:00")]) == 0
    assert capsys.readouterr().out == "600 menit kerja, yaitu 1,25 hari kerja.\n"


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([{"kind": "resume", "at": "2026-03-12T10:00"}], "Catatan ke-1 (resume): tidak ada jeda"),
        (
            [{"kind": "start", "at": "2026-03-12T10:00"}, {"kind": "pause", "at": "2026-03-12T09:00"}],
            "Catatan ke-2 (pause): lebih awal",
        ),
        (
            [{"kind": "start", "at": "2030-03-12T10:00"}, {"kind": "start", "at": "2031-03-12T09:00"}],
            "pernah dimulai",
        ),
        ([{"kind": "tunda", "at": "2026-03-12T10:00"}], "“kind” harus salah satu dari start"),
        ([{"kind": ["start"], "at": "2026-03-12T10:00"}], "“kind” harus"),
        ([{"at": "2026-03-12T10:00"}], "“kind” harus"),
        (["start"], "“kind” harus"),
        ([{"kind": "start"}], "tulis “at”"),
        ([{"kind": "start", "at": 12}], "tulis “at”"),
        ([{"kind": "start", "at": "0001-01-01T00:00"}], "tulis “at”"),
        ({"kind": "start", "at": "2026-03-12T10:00"}, "harus berupa daftar"),
        ("[", "bukan JSON yang utuh"),
        ("[" * 100_000, "bukan JSON yang utuh"),
        ("", "bukan JSON yang utuh"),
    ],
)
def test_an_impossible_ledger_is_exit_1_with_a_message(ask, ledger_file, lines, word):
    code, answer = ask(*elapsed(ledger_file(lines)))
    assert code == 1
    assert word in answer["message"]


def test_a_ledger_that_is_no_text_is_exit_1_and_a_missing_one_exit_2(ask, tmp_path):
    picture = tmp_path / "ledger.json"
    picture.write_bytes(b"\xff\xd8\xff\xe0")
    assert ask(*elapsed(str(picture)))[0] == 1
    assert ask(*elapsed(str(tmp_path / "tidak-ada.json")))[0] == 2
    assert ask(*elapsed(str(tmp_path)))[0] == 2


def test_an_unreadable_instant_is_exit_2(ask, ledger_file):
    assert ask(*elapsed(ledger_file([]), at="nanti"))[0] == 2


# identity check


@pytest.mark.parametrize(
    ("kind", "typed", "normalised"),
    [
        ("nik", "3171011708450001", "3171011708450001"),
        ("npwp", "01.312.166.0-091.000", "013121660091000"),
        ("nib", " 9120 0012 34567 ", "9120001234567"),
        ("phone", "(0812) 3456-7890", "+6281234567890"),
        ("passport", "a 1234567", "A1234567"),
    ],
)
def test_identity(ask, capsys, kind, typed, normalised):
    assert ask("identity", "check", kind, typed) == (
        0,
        {"valid": True, "normalised": normalised, "message": ""},
    )
    assert main(["identity", "check", kind, typed]) == 0
    assert capsys.readouterr().out.endswith(f"benar bentuknya: {normalised}\n")


@pytest.mark.parametrize("kind", ["nik", "npwp", "nib", "phone", "passport"])
def test_an_invalid_number_is_exit_1_with_what_to_do(ask, capsys, kind):
    code, answer = ask("identity", "check", kind, "12")
    assert (code, answer["valid"], answer["normalised"]) == (1, False, "")
    assert main(["identity", "check", kind, "12"]) == 1
    assert capsys.readouterr().out == answer["message"] + "\n"


def test_json_may_stand_anywhere(capsys):
    for words in (["--json", "identity", "check", "nib", "1"], ["identity", "--json", "check", "nib", "1"]):
        assert main(words) == 1
        assert json.loads(capsys.readouterr().out)["valid"] is False


def test_words_that_the_terminal_cannot_write_do_not_stop_the_answer():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    words = [
        sys.executable,
        "-c",
        RUN,
        "clock",
        "due",
        "--office",
        "x\u201dy",
        "--from",
        "2026-01-02",
        "--days",
        "1",
    ]
    done = subprocess.run(words, capture_output=True, env=environment, check=False)
    assert done.returncode == 2
    assert b"tidak dikenal" in done.stderr


# check service


def test_a_missing_folder_is_not_fine(ask, tmp_path):
    code, answer = ask("check", "service", str(tmp_path / "tidak-ada"))
    assert code == 1
    assert answer["ok"] is False
    assert [sorted(problem) for problem in answer["problems"]] == [["file", "message", "where"]]


def test_an_empty_folder_is_named_file_by_file(ask, capsys, tmp_path):
    code, answer = ask("check", "service", str(tmp_path))
    assert code == 1
    assert "sop.toml" in {problem["file"] for problem in answer["problems"]}
    assert main(["check", "service", str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("Perlu diperbaiki: ")


# What is shipped, and what is loaded


def test_the_frozen_holidays_are_those_of_the_library():
    assert (DATA / "holidays.csv").read_text("utf-8") == clock.freeze(2021, 2035)


@pytest.mark.parametrize("slug", ["kampar", "rokan-hulu", "mempawah"])
def test_shipped_offices_are_invented_where_it_could_hurt(slug):
    office = tomllib.loads((DATA / f"{slug}.toml").read_text("utf-8"))
    assert office["slug"] == slug
    assert office["invented"] is True
    assert office["email"].endswith(".example")
    assert office["website"].endswith(".example")
    assert clock.opening_hours(office["hours"]) == clock.DEFAULT_HOURS


@pytest.mark.parametrize(
    "words",
    [due(), ("identity", "check", "nik", "3171011708450001"), ("identity", "check", "phone", "081234567890")],
)
def test_the_rules_answer_without_loading_the_application(words, tmp_path):
    """Loading is what costs; the figures are in bench/."""
    program = (
        "import sys; from satupintu.cli import main; code = main(sys.argv[1:]);"
        "heavy = {'django', 'holidays', 'typst', 'pyhanko'} & set(sys.modules); sys.exit(code or len(heavy))"
    )
    environment = {**os.environ, "SATUPINTU_HOME": str(tmp_path)}
    environment.pop("DATABASE_URL", None)
    assert (
        subprocess.run([sys.executable, "-c", program, *words], env=environment, check=False).returncode == 0
    )


# The office's own calendar, from its data base

SET_UP = """
import datetime, os, pathlib
import django
from django.conf import settings as running
from satupintu.config import settings
running.configure(
    DATABASES=settings.DATABASES, DEFAULT_AUTO_FIELD=settings.DEFAULT_AUTO_FIELD,
    INSTALLED_APPS=["satupintu.door", "satupintu.offices"], USE_TZ=True,
)
django.setup()
from django.db import connection
from satupintu.offices.models import DayOff, Office, Setting
with connection.schema_editor() as editor:
    for model in (Office, DayOff, Setting):
        editor.create_model(model)
kampar = Office(slug="kampar", name="DPMPTSP Kampar", region_code="1401", time_zone="Asia/Jakarta", invented=True)
bangli = Office(slug="bangli", name="DPMPTSP Bangli", region_code="5106", time_zone="Asia/Makassar")
Office.objects.bulk_create([kampar, bangli])
for office in (kampar, bangli):
    DayOff.objects.create(office=office, day=datetime.date(2026, 3, 13), name="Libur daerah")
"""
CHANGE = "UPDATE offices_office SET calendar_version = 2 WHERE slug = 'kampar'"


@pytest.fixture
def at_home(tmp_path):
    """Run a command beside a data base of its own: exit code and object."""
    environment = {**os.environ, "SATUPINTU_HOME": str(tmp_path)}
    environment.pop("DATABASE_URL", None)

    def run(*words, program=RUN):
        done = subprocess.run(
            [sys.executable, "-c", program, *words], env=environment, capture_output=True, check=False
        )
        return done.returncode, json.loads(done.stdout or "null"), done.stderr.decode()

    return run


def test_an_office_of_the_data_base_has_its_own_calendar(at_home, tmp_path):
    assert at_home(program=SET_UP) == (0, None, "")

    def answer(office, start):
        code, found, _ = at_home(*due(office, start, "1"), "--json")
        return code, found

    # Closing time is 16.00 in Makassar, and the 13th is off.
    assert answer("bangli", "2026-03-12T08:00Z") == (0, {"due": "2026-03-16"})
    assert answer("bangli", "2026-03-12T08:01Z") == (0, {"due": "2026-03-17"})
    # A year of which it keeps no day off comes from the national list.
    assert answer("bangli", "2027-03-09T10:00+08:00") == (0, {"due": "2027-03-17", "estimate": True})
    assert answer("rokan-hulu", "2026-03-12T10:00") == (0, {"due": "2026-03-13"})
    # An office of the demonstration is as shipped until somebody changes its calendar.
    assert answer("kampar", "2026-03-12T10:00") == (0, {"due": "2026-03-13"})
    with closing(sqlite3.connect(tmp_path / "satupintu.sqlite3")) as base:
        base.execute(CHANGE)
        base.commit()
    assert answer("kampar", "2026-03-12T10:00") == (0, {"due": "2026-03-16"})


def test_a_data_base_of_before_its_first_migration_is_passed_over(at_home, tmp_path):
    (tmp_path / "satupintu.sqlite3").touch()
    assert at_home(*due(), "--json")[:2] == (0, {"due": "2026-03-26"})


def test_a_broken_data_base_is_said(at_home, tmp_path):
    (tmp_path / "satupintu.sqlite3").write_bytes(b"bukan basis data" * 100)
    code, answer, _ = at_home(*due(), "--json")
    assert code == 1
    assert "tidak dapat dihubungi" in answer["message"]


def test_a_data_base_that_does_not_answer_is_said(tmp_path):
    environment = {
        **os.environ, "SATUPINTU_HOME": str(tmp_path), "DATABASE_URL": "postgres://kantor@127.0.0.1:1/kantor",
    }  # fmt: skip
    words = [sys.executable, "-c", RUN, *due(), "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "tidak dapat dihubungi" in json.loads(done.stdout)["message"]


# service sheet


FOLDER = Path(satupintu.__file__).parents[1] / "services/mempawah/sertifikat-standar"


def test_the_sheets_of_a_folder_need_no_data_base(ask, tmp_path):
    out = tmp_path / "baru" / "lembar"
    code, answer = ask("service", "sheet", str(FOLDER), "--out", str(out))
    names = ["sop.pdf", "sop.html", "standar.pdf", "standar.html", "poster.pdf", "poster-a3.pdf"]
    assert (code, answer) == (0, {"ok": True, "files": [str(out / name) for name in names]})
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    for path in out.iterdir():
        assert path.read_bytes().startswith(b"%PDF-1.7" if path.suffix == ".pdf" else b"<!DOCTYPE html>")
    assert not (tmp_path / "var").exists()


def test_a_linked_sop_has_only_its_sop_sheet(ask, tmp_path):
    code, answer = ask("service", "sheet", str(FOLDER.parent / "konsultasi"), "--out", str(tmp_path / "o"))
    assert (code, [Path(file).name for file in answer["files"]]) == (0, ["sop.pdf", "sop.html"])


def test_of_an_unsound_folder_nothing_is_printed_and_everything_is_named(ask, tmp_path):
    folder, out = tmp_path / "layanan", tmp_path / "o"
    shutil.copytree(FOLDER, folder)
    (folder / "texts.id.toml").unlink()
    (folder / "service.toml").write_text('name = "SS"', "utf-8")
    answer = ask("service", "sheet", str(folder), "--out", str(out))
    assert answer == ask("check", "service", str(folder))
    assert answer[0] == 1
    assert len(answer[1]["problems"]) > 2
    assert not out.exists()


@pytest.mark.parametrize("place", ["berkas", "berkas/di-dalam"])
def test_where_nothing_can_be_written_is_said(ask, capsys, tmp_path, place):
    (tmp_path / "berkas").write_text("bukan folder", "utf-8")
    code, answer = ask("service", "sheet", str(FOLDER), "--out", str(tmp_path / place))
    assert code == 2
    assert answer["message"].startswith(f"--out: tidak dapat menulis {tmp_path / place}. Sebut folder lain")


def test_what_does_not_fit_on_a_sheet_is_said_in_words(ask, tmp_path, monkeypatch):
    def too_wide(*_):
        raise Refusal("sheet.too-wide", status=422, columns=9, most=8)

    monkeypatch.setattr(sop, "pdf", too_wide)
    code, answer = ask("service", "sheet", str(FOLDER), "--out", str(tmp_path / "o"))
    assert (code, answer["ok"]) == (1, False)
    assert "paling banyak 8 kolom" in answer["message"]
    assert list((tmp_path / "o").iterdir()) == []


def test_a_folder_that_is_not_there_is_said(ask, tmp_path):
    code, answer = ask("service", "sheet", str(tmp_path / "x"), "--out", str(tmp_path / "o"))
    assert (code, answer["problems"][0]["message"]) == (
        1,
        "Folder ini tidak ada. Periksa letak dan ejaannya.",
    )


def test_the_address_on_the_poster_is_the_office_own_or_the_server_of_this_installation(monkeypatch):
    house = house_of_folder(FOLDER)
    monkeypatch.delenv("SATUPINTU_URL", raising=False)
    page = "/mempawah/layanan/sertifikat-standar"
    assert papers.page_of(FOLDER, house) == f"https://dpmptsp-mempawah.example{page}"
    monkeypatch.setenv("SATUPINTU_URL", "https://izin.example/")
    assert papers.page_of(FOLDER, house) == f"https://izin.example{page}"
    monkeypatch.delenv("SATUPINTU_URL")
    assert papers.page_of(FOLDER, House(name="K", kop=("K",))) == ""
