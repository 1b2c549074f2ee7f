# SPDX-License-Identifier: Apache-2.0
"""Persons, their accounts, and the roles they hold in an office."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from satupintu.door.fields import EncryptedField
from satupintu.offices.models import Office


class Person(models.Model):
    """A human being; may lack an account (assisted at a counter). NIK, passport and phone rest encrypted, here only."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    nik = EncryptedField(blank=True, default="")
    nik_index = models.CharField(max_length=64, blank=True, default="")
    passport = EncryptedField(blank=True, default="")
    phone = EncryptedField(blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", db_index=True)
    phone_proven_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nik_index"], condition=~models.Q(nik_index=""), name="nik_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Accounts are made by registering, by the demo, and (part 3) by invitation; never with a default password."""

    def get_queryset(self) -> models.QuerySet[Account]:
        # The person is needed with every account (who acts?): one statement, not two.
        return super().get_queryset().select_related("person")

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """Hak akses: what a person logs in with."""

    email = models.EmailField(unique=True)
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField()

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return f"account {self.pk}"


class Assignment(models.Model):
    """Penugasan: a person holds a role in an office, from–to, by a letter. Rights come from here and nowhere else."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    rank = models.CharField(max_length=80, blank=True, default="")
    nip = models.CharField(max_length=40, blank=True, default="")
    letter = models.CharField(max_length=120)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "valid_from"])]


class Invitation(models.Model):
    """Undangan: whoever holds its one-time token may take up this role with this e-mail address.

    The token rests nowhere: of its 256 random bits only the SHA-256 is kept.
    """

    digest = models.CharField(max_length=64, unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=40)
    email = models.EmailField()
    title = models.CharField(max_length=200)
    letter = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Letter(models.Model):
    """A mail about the account itself (code, forgotten password). The code is not here: the job computes it (HOTP)."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE)
    email = models.EmailField()
    template = models.CharField(max_length=80, blank=True, default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
