# SPDX-License-Identifier: Apache-2.0
"""Reading perizinan berusaha: products, what is still to be met for them, the channel, and the way to OSS."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models

from satupintu.applications.models import Application
from satupintu.businesses import queries as businesses
from satupintu.businesses.models import BusinessActivity, BusinessActor
from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.catalog.kbli import authority_of
from satupintu.core.access import Actor
from satupintu.core.refusal import Refusal
from satupintu.core.risk import RiskRow
from satupintu.licensing.models import ChannelRuling, Fulfilment, HandOver, OssMessage, OssProduct, Product
from satupintu.licensing.pinning import from_json
from satupintu.offices.models import Office

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


OSS = "external:oss"

# The channel -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channel:
    """Who issues NIB, SS and Izin. kind: "oss", or "local" for the office itself. productive: in earnest, no training.

    basis: the legal instrument in one line, "" where nobody has ruled yet.
    """

    kind: str
    productive: bool
    basis: str

    @property
    def trains(self) -> bool:
        """Whether its papers are examples only: they say CONTOH, and their numbers begin with 00."""
        return not self.productive


TRAINING = Channel(ChannelRuling.LOCAL, productive=False, basis="")
"""Of an office for which nobody has ruled: nothing it prints is meant in earnest."""


def channel_of(office: Office, at: datetime) -> Channel:
    """The channel of this office at an instant; a file keeps that of the instant it was sent. One SQL query."""
    row = ruling_at(office, at)
    return TRAINING if row is None else Channel(row.kind, row.productive, row.instrument)


def ruling_at(office: Office, at: datetime) -> ChannelRuling | None:
    """What two persons have ruled for this instant; None where nobody has."""
    rows = ChannelRuling.objects.filter(office=office, state=ChannelRuling.CONFIRMED, since__lte=at)
    return rows.order_by("-since", "-answered_at", "-pk").first()


def channel_rulings(office: Office) -> list[ChannelRuling]:
    """All that was ever proposed about the channel of this office, newest first."""
    return list(ChannelRuling.objects.filter(office=office).order_by("-pk"))


def channel_ruling(key: uuid.UUID) -> ChannelRuling:
    """Raises Refusal `access.not-yours` (404) where there is none."""
    found = ChannelRuling.objects.select_related("office").filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


# With OSS --------------------------------------------------------------------------------------------------------


def hand_over_of(case: Case) -> HandOver | None:
    """How far the file is on its way to OSS and back; None where it does not go there."""
    return HandOver.objects.filter(case=case).first()


def hand_over(pk: int) -> HandOver:
    return HandOver.objects.select_related("case").get(pk=pk)


def to_send(case_id: int) -> HandOver | None:
    """The hand-over of this file, if it is not with OSS yet and nobody must mend it first."""
    rows = HandOver.objects.select_related("case").filter(case_id=case_id, state=HandOver.WAITING)
    return rows.first()


def awaited(case: Case) -> str | None:
    """The wait of this file that OSS answers, while it is open."""
    sop = case_queries.sop(case)
    return next(
        (
            wait.id
            for wait in case_queries.state(case).waits
            if sop.waits[wait.id].kind == "answer" and sop.actors[sop.waits[wait.id].debtor].is_ == OSS
        ),
        None,
    )


def goes_to_oss(case: Case) -> bool:
    """Whether the file stands at a step that hands it off to OSS."""
    return not case.end and "hand-off" in case_queries.sop(case).steps[case.step].work


def with_oss(oss_id: str, receipts: Iterable[str], nib: str, licence: str) -> HandOver | None:
    """What a message is about: by OSS's id, else by our own number in it, else by NIB and id_izin."""
    rows = HandOver.objects.select_related("case")
    found = rows.filter(oss_id=oss_id).first() if oss_id else None
    for receipt in receipts:
        found = found or rows.filter(case__receipt=receipt).first()
    if found is None and nib and licence:
        found = rows.filter(nib=nib, products__licence=licence).first()
    return found


def hand_over_by_key(key: uuid.UUID) -> HandOver:
    """Raises Refusal `access.not-yours` (404) where there is none."""
    found = HandOver.objects.select_related("case__office").filter(key=key).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def on_the_way(office: Office, *, limit: int = 100) -> list[HandOver]:
    """Files of this office that are not with OSS yet, those that need a person first."""
    open_ones = HandOver.objects.filter(case__office=office, case__end="")
    rows = open_ones.filter(state__in=(HandOver.WAITING, HandOver.FAILED)).select_related("case")
    return list(rows.order_by("state", "begun_at")[:limit])


def strange_messages(office: Office) -> int:
    """How many messages of OSS about files of this office were not applied because they did not fit."""
    rows = OssMessage.objects.filter(hand_over__case__office=office)
    return rows.filter(state__in=(OssMessage.LATE, OssMessage.CONTRADICTS)).count()


def message(pk: int) -> OssMessage:
    return OssMessage.objects.get(pk=pk)


def unknown_about(oss_id: str) -> list[int]:
    """Messages about an id that nobody knew when they came."""
    rows = OssMessage.objects.filter(oss_id=oss_id, state=OssMessage.UNKNOWN)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def products_of(case: Case) -> list[OssProduct]:
    """What OSS has issued for this file, the NIB first."""
    rows = OssProduct.objects.filter(hand_over__case=case).select_related("file")
    return sorted(rows, key=lambda one: (one.kind != "nib", one.reference))


def product_with_paper(case: Case, key: uuid.UUID) -> OssProduct | None:
    """One product of this file whose paper OSS has handed out."""
    rows = OssProduct.objects.select_related("file").filter(hand_over__case=case, file__isnull=False)
    return rows.filter(key=key).first()


def issued_by_oss(pdf: bytes) -> OssProduct | None:
    """The product whose paper has exactly these bytes."""
    digest = hashlib.sha256(pdf).hexdigest()
    return OssProduct.objects.filter(file__sha256=digest).order_by("-pk").first()


def unfetched(pk: int) -> OssProduct | None:
    """A product whose paper is with OSS still."""
    return OssProduct.objects.filter(pk=pk, file=None).exclude(address="").first()
