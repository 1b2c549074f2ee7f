# SPDX-License-Identifier: Apache-2.0
"""Products: the draft while it is written, the permit from the act of signing on."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.cases.models import Case
from satupintu.door.root import Root
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
    hand = models.CharField(
        max_length=10, default="local"
    )  # which of permits/signers.py, fixed with the number
    level = models.CharField(max_length=6, blank=True, default="")  # PAdES level of the stored bytes
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


class Attempt(models.Model):
    """One sending of a permit to BSrE, entered before it leaves: while its result is open nothing is sent again.

    code: why it is not signed, or "unknown" while nobody can say. reference: its id at the service, where one came.
    """

    SENT, SIGNED, REFUSED = "sent", "signed", "refused"

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    by = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default=SENT)
    code = models.CharField(max_length=20, blank=True, default="")
    reference = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["permit"], condition=models.Q(state="sent"), name="attempt_one_open"
            ),
        ]


class Batch(Root):
    """Drafts that the head signs together, each as he has read it.

    drafts: [case key, seal of the draft], oldest file first. failed: case key -> code of what kept it from its number.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    person = models.CharField(max_length=40)
    at = models.DateTimeField()
    drafts = models.JSONField()
    failed = models.JSONField(default=dict)

    owner_key = ""
