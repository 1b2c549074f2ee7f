# SPDX-License-Identifier: Apache-2.0
"""Reading permits: for their holder, for the file page, and for anybody who asks whether one is genuine."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.core.access import Actor
from satupintu.core.numbers import normal_code
from satupintu.core.refusal import Refusal
from satupintu.core.seal import digest
from satupintu.door import files, proofs
from satupintu.door.proofs import Proof
from satupintu.permits.models import Attempt, Batch, Draft, Permit, Replacement, SigningDay
from satupintu.permits.signers import ours
from satupintu.permits.verify import Looks, looks
from satupintu.ui import formats

GENUINE, ALTERED, REVOKED, NOT_OURS, UNSIGNED = "genuine", "altered", "revoked", "not-ours", "signing"
REPLACED = "replaced"
COPY = "copy"  # unsigned, and says that it is a large-print copy: it proves nothing, and claims nothing


def draft_of(case: Case) -> Draft | None:
    return Draft.objects.filter(case=case).first()


def draft_seal(draft: Draft) -> str:
    """What says that somebody has read this very draft: a changed draft is read again."""
    return digest(draft.data)[:16]


def of_case(case: Case) -> Permit | None:
    """The version that holds, or was revoked; before any is issued, the one that is being signed.

    While a later version is being signed the earlier one holds.
    """
    rows = Permit.objects.select_related("file", "case__office", "office").filter(case=case)
    return rows.exclude(state=Permit.REPLACED).order_by("pk").first()


def products(case: Case) -> list[Permit]:
    """One permit for each product of a case, in the order they were made: what `of_case` says, for each.

    A product whose next version came from another case stands here as this case's last one, replaced.
    """
    rows = Permit.objects.select_related("file", "case__office", "office").filter(case=case)
    found: dict[str, Permit] = {}
    for permit in rows.order_by("pk"):
        known = found.get(permit.part)
        if known is None or known.state == Permit.REPLACED:
            found[permit.part] = permit
    return list(found.values())


def product(case: Case, key: uuid.UUID | None) -> Permit:
    """An issued version of a product of this case by its key; None: its first one. Raises Refusal `permits.none` (404)."""
    if key is None:
        found = of_case(case)
    else:
        rows = Permit.objects.select_related("file", "case__office", "office")
        found = rows.filter(case=case, key=key).first()
    if found is None or found.file is None:
        raise Refusal("permits.none", status=404)
    return found


def before(permit: Permit) -> Permit | None:
    """The version it replaces."""
    if permit.replaces_id is not None:
        return permit.replaces
    rows = Permit.objects.filter(case_id=permit.case_id, part=permit.part)
    return rows.filter(version=permit.version - 1).first()


def after(permit: Permit) -> Permit | None:
    """The version that replaces it, or is being signed to."""
    of_its_case = Q(case_id=permit.case_id, part=permit.part, version=permit.version + 1)
    rows = Permit.objects.select_related("file", "case__office", "office")
    return rows.filter(Q(replaces=permit) | of_its_case).first()


def of_cases(cases: Iterable[Case]) -> dict[int, Permit]:
    """The permits of these cases, by the case's row id: one SQL query."""
    rows = Permit.objects.filter(case__in=list(cases)).exclude(state=Permit.REPLACED)
    return {permit.case_id: permit for permit in rows.order_by("-pk")}


def earlier(case: Case) -> list[Permit]:
    """The versions that were replaced, newest first: they stay readable."""
    rows = Permit.objects.select_related("file").filter(case=case, state=Permit.REPLACED)
    return list(rows.order_by("-version"))


def holding(case: Case) -> Permit:
    """The version that holds. Raises Refusal `permits.none` where none does."""
    found = of_case(case)
    if found is None or found.state != Permit.ISSUED:
        raise Refusal("permits.none")
    return found


def version(case: Case, number: int | None) -> Permit:
    """An issued version of the permit of a case; None: the one that holds. Raises Refusal `permits.none` (404)."""
    found = of_case(case) if number is None else next((p for p in earlier(case) if p.version == number), None)
    if found is None or found.file is None:
        raise Refusal("permits.none", status=404)
    return found


def replaced_by(permit: Permit) -> Permit | None:
    """What holds instead of a version that was replaced."""
    found = permit
    while found.state == Permit.REPLACED:
        later = after(found)
        if later is None:
            return None
        found = later
    return found if found.pk != permit.pk else None


def proposal(case_id: int) -> Replacement | None:
    """The proposal to replace the permit of this case that nobody has decided yet."""
    rows = Replacement.objects.select_related("permit")
    return rows.filter(permit__case_id=case_id, state=Replacement.OPEN).first()


def in_hand(case_id: int) -> Replacement | None:
    """The same, or one that is confirmed and whose new version is being signed."""
    undecided = Q(state=Replacement.OPEN) | Q(made__state=Permit.SIGNING)
    rows = Replacement.objects.select_related("permit", "made").filter(undecided, permit__case_id=case_id)
    return rows.first()


