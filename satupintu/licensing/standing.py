# SPDX-License-Identifier: Apache-2.0
"""How the activities of a business stand today, whoever issued their papers: in words, and whether they may operate."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from satupintu.applications.models import Application
from satupintu.businesses.models import Business, BusinessActivity
from satupintu.licensing import papers
from satupintu.licensing.models import OssProduct, Product
from satupintu.licensing.petition import reference


@dataclass(frozen=True, slots=True)
class Standing:
    """words: as the attachment of the NIB says it. application: by which it came to be as it is, None where it was brought along."""

    words: str
    may_operate: bool
    application: uuid.UUID | None


def standings(business: Business) -> dict[uuid.UUID, Standing]:
    """Of every activity that is not closed, by its `activity`. Whatever is not known to be verified may not operate."""
    rows = list(BusinessActivity.objects.filter(business=business, valid_to=None))
    came = dict(
        Application.objects.filter(case__key__in={row.case for row in rows}).values_list("case__key", "key")
    )
    products = {
        one.activity: one for one in Product.objects.filter(business=business).exclude(state=Product.ENDED)
    }
    verified = _verified_by_oss(rows) if business.issuer == Business.OSS else frozenset()
    found = {}
    for row in rows:
        line = papers.Line(row, products.get(row.activity))
        by_oss = row.pk in verified
        words = papers.VERIFIED.capitalize() if by_oss else papers.status_words(line)
        found[row.activity] = Standing(words, by_oss or line.may_operate, came.get(row.case))
    return found


def _verified_by_oss(rows: Iterable[BusinessActivity]) -> frozenset[int]:
    """Those whose SS or Izin holds by the last word of OSS. It knows an activity by its place in its application."""
    cases = {row.case for row in rows}
    said = OssProduct.objects.filter(hand_over__case__key__in=cases, verified=True).exclude(reference="")
    holding = set(said.values_list("hand_over__case__key", "reference"))
    receipts = dict(said.values_list("hand_over__case__key", "hand_over__case__receipt"))
    place: dict[uuid.UUID, int] = {}
    found = set()
    for row in BusinessActivity.objects.filter(case__in=receipts).order_by("number"):
        place[row.case] = place.get(row.case, 0) + 1
        if (row.case, reference(receipts[row.case], place[row.case])) in holding:
            found.add(row.pk)
    return frozenset(found)
