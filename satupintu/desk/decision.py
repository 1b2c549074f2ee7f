# SPDX-License-Identifier: Apache-2.0
"""The head's decision: five lines on a file, and whether its draft was opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from satupintu.applications import queries as applications
from satupintu.core.refusal import Refusal
from satupintu.core.sop import four_eyes
from satupintu.desk.forms import Hidden, command
from satupintu.desk.queries import File, Sheet
from satupintu.desk.words import link, lower
from satupintu.permits.queries import draft_seal
from satupintu.ui import formats
from satupintu.ui.words import answer_words

OPENED = "draf-dibuka"  # in the session: file -> the draft its head has opened


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision sheet: five lines, and whether the draft was opened. barred: why this person may not sign."""

    points: tuple[str, ...]
    opened: bool
    href: str
    post: str
    hidden: Hidden
    barred: str = ""


def decision(file: File | Sheet, opened: Mapping[str, str]) -> Decision | None:
    """The sheet of a file that waits for this person's signature.

    opened: file -> the draft that was opened, from the session.
    """
    if not file.does("sign") or file.draft is None or file.step is None:
        return None
    barred = ""
    try:
        four_eyes(file.sop, file.state, file.step.id, file.actor.person)
    except Refusal:
        barred = _("Anda sudah mengerjakan langkah lain. Orang lain yang harus menandatangani.")
    return Decision(
        points=points(file),
        opened=is_opened(file, opened),
        href=f"{link(file, 'file')}?lihat=draf#lihat",
        post=link(file, "sign"),
        hidden=command(file.case.version),
        barred=barred,
    )


def is_opened(file: File | Sheet, opened: Mapping[str, str]) -> bool:
    """Whether this very draft was opened in this session."""
    return file.draft is not None and opened.get(str(file.case.key)) == draft_seal(file.draft)


def points(file: File | Sheet) -> tuple[str, ...]:
    """Five lines: the business, the opinion, the last officer, the determination, the time."""
    lines = [_business(file), _opinion(file), _last_officer(file), _determined(file), _time(file)]
    return tuple(line for line in lines if line)


def _business(file: File | Sheet) -> str:
    answers = file.application.answers
    parts = [applications.shown_value(file.application, "kbli")] if answers.get("kbli") else []
    parts += [applications.shown_value(file.application, "desa")] if answers.get("desa") else []
    return ", ".join(parts)


def _opinion(file: File | Sheet) -> str:
    for paper in reversed(file.papers):
        found = paper.data.get("kesimpulan")
        if found:
            return f"{paper.label}: {lower(str(found))}"
    return ""


def _last_officer(file: File | Sheet) -> str:
    for visit in reversed(file.state.visits):
        step = file.sop.steps[visit.step]
        if file.sop.actors[step.actor].is_.startswith("role:") and visit.outcome in step.outcomes:
            day = formats.near_date(file.calendar.local_day(visit.left_at), file.today)
            label = step.outcomes[visit.outcome].label.partition(",")[0]
            return (
                f"{file.sop.actors[step.actor].label}: {lower(label)}, {file.names.get(visit.by, '')}, {day}"
            )
    return ""


def _determined(file: File | Sheet) -> str:
    for wait in file.sop.waits.values():
        answer = file.state.answers.get(wait.id)
        if wait.kind == "determination" and answer:
            by = ", ".join(
                file.names.get(person, "") for person in file.state.answered_by.get(wait.id, ())[-1:]
            )
            return f"{wait.label}: {answer_words(answer)}, {by}"
    return ""


def _time(file: File | Sheet) -> str:
    rounds = sum(n for wait, n in file.state.rounds.items() if file.sop.waits[wait].kind == "correction")
    said = _("Sisa janji: %(left)s") % {"left": file.left.figure}
    if file.left.kind == "late":
        said = _("Lewat janji: %(left)s") % {"left": file.left.figure}
    return f"{said}; {_('diperbaiki %(n)s kali') % {'n': rounds}}" if rounds else said