def last_decided(case_id: int) -> Replacement | None:
    """The newest proposal of this case, if it was declined: its proposer reads why."""
    newest = Replacement.objects.filter(permit__case_id=case_id).order_by("-pk").first()
    return newest if newest and newest.state == Replacement.DECLINED else None


def proposals(offices: Iterable[int]) -> list[Replacement]:
    """All proposals that wait for the head at these offices, oldest first."""
    rows = Replacement.objects.select_related("permit__case__office")
    return list(rows.filter(permit__office__in=list(offices), state=Replacement.OPEN).order_by("pk"))


def proposal_seal(proposal: Replacement) -> str:
    """What says that somebody has read this very proposal."""
    told = [proposal.pk, proposal.permit_id, proposal.why, proposal.words, proposal.changes]
    return digest(told)[:16]


def answers_now(permit: Permit, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of an application as this version of its permit has them: with what replacements have changed."""
    rows = Replacement.objects.filter(made__case_id=permit.case_id, made__version__lte=permit.version)
    known = dict(answers)
    for changes in rows.order_by("pk").values_list("changes", flat=True):
        known |= changes
    return known


def issued_version(permit_id: int) -> Permit:
    return Permit.objects.select_related("case__office", "office").get(pk=permit_id)


def batch_by_id(batch_id: int) -> Batch:
    return Batch.objects.select_related("office").get(pk=batch_id)


def signing_day(day_id: int) -> SigningDay:
    return SigningDay.objects.select_related("office").get(pk=day_id)


def by_code(code: str) -> Permit | None:
    """The permit of this check code, however it was typed."""
    wanted = normal_code(code)
    if not wanted:
        return None
    return Permit.objects.select_related("office", "case", "file").filter(code=wanted).first()


def unsigned(permit_id: int) -> Permit | None:
    """The permit, if it still waits for its signature."""
    rows = Permit.objects.select_related("case__office", "office")
    return rows.filter(pk=permit_id, state=Permit.SIGNING).first()


def case_id_of(permit_id: int) -> int:
    return Permit.objects.values_list("case_id", flat=True).get(pk=permit_id)


def case_id_of_attempt(attempt_id: int) -> int:
    return Attempt.objects.values_list("permit__case_id", flat=True).get(pk=attempt_id)


def open_attempt(case_id: int) -> Attempt | None:
    """The sending of this file's permit whose result is not known yet."""
    return (
        Attempt.objects.select_related("permit").filter(permit__case_id=case_id, state=Attempt.SENT).first()
    )


def lost(attempt_id: int) -> Attempt | None:
    """A sending whose result is open, and that can be asked for by its id."""
    rows = Attempt.objects.select_related("permit__case__office", "permit__office")
    return rows.filter(pk=attempt_id, state=Attempt.SENT).exclude(reference="").first()


def batch(actor: Actor, key: uuid.UUID) -> Batch:
    """A batch of one's own. Raises Refusal `access.not-yours`."""
    found = Batch.objects.select_related("office").filter(key=key, person=actor.person).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


WAITING, WORKING, SIGNED, FAILED, UNSURE = "waiting", "working", "signed", "failed", "unsure"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one draft of a batch has come. code: why it failed. number: "" before it is taken.

    proposal: the row id of the replacement, where that is what is signed.
    """

    key: str
    case_id: int
    state: str
    title: str
    receipt: str
    product: str
    seal: str
    number: str = ""
    code: str = ""
    proposal: int | None = None


def progress(batch: Batch) -> list[Progress]:
    """Every draft of the batch in its order: four statements, however many they are."""
    keys = [key for key, _ in batch.drafts]
    found = {
        str(case.key): case for case in case_queries.rows().filter(key__in=keys, office_id=batch.office_id)
    }
    permits = {p.pk: p for p in Permit.objects.filter(case__in=list(found.values()))}
    first = {p.case_id: p for p in permits.values() if p.version == 1}
    asked = {proposal_seal(r): r for r in Replacement.objects.filter(permit__in=list(permits))}
    latest: dict[int, Attempt] = {}
    for attempt in Attempt.objects.filter(permit__in=list(permits.values())).order_by("pk"):
        latest[attempt.permit_id] = attempt
    made = []
    for key, seal in batch.drafts:
        case, replacement = found[key], asked.get(seal)
        permit = permits.get(replacement.made_id or 0) if replacement else first.get(case.pk)
        state, code = _come(permit, latest.get(permit.pk) if permit else None, batch.failed.get(key, ""))
        made.append(
            Progress(
                key, case.pk, state, case.title, case.receipt, case_queries.package(case).name, seal,
                permit.number if permit else "", code, replacement.pk if replacement else None,
            )
        )  # fmt: skip
    return made


def _come(permit: Permit | None, attempt: Attempt | None, failed: str) -> tuple[str, str]:
    if permit is None:
        return (FAILED, failed) if failed else (WAITING, "")
    if permit.state != Permit.SIGNING:
        return SIGNED, ""
    if permit.hand != "bsre":
        return WORKING, ""
    if attempt is None:
        return WAITING, ""
    if attempt.state == Attempt.SENT:
        return UNSURE, attempt.code
    return FAILED, f"bsre.{attempt.code}"


def unsigned_of(cases: Iterable[int]) -> list[Permit]:
    """The permits of these files that wait for a signature by BSrE, in the order of their numbers."""
    rows = Permit.objects.select_related("case__office", "office")
    return list(rows.filter(case__in=list(cases), state=Permit.SIGNING, hand="bsre").order_by("pk"))


RECENT_BATCHES = 10


def unfinished(actor: Actor) -> list[tuple[Batch, int]]:
    """One's own recent batches in which something is not signed yet, newest first, with how much that is."""
    mine = Batch.objects.select_related("office").filter(person=actor.person).order_by("-pk")[:RECENT_BATCHES]
    found = ((one, sum(row.state != SIGNED for row in progress(one))) for one in mine)
    return [(one, left) for one, left in found if left]


def issued() -> Iterator[tuple[str, str]]:
    """(number, SHA-256 of the signed bytes) of every permit that was issued."""
    rows = Permit.objects.filter(file__isnull=False).order_by("pk")
    return rows.values_list("number", "file__sha256").iterator(chunk_size=2000)


def proof_of(permit: Permit) -> Proof | None:
    """That the permit is in the office's public record: its event `permit.issued` is the leaf. None before it is sealed."""
    sha256 = permit.file.sha256 if permit.file else ""
    return proofs.of_event(permit.case.subject, "permit.issued", number=permit.number, sha256=sha256)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the register says of a code or a file. facts: label and value, to compare with the paper in hand."""

    verdict: str
    permit: Permit | None = None

    @property
    def facts(self) -> list[tuple[str, str]]:
        return facts(self.permit) if self.permit else []

    @property
    def unverified(self) -> bool:
        """Is it still to be verified? Then it is no permission either."""
        return self.permit is not None and self.permit.unverified

    @property
    def training(self) -> bool:
        """Was it issued for training only? Then it is no permission, however genuine (design §4)."""
        return self.permit is not None and bool(self.permit.data.get("contoh"))


def facts(permit: Permit) -> list[tuple[str, str]]:
    """What stands on the wall copy, and nothing more (domain.md §2: no number may work as a secret)."""
    answers: dict[str, Any] = permit.data.get("jawaban", {})
    found = [
        ("Dokumen", permit.title),
        ("Nomor", permit.number),
        ("Nama pelaku usaha" if "produk" in permit.data else "Nama usaha", permit.holder),
        ("Kegiatan usaha", answers.get("kbli", "")),
        ("Desa atau kelurahan", answers.get("desa", "")),
        ("Diterbitkan oleh", permit.office.name),
        ("Tanggal terbit", formats.plain_date(date.fromisoformat(permit.data["dokumen"]["tanggal"]))),
        ("Berlaku", permit.data.get("berlaku", "")),
    ]
    return [(label, str(value)) for label, value in found if value]


def check_code_of(code: str) -> Verdict:
    """The verdict on a typed or scanned code."""
    permit = by_code(code)
    if permit is None:
        return Verdict(NOT_OURS)
    return Verdict(_state(permit), permit)


def check_file(pdf: bytes) -> Verdict:
    """The verdict on a file: its hash first; a file that only claims to be ours is altered, the rest is not ours."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    kept = files.find(sha256)
    if kept is not None:
        permit = Permit.objects.select_related("office", "case", "file").filter(file_id=kept.pk).first()
        if permit is not None:
            return Verdict(_state(permit), permit)
    seen = _looks(pdf)
    claimed = by_code(seen.code) if seen.code else None
    if claimed is None and seen.number:
        rows = Permit.objects.select_related("office", "case", "file").filter(number=seen.number)
        claimed = rows.exclude(state=Permit.REPLACED).order_by("version").first()
    if claimed is not None and seen.copy and not seen.signed_by_us:
        over = claimed.state in (Permit.REVOKED, Permit.REPLACED)
        return Verdict(_state(claimed) if over else COPY, claimed)
    if claimed is not None or seen.signed_by_us:
        return Verdict(ALTERED, claimed)
    return Verdict(NOT_OURS)


def _looks(pdf: bytes) -> Looks:
    """What the file says of itself, by whichever of our keys has signed it."""
    found = Looks(is_pdf=False)
    for signer in ours():
        found = looks(pdf, certificates=signer.certificates())
        if found.signed_by_us or not found.is_pdf:
            break
    return found


def _state(permit: Permit) -> str:
    return {
        Permit.ISSUED: GENUINE,
        Permit.REVOKED: REVOKED,
        Permit.REPLACED: REPLACED,
        Permit.SIGNING: UNSIGNED,
    }[permit.state]
