# SPDX-License-Identifier: Apache-2.0
"""The data of the product, and its sheet: as a draft for the head's eyes, and as the permit under its number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from satupintu.applications import papers, queries
from satupintu.applications.models import Application, WorkDocument
from satupintu.cases import queries as cases
from satupintu.cases.models import Case
from satupintu.catalog.fees import fee_words
from satupintu.catalog.queries import corrected, release_of
from satupintu.core.access import Actor, Role
from satupintu.core.numbers import show_code
from satupintu.core.seal import digest
from satupintu.offices.queries import local_day
from satupintu.permits import proof
from satupintu.permits.models import Permit
from satupintu.permits.signers import ISSUERS
from satupintu.ui.prints import compile_pdf


def draft_data(case: Case, *, duties: list[str]) -> dict[str, Any]:
    """Everything on the permit that does not depend on who signs it and when.

    duties: the holder's duties, one a line. NIK and phone are masked: the same bytes are embedded in the PDF.
    """
    application = queries.of_case(case)
    package = queries.package(application)
    service = package.service
    assert service is not None  # only a service has a product
    return {
        "kantor": papers.office_head(case.office),
        "contoh": True,
        "judul": service.name,
        "layanan": {"nama": service.name, "kode": service.code},
        "tanda_tangan": "elektronik",
        "biaya": fee_words(service.tariff_on(local_day(case.office, case.opened_at))),
        "permohonan": {
            "nomor": case.receipt,
            "diterima": local_day(case.office, case.opened_at).isoformat(),
        },
        "jawaban": _answers(application),
        "dasar": _bases(case),
        "kewajiban": duties,
        "berlaku": service.validity or "selama usaha berjalan",
        "dasar_hukum": list(package.sop.identity.legal_basis),
    }


def _answers(application: Application) -> dict[str, str]:
    return {row.question: row.value for row in queries.answer_rows(application, masked=True)}


def _bases(case: Case) -> list[list[str]]:
    made: list[WorkDocument] = queries.work_documents(case)
    return [[d.label, d.number, local_day(case.office, d.at).isoformat()] for d in made]


def standard_duties(case: Case) -> list[str]:
    """What a draft starts from: the duties every holder has, and the conditions of the technical opinion."""
    return [
        "Memelihara standar usaha sesuai KBLI selama usaha berjalan.",
        "Menyampaikan perubahan data usaha melalui OSS.",
        *conditions(case),
    ]


def conditions(case: Case) -> list[str]:
    """The conditions that the technical opinion names, one a line."""
    said = (str(document.data.get("syarat") or "") for document in queries.work_documents(case))
    return [line.strip() for words in said for line in words.splitlines() if line.strip()]


def preview(
    case: Case, data: dict[str, Any], actor: Actor, *, document: dict[str, Any] | None = None
) -> bytes:
    """The draft as a sheet: it says PRATINJAU, has no code, no QR, and no number unless it replaces one.

    document: what the sheet says of itself beside the day, where that is known already (`next_document`).
    """
    shown = {
        **data,
        "pratinjau": True,
        "dokumen": {**(document or {}), "tanggal": local_day(case.office, actor.at).isoformat()},
        "penanda": {"jabatan": case.office.head_title, "tempat": case.office.seat, "nama": "–",
                    "tanggal": local_day(case.office, actor.at).isoformat()},
    }  # fmt: skip
    return compile_pdf("permit.typ", shown, files=cases.spoken(case).files)


def signed_by_head(case: Case, actor: Actor) -> dict[str, Any]:
    """The block under a paper that the head signs."""
    return dict(papers.signer_block(case, actor, Role.HEAD.value))


AUTOMATIC = "Diterbitkan otomatis oleh sistem"


def sealed_by_office(case: Case, at: datetime) -> dict[str, Any]:
    """The block under a paper that nobody signs: it never bears the head's name (design §4)."""
    day = local_day(case.office, at).isoformat()
    return {"otomatis": True, "nama": AUTOMATIC, "jabatan": case.office.full_name, "tempat": case.office.seat, "tanggal": day}  # fmt: skip


def frozen(
    case: Case,
    permit: Permit,
    data: dict[str, Any],
    signer: dict[str, Any],
    *,
    replaces: Permit | None = None,
) -> dict[str, Any]:
    """The draft made final in the act of signing: number, code, date and signer are in it from now on.

    So is what it is printed with: the digest of the pinned version, and of the release that corrects it, if any.
    permit: with number, version, code, holder and hand (who signs: the paper names whose certificate it is).
    signer: the block under it, with its day.
    replaces: the version before it; the paper says so.
    """
    document: dict[str, Any] = {
        "nomor": permit.number,
        "tanggal": signer["tanggal"],
        "versi": f"versi {permit.version}",
        "kode_cek": show_code(permit.code),
        "alamat_cek": f"{papers.host()}/cek",
        "penerbit_sertifikat": ISSUERS[permit.hand],
    }
    if replaces is not None:
        document |= next_document(replaces)
    service = data["layanan"] | {"sidik_versi": cases.package(case).digest}
    if release := release_of(case.service_id):
        service["sidik_koreksi"] = release
    whole = {**data, "layanan": service, "dokumen": document, "penanda": signer}
    document["token"] = proof.token(case, whole, permit)
    fingerprint = digest(whole)[:16]
    document["sidik"] = " ".join(fingerprint[i : i + 4] for i in range(0, 16, 4))
    return whole


def next_document(old: Permit) -> dict[str, Any]:
    """What the next version of a permit says of itself: its number, its version, and what it replaces."""
    said = old.data["dokumen"]
    return {
        "nomor": old.number,
        "versi": f"versi {old.version + 1}",
        "menggantikan": {"versi": said["versi"], "tanggal": said["tanggal"]},
    }


def changed(permit: Permit, shown: dict[str, str]) -> dict[str, Any]:
    """The data of a version as the next one begins: without number, date and signer, and with these answers.

    shown: question -> the new answer in words.
    """
    kept = {name: value for name, value in permit.data.items() if name not in ("dokumen", "penanda")}
    return {**kept, "jawaban": {**kept["jawaban"], **shown}}


def file_name(permit: Permit) -> str:
    """What the signed file is called when it is kept."""
    version = f"-versi-{permit.version}" if permit.version > 1 else ""
    return f"{permit.number.replace('/', '-')}{version}.pdf"


def sheet(permit: Permit) -> bytes:
    """The permit as PDF/A-3b with its data embedded, ready to be signed; the same data give the same bytes."""
    return _printed(permit, permit.data)


def large_copy(permit: Permit) -> bytes:
    """The permit in 18 pt for those who read with difficulty: a copy without signature, which says so on top."""
    return _printed(permit, {**permit.data, "salinan": True}, variant="besar")


def release_in(data: dict[str, Any]) -> str:
    """The digest of the release that a permit was printed with; "" where it was printed as published."""
    return str(data.get("layanan", {}).get("sidik_koreksi", ""))


def _printed(permit: Permit, data: dict[str, Any], *, variant: str = "") -> bytes:
    # by the release it was frozen with: one approved since does not touch it
    files = corrected(permit.case.service_id, release_in(permit.data)).files
    return compile_pdf("permit.typ", data, files=files, variant=variant, qr=proof.address(permit.code, data))
