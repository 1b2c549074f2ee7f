# SPDX-License-Identifier: Apache-2.0
"""Files on their way to OSS and back."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable

from satupintu.cases import queries as case_queries
from satupintu.cases.models import Case
from satupintu.core.refusal import Refusal
from satupintu.licensing.models import HandOver, OssMessage, OssProduct
from satupintu.offices.models import Office

OSS = "external:oss"


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
