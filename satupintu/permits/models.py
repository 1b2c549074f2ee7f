# SPDX-License-Identifier: Apache-2.0
"""Products: the draft while it is written, the permit from the act of signing on."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.cases.models import Case
from satupintu.offices.models import Office


class Draft(models.Model):
    """What the licensing officer has prepared for the head: the data of the permit. One per case."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="draft")
    data = models.JSONField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class Permit(models.Model):
    """A permit under its number. From `signing` on its data never change; the signed bytes are never touched again."""

    SIGNING, ISSUED, REVOKED = "signing", "issued", "revoked"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="permit")
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80)
    code = models.CharField(max_length=12, unique=True)
    holder = models.CharField(max_length=160)
    data = models.JSONField()
    state = models.CharField(max_length=10, default=SIGNING)
    signer = models.CharField(max_length=40)
    begun_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    file = models.ForeignKey("door.StoredFile", null=True, on_delete=models.PROTECT)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=40, blank=True, default="")
    revoke_asked_by = models.CharField(max_length=40, blank=True, default="")
    revoke_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "number"], name="permit_number_once")]

    def __str__(self) -> str:
        return self.number
