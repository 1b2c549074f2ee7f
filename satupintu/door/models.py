# SPDX-License-Identifier: Apache-2.0
"""The record: events, commands, kept files. Written by the door alone."""

from __future__ import annotations

import uuid

from django.db import models


class Event(models.Model):
    """One act: who, as what, which, when, and the seal over it and all before it. Never updated, never deleted."""

    subject = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    office_id = models.BigIntegerField(null=True)
    person = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    data = models.JSONField()
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "number"], name="event_once")]


class Command(models.Model):
    """What an account asked for, once: a double click or a repeated request gets the first answer."""

    account_id = models.BigIntegerField()
    command_id = models.UUIDField()
    payload = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "command_id"], name="command_once")]


class StoredFile(models.Model):
    """A kept file: its bytes lie under a random key; the row says what they must be."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=160)
    mime = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    encrypted = models.BooleanField()
    at = models.DateTimeField()


class Beat(models.Model):
    """A worker's sign of life; who is silent longer than the lease has lost its job to the next."""

    worker = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
