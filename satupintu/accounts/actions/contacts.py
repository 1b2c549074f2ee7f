# SPDX-License-Identifier: Apache-2.0
"""Another e-mail address or telephone number for an account: proven by a code, in force after a cooling time.

Until then whoever holds the old one can stop it by a link. What takes nobody's place, a first address or number, is in
force at once. One change waits at a time: another one ends it. Source: docs/decisions/0028.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from satupintu.accounts import queries
from satupintu.accounts.actions import end_all_sessions, hold_phone, letter_to, prove_phone
from satupintu.accounts.models import Account, AddressChange
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.door.write import task_of

TOLD = {AddressChange.EMAIL: "address_change", AddressChange.PHONE: "phone_change"}
ADDED = {AddressChange.EMAIL: "email_added", AddressChange.PHONE: "phone_added"}


def ask_address_code(account: Account, new: str) -> int:
    """A letter with a code to the address somebody wants; whoever has it already is told instead. Gives its id."""
    taken = Account.objects.filter(email__iexact=new).exclude(pk=account.pk).exists()
    return letter_to(new, "account_already_exists" if taken else "address_code")


def ask_phone_code(number: str) -> int:
    """A letter with a code to this number, also where somebody else has proven it once: numbers get new owners."""
    return letter_to(number, "phone_code")


def change_address(account: Account, new: str) -> AddressChange:
    """The new address is proven. Raises Refusal `accounts.address-taken`."""
    if Account.objects.filter(email__iexact=new).exists():
        raise Refusal("accounts.address-taken", status=422)
    return _change(account, AddressChange(kind=AddressChange.EMAIL, old=account.email or "", new=new))


def change_phone(account: Account, new: str) -> AddressChange:
    """The new number (+62…) is proven."""
    return _change(account, AddressChange(kind=AddressChange.PHONE, new_phone=new))


def give_up_phone(account: Account) -> AddressChange:
    """The account shall have no number any more. Raises Refusal `accounts.last-contact`, `accounts.no-phone`."""
    if not queries.proven_phone(account.pk):
        raise Refusal("accounts.no-phone", status=422)
    if not account.email:
        raise Refusal("accounts.last-contact", status=422)
    return _change(account, AddressChange(kind=AddressChange.PHONE))


def _change(account: Account, change: AddressChange) -> AddressChange:
    """Let it wait and tell the old contacts, or bring it into force where it takes nobody's place."""
    at = now()
    with transaction.atomic():
        account = _of(account)
        AddressChange.objects.filter(account=account, done_at=None, undone_at=None).update(undone_at=at)
        first = not (
            account.email if change.kind == AddressChange.EMAIL else queries.proven_phone(account.pk)
        )
        due = at if first else at + timedelta(hours=settings.ADDRESS_CHANGE_HOURS)
        change.account, change.asked_at, change.due = account, at, due
        change.save()
        for contact in queries.contacts_of(account):
            letter_to(contact, (ADDED if first else TOLD)[change.kind], account)
        if first:
            apply(change.pk)
        else:
            task_of("accounts.apply_address").using(run_after=due).enqueue(change_id=change.pk)
    return change


def undo(account: Account) -> None:
    """Whoever holds the old contact (or is logged in) stops the change; all sessions end, for one of them asked for it.

    Raises Refusal `accounts.no-change` when nothing waits.
    """
    with transaction.atomic():
        waiting = AddressChange.objects.filter(account=_of(account), done_at=None, undone_at=None)
        if not waiting.update(undone_at=now()):
            raise Refusal("accounts.no-change", status=410)
        end_all_sessions(account)


def apply(change_id: int) -> None:
    """The cooling time is over: the new contact logs in and gets the letters. Does nothing if it was undone or is done.

    An address that somebody else took meanwhile is not taken from him: the change ends as undone.
    """
    with transaction.atomic():
        change = AddressChange.objects.get(pk=change_id)
        account = _of(change.account)
        change.refresh_from_db()
        if change.done_at or change.undone_at or change.due > now():
            return
        done = (
            _new_phone(account, change) if change.kind == AddressChange.PHONE else _new_email(account, change)
        )
        if done:
            change.done_at = now()
        else:
            change.undone_at = now()
        change.save(update_fields=["done_at", "undone_at"])


def _new_email(account: Account, change: AddressChange) -> bool:
    if Account.objects.filter(email__iexact=change.new).exclude(pk=account.pk).exists():
        return False
    EmailAddress.objects.filter(user=account).delete()
    EmailAddress.objects.create(user=account, email=change.new, verified=True, primary=True)
    account.email = change.new
    account.save(update_fields=["email"])
    return True


def _new_phone(account: Account, change: AddressChange) -> bool:
    person = account.person
    if person is None:
        return False
    if change.new_phone:
        prove_phone(person, change.new_phone)
    else:
        hold_phone(person, "")
    return True


def _of(account: Account) -> Account:
    """The account as it is, locked until the transaction ends."""
    return Account.objects.select_related(None).select_for_update().get(pk=account.pk)
