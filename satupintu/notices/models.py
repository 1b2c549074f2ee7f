# SPDX-License-Identifier: Apache-2.0
"""Messages: one row a message and person, one row a way it travels."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.accounts.models import Account
from satupintu.offices.models import Office


class Notice(models.Model):
    """A message to one account, readable in the application the moment the row is there."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    office = models.ForeignKey(Office, on_delete=models.CASCADE)
    about = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        # The same matter is told to the same account once, however often its job runs.
        constraints = [models.UniqueConstraint(fields=["account", "source"], name="notice_once")]
        indexes = [models.Index(fields=["account", "-at"])]


class Delivery(models.Model):
    """One way of one notice (e-mail here; WhatsApp in part 3), with its visible state."""

    WAITING, SENT, FAILED = "menunggu", "terkirim", "gagal"

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once")]
