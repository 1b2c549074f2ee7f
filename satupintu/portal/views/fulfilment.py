# SPDX-License-Identifier: Apache-2.0
"""Pemenuhan persyaratan: one's own products that are not verified, what each waits for, and until when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.cases import queries as cases
from satupintu.licensing import actions, queries
from satupintu.licensing.models import Product
from satupintu.licensing.papers import NAMES
from satupintu.offices.queries import local_day
from satupintu.portal.applicant import applicant
from satupintu.portal.summary import resume


@dataclass(frozen=True, slots=True)
class Card:
    """One product that is not verified. left: days to its last one. href: where its pemenuhan goes on, "" for none.

    why: the reason for which the last pemenuhan was refused, "" where none was.
    """

    found: queries.Unverified
    name: str
    left: int
    href: str
    why: str

    @property
    def lapsed(self) -> bool:
        return self.found.product.state == Product.LAPSED


@applicant()
@require_safe
def fulfilments(request: ActorRequest) -> HttpResponse:
    """What is not verified, what it does not allow, the list of requirements, and the countdown."""
    cards = [_card(request, one) for one in queries.unverified(request.actor)]
    return render(request, "portal/fulfilments.html", {"cards": cards})


@applicant(back=lambda unverified: reverse("portal:fulfilments"))
@require_POST
def begin(request: ActorRequest, unverified: uuid.UUID) -> HttpResponse:
    """Proses Pemenuhan Standar Usaha/Persyaratan: to the documents of its draft. Raises Refusal `licensing.*`."""
    draft = actions.begin(request.actor, unverified)
    return (
        redirect("portal:documents", draft.key)
        if draft.case is None
        else redirect("portal:application", draft.key)
    )


def _card(request: ActorRequest, found: queries.Unverified) -> Card:
    office = found.product.permit.office
    running, last = found.running, found.last
    href = ""
    if running is not None:
        href = resume(running) if running.case is None else reverse("portal:application", args=[running.key])
    remarks = (
        cases.remarks(last.case, for_applicant=True) if last is not None and last.case is not None else []
    )
    return Card(
        found=found,
        name=NAMES[found.product.kind],
        left=found.days_left(local_day(office, request.actor.at)),
        href=href,
        why=remarks[-1].text if remarks else "",
    )
