# SPDX-License-Identifier: Apache-2.0
"""Making persons and accounts, and giving them roles.

allauth writes its own tables (e-mail addresses, sessions): the named exception to "only actions write".
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from satupintu.accounts.models import Account, Assignment, Invitation, Letter, Person
from satupintu.accounts.queries import digest, invitation
from satupintu.core.access import Actor, Permission, Role, system
from satupintu.core.refusal import Refusal
from satupintu.door.fields import blind_index
from satupintu.door.moment import now
from satupintu.door.write import task_of, write
from satupintu.offices.models import Office

INVITED_FOR = timedelta(hours=24)


def name_person(account: Account, name: str) -> Person:
    """Give a new account its person."""
    with transaction.atomic():
        made = Person.objects.create(name=name, created_at=now())
        account.person = made
        account.save(update_fields=["person"])
    return made


def set_identity(person: Person, *, nik: str = "", phone: str = "") -> None:
    """Keep the person's NIK and phone (normalised) in the one place where they rest.

    Raises Refusal `accounts.nik-taken` when another person has this NIK.
    """
    if nik and nik != person.nik:
        index = blind_index(nik, purpose="nik")
        if Person.objects.filter(nik_index=index).exclude(pk=person.pk).exists():
            raise Refusal("accounts.nik-taken", status=422)
        person.nik, person.nik_index = nik, index
    if phone:
        person.phone, person.phone_index = phone, blind_index(phone, purpose="phone")
    person.save(update_fields=["nik", "nik_index", "phone", "phone_index"])


def make_account(*, email: str, name: str, password: str, verified: bool = True) -> Account:
    """An account of a named person. verified: nobody need ask by a code whether the address is his (the demo's is)."""
    with transaction.atomic():
        account = Account(email=email, date_joined=now())
        account.set_password(password)
        account.save()
        name_person(account, name)
        EmailAddress.objects.create(user=account, email=email, verified=verified, primary=True)
    return account


def assign(
    person: Person, office: Office, role: str, *, title: str, letter: str, since: datetime, **more: Any
) -> Assignment:
    """Give a person a role in an office by a letter. more: rank, nip, valid_to, acting, stands_for."""
    return Assignment.objects.create(
        person=person, office=office, role=role, title=title, letter=letter, valid_from=since, **more
    )


def invite(actor: Actor, office: Office, role: Role, *, email: str, title: str, letter: str) -> str:
    """Invite the first holder of a role, whose token is shown once on the console and exists nowhere else from then on.

    An earlier invitation into the same role that was not used ends now. Raises Refusal `invitation.email-taken`
    (422) when the address has an account already, `access.*`.
    """
    token = secrets.token_urlsafe(32)
    with write(actor, Permission.STAFF_ASSIGN, Office.objects.all(), office.pk) as door:
        refuse_taken(email)
        open_ones = Invitation.objects.filter(
            office=door.row, role=role, used_at=None, expires_at__gt=door.at
        )
        open_ones.update(expires_at=door.at)
        made = Invitation.objects.create(
            digest=digest(token),
            office=door.row,
            role=role,
            email=email.lower(),
            title=title,
            letter=letter,
            expires_at=door.at + INVITED_FOR,
        )
        door.event("staff.invited", role=role.value, invitation=made.pk)
    return token


def join(kept: str, at: datetime, *, name: str, password: str) -> Account:
    """Take up the invitation of this digest: a person, an account and a dated assignment, in one commit with the token's end.

    The address is not verified yet: the token came another way, so the first login asks for a code sent there.
    Raises Refusal `invitation.*`.
    """
    asked = invitation(kept, at)
    with write(system(at), Permission.STAFF_ASSIGN, Office.objects.all(), asked.office_id) as door:
        found = invitation(kept, door.at)  # once more, now that no second click can come between
        refuse_taken(found.email)
        account = make_account(email=found.email, name=name, password=password, verified=False)
        assert account.person is not None
        given = assign(
            account.person,
            door.row,
            found.role,
            title=found.title,
            letter=found.letter,
            since=max(door.at, found.valid_from or door.at),
            valid_to=found.valid_to,
            rank=found.rank,
            nip=found.nip,
        )
        found.used_at = door.at
        found.save(update_fields=["used_at"])
        who = {"person": str(account.person.key), "assignment": str(given.key)}
        door.event("staff.joined", role=found.role, invitation=found.pk, **who)
    return account


def refuse_taken(email: str) -> None:
    """An address that has an account is nobody's to be invited to. Raises Refusal `invitation.email-taken`."""
    if Account.objects.filter(email__iexact=email).exists():
        raise Refusal("invitation.email-taken", status=422)


def give_app(account: Account) -> str:
    """Give an account of the demo an authenticator app, and the secret to whoever shows it; no office does this."""
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return str(secret)


def set_password(account: Account, password: str) -> None:
    account.set_password(password)
    account.save(update_fields=["password"])


def start_letter(email: str) -> Letter:
    """A letter whose id gives its code; nothing is sent yet."""
    return Letter.objects.create(email=email, made_at=now())


def post_letter(letter_id: int | None, *, email: str, template: str) -> None:
    """Queue the letter in one commit: no mail leaves inside a request."""
    with transaction.atomic():
        if letter_id is None:
            letter_id = start_letter(email).pk
        Letter.objects.filter(pk=letter_id).update(email=email, template=template)
        task_of("accounts.send_letter").enqueue(letter_id=letter_id)


def letter_sent(letter_id: int) -> None:
    Letter.objects.filter(pk=letter_id, sent_at__isnull=True).update(sent_at=now())
