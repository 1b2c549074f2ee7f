# SPDX-License-Identifier: Apache-2.0
"""Business actors: a person, or a legal entity with its people and their powers; and what business they do."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.db import models

from satupintu.accounts.models import Person
from satupintu.door.fields import EncryptedField
from satupintu.door.root import Root

PT, CV, FIRMA, KOPERASI, YAYASAN, PERKUMPULAN, PERUMDA, LAIN = (
    "pt", "cv", "firma", "koperasi", "yayasan", "perkumpulan", "perumda", "lain",
)  # fmt: skip
FORMS = (PT, CV, FIRMA, KOPERASI, YAYASAN, PERKUMPULAN, PERUMDA, LAIN)


class BusinessActor(Root):
    """Pelaku usaha: a person or an entity, its scale, and where it is found.

    street: jalan, rt, rw, kode-pos as JSON, encrypted: of a person it is where he lives. region: Kemendagri code of
    the village, "" where the installation has no list of regions yet. salt: of the commitments in its events. It belongs to the installation (design §4).
    npwp, email, bpjs_work, bpjs_health: what a perizinan berusaha asks besides (seed 001, D 6), encrypted; "" where it is
    not known. The NPWP of an entity stands with the entity.
    """

    PERSON, ENTITY = "person", "entity"
    UMK, NON_UMK = "umk", "non-umk"

    kind = models.CharField(max_length=8)
    scale = models.CharField(max_length=8)
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="business_actor")
    street = EncryptedField()
    region = models.CharField(max_length=13, blank=True, default="")
    npwp = EncryptedField(blank=True, default="")
    email = EncryptedField(blank=True, default="")
    bpjs_work = EncryptedField(blank=True, default="")
    bpjs_health = EncryptedField(blank=True, default="")
    salt = models.BinaryField()
    registered_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    office_id = None
    filed_for_key = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="person", person__isnull=False)
                | models.Q(kind="entity", person__isnull=True),
                name="actor_is_person_or_entity",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def owner_key(self) -> str:
        """The person himself; an entity is owned by itself, and its members act for it."""
        return str(self.person.key if self.person else self.key)

    @property
    def name(self) -> str:
        return str(self.person if self.person else self.entity)

    @property
    def tax_number(self) -> str:
        """The NPWP, normalised; "" where it is not known."""
        return str(self.npwp if self.person else self.entity.npwp)

    @property
    def address(self) -> dict[str, str]:
        return dict(json.loads(self.street or "{}"))

    def settle(self, address: Mapping[str, str], region: str) -> None:
        """Where it is found from now on."""
        self.street, self.region = json.dumps(dict(address), ensure_ascii=False), region


class LegalEntity(models.Model):
    """Badan usaha: by its akta pendirian and NPWP; the same NPWP is the same entity. ahu: number at Ditjen AHU, or ""."""

    actor = models.OneToOneField(BusinessActor, on_delete=models.CASCADE, related_name="entity")
    name = models.CharField(max_length=160)
    form = models.CharField(max_length=12)
    deed_number = models.CharField(max_length=60)
    deed_date = models.DateField()
    ahu_number = models.CharField(max_length=60, blank=True, default="")
    npwp = EncryptedField()
    npwp_index = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.name


class ActorMember(models.Model):
    """Pengurus: somebody who may act for an entity, from–to. person: once he has accepted with an account of his own.

    may_apply: to change its data and its people; may_sign: to sign for it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.ForeignKey(BusinessActor, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True, default="")
    position = models.CharField(max_length=80)
    may_apply = models.BooleanField()
    may_sign = models.BooleanField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "valid_from"], name="members_of_person")]

    def __str__(self) -> str:
        return f"member {self.key}"


class Business(models.Model):
    """The business of one actor: the holder of one NIB, and of its activities (B2, B3).

    nib: 13 digits, "" until it is issued; issuer: "oss", or "local" in training. state: list L14 of OSS ("01" Aktif,
    "02" Belum Aktif, "05" Dibekukan, "06" Dicabut). It changes only in the commit of an application's case, with its row locked.
    """

    OSS, LOCAL = "oss", "local"
    ACTIVE, NOT_YET, FROZEN, REVOKED = "01", "02", "05", "06"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.OneToOneField(BusinessActor, on_delete=models.PROTECT, related_name="business")
    nib = models.CharField(max_length=13, blank=True, default="")
    issuer = models.CharField(max_length=5)
    state = models.CharField(max_length=2, default=NOT_YET)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nib"], condition=~models.Q(nib=""), name="business_nib_once")
        ]

    def __str__(self) -> str:
        return f"business {self.key}"


class BusinessActivity(models.Model):
    """Kegiatan usaha as it was from one day to another: a change ends this row and begins the next of the same `activity`.

    activity: the same for all its versions. number: its place among those of the business, from 1. code: with its
    KBLI version (2017, 2020, 2025). catalogue: the row of risk that held when it was sent (core.risk.RiskRow as JSON).
    place: name of the village at that time, jalan, rt, rw, kode-pos. details: land, capital in rupiah, workers, running and so
    on, by question of the form. products: produk/jasa, each as the form asks for it. case: key of the case that brought this version;
    ended_by: of the one that changed or closed it, closed: whether it was closed.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    activity = models.UUIDField(default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="activities")
    number = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    kbli_version = models.CharField(max_length=4)
    code = models.CharField(max_length=5)
    title = models.CharField(max_length=250)
    scope = models.CharField(max_length=250, blank=True, default="")
    parameter = models.CharField(max_length=250, blank=True, default="")
    scale = models.CharField(max_length=8)
    risk = models.CharField(max_length=2)
    catalogue = models.JSONField()
    name = models.CharField(max_length=160)
    region = models.CharField(max_length=13)
    place = models.JSONField()
    details = models.JSONField()
    products = models.JSONField(default=list)
    case = models.UUIDField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "version"], name="activity_version_once"),
            models.UniqueConstraint(
                fields=["activity"], condition=models.Q(valid_to=None), name="activity_holds_once"
            ),
        ]
        indexes = [models.Index(fields=["business", "number"], name="activities_of_business")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
