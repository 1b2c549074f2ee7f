# SPDX-License-Identifier: Apache-2.0
"""What officers look at: the worklist, the file, its documents."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import queries as applications
from satupintu.core.access import Permission
from satupintu.core.refusal import Refusal
from satupintu.core.sop import SIGN_BEGUN
from satupintu.desk import page, readers, worklist
from satupintu.desk.decision import OPENED
from satupintu.desk.queries import File
from satupintu.desk.queries import file as whole_file
from satupintu.desk.views.guard import PUBLISHING, holds, officer, on_record, open_desk, opening, seat, staff
from satupintu.door import files
from satupintu.offices.queries import by_id
from satupintu.permits import papers
from satupintu.permits import queries as permits
from satupintu.permits.signers import BSRE

LOOK_AGAIN_SECONDS = 3  # while the signature is being given
# A document handed in may only be looked at: nothing in it runs, nothing is fetched, nobody else may frame it.
CONFINED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
KEPT_OPENINGS = 400  # a whole batch, and what else was looked at that day


@staff(Permission.CASE_READ, *PUBLISHING)
@require_safe
def my_desk(request: ActorRequest) -> HttpResponse:
    """What waits for this officer; the head's sheets; for those who only read, the files of the office.

    Whoever publishes services and sees no files begins his day there.
    """
    actor = request.actor
    if not holds(actor, Permission.CASE_READ):
        return redirect("desk:services")
    offices = by_id({c.office_id for c in actor.capacities if c.office_id is not None})
    seat(request, next(iter(offices.values()), None))
    asked = worklist.Asked.of(request.GET)
    context = worklist.context(actor, offices, asked, request.session.get(OPENED, {}))
    return render(request, f"desk/{context['shape']}.html", context)


@officer
@require_safe
def file(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """One dense page: head, way, checklist, document, outcomes, history."""
    return file_page(request, whole_file(request.actor, key))


def file_page(
    request: ActorRequest, found: File, *, row: int | None = None, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    """The page of a file; row, typed: an open row of the checklist that was refused."""
    opening(request, found)
    show = request.GET.get("lihat", "")
    if show == "draf":
        remember_opening(request, found)
    context = page.context(
        found,
        row=row if row is not None else _number(request.GET.get("baris")),
        show=show,
        version=_number(request.GET.get("versi")),
        typed=typed,
        opened=request.session.get(OPENED, {}),
    )
    answer = render(request, "desk/file.html", context)
    if SIGN_BEGUN in found.state.marks and (found.permit is None or found.permit.hand != BSRE):
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


def remember_opening(request: ActorRequest, found: File) -> None:
    """Note in the session that this draft was opened: only then its sign button can be pressed."""
    if found.draft is not None:
        remember(request, found.case.key, permits.draft_seal(found.draft))


def remember(request: ActorRequest, key: uuid.UUID, seal: str) -> None:
    """Note in the session what was opened of this file."""
    kept: dict[str, str] = dict(request.session.get(OPENED, {}))
    if kept.get(str(key)) != seal:
        kept[str(key)] = seal
        request.session[OPENED] = dict(list(kept.items())[-KEPT_OPENINGS:])


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 4 else None


@staff(Permission.LOOKS_READ)
@on_record
@require_safe
def looked_at(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Who has opened this file and its documents, and why: for those who oversee."""
    found = open_desk(request, key)
    if not found.granted(Permission.LOOKS_READ):
        raise Refusal("access.role", role="", status=403)
    return render(request, "desk/readers.html", {"desk": found, "rows": readers.rows(found)})


# Documents -------------------------------------------------------------------------------------------------------


@officer
@require_safe
def document(request: ActorRequest, key: uuid.UUID, document: uuid.UUID) -> HttpResponse:
    """A document handed in, or one that the office made: as it is, in the browser."""
    case = open_desk(request, key).case
    try:
        found = applications.document_file(applications.of_case(case), document).file
    except Refusal:
        found = applications.work_document(case, document).file
    return _stored(found)


@officer
@require_safe
def permit(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The signed permit, or its version `versi`. Raises Refusal `permits.none` before it is stored."""
    case = open_desk(request, key).case
    return _stored(permits.version(case, _number(request.GET.get("versi"))).file)


@officer
@require_safe
def preview(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The draft as a sheet that says PRATINJAU."""
    case = open_desk(request, key).case
    draft = permits.draft_of(case)
    if draft is None:
        raise Refusal("permits.no-draft", status=404)
    pdf = papers.preview(case, draft.data, request.actor)
    return inline(pdf, "application/pdf", f"pratinjau-{case.receipt}.pdf")


def _stored(found: Any) -> HttpResponse:
    """A kept file (`door.files`); its kind was found in its bytes when it came in, not taken from its sender."""
    return inline(files.read(found), found.mime, found.name)


def inline(content: bytes, mime: str, name: str) -> HttpResponse:
    """A document shown in the browser, in which nothing runs."""
    answer = HttpResponse(content, content_type=mime)
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = CONFINED
    return answer
