# SPDX-License-Identifier: Apache-2.0
"""The documents of an application: the list, one upload a page, and looking at what one has handed in."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import actions
from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.applications.queries import Item
from satupintu.core.refusal import Refusal
from satupintu.door import files
from satupintu.portal.applicant import applicant, own, service_name
from satupintu.portal.summary import file_words, next_missing
from satupintu.portal.views.wizard import FROM, REVIEW, not_sendable
from satupintu.ui.fields import FieldView, chosen_file, problems_of
from satupintu.ui.formats import file_size
from satupintu.ui.parts import Progress, StoredFile
from satupintu.ui.refusals import words_of

# A document may only be looked at: nothing in it runs, nothing is fetched, nobody else may frame it.
CONFINED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
MEGABYTE = 1024 * 1024


@applicant()
@require_safe
def documents(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """All documents of the draft, with what is still missing."""
    application = own(request, key)
    if application.case_id is not None:
        return redirect("portal:application", key)
    if (elsewhere := not_sendable(request, application)) is not None:
        return elsewhere
    if applications.form(application).groups:
        return redirect("portal:business", key)
    items = applications.items(application)
    here = [item for item in items if item.document]
    context = {
        "application": application,
        "service": service_name(application),
        "items": [(item, file_words(item)) for item in items],
        "here": len(here),
        "missing": [item for item in items if item.missing],
        "next": next_missing(items, ""),
        "back": reverse("portal:page", args=[key, len(applications.pages(application))]),
    }
    return render(request, "portal/documents.html", context)


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: ActorRequest, key: uuid.UUID, requirement: str) -> HttpResponse:
    """One document: take a photo or choose a file, replace it, remove it."""
    application = own(request, key)
    items = applications.items(application)
    item = next((item for item in items if item.requirement.id == requirement), None)
    if item is None:
        raise Refusal("access.not-yours", status=404)
    if request.method != "POST":
        if application.case_id is not None:
            return redirect("portal:application", key)
        if applications.closed(application, request.actor.at) is not None:
            return redirect("portal:review", key)
        return _document(request, application, items, item)
    if "hapus" in request.POST:
        actions.detach(request.actor, key, requirement)
        return redirect(_onward(request, application, ""))
    try:
        receive(request, application, item)
    except Refusal as refusal:
        if not refusal.code.startswith("upload."):
            raise
        return _document(request, application, items, item, " ".join(words_of(refusal)))
    fresh = applications.items(application)
    return redirect(_onward(request, application, next_missing(fresh, requirement)))


def receive(request: ActorRequest, application: Application, item: Item, name: str = "berkas") -> None:
    """Keep the file chosen for this document. Raises Refusal `upload.*`, `applications.not-open`."""
    chosen = chosen_file(request.FILES, name)
    if chosen is None:
        raise Refusal("upload.missing", status=422)
    data = _bytes(chosen, item.requirement.max_mb * MEGABYTE)
    actions.attach(
        request.actor, application.key, item.requirement.id, name=chosen.name or "berkas", data=data
    )


def _bytes(chosen: UploadedFile[Any], most: int) -> bytes:
    """The file's bytes; one that is too big is refused before it is read into memory."""
    size = chosen.size or 0
    if size > most:
        raise Refusal("upload.too-big", status=422, name=chosen.name, size=size, limit=most)
    return bytes(chosen.read())


def _onward(request: ActorRequest, application: Application, missing: str) -> str:
    if request.GET.get(FROM) == REVIEW:
        return reverse("portal:review", args=[application.key])
    if missing:
        return reverse("portal:document", args=[application.key, missing])
    return reverse("portal:documents", args=[application.key])


def _document(
    request: ActorRequest, application: Application, items: list[Item], item: Item, error: str = ""
) -> HttpResponse:
    number = items.index(item) + 1
    view = upload_field(application, item, error=error, ask=True)
    to_review = request.GET.get(FROM) == REVIEW
    context = {
        "application": application,
        "service": service_name(application),
        "item": item,
        "at": Progress(number, len(items)),
        "fields": [view],
        "errors": problems_of([view]),
        "action": request.get_full_path(),
        "back": reverse("portal:review" if to_review else "portal:documents", args=[application.key]),
    }
    return render(request, "portal/document.html", context, status=422 if error else 200)


def upload_field(
    application: Application, item: Item, *, error: str = "", ask: bool = False, name: str = "berkas"
) -> FieldView:
    """The upload of one document as a field, with the file that is there."""
    return FieldView(
        id=f"b-{item.requirement.id}",
        name=name,
        label=item.requirement.label,
        kind="file",
        hint=item.requirement.hint,
        error=error,
        required=item.requirement.required,
        max_bytes=item.requirement.max_mb * MEGABYTE,
        stored=stored(application, item),
        ask=ask,
    )


def stored(application: Application, item: Item) -> StoredFile | None:
    """The file that is there for this document."""
    if item.document is None:
        return None
    href = reverse("portal:file", args=[application.key, item.document.key])
    name, size = item.document.file.name, file_size(item.document.file.size)
    if item.to_correct and not applications.renewed(item):
        return StoredFile(name, size, kind="draft", word=_("Berkas lama"), icon="paper", href=href)
    return StoredFile(name, size, href=href)


@applicant()
@require_safe
def file(request: ActorRequest, key: uuid.UUID, document: uuid.UUID) -> HttpResponse:
    """One's own upload, as it is, in the browser; its kind was found in its bytes when it came in."""
    found = applications.document_file(own(request, key), document).file
    answer = HttpResponse(files.read(found), content_type=found.mime)
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = CONFINED
    return answer
