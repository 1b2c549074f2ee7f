# SPDX-License-Identifier: Apache-2.0
"""The data of the office's papers. Templates decide nothing: everything on the sheet comes from here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django.conf import settings

from satupintu.accounts.queries import holder
from satupintu.applications import queries
from satupintu.applications.models import Application
from satupintu.cases.models import Case
from satupintu.cases.queries import due_date, state
from satupintu.catalog.fees import fee_words
from satupintu.core.access import Actor
from satupintu.core.forms import DocumentSpec, show
from satupintu.core.numbers import show_code
from satupintu.core.seal import digest
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day, zone_of
from satupintu.ui import formats
from satupintu.ui.prints import compile_pdf

_SHORT = {"berita-acara": "BAP", "pertimbangan-teknis": "PT"}
_CHECK_WORDS = {
    "sesuai": "Sesuai",
    "tidak-sesuai": "Tidak sesuai",
    "tidak-ada": "Tidak ada",
    "tidak-perlu": "Tidak perlu",
}


def office_head(office: Office) -> dict[str, str]:
    """The letterhead: the office's own, never the State emblem (design §4)."""
    return {
        "pemerintah": office.government,
        "nama": office.full_name,
        "alamat": office.address,
        "kontak": f"{office.website} · {office.email} · {office.phone}",
        "lapor_pungli": "SP4N-LAPOR!",
    }


def host() -> str:
    """The address people type, without scheme: printed beside every check code."""
    return settings.PUBLIC_URL.split("://", 1)[-1]


def work_number(template: str, count: int, day: date) -> str:
    """The number of a paper of the office; 00 in front marks training (design §4)."""
    return f"00/{_SHORT.get(template, template.upper())}/{day.year}/{count:04d}"


def signer_block(case: Case, actor: Actor, role: str) -> dict[str, str]:
    """Who stands under the paper, with his post of that day."""
    found = holder(case.office_id, role, actor.person, actor.at)
    block = {"tempat": case.office.seat, "tanggal": local_day(case.office, actor.at).isoformat()}
    if found is not None:
        block |= {"jabatan": found.title, "nama": found.name, "pangkat": found.rank, "nip": found.nip}
    return block


def work_document(
    case: Case, spec: DocumentSpec, answers: Mapping[str, Any], *, number: str, actor: Actor
) -> bytes:
    """A paper of a step (berita acara, pertimbangan teknis) as PDF/A."""
    application = queries.of_case(case)
    day = local_day(case.office, actor.at)
    signer = signer_block(case, actor, case.role)
    data = {
        "kantor": office_head(case.office),
        "contoh": case.office.invented,
        "judul": spec.label,
        "dokumen": {"nomor": number, "tanggal": day.isoformat()},
        "tanda_tangan": "basah",
        "biaya": _fee(application),
        "permohonan": [
            ["Nomor permohonan", case.receipt],
            ["Tanggal diterima", local_day(case.office, case.opened_at).isoformat()],
            ["Layanan", queries.package(application).name],
            ["Nama usaha", case.title],
            [
                "Kegiatan usaha",
                queries.shown_value(application, "kbli") if "kbli" in application.answers else "–",
            ],
        ],
        "isian": [
            {"id": q.id, "label": q.label, "jawaban": _worded(q, answers.get(q.id))}
            for q in spec.questions.values()
        ],
        "periksa": [
            [item.requirement.label, _CHECK_WORDS[found.verdict], found.sentence]
            for item in queries.items(application)
            if (found := item.verdicts.get(case.step)) is not None
        ],
        "tim": [[signer.get("nama", ""), signer.get("nip", ""), signer.get("jabatan", "")]],
        "surat": {
            "hal": spec.label,
            "sifat": "Biasa",
            "kepada": ["Kelompok JF Penata Perizinan", case.office.short_name],
            "pembuka": f"Atas permohonan nomor {case.receipt} kami sampaikan pertimbangan teknis sebagai berikut.",
        },
        "penanda": signer,
    }
    return compile_pdf(spec.template, data, files=queries.package(application).files)


def _fee(application: Application) -> str:
    """By the tariff of the day on which the application came in."""
    case, service = application.case, queries.package(application).service
    assert case is not None  # its papers are made after it was sent
    assert service is not None  # nobody applies for a linked SOP
    return fee_words(service.tariff_on(local_day(case.office, case.opened_at)))


def _worded(question: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    if question.kind == "date":
        return str(value)
    return show(question, value)


def statements(application: Application) -> bytes:
    """The statements of a sent application, each with its exact text as it was ticked, and its SHA-256.

    The sum under them is the one on record in the event `application.sent` (screens A9.5).
    """
    case = application.case
    assert case is not None  # only a sent application has stated anything
    assert application.sent_at is not None
    day = local_day(case.office, application.sent_at).isoformat()
    data = {
        "kantor": office_head(case.office),
        "contoh": case.office.invented,
        "judul": "Pernyataan mandiri",
        "dokumen": {"nomor": case.receipt, "tanggal": day},
        "data": [
            ["Yang menyatakan", application.person.name],
            *([["Untuk badan usaha", application.entity]] if application.entity else []),
            ["Layanan", queries.package(application).name],
            ["Nama usaha", case.title],
            ["Dinyatakan", formats.moment(application.sent_at, zone_of(case.office))],
        ],
        "pernyataan": [[text, sha256(text.encode()).hexdigest()] for text in application.statements.values()],
        "sidik": digest(application.statements),
    }
    return compile_pdf("pernyataan.typ", data)


def receipt(application: Application, *, variant: str = "") -> bytes:
    """Tanda terima: number, promised date, documents handed in, and the code for the tracker."""
    case = application.case
    assert case is not None  # only a sent application has a receipt
    at_state = state(case)
    due = due_date(case, at_state, case.opened_at)
    data = {
        "kantor": office_head(case.office),
        "contoh": case.office.invented,
        "judul": "Tanda terima permohonan",
        "dokumen": {
            "nomor": case.receipt,
            "tanggal": local_day(case.office, case.opened_at).isoformat(),
            "kode_cek": show_code(application.track_code),
            "alamat_cek": f"{host()}/lacak",
        },
        "data": [
            ["Layanan", queries.package(application).name],
            ["Nama usaha", case.title],
            ["Diterima", local_day(case.office, case.opened_at).isoformat()],
            ["Janji selesai", formats.long_date(due) if due else "Tanggal selesai ditentukan oleh OSS"],
        ],
        "biaya": _fee(application),
        "berkas": [
            [
                item.requirement.label,
                f"{item.document.file.name}, {formats.file_size(item.document.file.size)}",
            ]
            for item in queries.items(application)
            if item.document
        ],
        "langkah": [step.activity for step in list(queries.package(application).sop.steps.values())[1:5]],
        "lacak": "Lacak permohonan dengan nomor dan kode di bawah ini. Tidak perlu masuk.",
    }
    return compile_pdf("tanda-terima.typ", data, variant=variant, qr=f"{settings.PUBLIC_URL}/lacak")
