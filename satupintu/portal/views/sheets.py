# SPDX-License-Identifier: Apache-2.0
"""The official sheets of a service for everybody: the standard as a page, and what hangs on the wall as PDF."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.catalog.sheets import standar as sheet
from satupintu.offices import queries as office_queries
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day
from satupintu.portal import sheets
from satupintu.portal.frame import framed, seat
from satupintu.portal.tries import allowed

PRINT_TRIES = (
    20  # sheets a minute that are not on the shelf; whoever asks again for the same gets it from there
)


@framed
@require_safe
def standar(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The 14 components and the pledge, as they stand on the sheet."""
    here = office_queries.office(office)
    seat(request, here)
    found = sheets.source(here, service, local_day(here, request.actor.at))
    data = sheet.data(found.package, found.house, day=found.day, page=found.page)
    context = {"office": here, "slug": service, "d": data, "sheets": sheets.links(here, service)}
    return render(request, "portal/standar.html", context)


@framed
@require_safe
def standar_pdf(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The standard as it hangs on the wall."""
    return _pdf(request, office_queries.office(office), service, "standar")


@framed
@require_safe
def poster(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The poster, A4, or A3 with `?kertas=a3`."""
    kind: sheets.Kind = "poster-a3" if request.GET.get("kertas") == "a3" else "poster"
    return _pdf(request, office_queries.office(office), service, kind)


def _pdf(request: ActorRequest, office: Office, service: str, kind: sheets.Kind) -> HttpResponse:
    """A sheet from the shelf, from the browser's own memory, or printed now; too many prints a minute must wait."""
    found = sheets.source(office, service, local_day(office, request.actor.at))
    name = found.etag(kind)
    tag = f'"{name}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    pdf = sheets.kept(name)
    if pdf is None:
        if not allowed(request, "sheet", tries=PRINT_TRIES):
            return render(request, "portal/wait.html", status=429)
        pdf = sheets.printed(kind, found)
    headers = {
        "ETag": tag,
        "Cache-Control": "public, no-cache",  # ask each time: another version may have come into force
        "Content-Disposition": f'inline; filename="{kind}-{service}.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
