# SPDX-License-Identifier: Apache-2.0
"""What everybody may look at: the offices, an office's front page, its services."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.catalog import queries as catalog
from satupintu.catalog.sheets import standar
from satupintu.offices import queries as office_queries
from satupintu.offices.queries import local_day
from satupintu.portal import services as words
from satupintu.portal import sheets
from satupintu.portal.frame import framed, seat
from satupintu.ui.parts import ListRow

LONGEST_SEARCH = 80


@framed
@require_safe
def offices(request: ActorRequest) -> HttpResponse:
    """The offices served here; the only one is opened at once."""
    found = office_queries.offices()
    if len(found) == 1:
        return redirect("portal:home", found[0].slug)
    rows = [ListRow(reverse("portal:home", args=[one.slug]), one.name, one.address) for one in found]
    return render(request, "portal/offices.html", {"rows": rows})


@framed
@require_safe
def home(request: ActorRequest, office: str) -> HttpResponse:
    """An office's front page."""
    here = office_queries.office(office)
    seat(request, here)
    day = local_day(here, request.actor.at)
    found, closings = catalog.services(here.pk, day), catalog.closings(here.pk, day)
    context = {
        "office": here,
        "rows": words.rows(here, found, day, closings),
        "examples": words.examples([one for one in found if one.slug not in closings]),
        "today": words.today(here, request.actor.at),
    }
    return render(request, "portal/home.html", context)


@framed
@require_safe
def services(request: ActorRequest, office: str) -> HttpResponse:
    """The services of an office, or those that a search in everyday words finds."""
    here = office_queries.office(office)
    seat(request, here)
    day = local_day(here, request.actor.at)
    query = " ".join(request.GET.get("q", "").split())[:LONGEST_SEARCH]
    found = catalog.services(here.pk, day, words=query)
    rows = words.rows(here, found, day, catalog.closings(here.pk, day))
    context = {"office": here, "rows": rows, "query": query}
    return render(request, "portal/services.html", context)


@framed
@require_safe
def service(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """Everything about a service before anybody begins."""
    here = office_queries.office(office)
    seat(request, here)
    day = local_day(here, request.actor.at)
    version = catalog.in_force(here.pk, service, day)
    package = catalog.package_of(version)
    if package.service is None:  # a linked SOP is published too, but nobody applies for it
        return redirect("portal:services", here.slug)
    closing = words.closing(here, catalog.closings(here.pk, day).get(service), day)
    context = {
        "office": here,
        "closing": closing,
        "version": version,
        "service": package.service,
        "sop": package.sop,
        "facts": words.facts(package, day),
        "doors": words.doors(package.sop),
        "parts": standar.components(package.service),
        "sheets": sheets.links(here, version.slug, closed=bool(closing and closing.begun)),
        "print": version.digest[:12],
    }
    return render(request, "portal/service.html", context)
