# SPDX-License-Identifier: Apache-2.0
"""Registering: nothing is written but a letter until the code of the address or number has come back.

So an address that has an account costs the same work as one that has none, and nobody keeps an address from its owner
by registering it. Source: security.md D4 8; docs/decisions/0028.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from satupintu.accounts import queries
from satupintu.accounts.actions import hold_phone, letter_to, name_person
from satupintu.accounts.models import Account
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody has said who registers. contact: e-mail address or number (+62…). password: its hash."""

    contact: str
    name: str
    password: str
    registered_as: str
    scale: str


def ask_code(contact: str) -> int:
    """A letter with a code to this contact; whoever has an account by it is told so instead. Gives its id."""
    taken = queries.identified(contact) is not None
    return letter_to(contact, "account_already_exists" if taken else "register_code")


def register(newcomer: Newcomer) -> Account:
    """The code has come back: a person and his account, in one commit. Raises Refusal `accounts.contact-taken`.

    Of two who register one contact at the same instant, its unique column stops the second.
    """
    if queries.identified(newcomer.contact) is not None:
        raise Refusal("accounts.contact-taken")
    try:
        with transaction.atomic():
            return _made(newcomer)
    except IntegrityError:
        raise Refusal("accounts.contact-taken") from None


def _made(newcomer: Newcomer) -> Account:
    by_phone = newcomer.contact.startswith("+")
    account = Account.objects.create(
        email=None if by_phone else newcomer.contact,
        password=newcomer.password,
        registered_as=newcomer.registered_as,
        scale=newcomer.scale,
        date_joined=now(),
    )
    person = name_person(account, newcomer.name)
    if by_phone:
        hold_phone(person, newcomer.contact)
    else:
        EmailAddress.objects.create(user=account, email=newcomer.contact, verified=True, primary=True)
    return account
