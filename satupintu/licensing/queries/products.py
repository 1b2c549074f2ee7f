# SPDX-License-Identifier: Apache-2.0
"""The products of a business, and what is still to be met for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models

from satupintu.applications.models import Application
from satupintu.businesses import queries as businesses
from satupintu.businesses.models import BusinessActivity, BusinessActor
from satupintu.cases.models import Case
from satupintu.catalog.kbli import authority_of
from satupintu.core.access import Actor
from satupintu.core.refusal import Refusal
from satupintu.core.risk import RiskRow
from satupintu.licensing.models import Fulfilment, Product
from satupintu.licensing.pinning import from_json

OWN_AUTHORITY = "Bupati/Wali Kota"
"""Authority, as the catalogue writes it, whose requirements an office of a regency or city verifies."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A product that is not verified, what it is for, and how far its pemenuhan is.

    row: of the catalogue, as pinned. running: the draft or the case that is under way; last: the last one that ended.
    """

    product: Product
    activity: BusinessActivity
    row: RiskRow
    running: Application | None
    last: Application | None

    @property
    def here(self) -> bool:
        """Whether an office of the regency verifies it."""
        return self.row.authority == OWN_AUTHORITY

    @property
    def authority(self) -> str:
        return authority_of(self.row)

    def days_left(self, today: date) -> int:
        """Days to the last one, which counts as 0; negative after it."""
        assert self.product.fulfil_by is not None  # an unverified product has a last day
        return (self.product.fulfil_by - today).days


def unverified(actor: Actor) -> list[Unverified]:
    """One's own products that are not verified, and those that lapsed, of the person and of the entities he acts for."""
    mine = [one.pk for one in businesses.own_all(actor)]
    rows = _rows().filter(business__actor__in=mine, state__in=(Product.UNVERIFIED, Product.LAPSED))
    return _with_all(rows.order_by("fulfil_by", "pk"))


def own(actor: Actor, key: uuid.UUID) -> Unverified:
    """One of them by its product. Raises Refusal `access.not-yours` (404)."""
    found = next((one for one in unverified(actor) if one.product.key == key), None)
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def of_product(product_id: int) -> Unverified | None:
    """One by its row id, while it is not verified."""
    rows = _rows().filter(pk=product_id, state=Product.UNVERIFIED)
    return next(iter(_with_all(rows)), None)


def fulfilment(case: Case) -> Fulfilment | None:
    """What a case fulfils; None where it is no pemenuhan."""
    joined = ("product__permit", "product__business__actor", "application")
    return Fulfilment.objects.select_related(*joined).filter(application__case=case).first()


def activity_of(product: Product) -> BusinessActivity:
    """The newest version of the activity that an SS or Izin is for."""
    assert product.activity is not None  # a NIB is for all activities
    rows = BusinessActivity.objects.filter(activity=product.activity)
    return rows.order_by("-version")[0]


def holder(product: Product) -> BusinessActor:
    return BusinessActor.objects.select_related("person", "entity").get(pk=product.business.actor_id)


def _rows() -> models.QuerySet[Product]:
    return Product.objects.select_related("permit__case__office", "business__actor__person")


def _with_all(products: Iterable[Product]) -> list[Unverified]:
    found = []
    for product in products:
        activity = activity_of(product)
        begun = [
            one.application
            for one in product.fulfilments.select_related("application__case__service").order_by("-pk")
        ]
        running = next((one for one in begun if one.case is None or not one.case.end), None)
        last = next((one for one in begun if one.case is not None and one.case.end), None)
        found.append(Unverified(product, activity, from_json(activity.catalogue), running, last))
    return found
