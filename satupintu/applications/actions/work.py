# SPDX-License-Identifier: Apache-2.0
"""The office's work on an application: assist, check, return, make documents, archive.

Each of these saves its rows, then marks the fact the SOP asks for, in the same commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from satupintu.applications import papers, queries
from satupintu.applications.models import ArchiveEntry, Document, RequirementItem, Verdict, WorkDocument
from satupintu.cases import actions as cases
from satupintu.cases import queries as case_queries
from satupintu.cases.actions import CaseDoor
from satupintu.cases.models import Case
from satupintu.core.access import Actor, Permission
from satupintu.core.forms import DocumentSpec, FormProblem, clean
from satupintu.core.refusal import Refusal
from satupintu.core.sop import Unmark
from satupintu.door import files
from satupintu.door.write import Answer, Asked, action, write
from satupintu.offices.actions import take_number
from satupintu.offices.queries import local_day

PASSED, FAILED = "checklist-passed", "checklist-failed"


@action
def assist(actor: Actor, case_id: int, *, note: str, asked: Asked) -> Answer:
    """Put on record how the applicant was helped (A5, step 2). Raises Refusal `cases.no-reason` without words."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        cases.at_work(door, "assist")
        if not note.strip():
            raise Refusal("cases.no-reason", status=422)
        door.event("application.assisted", note=cases.remark(door, "assist", note.strip()))
        cases.mark(door, "assist-done")
    return door.answer


@action
def check(
    actor: Actor, case_id: int, *, item: uuid.UUID, verdict: str, sentence: str = "", asked: Asked
) -> Answer:
    """Say of one document whether it is in order at this step; the checklist's facts follow from all of them.

    sentence: what is wrong, in words for the applicant; demanded where something is wrong.
    Raises Refusal `applications.no-verdict`, `applications.no-sentence`, `cases.*`.
    """
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        cases.at_work(door, "checklist")
        row = RequirementItem.objects.filter(key=item, application__case_id=door.row.pk).first()
        if row is None:
            raise Refusal("access.not-yours", status=404)
        if verdict not in Verdict.ALL:
            raise Refusal("applications.no-verdict", status=422)
        if verdict in {Verdict.WRONG, Verdict.ABSENT} and not sentence.strip():
            raise Refusal("applications.no-sentence", status=422)
        _find(door, row, verdict, sentence.strip())
        door.event("application.checked", item=row.requirement, verdict=verdict, step=door.row.step)
        _settle_checklist(door)
    return door.answer


def _find(door: CaseDoor, row: RequirementItem, verdict: str, sentence: str) -> None:
    last = Document.objects.filter(item=row).order_by("-number").first()
    Verdict.objects.update_or_create(
        item=row,
        step=door.row.step,
        defaults={
            "verdict": verdict,
            "sentence": sentence,
            "document": last,
            "by": door.actor.person,
            "at": door.at,
        },
    )


def _settle_checklist(door: CaseDoor) -> None:
    """Mark what the verdicts of this step bear out, and unmark what they no longer do."""
    found = [judged(item, door.row.step) for item in queries.items(queries.by_case_id(door.row.pk))]
    verdicts = [verdict for verdict in found if verdict is not None]
    state = case_queries.state(door.row)
    if "" in verdicts:
        for fact in (PASSED, FAILED):
            if fact in state.marks:
                cases.move(door, Unmark(fact))
        return
    fact = FAILED if {Verdict.WRONG, Verdict.ABSENT} & set(verdicts) else PASSED
    if fact not in state.marks:
        cases.mark(door, fact)


def judged(item: queries.Item, step: str) -> str | None:
    """The verdict that holds for this document at this step: "" if it has none yet (or a newer version came),
    None if there is nothing to judge (not required, not handed in)."""
    verdict = item.verdicts.get(step)
    current = item.document.pk if item.document else None
    if verdict is not None and verdict.document_id == current:
        return verdict.verdict
    return None if item.document is None and not item.requirement.required else ""


