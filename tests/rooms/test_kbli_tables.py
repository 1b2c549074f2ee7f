# SPDX-License-Identifier: Apache-2.0
"""The tables of KBLI, conversions, risk and authority: taking them over, once and again, and asking them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satupintu.accounts.models import Account
from satupintu.catalog import actions, queries
from satupintu.catalog.models import AuthorityRule, Kbli, KbliMove, Revision, RiskRule
from satupintu.cli import main
from satupintu.core import reference
from satupintu.core.access import system
from satupintu.core.risk import Ask, Found, Risk, RiskRow, Scale, Unknown
from satupintu.door import read
from satupintu.offices.models import Office
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY = f.AT.date()
CURRENT = queries.CURRENT_KBLI


def take(table: str, text: str, version: str = "", day: date = DAY) -> reference.Difference[object]:
    return actions.load(system(f.AT), reference.read(table, text, version), day=day)


def test_the_starter_set_answers_asks_and_never_guesses() -> None:
    found = queries.risk_of(CURRENT, "47112", scale=Scale.MICRO, day=DAY)
    assert isinstance(found, Found)
    assert (found.row.risk, found.row.assumed) == (Risk.LOW, True)
    assert "contoh" in found.row.basis.lower()
    asked = queries.risk_of(CURRENT, "86105", scale=Scale.MICRO, day=DAY)
    assert asked == Ask("scope", ("Klinik utama", "Klinik pratama"))
    pratama = queries.risk_of(CURRENT, "86105", scale=Scale.MICRO, scope="Klinik pratama", day=DAY)
    assert isinstance(pratama, Found)
    assert pratama.row.risk == Risk.MEDIUM_HIGH
    assert pratama.row.requirements
    assert queries.risk_of(CURRENT, "99999", scale=Scale.MICRO, day=DAY) == Unknown("no-row")
    courier = queries.risk_of(CURRENT, "53200", scale=Scale.MICRO, day=DAY)
    assert isinstance(courier, Ask)
    assert courier.field == "parameter"
    assert {rule.risk for rule in RiskRule.objects.all()} == {"R", "MR", "MT", "T"}


def test_people_find_a_code_by_their_own_words_and_read_what_it_is_not() -> None:
    first = queries.kbli_search(CURRENT, "warung kopi")[0]
    assert (first.code, first.version, first.retired) == ("56303", CURRENT, False)
    assert first.explained.startswith("Ini untuk menyajikan kopi")
    assert "bukan" in first.explained
    assert "(56101)" in first.explained
    assert queries.kbli_search(CURRENT, "londry kiloan 24 jam")[0].code == "96100"
    assert queries.kbli_search(CURRENT, "56303")[0].code == "56303"
    assert queries.kbli_search(CURRENT, "") == []


# Taking over -------------------------------------------------------------------------------------------------------

RISK_HEAD = "kbli,scale,risk,scope,sla_days,basis"
LATER = DAY + timedelta(days=30)


def risk(scale: Scale = Scale.MICRO, day: date = DAY, code: str = "56303", **more: str) -> Any:
    return queries.risk_of(CURRENT, code, scale=scale, day=day, **more)


def level(day: date = DAY, scale: Scale = Scale.MICRO) -> str:
    found = risk(scale, day)
    assert isinstance(found, Found)
    return str(found.row.risk)


def test_a_second_time_a_table_changes_nothing_and_nothing_is_told() -> None:
    text = f"{RISK_HEAD}\n56303,mikro,Tinggi,,5,Contoh\n"
    assert take(reference.RISK, text).counts["changed"] == 1
    before = list(RiskRule.objects.order_by("pk").values()), Revision.objects.count()
    assert take(reference.RISK, text, day=LATER).nothing
    assert (list(RiskRule.objects.order_by("pk").values()), Revision.objects.count()) == before


def test_what_a_table_replaces_ends_and_can_still_be_asked_for_its_own_day() -> None:
    take(reference.RISK, f"{RISK_HEAD}\n56303,mikro,Tinggi,,5,Contoh\n", day=LATER)
    assert (level(DAY), level(LATER), level(LATER - timedelta(days=1))) == ("R", "T", "R")
    small = risk(Scale.SMALL, LATER)
    assert isinstance(small, Found)  # a scale that the table does not name stays
    told = Revision.objects.order_by("-pk")[0]
    line = read.history(told)[-1]
    assert (line.kind, line.data["table"], line.data["counts"]["changed"]) == ("catalog.imported", "risk", 1)


def test_two_levels_for_every_scope_are_never_chosen_between() -> None:
    take(reference.RISK, f"{RISK_HEAD}\n56303,mikro,Rendah,*,,\n56303,mikro,Tinggi,*,,\n")
    assert risk() == Unknown("two-levels")


def test_a_code_left_out_ends_and_one_named_again_stands_again() -> None:
    codes = [(row.code, row.title) for row in Kbli.objects.filter(version=CURRENT).order_by("code")]
    less = "\n".join(["code,title", *(f'{code},"{title}"' for code, title in codes[1:])])
    assert take(reference.KBLI, less, CURRENT, LATER).counts["ended"] == 1
    gone = queries.kbli(CURRENT, codes[0][0])
    assert gone is not None
    assert (gone.holds(LATER - timedelta(days=1)), gone.holds(LATER)) == (True, False)
    assert queries.kbli_search(CURRENT, gone.code)[0].retired
    assert gone.code not in {one.code for one in queries.kbli_search(CURRENT, gone.title) if not one.retired}
    whole = "\n".join(["code,title", *(f'{code},"{title}"' for code, title in codes)])
    assert take(reference.KBLI, whole, CURRENT, LATER).counts["new"] == 1
    again = queries.kbli(CURRENT, codes[0][0])
    assert again is not None
    assert again.holds(LATER)


def test_a_list_of_codes_that_was_cut_off_is_refused_whole() -> None:
    before = list(Kbli.objects.order_by("pk").values())
    with f.refusal("catalog.table-cut", 422):
        take(reference.KBLI, "code,title\n56303,Kafe\n", CURRENT)
    assert list(Kbli.objects.order_by("pk").values()) == before


def test_the_older_form_knows_only_the_codes_it_has_a_word_on() -> None:
    old = [(row.code, row.title) for row in Kbli.objects.filter(version="2020")]
    more = [*old, ("01115", "Pertanian Kacang Contoh")]
    take(reference.KBLI, "\n".join(["code,title", *(f'{c},"{t}"' for c, t in more)]), "2020")
    assert queries.kbli_like("2020", "01115") == []
    with f.refusal("catalog.kbli-unknown", 422):
        queries.require_authority("2020", "01115")
    assert queries.require_authority("2020", "56101").authority == queries.OWN_AUTHORITY


def test_a_code_nobody_knows_is_named_by_its_line() -> None:
    with pytest.raises(actions.Unknown) as found:
        take(reference.RISK, f"{RISK_HEAD}\n56303,mikro,Tinggi,,5,\n99998,mikro,Rendah,,,\n")
    assert [problem.line for problem in found.value.problems] == [3]
    assert level() == "R"


def test_an_import_cut_off_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(RiskRule.objects.order_by("pk").values()), Revision.objects.count()
    text = f"{RISK_HEAD}\n56303,mikro,Tinggi,,5,Contoh\n56304,mikro,Tinggi,,5,Contoh\n"

    def cut(words: str) -> None:
        if words.startswith("Menyimpan"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.load(system(f.AT), reference.read(reference.RISK, text), day=DAY, say=cut)
    assert (list(RiskRule.objects.order_by("pk").values()), Revision.objects.count()) == before


days = count()
"""Of all examples together, which meet in one data base: imports come one after another."""
levels = st.sampled_from(list(Risk))
row = st.builds(
    RiskRow, st.just(CURRENT), st.sampled_from(["56303", "56304", "86105"]),
    st.sampled_from(["*", "Kecil", "Ramai"]), st.sampled_from(list(Scale)), st.sampled_from(["*", "Satu kabupaten"]), levels,
)  # fmt: skip
table = st.lists(
    row, min_size=1, max_size=12, unique_by=lambda r: (r.code, r.scope, r.scale, r.parameter, r.risk)
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(table, min_size=1, max_size=3))
def test_whatever_tables_come_the_last_word_stands_and_nothing_is_ever_lost(
    tables: list[list[RiskRow]],
) -> None:
    for rows in tables:
        day = DAY + timedelta(days=next(days))
        listing = reference.Listing(reference.RISK, CURRENT, tuple(rows), {}, {})
        known = set(RiskRule.objects.values_list("pk", flat=True))
        actions.load(system(f.AT), listing, day=day)
        assert known <= set(RiskRule.objects.values_list("pk", flat=True))
        for code, scale in {(one.code, one.scale) for one in rows}:
            stand = {one for one in queries.risk_rows(CURRENT, code, day) if one.scale == scale}
            assert stand == {one for one in rows if (one.code, one.scale) == (code, scale)}
        assert actions.load(system(f.AT), listing, day=day).nothing


# Conversions and authority -----------------------------------------------------------------------------------------


def convert() -> None:
    take(reference.KBLI, "code,title\n56109,Makanan Keliling 2017\n00001,Hilang\n", "2017")
    take(
        reference.MOVES, "kbli2017,kbli2020,confirmed\n56109,56104,1\n56109,56101,0\n00001,,1\n", day=DAY
    )  # fmt: skip
    take(reference.MOVES, "kbli2020,kbli2025\n56104,56102\n56101,56101\n56102,56101\n")


def test_a_code_is_followed_through_both_conversions() -> None:
    convert()
    assert [one.code for one in queries.successors("2020", "56104", CURRENT)] == ["56102"]
    assert [one.code for one in queries.successors("2017", "56109", CURRENT)] == ["56101", "56102"]
    assert [one.code for one in queries.successors("2017", "00001", CURRENT)] == []
    sure = {move.to.code: move.confirmed for move in queries.conversions("2017", "56109", CURRENT) if move.to}
    assert sure == {"56101": False, "56102": True}  # no surer than the first step was
    assert [move.of.code for move in queries.came_from(CURRENT, "56101")] == ["56101", "56102"]
    assert KbliMove.objects.filter(to=None).count() == 1


def test_a_retired_code_leads_to_what_it_became() -> None:
    convert()
    led = queries.kbli_search(CURRENT, "56104")
    assert (led[0].code, led[0].why) == ("56102", "Kode 56104 di KBLI 2020 kini menjadi kode ini")
    old = queries.kbli_search("2020", "makanan keliling")[0]
    assert (old.code, old.retired) == ("56104", True)
    assert old.successors == ("56102 Aktivitas Penyediaan Makanan di Bangunan Tidak Tetap",)


def test_who_has_authority_is_said_by_the_row_then_by_the_table_then_not_at_all() -> None:
    found = risk()
    assert isinstance(found, Found)
    assert queries.authority_of(found.row).startswith("Bupati atau Wali Kota")
    silent = replace(found.row, authority="")
    assert queries.authority_of(silent).startswith("Belum diketahui")
    take(
        reference.AUTHORITY,
        "kbli2025,authority,parameter\n56303,Gubernur,Lintas kabupaten\n56303,gubernur,Lintas Kabupaten\n",
    )
    assert AuthorityRule.objects.count() == 1  # the same condition, written twice
    assert queries.authority_of(silent) == "Gubernur (Lintas kabupaten)"


# Correcting --------------------------------------------------------------------------------------------------------

ADMIN = "admin@mempawah.example"


@pytest.fixture
def office(stage: Callable[[str], Any]) -> Office:
    stage("verifikasi")
    f.newcomer(ADMIN, "administrator")
    return Office.objects.get(slug="mempawah")


def corrected(office: Office, *, who: str = ADMIN, day: date = LATER, **changed: Any) -> Any:
    found = risk()
    assert isinstance(found, Found)
    row = replace(
        found.row, **{"risk": Risk.HIGH, "basis": "Perda Contoh 1/2026", "assumed": False, **changed}
    )
    return actions.correct_risk(f.actor(who), office, row, day=day, asked=f.asked())


def test_a_correction_ends_the_old_row_begins_a_new_one_and_is_on_record(office: Office) -> None:
    corrected(office)
    assert (level(LATER - timedelta(days=1)), level(LATER)) == ("R", "T")
    found = risk(day=LATER)
    assert isinstance(found, Found)
    assert (found.row.assumed, found.row.basis) == (False, "Perda Contoh 1/2026")
    revision = Revision.objects.get(kind=Revision.CORRECTION)
    line = read.history(revision)[-1]
    assert (line.kind, line.data["before"], line.data["risk"]) == ("risk.corrected", ["R"], "T")
    assert line.person == f.actor(ADMIN).person
    assert "Perda" not in json.dumps(line.data)


def test_no_table_replaces_what_an_administrator_corrected(office: Office) -> None:
    corrected(office, day=DAY)
    done = take(
        reference.RISK, f"{RISK_HEAD}\n56303,mikro,Menengah Rendah,,5,Contoh\n56303,kecil,Tinggi,,5,Contoh\n"
    )
    assert (done.counts["kept"], level(DAY), level(DAY, Scale.SMALL)) == (1, "T", "T")


def test_a_correction_chooses_between_two_levels(office: Office) -> None:
    take(reference.RISK, f"{RISK_HEAD}\n56303,mikro,Rendah,*,,\n56303,mikro,Tinggi,*,,\n")
    row = RiskRow(CURRENT, "56303", "*", Scale.MICRO, "*", Risk.MEDIUM_LOW, basis="Perda Contoh 1/2026")
    actions.correct_risk(f.actor(ADMIN), office, row, day=DAY, asked=f.asked())
    assert level() == "MR"


def test_a_correction_needs_a_basis_a_day_to_come_and_something_to_change(office: Office) -> None:
    for code, changed in (
        ("catalog.no-basis", {"basis": ""}),
        ("catalog.correction-past", {"day": DAY - timedelta(days=1)}),
        ("catalog.correction-late", {"scope": "Tidak ada"}),
    ):
        with f.refusal(code):
            corrected(office, **changed)
    corrected(office, day=LATER)
    with f.refusal("catalog.correction-planned"):
        corrected(office, day=LATER - timedelta(days=1), risk=Risk.MEDIUM_LOW)
    with f.refusal("catalog.correction-same"):
        corrected(office, day=LATER)
    assert Revision.objects.filter(kind=Revision.CORRECTION).count() == 1


@pytest.mark.parametrize("who", ["fo", "jf", "kadis", "auditor", "pemohon"])
def test_nobody_else_corrects(office: Office, who: str) -> None:
    with f.refusal("access.not-yours" if who == "pemohon" else "access.role"):
        corrected(office, who=who)
    assert not RiskRule.objects.filter(corrected=True).exists()


def test_a_repeated_command_corrects_once(office: Office) -> None:
    found = risk()
    assert isinstance(found, Found)
    row, command = replace(found.row, risk=Risk.HIGH, basis="Perda Contoh 1/2026"), f.asked()
    for _ in range(2):
        actions.correct_risk(f.actor(ADMIN), office, row, day=DAY, asked=command)
    assert RiskRule.objects.filter(corrected=True).count() == 1


# Pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(office: Office) -> Client:
    return f.log_in(Client(), Account.objects.get(email=ADMIN))


def test_an_administrator_finds_a_code_reads_its_history_and_corrects_it(admin: Client) -> None:
    convert()
    assert (
        "56303 Aktivitas Rumah Minum/Kafe"
        in admin.get(reverse("desk:catalog"), {"q": "warung kopi"}).content.decode()
    )
    assert "tidak ketemu" in admin.get(reverse("desk:catalog"), {"q": "zzzqqq"}).content.decode()
    there = reverse("desk:catalog_code", args=[CURRENT, "56101"])
    page = admin.get(there).content.decode()
    assert "Contoh, bukan ketentuan" in page
    assert "KBLI 2020: 56102" in page
    way = next(part.split('"')[0] for part in page.split('href="') if part.startswith(f"{there}/koreksi/"))
    typed = {
        "risiko": "MT",
        "kewenangan": "Bupati/Wali Kota",
        "hari": "7",
        "syarat": "Denah dapur\n\nFoto",
        "kewajiban": "",
        "dasar": "",
    }
    answer = admin.post(way, {**typed, "mulai": "1-1-2099", "hari": "tujuh"})
    said = answer.content.decode()
    assert "“Dasar hukum” belum diisi." in said
    assert "Tulis angka saja" in said
    assert "tujuh" in said  # nothing typed is lost
    sent = admin.post(way, {**typed, "dasar": "PP Contoh 1/2026", "mulai": "1-1-2099"}, follow=True)
    assert "Koreksi tersimpan" in sent.content.decode()
    page = admin.get(there).content.decode()
    assert "Akan berlaku" in page
    assert "Dikoreksi oleh" in page
    fresh = RiskRule.objects.get(corrected=True)
    assert (fresh.risk, fresh.days, fresh.requirements, fresh.assumed) == (
        "MT",
        7,
        ["Denah dapur", "Foto"],
        False,
    )


def test_pages_of_codes_nobody_knows_are_not_there(admin: Client) -> None:
    assert admin.get(reverse("desk:catalog_code", args=[CURRENT, "99999"])).status_code == 404
    assert admin.get(reverse("desk:catalog_correct", args=[CURRENT, "56303", "tidakada"])).status_code == 404


# Commands ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    def asked(*words: str) -> tuple[int, Any]:
        code = main([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return asked


def test_commands_import_show_what_changes_and_name_every_bad_row(
    ask: Callable[..., tuple[int, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "risiko.csv"
    file.write_text(f"{RISK_HEAD}\n56303,mikro,Tinggi,,5,Contoh\n", "utf-8")
    code, told = ask("import", "risk", str(file), "--dry-run")
    assert (code, told["dry_run"], told["changed"], level()) == (0, True, 1, "R")
    assert told["first"] == [
        "Berubah: 56303 mikro: Rendah, 0 hari kerja, Bupati/Wali Kota menjadi Tinggi, 5 hari kerja"
    ]
    assert main(["import", "risk", str(file)]) == 0
    heard = capsys.readouterr()
    assert "1 berubah" in heard.out
    assert "Menyimpan 1 dari 1 baris" in heard.err  # how far it is, beside the answer
    file.write_text(f"{RISK_HEAD}\n56303,mikro,Sedang,,5,\n5630,raksasa,Rendah,,x,\n", "utf-8")
    code, told = ask("import", "risk", str(file))
    assert (code, [one["line"] for one in told["errors"]]) == (1, [2, 3])
    assert main(["import", "kbli", str(file)]) == 2  # of which version?
    assert "Sebutkan versi" in capsys.readouterr().err


def test_commands_search_and_look_up(ask: Callable[..., tuple[int, Any]]) -> None:
    code, found = ask("kbli", "search", "warung kopi", "--version", "2020", "--limit", "2")
    assert (code, len(found["results"]), found["results"][0]["code"]) == (0, 2, "56303")
    look = ("risk", "lookup", "--version", CURRENT, "--scale", "mikro", "--kbli")
    code, told = ask(*look, "11052")
    assert (code, told["risk"], told["products"], told["days"]) == (0, "MT", ["nib", "ss"], 7)
    assert told["authority"] == "Bupati/Wali Kota"
    assert "ontoh" in told["basis"]
    assert ask(*look, "86105")[1] == {
        "ask": [{"field": "scope", "options": ["Klinik utama", "Klinik pratama"]}]
    }
    assert ask(*look, "86105", "--scope", "Klinik utama")[1]["products"] == ["nib", "izin"]
    assert ask(*look, "99999")[1] == {"unknown": "no-row"}
    assert main(["risk", "lookup", "--kbli", "x", "--scale", "mikro"]) == 2
