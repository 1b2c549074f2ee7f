# SPDX-License-Identifier: Apache-2.0
"""Beginning an application: for which service, and for whom."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import actions
from satupintu.businesses import queries as businesses
from satupintu.businesses.models import BusinessActor
from satupintu.catalog.queries import in_force, package_by_id
from satupintu.licensing import queries as licensing
from satupintu.licensing.actions.fulfil import SERVICE as FULFILMENT
from satupintu.offices import queries as offices
from satupintu.portal.applicant import applicant
from satupintu.portal.views import business
from satupintu.ui.fields import FieldView, Option

HIMSELF = "saya"


def _service_page(office: str, service: str) -> str:
    return reverse("portal:service", args=[office, service])


@applicant(back=_service_page)
@require_POST
def start(request: ActorRequest, office: str, service: str) -> HttpResponse:
    """Begin an application for this service, or go on with the one begun by an earlier click.

    Who may apply for a badan usaha too says first for whom it is.
    """
    at = offices.office(office)
    version = in_force(at.pk, service, offices.local_day(at, request.actor.at))
    if service == FULFILMENT:  # it is begun from the product it is for
        return redirect("portal:fulfilments")
    actors = {str(one.key): one for one in businesses.own_all(request.actor)}
    himself = next((one for one in actors.values() if one.person_id), None)
    said = request.POST.get("untuk", "")
    if len(actors) > bool(himself) and said not in {HIMSELF, *actors}:
        return _for_whom(
            request,
            actors.values(),
            package_by_id(version.pk).name,
            asked_before=bool({"untuk", "pilih"} & request.POST.keys()),
        )
    service_spec = package_by_id(version.pk).service
    if service_spec is not None and service_spec.product == licensing.PRODUCT:
        return business.start(request, version, actors.get(said, himself))
    draft = actions.start(request.actor, version, filed_for=actors.get(said, himself))
    return redirect("portal:page", draft.key, 1)


def _for_whom(
    request: ActorRequest, actors: Iterable[BusinessActor], service: str, *, asked_before: bool
) -> HttpResponse:
    """Which of the business actors this application is for; nothing is begun yet."""
    entities = (Option(str(one.key), one.name) for one in actors if not one.person_id)
    field = FieldView(
        "q-untuk", "untuk", _("Untuk siapa permohonan ini?"), "choice",
        options=(Option(HIMSELF, _("Saya sendiri"), _("Usaha orang perseorangan.")), *entities),
        error=_("Pilih salah satu.") if asked_before else "",
    )  # fmt: skip
    context = {"fields": [field], "service": service, "errors": [field] if asked_before else []}
    return render(request, "portal/for_whom.html", context, status=422 if asked_before else 200)
