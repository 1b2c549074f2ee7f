# SPDX-License-Identifier: Apache-2.0
"""Making persons and accounts, and giving them roles.

The last part guards the way in: tries, proofs of work, sessions. Registering and contacts: registration.py, contacts.py.

allauth writes its own tables (e-mail addresses, sessions): the named exception to "only actions write".
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from satupintu.accounts.models import (
    Account,
    Assignment,
    Invitation,
    Letter,
    Person,
    SignIn,
    SpentProof,
    Tries,
)
from satupintu.accounts.queries import contact_for, contacts_of, digest, invitation
from satupintu.core.access import Actor, Permission, Role, system
from satupintu.core.guessing import Bucket, Rule, Scope, Verdict, after, given_back, weigh
from satupintu.core.identifier import new_user_name
from satupintu.core.refusal import Refusal
from satupintu.door.fields import blind_index
from satupintu.door.moment import now
from satupintu.door.write import task_of, write
from satupintu.offices.models import Office

INVITED_FOR = timedelta(hours=24)
TRIES_KEPT = timedelta(days=30)


def name_person(account: Account, name: str) -> Person:
    """Give a new account its person and a user name."""
    with transaction.atomic():
        made = Person.objects.create(name=name, created_at=now())
        account.person = made
        account.username = _free_user_name(name)
        account.save(update_fields=["person", "username"])
    return made


def _free_user_name(name: str) -> str:
    """One that nobody has; of two who draw the same at the same instant, the unique column stops the second."""
    while Account.objects.filter(username=(drawn := new_user_name(name))).exists():
        pass
    return drawn


def prove_phone(person: Person, phone: str) -> None:
    """This person has just shown that he holds this number (normalised; a code came back from it).

    From now on he may log in by it and be told by WhatsApp there, and nobody else: numbers are given to new owners,
    families share one.
    """
    with transaction.atomic():
        index = blind_index(phone, purpose="phone")
        others = Person.objects.filter(phone_index=index, phone_proven_at__isnull=False).exclude(pk=person.pk)
        for loser in Account.objects.filter(person__in=others, email__isnull=False):
            letter_to(str(loser.email), "phone_lost", loser)
        others.update(phone_proven_at=None)
        hold_phone(person, phone)


def hold_phone(person: Person, phone: str) -> None:
    """The number is this person's, proven. Raises IntegrityError while it is another's; "": he has none."""
    person.phone, person.phone_index = phone, blind_index(phone, purpose="phone")
    person.phone_proven_at = now() if phone else None
    person.save(update_fields=["phone", "phone_index", "phone_proven_at"])


def set_identity(person: Person, *, nik: str = "", passport: str = "", phone: str = "") -> None:
    """Keep the person's NIK, passport and phone (normalised) in the one place where they rest.

    A number that was proven is the way to his account: only another proof takes its place, not what a form says.
    Raises Refusal `accounts.nik-taken`, `accounts.passport-taken` when another person has this one.
    """
    if nik and nik != person.nik:
        index = blind_index(nik, purpose="nik")
        if Person.objects.filter(nik_index=index).exclude(pk=person.pk).exists():
            raise Refusal("accounts.nik-taken", status=422)
        person.nik, person.nik_index = nik, index
    if passport and passport != person.passport:
        index = blind_index(passport, purpose="passport")
        if Person.objects.filter(passport_index=index).exclude(pk=person.pk).exists():
            raise Refusal("accounts.passport-taken", status=422)
        person.passport, person.passport_index = passport, index
    if phone and phone != person.phone and person.phone_proven_at is None:
        person.phone, person.phone_index = phone, blind_index(phone, purpose="phone")
        person.phone_proven_at = None
    person.save(
        update_fields=[
            "nik", "nik_index", "passport", "passport_index", "phone", "phone_index", "phone_proven_at",
        ]
    )  # fmt: skip


def rename(person: Person, name: str) -> None:
    """The person's name as he corrects it. Inside the caller's open door, which puts it on record."""
    person.name = name
    person.save(update_fields=["name"])


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


def letter_to(contact: str, template: str, account: Account | None = None) -> int:
    """Make and queue a letter in one commit; gives its id, of which its code is computed.

    contact: an e-mail address, a number (+62…), or "" for somebody who does not exist.
    """
    way = {"phone": contact} if contact.startswith("+") else {"email": contact}
    with transaction.atomic():
        made = Letter.objects.create(template=template, account=account, made_at=now(), **way)
        task_of("accounts.send_letter").enqueue(letter_id=made.pk)
    return made.pk


def letter_sent(letter_id: int) -> None:
    Letter.objects.filter(pk=letter_id, sent_at__isnull=True).update(sent_at=now(), trouble="")


def letter_stuck(letter_id: int, trouble: str) -> None:
    """It could not leave (yet): the page that waits for its code says so."""
    Letter.objects.filter(pk=letter_id, sent_at__isnull=True).update(trouble=trouble)


def letter_returned(key: str) -> bool:
    """The letter of this key was taken and then came back; False for what is no letter's key."""
    number = key.removeprefix("letter-")
    if number == key or not number.isdecimal():
        return False
    return Letter.objects.filter(pk=int(number)).update(trouble=Letter.REFUSED) > 0


