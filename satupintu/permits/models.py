# SPDX-License-Identifier: Apache-2.0
"""Products: the draft while it is written, the permit from the act of signing on."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.cases.models import Case
from satupintu.core.sop.language import SYSTEM
from satupintu.door.root import Root
from satupintu.offices.models import Office


class Draft(models.Model):
    """What the licensing officer has prepared for the head: the data of the permit. One per case.

    replaces: the version of another case that this one is to follow, under its number; None for a number of its own.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="draft")
    data = models.JSONField()
    replaces = models.ForeignKey("Permit", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class Permit(models.Model):
    """One version of a permit under its number. From `signing` on its data never change; nor do the signed bytes.

    version: 1 is what was applied for. A version that replaces another has its number, but a check code and a file of
    its own; until it is issued the other one holds (docs/decisions/0030). part: which product of its case, "" where the
    case has one only. replaces: the version before it, of this case or an earlier one (docs/decisions/0033); versions
    made before there was this column know it by case and number. signer: the person, or "sistem" where no person has signed.
    """

    SIGNING, ISSUED, REVOKED, REPLACED = "signing", "issued", "revoked", "replaced"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="permits", db_index=False)
    part = models.CharField(max_length=20, blank=True, default="")
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")
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
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "number", "version"], name="permit_version_once"),
            models.UniqueConstraint(fields=["case", "part", "version"], name="permit_part_version_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def unverified(self) -> bool:
        """An authority has still to verify it: it is no permission to operate (B10)."""
        return bool(self.data.get("belum_terverifikasi"))

    @property
    def automatic(self) -> bool:
        """Sealed by the system in the name of the office; no person has signed."""
        return self.signer == SYSTEM


class Replacement(models.Model):
    """A proposal to replace the permit of a case by its next version, and what became of it.

    why: core/replacing.py; words: the reason in words. changes: question -> the new value. made: the new version,
    from the moment the head has confirmed it. declined: his reason, where he has not.
    """

    OPEN, CONFIRMED, DECLINED, DROPPED = "open", "confirmed", "declined", "dropped"

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="replacements")
    state = models.CharField(max_length=10, default=OPEN)
    why = models.CharField(max_length=20)
    words = models.TextField()
    changes = models.JSONField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    declined = models.TextField(blank=True, default="")
    made = models.OneToOneField(Permit, null=True, on_delete=models.PROTECT, related_name="origin")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["permit"], condition=models.Q(state="open"), name="replacement_one_open"
            ),
        ]


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
    asked_at: when signatures of it were asked for, the last time that a summary was due.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    person = models.CharField(max_length=40)
    at = models.DateTimeField()
    drafts = models.JSONField()
    failed = models.JSONField(default=dict)
    asked_at = models.DateTimeField(null=True)

    owner_key = ""
    filed_for_key = None


class SigningDay(models.Model):
    """How many permits somebody has signed at an office on one of its days; locked while he signs one more."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE)
    person = models.CharField(max_length=40)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "person", "day"], name="signing_day_once"),
        ]
