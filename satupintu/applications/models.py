# SPDX-License-Identifier: Apache-2.0
"""Permohonan: a draft until it is sent, then one case; its documents each with their own state and versions."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.accounts.models import Account, Person
from satupintu.businesses.models import BusinessActor
from satupintu.cases.models import Case
from satupintu.catalog.models import ServiceVersion
from satupintu.offices.models import Office


class Application(models.Model):
    """What an applicant asks for. Without a case it is a draft: a plain row without events (design §2).

    filed_for: the business actor it is for, once there is one. answers: question id -> value; NIK and phone stand as {"ref": "person"}, their values rest with the Person.
    service: of a draft, the version it is filled in; from sending on, the pinned one. pinned: what the room that began it
    has settled, and the applicant cannot change: `title`, and `requirements` (id, label, basis) beside the service's own.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    service = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="applications")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    filed_for = models.ForeignKey(  # looked for among one person's only, so it needs no index of its own
        BusinessActor, null=True, on_delete=models.PROTECT, related_name="applications", db_index=False
    )
    case = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="application")
    answers = models.JSONField(default=dict)
    pinned = models.JSONField(default=dict)
    statements = models.JSONField(default=dict)
    track_code = models.CharField(max_length=12, blank=True, default="")
    salt = models.BinaryField(default=bytes)
    reopens = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="taken_up_again")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    release: str | None = ""
    """The digest of the release that corrects its version now, or None; "" while `queries` has not read it."""

    class Meta:
        indexes = [models.Index(fields=["account", "-changed_at"])]

    def __str__(self) -> str:
        return f"application {self.key}"

    @property
    def owner_key(self) -> str:
        return str(self.person.key)

    @property
    def entity(self) -> str:
        """The badan usaha it is for; "" where a person applies for himself."""
        return self.filed_for.name if self.filed_for and self.filed_for.kind == BusinessActor.ENTITY else ""

    @property
    def filed_for_key(self) -> uuid.UUID | None:
        return self.filed_for.key if self.filed_for else None


class RequirementItem(models.Model):
    """One required document of one application. note: what is wrong, while it is to be corrected."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="items")
    requirement = models.CharField(max_length=60)
    note = models.TextField(blank=True, default="")
    to_correct = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "requirement"], name="item_once")]


class Document(models.Model):
    """One version of a required document. Earlier versions stay."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(RequirementItem, on_delete=models.CASCADE, related_name="documents")
    file = models.ForeignKey("door.StoredFile", on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="document_once")]


class Verdict(models.Model):
    """What an officer found about one document at one step."""

    OK, WRONG, ABSENT, NOT_NEEDED = "sesuai", "tidak-sesuai", "tidak-ada", "tidak-perlu"
    ALL = (OK, WRONG, ABSENT, NOT_NEEDED)

    item = models.ForeignKey(RequirementItem, on_delete=models.CASCADE, related_name="verdicts")
    step = models.CharField(max_length=60)
    verdict = models.CharField(max_length=20)
    sentence = models.TextField(blank=True, default="")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "step"], name="verdict_once")]


class WorkDocument(models.Model):
    """A document the office makes at a step from data: berita acara, pertimbangan teknis. A new one supersedes."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="work_documents")
    template = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    number = models.CharField(max_length=80)
    data = models.JSONField()
    file = models.ForeignKey("door.StoredFile", on_delete=models.PROTECT)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class ArchiveEntry(models.Model):
    """Where the finished file rests: classification, retention, and the place of the paper (S7)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="archive")
    code = models.CharField(max_length=40)
    retention = models.CharField(max_length=120)
    place = models.CharField(max_length=160)
    note = models.TextField(blank=True, default="")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
