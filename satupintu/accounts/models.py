# SPDX-License-Identifier: Apache-2.0
"""Persons, their accounts, and the roles they hold in an office."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from satupintu.door.fields import EncryptedField
from satupintu.door.root import Root
from satupintu.offices.models import Office


class Person(models.Model):
    """A human being; may lack an account (assisted at a counter). NIK, passport and phone rest encrypted, here only."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    nik = EncryptedField(blank=True, default="")
    nik_index = models.CharField(max_length=64, blank=True, default="")
    passport = EncryptedField(blank=True, default="")
    passport_index = models.CharField(max_length=64, blank=True, default="")
    phone = EncryptedField(blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", db_index=True)
    phone_proven_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nik_index"], condition=~models.Q(nik_index=""), name="nik_once"),
            models.UniqueConstraint(
                fields=["passport_index"], condition=~models.Q(passport_index=""), name="passport_once"
            ),
            # A family may share a telephone; who logs in by it is the one who proved last that he holds it.
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=models.Q(phone_proven_at__isnull=False),
                name="proven_phone_once",
            ),
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
    """Hak akses: what a person logs in with.

    email: None for who registered by WhatsApp. registered_as, scale: what its person said of himself when he
    registered; later pages begin with it. proofs_from: what a session proved before this instant counts no more.
    """

    WNI, WNA, BODY = "wni", "wna", "badan"
    UMK, NON_UMK = "umk", "non-umk"

    # null where there is none: of empty texts there could be only one
    email = models.EmailField(unique=True, null=True)  # noqa: DJ001
    username = models.CharField(max_length=24, unique=True, null=True)  # noqa: DJ001
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField()
    registered_as = models.CharField(max_length=8, default=WNI)
    scale = models.CharField(max_length=8, default=UMK)
    proofs_from = models.DateTimeField(null=True)
    sessions_ended = models.PositiveIntegerField(default=0)  # how often all of them were ended at once

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return f"account {self.pk}"

    def get_session_auth_hash(self) -> str:
        """What every session of this account must carry: another password, or "log out everywhere", ends them all."""
        mark = f"{self.password}:{self.sessions_ended}"
        return salted_hmac("satupintu.session", mark, algorithm="sha256").hexdigest()


class Assignment(models.Model):
    """Penugasan: a person holds a role in an office, from–to, by a letter. Rights come from here and nowhere else.

    acting: "plh" or "plt" of who stands in for another; stands_for: for whom, empty where the post is vacant.
    """

    PLH, PLT = "plh", "plt"

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
    acting = models.CharField(max_length=4, blank=True, default="")
    stands_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="deputies")

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
    rank = models.CharField(max_length=80, blank=True, default="")
    nip = models.CharField(max_length=40, blank=True, default="")
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)


class StaffProposal(models.Model):
    """Usulan kepegawaian: what one person proposes and another confirms; never changed, only answered.

    kind: a sensitive role (person, or email of somebody who has no account yet), a deputy, or the end of somebody's
    second factor. proposed_by, answered_by: keys of persons, "sistem" for the command line.
    """

    ROLE, DEPUTY, FACTOR = "role", "deputy", "factor"
    OPEN, CONFIRMED, REFUSED, WITHDRAWN = "open", "confirmed", "refused", "withdrawn"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="staff_proposals")
    kind = models.CharField(max_length=8)
    role = models.CharField(max_length=40, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200, blank=True, default="")
    rank = models.CharField(max_length=80, blank=True, default="")
    nip = models.CharField(max_length=40, blank=True, default="")
    letter = models.CharField(max_length=120, blank=True, default="")
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    acting = models.CharField(max_length=4, blank=True, default="")
    stands_for = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, default=OPEN)
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=40, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["office", "state"], name="staff_proposals_open")]


class Mandate(Root):
    """Kuasa: a person may act for another, on everything of his or on one application, from–to; given and accepted.

    email: whom it was offered to; receiver: who accepted. about, case: keys of the application and of its file; about
    alone: of the business actor for whom applications are filed; both empty for everything of the giver.
    """

    giver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates_given")
    email = models.EmailField()
    receiver = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="mandates_received"
    )
    about = models.UUIDField(null=True, db_index=True)
    case = models.UUIDField(null=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    given_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["receiver", "valid_to"], name="mandates_of_receiver")]

    def __str__(self) -> str:
        return f"mandate {self.key}"

    @property
    def office_id(self) -> None:
        """It belongs to the installation (design §4)."""
        return None

    @property
    def owner_key(self) -> str:
        return str(self.giver.key)

    filed_for_key = None


class Letter(models.Model):
    """A letter about the account itself (code, forgotten password). The code is not here: the job computes it (HOTP).

    email or phone: by mail or by WhatsApp; neither: for somebody who does not exist. trouble: why it has not left.
    """

    BUSY, REFUSED = "busy", "refused"

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE)
    email = models.EmailField(blank=True)
    phone = EncryptedField(blank=True, default="")
    template = models.CharField(max_length=80, blank=True, default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=8, blank=True, default="")


class Tries(models.Model):
    """How full a bucket of core/guessing.py is. key: keyed hash of what is counted, so no name or address rests here."""

    key = models.CharField(max_length=64, primary_key=True)
    level = models.FloatField(default=0)
    at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"])]


class SpentProof(models.Model):
    """A proof of work that was used: it works once, and is remembered until it would have lapsed anyway."""

    key = models.CharField(max_length=64, primary_key=True)
    until = models.DateTimeField(db_index=True)


class SignIn(models.Model):
    """A session as its owner sees it: on what device, from which network (shortened), since when."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=80)
    network = models.CharField(max_length=40, blank=True, default="")
    since = models.DateTimeField()


class AddressChange(models.Model):
    """A new e-mail address or telephone number that waits: until `due` the old one is in force and can undo it.

    kind: which of the two. old, new: of addresses; numbers rest encrypted, the old one with its person, the new one
    in new_phone, "" where the number is given up.
    """

    EMAIL, PHONE = "email", "phone"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="address_changes")
    kind = models.CharField(max_length=8, default=EMAIL)
    old = models.EmailField(blank=True)
    new = models.EmailField(blank=True)
    new_phone = EncryptedField(blank=True, default="")
    asked_at = models.DateTimeField()
    due = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(done_at__isnull=True, undone_at__isnull=True),
                name="one_address_change",
            ),
        ]
