# SPDX-License-Identifier: Apache-2.0
"""Products of risk-based licensing; by which channel an office issues; what was handed to OSS and came back."""

from __future__ import annotations

import uuid

from django.db import models

from satupintu.applications.models import Application
from satupintu.businesses.models import Business
from satupintu.cases.models import Case
from satupintu.door.fields import EncryptedField
from satupintu.offices.models import Office
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


class ChannelRuling(models.Model):
    """Kanal: by whom NIB, SS and Izin of an office are issued from a day on; one person proposes, another confirms.

    kind: OSS, or the office itself (`local`). productive: of `local`, whether its papers are meant in earnest; else it
    trains. title, number, dated: the legal instrument. day: the day it begins; since: the instant, set when it is
    confirmed and never before that: what was sent earlier keeps its channel. proposed_by, answered_by: keys of persons.
    """

    OSS, LOCAL = "oss", "local"
    OPEN, CONFIRMED, REFUSED, WITHDRAWN = "open", "confirmed", "refused", "withdrawn"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="channel_rulings")
    kind = models.CharField(max_length=5)
    productive = models.BooleanField()
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=80)
    dated = models.DateField()
    day = models.DateField()
    since = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, default=OPEN)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=40, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office"], condition=models.Q(state="open"), name="channel_proposed_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(number=""), name="channel_has_an_instrument"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="oss", productive=True) | models.Q(kind="local"), name="channel_kind"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | models.Q(since__isnull=False) & ~models.Q(answered_by=models.F("proposed_by")),
                name="channel_by_two_persons",
            ),
        ]
        indexes = [models.Index(fields=["office", "state", "-since"], name="channel_of_office")]

    def __str__(self) -> str:
        return f"channel {self.kind} of {self.office_id}"

    @property
    def instrument(self) -> str:
        """The legal instrument in one line."""
        return f"{self.title} Nomor {self.number} tanggal {self.dated:%d-%m-%Y}"


class HandOver(models.Model):
    """A permohonan on its way to OSS and back: one per file.

    key: our id of it, by which OSS knows a repeated hand-over. oss_id: theirs, "" until they have answered. waiting: not
    with OSS yet, tried again at next_at; sent: OSS has it; answered: see `said`; failed: it needs a person, see why.
    why: code of the last trouble; words: OSS's own words about it, or the fields that are wrong. nib: as issued.
    """

    WAITING, SENT, ANSWERED, FAILED = "waiting", "sent", "answered", "failed"
    GRANTED, REFUSED = "granted", "refused"
    AWAY, ACCESS, FIELDS, REJECTED, OFF = "away", "access", "fields", "rejected", "off"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="hand_over")
    state = models.CharField(max_length=10, default=WAITING)
    said = models.CharField(max_length=10, blank=True, default="")
    why = models.CharField(max_length=10, blank=True, default="")
    words = EncryptedField(blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    oss_id = models.CharField(max_length=25, blank=True, default="", db_index=True)
    nib = models.CharField(max_length=13, blank=True, default="", db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="answered") & ~models.Q(said="")
                | ~models.Q(state="answered") & models.Q(said=""),
                name="hand_over_answered",
            )
        ]

    def __str__(self) -> str:
        return f"hand-over {self.key}"


class OssProduct(models.Model):
    """What OSS has issued for a file: NIB, SS or Izin under OSS's own number; the truth about it is asked at OSS.

    licence, project: id_izin and id_proyek. reference: our number of the activity, "" for the NIB. address: where OSS
    keeps the paper; file: the paper as it came, once it was fetched.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="products")
    kind = models.CharField(max_length=4)
    number = models.CharField(max_length=150)
    licence = models.CharField(max_length=25, blank=True, default="", db_index=True)
    project = models.CharField(max_length=25, blank=True, default="")
    reference = models.CharField(max_length=26, blank=True, default="")
    day = models.DateField(null=True)
    verified = models.BooleanField()
    address = EncryptedField(blank=True, default="")
    file = models.ForeignKey("door.StoredFile", null=True, on_delete=models.PROTECT)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "kind", "reference"], name="oss_product_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.hand_over_id}"


class OssMessage(models.Model):
    """What OSS has told us, kept as it came before it is read; applied once.

    digest: of method and body: the same message again raises `times`. raw: the body, encrypted. note: why it was not
    applied, without personal data. oss_id: whom an unknown one is about; it is looked at again once we know that id.
    """

    WAITING, APPLIED, DOUBLED, UNKNOWN = "waiting", "applied", "doubled", "unknown"
    LATE, CONTRADICTS, UNREADABLE = "late", "contradicts", "unreadable"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    method = models.CharField(max_length=30)
    digest = models.CharField(max_length=64, unique=True)
    raw = EncryptedField()
    hand_over = models.ForeignKey(HandOver, null=True, on_delete=models.PROTECT, related_name="messages")
    oss_id = models.CharField(max_length=25, blank=True, default="", db_index=True)
    state = models.CharField(max_length=12, default=WAITING)
    note = models.CharField(max_length=200, blank=True, default="")
    times = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField()
    last_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-taken_at"], name="oss_messages_by_state")]

    def __str__(self) -> str:
        return f"{self.method} {self.key}"
