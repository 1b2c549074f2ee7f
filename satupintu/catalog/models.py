# SPDX-License-Identifier: Apache-2.0
"""Published services and SOPs, and who has authority over which KBLI."""

from __future__ import annotations

from django.db import models

from satupintu.door.root import Root
from satupintu.offices.models import Office


class ServiceVersion(Root):
    """One content of a service folder. Its digest is its id: a published version never changes (design §1)."""

    PROPOSED, APPROVED = "proposed", "approved"

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="services")
    slug = models.SlugField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    files = models.JSONField()
    status = models.CharField(max_length=10, default=PROPOSED)
    effective = models.DateField()
    proposed_by = models.CharField(max_length=40)
    approved_by = models.CharField(max_length=40, blank=True, default="")
    at = models.DateTimeField()

    owner_key = ""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "slug", "digest"], name="version_once")]
        indexes = [models.Index(fields=["office", "slug", "status", "effective"])]

    def __str__(self) -> str:
        return f"{self.slug}@{self.digest[:12]}"


class Kbli(models.Model):
    """A KBLI code of one version, with who has authority over it. KBLI codes always carry their version (design §4)."""

    version = models.CharField(max_length=4)
    code = models.CharField(max_length=5)
    title = models.CharField(max_length=250)
    words = models.CharField(max_length=300, blank=True, default="")
    authority = models.CharField(max_length=20)
    refer_to = models.CharField(max_length=200, blank=True, default="")
    basis = models.CharField(max_length=200)
    assumed = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="kbli_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