# The way in -------------------------------------------------------------------------------------------------------


def take_try(
    keys: Mapping[Scope, str], rules: Mapping[Scope, Rule], at: datetime, *, proven: bool
) -> Verdict:
    """Ask the buckets for one try, and count it before anything else happens, so that tries sent at once are counted too.

    keys: scope -> key of its bucket. A try that is refused is not counted: who waits is not made to wait longer by others.
    """
    with transaction.atomic():
        rows = _locked(keys.values())
        buckets = {scope: _bucket(rows[key]) for scope, key in keys.items()}
        verdict = weigh(buckets, rules, at, proven=proven)
        if verdict.go:
            for scope, key in keys.items():
                filled = after(buckets[scope], rules[scope], at)
                rows[key].level, rows[key].at = filled.level, filled.at
            Tries.objects.bulk_update(rows.values(), ["level", "at"])
    return verdict


def give_try_back(keys: Mapping[Scope, str]) -> None:
    """The try was right: it is not held against anybody."""
    with transaction.atomic():
        rows = _locked(keys.values())
        for row in rows.values():
            row.level = given_back(_bucket(row)).level
        Tries.objects.bulk_update(rows.values(), ["level"])


def _locked(keys: Iterable[str]) -> dict[str, Tries]:
    """The rows of these buckets, made where there are none, locked in one order so that nobody waits in a circle."""
    wanted = sorted(keys)
    Tries.objects.bulk_create([Tries(key=key) for key in wanted], ignore_conflicts=True)
    rows = Tries.objects.select_for_update().filter(key__in=wanted).order_by("key")
    return {row.key: row for row in rows}


def _bucket(row: Tries) -> Bucket:
    return Bucket(row.level, row.at)


def spend_proof(key: str, until: datetime, at: datetime) -> bool:
    """Use up a proof of work; False when it was used before. Proofs that have lapsed are forgotten."""
    SpentProof.objects.filter(until__lt=at).delete()
    _row, new = SpentProof.objects.get_or_create(key=key, defaults={"until": until})
    return new


def signed_in(account: Account, session_key: str, *, device: str, network: str) -> None:
    """Enter a new session in its owner's list; lists and buckets that say nothing any more are cleared at the same time."""
    at = now()
    with transaction.atomic():
        SignIn.objects.create(
            account=account, session_key=session_key, device=device, network=network, since=at
        )
        living = Session.objects.filter(expire_date__gt=at).values("session_key")
        SignIn.objects.filter(account=account).exclude(session_key__in=living).delete()
        Tries.objects.filter(at__lt=at - TRIES_KEPT).delete()


def end_session(account: Account, key: uuid.UUID) -> None:
    """Log one device out. Raises Refusal `accounts.no-session` when the account has no such session (any more)."""
    with transaction.atomic():
        found = SignIn.objects.filter(account=account, key=key).first()
        if found is None:
            raise Refusal("accounts.no-session", status=404)
        Session.objects.filter(session_key=found.session_key).delete()
        found.delete()


def end_all_sessions(account: Account) -> None:
    """Log every device out, known or not: their sessions no longer bear the account's mark."""
    with transaction.atomic():
        for session_key in SignIn.objects.filter(account=account).values_list("session_key", flat=True):
            Session.objects.filter(session_key=session_key).delete()
        SignIn.objects.filter(account=account).delete()
        Account.objects.filter(pk=account.pk).update(sessions_ended=F("sessions_ended") + 1)


def follow_session(account: Account, old: str, new: str) -> None:
    """The session goes on under another key (its password was changed): so does its line in the list."""
    SignIn.objects.filter(account=account, session_key=old).update(session_key=new)


# Letters about the way in ---------------------------------------------------------------------------------------------


def ask_code(account: Account | None, typed: str, template: str) -> int:
    """A letter with a code to the contact of this account; gives its id. typed: who somebody says he is, normalised.

    Nobody's letter is made and queued just the same; it leaves only if there is an address to send it to.
    """
    if account:
        return letter_to(contact_for(account, typed), template)
    return letter_to(typed if "@" in typed or typed.startswith("+") else "", "unknown_account")


def renew_password(account: Account, password: str) -> None:
    """Another password: every session of the old one ends, and the owner is told by letter."""
    with transaction.atomic():
        set_password(account, password)
        for contact in contacts_of(account):
            letter_to(contact, "password_changed", account)


def welcome(account: Account) -> None:
    """Tell a new owner his user name, never his password."""
    letter_to(contact_for(account, ""), "welcome", account)
