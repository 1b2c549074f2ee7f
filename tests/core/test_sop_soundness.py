# SPDX-License-Identifier: Apache-2.0
"""Every kind of mistake is found, named and told how to mend; sound SOPs have none."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satupintu.core.sop import parse, soundness
from tests.core.fixtures.sops import HEAD, NAMES, load, small, step, tables

SERVICES = Path(__file__).resolve().parents[2] / "services"
WAIT = '[[wait]]\nid = "w"\nkind = "determination"\ndebtor = "kadis"\nlabel = "W"\n'
DONE = 'lanjut to = "selesai"'


def mistakes_of(data: dict[str, Any]) -> list[tuple[str, str]]:
    sop, mistakes = parse(data)
    return [(mistake.where, mistake.message) for mistake in (*mistakes, *soundness(sop))]


def only(sop_text: str) -> tuple[str, str]:
    found = mistakes_of(tomllib.loads(HEAD + sop_text))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_sound(name: str) -> None:
    assert mistakes_of(tables(name)) == []


@pytest.mark.parametrize("path", sorted(SERVICES.glob("*/*/sop.toml")), ids=lambda path: path.parent.name)
def test_the_shipped_sops_are_sound(path: Path) -> None:
    assert mistakes_of(tomllib.loads(path.read_text(encoding="utf-8"))) == []


BROKEN = {
    "unknown key": (lambda d: d.update(janji="5 hari kerja"), "Kunci “janji” tidak dikenal"),
    "unknown kind": (lambda d: d.update(kind="izin"), "tidak dikenal pada “kind”"),
    "missing identity": (lambda d: d.pop("identity"), "Kunci “identity” belum ada"),
    "empty basis": (lambda d: d["identity"].update(legal_basis=[]), "“legal_basis” masih kosong"),
    "wrong type": (lambda d: d["step"][0].update(number="1"), "“number” harus berupa angka bulat"),
    "not a table": (lambda d: d["step"].append("x"), "harus berupa tabel"),
    "promise in calendar days": (lambda d: d.update(promise="5 hari"), "“promise” tidak boleh dalam hari"),
    "norm in months": (lambda d: d["step"][0].update(norm="2 bulan"), "“norm” tidak boleh dalam bulan"),
    "norm unreadable": (lambda d: d["step"][0].update(norm="sebentar"), "bukan lama waktu"),
    "id with capitals": (lambda d: d["step"][7].update(id="Arsip"), "hanya boleh huruf kecil"),
    "id twice": (lambda d: d["actor"].append(dict(d["actor"][0])), "Id “pemohon” sudah dipakai"),
    "id of a step and a wait": (lambda d: d["wait"][3].update(id="arsip"), "Id “arsip” sudah dipakai oleh [[step]]"),
    "numbers out of order": (lambda d: d["step"][1].update(number=7), "Nomor langkah tertulis 7, urutannya 2"),
    "unknown role": (lambda d: d["actor"][1].update({"is": "role:bupati"}), "Peran “bupati” tidak ada"),
    "unknown sort of actor": (lambda d: d["actor"][1].update({"is": "orang"}), "is = “orang” tidak dikenal"),
    "unknown column": (lambda d: d["actor"][5].update(column="x"), "Kolom: pelaksana “x” tidak ada"),
    "column of a column": (lambda d: d["actor"][1].update(column="sistem"), "sendiri digambar di kolom lain"),
    "unknown actor": (lambda d: d["step"][2].update(actor="x"), "Pelaksana “x” tidak ada"),
    "unknown work": (lambda d: d["step"][2].update(work=["sihir"]), "Pekerjaan “sihir” tidak dikenal"),
    "document without name": (lambda d: d["step"][7].update(work=["archive", "document:"]), "“document:” tidak dikenal"),
    "unknown opens": (lambda d: d["step"][3].update(opens=["diketahui", "penetapan", "x"]), "Wait “x” tidak ada"),
    "four eyes with nobody": (lambda d: d["step"][4].update(not_same_person_as=["x"]), "Langkah atau wait “x” tidak ada"),
    "four eyes with himself": (lambda d: d["step"][4].update(not_same_person_as=["tanda-tangan"]), "langkah ini sendiri"),
    "leads nowhere": (lambda d: d["step"][0]["outcome"][0].update(to="x"), "Langkah atau akhir “x” tidak ada"),
    "neither to nor wait": (lambda d: d["step"][0]["outcome"][0].pop("to"), "Tulis tepat satu"),
    "both to and wait": (lambda d: d["step"][0]["outcome"][0].update(wait="rapat"), "Tulis tepat satu"),
    "no outcome": (lambda d: d["step"][7].pop("outcome"), "Kunci “outcome” belum ada"),
    "unknown clock": (lambda d: d["step"][0]["outcome"][0].update(clock="go"), "tidak dikenal pada “clock”"),
    "unknown class": (lambda d: d["step"][0]["outcome"][0].update({"class": "x"}), "Kelas “x” tidak ada"),
    "a system that chooses": (lambda d: d["step"][5]["outcome"][0].pop("when"), "Langkah sistem tidak punya orang"),
    "automatic with reason": (lambda d: d["step"][5]["outcome"][0].update(needs_reason=True), "tidak ada yang menulis alasan"),
    "unknown fact": (lambda d: d["step"][0]["outcome"][0].update(requires=["hujan"]), "Fakta “hujan” tidak dikenal"),
    "work of another step": (lambda d: d["step"][0]["outcome"][0].update(requires=["draft-done"]), "“draft-done” tidak mungkin"),
    "fact of no wait": (lambda d: d["step"][7]["outcome"][0].update(requires=["x:y"]), "wait “x” tidak ada"),
    "fact of no class": (lambda d: d["step"][7]["outcome"][0].update(requires=["class:x"]), "Kelas “x” tidak ada"),
    "unknown answer": (lambda d: d["step"][3]["outcome"][0].update(requires=["penetapan:maybe"]), "Jawaban untuk wait"),
    "late without limit": (lambda d: d["step"][6].pop("limit"), "“late” butuh batas waktu"),
    "wait late without limit": (lambda d: d["wait"][0].pop("limit"), "“perbaikan:late” butuh batas waktu"),
    "unknown kind of wait": (lambda d: d["wait"][3].update(kind="pesta"), "Jenis wait “pesta” tidak ada"),
    "unknown debtor": (lambda d: d["wait"][3].update(debtor="x"), "Pelaksana “x” tidak ada"),
    "unknown judge": (lambda d: d["wait"][3].update(judge="x"), "Pelaksana “x” tidak ada"),
    "procedure without sop": (lambda d: d["wait"][3].update(kind="procedure"), "Tambahkan sop"),
    "no rounds": (lambda d: d["wait"][0].update(rounds=0), "“rounds” paling kecil 1"),
    "unknown result": (lambda d: d["end"][0].update(result="menang"), "Hasil “menang” tidak ada"),
    "nobody can withdraw": (lambda d: d["end"].pop(), "Pemohon harus dapat menarik permohonan"),
    "two withdrawn ends": (lambda d: d["end"][0].update(result="withdrawn"), "hanya boleh satu"),
    "answer in a layanan": (lambda d: d["end"][0].update(answer="closed"), "answer hanya untuk kind = “sop”"),
    "status nowhere": (lambda d: d["status"][0].update(at="step:x"), "Tempat “step:x” tidak ada"),
    "status of no state": (lambda d: d["status"][3].update(at="wait:perbaikan:x"), "Tempat “wait:perbaikan:x” tidak ada"),
    "status at an outcome": (lambda d: d["status"][0].update(at="outcome:isi.kirim"), "tidak ada. Tulis step:S"),
    "status twice": (lambda d: d["status"].append(dict(d["status"][0])), "sudah ada. Hapus salah satunya"),
    "notice nowhere": (lambda d: d["notice"][0].update(on="outcome:isi.x"), "Kejadian “outcome:isi.x” tidak ada"),
    "notice of a whole wait": (lambda d: d["notice"][0].update(on="wait:perbaikan"), "Kejadian “wait:perbaikan” tidak ada"),
    "notice to nobody": (lambda d: d["notice"][0].update(to=[]), "tidak punya penerima"),
    "notice to a stranger": (lambda d: d["notice"][0].update(to=["x"]), "Pelaksana “x” tidak ada"),
    "never reached": (lambda d: d["step"][6]["outcome"].pop(0) and d["step"][5]["outcome"][0].update(to="arsip"), "tidak pernah dicapai"),
    "never left": (lambda d: d["step"][7]["outcome"][0].update(to="unduh", requires=[]), "tidak ada jalan ke akhir"),
    "wait never opened": (lambda d: d["step"][3].update(may_open=["penetapan"]), "Wait ini tidak pernah dibuka"),
    "norms beyond the promise": (lambda d: d["step"][3].update(norm="5 hari kerja"), "melebihi janji 5 hari kerja = 2400 menit"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_named_with_its_remedy(name: str) -> None:
    data = copy.deepcopy(tables("sertifikat-standar"))
    change, message = BROKEN[name]
    change(data)
    found = mistakes_of(data)
    assert any(message in said for _, said in found), found
    assert all(said.rstrip().endswith((".", "…")) or ":" in said for _, said in found)


def test_all_mistakes_are_told_at_once() -> None:
    data = copy.deepcopy(tables("sertifikat-standar"))
    for name in (
        "unknown key",
        "norm in months",
        "unknown role",
        "unknown fact",
        "nobody can withdraw",
        "status nowhere",
    ):
        BROKEN[name][0](data)
    said = " ".join(message for _, message in mistakes_of(data))
    assert all(
        BROKEN[name][1] in said for name in ("unknown key", "norm in months", "unknown role", "unknown fact")
    )
    assert BROKEN["nobody can withdraw"][1] in said
    assert BROKEN["status nowhere"][1] in said


def test_a_wrong_reference_does_not_make_other_steps_seem_lost() -> None:
    data = copy.deepcopy(tables("sertifikat-standar"))
    data["step"][0]["outcome"][0]["to"] = "infromasi"  # type: ignore[index]
    assert [where for where, _ in mistakes_of(data)] == ["[[step]] isi → [[step.outcome]] kirim"]


def test_facts_that_exclude_each_other() -> None:
    where, message = only(
        step(
            "a",
            1,
            also='work = ["checklist"]',
            ways=[DONE, 'x to = "selesai"\nrequires = ["checklist-passed", "checklist-failed"]'],
        )
    )
    assert where == "[[step]] a → [[step.outcome]] x"
    assert "tidak pernah berlaku bersama" in message


@pytest.mark.parametrize("requires", ['"w:approved", "w:rejected"', '"waits-answered", "w:late"'])
def test_answers_that_exclude_each_other(requires: str) -> None:
    text = step("a", 1, also='opens = ["w"]', ways=[DONE, f'x to = "selesai"\nrequires = [{requires}]'])
    assert "tidak pernah berlaku bersama" in only(text + WAIT + 'limit = "1 hari"\n')[1]


def test_an_answer_nobody_was_asked_for() -> None:
    first = step("a", 1, ways=['b to = "b"\nrequires = ["w:approved"]', 'c to = "b"'])
    text = first + step("b", 2, also='opens = ["w"]', ways=[DONE]) + WAIT
    assert "wait itu belum dibuka" in only(text)[1]


def test_a_checklist_nobody_keeps() -> None:
    assert (
        "belum ada daftar periksa"
        in only(step("a", 1, ways=[DONE, 'x to = "selesai"\nrequires = ["checklist-passed"]']))[1]
    )


def test_a_class_chosen_too_late() -> None:
    klass = '[[class]]\nid = "k"\nlabel = "K"\npromise = "9 hari kerja"\nlegal_basis = "…"\n'
    first = step("a", 1, ways=['b to = "b"', 'x to = "b"\nrequires = ["class:k"]'])
    text = first + step("b", 2, ways=[DONE + '\nclass = "k"']) + klass
    assert "belum dipilih sebelum langkah ini" in only(text)[1]


def test_lateness_of_a_wait_that_is_not_open_here() -> None:
    text = step("a", 1, also='opens = ["w"]', ways=['b to = "b"']) + step(
        "b", 2, ways=[DONE, 'x to = "selesai"\nwhen = "w:late"']
    )
    assert "tidak terbuka di langkah ini" in only(text + WAIT + 'limit = "1 hari"\n')[1]


def test_lateness_nobody_can_act_upon_because_the_step_stands() -> None:
    text = step("a", 1, ways=[DONE, 'x wait = "w"', 'y to = "selesai"\nrequires = ["w:late"]'])
    assert "langkah ini berhenti" in only(text + WAIT + 'limit = "1 hari"\n')[1]


def test_outcomes_behind_one_that_always_holds() -> None:
    assert (
        "Tidak pernah sempat diambil"
        in only(step("a", 1, ways=[DONE, 'x to = "selesai"\nwhen = "always"']))[1]
    )


@pytest.mark.parametrize(
    ("one", "two", "wrong"),
    [
        ("help-asked", "help-not-asked", False),
        ("help-asked", "help-asked", True),
        ("authority-own", "channel-local", True),
        ("late", "draft-done", False),
    ],
)
def test_two_automatic_ways_at_once(one: str, two: str, *, wrong: bool) -> None:
    ways = [DONE, f'x to = "selesai"\nwhen = "{one}"', f'y to = "selesai"\nwhen = "{two}"']
    found = soundness(small(step("a", 1, also='limit = "1 hari"\nwork = ["draft"]', ways=ways)))
    assert bool([m for m in found if "berlaku bersamaan" in m.message]) is wrong


def test_a_circle_nobody_enters_by_acting() -> None:
    a = step("a", 1, "sistem", also='work = ["notify"]', ways=['b to = "b"\nwhen = "notify-done"'])
    b = step("b", 2, also='limit = "1 hari"', ways=['a to = "a"\nwhen = "late"', DONE])
    where, message = only(a + b)
    assert where == "[[step]] a"
    assert "berputar tanpa ada yang bertindak: a → b" in message


def test_a_step_that_goes_to_itself_for_ever() -> None:
    assert "berputar" in only(step("a", 1, ways=[DONE, 'x to = "a"\nwhen = "help-asked"']))[1]


def test_a_circle_with_a_person_in_it_is_fine() -> None:
    a = step("a", 1, also='work = ["draft"]', ways=['b to = "b"\nwhen = "draft-done"'])
    assert (
        soundness(small(a, step("b", 2, also='limit = "1 hari"', ways=['a to = "a"\nwhen = "late"', DONE])))
        == []
    )


def test_a_wait_that_opens_itself_for_ever() -> None:
    assert "terbuka terus" in only(step("a", 1, ways=[DONE, 'x wait = "w"\nwhen = "help-asked"']) + WAIT)[1]


def test_an_answer_that_leaves_no_way_on() -> None:
    text = step("a", 1, also='opens = ["w"]', ways=['x to = "selesai"\nrequires = ["w:approved"]'])
    where, message = only(text + WAIT)
    assert where == "[[step]] a"
    assert "Langkah 1 buntu bila “w:rejected”" in message
    assert soundness(small(text.replace('opens = ["w"]', 'opens = ["w"]\nmay_open = ["w"]'), WAIT)) == []
    assert "buntu" in only(text.replace('opens = ["w"]', 'may_open = ["w"]') + WAIT + "rounds = 2\n")[1]


def test_an_answer_that_came_along_on_the_way_need_not_be_feared_again() -> None:
    asks = step(
        "a", 1, also='opens = ["w"]', ways=['b to = "b"\nrequires = ["w:approved"]', 'c to = "selesai"']
    )
    goes = step("b", 2, ways=['d to = "selesai"\nrequires = ["w:approved"]'])
    assert soundness(small(asks, goes, WAIT)) == []
    assert (
        "Langkah 2 buntu bila “w:rejected”"
        in only(asks.replace('requires = ["w:approved"]', 'requires = ["waits-answered"]') + goes + WAIT)[1]
    )
    asked_if_wanted = step("a", 1, also='may_open = ["w"]', ways=['b to = "b"', DONE])
    either = step(
        "b",
        2,
        ways=['d to = "selesai"\nrequires = ["w:approved"]', 'e to = "selesai"\nrequires = ["w:rejected"]'],
    )
    assert "Langkah 2 buntu bila “w” belum ada" in only(asked_if_wanted + either + WAIT)[1]


def test_asking_again_helps_only_where_it_can_be_done() -> None:
    ways = ['x to = "selesai"\nrequires = ["w:approved"]', 'lagi wait = "w"\nrequires = ["w:rejected"]']
    text = step("a", 1, also='opens = ["w"]', ways=ways)
    assert soundness(small(text, WAIT)) == []
    assert "buntu bila “w:rejected”" in only(text.replace("w:rejected", "w:approved") + WAIT)[1]


def test_a_class_that_may_not_have_been_given() -> None:
    klass = '[[class]]\nid = "k"\nlabel = "K"\npromise = "9 hari kerja"\nlegal_basis = "…"\n'
    first = step("a", 1, ways=['b to = "b"\nclass = "k"', 'x to = "b"'])
    text = first + step("b", 2, ways=[DONE + '\nrequires = ["class:k"]']) + klass
    assert "buntu bila “class” belum ada" in only(text)[1]
    assert (
        mistakes_of(
            tomllib.loads(HEAD + text.replace('label = "x"\nto = "b"', 'label = "x"\nto = "selesai"'))
        )
        == []
    )


def test_a_class_that_is_never_given() -> None:
    klass = '[[class]]\nid = "k"\nlabel = "K"\npromise = "9 hari kerja"\nlegal_basis = "…"\n'
    assert "tidak pernah dipilih" in only(step("a", 1, ways=[DONE]) + klass)[1]


def test_a_circle_over_what_was_answered_before() -> None:
    first = step(
        "a",
        1,
        also='opens = ["w"]',
        ways=['b to = "b"\nrequires = ["w:approved", "waits-answered"]', 'c to = "selesai"'],
    )
    round_ = [
        step("b", 2, ways=['c to = "c"\nwhen = "w:approved"']),
        step("c", 3, ways=['b to = "b"\nwhen = "waits-answered"', DONE]),
    ]
    assert "berputar" in only(first + "".join(round_) + WAIT)[1]


def test_an_id_twice_in_a_list() -> None:
    data = copy.deepcopy(tables("sertifikat-standar"))
    data["step"][3]["opens"] = ["diketahui", "penetapan", "diketahui"]
    assert ["“diketahui” tertulis dua kali" in said for _, said in mistakes_of(data)] == [True]


def test_a_fact_of_two_sides_of_which_one_is_forgotten() -> None:
    assert (
        "buntu bila “channel-local”"
        in only(step("a", 1, "sistem", ways=['x to = "selesai"\nwhen = "channel-oss"']))[1]
    )


def test_norms_count_only_while_the_clock_runs_and_only_the_offices() -> None:
    a = step("a", 1, "pemohon", ways=['b to = "b"']).replace("10 menit", "9 hari kerja")
    b = step("b", 2, ways=['c to = "c"\nclock = "start"']).replace("10 menit", "9 hari kerja")
    c = step("c", 3, ways=['d to = "d"\nclock = "stop"', 'e to = "d"']).replace("10 menit", "1 hari kerja")
    d = step("d", 4, ways=['selesai to = "selesai"']).replace("10 menit", "2 hari kerja")
    data = tomllib.loads(HEAD.replace("[identity]", 'promise = "3 hari kerja"\n[identity]') + a + b + c + d)
    assert mistakes_of(data) == []
    data["promise"] = "2 hari kerja"
    assert [
        "1440 menit (langkah a → b → c → d) melebihi janji 2 hari kerja" in said
        for _, said in mistakes_of(data)
    ] == [True]


def test_a_great_many_ways_are_not_walked_for_ever() -> None:
    names = [f"s{n}" for n in range(1, 21)]
    text = ""
    for number, name in enumerate(names, start=1):
        ways = [f'{other} to = "{other}"' for other in names if other != name] + [DONE]
        text += step(name, number, ways=ways).replace("10 menit", "1 hari kerja")
    data = tomllib.loads(HEAD.replace("[identity]", 'promise = "2 hari kerja"\n[identity]') + text)
    assert any("melebihi janji" in said for _, said in mistakes_of(data))


def test_a_linked_sop_must_be_able_to_answer() -> None:
    sop, _ = parse(tables("izin-instalasi-genset"))
    other = load("skm")  # it ends with "closed"
    found = [
        m.message for m in soundness(sop, {"pemeriksaan-keabsahan": other, "pemeriksaan-lapangan": other})
    ]
    assert any(
        "Jawaban untuk wait “keabsahan” “valid” tidak ada. Pilih salah satu: closed." in said
        for said in found
    )
    assert any(
        "ia menjawab “closed”. Pakai salah satu: not-held, unsuitable, suitable." in said for said in found
    )


WORDS = st.sampled_from(
    ["", "x", "selesai", "a", "role:jf", "always", "late", "w:late", "class:", "document:", "1 hari", ":"]
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
PLACES = st.lists(st.integers(0, 50), min_size=1, max_size=4)


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.tuples(PLACES, JUNK), min_size=1, max_size=4))
def test_no_file_however_wrong_breaks_the_check(name: str, changes: list[tuple[list[int], Any]]) -> None:
    data: Any = copy.deepcopy(tables(name))
    for path, junk in changes:
        _put(data, path, junk)
    for where, message in mistakes_of(data):
        assert where
        assert message


def _put(thing: Any, path: list[int], junk: Any) -> None:
    """Replace what lies some way down, chosen by numbers."""
    for depth, number in enumerate(path):
        keys = (
            list(thing)
            if isinstance(thing, dict)
            else list(range(len(thing)))
            if isinstance(thing, list)
            else []
        )
        if not keys:
            return
        key = keys[number % len(keys)]
        if depth == len(path) - 1 or not isinstance(thing[key], dict | list):
            thing[key] = junk
            return
        thing = thing[key]
