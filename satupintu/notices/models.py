# SPDX-License-Identifier: Apache-2.0
"""Messages: one row a message and person, one row a way it travels."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.accounts.models import Account
from satupintu.core import telling
from satupintu.offices.models import Office


class Notice(models.Model):
    """A message to one account, readable in the application the moment the row is there.

    template, parameters: how it travels by WhatsApp, "" if it cannot. prompt: it may travel in the quiet hours.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    office = models.ForeignKey(Office, on_delete=models.CASCADE)
    about = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=200, blank=True, default="")
    template = models.CharField(max_length=160, blank=True, default="")
    parameters = models.JSONField(default=list)
    prompt = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        # The same matter is told to the same account once, however often its job runs.
        constraints = [models.UniqueConstraint(fields=["account", "source"], name="notice_once")]
        indexes = [models.Index(fields=["account", "-at"])]


class Delivery(models.Model):
    """One way of one notice, with its visible state.

    carrier_id: what WhatsApp calls it. first_at: when it was first tried. reason: why it has not arrived.
    """

    EMAIL, WHATSAPP = "email", "whatsapp"
    WAITING, UNSURE, SENT, FAILED = telling.WAITING, telling.UNSURE, telling.SENT, telling.FAILED
    ARRIVED, READ = telling.ARRIVED, telling.READ
    OPEN = (WAITING, UNSURE)
    TROUBLED = (WAITING, UNSURE, FAILED)

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    carrier_id = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once")]
        # What waits or has failed is a handful among all that ever arrived.
        indexes = [
            models.Index(
                fields=["state", "-at"],
                condition=models.Q(state__in=("menunggu", "belum-pasti", "gagal")),
                name="delivery_troubled",
            ),
        ]


class Report(models.Model):
    """What WhatsApp reported about a delivery: each status of each of its messages counts once. code: Meta's, or 0."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="reports")
    carrier_id = models.CharField(max_length=200)
    status = models.CharField(max_length=20)
    code = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["carrier_id", "status"], name="report_once")]


class Preference(models.Model):
    """How an account wants to be told, besides in the application; without a row: by e-mail. at: when it was said."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    email = models.BooleanField(default=True)
    whatsapp = models.BooleanField(default=False)
    at = models.DateTimeField()


class Digest(models.Model):
    """A day on which something failed for good at an office: its administrators are told the next morning, once."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "day"], name="digest_once")]