@action
def return_for_correction(actor: Actor, case_id: int, *, notes: Mapping[str, str], asked: Asked) -> Answer:
    """Send the file back; only the documents named in notes may then be changed (U9, step 4 of SOP 000.8.3.3/001).

    notes: requirement id -> what is wrong with it. Raises Refusal `applications.no-note`, `sop.*`, `access.*`.
    """
    with write(actor, Permission.CASE_TAKE, case_queries.rows(), case_id, asked=asked) as door:
        cases.at_work(door, "checklist")
        if not notes or not all(text.strip() for text in notes.values()):
            raise Refusal("applications.no-note", status=422)
        application = queries.by_case_id(door.row.pk)
        rows = {row.requirement: row for row in application.items.all()}
        if notes.keys() - rows.keys():
            raise Refusal("access.not-yours", status=404)
        # An earlier return may have been undone: what it asked for is not asked any more.
        application.items.update(to_correct=False)
        for requirement, note in notes.items():
            row = rows[requirement]
            row.note, row.to_correct = note.strip(), True
            row.save(update_fields=["note", "to_correct"])
            _find(door, row, Verdict.WRONG, note.strip())
        door.event("application.returned", items=sorted(notes), notes=_notes_kept(door, notes))
        _settle_checklist(door)
        cases.take_through(door, _correction_outcome(door))
    return door.answer


def _notes_kept(door: CaseDoor, notes: Mapping[str, str]) -> str:
    text = "\n".join(f"{requirement}: {note.strip()}" for requirement, note in sorted(notes.items()))
    return cases.remark(door, "returned", text, for_applicant=True)


def correction_outcome(case: Case) -> str | None:
    """The outcome of the current step that opens a correction, if its SOP has one."""
    sop = case_queries.sop(case)
    for outcome in sop.steps[case.step].outcomes.values():
        if outcome.wait and sop.waits[outcome.wait].kind == "correction":
            return outcome.id
    return None


def _correction_outcome(door: CaseDoor) -> str:
    found = correction_outcome(door.row)
    if found is None:
        raise Refusal("cases.not-now")
    return found


@action
def make_document(
    actor: Actor, case_id: int, *, template: str, raw: Mapping[str, str], asked: Asked
) -> Answer:
    """Make a document of this step from data (berita acara, pertimbangan teknis) and mark it done.

    raw: what the officer typed. Raises FormProblems as Refusal `applications.form` (values: problems), `print.*`.
    """
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        cases.at_work(door, f"document:{template}")
        case = door.row
        spec = queries.form(queries.by_case_id(case_id)).documents.get(template)
        if spec is None:
            raise Refusal("access.not-yours", status=404)
        answers = _cleaned(spec, raw)
        day = local_day(case.office, actor.at)
        count = take_number(case.office_id, template, day.year)
        number = papers.work_number(template, count, day)
        pdf = papers.work_document(door.row, spec, answers, number=number, actor=actor)
        kept = files.keep(pdf, name=f"{template}-{case.receipt}.pdf", mime="application/pdf", private=True)
        kept.save()
        WorkDocument.objects.create(
            case=door.row,
            template=template,
            label=spec.label,
            number=number,
            data=answers,
            file=kept,
            by=actor.person,
            at=actor.at,
        )
        door.event("application.document", template=template, number=number, sha256=kept.sha256)
        cases.mark(door, f"document:{template}-done")
    return door.answer


def _cleaned(spec: DocumentSpec, raw: Mapping[str, str]) -> dict[str, Any]:
    answers, problems = {}, []
    for question in spec.questions.values():
        try:
            answers[question.id] = clean(question, raw)
        except FormProblem as problem:
            problems.append(problem)
    if problems:
        raise Refusal("applications.form", status=422, problems=tuple(problems))
    return answers


@action
def archive(
    actor: Actor, case_id: int, *, code: str, retention: str, place: str, note: str, asked: Asked
) -> Answer:
    """Enter the file into the archive: classification, retention, where the paper lies (S7).

    Raises Refusal `applications.archive-incomplete`.
    """
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        cases.at_work(door, "archive")
        if not (code.strip() and retention.strip() and place.strip()):
            raise Refusal("applications.archive-incomplete", status=422)
        ArchiveEntry.objects.update_or_create(
            case=door.row,
            defaults={
                "code": code.strip(),
                "retention": retention.strip(),
                "place": place.strip(),
                "note": note.strip(),
                "by": actor.person,
                "at": actor.at,
            },
        )
        door.event("application.archived", code=code.strip())
        cases.mark(door, "archive-done")
    return door.answer


def notified(actor: Actor, case_id: int, step: str) -> None:
    """The system has told everybody at this step; does nothing if the case has gone on meanwhile."""
    case = case_queries.rows().get(pk=case_id)
    if case.step != step or case.end or "notify-done" in case_queries.state(case).marks:
        return
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id) as door:
        if door.row.step != step:
            raise Refusal("cases.not-now")
        cases.mark(door, "notify-done")
