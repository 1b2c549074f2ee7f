# SPDX-License-Identifier: Apache-2.0
"""Pemenuhan persyaratan: what an unverified product waits for is handed in, verified by the office, signed by the head.

    begin (draft with the requirements of the pinned row) -> sent -> verified on the engine -> draft -> signed -> verified
Refused or withdrawn, the product stays unverified; after its last day it lapses. Source: seed 001 E; docs/decisions/0033.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from satupintu.applications import actions as applications
from satupintu.applications.models import Application
from satupintu.businesses.models import Business
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog.queries import in_force
from satupintu.core.access import Actor, Permission
from satupintu.core.refusal import Refusal
from satupintu.door.write import Answer, Asked, action, write
from satupintu.licensing import papers, queries
from satupintu.licensing.models import Fulfilment, Product
from satupintu.offices.queries import local_day
from satupintu.permits.actions import drafting, keep_draft
from satupintu.permits.models import Permit
from satupintu.ui import formats

SERVICE = "pemenuhan-standar"


def begin(actor: Actor, key: uuid.UUID) -> Application:
    """Proses Pemenuhan Standar Usaha/Persyaratan: the draft of it, with the list of the pinned row; asked again, the same.

    key: of the product. Raises Refusal `licensing.not-open`, `licensing.other-authority`, `access.not-yours` (404).
    """
    found = queries.own(actor, key)
    if not found.here:
        raise Refusal("licensing.other-authority", authority=found.authority.removesuffix("."))
    with transaction.atomic():
        product = Product.objects.select_for_update().get(pk=found.product.pk)
        if product.state != Product.UNVERIFIED:
            raise Refusal("licensing.not-open")
        running = Fulfilment.objects.filter(product=product, application__case=None).first()
        running = running or Fulfilment.objects.filter(product=product, application__case__end="").first()
        if running is not None:
            return running.application
        office = found.product.permit.office
        service = in_force(office.pk, SERVICE, local_day(office, actor.at))
        draft = applications.start(actor, service, filed_for=queries.holder(product), pinned=_pinned(found))
        Fulfilment.objects.create(product=product, application=draft)
    return draft


def _pinned(found: queries.Unverified) -> dict[str, Any]:
    """Title and requirements of a pemenuhan: from the row of the catalogue that was sent, never from the service."""
    row, activity = found.row, found.activity
    return {
        "title": f"{activity.name}: {papers.NAMES[found.product.kind]} {found.product.number}, KBLI {activity.code}",
        "requirements": [
            {"id": f"syarat-{n}", "label": text, "basis": row.basis, "assumed": row.assumed}
            for n, text in enumerate(row.requirements, 1)
        ],
    }


@action
def draft(actor: Actor, case_id: int, *, duties: Sequence[str], asked: Asked) -> Answer:
    """Prepare the verified version for the head (work `draft`). Raises as `permits.save_draft`, `licensing.not-open`."""
    with write(actor, Permission.CASE_WORK, case_queries.rows(), case_id, asked=asked) as door:
        lines = drafting(door, duties)
        data, old = verified_data(door.row)
        keep_draft(door, {**data, "kewajiban": lines}, replaces=old)
    return door.answer


def verified_data(case: Case) -> tuple[dict[str, Any], Permit]:
    """The data of a product as verified by this case, and the version it follows. Raises `licensing.not-open`."""
    found = queries.fulfilment(case)
    if found is None or found.product.state != Product.UNVERIFIED:
        raise Refusal("licensing.not-open")
    product = found.product
    product.state = Product.VERIFIED  # as it will read; the row is not saved here
    line = papers.Line(queries.activity_of(product), product)
    data = papers.product_data(case, found.application, line, product.business.nib)
    return data, product.permit


def settle(actor: Actor, permit_id: int) -> None:
    """The verified version is stored: the product may be used to operate from now on."""
    permit = Permit.objects.get(pk=permit_id)
    with write(actor, Permission.CASE_WORK, case_queries.rows(), permit.case_id) as door:
        found = queries.fulfilment(door.row)
        if found is None or found.product.permit_id == permit.pk:
            raise Refusal("licensing.not-open")
        Business.objects.select_for_update().get(pk=found.product.business_id)
        Product.objects.filter(pk=found.product.pk, state=Product.UNVERIFIED).update(
            state=Product.VERIFIED, permit=permit, since=door.at, fulfil_by=None
        )
        door.event("licensing.verified", number=permit.number, version=permit.version)


def lapse(actor: Actor, product_id: int, *, reason: str) -> None:
    """The last day has passed and nothing is under way: the paper is revoked, and its page says why."""
    product = Product.objects.select_related("permit").get(pk=product_id)
    with write(actor, Permission.CASE_WORK, case_queries.rows(), product.permit.case_id) as door:
        Business.objects.select_for_update().get(pk=product.business_id)
        locked = Product.objects.select_for_update().get(pk=product_id)
        if locked.state != Product.UNVERIFIED:
            raise Refusal("licensing.not-open")
        locked.state, locked.since = Product.LAPSED, door.at
        locked.save(update_fields=["state", "since"])
        paper = Permit.objects.select_for_update().get(pk=locked.permit_id)
        paper.state, paper.revoked_at, paper.revoked_by = Permit.REVOKED, door.at, actor.person
        paper.revoke_reason = reason
        paper.save()
        door.event("permit.revoked", number=paper.number)


def last_day_words(product: Product) -> str:
    """Why a product has lapsed."""
    assert product.fulfil_by is not None  # an unverified product has a last day
    return f"Persyaratannya tidak dipenuhi sampai {formats.long_date(product.fulfil_by)}. Ajukan kegiatan ini lagi."
