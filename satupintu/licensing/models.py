# SPDX-License-Identifier: Apache-2.0
"""Products of risk-based licensing: the NIB of a business, and the SS or Izin of each of its activities."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.applications.models import Application
from satupintu.businesses.models import Business
from satupintu.permits.models import Permit


class Product(models.Model):
    """NIB, Sertifikat Standar or Izin under its one number, through all versions of its paper.

    activity: `BusinessActivity.activity` it is for; None for the NIB, which is for all. permit: the newest version of its
    paper. fulfil_by: last day on which the requirements of an unverified one may be met. It changes only in the commit
    of a case, with the row of its business locked.
    """

    NIB, STANDARD, LICENCE = "nib", "ss", "izin"
    VALID, UNVERIFIED, VERIFIED, LAPSED, ENDED = "valid", "unverified", "verified", "lapsed", "ended"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="products")
    kind = models.CharField(max_length=4)
    number = models.CharField(max_length=17, unique=True)
    activity = models.UUIDField(null=True)
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    since = models.DateTimeField()
    fulfil_by = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business"], condition=models.Q(kind="nib"), name="product_one_nib"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="unverified") | models.Q(fulfil_by__isnull=False),
                name="product_unverified_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def may_operate(self) -> bool:
        """Whether it allows the activity it is for. Whatever is not known to be verified does not (design §4)."""
        return self.state in (self.VALID, self.VERIFIED)


class Fulfilment(models.Model):
    """Pemenuhan persyaratan: the application by which the requirements of an unverified product are handed in."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="fulfilments")
    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="fulfilment")

    def __str__(self) -> str:
        return f"fulfilment of {self.product_id}"
