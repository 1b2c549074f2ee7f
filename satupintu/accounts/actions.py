# SPDX-License-Identifier: Apache-2.0
"""Making persons and accounts, and giving them roles.

allauth writes its own tables (e-mail addresses, sessions): the named exception to "only actions write".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from satupintu.accounts.models import Account, Assignment, Letter, Person
from satupintu.core.refusal import Refusal
from satupintu.door.fields import blind_index
from satupintu.door.moment import now
from satupintu.door.write import task_of
from satupintu.offices.models import Office


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


def make_account(*, email: str, name: str, password: str) -> Account:
    """An account with a verified e-mail address (demo and tests; people register themselves)."""
    with transaction.atomic():
        account = Account(email=email, date_joined=now())
        account.set_password(password)
        account.save()
        name_person(account, name)
        EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    return account


def assign(
    person: Person, office: Office, role: str, *, title: str, letter: str, since: datetime, **more: Any
) -> Assignment:
    """Give a person a role in an office by a letter. more: rank, nip, valid_to."""
    return Assignment.objects.create(
        person=person, office=office, role=role, title=title, letter=letter, valid_from=since, **more
    )


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
