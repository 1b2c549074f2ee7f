# SPDX-License-Identifier: Apache-2.0
"""The official sheets of a service for everybody: as pages, and as the PDFs that hang on the wall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.catalog.queries import require_open
from satupintu.catalog.sheets import sop as procedure
from satupintu.catalog.sheets import standar as standard
from satupintu.offices import queries as office_queries
from satupintu.offices.queries import local_day
from satupintu.portal import sheets
from satupintu.portal.frame import framed, seat
from satupintu.portal.sheets import Kind, Source
from satupintu.portal.tries import allowed

PRINT_TRIES = (
    20  # sheets a minute that are not on the shelf; whoever asks again for the same gets it from there
)


@framed
@require_safe
def standar(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The 14 components and the pledge, as they stand on the sheet."""
    found = _source(request, office, service)
    data = standard.data(found.package, found.house, day=found.day, page=found.page)
    return _page(request, found, "standar", data["judul"], data)


@framed
@require_safe
def sop(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The SOP with its chart and its steps, as they stand on the sheet."""
    found = _source(request, office, service)
    data = procedure.page_data(found.package, found.house)
    return _page(request, found, "sop", f"SOP {found.package.sop.identity.name}", data)


@framed
@require_safe
def standar_pdf(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The standard as it hangs on the wall."""
    return _pdf(request, _source(request, office, service), "standar")


@framed
@require_safe
def sop_pdf(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The SOP as it hangs on the wall."""
    return _pdf(request, _source(request, office, service), "sop")


@framed
@require_safe
def poster(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """The poster, A4, or A3 with `?kertas=a3`; none of a closed service. Raises Refusal `catalog.closed`."""
    kind: Kind = "poster-a3" if request.GET.get("kertas") == "a3" else "poster"
    found = _source(request, office, service)
    require_open(office_queries.office(office).pk, service, found.day)
    return _pdf(request, found, kind)


def _source(request: ActorRequest, office: str, service: str) -> Source:
    here = office_queries.office(office)
    seat(request, here)
    return sheets.source(here, service, local_day(here, request.actor.at))


def _page(
    request: ActorRequest, found: Source, kind: Kind, title: str, data: Mapping[str, Any]
) -> HttpResponse:
    context = {
        "d": data,
        "sheet": f"catalog/sheets/{kind}_isi.html",
        "title": title,
        "service": found.package.name,
        "back": reverse("portal:service", args=[found.office, found.slug]),
        "pdf": reverse(f"portal:{kind}_pdf", args=[found.office, found.slug]),
    }
    return render(request, "portal/sheet.html", context)


def _pdf(request: ActorRequest, found: Source, kind: Kind) -> HttpResponse:
    """A sheet from the shelf, from the browser's own memory, or printed now; too many prints a minute must wait."""
    name = found.etag(kind)
    tag = quote_etag(name)
    known = get_conditional_response(request, etag=tag)
    if known is not None:
        known.headers["ETag"] = tag
        return known
    pdf = sheets.kept(name)
    if pdf is None:
        if not allowed(request, "sheet", tries=PRINT_TRIES):
            return render(request, "portal/wait.html", status=429)
        pdf = sheets.printed(kind, found)
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",  # ask each time: another version may have come into force
        "Content-Disposition": f'inline; filename="{kind}-{found.slug}.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
