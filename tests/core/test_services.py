# SPDX-License-Identifier: Apache-2.0
"""The service folders that ship: sound, complete, in plain words, and telling nobody's real name or number."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest

from satupintu.core.forms import ADDRESS_PARTS, asked
from satupintu.core.numbers import permit_number
from satupintu.core.package import COMPONENTS, Package, check_folder, linked_sops, load_folder, read_package
from satupintu.ui import prints

SERVICES = Path(__file__).parents[2] / "services"
FOLDERS = sorted(path.parent for path in SERVICES.glob("*/*/sop.toml"))
SHORT_NAMES = [f"{path.parent.name}/{path.name}" for path in FOLDERS]
SS = SERVICES / "mempawah/sertifikat-standar"

# The instruments the seeds and domain.md name; nothing else may be cited.
NAMED = {
    "Undang-Undang Nomor 6 Tahun 2023",
    "Undang-Undang Nomor 2 Tahun 2022",
    "Peraturan Pemerintah Nomor 5 Tahun 2021",
    "Peraturan Pemerintah Nomor 6 Tahun 2021",
    "Peraturan Badan Koordinasi Penanaman Modal Nomor 3 Tahun 2021",
    "Peraturan Badan Koordinasi Penanaman Modal Nomor 4 Tahun 2021",
    "Peraturan Bupati Mempawah Nomor 24 Tahun 2023",
    "Peraturan Bupati Mempawah Nomor 57 Tahun 2023",
    "PermenPANRB 14/2017",
    "PermenPANRB 62/2018",
    "Perpres 76/2013",
}


def read(folder: Path) -> Package:
    return read_package(load_folder(folder), known_sops=linked_sops(folder))


@pytest.fixture(scope="module")
def ss() -> Package:
    return read(SS)


@pytest.mark.parametrize("folder", FOLDERS, ids=SHORT_NAMES)
def test_every_folder_that_ships_is_sound(folder: Path) -> None:
    assert check_folder(folder, kit=prints.kit_names()) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=SHORT_NAMES)
def test_every_folder_speaks_two_languages_alike(folder: Path) -> None:
    texts = read(folder).texts
    assert set(texts) == {"id", "en"}
    assert texts["id"].keys() == texts["en"].keys()

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, text in texts["id"].items():
        assert places(text) == places(texts["en"][key]), key


@pytest.mark.parametrize("folder", FOLDERS, ids=SHORT_NAMES)
def test_every_text_is_used_and_every_status_says_what_happens_now(folder: Path) -> None:
    package = read(folder)
    used = {f"notice.{notice.text}.{part}" for notice in package.sop.notices for part in ("subject", "body")}
    for status in package.sop.statuses.values():
        used |= {status.public, f"{status.public}.now"}
    short = {f"notice.{notice.text}.whatsapp" for notice in package.sop.notices}
    assert set(package.texts["id"]) - short == used
    assert all(
        len(t.split()) <= 5 for k, t in package.texts["id"].items() if re.fullmatch(r"status\.[^.]+", k)
    )


FILLED = {
    "layanan": "Pelayanan Sertifikat Standar (SS)",
    "resi": "SP-6102-26-000123",
    "tanggal": "Senin, 23 November 2026",
    "jumlah": "12",
    "alasan": "x" * 60,
    "tautan": "https://satupintu.kabupaten-contoh.example/permohonan/0e37b2f0-8f3e-4f4e-9d0b-2f6a1f0b8a11",
}


@pytest.mark.parametrize("folder", FOLDERS, ids=SHORT_NAMES)
def test_notices_fit_into_a_message(folder: Path) -> None:
    for words in read(folder).texts.values():
        for key, text in words.items():
            if key.startswith("notice."):
                assert len(text.format(**FILLED)) <= (80 if key.endswith("subject") else 300), key


def sentences(text: str) -> list[list[str]]:
    return [s.split() for s in re.split(r"(?<=[.!?])\s+|\n", text) if s.strip()]


def test_citizens_read_short_sentences(ss: Package) -> None:
    assert ss.form
    assert ss.service
    words = [text for key, text in ss.texts["id"].items() if not key.startswith("notice.")]
    words += [text for q in ss.form.questions.values() for text in (q.label, q.hint)]
    words += [text for r in ss.service.requirements.values() for text in (r.label, r.hint, *r.sentences)]
    words += [ss.service.summary, *(s.text for s in ss.form.statements.values())]
    for text in words:
        for sentence in sentences(text):
            assert len(sentence) <= 15, " ".join(sentence)


@pytest.mark.parametrize("folder", FOLDERS, ids=SHORT_NAMES)
def test_no_real_person_contact_or_foreign_law(folder: Path) -> None:
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"Iqbal|Hambali|NIP\.? ?\d|\d{8} \d{6} \d", text, re.IGNORECASE), path
        assert not re.search(r"\b(?:\+62|08\d)[\d -]{7,}", text.replace("0812 0000 0000", "")), path
        assert not re.search(r"@\w+\.\w|go\.id(?!,)|gmail|https?://", text.replace("oss.go.id", "")), path
        kinds = r"Undang-Undang|Peraturan Pemerintah|Peraturan Badan Koordinasi Penanaman Modal|Peraturan Bupati \w+"
        cited = set(
            re.findall(
                rf"(?:{kinds}|Keputusan [\w ]+?|Peraturan Menteri [\w ]+?) Nomor \d+ Tahun \d{{4}}", text
            )
        )
        cited |= set(re.findall(r"(?:PermenPANRB|Perpres|UU|PP|Permendagri) \d+/\d{4}", text))
        assert cited <= NAMED, path


# ---- the SOP of seed 004 --------------------------------------------------------------------------------------------
def test_the_sop_is_the_sheet_of_the_office(ss: Package) -> None:
    identity, steps = ss.sop.identity, list(ss.sop.steps.values())
    assert (identity.number, identity.created, identity.effective) == (
        "000.8.3.3/001/SOP/DPMKUKMPTSP-D",
        "Februari 2024",
        "2024-04-01",
    )
    assert [len(x) for x in (identity.legal_basis, identity.qualifications, identity.equipment)] == [7, 4, 4]
    assert len(identity.linked) == 6
    assert [str(step.norm) for step in steps] == [f"{n} menit" for n in (20, 20, 30, 35, 10, 10, 10, 20)]
    assert [step.actor for step in steps] == [
        "pemohon", "front-officer", "tim-teknis", "jf", "kadis", "sistem", "pemohon", "arsiparis",
    ]  # fmt: skip
    columns = {actor.column or actor.id for actor in ss.sop.actors.values()}
    assert columns == {"pemohon", "front-officer", "tim-teknis", "jf", "kadis"}
    assert all(step.outputs and step.inputs for step in steps)
    assert "harus ditolak" in identity.warning
    assert "kewenangan" in identity.warning


def test_whoever_must_act_is_told_where_the_sheet_says_notifikasi(ss: Package) -> None:
    told = {notice.on: set(notice.to) for notice in ss.sop.notices}
    for step in list(ss.sop.steps.values())[1:5]:
        assert "Notifikasi" in step.outputs
        assert told[f"step:{step.id}"] == {step.actor}
    assert told["step:beritahu"] == {"pemohon"}
    assert "koordinator" in told["wait:penetapan:opened"]
    refusals = [
        f"outcome:{s.id}.{o.id}"
        for s in ss.sop.steps.values()
        for o in s.outcomes.values()
        if o.to == "ditolak"
    ]
    assert len(refusals) == 4
    assert all("pemohon" in told[refusal] for refusal in refusals)


def test_the_statuses_are_those_of_oss(ss: Package) -> None:
    words = {status.status_permohonan for status in ss.sop.statuses.values()}
    assert {"Belum Diproses", "Perbaikan Persyaratan", "Telah terverifikasi", "Ditolak"} <= words
    assert {status.status_izin for status in ss.sop.statuses.values()} == {"Izin Belum Terbit", "Izin Terbit"}
    codes = {at: status.kd_status for at, status in ss.sop.statuses.items()}
    assert (codes["wait:perbaikan"], codes["wait:perbaikan:sent"], codes["end:ditolak"]) == ("41", "42", "90")
    assert {f"step:{step}" for step in ss.sop.steps} | {f"end:{end}" for end in ss.sop.ends} <= set(codes)


def test_a_field_visit_answers_what_its_wait_expects(ss: Package) -> None:
    visit = read(SERVICES / "mempawah/pemeriksaan-lapangan").sop
    assert {end.answer for end in visit.ends.values()} == {"suitable", "unsuitable", "not-held"}
    assert ss.sop.waits["kunjungan"].sop == "pemeriksaan-lapangan"


# ---- standard and form ----------------------------------------------------------------------------------------------
def test_the_standard_has_14_components_and_says_what_is_assumed(ss: Package) -> None:
    assert ss.service
    assert tuple(ss.service.components) == COMPONENTS
    assert len(COMPONENTS) == 14
    for name, component in ss.service.components.items():
        assert component.source.startswith(("SOP Mempawah", "Standar pelayanan", "Di")), name
        assert component.assumed or "SOP Mempawah" in component.source, name
    (tariff,) = ss.service.tariffs
    assert (tariff.amount_rupiah, tariff.assumed) == (0, True)
    assert str(ss.sop.promise) == "5 hari kerja"
    assert ss.service.components["jangka_waktu"].assumed
    assert {"number_format", "validity"} <= ss.service.assumed
    assert ss.service.archive
    assert ss.service.archive.assumed


def test_a_training_number_begins_with_zeros(ss: Package) -> None:
    assert ss.service
    assert permit_number(ss.service.number_format, 7, date(2026, 11, 20)) == "00/0007/SS/XI/2026"


def test_requirements_tell_how_and_have_ready_sentences(ss: Package) -> None:
    assert ss.service
    needed = [item for item in ss.service.requirements.values() if item.required]
    assert 5 <= len(needed) <= 7
    assert all(
        item.hint and item.basis and item.sentences and item.assumed
        for item in ss.service.requirements.values()
    )
    assert {item.max_mb for item in needed} == {5}


def test_the_form_asks_little_and_the_kbli_first(ss: Package) -> None:
    assert ss.form
    questions = list(ss.form.questions.values())
    assert questions[0].kind == "kbli"
    assert ss.form.questions["butuh-bantuan"].kind == "yes-no"
    typed = [q for q in questions if q.kind not in ("choice", "yes-no")]
    assert sum(len(ADDRESS_PARTS) if q.kind == "address" else 1 for q in typed) <= 25
    assert {q.id for q in questions if q.private} == {"nik", "hp"}
    few = {q.id for q in asked(ss.form, {"penguasaan": "Milik sendiri", "butuh-bantuan": "tidak"})}
    many = {q.id for q in asked(ss.form, {"penguasaan": "Sewa", "butuh-bantuan": "ya"})}
    assert many - few == {"sewa-sampai", "bantuan"}
    assert 3 <= len(ss.form.statements) <= 4
    assert set(ss.form.documents) == {"berita-acara", "pertimbangan-teknis"}


def test_the_kit_finds_the_answers_of_the_officer_by_their_ids(ss: Package) -> None:
    assert ss.form
    for document in ss.form.documents.values():
        layout = (prints.KIT / document.template).read_text(encoding="utf-8")
        for wanted in re.findall(r'jawaban-isian\(d, "([a-z-]+)"\)', layout):
            assert wanted in document.questions, f"{document.id}: {wanted}"


def test_the_permit_prints_every_answer_it_names(ss: Package) -> None:
    assert ss.form
    layout = (SS / "permit.typ").read_text(encoding="utf-8")
    assert set(re.findall(r'ambil\(j, "([a-z-]+)"', layout)) <= set(ss.form.questions)
    assert prints.check_template(load_folder(SS)) is None
