# SPDX-License-Identifier: Apache-2.0
"""The record: events and their tree, commands, kept files. Written by the door alone."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.core.seal import GENESIS
from satupintu.door.fields import CanonicalJSONField
from satupintu.door.root import Root


class Event(models.Model):
    """One act: who, as what, which, when, and the seal over it and all before it. Never updated, never deleted."""

    subject = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    office_id = models.BigIntegerField(null=True)
    person = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    data = CanonicalJSONField()
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "number"], name="event_once")]


class Leaf(models.Model):
    """The place of an event in the tree of its office: given once, in the order of the hours, and never changed.

    tree: the office's row id; 0 for what belongs to the whole installation. hash: SHA-256(0x00 ‖ seal of the event). A
    leaf stands on its own, so that an event that was deleted behind the door leaves it behind.
    """

    tree = models.BigIntegerField()
    position = models.BigIntegerField()
    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, db_constraint=False, related_name="leaf", primary_key=True
    )
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tree", "position"], name="leaf_once")]


class Branch(models.Model):
    """The hash over a complete subtree of 16**level leaves, kept so that a proof need not read them all."""

    tree = models.BigIntegerField()
    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tree", "level", "position"], name="branch_once")]


class TreeHead(models.Model):
    """A signed statement: at this time the tree of this office had so many leaves and this root. See core/heads.py."""

    tree = models.BigIntegerField()
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=80)
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tree", "number"], name="head_once")]


class LookDay(models.Model):
    """Where the chain of one office's looks of one day ends; the row that is locked to add one."""

    office_id = models.BigIntegerField()
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office_id", "day"], name="look_day_once")]


class Look(models.Model):
    """Somebody read something: `door/looks.py`. Never updated, never deleted."""

    office_id = models.BigIntegerField()
    day = models.DateField()
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    person = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    what = models.CharField(max_length=60)
    why = models.CharField(max_length=10)
    network = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office_id", "day", "number"], name="look_once")]
        indexes = [models.Index(fields=["subject", "-at"], name="look_newest")]


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


class Recovery(Root):
    """The installation was restored from a backup: the door stays shut until two persons have confirmed it.

    taken_at: how old the data are. head: digest of all chain heads at that time. numbers: the last number known to be
    used, by book; what was taken after the backup must not be given again. known_head: a head kept elsewhere. salt: of
    the commitment to the reason that stands on record.
    """

    backup = models.CharField(max_length=40)
    taken_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    head = models.CharField(max_length=64)
    reason = models.TextField(blank=True, default="")
    salt = models.BinaryField(default=bytes)
    numbers = models.JSONField(default=list)
    known_head = models.CharField(max_length=64, blank=True, default="")
    proposed_by = models.CharField(max_length=40, blank=True, default="")
    proposed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=40, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)

    office_id = None  # it belongs to the whole installation
    owner_key = ""
    filed_for_key = None
